//! The golden Rust files, compiled for real and run on the runtime.

#![allow(dead_code, reason = "the tests use a part of what is generated")]

use fidl::{
    DecodeError, EncodeError, Encoder, Handle, HandleFault, ObjectType, Received, RequestSet,
    Rights, Txid, decode_body, encode_body,
};

mod golden_anonymous {
    include!("golden/anonymous.rs.golden");
}
mod golden_constants {
    include!("golden/constants.rs.golden");
}
mod golden_enumsbits {
    include!("golden/enums_bits.rs.golden");
}
mod golden_protocols {
    include!("golden/protocols.rs.golden");
}
mod golden_recursion {
    include!("golden/recursion.rs.golden");
}
mod golden_resources {
    include!("golden/resources.rs.golden");
}
mod golden_structs {
    include!("golden/structs.rs.golden");
}
mod golden_tablesunions {
    include!("golden/tables_unions.rs.golden");
}
mod golden_versions {
    include!("golden/versions.rs.golden");
}

/// A handle that is only a number.
#[derive(Debug, PartialEq)]
struct Number(u32);

impl Handle for Number {
    fn receive(self, _: ObjectType, _: Rights) -> Result<Self, HandleFault> {
        Ok(self)
    }
}

/// The bytes of a value, and the handles beside them.
fn encode<C: fidl::Codec<Number>>(value: C::Value) -> Result<(Vec<u8>, Vec<Number>), EncodeError> {
    let mut encoder = Encoder::new();
    encode_body::<C, Number>(value, &mut encoder)?;
    let handles = encoder.take_handles().map(|disposition| disposition.handle).collect();
    Ok((encoder.bytes().to_vec(), handles))
}

fn decode<C: fidl::Codec<Number>>(
    bytes: &[u8],
    mut handles: Vec<Number>,
) -> Result<C::Value, DecodeError> {
    decode_body::<C, Number>(bytes, &mut handles)
}

#[test]
fn constants_have_their_values() {
    use golden_constants::*;
    assert_eq!(LOWEST, i64::MIN);
    assert_eq!(FAVOURITE, Colour::GREEN);
    assert_eq!(BOTH, Access::READ | Access::WRITE);
    assert_eq!(NOTHING, Access::empty());
    assert_eq!(WORST, Verdict::Bad);
    let labelled = Labelled { id: 1, names: Names::default(), tint: Tint::RED };
    assert_eq!(labelled.tint.name(), Some("RED"));
}

#[test]
fn flexible_enums_keep_what_they_do_not_know() {
    use golden_enumsbits::*;
    let format = PixelFormat::from_primitive(7);
    assert!(format.is_unknown() && !PixelFormat::NV12.is_unknown());
    assert_eq!(format!("{format:?} {:?}", PixelFormat::NV12), "PixelFormat(0x7) NV12");
    assert_eq!(decode::<PixelFormat>(&[7, 0, 0, 0, 0, 0, 0, 0], Vec::new()), Ok(format));
    assert!(Guess::LOST.is_unknown(), "the member marked @unknown");
    assert_eq!(Guess::LOST.name(), Some("LOST"));
}

#[test]
fn strict_enums_and_bits_refuse_what_they_do_not_know() {
    use golden_enumsbits::*;
    let bytes = [7, 0, 0, 0, 0, 0, 0, 0];
    assert_eq!(decode::<Outcome>(&bytes, Vec::new()), Ok(Outcome::SomeOther));
    let bytes = [8, 0, 0, 0, 0, 0, 0, 0];
    assert_eq!(decode::<Outcome>(&bytes, Vec::new()), Err(DecodeError::StrictEnumUnknownValue));
    assert_eq!(decode::<Permissions>(&bytes, Vec::new()), Err(DecodeError::StrictBitsUnknownBit));
    assert_eq!(Permissions::from_bits(0x82), Some(Permissions::WRITE | Permissions::EXECUTE));
    assert_eq!(!Permissions::READ, Permissions::WRITE | Permissions::EXECUTE);
    assert_eq!(Options::from_bits_retain(0b11).unknown_bits(), 0b10);
}

#[test]
fn wire_3_3_padding_of_structs_is_checked() {
    use golden_structs::*;
    let size = SizeU { width: 3, height: 4 };
    let value = Padded { on: true, count: 2, r#type: 9, wide: 1.0, size };
    let (mut bytes, _) = encode::<Padded>(value).unwrap();
    assert_eq!(decode::<Padded>(&bytes, Vec::new()), Ok(value));
    for (at, byte) in [(1, 1), (15, 1)] {
        bytes[at] = byte;
        assert_eq!(decode::<Padded>(&bytes, Vec::new()), Err(DecodeError::InvalidPaddingByte));
        bytes[at] = 0;
    }
}

#[test]
fn wire_3_8_tables_end_at_the_highest_field_that_is_set() {
    use golden_tablesunions::*;
    let usage = Usage { label: Some("ok".to_owned()), ..Usage::default() };
    let (bytes, _) = encode::<Usage>(usage.clone()).unwrap();
    assert_eq!(bytes[0], 3);
    assert_eq!(decode::<Usage>(&bytes, Vec::new()), Ok(usage));
    let (empty, _) = encode::<Usage>(Usage::default()).unwrap();
    assert_eq!(empty.len(), 16);
    assert_eq!(decode::<Empty>(&bytes, Vec::new()), Ok(Empty {}), "unknown fields are dropped");
}

#[test]
fn wire_4_unknown_variants_are_kept_apart_by_strictness() {
    use golden_tablesunions::*;
    let unknown = [9, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0];
    assert_eq!(decode::<Choice>(&unknown, Vec::new()), Ok(Choice::UnknownOrdinal(9)));
    assert_eq!(decode::<Nobody>(&unknown, Vec::new()), Ok(Nobody::Unknown(9)));
    assert_eq!(decode::<Exact>(&unknown, Vec::new()), Err(DecodeError::StrictUnionUnknownField));
    let refused = Err(EncodeError::FlexibleUnionUnknownField);
    assert_eq!(encode::<Choice>(Choice::UnknownOrdinal(9)), refused);
    assert_eq!(Choice::Unknown("x".to_owned()).ordinal(), 5);
}

#[test]
fn handles_move_in_and_out() {
    use golden_resources::*;
    let pair = || Pair { any: Number(1), vmo: Number(2) };
    let loose = Loose { all: vec![Number(3)], ..Loose::default() };
    let ends = Ends { either: Some(Box::new(Either::Loose(loose))), ..Ends::default() };
    let (bytes, handles) = encode::<Pair<Number>>(pair()).unwrap();
    assert_eq!(handles, [Number(1), Number(2)]);
    assert_eq!(decode::<Pair<Number>>(&bytes, handles), Ok(pair()));
    let (bytes, handles) = encode::<Ends<Number>>(ends).unwrap();
    let ends = decode::<Ends<Number>>(&bytes, handles).unwrap();
    let Some(Either::Loose(loose)) = ends.either.map(|either| *either) else { panic!("no loose") };
    assert_eq!((loose.vmo, loose.all), (None, vec![Number(3)]));
}

#[test]
fn recursive_types_come_back_whole() {
    use golden_recursion::*;
    let leaf = || Some(Box::new(Tree::Leaf(5)));
    let fork = Tree::Fork(Fork { left: leaf(), right: None });
    let tree = Tree::Fork(Fork { left: Some(Box::new(fork)), right: leaf() });
    let (bytes, _) = encode::<Tree>(tree.clone()).unwrap();
    assert_eq!(decode::<Tree>(&bytes, Vec::new()), Ok(tree));
}

#[test]
fn requests_of_composed_protocols_reach_the_composer() {
    use golden_protocols::*;
    let mut encoder = Encoder::new();
    let request = NodeSetNameRequest { priority: Some(1), name: None };
    fidl::encode_event::<NodeSetNameMethod, Number>(request.clone(), &mut encoder).unwrap();
    let received =
        fidl::receive_request::<TokenRequest<Number>, _>(encoder.bytes(), &mut Vec::new());
    assert_eq!(received, Ok(Received::Request(TokenRequest::SetName { payload: request })));
}

#[test]
fn calls_are_answered_with_result_or_error() {
    use golden_protocols::*;
    let txid = Txid::new(7).unwrap();
    for answer in [Ok(TokenGetInfoResponse { id: 3 }), Err(Failure::TimedOut)] {
        let mut encoder: Encoder<Number> = Encoder::new();
        let request = TokenGetInfoRequest { verbose: true };
        fidl::encode_call::<TokenGetInfoMethod, _>(txid, request, &mut encoder).unwrap();
        let received =
            fidl::receive_request::<TokenRequest<Number>, _>(encoder.bytes(), &mut Vec::new());
        let Ok(Received::Request(request)) = received else { panic!("{received:?}") };
        assert_eq!(RequestSet::<Number>::method_name(&request), "golden.protocols/Token.GetInfo");
        let TokenRequest::GetInfo { payload, responder } = request else { panic!("{request:?}") };
        assert!(payload.verbose);
        responder.encode(answer, &mut encoder).unwrap();
        let body = &encoder.bytes()[16..];
        let ordinal = <TokenGetInfoMethod as fidl::Method>::ORDINAL;
        let reply =
            fidl::decode_reply::<TokenGetInfoMethod, Number>(ordinal, body, &mut Vec::new());
        assert_eq!(reply, Ok(answer));
    }
}

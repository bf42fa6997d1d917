//! Packets of `fidl-wire.md` sections 7 and 8, examples 21 to 28, with the protocol written out as the
//! compiler would generate it.

use fidl::message::{Ordinal, encode_epitaph};
use fidl::response::{Flexible, FlexibleFallible};
use fidl::wire::NoBody;
use fidl::{
    Codec, DecodeError, Decoder, Depth, EncodeError, Encoder, Handle, HandleFault, Header,
    HeaderError, Incoming, Method, ObjectType, OneWay, Openness, Protocol, ReceiveError, Received,
    ReplyError, RequestError, RequestSet, Responder, Rights, ServerMessage, TwoWay, Txid,
    decode_reply, encode_call, encode_event, encode_unknown_reply, receive_from_server,
    receive_request,
};

#[test]
fn wire_ex21_two_way_request() {
    let mut e = Encoder::new();
    encode_call::<Add, Token>(txid(7), (2, 3), &mut e).unwrap();
    assert_eq!(e.bytes(), bytes("07000000 02008001 b3b3c9a43005125c 02000000 03000000"));
    let Ok(Received::Request(AdderRequest::Add { payload, responder })) = receive(e.bytes()) else {
        panic!("the request is known");
    };
    assert_eq!((payload, responder.txid()), ((2, 3), txid(7)));
}

#[test]
fn wire_ex22_success_reply() {
    let packet = "07000000 02008001 b3b3c9a43005125c
        0100000000000000 0800000000000000 0500000000000000";
    let mut e = Encoder::new();
    responder().encode::<Token>(Ok(5), &mut e).unwrap();
    assert_eq!(e.bytes(), bytes(packet));
    assert_eq!(reply_to_add(packet), Ok(Ok(5)));
}

#[test]
fn wire_ex23_domain_error_reply() {
    let packet = "07000000 02008001 b3b3c9a43005125c 0200000000000000 e2ffffff 00000100";
    let mut e = Encoder::new();
    responder().encode::<Token>(Err(-30), &mut e).unwrap();
    assert_eq!(e.bytes(), bytes(packet));
    assert_eq!(reply_to_add(packet), Ok(Err(-30)));
}

#[test]
fn wire_ex24_reply_of_a_server_that_does_not_know_the_method() {
    let packet = "07000000 02008001 b3b3c9a43005125c 0300000000000000 feffffff 00000100";
    let mut e = Encoder::<Token>::new();
    encode_unknown_reply(txid(7), Add::ORDINAL, &mut e).unwrap();
    assert_eq!(e.bytes(), bytes(packet));
    assert_eq!(reply_to_add(packet), Err(ReplyError::UnknownMethod));
}

#[test]
fn wire_s72_framework_error_has_one_value() {
    let packet = "07000000 02008001 b3b3c9a43005125c 0300000000000000 fdffffff 00000100";
    assert_eq!(reply_to_add(packet), Err(ReplyError::Decode(DecodeError::StrictEnumUnknownValue)));
}

#[test]
fn wire_ex25_strict_one_way_without_payload() {
    let packet = "00000000 02000001 997e69dd7a1b4a17";
    let mut e = Encoder::<Token>::new();
    encode_event::<Reset, Token>((), &mut e).unwrap();
    assert_eq!(e.bytes(), bytes(packet));
    assert_eq!(receive(&bytes(packet)), Ok(Received::Request(AdderRequest::Reset)));
}

#[test]
fn wire_ex26_event() {
    let packet = "00000000 02008001 44615c7a2d803b6a 0300000000000000";
    let mut e = Encoder::<Token>::new();
    encode_event::<OnTick, Token>(3, &mut e).unwrap();
    assert_eq!(e.bytes(), bytes(packet));
    let packet = bytes(packet);
    let message = receive_from_server(&packet).unwrap();
    let ServerMessage::Event { ordinal, flexible, .. } = message else { panic!("an event") };
    assert_eq!((ordinal, flexible), (OnTick::ORDINAL, true));
}

#[test]
fn wire_ex27_epitaph() {
    let packet = "00000000 02000001 ffffffffffffffff e8ffffff 00000000";
    let mut e = Encoder::<Token>::new();
    encode_epitaph(-24, &mut e).unwrap();
    assert_eq!(e.bytes(), bytes(packet));
    assert_eq!(receive_from_server(&bytes(packet)), Ok(ServerMessage::Epitaph(-24)));
    assert_eq!(receive(&bytes(packet)), Err(ReceiveError::EpitaphFromClient));
}

#[test]
fn wire_ex28_success_reply_with_no_fields() {
    let mut e = Encoder::<Token>::new();
    ping_responder().encode::<Token>((), &mut e).unwrap();
    assert_eq!(e.bytes()[16..], bytes("0100000000000000 0000000000000100"));
    let packet = e.bytes().to_vec();
    let body = &packet[16..];
    assert_eq!(decode_reply::<Ping, Token>(Ping::ORDINAL, body, &mut Vec::new()), Ok(()));
}

#[test]
fn wire_s74_reply_to_another_method_is_refused() {
    let error = ReplyError::WrongOrdinal { expected: Ping::ORDINAL, received: Add::ORDINAL };
    let result = decode_reply::<Ping, Token>(Add::ORDINAL, &[], &mut vec![Token]);
    assert_eq!(result, Err(error));
}

#[test]
fn wire_s7_headers_that_end_the_connection() {
    let cases = [
        ("00000000 02000001 997e69dd7a1b4a", HeaderError::TooShort { bytes: 15 }),
        ("00000000 02000002 997e69dd7a1b4a17", HeaderError::BadMagic(2)),
        ("00000000 00000001 997e69dd7a1b4a17", HeaderError::NotVersion2),
        ("00000000 02000001 0000000000000000", HeaderError::InvalidOrdinal(0)),
        ("00000000 02000001 0000000000000080", HeaderError::InvalidOrdinal(1 << 63)),
    ];
    for (packet, error) in cases {
        assert_eq!(receive(&bytes(packet)), Err(ReceiveError::Header(error)), "{packet}");
    }
}

#[test]
fn wire_s7_unknown_flag_bits_are_ignored() {
    let packet = "00000000 ff ff 7f 01 997e69dd7a1b4a17";
    assert_eq!(receive(&bytes(packet)), Ok(Received::Request(AdderRequest::Reset)));
}

#[test]
fn wire_s74_transaction_ids_have_to_fit_the_method() {
    let cases = [
        ("01000000 02000001 997e69dd7a1b4a17", RequestError::UnexpectedTxid),
        ("00000000 02008001 b3b3c9a43005125c 0200000003000000", RequestError::MissingTxid),
    ];
    for (packet, error) in cases {
        assert_eq!(receive(&bytes(packet)), Err(ReceiveError::Request(error)), "{packet}");
    }
}

#[test]
fn wire_s75_unknown_ordinals_by_openness() {
    let flexible_one_way = "00000000 02008001 0100000000000000";
    let flexible_two_way = "05000000 02008001 0100000000000000";
    let strict_one_way = "00000000 02000001 0100000000000000";
    let strict_two_way = "05000000 02000001 0100000000000000";
    let passes = [
        (flexible_one_way, [true, true, false]),
        (flexible_two_way, [true, false, false]),
        (strict_one_way, [false, false, false]),
        (strict_two_way, [false, false, false]),
    ];
    for (packet, expected) in passes {
        let packet = bytes(packet);
        let mut handles = vec![Token, Token];
        let results = [
            receive_request::<AdderRequest, Token>(&packet, &mut handles).map(|_| ()),
            receive_request::<None<1>, Token>(&packet, &mut handles).map(|_| ()),
            receive_request::<None<2>, Token>(&packet, &mut handles).map(|_| ()),
        ];
        assert!(handles.is_empty(), "the handles of an unknown request are closed");
        assert_eq!(results.map(|result| result.is_ok()), expected, "{packet:?}");
    }
}

#[test]
fn wire_s62_packets_larger_than_a_channel_carries_are_not_made() {
    let mut e = Encoder::<Token>::new();
    let text = "x".repeat(65_536 - 16 - 16 + 1);
    let error = EncodeError::TooManyBytes { bytes: 65_544, limit: 65_536 };
    assert_eq!(encode_event::<Say, Token>(text, &mut e), Err(error));
    assert!(e.bytes().is_empty());
    assert_eq!(encode_event::<Say, Token>("x".repeat(65_536 - 32), &mut e), Ok(()));

    let error = EncodeError::TooManyHandles { handles: 254, limit: 253 };
    let handles = std::iter::repeat_with(|| Token).take(254).collect();
    assert_eq!(encode_event::<Give, Token>(handles, &mut e), Err(error));
    assert!(e.handles().is_empty());
}

/// A handle that is nothing but itself.
#[derive(Debug, PartialEq)]
struct Token;

impl Handle for Token {
    fn receive(self, _: ObjectType, _: Rights) -> Result<Self, HandleFault> {
        Ok(self)
    }
}

/// `struct { a int32; b int32; }`.
struct Pair;

impl<H> Codec<H> for Pair {
    type Value = (i32, i32);
    const SIZE: usize = 8;
    const ALIGN: usize = 4;

    fn encode(
        value: (i32, i32),
        e: &mut Encoder<H>,
        at: usize,
        depth: Depth,
    ) -> Result<(), EncodeError> {
        i32::encode(value.0, e, at, depth)?;
        i32::encode(value.1, e, at + 4, depth)
    }

    fn decode(d: &mut Decoder<'_, H>, at: usize, depth: Depth) -> Result<(i32, i32), DecodeError> {
        Ok((i32::decode(d, at, depth)?, i32::decode(d, at + 4, depth)?))
    }
}

macro_rules! method {
    ($name:ident, $ordinal:expr, $flexible:expr) => {
        #[derive(Debug)]
        struct $name;

        impl Method for $name {
            const ORDINAL: u64 = $ordinal;
            const NAME: &'static str = stringify!($name);
            const FLEXIBLE: bool = $flexible;
        }
    };
}

method!(Add, 0x5c12_0530_a4c9_b3b3, true);
method!(Reset, 0x174a_1b7a_dd69_7e99, false);
method!(OnTick, 0x6a3b_802d_7a5c_6144, true);
method!(Ping, 0x1234, true);
method!(Say, 0x77, true);
method!(Give, 0x78, true);

impl TwoWay<Token> for Add {
    type Request = Pair;
    type Response = FlexibleFallible<i64, i32>;
}

impl TwoWay<Token> for Ping {
    type Request = NoBody;
    type Response = Flexible<NoBody>;
}

impl OneWay<Token> for Reset {
    type Request = NoBody;
}

impl OneWay<Token> for OnTick {
    type Request = u8;
}

impl OneWay<Token> for Say {
    type Request = fidl::wire::Str<{ fidl::wire::UNBOUNDED }>;
}

impl OneWay<Token> for Give {
    type Request = fidl::wire::Vector<fidl::wire::HandleOf<0, 0x8000_0000>, 300>;
}

struct Adder;

impl Protocol for Adder {
    const NAME: &'static str = "demo.calc/Adder";
    const DISCOVERABLE: Option<&'static str> = Option::None;
    const OPENNESS: Openness = Openness::Open;
}

#[derive(Debug, PartialEq)]
enum AdderRequest {
    Add { payload: (i32, i32), responder: Responder<Add> },
    Reset,
}

impl RequestSet<Token> for AdderRequest {
    type Protocol = Adder;

    fn decode(ordinal: u64, message: Incoming<'_, Token>) -> Result<Option<Self>, RequestError> {
        Ok(Some(match ordinal {
            Add::ORDINAL => {
                let (payload, responder) = message.two_way::<Add>()?;
                Self::Add { payload, responder }
            }
            Reset::ORDINAL => {
                message.one_way::<Reset>()?;
                Self::Reset
            }
            _ => return Ok(Option::None),
        }))
    }

    fn method_name(&self) -> &'static str {
        match self {
            Self::Add { .. } => Add::NAME,
            Self::Reset => Reset::NAME,
        }
    }
}

/// A protocol without methods, ajar (1) or closed (2).
#[derive(Debug)]
struct None<const OPENNESS: u8>;

impl<const OPENNESS: u8> Protocol for None<OPENNESS> {
    const NAME: &'static str = "demo.calc/None";
    const DISCOVERABLE: Option<&'static str> = Option::None;
    const OPENNESS: Openness = if OPENNESS == 1 { Openness::Ajar } else { Openness::Closed };
}

impl<const OPENNESS: u8> RequestSet<Token> for None<OPENNESS> {
    type Protocol = Self;

    fn decode(_: u64, _: Incoming<'_, Token>) -> Result<Option<Self>, RequestError> {
        Ok(Option::None)
    }

    fn method_name(&self) -> &'static str {
        "none"
    }
}

fn receive(packet: &[u8]) -> Result<Received<AdderRequest>, ReceiveError> {
    receive_request(packet, &mut Vec::new())
}

fn reply_to_add(packet: &str) -> Result<Result<i64, i32>, ReplyError> {
    let packet = bytes(packet);
    match receive_from_server(&packet) {
        Ok(ServerMessage::Reply { txid, ordinal, body }) => {
            assert_eq!(txid.get(), 7);
            decode_reply::<Add, Token>(ordinal, body, &mut Vec::new())
        }
        other => panic!("{other:?} is no reply"),
    }
}

fn responder() -> Responder<Add> {
    match receive(&bytes("07000000 02008001 b3b3c9a43005125c 0200000003000000")) {
        Ok(Received::Request(AdderRequest::Add { responder, .. })) => responder,
        other => panic!("{other:?}"),
    }
}

fn ping_responder() -> Responder<Ping> {
    struct Grab(Responder<Ping>);
    impl RequestSet<Token> for Grab {
        type Protocol = Adder;
        fn decode(_: u64, message: Incoming<'_, Token>) -> Result<Option<Self>, RequestError> {
            Ok(Some(Self(message.two_way::<Ping>()?.1)))
        }
        fn method_name(&self) -> &'static str {
            Ping::NAME
        }
    }
    let packet = bytes("01000000 02008001 3412000000000000");
    match receive_request::<Grab, Token>(&packet, &mut Vec::new()) {
        Ok(Received::Request(Grab(responder))) => responder,
        _ => panic!("a request"),
    }
}

fn txid(id: u32) -> Txid {
    Txid::new(id).unwrap()
}

fn bytes(hex: &str) -> Vec<u8> {
    let digits: Vec<u8> =
        hex.chars().filter_map(|c| c.to_digit(16)).map(|d| u8::try_from(d).unwrap()).collect();
    digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect()
}

#[test]
fn wire_s7_ordinals_of_the_header_are_told_apart() {
    let packet = bytes("00000000 02000001 ffffffffffffffff");
    let (header, body) = Header::parse(&packet).unwrap();
    assert_eq!((header.ordinal, header.txid, body), (Ordinal::Epitaph, Option::None, &[][..]));
}

//! The worked examples of `fidl-wire.md` section 8 with generated types: 1 to 20 in both directions,
//! 29 refused. Packets with headers (21 to 28) are tests of the crate `fidl`.

use std::fmt::Debug;

use fidl::{
    Codec, DecodeError, Encoder, Handle, HandleFault, ObjectType, Rights, decode_body, encode_body,
};
use fidl_conformance::bindings::wire_examples::{
    Boxed, Choice, Color, Colored, Depth, Gap, HandleChoice, Handles, HasChoice, HasGap,
    HasHandleChoice, HasOptionalChoice, Nothing, OptionalText, Padded, Point, Scalars, Siblings,
    Strings, Text,
};

#[test]
fn wire_ex01_padding_inside_and_after_a_struct() {
    both_ways(Padded { on: true, count: 300, port: 8080 }, "01000000 2c010000 901f0000 00000000");
}

#[test]
fn wire_ex02_empty_struct() {
    both_ways(Nothing {}, "0000000000000000");
}

#[test]
fn wire_ex03_string() {
    both_ways(Text { text: "fidl".into() }, "0400000000000000 ffffffffffffffff 6669646c00000000");
}

#[test]
fn wire_ex04_absent_optional_string() {
    both_ways(OptionalText { text: None }, "0000000000000000 0000000000000000");
}

#[test]
fn wire_ex05_present_empty_string() {
    both_ways(OptionalText { text: Some(String::new()) }, "0000000000000000 ffffffffffffffff");
}

#[test]
fn wire_ex06_sibling_order() {
    both_ways(
        Siblings { left: "abc".into(), right: "0123456789".into() },
        "0300000000000000 ffffffffffffffff 0a00000000000000 ffffffffffffffff
         6162630000000000 3031323334353637 3839000000000000",
    );
}

#[test]
fn wire_ex07_vector_of_scalars() {
    both_ways(
        Scalars { numbers: vec![1, 2, 3] },
        "0300000000000000 ffffffffffffffff 0100020003000000",
    );
}

#[test]
fn wire_ex08_vector_of_strings() {
    both_ways(
        Strings { texts: vec!["hi".into(), "there".into()] },
        "0200000000000000 ffffffffffffffff 0200000000000000 ffffffffffffffff
         0500000000000000 ffffffffffffffff 6869000000000000 7468657265000000",
    );
}

#[test]
fn wire_ex09_boxed_struct() {
    both_ways(
        Boxed { at: Some(Box::new(Point { x: -1, y: 7 })), id: 9 },
        "ffffffffffffffff 0900000000000000 ffffffff07000000",
    );
}

#[test]
fn wire_ex10_absent_box() {
    both_ways(Boxed { at: None, id: 9 }, "0000000000000000 0900000000000000");
}

#[test]
fn wire_ex11_depth_first_before_the_next_sibling() {
    let point = |x, y| Some(Box::new(Point { x, y }));
    both_ways(
        Depth { kids: vec![point(1, 2), None, point(3, 4)], tag: "T".into() },
        "0300000000000000 ffffffffffffffff 0100000000000000 ffffffffffffffff
         ffffffffffffffff 0000000000000000 ffffffffffffffff 0100000002000000
         0300000004000000 5400000000000000",
    );
}

#[test]
fn wire_ex12_empty_table() {
    both_ways(HasGap { t: Gap::default() }, "0000000000000000 ffffffffffffffff");
}

#[test]
fn wire_ex13_table_with_a_gap() {
    both_ways(
        HasGap { t: Gap { level: Some(5), title: Some("ok".into()), delay: Some(-2) } },
        "0400000000000000 ffffffffffffffff 0500000000000100 0000000000000000
         1800000000000000 0800000000000000 0200000000000000 ffffffffffffffff
         6f6b000000000000 feffffffffffffff",
    );
}

#[test]
fn wire_ex14_union_inlined() {
    both_ways(HasChoice { u: Choice::Code(0x1234) }, "0100000000000000 3412000000000100");
}

#[test]
fn wire_ex15_union_out_of_line() {
    both_ways(
        HasChoice { u: Choice::Msg("hey".into()) },
        "0200000000000000 1800000000000000 0300000000000000 ffffffffffffffff 6865790000000000",
    );
}

#[test]
fn wire_ex16_absent_optional_union() {
    both_ways(HasOptionalChoice { u: None }, "0000000000000000 0000000000000000");
}

#[test]
fn wire_ex17_handles() {
    with_handles(
        Handles { a: Number(0), b: None, more: vec![Number(1), Number(2)] },
        "ffffffff00000000 0200000000000000 ffffffffffffffff ffffffffffffffff",
        3,
    );
}

#[test]
fn wire_ex18_handle_inlined_in_a_union() {
    with_handles(
        HasHandleChoice { u: HandleChoice::Ev(Number(0)) },
        "0100000000000000 ffffffff01000100",
        1,
    );
}

#[test]
fn wire_ex19_handle_count_of_a_subtree() {
    let all = Handles { a: Number(0), b: Some(Number(1)), more: vec![] };
    with_handles(
        HasHandleChoice { u: HandleChoice::All(all) },
        "0200000000000000 1800000002000000 ffffffffffffffff 0000000000000000 ffffffffffffffff",
        2,
    );
}

#[test]
fn wire_ex20_flexible_enum_with_an_undeclared_value_and_an_array() {
    let grid = [Point { x: 1, y: 2 }, Point { x: 3, y: 4 }];
    both_ways(
        Colored { c: Color::from_primitive(77), grid },
        "4d000000 0100000002000000 0300000004000000 00000000",
    );
}

#[test]
fn wire_ex29_packets_to_refuse() {
    refuse::<Padded>("01000100 2c010000 901f0000 00000000", DecodeError::InvalidPaddingByte);
    refuse::<Padded>("02000000 2c010000 901f0000 00000000", DecodeError::InvalidBoolean);
    refuse::<Text>("0400000000000000 0000000000000000", DecodeError::NonEmptyStringWithNullBody);
    refuse::<Text>(
        "0200000000000000 ffffffffffffffff c0af000000000000",
        DecodeError::StringNotUtf8,
    );
    refuse::<Boxed>(
        "0100000000000000 0900000000000000 ffffffff07000000",
        DecodeError::InvalidPresenceIndicator,
    );
    refuse::<HasGap>(
        "0100000000000000 ffffffffffffffff 0800000000000000 0500000000000000",
        DecodeError::InvalidInlineBitInEnvelope,
    );
    refuse::<HasChoice>("0100000000000000 341200ee00000100", DecodeError::InvalidPaddingByte);
    refuse::<HasChoice>("0300000000000000 0000000000000100", DecodeError::StrictUnionUnknownField);
    refuse::<HasChoice>(
        "0200000000000000 2000000000000000 0300000000000000 ffffffffffffffff 6865790000000000",
        DecodeError::EnvelopeBytesExceedMessageLength,
    );
    refuse::<HasOptionalChoice>(
        "0000000000000000 0800000000000000 0000000000000000",
        DecodeError::UnionFieldNotSet,
    );
}

/// A handle that is known by its place in the handle table.
#[derive(Debug, PartialEq)]
struct Number(u32);

impl Handle for Number {
    fn receive(self, _: ObjectType, _: Rights) -> Result<Self, HandleFault> {
        Ok(self)
    }
}

fn both_ways<T: Codec<Number, Value = T> + Debug + PartialEq>(value: T, hex: &str) {
    with_handles(value, hex, 0);
}

fn with_handles<T: Codec<Number, Value = T> + Debug + PartialEq>(value: T, hex: &str, count: u32) {
    let expected = bytes(hex);
    let mut handles: Vec<Number> = (0..count).map(Number).collect();
    let decoded = decode_body::<T, Number>(&expected, &mut handles).expect("it decodes");
    assert_eq!(decoded, value);

    let mut e = Encoder::new();
    encode_body::<T, Number>(value, &mut e).expect("it encodes");
    assert_eq!(e.bytes(), expected);
    let sent: Vec<u32> = e.handles().iter().map(|d| d.handle.0).collect();
    assert_eq!(sent, (0..count).collect::<Vec<_>>());
}

fn refuse<T: Codec<Number, Value = T> + Debug>(hex: &str, error: DecodeError) {
    let result = decode_body::<T, Number>(&bytes(hex), &mut Vec::new());
    assert_eq!(result.expect_err("it is refused"), error, "{hex}");
}

fn bytes(hex: &str) -> Vec<u8> {
    let digits: String = hex.split_whitespace().collect();
    fidl_conformance::value::bytes_from_hex(&digits).expect("hexadecimal digits")
}

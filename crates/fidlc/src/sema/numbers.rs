//! Numeric literals and the ranges of numeric types.

use crate::ir::Primitive;

/// What a numeric literal denotes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Number {
    Integer(i128),
    Float(f64),
}

/// Reads a literal as lexed; `None` if it is no number.
pub(super) fn parse(text: &str) -> Option<Number> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let magnitude = if let Some(hex) = digits.strip_prefix("0x") {
        unsigned(hex, 16)?
    } else if let Some(binary) = digits.strip_prefix("0b") {
        unsigned(binary, 2)?
    } else if digits.bytes().all(|byte| byte.is_ascii_digit()) {
        unsigned(digits, 10)?
    } else {
        return float(text).map(Number::Float);
    };
    Some(Number::Integer(if negative { -magnitude } else { magnitude }))
}

/// Values that no type can hold become one that no type can hold either.
fn unsigned(digits: &str, radix: u32) -> Option<i128> {
    if digits.is_empty() || !digits.chars().all(|c| c.is_digit(radix)) {
        return None;
    }
    Some(i128::from_str_radix(digits, radix).unwrap_or(i128::MAX))
}

/// The lexical class of floats is not pinned by the language page: digits, a point with digits
/// after it, and an exponent are taken.
fn float(text: &str) -> Option<f64> {
    let plain =
        text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'+' | b'e' | b'E'));
    if !plain || text.ends_with('.') {
        return None;
    }
    text.parse().ok()
}

/// The smallest and largest value of an integer type; `None` for bool and floats.
pub(super) fn integer_range(primitive: Primitive) -> Option<(i128, i128)> {
    Some(match primitive {
        Primitive::Int8 => (i8::MIN.into(), i8::MAX.into()),
        Primitive::Int16 => (i16::MIN.into(), i16::MAX.into()),
        Primitive::Int32 => (i32::MIN.into(), i32::MAX.into()),
        Primitive::Int64 => (i64::MIN.into(), i64::MAX.into()),
        Primitive::Uint8 => (0, u8::MAX.into()),
        Primitive::Uint16 => (0, u16::MAX.into()),
        Primitive::Uint32 => (0, u32::MAX.into()),
        Primitive::Uint64 => (0, u64::MAX.into()),
        Primitive::Bool | Primitive::Float32 | Primitive::Float64 => return None,
    })
}

/// Whether a float type holds a value without becoming infinite.
pub(super) fn float_fits(primitive: Primitive, value: f64) -> bool {
    match primitive {
        Primitive::Float32 => value.abs() <= f64::from(f32::MAX),
        Primitive::Float64 => value.is_finite(),
        _ => false,
    }
}

/// The name of a primitive type in the language.
pub(super) fn name(primitive: Primitive) -> &'static str {
    match primitive {
        Primitive::Bool => "bool",
        Primitive::Int8 => "int8",
        Primitive::Int16 => "int16",
        Primitive::Int32 => "int32",
        Primitive::Int64 => "int64",
        Primitive::Uint8 => "uint8",
        Primitive::Uint16 => "uint16",
        Primitive::Uint32 => "uint32",
        Primitive::Uint64 => "uint64",
        Primitive::Float32 => "float32",
        Primitive::Float64 => "float64",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn language_1_numeric_literals() {
        for (text, expected) in [
            ("0", Some(Number::Integer(0))),
            ("-17", Some(Number::Integer(-17))),
            ("0xFf", Some(Number::Integer(255))),
            ("-0x1", Some(Number::Integer(-1))),
            ("0b101", Some(Number::Integer(5))),
            ("1.5", Some(Number::Float(1.5))),
            ("1e-8", Some(Number::Float(1e-8))),
            ("-2.5E+3", Some(Number::Float(-2500.0))),
            ("99999999999999999999999999999999999999999999", Some(Number::Integer(i128::MAX))),
            ("0x", None),
            ("0b12", None),
            ("12ab", None),
            ("1.", None),
        ] {
            assert_eq!(parse(text), expected, "{text}");
        }
    }
}

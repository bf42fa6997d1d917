//! JSON values of the cases as values of FIDL types.

use std::fmt;

use fidl::{ClientEnd, DecodeError, ObjectType, Rights, ServerEnd};
use serde_json::Value;

use crate::handle::{TestHandle, TestHandles};

/// A value that a case can spell.
pub trait FromCase: Sized {
    /// Builds the value.
    ///
    /// # Errors
    ///
    /// What keeps the generated type from holding it.
    fn from_case(value: &Value, context: &Context<'_>) -> Result<Self, Unbuildable>;
}

/// What values of a case refer to.
#[derive(Debug)]
pub struct Context<'a> {
    /// The handles of the case.
    pub handles: &'a TestHandles,
}

/// Why a value of a case cannot be built in Rust.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unbuildable {
    /// An absent value of a type that has none.
    AbsentRequired,
    /// A number that is no member of a strict enum.
    UndeclaredEnumValue,
    /// Bits that strict bits do not declare.
    UndeclaredBits,
    /// Bytes that are no string.
    NotUtf8,
    /// A union without variant, which a Rust enum cannot be.
    UnsetUnion,
    /// A variant that a strict union does not have.
    UndeclaredVariant,
    /// An unknown field or variant together with its content, which decoding drops.
    RetainedUnknown,
    /// A fault of the case or of this harness.
    Malformed(String),
    /// The value is to be made by decoding, and that failed.
    Decode(DecodeError),
}

impl fmt::Display for Unbuildable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AbsentRequired => "the type has no absent value",
            Self::UndeclaredEnumValue => "a strict enum holds only its members",
            Self::UndeclaredBits => "strict bits hold only their members",
            Self::NotUtf8 => "a String holds only UTF-8",
            Self::UnsetUnion => "a union always has a variant",
            Self::UndeclaredVariant => "a strict union holds only its variants",
            Self::RetainedUnknown => "unknown content is dropped, not kept",
            Self::Malformed(why) => return write!(f, "the case is malformed: {why}"),
            Self::Decode(error) => return write!(f, "the value does not decode: {error}"),
        })
    }
}

/// The object that spells a struct or table.
///
/// # Errors
///
/// Another kind of value, or retained unknown fields.
pub fn fields(value: &Value) -> Result<&serde_json::Map<String, Value>, Unbuildable> {
    let object = value.as_object().ok_or(Unbuildable::AbsentRequired)?;
    if object.contains_key("@unknown_fields") {
        return Err(Unbuildable::RetainedUnknown);
    }
    Ok(object)
}

/// A member of a struct or table; a missing one is absent.
///
/// # Errors
///
/// Those of the member.
pub fn field<T: FromCase>(
    object: &serde_json::Map<String, Value>,
    name: &str,
    context: &Context<'_>,
) -> Result<T, Unbuildable> {
    T::from_case(object.get(name).unwrap_or(&Value::Null), context)
}

/// The one variant of a union, as name and content; or the ordinal of an unknown one.
///
/// # Errors
///
/// No variant, or one with retained content.
pub fn variant(value: &Value) -> Result<Result<(&str, &Value), u64>, Unbuildable> {
    let object = value.as_object().ok_or(Unbuildable::AbsentRequired)?;
    if object.contains_key("@unset") {
        return Err(Unbuildable::UnsetUnion);
    }
    if let Some(ordinal) = object.get("@unknown_ordinal") {
        let ordinal = u64::from_case(ordinal, &Context { handles: &TestHandles::default() })?;
        return if object.len() == 1 {
            Ok(Err(ordinal))
        } else {
            Err(Unbuildable::RetainedUnknown)
        };
    }
    match object.iter().next() {
        Some((name, content)) => Ok(Ok((name, content))),
        None => Err(Unbuildable::UnsetUnion),
    }
}

macro_rules! integer {
    ($($integer:ty)*) => {$(
        impl FromCase for $integer {
            fn from_case(value: &Value, _: &Context<'_>) -> Result<Self, Unbuildable> {
                let number = match value.get("@int") {
                    Some(text) => text.as_str().and_then(|text| text.parse::<i128>().ok()),
                    None => value
                        .as_i64()
                        .map(i128::from)
                        .or_else(|| value.as_u64().map(i128::from)),
                };
                number.and_then(|n| n.try_into().ok()).ok_or_else(|| malformed(value))
            }
        }
    )*};
}

integer! { u8 u16 u32 u64 i8 i16 i32 i64 }

macro_rules! float {
    ($float:ty, $bits:ty) => {
        impl FromCase for $float {
            fn from_case(value: &Value, _: &Context<'_>) -> Result<Self, Unbuildable> {
                let Some(bits) = value.get("@float_bits") else {
                    return value.as_f64().map(|f| f as $float).ok_or_else(|| malformed(value));
                };
                bits.as_str()
                    .and_then(|text| text.strip_prefix("0x"))
                    .and_then(|digits| <$bits>::from_str_radix(digits, 16).ok())
                    .map(<$float>::from_bits)
                    .ok_or_else(|| malformed(value))
            }
        }
    };
}

float!(f32, u32);
float!(f64, u64);

impl FromCase for bool {
    fn from_case(value: &Value, _: &Context<'_>) -> Result<Self, Unbuildable> {
        value.as_bool().ok_or_else(|| malformed(value))
    }
}

impl FromCase for String {
    fn from_case(value: &Value, _: &Context<'_>) -> Result<Self, Unbuildable> {
        if let Some(hex) = value.get("@bytes_hex").and_then(Value::as_str) {
            let bytes = bytes_from_hex(hex).ok_or_else(|| malformed(value))?;
            return Self::from_utf8(bytes).map_err(|_| Unbuildable::NotUtf8);
        }
        match value {
            Value::Null => Err(Unbuildable::AbsentRequired),
            _ => value.as_str().map(Self::from).ok_or_else(|| malformed(value)),
        }
    }
}

impl<T: FromCase> FromCase for Option<T> {
    fn from_case(value: &Value, context: &Context<'_>) -> Result<Self, Unbuildable> {
        if value.is_null() { Ok(None) } else { T::from_case(value, context).map(Some) }
    }
}

impl<T: FromCase> FromCase for Box<T> {
    fn from_case(value: &Value, context: &Context<'_>) -> Result<Self, Unbuildable> {
        T::from_case(value, context).map(Self::new)
    }
}

impl<T: FromCase> FromCase for Vec<T> {
    fn from_case(value: &Value, context: &Context<'_>) -> Result<Self, Unbuildable> {
        let elements = value.as_array().ok_or(Unbuildable::AbsentRequired)?;
        elements.iter().map(|element| T::from_case(element, context)).collect()
    }
}

impl<T: FromCase, const N: usize> FromCase for [T; N] {
    fn from_case(value: &Value, context: &Context<'_>) -> Result<Self, Unbuildable> {
        Vec::from_case(value, context)?.try_into().map_err(|_| malformed(value))
    }
}

impl FromCase for TestHandle {
    fn from_case(value: &Value, context: &Context<'_>) -> Result<Self, Unbuildable> {
        if value.is_null() {
            return Err(Unbuildable::AbsentRequired);
        }
        let id = value.get("@handle").and_then(Value::as_u64).ok_or_else(|| malformed(value))?;
        let changed = match (value.get("type"), value.get("rights")) {
            (Some(object_type), Some(rights)) => {
                let object_type = object_type.as_str().and_then(object_type_named);
                let rights = rights.as_str().and_then(rights_named);
                Some(object_type.zip(rights).ok_or_else(|| malformed(value))?)
            }
            _ => None,
        };
        context.handles.take(id, changed).ok_or_else(|| malformed(value))
    }
}

impl<P> FromCase for ClientEnd<P, TestHandle> {
    fn from_case(value: &Value, context: &Context<'_>) -> Result<Self, Unbuildable> {
        TestHandle::from_case(value, context).map(Self::new)
    }
}

impl<P> FromCase for ServerEnd<P, TestHandle> {
    fn from_case(value: &Value, context: &Context<'_>) -> Result<Self, Unbuildable> {
        TestHandle::from_case(value, context).map(Self::new)
    }
}

/// The object types of the cases.
pub fn object_type_named(name: &str) -> Option<ObjectType> {
    match name {
        "any" | "handle" | "none" => Some(ObjectType::ANY),
        "channel" => Some(ObjectType::CHANNEL),
        "event" => Some(ObjectType(5)),
        _ => None,
    }
}

/// The sets of rights of the cases.
pub fn rights_named(name: &str) -> Option<Rights> {
    Some(Rights(match name {
        "basic" => 0xc003,
        "event_default" => 0xd003,
        "channel_default" => 0xf00e,
        "channel_default-signal" => 0xe00e,
        "transfer" => 0x2,
        "same_rights" => return Some(Rights::SAME),
        _ => return None,
    }))
}

/// The bytes that a hexadecimal text spells.
pub fn bytes_from_hex(text: &str) -> Option<Vec<u8>> {
    if !text.len().is_multiple_of(2) {
        return None;
    }
    (0..text.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(text.get(at..at + 2)?, 16).ok())
        .collect()
}

pub(crate) fn malformed(value: &Value) -> Unbuildable {
    if value.is_null() {
        Unbuildable::AbsentRequired
    } else {
        Unbuildable::Malformed(value.to_string())
    }
}

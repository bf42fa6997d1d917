//! Forms: how a type of FIDL looks in JSON, for reading and for writing.

use std::marker::PhantomData;

use serde_json::Value;

use crate::error::{Error, Reason};
use crate::parse::parse;
use crate::reader::Reader;

/// How values of one type look in JSON.
///
/// Implementors describe: tables and enums describe themselves (`Value = Self`), while [`Text`] and
/// [`List`] describe strings and lists with the bounds of their FIDL types.
pub trait Form {
    type Value;

    fn read(from: &Reader<'_>) -> Result<Self::Value, Error>;

    /// What [`Form::read`] reads as the same value again.
    fn write(value: &Self::Value) -> Value;
}

/// A table, a struct or a member of an enum out of a JSON value.
pub fn from_json<T: Form<Value = T>>(value: &Value) -> Result<T, Error> {
    T::read(&Reader::new(value))
}

/// A table, a struct or a member of an enum out of JSON text.
pub fn from_text<T: Form<Value = T>>(text: &str) -> Result<T, Error> {
    from_json(&parse(text)?)
}

/// A table, a struct or a member of an enum as a JSON value.
pub fn to_json<T: Form<Value = T>>(value: &T) -> Value {
    T::write(value)
}

/// A string of at most `MAX` bytes.
pub struct Text<const MAX: usize>;

/// A list of at most `MAX` entries.
pub struct List<F, const MAX: usize>(PhantomData<F>);

impl Form for bool {
    type Value = Self;

    fn read(from: &Reader<'_>) -> Result<Self, Error> {
        from.boolean()
    }

    fn write(value: &Self) -> Value {
        Value::from(*value)
    }
}

impl Form for u32 {
    type Value = Self;

    fn read(from: &Reader<'_>) -> Result<Self, Error> {
        from.integer()
    }

    fn write(value: &Self) -> Value {
        Value::from(*value)
    }
}

impl Form for u64 {
    type Value = Self;

    fn read(from: &Reader<'_>) -> Result<Self, Error> {
        from.long_integer()
    }

    fn write(value: &Self) -> Value {
        Value::from(*value)
    }
}

/// Times, which are never below 0.
impl Form for i64 {
    type Value = Self;

    fn read(from: &Reader<'_>) -> Result<Self, Error> {
        from.time()
    }

    fn write(value: &Self) -> Value {
        Value::from(*value)
    }
}

impl<const MAX: usize> Form for Text<MAX> {
    type Value = String;

    fn read(from: &Reader<'_>) -> Result<String, Error> {
        let text = from.text()?;
        if text.len() > MAX {
            return Err(from.error(Reason::TooLong { bytes: text.len(), max: MAX }));
        }
        Ok(text.to_owned())
    }

    fn write(value: &String) -> Value {
        Value::from(value.as_str())
    }
}

impl<F: Form, const MAX: usize> Form for List<F, MAX> {
    type Value = Vec<F::Value>;

    fn read(from: &Reader<'_>) -> Result<Self::Value, Error> {
        let items = from.items()?;
        if items.len() > MAX {
            return Err(from.error(Reason::TooMany { count: items.len(), max: MAX }));
        }
        items.map(|item| F::read(&item)).collect()
    }

    fn write(value: &Self::Value) -> Value {
        value.iter().map(F::write).collect()
    }
}

/// Tables: every field optional, and absent when it is not set.
///
/// A field that a table gains or loses in its FIDL file no longer compiles here.
macro_rules! table {
    ($table:ident { $($field:ident: $form:ty),* $(,)? }) => {
        impl $crate::form::Form for $table {
            type Value = Self;

            fn read(from: &$crate::reader::Reader<'_>) -> Result<Self, $crate::error::Error> {
                let fields = from.fields(&[$(stringify!($field)),*])?;
                Ok(Self { $($field: fields.optional::<$form>(stringify!($field))?),* })
            }

            fn write(value: &Self) -> serde_json::Value {
                let Self { $($field),* } = value;
                let mut object = serde_json::Map::new();
                $(if let Some(set) = $field {
                    let form = <$form as $crate::form::Form>::write(set);
                    object.insert(stringify!($field).to_owned(), form);
                })*
                object.into()
            }
        }
    };
}

/// Structs: every field required.
macro_rules! structure {
    ($structure:ident { $($field:ident: $form:ty),* $(,)? }) => {
        impl $crate::form::Form for $structure {
            type Value = Self;

            fn read(from: &$crate::reader::Reader<'_>) -> Result<Self, $crate::error::Error> {
                let fields = from.fields(&[$(stringify!($field)),*])?;
                Ok(Self { $($field: fields.required::<$form>(stringify!($field))?),* })
            }

            fn write(value: &Self) -> serde_json::Value {
                let Self { $($field),* } = value;
                let mut object = serde_json::Map::new();
                $(
                    let form = <$form as $crate::form::Form>::write($field);
                    object.insert(stringify!($field).to_owned(), form);
                )*
                object.into()
            }
        }
    };
}

/// Flexible enums: a name, and the number for a value without one.
macro_rules! enumeration {
    ($enumeration:ident: $number:ty) => {
        impl $crate::form::Form for $enumeration {
            type Value = Self;

            fn read(from: &$crate::reader::Reader<'_>) -> Result<Self, $crate::error::Error> {
                let members = Self::MEMBERS.iter();
                let members = members.filter_map(|own| Some((own.name()?, own.into_primitive())));
                from.member::<$number>(members).map(Self::from_primitive)
            }

            fn write(value: &Self) -> serde_json::Value {
                let name = value.name().map(serde_json::Value::from);
                name.unwrap_or_else(|| value.into_primitive().into())
            }
        }
    };
}

pub(crate) use {enumeration, structure, table};

//! JSON values together with the place where they stand.

use serde_json::{Map, Number, Value};

use crate::error::{Error, Expected, Found, Reason};
use crate::form::Form;
use crate::place::Trail;

/// A value in a document, and where it stands.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'a> {
    value: &'a Value,
    trail: Trail<'a>,
}

impl<'a> Reader<'a> {
    /// A whole document.
    pub const fn new(value: &'a Value) -> Self {
        Self { value, trail: Trail::Top }
    }

    /// What this stands for as an `F`.
    pub fn read<F: Form>(&self) -> Result<F::Value, Error> {
        F::read(self)
    }

    /// The fields of an object that has no others than `known`.
    pub fn fields(&self, known: &'static [&'static str]) -> Result<Fields<'_>, Error> {
        let object = self.value.as_object().ok_or_else(|| self.not(Expected::Object))?;
        let unknown = object.keys().find(|key| !known.contains(&key.as_str()));
        if let Some(name) = unknown {
            let place = Trail::Field(&self.trail, name).to_place();
            return Err(Error { place, reason: Reason::UnknownField { known } });
        }
        Ok(Fields { object, trail: &self.trail })
    }

    /// The entries of a list.
    pub fn items(&self) -> Result<impl ExactSizeIterator<Item = Reader<'_>>, Error> {
        let values = self.value.as_array().ok_or_else(|| self.not(Expected::List))?;
        let item = |(index, value)| Reader { value, trail: Trail::Item(&self.trail, index) };
        Ok(values.iter().enumerate().map(item))
    }

    /// A string.
    pub fn text(&self) -> Result<&'a str, Error> {
        self.value.as_str().ok_or_else(|| self.not(Expected::Text))
    }

    /// `true` or `false`.
    pub fn boolean(&self) -> Result<bool, Error> {
        self.value.as_bool().ok_or_else(|| self.not(Expected::Boolean))
    }

    /// Any number.
    pub fn number(&self) -> Result<f64, Error> {
        self.value.as_f64().ok_or_else(|| self.not(Expected::Number))
    }

    /// An integer of 32 bits.
    pub fn integer(&self) -> Result<u32, Error> {
        self.integer_or(Expected::Integer)
    }

    /// An integer of 64 bits, or a string of `0x` and hexadecimal digits.
    pub fn long_integer(&self) -> Result<u64, Error> {
        match self.value {
            Value::Number(number) => self.whole(number, Expected::LongInteger),
            Value::String(text) if text.starts_with("0x") => self.hexadecimal(text),
            _ => Err(self.not(Expected::LongInteger)),
        }
    }

    /// A time in nanoseconds: an integer of 63 bits, since none is below 0.
    pub(crate) fn time(&self) -> Result<i64, Error> {
        let number = self.value.as_number().ok_or_else(|| self.not(Expected::LongInteger))?;
        self.whole(number, Expected::LongInteger)
    }

    /// A member of an enum, of which these have names.
    pub(crate) fn member<N: Integer>(
        &self,
        members: impl Iterator<Item = (&'static str, N)> + Clone,
    ) -> Result<N, Error> {
        match self.value {
            Value::Number(number) => self.whole(number, Expected::Member),
            Value::String(text) if text.starts_with("0x") => self.hexadecimal(text),
            Value::String(_) => self.name(members),
            _ => Err(self.not(Expected::Member)),
        }
    }

    /// What has this name among `named`.
    pub(crate) fn name<N>(
        &self,
        named: impl Iterator<Item = (&'static str, N)> + Clone,
    ) -> Result<N, Error> {
        let own = self.text()?;
        let found = named.clone().find(|(name, _)| *name == own).map(|(_, value)| value);
        found.ok_or_else(|| {
            let known = named.map(|(name, _)| name).collect();
            self.error(Reason::UnknownName { name: own.to_owned(), known })
        })
    }

    /// An error about this value.
    pub fn error(&self, reason: Reason) -> Error {
        Error { place: self.trail.to_place(), reason }
    }

    /// An integer of 32 bits where there could be something else as well.
    pub(crate) fn integer_or(&self, expected: Expected) -> Result<u32, Error> {
        let number = self.value.as_number().ok_or_else(|| self.not(expected))?;
        self.whole(number, expected)
    }

    pub(crate) fn is_list(&self) -> bool {
        self.value.is_array()
    }

    /// The error that this is something else.
    fn not(&self, expected: Expected) -> Error {
        let found = match self.value {
            Value::Null => return self.error(Reason::Null),
            Value::Bool(_) => Found::Boolean,
            Value::Number(number) if number.is_f64() => Found::Fraction,
            Value::Number(_) => Found::Integer,
            Value::String(_) => Found::Text,
            Value::Array(_) => Found::List,
            Value::Object(_) => Found::Object,
        };
        self.error(Reason::WrongType { expected, found })
    }

    fn whole<N: Integer>(&self, number: &Number, expected: Expected) -> Result<N, Error> {
        /// 2 to the power of 64: the parser turns integers from here on into floating point.
        const TOO_LARGE: f64 = 18_446_744_073_709_551_616.0;
        let is_fraction = number.as_f64().is_some_and(|value| value.abs() < TOO_LARGE);
        if number.is_f64() && is_fraction {
            return Err(self.not(expected));
        }
        self.in_range(number.as_u64())
    }

    fn hexadecimal<N: Integer>(&self, text: &str) -> Result<N, Error> {
        let digits = text.strip_prefix("0x").unwrap_or_default();
        if digits.is_empty() || !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return Err(self.error(Reason::InvalidHex { text: text.to_owned() }));
        }
        self.in_range(u64::from_str_radix(digits, 16).ok())
    }

    fn in_range<N: Integer>(&self, value: Option<u64>) -> Result<N, Error> {
        let value = value.and_then(|value| N::try_from(value).ok());
        value.ok_or_else(|| self.error(Reason::OutOfRange { max: N::MAX }))
    }
}

/// The integers of FIDL that occur here.
pub(crate) trait Integer: TryFrom<u64> {
    const MAX: u64;
}

impl Integer for u32 {
    const MAX: u64 = 0xFFFF_FFFF;
}

impl Integer for u64 {
    const MAX: u64 = u64::MAX;
}

impl Integer for i64 {
    const MAX: u64 = i64::MAX as u64;
}

/// The fields of an object, all of which are known.
#[derive(Clone, Copy, Debug)]
pub struct Fields<'a> {
    object: &'a Map<String, Value>,
    trail: &'a Trail<'a>,
}

impl<'a> Fields<'a> {
    /// A field, if it is set.
    pub fn get(&self, name: &'a str) -> Option<Reader<'a>> {
        let value = self.object.get(name)?;
        Some(Reader { value, trail: Trail::Field(self.trail, name) })
    }

    /// A field that has to be set.
    pub fn need(&self, name: &'a str) -> Result<Reader<'a>, Error> {
        self.get(name).ok_or_else(|| {
            let place = Trail::Field(self.trail, name).to_place();
            Error { place, reason: Reason::MissingField }
        })
    }

    /// A field as an `F`, if it is set.
    pub fn optional<F: Form>(&self, name: &'a str) -> Result<Option<F::Value>, Error> {
        self.get(name).map(|field| field.read::<F>()).transpose()
    }

    /// A field that has to be set, as an `F`.
    pub fn required<F: Form>(&self, name: &'a str) -> Result<F::Value, Error> {
        self.need(name)?.read::<F>()
    }
}

//! Text to JSON, with every field at most once.

use std::cell::RefCell;
use std::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use crate::error::{Error, Reason};
use crate::place::{Place, Trail};

/// Text to JSON. The error of text that is not JSON has no place but line and column.
///
/// A field that stands twice is an error, where `serde_json` would let the last one win.
pub fn parse(text: &str) -> Result<Value, Error> {
    let duplicate = RefCell::new(None);
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let whole = Unique { trail: Trail::Top, duplicate: &duplicate };
    let value = whole.deserialize(&mut deserializer);
    let value = value.and_then(|value| deserializer.end().map(|()| value));
    value.map_err(|error| match duplicate.take() {
        Some(place) => Error { place, reason: Reason::DuplicateField },
        None => syntax(&error),
    })
}

fn syntax(error: &serde_json::Error) -> Error {
    let (line, column) = (error.line(), error.column());
    let text = error.to_string();
    let end = format!(" at line {line} column {column}");
    let problem = text.strip_suffix(&end).unwrap_or(&text).to_owned();
    Error { place: Place::default(), reason: Reason::Syntax { line, column, problem } }
}

/// Reads any value that stands at a place.
#[derive(Clone, Copy)]
struct Unique<'a> {
    trail: Trail<'a>,
    /// Set if the error is that of a field that stands twice.
    duplicate: &'a RefCell<Option<Place>>,
}

impl<'de> DeserializeSeed<'de> for Unique<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Value, D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Unique<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        loop {
            let trail = Trail::Item(&self.trail, list.len());
            let item = Unique { trail, duplicate: self.duplicate };
            match items.next_element_seed(item)? {
                Some(value) => list.push(value),
                None => return Ok(list.into()),
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(name) = fields.next_key::<String>()? {
            let trail = Trail::Field(&self.trail, &name);
            if object.contains_key(&name) {
                *self.duplicate.borrow_mut() = Some(trail.to_place());
                return Err(de::Error::custom("a field stands twice"));
            }
            let value = fields.next_value_seed(Unique { trail, duplicate: self.duplicate })?;
            object.insert(name, value);
        }
        Ok(object.into())
    }
}

//! TOML with the lines that things stand in, read as the JSON values that they look like.

use std::fmt;

use serde_json::{Number, Value};
use sysmem_json::{Place, Step};
use toml::Spanned;
use toml::de::{DeInteger, DeTable, DeValue};

/// A configuration file.
#[derive(Debug)]
pub struct Document<'t> {
    text: &'t str,
    root: Spanned<DeTable<'t>>,
}

/// Why text is no document: where, and what is wrong.
#[derive(Debug, PartialEq, Eq)]
pub struct SyntaxError {
    line: usize,
    problem: String,
}

impl<'t> Document<'t> {
    pub fn parse(text: &'t str) -> Result<Self, SyntaxError> {
        let root = DeTable::parse(text).map_err(|error| SyntaxError {
            line: line(text, error.span().map_or(0, |span| span.start)),
            // The place would be drawn on lines of its own.
            problem: error.message().replace('\n', " "),
        })?;
        Ok(Self { text, root })
    }

    /// The same as JSON. What JSON does not have, such as dates, is a string with its text.
    pub fn to_json(&self) -> Value {
        table(self.root.get_ref())
    }

    /// The line, from 1, of a key at the top.
    pub fn line_of_key(&self, key: &str) -> usize {
        self.line_of(&Place(vec![Step::Field(key.to_owned())]))
    }

    /// The line, from 1, of what stands at a place; of what it would stand in, if nothing does.
    pub fn line_of(&self, place: &Place) -> usize {
        let mut start = 0;
        let mut inside = Inside::Table(self.root.get_ref());
        for step in &place.0 {
            let Some((found, value)) = inside.step(step) else { break };
            start = found;
            inside = match value {
                DeValue::Table(table) => Inside::Table(table),
                DeValue::Array(items) => Inside::List(items),
                _ => break,
            };
        }
        line(self.text, start)
    }
}

/// Where a way through a document has got to.
enum Inside<'d, 't> {
    Table(&'d DeTable<'t>),
    List(&'d [Spanned<DeValue<'t>>]),
}

impl<'d, 't> Inside<'d, 't> {
    /// Where the next value, or its key, begins, and the value.
    fn step(&self, step: &Step) -> Option<(usize, &'d DeValue<'t>)> {
        match (self, step) {
            (Self::Table(table), Step::Field(name)) => {
                let (key, value) = table.iter().find(|(key, _)| key.get_ref() == name)?;
                Some((key.span().start, value.get_ref()))
            }
            (Self::List(items), Step::Item(index)) => {
                let item = items.get(*index)?;
                Some((item.span().start, item.get_ref()))
            }
            _ => None,
        }
    }
}

fn table(fields: &DeTable<'_>) -> Value {
    let fields = fields.iter().map(|(key, field)| (key.get_ref().to_string(), value(field)));
    Value::Object(fields.collect())
}

fn value(spanned: &Spanned<DeValue<'_>>) -> Value {
    match spanned.get_ref() {
        DeValue::String(text) => Value::from(text.as_ref()),
        DeValue::Integer(integer) => integer_value(integer),
        DeValue::Float(float) => {
            let number = float.as_str().parse().ok().and_then(Number::from_f64);
            number.map_or_else(|| Value::from(float.as_str()), Value::Number)
        }
        DeValue::Boolean(value) => Value::from(*value),
        DeValue::Datetime(datetime) => Value::from(datetime.to_string()),
        DeValue::Array(items) => items.iter().map(value).collect(),
        DeValue::Table(fields) => table(fields),
    }
}

/// One that does not fit into 64 bits becomes a floating point number, as in JSON.
fn integer_value(integer: &DeInteger<'_>) -> Value {
    let (digits, radix) = (integer.as_str(), integer.radix());
    let unsigned = u64::from_str_radix(digits, radix).map(Value::from);
    let signed = || i64::from_str_radix(digits, radix).map(Value::from);
    unsigned.or_else(|_| signed()).unwrap_or_else(|_| Value::from(f64::MAX))
}

fn line(text: &str, offset: usize) -> usize {
    let before = text.as_bytes().get(..offset).unwrap_or(text.as_bytes());
    before.iter().filter(|byte| **byte == b'\n').count() + 1
}

impl fmt::Display for SyntaxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.problem)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const TEXT: &str = "a = 0o17\n\n[[list]]\nb = 1.5\nc = { d = [\n  'x', 0xFFFF_FFFF_FFFF_FFFF,\n] }\n\n\
                        [[list]]\nb = inf\n";

    #[test]
    fn toml_reads_as_json() {
        let expected = json!({
            "a": 15,
            "list": [{"b": 1.5, "c": {"d": ["x", u64::MAX]}}, {"b": "inf"}],
        });
        assert_eq!(Document::parse(TEXT).unwrap().to_json(), expected);
    }

    #[test]
    fn places_have_lines() {
        let document = Document::parse(TEXT).unwrap();
        let field = |name: &str| Step::Field(name.to_owned());
        for (place, line) in [
            (vec![], 1),
            (vec![field("a")], 1),
            (vec![field("list"), Step::Item(0), field("b")], 4),
            (vec![field("list"), Step::Item(0), field("c"), field("d"), Step::Item(1)], 6),
            (vec![field("list"), Step::Item(1), field("missing")], 9),
        ] {
            assert_eq!(document.line_of(&Place(place.clone())), line, "{place:?}");
        }
    }

    #[test]
    fn what_is_no_toml_has_a_line() {
        let error = Document::parse("a = 1\nb = [\n").unwrap_err().to_string();
        assert!(error.starts_with("line ") && !error.contains('\n'), "{error}");
        assert!(Document::parse("a = 1\na = 2").unwrap_err().to_string().starts_with("line 2: "));
    }
}

//! What every element has: name, place, attributes; and constants.

use serde_json::{Map, Value as Json, json};

use crate::ir::{Attributes, Location, Value};

/// The common part of a declaration or member.
pub fn element(name: &str, attributes: &Attributes, location: &Location) -> Map<String, Json> {
    let mut object = Map::new();
    object.insert("name".into(), json!(name));
    object.insert("location".into(), self::location(location));
    object.insert("deprecated".into(), json!(attributes.deprecated.is_some()));
    insert_attributes(&mut object, attributes);
    object
}

/// The object with the fields of `more`, which has to be an object.
pub fn extend(mut object: Map<String, Json>, more: Json) -> Json {
    if let Json::Object(more) = more {
        object.extend(more);
    }
    Json::Object(object)
}

/// Adds `maybe_attributes`, if there are any.
pub fn insert_attributes(object: &mut Map<String, Json>, attributes: &Attributes) {
    let doc = (!attributes.doc.is_empty()).then(|| {
        // As the attribute that the comment stands for: a space before and a newline after each
        // line.
        let text: String = attributes.doc.iter().map(|line| doc_line(line)).collect();
        json!({ "name": "doc", "arguments": [argument("value", &Value::String(text))] })
    });
    let others = attributes.others.iter().map(|(name, arguments)| {
        let arguments: Vec<_> =
            arguments.iter().map(|(name, value)| argument(name, value)).collect();
        json!({ "name": name, "arguments": arguments })
    });
    let all: Vec<Json> = doc.into_iter().chain(others).collect();
    if !all.is_empty() {
        object.insert("maybe_attributes".into(), json!(all));
    }
}

/// An evaluated constant.
pub fn constant(value: &Value) -> Json {
    let (kind, text) = match value {
        Value::Bool(value) => ("bool", value.to_string()),
        Value::Integer(value) => ("numeric", value.to_string()),
        Value::Float(value) => ("numeric", value.to_string()),
        Value::String(value) => ("string", value.clone()),
    };
    let expression = match value {
        Value::String(value) => format!("{value:?}"),
        _ => text.clone(),
    };
    json!({
        "kind": "literal",
        "value": text,
        "expression": expression,
        "literal": { "kind": kind, "value": text, "expression": expression },
    })
}

fn argument(name: &str, value: &Value) -> Json {
    let ty = match value {
        Value::Bool(_) => "bool",
        Value::Integer(_) => "int64",
        Value::Float(_) => "float64",
        Value::String(_) => "string",
    };
    json!({ "name": name, "type": ty, "value": constant(value) })
}

fn doc_line(line: &str) -> String {
    if line.is_empty() { "\n".to_owned() } else { format!(" {line}\n") }
}

fn location(location: &Location) -> Json {
    json!({
        "filename": location.file,
        "line": location.line,
        "column": location.column,
        "length": location.length,
    })
}

//! Tables of the protocol as rows of text: the path of a field, and what stands there.

use serde_json::{Map, Value};

/// A field that is set.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// The tables around the field, such as `image_format_constraints[0]`; empty at the top.
    pub section: String,
    pub field: String,
    /// One line for each entry of a list.
    pub lines: Vec<String>,
}

/// The fields of a table in its JSON form, those of tables inside it after its own.
pub fn rows(table: &Value) -> Vec<Row> {
    let mut rows = Vec::new();
    if let Value::Object(fields) = table {
        add_fields(&mut rows, "", fields);
    }
    rows
}

fn add_fields(rows: &mut Vec<Row>, section: &str, fields: &Map<String, Value>) {
    for (field, value) in fields {
        if inner(field, value).is_empty() {
            let lines = no_limit(field, value).map_or_else(|| lines(value), |word| vec![word]);
            rows.push(Row { section: section.to_owned(), field: field.clone(), lines });
        }
    }
    for (field, value) in fields {
        for (index, fields) in inner(field, value) {
            let separator = if section.is_empty() { "" } else { "." };
            add_fields(rows, &format!("{section}{separator}{field}{index}"), fields);
        }
    }
}

/// The tables in a field: the one that stands there, or the entries of the list of images.
fn inner<'a>(field: &str, value: &'a Value) -> Vec<(String, &'a Map<String, Value>)> {
    match value {
        Value::Object(fields) if one_line(fields).is_none() => vec![(String::new(), fields)],
        Value::Array(items) if field == "image_format_constraints" => {
            let tables = items.iter().enumerate();
            tables.filter_map(|(i, item)| Some((format!("[{i}]"), item.as_object()?))).collect()
        }
        _ => Vec::new(),
    }
}

/// The word for the largest number of a field, which stands for no limit or no wish at all.
fn no_limit(field: &str, value: &Value) -> Option<String> {
    let is_largest = match value {
        Value::Number(_) => [u32::MAX.into(), u64::MAX].contains(&value.as_u64()?),
        Value::Object(size) => size.values().all(|side| side.as_u64() == Some(u32::MAX.into())),
        _ => false,
    };
    let word = if field.starts_with("max_") { "unlimited" } else { "none" };
    let has_limit = field.starts_with("max_") || field == "required_min_size";
    (is_largest && has_limit).then(|| word.to_owned())
}

fn lines(value: &Value) -> Vec<String> {
    match value {
        Value::Array(items) if items.is_empty() => vec!["none".to_owned()],
        Value::Array(items) => items.iter().map(text).collect(),
        other => vec![text(other)],
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Object(fields) => one_line(fields).unwrap_or_else(|| value.to_string()),
        other => other.to_string(),
    }
}

/// Sizes, formats and heaps, which are read as one value.
fn one_line(fields: &Map<String, Value>) -> Option<String> {
    let get = |name| fields.get(name).map(text);
    let names: Vec<_> = fields.keys().map(String::as_str).collect();
    match names.as_slice() {
        ["height", "width"] | ["width", "height"] => {
            Some(format!("{}x{}", get("width")?, get("height")?))
        }
        ["pixel_format", "pixel_format_modifier"] => {
            Some(format!("{}/{}", get("pixel_format")?, get("pixel_format_modifier")?))
        }
        ["heap_type"] => get("heap_type"),
        ["heap_type", "id"] => match get("id")?.as_str() {
            "0" => get("heap_type"),
            id => Some(format!("{} {id}", get("heap_type")?)),
        },
        _ => None,
    }
}

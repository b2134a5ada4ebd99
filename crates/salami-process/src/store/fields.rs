//! The fields of events and of waits for them, and when they fit.

use serde_json::{Map, Value};

/// The key of a field by which waits find events: `sender="ada@example.org"`. `None`: it has none, as it is
/// too long or no text, number or boolean.
///
/// A wait is found by the first of its fields, in their order, that has a key; `""` if none has. An event has the
/// keys of all of its fields and `""`.
#[must_use]
pub fn key_of(name: &str, value: &Value) -> Option<String> {
    match value {
        Value::String(text) if text.len() > 200 => None,
        Value::String(_) | Value::Number(_) | Value::Bool(_) => Some(format!("{name}={value}")),
        _ => None,
    }
}

/// The fields that JSON text has: none, if it is no object.
#[must_use]
pub fn fields_of(text: &str) -> Map<String, Value> {
    match serde_json::from_str(text) {
        Ok(Value::Object(fields)) => fields,
        _ => Map::new(),
    }
}

/// Whether an event with these fields is one that a wait with `wanted` waits for: it has all of them with equal
/// values (`1` and `1.0` are not equal). A wanted field that is null is not compared.
#[must_use]
pub fn fits(wanted: &Map<String, Value>, fields: &Map<String, Value>) -> bool {
    wanted
        .iter()
        .all(|(name, value)| value.is_null() || fields.get(name) == Some(value))
}

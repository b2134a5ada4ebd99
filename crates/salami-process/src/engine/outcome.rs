//! What came for a wait, as JSON: in the store until a turn takes it, and in the journal.

use serde_json::{Map, Value, json};

use crate::call::Answer;
use crate::runtime::Arrived;

/// `{"value": ...}`, `{"error": "..."}`, `{"function": "visit", "arguments": [...]}`, `"instant"` or `"retry"`.
#[must_use]
pub fn write(arrived: &Arrived) -> Value {
    match arrived {
        Arrived::Answer(Answer::Value(value)) => named("value", value.clone()),
        Arrived::Answer(Answer::Error(message)) => json!({ "error": message }),
        Arrived::Function {
            parameter,
            arguments,
        } => {
            let mut object = Map::new();
            object.insert("function".into(), parameter.as_str().into());
            object.insert("arguments".into(), Value::Array(arguments.clone()));
            Value::Object(object)
        }
        Arrived::Instant => "instant".into(),
        Arrived::Retry => "retry".into(),
    }
}

/// An object with one field. The macro of the library panics for numbers that are none of JSON.
#[must_use]
pub fn named(name: &str, value: Value) -> Value {
    Value::Object([(name.to_owned(), value)].into_iter().collect())
}

/// The same back; `None` for anything else.
#[must_use]
pub fn read(value: Value) -> Option<Arrived> {
    match value {
        Value::String(word) if word == "instant" => Some(Arrived::Instant),
        Value::String(word) if word == "retry" => Some(Arrived::Retry),
        Value::Object(mut object) => {
            if let Some(value) = object.remove("value") {
                return Some(Arrived::Answer(Answer::Value(value)));
            }
            if let Some(message) = object.get("error").and_then(Value::as_str) {
                return Some(Arrived::Answer(Answer::Error(message.to_owned())));
            }
            function(&mut object)
        }
        _ => None,
    }
}

fn function(object: &mut Map<String, Value>) -> Option<Arrived> {
    let parameter = object.get("function")?.as_str()?.to_owned();
    match object.remove("arguments")? {
        Value::Array(arguments) => Some(Arrived::Function {
            parameter,
            arguments,
        }),
        _ => None,
    }
}

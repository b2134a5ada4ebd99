//! What came for a wait, as JSON: in the store until a turn takes it, and in the journal.

use serde_json::{Value, json};

use crate::call::Answer;
use crate::runtime::{Arrived, End};
use crate::store::{Event, Status};

/// `{"value": ...}`, `{"error": "..."}`, `"instant"` or `"retry"`.
#[must_use]
pub fn write(arrived: &Arrived) -> Value {
    match arrived {
        Arrived::Answer(Answer::Value(value)) => named("value", value.clone()),
        Arrived::Answer(Answer::Error(message)) => json!({ "error": message }),
        Arrived::Instant => "instant".into(),
        Arrived::Retry => "retry".into(),
    }
}

/// An object with one field. The macro of the library panics for numbers that are none of JSON.
#[must_use]
pub fn named(name: &str, value: Value) -> Value {
    Value::Object([(name.to_owned(), value)].into_iter().collect())
}

/// What a kept event is to the program that waits for it: an answer with its fields.
#[must_use]
pub fn of_event(event: Option<&Event>) -> Arrived {
    let fields = event.and_then(|event| serde_json::from_str(&event.fields).ok());
    Arrived::Answer(Answer::Value(fields.unwrap_or(Value::Null)))
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
            None
        }
        _ => None,
    }
}

/// What the store writes of an end.
#[must_use]
pub fn ended(end: &End) -> (Status, String) {
    match end {
        End::Value(value) => (Status::Done, named("value", value.clone()).to_string()),
        End::Error(error) => (Status::Failed, named("error", error.clone()).to_string()),
        End::Cancelled => (
            Status::Aborted,
            json!({"error": {"code": "cancelled", "message": "it was cancelled"}}).to_string(),
        ),
    }
}

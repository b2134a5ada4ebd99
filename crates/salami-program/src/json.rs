//! JSON to what the machine takes and back.

use num_bigint::BigInt;
use salami_vm::{Data, format};
use serde_json::{Map, Number, Value};

/// How deep a result may nest: who reads it may have little stack.
const DEPTH: usize = 500;

/// The fields of an input. Whole numbers stay exact; others become the nearest float.
pub(crate) fn fields(input: &Map<String, Value>) -> Vec<(String, Data)> {
    input
        .iter()
        .map(|(name, value)| (name.clone(), data(value)))
        .collect()
}

/// Who made the value had it bounded in depth.
pub(crate) fn data(value: &Value) -> Data {
    match value {
        Value::Null => Data::None,
        Value::Bool(value) => Data::Bool(*value),
        Value::Number(number) => number_data(number),
        Value::String(text) => Data::Str(text.clone()),
        Value::Array(items) => Data::List(items.iter().map(data).collect()),
        Value::Object(items) => Data::Dict(
            items
                .iter()
                .map(|(key, value)| (key.clone(), data(value)))
                .collect(),
        ),
    }
}

fn number_data(number: &Number) -> Data {
    let text = number.to_string();
    match text.parse::<BigInt>() {
        Ok(whole) => Data::Int(whole),
        Err(_) => Data::Float(text.parse().unwrap_or(f64::NAN)),
    }
}

/// Data as JSON. Floats are written as Python writes them.
///
/// # Errors
/// If it nests too deep.
pub(crate) fn value(data: &Data) -> Result<Value, String> {
    let mut pending = vec![(data, 0_usize)];
    while let Some((data, depth)) = pending.pop() {
        if depth > DEPTH {
            return Err(format!("it is nested more than {DEPTH} deep"));
        }
        match data {
            Data::List(items) => pending.extend(items.iter().map(|item| (item, depth + 1))),
            Data::Dict(items) => pending.extend(items.iter().map(|(_, item)| (item, depth + 1))),
            _ => {}
        }
    }
    Ok(shallow(data))
}

fn shallow(data: &Data) -> Value {
    match data {
        Data::None => Value::Null,
        Data::Bool(value) => Value::Bool(*value),
        Data::Int(value) => Value::Number(Number::from_string_unchecked(value.to_string())),
        Data::Float(value) => Value::Number(Number::from_string_unchecked(float(*value))),
        Data::Str(text) => Value::String(text.clone()),
        Data::List(items) => Value::Array(items.iter().map(shallow).collect()),
        Data::Dict(items) => Value::Object(
            items
                .iter()
                .map(|(key, value)| (key.clone(), shallow(value)))
                .collect(),
        ),
    }
}

/// The first number that JSON has not: NaN, an infinity. The depth is bounded, as [`value`] sees to.
pub(crate) fn odd_number(value: &Value) -> Option<String> {
    match value {
        Value::Number(number) => {
            let text = number.to_string();
            text.ends_with(|last: char| last.is_ascii_alphabetic())
                .then_some(text)
        }
        Value::Array(items) => items.iter().find_map(odd_number),
        Value::Object(items) => items.values().find_map(odd_number),
        _ => None,
    }
}

/// The same value with texts in place of such numbers.
pub(crate) fn with_texts_for_odd_numbers(value: Value) -> Value {
    match value {
        Value::Number(_) => odd_number(&value).map_or(value, Value::String),
        Value::Array(items) => {
            let items = items.into_iter().map(with_texts_for_odd_numbers);
            Value::Array(items.collect())
        }
        Value::Object(items) => {
            let items = items.into_iter();
            let items = items.map(|(name, item)| (name, with_texts_for_odd_numbers(item)));
            Value::Object(items.collect())
        }
        other => other,
    }
}

/// As `json.dumps` writes it.
fn float(value: f64) -> String {
    if value.is_nan() {
        "NaN".into()
    } else if value.is_infinite() {
        if value > 0.0 {
            "Infinity".into()
        } else {
            "-Infinity".into()
        }
    } else {
        format::float_text::repr(value)
    }
}

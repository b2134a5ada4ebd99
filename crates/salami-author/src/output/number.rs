//! Numbers of JSON, which come with the digits that they were written with.

use serde_json::{Number, Value};

/// The value of a number; none for what is none of JSON's, such as NaN.
pub(crate) fn number(number: &Number) -> Option<f64> {
    let value: f64 = number.to_string().parse().ok()?;
    value.is_finite().then_some(value)
}

/// Whether a number is none of JSON's: NaN or an infinity, which a program may compute.
pub(crate) fn is_odd(number: &Number) -> bool {
    number
        .to_string()
        .ends_with(|last: char| last.is_ascii_alphabetic())
}

/// Whether a number is whole, also where it is written with a fraction of zero.
pub(super) fn is_whole(value: &Number) -> bool {
    let text = value.to_string();
    if !text.contains(['.', 'e', 'E']) {
        return !is_odd(value);
    }
    number(value).is_some_and(|value| value.fract() == 0.0)
}

/// Whether two values are the same data: numbers by value, objects in any order. Recursive in the depth of the
/// first, which its maker bounded.
pub(super) fn is_same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => {
            let (left, right) = (left.to_string(), right.to_string());
            left == right
                || match (left.parse::<i128>(), right.parse::<i128>()) {
                    (Ok(left), Ok(right)) => left == right,
                    _ => match (left.parse::<f64>(), right.parse::<f64>()) {
                        (Ok(left), Ok(right)) => left == right,
                        _ => false,
                    },
                }
        }
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(a, b)| is_same(a, b))
        }
        (Value::Object(left), Value::Object(right)) => {
            left.len() == right.len()
                && left
                    .iter()
                    .all(|(key, a)| right.get(key).is_some_and(|b| is_same(a, b)))
        }
        _ => left == right,
    }
}

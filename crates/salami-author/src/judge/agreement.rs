//! Results held against each other: an expected one, or that of a second program.

use serde_json::{Map, Value};

use super::finding::{Finding, JudgeName};
use crate::output::shown;

/// How many differences are told.
const MOST: usize = 5;
/// How far numbers may be apart, by their size.
const NEAR: f64 = 1e-9;
/// How deep values are followed: results nest no deeper.
const DEPTH: usize = 500;

/// A place where two values differ. All of it is data.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Difference {
    pub(super) path: String,
    pub(super) first: String,
    pub(super) second: String,
}

/// Where two values differ: the first few places.
pub(super) fn differences(first: &Value, second: &Value) -> Vec<Difference> {
    let mut found = Vec::new();
    compare(first, second, String::new(), 0, &mut found);
    found
}

fn compare(first: &Value, second: &Value, path: String, depth: usize, found: &mut Vec<Difference>) {
    if found.len() >= MOST || depth > DEPTH {
        return;
    }
    let differs = |path: String, first: String, second: String| Difference {
        path,
        first,
        second,
    };
    match (first, second) {
        (Value::Array(one), Value::Array(two)) => {
            if one.len() != two.len() {
                let count = |items: &[Value]| format!("{} items", items.len());
                found.push(differs(path.clone(), count(one), count(two)));
            }
            for (index, (one, two)) in one.iter().zip(two).enumerate() {
                if found.len() >= MOST {
                    return;
                }
                if !same(one, two, depth + 1) {
                    compare(one, two, format!("{path}[{index}]"), depth + 1, found);
                }
            }
        }
        (Value::Object(one), Value::Object(two)) => objects(one, two, &path, depth, found),
        _ if same(first, second, depth) => {}
        _ => found.push(differs(path, shown(first), shown(second))),
    }
}

fn objects(
    one: &Map<String, Value>,
    two: &Map<String, Value>,
    path: &str,
    depth: usize,
    found: &mut Vec<Difference>,
) {
    let absent = || "nothing".to_owned();
    for (key, value) in one {
        if found.len() >= MOST {
            return;
        }
        let short: String = key.chars().take(60).collect();
        let path = format!("{path}[{short:?}]");
        match two.get(key) {
            Some(other) => {
                if !same(value, other, depth + 1) {
                    compare(value, other, path, depth + 1, found);
                }
            }
            None => found.push(Difference {
                path,
                first: shown(value),
                second: absent(),
            }),
        }
    }
    for (key, value) in two.iter().filter(|(key, _)| !one.contains_key(*key)) {
        if found.len() >= MOST {
            return;
        }
        let short: String = key.chars().take(60).collect();
        found.push(Difference {
            path: format!("{path}[{short:?}]"),
            first: absent(),
            second: shown(value),
        });
    }
}

/// Whether two values are the same data; numbers may be a little apart.
pub(super) fn same(first: &Value, second: &Value, depth: usize) -> bool {
    if depth > DEPTH {
        return true;
    }
    match (first, second) {
        (Value::Number(one), Value::Number(two)) => {
            let (one, two) = (one.to_string(), two.to_string());
            if one == two {
                return true;
            }
            let is_whole = |text: &str| !text.contains(['.', 'e', 'E']);
            if is_whole(&one) && is_whole(&two) {
                return false;
            }
            match (one.parse::<f64>(), two.parse::<f64>()) {
                (Ok(one), Ok(two)) => near(one, two),
                _ => false,
            }
        }
        (Value::Array(one), Value::Array(two)) => {
            one.len() == two.len() && one.iter().zip(two).all(|(a, b)| same(a, b, depth + 1))
        }
        (Value::Object(one), Value::Object(two)) => {
            one.len() == two.len()
                && one
                    .iter()
                    .all(|(key, a)| two.get(key).is_some_and(|b| same(a, b, depth + 1)))
        }
        _ => first == second,
    }
}

/// Whether two numbers are as good as the same.
pub(super) fn near(one: f64, two: f64) -> bool {
    one == two || (one - two).abs() <= NEAR * one.abs().max(two.abs())
}

/// What is told of differences: data.
pub(super) fn told(differences: &[Difference], first: &str, second: &str) -> String {
    let lines = differences.iter().map(|difference| {
        let path = match difference.path.as_str() {
            "" => "the whole",
            path => path,
        };
        format!(
            "{path}: {first} {}, {second} {}",
            difference.first, difference.second
        )
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Whether the results of two programs that were written independently agree. Lists that hold the same in another
/// order do, which is noted.
#[must_use]
pub fn agreement(first: &Value, second: &Value) -> Vec<Finding> {
    let found = differences(first, second);
    if found.is_empty() {
        return Vec::new();
    }
    if found.len() < MOST || first.is_array() {
        let ordered = (sorted(first, 0), sorted(second, 0));
        if differences(&ordered.0, &ordered.1).is_empty() {
            return vec![Finding::note(
                JudgeName::Agreement,
                "agreement.order",
                "A second program, written independently, gives the same in another order.",
            )];
        }
    }
    let places = match found.len() {
        1 => "one place".to_owned(),
        MOST.. => format!("at least {MOST} places"),
        count => format!("{count} places"),
    };
    vec![
        Finding::error(
            JudgeName::Agreement,
            "agreement.differs",
            format!("A second program, written independently for the same task, gives something else in {places}. One of the two is wrong: look at the task and at the input, and decide."),
        )
        .with_outside(told(&found, "this program gives", "the other gives")),
    ]
}

/// The value with its lists in an order of their own.
fn sorted(value: &Value, depth: usize) -> Value {
    match value {
        Value::Array(items) if depth <= DEPTH => {
            let mut items: Vec<(String, Value)> = items
                .iter()
                .map(|item| {
                    let item = sorted(item, depth + 1);
                    (rounded(&item), item)
                })
                .collect();
            items.sort_by(|one, two| one.0.cmp(&two.0));
            Value::Array(items.into_iter().map(|(_, item)| item).collect())
        }
        Value::Object(items) if depth <= DEPTH => Value::Object(
            items
                .iter()
                .map(|(key, item)| (key.clone(), sorted(item, depth + 1)))
                .collect(),
        ),
        other => other.clone(),
    }
}

/// A text by which items that are the same come to the same place.
fn rounded(value: &Value) -> String {
    match value {
        Value::Number(number) => match number.to_string().parse::<f64>() {
            Ok(value) => format!("{value:.6e}"),
            Err(_) => number.to_string(),
        },
        Value::Object(items) => {
            let mut parts: Vec<String> = items
                .iter()
                .map(|(key, item)| format!("{key}={}", rounded(item)))
                .collect();
            parts.sort();
            parts.join(",")
        }
        Value::Array(items) => {
            let parts: Vec<String> = items.iter().map(rounded).collect();
            parts.join(",")
        }
        other => other.to_string(),
    }
}

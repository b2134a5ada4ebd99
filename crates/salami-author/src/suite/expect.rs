//! What a case expects, held against what came.

use serde_json::{Number, Value};

use crate::record::{Ending, FailureKind, From, RunRecord};

/// Numbers that differ by less than this part of themselves are the same.
const CLOSE: f64 = 1e-9;

/// How a case is to end. What is `None` may be anything.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Expectation {
    /// The result.
    pub result: Option<Value>,
    /// Where the program comes from.
    pub from: Option<From>,
    /// Why there is no result.
    pub fails: Option<FailureKind>,
    /// What the sentence for the end user has in it, in any case of letters.
    pub sentence: Option<String>,
    /// How often a program is written, at most.
    pub attempts: Option<usize>,
}

/// Where two values differ first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The place: `[2].price`; empty for the whole.
    pub path: String,
    /// A sentence.
    pub message: String,
}

impl Expectation {
    /// What is not as expected: sentences, none where all is.
    #[must_use]
    pub fn problems(&self, record: &RunRecord, value: Option<&Value>) -> Vec<String> {
        let mut problems = Vec::new();
        match (&record.ending, self.fails) {
            (Ending::Failed { kind, sentence }, Some(wanted)) => {
                if *kind != wanted {
                    problems.push(format!(
                        "It failed with `{}`, where `{}` is expected: {sentence}",
                        name(kind),
                        name(&wanted)
                    ));
                }
                let has =
                    |wanted: &String| sentence.to_lowercase().contains(&wanted.to_lowercase());
                if let Some(wanted) = self.sentence.as_ref().filter(|wanted| !has(wanted)) {
                    problems.push(format!("The sentence has no \"{wanted}\": {sentence}"));
                }
            }
            (Ending::Failed { sentence, .. }, None) => {
                problems.push(format!("There is no result: {sentence}"));
            }
            (Ending::Accepted { .. }, Some(wanted)) => {
                problems.push(format!(
                    "There is a result, where it was to fail with `{}`.",
                    name(&wanted)
                ));
            }
            (Ending::Accepted { from, .. }, None) => {
                if let Some(wanted) = self.from.filter(|wanted| wanted != from) {
                    problems.push(format!(
                        "The program comes from `{}`, where `{}` is expected.",
                        name(from),
                        name(&wanted)
                    ));
                }
                if let (Some(wanted), Some(value)) = (&self.result, value)
                    && let Some(difference) = difference(wanted, value)
                {
                    problems.push(match difference.path.is_empty() {
                        true => format!("The result: {}", difference.message),
                        false => {
                            format!("The result at {}: {}", difference.path, difference.message)
                        }
                    });
                }
            }
        }
        let attempts = super::report::attempts(record);
        if let Some(most) = self.attempts.filter(|most| attempts > *most) {
            problems.push(format!(
                "A program was written {attempts} times, where at most {most} is expected."
            ));
        }
        problems
    }
}

/// How a value is written in files.
pub(super) fn name(value: &impl serde::Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(Value::String(name)) => name,
        _ => String::new(),
    }
}

/// Where a value differs first from the expected one; numbers may differ by what rounding does. Linear, and bounded by
/// the depth of parsed JSON.
#[must_use]
pub fn difference(expected: &Value, value: &Value) -> Option<Difference> {
    let mut work = vec![(String::new(), expected, value)];
    while let Some((path, expected, value)) = work.pop() {
        let differs = |message: String| {
            Some(Difference {
                path: path.clone(),
                message,
            })
        };
        match (expected, value) {
            (Value::Array(wanted), Value::Array(found)) => {
                if wanted.len() != found.len() {
                    let (wanted, found) = (wanted.len(), found.len());
                    return differs(format!("it has {found} items, {wanted} are expected"));
                }
                let items = wanted.iter().zip(found).enumerate().rev();
                work.extend(
                    items.map(|(index, (wanted, found))| {
                        (format!("{path}[{index}]"), wanted, found)
                    }),
                );
            }
            (Value::Object(wanted), Value::Object(found)) => {
                if let Some(missing) = wanted.keys().find(|key| !found.contains_key(*key)) {
                    return differs(format!("`{missing}` is missing"));
                }
                if let Some(surplus) = found.keys().find(|key| !wanted.contains_key(*key)) {
                    return differs(format!("`{surplus}` is not expected"));
                }
                for (key, wanted) in wanted.iter().rev() {
                    if let Some(found) = found.get(key) {
                        work.push((format!("{path}.{key}"), wanted, found));
                    }
                }
            }
            (Value::Number(wanted), Value::Number(found)) if is_close(wanted, found) => {}
            (wanted, found) if wanted == found => {}
            (wanted, found) => {
                let message = format!("{} is expected, it is {}", short(wanted), short(found));
                return differs(message);
            }
        }
    }
    None
}

fn is_close(wanted: &Number, found: &Number) -> bool {
    if wanted == found {
        return true;
    }
    match (wanted.as_f64(), found.as_f64()) {
        (Some(wanted), Some(found)) => {
            let most = wanted.abs().max(found.abs());
            (wanted - found).abs() <= most * CLOSE
        }
        _ => false,
    }
}

/// A value in a line.
fn short(value: &Value) -> String {
    const MOST: usize = 80;
    let text = value.to_string();
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    }
}

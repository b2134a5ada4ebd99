//! Canned answers: a host that expects certain calls in a certain order.

use serde_json::{Map, Value};

use crate::host::{Answer, Call};

/// Answers that are written down: JSON objects, one a line, or one JSON list of them.
///
/// `{"call": "email.send", "arguments": {"to": "ada@example.org"}, "answer": 7}` answers a call of
/// `email.send` with exactly these arguments; without `"arguments"` any will do. `"error": "text"`
/// in place of `"answer"` lets the call fail; with neither the answer is null.
#[derive(Clone, Debug, Default)]
pub struct Canned {
    exchanges: Vec<Exchange>,
    next: usize,
}

#[derive(Clone, Debug)]
struct Exchange {
    call: String,
    arguments: Option<Map<String, Value>>,
    answer: Answer,
}

impl Canned {
    /// Reads canned answers.
    ///
    /// # Errors
    /// A sentence that says what is wrong and where.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim_start_matches('\u{feff}');
        let values: Vec<Value> = if text.trim_start().starts_with('[') {
            serde_json::from_str(text).map_err(|error| error.to_string())?
        } else {
            let lines = (1..)
                .zip(text.lines())
                .filter(|(_, line)| !line.trim().is_empty());
            lines
                .map(|(number, line)| {
                    serde_json::from_str(line).map_err(|error| format!("line {number}: {error}"))
                })
                .collect::<Result<_, _>>()?
        };
        let exchanges = (1..)
            .zip(values)
            .map(|(number, value)| {
                exchange(value).map_err(|problem| format!("answer {number}: {problem}"))
            })
            .collect::<Result<_, _>>()?;
        Ok(Self { exchanges, next: 0 })
    }

    /// The answer to the next call.
    ///
    /// # Errors
    /// A sentence, if another call was expected, or none.
    pub fn answer(&mut self, call: &Call) -> Result<Answer, String> {
        let name = call.name();
        let made = Value::Object(call.arguments.clone());
        let Some(expected) = self.exchanges.get(self.next) else {
            return Err(format!(
                "no answer is left for the call {name} {made}, which is number {}",
                self.next + 1
            ));
        };
        let fits = expected.call == name
            && expected
                .arguments
                .as_ref()
                .is_none_or(|arguments| same_arguments(arguments, &call.arguments));
        if !fits {
            let wanted = match &expected.arguments {
                Some(arguments) => Value::Object(arguments.clone()).to_string(),
                None => "with any arguments".to_owned(),
            };
            return Err(format!(
                "call number {} is {name} {made}, and expected was {} {wanted}",
                self.next + 1,
                expected.call
            ));
        }
        self.next += 1;
        Ok(expected.answer.clone())
    }

    /// The names of the calls that were expected and not made.
    #[must_use]
    pub fn rest(&self) -> Vec<&str> {
        let rest = self.exchanges.get(self.next..).unwrap_or_default();
        rest.iter().map(|exchange| exchange.call.as_str()).collect()
    }
}

/// JSON text has no order of keys, and 1 and 1.0 are two values.
fn same_arguments(expected: &Map<String, Value>, made: &Map<String, Value>) -> bool {
    expected.len() == made.len()
        && expected
            .iter()
            .all(|(name, value)| made.get(name) == Some(value))
}

fn exchange(value: Value) -> Result<Exchange, String> {
    let Value::Object(mut fields) = value else {
        return Err(
            "it is no object such as {\"call\": \"email.send\", \"answer\": null}".to_owned(),
        );
    };
    let Some(Value::String(call)) = fields.remove("call") else {
        return Err("it has no \"call\", the name of a function such as \"email.send\"".to_owned());
    };
    let arguments = match fields.remove("arguments") {
        None => None,
        Some(Value::Object(arguments)) => Some(arguments),
        Some(_) => return Err("\"arguments\" is an object, with a key for each parameter".into()),
    };
    let answer = match (fields.remove("answer"), fields.remove("error")) {
        (Some(_), Some(_)) => return Err("it has both \"answer\" and \"error\"".to_owned()),
        (answer, None) => Answer::Value(answer.unwrap_or(Value::Null)),
        (None, Some(Value::String(message))) => Answer::Error(message),
        (None, Some(_)) => return Err("\"error\" is a text".to_owned()),
    };
    match fields.keys().next() {
        None => Ok(Exchange {
            call,
            arguments,
            answer,
        }),
        Some(unknown) => Err(format!(
            "there is no \"{unknown}\": it has \"call\", \"arguments\", and \"answer\" or \"error\""
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_is_wrong() {
        let problem = |text: &str| Canned::parse(text).err().unwrap_or_default();
        assert_eq!(
            problem("{\"call\": \"a.b\"}\n{\"cal\": 1}"),
            "answer 2: it has no \"call\", the name of a function such as \"email.send\""
        );
        assert!(problem("{\"call\": \"a.b\", \"anser\": 1}").contains("no \"anser\""));
        assert!(problem("{").starts_with("line 1: "));
        assert!(Canned::parse("[{\"call\": \"a.b\"}]").is_ok());
    }
}

//! Canned answers: a host that expects certain calls in a certain order.

use serde_json::{Map, Value};

use crate::call::{Answer, Call};
use crate::tool::Outcome;

/// Answers that are written down: JSON objects, one a line, or one JSON list of them.
///
/// `{"call": "email.send", "arguments": {"to": "ada@example.org"}, "answer": 7}` answers a call of
/// `email.send` with exactly these arguments; without `"arguments"` any will do. `"error": "text"`
/// in place of `"answer"` lets the call fail; a call that gives nothing has `"answer": null`, or
/// `"nothing": true` where there is no null, as in TOML.
/// `"delay": 0.02` lets it take so many seconds. `"function": "visit", "with": [1, "a"]` has a function called that the
/// call was given, with these arguments; the next answer is for the call that follows it.
///
/// The calls must come in the order of the answers, each once. In the form `{"order": "any",
/// "answers": [...]}` each call gets the first answer that fits it and was not given yet; one with
/// `"repeat": true` is given again and again.
#[derive(Clone, Debug, Default)]
pub struct Canned {
    exchanges: Vec<Exchange>,
    next: usize,
    in_any_order: bool,
}

#[derive(Clone, Debug)]
struct Exchange {
    call: String,
    arguments: Option<Map<String, Value>>,
    outcome: Outcome,
    /// After how many seconds.
    delay: f64,
    repeats: bool,
    is_given: bool,
}

impl Exchange {
    fn fits(&self, call: &Call) -> bool {
        let arguments = self.arguments.as_ref();
        self.call == call.name()
            && arguments.is_none_or(|arguments| same_arguments(arguments, &call.arguments))
    }
}

impl Canned {
    /// Reads canned answers.
    ///
    /// # Errors
    /// A sentence that says what is wrong and where.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim_start_matches('\u{feff}');
        if let Ok(whole) = serde_json::from_str::<Value>(text)
            && (whole.is_array() || whole.get("answers").is_some())
        {
            return Self::from_value(whole);
        }
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
        Self::of(values, false)
    }

    /// Canned answers from JSON data: a list of them, or an object with `"order"` and `"answers"`.
    ///
    /// # Errors
    /// A sentence that says what is wrong and where.
    pub fn from_value(value: Value) -> Result<Self, String> {
        let mut fields = match value {
            Value::Array(values) => return Self::of(values, false),
            Value::Object(fields) => fields,
            _ => return Err("it is no list of answers".to_owned()),
        };
        let in_any_order = match fields.remove("order") {
            None => false,
            Some(order) if order == "strict" => false,
            Some(order) if order == "any" => true,
            Some(_) => return Err("\"order\" is \"strict\" or \"any\"".to_owned()),
        };
        let Some(Value::Array(answers)) = fields.remove("answers") else {
            return Err("\"answers\" is a list".to_owned());
        };
        match fields.keys().next() {
            None => Self::of(answers, in_any_order),
            Some(unknown) => Err(format!(
                "there is no \"{unknown}\": it has \"order\" and \"answers\""
            )),
        }
    }

    fn of(values: Vec<Value>, in_any_order: bool) -> Result<Self, String> {
        let exchanges = (1..)
            .zip(values)
            .map(|(number, value)| {
                exchange(value).map_err(|problem| format!("answer {number}: {problem}"))
            })
            .collect::<Result<_, _>>()?;
        Ok(Self {
            exchanges,
            next: 0,
            in_any_order,
        })
    }

    /// The answer to the next call.
    ///
    /// # Errors
    /// A sentence, if another call was expected, or none.
    pub fn answer(&mut self, call: &Call) -> Result<Answer, String> {
        self.delayed(call)
            .map(|(outcome, _)| outcome.into_answer(call))
    }

    /// What comes of the next call, and after how many seconds.
    ///
    /// # Errors
    /// As [`Canned::answer`].
    pub fn delayed(&mut self, call: &Call) -> Result<(Outcome, f64), String> {
        if self.in_any_order {
            let mut fitting = self
                .exchanges
                .iter_mut()
                .filter(|exchange| exchange.fits(call));
            let Some(found) = fitting.find(|exchange| exchange.repeats || !exchange.is_given)
            else {
                let made = Value::Object(call.arguments.clone());
                return Err(format!(
                    "no answer is left for the call {} {made}",
                    call.name()
                ));
            };
            found.is_given = true;
            return Ok((found.outcome.clone(), found.delay));
        }
        self.in_order(call)
    }

    fn in_order(&mut self, call: &Call) -> Result<(Outcome, f64), String> {
        let name = call.name();
        let made = Value::Object(call.arguments.clone());
        let Some(expected) = self.exchanges.get(self.next) else {
            return Err(format!(
                "no answer is left for the call {name} {made}, which is number {}",
                self.next + 1
            ));
        };
        if !expected.fits(call) {
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
        let given = (expected.outcome.clone(), expected.delay);
        if let Some(expected) = self.exchanges.get_mut(self.next) {
            expected.is_given = true;
        }
        self.next += 1;
        Ok(given)
    }

    /// The names of the calls that were expected and not made.
    #[must_use]
    pub fn rest(&self) -> Vec<&str> {
        let rest = self.exchanges.iter().filter(|exchange| !exchange.is_given);
        rest.map(|exchange| exchange.call.as_str()).collect()
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
    let function = match (fields.remove("function"), fields.remove("with")) {
        (None, None) => None,
        (Some(Value::String(parameter)), Some(Value::Array(arguments))) => {
            Some(Outcome::Function {
                parameter,
                arguments,
            })
        }
        _ => {
            return Err("\"function\" is a parameter, and \"with\" a list of arguments".to_owned());
        }
    };
    let outcome = match (fields.remove("answer"), fields.remove("error")) {
        (Some(_), Some(_)) => return Err("it has both \"answer\" and \"error\"".to_owned()),
        (Some(answer), None) => Some(Outcome::Value(answer)),
        (None, None) => match fields.remove("nothing") {
            Some(Value::Bool(true)) => Some(Outcome::Value(Value::Null)),
            _ => function,
        },
        (None, Some(Value::String(message))) => Some(Outcome::Error(message)),
        (None, Some(_)) => return Err("\"error\" is a text".to_owned()),
    };
    let delay = match fields.remove("delay") {
        None => 0.0,
        Some(delay) => match delay
            .as_f64()
            .filter(|delay| (0.0..=86_400.0).contains(delay))
        {
            Some(delay) => delay,
            None => return Err("\"delay\" is a number of seconds".to_owned()),
        },
    };
    let repeats = match fields.remove("repeat") {
        None => false,
        Some(Value::Bool(repeats)) => repeats,
        Some(_) => return Err("\"repeat\" is true or false".to_owned()),
    };
    if let Some(unknown) = fields.keys().next() {
        return Err(format!(
            "there is no \"{unknown}\": it has \"call\", \"arguments\", \"delay\", and \"answer\" or \"error\""
        ));
    }
    let Some(outcome) = outcome else {
        return Err(
            "it has neither \"answer\" nor \"error\"; a call that gives nothing has \"answer\": null \
             (in TOML: nothing = true)"
                .to_owned(),
        );
    };
    Ok(Exchange {
        call,
        arguments,
        outcome,
        delay,
        repeats,
        is_given: false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_is_wrong() {
        let problem = |text: &str| Canned::parse(text).err().unwrap_or_default();
        assert_eq!(
            problem("{\"call\": \"a.b\", \"answer\": null}\n{\"cal\": 1}"),
            "answer 2: it has no \"call\", the name of a function such as \"email.send\""
        );
        assert!(problem("{\"call\": \"a.b\", \"anser\": 1}").contains("no \"anser\""));
        assert!(problem("{").starts_with("line 1: "));
        assert!(Canned::parse("[{\"call\": \"a.b\", \"nothing\": true}]").is_ok());
        let forgotten = problem("[{\"call\": \"a.b\"}]");
        assert!(
            forgotten.contains("neither \"answer\" nor \"error\""),
            "{forgotten}"
        );
        let late = problem("[{\"call\": \"a.b\", \"answer\": 1, \"delay\": -1}]");
        assert!(late.contains("seconds"), "{late}");
    }

    #[test]
    fn answers_in_any_order_fit_their_calls() {
        let text = r#"{"order": "any", "answers": [
            {"call": "a.b", "arguments": {"x": 1}, "answer": "one"},
            {"call": "a.b", "answer": "more", "repeat": true},
            {"call": "a.c", "error": "gone", "delay": 0.5}]}"#;
        let mut canned = Canned::parse(text).expect("answers");
        let mut ask = |function: &str, x: i64| {
            let arguments = [("x".to_owned(), x.into())].into_iter().collect();
            let call = Call {
                tool: "a".into(),
                function: function.into(),
                arguments,
                sequence: 0,
                key: String::new(),
            };
            canned.delayed(&call)
        };
        assert_eq!(ask("c", 0), Ok((Outcome::Error("gone".into()), 0.5)));
        for (x, wanted) in [(2, "more"), (1, "one"), (1, "more"), (3, "more")] {
            assert_eq!(ask("b", x), Ok((Outcome::Value(wanted.into()), 0.0)));
        }
        assert!(ask("c", 0).is_err());
    }
}

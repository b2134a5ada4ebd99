//! The tool `user`: the person for whom a program runs. It reaches nobody itself: the engine keeps
//! the question, and whoever has an inbox shows it.

use std::collections::BTreeMap;

use salami_process::{Call, Function, Outcome, Question, QuestionKind, Step, Tool, stub_functions};
use serde_json::Value;

/// Its stub.
pub const STUB: &str = include_str!("../stubs/user.pyi");
/// More characters than this nobody reads.
const LONGEST: usize = 10_000;
/// More options than this nobody compares.
const MOST_OPTIONS: usize = 100;

/// The tool.
#[derive(Debug)]
pub struct User {
    functions: BTreeMap<String, Function>,
}

impl Default for User {
    fn default() -> Self {
        Self {
            functions: stub_functions(STUB),
        }
    }
}

/// What a call wants of a person.
fn asked(call: &Call) -> Result<Outcome, String> {
    let text = |name: &str| -> Result<String, String> {
        let text = call.text(name)?;
        let length = text.chars().count();
        if text.trim().is_empty() {
            Err(format!("`{name}` is empty"))
        } else if length > LONGEST {
            Err(format!(
                "`{name}` has {length} characters, at most {LONGEST} are shown"
            ))
        } else {
            Ok(text.to_owned())
        }
    };
    let question = |kind: QuestionKind| -> Result<Question, String> {
        Ok(Question {
            kind,
            text: text("question")?,
            options: Vec::new(),
            timeout: None,
        })
    };
    let question = match call.function.as_str() {
        "ask" => question(QuestionKind::Ask)?,
        "ask_within" => {
            let timeout = call.number("timeout")?;
            if !timeout.is_finite() || timeout < 0.0 {
                return Err("`timeout` is no length of time".to_owned());
            }
            Question {
                timeout: Some(timeout),
                ..question(QuestionKind::Ask)?
            }
        }
        "choose" => Question {
            options: options(call.arguments.get("options"))?,
            ..question(QuestionKind::Choose)?
        },
        "approve" => question(QuestionKind::Approve)?,
        "notify" => return notice(call).map(Outcome::Notice),
        other => return Err(format!("there is no user.{other}")),
    };
    Ok(Outcome::Question(question))
}

/// What a person is told: of what is too long the beginning, as it waits for no answer that would depend on the rest.
fn notice(call: &Call) -> Result<String, String> {
    let text = call.text("text")?;
    if text.trim().is_empty() {
        return Err("`text` is empty".to_owned());
    }
    let Some((end, _)) = text.char_indices().nth(LONGEST) else {
        return Ok(text.to_owned());
    };
    let (shown, rest) = text.split_at(end);
    Ok(format!(
        "{shown}\n... and {} more characters",
        rest.chars().count()
    ))
}

/// What can be chosen: texts of which no two are the same.
fn options(value: Option<&Value>) -> Result<Vec<String>, String> {
    let items = value
        .and_then(Value::as_array)
        .map_or(&[][..], Vec::as_slice);
    let mut options: Vec<String> = Vec::new();
    for item in items {
        let option = item.as_str().ok_or("an option is no text")?;
        if option.trim().is_empty() {
            return Err("an option is empty".to_owned());
        }
        if options.iter().any(|known| known == option) {
            return Err(format!("the option {option:?} is there twice"));
        }
        if options.len() == MOST_OPTIONS {
            return Err(format!("there are more than {MOST_OPTIONS} options"));
        }
        options.push(option.to_owned());
    }
    if options.is_empty() {
        return Err("there is nothing to choose from: `options` is empty".to_owned());
    }
    Ok(options)
}

impl Tool for User {
    fn name(&self) -> &str {
        "user"
    }

    fn stub(&self) -> Option<&str> {
        Some(STUB)
    }

    fn function(&self, name: &str) -> Option<Function> {
        self.functions.get(name).cloned()
    }

    fn ask(&mut self, call: &Call) -> Step {
        Step::Done(asked(call).unwrap_or_else(|problem| {
            Outcome::Error(format!("user.{}(): {problem}", call.function))
        }))
    }
}

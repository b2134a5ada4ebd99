//! The world outside: tools whose answers follow from what they are asked, and a ledger of all that they did.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use salami_process::code::Declared;
use salami_process::{
    BatchWork, Call, Effect, Function, FunctionKind, Outcome, Question, QuestionKind, Step, Tool,
    Work,
};
use serde_json::{Value, json};

use super::random::digest;

/// What was done outside, by the keys of calls.
#[derive(Debug, Default)]
pub struct Ledger {
    /// Of each key: the call, and how often it was made.
    pub calls: BTreeMap<String, (String, u64)>,
    /// Keys under which several calls were made that are not the same.
    pub mixed_up: Vec<String>,
    /// Of calls that do not say how often they were tried: the keys under which each was made.
    tries: BTreeMap<String, Vec<String>>,
    /// How many calls were served by one that served several.
    pub batched: u64,
}

impl Ledger {
    /// Writes a call down, and answers it.
    fn make(&mut self, call: &Call) -> Outcome {
        self.add(call);
        let tried = match call.arguments.get("try") {
            Some(tried) => tried.as_u64().unwrap_or(0),
            None => {
                let keys = self.tries.entry(shown(call)).or_default();
                let place = keys.iter().position(|key| *key == call.key);
                let place = place.unwrap_or_else(|| {
                    keys.push(call.key.clone());
                    keys.len() - 1
                });
                place as u64
            }
        };
        answer(call, tried)
    }

    fn add(&mut self, call: &Call) {
        let shown = shown(call);
        let kept = self.calls.entry(call.key.clone());
        let (known, times) = kept.or_insert_with(|| (shown.clone(), 0));
        *times += 1;
        if *known != shown {
            self.mixed_up
                .push(format!("{}: {known} and {shown}", call.key));
        }
    }

    /// What was done, each once.
    #[must_use]
    pub fn effects(&self) -> BTreeSet<String> {
        self.calls.values().map(|(call, _)| call.clone()).collect()
    }
}

fn shown(call: &Call) -> String {
    format!("{} {}", call.name(), Value::Object(call.arguments.clone()))
}

/// The ledger, for all workers.
pub type SharedLedger = Arc<Mutex<Ledger>>;

fn open(ledger: &SharedLedger) -> MutexGuard<'_, Ledger> {
    ledger.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The functions of the tool `world`: name, effect, whether calls may be repeated, kind.
const FUNCTIONS: &[(&str, Effect, bool, FunctionKind)] = &[
    ("read", Effect::Read, true, FunctionKind::Call),
    ("put", Effect::Undoable, true, FunctionKind::Call),
    ("send", Effect::Irreversible, false, FunctionKind::Call),
    ("batch", Effect::Read, true, FunctionKind::Call),
    ("ask", Effect::Read, true, FunctionKind::Call),
    ("tell", Effect::Undoable, false, FunctionKind::Call),
    ("later", Effect::Undoable, false, FunctionKind::Call),
    ("back", Effect::Undoable, false, FunctionKind::Call),
    ("peek", Effect::Read, true, FunctionKind::Immediate),
];

/// What programs declare of the tools.
#[must_use]
pub fn declared() -> Vec<Declared> {
    let world = FUNCTIONS.iter().map(|(name, effect, _, kind)| Declared {
        name: format!("world.{name}"),
        effect: *effect,
        kind: kind.clone(),
    });
    let mail = Declared {
        name: "mail.received".to_owned(),
        effect: Effect::Read,
        kind: FunctionKind::Event {
            matching: vec!["tag".to_owned(), "kind".to_owned()],
        },
    };
    world.chain([mail]).collect()
}

/// The tool `world`.
#[derive(Debug)]
pub struct World {
    /// Where what it does is written down.
    pub ledger: SharedLedger,
}

impl Tool for World {
    fn name(&self) -> &'static str {
        "world"
    }

    fn function(&self, name: &str) -> Option<Function> {
        let (_, effect, is_repeatable, kind) = FUNCTIONS.iter().find(|row| row.0 == name)?;
        Some(Function {
            kind: kind.clone(),
            is_repeatable: *is_repeatable,
            ..Function::call(None, 0, *effect)
        })
    }

    fn ask(&mut self, call: &Call) -> Step {
        let text = shown(call);
        match call.function.as_str() {
            "peek" => Step::Done(answer(call, 0)),
            "ask" => Step::Done(Outcome::Question(question(call, &text))),
            "tell" => {
                open(&self.ledger).add(call);
                Step::Done(Outcome::Notice(text))
            }
            "later" if digest(&text).is_multiple_of(2) => Step::Done(event(call)),
            _ => {
                let (ledger, call) = (Arc::clone(&self.ledger), call.clone());
                Step::Outside(Work::new(move || open(&ledger).make(&call)))
            }
        }
    }

    fn ask_batch(&mut self, calls: &[Call]) -> Option<BatchWork> {
        if calls.iter().any(|call| call.function != "batch") {
            return None;
        }
        let (ledger, calls) = (Arc::clone(&self.ledger), calls.to_vec());
        Some(BatchWork::new(move || {
            let mut ledger = open(&ledger);
            ledger.batched += calls.len() as u64;
            calls.iter().map(|call| ledger.make(call)).collect()
        }))
    }
}

fn event(call: &Call) -> Outcome {
    let matching = json!({"tag": call.arguments.get("tag"), "kind": 2, "nothing": null});
    Outcome::Event {
        topic: "mail.received".to_owned(),
        matching: matching.as_object().cloned().unwrap_or_default(),
        timeout: None,
    }
}

/// What a call gives: it follows from its arguments, whoever makes it and when.
fn answer(call: &Call, tried: u64) -> Outcome {
    let text = shown(call);
    let fails = call.arguments.get("fails").and_then(Value::as_u64);
    if fails.is_some_and(|fails| tried < fails) {
        return Outcome::Error(format!("not yet: {text}"));
    }
    match call.function.as_str() {
        "later" => event(call),
        "back" if call.returned().is_some_and(|(count, _)| count == 0) => Outcome::Function {
            parameter: "visit".to_owned(),
            arguments: vec![digest(&text).into()],
        },
        _ => Outcome::Value(digest(&text).into()),
    }
}

fn question(call: &Call, text: &str) -> Question {
    let kind = match digest(text) % 3 {
        0 => QuestionKind::Ask,
        1 => QuestionKind::Choose,
        _ => QuestionKind::Approve,
    };
    let options = match kind {
        QuestionKind::Choose => vec!["Rome".to_owned(), "Oslo".to_owned(), "Lima".to_owned()],
        _ => Vec::new(),
    };
    Question {
        kind,
        text: text.to_owned(),
        options,
        timeout: call.arguments.get("timeout").and_then(Value::as_f64),
    }
}

/// What a person says to a question: it follows from the question, in one of several words (`way`).
#[must_use]
pub fn reply(question: &Question, way: u64) -> Value {
    let number = digest(&question.text);
    match question.kind {
        QuestionKind::Ask => format!("it is {number}").into(),
        QuestionKind::Approve => {
            let words: [Value; 4] = if number.is_multiple_of(2) {
                [true.into(), "yes".into(), " Y".into(), "OK".into()]
            } else {
                [false.into(), "no".into(), "N ".into(), "False".into()]
            };
            words[usize::try_from(way % 4).unwrap_or(0)].clone()
        }
        QuestionKind::Choose => {
            let index = usize::try_from(number % 3).unwrap_or(0);
            let option = question.options.get(index).cloned().unwrap_or_default();
            match way % 3 {
                0 => option.into(),
                1 => option.to_uppercase().into(),
                _ => (index + 1).to_string().into(),
            }
        }
    }
}

/// What is no answer to a question.
#[must_use]
pub fn wrong_reply(question: &Question) -> Value {
    match question.kind {
        QuestionKind::Ask => json!(["a", "list"]),
        QuestionKind::Approve => json!("perhaps"),
        QuestionKind::Choose => json!("4"),
    }
}

//! What a tool is to the runtime.

use std::fmt;

use serde_json::{Map, Value};

use crate::call::{Answer, Call};

/// What a function of a tool does to the world.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effect {
    /// It only looks.
    Read,
    /// Another function takes it back.
    Undoable,
    /// Nothing takes it back.
    Irreversible,
}

impl Effect {
    /// Its name, as the decorators of stubs write it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Undoable => "undoable",
            Self::Irreversible => "irreversible",
        }
    }
}

/// A function that a tool offers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Function {
    /// Its parameters in order; `None`: it takes whatever comes.
    pub parameters: Option<Vec<String>>,
    /// How many of them, from the first, must be given.
    pub required: usize,
    /// What a call does to the world.
    pub effect: Effect,
    /// How it is answered.
    pub kind: FunctionKind,
    /// Whether a call that was begun may be made again when nobody knows what came of it: it only
    /// reads, or knows by [`Call::key`] what it did already.
    pub is_repeatable: bool,
}

/// How calls of a function are answered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum FunctionKind {
    /// By the tool, after the turn.
    #[default]
    Call,
    /// By the tool, at once, inside the turn: it only reads, in process, in bounds.
    Immediate,
    /// By the next event of the topic of its name, whose fields must equal the arguments for these
    /// parameters (those that are not None); None after the argument `timeout`, in seconds.
    Event {
        /// The parameters.
        matching: Vec<String>,
    },
}

impl Function {
    /// A function that the tool answers after the turn, and that may be repeated if it only reads.
    #[must_use]
    pub const fn call(parameters: Option<Vec<String>>, required: usize, effect: Effect) -> Self {
        Self {
            parameters,
            required,
            effect,
            kind: FunctionKind::Call,
            is_repeatable: matches!(effect, Effect::Read),
        }
    }

    /// Whether it takes arguments of these names.
    #[must_use]
    pub fn takes(&self, given: &[String]) -> bool {
        let Some(parameters) = &self.parameters else {
            return true;
        };
        let required = parameters.get(..self.required).unwrap_or(parameters);
        given.iter().all(|name| parameters.contains(name))
            && required.iter().all(|name| given.contains(name))
    }
}

/// What comes of a call, as a tool says it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Outcome {
    /// A value, which must be what the stub promises.
    Value(Value),
    /// The call failed; a sentence for whoever reads the program's log.
    Error(String),
    /// A function of the program is to be called, then the tool is asked again: [`Call::returned`]. Only for functions whose stub
    /// takes one.
    Function {
        /// The parameter of the call that holds the function.
        parameter: String,
        /// What it is called with.
        arguments: Vec<Value>,
    },
    /// The program is to wait for the next event.
    Event {
        /// What kind of event: `email.received`.
        topic: String,
        /// The fields that it must have.
        matching: Map<String, Value>,
        /// After how many seconds the program goes on without.
        timeout: Option<f64>,
    },
    /// Source that is to run as if it were written right after the call.
    Continuation(String),
    /// A person is asked, and the call is answered by the answer.
    Question(Question),
    /// A person is told; the call is answered by None.
    Notice(String),
}

/// What a person is asked.
#[derive(Clone, Debug, PartialEq)]
pub struct Question {
    /// What kind of answer it wants.
    pub kind: QuestionKind,
    /// The question.
    pub text: String,
    /// What can be chosen, if it is a choice.
    pub options: Vec<String>,
    /// After how many seconds the program goes on without: with None.
    pub timeout: Option<f64>,
}

/// The kinds of [`Question`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QuestionKind {
    /// A text answers it.
    Ask,
    /// One of the options answers it.
    Choose,
    /// Yes or no: a boolean answers it.
    Approve,
}

impl QuestionKind {
    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ask => "ask",
            Self::Choose => "choose",
            Self::Approve => "approve",
        }
    }

    /// The kind of this name.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        [Self::Ask, Self::Choose, Self::Approve]
            .into_iter()
            .find(|kind| kind.name() == name)
    }
}

impl Outcome {
    /// Its kind, in a word.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Value(_) => "value",
            Self::Error(_) => "error",
            Self::Function { .. } => "function",
            Self::Event { .. } => "event",
            Self::Continuation(_) => "continuation",
            Self::Question(_) => "question",
            Self::Notice(_) => "notice",
        }
    }

    /// What the program gets. Of the kinds only values and errors can reach a program that runs in
    /// one go; the others need an engine that keeps it, and are errors that say so.
    #[must_use]
    pub fn into_answer(self, call: &Call) -> Answer {
        match self {
            Self::Value(value) if depth(&value) > DEPTH => {
                take_apart(value);
                let name = call.name();
                Answer::Error(format!(
                    "{name}() answered data that is nested more than {DEPTH} deep"
                ))
            }
            Self::Value(result) if call.returned().is_some() => step(None, Vec::new(), result),
            Self::Function {
                parameter,
                arguments,
            } if call.returned().is_some() => step(Some(parameter), arguments, Value::Null),
            Self::Value(value) => Answer::Value(value),
            Self::Error(message) => Answer::Error(message),
            other => {
                let name = call.name();
                let wanted = match &other {
                    Self::Function { parameter, .. } => {
                        format!("that `{parameter}` is called, which is no function in its stub")
                    }
                    Self::Event { topic, .. } => {
                        format!("that the program waits for the event {topic}")
                    }
                    Self::Question(_) => "that a person is asked".to_owned(),
                    Self::Notice(_) => "that a person is told".to_owned(),
                    _ => "that source is run after the call".to_owned(),
                };
                Answer::Error(format!(
                    "{name}() answered with a {}: it wants {wanted}, which this runtime cannot do; a value or an error can be answered",
                    other.kind()
                ))
            }
        }
    }
}

impl From<Value> for Outcome {
    fn from(value: Value) -> Self {
        Self::Value(value)
    }
}

/// A value, or the sentence of an error.
impl<T: Into<Value>> From<Result<T, String>> for Outcome {
    fn from(result: Result<T, String>) -> Self {
        match result {
            Ok(value) => Self::Value(value.into()),
            Err(problem) => Self::Error(problem),
        }
    }
}

/// What the loop takes that the checker makes of a function which takes functions
/// (`salami-check/src/tools/visitors.rs`): the function to call with its arguments, or the result.
fn step(function: Option<String>, arguments: Vec<Value>, result: Value) -> Answer {
    let mut step = Map::new();
    step.insert(
        "function".into(),
        function.map_or(Value::Null, Value::String),
    );
    step.insert("arguments".into(), Value::Array(arguments));
    step.insert("result".into(), result);
    Answer::Value(Value::Object(step))
}

/// How deep an answer may nest.
const DEPTH: usize = 100;

/// Drops a value whose nesting would overflow the stack.
fn take_apart(value: Value) {
    let mut pending = vec![value];
    while let Some(value) = pending.pop() {
        match value {
            Value::Array(items) => pending.extend(items),
            Value::Object(items) => pending.extend(items.into_iter().map(|(_, item)| item)),
            _ => {}
        }
    }
}

fn depth(value: &Value) -> usize {
    let mut deepest = 0;
    let mut pending = vec![(value, 1)];
    while let Some((value, depth)) = pending.pop() {
        deepest = deepest.max(depth);
        if deepest > DEPTH {
            break;
        }
        match value {
            Value::Array(items) => pending.extend(items.iter().map(|item| (item, depth + 1))),
            Value::Object(items) => pending.extend(items.values().map(|item| (item, depth + 1))),
            _ => {}
        }
    }
    deepest
}

/// What is to be done outside for a call: the host runs it where it may take its time.
pub struct Work(Box<dyn FnOnce() -> Outcome + Send>);

impl Work {
    /// Work that gives an outcome.
    #[must_use]
    pub fn new(run: impl FnOnce() -> Outcome + Send + 'static) -> Self {
        Self(Box::new(run))
    }

    /// Does it.
    #[must_use]
    pub fn run(self) -> Outcome {
        (self.0)()
    }
}

impl fmt::Debug for Work {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Work")
    }
}

/// Work for several calls.
pub struct BatchWork(Box<dyn FnOnce() -> Vec<Outcome> + Send>);

impl BatchWork {
    /// Work that gives an outcome for each call.
    #[must_use]
    pub fn new(run: impl FnOnce() -> Vec<Outcome> + Send + 'static) -> Self {
        Self(Box::new(run))
    }

    /// Does it.
    #[must_use]
    pub fn run(self) -> Vec<Outcome> {
        (self.0)()
    }
}

impl fmt::Debug for BatchWork {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("BatchWork")
    }
}

/// Where events come from: a mailbox, a queue. Whoever runs the engine polls it, outside of turns.
pub trait EventSource: Send {
    /// Its name in the store; no other source has it.
    fn name(&self) -> String;

    /// How many seconds to wait between two polls.
    fn interval(&self) -> f64;

    /// What came after a cursor (`None` at the very first poll: what comes from now on), with the cursor of the next poll. It may take its time.
    ///
    /// # Errors
    /// A sentence; it is polled again later.
    fn poll(&mut self, cursor: Option<&str>) -> Result<Polled, String>;
}

/// What a source of events gave.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Polled {
    /// The events, the oldest first.
    pub events: Vec<crate::store::NewEvent>,
    /// Where the next poll begins.
    pub cursor: String,
}

/// What a tool says when it is asked.
#[derive(Debug)]
pub enum Step {
    /// The outcome: nothing had to be done outside.
    Done(Outcome),
    /// This must be done outside.
    Outside(Work),
}

/// A tool. Asking it does nothing outside: what must be done comes back as [`Work`].
///
/// What it is called and which types its functions have is in its stub, Python text that programs
/// are checked against and models are shown.
pub trait Tool: Send {
    /// Its name: `http` for `from tools import http`.
    fn name(&self) -> &str;

    /// Its stub; `None` if it serves whatever stub the program was checked against.
    fn stub(&self) -> Option<&str> {
        None
    }

    /// What is known of a function; `None` if there is no such function.
    fn function(&self, name: &str) -> Option<Function>;

    /// Asks it.
    fn ask(&mut self, call: &Call) -> Step;

    /// Asks it for several calls of one function at once, if it can serve them together: work that gives an
    /// outcome for each, in their order. `None`: they are asked for one by one.
    fn ask_batch(&mut self, calls: &[Call]) -> Option<BatchWork> {
        let _ = calls;
        None
    }

    /// The arguments of a call of an event function as the fields of its events have them: an address in
    /// small letters, say.
    fn matched(&self, call: &Call) -> Map<String, Value> {
        call.arguments.clone()
    }

    /// Where events come from that this tool brings: empty if it brings none.
    fn sources(&mut self) -> Vec<Box<dyn EventSource>> {
        Vec::new()
    }

    /// The arguments as the audit log may show them: without secrets.
    fn shown(&self, call: &Call) -> Map<String, Value> {
        call.arguments.clone()
    }
}

//! What a language model is asked and what it answers, as data; and who asks one, as a trait.
//!
//! Text from outside goes into a prompt [`marked`] only. That helps, and proves nothing: what a model
//! answers is data, too.

use std::fmt;

use serde_json::Value;

/// Who speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Who asks.
    User,
    /// The model.
    Model,
}

/// What a model is asked.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Prompt {
    /// What holds for the whole conversation. The same in many prompts, it may be cached by who serves them.
    pub system: String,
    /// What was said so far; the last is the user's.
    pub turns: Vec<(Role, String)>,
    /// The JSON Schema of the answer, an object; without one it answers with text.
    pub schema: Option<Value>,
    /// How many tokens the answer may have, if not as many as the policy says.
    pub most_tokens: Option<u32>,
    /// How freely it chooses its words, if not as the policy says.
    pub temperature: Option<f64>,
}

impl Prompt {
    /// One question.
    #[must_use]
    pub fn new(system: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            system: system.into(),
            turns: vec![(Role::User, text.into())],
            ..Self::default()
        }
    }

    /// The same, to be answered with data.
    #[must_use]
    pub fn with_schema(mut self, schema: Value) -> Self {
        self.schema = Some(schema);
        self
    }

    /// The same after an answer and what was said to it.
    #[must_use]
    pub fn followed_by(mut self, answer: impl Into<String>, text: impl Into<String>) -> Self {
        self.turns.push((Role::Model, answer.into()));
        self.turns.push((Role::User, text.into()));
        self
    }
}

/// What a model answered.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Completion {
    /// Its text.
    pub text: String,
    /// The data that it gave, or that its text is.
    pub data: Option<Value>,
    /// Why it stopped.
    pub stop: Stop,
    /// How many tokens it read, tries that failed included.
    pub tokens_in: u64,
    /// How many it wrote, tries that failed included.
    pub tokens_out: u64,
    /// Of those that it read, how many its provider had read before.
    pub tokens_cached: u64,
    /// Its provider does not tell the tokens: they are guessed from the length of the texts.
    pub is_estimated: bool,
    /// What it cost, in billionths of the currency of the prices; only where prices are known.
    pub cost: Option<u64>,
}

/// Why a model stopped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Stop {
    /// It was done.
    #[default]
    End,
    /// It may write no more.
    Length,
    /// It does not want to.
    Refused,
}

/// Why there is no completion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelError {
    /// Of what kind.
    pub kind: ModelErrorKind,
    /// A sentence, without secrets.
    pub message: String,
    /// Tokens that it cost nevertheless.
    pub tokens: u64,
}

impl ModelError {
    /// An error that cost nothing.
    #[must_use]
    pub fn new(kind: ModelErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            tokens: 0,
        }
    }
}

/// The kinds of [`ModelError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ModelErrorKind {
    /// The provider is busy, or was asked too often: later it may answer.
    Busy,
    /// It cannot be reached.
    Unreachable,
    /// It does not let one in.
    Denied,
    /// It does not take the request.
    Rejected,
    /// What came is no completion.
    Malformed,
    /// A limit of the policy.
    Limit,
    /// The prompt, or with it the answer, is longer than the model can read.
    TooLong,
    /// Who listens wants no more of it.
    Stopped,
    /// It is not on the cassette that is played.
    Unrecorded,
}

impl fmt::Display for ModelError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for ModelError {}

/// What happens while a model answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard<'a> {
    /// The next piece of its text.
    Text(&'a str),
    /// It is asked again after so many milliseconds; what was heard of the answer so far does not count.
    Again {
        /// How long is waited.
        milliseconds: u64,
        /// Why: a sentence.
        why: &'a str,
    },
    /// Nothing came for a moment; said several times a second, for those who want to stop.
    Silence,
}

/// Whether one wants to hear more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Listening {
    /// Go on.
    On,
    /// Stop: the completion ends with [`ModelErrorKind::Stopped`].
    Stop,
}

/// A language model that can be asked.
pub trait Model {
    /// Its name, as its provider has it.
    fn name(&self) -> &str;

    /// Asks it, and tells what is heard while it answers. It takes its time.
    ///
    /// # Errors
    /// Why there is no completion.
    fn complete(
        &mut self,
        prompt: &Prompt,
        heard: &mut dyn FnMut(Heard<'_>) -> Listening,
    ) -> Result<Completion, ModelError>;
}

/// Text from outside, between marks that it cannot have itself: they are made of its hash.
#[must_use]
pub fn marked(text: &str) -> String {
    let hash = blake3::hash(text.as_bytes()).to_hex();
    let mark = hash.get(..12).unwrap_or_default();
    format!("<data-{mark}>\n{text}\n</data-{mark}>")
}

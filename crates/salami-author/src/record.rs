//! What came of a run, as it is stored and shown.

use salami_process::model::Completion;
use serde::{Deserialize, Serialize};

use crate::judge::Report;
use crate::task::Task;

/// Tokens in and out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tokens {
    /// Those that a model read.
    pub input: u64,
    /// Those that it wrote.
    pub output: u64,
    /// Of those that it read, how many its provider had read before.
    #[serde(default)]
    pub cached: u64,
    /// They are guessed, all or some, as a provider does not tell them.
    #[serde(default)]
    pub is_estimated: bool,
}

impl Tokens {
    /// What a completion took.
    #[must_use]
    pub fn of(completion: &Completion) -> Self {
        Self {
            input: completion.tokens_in,
            output: completion.tokens_out,
            cached: completion.tokens_cached,
            is_estimated: completion.is_estimated,
        }
    }

    /// These and others.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            input: self.input.saturating_add(other.input),
            output: self.output.saturating_add(other.output),
            cached: self.cached.saturating_add(other.cached),
            is_estimated: self.is_estimated || other.is_estimated,
        }
    }

    /// Both.
    #[must_use]
    pub fn total(self) -> u64 {
        self.input.saturating_add(self.output)
    }
}

/// What a model was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// A program.
    Write,
    /// The same again, with what was wrong.
    Mend,
    /// A mended version of a program from the library.
    Repair,
    /// A second look at its program, which is odd.
    Look,
    /// A second program, written independently.
    Second,
    /// Its judgement.
    Judge,
    /// A sentence for the end user.
    Explain,
}

/// One exchange with a model, and what came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// What was wanted.
    pub purpose: Purpose,
    /// Who was asked.
    pub model: String,
    /// What was said to it last.
    pub prompt: String,
    /// What it answered.
    pub reply: String,
    /// Why there is no answer.
    pub error: Option<String>,
    /// The program in the answer.
    pub code: Option<String>,
    /// What the checker says of it, as shown to the model.
    pub diagnostics: Vec<String>,
    /// What the judges say.
    pub report: Option<Report>,
    /// What it printed, cut.
    pub printed: String,
    /// What it took.
    pub tokens: Tokens,
    /// What it cost, in billionths of the currency of the prices, where they are known.
    #[serde(default)]
    pub cost: Option<u64>,
    /// How long the model took, in microseconds.
    pub model_time: i64,
    /// How long check, run and judges took, in microseconds.
    pub trial_time: i64,
    /// The fuel of the run.
    pub fuel: u64,
    /// The most bytes that it had.
    pub memory: u64,
}

/// Where an accepted result came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum From {
    /// A program of the library as it was.
    Library,
    /// A program of the library that was mended.
    Repair,
    /// A new program.
    Model,
}

/// Why there is no result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FailureKind {
    /// The input is not what can be worked with.
    Input,
    /// No attempt was accepted.
    Attempts,
    /// The tokens are used up.
    Tokens,
    /// The time is over.
    Time,
    /// The model cannot be asked.
    Model,
    /// There is no program for this, and no model may be asked.
    NotInLibrary,
    /// The program of the library has a finding, and no model may be asked or it is pinned.
    Quarantined,
    /// It was interrupted.
    Interrupted,
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// With a result that the judges accept.
    Accepted {
        /// Where the program came from.
        from: From,
        /// Its version.
        version: u32,
    },
    /// Without.
    Failed {
        /// Why.
        kind: FailureKind,
        /// A sentence for the end user.
        sentence: String,
    },
}

/// The input of a run, without its content.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct InputRecord {
    /// The name of its file.
    pub name: Option<String>,
    /// Its format.
    pub format: String,
    /// Its bytes.
    pub size: u64,
    /// The hash of them, in hexadecimal.
    #[serde(default)]
    pub hash: String,
    /// Its rows, where it has some and they were counted.
    pub rows: Option<u64>,
    /// Its shape, as text to read.
    pub shape: String,
}

/// A run: from a task and an input to a result, or to a sentence that says why there is none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunRecord {
    /// Its number: 16 hexadecimal digits.
    pub id: String,
    /// The name of its task.
    pub task: String,
    /// The hash of its task.
    pub task_hash: String,
    /// What a program was looked up by, where the input could be read.
    pub key: Option<String>,
    /// Its input.
    pub input: InputRecord,
    /// When it began, in microseconds since 1970.
    pub began: i64,
    /// How long it took, in microseconds.
    pub took: i64,
    /// How long the look-up took, in microseconds.
    pub look_up: i64,
    /// What the judges said of the program of the library, where there was one.
    pub reuse: Option<Report>,
    /// Fuel of the run of the library's program.
    pub reuse_fuel: u64,
    /// What models were asked.
    pub attempts: Vec<Attempt>,
    /// All tokens.
    pub tokens: Tokens,
    /// What all attempts cost, in billionths of the currency of the prices; only where it is known of each.
    #[serde(default)]
    pub cost: Option<u64>,
    /// The accepted program.
    pub code: Option<String>,
    /// What the judges said of it.
    pub report: Option<Report>,
    /// How it ended.
    pub ending: Ending,
}

impl RunRecord {
    /// The record of a run that begins now, before anything was looked up or asked.
    #[must_use]
    pub fn begun(id: String, task: &Task, input: InputRecord, now: i64, ending: Ending) -> Self {
        Self {
            id,
            task: task.name.clone(),
            task_hash: task.hash(),
            key: None,
            input,
            began: now,
            took: 0,
            look_up: 0,
            reuse: None,
            reuse_fuel: 0,
            attempts: Vec::new(),
            tokens: Tokens::default(),
            cost: None,
            code: None,
            report: None,
            ending,
        }
    }
}

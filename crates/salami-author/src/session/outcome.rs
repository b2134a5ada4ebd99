//! How a session ends.

use salami_program::Program;
use serde_json::Value;

use crate::judge::{Report, SkippedRow};
use crate::library::Entry;
use crate::record::{FailureKind, From, RunRecord};

/// How a session ended.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// A result, or why there is none.
    pub result: Result<Box<Accepted>, Failure>,
    /// What is stored of the run.
    pub record: RunRecord,
    /// What the library could not do, in sentences.
    pub troubles: Vec<String>,
}

/// A result that the judges accept.
#[derive(Clone, Debug)]
pub struct Accepted {
    /// The result; null of a workflow, which did not run.
    pub value: Value,
    /// The rows that the program names as skipped.
    pub skipped: Vec<SkippedRow>,
    /// How many data rows the input has, where they were accounted for.
    pub rows: Option<u64>,
    /// The program.
    pub code: String,
    /// The same, checked: its effects and the tools that it needs can be read from it.
    pub program: Option<Program>,
    /// What the judges say.
    pub report: Report,
    /// Where it came from.
    pub from: From,
    /// What the library has of it now.
    pub entry: Entry,
    /// What it printed, cut.
    pub printed: String,
}

/// Why there is no result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Of what kind.
    pub kind: FailureKind,
    /// A sentence for the end user.
    pub sentence: String,
    /// What judges say of the last program, where there was one.
    pub report: Option<Report>,
}

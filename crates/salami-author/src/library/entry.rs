//! Programs as a library keeps them.

use serde::{Deserialize, Serialize};

/// What a program is found by: a hash of task, output, stubs, language version and shape, in hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Key(pub String);

/// How far a program is trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// It was accepted, and is judged at each use.
    Candidate,
    /// It was used often enough without a finding. It is judged at each use, too.
    Promoted,
    /// Somebody said that it is the one: it is never replaced by a model.
    Pinned,
    /// It failed, and nothing took its place yet: it is not used.
    Quarantined,
}

/// Where a version of a program came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// A model wrote it.
    Written,
    /// A model mended the version before.
    Repaired,
    /// It was read from files.
    Imported,
}

/// One version of a program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Version {
    /// From 1.
    pub number: u32,
    /// The program.
    pub code: String,
    /// Where it came from.
    pub origin: Origin,
    /// The model that wrote it, if one did.
    pub model: Option<String>,
    /// Why it was made: what was wrong with the one before.
    pub why: String,
    /// The run that made it.
    pub run: Option<String>,
    /// When, in microseconds since 1970.
    pub made: i64,
}

/// A program in a library, for one task and one shape of inputs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// What it is found by.
    pub key: Key,
    /// The name of its task.
    pub task: String,
    /// The hash of the task, in hexadecimal.
    pub task_hash: String,
    /// The shape of its inputs, as text to read.
    pub shape: String,
    /// How far it is trusted.
    pub status: Status,
    /// How often it was used since it has this code.
    pub uses: u64,
    /// How often a judge found something since it has this code.
    pub findings: u64,
    /// When it was used last, in microseconds since 1970.
    pub used: i64,
    /// Its versions, the first first; the last is the one in use.
    pub versions: Vec<Version>,
}

impl Entry {
    /// The version in use.
    #[must_use]
    pub fn current(&self) -> Option<&Version> {
        self.versions.last()
    }
}

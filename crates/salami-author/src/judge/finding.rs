//! What judges say.

use serde::{Deserialize, Serialize};

use super::known::Known;

/// Who judges.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JudgeName {
    /// The checker and what the program must look like.
    Program,
    /// The run itself: it ended with a value, within its limits.
    Run,
    /// The type of the output.
    Schema,
    /// Each row of the input is used, or named as skipped.
    Rows,
    /// An invariant, by its name.
    Invariant(String),
    /// An expected case, by its name.
    Case(String),
    /// A second program that was written independently.
    Agreement,
    /// A model: what it says may be wrong, and may have been dictated by the input.
    Model,
}

/// Whether a finding speaks against a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The program is not accepted.
    Error,
    /// Odd, and right only if the task means it: who wrote the program is asked to look again.
    Doubt,
    /// Worth knowing.
    Note,
}

/// A row of the input, as it is shown: secrets masked, cut where it is long.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuotedRow {
    /// The number of the line that it begins on, or of the item, from 1.
    pub number: u64,
    /// Its text.
    pub text: String,
}

/// One thing that a judge found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Who found it.
    pub judge: JudgeName,
    /// Whether it speaks against the program.
    pub severity: Severity,
    /// Its code, such as `rows.unnamed`.
    pub code: String,
    /// A sentence in our words, without text from outside.
    pub message: String,
    /// Text from outside that belongs to it, such as what an exception says: data, whoever reads it.
    pub outside: Option<String>,
    /// The rows that it is about.
    pub rows: Vec<QuotedRow>,
    /// Of a doubt by which the model stands with its program: why, in its words, which may be wrong; empty where it
    /// gives no reason.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub upheld: Option<String>,
}

impl Finding {
    /// One that speaks against a program.
    #[must_use]
    pub fn error(judge: JudgeName, code: &str, message: impl Into<String>) -> Self {
        Self {
            judge,
            severity: Severity::Error,
            code: code.to_owned(),
            message: message.into(),
            outside: None,
            rows: Vec::new(),
            upheld: None,
        }
    }

    /// One that is odd, and right only if the task means it.
    #[must_use]
    pub fn doubt(judge: JudgeName, code: &str, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Doubt,
            ..Self::error(judge, code, message)
        }
    }

    /// One that is worth knowing.
    #[must_use]
    pub fn note(judge: JudgeName, code: &str, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Note,
            ..Self::error(judge, code, message)
        }
    }

    /// The same with text from outside.
    #[must_use]
    pub fn with_outside(mut self, text: impl Into<String>) -> Self {
        self.outside = Some(text.into());
        self
    }

    /// The same with rows that it is about.
    #[must_use]
    pub fn with_rows(mut self, rows: Vec<QuotedRow>) -> Self {
        self.rows = rows;
        self
    }
}

/// What all judges said of one program.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// What was found, in the order of the judges.
    pub findings: Vec<Finding>,
    /// Who was asked and has nothing against it.
    pub passed: Vec<JudgeName>,
    /// Who was not asked, and why.
    pub skipped: Vec<(JudgeName, String)>,
    /// What later inputs are held against, once the program is accepted.
    #[serde(default, skip_serializing_if = "Known::is_empty")]
    pub known: Known,
}

impl Report {
    /// Whether nothing speaks against the program.
    #[must_use]
    pub fn accepts(&self) -> bool {
        self.errors().next().is_none()
    }

    /// What speaks against it.
    pub fn errors(&self) -> impl Iterator<Item = &Finding> {
        self.findings
            .iter()
            .filter(|finding| finding.severity == Severity::Error)
    }

    /// What is odd, as long as nobody looked again.
    pub fn doubts(&self) -> impl Iterator<Item = &Finding> {
        self.findings
            .iter()
            .filter(|finding| finding.severity == Severity::Doubt)
    }

    /// What is or was odd: doubts, and the notes that were made of them.
    pub fn doubtful(&self) -> impl Iterator<Item = &Finding> {
        self.findings
            .iter()
            .filter(|finding| finding.code.starts_with("doubt."))
    }

    /// Whether something is or was odd.
    #[must_use]
    pub fn has_doubtful(&self) -> bool {
        self.doubtful().next().is_some()
    }

    /// Makes notes of doubts, as the program is used: a model stands by it, for a reason in its words, or nobody was
    /// asked.
    pub fn settle(&mut self, upheld: Option<&str>) {
        for finding in &mut self.findings {
            if finding.severity == Severity::Doubt {
                finding.severity = Severity::Note;
                finding.upheld = upheld.map(str::to_owned);
            }
        }
    }
}

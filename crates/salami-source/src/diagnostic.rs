//! The diagnostic model: what is said to the one who mends.

use crate::edit::Edit;
use crate::text::{FileId, Span};

/// A diagnostic's stable name, such as `type.unknown-method`. `salami explain CODE` prints its page.
pub type Code = &'static str;

/// How grave a diagnostic is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The program is refused.
    Error,
    /// The program runs; something is likely not meant.
    Warning,
    /// An assertion point: checked when the program runs.
    Note,
}

/// A span with a word about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// The file of the span.
    pub file: FileId,
    /// The place.
    pub span: Span,
    /// What is to be said of the place; may be empty for the primary label.
    pub text: String,
}

/// One step of the call path that led to a diagnostic: "in `parse(row: str)`, called here".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathStep {
    /// The function with the argument types of this call.
    pub function: String,
    /// The file of the call.
    pub file: FileId,
    /// The call.
    pub span: Span,
}

/// One error, warning or assertion point.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Stable name of the kind of error.
    pub code: Code,
    /// How grave.
    pub severity: Severity,
    /// One sentence, no full stop, with the names and types involved in backticks.
    pub message: String,
    /// The primary place first, then others that explain it.
    pub labels: Vec<Label>,
    /// The calls that led to the place, outermost first.
    pub path: Vec<PathStep>,
    /// What to write instead; with code wherever code can be given.
    pub help: Option<String>,
    /// What to replace in the file of the first label to do as the help says; empty where that
    /// needs thought.
    pub edits: Vec<Edit>,
}

impl Diagnostic {
    /// An error at one place of file 0.
    #[must_use]
    pub fn error(code: Code, span: Span, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: Severity::Error,
            message: message.into(),
            labels: vec![Label {
                file: FileId::default(),
                span,
                text: String::new(),
            }],
            path: Vec::new(),
            help: None,
            edits: Vec::new(),
        }
    }

    /// The same diagnostic with a help.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The same diagnostic with an edit that mends it.
    #[must_use]
    pub fn with_edit(mut self, span: Span, replacement: impl Into<String>) -> Self {
        self.edits.push(Edit::new(span, replacement));
        self
    }

    /// The same diagnostic with a further label of file 0.
    #[must_use]
    pub fn with_label(mut self, span: Span, text: impl Into<String>) -> Self {
        self.labels.push(Label {
            file: FileId::default(),
            span,
            text: text.into(),
        });
        self
    }
}

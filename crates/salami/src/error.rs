//! What can go wrong, each kind a type of its own: the program is refused, it raises, it meets a
//! limit, or there is a bug of ours.

use std::fmt;

use salami_source::render::{self, Style};
use salami_source::{Diagnostic, Source};
use serde_json::{Value, json};

use crate::input::Misfit;
use crate::traceback::{self, Frame};

/// Why there is no program to run.
#[derive(Clone, Debug)]
pub enum CompileError {
    /// The program has errors: for the one who mends.
    Refused(Refusal),
    /// The program is larger than a module may be.
    Limit(String),
    /// A bug of ours, not of the program.
    Internal(String),
}

impl fmt::Display for CompileError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(refusal) => refusal.fmt(formatter),
            Self::Limit(text) => formatter.write_str(text),
            Self::Internal(text) => write!(formatter, "internal: {text}"),
        }
    }
}

impl std::error::Error for CompileError {}

/// The errors of a program, and the files they are in.
#[derive(Clone, Debug)]
pub struct Refusal {
    /// The errors, in order of their places.
    pub diagnostics: Vec<Diagnostic>,
    /// The files that the diagnostics name, by `FileId`.
    pub sources: Vec<Source>,
}

impl fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let files: Vec<&Source> = self.sources.iter().collect();
        for diagnostic in &self.diagnostics {
            formatter.write_str(&render::diagnostic(diagnostic, &files, Style::default()))?;
        }
        Ok(())
    }
}

/// Why a run ended without a result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RunError {
    /// The input does not fit the program.
    Input(Vec<Misfit>),
    /// The program raised an exception that nothing caught.
    Exception(Exception),
    /// The program ended itself: `sys.exit()`, `raise SystemExit`.
    Exit(Exit),
    /// It called this function of a tool, and nobody answers for it.
    NotConnected(String),
    /// A limit was met.
    Limit(Limit),
    /// The result is no data that could leave the program.
    Result(String),
    /// A bug of ours, not of the program.
    Internal(String),
}

impl RunError {
    /// The error for machines: `kind`, `message`, and by kind `type`, `traceback`, `status`, `limit`.
    #[must_use]
    pub fn to_json(&self) -> Value {
        match self {
            Self::Input(misfits) => {
                let problems: Vec<String> = misfits.iter().map(ToString::to_string).collect();
                json!({"kind": "input", "message": problems.join("; "), "problems": problems})
            }
            Self::Exception(exception) => json!({
                "kind": "exception",
                "type": exception.class,
                "message": exception.message,
                "traceback": frames(&exception.frames),
            }),
            Self::Exit(exit) => {
                json!({"kind": "exit", "message": exit.message, "status": exit.status})
            }
            Self::Limit(limit) => json!({
                "kind": "limit",
                "limit": limit.kind.name(),
                "message": limit.to_string(),
                "traceback": frames(&limit.frames),
            }),
            Self::NotConnected(tool) => {
                json!({"kind": "tool", "tool": tool, "message": self.to_string()})
            }
            Self::Result(text) => json!({"kind": "result", "message": text}),
            Self::Internal(text) => json!({"kind": "internal", "message": text}),
        }
    }
}

fn frames(frames: &[Frame]) -> Vec<Value> {
    frames
        .iter()
        .map(|frame| json!({"file": frame.file, "line": frame.line, "function": frame.function}))
        .collect()
}

impl fmt::Display for RunError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Input(misfits) => {
                let problems: Vec<String> = misfits.iter().map(ToString::to_string).collect();
                write!(formatter, "the input does not fit: {}", problems.join("; "))
            }
            Self::Exception(exception) => exception.fmt(formatter),
            Self::Exit(exit) => write!(formatter, "exit with status {}", exit.status),
            Self::NotConnected(tool) => {
                write!(
                    formatter,
                    "the program calls `{tool}`, and no such tool is connected"
                )
            }
            Self::Limit(limit) => limit.fmt(formatter),
            Self::Result(text) => write!(formatter, "the result cannot leave the program: {text}"),
            Self::Internal(text) => write!(formatter, "internal: {text}"),
        }
    }
}

impl std::error::Error for RunError {}

/// An exception that nothing caught.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exception {
    /// Its class, as a traceback names it.
    pub class: String,
    /// `str()` of it.
    pub message: String,
    /// The calls under way, outermost first.
    pub frames: Vec<Frame>,
    /// What `add_note` added, a line or more each.
    pub notes: Vec<String>,
    /// What came before it, in CPython's layout: causes and contexts. Empty where there are none.
    pub before: String,
}

impl Exception {
    /// The traceback in CPython's layout; ends with a line end.
    #[must_use]
    pub fn traceback(&self) -> String {
        let mut text = traceback::render(&self.frames, &self.to_string());
        for note in &self.notes {
            text.push_str(note);
            text.push('\n');
        }
        format!("{}{text}", self.before)
    }
}

/// The last line of the traceback.
impl fmt::Display for Exception {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.message.is_empty() {
            formatter.write_str(&self.class)
        } else {
            write!(formatter, "{}: {}", self.class, self.message)
        }
    }
}

/// The program ended itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exit {
    /// The exit status it asks for.
    pub status: u8,
    /// What it says on the way, for standard error.
    pub message: Option<String>,
}

/// The limits of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LimitKind {
    /// Fuel.
    Fuel,
    /// Memory of the heap.
    Memory,
    /// Memory of the stack.
    Stack,
}

impl LimitKind {
    /// Its name in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Fuel => "fuel",
            Self::Memory => "memory",
            Self::Stack => "stack",
        }
    }
}

/// A limit that was met.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limit {
    /// Which.
    pub kind: LimitKind,
    /// The calls under way, outermost first.
    pub frames: Vec<Frame>,
}

impl Limit {
    /// Where the program stood, in the layout of a traceback; ends with a line end.
    #[must_use]
    pub fn traceback(&self) -> String {
        traceback::render(&self.frames, &self.to_string())
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self.kind {
            LimitKind::Fuel => "limit: the program used up its fuel",
            LimitKind::Memory => "limit: the program needs more memory than it may have",
            LimitKind::Stack => "limit: the program's calls need more stack than they may have",
        })
    }
}

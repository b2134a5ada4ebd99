//! What can go wrong, each kind a type of its own: the program is refused, it raises, it meets a
//! limit, or there is a bug of ours.

use std::fmt;

use salami_source::render::{self, Style};
use salami_source::{Diagnostic, Source, Span};
use salami_vm::ErrorContext;
use serde_json::{Value, json};

use crate::input::Misfit;
use crate::profile;
use crate::program::VERIFIER;
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
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Refusal {
    /// The errors, in order of their places.
    pub diagnostics: Vec<Diagnostic>,
    /// The files that the diagnostics name, by `FileId`.
    pub sources: Vec<Source>,
    /// Where the first error is in bytecode, and which register has which type, in the form of run-time errors.
    pub context: Option<Box<ErrorContext>>,
}

impl Refusal {
    /// The errors of these files.
    #[must_use]
    pub fn new(diagnostics: Vec<Diagnostic>, sources: Vec<Source>) -> Self {
        Self {
            diagnostics,
            sources,
            context: None,
        }
    }

    /// The error for machines, as [`RunError::to_json`] has it; `diagnostics` are all errors.
    #[must_use]
    pub fn to_json(&self) -> Value {
        RunError::Refused(Box::new(self.clone())).to_json()
    }

    fn details(&self) -> Value {
        let files: Vec<&Source> = self.sources.iter().collect();
        let diagnostics = self.diagnostics.iter();
        let diagnostics: Vec<Value> = diagnostics
            .map(|diagnostic| render::json(diagnostic, &files))
            .collect();
        let first = self.diagnostics.first();
        let message = first.map_or("the program is refused", |first| first.message.as_str());
        json!({"kind": "refused", "message": message, "diagnostics": diagnostics})
    }
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
    /// It does not check for this input.
    Refused(Box<Refusal>),
    /// It called this function of a tool, and nobody answers for it.
    NotConnected(String),
    /// A limit was met.
    Limit(Limit),
    /// The result is no data that could leave the program.
    Result(String),
    /// It was resumed from a state that it cannot be in: that was damaged, or changed by somebody.
    State(String),
    /// A bug of ours, not of the program.
    Internal(String),
}

impl RunError {
    /// What kind of error it is, for machines. A program decides none of them but that it raises.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Input(_) => "INPUT_ERROR",
            Self::Refused(_) => "COMPILATION_ERROR",
            Self::Exception(exception) if exception.is_external => "EXTERNAL_ERROR",
            Self::Exception(_) | Self::Result(_) => "RUNTIME_ERROR",
            Self::Exit(_) => "EXIT",
            Self::NotConnected(_) => "EXTERNAL_ERROR",
            Self::Limit(limit) => match limit.kind {
                LimitKind::Time => "TIMEOUT_ERROR",
                _ => "LIMIT_ERROR",
            },
            Self::State(_) => "STATE_ERROR",
            Self::Internal(_) => "INTERNAL_ERROR",
        }
    }

    /// The error of a program that is refused for its input.
    pub(crate) fn refused(error: CompileError) -> Self {
        match error {
            CompileError::Internal(text) => Self::Internal(text),
            CompileError::Refused(refusal) => Self::Refused(Box::new(refusal)),
            CompileError::Limit(text) => {
                let problem = Diagnostic::error(VERIFIER, Span::default(), text);
                Self::Refused(Box::new(Refusal::new(vec![problem], Vec::new())))
            }
        }
    }

    /// Where the execution stood.
    fn context(&self) -> Option<&ErrorContext> {
        match self {
            Self::Exception(exception) => Some(&exception.context),
            Self::Limit(limit) => Some(&limit.context),
            Self::Refused(refusal) => refusal.context.as_deref(),
            _ => None,
        }
    }

    /// The error for machines: `kind`, `code`, `message`, `context` (where it stood: `function`,
    /// `instruction_pointer`, `line`; which `register` had which type: `expected_type`,
    /// `actual_type`; null what is not known), and by kind `type`, `traceback`, `status`, `limit` with
    /// `most`, the number that it was set to.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let mut json = self.details();
        if let Value::Object(fields) = &mut json {
            let at = 1.min(fields.len());
            fields.shift_insert(at, "code".to_owned(), self.code().into());
            let context = self.context().map_or(Value::Null, context_to_json);
            fields.insert("context".to_owned(), context);
        }
        json
    }

    fn details(&self) -> Value {
        match self {
            Self::Input(misfits) => {
                let problems: Vec<String> = misfits.iter().map(ToString::to_string).collect();
                json!({"kind": "input", "message": problems.join("; "), "problems": problems})
            }
            Self::Exception(exception) => {
                let mut details = json!({
                    "kind": "exception",
                    "type": exception.class,
                    "message": exception.message,
                    "traceback": frames(&exception.frames),
                });
                if let Value::Object(details) = &mut details {
                    if !exception.notes.is_empty() {
                        details.insert("notes".to_owned(), exception.notes.clone().into());
                    }
                    if !exception.before.is_empty() {
                        details.insert("before".to_owned(), exception.before.clone().into());
                    }
                }
                details
            }
            Self::Exit(exit) => {
                json!({"kind": "exit", "message": exit.message, "status": exit.status})
            }
            Self::Limit(limit) => json!({
                "kind": "limit",
                "limit": limit.kind.name(),
                "most": limit.most,
                "message": limit.to_string(),
                "traceback": frames(&limit.frames),
            }),
            Self::NotConnected(tool) => {
                json!({"kind": "tool", "tool": tool, "message": self.to_string()})
            }
            Self::Refused(refusal) => refusal.details(),
            Self::Result(text) => json!({"kind": "result", "message": text}),
            Self::State(text) => json!({"kind": "state", "message": text}),
            Self::Internal(text) => json!({"kind": "internal", "message": text}),
        }
    }
}

fn context_to_json(context: &ErrorContext) -> Value {
    json!({
        "function": context.function,
        "instruction_pointer": context.instruction_pointer,
        "register": context.register,
        "expected_type": context.expected_type,
        "actual_type": context.actual_type,
        "line": context.line,
    })
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
            Self::Refused(refusal) => refusal.fmt(formatter),
            Self::Result(text) => write!(formatter, "the result cannot leave the program: {text}"),
            Self::State(text) => {
                write!(
                    formatter,
                    "the state that it was resumed from is damaged: {text}"
                )
            }
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
    /// Whether a tool failed.
    pub is_external: bool,
    /// Where it was raised.
    pub context: Box<ErrorContext>,
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
    /// Calls inside calls.
    Depth,
    /// Instructions.
    Instructions,
    /// Rounds of one loop.
    Iterations,
    /// Time, waits included.
    Time,
    /// What it prints, where the host keeps that in memory.
    Output,
}

impl LimitKind {
    /// Its name in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Fuel => "fuel",
            Self::Memory => "memory",
            Self::Stack => "stack",
            Self::Depth => "depth",
            Self::Instructions => "instructions",
            Self::Iterations => "iterations",
            Self::Time => "time",
            Self::Output => "output",
        }
    }
}

/// A limit that was met.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limit {
    /// Which.
    pub kind: LimitKind,
    /// What it was set to: bytes, microseconds, or a number of what is counted. None where the host
    /// ended the execution, which knows why.
    pub most: Option<u64>,
    /// The calls under way, outermost first.
    pub frames: Vec<Frame>,
    /// Where it stood.
    pub context: Box<ErrorContext>,
}

impl Limit {
    /// One that was met before the program ran.
    pub(crate) fn new(kind: LimitKind, most: Option<u64>) -> Self {
        Self {
            kind,
            most,
            frames: Vec::new(),
            context: Box::default(),
        }
    }

    /// Where the program stood, in the layout of a traceback; ends with a line end.
    #[must_use]
    pub fn traceback(&self) -> String {
        traceback::render(&self.frames, &self.to_string())
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = self.most.map(shown);
        let bytes = self.most.map(profile::shown_bytes);
        let or = |known: Option<String>, unknown: &str| known.unwrap_or_else(|| unknown.to_owned());
        let text = match self.kind {
            LimitKind::Fuel => match number {
                Some(number) => format!("the program used up its fuel, {number} units"),
                None => "the program used up its fuel".to_owned(),
            },
            LimitKind::Memory => format!(
                "the program needs more memory than {}",
                or(bytes, "it may have")
            ),
            LimitKind::Stack => format!(
                "the program's calls need more stack than {}",
                or(bytes, "they may have")
            ),
            LimitKind::Depth => format!(
                "the program's calls are nested deeper than {}",
                or(number, "they may be")
            ),
            LimitKind::Instructions => {
                format!(
                    "the program runs more instructions than {}",
                    or(number, "it may")
                )
            }
            LimitKind::Iterations => match number {
                Some(number) => {
                    format!("Loop exceeds iteration limit: more than {number} iterations")
                }
                None => "Loop exceeds iteration limit".to_owned(),
            },
            LimitKind::Output => format!("the program prints more than {}", or(bytes, "it may")),
            LimitKind::Time => format!(
                "the program takes more time than {}",
                or(self.most.map(profile::shown_time), "it may have")
            ),
        };
        write!(formatter, "limit: {text}")
    }
}

/// A number with a comma after each three digits.
fn shown(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

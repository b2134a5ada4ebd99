//! What is wanted: a task in words, the form of its result, and who judges.

use std::fmt;

use salami_program::{CompileError, CompileOptions, Strict, Stub};
use serde_json::{Map, Value, json};

use crate::input::Input;
use crate::judge::{Judge, RowAccounting, accounts};
use crate::library::Key;
use crate::output::Output;
use crate::shape::Shape;

/// The version of the language that programs are written in: another one, other keys.
///
/// It holds what decides whether a kept program still does the same; the words of a prompt do not.
pub const LANGUAGE: &str = "salami-python-3.11/1";

/// The longest text of a task, in bytes.
pub const MOST_TEXT: usize = 100_000;
/// The longest name of a task, in bytes.
pub const MOST_NAME: usize = 100;
/// The most judges of a task.
pub const MOST_JUDGES: usize = 100;
/// The most tools of a task, and the longest text of all their stubs in bytes.
pub const MOST_STUBS: usize = 100;
/// The longest text of all stubs, in bytes.
pub const MOST_STUB_TEXT: usize = 200_000;

/// What kind of program is wanted.
///
/// A way out of a held thread is a third kind to come: its prompt adds the code around the call that
/// failed, the live variables and the error, marked; its trial checks the code for that place in place
/// of running it; all else of the loop is the same. Nothing in the loop but the prompt and the trial
/// asks for the kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TaskKind {
    /// From an input to a result, at once.
    #[default]
    Transform,
    /// A program of processes, from plain words: it has no input, is checked strictly, and runs only
    /// when a person starts it.
    Workflow,
}

impl TaskKind {
    /// Its name in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Transform => "transform",
            Self::Workflow => "workflow",
        }
    }
}

/// What is wanted.
#[derive(Clone, Debug)]
pub struct Task {
    /// Its name, under which programs and runs are listed.
    pub name: String,
    /// What is to be done, in words.
    pub text: String,
    /// What the result must look like.
    pub output: Output,
    /// The tools that a program may use.
    pub stubs: Vec<Stub>,
    /// Whether a program must say what became of each row.
    pub rows: RowAccounting,
    /// Who judges beside the checker, the run and the form of the output.
    pub judges: Vec<Judge>,
    /// What kind of program is wanted.
    pub kind: TaskKind,
}

/// Why a task cannot be read: a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskError {
    /// A sentence.
    pub message: String,
}

impl TaskError {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
        }
    }
}

impl fmt::Display for TaskError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for TaskError {}

impl Task {
    /// A task from an input to a result, without tools and judges of its own.
    #[must_use]
    pub fn new(name: impl Into<String>, text: impl Into<String>, output: Output) -> Self {
        Self {
            name: name.into(),
            text: text.into(),
            output,
            stubs: Vec::new(),
            rows: RowAccounting::Auto,
            judges: Vec::new(),
            kind: TaskKind::Transform,
        }
    }

    /// A task for a workflow: from plain words and tools to a program of processes.
    #[must_use]
    pub fn workflow(name: impl Into<String>, text: impl Into<String>, stubs: Vec<Stub>) -> Self {
        Self {
            stubs,
            kind: TaskKind::Workflow,
            rows: RowAccounting::Off,
            ..Self::new(name, text, Output::any())
        }
    }

    /// The task's hash, in hexadecimal. Judges are not in it: each use of a program is judged by
    /// those that the task has then.
    #[must_use]
    pub fn hash(&self) -> String {
        let mut hasher = blake3::Hasher::new();
        let mut part = |name: &str, text: &str| {
            // Lengths keep parts apart, whatever they have in them.
            for piece in [name, text] {
                hasher.update(&(piece.len() as u64).to_le_bytes());
                hasher.update(piece.as_bytes());
            }
        };
        part("language", LANGUAGE);
        part("kind", self.kind.name());
        part("text", &normalised(&self.text));
        part("output", &self.output.canonical());
        part("rows", rows_name(self.rows));
        let mut stubs: Vec<(&str, String)> = self
            .stubs
            .iter()
            .map(|stub| (stub.name.as_str(), normalised(stub.source.text())))
            .collect();
        stubs.sort();
        for (name, text) in &stubs {
            part("stub", name);
            part("stub", text);
        }
        hasher.finalize().to_hex().to_string()
    }

    /// What a program for this task and inputs of this shape is found by.
    #[must_use]
    pub fn key(&self, shape: &Shape) -> Key {
        self.key_of(&shape.text)
    }

    /// The key of a workflow, which has no input.
    #[must_use]
    pub fn key_without_input(&self) -> Key {
        self.key_of("")
    }

    /// The key for the text of a shape; the empty one is that of a task without an input.
    pub(crate) fn key_of(&self, shape: &str) -> Key {
        let mut hasher = blake3::Hasher::new();
        hasher.update(self.hash().as_bytes());
        hasher.update(shape.as_bytes());
        Key(hasher.finalize().to_hex().to_string())
    }

    /// Whether a program of it gets an input.
    #[must_use]
    pub fn has_input(&self) -> bool {
        self.kind == TaskKind::Transform
    }

    /// What is refused of what can neither be proved nor refuted.
    #[must_use]
    pub fn strictness(&self) -> Strict {
        match self.kind {
            TaskKind::Transform => Strict::Effects,
            TaskKind::Workflow => Strict::Always,
        }
    }

    /// Whether a program must say what became of each row of this input.
    #[must_use]
    pub fn expects_rows(&self, input: &Input) -> bool {
        accounts(input, self.rows)
    }

    /// The task as it is stored.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let stubs: Map<String, Value> = self
            .stubs
            .iter()
            .map(|stub| (stub.name.clone(), stub.source.text().into()))
            .collect();
        let judges = serde_json::to_value(&self.judges).unwrap_or_default();
        json!({
            "name": self.name,
            "kind": self.kind.name(),
            "task": self.text,
            "output": self.output.to_json(),
            "rows": rows_name(self.rows),
            "tools": stubs,
            "judges": judges,
        })
    }

    /// Reads a stored task.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn from_json(stored: &Value) -> Result<Self, TaskError> {
        let Value::Object(fields) = stored else {
            return Err(TaskError::new("a task is a JSON object"));
        };
        let known = ["name", "kind", "task", "output", "rows", "tools", "judges"];
        if let Some(unknown) = fields.keys().find(|name| !known.contains(&name.as_str())) {
            let unknown: String = unknown.chars().take(40).collect();
            let known = known.join(", ");
            return Err(TaskError::new(format!(
                "a task has no field `{unknown}`: {known}"
            )));
        }
        let text = |name: &str| match fields.get(name) {
            Some(Value::String(text)) => Ok(text.clone()),
            Some(_) => Err(TaskError::new(format!("`{name}` of a task is a text"))),
            None => Err(TaskError::new(format!("a task needs `{name}`"))),
        };
        let choice = |name: &str, otherwise: &str| match fields.get(name) {
            None | Some(Value::Null) => Ok(otherwise.to_owned()),
            Some(_) => text(name),
        };
        let kind = match choice("kind", "transform")?.as_str() {
            "transform" => TaskKind::Transform,
            "workflow" => TaskKind::Workflow,
            _ => {
                return Err(TaskError::new(
                    "`kind` of a task is `transform` or `workflow`",
                ));
            }
        };
        let rows = match choice("rows", "auto")?.as_str() {
            "auto" => RowAccounting::Auto,
            "on" => RowAccounting::On,
            "off" => RowAccounting::Off,
            _ => return Err(TaskError::new("`rows` of a task is `auto`, `on` or `off`")),
        };
        let output = match fields.get("output") {
            None | Some(Value::Null) => Output::any(),
            Some(stored) => Output::from_json(stored)
                .map_err(|error| TaskError::new(format!("`output` of a task: {error}")))?,
        };
        let mut stubs = Vec::new();
        match fields.get("tools") {
            None | Some(Value::Null) => {}
            Some(Value::Object(tools)) => {
                for (name, stub) in tools {
                    let Value::String(stub) = stub else {
                        return Err(TaskError::new(
                            "each of a task's `tools` is the text of a stub",
                        ));
                    };
                    stubs.push(Stub::new(name.clone(), stub.clone()));
                }
            }
            Some(_) => {
                return Err(TaskError::new(
                    "`tools` of a task is an object: a stub's text for each name",
                ));
            }
        }
        let judges = match fields.get("judges") {
            None | Some(Value::Null) => Vec::new(),
            Some(judges) => serde_json::from_value(judges.clone())
                .map_err(|error| TaskError::new(format!("`judges` of a task: {error}")))?,
        };
        let task = Self {
            name: text("name")?,
            text: text("task")?,
            output,
            stubs,
            rows,
            judges,
            kind,
        };
        task.check()?;
        Ok(task)
    }

    /// Whether it can be worked on: its name can name a directory, and nothing of it is too large.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn check(&self) -> Result<(), TaskError> {
        if self.name.is_empty() || self.name.len() > MOST_NAME || !is_plain(&self.name) {
            return Err(TaskError::new(format!(
                "the name of a task has 1 to {MOST_NAME} letters, digits, `-`, `_` or `.`, and does not begin with a dot"
            )));
        }
        if self.text.trim().is_empty() {
            return Err(TaskError::new("the task is empty: say what is to be done"));
        }
        if self.text.len() > MOST_TEXT {
            return Err(TaskError::new(format!(
                "the text of the task has {} bytes, at most {MOST_TEXT} are allowed",
                self.text.len()
            )));
        }
        if self.judges.len() > MOST_JUDGES {
            return Err(TaskError::new(format!(
                "the task has {} judges, at most {MOST_JUDGES} are allowed",
                self.judges.len()
            )));
        }
        let stubs: usize = self
            .stubs
            .iter()
            .map(|stub| stub.source.text().len())
            .fold(0, usize::saturating_add);
        if self.stubs.len() > MOST_STUBS || stubs > MOST_STUB_TEXT {
            return Err(TaskError::new(format!(
                "a task has at most {MOST_STUBS} tools with stubs of {MOST_STUB_TEXT} bytes together"
            )));
        }
        Ok(())
    }
}

/// The name of a manner of accounting in JSON.
fn rows_name(rows: RowAccounting) -> &'static str {
    match rows {
        RowAccounting::Auto => "auto",
        RowAccounting::On => "on",
        RowAccounting::Off => "off",
    }
}

/// Whether programs can use the tools of these stubs: what is wrong with a stub is no model's to mend.
///
/// # Errors
/// What is wrong with the first that cannot be used.
pub(crate) fn check_stubs(stubs: &[Stub]) -> Result<(), TaskError> {
    for stub in stubs {
        let options = CompileOptions {
            stubs: stubs.to_vec(),
            ..CompileOptions::default()
        };
        let name = &stub.name;
        let uses = format!("from tools import {name}\n\n\ndef main() -> None:\n    pass\n");
        if let Err(error) = salami_program::compile("program.py", &uses, &options) {
            let why = match &error {
                CompileError::Refused(refusal) => refusal
                    .diagnostics
                    .first()
                    .map_or_else(String::new, |first| first.message.clone()),
                error => error.to_string(),
            };
            return Err(TaskError::new(format!(
                "the stub of the tool `{name}` cannot be used: {why}"
            )));
        }
    }
    Ok(())
}

/// Whether a name can be that of a directory everywhere.
fn is_plain(name: &str) -> bool {
    !name.starts_with('.')
        && name
            .chars()
            .all(|letter| letter.is_alphanumeric() || matches!(letter, '-' | '_' | '.'))
}

/// The text trimmed, with one kind of line ends and without spaces at them: what an editor changes by
/// itself is no other task.
fn normalised(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let lines: Vec<&str> = text.trim().lines().map(str::trim_end).collect();
    lines.join("\n")
}

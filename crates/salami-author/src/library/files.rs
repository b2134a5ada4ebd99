//! Programs of a library as files to review, and back.
//!
//! Pure: files are paths and texts; who exports writes them, who imports reads them.

use salami_program::{CompileError, CompileOptions};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Entry, Key, LibraryError, Origin, Status, Version};
use crate::task::Task;

/// The program in use.
const PROGRAM: &str = "program.py";
/// The task as it is stored.
const TASK: &str = "task.json";
/// The shape of the inputs.
const SHAPE: &str = "shape.txt";
/// How far it is trusted, and where its versions came from.
const ENTRY: &str = "entry.json";
/// The longest file that is read, in bytes.
const MOST_FILE: usize = 2_000_000;
/// The most versions of one program.
const MOST_VERSIONS: usize = 10_000;

/// A file: its path, with `/` between its parts, and its text.
pub type TextFile = (String, String);

/// What is read from files.
#[derive(Clone, Debug)]
pub struct Imported {
    /// The program.
    pub entry: Entry,
    /// Its task.
    pub task: Task,
    /// Whether the program is another than the one that was exported.
    pub is_changed: bool,
}

/// `entry.json`.
#[derive(Debug, Serialize, Deserialize)]
struct Stored {
    key: Key,
    status: Status,
    uses: u64,
    findings: u64,
    used: i64,
    versions: Vec<StoredVersion>,
}

/// A version, of which the program is in a file of its own.
#[derive(Debug, Serialize, Deserialize)]
struct StoredVersion {
    number: u32,
    origin: Origin,
    model: Option<String>,
    why: String,
    run: Option<String>,
    made: i64,
    /// Where its program is.
    file: String,
    /// What tells whether somebody changed it there.
    hash: String,
}

/// The name of a program's directory: its task and the beginning of its key.
#[must_use]
pub fn directory(entry: &Entry) -> String {
    let short: String = entry.key.0.chars().take(12).collect();
    let task: String = entry
        .task
        .chars()
        .map(|letter| match letter {
            letter if letter.is_alphanumeric() => letter,
            '-' | '_' => letter,
            _ => '-',
        })
        .take(60)
        .collect();
    format!("{task}-{short}")
}

/// A program as files for review, in a directory of its own: `program.py`, its task, its shape, how
/// far it is trusted, and its earlier versions.
#[must_use]
pub fn export(entry: &Entry, task: &Task) -> Vec<TextFile> {
    let directory = directory(entry);
    let path = |name: &str| format!("{directory}/{name}");
    let mut files = Vec::new();
    let mut versions = Vec::new();
    let last = entry.versions.len().saturating_sub(1);
    for (index, version) in entry.versions.iter().enumerate() {
        let file = if index == last {
            PROGRAM.to_owned()
        } else {
            format!("history/{:04}.py", version.number)
        };
        files.push((path(&file), with_end(&version.code)));
        versions.push(StoredVersion {
            number: version.number,
            origin: version.origin,
            model: version.model.clone(),
            why: version.why.clone(),
            run: version.run.clone(),
            made: version.made,
            file,
            hash: hash(&version.code),
        });
    }
    let stored = Stored {
        key: entry.key.clone(),
        status: entry.status,
        uses: entry.uses,
        findings: entry.findings,
        used: entry.used,
        versions,
    };
    files.push((path(TASK), pretty(&task.to_json())));
    // One line end more than it has, whatever it ends with, so that it is read as it was.
    files.push((path(SHAPE), format!("{}\n", entry.shape)));
    let stored = serde_json::to_value(stored).unwrap_or_default();
    files.push((path(ENTRY), pretty(&stored)));
    files
}

/// Reads a program from the files of its directory; paths may have directories before what
/// [`export`] named. The program is compiled, and must take one input. Where somebody changed it, it is
/// a new version, to be trusted anew unless it is pinned.
///
/// # Errors
/// What is missing, what cannot be read, or why the program cannot be used.
pub fn import(files: &[TextFile], now: i64) -> Result<Imported, LibraryError> {
    let task: Value = serde_json::from_str(&wanted(files, TASK)?)
        .map_err(|error| problem(format!("`{TASK}` is no JSON: {error}")))?;
    let task = Task::from_json(&task).map_err(|error| problem(format!("`{TASK}`: {error}")))?;
    let shape = wanted(files, SHAPE)?;
    let shape = shape.strip_suffix('\n').unwrap_or(&shape).to_owned();
    let code = wanted(files, PROGRAM)?;
    check(&task, &code)?;
    let mut entry = Entry {
        key: task.key_of(&shape),
        task: task.name.clone(),
        task_hash: task.hash(),
        shape,
        status: Status::Candidate,
        uses: 0,
        findings: 0,
        used: now,
        versions: Vec::new(),
    };
    let stored = match found(files, ENTRY) {
        Some(text) => Some(
            serde_json::from_str::<Stored>(&cleaned(ENTRY, text)?)
                .map_err(|error| problem(format!("`{ENTRY}` cannot be read: {error}")))?,
        ),
        None => None,
    };
    let mut version = Version {
        number: 1,
        code,
        origin: Origin::Imported,
        model: None,
        why: "read from files".to_owned(),
        run: None,
        made: now,
    };
    let mut is_changed = true;
    if let Some(stored) = stored {
        if stored.versions.len() > MOST_VERSIONS {
            return Err(problem(format!(
                "`{ENTRY}` has more than {MOST_VERSIONS} versions"
            )));
        }
        let is_pinned = stored.status == Status::Pinned;
        for known in stored.versions {
            version.number = version.number.max(known.number.saturating_add(1));
            let code = match known.file.as_str() {
                PROGRAM if known.hash == hash(&version.code) => {
                    is_changed = false;
                    version.number = known.number;
                    version.origin = known.origin;
                    version.model = known.model;
                    version.why = known.why;
                    version.run = known.run;
                    version.made = known.made;
                    continue;
                }
                // What was exported here is not there any more.
                PROGRAM => {
                    version.why = format!("changed by hand after version {}", known.number);
                    continue;
                }
                file => wanted(files, file)?,
            };
            entry.versions.push(Version {
                number: known.number,
                code,
                origin: known.origin,
                model: known.model,
                why: known.why,
                run: known.run,
                made: known.made,
            });
        }
        if is_pinned {
            entry.status = Status::Pinned;
        } else if !is_changed {
            entry.status = stored.status;
        }
        if !is_changed {
            entry.uses = stored.uses;
            entry.findings = stored.findings;
            entry.used = stored.used;
        }
    }
    entry.versions.push(version);
    Ok(Imported {
        entry,
        task,
        is_changed,
    })
}

/// Whether a program compiles, and takes what its task gives it.
fn check(task: &Task, code: &str) -> Result<(), LibraryError> {
    let options = CompileOptions {
        strict: task.strictness(),
        stubs: task.stubs.clone(),
        ..CompileOptions::default()
    };
    let program = salami_program::compile(PROGRAM, code, &options).map_err(|error| {
        let text = match error {
            CompileError::Refused(refusal) => format!("`{PROGRAM}` is refused:\n{refusal}"),
            error => format!("`{PROGRAM}` cannot be used: {error}"),
        };
        problem(text)
    })?;
    let required = program
        .inputs()
        .iter()
        .filter(|input| input.required)
        .count();
    let wanted = usize::from(task.has_input());
    if required != wanted {
        return Err(problem(format!(
            "`main` in `{PROGRAM}` has {required} parameters that must be given, and gets {wanted}"
        )));
    }
    Ok(())
}

fn problem(message: String) -> LibraryError {
    LibraryError { message }
}

/// The text of a file, by the end of its path.
fn found<'a>(files: &'a [TextFile], name: &str) -> Option<&'a str> {
    let is_named = |path: &str| {
        path.strip_suffix(name)
            .is_some_and(|before| before.is_empty() || before.ends_with('/'))
    };
    let file = files.iter().find(|(path, _)| is_named(path));
    file.map(|(_, text)| text.as_str())
}

fn wanted(files: &[TextFile], name: &str) -> Result<String, LibraryError> {
    match found(files, name) {
        Some(text) => cleaned(name, text),
        None => Err(problem(format!("there is no file `{name}`"))),
    }
}

/// A text with one kind of line ends, as tools that keep files change them.
fn cleaned(name: &str, text: &str) -> Result<String, LibraryError> {
    if text.len() > MOST_FILE {
        let message = format!("`{name}` has more than {MOST_FILE} bytes");
        return Err(problem(message));
    }
    Ok(text.replace("\r\n", "\n"))
}

fn with_end(text: &str) -> String {
    match text.ends_with('\n') {
        true => text.to_owned(),
        false => format!("{text}\n"),
    }
}

fn pretty(value: &Value) -> String {
    let text = serde_json::to_string_pretty(value).unwrap_or_default();
    format!("{text}\n")
}

/// The hash of a program, whatever its last line end.
fn hash(code: &str) -> String {
    let code = code.trim_end_matches('\n');
    blake3::hash(code.as_bytes()).to_hex().to_string()
}

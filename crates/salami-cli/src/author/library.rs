//! `salami author library`.

use std::path::Path;

use salami::author::library::{Entry, Library, Origin, Status, directory, export, import};
use serde_json::{Value, json};

use super::arguments::{LibraryCommand, LibraryFolder, LibraryList, LibraryOne, TextFormat};
use super::place::Place;
use super::progress::say;
use super::{files, report};
use crate::failure::{Failure, IO, USAGE};
use crate::instant;
use crate::output::Output;
use crate::processes::paint::{Cell, Paint, columns};
use crate::processes::{moments, words};

/// The largest file that is read back, in bytes.
const MOST: u64 = 4 * 1024 * 1024;

/// Does what a subcommand asks.
pub fn library(command: &LibraryCommand, output: &mut Output) -> Result<(), Failure> {
    match command {
        LibraryCommand::List(arguments) => list(arguments, output),
        LibraryCommand::Show(arguments) => show(arguments, output),
        LibraryCommand::Pin(arguments) => set(arguments, Status::Pinned, output),
        LibraryCommand::Unpin(arguments) => set(arguments, Status::Candidate, output),
        LibraryCommand::Quarantine(arguments) => set(arguments, Status::Quarantined, output),
        LibraryCommand::Remove(arguments) => remove(arguments, output),
        LibraryCommand::Export(arguments) => write(arguments, output),
        LibraryCommand::Import(arguments) => read(arguments, output),
    }
}

/// How far a program is trusted, in a word.
fn status(status: Status) -> &'static str {
    match status {
        Status::Candidate => "candidate",
        Status::Promoted => "promoted",
        Status::Pinned => "pinned",
        Status::Quarantined => "quarantined",
    }
}

fn origin(origin: Origin) -> &'static str {
    match origin {
        Origin::Written => "written",
        Origin::Repaired => "repaired",
        Origin::Imported => "imported",
    }
}

/// The beginning of a key that is enough to name a program.
fn short(entry: &Entry) -> &str {
    entry.key.0.get(..8).unwrap_or(&entry.key.0)
}

fn machine(entry: &Entry, with_code: bool) -> Value {
    let versions: Vec<Value> = entry
        .versions
        .iter()
        .map(|version| {
            json!({
                "number": version.number,
                "origin": origin(version.origin),
                "model": version.model,
                "why": version.why,
                "run": version.run,
                "made": version.made,
                "program": with_code.then_some(version.code.as_str()),
            })
        })
        .collect();
    json!({
        "key": entry.key.0,
        "task": entry.task,
        "status": status(entry.status),
        "uses": entry.uses,
        "findings": entry.findings,
        "used": entry.used,
        "shape": entry.shape,
        "versions": versions,
    })
}

fn list(arguments: &LibraryList, output: &mut Output) -> Result<(), Failure> {
    let mut place = Place::open(&arguments.place)?;
    let entries = place.library.entries(arguments.task.as_deref());
    let entries = entries.map_err(|error| place.failure(&error))?;
    if arguments.format == TextFormat::Json {
        let programs: Vec<Value> = entries.iter().map(|entry| machine(entry, false)).collect();
        return output.write(&format!("{}\n", json!({"programs": programs})));
    }
    if entries.is_empty() {
        return output.write(&format!("there are no programs in {}\n", place.name()));
    }
    let paint = Paint::of_output();
    let now = instant::now();
    let rows: Vec<Vec<Cell>> = entries
        .iter()
        .map(|entry| {
            let word = status(entry.status);
            vec![
                Cell::plain(short(entry)),
                Cell::plain(words::shortened(&entry.task, 30)),
                Cell {
                    painted: match entry.status {
                        Status::Quarantined => paint.urgent(word),
                        Status::Promoted | Status::Pinned => paint.good(word),
                        Status::Candidate => word.to_owned(),
                    },
                    plain: word.to_owned(),
                },
                Cell::plain(entry.uses.to_string()),
                Cell::plain(entry.findings.to_string()),
                Cell::plain(entry.versions.len().to_string()),
                Cell::plain(moments::relative(entry.used, now)),
                Cell::plain(words::shortened(&entry.shape, 60)),
            ]
        })
        .collect();
    let heading = [
        "KEY", "TASK", "STATUS", "USES", "FINDINGS", "VERSIONS", "USED", "SHAPE",
    ];
    output.write(&columns(paint, &heading, &rows))
}

fn show(arguments: &LibraryOne, output: &mut Output) -> Result<(), Failure> {
    let mut place = Place::open(&arguments.place)?;
    let entry = place.entry(&arguments.key)?;
    if arguments.format == TextFormat::Json {
        return output.write(&format!("{}\n", machine(&entry, true)));
    }
    let paint = Paint::of_output();
    let mut text = format!(
        "{}  {}  {}\n",
        paint.bold(&entry.key.0),
        words::line(&entry.task),
        status(entry.status)
    );
    text += &format!(
        "used {}, found wanting {}, the last time {}\n",
        report::times(entry.uses),
        report::times(entry.findings),
        instant::show(entry.used)
    );
    text += &format!("\n{}\n", paint.bold("shape"));
    text += &report::lines(&entry.shape, "  ");
    text += &format!("\n{}\n", paint.bold("versions"));
    for version in &entry.versions {
        let model = match &version.model {
            Some(model) => format!(" by {}", words::line(model)),
            None => String::new(),
        };
        let why = match version.why.is_empty() {
            true => String::new(),
            false => format!(": {}", words::line(&version.why)),
        };
        text += &format!(
            "  {} {}{model}, {}{why}\n",
            version.number,
            origin(version.origin),
            instant::show(version.made)
        );
    }
    if let Some(version) = entry.current() {
        text += &format!("\n{}\n", paint.bold("program"));
        text += &report::lines(&version.code, "  ");
    }
    output.write(&text)
}

fn set(arguments: &LibraryOne, wanted: Status, output: &mut Output) -> Result<(), Failure> {
    let mut place = Place::open(&arguments.place)?;
    let entry = place.entry(&arguments.key)?;
    let done = place.library.set_status(&entry.key, wanted);
    done.map_err(|error| place.failure(&error))?;
    tell(arguments, &entry, status(wanted), output)
}

fn remove(arguments: &LibraryOne, output: &mut Output) -> Result<(), Failure> {
    let mut place = Place::open(&arguments.place)?;
    let entry = place.entry(&arguments.key)?;
    let done = place.library.remove(&entry.key);
    done.map_err(|error| place.failure(&error))?;
    tell(arguments, &entry, "removed", output)
}

fn tell(
    arguments: &LibraryOne,
    entry: &Entry,
    what: &str,
    output: &mut Output,
) -> Result<(), Failure> {
    if arguments.format == TextFormat::Json {
        return output.write(&format!(
            "{}\n",
            json!({"key": entry.key.0, "status": what})
        ));
    }
    let task = words::line(&entry.task);
    output.write(&format!("{} of {task}: {what}\n", short(entry)))
}

/// Writes programs as files.
fn write(arguments: &LibraryFolder, output: &mut Output) -> Result<(), Failure> {
    let mut place = Place::open(&arguments.place)?;
    let entries = place.library.entries(None);
    let entries = entries.map_err(|error| place.failure(&error))?;
    let mut written = Vec::new();
    for entry in &entries {
        let task = place.library.task(&entry.task_hash);
        let Some(task) = task.map_err(|error| place.failure(&error))? else {
            say(&format!(
                "note: {} is left out: its task is not kept\n",
                short(entry)
            ));
            continue;
        };
        for (path, text) in export(entry, &task) {
            let path = arguments.folder.join(path);
            if let Some(folder) = path.parent() {
                std::fs::create_dir_all(folder).map_err(|error| {
                    let message = format!("{} cannot be made: {error}", folder.display());
                    Failure::new(IO, message)
                })?;
            }
            files::write(&path, &text)?;
        }
        written.push(
            arguments
                .folder
                .join(directory(entry))
                .display()
                .to_string(),
        );
    }
    if arguments.format == TextFormat::Json {
        return output.write(&format!("{}\n", json!({"written": written})));
    }
    for folder in &written {
        output.write(&format!("{folder}\n"))?;
    }
    output.write(&format!("{} written\n", programs(written.len())))
}

fn programs(number: usize) -> String {
    match number {
        1 => "1 program".to_owned(),
        number => format!("{number} programs"),
    }
}

/// Reads programs from files: of each folder in the folder, or of the folder itself.
fn read(arguments: &LibraryFolder, output: &mut Output) -> Result<(), Failure> {
    let folder = &arguments.folder;
    if !folder.is_dir() {
        let message = format!("there is no folder {}", folder.display());
        return Err(
            Failure::new(USAGE, message).with_help("`salami author library export DIR` writes one")
        );
    }
    let mut folders = Vec::new();
    if folder.join("program.py").is_file() {
        folders.push(folder.clone());
    } else {
        folders = super::suites::folders(folder)?;
        folders.retain(|folder| folder.join("program.py").is_file());
    }
    if folders.is_empty() {
        let message = format!("there is no program in {}", folder.display());
        return Err(Failure::usage(message)
            .with_help("a program is a folder with program.py, task.json and shape.txt"));
    }
    // All are read before one is written.
    let mut imported = Vec::new();
    for folder in &folders {
        let files = texts(folder)?;
        let read = import(&files, instant::now())
            .map_err(|error| Failure::usage(format!("{}: {}", folder.display(), error.message)))?;
        imported.push(read);
    }
    let mut place = Place::open_or_make(&arguments.place)?;
    let mut told = Vec::new();
    for mut read in imported {
        let known = place.library.look_up(&read.entry.key);
        if read.is_changed
            && let Some(known) = known.map_err(|error| place.failure(&error))?
        {
            follow(&mut read.entry, known);
        }
        let kept = place
            .library
            .put_task(&read.task)
            .and_then(|()| place.library.keep(&read.entry));
        kept.map_err(|error| place.failure(&error))?;
        told.push((read.entry, read.is_changed));
    }
    if arguments.format == TextFormat::Json {
        let read: Vec<Value> = told
            .iter()
            .map(|(entry, is_changed)| {
                json!({"key": entry.key.0, "task": entry.task, "changed": is_changed})
            })
            .collect();
        return output.write(&format!("{}\n", json!({"read": read})));
    }
    for (entry, is_changed) in &told {
        let how = match is_changed {
            true => "a new version",
            false => "as it was exported",
        };
        output.write(&format!(
            "{} of {}: {how}\n",
            short(entry),
            words::line(&entry.task)
        ))?;
    }
    output.write(&format!("{} read\n", programs(told.len())))
}

/// Lets a program that was changed by hand follow the versions that the library has.
fn follow(entry: &mut Entry, known: Entry) {
    let Some(mut changed) = entry.versions.pop() else {
        return;
    };
    let last = known.versions.last().map_or(0, |version| version.number);
    changed.number = last.saturating_add(1);
    entry.versions = known.versions;
    entry.versions.push(changed);
}

/// The texts below a folder of a program, two folders deep.
fn texts(folder: &Path) -> Result<Vec<(String, String)>, Failure> {
    let mut texts = Vec::new();
    let mut work = vec![(folder.to_path_buf(), String::new())];
    while let Some((folder, before)) = work.pop() {
        let failure =
            |error: std::io::Error| Failure::new(IO, format!("{}: {error}", folder.display()));
        for entry in std::fs::read_dir(&folder).map_err(failure)? {
            let entry = entry.map_err(failure)?;
            let Some(name) = entry.file_name().to_str().map(str::to_owned) else {
                continue;
            };
            let path = entry.path();
            if path.is_dir() {
                if before.is_empty() {
                    work.push((path, format!("{name}/")));
                }
                continue;
            }
            let size = entry.metadata().map_err(failure)?.len();
            if size > MOST {
                let message = format!("{} is longer than 4 MB", path.display());
                return Err(Failure::usage(message));
            }
            texts.push((format!("{before}{name}"), crate::files::text(&path)?));
        }
    }
    texts.sort();
    Ok(texts)
}

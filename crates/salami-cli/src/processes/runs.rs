//! What `salami run` has left in private stores: `salami ps --private` and `salami forget`.

use std::io::{BufRead as _, Write as _};
use std::path::Path;

use salami_process::store::{Process, ProcessFilter, Wait};
use salami_source::render::escaped;
use serde_json::{Value, json};

use super::arguments::{Forget, Ps};
use super::paint::{self, Cell, Paint, columns};
use super::place::Location;
use super::{keep, lease, moments, words};
use crate::arguments::Format;
use crate::failure::{Failure, USAGE};
use crate::instant;
use crate::output::Output;

/// A run that was left.
struct Run {
    /// Its name among runs: that of its file.
    id: String,
    location: Location,
    /// The process; why nobody knows, if the store cannot be read.
    process: Result<(Process, Vec<Wait>), String>,
    /// Whether a worker works on it now.
    is_at_work: bool,
}

impl Run {
    fn read(path: &Path) -> Self {
        let location = Location::of_file(path.to_path_buf());
        let process = process_of(&location);
        Self {
            id: path
                .file_stem()
                .map_or_else(String::new, |stem| stem.to_string_lossy().into_owned()),
            is_at_work: lease::is_worked_on(path),
            location,
            process,
        }
    }

    fn has_ended(&self) -> bool {
        matches!(&self.process, Ok((process, _)) if process.status.has_ended())
    }

    fn to_json(&self) -> Value {
        let (process, problem) = match &self.process {
            Ok((process, waits)) => (words::process_json(process, waits), Value::Null),
            Err(problem) => (Value::Null, problem.as_str().into()),
        };
        json!({
            "id": self.id,
            "store": self.location.path.display().to_string(),
            "at_work": self.is_at_work,
            "process": process,
            "problem": problem,
        })
    }

    fn row(&self, now: i64, paint: Paint) -> Vec<Cell> {
        let (process, waits) = match &self.process {
            Ok(known) => known,
            Err(problem) => {
                let problem = words::shortened(problem, 90);
                let cells = [
                    "-".to_owned(),
                    "unreadable".to_owned(),
                    problem,
                    "-".to_owned(),
                ];
                let cells = cells.into_iter().map(Cell::plain);
                return std::iter::once(Cell::plain(escaped(&self.id)))
                    .chain(cells)
                    .collect();
            }
        };
        let status = match self.is_at_work {
            true => format!("{}, at work", process.status.name()),
            false => process.status.name().to_owned(),
        };
        let what = match words::foremost(waits) {
            Some((wait, _)) => words::wait(wait, waits, now),
            None => "-".to_owned(),
        };
        let room = paint::width().unwrap_or(0).max(90);
        vec![
            Cell::plain(escaped(&self.id)),
            Cell::plain(words::shortened(&process.name, 24)),
            Cell {
                painted: paint.status(process.status, &status),
                plain: status,
            },
            Cell::plain(words::shortened(&what, room)),
            Cell::plain(moments::relative(process.started, now)),
        ]
    }
}

/// The process of a private store, of which there is one.
fn process_of(location: &Location) -> Result<(Process, Vec<Wait>), String> {
    let mut store = location.open().map_err(|failure| failure.message)?;
    let processes = store.processes(&ProcessFilter::default(), None, 1);
    let processes = processes.map_err(|error| error.message)?;
    let Some(process) = processes.into_iter().next() else {
        return Err("there is no process in it".to_owned());
    };
    let waits = store.waits(process.id).map_err(|error| error.message)?;
    Ok((process, waits))
}

/// All of them, the latest last.
fn all() -> Vec<Run> {
    let mut runs: Vec<Run> = keep::stores().iter().map(|path| Run::read(path)).collect();
    let started = |run: &Run| match &run.process {
        Ok((process, _)) => process.started,
        Err(_) => i64::MIN,
    };
    runs.sort_by(|one, other| (started(one), &one.id).cmp(&(started(other), &other.id)));
    runs
}

/// Lists them.
pub fn list(arguments: &Ps, output: &mut Output) -> Result<(), Failure> {
    let mut runs = all();
    let is_cut = runs.len() > arguments.limit;
    runs.drain(..runs.len().saturating_sub(arguments.limit));
    let now = instant::now();
    if arguments.format == Format::Json {
        let shown: Vec<Value> = runs.iter().map(Run::to_json).collect();
        let whole = json!({"now": now, "runs": shown, "more": is_cut});
        return output.write(&format!("{whole}\n"));
    }
    let Some(last) = runs.last() else {
        return output.write("No `salami run` has left anything: each came to its end.\n");
    };
    let paint = Paint::of_output();
    let rows: Vec<Vec<Cell>> = runs.iter().map(|run| run.row(now, paint)).collect();
    let heading = ["ID", "PROGRAM", "STATUS", "WAITS FOR", "STARTED"];
    output.write(&columns(paint, &heading, &rows))?;
    if is_cut {
        output.write(&format!(
            "... and earlier ones: --limit shows more than {}\n",
            arguments.limit
        ))?;
    }
    output.write(&format!(
        "To go on with one: salami work --store {id} (with the --config that it was run with); to look at it: salami show 1 --store {id}; to remove it: salami forget {id}\n",
        id = escaped(&last.id)
    ))
}

/// Removes some.
pub fn forget(arguments: &Forget, output: &mut Output) -> Result<(), Failure> {
    let mut kept = Vec::new();
    let mut removed = Vec::new();
    for run in chosen(arguments)? {
        if run.is_at_work {
            kept.push((run, "a worker is at work on it: end that first"));
        } else if run.has_ended() || arguments.yes {
            keep::remove(&run.location);
            removed.push(run);
        } else {
            match is_wanted(&run) {
                Some(true) => {
                    keep::remove(&run.location);
                    removed.push(run);
                }
                Some(false) => kept.push((run, "")),
                None => kept.push((run, "it has not ended: --yes removes it all the same")),
            }
        }
    }
    let refused = kept.iter().find(|(_, why)| !why.is_empty());
    if arguments.format == Format::Json {
        let ids = |runs: &mut dyn Iterator<Item = &Run>| -> Vec<Value> {
            runs.map(|run| run.id.as_str().into()).collect()
        };
        let whole = json!({
            "removed": ids(&mut removed.iter()),
            "kept": ids(&mut kept.iter().map(|(run, _)| run)),
        });
        output.write(&format!("{whole}\n"))?;
        return match refused {
            Some(_) => Err(Failure::silent(USAGE)),
            None => Ok(()),
        };
    }
    for run in &removed {
        output.write(&format!("{} is removed.\n", escaped(&run.id)))?;
    }
    for (run, why) in &kept {
        let line = match *why {
            "" => format!("{} is kept.\n", escaped(&run.id)),
            why => format!("{} is kept: {why}.\n", escaped(&run.id)),
        };
        output.write(&line)?;
    }
    if removed.is_empty() && kept.is_empty() {
        output.write("There is nothing to forget.\n")?;
    }
    match refused {
        Some(_) => Err(Failure::silent(USAGE)),
        None => Ok(()),
    }
}

/// Those that are to be removed.
fn chosen(arguments: &Forget) -> Result<Vec<Run>, Failure> {
    let mut runs = all();
    if let Some(span) = arguments.older_than {
        let before = instant::now().saturating_sub(span);
        runs.retain(|run| matches!(&run.process, Ok((process, _)) if process.changed < before));
    }
    if arguments.runs.is_empty() {
        return Ok(runs);
    }
    let mut found: Vec<Run> = Vec::new();
    for name in &arguments.runs {
        // Whoever was told the file may name it.
        let plain = Path::new(name)
            .file_name()
            .map_or_else(|| name.clone(), |file| file.to_string_lossy().into_owned());
        let plain = plain.trim_end_matches(".db");
        if found.iter().any(|run| run.id == plain) {
            continue;
        }
        let exact = runs.iter().position(|run| run.id == plain);
        let begin = runs.iter().filter(|run| run.id.starts_with(plain)).count();
        let place = match (exact, begin) {
            (Some(place), _) => place,
            (None, 1) => runs
                .iter()
                .position(|run| run.id.starts_with(plain))
                .unwrap_or(0),
            (None, 0) => return Err(unknown(name)),
            (None, several) => {
                let message = format!("{several} runs have names that begin with {name:?}");
                return Err(Failure::usage(message)
                    .with_help("write more of the name; `salami ps --private` lists them"));
            }
        };
        found.push(runs.remove(place));
    }
    Ok(found)
}

fn unknown(name: &str) -> Failure {
    let help = if name.parse::<u64>().is_ok() {
        "processes of a store stay in it; this is for what `salami run` has left: `salami ps --private` lists it"
    } else {
        "`salami ps --private` lists what runs have left"
    };
    Failure::usage(format!("there is no run {name:?}")).with_help(help)
}

/// Asks whether a run is to be removed that has not ended; `None`: nobody answers.
fn is_wanted(run: &Run) -> Option<bool> {
    let what = match &run.process {
        Ok((process, waits)) => {
            let waits =
                words::foremost(waits).map(|(wait, _)| words::wait(wait, waits, instant::now()));
            let waits = waits.unwrap_or_else(|| process.status.name().to_owned());
            format!(
                "{} ({waits}) has not ended",
                words::shortened(&process.name, 40)
            )
        }
        Err(problem) => format!("it cannot be read ({problem})"),
    };
    loop {
        let mut errors = std::io::stderr();
        let prompt = format!("{}: {what}. Remove it? yes or no> ", escaped(&run.id));
        let _ = errors.write_all(prompt.as_bytes());
        let _ = errors.flush();
        let mut line = String::new();
        match std::io::stdin().lock().read_line(&mut line) {
            Ok(0) | Err(_) => {
                let _ = errors.write_all(b"\n");
                return None;
            }
            Ok(_) => {}
        }
        match line.trim().to_ascii_lowercase().as_str() {
            "yes" | "y" => return Some(true),
            "no" | "n" => return Some(false),
            _ => {}
        }
    }
}

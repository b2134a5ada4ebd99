//! `salami audit`: who did what, when, with what result, and whether that is what was written.

use std::path::Path;

use salami_process::code::CodeParts;
use salami_process::engine::{self, Audited, Happened};
use salami_process::store::{Act, ActKind, Process, ProcessId, Store};
use salami_process::verify_audit;
use serde_json::{Value, json};

use super::arguments::Audit;
use super::history::{self, Event};
use super::paint::{Cell, Paint, columns};
use super::place::{Location, quoted};
use super::transfer::Kind;
use super::words;
use crate::arguments::Format;
use crate::failure::{Failure, IO, USAGE};
use crate::instant;
use crate::output::Output;
use crate::replay::DIFFERENT;

/// A line of an audit.
struct Line {
    at: i64,
    who: String,
    what: String,
}

/// Audits a process of a store, or a log of a run.
pub fn audit(arguments: &Audit, output: &mut Output) -> Result<(), Failure> {
    match arguments.what.parse() {
        Ok(id) if id > 0 => of_process(arguments, ProcessId(id), output),
        _ => of_log(arguments, Path::new(&arguments.what), output),
    }
}

fn of_process(arguments: &Audit, id: ProcessId, output: &mut Output) -> Result<(), Failure> {
    let location = Location::find(&arguments.place)?;
    let mut store = location.open_to_look()?;
    let store = store.as_mut();
    let failed = |error| location.failure(&error);
    let process = store.process(id).map_err(failed)?;
    let (Some(process), Some(audited)) = (process, engine::audit(store, id).map_err(failed)?)
    else {
        return Err(Failure::new(USAGE, format!("there is no process {id}"))
            .with_help(format!("`{}` lists them", location.command("ps --all")))
            .with_code("process.unknown"));
    };
    let told = lines(store, &process, &audited);
    let Told { lines, problem, .. } = &told;
    let code = store.code(&process.code).map_err(failed)?;
    let wrong = audited.wrong.clone().or_else(|| match code {
        None => Some("the code of its program is not in the store any more".to_owned()),
        Some(code) if salami_process::code::hash(&code) != process.code => {
            Some("the code of its program was changed".to_owned())
        }
        Some(_) => problem.clone().filter(|_| told.differs),
    });
    let last: String = audited
        .last
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let acts = audited.happened.iter();
    let acts = acts
        .filter(|happened| matches!(happened, Happened::Act(_)))
        .count();
    let turns = audited.happened.len() - acts;
    if arguments.format == Format::Json {
        let shown = lines.iter();
        let shown = shown.map(|line| json!({"at": line.at, "who": line.who, "what": line.what}));
        let whole = json!({
            "id": id.0, "name": process.name, "owner": process.owner, "program": hex(&process.code),
            "status": process.status.name(), "turns": turns, "acts": acts, "unlinked": audited.unlinked,
            "last": last, "unchanged": wrong.is_none(), "wrong": wrong,
            "problem": problem, "lines": shown.collect::<Vec<Value>>(),
        });
        output.write(&format!("{whole}\n"))?;
        return verdict(wrong.as_deref(), true);
    }
    output.write(&format!(
        "Process {id} \"{}\" of {}, program {}\n\n",
        words::shortened(&process.name, 60),
        words::line(&process.owner),
        hex(&process.code).get(..16).unwrap_or_default(),
    ))?;
    table(lines, output)?;
    if wrong.is_none() {
        let turns = words::count(turns, "turn", "turns");
        let acts = words::count(acts, "act of a person", "acts of people");
        output.write(&format!(
            "\n{turns} and {acts}: all is as it was written. Its last hash is {last}.\n"
        ))?;
        if let Some(problem) = problem {
            output.write(&format!(
                "When it is run again from its journal: {problem}\n"
            ))?;
        }
        if audited.unlinked > 0 {
            output.write(&format!(
                "The first {} turns are older than these hashes: of them nothing can be said.\n",
                audited.unlinked
            ))?;
        }
    }
    verdict(wrong.as_deref(), false)
}

/// What a process did and what people did with it.
struct Told {
    /// In order.
    lines: Vec<Line>,
    /// Why what it did is not all told, if so.
    problem: Option<String>,
    /// Whether that is because it does something else when it is run again.
    differs: bool,
}

fn lines(store: &mut dyn Store, process: &Process, audited: &Audited) -> Told {
    let code = store.code(&process.code).ok().flatten().unwrap_or_default();
    let parts = CodeParts::parse_as(&process.code, &code).unwrap_or_default();
    let history = history::of(store, process, &parts, &mut |_| true);
    let (events, problem, differs) = match history {
        Ok(history) => (history.events, history.problem, history.differs),
        Err(error) => (Vec::new(), Some(error.message), false),
    };
    let mut events = events.into_iter().peekable();
    let mut lines = vec![Line {
        at: process.started,
        who: process.owner.clone(),
        what: "starts it".to_owned(),
    }];
    let program = |event: Event| Line {
        at: event.at,
        who: "the program".to_owned(),
        what: event.text,
    };
    for happened in &audited.happened {
        match happened {
            Happened::Turn(entry) => {
                while let Some(event) = events.next_if(|event| event.turn <= entry.number) {
                    if event.kind != "start" {
                        lines.push(program(event));
                    }
                }
            }
            Happened::Act(act) => lines.push(of_act(act)),
        }
    }
    lines.extend(events.map(program));
    Told {
        lines,
        problem,
        differs,
    }
}

fn of_act(act: &Act) -> Line {
    let value = || match serde_json::from_str::<Value>(&act.value) {
        Ok(Value::Object(value)) => match value.get("value") {
            Some(value) => words::value(value),
            None => words::line(&act.value),
        },
        _ => words::line(&act.value),
    };
    let what = match act.kind {
        ActKind::Pause => "pauses it".to_owned(),
        ActKind::Resume => "lets it go on".to_owned(),
        ActKind::Cancel => "cancels it".to_owned(),
        ActKind::Abort => "ends it where it stands".to_owned(),
        ActKind::Answer => format!("answers: {}", value()),
        ActKind::Retry => "has what raised tried again".to_owned(),
        ActKind::Repeat => "has a call made again of which nobody knew what came".to_owned(),
        ActKind::Export if act.value.is_empty() => "takes it out of this store".to_owned(),
        ActKind::Export => format!(
            "takes it out of this store; its file is {}",
            words::line(&act.value)
        ),
        ActKind::Import => format!(
            "puts it into this store; the keys of its calls begin with {}",
            act.value
        ),
    };
    let who = match act.person.as_str() {
        "" => "somebody".to_owned(),
        person => words::line(person),
    };
    Line {
        at: act.at,
        who,
        what,
    }
}

fn of_log(arguments: &Audit, path: &Path, output: &mut Output) -> Result<(), Failure> {
    let help =
        "name a process of the store, such as 3, or a file that `salami run --audit-log` wrote";
    let bytes = std::fs::read(path).map_err(|error| {
        Failure::new(IO, format!("{}: {error}", path.display())).with_help(help)
    })?;
    let name = quoted(&path.display().to_string());
    let other = match Kind::of(&bytes) {
        Some(Kind::Process) => Some((
            "it is a process that was exported, not a log",
            format!(
                "`salami import {name} --store NEW.db` makes a process of it that `salami audit 1 --store NEW.db` shows"
            ),
        )),
        Some(Kind::Store) => Some((
            "it is a store, not a log",
            format!("`salami audit 1 --store {name}` audits its process 1"),
        )),
        None => None,
    };
    if let Some((what, help)) = other {
        let message = format!("{}: {what}", path.display());
        return Err(Failure::usage(message).with_help(help));
    }
    let text = String::from_utf8(bytes)
        .map_err(|_| Failure::usage(format!("{}: it is no log", path.display())).with_help(help))?;
    let wrong = match verify_audit(&text) {
        Ok(_) => None,
        Err((line, problem)) => Some(format!("line {line} of {}: {problem}", path.display())),
    };
    let entries: Vec<Value> = text
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .collect();
    let count = words::count(entries.len(), "entry", "entries");
    if arguments.format == Format::Json {
        let whole = json!({
            "entries": entries, "unchanged": wrong.is_none(), "wrong": wrong,
        });
        output.write(&format!("{whole}\n"))?;
        return verdict(wrong.as_deref(), true);
    }
    let lines: Vec<Line> = entries.iter().map(of_entry).collect();
    table(&lines, output)?;
    if wrong.is_none() {
        output.write(&format!("\n{count}: all is as it was written.\n"))?;
    }
    verdict(wrong.as_deref(), false)
}

fn of_entry(entry: &Value) -> Line {
    let text = |name: &str| entry.get(name).and_then(Value::as_str).unwrap_or_default();
    let call = text("call");
    let what = match text("event") {
        "begun" => match entry.get("arguments").and_then(Value::as_object) {
            Some(arguments) => format!("calls {}", words::call(call, arguments)),
            None => format!("calls {call}"),
        },
        "done" => match entry.get("result") {
            Some(result) => format!("{call} gives {}", words::value(result)),
            None => format!("{call} fails: {}", words::line(text("error"))),
        },
        "refused" => format!("{call} is refused: {}", words::line(text("reason"))),
        other => words::line(other),
    };
    Line {
        at: entry
            .get("time")
            .and_then(Value::as_i64)
            .unwrap_or_default(),
        who: words::line(text("owner")),
        what,
    }
}

fn table(lines: &[Line], output: &mut Output) -> Result<(), Failure> {
    let rows: Vec<Vec<Cell>> = lines
        .iter()
        .map(|line| {
            vec![
                Cell::plain(instant::show(line.at)),
                Cell::plain(words::shortened(&line.who, 24)),
                Cell::plain(line.what.clone()),
            ]
        })
        .collect();
    output.write(&columns(
        Paint::of_output(),
        &["WHEN", "WHO", "WHAT"],
        &rows,
    ))
}

fn verdict(wrong: Option<&str>, is_told: bool) -> Result<(), Failure> {
    match wrong {
        None => Ok(()),
        Some(_) if is_told => Err(Failure::silent(DIFFERENT)),
        Some(wrong) => Err(Failure::new(
            DIFFERENT,
            format!("it is not what was written: {wrong}"),
        )),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

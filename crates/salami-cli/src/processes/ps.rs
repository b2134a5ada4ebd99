//! `salami ps`.

use std::collections::BTreeMap;

use salami_process::store::{
    Process, ProcessFilter, ProcessId, Status, Store, StoreError, ThreadId, Wait, WaitFilter,
};
use serde_json::{Map, Value, json};

use super::arguments::Ps;
use super::paint::{Cell, Paint, columns};
use super::place::Location;
use super::{event, fields, moments, moved, paint, words};
use crate::arguments::Format;
use crate::failure::Failure;
use crate::output::Output;

/// As many waits are read to find processes by them.
const MOST_WAITS: usize = 100_000;

/// Lists processes.
pub fn ps(arguments: &Ps, output: &mut Output) -> Result<(), Failure> {
    if arguments.limit == 0 {
        return Err(Failure::usage("--limit 0 lists nothing"));
    }
    let location = Location::find(&arguments.place)?;
    let mut store = location.open_to_look()?;
    let store = store.as_mut();
    let now = store.now().map_err(|error| location.failure(&error))?;
    let wanted = wanted(arguments, now)?;
    let mut found = match &wanted {
        None => all(arguments, store),
        Some(wanted) => by_waits(arguments, wanted, store),
    }
    .map_err(|error| location.failure(&error))?;
    let is_cut = found.len() > arguments.limit;
    found.truncate(arguments.limit);
    // A store whose clock was simulated may be ahead.
    let changes = found.iter().map(|(process, _)| process.changed);
    let now = changes.max().map_or(now, |latest| latest.max(now));
    if arguments.format == Format::Json {
        let processes = found.iter();
        let processes = processes.map(|(process, waits)| {
            let mut shown = words::process_json(process, waits);
            shown["main_ended"] = main_ended(process, waits, store).into();
            shown["going_on"] = going_on(process, store).into();
            shown
        });
        let whole = json!({"now": now, "processes": processes.collect::<Vec<_>>(), "more": is_cut});
        return output.write(&format!("{whole}\n"));
    }
    if found.is_empty() {
        return output.write(&nothing(arguments, &location, store));
    }
    let paint = Paint::of_output();
    let rows: Vec<Vec<Cell>> = found
        .iter()
        .map(|(process, waits)| {
            let moved = moved::of(store, process)?;
            let ended = moved.map_or_else(|| ended(process), |moved| moved.in_words());
            let others = match going_on(process, store).as_slice() {
                [] if main_ended(process, waits, store) => "; its main thread has ended".to_owned(),
                [] => String::new(),
                threads => format!("; {}", words::go_on(threads)),
            };
            Ok(row(process, waits, ended, &others, now, paint))
        })
        .collect::<Result<_, StoreError>>()
        .map_err(|error| location.failure(&error))?;
    let heading = ["ID", "NAME", "STATUS", "WAITS FOR", "SINCE"];
    output.write(&columns(paint, &heading, &rows))?;
    if is_cut {
        output.write(&format!(
            "... and more: --limit shows others than the latest {}\n",
            arguments.limit
        ))?;
    }
    Ok(())
}

/// Which waits processes must have to be listed; `None`: any or none.
fn wanted(arguments: &Ps, now: i64) -> Result<Option<WaitFilter>, Failure> {
    let due_by = arguments.due_by.as_deref();
    let due_by = due_by
        .map(|text| moments::parse(text, now))
        .transpose()
        .map_err(|problem| Failure::usage(format!("--due-by: {problem}")))?;
    let (name, fields) = match arguments.waiting_for.split_first() {
        None => (None, Map::new()),
        Some((name, given)) => (Some(name.clone()), fields::of(given)?),
    };
    if name.is_none() && due_by.is_none() {
        return Ok(None);
    }
    Ok(Some(WaitFilter {
        name,
        fields,
        due_by,
    }))
}

type Found = Vec<(Process, Vec<Wait>)>;

/// Whether a process is listed, whatever it waits for.
fn admits(arguments: &Ps, process: &Process) -> bool {
    let status = if arguments.status.is_empty() {
        arguments.all || !process.status.has_ended()
    } else {
        arguments.status.contains(&process.status)
    };
    status
        && arguments
            .owner
            .as_ref()
            .is_none_or(|owner| *owner == process.owner)
}

/// All that are to be listed, the latest first, and one more if there are more.
fn all(arguments: &Ps, store: &mut dyn Store) -> Result<Found, StoreError> {
    let statuses = if arguments.status.is_empty() && !arguments.all {
        let live = Status::ALL.into_iter();
        live.filter(|status| !status.has_ended()).collect()
    } else {
        arguments.status.clone()
    };
    let filter = ProcessFilter {
        statuses,
        owner: arguments.owner.clone(),
    };
    let mut found = Vec::new();
    for process in store.processes(&filter, None, arguments.limit.saturating_add(1))? {
        let waits = store.waits(process.id)?;
        found.push((process, waits));
    }
    Ok(found)
}

/// Those that have such waits, with these waits only.
fn by_waits(
    arguments: &Ps,
    wanted: &WaitFilter,
    store: &mut dyn Store,
) -> Result<Found, StoreError> {
    let mut of_process: BTreeMap<ProcessId, Vec<Wait>> = BTreeMap::new();
    for wait in store.waiting(wanted, MOST_WAITS)? {
        of_process.entry(wait.process).or_default().push(wait);
    }
    let mut found = Vec::new();
    for (id, waits) in of_process.into_iter().rev() {
        if found.len() > arguments.limit {
            break;
        }
        if let Some(process) = store.process(id)?
            && admits(arguments, &process)
        {
            found.push((process, waits));
        }
    }
    Ok(found)
}

/// Why nobody can wait for events with such fields, if so.
fn hint(arguments: &Ps, store: &mut dyn Store) -> Option<String> {
    let (topic, given) = arguments.waiting_for.split_first()?;
    let given = fields::of(given).ok()?;
    let topics = event::topics(store).ok()?;
    let Some(known) = topics.get(topic) else {
        let meant = salami::closest(topic, topics.keys().map(String::as_str))?;
        return Some(format!("Did you mean `{meant}`?"));
    };
    let wrong = given.keys().find(|name| !known.contains(*name))?;
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    Some(match &known[..] {
        [] => format!("No program asks for {topic} by fields."),
        known => format!(
            "No program asks for {topic} by `{}`: {} can be asked by.",
            words::line(wrong),
            known.join(", ")
        ),
    })
}

/// Whether the main thread of a process has ended and others go on; some of its waits are known.
fn main_ended(process: &Process, known: &[Wait], store: &mut dyn Store) -> bool {
    // Of most these tell enough.
    if words::left_threads(process, known).is_empty() {
        return false;
    }
    let all = store.waits(process.id);
    all.is_ok_and(|all| !words::left_threads(process, &all).is_empty())
}

/// The threads that go on while another one is held.
fn going_on(process: &Process, store: &mut dyn Store) -> Vec<ThreadId> {
    if process.status != Status::Held {
        return Vec::new();
    }
    let all = store.waits(process.id).unwrap_or_default();
    words::going_on(process, &all)
}

fn row(
    process: &Process,
    waits: &[Wait],
    ended: String,
    others: &str,
    now: i64,
    paint: Paint,
) -> Vec<Cell> {
    let status = process.status.name();
    let (what, since) = match words::foremost(waits) {
        Some((wait, more)) => {
            let more = match more {
                0 => String::new(),
                more => format!(" (+{more})"),
            };
            let waits = words::wait(wait, waits, now);
            let waits = waits.strip_prefix("sleeps ").unwrap_or(&waits).to_owned();
            let room = paint::width().unwrap_or(0).max(90);
            let text = words::shortened(&waits, room) + &more + others;
            (text, wait.since)
        }
        None => (ended, process.changed),
    };
    vec![
        Cell::plain(process.id.to_string()),
        Cell::plain(words::shortened(&process.name, 24)),
        Cell {
            plain: status.to_owned(),
            painted: paint.status(process.status, status),
        },
        Cell::plain(what),
        Cell::plain(moments::relative(since, now)),
    ]
}

/// What came of a process that has ended, in a few words.
fn ended(process: &Process) -> String {
    let result = process.result.as_deref().unwrap_or_default();
    let Ok(Value::Object(result)) = serde_json::from_str(result) else {
        return "-".to_owned();
    };
    match (result.get("error"), result.get("value")) {
        (Some(Value::Object(error)), _) => words::shortened(&words::error(error), 60),
        (_, Some(Value::Null)) | (_, None) => "-".to_owned(),
        (_, Some(value)) => words::value(value),
    }
}

/// What is said where nothing is listed.
fn nothing(arguments: &Ps, location: &Location, store: &mut dyn Store) -> String {
    let any = store.processes(&ProcessFilter::default(), None, 1);
    if any.is_ok_and(|any| any.is_empty()) {
        return format!(
            "There are no processes yet: {}\n",
            location.command("start PROGRAM")
        );
    }
    let is_plain = arguments.status.is_empty()
        && arguments.owner.is_none()
        && arguments.waiting_for.is_empty()
        && arguments.due_by.is_none();
    if is_plain && !arguments.all {
        "All processes have ended; --all lists them.\n".to_owned()
    } else {
        let hint = hint(arguments, store).map_or_else(String::new, |hint| format!(" {hint}"));
        format!("No process is like that.{hint}\n")
    }
}

//! `salami event send`.

use std::collections::{BTreeMap, BTreeSet};

use salami_process::FunctionKind;
use salami_process::code::CodeParts;
use salami_process::store::{NewEvent, ProcessFilter, Status, Store, StoreError, Wait, WaitFilter};
use serde_json::{Map, Value, json};

use super::arguments::Send;
use super::fields;
use super::place::Location;
use super::words;
use crate::arguments::Format;
use crate::failure::Failure;
use crate::output::Output;

/// So many of those that wait are looked at to say how many go on.
const MOST: usize = 10_000;

/// Sends an event.
pub fn send(arguments: &Send, output: &mut Output) -> Result<(), Failure> {
    let mut fields = fields::of(&arguments.fields)?;
    let is_none = |letter: char| "={".contains(letter) || letter.is_whitespace();
    if arguments.topic.is_empty() || arguments.topic.contains(is_none) {
        return Err(
            Failure::usage(format!("`{}` is no topic", arguments.topic)).with_help(
                "write the topic first: salami event send email.received sender=ann@example.com",
            ),
        );
    }
    let location = Location::find(&arguments.place)?;
    let mut store = location.open()?;
    if !arguments.force {
        check(arguments, &mut fields, store.as_mut(), &location)?;
    }
    let sent = publish(arguments, &fields, store.as_mut());
    let (id, woken) = sent.map_err(|error| location.failure(&error))?;
    let unknown = match (id, woken) {
        (Some(_), 0) => unknown(&arguments.topic, store.as_mut()),
        _ => Ok(None),
    };
    let unknown = unknown.map_err(|error| location.failure(&error))?;
    let text = match (arguments.format, id) {
        (Format::Json, id) => {
            format!(
                "{}\n",
                json!({"event": id, "kept": id.is_some(), "woken": woken, "warning": unknown})
            )
        }
        (Format::Human, None) => format!(
            "{} has such an event already ({:?}); it is not kept again\n",
            arguments.topic,
            arguments.unique.as_deref().unwrap_or_default()
        ),
        (Format::Human, Some(id)) => {
            let who = match woken {
                0 => match &unknown {
                    Some(unknown) => format!("nobody waits for it; {unknown}"),
                    None => {
                        let moved = moved(&arguments.topic, store.as_mut());
                        let moved = moved.map_err(|error| location.failure(&error))?;
                        let moved = moved.map_or_else(String::new, |moved| format!("; {moved}"));
                        format!("nobody waits for it now; it is kept for those that will{moved}")
                    }
                },
                1 => format!(
                    "1 process goes on with it, by `{}`",
                    location.command("work")
                ),
                more => format!(
                    "{more} processes go on with it, by `{}`",
                    location.command("work")
                ),
            };
            format!("event {id}: {who}\n")
        }
    };
    output.write(&text)
}

/// Keeps the event; its number, and how many processes wait for it.
fn publish(
    arguments: &Send,
    fields: &Map<String, Value>,
    store: &mut dyn Store,
) -> Result<(Option<u64>, usize), StoreError> {
    let filter = WaitFilter {
        name: Some(arguments.topic.clone()),
        ..WaitFilter::default()
    };
    let waiting = store.waiting(&filter, MOST)?;
    let mut woken: Vec<u64> = waiting
        .iter()
        .filter(|wait| fits(wait, fields))
        .map(|wait| wait.process.0)
        .collect();
    woken.dedup();
    let event = NewEvent {
        topic: arguments.topic.clone(),
        fields: Value::Object(fields.clone()).to_string(),
        unique: arguments.unique.clone(),
    };
    let ids = store.publish(&[event], None)?;
    let id = ids.into_iter().next().flatten();
    Ok((id, if id.is_some() { woken.len() } else { 0 }))
}

/// So many processes, the latest, are looked at to say whether a topic is known.
const LATEST: usize = 1_000;

/// The topics of which programs of the store know, each with the fields that they can ask by.
pub fn topics(store: &mut dyn Store) -> Result<BTreeMap<String, BTreeSet<String>>, StoreError> {
    let mut seen = BTreeSet::new();
    let mut topics: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for process in store.processes(&ProcessFilter::default(), None, LATEST)? {
        if !seen.insert(process.code) {
            continue;
        }
        let Some(code) = store.code(&process.code)? else {
            continue;
        };
        let parts = CodeParts::parse(&code).unwrap_or_default();
        for declared in parts.tools {
            if let FunctionKind::Event { matching } = declared.kind {
                topics.entry(declared.name).or_default().extend(matching);
            }
        }
    }
    Ok(topics)
}

/// That no program of the store waits for events of a topic, if none does.
fn unknown(topic: &str, store: &mut dyn Store) -> Result<Option<String>, StoreError> {
    let topics = topics(store)?;
    if topics.contains_key(topic) {
        return Ok(None);
    }
    let meant = salami::closest(topic, topics.keys().map(String::as_str));
    let meant = meant.map_or_else(String::new, |meant| format!("; did you mean `{meant}`?"));
    Ok(Some(format!(
        "no program here waits for `{topic}`, it is kept all the same{meant}"
    )))
}

/// That processes which know such events are not here any more, if some are not.
fn moved(topic: &str, store: &mut dyn Store) -> Result<Option<String>, StoreError> {
    let filter = ProcessFilter {
        statuses: vec![Status::Moved],
        owner: None,
    };
    let mut names = Vec::new();
    for process in store.processes(&filter, None, PROGRAMS)? {
        let code = store.code(&process.code)?.unwrap_or_default();
        let parts = CodeParts::parse(&code).unwrap_or_default();
        if parts.declared(topic).is_some() {
            names.push(process.id.to_string());
        }
    }
    Ok(match &names[..] {
        [] => None,
        [one] => Some(format!(
            "process {one}, which knows such events, was moved to another store"
        )),
        several => Some(format!(
            "processes {}, which know such events, were moved to other stores",
            several.join(", ")
        )),
    })
}

/// So many different programs are asked whether they could take the event.
const PROGRAMS: usize = 20;

/// Reads fields as the programs have them that know such events, and refuses an event that they could not take: it would
/// hold them.
fn check(
    arguments: &Send,
    fields: &mut Map<String, Value>,
    store: &mut dyn Store,
    location: &Location,
) -> Result<(), Failure> {
    let topic = &arguments.topic;
    let doubtful = fields::plain(&arguments.fields);
    let programs = programs(topic, store).map_err(|error| location.failure(&error))?;
    for (process, program) in programs {
        let Err(problem) = taken(&program, topic, fields, &doubtful) else {
            continue;
        };
        let problem = problem.replace("the answer", "the event");
        let message = format!("{process} could not take this event: {problem}");
        let help = "send it with the fields and types that the stub of the tool says, or all the same with --force: it would hold the process";
        return Err(Failure::usage(message).with_help(help));
    }
    Ok(())
}

/// Whether a program could take an event. What may be a text or something else becomes what the program takes.
fn taken(
    program: &salami::Program,
    topic: &str,
    fields: &mut Map<String, Value>,
    doubtful: &Map<String, Value>,
) -> Result<(), String> {
    let mut tried = BTreeSet::new();
    loop {
        let problem = match program.check_answer(topic, &Value::Object(fields.clone())) {
            Ok(()) => {
                // Where a text is wanted its quotes belong to it.
                let quoted = doubtful.iter().filter(|(name, _)| {
                    fields.get(*name).is_some_and(Value::is_string)
                        && is_text(program, topic, fields, name)
                });
                let quoted: Vec<_> = quoted.collect();
                for (name, text) in quoted {
                    fields.insert(name.clone(), text.clone());
                }
                return Ok(());
            }
            Err(problem) => problem,
        };
        let is_meant = |name: &String| {
            let place = format!("[{}]: expected ", Value::from(name.as_str()));
            problem.contains(&place) && fields.contains_key(name)
        };
        let meant = doubtful.iter().find(|(name, _)| is_meant(name));
        let Some((name, text)) = meant.filter(|(name, _)| tried.insert((*name).clone())) else {
            return Err(problem);
        };
        fields.insert(name.clone(), text.clone());
    }
}

/// Whether a field is a text, and nothing else.
fn is_text(
    program: &salami::Program,
    topic: &str,
    fields: &Map<String, Value>,
    name: &str,
) -> bool {
    let mut odd = fields.clone();
    odd.insert(name.to_owned(), json!([[]]));
    let problem = program.check_answer(topic, &Value::Object(odd));
    let place = format!("[{}]: expected str, ", Value::from(name));
    problem.is_err_and(|problem| problem.contains(&place))
}

type Programs = Vec<(String, salami::Program)>;

/// Different programs that know events of a topic, each with a process that runs it: those that wait for such events, else
/// the latest.
fn programs(topic: &str, store: &mut dyn Store) -> Result<Programs, StoreError> {
    let filter = WaitFilter {
        name: Some(topic.to_owned()),
        ..WaitFilter::default()
    };
    let mut processes = Vec::new();
    for wait in store.waiting(&filter, LATEST)? {
        processes.extend(store.process(wait.process)?);
    }
    if processes.is_empty() {
        let live = Status::ALL.into_iter();
        let filter = ProcessFilter {
            statuses: live.filter(|status| !status.has_ended()).collect(),
            owner: None,
        };
        processes = store.processes(&filter, None, LATEST)?;
    }
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    for process in processes {
        if found.len() >= PROGRAMS || !seen.insert(process.code) {
            continue;
        }
        let code = store.code(&process.code)?.unwrap_or_default();
        let parts = CodeParts::parse(&code).unwrap_or_default();
        let knows = parts
            .declared(topic)
            .is_some_and(|declared| matches!(declared.kind, FunctionKind::Event { .. }));
        if knows && let Ok(program) = salami::Program::from_code(&code) {
            found.push((words::process(process.id, &process.name), program));
        }
    }
    Ok(found)
}

/// Whether an event with these fields is waited for.
fn fits(wait: &Wait, fields: &Map<String, Value>) -> bool {
    let wanted = serde_json::from_str::<Map<String, Value>>(&wait.wait.body).unwrap_or_default();
    wait.wait.kind == salami_process::store::WaitKind::Event
        && wanted
            .iter()
            .all(|(name, value)| fields.get(name) == Some(value))
}

//! `salami inbox`.

use std::collections::BTreeMap;

use salami_process::QuestionKind;
use salami_process::engine::question;
use salami_process::store::{InboxItem, ProcessId, Store, StoreError, ThreadId, Wait, WaitKind};
use serde_json::{Value, json};

use super::arguments::{Inbox, StorePlace};
use super::paint::Paint;
use super::place::Location;
use super::{moments, words};
use crate::arguments::Format;
use crate::failure::Failure;
use crate::output::Output;

/// So much is shown of a store that a worker opens.
const OPEN: usize = 20;

/// Shows what people are asked and told.
pub fn inbox(arguments: &Inbox, output: &mut Output) -> Result<(), Failure> {
    if arguments.limit == 0 {
        return Err(Failure::usage("--limit 0 shows nothing"));
    }
    let location = Location::find(&arguments.place)?;
    let mut store = match arguments.read {
        true => location.open()?,
        false => location.open_to_look()?,
    };
    let read = read(arguments, store.as_mut()).map_err(|error| location.failure(&error))?;
    let Read { items, now, .. } = &read;
    if arguments.format == Format::Json {
        let shown: Vec<Value> = items
            .iter()
            .map(|item| machine(item, &read, &location))
            .collect();
        let whole = json!({"now": now, "items": shown, "more": read.is_cut});
        return output.write(&format!("{whole}\n"));
    }
    if items.is_empty() {
        return output.write("Nothing is asked, and there is no news.\n");
    }
    let paint = Paint::of_output();
    let notices = items
        .iter()
        .filter(|item| matches!(item, InboxItem::Notice(_)))
        .count();
    output.write(&human(&read, &location, paint))?;
    if read.is_cut {
        output.write(&format!(
            "... and more: --limit shows others than the oldest {}\n",
            arguments.limit
        ))?;
    }
    if notices > 0 && !arguments.read {
        output.write(&format!(
            "{}\n",
            paint.dim(&format!(
                "`{}` marks what you were told as read: then it is not shown again.",
                location.command("inbox --read")
            ))
        ))?;
    }
    Ok(())
}

/// What is asked in a store, as people read it; nothing if nothing is asked.
pub fn open(store: &mut dyn Store, location: &Location) -> Result<String, StoreError> {
    let arguments = Inbox {
        read: false,
        limit: OPEN,
        place: StorePlace::default(),
        format: Format::Human,
    };
    let mut read = read(&arguments, store)?;
    read.items.retain(|item| matches!(item, InboxItem::Wait(_)));
    Ok(human(&read, location, Paint::of_errors()))
}

/// The items as people read them.
fn human(read: &Read, location: &Location, paint: Paint) -> String {
    let mut whole = String::new();
    for item in &read.items {
        let (id, since) = match item {
            InboxItem::Wait(wait) => (wait.process, wait.since),
            InboxItem::Notice(notice) => (notice.process, notice.at),
        };
        let name = read.names.get(&id).map(String::as_str).unwrap_or_default();
        let who = paint.bold(&words::process(id, name));
        let when = paint.dim(&moments::relative(since, read.now));
        let mut text = match item {
            InboxItem::Notice(notice) => {
                format!("{who} tells, {when}:\n{}", indented(&notice.text))
            }
            InboxItem::Wait(wait) => {
                let who = match words::hold_name(wait, &read.questions).split_once('.') {
                    Some((_, thread)) if question(wait).is_none() => {
                        format!("{who}, thread {thread},")
                    }
                    _ => who,
                };
                let mut text = asked(wait, &who, &when, read.now, paint);
                if let Some(threads) = read.others(wait) {
                    let others = words::go_on(threads);
                    text += &format!("    meanwhile {others}: `pause` stops that\n");
                }
                text
            }
        };
        for command in commands(item, read) {
            text += &format!("    {}\n", paint.dim(&location.command(&command)));
        }
        whole += &text;
    }
    whole
}

/// What was read of the store.
struct Read {
    items: Vec<InboxItem>,
    is_cut: bool,
    names: BTreeMap<ProcessId, String>,
    /// The open questions of the processes that ask.
    questions: Vec<Wait>,
    /// The threads that go on of processes of which others are held.
    going_on: BTreeMap<ProcessId, Vec<ThreadId>>,
    now: i64,
}

impl Read {
    /// The threads that go on while this holds another one; `None`: there are none.
    fn others(&self, held: &Wait) -> Option<&[ThreadId]> {
        let is_hold = matches!(held.wait.kind, WaitKind::Hold | WaitKind::Call(_));
        let others = self.going_on.get(&held.process).filter(|_| is_hold)?;
        Some(others.as_slice()).filter(|others| !others.is_empty())
    }
}

fn read(arguments: &Inbox, store: &mut dyn Store) -> Result<Read, StoreError> {
    let mut items = store.inbox(arguments.limit.saturating_add(1))?;
    let is_cut = items.len() > arguments.limit;
    items.truncate(arguments.limit);
    let mut read = Read {
        is_cut,
        names: BTreeMap::new(),
        questions: Vec::new(),
        going_on: BTreeMap::new(),
        now: store.now()?,
        items,
    };
    let mut last_notice = None;
    for item in &read.items {
        let id = match item {
            InboxItem::Wait(wait) => wait.process,
            InboxItem::Notice(notice) => {
                last_notice = last_notice.max(Some(notice.number));
                notice.process
            }
        };
        if read.names.contains_key(&id) {
            continue;
        }
        let waits = store.waits(id)?;
        if let Some(process) = store.process(id)? {
            // A store whose clock was simulated may be ahead.
            read.now = read.now.max(process.changed);
            read.going_on.insert(id, words::going_on(&process, &waits));
            read.names.insert(id, process.name);
        }
        read.questions.extend(waits);
    }
    if let (true, Some(last)) = (arguments.read, last_notice) {
        store.read_notices(None, last)?;
    }
    Ok(read)
}

/// A question, an error or a call, for people.
fn asked(wait: &Wait, who: &str, when: &str, now: i64, paint: Paint) -> String {
    match wait.wait.kind {
        WaitKind::Hold => {
            let error = words::error(&words::error_of(&wait.wait.body));
            format!("{who} is {}, {when}:\n    {error}\n", paint.urgent("held"))
        }
        WaitKind::Call(_) => format!(
            "{who} is {}, {when}: nobody knows whether this was done\n    {}\n",
            paint.urgent("held"),
            words::call_of(&wait.wait.name, &wait.wait.body)
        ),
        _ => {
            let asks = paint.asking("asks");
            let Some(question) = question(wait) else {
                return format!(
                    "{who} {asks}, {when}:\n    what it asks was changed in the store, and cannot be answered\n"
                );
            };
            let until = match wait.wait.due {
                Some(due) => format!(
                    ", and goes on without an answer {}",
                    moments::relative(due, now)
                ),
                None => String::new(),
            };
            let mut text = format!("{who} {asks}, {when}{until}:\n{}", indented(&question.text));
            for (index, option) in question.options.iter().enumerate() {
                text += &format!("      {} {}\n", index + 1, words::line(option));
            }
            text
        }
    }
}

/// Text of a program, harmless and indented.
fn indented(text: &str) -> String {
    let lines = text.lines();
    lines
        .map(|line| format!("    {}\n", salami_source::render::escaped(line)))
        .collect()
}

/// The commands that deal with it, without `salami`.
fn commands(item: &InboxItem, read: &Read) -> Vec<String> {
    let waits = &read.questions;
    let InboxItem::Wait(wait) = item else {
        return Vec::new();
    };
    let id = wait.process;
    match wait.wait.kind {
        WaitKind::Hold | WaitKind::Call(_) => {
            let mut ways = vec![
                format!("show {id}"),
                format!("resolve {} retry", words::hold_name(wait, waits)),
            ];
            if read.others(wait).is_some() {
                ways.push(format!("pause {id}"));
            }
            if words::is_cancellable(wait) {
                // It ends as well, but what the program does in its `finally` is done.
                ways.push(format!("cancel {id}"));
            }
            ways.push(format!("resolve {id} abort"));
            ways
        }
        _ => match question(wait) {
            Some(question) => words::answers(&words::question_name(wait, waits), &question),
            None => vec![
                format!("show {id}"),
                format!("cancel {id}"),
                format!("resolve {id} abort"),
            ],
        },
    }
}

fn machine(item: &InboxItem, read: &Read, location: &Location) -> Value {
    let commands: Vec<String> = commands(item, read)
        .iter()
        .map(|command| location.command(command))
        .collect();
    match item {
        InboxItem::Notice(notice) => json!({
            "kind": "notice",
            "number": notice.number,
            "process": notice.process.0,
            "name": read.names.get(&notice.process),
            "at": notice.at,
            "text": notice.text,
            "commands": commands,
        }),
        InboxItem::Wait(wait) => {
            let mut shown = words::wait_json(wait);
            shown["kind"] = match wait.wait.kind {
                WaitKind::Hold => "hold",
                WaitKind::Call(_) => "unknown",
                _ => match question(wait).map(|question| question.kind) {
                    Some(QuestionKind::Choose) => "choose",
                    Some(QuestionKind::Approve) => "approve",
                    Some(QuestionKind::Ask) | None => "ask",
                },
            }
            .into();
            shown["process_name"] = read.names.get(&wait.process).cloned().into();
            shown["going_on"] = read.others(wait).unwrap_or_default().into();
            shown["commands"] = commands.into();
            shown
        }
    }
}

//! What processes wait for, call and ask, as people read it.

use std::collections::BTreeSet;

use salami_process::engine::question;
use salami_process::store::{
    CallState, HOLD_OF_PROCESS, Process, ProcessId, Status, ThreadId, Wait, WaitKind,
};
use salami_process::{Question, QuestionKind};
use salami_source::render::escaped;
use serde_json::{Map, Value, json};

use super::moments;
use super::place::quoted;

/// Longer values are cut where one line is to hold them.
const LONGEST_VALUE: usize = 60;
/// Longer lines are cut.
const LONGEST_LINE: usize = 200;

/// Text in one line, cut if it is long, harmless on a terminal.
pub fn line(text: &str) -> String {
    shortened(text, LONGEST_LINE)
}

/// The same in quotes.
pub fn quoted_line(text: &str) -> String {
    format!("\"{}\"", line(text))
}

/// The same of at most so many characters.
pub fn shortened(text: &str, length: usize) -> String {
    let words: Vec<&str> = text.split(['\n', '\r', '\t']).map(str::trim).collect();
    let lines: Vec<&str> = words.into_iter().filter(|word| !word.is_empty()).collect();
    let text = escaped(&lines.join(" "));
    if text.chars().count() <= length {
        return text;
    }
    let start: String = text.chars().take(length.saturating_sub(1)).collect();
    format!("{start}…")
}

/// `1 turn`, `2 turns`.
pub fn count(number: usize, one: &str, more: &str) -> String {
    match number {
        1 => format!("1 {one}"),
        number => format!("{number} {more}"),
    }
}

/// A value in one line.
pub fn value(value: &Value) -> String {
    shortened(&value.to_string(), LONGEST_VALUE)
}

/// A value among others: of what is large only what it is.
fn argument(given: &Value) -> String {
    match given {
        Value::Object(fields) if given.to_string().len() > LONGEST_VALUE / 2 => {
            let name = ["subject", "name", "title", "id"].into_iter();
            let named = name.filter_map(|name| Some((name, fields.get(name)?)));
            match named
                .into_iter()
                .find(|(_, given)| !given.is_object() && !given.is_array())
            {
                Some((name, given)) => format!("{{{name}: {}, ...}}", value(given)),
                None => "{...}".to_owned(),
            }
        }
        Value::Array(items) if given.to_string().len() > LONGEST_VALUE / 2 => {
            format!("[{} items]", items.len())
        }
        given => value(given),
    }
}

/// `email.forward(to="lawyer@example.com", subject="Rent")`; arguments that are null or empty are left out.
pub fn call(name: &str, arguments: &Map<String, Value>) -> String {
    let shown: Vec<String> = arguments
        .iter()
        .filter(|(_, given)| !given.is_null() && *given != "")
        .map(|(name, given)| format!("{}={}", escaped(name), argument(given)))
        .collect();
    line(&format!("{}({})", escaped(name), shown.join(", ")))
}

/// The same of a body as the store has it.
pub fn call_of(name: &str, body: &str) -> String {
    call(name, &object(body))
}

/// `email.received with sender="landlord@example.com"`.
pub fn event(topic: &str, fields: &str) -> String {
    let fields: Vec<String> = object(fields)
        .iter()
        .map(|(name, field)| format!("{}={}", escaped(name), value(field)))
        .collect();
    if fields.is_empty() {
        return line(topic);
    }
    line(&format!("{} with {}", escaped(topic), fields.join(", ")))
}

fn object(text: &str) -> Map<String, Value> {
    match serde_json::from_str(text) {
        Ok(Value::Object(object)) => object,
        _ => Map::new(),
    }
}

/// The error that holds a process: its JSON, if it is an object.
pub fn error_of(body: &str) -> Map<String, Value> {
    object(body)
}

/// An error in one line: `ZeroDivisionError: division by zero (line 3)`.
pub fn error(error: &Map<String, Value>) -> String {
    let text = |name: &str| error.get(name).and_then(Value::as_str).unwrap_or_default();
    let message = match (text("type"), text("message")) {
        ("", "") => text("code").to_owned(),
        ("", message) => message.to_owned(),
        (kind, "") => kind.to_owned(),
        (kind, message) if message.starts_with(kind) => message.to_owned(),
        (kind, message) => format!("{kind}: {message}"),
    };
    match line_of(error) {
        Some(number) => line(&format!("{message} (line {number})")),
        None => line(&message),
    }
}

/// The line at which an error was raised, if it tells.
pub fn line_of(error: &Map<String, Value>) -> Option<u64> {
    let innermost = error.get("traceback").and_then(Value::as_array);
    let innermost = innermost.and_then(|frames| frames.last()?.get("line"));
    let told = innermost.or_else(|| error.get("line"));
    told.or_else(|| error.get("context")?.get("line"))
        .and_then(Value::as_u64)
}

/// The options of a choice, numbered.
pub fn options(question: &Question) -> String {
    let options = question.options.iter().enumerate();
    let options: Vec<String> = options
        .map(|(index, option)| format!("{} {}", index + 1, line(option)))
        .collect();
    options.join(", ")
}

/// Whether a timer is the end of what else its thread waits for, as in `with timeout(60): user.ask(...)`.
pub fn is_deadline(wait: &Wait, all: &[Wait]) -> bool {
    let is_other = |other: &Wait| {
        let (thread, slot) = (other.wait.thread, other.wait.slot);
        thread == wait.wait.thread && slot != wait.wait.slot && other.process == wait.process
    };
    wait.wait.kind == WaitKind::Timer && all.iter().any(is_other)
}

/// What a wait is for, in a line; `all` are those of its process.
pub fn wait(wait: &Wait, all: &[Wait], now: i64) -> String {
    let by = |due: Option<i64>| match due {
        Some(due) => format!(", until {}", moments::both(due, now)),
        None => String::new(),
    };
    let new = &wait.wait;
    let due = new.due;
    match new.kind {
        WaitKind::Timer => match due {
            Some(due) if is_deadline(wait, all) => {
                format!("has until {}", moments::both(due, now))
            }
            Some(due) => format!("sleeps until {}", moments::both(due, now)),
            None => "sleeps".to_owned(),
        },
        WaitKind::Call(CallState::Unknown) => format!(
            "{}: nobody knows whether it was done",
            call_of(&new.name, &new.body)
        ),
        WaitKind::Call(CallState::Intended) => {
            let call = call_of(&new.name, &new.body);
            let tries = usize::try_from(wait.attempt).unwrap_or(usize::MAX);
            match due {
                Some(due) if tries > 0 => format!(
                    "call {call}, tried {}, again {}",
                    count(tries, "time", "times"),
                    moments::relative(due, now)
                ),
                _ => format!("call {call}, not made yet"),
            }
        }
        WaitKind::Call(_) => format!("call {}", call_of(&new.name, &new.body)),
        WaitKind::Event => format!("event {}{}", event(&new.name, &new.body), by(due)),
        WaitKind::Answer => match question(wait) {
            Some(asked) => format!("answer to {}{}", quoted_line(&asked.text), by(due)),
            None => format!("answer to what was changed in the store{}", by(due)),
        },
        WaitKind::Hold => format!("error: {}", error(&error_of(&new.body))),
        WaitKind::Task => format!("its threads{}", by(due)),
    }
}

/// The wait that says most of a process, and how many more there are: what people must do comes first.
pub fn foremost(waits: &[Wait]) -> Option<(&Wait, usize)> {
    let open: Vec<&Wait> = waits.iter().filter(|wait| wait.outcome.is_none()).collect();
    let rank = |wait: &Wait| match wait.wait.kind {
        WaitKind::Hold => 0,
        WaitKind::Call(CallState::Unknown) => 1,
        WaitKind::Answer => 2,
        WaitKind::Event => 3,
        WaitKind::Call(_) => 4,
        WaitKind::Timer => 5,
        WaitKind::Task => 6,
    };
    let first = open.iter().copied().min_by_key(|wait| {
        let due = wait.wait.due.unwrap_or(i64::MAX);
        (rank(wait), due, wait.wait.thread, wait.wait.slot)
    })?;
    // That threads wait for others, or for how long, says nothing that the others do not.
    let told = open
        .iter()
        .filter(|wait| wait.wait.kind != WaitKind::Task && !is_deadline(wait, waits));
    Some((first, told.count().saturating_sub(1)))
}

/// The threads for which a process goes on although its main thread has ended; none while that has not. Needs all its waits.
pub fn left_threads(process: &Process, waits: &[Wait]) -> Vec<ThreadId> {
    // In another status its main thread may be about to run, which is no wait.
    let rests = matches!(
        process.status,
        Status::Waiting | Status::Asking | Status::Held
    );
    if !rests || waits.iter().any(|wait| wait.wait.thread == 0) {
        return Vec::new();
    }
    let open = waits.iter().filter(|wait| wait.outcome.is_none());
    let threads: BTreeSet<ThreadId> = open.map(|wait| wait.wait.thread).collect();
    threads.into_iter().collect()
}

/// `thread 3 still waits`.
pub fn still_wait(threads: &[ThreadId]) -> String {
    match threads {
        [thread] => format!("thread {thread} still waits"),
        [one, other] => format!("threads {one} and {other} still wait"),
        threads => format!("{} other threads still wait", threads.len()),
    }
}

/// Whether a wait is for people to find a way out.
const fn is_hold(wait: &Wait) -> bool {
    let kind = wait.wait.kind;
    matches!(kind, WaitKind::Hold | WaitKind::Call(CallState::Unknown)) && wait.outcome.is_none()
}

/// Whether what is held here can be cancelled, so that its `finally` runs: not what cannot run at all.
pub const fn is_cancellable(held: &Wait) -> bool {
    matches!(held.wait.kind, WaitKind::Hold) && held.wait.slot != HOLD_OF_PROCESS
}

/// The threads that go on although another one is held, and what they wait for comes; none where nothing goes on. Needs all its
/// waits.
pub fn going_on(process: &Process, waits: &[Wait]) -> Vec<ThreadId> {
    let is_whole = |wait: &Wait| wait.wait.slot == HOLD_OF_PROCESS;
    if process.status != Status::Held || waits.iter().any(is_whole) {
        return Vec::new();
    }
    let held = waits.iter().filter(|wait| is_hold(wait));
    let held: BTreeSet<ThreadId> = held.map(|wait| wait.wait.thread).collect();
    // Who only waits for other threads goes on with them.
    let others = waits
        .iter()
        .filter(|wait| wait.wait.kind != WaitKind::Task && !held.contains(&wait.wait.thread));
    let others: BTreeSet<ThreadId> = others.map(|wait| wait.wait.thread).collect();
    others.into_iter().collect()
}

/// `thread 3 goes on`.
pub fn go_on(threads: &[ThreadId]) -> String {
    match threads {
        [0] => "its main thread goes on".to_owned(),
        [0, thread] => format!("its main thread and thread {thread} go on"),
        [thread] => format!("thread {thread} goes on"),
        [one, other] => format!("threads {one} and {other} go on"),
        threads => format!("{} other threads go on", threads.len()),
    }
}

/// `3`, or `3.2` where a process asks several things.
pub fn question_name(asked: &Wait, all: &[Wait]) -> String {
    let is_open = |wait: &&Wait| {
        wait.process == asked.process
            && wait.wait.kind == WaitKind::Answer
            && wait.outcome.is_none()
    };
    if all.iter().filter(is_open).count() > 1 {
        format!("{}.{}", asked.process, asked.wait.slot)
    } else {
        asked.process.to_string()
    }
}

/// What is held: `3`, or `3.2` where several threads of a process are.
pub fn hold_name(held: &Wait, all: &[Wait]) -> String {
    let is_held = |wait: &&Wait| wait.process == held.process && is_hold(wait);
    if all.iter().filter(is_held).count() > 1 {
        format!("{}.{}", held.process, held.wait.thread)
    } else {
        held.process.to_string()
    }
}

/// The commands that answer a question, without `salami`.
pub fn answers(name: &str, question: &Question) -> Vec<String> {
    match question.kind {
        QuestionKind::Ask => vec![format!("answer {name} TEXT")],
        QuestionKind::Approve => vec![format!("approve {name}"), format!("refuse {name}")],
        QuestionKind::Choose => {
            let first = question.options.first().map_or("1", String::as_str);
            let short = first.chars().count() <= 20;
            let option = if short { quoted(first) } else { "1".to_owned() };
            vec![format!("answer {name} {option}")]
        }
    }
}

/// What a process is called: `process 3 landlord.py`.
pub fn process(id: ProcessId, name: &str) -> String {
    format!("process {id} {}", shortened(name, 40))
}

/// A wait for machines.
pub fn wait_json(wait: &Wait) -> Value {
    let new = &wait.wait;
    let body: Value = serde_json::from_str(&new.body).unwrap_or(Value::Null);
    let mut shown = json!({
        "process": wait.process.0,
        "thread": new.thread,
        "slot": new.slot,
        "kind": new.kind.name(),
        "name": if new.name.is_empty() { Value::Null } else { new.name.as_str().into() },
        "body": body,
        "since": wait.since,
        "due": new.due,
        "came": wait.outcome.is_some(),
    });
    if let WaitKind::Call(state) = new.kind {
        shown["state"] = state.name().into();
        shown["attempts"] = wait.attempt.into();
    }
    shown
}

/// A process for machines; `waits` are those that nothing came for.
pub fn process_json(process: &Process, waits: &[Wait]) -> Value {
    let ended: Value = process
        .result
        .as_deref()
        .and_then(|result| serde_json::from_str(result).ok())
        .unwrap_or(Value::Null);
    let open = waits.iter().filter(|wait| wait.outcome.is_none());
    json!({
        "id": process.id.0,
        "name": process.name,
        "owner": process.owner,
        "status": process.status.name(),
        "program": crate::replay::hex(&process.code),
        "started": process.started,
        "changed": process.changed,
        "turns": process.turns,
        "waits": open.map(wait_json).collect::<Vec<_>>(),
        "result": ended.get("value"),
        "error": ended.get("error"),
    })
}

//! What happens to processes, in lines.

use std::collections::{BTreeMap, BTreeSet};

use salami_process::engine::{Entry, question};
use salami_process::store::{
    CallState, Finish, NewWait, ProcessId, Recovered, Slot, Status, Store, ThreadId, TurnCommit,
    Wait, WaitKind, lost_hold,
};
use serde_json::{Map, Value, json};

use super::watch::Happened;
use super::{moments, words};

/// So many names and calls are remembered.
const MOST: usize = 10_000;

/// A line about something that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// When.
    pub at: i64,
    /// To which process; `None`: to none.
    pub process: Option<ProcessId>,
    /// What it is called.
    pub name: String,
    /// What kind: `starts`, `prints`, `reports`, `calls`, `answered`, `failed`, `unknown`, `again`, `waits`, `asks`, `tells`,
    /// `held`, `returns`, `ends`, `event`, `recovered`, `wakes`, `source`, `stops`.
    pub kind: &'static str,
    /// What happened.
    pub text: String,
}

impl Line {
    /// For machines.
    pub fn to_json(&self) -> Value {
        json!({
            "at": self.at,
            "process": self.process.map(|id| id.0),
            "name": self.name,
            "kind": self.kind,
            "text": self.text,
        })
    }
}

/// Makes lines of what happened.
#[derive(Debug, Default)]
pub struct Teller {
    names: BTreeMap<ProcessId, String>,
    /// The functions of the calls that are made.
    calls: BTreeMap<(ProcessId, ThreadId, Slot), String>,
    /// Calls of which it was told that they are tried again: they may be for long.
    tried: BTreeSet<(ProcessId, ThreadId, Slot)>,
}

impl Teller {
    /// What a process is called.
    pub fn name(&mut self, id: ProcessId, store: &mut dyn Store) -> String {
        if let Some(name) = self.names.get(&id) {
            return name.clone();
        }
        let name = match store.process(id) {
            Ok(Some(process)) => process.name,
            _ => String::new(),
        };
        if self.names.len() >= MOST {
            self.names.clear();
        }
        self.names.insert(id, name.clone());
        name
    }

    /// The lines about something that happened.
    pub fn lines(&mut self, at: i64, happened: &Happened, store: &mut dyn Store) -> Vec<Line> {
        let mut lines = Vec::new();
        let id = match happened {
            Happened::Starts(id) | Happened::Came(id, _) | Happened::Held(id) => Some(*id),
            Happened::Turn(turn) => Some(turn.process),
            Happened::Calls(call) => Some(call.process),
            Happened::Finished(call) => Some(call.process),
            Happened::Recovered(_) | Happened::Event(..) => None,
        };
        let name = id.map(|id| self.name(id, store)).unwrap_or_default();
        let mut add = |kind, text: String| {
            lines.push(Line {
                at,
                process: id,
                name: name.clone(),
                kind,
                text,
            });
        };
        match happened {
            Happened::Starts(_) => add("starts", "starts".to_owned()),
            Happened::Came(_, waits) => {
                for wait in waits {
                    if let Some(text) = came(wait) {
                        add("wakes", in_thread(wait.wait.thread, text));
                    }
                }
            }
            Happened::Turn(turn) => {
                turned(turn, at, &mut add);
                if let Some(text) = left(turn, store) {
                    add("returns", text);
                }
            }
            Happened::Calls(call) => {
                let place = (call.process, call.thread, call.slot);
                if self.calls.len() >= MOST {
                    self.calls.clear();
                }
                self.calls.insert(place, call.name.clone());
                if self.tried.contains(&place) {
                    return lines;
                }
                let again = match call.attempt {
                    0 | 1 => String::new(),
                    attempt => format!(" again (attempt {attempt})"),
                };
                let shown = words::call_of(&call.name, &call.body);
                add(
                    "calls",
                    in_thread(call.thread, format!("calls {shown}{again}")),
                );
            }
            Happened::Finished(call) => {
                let place = (call.process, call.thread, call.slot);
                let function = self.calls.remove(&place).unwrap_or_default();
                if self.tried.len() >= MOST {
                    self.tried.clear();
                }
                match call.finish {
                    Finish::Again(_) if !self.tried.insert(place) => return lines,
                    Finish::Again(_) => {}
                    _ => drop(self.tried.remove(&place)),
                }
                let (kind, text) = finished(&call.finish, &function, at);
                let text = match &call.finish {
                    Finish::Wait(wait) if wait.kind == WaitKind::Answer => {
                        let asked = Wait {
                            process: call.process,
                            wait: wait.clone(),
                            since: at,
                            attempt: 0,
                            outcome: None,
                        };
                        asks(&asked)
                    }
                    _ => text,
                };
                add(kind, in_thread(call.thread, text));
            }
            Happened::Held(_) => {
                let error = words::error_of(&lost_hold().body);
                add("held", format!("is held: {}", words::error(&error)));
            }
            Happened::Recovered(recovered) => add("recovered", recovered_text(recovered)),
            Happened::Event(number, event) => {
                let shown = words::call_of(&event.topic, &event.fields);
                add("event", format!("event {number}: {shown}"));
            }
        }
        lines
    }
}

fn in_thread(thread: ThreadId, text: String) -> String {
    match thread {
        0 => text,
        thread => format!("thread {thread}: {text}"),
    }
}

/// What came, where that was not told when it came.
fn came(wait: &Wait) -> Option<String> {
    use salami_process::store::Outcome;
    match (wait.wait.kind, &wait.outcome) {
        (WaitKind::Timer, _) => Some("wakes".to_owned()),
        (WaitKind::Event, Some(Outcome::Event(event))) => {
            Some(format!("gets event {event} {}", wait.wait.name))
        }
        (WaitKind::Event, Some(Outcome::Due)) => Some(format!("gets no {}", wait.wait.name)),
        (WaitKind::Answer, Some(Outcome::Due)) => Some("gets no answer".to_owned()),
        (WaitKind::Answer, Some(Outcome::Json(text))) => {
            let answer: Value = serde_json::from_str(text).ok()?;
            Some(format!(
                "is answered {}",
                words::value(answer.get("value")?)
            ))
        }
        (WaitKind::Hold, Some(_)) => Some("tries again".to_owned()),
        _ => None,
    }
}

fn turned(turn: &TurnCommit, at: i64, add: &mut impl FnMut(&'static str, String)) {
    if let Some(entry) = Entry::parse(&turn.journal) {
        if entry.is_cancelled {
            add("wakes", "is cancelled".to_owned());
        }
        for line in entry.printed.lines() {
            add("prints", format!("prints {}", words::line(line)));
        }
        for line in entry.reported.lines() {
            add("reports", format!("reports {}", words::line(line)));
        }
    }
    for wait in &turn.waits {
        let mut others = turn.waits.iter();
        let is_deadline = wait.kind == WaitKind::Timer
            && others.any(|other| other.thread == wait.thread && other.slot != wait.slot);
        let begun = match wait.due.filter(|_| is_deadline) {
            Some(due) => Some(("waits", format!("has until {}", moments::both(due, at)))),
            None => begins(wait, at),
        };
        if let Some((kind, text)) = begun {
            add(kind, in_thread(wait.thread, text));
        }
    }
    if let Some((status, result)) = &turn.end {
        let result: Map<String, Value> = serde_json::from_str(result).unwrap_or_default();
        let text = match (status, result.get("value"), result.get("error")) {
            (Status::Done, None | Some(Value::Null), _) => "is done".to_owned(),
            (Status::Done, Some(value), _) => format!("is done: {}", words::value(value)),
            (status, _, Some(Value::Object(error))) => {
                format!("{}: {}", status.name(), words::error(error))
            }
            (status, ..) => status.name().to_owned(),
        };
        add("ends", text);
    }
}

/// That the main thread ended in a turn, and who goes on.
fn left(turn: &TurnCommit, store: &mut dyn Store) -> Option<String> {
    if turn.end.is_some() {
        return None;
    }
    let process = store.process(turn.process).ok()??;
    let is_first = process.turns == 1;
    if !is_first && !turn.taken.iter().any(|place| place.0 == 0) {
        return None;
    }
    let waits = store.waits(turn.process).ok()?;
    match words::left_threads(&process, &waits).as_slice() {
        [] => None,
        threads => Some(format!(
            "its main thread has ended; {}",
            words::still_wait(threads)
        )),
    }
}

/// What a process begins to wait for; calls are told when they are made.
fn begins(wait: &NewWait, at: i64) -> Option<(&'static str, String)> {
    let until = match wait.due {
        Some(due) => format!(", until {}", moments::both(due, at)),
        None => String::new(),
    };
    match wait.kind {
        WaitKind::Timer => Some((
            "waits",
            format!("sleeps{}", until.strip_prefix(',').unwrap_or_default()),
        )),
        WaitKind::Event => Some((
            "waits",
            format!("waits for {}{until}", words::event(&wait.name, &wait.body)),
        )),
        WaitKind::Hold => Some((
            "held",
            format!("is held: {}", words::error(&words::error_of(&wait.body))),
        )),
        WaitKind::Answer => Some(("asks", "asks".to_owned())),
        WaitKind::Call(CallState::Unknown) => Some((
            "unknown",
            format!(
                "is held: nobody knows whether {} was done",
                words::call_of(&wait.name, &wait.body)
            ),
        )),
        WaitKind::Call(_) | WaitKind::Task => None,
    }
}

fn asks(wait: &Wait) -> String {
    match question(wait) {
        Some(question) if question.options.is_empty() => {
            format!("asks {}", words::quoted_line(&question.text))
        }
        Some(question) => format!(
            "asks {} ({})",
            words::quoted_line(&question.text),
            words::options(&question)
        ),
        None => "asks".to_owned(),
    }
}

fn finished(finish: &Finish, function: &str, at: i64) -> (&'static str, String) {
    match finish {
        Finish::Outcome(outcome) => {
            let outcome: Map<String, Value> = serde_json::from_str(outcome).unwrap_or_default();
            match (outcome.get("value"), outcome.get("error")) {
                (_, Some(Value::String(message))) => (
                    "failed",
                    format!("{function} fails: {}", words::line(message)),
                ),
                (None | Some(Value::Null), _) => ("answered", format!("{function} is done")),
                (Some(value), _) => (
                    "answered",
                    format!("{function} gives {}", words::value(value)),
                ),
            }
        }
        Finish::Notice { text, .. } => ("tells", format!("tells {}", words::quoted_line(text))),
        Finish::Wait(wait) => begins(wait, at).unwrap_or(("waits", "waits".to_owned())),
        Finish::Again(again) => (
            "again",
            format!(
                "{function} has no outcome: its tool is not connected here, or was lost; it is tried again {} and from then on without a word",
                moments::relative(*again, at)
            ),
        ),
        Finish::Unknown => (
            "unknown",
            format!("is held: nobody knows whether {function} was done"),
        ),
    }
}

fn recovered_text(recovered: &Recovered) -> String {
    let count = |number: u64, one: &str, more: &str| match number {
        0 => None,
        1 => Some(format!("1 {one}")),
        number => Some(format!("{number} {more}")),
    };
    let parts = [
        count(recovered.claims, "process", "processes"),
        count(
            recovered.repeated,
            "call to make again",
            "calls to make again",
        ),
        count(
            recovered.unknown,
            "call of which nobody knows whether it was done",
            "calls of which nobody knows whether they were done",
        ),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    format!(
        "taken back from a worker that is gone: {}",
        parts.join(", ")
    )
}

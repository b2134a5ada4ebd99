//! What a process did, as a readable list. The journal keeps what came in; what the program did with it is
//! found by running it again from its journal, without tools.

use std::collections::BTreeMap;

use salami::ProcessRuntime;
use salami_process::code::CodeParts;
use salami_process::engine::{Came, Entry, HOLD_OF_PROCESS, replay};
use salami_process::store::{Process, Slot, Store, StoreError, ThreadId};
use salami_process::{
    Answer, Arrived, End, FunctionKind, Runtime, Turn, TurnError, TurnHost, Turned, WaitingFor,
};
use serde_json::{Value, json};

use super::{moments, words};

/// Processes that did more than this are not run again only to be shown.
const MOST_FUEL: u64 = 500_000_000;
/// How many entries are read at once.
const PAGE: usize = 256;

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// When.
    pub at: i64,
    /// In which turn.
    pub turn: u64,
    /// What kind: `start`, `came`, `printed`, `reported`, `call`, `wait`, `held`, `cancelled`, `end`.
    pub kind: &'static str,
    /// A line.
    pub text: String,
}

impl Event {
    /// For machines.
    pub fn to_json(&self) -> Value {
        json!({"at": self.at, "turn": self.turn, "kind": self.kind, "text": self.text})
    }
}

/// What a process did and printed.
#[derive(Debug, Default)]
pub struct History {
    /// What happened, the oldest first.
    pub events: Vec<Event>,
    /// All that was printed.
    pub printed: String,
    /// All that was written to the standard error stream.
    pub reported: String,
    /// The fuel that it used.
    pub fuel: u64,
    /// Why it could not be run again, if so: then the list has only what the journal says itself.
    pub problem: Option<String>,
}

/// What a turn did: the waits that it began, and the end.
type Did = (Vec<(ThreadId, Slot, WaitingFor)>, Option<End>);

/// A runtime that notes what turns did.
struct Noting {
    runtime: ProcessRuntime,
    turns: Vec<Did>,
}

impl Runtime for Noting {
    fn turn(&mut self, turn: &Turn<'_>, host: &mut dyn TurnHost) -> Result<Turned, TurnError> {
        let turned = self.runtime.turn(turn, host)?;
        let waits = turned.waits.iter();
        let waits = waits.map(|wait| (wait.thread, wait.slot, wait.what.clone()));
        self.turns.push((waits.collect(), turned.end.clone()));
        Ok(turned)
    }
}

/// Reads what a process did.
pub fn of(
    store: &mut dyn Store,
    process: &Process,
    parts: &CodeParts,
) -> Result<History, StoreError> {
    let mut history = History::default();
    let mut entries = Vec::new();
    let mut from = 0;
    loop {
        let page = store.journal(process.id, from, PAGE)?;
        let Some(last) = page.last() else { break };
        from = last.number + 1;
        for kept in page {
            if let Some(entry) = Entry::parse(&kept.entry) {
                history.fuel = history.fuel.max(entry.fuel);
                history.printed.push_str(&entry.printed);
                history.reported.push_str(&entry.reported);
                entries.push((kept.number, entry));
            }
        }
    }
    let mut noting = Noting {
        runtime: ProcessRuntime::new(),
        turns: Vec::new(),
    };
    if history.fuel <= MOST_FUEL {
        if let Some(Err(difference)) = replay(store, &mut noting, process.id)? {
            history.problem = Some(difference.to_string());
        }
    } else {
        history.problem = Some("it did too much to be run again here".to_owned());
    }
    // The journal does not say why a process as a whole is held; its hold does.
    let waits = store.waits(process.id)?;
    let blocked = waits
        .iter()
        .find(|wait| wait.wait.slot == HOLD_OF_PROCESS)
        .map(|wait| words::error(&words::error_of(&wait.wait.body)));
    let mut turns = noting.turns.into_iter();
    let mut pending: BTreeMap<(ThreadId, Slot), WaitingFor> = BTreeMap::new();
    for (number, entry) in &entries {
        let mut teller = Teller {
            at: entry.at,
            turn: *number,
            parts,
            events: &mut history.events,
        };
        if *number == 0 {
            teller.add("start", 0, "starts".to_owned());
        }
        for (thread, slot, came) in &entry.came {
            let waited = pending.remove(&(*thread, *slot));
            let text = match came {
                Came::Event(id) => {
                    let event = store.event(*id)?;
                    let shown = event.map(|event| words::call_of(&event.topic, &event.fields));
                    format!("event {id} comes: {}", shown.unwrap_or_default())
                }
                Came::Other(arrived) => came_text(waited.as_ref(), arrived, parts),
            };
            teller.add("came", *thread, text);
        }
        if entry.is_cancelled {
            teller.add("cancelled", 0, "is cancelled".to_owned());
        }
        if entry.is_aborted {
            teller.add("end", 0, "is ended where it stands".to_owned());
        }
        for (kind, mark, text) in [
            ("printed", "prints", &entry.printed),
            ("reported", "reports", &entry.reported),
        ] {
            for line in text.lines() {
                teller.add(kind, 0, format!("{mark}: {}", words::line(line)));
            }
        }
        // Turns in which nothing ran were not run again.
        if entry.state.is_empty() && !entry.is_aborted {
            if entry.came.is_empty() && *number > 0 {
                let text = match &blocked {
                    Some(why) => format!("cannot run: {why}"),
                    None => "cannot run".to_owned(),
                };
                teller.add("held", 0, text);
            }
            continue;
        }
        if entry.is_aborted {
            continue;
        }
        let Some((waits, end)) = turns.next() else {
            continue;
        };
        for (thread, slot, what) in waits {
            let (kind, text) = teller.wait_text(&what);
            if !text.is_empty() {
                teller.add(kind, thread, text);
            }
            pending.insert((thread, slot), what);
        }
        if let Some(end) = end {
            let text = match end {
                End::Value(Value::Null) => "is done".to_owned(),
                End::Value(value) => format!("is done: {}", words::value(&value)),
                End::Error(error) => {
                    let error = error.as_object().map(words::error);
                    format!("fails: {}", error.unwrap_or_default())
                }
                End::Cancelled => "ends, as it was cancelled".to_owned(),
            };
            teller.add("end", 0, text);
        }
    }
    Ok(history)
}

/// Writes down what happened in a turn.
struct Teller<'a> {
    at: i64,
    turn: u64,
    parts: &'a CodeParts,
    events: &'a mut Vec<Event>,
}

impl Teller<'_> {
    fn add(&mut self, kind: &'static str, thread: ThreadId, text: String) {
        let text = match thread {
            0 => text,
            thread => format!("thread {thread}: {text}"),
        };
        self.events.push(Event {
            at: self.at,
            turn: self.turn,
            kind,
            text,
        });
    }

    fn wait_text(&self, what: &WaitingFor) -> (&'static str, String) {
        match what {
            WaitingFor::Instant(instant) => (
                "wait",
                format!("sleeps until {}", moments::both(*instant, self.at)),
            ),
            WaitingFor::Call(call) => {
                let shown = words::call(&call.name(), &call.arguments);
                let declared = self.parts.declared(&call.name());
                match declared.map(|declared| &declared.kind) {
                    Some(FunctionKind::Event { .. }) => ("wait", format!("waits for {shown}")),
                    _ => ("call", format!("calls {shown}")),
                }
            }
            // The threads that it waits for tell more.
            WaitingFor::Task(_) => ("wait", String::new()),
            WaitingFor::WayOut(error) => {
                let error = error.as_object().map(words::error);
                ("held", format!("is held: {}", error.unwrap_or_default()))
            }
        }
    }
}

fn came_text(waited: Option<&WaitingFor>, arrived: &Arrived, parts: &CodeParts) -> String {
    let name = match waited {
        Some(WaitingFor::Call(call)) => call.name(),
        _ => "what it waited for".to_owned(),
    };
    let kind = parts.declared(&name).map(|declared| &declared.kind);
    match arrived {
        // What comes is an event of the log; this is the end of the time for it.
        Arrived::Answer(Answer::Value(Value::Null))
            if matches!(kind, Some(FunctionKind::Event { .. })) =>
        {
            format!("gets no {name}")
        }
        Arrived::Answer(Answer::Value(Value::Null)) => format!("{name} is done"),
        Arrived::Answer(Answer::Value(value)) => format!("{name} gives {}", words::value(value)),
        Arrived::Answer(Answer::Error(message)) => {
            format!("{name} fails: {}", words::line(message))
        }
        Arrived::Instant => "wakes".to_owned(),
        Arrived::Retry => "tries again".to_owned(),
    }
}

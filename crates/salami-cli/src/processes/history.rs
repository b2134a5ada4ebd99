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

/// So much of what a process did is run again only to be shown.
const MOST_FUEL: u64 = 500_000_000;
/// So many turns are.
const MOST_TURNS: usize = 100_000;
/// So many bytes of what it printed are kept, the last.
const MOST_PRINTED: usize = 16 << 20;
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
    /// Whether that is because it does something else when it is run again, and not because there is too much of it.
    pub differs: bool,
}

/// What a turn did: the waits that it began, and the end.
type Did = (Vec<(ThreadId, Slot, WaitingFor)>, Option<End>);

/// A runtime that notes what turns did, until that is enough.
struct Noting<'a> {
    runtime: ProcessRuntime,
    turns: Vec<Did>,
    /// The fuel of the turns that were run.
    fuel: u64,
    progress: Progress<'a>,
    /// Why the rest is not run.
    cut: Option<String>,
}

/// Called before each turn with what part of the fuel was used; it goes on as long as that gives true.
pub type Progress<'a> = &'a mut (dyn FnMut(u64) -> bool + Send);

impl Noting<'_> {
    fn is_enough(&mut self) -> bool {
        let turns = self.turns.len();
        if self.fuel > MOST_FUEL || turns >= MOST_TURNS {
            self.cut = Some(format!(
                "only the first {turns} turns were run again to see what it did in them, as there is so much of it"
            ));
        } else if !(self.progress)(self.fuel) {
            self.cut = Some(format!(
                "interrupted when the first {turns} turns had been run again"
            ));
        }
        self.cut.is_some()
    }
}

impl Runtime for Noting<'_> {
    fn turn(&mut self, turn: &Turn<'_>, host: &mut dyn TurnHost) -> Result<Turned, TurnError> {
        if self.is_enough() {
            return Err(TurnError::Refused {
                code: "history.cut".to_owned(),
                message: String::new(),
            });
        }
        let turned = self.runtime.turn(turn, host)?;
        self.fuel = turned.fuel;
        let waits = turned.waits.iter();
        let waits = waits.map(|wait| (wait.thread, wait.slot, wait.what.clone()));
        self.turns.push((waits.collect(), turned.end.clone()));
        Ok(turned)
    }
}

/// Reads what a process did. It is run again for that, within bounds; `progress` may end it before.
pub fn of(
    store: &mut dyn Store,
    process: &Process,
    parts: &CodeParts,
    progress: Progress<'_>,
) -> Result<History, StoreError> {
    let mut history = History::default();
    let mut entries = Vec::new();
    // Of a very long list the end is shown.
    let mut from = process.turns.saturating_sub(MOST_TURNS as u64);
    let is_whole = from == 0;
    loop {
        let page = store.journal(process.id, from, PAGE)?;
        let Some(last) = page.last() else { break };
        from = last.number + 1;
        for kept in page {
            if let Some(entry) = Entry::parse(&kept.entry) {
                history.fuel = history.fuel.max(entry.fuel);
                keep(&mut history.printed, &entry.printed);
                keep(&mut history.reported, &entry.reported);
                entries.push((kept.number, entry));
            }
        }
    }
    let mut noting = Noting {
        runtime: ProcessRuntime::new(),
        turns: Vec::new(),
        fuel: 0,
        progress,
        cut: None,
    };
    if is_whole {
        let replayed = replay(store, &mut noting, process.id)?;
        history.problem = match (noting.cut.take(), replayed) {
            (None, Some(Err(difference))) => {
                history.differs = true;
                Some(difference.to_string())
            }
            (cut, _) => cut,
        };
    } else {
        history.problem = Some(format!(
            "it had {} turns: of the last {MOST_TURNS} only what came and was printed is told",
            process.turns
        ));
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
                    let event = store.event_of(process.id, *number, *id)?;
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
        for (thread, slot, what) in &waits {
            let others = waits
                .iter()
                .filter(|(of, at, _)| of == thread && at != slot);
            let (kind, text) = match what {
                // The end of what else it waits for: it does not sleep.
                WaitingFor::Instant(instant) if others.count() > 0 => (
                    "wait",
                    format!("has until {}", moments::both(*instant, entry.at)),
                ),
                what => teller.wait_text(what),
            };
            if !text.is_empty() {
                teller.add(kind, *thread, text);
            }
        }
        pending.extend(
            waits
                .into_iter()
                .map(|(thread, slot, what)| ((thread, slot), what)),
        );
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

/// Adds text to what is kept of what was printed; of very much the end is kept.
fn keep(kept: &mut String, more: &str) {
    kept.push_str(more);
    if kept.len() > 2 * MOST_PRINTED {
        let mut from = kept.len() - MOST_PRINTED;
        while !kept.is_char_boundary(from) {
            from += 1;
        }
        kept.drain(..from);
    }
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

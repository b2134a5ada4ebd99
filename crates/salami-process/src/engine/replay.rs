//! A stored process run again from its journal, without any tool, and compared.

use std::collections::BTreeMap;
use std::fmt;

use super::journal::{Came, Entry, state_hash};
use super::outcome;
use crate::call::{Answer, Call};
use crate::code::CodeParts;
use crate::runtime::{Arrival, Runtime, Turn, TurnError, TurnHost, Turned};
use crate::store::{ProcessId, Store, StoreError, ThreadId};
use crate::tool::FunctionKind;

/// How many entries are read at once.
const PAGE: usize = 256;

/// The first thing in which a repetition is not what was recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The turn, from 0.
    pub turn: u64,
    /// What: `code`, `entry`, `refused`, `printed`, `reported`, `fuel`, `state`, `result`, `status`, `immediate`.
    pub what: &'static str,
    /// As recorded.
    pub recorded: String,
    /// As found.
    pub found: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.what == "entry" {
            return write!(
                formatter,
                "turn {}: its entry in the journal was changed or is damaged, and cannot be read",
                self.turn
            );
        }
        if self.what == "code" {
            return formatter.write_str(&self.found);
        }
        if self.what == "refused" {
            return write!(
                formatter,
                "turn {} cannot be run again: {}",
                self.turn, self.found
            );
        }
        write!(
            formatter,
            "turn {}: {} was {}, and is {} when it is run again",
            self.turn, self.what, self.recorded, self.found
        )
    }
}

impl std::error::Error for Difference {}

/// Runs a process again from its journal; gives how many turns were compared. `Ok(None)`: there is no such process.
///
/// # Errors
/// The store's.
pub fn replay(
    store: &mut dyn Store,
    runtime: &mut dyn Runtime,
    process: ProcessId,
) -> Result<Option<Result<u64, Difference>>, StoreError> {
    let Some(known) = store.process(process)? else {
        return Ok(None);
    };
    let code = store.code(&known.code)?.unwrap_or_default();
    let parts = match CodeParts::parse_as(&known.code, &code) {
        Ok(parts) => parts,
        Err(problem) => {
            return Ok(Some(Err(Difference {
                turn: 0,
                what: "code",
                recorded: "the code that was started".to_owned(),
                found: problem,
            })));
        }
    };
    let mut shared: Option<Vec<u8>> = None;
    let mut threads: BTreeMap<ThreadId, Vec<u8>> = BTreeMap::new();
    let mut turns = 0;
    let mut end = None;
    let mut from = 0;
    loop {
        let page = store.journal(process, from, PAGE)?;
        let Some(last) = page.last() else {
            // How a process ended and what it gave is beside its journal.
            let Some((status, found)) = end.as_ref().map(outcome::ended) else {
                return Ok(Some(Ok(turns)));
            };
            let differs = |what, recorded: String, found: String| {
                Ok(Some(Err(Difference {
                    turn: from.saturating_sub(1),
                    what,
                    recorded,
                    found,
                })))
            };
            return match known.result {
                Some(recorded) if recorded != found => differs("result", recorded, found),
                _ if known.status != status => differs(
                    "status",
                    known.status.name().to_owned(),
                    status.name().to_owned(),
                ),
                _ => Ok(Some(Ok(turns))),
            };
        };
        from = last.number + 1;
        for kept in page {
            let differs = |what, recorded: String, found: String| {
                Ok(Some(Err(Difference {
                    turn: kept.number,
                    what,
                    recorded,
                    found,
                })))
            };
            let Some(entry) = Entry::parse(&kept.entry) else {
                return differs(
                    "entry",
                    "an entry".into(),
                    "nothing that can be read".into(),
                );
            };
            // Turns in which nothing ran: the process could not, or was aborted.
            if entry.state.is_empty() {
                continue;
            }
            let mut arrived = Vec::with_capacity(entry.came.len());
            for (thread, slot, came) in &entry.came {
                let what = match came {
                    Came::Other(arrived) => arrived.clone(),
                    Came::Event(number) => {
                        let event = store.event_of(process, kept.number, *number)?;
                        outcome::of_event(event.as_ref())
                    }
                };
                arrived.push(Arrival {
                    thread: *thread,
                    slot: *slot,
                    what,
                });
            }
            let turn = Turn {
                code: known.code,
                input: &known.input,
                options: &known.options,
                shared: shared.as_deref(),
                now: entry.at,
                arrived: &arrived,
                is_cancelled: entry.is_cancelled,
                fuel: if entry.slice > 0 {
                    entry.slice
                } else {
                    u64::MAX / 4
                },
                kept: None,
            };
            let mut host = Again {
                code: &code,
                parts: &parts,
                threads: &threads,
                immediate: entry.immediate.iter(),
                asked_too_much: false,
            };
            let turned = match runtime.turn(&turn, &mut host) {
                Ok(turned) => turned,
                Err(TurnError::Store(error)) => return Err(error),
                Err(TurnError::Refused { message, .. }) => {
                    return differs("refused", "a turn".into(), message);
                }
            };
            if host.asked_too_much || host.immediate.next().is_some() {
                return differs(
                    "immediate",
                    format!("{} calls inside the turn", entry.immediate.len()),
                    "others".into(),
                );
            }
            if let Some((what, recorded, found)) = difference(&entry, &turned) {
                return differs(what, recorded, found);
            }
            turns += 1;
            end = turned.end;
            shared = Some(turned.shared);
            for (thread, state) in turned.threads {
                match state {
                    Some(state) => threads.insert(thread, state),
                    None => threads.remove(&thread),
                };
            }
        }
    }
}

fn difference(entry: &Entry, turned: &Turned) -> Option<(&'static str, String, String)> {
    let texts = [
        ("printed", &entry.printed, &turned.output),
        ("reported", &entry.reported, &turned.error_output),
    ];
    for (what, recorded, found) in texts {
        if recorded != found {
            return Some((what, format!("{recorded:?}"), format!("{found:?}")));
        }
    }
    if entry.fuel != turned.fuel {
        return Some(("fuel", entry.fuel.to_string(), turned.fuel.to_string()));
    }
    let state = state_hash(turned);
    (entry.state != state).then(|| ("state", entry.state.clone(), state))
}

/// What a repeated turn is given.
struct Again<'a, I> {
    code: &'a [u8],
    parts: &'a CodeParts,
    threads: &'a BTreeMap<ThreadId, Vec<u8>>,
    immediate: I,
    asked_too_much: bool,
}

impl<'a, I: Iterator<Item = &'a Answer>> TurnHost for Again<'a, I> {
    fn code(&mut self) -> Result<Vec<u8>, StoreError> {
        Ok(self.code.to_vec())
    }

    fn thread(&mut self, thread: ThreadId) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.threads.get(&thread).cloned())
    }

    fn immediate(&mut self, call: &Call) -> Option<Answer> {
        if self.parts.declared(&call.name())?.kind != FunctionKind::Immediate {
            return None;
        }
        let answer = self.immediate.next().cloned();
        self.asked_too_much |= answer.is_none();
        answer
    }
}

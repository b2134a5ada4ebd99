//! Processes that go from one store to another, as one file: [`file`] has its form.

mod bytes;
mod file;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use self::file::File;
use super::journal::{Came, Entry};
use crate::code::CodeParts;
use crate::runtime::{Runtime, Turn, TurnError};
use crate::store::{
    Brought, Code, EventId, Outcome, Parcel, ParcelEvent, ProcessId, Renumbered, Store, StoreError,
    WaitKind,
};
use crate::tool::FunctionKind;

/// How many events are read at once.
const PAGE: usize = 1_000;
/// How often it is tried to take a process out while events come.
const ATTEMPTS: usize = 16;

/// Why a process was not moved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unmoved {
    /// The store.
    Store(StoreError),
    /// There is no such process.
    NoProcess(ProcessId),
    /// It has ended.
    HasEnded(ProcessId),
    /// A worker has it, or makes calls of it.
    IsAtWork(ProcessId),
    /// Why a file is none of a process that could go on here: a sentence.
    Refused(String),
    /// It is there already, under this number.
    IsHere(ProcessId),
}

impl From<StoreError> for Unmoved {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl fmt::Display for Unmoved {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Store(error) => error.fmt(formatter),
            Self::NoProcess(id) => write!(formatter, "there is no process {id}"),
            Self::HasEnded(id) => {
                write!(
                    formatter,
                    "process {id} has ended: there is nothing to move"
                )
            }
            Self::IsAtWork(id) => write!(
                formatter,
                "a worker is at work on process {id}, or makes calls of it"
            ),
            Self::Refused(problem) => formatter.write_str(problem),
            Self::IsHere(id) => {
                write!(
                    formatter,
                    "the process is in this store already: it is {id}"
                )
            }
        }
    }
}

impl std::error::Error for Unmoved {}

/// The file of a process as it is now; the process stays. Where it goes on in another store, too, both do what it does.
///
/// # Errors
/// [`Unmoved`].
pub fn copy(store: &mut dyn Store, process: ProcessId) -> Result<Vec<u8>, Unmoved> {
    Ok(read(store, process)?.1)
}

/// Takes a process out of a store, where it ends as moved: its file. Of one that was taken out it is the same once more.
/// Where it goes to, in words for people, is written down with who takes it.
///
/// # Errors
/// [`Unmoved`].
pub fn export(store: &mut dyn Store, process: ProcessId, to: &str) -> Result<Vec<u8>, Unmoved> {
    if let Some(file) = store.taken_out(process)? {
        return Ok(file);
    }
    for _ in 0..ATTEMPTS {
        let (parcel, file) = read(store, process)?;
        if parcel.is_at_work {
            break;
        }
        // Something may have come in between: once more.
        if store.take_out(process, &parcel, &file, to)? {
            return Ok(file);
        }
    }
    Err(Unmoved::IsAtWork(process))
}

/// Puts a process into a store: its number there. What the file says is looked at as a whole before, and the state of the
/// process as its program knows it.
///
/// # Errors
/// [`Unmoved`]: nothing happened.
pub fn import(
    store: &mut dyn Store,
    runtime: &mut dyn Runtime,
    bytes: &[u8],
) -> Result<ProcessId, Unmoved> {
    let File {
        code,
        parcel,
        events,
    } = File::read(bytes).map_err(Unmoved::Refused)?;
    let turn = Turn {
        code: code.hash,
        input: &parcel.process.input,
        options: &parcel.process.options,
        shared: parcel.shared.as_deref().filter(|shared| !shared.is_empty()),
        now: parcel.changed,
        arrived: &[],
        is_cancelled: false,
        fuel: 0,
        kept: None,
    };
    match runtime.check(&turn, &code.body, &parcel.threads) {
        Ok(()) => {}
        Err(TurnError::Store(error)) => return Err(error.into()),
        Err(TurnError::Refused { message, .. }) => return Err(Unmoved::Refused(message)),
    }
    store.put_code(&code)?;
    match store.bring_in(&parcel, &events)? {
        Brought::In(id) => Ok(id),
        Brought::Already(id) => Err(Unmoved::IsHere(id)),
    }
}

/// What a store knows of a process, and its file.
fn read(store: &mut dyn Store, process: ProcessId) -> Result<(Parcel, Vec<u8>), Unmoved> {
    let Some(parcel) = store.parcel(process)? else {
        return Err(match store.process(process)? {
            Some(_) => Unmoved::HasEnded(process),
            None => Unmoved::NoProcess(process),
        });
    };
    let body = store.code(&parcel.process.code)?;
    let body = body.ok_or_else(|| Unmoved::Refused("its code is not in the store".to_owned()))?;
    let parts = CodeParts::parse_as(&parcel.process.code, &body).map_err(Unmoved::Refused)?;
    let renumbered = references(&parcel);
    let (numbers, events) = events(store, &parcel, &parts, &renumbered)?;
    let code = Code {
        hash: parcel.process.code,
        body,
    };
    let file = File {
        parcel: refer(&parcel, renumbered, &numbers),
        code,
        events,
    };
    Ok((parcel, file.write()))
}

/// The events to which the entries of the journal refer.
fn references(parcel: &Parcel) -> Vec<Renumbered> {
    let known: BTreeMap<(u64, EventId), EventId> = parcel
        .renumbered
        .iter()
        .map(|known| ((known.turn, known.number), known.event))
        .collect();
    let mut found = BTreeSet::new();
    for entry in &parcel.journal {
        let came = Entry::parse(&entry.entry).map_or_else(Vec::new, |entry| entry.came);
        for (_, _, came) in came {
            if let Came::Event(number) = came {
                let turn = entry.number;
                let event = known.get(&(turn, number)).copied().unwrap_or(number);
                found.insert(Renumbered {
                    turn,
                    number,
                    event,
                });
            }
        }
    }
    found.into_iter().collect()
}

/// The events that go with a process, with the number here of each: those that came for it, and those that it may still see.
fn events(
    store: &mut dyn Store,
    parcel: &Parcel,
    parts: &CodeParts,
    renumbered: &[Renumbered],
) -> Result<(Vec<EventId>, Vec<ParcelEvent>), StoreError> {
    let outcomes = parcel.waits.iter().filter_map(|wait| match wait.outcome {
        Some(Outcome::Event(event)) => Some(event),
        _ => None,
    });
    let seen = parcel.seen.iter().map(|(_, event)| *event);
    let referred = renumbered.iter().map(|known| known.event);
    let wanted: BTreeSet<EventId> = outcomes
        .chain(seen)
        .chain(referred)
        .chain(parcel.carried.iter().copied())
        .collect();
    let mut found = BTreeMap::new();
    let mut topics: BTreeSet<String> = parts
        .tools
        .iter()
        .filter(|declared| matches!(declared.kind, FunctionKind::Event { .. }))
        .map(|declared| declared.name.clone())
        .collect();
    let waits = parcel.waits.iter().map(|wait| &wait.wait);
    let waits = waits.filter(|wait| wait.kind == WaitKind::Event);
    topics.extend(waits.map(|wait| wait.name.clone()));
    for number in wanted {
        if let Some(event) = store.event(number)? {
            topics.insert(event.topic.clone());
            found.insert(number, event);
        }
    }
    for topic in topics {
        let mut after = parcel.events_after;
        loop {
            let page = store.events(Some(&topic), after, PAGE)?;
            let Some(last) = page.last() else { break };
            after = last.id;
            // What came since the process was read is found out when it is taken out.
            let page = page
                .into_iter()
                .filter(|event| event.id <= parcel.last_event);
            found.extend(page.map(|event| (event.id, event)));
        }
    }
    let numbers = found.keys().copied().collect();
    let events = found.into_values().map(|event| ParcelEvent {
        topic: event.topic,
        fields: event.fields,
        at: event.at,
    });
    Ok((numbers, events.collect()))
}

/// The parcel whose events are referred to by their places in the file. One that is not there any more is not referred to.
fn refer(parcel: &Parcel, renumbered: Vec<Renumbered>, numbers: &[EventId]) -> Parcel {
    let place = |event: EventId| {
        let index = numbers.binary_search(&event).ok()?;
        Some(index as EventId + 1)
    };
    let mut referring = parcel.clone();
    for wait in &mut referring.waits {
        if let Some(Outcome::Event(event)) = &mut wait.outcome {
            *event = place(*event).unwrap_or(0);
        }
    }
    let seen = parcel.seen.iter();
    referring.seen = seen
        .filter_map(|(thread, event)| Some((*thread, place(*event)?)))
        .collect();
    referring.renumbered = renumbered
        .into_iter()
        .filter_map(|known| {
            let event = place(known.event)?;
            Some(Renumbered { event, ..known })
        })
        .collect();
    // They mean something in a store only.
    referring.carried = Vec::new();
    referring.events_after = 0;
    referring.last_event = 0;
    referring.is_at_work = false;
    referring
}

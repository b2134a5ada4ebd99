//! The file of a process: a line that says what it is, its parts in order, and a hash over all of it. docs/store.md
//! describes every part.
//!
//! Reading is total: any bytes are a process that could be as it says, or a sentence. Each process has one file: what is
//! not written as it would be is refused.

use std::collections::BTreeSet;

use serde_json::Value;

use super::super::audit;
use super::super::journal::Entry;
use super::bytes::{Read, Reader, Writer};
use crate::code::{self, CodeParts};
use crate::store::{
    Act, ActKind, CallState, Code, Control, HOLD_OF_PROCESS, JournalEntry, Link, NewProcess,
    NewWait, Outcome, Parcel, ParcelEvent, ParcelWait, Renumbered, WaitKind,
};

const FIRST_LINE: &[u8] = b"SALAMI PROCESS 1\n";
/// Bytes of the hash at the end.
const HASH: usize = 32;
/// How keys begin is no longer.
const MOST_KEY: usize = 200;

/// What is so of a process, as bits of one byte.
mod flag {
    pub(super) const PAUSED: u8 = 1;
    pub(super) const BLOCKED: u8 = 2;
    pub(super) const SHARED: u8 = 4;
    pub(super) const READY: u8 = 8;
    pub(super) const CANCEL: u8 = 16;
    pub(super) const ABORT: u8 = 32;
}

/// What waits are for, by the numbers that stand for them. Calls that are being made are not among them.
const KINDS: [WaitKind; 8] = [
    WaitKind::Timer,
    WaitKind::Task,
    WaitKind::Event,
    WaitKind::Call(CallState::Intended),
    WaitKind::Call(CallState::Finished),
    WaitKind::Call(CallState::Unknown),
    WaitKind::Answer,
    WaitKind::Hold,
];

/// A process with its code and its events, to which it refers by their places, from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct File {
    pub(super) code: Code,
    pub(super) parcel: Parcel,
    pub(super) events: Vec<ParcelEvent>,
}

impl File {
    pub(super) fn write(&self) -> Vec<u8> {
        let mut out = Writer(FIRST_LINE.to_vec());
        let parcel = &self.parcel;
        out.bytes(&self.code.body);
        let new = &parcel.process;
        for text in [&new.owner, &new.name, &new.input, &new.options, &parcel.key] {
            out.text(text);
        }
        out.integer(parcel.started);
        out.integer(parcel.changed);
        let flags = [
            (flag::PAUSED, parcel.is_paused),
            (flag::BLOCKED, parcel.is_blocked),
            (flag::SHARED, parcel.shared.is_some()),
            (flag::READY, parcel.ready.is_some()),
            (flag::CANCEL, parcel.wish == Some(Control::Cancel)),
            (flag::ABORT, parcel.wish == Some(Control::Abort)),
        ];
        let has = flags.iter().filter(|(_, has)| *has);
        out.byte(has.fold(0, |all, (flag, _)| all | flag));
        if let Some(shared) = &parcel.shared {
            out.bytes(shared);
        }
        if let Some(ready) = parcel.ready {
            out.integer(ready);
        }
        out.list(&parcel.threads, |out, (thread, state)| {
            out.number(*thread);
            out.bytes(state);
        });
        out.list(&self.events, |out, event| {
            out.text(&event.topic);
            out.text(&event.fields);
            out.integer(event.at);
        });
        out.list(&parcel.waits, write_wait);
        out.list(&parcel.journal, |out, entry| {
            out.byte(entry.link.is_some().into());
            out.0.extend(entry.link.iter().flatten());
            out.bytes(&entry.entry);
        });
        out.list(&parcel.acts, write_act);
        out.list(&parcel.seen, |out, (thread, event)| {
            out.number(*thread);
            out.number(*event);
        });
        out.list(&parcel.renumbered, |out, known| {
            out.number(known.turn);
            out.number(known.number);
            out.number(known.event);
        });
        let hash = blake3::hash(&out.0);
        out.0.extend(hash.as_bytes());
        out.0
    }

    /// The process of a file.
    ///
    /// # Errors
    /// A sentence about bytes that are none.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, String> {
        if !bytes.starts_with(FIRST_LINE) {
            let same = bytes.iter().zip(FIRST_LINE).take_while(|(is, of)| is == of);
            // All but the version.
            return Err(if same.count() >= FIRST_LINE.len() - 2 {
                "the file is of a version of Salami that is not known here".to_owned()
            } else {
                "the file is no process that was exported".to_owned()
            });
        }
        let end = bytes.len().saturating_sub(HASH);
        let (body, hash) = bytes.split_at_checked(end).unwrap_or((bytes, &[]));
        if blake3::hash(body).as_bytes()[..] != *hash {
            return Err("the file was changed or is damaged: it is not what its hash says".into());
        }
        let wrong = |problem: &str| format!("the file is not as it would be written: {problem}");
        let rest = body.get(FIRST_LINE.len()..).unwrap_or_default();
        let file = Self::parse(rest).map_err(wrong)?;
        file.hold_together().map_err(wrong)?;
        if file.write() != bytes {
            return Err(wrong("something in it has another form"));
        }
        CodeParts::parse(&file.code.body)?;
        let parcel = &file.parcel;
        let audited = audit::of(
            &parcel.process,
            parcel.started,
            &parcel.journal,
            &parcel.acts,
        );
        match audited.wrong {
            None => Ok(file),
            Some(problem) => Err(format!(
                "what the file says that happened is not so: {problem}"
            )),
        }
    }

    fn parse(bytes: &[u8]) -> Read<Self> {
        let mut rest = Reader(bytes);
        let body = rest.bytes()?;
        let code = Code {
            hash: code::hash(&body),
            body,
        };
        let (owner, name) = (rest.text()?, rest.text()?);
        let (input, options, key) = (rest.text()?, rest.text()?, rest.text()?);
        let (started, changed) = (rest.integer()?, rest.integer()?);
        let flags = rest.byte()?;
        let has = |flag: u8| flags & flag != 0;
        if flags >= flag::ABORT << 1 || (has(flag::CANCEL) && has(flag::ABORT)) {
            return Err("something is so of it that is not known");
        }
        let shared = has(flag::SHARED).then(|| rest.bytes()).transpose()?;
        let ready = has(flag::READY).then(|| rest.integer()).transpose()?;
        let threads = rest.list(|rest| Ok((rest.number()?, rest.bytes()?)))?;
        let events = rest.list(|rest| {
            Ok(ParcelEvent {
                topic: rest.text()?,
                fields: rest.text()?,
                at: rest.integer()?,
            })
        })?;
        let waits = rest.list(read_wait)?;
        let mut number = 0;
        let journal = rest.list(|rest| {
            let link = match rest.byte()? {
                0 => None,
                _ => Some(read_link(rest)?),
            };
            number += 1;
            Ok(JournalEntry {
                number: number - 1,
                entry: rest.bytes()?,
                link,
            })
        })?;
        let acts = rest.list(read_act)?;
        let seen = rest.list(|rest| Ok((rest.number()?, rest.number()?)))?;
        let renumbered = rest.list(|rest| {
            Ok(Renumbered {
                turn: rest.number()?,
                number: rest.number()?,
                event: rest.number()?,
            })
        })?;
        if !rest.0.is_empty() {
            return Err("there is more in it than a process");
        }
        let wish = match (has(flag::CANCEL), has(flag::ABORT)) {
            (true, _) => Some(Control::Cancel),
            (_, true) => Some(Control::Abort),
            _ => None,
        };
        Ok(Self {
            parcel: Parcel {
                process: NewProcess {
                    code: code.hash,
                    owner,
                    name,
                    input,
                    options,
                },
                started,
                changed,
                key,
                is_paused: has(flag::PAUSED),
                is_blocked: has(flag::BLOCKED),
                wish,
                ready,
                shared,
                threads,
                waits,
                journal,
                acts,
                seen,
                carried: Vec::new(),
                renumbered,
                events_after: 0,
                last_event: 0,
                is_at_work: false,
            },
            code,
            events,
        })
    }

    /// Whether a process could be like that.
    fn hold_together(&self) -> Read<()> {
        let parcel = &self.parcel;
        let is_object = |text: &str| matches!(serde_json::from_str(text), Ok(Value::Object(_)));
        // Tools get keys, in headers and elsewhere.
        let is_key = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        if parcel.key.len() > MOST_KEY || parcel.key.is_empty() || !parcel.key.bytes().all(is_key) {
            return Err("the keys of its calls do not begin as keys do");
        }
        if !is_object(&parcel.process.input) || !is_object(&parcel.process.options) {
            return Err("its input or its options are no JSON object");
        }
        if !self.events.iter().all(|event| is_object(&event.fields)) {
            return Err("the fields of an event are no JSON object");
        }
        if parcel.shared.is_none() && !parcel.threads.is_empty() {
            return Err("it has threads, and has not begun");
        }
        if !parcel.threads.is_sorted_by(|one, next| one.0 < next.0) {
            return Err("its threads are in no order");
        }
        let is_event = |event: u64| event >= 1 && event <= self.events.len() as u64;
        let place = |wait: &ParcelWait| (wait.wait.thread, wait.wait.slot);
        if !parcel
            .waits
            .is_sorted_by(|one, next| place(one) < place(next))
        {
            return Err("its waits are in no order");
        }
        let mut order = BTreeSet::new();
        for wait in &parcel.waits {
            let has_come = wait.outcome.is_some();
            let is_call = matches!(wait.wait.kind, WaitKind::Call(_));
            let is_finished = wait.wait.kind == WaitKind::Call(CallState::Finished);
            if is_call && is_finished != has_come || (wait.order > 0) != (is_call || has_come) {
                return Err("a wait is not as it can be");
            }
            if let Some(Outcome::Event(event)) = wait.outcome
                && (!is_event(event) || wait.wait.kind != WaitKind::Event)
            {
                return Err("what came for a wait is an event that is not there");
            }
            if wait.order > 0 && !order.insert(wait.order) {
                return Err("two outcomes came at once");
            }
        }
        if order.last().is_some_and(|last| *last != order.len() as u64) {
            return Err("an outcome is missing");
        }
        let mut holds = parcel.waits.iter();
        if parcel.is_blocked
            && !holds.any(|wait| wait.wait.slot == HOLD_OF_PROCESS && wait.outcome.is_none())
        {
            return Err("it cannot run, and nothing says why");
        }
        let turns = parcel.journal.len() as u64;
        if !parcel.acts.is_sorted_by_key(|act| act.turns)
            || parcel.acts.last().is_some_and(|act| act.turns > turns)
        {
            return Err("what people did is in no order");
        }
        let mut journal = parcel.journal.iter();
        if !journal.all(|entry| Entry::parse(&entry.entry).is_some()) {
            return Err("an entry of its journal cannot be read");
        }
        if !parcel.seen.is_sorted_by(|one, next| one < next)
            || !parcel.seen.iter().all(|(_, event)| is_event(*event))
        {
            return Err("what its threads have seen is not there");
        }
        let name = |known: &Renumbered| (known.turn, known.number);
        if !parcel
            .renumbered
            .is_sorted_by(|one, next| name(one) < name(next))
            || !parcel.renumbered.iter().all(|known| is_event(known.event))
        {
            return Err("its journal refers to events that are not there");
        }
        Ok(())
    }
}

fn write_wait(out: &mut Writer, kept: &ParcelWait) {
    let wait = &kept.wait;
    out.number(wait.thread);
    out.number(wait.slot);
    let kind = KINDS.iter().position(|kind| *kind == wait.kind);
    out.byte(
        kind.and_then(|kind| u8::try_from(kind).ok())
            .unwrap_or(u8::MAX),
    );
    out.byte(u8::from(wait.due.is_some()) | u8::from(wait.is_repeatable) << 1);
    if let Some(due) = wait.due {
        out.integer(due);
    }
    out.text(&wait.name);
    out.text(&wait.body);
    out.integer(kept.since);
    out.number(kept.attempt);
    match &kept.outcome {
        None => out.byte(0),
        Some(Outcome::Json(text)) => {
            out.byte(1);
            out.text(text);
        }
        Some(Outcome::Event(event)) => {
            out.byte(2);
            out.number(*event);
        }
        Some(Outcome::Due) => out.byte(3),
    }
    out.number(kept.order);
}

fn read_wait(rest: &mut Reader<'_>) -> Read<ParcelWait> {
    let (thread, slot) = (rest.number()?, rest.number()?);
    let kind = KINDS.get(usize::from(rest.byte()?)).copied();
    let flags = rest.byte()?;
    let due = match flags & 1 {
        0 => None,
        _ => Some(rest.integer()?),
    };
    let wait = NewWait {
        thread,
        slot,
        kind: kind.ok_or("a wait is for something that is not known")?,
        due,
        name: rest.text()?,
        body: rest.text()?,
        is_repeatable: flags & 2 != 0,
    };
    Ok(ParcelWait {
        wait,
        since: rest.integer()?,
        attempt: rest.number()?,
        outcome: match rest.byte()? {
            0 => None,
            1 => Some(Outcome::Json(rest.text()?)),
            2 => Some(Outcome::Event(rest.number()?)),
            3 => Some(Outcome::Due),
            _ => return Err("something came that is not known"),
        },
        order: rest.number()?,
    })
}

fn write_act(out: &mut Writer, act: &Act) {
    out.number(act.turns);
    out.integer(act.at);
    out.text(&act.person);
    let kind = ActKind::ALL.iter().position(|kind| *kind == act.kind);
    out.byte(
        kind.and_then(|kind| u8::try_from(kind).ok())
            .unwrap_or(u8::MAX),
    );
    out.number(act.thread);
    out.number(act.slot);
    out.text(&act.value);
    out.0.extend(act.link);
}

fn read_act(rest: &mut Reader<'_>) -> Read<Act> {
    Ok(Act {
        turns: rest.number()?,
        at: rest.integer()?,
        person: rest.text()?,
        kind: ActKind::ALL
            .get(usize::from(rest.byte()?))
            .copied()
            .ok_or("a person did something that is not known")?,
        thread: rest.number()?,
        slot: rest.number()?,
        value: rest.text()?,
        link: read_link(rest)?,
    })
}

fn read_link(rest: &mut Reader<'_>) -> Read<Link> {
    let bytes = rest.take(Link::default().len())?;
    bytes.try_into().map_err(|_| "a link is none")
}

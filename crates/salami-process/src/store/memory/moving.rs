//! Processes that leave and come, and what people did with them.

use std::collections::BTreeMap;

use super::super::{
    Act, ActKind, Brought, CallState, Event, EventId, JournalEntry, Link, NewWait, Outcome, Parcel,
    ParcelEvent, ParcelWait, ProcessId, Slot, Status, ThreadId, WaitKind, act_link, entry_link,
    fields_of, first_link,
};
use super::MemoryStore;
use super::kept::{Kept, KeptEvent, KeptWait, Log};

impl Kept {
    /// The link of the last thing that happened.
    fn last_link(&self) -> Link {
        let unlinked = self.journal.len() as u64;
        self.last_link
            .unwrap_or_else(|| first_link(&self.new, self.started, unlinked))
    }

    /// Writes an entry of the journal down.
    pub(super) fn write_entry(&mut self, entry: Vec<u8>) {
        let link = entry_link(&self.last_link(), &entry);
        self.last_link = Some(link);
        self.journal.push((entry, Some(link)));
    }

    /// Writes down what a person did.
    pub(super) fn write_act(&mut self, act: Act) {
        let link = act_link(&self.last_link(), &act);
        self.last_link = Some(link);
        self.acts.push(Act { link, ..act });
    }

    /// What a person did now.
    pub(super) fn act(
        &self,
        person: &str,
        now: i64,
        kind: ActKind,
        place: (ThreadId, Slot),
        value: &str,
    ) -> Act {
        Act {
            turns: self.journal.len() as u64,
            at: now,
            person: person.to_owned(),
            kind,
            thread: place.0,
            slot: place.1,
            value: value.to_owned(),
            link: Link::default(),
        }
    }

    pub(super) fn entry(&self, number: u64) -> Option<JournalEntry> {
        let (entry, link) = self.journal.get(usize::try_from(number).ok()?)?;
        Some(JournalEntry {
            number,
            entry: entry.clone(),
            link: *link,
        })
    }

    fn parcel(&self, key: String, last_event: EventId) -> Parcel {
        let mut order: Vec<(u64, (ThreadId, Slot))> = self
            .waits
            .iter()
            .filter(|(_, wait)| wait.has_order())
            .map(|(place, wait)| (wait.number, *place))
            .collect();
        order.sort_unstable();
        let order: BTreeMap<(ThreadId, Slot), u64> = (1..)
            .zip(order)
            .map(|(at, (_, place))| (place, at))
            .collect();
        let waits = self.waits.iter().map(|(place, kept)| {
            let mut wait = kept.wait.clone();
            if wait.kind == WaitKind::Call(CallState::Begun) {
                wait.kind = WaitKind::Call(if wait.is_repeatable {
                    CallState::Intended
                } else {
                    CallState::Unknown
                });
                wait.due = None;
            }
            ParcelWait {
                wait,
                since: kept.since(),
                attempt: kept.attempt,
                outcome: kept.outcome.clone(),
                order: order.get(place).copied().unwrap_or(0),
            }
        });
        Parcel {
            process: self.new.clone(),
            started: self.started,
            changed: self.changed,
            key,
            is_paused: self.is_paused,
            is_blocked: self.is_blocked,
            wish: self.control.map(|(wish, _)| wish),
            ready: self.ready,
            shared: self.shared.clone(),
            threads: self
                .threads
                .iter()
                .map(|(thread, state)| (*thread, state.clone()))
                .collect(),
            waits: waits.collect(),
            journal: (0..self.journal.len() as u64)
                .filter_map(|number| self.entry(number))
                .collect(),
            acts: self.acts.clone(),
            seen: self.seen.iter().copied().collect(),
            carried: self.carried.iter().copied().collect(),
            renumbered: self.renumbered.iter().copied().collect(),
            events_after: self.events_after,
            last_event,
            is_at_work: self.claim.is_some()
                || self.waits.values().any(|wait| wait.begun_by.is_some()),
        }
    }

    fn of_parcel(parcel: &Parcel, base: EventId, count: u64, log: &mut Log) -> Self {
        let of_file = |event: EventId| base.saturating_add(event);
        let mut ordered: Vec<&ParcelWait> = parcel.waits.iter().collect();
        ordered.sort_by_key(|wait| wait.order);
        let mut waits = BTreeMap::new();
        for wait in ordered {
            let number = match wait.order {
                0 => 0,
                _ => log.next(),
            };
            let outcome = match &wait.outcome {
                Some(Outcome::Event(event)) => Some(Outcome::Event(of_file(*event))),
                outcome => outcome.clone(),
            };
            let kept = KeptWait::of_parcel(wait, number, outcome);
            waits.insert((wait.wait.thread, wait.wait.slot), kept);
        }
        let renumbered = parcel.renumbered.iter();
        Self {
            new: parcel.process.clone(),
            started: parcel.started,
            changed: parcel.changed,
            shared: parcel.shared.clone(),
            end: None,
            ready: parcel.ready,
            is_paused: parcel.is_paused,
            is_blocked: parcel.is_blocked,
            control: parcel.wish.map(|wish| (wish, log.next())),
            claim: None,
            events_after: base.saturating_add(count),
            threads: parcel.threads.iter().cloned().collect(),
            waits,
            seen: parcel
                .seen
                .iter()
                .map(|(thread, event)| (*thread, of_file(*event)))
                .collect(),
            journal: parcel
                .journal
                .iter()
                .map(|entry| (entry.entry.clone(), entry.link))
                .collect(),
            acts: parcel.acts.clone(),
            last_link: None,
            key: Some(parcel.key.clone()),
            carried: (1..=count).map(of_file).collect(),
            renumbered: renumbered
                .map(|known| super::super::Renumbered {
                    event: of_file(known.event),
                    ..*known
                })
                .collect(),
            taken_out: None,
        }
    }
}

impl KeptWait {
    /// Whether it has a place among calls and outcomes.
    fn has_order(&self) -> bool {
        self.outcome.is_some() || matches!(self.wait.kind, WaitKind::Call(_))
    }

    fn of_parcel(wait: &ParcelWait, number: u64, outcome: Option<Outcome>) -> Self {
        Self {
            wait: NewWait::clone(&wait.wait),
            since: wait.since,
            attempt: wait.attempt,
            number,
            outcome,
            begun_by: None,
        }
    }
}

impl MemoryStore {
    fn key_of(&self, process: ProcessId, kept: &Kept) -> String {
        let own = || format!("{}-{process}", self.name);
        kept.key.clone().unwrap_or_else(own)
    }

    pub(super) fn parcel_of(&self, process: ProcessId) -> Option<Parcel> {
        let kept = self.processes.get(&process)?;
        let is_live = !kept.status(0).has_ended();
        is_live.then(|| kept.parcel(self.key_of(process, kept), self.log.last()))
    }

    pub(super) fn send_off(
        &mut self,
        process: ProcessId,
        parcel: &Parcel,
        file: &[u8],
        to: &str,
    ) -> bool {
        let is_same = self.parcel_of(process).is_some_and(|is| is == *parcel);
        if !is_same || parcel.is_at_work {
            return false;
        }
        let now = self.clock.now();
        let person = self.person.clone();
        if let Some(kept) = self.processes.get_mut(&process) {
            let act = kept.act(&person, now, ActKind::Export, (0, 0), to);
            kept.write_act(act);
            kept.changed = now;
            kept.taken_out = Some(file.to_vec());
            kept.finish((Status::Moved, "{}".to_owned()));
        }
        true
    }

    /// Whether keys begin as those of a process that was started here, and is here or will be.
    fn is_own_key(&self, key: &str) -> bool {
        let own = key.strip_prefix(&self.name);
        let Some(id) = own.and_then(|rest| rest.strip_prefix('-')) else {
            return false;
        };
        let kept = id
            .parse()
            .ok()
            .and_then(|id| self.processes.get(&ProcessId(id)));
        kept.is_none_or(|kept| kept.key.is_some() || kept.taken_out.is_none())
    }

    /// `None`: its keys would be another's.
    pub(super) fn take_in(&mut self, parcel: &Parcel, events: &[ParcelEvent]) -> Option<Brought> {
        let is_here = |id: &ProcessId, kept: &Kept| {
            !kept.status(0).has_ended() && self.key_of(*id, kept) == parcel.key
        };
        let mut known = self.processes.iter();
        if let Some((id, _)) = known.find(|(id, kept)| is_here(id, kept)) {
            return Some(Brought::Already(*id));
        }
        if self.is_own_key(&parcel.key) {
            return None;
        }
        let now = self.clock.now();
        let base = self.log.last();
        let id = ProcessId(self.processes.len() as u64 + 1);
        for new in events {
            let event = Event {
                id: self.log.last() + 1,
                topic: new.topic.clone(),
                fields: new.fields.clone(),
                at: new.at,
            };
            self.log.events.push(KeptEvent {
                fields: fields_of(&event.fields),
                event,
                unique: None,
                is_private: true,
            });
        }
        let mut kept = Kept::of_parcel(parcel, base, events.len() as u64, &mut self.log);
        kept.last_link = last_of(parcel);
        let act = kept.act(&self.person, now, ActKind::Import, (0, 0), &parcel.key);
        kept.write_act(act);
        self.processes.insert(id, kept);
        Some(Brought::In(id))
    }
}

/// The link of the last thing that happened to a process that comes in.
fn last_of(parcel: &Parcel) -> Option<Link> {
    let turns = parcel.journal.len() as u64;
    let act = parcel.acts.last().filter(|act| act.turns >= turns);
    match act {
        Some(act) => Some(act.link),
        None => parcel.journal.last().and_then(|entry| entry.link),
    }
}

/// The act that settling a wait of a kind is.
pub(super) const fn act_of(kind: WaitKind) -> ActKind {
    match kind {
        WaitKind::Hold => ActKind::Retry,
        _ => ActKind::Answer,
    }
}

/// The value of an outcome that a person gave, as an act has it.
pub(super) fn value_of(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Json(text) => text.clone(),
        Outcome::Event(_) | Outcome::Due => String::new(),
    }
}

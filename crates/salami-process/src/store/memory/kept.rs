//! A process as the store in memory keeps it, and what happens to it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::super::{
    Act, CallState, Control, Event, EventId, Link, NewProcess, NewWait, Outcome, Process,
    ProcessId, Renumbered, Slot, Status, ThreadId, TurnCommit, Wait, WaitKind, fields_of, fits,
};

type Place = (ThreadId, Slot);

/// The events, and the numbers by which it is known what came before what.
#[derive(Default)]
pub(super) struct Log {
    pub(super) events: Vec<KeptEvent>,
    numbers: u64,
}

impl Log {
    /// A number higher than all before: claims, calls and outcomes have one each.
    pub(super) fn next(&mut self) -> u64 {
        self.numbers += 1;
        self.numbers
    }

    pub(super) fn last(&self) -> EventId {
        self.events.len() as EventId
    }
}

#[derive(Clone)]
pub(super) struct KeptEvent {
    pub(super) event: Event,
    pub(super) fields: Map<String, Value>,
    pub(super) unique: Option<String>,
    /// It came with a process from another store, and only that one sees it.
    pub(super) is_private: bool,
}

pub(super) struct Claim {
    pub(super) worker: String,
    pub(super) epoch: u64,
    pub(super) until: i64,
}

pub(super) struct KeptWait {
    pub(super) wait: NewWait,
    pub(super) since: i64,
    pub(super) attempt: u64,
    /// Of a call that was emitted, and of what has an outcome: when, among all such.
    pub(super) number: u64,
    pub(super) outcome: Option<Outcome>,
    /// Who makes the call, and until when that is believed.
    pub(super) begun_by: Option<(String, i64)>,
}

impl KeptWait {
    pub(super) fn show(&self, process: ProcessId) -> Wait {
        Wait {
            process,
            wait: self.wait.clone(),
            since: self.since,
            attempt: self.attempt,
            outcome: self.outcome.clone(),
        }
    }

    /// When it ends if nothing comes. The instant of a call is that from which it may be made.
    pub(super) fn ends(&self) -> Option<i64> {
        let is_call = matches!(self.wait.kind, WaitKind::Call(_));
        self.wait.due.filter(|_| self.outcome.is_none() && !is_call)
    }

    pub(super) const fn since(&self) -> i64 {
        self.since
    }

    /// Whether it waits for this event.
    fn is_for(&self, event: &KeptEvent) -> bool {
        self.wait.kind == WaitKind::Event
            && self.outcome.is_none()
            && self.wait.name == event.event.topic
            && fits(&fields_of(&self.wait.body), &event.fields)
    }
}

pub(super) struct Kept {
    pub(super) new: NewProcess,
    pub(super) started: i64,
    pub(super) changed: i64,
    pub(super) shared: Option<Vec<u8>>,
    pub(super) end: Option<(Status, String)>,
    /// When it goes on, if neither paused nor blocked nor ended.
    pub(super) ready: Option<i64>,
    pub(super) is_paused: bool,
    pub(super) is_blocked: bool,
    /// With its number.
    pub(super) control: Option<(Control, u64)>,
    pub(super) claim: Option<Claim>,
    /// The last event before it was started.
    pub(super) events_after: EventId,
    pub(super) threads: BTreeMap<ThreadId, Vec<u8>>,
    pub(super) waits: BTreeMap<Place, KeptWait>,
    /// The events that threads have seen.
    pub(super) seen: BTreeSet<(ThreadId, EventId)>,
    /// With the link of each entry.
    pub(super) journal: Vec<(Vec<u8>, Option<Link>)>,
    pub(super) acts: Vec<Act>,
    pub(super) last_link: Option<Link>,
    /// How the keys of its calls begin, if it came from another store; and what came with it.
    pub(super) key: Option<String>,
    pub(super) carried: BTreeSet<EventId>,
    pub(super) renumbered: BTreeSet<Renumbered>,
    pub(super) taken_out: Option<Vec<u8>>,
}

impl Kept {
    pub(super) fn new(new: NewProcess, now: i64, events_after: EventId) -> Self {
        Self {
            new,
            started: now,
            changed: now,
            shared: None,
            end: None,
            ready: Some(now),
            is_paused: false,
            is_blocked: false,
            control: None,
            claim: None,
            events_after,
            threads: BTreeMap::new(),
            waits: BTreeMap::new(),
            seen: BTreeSet::new(),
            journal: Vec::new(),
            acts: Vec::new(),
            last_link: None,
            key: None,
            carried: BTreeSet::new(),
            renumbered: BTreeSet::new(),
            taken_out: None,
        }
    }

    /// Whether it sees an event at all.
    fn sees(&self, event: &KeptEvent) -> bool {
        let id = event.event.id;
        (!event.is_private && id > self.events_after) || self.carried.contains(&id)
    }

    /// When it can be claimed (by who may).
    pub(super) fn ready_at(&self) -> Option<i64> {
        self.ready.filter(|_| !self.is_paused && !self.is_blocked)
    }

    pub(super) fn is_claimed_by(&self, worker: &str, epoch: u64) -> bool {
        let mut claim = self.claim.iter();
        claim.any(|claim| claim.worker == worker && claim.epoch == epoch)
    }

    /// Takes a claim back whose lease is over.
    pub(super) fn free_if_over(&mut self, now: i64) -> bool {
        let is_over = self.claim.as_ref().is_some_and(|claim| claim.until <= now);
        if is_over {
            self.claim = None;
        }
        is_over
    }

    pub(super) fn is_begun(&self, place: Place, worker: &str, attempt: u64) -> bool {
        self.waits.get(&place).is_some_and(|wait| {
            wait.attempt == attempt && wait.begun_by.as_ref().is_some_and(|by| by.0 == worker)
        })
    }

    fn wants_abort(&self) -> bool {
        matches!(self.control, Some((Control::Abort, _)))
    }

    /// From when a call may be made; `None`: it is none that is intended, or may not be made.
    pub(super) fn begins(&self, wait: &KeptWait) -> Option<i64> {
        let may = wait.wait.kind == WaitKind::Call(CallState::Intended)
            && !self.is_paused
            && !self.wants_abort();
        may.then(|| wait.wait.due.unwrap_or(wait.since))
    }

    /// What a claim gives: what came, then what is due.
    pub(super) fn arrived(&self, id: ProcessId, now: i64) -> Vec<Wait> {
        let mut came: Vec<&KeptWait> = self
            .waits
            .values()
            .filter(|wait| wait.outcome.is_some())
            .collect();
        came.sort_by_key(|wait| wait.number);
        let mut due: Vec<(i64, Place)> = self
            .waits
            .iter()
            .filter_map(|(place, wait)| Some((wait.ends()?, *place)))
            .filter(|(ends, _)| *ends <= now)
            .collect();
        due.sort_unstable();
        let due = due.iter().filter_map(|(_, place)| self.waits.get(place));
        let due = due.map(|wait| Wait {
            outcome: Some(Outcome::Due),
            ..wait.show(id)
        });
        came.into_iter()
            .map(|wait| wait.show(id))
            .chain(due)
            .collect()
    }

    /// Has it go on by an instant, if not before.
    fn wake(&mut self, at: i64) {
        self.ready = Some(self.ready.map_or(at, |ready| ready.min(at)));
    }

    /// Gives a wait its outcome.
    pub(super) fn deliver(&mut self, place: Place, outcome: Outcome, now: i64, log: &mut Log) {
        if let Some(wait) = self.waits.get_mut(&place) {
            if let WaitKind::Call(state) = &mut wait.wait.kind {
                *state = CallState::Finished;
                wait.wait.due = None;
            }
            wait.begun_by = None;
            wait.outcome = Some(outcome);
            wait.number = log.next();
            self.wake(now);
        }
    }

    /// A call is to be made again.
    pub(super) fn repeat(&mut self, place: Place, due: Option<i64>) {
        if let Some(wait) = self.waits.get_mut(&place) {
            wait.wait.kind = WaitKind::Call(CallState::Intended);
            wait.wait.due = due;
            wait.begun_by = None;
        }
    }

    /// Nobody knows what came of a call.
    pub(super) fn forget(&mut self, place: Place) {
        if let Some(wait) = self.waits.get_mut(&place) {
            wait.wait.kind = WaitKind::Call(CallState::Unknown);
            wait.begun_by = None;
        }
    }

    /// Gives an event to the first wait of a thread that waits for it, in the order of their slots.
    pub(super) fn offer(&mut self, thread: ThreadId, event: &KeptEvent, now: i64, log: &mut Log) {
        let mut waits = self.waits.range((thread, 0)..=(thread, Slot::MAX));
        let found = waits.find(|(_, wait)| wait.is_for(event));
        if let Some(place) = found.map(|(place, _)| *place) {
            self.deliver(place, Outcome::Event(event.event.id), now, log);
        }
    }

    /// A wait is over. If an event came for it that the turn was given its thread has seen it; one that came later
    /// is for whatever else of the thread waits for it, or will.
    fn take(&mut self, place: Place, epoch: u64, now: i64, log: &mut Log) {
        let Some(wait) = self.waits.remove(&place) else {
            return;
        };
        let Some(Outcome::Event(id)) = wait.outcome else {
            return;
        };
        if wait.number < epoch {
            self.seen.insert((place.0, id));
        } else if let Some(event) = log.events.iter().find(|kept| kept.event.id == id).cloned() {
            self.offer(place.0, &event, now, log);
        }
    }

    /// A wait begins; if it is for an event that is there already, it gets the first.
    pub(super) fn register(&mut self, new: NewWait, now: i64, log: &mut Log) {
        let place = (new.thread, new.slot);
        let is_call = matches!(new.kind, WaitKind::Call(_));
        let is_unknown = new.kind == WaitKind::Call(CallState::Unknown);
        let kept = KeptWait {
            since: now,
            attempt: 0,
            number: if is_call { log.next() } else { 0 },
            outcome: None,
            begun_by: None,
            wait: NewWait {
                kind: if is_call && !is_unknown {
                    WaitKind::Call(CallState::Intended)
                } else {
                    new.kind
                },
                due: new.due.filter(|_| !is_unknown),
                ..new
            },
        };
        if let Some(ends) = kept.ends() {
            self.wake(ends);
        }
        let mut events = log.events.iter();
        let found = events.find(|event| {
            let id = event.event.id;
            self.sees(event)
                && kept.is_for(event)
                && !self.seen.contains(&(place.0, id))
                && !self.has_event(place.0, id)
        });
        let found = found.map(|event| event.event.id);
        self.waits.insert(place, kept);
        if let Some(id) = found {
            self.deliver(place, Outcome::Event(id), now, log);
        }
    }

    /// Whether an event came for a wait of the thread, and was not taken.
    fn has_event(&self, thread: ThreadId, id: EventId) -> bool {
        let mut waits = self.waits.range((thread, 0)..=(thread, Slot::MAX));
        waits.any(|(_, wait)| wait.outcome == Some(Outcome::Event(id)))
    }

    pub(super) fn commit(&mut self, turn: &TurnCommit, now: i64, log: &mut Log) {
        for place in &turn.taken {
            self.take(*place, turn.epoch, now, log);
        }
        // Before threads end: one may begin another and end in the same turn.
        for (begun, parent) in &turn.begun {
            let all = self.seen.range((*parent, 0)..=(*parent, EventId::MAX));
            let copied: Vec<(ThreadId, EventId)> = all.map(|seen| (*begun, seen.1)).collect();
            self.seen.extend(copied);
        }
        for (thread, state) in &turn.threads {
            if let Some(state) = state {
                self.threads.insert(*thread, state.clone());
            } else {
                self.threads.remove(thread);
                self.waits.retain(|place, _| place.0 != *thread);
                self.seen.retain(|seen| seen.0 != *thread);
            }
        }
        for wait in &turn.waits {
            self.take((wait.thread, wait.slot), turn.epoch, now, log);
            self.register(wait.clone(), now, log);
        }
        self.write_entry(turn.journal.clone());
        self.shared = Some(turn.shared.clone());
        self.changed = now;
        self.claim = None;
        if turn.obeyed && self.control.is_some_and(|(_, number)| number < turn.epoch) {
            self.control = None;
        }
        self.is_blocked = turn.is_blocked && !self.wants_abort();
        if let Some(end) = &turn.end {
            self.finish(end.clone());
        } else {
            let has_come = self.waits.values().any(|wait| wait.outcome.is_some());
            let at_once = turn.is_ready || has_come || self.control.is_some();
            let ends = self.waits.values().filter_map(KeptWait::ends);
            self.ready = ends.chain(at_once.then_some(now)).min();
        }
    }

    /// It ends.
    pub(super) fn finish(&mut self, end: (Status, String)) {
        self.end = Some(end);
        self.threads.clear();
        self.waits.clear();
        self.seen.clear();
        self.is_paused = false;
        self.is_blocked = false;
        self.control = None;
        self.ready = None;
    }

    /// Does what a person wants of it; `false` if that is so already.
    pub(super) fn wish(&mut self, control: Control, now: i64, log: &mut Log) -> bool {
        if self.end.is_some() {
            return false;
        }
        match (control, self.control.map(|wish| wish.0)) {
            (Control::Pause, _) => !std::mem::replace(&mut self.is_paused, true),
            (Control::Resume, _) => std::mem::replace(&mut self.is_paused, false),
            (Control::Cancel, Some(_)) | (Control::Abort, Some(Control::Abort)) => false,
            (Control::Cancel | Control::Abort, _) => {
                self.control = Some((control, log.next()));
                if control == Control::Abort {
                    self.is_paused = false;
                    self.is_blocked = false;
                }
                self.wake(now);
                true
            }
        }
    }

    /// Whether it waits for nothing that could come.
    pub(super) fn is_lost(&self, now: i64) -> bool {
        let is_at_rest = self.end.is_none()
            && !self.is_paused
            && !self.is_blocked
            && self.control.is_none()
            && !self.journal.is_empty()
            && self.ready.is_none_or(|ready| ready > now);
        let mut waits = self.waits.values();
        is_at_rest
            && waits.all(|kept| {
                let ends = kept.wait.due.is_some() || kept.outcome.is_some();
                kept.wait.kind == WaitKind::Task && !ends
            })
    }

    /// Holds it as a whole.
    pub(super) fn block(&mut self, hold: NewWait, now: i64, log: &mut Log) {
        self.is_blocked = true;
        self.waits.remove(&(hold.thread, hold.slot));
        self.register(hold, now, log);
    }

    /// Its status by what is written.
    pub(super) fn status(&self, now: i64) -> Status {
        if let Some((status, _)) = &self.end {
            return *status;
        }
        if self.is_paused {
            return Status::Paused;
        }
        if self.ready_at().is_some_and(|ready| ready <= now) || self.journal.is_empty() {
            return Status::Running;
        }
        let has = |kind: WaitKind| {
            let mut waits = self.waits.values();
            waits.any(|wait| wait.outcome.is_none() && wait.wait.kind == kind)
        };
        if has(WaitKind::Hold) || has(WaitKind::Call(CallState::Unknown)) {
            Status::Held
        } else if has(WaitKind::Answer) {
            Status::Asking
        } else {
            Status::Waiting
        }
    }

    pub(super) fn show(&self, id: ProcessId, now: i64) -> Process {
        Process {
            id,
            code: self.new.code,
            owner: self.new.owner.clone(),
            name: self.new.name.clone(),
            input: self.new.input.clone(),
            options: self.new.options.clone(),
            status: match self.is_lost(now) {
                true => Status::Held,
                false => self.status(now),
            },
            started: self.started,
            changed: self.changed,
            ready: self.ready_at(),
            turns: self.journal.len() as u64,
            shared: self.shared.clone(),
            result: self.end.as_ref().map(|end| end.1.clone()),
        }
    }

    /// When a worker can do something for it next, or one's lease is over.
    pub(super) fn next_due(&self) -> Option<i64> {
        let own = match &self.claim {
            Some(claim) => Some(claim.until),
            None => self.ready_at(),
        };
        let calls = self.waits.values().filter_map(|wait| match &wait.begun_by {
            Some((_, until)) => Some(*until),
            None => self.begins(wait),
        });
        own.into_iter().chain(calls).min()
    }
}

//! A store in memory: what each method means, in the plainest way. The others are held against it.
//!
//! Nothing is indexed, all is looked through; what depends on the time is worked out from its definition.

mod kept;
mod moving;
mod views;

use std::collections::{BTreeMap, BTreeSet};

use self::kept::{Claim, Kept, KeptEvent, Log};
use super::{
    Act, ActKind, BegunCall, Brought, CallState, Claimed, Clock, Code, CodeHash, Control, Event,
    EventId, Finish, FinishedCall, InboxItem, JournalEntry, LookedOver, Lost, NewEvent, NewProcess,
    NewWait, Notice, OWN_KEY, Outcome, Parcel, ParcelEvent, Process, ProcessFilter, ProcessId,
    Recovered, Slot, Source, Store, StoreError, StoreErrorKind, ThreadId, TurnCommit, Wait,
    WaitFilter, WaitKind, fields_of, lost_hold,
};

/// A store that lasts as long as its value.
pub struct MemoryStore {
    clock: Box<dyn Clock>,
    name: String,
    codes: BTreeMap<CodeHash, Vec<u8>>,
    processes: BTreeMap<ProcessId, Kept>,
    log: Log,
    sources: BTreeMap<String, String>,
    /// Each with whether it was read.
    notices: Vec<(Notice, bool)>,
    /// Who does what people do.
    person: String,
}

impl MemoryStore {
    /// An empty store. It is called `memory`, as there is nothing here that could make a name of its own.
    #[must_use]
    pub fn new(clock: Box<dyn Clock>) -> Self {
        Self::named(clock, "memory")
    }

    /// An empty store of a name that is given.
    #[must_use]
    pub fn named(clock: Box<dyn Clock>, name: &str) -> Self {
        Self {
            clock,
            name: name.to_owned(),
            codes: BTreeMap::new(),
            processes: BTreeMap::new(),
            log: Log::default(),
            sources: BTreeMap::new(),
            notices: Vec::new(),
            person: String::new(),
        }
    }

    fn tell(&mut self, process: ProcessId, at: i64, text: String) {
        let number = self.notices.len() as u64 + 1;
        let notice = Notice {
            number,
            process,
            at,
            text,
        };
        self.notices.push((notice, false));
    }
}

impl Store for MemoryStore {
    fn now(&mut self) -> Result<i64, StoreError> {
        Ok(self.clock.now())
    }

    fn name(&mut self) -> Result<String, StoreError> {
        Ok(self.name.clone())
    }

    fn put_code(&mut self, code: &Code) -> Result<(), StoreError> {
        self.codes
            .entry(code.hash)
            .or_insert_with(|| code.body.clone());
        Ok(())
    }

    fn code(&mut self, hash: &CodeHash) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.codes.get(hash).cloned())
    }

    fn start(&mut self, processes: &[NewProcess]) -> Result<Vec<ProcessId>, StoreError> {
        let now = self.clock.now();
        if processes
            .iter()
            .any(|new| !self.codes.contains_key(&new.code))
        {
            return Err(StoreError {
                kind: StoreErrorKind::Missing,
                message: "the code of the process is not in the store".to_owned(),
            });
        }
        let mut ids = Vec::new();
        for new in processes {
            let id = ProcessId(self.processes.len() as u64 + 1);
            let kept = Kept::new(new.clone(), now, self.log.last());
            self.processes.insert(id, kept);
            ids.push(id);
        }
        Ok(ids)
    }

    fn claim(
        &mut self,
        worker: &str,
        lease: i64,
        limit: usize,
    ) -> Result<Vec<Claimed>, StoreError> {
        let now = self.clock.now();
        for kept in self.processes.values_mut() {
            kept.free_if_over(now);
        }
        let mut ready: Vec<(i64, ProcessId)> = self
            .processes
            .iter()
            .filter(|(_, kept)| kept.claim.is_none())
            .filter_map(|(id, kept)| Some((kept.ready_at().filter(|ready| *ready <= now)?, *id)))
            .collect();
        ready.sort_unstable();
        ready.truncate(limit);
        let mut claimed = Vec::new();
        for (_, id) in ready {
            let epoch = self.log.next();
            let Some(kept) = self.processes.get_mut(&id) else {
                continue;
            };
            kept.claim = Some(Claim {
                worker: worker.to_owned(),
                epoch,
                until: now.saturating_add(lease),
            });
            claimed.push(Claimed {
                process: id,
                epoch,
                code: kept.new.code,
                owner: kept.new.owner.clone(),
                input: kept.new.input.clone(),
                options: kept.new.options.clone(),
                shared: kept.shared.clone(),
                turns: kept.journal.len() as u64,
                now,
                arrived: kept.arrived(id, now),
                control: kept.control.map(|(control, _)| control),
            });
        }
        Ok(claimed)
    }

    fn renew(&mut self, worker: &str, lease: i64) -> Result<(), StoreError> {
        let until = self.clock.now().saturating_add(lease);
        for kept in self.processes.values_mut() {
            if let Some(claim) = &mut kept.claim
                && claim.worker == worker
            {
                claim.until = until;
            }
            for wait in kept.waits.values_mut() {
                if let Some((by, lease)) = &mut wait.begun_by
                    && by == worker
                {
                    *lease = until;
                }
            }
        }
        Ok(())
    }

    fn thread(
        &mut self,
        process: ProcessId,
        thread: ThreadId,
    ) -> Result<Option<Vec<u8>>, StoreError> {
        let kept = self.processes.get(&process);
        Ok(kept.and_then(|kept| kept.threads.get(&thread).cloned()))
    }

    fn commit(&mut self, worker: &str, turns: &[TurnCommit]) -> Result<Vec<Lost>, StoreError> {
        let now = self.clock.now();
        let mut lost = Vec::new();
        for turn in turns {
            match self.processes.get_mut(&turn.process) {
                Some(kept) if kept.is_claimed_by(worker, turn.epoch) => {
                    kept.commit(turn, now, &mut self.log);
                }
                _ => lost.push(Lost(turn.process)),
            }
        }
        Ok(lost)
    }

    fn begin_calls(
        &mut self,
        worker: &str,
        lease: i64,
        limit: usize,
    ) -> Result<Vec<BegunCall>, StoreError> {
        let now = self.clock.now();
        let mut intended = Vec::new();
        for (id, kept) in &self.processes {
            for (place, wait) in &kept.waits {
                if let Some(from) = kept.begins(wait)
                    && from <= now
                {
                    intended.push(((from, wait.number), *id, *place));
                }
            }
        }
        intended.sort_unstable();
        intended.truncate(limit);
        let mut begun = Vec::new();
        for (_, id, place) in intended {
            let Some(kept) = self.processes.get_mut(&id) else {
                continue;
            };
            let Some(wait) = kept.waits.get_mut(&place) else {
                continue;
            };
            wait.wait.kind = WaitKind::Call(CallState::Begun);
            wait.wait.due = None;
            wait.attempt += 1;
            wait.begun_by = Some((worker.to_owned(), now.saturating_add(lease)));
            begun.push(BegunCall {
                process: id,
                owner: kept.new.owner.clone(),
                code: kept.new.code,
                thread: place.0,
                slot: place.1,
                name: wait.wait.name.clone(),
                body: wait.wait.body.clone(),
                attempt: wait.attempt,
                is_repeatable: wait.wait.is_repeatable,
                key: kept.key.clone(),
            });
        }
        Ok(begun)
    }

    fn finish_calls(
        &mut self,
        worker: &str,
        calls: &[FinishedCall],
    ) -> Result<Vec<bool>, StoreError> {
        let now = self.clock.now();
        let mut written = Vec::new();
        for call in calls {
            let place = (call.thread, call.slot);
            let kept = self.processes.get_mut(&call.process);
            let Some(kept) = kept.filter(|kept| kept.is_begun(place, worker, call.attempt)) else {
                written.push(false);
                continue;
            };
            match &call.finish {
                Finish::Outcome(json) => {
                    kept.deliver(place, Outcome::Json(json.clone()), now, &mut self.log);
                }
                Finish::Notice { text, outcome } => {
                    kept.deliver(place, Outcome::Json(outcome.clone()), now, &mut self.log);
                    self.tell(call.process, now, text.clone());
                }
                Finish::Wait(new) => {
                    let new = NewWait {
                        thread: call.thread,
                        slot: call.slot,
                        ..new.clone()
                    };
                    kept.waits.remove(&place);
                    kept.register(new, now, &mut self.log);
                    if let Some(wait) = kept.waits.get_mut(&place) {
                        wait.attempt = call.attempt;
                    }
                }
                Finish::Again(at) => kept.repeat(place, Some(*at)),
                Finish::Unknown => kept.forget(place),
            }
            written.push(true);
        }
        Ok(written)
    }

    fn recover(&mut self) -> Result<Recovered, StoreError> {
        let now = self.clock.now();
        let mut recovered = Recovered::default();
        for kept in self.processes.values_mut() {
            recovered.claims += u64::from(kept.free_if_over(now));
            let over: Vec<((ThreadId, Slot), bool)> = kept
                .waits
                .iter()
                .filter(|(_, wait)| wait.begun_by.as_ref().is_some_and(|by| by.1 <= now))
                .map(|(place, wait)| (*place, wait.wait.is_repeatable))
                .collect();
            for (place, is_repeatable) in over {
                if is_repeatable {
                    kept.repeat(place, None);
                    recovered.repeated += 1;
                } else {
                    kept.forget(place);
                    recovered.unknown += 1;
                }
            }
        }
        Ok(recovered)
    }

    fn look_over(
        &mut self,
        after: Option<ProcessId>,
        limit: usize,
    ) -> Result<LookedOver, StoreError> {
        let now = self.clock.now();
        let mut looked = LookedOver::default();
        let live = self.processes.iter_mut();
        let live =
            live.filter(|(id, kept)| kept.end.is_none() && after.is_none_or(|after| **id > after));
        for (count, (id, kept)) in (1..=limit).zip(live) {
            looked.last = (count == limit).then_some(*id);
            if kept.claim.is_none() && kept.is_lost(now) {
                kept.block(lost_hold(), now, &mut self.log);
                looked.held.push(*id);
            }
        }
        Ok(looked)
    }

    fn publish(
        &mut self,
        events: &[NewEvent],
        source: Option<&Source>,
    ) -> Result<Vec<Option<EventId>>, StoreError> {
        let now = self.clock.now();
        let mut ids = Vec::new();
        for new in events {
            let is_known = new.unique.is_some()
                && self
                    .log
                    .events
                    .iter()
                    .any(|kept| kept.event.topic == new.topic && kept.unique == new.unique);
            if is_known {
                ids.push(None);
                continue;
            }
            let event = Event {
                id: self.log.last() + 1,
                topic: new.topic.clone(),
                fields: new.fields.clone(),
                at: now,
            };
            let kept = KeptEvent {
                fields: fields_of(&event.fields),
                event,
                unique: new.unique.clone(),
                is_private: false,
            };
            ids.push(Some(kept.event.id));
            self.log.events.push(kept.clone());
            for process in self.processes.values_mut() {
                let threads: BTreeSet<ThreadId> = process.waits.keys().map(|key| key.0).collect();
                for thread in threads {
                    process.offer(thread, &kept, now, &mut self.log);
                }
            }
        }
        if let Some(source) = source {
            self.sources
                .insert(source.name.clone(), source.cursor.clone());
        }
        Ok(ids)
    }

    fn source_cursor(&mut self, source: &str) -> Result<Option<String>, StoreError> {
        Ok(self.sources.get(source).cloned())
    }

    fn event(&mut self, event: EventId) -> Result<Option<Event>, StoreError> {
        let mut events = self.log.events.iter();
        let found = events.find(|kept| kept.event.id == event);
        Ok(found.map(|kept| kept.event.clone()))
    }

    fn events(
        &mut self,
        topic: Option<&str>,
        after: EventId,
        limit: usize,
    ) -> Result<Vec<Event>, StoreError> {
        let events = self.log.events.iter().filter(|kept| !kept.is_private);
        let wanted = events
            .map(|kept| &kept.event)
            .filter(|event| event.id > after && topic.is_none_or(|topic| event.topic == topic));
        Ok(wanted.take(limit).cloned().collect())
    }

    fn settle(
        &mut self,
        process: ProcessId,
        thread: ThreadId,
        slot: Slot,
        kinds: &[WaitKind],
        outcome: &Outcome,
    ) -> Result<bool, StoreError> {
        let now = self.clock.now();
        let Some(kept) = self.processes.get_mut(&process) else {
            return Ok(false);
        };
        let place = (thread, slot);
        let kind = match kept.waits.get(&place) {
            // What is due may have been given to a turn as such.
            Some(wait) if wait.ends().is_some_and(|ends| ends <= now) => return Ok(false),
            Some(wait) if wait.outcome.is_none() && kinds.contains(&wait.wait.kind) => {
                wait.wait.kind
            }
            _ => return Ok(false),
        };
        if kind == WaitKind::Hold {
            kept.is_blocked = false;
        }
        let (kind, value) = (moving::act_of(kind), moving::value_of(outcome));
        let act = kept.act(&self.person, now, kind, place, &value);
        kept.write_act(act);
        kept.deliver(place, outcome.clone(), now, &mut self.log);
        Ok(true)
    }

    fn repeat_call(
        &mut self,
        process: ProcessId,
        thread: ThreadId,
        slot: Slot,
    ) -> Result<bool, StoreError> {
        let now = self.clock.now();
        let Some(kept) = self.processes.get_mut(&process) else {
            return Ok(false);
        };
        let wait = kept.waits.get(&(thread, slot));
        let is_unknown =
            wait.is_some_and(|wait| wait.wait.kind == WaitKind::Call(CallState::Unknown));
        if is_unknown {
            kept.repeat((thread, slot), None);
            let act = kept.act(&self.person, now, ActKind::Repeat, (thread, slot), "");
            kept.write_act(act);
        }
        Ok(is_unknown)
    }

    fn control(&mut self, process: ProcessId, control: Control) -> Result<bool, StoreError> {
        let now = self.clock.now();
        let Some(kept) = self.processes.get_mut(&process) else {
            return Ok(false);
        };
        let is_done = kept.wish(control, now, &mut self.log);
        if is_done {
            let kind = ActKind::of_control(control);
            let act = kept.act(&self.person, now, kind, (0, 0), "");
            kept.write_act(act);
        }
        Ok(is_done)
    }

    fn process(&mut self, process: ProcessId) -> Result<Option<Process>, StoreError> {
        let now = self.clock.now();
        let kept = self.processes.get(&process);
        Ok(kept.map(|kept| kept.show(process, now)))
    }

    fn processes(
        &mut self,
        filter: &ProcessFilter,
        before: Option<ProcessId>,
        limit: usize,
    ) -> Result<Vec<Process>, StoreError> {
        Ok(self.list_processes(filter, before, limit))
    }

    fn threads(&mut self, process: ProcessId) -> Result<Vec<ThreadId>, StoreError> {
        let kept = self.processes.get(&process);
        Ok(kept.map_or_else(Vec::new, |kept| kept.threads.keys().copied().collect()))
    }

    fn waits(&mut self, process: ProcessId) -> Result<Vec<Wait>, StoreError> {
        let now = self.clock.now();
        let Some(kept) = self.processes.get(&process) else {
            return Ok(Vec::new());
        };
        let mut waits: Vec<Wait> = kept.waits.values().map(|wait| wait.show(process)).collect();
        if kept.is_lost(now) {
            waits.push(Wait {
                process,
                wait: lost_hold(),
                since: kept.changed,
                attempt: 0,
                outcome: None,
            });
            waits.sort_by_key(|wait| (wait.wait.thread, wait.wait.slot));
        }
        Ok(waits)
    }

    fn waiting(&mut self, filter: &WaitFilter, limit: usize) -> Result<Vec<Wait>, StoreError> {
        Ok(self.list_waiting(filter, limit))
    }

    fn inbox(&mut self, limit: usize) -> Result<Vec<InboxItem>, StoreError> {
        Ok(self.list_inbox(limit))
    }

    fn read_notices(
        &mut self,
        process: Option<ProcessId>,
        through: u64,
    ) -> Result<u64, StoreError> {
        let mut read = 0;
        for (notice, is_read) in &mut self.notices {
            let is_meant =
                notice.number <= through && process.is_none_or(|process| notice.process == process);
            if is_meant && !*is_read {
                *is_read = true;
                read += 1;
            }
        }
        Ok(read)
    }

    fn journal(
        &mut self,
        process: ProcessId,
        from: u64,
        limit: usize,
    ) -> Result<Vec<JournalEntry>, StoreError> {
        let Some(kept) = self.processes.get(&process) else {
            return Ok(Vec::new());
        };
        let numbers = from..kept.journal.len() as u64;
        let entries = numbers.filter_map(|number| kept.entry(number));
        Ok(entries.take(limit).collect())
    }

    fn act_as(&mut self, person: &str) {
        person.clone_into(&mut self.person);
    }

    fn acts(&mut self, process: ProcessId) -> Result<Vec<Act>, StoreError> {
        let kept = self.processes.get(&process);
        Ok(kept.map_or_else(Vec::new, |kept| kept.acts.clone()))
    }

    fn event_of(
        &mut self,
        process: ProcessId,
        turn: u64,
        number: EventId,
    ) -> Result<Option<Event>, StoreError> {
        let kept = self.processes.get(&process);
        let mut renumbered = kept.into_iter().flat_map(|kept| &kept.renumbered);
        let known = renumbered.find(|known| known.turn == turn && known.number == number);
        self.event(known.map_or(number, |known| known.event))
    }

    fn parcel(&mut self, process: ProcessId) -> Result<Option<Parcel>, StoreError> {
        Ok(self.parcel_of(process))
    }

    fn take_out(
        &mut self,
        process: ProcessId,
        parcel: &Parcel,
        file: &[u8],
        to: &str,
    ) -> Result<bool, StoreError> {
        Ok(self.send_off(process, parcel, file, to))
    }

    fn taken_out(&mut self, process: ProcessId) -> Result<Option<Vec<u8>>, StoreError> {
        let kept = self.processes.get(&process);
        Ok(kept.and_then(|kept| kept.taken_out.clone()))
    }

    fn bring_in(&mut self, parcel: &Parcel, events: &[ParcelEvent]) -> Result<Brought, StoreError> {
        if !self.codes.contains_key(&parcel.process.code) {
            return Err(StoreError {
                kind: StoreErrorKind::Missing,
                message: "the code of the process is not in the store".to_owned(),
            });
        }
        match self.take_in(parcel, events) {
            Some(brought) => Ok(brought),
            None => Err(StoreError {
                kind: StoreErrorKind::Missing,
                message: OWN_KEY.to_owned(),
            }),
        }
    }

    fn next_due(&mut self) -> Result<Option<i64>, StoreError> {
        Ok(self.processes.values().filter_map(Kept::next_due).min())
    }
}

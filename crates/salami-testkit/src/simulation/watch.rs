//! What must hold, watched at every operation of the store: a small model of what was written, beside the store.

use std::collections::{BTreeMap, BTreeSet};

use salami_process::engine::{Came, Entry};
use salami_process::store::{
    BegunCall, Claimed, Control, EventId, Finish, FinishedCall, Lost, NewWait, ProcessId,
    Recovered, Slot, Status, Store, ThreadId, TurnCommit, WaitKind, fields_of, fits,
};

/// The code with which runtimes refuse turns as a fault of the simulation.
pub(super) const REFUSAL: &str = "runtime.old";

type Place = (ThreadId, Slot);

#[derive(Debug)]
struct Claim {
    worker: String,
    epoch: u64,
    until: i64,
    /// Its lease was over when others claimed: it may have been taken back.
    is_doubtful: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Call {
    Intended,
    Begun { worker: String, until: i64 },
    Finished,
    Unknown,
}

#[derive(Debug)]
struct Waits {
    wait: NewWait,
    /// Of a call: how it is, and how often it was begun.
    call: Option<(Call, u64)>,
    /// How often a person had it made again.
    repeats: u64,
}

#[derive(Debug, Default)]
struct Known {
    events_after: EventId,
    is_paused: bool,
    end: Option<(Status, String)>,
    epoch: u64,
    claim: Option<Claim>,
    shared: Option<Vec<u8>>,
    threads: BTreeMap<ThreadId, Vec<u8>>,
    waits: BTreeMap<Place, Waits>,
    turns: u64,
    seen: BTreeSet<(ThreadId, EventId)>,
    /// How often calls that must not be repeated may have been made, beyond once.
    repeats: BTreeMap<Slot, u64>,
}

/// The model, and what was found wrong.
#[derive(Debug, Default)]
pub struct Watch {
    processes: BTreeMap<ProcessId, Known>,
    /// What must not be, in sentences.
    pub wrong: Vec<String>,
    /// How many turns were lost to other workers.
    pub lost: u64,
    /// How many calls became unknown.
    pub unknown: u64,
    /// How many events were taken.
    pub events: u64,
}

/// All that a store shows of a process.
fn picture(store: &mut dyn Store, process: ProcessId) -> String {
    let journal = store
        .journal(process, 0, usize::MAX >> 32)
        .map(|all| all.len());
    let threads = store.threads(process).unwrap_or_default();
    let states: Vec<_> = threads
        .iter()
        .map(|thread| store.thread(process, *thread))
        .collect();
    format!(
        "{:?} {:?} {states:?} {journal:?}",
        store.process(process),
        store.waits(process)
    )
}

impl Watch {
    fn blame(&mut self, text: String) {
        self.wrong.push(text);
    }

    /// A process was started, after so many events.
    pub fn started(&mut self, process: ProcessId, events_after: EventId) {
        let known = Known {
            events_after,
            ..Known::default()
        };
        self.processes.insert(process, known);
    }

    /// How often a call that must not be repeated may have been made.
    #[must_use]
    pub fn may_be_made(&self, process: ProcessId, slot: Slot) -> u64 {
        let repeats = self.processes.get(&process);
        1 + repeats.map_or(0, |known| known.repeats.get(&slot).copied().unwrap_or(0))
    }

    /// The epoch that a claim must exceed was given.
    pub fn claimed(&mut self, worker: &str, lease: i64, now: i64, claims: &[Claimed]) {
        for known in self.processes.values_mut() {
            if let Some(claim) = &mut known.claim
                && claim.until <= now
            {
                claim.is_doubtful = true;
            }
        }
        for claimed in claims {
            let id = claimed.process;
            let Some(known) = self.processes.get_mut(&id) else {
                self.wrong
                    .push(format!("{id} was claimed and never started"));
                continue;
            };
            let mut wrong = Vec::new();
            if known.end.is_some() {
                wrong.push("was claimed after its end".to_owned());
            }
            if known.is_paused {
                wrong.push("was claimed while it is paused".to_owned());
            }
            if claimed.epoch <= known.epoch {
                wrong.push(format!(
                    "was claimed with epoch {} after {}",
                    claimed.epoch, known.epoch
                ));
            }
            if let Some(claim) = &known.claim
                && claim.until > now
            {
                wrong.push(format!("was claimed while {} has it", claim.worker));
            }
            if claimed.shared != known.shared || claimed.turns != known.turns {
                wrong.push("was claimed with a state that is not its last".to_owned());
            }
            for wait in &claimed.arrived {
                let place = (wait.wait.thread, wait.wait.slot);
                if wait.outcome.is_none() || !known.waits.contains_key(&place) {
                    wrong.push(format!("was claimed with {wait:?}"));
                }
            }
            known.epoch = claimed.epoch;
            known.claim = Some(Claim {
                worker: worker.to_owned(),
                epoch: claimed.epoch,
                until: now.saturating_add(lease),
                is_doubtful: false,
            });
            self.wrong
                .extend(wrong.into_iter().map(|text| format!("process {id} {text}")));
        }
    }

    /// A worker prolonged its leases.
    pub fn renewed(&mut self, worker: &str, until: i64) {
        for known in self.processes.values_mut() {
            // What may have been taken back is not prolonged for sure.
            if let Some(claim) = &mut known.claim
                && claim.worker == worker
                && !claim.is_doubtful
            {
                claim.until = until;
            }
            for wait in known.waits.values_mut() {
                if let Some((
                    Call::Begun {
                        worker: by,
                        until: over,
                    },
                    _,
                )) = &mut wait.call
                    && by == worker
                {
                    *over = until;
                }
            }
        }
    }

    /// Which turns must be lost (`Some(true)`) or written (`Some(false)`); with what the store shows of those that must be lost.
    pub fn before_commit(
        &self,
        store: &mut dyn Store,
        worker: &str,
        turns: &[TurnCommit],
    ) -> Vec<(Option<bool>, String)> {
        let foretold = turns.iter().map(|turn| {
            let claim = self.processes.get(&turn.process);
            let claim = claim.and_then(|known| known.claim.as_ref());
            match claim {
                Some(claim) if claim.worker == worker && claim.epoch == turn.epoch => {
                    let foretold = (!claim.is_doubtful).then_some(false);
                    (foretold, picture(store, turn.process))
                }
                _ => (Some(true), picture(store, turn.process)),
            }
        });
        foretold.collect()
    }

    /// Turns were written, except those that were lost.
    pub fn committed(
        &mut self,
        store: &mut dyn Store,
        turns: &[TurnCommit],
        lost: &[Lost],
        foretold: &[(Option<bool>, String)],
    ) {
        for (turn, (must_be_lost, before)) in turns.iter().zip(foretold) {
            let id = turn.process;
            let is_lost = lost.contains(&Lost(id));
            if must_be_lost.is_some_and(|must| must != is_lost) {
                let is = if is_lost { "lost" } else { "written" };
                self.blame(format!(
                    "the turn of process {id} with epoch {} was {is}",
                    turn.epoch
                ));
            }
            if is_lost {
                self.lost += 1;
                if picture(store, id) != *before {
                    self.blame(format!("a lost turn changed process {id}"));
                }
            } else {
                let wrong = self.write(store, turn);
                for text in wrong {
                    self.blame(format!("process {id}: {text}"));
                }
            }
        }
    }

    fn write(&mut self, store: &mut dyn Store, turn: &TurnCommit) -> Vec<String> {
        let mut wrong = Vec::new();
        let Some(known) = self.processes.get_mut(&turn.process) else {
            return vec!["a turn of it was written, and it was never started".to_owned()];
        };
        if known.end.is_some() {
            wrong.push("a turn was written after its end".to_owned());
        }
        match Entry::parse(&turn.journal) {
            None => wrong.push("its journal has something that is no entry".to_owned()),
            Some(entry) => self.events += known.take(store, &entry, &mut wrong),
        }
        // A worker that lost its claim may read a state that is not its claim's, but writes nothing of what came of it.
        let holds = turn.waits.iter().filter(|_| turn.is_blocked);
        for hold in holds.filter(|hold| !hold.body.contains(REFUSAL)) {
            wrong.push(format!("it cannot go on: {}", hold.body));
        }
        known.apply(turn);
        let mut found: Vec<Place> = Vec::new();
        for wait in store.waits(turn.process).unwrap_or_default() {
            found.push((wait.wait.thread, wait.wait.slot));
        }
        if !found.iter().eq(known.waits.keys()) {
            wrong.push(format!(
                "it waits at {found:?}, and should at {:?}",
                known.waits.keys()
            ));
        }
        let threads = store.threads(turn.process).unwrap_or_default();
        if !threads.iter().eq(known.threads.keys()) {
            wrong.push(format!("its threads are {threads:?}"));
        }
        if let Ok(Some(process)) = store.process(turn.process) {
            let has_ended = known.end.is_some();
            if process.status.has_ended() != has_ended
                || (has_ended && process.result.as_ref() != known.end.as_ref().map(|end| &end.1))
            {
                wrong.push(format!("it is {:?} {:?}", process.status, process.result));
            }
        }
        wrong
    }

    /// Calls were begun.
    pub fn begun(&mut self, worker: &str, until: i64, calls: &[BegunCall]) {
        for begun in calls {
            let id = begun.process;
            let place = (begun.thread, begun.slot);
            let Some(known) = self.processes.get_mut(&id) else {
                continue;
            };
            let wait = known.waits.get_mut(&place);
            let text = match wait.and_then(|wait| wait.call.as_mut()) {
                None => Some("and nobody wrote it down"),
                Some((state, attempt)) => {
                    let is_right = *state == Call::Intended && *attempt + 1 == begun.attempt;
                    *state = Call::Begun {
                        worker: worker.to_owned(),
                        until,
                    };
                    *attempt = begun.attempt;
                    if !is_right {
                        Some("and is not intended")
                    } else if known.is_paused {
                        Some("while its process is paused")
                    } else {
                        None
                    }
                }
            };
            if let Some(text) = text {
                self.blame(format!("the call {begun:?} was begun {text}"));
            }
        }
    }

    /// What came of calls was written, or not.
    pub fn finished(&mut self, worker: &str, calls: &[FinishedCall], written: &[bool]) {
        if calls.len() != written.len() {
            self.blame(format!(
                "{} outcomes, {} written",
                calls.len(),
                written.len()
            ));
        }
        for (call, is_written) in calls.iter().zip(written) {
            let place = (call.thread, call.slot);
            let known = self.processes.get_mut(&call.process);
            let wait = known.and_then(|known| known.waits.get_mut(&place));
            let mut is_begun = false;
            if let Some(wait) = wait
                && let Some((state, attempt)) = &mut wait.call
                && matches!(state, Call::Begun { worker: by, .. } if by == worker)
                && *attempt == call.attempt
            {
                is_begun = true;
                match &call.finish {
                    Finish::Outcome(_) | Finish::Notice { .. } => *state = Call::Finished,
                    Finish::Again(_) => *state = Call::Intended,
                    Finish::Unknown => {
                        *state = Call::Unknown;
                        self.unknown += 1;
                    }
                    Finish::Wait(new) => {
                        wait.wait = new.clone();
                        wait.call = None;
                    }
                }
            }
            if is_begun != *is_written {
                let found = if *is_written { "was" } else { "was not" };
                self.blame(format!("the outcome of {call:?} {found} written"));
            }
        }
    }

    /// Leases that were over were taken back.
    pub fn recovered(&mut self, store: &mut dyn Store, now: i64, recovered: Recovered) {
        let mut expected = Recovered::default();
        let mut unknown = BTreeSet::new();
        for (id, known) in &mut self.processes {
            if known.claim.as_ref().is_some_and(|claim| claim.until <= now) {
                known.claim = None;
                expected.claims += 1;
            }
            for wait in known.waits.values_mut() {
                let Some((state, _)) = &mut wait.call else {
                    continue;
                };
                if !matches!(state, Call::Begun { until, .. } if *until <= now) {
                    continue;
                }
                if wait.wait.is_repeatable {
                    *state = Call::Intended;
                    expected.repeated += 1;
                } else {
                    *state = Call::Unknown;
                    expected.unknown += 1;
                    unknown.insert(*id);
                }
            }
        }
        self.unknown += expected.unknown;
        let is_right = recovered.claims <= expected.claims
            && recovered.repeated == expected.repeated
            && recovered.unknown == expected.unknown;
        if !is_right {
            self.blame(format!(
                "{recovered:?} was taken back, and not {expected:?}"
            ));
        }
        for id in unknown {
            let status = store.process(id).ok().flatten().map(|known| known.status);
            if !matches!(
                status,
                Some(Status::Held | Status::Running | Status::Paused)
            ) {
                self.blame(format!(
                    "process {id} has a call of which nobody knows, and is {status:?}"
                ));
            }
        }
    }

    /// A person had a call made again, or could not.
    pub fn repeated(&mut self, process: ProcessId, place: Place, is_done: bool) {
        let Some(known) = self.processes.get_mut(&process) else {
            return;
        };
        let mut is_unknown = false;
        if let Some(wait) = known.waits.get_mut(&place)
            && let Some((state, _)) = &mut wait.call
        {
            is_unknown = *state == Call::Unknown;
            if is_unknown {
                *state = Call::Intended;
                wait.repeats += 1;
                *known.repeats.entry(place.1).or_default() += 1;
            }
        }
        if is_unknown != is_done {
            self.blame(format!(
                "a call of process {process} at {place:?} was made again: {is_done}"
            ));
        }
    }

    /// A person controlled a process.
    pub fn controlled(&mut self, process: ProcessId, control: Control, is_done: bool) {
        let Some(known) = self.processes.get_mut(&process) else {
            return;
        };
        if is_done && known.end.is_some() {
            self.wrong.push(format!(
                "process {process} has ended, and obeyed {control:?}"
            ));
        }
        match control {
            Control::Pause if is_done => known.is_paused = true,
            Control::Resume | Control::Abort if is_done => known.is_paused = false,
            _ => {}
        }
    }

    /// How many calls a worker makes, as far as the store knows.
    pub(super) fn begun_by(&self, worker: &str) -> usize {
        let waits = self
            .processes
            .values()
            .flat_map(|known| known.waits.values());
        let calls = waits.filter_map(|wait| wait.call.as_ref());
        calls
            .filter(|call| matches!(&call.0, Call::Begun { worker: by, .. } if by == worker))
            .count()
    }

    /// Who has a process, and by which claim.
    pub(super) fn claim_of(&self, process: ProcessId) -> Option<(&str, u64)> {
        let claim = self.processes.get(&process)?.claim.as_ref()?;
        Some((&claim.worker, claim.epoch))
    }

    /// Whether a process has ended.
    #[must_use]
    pub fn has_ended(&self, process: ProcessId) -> bool {
        let known = self.processes.get(&process);
        known.is_some_and(|known| known.end.is_some())
    }

    /// How many turns of a process were written.
    #[must_use]
    pub fn turns(&self, process: ProcessId) -> u64 {
        self.processes.get(&process).map_or(0, |known| known.turns)
    }
}

impl Known {
    /// What came was taken; how many events.
    fn take(&mut self, store: &mut dyn Store, entry: &Entry, wrong: &mut Vec<String>) -> u64 {
        let mut count = 0;
        for (thread, slot, came) in &entry.came {
            let Some(wait) = self.waits.get(&(*thread, *slot)) else {
                wrong.push(format!(
                    "{came:?} came at {thread} {slot}, where it does not wait"
                ));
                continue;
            };
            let Came::Event(id) = came else {
                continue;
            };
            count += 1;
            let wanted = fields_of(&wait.wait.body);
            let name = wait.wait.name.clone();
            let events = store.events(Some(&name), self.events_after, 10_000);
            let events = events.unwrap_or_default();
            let is_for =
                |event: &&salami_process::store::Event| fits(&wanted, &fields_of(&event.fields));
            if !events.iter().filter(is_for).any(|event| event.id == *id) {
                wrong.push(format!(
                    "thread {thread} saw the event {id}, which is not for it"
                ));
            }
            let others = self.waits.iter().filter(|(place, other)| {
                place.0 == *thread
                    && other.wait.kind == WaitKind::Event
                    && fields_of(&other.wait.body) == wanted
            });
            let is_alone = others.count() == 1;
            let mut unseen = events.iter().filter(is_for);
            let first = unseen.find(|event| !self.seen.contains(&(*thread, event.id)));
            if is_alone && first.is_some_and(|first| first.id < *id) {
                wrong.push(format!("thread {thread} missed the event before {id}"));
            }
            if !self.seen.insert((*thread, *id)) {
                wrong.push(format!("thread {thread} saw the event {id} twice"));
            }
        }
        count
    }

    fn apply(&mut self, turn: &TurnCommit) {
        for place in &turn.taken {
            self.waits.remove(place);
        }
        for (thread, state) in &turn.threads {
            match state {
                Some(state) => drop(self.threads.insert(*thread, state.clone())),
                None => {
                    self.threads.remove(thread);
                    self.waits.retain(|place, _| place.0 != *thread);
                }
            }
        }
        for (begun, parent) in &turn.begun {
            let seen = self.seen.iter().filter(|seen| seen.0 == *parent);
            let seen: Vec<_> = seen.map(|seen| (*begun, seen.1)).collect();
            self.seen.extend(seen);
        }
        for wait in &turn.waits {
            let waits = Waits {
                wait: wait.clone(),
                call: matches!(wait.kind, WaitKind::Call(_)).then_some((Call::Intended, 0)),
                repeats: 0,
            };
            self.waits.insert((wait.thread, wait.slot), waits);
        }
        self.shared = Some(turn.shared.clone());
        self.turns += 1;
        self.claim = None;
        if let Some(end) = &turn.end {
            self.end = Some(end.clone());
            self.waits.clear();
            self.threads.clear();
        }
    }
}

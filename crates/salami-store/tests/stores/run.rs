//! One run: both stores, and what the workers hold.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt::Debug;

use salami_process::engine;
use salami_process::store::{
    BegunCall, Claimed, EventId, Finish, FinishedCall, InboxItem, MemoryStore, Outcome, ProcessId,
    SimulatedClock, Slot, Store, StoreError, ThreadId, TurnCommit,
};
use salami_process::{Runtime, Turn, TurnError, TurnHost, Turned};
use salami_store::SqliteStore;

use crate::generate::{self, Mix, Operation, WORKERS};
use crate::random::Random;
use crate::view;

#[path = "../common/mod.rs"]
mod common;

/// A claim as the store in memory gave it, with the epoch of the other.
type Held = (Claimed, u64);
type Place = (ProcessId, ThreadId, Slot);

#[derive(Default)]
struct Worker {
    claims: Vec<Held>,
    calls: Vec<BegunCall>,
}

pub struct Run {
    random: Random,
    mix: Mix,
    clock: SimulatedClock,
    memory: MemoryStore,
    /// Two on one file, or one.
    stores: Vec<SqliteStore>,
    folder: Option<common::Folder>,
    workers: Vec<Worker>,
    old_claims: Vec<(String, Held)>,
    old_calls: Vec<BegunCall>,
    /// The last epoch of each process.
    epochs: BTreeMap<ProcessId, u64>,
    /// The events that threads have seen.
    seen: BTreeSet<(ProcessId, ThreadId, EventId)>,
    /// The calls that may be begun although they were before.
    again: BTreeSet<Place>,
    /// What was done last.
    log: VecDeque<String>,
}

/// It runs nothing.
struct Nothing;

impl Runtime for Nothing {
    fn turn(&mut self, _: &Turn<'_>, _: &mut dyn TurnHost) -> Result<Turned, TurnError> {
        Ok(Turned::default())
    }
}

fn worker_name(worker: u64) -> String {
    format!("worker {worker}")
}

fn same<T: PartialEq + Debug>(
    what: &str,
    memory: Result<T, StoreError>,
    sqlite: Result<T, StoreError>,
) -> Result<Option<T>, String> {
    match (memory, sqlite) {
        (Ok(memory), Ok(sqlite)) if memory == sqlite => Ok(Some(memory)),
        (Err(memory), Err(sqlite)) if memory.kind == sqlite.kind => Ok(None),
        (memory, sqlite) => Err(format!("{what}:\n memory {memory:?}\n sqlite {sqlite:?}")),
    }
}

impl Run {
    pub fn new(seed: u64, is_in_file: bool) -> Self {
        let clock = SimulatedClock::new(1_000_000);
        let mut random = Random::new(seed);
        let mut run = Self {
            mix: Mix::new(&mut random),
            random,
            memory: MemoryStore::new(Box::new(clock.clone())),
            clock,
            stores: Vec::new(),
            folder: is_in_file.then(common::Folder::new),
            workers: (0..WORKERS).map(|_| Worker::default()).collect(),
            old_claims: Vec::new(),
            old_calls: Vec::new(),
            epochs: BTreeMap::new(),
            seen: BTreeSet::new(),
            again: BTreeSet::new(),
            log: VecDeque::new(),
        };
        for _ in 0..if is_in_file { 2 } else { 1 } {
            let store = run.open();
            run.stores.push(store);
        }
        // Keys of calls have the store's name.
        let name = run.stores[0].name().expect("a name");
        run.memory = MemoryStore::named(Box::new(run.clock.clone()), &name);
        run.memory.act_as("ada");
        for code in 0..3 {
            let code = generate::code(code);
            run.memory.put_code(&code).expect("code");
            run.stores[0].put_code(&code).expect("code");
        }
        run
    }

    fn open(&self) -> SqliteStore {
        let clock = Box::new(self.clock.clone());
        let store = match &self.folder {
            Some(folder) => SqliteStore::open(folder.file("store.db"), clock),
            None => SqliteStore::open(":memory:", clock),
        };
        let mut store = store.expect("a store");
        store.act_as("ada");
        store
    }

    /// Does so many operations; what differed, with what was done before.
    pub fn all(&mut self, operations: usize) -> Result<(), String> {
        for step in 0..operations {
            let operation = generate::operation(&mut self.random, self.mix);
            let done = self.step(operation);
            let compared = done.and_then(|()| {
                if step % 32 == 0 || step + 1 == operations {
                    self.compare()
                } else {
                    Ok(())
                }
            });
            if let Err(difference) = compared {
                let log: Vec<String> = self.log.drain(..).collect();
                return Err(format!(
                    "step {step}: {difference}\n\nbefore:\n{}",
                    log.join("\n")
                ));
            }
        }
        for store in &mut self.stores {
            store.check().map_err(|error| error.message)?;
        }
        Ok(())
    }

    fn compare(&mut self) -> Result<(), String> {
        let memory = view::all(&mut self.memory);
        let index = self.random.below(self.stores.len() as u64) as usize;
        let sqlite = view::all(&mut self.stores[index]);
        let different = memory
            .lines()
            .zip(sqlite.lines())
            .find(|(memory, sqlite)| memory != sqlite);
        match different {
            Some((memory, sqlite)) => Err(format!(
                "what they show:\n memory {memory}\n sqlite {sqlite}"
            )),
            None if memory == sqlite => Ok(()),
            None => Err("one shows more than the other".to_owned()),
        }
    }

    fn note(&mut self, what: String) {
        if self.log.len() >= 40 {
            self.log.pop_front();
        }
        let now = self.memory.now().unwrap_or(0);
        let what = what.replace(&"l".repeat(201), "LONG");
        self.log.push_back(format!("{now} {what}"));
    }

    fn step(&mut self, operation: Operation) -> Result<(), String> {
        let index = self.random.below(self.stores.len() as u64) as usize;
        match operation {
            Operation::Advance(by) => {
                self.clock.advance(by);
                Ok(())
            }
            Operation::Start(processes) => {
                let room = self.memory.processes(&Default::default(), None, 1000);
                if room.map_or(0, |all| all.len() as u64) + processes.len() as u64
                    > self.mix.processes
                {
                    return Ok(());
                }
                self.note(format!("start {processes:?}"));
                same(
                    "start",
                    self.memory.start(&processes),
                    self.stores[index].start(&processes),
                )?;
                Ok(())
            }
            Operation::Claim {
                worker,
                lease,
                limit,
            } => self.claim(index, worker, lease, limit),
            Operation::Renew { worker, lease } => {
                self.note(format!("renew {worker} {lease}"));
                let name = worker_name(worker);
                same(
                    "renew",
                    self.memory.renew(&name, lease),
                    self.stores[index].renew(&name, lease),
                )?;
                Ok(())
            }
            Operation::Commit {
                worker,
                turns,
                seed,
            } => {
                let worker = self.next_worker(worker, |worker| !worker.claims.is_empty());
                self.commit(index, worker, turns, seed)
            }
            Operation::CommitStale { seed } => {
                let mut random = Random::new(seed);
                if self.old_claims.is_empty() {
                    return Ok(());
                }
                let (worker, held) = random.pick(&self.old_claims);
                let turn = generate::turn(&mut random, self.mix, &held.0);
                self.write(index, &worker, vec![(turn, held)], false)
            }
            Operation::Begin {
                worker,
                lease,
                limit,
            } => self.begin(index, worker, lease, limit),
            Operation::Finish {
                worker,
                calls,
                seed,
            } => {
                let worker = self.next_worker(worker, |worker| !worker.calls.is_empty());
                let mut random = Random::new(seed);
                let mut finished = Vec::new();
                for _ in 0..calls {
                    let own = &mut self.workers[worker as usize].calls;
                    if !own.is_empty() {
                        let at = random.below(own.len() as u64) as usize;
                        finished.push(own.remove(at));
                    }
                }
                self.old_calls.extend(finished.iter().cloned());
                self.finish(index, worker, &finished, &mut random)
            }
            Operation::FinishStale { worker, seed } => {
                if self.old_calls.is_empty() {
                    return Ok(());
                }
                let mut random = Random::new(seed);
                let call = random.pick(&self.old_calls);
                self.finish(index, worker, &[call], &mut random)
            }
            Operation::LookOver { after, limit } => {
                self.note(format!("look over {limit} after {after:?}"));
                let after = after.map(ProcessId);
                same(
                    "look over",
                    self.memory.look_over(after, limit),
                    self.stores[index].look_over(after, limit),
                )?;
                Ok(())
            }
            Operation::Recover => {
                self.note("recover".to_owned());
                same(
                    "recover",
                    self.memory.recover(),
                    self.stores[index].recover(),
                )?;
                Ok(())
            }
            Operation::Publish { events, source } => {
                self.note(format!("publish {events:?}"));
                same(
                    "publish",
                    self.memory.publish(&events, source.as_ref()),
                    self.stores[index].publish(&events, source.as_ref()),
                )?;
                Ok(())
            }
            Operation::Settle {
                process,
                thread,
                slot,
                kinds,
                outcome,
            } => {
                let (process, thread, slot) = self.open_wait((ProcessId(process), thread, slot));
                self.note(format!(
                    "settle {process} {thread} {slot} {kinds:?} {outcome:?}"
                ));
                same(
                    "settle",
                    self.memory.settle(process, thread, slot, &kinds, &outcome),
                    self.stores[index].settle(process, thread, slot, &kinds, &outcome),
                )?;
                Ok(())
            }
            Operation::Repeat {
                process,
                thread,
                slot,
            } => {
                let (process, thread, slot) = self.open_wait((ProcessId(process), thread, slot));
                self.note(format!("repeat {process} {thread} {slot}"));
                let repeated = same(
                    "repeat",
                    self.memory.repeat_call(process, thread, slot),
                    self.stores[index].repeat_call(process, thread, slot),
                )?;
                if repeated == Some(true) {
                    self.again.insert((process, thread, slot));
                }
                Ok(())
            }
            Operation::Control { process, control } => {
                self.note(format!("control {process} {control:?}"));
                let process = ProcessId(process);
                same(
                    "control",
                    self.memory.control(process, control),
                    self.stores[index].control(process, control),
                )?;
                Ok(())
            }
            Operation::ReadNotices { process, through } => {
                self.note(format!("read notices {process:?} {through}"));
                let process = process.map(ProcessId);
                same(
                    "read notices",
                    self.memory.read_notices(process, through),
                    self.stores[index].read_notices(process, through),
                )?;
                Ok(())
            }
            Operation::Die { worker } => {
                let name = worker_name(worker);
                let dead = std::mem::take(&mut self.workers[worker as usize]);
                self.old_calls.extend(dead.calls);
                self.old_claims
                    .extend(dead.claims.into_iter().map(|held| (name.clone(), held)));
                Ok(())
            }
            Operation::Reopen => {
                if self.folder.is_some() {
                    // One that is in the middle of nothing; the other may go on.
                    let fresh = self.open();
                    self.stores[index] = fresh;
                }
                Ok(())
            }
            Operation::Move { process } => self.move_away(index, ProcessId(process)),
        }
    }

    /// A process leaves and comes back: both stores write the same file, and take it in or refuse it.
    fn move_away(&mut self, index: usize, process: ProcessId) -> Result<(), String> {
        self.note(format!("move {process}"));
        let sqlite = &mut self.stores[index];
        let parcels = (self.memory.parcel(process), sqlite.parcel(process));
        same("parcel", parcels.0, parcels.1)?;
        let memory = engine::export(&mut self.memory, process, "elsewhere");
        let sqlite = engine::export(sqlite, process, "elsewhere");
        let file = match (memory, sqlite) {
            (Ok(memory), Ok(sqlite)) if memory == sqlite => memory,
            (Err(memory), Err(sqlite)) if memory == sqlite => return Ok(()),
            (memory, sqlite) => {
                return Err(format!("export:\n memory {memory:?}\n sqlite {sqlite:?}"));
            }
        };
        let memory = engine::import(&mut self.memory, &mut Nothing, &file);
        let sqlite = engine::import(&mut self.stores[index], &mut Nothing, &file);
        if memory != sqlite {
            return Err(format!("import:\n memory {memory:?}\n sqlite {sqlite:?}"));
        }
        // What came may be an event that never was, and a hold that nothing tells: those are refused.
        match memory {
            Ok(id) => {
                let again = self.again.iter().filter(|place| place.0 == process);
                let again: Vec<Place> = again.map(|place| (id, place.1, place.2)).collect();
                self.again.extend(again);
                self.note(format!("it is {id} now"));
            }
            Err(refused) => self.note(format!("it is lost: {refused}")),
        }
        Ok(())
    }

    /// A worker that has something to do, from one on; that one, if none has.
    fn next_worker(&self, from: u64, has: impl Fn(&Worker) -> bool) -> u64 {
        let mut workers = (from..from + WORKERS).map(|worker| worker % WORKERS);
        let found = workers.find(|worker| has(&self.workers[*worker as usize]));
        found.unwrap_or(from)
    }

    /// A place where something is waited for, mostly one of those for people; else the given one.
    fn open_wait(&mut self, otherwise: Place) -> Place {
        let waits: Vec<Place> = match self.random.below(4) {
            0 => return otherwise,
            1 => self
                .memory
                .waiting(&Default::default(), 1000)
                .unwrap_or_default(),
            _ => {
                let items = self.memory.inbox(1000).unwrap_or_default();
                let waits = items.into_iter().filter_map(|item| match item {
                    InboxItem::Wait(wait) => Some(wait),
                    InboxItem::Notice(_) => None,
                });
                waits.collect()
            }
        }
        .into_iter()
        .map(|wait| (wait.process, wait.wait.thread, wait.wait.slot))
        .collect();
        if waits.is_empty() {
            return otherwise;
        }
        self.random.pick(&waits)
    }

    fn claim(&mut self, index: usize, worker: u64, lease: i64, limit: usize) -> Result<(), String> {
        self.note(format!("claim {worker} {lease} {limit}"));
        let name = worker_name(worker);
        let memory = self
            .memory
            .claim(&name, lease, limit)
            .map_err(|error| error.message)?;
        let mut sqlite = self.stores[index]
            .claim(&name, lease, limit)
            .map_err(|error| error.message)?;
        for (claimed, other) in memory.iter().zip(&mut sqlite) {
            let last = self.epochs.insert(claimed.process, other.epoch);
            if last.is_some_and(|last| last >= other.epoch) {
                return Err(format!(
                    "the epoch of process {} does not grow",
                    claimed.process
                ));
            }
            self.workers[worker as usize]
                .claims
                .push((claimed.clone(), other.epoch));
            other.epoch = claimed.epoch;
        }
        same("claim", Ok(memory), Ok(sqlite))?;
        Ok(())
    }

    fn commit(&mut self, index: usize, worker: u64, turns: usize, seed: u64) -> Result<(), String> {
        let mut random = Random::new(seed);
        let mut batch: Vec<(TurnCommit, Held)> = Vec::new();
        for _ in 0..turns {
            let own = &mut self.workers[worker as usize].claims;
            if !own.is_empty() {
                let at = random.below(own.len() as u64) as usize;
                let held = own.remove(at);
                // Of each process one, so that it is known which was lost.
                let is_other = |(turn, _): &(TurnCommit, Held)| turn.process != held.0.process;
                if !batch.iter().all(is_other) {
                    continue;
                }
                batch.push((generate::turn(&mut random, self.mix, &held.0), held));
            }
        }
        let name = worker_name(worker);
        let old = batch.iter().map(|(_, held)| (name.clone(), held.clone()));
        self.old_claims.extend(old);
        self.write(index, &name, batch, true)
    }

    fn write(
        &mut self,
        index: usize,
        worker: &str,
        batch: Vec<(TurnCommit, Held)>,
        is_own: bool,
    ) -> Result<(), String> {
        let memory: Vec<TurnCommit> = batch.iter().map(|(turn, _)| turn.clone()).collect();
        self.note(format!("commit {worker} {is_own} {memory:?}"));
        let sqlite: Vec<TurnCommit> = batch
            .iter()
            .map(|(turn, held)| TurnCommit {
                epoch: held.1,
                ..turn.clone()
            })
            .collect();
        let lost = same(
            "commit",
            self.memory.commit(worker, &memory),
            self.stores[index].commit(worker, &sqlite),
        )?;
        let lost: BTreeSet<ProcessId> = lost.into_iter().flatten().map(|lost| lost.0).collect();
        for (turn, held) in &batch {
            if !lost.contains(&turn.process) {
                self.see(turn, &held.0)?;
            }
        }
        Ok(())
    }

    /// Notes which events a turn took: none that its thread took before.
    fn see(&mut self, turn: &TurnCommit, claimed: &Claimed) -> Result<(), String> {
        let process = turn.process;
        for wait in &claimed.arrived {
            let place = (wait.wait.thread, wait.wait.slot);
            if let Some(Outcome::Event(event)) = wait.outcome
                && event < generate::NO_EVENT
                && turn.taken.contains(&place)
                && !self.seen.insert((process, place.0, event))
            {
                return Err(format!(
                    "thread {} of process {process} sees event {event} twice",
                    place.0
                ));
            }
        }
        for (begun, parent) in &turn.begun {
            let parents = self
                .seen
                .iter()
                .filter(|seen| (seen.0, seen.1) == (process, *parent));
            let copied: Vec<_> = parents.map(|seen| (process, *begun, seen.2)).collect();
            self.seen.extend(copied);
        }
        for (thread, state) in &turn.threads {
            if state.is_none() {
                self.seen
                    .retain(|seen| (seen.0, seen.1) != (process, *thread));
            }
        }
        Ok(())
    }

    fn begin(&mut self, index: usize, worker: u64, lease: i64, limit: usize) -> Result<(), String> {
        self.note(format!("begin {worker} {lease} {limit}"));
        let name = worker_name(worker);
        let begun = same(
            "begin",
            self.memory.begin_calls(&name, lease, limit),
            self.stores[index].begin_calls(&name, lease, limit),
        )?;
        for call in begun.unwrap_or_default() {
            let place = (call.process, call.thread, call.slot);
            let may = self.again.remove(&place) || call.attempt == 1 || call.is_repeatable;
            if !may {
                return Err(format!("a call that may not be repeated is: {call:?}"));
            }
            self.workers[worker as usize].calls.push(call);
        }
        Ok(())
    }

    fn finish(
        &mut self,
        index: usize,
        worker: u64,
        calls: &[BegunCall],
        random: &mut Random,
    ) -> Result<(), String> {
        let now = self.memory.now().unwrap_or(0);
        let finished: Vec<FinishedCall> = calls
            .iter()
            .map(|call| FinishedCall {
                process: call.process,
                thread: call.thread,
                slot: call.slot,
                attempt: call.attempt,
                finish: generate::finish(random, self.mix, call.thread, now),
            })
            .collect();
        self.note(format!("finish {worker} {finished:?}"));
        let name = worker_name(worker);
        let written = same(
            "finish",
            self.memory.finish_calls(&name, &finished),
            self.stores[index].finish_calls(&name, &finished),
        )?;
        for (call, written) in finished.iter().zip(written.unwrap_or_default()) {
            let place = (call.process, call.thread, call.slot);
            let repeats = matches!(call.finish, Finish::Again(_) | Finish::Wait(_));
            if written && repeats {
                self.again.insert(place);
            }
        }
        Ok(())
    }
}

//! The way from a worker to the store: others run in between, the store is busy, the worker dies, and all that
//! passes is watched.

use std::collections::BTreeSet;
use std::sync::mpsc::{Receiver, Sender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use salami_process::store::{
    BegunCall, Claimed, Code, CodeHash, Control, Event, EventId, FinishedCall, InboxItem,
    JournalEntry, LookedOver, Lost, NewEvent, NewProcess, Outcome, Process, ProcessFilter,
    ProcessId, Recovered, Slot, Source, Store, StoreError, StoreErrorKind, ThreadId, TurnCommit,
    Wait, WaitFilter, WaitKind,
};

use super::random::Random;
use super::watch::Watch;

/// How often what goes wrong, in a thousand operations.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Faults {
    pub(super) pauses: u64,
    pub(super) busy: u64,
    pub(super) deaths: u64,
    pub(super) refusals: u64,
    pub(super) repeated_commits: u64,
}

/// What a store could do wrong: done now and then, to see that it is found out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sabotage {
    /// Outcomes are said to be written, and are not.
    LosesOutcomes,
    /// Calls are begun, and nobody is told.
    ForgetsCalls,
    /// Calls are begun twice.
    RepeatsCalls,
    /// Turns are said to be written, and are not.
    LosesTurns,
    /// Who claims a process gets no state of it.
    ForgetsState,
    /// Who lost a claim writes all the same.
    LiftsFence,
    /// What comes for waits is given again.
    RepeatsArrivals,
}

impl Sabotage {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::LosesOutcomes,
        Self::ForgetsCalls,
        Self::RepeatsCalls,
        Self::LosesTurns,
        Self::ForgetsState,
        Self::LiftsFence,
        Self::RepeatsArrivals,
    ];
}

/// What all workers share.
#[derive(Debug)]
pub(super) struct Common {
    pub(super) sabotage: Option<Sabotage>,
    /// The number of the operation at which a worker dies, and whether after it.
    pub(super) dies_at: Option<(u64, bool)>,
    pub(super) random: Random,
    pub(super) faults: Faults,
    pub(super) watch: Watch,
    /// What happened, if somebody wants to read it.
    pub(super) history: Option<Vec<String>>,
    pub(super) operations: u64,
    /// Who died by itself.
    pub(super) dead: BTreeSet<String>,
}

pub(super) type SharedCommon = Arc<Mutex<Common>>;

pub(super) fn open(common: &SharedCommon) -> MutexGuard<'_, Common> {
    common.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Common {
    /// Writes down what happened; the words are made only if somebody wants them.
    pub(super) fn note(&mut self, words: impl FnOnce() -> String) {
        if let Some(history) = &mut self.history {
            history.push(words());
        }
    }

    /// Whether this is done wrong now.
    fn spoils(&mut self, sabotage: Sabotage) -> bool {
        // Fences are seldom needed.
        let often = if sabotage == Sabotage::LiftsFence {
            100
        } else {
            10
        };
        self.sabotage == Some(sabotage) && self.random.percent(often)
    }

    fn happens(&mut self, in_thousand: u64) -> bool {
        in_thousand > 0 && self.random.below(1000) < in_thousand
    }
}

/// What a worker tells whoever schedules it.
#[derive(Debug)]
pub(super) enum Told<T> {
    /// It stands before an operation of the store.
    Paused,
    /// It is done.
    Done(T),
}

/// What a worker that is paused is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Go {
    On,
    Die,
}

/// A store with all that can happen on the way to it.
pub(super) struct Gate<T> {
    pub(super) common: SharedCommon,
    pub(super) store: Box<dyn Store>,
    /// Who goes through it.
    pub(super) who: String,
    pub(super) told: Sender<Told<T>>,
    pub(super) go: Receiver<Go>,
    pub(super) is_dead: bool,
}

fn error(kind: StoreErrorKind, message: &str) -> StoreError {
    StoreError {
        kind,
        message: message.to_owned(),
    }
}

fn dead() -> StoreError {
    error(StoreErrorKind::Unavailable, "the worker is dead")
}

impl<T> Gate<T> {
    /// What happens before an operation. `Ok(true)`: the worker dies after it.
    fn enter(&mut self, operation: &str) -> Result<bool, StoreError> {
        if self.is_dead {
            return Err(dead());
        }
        let pauses = {
            let mut common = open(&self.common);
            common.operations += 1;
            let often = common.faults.pauses;
            common.happens(often)
        };
        if pauses {
            open(&self.common).note(|| format!("{} stands before {operation}", self.who));
            let is_told = self.told.send(Told::Paused).is_ok();
            if !is_told || self.go.recv() != Ok(Go::On) {
                self.is_dead = true;
                open(&self.common).note(|| format!("{} dies before {operation}", self.who));
                return Err(dead());
            }
        }
        let mut common = open(&self.common);
        let faults = common.faults;
        if common.happens(faults.busy) {
            common.note(|| format!("{} finds the store busy: {operation}", self.who));
            return Err(error(StoreErrorKind::Busy, "the store is busy"));
        }
        let number = common.operations;
        let dies_now = common.dies_at.filter(|(at, _)| *at == number);
        if dies_now.is_some() || common.happens(faults.deaths) {
            common.dead.insert(self.who.clone());
            let is_before = match dies_now {
                Some((_, is_after)) => !is_after,
                None => common.random.percent(50),
            };
            if is_before {
                self.is_dead = true;
                common.note(|| format!("{} dies before {operation}", self.who));
                return Err(dead());
            }
            return Ok(true);
        }
        Ok(false)
    }

    fn leave<R>(
        &mut self,
        operation: &str,
        dies: bool,
        result: Result<R, StoreError>,
        words: impl FnOnce(&R) -> String,
    ) -> Result<R, StoreError> {
        let mut common = open(&self.common);
        match &result {
            Ok(result) => {
                let words = || format!("{} {operation}: {}", self.who, words(result));
                common.note(words);
            }
            Err(problem) => {
                let text = format!("{operation} failed: {problem:?}");
                common.note(|| text.clone());
                common.watch.wrong.push(text);
            }
        }
        if dies {
            common.note(|| format!("{} dies after {operation}", self.who));
            self.is_dead = true;
            return Err(dead());
        }
        result
    }
}

/// Writes turns whoever has the claims.
fn commit_unfenced(
    watch: &Watch,
    store: &mut dyn Store,
    worker: &str,
    turns: &[TurnCommit],
) -> Result<Vec<Lost>, StoreError> {
    let mut lost = Vec::new();
    for turn in turns {
        let (worker, epoch) = watch.claim_of(turn.process).unwrap_or((worker, turn.epoch));
        let turn = TurnCommit {
            epoch,
            ..turn.clone()
        };
        lost.extend(store.commit(worker, &[turn])?);
    }
    Ok(lost)
}

/// Operations that only look, or that nothing is watched of.
macro_rules! plain {
    ($($name:ident($($argument:ident: $kind:ty),*) -> $result:ty;)*) => {
        $(
            fn $name(&mut self, $($argument: $kind),*) -> Result<$result, StoreError> {
                let dies = self.enter(stringify!($name))?;
                let result = self.store.$name($($argument),*);
                self.leave(stringify!($name), dies, result, |result| {
                    let mut text = format!("{result:?}");
                    if text.contains("Some([") {
                        text = "bytes".to_owned();
                    }
                    if let Some((end, _)) = text.char_indices().nth(200) {
                        text.truncate(end);
                    }
                    text
                })
            }
        )*
    };
}

impl<T: Send> Store for Gate<T> {
    plain! {
        now() -> i64;
        name() -> String;
        put_code(code: &Code) -> ();
        code(hash: &CodeHash) -> Option<Vec<u8>>;
        start(processes: &[NewProcess]) -> Vec<ProcessId>;
        thread(process: ProcessId, thread: ThreadId) -> Option<Vec<u8>>;
        publish(events: &[NewEvent], source: Option<&Source>) -> Vec<Option<EventId>>;
        source_cursor(source: &str) -> Option<String>;
        event(event: EventId) -> Option<Event>;
        events(topic: Option<&str>, after: EventId, limit: usize) -> Vec<Event>;
        settle(process: ProcessId, thread: ThreadId, slot: Slot, kinds: &[WaitKind], outcome: &Outcome) -> bool;
        process(process: ProcessId) -> Option<Process>;
        processes(filter: &ProcessFilter, before: Option<ProcessId>, limit: usize) -> Vec<Process>;
        threads(process: ProcessId) -> Vec<ThreadId>;
        waits(process: ProcessId) -> Vec<Wait>;
        waiting(filter: &WaitFilter, limit: usize) -> Vec<Wait>;
        inbox(limit: usize) -> Vec<InboxItem>;
        read_notices(process: Option<ProcessId>, through: u64) -> u64;
        journal(process: ProcessId, from: u64, limit: usize) -> Vec<JournalEntry>;
        next_due() -> Option<i64>;
        look_over(after: Option<ProcessId>, limit: usize) -> LookedOver;
    }

    fn claim(
        &mut self,
        worker: &str,
        lease: i64,
        limit: usize,
    ) -> Result<Vec<Claimed>, StoreError> {
        let dies = self.enter("claim")?;
        let now = self.store.now()?;
        let mut result = self.store.claim(worker, lease, limit);
        if let Ok(claims) = &mut result {
            let mut common = open(&self.common);
            for claim in claims.iter_mut() {
                if claim.shared.is_some() && common.spoils(Sabotage::ForgetsState) {
                    claim.shared = None;
                }
                if !claim.arrived.is_empty() && common.spoils(Sabotage::RepeatsArrivals) {
                    claim.arrived.extend(claim.arrived.clone());
                }
            }
        }
        if let Ok(claims) = &result {
            open(&self.common).watch.claimed(worker, lease, now, claims);
        }
        self.leave("claim", dies, result, |claims| {
            let shown = claims.iter().map(|claim| {
                let came = claim.arrived.iter();
                let came = came.map(|wait| {
                    let (thread, slot) = (wait.wait.thread, wait.wait.slot);
                    format!(" {thread}.{slot}={:?}", wait.outcome.as_ref())
                });
                let came: String = came.collect();
                format!(
                    "[process {} epoch {} {:?}{came}]",
                    claim.process, claim.epoch, claim.control
                )
            });
            shown.collect()
        })
    }

    fn renew(&mut self, worker: &str, lease: i64) -> Result<(), StoreError> {
        let dies = self.enter("renew")?;
        let now = self.store.now()?;
        let result = self.store.renew(worker, lease);
        if result.is_ok() {
            let until = now.saturating_add(lease);
            open(&self.common).watch.renewed(worker, until);
        }
        self.leave("renew", dies, result, |()| lease.to_string())
    }

    fn commit(&mut self, worker: &str, turns: &[TurnCommit]) -> Result<Vec<Lost>, StoreError> {
        let dies = self.enter("commit")?;
        let common = Arc::clone(&self.common);
        let mut common = open(&common);
        let store = self.store.as_mut();
        let foretold = common.watch.before_commit(store, worker, turns);
        let result = if common.spoils(Sabotage::LosesTurns) {
            Ok(Vec::new())
        } else if common.spoils(Sabotage::LiftsFence) {
            commit_unfenced(&common.watch, store, worker, turns)
        } else {
            store.commit(worker, turns)
        };
        if let Ok(lost) = &result {
            common.watch.committed(store, turns, lost, &foretold);
        }
        let again = common.faults.repeated_commits;
        if result.is_ok() && common.happens(again) {
            // What was written once is not written again.
            let foretold = common.watch.before_commit(store, worker, turns);
            if let Ok(lost) = store.commit(worker, turns) {
                common.watch.committed(store, turns, &lost, &foretold);
            }
        }
        drop(common);
        self.leave("commit", dies, result, |lost| {
            let shown = turns.iter().map(|turn| {
                let is = if lost.contains(&Lost(turn.process)) {
                    "lost: "
                } else {
                    ""
                };
                let waits = turn.waits.iter().map(|wait| {
                    format!(
                        " {}.{}:{}{}",
                        wait.thread,
                        wait.slot,
                        wait.kind.name(),
                        wait.due.map(|due| format!("@{due}")).unwrap_or_default()
                    )
                });
                format!(
                    "[{is}process {} epoch {} took {:?} waits{} {:?}{}]",
                    turn.process,
                    turn.epoch,
                    turn.taken,
                    waits.collect::<String>(),
                    turn.end,
                    if turn.is_blocked { " blocked" } else { "" },
                )
            });
            shown.collect()
        })
    }

    fn begin_calls(
        &mut self,
        worker: &str,
        lease: i64,
        limit: usize,
    ) -> Result<Vec<BegunCall>, StoreError> {
        let dies = self.enter("begin_calls")?;
        let now = self.store.now()?;
        let mut result = self.store.begin_calls(worker, lease, limit);
        if let Ok(calls) = &mut result {
            let mut common = open(&self.common);
            if common.spoils(Sabotage::ForgetsCalls) {
                calls.pop();
            }
            if common.spoils(Sabotage::RepeatsCalls) {
                calls.extend(calls.last().cloned());
            }
        }
        if let Ok(calls) = &result {
            let until = now.saturating_add(lease);
            open(&self.common).watch.begun(worker, until, calls);
        }
        self.leave("begin_calls", dies, result, |calls| {
            let shown = calls.iter().map(|call| {
                format!(
                    "[process {} {}.{} {} attempt {}]",
                    call.process, call.thread, call.slot, call.name, call.attempt
                )
            });
            shown.collect()
        })
    }

    fn finish_calls(
        &mut self,
        worker: &str,
        calls: &[FinishedCall],
    ) -> Result<Vec<bool>, StoreError> {
        let dies = self.enter("finish_calls")?;
        let is_spoiled = open(&self.common).spoils(Sabotage::LosesOutcomes);
        let result = if is_spoiled {
            Ok(vec![true; calls.len()])
        } else {
            self.store.finish_calls(worker, calls)
        };
        if let Ok(written) = &result {
            open(&self.common).watch.finished(worker, calls, written);
        }
        self.leave("finish_calls", dies, result, |written| {
            let shown = calls.iter().zip(written).map(|(call, written)| {
                let mut what = format!("{:?}", call.finish);
                if let Some((end, _)) = what.char_indices().nth(40) {
                    what.truncate(end);
                }
                format!(
                    "[process {} {}.{} attempt {} {what} written {written}]",
                    call.process, call.thread, call.slot, call.attempt
                )
            });
            shown.collect()
        })
    }

    fn recover(&mut self) -> Result<Recovered, StoreError> {
        let dies = self.enter("recover")?;
        let now = self.store.now()?;
        let result = self.store.recover();
        if let Ok(recovered) = &result {
            let common = Arc::clone(&self.common);
            let mut common = open(&common);
            common.watch.recovered(self.store.as_mut(), now, *recovered);
        }
        self.leave("recover", dies, result, |recovered| {
            format!(
                "{} claims, {} calls to repeat, {} unknown",
                recovered.claims, recovered.repeated, recovered.unknown
            )
        })
    }

    fn repeat_call(
        &mut self,
        process: ProcessId,
        thread: ThreadId,
        slot: Slot,
    ) -> Result<bool, StoreError> {
        let dies = self.enter("repeat_call")?;
        let result = self.store.repeat_call(process, thread, slot);
        if let Ok(is_done) = &result {
            let mut common = open(&self.common);
            common.watch.repeated(process, (thread, slot), *is_done);
        }
        self.leave("repeat_call", dies, result, |is_done| {
            format!("process {process} {thread}.{slot} {is_done}")
        })
    }

    fn control(&mut self, process: ProcessId, control: Control) -> Result<bool, StoreError> {
        let dies = self.enter("control")?;
        let result = self.store.control(process, control);
        if let Ok(is_done) = &result {
            let mut common = open(&self.common);
            common.watch.controlled(process, control, *is_done);
        }
        self.leave("control", dies, result, |is_done| {
            format!("process {process} {control:?} {is_done}")
        })
    }
}

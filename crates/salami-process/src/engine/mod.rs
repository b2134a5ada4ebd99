//! The engine: what makes stored processes go on. See docs/engine.md.
//!
//! One round claims processes for which something came, runs a turn of each, writes all of it in one transaction, and
//! begins the calls that wait to be made: only what is written leaves. What must be done outside comes out as [`Job`]s;
//! whoever has threads and sockets runs them and gives them back ([`Engine::finish`]). Nothing of a process is kept
//! in memory between rounds.
//!
//! Absent: clocks (the store has one), threads, sockets; programs and machines ([`crate::Runtime`] has them).

mod audit;
mod cache;
mod calls;
mod journal;
mod look;
mod outcome;
mod people;
mod replay;
mod transfer;
mod turn;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt;

pub use audit::{Audited, Happened, audit};
pub use calls::{Finished, Job};
pub use journal::{Came, Entry, event_hash};
pub use people::{Problem, fitting, question};
pub use replay::{Difference, replay};
pub use transfer::{Unmoved, copy, export, import};

pub use crate::store::HOLD_OF_PROCESS;

use crate::registry::Tools;
use crate::runtime::Runtime;
use crate::store::{
    BegunCall, Claimed, FinishedCall, Lost, ProcessId, Recovered, Store, StoreError, TurnCommit,
};
use crate::tool::Outcome;

/// How an engine works.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EngineOptions {
    /// What the worker is called: no other that lives has the name. What a dead one of this name left at work is
    /// taken back in the first round; what others left, when their leases are over.
    pub worker: String,
    /// For how many microseconds its claims hold without a sign of it. A turn or a call that takes longer
    /// must be kept alive by [`Engine::renew`].
    pub lease: i64,
    /// How many processes are claimed, and so how many turns are written, at once.
    pub batch: usize,
    /// How many calls are made at once.
    pub calls: usize,
    /// About how much fuel a turn has.
    pub fuel: u64,
}

impl Default for EngineOptions {
    fn default() -> Self {
        Self {
            worker: "worker".to_owned(),
            lease: 60_000_000,
            batch: 256,
            calls: 256,
            fuel: 50_000_000,
        }
    }
}

/// An engine over a store. Several may work on one store, in one process or in many.
pub struct Engine {
    store: Box<dyn Store>,
    runtime: Box<dyn Runtime>,
    tools: Tools,
    options: EngineOptions,
    /// The store's own name, once it was asked.
    store_name: Option<String>,
    codes: cache::Codes,
    /// Whether it took back what a dead worker of its name left.
    has_begun: bool,
    /// Claims whose turns are to run: more than none between rounds only where the store could not be read.
    claimed: VecDeque<Claimed>,
    /// Turns that ran and are to be written: more than none between rounds only where the store could not be written.
    ran: Vec<TurnCommit>,
    /// Their claims.
    ran_for: Vec<Claimed>,
    /// What came of jobs: `None` for a call of which nobody knows.
    came: Vec<(BegunCall, Option<Outcome>)>,
    /// What came of calls and is to be written.
    finished: Vec<FinishedCall>,
    /// The calls that are made outside, by the number of their job.
    jobs: BTreeMap<u64, Vec<BegunCall>>,
    next_job: u64,
    /// When calls may be tried again whose tools are not here.
    unable: BTreeSet<i64>,
    looking: look::Looking,
}

impl fmt::Debug for Engine {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Engine")
            .field("options", &self.options)
            .field("tools", &self.tools)
            .field("jobs", &self.jobs.len())
            .finish_non_exhaustive()
    }
}

/// What a round did.
#[derive(Debug, Default)]
pub struct Round {
    /// How many turns were written.
    pub turns: usize,
    /// Turns that were in vain, as another worker had the process by then.
    pub lost: Vec<Lost>,
    /// How many calls were begun.
    pub calls: usize,
    /// How many outcomes of calls were written.
    pub outcomes: usize,
    /// What was taken back from workers that are gone.
    pub recovered: Recovered,
    /// Processes that are held now, as what they wait for is not in the store any more.
    pub held: Vec<ProcessId>,
    /// Whether there are processes that are still to be looked over: the next round does more of them.
    pub is_looking: bool,
    /// What is to be done outside.
    pub jobs: Vec<Job>,
}

impl Round {
    /// Whether nothing was to be done: the next round has nothing to do before [`Store::next_due`], unless
    /// something comes from outside.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.turns == 0
            && self.lost.is_empty()
            && self.calls == 0
            && self.outcomes == 0
            && self.recovered == Recovered::default()
            && self.held.is_empty()
            && !self.is_looking
    }
}

impl Engine {
    /// An engine.
    #[must_use]
    pub fn new(
        store: Box<dyn Store>,
        runtime: Box<dyn Runtime>,
        tools: Tools,
        options: EngineOptions,
    ) -> Self {
        Self {
            store,
            runtime,
            tools,
            options,
            store_name: None,
            codes: cache::Codes::default(),
            has_begun: false,
            claimed: VecDeque::new(),
            ran: Vec::new(),
            ran_for: Vec::new(),
            came: Vec::new(),
            finished: Vec::new(),
            jobs: BTreeMap::new(),
            next_job: 0,
            unable: BTreeSet::new(),
            looking: look::Looking::default(),
        }
    }

    /// Its store.
    pub fn store(&mut self) -> &mut dyn Store {
        self.store.as_mut()
    }

    /// Its tools.
    pub fn tools(&mut self) -> &mut Tools {
        &mut self.tools
    }

    /// How many calls are made outside now.
    #[must_use]
    pub fn calls_outside(&self) -> usize {
        self.jobs.values().map(Vec::len).sum()
    }

    /// Does what is to be done now.
    ///
    /// # Errors
    /// The store's. What was claimed stays claimed; turns and outcomes of calls are kept until they are written: the
    /// next round goes on with them.
    pub fn round(&mut self) -> Result<Round, StoreError> {
        let mut round = Round::default();
        if !self.has_begun {
            // What a dead worker of this name left would be prolonged with what this one has, for ever.
            self.store.renew(&self.options.worker, -1)?;
            self.has_begun = true;
        }
        // First what came: a worker that slept must not take back what it has done itself.
        round.outcomes = self.write_outcomes()?;
        round.recovered = self.store.recover()?;
        self.take_turns(&mut round)?;
        self.look_over(&mut round)?;
        self.begin_calls(&mut round)?;
        // What cannot be written now is with the next round: the jobs of this one must not be lost for it.
        round.outcomes += self.write_outcomes().unwrap_or(0);
        Ok(round)
    }

    /// Prolongs the leases of what it has at work: to be called several times in the time of a lease while calls
    /// take long.
    ///
    /// # Errors
    /// The store's.
    pub fn renew(&mut self) -> Result<(), StoreError> {
        self.store.renew(&self.options.worker, self.options.lease)
    }

    /// The store's name.
    fn store_name(&mut self) -> Result<String, StoreError> {
        if let Some(name) = &self.store_name {
            return Ok(name.clone());
        }
        let name = self.store.name()?;
        self.store_name = Some(name.clone());
        Ok(name)
    }
}

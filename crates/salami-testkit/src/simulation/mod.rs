//! Deterministic simulation of the engine: workers, store, clock, tools and people of which everything follows from a
//! seed, with all that can go wrong. See docs/testing.md.
//!
//! One thing happens at a time: workers are threads, and each waits before an operation of the store until the
//! scheduler lets it go on (`gate`). What passes to and from the store is held against a model ([`Watch`]).

mod gate;
mod ideal;
mod outside;
mod python;
mod random;
mod run;
mod script;
mod state;
mod toy;
mod watch;
mod worker;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use salami_process::Runtime;
use salami_process::code::CodeParts;
use salami_process::store::{
    Clock, MemoryStore, NewEvent, NewProcess, SimulatedClock, Slot, Store, ThreadId,
};
use serde_json::json;

pub use gate::Sabotage;
pub use outside::{Ledger, SharedLedger, World, declared, reply};
pub use python::{Python, source};
pub use random::{Random, digest, mixed};
pub use run::{Failure, Settings, Tally, simulate};
pub use script::{KINDS, Op, Script, Step, Wish};
pub use toy::{Toy, code};
pub use watch::Watch;

/// A program of a simulation. Its input has a `tag`; it may call the tools `world` and `mail`.
#[derive(Clone, Debug)]
pub struct Program {
    /// What no other program of the simulation is called.
    pub tag: String,
    /// Its code.
    pub parts: CodeParts,
    /// It, for people.
    pub text: String,
    /// How many events of each kind it waits for at most.
    pub events: [u64; KINDS],
    /// What comes of it depends on the time, or on the order in which things come.
    pub is_wild: bool,
}

impl Program {
    /// The process that runs it.
    fn process(&self, kit: &dyn Kit) -> NewProcess {
        NewProcess {
            code: self.parts.to_code().hash,
            owner: "tester".to_owned(),
            name: self.tag.clone(),
            input: json!({"tag": self.tag}).to_string(),
            options: kit.options(),
        }
    }
}

/// What runs in a simulation.
pub trait Kit: Sync {
    /// A runtime of its programs.
    fn runtime(&self) -> Box<dyn Runtime>;

    /// How much fuel turns may have: workers have one of these.
    fn fuel(&self) -> [u64; 3];

    /// The options of its processes.
    fn options(&self) -> String {
        "{}".to_owned()
    }

    /// A program.
    fn program(&self, random: &mut Random, tag: &str, is_wild: bool) -> Program;

    /// What the threads of a process wait for, as their states say.
    ///
    /// # Errors
    /// A sentence about states that cannot be read.
    fn waits(
        &self,
        code: &[u8],
        shared: &[u8],
        threads: &[(ThreadId, Vec<u8>)],
    ) -> Result<BTreeSet<(ThreadId, Slot)>, String>;
}

/// Scripts of the toy runtime.
#[derive(Clone, Copy, Debug, Default)]
pub struct Scripts;

impl Kit for Scripts {
    fn runtime(&self) -> Box<dyn Runtime> {
        Box::new(Toy::default())
    }

    fn fuel(&self) -> [u64; 3] {
        [7, 30, 1000]
    }

    fn program(&self, random: &mut Random, tag: &str, is_wild: bool) -> Program {
        let script = Script::generate(random, is_wild);
        // What failed is tried again up to two times, and waits anew.
        let events = script.events().map(|count| 3 * count);
        Program {
            tag: tag.to_owned(),
            parts: code(&script, tag),
            text: script.to_string(),
            events,
            is_wild,
        }
    }

    fn waits(
        &self,
        code: &[u8],
        _: &[u8],
        threads: &[(ThreadId, Vec<u8>)],
    ) -> Result<BTreeSet<(ThreadId, Slot)>, String> {
        toy::waits(code, threads).ok_or_else(|| "a state of the toy".to_owned())
    }
}

/// Where the processes of a simulation are kept.
pub trait Stores {
    /// Opens the store, as a worker does when it begins.
    fn open(&self) -> Box<dyn Store>;
}

/// Makes the place for one simulation.
pub type MakeStores = dyn Fn(&SimulatedClock) -> Box<dyn Stores> + Sync;

/// An event as programs of a simulation wait for it.
fn event(tag: &str, kind: u64, number: u64) -> NewEvent {
    NewEvent {
        topic: "mail.received".to_owned(),
        fields: json!({"tag": tag, "kind": kind, "number": number}).to_string(),
        unique: Some(format!("{tag}/{kind}/{number}")),
    }
}

/// Processes in memory, for all workers.
#[derive(Clone)]
pub struct Memory {
    store: Arc<Mutex<MemoryStore>>,
    busy: shared::Busy,
}

impl Memory {
    /// An empty store.
    #[must_use]
    pub fn new(clock: Box<dyn Clock>) -> Self {
        let store = MemoryStore::named(clock, "store");
        Self {
            store: Arc::new(Mutex::new(store)),
            busy: shared::Busy::default(),
        }
    }

    /// Has the next operation of this name fail, whoever calls it.
    pub fn fail_next(&self, operation: &'static str) {
        let busy = self.busy.lock();
        busy.unwrap_or_else(PoisonError::into_inner)
            .insert(operation);
    }
}

impl std::fmt::Debug for Memory {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Memory")
    }
}

impl Stores for Memory {
    fn open(&self) -> Box<dyn Store> {
        Box::new(shared::Shared {
            store: Arc::clone(&self.store),
            busy: Arc::clone(&self.busy),
        })
    }
}

mod shared;

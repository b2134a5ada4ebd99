//! Where a process lives that a command runs: in memory or in a file, by the clock of this machine or by one that jumps.

use salami_process::Tools;
use salami_process::store::{MemoryStore, SimulatedClock, Store};
use salami_store::SystemClock;

use super::super::lease::{ClockRight, LEASE, Name, Renewal};
use super::super::place::Location;
use super::super::worker::{Options, Worker};
use crate::failure::Failure;
use crate::session;

/// So many calls are made side by side.
const CALLS: usize = 64;

/// A private store, and the sign that its worker lives.
pub struct File {
    /// Where it is.
    pub location: Location,
    /// Whether an error holds the process there: not before it has waited long, as until then somebody is
    /// looking who expects the end of a run.
    pub holds: bool,
    _name: Name,
    _right: ClockRight,
    _renewal: Option<Renewal>,
}

/// A worker over a private store in a file.
pub fn in_file(
    location: Location,
    tools: Tools,
    clock: Option<&SimulatedClock>,
) -> Result<(File, Worker), Failure> {
    let store = open(&location, clock)?;
    let name = Name::take(&location.path);
    let right = ClockRight::take(&location.path, clock.is_some())?;
    let options = Options {
        name: name.text.clone(),
        lease: LEASE,
        calls: CALLS,
        is_told: true,
    };
    // With a simulated clock time stands still while calls are made.
    let renewal = match clock {
        Some(_) => None,
        None => Some(Renewal::begin(location.open_or_make()?, name.text.clone())),
    };
    let worker = Worker::new(store, clock.cloned(), tools, options);
    let file = File {
        location,
        holds: true,
        _name: name,
        _right: right,
        _renewal: renewal,
    };
    Ok((file, worker))
}

/// Opens the store of a file by a clock.
pub fn open(
    location: &Location,
    clock: Option<&SimulatedClock>,
) -> Result<Box<dyn Store>, Failure> {
    match clock {
        Some(clock) => location.open_with(Box::new(clock.clone())),
        None => location.open_or_make(),
    }
}

/// A worker over a store in memory.
pub fn in_memory(tools: Tools, clock: Option<&SimulatedClock>) -> Worker {
    // The keys of calls have the store's name: no other run may have it.
    let own = format!("{:016x}{:016x}", session::entropy(), session::entropy());
    let store = match clock {
        Some(clock) => MemoryStore::named(Box::new(clock.clone()), &own),
        None => MemoryStore::named(Box::new(SystemClock::new()), &own),
    };
    let options = Options {
        name: "run".to_owned(),
        lease: i64::MAX / 4,
        calls: CALLS,
        is_told: true,
    };
    Worker::new(Box::new(store), clock.cloned(), tools, options)
}

//! Snapshots: executions as bytes that can be kept, moved and resumed, on any machine and by any later
//! version.
//!
//! What of an execution is state, and in which order it is written, is salami-vm's. Here that is put into
//! a *part* that says what it is: of which form, for which semantics and which module, and sealed, so that
//! damage is found, and with a key also what others wrote. `docs/snapshot-format.md` describes every byte.
//!
//! An execution has one common part and one part for each thread, so that waking one thread reads that
//! thread only; or all of them behind each other in one *snapshot*.
//!
//! Opening is total: any bytes are an execution that the program could be in as far as types go, or a
//! [`SnapshotError`]. Nothing of the program runs, and memory is bounded by the limits.

mod error;
mod part;

use std::sync::Arc;

use salami_vm::{Limits, Program, Threads};

pub use error::SnapshotError;
use part::Kind;

/// The version of the format that is written. All earlier ones are read.
pub const FORMAT_VERSION: u8 = part::FORMAT;

/// How parts are sealed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Seal {
    /// By their hash: what was damaged is refused.
    #[default]
    Hash,
    /// By their hash with this key: what somebody without the key wrote is refused, too. For stores that are not
    /// trusted.
    Key([u8; 32]),
}

/// The hash of a module, its name.
pub type ModuleHash = [u8; 32];

/// What all threads of an execution have together, as a part.
#[must_use]
pub fn common_part(threads: &Threads, module: &ModuleHash, seal: &Seal) -> Vec<u8> {
    part::write(Kind::Common, module, &threads.common_part(), seal)
}

/// A thread as a part; nothing if it is stored elsewhere.
#[must_use]
pub fn thread_part(
    threads: &Threads,
    thread: u64,
    module: &ModuleHash,
    seal: &Seal,
) -> Option<Vec<u8>> {
    let body = threads.thread_part(thread)?;
    Some(part::write(Kind::Thread, module, &body, seal))
}

/// A whole execution; nothing if one of its threads is stored elsewhere.
#[must_use]
pub fn snapshot(threads: &Threads, module: &ModuleHash, seal: &Seal) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    part::block(&mut body, &threads.common_part());
    for thread in 0..threads.count() {
        part::block(&mut body, &threads.thread_part(thread)?);
    }
    Some(part::write(Kind::Whole, module, &body, seal))
}

/// The execution of which [`snapshot`] gave these bytes.
///
/// # Errors
/// See [`SnapshotError`].
pub fn resume(
    program: &Arc<Program>,
    module: &ModuleHash,
    bytes: &[u8],
    limits: Limits,
    seal: &Seal,
) -> Result<Threads, SnapshotError> {
    let body = part::read(Kind::Whole, module, bytes, seal)?;
    let mut rest = body;
    let common = part::take_block(&mut rest)?;
    let mut threads = Vec::new();
    while !rest.is_empty() {
        let number = threads.len() as u64;
        threads.push((number, part::take_block(&mut rest)?));
    }
    let resumed = Threads::restored(program, limits, common, &threads)?;
    if resumed.count() != threads.len() as u64 {
        return Err(SnapshotError::malformed("a thread is missing"));
    }
    Ok(resumed)
}

/// The threads whose parts [`resume_parts`] needs, if some are wanted.
///
/// # Errors
/// See [`SnapshotError`].
pub fn needed_threads(
    module: &ModuleHash,
    common: &[u8],
    wanted: &[u64],
    seal: &Seal,
) -> Result<Vec<u64>, SnapshotError> {
    let common = part::read(Kind::Common, module, common, seal)?;
    Ok(Threads::needed(common, wanted)?)
}

/// An execution from its common part and those of some threads, at least one; the others stay where
/// they are until [`load_thread`] brings them in.
///
/// # Errors
/// See [`SnapshotError`].
pub fn resume_parts(
    program: &Arc<Program>,
    module: &ModuleHash,
    common: &[u8],
    threads: &[(u64, &[u8])],
    limits: Limits,
    seal: &Seal,
) -> Result<Threads, SnapshotError> {
    let common = part::read(Kind::Common, module, common, seal)?;
    let mut bodies = Vec::with_capacity(threads.len());
    for (number, bytes) in threads {
        bodies.push((*number, part::read(Kind::Thread, module, bytes, seal)?));
    }
    Ok(Threads::restored(program, limits, common, &bodies)?)
}

/// Brings one more thread into an execution.
///
/// # Errors
/// See [`SnapshotError`].
pub fn load_thread(
    threads: &mut Threads,
    thread: u64,
    module: &ModuleHash,
    bytes: &[u8],
    seal: &Seal,
) -> Result<(), SnapshotError> {
    let body = part::read(Kind::Thread, module, bytes, seal)?;
    Ok(threads.load(thread, body)?)
}

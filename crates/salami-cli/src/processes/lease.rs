//! The name of a worker, and the sign that it lives.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use salami_process::store::Store;

use crate::failure::Failure;

/// For how long what a worker has at work is its own without a sign of it, in microseconds.
pub const LEASE: i64 = 15_000_000;
/// So many workers of one machine have names that go from one to the next.
const MOST: usize = 64;
/// How long it looks away between two looks at whether it is to end.
const NAP: Duration = Duration::from_millis(100);

/// The right to work by the clock of this machine, which all workers of a store have together, or by a
/// simulated one, which one has alone: it would jump over the leases of the others.
#[derive(Debug)]
pub struct ClockRight {
    _lock: Option<File>,
}

impl ClockRight {
    /// Takes it as long as it lives.
    pub fn take(store: &Path, is_simulated: bool) -> Result<Self, Failure> {
        let Some(file) = lock_file(store, "clock") else {
            return Ok(Self { _lock: None });
        };
        let locked = if is_simulated {
            file.try_lock()
        } else {
            file.try_lock_shared()
        };
        match locked {
            Err(TryLockError::WouldBlock) if is_simulated => Err(Failure::usage(
                "another worker is at work on this store: a simulated clock is for one alone",
            )
            .with_help("end it first, or work without --simulate-clock")),
            Err(TryLockError::WouldBlock) => Err(Failure::usage(
                "a worker with a simulated clock is at work on this store",
            )
            .with_help("wait until it has ended")),
            Ok(()) | Err(TryLockError::Error(_)) => Ok(Self { _lock: Some(file) }),
        }
    }
}

/// A file beside a store, to be locked.
fn lock_file(store: &Path, name: &str) -> Option<File> {
    let mut path = store.as_os_str().to_owned();
    path.push(format!("-{name}"));
    let mut options = OpenOptions::new();
    options.create(true).truncate(false).write(true);
    options.open(&path).ok()
}

/// A name that no other worker has. A worker that died leaves its name to the next one of this machine, which so
/// takes back at once what that one had at work, without waiting for the end of its lease.
#[derive(Debug)]
pub struct Name {
    /// The name.
    pub text: String,
    /// Locked as long as the worker lives; the system unlocks it.
    _lock: Option<File>,
}

impl Name {
    /// A name for a worker over the store in a file.
    pub fn take(store: &Path) -> Self {
        for number in 1..=MOST {
            let Some(file) = lock_file(store, &format!("worker-{number}")) else {
                break;
            };
            if file.try_lock().is_ok() {
                return Self {
                    text: format!("worker-{number}"),
                    _lock: Some(file),
                };
            }
        }
        // Where files cannot be locked the lease tells that a worker is gone.
        use std::hash::{BuildHasher as _, RandomState};
        let chance = RandomState::new().hash_one(std::process::id());
        Self {
            text: format!("worker-{}-{chance:x}", std::process::id()),
            _lock: None,
        }
    }
}

/// Whether a worker of this machine works on the store in a file.
pub fn is_worked_on(store: &Path) -> bool {
    (1..=MOST).any(|number| {
        let mut path = store.as_os_str().to_owned();
        path.push(format!("-worker-{number}"));
        let file = OpenOptions::new().write(true).open(path);
        file.is_ok_and(|file| matches!(file.try_lock(), Err(TryLockError::WouldBlock)))
    })
}

/// Prolongs leases at a third of their time, whatever else the worker does.
#[derive(Debug)]
pub struct Renewal(Arc<AtomicBool>);

impl Renewal {
    /// Begins, over a connection of its own.
    pub fn begin(mut store: Box<dyn Store>, worker: String) -> Self {
        let is_over = Arc::new(AtomicBool::new(false));
        let renewal = Self(Arc::clone(&is_over));
        std::thread::spawn(move || {
            let pause = Duration::from_micros(u64::try_from(LEASE / 3).unwrap_or(1));
            let mut passed = Duration::ZERO;
            while !is_over.load(Ordering::Relaxed) {
                std::thread::sleep(NAP);
                passed += NAP;
                if passed >= pause {
                    passed = Duration::ZERO;
                    // What is not prolonged now is with the next try, or taken back.
                    let _ = store.renew(&worker, LEASE);
                }
            }
        });
        renewal
    }
}

impl Drop for Renewal {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

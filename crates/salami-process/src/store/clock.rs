//! What time it is: stores are given a clock, so that tests can set it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// Shows the time.
pub trait Clock: Send {
    /// Microseconds since 1970 in UTC; never less than what it showed before.
    fn now(&self) -> i64;
}

/// A clock that goes only when it is told to; its clones show the same time.
#[derive(Clone, Debug, Default)]
pub struct SimulatedClock {
    instant: Arc<AtomicI64>,
}

impl SimulatedClock {
    /// A clock that shows an instant.
    #[must_use]
    pub fn new(instant: i64) -> Self {
        Self {
            instant: Arc::new(AtomicI64::new(instant)),
        }
    }

    /// Puts it forward to an instant; one that is past changes nothing.
    pub fn set(&self, instant: i64) {
        self.instant.fetch_max(instant, Ordering::SeqCst);
    }

    /// Puts it forward by some microseconds.
    pub fn advance(&self, microseconds: u64) {
        let by = i64::try_from(microseconds).unwrap_or(i64::MAX);
        self.set(self.now().saturating_add(by));
    }
}

impl Clock for SimulatedClock {
    fn now(&self) -> i64 {
        self.instant.load(Ordering::SeqCst)
    }
}

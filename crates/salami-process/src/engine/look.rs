//! Processes are looked over, page by page and from time to time: those whose waits are not in the store any more would sleep for
//! ever, and nothing would say so.

use super::{Engine, Round};
use crate::store::{LookedOver, ProcessId, StoreError, StoreErrorKind};

/// How many are looked at in a round.
const PAGE: usize = 256;
/// All are looked at again after so many microseconds, by the store's clock.
const PAUSE: i64 = 3_600_000_000;

/// How far it is.
#[derive(Debug, Default)]
pub(super) struct Looking {
    /// The last that was looked at, while there are more.
    last: Option<ProcessId>,
    /// Nothing is to be done before this instant; `None`: it has not begun.
    next: Option<i64>,
}

impl Engine {
    /// Whether there are processes to be looked over now.
    ///
    /// # Errors
    /// The store's.
    pub fn is_looking(&mut self) -> Result<bool, StoreError> {
        let now = self.store.now()?;
        Ok(self.looking.next.is_none_or(|next| next <= now))
    }

    /// Looks at some of them.
    pub(super) fn look_over(&mut self, round: &mut Round) -> Result<(), StoreError> {
        if !self.is_looking()? {
            return Ok(());
        }
        let looked = match self.store.look_over(self.looking.last, PAGE) {
            // Whoever can be worked on is.
            Err(error) if error.kind == StoreErrorKind::Corrupt => LookedOver::default(),
            looked => looked?,
        };
        round.held = looked.held;
        self.looking.last = looked.last;
        round.is_looking = looked.last.is_some();
        if !round.is_looking {
            self.looking.next = Some(self.store.now()?.saturating_add(PAUSE));
        }
        Ok(())
    }
}

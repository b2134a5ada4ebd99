//! Processes are looked over, page by page: those whose waits are not in the store any more would sleep for ever, and nothing
//! would say so. First all of them, as soon as nothing else is to be done; then again and again, a page now and then.

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
    /// Nothing is to be done before this instant; `None`: not all have been looked at yet.
    next: Option<i64>,
}

impl Engine {
    /// Whether there are processes that it has never looked over: another round does more of them.
    #[must_use]
    pub const fn is_looking(&self) -> bool {
        self.looking.next.is_none()
    }

    /// Looks over some processes where it is time to do that again; whether some of them are held now. For who makes no
    /// rounds while nothing is due: a round does it, too.
    ///
    /// # Errors
    /// The store's.
    pub fn look_on(&mut self) -> Result<bool, StoreError> {
        Ok(!self.look_at_page()?.is_empty())
    }

    /// Looks at some of them.
    pub(super) fn look_over(&mut self, round: &mut Round) -> Result<(), StoreError> {
        round.held = self.look_at_page()?;
        round.is_looking = self.is_looking();
        Ok(())
    }

    fn look_at_page(&mut self) -> Result<Vec<ProcessId>, StoreError> {
        let now = self.store.now()?;
        if self.looking.next.is_some_and(|next| next > now) {
            return Ok(Vec::new());
        }
        let looked = match self.store.look_over(self.looking.last, PAGE) {
            // Whoever can be worked on is.
            Err(error) if error.kind == StoreErrorKind::Corrupt => LookedOver::default(),
            looked => looked?,
        };
        self.looking.last = looked.last;
        if looked.last.is_none() {
            self.looking.next = Some(now.saturating_add(PAUSE));
        }
        Ok(looked.held)
    }
}

//! Whom an exception concerns that its thread does not catch: those who wait for the thread, and through
//! them those who wait for these. Where errors are held, one that concerns nobody holds its thread until somebody
//! begins to wait for it who catches it, or finds another way out.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use salami_ir::{BuiltinException, ClassRef};

use super::stored::Status;
use super::{Concerned, State, Threads};
use crate::machine::Raised;
use crate::value::Value;
use crate::wait::{Request, Wait};

impl Threads {
    /// Whom what the current thread raised concerns.
    pub(super) fn concerned(&self, raised: &Raised) -> Concerned {
        let Value::Exception(exception) = raised.exception else {
            return Concerned::Somebody;
        };
        let class = self.heap().exception(exception).class;
        let on_purpose = [BuiltinException::SystemExit, BuiltinException::Cancelled];
        let is_meant = on_purpose
            .iter()
            .any(|&wanted| self.is_class(class, wanted));
        if !self.holds || is_meant {
            return Concerned::Somebody;
        }
        self.concerned_by(self.current, class)
    }

    /// The same of an exception of a class, in a thread.
    fn concerned_by(&self, thread: usize, class: ClassRef) -> Concerned {
        let mut concerned = Concerned::Nobody;
        let mut seen = BTreeSet::from([thread]);
        let mut pending = vec![thread];
        while let Some(thread) = pending.pop() {
            for &waiter in self.waiters.get(&(thread as u64)).into_iter().flatten() {
                if !seen.insert(waiter) {
                    continue;
                }
                if !self.threads[waiter].is_here() {
                    concerned = Concerned::Perhaps(waiter);
                } else if self.machine(waiter).has_handler(class) {
                    return Concerned::Somebody;
                }
                pending.push(waiter);
            }
        }
        concerned
    }

    /// A thread that is elsewhere, of which it depends whether one that begins to wait for these threads gets what
    /// one that is held raised: the one that is held, or one that waits for it in between.
    pub(super) fn to_be_seen(&self, threads: &[u64]) -> Option<usize> {
        if !self.holds {
            return None;
        }
        // The one that begins to wait is among those who wait for it, and so are those who wait for this one.
        let mut above = BTreeSet::from([self.current]);
        self.add_waiters(&mut above);
        let absent_above = above
            .into_iter()
            .find(|&thread| !self.threads[thread].is_here());
        let held = self.held_below(threads);
        held.into_iter().find_map(|held| {
            let mut between = BTreeSet::from([held]);
            self.add_waiters(&mut between);
            let absent = between
                .into_iter()
                .find(|&thread| !self.threads[thread].is_here());
            absent.into_iter().chain(absent_above).min()
        })
    }

    /// Adds those who wait for some threads, and so on.
    fn add_waiters(&self, threads: &mut BTreeSet<usize>) {
        let mut pending: Vec<usize> = threads.iter().copied().collect();
        while let Some(thread) = pending.pop() {
            let waiters = self.waiters.get(&(thread as u64)).into_iter().flatten();
            pending.extend(waiters.copied().filter(|&waiter| threads.insert(waiter)));
        }
    }

    /// The threads that are held among these and those for which they wait, and so on.
    fn held_below(&self, threads: &[u64]) -> BTreeSet<usize> {
        let mut held = BTreeSet::new();
        let mut seen = BTreeSet::new();
        let mut pending = threads.to_vec();
        while let Some(number) = pending.pop() {
            let Some(index) = usize::try_from(number)
                .ok()
                .filter(|&index| index < self.threads.len())
            else {
                continue;
            };
            if !seen.insert(index) {
                continue;
            }
            match &self.threads[index].state {
                State::Held(_) | State::Absent(Status::Held) => {
                    held.insert(index);
                }
                State::Waiting(Wait::Thread(
                    Request::Ended { threads, .. } | Request::Returned { threads },
                ))
                | State::Absent(Status::Threads { threads, .. } | Status::AllThreads(threads)) => {
                    pending.extend(threads);
                }
                _ => {}
            }
        }
        held
    }

    /// Lets threads that are held go on with what they raised, if that concerns somebody now: a thread has begun to wait.
    pub(super) fn release_held(&mut self, waiter: usize) {
        let State::Waiting(Wait::Thread(
            Request::Ended { threads, .. } | Request::Returned { threads },
        )) = &self.threads[waiter].state
        else {
            return;
        };
        if !self.holds {
            return;
        }
        // Of all others nothing has changed.
        for index in self.held_below(threads) {
            let State::Held(raised) = &self.threads[index].state else {
                continue;
            };
            let Value::Exception(exception) = raised.exception else {
                continue;
            };
            let class = self.machine(index).context.heap.exception(exception).class;
            if matches!(self.concerned_by(index, class), Concerned::Somebody) {
                let priority = self.threads[index].priority;
                self.ready.insert((Reverse(priority), index));
            }
        }
    }
}

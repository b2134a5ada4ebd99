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
        let is_held = |index: &usize| {
            matches!(
                self.threads[*index].state,
                State::Held(_) | State::Absent(Status::Held)
            )
        };
        (0..self.threads.len())
            .filter(is_held)
            .find_map(|held| self.absent_between(held, threads))
    }

    /// A thread that is elsewhere among one that is held and those who wait for it, if these threads are among them.
    fn absent_between(&self, held: usize, threads: &[u64]) -> Option<usize> {
        let mut seen = BTreeSet::from([held]);
        let mut pending = vec![held];
        let mut reaches = false;
        while let Some(thread) = pending.pop() {
            if threads.contains(&(thread as u64)) {
                // The one that begins to wait is among them, and so are those who wait for it.
                reaches = true;
                if seen.insert(self.current) {
                    pending.push(self.current);
                }
            }
            let waiters = self.waiters.get(&(thread as u64)).into_iter().flatten();
            pending.extend(waiters.copied().filter(|&waiter| seen.insert(waiter)));
        }
        let mut seen = seen.into_iter();
        let absent = seen.find(|&thread| !self.threads[thread].is_here());
        absent.filter(|_| reaches)
    }

    /// Lets threads that are held go on with what they raised, if that concerns somebody now: a thread has begun to wait.
    pub(super) fn release_held(&mut self) {
        if !self.holds {
            return;
        }
        for index in 0..self.threads.len() {
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

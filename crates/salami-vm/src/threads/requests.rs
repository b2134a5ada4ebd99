//! What threads ask of whoever runs them.

use std::cmp::Reverse;

use salami_ir::BuiltinException;

use super::{Served, State, Thread, Threads};
use crate::machine::MachineError;
use crate::wait::{CANCELLED, DONE, FAILED, RUNNING, Request};

impl Threads {
    /// Answers what the current thread asks.
    pub(super) fn serve(&mut self, request: &Request) -> Served {
        let number = match request {
            Request::Start => {
                return match self.start() {
                    Ok(()) => Served::Answered,
                    Err(error) => Served::Failed(error),
                };
            }
            Request::Ended { threads, until } => {
                if threads.iter().any(|&thread| self.known(thread).is_none()) {
                    return self.unknown();
                }
                let ended = |&thread: &u64| self.known(thread).is_some_and(Thread::has_ended);
                let position = match threads.iter().position(ended) {
                    Some(position) => i64::try_from(position).unwrap_or(i64::MAX),
                    None if until.is_some_and(|until| until <= self.clock()) => -1,
                    // Whether it catches what one that is held raised is to be seen.
                    None => {
                        return self
                            .to_be_seen(threads)
                            .map_or(Served::Waits, Served::Absent);
                    }
                };
                self.machine_mut(self.current).reply(position);
                return Served::Answered;
            }
            Request::Returned { threads } => {
                if threads.iter().any(|&thread| self.known(thread).is_none()) {
                    return self.unknown();
                }
                let has_failed = |&thread: &u64| self.known(thread).is_some_and(Thread::has_failed);
                let failed = threads.iter().position(has_failed);
                let has_ended = |&thread: &u64| self.known(thread).is_some_and(Thread::has_ended);
                let position = match failed {
                    Some(position) => i64::try_from(position).unwrap_or(i64::MAX),
                    None if threads.iter().all(has_ended) => -1,
                    None => {
                        return self
                            .to_be_seen(threads)
                            .map_or(Served::Waits, Served::Absent);
                    }
                };
                self.machine_mut(self.current).reply(position);
                return Served::Answered;
            }
            Request::Result(thread)
            | Request::State(thread)
            | Request::Cancel(thread)
            | Request::Priority(thread, _) => *thread,
        };
        let Some(index) = usize::try_from(number)
            .ok()
            .filter(|&index| index < self.threads.len())
        else {
            return self.unknown();
        };
        match request {
            Request::Result(_) => return self.give(index),
            Request::Cancel(_) if !self.threads[index].is_here() => {
                if !self.threads[index].has_ended() {
                    return Served::Absent(index);
                }
                self.machine_mut(self.current).reply(0);
            }
            Request::Cancel(_) => self.cancel(index),
            Request::Priority(_, priority) => {
                let place = (Reverse(self.threads[index].priority), index);
                self.threads[index].priority = *priority;
                for places in [&mut self.ready, &mut self.untold] {
                    if places.remove(&place) {
                        places.insert((Reverse(*priority), index));
                    }
                }
                self.machine_mut(self.current).reply(0);
            }
            _ => {
                let state = match &self.threads[index].state {
                    State::Ready | State::Waiting(_) => RUNNING,
                    State::Returned(_) => DONE,
                    // To the program one that is held has raised: that somebody may help it on is not seen here.
                    State::Raised(_) | State::Held(_) => FAILED,
                    State::Cancelled => CANCELLED,
                    State::Absent(status) => status.shown(),
                };
                self.machine_mut(self.current).reply(state);
            }
        }
        Served::Answered
    }

    pub(super) fn known(&self, number: u64) -> Option<&Thread> {
        self.threads.get(usize::try_from(number).ok()?)
    }

    fn unknown(&mut self) -> Served {
        let machine = self.machine_mut(self.current);
        machine.refuse(BuiltinException::ValueError, "no thread has this number");
        Served::Answered
    }

    fn start(&mut self) -> Result<(), Box<MachineError>> {
        let number = self.threads.len() as u64;
        let (memory, parked) = (self.memory, self.parked);
        let current = self.machine_mut(self.current);
        if number >= super::stored::MOST_THREADS as u64 {
            let message = "an execution has at most 65536 threads";
            current.refuse(BuiltinException::RuntimeError, message);
            return Ok(());
        }
        let taken = parked.saturating_add(current.size());
        let machine = current.start_thread(number, memory.saturating_sub(taken))?;
        let size = machine.size();
        if size > memory.saturating_sub(taken) {
            return Err(Box::new(current.out_of_memory(size)));
        }
        let parked = parked + size;
        current.set_limit(memory.saturating_sub(parked));
        current.reply(i64::try_from(number).unwrap_or(i64::MAX));
        self.parked = parked;
        self.begun.push((number, self.current as u64));
        self.add(machine);
        Ok(())
    }

    /// Gives the current thread what another returned or raised.
    fn give(&mut self, index: usize) -> Served {
        let current = self.current;
        let result = match &self.threads[index].state {
            State::Returned(value) => Ok(*value),
            State::Raised(raised) => Err(raised.exception),
            State::Cancelled => {
                let machine = self.machine_mut(current);
                machine.refuse(BuiltinException::Cancelled, "");
                return Served::Answered;
            }
            State::Ready | State::Waiting(_) | State::Held(_) => {
                let machine = self.machine_mut(current);
                machine.refuse(BuiltinException::RuntimeError, "the thread has not ended");
                return Served::Answered;
            }
            State::Absent(_) => return Served::Absent(index),
        };
        self.threads[index].is_received = true;
        let has_changed = self.threads[index].has_changed;
        let received = match self.two_machines(current, index) {
            Some([to, from]) => to.receive(from, result),
            None => return Served::Answered,
        };
        self.threads[index].has_changed = has_changed;
        match received {
            Ok(_) => Served::Answered,
            Err(error) => Served::Failed(error),
        }
    }

    /// Ends a thread where it waits, and answers who asked for it.
    fn cancel(&mut self, index: usize) {
        let current = self.current;
        // To the program one that is held has ended: it raised.
        let thread = &self.threads[index];
        let ended = thread.has_ended() || index == 0 || matches!(thread.state, State::Held(_));
        self.machine_mut(current).reply(i64::from(!ended));
        if ended {
            return;
        }
        if !self.threads[index].has_begun {
            let place = (Reverse(self.threads[index].priority), index);
            self.ready.remove(&place);
            self.end_thread(index, State::Cancelled);
            return;
        }
        let machine = self.machine_mut(index);
        if index == current {
            machine.interrupt_later(BuiltinException::Cancelled);
            return;
        }
        machine.interrupt(BuiltinException::Cancelled, "");
        if matches!(self.threads[index].state, State::Waiting(_)) {
            self.wake(index);
        }
    }
}

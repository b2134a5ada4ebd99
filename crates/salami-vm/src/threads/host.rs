//! The host's side: what is waited for, and what comes of it.

use salami_ir::BuiltinException;

use super::{State, Thread, Threads};
use crate::machine::Raised;
use crate::value::Value;
use crate::wait::{Answer, Call, Request, Wait};

impl Threads {
    /// What the execution waits for, the threads in the order of their numbers.
    pub fn waits(&self) -> impl Iterator<Item = (u64, Wait)> {
        let threads = self.threads.iter().enumerate();
        threads.flat_map(|(index, thread)| {
            let waits = match &thread.state {
                State::Waiting(Wait::Thread(_)) => Vec::new(),
                State::Waiting(Wait::Calls(calls)) => {
                    calls.iter().cloned().map(Wait::Call).collect()
                }
                State::Waiting(Wait::Until(instant)) => {
                    vec![Wait::Until(self.instant_of(index).unwrap_or(*instant))]
                }
                State::Waiting(wait) => vec![wait.clone()],
                _ => Vec::new(),
            };
            waits.into_iter().map(move |wait| (index as u64, wait))
        })
    }

    /// Whether the host was told of a call that a thread waits for: before that its number may become another.
    #[must_use]
    pub fn is_told(&self, thread: u64, sequence: u64) -> bool {
        let index = usize::try_from(thread).unwrap_or(usize::MAX);
        !self.untold.iter().any(|place| place.1 == index)
            && !(self.untold_calls.iter()).any(|untold| untold.1.sequence == sequence)
    }

    /// The threads that wait for the end of others, each with the instant until which it does.
    pub fn joins(&self) -> impl Iterator<Item = (u64, Option<i64>)> {
        let threads = self.threads.iter().enumerate();
        threads.filter_map(|(index, thread)| match &thread.state {
            State::Waiting(Wait::Thread(Request::Ended { .. } | Request::Returned { .. })) => {
                Some((index as u64, self.instant_of(index)))
            }
            _ => None,
        })
    }

    /// The threads that wait for calls or streams within a `with timeout(...)`, each with its instant.
    pub fn deadlines(&self) -> impl Iterator<Item = (u64, i64)> {
        let threads = self.threads.iter().enumerate();
        threads.filter_map(|(index, thread)| match &thread.state {
            State::Waiting(Wait::Call(_) | Wait::Calls(_) | Wait::Input(_)) => {
                Some((index as u64, self.instant_of(index)?))
            }
            _ => None,
        })
    }

    /// From now on a thread that raises what nobody catches, neither it nor a thread that waits for its end,
    /// stands still where it did: the others go on, and [`Threads::retry`] runs the instruction again.
    pub fn hold_errors(&mut self) {
        self.holds = true;
    }

    /// The threads that are held, with what they raised.
    pub fn held(&self) -> impl Iterator<Item = (u64, &Raised)> {
        let threads = self.threads.iter().enumerate();
        threads.filter_map(|(index, thread)| match &thread.state {
            State::Held(raised) => Some((index as u64, &**raised)),
            _ => None,
        })
    }

    /// Makes a thread that is held the current one, to be looked at; what it raised.
    pub fn show_held(&mut self, thread: u64) -> Option<Raised> {
        let index = usize::try_from(thread).ok()?;
        match &self.threads.get(index)?.state {
            State::Held(raised) => {
                let raised = (**raised).clone();
                self.switch(index);
                Some(raised)
            }
            _ => None,
        }
    }

    /// Makes a thread that is here and has not ended the current one, to be looked at; `false` if it is not so.
    pub fn show(&mut self, thread: u64) -> bool {
        let index = usize::try_from(thread).unwrap_or(usize::MAX);
        let known = self.threads.get(index);
        if !known.is_some_and(|thread| thread.is_here() && !thread.has_ended()) {
            return false;
        }
        self.switch(index);
        true
    }

    /// Makes a thread that is here and has returned the current one, to be looked at; what it returned.
    pub fn show_returned(&mut self, thread: u64) -> Option<Value> {
        let index = usize::try_from(thread).ok()?;
        match self.threads.get(index)?.state {
            State::Returned(value) => {
                self.switch(index);
                Some(value)
            }
            _ => None,
        }
    }

    /// Lets a thread that is held run the instruction that raised again; `false` if it is not held.
    pub fn retry(&mut self, thread: u64) -> bool {
        let index = usize::try_from(thread).unwrap_or(usize::MAX);
        let is_held = matches!(
            self.threads.get(index).map(|thread| &thread.state),
            Some(State::Held(_))
        );
        if is_held {
            self.wake(index);
        }
        is_held
    }

    /// Raises `Cancelled` where a thread waits, or where it waits next.
    pub fn cancel_thread(&mut self, thread: u64) {
        let index = usize::try_from(thread).unwrap_or(usize::MAX);
        let is_here = self.threads.get(index).is_some_and(Thread::is_here);
        if !is_here || self.threads[index].has_ended() {
            return;
        }
        self.machine_mut(index)
            .interrupt(BuiltinException::Cancelled, "");
        if !matches!(self.threads[index].state, State::Ready) {
            self.wake(index);
        }
    }

    /// The threads that began since this was asked last, each with the one that started it.
    pub fn take_begun(&mut self) -> Vec<(u64, u64)> {
        core::mem::take(&mut self.begun)
    }

    /// The number of the thread that runs, or ran last.
    #[must_use]
    pub fn number(&self) -> u64 {
        self.current as u64
    }

    /// Answers the call that the host was told of last; `false` if it waits for none.
    pub fn answer(&mut self, answer: Answer) -> bool {
        let Some(index) = self.last_told else {
            return false;
        };
        if let State::Waiting(Wait::Calls(calls)) = &self.threads[index].state {
            let mut calls = calls.iter().map(|call| call.sequence);
            let last = self.last_call;
            let first = calls.clone().next();
            let sequence = calls.find(|sequence| Some(*sequence) == last).or(first);
            return sequence.is_some_and(|sequence| self.answer_one(index, sequence, answer));
        }
        self.answer_thread(index, answer)
    }

    /// Answers the call with this sequence number; `false` if nobody waits for it any more.
    pub fn answer_call(&mut self, sequence: u64, answer: Answer) -> bool {
        let is_it = |call: &Call| call.sequence == sequence;
        let index = self
            .told
            .iter()
            .copied()
            .find(|&index| match &self.threads[index].state {
                State::Waiting(Wait::Call(call)) => is_it(call),
                State::Waiting(Wait::Calls(calls)) => calls.iter().any(is_it),
                _ => false,
            });
        let Some(index) = index else {
            return false;
        };
        match self.threads[index].state {
            State::Waiting(Wait::Calls(_)) => self.answer_one(index, sequence, answer),
            _ => self.answer_thread(index, answer),
        }
    }

    /// Answers one of the calls that a thread makes side by side.
    fn answer_one(&mut self, index: usize, sequence: u64, answer: Answer) -> bool {
        if !self.machine_mut(index).answer_call(sequence, answer) {
            return false;
        }
        self.untold_calls
            .retain(|(_, call)| call.sequence != sequence);
        match self.machine_mut(index).waits_for().cloned() {
            Some(wait) => self.threads[index].state = State::Waiting(wait),
            None => self.wake(index),
        }
        true
    }

    fn answer_thread(&mut self, index: usize, answer: Answer) -> bool {
        let is_answered = self.machine_mut(index).answer(answer);
        if is_answered {
            self.wake(index);
        }
        is_answered
    }

    /// As [`crate::Machine::feed`], for the wait that the host was told of last.
    pub fn feed(&mut self, chunk: Result<&[u8], &str>) -> bool {
        let Some(index) = self.last_told else {
            return false;
        };
        let is_fed = self.machine_mut(index).feed(chunk);
        if is_fed {
            // A reading that needs more goes on from where this piece ended.
            match self.machine_mut(index).waits_for().cloned() {
                Some(wait) => self.threads[index].state = State::Waiting(wait),
                None => self.wake(index),
            }
        }
        is_fed
    }

    /// As [`crate::Machine::forget_read_ahead`], of all threads.
    pub fn forget_read_ahead(&mut self) {
        for index in 0..self.threads.len() {
            if !self.threads[index].is_here() {
                continue;
            }
            self.machine_mut(index).forget_read_ahead();
            if matches!(self.threads[index].state, State::Waiting(Wait::Input(_))) {
                self.wake(index);
            }
        }
    }

    /// As [`crate::Machine::cursors`], of all threads, one after the other.
    #[must_use]
    pub fn cursors(&self) -> Vec<(String, u64)> {
        let here = self.threads.iter().filter(|thread| thread.is_here());
        here.flat_map(|thread| self.machines[thread.machine].cursors())
            .collect()
    }

    /// Moves the clock of all threads on; it never goes back.
    pub fn advance_clock(&mut self, microseconds: i64) {
        self.machine_unchanged(self.current)
            .advance_clock(microseconds);
        let now = self.clock();
        while let Some(&(instant, index)) = self.timers.first()
            && instant <= now
        {
            self.timers.pop_first();
            self.reach(index);
        }
    }
}

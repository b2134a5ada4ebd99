//! The threads of an execution: several machines over one program, of which one runs at a time.
//!
//! A *turn* runs every thread that can run, those of a higher priority first and of these the oldest,
//! each until it waits; what begins or can go on meanwhile has its place in the same turn. Only then are
//! its waits told, in that order, and all of them before the next turn begins. So what happens depends
//! on nothing but the program, its input and the order in which answers come.
//!
//! Fuel, output, clock and unseeded randomness belong to all threads together, and so does the limit of
//! memory: the machine that runs may have what the others leave.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use salami_ir::{BuiltinException, ClassRef};

use crate::context::Context;
use crate::machine::{Machine, MachineError, Outcome, Raised};
use crate::value::Value;
use crate::wait::{Call, Request, Wait};

mod held;
mod host;
mod places;
mod requests;
mod stored;

use places::Places;
use stored::Status;

/// Where a thread is in a turn: those of a higher priority come first, then the older ones.
type Place = (Reverse<i64>, usize);

/// A collection of the threads that wait is worth its time if it frees this fraction of the limit.
const WORTHWHILE: usize = 64;

#[derive(Clone, Debug)]
enum State {
    /// It has its place in the turn.
    Ready,
    Waiting(Wait),
    /// It raised what nobody catches and stands where it did, its stack intact, until it runs that
    /// instruction again; only where errors are held.
    Held(Box<Raised>),
    Returned(Value),
    Raised(Box<Raised>),
    Cancelled,
    /// Its machine is stored elsewhere.
    Absent(Status),
}

#[derive(Clone, Debug)]
struct Thread {
    /// Which of the machines it is, if it is here.
    machine: usize,
    state: State,
    priority: i64,
    /// What it counted for when it last stopped.
    size: usize,
    has_begun: bool,
    /// Whether somebody got what it raised.
    is_received: bool,
    /// Whether it may be another than when the host took it last.
    has_changed: bool,
}

impl Thread {
    const fn has_ended(&self) -> bool {
        match &self.state {
            State::Ready | State::Waiting(_) | State::Held(_) => false,
            State::Absent(status) => status.has_ended(),
            State::Returned(_) | State::Raised(_) | State::Cancelled => true,
        }
    }

    /// Whether it has ended, and did not return.
    const fn has_failed(&self) -> bool {
        let has_returned = matches!(
            self.state,
            State::Returned(_) | State::Absent(Status::Returned)
        );
        self.has_ended() && !has_returned
    }

    const fn has_raised(&self) -> bool {
        matches!(self.state, State::Raised(_) | State::Absent(Status::Raised))
    }

    const fn is_here(&self) -> bool {
        !matches!(self.state, State::Absent(_))
    }

    /// Whether it is elsewhere and waits for what comes from outside, or for a time.
    const fn waits_elsewhere(&self) -> bool {
        match &self.state {
            State::Absent(status) => status.waits_for_host(),
            _ => false,
        }
    }
}

/// All threads of an execution; what it dereferences to is the machine that runs, or ran last.
#[derive(Clone, Debug)]
pub struct Threads {
    /// By number; the first is the program's own.
    threads: Vec<Thread>,
    /// The machines of those that are here.
    machines: Vec<Machine>,
    /// One that is here.
    current: usize,
    /// Whether the current one has not come to its end or a wait yet.
    is_running: bool,
    ready: Places,
    /// What waits until an instant.
    timers: BTreeSet<(i64, usize)>,
    /// Who waits for the end of a thread.
    waiters: BTreeMap<u64, BTreeSet<usize>>,
    /// For how many threads one still waits that waits for all of some.
    left: BTreeMap<usize, usize>,
    /// What began to wait for the host in this turn, and is to be told.
    untold: Places,
    /// What the host was told of and has not answered, in the order of the calls.
    told: Vec<usize>,
    /// What the host was told of last.
    last_told: Option<usize>,
    /// The calls that a thread makes side by side, and the host is still to be told of.
    untold_calls: VecDeque<(usize, Call)>,
    /// Of the calls that a thread makes side by side, the one that the host was told of last.
    last_call: Option<u64>,
    memory: usize,
    /// The bytes of all machines but the current one.
    parked: usize,
    peak: usize,
    calls: u64,
    /// The threads that began since the host asked, each with the one that started it.
    begun: Vec<(u64, u64)>,
    /// Whether what nobody catches holds its thread.
    holds: bool,
    /// What the current thread raised, until the thread is here of which it depends whether it is held.
    undecided: Option<Box<Raised>>,
}

impl Deref for Threads {
    type Target = Machine;

    fn deref(&self) -> &Machine {
        self.machine(self.current)
    }
}

impl DerefMut for Threads {
    fn deref_mut(&mut self) -> &mut Machine {
        self.machine_mut(self.current)
    }
}

/// The instant that a wait is for, or ends at.
fn own_instant(wait: &Wait) -> Option<i64> {
    match wait {
        Wait::Until(instant) => Some(*instant),
        Wait::Thread(Request::Ended { until, .. }) => *until,
        _ => None,
    }
}

fn position_of(threads: &[u64], number: u64) -> Option<i64> {
    let position = threads.iter().position(|&thread| thread == number)?;
    Some(i64::try_from(position).unwrap_or(i64::MAX))
}

/// What one that waits for all of these is told when one of them ends; nothing as long as it waits on.
fn reply_to_all(threads: &[u64], ended: u64, has_returned: bool, is_last: bool) -> Option<i64> {
    match (has_returned, is_last) {
        (false, _) => position_of(threads, ended),
        (true, true) => Some(-1),
        (true, false) => None,
    }
}

/// Whom an exception concerns that its own thread does not catch.
enum Concerned {
    /// The execution ends with it, or a thread gets it that waits for this one.
    Somebody,
    /// The thread is held.
    Nobody,
    /// It depends on a thread that waits for this one and is not here.
    Perhaps(usize),
}

/// What comes of a request.
enum Served {
    Answered,
    Waits,
    /// It takes this thread, which is elsewhere.
    Absent(usize),
    Failed(Box<MachineError>),
}

/// Whose turn it is.
enum Turn {
    /// A thread's, which has the machine.
    Runs,
    /// That of a thread that is elsewhere.
    Absent(usize),
    /// Nobody's.
    Over,
}

impl Threads {
    /// The threads of a program, of which there is one so far, with so much memory for all.
    #[must_use]
    pub fn new(machine: Machine, memory: usize) -> Self {
        let mut threads = Self::empty(memory);
        // Most programs have no other.
        threads.threads.reserve_exact(1);
        threads.machines.reserve_exact(1);
        threads.add(machine);
        threads
    }

    /// No threads yet.
    fn empty(memory: usize) -> Self {
        Self {
            threads: Vec::new(),
            machines: Vec::new(),
            current: 0,
            is_running: false,
            ready: Places::default(),
            timers: BTreeSet::new(),
            waiters: BTreeMap::new(),
            left: BTreeMap::new(),
            untold: Places::default(),
            told: Vec::new(),
            last_told: None,
            untold_calls: VecDeque::new(),
            last_call: None,
            memory,
            parked: 0,
            peak: 0,
            calls: 0,
            begun: Vec::new(),
            holds: false,
            undecided: None,
        }
    }

    fn add(&mut self, machine: Machine) {
        let index = self.threads.len();
        self.threads.push(Thread {
            size: machine.size(),
            machine: self.machines.len(),
            state: State::Ready,
            priority: 0,
            has_begun: false,
            is_received: false,
            has_changed: true,
        });
        self.machines.push(machine);
        self.ready.insert((Reverse(0), index));
    }

    /// The machine of a thread that is here.
    fn machine(&self, index: usize) -> &Machine {
        &self.machines[self.threads[index].machine]
    }

    fn machine_mut(&mut self, index: usize) -> &mut Machine {
        let thread = &mut self.threads[index];
        thread.has_changed = true;
        &mut self.machines[thread.machine]
    }

    /// The machines of two threads that are here.
    fn two_machines(&mut self, one: usize, other: usize) -> Option<[&mut Machine; 2]> {
        for index in [one, other] {
            self.threads[index].has_changed = true;
        }
        let places = [self.threads[one].machine, self.threads[other].machine];
        self.machines.get_disjoint_mut(places).ok()
    }

    /// As [`Machine::set_interrupt`], of all that are here.
    pub fn set_interrupt(&mut self, flag: &Arc<AtomicBool>) {
        for machine in &mut self.machines {
            machine.set_interrupt(Arc::clone(flag));
        }
    }

    /// What an execution has once for all its threads: it is where the current one is.
    fn shared(&self) -> &Context {
        &self.machine(self.current).context
    }

    /// What was counted for the limits of instructions.
    fn counters(&self) -> (u64, u64) {
        self.machine(self.current).counters()
    }

    /// Runs on with this much fuel more, as [`Machine::run`].
    pub fn run(&mut self, fuel: u64) -> Outcome {
        match self.begin(fuel) {
            Some(outcome) => outcome,
            None => {
                let outcome = self.go_on(fuel);
                self.follow(outcome, false)
            }
        }
    }

    /// Runs one instruction, as [`Machine::step`].
    pub fn step(&mut self) -> Outcome {
        match self.begin(0) {
            Some(outcome) => outcome,
            None => {
                let outcome = match self.undecided.take() {
                    Some(raised) => Outcome::Raised(*raised),
                    None => self.machine_mut(self.current).step(),
                };
                self.follow(outcome, true)
            }
        }
    }

    /// As [`Machine::raise_on`].
    pub fn raise_on(&mut self, raised: &Raised) -> Option<Outcome> {
        let outcome = self.machine_mut(self.current).raise_on(raised)?;
        Some(self.follow(outcome, false))
    }

    /// Gives a thread its turn; the outcome if there is none or something is to be told first.
    fn begin(&mut self, fuel: u64) -> Option<Outcome> {
        if self.is_running {
            return None;
        }
        if self.untold.is_empty() && self.untold_calls.is_empty() {
            match self.next() {
                Turn::Runs => return None,
                Turn::Absent(index) => return Some(Outcome::Absent(index as u64)),
                Turn::Over => {}
            }
        }
        // Nothing runs: this only adds to the fuel.
        self.machine_unchanged(self.current).grant(fuel);
        match self.rest() {
            Some(outcome) => Some(outcome),
            None => {
                let outcome = self.go_on(0);
                Some(self.follow(outcome, false))
            }
        }
    }

    /// Runs the current thread on with this much fuel more; one that was held goes on with what it raised.
    fn go_on(&mut self, fuel: u64) -> Outcome {
        match self.undecided.take() {
            None => self.machine_mut(self.current).run(fuel),
            Some(raised) => {
                self.machine_mut(self.current).grant(fuel);
                Outcome::Raised(*raised)
            }
        }
    }

    /// Goes on from the outcome of the current machine, until the host is needed.
    fn follow(&mut self, mut outcome: Outcome, steps: bool) -> Outcome {
        loop {
            match outcome {
                Outcome::OutOfFuel { .. } | Outcome::Absent(_) | Outcome::Idle => return outcome,
                Outcome::Suspended(Wait::Thread(request)) => match self.serve(&request) {
                    Served::Answered => {
                        if steps {
                            return Outcome::OutOfFuel { needed: 0 };
                        }
                        outcome = self.machine_mut(self.current).run(0);
                        continue;
                    }
                    Served::Waits => self.wait(Wait::Thread(request)),
                    Served::Absent(index) => return Outcome::Absent(index as u64),
                    Served::Failed(error) => return Outcome::Failed(*error),
                },
                Outcome::Suspended(wait) => self.wait(wait),
                Outcome::Done(value) => self.end(State::Returned(value)),
                Outcome::Raised(raised) => match self.concerned(&raised) {
                    Concerned::Nobody => {
                        // One that is being cancelled is not held.
                        if let Some(next) = self.machine_mut(self.current).interrupt_here() {
                            outcome = next;
                            continue;
                        }
                        self.is_running = false;
                        self.machine_mut(self.current).held = raised.exception;
                        self.threads[self.current].state = State::Held(Box::new(raised));
                    }
                    Concerned::Perhaps(waiter) => {
                        self.undecided = Some(Box::new(raised));
                        return Outcome::Absent(waiter as u64);
                    }
                    Concerned::Somebody if self.current == 0 => return Outcome::Raised(raised),
                    Concerned::Somebody => {
                        if let Some(next) = self.machine_mut(self.current).raise_on(&raised) {
                            outcome = next;
                            continue;
                        }
                        let is_cancelled = matches!(raised.exception, Value::Exception(exception)
                            if self.heap().exception(exception).class
                                == ClassRef::Builtin(BuiltinException::Cancelled));
                        self.end(if is_cancelled {
                            State::Cancelled
                        } else {
                            State::Raised(Box::new(raised))
                        });
                    }
                },
                Outcome::Failed(error) => {
                    if !self.makes_room(&error) {
                        return Outcome::Failed(error);
                    }
                    outcome = self.machine_mut(self.current).run(0);
                    continue;
                }
            }
            match self.next() {
                Turn::Runs => {}
                Turn::Absent(index) => return Outcome::Absent(index as u64),
                Turn::Over => {
                    if let Some(end) = self.rest() {
                        return end;
                    }
                }
            }
            if steps {
                return Outcome::OutOfFuel { needed: 0 };
            }
            outcome = self.go_on(0);
        }
    }

    /// Gives the next thread of the turn the machine.
    fn next(&mut self) -> Turn {
        let Some(&place) = self.ready.first() else {
            return Turn::Over;
        };
        let (_, next) = place;
        if !self.threads[next].is_here() {
            return Turn::Absent(next);
        }
        self.ready.remove(&place);
        self.switch(next);
        self.threads[next].has_begun = true;
        self.is_running = true;
        if matches!(self.threads[next].state, State::Held(_))
            && let State::Held(raised) =
                core::mem::replace(&mut self.threads[next].state, State::Ready)
        {
            self.machine_mut(next).held = Value::Unset;
            self.undecided = Some(raised);
        }
        Turn::Runs
    }

    fn switch(&mut self, next: usize) {
        let last = self.current;
        if last == next {
            return;
        }
        self.peak = self.memory_used_most();
        let size = self.machine(last).size();
        self.threads[last].size = size;
        self.parked = self
            .parked
            .saturating_add(size)
            .saturating_sub(self.threads[next].size);
        let memory = self.memory.saturating_sub(self.parked);
        let has_changed = self.threads[last].has_changed;
        if let Some([from, to]) = self.two_machines(last, next) {
            from.hand_over(to);
            to.set_memory(memory);
        }
        // What it gives up is not its own.
        self.threads[last].has_changed = has_changed;
        self.current = next;
    }

    /// At the end of a turn: what the host is told, or none if a thread goes on after all.
    fn rest(&mut self) -> Option<Outcome> {
        if self.untold_calls.is_empty()
            && let Some(&(_, index)) = self.untold.first()
            && let State::Waiting(Wait::Calls(_)) = self.threads[index].state
        {
            self.untold.pop_first();
            self.told.push(index);
            let first = self.calls;
            let calls = self.machine_mut(index).number_calls(first);
            self.calls += calls.len() as u64;
            self.threads[index].state = State::Waiting(Wait::Calls(calls.clone()));
            self.untold_calls = calls.into_iter().map(|call| (index, call)).collect();
        }
        if let Some((index, call)) = self.untold_calls.pop_front() {
            self.last_told = Some(index);
            self.last_call = Some(call.sequence);
            return Some(Outcome::Suspended(Wait::Call(call)));
        }
        if let Some((_, index)) = self.untold.pop_first() {
            self.told.push(index);
            self.last_told = Some(index);
            if let State::Waiting(Wait::Call(call)) = &mut self.threads[index].state {
                call.sequence = self.calls;
                self.calls += 1;
                self.threads[index].has_changed = true;
            }
        }
        let told = match self.last_told {
            Some(index) => Some(index),
            None => self.told.first().copied(),
        };
        if let Some(index) = told
            && let State::Waiting(wait) = &self.threads[index].state
        {
            self.last_told = Some(index);
            let told = match wait {
                Wait::Calls(calls) => {
                    let call = calls.first().cloned();
                    self.last_call = call.as_ref().map(|call| call.sequence);
                    call.map_or_else(|| wait.clone(), Wait::Call)
                }
                wait => wait.clone(),
            };
            return Some(Outcome::Suspended(told));
        }
        if let Some(&(instant, _)) = self.timers.first() {
            return Some(Outcome::Suspended(Wait::Until(instant)));
        }
        if self.held().next().is_some() {
            return Some(Outcome::Suspended(Wait::WayOut));
        }
        let waiting = self.threads.iter().position(|thread| !thread.has_ended());
        let Some(index) = waiting else {
            return Some(self.finish());
        };
        if self.threads.iter().any(Thread::waits_elsewhere) {
            return Some(Outcome::Idle);
        }
        if !self.threads[index].is_here() {
            return Some(Outcome::Absent(index as u64));
        }
        // Threads that wait for each other.
        let message = "no thread can go on: each waits for another";
        self.wake(index);
        self.machine_mut(index)
            .refuse(BuiltinException::RuntimeError, message);
        match self.next() {
            Turn::Runs => None,
            _ => Some(Outcome::Failed(MachineError::internal(
                "no thread can go on",
            ))),
        }
    }

    /// What comes of the execution when all threads have ended: what the first one returned, unless one
    /// raised what nobody got to see.
    fn finish(&mut self) -> Outcome {
        let lost = self
            .threads
            .iter()
            .position(|thread| thread.has_raised() && !thread.is_received);
        let index = lost.unwrap_or(0);
        if !self.threads[index].is_here() {
            return Outcome::Absent(index as u64);
        }
        self.switch(index);
        match &self.threads[index].state {
            State::Raised(raised) => Outcome::Raised((**raised).clone()),
            State::Returned(value) => Outcome::Done(*value),
            _ => Outcome::Done(Value::None),
        }
    }

    fn wait(&mut self, wait: Wait) {
        let index = self.current;
        self.is_running = false;
        match &wait {
            Wait::Until(_) => {}
            Wait::Thread(Request::Ended { threads, .. }) => {
                for &thread in threads {
                    self.waiters.entry(thread).or_default().insert(index);
                }
            }
            Wait::Thread(Request::Returned { threads }) => self.wait_for_all(index, threads),
            _ => {
                let priority = self.threads[index].priority;
                self.untold.insert((Reverse(priority), index));
            }
        }
        let is_join = matches!(wait, Wait::Thread(_));
        self.threads[index].state = State::Waiting(wait);
        if is_join {
            self.release_held(index);
        }
        match self.instant_of(index) {
            Some(instant) if instant <= self.clock() => self.reach(index),
            Some(instant) => drop(self.timers.insert((instant, index))),
            None => {}
        }
    }

    /// When a thread that waits goes on whether anything came or not: it waits for that, or a
    /// `with timeout(...)` ends its wait.
    fn instant_of(&self, index: usize) -> Option<i64> {
        let State::Waiting(wait) = &self.threads[index].state else {
            return None;
        };
        let deadline = self.machine(index).context.deadline;
        own_instant(wait).into_iter().chain(deadline).min()
    }

    /// Lets a thread go on whose instant has come.
    fn reach(&mut self, index: usize) {
        let now = self.clock();
        let State::Waiting(wait) = &self.threads[index].state else {
            return;
        };
        let is_own = own_instant(wait).is_some_and(|instant| instant <= now);
        let asks = matches!(wait, Wait::Thread(_));
        self.wake(index);
        if !is_own {
            self.machine_mut(index)
                .interrupt(BuiltinException::TimeoutError, "");
        } else if asks {
            self.machine_mut(index).reply(-1);
        }
    }

    /// Takes a thread out of what it waits for, and gives it its place in the turn.
    fn wake(&mut self, index: usize) {
        let priority = self.threads[index].priority;
        if let Some(instant) = self.instant_of(index) {
            self.timers.remove(&(instant, index));
        }
        let state = core::mem::replace(&mut self.threads[index].state, State::Ready);
        match state {
            State::Waiting(Wait::Until(_)) => {}
            State::Waiting(Wait::Thread(
                Request::Ended { threads, .. } | Request::Returned { threads },
            )) => {
                self.left.remove(&index);
                for thread in threads {
                    if let Some(waiters) = self.waiters.get_mut(&thread) {
                        waiters.remove(&index);
                    }
                }
            }
            State::Waiting(_) => {
                self.untold.remove(&(Reverse(priority), index));
                self.told.retain(|&told| told != index);
                self.untold_calls.retain(|&(thread, _)| thread != index);
                if self.last_told == Some(index) {
                    self.last_told = None;
                }
            }
            _ => {}
        }
        self.ready.insert((Reverse(priority), index));
        self.machine_mut(index).held = Value::Unset;
    }

    /// Ends the current thread.
    fn end(&mut self, state: State) {
        self.is_running = false;
        let index = self.current;
        self.end_thread(index, state);
    }

    fn end_thread(&mut self, index: usize, state: State) {
        // What the program's own thread returned is read where it is.
        if index != 0 {
            let machine = self.machine_mut(index);
            machine.retire(match &state {
                State::Returned(value) => *value,
                State::Raised(raised) => raised.exception,
                _ => Value::None,
            });
            let size = machine.size();
            if index != self.current {
                let thread = &mut self.threads[index];
                self.parked = (self.parked + size).saturating_sub(thread.size);
                thread.size = size;
            }
        }
        self.threads[index].state = state;
        let number = index as u64;
        let has_returned = matches!(self.threads[index].state, State::Returned(_));
        for waiter in self.waiters.remove(&number).unwrap_or_default() {
            let is_last = self.is_last_of_all(waiter);
            if self.wakes_absent(waiter, number, has_returned, is_last) {
                continue;
            }
            let reply = match &self.threads[waiter].state {
                State::Waiting(Wait::Thread(Request::Ended { threads, .. })) => {
                    position_of(threads, number)
                }
                State::Waiting(Wait::Thread(Request::Returned { threads })) => {
                    reply_to_all(threads, number, has_returned, is_last)
                }
                _ => None,
            };
            if let Some(reply) = reply {
                self.wake(waiter);
                self.machine_mut(waiter).reply(reply);
            }
        }
    }

    /// A thread begins to wait for all of these; those that have ended have returned.
    fn wait_for_all(&mut self, index: usize, threads: &[u64]) {
        let mut left = 0;
        for &thread in threads {
            if self.known(thread).is_some_and(Thread::has_ended) {
                continue;
            }
            left += usize::from(self.waiters.entry(thread).or_default().insert(index));
        }
        self.left.insert(index, left);
    }

    /// One of those has ended for which a thread waits: whether it was the last of all.
    fn is_last_of_all(&mut self, waiter: usize) -> bool {
        let Some(left) = self.left.get_mut(&waiter) else {
            return false;
        };
        *left = left.saturating_sub(1);
        *left == 0
    }

    /// Whether there is memory for the current thread after what the others do not need is gone.
    fn makes_room(&mut self, error: &MachineError) -> bool {
        if error.code != "limit.memory" || self.threads.len() == 1 {
            return false;
        }
        let before = self.parked;
        for (index, thread) in self.threads.iter_mut().enumerate() {
            if index != self.current
                && let Some(machine) = self.machines.get_mut(thread.machine)
            {
                machine.collect_garbage();
                let size = machine.size();
                self.parked = (self.parked + size).saturating_sub(thread.size);
                thread.size = size;
            }
        }
        if before.saturating_sub(self.parked) < self.memory / WORTHWHILE {
            return false;
        }
        self.peak = self.memory_used_most();
        let memory = self.memory.saturating_sub(self.parked);
        self.machine_mut(self.current).set_memory(memory);
        true
    }

    /// The hash of the state of all threads: of all that decides what happens from here on.
    #[must_use]
    pub fn state_hash(&self) -> [u8; 32] {
        self.hash_of_state(false)
    }

    /// The same of threads of which the current one was the last to run: of what it left.
    #[must_use]
    pub fn end_hash(&self) -> [u8; 32] {
        self.hash_of_state(true)
    }

    /// The fuel that all threads used.
    #[must_use]
    pub fn fuel_used(&self) -> u64 {
        self.machines.iter().map(Machine::fuel_used).sum()
    }

    /// The most bytes that were in use at once: of one thread its heap, of several their stacks too.
    #[must_use]
    pub fn memory_peak(&self) -> usize {
        self.memory_used_most()
    }

    fn memory_used_most(&self) -> usize {
        let current = self.machine(self.current);
        self.peak
            .max(self.parked.saturating_add(current.memory_peak()))
    }
}

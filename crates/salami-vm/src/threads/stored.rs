//! Threads as bytes: one part for what they have together, small, and one for each; and threads from these
//! parts, of which some may stay where they are stored until they are needed.

use std::cmp::Reverse;
use std::sync::Arc;

use salami_ir::{Address, FunctionIndex};

use super::{State, Thread, Threads, position_of, reply_to_all};
use crate::machine::{ErrorContext, Limits, Machine, Raised};
use crate::prepare::Program;
use crate::state::{Bytes, Sink, StateError, read_randomness, write_randomness};
use crate::value::Value;
use crate::wait::{CANCELLED, DONE, FAILED, RUNNING, Request, Wait};
use StateError::Malformed;

/// Which of the rarer items the common part has, as bits.
mod item {
    pub(super) const RUNNING: u8 = 1;
    pub(super) const LAST_TOLD: u8 = 2;
    pub(super) const LAST_CALL: u8 = 4;
    pub(super) const UNTOLD_CALLS: u8 = 8;
    pub(super) const COUNTERS: u8 = 16;
}

/// How a thread is, as far as others need to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Status {
    /// It has its place in the turn, where it waited for a thread with the position of what ended.
    Ready(Option<i64>),
    /// It waits for the host, which was told.
    Told,
    /// It waits for the host, which is to be told.
    Untold,
    /// It waits until an instant.
    Timer,
    /// It waits for the end of threads.
    Threads {
        threads: Vec<u64>,
        until: Option<i64>,
    },
    Held,
    Returned,
    Raised,
    Cancelled,
    /// It waits until all of these threads have returned, or one has ended in another way.
    AllThreads(Vec<u64>),
}

impl Status {
    pub(super) const fn has_ended(&self) -> bool {
        matches!(self, Self::Returned | Self::Raised | Self::Cancelled)
    }

    pub(super) const fn waits_for_host(&self) -> bool {
        match self {
            Self::Told | Self::Untold | Self::Timer | Self::Held => true,
            Self::Threads { until, .. } => until.is_some(),
            _ => false,
        }
    }

    /// What the program sees of it.
    pub(super) const fn shown(&self) -> i64 {
        match self {
            Self::Returned => DONE,
            Self::Raised | Self::Held => FAILED,
            Self::Cancelled => CANCELLED,
            _ => RUNNING,
        }
    }

    fn write(&self, sink: &mut Sink) {
        match self {
            Self::Ready(None) => sink.byte(0),
            Self::Ready(Some(position)) => {
                sink.byte(1);
                sink.integer(*position);
            }
            Self::Told => sink.byte(2),
            Self::Untold => sink.byte(3),
            Self::Timer => sink.byte(4),
            Self::Threads { threads, until } => {
                sink.byte(5 + u8::from(until.is_some()));
                sink.length(threads.len());
                for thread in threads {
                    sink.number(*thread);
                }
                if let Some(until) = until {
                    sink.integer(*until);
                }
            }
            Self::Held => sink.byte(7),
            Self::Returned => sink.byte(8),
            Self::Raised => sink.byte(9),
            Self::Cancelled => sink.byte(10),
            Self::AllThreads(threads) => {
                sink.byte(11);
                // Mostly they are those that were begun one after the other.
                let runs = runs(threads);
                sink.length(runs.len());
                for (first, count) in runs {
                    sink.number(first);
                    sink.number(count);
                }
            }
        }
    }

    fn read(bytes: &mut Bytes<'_>) -> Result<Self, StateError> {
        Ok(match bytes.byte()? {
            0 => Self::Ready(None),
            1 => Self::Ready(Some(bytes.integer()?)),
            2 => Self::Told,
            3 => Self::Untold,
            4 => Self::Timer,
            kind @ (5 | 6) => {
                let count = bytes.count()?;
                let mut threads = Vec::with_capacity(count);
                for _ in 0..count {
                    threads.push(bytes.number()?);
                }
                let until = if kind == 6 {
                    Some(bytes.integer()?)
                } else {
                    None
                };
                Self::Threads { threads, until }
            }
            7 => Self::Held,
            8 => Self::Returned,
            9 => Self::Raised,
            10 => Self::Cancelled,
            11 => Self::AllThreads(read_runs(bytes)?),
            _ => return Err(Malformed("no status of a thread")),
        })
    }
}

/// Numbers as runs of those that follow each other: the first of each, and how many.
fn runs(numbers: &[u64]) -> Vec<(u64, u64)> {
    let mut runs: Vec<(u64, u64)> = Vec::new();
    for &number in numbers {
        match runs.last_mut() {
            Some((first, count)) if first.checked_add(*count) == Some(number) => *count += 1,
            _ => runs.push((number, 1)),
        }
    }
    runs
}

fn read_runs(bytes: &mut Bytes<'_>) -> Result<Vec<u64>, StateError> {
    const WRONG: StateError = Malformed("no run of numbers");
    let mut numbers: Vec<u64> = Vec::new();
    for _ in 0..bytes.count()? {
        let (first, count) = (bytes.number()?, bytes.number()?);
        let follows = numbers.last().is_some_and(|last| last + 1 == first);
        let is_small = first < MOST_THREADS as u64 && count <= MOST_THREADS as u64;
        if count == 0 || follows || !is_small || numbers.len() > MOST_NAMED {
            return Err(WRONG);
        }
        numbers.extend(first..first + count);
    }
    Ok(numbers)
}

/// What of a thread all others may ask.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Entry {
    status: Status,
    has_begun: bool,
    is_received: bool,
    priority: i64,
}

/// An execution has at most so many threads, those that ended included.
pub(super) const MOST_THREADS: usize = 1 << 16;
/// Numbers of threads that all waits for them may name, one after the other.
const MOST_NAMED: usize = 1 << 20;

impl Threads {
    fn status(&self, thread: &Thread, is_told: bool) -> Status {
        match &thread.state {
            State::Ready => Status::Ready(None),
            State::Waiting(Wait::Until(_)) => Status::Timer,
            State::Waiting(Wait::Thread(Request::Ended { threads, until })) => Status::Threads {
                threads: threads.clone(),
                until: *until,
            },
            State::Waiting(Wait::Thread(Request::Returned { threads })) => {
                Status::AllThreads(threads.clone())
            }
            State::Waiting(_) if is_told => Status::Told,
            State::Waiting(_) => Status::Untold,
            State::Held(_) => Status::Held,
            State::Returned(_) => Status::Returned,
            State::Raised(_) => Status::Raised,
            State::Cancelled => Status::Cancelled,
            State::Absent(status) => status.clone(),
        }
    }

    fn entries(&self) -> Vec<Entry> {
        let mut is_told = vec![false; self.threads.len()];
        for &index in &self.told {
            is_told[index] = true;
        }
        let threads = self.threads.iter().zip(is_told);
        let entries = threads.map(|(thread, is_told)| Entry {
            status: self.status(thread, is_told),
            has_begun: thread.has_begun,
            is_received: thread.is_received,
            priority: thread.priority,
        });
        entries.collect()
    }

    /// What all threads have together, and how each is. Fuel is no state, but what was used is kept.
    #[must_use]
    pub fn common_part(&self) -> Vec<u8> {
        let mut sink = Sink::keeping();
        self.write_common(&mut sink, false);
        sink.number(self.fuel_used());
        sink.into_bytes()
    }

    fn write_common(&self, sink: &mut Sink, has_ended: bool) {
        sink.length(self.threads.len());
        // Most threads of many are like their neighbours.
        let entries = self.entries();
        for run in entries.chunk_by(|one, next| one == next) {
            let Some(entry) = run.first() else { continue };
            sink.length(run.len());
            let flags = u8::from(entry.has_begun)
                | u8::from(entry.is_received) << 1
                | u8::from(entry.priority != 0) << 2;
            sink.byte(flags);
            if entry.priority != 0 {
                sink.integer(entry.priority);
            }
            entry.status.write(sink);
        }
        let context = self.shared();
        sink.integer(context.clock);
        sink.integer(context.clock.saturating_sub(context.started));
        sink.number(context.seed);
        sink.number(self.calls);
        write_randomness(sink, context.shared_random.as_deref());
        write_randomness(sink, context.entropy.as_deref());
        let counters = self.counters();
        let items = [
            (item::RUNNING, self.is_running || has_ended),
            (item::LAST_TOLD, self.last_told.is_some()),
            (item::LAST_CALL, self.last_call.is_some()),
            (item::UNTOLD_CALLS, !self.untold_calls.is_empty()),
            (item::COUNTERS, counters != (0, 0)),
        ];
        let has = items.iter().filter(|(_, has)| *has);
        sink.byte(has.fold(0, |all, (item, _)| all | item));
        if self.is_running || has_ended {
            sink.length(self.current);
        }
        if let Some(told) = self.last_told {
            sink.length(told);
        }
        if let Some(call) = self.last_call {
            sink.number(call);
        }
        if let Some(&(thread, _)) = self.untold_calls.front() {
            sink.length(thread);
            sink.length(self.untold_calls.len());
        }
        if counters != (0, 0) {
            sink.number(counters.0);
            sink.number(counters.1);
        }
    }

    /// A thread's stack and heap; nothing if it is not here.
    #[must_use]
    pub fn thread_part(&self, thread: u64) -> Option<Vec<u8>> {
        let index = usize::try_from(thread).ok()?;
        let known = self.threads.get(index).filter(|known| known.is_here())?;
        let mut sink = Sink::keeping();
        sink.number(thread);
        write_extras(&mut sink, known);
        sink.bytes(&self.machine(index).state());
        Some(sink.into_bytes())
    }

    pub(super) fn hash_of_state(&self, has_ended: bool) -> [u8; 32] {
        let mut sink = Sink::hashing();
        self.write_common(&mut sink, has_ended);
        for (index, thread) in self.threads.iter().enumerate() {
            if thread.is_here() {
                sink.length(index);
                write_extras(&mut sink, thread);
                let has_ended = has_ended && index == self.current;
                sink.bytes(&self.machine(index).hash_of_state(has_ended));
            }
        }
        sink.into_hash()
    }

    /// How many threads there are, those that ended and those elsewhere included.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.threads.len() as u64
    }

    /// Whether the thread is here.
    #[must_use]
    pub fn has(&self, thread: u64) -> bool {
        self.known(thread).is_some_and(Thread::is_here)
    }

    /// The threads whose parts may be others than when they were taken or loaded.
    pub fn changed(&self) -> impl Iterator<Item = u64> + '_ {
        let threads = (0..).zip(&self.threads);
        let changed = threads.filter(|(_, thread)| thread.is_here() && thread.has_changed);
        changed.map(|(number, _)| number)
    }

    /// The host has taken all parts that changed.
    pub fn taken(&mut self) {
        for thread in &mut self.threads {
            thread.has_changed = false;
        }
    }

    /// The threads whose parts are needed to resume a common part for the sake of some: these, the one that runs,
    /// those whose calls are to be told; where that makes none, any that lives.
    ///
    /// # Errors
    /// Bytes that are no common part.
    pub fn needed(common: &[u8], wanted: &[u64]) -> Result<Vec<u64>, StateError> {
        let head = Head::read(&mut Bytes::new(common))?;
        let told = head.untold_calls.map(|(thread, _)| thread);
        let running = head.running.into_iter().chain(told);
        let mut needed: Vec<u64> = running.map(|thread| thread as u64).collect();
        let untold = (0..).zip(&head.entries);
        let untold = untold.filter(|(_, entry)| entry.status == Status::Untold);
        needed.extend(untold.map(|(thread, _)| thread));
        needed.extend(wanted);
        if needed.is_empty() {
            let mut living = (0..).zip(&head.entries);
            let first = living.find(|(_, entry)| !entry.status.has_ended());
            needed.extend(first.map(|(thread, _)| thread));
        }
        needed.sort_unstable();
        needed.dedup();
        Ok(needed)
    }

    /// Threads from their common part and the parts of some of them, at least one.
    ///
    /// # Errors
    /// Bytes that are no state of the program, or one that does not fit the limits.
    pub fn restored(
        program: &Arc<Program>,
        limits: Limits,
        common: &[u8],
        parts: &[(u64, &[u8])],
    ) -> Result<Self, StateError> {
        let mut bytes = Bytes::new(common);
        let Head {
            entries,
            clock,
            passed,
            seed,
            calls,
            shared_random,
            entropy,
            running,
            last_told,
            last_call,
            untold_calls,
            counters,
        } = Head::read(&mut bytes)?;
        let used = bytes.number()?;
        let used = i64::try_from(used).ok().filter(|used| *used <= MOST_FUEL);
        let used = used.ok_or(Malformed("too much fuel"))?;
        if bytes.left() > 0 {
            return Err(Malformed("more bytes than a state has"));
        }
        if let Some(running) = running
            && entries
                .get(running)
                .is_none_or(|entry| entry.status != Status::Ready(None) || !entry.has_begun)
        {
            return Err(Malformed("a thread runs that cannot"));
        }
        if last_told.is_some_and(|told| {
            entries
                .get(told)
                .is_none_or(|entry| entry.status != Status::Told)
        }) {
            return Err(Malformed(
                "a thread was told of that does not wait for the host",
            ));
        }
        let mut threads = Self {
            threads: Vec::with_capacity(entries.len()),
            current: running.unwrap_or(0),
            last_told,
            last_call,
            calls,
            ..Self::empty(limits.memory)
        };
        for (index, entry) in entries.into_iter().enumerate() {
            let place = (Reverse(entry.priority), index);
            match &entry.status {
                Status::Ready(_) if running != Some(index) => threads.ready.insert(place),
                Status::Threads { threads: ends, .. } => {
                    for &thread in ends {
                        threads.waiters.entry(thread).or_default().insert(index);
                    }
                }
                _ => {}
            }
            threads.threads.push(Thread {
                machine: usize::MAX,
                state: State::Absent(entry.status),
                priority: entry.priority,
                size: 0,
                has_begun: entry.has_begun,
                is_received: entry.is_received,
                has_changed: false,
            });
        }
        for index in 0..threads.threads.len() {
            if let Some(State::Absent(Status::AllThreads(all))) =
                threads.threads.get(index).map(|thread| &thread.state)
            {
                let all = all.clone();
                threads.wait_for_all(index, &all);
            }
        }
        let started = clock.saturating_sub(passed);
        for (number, part) in parts {
            threads.bring(program, limits, *number, part, (clock, started, seed))?;
        }
        let first = parts.first().map(|(number, _)| *number);
        let first = first.ok_or(Malformed("no thread"))?;
        let first = running.unwrap_or(usize::try_from(first).unwrap_or(0));
        if !threads.threads.get(first).is_some_and(Thread::is_here) {
            return Err(Malformed("the thread that runs is not there"));
        }
        threads.current = first;
        threads.is_running = running.is_some();
        let machine = threads.machine_unchanged(first);
        machine.begin_again(used, counters);
        let context = machine.context_mut();
        context.shared_random = shared_random.map(Box::new);
        context.entropy = entropy.map(Box::new);
        if let Some((thread, count)) = untold_calls {
            threads.tell_calls(thread, count)?;
        }
        threads.order_told();
        threads.settle_memory();
        threads.advance_clock(clock);
        Ok(threads)
    }

    /// Brings a thread in that was elsewhere.
    ///
    /// # Errors
    /// Bytes that are no state of this thread, or one that does not fit the limits.
    pub fn load(&mut self, thread: u64, part: &[u8]) -> Result<(), StateError> {
        let here = self.machine(self.current);
        let (program, limits) = (Arc::clone(&here.program), here.limits());
        let context = self.shared();
        let shared = (context.clock, context.started, context.seed);
        let interrupt = context.fuel.interrupt.clone();
        self.bring(&program, limits, thread, part, shared)?;
        if let Some(flag) = interrupt
            && let Some(machine) = self.machines.last_mut()
        {
            machine.set_interrupt(flag);
        }
        self.order_told();
        self.settle_memory();
        let now = self.shared().clock;
        self.advance_clock(now);
        Ok(())
    }

    fn bring(
        &mut self,
        program: &Arc<Program>,
        limits: Limits,
        number: u64,
        part: &[u8],
        shared: (i64, i64, u64),
    ) -> Result<(), StateError> {
        let index = usize::try_from(number).unwrap_or(usize::MAX);
        let status = match self.threads.get(index).map(|thread| &thread.state) {
            Some(State::Absent(status)) => status.clone(),
            Some(_) => return Err(Malformed("a thread that is here already")),
            None => return Err(Malformed("a thread that does not exist")),
        };
        let mut bytes = Bytes::new(part);
        if bytes.number()? != number {
            return Err(Malformed("the part of another thread"));
        }
        let extras = Extras::read(&mut bytes)?;
        let request = match &status {
            Status::Threads { threads, until } => Some(Request::Ended {
                threads: threads.clone(),
                until: *until,
            }),
            Status::AllThreads(threads) => Some(Request::Returned {
                threads: threads.clone(),
            }),
            // It is answered at once.
            Status::Ready(Some(_)) => Some(Request::Ended {
                threads: Vec::new(),
                until: None,
            }),
            _ => None,
        };
        let mut machine =
            Machine::restored(program, limits, number, request.as_ref(), bytes.rest())?;
        let context = machine.context_mut();
        (context.clock, context.started, context.seed) = shared;
        let state = state_of(&mut machine, &status, extras)?;
        let priority = self.threads[index].priority;
        match (&status, &state) {
            (Status::Told, _) => self.told.push(index),
            (Status::Untold, _) => self.untold.insert((Reverse(priority), index)),
            _ => {}
        }
        let thread = &mut self.threads[index];
        thread.state = state;
        thread.size = machine.size();
        thread.machine = self.machines.len();
        self.machines.push(machine);
        if let Some(instant) = self.instant_of(index) {
            self.timers.insert((instant, index));
        }
        Ok(())
    }

    /// A thread that is elsewhere and waited for one that ended gets its place in the turn.
    /// Whether it returned, and was the last for which that one waits, is told.
    pub(super) fn wakes_absent(
        &mut self,
        waiter: usize,
        ended: u64,
        has_returned: bool,
        is_last: bool,
    ) -> bool {
        let thread = &mut self.threads[waiter];
        let State::Absent(status) = &mut thread.state else {
            return false;
        };
        let reply = match status {
            Status::Threads { threads, .. } => position_of(threads, ended),
            Status::AllThreads(threads) => reply_to_all(threads, ended, has_returned, is_last),
            _ => None,
        };
        if let Some(reply) = reply {
            *status = Status::Ready(Some(reply));
            self.ready.insert((Reverse(thread.priority), waiter));
            self.no_more_waits(waiter);
        }
        true
    }

    /// One that waited for all of some threads, and is elsewhere, waits no more.
    fn no_more_waits(&mut self, waiter: usize) {
        if self.left.remove(&waiter).is_some() {
            for waiters in self.waiters.values_mut() {
                waiters.remove(&waiter);
            }
        }
    }

    /// Calls of a thread that the host is still to be told of: the last ones.
    fn tell_calls(&mut self, thread: usize, count: usize) -> Result<(), StateError> {
        const WRONG: StateError = Malformed("calls that nobody makes");
        let thread_state = self.threads.get(thread).map(|thread| &thread.state);
        let Some(State::Waiting(Wait::Calls(calls))) = thread_state else {
            return Err(WRONG);
        };
        let first = calls.len().checked_sub(count).ok_or(WRONG)?;
        let calls = calls.iter().skip(first).cloned();
        self.untold_calls = calls.map(|call| (thread, call)).collect();
        Ok(())
    }

    /// What the host was told of is in the order of the calls.
    fn order_told(&mut self) {
        let threads = &self.threads;
        self.told.sort_by_key(|&index| {
            let first = match &threads[index].state {
                State::Waiting(Wait::Call(call)) => Some(call.sequence),
                State::Waiting(Wait::Calls(calls)) => calls.first().map(|call| call.sequence),
                _ => None,
            };
            (first, index)
        });
    }

    /// Counts the memory of those that are here.
    fn settle_memory(&mut self) {
        let others = self.threads.iter().enumerate();
        let others = others.filter(|(index, thread)| *index != self.current && thread.is_here());
        self.parked = others.map(|(_, thread)| thread.size).sum();
        let memory = self.memory.saturating_sub(self.parked);
        self.machine_unchanged(self.current).set_limit(memory);
    }

    /// The machine of a thread that is here, for what is not its state.
    pub(super) fn machine_unchanged(&mut self, index: usize) -> &mut Machine {
        &mut self.machines[self.threads[index].machine]
    }
}

/// More fuel is used by no execution.
const MOST_FUEL: i64 = 1 << 61;
/// More calls are in no execution.
const MOST_CALLS: u64 = 1 << 62;

/// What a common part begins with.
struct Head {
    entries: Vec<Entry>,
    clock: i64,
    passed: i64,
    seed: u64,
    calls: u64,
    shared_random: Option<crate::native::mersenne::Mersenne>,
    entropy: Option<crate::native::mersenne::Mersenne>,
    running: Option<usize>,
    last_told: Option<usize>,
    last_call: Option<u64>,
    /// Of which thread, and how many.
    untold_calls: Option<(usize, usize)>,
    counters: (u64, u64),
}

impl Head {
    fn read(bytes: &mut Bytes<'_>) -> Result<Self, StateError> {
        let entries = read_entries(bytes)?;
        let clock = bytes.integer()?;
        let passed = bytes.integer()?;
        let seed = bytes.number()?;
        let calls = bytes.number()?;
        if calls > MOST_CALLS {
            return Err(Malformed("too many calls"));
        }
        let shared_random = read_randomness(bytes)?;
        let entropy = read_randomness(bytes)?;
        let items = bytes.byte()?;
        if items >= item::COUNTERS << 1 {
            return Err(Malformed("an item that is not known"));
        }
        let has = |item: u8| items & item != 0;
        let mut index = |wanted: u8| -> Result<Option<usize>, StateError> {
            if !has(wanted) {
                return Ok(None);
            }
            let index = bytes.length()?;
            if index >= entries.len() {
                return Err(Malformed("a thread that does not exist"));
            }
            Ok(Some(index))
        };
        let running = index(item::RUNNING)?;
        let last_told = index(item::LAST_TOLD)?;
        let last_call = if has(item::LAST_CALL) {
            Some(bytes.number()?)
        } else {
            None
        };
        let untold_calls = if has(item::UNTOLD_CALLS) {
            Some((bytes.length()?, bytes.length()?))
        } else {
            None
        };
        let counters = if has(item::COUNTERS) {
            (bytes.number()?, bytes.number()?)
        } else {
            (0, 0)
        };
        Ok(Self {
            entries,
            clock,
            passed,
            seed,
            calls,
            shared_random,
            entropy,
            running,
            last_told,
            last_call,
            untold_calls,
            counters,
        })
    }
}

fn read_entries(bytes: &mut Bytes<'_>) -> Result<Vec<Entry>, StateError> {
    let count = bytes.length()?;
    if count == 0 || count > MOST_THREADS {
        return Err(Malformed("no number of threads"));
    }
    let mut entries: Vec<Entry> = Vec::new();
    let mut named = 0_usize;
    while entries.len() < count {
        let run = bytes.length()?;
        let flags = bytes.byte()?;
        if run == 0 || run > count - entries.len() || flags > 7 {
            return Err(Malformed("no run of threads"));
        }
        let priority = if flags & 4 != 0 { bytes.integer()? } else { 0 };
        let entry = Entry {
            status: Status::read(bytes)?,
            has_begun: flags & 1 != 0,
            is_received: flags & 2 != 0,
            priority,
        };
        if !entry.has_begun && !matches!(entry.status, Status::Ready(None) | Status::Cancelled) {
            return Err(Malformed("a thread that waits before it begins"));
        }
        if let Status::Threads { threads, .. } | Status::AllThreads(threads) = &entry.status {
            named = named.saturating_add(threads.len().saturating_mul(run));
            let are_known = threads.iter().all(|&thread| thread < count as u64);
            if named > MOST_NAMED || !are_known {
                return Err(Malformed("a wait for a thread that does not exist"));
            }
        }
        entries.extend(core::iter::repeat_n(entry, run));
    }
    Ok(entries)
}

/// What is known of a thread beside its machine.
enum Extras {
    Nothing,
    /// The number of the call that it waits for.
    Sequence(u64),
    /// Where it raised what ended it.
    Raised(Vec<(FunctionIndex, Address)>, Box<ErrorContext>),
}

fn write_extras(sink: &mut Sink, thread: &Thread) {
    match &thread.state {
        State::Waiting(Wait::Call(call)) => {
            sink.byte(1);
            sink.number(call.sequence);
        }
        State::Raised(raised) | State::Held(raised) => {
            sink.byte(2);
            sink.length(raised.traceback.len());
            for line in &raised.traceback {
                sink.number(u64::from(line.function.0));
                sink.number(u64::from(line.address.0));
            }
            let ErrorContext {
                function,
                instruction_pointer,
                register,
                expected_type,
                actual_type,
                line,
                ..
            } = &*raised.context;
            sink.string(function);
            sink.number(u64::from(*instruction_pointer));
            sink.optional_string(register.as_deref());
            sink.optional_string(expected_type.as_deref());
            sink.optional_string(actual_type.as_deref());
            sink.number(line.map_or(0, u64::from));
        }
        _ => sink.byte(0),
    }
}

impl Extras {
    fn read(bytes: &mut Bytes<'_>) -> Result<Self, StateError> {
        Ok(match bytes.byte()? {
            0 => Self::Nothing,
            1 => Self::Sequence(bytes.number()?),
            2 => {
                let count = bytes.count()?;
                let mut places = Vec::with_capacity(count);
                for _ in 0..count {
                    let function = FunctionIndex(bytes.word()?);
                    places.push((function, Address(bytes.word()?)));
                }
                let context = ErrorContext {
                    function: bytes.string()?.to_owned(),
                    instruction_pointer: bytes.word()?,
                    register: bytes.optional_string()?.map(str::to_owned),
                    expected_type: bytes.optional_string()?.map(str::to_owned),
                    actual_type: bytes.optional_string()?.map(str::to_owned),
                    line: Some(bytes.word()?).filter(|line| *line > 0),
                    ..ErrorContext::default()
                };
                Self::Raised(places, Box::new(context))
            }
            _ => return Err(Malformed("no kind of thread")),
        })
    }
}

/// The state of a thread whose machine came in.
fn state_of(machine: &mut Machine, status: &Status, extras: Extras) -> Result<State, StateError> {
    const WRONG: StateError = Malformed("a thread that is not as it is said to be");
    let wait = machine.waits_for().cloned();
    let result = machine.result;
    let state = match (status, wait, result, extras) {
        // What it waited until has come, and it has not run since.
        (Status::Ready(None), None | Some(Wait::Until(_)), None, Extras::Nothing) => State::Ready,
        (Status::Ready(Some(position)), Some(Wait::Thread(_)), None, Extras::Nothing) => {
            machine.reply(*position);
            State::Ready
        }
        (Status::Told | Status::Untold, Some(Wait::Call(mut call)), None, Extras::Sequence(it)) => {
            call.sequence = it;
            State::Waiting(Wait::Call(call))
        }
        (
            Status::Told | Status::Untold,
            Some(wait @ (Wait::Calls(_) | Wait::Input(_))),
            None,
            Extras::Nothing,
        ) => State::Waiting(wait),
        (Status::Timer, Some(wait @ Wait::Until(_)), None, Extras::Nothing)
        | (
            Status::Threads { .. } | Status::AllThreads(_),
            Some(wait @ Wait::Thread(_)),
            None,
            Extras::Nothing,
        ) => State::Waiting(wait),
        (Status::Held, None, None, Extras::Raised(places, context)) => {
            let held = machine.held;
            State::Held(Box::new(raised(machine, held, places, *context)?))
        }
        (Status::Returned, None, Some(value), Extras::Nothing) => State::Returned(value),
        (Status::Raised, None, Some(value), Extras::Raised(places, context)) => {
            State::Raised(Box::new(raised(machine, value, places, *context)?))
        }
        (Status::Cancelled, None, Some(_), Extras::Nothing) => State::Cancelled,
        _ => return Err(WRONG),
    };
    if !matches!(state, State::Held(_)) && !machine.held.is_unset() {
        return Err(WRONG);
    }
    Ok(state)
}

fn raised(
    machine: &mut Machine,
    value: Value,
    places: Vec<(FunctionIndex, Address)>,
    context: ErrorContext,
) -> Result<Raised, StateError> {
    let Value::Exception(exception) = value else {
        return Err(Malformed("an exception that is none"));
    };
    let mut raised = machine.raised(exception);
    let lines = places.into_iter();
    raised.traceback = lines
        .map(|(function, address)| machine.trace_line(function, address))
        .collect();
    *raised.context = context;
    Ok(raised)
}

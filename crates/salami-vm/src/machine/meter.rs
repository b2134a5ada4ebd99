//! Counts instructions and the rounds of loops, for a machine that has limits of them.
//!
//! A *round* is a jump backward: from where it is taken to its target, the head of a loop. It is
//! counted for the frame on top, from the moment the loop was entered: a jump backward over the
//! whole of a loop, and leaving the frame, forget what was counted for it. A generator that goes on
//! counts anew; who resumes it counts its own rounds.
//!
//! Of hand-written code the lines count, not the instructions that they became ([`Counted`]). Rounds of
//! loops that have no line in their bodies are counted by themselves, all together against the limit of
//! instructions: a loop may have that many rounds, and no program goes round for longer than twice that.
//!
//! A metered machine runs a program whose operations are instructions one by one
//! ([`crate::Program::unfused`]), in the exact form of the loop.

use super::Limits;
use crate::prepare::Counted;

/// The code of the limit of instructions.
pub(crate) const INSTRUCTION_LIMIT: &str = "limit.instructions";
/// The code of the limit of rounds.
pub(crate) const ITERATION_LIMIT: &str = "limit.iterations";
/// The code of the limit of calls, where it is no RecursionError.
pub(crate) const DEPTH_LIMIT: &str = "limit.depth";
/// More loops under way than a frame of a module of any sane size has: about the stack of the profile.
const MOST_LOOPS: usize = 400_000;

/// A loop under way.
#[derive(Clone, Copy, Debug)]
struct Loop {
    /// The frame: how many there are up to it.
    depth: usize,
    /// The operation that the rounds go back to.
    head: u32,
    rounds: u64,
}

/// What was counted, and what may be.
#[derive(Clone, Debug)]
pub(crate) struct Meter {
    pub(super) instructions: u64,
    /// Rounds of loops without a body.
    pub(super) empty_rounds: u64,
    most_instructions: u64,
    most_rounds: u64,
    /// Of frames and heads that ascend: what lies inside a loop comes after it.
    loops: Vec<Loop>,
}

impl Meter {
    /// A meter, if these limits need one.
    pub(super) fn new(limits: &Limits) -> Option<Box<Self>> {
        (limits.instructions.is_some() || limits.iterations.is_some()).then(|| {
            Box::new(Self {
                instructions: 0,
                empty_rounds: 0,
                most_instructions: limits.instructions.unwrap_or(u64::MAX),
                most_rounds: limits.iterations.unwrap_or(u64::MAX),
                loops: Vec::new(),
            })
        })
    }

    /// Whether loops are under way in the frames there are.
    pub(super) fn has_loops(&self, depth: usize) -> bool {
        self.loops(depth).next().is_some()
    }

    /// The loops under way: the frame, the operation at the head, the rounds so far.
    pub(super) fn loops(&self, depth: usize) -> impl Iterator<Item = (usize, u32, u64)> + '_ {
        let loops = self.loops.iter();
        let loops = loops.take_while(move |one| one.depth <= depth);
        loops.map(|one| (one.depth, one.head, one.rounds))
    }

    /// Adds a loop that was under way.
    pub(super) fn resume_loop(&mut self, depth: usize, head: u32, rounds: u64) {
        self.loops.push(Loop {
            depth,
            head,
            rounds,
        });
    }

    /// Counts an instruction that is about to run; whether it may.
    #[inline]
    #[must_use]
    pub(super) fn instruction(&mut self, counted: Counted) -> bool {
        let Some(counter) = self.counter(counted) else {
            return true;
        };
        *counter = counter.saturating_add(1);
        let count = *counter;
        match counted {
            // A loop that goes round once too often is told as that.
            Counted::EmptyRound => count <= self.most_instructions.saturating_add(1),
            _ => count <= self.most_instructions,
        }
    }

    /// Takes back the instruction that was counted last: it will run again.
    pub(super) fn take_back(&mut self, counted: Counted) {
        if let Some(counter) = self.counter(counted) {
            *counter = counter.saturating_sub(1);
        }
    }

    fn counter(&mut self, counted: Counted) -> Option<&mut u64> {
        match counted {
            Counted::Instruction => Some(&mut self.instructions),
            Counted::EmptyRound => Some(&mut self.empty_rounds),
            Counted::Nothing => None,
        }
    }

    /// A frame was entered, and is number `depth`.
    #[inline]
    pub(super) fn entered(&mut self, depth: usize) {
        while self.loops.last().is_some_and(|last| last.depth >= depth) {
            self.loops.pop();
        }
    }

    /// Counts a jump backward to `head` in frame number `depth`; whether it may be taken.
    #[must_use]
    pub(super) fn round(&mut self, depth: usize, head: u32) -> bool {
        while self
            .loops
            .last()
            .is_some_and(|last| last.depth > depth || (last.depth == depth && last.head > head))
        {
            self.loops.pop();
        }
        if let Some(last) = self.loops.last_mut()
            && (last.depth, last.head) == (depth, head)
        {
            last.rounds = last.rounds.saturating_add(1);
            return last.rounds <= self.most_rounds;
        }
        if self.loops.len() >= MOST_LOOPS {
            return false;
        }
        let rounds = 1;
        self.loops.push(Loop {
            depth,
            head,
            rounds,
        });
        self.most_rounds > 0
    }
}

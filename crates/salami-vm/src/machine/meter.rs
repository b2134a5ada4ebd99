//! Counts instructions and the rounds of loops, for a machine that has limits of them.
//!
//! A *round* is a jump backward: from where it is taken to its target, the head of a loop. It is
//! counted for the frame on top, from the moment the loop was entered: a jump backward over the
//! whole of a loop, and leaving the frame, forget what was counted for it. A generator that goes on
//! counts anew; who resumes it counts its own rounds.
//!
//! A metered machine runs a program whose operations are instructions one by one
//! ([`crate::Program::unfused`]), in the exact form of the loop.

use super::Limits;

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
                most_instructions: limits.instructions.unwrap_or(u64::MAX),
                most_rounds: limits.iterations.unwrap_or(u64::MAX),
                loops: Vec::new(),
            })
        })
    }

    /// Counts an instruction that is about to run; whether it may.
    #[inline]
    #[must_use]
    pub(super) fn instruction(&mut self) -> bool {
        self.instructions = self.instructions.saturating_add(1);
        self.instructions <= self.most_instructions
    }

    /// Takes back the instruction that was counted last: it will run again.
    pub(super) fn take_back(&mut self) {
        self.instructions = self.instructions.saturating_sub(1);
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

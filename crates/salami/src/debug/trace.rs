//! What an execution does, instruction by instruction.

use salami_ir::instruction::OperandView;
use salami_ir::text::Listing;
use salami_ir::{Address, FunctionIndex, Register};

use super::{Debugger, Stop};
use crate::error::RunError;
use crate::host::Answer;
use crate::program::Program;
use crate::run::RunOptions;

/// One instruction that was run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TraceEvent {
    /// The function that it is in, by name.
    pub function: String,
    /// How deep the calls were, from 1.
    pub depth: usize,
    /// The instruction, by its number in the function.
    pub instruction: u32,
    /// Its assembly, with the values that it set: `LOAD_INPUT "city" -> $0="NYC"`.
    pub text: String,
    /// Where it branched to.
    pub branch: Option<u32>,
}

impl core::fmt::Display for TraceEvent {
    /// `IP=2: IF_FALSE $1 -> 5 (to IP 5)`
    fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(formatter, "IP={}: {}", self.instruction, self.text)?;
        match self.branch {
            Some(target) => write!(formatter, " (to IP {target})"),
            None => Ok(()),
        }
    }
}

/// An execution that tells each instruction.
pub struct Trace<'a> {
    listing: Listing<'a>,
    program: &'a Program,
    debugger: Debugger,
}

impl<'a> Trace<'a> {
    /// An execution that stands at the program's start.
    ///
    /// # Errors
    /// Input that does not fit the program or its memory.
    pub fn new(program: &'a Program, options: &RunOptions) -> Result<Self, RunError> {
        Ok(Self {
            listing: Listing::new(program.module()),
            program,
            debugger: Debugger::new(program, options)?,
        })
    }

    /// Runs one instruction. The event is missing where the execution stands still: it waits, raised
    /// what nobody catches, or ended before another instruction.
    pub fn step(&mut self) -> (Option<TraceEvent>, Stop) {
        let before = self.debugger.execution.machine().position();
        let depth = self.debugger.execution.machine().depth();
        let steps = self.debugger.steps();
        let stop = self.debugger.instruction_forward().unwrap_or(Stop::Here);
        let ran =
            self.debugger.steps() > steps || matches!(stop, Stop::Ended(Ok(_)) | Stop::Raised(_));
        let event = match before {
            Some((function, address)) if ran => self.event(function, address, depth),
            _ => None,
        };
        (event, stop)
    }

    /// Answers the call that it waits for.
    pub fn answer(&mut self, answer: &Answer) -> bool {
        self.debugger.answer(answer)
    }

    /// Moves its clock on, to microseconds since 1970 in UTC.
    pub fn advance(&mut self, now: i64) {
        self.debugger.advance(now);
    }

    /// The execution.
    pub fn debugger(&mut self) -> &mut Debugger {
        &mut self.debugger
    }

    fn event(
        &mut self,
        function: FunctionIndex,
        address: Address,
        depth: usize,
    ) -> Option<TraceEvent> {
        let source = self.program.module().functions.get(function.index())?;
        let machine = self.debugger.execution.machine();
        let now = machine.position();
        // What it set is seen while its frame is still on top.
        let here = machine.depth() == depth && now.is_some_and(|(running, _)| running == function);
        let text = self
            .listing
            .instruction(function, address, &mut |register: Register| {
                let value = machine.register(register);
                (here && !value.is_unset()).then(|| machine.show(value))
            })?;
        let mut branch = None;
        if let (Some((_, next)), Some(instruction)) = (now, source.code.get(address.index())) {
            instruction.operands(|operand| {
                if let OperandView::Address(target) = operand
                    && here
                    && target == next
                    && next.0 != address.0 + 1
                {
                    branch = Some(target.0);
                }
            });
        }
        Some(TraceEvent {
            function: source.name.clone(),
            depth,
            instruction: address.0,
            text,
            branch,
        })
    }
}

//! What an execution does, instruction by instruction.

use salami_ir::instruction::OperandView;
use salami_ir::text::Listing;
use salami_ir::{Address, FunctionIndex, Register};

use super::{Debugger, Stop};
use crate::error::RunError;
use crate::program::Program;
use crate::run::RunOptions;
use salami_process::Answer;
use serde_json::Value;

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
    /// What the exception says that it raised; it set nothing then.
    pub error: Option<String>,
}

impl core::fmt::Display for TraceEvent {
    /// `IP=2: IF_FALSE $1 -> 5 (to IP 5)`, `IP=1: CALL_SERVICE "a.b" [] -> $0 (error "gone")`
    fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(formatter, "IP={}: {}", self.instruction, self.text)?;
        if let Some(error) = &self.error {
            write!(formatter, " (error {})", Value::from(error.as_str()))?;
        }
        match self.branch {
            Some(target) => write!(formatter, " (to IP {target})"),
            None => Ok(()),
        }
    }
}

/// An execution that tells each instruction.
pub struct Trace<'a> {
    /// The line of a listing that began and has not come to its end.
    open: Option<(FunctionIndex, Address, usize)>,
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
            open: None,
            listing: Listing::new(program.module()),
            program,
            debugger: Debugger::new(program, options)?,
        })
    }

    /// Runs one instruction. The event is missing where the execution stands still: it waits, raised
    /// what nobody catches, or ended before another instruction.
    pub fn step(&mut self) -> (Option<TraceEvent>, Stop) {
        if self.program.listing(self.program.module().entry).is_some() {
            return self.line();
        }
        let before = self.debugger.execution.machine().position();
        let depth = self.debugger.execution.machine().depth();
        let steps = self.debugger.steps();
        let stop = self.debugger.instruction_forward().unwrap_or(Stop::Here);
        let ran =
            self.debugger.steps() > steps || matches!(stop, Stop::Ended(Ok(_)) | Stop::Raised(_));
        let error = self.error(steps, &stop);
        let event = match before {
            Some((function, address)) if ran => self.event(function, address, depth, error),
            _ => None,
        };
        (event, stop)
    }

    /// What the exception says that the last instruction raised.
    fn error(&self, steps: u64, stop: &Stop) -> Option<String> {
        match stop {
            Stop::Raised(_) => self.debugger.error(),
            _ if self.debugger.steps() > steps => self.debugger.just_caught(),
            _ => None,
        }
    }

    /// Runs a line of a listing, or what is left of it after a wait.
    fn line(&mut self) -> (Option<TraceEvent>, Stop) {
        loop {
            let machine = self.debugger.execution.machine();
            let (before, depth) = (machine.position(), machine.depth());
            let steps = self.debugger.steps();
            if self.open.is_none() {
                self.open = before
                    .filter(|(function, address)| {
                        let listed = self.program.listing(*function);
                        listed.is_some_and(|listed| listed.begins(*address))
                    })
                    .map(|(function, address)| (function, address, depth));
            }
            let stop = self.debugger.instruction_forward();
            match stop {
                Some(stop @ Stop::Waiting(_)) => return (None, stop),
                Some(stop) => {
                    let ran = self.debugger.steps() > steps
                        || matches!(stop, Stop::Ended(Ok(_)) | Stop::Raised(_));
                    let open = self.open.take().filter(|_| ran);
                    let error = self.error(steps, &stop);
                    return (open.and_then(|open| self.listed_event(open, error)), stop);
                }
                None => {}
            }
            let Some((function, address, _)) = self.open else {
                continue;
            };
            let now = self.debugger.execution.machine().position();
            let goes_on = now.is_some_and(|(running, next)| {
                let listed = self.program.listing(running);
                running == function
                    && listed.is_some_and(|listed| {
                        listed.position(next) == listed.position(address) && !listed.begins(next)
                    })
            });
            if !goes_on {
                let error = self.error(steps, &Stop::Here);
                let open = self.open.take();
                let event = open.and_then(|open| self.listed_event(open, error));
                return (event, Stop::Here);
            }
        }
    }

    /// A line that has come to its end.
    fn listed_event(
        &self,
        (function, address, depth): (FunctionIndex, Address, usize),
        error: Option<String>,
    ) -> Option<TraceEvent> {
        let listed = self.program.listing(function)?;
        let line = listed.line(address)?;
        let machine = self.debugger.execution.machine();
        let now = machine.position();
        let here = machine.depth() == depth && now.is_some_and(|(running, _)| running == function);
        let next = now
            .filter(|_| here)
            .and_then(|(_, next)| listed.position(next));
        let follows = listed.position(address).map(|position| position + 1);
        let branch = next
            .filter(|next| line.branches && Some(*next) != follows)
            .and_then(|next| listed.lines.get(next))
            .map(|next| next.address);
        let values: Vec<(&str, String)> = line
            .results
            .iter()
            .map(|(register, name)| (name.as_str(), machine.register(*register)))
            .filter(|(_, value)| here && error.is_none() && !value.is_unset())
            .filter(|_| !(line.branches && branch.is_some()))
            .map(|(name, value)| (name, machine.show(value)))
            .collect();
        let mut text = line.text.clone();
        match &values[..] {
            [] => {}
            [(_, value)] if !line.branches && text.contains("->") => {
                text.push('=');
                text.push_str(value);
            }
            values => {
                let shown = values.iter().map(|(name, value)| format!("{name}={value}"));
                let shown: Vec<String> = shown.collect();
                text.push_str(" -> ");
                text.push_str(&shown.join(", "));
            }
        }
        Some(TraceEvent {
            function: self
                .program
                .module()
                .functions
                .get(function.index())?
                .name
                .clone(),
            depth,
            instruction: line.address,
            text,
            branch,
            error,
        })
    }

    /// Answers the call that it waits for.
    pub fn answer(&mut self, answer: &Answer) -> bool {
        self.debugger.answer(answer)
    }

    /// Answers the call with this sequence number.
    pub fn answer_call(&mut self, sequence: u64, answer: &Answer) -> bool {
        self.debugger.answer_call(sequence, answer)
    }

    /// Gives more of the stream that it waits for.
    pub fn feed(&mut self, chunk: Result<Vec<u8>, String>) -> bool {
        self.debugger.feed(chunk)
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
        error: Option<String>,
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
                let is_set = here && error.is_none() && !value.is_unset();
                is_set.then(|| machine.show(value))
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
            error,
        })
    }
}

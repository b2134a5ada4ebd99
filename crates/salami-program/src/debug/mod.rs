//! An execution that a person or an editor looks at: breakpoints, steps, variables, and back.
//!
//! Sans-IO. A program that was compiled from source is stepped by line, a module by instruction.
//! Going back runs the program again from a copy of an earlier state, with the same answers of
//! tools: the machine is deterministic, so that is the state that was.

mod code;
mod history;
mod look;
mod trace;

use salami_ir::{Address, FunctionIndex, Register};
use salami_process::Answer;
use salami_vm::{Outcome, Raised};
use serde_json::Value;

use crate::error::RunError;
use crate::host::Wait;
use crate::program::Program;
use crate::run::{Execution, Progress, RunOptions, elsewhere};
use crate::traceback::Frame;
use code::Code;
pub(crate) use code::own_globals;
use history::{Event, History};
pub(crate) use look::UNSET;

pub use trace::{Trace, TraceEvent};

/// How far to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// To the next line, into calls; in a module to the next instruction.
    Into,
    /// To the next line of this function or of its callers, over calls.
    Over,
    /// Out of this function.
    Out,
    /// To a breakpoint, a change of what is watched, or the end.
    Continue,
}

/// Why the execution stands still.
#[derive(Clone, Debug)]
pub enum Stop {
    /// It came where it was to go.
    Here,
    /// At the breakpoint of this number.
    Breakpoint(u32),
    /// What is watched has changed.
    Changed {
        /// The variable or register.
        name: String,
        /// What it was, as text.
        before: String,
        /// What it is.
        after: String,
    },
    /// It waits: answer it, or move its clock on.
    Waiting(Wait),
    /// An exception that nobody catches, as its last line. The stack is as it was when it was
    /// raised; a further step lets it go on its way.
    Raised(String),
    /// It ended.
    Ended(Result<Value, RunError>),
    /// It made as many instructions as it was allowed in one go.
    Paused,
    /// There is nothing before the start.
    AtStart,
}

/// What a breakpoint is at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    Line(u32),
    Instruction(Address),
}

/// A stop that was asked for.
#[derive(Clone, Debug)]
pub struct Breakpoint {
    /// Its number, from 1.
    pub number: u32,
    /// The line, for a program that was compiled from source, else the instruction of the entry function.
    pub place: u32,
    at: At,
}

/// A variable or register with its value as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable {
    /// `total`, or `$3`.
    pub name: String,
    /// JSON where it is data; bounded.
    pub value: String,
}

/// Where the execution stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The function that runs.
    pub function: String,
    /// The instruction that runs next, by its number in the function.
    pub instruction: u32,
    /// That instruction as assembly.
    pub text: String,
    /// Line from 1 and its text; none where the instruction is not the program's own.
    pub line: Option<(u32, String)>,
}

/// One execution under inspection.
///
/// ```
/// use salami_program::{Debugger, RunOptions, Step, Stop};
///
/// let source = "total = 0\nfor price in [3, 4]:\n    total += price\nprint(total)\n";
/// let program = salami_program::compile("sum.py", source, &salami_program::CompileOptions::default())?;
/// let mut debugger = Debugger::new(&program, &RunOptions::default())?;
/// assert!(debugger.add_breakpoint(3).is_some());
/// assert!(matches!(debugger.go(Step::Continue, u64::MAX), Stop::Breakpoint(1)));
/// assert_eq!(debugger.value("price").as_deref(), Some("3"));
/// assert!(matches!(debugger.go(Step::Continue, u64::MAX), Stop::Breakpoint(1)));
/// assert_eq!(debugger.value("total").as_deref(), Some("3"));
/// debugger.back();
/// assert_eq!(debugger.place().and_then(|place| place.line).map(|line| line.0), Some(2));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Debugger {
    program: Program,
    code: Code,
    execution: Execution,
    history: History,
    steps: u64,
    breakpoints: Vec<Breakpoint>,
    next_number: u32,
    watched: Vec<Variable>,
    output: String,
    error_output: String,
    /// The exception that nobody catches, where it stands at one.
    raised: Option<Box<Raised>>,
    /// The last exception that a handler caught.
    caught: Option<Caught>,
    /// How many of the events of a step were given to the execution.
    given: (u64, usize),
}

/// An exception that a handler caught.
#[derive(Clone, Copy, Debug)]
struct Caught {
    /// How many steps there were with the instruction that raised it.
    steps: u64,
    /// Where the handler is.
    depth: usize,
    function: FunctionIndex,
    /// The register that it is in.
    register: Register,
}

/// No step.
const NEVER: (u64, usize) = (u64::MAX, 0);

impl Debugger {
    /// An execution that stands at the program's start.
    ///
    /// # Errors
    /// Input that does not fit the program or its memory.
    pub fn new(program: &Program, options: &RunOptions) -> Result<Self, RunError> {
        let program = &program
            .for_input(&options.input)
            .map_err(RunError::refused)?;
        let execution = program.start_with(&program.unfused(), options)?;
        let mut debugger = Self {
            program: program.clone(),
            code: Code::new(program),
            history: History::new(execution.clone()),
            execution,
            steps: 0,
            breakpoints: Vec::new(),
            next_number: 1,
            watched: Vec::new(),
            output: String::new(),
            error_output: String::new(),
            raised: None,
            caught: None,
            given: NEVER,
        };
        debugger.enter_listing();
        Ok(debugger)
    }

    /// Goes to the first line of a listing: the loads of the inputs that it names come before it.
    fn enter_listing(&mut self) {
        while self.code.is_listed && self.line() == 0 {
            if self.instruction_forward().is_some() {
                return;
            }
        }
    }

    /// Whether a step is a line of source, not an instruction.
    #[must_use]
    pub fn is_by_line(&self) -> bool {
        self.code.by_line
    }

    /// Goes on, by at most this many instructions.
    pub fn go(&mut self, step: Step, most: u64) -> Stop {
        let depth = self.execution.machine().depth();
        let start = self.execution.machine().position();
        for _ in 0..most {
            if let Some(stop) = self.instruction() {
                return stop;
            }
            if let Some(stop) = self.stop_on_the_way() {
                return stop;
            }
            let now = self.execution.machine().depth();
            let arrived = match step {
                Step::Continue => false,
                Step::Into => self.is_new_place(start, depth),
                Step::Over => now <= depth && self.is_new_place(start, depth),
                Step::Out => now < depth && self.line() != 0,
            };
            if arrived {
                return Stop::Here;
            }
        }
        Stop::Paused
    }

    /// Goes on by one instruction, also in a program that was compiled from source.
    pub fn instruction_step(&mut self) -> Stop {
        self.instruction().unwrap_or(Stop::Here)
    }

    /// Goes back to the line before, in a module to the instruction before.
    pub fn back(&mut self) -> Stop {
        match self.step_before() {
            Some(steps) => {
                self.return_to(steps);
                Stop::Here
            }
            None => Stop::AtStart,
        }
    }

    /// Answers the call that it waits for; `false` if it waits for none.
    pub fn answer(&mut self, answer: &Answer) -> bool {
        self.record(Event::Answer(answer.clone()));
        self.execution.answer(answer)
    }

    /// Answers the call with this sequence number; `false` if it does not wait for it.
    pub fn answer_call(&mut self, sequence: u64, answer: &Answer) -> bool {
        let event = Event::AnswerTo(sequence, answer.clone());
        self.record(event);
        self.execution.answer_call(sequence, answer)
    }

    /// Gives more of the stream that it waits for, as [`Execution::feed`]; it is kept, for the way back.
    pub fn feed(&mut self, chunk: Result<Vec<u8>, String>) -> bool {
        let kept = Event::Chunk(chunk.clone());
        self.record(kept);
        self.execution.feed(chunk)
    }

    /// Moves its clock on, to microseconds since 1970 in UTC.
    pub fn advance(&mut self, now: i64) {
        self.record(Event::Clock(now));
        self.execution.advance(now);
    }

    /// What its clock shows.
    #[must_use]
    pub fn now(&self) -> i64 {
        self.execution.now()
    }

    /// Sets a breakpoint at a line (the next one that has code) or, in a module, at an instruction
    /// of the entry function. `None` if there is no such place.
    pub fn add_breakpoint(&mut self, place: u32) -> Option<&Breakpoint> {
        let (at, place) = if self.code.by_line {
            let line = self.code.line_with_code(place)?;
            (At::Line(line), line)
        } else if self.code.is_listed {
            let (function, position) = self.program.listed_place(place)?;
            (At::Line(self.code.listed(function, position)), place)
        } else {
            let module = self.program.module();
            let entry = module.functions.get(module.entry.index())?;
            if place as usize >= entry.code.len() {
                return None;
            }
            (At::Instruction(Address(place)), place)
        };
        let number = self.next_number;
        self.next_number += 1;
        self.breakpoints.push(Breakpoint { number, place, at });
        self.breakpoints.last()
    }

    /// Sets a breakpoint at a line of the file that the program was read from, also of a listing: the
    /// next line that has code, which is given.
    pub fn add_line_breakpoint(&mut self, line: u32) -> Option<u32> {
        if !self.code.is_listed {
            return self.add_breakpoint(line).map(|point| point.place);
        }
        let (program, code) = (&self.program, &self.code);
        let functions = (0..).map(FunctionIndex).zip(&program.module().functions);
        let begins = functions.flat_map(|(index, function)| {
            let addresses = (0..).map(Address).take(function.code.len());
            addresses
                .filter(move |address| code.begins(index, *address))
                .filter_map(move |address| {
                    let (_, found, _) = program.place(index, address)?;
                    Some((found, index, address))
                })
        });
        let (found, index, address) = begins.filter(|(found, ..)| *found >= line).min()?;
        let at = At::Line(code.line(index, address));
        let number = self.next_number;
        self.next_number += 1;
        self.breakpoints.push(Breakpoint {
            number,
            place: found,
            at,
        });
        Some(found)
    }

    /// The breakpoint at which it stands, as where it stopped there.
    #[must_use]
    pub fn at_breakpoint(&self) -> Option<Stop> {
        self.breakpoint_here().map(Stop::Breakpoint)
    }

    /// Takes a breakpoint away; `false` if there is none of this number.
    pub fn remove_breakpoint(&mut self, number: u32) -> bool {
        let before = self.breakpoints.len();
        self.breakpoints.retain(|point| point.number != number);
        self.breakpoints.len() < before
    }

    /// The breakpoints, in the order they were set.
    #[must_use]
    pub fn breakpoints(&self) -> &[Breakpoint] {
        &self.breakpoints
    }

    /// Watches a variable or register: [`Step::Continue`] stops where it changes.
    pub fn watch(&mut self, name: &str) {
        let value = self.value(name).unwrap_or_else(|| UNSET.to_owned());
        self.watched.retain(|variable| variable.name != name);
        self.watched.push(Variable {
            name: name.to_owned(),
            value,
        });
    }

    /// Watches it no longer; `false` if it was not watched.
    pub fn unwatch(&mut self, name: &str) -> bool {
        let before = self.watched.len();
        self.watched.retain(|variable| variable.name != name);
        self.watched.len() < before
    }

    /// What is watched.
    #[must_use]
    pub fn watched(&self) -> &[Variable] {
        &self.watched
    }

    /// Where it stands; `None` when it has ended.
    #[must_use]
    pub fn place(&self) -> Option<Place> {
        let (function, address) = self.execution.machine().position()?;
        let module = self.program.module();
        if let Some(line) = self.program.listed(function, address) {
            return Some(Place {
                function: module.functions.get(function.index())?.name.clone(),
                instruction: line.address,
                text: line.text.clone(),
                line: None,
            });
        }
        let mut listing = salami_ir::text::Listing::new(module);
        let text = listing.instruction(function, address, &mut |_| None)?;
        let line = self.program.place(function, address);
        Some(Place {
            function: module.functions.get(function.index())?.name.clone(),
            instruction: address.0,
            text,
            line: line.map(|(_, line, text)| (line, text.to_owned())),
        })
    }

    /// The calls under way, outermost first.
    #[must_use]
    pub fn frames(&self) -> Vec<Frame> {
        self.execution.frames()
    }

    /// The source; for a module its assembly. Lines are separated by line feeds.
    #[must_use]
    pub fn listing(&self) -> String {
        match self.program.sources().first() {
            Some(source) => source.text().to_owned(),
            None if self.code.is_listed => self.program.listing_text("  "),
            None => self.program.assembly(),
        }
    }

    /// What the program printed since the last call. What it prints again after going back is in it again.
    pub fn take_output(&mut self) -> String {
        core::mem::take(&mut self.output)
    }

    /// What the program wrote to the standard error stream since the last call.
    pub fn take_error_output(&mut self) -> String {
        core::mem::take(&mut self.error_output)
    }

    /// How many instructions were run.
    #[must_use]
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// The fuel used so far.
    #[must_use]
    pub fn fuel(&self) -> u64 {
        self.execution.fuel()
    }

    /// The bytes that its heap has now, and the most that it had.
    #[must_use]
    pub fn memory(&self) -> (u64, u64) {
        let used = self.execution.machine().memory_used();
        let used = u64::try_from(used).unwrap_or(u64::MAX);
        (used, self.execution.memory_peak())
    }

    fn line(&self) -> u32 {
        let position = self.execution.machine().position();
        position.map_or(0, |(function, address)| self.code.line(function, address))
    }

    /// Whether it stands at the begin of a line, or of an instruction of a module, other than where it started.
    fn is_new_place(&self, start: Option<(FunctionIndex, Address)>, depth: usize) -> bool {
        let machine = self.execution.machine();
        let Some((function, address)) = machine.position() else {
            return false;
        };
        if !self.code.has_lines() {
            return true;
        }
        let line = self.code.line(function, address);
        if line == 0 {
            return false;
        }
        if self.code.is_listed {
            return self.code.begins(function, address);
        }
        let Some((start_function, start_address)) = start else {
            return true;
        };
        if function != start_function || machine.depth() != depth {
            // Back in the middle of a caller's line is not a new line, but going out of a function is.
            return machine.depth() < depth || self.code.begins(function, address);
        }
        line != self.code.line(start_function, start_address)
            || (address <= start_address && self.code.begins(function, address))
    }

    /// The breakpoint of the instruction at hand.
    fn breakpoint_here(&self) -> Option<u32> {
        if self.breakpoints.is_empty() {
            return None;
        }
        let (function, address) = self.execution.machine().position()?;
        let entry = self.program.module().entry;
        let line = self.code.line(function, address);
        let begins = self.code.begins(function, address);
        let hit = self.breakpoints.iter().find(|point| match point.at {
            At::Line(wanted) => begins && wanted == line,
            At::Instruction(wanted) => function == entry && wanted == address,
        });
        hit.map(|point| point.number)
    }

    /// A breakpoint or a change of what is watched.
    fn stop_on_the_way(&mut self) -> Option<Stop> {
        if let Some(number) = self.breakpoint_here() {
            return Some(Stop::Breakpoint(number));
        }
        for index in 0..self.watched.len() {
            let watched = self.watched.get(index)?;
            let Some(after) = self.value(&watched.name) else {
                continue;
            };
            if let Some(watched) = self.watched.get_mut(index)
                && watched.value != after
            {
                let before = core::mem::replace(&mut watched.value, after.clone());
                let name = watched.name.clone();
                return Some(Stop::Changed {
                    name,
                    before,
                    after,
                });
            }
        }
        None
    }

    /// Runs one instruction that can be gone back over; what stops the execution whoever drives it.
    fn instruction(&mut self) -> Option<Stop> {
        self.history.keep(self.steps, &self.execution, self.caught);
        self.instruction_forward()
    }

    /// Runs one instruction, without keeping the way back.
    fn instruction_forward(&mut self) -> Option<Stop> {
        loop {
            let stop = self.run_instruction();
            self.output.push_str(&self.execution.take_output());
            let complaints = self.execution.take_error_output();
            self.error_output.push_str(&complaints);
            // After going back, what came in before comes again: the world does not answer twice.
            if !matches!(stop, Some(Stop::Waiting(_))) || !self.give_again() {
                return stop;
            }
        }
    }

    /// Gives what came in at this step before; `false` if nothing is left of it.
    fn give_again(&mut self) -> bool {
        let used = match self.given {
            (steps, count) if steps == self.steps => count,
            _ => 0,
        };
        let events: Vec<Event> = self
            .history
            .events(self.steps)
            .skip(used)
            .cloned()
            .collect();
        let Some((next, rest)) = events.split_first() else {
            return false;
        };
        // An instruction may wait for several pieces of a stream, one after the other.
        let more = rest
            .iter()
            .take_while(|event| !matches!(event, Event::Chunk(_)));
        let mut given = used;
        for event in core::iter::once(next).chain(more) {
            given += 1;
            match event.clone() {
                Event::Answer(answer) => drop(self.execution.answer(&answer)),
                Event::AnswerTo(sequence, answer) => {
                    self.execution.answer_call(sequence, &answer);
                }
                Event::Clock(now) => self.execution.advance(now),
                Event::Chunk(chunk) => drop(self.execution.feed(chunk)),
            }
        }
        self.given = (self.steps, given);
        true
    }

    /// Keeps what came in, for the way back.
    fn record(&mut self, event: Event) {
        self.history.record(self.steps, event);
        self.given = (self.steps, self.history.events(self.steps).count());
    }

    fn run_instruction(&mut self) -> Option<Stop> {
        let machine = self.execution.machine();
        let (before, depth) = (machine.position(), machine.depth());
        let outcome = if let Some(raised) = self.raised.take() {
            self.steps += 1;
            return match self.execution.let_go(*raised) {
                Progress::Running => None,
                Progress::Suspended(wait) => Some(Stop::Waiting(wait)),
                Progress::Ended(result) => Some(Stop::Ended(result)),
                Progress::Absent(_) | Progress::Idle => Some(Stop::Ended(Err(elsewhere()))),
            };
        } else {
            self.execution.step_instruction()
        };
        if matches!(outcome, Ok(Outcome::OutOfFuel { .. })) {
            self.note_caught(before, depth);
        }
        match outcome {
            Err(stopped) => match stopped {
                Progress::Suspended(wait) => Some(Stop::Waiting(wait)),
                Progress::Ended(result) => Some(Stop::Ended(result)),
                Progress::Absent(_) | Progress::Idle => Some(Stop::Ended(Err(elsewhere()))),
                Progress::Running => {
                    self.steps += 1;
                    None
                }
            },
            Ok(Outcome::Raised(raised)) => {
                let text = self.execution.exception_line(&raised);
                self.raised = Some(Box::new(raised));
                Some(Stop::Raised(text))
            }
            Ok(_) => {
                self.steps += 1;
                None
            }
        }
    }

    /// The step at which the line, or instruction, before this one began.
    fn step_before(&self) -> Option<u64> {
        if !self.code.has_lines() {
            return self.steps.checked_sub(1);
        }
        for moment in self.history.before(self.steps.checked_sub(1)?) {
            let mut replay = self.replay(moment);
            let mut found = None;
            let mut earlier = None;
            while replay.steps < self.steps {
                let position = replay.execution.machine().position();
                let begins = |(function, address)| self.code.begins(function, address);
                if position.is_some_and(begins) {
                    earlier = found.replace(replay.steps);
                }
                if !replay.again() {
                    break;
                }
            }
            // In the middle of a line of a listing it is the line before that is asked for.
            if self.is_within_line() {
                found = earlier;
            }
            if found.is_some() {
                return found;
            }
        }
        None
    }

    /// Whether a part of the line of a listing was run.
    fn is_within_line(&self) -> bool {
        if self.raised.is_some() || self.execution.has_ended() {
            return false;
        }
        let position = self.execution.machine().position();
        self.code.is_listed
            && position.is_some_and(|(function, address)| {
                self.code.line(function, address) != 0 && !self.code.begins(function, address)
            })
    }

    /// A copy of this debugger at an earlier moment, for running again without looking.
    fn replay(&self, moment: &history::Moment) -> Self {
        Self {
            execution: moment.execution.clone(),
            steps: moment.steps,
            breakpoints: Vec::new(),
            watched: Vec::new(),
            output: String::new(),
            error_output: String::new(),
            raised: None,
            caught: moment.caught,
            given: NEVER,
            ..self.clone()
        }
    }

    /// Runs an instruction again, with what came in from outside then; `false` where it stops.
    fn again(&mut self) -> bool {
        loop {
            match self.run_instruction() {
                None => return true,
                Some(Stop::Waiting(_)) => {
                    if !self.give_again() {
                        return false;
                    }
                }
                Some(Stop::Raised(_)) => {}
                Some(_) => return false,
            }
        }
    }

    fn return_to(&mut self, steps: u64) {
        let Some(moment) = self.history.before(steps).next().cloned() else {
            return;
        };
        let mut replay = self.replay(&moment);
        while replay.steps < steps && replay.again() {}
        let _ = replay.execution.take_output();
        let _ = replay.execution.take_error_output();
        self.execution = replay.execution;
        self.steps = replay.steps;
        self.caught = replay.caught;
        self.raised = None;
        self.given = NEVER;
        self.history.forget_after(self.steps);
        for index in 0..self.watched.len() {
            let name = self.watched.get(index).map(|watched| watched.name.clone());
            let value = name.and_then(|name| self.value(&name));
            if let (Some(watched), Some(value)) = (self.watched.get_mut(index), value) {
                watched.value = value;
            }
        }
    }
}

//! Running a program: at once, or in slices.

mod uncaught;
mod waits;

use std::sync::Arc;

use salami_ir::{BuiltinException, ClassRef};
use salami_vm::hash::HashKey;
use salami_vm::{ErrorContext, Machine, Outcome, Raised, Threads, Value as VmValue};
use serde_json::{Map, Value};

use crate::blame::Blame;
use crate::error::{Limit, LimitKind, RunError};
use crate::host::{self, Host, NoTools, Wait};
use crate::json;
use crate::profile::{Interrupt, RunLimits};
use crate::program::Program;
use crate::snapshot::ResumeOptions;
use uncaught::failure;

/// How a program is run.
#[derive(Clone, Debug)]
pub struct RunOptions {
    /// The input fields: the parameters of `main`. Its nesting must be bounded, as that of parsed JSON is.
    pub input: Map<String, Value>,
    /// The parameters of `main` that are streams (`Iterable[str]`, `TextIO`) which the host feeds when
    /// asked: [`Host::read`], [`Wait::Input`]. Text in `input` is such a stream, too, all of it in memory.
    pub streams: Vec<String>,
    /// What it may use.
    pub limits: RunLimits,
    /// By which the host ends it from outside.
    pub interrupt: Option<Interrupt>,
    /// What its clock shows at the start: microseconds since 1970 in UTC. A run reads no other clock.
    pub now: i64,
    /// Where randomness that the program does not seed itself comes from: the same seed, the same run.
    pub seed: u64,
}

impl Default for RunOptions {
    fn default() -> Self {
        Self {
            input: Map::new(),
            streams: Vec::new(),
            limits: RunLimits::GENERAL,
            interrupt: None,
            now: salami_vm::DEFAULT_CLOCK,
            seed: 0,
        }
    }
}

/// What a run did.
#[derive(Clone, Debug)]
pub struct Run {
    /// The result of `main` (null if the body is the whole program), or why there is none.
    pub result: Result<Value, RunError>,
    /// What it printed.
    pub output: String,
    /// What it wrote to the standard error stream.
    pub error_output: String,
    /// The fuel it used.
    pub fuel: u64,
    /// The most bytes its heap had.
    pub memory_peak: u64,
}

/// Where an execution is after a step.
#[derive(Clone, Debug)]
pub enum Progress {
    /// It goes on with the next step.
    Running,
    /// It waits, and does nothing until that has come. With several threads this is one of their waits:
    /// see [`Execution::waits`].
    Suspended(Wait),
    /// It goes on when the thread with this number is here: [`Execution::load_thread`], then the next
    /// step. Only after [`Execution::resume_parts`].
    Absent(u64),
    /// All that is here waits for threads, is held or has ended; the rest waits elsewhere.
    Idle,
    /// It ended.
    Ended(Result<Value, RunError>),
}

/// One execution of a program, in slices.
///
/// ```
/// let program = salami_program::compile("count.py", "for i in range(3): print(i)", &salami_program::CompileOptions::default())?;
/// let mut execution = program.start(&salami_program::RunOptions::default())?;
/// let mut printed = String::new();
/// loop {
///     let progress = execution.step(10);
///     printed += &execution.take_output();
///     if let salami_program::Progress::Ended(result) = progress {
///         assert_eq!(result, Ok(serde_json::Value::Null));
///         break;
///     }
/// }
/// assert_eq!(printed, "0\n1\n2\n");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Execution {
    program: Program,
    /// Its threads; the machine is the one that runs, or ran last.
    machine: Threads,
    limits: RunLimits,
    /// What its own clock showed at the start.
    started: i64,
    interrupt: Option<Interrupt>,
    granted: u64,
    needed: u64,
    /// The fuel used when an instruction was put off for want of fuel, and what was left then.
    put_off: Option<(u64, u64)>,
    /// Where the machine stood when it raised what nobody catches; clean-ups run elsewhere.
    raised: Option<Box<(ErrorContext, Option<Blame>)>>,
    /// What it has of what was granted, where it stopped to wait.
    spare: u64,
    /// Whether it comes from a snapshot: what was proved of the program need not hold for that.
    is_resumed: bool,
    ended: Option<Box<Result<Value, RunError>>>,
}

impl Program {
    /// Runs the program to its end. Without a limit of fuel that may be never.
    ///
    /// ```
    /// let source = "def main(name: str) -> str:\n    return f'Hello, {name}!'\n";
    /// let program = salami_program::compile("hello.py", source, &salami_program::CompileOptions::default())?;
    /// let input = [("name".to_string(), "Ada".into())].into_iter().collect();
    /// let run = program.run(&salami_program::RunOptions { input, ..Default::default() });
    /// assert_eq!(run.result, Ok("Hello, Ada!".into()));
    /// # Ok::<(), salami_program::CompileError>(())
    /// ```
    ///
    /// It has no tools: a call of one ends the run. Its clock is simulated: `time.sleep` takes no time.
    #[must_use]
    pub fn run(&self, options: &RunOptions) -> Run {
        self.run_with(options, &mut NoTools)
    }

    /// Runs the program to its end; `host` answers its calls of tools. Its clock is simulated.
    #[must_use]
    pub fn run_with(&self, options: &RunOptions, host: &mut dyn Host) -> Run {
        let mut execution = match self.start(options) {
            Ok(execution) => execution,
            Err(error) => {
                let (output, error_output) = (String::new(), String::new());
                return Run {
                    result: Err(error),
                    output,
                    error_output,
                    fuel: 0,
                    memory_peak: 0,
                };
            }
        };
        let slice = match options.interrupt {
            Some(_) => WATCHED_SLICE,
            None => u64::MAX / 4,
        };
        let result = loop {
            match execution.step(slice) {
                Progress::Ended(result) => break result,
                Progress::Running => {}
                Progress::Suspended(Wait::Until(instant)) => execution.advance(instant),
                Progress::Suspended(Wait::Call(call)) => match host.call(&call) {
                    Some(answer) => drop(execution.answer(&answer)),
                    None => break Err(RunError::NotConnected(call.name())),
                },
                Progress::Suspended(Wait::Input(reading)) => {
                    execution.feed(host.read(&reading));
                }
                Progress::Absent(_) | Progress::Idle => {
                    break Err(elsewhere());
                }
            }
        };
        Run {
            result,
            output: execution.take_output(),
            error_output: execution.take_error_output(),
            fuel: execution.fuel(),
            memory_peak: execution.memory_peak(),
        }
    }

    /// An execution that stands at the program's start.
    ///
    /// # Errors
    /// Input that does not fit the program or its memory.
    pub fn start(&self, options: &RunOptions) -> Result<Execution, RunError> {
        if self.is_listing() {
            let program = self.for_input(&options.input).map_err(RunError::refused)?;
            return program.start_with(program.prepared(), options);
        }
        self.start_with(self.prepared(), options)
    }

    /// The same with the module as it was prepared for this execution.
    pub(crate) fn start_with(
        &self,
        prepared: &Arc<salami_vm::Program>,
        options: &RunOptions,
    ) -> Result<Execution, RunError> {
        self.start_keyed(prepared, options, HashKey::default())
    }

    /// The same with a key of hash tables, which makes no difference.
    pub(crate) fn start_keyed(
        &self,
        prepared: &Arc<salami_vm::Program>,
        options: &RunOptions,
        hash_key: HashKey,
    ) -> Result<Execution, RunError> {
        let misfits = self.misfits_with(&options.input, &options.streams);
        if !misfits.is_empty() {
            return Err(RunError::Input(misfits));
        }
        let limits = salami_vm::Limits {
            hash_key,
            ..options.limits.of_machine()
        };
        let memory = limits.memory;
        let mut machine = Machine::new(prepared, limits, &json::fields(&options.input))
            .map_err(|error| failure(*error, Vec::new(), &options.limits))?;
        for name in &options.streams {
            if machine.open_stream(name).is_err() {
                let most = Some(options.limits.memory);
                return Err(RunError::Limit(Limit::new(LimitKind::Memory, most)));
            }
        }
        machine.set_clock(options.now);
        machine.set_seed(options.seed);
        if let Some(interrupt) = &options.interrupt {
            machine.set_interrupt(Arc::clone(&interrupt.0));
        }
        Ok(Execution {
            program: self.clone(),
            machine: Threads::new(machine, memory),
            limits: options.limits,
            started: options.now,
            interrupt: options.interrupt.clone(),
            granted: 0,
            needed: 0,
            put_off: None,
            raised: None,
            spare: 0,
            is_resumed: false,
            ended: None,
        })
    }
}

impl Execution {
    /// Runs on with about this much fuel. Slices change nothing but when it pauses.
    pub fn step(&mut self, fuel: u64) -> Progress {
        if let Some(ended) = &self.ended {
            return Progress::Ended(Result::clone(ended));
        }
        if self.is_over_time() {
            return self.end_at(LimitKind::Time);
        }
        let left = self
            .limits
            .fuel
            .map_or(u64::MAX, |limit| limit.saturating_sub(self.granted));
        let spare = core::mem::take(&mut self.spare);
        // Only with all of its fuel given is it known that an instruction cannot be paid.
        let available = self.granted.saturating_sub(self.machine.fuel_used());
        if spare == 0 && left == 0 && available < self.needed.max(1) {
            return self.end_at(LimitKind::Fuel);
        }
        // Work that stops half way for want of fuel begins anew: with twice as much each time, all
        // beginnings together cost no more than the last.
        let again = match self.put_off.take() {
            Some((used, left)) if used == self.machine.fuel_used() => left,
            _ => 0,
        };
        let wanted = fuel.max(self.needed).max(again).max(1);
        let room = MOST_FUEL.saturating_sub(self.granted);
        let grant = wanted.saturating_sub(spare).min(left).min(room);
        self.granted = self.granted.saturating_add(grant);
        self.needed = 0;
        let outcome = self.machine.run(grant);
        self.after(outcome)
    }

    /// Runs one instruction. `Ok` is the machine's own outcome where it goes on or raised what
    /// nobody catches, with the stack intact; `Err` is where it waits or ended.
    pub(crate) fn step_instruction(&mut self) -> Result<Outcome, Progress> {
        if let Some(ended) = &self.ended {
            return Err(Progress::Ended(Result::clone(ended)));
        }
        let fuel = self.limits.fuel;
        if fuel.is_some_and(|limit| self.machine.fuel_used() >= limit) {
            return Err(self.end_at(LimitKind::Fuel));
        }
        if self.is_over_time() {
            return Err(self.end_at(LimitKind::Time));
        }
        match self.machine.step() {
            outcome @ (Outcome::OutOfFuel { .. } | Outcome::Raised(_)) => Ok(outcome),
            outcome => Err(self.after(outcome)),
        }
    }

    /// Lets an exception that nobody catches go on its way, clean-ups included.
    pub(crate) fn let_go(&mut self, raised: Raised) -> Progress {
        self.after(Outcome::Raised(raised))
    }

    /// The last line of an uncaught exception's traceback. Its text is worked out on a copy.
    pub(crate) fn exception_line(&self, raised: &Raised) -> String {
        self.clone().uncaught(raised).to_string()
    }

    /// What an uncaught exception says.
    pub(crate) fn exception_message(&self, raised: &Raised) -> String {
        match self.clone().uncaught(raised) {
            RunError::Exception(exception) => exception.message,
            error => error.to_string(),
        }
    }

    /// What an exception says. Where code of the program decides that, it runs on a copy.
    pub(crate) fn error_text(&self, value: VmValue) -> Option<String> {
        let VmValue::Exception(exception) = value else {
            return None;
        };
        let heap = self.machine.heap();
        let object = heap.exception(exception);
        if let (ClassRef::Builtin(class), [VmValue::Str(text)]) =
            (object.class, object.arguments.as_slice())
            && class != BuiltinException::KeyError
        {
            return Some(heap.str(*text).to_owned());
        }
        self.clone().text(value)
    }

    /// An execution whose threads come from a snapshot.
    pub(crate) fn resumed(
        program: &Program,
        mut threads: Threads,
        options: &ResumeOptions,
    ) -> Self {
        crate::snapshot::interrupt(&mut threads, options.interrupt.as_ref());
        Self {
            program: program.clone(),
            limits: options.limits,
            started: threads.started(),
            interrupt: options.interrupt.clone(),
            granted: threads.fuel_used(),
            machine: threads,
            needed: 0,
            put_off: None,
            raised: None,
            spare: 0,
            is_resumed: true,
            ended: None,
        }
    }

    /// Its threads, while it has not ended.
    pub(crate) fn threads(&self) -> Option<&Threads> {
        self.ended.is_none().then_some(&self.machine)
    }

    pub(crate) fn threads_mut(&mut self) -> &mut Threads {
        &mut self.machine
    }

    pub(crate) fn has_ended(&self) -> bool {
        self.ended.is_some()
    }

    pub(crate) fn program(&self) -> &Program {
        &self.program
    }

    pub(crate) fn machine(&self) -> &Machine {
        &self.machine
    }

    pub(crate) fn after(&mut self, mut outcome: Outcome) -> Progress {
        loop {
            match outcome {
                Outcome::OutOfFuel { needed } => {
                    self.needed = needed;
                    let used = self.machine.fuel_used();
                    self.put_off = Some((used, self.granted.saturating_sub(used)));
                    if self.is_over_time() {
                        return self.end_at(LimitKind::Time);
                    }
                    return Progress::Running;
                }
                Outcome::Done(value) => {
                    let result = self.result(value);
                    return self.end(result);
                }
                Outcome::Suspended(salami_vm::Wait::WayOut) | Outcome::Idle => {
                    self.spare = self.granted.saturating_sub(self.machine.fuel_used());
                    return Progress::Idle;
                }
                Outcome::Absent(thread) => {
                    self.spare = self.granted.saturating_sub(self.machine.fuel_used());
                    return Progress::Absent(thread);
                }
                Outcome::Suspended(wait) => match host::wait(wait) {
                    Ok(Wait::Until(instant)) if self.is_past(instant) => {
                        return self.end_at(LimitKind::Time);
                    }
                    Ok(wait) => {
                        self.spare = self.granted.saturating_sub(self.machine.fuel_used());
                        return Progress::Suspended(wait);
                    }
                    // What has no form outside is the program's error, like other arguments that are no data.
                    Err(problem) => {
                        let error = salami_vm::Answer::Error(problem);
                        self.machine.answer(error);
                        outcome = self.machine.run(0);
                    }
                },
                Outcome::Failed(mut error) => {
                    let frames = self.frames();
                    error.context = self.of_listing(error.context);
                    let error = match failure(error, frames, &self.limits) {
                        RunError::Internal(text) if self.is_resumed => RunError::State(text),
                        error => error,
                    };
                    return self.end(Err(error));
                }
                Outcome::Raised(raised) => {
                    if self.raised.is_none() {
                        self.raised = Some(Box::new(self.blamed(&raised)));
                    }
                    // Nobody catches it: clean-ups run, as in CPython, then the program ends.
                    match self.machine.raise_on(&raised) {
                        Some(next) => outcome = next,
                        None => {
                            let error = self.uncaught(&raised);
                            return self.end(Err(error));
                        }
                    }
                }
            }
        }
    }

    /// What the program gives: what it returned, or if that is nothing what it stored as output.
    pub(crate) fn result(&self, value: VmValue) -> Result<Value, RunError> {
        let export = |value| {
            let data = self
                .machine
                .export(value)
                .map_err(|error| error.to_string());
            data.and_then(|data| json::value(&data))
                .map_err(RunError::Result)
        };
        let fields = self.machine.output_fields();
        if fields.is_empty() || !value.is_none() {
            return export(value);
        }
        let fields = fields
            .iter()
            .map(|(name, value)| Ok((name.clone(), export(*value)?)));
        fields.collect::<Result<_, _>>().map(Value::Object)
    }

    /// Moves its clock on, to microseconds since 1970 in UTC; never back. The program sees the
    /// clock move only where it waits: call it when it has.
    pub fn advance(&mut self, now: i64) {
        self.machine.advance_clock(now);
    }

    /// What its clock shows.
    #[must_use]
    pub fn now(&self) -> i64 {
        self.machine.clock()
    }

    /// Whether an instant lies past the time that it may take.
    fn is_past(&self, instant: i64) -> bool {
        let Some(time) = self.limits.time else {
            return false;
        };
        let passed = u64::try_from(instant.saturating_sub(self.started)).unwrap_or(0);
        passed > time
    }

    /// Whether it took too much time, or the host asked for the end.
    fn is_over_time(&self) -> bool {
        let is_interrupted = self.interrupt.as_ref().is_some_and(Interrupt::is_requested);
        is_interrupted || self.is_past(self.now())
    }

    /// Ends it where it stands, for a limit that the host watches.
    pub fn stop(&mut self, kind: LimitKind) -> Progress {
        match &self.ended {
            Some(ended) => Progress::Ended(Result::clone(ended)),
            None => self.end_at(kind),
        }
    }

    /// Ends it where it stands.
    fn end_at(&mut self, kind: LimitKind) -> Progress {
        let limit = Limit {
            kind,
            most: self.limits.most(kind),
            frames: self.frames(),
            context: Box::new(self.of_listing(self.machine.position_context())),
        };
        self.end(Err(RunError::Limit(limit)))
    }

    /// The instructions that it ran, where it has a limit of them or of iterations.
    #[must_use]
    pub fn instructions(&self) -> Option<u64> {
        self.machine.instructions()
    }

    fn end(&mut self, result: Result<Value, RunError>) -> Progress {
        self.ended = Some(Box::new(result.clone()));
        Progress::Ended(result)
    }

    /// What the program printed since the last call.
    pub fn take_output(&mut self) -> String {
        self.machine.take_output()
    }

    /// What the program wrote to the standard error stream since the last call.
    pub fn take_error_output(&mut self) -> String {
        self.machine.take_error_output()
    }

    /// The hash of its state, of everything that decides how it goes on: the same in every process and
    /// on every platform. O(what the program can still reach).
    #[must_use]
    pub fn state_hash(&self) -> [u8; 32] {
        if self.ended.is_some() {
            return self.machine.end_hash();
        }
        self.machine.state_hash()
    }

    /// The fuel used so far.
    #[must_use]
    pub fn fuel(&self) -> u64 {
        self.machine.fuel_used()
    }

    /// The most bytes its heap had.
    #[must_use]
    pub fn memory_peak(&self) -> u64 {
        u64::try_from(self.machine.memory_peak()).unwrap_or(u64::MAX)
    }

    /// Collects at every safe point, or as usual: what a test of the collector wants. Changes nothing but time.
    #[doc(hidden)]
    pub fn set_collection_stress(&mut self, stress: bool) {
        self.machine.set_collection_stress(stress);
    }
}

/// What only executions that were resumed in parts meet, where nobody brings parts.
pub(crate) fn elsewhere() -> RunError {
    RunError::Internal("a thread is stored elsewhere".to_owned())
}

/// More fuel than any execution uses, far from where sums of it end.
const MOST_FUEL: u64 = 1 << 62;

/// How much runs between two looks at whether the host wants the end.
const WATCHED_SLICE: u64 = 500_000;

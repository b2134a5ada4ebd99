//! Running a program: at once, or in slices.

use std::sync::Arc;

use salami_ir::instruction::Expectation;
use salami_ir::{Address, BuiltinException, Class, ClassRef, FunctionIndex, Instruction};
use salami_vm::{
    ExceptionRef, Limits, Machine, MachineError, Outcome, Raised, TraceLine, Value as VmValue,
};
use serde_json::{Map, Value};

use crate::error::{Exception, Exit, Limit, LimitKind, RunError};
use crate::host::{self, Answer, Host, NoTools, Wait};
use crate::input::Misfit;
use crate::json;
use crate::program::Program;
use crate::traceback::{self, Frame};

/// How a program is run.
#[derive(Clone, Debug)]
pub struct RunOptions {
    /// The input fields: the parameters of `main`. Its nesting must be bounded, as that of parsed JSON is.
    pub input: Map<String, Value>,
    /// How much fuel it may use, about one unit an instruction; `None`: any amount.
    pub fuel: Option<u64>,
    /// How many bytes its heap may have.
    pub memory: u64,
    /// What its clock shows at the start: microseconds since 1970 in UTC. A run reads no other clock.
    pub now: i64,
    /// Where randomness that the program does not seed itself comes from: the same seed, the same run.
    pub seed: u64,
}

impl Default for RunOptions {
    fn default() -> Self {
        Self {
            input: Map::new(),
            fuel: None,
            memory: 100_000_000,
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
    /// It waits, and does nothing until that has come.
    Suspended(Wait),
    /// It ended.
    Ended(Result<Value, RunError>),
}

/// One execution of a program, in slices.
///
/// ```
/// let program = salami::compile("count.py", "for i in range(3): print(i)", &salami::CompileOptions::default())?;
/// let mut execution = program.start(&salami::RunOptions::default())?;
/// let mut printed = String::new();
/// loop {
///     let progress = execution.step(10);
///     printed += &execution.take_output();
///     if let salami::Progress::Ended(result) = progress {
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
    machine: Machine,
    limit: Option<u64>,
    granted: u64,
    needed: u64,
    /// What it has of what was granted, where it stopped to wait.
    spare: u64,
    ended: Option<Result<Value, RunError>>,
}

impl Program {
    /// Runs the program to its end. Without a limit of fuel that may be never.
    ///
    /// ```
    /// let source = "def main(name: str) -> str:\n    return f'Hello, {name}!'\n";
    /// let program = salami::compile("hello.py", source, &salami::CompileOptions::default())?;
    /// let input = [("name".to_string(), "Ada".into())].into_iter().collect();
    /// let run = program.run(&salami::RunOptions { input, ..Default::default() });
    /// assert_eq!(run.result, Ok("Hello, Ada!".into()));
    /// # Ok::<(), salami::CompileError>(())
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
        let result = loop {
            match execution.step(u64::MAX / 4) {
                Progress::Ended(result) => break result,
                Progress::Running => {}
                Progress::Suspended(Wait::Until(instant)) => execution.advance(instant),
                Progress::Suspended(Wait::Call(call)) => match host.call(&call) {
                    Some(answer) => drop(execution.answer(&answer)),
                    None => break Err(RunError::NotConnected(call.name())),
                },
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
        self.start_with(self.prepared(), options)
    }

    /// The same with the module as it was prepared for this execution.
    pub(crate) fn start_with(
        &self,
        prepared: &Arc<salami_vm::Program>,
        options: &RunOptions,
    ) -> Result<Execution, RunError> {
        let misfits = self.misfits(&options.input);
        if !misfits.is_empty() {
            return Err(RunError::Input(misfits));
        }
        let memory = usize::try_from(options.memory).unwrap_or(usize::MAX);
        let limits = Limits {
            memory,
            ..Limits::default()
        };
        let mut machine = Machine::new(prepared, limits, &json::fields(&options.input))
            .map_err(|error| failure(&error, Vec::new()))?;
        machine.set_clock(options.now);
        machine.set_seed(options.seed);
        Ok(Execution {
            program: self.clone(),
            machine,
            limit: options.fuel,
            granted: 0,
            needed: 0,
            spare: 0,
            ended: None,
        })
    }
}

impl Execution {
    /// Runs on with about this much fuel. Slices change nothing but when it pauses.
    pub fn step(&mut self, fuel: u64) -> Progress {
        if let Some(ended) = &self.ended {
            return Progress::Ended(ended.clone());
        }
        let left = self
            .limit
            .map_or(u64::MAX, |limit| limit.saturating_sub(self.granted));
        let spare = core::mem::take(&mut self.spare);
        if spare == 0 && (left == 0 || left < self.needed) {
            return self.end(Err(RunError::Limit(Limit {
                kind: LimitKind::Fuel,
                frames: self.frames(),
            })));
        }
        let wanted = fuel.max(self.needed).max(1);
        let grant = wanted.saturating_sub(spare).min(left);
        self.granted = self.granted.saturating_add(grant);
        self.needed = 0;
        let outcome = self.machine.run(grant);
        self.after(outcome)
    }

    /// Runs one instruction. `Ok` is the machine's own outcome where it goes on or raised what
    /// nobody catches, with the stack intact; `Err` is where it waits or ended.
    pub(crate) fn step_instruction(&mut self) -> Result<Outcome, Progress> {
        if let Some(ended) = &self.ended {
            return Err(Progress::Ended(ended.clone()));
        }
        if self
            .limit
            .is_some_and(|limit| self.machine.fuel_used() >= limit)
        {
            return Err(self.end(Err(RunError::Limit(Limit {
                kind: LimitKind::Fuel,
                frames: self.frames(),
            }))));
        }
        match self.machine.step() {
            outcome @ (Outcome::OutOfFuel { .. } | Outcome::Raised(_)) => Ok(outcome),
            outcome => Err(self.after(outcome)),
        }
    }

    /// Lets an exception that nobody catches go on its way, clean-ups included.
    pub(crate) fn let_go(&mut self) -> Progress {
        let outcome = self.machine.step();
        self.after(outcome)
    }

    /// The last line of an uncaught exception's traceback. Its text is worked out on a copy.
    pub(crate) fn exception_line(&self, raised: &Raised) -> String {
        self.clone().uncaught(raised).to_string()
    }

    pub(crate) fn machine(&self) -> &Machine {
        &self.machine
    }

    fn after(&mut self, mut outcome: Outcome) -> Progress {
        loop {
            match outcome {
                Outcome::OutOfFuel { needed } => {
                    self.needed = needed;
                    return Progress::Running;
                }
                Outcome::Done(value) => {
                    let data = self
                        .machine
                        .export(value)
                        .map_err(|error| error.to_string());
                    let result = data
                        .and_then(|data| json::value(&data))
                        .map_err(RunError::Result);
                    return self.end(result);
                }
                Outcome::Suspended(wait) => match host::wait(wait) {
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
                Outcome::Failed(error) => {
                    let frames = self.frames();
                    return self.end(Err(failure(&error, frames)));
                }
                Outcome::Raised(raised) => {
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

    /// Answers the call that it waits for; `false` if it waits for none.
    pub fn answer(&mut self, answer: &Answer) -> bool {
        self.machine.answer(host::answer(answer))
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

    fn end(&mut self, result: Result<Value, RunError>) -> Progress {
        self.ended = Some(result.clone());
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

    /// The calls under way, outermost first.
    pub(crate) fn frames(&self) -> Vec<Frame> {
        self.machine
            .frames()
            .iter()
            .filter_map(|view| self.frame_at(view.function, view.address))
            .collect()
    }

    /// A line of a traceback; none for what is not the program's own.
    fn frame_at(&self, function: FunctionIndex, address: Address) -> Option<Frame> {
        let name = self
            .program
            .module()
            .functions
            .get(function.index())?
            .name
            .clone();
        let (file, line, text) = self.program.place(function, address)?;
        Some(Frame {
            file: file.to_owned(),
            line,
            function: name,
            text: text.trim().to_owned(),
        })
    }

    fn uncaught(&mut self, raised: &Raised) -> RunError {
        if self.is_of_input(&raised.traceback) {
            return RunError::Input(vec![Misfit::Refused(raised.message.clone())]);
        }
        let VmValue::Exception(exception) = raised.exception else {
            return RunError::Internal("what was raised is no exception".into());
        };
        if let Some(exit) = self.exit(exception, &raised.message) {
            return RunError::Exit(exit);
        }
        let frames = raised
            .traceback
            .iter()
            .filter_map(|line| self.frame_at(line.function, line.address))
            .collect();
        RunError::Exception(Exception {
            class: self.class_name(exception, &raised.class),
            message: raised.message.clone(),
            frames,
            notes: self.notes(exception),
            before: self.before(exception),
        })
    }

    /// Whether an exception is from the entry's own decoding of the input.
    fn is_of_input(&self, traceback: &[TraceLine]) -> bool {
        let module = self.program.module();
        let [only] = traceback else { return false };
        let instruction = module
            .functions
            .get(only.function.index())
            .and_then(|function| function.code.get(only.address.index()));
        only.function == module.entry
            && match instruction {
                Some(Instruction::Decode { what, .. }) => self
                    .program
                    .inputs()
                    .iter()
                    .any(|field| field.name == *what),
                Some(Instruction::Expect {
                    failure: Expectation::Type(text),
                    ..
                }) => text.starts_with("main() missing "),
                _ => false,
            }
    }

    /// What `SystemExit` asks for.
    fn exit(&self, exception: ExceptionRef, message: &str) -> Option<Exit> {
        let object = self.machine.heap().exception(exception);
        let class = ClassRef::Builtin(BuiltinException::SystemExit);
        if !self.program.module().is_subclass(object.class, class) {
            return None;
        }
        Some(match object.arguments.first() {
            None | Some(VmValue::None) => Exit {
                status: 0,
                message: None,
            },
            Some(VmValue::Bool(value)) => Exit {
                status: u8::from(*value),
                message: None,
            },
            Some(VmValue::Int(status)) => Exit {
                status: u8::try_from(status.rem_euclid(256)).unwrap_or(1),
                message: None,
            },
            Some(_) => Exit {
                status: 1,
                message: Some(message.to_owned()),
            },
        })
    }

    /// A class as a traceback names it: with its module unless that is `builtins` or the program.
    fn class_name(&self, exception: ExceptionRef, name: &str) -> String {
        let heap = self.machine.heap();
        let class = match heap.exception(exception).class {
            ClassRef::Builtin(class) => class,
            ClassRef::Module(index) => {
                let class = heap.module().classes.get(index.index());
                return match class.and_then(Class::module) {
                    Some(module) => format!("{module}.{name}"),
                    None => name.to_owned(),
                };
            }
        };
        match class {
            BuiltinException::JSONDecodeError => "json.decoder.JSONDecodeError".into(),
            BuiltinException::CsvError => "_csv.Error".into(),
            BuiltinException::ToolError => "salami.ToolError".into(),
            BuiltinException::RegexError => "re.error".into(),
            BuiltinException::FrozenInstanceError => "dataclasses.FrozenInstanceError".into(),
            BuiltinException::StatisticsError => "statistics.StatisticsError".into(),
            BuiltinException::DecimalException
            | BuiltinException::InvalidOperation
            | BuiltinException::DivisionByZero => format!("decimal.{name}"),
            _ => name.to_owned(),
        }
    }

    /// What `add_note` added.
    fn notes(&mut self, exception: ExceptionRef) -> Vec<String> {
        let VmValue::List(notes) = self.machine.heap().exception(exception).notes else {
            return Vec::new();
        };
        let notes = self.machine.heap().list(notes).to_vec();
        notes
            .into_iter()
            .filter_map(|note| self.text(note))
            .collect()
    }

    /// `str(value)`, whatever it costs: the program has ended.
    fn text(&mut self, value: VmValue) -> Option<String> {
        let context = self.machine.context_mut();
        context.refuel(1 << 40);
        salami_vm::format::display(context, value).ok()
    }

    /// The exceptions that led to this one, in CPython's layout.
    fn before(&mut self, exception: ExceptionRef) -> String {
        let mut parts = Vec::new();
        let mut seen = vec![exception];
        let mut current = exception;
        while let Some((earlier, is_cause)) = self.earlier(current) {
            if seen.contains(&earlier) || seen.len() > 20 {
                break;
            }
            seen.push(earlier);
            let link = if is_cause {
                "\nThe above exception was the direct cause of the following exception:\n\n"
            } else {
                "\nDuring handling of the above exception, another exception occurred:\n\n"
            };
            parts.push(format!("{}{link}", self.described(earlier)));
            current = earlier;
        }
        parts.reverse();
        parts.concat()
    }

    fn earlier(&self, exception: ExceptionRef) -> Option<(ExceptionRef, bool)> {
        let object = self.machine.heap().exception(exception);
        match (object.cause, object.context) {
            (VmValue::Exception(cause), _) => Some((cause, true)),
            (_, VmValue::Exception(context)) if !object.suppress_context => Some((context, false)),
            _ => None,
        }
    }

    fn described(&mut self, exception: ExceptionRef) -> String {
        let message = self.text(VmValue::Exception(exception)).unwrap_or_default();
        let object = self.machine.heap().exception(exception);
        let frames: Vec<Frame> = object
            .traceback
            .iter()
            .rev()
            .filter_map(|entry| self.frame_at(entry.function, entry.address))
            .collect();
        let name = salami_vm::ops::class_name(self.machine.heap(), object.class);
        let class = self.class_name(exception, &name);
        let last = if message.is_empty() {
            class
        } else {
            format!("{class}: {message}")
        };
        traceback::render(&frames, &last)
    }
}

/// What a failure of the machine means.
fn failure(error: &MachineError, frames: Vec<Frame>) -> RunError {
    let limit = |kind| RunError::Limit(Limit { kind, frames });
    match error.code {
        "limit.memory" => limit(LimitKind::Memory),
        "limit.stack" => limit(LimitKind::Stack),
        "limit.fuel" => limit(LimitKind::Fuel),
        code => RunError::Internal(format!("{code}: {}{}", error.message, place(error))),
    }
}

/// Where an error of ours happened, in words.
fn place(error: &MachineError) -> String {
    let context = &error.context;
    let mut place = format!(
        " (in {}, instruction {}",
        context.function, context.instruction_pointer
    );
    if let Some(line) = context.line {
        place.push_str(&format!(", line {line}"));
    }
    if let (Some(expected), Some(actual)) = (&context.expected_type, &context.actual_type) {
        place.push_str(&format!(": {expected} was proved, {actual} is there"));
    }
    place.push(')');
    place
}

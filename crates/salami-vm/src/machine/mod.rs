//! A machine: one execution of a program. Sans-IO: it runs until it is done, out of fuel, or stopped
//! by an error, and what it did is a function of program, input and limits alone.

mod border;
mod calls;
mod canary;
mod decode;
mod dispatch;
mod error;
mod fits;
mod generators;
mod leave;
mod meter;
mod restore;
mod run;
mod service;
mod slow;
mod state;
mod step;
mod streams;
mod threads;
mod unwind;

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use salami_ir::{Address, Constant, FunctionIndex, Instruction};

pub use canary::{CanaryError, check_limits};
pub use error::{ErrorContext, Limit, MachineError, Raised, TraceLine};

use crate::context::Context;
use crate::data::{Data, ExportError};
use crate::hash::HashKey;
use crate::heap::Heap;
use crate::prepare::{Program, R};
use crate::raise::Raise;
use crate::value::{ExceptionRef, GeneratorRef, TypeRef, Value};
use crate::wait::{Answer, Wait};

/// What a machine may use at most.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Accounted bytes of heap.
    pub memory: usize,
    /// Bytes of stack.
    pub stack: usize,
    /// Frames, the module's own included; past it RecursionError.
    pub depth: usize,
    /// Whether the program ends where it would get the RecursionError, which it could catch.
    pub is_depth_final: bool,
    /// Instructions, counted one by one.
    pub instructions: Option<u64>,
    /// How often a loop may go back to its head from the moment it is entered.
    pub iterations: Option<u64>,
    /// The key of hash tables: any number, never observable by the program.
    pub hash_key: HashKey,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            memory: 100 << 20,
            stack: 10 << 20,
            depth: 1000,
            is_depth_final: false,
            instructions: None,
            iterations: None,
            hash_key: HashKey::default(),
        }
    }
}

/// How a run ended.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// The program is done; its result.
    Done(Value),
    /// It can be run on with more fuel; the instruction at hand needs at least this much.
    OutOfFuel {
        /// Units that must be available before it can go on.
        needed: u64,
    },
    /// Nobody catches this exception. The machine stands at the raising instruction, its stack
    /// intact; running on runs that instruction again.
    Raised(Raised),
    /// It waits; running on before that has come gives the same outcome.
    Suspended(Wait),
    /// It goes on when the thread with this number is here, which is stored elsewhere:
    /// [`crate::Threads::load`].
    Absent(u64),
    /// All threads that are here wait for threads or have ended, and others wait elsewhere.
    Idle,
    /// A limit, or a fault of our own.
    Failed(MachineError),
}

/// A frame as the IR sees it.
#[derive(Clone, Debug)]
pub struct FrameView {
    /// The function.
    pub function: FunctionIndex,
    /// The instruction that runs next, or in a frame below the top the call it waits for.
    pub address: Address,
    /// Its registers.
    pub registers: Vec<Value>,
    /// The generator whose frame it is.
    pub generator: Option<Value>,
}

/// How a generator was resumed, so who gets what it yields and returns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(crate) enum Resumed {
    /// By `NEXT`: what it yields is the result, what it returns is dropped.
    #[default]
    Next,
    /// By `SEND` or `THROW`: what it yields or returns is the result.
    Send,
    /// By `DELEGATE`: what it yields goes to whoever resumed the delegating one.
    Delegate,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Frame {
    pub(crate) function: u32,
    /// The operation that runs next; below the top it is the one after the call.
    pub(crate) position: u32,
    /// Where its registers start on the stack.
    pub(crate) base: u32,
    /// Where in the caller's window the result goes.
    pub(crate) result: R,
    /// For a generator: its object, and where the caller goes at its end.
    pub(crate) generator: Option<(GeneratorRef, u32)>,
    /// For a generator: how the caller resumed it.
    pub(crate) resumed: Resumed,
    /// The exception that a handler of this frame took last, and that handler's first instruction.
    pub(crate) handled: Option<(ExceptionRef, u32)>,
}

/// One execution of a program.
#[derive(Clone, Debug)]
pub struct Machine {
    pub(crate) program: Arc<Program>,
    pub(crate) context: Context,
    pub(crate) stack: Vec<Value>,
    pub(crate) frames: Vec<Frame>,
    pub(crate) constants: Vec<Value>,
    globals: Vec<Value>,
    input: Vec<(String, Value)>,
    output_fields: Vec<(String, Value)>,
    limits: Limits,
    /// Counts what fuel does not, where the limits ask for it.
    meter: Option<Box<meter::Meter>>,
    /// Where a reservation failed last and memory was collected for it: a second failure there is final.
    retried: Option<(usize, u32, i64)>,
    /// Collections at the limit in a row that freed little.
    poor_collections: u8,
    pub(crate) result: Option<Value>,
    /// What nobody caught, while the machine stands where it was raised until somebody says how it goes on.
    pub(crate) held: Value,
    /// The guard that failed.
    guard: Option<Box<MachineError>>,
    /// Fuel that it got, less what went to other threads.
    granted: i64,
}

impl Machine {
    /// A machine that stands at the program's start.
    ///
    /// # Errors
    /// If constants or input do not fit the memory limit, or the limits themselves do not work here.
    pub fn new(
        program: &Arc<Program>,
        limits: Limits,
        input: &[(String, Data)],
    ) -> Result<Self, Box<MachineError>> {
        check_limits().map_err(|error| Box::new(MachineError::internal(error.to_string())))?;
        Self::unchecked(program, limits, input)
    }

    /// The same without the self-test, for the self-test.
    pub(crate) fn unchecked(
        program: &Arc<Program>,
        limits: Limits,
        input: &[(String, Data)],
    ) -> Result<Self, Box<MachineError>> {
        let heap = Heap::new(Arc::clone(program.module()), limits.memory, limits.hash_key);
        let meter = meter::Meter::new(&limits);
        let program = match &meter {
            Some(_) if !program.is_unfused => Arc::new(program.unfused()),
            _ => Arc::clone(program),
        };
        let mut machine = Self {
            globals: vec![Value::Unset; program.module.globals.len()],
            meter,
            ..Self::bare(program, Context::new(heap), limits)
        };
        let begun = machine.begin(input);
        match begun {
            Ok(()) => Ok(machine),
            Err(raise) => Err(Box::new(match raise {
                Raise::Internal(code) => match machine.limit_error(code) {
                    Some(error) => error,
                    None => machine.error_of(raise),
                },
                _ => machine.error_of(raise),
            })),
        }
    }

    /// A machine without anything to do.
    fn bare(program: Arc<Program>, context: Context, limits: Limits) -> Self {
        Self {
            globals: Vec::new(),
            program,
            context,
            stack: Vec::new(),
            frames: Vec::new(),
            constants: Vec::new(),
            input: Vec::new(),
            output_fields: Vec::new(),
            limits,
            meter: None,
            retried: None,
            poor_collections: 0,
            result: None,
            held: Value::Unset,
            guard: None,
            granted: 0,
        }
    }

    fn begin(&mut self, input: &[(String, Data)]) -> Result<(), Raise> {
        let module = Arc::clone(&self.program.module);
        for constant in &module.constants {
            let value = self.constant(constant)?;
            self.constants.push(value);
        }
        self.seal_constants();
        let program = Arc::clone(&self.program);
        // Programs that wait stand mostly in one function or two.
        self.frames.reserve_exact(2);
        self.input.reserve_exact(input.len());
        for (name, data) in input {
            let known = program.inputs.as_ref();
            if program.inputs_are_all && known.is_some_and(|known| !known.contains_key(name)) {
                // What it was verified without is not there for it.
                continue;
            }
            let value = self.import(data)?;
            self.input.push((name.clone(), value));
        }
        for (name, tags) in program.inputs.iter().flatten() {
            let found = self.input.iter().find(|(field, _)| field == name);
            if !found.is_some_and(|(_, value)| tags.contains(value.tag(&self.context.heap))) {
                return Err(Raise::Internal(
                    "the input is not what the module was verified for",
                ));
            }
        }
        self.enter(module.entry.0, &[], 0, Value::Unset)
    }

    /// Constants are the module's: appending to one never changes it.
    fn seal_constants(&mut self) {
        for constant in &self.constants {
            if let Value::Str(text) = constant {
                self.context.heap.seal(*text);
            }
        }
    }

    fn constant(&mut self, constant: &Constant) -> Result<Value, Raise> {
        let heap = &mut self.context.heap;
        match constant {
            Constant::None => Ok(Value::None),
            Constant::Bool(truth) => Ok(Value::Bool(*truth)),
            Constant::Int(number) => heap.alloc_int(number.clone()),
            Constant::Float(bits) => Ok(Value::float(f64::from_bits(*bits))),
            Constant::Str(text) => heap.alloc_str(text),
            Constant::Bytes(bytes) => heap.alloc_bytes(bytes.clone()),
            Constant::Tuple(items) => {
                let items = items.iter().map(|item| {
                    self.constants
                        .get(item.index())
                        .copied()
                        .unwrap_or_default()
                });
                heap.alloc_tuple(items.collect())
            }
            Constant::Class(class) => Ok(Value::Type(TypeRef::Class(*class))),
            Constant::Type(tag) => Ok(Value::Type(TypeRef::Builtin(*tag))),
            Constant::Ellipsis => Ok(Value::Ellipsis),
            Constant::Missing => Ok(Value::Unset),
        }
    }

    /// Runs with this much fuel more. Any way of slicing the same fuel gives the same execution.
    pub fn run(&mut self, fuel: u64) -> Outcome {
        self.grant(fuel);
        if let Some(result) = self.result {
            return Outcome::Done(result);
        }
        match &self.context.wait {
            Some(Wait::Until(instant)) if *instant <= self.context.clock => {
                self.context.wait = None;
            }
            Some(wait) => return Outcome::Suspended(wait.clone()),
            None => {}
        }
        if let Err(raise) = self.regrow_stack() {
            return Outcome::Failed(self.error_of(raise));
        }
        self.run_loop()
    }

    /// Adds fuel.
    pub(crate) fn grant(&mut self, fuel: u64) {
        let units = i64::try_from(fuel).unwrap_or(i64::MAX);
        self.granted = self.granted.saturating_add(units);
        self.context.refuel(fuel);
    }

    /// What it may use.
    pub(crate) fn limits(&self) -> Limits {
        self.limits
    }

    /// What was counted for the limits of instructions.
    pub(crate) fn counters(&self) -> (u64, u64) {
        let meter = self.meter.as_ref();
        meter.map_or((0, 0), |meter| (meter.instructions, meter.empty_rounds))
    }

    /// Goes on from so much fuel used, and from what was counted for the limits of instructions.
    pub(crate) fn begin_again(&mut self, used: i64, counters: (u64, u64)) {
        self.granted = used;
        if let Some(meter) = &mut self.meter {
            (meter.instructions, meter.empty_rounds) = counters;
        }
    }

    /// What the program printed since the last call.
    pub fn take_output(&mut self) -> String {
        core::mem::take(&mut self.context.output)
    }

    /// What the program wrote to the standard error stream since the last call.
    pub fn take_error_output(&mut self) -> String {
        core::mem::take(&mut self.context.error_output)
    }

    /// Sets the recorded clock, in microseconds since 1970 in UTC, before the machine runs.
    pub fn set_clock(&mut self, microseconds: i64) {
        self.context.clock = microseconds;
        self.context.started = microseconds;
    }

    /// What the clock shows.
    #[must_use]
    pub fn clock(&self) -> i64 {
        self.context.clock
    }

    /// What the clock showed when the execution began.
    #[must_use]
    pub fn started(&self) -> i64 {
        self.context.started
    }

    /// Moves the clock on, when the machine has waited. It never goes back.
    pub fn advance_clock(&mut self, microseconds: i64) {
        self.context.clock = self.context.clock.max(microseconds);
    }

    /// What the machine waits for.
    #[must_use]
    pub fn waits_for(&self) -> Option<&Wait> {
        self.context.wait.as_ref()
    }

    /// Answers the call that the machine waits for; `false` if it waits for none.
    pub fn answer(&mut self, answer: Answer) -> bool {
        if !matches!(self.context.wait, Some(Wait::Call(_))) {
            return false;
        }
        self.context.wait = None;
        self.context.answer = Some(answer);
        true
    }

    /// Sets the recorded seed of randomness that the program does not seed itself.
    pub fn set_seed(&mut self, seed: u64) {
        self.context.seed = seed;
    }

    /// Fuel used so far.
    #[must_use]
    pub fn fuel_used(&self) -> u64 {
        let used = self.granted.saturating_sub(self.context.fuel.remaining);
        u64::try_from(used).unwrap_or(0)
    }

    /// The instructions that ran so far, where the machine counts them: where it has a limit of them or of iterations.
    #[must_use]
    pub fn instructions(&self) -> Option<u64> {
        self.meter.as_ref().map(|meter| meter.instructions)
    }

    /// The flag by which a host asks for control while an instruction does long work: the work is
    /// put off as if fuel had ended, and nothing else changes. Taking it down is the host's.
    pub fn set_interrupt(&mut self, flag: Arc<AtomicBool>) {
        self.context.fuel.interrupt = Some(flag);
    }

    /// The most accounted bytes that were in use at once.
    #[must_use]
    pub fn memory_peak(&self) -> usize {
        self.context.heap.peak()
    }

    /// How often memory was collected.
    #[must_use]
    pub fn collections(&self) -> u64 {
        self.context.heap.collections()
    }

    /// Makes every safepoint collect, for tests of the collector.
    pub fn set_collection_stress(&mut self, stress: bool) {
        self.context.heap.set_stress(stress);
    }

    /// The fields that `STORE_OUTPUT` set, in order.
    #[must_use]
    pub fn output_fields(&self) -> &[(String, Value)] {
        &self.output_fields
    }

    /// The heap, for reading results.
    #[must_use]
    pub fn heap(&self) -> &Heap {
        &self.context.heap
    }

    /// What operators and leaves work on, for a host that formats a result.
    pub fn context_mut(&mut self) -> &mut Context {
        &mut self.context
    }

    /// A value as data: instances of dataclasses become their fields, tuples and sets lists, dates ISO text.
    ///
    /// # Errors
    /// If it is no data, or contains itself.
    pub fn export(&self, value: Value) -> Result<Data, ExportError> {
        border::export(&self.context.heap, value)
    }

    /// Data as a value.
    ///
    /// # Errors
    /// The memory limit.
    pub fn import(&mut self, data: &Data) -> Result<Value, Raise> {
        border::import(&mut self.context, data)
    }

    /// The stack in terms of the IR, outermost frame first: all that is needed to store it.
    #[must_use]
    pub fn frames(&self) -> Vec<FrameView> {
        let mut views = Vec::with_capacity(self.frames.len());
        for (index, frame) in self.frames.iter().enumerate() {
            let Some(function) = self.program.functions.get(frame.function as usize) else {
                continue;
            };
            let is_top = index + 1 == self.frames.len();
            let position = if is_top {
                frame.position
            } else {
                frame.position.saturating_sub(1)
            };
            let address = Address(function.first.get(position as usize).copied().unwrap_or(0));
            let count = self
                .program
                .module
                .functions
                .get(frame.function as usize)
                .map_or(0, |it| it.registers.len());
            let registers = (0..count).map(|register| {
                let place =
                    frame.base as usize + crate::prepare::frame_position(count, register) as usize;
                self.stack.get(place).copied().unwrap_or_default()
            });
            views.push(FrameView {
                function: FunctionIndex(frame.function),
                address,
                registers: registers.collect(),
                generator: frame
                    .generator
                    .map(|(generator, _)| Value::Generator(generator)),
            });
        }
        views
    }

    /// Frees what nothing refers to any more.
    pub(crate) fn collect(&mut self) {
        let top = self.frames.last().map_or(0, |frame| {
            let size = self
                .program
                .functions
                .get(frame.function as usize)
                .map_or(0, |function| function.frame);
            frame.base as usize + size as usize
        });
        let stack = self.stack.get(..top).unwrap_or(&self.stack).iter().copied();
        let frames = self.frames.iter().flat_map(|frame| {
            let generator = frame
                .generator
                .map_or(Value::Unset, |(generator, _)| Value::Generator(generator));
            let handled = frame
                .handled
                .map_or(Value::Unset, |(exception, _)| Value::Exception(exception));
            [generator, handled]
        });
        let fields = self
            .input
            .iter()
            .chain(&self.output_fields)
            .map(|(_, value)| *value);
        let rest = self.constants.iter().chain(&self.globals).copied();
        let roots = stack
            .chain(frames)
            .chain(fields)
            .chain(rest)
            .chain(self.result)
            .chain([self.held])
            .chain(self.context.threads_roots())
            .chain(self.context.redirected)
            .chain([self.context.standard_input])
            .chain(self.context.reading.map(|(file, _)| Value::Native(file)));
        self.context.heap.collect(roots);
    }

    /// The instruction that an operation begins with.
    pub(crate) fn instruction_at(&self, function: u32, position: u32) -> Option<&Instruction> {
        let prepared = self.program.functions.get(function as usize)?;
        let address = prepared.raising.get(position as usize)?;
        self.program
            .module
            .functions
            .get(function as usize)?
            .code
            .get(*address as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::Machine;

    /// Thousands of machines wait side by side. The allocator's next size is a sixth more.
    #[test]
    #[cfg(target_pointer_width = "64")]
    fn a_machine_is_small() {
        assert!(size_of::<Machine>() <= 1536, "{}", size_of::<Machine>());
    }
}

//! A machine from its state: the inverse of the walk in `state.rs`. Whatever the bytes are, what comes
//! of them is a machine that the program could be in as far as types go, or an error.

use std::collections::BTreeSet;
use std::sync::Arc;

use salami_ir::{Address, FunctionIndex, FunctionKind, Instruction};

use super::service::{MOST_BEGUN, weight_of};
use super::state::{ROUNDINGS, part, wait};
use super::{Frame, Limits, Machine, Resumed, check_limits, meter};
use crate::context::Context;
use crate::heap::Heap;
use crate::heap::object::GeneratorState;
use crate::leaf::PRECISION_LIMIT;
use crate::native::Native;
use crate::native::decimal::Rules;
use crate::native::string_io::Wanted;
use crate::prepare::{Op, Program, R};
use crate::state::{Bytes, Reader, Standing, StateError, registers_are_of_their_types, resumes};
use crate::value::{GeneratorRef, NativeRef, Value};
use crate::wait::{Begun, Call, Reading, Request, Wait};
use StateError::Malformed;

/// Where a frame was entered from.
struct Entered {
    result: R,
    generator: Option<(GeneratorRef, u32)>,
    resumed: Resumed,
}

impl Machine {
    /// A machine in a state that [`Machine::state`] wrote, for the thread with this number; what it
    /// asks of other threads is said apart. What an execution has once for all its threads is to come.
    pub(crate) fn restored(
        program: &Arc<Program>,
        limits: Limits,
        thread: u64,
        request: Option<&Request>,
        bytes: &[u8],
    ) -> Result<Self, StateError> {
        check_limits().map_err(|_| StateError::Memory)?;
        let is_metered = meter::Meter::new(&limits).is_some();
        let program = if is_metered && !program.is_unfused {
            Arc::new(program.unfused())
        } else {
            Arc::clone(program)
        };
        if let Some(restored) = Self::restored_in(&program, limits, thread, request, bytes)? {
            return Ok(restored);
        }
        // It stopped between two instructions that are one operation where they can be.
        let program = Arc::new(program.unfused());
        let restored = Self::restored_in(&program, limits, thread, request, bytes)?;
        restored.ok_or(Malformed("a frame at no instruction"))
    }

    /// The same for one form of the program; nothing if it has no operation where the machine stands.
    fn restored_in(
        program: &Arc<Program>,
        limits: Limits,
        thread: u64,
        request: Option<&Request>,
        bytes: &[u8],
    ) -> Result<Option<Self>, StateError> {
        let heap = Heap::new(Arc::clone(&program.module), limits.memory, limits.hash_key);
        let mut machine = Self {
            meter: meter::Meter::new(&limits),
            ..Self::bare(Arc::clone(program), Context::new(heap), limits)
        };
        for constant in &program.module.constants {
            let value = machine.constant(constant)?;
            machine.constants.push(value);
        }
        machine.seal_constants();
        machine.context.thread = thread;
        let constants = core::mem::take(&mut machine.constants);
        let mut context = core::mem::replace(
            &mut machine.context,
            Context::new(Heap::new(Arc::clone(&program.module), 0, limits.hash_key)),
        );
        let mut reader = Reader::new(Bytes::new(bytes), &mut context, program, &constants);
        let parts = reader.bytes.number()?;
        if parts & !part::ALL != 0 {
            return Err(Malformed("a part that is not known"));
        }
        let Some(places) = machine.read_frames(&mut reader, thread)? else {
            return Ok(None);
        };
        let waits = machine.read_parts(&mut reader, parts)?;
        reader.rest()?;
        if reader.bytes.left() > 0 {
            return Err(Malformed("more bytes than a state has"));
        }
        let running = reader.running();
        machine.context = context;
        machine.constants = constants;
        machine.frames_are_sound(&places, running)?;
        machine.parts_are_sound()?;
        machine.wait_again(waits, request)?;
        Ok(Some(machine))
    }

    /// Reads the stack; where each frame stands.
    fn read_frames(
        &mut self,
        reader: &mut Reader<'_, '_>,
        thread: u64,
    ) -> Result<Option<Vec<Standing>>, StateError> {
        const NOWHERE: StateError = Malformed("a frame at no instruction");
        let program = Arc::clone(&self.program);
        let count = reader.bytes.count()?;
        if count > self.limits.depth {
            return Err(StateError::Memory);
        }
        let mut places: Vec<Standing> = Vec::with_capacity(count);
        let mut is_there = true;
        for index in 0..count {
            let function = reader.function(false)?;
            let address = reader.bytes.word()?;
            let is_within = index + 1 < count;
            let prepared = program.functions.get(function.index());
            let prepared = prepared.ok_or(NOWHERE)?;
            let position = if is_within {
                prepared.leaving(address).ok_or(NOWHERE)?.0 + 1
            } else {
                let position = prepared.position(Address(address));
                is_there = position.is_some();
                if !is_there && program.is_unfused {
                    return Err(NOWHERE);
                }
                position.unwrap_or(0)
            };
            let standing = Standing {
                function,
                address,
                is_within,
            };
            let base = self.stack.len();
            let size = base.saturating_add(prepared.frame as usize);
            if size.saturating_mul(size_of::<Value>()) > self.limits.stack {
                return Err(StateError::Memory);
            }
            self.stack.resize(size, Value::Unset);
            for &position in &program.places.at(standing).positions {
                let value = reader.slot()?;
                if let Some(register) = self.stack.get_mut(base + position as usize) {
                    *register = value;
                }
            }
            let entered = match places.last() {
                None => entered_first(&program, function, thread)?,
                Some(caller) => entered(&program, reader, caller, function)?,
            };
            let handled = match reader.optional_exception()? {
                Value::Exception(exception) => Some((exception, reader.bytes.word()?)),
                _ => None,
            };
            self.frames.push(Frame {
                function: function.0,
                position,
                base: u32::try_from(base).unwrap_or(u32::MAX),
                result: entered.result,
                generator: entered.generator,
                resumed: entered.resumed,
                handled,
            });
            places.push(standing);
        }
        Ok(is_there.then_some(places))
    }

    /// Reads what is not on the stack; what it waits for.
    fn read_parts(
        &mut self,
        reader: &mut Reader<'_, '_>,
        parts: u64,
    ) -> Result<Waiting, StateError> {
        let has = |part: u64| parts & part != 0;
        for _ in 0..self.program.module.globals.len() {
            self.globals.push(reader.optional()?);
        }
        if has(part::RESULT) {
            self.result = Some(reader.value()?);
        }
        if self.result.is_some() != self.frames.is_empty() {
            return Err(Malformed("neither a stack nor a result"));
        }
        for (part, fields) in [
            (part::INPUT, &mut self.input),
            (part::OUTPUT, &mut self.output_fields),
        ] {
            if has(part) {
                for _ in 0..reader.bytes.count()? {
                    let name = reader.bytes.string()?.to_owned();
                    fields.push((name, reader.value()?));
                }
            }
        }
        if has(part::CHANGED_FUNCTIONS) {
            for value in reader.values()? {
                if !matches!(value, Value::Function(_)) {
                    return Err(Malformed("attributes of what is no function"));
                }
            }
        }
        if has(part::REDIRECTED) {
            for file in 0..2 {
                reader.context.redirected[file] = reader.optional()?;
            }
        }
        if has(part::STANDARD_INPUT) {
            reader.context.standard_input = reader.value()?;
        }
        let waits = if has(part::WAIT) {
            Waiting::read(reader)?
        } else {
            Waiting::Not
        };
        if has(part::CALLS) {
            reader.context.calls = number_of_calls(reader)?;
        }
        if has(part::BEGUN) {
            self.read_begun(reader)?;
        }
        if has(part::ANSWER) {
            let answer = reader.answer()?;
            reader.context.answer = Some(answer);
            reader.context.owed = u64::from(reader.bytes.word()?);
        }
        if has(part::REPLY) {
            let is_exception = reader.bytes.truth()?;
            reader.context.reply = Some(match (is_exception, reader.value()?) {
                (false, value) => Ok(value),
                (true, Value::Exception(exception)) => Err(exception),
                _ => return Err(Malformed("an exception that is none")),
            });
        }
        if has(part::INTERRUPT) {
            let class = reader.bytes.word()?;
            let class = reader.builtin(class)?;
            let message = reader.bytes.string()?.to_owned();
            reader.context.interrupt = Some((class, message));
        }
        if has(part::DEADLINE) {
            reader.context.deadline = Some(reader.bytes.integer()?);
        }
        if has(part::RULES) {
            let precision = reader.bytes.number()?;
            let rounding = ROUNDINGS.get(reader.bytes.length()?).copied();
            let rounding = rounding.ok_or(Malformed("no rounding"))?;
            if !(1..=PRECISION_LIMIT.unsigned_abs()).contains(&precision) {
                return Err(Malformed("no precision"));
            }
            reader.context.decimal_rules = Rules {
                precision,
                rounding,
            };
        }
        if has(part::TOLD) {
            for _ in 0..reader.bytes.count()? {
                let Value::Exception(exception) = reader.value()? else {
                    return Err(Malformed("a message of what is no exception"));
                };
                let text = reader.bytes.string()?.to_owned();
                reader.context.told.push((exception, text));
            }
        }
        if has(part::LOOPS) {
            self.read_loops(reader)?;
        }
        if has(part::HELD) {
            let held = reader.value()?;
            if !matches!(held, Value::Exception(_)) || self.frames.is_empty() {
                return Err(Malformed("held by what is no exception"));
            }
            self.held = held;
        }
        Ok(waits)
    }

    fn read_begun(&mut self, reader: &mut Reader<'_, '_>) -> Result<(), StateError> {
        let count = reader.bytes.count()?;
        if count > MOST_BEGUN {
            return Err(Malformed("too many calls under way"));
        }
        for _ in 0..count {
            let ticket = number_of_calls(reader)?;
            let call = reader.call()?;
            let answer = if reader.bytes.truth()? {
                Some(reader.answer()?)
            } else {
                None
            };
            let weight = weight_of(&call);
            reader.context.begun.push(Begun {
                ticket,
                call,
                answer,
                weight,
            });
        }
        Ok(())
    }

    fn read_loops(&mut self, reader: &mut Reader<'_, '_>) -> Result<(), StateError> {
        const WRONG: StateError = Malformed("a loop that is not under way");
        let mut last = (0, 0);
        for _ in 0..reader.bytes.count()? {
            let depth = reader.bytes.length()?;
            let address = Address(reader.bytes.word()?);
            let rounds = reader.bytes.number()?;
            let index = depth.checked_sub(1).ok_or(WRONG)?;
            let frame = self.frames.get(index).ok_or(WRONG)?;
            let prepared = self.program.functions.get(frame.function as usize);
            let head = prepared.and_then(|prepared| prepared.position(address));
            if last >= (depth, address.0 + 1) {
                return Err(WRONG);
            }
            last = (depth, address.0 + 1);
            // Without a limit of them rounds are not counted.
            if let Some(meter) = &mut self.meter {
                meter.resume_loop(depth, head.ok_or(WRONG)?, rounds);
            }
        }
        Ok(())
    }

    /// Each frame's registers are of their types, and each generator that runs is on the stack once.
    fn frames_are_sound(&self, places: &[Standing], running: usize) -> Result<(), StateError> {
        let heap = &self.context.heap;
        let mut on_stack = BTreeSet::new();
        for (frame, &standing) in self.frames.iter().zip(places) {
            let registers = self.stack.get(frame.base as usize..).unwrap_or_default();
            registers_are_of_their_types(&self.program, heap, standing, registers)?;
            let Some((generator, _)) = frame.generator else {
                continue;
            };
            let object = heap.generator(generator);
            if object.state != GeneratorState::Running
                || object.function.0 != frame.function
                || !on_stack.insert(generator)
            {
                return Err(Malformed("a frame of a generator that does not run"));
            }
        }
        for (caller, callee) in self.frames.iter().zip(self.frames.iter().skip(1)) {
            let Some((generator, _)) = callee.generator else {
                continue;
            };
            let inner = heap.generator(generator).kind;
            let kind = self.program.module.functions.get(caller.function as usize);
            let kind = kind.map_or_else(Default::default, |function| function.kind);
            let prepared = self.program.functions.get(caller.function as usize);
            let op = prepared
                .and_then(|prepared| prepared.code.get(caller.position as usize - 1).copied());
            if !op.is_some_and(|op| resumes(&op, kind, inner)) {
                return Err(Malformed("a generator that is resumed where it cannot be"));
            }
        }
        if on_stack.len() == running {
            Ok(())
        } else {
            Err(Malformed("a generator that runs nowhere"))
        }
    }

    fn parts_are_sound(&self) -> Result<(), StateError> {
        let context = &self.context;
        let heap = &context.heap;
        let file = |value: Value| match value {
            Value::Native(file) => match heap.native(file) {
                Native::StringIo(file) => Some(file),
                _ => None,
            },
            _ => None,
        };
        for &target in &context.redirected {
            if !target.is_unset() && file(target).is_none() {
                return Err(Malformed("output to what is no file"));
            }
        }
        let input = context.standard_input;
        if !input.is_unset() && file(input).is_none_or(|file| file.input.is_none()) {
            return Err(Malformed("input from what is no stream"));
        }
        let program = &self.program;
        for (name, tags) in program.inputs.iter().flatten() {
            let found = self.input.iter().find(|(field, _)| field == name);
            if !found.is_some_and(|(_, value)| tags.contains(value.tag(heap))) {
                return Err(Malformed("an input of another type"));
            }
        }
        if program.inputs_are_all
            && let Some(known) = &program.inputs
            && self.input.iter().any(|(name, _)| !known.contains_key(name))
        {
            return Err(Malformed("an input that it was verified without"));
        }
        let here = self.instruction_here();
        if context.answer.is_some() && !matches!(here, Some(Instruction::CallService { .. })) {
            return Err(Malformed("an answer to no call"));
        }
        if let Some(reply) = &context.reply {
            let leaf = match here {
                Some(Instruction::CallLeaf { leaf, .. }) => program.module.leaves.get(leaf.index()),
                _ => None,
            };
            let name = leaf.map_or("", |leaf| leaf.name.as_str());
            let is_sound = match reply {
                Ok(Value::Int(_)) | Err(_) => name.starts_with("_leaf.thread_"),
                Ok(_) => name == "_leaf.thread_result",
            };
            if !is_sound {
                return Err(Malformed("a reply to no request"));
            }
        }
        Ok(())
    }

    /// The instruction that runs next.
    fn instruction_here(&self) -> Option<&Instruction> {
        let (function, address) = self.position()?;
        let function = self.program.module.functions.get(function.index())?;
        function.code.get(address.index())
    }

    /// Lets it wait for what it waited for.
    fn wait_again(&mut self, waits: Waiting, request: Option<&Request>) -> Result<(), StateError> {
        let is_request = matches!(waits, Waiting::Threads);
        let is_wait = matches!(
            request,
            Some(Request::Ended { .. } | Request::Returned { .. })
        );
        if is_request != is_wait {
            return Err(Malformed("a wait for threads that is no such wait"));
        }
        self.context.wait = match waits {
            Waiting::Not => None,
            Waiting::Until(instant) => Some(Wait::Until(instant)),
            Waiting::Threads => request.cloned().map(Wait::Thread),
            Waiting::Calls => {
                let open = self.context.begun.iter();
                let open = open.filter(|begun| begun.answer.is_none());
                let open: Vec<Call> = open.map(|begun| begun.call.clone()).collect();
                if open.is_empty()
                    || !matches!(self.instruction_here(), Some(Instruction::EndCall { .. }))
                {
                    return Err(Malformed("a wait for no calls"));
                }
                Some(Wait::Calls(open))
            }
            Waiting::Input(file, wanted, size) => {
                let Native::StringIo(source) = self.context.heap.native(file) else {
                    return Err(Malformed("input from what is no stream"));
                };
                let Some(input) = &source.input else {
                    return Err(Malformed("input from what is no stream"));
                };
                let reading = Reading {
                    stream: input.name.clone(),
                    offset: source.end_offset(),
                    size,
                };
                self.context.reading = Some((file, wanted));
                Some(Wait::Input(reading))
            }
            Waiting::Call => Some(Wait::Call(self.call_here()?)),
        };
        Ok(())
    }

    /// The call that the instruction at hand makes.
    fn call_here(&mut self) -> Result<Call, StateError> {
        const WRONG: StateError = Malformed("a wait for no call");
        let program = Arc::clone(&self.program);
        let Some(Instruction::CallService {
            service, arguments, ..
        }) = self.instruction_here()
        else {
            return Err(WRONG);
        };
        let mut tools = program.module.capabilities.iter();
        let tool = tools.find(|tool| tool.name == *service).ok_or(WRONG)?;
        let arguments: Vec<Value> = arguments
            .iter()
            .map(|&register| self.register(register))
            .collect();
        let call = self.outgoing(tool, &arguments).map_err(|_| WRONG)?;
        self.context.owed = weight_of(&call);
        Ok(call)
    }
}

/// What a machine waits for, before all of it is there.
enum Waiting {
    Not,
    Call,
    Calls,
    Until(i64),
    Input(NativeRef, Wanted, usize),
    Threads,
}

impl Waiting {
    fn read(reader: &mut Reader<'_, '_>) -> Result<Self, StateError> {
        Ok(match reader.bytes.byte()? {
            wait::CALL => Self::Call,
            wait::CALLS => Self::Calls,
            wait::UNTIL => Self::Until(reader.bytes.integer()?),
            wait::INPUT => {
                let Value::Native(file) = reader.value()? else {
                    return Err(Malformed("input from what is no stream"));
                };
                let wanted = match reader.bytes.byte()? {
                    0 => Wanted::All,
                    1 => Wanted::Line(None),
                    2 => Wanted::Line(Some(reader.bytes.length()?)),
                    3 => Wanted::Characters(reader.bytes.length()?),
                    _ => return Err(Malformed("no kind of reading")),
                };
                Self::Input(file, wanted, reader.bytes.length()?)
            }
            wait::THREADS => Self::Threads,
            _ => return Err(Malformed("no kind of wait")),
        })
    }
}

/// No execution makes more calls.
const MOST_CALLS: u64 = 1 << 62;

/// A number of calls, to which there is still room to add.
pub(crate) fn number_of_calls(reader: &mut Reader<'_, '_>) -> Result<u64, StateError> {
    let number = reader.bytes.number()?;
    if number > MOST_CALLS {
        return Err(Malformed("too many calls"));
    }
    Ok(number)
}

/// The outermost frame of a thread: the module's entry, or a function without parameters.
fn entered_first(
    program: &Program,
    function: FunctionIndex,
    thread: u64,
) -> Result<Entered, StateError> {
    let source = program.module.functions.get(function.index());
    let may_begin = source.is_some_and(|source| {
        source.kind == FunctionKind::Plain
            && source.parameters == 0
            && (thread > 0 || function == program.module.entry)
    });
    if !may_begin {
        return Err(Malformed("a thread that does not begin so"));
    }
    Ok(Entered {
        result: 0,
        generator: None,
        resumed: Resumed::Next,
    })
}

/// How a frame was entered from its caller, which must stand where that may be.
fn entered(
    program: &Program,
    reader: &mut Reader<'_, '_>,
    caller: &Standing,
    function: FunctionIndex,
) -> Result<Entered, StateError> {
    const WRONG: StateError = Malformed("a call of another function");
    let prepared = program.functions.get(caller.function.index());
    let prepared = prepared.ok_or(WRONG)?;
    let (place, op) = prepared.leaving(caller.address).ok_or(WRONG)?;
    let callee = program.module.functions.get(function.index());
    let callee = callee.ok_or(WRONG)?;
    let is_plain = callee.kind == FunctionKind::Plain;
    let site = |site: u32| prepared.sites.get(site as usize);
    let (result, is_sound, resumed) = match op {
        Op::Call {
            result,
            function: called,
            ..
        } => {
            let is_it = u32::from(called) == function.0 && is_plain && callee.captures == 0;
            (result, is_it, None)
        }
        Op::CallClosure {
            result,
            site: number,
            ..
        } => {
            let is_it = site(number).is_some_and(|site| site.function == function);
            (result, is_it && is_plain, None)
        }
        Op::CallValue {
            result,
            site: number,
            ..
        } => {
            let given = site(number).map(|site| site.arguments.len());
            let is_it = given == Some(usize::from(callee.parameters));
            (result, is_it && is_plain, None)
        }
        Op::Next { result, end, .. } => (result, true, Some((Resumed::Next, end))),
        Op::Send { result, .. } | Op::ThrowInto { result, .. } => {
            (result, true, Some((Resumed::Send, place + 1)))
        }
        Op::Delegate { result, .. } => (result, true, Some((Resumed::Delegate, place + 1))),
        _ => return Err(WRONG),
    };
    if !is_sound {
        return Err(WRONG);
    }
    let Some((resumed, end)) = resumed else {
        return Ok(Entered {
            result,
            generator: None,
            resumed: Resumed::Next,
        });
    };
    let Value::Generator(generator) = reader.value()? else {
        return Err(WRONG);
    };
    Ok(Entered {
        result,
        generator: Some((generator, end)),
        resumed,
    })
}

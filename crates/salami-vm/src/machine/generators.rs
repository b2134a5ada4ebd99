//! Generators, coroutines and asynchronous generators: their frames live on the heap between two
//! values, and go onto the stack together with the frames that delegate to them.

use salami_ir::{BuiltinException, ClassRef, FunctionKind};

use super::calls::WINDOW;
use super::{Frame, Machine, Resumed};
use crate::context::Context;
use crate::heap::object::GeneratorState;
use crate::prepare::{Op, Program, R};
use crate::raise::Raise;
use crate::value::{ExceptionRef, GeneratorRef, Value};

/// What a delegation or a yield led to.
pub(super) enum Delegated {
    /// The machine goes on.
    On,
    /// A generator that was to end yields: this is raised in the frame on top, which delegated to it.
    Closing(ExceptionRef),
}

/// Copying so many registers costs a unit of fuel.
const WORDS: u64 = 16;

/// A suspended generator that goes onto the stack.
pub(super) struct Link {
    pub(super) generator: GeneratorRef,
    pub(super) resumed: Resumed,
    pub(super) result: R,
    pub(super) end: u32,
}

/// `NEXT` for the dispatch loop, of a generator that waits at a yield of its own and is too small to
/// be paid for, as most are. For others it does nothing: they are [`Machine::next_of`]'s.
#[inline(never)]
pub(super) fn resume_common(
    (program, context): (&Program, &mut Context),
    (stack, frames): (&mut [Value], &mut Vec<Frame>),
    link: Link,
    most: usize,
) -> bool {
    let object = context.heap.generator_mut(link.generator);
    let length = object.registers.len();
    let depth = frames.len();
    let (Some(caller), Some(function)) = (
        frames.last_mut(),
        program.functions.get(object.function.index()),
    ) else {
        return false;
    };
    let caller_size = program
        .functions
        .get(caller.function as usize)
        .map_or(0, |caller| caller.frame);
    let base = caller.base + caller_size;
    let window = base as usize + WINDOW.max(length);
    if object.state != GeneratorState::Suspended
        || !object.delegate.is_unset()
        || length as u64 >= WORDS
        || depth >= most
        || window > stack.len()
    {
        return false;
    }
    let Some(registers) = stack.get_mut(base as usize..base as usize + length) else {
        return false;
    };
    registers.copy_from_slice(&object.registers);
    let stands = object.position.wrapping_sub(1) as usize;
    if let Some(&Op::Yield { result, .. }) = function.code.get(stands)
        && let Some(sent) = registers.get_mut(usize::from(result))
    {
        *sent = Value::None;
    }
    object.state = GeneratorState::Running;
    caller.position += 1;
    frames.push(Frame {
        function: object.function.0,
        position: object.position,
        base,
        result: link.result,
        generator: Some((link.generator, link.end)),
        resumed: link.resumed,
        handled: None,
    });
    true
}

/// `YIELD` for the dispatch loop, of a generator that was resumed by `NEXT`, as most are. For others it
/// does nothing: they are [`Machine::yield_value`]'s.
#[inline(never)]
pub(super) fn yield_common(
    context: &mut Context,
    (stack, frames): (&mut [Value], &mut Vec<Frame>),
    value: Value,
) -> bool {
    let Some(frame) = frames.pop_if(|frame| frame.resumed == Resumed::Next) else {
        return false;
    };
    let (Some((generator, _)), Some(caller)) = (frame.generator, frames.last()) else {
        frames.push(frame);
        return false;
    };
    let object = context.heap.generator_mut(generator);
    object.state = GeneratorState::Suspended;
    object.position = frame.position + 1;
    object.delegate = Value::Unset;
    let base = frame.base as usize;
    if let Some(registers) = stack.get(base..base + object.registers.len()) {
        object.registers.copy_from_slice(registers);
    }
    if let Some(slot) = stack.get_mut(caller.base as usize + usize::from(frame.result)) {
        *slot = value;
    }
    true
}

impl Machine {
    /// Leaves the running frame with a value. Gives the value back if it was the last frame.
    #[inline]
    pub(crate) fn leave(&mut self, value: Value) -> Option<Value> {
        let Some(frame) = self.frames.pop() else {
            return Some(value);
        };
        match frame.generator {
            None => {
                if self.frames.is_empty() {
                    return Some(value);
                }
                self.write(frame.result, value);
            }
            Some((generator, end)) => {
                self.context.heap.generator_mut(generator).state = GeneratorState::Done;
                self.end_delegation();
                let given = match frame.resumed {
                    Resumed::Next => Value::Unset,
                    Resumed::Send | Resumed::Delegate => value,
                };
                self.write(frame.result, given);
                if let Some(caller) = self.frames.last_mut() {
                    caller.position = end;
                }
            }
        }
        None
    }

    /// The running frame waits for nobody any more.
    pub(super) fn end_delegation(&mut self) {
        if let Some((generator, _)) = self.frames.last().and_then(|frame| frame.generator) {
            let object = self.context.heap.generator_mut(generator);
            object.delegate = Value::Unset;
            object.closing = Value::Unset;
        }
    }

    /// The exception that closes the caller of the running generator, which delegates to it.
    pub(super) fn closing(&self) -> Option<ExceptionRef> {
        let frame = self.frames.last()?;
        if frame.generator.is_none() || frame.resumed != Resumed::Delegate {
            return None;
        }
        let caller = self.frames.len().checked_sub(2)?;
        let (caller, _) = self.frames.get(caller)?.generator?;
        match self.context.heap.generator(caller).closing {
            Value::Exception(exception) => Some(exception),
            _ => None,
        }
    }

    /// Ends the running generator; the frame below stands where it delegated to it.
    pub(super) fn abandon(&mut self) {
        if let Some(frame) = self.frames.pop()
            && let Some((generator, _)) = frame.generator
        {
            self.context.heap.generator_mut(generator).state = GeneratorState::Done;
        }
        self.end_delegation();
        if let Some(caller) = self.frames.last_mut() {
            caller.position = caller.position.saturating_sub(1);
        }
    }

    /// The message where an exception that means the end of iteration leaves a generator.
    pub(super) fn hidden_stop(
        &self,
        generator: GeneratorRef,
        class: ClassRef,
    ) -> Option<&'static str> {
        let kind = self.context.heap.generator(generator).kind;
        let is = |exception| {
            self.program
                .module
                .is_subclass(class, ClassRef::Builtin(exception))
        };
        if is(BuiltinException::StopIteration) {
            return Some(match kind {
                FunctionKind::Plain | FunctionKind::Generator => "generator raised StopIteration",
                FunctionKind::Coroutine => "coroutine raised StopIteration",
                FunctionKind::AsyncGenerator => "async generator raised StopIteration",
            });
        }
        (kind == FunctionKind::AsyncGenerator && is(BuiltinException::StopAsyncIteration))
            .then_some("async generator raised StopAsyncIteration")
    }

    fn operation(&self, function: u32, position: u32) -> Option<Op> {
        let function = self.program.functions.get(function as usize)?;
        function.code.get(position as usize).copied()
    }

    /// A generator with all to whom it delegates, outermost first.
    fn chain(&mut self, first: Link) -> Result<Vec<Link>, Raise> {
        let mut chain = vec![first];
        let mut words = 0;
        while let Some(link) = chain.last() {
            let object = self.context.heap.generator(link.generator);
            words += object.registers.len() as u64 / WORDS;
            let Value::Generator(inner) = object.delegate else {
                break;
            };
            let (function, position) = (object.function.0, object.position);
            let (resumed, result) = match self.operation(function, position) {
                Some(Op::Delegate { result, .. }) => (Resumed::Delegate, result),
                Some(Op::Send { result, .. } | Op::ThrowInto { result, .. }) => {
                    (Resumed::Send, result)
                }
                _ => return Err(Raise::Internal("a generator waits at no such place")),
            };
            if self.context.heap.generator(inner).state != GeneratorState::Suspended {
                return Err(self.context.value_error("generator already executing"));
            }
            if self.frames.len() + chain.len() >= self.limits.depth {
                return Err(self.too_deep());
            }
            chain.push(Link {
                generator: inner,
                resumed,
                result,
                end: position + 1,
            });
        }
        self.context.charge(chain.len() as u64 - 1 + words)?;
        Ok(chain)
    }

    /// Puts the frames of a chain onto the stack.
    fn enter_chain(&mut self, chain: &[Link]) -> Result<(), Raise> {
        if let Some(caller) = self.frames.last_mut() {
            caller.position += 1;
        }
        for (index, link) in chain.iter().enumerate() {
            let base = self.frames.last().map_or(0, |caller| {
                let size = self
                    .program
                    .functions
                    .get(caller.function as usize)
                    .map_or(0, |caller| caller.frame);
                caller.base + size
            });
            let frame = self.context.heap.generator(link.generator).registers.len();
            self.grow_stack(base as usize, frame)?;
            let object = self.context.heap.generator_mut(link.generator);
            object.state = GeneratorState::Running;
            // The heap keeps the vector, and its account of it, for when the frame comes back.
            let function = object.function.0;
            let is_last = index + 1 == chain.len();
            let position = object.position + u32::from(!is_last);
            if let Some(registers) = self.stack.get_mut(base as usize..base as usize + frame) {
                registers.copy_from_slice(&object.registers);
            }
            self.frames.push(Frame {
                function,
                position,
                base,
                result: link.result,
                generator: Some((link.generator, link.end)),
                resumed: link.resumed,
                handled: None,
            });
            self.count_frame();
        }
        Ok(())
    }

    /// `NEXT`: asks a generator for its next value.
    pub(crate) fn next_of(
        &mut self,
        generator: GeneratorRef,
        result: R,
        end: u32,
    ) -> Result<(), Raise> {
        if self.context.heap.generator(generator).state == GeneratorState::Done {
            self.write(result, Value::Unset);
            if let Some(caller) = self.frames.last_mut() {
                caller.position = end;
            }
            return Ok(());
        }
        self.resume(
            Value::None,
            Link {
                generator,
                resumed: Resumed::Next,
                result,
                end,
            },
        )
    }

    /// `SEND`: the operation after it jumps to where the caller goes on at the end.
    pub(crate) fn send(
        &mut self,
        generator: GeneratorRef,
        value: Value,
        result: R,
    ) -> Result<(), Raise> {
        let end = self.frames.last().map_or(0, |frame| frame.position + 1);
        if self.is_done(generator)? {
            self.write(result, Value::None);
            if let Some(caller) = self.frames.last_mut() {
                caller.position = end;
            }
            return Ok(());
        }
        let link = Link {
            generator,
            resumed: Resumed::Send,
            result,
            end,
        };
        self.resume(value, link)
    }

    /// Whether a generator is at its end; a coroutine there cannot be resumed.
    fn is_done(&mut self, generator: GeneratorRef) -> Result<bool, Raise> {
        let object = self.context.heap.generator(generator);
        if object.state != GeneratorState::Done {
            return Ok(false);
        }
        if object.kind != FunctionKind::Coroutine {
            return Ok(true);
        }
        Err(self.context.raise(
            BuiltinException::RuntimeError,
            "cannot reuse already awaited coroutine",
        ))
    }

    /// What a generator cannot do while it runs.
    fn check_at_rest(&mut self, generator: GeneratorRef) -> Result<(), Raise> {
        let object = self.context.heap.generator(generator);
        if object.state != GeneratorState::Running {
            return Ok(());
        }
        let message = match object.kind {
            FunctionKind::Plain | FunctionKind::Generator => "generator already executing",
            FunctionKind::Coroutine => "coroutine already executing",
            FunctionKind::AsyncGenerator => {
                let message = "anext(): asynchronous generator is already running";
                return Err(self.context.raise(BuiltinException::RuntimeError, message));
            }
        };
        Err(self.context.value_error(message))
    }

    /// Resumes a generator that is not at its end.
    fn resume(&mut self, sent: Value, link: Link) -> Result<(), Raise> {
        let generator = link.generator;
        self.check_at_rest(generator)?;
        let object = self.context.heap.generator(generator);
        if object.state == GeneratorState::Created && !sent.is_none() {
            let message = match object.kind {
                FunctionKind::Plain | FunctionKind::Generator => {
                    "can't send non-None value to a just-started generator"
                }
                FunctionKind::Coroutine => "can't send non-None value to a just-started coroutine",
                FunctionKind::AsyncGenerator => {
                    "can't send non-None value to a just-started async generator"
                }
            };
            return Err(self.context.type_error(message));
        }
        if self.frames.len() >= self.limits.depth {
            return Err(self.too_deep());
        }
        let several;
        let chain = match object.delegate {
            Value::Generator(_) => {
                several = self.chain(link)?;
                several.as_slice()
            }
            _ => {
                let words = object.registers.len() as u64 / WORDS;
                self.context.charge(words)?;
                core::slice::from_ref(&link)
            }
        };
        let Some(innermost) = chain.last() else {
            return Err(Raise::Internal("nothing to resume"));
        };
        let object = self.context.heap.generator(innermost.generator);
        let (is_begun, delegate) = (object.state == GeneratorState::Suspended, object.delegate);
        let (function, position) = (object.function.0, object.position);
        if let Value::Iterator(_) = delegate
            && !sent.is_none()
        {
            let name = crate::ops::type_name(&self.context.heap, delegate);
            let message = format!("'{name}' object has no attribute 'send'");
            return Err(self
                .context
                .raise(BuiltinException::AttributeError, message));
        }
        self.enter_chain(chain)?;
        if is_begun
            && delegate.is_unset()
            && let Some(Op::Yield { result, .. }) = self.operation(function, position - 1)
        {
            self.write(result, sent);
        }
        Ok(())
    }

    /// `THROW`: the innermost frame of a generator goes onto the stack; the exception is to be
    /// thrown there, or where the machine stands if the generator does not run.
    pub(super) fn throw_into(
        &mut self,
        generator: GeneratorRef,
        exception: Value,
        result: R,
    ) -> Result<ExceptionRef, Raise> {
        self.check_at_rest(generator)?;
        self.is_done(generator)?;
        let exception = match exception {
            Value::Exception(_) | Value::Type(_) => self.exception_of(exception)?,
            _ => {
                let name = crate::ops::type_name(&self.context.heap, exception);
                let message = format!(
                    "exceptions must be classes or instances deriving from BaseException, not {name}"
                );
                return Err(self.context.type_error(message));
            }
        };
        let object = self.context.heap.generator_mut(generator);
        if object.state != GeneratorState::Suspended {
            object.state = GeneratorState::Done;
            return Ok(exception);
        }
        if self.frames.len() >= self.limits.depth {
            return Err(self.too_deep());
        }
        let end = self.frames.last().map_or(0, |frame| frame.position + 1);
        let chain = self.chain(Link {
            generator,
            resumed: Resumed::Send,
            result,
            end,
        })?;
        self.enter_chain(&chain)?;
        let class = self.context.heap.exception(exception).class;
        let closes = self
            .program
            .module
            .is_subclass(class, ClassRef::Builtin(BuiltinException::GeneratorExit));
        if let Some((innermost, outer)) = chain.split_last() {
            // The outer ones are closed after the inner, also if that one takes the exception.
            for link in outer.iter().filter(|_| closes) {
                let object = self.context.heap.generator_mut(link.generator);
                object.closing = Value::Exception(exception);
            }
            let object = self.context.heap.generator_mut(innermost.generator);
            let stands_at_yield = object.delegate.is_unset();
            object.delegate = Value::Unset;
            if let Some(frame) = self.frames.last_mut()
                && stands_at_yield
            {
                frame.position = frame.position.saturating_sub(1);
            }
        }
        Ok(exception)
    }

    /// `DELEGATE`: resumes a generator for the running one, or yields what an iterator gives.
    pub(super) fn delegate(&mut self, iterator: Value, result: R) -> Result<Delegated, Raise> {
        let next = self.frames.last().map_or(0, |frame| frame.position + 1);
        match iterator {
            Value::Generator(generator) => {
                let object = self.context.heap.generator(generator);
                if object.kind == FunctionKind::Coroutine
                    && matches!(
                        object.state,
                        GeneratorState::Suspended | GeneratorState::Running
                    )
                {
                    let message = "coroutine is being awaited already";
                    return Err(self.context.raise(BuiltinException::RuntimeError, message));
                }
                if self.is_done(generator)? {
                    self.write(result, Value::None);
                    if let Some(frame) = self.frames.last_mut() {
                        frame.position = next;
                    }
                    return Ok(Delegated::On);
                }
                let link = Link {
                    generator,
                    resumed: Resumed::Delegate,
                    result,
                    end: next,
                };
                self.resume(Value::None, link)?;
                Ok(Delegated::On)
            }
            Value::Iterator(iterator) => match crate::ops::next(&mut self.context, iterator)? {
                Some(value) => {
                    let again = self.instruction_start();
                    self.suspend(value, again, Value::Iterator(iterator))
                }
                None => {
                    self.end_delegation();
                    self.write(result, Value::None);
                    if let Some(frame) = self.frames.last_mut() {
                        frame.position = next;
                    }
                    Ok(Delegated::On)
                }
            },
            _ => Err(Raise::Internal("a delegation to what is no iterator")),
        }
    }

    /// Where the instruction at hand begins.
    fn instruction_start(&self) -> u32 {
        let Some(frame) = self.frames.last() else {
            return 0;
        };
        let function = self.program.functions.get(frame.function as usize);
        function
            .and_then(|function| {
                let first = function.first.get(frame.position as usize)?;
                function.start.get(*first as usize).copied()
            })
            .unwrap_or(frame.position)
    }

    /// `YIELD`: the running generator gives a value.
    pub(super) fn yield_value(&mut self, value: Value) -> Result<Delegated, Raise> {
        let position = self.frames.last().map_or(0, |frame| frame.position + 1);
        self.suspend(value, position, Value::Unset)
    }

    /// Takes the running generator, and those that delegate to it, off the stack, and gives the
    /// value to whoever resumed the outermost. `position` is where the running one goes on.
    fn suspend(
        &mut self,
        value: Value,
        mut position: u32,
        mut delegate: Value,
    ) -> Result<Delegated, Raise> {
        let mut is_own = delegate.is_unset();
        loop {
            let Some(&frame) = self.frames.last() else {
                return Err(Raise::Internal("a yield without a frame"));
            };
            let Some((generator, _)) = frame.generator else {
                return Err(Raise::Internal("a yield outside of a generator"));
            };
            let object = self.context.heap.generator_mut(generator);
            object.state = GeneratorState::Suspended;
            object.position = position;
            object.delegate = delegate;
            let kind = object.kind;
            let base = frame.base as usize;
            let length = object.registers.len();
            if let Some(registers) = self.stack.get(base..base + length) {
                object.registers.copy_from_slice(registers);
            }
            let closing = self.closing();
            self.frames.pop();
            if closing.is_some() {
                self.end_delegation();
                if let Some(caller) = self.frames.last_mut() {
                    caller.position = caller.position.saturating_sub(1);
                }
                let ignored = "generator ignored GeneratorExit";
                return match self.context.raise(BuiltinException::RuntimeError, ignored) {
                    Raise::Exception(exception) => Ok(Delegated::Closing(exception)),
                    raise => Err(raise),
                };
            }
            let waits = match frame.resumed {
                Resumed::Next => false,
                Resumed::Send => !is_own && kind == FunctionKind::AsyncGenerator,
                Resumed::Delegate => true,
            };
            if !waits {
                self.write(frame.result, value);
                if frame.resumed == Resumed::Send
                    && let Some(caller) = self.frames.last_mut()
                {
                    caller.position += 1;
                }
                return Ok(Delegated::On);
            }
            is_own = false;
            delegate = Value::Generator(generator);
            position = self
                .frames
                .last()
                .map_or(0, |frame| frame.position.saturating_sub(1));
        }
    }
}

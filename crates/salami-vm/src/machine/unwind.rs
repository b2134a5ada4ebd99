//! Exceptions in two phases. First the static handler tables of all frames are searched for who
//! catches; if nobody does, the machine stays as it is at the raising instruction. Only then are
//! frames left and clean-ups run.

use salami_ir::{BuiltinException, ClassRef, HandlerKind};

use super::meter::ITERATION_LIMIT;
use super::{Machine, Outcome};
use crate::heap::object::{ExceptionObject, GeneratorState, TraceEntry};
use crate::prepare::handlers;
use crate::raise::Raise;
use crate::value::{ExceptionRef, TypeRef, Value};
use salami_ir::{Address, FunctionIndex};

/// A handler that takes an exception.
struct Taker {
    /// The frame.
    frame: usize,
    /// The handler's position in its function.
    handler: usize,
}

impl Machine {
    /// The exception that raising a value raises: an instance, or an instance of a class.
    pub(crate) fn exception_of(&mut self, value: Value) -> Result<ExceptionRef, Raise> {
        match value {
            Value::Exception(exception) => Ok(exception),
            Value::Type(TypeRef::Class(class)) if self.is_exception_class(class) => {
                let fields = match class {
                    ClassRef::Builtin(_) => 0,
                    ClassRef::Module(class) => self
                        .program
                        .module
                        .classes
                        .get(class.index())
                        .map_or(0, |class| class.fields.len()),
                };
                let object = ExceptionObject {
                    class,
                    fields: vec![Value::Unset; fields],
                    ..ExceptionObject::default()
                };
                match self.context.heap.alloc_exception(object)? {
                    Value::Exception(exception) => Ok(exception),
                    _ => Err(Raise::Internal("an exception was stored as something else")),
                }
            }
            _ => Err(self
                .context
                .type_error("exceptions must derive from BaseException")),
        }
    }

    pub(crate) fn is_exception_class(&self, class: ClassRef) -> bool {
        self.program
            .module
            .is_subclass(class, ClassRef::Builtin(BuiltinException::BaseException))
    }

    /// `raise exception from cause`.
    pub(crate) fn with_cause(
        &mut self,
        exception: Value,
        cause: Value,
    ) -> Result<ExceptionRef, Raise> {
        let exception = self.exception_of(exception)?;
        let cause = match cause {
            Value::None => Value::None,
            Value::Exception(_) => cause,
            Value::Type(TypeRef::Class(class)) if self.is_exception_class(class) => {
                Value::Exception(self.exception_of(cause)?)
            }
            _ => {
                return Err(self
                    .context
                    .type_error("exception causes must derive from BaseException"));
            }
        };
        let object = self.context.heap.exception_mut(exception);
        object.cause = cause;
        object.suppress_context = true;
        Ok(exception)
    }

    /// The instruction at which a frame stands for an exception: the raising one, or the call.
    fn standing(&self, index: usize) -> Option<(u32, Address)> {
        let frame = self.frames.get(index)?;
        let function = self.program.functions.get(frame.function as usize)?;
        let is_top = index + 1 == self.frames.len();
        let position = if is_top {
            frame.position
        } else {
            frame.position.saturating_sub(1)
        };
        Some((frame.function, function.raising_address(position)))
    }

    fn catches(&self, kind: &HandlerKind, class: ClassRef) -> bool {
        match kind {
            HandlerKind::Cleanup => false,
            HandlerKind::Catch(classes) => classes
                .iter()
                .any(|&wanted| self.program.module.is_subclass(class, wanted)),
        }
    }

    /// The innermost handler of a frame that takes the exception: one that catches it, or a clean-up.
    fn taker_in(&self, index: usize, class: ClassRef, cleanups: bool) -> Option<usize> {
        let (function, address) = self.standing(index)?;
        let source = self.program.module.functions.get(function as usize)?;
        source.handlers.iter().position(|handler| {
            handler.from <= address
                && address < handler.to
                && (self.catches(&handler.kind, class)
                    || (cleanups && handler.kind == HandlerKind::Cleanup))
        })
    }

    /// Whether a class is, or derives from, a builtin exception.
    pub(crate) fn is_class(&self, class: ClassRef, wanted: BuiltinException) -> bool {
        self.program
            .module
            .is_subclass(class, ClassRef::Builtin(wanted))
    }

    /// Whether an exception of this class that was raised where the machine stands would be caught.
    pub(crate) fn has_handler(&self, class: ClassRef) -> bool {
        (0..self.frames.len()).any(|index| self.taker_in(index, class, false).is_some())
    }

    /// Raises. `again` for `RERAISE`, which leaves the traceback of the running frame as it was.
    /// The running frame's `position` is the raising operation. `None`: execution goes on in a handler.
    pub(crate) fn throw(&mut self, exception: ExceptionRef, again: bool) -> Option<Outcome> {
        if !again {
            self.set_context(exception);
        }
        let mut class = self.context.heap.exception(exception).class;
        let mut current = exception;
        // First phase: who catches? On the way StopIteration that leaves a generator becomes RuntimeError.
        let mut catcher = None;
        let mut replaced_at = None;
        for index in (0..self.frames.len()).rev() {
            if let Some(handler) = self.taker_in(index, class, false) {
                catcher = Some(Taker {
                    frame: index,
                    handler,
                });
                break;
            }
            let left = self.frames.get(index).and_then(|frame| frame.generator);
            if let Some((generator, _)) = left
                && replaced_at.is_none()
                && let Some(message) = self.hidden_stop(generator, class)
            {
                let raise = self.context.raise(BuiltinException::RuntimeError, message);
                let Raise::Exception(replacement) = raise else {
                    return Some(Outcome::Failed(self.error_of(raise)));
                };
                let object = self.context.heap.exception_mut(replacement);
                object.cause = Value::Exception(exception);
                object.context = Value::Exception(exception);
                object.suppress_context = true;
                class = object.class;
                current = replacement;
                replaced_at = Some(index);
            }
        }
        let Some(catcher) = catcher else {
            // Nobody. The stack stays; the traceback shows all of it.
            let saved = self.context.heap.exception(current).traceback.clone();
            self.add_trace(current, 0, again);
            let raised = self.raised(current);
            self.context
                .heap
                .modify_exception(current, |object| object.traceback = saved);
            return Some(Outcome::Raised(raised));
        };
        // Second phase: the innermost taker, clean-ups included, on the way to the catcher.
        let mut taker = catcher;
        let mut thrown = exception;
        for index in (taker.frame..self.frames.len()).rev() {
            let passed = replaced_at.is_some_and(|replaced| index < replaced);
            thrown = if passed { current } else { exception };
            let class = self.context.heap.exception(thrown).class;
            if let Some(handler) = self.taker_in(index, class, true) {
                taker = Taker {
                    frame: index,
                    handler,
                };
                break;
            }
        }
        self.unwind_to(&taker, thrown, again)
    }

    /// Lets an exception that nobody catches go on its way: the innermost clean-up runs, with the
    /// fuel that is left; its `RERAISE` gives [`Outcome::Raised`] again, with the whole traceback,
    /// and this is called again. `None` where no clean-up is left: the machine stays as it is.
    pub fn raise_on(&mut self, raised: &super::Raised) -> Option<Outcome> {
        let Value::Exception(exception) = raised.exception else {
            return None;
        };
        let class = self.context.heap.exception(exception).class;
        let taker = (0..self.frames.len()).rev().find_map(|frame| {
            let handler = self.taker_in(frame, class, true)?;
            Some(Taker { frame, handler })
        })?;
        let again = self
            .frames
            .len()
            .checked_sub(1)
            .and_then(|top| self.standing(top))
            .is_some_and(|(function, address)| {
                let source = self.program.module.functions.get(function as usize);
                let instruction = source.and_then(|source| source.code.get(address.index()));
                matches!(instruction, Some(salami_ir::Instruction::Reraise { .. }))
            });
        let stopped = self.unwind_to(&taker, exception, again);
        Some(stopped.unwrap_or_else(|| self.run_loop()))
    }

    /// Raises what was to be raised at the next wait where the machine stands, as what it raised there concerns nobody;
    /// `None` if nothing was.
    pub fn interrupt_here(&mut self) -> Option<Outcome> {
        let (class, message) = self.context.interrupt.take()?;
        let raise = self.context.interruption(class, &message);
        let Raise::Exception(exception) = raise else {
            return Some(Outcome::Failed(self.error_of(raise)));
        };
        let stopped = self.throw(exception, false);
        Some(stopped.unwrap_or_else(|| self.run_loop()))
    }

    /// Records frames from the top down to `frame` in the exception's traceback.
    fn add_trace(&mut self, exception: ExceptionRef, frame: usize, again: bool) {
        let mut entries = Vec::new();
        for index in (frame..self.frames.len()).rev() {
            if again && index + 1 == self.frames.len() {
                continue;
            }
            if let Some((function, address)) = self.standing(index) {
                entries.push(TraceEntry {
                    function: FunctionIndex(function),
                    address,
                });
            }
        }
        self.context
            .heap
            .modify_exception(exception, |object| object.traceback.extend(entries));
    }

    fn unwind_to(
        &mut self,
        taker: &Taker,
        exception: ExceptionRef,
        again: bool,
    ) -> Option<Outcome> {
        self.add_trace(exception, taker.frame, again);
        while self.frames.len() > taker.frame + 1 {
            if let Some(frame) = self.frames.pop()
                && let Some((generator, _)) = frame.generator
            {
                let object = self.context.heap.generator_mut(generator);
                object.state = GeneratorState::Done;
                object.registers.fill(Value::Unset);
                object.closing = Value::Unset;
            }
        }
        self.end_delegation();
        let program = std::sync::Arc::clone(&self.program);
        let before = self.frames.last().map_or(0, |frame| frame.position);
        let found = self.frames.last_mut().and_then(|frame| {
            let function = program.functions.get(frame.function as usize)?;
            let handler = program
                .module
                .functions
                .get(frame.function as usize)?
                .handlers
                .get(taker.handler)?;
            let register = *function.handler_registers.get(taker.handler)?;
            frame.position = function.position(handler.target)?;
            frame.handled = Some((exception, handler.target.0));
            Some(frame.base as usize + register as usize)
        });
        let slot = found.and_then(|place| self.stack.get_mut(place));
        match slot {
            Some(slot) => {
                *slot = Value::Exception(exception);
                self.count_jump(before)
            }
            None => Some(Outcome::Failed(
                self.error_of(Raise::Internal("a handler that does not exist")),
            )),
        }
    }

    /// Going to a handler may close a loop.
    fn count_jump(&mut self, before: u32) -> Option<Outcome> {
        let after = self.frames.last()?.position;
        let meter = self.meter.as_mut().filter(|_| after <= before)?;
        if meter.round(self.frames.len(), after) {
            return None;
        }
        self.limit_error(ITERATION_LIMIT).map(Outcome::Failed)
    }

    /// `__context__`: the exception that a handler was at work on where this one is raised.
    fn set_context(&mut self, exception: ExceptionRef) {
        if !self.context.heap.exception(exception).context.is_unset() {
            return;
        }
        for index in (0..self.frames.len()).rev() {
            if let Some(handled) = self.handled_in(index)
                && handled != exception
            {
                let (is_reached, steps) = self.reaches(handled, exception);
                self.context.charge_debt(steps / 4);
                if !is_reached {
                    self.context.heap.exception_mut(exception).context = Value::Exception(handled);
                    return;
                }
            }
        }
    }

    /// The exception that the innermost handler around where a frame stands is at work on. A handler keeps it in its
    /// register to its end.
    fn handled_in(&self, index: usize) -> Option<ExceptionRef> {
        let frame = self.frames.get(index)?;
        frame.handled?;
        let (function, address) = self.standing(index)?;
        let source = self.program.module.functions.get(function as usize)?;
        let prepared = self.program.functions.get(function as usize)?;
        let mut found: Option<(u32, ExceptionRef)> = None;
        for (handler, &register) in source.handlers.iter().zip(&prepared.handler_registers) {
            let target = handler.target.0;
            if found.is_some_and(|(known, _)| known >= target) {
                continue;
            }
            let place = frame.base as usize + register as usize;
            if let Some(Value::Exception(handled)) = self.stack.get(place)
                && self.is_inside_handler(function, target, address)
            {
                found = Some((target, *handled));
            }
        }
        found.map(|(_, handled)| handled)
    }

    /// Whether `goal` is in the chain of contexts from `start`, for a cycle must not be made; and how many were looked at.
    fn reaches(&self, start: ExceptionRef, goal: ExceptionRef) -> (bool, i64) {
        let mut current = start;
        for step in 0..10_000 {
            match self.context.heap.exception(current).context {
                Value::Exception(next) if next == goal => return (true, step),
                Value::Exception(next) => current = next,
                _ => return (false, step),
            }
        }
        (true, 10_000)
    }

    /// Whether an instruction is only reached through the handler that starts at `target`: then
    /// the exception is still being handled there.
    fn is_inside_handler(&self, function: u32, target: u32, address: Address) -> bool {
        let program = &self.program;
        let source = program.module.functions.get(function as usize);
        let prepared = program.functions.get(function as usize);
        let (Some(source), Some(prepared)) = (source, prepared) else {
            return false;
        };
        let handler = source
            .handlers
            .iter()
            .position(|handler| handler.target.0 == target);
        let places = handler.and_then(|handler| prepared.inside.get(handler));
        places.is_some_and(|places| {
            let runs = places.get_or_init(|| handlers::only_through(source, target));
            handlers::holds(runs, address.0)
        })
    }
}

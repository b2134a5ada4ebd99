//! Frames: entering, leaving, and generators, whose frames live on the heap between two values.

use salami_ir::FunctionIndex;

use super::{Frame, Machine, slow};
use crate::heap::object::{GeneratorObject, GeneratorState};
use crate::prepare::{R, frame_position};
use crate::raise::Raise;
use crate::value::{GeneratorRef, Value};
use salami_ir::BuiltinException;

/// Registers that every window shows, whether the function has so many or not.
pub(crate) const WINDOW: usize = 256;

/// The stack limit is no exception: it cannot be raised where it happens.
pub(crate) const STACK_LIMIT: &str = "limit.stack";

impl Machine {
    /// Makes room on the stack for a window at `base`.
    fn grow_stack(&mut self, base: usize, frame: usize) -> Result<(), Raise> {
        let needed = base.saturating_add(frame.max(WINDOW));
        if needed <= self.stack.len() {
            return Ok(());
        }
        if base
            .saturating_add(frame)
            .saturating_mul(size_of::<Value>())
            > self.limits.stack
        {
            return Err(Raise::Internal(STACK_LIMIT));
        }
        self.stack
            .resize(needed.max(self.stack.len() * 2), Value::Unset);
        Ok(())
    }

    fn too_deep(&mut self) -> Raise {
        self.context.raise(
            BuiltinException::RecursionError,
            "maximum recursion depth exceeded",
        )
    }

    /// Enters a function: `arguments` are positions in the running frame, whose operation stands at
    /// its `position`. A generator function leaves a generator in `result` instead and enters nothing.
    #[inline]
    pub(crate) fn enter(
        &mut self,
        function: u32,
        arguments: &[u32],
        result: R,
        closure: Value,
    ) -> Result<(), Raise> {
        let program = &self.program;
        let Some(callee) = program.functions.get(function as usize) else {
            return Err(Raise::Internal("a function that does not exist is called"));
        };
        let (caller_base, base) = match self.frames.last() {
            None => (0, 0),
            Some(caller) => {
                let size = program
                    .functions
                    .get(caller.function as usize)
                    .map_or(0, |caller| caller.frame);
                (caller.base as usize, (caller.base + size) as usize)
            }
        };
        let frame = callee.frame as usize;
        let (is_generator, parameters, captures) =
            (callee.generator, callee.parameters, callee.captures);
        if self.frames.len() >= self.limits.depth && !is_generator {
            return Err(self.too_deep());
        }
        self.grow_stack(base, frame)?;
        let Some((lower, upper)) = self.stack.split_at_mut_checked(base) else {
            return Err(Raise::Internal("the stack is shorter than its frames"));
        };
        let Some(registers) = upper.get_mut(..frame) else {
            return Err(Raise::Internal("the stack is shorter than its frames"));
        };
        let caller = lower.get(caller_base..).unwrap_or(&[]);
        if frame <= WINDOW {
            let count = arguments.len().min(frame);
            let (given, rest) = registers.split_at_mut(count);
            for (to, &from) in given.iter_mut().zip(arguments) {
                *to = caller.get(from as usize).map_or(Value::Unset, slow::copy);
            }
            rest.fill(Value::Unset);
        } else {
            registers.fill(Value::Unset);
            for (index, &from) in arguments.iter().enumerate() {
                let place = frame_position(frame - 4, index) as usize;
                if let Some(to) = registers.get_mut(place) {
                    *to = caller.get(from as usize).copied().unwrap_or_default();
                }
            }
        }
        if captures > 0 {
            let Value::Function(closure) = closure else {
                return Err(Raise::Internal("a closure is called without its cells"));
            };
            let count = if frame > WINDOW { frame - 4 } else { frame };
            let cells = &self.context.heap.function(closure).cells;
            for (index, cell) in cells.iter().enumerate() {
                let place = frame_position(count, parameters as usize + index) as usize;
                if let Some(to) = registers.get_mut(place) {
                    *to = *cell;
                }
            }
        }
        if is_generator {
            let registers = registers.to_vec();
            let generator = self.context.heap.alloc_generator(GeneratorObject {
                function: FunctionIndex(function),
                position: 0,
                registers,
                state: GeneratorState::Suspended,
            })?;
            self.write(result, generator);
            if let Some(caller) = self.frames.last_mut() {
                caller.position += 1;
            }
            return Ok(());
        }
        if let Some(caller) = self.frames.last_mut() {
            caller.position += 1;
        }
        let base = u32::try_from(base).unwrap_or(u32::MAX);
        self.frames.push(Frame {
            function,
            position: 0,
            base,
            result,
            generator: None,
            handled: None,
        });
        Ok(())
    }

    /// Writes to a register in the window of the running frame.
    pub(crate) fn write(&mut self, register: R, value: Value) {
        let Some(frame) = self.frames.last() else {
            return;
        };
        if let Some(slot) = self
            .stack
            .get_mut(frame.base as usize + usize::from(register))
        {
            *slot = value;
        }
    }

    /// Calls a function value.
    pub(crate) fn call_value(
        &mut self,
        callee: Value,
        arguments: &[u32],
        result: R,
    ) -> Result<(), Raise> {
        let Value::Function(function) = callee else {
            let name = crate::ops::type_name(&self.context.heap, callee);
            return Err(self
                .context
                .type_error(format!("'{name}' object is not callable")));
        };
        let index = self.context.heap.function(function).function;
        let parameters = self
            .program
            .functions
            .get(index.index())
            .map_or(0, |function| function.parameters);
        if parameters as usize != arguments.len() {
            return Err(self.wrong_arity(index, arguments.len()));
        }
        self.enter(index.0, arguments, result, callee)
    }

    /// CPython's TypeError for a wrong number of positional arguments.
    fn wrong_arity(&mut self, function: FunctionIndex, given: usize) -> Raise {
        let module = std::sync::Arc::clone(&self.program.module);
        let Some(source) = module.functions.get(function.index()) else {
            return Raise::Internal("a function that does not exist is called");
        };
        let wanted = usize::from(source.parameters);
        let plural = |count: usize| if count == 1 { "" } else { "s" };
        let name = &source.name;
        if given > wanted {
            let were = if given == 1 { "was" } else { "were" };
            let message = format!(
                "{name}() takes {wanted} positional argument{} but {given} {were} given",
                plural(wanted)
            );
            return self.context.type_error(message);
        }
        let missing: Vec<String> = source
            .registers
            .iter()
            .take(wanted)
            .skip(given)
            .map(|register| format!("'{}'", register.name.as_deref().unwrap_or("?")))
            .collect();
        let names = match missing.as_slice() {
            [one] => one.clone(),
            [one, other] => format!("{one} and {other}"),
            [most @ .., last] => format!("{}, and {last}", most.join(", ")),
            [] => String::new(),
        };
        let count = missing.len();
        let message = format!(
            "{name}() missing {count} required positional argument{}: {names}",
            plural(count)
        );
        self.context.type_error(message)
    }

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
                self.write(frame.result, Value::Unset);
                if let Some(caller) = self.frames.last_mut() {
                    caller.position = end;
                }
            }
        }
        None
    }

    /// Asks a generator for its next value: its frame goes onto the stack.
    pub(crate) fn resume(
        &mut self,
        generator: GeneratorRef,
        result: R,
        end: u32,
    ) -> Result<(), Raise> {
        match self.context.heap.generator(generator).state {
            GeneratorState::Suspended => {}
            GeneratorState::Running => {
                return Err(self.context.value_error("generator already executing"));
            }
            GeneratorState::Done => {
                self.write(result, Value::Unset);
                if let Some(caller) = self.frames.last_mut() {
                    caller.position = end;
                }
                return Ok(());
            }
        }
        if self.frames.len() >= self.limits.depth {
            return Err(self.too_deep());
        }
        let base = self.frames.last().map_or(0, |caller| {
            let size = self
                .program
                .functions
                .get(caller.function as usize)
                .map_or(0, |caller| caller.frame);
            caller.base + size
        });
        let frame = self.context.heap.generator(generator).registers.len();
        self.grow_stack(base as usize, frame)?;
        let object = self.context.heap.generator_mut(generator);
        object.state = GeneratorState::Running;
        // The heap keeps the vector, and its account of it, for when the frame comes back.
        let (function, position) = (object.function.0, object.position);
        if let Some(registers) = self.stack.get_mut(base as usize..base as usize + frame) {
            registers.copy_from_slice(&object.registers);
        }
        if let Some(caller) = self.frames.last_mut() {
            caller.position += 1;
        }
        self.frames.push(Frame {
            function,
            position,
            base,
            result,
            generator: Some((generator, end)),
            handled: None,
        });
        Ok(())
    }

    /// Gives a value to whoever asked the running generator; `resume_at` is where it goes on.
    pub(crate) fn yield_value(
        &mut self,
        value: Value,
        result: R,
        resume_at: u32,
    ) -> Result<(), Raise> {
        let Some(&frame) = self.frames.last() else {
            return Err(Raise::Internal("a yield without a frame"));
        };
        let Some((generator, _)) = frame.generator else {
            return Err(Raise::Internal("a yield outside of a generator"));
        };
        // What was sent: nothing can be sent yet.
        self.write(result, Value::None);
        let object = self.context.heap.generator_mut(generator);
        object.state = GeneratorState::Suspended;
        object.position = resume_at;
        let base = frame.base as usize;
        let length = object.registers.len();
        if let Some(registers) = self.stack.get(base..base + length) {
            object.registers.copy_from_slice(registers);
        }
        self.frames.pop();
        self.write(frame.result, value);
        Ok(())
    }
}

//! Frames: entering functions.

use salami_ir::FunctionIndex;

use super::meter::DEPTH_LIMIT;
use super::{Frame, Machine, Resumed, slow};
use crate::heap::object::{GeneratorObject, GeneratorState};
use crate::prepare::{R, frame_position};
use crate::raise::Raise;
use crate::value::Value;
use salami_ir::BuiltinException;

/// Registers that every window shows, whether the function has so many or not.
pub(crate) const WINDOW: usize = 256;

/// The stack limit is no exception: it cannot be raised where it happens.
pub(crate) const STACK_LIMIT: &str = "limit.stack";

impl Machine {
    /// Makes room on the stack for a window at `base`.
    pub(crate) fn grow_stack(&mut self, base: usize, frame: usize) -> Result<(), Raise> {
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
        // Room for more than the limit would never be used.
        let most = self.limits.stack / size_of::<Value>() + WINDOW;
        let size = needed.max((self.stack.len() * 2).min(most));
        self.stack.reserve_exact(size - self.stack.len());
        self.stack.resize(size, Value::Unset);
        Ok(())
    }

    /// Gives back the stack above the frames: a machine that waits may wait long, and beside many.
    pub(crate) fn trim_stack(&mut self) {
        let Some(frame) = self.frames.last() else {
            return;
        };
        let function = self.program.functions.get(frame.function as usize);
        let size = function.map_or(0, |function| function.frame);
        self.stack.truncate((frame.base + size) as usize);
        self.stack.shrink_to_fit();
    }

    /// What a machine needs to run on after [`Machine::trim_stack`].
    ///
    /// # Errors
    /// None where the frames stood before.
    pub(crate) fn regrow_stack(&mut self) -> Result<(), Raise> {
        let Some(frame) = self.frames.last() else {
            return Ok(());
        };
        self.grow_stack(frame.base as usize, 0)
    }

    /// Tells the meter of the frame that was just entered.
    #[inline]
    pub(crate) fn count_frame(&mut self) {
        if let Some(meter) = &mut self.meter {
            meter.entered(self.frames.len());
        }
    }

    pub(crate) fn too_deep(&mut self) -> Raise {
        if self.limits.is_depth_final {
            return Raise::Internal(DEPTH_LIMIT);
        }
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
            let kind = self.program.module.functions.get(function as usize);
            let generator = self.context.heap.alloc_generator(GeneratorObject {
                function: FunctionIndex(function),
                kind: kind.map_or_else(Default::default, |function| function.kind),
                position: 0,
                registers,
                state: GeneratorState::Created,
                delegate: Value::Unset,
                closing: Value::Unset,
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
            resumed: Resumed::Next,
            handled: None,
        });
        self.count_frame();
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
}

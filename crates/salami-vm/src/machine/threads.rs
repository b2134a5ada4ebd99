//! Green threads: each is a machine of its own over the same program. Whoever runs them is outside;
//! here is how one machine comes from another, and what goes from one to another.

use std::sync::Arc;

use salami_ir::BuiltinException;

use super::{Machine, MachineError};
use crate::context::Context;
use crate::heap::Heap;
use crate::raise::Raise;
use crate::transfer;
use crate::value::Value;
use crate::wait::{Request, Wait};

/// What a machine counts for beside its heap and its stack.
const MACHINE_SIZE: usize = 4096;

impl Machine {
    /// A machine for the thread that this one starts (see [`Request::Start`]), with its number and at
    /// most so much memory. It has copies of the function with what it captured, of the module's variables as they
    /// are now, and of what they hold; this machine pays for them.
    ///
    /// # Errors
    /// The memory limit.
    pub fn start_thread(&mut self, number: u64, memory: usize) -> Result<Self, Box<MachineError>> {
        let begun = match self.copied_thread(number, memory) {
            Err(Raise::Memory(_)) => {
                self.collect();
                self.copied_thread(number, memory)
            }
            begun => begun,
        };
        begun.map_err(|raise| Box::new(self.error_of(raise)))
    }

    fn copied_thread(&mut self, number: u64, memory: usize) -> Result<Self, Raise> {
        let here = &self.context;
        let mut heap = Heap::new(Arc::clone(here.module()), memory, here.heap.key());
        let mut globals = self.globals.clone();
        let count = globals.len();
        globals.extend(&self.constants);
        let (mut globals, fuel) = transfer::copy(&here.heap, &mut heap, &globals, &[])?;
        let constants = globals.split_off(count);
        // What the function is given is its own, also where the module's variables hold the same.
        let known = transfer::members((&here.heap, &self.globals), (&heap, &globals));
        let (values, more) = transfer::copy(&here.heap, &mut heap, &[here.starting], &known)?;
        let function = values.first().copied().unwrap_or_default();
        let fuel = fuel.saturating_add(more);
        heap.set_stress_as(&here.heap);
        let mut context = Context::new(heap);
        context.thread = number;
        context.clock = here.clock;
        context.started = here.started;
        context.seed = here.seed;
        let fuel = i64::try_from(fuel).unwrap_or(i64::MAX);
        self.context.fuel.remaining = self.context.fuel.remaining.saturating_sub(fuel);
        let mut thread = Self {
            constants,
            globals,
            meter: super::meter::Meter::new(&self.limits),
            ..Self::bare(Arc::clone(&self.program), context, self.limits)
        };
        thread.seal_constants();
        thread.call_value(function, &[], 0)?;
        Ok(thread)
    }

    /// Answers a [`Request`] with a number; `false` if it waits for none.
    pub fn reply(&mut self, number: i64) -> bool {
        self.replied(Ok(Value::Int(number)))
    }

    fn replied(&mut self, reply: Result<Value, crate::value::ExceptionRef>) -> bool {
        if !matches!(self.context.wait, Some(Wait::Thread(_))) {
            return false;
        }
        self.context.wait = None;
        self.context.reply = Some(reply);
        true
    }

    /// Answers a [`Request::Result`] with a copy of what another machine returned, or of the exception that
    /// ended it, and pays for it.
    ///
    /// # Errors
    /// The memory limit.
    pub fn receive(
        &mut self,
        other: &Self,
        result: Result<Value, Value>,
    ) -> Result<bool, Box<MachineError>> {
        let (Ok(value) | Err(value)) = result;
        let copy = |machine: &mut Self| {
            let (from, to) = (&other.context.heap, &machine.context.heap);
            let known = transfer::members((from, &other.globals), (to, &machine.globals));
            transfer::copy(from, &mut machine.context.heap, &[value], &known)
        };
        let copied = match copy(self) {
            Err(Raise::Memory(_)) => {
                self.collect();
                copy(self)
            }
            copied => copied,
        };
        let (values, fuel) = copied.map_err(|raise| Box::new(self.error_of(raise)))?;
        let fuel = i64::try_from(fuel).unwrap_or(i64::MAX);
        self.context.fuel.remaining = self.context.fuel.remaining.saturating_sub(fuel);
        let copy = values.first().copied().unwrap_or_default();
        Ok(self.replied(match (result, copy) {
            (Err(_), Value::Exception(exception)) => Err(exception),
            _ => Ok(copy),
        }))
    }

    /// Answers a request with an exception of a builtin class.
    pub fn refuse(&mut self, class: BuiltinException, message: &str) -> bool {
        match self.context.interruption(class, message) {
            Raise::Exception(exception) => self.replied(Err(exception)),
            _ => false,
        }
    }

    /// Lets what the machine waits for, or the next wait, raise this instead.
    pub fn interrupt(&mut self, class: BuiltinException, message: &str) {
        self.context.interrupt = Some((class, message.to_owned()));
        self.context.wait = None;
        // A call that was answered is taken back: what it gave is lost.
        self.context.answer = None;
        self.context.reply = None;
    }

    /// Lets the next wait raise this instead.
    pub fn interrupt_later(&mut self, class: BuiltinException) {
        self.context.interrupt = Some((class, String::new()));
    }

    /// Gives another machine what all threads of an execution have together: fuel, output, the clock and
    /// the randomness that the program does not seed itself.
    pub fn hand_over(&mut self, next: &mut Self) {
        let fuel = core::mem::take(&mut self.context.fuel.remaining);
        self.granted = self.granted.saturating_sub(fuel);
        next.granted = next.granted.saturating_add(fuel);
        next.context.fuel.remaining = next.context.fuel.remaining.saturating_add(fuel);
        let (from, to) = (&mut self.context, &mut next.context);
        to.output = core::mem::take(&mut from.output);
        to.error_output = core::mem::take(&mut from.error_output);
        to.shared_random = from.shared_random.take();
        to.entropy = from.entropy.take();
        to.clock = to.clock.max(from.clock);
        if let (Some(from), Some(to)) = (&self.meter, &mut next.meter) {
            to.instructions = from.instructions;
            to.empty_rounds = from.empty_rounds;
        }
    }

    /// The error of so many bytes that do not fit.
    pub fn out_of_memory(&mut self, bytes: usize) -> MachineError {
        self.error_of(Raise::Memory(bytes))
    }

    /// The bytes that it takes while it does not run: its heap, its stack and itself.
    #[must_use]
    pub fn size(&self) -> usize {
        let stack = self.stack.len().saturating_mul(size_of::<Value>());
        let heap = self.context.heap.used();
        heap.saturating_add(stack).saturating_add(MACHINE_SIZE)
    }

    /// Sets how many bytes its heap may have, and counts its peak from here on.
    pub fn set_memory(&mut self, bytes: usize) {
        self.context.heap.set_limit(bytes);
        self.context.heap.restart_peak();
        self.retried = None;
    }

    /// Sets how many bytes its heap may have.
    pub fn set_limit(&mut self, bytes: usize) {
        self.context.heap.set_limit(bytes);
    }

    /// Frees what nothing refers to any more: for a machine that waits while others need memory.
    pub fn collect_garbage(&mut self) {
        self.collect();
    }

    /// Keeps nothing but the value that others may receive.
    pub fn retire(&mut self, value: Value) {
        self.frames.clear();
        self.stack = Vec::new();
        self.constants = Vec::new();
        let heap = &self.context.heap;
        for global in &mut self.globals {
            let is_kept = match *global {
                Value::List(list) => {
                    let mut items = heap.list(list).iter();
                    items.all(|&item| transfer::is_member(heap, item))
                }
                value => transfer::is_member(heap, value),
            };
            if !is_kept {
                *global = Value::Unset;
            }
        }
        self.context.wait = None;
        self.context.answer = None;
        self.context.starting = Value::Unset;
        self.context.reply = None;
        self.result = Some(value);
        self.collect();
    }

    /// What the machine asks of whoever runs the threads.
    #[must_use]
    pub fn request(&self) -> Option<&Request> {
        match &self.context.wait {
            Some(Wait::Thread(request)) => Some(request),
            _ => None,
        }
    }
}

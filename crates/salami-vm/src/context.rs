//! What a leaf or an operator may touch: heap, fuel, output. Nothing else exists for it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use num_bigint::BigInt;
use salami_ir::{BuiltinException, Module};

use crate::heap::Heap;
use crate::raise::Raise;
use crate::value::Value;
use crate::wait::{Answer, Wait};

/// How far a single instruction may go into debt: work of this size is done at once and paid
/// by what comes next, larger work waits until there is fuel for it.
pub const DEBT_ALLOWANCE: i64 = 100_000;

/// What the clock of a machine shows that was given no time: 2026-01-15 12:00:00 UTC, a Thursday.
pub const DEFAULT_CLOCK: i64 = 1_768_478_400_000_000;

/// Fuel of the running machine.
#[derive(Clone, Debug, Default)]
pub struct Fuel {
    /// What is left; negative is debt.
    pub(crate) remaining: i64,
    /// What the instruction at hand was charged beyond its static cost.
    pub(crate) dynamic: i64,
    /// How far the machine may have run ahead of what it paid: while it pays whole segments,
    /// nothing may go into debt, so that it never passes the place where stepping would stop.
    pub(crate) margin: i64,
    /// By which the host asks for control; see [`Fuel::is_interrupted`].
    pub(crate) interrupt: Option<Arc<AtomicBool>>,
}

/// Work of one instruction between two looks at the host's flag: under a millisecond.
const INTERRUPT_EVERY: i64 = 1 << 15;

impl Fuel {
    /// See [`Context::charge`].
    #[inline]
    pub(crate) fn charge(&mut self, units: u64) -> Result<(), Raise> {
        let units = i64::try_from(units).unwrap_or(i64::MAX);
        let allowance = if self.margin > 0 {
            -2 * self.margin
        } else {
            DEBT_ALLOWANCE
        };
        let passed = self.dynamic ^ self.dynamic.saturating_add(units);
        let is_put_off = passed >= INTERRUPT_EVERY && self.is_interrupted();
        if is_put_off || units > self.remaining.saturating_add(allowance) {
            let needed = self.dynamic.saturating_add(units);
            return Err(Raise::Fuel(u64::try_from(needed).unwrap_or(u64::MAX)));
        }
        self.charge_debt(units);
        Ok(())
    }

    /// Whether the host asked for control.
    #[cold]
    pub(crate) fn is_interrupted(&self) -> bool {
        let flag = self.interrupt.as_ref();
        flag.is_some_and(|flag| flag.load(Ordering::Relaxed))
    }

    /// See [`Context::charge_debt`].
    #[inline]
    pub(crate) fn charge_debt(&mut self, units: i64) {
        self.remaining = self.remaining.saturating_sub(units);
        self.dynamic = self.dynamic.saturating_add(units);
    }
}

/// What a leaf or an operator may touch.
#[derive(Clone, Debug)]
pub struct Context {
    /// All objects.
    pub heap: Heap,
    /// Fuel; see [`Context::charge`].
    pub(crate) fuel: Fuel,
    /// What the program printed and the host did not take yet.
    pub(crate) output: String,
    /// What the program wrote to the standard error stream and the host did not take yet.
    pub(crate) error_output: String,
    /// The files that stand for the output and the log, where the program redirected them.
    pub(crate) redirected: [Value; 2],
    /// `sys.stdin`, once the program named it.
    pub(crate) standard_input: Value,
    /// The file that the machine waits for more of.
    pub(crate) reading: Option<(crate::value::NativeRef, crate::native::string_io::Wanted)>,
    /// The precision and rounding of decimal arithmetic, which a program may set: part of its state.
    pub(crate) decimal_rules: crate::native::decimal::Rules,
    /// The recorded clock: microseconds since 1970 in UTC, constant until the machine has waited.
    pub(crate) clock: i64,
    /// What the clock showed when the machine was made.
    pub(crate) started: i64,
    /// The recorded seed of randomness that the program did not seed itself.
    pub(crate) seed: u64,
    /// The generator behind the functions of the module `random`, once one was called.
    pub(crate) shared_random: Option<Box<crate::native::mersenne::Mersenne>>,
    /// The generator in place of the operating system's randomness, once it was asked.
    pub(crate) entropy: Option<Box<crate::native::mersenne::Mersenne>>,
    /// What the machine waits for.
    pub(crate) wait: Option<Wait>,
    /// The answer to the call that the instruction at hand made.
    pub(crate) answer: Option<Answer>,
    /// The number of the thread.
    pub(crate) thread: u64,
    /// What the thread that the instruction at hand starts is to run.
    pub(crate) starting: Value,
    /// The answer to the instruction at hand, of whoever runs the threads: a value, or an exception to raise.
    pub(crate) reply: Option<Result<Value, crate::value::ExceptionRef>>,
    /// What the next instruction that waits is to raise instead.
    pub(crate) interrupt: Option<(BuiltinException, String)>,
    /// When whatever it waits for raises TimeoutError, as it is within a `with timeout(...)`.
    pub(crate) deadline: Option<i64>,
    /// Fuel for what was copied out of the machine for the call at hand.
    pub(crate) owed: u64,
    /// How many calls of tools were made.
    pub(crate) calls: u64,
    /// The calls that were begun and not ended, in order.
    pub(crate) begun: Vec<crate::wait::Begun>,
    /// What methods of the program say of the exception that leaves it, and of those that led to it.
    pub(crate) told: Vec<(crate::value::ExceptionRef, String)>,
    /// Compiled patterns; nothing that the program can see depends on it.
    pub(crate) regexes: crate::regex::Cache,
}

impl Context {
    /// What methods of the program said of an exception that left it, or of one that led to it.
    #[must_use]
    pub fn told_of(&self, exception: crate::value::ExceptionRef) -> Option<&str> {
        let told = self.told.iter().rev();
        let mut told = told.filter(|(known, _)| *known == exception);
        told.next().map(|(_, text)| text.as_str())
    }

    /// A context around an empty heap.
    #[must_use]
    pub fn new(heap: Heap) -> Self {
        Self {
            heap,
            fuel: Fuel::default(),
            output: String::new(),
            redirected: [Value::Unset; 2],
            error_output: String::new(),
            standard_input: Value::Unset,
            reading: None,
            decimal_rules: crate::native::decimal::Rules::default(),
            clock: DEFAULT_CLOCK,
            started: DEFAULT_CLOCK,
            seed: 0,
            shared_random: None,
            entropy: None,
            wait: None,
            answer: None,
            thread: 0,
            starting: Value::Unset,
            reply: None,
            interrupt: None,
            deadline: None,
            owed: 0,
            calls: 0,
            begun: Vec::new(),
            told: Vec::new(),
            regexes: crate::regex::Cache::default(),
        }
    }

    /// An exception of a builtin class that may have no message.
    pub(crate) fn interruption(&mut self, class: BuiltinException, message: &str) -> Raise {
        if message.is_empty() {
            return self.heap.raise_with(class, Vec::new());
        }
        self.raise(class, message)
    }

    /// What is on its way between threads.
    pub(crate) fn threads_roots(&self) -> [Value; 2] {
        let reply = match self.reply {
            Some(Ok(value)) => value,
            Some(Err(exception)) => Value::Exception(exception),
            None => Value::Unset,
        };
        [self.starting, reply]
    }

    /// The module whose classes the objects are of.
    #[must_use]
    pub fn module(&self) -> &Arc<Module> {
        self.heap.module()
    }

    /// Pays for work that grows with its data: one unit is about ten nanoseconds, as cheap as an
    /// instruction. Charge *before* the work and before any change that the program can see: if
    /// there is not enough, the machine stops here and runs the instruction again later.
    ///
    /// # Errors
    /// [`Raise::Fuel`] if the work must wait.
    #[inline]
    pub fn charge(&mut self, units: u64) -> Result<(), Raise> {
        self.fuel.charge(units)
    }

    /// Pays for small work already begun, which cannot stop half way.
    #[inline]
    pub fn charge_debt(&mut self, units: i64) {
        self.fuel.charge_debt(units);
    }

    /// Gives fuel.
    pub fn refuel(&mut self, units: u64) {
        self.fuel.remaining = self
            .fuel
            .remaining
            .saturating_add(i64::try_from(units).unwrap_or(i64::MAX));
    }

    /// Does work for the host, which the program does not pay.
    pub fn unmetered<R>(&mut self, work: impl FnOnce(&mut Self) -> R) -> R {
        let paid = self.fuel.clone();
        self.fuel.remaining = 1 << 40;
        self.fuel.margin = 0;
        let result = work(self);
        self.fuel = paid;
        result
    }

    /// The recorded clock: microseconds since 1970 in UTC. It moves only while the machine waits.
    #[must_use]
    pub fn clock(&self) -> i64 {
        self.clock
    }

    /// The recorded seed of randomness that the program did not seed itself.
    #[must_use]
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// Makes sure that this many bytes fit before they are allocated.
    ///
    /// # Errors
    /// [`Raise::Memory`] if they do not.
    pub fn reserve(&self, bytes: usize) -> Result<(), Raise> {
        self.heap.reserve(bytes)
    }

    /// Appends to what the program printed. The output counts for memory until the host takes it.
    ///
    /// # Errors
    /// The memory limit.
    pub fn print(&mut self, text: &str) -> Result<(), Raise> {
        self.heap
            .reserve(self.output.len().saturating_add(text.len()))?;
        self.output.push_str(text);
        Ok(())
    }

    /// Appends to the standard error stream.
    ///
    /// # Errors
    /// The memory limit.
    pub fn print_error(&mut self, text: &str) -> Result<(), Raise> {
        self.heap
            .reserve(self.error_output.len().saturating_add(text.len()))?;
        self.error_output.push_str(text);
        Ok(())
    }

    // ---- errors

    /// An exception of a builtin class with a message.
    pub fn raise(&mut self, class: BuiltinException, message: impl Into<String>) -> Raise {
        self.heap.raise(class, message)
    }

    /// A TypeError.
    pub fn type_error(&mut self, message: impl Into<String>) -> Raise {
        self.raise(BuiltinException::TypeError, message)
    }

    /// A ValueError.
    pub fn value_error(&mut self, message: impl Into<String>) -> Raise {
        self.raise(BuiltinException::ValueError, message)
    }

    /// An IndexError.
    pub fn index_error(&mut self, message: impl Into<String>) -> Raise {
        self.raise(BuiltinException::IndexError, message)
    }

    /// A KeyError of a key.
    pub fn key_error(&mut self, key: Value) -> Raise {
        self.heap.raise_with(BuiltinException::KeyError, vec![key])
    }

    /// An OverflowError.
    pub fn overflow_error(&mut self, message: impl Into<String>) -> Raise {
        self.raise(BuiltinException::OverflowError, message)
    }

    /// A ZeroDivisionError.
    pub fn zero_division(&mut self, message: impl Into<String>) -> Raise {
        self.raise(BuiltinException::ZeroDivisionError, message)
    }

    /// A RecursionError.
    pub fn recursion_error(&mut self) -> Raise {
        self.raise(
            BuiltinException::RecursionError,
            "maximum recursion depth exceeded",
        )
    }

    // ---- results

    /// A string value.
    ///
    /// # Errors
    /// The memory limit.
    pub fn string(&mut self, text: impl AsRef<str>) -> Result<Value, Raise> {
        self.heap.alloc_str(text.as_ref())
    }

    /// A list value.
    ///
    /// # Errors
    /// The memory limit.
    pub fn list(&mut self, values: Vec<Value>) -> Result<Value, Raise> {
        self.heap.alloc_list(values)
    }

    /// A tuple value.
    ///
    /// # Errors
    /// The memory limit.
    pub fn tuple(&mut self, values: Vec<Value>) -> Result<Value, Raise> {
        self.heap.alloc_tuple(values)
    }

    /// An integer value of any size.
    ///
    /// # Errors
    /// The memory limit.
    pub fn int(&mut self, value: impl Into<BigInt>) -> Result<Value, Raise> {
        self.heap.alloc_int(value.into())
    }
}

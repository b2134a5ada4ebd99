//! The objects of the arenas, and the formula by which each is accounted.
//!
//! | object | bytes |
//! |---|---|
//! | any | 32 |
//! | string buffer | + 32, + its length |
//! | bytes | + 16, + its length |
//! | integer | + 24, + 8 per 64-bit digit |
//! | list, tuple | + 16, + 16 per value |
//! | slice | + 32 |
//! | instance | + 24, + 16 per value |
//! | function | + 48, + 16 per value |
//! | dict | + 80, + 56 per entry, at least four if it has any |
//! | set | + 96, + 32 per slot of a table of numbers, else 56 per element |
//! | exception | + 144, + 16 per value, + 24 per traceback entry |
//! | generator | + 64, + 16 per register |
//! | iterator | + 32, + 16 per value it owns |
//! | library value | + 32, + what it says |
//!
//! The numbers are what objects take on a 64-bit machine: their slot, what the allocator adds to
//! what lies elsewhere, a part of the room in which tables grow. They are the same on every machine.

use num_bigint::BigInt;
use salami_ir::{BuiltinException, ClassIndex, ClassRef, FunctionIndex, FunctionKind};

use super::arena::{Stored, absent};
use super::grow;
use crate::value::{DictRef, ListRef, NativeRef, SetRef, Str, TupleRef, Value};

/// What every object costs beside its content.
pub const OBJECT_SIZE: usize = 32;
/// What a string costs beside its text.
pub const STRING_SIZE: usize = 64;
/// What a value costs inside an object.
pub const VALUE_SIZE: usize = 16;
/// What a dict's entry costs.
pub const DICT_ENTRY_SIZE: usize = 56;
/// What a set's element costs.
pub const SET_ENTRY_SIZE: usize = 56;

macro_rules! sizes {
    ($($type:ty: $self:ident => $size:expr;)*) => {$(
        impl Stored for $type {
            absent!($type);

            fn size(&$self) -> usize {
                OBJECT_SIZE + $size
            }
        }
    )*};
}

sizes! {
    BigInt: self => 24 + usize::try_from(self.bits() / 64 + 1).unwrap_or(usize::MAX / 16) * 8;
    Range: self => 0;
    Slice: self => 32;
    FunctionObject: self => 48 + (self.cells.len() + 2 * self.attributes.len()) * VALUE_SIZE;
    Value: self => 0;
    Instance: self => 24 + self.fields.len() * VALUE_SIZE;
    ExceptionObject: self => 144 + (self.arguments.len() + self.fields.len()) * VALUE_SIZE + self.traceback.len() * 24;
    IteratorObject: self => 32 + self.owned() * VALUE_SIZE;
    GeneratorObject: self => 64 + self.registers.len() * VALUE_SIZE;
}

impl Stored for Vec<u8> {
    absent!(Vec<u8>);

    fn size(&self) -> usize {
        OBJECT_SIZE + 16 + self.len()
    }

    fn trim(&mut self) {
        grow::trim(self);
    }
}

impl Stored for Vec<Value> {
    absent!(Vec<Value>);

    fn size(&self) -> usize {
        OBJECT_SIZE + 16 + self.len() * VALUE_SIZE
    }

    fn trim(&mut self) {
        grow::trim(self);
    }
}

/// `range(start, stop, step)`; its numbers fit 64 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    /// The first number.
    pub start: i64,
    /// The bound it does not reach.
    pub stop: i64,
    /// The step, never 0.
    pub step: i64,
}

impl Default for Range {
    fn default() -> Self {
        Self {
            start: 0,
            stop: 0,
            step: 1,
        }
    }
}

impl Range {
    /// How many numbers it has.
    #[must_use]
    pub fn length(&self) -> u64 {
        let distance = if self.step > 0 {
            i128::from(self.stop) - i128::from(self.start)
        } else {
            i128::from(self.start) - i128::from(self.stop)
        };
        if distance <= 0 || self.step == 0 {
            return 0;
        }
        let step = i128::from(self.step).abs();
        u64::try_from((distance + step - 1) / step).unwrap_or(u64::MAX)
    }

    /// The number at `index`, which is below its length.
    #[must_use]
    pub fn at(&self, index: u64) -> i64 {
        let number = i128::from(self.start) + i128::from(index) * i128::from(self.step);
        i64::try_from(number).unwrap_or(i64::MAX)
    }
}

/// `slice(start, stop, step)`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Slice {
    /// An integer or None.
    pub start: Value,
    /// An integer or None.
    pub stop: Value,
    /// An integer or None.
    pub step: Value,
}

/// A function value: which function, and the cells it captured.
#[derive(Clone, Debug, Default)]
pub struct FunctionObject {
    /// The function of the module.
    pub function: FunctionIndex,
    /// Its captured cells.
    pub cells: Vec<Value>,
    /// What the program assigned to it, by the numbers that the checker gave the names.
    pub attributes: Vec<(u32, Value)>,
}

/// An instance of a class of the module.
#[derive(Clone, Debug, Default)]
pub struct Instance {
    /// Its class.
    pub class: ClassIndex,
    /// One value per field of the class; unset ones are `Unset`.
    pub fields: Vec<Value>,
}

/// One line of a traceback: where a frame stood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TraceEntry {
    /// The function.
    pub function: FunctionIndex,
    /// The instruction that raised or called.
    pub address: salami_ir::Address,
}

/// An exception.
#[derive(Clone, Debug)]
pub struct ExceptionObject {
    /// Its class.
    pub class: ClassRef,
    /// `e.args`.
    pub arguments: Vec<Value>,
    /// The fields of a class of the module.
    pub fields: Vec<Value>,
    /// `e.__cause__`: an exception, None or unset.
    pub cause: Value,
    /// `e.__context__`: an exception or unset.
    pub context: Value,
    /// `e.__notes__`: a list, or unset while there are none.
    pub notes: Value,
    /// Whether `raise ... from` was used, so that the context is not shown.
    pub suppress_context: bool,
    /// Where it passed, innermost first.
    pub traceback: Vec<TraceEntry>,
}

impl Default for ExceptionObject {
    fn default() -> Self {
        Self {
            class: ClassRef::Builtin(BuiltinException::BaseException),
            arguments: Vec::new(),
            fields: Vec::new(),
            cause: Value::Unset,
            context: Value::Unset,
            notes: Value::Unset,
            suppress_context: false,
            traceback: Vec::new(),
        }
    }
}

/// A native iterator. `expected` is the size the container had, to notice a change.
#[derive(Clone, Debug, Default)]
pub enum IteratorObject {
    /// At its end.
    #[default]
    Done,
    /// Over a list, live.
    List {
        /// What it walks.
        list: ListRef,
        /// The next position.
        index: usize,
    },
    /// Over a list backwards: `index` is one past the next.
    ListReversed {
        /// What it walks.
        list: ListRef,
        /// One past the next position.
        index: usize,
    },
    /// Over a tuple.
    Tuple {
        /// What it walks.
        tuple: TupleRef,
        /// The next position.
        index: usize,
    },
    /// Over the code points of a string; `offset` in bytes.
    Str {
        /// What it walks.
        text: Str,
        /// The byte where the next code point starts.
        offset: usize,
    },
    /// Over bytes.
    Bytes {
        /// What it walks.
        bytes: crate::value::BytesRef,
        /// The next position.
        index: usize,
    },
    /// Over numbers.
    Range {
        /// The next number.
        next: i64,
        /// The step.
        step: i64,
        /// How many are left.
        remaining: u64,
    },
    /// Over a dict.
    Dict {
        /// What it walks.
        dict: DictRef,
        /// Which of keys, values, items it gives.
        part: DictPart,
        /// The next entry.
        index: usize,
        /// The dict's size at the start.
        expected: usize,
        /// From the last to the first: `index` is one past the next.
        reversed: bool,
    },
    /// Over a set.
    Set {
        /// What it walks.
        set: SetRef,
        /// The next slot.
        index: usize,
        /// The set's size at the start.
        expected: usize,
    },
    /// Over values that the iterator owns.
    Values {
        /// What it gives.
        values: Vec<Value>,
        /// The next position.
        index: usize,
    },
    /// `enumerate` over a native iterator.
    Enumerate {
        /// An iterator.
        inner: Value,
        /// The next number.
        count: i64,
        /// How deep such iterators are nested.
        depth: u8,
    },
    /// `zip` over native iterators.
    Zip {
        /// The iterators.
        inner: Vec<Value>,
        /// Whether lengths must be equal.
        strict: bool,
        /// How deep such iterators are nested.
        depth: u8,
    },
    /// Over a value of the library, which knows how to walk itself.
    Native {
        /// What it walks.
        native: NativeRef,
        /// The next position.
        index: usize,
        /// How long a deque must still be; 0 for what may change.
        expected: usize,
    },
}

/// What an iterator over a dict gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the methods of a dict")]
pub enum DictPart {
    Keys,
    Values,
    Items,
}

impl IteratorObject {
    /// How many values it owns.
    #[must_use]
    pub fn owned(&self) -> usize {
        match self {
            Self::Values { values, .. } | Self::Zip { inner: values, .. } => values.len(),
            _ => 0,
        }
    }

    /// How deep iterators over iterators are nested; bounded where they are made.
    #[must_use]
    pub fn depth(&self) -> u8 {
        match self {
            Self::Enumerate { depth, .. } | Self::Zip { depth, .. } => *depth,
            _ => 0,
        }
    }
}

/// What a generator does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum GeneratorState {
    /// Not begun.
    Created,
    /// Waiting at a yield, or where it delegates to another.
    Suspended,
    /// Its frame is on the stack.
    Running,
    /// Returned, or left by an exception.
    #[default]
    Done,
}

/// A generator, coroutine or asynchronous generator: a frame that is not on the stack.
#[derive(Clone, Debug, Default)]
pub struct GeneratorObject {
    /// The function whose frame it holds.
    pub function: FunctionIndex,
    /// What calling that function makes.
    pub kind: FunctionKind,
    /// Where the frame stands, in prepared code.
    pub(crate) position: u32,
    /// Its registers, empty while it runs.
    pub registers: Vec<Value>,
    /// What it does.
    pub state: GeneratorState,
    /// The generator, coroutine or iterator whose end it waits for; unset if it waits at a yield.
    pub(crate) delegate: Value,
    /// The exception that closes it, raised in it once what it delegates to is closed; or unset.
    pub(crate) closing: Value,
}

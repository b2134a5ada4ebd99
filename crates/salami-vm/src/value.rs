//! Values: 16 bytes, `Copy`, self-describing.
//!
//! Small values are inline; others are a handle to a slot of one of the [`Heap`](crate::heap::Heap)'s
//! typed arenas. A handle that points nowhere is read as an empty object, never a panic.

use salami_ir::{BuiltinException, ClassRef, Tag};

use crate::heap::Heap;

macro_rules! handles {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub(crate) u32);
    )*};
}

macro_rules! plain_handles {
    ($($name:ident)*) => {$(
        impl crate::heap::Handle for $name {
            fn from_index(index: u32) -> Self {
                Self(index)
            }
            fn index(self) -> u32 {
                self.0
            }
        }
    )*};
}

plain_handles! {
    BigRef BytesRef ListRef TupleRef DictRef SetRef RangeRef SliceRef FunctionRef CellRef IteratorRef
    GeneratorRef ObjectRef ExceptionRef NativeRef
}

/// The buffers that no heap stores: the empty string, then the 128 of one ASCII character.
const PERMANENT_BUFFERS: u32 = 129;

impl crate::heap::Handle for BufferRef {
    fn from_index(index: u32) -> Self {
        Self(index.wrapping_add(PERMANENT_BUFFERS))
    }
    /// That of a permanent one is beyond any slot.
    fn index(self) -> u32 {
        self.0.wrapping_sub(PERMANENT_BUFFERS)
    }
}

impl BufferRef {
    /// Whether it is the same in every heap.
    pub(crate) fn is_permanent(self) -> bool {
        self.0 < PERMANENT_BUFFERS
    }
}

handles! {
    /// A string buffer, shared by the views into it.
    BufferRef
    /// An integer that does not fit 64 bits.
    BigRef
    /// Immutable bytes.
    BytesRef
    /// A list.
    ListRef
    /// A tuple.
    TupleRef
    /// A dict of any flavor.
    DictRef
    /// A set or frozenset.
    SetRef
    /// A range.
    RangeRef
    /// A slice object.
    SliceRef
    /// A function value.
    FunctionRef
    /// A captured variable.
    CellRef
    /// A native iterator.
    IteratorRef
    /// A generator, coroutine or asynchronous generator.
    GeneratorRef
    /// An instance of a class of the module that is no exception class.
    ObjectRef
    /// An instance of an exception class, builtin or the module's.
    ExceptionRef
    /// A value of the library: a date, a Decimal, a pattern, ...
    NativeRef
}

/// A string: the first `length` bytes of a buffer. Views share buffers, so that a string that
/// grows at its end is appended to in place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Str {
    pub(crate) buffer: BufferRef,
    pub(crate) length: u32,
}

impl Str {
    /// The empty string.
    pub const EMPTY: Self = Self {
        buffer: BufferRef(0),
        length: 0,
    };

    /// Length in bytes of UTF-8, not in code points (see [`Heap::char_count`]).
    #[must_use]
    pub const fn byte_length(self) -> usize {
        self.length as usize
    }
}

/// The classes of `collections` whose instances are dicts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DictType {
    /// `collections.Counter`
    Counter,
    /// `collections.defaultdict`
    DefaultDict,
    /// `collections.OrderedDict`
    OrderedDict,
}

impl DictType {
    /// The class of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        [Self::Counter, Self::DefaultDict, Self::OrderedDict]
            .into_iter()
            .find(|class| class.name() == name)
    }

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Counter => "Counter",
            Self::DefaultDict => "defaultdict",
            Self::OrderedDict => "OrderedDict",
        }
    }
}

/// A class as a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TypeRef {
    /// A builtin type, by the tag of its instances.
    Builtin(Tag),
    /// A class of `collections` whose instances are dicts.
    Dict(DictType),
    /// A builtin exception class or a class of the module.
    Class(ClassRef),
}

impl From<BuiltinException> for TypeRef {
    fn from(exception: BuiltinException) -> Self {
        Self::Class(ClassRef::Builtin(exception))
    }
}

/// A value of a program.
#[derive(Clone, Copy, Debug, Default)]
pub enum Value {
    /// Not a value: a register, cell, field or global that nothing was stored to. As a leaf's
    /// argument it stands for one that was not given.
    #[default]
    Unset,
    /// `None`.
    None,
    /// `True` or `False`.
    Bool(bool),
    /// An integer that fits 64 bits. Integers that fit are always in this form.
    Int(i64),
    /// A larger integer.
    Big(BigRef),
    /// A float; NaN is canonical (see [`Value::float`]).
    Float(f64),
    /// A string.
    Str(Str),
    /// Bytes.
    Bytes(BytesRef),
    /// A list.
    List(ListRef),
    /// A tuple.
    Tuple(TupleRef),
    /// A dict of any flavor.
    Dict(DictRef),
    /// The view `d.keys()`.
    DictKeys(DictRef),
    /// The view `d.values()`.
    DictValues(DictRef),
    /// The view `d.items()`.
    DictItems(DictRef),
    /// A set or frozenset: the object says which.
    Set(SetRef),
    /// A range.
    Range(RangeRef),
    /// A slice object.
    Slice(SliceRef),
    /// A function.
    Function(FunctionRef),
    /// A captured variable's cell.
    Cell(CellRef),
    /// A native iterator.
    Iterator(IteratorRef),
    /// A generator, coroutine or asynchronous generator: the object says which.
    Generator(GeneratorRef),
    /// An instance of a class of the module.
    Object(ObjectRef),
    /// An exception.
    Exception(ExceptionRef),
    /// A class.
    Type(TypeRef),
    /// A value of the library.
    Native(NativeRef),
    /// `...`
    Ellipsis,
}

const _: () = assert!(size_of::<Value>() == 16, "values are copied everywhere");

impl Value {
    /// A float with NaN made canonical: no program can tell one NaN from another.
    #[must_use]
    pub const fn float(value: f64) -> Self {
        if value.is_nan() {
            Self::Float(f64::NAN)
        } else {
            Self::Float(value)
        }
    }

    /// The kind of the value, as registers types name it.
    #[must_use]
    pub fn tag(self, heap: &Heap) -> Tag {
        match self {
            Self::Unset => Tag::Unset,
            Self::None => Tag::None,
            Self::Bool(_) => Tag::Bool,
            Self::Int(_) | Self::Big(_) => Tag::Int,
            Self::Float(_) => Tag::Float,
            Self::Str(_) => Tag::Str,
            Self::Bytes(_) => Tag::Bytes,
            Self::List(_) => Tag::List,
            Self::Tuple(_) => Tag::Tuple,
            Self::Dict(_) => Tag::Dict,
            Self::DictKeys(_) => Tag::DictKeys,
            Self::DictValues(_) => Tag::DictValues,
            Self::DictItems(_) => Tag::DictItems,
            Self::Set(set) => {
                if heap.set(set).is_frozen() {
                    Tag::FrozenSet
                } else {
                    Tag::Set
                }
            }
            Self::Range(_) => Tag::Range,
            Self::Slice(_) => Tag::Slice,
            Self::Function(_) => Tag::Function,
            Self::Cell(_) => Tag::Cell,
            Self::Iterator(_) => Tag::Iterator,
            Self::Generator(generator) => {
                let made = heap.generator(generator).kind.made();
                made.unwrap_or(Tag::Generator)
            }
            Self::Object(_) | Self::Exception(_) => Tag::Object,
            Self::Type(_) => Tag::Type,
            Self::Native(native) => heap.native(native).tag(),
            Self::Ellipsis => Tag::Ellipsis,
        }
    }

    /// Whether nothing was stored here.
    #[must_use]
    pub const fn is_unset(self) -> bool {
        matches!(self, Self::Unset)
    }

    /// Whether it is `None`.
    #[must_use]
    pub const fn is_none(self) -> bool {
        matches!(self, Self::None)
    }
}

impl PartialEq for Value {
    /// The same bits: `1` and `1.0` are two values. For tests and tables of constants; programs
    /// compare with [`crate::ops::equal`].
    fn eq(&self, other: &Self) -> bool {
        crate::ops::identical(*self, *other)
    }
}

//! The heap: typed arenas, exact accounting, and a non-moving mark-and-sweep collector.
//!
//! Invariants. Nothing moves and nothing is freed but in [`Heap::collect`], which the machine
//! calls between instructions only: a leaf may hold handles freely. Every accessor is total.
//! `used` counts each live or not yet collected object by the formula of [`object`], so it
//! depends on what the program did and on nothing else.

mod arena;
mod collect;
mod dict;
pub(crate) mod grow;
pub mod object;
mod rare;
mod set;
mod string;

use std::sync::Arc;

use num_bigint::BigInt;
use num_traits::ToPrimitive;
use salami_ir::{BuiltinException, ClassRef, Module};

pub(crate) use arena::absent;
pub use arena::{Arena, Handle, Stored};
pub use dict::{DictEntry, DictObject, Flavor};
use rare::RareArena;
pub(crate) use set::SetSlot;
pub use set::{SetHash, SetObject};
pub use string::Buffer;
use string::permanent;

use crate::hash::HashKey;
use crate::native::Native;
use crate::raise::Raise;
use crate::value::{
    BigRef, BufferRef, BytesRef, CellRef, DictRef, ExceptionRef, FunctionRef, GeneratorRef,
    IteratorRef, ListRef, NativeRef, ObjectRef, RangeRef, SetRef, SliceRef, Str, TupleRef, Value,
};
use object::{
    ExceptionObject, FunctionObject, GeneratorObject, Instance, IteratorObject, Range, STRING_SIZE,
    Slice, VALUE_SIZE,
};

/// A heap smaller than this is not collected for its growth alone.
const FIRST_COLLECTION: usize = 4 << 20;

/// All objects of a machine.
#[derive(Clone, Debug)]
pub struct Heap {
    buffers: Arena<BufferRef, Buffer>,
    bigs: RareArena<BigRef, BigInt>,
    bytes: RareArena<BytesRef, Vec<u8>>,
    lists: Arena<ListRef, Vec<Value>>,
    tuples: Arena<TupleRef, Vec<Value>>,
    dicts: Arena<DictRef, DictObject>,
    sets: RareArena<SetRef, SetObject>,
    ranges: RareArena<RangeRef, Range>,
    slices: RareArena<SliceRef, Slice>,
    functions: Arena<FunctionRef, FunctionObject>,
    /// The values of functions that capture nothing, by function: each is one object.
    plain_functions: Vec<Option<FunctionRef>>,
    cells: Arena<CellRef, Value>,
    iterators: Arena<IteratorRef, IteratorObject>,
    generators: RareArena<GeneratorRef, GeneratorObject>,
    objects: Arena<ObjectRef, Instance>,
    exceptions: RareArena<ExceptionRef, ExceptionObject>,
    natives: RareArena<NativeRef, Native>,
    key: HashKey,
    module: Arc<Module>,
    used: usize,
    peak: usize,
    limit: usize,
    next_collection: usize,
    collections: u64,
    /// Whether every safepoint collects (for tests of the collector).
    stress: bool,
}

macro_rules! arenas {
    ($($field:ident, $get:ident, $get_mut:ident, $alloc:ident, $handle:ident, $object:ty, $variant:ident;)*) => {$(
        impl Heap {
            #[doc = concat!("The object of a `", stringify!($handle), "`.")]
            #[inline]
            #[must_use]
            pub fn $get(&self, handle: $handle) -> &$object {
                self.$field.get(handle)
            }

            #[doc = concat!("The object of a `", stringify!($handle), "` for writing that does not change its size.")]
            #[inline]
            pub fn $get_mut(&mut self, handle: $handle) -> &mut $object {
                self.$field.get_mut(handle)
            }

            #[doc = concat!("A new `", stringify!($variant), "`.\n\n# Errors\nThe memory limit.")]
            #[inline]
            pub fn $alloc(&mut self, object: $object) -> Result<Value, Raise> {
                self.reserve(self.$field.growth())?;
                self.account(Stored::size(&object))?;
                Ok(Value::$variant(self.$field.insert(object)))
            }
        }
    )*};
}

arenas! {
    bytes, bytes, bytes_mut, alloc_bytes, BytesRef, Vec<u8>, Bytes;
    lists, list_vec, list_mut, alloc_list, ListRef, Vec<Value>, List;
    tuples, tuple_vec, tuple_mut, alloc_tuple, TupleRef, Vec<Value>, Tuple;
    dicts, dict, dict_mut, alloc_dict, DictRef, DictObject, Dict;
    sets, set, set_mut, alloc_set, SetRef, SetObject, Set;
    ranges, range, range_mut, alloc_range, RangeRef, Range, Range;
    slices, slice, slice_mut, alloc_slice, SliceRef, Slice, Slice;
    functions, function, function_mut, alloc_function, FunctionRef, FunctionObject, Function;
    cells, cell, cell_mut, alloc_cell, CellRef, Value, Cell;
    iterators, iterator, iterator_mut, alloc_iterator, IteratorRef, IteratorObject, Iterator;
    generators, generator, generator_mut, alloc_generator, GeneratorRef, GeneratorObject, Generator;
    objects, object, object_mut, alloc_object, ObjectRef, Instance, Object;
    exceptions, exception, exception_mut, alloc_exception, ExceptionRef, ExceptionObject, Exception;
    natives, native, native_mut, alloc_native, NativeRef, Native, Native;
}

macro_rules! modifiers {
    ($($name:ident, $field:ident, $handle:ident, $object:ty;)*) => {$(
        impl Heap {
            /// Changes an object in a way that may change its size. Growth must have been
            /// reserved before (see [`Heap::reserve`]); here it is only counted.
            #[inline]
            pub fn $name<R>(&mut self, handle: $handle, change: impl FnOnce(&mut $object) -> R) -> R {
                let object = self.$field.get_mut(handle);
                let before = object.size();
                let result = change(object);
                object.trim();
                let after = object.size();
                self.used = self.used.saturating_add(after).saturating_sub(before);
                self.peak = self.peak.max(self.used);
                result
            }
        }
    )*};
}

modifiers! {
    modify_list, lists, ListRef, Vec<Value>;
    modify_dict, dicts, DictRef, DictObject;
    modify_set, sets, SetRef, SetObject;
    modify_iterator, iterators, IteratorRef, IteratorObject;
    modify_exception, exceptions, ExceptionRef, ExceptionObject;
    modify_native, natives, NativeRef, Native;
    modify_generator, generators, GeneratorRef, GeneratorObject;
}

impl Heap {
    /// An empty heap for objects of the module's classes. `limit` in accounted bytes.
    #[must_use]
    pub fn new(module: Arc<Module>, limit: usize, key: HashKey) -> Self {
        Self {
            buffers: Arena::default(),
            bigs: RareArena::default(),
            bytes: RareArena::default(),
            lists: Arena::default(),
            tuples: Arena::default(),
            dicts: Arena::default(),
            sets: RareArena::default(),
            ranges: RareArena::default(),
            slices: RareArena::default(),
            functions: Arena::default(),
            plain_functions: Vec::new(),
            cells: Arena::default(),
            iterators: Arena::default(),
            generators: RareArena::default(),
            objects: Arena::default(),
            exceptions: RareArena::default(),
            natives: RareArena::default(),
            key,
            module,
            used: 0,
            peak: 0,
            limit,
            next_collection: FIRST_COLLECTION,
            collections: 0,
            stress: false,
        }
    }

    /// The module whose classes the objects are of.
    #[must_use]
    pub fn module(&self) -> &Arc<Module> {
        &self.module
    }

    /// The key of all tables.
    #[must_use]
    pub fn key(&self) -> HashKey {
        self.key
    }

    /// Accounted bytes in use, garbage included.
    #[must_use]
    pub fn used(&self) -> usize {
        self.used
    }

    /// The most that was ever in use.
    #[must_use]
    pub fn peak(&self) -> usize {
        self.peak
    }

    /// The limit.
    #[must_use]
    pub fn limit(&self) -> usize {
        self.limit
    }

    /// Sets the limit.
    pub(crate) fn set_limit(&mut self, limit: usize) {
        self.limit = limit;
    }

    /// Counts the most that is in use from here on.
    pub(crate) fn restart_peak(&mut self) {
        self.peak = self.used;
    }

    /// Makes sure that this many accounted bytes more fit. Reserve before you grow anything.
    ///
    /// # Errors
    /// [`Raise::Memory`] if they do not.
    #[inline]
    pub fn reserve(&self, bytes: usize) -> Result<(), Raise> {
        if bytes > self.limit.saturating_sub(self.used) {
            Err(Raise::Memory(bytes))
        } else {
            Ok(())
        }
    }

    /// Reserves and counts.
    #[inline]
    pub(crate) fn account(&mut self, bytes: usize) -> Result<(), Raise> {
        self.reserve(bytes)?;
        self.used += bytes;
        self.peak = self.peak.max(self.used);
        Ok(())
    }

    // ---- strings

    /// A new string. A single ASCII character is not allocated.
    ///
    /// # Errors
    /// The memory limit.
    pub fn alloc_str(&mut self, text: &str) -> Result<Value, Raise> {
        if let Some(single) = Self::single(text) {
            return Ok(Value::Str(single));
        }
        self.account(STRING_SIZE + text.len())?;
        Ok(self.insert_buffer(text.to_owned()))
    }

    /// A new string from text that is owned already. O(length).
    ///
    /// # Errors
    /// The memory limit.
    pub fn alloc_string(&mut self, text: String) -> Result<Value, Raise> {
        if let Some(single) = Self::single(&text) {
            return Ok(Value::Str(single));
        }
        self.account(STRING_SIZE + text.len())?;
        Ok(self.insert_buffer(text))
    }

    /// The string of one character.
    ///
    /// # Errors
    /// The memory limit.
    #[inline]
    pub fn alloc_char(&mut self, character: char) -> Result<Value, Raise> {
        if character.is_ascii() {
            return Ok(Value::Str(Str {
                buffer: BufferRef(character as u32 + 1),
                length: 1,
            }));
        }
        let mut bytes = [0; 4];
        self.alloc_str(character.encode_utf8(&mut bytes))
    }

    fn single(text: &str) -> Option<Str> {
        match text.as_bytes() {
            [] => Some(Str::EMPTY),
            &[byte] => Some(Str {
                buffer: BufferRef(u32::from(byte) + 1),
                length: 1,
            }),
            _ => None,
        }
    }

    fn insert_buffer(&mut self, text: String) -> Value {
        let length = u32::try_from(text.len()).unwrap_or(u32::MAX);
        Value::Str(Str {
            buffer: self.buffers.insert(Buffer::new(text)),
            length,
        })
    }

    /// A buffer that is filled later.
    pub(crate) fn empty_buffer(&mut self) -> Result<BufferRef, Raise> {
        self.reserve(self.buffers.growth())?;
        self.account(STRING_SIZE)?;
        Ok(self.buffers.insert(Buffer::default()))
    }

    /// Fills it.
    pub(crate) fn fill_buffer(&mut self, handle: BufferRef, text: &str) -> Result<(), Raise> {
        self.account(text.len())?;
        *self.buffers.get_mut(handle) = Buffer::new(text.to_owned());
        Ok(())
    }

    /// The buffer of a string that is not the same in every heap.
    pub(crate) fn buffer(&self, handle: BufferRef) -> &Buffer {
        self.buffers.get(handle)
    }

    /// Lets appending to a string make a new one always: constants stay as they are.
    pub(crate) fn seal(&mut self, text: Str) {
        if !Self::is_permanent(text) {
            self.buffers.get_mut(text.buffer).seal();
        }
    }

    /// Whether a string is the same in every heap.
    #[must_use]
    pub(crate) fn is_permanent(text: Str) -> bool {
        text.buffer.is_permanent()
    }

    /// The text of a string.
    #[inline]
    #[must_use]
    pub fn str(&self, text: Str) -> &str {
        match self.buffers.find(text.buffer) {
            Some(buffer) => buffer.view(text.length as usize),
            None => permanent(text),
        }
    }

    /// Whether it has ASCII characters only, which makes positions and bytes the same.
    #[inline]
    #[must_use]
    pub fn is_ascii(&self, text: Str) -> bool {
        let buffer = self.buffers.find(text.buffer);
        buffer.is_none_or(|buffer| buffer.is_ascii(text.length as usize))
    }

    /// `len(text)`: code points. O(1) for ASCII, else O(log length).
    #[must_use]
    pub fn char_count(&self, text: Str) -> usize {
        let length = text.length as usize;
        let buffer = self.buffers.find(text.buffer);
        buffer.map_or(length, |buffer| buffer.char_count(length))
    }

    /// The byte offset of code point `index`, at most the view's length. O(1).
    #[must_use]
    pub fn byte_offset(&self, text: Str, index: usize) -> usize {
        let buffer = self.buffers.find(text.buffer);
        let offset = buffer.map_or(index, |buffer| buffer.byte_offset(index));
        offset.min(text.length as usize)
    }

    /// The string of code points `start..end` (in code points, clamped).
    ///
    /// # Errors
    /// The memory limit.
    pub fn substring(&mut self, text: Str, start: usize, end: usize) -> Result<Value, Raise> {
        let from = self.byte_offset(text, start);
        let to = self.byte_offset(text, end).max(from);
        if from == 0 && to == text.length as usize {
            return Ok(Value::Str(text));
        }
        self.reserve(STRING_SIZE + (to - from))?;
        let part = self.str(text).get(from..to).unwrap_or("").to_owned();
        self.alloc_string(part)
    }

    /// How many bytes [`Heap::append`] will copy.
    #[inline]
    #[must_use]
    pub fn copied_by_append(&self, left: Str, right: Str) -> usize {
        let right = right.length as usize;
        let buffer = self.buffers.find(left.buffer);
        if buffer.is_some_and(|buffer| buffer.ends_at(left.length)) {
            right
        } else {
            left.length as usize + right
        }
    }

    /// `left + right`. Amortised O(length of right) if `left` ends where its buffer ends.
    ///
    /// # Errors
    /// The memory limit.
    pub fn append(&mut self, left: Str, right: Str) -> Result<Value, Raise> {
        if left.length == 0 {
            return Ok(Value::Str(right));
        }
        if right.length == 0 {
            return Ok(Value::Str(left));
        }
        let Some(length) = left.length.checked_add(right.length) else {
            return Err(Raise::Memory(usize::MAX));
        };
        let buffer = self.buffers.find(left.buffer);
        if buffer.is_some_and(|buffer| buffer.ends_at(left.length)) {
            // Growing holds the old and the new text for a moment, at most once in an eighth of it.
            self.reserve(grow::passing(left.length as usize, length as usize, 1))?;
            self.account(right.length as usize)?;
            if left.buffer == right.buffer {
                let more = self.str(right).to_owned();
                self.buffers.get_mut(left.buffer).push(&more);
            } else {
                // The buffer is taken out and put back, so that the other can be read meanwhile.
                let mut buffer = core::mem::take(self.buffers.get_mut(left.buffer));
                buffer.push(self.str(right));
                *self.buffers.get_mut(left.buffer) = buffer;
            }
            return Ok(Value::Str(Str {
                buffer: left.buffer,
                length,
            }));
        }
        self.account(STRING_SIZE + length as usize)?;
        let mut text = String::with_capacity(length as usize);
        text.push_str(self.str(left));
        text.push_str(self.str(right));
        Ok(self.insert_buffer(text))
    }

    // ---- integers

    /// The large integer.
    #[must_use]
    pub fn big(&self, big: BigRef) -> &BigInt {
        self.bigs.get(big)
    }

    /// An integer of any size, in the one form for its size.
    ///
    /// # Errors
    /// The memory limit.
    pub fn alloc_int(&mut self, value: BigInt) -> Result<Value, Raise> {
        if let Some(small) = value.to_i64() {
            return Ok(Value::Int(small));
        }
        self.account(value.size())?;
        Ok(Value::Big(self.bigs.insert(value)))
    }

    /// A large integer that is filled later.
    pub(crate) fn empty_big(&mut self) -> Result<Value, Raise> {
        self.reserve(self.bigs.growth())?;
        self.account(BigInt::ZERO.size())?;
        Ok(Value::Big(self.bigs.insert(BigInt::ZERO)))
    }

    /// Fills it.
    pub(crate) fn fill_big(&mut self, handle: BigRef, value: BigInt) -> Result<(), Raise> {
        self.account(value.size().saturating_sub(BigInt::ZERO.size()))?;
        *self.bigs.get_mut(handle) = value;
        Ok(())
    }

    // ---- lists and tuples

    /// The values of a list.
    #[inline]
    #[must_use]
    pub fn list(&self, list: ListRef) -> &[Value] {
        self.lists.get(list)
    }

    /// The values of a tuple.
    #[inline]
    #[must_use]
    pub fn tuple(&self, tuple: TupleRef) -> &[Value] {
        self.tuples.get(tuple)
    }

    /// Appends to a list.
    ///
    /// # Errors
    /// The memory limit.
    #[inline]
    pub fn list_push(&mut self, list: ListRef, value: Value) -> Result<(), Raise> {
        let length = self.lists.get(list).len();
        if grow::is_step(length) {
            self.reserve(grow::next_step(length) * VALUE_SIZE)?;
        }
        self.account(VALUE_SIZE)?;
        let list = self.lists.get_mut(list);
        grow::make_room(list);
        list.push(value);
        Ok(())
    }

    /// Makes room in a list for so many values more, which need not all come.
    ///
    /// # Errors
    /// The memory limit.
    pub fn grow_list(&mut self, list: ListRef, more: usize) -> Result<(), Raise> {
        let wanted = self.list(list).len().saturating_add(more);
        let content = more.saturating_mul(VALUE_SIZE);
        self.reserve(content.saturating_add(grow::passing(
            self.list(list).len(),
            wanted,
            VALUE_SIZE,
        )))?;
        grow::make_room_for(self.lists.get_mut(list), more);
        Ok(())
    }

    // ---- exceptions

    /// An exception of a builtin class with one message, ready to return as an error.
    pub fn raise(&mut self, class: BuiltinException, message: impl Into<String>) -> Raise {
        match self.alloc_string(message.into()) {
            Ok(message) => self.raise_with(class, vec![message]),
            Err(raise) => raise,
        }
    }

    /// An exception of a builtin class with these arguments, ready to return as an error.
    pub fn raise_with(&mut self, class: BuiltinException, arguments: Vec<Value>) -> Raise {
        let object = ExceptionObject {
            class: ClassRef::Builtin(class),
            arguments,
            ..ExceptionObject::default()
        };
        match self.alloc_exception(object) {
            Ok(Value::Exception(exception)) => Raise::Exception(exception),
            Ok(_) => Raise::Internal("an exception was stored as something else"),
            Err(raise) => raise,
        }
    }
}

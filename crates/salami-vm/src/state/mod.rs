//! The state of a machine: all that decides how it goes on, and nothing else. It is written out as
//! bytes, from which a machine can be made again, or hashed.
//!
//! The state is walked in an order that it defines itself: first the frames, outermost first, in terms
//! of the IR (function, instruction, registers that may still be read), then what else the machine
//! holds, then each object in the order in which it was first met, then the texts. Objects are named by
//! that order, constants by their place in the module; so neither handles nor hash keys, addresses or
//! the forms of prepared code are in it. `docs/snapshot-format.md` describes the bytes.
//!
//! Not state: output that the host has not taken yet, fuel, accounts of memory, caches, what was read
//! ahead of streams.

mod liveness;
mod natives;
mod objects;
mod places;
mod read;
mod sink;

use std::collections::VecDeque;

use salami_ir::ClassRef;

use crate::data::Data;
use crate::heap::{Handle as _, Heap};
use crate::machine::Machine;
use crate::prepare::Program;
use crate::value::{BufferRef, DictType, Str, TypeRef, Value};
use crate::wait::{Answer, Call};

pub(crate) use liveness::Liveness;
pub(crate) use natives::{read_randomness, write_randomness};
pub(crate) use places::{Places, Standing};
pub use read::StateError;
pub(crate) use read::{Bytes, Reader, registers_are_of_their_types, resumes};
pub(crate) use sink::Sink;
use sink::zigzag;

/// How many kinds of objects are met by their handles.
const KINDS: usize = 16;
const BUFFERS: usize = 14;
const BIGS: usize = 15;
/// Marks the number of a constant among those of objects.
const CONSTANT: u32 = 1 << 31;

/// The first byte of a value; a small integer has the highest bit.
pub(crate) mod tag {
    pub(crate) const UNSET: u8 = 0;
    pub(crate) const NONE: u8 = 1;
    pub(crate) const FALSE: u8 = 2;
    pub(crate) const TRUE: u8 = 3;
    pub(crate) const ELLIPSIS: u8 = 4;
    pub(crate) const FLOAT: u8 = 5;
    pub(crate) const CONSTANT: u8 = 6;
    pub(crate) const CHARACTER: u8 = 7;
    pub(crate) const EMPTY: u8 = 8;
    pub(crate) const STR: u8 = 9;
    pub(crate) const BIG: u8 = 10;
    pub(crate) const TYPE: u8 = 11;
    pub(crate) const BYTES: u8 = 12;
    pub(crate) const LIST: u8 = 13;
    pub(crate) const TUPLE: u8 = 14;
    pub(crate) const DICT: u8 = 15;
    pub(crate) const DICT_KEYS: u8 = 16;
    pub(crate) const DICT_VALUES: u8 = 17;
    pub(crate) const DICT_ITEMS: u8 = 18;
    pub(crate) const SET: u8 = 19;
    pub(crate) const RANGE: u8 = 20;
    pub(crate) const SLICE: u8 = 21;
    pub(crate) const FUNCTION: u8 = 22;
    pub(crate) const CELL: u8 = 23;
    pub(crate) const ITERATOR: u8 = 24;
    pub(crate) const GENERATOR: u8 = 25;
    pub(crate) const OBJECT: u8 = 26;
    pub(crate) const EXCEPTION: u8 = 27;
    pub(crate) const NATIVE: u8 = 28;
    /// A function that captures nothing and that the program gave no attributes.
    pub(crate) const PLAIN_FUNCTION: u8 = 29;
    /// In a set of numbers: where an element was.
    pub(crate) const REMOVED: u8 = 30;
    /// An integer: six bits of it, and whether more follow.
    pub(crate) const INTEGER: u8 = 0x80;
    pub(crate) const MORE: u8 = 0x40;
}

/// A walk over the state.
pub(crate) struct Walk<'a> {
    pub(crate) heap: &'a Heap,
    pub(crate) program: &'a Program,
    pub(crate) sink: Sink,
    /// By kind and handle, the number of each object that was met, or of each constant; 0 for none.
    numbers: [Vec<u32>; KINDS],
    met: u32,
    /// Objects that were met and not written yet.
    pending: VecDeque<Value>,
    /// The buffers that were met, and how much of each is seen.
    texts: Vec<(BufferRef, u32)>,
}

impl<'a> Walk<'a> {
    fn new(heap: &'a Heap, program: &'a Program, constants: &[Value], sink: Sink) -> Self {
        let mut walk = Self {
            heap,
            program,
            sink,
            numbers: core::array::from_fn(|_| Vec::new()),
            met: 0,
            pending: VecDeque::new(),
            texts: Vec::new(),
        };
        for (number, constant) in (CONSTANT..).zip(constants) {
            let (kind, index) = match *constant {
                Value::Str(text) if !Heap::is_permanent(text) => (BUFFERS, text.buffer.index()),
                Value::Big(big) => (BIGS, big.0),
                Value::Bytes(bytes) => (0, bytes.0),
                Value::Tuple(tuple) => (2, tuple.0),
                _ => continue,
            };
            *walk.number(kind, index) = number;
        }
        walk
    }

    /// Where the number of an object is kept.
    fn number(&mut self, kind: usize, index: u32) -> &mut u32 {
        let numbers = &mut self.numbers[kind % KINDS];
        let index = index as usize;
        if numbers.len() <= index {
            numbers.resize(index + 1, 0);
        }
        &mut numbers[index]
    }

    /// An object, which is new (0) or was met before: so many objects ago.
    fn object(&mut self, tag: u8, kind: usize, index: u32, value: Value) {
        let met = self.met;
        let number = self.number(kind, index);
        if *number & CONSTANT != 0 {
            let constant = *number & !CONSTANT;
            self.sink.byte(tag::CONSTANT);
            self.sink.number(u64::from(constant));
            return;
        }
        let ago = if *number == 0 {
            *number = met + 1;
            self.met = met + 1;
            self.pending.push_back(value);
            0
        } else {
            met + 1 - *number
        };
        self.sink.byte(tag);
        self.sink.number(u64::from(ago));
    }

    /// A value; what it refers to is written later.
    pub(crate) fn value(&mut self, value: Value) {
        match value {
            Value::Unset => self.sink.byte(tag::UNSET),
            Value::None => self.sink.byte(tag::NONE),
            Value::Bool(false) => self.sink.byte(tag::FALSE),
            Value::Bool(true) => self.sink.byte(tag::TRUE),
            Value::Ellipsis => self.sink.byte(tag::ELLIPSIS),
            Value::Int(number) => {
                let number = zigzag(number);
                let first = tag::INTEGER | (number & 0x3f) as u8;
                if number < 0x40 {
                    self.sink.byte(first);
                } else {
                    self.sink.byte(first | tag::MORE);
                    self.sink.number(number >> 6);
                }
            }
            Value::Float(number) => {
                self.sink.byte(tag::FLOAT);
                self.sink.float(number);
            }
            Value::Str(text) => self.text(text),
            Value::Type(class) => {
                self.sink.byte(tag::TYPE);
                self.class(class);
            }
            Value::Big(handle) => self.object(tag::BIG, BIGS, handle.0, value),
            Value::Bytes(handle) => self.object(tag::BYTES, 0, handle.0, value),
            Value::List(handle) => self.object(tag::LIST, 1, handle.0, value),
            Value::Tuple(handle) => self.object(tag::TUPLE, 2, handle.0, value),
            Value::Dict(handle) => self.object(tag::DICT, 3, handle.0, value),
            Value::DictKeys(handle) => {
                self.object(tag::DICT_KEYS, 3, handle.0, Value::Dict(handle));
            }
            Value::DictValues(handle) => {
                self.object(tag::DICT_VALUES, 3, handle.0, Value::Dict(handle));
            }
            Value::DictItems(handle) => {
                self.object(tag::DICT_ITEMS, 3, handle.0, Value::Dict(handle));
            }
            Value::Set(handle) => self.object(tag::SET, 4, handle.0, value),
            Value::Range(handle) => self.object(tag::RANGE, 5, handle.0, value),
            Value::Slice(handle) => self.object(tag::SLICE, 6, handle.0, value),
            Value::Function(handle) => {
                let object = self.heap.function(handle);
                let is_plain = self.heap.plain_function(object.function) == Some(value);
                if is_plain && object.attributes.is_empty() {
                    self.sink.byte(tag::PLAIN_FUNCTION);
                    self.sink.number(u64::from(object.function.0));
                } else {
                    self.object(tag::FUNCTION, 7, handle.0, value);
                }
            }
            Value::Cell(handle) => self.object(tag::CELL, 8, handle.0, value),
            Value::Iterator(handle) => self.object(tag::ITERATOR, 9, handle.0, value),
            Value::Generator(handle) => self.object(tag::GENERATOR, 10, handle.0, value),
            Value::Object(handle) => self.object(tag::OBJECT, 11, handle.0, value),
            Value::Exception(handle) => self.object(tag::EXCEPTION, 12, handle.0, value),
            Value::Native(handle) => self.object(tag::NATIVE, 13, handle.0, value),
        }
    }

    /// Several values, their number first.
    pub(crate) fn values(&mut self, values: &[Value]) {
        self.sink.length(values.len());
        self.all(values);
    }

    /// Several values, whose number is known.
    pub(crate) fn all(&mut self, values: &[Value]) {
        for &value in values {
            self.value(value);
        }
    }

    /// The items of a list or tuple: integers of one width, in bits, where that takes fewer bytes.
    pub(super) fn items(&mut self, items: &[Value]) {
        let count = (items.len() as u64) << 1;
        let Some(width) = packed_width(items) else {
            self.sink.number(count);
            return self.all(items);
        };
        self.sink.number(count | 1);
        self.sink.byte(width as u8);
        let (mut bits, mut held) = (0_u128, 0);
        for item in items {
            if let Value::Int(number) = *item {
                let number = zigzag(number);
                bits |= u128::from(number) << held;
                held += width;
                while held >= 8 {
                    self.sink.byte(bits as u8);
                    bits >>= 8;
                    held -= 8;
                }
            }
        }
        if held > 0 {
            self.sink.byte(bits as u8);
        }
    }

    /// A text is a view of the first bytes of a buffer: buffers are shared, as appending to one costs
    /// less where it ends.
    pub(crate) fn text(&mut self, text: Str) {
        if Heap::is_permanent(text) {
            match self.heap.str(text).as_bytes().first() {
                None => self.sink.byte(tag::EMPTY),
                Some(&character) => {
                    self.sink.byte(tag::CHARACTER);
                    self.sink.byte(character);
                }
            }
            return;
        }
        let count = u32::try_from(self.texts.len()).unwrap_or(u32::MAX);
        let number = self.number(BUFFERS, text.buffer.index());
        if *number & CONSTANT != 0 {
            let constant = *number & !CONSTANT;
            self.sink.byte(tag::CONSTANT);
            self.sink.number(u64::from(constant));
            return;
        }
        let ago = if *number == 0 {
            *number = count + 1;
            self.texts.push((text.buffer, text.length));
            0
        } else {
            let place = *number - 1;
            if let Some((_, seen)) = self.texts.get_mut(place as usize) {
                *seen = text.length.max(*seen);
            }
            count - place
        };
        self.sink.byte(tag::STR);
        self.sink.number(u64::from(ago));
        self.sink.number(u64::from(text.length));
    }

    fn class(&mut self, class: TypeRef) {
        match class {
            TypeRef::Builtin(tag) => {
                self.sink.byte(0);
                self.sink.byte(tag as u8);
            }
            TypeRef::Dict(dict) => {
                self.sink.byte(1);
                self.sink.byte(match dict {
                    DictType::Counter => 0,
                    DictType::DefaultDict => 1,
                    DictType::OrderedDict => 2,
                });
            }
            TypeRef::Class(class) => {
                self.sink.byte(2);
                self.class_ref(class);
            }
        }
    }

    pub(crate) fn class_ref(&mut self, class: ClassRef) {
        self.sink.number(match class {
            ClassRef::Builtin(exception) => (exception as u64) << 1,
            ClassRef::Module(class) => u64::from(class.0) << 1 | 1,
        });
    }

    /// Data beside the heap: what goes out and comes in.
    pub(crate) fn data(&mut self, data: &Data) {
        let mut pending = vec![data];
        while let Some(data) = pending.pop() {
            match data {
                Data::None => self.sink.byte(0),
                Data::Bool(truth) => self.sink.byte(1 + u8::from(*truth)),
                Data::Int(number) => {
                    self.sink.byte(3);
                    self.sink.block(&number.to_signed_bytes_le());
                }
                Data::Float(number) => {
                    self.sink.byte(4);
                    self.sink.float(*number);
                }
                Data::Str(text) => {
                    self.sink.byte(5);
                    self.sink.string(text);
                }
                Data::List(items) => {
                    self.sink.byte(6);
                    self.sink.length(items.len());
                    pending.extend(items.iter().rev());
                }
                Data::Dict(items) => {
                    self.sink.byte(7);
                    self.sink.length(items.len());
                    for (name, _) in items {
                        self.sink.string(name);
                    }
                    pending.extend(items.iter().rev().map(|(_, item)| item));
                }
            }
        }
    }

    pub(crate) fn call(&mut self, call: &Call) {
        let Call {
            service,
            arguments,
            sequence,
        } = call;
        self.sink.string(service);
        self.sink.number(*sequence);
        self.sink.length(arguments.len());
        for (name, data) in arguments {
            self.sink.string(name);
            self.data(data);
        }
    }

    pub(crate) fn answer(&mut self, answer: &Answer) {
        match answer {
            Answer::Value(data) => {
                self.sink.byte(0);
                self.data(data);
            }
            Answer::Error(message) => {
                self.sink.byte(1);
                self.sink.string(message);
            }
        }
    }

    /// Writes all objects that were met, and those that they hold; then the texts.
    fn rest(&mut self) {
        while let Some(value) = self.pending.pop_front() {
            self.content(value);
        }
        for (handle, seen) in core::mem::take(&mut self.texts) {
            let buffer = self.heap.buffer(handle);
            let text = buffer.view(seen as usize);
            // Where nobody sees the end, appending copies.
            let is_sealed = buffer.is_sealed() || buffer.text().len() > text.len();
            self.sink
                .number((text.len() as u64) << 1 | u64::from(is_sealed));
            self.sink.bytes(text.as_bytes());
        }
    }
}

/// The bits that each of some integers takes, where that is less than writing each by itself.
pub(super) fn packed_width(items: &[Value]) -> Option<usize> {
    let (mut all, mut size) = (1, 0);
    for item in items {
        let Value::Int(number) = *item else {
            return None;
        };
        let number = zigzag(number);
        all |= number;
        let more = (64 - (number >> 6).leading_zeros() as usize).div_ceil(7);
        size += 1 + more;
    }
    let width = 64 - all.leading_zeros() as usize;
    ((items.len() * width).div_ceil(8) + 1 < size).then_some(width)
}

impl Machine {
    /// The state as bytes, of which [`Machine::restored`] makes a machine again. What an execution has
    /// once for all its threads is not in them. O(what the program can still reach).
    pub(crate) fn state(&self) -> Vec<u8> {
        self.walked(Sink::keeping(), false).into_bytes()
    }

    /// The hash of its state, the same on every platform; where it has ended, of what it left: where it
    /// stood then is no matter. O(what the program can still reach).
    pub(crate) fn hash_of_state(&self, has_ended: bool) -> [u8; 32] {
        self.walked(Sink::hashing(), has_ended).into_hash()
    }

    fn walked(&self, sink: Sink, has_ended: bool) -> Sink {
        let heap = &self.context.heap;
        let mut walk = Walk::new(heap, &self.program, &self.constants, sink);
        self.walk(&mut walk, has_ended);
        walk.rest();
        walk.sink
    }
}

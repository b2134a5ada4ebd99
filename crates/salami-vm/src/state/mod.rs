//! The hash of a machine's state: of all that decides how it goes on, and of nothing else.
//!
//! The state is walked in an order that it defines itself: first the frames, outermost first, in terms
//! of the IR (function, instruction, registers that may still be read), then what else the machine
//! holds, then each object in the order in which it was first met. Objects are named by that order,
//! so neither handles nor hash keys, addresses or the forms of prepared code are in it. Two
//! machines have the same hash, on any platform, if and only if they are in the same state.
//!
//! Not state: output that the host has not taken yet, fuel, accounts of memory, caches, constants.

mod liveness;
mod natives;
mod objects;
mod sink;

use std::collections::{BTreeMap, VecDeque};

use salami_ir::{ClassRef, FunctionIndex};

use crate::data::Data;
use crate::heap::Heap;
use crate::machine::Machine;
use crate::prepare::Program;
use crate::value::{BigRef, BufferRef, Str, TypeRef, Value};
use crate::wait::{Answer, Call};
use sink::Sink;

pub(crate) use liveness::Liveness;
pub(crate) use natives::randomness;

/// Texts and integers up to so many bytes are written out wherever they are met.
const SHORT: usize = 64;
/// Longer texts are hashed in pieces of so many bytes, so that texts which share a buffer share work.
const PIECE: usize = 1024;
/// How many arenas have objects that are met by their handles.
const KINDS: usize = 14;

/// A walk over the state.
pub(crate) struct Walk<'a> {
    pub(crate) heap: &'a Heap,
    pub(crate) program: &'a Program,
    pub(crate) sink: Sink,
    /// By arena and handle, the number of each object that was met; 0 for none.
    numbers: [Vec<u32>; KINDS],
    met: u32,
    /// Objects that were met and not written yet.
    pending: VecDeque<Value>,
    /// By buffer, the hashes of its beginnings in whole pieces.
    beginnings: BTreeMap<BufferRef, Vec<[u8; 32]>>,
    bigs: BTreeMap<BigRef, [u8; 32]>,
}

impl<'a> Walk<'a> {
    fn new(heap: &'a Heap, program: &'a Program) -> Self {
        Self {
            heap,
            program,
            sink: Sink::default(),
            numbers: core::array::from_fn(|_| Vec::new()),
            met: 0,
            pending: VecDeque::new(),
            beginnings: BTreeMap::new(),
            bigs: BTreeMap::new(),
        }
    }

    /// The number of an object, which is new or was met before.
    fn object(&mut self, kind: usize, index: u32, value: Value) {
        let Some(numbers) = self.numbers.get_mut(kind) else {
            return;
        };
        let index = index as usize;
        if numbers.len() <= index {
            numbers.resize(index + 1, 0);
        }
        if let Some(number) = numbers.get_mut(index) {
            if *number == 0 {
                self.met += 1;
                *number = self.met;
                self.pending.push_back(value);
            }
            self.sink.number(u64::from(*number));
        }
    }

    /// A value; what it refers to is written later.
    pub(crate) fn value(&mut self, value: Value) {
        let tag = match value {
            Value::Unset => 0,
            Value::None => 1,
            Value::Bool(false) => 2,
            Value::Bool(true) => 3,
            Value::Int(_) => 4,
            Value::Big(_) => 5,
            Value::Float(_) => 6,
            Value::Str(_) => 7,
            Value::Type(_) => 8,
            Value::Ellipsis => 9,
            Value::Bytes(_) => 10,
            Value::List(_) => 11,
            Value::Tuple(_) => 12,
            Value::Dict(_) => 13,
            Value::DictKeys(_) => 14,
            Value::DictValues(_) => 15,
            Value::DictItems(_) => 16,
            Value::Set(_) => 17,
            Value::Range(_) => 18,
            Value::Slice(_) => 19,
            Value::Function(_) => 20,
            Value::Cell(_) => 21,
            Value::Iterator(_) => 22,
            Value::Generator(_) => 23,
            Value::Object(_) => 24,
            Value::Exception(_) => 25,
            Value::Native(_) => 26,
        };
        self.sink.byte(tag);
        match value {
            Value::Unset | Value::None | Value::Bool(_) | Value::Ellipsis => {}
            Value::Int(number) => self.sink.integer(number),
            Value::Float(number) => self.sink.float(number),
            Value::Big(big) => self.big(big),
            Value::Str(text) => self.text(text),
            Value::Type(class) => self.class(class),
            Value::Bytes(handle) => self.object(0, handle.0, value),
            Value::List(handle) => self.object(1, handle.0, value),
            Value::Tuple(handle) => self.object(2, handle.0, value),
            Value::Dict(handle)
            | Value::DictKeys(handle)
            | Value::DictValues(handle)
            | Value::DictItems(handle) => self.object(3, handle.0, Value::Dict(handle)),
            Value::Set(handle) => self.object(4, handle.0, value),
            Value::Range(handle) => self.object(5, handle.0, value),
            Value::Slice(handle) => self.object(6, handle.0, value),
            Value::Function(handle) => self.object(7, handle.0, value),
            Value::Cell(handle) => self.object(8, handle.0, value),
            Value::Iterator(handle) => self.object(9, handle.0, value),
            Value::Generator(handle) => self.object(10, handle.0, value),
            Value::Object(handle) => self.object(11, handle.0, value),
            Value::Exception(handle) => self.object(12, handle.0, value),
            Value::Native(handle) => self.object(13, handle.0, value),
        }
    }

    /// Several values.
    pub(crate) fn values(&mut self, values: &[Value]) {
        self.sink.length(values.len());
        for &value in values {
            self.value(value);
        }
    }

    /// A text by its content: no program can tell equal ones apart.
    pub(crate) fn text(&mut self, text: Str) {
        let content = self.heap.str(text);
        self.sink.length(content.len());
        if content.len() <= SHORT {
            self.sink.bytes(content.as_bytes());
            return;
        }
        let (pieces, rest) = content.as_bytes().as_chunks::<PIECE>();
        let beginnings = self.beginnings.entry(text.buffer).or_default();
        for piece in pieces.get(beginnings.len()..).unwrap_or_default() {
            let mut hasher = blake3::Hasher::new();
            hasher.update(beginnings.last().unwrap_or(&[0; 32]));
            hasher.update(piece);
            beginnings.push(*hasher.finalize().as_bytes());
        }
        let last = pieces.len().checked_sub(1);
        let before = last.and_then(|last| beginnings.get(last));
        self.sink.bytes(before.unwrap_or(&[0; 32]));
        self.sink.bytes(rest);
    }

    /// An integer that does not fit 64 bits, by its content.
    fn big(&mut self, big: BigRef) {
        let number = self.heap.big(big);
        let size = usize::try_from(number.bits() / 8).unwrap_or(usize::MAX);
        if size <= SHORT {
            let bytes = number.to_signed_bytes_le();
            self.sink.length(bytes.len());
            self.sink.bytes(&bytes);
            return;
        }
        let hash = self
            .bigs
            .entry(big)
            .or_insert_with(|| *blake3::hash(&number.to_signed_bytes_le()).as_bytes());
        self.sink.length(size);
        self.sink.bytes(hash);
    }

    fn class(&mut self, class: TypeRef) {
        match class {
            TypeRef::Builtin(tag) => {
                self.sink.byte(0);
                self.sink.string(tag.name());
            }
            TypeRef::Dict(dict) => {
                self.sink.byte(1);
                self.sink.string(dict.name());
            }
            TypeRef::Class(class) => {
                self.sink.byte(2);
                self.class_ref(class);
            }
        }
    }

    pub(crate) fn class_ref(&mut self, class: ClassRef) {
        match class {
            ClassRef::Builtin(exception) => {
                self.sink.byte(0);
                self.sink.string(exception.name());
            }
            ClassRef::Module(class) => {
                self.sink.byte(1);
                self.sink.number(u64::from(class.0));
            }
        }
    }

    /// A frame's registers: those that may still be read, the others as unset.
    pub(crate) fn registers(
        &mut self,
        function: FunctionIndex,
        registers: &[Value],
        is_live: &[bool],
    ) {
        self.sink.number(u64::from(function.0));
        self.sink.length(registers.len());
        for (register, &value) in registers.iter().enumerate() {
            let is_live = is_live.get(register).copied().unwrap_or(true);
            self.value(if is_live { value } else { Value::Unset });
        }
    }

    /// Data beside the heap: what goes out and comes in.
    pub(crate) fn data(&mut self, data: &Data) {
        let mut pending = vec![data];
        while let Some(data) = pending.pop() {
            match data {
                Data::None => self.sink.byte(0),
                Data::Bool(truth) => {
                    self.sink.byte(1);
                    self.sink.byte(u8::from(*truth));
                }
                Data::Int(number) => {
                    self.sink.byte(2);
                    let bytes = number.to_signed_bytes_le();
                    self.sink.length(bytes.len());
                    self.sink.bytes(&bytes);
                }
                Data::Float(number) => {
                    self.sink.byte(3);
                    self.sink.float(*number);
                }
                Data::Str(text) => {
                    self.sink.byte(4);
                    self.sink.string(text);
                }
                Data::List(items) => {
                    self.sink.byte(5);
                    self.sink.length(items.len());
                    pending.extend(items.iter().rev());
                }
                Data::Dict(items) => {
                    self.sink.byte(6);
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

    /// Writes all objects that were met, and those that they hold.
    fn rest(&mut self) {
        while let Some(value) = self.pending.pop_front() {
            self.content(value);
        }
    }
}

impl Machine {
    /// The hash of its state, the same on every platform. O(what the program can still reach).
    #[must_use]
    pub fn state_hash(&self) -> [u8; 32] {
        self.hash_of_state(false)
    }

    /// The same; where it has ended, of what it left: where it stood then is no matter.
    pub(crate) fn hash_of_state(&self, has_ended: bool) -> [u8; 32] {
        let mut walk = Walk::new(&self.context.heap, &self.program);
        self.walk(&mut walk, has_ended);
        walk.rest();
        walk.sink.finish()
    }
}

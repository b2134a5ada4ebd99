//! What an object of each kind holds.

use super::Walk;
use crate::heap::Flavor;
use crate::heap::object::{DictPart, GeneratorState, IteratorObject};
use crate::prepare::frame_position;
use crate::value::{DictRef, GeneratorRef, SetRef, Value};
use salami_ir::{FunctionKind, Instruction};

impl Walk<'_> {
    /// The content of an object that was met.
    pub(super) fn content(&mut self, value: Value) {
        let heap = self.heap;
        match value {
            Value::Bytes(bytes) => {
                self.sink.length(heap.bytes(bytes).len());
                self.sink.bytes(heap.bytes(bytes));
            }
            Value::List(list) => self.values(heap.list(list)),
            Value::Tuple(tuple) => self.values(heap.tuple(tuple)),
            Value::Dict(dict) => self.dict(dict),
            Value::Set(set) => self.set(set),
            Value::Range(range) => {
                let range = heap.range(range);
                for number in [range.start, range.stop, range.step] {
                    self.sink.integer(number);
                }
            }
            Value::Slice(slice) => {
                let slice = heap.slice(slice);
                self.values(&[slice.start, slice.stop, slice.step]);
            }
            Value::Function(function) => {
                let object = heap.function(function);
                self.sink.number(u64::from(object.function.0));
                self.values(&object.cells);
                self.sink.length(object.attributes.len());
                for (name, value) in &object.attributes {
                    self.sink.number(u64::from(*name));
                    self.value(*value);
                }
            }
            Value::Cell(cell) => self.value(*heap.cell(cell)),
            Value::Iterator(iterator) => self.iterator(heap.iterator(iterator)),
            Value::Generator(generator) => self.generator(generator),
            Value::Object(object) => {
                let object = heap.object(object);
                self.sink.number(u64::from(object.class.0));
                self.values(&object.fields);
            }
            Value::Exception(exception) => {
                let object = heap.exception(exception);
                self.class_ref(object.class);
                self.values(&object.arguments);
                self.values(&object.fields);
                self.values(&[object.cause, object.context, object.notes]);
                self.sink.truth(object.suppress_context);
                self.sink.length(object.traceback.len());
                for entry in &object.traceback {
                    self.sink.number(u64::from(entry.function.0));
                    self.sink.number(u64::from(entry.address.0));
                }
            }
            Value::Native(native) => self.native(heap.native(native)),
            _ => {}
        }
    }

    /// Places of items count, gaps included: iterators keep them.
    fn dict(&mut self, dict: DictRef) {
        let dict = self.heap.dict(dict);
        match dict.flavor {
            Flavor::Plain => self.sink.byte(0),
            Flavor::Counter => self.sink.byte(1),
            Flavor::DefaultDict { factory } => {
                self.sink.byte(2);
                self.value(factory);
            }
            Flavor::OrderedDict => self.sink.byte(3),
        }
        self.sink.length(dict.slots().len());
        for entry in dict.slots() {
            self.value(entry.key);
            self.value(entry.value);
        }
    }

    fn set(&mut self, set: SetRef) {
        let set = self.heap.set(set);
        self.sink.truth(set.is_frozen());
        match set.number_slots() {
            // A table of numbers decides by its size and its gaps how it goes on.
            Some((slots, finger)) => {
                self.sink.byte(0);
                self.sink.length(finger);
                self.sink.length(slots.len());
                for (is_used, key) in slots {
                    self.sink.truth(is_used);
                    self.value(key);
                }
            }
            None => {
                self.sink.byte(1);
                let values = set.values();
                self.values(&values);
            }
        }
    }

    fn generator(&mut self, generator: GeneratorRef) {
        let object = self.heap.generator(generator);
        self.sink.byte(match object.kind {
            FunctionKind::Plain => 0,
            FunctionKind::Generator => 1,
            FunctionKind::Coroutine => 2,
            FunctionKind::AsyncGenerator => 3,
        });
        self.sink.byte(match object.state {
            GeneratorState::Created => 0,
            GeneratorState::Suspended => 1,
            GeneratorState::Running => 2,
            GeneratorState::Done => 3,
        });
        let (function, position) = (object.function, object.position);
        if matches!(
            object.state,
            GeneratorState::Created | GeneratorState::Suspended
        ) {
            let prepared = self.program.functions.get(function.index());
            let address = prepared
                .and_then(|prepared| prepared.first.get(position as usize))
                .copied();
            self.sink.number(u64::from(address.unwrap_or(0)));
            let source = self.program.module.functions.get(function.index());
            let count = source.map_or(0, |source| source.registers.len());
            let at = |register| {
                let place = frame_position(count, register) as usize;
                object.registers.get(place).copied().unwrap_or_default()
            };
            let registers: Vec<Value> = (0..count).map(at).collect();
            // What is resumed may read all that is live there, and gets its result where it stands.
            let mut is_live = self.program.live(function, address.unwrap_or(0), false);
            let yielded = address
                .and_then(|address| address.checked_sub(1))
                .and_then(|address| source?.code.get(address as usize));
            if let Some(Instruction::Yield { result, .. }) = yielded
                && object.delegate.is_unset()
                && let Some(flag) = is_live.get_mut(result.0.index())
            {
                *flag = false;
            }
            self.registers(function, &registers, &is_live);
        }
        self.values(&[object.delegate, object.closing]);
    }

    fn iterator(&mut self, iterator: &IteratorObject) {
        let parts: (u8, Value, [usize; 2]) = match iterator {
            IteratorObject::Done => (0, Value::Unset, [0, 0]),
            IteratorObject::List { list, index } => (1, Value::List(*list), [*index, 0]),
            IteratorObject::ListReversed { list, index } => (2, Value::List(*list), [*index, 0]),
            IteratorObject::Tuple { tuple, index } => (3, Value::Tuple(*tuple), [*index, 0]),
            IteratorObject::Str { text, offset } => (4, Value::Str(*text), [*offset, 0]),
            IteratorObject::Bytes { bytes, index } => (5, Value::Bytes(*bytes), [*index, 0]),
            IteratorObject::Range {
                next,
                step,
                remaining,
            } => {
                self.sink.byte(6);
                self.sink.integer(*next);
                self.sink.integer(*step);
                self.sink.number(*remaining);
                return;
            }
            IteratorObject::Dict {
                dict,
                part,
                index,
                expected,
                reversed,
            } => {
                self.sink.byte(match part {
                    DictPart::Keys => 20,
                    DictPart::Values => 21,
                    DictPart::Items => 22,
                });
                self.sink.truth(*reversed);
                (7, Value::Dict(*dict), [*index, *expected])
            }
            IteratorObject::Set {
                set,
                index,
                expected,
            } => (8, Value::Set(*set), [*index, *expected]),
            IteratorObject::Values { values, index } => {
                self.sink.byte(9);
                self.values(values);
                self.sink.length(*index);
                return;
            }
            IteratorObject::Enumerate {
                inner,
                count,
                depth,
            } => {
                self.sink.byte(10);
                self.value(*inner);
                self.sink.integer(*count);
                self.sink.byte(*depth);
                return;
            }
            IteratorObject::Zip {
                inner,
                strict,
                depth,
            } => {
                self.sink.byte(11);
                self.values(inner);
                self.sink.truth(*strict);
                self.sink.byte(*depth);
                return;
            }
            IteratorObject::Native {
                native,
                index,
                expected,
            } => (12, Value::Native(*native), [*index, *expected]),
        };
        let (kind, of, places) = parts;
        self.sink.byte(kind);
        self.value(of);
        for place in places {
            self.sink.length(place);
        }
    }
}

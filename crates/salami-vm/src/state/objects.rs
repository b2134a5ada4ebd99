//! What an object of each kind holds.

use super::{Standing, Walk, tag};
use crate::heap::Flavor;
use crate::heap::object::{DictPart, GeneratorState, IteratorObject};
use crate::heap::{DictEntry, SetSlot};
use crate::value::{DictRef, GeneratorRef, SetRef, Value};

impl Walk<'_> {
    /// The content of an object that was met.
    pub(super) fn content(&mut self, value: Value) {
        let heap = self.heap;
        match value {
            Value::Bytes(bytes) => self.sink.block(heap.bytes(bytes)),
            Value::Big(big) => self.sink.block(&heap.big(big).to_signed_bytes_le()),
            Value::List(list) => self.items(heap.list(list)),
            Value::Tuple(tuple) => self.items(heap.tuple(tuple)),
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
                self.all(&[slice.start, slice.stop, slice.step]);
            }
            Value::Function(function) => {
                let object = heap.function(function);
                let is_plain = heap.plain_function(object.function) == Some(value);
                self.sink
                    .number(u64::from(object.function.0) << 1 | u64::from(is_plain));
                self.all(&object.cells);
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
                self.all(&object.fields);
            }
            Value::Exception(exception) => {
                let object = heap.exception(exception);
                self.class_ref(object.class);
                self.values(&object.arguments);
                self.values(&object.fields);
                self.all(&[object.cause, object.context, object.notes]);
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
        self.entries(dict.slots(), true);
    }

    /// Places of items count, gaps included: iterators keep them.
    fn entries(&mut self, entries: &[DictEntry], has_values: bool) {
        for entry in entries {
            self.value(entry.key);
            if has_values && !entry.key.is_unset() {
                self.value(entry.value);
            }
        }
    }

    fn set(&mut self, set: SetRef) {
        let set = self.heap.set(set);
        let is_frozen = u8::from(set.is_frozen());
        if let Some(finger) = set.finger() {
            // A table of numbers decides by its size and its gaps how it goes on.
            self.sink.byte(is_frozen);
            self.sink.length(finger);
            self.sink.length(set.table_size());
            for slot in set.number_slots() {
                match slot {
                    SetSlot::Never => self.value(Value::Unset),
                    SetSlot::Removed => self.sink.byte(tag::REMOVED),
                    SetSlot::Key(key) => self.value(key),
                }
            }
        } else {
            self.sink.byte(is_frozen | 2);
            let entries = set.entries();
            self.sink.length(entries.len());
            self.entries(entries, false);
        }
    }

    fn generator(&mut self, generator: GeneratorRef) {
        let object = self.heap.generator(generator);
        self.sink.byte(match object.state {
            GeneratorState::Created => 0,
            GeneratorState::Suspended => 1,
            GeneratorState::Running => 2,
            GeneratorState::Done => 3,
        });
        self.sink.number(u64::from(object.function.0));
        self.all(&[object.delegate, object.closing]);
        let Some(prepared) = self.program.functions.get(object.function.index()) else {
            return;
        };
        let standing = match object.state {
            GeneratorState::Created => Standing {
                function: object.function,
                address: 0,
                is_within: false,
            },
            GeneratorState::Suspended => {
                // After a yield it goes on behind it, else where it delegates.
                let position = object.position as usize;
                let position = position.saturating_sub(usize::from(object.delegate.is_unset()));
                let address = prepared.first.get(position).copied().unwrap_or(0);
                self.sink.number(u64::from(address));
                Standing {
                    function: object.function,
                    address,
                    is_within: !matches!(object.delegate, Value::Iterator(_)),
                }
            }
            GeneratorState::Running | GeneratorState::Done => return,
        };
        let program = self.program;
        for &place in &program.places.at(standing).positions {
            let value = object.registers.get(place as usize);
            self.value(value.copied().unwrap_or_default());
        }
    }

    fn iterator(&mut self, iterator: &IteratorObject) {
        let (kind, of, places): (u8, Value, &[usize]) = match iterator {
            IteratorObject::Done => return self.sink.byte(0),
            IteratorObject::List { list, index } => (1, Value::List(*list), &[*index]),
            IteratorObject::ListReversed { list, index } => (2, Value::List(*list), &[*index]),
            IteratorObject::Tuple { tuple, index } => (3, Value::Tuple(*tuple), &[*index]),
            IteratorObject::Str { text, offset } => (4, Value::Str(*text), &[*offset]),
            IteratorObject::Bytes { bytes, index } => (5, Value::Bytes(*bytes), &[*index]),
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
                let part = match part {
                    DictPart::Keys => 7,
                    DictPart::Values => 8,
                    DictPart::Items => 9,
                };
                let kind = if *reversed { part + 3 } else { part };
                (kind, Value::Dict(*dict), &[*index, *expected])
            }
            IteratorObject::Set {
                set,
                index,
                expected,
            } => (13, Value::Set(*set), &[*index, *expected]),
            IteratorObject::Values { values, index } => {
                self.sink.byte(14);
                self.values(values);
                self.sink.length(*index);
                return;
            }
            IteratorObject::Enumerate { inner, count, .. } => {
                self.sink.byte(15);
                self.value(*inner);
                self.sink.integer(*count);
                return;
            }
            IteratorObject::Zip { inner, strict, .. } => {
                self.sink.byte(16 + u8::from(*strict));
                self.values(inner);
                return;
            }
            IteratorObject::Native {
                native,
                index,
                expected,
            } => (18, Value::Native(*native), &[*index, *expected]),
        };
        self.sink.byte(kind);
        self.value(of);
        for &place in places {
            self.sink.length(place);
        }
    }
}

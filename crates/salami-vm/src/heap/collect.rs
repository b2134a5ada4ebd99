//! The collector: mark from the roots with an explicit worklist, then sweep every arena.

use salami_ir::FunctionIndex;

use super::object::IteratorObject;
use super::{FIRST_COLLECTION, Flavor, Heap};
use crate::value::Value;

impl Heap {
    /// Whether enough was allocated since the last collection that one is due. Depends on the
    /// program alone, so collections happen at the same safepoints in every run.
    #[inline]
    #[must_use]
    pub fn is_collection_due(&self) -> bool {
        self.used >= self.next_collection
    }

    /// How often it collected.
    #[must_use]
    pub fn collections(&self) -> u64 {
        self.collections
    }

    /// Makes every safepoint collect, for tests of the collector.
    pub fn set_stress(&mut self, stress: bool) {
        self.stress = stress;
        self.next_collection = if stress {
            0
        } else {
            FIRST_COLLECTION.max(self.used * 2)
        };
    }

    /// Collects when another heap does.
    pub(crate) fn set_stress_as(&mut self, other: &Self) {
        if other.stress {
            self.set_stress(true);
        }
    }

    /// The value of a function that captures nothing, if it was made before.
    #[must_use]
    pub fn plain_function(&self, function: FunctionIndex) -> Option<Value> {
        let known = self.plain_functions.get(function.index())?;
        known.map(Value::Function)
    }

    /// Keeps the value of a function that captures nothing: it is the same object from now on.
    pub fn keep_plain_function(&mut self, function: FunctionIndex, value: Value) {
        let Value::Function(made) = value else {
            return;
        };
        if self.plain_functions.len() <= function.index() {
            self.plain_functions.resize(function.index() + 1, None);
        }
        if let Some(slot) = self.plain_functions.get_mut(function.index()) {
            *slot = Some(made);
        }
    }

    /// The values of functions that capture nothing and to which the program assigned attributes.
    pub(crate) fn changed_functions(&self) -> impl Iterator<Item = Value> + '_ {
        let plain = self.plain_functions.iter().flatten().copied();
        plain
            .filter(|&function| !self.functions.get(function).attributes.is_empty())
            .map(Value::Function)
    }

    /// Frees every object that the roots do not reach. O(slots of all arenas).
    pub fn collect(&mut self, roots: impl Iterator<Item = Value>) {
        self.clear_marks();
        let mut work: Vec<Value> = roots.collect();
        let plain = self.plain_functions.iter().flatten();
        work.extend(plain.map(|&function| Value::Function(function)));
        while let Some(value) = work.pop() {
            self.mark(value, &mut work);
        }
        self.sweep();
        self.collections += 1;
        self.next_collection = if self.stress {
            0
        } else {
            FIRST_COLLECTION.max(self.used.saturating_mul(2))
        };
    }

    fn clear_marks(&mut self) {
        self.buffers.clear_marks();
        self.bigs.clear_marks();
        self.bytes.clear_marks();
        self.lists.clear_marks();
        self.tuples.clear_marks();
        self.dicts.clear_marks();
        self.sets.clear_marks();
        self.ranges.clear_marks();
        self.slices.clear_marks();
        self.functions.clear_marks();
        self.cells.clear_marks();
        self.iterators.clear_marks();
        self.generators.clear_marks();
        self.objects.clear_marks();
        self.exceptions.clear_marks();
        self.natives.clear_marks();
    }

    fn mark(&mut self, value: Value, work: &mut Vec<Value>) {
        match value {
            Value::Unset
            | Value::None
            | Value::Bool(_)
            | Value::Int(_)
            | Value::Float(_)
            | Value::Type(_)
            | Value::Ellipsis => {}
            Value::Big(big) => {
                self.bigs.mark(big);
            }
            Value::Str(text) => {
                self.buffers.mark(text.buffer);
            }
            Value::Bytes(bytes) => {
                self.bytes.mark(bytes);
            }
            Value::List(list) => {
                if self.lists.mark(list) {
                    work.extend(self.lists.get(list).iter().filter(|value| is_heap(**value)));
                }
            }
            Value::Tuple(tuple) => {
                if self.tuples.mark(tuple) {
                    work.extend(
                        self.tuples
                            .get(tuple)
                            .iter()
                            .filter(|value| is_heap(**value)),
                    );
                }
            }
            Value::Dict(dict)
            | Value::DictKeys(dict)
            | Value::DictValues(dict)
            | Value::DictItems(dict) => {
                if self.dicts.mark(dict) {
                    let object = self.dicts.get(dict);
                    for (key, value) in object.items() {
                        work.extend([key, value].into_iter().filter(|value| is_heap(*value)));
                    }
                    if let Flavor::DefaultDict { factory } = object.flavor {
                        work.push(factory);
                    }
                }
            }
            Value::Set(set) => {
                if self.sets.mark(set) {
                    work.extend(
                        self.sets
                            .get(set)
                            .values()
                            .into_iter()
                            .filter(|value| is_heap(*value)),
                    );
                }
            }
            Value::Range(range) => {
                self.ranges.mark(range);
            }
            Value::Slice(slice) => {
                if self.slices.mark(slice) {
                    let slice = self.slices.get(slice);
                    work.extend([slice.start, slice.stop, slice.step]);
                }
            }
            Value::Function(function) => {
                if self.functions.mark(function) {
                    let object = self.functions.get(function);
                    work.extend(&object.cells);
                    work.extend(object.attributes.iter().map(|(_, value)| *value));
                }
            }
            Value::Cell(cell) => {
                if self.cells.mark(cell) {
                    work.push(*self.cells.get(cell));
                }
            }
            Value::Iterator(iterator) => {
                if self.iterators.mark(iterator) {
                    mark_iterator(self.iterators.get(iterator), work);
                }
            }
            Value::Generator(generator) => {
                if self.generators.mark(generator) {
                    let object = self.generators.get(generator);
                    work.extend([object.delegate, object.closing]);
                    work.extend(&object.registers);
                }
            }
            Value::Object(object) => {
                if self.objects.mark(object) {
                    work.extend(
                        self.objects
                            .get(object)
                            .fields
                            .iter()
                            .filter(|value| is_heap(**value)),
                    );
                }
            }
            Value::Exception(exception) => {
                if self.exceptions.mark(exception) {
                    let object = self.exceptions.get(exception);
                    work.extend(&object.arguments);
                    work.extend(&object.fields);
                    work.extend([object.cause, object.context, object.notes]);
                }
            }
            Value::Native(native) => {
                if self.natives.mark(native) {
                    self.natives
                        .get(native)
                        .trace(&mut |value| work.push(value));
                }
            }
        }
    }

    fn sweep(&mut self) {
        self.used = self.buffers.sweep()
            + self.bigs.sweep()
            + self.bytes.sweep()
            + self.lists.sweep()
            + self.tuples.sweep()
            + self.dicts.sweep()
            + self.sets.sweep()
            + self.ranges.sweep()
            + self.slices.sweep()
            + self.functions.sweep()
            + self.cells.sweep()
            + self.iterators.sweep()
            + self.generators.sweep()
            + self.objects.sweep()
            + self.exceptions.sweep()
            + self.natives.sweep();
    }
}

/// Whether marking it could find anything: keeps the worklist short.
fn is_heap(value: Value) -> bool {
    !matches!(
        value,
        Value::Unset
            | Value::None
            | Value::Bool(_)
            | Value::Int(_)
            | Value::Float(_)
            | Value::Type(_)
            | Value::Ellipsis
    )
}

fn mark_iterator(iterator: &IteratorObject, work: &mut Vec<Value>) {
    match iterator {
        IteratorObject::Done | IteratorObject::Range { .. } => {}
        IteratorObject::List { list, .. } | IteratorObject::ListReversed { list, .. } => {
            work.push(Value::List(*list))
        }
        IteratorObject::Tuple { tuple, .. } => work.push(Value::Tuple(*tuple)),
        IteratorObject::Str { text, .. } => work.push(Value::Str(*text)),
        IteratorObject::Bytes { bytes, .. } => work.push(Value::Bytes(*bytes)),
        IteratorObject::Dict { dict, .. } => work.push(Value::Dict(*dict)),
        IteratorObject::Set { set, .. } => work.push(Value::Set(*set)),
        IteratorObject::Values { values, .. } | IteratorObject::Zip { inner: values, .. } => {
            work.extend(values)
        }
        IteratorObject::Enumerate { inner, .. } => work.push(*inner),
        IteratorObject::Native { native, .. } => work.push(Value::Native(*native)),
    }
}

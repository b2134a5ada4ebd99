//! Copies of values from one heap to another: what a thread begins with, and what comes of it.
//!
//! One transfer keeps sharing and cycles among all that it copies. It has its own worklist: each
//! object is copied as it is when it is first met, and its values are replaced by their copies when
//! all within it were met, so that what hashes is complete before what holds it as a key.

use std::collections::BTreeMap;

use crate::heap::object::{GeneratorState, IteratorObject, SET_ENTRY_SIZE};
use crate::heap::{Flavor, Heap, SetHash, SetObject};
use crate::ops;
use crate::raise::Raise;
use crate::value::{Str, Value};

/// What copying an object costs, in units of fuel, beside what it holds.
const OBJECT_FUEL: u64 = 4;

/// What tells objects apart: their arena, handle, and for strings their length.
type Identity = (u8, u32, u32);

/// The copies of the values, and what copying them costs in units of fuel. What is `known` has a copy there
/// already.
///
/// # Errors
/// The memory limit of `to`.
pub(crate) fn copy(
    from: &Heap,
    to: &mut Heap,
    roots: &[Value],
    known: &[(Value, Value)],
) -> Result<(Vec<Value>, u64), Raise> {
    let mut transfer = Transfer {
        from,
        to,
        copies: BTreeMap::new(),
        fuel: 0,
    };
    for &(value, copy) in known {
        if let Some(identity) = transfer.identity(value) {
            transfer.copies.insert(identity, copy);
        }
    }
    // What is on it for the second time has copies of all its values.
    let mut work: Vec<(Value, bool)> = roots.iter().rev().map(|&root| (root, false)).collect();
    while let Some((value, again)) = work.pop() {
        let value = owner(value);
        let Some(identity) = transfer.identity(value) else {
            continue;
        };
        if again {
            transfer.fill(value)?;
            continue;
        }
        if transfer.copies.contains_key(&identity) {
            continue;
        }
        let copy = transfer.shell(value)?;
        transfer.copies.insert(identity, copy);
        work.push((value, true));
        let first = work.len();
        transfer.children(value, &mut |child| work.push((child, false)));
        let count = work.len() - first;
        transfer.fuel += OBJECT_FUEL + count as u64;
    }
    let values = roots.iter().map(|&root| transfer.copied(root)).collect();
    Ok((values, transfer.fuel))
}

/// The members of enumerations in one heap with those in another: there is one of each in a heap, and the
/// module's variables hold them, themselves or in lists.
pub(crate) fn members(from: (&Heap, &[Value]), to: (&Heap, &[Value])) -> Vec<(Value, Value)> {
    let mut pairs = Vec::new();
    for (&value, &copy) in from.1.iter().zip(to.1) {
        match (value, copy) {
            (Value::List(list), Value::List(copies)) => {
                let (list, copies) = (from.0.list(list), to.0.list(copies));
                if list.len() == copies.len() && list.iter().all(|&item| is_member(from.0, item)) {
                    pairs.extend(list.iter().copied().zip(copies.iter().copied()));
                }
            }
            _ if is_member(from.0, value) && is_member(to.0, copy) => pairs.push((value, copy)),
            _ => {}
        }
    }
    pairs
}

/// Whether a value is a member of an enumeration.
pub(crate) fn is_member(heap: &Heap, value: Value) -> bool {
    let Value::Object(object) = value else {
        return false;
    };
    let class = heap.object(object).class;
    let class = heap.module().classes.get(class.index());
    class.is_some_and(|class| class.stands_for.is_some())
}

/// The dict of a view.
const fn owner(value: Value) -> Value {
    match value {
        Value::DictKeys(dict) | Value::DictValues(dict) | Value::DictItems(dict) => {
            Value::Dict(dict)
        }
        other => other,
    }
}

struct Transfer<'a> {
    from: &'a Heap,
    to: &'a mut Heap,
    copies: BTreeMap<Identity, Value>,
    fuel: u64,
}

impl Transfer<'_> {
    /// None for what is the same in every heap.
    fn identity(&self, value: Value) -> Option<Identity> {
        Some(match value {
            Value::Unset
            | Value::None
            | Value::Bool(_)
            | Value::Int(_)
            | Value::Float(_)
            | Value::Type(_)
            | Value::Ellipsis => return None,
            Value::Str(text) if Heap::is_permanent(text) => return None,
            Value::Str(text) => (0, text.buffer.0, text.length),
            Value::Big(big) => (1, big.0, 0),
            Value::Bytes(bytes) => (2, bytes.0, 0),
            Value::List(list) => (3, list.0, 0),
            Value::Tuple(tuple) => (4, tuple.0, 0),
            Value::Dict(dict)
            | Value::DictKeys(dict)
            | Value::DictValues(dict)
            | Value::DictItems(dict) => (5, dict.0, 0),
            Value::Set(set) => (6, set.0, 0),
            Value::Range(range) => (7, range.0, 0),
            Value::Slice(slice) => (8, slice.0, 0),
            Value::Function(function) => (9, function.0, 0),
            Value::Cell(cell) => (10, cell.0, 0),
            Value::Iterator(iterator) => (11, iterator.0, 0),
            Value::Generator(generator) => (12, generator.0, 0),
            Value::Object(object) => (13, object.0, 0),
            Value::Exception(exception) => (14, exception.0, 0),
            Value::Native(native) => (15, native.0, 0),
        })
    }

    fn copied(&self, value: Value) -> Value {
        let Some(identity) = self.identity(value) else {
            return value;
        };
        let copy = self.copies.get(&identity).copied().unwrap_or_default();
        match (value, copy) {
            (Value::DictKeys(_), Value::Dict(dict)) => Value::DictKeys(dict),
            (Value::DictValues(_), Value::Dict(dict)) => Value::DictValues(dict),
            (Value::DictItems(_), Value::Dict(dict)) => Value::DictItems(dict),
            _ => copy,
        }
    }

    /// The object in the other heap, its values not yet replaced.
    fn shell(&mut self, value: Value) -> Result<Value, Raise> {
        let from = self.from;
        match value {
            Value::Str(text) => {
                let text = from.str(text);
                self.fuel += text.len() as u64 / 16;
                self.to.alloc_str(text)
            }
            Value::Big(big) => {
                self.fuel += from.big(big).bits() / 64;
                self.to.alloc_int(from.big(big).clone())
            }
            Value::Bytes(bytes) => {
                self.fuel += from.bytes(bytes).len() as u64 / 16;
                self.to.alloc_bytes(from.bytes(bytes).clone())
            }
            Value::List(list) => self.to.alloc_list(from.list(list).to_vec()),
            Value::Tuple(tuple) => self.to.alloc_tuple(from.tuple(tuple).to_vec()),
            Value::Dict(dict) => self.to.alloc_dict(from.dict(dict).clone()),
            Value::Set(set) => {
                let set = from.set(set);
                self.to.reserve(set.len().saturating_mul(SET_ENTRY_SIZE))?;
                self.to.alloc_set(SetObject::new(set.is_frozen()))
            }
            Value::Range(range) => self.to.alloc_range(*from.range(range)),
            Value::Slice(slice) => self.to.alloc_slice(*from.slice(slice)),
            Value::Function(function) => {
                let object = from.function(function).clone();
                let is_plain = from.plain_function(object.function) == Some(value);
                if is_plain && let Some(known) = self.to.plain_function(object.function) {
                    return Ok(known);
                }
                let index = object.function;
                let copy = self.to.alloc_function(object)?;
                if is_plain {
                    self.to.keep_plain_function(index, copy);
                }
                Ok(copy)
            }
            Value::Cell(cell) => self.to.alloc_cell(*from.cell(cell)),
            Value::Iterator(iterator) => self.to.alloc_iterator(from.iterator(iterator).clone()),
            Value::Generator(generator) => {
                let mut object = from.generator(generator).clone();
                if object.state == GeneratorState::Running {
                    // Its frame is on the other machine's stack, and stays there.
                    object.state = GeneratorState::Done;
                    object.registers.clear();
                }
                self.to.alloc_generator(object)
            }
            Value::Object(object) => self.to.alloc_object(from.object(object).clone()),
            Value::Exception(exception) => {
                self.to.alloc_exception(from.exception(exception).clone())
            }
            Value::Native(native) => {
                let native = from.native(native).clone();
                self.fuel += crate::heap::Stored::size(&native) as u64 / 64;
                self.to.alloc_native(native)
            }
            other => Ok(other),
        }
    }

    /// Shows the values that an object holds.
    fn children(&self, value: Value, visit: &mut dyn FnMut(Value)) {
        let heap = self.from;
        match value {
            Value::List(list) => heap.list(list).iter().copied().for_each(visit),
            Value::Tuple(tuple) => heap.tuple(tuple).iter().copied().for_each(visit),
            Value::Dict(dict) => {
                let object = heap.dict(dict);
                for (key, value) in object.items() {
                    visit(value);
                    visit(key);
                }
                if let Flavor::DefaultDict { factory } = object.flavor {
                    visit(factory);
                }
            }
            Value::Set(set) => heap.set(set).values().into_iter().for_each(visit),
            Value::Slice(slice) => {
                let slice = heap.slice(slice);
                [slice.start, slice.stop, slice.step]
                    .into_iter()
                    .for_each(visit);
            }
            Value::Function(function) => {
                let object = heap.function(function);
                object.cells.iter().copied().for_each(&mut *visit);
                object
                    .attributes
                    .iter()
                    .for_each(|(_, value)| visit(*value));
            }
            Value::Cell(cell) => visit(*heap.cell(cell)),
            Value::Iterator(iterator) => {
                let mut object = heap.iterator(iterator).clone();
                rewrite_iterator(&mut object, &mut |value| {
                    visit(value);
                    value
                });
            }
            Value::Generator(generator) => {
                let object = heap.generator(generator);
                [object.delegate, object.closing]
                    .into_iter()
                    .for_each(&mut *visit);
                object.registers.iter().copied().for_each(visit);
            }
            Value::Object(object) => heap.object(object).fields.iter().copied().for_each(visit),
            Value::Exception(exception) => {
                let object = heap.exception(exception);
                let parts = [object.cause, object.context, object.notes];
                let values = object.arguments.iter().chain(&object.fields).copied();
                values.chain(parts).for_each(visit);
            }
            Value::Native(native) => heap.native(native).trace(visit),
            _ => {}
        }
    }

    /// Replaces the values within an object's copy by their copies.
    fn fill(&mut self, value: Value) -> Result<(), Raise> {
        let from = self.from;
        match (value, self.copied(value)) {
            (Value::List(_), Value::List(copy)) => {
                let values = self.all(from_list(from, value));
                *self.to.list_mut(copy) = values;
            }
            (Value::Tuple(tuple), Value::Tuple(copy)) => {
                let values = self.all(from.tuple(tuple));
                *self.to.tuple_mut(copy) = values;
            }
            (Value::Dict(_), Value::Dict(copy)) => {
                let mut object = core::mem::take(self.to.dict_mut(copy));
                object.rewrite(|key, value| {
                    let key = self.copied(key);
                    (ops::rehash(self.to, key), key, self.copied(value))
                });
                if let Flavor::DefaultDict { factory } = &mut object.flavor {
                    *factory = self.copied(*factory);
                }
                *self.to.dict_mut(copy) = object;
            }
            (Value::Set(set), Value::Set(copy)) => {
                let set = from.set(set);
                let mut object = SetObject::new(set.is_frozen());
                if !set.holds_numbers() {
                    object.make_ordered(|_| 0);
                }
                for key in set.values() {
                    let key = self.copied(key);
                    let hash = match ops::python_hash(self.to, key) {
                        Some(hash) if set.holds_numbers() => SetHash::Number(hash),
                        _ => SetHash::Keyed(ops::rehash(self.to, key)),
                    };
                    self.fuel += object.insert(hash, key);
                }
                self.to.modify_set(copy, |place| *place = object);
            }
            (Value::Slice(_), Value::Slice(copy)) => {
                let mut slice = *self.to.slice(copy);
                for part in [&mut slice.start, &mut slice.stop, &mut slice.step] {
                    *part = self.copied(*part);
                }
                *self.to.slice_mut(copy) = slice;
            }
            (Value::Function(function), Value::Function(copy)) => {
                let mut object = from.function(function).clone();
                object.cells = self.all(&object.cells);
                for (_, value) in &mut object.attributes {
                    *value = self.copied(*value);
                }
                *self.to.function_mut(copy) = object;
            }
            (Value::Cell(cell), Value::Cell(copy)) => {
                let value = self.copied(*from.cell(cell));
                *self.to.cell_mut(copy) = value;
            }
            (Value::Iterator(_), Value::Iterator(copy)) => {
                let mut object = core::mem::take(self.to.iterator_mut(copy));
                rewrite_iterator(&mut object, &mut |value| self.copied(value));
                *self.to.iterator_mut(copy) = object;
            }
            (Value::Generator(_), Value::Generator(copy)) => {
                let mut object = self.to.generator(copy).clone();
                object.registers = self.all(&object.registers);
                object.delegate = self.copied(object.delegate);
                object.closing = self.copied(object.closing);
                *self.to.generator_mut(copy) = object;
            }
            (Value::Object(object), Value::Object(copy)) => {
                let fields = self.all(&from.object(object).fields);
                self.to.object_mut(copy).fields = fields;
            }
            (Value::Exception(_), Value::Exception(copy)) => {
                let mut object = self.to.exception(copy).clone();
                object.arguments = self.all(&object.arguments);
                object.fields = self.all(&object.fields);
                for part in [&mut object.cause, &mut object.context, &mut object.notes] {
                    *part = self.copied(*part);
                }
                *self.to.exception_mut(copy) = object;
            }
            (Value::Native(_), Value::Native(copy)) => {
                let mut object = core::mem::take(self.to.native_mut(copy));
                object.rewrite(&mut |value| self.copied(value));
                *self.to.native_mut(copy) = object;
            }
            _ => {}
        }
        Ok(())
    }

    fn all(&self, values: &[Value]) -> Vec<Value> {
        values.iter().map(|&value| self.copied(value)).collect()
    }
}

fn from_list(heap: &Heap, value: Value) -> &[Value] {
    match value {
        Value::List(list) => heap.list(list),
        _ => &[],
    }
}

/// Replaces what an iterator holds.
fn rewrite_iterator(iterator: &mut IteratorObject, change: &mut dyn FnMut(Value) -> Value) {
    match iterator {
        IteratorObject::Done | IteratorObject::Range { .. } => {}
        IteratorObject::List { list, .. } | IteratorObject::ListReversed { list, .. } => {
            if let Value::List(copy) = change(Value::List(*list)) {
                *list = copy;
            }
        }
        IteratorObject::Tuple { tuple, .. } => {
            if let Value::Tuple(copy) = change(Value::Tuple(*tuple)) {
                *tuple = copy;
            }
        }
        IteratorObject::Str { text, .. } => {
            if let Value::Str(copy) = change(Value::Str(*text)) {
                *text = Str {
                    buffer: copy.buffer,
                    length: copy.length,
                };
            }
        }
        IteratorObject::Bytes { bytes, .. } => {
            if let Value::Bytes(copy) = change(Value::Bytes(*bytes)) {
                *bytes = copy;
            }
        }
        IteratorObject::Dict { dict, .. } => {
            if let Value::Dict(copy) = change(Value::Dict(*dict)) {
                *dict = copy;
            }
        }
        IteratorObject::Set { set, .. } => {
            if let Value::Set(copy) = change(Value::Set(*set)) {
                *set = copy;
            }
        }
        IteratorObject::Values { values, .. } | IteratorObject::Zip { inner: values, .. } => {
            for value in values {
                *value = change(*value);
            }
        }
        IteratorObject::Enumerate { inner, .. } => *inner = change(*inner),
        IteratorObject::Native { native, .. } => {
            if let Value::Native(copy) = change(Value::Native(*native)) {
                *native = copy;
            }
        }
    }
}

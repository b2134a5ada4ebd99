//! Iteration over everything native.

use salami_ir::{BuiltinException, FunctionKind};

use super::names::type_name;
use crate::context::Context;
use crate::heap::object::{DictPart, IteratorObject};
use crate::heap::{Heap, object::VALUE_SIZE};
use crate::native;
use crate::raise::Raise;
use crate::value::{IteratorRef, NativeRef, Value};

/// How deep iterators over iterators (`enumerate(zip(...))`) may be nested.
pub(crate) const MAXIMUM_NESTING: u8 = 40;

/// `iter(value)`: an iterator object; an iterator or a generator is its own.
///
/// # Errors
/// TypeError "'int' object is not iterable".
#[inline]
pub fn iterate(context: &mut Context, value: Value) -> Result<Value, Raise> {
    let heap = &context.heap;
    let object = match value {
        Value::Iterator(_) => return Ok(value),
        Value::Generator(generator)
            if context.heap.generator(generator).kind == FunctionKind::Generator =>
        {
            return Ok(value);
        }
        Value::List(list) => IteratorObject::List { list, index: 0 },
        Value::Tuple(tuple) => IteratorObject::Tuple { tuple, index: 0 },
        Value::Str(text) => IteratorObject::Str { text, offset: 0 },
        Value::Bytes(bytes) => IteratorObject::Bytes { bytes, index: 0 },
        Value::Range(range) => {
            let range = heap.range(range);
            IteratorObject::Range {
                next: range.start,
                step: range.step,
                remaining: range.length(),
            }
        }
        Value::Dict(dict)
        | Value::DictKeys(dict)
        | Value::DictValues(dict)
        | Value::DictItems(dict) => {
            let part = match value {
                Value::DictValues(_) => DictPart::Values,
                Value::DictItems(_) => DictPart::Items,
                _ => DictPart::Keys,
            };
            IteratorObject::Dict {
                dict,
                part,
                index: 0,
                expected: heap.dict(dict).len(),
                reversed: false,
            }
        }
        Value::Set(set) => IteratorObject::Set {
            set,
            index: 0,
            expected: heap.set(set).len(),
        },
        Value::Native(native) if native::is_iterable(heap, native) => IteratorObject::Native {
            native,
            index: 0,
            expected: deque_length(heap, native),
        },
        _ => {
            let name = type_name(heap, value);
            return Err(context.type_error(format!("'{name}' object is not iterable")));
        }
    };
    context.heap.alloc_iterator(object)
}

/// About how many values a walk over it gives, for charging and reserving ahead. Large for endless ones.
#[must_use]
pub fn size_hint(heap: &Heap, value: Value) -> u64 {
    match value {
        Value::List(list) => heap.list(list).len() as u64,
        Value::Tuple(tuple) => heap.tuple(tuple).len() as u64,
        Value::Str(text) => heap.char_count(text) as u64,
        Value::Bytes(bytes) => heap.bytes(bytes).len() as u64,
        Value::Range(range) => heap.range(range).length(),
        Value::Dict(dict)
        | Value::DictKeys(dict)
        | Value::DictValues(dict)
        | Value::DictItems(dict) => heap.dict(dict).len() as u64,
        Value::Set(set) => heap.set(set).len() as u64,
        Value::Native(native) => native::length(heap, native).unwrap_or(0) as u64,
        Value::Iterator(iterator) => iterator_size(heap, heap.iterator(iterator), 0),
        _ => 0,
    }
}

fn iterator_size(heap: &Heap, iterator: &IteratorObject, depth: u8) -> u64 {
    let inner = |value: &Value| match value {
        Value::Iterator(inner) if depth < MAXIMUM_NESTING => {
            iterator_size(heap, heap.iterator(*inner), depth + 1)
        }
        _ => 0,
    };
    match iterator {
        IteratorObject::Done => 0,
        IteratorObject::List { list, index } => {
            (heap.list(*list).len().saturating_sub(*index)) as u64
        }
        IteratorObject::ListReversed { index, .. } => *index as u64,
        IteratorObject::Tuple { tuple, index } => {
            (heap.tuple(*tuple).len().saturating_sub(*index)) as u64
        }
        IteratorObject::Str { text, offset } => (text.byte_length().saturating_sub(*offset)) as u64,
        IteratorObject::Bytes { bytes, index } => {
            (heap.bytes(*bytes).len().saturating_sub(*index)) as u64
        }
        IteratorObject::Range { remaining, .. } => *remaining,
        IteratorObject::Dict { expected, .. } => *expected as u64,
        IteratorObject::Set { expected, .. } => *expected as u64,
        IteratorObject::Values { values, index } => (values.len().saturating_sub(*index)) as u64,
        IteratorObject::Enumerate { inner: value, .. } => inner(value),
        IteratorObject::Zip { inner: values, .. } => values.iter().map(inner).min().unwrap_or(0),
        IteratorObject::Native { native, index, .. } => {
            (native::length(heap, *native)
                .unwrap_or(0)
                .saturating_sub(*index)) as u64
        }
    }
}

/// `next(iterator)` for a native iterator; `None` at its end, for good.
///
/// # Errors
/// RuntimeError for a dict or set that changed its size; what a library value raises.
#[inline]
pub fn next(context: &mut Context, iterator: IteratorRef) -> Result<Option<Value>, Raise> {
    let heap = &mut context.heap;
    // The fast forms change the iterator in place; nothing else of it changes its size.
    match heap.iterator_mut(iterator) {
        IteratorObject::Done => Ok(None),
        IteratorObject::Range {
            next,
            step,
            remaining,
        } => {
            if *remaining == 0 {
                *heap.iterator_mut(iterator) = IteratorObject::Done;
                return Ok(None);
            }
            let number = *next;
            *remaining -= 1;
            *next = next.wrapping_add(*step);
            Ok(Some(Value::Int(number)))
        }
        IteratorObject::List { list, index } => {
            let (list, position) = (*list, *index);
            *index += 1;
            let value = heap.list(list).get(position).copied();
            Ok(ended(heap, iterator, value))
        }
        IteratorObject::Tuple { tuple, index } => {
            let (tuple, position) = (*tuple, *index);
            *index += 1;
            let value = heap.tuple(tuple).get(position).copied();
            Ok(ended(heap, iterator, value))
        }
        IteratorObject::Values { values, index } => {
            let value = values.get(*index).copied();
            *index += 1;
            if value.is_none() {
                heap.modify_iterator(iterator, |object| *object = IteratorObject::Done);
            }
            Ok(value)
        }
        _ => next_other(context, iterator),
    }
}

fn ended(heap: &mut Heap, iterator: IteratorRef, value: Option<Value>) -> Option<Value> {
    if value.is_none() {
        *heap.iterator_mut(iterator) = IteratorObject::Done;
    }
    value
}

/// Whether its next value may have to be waited for, or several are asked for it.
fn may_wait(heap: &Heap, inner: Value) -> bool {
    let Value::Iterator(inner) = inner else {
        return false;
    };
    matches!(
        heap.iterator(inner),
        IteratorObject::Native { .. }
            | IteratorObject::Zip { .. }
            | IteratorObject::Enumerate { .. }
    )
}

/// The iterators of a `zip` of few, none of which may wait, and whether lengths must be equal.
fn few_zipped(heap: &Heap, iterator: IteratorRef) -> Option<([Value; FEW], usize, bool)> {
    let IteratorObject::Zip { inner, strict, .. } = heap.iterator(iterator) else {
        return None;
    };
    let mut few = [Value::Unset; FEW];
    few.get_mut(..inner.len())?.copy_from_slice(inner);
    let waits = inner.iter().any(|&one| may_wait(heap, one));
    (!waits).then_some((few, inner.len(), *strict))
}

fn next_other(context: &mut Context, iterator: IteratorRef) -> Result<Option<Value>, Raise> {
    if let Some((few, count, strict)) = few_zipped(&context.heap, iterator) {
        context.heap.reserve(256 + count * 3 * VALUE_SIZE)?;
        return next_of_zip(context, few.get(..count).unwrap_or(&few), strict);
    }
    let object = context.heap.iterator(iterator).clone();
    match object {
        IteratorObject::Str { text, offset } => {
            let character = context
                .heap
                .str(text)
                .get(offset..)
                .and_then(|rest| rest.chars().next());
            let value = match character {
                None => None,
                Some(character) => {
                    let value = context.heap.alloc_char(character)?;
                    let offset = offset + character.len_utf8();
                    *context.heap.iterator_mut(iterator) = IteratorObject::Str { text, offset };
                    Some(value)
                }
            };
            Ok(ended(&mut context.heap, iterator, value))
        }
        IteratorObject::Bytes { bytes, index } => {
            let value = context
                .heap
                .bytes(bytes)
                .get(index)
                .map(|&byte| Value::Int(i64::from(byte)));
            *context.heap.iterator_mut(iterator) = IteratorObject::Bytes {
                bytes,
                index: index + 1,
            };
            Ok(ended(&mut context.heap, iterator, value))
        }
        IteratorObject::ListReversed { list, index } => {
            let value = index
                .checked_sub(1)
                .and_then(|index| context.heap.list(list).get(index).copied());
            *context.heap.iterator_mut(iterator) = IteratorObject::ListReversed {
                list,
                index: index.saturating_sub(1),
            };
            Ok(ended(&mut context.heap, iterator, value))
        }
        IteratorObject::Dict {
            dict,
            part,
            index,
            expected,
            reversed,
        } => next_of_dict(context, iterator, (dict, part, index, expected, reversed)),
        IteratorObject::Set {
            set,
            index,
            expected,
        } => {
            let object = context.heap.set(set);
            if object.len() != expected {
                return Err(changed(context, "Set changed size during iteration"));
            }
            let from = index;
            let found = object.next_from(index);
            if let Some((_, index)) = found {
                if index - from > FREE_SLOTS {
                    let units = i64::try_from((index - from) / 8).unwrap_or(i64::MAX);
                    context.charge_debt(units);
                }
                *context.heap.iterator_mut(iterator) = IteratorObject::Set {
                    set,
                    index,
                    expected,
                };
            }
            Ok(ended(
                &mut context.heap,
                iterator,
                found.map(|(value, _)| value),
            ))
        }
        IteratorObject::Native {
            native,
            index,
            expected,
        } => {
            if deque_length(&context.heap, native) != expected {
                return Err(changed(context, "deque mutated during iteration"));
            }
            let value = native::next(context, native, index)?;
            *context.heap.iterator_mut(iterator) = IteratorObject::Native {
                native,
                index: index + 1,
                expected,
            };
            Ok(ended(&mut context.heap, iterator, value))
        }
        IteratorObject::Enumerate {
            inner,
            count,
            depth,
        } => {
            // Before the inner iterator moves.
            context.heap.reserve(256)?;
            let Some(value) = next_inner(context, inner)? else {
                return Ok(None);
            };
            let result = context.heap.alloc_tuple(vec![Value::Int(count), value])?;
            *context.heap.iterator_mut(iterator) = IteratorObject::Enumerate {
                inner,
                count: count.saturating_add(1),
                depth,
            };
            Ok(Some(result))
        }
        IteratorObject::Zip { inner, strict, .. } => {
            context.heap.reserve(256 + inner.len() * 3 * VALUE_SIZE)?;
            if inner.iter().any(|&one| may_wait(&context.heap, one)) {
                let iterators = inner.iter().filter_map(|&one| match one {
                    Value::Iterator(one) => Some(one),
                    _ => None,
                });
                let iterators = iterators.collect();
                return crate::leaf::kept(context, iterators, Vec::new(), |context| {
                    next_of_zip(context, &inner, strict)
                });
            }
            next_of_zip(context, &inner, strict)
        }
        _ => Ok(None),
    }
}

fn next_of_zip(
    context: &mut Context,
    inner: &[Value],
    strict: bool,
) -> Result<Option<Value>, Raise> {
    let mut values = Vec::with_capacity(inner.len());
    for (position, &one) in inner.iter().enumerate() {
        match next_inner(context, one)? {
            Some(value) => values.push(value),
            None if !strict => return Ok(None),
            None => return zip_ended(context, inner, position),
        }
    }
    if inner.is_empty() {
        return Ok(None);
    }
    Ok(Some(context.heap.alloc_tuple(values)?))
}

fn zip_ended(
    context: &mut Context,
    inner: &[Value],
    position: usize,
) -> Result<Option<Value>, Raise> {
    let others = |count: usize| {
        if count == 1 {
            "argument 1".to_owned()
        } else {
            format!("arguments 1-{count}")
        }
    };
    if position > 0 {
        let message = format!(
            "zip() argument {} is shorter than {}",
            position + 1,
            others(position)
        );
        return Err(context.value_error(message));
    }
    for (position, &one) in inner.iter().enumerate().skip(1) {
        if next_inner(context, one)?.is_some() {
            let message = format!(
                "zip() argument {} is longer than {}",
                position + 1,
                others(position)
            );
            return Err(context.value_error(message));
        }
    }
    Ok(None)
}

fn next_inner(context: &mut Context, inner: Value) -> Result<Option<Value>, Raise> {
    match inner {
        Value::Iterator(inner) => next(context, inner),
        _ => Err(Raise::Internal(
            "a native iterator over a value that is none",
        )),
    }
}

type DictWalk = (crate::value::DictRef, DictPart, usize, usize, bool);

/// Iterators that `zip` asks without copying their list.
const FEW: usize = 4;

/// Empty slots of a set that are passed by without being paid for.
const FREE_SLOTS: usize = 32;

fn next_of_dict(
    context: &mut Context,
    iterator: IteratorRef,
    walk: DictWalk,
) -> Result<Option<Value>, Raise> {
    let (dict, part, index, expected, reversed) = walk;
    let object = context.heap.dict(dict);
    if object.len() != expected {
        return Err(changed(context, "dictionary changed size during iteration"));
    }
    let slots = object.slots();
    let found = if reversed {
        let index = if index == 0 { slots.len() } else { index - 1 };
        let part = slots.get(..index).unwrap_or(slots);
        // Stored one higher, so that 0 is the start and 1 the end.
        part.iter()
            .rposition(|entry| !entry.key.is_unset())
            .map(|position| (position, position + 1))
    } else {
        let next = object.next_position(index);
        next.map(|position| (position, position + 1))
    };
    let Some((position, index)) = found else {
        *context.heap.iterator_mut(iterator) = IteratorObject::Done;
        return Ok(None);
    };
    let Some(entry) = slots.get(position).copied() else {
        return Ok(None);
    };
    let value = match part {
        DictPart::Keys => entry.key,
        DictPart::Values => entry.value,
        DictPart::Items => context.heap.alloc_tuple(vec![entry.key, entry.value])?,
    };
    *context.heap.iterator_mut(iterator) = IteratorObject::Dict {
        dict,
        part,
        index,
        expected,
        reversed,
    };
    Ok(Some(value))
}

/// How many values a deque has; 0 for other objects of the library.
fn deque_length(heap: &Heap, native: NativeRef) -> usize {
    match heap.native(native) {
        native::Native::Deque(values, _) => values.len(),
        _ => 0,
    }
}

fn changed(context: &mut Context, message: &str) -> Raise {
    context.raise(BuiltinException::RuntimeError, message)
}

/// An iterator over iterators: `enumerate` or `zip`.
///
/// # Errors
/// RecursionError if nested too deep; the memory limit.
pub fn pair(context: &mut Context, mut object: IteratorObject) -> Result<Value, Raise> {
    let inner: Vec<Value> = match &object {
        IteratorObject::Enumerate { inner, .. } => vec![*inner],
        IteratorObject::Zip { inner, .. } => inner.clone(),
        _ => Vec::new(),
    };
    let below = inner.iter().map(|value| match value {
        Value::Iterator(inner) => context.heap.iterator(*inner).depth(),
        _ => 0,
    });
    let nesting = below.max().unwrap_or(0).saturating_add(1);
    if nesting > MAXIMUM_NESTING {
        return Err(context.recursion_error());
    }
    if let IteratorObject::Enumerate { depth, .. } | IteratorObject::Zip { depth, .. } = &mut object
    {
        *depth = nesting;
    }
    context.heap.alloc_iterator(object)
}

/// All values of an iterable, in order. Charged and reserved ahead; an iterator is used up, unless
/// fuel or memory stops it first: then it is where it was.
///
/// # Errors
/// TypeError if it is not iterable; fuel; the memory limit.
pub fn collect(context: &mut Context, value: Value) -> Result<Vec<Value>, Raise> {
    let size = size_hint(&context.heap, value);
    let bytes = usize::try_from(size)
        .unwrap_or(usize::MAX)
        .saturating_mul(VALUE_SIZE);
    context.heap.reserve(bytes)?;
    context.charge(size)?;
    match value {
        Value::List(list) => return Ok(context.heap.list(list).to_vec()),
        Value::Tuple(tuple) => return Ok(context.heap.tuple(tuple).to_vec()),
        Value::Dict(dict) | Value::DictKeys(dict) => {
            return Ok(super::dict::dict_keys(&context.heap, dict));
        }
        Value::DictValues(dict) => return Ok(super::dict::dict_values(&context.heap, dict)),
        Value::Set(set) => return Ok(context.heap.set(set).values()),
        _ => {}
    }
    let Value::Iterator(iterator) = iterate(context, value)? else {
        return Err(not_native(context, value));
    };
    crate::leaf::kept(context, vec![iterator], Vec::new(), |context| {
        collect_rest(context, iterator, size)
    })
}

/// The error of native code that is given a generator: it runs no code of the program. Compiled programs
/// give theirs to the prelude.
pub(crate) fn not_native(context: &mut Context, value: Value) -> Raise {
    let name = super::type_name(&context.heap, value);
    context.type_error(format!(
        "a native function cannot run a '{name}': take its items with NEXT"
    ))
}

/// What an iterator still gives.
fn collect_rest(
    context: &mut Context,
    iterator: IteratorRef,
    size: u64,
) -> Result<Vec<Value>, Raise> {
    let mut values = Vec::with_capacity(usize::try_from(size).unwrap_or(0).min(1 << 16));
    loop {
        let Some(value) = next(context, iterator)? else {
            return Ok(values);
        };
        if values.len() % 1024 == 1023 {
            // What the hint did not see (a reader of the library).
            let bytes = values.len().saturating_mul(VALUE_SIZE);
            context.heap.reserve(bytes)?;
        }
        values.push(value);
    }
}

//! `container[key]`, its assignment and deletion.

use super::dict::{dict_get, dict_missing, dict_remove, dict_set};
use super::iterate::collect;
use super::names::{type_name, type_ref_name};
use crate::context::Context;
use crate::heap::Flavor;
use crate::heap::object::{Range, VALUE_SIZE};
use crate::native;
use crate::raise::Raise;
use crate::value::{ListRef, SliceRef, Value};

/// The positions that a slice selects of a sequence: `count` of them, from `start` on, `step` apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SliceIndices {
    /// The first position (meaningless if there is none).
    pub start: i64,
    /// Where it ends, exclusive.
    pub stop: i64,
    /// The distance, never 0.
    pub step: i64,
    /// How many.
    pub count: usize,
}

impl SliceIndices {
    /// The positions in order.
    pub fn positions(self) -> impl Iterator<Item = usize> {
        (0..self.count).map(move |index| {
            let offset = i64::try_from(index)
                .unwrap_or(i64::MAX)
                .saturating_mul(self.step);
            usize::try_from(self.start.saturating_add(offset)).unwrap_or(usize::MAX)
        })
    }
}

/// A slice's part as a number, clamped to 64 bits.
fn slice_part(context: &mut Context, part: Value) -> Result<Option<i64>, Raise> {
    Ok(match part {
        Value::None | Value::Unset => None,
        Value::Int(number) => Some(number),
        Value::Bool(truth) => Some(i64::from(truth)),
        Value::Big(big) => {
            let negative = context.heap.big(big).sign() == num_bigint::Sign::Minus;
            Some(if negative { i64::MIN } else { i64::MAX })
        }
        _ => {
            return Err(context
                .type_error("slice indices must be integers or None or have an __index__ method"));
        }
    })
}

/// What a slice selects of a sequence of this length (`slice.indices`).
///
/// # Errors
/// TypeError for parts that are no integers, ValueError for a step of 0.
pub fn slice_indices(
    context: &mut Context,
    slice: SliceRef,
    length: usize,
) -> Result<SliceIndices, Raise> {
    let parts = *context.heap.slice(slice);
    let step = slice_part(context, parts.step)?.unwrap_or(1).max(-i64::MAX);
    if step == 0 {
        return Err(context.value_error("slice step cannot be zero"));
    }
    let start = slice_part(context, parts.start)?;
    let stop = slice_part(context, parts.stop)?;
    let length = i64::try_from(length).unwrap_or(i64::MAX);
    let (low, high) = if step > 0 {
        (0, length)
    } else {
        (-1, length - 1)
    };
    let clamp = |part: Option<i64>, default: i64| match part {
        None => default,
        Some(part) if part < 0 => part.saturating_add(length).max(low),
        Some(part) => part.min(high),
    };
    let (first, last) = if step > 0 { (low, high) } else { (high, low) };
    let (start, stop) = (clamp(start, first), clamp(stop, last));
    let range = Range { start, stop, step };
    let count = usize::try_from(range.length()).unwrap_or(usize::MAX);
    Ok(SliceIndices {
        start,
        stop,
        step,
        count,
    })
}

/// A sequence's index as a number; `None`: the key is no integer.
fn index_of(context: &mut Context, key: Value) -> Result<Option<i64>, Raise> {
    Ok(match key {
        Value::Int(index) => Some(index),
        Value::Bool(truth) => Some(i64::from(truth)),
        Value::Big(_) => {
            return Err(context.index_error("cannot fit 'int' into an index-sized integer"));
        }
        _ => None,
    })
}

/// The position of an index that may count from the end.
#[inline]
pub(crate) fn position(index: i64, length: usize) -> Option<usize> {
    let index = if index < 0 {
        index.checked_add(i64::try_from(length).ok()?)?
    } else {
        index
    };
    usize::try_from(index)
        .ok()
        .filter(|&position| position < length)
}

/// `container[key]`.
///
/// # Errors
/// What CPython raises; fuel; the memory limit.
#[inline]
pub fn get_item(context: &mut Context, container: Value, key: Value) -> Result<Value, Raise> {
    match (container, key) {
        (Value::List(list), Value::Int(index)) => {
            let values = context.heap.list(list);
            if let Some(position) = position(index, values.len()) {
                return Ok(values.get(position).copied().unwrap_or_default());
            }
            Err(context.index_error("list index out of range"))
        }
        (Value::Dict(dict), key) => match dict_get(context, dict, key)? {
            Some(value) => Ok(value),
            None => match dict_missing(context, dict, key)? {
                Some(value) => Ok(value),
                None => Err(context.key_error(key)),
            },
        },
        _ => get_other(context, container, key),
    }
}

fn get_other(context: &mut Context, container: Value, key: Value) -> Result<Value, Raise> {
    let length = match container {
        Value::List(list) => context.heap.list(list).len(),
        Value::Tuple(tuple) => context.heap.tuple(tuple).len(),
        Value::Str(text) => context.heap.char_count(text),
        Value::Bytes(bytes) => context.heap.bytes(bytes).len(),
        Value::Range(range) => {
            usize::try_from(context.heap.range(range).length()).unwrap_or(usize::MAX)
        }
        Value::Native(native) => {
            if let Some(value) = native::get_item(context, native, key)? {
                return Ok(value);
            }
            return Err(not_subscriptable(context, container));
        }
        _ => return Err(not_subscriptable(context, container)),
    };
    if let Value::Slice(slice) = key {
        let indices = slice_indices(context, slice, length)?;
        return get_slice(context, container, indices);
    }
    if let (Value::Range(_), Value::Big(_)) = (container, key) {
        return Err(context.index_error("range object index out of range"));
    }
    let Some(index) = index_of(context, key)? else {
        return Err(bad_index(context, container, key));
    };
    let Some(position) = position(index, length) else {
        return Err(context.index_error(match container {
            Value::List(_) => "list index out of range",
            Value::Tuple(_) => "tuple index out of range",
            Value::Str(_) => "string index out of range",
            Value::Bytes(_) => "index out of range",
            _ => "range object index out of range",
        }));
    };
    match container {
        Value::List(list) => Ok(context
            .heap
            .list(list)
            .get(position)
            .copied()
            .unwrap_or_default()),
        Value::Tuple(tuple) => Ok(context
            .heap
            .tuple(tuple)
            .get(position)
            .copied()
            .unwrap_or_default()),
        Value::Bytes(bytes) => Ok(Value::Int(i64::from(
            context
                .heap
                .bytes(bytes)
                .get(position)
                .copied()
                .unwrap_or_default(),
        ))),
        Value::Range(range) => Ok(Value::Int(context.heap.range(range).at(position as u64))),
        Value::Str(text) => {
            let offset = context.heap.byte_offset(text, position);
            let character = context
                .heap
                .str(text)
                .get(offset..)
                .and_then(|rest| rest.chars().next());
            match character {
                Some(character) => context.heap.alloc_char(character),
                None => Err(Raise::Internal("a string index in range has no character")),
            }
        }
        _ => Err(Raise::Internal("index of something else")),
    }
}

fn not_subscriptable(context: &mut Context, container: Value) -> Raise {
    let message = match container {
        Value::Type(class) => format!(
            "type '{}' is not subscriptable",
            type_ref_name(&context.heap, class)
        ),
        _ => format!(
            "'{}' object is not subscriptable",
            type_name(&context.heap, container)
        ),
    };
    context.type_error(message)
}

fn bad_index(context: &mut Context, container: Value, key: Value) -> Raise {
    let name = type_name(&context.heap, key);
    context.type_error(match container {
        Value::List(_) => format!("list indices must be integers or slices, not {name}"),
        Value::Tuple(_) => format!("tuple indices must be integers or slices, not {name}"),
        Value::Str(_) => format!("string indices must be integers, not '{name}'"),
        Value::Bytes(_) => format!("byte indices must be integers or slices, not {name}"),
        _ => format!("range indices must be integers or slices, not {name}"),
    })
}

fn get_slice(
    context: &mut Context,
    container: Value,
    indices: SliceIndices,
) -> Result<Value, Raise> {
    context.charge(indices.count as u64 / 4)?;
    let first = usize::try_from(indices.start).unwrap_or(0);
    match container {
        Value::List(list) => {
            context
                .heap
                .reserve(indices.count.saturating_mul(VALUE_SIZE))?;
            let values = select(context.heap.list(list), indices);
            context.heap.alloc_list(values)
        }
        Value::Tuple(tuple) => {
            if indices.step == 1 && indices.count == context.heap.tuple(tuple).len() {
                return Ok(container);
            }
            context
                .heap
                .reserve(indices.count.saturating_mul(VALUE_SIZE))?;
            let values = select(context.heap.tuple(tuple), indices);
            context.heap.alloc_tuple(values)
        }
        Value::Bytes(bytes) => {
            context.heap.reserve(indices.count)?;
            let selected = select(context.heap.bytes(bytes), indices);
            context.heap.alloc_bytes(selected)
        }
        Value::Range(range) => {
            let range = *context.heap.range(range);
            let at = |index: i64| {
                let number = i128::from(range.start) + i128::from(index) * i128::from(range.step);
                i64::try_from(number).unwrap_or(if number < 0 { i64::MIN } else { i64::MAX })
            };
            let step = range.step.saturating_mul(indices.step);
            context.heap.alloc_range(Range {
                start: at(indices.start),
                stop: at(indices.stop),
                step,
            })
        }
        Value::Str(text) if indices.step == 1 => {
            context.heap.substring(text, first, first + indices.count)
        }
        Value::Str(text) => {
            let whole = context.heap.char_count(text);
            context.charge(whole as u64 / 4)?;
            context.heap.reserve(whole.saturating_mul(5))?;
            let result: String = if context.heap.is_ascii(text) {
                let bytes = context.heap.str(text).as_bytes();
                let chosen = indices
                    .positions()
                    .filter_map(|position| bytes.get(position));
                chosen.map(|&byte| char::from(byte)).collect()
            } else {
                let characters: Vec<char> = context.heap.str(text).chars().collect();
                indices
                    .positions()
                    .filter_map(|position| characters.get(position))
                    .collect()
            };
            context.heap.alloc_string(result)
        }
        _ => Err(Raise::Internal("slice of something else")),
    }
}

fn select<T: Copy>(values: &[T], indices: SliceIndices) -> Vec<T> {
    if indices.step == 1 {
        let first = usize::try_from(indices.start).unwrap_or(0);
        return values
            .get(first..first.saturating_add(indices.count))
            .unwrap_or(&[])
            .to_vec();
    }
    indices
        .positions()
        .filter_map(|position| values.get(position).copied())
        .collect()
}

/// `container[key] = value`.
///
/// # Errors
/// What CPython raises; fuel; the memory limit.
#[inline]
pub fn set_item(
    context: &mut Context,
    container: Value,
    key: Value,
    value: Value,
) -> Result<(), Raise> {
    match (container, key) {
        (Value::List(list), Value::Int(index)) => {
            let values = context.heap.list_mut(list);
            if let Some(slot) =
                position(index, values.len()).and_then(|position| values.get_mut(position))
            {
                *slot = value;
                return Ok(());
            }
            Err(context.index_error("list assignment index out of range"))
        }
        (Value::Dict(dict), _) => dict_set(context, dict, key, value),
        (Value::List(list), Value::Slice(slice)) => set_slice(context, list, slice, value),
        (Value::List(list), _) => match index_of(context, key)? {
            Some(index) => set_item(context, Value::List(list), Value::Int(index), value),
            None => Err(bad_index(context, container, key)),
        },
        (Value::Native(native), _) if native::set_item(context, native, key, value)? => Ok(()),
        _ => {
            if is_sequence_like(container) {
                index_of(context, key)?;
            }
            let name = type_name(&context.heap, container);
            Err(context.type_error(format!("'{name}' object does not support item assignment")))
        }
    }
}

/// Whether CPython looks at the key as an index before it says that items cannot be set or deleted.
fn is_sequence_like(value: Value) -> bool {
    matches!(
        value,
        Value::Str(_)
            | Value::Bytes(_)
            | Value::Tuple(_)
            | Value::Range(_)
            | Value::Set(_)
            | Value::DictKeys(_)
            | Value::DictValues(_)
            | Value::DictItems(_)
    )
}

/// `del container[key]`.
///
/// # Errors
/// What CPython raises; fuel.
pub fn delete_item(context: &mut Context, container: Value, key: Value) -> Result<(), Raise> {
    match (container, key) {
        (Value::Dict(dict), _) => match dict_remove(context, dict, key)? {
            Some(_) => Ok(()),
            // A Counter has every key.
            None if matches!(context.heap.dict(dict).flavor, Flavor::Counter) => Ok(()),
            None => Err(context.key_error(key)),
        },
        (Value::List(list), Value::Slice(slice)) => delete_slice(context, list, slice),
        (Value::List(list), _) => {
            let Some(index) = index_of(context, key)? else {
                return Err(bad_index(context, container, key));
            };
            let length = context.heap.list(list).len();
            let Some(position) = position(index, length) else {
                return Err(context.index_error("list assignment index out of range"));
            };
            context.charge((length - position) as u64 / 16)?;
            context.heap.modify_list(list, |values| {
                if position < values.len() {
                    values.remove(position);
                }
            });
            Ok(())
        }
        (Value::Native(native), _) if native::set_item(context, native, key, Value::Unset)? => {
            Ok(())
        }
        _ => {
            let doubly = is_sequence_like(container) && index_of(context, key)?.is_some();
            let support = if doubly { "doesn't" } else { "does not" };
            let name = type_name(&context.heap, container);
            Err(context.type_error(format!("'{name}' object {support} support item deletion")))
        }
    }
}

fn set_slice(
    context: &mut Context,
    list: ListRef,
    slice: SliceRef,
    value: Value,
) -> Result<(), Raise> {
    let length = context.heap.list(list).len();
    let indices = slice_indices(context, slice, length)?;
    if !is_iterable(context, value) {
        return Err(context.type_error(if indices.step == 1 {
            "can only assign an iterable"
        } else {
            "must assign iterable to extended slice"
        }));
    }
    context.charge(length as u64 / 16)?;
    let hint =
        usize::try_from(super::iterate::size_hint(&context.heap, value)).unwrap_or(usize::MAX);
    context.heap.reserve(hint.saturating_mul(2 * VALUE_SIZE))?;
    let values = collect(context, value)?;
    if indices.step == 1 {
        let first = usize::try_from(indices.start).unwrap_or(0).min(length);
        let end = (first + indices.count).min(length);
        context.heap.grow_list(list, values.len())?;
        context.heap.modify_list(list, |elements| {
            elements.splice(first..end, values);
        });
        return Ok(());
    }
    if values.len() != indices.count {
        let (size, count) = (values.len(), indices.count);
        return Err(context.value_error(format!(
            "attempt to assign sequence of size {size} to extended slice of size {count}"
        )));
    }
    let elements = context.heap.list_mut(list);
    for (position, value) in indices.positions().zip(values) {
        if let Some(slot) = elements.get_mut(position) {
            *slot = value;
        }
    }
    Ok(())
}

fn is_iterable(context: &Context, value: Value) -> bool {
    match value {
        Value::Native(native) => native::is_iterable(&context.heap, native),
        Value::List(_)
        | Value::Tuple(_)
        | Value::Str(_)
        | Value::Bytes(_)
        | Value::Dict(_)
        | Value::DictKeys(_)
        | Value::DictValues(_)
        | Value::DictItems(_)
        | Value::Set(_)
        | Value::Range(_)
        | Value::Iterator(_)
        | Value::Generator(_) => true,
        _ => false,
    }
}

fn delete_slice(context: &mut Context, list: ListRef, slice: SliceRef) -> Result<(), Raise> {
    let length = context.heap.list(list).len();
    let indices = slice_indices(context, slice, length)?;
    context.charge(length as u64 / 8)?;
    let mut gone = vec![false; length];
    for position in indices.positions() {
        if let Some(flag) = gone.get_mut(position) {
            *flag = true;
        }
    }
    context.heap.modify_list(list, |elements| {
        let mut flags = gone.into_iter();
        elements.retain(|_| !flags.next().unwrap_or(false));
    });
    Ok(())
}

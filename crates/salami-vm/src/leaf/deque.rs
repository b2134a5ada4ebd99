//! `collections.deque`.

use std::collections::VecDeque;

use crate::heap::grow;

use super::argument::{size, take, wrong_type};
use super::{ANY, DEQUE, INT, Leaf, NONE, leaf, tags};
use crate::context::Context;
use crate::format;
use crate::heap::object::VALUE_SIZE;
use crate::native::Native;
use crate::ops::{self, BinaryOperator};
use crate::raise::Raise;
use crate::value::{NativeRef, Value};
use salami_ir::Tag;

pub(super) const LEAVES: &[Leaf] = &[
    leaf("collections.deque", 2, DEQUE, new),
    leaf("collections.deque.append", 2, NONE, append),
    leaf("collections.deque.appendleft", 2, NONE, append_left),
    leaf("collections.deque.clear", 1, NONE, clear),
    leaf("collections.deque.copy", 1, DEQUE, copy),
    leaf("collections.deque.count", 2, INT, count),
    leaf("collections.deque.extend", 2, NONE, extend),
    leaf("collections.deque.extendleft", 2, NONE, extend_left),
    leaf("collections.deque.index", 4, INT, index),
    leaf("collections.deque.insert", 3, NONE, insert),
    leaf(
        "collections.deque.maxlen",
        1,
        tags(&[Tag::Int, Tag::None]),
        maximum,
    ),
    leaf("collections.deque.pop", 1, ANY, pop),
    leaf("collections.deque.popleft", 1, ANY, pop_left),
    leaf("collections.deque.remove", 2, NONE, remove),
    leaf("collections.deque.reverse", 1, NONE, reverse),
    leaf("collections.deque.rotate", 2, NONE, rotate),
];

fn receiver(context: &mut Context, value: Value) -> Result<NativeRef, Raise> {
    match value {
        Value::Native(handle) if matches!(context.heap.native(handle), Native::Deque(..)) => {
            Ok(handle)
        }
        _ => Err(wrong_type(
            context,
            "descriptor for 'collections.deque' objects doesn't apply to a '{}' object",
            value,
        )),
    }
}

fn get(context: &Context, handle: NativeRef) -> Result<(&VecDeque<Value>, Option<usize>), Raise> {
    match context.heap.native(handle) {
        Native::Deque(values, limit) => Ok((values, *limit)),
        _ => Err(Raise::Internal("a deque became something else")),
    }
}

fn change<T>(
    context: &mut Context,
    handle: NativeRef,
    change: impl FnOnce(&mut VecDeque<Value>, Option<usize>) -> T,
) -> Result<T, Raise> {
    let mut result = None;
    context.heap.modify_native(handle, |native| {
        if let Native::Deque(values, limit) = native {
            result = Some(change(values, *limit));
        }
    });
    result.ok_or(Raise::Internal("a deque became something else"))
}

/// Appends to an end; what is too much falls off the other.
fn push(values: &mut VecDeque<Value>, limit: Option<usize>, value: Value, left: bool) {
    if limit == Some(0) {
        return;
    }
    if limit.is_some_and(|limit| values.len() >= limit) {
        if left {
            values.pop_back();
        } else {
            values.pop_front();
        }
    }
    if left {
        values.push_front(value);
    } else {
        values.push_back(value);
    }
}

fn new(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [iterable, limit] = take(arguments)?;
    let limit = match limit {
        Value::None | Value::Unset => None,
        Value::Int(_) | Value::Bool(_) | Value::Big(_) => {
            match usize::try_from(size(context, limit)?) {
                Ok(limit) => Some(limit),
                Err(_) => return Err(context.value_error("maxlen must be non-negative")),
            }
        }
        _ => return Err(context.type_error("an integer is required")),
    };
    let mut values: VecDeque<Value> = if iterable.is_unset() {
        VecDeque::new()
    } else {
        ops::collect(context, iterable)?.into()
    };
    if let Some(limit) = limit
        && values.len() > limit
    {
        values.drain(..values.len() - limit);
    }
    context.heap.alloc_native(Native::Deque(values, limit))
}

fn append(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [deque, value] = take(arguments)?;
    one(context, deque, value, false)
}

fn append_left(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [deque, value] = take(arguments)?;
    one(context, deque, value, true)
}

fn one(context: &mut Context, deque: Value, value: Value, left: bool) -> Result<Value, Raise> {
    let handle = receiver(context, deque)?;
    let length = get(context, handle)?.0.len();
    context.reserve(VALUE_SIZE + grow::passing(length, length + 1, VALUE_SIZE))?;
    change(context, handle, |values, limit| {
        if values.len() == values.capacity() && length >= grow::LARGE {
            values.reserve_exact(grow::step_above(length + 1) - length);
        }
        push(values, limit, value, left)
    })?;
    Ok(Value::None)
}

fn extend(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [deque, iterable] = take(arguments)?;
    several(context, deque, iterable, false)
}

fn extend_left(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [deque, iterable] = take(arguments)?;
    several(context, deque, iterable, true)
}

fn several(
    context: &mut Context,
    deque: Value,
    iterable: Value,
    left: bool,
) -> Result<Value, Raise> {
    let handle = receiver(context, deque)?;
    let hint = usize::try_from(ops::size_hint(&context.heap, iterable)).unwrap_or(usize::MAX);
    context.reserve(hint.saturating_mul(2 * VALUE_SIZE))?;
    let more = ops::collect(context, iterable)?;
    change(context, handle, |values, limit| {
        for value in more {
            push(values, limit, value, left);
        }
    })?;
    Ok(Value::None)
}

fn clear(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [deque] = take(arguments)?;
    let handle = receiver(context, deque)?;
    change(context, handle, |values, _| values.clear())?;
    Ok(Value::None)
}

fn copy(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [deque] = take(arguments)?;
    let handle = receiver(context, deque)?;
    let length = get(context, handle)?.0.len();
    context.charge(length as u64)?;
    context.reserve(length.saturating_mul(VALUE_SIZE))?;
    let (values, limit) = get(context, handle)?;
    let copy = Native::Deque(values.clone(), limit);
    context.heap.alloc_native(copy)
}

fn pop(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [deque] = take(arguments)?;
    let handle = receiver(context, deque)?;
    match change(context, handle, |values, _| values.pop_back())? {
        Some(value) => Ok(value),
        None => Err(context.index_error("pop from an empty deque")),
    }
}

fn pop_left(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [deque] = take(arguments)?;
    let handle = receiver(context, deque)?;
    match change(context, handle, |values, _| values.pop_front())? {
        Some(value) => Ok(value),
        None => Err(context.index_error("pop from an empty deque")),
    }
}

fn maximum(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [deque] = take(arguments)?;
    let handle = receiver(context, deque)?;
    Ok(get(context, handle)?
        .1
        .map_or(Value::None, |limit| Value::Int(limit as i64)))
}

/// The position of an equal value between two positions.
fn find(
    context: &mut Context,
    handle: NativeRef,
    wanted: Value,
    start: usize,
    end: usize,
) -> Result<Option<usize>, Raise> {
    let length = get(context, handle)?.0.len();
    context.charge(end.min(length).saturating_sub(start) as u64)?;
    for index in start..end.min(length) {
        let Some(&value) = get(context, handle)?.0.get(index) else {
            break;
        };
        if ops::identical(value, wanted) || ops::equal(context, value, wanted)? {
            return Ok(Some(index));
        }
    }
    Ok(None)
}

fn count(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [deque, wanted] = take(arguments)?;
    let handle = receiver(context, deque)?;
    let mut found = 0;
    let mut start = 0;
    while let Some(index) = find(context, handle, wanted, start, usize::MAX)? {
        found += 1;
        start = index + 1;
    }
    Ok(Value::Int(found))
}

fn place(position: i64, length: usize) -> usize {
    let position = if position < 0 {
        position.saturating_add(length as i64)
    } else {
        position
    };
    usize::try_from(position.max(0))
        .unwrap_or(usize::MAX)
        .min(length)
}

fn index(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [deque, wanted, start, end] = take(arguments)?;
    let handle = receiver(context, deque)?;
    let length = get(context, handle)?.0.len();
    let bound = |context: &mut Context, value: Value, default| match value {
        Value::Unset | Value::None => Ok(default),
        _ => super::argument::bound(context, value).map(|value| place(value.unwrap_or(0), length)),
    };
    let start = bound(context, start, 0)?;
    let end = bound(context, end, length)?;
    match find(context, handle, wanted, start, end)? {
        Some(index) => Ok(Value::Int(index as i64)),
        None => {
            let shown = format::repr(context, wanted)?;
            Err(context.value_error(format!("{shown} is not in deque")))
        }
    }
}

fn insert(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [deque, position, value] = take(arguments)?;
    let handle = receiver(context, deque)?;
    let position = size(context, position)?;
    let (values, limit) = get(context, handle)?;
    let length = values.len();
    if limit.is_some_and(|limit| length >= limit) {
        return Err(context.index_error("deque already at its maximum size"));
    }
    context.charge(length as u64 / 16)?;
    context.reserve(VALUE_SIZE)?;
    change(context, handle, |values, _| {
        values.insert(place(position, length), value)
    })?;
    Ok(Value::None)
}

fn remove(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [deque, wanted] = take(arguments)?;
    let handle = receiver(context, deque)?;
    match find(context, handle, wanted, 0, usize::MAX)? {
        Some(index) => {
            change(context, handle, |values, _| values.remove(index))?;
            Ok(Value::None)
        }
        None => {
            let shown = format::repr(context, wanted)?;
            Err(context.value_error(format!("{shown} is not in deque")))
        }
    }
}

fn reverse(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [deque] = take(arguments)?;
    let handle = receiver(context, deque)?;
    context.charge(get(context, handle)?.0.len() as u64 / 2)?;
    change(context, handle, |values, _| {
        values.make_contiguous().reverse()
    })?;
    Ok(Value::None)
}

fn rotate(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [deque, steps] = take(arguments)?;
    let handle = receiver(context, deque)?;
    let steps = if steps.is_unset() {
        1
    } else {
        size(context, steps)?
    };
    let length = get(context, handle)?.0.len();
    if length > 1 {
        let right = usize::try_from(steps.rem_euclid(length as i64)).unwrap_or(0);
        context.charge(right.min(length - right) as u64)?;
        change(context, handle, |values, _| values.rotate_right(right))?;
    }
    Ok(Value::None)
}

fn position_of(context: &mut Context, handle: NativeRef, key: Value) -> Result<usize, Raise> {
    let position = match key {
        Value::Int(_) | Value::Bool(_) | Value::Big(_) => size(context, key)?,
        _ => {
            return Err(wrong_type(
                context,
                "sequence index must be integer, not '{}'",
                key,
            ));
        }
    };
    let length = get(context, handle)?.0.len();
    let position = if position < 0 {
        position.saturating_add(length as i64)
    } else {
        position
    };
    match usize::try_from(position) {
        Ok(position) if position < length => Ok(position),
        _ => Err(context.index_error("deque index out of range")),
    }
}

/// `deque[key]`
pub(crate) fn get_item(
    context: &mut Context,
    handle: NativeRef,
    key: Value,
) -> Result<Value, Raise> {
    let position = position_of(context, handle, key)?;
    Ok(get(context, handle)?
        .0
        .get(position)
        .copied()
        .unwrap_or_default())
}

/// `deque[key] = item`, or `del deque[key]` where the item is unset.
pub(crate) fn set_item(
    context: &mut Context,
    handle: NativeRef,
    key: Value,
    item: Value,
) -> Result<(), Raise> {
    let position = position_of(context, handle, key)?;
    change(context, handle, |values, _| {
        if item.is_unset() {
            values.remove(position);
        } else if let Some(place) = values.get_mut(position) {
            *place = item;
        }
    })
}

/// `deque + deque`, `deque * int`.
pub(crate) fn binary(
    context: &mut Context,
    operator: BinaryOperator,
    left: Value,
    right: Value,
) -> Result<Option<Value>, Raise> {
    let deque = |context: &Context, value| match value {
        Value::Native(handle) => get(context, handle)
            .ok()
            .map(|(values, limit)| (values.clone(), limit)),
        _ => None,
    };
    let (mut values, limit) = match operator {
        BinaryOperator::Add => {
            let Some((mut values, limit)) = deque(context, left) else {
                return Ok(None);
            };
            let Some((more, _)) = deque(context, right) else {
                return Err(wrong_type(
                    context,
                    "can only concatenate deque (not \"{}\") to deque",
                    right,
                ));
            };
            context.charge((values.len() + more.len()) as u64)?;
            context.reserve((values.len() + more.len()).saturating_mul(VALUE_SIZE))?;
            values.extend(more);
            (values, limit)
        }
        BinaryOperator::Multiply => {
            let ((values, limit), times) = match (deque(context, left), deque(context, right)) {
                (Some(deque), None) => (deque, right),
                (None, Some(deque)) => (deque, left),
                _ => return Ok(None),
            };
            let (Value::Int(_) | Value::Bool(_) | Value::Big(_)) = times else {
                return Ok(None);
            };
            let times = usize::try_from(size(context, times)?.max(0)).unwrap_or(0);
            let length = values.len().saturating_mul(times);
            context.charge(length as u64)?;
            context.reserve(length.saturating_mul(VALUE_SIZE))?;
            (values.iter().copied().cycle().take(length).collect(), limit)
        }
        _ => return Ok(None),
    };
    if let Some(limit) = limit
        && values.len() > limit
    {
        values.drain(..values.len() - limit);
    }
    context
        .heap
        .alloc_native(Native::Deque(values, limit))
        .map(Some)
}

//! Methods of `list` and `tuple`, and their constructors.

use super::argument::{bound, size, take, wrong_type};
use super::{ANY, INT, LIST, Leaf, NONE, TUPLE, leaf};
use crate::context::Context;
use crate::format::repr;
use crate::ops;
use crate::raise::Raise;
use crate::value::{ListRef, Value};

pub(super) const LEAVES: &[Leaf] = &[
    leaf("list", 1, LIST, list),
    leaf("list.append", 2, NONE, append),
    leaf("list.clear", 1, NONE, clear),
    leaf("list.copy", 1, LIST, copy),
    leaf("list.count", 2, INT, count),
    leaf("_leaf.extend_by_starred", 2, NONE, extend_by_starred),
    leaf("list.extend", 2, NONE, extend),
    leaf("list.index", 4, INT, index),
    leaf("list.insert", 3, NONE, insert),
    leaf("list.pop", 2, ANY, pop),
    leaf("list.remove", 2, NONE, remove),
    leaf("list.reverse", 1, NONE, reverse),
    leaf("tuple", 1, TUPLE, tuple),
    leaf("tuple.count", 2, INT, count),
    leaf("tuple.index", 4, INT, index),
];

fn receiver(context: &mut Context, value: Value, method: &str) -> Result<ListRef, Raise> {
    match value {
        Value::List(list) => Ok(list),
        _ => {
            let message = format!(
                "descriptor '{method}' for 'list' objects doesn't apply to a '{{}}' object"
            );
            Err(wrong_type(context, &message, value))
        }
    }
}

fn list(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [iterable] = take(arguments)?;
    if iterable.is_unset() {
        return context.list(Vec::new());
    }
    let values = ops::collect(context, iterable)?;
    context.list(values)
}

fn tuple(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [iterable] = take(arguments)?;
    match iterable {
        Value::Unset => context.tuple(Vec::new()),
        Value::Tuple(_) => Ok(iterable),
        _ => {
            let values = ops::collect(context, iterable)?;
            context.tuple(values)
        }
    }
}

fn append(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [list, value] = take(arguments)?;
    let list = receiver(context, list, "append")?;
    context.heap.list_push(list, value)?;
    Ok(Value::None)
}

fn clear(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [list] = take(arguments)?;
    let list = receiver(context, list, "clear")?;
    context.heap.modify_list(list, Vec::clear);
    Ok(Value::None)
}

fn copy(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [list] = take(arguments)?;
    receiver(context, list, "copy")?;
    let values = ops::collect(context, list)?;
    context.list(values)
}

/// The values of a list or tuple.
fn elements(context: &mut Context, value: Value, method: &str) -> Result<Vec<Value>, Raise> {
    match value {
        Value::List(_) | Value::Tuple(_) => ops::collect(context, value),
        _ => receiver(context, value, method).map(|_| Vec::new()),
    }
}

fn same(context: &mut Context, left: Value, right: Value) -> Result<bool, Raise> {
    Ok(ops::identical(left, right) || ops::equal(context, left, right)?)
}

fn count(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [sequence, value] = take(arguments)?;
    let mut count = 0;
    for element in elements(context, sequence, "count")? {
        count += i64::from(same(context, element, value)?);
    }
    Ok(Value::Int(count))
}

fn index(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [sequence, value, start, stop] = take(arguments)?;
    let values = elements(context, sequence, "index")?;
    let length = i64::try_from(values.len()).unwrap_or(i64::MAX);
    let place = |bound: Option<i64>, default: i64| {
        let bound = bound.unwrap_or(default);
        let bound = if bound < 0 {
            bound.saturating_add(length).max(0)
        } else {
            bound
        };
        usize::try_from(bound).unwrap_or(usize::MAX)
    };
    let bounds_error = "slice indices must be integers or have an __index__ method";
    if start.is_none() || stop.is_none() {
        return Err(context.type_error(bounds_error));
    }
    let (start, stop) = (bound(context, start), bound(context, stop));
    let (Ok(start), Ok(stop)) = (start, stop) else {
        return Err(context.type_error(bounds_error));
    };
    let (start, stop) = (place(start, 0), place(stop, i64::MAX).min(values.len()));
    for (position, &element) in values.iter().enumerate().take(stop).skip(start) {
        if same(context, element, value)? {
            return Ok(Value::Int(i64::try_from(position).unwrap_or(i64::MAX)));
        }
    }
    if let Value::Tuple(_) = sequence {
        return Err(context.value_error("tuple.index(x): x not in tuple"));
    }
    let shown = repr(context, value)?;
    Err(context.value_error(format!("{shown} is not in list")))
}

fn extend(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [list, values] = take(arguments)?;
    let list = receiver(context, list, "extend")?;
    ops::extend(context, list, values)?;
    Ok(Value::None)
}

/// What `[*values]` does: it has its own words for what cannot be iterated.
fn extend_by_starred(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [_, values] = take(arguments)?;
    let is_single = matches!(
        values,
        Value::None
            | Value::Bool(_)
            | Value::Int(_)
            | Value::Big(_)
            | Value::Float(_)
            | Value::Object(_)
    );
    if is_single {
        return Err(wrong_type(
            context,
            "Value after * must be an iterable, not {}",
            values,
        ));
    }
    extend(context, arguments)
}

fn insert(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [list, index, value] = take(arguments)?;
    let list = receiver(context, list, "insert")?;
    let index = size(context, index)?;
    let length = context.heap.list(list).len();
    let place = if index < 0 {
        length.saturating_sub(usize::try_from(index.unsigned_abs()).unwrap_or(usize::MAX))
    } else {
        usize::try_from(index).unwrap_or(usize::MAX).min(length)
    };
    context.heap.grow_list(list, 1)?;
    context.charge((length - place) as u64 / 32)?;
    context
        .heap
        .modify_list(list, |values| values.insert(place.min(values.len()), value));
    Ok(Value::None)
}

fn pop(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [list, index] = take(arguments)?;
    let list = receiver(context, list, "pop")?;
    let index = if index.is_unset() {
        -1
    } else {
        size(context, index)?
    };
    let length = context.heap.list(list).len();
    if length == 0 {
        return Err(context.index_error("pop from empty list"));
    }
    let signed = i64::try_from(length).unwrap_or(i64::MAX);
    let place = if index < 0 {
        index.saturating_add(signed)
    } else {
        index
    };
    let Some(place) = usize::try_from(place).ok().filter(|&place| place < length) else {
        return Err(context.index_error("pop index out of range"));
    };
    context.charge((length - place) as u64 / 32)?;
    Ok(context
        .heap
        .modify_list(list, |values| values.remove(place)))
}

fn remove(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [list, value] = take(arguments)?;
    let list = receiver(context, list, "remove")?;
    context.charge(context.heap.list(list).len() as u64 / 4)?;
    let mut place = 0;
    while let Some(&element) = context.heap.list(list).get(place) {
        if same(context, element, value)? {
            context
                .heap
                .modify_list(list, |values| values.remove(place));
            return Ok(Value::None);
        }
        place += 1;
    }
    Err(context.value_error("list.remove(x): x not in list"))
}

fn reverse(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [list] = take(arguments)?;
    let list = receiver(context, list, "reverse")?;
    context.charge(context.heap.list(list).len() as u64 / 8)?;
    context.heap.list_mut(list).reverse();
    Ok(Value::None)
}

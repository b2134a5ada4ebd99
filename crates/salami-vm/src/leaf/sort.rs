//! A stable sort whose comparison may fail, and the leaves `sorted` and `list.sort`.

use salami_ir::instruction::Comparison;

use super::argument::{take, wrong_type};
use super::sort_shape::Shape;
use super::{LIST, Leaf, NONE, leaf};
use crate::context::Context;
use crate::ops;
use crate::raise::Raise;
use crate::value::Value;

pub(super) const LEAVES: &[Leaf] = &[
    leaf("_leaf.sort_by_keys", 3, LIST, sort_leaf),
    leaf("_leaf.sorted_anyhow", 1, LIST, sorted_anyhow),
    leaf("list.sort", 3, NONE, list_sort),
    leaf("sorted", 3, LIST, sorted),
];

/// Runs of this length are sorted by insertion.
const RUN: usize = 8;

/// The fuel of sorting this many values.
#[must_use]
pub fn cost(length: usize) -> u64 {
    let length = length as u64;
    length.saturating_mul(u64::from(u64::BITS - length.leading_zeros())) / 2
}

/// Sorts stably. `less(a, b)` says whether `a` must come before `b`; it is asked of a later value
/// first, as CPython's sort does, so that values that do not compare are named in the same order.
///
/// # Errors
/// What `less` gives; the values are then in some order.
pub fn merge_sort<T: Copy, E>(
    values: &mut [T],
    less: &mut impl FnMut(&T, &T) -> Result<bool, E>,
) -> Result<(), E> {
    // What is in order already, or strictly backwards, is found in one pass.
    let ordered = leading_run(values, less)?;
    if ordered >= values.len() {
        return Ok(());
    }
    let mut width = RUN;
    for chunk in values.chunks_mut(RUN) {
        insertion_sort(chunk, less)?;
    }
    let mut spare: Vec<T> = Vec::with_capacity(values.len());
    while width < values.len() {
        for pair in values.chunks_mut(width.saturating_mul(2)) {
            if pair.len() > width {
                merge(pair, width, &mut spare, less)?;
            }
        }
        width = width.saturating_mul(2);
    }
    Ok(())
}

/// The length of the run at the start; one that descends strictly is turned round.
fn leading_run<T: Copy, E>(
    values: &mut [T],
    less: &mut impl FnMut(&T, &T) -> Result<bool, E>,
) -> Result<usize, E> {
    let (Some(first), Some(second)) = (values.first(), values.get(1)) else {
        return Ok(values.len());
    };
    let descending = less(second, first)?;
    let mut length = 2;
    for pair in values.windows(2).skip(1) {
        let [before, after] = pair else { break };
        if less(after, before)? != descending {
            break;
        }
        length += 1;
    }
    if descending && let Some(run) = values.get_mut(..length) {
        run.reverse();
    }
    Ok(length)
}

fn insertion_sort<T: Copy, E>(
    values: &mut [T],
    less: &mut impl FnMut(&T, &T) -> Result<bool, E>,
) -> Result<(), E> {
    for end in 1..values.len() {
        let mut place = end;
        while place > 0 {
            let (Some(before), Some(value)) = (values.get(place - 1), values.get(place)) else {
                break;
            };
            if !less(value, before)? {
                break;
            }
            values.swap(place - 1, place);
            place -= 1;
        }
    }
    Ok(())
}

/// Merges the sorted halves `..middle` and `middle..`.
fn merge<T: Copy, E>(
    values: &mut [T],
    middle: usize,
    spare: &mut Vec<T>,
    less: &mut impl FnMut(&T, &T) -> Result<bool, E>,
) -> Result<(), E> {
    if let (Some(last), Some(first)) = (values.get(middle.wrapping_sub(1)), values.get(middle))
        && !less(first, last)?
    {
        return Ok(());
    }
    spare.clear();
    let (left, right) = values.split_at(middle);
    let (mut left, mut right) = (left.iter(), right.iter());
    while let (Some(one), Some(other)) = (left.as_slice().first(), right.as_slice().first()) {
        if less(other, one)? {
            spare.push(*other);
            right.next();
        } else {
            spare.push(*one);
            left.next();
        }
    }
    spare.extend(left);
    spare.extend(right);
    values.copy_from_slice(spare);
    Ok(())
}

/// Sorts values by Python's `<`.
///
/// # Errors
/// TypeError for values that do not compare; fuel and memory.
pub fn sort_values(
    context: &mut Context,
    values: &mut [Value],
    reverse: bool,
) -> Result<(), Raise> {
    prepare(context, values.len())?;
    charge_texts(context, values)?;
    // Equal values keep their order also in a sort from the largest.
    if reverse {
        values.reverse();
    }
    sort_by(context, values, |value| *value)?;
    if reverse {
        values.reverse();
    }
    Ok(())
}

/// Sorts by Python's `<` of what `key` gives: without failing where the values have a simple shape.
fn sort_by<T: Copy>(
    context: &mut Context,
    items: &mut [T],
    key: impl Fn(&T) -> Value,
) -> Result<(), Raise> {
    if let Some(shape) = Shape::of(&context.heap, items.iter().map(&key)) {
        context.charge(shape.extra_cost(items.len()))?;
        let heap = &context.heap;
        items.sort_by(|left, right| shape.order(heap, key(left), key(right)));
        return Ok(());
    }
    merge_sort(items, &mut |left, right| {
        ops::order(context, Comparison::Less, key(left), key(right))
    })
}

/// Texts that differ late are read again in each comparison.
fn charge_texts(context: &mut Context, values: &[Value]) -> Result<(), Raise> {
    let length = |value: &Value| {
        if let Value::Str(text) = value {
            text.byte_length() as u64
        } else {
            0
        }
    };
    let bytes: u64 = values.iter().map(length).sum();
    let rounds = u64::from(usize::BITS - values.len().leading_zeros());
    context.charge((bytes / 64).saturating_mul(rounds))
}

fn prepare(context: &mut Context, length: usize) -> Result<(), Raise> {
    context.charge(cost(length))?;
    context.reserve(length.saturating_mul(32))
}

/// Sorts values by keys that were computed before.
///
/// # Errors
/// As [`sort_values`].
pub fn sort_by_keys(
    context: &mut Context,
    values: &[Value],
    keys: &[Value],
    reverse: bool,
) -> Result<Vec<Value>, Raise> {
    prepare(context, values.len().saturating_mul(2))?;
    charge_texts(context, keys)?;
    let mut pairs: Vec<(Value, Value)> = keys.iter().copied().zip(values.iter().copied()).collect();
    if reverse {
        pairs.reverse();
    }
    sort_by(context, &mut pairs, |pair| pair.0)?;
    if reverse {
        pairs.reverse();
    }
    Ok(pairs.into_iter().map(|(_, value)| value).collect())
}

/// Sorts values; those that do not compare, by the names of their types.
fn sorted_anyhow(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [values] = take(arguments)?;
    let mut values = ops::collect(context, values)?;
    prepare(context, values.len())?;
    charge_texts(context, &values)?;
    merge_sort(&mut values, &mut |left, right| match ops::order(
        context,
        Comparison::Less,
        *left,
        *right,
    ) {
        Err(Raise::Exception(_)) => {
            let heap = &context.heap;
            Ok(ops::type_name(heap, *left) < ops::type_name(heap, *right))
        }
        other => other,
    })?;
    context.list(values)
}

/// `sorted(iterable, key=None, reverse)`
fn sorted(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [iterable, key, reverse] = take(arguments)?;
    no_key(context, key)?;
    let mut values = ops::collect(context, iterable)?;
    let reverse = ops::truth(&context.heap, reverse);
    sort_values(context, &mut values, reverse)?;
    context.list(values)
}

/// `list.sort(self, key=None, reverse)`
fn list_sort(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [list, key, reverse] = take(arguments)?;
    no_key(context, key)?;
    let Value::List(list) = list else {
        return Err(wrong_type(
            context,
            "descriptor 'sort' for 'list' objects doesn't apply to a '{}' object",
            list,
        ));
    };
    let reverse = ops::truth(&context.heap, reverse);
    let mut values = context.heap.list(list).to_vec();
    sort_values(context, &mut values, reverse)?;
    *context.heap.list_mut(list) = values;
    Ok(Value::None)
}

/// `_leaf.sort_by_keys(values, keys, reverse)`: a new list of the values in the order of the keys.
fn sort_leaf(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [values, keys, reverse] = take(arguments)?;
    let values = ops::collect(context, values)?;
    let keys = ops::collect(context, keys)?;
    let reverse = ops::truth(&context.heap, reverse);
    let sorted = sort_by_keys(context, &values, &keys, reverse)?;
    context.list(sorted)
}

fn no_key(context: &mut Context, key: Value) -> Result<(), Raise> {
    match key {
        Value::None | Value::Unset => Ok(()),
        // Keys are called by the prelude.
        _ => Err(wrong_type(context, "'{}' object is not callable", key)),
    }
}

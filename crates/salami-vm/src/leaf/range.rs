//! `range` and `slice`.

use super::argument::{size, take, wrong_type};
use super::{ANY, INT, Leaf, RANGE, TUPLE, leaf, tags};
use crate::context::Context;
use crate::format::repr;
use crate::heap::object::{Range, Slice};
use crate::ops;
use crate::raise::Raise;
use crate::value::{RangeRef, SliceRef, Value};
use salami_ir::Tag;

pub(super) const LEAVES: &[Leaf] = &[
    leaf("range", 3, RANGE, |context, arguments| {
        let [start, stop, step] = take(arguments)?;
        range(context, start, stop, step)
    }),
    leaf("range.count", 2, INT, count),
    leaf("range.index", 2, INT, index),
    leaf("range.start", 1, INT, |context, arguments| {
        part(context, arguments, |range| range.start)
    }),
    leaf("range.step", 1, INT, |context, arguments| {
        part(context, arguments, |range| range.step)
    }),
    leaf("range.stop", 1, INT, |context, arguments| {
        part(context, arguments, |range| range.stop)
    }),
    leaf("range.until", 1, RANGE, |context, arguments| {
        let [stop] = take(arguments)?;
        range(context, Value::Int(0), stop, Value::Int(1))
    }),
    leaf("slice", 3, tags(&[Tag::Slice]), |context, arguments| {
        let [start, stop, step] = take(arguments)?;
        slice(context, start, stop, step)
    }),
    leaf("slice.indices", 2, TUPLE, indices),
    leaf("slice.start", 1, ANY, |context, arguments| {
        slice_part(context, arguments, |slice| slice.start)
    }),
    leaf("slice.step", 1, ANY, |context, arguments| {
        slice_part(context, arguments, |slice| slice.step)
    }),
    leaf("slice.stop", 1, ANY, |context, arguments| {
        slice_part(context, arguments, |slice| slice.stop)
    }),
    leaf(
        "slice.until",
        1,
        tags(&[Tag::Slice]),
        |context, arguments| {
            let [stop] = take(arguments)?;
            slice(context, Value::None, stop, Value::None)
        },
    ),
];

fn range(context: &mut Context, start: Value, stop: Value, step: Value) -> Result<Value, Raise> {
    let start = size(context, start)?;
    let stop = size(context, stop)?;
    let step = if step.is_unset() {
        1
    } else {
        size(context, step)?
    };
    if step == 0 {
        return Err(context.value_error("range() arg 3 must not be zero"));
    }
    context.heap.alloc_range(Range { start, stop, step })
}

fn receiver(context: &mut Context, value: Value) -> Result<RangeRef, Raise> {
    match value {
        Value::Range(range) => Ok(range),
        _ => Err(wrong_type(
            context,
            "descriptor requires a 'range' object but received '{}'",
            value,
        )),
    }
}

fn part(
    context: &mut Context,
    arguments: &[Value],
    part: fn(&Range) -> i64,
) -> Result<Value, Raise> {
    let [value] = take(arguments)?;
    let range = receiver(context, value)?;
    Ok(Value::Int(part(context.heap.range(range))))
}

fn count(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [range, value] = take(arguments)?;
    receiver(context, range)?;
    ops::contains(context, range, value).map(|found| Value::Int(i64::from(found)))
}

fn index(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [value, item] = take(arguments)?;
    let range = receiver(context, value)?;
    if ops::contains(context, value, item)? {
        let Range { start, step, .. } = *context.heap.range(range);
        let number = match item {
            Value::Int(number) => number,
            Value::Bool(truth) => i64::from(truth),
            Value::Float(number) => number as i64,
            _ => start,
        };
        let place = (i128::from(number) - i128::from(start)) / i128::from(step).max(i128::MIN + 1);
        return Ok(Value::Int(i64::try_from(place).unwrap_or(i64::MAX)));
    }
    match item {
        Value::Int(_) | Value::Bool(_) | Value::Big(_) => {
            let shown = repr(context, item)?;
            Err(context.value_error(format!("{shown} is not in range")))
        }
        _ => Err(context.value_error("sequence.index(x): x not in sequence")),
    }
}

fn slice(context: &mut Context, start: Value, stop: Value, step: Value) -> Result<Value, Raise> {
    let step = if step.is_unset() { Value::None } else { step };
    context.heap.alloc_slice(Slice { start, stop, step })
}

fn slice_receiver(context: &mut Context, value: Value) -> Result<SliceRef, Raise> {
    match value {
        Value::Slice(slice) => Ok(slice),
        _ => Err(wrong_type(
            context,
            "descriptor requires a 'slice' object but received '{}'",
            value,
        )),
    }
}

fn slice_part(
    context: &mut Context,
    arguments: &[Value],
    part: fn(&Slice) -> Value,
) -> Result<Value, Raise> {
    let [value] = take(arguments)?;
    let slice = slice_receiver(context, value)?;
    Ok(part(context.heap.slice(slice)))
}

/// `slice.indices(length)`
fn indices(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [value, length] = take(arguments)?;
    let slice = slice_receiver(context, value)?;
    let length = size(context, length)?;
    if length < 0 {
        return Err(context.value_error("length should not be negative"));
    }
    let Slice { start, stop, step } = *context.heap.slice(slice);
    let step = super::argument::bound(context, step)?.unwrap_or(1);
    if step == 0 {
        return Err(context.value_error("slice step cannot be zero"));
    }
    let (low, high) = if step > 0 {
        (0, length)
    } else {
        (-1, length - 1)
    };
    let place = |bound: Option<i64>, default: i64| match bound {
        None => default,
        Some(bound) if bound < 0 => bound.saturating_add(length).max(low),
        Some(bound) => bound.min(high),
    };
    let (start, stop) = (
        super::argument::bound(context, start)?,
        super::argument::bound(context, stop)?,
    );
    let (first, last) = if step > 0 { (low, high) } else { (high, low) };
    context.tuple(vec![
        Value::Int(place(start, first)),
        Value::Int(place(stop, last)),
        Value::Int(step),
    ])
}

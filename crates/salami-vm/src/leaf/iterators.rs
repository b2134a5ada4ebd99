//! `iter`, `next`, `enumerate`, `zip`, `reversed` and `filter(None, ...)`.

use super::argument::{size, take, wrong_type};
use super::{ANY, ITERATOR, Leaf, leaf};
use crate::context::Context;
use crate::heap::object::{DictPart, IteratorObject};
use crate::ops;
use crate::raise::Raise;
use crate::value::{DictRef, Value};
use salami_ir::BuiltinException;

pub(super) const LEAVES: &[Leaf] = &[
    leaf("enumerate", 2, ITERATOR, enumerate),
    leaf("filter", 2, ITERATOR, filter),
    leaf("iter", 1, ITERATOR, iter),
    leaf("next", 2, ANY, next),
    leaf("reversed", 1, ITERATOR, reversed),
    leaf("zip", 2, ITERATOR, zip),
];

fn iterator(context: &mut Context, value: Value) -> Result<Value, Raise> {
    match ops::iterate(context, value)? {
        iterator @ Value::Iterator(_) => Ok(iterator),
        _ => Err(ops::not_native(context, value)),
    }
}

fn iter(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [value] = take(arguments)?;
    iterator(context, value)
}

fn next(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [value, default] = take(arguments)?;
    let next = match value {
        Value::Iterator(iterator) => ops::next(context, iterator)?,
        Value::Native(native) if crate::native::is_own_iterator(&context.heap, native) => {
            crate::native::next(context, native, 0)?
        }
        _ => return Err(wrong_type(context, "'{}' object is not an iterator", value)),
    };
    match next {
        Some(value) => Ok(value),
        None if !default.is_unset() => Ok(default),
        None => Err(context
            .heap
            .raise_with(BuiltinException::StopIteration, Vec::new())),
    }
}

fn enumerate(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [iterable, start] = take(arguments)?;
    let count = if start.is_unset() {
        0
    } else {
        size(context, start)?
    };
    let inner = iterator(context, iterable)?;
    ops::pair(
        context,
        IteratorObject::Enumerate {
            inner,
            count,
            depth: 0,
        },
    )
}

fn zip(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [iterables, strict] = take(arguments)?;
    let strict = ops::truth(&context.heap, strict);
    let iterables = ops::collect(context, iterables)?;
    let mut inner = Vec::with_capacity(iterables.len());
    for iterable in iterables {
        inner.push(iterator(context, iterable)?);
    }
    ops::pair(
        context,
        IteratorObject::Zip {
            inner,
            strict,
            depth: 0,
        },
    )
}

/// `filter(None, iterable)`: the true values. With a function the prelude does it.
fn filter(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [function, iterable] = take(arguments)?;
    if !function.is_none() {
        return Err(wrong_type(context, "'{}' object is not callable", function));
    }
    let mut values = ops::collect(context, iterable)?;
    values.retain(|&value| ops::truth(&context.heap, value));
    context
        .heap
        .alloc_iterator(IteratorObject::Values { values, index: 0 })
}

fn reversed(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [value] = take(arguments)?;
    let object = match value {
        Value::List(list) => IteratorObject::ListReversed {
            list,
            index: context.heap.list(list).len(),
        },
        Value::Range(range) => {
            let range = *context.heap.range(range);
            let remaining = range.length();
            let next = if remaining == 0 {
                range.start
            } else {
                range.at(remaining - 1)
            };
            IteratorObject::Range {
                next,
                step: range.step.saturating_neg(),
                remaining,
            }
        }
        Value::Dict(dict) | Value::DictKeys(dict) => over_dict(context, dict, DictPart::Keys),
        Value::DictValues(dict) => over_dict(context, dict, DictPart::Values),
        Value::DictItems(dict) => over_dict(context, dict, DictPart::Items),
        Value::Tuple(_) | Value::Str(_) | Value::Bytes(_) => backwards(context, value)?,
        Value::Native(native) if crate::native::length(&context.heap, native).is_some() => {
            backwards(context, value)?
        }
        _ => return Err(wrong_type(context, "'{}' object is not reversible", value)),
    };
    context.heap.alloc_iterator(object)
}

fn over_dict(context: &Context, dict: DictRef, part: DictPart) -> IteratorObject {
    let expected = context.heap.dict(dict).len();
    IteratorObject::Dict {
        dict,
        part,
        index: 0,
        expected,
        reversed: true,
    }
}

/// The values of a sequence that cannot change, from the last to the first.
fn backwards(context: &mut Context, value: Value) -> Result<IteratorObject, Raise> {
    let mut values = ops::collect(context, value)?;
    values.reverse();
    Ok(IteratorObject::Values { values, index: 0 })
}

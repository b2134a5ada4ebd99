//! Concatenation, repetition and merging of containers.

use salami_ir::instruction::Comparison;

use super::compare::order;
use super::dict::{dict_copy, dict_get, dict_items, dict_set, dict_update};
use super::iterate::{collect, iterate, size_hint};
use super::names::type_name;
use super::number::BinaryOperator;
use crate::context::Context;
use crate::heap::object::{DICT_ENTRY_SIZE, VALUE_SIZE};
use crate::heap::{DictObject, Flavor};
use crate::raise::Raise;
use crate::value::{DictRef, ListRef, Value};

/// `list.extend(values)`, also `list += values`. All or nothing.
///
/// # Errors
/// TypeError if `values` is not iterable; fuel; the memory limit.
pub fn extend(context: &mut Context, list: ListRef, values: Value) -> Result<(), Raise> {
    let size = usize::try_from(size_hint(&context.heap, values)).unwrap_or(usize::MAX);
    context.heap.reserve(size.saturating_mul(VALUE_SIZE))?;
    let values = collect(context, values)?;
    context.heap.grow_list(list, values.len())?;
    context
        .heap
        .modify_list(list, |elements| elements.extend(values));
    Ok(())
}

/// `dict.update(other)`, also `dict |= other`: a dict, or an iterable of pairs. All or nothing for a dict.
///
/// # Errors
/// TypeError and ValueError for what is no iterable of pairs; fuel; the memory limit.
pub fn update_dict(context: &mut Context, dict: DictRef, other: Value) -> Result<(), Raise> {
    if let Value::Dict(other) = other {
        return dict_update(context, dict, other);
    }
    let elements = collect(context, other)?;
    context
        .heap
        .reserve(elements.len().saturating_mul(DICT_ENTRY_SIZE))?;
    for (position, element) in elements.into_iter().enumerate() {
        if !matches!(iterate(context, element), Ok(Value::Iterator(_))) {
            let message = format!(
                "cannot convert dictionary update sequence element #{position} to a sequence"
            );
            return Err(context.type_error(message));
        }
        let pair = collect(context, element)?;
        let &[key, value] = pair.as_slice() else {
            let length = pair.len();
            return Err(context.value_error(format!(
                "dictionary update sequence element #{position} has length {length}; 2 is required"
            )));
        };
        dict_set(context, dict, key, value)?;
    }
    Ok(())
}

/// `left + right` for a list, tuple, str or bytes on the left.
pub(crate) fn concatenate(
    context: &mut Context,
    left: Value,
    right: Value,
) -> Result<Option<Value>, Raise> {
    match (left, right) {
        (Value::List(left), Value::List(right)) => {
            let values = joined(context, Value::List(left), Value::List(right))?;
            context.heap.alloc_list(values).map(Some)
        }
        (Value::Tuple(left), Value::Tuple(right)) => {
            let values = joined(context, Value::Tuple(left), Value::Tuple(right))?;
            context.heap.alloc_tuple(values).map(Some)
        }
        (Value::Bytes(left), Value::Bytes(right)) => {
            let length = context.heap.bytes(left).len() + context.heap.bytes(right).len();
            context.charge(length as u64 / 16)?;
            context.heap.reserve(length)?;
            let mut bytes = context.heap.bytes(left).clone();
            bytes.extend_from_slice(context.heap.bytes(right));
            context.heap.alloc_bytes(bytes).map(Some)
        }
        (_, Value::Native(_)) => crate::native::binary(context, BinaryOperator::Add, left, right),
        _ => {
            let (one, other) = (
                type_name(&context.heap, left),
                type_name(&context.heap, right),
            );
            Err(context.type_error(match left {
                Value::Bytes(_) => format!("can't concat {other} to bytes"),
                _ => format!("can only concatenate {one} (not \"{other}\") to {one}"),
            }))
        }
    }
}

fn elements(context: &Context, value: Value) -> &[Value] {
    match value {
        Value::List(list) => context.heap.list(list),
        Value::Tuple(tuple) => context.heap.tuple(tuple),
        _ => &[],
    }
}

fn joined(context: &mut Context, left: Value, right: Value) -> Result<Vec<Value>, Raise> {
    let length = elements(context, left).len() + elements(context, right).len();
    context.charge(length as u64 / 4)?;
    context.heap.reserve(length.saturating_mul(VALUE_SIZE))?;
    let mut values = Vec::with_capacity(length);
    values.extend_from_slice(elements(context, left));
    values.extend_from_slice(elements(context, right));
    Ok(values)
}

/// How often to repeat: negative is 0.
pub(crate) fn repeat_count(context: &mut Context, count: Value) -> Result<usize, Raise> {
    match count {
        Value::Int(count) => Ok(usize::try_from(count.max(0)).unwrap_or(usize::MAX)),
        Value::Bool(truth) => Ok(usize::from(truth)),
        Value::Big(_) => {
            Err(context.overflow_error("cannot fit 'int' into an index-sized integer"))
        }
        _ => {
            let name = type_name(&context.heap, count);
            Err(context.type_error(format!(
                "can't multiply sequence by non-int of type '{name}'"
            )))
        }
    }
}

/// `sequence * count`.
pub(crate) fn repeat(context: &mut Context, sequence: Value, count: Value) -> Result<Value, Raise> {
    let count = repeat_count(context, count)?;
    match sequence {
        Value::Str(text) => {
            let length = text.byte_length().saturating_mul(count);
            context.heap.reserve(length)?;
            context.charge(length as u64 / 16)?;
            let result =
                context
                    .heap
                    .str(text)
                    .repeat(if text.byte_length() == 0 { 0 } else { count });
            context.heap.alloc_string(result)
        }
        Value::Bytes(bytes) => {
            let length = context.heap.bytes(bytes).len().saturating_mul(count);
            context.heap.reserve(length)?;
            context.charge(length as u64 / 16)?;
            let empty = context.heap.bytes(bytes).is_empty();
            let result = context
                .heap
                .bytes(bytes)
                .repeat(if empty { 0 } else { count });
            context.heap.alloc_bytes(result)
        }
        Value::List(_) | Value::Tuple(_) => {
            let length = elements(context, sequence).len().saturating_mul(count);
            context.heap.reserve(length.saturating_mul(VALUE_SIZE))?;
            context.charge(length as u64 / 4)?;
            let empty = elements(context, sequence).is_empty();
            let result = elements(context, sequence).repeat(if empty { 0 } else { count });
            if matches!(sequence, Value::List(_)) {
                context.heap.alloc_list(result)
            } else {
                context.heap.alloc_tuple(result)
            }
        }
        _ => Err(Raise::Internal("repetition of something else")),
    }
}

/// `list *= count`.
pub(crate) fn repeat_in_place(
    context: &mut Context,
    list: ListRef,
    count: usize,
) -> Result<(), Raise> {
    let length = context.heap.list(list).len().saturating_mul(count);
    context.heap.reserve(length.saturating_mul(VALUE_SIZE))?;
    context.charge(length as u64 / 4)?;
    let empty = context.heap.list(list).is_empty();
    context.heap.modify_list(list, |values| {
        *values = values.repeat(if empty { 0 } else { count })
    });
    Ok(())
}

/// Operators of two dicts: `|` merges; Counters add, subtract, intersect and unite. `None`: unsupported.
pub(crate) fn dicts(
    context: &mut Context,
    operator: BinaryOperator,
    left: Value,
    right: Value,
) -> Result<Option<Value>, Raise> {
    let (Value::Dict(left), Value::Dict(right)) = (left, right) else {
        return Ok(None);
    };
    let counters = matches!(context.heap.dict(left).flavor, Flavor::Counter)
        && matches!(context.heap.dict(right).flavor, Flavor::Counter);
    if counters {
        return counter(context, operator, left, right).map(Some);
    }
    if operator != BinaryOperator::BitOr {
        return Ok(None);
    }
    let result = dict_copy(context, left)?;
    if let Value::Dict(merged) = result {
        dict_update(context, merged, right)?;
    }
    Ok(Some(result))
}

/// An operator of two Counters; only positive counts are kept.
fn counter(
    context: &mut Context,
    operator: BinaryOperator,
    left: DictRef,
    right: DictRef,
) -> Result<Value, Raise> {
    let size = context.heap.dict(left).len() + context.heap.dict(right).len();
    context.charge(size as u64 * 4)?;
    let result = context
        .heap
        .alloc_dict(DictObject::with_flavor(Flavor::Counter))?;
    let Value::Dict(target) = result else {
        return Err(Raise::Internal("a dict was stored as something else"));
    };
    for (key, count) in dict_items(&context.heap, left) {
        let other = dict_get(context, right, key)?.unwrap_or(Value::Int(0));
        let count = match operator {
            BinaryOperator::Add | BinaryOperator::Subtract => {
                super::arithmetic::binary(context, operator, count, other)?
            }
            BinaryOperator::BitOr => {
                if order(context, Comparison::Less, count, other)? {
                    other
                } else {
                    count
                }
            }
            _ => {
                if order(context, Comparison::Less, count, other)? {
                    count
                } else {
                    other
                }
            }
        };
        keep_positive(context, target, key, count)?;
    }
    if operator != BinaryOperator::BitAnd {
        for (key, count) in dict_items(&context.heap, right) {
            if dict_get(context, left, key)?.is_some() {
                continue;
            }
            let count = match operator {
                BinaryOperator::Subtract => {
                    super::arithmetic::binary(context, operator, Value::Int(0), count)?
                }
                _ => count,
            };
            keep_positive(context, target, key, count)?;
        }
    }
    Ok(result)
}

/// `<`, `<=`, `>` and `>=` of two Counters: of all their counts. `None` if they are none.
pub(crate) fn order_counters(
    context: &mut Context,
    comparison: Comparison,
    left: Value,
    right: Value,
) -> Result<Option<bool>, Raise> {
    let (Value::Dict(left), Value::Dict(right)) = (left, right) else {
        return Ok(None);
    };
    let is_counter = |dict: DictRef| matches!(context.heap.dict(dict).flavor, Flavor::Counter);
    if !is_counter(left) || !is_counter(right) {
        return Ok(None);
    }
    let (less, more) = match comparison {
        Comparison::Less | Comparison::LessOrEqual => (left, right),
        _ => (right, left),
    };
    let size = context.heap.dict(less).len() + context.heap.dict(more).len();
    context.charge(size as u64 * 4)?;
    let mut differs = false;
    for dict in [less, more] {
        for (key, _) in dict_items(&context.heap, dict) {
            let low = dict_get(context, less, key)?.unwrap_or(Value::Int(0));
            let high = dict_get(context, more, key)?.unwrap_or(Value::Int(0));
            if !order(context, Comparison::LessOrEqual, low, high)? {
                return Ok(Some(false));
            }
            differs = differs || order(context, Comparison::Less, low, high)?;
        }
    }
    let is_strict = matches!(comparison, Comparison::Less | Comparison::Greater);
    Ok(Some(!is_strict || differs))
}

fn keep_positive(
    context: &mut Context,
    target: DictRef,
    key: Value,
    count: Value,
) -> Result<(), Raise> {
    if order(context, Comparison::Greater, count, Value::Int(0))? {
        dict_set(context, target, key, count)?;
    }
    Ok(())
}

/// `+counter` and `-counter`.
pub(crate) fn counter_sign(
    context: &mut Context,
    counter: DictRef,
    negate: bool,
) -> Result<Value, Raise> {
    context.charge(context.heap.dict(counter).len() as u64 * 4)?;
    let result = context
        .heap
        .alloc_dict(DictObject::with_flavor(Flavor::Counter))?;
    let Value::Dict(target) = result else {
        return Err(Raise::Internal("a dict was stored as something else"));
    };
    for (key, count) in dict_items(&context.heap, counter) {
        let count = if negate {
            super::arithmetic::binary(context, BinaryOperator::Subtract, Value::Int(0), count)?
        } else {
            count
        };
        keep_positive(context, target, key, count)?;
    }
    Ok(result)
}

//! Methods of `set` and `frozenset`, and their constructors.

use super::argument::{take, wrong_type};
use super::{ANY, BOOL, FROZEN_SET, Leaf, NONE, SET, leaf, tags};
use crate::context::Context;
use crate::heap::SetObject;
use crate::heap::object::SET_ENTRY_SIZE;
use crate::ops;
use crate::raise::Raise;
use crate::value::{SetRef, Value};
use salami_ir::{BuiltinException, Tag, TagSet};

const EITHER: TagSet = tags(&[Tag::Set, Tag::FrozenSet]);

pub(super) const LEAVES: &[Leaf] = &[
    leaf(
        "_leaf.constant_frozenset",
        1,
        FROZEN_SET,
        constant_frozenset,
    ),
    leaf("_leaf.constant_set", 1, SET, constant_set),
    leaf("frozenset", 1, FROZEN_SET, frozen_set),
    leaf("frozenset.copy", 1, EITHER, copy),
    leaf("frozenset.difference", 2, EITHER, difference),
    leaf("frozenset.intersection", 2, EITHER, intersection),
    leaf("frozenset.isdisjoint", 2, BOOL, is_disjoint),
    leaf("frozenset.issubset", 2, BOOL, is_subset),
    leaf("frozenset.issuperset", 2, BOOL, is_superset),
    leaf(
        "frozenset.symmetric_difference",
        2,
        EITHER,
        symmetric_difference,
    ),
    leaf("frozenset.union", 2, EITHER, union),
    leaf("set", 1, SET, set),
    leaf("set.add", 2, NONE, add),
    leaf("set.clear", 1, NONE, clear),
    leaf("set.copy", 1, EITHER, copy),
    leaf("set.difference", 2, EITHER, difference),
    leaf("set.difference_update", 2, NONE, difference_update),
    leaf("set.discard", 2, NONE, discard),
    leaf("set.intersection", 2, EITHER, intersection),
    leaf("set.intersection_update", 2, NONE, |context, arguments| {
        replace(context, arguments, intersection)
    }),
    leaf("set.isdisjoint", 2, BOOL, is_disjoint),
    leaf("set.issubset", 2, BOOL, is_subset),
    leaf("set.issuperset", 2, BOOL, is_superset),
    leaf("set.pop", 1, ANY, pop),
    leaf("set.remove", 2, NONE, remove),
    leaf("set.symmetric_difference", 2, EITHER, symmetric_difference),
    leaf(
        "set.symmetric_difference_update",
        2,
        NONE,
        symmetric_difference_update,
    ),
    leaf("set.union", 2, EITHER, union),
    leaf("set.update", 2, NONE, update),
];

fn receiver(context: &mut Context, value: Value, method: &str) -> Result<SetRef, Raise> {
    match value {
        Value::Set(set) => Ok(set),
        _ => {
            let message =
                format!("descriptor '{method}' for 'set' objects doesn't apply to a '{{}}' object");
            Err(wrong_type(context, &message, value))
        }
    }
}

fn handle(value: Value) -> Result<SetRef, Raise> {
    match value {
        Value::Set(set) => Ok(set),
        _ => Err(Raise::Internal("a set was stored as something else")),
    }
}

/// A new set of an iterable's values, filled as CPython fills it.
fn set_of(context: &mut Context, iterable: Value, frozen: bool) -> Result<Value, Raise> {
    let value = context.heap.alloc_set(SetObject::new(frozen))?;
    if !iterable.is_unset() {
        add_all(context, handle(value)?, iterable)?;
    }
    Ok(value)
}

/// Adds an iterable's values; adding them again changes nothing, so a second run is the same.
fn add_all(context: &mut Context, set: SetRef, iterable: Value) -> Result<(), Raise> {
    if let Value::Set(from) = iterable {
        return ops::set_update(context, set, from);
    }
    let values = ops::collect(context, iterable)?;
    context.charge(values.len() as u64 * 2)?;
    if let Value::Dict(_) = iterable {
        // CPython makes room for a dict's keys at once, which decides the order of numbers.
        let growth = context.heap.set(set).growth_for(values.len());
        context.reserve(growth)?;
        context
            .heap
            .modify_set(set, |object| object.grow_for_merge(values.len()));
    }
    for value in values {
        ops::set_add(context, set, value)?;
    }
    Ok(())
}

fn set(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [iterable] = take(arguments)?;
    set_of(context, iterable, false)
}

fn frozen_set(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [iterable] = take(arguments)?;
    match iterable {
        Value::Set(set) if context.heap.set(set).is_frozen() => Ok(iterable),
        _ => set_of(context, iterable, true),
    }
}

/// CPython's compiler makes a frozenset of the constants, and makes it again from its own elements as it looks for
/// equal constants.
fn constant_frozenset(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [values] = take(arguments)?;
    let first = set_of(context, values, true)?;
    let values = context.heap.set(handle(first)?).values();
    ops::set_from_values(context, &values, true)
}

/// At run time that frozenset is merged into an empty set.
fn constant_set(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let frozen = constant_frozenset(context, arguments)?;
    set_of(context, frozen, false)
}

fn add(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [set, value] = take(arguments)?;
    let set = receiver(context, set, "add")?;
    ops::set_add(context, set, value)?;
    Ok(Value::None)
}

fn clear(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [set] = take(arguments)?;
    let set = receiver(context, set, "clear")?;
    context.heap.modify_set(set, SetObject::clear);
    Ok(Value::None)
}

fn copy(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [value] = take(arguments)?;
    let set = receiver(context, value, "copy")?;
    if context.heap.set(set).is_frozen() {
        return Ok(value);
    }
    ops::set_copy(context, set, false)
}

fn discard(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [set, value] = take(arguments)?;
    let set = receiver(context, set, "discard")?;
    ops::set_remove(context, set, value)?;
    Ok(Value::None)
}

fn remove(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [set, value] = take(arguments)?;
    let set = receiver(context, set, "remove")?;
    if ops::set_remove(context, set, value)? {
        Ok(Value::None)
    } else {
        Err(context.key_error(value))
    }
}

fn pop(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [set] = take(arguments)?;
    let set = receiver(context, set, "pop")?;
    let from = context.heap.set(set).place_to_pop();
    match context.heap.set(set).next_from(from) {
        None => Err(context.raise(BuiltinException::KeyError, "pop from an empty set")),
        Some((value, next)) => {
            context.charge_debt(i64::try_from(next.saturating_sub(from) / 8).unwrap_or(i64::MAX));
            ops::set_remove(context, set, value)?;
            context.heap.set_mut(set).popped_before(next);
            Ok(value)
        }
    }
}

/// The sets or iterables of `*others`.
fn others(context: &mut Context, value: Value) -> Result<Vec<Value>, Raise> {
    if value.is_unset() {
        Ok(Vec::new())
    } else {
        ops::collect(context, value)
    }
}

fn plain_copy(context: &mut Context, set: SetRef) -> Result<Value, Raise> {
    let frozen = context.heap.set(set).is_frozen();
    ops::set_copy(context, set, frozen)
}

fn union(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [set, more] = take(arguments)?;
    let set = receiver(context, set, "union")?;
    let result = plain_copy(context, set)?;
    for other in others(context, more)? {
        add_all(context, handle(result)?, other)?;
    }
    Ok(result)
}

fn update(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [set, more] = take(arguments)?;
    let set = receiver(context, set, "update")?;
    for other in others(context, more)? {
        add_all(context, set, other)?;
    }
    Ok(Value::None)
}

fn intersection(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [value, more] = take(arguments)?;
    let set = receiver(context, value, "intersection")?;
    let more = others(context, more)?;
    if more.is_empty() {
        return plain_copy(context, set);
    }
    let mut left = set;
    let mut result = value;
    for other in more {
        result = match other {
            Value::Set(right) => ops::set_intersection(context, left, right)?,
            _ => {
                let values = ops::collect(context, other)?;
                context.charge(values.len() as u64 * 2)?;
                let frozen = context.heap.set(set).is_frozen();
                let result = context.heap.alloc_set(SetObject::new(frozen))?;
                for value in values {
                    if ops::set_contains(context, left, value)? {
                        ops::set_add(context, handle(result)?, value)?;
                    }
                }
                result
            }
        };
        left = handle(result)?;
    }
    Ok(result)
}

fn difference(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [value, more] = take(arguments)?;
    let set = receiver(context, value, "difference")?;
    let more = others(context, more)?;
    let Some((&first, rest)) = more.split_first() else {
        return plain_copy(context, set);
    };
    let result = match first {
        Value::Set(right) => ops::set_difference(context, set, right)?,
        Value::Dict(_) => {
            let right = set_of(context, first, false)?;
            ops::set_difference(context, set, handle(right)?)?
        }
        _ => {
            let result = plain_copy(context, set)?;
            remove_all(context, handle(result)?, first)?;
            result
        }
    };
    for &other in rest {
        remove_all(context, handle(result)?, other)?;
    }
    Ok(result)
}

fn difference_update(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [set, more] = take(arguments)?;
    let set = receiver(context, set, "difference_update")?;
    for other in others(context, more)? {
        remove_all(context, set, other)?;
    }
    Ok(Value::None)
}

fn remove_all(context: &mut Context, set: SetRef, iterable: Value) -> Result<(), Raise> {
    let values = ops::collect(context, iterable)?;
    context.charge(values.len() as u64 * 2)?;
    for value in values {
        ops::set_remove(context, set, value)?;
    }
    Ok(())
}

fn symmetric_difference(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [set, other] = take(arguments)?;
    let set = receiver(context, set, "symmetric_difference")?;
    context.charge(context.heap.set(set).len() as u64 * 2)?;
    if let Value::Set(right) = other {
        return ops::set_symmetric_difference(context, set, right);
    }
    let frozen = context.heap.set(set).is_frozen();
    let result = set_of(context, other, frozen)?;
    toggle(context, handle(result)?, set)?;
    Ok(result)
}

/// Removes what is there and adds what is not.
fn toggle(context: &mut Context, set: SetRef, other: SetRef) -> Result<(), Raise> {
    for value in context.heap.set(other).values() {
        if !ops::set_remove(context, set, value)? {
            ops::set_add(context, set, value)?;
        }
    }
    Ok(())
}

/// Toggles in a copy of the very table, which then takes the set's place: a second run is the first.
fn symmetric_difference_update(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [set, other] = take(arguments)?;
    let set = receiver(context, set, "symmetric_difference_update")?;
    let other = match other {
        Value::Set(other) => other,
        _ => handle(set_of(context, other, false)?)?,
    };
    let size = context
        .heap
        .set(set)
        .len()
        .saturating_add(context.heap.set(other).len());
    context.charge(size as u64 * 4)?;
    context.reserve(size.saturating_mul(2 * SET_ENTRY_SIZE))?;
    let copy = context.heap.set(set).clone();
    let copy = handle(context.heap.alloc_set(copy)?)?;
    toggle(context, copy, other)?;
    let object = context.heap.modify_set(copy, core::mem::take);
    context.heap.modify_set(set, |set| *set = object);
    Ok(Value::None)
}

/// Changes a set to what the operation gives: all at once, so that a second run is the first.
fn replace(
    context: &mut Context,
    arguments: &[Value],
    operation: super::LeafFunction,
) -> Result<Value, Raise> {
    let [set, _] = take(arguments)?;
    let set = receiver(context, set, "update")?;
    let result = handle(operation(context, arguments)?)?;
    let object = context.heap.set(result).clone().with_frozen(false);
    context.heap.modify_set(set, |set| *set = object);
    Ok(Value::None)
}

fn is_disjoint(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [set, other] = take(arguments)?;
    let set = receiver(context, set, "isdisjoint")?;
    for value in ops::collect(context, other)? {
        if ops::set_contains(context, set, value)? {
            return Ok(Value::Bool(false));
        }
    }
    Ok(Value::Bool(true))
}

fn is_subset(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [set, other] = take(arguments)?;
    let set = receiver(context, set, "issubset")?;
    let other = match other {
        Value::Set(other) => other,
        _ => handle(set_of(context, other, false)?)?,
    };
    if context.heap.set(set).len() > context.heap.set(other).len() {
        return Ok(Value::Bool(false));
    }
    ops::set_is_subset(context, set, other).map(Value::Bool)
}

fn is_superset(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [set, other] = take(arguments)?;
    let set = receiver(context, set, "issuperset")?;
    for value in ops::collect(context, other)? {
        if !ops::set_contains(context, set, value)? {
            return Ok(Value::Bool(false));
        }
    }
    Ok(Value::Bool(true))
}

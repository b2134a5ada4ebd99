//! Sets and frozensets. See [`crate::heap::SetObject`] for their two orders.

use super::compare::{keys_equal, keys_equal_at};
use super::hash::{hash_key, pay_python_hash, python_hash, rehash};
use crate::context::Context;
use crate::heap::object::SET_ENTRY_SIZE;
use crate::heap::{Heap, SetHash, SetObject};
use crate::raise::Raise;
use crate::value::{SetRef, Value};

/// Probes that an operation may make before they cost fuel.
const FREE_PROBES: u64 = 16;

fn pay_probes(context: &mut Context, probes: u64, key: Value) {
    if probes > FREE_PROBES {
        // Each may have compared the key with one of the same hash.
        let compared = match key {
            Value::Tuple(tuple) => context.heap.tuple(tuple).len() as u64,
            _ => 0,
        };
        let units = (probes / 4).saturating_mul(1 + compared);
        context.charge_debt(i64::try_from(units).unwrap_or(i64::MAX));
    }
}

/// The hash of a key in the form that the set uses now; `None`: a set of numbers, and no number.
fn hash_for(context: &mut Context, set: &SetObject, key: Value) -> Result<Option<SetHash>, Raise> {
    if set.holds_numbers() {
        pay_python_hash(context, key)?;
        if let Some(hash) = python_hash(&context.heap, key) {
            return Ok(Some(SetHash::Number(hash)));
        }
        hash_key(context, key)?;
        return Ok(None);
    }
    Ok(Some(SetHash::Keyed(hash_key(context, key)?)))
}

fn hash_in(context: &mut Context, set: SetRef, key: Value) -> Result<Option<SetHash>, Raise> {
    if context.heap.set(set).holds_numbers() {
        if let Value::Int(number) = key {
            return Ok(Some(SetHash::Number(crate::hash::python_int(number))));
        }
        let probe = SetObject::default();
        return hash_for(context, &probe, key);
    }
    Ok(Some(SetHash::Keyed(hash_key(context, key)?)))
}

/// The key to look for: a set stands for the frozenset of its elements.
fn lookup_key(context: &mut Context, key: Value) -> Result<Value, Raise> {
    match key {
        Value::Set(set) if !context.heap.set(set).is_frozen() => set_copy(context, set, true),
        _ => Ok(key),
    }
}

/// `key in set`. A set as key stands for the frozenset of its elements.
///
/// # Errors
/// TypeError for an unhashable key.
pub fn set_contains(context: &mut Context, set: SetRef, key: Value) -> Result<bool, Raise> {
    let key = lookup_key(context, key)?;
    let Some(hash) = hash_in(context, set, key)? else {
        return Ok(false);
    };
    let heap = &context.heap;
    let (position, probes) = heap
        .set(set)
        .find(hash, |other| keys_equal(heap, other, key));
    pay_probes(context, probes, key);
    Ok(position.is_some())
}

/// Adds a key; true if it was not there.
///
/// # Errors
/// TypeError for an unhashable key; the memory limit.
pub fn set_add(context: &mut Context, set: SetRef, key: Value) -> Result<bool, Raise> {
    let hash = match hash_in(context, set, key)? {
        Some(hash) => hash,
        None => {
            // The first element that is no number.
            context.charge(context.heap.set(set).len() as u64 * 2)?;
            let count = context.heap.set(set).len() + 1;
            context.heap.reserve(count.saturating_mul(SET_ENTRY_SIZE))?;
            let mut object = context.heap.modify_set(set, core::mem::take);
            object.make_ordered(|element| rehash(&context.heap, element));
            context.heap.modify_set(set, |place| *place = object);
            SetHash::Keyed(rehash(&context.heap, key))
        }
    };
    let heap = &context.heap;
    let (position, probes) = heap
        .set(set)
        .find(hash, |other| keys_equal(heap, other, key));
    if position.is_some() {
        pay_probes(context, probes, key);
        return Ok(false);
    }
    context.heap.reserve(context.heap.set(set).growth())?;
    let more = context
        .heap
        .modify_set(set, |object| object.insert(hash, key));
    pay_probes(context, probes + more, key);
    Ok(true)
}

/// Removes a key; true if it was there.
///
/// # Errors
/// TypeError for an unhashable key.
pub fn set_remove(context: &mut Context, set: SetRef, key: Value) -> Result<bool, Raise> {
    let key = lookup_key(context, key)?;
    let Some(hash) = hash_in(context, set, key)? else {
        return Ok(false);
    };
    let heap = &context.heap;
    let (position, probes) = heap
        .set(set)
        .find(hash, |other| keys_equal(heap, other, key));
    pay_probes(context, probes, key);
    let Some(position) = position else {
        return Ok(false);
    };
    context
        .heap
        .modify_set(set, |object| object.remove_at(position));
    Ok(true)
}

/// A new set of the values, added in order.
///
/// # Errors
/// TypeError for an unhashable value; the memory limit.
pub fn set_from_values(
    context: &mut Context,
    values: &[Value],
    frozen: bool,
) -> Result<Value, Raise> {
    let result = context.heap.alloc_set(SetObject::new(frozen))?;
    if let Value::Set(set) = result {
        for &value in values {
            set_add(context, set, value)?;
        }
    }
    Ok(result)
}

/// A copy, frozen or not, as CPython makes one (its table may be smaller, so the order another).
///
/// # Errors
/// Fuel; the memory limit.
pub fn set_copy(context: &mut Context, set: SetRef, frozen: bool) -> Result<Value, Raise> {
    let result = context.heap.alloc_set(SetObject::new(frozen))?;
    if let Value::Set(copy) = result {
        set_update(context, copy, set)?;
    }
    Ok(result)
}

/// Adds every element of `from`, as CPython merges two sets.
///
/// # Errors
/// Fuel; the memory limit.
pub fn set_update(context: &mut Context, set: SetRef, from: SetRef) -> Result<(), Raise> {
    let count = context.heap.set(from).len();
    if set == from || count == 0 {
        return Ok(());
    }
    context.charge(count as u64 * 4)?;
    let growth = context
        .heap
        .set(set)
        .growth_for_merge(context.heap.set(from));
    context.heap.reserve(growth)?;
    if context.heap.set(set).is_empty() {
        let other = core::mem::take(context.heap.set_mut(from));
        let merged = context
            .heap
            .modify_set(set, |object| object.merge_disjoint_numbers(&other));
        *context.heap.set_mut(from) = other;
        if let Some(probes) = merged {
            pay_probes(context, probes / 2, Value::None);
            return Ok(());
        }
    }
    if context.heap.set(from).holds_numbers() {
        let probes = context
            .heap
            .modify_set(set, |object| object.grow_for_merge(count));
        pay_probes(context, probes, Value::None);
    }
    let values = context.heap.set(from).values();
    for value in values {
        set_add(context, set, value)?;
    }
    Ok(())
}

/// `left | right` as a new set.
///
/// # Errors
/// Fuel; the memory limit.
pub fn set_union(context: &mut Context, left: SetRef, right: SetRef) -> Result<Value, Raise> {
    let frozen = context.heap.set(left).is_frozen();
    let result = set_copy(context, left, frozen)?;
    if left == right {
        return Ok(result);
    }
    if let Value::Set(set) = result {
        set_update(context, set, right)?;
    }
    Ok(result)
}

/// `left & right` as a new set: CPython walks the smaller side.
///
/// # Errors
/// Fuel; the memory limit.
pub fn set_intersection(
    context: &mut Context,
    left: SetRef,
    right: SetRef,
) -> Result<Value, Raise> {
    let frozen = context.heap.set(left).is_frozen();
    if left == right {
        return set_copy(context, left, frozen);
    }
    let swap = context.heap.set(right).len() > context.heap.set(left).len();
    let (walked, tested) = if swap { (left, right) } else { (right, left) };
    context.charge(context.heap.set(walked).len() as u64 * 2)?;
    let result = context.heap.alloc_set(SetObject::new(frozen))?;
    if let Value::Set(set) = result {
        for value in context.heap.set(walked).values() {
            if set_contains(context, tested, value)? {
                set_add(context, set, value)?;
            }
        }
    }
    Ok(result)
}

/// `left - right` as a new set.
///
/// # Errors
/// Fuel; the memory limit.
pub fn set_difference(context: &mut Context, left: SetRef, right: SetRef) -> Result<Value, Raise> {
    let frozen = context.heap.set(left).is_frozen();
    let (own, other) = (context.heap.set(left).len(), context.heap.set(right).len());
    if own >> 2 > other {
        // CPython copies and discards when the other side is much smaller.
        let result = set_copy(context, left, frozen)?;
        if let Value::Set(set) = result {
            for value in context.heap.set(right).values() {
                set_remove(context, set, value)?;
            }
        }
        return Ok(result);
    }
    context.charge(own as u64 * 2)?;
    let result = context.heap.alloc_set(SetObject::new(frozen))?;
    if let Value::Set(set) = result {
        for value in context.heap.set(left).values() {
            if !set_contains(context, right, value)? {
                set_add(context, set, value)?;
            }
        }
    }
    Ok(result)
}

/// `left ^ right` as a new set.
///
/// # Errors
/// Fuel; the memory limit.
pub fn set_symmetric_difference(
    context: &mut Context,
    left: SetRef,
    right: SetRef,
) -> Result<Value, Raise> {
    let frozen = context.heap.set(left).is_frozen();
    // CPython copies the right side and toggles the left side's elements in it.
    let result = set_copy(context, right, frozen)?;
    if let Value::Set(set) = result {
        for value in context.heap.set(left).values() {
            if !set_remove(context, set, value)? {
                set_add(context, set, value)?;
            }
        }
    }
    Ok(result)
}

/// Whether every element of `left` is in `right`.
///
/// # Errors
/// Fuel.
pub fn set_is_subset(context: &mut Context, left: SetRef, right: SetRef) -> Result<bool, Raise> {
    context.charge(context.heap.set(left).len() as u64)?;
    Ok(is_subset_core(&context.heap, left, right, 0))
}

/// The same without fuel, for equality of keys. `level`: how deep in sets they are.
pub(crate) fn is_subset_core(heap: &Heap, left: SetRef, right: SetRef, level: u8) -> bool {
    let tested = heap.set(right);
    heap.set(left).values().into_iter().all(|value| {
        let hash = if tested.holds_numbers() {
            match python_hash(heap, value) {
                Some(hash) => SetHash::Number(hash),
                None => return false,
            }
        } else {
            SetHash::Keyed(rehash(heap, value))
        };
        tested
            .find(hash, |other| keys_equal_at(heap, other, value, level))
            .0
            .is_some()
    })
}

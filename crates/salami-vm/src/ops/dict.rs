//! Dicts of any flavor.

use super::compare::keys_equal;
use super::hash::hash_key;
use crate::context::Context;
use crate::heap::object::DICT_ENTRY_SIZE;
use crate::heap::{DictObject, Flavor, Heap};
use crate::raise::Raise;
use crate::value::{DictRef, Value};

#[inline]
fn find(heap: &Heap, dict: DictRef, hash: u64, key: Value) -> Option<usize> {
    heap.dict(dict)
        .find(hash, |other| keys_equal(heap, other, key))
}

/// The value of a key, without what the flavor does for a missing one.
///
/// # Errors
/// TypeError for an unhashable key.
#[inline]
pub fn dict_get(context: &mut Context, dict: DictRef, key: Value) -> Result<Option<Value>, Raise> {
    let hash = hash_key(context, key)?;
    let position = find(&context.heap, dict, hash, key);
    Ok(position.map(|position| context.heap.dict(dict).value_at(position)))
}

/// The value of a key that is text of ours.
#[must_use]
pub fn dict_get_str(heap: &Heap, dict: DictRef, key: &str) -> Option<Value> {
    let object = heap.dict(dict);
    object
        .items()
        .find(|(other, _)| matches!(other, Value::Str(text) if heap.str(*text) == key))
        .map(|(_, value)| value)
}

/// Sets the value of a key; a key that is there stays in its place.
///
/// # Errors
/// TypeError for an unhashable key; the memory limit.
#[inline]
pub fn dict_set(
    context: &mut Context,
    dict: DictRef,
    key: Value,
    value: Value,
) -> Result<(), Raise> {
    let hash = hash_key(context, key)?;
    dict_set_hashed(context, dict, hash, key, value)
}

fn dict_set_hashed(
    context: &mut Context,
    dict: DictRef,
    hash: u64,
    key: Value,
    value: Value,
) -> Result<(), Raise> {
    match find(&context.heap, dict, hash, key) {
        Some(position) => context.heap.dict_mut(dict).set_at(position, value),
        None => {
            context.heap.reserve(context.heap.dict(dict).growth())?;
            context
                .heap
                .modify_dict(dict, |object| object.push(hash, key, value));
        }
    }
    Ok(())
}

/// Removes a key and gives its value.
///
/// # Errors
/// TypeError for an unhashable key.
pub fn dict_remove(
    context: &mut Context,
    dict: DictRef,
    key: Value,
) -> Result<Option<Value>, Raise> {
    let hash = hash_key(context, key)?;
    let Some(position) = find(&context.heap, dict, hash, key) else {
        return Ok(None);
    };
    let removed = context
        .heap
        .modify_dict(dict, |object| object.remove_at(position));
    Ok(removed.map(|(_, value)| value))
}

/// Removes all items.
pub fn dict_clear(heap: &mut Heap, dict: DictRef) {
    heap.modify_dict(dict, DictObject::clear);
}

/// A copy of the same flavor.
///
/// # Errors
/// Fuel; the memory limit.
pub fn dict_copy(context: &mut Context, dict: DictRef) -> Result<Value, Raise> {
    context.charge(context.heap.dict(dict).slots().len() as u64)?;
    context.heap.reserve(
        context
            .heap
            .dict(dict)
            .slots()
            .len()
            .saturating_mul(DICT_ENTRY_SIZE),
    )?;
    let copy = context.heap.dict(dict).clone();
    context.heap.alloc_dict(copy)
}

/// A plain dict of items in order; later values win, first places stay.
///
/// # Errors
/// TypeError for an unhashable key; the memory limit.
pub fn dict_from_pairs(context: &mut Context, items: &[(Value, Value)]) -> Result<Value, Raise> {
    let result = context.heap.alloc_dict(DictObject::default())?;
    if let Value::Dict(dict) = result {
        for &(key, value) in items {
            dict_set(context, dict, key, value)?;
        }
    }
    Ok(result)
}

/// Sets every item of `from` in `dict`. All or nothing as to memory and fuel.
///
/// # Errors
/// Fuel; the memory limit.
pub fn dict_update(context: &mut Context, dict: DictRef, from: DictRef) -> Result<(), Raise> {
    let count = context.heap.dict(from).len();
    context.charge(count as u64 * 2)?;
    context
        .heap
        .reserve(count.saturating_mul(DICT_ENTRY_SIZE))?;
    let entries = context.heap.dict(from).slots().to_vec();
    for entry in entries {
        if !entry.key.is_unset() {
            dict_set_hashed(context, dict, entry.hash, entry.key, entry.value)?;
        }
    }
    Ok(())
}

/// The keys in order.
#[must_use]
pub fn dict_keys(heap: &Heap, dict: DictRef) -> Vec<Value> {
    heap.dict(dict).items().map(|(key, _)| key).collect()
}

/// The values in order.
#[must_use]
pub fn dict_values(heap: &Heap, dict: DictRef) -> Vec<Value> {
    heap.dict(dict).items().map(|(_, value)| value).collect()
}

/// The items in order.
#[must_use]
pub fn dict_items(heap: &Heap, dict: DictRef) -> Vec<(Value, Value)> {
    heap.dict(dict).items().collect()
}

/// What a missing key of `dict[key]` gives by the flavor alone: a Counter's 0, a defaultdict's new
/// value for a builtin factory. `None` is KeyError; a program's function as factory is called by
/// the prelude, never here.
///
/// # Errors
/// The memory limit.
pub(crate) fn dict_missing(
    context: &mut Context,
    dict: DictRef,
    key: Value,
) -> Result<Option<Value>, Raise> {
    use crate::value::TypeRef;
    use salami_ir::Tag;
    let factory = match context.heap.dict(dict).flavor {
        Flavor::Counter => return Ok(Some(Value::Int(0))),
        Flavor::DefaultDict { factory } => factory,
        Flavor::Plain | Flavor::OrderedDict => return Ok(None),
    };
    let Value::Type(TypeRef::Builtin(tag)) = factory else {
        return Ok(None);
    };
    let value = match tag {
        Tag::Int => Value::Int(0),
        Tag::Float => Value::Float(0.0),
        Tag::Bool => Value::Bool(false),
        Tag::Str => Value::Str(crate::value::Str::EMPTY),
        Tag::List => context.heap.alloc_list(Vec::new())?,
        Tag::Tuple => context.heap.alloc_tuple(Vec::new())?,
        Tag::Dict => context.heap.alloc_dict(DictObject::default())?,
        Tag::Set => context.heap.alloc_set(crate::heap::SetObject::new(false))?,
        Tag::Bytes => context.heap.alloc_bytes(Vec::new())?,
        _ => return Ok(None),
    };
    dict_set(context, dict, key, value)?;
    Ok(Some(value))
}

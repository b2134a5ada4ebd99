//! Methods of `dict` and its views, and its constructors.

use super::argument::{take, wrong_type};
use super::{ANY, BOOL, DICT, Leaf, NONE, TUPLE, leaf, tags};
use crate::context::Context;
use crate::heap::DictObject;
use crate::heap::object::DICT_ENTRY_SIZE;
use crate::ops;
use crate::raise::Raise;
use crate::value::{DictRef, Value};
use salami_ir::{BuiltinException, Tag};

pub(super) const LEAVES: &[Leaf] = &[
    leaf("dict", 2, DICT, dict),
    leaf("dict.clear", 1, NONE, clear),
    leaf("dict.copy", 1, DICT, copy),
    leaf("dict.fromkeys", 2, DICT, from_keys),
    leaf("dict.get", 3, ANY, get),
    leaf(
        "dict.items",
        1,
        tags(&[Tag::DictItems]),
        |context, arguments| receiver_of(context, arguments, "items").map(Value::DictItems),
    ),
    leaf(
        "dict.keys",
        1,
        tags(&[Tag::DictKeys]),
        |context, arguments| receiver_of(context, arguments, "keys").map(Value::DictKeys),
    ),
    leaf("dict.of_keywords", 1, DICT, of_keywords),
    leaf("dict.pop", 3, ANY, pop),
    leaf("dict.popitem", 1, TUPLE, pop_item),
    leaf("dict.setdefault", 3, ANY, set_default),
    leaf("_leaf.update_by_starred", 2, NONE, update_by_starred),
    leaf("dict.update", 3, NONE, update),
    leaf("dict.update_keywords", 2, NONE, update_keywords),
    leaf(
        "dict.values",
        1,
        tags(&[Tag::DictValues]),
        |context, arguments| receiver_of(context, arguments, "values").map(Value::DictValues),
    ),
    leaf("dict_items.isdisjoint", 2, BOOL, is_disjoint),
    leaf("dict_keys.isdisjoint", 2, BOOL, is_disjoint),
];

fn receiver(context: &mut Context, value: Value, method: &str) -> Result<DictRef, Raise> {
    match value {
        Value::Dict(dict) => Ok(dict),
        _ => {
            let message = format!(
                "descriptor '{method}' for 'dict' objects doesn't apply to a '{{}}' object"
            );
            Err(wrong_type(context, &message, value))
        }
    }
}

fn receiver_of(context: &mut Context, arguments: &[Value], method: &str) -> Result<DictRef, Raise> {
    let [value] = take(arguments)?;
    receiver(context, value, method)
}

fn empty(context: &mut Context) -> Result<(Value, DictRef), Raise> {
    let value = context.heap.alloc_dict(DictObject::default())?;
    match value {
        Value::Dict(dict) => Ok((value, dict)),
        _ => Err(Raise::Internal("a dict was stored as something else")),
    }
}

/// `dict(mapping, **kwargs)`
fn dict(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [mapping, keywords] = take(arguments)?;
    let (value, dict) = empty(context)?;
    if !mapping.is_unset() {
        ops::update_dict(context, dict, mapping)?;
    }
    add_keywords(context, dict, keywords)?;
    Ok(value)
}

fn add_keywords(context: &mut Context, dict: DictRef, keywords: Value) -> Result<(), Raise> {
    match keywords {
        Value::Dict(keywords) => ops::dict_update(context, dict, keywords),
        _ => Ok(()),
    }
}

fn of_keywords(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [keywords] = take(arguments)?;
    let (value, dict) = empty(context)?;
    add_keywords(context, dict, keywords)?;
    Ok(value)
}

fn clear(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let dict = receiver_of(context, arguments, "clear")?;
    ops::dict_clear(&mut context.heap, dict);
    Ok(Value::None)
}

fn copy(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let dict = receiver_of(context, arguments, "copy")?;
    ops::dict_copy(context, dict)
}

fn from_keys(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [iterable, value] = take(arguments)?;
    let value = if value.is_unset() { Value::None } else { value };
    let keys = ops::collect(context, iterable)?;
    context.charge(keys.len() as u64)?;
    context.reserve(keys.len().saturating_mul(DICT_ENTRY_SIZE))?;
    let (result, dict) = empty(context)?;
    for key in keys {
        ops::dict_set(context, dict, key, value)?;
    }
    Ok(result)
}

fn get(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [dict, key, default] = take(arguments)?;
    let dict = receiver(context, dict, "get")?;
    let default = if default.is_unset() {
        Value::None
    } else {
        default
    };
    Ok(ops::dict_get(context, dict, key)?.unwrap_or(default))
}

fn pop(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [dict, key, default] = take(arguments)?;
    let dict = receiver(context, dict, "pop")?;
    // An empty dict does not even ask whether the key can be one.
    if context.heap.dict(dict).is_empty() && default.is_unset() {
        return Err(context.key_error(key));
    }
    match ops::dict_remove(context, dict, key)? {
        Some(value) => Ok(value),
        None if !default.is_unset() => Ok(default),
        None => Err(context.key_error(key)),
    }
}

fn pop_item(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let dict = receiver_of(context, arguments, "popitem")?;
    let Some(position) = context.heap.dict(dict).last_position() else {
        return Err(context.raise(BuiltinException::KeyError, "popitem(): dictionary is empty"));
    };
    let Some(entry) = context.heap.dict(dict).slots().get(position).copied() else {
        return Err(Raise::Internal("the last item of a dict is past its end"));
    };
    let pair = context.tuple(vec![entry.key, entry.value])?;
    context
        .heap
        .modify_dict(dict, |object| object.remove_at(position));
    Ok(pair)
}

fn set_default(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [dict, key, default] = take(arguments)?;
    let dict = receiver(context, dict, "setdefault")?;
    if let Some(value) = ops::dict_get(context, dict, key)? {
        return Ok(value);
    }
    let default = if default.is_unset() {
        Value::None
    } else {
        default
    };
    ops::dict_set(context, dict, key, default)?;
    Ok(default)
}

fn update(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [dict, mapping, keywords] = take(arguments)?;
    let dict = receiver(context, dict, "update")?;
    if !mapping.is_unset() {
        ops::update_dict(context, dict, mapping)?;
    }
    add_keywords(context, dict, keywords)?;
    Ok(Value::None)
}

/// What `{**mapping}` does.
fn update_by_starred(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [dict, mapping] = take(arguments)?;
    let dict = receiver(context, dict, "update")?;
    if !matches!(mapping, Value::Dict(_)) {
        return Err(wrong_type(context, "'{}' object is not a mapping", mapping));
    }
    ops::update_dict(context, dict, mapping)?;
    Ok(Value::None)
}

fn update_keywords(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [dict, keywords] = take(arguments)?;
    let dict = receiver(context, dict, "update")?;
    add_keywords(context, dict, keywords)?;
    Ok(Value::None)
}

/// `isdisjoint` of a view of keys or items.
fn is_disjoint(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [view, other] = take(arguments)?;
    for value in ops::collect(context, other)? {
        if ops::contains(context, view, value)? {
            return Ok(Value::Bool(false));
        }
    }
    Ok(Value::Bool(true))
}

//! `copy`: shallow and deep copies.

use std::collections::BTreeMap;

use super::argument::{take, wrong_type};
use super::{ANY, Leaf, leaf};
use crate::context::Context;
use crate::heap::SetObject;
use crate::heap::object::{Instance, VALUE_SIZE};
use crate::native::Native;
use crate::ops;
use crate::raise::Raise;
use crate::value::Value;

pub(super) const LEAVES: &[Leaf] = &[
    leaf("copy.copy", 1, ANY, copy),
    leaf("copy.deepcopy", 2, ANY, deep_copy),
];

fn copy(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [value] = take(arguments)?;
    match value {
        Value::Unset => Err(wrong_type(context, "cannot copy '{}' object", value)),
        Value::List(list) => {
            let length = context.heap.list(list).len();
            context.charge(length as u64)?;
            context.reserve(length.saturating_mul(VALUE_SIZE))?;
            let values = context.heap.list(list).to_vec();
            context.list(values)
        }
        Value::Dict(dict) => {
            let flavor = context.heap.dict(dict).flavor;
            let copy = ops::dict_copy(context, dict)?;
            if let Value::Dict(copy) = copy {
                context.heap.dict_mut(copy).flavor = flavor;
            }
            Ok(copy)
        }
        Value::Set(set) if !context.heap.set(set).is_frozen() => ops::set_copy(context, set, false),
        Value::Object(_) if is_member(context, value) => Ok(value),
        Value::Object(object) => {
            let Instance { class, fields } = context.heap.object(object).clone();
            context.charge(fields.len() as u64)?;
            context.heap.alloc_object(Instance { class, fields })
        }
        Value::Native(handle) => match context.heap.native(handle) {
            Native::Deque(values, _) => {
                let length = values.len();
                context.charge(length as u64)?;
                context.reserve(length.saturating_mul(VALUE_SIZE))?;
                let copy = context.heap.native(handle).clone();
                context.heap.alloc_native(copy)
            }
            _ => copied_native(context, value),
        },
        _ => shared(context, value),
    }
}

/// A value that is its own copy, or TypeError for one that has none.
fn shared(context: &mut Context, value: Value) -> Result<Value, Raise> {
    match value {
        Value::Iterator(_)
        | Value::Generator(_)
        | Value::DictKeys(_)
        | Value::DictValues(_)
        | Value::DictItems(_) => Err(wrong_type(context, "cannot pickle '{}' object", value)),
        _ => Ok(value),
    }
}

fn copied_native(context: &mut Context, value: Value) -> Result<Value, Raise> {
    let Value::Native(handle) = value else {
        return Ok(value);
    };
    match context.heap.native(handle) {
        Native::StringIo(file) if file.input.is_some() || file.stream.is_some() => {
            Err(context.type_error("cannot pickle '_io.TextIOWrapper' object"))
        }
        Native::StringIo(file) => {
            let size = file.text.len();
            context.charge(size as u64 / 64)?;
            context.reserve(size)?;
            let copy = context.heap.native(handle).clone();
            context.heap.alloc_native(copy)
        }
        Native::CsvReader(_) | Native::CsvWriter(_) => {
            Err(wrong_type(context, "cannot pickle '{}' object", value))
        }
        _ => Ok(value),
    }
}

/// What identifies a value that is copied.
fn identity(value: Value) -> Option<(u8, u32)> {
    match value {
        Value::List(list) => Some((0, list.0)),
        Value::Dict(dict) => Some((1, dict.0)),
        Value::Set(set) => Some((2, set.0)),
        Value::Object(object) => Some((3, object.0)),
        Value::Native(native) => Some((4, native.0)),
        Value::Tuple(tuple) => Some((5, tuple.0)),
        _ => None,
    }
}

/// The values right inside a value that is copied with them.
fn children(context: &Context, value: Value) -> Vec<Value> {
    let heap = &context.heap;
    match value {
        Value::List(list) => heap.list(list).to_vec(),
        Value::Tuple(tuple) => heap.tuple(tuple).to_vec(),
        Value::Dict(dict) => ops::dict_items(heap, dict)
            .into_iter()
            .flat_map(|(key, value)| [key, value])
            .collect(),
        Value::Set(set) => heap.set(set).values(),
        Value::Object(object) => heap.object(object).fields.clone(),
        Value::Native(native) => match heap.native(native) {
            Native::Deque(values, _) => values.iter().copied().collect(),
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}

/// Whether a value is a member of an enumeration: there is but one of it.
fn is_member(context: &Context, value: Value) -> bool {
    let Value::Object(object) = value else {
        return false;
    };
    let class = context.heap.object(object).class;
    let class = context.module().classes.get(class.index());
    class.is_some_and(|class| class.stands_for.is_some())
}

type Copies = BTreeMap<(u8, u32), Value>;

fn copy_of(copies: &Copies, value: Value) -> Value {
    identity(value)
        .and_then(|identity| copies.get(&identity))
        .copied()
        .unwrap_or(value)
}

/// Makes an empty copy of each container first, so that cycles find it, then fills them: tuples
/// when all within them are there, objects and lists before sets and dicts, which hash what they hold.
fn deep_copy(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [root, _] = take(arguments)?;
    // An unset field within an object is copied; nothing is not.
    if root.is_unset() {
        return Err(wrong_type(context, "cannot copy '{}' object", root));
    }
    let mut copies = Copies::new();
    let mut found: Vec<Value> = Vec::new();
    let mut frozen: Vec<Value> = Vec::new();
    // A tuple or frozen set is on the stack twice: the second time its values have copies.
    let mut work = vec![(root, false)];
    while let Some((value, again)) = work.pop() {
        context.charge(4)?;
        let Some(identity) = identity(value) else {
            shared(context, value)?;
            continue;
        };
        if is_member(context, value) {
            continue;
        }
        if again && let Value::Set(set) = value {
            context.charge(context.heap.set(set).len() as u64)?;
            frozen.push(value);
            continue;
        }
        if copies.contains_key(&identity) {
            continue;
        }
        let inside = children(context, value);
        context
            .reserve((work.len() + inside.len() + found.len() * 4).saturating_mul(VALUE_SIZE))?;
        if let Value::Tuple(_) = value {
            if again {
                let values: Vec<Value> = inside
                    .iter()
                    .map(|&child| copy_of(&copies, child))
                    .collect();
                let same = values
                    .iter()
                    .zip(&inside)
                    .all(|(&copy, &child)| ops::identical(copy, child));
                let copy = if same { value } else { context.tuple(values)? };
                copies.insert(identity, copy);
                continue;
            }
            work.push((value, true));
            work.extend(inside.into_iter().rev().map(|child| (child, false)));
            continue;
        }
        let empty = match value {
            Value::List(_) => context.list(vec![Value::None; inside.len()])?,
            Value::Dict(dict) => {
                let flavor = context.heap.dict(dict).flavor;
                context
                    .heap
                    .alloc_dict(crate::heap::DictObject::with_flavor(flavor))?
            }
            Value::Set(set) => {
                let is_frozen = context.heap.set(set).is_frozen();
                if is_frozen {
                    work.push((value, true));
                }
                context.heap.alloc_set(SetObject::new(is_frozen))?
            }
            Value::Object(object) => {
                let copy = context.heap.object(object).clone();
                context.heap.alloc_object(copy)?
            }
            Value::Native(handle) => match context.heap.native(handle) {
                Native::Deque(..) => {
                    let copy = context.heap.native(handle).clone();
                    context.heap.alloc_native(copy)?
                }
                _ => copied_native(context, value)?,
            },
            _ => value,
        };
        copies.insert(identity, empty);
        if !is_frozen_set(context, value) {
            found.push(value);
        }
        work.extend(inside.into_iter().rev().map(|child| (child, false)));
    }
    fill(context, &found, &frozen, &copies)?;
    Ok(copy_of(&copies, root))
}

fn is_frozen_set(context: &Context, value: Value) -> bool {
    matches!(value, Value::Set(set) if context.heap.set(set).is_frozen())
}

/// Frozen sets come before what may hash them, the inner ones first.
fn fill(
    context: &mut Context,
    found: &[Value],
    frozen: &[Value],
    copies: &Copies,
) -> Result<(), Raise> {
    for &value in found {
        let values: Vec<Value> = children(context, value)
            .into_iter()
            .map(|child| copy_of(copies, child))
            .collect();
        context.charge(values.len() as u64)?;
        match copy_of(copies, value) {
            Value::List(copy) => context.heap.list_mut(copy).copy_from_slice(&values),
            Value::Object(copy) => context.heap.object_mut(copy).fields = values,
            Value::Native(copy) => {
                if let Native::Deque(inside, _) = context.heap.native_mut(copy) {
                    *inside = values.into();
                }
            }
            _ => {}
        }
    }
    for &value in frozen.iter().chain(found) {
        match (value, copy_of(copies, value)) {
            (Value::Dict(_), Value::Dict(copy)) => {
                for pair in children(context, value).chunks(2) {
                    if let &[key, value] = pair {
                        ops::dict_set(context, copy, copy_of(copies, key), copy_of(copies, value))?;
                    }
                }
            }
            (Value::Set(_), Value::Set(copy)) => {
                for element in children(context, value) {
                    ops::set_add(context, copy, copy_of(copies, element))?;
                }
            }
            _ => {}
        }
    }
    Ok(())
}

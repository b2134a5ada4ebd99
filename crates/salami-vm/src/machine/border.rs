//! Values in and out, without recursion.

use crate::context::Context;
use crate::data::{Data, ExportError};
use crate::heap::object::{OBJECT_SIZE, VALUE_SIZE};
use crate::heap::{DictObject, Heap};
use crate::native::{self, NativeData};
use crate::ops;
use crate::raise::Raise;
use crate::value::Value;

/// Nothing deeper than this leaves or enters.
const DEEPEST: usize = 100_000;

/// A container that is being imported.
enum Importing<'a> {
    List(core::slice::Iter<'a, Data>, Vec<Value>),
    Dict(
        core::slice::Iter<'a, (String, Data)>,
        Vec<(Value, Value)>,
        Option<Value>,
    ),
}

/// Data as a value.
pub(super) fn import(context: &mut Context, data: &Data) -> Result<Value, Raise> {
    let mut stack: Vec<Importing<'_>> = Vec::new();
    let mut current = Some(data);
    let mut finished = Value::None;
    loop {
        if let Some(data) = current.take() {
            finished = match data {
                Data::None => Value::None,
                Data::Bool(truth) => Value::Bool(*truth),
                Data::Int(number) => context.heap.alloc_int(number.clone())?,
                Data::Float(number) => Value::float(*number),
                Data::Str(text) => context.heap.alloc_str(text)?,
                Data::List(values) => {
                    context
                        .heap
                        .reserve(OBJECT_SIZE + values.len().saturating_mul(VALUE_SIZE))?;
                    stack.push(Importing::List(
                        values.iter(),
                        Vec::with_capacity(values.len()),
                    ));
                    Value::Unset
                }
                Data::Dict(items) => {
                    stack.push(Importing::Dict(
                        items.iter(),
                        Vec::with_capacity(items.len()),
                        None,
                    ));
                    Value::Unset
                }
            };
        }
        let Some(top) = stack.last_mut() else {
            return Ok(finished);
        };
        match top {
            Importing::List(rest, values) => {
                if !finished.is_unset() {
                    values.push(finished);
                }
                finished = Value::Unset;
                match rest.next() {
                    Some(data) => current = Some(data),
                    None => {
                        let values = core::mem::take(values);
                        stack.pop();
                        finished = context.heap.alloc_list(values)?;
                    }
                }
            }
            Importing::Dict(rest, items, key) => {
                if let (false, Some(key)) = (finished.is_unset(), key.take()) {
                    items.push((key, finished));
                }
                finished = Value::Unset;
                match rest.next() {
                    Some((name, data)) => {
                        *key = Some(context.heap.alloc_str(name)?);
                        current = Some(data);
                    }
                    None => {
                        let items = core::mem::take(items);
                        stack.pop();
                        finished = context.heap.alloc_dict(DictObject::default())?;
                        if let Value::Dict(dict) = finished {
                            for (key, value) in items {
                                // The host's data is not the program's work.
                                context.fuel.remaining += 1 << 20;
                                let set = ops::dict_set(context, dict, key, value);
                                context.fuel.remaining -= 1 << 20;
                                context.fuel.remaining +=
                                    core::mem::take(&mut context.fuel.dynamic);
                                set?;
                            }
                        }
                    }
                }
            }
        }
    }
}

/// A container that is being exported.
struct Exporting {
    source: Value,
    /// Children still to do, last first.
    children: Vec<Value>,
    /// For a dict or an object, the key of each child, last first.
    keys: Option<Vec<String>>,
    /// Done: keys and values.
    items: Vec<(String, Data)>,
    values: Vec<Data>,
}

/// What a value and its text take outside, as data and as JSON, without its children.
fn weight(heap: &Heap, value: Value) -> usize {
    const NODE: usize = 96;
    let content = match value {
        Value::Str(text) => 2 * text.byte_length(),
        Value::Big(big) => usize::try_from(heap.big(big).bits()).unwrap_or(usize::MAX) / 2,
        Value::List(list) => heap.list(list).len() * 16,
        Value::Tuple(tuple) => heap.tuple(tuple).len() * 16,
        Value::Set(set) => heap.set(set).len() * 16,
        Value::Dict(dict) => heap.dict(dict).len() * 64,
        Value::Object(object) => heap.object(object).fields.len() * 64,
        _ => 0,
    };
    content.saturating_add(NODE)
}

/// A value as data.
pub(super) fn export(heap: &Heap, value: Value) -> Result<Data, ExportError> {
    let mut stack: Vec<Exporting> = Vec::new();
    let mut current = value;
    // What leaves lies beside the heap for a while, and may be much more where values are shared.
    let mut left = heap.limit();
    loop {
        current = outside(heap, current);
        let Some(rest) = left.checked_sub(weight(heap, current)) else {
            return Err(ExportError::TooLarge);
        };
        left = rest;
        let mut finished = match scalar(heap, current) {
            Some(data) => data,
            None => {
                if stack.len() >= DEEPEST
                    || stack
                        .iter()
                        .rev()
                        .take(1000)
                        .any(|open| open.source == current)
                {
                    return Err(ExportError::Cycle);
                }
                stack.push(open(heap, current)?);
                let Some(top) = stack.last_mut() else {
                    return Err(ExportError::TooLarge);
                };
                match top.children.pop() {
                    Some(child) => {
                        current = child;
                        continue;
                    }
                    None => close(&mut stack),
                }
            }
        };
        loop {
            let Some(top) = stack.last_mut() else {
                return Ok(finished);
            };
            match &mut top.keys {
                Some(keys) => top.items.push((keys.pop().unwrap_or_default(), finished)),
                None => top.values.push(finished),
            }
            match top.children.pop() {
                Some(child) => {
                    current = child;
                    break;
                }
                None => finished = close(&mut stack),
            }
        }
    }
}

/// What stands for a member of an enumeration outside of the program; another value itself.
fn outside(heap: &Heap, value: Value) -> Value {
    let Value::Object(object) = value else {
        return native::response::body(heap, value);
    };
    let instance = heap.object(object);
    let class = heap.module().classes.get(instance.class.index());
    let field = class.and_then(|class| class.stands_for);
    let stands = field.and_then(|field| instance.fields.get(usize::from(field)));
    match stands.copied() {
        Some(Value::Object(_)) | None => value,
        Some(stands) => stands,
    }
}

fn close(stack: &mut Vec<Exporting>) -> Data {
    match stack.pop() {
        Some(open) if open.keys.is_some() => Data::Dict(open.items),
        Some(open) => Data::List(open.values),
        None => Data::None,
    }
}

fn scalar(heap: &Heap, value: Value) -> Option<Data> {
    Some(match value {
        Value::None => Data::None,
        Value::Bool(truth) => Data::Bool(truth),
        Value::Int(number) => Data::Int(number.into()),
        Value::Big(big) => Data::Int(heap.big(big).clone()),
        Value::Float(number) => Data::Float(number),
        Value::Str(text) => Data::Str(heap.str(text).to_owned()),
        Value::Native(native) => match native::export(heap, native)? {
            NativeData::Text(text) => Data::Str(text),
            NativeData::List(_) => return None,
        },
        _ => return None,
    })
}

fn sequence(source: Value, mut children: Vec<Value>) -> Exporting {
    children.reverse();
    Exporting {
        source,
        children,
        keys: None,
        items: Vec::new(),
        values: Vec::new(),
    }
}

fn open(heap: &Heap, value: Value) -> Result<Exporting, ExportError> {
    Ok(match value {
        Value::List(list) => sequence(value, heap.list(list).to_vec()),
        Value::Tuple(tuple) => sequence(value, heap.tuple(tuple).to_vec()),
        Value::Set(set) => sequence(value, heap.set(set).values()),
        Value::Dict(dict) => {
            let mut children = Vec::new();
            let mut keys = Vec::new();
            for (key, value) in heap.dict(dict).items() {
                keys.push(key_text(heap, key)?);
                children.push(value);
            }
            keys.reverse();
            children.reverse();
            Exporting {
                source: value,
                children,
                keys: Some(keys),
                items: Vec::new(),
                values: Vec::new(),
            }
        }
        Value::Object(object) => {
            let instance = heap.object(object);
            let class = heap.module().classes.get(instance.class.index());
            let Some(class) = class.filter(|class| class.shows_fields || class.compares_equal)
            else {
                return Err(not_data(heap, value));
            };
            let mut keys: Vec<String> = class
                .fields
                .iter()
                .map(|field| field.name.clone())
                .collect();
            let mut children = instance.fields.clone();
            if children.iter().any(|child| child.is_unset()) || keys.len() != children.len() {
                return Err(not_data(heap, value));
            }
            keys.reverse();
            children.reverse();
            Exporting {
                source: value,
                children,
                keys: Some(keys),
                items: Vec::new(),
                values: Vec::new(),
            }
        }
        Value::Native(native) => match native::export(heap, native) {
            Some(NativeData::List(values)) => sequence(value, values),
            _ => return Err(not_data(heap, value)),
        },
        _ => return Err(not_data(heap, value)),
    })
}

fn not_data(heap: &Heap, value: Value) -> ExportError {
    ExportError::NotData {
        type_name: ops::type_name(heap, value),
    }
}

/// A key as JSON writes it.
fn key_text(heap: &Heap, key: Value) -> Result<String, ExportError> {
    Ok(match outside(heap, key) {
        Value::Str(text) => heap.str(text).to_owned(),
        Value::Int(number) => number.to_string(),
        Value::Big(big) => heap.big(big).to_string(),
        Value::Bool(true) => "true".to_owned(),
        Value::Bool(false) => "false".to_owned(),
        Value::None => "null".to_owned(),
        Value::Float(number) => crate::format::float_text::repr(number),
        Value::Native(native) => match native::export(heap, native) {
            Some(NativeData::Text(text)) => text,
            _ => {
                return Err(ExportError::BadKey {
                    type_name: ops::type_name(heap, key),
                });
            }
        },
        _ => {
            return Err(ExportError::BadKey {
                type_name: ops::type_name(heap, key),
            });
        }
    })
}

//! `bool(value)` and `len(value)`.

use crate::context::Context;
use crate::heap::Heap;
use crate::raise::Raise;
use crate::value::Value;

use super::names::type_name;

/// Whether a value is true. Instances are, unless lowering called their `__bool__`.
#[inline]
#[must_use]
pub fn truth(heap: &Heap, value: Value) -> bool {
    match value {
        Value::Bool(truth) => truth,
        Value::None | Value::Unset => false,
        Value::Int(number) => number != 0,
        Value::Float(number) => number != 0.0,
        Value::Str(text) => text.length != 0,
        Value::Big(_) => true,
        other => sized_length(heap, other).is_none_or(|length| length != 0),
    }
}

fn sized_length(heap: &Heap, value: Value) -> Option<usize> {
    Some(match value {
        Value::Str(text) => heap.char_count(text),
        Value::Bytes(bytes) => heap.bytes(bytes).len(),
        Value::List(list) => heap.list(list).len(),
        Value::Tuple(tuple) => heap.tuple(tuple).len(),
        Value::Dict(dict)
        | Value::DictKeys(dict)
        | Value::DictValues(dict)
        | Value::DictItems(dict) => heap.dict(dict).len(),
        Value::Set(set) => heap.set(set).len(),
        Value::Range(range) => usize::try_from(heap.range(range).length()).unwrap_or(usize::MAX),
        Value::Native(native) => {
            return crate::native::length(heap, native).or_else(|| {
                // What has no length has a truth of its own (a Decimal 0, a timedelta 0).
                (!crate::native::truth(heap, native)).then_some(0)
            });
        }
        _ => return None,
    })
}

/// `len(value)`.
///
/// # Errors
/// TypeError "object of type 'int' has no len()".
#[inline]
pub fn length(context: &mut Context, value: Value) -> Result<usize, Raise> {
    let length = match value {
        Value::Native(native) => crate::native::length(&context.heap, native),
        other => sized_length(&context.heap, other),
    };
    match length {
        Some(length) => Ok(length),
        None => {
            let name = type_name(&context.heap, value);
            Err(context.type_error(format!("object of type '{name}' has no len()")))
        }
    }
}

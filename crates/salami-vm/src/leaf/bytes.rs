//! `bytes(...)` and what its methods share.

use super::argument::{integer, length, size, take, wrong_type};
use super::{BYTES, Leaf, STR, leaf};
use crate::context::Context;
use crate::format::bytes as methods;
use crate::ops;
use crate::raise::Raise;
use crate::value::{BytesRef, Value};
use num_traits::ToPrimitive;

pub(super) const LEAVES: &[Leaf] = &[
    leaf("bytes", 1, BYTES, bytes),
    leaf("bytes.fromhex", 1, BYTES, from_hex),
    leaf("bytes.hex", 3, STR, hex),
    leaf("bytes.join", 2, BYTES, join),
];

/// The receiver of a method of `bytes`.
pub(super) fn receiver(context: &mut Context, value: Value) -> Result<BytesRef, Raise> {
    match value {
        Value::Bytes(bytes) => Ok(bytes),
        _ => Err(wrong_type(
            context,
            "descriptor requires a 'bytes' object but received a '{}'",
            value,
        )),
    }
}

/// An argument that must be bytes.
pub(super) fn bytes_argument(context: &mut Context, value: Value) -> Result<BytesRef, Raise> {
    match value {
        Value::Bytes(bytes) => Ok(bytes),
        _ => Err(wrong_type(
            context,
            "a bytes-like object is required, not '{}'",
            value,
        )),
    }
}

/// Reserves and charges for bytes of this size.
pub(super) fn pay(context: &mut Context, size: usize) -> Result<(), Raise> {
    context.reserve(size)?;
    context.charge(size as u64 / 32)
}

/// The bytes of bytes or of an iterable of integers.
pub(super) fn bytes_of(context: &mut Context, value: Value) -> Result<Vec<u8>, Raise> {
    if let Value::Bytes(bytes) = value {
        pay(context, context.heap.bytes(bytes).len())?;
        return Ok(context.heap.bytes(bytes).clone());
    }
    if !super::str_split::is_iterable(context, value) || matches!(value, Value::Str(_)) {
        return Err(wrong_type(
            context,
            "cannot convert '{}' object to bytes",
            value,
        ));
    }
    let values = ops::collect(context, value)?;
    pay(context, values.len())?;
    let mut out = Vec::with_capacity(values.len());
    for value in values {
        match integer(context, value)?.to_u8() {
            Some(byte) => out.push(byte),
            None => return Err(context.value_error("bytes must be in range(0, 256)")),
        }
    }
    Ok(out)
}

/// `bytes(source)`
fn bytes(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [value] = take(arguments)?;
    match value {
        Value::Unset => context.heap.alloc_bytes(Vec::new()),
        Value::Bytes(_) => Ok(value),
        Value::Str(_) => Err(context.type_error("string argument without an encoding")),
        Value::Int(_) | Value::Bool(_) | Value::Big(_) => {
            if let Value::Big(_) = value {
                return Err(context.overflow_error("cannot fit 'int' into an index-sized integer"));
            }
            let count = size(context, value)?;
            if count < 0 {
                return Err(context.value_error("negative count"));
            }
            let count = length(count);
            pay(context, count)?;
            context.heap.alloc_bytes(vec![0; count])
        }
        _ => {
            let bytes = bytes_of(context, value)?;
            context.heap.alloc_bytes(bytes)
        }
    }
}

fn from_hex(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [value] = take(arguments)?;
    let text = super::argument::text(context, value, "fromhex() argument must be str, not {}")?;
    pay(context, text.byte_length())?;
    let result = methods::from_hex(context.heap.str(text));
    let bytes = super::argument::checked(context, result)?;
    context.heap.alloc_bytes(bytes)
}

/// `bytes.hex(self, sep, bytes_per_sep)`
fn hex(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [value, separator, group] = take(arguments)?;
    let bytes = receiver(context, value)?;
    let group = if group.is_unset() {
        1
    } else {
        size(context, group)?
    };
    let separator = match separator {
        Value::Unset => None,
        // One character beyond ASCII has the right length.
        Value::Str(text) if context.heap.char_count(text) == 1 => Some(
            context
                .heap
                .str(text)
                .as_bytes()
                .get(..1)
                .unwrap_or(&[])
                .to_vec(),
        ),
        Value::Str(_) => Some(Vec::new()),
        Value::Bytes(bytes) => Some(context.heap.bytes(bytes).clone()),
        _ => return Err(context.type_error("sep must be str or bytes.")),
    };
    let separator = match separator.as_deref() {
        None => None,
        Some(&[byte]) if byte.is_ascii() => Some(byte),
        Some([_]) => return Err(context.value_error("sep must be ASCII.")),
        Some(_) => return Err(context.value_error("sep must be length 1.")),
    };
    pay(context, context.heap.bytes(bytes).len().saturating_mul(3))?;
    let text = methods::to_hex(context.heap.bytes(bytes), separator, group);
    context.heap.alloc_string(text)
}

fn join(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [value, iterable] = take(arguments)?;
    let separator = receiver(context, value)?;
    if !super::str_split::is_iterable(context, iterable) {
        return Err(context.type_error("can only join an iterable"));
    }
    let values = ops::collect(context, iterable)?;
    let mut size = context
        .heap
        .bytes(separator)
        .len()
        .saturating_mul(values.len().saturating_sub(1));
    for (index, &value) in values.iter().enumerate() {
        let Value::Bytes(bytes) = value else {
            let message =
                format!("sequence item {index}: expected a bytes-like object, {{}} found");
            return Err(wrong_type(context, &message, value));
        };
        size = size.saturating_add(context.heap.bytes(bytes).len());
    }
    pay(context, size)?;
    let mut out = Vec::with_capacity(size);
    for (index, &value) in values.iter().enumerate() {
        if index > 0 {
            out.extend_from_slice(context.heap.bytes(separator));
        }
        if let Value::Bytes(bytes) = value {
            out.extend_from_slice(context.heap.bytes(bytes));
        }
    }
    context.heap.alloc_bytes(out)
}

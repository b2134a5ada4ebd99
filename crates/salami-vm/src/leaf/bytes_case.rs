//! Methods of `bytes` about the case and kind of characters, all of ASCII.

use super::argument::take;
use super::bytes::{pay, receiver};
use super::{BOOL, BYTES, Leaf, leaf};
use crate::context::Context;
use crate::format::bytes as methods;
use crate::raise::Raise;
use crate::value::Value;

pub(super) const LEAVES: &[Leaf] = &[
    leaf("bytes.capitalize", 1, BYTES, |context, arguments| {
        map(context, arguments, methods::capitalize)
    }),
    leaf("bytes.lower", 1, BYTES, |context, arguments| {
        map(context, arguments, <[u8]>::to_ascii_lowercase)
    }),
    leaf("bytes.swapcase", 1, BYTES, |context, arguments| {
        map(context, arguments, methods::swapcase)
    }),
    leaf("bytes.title", 1, BYTES, |context, arguments| {
        map(context, arguments, methods::title)
    }),
    leaf("bytes.upper", 1, BYTES, |context, arguments| {
        map(context, arguments, <[u8]>::to_ascii_uppercase)
    }),
    leaf("bytes.isalnum", 1, BOOL, |context, arguments| {
        all(context, arguments, u8::is_ascii_alphanumeric)
    }),
    leaf("bytes.isalpha", 1, BOOL, |context, arguments| {
        all(context, arguments, u8::is_ascii_alphabetic)
    }),
    leaf("bytes.isascii", 1, BOOL, |context, arguments| {
        test(context, arguments, <[u8]>::is_ascii)
    }),
    leaf("bytes.isdigit", 1, BOOL, |context, arguments| {
        all(context, arguments, u8::is_ascii_digit)
    }),
    leaf("bytes.islower", 1, BOOL, |context, arguments| {
        test(context, arguments, |bytes| methods::has_case(bytes, false))
    }),
    leaf("bytes.isspace", 1, BOOL, |context, arguments| {
        all(context, arguments, |&byte| methods::is_space(byte))
    }),
    leaf("bytes.istitle", 1, BOOL, |context, arguments| {
        test(context, arguments, methods::is_title)
    }),
    leaf("bytes.isupper", 1, BOOL, |context, arguments| {
        test(context, arguments, |bytes| methods::has_case(bytes, true))
    }),
];

fn map(
    context: &mut Context,
    arguments: &[Value],
    change: fn(&[u8]) -> Vec<u8>,
) -> Result<Value, Raise> {
    let [value] = take(arguments)?;
    let bytes = receiver(context, value)?;
    pay(context, context.heap.bytes(bytes).len())?;
    let changed = change(context.heap.bytes(bytes));
    context.heap.alloc_bytes(changed)
}

fn test(
    context: &mut Context,
    arguments: &[Value],
    test: fn(&[u8]) -> bool,
) -> Result<Value, Raise> {
    let [value] = take(arguments)?;
    let bytes = receiver(context, value)?;
    context.charge(context.heap.bytes(bytes).len() as u64 / 16)?;
    Ok(Value::Bool(test(context.heap.bytes(bytes))))
}

fn all(context: &mut Context, arguments: &[Value], test: fn(&u8) -> bool) -> Result<Value, Raise> {
    let [value] = take(arguments)?;
    let bytes = receiver(context, value)?;
    context.charge(context.heap.bytes(bytes).len() as u64 / 16)?;
    let bytes = context.heap.bytes(bytes);
    Ok(Value::Bool(!bytes.is_empty() && bytes.iter().all(test)))
}

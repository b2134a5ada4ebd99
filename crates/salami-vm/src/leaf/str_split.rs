//! Methods of `str` that split and join.

use super::argument::{checked, limit, receiver, take, text, wrong_type};
use super::{LIST, Leaf, STR, TUPLE, leaf};
use crate::context::Context;
use crate::format::{Failure, text as split_text};
use crate::heap::object::{OBJECT_SIZE, VALUE_SIZE};
use crate::ops;
use crate::raise::Raise;
use crate::value::{Str, Value};

pub(super) const LEAVES: &[Leaf] = &[
    leaf("str.join", 2, STR, join),
    leaf("str.partition", 2, TUPLE, |context, arguments| {
        partition(context, arguments, "partition", split_text::partition)
    }),
    leaf("str.rpartition", 2, TUPLE, |context, arguments| {
        partition(
            context,
            arguments,
            "rpartition",
            split_text::partition_right,
        )
    }),
    leaf("str.rsplit", 3, LIST, |context, arguments| {
        split(context, arguments, "rsplit", true)
    }),
    leaf("str.split", 3, LIST, |context, arguments| {
        split(context, arguments, "split", false)
    }),
    leaf("str.splitlines", 2, LIST, split_lines),
];

/// A list of new strings. All memory is reserved first, so that nothing is made in vain.
fn list_of(context: &mut Context, string: Str, parts: Vec<(usize, usize)>) -> Result<Value, Raise> {
    let values = strings_of(context, string, &parts)?;
    context.list(values)
}

fn strings_of(
    context: &mut Context,
    string: Str,
    parts: &[(usize, usize)],
) -> Result<Vec<Value>, Raise> {
    let bytes: usize = parts.iter().map(|(from, to)| to - from).sum();
    let each = OBJECT_SIZE + VALUE_SIZE;
    context.charge(parts.len() as u64 * 2)?;
    context.reserve(parts.len().saturating_mul(each).saturating_add(bytes))?;
    let mut values = Vec::with_capacity(parts.len());
    for &(from, to) in parts {
        let part = context
            .heap
            .str(string)
            .get(from..to)
            .unwrap_or("")
            .to_owned();
        values.push(context.heap.alloc_string(part)?);
    }
    Ok(values)
}

/// The byte ranges of parts of `whole`.
fn ranges(whole: &str, parts: &[&str]) -> Vec<(usize, usize)> {
    let base = whole.as_ptr().addr();
    let range = |part: &&str| {
        // Empty parts may be constants from elsewhere.
        let from = part
            .as_ptr()
            .addr()
            .checked_sub(base)
            .filter(|&from| from <= whole.len());
        let from = if part.is_empty() {
            from.unwrap_or(0)
        } else {
            from.unwrap_or(whole.len())
        };
        (from, (from + part.len()).min(whole.len()))
    };
    parts.iter().map(range).collect()
}

fn split(
    context: &mut Context,
    arguments: &[Value],
    method: &str,
    right: bool,
) -> Result<Value, Raise> {
    let [string, separator, count] = take(arguments)?;
    let string = receiver(context, string, method)?;
    let limit = limit(context, count)?;
    let separator = match separator {
        Value::None | Value::Unset => None,
        Value::Str(separator) => Some(separator),
        _ => {
            return Err(wrong_type(
                context,
                "must be str or None, not {}",
                separator,
            ));
        }
    };
    let length = string.byte_length();
    context.charge(length as u64 / 8)?;
    // At most a part for every second byte, or for every byte: as the search makes them.
    let most = length.min(limit).saturating_add(1);
    context.reserve(most.saturating_mul(VALUE_SIZE))?;
    let heap = &context.heap;
    let body = heap.str(string);
    let parts = match (separator, right) {
        (None, false) => Ok(split_text::split_space(body, limit)),
        (None, true) => Ok(split_text::split_space_right(body, limit)),
        (Some(separator), false) => split_text::split(body, heap.str(separator), limit),
        (Some(separator), true) => split_text::split_right(body, heap.str(separator), limit),
    };
    let parts = parts.map(|parts| ranges(body, &parts));
    let parts = checked(context, parts)?;
    if let [(0, end)] = parts.as_slice()
        && *end == length
    {
        return context.list(vec![Value::Str(string)]);
    }
    list_of(context, string, parts)
}

fn split_lines(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [string, keep] = take(arguments)?;
    let string = receiver(context, string, "splitlines")?;
    let keep = ops::truth(&context.heap, keep);
    let length = string.byte_length();
    context.charge(length as u64 / 8)?;
    context.reserve(length.saturating_mul(VALUE_SIZE))?;
    let body = context.heap.str(string);
    let parts = ranges(body, &split_text::split_lines(body, keep));
    list_of(context, string, parts)
}

type Partition = for<'a> fn(&'a str, &'a str) -> Result<[&'a str; 3], Failure>;

fn partition(
    context: &mut Context,
    arguments: &[Value],
    method: &str,
    cut: Partition,
) -> Result<Value, Raise> {
    let [string, separator] = take(arguments)?;
    let string = receiver(context, string, method)?;
    let separator = text(context, separator, "must be str, not {}")?;
    let length = string.byte_length();
    context.charge(length as u64 / 16)?;
    context.reserve(length.saturating_add(4 * OBJECT_SIZE + 3 * VALUE_SIZE))?;
    let parts = cut(context.heap.str(string), context.heap.str(separator));
    let parts = parts.map(|parts| parts.map(str::to_owned));
    let parts = checked(context, parts)?;
    let mut values = Vec::with_capacity(3);
    for part in parts {
        values.push(context.heap.alloc_string(part)?);
    }
    context.tuple(values)
}

/// `separator.join(iterable)`
fn join(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [separator, iterable] = take(arguments)?;
    let separator = receiver(context, separator, "join")?;
    if !is_iterable(context, iterable) {
        return Err(context.type_error("can only join an iterable"));
    }
    let values = ops::collect(context, iterable)?;
    if let [only @ Value::Str(_)] = values.as_slice() {
        return Ok(*only);
    }
    let mut size = separator
        .byte_length()
        .saturating_mul(values.len().saturating_sub(1));
    for (index, value) in values.iter().enumerate() {
        match value {
            Value::Str(text) => size = size.saturating_add(text.byte_length()),
            _ => {
                let message = format!("sequence item {index}: expected str instance, {{}} found");
                return Err(wrong_type(context, &message, *value));
            }
        }
    }
    context.charge(values.len() as u64 + size as u64 / 64)?;
    context.reserve(size.saturating_add(OBJECT_SIZE))?;
    let mut out = String::with_capacity(size);
    for (index, value) in values.iter().enumerate() {
        if index > 0 {
            out.push_str(context.heap.str(separator));
        }
        if let Value::Str(text) = value {
            out.push_str(context.heap.str(*text));
        }
    }
    context.heap.alloc_string(out)
}

/// Whether a walk over the value can begin.
pub(super) fn is_iterable(context: &Context, value: Value) -> bool {
    match value {
        Value::Str(_)
        | Value::Bytes(_)
        | Value::List(_)
        | Value::Tuple(_)
        | Value::Dict(_)
        | Value::DictKeys(_)
        | Value::DictValues(_)
        | Value::DictItems(_)
        | Value::Set(_)
        | Value::Range(_)
        | Value::Iterator(_)
        | Value::Generator(_) => true,
        Value::Native(native) => crate::native::is_iterable(&context.heap, native),
        _ => false,
    }
}

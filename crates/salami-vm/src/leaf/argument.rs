//! Arguments of leaves: how many, of which type, with CPython's errors for others.

use num_bigint::BigInt;
use num_traits::{Signed, ToPrimitive};

use crate::context::Context;
use crate::format::Failure;
use crate::ops::{to_bigint, type_name};
use crate::raise::Raise;
use crate::value::{Str, Value};

/// The arguments as an array.
pub fn take<const COUNT: usize>(arguments: &[Value]) -> Result<[Value; COUNT], Raise> {
    <[Value; COUNT]>::try_from(arguments)
        .map_err(|_| Raise::Internal("a leaf got another number of arguments"))
}

/// A failure of `format` as an exception of the program.
pub fn fail(context: &mut Context, failure: Failure) -> Raise {
    context.raise(failure.class, failure.message)
}

/// The result of a function of `format`.
pub fn checked<T>(context: &mut Context, result: Result<T, Failure>) -> Result<T, Raise> {
    result.map_err(|failure| fail(context, failure))
}

/// A TypeError; `{}` in the message is the name of the value's type.
pub fn wrong_type(context: &mut Context, message: &str, value: Value) -> Raise {
    let name = type_name(&context.heap, value);
    // CPython's argument parser names None itself, where others name its type, in quotes.
    let parser = message.contains("() argument") && !message.contains("'{}'");
    let name = if parser && value.is_none() {
        "None"
    } else {
        name.as_str()
    };
    context.type_error(message.replacen("{}", name, 1))
}

/// A string, or a TypeError with this message.
pub fn text(context: &mut Context, value: Value, message: &str) -> Result<Str, Raise> {
    match value {
        Value::Str(text) => Ok(text),
        _ => Err(wrong_type(context, message, value)),
    }
}

/// The receiver of a method of `str`.
pub fn receiver(context: &mut Context, value: Value, method: &str) -> Result<Str, Raise> {
    match value {
        Value::Str(text) => Ok(text),
        _ => {
            let name = type_name(&context.heap, value);
            Err(context.type_error(format!(
                "descriptor '{method}' for 'str' objects doesn't apply to a '{name}' object"
            )))
        }
    }
}

/// An integer of any size: an int or a bool.
pub fn integer(context: &mut Context, value: Value) -> Result<BigInt, Raise> {
    match to_bigint(&context.heap, value) {
        Some(number) => Ok(number),
        None => Err(wrong_type(
            context,
            "'{}' object cannot be interpreted as an integer",
            value,
        )),
    }
}

/// An integer that must fit 64 bits.
pub fn size(context: &mut Context, value: Value) -> Result<i64, Raise> {
    match value {
        Value::Int(number) => Ok(number),
        Value::Bool(truth) => Ok(i64::from(truth)),
        Value::Big(_) => {
            Err(context.overflow_error("Python int too large to convert to C ssize_t"))
        }
        _ => Err(wrong_type(
            context,
            "'{}' object cannot be interpreted as an integer",
            value,
        )),
    }
}

/// An integer that must fit 32 bits, as C's `int`.
pub fn small(context: &mut Context, value: Value) -> Result<i32, Raise> {
    let number = integer(context, value)?;
    number
        .to_i32()
        .ok_or_else(|| context.overflow_error("Python int too large to convert to C int"))
}

/// As [`small`], for arguments that CPython parses by a format: it takes them as a `long` first.
pub fn parsed_small(context: &mut Context, value: Value) -> Result<i32, Raise> {
    let number = integer(context, value)?;
    number.to_i32().ok_or_else(|| {
        let message = match number.to_i64() {
            None => "Python int too large to convert to C long",
            Some(long) if long < 0 => "signed integer is less than minimum",
            Some(_) => "signed integer is greater than maximum",
        };
        context.overflow_error(message)
    })
}

/// How many bytes text at a place may have so that a machine can hold it; larger is refused by memory.
pub fn length(number: i64) -> usize {
    usize::try_from(number.max(0)).unwrap_or(usize::MAX)
}

/// A bound of a slice: None is not given; what does not fit is clamped.
pub fn bound(context: &mut Context, value: Value) -> Result<Option<i64>, Raise> {
    match value {
        Value::None | Value::Unset => Ok(None),
        Value::Int(number) => Ok(Some(number)),
        Value::Bool(truth) => Ok(Some(i64::from(truth))),
        Value::Big(big) => Ok(Some(if context.heap.big(big).is_negative() {
            i64::MIN
        } else {
            i64::MAX
        })),
        _ => Err(context
            .type_error("slice indices must be integers or None or have an __index__ method")),
    }
}

/// `start` and `end` of a search in `length` items, as a slice has them. `None` where the start is
/// past the end, where not even the empty text is found.
pub fn bounds(
    context: &mut Context,
    start: Value,
    end: Value,
    length: usize,
) -> Result<Option<(usize, usize)>, Raise> {
    let (start, end) = (bound(context, start)?, bound(context, end)?);
    let place = |bound: i64| {
        let size = i64::try_from(length).unwrap_or(i64::MAX);
        let bound = if bound < 0 {
            bound.saturating_add(size)
        } else {
            bound
        };
        usize::try_from(bound.max(0)).unwrap_or(usize::MAX)
    };
    let start = start.map_or(0, place);
    let end = end.map_or(length, place).min(length);
    Ok((start <= end).then_some((start, end)))
}

/// The number of splits or replacements: below zero is no limit.
pub fn limit(context: &mut Context, value: Value) -> Result<usize, Raise> {
    Ok(usize::try_from(size(context, value)?).unwrap_or(usize::MAX))
}

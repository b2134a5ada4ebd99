//! `int(...)` and the methods of `int`.

use num_bigint::{BigInt, Sign};
use num_traits::{Signed, Zero};

use super::argument::{checked, integer, length, size, take, text, wrong_type};
use super::{BYTES, INT, Leaf, TUPLE, leaf};
use crate::context::Context;
use crate::format::int_parse;
use crate::format::values::integer_of;
use crate::native::{self, Conversion};
use crate::ops;
use crate::raise::Raise;
use crate::value::Value;

pub(super) const LEAVES: &[Leaf] = &[
    leaf("int", 1, INT, int),
    leaf("int.as_integer_ratio", 1, TUPLE, ratio),
    leaf("int.bit_count", 1, INT, bit_count),
    leaf("int.bit_length", 1, INT, bit_length),
    leaf("int.conjugate", 1, INT, itself),
    leaf("int.denominator", 1, INT, |context, arguments| {
        itself(context, arguments).map(|_| Value::Int(1))
    }),
    leaf("int.from_bytes", 3, INT, from_bytes),
    leaf("int.imag", 1, INT, |context, arguments| {
        itself(context, arguments).map(|_| Value::Int(0))
    }),
    leaf("int.numerator", 1, INT, itself),
    leaf("int.real", 1, INT, itself),
    leaf("int.to_bytes", 4, BYTES, to_bytes),
    leaf("int.with_base", 2, INT, with_base),
];

/// `int(x)`
fn int(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [value] = take(arguments)?;
    match value {
        Value::Unset => Ok(Value::Int(0)),
        Value::Int(_) | Value::Big(_) => Ok(value),
        Value::Bool(truth) => Ok(Value::Int(i64::from(truth))),
        Value::Float(number) if (-9e18..9e18).contains(&number) => {
            Ok(Value::Int(libm::trunc(number) as i64))
        }
        Value::Float(number) => {
            let number = integer_of(context, number)?;
            context.int(number)
        }
        Value::Str(_) | Value::Bytes(_) => parse(context, value, &BigInt::from(10)),
        Value::Native(handle) => match native::convert(context, handle, Conversion::Int)? {
            Some(number) => Ok(number),
            None => Err(no_number(context, value)),
        },
        _ => Err(no_number(context, value)),
    }
}

fn no_number(context: &mut Context, value: Value) -> Raise {
    let message = "int() argument must be a string, a bytes-like object or a real number, not '{}'";
    wrong_type(context, message, value)
}

/// `int(x, base)`
fn with_base(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [value, base] = take(arguments)?;
    let base = integer(context, base)?;
    match value {
        Value::Str(_) | Value::Bytes(_) => parse(context, value, &base),
        _ => {
            // The base is looked at first.
            let parsed = int_parse::parse("0", &base);
            checked(context, parsed)?;
            Err(context.type_error("int() can't convert non-string with explicit base"))
        }
    }
}

fn parse(context: &mut Context, value: Value, base: &BigInt) -> Result<Value, Raise> {
    let result = match value {
        Value::Str(text) => {
            let length = text.byte_length();
            if length <= 18
                && *base == BigInt::from(10)
                && let Some(small) = int_parse::parse_small(context.heap.str(text))
            {
                return Ok(Value::Int(small));
            }
            // Text is copied as digits; up to the limit of digits the conversion is quadratic.
            context.charge(length as u64 / 4 + length.min(5000) as u64)?;
            context.reserve(length.saturating_mul(3))?;
            int_parse::parse(context.heap.str(text), base)
        }
        Value::Bytes(bytes) => {
            let length = context.heap.bytes(bytes).len();
            context.charge(length as u64 / 4 + length.min(5000) as u64)?;
            context.reserve(length.saturating_mul(3))?;
            int_parse::parse_bytes(context.heap.bytes(bytes), base)
        }
        _ => return Err(no_number(context, value)),
    };
    let number = checked(context, result)?;
    context.int(number)
}

/// The number as an int.
fn itself(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [value] = take(arguments)?;
    match value {
        Value::Int(_) | Value::Big(_) => Ok(value),
        Value::Bool(truth) => Ok(Value::Int(i64::from(truth))),
        _ => Err(wrong_type(
            context,
            "descriptor requires a 'int' object but received a '{}'",
            value,
        )),
    }
}

fn ratio(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let value = itself(context, arguments)?;
    context.tuple(vec![value, Value::Int(1)])
}

fn bit_length(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [value] = take(arguments)?;
    let number = integer(context, value)?;
    Ok(Value::Int(i64::try_from(number.bits()).unwrap_or(i64::MAX)))
}

fn bit_count(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [value] = take(arguments)?;
    let number = integer(context, value)?;
    context.charge(number.bits() / 512)?;
    Ok(Value::Int(
        i64::try_from(number.magnitude().count_ones()).unwrap_or(i64::MAX),
    ))
}

/// Whether the byte order is the big end first.
fn big_endian(context: &mut Context, order: Value, method: &str) -> Result<bool, Raise> {
    if order.is_unset() {
        return Ok(true);
    }
    let order = text(
        context,
        order,
        &format!("{method}() argument 'byteorder' must be str, not {{}}"),
    )?;
    match context.heap.str(order) {
        "big" => Ok(true),
        "little" => Ok(false),
        _ => Err(context.value_error("byteorder must be either 'little' or 'big'")),
    }
}

/// `int.to_bytes(self, length, byteorder, signed)`
fn to_bytes(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [value, count, order, signed] = take(arguments)?;
    let number = integer(context, value)?;
    let count = if count.is_unset() {
        1
    } else {
        size(context, count)?
    };
    let big_endian = big_endian(context, order, "to_bytes")?;
    let signed = ops::truth(&context.heap, signed);
    if count < 0 {
        return Err(context.value_error("length argument must be non-negative"));
    }
    if number.is_negative() && !signed {
        return Err(context.overflow_error("can't convert negative int to unsigned"));
    }
    let count = length(count);
    context.reserve(count)?;
    context.charge(count as u64 / 32 + number.bits() / 512)?;
    let mut bytes = if signed {
        number.to_signed_bytes_le()
    } else {
        number.to_bytes_le().1
    };
    let fill = if number.is_negative() { 0xff } else { 0 };
    if number.is_zero() {
        bytes.clear();
    }
    if bytes.len() > count {
        return Err(context.overflow_error("int too big to convert"));
    }
    bytes.resize(count, fill);
    if big_endian {
        bytes.reverse();
    }
    context.heap.alloc_bytes(bytes)
}

/// `int.from_bytes(bytes, byteorder, signed)`
fn from_bytes(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [value, order, signed] = take(arguments)?;
    let big_endian = big_endian(context, order, "from_bytes")?;
    let signed = ops::truth(&context.heap, signed);
    let mut bytes = super::bytes::bytes_of(context, value)?;
    context.charge(bytes.len() as u64 / 32)?;
    if big_endian {
        bytes.reverse();
    }
    let number = if signed {
        BigInt::from_signed_bytes_le(&bytes)
    } else {
        BigInt::from_bytes_le(Sign::Plus, &bytes)
    };
    context.int(number)
}

//! `float(...)` and the methods of `float`.

use num_bigint::BigInt;
use num_traits::Float;

use super::argument::{checked, take, text, wrong_type};
use super::{BOOL, FLOAT, Leaf, STR, TUPLE, leaf};
use crate::context::Context;
use crate::format::{float_parse, float_text};
use crate::native::{self, Conversion};
use crate::ops;
use crate::raise::Raise;
use crate::value::Value;

pub(super) const LEAVES: &[Leaf] = &[
    leaf("float", 1, FLOAT, float),
    leaf("float.as_integer_ratio", 1, TUPLE, ratio),
    leaf("float.conjugate", 1, FLOAT, itself),
    leaf("float.fromhex", 1, FLOAT, from_hex),
    leaf("float.hex", 1, STR, hex),
    leaf("float.imag", 1, FLOAT, |context, arguments| {
        itself(context, arguments).map(|_| Value::Float(0.0))
    }),
    leaf("float.is_integer", 1, BOOL, is_integer),
    leaf("float.real", 1, FLOAT, itself),
];

/// `float(x)`
fn float(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [value] = take(arguments)?;
    match value {
        Value::Unset => Ok(Value::Float(0.0)),
        Value::Float(_) => Ok(value),
        Value::Str(text) => {
            context.charge(text.byte_length() as u64 / 4)?;
            context.reserve(text.byte_length().saturating_mul(3))?;
            let result = float_parse::parse(context.heap.str(text));
            checked(context, result).map(Value::float)
        }
        Value::Bytes(bytes) => {
            let length = context.heap.bytes(bytes).len();
            context.charge(length as u64 / 4)?;
            context.reserve(length.saturating_mul(5))?;
            let result = float_parse::parse_bytes(context.heap.bytes(bytes));
            checked(context, result).map(Value::float)
        }
        Value::Native(handle) => match native::convert(context, handle, Conversion::Float)? {
            Some(number) => Ok(number),
            None => Err(no_number(context, value)),
        },
        _ => match ops::number_to_float(&context.heap, value) {
            Some(Some(number)) => Ok(Value::float(number)),
            Some(None) => Err(context.overflow_error("int too large to convert to float")),
            None => Err(no_number(context, value)),
        },
    }
}

fn no_number(context: &mut Context, value: Value) -> Raise {
    wrong_type(
        context,
        "float() argument must be a string or a real number, not '{}'",
        value,
    )
}

fn receiver(context: &mut Context, value: Value) -> Result<f64, Raise> {
    match value {
        Value::Float(number) => Ok(number),
        // Annotated `float`, an int is admitted; its methods of the same name do the same.
        _ => match ops::number_to_float(&context.heap, value) {
            Some(Some(number)) => Ok(number),
            Some(None) => Err(context.overflow_error("int too large to convert to float")),
            None => Err(wrong_type(
                context,
                "descriptor requires a 'float' object but received a '{}'",
                value,
            )),
        },
    }
}

fn itself(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [value] = take(arguments)?;
    receiver(context, value).map(Value::float)
}

fn is_integer(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [value] = take(arguments)?;
    let number = receiver(context, value)?;
    Ok(Value::Bool(
        number.is_finite() && libm::trunc(number) == number,
    ))
}

fn hex(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [value] = take(arguments)?;
    let number = receiver(context, value)?;
    context.string(float_text::hex(number))
}

fn from_hex(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [value] = take(arguments)?;
    let string = text(context, value, "fromhex() argument must be str, not {}")?;
    context.charge(string.byte_length() as u64 / 4)?;
    let result = float_parse::parse_hex(context.heap.str(string));
    checked(context, result).map(Value::float)
}

fn ratio(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [value] = take(arguments)?;
    let number = receiver(context, value)?;
    if number.is_nan() {
        return Err(context.value_error("cannot convert NaN to integer ratio"));
    }
    if number.is_infinite() {
        return Err(context.overflow_error("cannot convert Infinity to integer ratio"));
    }
    let (mantissa, exponent, sign) = number.integer_decode();
    // Common factors of two, which are the only ones, are cut.
    let spare = if mantissa == 0 {
        0
    } else {
        mantissa.trailing_zeros()
    };
    let cut = if exponent < 0 {
        spare.min(u32::from(exponent.unsigned_abs()))
    } else {
        0
    };
    let exponent = if mantissa == 0 {
        0
    } else {
        i32::from(exponent) + i32::try_from(cut).unwrap_or(0)
    };
    let mut numerator = BigInt::from(mantissa >> cut) * i32::from(sign);
    let mut denominator = BigInt::from(1);
    if exponent >= 0 {
        numerator <<= exponent.unsigned_abs();
    } else {
        denominator <<= exponent.unsigned_abs();
    }
    let numerator = context.int(numerator)?;
    let denominator = context.int(denominator)?;
    context.tuple(vec![numerator, denominator])
}

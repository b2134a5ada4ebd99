//! `format(value, spec)`

use num_bigint::BigInt;
use num_traits::FromPrimitive;

use crate::context::Context;
use crate::format::number;
use crate::format::spec::{Align, Spec};
use crate::leaf::argument::checked;
use crate::native;
use crate::ops::{to_bigint, type_name};
use crate::raise::Raise;
use crate::value::Value;

use super::repr::display;

/// `format(value, spec)`
///
/// # Errors
/// ValueError for a wrong specification, TypeError for a value that has none; fuel and memory.
pub fn format_value(context: &mut Context, value: Value, spec: &str) -> Result<String, Raise> {
    if spec.is_empty() {
        return display(context, value);
    }
    let name = type_name(&context.heap, value);
    match value {
        Value::Str(text) => {
            let spec = checked(context, Spec::parse(spec, Align::Left, &name))?;
            pay(context, &spec, text.byte_length())?;
            let result = number::format_text(context.heap.str(text), &spec, &name);
            checked(context, result)
        }
        Value::Int(_) | Value::Big(_) | Value::Bool(_) => {
            let spec = checked(context, Spec::parse(spec, Align::Right, &name))?;
            let number = to_bigint(&context.heap, value).unwrap_or_default();
            // In base 2 each bit is a byte, and a separator may follow.
            pay(
                context,
                &spec,
                usize::try_from(number.bits())
                    .unwrap_or(usize::MAX)
                    .saturating_mul(2),
            )?;
            checked(context, number::format_int(&number, &spec, &name))
        }
        Value::Float(number) => {
            let spec = checked(context, Spec::parse(spec, Align::Right, &name))?;
            pay(context, &spec, 0)?;
            checked(context, number::format_float(number, &spec, &name))
        }
        Value::Native(handle) => {
            context.charge(spec.len() as u64 / 8)?;
            match native::format(context, handle, spec)? {
                Some(text) => Ok(text),
                None => Err(unsupported(context, &name)),
            }
        }
        _ => Err(unsupported(context, &name)),
    }
}

/// Pays and reserves for a result of the specification's size and the value's.
fn pay(context: &mut Context, spec: &Spec, value: usize) -> Result<(), Raise> {
    let size = spec.size().saturating_add(value);
    context.reserve(size)?;
    context.charge(size as u64 / 32)
}

fn unsupported(context: &mut Context, name: &str) -> Raise {
    context.type_error(format!(
        "unsupported format string passed to {name}.__format__"
    ))
}

/// The integer that a float is cut off to.
///
/// # Errors
/// OverflowError and ValueError for infinity and NaN.
pub fn integer_of(context: &mut Context, value: f64) -> Result<BigInt, Raise> {
    if value.is_nan() {
        return Err(context.value_error("cannot convert float NaN to integer"));
    }
    match BigInt::from_f64(libm::trunc(value)) {
        Some(number) if value.is_finite() => Ok(number),
        _ => Err(context.overflow_error("cannot convert float infinity to integer")),
    }
}

//! Decimals among the other values: operators, comparison, hash, text.

use std::cmp::Ordering;

use num_traits::ToPrimitive;
use salami_ir::instruction::Comparison;
use salami_ir::{BuiltinException, ClassRef};

use super::decimal::{Decimal, FormatError, Rounding, Signal, format};
use super::{Conversion, Native, NativeHash, UnaryOperator};
use crate::context::Context;
use crate::heap::Heap;
use crate::ops::{self, BinaryOperator};
use crate::raise::Raise;
use crate::value::{TypeRef, Value};

/// Digits beyond which an integer or a ratio is not made of a number with an exponent.
const SPREAD_LIMIT: u64 = 2_000_000;

/// Digits up to which an integral Decimal hashes as the integer that it equals.
const HASH_DIGITS: u64 = 20_000;

/// A signal as an exception.
pub fn raise(context: &mut Context, signal: Signal) -> Raise {
    let class = match signal {
        Signal::DivisionByZero => BuiltinException::DivisionByZero,
        Signal::Overflow => BuiltinException::Overflow,
        _ => BuiltinException::InvalidOperation,
    };
    // CPython's argument is the list of the conditions, which are classes; those that are none
    // here have only their text.
    let conditions: &[BuiltinException] = match signal {
        Signal::Invalid => &[BuiltinException::InvalidOperation],
        Signal::DivisionByZero => &[BuiltinException::DivisionByZero],
        Signal::Overflow => &[BuiltinException::Overflow],
        Signal::DivisionByZeroTwice => &[
            BuiltinException::InvalidOperation,
            BuiltinException::DivisionByZero,
        ],
        _ => return context.raise(class, signal.message()),
    };
    let classes = conditions.iter().map(|&class| ClassRef::Builtin(class));
    let classes = classes.map(|class| Value::Type(TypeRef::Class(class)));
    match context.heap.alloc_list(classes.collect()) {
        Ok(list) => context.heap.raise_with(class, vec![list]),
        Err(raise) => raise,
    }
}

/// A Decimal object.
///
/// # Errors
/// The memory limit.
pub fn alloc(context: &mut Context, value: Decimal) -> Result<Value, Raise> {
    context.heap.alloc_native(Native::Decimal(Box::new(value)))
}

/// The result of an operation as a value.
///
/// # Errors
/// The signal.
pub fn finish(context: &mut Context, outcome: Result<Decimal, Signal>) -> Result<Value, Raise> {
    match outcome {
        Ok(value) => alloc(context, value),
        Err(signal) => Err(raise(context, signal)),
    }
}

/// `Decimal(text)`
///
/// # Errors
/// InvalidOperation for text that is no number.
pub fn from_text(context: &mut Context, text: &str) -> Result<Value, Raise> {
    let length = text.len() as u64;
    context.charge(length.saturating_mul(length / 256 + 1) / 8)?;
    context.reserve(text.len())?;
    finish(context, Decimal::parse(text))
}

/// The Decimal that a value is.
#[must_use]
pub fn of(heap: &Heap, value: Value) -> Option<&Decimal> {
    match value {
        Value::Native(handle) => match heap.native(handle) {
            Native::Decimal(decimal) => Some(decimal),
            _ => None,
        },
        _ => None,
    }
}

/// The Decimal that a Decimal or an integer equals.
#[must_use]
pub fn exact(heap: &Heap, value: Value) -> Option<Decimal> {
    match value {
        Value::Int(number) => Some(Decimal::from(number)),
        Value::Bool(_) | Value::Big(_) => {
            ops::to_bigint(heap, value).map(|number| Decimal::from(&number))
        }
        _ => of(heap, value).cloned(),
    }
}

/// The fuel of an operation on these.
fn cost(left: &Decimal, right: &Decimal) -> u64 {
    let (left, right) = (left.memory() as u64 + 8, right.memory() as u64 + 8);
    20 + left.saturating_mul(right) / 256
}

/// The fuel of working with the digits of a result.
#[must_use]
pub fn precision_cost(context: &Context) -> u64 {
    let digits = context.decimal_rules.precision;
    digits.saturating_mul(digits) / 1_024
}

pub(super) fn binary(
    context: &mut Context,
    operator: BinaryOperator,
    left: Value,
    right: Value,
) -> Result<Option<Value>, Raise> {
    let (Some(first), Some(second)) = (exact(&context.heap, left), exact(&context.heap, right))
    else {
        return Ok(None);
    };
    let rules = context.decimal_rules;
    context.charge(cost(&first, &second).saturating_add(precision_cost(context)))?;
    let outcome = match operator {
        BinaryOperator::Add => first.add(&second, rules),
        BinaryOperator::Subtract => first.subtract(&second, rules),
        BinaryOperator::Multiply => first.multiply(&second, rules),
        BinaryOperator::Divide => first.divide(&second, rules),
        BinaryOperator::FloorDivide => first.divide_integer(&second, rules),
        BinaryOperator::Modulo => first.remainder(&second, rules),
        BinaryOperator::Power => {
            context.charge(
                precision_cost(context)
                    .saturating_mul(100)
                    .saturating_add(2_000),
            )?;
            first.power(&second, rules)
        }
        _ => return Ok(None),
    };
    finish(context, outcome).map(Some)
}

/// `divmod` of two values of which one is a Decimal and both are numbers that go with it.
///
/// # Errors
/// The signal of either part.
pub fn divide_with_rest(
    context: &mut Context,
    left: Value,
    right: Value,
) -> Result<Option<[Value; 2]>, Raise> {
    if of(&context.heap, left).is_none() && of(&context.heap, right).is_none() {
        return Ok(None);
    }
    let (Some(first), Some(second)) = (exact(&context.heap, left), exact(&context.heap, right))
    else {
        return Ok(None);
    };
    let rules = context.decimal_rules;
    context.charge(cost(&first, &second).saturating_add(precision_cost(context)))?;
    match first.divide_remainder(&second, rules) {
        Ok((quotient, rest)) => Ok(Some([alloc(context, quotient)?, alloc(context, rest)?])),
        Err(signal) => Err(raise(context, signal)),
    }
}

pub(super) fn unary(
    context: &mut Context,
    operator: UnaryOperator,
    value: &Decimal,
) -> Result<Option<Value>, Raise> {
    let rules = context.decimal_rules;
    let outcome = match operator {
        UnaryOperator::Negate => value.negate(rules),
        UnaryOperator::Positive => value.plus(rules),
        UnaryOperator::Invert => return Ok(None),
    };
    finish(context, outcome).map(Some)
}

/// The Decimal that any number equals.
fn any_number(heap: &Heap, value: Value) -> Option<Decimal> {
    match value {
        Value::Float(number) => Some(Decimal::from_float(number)),
        _ => exact(heap, value),
    }
}

pub(super) fn equal(heap: &Heap, left: Value, right: Value) -> Option<bool> {
    let (left, right) = (any_number(heap, left)?, any_number(heap, right)?);
    Some(left.compare(&right) == Some(Ordering::Equal))
}

pub(super) fn order(
    context: &mut Context,
    comparison: Comparison,
    left: Value,
    right: Value,
) -> Result<Option<bool>, Raise> {
    let (Some(left), Some(right)) = (
        any_number(&context.heap, left),
        any_number(&context.heap, right),
    ) else {
        return Ok(None);
    };
    context.charge(cost(&left, &right))?;
    let Some(order) = left.compare(&right) else {
        return Err(raise(context, Signal::Invalid));
    };
    Ok(Some(match comparison {
        Comparison::Less => order.is_lt(),
        Comparison::LessOrEqual => order.is_le(),
        Comparison::Greater => order.is_gt(),
        Comparison::GreaterOrEqual => order.is_ge(),
        _ => return Ok(None),
    }))
}

pub(super) fn hash(value: &Decimal) -> NativeHash {
    if let Some(small) = value.to_i64() {
        return NativeHash::Number(Value::Int(small));
    }
    // What a program can hold as an integer beside it hashes as that integer.
    if let Some(number) = value.integral(HASH_DIGITS) {
        return NativeHash::Big(number);
    }
    if let Some(number) = value.to_f64()
        && Decimal::from_float(number).compare(value) == Some(Ordering::Equal)
    {
        return NativeHash::Number(Value::float(number));
    }
    match value.hash() {
        Some(hash) => NativeHash::Bits(hash.cast_unsigned()),
        None => NativeHash::Unhashable,
    }
}

pub(super) fn convert(
    context: &mut Context,
    value: &Decimal,
    conversion: Conversion,
) -> Result<Option<Value>, Raise> {
    let rules = context.decimal_rules;
    match conversion {
        Conversion::Int => whole(context, value, Rounding::Down).map(Some),
        Conversion::Float => {
            context.charge(value.memory() as u64 + 20)?;
            match value.to_f64() {
                Some(number) => Ok(Some(Value::float(number))),
                None => Err(context.value_error("cannot convert signaling NaN to float")),
            }
        }
        Conversion::Absolute => finish(context, value.absolute(rules)).map(Some),
        Conversion::Round(Value::None | Value::Unset) => {
            whole(context, value, Rounding::HalfEven).map(Some)
        }
        Conversion::Round(digits) => {
            let places = ops::to_bigint(&context.heap, digits);
            let Some(places) = places else {
                let name = ops::type_name(&context.heap, digits);
                let message = format!("'{name}' object cannot be interpreted as an integer");
                return Err(context.type_error(message));
            };
            let Some(places) = places.to_i64().and_then(i64::checked_neg) else {
                return Err(context.overflow_error("Python int too large to convert to C ssize_t"));
            };
            let like = Decimal::new(false, 1u32.into(), places);
            finish(context, value.quantize(&like, rules.rounding, rules)).map(Some)
        }
    }
}

/// The integer that a Decimal is rounded to.
///
/// # Errors
/// ValueError and OverflowError for NaN and infinity.
pub fn whole(context: &mut Context, value: &Decimal, rounding: Rounding) -> Result<Value, Raise> {
    if value.is_nan() {
        return Err(context.value_error("cannot convert NaN to integer"));
    }
    if value.is_infinite() {
        return Err(context.overflow_error("cannot convert Infinity to integer"));
    }
    bounded(context, value)?;
    let number = value
        .to_integral(rounding, context.decimal_rules)
        .ok()
        .and_then(|value| value.integral(u64::MAX >> 1));
    context.int(number.unwrap_or_default())
}

/// Pays for writing a number without an exponent; memory refuses what is far too long.
///
/// # Errors
/// Fuel and memory.
pub fn bounded(context: &mut Context, value: &Decimal) -> Result<(), Raise> {
    if value.is_zero() {
        return Ok(());
    }
    let spread = if value.exponent > 0 {
        value.spread()
    } else {
        value.memory() as u64 * 3
    };
    if spread > SPREAD_LIMIT {
        return Err(Raise::Memory(usize::MAX / 2));
    }
    context.reserve(spread as usize)?;
    context.charge(spread.saturating_mul(spread / 64 + 1) / 64)
}

pub(super) fn show(value: &Decimal) -> String {
    format!("Decimal('{}')", value.to_text(false))
}

pub(super) fn format_hook(
    context: &mut Context,
    value: &Decimal,
    spec: &str,
) -> Result<Option<String>, Raise> {
    context.charge(value.memory() as u64 + 50)?;
    match format(value, spec) {
        Ok(text) => {
            context.charge(text.len() as u64 / 16)?;
            Ok(Some(text))
        }
        Err(FormatError::Invalid) => Err(context.value_error("invalid format string")),
        Err(FormatError::TooLong) => Err(Raise::Memory(usize::MAX / 2)),
    }
}

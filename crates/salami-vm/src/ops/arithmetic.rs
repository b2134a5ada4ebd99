//! Binary and unary operators on values of any type, with CPython's errors.

use salami_ir::BuiltinException;

use super::float::{self, FloatError};
use super::integer;
use super::names::type_name;
use super::number::{BinaryOperator, number_to_float};
use super::sequence;
use super::set::{
    set_difference, set_intersection, set_symmetric_difference, set_union, set_update,
};
use crate::context::Context;
use crate::heap::{Flavor, SetObject};
use crate::native::{self, UnaryOperator};
use crate::raise::Raise;
use crate::value::{SetRef, Value};

/// `left operator right`.
///
/// # Errors
/// What CPython raises; fuel; the memory limit.
#[inline]
pub fn binary(
    context: &mut Context,
    operator: BinaryOperator,
    left: Value,
    right: Value,
) -> Result<Value, Raise> {
    if let (Value::Int(left), Value::Int(right)) = (left, right)
        && let Some(result) = small(operator, left, right)
    {
        return Ok(result);
    }
    general(context, operator, left, right, false)
}

/// `left operator= right`: lists, sets and dicts change in place.
///
/// # Errors
/// What CPython raises; fuel; the memory limit.
pub fn binary_in_place(
    context: &mut Context,
    operator: BinaryOperator,
    left: Value,
    right: Value,
) -> Result<Value, Raise> {
    use BinaryOperator as Op;
    match (operator, left, right) {
        (Op::Add, Value::List(list), _) => sequence::extend(context, list, right).map(|()| left),
        (Op::Multiply, Value::List(list), Value::Int(_) | Value::Bool(_) | Value::Big(_)) => {
            let count = sequence::repeat_count(context, right)?;
            sequence::repeat_in_place(context, list, count).map(|()| left)
        }
        (Op::BitOr, Value::Dict(dict), _) if is_plain_update(context, left) => {
            sequence::update_dict(context, dict, right).map(|()| left)
        }
        (
            Op::BitOr | Op::BitAnd | Op::BitXor | Op::Subtract,
            Value::Set(set),
            Value::Set(other),
        ) if !context.heap.set(set).is_frozen() => {
            set_in_place(context, operator, set, other).map(|()| left)
        }
        _ => {
            if let (Value::Int(left), Value::Int(right)) = (left, right)
                && let Some(result) = small(operator, left, right)
            {
                return Ok(result);
            }
            general(context, operator, left, right, true)
        }
    }
}

fn is_plain_update(context: &Context, left: Value) -> bool {
    matches!(left, Value::Dict(dict) if !matches!(context.heap.dict(dict).flavor, Flavor::Counter))
}

fn set_in_place(
    context: &mut Context,
    operator: BinaryOperator,
    set: SetRef,
    other: SetRef,
) -> Result<(), Raise> {
    if operator == BinaryOperator::BitOr {
        return set_update(context, set, other);
    }
    let result = match operator {
        BinaryOperator::BitAnd => set_intersection(context, set, other)?,
        BinaryOperator::Subtract => {
            // CPython discards one by one, so what stays keeps its place in the table.
            let values = context.heap.set(other).values();
            context.charge(values.len() as u64 * 2)?;
            for value in values {
                super::set::set_remove(context, set, value)?;
            }
            return Ok(());
        }
        _ => {
            let values = context.heap.set(other).values();
            context.charge(values.len() as u64 * 4)?;
            context.heap.reserve(
                values
                    .len()
                    .saturating_mul(crate::heap::object::SET_ENTRY_SIZE),
            )?;
            for value in values {
                if !super::set::set_remove(context, set, value)? {
                    super::set::set_add(context, set, value)?;
                }
            }
            return Ok(());
        }
    };
    if let Value::Set(result) = result {
        let object = core::mem::replace(context.heap.set_mut(result), SetObject::new(false));
        context
            .heap
            .modify_set(set, |target| *target = object.with_frozen(false));
    }
    Ok(())
}

/// Two integers of 64 bits, where the result is one, or a float, and nothing is wrong.
#[inline]
pub(crate) fn small(operator: BinaryOperator, left: i64, right: i64) -> Option<Value> {
    Some(match operator {
        BinaryOperator::Add => Value::Int(left.checked_add(right)?),
        BinaryOperator::Subtract => Value::Int(left.checked_sub(right)?),
        BinaryOperator::Multiply => Value::Int(left.checked_mul(right)?),
        BinaryOperator::Divide => {
            const EXACT: u64 = 1 << 53;
            if right == 0 || left.unsigned_abs() > EXACT || right.unsigned_abs() > EXACT {
                return None;
            }
            Value::Float(left as f64 / right as f64)
        }
        BinaryOperator::FloorDivide => Value::Int(floor_divide(left, right)?),
        BinaryOperator::Modulo => Value::Int(modulo(left, right)?),
        BinaryOperator::Power => {
            let exponent = u32::try_from(right).ok()?;
            Value::Int(left.checked_pow(exponent)?)
        }
        BinaryOperator::BitAnd => Value::Int(left & right),
        BinaryOperator::BitOr => Value::Int(left | right),
        BinaryOperator::BitXor => Value::Int(left ^ right),
        BinaryOperator::ShiftLeft => {
            let amount = u32::try_from(right).ok().filter(|&amount| amount < 63)?;
            let result = left << amount;
            if result >> amount != left {
                return None;
            }
            Value::Int(result)
        }
        BinaryOperator::ShiftRight => {
            let amount = u32::try_from(right).ok()?;
            Value::Int(left >> amount.min(63))
        }
    })
}

/// `left // right` where it fits and `right` is not 0.
#[inline]
pub(crate) fn floor_divide(left: i64, right: i64) -> Option<i64> {
    let quotient = left.checked_div(right)?;
    let inexact = left % right != 0;
    Some(if inexact && (left < 0) != (right < 0) {
        quotient - 1
    } else {
        quotient
    })
}

/// `left % right` where `right` is not 0.
#[inline]
pub(crate) fn modulo(left: i64, right: i64) -> Option<i64> {
    let rest = left.checked_rem(right)?;
    Some(if rest != 0 && (rest < 0) != (right < 0) {
        rest + right
    } else {
        rest
    })
}

fn is_integer(value: Value) -> bool {
    matches!(value, Value::Int(_) | Value::Big(_) | Value::Bool(_))
}

fn is_number(value: Value) -> bool {
    is_integer(value) || matches!(value, Value::Float(_))
}

fn widen(value: Value) -> Value {
    if let Value::Bool(truth) = value {
        Value::Int(i64::from(truth))
    } else {
        value
    }
}

fn general(
    context: &mut Context,
    operator: BinaryOperator,
    left: Value,
    right: Value,
    in_place: bool,
) -> Result<Value, Raise> {
    use BinaryOperator as Op;
    if is_number(left) && is_number(right) {
        if let Some(result) = numbers(context, operator, left, right)? {
            return Ok(result);
        }
        return Err(unsupported(context, operator, left, right, in_place));
    }
    let result = match (operator, left, right) {
        (Op::Add, Value::Str(left), Value::Str(right)) => {
            context.charge(context.heap.copied_by_append(left, right) as u64 / 16)?;
            Some(context.heap.append(left, right)?)
        }
        (Op::Add, Value::List(_) | Value::Tuple(_) | Value::Str(_) | Value::Bytes(_), _) => {
            sequence::concatenate(context, left, right)?
        }
        (Op::Multiply, Value::List(_) | Value::Tuple(_) | Value::Str(_) | Value::Bytes(_), _) => {
            Some(sequence::repeat(context, left, right)?)
        }
        // CPython's `*=` does not look at the right side where the left is some other container.
        (
            Op::Multiply,
            Value::Dict(_)
            | Value::Set(_)
            | Value::Range(_)
            | Value::DictKeys(_)
            | Value::DictItems(_),
            _,
        ) if in_place => None,
        (Op::Multiply, _, Value::List(_) | Value::Tuple(_) | Value::Str(_) | Value::Bytes(_)) => {
            Some(sequence::repeat(context, right, left)?)
        }
        (Op::Modulo, Value::Str(template), _) => {
            Some(crate::format::format_percent(context, template, right)?)
        }
        (Op::Modulo, Value::Bytes(template), _) => Some(crate::format::format_percent_bytes(
            context, template, right,
        )?),
        (
            Op::BitAnd | Op::BitOr | Op::BitXor | Op::Subtract,
            Value::Set(_) | Value::DictKeys(_) | Value::DictItems(_),
            Value::Set(_) | Value::DictKeys(_) | Value::DictItems(_),
        ) => {
            let (left, right) = (as_set(context, left)?, as_set(context, right)?);
            Some(match operator {
                Op::BitAnd => set_intersection(context, left, right)?,
                Op::BitOr => set_union(context, left, right)?,
                Op::BitXor => set_symmetric_difference(context, left, right)?,
                _ => set_difference(context, left, right)?,
            })
        }
        (Op::Add | Op::Subtract | Op::BitAnd | Op::BitOr, Value::Dict(_), Value::Dict(_)) => {
            sequence::dicts(context, operator, left, right)?
        }
        (_, Value::Native(_), _) | (_, _, Value::Native(_)) => {
            native::binary(context, operator, left, right)?
        }
        _ => None,
    };
    match result {
        Some(result) => Ok(result),
        None => Err(unsupported(context, operator, left, right, in_place)),
    }
}

fn as_set(context: &mut Context, value: Value) -> Result<SetRef, Raise> {
    if let Value::Set(set) = value {
        return Ok(set);
    }
    let values = super::iterate::collect(context, value)?;
    match super::set::set_from_values(context, &values, false)? {
        Value::Set(set) => Ok(set),
        _ => Err(Raise::Internal("a set was stored as something else")),
    }
}

fn numbers(
    context: &mut Context,
    operator: BinaryOperator,
    left: Value,
    right: Value,
) -> Result<Option<Value>, Raise> {
    use BinaryOperator as Op;
    if is_integer(left) && is_integer(right) {
        if let (Value::Bool(left), Value::Bool(right)) = (left, right) {
            match operator {
                Op::BitAnd => return Ok(Some(Value::Bool(left & right))),
                Op::BitOr => return Ok(Some(Value::Bool(left | right))),
                Op::BitXor => return Ok(Some(Value::Bool(left ^ right))),
                _ => {}
            }
        }
        let (left, right) = (widen(left), widen(right));
        if let (Value::Int(left), Value::Int(right)) = (left, right)
            && let Some(result) = small(operator, left, right)
        {
            return Ok(Some(result));
        }
        return integer::binary(context, operator, left, right).map(Some);
    }
    let (Some(one), Some(other)) = (
        number_to_float(&context.heap, left),
        number_to_float(&context.heap, right),
    ) else {
        return Ok(None);
    };
    if matches!(
        operator,
        Op::BitAnd | Op::BitOr | Op::BitXor | Op::ShiftLeft | Op::ShiftRight
    ) {
        return Ok(None);
    }
    let (Some(left), Some(right)) = (one, other) else {
        return Err(context.overflow_error("int too large to convert to float"));
    };
    let result = match operator {
        Op::Add => left + right,
        Op::Subtract => left - right,
        Op::Multiply => left * right,
        Op::Divide if right == 0.0 => return Err(context.zero_division("float division by zero")),
        Op::Divide => left / right,
        Op::FloorDivide if right == 0.0 => {
            return Err(context.zero_division("float floor division by zero"));
        }
        Op::FloorDivide => float::divide_floor(left, right).0,
        Op::Modulo if right == 0.0 => return Err(context.zero_division("float modulo")),
        Op::Modulo => float::divide_floor(left, right).1,
        _ => return float_power(context, left, right).map(Some),
    };
    Ok(Some(Value::float(result)))
}

/// `left ** right` of floats.
pub(crate) fn float_power(context: &mut Context, left: f64, right: f64) -> Result<Value, Raise> {
    match float::power(left, right) {
        Ok(result) => Ok(Value::float(result)),
        Err(FloatError::Zero(message)) => Err(context.zero_division(message)),
        Err(FloatError::Range) => {
            let message = context.string("Numerical result out of range")?;
            Err(context.heap.raise_with(BuiltinException::OverflowError, vec![Value::Int(34), message]))
        }
        Err(FloatError::Complex) => {
            Err(context.value_error("a negative number cannot be raised to a fractional power: complex numbers are not supported"))
        }
    }
}

/// The TypeError of operands that do not go together.
fn unsupported(
    context: &mut Context,
    operator: BinaryOperator,
    left: Value,
    right: Value,
    in_place: bool,
) -> Raise {
    let (one, other) = (
        type_name(&context.heap, left),
        type_name(&context.heap, right),
    );
    let symbol = match (operator, in_place) {
        (BinaryOperator::Power, true) => "**=".to_owned(),
        (_, true) => format!("{}=", operator.symbol()),
        (_, false) => operator.symbol().to_owned(),
    };
    context.type_error(format!(
        "unsupported operand type(s) for {symbol}: '{one}' and '{other}'"
    ))
}

/// `-value`, `+value`, `~value`.
///
/// # Errors
/// TypeError "bad operand type for unary -: 'str'"; the memory limit.
pub fn unary(context: &mut Context, operator: UnaryOperator, value: Value) -> Result<Value, Raise> {
    use UnaryOperator as Op;
    let value = widen(value);
    let result = match (operator, value) {
        (Op::Negate, Value::Int(number)) => match number.checked_neg() {
            Some(result) => Some(Value::Int(result)),
            None => return context.int(-num_bigint::BigInt::from(number)),
        },
        (Op::Negate, Value::Float(number)) => Some(Value::float(-number)),
        (Op::Positive, Value::Int(_) | Value::Float(_) | Value::Big(_)) => Some(value),
        (Op::Invert, Value::Int(number)) => Some(Value::Int(!number)),
        (Op::Negate | Op::Invert, Value::Big(big)) => {
            let bits = context.heap.big(big).bits();
            context.charge(bits / 512)?;
            context
                .heap
                .reserve(usize::try_from(bits / 8).unwrap_or(usize::MAX))?;
            let number = context.heap.big(big).clone();
            return context.int(if operator == Op::Negate {
                -number
            } else {
                !number
            });
        }
        (_, Value::Native(native)) => native::unary(context, operator, native)?,
        (Op::Positive | Op::Negate, Value::Dict(dict))
            if matches!(context.heap.dict(dict).flavor, Flavor::Counter) =>
        {
            Some(sequence::counter_sign(
                context,
                dict,
                operator == Op::Negate,
            )?)
        }
        _ => None,
    };
    if let Some(result) = result {
        return Ok(result);
    }
    let name = type_name(&context.heap, value);
    let symbol = match operator {
        Op::Negate => '-',
        Op::Positive => '+',
        Op::Invert => '~',
    };
    Err(context.type_error(format!("bad operand type for unary {symbol}: '{name}'")))
}

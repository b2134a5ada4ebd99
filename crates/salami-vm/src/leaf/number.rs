//! Builtin functions of numbers: `abs`, `round`, `divmod`, `pow`, `sum`, `min`, `max`.

use num_bigint::{BigInt, Sign};
use num_integer::Integer;
use num_traits::{One, Signed, ToPrimitive, Zero};
use salami_ir::instruction::Comparison;

use super::argument::{checked, integer, take, wrong_type};
use super::{ANY, Leaf, TUPLE, leaf};
use crate::context::Context;
use crate::format::number::round_float;
use crate::format::values::integer_of;
use crate::native::{self, Conversion, decimal_hooks};
use crate::ops::{self, BinaryOperator};
use crate::raise::Raise;
use crate::value::Value;

pub(super) const LEAVES: &[Leaf] = &[
    leaf("abs", 1, ANY, absolute),
    leaf("divmod", 2, TUPLE, divide_with_rest),
    leaf("max", 3, ANY, |context, arguments| {
        best_of_iterable(context, arguments, Comparison::Greater)
    }),
    leaf("max.of", 4, ANY, |context, arguments| {
        best_of(context, arguments, Comparison::Greater)
    }),
    leaf("min", 3, ANY, |context, arguments| {
        best_of_iterable(context, arguments, Comparison::Less)
    }),
    leaf("min.of", 4, ANY, |context, arguments| {
        best_of(context, arguments, Comparison::Less)
    }),
    leaf("pow", 3, ANY, power),
    leaf("round", 2, ANY, round),
    leaf("sum", 2, ANY, sum),
];

fn absolute(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [value] = take(arguments)?;
    match value {
        Value::Int(number) => match number.checked_abs() {
            Some(number) => Ok(Value::Int(number)),
            None => context.int(-BigInt::from(number)),
        },
        Value::Bool(truth) => Ok(Value::Int(i64::from(truth))),
        Value::Float(number) => Ok(Value::float(number.abs())),
        Value::Big(big) => {
            context.charge(context.heap.big(big).bits() / 512)?;
            let number = context.heap.big(big).abs();
            context.int(number)
        }
        Value::Native(handle) => match native::convert(context, handle, Conversion::Absolute)? {
            Some(value) => Ok(value),
            None => Err(wrong_type(
                context,
                "bad operand type for abs(): '{}'",
                value,
            )),
        },
        _ => Err(wrong_type(
            context,
            "bad operand type for abs(): '{}'",
            value,
        )),
    }
}

/// `round(number, ndigits)`
fn round(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [value, digits] = take(arguments)?;
    let no_digits = matches!(digits, Value::None | Value::Unset);
    match value {
        Value::Float(number) if no_digits => {
            let number = integer_of(context, number.round_ties_even())?;
            context.int(number)
        }
        Value::Float(number) => {
            let digits = integer(context, digits)?;
            let digits = digits.to_i64().unwrap_or(if digits.is_negative() {
                i64::MIN
            } else {
                i64::MAX
            });
            let rounded = round_float(number, digits);
            checked(context, rounded).map(Value::float)
        }
        Value::Int(_) | Value::Bool(_) | Value::Big(_) => {
            let number = integer(context, value)?;
            if no_digits {
                return context.int(number);
            }
            let digits = integer(context, digits)?;
            round_integer(context, number, &digits)
        }
        Value::Native(handle) => {
            let digits = if no_digits { Value::None } else { digits };
            match native::convert(context, handle, Conversion::Round(digits))? {
                Some(value) => Ok(value),
                None => Err(wrong_type(
                    context,
                    "type {} doesn't define __round__ method",
                    value,
                )),
            }
        }
        _ => Err(wrong_type(
            context,
            "type {} doesn't define __round__ method",
            value,
        )),
    }
}

/// An integer rounded to a power of ten, half to even.
fn round_integer(context: &mut Context, number: BigInt, digits: &BigInt) -> Result<Value, Raise> {
    if !digits.is_negative() {
        return context.int(number);
    }
    // A power of ten past twice the number rounds it to nothing, and need not be made.
    let Some(zeros) = digits
        .magnitude()
        .to_u32()
        .filter(|&zeros| u64::from(zeros) <= number.bits())
    else {
        return Ok(Value::Int(0));
    };
    context.charge(number.bits().saturating_mul(number.bits()) / 4096)?;
    let power = BigInt::from(10).pow(zeros);
    let (quotient, rest) = number.div_mod_floor(&power);
    let twice = rest * 2;
    let up = twice > power || (twice == power && quotient.is_odd());
    context.int((quotient + i32::from(up)) * power)
}

fn divide_with_rest(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [left, right] = take(arguments)?;
    let number = |value: Value| {
        matches!(
            value,
            Value::Int(_) | Value::Bool(_) | Value::Big(_) | Value::Float(_)
        )
    };
    let native = matches!(left, Value::Native(_)) || matches!(right, Value::Native(_));
    if !(native || number(left) && number(right)) {
        let (one, other) = (
            ops::type_name(&context.heap, left),
            ops::type_name(&context.heap, right),
        );
        return Err(context.type_error(format!(
            "unsupported operand type(s) for divmod(): '{one}' and '{other}'"
        )));
    }
    if !native {
        let float = matches!(left, Value::Float(_)) || matches!(right, Value::Float(_));
        if !ops::truth(&context.heap, right) {
            let message = if float {
                "float divmod()"
            } else {
                "integer division or modulo by zero"
            };
            return Err(context.zero_division(message));
        }
    }
    if let Some(both) = decimal_hooks::divide_with_rest(context, left, right)? {
        return context.tuple(both.to_vec());
    }
    let quotient = ops::binary(context, BinaryOperator::FloorDivide, left, right)?;
    let rest = ops::binary(context, BinaryOperator::Modulo, left, right)?;
    context.tuple(vec![quotient, rest])
}

/// `pow(base, exp, mod)`
fn power(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [base, exponent, modulus] = take(arguments)?;
    if matches!(modulus, Value::None | Value::Unset) {
        return ops::binary(context, BinaryOperator::Power, base, exponent);
    }
    let integers = [base, exponent, modulus].map(|value| ops::to_bigint(&context.heap, value));
    let [Some(base), Some(exponent), Some(modulus)] = integers else {
        let values = [base, exponent, modulus];
        let message = if values.iter().any(|value| matches!(value, Value::Float(_))) {
            "pow() 3rd argument not allowed unless all arguments are integers".to_owned()
        } else {
            let [one, two, three] = values.map(|value| ops::type_name(&context.heap, value));
            format!("unsupported operand type(s) for ** or pow(): '{one}', '{two}', '{three}'")
        };
        return Err(context.type_error(message));
    };
    if modulus.is_zero() {
        return Err(context.value_error("pow() 3rd argument cannot be 0"));
    }
    let words = modulus.bits().div_ceil(64).max(1);
    let steps = exponent.bits().max(1).saturating_mul(2);
    context.charge(words.saturating_mul(words).saturating_mul(steps) / 4 + base.bits() / 8)?;
    context.reserve(usize::try_from(modulus.bits() / 2).unwrap_or(usize::MAX))?;
    let (base, exponent) = if exponent.is_negative() {
        match inverse(&base, &modulus) {
            Some(inverse) => (inverse, -exponent),
            None => return Err(context.value_error("base is not invertible for the given modulus")),
        }
    } else {
        (base, exponent)
    };
    let magnitude = BigInt::from(modulus.magnitude().clone());
    let result = base.mod_floor(&magnitude).modpow(&exponent, &magnitude);
    // The result has the modulus' sign.
    let result = if modulus.sign() == Sign::Minus && !result.is_zero() {
        result + &modulus
    } else {
        result
    };
    context.int(result)
}

/// The number that times `value` is one modulo the modulus.
fn inverse(value: &BigInt, modulus: &BigInt) -> Option<BigInt> {
    let modulus = BigInt::from(modulus.magnitude().clone());
    let found = value.mod_floor(&modulus).extended_gcd(&modulus);
    (found.gcd.is_one() || modulus.is_one()).then(|| found.x.mod_floor(&modulus))
}

/// `sum(iterable, start)`: from left to right, with fast ways for integers and floats.
fn sum(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [iterable, start] = take(arguments)?;
    let mut total = if start.is_unset() {
        Value::Int(0)
    } else {
        start
    };
    match total {
        Value::Str(_) => {
            return Err(context.type_error("sum() can't sum strings [use ''.join(seq) instead]"));
        }
        Value::Bytes(_) => {
            return Err(context.type_error("sum() can't sum bytes [use b''.join(seq) instead]"));
        }
        _ => {}
    }
    let values = ops::collect(context, iterable)?;
    for value in values {
        total = match (total, value) {
            (Value::Int(left), Value::Int(right)) => match left.checked_add(right) {
                Some(sum) => Value::Int(sum),
                None => ops::binary(context, BinaryOperator::Add, total, value)?,
            },
            (Value::Float(left), Value::Float(right)) => Value::float(left + right),
            _ => ops::binary(context, BinaryOperator::Add, total, value)?,
        };
    }
    Ok(total)
}

fn best_of_iterable(
    context: &mut Context,
    arguments: &[Value],
    comparison: Comparison,
) -> Result<Value, Raise> {
    let [iterable, default, key] = take(arguments)?;
    no_key(context, key)?;
    let values = ops::collect(context, iterable)?;
    let name = if comparison == Comparison::Less {
        "min"
    } else {
        "max"
    };
    match best(context, &values, comparison)? {
        Some(value) => Ok(value),
        None if !default.is_unset() => Ok(default),
        None => Err(context.value_error(format!("{name}() arg is an empty sequence"))),
    }
}

fn best_of(
    context: &mut Context,
    arguments: &[Value],
    comparison: Comparison,
) -> Result<Value, Raise> {
    let [first, second, more, key] = take(arguments)?;
    no_key(context, key)?;
    let mut values = vec![first, second];
    if !more.is_unset() {
        values.extend(ops::collect(context, more)?);
    }
    Ok(best(context, &values, comparison)?.unwrap_or(first))
}

/// The first of the values that no later one beats.
fn best(
    context: &mut Context,
    values: &[Value],
    comparison: Comparison,
) -> Result<Option<Value>, Raise> {
    let mut values = values.iter();
    let Some(&(mut best)) = values.next() else {
        return Ok(None);
    };
    for &value in values {
        if ops::order(context, comparison, value, best)? {
            best = value;
        }
    }
    Ok(Some(best))
}

fn no_key(context: &mut Context, key: Value) -> Result<(), Raise> {
    match key {
        Value::None | Value::Unset => Ok(()),
        // Keys are called by the prelude.
        _ => Err(wrong_type(context, "'{}' object is not callable", key)),
    }
}

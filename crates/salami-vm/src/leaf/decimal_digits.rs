//! Methods of `decimal.Decimal` that work on digits: neighbours, shifts, logical operations.

use num_bigint::BigUint;
use num_traits::{One, Pow, Zero};

use super::argument::take;
use super::{DECIMAL, Leaf, leaf};
use crate::context::Context;
use crate::native::decimal::{Decimal, Kind, Outcome, Rounding, Rules, Signal};
use crate::native::decimal_hooks::{exact, finish, precision_cost};
use crate::raise::Raise;
use crate::value::Value;

pub(super) const LEAVES: &[Leaf] = &[
    leaf("decimal.Decimal.logical_and", 3, DECIMAL, |c, a| {
        two(c, a, |x, y, rules| logical(x, y, rules, |x, y| x && y))
    }),
    leaf("decimal.Decimal.logical_invert", 2, DECIMAL, |c, a| {
        one(c, a, |x, rules| {
            let ones = ones(rules);
            logical(x, &ones, rules, |x, _| !x)
        })
    }),
    leaf("decimal.Decimal.logical_or", 3, DECIMAL, |c, a| {
        two(c, a, |x, y, rules| logical(x, y, rules, |x, y| x || y))
    }),
    leaf("decimal.Decimal.logical_xor", 3, DECIMAL, |c, a| {
        two(c, a, |x, y, rules| logical(x, y, rules, |x, y| x != y))
    }),
    leaf("decimal.Decimal.next_minus", 2, DECIMAL, |c, a| {
        one(c, a, |x, rules| next(x, rules, false))
    }),
    leaf("decimal.Decimal.next_plus", 2, DECIMAL, |c, a| {
        one(c, a, |x, rules| next(x, rules, true))
    }),
    leaf("decimal.Decimal.next_toward", 3, DECIMAL, |c, a| {
        two(c, a, next_toward)
    }),
    leaf("decimal.Decimal.rotate", 3, DECIMAL, |c, a| {
        two(c, a, rotate)
    }),
    leaf("decimal.Decimal.shift", 3, DECIMAL, |c, a| two(c, a, shift)),
];

/// The least exponent of CPython's default context.
const LEAST_EXPONENT: i64 = -999_999;

fn operand(context: &mut Context, value: Value) -> Result<Decimal, Raise> {
    let number = exact(&context.heap, value);
    match number {
        Some(number) => {
            let cost = precision_cost(context) + number.memory() as u64 + 20;
            context.charge(cost)?;
            Ok(number)
        }
        None => Err(super::argument::wrong_type(
            context,
            "conversion from {} to Decimal is not supported",
            value,
        )),
    }
}

fn one(
    context: &mut Context,
    arguments: &[Value],
    method: impl Fn(&Decimal, Rules) -> Outcome,
) -> Result<Value, Raise> {
    let [value, _] = take(arguments)?;
    let value = operand(context, value)?;
    let outcome = method(&value, context.decimal_rules);
    finish(context, outcome)
}

fn two(
    context: &mut Context,
    arguments: &[Value],
    method: impl Fn(&Decimal, &Decimal, Rules) -> Outcome,
) -> Result<Value, Raise> {
    let [value, other, _] = take(arguments)?;
    let value = operand(context, value)?;
    let other = operand(context, other)?;
    let outcome = method(&value, &other, context.decimal_rules);
    finish(context, outcome)
}

fn ten_to(power: u64) -> BigUint {
    BigUint::from(10_u8).pow(power)
}

fn digits(value: &Decimal) -> u64 {
    if value.coefficient.is_zero() {
        1
    } else {
        value.coefficient.to_string().len() as u64
    }
}

/// The nearest number of the present precision above or below.
fn next(value: &Decimal, rules: Rules, is_up: bool) -> Outcome {
    if value.is_nan() {
        return value.plus(rules);
    }
    let precision = rules.precision;
    let tiny = LEAST_EXPONENT - i64::try_from(precision).unwrap_or(i64::MAX) + 1;
    if value.is_infinite() {
        return Ok(if value.negative == is_up {
            let exponent = -LEAST_EXPONENT - i64::try_from(precision).unwrap_or(0) + 1;
            Decimal::new(value.negative, ten_to(precision) - 1_u8, exponent)
        } else {
            value.clone()
        });
    }
    if value.is_zero() {
        return Ok(Decimal::new(!is_up, BigUint::one(), tiny));
    }
    let count = digits(value);
    if count > precision {
        let rounding = if is_up {
            Rounding::Ceiling
        } else {
            Rounding::Floor
        };
        let rounded = value.plus(Rules { rounding, ..rules })?;
        if rounded.compare(value) != Some(std::cmp::Ordering::Equal) {
            return Ok(rounded);
        }
        return next(&rounded, rules, is_up);
    }
    let filled = precision - count;
    let mut coefficient = &value.coefficient * ten_to(filled);
    let mut exponent = value.exponent - i64::try_from(filled).unwrap_or(0);
    if value.negative == is_up {
        // Towards zero: below a power of ten the numbers lie closer.
        if coefficient == ten_to(precision - 1) {
            coefficient = ten_to(precision) - 1_u8;
            exponent -= 1;
        } else {
            coefficient -= 1_u8;
        }
    } else {
        coefficient += 1_u8;
    }
    Decimal::new(value.negative, coefficient, exponent).plus(rules)
}

fn next_toward(value: &Decimal, other: &Decimal, rules: Rules) -> Outcome {
    if let Some(nan) = value.nan_result(other, rules) {
        return nan;
    }
    match value.compare(other) {
        Some(std::cmp::Ordering::Less) => next(value, rules, true),
        Some(std::cmp::Ordering::Greater) => next(value, rules, false),
        _ => Ok(Decimal {
            negative: other.negative,
            ..value.clone()
        }),
    }
}

/// How far to shift or rotate.
fn distance(other: &Decimal, rules: Rules) -> Result<i64, Signal> {
    let count = match other.to_i64() {
        Some(count) if other.kind == Kind::Finite && other.exponent == 0 => count,
        _ => return Err(Signal::Invalid),
    };
    if count.unsigned_abs() > rules.precision {
        return Err(Signal::Invalid);
    }
    Ok(count)
}

/// The digits of a coefficient, as many as the precision has.
fn all_digits(value: &Decimal, rules: Rules) -> Vec<u8> {
    let precision = usize::try_from(rules.precision).unwrap_or(usize::MAX);
    let text = value.coefficient.to_string().into_bytes();
    let skipped = text.len().saturating_sub(precision);
    let kept = text.get(skipped..).unwrap_or_default();
    let mut all = vec![b'0'; precision.saturating_sub(kept.len())];
    all.extend_from_slice(kept);
    all
}

fn of_digits(value: &Decimal, digits: &[u8]) -> Decimal {
    Decimal {
        coefficient: BigUint::parse_bytes(digits, 10).unwrap_or_default(),
        ..value.clone()
    }
}

fn shift(value: &Decimal, other: &Decimal, rules: Rules) -> Outcome {
    if let Some(nan) = value.nan_result(other, rules) {
        return nan;
    }
    let count = distance(other, rules)?;
    if value.is_infinite() {
        return Ok(value.clone());
    }
    let mut digits = all_digits(value, rules);
    let by = usize::try_from(count.unsigned_abs()).unwrap_or(usize::MAX);
    if count < 0 {
        digits.truncate(digits.len().saturating_sub(by));
        digits.insert(0, b'0');
    } else {
        digits.drain(..by.min(digits.len()));
        digits.extend(std::iter::repeat_n(b'0', by));
    }
    Ok(of_digits(value, &digits))
}

fn rotate(value: &Decimal, other: &Decimal, rules: Rules) -> Outcome {
    if let Some(nan) = value.nan_result(other, rules) {
        return nan;
    }
    let count = distance(other, rules)?;
    if value.is_infinite() {
        return Ok(value.clone());
    }
    let mut digits = all_digits(value, rules);
    let by = usize::try_from(count.unsigned_abs()).unwrap_or(0) % digits.len().max(1);
    if count < 0 {
        digits.rotate_right(by);
    } else {
        digits.rotate_left(by);
    }
    Ok(of_digits(value, &digits))
}

fn ones(rules: Rules) -> Decimal {
    let count = usize::try_from(rules.precision).unwrap_or(0);
    of_digits(&Decimal::zero(false, 0), &vec![b'1'; count])
}

/// A logical operation on numbers whose digits are zeros and ones.
fn logical(
    left: &Decimal,
    right: &Decimal,
    rules: Rules,
    operation: impl Fn(bool, bool) -> bool,
) -> Outcome {
    let is_logical = |value: &Decimal| {
        value.kind == Kind::Finite
            && !value.negative
            && value.exponent == 0
            && value
                .coefficient
                .to_string()
                .bytes()
                .all(|digit| digit <= b'1')
    };
    if !is_logical(left) || !is_logical(right) {
        return Err(Signal::Invalid);
    }
    let pairs = all_digits(left, rules)
        .into_iter()
        .zip(all_digits(right, rules));
    let digits: Vec<u8> = pairs
        .map(|(left, right)| b'0' + u8::from(operation(left == b'1', right == b'1')))
        .collect();
    Ok(of_digits(&Decimal::zero(false, 0), &digits))
}

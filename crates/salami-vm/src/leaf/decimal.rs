//! `decimal.Decimal` and its methods, in the default context.

use num_bigint::BigUint;
use num_traits::One;

use super::argument::{take, wrong_type};
use super::{BOOL, DECIMAL, INT, Leaf, STR, TUPLE, leaf};
use crate::context::Context;
use crate::native::decimal::{Decimal, Kind, Outcome, Rounding, Rules, Signal};
use crate::native::decimal_hooks::{bounded, exact, finish, from_text, of, precision_cost};
use crate::ops;
use crate::raise::Raise;
use crate::value::Value;

/// The most digits that a program may set; CPython has no such bound.
pub(crate) const PRECISION_LIMIT: i64 = 100_000;

pub(super) const LEAVES: &[Leaf] = &[
    leaf("_leaf.decimal_parts", 1, TUPLE, as_tuple),
    leaf("_leaf.decimal_precision", 0, INT, precision),
    leaf("_leaf.decimal_rounding", 0, STR, rounding_name),
    leaf("_leaf.set_decimal_precision", 1, super::NONE, set_precision),
    leaf("_leaf.set_decimal_rounding", 1, super::NONE, set_rounding),
    leaf("decimal.Decimal", 2, DECIMAL, new),
    leaf("decimal.Decimal.adjusted", 1, INT, adjusted),
    leaf("decimal.Decimal.as_integer_ratio", 1, TUPLE, integer_ratio),
    leaf("decimal.Decimal.canonical", 1, DECIMAL, same),
    leaf("decimal.Decimal.compare", 3, DECIMAL, |c, a| {
        binary(c, a, compare)
    }),
    leaf("decimal.Decimal.compare_total", 3, DECIMAL, |c, a| {
        binary(c, a, compare_total)
    }),
    leaf("decimal.Decimal.conjugate", 1, DECIMAL, same),
    leaf("decimal.Decimal.copy_abs", 1, DECIMAL, |c, a| {
        copied(c, a, Decimal::copy_abs)
    }),
    leaf("decimal.Decimal.copy_negate", 1, DECIMAL, |c, a| {
        copied(c, a, Decimal::copy_negate)
    }),
    leaf("decimal.Decimal.copy_sign", 3, DECIMAL, |c, a| {
        binary(c, a, |x, y, _| {
            Ok(Decimal {
                negative: y.negative,
                ..x.clone()
            })
        })
    }),
    leaf("decimal.Decimal.exp", 2, DECIMAL, |c, a| {
        unary(c, a, 5_000, Decimal::exponential)
    }),
    leaf("decimal.Decimal.fma", 4, DECIMAL, multiply_add),
    leaf("decimal.Decimal.from_float", 1, DECIMAL, from_float),
    leaf("decimal.Decimal.imag", 1, DECIMAL, |c, a| {
        copied(c, a, |_| Decimal::zero(false, 0))
    }),
    leaf("decimal.Decimal.is_canonical", 1, BOOL, |c, a| {
        test(c, a, |_| true)
    }),
    leaf("decimal.Decimal.is_finite", 1, BOOL, |c, a| {
        test(c, a, Decimal::is_finite)
    }),
    leaf("decimal.Decimal.is_infinite", 1, BOOL, |c, a| {
        test(c, a, Decimal::is_infinite)
    }),
    leaf("decimal.Decimal.is_nan", 1, BOOL, |c, a| {
        test(c, a, Decimal::is_nan)
    }),
    leaf("decimal.Decimal.is_normal", 2, BOOL, |c, a| {
        test(c, a, |x| x.number_class().ends_with("Normal"))
    }),
    leaf("decimal.Decimal.is_qnan", 1, BOOL, |c, a| {
        test(c, a, |x| x.kind == Kind::Nan)
    }),
    leaf("decimal.Decimal.is_signed", 1, BOOL, |c, a| {
        test(c, a, |x| x.negative)
    }),
    leaf("decimal.Decimal.is_snan", 1, BOOL, |c, a| {
        test(c, a, |x| x.kind == Kind::SignalNan)
    }),
    leaf("decimal.Decimal.is_zero", 1, BOOL, |c, a| {
        test(c, a, Decimal::is_zero)
    }),
    leaf("decimal.Decimal.ln", 2, DECIMAL, |c, a| {
        unary(c, a, 5_000, Decimal::natural_logarithm)
    }),
    leaf("decimal.Decimal.log10", 2, DECIMAL, |c, a| {
        unary(c, a, 8_000, Decimal::decimal_logarithm)
    }),
    leaf("decimal.Decimal.logb", 2, DECIMAL, |c, a| {
        unary(c, a, 10, exponent_of)
    }),
    leaf("decimal.Decimal.compare_signal", 3, DECIMAL, |c, a| {
        binary(c, a, |x, y, rules| {
            if x.is_nan() || y.is_nan() {
                return Err(Signal::Invalid);
            }
            compare(x, y, rules)
        })
    }),
    leaf("decimal.Decimal.compare_total_mag", 3, DECIMAL, |c, a| {
        binary(c, a, |x, y, rules| {
            compare_total(&x.clone().copy_abs(), &y.clone().copy_abs(), rules)
        })
    }),
    leaf("decimal.Decimal.is_subnormal", 2, BOOL, |c, a| {
        test(c, a, |x| x.number_class().ends_with("Subnormal"))
    }),
    leaf("decimal.Decimal.max_mag", 3, DECIMAL, |c, a| {
        binary(c, a, |x, y, rules| extreme_size(x, y, rules, true))
    }),
    leaf("decimal.Decimal.min_mag", 3, DECIMAL, |c, a| {
        binary(c, a, |x, y, rules| extreme_size(x, y, rules, false))
    }),
    leaf("decimal.Decimal.radix", 1, DECIMAL, |c, a| {
        copied(c, a, |_| Decimal::from(10))
    }),
    leaf("decimal.Decimal.max", 3, DECIMAL, |c, a| {
        binary(c, a, |x, y, rules| extreme(x, y, rules, true))
    }),
    leaf("decimal.Decimal.min", 3, DECIMAL, |c, a| {
        binary(c, a, |x, y, rules| extreme(x, y, rules, false))
    }),
    leaf("decimal.Decimal.normalize", 2, DECIMAL, |c, a| {
        unary(c, a, 30, Decimal::normalize)
    }),
    leaf("decimal.Decimal.number_class", 2, STR, number_class),
    leaf("decimal.Decimal.quantize", 4, DECIMAL, quantize),
    leaf("decimal.Decimal.real", 1, DECIMAL, same),
    leaf("decimal.Decimal.remainder_near", 3, DECIMAL, |c, a| {
        binary(c, a, Decimal::remainder_near)
    }),
    leaf("decimal.Decimal.same_quantum", 3, BOOL, same_quantum),
    leaf("decimal.Decimal.scaleb", 3, DECIMAL, |c, a| {
        binary(c, a, Decimal::scale)
    }),
    leaf("decimal.Decimal.sqrt", 2, DECIMAL, |c, a| {
        unary(c, a, 200, Decimal::square_root)
    }),
    leaf("decimal.Decimal.to_eng_string", 2, STR, engineering),
    leaf("decimal.Decimal.to_integral", 3, DECIMAL, to_integral),
    leaf("decimal.Decimal.to_integral_exact", 3, DECIMAL, to_integral),
    leaf("decimal.Decimal.to_integral_value", 3, DECIMAL, to_integral),
];

fn new(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [value, _] = take(arguments)?;
    match value {
        Value::Unset => finish(context, Ok(Decimal::zero(false, 0))),
        Value::Str(text) => {
            let text = context.heap.str(text).to_owned();
            from_text(context, &text)
        }
        Value::Float(number) => finish(context, Ok(Decimal::from_float(number))),
        Value::Tuple(_) | Value::List(_) => from_tuple(context, value),
        Value::Native(_) if of(&context.heap, value).is_some() => Ok(value),
        _ => match exact(&context.heap, value) {
            Some(number) => finish(context, Ok(number)),
            None => Err(wrong_type(
                context,
                "conversion from {} to Decimal is not supported",
                value,
            )),
        },
    }
}

fn from_tuple(context: &mut Context, value: Value) -> Result<Value, Raise> {
    let parts = ops::collect(context, value)?;
    let &[sign, digits, exponent] = parts.as_slice() else {
        return Err(context.value_error("argument must be a sequence of length 3"));
    };
    let negative = match sign {
        Value::Int(0) | Value::Bool(false) => false,
        Value::Int(1) | Value::Bool(true) => true,
        _ => return Err(context.value_error("sign must be an integer with the value 0 or 1")),
    };
    let special = match exponent {
        Value::Str(text) => Some(context.heap.str(text).to_owned()),
        _ => None,
    };
    if special.as_deref() == Some("F") {
        return finish(context, Ok(Decimal::infinity(negative)));
    }
    let mut text = String::from(if negative { "-" } else { "" });
    match special.as_deref() {
        Some("n") => text.push_str("NaN"),
        Some("N") => text.push_str("sNaN"),
        Some(_) => {
            return Err(context
                .value_error("string argument in the third position must be 'F', 'n' or 'N'"));
        }
        None => {}
    }
    if !matches!(digits, Value::Tuple(_) | Value::List(_)) {
        return Err(context.value_error("coefficient must be a tuple of digits"));
    }
    let digits = ops::collect(context, digits)?;
    if digits.is_empty() && special.is_none() {
        text.push('0');
    }
    for digit in digits {
        match digit {
            Value::Int(digit @ 0..=9) => text.push(char::from(b'0' + digit as u8)),
            _ => return Err(context.value_error("coefficient must be a tuple of digits")),
        }
    }
    if special.is_none() {
        let Some(exponent) = ops::to_bigint(&context.heap, exponent) else {
            return Err(context.value_error("exponent must be an integer"));
        };
        text.push_str(&format!("E{exponent}"));
    }
    from_text(context, &text)
}

fn receiver(context: &mut Context, value: Value) -> Result<Decimal, Raise> {
    match of(&context.heap, value).cloned() {
        Some(decimal) => {
            context.charge(decimal.memory() as u64 / 4 + 5)?;
            Ok(decimal)
        }
        None => Err(wrong_type(
            context,
            "descriptor for 'decimal.Decimal' objects doesn't apply to a '{}' object",
            value,
        )),
    }
}

fn operand(context: &mut Context, value: Value) -> Result<Decimal, Raise> {
    match exact(&context.heap, value) {
        Some(decimal) => Ok(decimal),
        None => Err(wrong_type(
            context,
            "conversion from {} to Decimal is not supported",
            value,
        )),
    }
}

/// The first arguments; a context that follows is always the default one.
fn first(arguments: &[Value], count: usize) -> Result<&[Value], Raise> {
    arguments
        .get(..count)
        .ok_or(Raise::Internal("a leaf got another number of arguments"))
}

fn unary(
    context: &mut Context,
    arguments: &[Value],
    cost: u64,
    operation: impl Fn(&Decimal, Rules) -> Outcome,
) -> Result<Value, Raise> {
    let [value] = take(first(arguments, 1)?)?;
    let value = receiver(context, value)?;
    let size = value.memory() as u64;
    context.charge(cost.saturating_add(size.saturating_mul(size) / 64))?;
    let rules = context.decimal_rules;
    context.charge(precision_cost(context).saturating_mul(cost))?;
    finish(context, operation(&value, rules))
}

fn binary(
    context: &mut Context,
    arguments: &[Value],
    operation: impl Fn(&Decimal, &Decimal, Rules) -> Outcome,
) -> Result<Value, Raise> {
    let [value, other] = take(first(arguments, 2)?)?;
    let value = receiver(context, value)?;
    let other = operand(context, other)?;
    let (left, right) = (value.memory() as u64 + 8, other.memory() as u64 + 8);
    context.charge(left.saturating_mul(right) / 64 + 10)?;
    let rules = context.decimal_rules;
    context.charge(precision_cost(context))?;
    finish(context, operation(&value, &other, rules))
}

fn multiply_add(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [value, other, third, _] = take(arguments)?;
    let value = receiver(context, value)?;
    let (other, third) = (operand(context, other)?, operand(context, third)?);
    let (left, right) = (value.memory() as u64 + 8, other.memory() as u64 + 8);
    context.charge(left.saturating_mul(right) / 64 + 10)?;
    {
        let rules = context.decimal_rules;
        finish(context, value.multiply_add(&other, &third, rules))
    }
}

fn compare(left: &Decimal, right: &Decimal, rules: Rules) -> Outcome {
    match left.nan_result(right, rules) {
        Some(nan) => nan,
        None => Ok(Decimal::from(
            left.compare(right).map_or(0, |order| order as i64),
        )),
    }
}

#[allow(clippy::unnecessary_wraps, reason = "an operation among others")]
fn compare_total(left: &Decimal, right: &Decimal, _: Rules) -> Outcome {
    Ok(Decimal::from(left.compare_total(right) as i64))
}

fn extreme(left: &Decimal, right: &Decimal, rules: Rules, largest: bool) -> Outcome {
    // A quiet NaN loses against a number.
    match (left.kind, right.kind) {
        (Kind::Nan, Kind::Finite | Kind::Infinite) => return right.plus_keeping_zero(rules),
        (Kind::Finite | Kind::Infinite, Kind::Nan) => return left.plus_keeping_zero(rules),
        _ => {}
    }
    if let Some(nan) = left.nan_result(right, rules) {
        return nan;
    }
    let order = left
        .compare(right)
        .map(|order| order.then_with(|| left.compare_total(right)));
    let left_wins = order.is_some_and(|order| {
        if largest {
            order.is_ge()
        } else {
            order.is_lt()
        }
    });
    if left_wins {
        left.plus_keeping_zero(rules)
    } else {
        right.plus_keeping_zero(rules)
    }
}

/// The one of the larger or smaller size; of the same size, the larger or smaller.
fn extreme_size(left: &Decimal, right: &Decimal, rules: Rules, largest: bool) -> Outcome {
    let sizes = left.clone().copy_abs().compare(&right.clone().copy_abs());
    match sizes {
        Some(order) if order.is_ne() => {
            if order.is_gt() == largest {
                left.plus_keeping_zero(rules)
            } else {
                right.plus_keeping_zero(rules)
            }
        }
        _ => extreme(left, right, rules, largest),
    }
}

fn exponent_of(value: &Decimal, rules: Rules) -> Outcome {
    match value.kind {
        Kind::Infinite => Ok(Decimal::infinity(false)),
        Kind::Finite if value.is_zero() => Err(Signal::DivisionByZero),
        Kind::Finite => Ok(Decimal::from(value.adjusted())),
        _ => value.plus(rules),
    }
}

fn copied(
    context: &mut Context,
    arguments: &[Value],
    change: impl Fn(Decimal) -> Decimal,
) -> Result<Value, Raise> {
    let [value] = take(arguments)?;
    let value = receiver(context, value)?;
    finish(context, Ok(change(value)))
}

fn same(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [value] = take(arguments)?;
    receiver(context, value)?;
    Ok(value)
}

fn test(
    context: &mut Context,
    arguments: &[Value],
    property: impl Fn(&Decimal) -> bool,
) -> Result<Value, Raise> {
    let [value] = take(first(arguments, 1)?)?;
    let value = receiver(context, value)?;
    Ok(Value::Bool(property(&value)))
}

fn same_quantum(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [value, other, _] = take(arguments)?;
    let value = receiver(context, value)?;
    let other = operand(context, other)?;
    Ok(Value::Bool(match (value.is_finite(), other.is_finite()) {
        (true, true) => value.exponent == other.exponent,
        (false, false) => value.is_nan() == other.is_nan(),
        _ => false,
    }))
}

fn adjusted(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [value] = take(arguments)?;
    let value = receiver(context, value)?;
    Ok(Value::Int(if value.is_finite() {
        value.adjusted()
    } else {
        0
    }))
}

fn number_class(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [value, _] = take(arguments)?;
    let value = receiver(context, value)?;
    context.string(value.number_class())
}

fn engineering(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [value, _] = take(arguments)?;
    let value = receiver(context, value)?;
    context.string(value.to_text(true))
}

fn from_float(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [value] = take(arguments)?;
    match value {
        Value::Float(number) => finish(context, Ok(Decimal::from_float(number))),
        Value::Int(_) | Value::Bool(_) | Value::Big(_) => {
            let number = operand(context, value)?;
            finish(context, Ok(number))
        }
        _ => Err(context.type_error("argument must be int or float")),
    }
}

fn integer_ratio(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [value] = take(arguments)?;
    let value = receiver(context, value)?;
    if value.is_nan() {
        return Err(context.value_error("cannot convert NaN to integer ratio"));
    }
    if value.is_infinite() {
        return Err(context.overflow_error("cannot convert Infinity to integer ratio"));
    }
    let size = value.spread();
    bounded(
        context,
        &Decimal::new(
            false,
            BigUint::one(),
            i64::try_from(size).unwrap_or(i64::MAX),
        ),
    )?;
    let (numerator, denominator) = value.integer_ratio();
    let numerator = context.int(numerator)?;
    let denominator = context.int(num_bigint::BigInt::from(denominator))?;
    context.tuple(vec![numerator, denominator])
}

fn as_tuple(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [value] = take(arguments)?;
    let value = receiver(context, value)?;
    bounded(
        context,
        &Decimal {
            exponent: 0,
            ..value.clone()
        },
    )?;
    let digits = match value.kind {
        Kind::Infinite => vec![Value::Int(0)],
        Kind::Nan | Kind::SignalNan if value.coefficient == BigUint::ZERO => Vec::new(),
        _ => value
            .coefficient
            .to_string()
            .bytes()
            .map(|byte| Value::Int(i64::from(byte.wrapping_sub(b'0'))))
            .collect(),
    };
    let digits = context.tuple(digits)?;
    let exponent = match value.kind {
        Kind::Finite => Value::Int(value.exponent),
        Kind::Infinite => context.string("F")?,
        Kind::Nan => context.string("n")?,
        Kind::SignalNan => context.string("N")?,
    };
    context.tuple(vec![
        Value::Int(i64::from(value.negative)),
        digits,
        exponent,
    ])
}

fn rounding_of(context: &mut Context, value: Value) -> Result<Rounding, Raise> {
    let known = match value {
        Value::None | Value::Unset => Some(context.decimal_rules.rounding),
        Value::Str(name) => Rounding::from_name(context.heap.str(name)),
        _ => None,
    };
    match known {
        Some(rounding) => Ok(rounding),
        None => Err(context.type_error(
            "valid values for rounding are:\n  [ROUND_CEILING, ROUND_FLOOR, ROUND_UP, ROUND_DOWN,\n   ROUND_HALF_UP, \
             ROUND_HALF_DOWN, ROUND_HALF_EVEN,\n   ROUND_05UP]",
        )),
    }
}

fn quantize(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [value, like, rounding, _] = take(arguments)?;
    let value = receiver(context, value)?;
    let like = operand(context, like)?;
    let rounding = rounding_of(context, rounding)?;
    {
        let rules = context.decimal_rules;
        finish(context, value.quantize(&like, rounding, rules))
    }
}

fn to_integral(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [value, rounding, _] = take(arguments)?;
    let value = receiver(context, value)?;
    let rounding = rounding_of(context, rounding)?;
    {
        let rules = context.decimal_rules;
        finish(context, value.to_integral(rounding, rules))
    }
}

fn precision(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [] = take(arguments)?;
    Ok(Value::Int(
        i64::try_from(context.decimal_rules.precision).unwrap_or(i64::MAX),
    ))
}

fn rounding_name(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [] = take(arguments)?;
    context.string(context.decimal_rules.rounding.name())
}

fn set_precision(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [value] = take(arguments)?;
    match super::argument::size(context, value)? {
        digits if digits < 1 => Err(context.value_error("valid range for prec is [1, MAX_PREC]")),
        digits if digits > PRECISION_LIMIT => Err(context.value_error(format!(
            "a precision of more than {PRECISION_LIMIT} digits is not supported"
        ))),
        digits => {
            context.decimal_rules.precision = digits.unsigned_abs();
            Ok(Value::None)
        }
    }
}

fn set_rounding(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [value] = take(arguments)?;
    let value = if value == Value::None {
        Value::Int(0)
    } else {
        value
    };
    context.decimal_rules.rounding = rounding_of(context, value)?;
    Ok(Value::None)
}

//! `statistics`: sums are exact, each result is rounded once.

use num_bigint::BigInt;
use num_integer::Integer;
use num_traits::{Signed, ToPrimitive, Zero};
use salami_ir::BuiltinException;

use super::argument::take;
use super::math::{parts, real, rounded};
use super::{ANY, FLOAT, LIST, Leaf, leaf};
use crate::context::Context;
use crate::native::datetime::quotient;
use crate::native::decimal::{Decimal, Rules};
use crate::native::decimal_hooks;
use crate::ops::{self, BinaryOperator};
use crate::raise::Raise;
use crate::value::Value;

pub(super) const LEAVES: &[Leaf] = &[
    leaf("statistics.fmean", 2, FLOAT, float_mean),
    leaf("statistics.mean", 1, ANY, mean),
    leaf("statistics.median", 1, ANY, median),
    leaf("statistics.median_high", 1, ANY, |c, a| middle(c, a, true)),
    leaf("statistics.median_low", 1, ANY, |c, a| middle(c, a, false)),
    leaf("statistics.mode", 1, ANY, mode),
    leaf("statistics.multimode", 1, LIST, multimode),
    leaf("statistics.pstdev", 2, ANY, |c, a| deviation(c, a, false)),
    leaf("statistics.pvariance", 2, ANY, |c, a| variance(c, a, false)),
    leaf("statistics.stdev", 2, ANY, |c, a| deviation(c, a, true)),
    leaf("statistics.variance", 2, ANY, |c, a| variance(c, a, true)),
];

/// The kind of number that a result is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Int,
    Float,
    Decimal,
}

/// Data as exact fractions with one denominator.
struct Data {
    kind: Kind,
    values: Vec<BigInt>,
    denominator: BigInt,
    /// What floats make of it, where one of them is not finite.
    special: Option<f64>,
}

fn collect(context: &mut Context, iterable: Value) -> Result<Data, Raise> {
    let values = ops::collect(context, iterable)?;
    let mut kind = Kind::Int;
    // Numerators, denominators, and both again when they are brought to one denominator.
    context.reserve(values.len().saturating_mul(240))?;
    let mut ratios = Vec::with_capacity(values.len());
    let mut special = None;
    for value in values {
        context.charge(20)?;
        if let Some(number) = ops::to_bigint(&context.heap, value) {
            ratios.push((number, BigInt::from(1)));
        } else if let Some(decimal) = decimal_hooks::of(&context.heap, value).cloned() {
            if kind == Kind::Float {
                return Err(context.type_error("don't know how to coerce float and Decimal"));
            }
            kind = Kind::Decimal;
            decimal_hooks::bounded(
                context,
                &Decimal {
                    exponent: decimal.exponent.abs(),
                    ..decimal.clone()
                },
            )?;
            let (numerator, denominator) = decimal.integer_ratio();
            ratios.push((numerator, BigInt::from(denominator)));
        } else if let Value::Float(number) = value {
            if kind == Kind::Decimal {
                return Err(context.type_error("don't know how to coerce Decimal and float"));
            }
            kind = Kind::Float;
            if number.is_finite() {
                let (mantissa, exponent) = parts(number);
                let zeros = mantissa
                    .trailing_zeros()
                    .unwrap_or(0)
                    .min(exponent.min(0).unsigned_abs());
                let power = exponent + zeros as i64;
                ratios.push(if power >= 0 {
                    ((mantissa >> zeros) << power as u64, BigInt::from(1))
                } else if mantissa.is_zero() {
                    (mantissa, BigInt::from(1))
                } else {
                    (mantissa >> zeros, BigInt::from(1) << power.unsigned_abs())
                });
            } else {
                special = Some(special.unwrap_or(0.0) + number);
            }
        } else {
            let name = ops::type_name(&context.heap, value);
            return Err(context.type_error(format!(
                "can't convert type '{name}' to numerator/denominator"
            )));
        }
    }
    let mut denominator = BigInt::from(1);
    for (_, other) in &ratios {
        if !denominator.is_multiple_of(other) {
            denominator = denominator.lcm(other);
        }
    }
    context.charge(ratios.len() as u64 * (denominator.bits() / 64 + 1))?;
    context.reserve(
        ratios
            .len()
            .saturating_mul(usize::try_from(denominator.bits() / 8).unwrap_or(usize::MAX) + 64),
    )?;
    let values = ratios
        .into_iter()
        .map(|(numerator, other)| numerator * (&denominator / other))
        .collect();
    Ok(Data {
        kind,
        values,
        denominator,
        special,
    })
}

/// A fraction as a number of a kind.
fn convert(
    context: &mut Context,
    numerator: &BigInt,
    denominator: &BigInt,
    kind: Kind,
) -> Result<Value, Raise> {
    match kind {
        Kind::Decimal => {
            let common = numerator.gcd(denominator);
            let (numerator, denominator) = (numerator / &common, denominator / common);
            let result = Decimal::from(&numerator)
                .divide(&Decimal::from(&denominator), context.decimal_rules);
            decimal_hooks::finish(context, result)
        }
        Kind::Int if numerator.is_multiple_of(denominator) => context.int(numerator / denominator),
        _ => Ok(Value::float(quotient(numerator, denominator))),
    }
}

fn at_least(
    context: &mut Context,
    data: &[impl Sized],
    least: usize,
    message: &str,
) -> Result<(), Raise> {
    if data.len() < least {
        return Err(context.raise(BuiltinException::StatisticsError, message));
    }
    Ok(())
}

fn mean(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [iterable] = take(arguments)?;
    let data = collect(context, iterable)?;
    if let Some(special) = data.special {
        return Ok(Value::float(special));
    }
    at_least(
        context,
        &data.values,
        1,
        "mean requires at least one data point",
    )?;
    let total: BigInt = data.values.iter().sum();
    let count = BigInt::from(data.values.len());
    convert(context, &total, &(data.denominator * count), data.kind)
}

fn float_mean(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [iterable, weights] = take(arguments)?;
    let values = ops::collect(context, iterable)?;
    let weights = match weights {
        Value::None | Value::Unset => None,
        weights => Some(ops::collect(context, weights)?),
    };
    if let Some(weights) = &weights
        && weights.len() != values.len()
    {
        return Err(context.raise(
            BuiltinException::StatisticsError,
            "data and weights must be the same length",
        ));
    }
    at_least(
        context,
        &values,
        1,
        "fmean requires at least one data point",
    )?;
    let count = values.len();
    let mut products = Vec::with_capacity(count);
    let mut others = Vec::new();
    for (index, value) in values.into_iter().enumerate() {
        let x = real(context, value)?;
        match weights.as_ref().and_then(|weights| weights.get(index)) {
            Some(&weight) => {
                let weight = real(context, weight)?;
                products.push(Value::float(x * weight));
                others.push(Value::float(weight));
            }
            None => products.push(Value::float(x)),
        }
    }
    let total = sum(context, products)?;
    let divisor = if weights.is_some() {
        sum(context, others)?
    } else {
        count as f64
    };
    if divisor == 0.0 {
        return Err(context.raise(
            BuiltinException::StatisticsError,
            "sum of weights must be non-zero",
        ));
    }
    Ok(Value::float(total / divisor))
}

/// The sum of floats, rounded once.
fn sum(context: &mut Context, values: Vec<Value>) -> Result<f64, Raise> {
    let list = context.list(values)?;
    let data = collect(context, list)?;
    if let Some(special) = data.special {
        return Ok(special);
    }
    Ok(quotient(&data.values.iter().sum(), &data.denominator))
}

fn sorted(context: &mut Context, iterable: Value) -> Result<Vec<Value>, Raise> {
    let mut values = ops::collect(context, iterable)?;
    context.charge(super::sort::cost(values.len()))?;
    super::sort::merge_sort(&mut values, &mut |left: &Value, right: &Value| {
        ops::order(
            context,
            salami_ir::instruction::Comparison::Less,
            *left,
            *right,
        )
    })?;
    at_least(context, &values, 1, "no median for empty data")?;
    Ok(values)
}

fn median(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [iterable] = take(arguments)?;
    let values = sorted(context, iterable)?;
    let half = values.len() / 2;
    let at = |index: usize| values.get(index).copied().unwrap_or_default();
    if values.len() % 2 == 1 {
        return Ok(at(half));
    }
    let total = ops::binary(
        context,
        BinaryOperator::Add,
        at(half.saturating_sub(1)),
        at(half),
    )?;
    ops::binary(context, BinaryOperator::Divide, total, Value::Int(2))
}

fn middle(context: &mut Context, arguments: &[Value], high: bool) -> Result<Value, Raise> {
    let [iterable] = take(arguments)?;
    let values = sorted(context, iterable)?;
    let index = if high {
        values.len() / 2
    } else {
        values.len().saturating_sub(1) / 2
    };
    Ok(values.get(index).copied().unwrap_or_default())
}

/// How often each value appears, in order of appearance.
fn counts(context: &mut Context, iterable: Value) -> Result<Vec<(Value, i64)>, Raise> {
    let values = ops::collect(context, iterable)?;
    let Value::Dict(dict) = ops::dict_from_pairs(context, &[])? else {
        return Err(Raise::Internal("a dict was stored as something else"));
    };
    for value in values {
        let count = match ops::dict_get(context, dict, value)? {
            Some(Value::Int(count)) => count + 1,
            _ => 1,
        };
        ops::dict_set(context, dict, value, Value::Int(count))?;
    }
    let items = ops::dict_items(&context.heap, dict).into_iter();
    Ok(items
        .map(|(value, count)| {
            (
                value,
                if let Value::Int(count) = count {
                    count
                } else {
                    0
                },
            )
        })
        .collect())
}

fn mode(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [iterable] = take(arguments)?;
    let mut best: Option<(Value, i64)> = None;
    for (value, count) in counts(context, iterable)? {
        if best.is_none_or(|(_, most)| count > most) {
            best = Some((value, count));
        }
    }
    match best {
        Some((value, _)) => Ok(value),
        None => Err(context.raise(BuiltinException::StatisticsError, "no mode for empty data")),
    }
}

fn multimode(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [iterable] = take(arguments)?;
    let counts = counts(context, iterable)?;
    let most = counts.iter().map(|&(_, count)| count).max();
    context.list(
        counts
            .into_iter()
            .filter(|&(_, count)| Some(count) == most)
            .map(|(value, _)| value)
            .collect(),
    )
}

/// The variance as a fraction. A given mean is subtracted in place of the data's own.
fn spread(
    context: &mut Context,
    arguments: &[Value],
    sample: bool,
    name: &str,
) -> Result<Option<(BigInt, BigInt, Kind)>, Raise> {
    let [iterable, center] = take(arguments)?;
    let data = collect(context, iterable)?;
    if data.special.is_some() {
        return Ok(None);
    }
    let least = if sample { 2 } else { 1 };
    let wanted = if sample {
        "two data points"
    } else {
        "one data point"
    };
    at_least(
        context,
        &data.values,
        least,
        &format!("{name} requires at least {wanted}"),
    )?;
    let count = BigInt::from(data.values.len());
    let words = data.denominator.bits() / 64 + 2;
    context.charge(data.values.len() as u64 * words * words)?;
    let degrees = if sample { &count - 1 } else { count.clone() };
    if !matches!(center, Value::None | Value::Unset) {
        let single = context.list(vec![center])?;
        let center = collect(context, single)?;
        let Some(mean) = center.values.first() else {
            return Ok(None);
        };
        let total: BigInt = data
            .values
            .iter()
            .map(|value| {
                let difference = value * &center.denominator - mean * &data.denominator;
                &difference * &difference
            })
            .sum();
        let unit = &data.denominator * &center.denominator;
        return Ok(Some((total, &unit * &unit * degrees, data.kind)));
    }
    let total: BigInt = data.values.iter().sum();
    let squares: BigInt = data.values.iter().map(|value| value * value).sum();
    let numerator = &count * squares - &total * &total;
    Ok(Some((
        numerator,
        &data.denominator * &data.denominator * count * degrees,
        data.kind,
    )))
}

fn variance(context: &mut Context, arguments: &[Value], sample: bool) -> Result<Value, Raise> {
    let name = if sample { "variance" } else { "pvariance" };
    match spread(context, arguments, sample, name)? {
        Some((numerator, denominator, kind)) => convert(context, &numerator, &denominator, kind),
        None => Ok(Value::float(f64::NAN)),
    }
}

fn deviation(context: &mut Context, arguments: &[Value], sample: bool) -> Result<Value, Raise> {
    let name = if sample { "stdev" } else { "pstdev" };
    let Some((numerator, denominator, kind)) = spread(context, arguments, sample, name)? else {
        return Ok(Value::float(f64::NAN));
    };
    if kind == Kind::Decimal {
        let wide = Rules {
            precision: 60,
            ..Rules::default()
        };
        let square = Decimal::from(&numerator).divide(&Decimal::from(&denominator), wide);
        let root = square.and_then(|square| square.square_root(Rules::default()));
        return decimal_hooks::finish(context, root);
    }
    if numerator.is_zero() {
        return Ok(Value::Float(0.0));
    }
    // The root of a fraction with bits to spare, and a last one that says whether there is a rest.
    let shift = (denominator.bits().to_i64().unwrap_or(0) - numerator.bits().to_i64().unwrap_or(0)
        + 260)
        .max(0)
        / 2
        * 2;
    let (square, rest) = (numerator.abs() << shift as u64).div_rem(&denominator);
    let root = square.sqrt();
    let exact = rest.is_zero() && &root * &root == square;
    let sticky: BigInt = (root << 1u32) + i32::from(!exact);
    Ok(Value::float(rounded(&sticky, -shift / 2 - 1)))
}

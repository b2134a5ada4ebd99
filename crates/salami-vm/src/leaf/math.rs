//! `math`: functions of floats.

use num_bigint::BigInt;
use num_traits::{Signed, ToPrimitive, Zero};

use super::argument::{integer, take, wrong_type};
use super::{ANY, BOOL, FLOAT, INT, Leaf, TUPLE, leaf};
use crate::context::Context;
use crate::format::values::integer_of;
use crate::native::decimal::Rounding;
use crate::native::decimal_hooks;
use crate::ops::{self, BinaryOperator};
use crate::raise::Raise;
use crate::value::Value;

pub(super) const LEAVES: &[Leaf] = &[
    leaf("math.acos", 1, FLOAT, |c, a| one(c, a, pxfm::f_acos, false)),
    leaf("math.acosh", 1, FLOAT, |c, a| one(c, a, libm::acosh, false)),
    leaf("math.asin", 1, FLOAT, |c, a| one(c, a, pxfm::f_asin, false)),
    leaf("math.asinh", 1, FLOAT, |c, a| one(c, a, libm::asinh, false)),
    leaf("math.atan", 1, FLOAT, |c, a| one(c, a, pxfm::f_atan, false)),
    leaf("math.atan2", 2, FLOAT, |c, a| two(c, a, pxfm::f_atan2)),
    leaf("math.atanh", 1, FLOAT, |c, a| one(c, a, libm::atanh, false)),
    leaf("math.cbrt", 1, FLOAT, |c, a| one(c, a, pxfm::f_cbrt, false)),
    leaf("math.ceil", 1, INT, |c, a| {
        whole(c, a, libm::ceil, Rounding::Ceiling)
    }),
    leaf("math.copysign", 2, FLOAT, |c, a| two(c, a, libm::copysign)),
    leaf("math.cos", 1, FLOAT, |c, a| one(c, a, pxfm::f_cos, false)),
    leaf("math.cosh", 1, FLOAT, |c, a| one(c, a, libm::cosh, true)),
    leaf("math.degrees", 1, FLOAT, |c, a| {
        one(c, a, |x| x * (180.0 / core::f64::consts::PI), true)
    }),
    leaf("math.dist", 2, FLOAT, distance),
    leaf("math.erf", 1, FLOAT, |c, a| one(c, a, libm::erf, false)),
    leaf("math.erfc", 1, FLOAT, |c, a| one(c, a, libm::erfc, false)),
    leaf("math.exp", 1, FLOAT, |c, a| one(c, a, pxfm::f_exp, true)),
    leaf("math.exp2", 1, FLOAT, |c, a| one(c, a, pxfm::f_exp2, true)),
    leaf("math.expm1", 1, FLOAT, |c, a| one(c, a, libm::expm1, true)),
    leaf("math.fabs", 1, FLOAT, |c, a| one(c, a, libm::fabs, false)),
    leaf("math.floor", 1, INT, |c, a| {
        whole(c, a, libm::floor, Rounding::Floor)
    }),
    leaf("math.fmod", 2, FLOAT, |c, a| two(c, a, libm::fmod)),
    leaf("math.frexp", 1, TUPLE, split_exponent),
    leaf("math.fsum", 1, FLOAT, exact_sum),
    leaf("math.gamma", 1, FLOAT, gamma),
    leaf("math.hypot", 1, FLOAT, hypotenuse),
    leaf("math.isclose", 4, BOOL, is_close),
    leaf("math.isfinite", 1, BOOL, |c, a| test(c, a, f64::is_finite)),
    leaf("math.isinf", 1, BOOL, |c, a| test(c, a, f64::is_infinite)),
    leaf("math.isnan", 1, BOOL, |c, a| test(c, a, f64::is_nan)),
    leaf("math.ldexp", 2, FLOAT, load_exponent),
    leaf("math.lgamma", 1, FLOAT, log_gamma),
    leaf("math.log", 2, FLOAT, logarithm),
    leaf("math.log10", 1, FLOAT, |c, a| log_of(c, a, pxfm::f_log10)),
    leaf("math.log1p", 1, FLOAT, |c, a| one(c, a, libm::log1p, false)),
    leaf("math.log2", 1, FLOAT, |c, a| log_of(c, a, pxfm::f_log2)),
    leaf("math.modf", 1, TUPLE, split_fraction),
    leaf("math.nan", 0, FLOAT, not_a_number),
    leaf("math.nextafter", 2, FLOAT, |c, a| {
        two_free(c, a, libm::nextafter)
    }),
    leaf("math.pow", 2, FLOAT, power),
    leaf("math.prod", 2, ANY, product),
    leaf("math.radians", 1, FLOAT, |c, a| {
        one(c, a, |x| x * (core::f64::consts::PI / 180.0), false)
    }),
    leaf("math.remainder", 2, FLOAT, |c, a| {
        two(c, a, libm::remainder)
    }),
    leaf("math.sin", 1, FLOAT, |c, a| one(c, a, pxfm::f_sin, false)),
    leaf("math.sinh", 1, FLOAT, |c, a| one(c, a, libm::sinh, true)),
    leaf("math.sqrt", 1, FLOAT, |c, a| one(c, a, libm::sqrt, false)),
    leaf("math.tan", 1, FLOAT, |c, a| one(c, a, pxfm::f_tan, false)),
    leaf("math.tanh", 1, FLOAT, |c, a| one(c, a, libm::tanh, false)),
    leaf("math.trunc", 1, INT, |c, a| {
        whole(c, a, libm::trunc, Rounding::Down)
    }),
    leaf("math.ulp", 1, FLOAT, unit_in_last_place),
];

/// A real number as a float.
pub(super) fn real(context: &mut Context, value: Value) -> Result<f64, Raise> {
    if let Some(decimal) = decimal_hooks::of(&context.heap, value) {
        return match decimal.to_f64() {
            Some(number) => Ok(number),
            None => Err(context.value_error("cannot convert signaling NaN to float")),
        };
    }
    match ops::number_to_float(&context.heap, value) {
        Some(Some(number)) => Ok(number),
        Some(None) => Err(context.overflow_error("int too large to convert to float")),
        None => Err(wrong_type(context, "must be real number, not {}", value)),
    }
}

fn domain(context: &mut Context) -> Raise {
    context.value_error("math domain error")
}

fn range(context: &mut Context) -> Raise {
    context.overflow_error("math range error")
}

/// The result of a function, with C's errors: a new NaN is a domain error, a new infinity an
/// overflow if the function can overflow.
fn checked(
    context: &mut Context,
    result: f64,
    from_nan: bool,
    finite: bool,
    overflows: bool,
) -> Result<Value, Raise> {
    if result.is_nan() && !from_nan {
        return Err(domain(context));
    }
    if result.is_infinite() && finite {
        return Err(if overflows {
            range(context)
        } else {
            domain(context)
        });
    }
    Ok(Value::float(result))
}

fn one(
    context: &mut Context,
    arguments: &[Value],
    function: impl Fn(f64) -> f64,
    overflows: bool,
) -> Result<Value, Raise> {
    let [value] = take(arguments)?;
    let x = real(context, value)?;
    checked(context, function(x), x.is_nan(), x.is_finite(), overflows)
}

fn two(
    context: &mut Context,
    arguments: &[Value],
    function: impl Fn(f64, f64) -> f64,
) -> Result<Value, Raise> {
    let [x, y] = take(arguments)?;
    let (x, y) = (real(context, x)?, real(context, y)?);
    checked(
        context,
        function(x, y),
        x.is_nan() || y.is_nan(),
        x.is_finite() && y.is_finite(),
        true,
    )
}

fn two_free(
    context: &mut Context,
    arguments: &[Value],
    function: impl Fn(f64, f64) -> f64,
) -> Result<Value, Raise> {
    let [x, y] = take(arguments)?;
    let (x, y) = (real(context, x)?, real(context, y)?);
    Ok(Value::float(function(x, y)))
}

fn test(
    context: &mut Context,
    arguments: &[Value],
    function: impl Fn(f64) -> bool,
) -> Result<Value, Raise> {
    let [value] = take(arguments)?;
    let x = real(context, value)?;
    Ok(Value::Bool(function(x)))
}

fn whole(
    context: &mut Context,
    arguments: &[Value],
    function: impl Fn(f64) -> f64,
    rounding: Rounding,
) -> Result<Value, Raise> {
    let [value] = take(arguments)?;
    match value {
        Value::Int(_) | Value::Big(_) => return Ok(value),
        Value::Bool(truth) => return Ok(Value::Int(i64::from(truth))),
        _ => {}
    }
    if let Some(decimal) = decimal_hooks::of(&context.heap, value).cloned() {
        return decimal_hooks::whole(context, &decimal, rounding);
    }
    if rounding == Rounding::Down && !matches!(value, Value::Float(_)) {
        return Err(wrong_type(
            context,
            "type {} doesn't define __trunc__ method",
            value,
        ));
    }
    let x = real(context, value)?;
    let number = integer_of(context, function(x))?;
    context.int(number)
}

fn split_exponent(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [value] = take(arguments)?;
    let x = real(context, value)?;
    let (mantissa, exponent) = if x.is_finite() && x != 0.0 {
        libm::frexp(x)
    } else {
        (x, 0)
    };
    context.tuple(vec![
        Value::float(mantissa),
        Value::Int(i64::from(exponent)),
    ])
}

fn split_fraction(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [value] = take(arguments)?;
    let x = real(context, value)?;
    let (fraction, whole) = if x.is_infinite() {
        (libm::copysign(0.0, x), x)
    } else {
        libm::modf(x)
    };
    context.tuple(vec![Value::float(fraction), Value::float(whole)])
}

fn load_exponent(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [value, exponent] = take(arguments)?;
    let x = real(context, value)?;
    let Some(exponent) = ops::to_bigint(&context.heap, exponent) else {
        return Err(context.type_error("Expected an int as second argument to ldexp."));
    };
    let clamped = if exponent.is_negative() {
        -10_000
    } else {
        10_000
    };
    let exponent = exponent
        .to_i32()
        .map_or(clamped, |exponent| exponent.clamp(-10_000, 10_000));
    checked(
        context,
        libm::ldexp(x, exponent),
        x.is_nan(),
        x.is_finite(),
        true,
    )
}

fn gamma(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [value] = take(arguments)?;
    let x = real(context, value)?;
    if x == f64::NEG_INFINITY || (x <= 0.0 && x == libm::floor(x)) {
        return Err(domain(context));
    }
    if x == libm::floor(x) && x <= 23.0 {
        // The factorials that a float holds exactly.
        let mut product = 1.0;
        let mut factor = 2.0;
        while factor < x {
            product *= factor;
            factor += 1.0;
        }
        return Ok(Value::Float(product));
    }
    checked(
        context,
        crate::native::gamma::gamma(x),
        x.is_nan(),
        x.is_finite(),
        true,
    )
}

fn log_gamma(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [value] = take(arguments)?;
    let x = real(context, value)?;
    if x <= 0.0 && x == libm::floor(x) && x.is_finite() {
        return Err(domain(context));
    }
    checked(
        context,
        crate::native::gamma::log_gamma(x),
        x.is_nan(),
        x.is_finite(),
        true,
    )
}

/// A logarithm, also of integers that no float holds.
fn log_value(
    context: &mut Context,
    value: Value,
    function: impl Fn(f64) -> f64,
) -> Result<f64, Raise> {
    if let Value::Big(big) = value {
        let number = context.heap.big(big);
        if number.is_negative() {
            return Err(domain(context));
        }
        if let Some(Some(small)) = ops::number_to_float(&context.heap, value) {
            return Ok(function(small));
        }
        let shift = number.bits().saturating_sub(64);
        let top: BigInt = number >> shift;
        let (mantissa, exponent) = libm::frexp(top.to_f64().unwrap_or(f64::MAX));
        return Ok(function(mantissa) + function(2.0) * (shift as f64 + f64::from(exponent)));
    }
    let x = real(context, value)?;
    if x <= 0.0 {
        return Err(domain(context));
    }
    Ok(function(x))
}

fn log_of(
    context: &mut Context,
    arguments: &[Value],
    function: impl Fn(f64) -> f64,
) -> Result<Value, Raise> {
    let [value] = take(arguments)?;
    log_value(context, value, function).map(Value::float)
}

fn logarithm(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [value, base] = take(arguments)?;
    let numerator = log_value(context, value, pxfm::f_log)?;
    if base.is_unset() {
        return Ok(Value::float(numerator));
    }
    let denominator = log_value(context, base, pxfm::f_log)?;
    if denominator == 0.0 {
        return Err(context.zero_division("float division by zero"));
    }
    Ok(Value::float(numerator / denominator))
}

fn power(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [x, y] = take(arguments)?;
    let (x, y) = (real(context, x)?, real(context, y)?);
    if x == 1.0 || y == 0.0 {
        // Even of NaN.
        return Ok(Value::Float(1.0));
    }
    let result = pxfm::f_pow(x, y);
    if x.is_finite() && y.is_finite() {
        if result.is_nan() || (result.is_infinite() && x == 0.0) {
            return Err(domain(context));
        }
        if result.is_infinite() {
            return Err(range(context));
        }
    }
    Ok(Value::float(result))
}

fn product(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [iterable, start] = take(arguments)?;
    let mut result = if start.is_unset() {
        Value::Int(1)
    } else {
        start
    };
    // As a list of the heap they are counted while the products pile up.
    let values = ops::collect(context, iterable)?;
    let count = values.len();
    if let Value::List(list) = context.list(values)? {
        for index in 0..count {
            let value = context.heap.list(list).get(index).copied();
            let value = value.unwrap_or_default();
            result = ops::binary(context, BinaryOperator::Multiply, result, value)?;
        }
    }
    Ok(result)
}

fn not_a_number(_: &mut Context, _: &[Value]) -> Result<Value, Raise> {
    Ok(Value::float(f64::NAN))
}

fn unit_in_last_place(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [value] = take(arguments)?;
    let x = libm::fabs(real(context, value)?);
    if !x.is_finite() {
        return Ok(Value::float(x));
    }
    let above = libm::nextafter(x, f64::INFINITY);
    let unit = if above.is_finite() {
        above - x
    } else {
        x - libm::nextafter(x, f64::NEG_INFINITY)
    };
    Ok(Value::float(unit))
}

fn is_close(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [a, b, relative, absolute] = take(arguments)?;
    let (a, b) = (real(context, a)?, real(context, b)?);
    let relative = if relative.is_unset() {
        1e-9
    } else {
        real(context, relative)?
    };
    let absolute = if absolute.is_unset() {
        0.0
    } else {
        real(context, absolute)?
    };
    if relative < 0.0 || absolute < 0.0 {
        return Err(context.value_error("tolerances must be non-negative"));
    }
    if a == b {
        return Ok(Value::Bool(true));
    }
    if a.is_infinite() || b.is_infinite() {
        return Ok(Value::Bool(false));
    }
    let difference = libm::fabs(b - a);
    let close = difference <= libm::fabs(relative * b)
        || difference <= libm::fabs(relative * a)
        || difference <= absolute;
    Ok(Value::Bool(close))
}

/// A finite float as `mantissa * 2^exponent`.
pub(super) fn parts(value: f64) -> (BigInt, i64) {
    let bits = value.to_bits();
    let biased = (bits >> 52 & 0x7ff) as i64;
    let fraction = bits & ((1 << 52) - 1);
    let (mantissa, exponent) = if biased == 0 {
        (fraction, -1074)
    } else {
        (fraction | 1 << 52, biased - 1075)
    };
    let mantissa = BigInt::from(mantissa);
    (
        if value.is_sign_negative() {
            -mantissa
        } else {
            mantissa
        },
        exponent,
    )
}

/// `mantissa * 2^exponent`, rounded half to even once. Infinite if it is too large.
pub(super) fn rounded(mantissa: &BigInt, exponent: i64) -> f64 {
    let bits = mantissa.bits() as i64;
    // 53 bits are kept, fewer where the number is subnormal.
    let drop = (bits - 53).max(-1074 - exponent).max(0);
    let magnitude = mantissa.magnitude();
    let mut kept = magnitude >> drop as u64;
    if drop > 0 {
        let half = num_bigint::BigUint::from(1u32) << (drop as u64 - 1);
        let rest = magnitude - (&kept << drop as u64);
        if rest > half || (rest == half && kept.bit(0)) {
            kept += 1u32;
        }
    }
    let value = kept.to_f64().unwrap_or(f64::INFINITY);
    let power = i32::try_from(exponent + drop).unwrap_or(i32::MAX);
    // Exact unless it overflows: what is kept fits and is not below the smallest unit.
    let value = libm::scalbn(value, power);
    if mantissa.is_negative() {
        -value
    } else {
        value
    }
}

fn exact_sum(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [iterable] = take(arguments)?;
    let values = ops::collect(context, iterable)?;
    context.charge(values.len() as u64 * 8)?;
    // In units of the smallest float the sum of any floats is an integer.
    let mut sum = BigInt::zero();
    let (mut special, mut infinite) = (0.0, (false, false));
    for value in values {
        let x = real(context, value)?;
        if x.is_finite() {
            let (mantissa, exponent) = parts(x);
            sum += mantissa << (exponent + 1074) as u64;
        } else {
            infinite.0 |= x == f64::INFINITY;
            infinite.1 |= x == f64::NEG_INFINITY;
            special += x;
        }
    }
    if infinite == (true, true) {
        return Err(context.value_error("-inf + inf in fsum"));
    }
    if special != 0.0 {
        return Ok(Value::float(special));
    }
    let total = rounded(&sum, -1074);
    if total.is_infinite() {
        return Err(context.overflow_error("intermediate overflow in fsum"));
    }
    Ok(Value::float(total))
}

/// The root of the sum of squares, rounded once.
fn norm(context: &mut Context, values: &[f64]) -> Result<Value, Raise> {
    if values.iter().any(|value| value.is_infinite()) {
        return Ok(Value::float(f64::INFINITY));
    }
    if values.iter().any(|value| value.is_nan()) {
        return Ok(Value::float(f64::NAN));
    }
    context.charge(values.len() as u64 * 20)?;
    let mut sum = BigInt::zero();
    for &value in values {
        let (mantissa, exponent) = parts(value);
        let scaled: BigInt = mantissa << (exponent + 1074) as u64;
        sum += &scaled * &scaled;
    }
    // More bits than a float has, and a last one that says whether there is a rest.
    let shift = (256u64.saturating_sub(sum.bits())).div_ceil(2) * 2;
    let square = sum << shift;
    let root = square.sqrt();
    let exact = &root * &root == square;
    let sticky: BigInt = (root << 1u32) + i32::from(!exact);
    Ok(Value::float(rounded(
        &sticky,
        -1074 - (shift / 2) as i64 - 1,
    )))
}

fn hypotenuse(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [coordinates] = take(arguments)?;
    let mut values = Vec::new();
    for value in ops::collect(context, coordinates)? {
        values.push(real(context, value)?);
    }
    norm(context, &values)
}

fn distance(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [p, q] = take(arguments)?;
    let (p, q) = (ops::collect(context, p)?, ops::collect(context, q)?);
    if p.len() != q.len() {
        return Err(context.value_error("both points must have the same number of dimensions"));
    }
    let mut values = Vec::with_capacity(p.len());
    for (left, right) in p.into_iter().zip(q) {
        values.push(real(context, left)? - real(context, right)?);
    }
    norm(context, &values)
}

/// An argument that must not be negative.
pub(super) fn natural(context: &mut Context, value: Value, message: &str) -> Result<BigInt, Raise> {
    let number = integer(context, value)?;
    if number.is_negative() {
        return Err(context.value_error(message));
    }
    Ok(number)
}

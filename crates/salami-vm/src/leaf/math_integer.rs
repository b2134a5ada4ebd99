//! `math`: functions of integers.

use num_bigint::BigInt;
use num_integer::Integer;
use num_traits::{One, Signed, ToPrimitive, Zero};

use super::argument::{integer, take};
use super::math::natural;
use super::{INT, Leaf, leaf};
use crate::context::Context;
use crate::ops;
use crate::raise::Raise;
use crate::value::Value;

pub(super) const LEAVES: &[Leaf] = &[
    leaf("math.comb", 2, INT, combinations),
    leaf("math.factorial", 1, INT, factorial),
    leaf("math.gcd", 1, INT, greatest_divisor),
    leaf("math.isqrt", 1, INT, root),
    leaf("math.lcm", 1, INT, least_multiple),
    leaf("math.perm", 2, INT, permutations),
];

/// Pays and reserves for a product of so many factors of so many bits.
fn pay(context: &mut Context, factors: u64, bits: u64) -> Result<(), Raise> {
    let total = factors.saturating_mul(bits);
    let numbers = (total / 2).saturating_add(factors.saturating_mul(64));
    context.reserve(usize::try_from(numbers).unwrap_or(usize::MAX))?;
    // Multiplied as a tree: about the product's size to the power of 1.6.
    let words = total / 64 + 1;
    context.charge(factors.saturating_add(words.saturating_mul(words.isqrt())))
}

/// The product of `first..=last`, as a tree on a stack of its own.
fn product(first: u64, last: u64) -> BigInt {
    let mut level: Vec<BigInt> = (first..=last).map(BigInt::from).collect();
    while level.len() > 1 {
        level = level
            .chunks(2)
            .map(|pair| match pair {
                [left, right] => left * right,
                [only] => only.clone(),
                _ => BigInt::one(),
            })
            .collect();
    }
    level.pop().unwrap_or_else(BigInt::one)
}

fn factorial(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [value] = take(arguments)?;
    let number = natural(
        context,
        value,
        "factorial() not defined for negative values",
    )?;
    let Some(number) = number
        .to_u64()
        .filter(|&number| i64::try_from(number).is_ok())
    else {
        return Err(context.overflow_error(format!(
            "factorial() argument should not exceed {}",
            i64::MAX
        )));
    };
    pay(
        context,
        number,
        u64::from(u64::BITS - number.leading_zeros()),
    )?;
    context.reserve(usize::try_from(number.saturating_mul(32)).unwrap_or(usize::MAX))?;
    context.int(product(1, number))
}

fn permutations(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [n, k] = take(arguments)?;
    if matches!(k, Value::None | Value::Unset) {
        return factorial(context, &[n]);
    }
    let n = natural(context, n, "n must be a non-negative integer")?;
    let k = natural(context, k, "k must be a non-negative integer")?;
    if k > n {
        return Ok(Value::Int(0));
    }
    let Some(count) = k.to_u64() else {
        return Err(context.overflow_error(format!("k must not exceed {}", i64::MAX)));
    };
    falling(context, &n, count, false)
}

/// `n * (n - 1) * ...`, `count` factors, divided by the factorial of `count` if `divides`.
fn falling(context: &mut Context, n: &BigInt, count: u64, divides: bool) -> Result<Value, Raise> {
    pay(context, count.saturating_mul(2), n.bits())?;
    let mut result = BigInt::one();
    for step in 0..count {
        context.charge(result.bits() / 512)?;
        result *= n - step;
        if divides {
            result /= step + 1;
        }
    }
    context.int(result)
}

fn combinations(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [n, k] = take(arguments)?;
    let n = natural(context, n, "n must be a non-negative integer")?;
    let k = natural(context, k, "k must be a non-negative integer")?;
    if k > n {
        return Ok(Value::Int(0));
    }
    let smaller = k.clone().min(&n - &k);
    let Some(count) = smaller.to_u64() else {
        return Err(context.overflow_error(format!("min(n - k, k) must not exceed {}", i64::MAX)));
    };
    falling(context, &n, count, true)
}

fn greatest_divisor(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [numbers] = take(arguments)?;
    let mut result = BigInt::zero();
    for value in ops::collect(context, numbers)? {
        let number = integer(context, value)?;
        let words = number.bits().max(result.bits()) / 64 + 1;
        context.charge(words.saturating_mul(words).saturating_mul(8))?;
        result = result.gcd(&number);
    }
    context.int(result.abs())
}

fn least_multiple(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [numbers] = take(arguments)?;
    let mut result = BigInt::one();
    for value in ops::collect(context, numbers)? {
        let number = integer(context, value)?;
        let words = number.bits().max(result.bits()) / 64 + 1;
        context.charge(words.saturating_mul(words).saturating_mul(8))?;
        result = if number.is_zero() || result.is_zero() {
            BigInt::zero()
        } else {
            result.lcm(&number)
        };
    }
    context.int(result.abs())
}

fn root(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [value] = take(arguments)?;
    let number = natural(context, value, "isqrt() argument must be nonnegative")?;
    let words = number.bits() / 64 + 1;
    context.charge(words.saturating_mul(words).saturating_mul(4))?;
    context.int(number.sqrt())
}

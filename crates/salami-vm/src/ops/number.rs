//! Numbers of several kinds side by side: exact comparison and conversion.

use core::cmp::Ordering;

use num_bigint::BigInt;
use num_traits::{FromPrimitive, ToPrimitive, Zero};

use crate::heap::Heap;
use crate::value::Value;

/// A binary operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the operators of Python")]
pub enum BinaryOperator {
    Add,
    Subtract,
    Multiply,
    Divide,
    FloorDivide,
    Modulo,
    Power,
    BitAnd,
    BitOr,
    BitXor,
    ShiftLeft,
    ShiftRight,
}

impl BinaryOperator {
    /// The operator as CPython's messages print it.
    #[must_use]
    pub const fn symbol(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
            Self::FloorDivide => "//",
            Self::Modulo => "%",
            Self::Power => "** or pow()",
            Self::BitAnd => "&",
            Self::BitOr => "|",
            Self::BitXor => "^",
            Self::ShiftLeft => "<<",
            Self::ShiftRight => ">>",
        }
    }
}

/// The integer that a bool or int is.
#[must_use]
pub fn to_bigint(heap: &Heap, value: Value) -> Option<BigInt> {
    match value {
        Value::Bool(truth) => Some(BigInt::from(u8::from(truth))),
        Value::Int(number) => Some(BigInt::from(number)),
        Value::Big(big) => Some(heap.big(big).clone()),
        _ => None,
    }
}

/// The float nearest to a number (ties to even); `Some(None)` for an int too large, `None` for no number.
#[must_use]
pub fn number_to_float(heap: &Heap, value: Value) -> Option<Option<f64>> {
    Some(match value {
        Value::Float(number) => Some(number),
        Value::Int(number) => Some(number as f64),
        Value::Bool(truth) => Some(f64::from(u8::from(truth))),
        Value::Big(big) => big_to_float(heap.big(big)),
        _ => return None,
    })
}

/// The float nearest to a large integer, ties to even, or `None` past the largest.
#[must_use]
pub fn big_to_float(big: &BigInt) -> Option<f64> {
    let bits = big.bits();
    if bits <= 64 {
        return big.to_f64();
    }
    // Keep 64 bits; the lowest of them tells whether anything was cut off.
    let shift = bits - 64;
    let magnitude = big.magnitude();
    let mut top = (magnitude >> shift).to_u64().unwrap_or(u64::MAX);
    if magnitude.trailing_zeros().unwrap_or(0) < shift {
        top |= 1;
    }
    let exponent = i32::try_from(shift).ok().filter(|&shift| shift < 2000)?;
    let result = libm::scalbn(top as f64, exponent);
    if result.is_infinite() {
        return None;
    }
    Some(if big.sign() == num_bigint::Sign::Minus {
        -result
    } else {
        result
    })
}

/// Compares two real numbers exactly: `Some(None)` where a side is NaN, `None` where a side is no number.
#[must_use]
pub fn compare_numbers(heap: &Heap, left: Value, right: Value) -> Option<Option<Ordering>> {
    let left = if let Value::Bool(truth) = left {
        Value::Int(i64::from(truth))
    } else {
        left
    };
    let right = if let Value::Bool(truth) = right {
        Value::Int(i64::from(truth))
    } else {
        right
    };
    Some(match (left, right) {
        (Value::Int(left), Value::Int(right)) => Some(left.cmp(&right)),
        (Value::Float(left), Value::Float(right)) => left.partial_cmp(&right),
        (Value::Int(left), Value::Float(right)) => compare_int_float(left, right),
        (Value::Float(left), Value::Int(right)) => {
            compare_int_float(right, left).map(Ordering::reverse)
        }
        (Value::Big(left), Value::Big(right)) => Some(heap.big(left).cmp(heap.big(right))),
        (Value::Big(left), Value::Int(_)) => Some(heap.big(left).cmp(&BigInt::zero())),
        (Value::Int(_), Value::Big(right)) => Some(BigInt::zero().cmp(heap.big(right))),
        (Value::Big(left), Value::Float(right)) => compare_big_float(heap.big(left), right),
        (Value::Float(left), Value::Big(right)) => {
            compare_big_float(heap.big(right), left).map(Ordering::reverse)
        }
        _ => return None,
    })
}

fn compare_int_float(left: i64, right: f64) -> Option<Ordering> {
    if right.is_nan() {
        return None;
    }
    if right >= 9_223_372_036_854_775_808.0 {
        return Some(Ordering::Less);
    }
    if right < -9_223_372_036_854_775_808.0 {
        return Some(Ordering::Greater);
    }
    let whole = libm::trunc(right);
    let fraction = right - whole;
    let order = left.cmp(&(whole as i64));
    Some(match order {
        Ordering::Equal if fraction > 0.0 => Ordering::Less,
        Ordering::Equal if fraction < 0.0 => Ordering::Greater,
        other => other,
    })
}

fn compare_big_float(left: &BigInt, right: f64) -> Option<Ordering> {
    if right.is_nan() {
        return None;
    }
    if right.is_infinite() {
        return Some(if right > 0.0 {
            Ordering::Less
        } else {
            Ordering::Greater
        });
    }
    // A float next to an integer past 64 bits has no fraction that could decide, unless it is small.
    let whole = BigInt::from_f64(libm::trunc(right)).unwrap_or_default();
    Some(left.cmp(&whole))
}

//! Arithmetic of integers of any size. Costs are known from the operands' sizes and paid, and
//! memory for the result is reserved, before the work.

use num_bigint::{BigInt, Sign};
use num_integer::Integer;
use num_traits::{One, Signed, ToPrimitive, Zero};

use super::number::{BinaryOperator, big_to_float, to_bigint};
use crate::context::Context;
use crate::heap::Heap;
use crate::raise::Raise;
use crate::value::Value;

/// 64-bit digits of an integer, from its bits.
const fn digits(bits: u64) -> u64 {
    bits / 64 + 1
}

/// What multiplying costs: schoolbook for small factors; the library is faster than that for large ones.
const fn multiplication_cost(left: u64, right: u64) -> u64 {
    let (few, many) = if left < right {
        (left, right)
    } else {
        (right, left)
    };
    // Work per digit of the longer one grows with the square root, about, past 32 digits.
    let factor = if few <= 32 { few } else { 32 + (few - 32) / 4 };
    many.saturating_mul(factor) / 8
}

fn pay(context: &mut Context, cost: u64, result_bits: u64) -> Result<(), Raise> {
    context.charge(cost)?;
    let bytes = usize::try_from(digits(result_bits))
        .unwrap_or(usize::MAX)
        .saturating_mul(8);
    context.heap.reserve(bytes.saturating_add(32))
}

/// The operator on two ints or bools, where the 64-bit form did not do.
pub(crate) fn binary(
    context: &mut Context,
    operator: BinaryOperator,
    left: Value,
    right: Value,
) -> Result<Value, Raise> {
    // A shift by a huge amount must not be computed with a huge amount.
    if matches!(
        operator,
        BinaryOperator::ShiftLeft | BinaryOperator::ShiftRight
    ) {
        return shift(context, operator, left, right);
    }
    let cost = digits(bits(&context.heap, left)) + digits(bits(&context.heap, right));
    context.charge(cost / 8)?;
    let (Some(left), Some(right)) = (
        to_bigint(&context.heap, left),
        to_bigint(&context.heap, right),
    ) else {
        return Err(Raise::Internal("integer arithmetic on something else"));
    };
    let (left_digits, right_digits) = (digits(left.bits()), digits(right.bits()));
    let result = match operator {
        BinaryOperator::Add | BinaryOperator::Subtract => {
            pay(context, 0, left.bits().max(right.bits()) + 1)?;
            if operator == BinaryOperator::Add {
                left + right
            } else {
                left - right
            }
        }
        BinaryOperator::Multiply => {
            let cost = multiplication_cost(left_digits, right_digits);
            pay(context, cost, left.bits().saturating_add(right.bits()))?;
            left * right
        }
        BinaryOperator::Divide => return divide(context, &left, &right),
        BinaryOperator::FloorDivide | BinaryOperator::Modulo => {
            if right.is_zero() {
                return Err(
                    context.zero_division(if operator == BinaryOperator::Modulo {
                        "integer modulo by zero"
                    } else {
                        "integer division or modulo by zero"
                    }),
                );
            }
            let steps = left_digits.saturating_sub(right_digits) + 1;
            pay(
                context,
                steps.saturating_mul(right_digits) / 8,
                left.bits().max(right.bits()),
            )?;
            let (quotient, modulo) = left.div_mod_floor(&right);
            if operator == BinaryOperator::Modulo {
                modulo
            } else {
                quotient
            }
        }
        BinaryOperator::Power => return power(context, left, right),
        BinaryOperator::BitAnd => {
            pay(context, 0, left.bits().max(right.bits()))?;
            left & right
        }
        BinaryOperator::BitOr => {
            pay(context, 0, left.bits().max(right.bits()))?;
            left | right
        }
        BinaryOperator::BitXor => {
            pay(context, 0, left.bits().max(right.bits()))?;
            left ^ right
        }
        BinaryOperator::ShiftLeft | BinaryOperator::ShiftRight => {
            return Err(Raise::Internal("shifts are done above"));
        }
    };
    context.heap.alloc_int(result)
}

fn bits(heap: &Heap, value: Value) -> u64 {
    match value {
        Value::Big(big) => heap.big(big).bits(),
        _ => 64,
    }
}

fn shift(
    context: &mut Context,
    operator: BinaryOperator,
    left: Value,
    right: Value,
) -> Result<Value, Raise> {
    let amount = match right {
        Value::Int(amount) => Some(amount),
        Value::Bool(truth) => Some(i64::from(truth)),
        Value::Big(big) if context.heap.big(big).is_negative() => Some(-1),
        _ => None,
    };
    if amount.is_some_and(|amount| amount < 0) {
        return Err(context.value_error("negative shift count"));
    }
    let size = bits(&context.heap, left);
    context.charge(digits(size) / 8)?;
    let Some(left) = to_bigint(&context.heap, left) else {
        return Err(Raise::Internal("integer arithmetic on something else"));
    };
    let amount = amount.and_then(|amount| u64::try_from(amount).ok());
    if operator == BinaryOperator::ShiftRight {
        return match amount {
            Some(amount) if amount <= left.bits() => context.heap.alloc_int(left >> amount),
            _ => Ok(Value::Int(if left.is_negative() { -1 } else { 0 })),
        };
    }
    if left.is_zero() {
        return Ok(Value::Int(0));
    }
    let Some(amount) = amount else {
        return Err(context.overflow_error("too many digits in integer"));
    };
    let result = left.bits().saturating_add(amount);
    pay(context, digits(result) / 8, result)?;
    context.heap.alloc_int(left << amount)
}

/// `left / right`, correctly rounded.
fn divide(context: &mut Context, left: &BigInt, right: &BigInt) -> Result<Value, Raise> {
    if right.is_zero() {
        return Err(context.zero_division("division by zero"));
    }
    let cost = digits(left.bits()).saturating_mul(digits(right.bits())) / 8;
    context.charge(cost)?;
    match quotient(left, right) {
        Some(quotient) => Ok(Value::Float(quotient)),
        None => Err(context.overflow_error("integer division result too large for a float")),
    }
}

/// The float nearest to `left / right`, ties to even; `None` past the largest. `right` is not 0.
pub(crate) fn quotient(left: &BigInt, right: &BigInt) -> Option<f64> {
    let negative = left.is_negative() != right.is_negative();
    let (left, right) = (left.magnitude(), right.magnitude());
    if left.is_zero() {
        return Some(if negative { -0.0 } else { 0.0 });
    }
    let (left_bits, right_bits) = (left.bits().cast_signed(), right.bits().cast_signed());
    // 66 or 67 bits of quotient, never fewer below the subnormal range than rounding needs.
    let shift = 66 - (left_bits - right_bits);
    if -shift > 1100 {
        return None;
    }
    if shift > 1300 {
        return Some(if negative { -0.0 } else { 0.0 });
    }
    let (mut quotient, rest) = if shift >= 0 {
        (left << shift.unsigned_abs()).div_rem(right)
    } else {
        left.div_rem(&(right << shift.unsigned_abs()))
    };
    if !rest.is_zero() {
        // Sticky: there is something below the last bit.
        quotient |= num_bigint::BigUint::one();
    }
    // Rounds once, at the precision that the exponent leaves (fewer bits when subnormal).
    let bits = quotient.bits().cast_signed();
    let exponent = bits - shift;
    let keep = if exponent < -1021 {
        53 + (exponent + 1021)
    } else {
        53
    };
    if keep < 0 {
        return Some(if negative { -0.0 } else { 0.0 });
    }
    let drop = (bits - keep).unsigned_abs();
    let mut mantissa = (&quotient >> drop).to_u64().unwrap_or(u64::MAX);
    let below = &quotient - (num_bigint::BigUint::from(mantissa) << drop);
    let half = num_bigint::BigUint::one() << (drop.saturating_sub(1));
    if below > half || (below == half && mantissa & 1 == 1) {
        mantissa += 1;
    }
    let scale = i32::try_from(drop.cast_signed() - shift).unwrap_or(i32::MAX);
    let result = libm::scalbn(mantissa as f64, scale);
    if result.is_infinite() {
        return None;
    }
    Some(if negative { -result } else { result })
}

fn power(context: &mut Context, left: BigInt, right: BigInt) -> Result<Value, Raise> {
    if right.is_negative() {
        // As floats, both.
        let (Some(base), Some(exponent)) = (big_to_float(&left), big_to_float(&right)) else {
            return Err(context.overflow_error("int too large to convert to float"));
        };
        return super::arithmetic::float_power(context, base, exponent);
    }
    if right.is_zero() || left.is_one() {
        return Ok(Value::Int(1));
    }
    if left.is_zero() {
        return Ok(Value::Int(0));
    }
    if left.magnitude().is_one() {
        let odd = right.is_odd() && left.sign() == Sign::Minus;
        return Ok(Value::Int(if odd { -1 } else { 1 }));
    }
    let Some(exponent) = right.to_u32() else {
        return Err(Raise::Memory(usize::MAX));
    };
    let result_bits = left.bits().saturating_mul(u64::from(exponent));
    let half = digits(result_bits) / 2 + 1;
    // Memory first: what cannot be stored must not wait for fuel.
    pay(context, 0, result_bits)?;
    context.charge(multiplication_cost(half, half).saturating_mul(2))?;
    context
        .heap
        .alloc_int(num_traits::Pow::pow(&left, exponent))
}

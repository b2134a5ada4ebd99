//! Order and hash.

use std::cmp::Ordering;

use num_bigint::{BigInt, Sign};

use super::{Decimal, Kind, digits};

/// CPython's modulus for hashes of numbers, a prime.
const MODULUS: u64 = (1 << 61) - 1;

impl Decimal {
    /// The numeric order; `None` if one is a NaN. O(digits).
    #[must_use]
    pub fn compare(&self, other: &Self) -> Option<Ordering> {
        if self.is_nan() || other.is_nan() {
            return None;
        }
        let sign = |value: &Self| match (value.is_zero(), value.negative) {
            (true, _) => 0,
            (false, true) => -1,
            (false, false) => 1,
        };
        let (left, right) = (sign(self), sign(other));
        if left != right || left == 0 {
            return Some(left.cmp(&right));
        }
        let order = self.compare_magnitude(other);
        Some(if self.negative {
            order.reverse()
        } else {
            order
        })
    }

    /// The result where one of the two is a NaN; `None` if neither is.
    #[must_use]
    pub fn nan_result(&self, other: &Self, rules: super::Rules) -> Option<super::Outcome> {
        self.nan_of(Some(other), rules)
    }

    fn compare_magnitude(&self, other: &Self) -> Ordering {
        match (self.kind, other.kind) {
            (Kind::Infinite, Kind::Infinite) => return Ordering::Equal,
            (Kind::Infinite, _) => return Ordering::Greater,
            (_, Kind::Infinite) => return Ordering::Less,
            _ => {}
        }
        // Equal adjusted exponents bound the distance of the exponents by the digits.
        self.adjusted().cmp(&other.adjusted()).then_with(|| {
            let exponent = self.exponent.min(other.exponent);
            self.lowered(exponent).cmp(&other.lowered(exponent))
        })
    }

    /// The total order of the specification, where `1.0 < 1`, by sign, kind, value and exponent.
    #[must_use]
    pub fn compare_total(&self, other: &Self) -> Ordering {
        if self.negative != other.negative {
            return other.negative.cmp(&self.negative);
        }
        let rank = |value: &Self| match value.kind {
            Kind::Finite | Kind::Infinite => 0,
            Kind::SignalNan => 1,
            Kind::Nan => 2,
        };
        let order = rank(self).cmp(&rank(other)).then_with(|| {
            if self.is_nan() {
                return self.coefficient.cmp(&other.coefficient);
            }
            if self.is_zero() || other.is_zero() {
                return other
                    .is_zero()
                    .cmp(&self.is_zero())
                    .then(self.exponent.cmp(&other.exponent));
            }
            self.compare_magnitude(other)
                .then(self.exponent.cmp(&other.exponent))
        });
        if self.negative {
            order.reverse()
        } else {
            order
        }
    }

    /// CPython's hash, equal to that of an equal int or float; `None` for a signalling NaN.
    #[must_use]
    pub fn hash(&self) -> Option<i64> {
        match self.kind {
            Kind::SignalNan => return None,
            Kind::Nan => return Some(0),
            Kind::Infinite => return Some(if self.negative { -314_159 } else { 314_159 }),
            Kind::Finite => {}
        }
        // 10 to the power of a negative number is the power of its inverse; the order of the group
        // divides the modulus less one.
        let order = (MODULUS - 1) as i64;
        let power = self.exponent.rem_euclid(order) as u64;
        let scale = power_mod(10, power);
        let coefficient = (&self.coefficient % MODULUS)
            .to_u64_digits()
            .first()
            .copied()
            .unwrap_or(0);
        let hash = (u128::from(coefficient) * u128::from(scale) % u128::from(MODULUS)) as i64;
        Some(match if self.negative { -hash } else { hash } {
            -1 => -2,
            hash => hash,
        })
    }

    /// The integer that it equals, if it is one of at most `limit` digits.
    #[must_use]
    pub fn integral(&self, limit: u64) -> Option<BigInt> {
        if !self.is_integer() || (!self.is_zero() && self.adjusted() >= limit as i64) {
            return None;
        }
        let whole = self.rescaled(0, super::Rounding::Down).coefficient;
        debug_assert!(digits(&whole) <= limit.max(1));
        Some(BigInt::from_biguint(
            if self.negative {
                Sign::Minus
            } else {
                Sign::Plus
            },
            whole,
        ))
    }
}

fn power_mod(base: u64, mut exponent: u64) -> u64 {
    let modulus = u128::from(MODULUS);
    let (mut result, mut square) = (1u128, u128::from(base) % modulus);
    while exponent > 0 {
        if exponent & 1 == 1 {
            result = result * square % modulus;
        }
        square = square * square % modulus;
        exponent >>= 1;
    }
    result as u64
}

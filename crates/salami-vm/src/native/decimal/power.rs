//! Powers and square roots.

use num_bigint::BigUint;
use num_integer::Integer;
use num_traits::{One, Zero};

use super::{Decimal, EXPONENT_MAX, Kind, Outcome, Rounding, Rules, Signal, digits, power_of_ten};

impl Decimal {
    /// `self.sqrt()`, correctly rounded.
    pub fn square_root(&self, rules: Rules) -> Outcome {
        if let Some(nan) = self.nan_of(None, rules) {
            return nan;
        }
        if self.is_zero() {
            return Self::zero(self.negative, self.exponent.div_euclid(2)).fit(rules);
        }
        if self.negative {
            return Err(Signal::Invalid);
        }
        if self.is_infinite() {
            return Ok(self.clone());
        }
        let precision = rules.precision as i64 + 1;
        let ideal = self.exponent.div_euclid(2);
        let length = digits(&self.coefficient) as i64;
        let (mut coefficient, places) = if self.exponent.rem_euclid(2) == 1 {
            (&self.coefficient * 10u32, (length >> 1) + 1)
        } else {
            (self.coefficient.clone(), (length + 1) >> 1)
        };
        let shift = precision - places;
        let mut exact = true;
        if shift >= 0 {
            coefficient *= power_of_ten(shift as u64 * 2);
        } else {
            let (quotient, rest) = coefficient.div_rem(&power_of_ten(shift.unsigned_abs() * 2));
            coefficient = quotient;
            exact = rest.is_zero();
        }
        let mut exponent = ideal - shift;
        let mut root = coefficient.sqrt();
        exact &= &root * &root == coefficient;
        if exact {
            if shift >= 0 {
                root /= power_of_ten(shift as u64);
            } else {
                root *= power_of_ten(shift.unsigned_abs());
            }
            exponent += shift;
        } else if (&root % 5u32).is_zero() {
            root += 1u32;
        }
        Self::new(false, root, exponent).fit(Rules {
            rounding: Rounding::HalfEven,
            ..rules
        })
    }

    /// `self ** other`.
    pub fn power(&self, other: &Self, rules: Rules) -> Outcome {
        if let Some(nan) = self.nan_of(Some(other), rules) {
            return nan;
        }
        let whole = other.is_integer();
        let odd = whole && other.is_odd();
        let negative = self.negative && odd;
        if other.is_zero() {
            return if self.is_zero() {
                Err(Signal::Invalid)
            } else {
                Ok(Self::new(false, BigUint::one(), 0))
            };
        }
        if self.is_zero() {
            if self.negative && other.is_finite() && !whole {
                return Ok(if other.negative {
                    Self::infinity(false)
                } else {
                    Self::zero(false, 0)
                });
            }
            return Ok(if other.negative {
                Self::infinity(negative)
            } else {
                Self::zero(negative, 0)
            });
        }
        if self.negative && (!whole || other.is_infinite()) {
            return Err(Signal::Invalid);
        }
        if self.is_infinite() {
            return Ok(if other.negative {
                Self::zero(negative, 0)
            } else {
                Self::infinity(negative)
            });
        }
        let one = Self::new(false, BigUint::one(), 0);
        let magnitude = self.clone().copy_abs();
        let to_one = magnitude.compare(&one);
        if to_one == Some(std::cmp::Ordering::Equal) {
            return self.power_of_one(other, whole, negative, rules);
        }
        if other.is_infinite() {
            let grows = to_one == Some(std::cmp::Ordering::Greater);
            return Ok(if grows == other.negative {
                Self::zero(false, 0)
            } else {
                Self::infinity(false)
            });
        }
        match other.to_i64() {
            Some(exponent) => self.power_integer(exponent, negative, rules),
            None => {
                let result = magnitude.power_real(other, rules)?;
                Ok(Self { negative, ..result })
            }
        }
    }

    /// A power of one: exact for integers, else as many zeros as fit.
    fn power_of_one(&self, other: &Self, whole: bool, negative: bool, rules: Rules) -> Outcome {
        let precision = rules.precision as i64;
        let full = |negative| Self::new(negative, power_of_ten(rules.precision - 1), 1 - precision);
        if !whole || other.is_infinite() {
            return Ok(full(negative));
        }
        if other.negative {
            // Computed from 1 / 1, which has no zeros.
            let one = Self::new(false, BigUint::one(), 0);
            let inverse = one.divide(&self.clone().copy_abs(), rules)?;
            let zeros = (-inverse.exponent).max(0);
            return Ok(Self::new(negative, power_of_ten(zeros as u64), -zeros));
        }
        let zeros =
            i128::from(-self.exponent) * other.to_i64().map_or(i128::from(i64::MAX), i128::from);
        if zeros < i128::from(precision) {
            let zeros = zeros.max(0) as i64;
            return Ok(Self::new(negative, power_of_ten(zeros as u64), -zeros));
        }
        Ok(full(negative))
    }

    fn is_odd(&self) -> bool {
        if self.exponent > 0 {
            return false;
        }
        let places = self.exponent.unsigned_abs();
        if places >= digits(&self.coefficient) {
            return false;
        }
        (&self.coefficient / power_of_ten(places)).is_odd()
    }

    /// A power by squaring, with enough digits more that the last rounding is right; exact where it fits.
    fn power_integer(&self, exponent: i64, negative: bool, rules: Rules) -> Outcome {
        let count = exponent.unsigned_abs();
        let extra =
            4 + count.max(1).ilog10() as u64 + digits(&self.coefficient).min(rules.precision);
        let work = Rules {
            precision: rules.precision + extra,
            rounding: Rounding::HalfEven,
        };
        let mut base = self.clone().copy_abs();
        if exponent < 0 {
            base = Self::new(false, BigUint::one(), 0).divide(&base, work)?;
        }
        let mut result = Self::new(false, BigUint::one(), 0);
        for bit in (0..u64::BITS - count.leading_zeros()).rev() {
            result = result.multiply_wide(&result, work);
            if count >> bit & 1 == 1 {
                result = result.multiply_wide(&base, work);
            }
            if result.exponent.abs() > 8 * EXPONENT_MAX {
                break;
            }
        }
        result.negative = negative;
        result.fit(rules)
    }

    /// The product rounded to the precision only, whatever its exponent.
    fn multiply_wide(&self, other: &Self, rules: Rules) -> Self {
        let product = &self.coefficient * &other.coefficient;
        let exponent = self.exponent.saturating_add(other.exponent);
        let length = digits(&product);
        if length <= rules.precision {
            return Self::new(false, product, exponent);
        }
        let places = length - rules.precision;
        let kept = super::drop_digits(&product, places, false, rules.rounding);
        Self {
            negative: false,
            coefficient: kept,
            exponent: exponent + places as i64,
            kind: Kind::Finite,
        }
    }
}

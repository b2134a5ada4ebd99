//! `+ - * / // %`, quantize and the other roundings.

use num_bigint::BigUint;
use num_integer::Integer;
use num_traits::{One, Zero};

use super::{
    Decimal, EXPONENT_MAX, EXPONENT_MIN, Outcome, Rounding, Rules, Signal, digits, drop_digits,
    power_of_ten,
};

impl Decimal {
    /// The number with a lower exponent; the caller bounds the distance.
    pub(crate) fn lowered(&self, exponent: i64) -> BigUint {
        let places = self.exponent.saturating_sub(exponent).max(0);
        &self.coefficient * power_of_ten(places as u64)
    }

    /// `self + other`.
    pub fn add(&self, other: &Self, rules: Rules) -> Outcome {
        if let Some(nan) = self.nan_of(Some(other), rules) {
            return nan;
        }
        match (self.is_infinite(), other.is_infinite()) {
            (true, true) if self.negative != other.negative => return Err(Signal::Invalid),
            (true, _) => return Ok(self.clone()),
            (_, true) => return Ok(other.clone()),
            _ => {}
        }
        let exponent = self.exponent.min(other.exponent);
        let zero_sign = if rules.rounding == Rounding::Floor {
            self.negative || other.negative
        } else {
            self.negative && other.negative
        };
        if self.is_zero() && other.is_zero() {
            return Self::zero(zero_sign, exponent).fit(rules);
        }
        if self.is_zero() || other.is_zero() {
            let sum = if self.is_zero() { other } else { self };
            // Zeros may be appended as far as the precision goes.
            let least = exponent
                .max(sum.exponent - rules.precision as i64 - 1)
                .min(sum.exponent);
            return Self::new(sum.negative, sum.lowered(least), least).fit(rules);
        }
        let (high, mut low) = if self.exponent >= other.exponent {
            (self, other.clone())
        } else {
            (other, self.clone())
        };
        // What lies far below the last digit that counts only matters by its sign.
        let floor =
            high.exponent + (digits(&high.coefficient) as i64 - rules.precision as i64 - 2).min(-1);
        if low.adjusted() < floor {
            low.coefficient = BigUint::one();
            low.exponent = floor;
        }
        let shifted = high.lowered(low.exponent);
        let exponent = low.exponent.min(high.exponent);
        if high.negative == low.negative {
            return Self::new(high.negative, shifted + low.coefficient, exponent).fit(rules);
        }
        match shifted.cmp(&low.coefficient) {
            std::cmp::Ordering::Equal => {
                Self::zero(rules.rounding == Rounding::Floor, exponent).fit(rules)
            }
            std::cmp::Ordering::Greater => {
                Self::new(high.negative, shifted - low.coefficient, exponent).fit(rules)
            }
            std::cmp::Ordering::Less => {
                Self::new(low.negative, low.coefficient - shifted, exponent).fit(rules)
            }
        }
    }

    /// `self - other`.
    pub fn subtract(&self, other: &Self, rules: Rules) -> Outcome {
        if other.is_nan() {
            return self.add(other, rules);
        }
        self.add(&other.clone().copy_negate(), rules)
    }

    /// `self * other`.
    pub fn multiply(&self, other: &Self, rules: Rules) -> Outcome {
        if let Some(nan) = self.nan_of(Some(other), rules) {
            return nan;
        }
        let negative = self.negative != other.negative;
        if self.is_infinite() || other.is_infinite() {
            if self.is_zero() || other.is_zero() {
                return Err(Signal::Invalid);
            }
            return Ok(Self::infinity(negative));
        }
        let product = &self.coefficient * &other.coefficient;
        Self::new(
            negative,
            product,
            self.exponent.saturating_add(other.exponent),
        )
        .fit(rules)
    }

    /// `self / other`.
    pub fn divide(&self, other: &Self, rules: Rules) -> Outcome {
        if let Some(nan) = self.nan_of(Some(other), rules) {
            return nan;
        }
        let negative = self.negative != other.negative;
        match (self.is_infinite(), other.is_infinite()) {
            (true, true) => return Err(Signal::Invalid),
            (true, false) => return Ok(Self::infinity(negative)),
            (false, true) => {
                return Self::zero(negative, EXPONENT_MIN - rules.precision as i64 + 1).fit(rules);
            }
            _ => {}
        }
        if other.is_zero() {
            return Err(if self.is_zero() {
                Signal::DivisionUndefined
            } else {
                Signal::DivisionByZero
            });
        }
        let ideal = self.exponent - other.exponent;
        if self.is_zero() {
            return Self::zero(negative, ideal).fit(rules);
        }
        let shift = digits(&other.coefficient) as i64 - digits(&self.coefficient) as i64
            + rules.precision as i64
            + 1;
        let scaled = if shift >= 0 {
            (&self.coefficient * power_of_ten(shift as u64)).div_rem(&other.coefficient)
        } else {
            self.coefficient
                .div_rem(&(&other.coefficient * power_of_ten(shift.unsigned_abs())))
        };
        let (mut quotient, rest) = scaled;
        let mut exponent = ideal - shift;
        if rest.is_zero() {
            let ten = BigUint::from(10u32);
            while exponent < ideal {
                let (shorter, last) = quotient.div_rem(&ten);
                if !last.is_zero() {
                    break;
                }
                quotient = shorter;
                exponent += 1;
            }
        } else if (&quotient % 5u32).is_zero() {
            // The digit after the last one that counts must not look like an exact half or an exact end.
            quotient += 1u32;
        }
        Self::new(negative, quotient, exponent).fit(rules)
    }

    /// Quotient toward zero and remainder, both exact.
    fn divide_whole(&self, other: &Self, rules: Rules) -> Result<(BigUint, Self), Signal> {
        let least = self.exponent.min(other.exponent);
        let distance = self.adjusted() - other.adjusted();
        if self.is_zero() || other.is_infinite() || distance <= -2 {
            let exponent = if other.is_infinite() {
                self.exponent
            } else {
                least
            };
            if self.is_zero() || other.is_infinite() {
                return Ok((
                    BigUint::zero(),
                    Self::new(self.negative, self.coefficient.clone(), exponent),
                ));
            }
            // Lowering the exponent is bounded by the precision; the result is rounded anyway.
            let exponent = exponent
                .max(self.exponent - rules.precision as i64 - 1)
                .min(self.exponent);
            return Ok((
                BigUint::zero(),
                Self::new(self.negative, self.lowered(exponent), exponent),
            ));
        }
        if distance > rules.precision as i64 {
            return Err(Signal::DivisionImpossible);
        }
        let (quotient, rest) = self.lowered(least).div_rem(&other.lowered(least));
        if digits(&quotient) > rules.precision {
            return Err(Signal::DivisionImpossible);
        }
        Ok((quotient, Self::new(self.negative, rest, least)))
    }

    /// `self // other`, toward zero.
    pub fn divide_integer(&self, other: &Self, rules: Rules) -> Outcome {
        if let Some(nan) = self.nan_of(Some(other), rules) {
            return nan;
        }
        let negative = self.negative != other.negative;
        if self.is_infinite() {
            return if other.is_infinite() {
                Err(Signal::Invalid)
            } else {
                Ok(Self::infinity(negative))
            };
        }
        if other.is_zero() {
            return Err(if self.is_zero() {
                Signal::DivisionUndefined
            } else {
                Signal::DivisionByZero
            });
        }
        let (quotient, _) = self.divide_whole(other, rules)?;
        Ok(Self::new(negative, quotient, 0))
    }

    /// `self % other`, with the sign of `self`.
    pub fn remainder(&self, other: &Self, rules: Rules) -> Outcome {
        if let Some(nan) = self.nan_of(Some(other), rules) {
            return nan;
        }
        if self.is_infinite() {
            return Err(Signal::Invalid);
        }
        if other.is_zero() {
            return Err(if self.is_zero() {
                Signal::DivisionUndefined
            } else {
                Signal::Invalid
            });
        }
        self.divide_whole(other, rules)?.1.fit(rules)
    }

    /// `divmod(self, other)`.
    ///
    /// # Errors
    /// The signal of either part.
    pub fn divide_remainder(&self, other: &Self, rules: Rules) -> Result<(Self, Self), Signal> {
        if let Some(nan) = self.nan_of(Some(other), rules) {
            let nan = nan?;
            return Ok((nan.clone(), nan));
        }
        if self.is_infinite() {
            return Err(Signal::Invalid);
        }
        if other.is_zero() {
            return Err(if self.is_zero() {
                Signal::DivisionUndefined
            } else {
                Signal::DivisionByZeroTwice
            });
        }
        let (quotient, rest) = self.divide_whole(other, rules)?;
        Ok((
            Self::new(self.negative != other.negative, quotient, 0),
            rest.fit(rules)?,
        ))
    }

    /// `self.remainder_near(other)`: the remainder of the nearest quotient.
    pub fn remainder_near(&self, other: &Self, rules: Rules) -> Outcome {
        if let Some(nan) = self.nan_of(Some(other), rules) {
            return nan;
        }
        if self.is_infinite() || (other.is_zero() && !self.is_zero()) {
            return Err(Signal::Invalid);
        }
        if other.is_zero() {
            return Err(Signal::DivisionUndefined);
        }
        if other.is_infinite() {
            return self.clone().fit(rules);
        }
        let (quotient, rest) = self.divide_whole(other, rules)?;
        let least = rest.exponent.min(other.exponent);
        let divisor = other.lowered(least);
        let value = rest.lowered(least);
        let twice = (&value << 1u32).cmp(&divisor);
        if twice.is_gt() || (twice.is_eq() && quotient.is_odd()) {
            return Self::new(!self.negative, divisor - value, least).fit(rules);
        }
        Self::new(self.negative, value, least).fit(rules)
    }

    /// `self * second + third` with one rounding.
    pub fn multiply_add(&self, second: &Self, third: &Self, rules: Rules) -> Outcome {
        if self.is_nan() || second.is_nan() || !self.is_finite() || !second.is_finite() {
            return self.multiply(second, rules)?.add(third, rules);
        }
        let product = &self.coefficient * &second.coefficient;
        let exact = Self::new(
            self.negative != second.negative,
            product,
            self.exponent + second.exponent,
        );
        exact.add(third, rules)
    }

    /// `-self`, rounded; zero loses its sign.
    pub fn negate(&self, rules: Rules) -> Outcome {
        if let Some(nan) = self.nan_of(None, rules) {
            return nan;
        }
        if self.is_zero() && rules.rounding != Rounding::Floor {
            return self.clone().copy_abs().fit(rules);
        }
        self.clone().copy_negate().fit(rules)
    }

    /// `+self`, rounded; zero loses its sign.
    pub fn plus(&self, rules: Rules) -> Outcome {
        if let Some(nan) = self.nan_of(None, rules) {
            return nan;
        }
        if self.is_zero() && rules.rounding != Rounding::Floor {
            return self.clone().copy_abs().fit(rules);
        }
        self.clone().fit(rules)
    }

    /// The number rounded; zero keeps its sign.
    pub fn plus_keeping_zero(&self, rules: Rules) -> Outcome {
        self.clone().fit(rules)
    }

    /// `abs(self)`, rounded.
    pub fn absolute(&self, rules: Rules) -> Outcome {
        if let Some(nan) = self.nan_of(None, rules) {
            return nan;
        }
        self.clone().copy_abs().fit(rules)
    }

    /// The number with the given exponent, rounded. The caller bounds how far the exponent goes down.
    pub(crate) fn rescaled(&self, exponent: i64, rounding: Rounding) -> Self {
        if self.is_zero() {
            return Self::zero(self.negative, exponent);
        }
        if exponent <= self.exponent {
            return Self::new(self.negative, self.lowered(exponent), exponent);
        }
        let places = (exponent - self.exponent) as u64;
        Self::new(
            self.negative,
            drop_digits(&self.coefficient, places, self.negative, rounding),
            exponent,
        )
    }

    /// `self.quantize(like, rounding)`: the number with the exponent of `like`.
    pub fn quantize(&self, like: &Self, rounding: Rounding, rules: Rules) -> Outcome {
        if let Some(nan) = self.nan_of(Some(like), rules) {
            return nan;
        }
        if self.is_infinite() || like.is_infinite() {
            return if self.kind == like.kind {
                Ok(self.clone())
            } else {
                Err(Signal::Invalid)
            };
        }
        let precision = rules.precision as i64;
        let tiny = EXPONENT_MIN - precision + 1;
        if like.exponent < tiny || like.exponent > EXPONENT_MAX {
            return Err(Signal::Invalid);
        }
        if self.is_zero() {
            return Self::zero(self.negative, like.exponent).fit(rules);
        }
        let adjusted = self.adjusted();
        if adjusted > EXPONENT_MAX || adjusted - like.exponent + 1 > precision {
            return Err(Signal::Invalid);
        }
        let result = self.rescaled(like.exponent, rounding);
        if (!result.is_zero() && result.adjusted() > EXPONENT_MAX)
            || digits(&result.coefficient) > rules.precision
        {
            return Err(Signal::Invalid);
        }
        result.fit(rules)
    }

    /// `self.to_integral_value(rounding)`.
    pub fn to_integral(&self, rounding: Rounding, rules: Rules) -> Outcome {
        if let Some(nan) = self.nan_of(None, rules) {
            return nan;
        }
        if self.is_infinite() || self.exponent >= 0 {
            return Ok(self.clone());
        }
        Ok(self.rescaled(0, rounding))
    }

    /// `self.normalize()`: no zeros at the end.
    pub fn normalize(&self, rules: Rules) -> Outcome {
        if let Some(nan) = self.nan_of(None, rules) {
            return nan;
        }
        let mut rounded = self.clone().fit(rules)?;
        if rounded.is_infinite() {
            return Ok(rounded);
        }
        if rounded.is_zero() {
            return Ok(Self::zero(rounded.negative, 0));
        }
        let ten = BigUint::from(10u32);
        while rounded.exponent < EXPONENT_MAX {
            let (shorter, last) = rounded.coefficient.div_rem(&ten);
            if !last.is_zero() {
                break;
            }
            rounded.coefficient = shorter;
            rounded.exponent += 1;
        }
        Ok(rounded)
    }

    /// `self.scaleb(places)`.
    pub fn scale(&self, other: &Self, rules: Rules) -> Outcome {
        if let Some(nan) = self.nan_of(Some(other), rules) {
            return nan;
        }
        let limit = 2 * (EXPONENT_MAX + rules.precision as i64);
        let places = other
            .to_i64()
            .filter(|_| other.exponent == 0)
            .filter(|places| places.abs() <= limit);
        let Some(places) = places else {
            return Err(Signal::Invalid);
        };
        if self.is_infinite() {
            return Ok(self.clone());
        }
        Self::new(
            self.negative,
            self.coefficient.clone(),
            self.exponent.saturating_add(places),
        )
        .fit(rules)
    }
}

//! Decimals from and to other numbers.

use num_bigint::{BigInt, BigUint, Sign};
use num_integer::Integer;
use num_traits::{One, ToPrimitive, Zero};

use super::{Decimal, Kind, digits, power_of_ten};

impl From<&BigInt> for Decimal {
    fn from(value: &BigInt) -> Self {
        Self::new(value.sign() == Sign::Minus, value.magnitude().clone(), 0)
    }
}

impl From<i64> for Decimal {
    fn from(value: i64) -> Self {
        Self::new(value < 0, BigUint::from(value.unsigned_abs()), 0)
    }
}

impl Decimal {
    /// `Decimal(value)`: exactly the float.
    #[must_use]
    pub fn from_float(value: f64) -> Self {
        if value.is_nan() {
            return Self::nan();
        }
        let negative = value.is_sign_negative();
        if value.is_infinite() {
            return Self::infinity(negative);
        }
        let bits = value.to_bits();
        let biased = (bits >> 52 & 0x7ff) as i64;
        let fraction = bits & ((1 << 52) - 1);
        let (mantissa, exponent) = if biased == 0 {
            (fraction, -1074)
        } else {
            (fraction | 1 << 52, biased - 1075)
        };
        if mantissa == 0 {
            return Self::zero(negative, 0);
        }
        let shift = mantissa.trailing_zeros().min(if exponent < 0 {
            exponent.unsigned_abs() as u32
        } else {
            0
        });
        let (mantissa, exponent) = (
            BigUint::from(mantissa >> shift),
            exponent + i64::from(shift),
        );
        if exponent >= 0 {
            return Self::new(negative, mantissa << exponent as u64, 0);
        }
        // m / 2^k is m * 5^k / 10^k.
        let places = exponent.unsigned_abs() as u32;
        Self::new(
            negative,
            mantissa * BigUint::from(5u32).pow(places),
            -i64::from(places),
        )
    }

    /// `float(self)`, correctly rounded; `None` for a signalling NaN. O(digits).
    #[must_use]
    pub fn to_f64(&self) -> Option<f64> {
        let magnitude = match self.kind {
            Kind::SignalNan => return None,
            Kind::Nan => f64::NAN,
            Kind::Infinite => f64::INFINITY,
            Kind::Finite => format!("{}e{}", self.coefficient, self.exponent)
                .parse()
                .unwrap_or(f64::NAN),
        };
        Some(if self.negative { -magnitude } else { magnitude })
    }

    /// The integer below 2^63 that it equals.
    #[must_use]
    pub fn to_i64(&self) -> Option<i64> {
        self.integral(19)?.to_i64()
    }

    /// `self.as_integer_ratio()` of a finite number. O(digits, exponent).
    #[must_use]
    pub fn integer_ratio(&self) -> (BigInt, BigUint) {
        let sign = if self.negative {
            Sign::Minus
        } else {
            Sign::Plus
        };
        if self.is_zero() {
            return (BigInt::zero(), BigUint::one());
        }
        if self.exponent >= 0 {
            return (BigInt::from_biguint(sign, self.lowered(0)), BigUint::one());
        }
        let denominator = power_of_ten(self.exponent.unsigned_abs());
        let common = self.coefficient.gcd(&denominator);
        (
            BigInt::from_biguint(sign, &self.coefficient / &common),
            denominator / common,
        )
    }

    /// How many digits `int(self)`, `as_integer_ratio` or a fixed notation would have.
    #[must_use]
    pub fn spread(&self) -> u64 {
        digits(&self.coefficient).saturating_add(self.exponent.unsigned_abs())
    }
}

//! Durations.

use num_bigint::BigInt;
use num_integer::Integer;
use num_traits::{FromPrimitive, Signed, ToPrimitive, Zero};

use super::DAY;
use crate::format::Failure;

/// `timedelta`: a duration in microseconds, of less than 1,000,000,000 days.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Delta(pub i128);

/// The largest number of days.
const LAST_DAY: i128 = 999_999_999;

impl Delta {
    /// `timedelta.min`
    pub const MIN: Self = Self(-LAST_DAY * DAY);
    /// `timedelta.max`
    pub const MAX: Self = Self(LAST_DAY * DAY + DAY - 1);

    /// A duration, checked.
    ///
    /// # Errors
    /// OverflowError if it is too long.
    pub fn new(microseconds: i128) -> Result<Self, Failure> {
        let days = microseconds.div_euclid(DAY);
        if i32::try_from(days).is_err() {
            return Err(Failure::overflow(
                "Python int too large to convert to C int",
            ));
        }
        if days.abs() > LAST_DAY {
            return Err(Failure::overflow(format!(
                "days={days}; must have magnitude <= {LAST_DAY}"
            )));
        }
        Ok(Self(microseconds))
    }

    /// The same of any integer.
    ///
    /// # Errors
    /// OverflowError if it is too long.
    pub fn from_big(microseconds: &BigInt) -> Result<Self, Failure> {
        match microseconds.to_i128() {
            Some(small) if small.abs() < i128::from(i64::MAX) * DAY => Self::new(small),
            _ => {
                let days = microseconds.div_floor(&BigInt::from(DAY));
                let message = match days.to_i32() {
                    Some(days) => format!("days={days}; must have magnitude <= {LAST_DAY}"),
                    None => "Python int too large to convert to C int".to_owned(),
                };
                Err(Failure::overflow(message))
            }
        }
    }

    /// Whole days, below zero rounded down.
    #[must_use]
    pub fn days(self) -> i64 {
        self.0.div_euclid(DAY) as i64
    }

    /// Seconds of the last day.
    #[must_use]
    pub fn seconds(self) -> i64 {
        (self.0.rem_euclid(DAY) / 1_000_000) as i64
    }

    /// Microseconds of the last second.
    #[must_use]
    pub fn microseconds(self) -> i64 {
        self.0.rem_euclid(1_000_000) as i64
    }

    /// All of it in seconds.
    #[must_use]
    pub fn total_seconds(self) -> f64 {
        quotient(&BigInt::from(self.0), &BigInt::from(1_000_000))
    }

    /// `str(self)`
    #[must_use]
    pub fn text(self) -> String {
        let (days, seconds, micros) = (self.days(), self.seconds(), self.microseconds());
        let mut out = String::new();
        if days != 0 {
            out.push_str(&format!(
                "{days} day{}, ",
                if days.abs() == 1 { "" } else { "s" }
            ));
        }
        out.push_str(&format!(
            "{}:{:02}:{:02}",
            seconds / 3600,
            seconds / 60 % 60,
            seconds % 60
        ));
        if micros != 0 {
            out.push_str(&format!(".{micros:06}"));
        }
        out
    }

    /// `repr(self)`
    #[must_use]
    pub fn repr(self) -> String {
        let parts = [
            ("days", self.days()),
            ("seconds", self.seconds()),
            ("microseconds", self.microseconds()),
        ];
        let shown: Vec<String> = parts
            .iter()
            .filter(|(_, value)| *value != 0)
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        format!(
            "datetime.timedelta({})",
            if shown.is_empty() {
                "0".to_owned()
            } else {
                shown.join(", ")
            }
        )
    }

    /// The duration times a fraction, rounded half to even.
    ///
    /// # Errors
    /// OverflowError if it is too long.
    pub fn scaled(self, numerator: &BigInt, denominator: &BigInt) -> Result<Self, Failure> {
        Self::from_big(&round_half_even(
            &(BigInt::from(self.0) * numerator),
            denominator,
        ))
    }
}

/// The float nearest to a quotient; nothing of a negative number is a negative zero.
#[must_use]
pub fn quotient(numerator: &BigInt, denominator: &BigInt) -> f64 {
    if numerator.is_zero() {
        return if denominator.is_negative() { -0.0 } else { 0.0 };
    }
    // Enough bits for a float and a last one that says whether there is a rest.
    let shift = (66 + denominator.bits() as i64 - numerator.bits() as i64).max(0);
    let (whole, rest) = (numerator.abs() << shift as u64).div_rem(&denominator.abs());
    let sticky: BigInt = (whole << 1u32) + i32::from(!rest.is_zero());
    let value = libm::scalbn(
        sticky.to_f64().unwrap_or(f64::INFINITY),
        -(i32::try_from(shift).unwrap_or(0)) - 1,
    );
    if numerator.is_negative() == denominator.is_negative() {
        value
    } else {
        -value
    }
}

/// A quotient rounded to the nearest integer, half to even.
#[must_use]
pub fn round_half_even(numerator: &BigInt, denominator: &BigInt) -> BigInt {
    let (whole, rest) = numerator.div_mod_floor(denominator);
    let twice: BigInt = rest * 2;
    let up = match twice.abs().cmp(&denominator.abs()) {
        std::cmp::Ordering::Greater => true,
        std::cmp::Ordering::Equal => whole.is_odd(),
        std::cmp::Ordering::Less => false,
    };
    if up { whole + 1 } else { whole }
}

/// Sums parts of a duration as CPython does: whole microseconds exactly, fractions as floats.
#[derive(Debug, Default)]
pub struct Sum {
    whole: BigInt,
    fraction: f64,
}

impl Sum {
    /// Adds an integer number of units.
    pub fn add_integer(&mut self, value: &BigInt, unit: i64) {
        self.whole += value * unit;
    }

    /// Adds a float number of units.
    ///
    /// # Errors
    /// ValueError and OverflowError for NaN and infinity.
    pub fn add_float(&mut self, value: f64, unit: i64) -> Result<(), Failure> {
        if value.is_nan() {
            return Err(Failure::value("cannot convert float NaN to integer"));
        }
        if value.is_infinite() {
            return Err(Failure::overflow(
                "cannot convert float infinity to integer",
            ));
        }
        let (fraction, whole) = libm::modf(value);
        self.whole += BigInt::from_f64(whole).unwrap_or_default() * unit;
        if fraction != 0.0 {
            let (rest, more) = libm::modf(fraction * unit as f64);
            self.whole += BigInt::from_f64(more).unwrap_or_default();
            self.fraction += rest;
        }
        Ok(())
    }

    /// The duration.
    ///
    /// # Errors
    /// OverflowError if it is too long.
    pub fn finish(mut self) -> Result<Delta, Failure> {
        if self.fraction != 0.0 {
            let mut rounded = libm::round(self.fraction);
            if libm::fabs(rounded - self.fraction) == 0.5 {
                // To the even sum, not to the even fraction.
                let odd = f64::from(u8::from(self.whole.is_odd()));
                rounded = 2.0 * libm::round((self.fraction + odd) * 0.5) - odd;
            }
            self.whole += BigInt::from_f64(rounded).unwrap_or_default();
        }
        Delta::from_big(&self.whole)
    }
}

//! Decimal numbers of any precision: CPython's `decimal.Decimal` in its default context.
//!
//! A number is a sign, a coefficient and a power of ten; results are rounded to the context's
//! precision as the General Decimal Arithmetic specification says. Only InvalidOperation,
//! DivisionByZero and Overflow are raised, as in the default context.

mod arithmetic;
mod compare;
mod convert;
mod format;
mod power;
mod text;
mod transcendental;

pub use format::{FormatError, format};

use num_bigint::BigUint;
use num_integer::Integer;
use num_traits::{One, Zero};

/// The largest exponent of a result.
pub const EXPONENT_MAX: i64 = 999_999;
/// The smallest adjusted exponent of a normal result.
pub const EXPONENT_MIN: i64 = -999_999;
/// The largest exponent that can be written.
pub const EXPONENT_LIMIT: i64 = 999_999_999_999_999_999;

/// What kind of value it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A number.
    Finite,
    /// Infinity.
    Infinite,
    /// A quiet NaN; its coefficient is a payload.
    Nan,
    /// A signalling NaN.
    SignalNan,
}

/// A decimal number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decimal {
    /// The sign, also of zeros and NaNs.
    pub negative: bool,
    /// The digits, or a NaN's payload.
    pub coefficient: BigUint,
    /// The power of ten.
    pub exponent: i64,
    /// What kind of value it is.
    pub kind: Kind,
}

/// How a result that does not fit is rounded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[allow(missing_docs, reason = "the constants of Python's module")]
pub enum Rounding {
    Up,
    Down,
    Ceiling,
    Floor,
    HalfUp,
    HalfDown,
    #[default]
    HalfEven,
    ZeroFiveUp,
}

impl Rounding {
    /// From the constant's value, such as `"ROUND_HALF_UP"`.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "ROUND_UP" => Self::Up,
            "ROUND_DOWN" => Self::Down,
            "ROUND_CEILING" => Self::Ceiling,
            "ROUND_FLOOR" => Self::Floor,
            "ROUND_HALF_UP" => Self::HalfUp,
            "ROUND_HALF_DOWN" => Self::HalfDown,
            "ROUND_HALF_EVEN" => Self::HalfEven,
            "ROUND_05UP" => Self::ZeroFiveUp,
            _ => return None,
        })
    }

    /// The constant's value.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Up => "ROUND_UP",
            Self::Down => "ROUND_DOWN",
            Self::Ceiling => "ROUND_CEILING",
            Self::Floor => "ROUND_FLOOR",
            Self::HalfUp => "ROUND_HALF_UP",
            Self::HalfDown => "ROUND_HALF_DOWN",
            Self::HalfEven => "ROUND_HALF_EVEN",
            Self::ZeroFiveUp => "ROUND_05UP",
        }
    }
}

/// The precision in digits and the rounding of results.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// Digits of a result.
    pub precision: u64,
    /// How it is rounded.
    pub rounding: Rounding,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            precision: 28,
            rounding: Rounding::HalfEven,
        }
    }
}

/// A raised signal, as CPython names the condition behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// InvalidOperation.
    Invalid,
    /// InvalidOperation: text that is no number.
    Syntax,
    /// InvalidOperation: `0 / 0`.
    DivisionUndefined,
    /// InvalidOperation: an integer quotient of too many digits.
    DivisionImpossible,
    /// DivisionByZero.
    DivisionByZero,
    /// InvalidOperation and DivisionByZero: `divmod(1, 0)`.
    DivisionByZeroTwice,
    /// Overflow.
    Overflow,
}

impl Signal {
    /// The exception's message.
    #[must_use]
    pub const fn message(self) -> &'static str {
        match self {
            Self::Invalid => "[<class 'decimal.InvalidOperation'>]",
            Self::Syntax => "[<class 'decimal.ConversionSyntax'>]",
            Self::DivisionUndefined => "[<class 'decimal.DivisionUndefined'>]",
            Self::DivisionImpossible => "[<class 'decimal.DivisionImpossible'>]",
            Self::DivisionByZero => "[<class 'decimal.DivisionByZero'>]",
            Self::DivisionByZeroTwice => {
                "[<class 'decimal.InvalidOperation'>, <class 'decimal.DivisionByZero'>]"
            }
            Self::Overflow => "[<class 'decimal.Overflow'>]",
        }
    }
}

/// The result of an operation.
pub type Outcome = Result<Decimal, Signal>;

/// Ten to the power of `exponent`.
pub(crate) fn power_of_ten(exponent: u64) -> BigUint {
    BigUint::from(10u32).pow(u32::try_from(exponent).unwrap_or(u32::MAX))
}

/// How many decimal digits it has; 1 for zero.
pub(crate) fn digits(value: &BigUint) -> u64 {
    if value.is_zero() {
        return 1;
    }
    // bits * log10(2), from below: off by at most one.
    let estimate =
        u64::try_from(u128::from(value.bits() - 1) * 30_102_999_566 / 100_000_000_000).unwrap_or(0);
    if *value >= power_of_ten(estimate) {
        estimate + 1 + u64::from(*value >= power_of_ten(estimate + 1))
    } else {
        estimate
    }
}

/// Drops `places` digits, rounding what is left.
pub(crate) fn drop_digits(
    value: &BigUint,
    places: u64,
    negative: bool,
    rounding: Rounding,
) -> BigUint {
    if places == 0 {
        return value.clone();
    }
    if places > digits(value) {
        // Less than a tenth of the last digit that is kept.
        let up = !value.is_zero()
            && match rounding {
                Rounding::Up | Rounding::ZeroFiveUp => true,
                Rounding::Ceiling => !negative,
                Rounding::Floor => negative,
                _ => false,
            };
        return if up { BigUint::one() } else { BigUint::zero() };
    }
    let unit = power_of_ten(places);
    let (mut kept, rest) = value.div_rem(&unit);
    if rest.is_zero() {
        return kept;
    }
    let half = (rest << 1u32).cmp(&unit);
    let last = (&kept % 10u32)
        .to_u32_digits()
        .first()
        .copied()
        .unwrap_or(0);
    let up = match rounding {
        Rounding::Up => true,
        Rounding::Down => false,
        Rounding::Ceiling => !negative,
        Rounding::Floor => negative,
        Rounding::HalfUp => half.is_ge(),
        Rounding::HalfDown => half.is_gt(),
        Rounding::HalfEven => half.is_gt() || (half.is_eq() && last % 2 == 1),
        Rounding::ZeroFiveUp => last % 5 == 0,
    };
    if up {
        kept += 1u32;
    }
    kept
}

impl Decimal {
    /// A finite number.
    #[must_use]
    pub fn new(negative: bool, coefficient: BigUint, exponent: i64) -> Self {
        Self {
            negative,
            coefficient,
            exponent,
            kind: Kind::Finite,
        }
    }

    /// Zero with an exponent.
    #[must_use]
    pub fn zero(negative: bool, exponent: i64) -> Self {
        Self::new(negative, BigUint::zero(), exponent)
    }

    /// Infinity.
    #[must_use]
    pub fn infinity(negative: bool) -> Self {
        Self {
            negative,
            coefficient: BigUint::zero(),
            exponent: 0,
            kind: Kind::Infinite,
        }
    }

    /// A quiet NaN.
    #[must_use]
    pub fn nan() -> Self {
        Self {
            negative: false,
            coefficient: BigUint::zero(),
            exponent: 0,
            kind: Kind::Nan,
        }
    }

    /// Whether it is a number.
    #[must_use]
    pub fn is_finite(&self) -> bool {
        self.kind == Kind::Finite
    }

    /// Whether it is infinite.
    #[must_use]
    pub fn is_infinite(&self) -> bool {
        self.kind == Kind::Infinite
    }

    /// Whether it is a NaN of either kind.
    #[must_use]
    pub fn is_nan(&self) -> bool {
        matches!(self.kind, Kind::Nan | Kind::SignalNan)
    }

    /// Whether it is a zero.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        self.is_finite() && self.coefficient.is_zero()
    }

    /// The exponent of the first digit.
    #[must_use]
    pub fn adjusted(&self) -> i64 {
        self.exponent + digits(&self.coefficient) as i64 - 1
    }

    /// Whether it is a finite number without a fraction.
    #[must_use]
    pub fn is_integer(&self) -> bool {
        if !self.is_finite() {
            return false;
        }
        if self.exponent >= 0 || self.coefficient.is_zero() {
            return true;
        }
        let places = self.exponent.unsigned_abs();
        places < digits(&self.coefficient) && (&self.coefficient % power_of_ten(places)).is_zero()
    }

    /// Bytes beyond the struct itself.
    #[must_use]
    pub fn memory(&self) -> usize {
        usize::try_from(self.coefficient.bits() / 8).unwrap_or(usize::MAX / 4)
    }

    /// The absolute value, without rounding.
    #[must_use]
    pub fn copy_abs(mut self) -> Self {
        self.negative = false;
        self
    }

    /// The negative, without rounding.
    #[must_use]
    pub fn copy_negate(mut self) -> Self {
        self.negative = !self.negative;
        self
    }

    /// The class as the specification names it, such as `"+Normal"`.
    #[must_use]
    pub fn number_class(&self) -> &'static str {
        let below = self.is_finite() && !self.is_zero() && self.adjusted() < EXPONENT_MIN;
        match (self.kind, self.negative) {
            (Kind::Nan, _) => "NaN",
            (Kind::SignalNan, _) => "sNaN",
            (Kind::Infinite, false) => "+Infinity",
            (Kind::Infinite, true) => "-Infinity",
            (Kind::Finite, false) if self.is_zero() => "+Zero",
            (Kind::Finite, true) if self.is_zero() => "-Zero",
            (Kind::Finite, false) if below => "+Subnormal",
            (Kind::Finite, true) if below => "-Subnormal",
            (Kind::Finite, false) => "+Normal",
            (Kind::Finite, true) => "-Normal",
        }
    }

    /// The number rounded to the context.
    pub(crate) fn fit(mut self, rules: Rules) -> Outcome {
        match self.kind {
            Kind::Finite => {}
            Kind::SignalNan => return Err(Signal::Invalid),
            Kind::Infinite => return Ok(self),
            Kind::Nan => {
                if digits(&self.coefficient) > rules.precision {
                    self.coefficient %= power_of_ten(rules.precision);
                }
                return Ok(self);
            }
        }
        let tiny = EXPONENT_MIN - rules.precision as i64 + 1;
        if self.coefficient.is_zero() {
            self.exponent = self.exponent.clamp(tiny, EXPONENT_MAX);
            return Ok(self);
        }
        let length = digits(&self.coefficient) as i64;
        let least = (self.exponent + length - rules.precision as i64).max(tiny);
        if self.exponent < least {
            let places = (least - self.exponent) as u64;
            self.coefficient =
                drop_digits(&self.coefficient, places, self.negative, rules.rounding);
            self.exponent = least;
            if digits(&self.coefficient) > rules.precision {
                self.coefficient /= 10u32;
                self.exponent += 1;
            }
        }
        if !self.coefficient.is_zero() && self.adjusted() > EXPONENT_MAX {
            return Err(Signal::Overflow);
        }
        Ok(self)
    }

    /// The NaN that an operation on these gives, if one is a NaN; a signalling one is an error.
    pub(crate) fn nan_of(&self, other: Option<&Self>, rules: Rules) -> Option<Outcome> {
        let other_kind = other.map(|other| other.kind);
        if self.kind == Kind::SignalNan || other_kind == Some(Kind::SignalNan) {
            return Some(Err(Signal::Invalid));
        }
        if self.kind == Kind::Nan {
            return Some(self.clone().fit(rules));
        }
        other
            .filter(|other| other.kind == Kind::Nan)
            .map(|other| other.clone().fit(rules))
    }
}

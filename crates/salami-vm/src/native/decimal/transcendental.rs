//! exp, ln, log10 and real powers, correctly rounded: computed in fixed point with more and more
//! digits until the digits after the last one that counts decide the rounding.

use num_bigint::{BigInt, BigUint, Sign};
use num_integer::Integer;
use num_traits::{One, Signed, Zero};

use super::{Decimal, EXPONENT_MIN, Outcome, Rounding, Rules, Signal, digits, power_of_ten};

/// A number in fixed point, `value / 10^places`, off by at most a few hundred units.
struct Fixed {
    places: u64,
    unit: BigInt,
}

impl Fixed {
    fn new(places: u64) -> Self {
        Self {
            places,
            unit: BigInt::from(power_of_ten(places)),
        }
    }

    fn from(&self, value: &Decimal) -> BigInt {
        let places = value.exponent + self.places as i64;
        let magnitude = if places >= 0 {
            &value.coefficient * power_of_ten(places as u64)
        } else if places.unsigned_abs() > digits(&value.coefficient) {
            BigUint::zero()
        } else {
            &value.coefficient / power_of_ten(places.unsigned_abs())
        };
        BigInt::from_biguint(
            if value.negative {
                Sign::Minus
            } else {
                Sign::Plus
            },
            magnitude,
        )
    }

    fn multiply(&self, left: &BigInt, right: &BigInt) -> BigInt {
        (left * right).div_floor(&self.unit)
    }

    /// The logarithm of a number from 1 to 10: square roots bring it near 1, a series does the rest.
    fn logarithm(&self, value: &BigInt) -> BigInt {
        const ROOTS: u32 = 12;
        let wide = Self::new(self.places + 8);
        let mut root: BigInt = value * 100_000_000;
        for _ in 0..ROOTS {
            root = BigInt::from((root * &wide.unit).magnitude().sqrt());
        }
        let ratio = (&root - &wide.unit) * &wide.unit / (&root + &wide.unit);
        let square = wide.multiply(&ratio, &ratio);
        let (mut power, mut sum, mut odd) = (ratio.clone(), ratio, 1u32);
        while !power.is_zero() {
            power = wide.multiply(&power, &square);
            odd += 2;
            sum += &power / odd;
        }
        (sum << (ROOTS + 1)) / 100_000_000
    }

    fn ln_ten(&self) -> BigInt {
        self.logarithm(&(&self.unit * 10))
    }

    /// ln of a positive number.
    fn ln(&self, value: &Decimal) -> BigInt {
        let adjusted = value.adjusted();
        let mantissa = Decimal::new(false, value.coefficient.clone(), value.exponent - adjusted);
        self.logarithm(&self.from(&mantissa)) + self.ln_ten() * adjusted
    }

    /// e to the power of a number: a power of ten and a number from 1 to 10.
    fn exp(&self, value: &BigInt) -> (BigInt, i64) {
        const HALVINGS: u32 = 12;
        let ten = self.ln_ten();
        let (tens, rest) = value.div_mod_floor(&ten);
        let wide = Self::new(self.places + 8);
        let small: BigInt = (rest * 100_000_000) >> HALVINGS;
        let (mut term, mut sum, mut count) = (wide.unit.clone(), wide.unit.clone(), 1u32);
        while !term.is_zero() {
            term = wide.multiply(&term, &small) / count;
            sum += &term;
            count += 1;
        }
        for _ in 0..HALVINGS {
            sum = wide.multiply(&sum, &sum);
        }
        let tens = i64::try_from(&tens).unwrap_or(if tens.is_negative() {
            i64::MIN / 4
        } else {
            i64::MAX / 4
        });
        (sum / 100_000_000, tens)
    }
}

/// Rounds `value * 10^exponent`, which is known up to 10,000 units, or says that more digits are needed.
fn settle(value: &BigInt, exponent: i64, rules: Rules) -> Option<Decimal> {
    let slack = BigInt::from(10_000);
    let near = |offset: BigInt| {
        let moved = value + offset;
        let decimal = Decimal::new(moved.is_negative(), moved.magnitude().clone(), exponent);
        let length = digits(&decimal.coefficient);
        (length > rules.precision + 6).then(|| {
            let target = exponent + (length - rules.precision) as i64;
            let rounded = decimal.rescaled(target, Rounding::HalfEven);
            if digits(&rounded.coefficient) > rules.precision {
                rounded.rescaled(target + 1, Rounding::Down)
            } else {
                rounded
            }
        })
    };
    let (low, high) = (near(-slack.clone())?, near(slack)?);
    (low == high).then_some(low)
}

/// Tries with more and more digits. The attempts end as these functions' results have no end.
fn refine(rules: Rules, attempt: impl Fn(&Fixed) -> Option<Decimal>) -> Outcome {
    let mut extra = 16;
    while extra < 2_000 {
        if let Some(result) = attempt(&Fixed::new(rules.precision + extra)) {
            return result.fit(Rules {
                rounding: Rounding::HalfEven,
                ..rules
            });
        }
        extra *= 2;
    }
    Err(Signal::Invalid)
}

impl Decimal {
    /// `self.exp()`.
    pub fn exponential(&self, rules: Rules) -> Outcome {
        if let Some(nan) = self.nan_of(None, rules) {
            return nan;
        }
        if self.is_infinite() {
            return Ok(if self.negative {
                Self::zero(false, 0)
            } else {
                self.clone()
            });
        }
        let one = Self::new(false, BigUint::one(), 0);
        if self.is_zero() {
            return Ok(one);
        }
        if self.adjusted() > 7 {
            return too_far(self.negative, rules);
        }
        let tiny = -(rules.precision as i64) - 2;
        if self.adjusted() < tiny {
            // 1 and something that no digit shows.
            let zeros = rules.precision - 1;
            return Ok(Self::new(false, power_of_ten(zeros), -(zeros as i64)));
        }
        refine(rules, |fixed| {
            let (value, tens) = fixed.exp(&fixed.from(self));
            settle(&value, tens - fixed.places as i64, rules)
        })
    }

    /// `self.ln()`.
    pub fn natural_logarithm(&self, rules: Rules) -> Outcome {
        if let Some(result) = self.logarithm_of_ends(rules) {
            return result;
        }
        if self.compare(&Self::from(1)) == Some(std::cmp::Ordering::Equal) {
            return Ok(Self::zero(false, 0));
        }
        // Near 1 the logarithm is as small as the distance: as many digits more are needed.
        refine(self.widened(rules), |fixed| {
            settle(&fixed.ln(self), -(fixed.places as i64), rules)
        })?
        .fit(rules)
    }

    /// `self.log10()`.
    pub fn decimal_logarithm(&self, rules: Rules) -> Outcome {
        if let Some(result) = self.logarithm_of_ends(rules) {
            return result;
        }
        let adjusted = self.adjusted();
        let zeros = digits(&self.coefficient) - 1;
        if self.coefficient == power_of_ten(zeros) {
            return Self::from(adjusted).fit(rules);
        }
        refine(self.widened(rules), |fixed| {
            let quotient = fixed.ln(self) * &fixed.unit / fixed.ln_ten();
            settle(&quotient, -(fixed.places as i64), rules)
        })?
        .fit(rules)
    }

    fn widened(&self, rules: Rules) -> Rules {
        let distance = self.subtract(
            &Self::from(1),
            Rules {
                precision: 4,
                ..rules
            },
        );
        let near = distance.map_or(0, |distance| (-distance.adjusted()).max(0) as u64);
        Rules {
            precision: rules.precision + near + digits(&self.coefficient),
            ..rules
        }
    }

    fn logarithm_of_ends(&self, rules: Rules) -> Option<Outcome> {
        if let Some(nan) = self.nan_of(None, rules) {
            return Some(nan);
        }
        if self.is_zero() {
            return Some(Ok(Self::infinity(true)));
        }
        if self.negative {
            return Some(Err(Signal::Invalid));
        }
        self.is_infinite().then(|| Ok(self.clone()))
    }

    /// A positive number that is not 1 to the power of a finite one.
    pub(super) fn power_real(&self, other: &Self, rules: Rules) -> Outcome {
        let grows =
            (self.compare(&Self::from(1)) == Some(std::cmp::Ordering::Greater)) != other.negative;
        if other.adjusted() > 40 {
            return too_far(!grows, rules);
        }
        let wide = self.widened(rules);
        let wide = Rules {
            precision: wide.precision + other.adjusted().max(0) as u64 + 8,
            ..wide
        };
        let product = |fixed: &Fixed| {
            let logarithm = fixed.ln(self);
            let factor = BigInt::from_biguint(
                if other.negative {
                    Sign::Minus
                } else {
                    Sign::Plus
                },
                other.coefficient.clone(),
            );
            if other.exponent >= 0 {
                logarithm * factor * BigInt::from(power_of_ten(other.exponent as u64))
            } else {
                (logarithm * factor)
                    .div_floor(&BigInt::from(power_of_ten(other.exponent.unsigned_abs())))
            }
        };
        let first = Fixed::new(wide.precision + 16);
        let rough = product(&first).div_floor(&first.unit);
        if rough.magnitude() > &BigUint::from(3_000_000u32) {
            return too_far(!grows, rules);
        }
        let attempt = |extra: u64| {
            let fixed = Fixed::new(wide.precision + extra);
            let (value, tens) = fixed.exp(&product(&fixed));
            (value, tens - fixed.places as i64)
        };
        for extra in [16, 32] {
            let (value, exponent) = attempt(extra);
            if let Some(result) = settle(&value, exponent, rules) {
                return result.fit(rules);
            }
        }
        // The result is a short number: what is computed lies a little below or above it.
        let (value, exponent) = attempt(32);
        let length = digits(value.magnitude());
        let rough = Self::new(false, value.magnitude().clone(), exponent);
        let target = exponent + length.saturating_sub(rules.precision) as i64;
        let near = rough.rescaled(exponent + 8, Rounding::HalfEven);
        near.rescaled(target, Rounding::HalfEven).fit(rules)
    }
}

/// The result of an exponential that leaves every exponent behind.
fn too_far(below: bool, rules: Rules) -> Outcome {
    if below {
        return Decimal::new(
            false,
            BigUint::one(),
            EXPONENT_MIN - rules.precision as i64 - 10,
        )
        .fit(rules);
    }
    Err(Signal::Overflow)
}

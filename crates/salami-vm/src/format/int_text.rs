//! Integers as text.

use num_bigint::{BigInt, Sign};

use super::Failure;
use super::int_parse::MAXIMUM_DIGITS;

/// An integer of more bits has more than [`MAXIMUM_DIGITS`] digits for sure.
const MAXIMUM_BITS: u64 = 14_285;

/// `str(value)`. Bounded work: integers of more than 4300 digits are refused.
///
/// # Errors
/// ValueError for more than 4300 digits.
pub fn decimal(value: &BigInt) -> Result<String, Failure> {
    if value.bits() <= MAXIMUM_BITS {
        let text = value.to_string();
        if text.len() - usize::from(value.sign() == Sign::Minus) <= MAXIMUM_DIGITS {
            return Ok(text);
        }
    }
    Err(Failure::value(format!(
        "Exceeds the limit ({MAXIMUM_DIGITS} digits) for integer string conversion; \
         use sys.set_int_max_str_digits() to increase the limit"
    )))
}

/// The digits of the absolute value in base 2, 8 or 16, lower case. Linear; at most a byte a bit.
#[must_use]
pub fn digits(value: &BigInt, base: u32) -> String {
    value.magnitude().to_str_radix(base)
}

/// `bin`, `oct` or `hex` of the value.
#[must_use]
pub fn prefixed(value: &BigInt, base: u32) -> String {
    let sign = if value.sign() == Sign::Minus { "-" } else { "" };
    format!("{sign}{}{}", prefix(base), digits(value, base))
}

/// The prefix of a literal in base 2, 8 or 16.
#[must_use]
pub fn prefix(base: u32) -> &'static str {
    match base {
        2 => "0b",
        8 => "0o",
        16 => "0x",
        _ => "",
    }
}

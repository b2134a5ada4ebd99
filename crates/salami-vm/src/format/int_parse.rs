//! `int(text, base)`.

use num_bigint::{BigInt, Sign};

use super::unicode;
use super::{Failure, quote};

/// The most digits that a conversion between integers and text of a base other than 2, 4, 8, 16
/// or 32 may have: what `sys.get_int_max_str_digits()` is in CPython.
pub const MAXIMUM_DIGITS: usize = 4300;

/// Why text is no integer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Refusal {
    Literal,
    TooLong(usize),
}

/// `int(text, base)`: white space around, sign, prefix, single underscores, digits of any script.
///
/// # Errors
/// ValueError as CPython words it.
pub fn parse(text: &str, base: &BigInt) -> Result<BigInt, Failure> {
    let radix = check_base(base)?;
    let parsed = if text.is_ascii() {
        parse_ascii(text.as_bytes(), radix)
    } else {
        // A character beyond ASCII is white space, a digit or wrong; '?' is wrong in every base.
        let plain: Vec<u8> = text
            .chars()
            .map(|char| match char {
                '\0'..='\x7f' => char as u8,
                _ if unicode::is_space(char) => b' ',
                _ => unicode::decimal(char).map_or(b'?', |digit| b'0' + digit),
            })
            .collect();
        parse_ascii(&plain, radix)
    };
    parsed.map_err(|refusal| raise(refusal, radix, || quote::text(text)))
}

/// `int(bytes, base)`
///
/// # Errors
/// As [`parse`].
pub fn parse_bytes(bytes: &[u8], base: &BigInt) -> Result<BigInt, Failure> {
    let radix = check_base(base)?;
    parse_ascii(bytes, radix).map_err(|refusal| raise(refusal, radix, || quote::bytes(bytes)))
}

/// The everyday case: an optional sign and up to 18 ASCII digits, nothing else.
#[must_use]
pub fn parse_small(text: &str) -> Option<i64> {
    let bytes = text.as_bytes();
    let (negative, digits) = match bytes {
        [b'-', digits @ ..] => (true, digits),
        [b'+', digits @ ..] | digits => (false, digits),
    };
    if digits.is_empty() || digits.len() > 18 {
        return None;
    }
    let mut value: i64 = 0;
    for &digit in digits {
        if !digit.is_ascii_digit() {
            return None;
        }
        value = value * 10 + i64::from(digit - b'0');
    }
    Some(if negative { -value } else { value })
}

fn check_base(base: &BigInt) -> Result<u32, Failure> {
    u32::try_from(base)
        .ok()
        .filter(|&base| base == 0 || (2..=36).contains(&base))
        .ok_or_else(|| Failure::value("int() base must be >= 2 and <= 36, or 0"))
}

fn raise(refusal: Refusal, radix: u32, shown: impl FnOnce() -> String) -> Failure {
    match refusal {
        Refusal::Literal => {
            let shown: String = shown().chars().take(200).collect();
            Failure::value(format!(
                "invalid literal for int() with base {radix}: {shown}"
            ))
        }
        Refusal::TooLong(digits) => Failure::value(format!(
            "Exceeds the limit ({MAXIMUM_DIGITS} digits) for integer string conversion: value has {digits} digits; \
             use sys.set_int_max_str_digits() to increase the limit"
        )),
    }
}

/// White space of ASCII as numbers allow it around them.
pub(super) fn is_space(byte: u8) -> bool {
    matches!(byte, b'\t'..=b'\r' | b' ')
}

fn parse_ascii(text: &[u8], base: u32) -> Result<BigInt, Refusal> {
    let start = text
        .iter()
        .position(|&byte| !is_space(byte))
        .unwrap_or(text.len());
    let mut rest = &text[start..];
    let sign = match rest {
        [b'-', after @ ..] => {
            rest = after;
            Sign::Minus
        }
        [b'+', after @ ..] => {
            rest = after;
            Sign::Plus
        }
        _ => Sign::Plus,
    };
    let mut radix = base;
    let mut only_zero = false;
    let prefix = match rest {
        [b'0', b'x' | b'X', ..] => 16,
        [b'0', b'o' | b'O', ..] => 8,
        [b'0', b'b' | b'B', ..] => 2,
        _ => 0,
    };
    if base == 0 {
        radix = if prefix == 0 { 10 } else { prefix };
        // "010" is octal in C, so without a base it is refused, but for zeros.
        only_zero = prefix == 0 && rest.first() == Some(&b'0');
    }
    if prefix != 0 && prefix == radix {
        rest = &rest[2..];
        if let [b'_', after @ ..] = rest {
            rest = after;
        }
    }
    let mut digits = Vec::with_capacity(rest.len());
    let mut after_digit = false;
    let mut used = 0;
    for &byte in rest {
        if byte == b'_' {
            if !after_digit {
                return Err(Refusal::Literal);
            }
            after_digit = false;
        } else if let Some(digit) = char::from(byte).to_digit(36).filter(|&digit| digit < radix) {
            digits.push(digit as u8);
            after_digit = true;
        } else {
            break;
        }
        used += 1;
    }
    if !after_digit {
        return Err(Refusal::Literal);
    }
    if digits.len() > MAXIMUM_DIGITS && !radix.is_power_of_two() {
        return Err(Refusal::TooLong(digits.len()));
    }
    if !rest[used..].iter().all(|&byte| is_space(byte)) {
        return Err(Refusal::Literal);
    }
    if only_zero && digits.iter().any(|&digit| digit != 0) {
        return Err(Refusal::Literal);
    }
    BigInt::from_radix_be(sign, &digits, radix).ok_or(Refusal::Literal)
}

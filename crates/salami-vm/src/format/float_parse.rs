//! `float(text)` and `float.fromhex(text)`.

use super::int_parse::is_space;
use super::unicode;
use super::{Failure, quote};

/// `float(text)`: white space around, sign, single underscores between digits, `inf`, `nan`,
/// digits of any script. Correctly rounded. Linear.
///
/// # Errors
/// ValueError as CPython words it.
pub fn parse(text: &str) -> Result<f64, Failure> {
    let value = if text.is_ascii() {
        parse_ascii(text.as_bytes())
    } else {
        let plain: Vec<u8> = text
            .chars()
            .map(|char| match char {
                '\0'..='\x7f' => char as u8,
                _ if unicode::is_space(char) => b' ',
                _ => unicode::decimal(char).map_or(b'?', |digit| b'0' + digit),
            })
            .collect();
        parse_ascii(&plain)
    };
    value.ok_or_else(|| {
        Failure::value(format!(
            "could not convert string to float: {}",
            quote::text(text)
        ))
    })
}

/// `float(bytes)`
///
/// # Errors
/// As [`parse`].
pub fn parse_bytes(bytes: &[u8]) -> Result<f64, Failure> {
    parse_ascii(bytes).ok_or_else(|| {
        Failure::value(format!(
            "could not convert string to float: {}",
            quote::bytes(bytes)
        ))
    })
}

fn trim(mut text: &[u8]) -> &[u8] {
    while let [first, rest @ ..] = text
        && is_space(*first)
    {
        text = rest;
    }
    while let [rest @ .., last] = text
        && is_space(*last)
    {
        text = rest;
    }
    text
}

fn split_sign(text: &[u8]) -> (bool, &[u8]) {
    match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] | rest => (false, rest),
    }
}

/// Infinity and not-a-number in any case. NaN has no sign: there is one only.
fn special(text: &[u8]) -> Option<f64> {
    if text.eq_ignore_ascii_case(b"inf") || text.eq_ignore_ascii_case(b"infinity") {
        Some(f64::INFINITY)
    } else if text.eq_ignore_ascii_case(b"nan") {
        Some(f64::NAN)
    } else {
        None
    }
}

fn parse_ascii(text: &[u8]) -> Option<f64> {
    let (negative, text) = split_sign(trim(text));
    if let Some(value) = special(text) {
        return Some(if negative && !value.is_nan() {
            -value
        } else {
            value
        });
    }
    let mut plain = String::with_capacity(text.len());
    let mut previous = b' ';
    let mut digits = 0;
    let mut dot = false;
    let mut exponent = false;
    for (index, &byte) in text.iter().enumerate() {
        match byte {
            b'0'..=b'9' => {
                digits += 1;
                plain.push(char::from(byte));
            }
            b'_' => {
                let between = previous.is_ascii_digit()
                    && text.get(index + 1).is_some_and(u8::is_ascii_digit);
                if !between {
                    return None;
                }
            }
            b'.' if !dot && !exponent => {
                dot = true;
                plain.push('.');
            }
            b'e' | b'E' if !exponent && digits > 0 => {
                exponent = true;
                digits = 0;
                plain.push('e');
            }
            b'+' | b'-' if matches!(previous, b'e' | b'E') => plain.push(char::from(byte)),
            _ => return None,
        }
        previous = byte;
    }
    if digits == 0 {
        return None;
    }
    let value: f64 = plain.parse().ok()?;
    Some(if negative { -value } else { value })
}

/// `float.fromhex(text)`
///
/// # Errors
/// ValueError for text of another form, OverflowError for a value too large.
pub fn parse_hex(text: &str) -> Result<f64, Failure> {
    let invalid = || Failure::value("invalid hexadecimal floating-point string");
    let (negative, text) = split_sign(trim(text.as_bytes()));
    let sign = if negative { -1.0 } else { 1.0 };
    if let Some(value) = special(text) {
        return Ok(if value.is_nan() { value } else { sign * value });
    }
    let text = match text {
        [b'0', b'x' | b'X', rest @ ..] => rest,
        rest => rest,
    };
    let mut mantissa: u64 = 0;
    let mut sticky = false;
    // The value is mantissa * 2**scale.
    let mut scale: i64 = 0;
    let mut digits = 0_usize;
    let mut dot = false;
    let mut rest = text;
    while let [byte, after @ ..] = rest {
        if *byte == b'.' && !dot {
            dot = true;
        } else if let Some(digit) = char::from(*byte).to_digit(16) {
            digits += 1;
            if mantissa >> 59 == 0 {
                mantissa = mantissa << 4 | u64::from(digit);
                scale -= if dot { 4 } else { 0 };
            } else {
                sticky |= digit != 0;
                scale += if dot { 0 } else { 4 };
            }
        } else {
            break;
        }
        rest = after;
    }
    if digits == 0 {
        return Err(invalid());
    }
    if let [b'p' | b'P', after @ ..] = rest {
        let (negative, mut after) = split_sign(after);
        if !after.first().is_some_and(u8::is_ascii_digit) {
            return Err(invalid());
        }
        let mut power: i64 = 0;
        while let [digit @ b'0'..=b'9', next @ ..] = after {
            power = power
                .saturating_mul(10)
                .saturating_add(i64::from(digit - b'0'))
                .min(1 << 60);
            after = next;
        }
        scale = scale.saturating_add(if negative { -power } else { power });
        rest = after;
    }
    if !rest.is_empty() {
        return Err(invalid());
    }
    if mantissa == 0 {
        return Ok(sign * 0.0);
    }
    scaled(mantissa, sticky, scale)
        .map(|value| sign * value)
        .ok_or_else(|| Failure::overflow("hexadecimal value too large to represent as a float"))
}

/// `mantissa * 2**scale`, rounded half to even; `sticky` says that there was more below. `None` if too large.
fn scaled(mantissa: u64, sticky: bool, scale: i64) -> Option<f64> {
    let bits = i64::from(64 - mantissa.leading_zeros());
    let top = scale.saturating_add(bits);
    if top > 1024 {
        return None;
    }
    if top < -1080 {
        return Some(0.0);
    }
    // The weight of the last bit that is kept.
    let last = (top - 53).max(-1074);
    let dropped = last - scale;
    let (kept, round_up) = if dropped <= 0 {
        (mantissa << -dropped, false)
    } else if dropped > 64 {
        (0, false)
    } else {
        let kept = if dropped == 64 {
            0
        } else {
            mantissa >> dropped
        };
        let half = 1_u64 << (dropped - 1);
        let below = mantissa & (half | (half - 1));
        (
            kept,
            below > half || below == half && (sticky || kept & 1 == 1),
        )
    };
    let value = libm::ldexp(
        (kept + u64::from(round_up)) as f64,
        i32::try_from(last).ok()?,
    );
    value.is_finite().then_some(value)
}

//! Decimals from text and to text.

use num_bigint::BigUint;

use super::{Decimal, EXPONENT_LIMIT, Kind, Outcome, Signal, digits};

impl Decimal {
    /// `Decimal(text)`, exact.
    ///
    /// # Errors
    /// The signal for text that is no number.
    pub fn parse(text: &str) -> Outcome {
        let plain = ascii(text);
        let (negative, body) = match plain.as_bytes().first() {
            Some(b'-') => (true, &plain[1..]),
            Some(b'+') => (false, &plain[1..]),
            _ => (false, plain.as_str()),
        };
        let lower = body.to_ascii_lowercase();
        if lower == "inf" || lower == "infinity" {
            return Ok(Self::infinity(negative));
        }
        for (word, kind) in [("nan", Kind::Nan), ("snan", Kind::SignalNan)] {
            if let Some(payload) = lower.strip_prefix(word) {
                if !payload.bytes().all(|byte| byte.is_ascii_digit()) {
                    return Err(Signal::Syntax);
                }
                let coefficient = number(payload);
                return Ok(Self {
                    negative,
                    coefficient,
                    exponent: 0,
                    kind,
                });
            }
        }
        let (mantissa, exponent) = match lower.split_once('e') {
            Some((mantissa, exponent)) => (mantissa, exponent_of(exponent)?),
            None => (lower.as_str(), 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let sound = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if !sound(whole) || !sound(fraction) || (whole.is_empty() && fraction.is_empty()) {
            return Err(Signal::Syntax);
        }
        let exponent = exponent.saturating_sub(fraction.len() as i64);
        let coefficient = number(&[whole, fraction].concat());
        let result = Self::new(negative, coefficient, exponent);
        // Beyond these nothing can be written down; CPython refuses it too.
        if result.is_zero() && exponent <= EXPONENT_LIMIT {
            return Ok(Self::zero(
                negative,
                exponent.clamp(-2 * EXPONENT_LIMIT, EXPONENT_LIMIT),
            ));
        }
        if exponent > EXPONENT_LIMIT
            || result.adjusted() > EXPONENT_LIMIT
            || exponent < -2 * EXPONENT_LIMIT
        {
            return Err(Signal::Invalid);
        }
        Ok(result)
    }

    /// `str(self)`; `engineering` makes exponents multiples of three.
    #[must_use]
    pub fn to_text(&self, engineering: bool) -> String {
        let mut out = String::new();
        if self.negative {
            out.push('-');
        }
        match self.kind {
            Kind::Infinite => out.push_str("Infinity"),
            Kind::Nan | Kind::SignalNan => {
                out.push_str(if self.kind == Kind::Nan {
                    "NaN"
                } else {
                    "sNaN"
                });
                if self.coefficient != BigUint::ZERO {
                    out.push_str(&self.coefficient.to_string());
                }
            }
            Kind::Finite => self.number_text(engineering, &mut out),
        }
        out
    }

    fn number_text(&self, engineering: bool, out: &mut String) {
        let digits = self.coefficient.to_string();
        let length = digits.len() as i64;
        let left = self.exponent + length;
        let point = if self.exponent <= 0 && left > -6 {
            left
        } else if !engineering {
            1
        } else if digits == "0" {
            (left + 1).rem_euclid(3) - 1
        } else {
            (left - 1).rem_euclid(3) + 1
        };
        place_point(&digits, point, out);
        if left != point {
            let exponent = left - point;
            out.push('E');
            out.push(if exponent < 0 { '-' } else { '+' });
            out.push_str(&exponent.unsigned_abs().to_string());
        }
    }

    /// The digits with the sign and no exponent; the caller bounds the zeros.
    #[must_use]
    pub(super) fn fixed_text(&self) -> String {
        let mut out = String::new();
        place_point(
            &self.coefficient.to_string(),
            self.exponent + digits(&self.coefficient) as i64,
            &mut out,
        );
        out
    }
}

/// Writes the digits with the point after the first `point` ones.
pub(super) fn place_point(digits: &str, point: i64, out: &mut String) {
    let length = digits.len() as i64;
    if point <= 0 {
        out.push_str("0.");
        out.extend(std::iter::repeat_n('0', point.unsigned_abs() as usize));
        out.push_str(digits);
    } else if point >= length {
        out.push_str(digits);
        out.extend(std::iter::repeat_n('0', (point - length) as usize));
    } else {
        let (whole, fraction) = digits.split_at(point as usize);
        out.push_str(whole);
        out.push('.');
        out.push_str(fraction);
    }
}

/// Without spaces around and underscores, with the digits of any script as ASCII.
fn ascii(text: &str) -> String {
    text.trim_matches(|c: char| c.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&c))
        .chars()
        .filter(|&c| c != '_')
        .map(|c| {
            if c.is_ascii() {
                return c;
            }
            crate::regex::decimal_digit(c)
                .and_then(|digit| char::from_digit(digit, 10))
                .unwrap_or('?')
        })
        .collect()
}

fn number(digits: &str) -> BigUint {
    BigUint::parse_bytes(digits.as_bytes(), 10).unwrap_or_default()
}

fn exponent_of(text: &str) -> Result<i64, Signal> {
    let (negative, digits) = match text.as_bytes().first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, text),
    };
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Signal::Syntax);
    }
    let value = digits.trim_start_matches('0').parse::<i64>().ok();
    let value = match value {
        Some(value) => value,
        None if digits.bytes().all(|byte| byte == b'0') => 0,
        None => i64::MAX / 2,
    }
    .min(i64::MAX / 2);
    Ok(if negative { -value } else { value })
}

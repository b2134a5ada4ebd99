//! `format(value, spec)` of text, integers and floats; rounding of floats.
//!
//! The caller parses the [`Spec`] first, reserves and charges [`Spec::size`], then formats.

use num_bigint::{BigInt, Sign as BigSign};
use num_traits::ToPrimitive;

use super::float_text::{Layout, Options, double_to_string};
use super::spec::{Align, Grouping, Sign, Spec};
use super::{Failure, int_text};

/// Adds `text`, of `length` characters, with padding to the width.
fn push_padded(out: &mut String, text: &str, length: usize, spec: &Spec) {
    let padding = spec.width.saturating_sub(length);
    let before = match spec.align {
        Align::Left => 0,
        Align::Center => padding / 2,
        Align::Right | Align::AfterSign => padding,
    };
    push_fill(out, spec.fill, before);
    out.push_str(text);
    push_fill(out, spec.fill, padding - before);
}

fn push_fill(out: &mut String, fill: char, count: usize) {
    out.extend(std::iter::repeat_n(fill, count));
}

/// `format(text, spec)`
///
/// # Errors
/// ValueError for what text has not.
pub fn format_text(text: &str, spec: &Spec, type_name: &str) -> Result<String, Failure> {
    if let Some(kind) = spec.kind
        && kind != 's'
    {
        return Err(Spec::unknown_kind(kind, type_name));
    }
    match spec.sign {
        Some(Sign::Space) => {
            return Err(Failure::value(
                "Space not allowed in string format specifier",
            ));
        }
        Some(_) => {
            return Err(Failure::value(
                "Sign not allowed in string format specifier",
            ));
        }
        None => {}
    }
    if spec.no_negative_zero {
        return Err(Failure::value(
            "Negative zero coercion (z) not allowed in string format specifier",
        ));
    }
    if spec.alternate {
        return Err(Failure::value(
            "Alternate form (#) not allowed in string format specifier",
        ));
    }
    if spec.align == Align::AfterSign {
        return Err(Failure::value(
            "'=' alignment not allowed in string format specifier",
        ));
    }
    let text = match spec.precision {
        Some(precision) => &text[..super::text::byte_offset(text, precision)],
        None => text,
    };
    let mut out = String::with_capacity(text.len().saturating_add(spec.width));
    let length = if spec.width == 0 {
        0
    } else {
        text.chars().count()
    };
    push_padded(&mut out, text, length, spec);
    Ok(out)
}

/// `format(value, spec)` of an int or bool.
///
/// # Errors
/// ValueError for what integers have not or too many digits; OverflowError for a float too large or a
/// character out of range.
pub fn format_int(value: &BigInt, spec: &Spec, type_name: &str) -> Result<String, Failure> {
    let kind = spec.kind.unwrap_or('d');
    let base = match kind {
        'b' => 2,
        'o' => 8,
        'x' | 'X' => 16,
        'd' | 'n' | 'c' => 10,
        'e' | 'E' | 'f' | 'F' | 'g' | 'G' | '%' => {
            return format_float(int_to_float(value)?, spec, type_name);
        }
        _ => return Err(Spec::unknown_kind(kind, type_name)),
    };
    if spec.precision.is_some() {
        return Err(Failure::value(
            "Precision not allowed in integer format specifier",
        ));
    }
    if spec.no_negative_zero {
        return Err(Failure::value(
            "Negative zero coercion (z) not allowed in integer format specifier",
        ));
    }
    if kind == 'c' {
        return format_character(value, spec);
    }
    let mut digits = if base == 10 {
        int_text::decimal(&value.magnitude().clone().into())?
    } else {
        int_text::digits(value, base)
    };
    let mut prefix = if spec.alternate {
        int_text::prefix(base)
    } else {
        ""
    };
    if kind == 'X' {
        digits.make_ascii_uppercase();
        prefix = if spec.alternate { "0X" } else { "" };
    }
    let number = Number {
        negative: value.sign() == BigSign::Minus,
        prefix,
        digits: &digits,
        rest: "",
    };
    Ok(number.lay_out(spec))
}

fn format_character(value: &BigInt, spec: &Spec) -> Result<String, Failure> {
    if spec.sign.is_some() {
        return Err(Failure::value(
            "Sign not allowed with integer format specifier 'c'",
        ));
    }
    if spec.alternate {
        return Err(Failure::value(
            "Alternate form (#) not allowed with integer format specifier 'c'",
        ));
    }
    let code = value
        .to_i64()
        .ok_or_else(|| Failure::overflow("Python int too large to convert to C long"))?;
    let code = u32::try_from(code).ok().filter(|&code| code <= 0x10_ffff);
    let code = code.ok_or_else(|| Failure::overflow("%c arg not in range(0x110000)"))?;
    let mut text = String::new();
    text.push(character(code)?);
    let mut out = String::new();
    push_padded(&mut out, &text, 1, spec);
    Ok(out)
}

/// The character of a code point.
///
/// # Errors
/// ValueError for a lone surrogate, which text here cannot hold.
pub fn character(code: u32) -> Result<char, Failure> {
    char::from_u32(code).ok_or_else(|| {
        Failure::value(format!(
            "lone surrogate '\\u{code:04x}' is not supported in text"
        ))
    })
}

/// A float of the integer, rounded half to even.
///
/// # Errors
/// OverflowError if it is too large.
pub fn int_to_float(value: &BigInt) -> Result<f64, Failure> {
    round_to_float(value).ok_or_else(|| Failure::overflow("int too large to convert to float"))
}

/// The nearest float, half to even; `None` if too large.
fn round_to_float(value: &BigInt) -> Option<f64> {
    let magnitude = value.magnitude();
    let bits = magnitude.bits();
    let result = if bits <= 64 {
        // The conversion from u64 rounds half to even.
        magnitude.to_u64()? as f64
    } else if bits > 1024 {
        return None;
    } else {
        // The top 64 bits; what lies below only counts as more than nothing.
        let shift = bits - 64;
        let mut top = (magnitude >> shift).to_u64()?;
        if magnitude
            .trailing_zeros()
            .is_some_and(|zeros| zeros < shift)
        {
            top |= 1;
        }
        libm::ldexp(top as f64, i32::try_from(shift).ok()?)
    };
    result
        .is_finite()
        .then_some(if value.sign() == BigSign::Minus {
            -result
        } else {
            result
        })
}

/// `format(value, spec)` of a float.
///
/// # Errors
/// ValueError for what floats have not.
pub fn format_float(value: f64, spec: &Spec, type_name: &str) -> Result<String, Failure> {
    let kind = spec.kind.unwrap_or('\0');
    let mut layout = match kind {
        '\0' => Layout::Repr,
        'e' | 'E' => Layout::Exponent,
        'f' | 'F' | '%' => Layout::Fixed,
        'g' | 'G' | 'n' => Layout::General,
        _ => return Err(Spec::unknown_kind(kind, type_name)),
    };
    if spec
        .precision
        .is_some_and(|precision| precision > i32::MAX as usize)
    {
        return Err(Failure::value("precision too big"));
    }
    if layout == Layout::Repr && spec.precision.is_some() {
        layout = Layout::General;
    }
    let options = Options {
        alternate: spec.alternate,
        add_dot_zero: kind == '\0',
        no_negative_zero: spec.no_negative_zero,
        upper: kind.is_ascii_uppercase(),
    };
    let value = if kind == '%' { value * 100.0 } else { value };
    let precision = spec
        .precision
        .unwrap_or(if layout == Layout::Repr { 0 } else { 6 });
    let mut text = double_to_string(value, layout, precision, options);
    if kind == '%' {
        text.push('%');
    }
    let (negative, unsigned) = match text.strip_prefix('-') {
        Some(unsigned) => (true, unsigned),
        None => (false, text.as_str()),
    };
    let end = unsigned
        .find(|char: char| !char.is_ascii_digit())
        .unwrap_or(unsigned.len());
    let (digits, rest) = unsigned.split_at(end);
    Ok(Number {
        negative,
        prefix: "",
        digits,
        rest,
    }
    .lay_out(spec))
}

/// The parts of a number as text. `Decimal` is laid out by the same rules.
#[derive(Clone, Copy, Debug)]
pub struct Number<'a> {
    /// Below zero.
    pub negative: bool,
    /// `0x` and its like.
    pub prefix: &'a str,
    /// The digits before the point, which are grouped.
    pub digits: &'a str,
    /// The point and all that follows.
    pub rest: &'a str,
}

impl Number<'_> {
    /// Sign, padding and grouping as the specification says.
    #[must_use]
    pub fn lay_out(&self, spec: &Spec) -> String {
        let sign = match (self.negative, spec.sign) {
            (true, _) => "-",
            (false, Some(Sign::Plus)) => "+",
            (false, Some(Sign::Space)) => " ",
            (false, _) => "",
        };
        let others = sign.len() + self.prefix.len() + self.rest.chars().count();
        let least = if spec.fill == '0' && spec.align == Align::AfterSign {
            spec.width.saturating_sub(others)
        } else {
            0
        };
        let grouped = group(self.digits, least, spec.grouping);
        let padding = spec.width.saturating_sub(others + grouped.len());
        let (left, after_sign, right) = match spec.align {
            Align::Left => (0, 0, padding),
            Align::Center => (padding / 2, 0, padding - padding / 2),
            Align::AfterSign => (0, padding, 0),
            Align::Right => (padding, 0, 0),
        };
        let fill = padding.saturating_mul(spec.fill.len_utf8());
        let mut out = String::with_capacity(fill.saturating_add(others + grouped.len()));
        push_fill(&mut out, spec.fill, left);
        out.push_str(sign);
        out.push_str(self.prefix);
        push_fill(&mut out, spec.fill, after_sign);
        out.push_str(&grouped);
        out.push_str(self.rest);
        push_fill(&mut out, spec.fill, right);
        out
    }
}

/// The digits with separators, with zeros before them up to `least` characters. A group at the
/// front never begins with a separator, so the result may be one longer.
fn group(digits: &str, least: usize, grouping: Option<Grouping>) -> String {
    if digits.is_empty() {
        return String::new();
    }
    let Some((separator, size)) = grouping.map(Grouping::separator) else {
        let mut out = String::with_capacity(digits.len().max(least));
        push_fill(&mut out, '0', least.saturating_sub(digits.len()));
        out.push_str(digits);
        return out;
    };
    let mut backwards = Vec::with_capacity(digits.len().max(least).saturating_mul(2));
    let mut remaining = digits.bytes().rev();
    let mut least = i64::try_from(least).unwrap_or(i64::MAX);
    loop {
        let left = remaining.len();
        let wanted = left.max(usize::try_from(least).unwrap_or(0)).max(1);
        let length = size.min(wanted);
        for _ in 0..length {
            backwards.push(remaining.next().unwrap_or(b'0'));
        }
        least -= i64::try_from(length).unwrap_or(0);
        if remaining.len() == 0 && least <= 0 {
            break;
        }
        least -= 1;
        backwards.push(separator as u8);
    }
    backwards
        .iter()
        .rev()
        .map(|&byte| char::from(byte))
        .collect()
}

/// `round(value, places)`: correctly rounded on the exact value, half to even.
///
/// # Errors
/// OverflowError if the result is too large for a float.
pub fn round_float(value: f64, places: i64) -> Result<f64, Failure> {
    if !value.is_finite() || value == 0.0 || places > 323 {
        return Ok(value);
    }
    if places < -308 {
        return Ok(0.0 * value);
    }
    let magnitude = value.abs();
    let rounded = if places >= 0 {
        let text = format!("{magnitude:.*}", usize::try_from(places).unwrap_or(0));
        text.parse().unwrap_or(magnitude)
    } else {
        round_left(magnitude, usize::try_from(-places).unwrap_or(0))
    };
    if !f64::is_finite(rounded) {
        return Err(Failure::overflow("rounded value too large to represent"));
    }
    Ok(if value.is_sign_negative() {
        -rounded
    } else {
        rounded
    })
}

/// Rounds to `zeros` digits left of the point.
fn round_left(magnitude: f64, zeros: usize) -> f64 {
    let whole = magnitude.trunc();
    let more = magnitude > whole;
    let text = format!("{whole:.0}");
    let kept = text.len().saturating_sub(zeros);
    if text.len() < zeros {
        return 0.0;
    }
    let (kept, dropped) = text.split_at(kept);
    let mut half = dropped.bytes();
    let first = half.next().unwrap_or(b'0');
    let exact_half = first == b'5' && half.all(|digit| digit == b'0') && !more;
    let odd = kept.bytes().last().is_some_and(|digit| digit % 2 == 1);
    let up = if exact_half { odd } else { first >= b'5' };
    let mut digits: Vec<u8> = kept.bytes().collect();
    if up {
        let mut position = digits.len();
        loop {
            let Some(before) = position.checked_sub(1) else {
                digits.insert(0, b'1');
                break;
            };
            position = before;
            if digits[position] == b'9' {
                digits[position] = b'0';
            } else {
                digits[position] += 1;
                break;
            }
        }
    }
    if digits.is_empty() {
        return 0.0;
    }
    let mut text: String = digits.iter().map(|&digit| char::from(digit)).collect();
    text.extend(std::iter::repeat_n('0', zeros));
    text.parse().unwrap_or(magnitude)
}

//! `format(decimal, spec)`.

use super::text::place_point;
use super::{Decimal, Rounding, digits};

/// Why a specification is refused: always ValueError.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FormatError {
    /// "invalid format string"
    Invalid,
    /// The text would be too long.
    TooLong,
}

/// Widths, precisions and exponents beyond which no text is made.
const LIMIT: i64 = 10_000_000;

struct Spec {
    fill: char,
    align: char,
    sign: char,
    no_negative_zero: bool,
    width: usize,
    /// The width with which zeros are put before the digits.
    zero_width: usize,
    separator: bool,
    precision: Option<i64>,
    /// NUL where none was written.
    kind: char,
}

fn parse(text: &str) -> Option<Spec> {
    let mut spec = Spec {
        fill: ' ',
        align: '>',
        sign: '-',
        no_negative_zero: false,
        width: 0,
        zero_width: 0,
        separator: false,
        precision: None,
        kind: '\0',
    };
    let characters: Vec<char> = text.chars().collect();
    let at = |index: usize| characters.get(index).copied();
    let is_align = |c: Option<char>| c.is_some_and(|c| "<>=^".contains(c));
    let mut index = 0;
    let mut aligned = false;
    if is_align(at(1)) {
        spec.fill = at(0)?;
        spec.align = at(1)?;
        aligned = true;
        index = 2;
    } else if is_align(at(0)) {
        spec.align = at(0)?;
        aligned = true;
        index = 1;
    }
    if let Some(sign @ ('+' | '-' | ' ')) = at(index) {
        spec.sign = sign;
        index += 1;
    }
    if at(index) == Some('z') {
        spec.no_negative_zero = true;
        index += 1;
    }
    let zero = at(index) == Some('0');
    if zero {
        if aligned {
            return None;
        }
        spec.fill = '0';
        spec.align = '=';
        index += 1;
    }
    let number = |index: &mut usize| -> Option<Option<i64>> {
        let begin = *index;
        let mut value = 0i64;
        while let Some(digit) = at(*index).and_then(|c| c.to_digit(10)) {
            value = value.checked_mul(10)?.checked_add(i64::from(digit))?;
            *index += 1;
        }
        Some((*index > begin).then_some(value))
    };
    spec.width = usize::try_from(number(&mut index)?.unwrap_or(0)).ok()?;
    if at(index) == Some(',') {
        spec.separator = true;
        index += 1;
    }
    if at(index) == Some('.') {
        index += 1;
        spec.precision = Some(number(&mut index)??);
    }
    if let Some(kind) = at(index) {
        if !"eEfFgGn%".contains(kind) || (kind == 'n' && spec.separator) {
            return None;
        }
        spec.kind = kind;
        index += 1;
    }
    if index < characters.len() {
        return None;
    }
    if zero {
        spec.zero_width = spec.width;
    }
    Some(spec)
}

/// `format(value, text)`, rounded half to even.
///
/// # Errors
/// See [`FormatError`].
pub fn format(value: &Decimal, text: &str) -> Result<String, FormatError> {
    format_rounded(value, text, Rounding::HalfEven)
}

fn format_rounded(value: &Decimal, text: &str, rounding: Rounding) -> Result<String, FormatError> {
    let mut spec = parse(text).ok_or(FormatError::Invalid)?;
    if spec.width as i64 > LIMIT || spec.precision.is_some_and(|precision| precision > LIMIT) {
        return Err(FormatError::TooLong);
    }
    let special = !value.is_finite();
    let mut body = if special {
        if spec.zero_width > 0 {
            // Zeros are no digits of what has none.
            spec.fill = ' ';
            spec.align = '>';
        }
        spec.zero_width = 0;
        let text = value.clone().copy_abs().to_text(false);
        if spec.kind == '%' { text + "%" } else { text }
    } else {
        number(value, &spec, rounding)?
    };
    let mut negative = value.negative;
    if spec.no_negative_zero && !special && body.bytes().all(|byte| !(b'1'..=b'9').contains(&byte))
    {
        negative = false;
    }
    let sign = match (negative, spec.sign) {
        (true, _) => "-",
        (false, '+') => "+",
        (false, ' ') => " ",
        _ => "",
    };
    if spec.separator && !special {
        body = separated(&body, spec.zero_width.saturating_sub(sign.len()));
    }
    let length = sign.len() + body.chars().count();
    let missing = spec.width.saturating_sub(length);
    let padding = |count: usize| spec.fill.to_string().repeat(count);
    Ok(match spec.align {
        '<' => format!("{sign}{body}{}", padding(missing)),
        '^' => format!(
            "{}{sign}{body}{}",
            padding(missing / 2),
            padding(missing - missing / 2)
        ),
        '=' => format!("{sign}{}{body}", padding(missing)),
        _ => format!("{}{sign}{body}", padding(missing)),
    })
}

/// The digits without a sign.
fn number(value: &Decimal, spec: &Spec, rounding: Rounding) -> Result<String, FormatError> {
    let mut value = value.clone().copy_abs();
    let upper = spec.kind.is_ascii_uppercase();
    let shown = match spec.kind.to_ascii_lowercase() {
        'f' | '%' => {
            if spec.kind == '%' {
                value.exponent = value.exponent.saturating_add(2);
            }
            if value.spread() as i64 > LIMIT && value.exponent > 0 {
                return Err(FormatError::TooLong);
            }
            match spec.precision {
                Some(precision) => value = value.rescaled(-precision, rounding),
                None if value.exponent > 0 => value = value.rescaled(0, rounding),
                None => {}
            }
            if value.exponent < -LIMIT {
                return Err(FormatError::TooLong);
            }
            value.fixed_text()
        }
        'e' => {
            if let Some(precision) = spec.precision {
                if value.is_zero() {
                    // A zero is given as many digits as asked for by moving its point.
                    return Ok(scientific(
                        &"0".repeat(precision as usize + 1),
                        value.exponent + precision,
                        upper,
                    ));
                }
                let target = value.adjusted() - precision;
                let length = digits(&value.coefficient) as i64;
                if length > precision + 1 {
                    value = round_to(&value, (precision + 1) as u64, rounding);
                } else {
                    value = value.rescaled(target, rounding);
                }
            }
            let text = value.coefficient.to_string();
            let adjusted = value.adjusted();
            return Ok(scientific(&text, adjusted, upper));
        }
        _ => {
            if let Some(precision) = spec.precision {
                let precision = precision.max(1);
                if digits(&value.coefficient) as i64 > precision {
                    value = round_to(&value, precision as u64, rounding);
                }
            }
            let text = value.to_text(false);
            if upper || spec.kind == '\0' {
                text
            } else {
                text.replace('E', "e")
            }
        }
    };
    Ok(if spec.kind == '%' { shown + "%" } else { shown })
}

fn round_to(value: &Decimal, precision: u64, rounding: Rounding) -> Decimal {
    let target = value.exponent + (digits(&value.coefficient) - precision) as i64;
    let rounded = value.rescaled(target, rounding);
    if digits(&rounded.coefficient) > precision {
        rounded.rescaled(target + 1, Rounding::Down)
    } else {
        rounded
    }
}

fn scientific(digits: &str, adjusted: i64, upper: bool) -> String {
    let mut out = String::new();
    place_point(digits, 1, &mut out);
    out.push(if upper { 'E' } else { 'e' });
    out.push(if adjusted < 0 { '-' } else { '+' });
    out.push_str(&adjusted.unsigned_abs().to_string());
    out
}

/// Puts commas between groups of three digits; zeros before fill up to the width.
fn separated(body: &str, width: usize) -> String {
    let end = body
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(body.len());
    let (whole, rest) = body.split_at(end);
    let mut digits = whole.to_owned();
    let commas = |count: usize| count.saturating_sub(1) / 3;
    while digits.len() + commas(digits.len()) + rest.len() < width {
        digits.insert(0, '0');
    }
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    out + rest
}

//! Floats as text: the shortest form that reads back the same, and every format of `printf`.

use std::fmt::Write;

/// Beyond this many places the exact decimal expansion of every float has only zeros.
const MAXIMUM_PLACES: usize = 1100;

/// How `double_to_string` lays digits out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// The shortest digits that read back the same.
    Repr,
    /// `e`: one digit, a point, `precision` digits, an exponent.
    Exponent,
    /// `f`: `precision` digits after the point.
    Fixed,
    /// `g`: `precision` significant digits.
    General,
}

/// What changes a layout.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// `#`: always a point, and `g` keeps its zeros.
    pub alternate: bool,
    /// Ends in `.0` where there would be no point.
    pub add_dot_zero: bool,
    /// `z`: no sign on what rounds to zero.
    pub no_negative_zero: bool,
    /// Upper case letters.
    pub upper: bool,
}

/// `repr(value)`: at most 24 bytes.
#[must_use]
pub fn repr(value: f64) -> String {
    double_to_string(
        value,
        Layout::Repr,
        0,
        Options {
            add_dot_zero: true,
            ..Options::default()
        },
    )
}

/// Decimal digits without zeros at the end, and where the point stands before or after the first.
struct Digits {
    text: Vec<u8>,
    point: i64,
}

impl Digits {
    /// From `d.ddde-7`.
    fn from_exponent_form(form: &str) -> Self {
        let (mantissa, exponent) = form.split_once('e').unwrap_or((form, "0"));
        let text = mantissa.bytes().filter(u8::is_ascii_digit).collect();
        let exponent: i64 = exponent.parse().unwrap_or(0);
        Self {
            text,
            point: exponent + 1,
        }
        .trimmed()
    }

    /// From `123.45`. What rounded to zero has no digit, unless it is zero.
    fn from_fixed_form(form: &str) -> Self {
        let point = form.find('.').unwrap_or(form.len());
        let mut text: Vec<u8> = form.bytes().filter(u8::is_ascii_digit).collect();
        let zeros = text.iter().take_while(|&&digit| digit == b'0').count();
        text.drain(..zeros);
        let point = i64::try_from(point).unwrap_or(0) - i64::try_from(zeros).unwrap_or(0);
        Self { text, point }.trimmed()
    }

    fn trimmed(mut self) -> Self {
        while self.text.len() > 1 && self.text.last() == Some(&b'0') {
            self.text.pop();
        }
        self
    }
}

/// The fewest digits that read back the same, of these the nearest, of two equally near the even ones.
fn shortest(value: f64) -> Digits {
    let form = format!("{value:e}");
    let digits = Digits::from_exponent_form(&form);
    // The standard library takes the larger of two equally near. Two are equally near only where the
    // spacing of floats is above a tenth, so there are many digits.
    if digits.text.len() < 15 {
        return digits;
    }
    let rounded = format!("{value:.*e}", digits.text.len() - 1);
    if rounded != form && rounded.parse() == Ok(value) {
        Digits::from_exponent_form(&rounded)
    } else {
        digits
    }
}

/// The digits of a finite absolute value, rounded half to even on its exact value.
fn digits(value: f64, layout: Layout, precision: usize) -> Digits {
    if value == 0.0 {
        return Digits {
            text: vec![b'0'],
            point: 1,
        };
    }
    match layout {
        Layout::Repr => shortest(value),
        Layout::Exponent => {
            Digits::from_exponent_form(&format!("{value:.*e}", precision.min(MAXIMUM_PLACES)))
        }
        Layout::General => {
            let places = precision.saturating_sub(1).min(MAXIMUM_PLACES);
            Digits::from_exponent_form(&format!("{value:.places$e}"))
        }
        Layout::Fixed => {
            Digits::from_fixed_form(&format!("{value:.*}", precision.min(MAXIMUM_PLACES)))
        }
    }
}

/// CPython's `PyOS_double_to_string`. Bytes: 330 and the precision at most.
#[must_use]
pub fn double_to_string(value: f64, layout: Layout, precision: usize, options: Options) -> String {
    if !value.is_finite() {
        let text = match (value.is_nan(), value < 0.0) {
            (true, _) => "nan",
            (false, false) => "inf",
            (false, true) => "-inf",
        };
        return if options.upper {
            text.to_ascii_uppercase()
        } else {
            text.to_owned()
        };
    }
    let precision = if layout == Layout::General {
        precision.max(1)
    } else {
        precision
    };
    let mut digits = digits(value.abs(), layout, precision);
    let places = i64::try_from(precision)
        .unwrap_or(i64::MAX / 4)
        .min(i64::MAX / 4);
    let length = i64::try_from(digits.text.len()).unwrap_or(0);
    let is_zero = digits.text.is_empty() || digits.text == b"0";
    if digits.text.is_empty() {
        digits.point = -places;
    }
    let negative = value.is_sign_negative() && !(options.no_negative_zero && is_zero);
    let mut with_exponent = false;
    let mut end = length;
    match layout {
        Layout::Repr => with_exponent = digits.point <= -4 || digits.point > 16,
        Layout::Exponent => {
            with_exponent = true;
            end = places + 1;
        }
        Layout::Fixed => end = digits.point + places,
        Layout::General => {
            with_exponent =
                digits.point <= -4 || digits.point > places - i64::from(options.add_dot_zero);
            if options.alternate {
                end = places;
            }
        }
    }
    let mut point = digits.point;
    let exponent = point - 1;
    if with_exponent {
        point = 1;
    }
    let start = if point <= 0 { point - 1 } else { 0 };
    end = end.max(if !with_exponent && options.add_dot_zero {
        point + 1
    } else {
        point
    });

    let mut out = String::with_capacity(usize::try_from(end - start).unwrap_or(0) + 8);
    if negative {
        out.push('-');
    }
    for position in start..end {
        if position == point {
            out.push('.');
        }
        let digit = usize::try_from(position)
            .ok()
            .and_then(|position| digits.text.get(position));
        out.push(digit.map_or('0', |&digit| char::from(digit)));
    }
    if end == point && options.alternate {
        out.push('.');
    }
    if with_exponent {
        out.push(if options.upper { 'E' } else { 'e' });
        out.push(if exponent < 0 { '-' } else { '+' });
        // Writing to a string cannot fail.
        let _ = write!(out, "{:02}", exponent.abs());
    }
    out
}

/// `value.hex()`
#[must_use]
pub fn hex(value: f64) -> String {
    if !value.is_finite() {
        return repr(value);
    }
    let bits = value.to_bits();
    let sign = if value.is_sign_negative() { "-" } else { "" };
    let mantissa = bits & ((1 << 52) - 1);
    let exponent = i64::try_from(bits >> 52 & 0x7ff).unwrap_or(0);
    match (exponent, mantissa) {
        (0, 0) => format!("{sign}0x0.0p+0"),
        (0, _) => format!("{sign}0x0.{mantissa:013x}p-1022"),
        _ => format!("{sign}0x1.{mantissa:013x}p{:+}", exponent - 1023),
    }
}

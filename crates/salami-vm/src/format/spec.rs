//! The format specification mini-language: `[[fill]align][sign][z][#][0][width][grouping][.precision][type]`.

use super::Failure;
use super::unicode;

/// Where the padding goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    /// `<`
    Left,
    /// `>`
    Right,
    /// `^`
    Center,
    /// `=`: between sign and digits.
    AfterSign,
}

/// When a number shows a sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// Only below zero.
    Minus,
    /// `+`: always.
    Plus,
    /// A space where there is no minus.
    Space,
}

/// What stands between groups of digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grouping {
    /// `,` every three digits.
    Comma,
    /// `_` every three digits.
    Underscore,
    /// `_` every four digits, for bases 2, 8 and 16.
    UnderscoreByFour,
}

impl Grouping {
    /// The separator and the digits of a group.
    #[must_use]
    pub fn separator(self) -> (char, usize) {
        match self {
            Self::Comma => (',', 3),
            Self::Underscore => ('_', 3),
            Self::UnderscoreByFour => ('_', 4),
        }
    }
}

/// A parsed specification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spec {
    /// What pads.
    pub fill: char,
    /// Where the padding goes.
    pub align: Align,
    /// The sign, if one was given.
    pub sign: Option<Sign>,
    /// `z`: negative zero is shown without its sign.
    pub no_negative_zero: bool,
    /// `#`
    pub alternate: bool,
    /// The least characters; 0 for none.
    pub width: usize,
    /// Separators of digits.
    pub grouping: Option<Grouping>,
    /// Digits or characters.
    pub precision: Option<usize>,
    /// The presentation type.
    pub kind: Option<char>,
}

impl Spec {
    /// Parses a specification for a value of the type `type_name`; `default` is where padding goes
    /// that the text does not place.
    ///
    /// # Errors
    /// ValueError as CPython words it.
    pub fn parse(text: &str, default: Align, type_name: &str) -> Result<Self, Failure> {
        let mut rest = text;
        let mut spec = Self {
            fill: ' ',
            align: default,
            sign: None,
            no_negative_zero: false,
            alternate: false,
            width: 0,
            grouping: None,
            precision: None,
            kind: None,
        };
        let mut chars = rest.chars();
        let (first, second) = (chars.next(), chars.next());
        let mut fill_given = false;
        let mut align_given = false;
        if let (Some(fill), Some(align)) = (first, second.and_then(align)) {
            spec.fill = fill;
            spec.align = align;
            fill_given = true;
            align_given = true;
            rest = &rest[fill.len_utf8() + 1..];
        } else if let Some(align) = first.and_then(align) {
            spec.align = align;
            align_given = true;
            rest = &rest[1..];
        }
        spec.sign = match rest.bytes().next() {
            Some(b'+') => Some(Sign::Plus),
            Some(b'-') => Some(Sign::Minus),
            Some(b' ') => Some(Sign::Space),
            _ => None,
        };
        if spec.sign.is_some() {
            rest = &rest[1..];
        }
        spec.no_negative_zero = take(&mut rest, 'z');
        spec.alternate = take(&mut rest, '#');
        if !fill_given && take(&mut rest, '0') {
            spec.fill = '0';
            if !align_given && default == Align::Right {
                spec.align = Align::AfterSign;
            }
        }
        spec.width = number(&mut rest)?.unwrap_or(0);
        if take(&mut rest, ',') {
            spec.grouping = Some(Grouping::Comma);
        }
        if take(&mut rest, '_') {
            if spec.grouping.is_some() {
                return Err(both_groupings());
            }
            spec.grouping = Some(Grouping::Underscore);
        }
        if rest.starts_with(',') && spec.grouping == Some(Grouping::Underscore) {
            return Err(both_groupings());
        }
        if take(&mut rest, '.') {
            spec.precision = number(&mut rest)?;
            if spec.precision.is_none() {
                return Err(Failure::value("Format specifier missing precision"));
            }
        }
        let mut chars = rest.chars();
        // What is aligned to the left by itself is text, whose type is `s` where none is given.
        spec.kind = chars.next().or((default == Align::Left).then_some('s'));
        if chars.next().is_some() {
            return Err(Failure::value(format!(
                "Invalid format specifier '{text}' for object of type '{type_name}'"
            )));
        }
        spec.check_grouping()?;
        Ok(spec)
    }

    fn check_grouping(&mut self) -> Result<(), Failure> {
        let Some(grouping) = self.grouping else {
            return Ok(());
        };
        match self.kind {
            None | Some('d' | 'e' | 'f' | 'g' | 'E' | 'G' | '%' | 'F') => Ok(()),
            Some('b' | 'o' | 'x' | 'X') if grouping == Grouping::Underscore => {
                self.grouping = Some(Grouping::UnderscoreByFour);
                Ok(())
            }
            Some(kind) => {
                let (separator, _) = grouping.separator();
                Err(Failure::value(format!(
                    "Cannot specify '{separator}' with '{}'.",
                    shown(kind)
                )))
            }
        }
    }

    /// The error for a presentation type that the value's type does not have.
    #[must_use]
    pub fn unknown_kind(kind: char, type_name: &str) -> Failure {
        Failure::value(format!(
            "Unknown format code '{}' for object of type '{type_name}'",
            shown(kind)
        ))
    }

    /// Bytes that formatting with this specification can add to the plain form of a value: what to
    /// reserve and charge before it is done.
    #[must_use]
    pub fn size(&self) -> usize {
        // Zeros are grouped too: at most a separator for each digit but the first of a group.
        let padding = self.width.saturating_mul(self.fill.len_utf8());
        let padding = if self.grouping.is_some() {
            padding.saturating_mul(2)
        } else {
            padding
        };
        padding
            .saturating_add(self.precision.unwrap_or(0))
            .saturating_add(400)
    }
}

/// A character as error messages show it.
fn shown(char: char) -> String {
    if matches!(char, '!'..='\x7f') {
        char.to_string()
    } else {
        format!("\\x{:x}", char as u32)
    }
}

fn both_groupings() -> Failure {
    Failure::value("Cannot specify both ',' and '_'.")
}

fn align(char: char) -> Option<Align> {
    match char {
        '<' => Some(Align::Left),
        '>' => Some(Align::Right),
        '^' => Some(Align::Center),
        '=' => Some(Align::AfterSign),
        _ => None,
    }
}

fn take(rest: &mut &str, char: char) -> bool {
    match rest.strip_prefix(char) {
        Some(after) => {
            *rest = after;
            true
        }
        None => false,
    }
}

/// Digits of any script, if there are any.
fn number(rest: &mut &str) -> Result<Option<usize>, Failure> {
    let mut value: Option<i64> = None;
    while let Some(char) = rest.chars().next() {
        let Some(digit) = unicode::decimal(char) else {
            break;
        };
        let next = value
            .unwrap_or(0)
            .checked_mul(10)
            .and_then(|value| value.checked_add(i64::from(digit)));
        value =
            Some(next.ok_or_else(|| Failure::value("Too many decimal digits in format string"))?);
        *rest = &rest[char.len_utf8()..];
    }
    // More than this machine can count is more than it can reserve.
    Ok(value.map(|value| usize::try_from(value).unwrap_or(usize::MAX)))
}

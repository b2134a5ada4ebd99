//! `text % values`: the parser of conversions and the layout of what they convert.

use super::Failure;

/// A width or precision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Amount {
    /// None given.
    None,
    /// `*`: the next value.
    Next,
    /// Digits.
    Fixed(usize),
}

/// The flags of a conversion.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flags {
    /// `-`
    pub left: bool,
    /// `+`
    pub plus: bool,
    /// A space.
    pub blank: bool,
    /// `#`
    pub alternate: bool,
    /// `0`
    pub zero: bool,
}

/// One conversion, such as `%(name)-5.2f`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Conversion<'a> {
    /// The mapping key in parentheses.
    pub key: Option<&'a str>,
    /// Flags.
    pub flags: Flags,
    /// Width.
    pub width: Amount,
    /// Precision.
    pub precision: Amount,
    /// The conversion's letter; `None` if the text ends before it: see [`incomplete`].
    pub kind: Option<char>,
    /// The letter's place in the text, in characters, for the error.
    pub index: usize,
}

/// A step of a format text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// Text that stands for itself.
    Literal(&'a str),
    /// A conversion.
    Conversion(Conversion<'a>),
}

/// Walks a format text. Errors come where CPython raises them: what is before was converted already.
#[derive(Clone, Debug)]
pub struct Pieces<'a> {
    text: &'a str,
    at: usize,
    /// Whether the values are a mapping; else a key raises.
    mapping: bool,
}

/// The error for a text that ends inside a conversion.
#[must_use]
pub fn incomplete() -> Failure {
    Failure::value("incomplete format")
}

/// The error for a letter that is no conversion.
#[must_use]
pub fn unsupported(kind: char, index: usize) -> Failure {
    let shown = if matches!(kind, ' '..='~') { kind } else { '?' };
    Failure::value(format!(
        "unsupported format character '{shown}' (0x{:x}) at index {index}",
        kind as u32
    ))
}

impl<'a> Pieces<'a> {
    /// The pieces of `text`; `mapping` says whether the values are one.
    #[must_use]
    pub fn new(text: &'a str, mapping: bool) -> Self {
        Self {
            text,
            at: 0,
            mapping,
        }
    }

    fn peek(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }

    fn take(&mut self) -> Option<char> {
        let char = self.peek()?;
        self.at += char.len_utf8();
        Some(char)
    }

    /// The next piece, if any.
    ///
    /// # Errors
    /// TypeError and ValueError as CPython words them.
    pub fn next_piece(&mut self) -> Result<Option<Piece<'a>>, Failure> {
        let rest = &self.text[self.at..];
        if rest.is_empty() {
            return Ok(None);
        }
        let Some(length) = rest.find('%') else {
            self.at = self.text.len();
            return Ok(Some(Piece::Literal(rest)));
        };
        if length > 0 {
            self.at += length;
            return Ok(Some(Piece::Literal(&rest[..length])));
        }
        self.at += 1;
        let mut conversion = Conversion {
            key: None,
            flags: Flags::default(),
            width: Amount::None,
            precision: Amount::None,
            kind: None,
            index: 0,
        };
        if self.peek() == Some('(') {
            conversion.key = Some(self.key()?);
        }
        while let Some(flag) = self.peek() {
            let flags = &mut conversion.flags;
            match flag {
                '-' => flags.left = true,
                '+' => flags.plus = true,
                ' ' => flags.blank = true,
                '#' => flags.alternate = true,
                '0' => flags.zero = true,
                _ => break,
            }
            self.at += 1;
        }
        conversion.width = self.amount("width too big")?;
        if self.peek() == Some('.') {
            self.at += 1;
            conversion.precision = match self.amount("precision too big")? {
                Amount::None => Amount::Fixed(0),
                amount => amount,
            };
        }
        if matches!(self.peek(), Some('h' | 'l' | 'L')) {
            self.at += 1;
        }
        conversion.index = self.text[..self.at].chars().count();
        conversion.kind = self.take();
        Ok(Some(Piece::Conversion(conversion)))
    }

    /// The key in parentheses, which may nest.
    fn key(&mut self) -> Result<&'a str, Failure> {
        if !self.mapping {
            return Err(Failure::type_error("format requires a mapping"));
        }
        self.at += 1;
        let start = self.at;
        let mut depth = 1;
        while let Some(char) = self.take() {
            match char {
                '(' => depth += 1,
                ')' => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                return Ok(&self.text[start..self.at - 1]);
            }
        }
        Err(Failure::value("incomplete format key"))
    }

    fn amount(&mut self, too_big: &'static str) -> Result<Amount, Failure> {
        if self.peek() == Some('*') {
            self.at += 1;
            return Ok(Amount::Next);
        }
        let mut value: Option<i64> = None;
        while let Some(digit @ '0'..='9') = self.peek() {
            let digit = i64::from(digit as u8 - b'0');
            let next = value
                .unwrap_or(0)
                .checked_mul(10)
                .and_then(|value| value.checked_add(digit));
            value = Some(next.ok_or_else(|| Failure::value(too_big))?);
            self.at += 1;
        }
        if too_big.starts_with('p') && value.is_some_and(|value| value > i64::from(i32::MAX)) {
            return Err(Failure::value(too_big));
        }
        Ok(value.map_or(Amount::None, |value| {
            Amount::Fixed(usize::try_from(value).unwrap_or(usize::MAX))
        }))
    }
}

/// What a conversion made, before it is padded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Converted {
    /// Text: `s`, `r`, `a`, `c`.
    Text(String),
    /// A number with its sign; `prefixed` says that two characters of prefix follow it.
    Number {
        /// `-0x1f`
        text: String,
        /// Whether a prefix follows the sign.
        prefixed: bool,
    },
}

/// Adds the converted value with its sign and padding. At most the larger of `width` and the value's
/// characters, and one.
pub fn push_converted(out: &mut String, converted: &Converted, flags: Flags, width: usize) {
    let (text, number, prefixed) = match converted {
        Converted::Text(text) => (text.as_str(), false, false),
        Converted::Number { text, prefixed } => (text.as_str(), true, *prefixed),
    };
    let fill = if number && flags.zero && !flags.left {
        '0'
    } else {
        ' '
    };
    let (sign, body) = if !number {
        ("", text)
    } else if let Some(body) = text.strip_prefix('-') {
        ("-", body)
    } else if flags.plus {
        ("+", text)
    } else if flags.blank {
        (" ", text)
    } else {
        ("", text)
    };
    let (prefix, body) = if prefixed {
        body.split_at(2.min(body.len()))
    } else {
        ("", body)
    };
    let padding = width.saturating_sub(sign.len() + prefix.len() + body.chars().count());
    let spaces = |out: &mut String, char| out.extend(std::iter::repeat_n(char, padding));
    if !flags.left && fill == ' ' {
        spaces(out, ' ');
    }
    out.push_str(sign);
    out.push_str(prefix);
    if fill == '0' {
        spaces(out, '0');
    }
    out.push_str(body);
    if flags.left {
        spaces(out, ' ');
    }
}

/// The text of an integer for `d`, `i`, `u`, `o`, `x` and `X`: `digits` are those of its absolute value.
#[must_use]
pub fn integer(
    negative: bool,
    digits: &str,
    kind: char,
    precision: Option<usize>,
    alternate: bool,
) -> Converted {
    let prefix = match kind {
        'o' if alternate => "0o",
        'x' if alternate => "0x",
        'X' if alternate => "0X",
        _ => "",
    };
    let mut text =
        String::with_capacity(digits.len().max(precision.unwrap_or(0)).saturating_add(3));
    if negative {
        text.push('-');
    }
    text.push_str(prefix);
    text.extend(std::iter::repeat_n(
        '0',
        precision.unwrap_or(0).saturating_sub(digits.len()),
    ));
    text.push_str(digits);
    if kind == 'X' {
        text.make_ascii_uppercase();
    }
    Converted::Number {
        text,
        prefixed: !prefix.is_empty(),
    }
}

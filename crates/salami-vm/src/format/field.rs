//! The replacement fields of `str.format`: `{name.attribute[key]!r:spec}`.

use super::Failure;
use super::unicode;

/// How deep a specification may hold fields.
pub const MAXIMUM_DEPTH: usize = 2;

/// A field between braces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field<'a> {
    /// The name with what follows it: see [`Name::parse`].
    pub name: &'a str,
    /// After `!`.
    pub conversion: Option<char>,
    /// After `:`.
    pub spec: &'a str,
    /// Whether the specification holds fields itself.
    pub nested: bool,
}

/// Literal text and the field after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Markup<'a> {
    /// Text that stands for itself.
    pub literal: &'a str,
    /// The field, if one follows.
    pub field: Option<Field<'a>>,
}

/// Walks a format text. Errors come where CPython raises them: what is before was formatted already.
#[derive(Clone, Debug)]
pub struct Markups<'a> {
    rest: &'a str,
}

impl<'a> Markups<'a> {
    /// The fields of `text`.
    #[must_use]
    pub fn new(text: &'a str) -> Self {
        Self { rest: text }
    }

    /// The next literal and field, if any.
    ///
    /// # Errors
    /// ValueError as CPython words it.
    pub fn next_markup(&mut self) -> Result<Option<Markup<'a>>, Failure> {
        let text = self.rest;
        if text.is_empty() {
            return Ok(None);
        }
        let Some(brace) = text.find(['{', '}']) else {
            self.rest = "";
            return Ok(Some(Markup {
                literal: text,
                field: None,
            }));
        };
        let (opens, after) = (text.as_bytes()[brace] == b'{', &text[brace + 1..]);
        let doubled = after.as_bytes().first() == Some(&text.as_bytes()[brace]);
        if doubled {
            self.rest = &after[1..];
            return Ok(Some(Markup {
                literal: &text[..=brace],
                field: None,
            }));
        }
        if !opens {
            return Err(Failure::value("Single '}' encountered in format string"));
        }
        if after.is_empty() {
            return Err(Failure::value("Single '{' encountered in format string"));
        }
        self.rest = after;
        let field = self.field()?;
        Ok(Some(Markup {
            literal: &text[..brace],
            field: Some(field),
        }))
    }

    fn take(&mut self) -> Option<char> {
        let char = self.rest.chars().next()?;
        self.rest = &self.rest[char.len_utf8()..];
        Some(char)
    }

    fn field(&mut self) -> Result<Field<'a>, Failure> {
        let start = self.rest;
        let mut end = loop {
            match self.take() {
                None => return Err(Failure::value("expected '}' before end of string")),
                Some('{') => return Err(Failure::value("unexpected '{' in field name")),
                // Inside brackets everything belongs to the key.
                Some('[') => {
                    self.rest = &self.rest[self.rest.find(']').unwrap_or(self.rest.len())..]
                }
                Some(end @ ('}' | ':' | '!')) => break end,
                Some(_) => {}
            }
        };
        let name = &start[..start.len() - self.rest.len() - 1];
        let mut field = Field {
            name,
            conversion: None,
            spec: "",
            nested: false,
        };
        if end == '!' {
            let ends_early =
                || Failure::value("end of string while looking for conversion specifier");
            field.conversion = Some(self.take().ok_or_else(ends_early)?);
            match self.take() {
                None => end = ':',
                Some(char @ ('}' | ':')) => end = char,
                Some(_) => return Err(Failure::value("expected ':' after conversion specifier")),
            }
        }
        if end == '}' {
            return Ok(field);
        }
        let start = self.rest;
        let mut depth = 1;
        while let Some(char) = self.take() {
            match char {
                '{' => {
                    field.nested = true;
                    depth += 1;
                }
                '}' => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                field.spec = &start[..start.len() - self.rest.len() - 1];
                return Ok(field);
            }
        }
        Err(Failure::value("unmatched '{' in format spec"))
    }
}

/// The first part of a field's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum First<'a> {
    /// Nothing: the next positional value.
    Automatic,
    /// A position.
    Position(usize),
    /// A keyword.
    Keyword(&'a str),
}

/// A step from a value to a part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step<'a> {
    /// `.name`
    Attribute(&'a str),
    /// `[3]`
    Index(usize),
    /// `[key]`
    Key(&'a str),
}

/// A field's name in parts.
#[derive(Clone, Debug)]
pub struct Name<'a> {
    /// Which value.
    pub first: First<'a>,
    rest: &'a str,
}

impl<'a> Name<'a> {
    /// Splits a name.
    ///
    /// # Errors
    /// ValueError for a number too large.
    pub fn parse(name: &'a str) -> Result<Self, Failure> {
        let end = name.find(['.', '[']).unwrap_or(name.len());
        let (first, rest) = name.split_at(end);
        let first = match number(first)? {
            _ if first.is_empty() => First::Automatic,
            Some(position) => First::Position(position),
            None => First::Keyword(first),
        };
        Ok(Self { first, rest })
    }

    /// The next step, if any.
    ///
    /// # Errors
    /// ValueError as CPython words it.
    pub fn next_step(&mut self) -> Result<Option<Step<'a>>, Failure> {
        let Some(mark) = self.rest.chars().next() else {
            return Ok(None);
        };
        let empty = || Failure::value("Empty attribute in format string");
        match mark {
            '.' => {
                let body = &self.rest[1..];
                let end = body.find(['.', '[']).unwrap_or(body.len());
                self.rest = &body[end..];
                if end == 0 {
                    Err(empty())
                } else {
                    Ok(Some(Step::Attribute(&body[..end])))
                }
            }
            '[' => {
                let body = &self.rest[1..];
                let end = body
                    .find(']')
                    .ok_or_else(|| Failure::value("Missing ']' in format string"))?;
                let key = &body[..end];
                self.rest = &body[end + 1..];
                if key.is_empty() {
                    return Err(empty());
                }
                Ok(Some(number(key)?.map_or(Step::Key(key), Step::Index)))
            }
            _ => Err(Failure::value(
                "Only '.' or '[' may follow ']' in format field specifier",
            )),
        }
    }
}

/// A number of digits only, of any script.
fn number(text: &str) -> Result<Option<usize>, Failure> {
    if text.is_empty() {
        return Ok(None);
    }
    let mut value: i64 = 0;
    for char in text.chars() {
        let Some(digit) = unicode::decimal(char) else {
            return Ok(None);
        };
        let next = value
            .checked_mul(10)
            .and_then(|value| value.checked_add(i64::from(digit)));
        value = next.ok_or_else(|| Failure::value("Too many decimal digits in format string"))?;
    }
    Ok(Some(usize::try_from(value).unwrap_or(usize::MAX)))
}

/// How the fields of one text are numbered: not known yet, or by hand, or automatically and the next one.
pub type Numbering = Option<(bool, usize)>;

impl First<'_> {
    /// The position that this name stands for, if it is none of a keyword.
    ///
    /// # Errors
    /// ValueError where numbered and unnumbered fields are mixed.
    pub fn number(self, numbering: &mut Numbering) -> Result<Option<usize>, Failure> {
        let (automatic, next) = match (self, *numbering) {
            (First::Keyword(_), _) => return Ok(None),
            (First::Automatic, None) => (true, 0),
            (First::Automatic, Some((true, next))) => (true, next),
            (First::Automatic, Some((false, _))) => {
                return Err(Failure::value(
                    "cannot switch from manual field specification to automatic field numbering",
                ));
            }
            (First::Position(_), Some((true, _))) => {
                return Err(Failure::value(
                    "cannot switch from automatic field numbering to manual field specification",
                ));
            }
            (First::Position(position), _) => (false, position),
        };
        *numbering = Some((automatic, if automatic { next + 1 } else { 0 }));
        Ok(Some(next))
    }
}

/// The error for a conversion other than `r`, `s` and `a`.
#[must_use]
pub fn unknown_conversion(conversion: char) -> Failure {
    if matches!(conversion, '!'..='\x7f') {
        Failure::value(format!("Unknown conversion specifier {conversion}"))
    } else {
        Failure::value(format!(
            "Unknown conversion specifier \\x{:x}",
            conversion as u32
        ))
    }
}

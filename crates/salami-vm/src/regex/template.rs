//! Templates of `re.sub` and `Match.expand`.

use super::Found;
use super::error::{PatternError, PatternErrorKind, quoted};
use super::escape::{is_octal, simple};
use super::parse::{GROUP_LIMIT, group_number};
use super::source::{Source, Token, is_identifier};

/// A piece of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Text that stands for itself.
    Text(String),
    /// What the group matched; nothing if it did not.
    Group(u32),
}

/// A parsed template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    /// The pieces in order.
    pub pieces: Vec<Piece>,
}

impl Template {
    /// Parses a template for a pattern with so many groups and these names.
    ///
    /// # Errors
    /// `re.error` with CPython's message; `IndexError` for an unknown name.
    pub fn parse(text: &str, groups: u32, names: &[(String, u32)]) -> Result<Self, PatternError> {
        let mut parser = Parser {
            source: Source::new(text)?,
            groups,
            pieces: Vec::new(),
            literal: String::new(),
        };
        while let Some(token) = parser.source.get()? {
            match token {
                Token::Plain(c) => parser.literal.push(c),
                Token::Escaped('g') => parser.named(names)?,
                Token::Escaped(c) => parser.escape(c)?,
            }
        }
        parser.flush();
        Ok(Self {
            pieces: parser.pieces,
        })
    }

    /// Appends the template, filled in from a match in `text`.
    pub fn expand(&self, text: &str, found: &Found, out: &mut String) {
        for piece in &self.pieces {
            match piece {
                Piece::Text(literal) => out.push_str(literal),
                Piece::Group(group) => out.push_str(found.text(text, *group).unwrap_or_default()),
            }
        }
    }
}

struct Parser<'a> {
    source: Source<'a>,
    groups: u32,
    pieces: Vec<Piece>,
    literal: String,
}

impl Parser<'_> {
    fn flush(&mut self) {
        if !self.literal.is_empty() {
            self.pieces
                .push(Piece::Text(std::mem::take(&mut self.literal)));
        }
    }

    fn group(&mut self, group: u32, back: usize) -> Result<(), PatternError> {
        if group > self.groups {
            return Err(self
                .source
                .error(&format!("invalid group reference {group}"), back));
        }
        self.flush();
        self.pieces.push(Piece::Group(group));
        Ok(())
    }

    /// After `\g`.
    fn named(&mut self, names: &[(String, u32)]) -> Result<(), PatternError> {
        if !self.source.take('<')? {
            return Err(self.source.error("missing <", 0));
        }
        let name = self.source.take_until('>', "group name")?;
        let back = name.chars().count() + 1;
        if is_identifier(&name) {
            let Some(&(_, group)) = names.iter().find(|(known, _)| *known == name) else {
                let message = format!("unknown group name {}", quoted(&name));
                return Err(PatternError::plain(PatternErrorKind::Index, message));
            };
            return self.group(group, back);
        }
        let Some(digits) = group_number(&name) else {
            let message = format!("bad character in group name {}", quoted(&name));
            return Err(self.source.error(&message, back));
        };
        match digits.parse::<u32>() {
            Ok(group) if group < GROUP_LIMIT => self.group(group, back),
            _ => Err(self
                .source
                .error(&format!("invalid group reference {digits}"), back)),
        }
    }

    fn escape(&mut self, character: char) -> Result<(), PatternError> {
        if character == '0' {
            let digits = self.source.take_while(2, is_octal)?;
            let code = u8::from_str_radix(&digits, 8).unwrap_or(0);
            self.literal.push(char::from(code));
        } else if character.is_ascii_digit() {
            let mut digits = character.to_string();
            if let Some(second) = self.source.peek(|c| c.is_ascii_digit()) {
                self.source.get()?;
                digits.push(second);
                if let (true, true, Some(third)) = (
                    is_octal(character),
                    is_octal(second),
                    self.source.peek(is_octal),
                ) {
                    self.source.get()?;
                    digits.push(third);
                    return match u8::from_str_radix(&digits, 8) {
                        Ok(code) => {
                            self.literal.push(char::from(code));
                            Ok(())
                        }
                        Err(_) => {
                            let message =
                                format!("octal escape value \\{digits} outside of range 0-0o377");
                            Err(self.source.error(&message, 4))
                        }
                    };
                }
            }
            let group = digits.parse().unwrap_or(u32::MAX);
            self.group(group, digits.len())?;
        } else if let Some(literal) = simple(character).and_then(char::from_u32) {
            self.literal.push(literal);
        } else if character.is_ascii_alphabetic() {
            return Err(self.source.error(&format!("bad escape \\{character}"), 2));
        } else {
            self.literal.extend(['\\', character]);
        }
        Ok(())
    }
}

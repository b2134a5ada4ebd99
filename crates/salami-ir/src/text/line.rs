//! A line of assembly, read from left to right.

use std::collections::BTreeMap;

use salami_source::{Diagnostic, Span};

use super::lexer::{Spanned, Token};
use super::literal;
use super::slips;
use crate::exceptions::BuiltinException;
use crate::index::ClassIndex;
use crate::module::{ClassRef, Constant};
use crate::types::{RegisterType, Tag, TagSet};
use num_bigint::BigInt;

/// More decimal digits would take more than linear time to read.
const MAXIMUM_DECIMAL_DIGITS: usize = 4300;

pub(super) struct Line<'t, 'a> {
    tokens: &'t [Spanned<'a>],
    at: usize,
    end: Span,
}

/// What finds a class by the name that a hand-written file gives it.
pub(super) type ClassNames = BTreeMap<String, ClassIndex>;

impl<'t, 'a> Line<'t, 'a> {
    /// `end` is where the line ends, for what is missing there.
    pub(super) fn new(tokens: &'t [Spanned<'a>], end: Span) -> Self {
        Self { tokens, at: 0, end }
    }

    /// All tokens of the line.
    pub(super) fn tokens(&self) -> &'t [Spanned<'a>] {
        self.tokens
    }

    /// Goes on with the token at this position.
    pub(super) fn skip_to(&mut self, position: usize) {
        self.at = position;
    }

    /// What is written from a byte of the source on, with single spaces.
    pub(super) fn text_from(&self, source: &str, from: u32) -> String {
        let mut text = String::new();
        let mut last: Option<Span> = None;
        for Spanned { span, .. } in self.tokens.iter().filter(|token| token.span.start >= from) {
            if last.is_some_and(|last| last.end < span.start) {
                text.push(' ');
            }
            let written = source.get(span.start as usize..span.end as usize);
            text.push_str(written.unwrap_or_default());
            last = Some(*span);
        }
        text
    }

    /// The line as a listing keeps it: its address, its name if it has one, and what it says.
    pub(super) fn listed(&self, source: &str, address: u32, from: u32) -> String {
        let (_, name, _) = super::plan::label(self.tokens);
        let name = name.map(|name| format!("{name}: ")).unwrap_or_default();
        format!("{address}: {name}{}", self.text_from(source, from))
    }

    pub(super) fn peek(&self) -> Option<&'t Token<'a>> {
        self.peek_at(0)
    }

    pub(super) fn peek_at(&self, ahead: usize) -> Option<&'t Token<'a>> {
        self.tokens
            .get(self.at + ahead)
            .map(|spanned| &spanned.token)
    }

    pub(super) fn skip(&mut self) {
        self.at += 1;
    }

    pub(super) fn next(&mut self) -> Option<&'t Token<'a>> {
        let token = self.peek();
        self.at += 1;
        token
    }

    /// The place of the next token, or of the line's end.
    pub(super) fn span(&self) -> Span {
        self.span_at(0)
    }

    /// The place of a later token.
    pub(super) fn span_at(&self, ahead: usize) -> Span {
        self.tokens
            .get(self.at + ahead)
            .map_or(self.end, |spanned| spanned.span)
    }

    /// The place of the whole line.
    pub(super) fn whole(&self) -> Span {
        match (self.tokens.first(), self.tokens.last()) {
            (Some(first), Some(last)) => first.span.cover(last.span),
            _ => self.end,
        }
    }

    /// An error at the token that was read last.
    pub(super) fn refuse<T>(&self, message: impl Into<String>) -> Result<T, Diagnostic> {
        Err(self.error(message))
    }

    /// The same, to add to.
    pub(super) fn error(&self, message: impl Into<String>) -> Diagnostic {
        Diagnostic::error("assembly.syntax", self.last_span(), message)
    }

    /// The place of the token that was read last.
    pub(super) fn last_span(&self) -> Span {
        let last = self.at.checked_sub(1).and_then(|at| self.tokens.get(at));
        last.map_or(self.end, |spanned| spanned.span)
    }

    /// An error at the next token: `wanted` is missing.
    pub(super) fn missing<T>(&self, wanted: &str) -> Result<T, Diagnostic> {
        Err(Diagnostic::error(
            "assembly.syntax",
            self.span(),
            format!("expected {wanted}"),
        ))
    }

    pub(super) fn done(&self) -> Result<(), Diagnostic> {
        if self.at < self.tokens.len() {
            self.missing("the end of the line")
        } else {
            Ok(())
        }
    }

    pub(super) fn accept_mark(&mut self, mark: &str) -> bool {
        let there = matches!(self.peek(), Some(Token::Mark(next)) if *next == mark);
        self.at += usize::from(there);
        there
    }

    pub(super) fn mark(&mut self, mark: &str) -> Result<(), Diagnostic> {
        if self.accept_mark(mark) {
            Ok(())
        } else if mark == "->" {
            Err(slips::arrow(self))
        } else {
            self.missing(&format!("`{mark}`"))
        }
    }

    pub(super) fn accept_word(&mut self, word: &str) -> bool {
        let there = matches!(self.peek(), Some(Token::Word(next)) if *next == word);
        self.at += usize::from(there);
        there
    }

    pub(super) fn word(&mut self, word: &str) -> Result<(), Diagnostic> {
        if self.accept_word(word) {
            Ok(())
        } else {
            self.missing(&format!("`{word}`"))
        }
    }

    pub(super) fn any_word(&mut self, wanted: &str) -> Result<&'a str, Diagnostic> {
        match self.peek() {
            Some(Token::Word(word)) => {
                self.skip();
                Ok(word)
            }
            _ => self.missing(wanted),
        }
    }

    pub(super) fn text(&mut self) -> Result<String, Diagnostic> {
        match self.peek() {
            Some(Token::Text(text)) => {
                self.skip();
                Ok(text.clone())
            }
            _ => Err(slips::text(self)),
        }
    }

    pub(super) fn number<N: TryFrom<u64>>(&mut self) -> Result<N, Diagnostic> {
        match self.peek() {
            Some(Token::Number(digits)) => {
                self.skip();
                let plain = digits.bytes().all(|byte| byte.is_ascii_digit());
                match digits
                    .parse::<u64>()
                    .ok()
                    .filter(|_| plain)
                    .and_then(|number| N::try_from(number).ok())
                {
                    Some(number) => Ok(number),
                    None => self.refuse("this number is too large, or not a plain number"),
                }
            }
            _ => self.missing("a number"),
        }
    }

    /// An index such as `f12` by its letter, if the next token is one.
    pub(super) fn accept_index(&mut self, letter: &str) -> Option<u32> {
        let Some(Token::Word(word)) = self.peek() else {
            return None;
        };
        let index = index(word, letter)?;
        self.skip();
        Some(index)
    }

    pub(super) fn index(&mut self, letter: &str, what: &str) -> Result<u32, Diagnostic> {
        match self.accept_index(letter) {
            Some(index) => Ok(index),
            None => self.missing(&format!("{what}, such as `{letter}0`")),
        }
    }

    /// The index that a declaration gives itself: it must be the next one.
    pub(super) fn declared_index(
        &mut self,
        letter: &str,
        what: &str,
        next: u32,
    ) -> Result<(), Diagnostic> {
        let index = self.index(letter, what)?;
        if index == next {
            Ok(())
        } else {
            self.refuse(format!("the next {what} is `{letter}{next}`"))
        }
    }

    pub(super) fn class(&mut self, names: &ClassNames) -> Result<ClassRef, Diagnostic> {
        let word = self.any_word("a class, such as `c0` or `ValueError`")?;
        if let Some(index) = index(word, "c") {
            return Ok(ClassRef::Module(ClassIndex(index)));
        }
        let builtin = BuiltinException::ALL
            .iter()
            .find(|exception| exception.name() == word);
        match builtin
            .map(|exception| ClassRef::Builtin(*exception))
            .or_else(|| names.get(word).copied().map(ClassRef::Module))
        {
            Some(class) => Ok(class),
            None => self.refuse(format!("there is no class `{word}`")),
        }
    }

    pub(super) fn tag(&mut self) -> Result<Tag, Diagnostic> {
        let word = self.any_word("a tag, such as `int`")?;
        match Tag::ALL.iter().find(|tag| tag.name() == word) {
            Some(tag) => Ok(*tag),
            None => self.refuse(format!("there is no tag `{word}`")),
        }
    }

    /// Whether a literal constant stands next.
    pub(super) fn at_constant(&self) -> bool {
        match self.peek() {
            Some(Token::Text(_) | Token::Bytes(_) | Token::Number(_) | Token::Mark("...")) => true,
            Some(Token::Word(word)) => matches!(
                *word,
                "None"
                    | "null"
                    | "True"
                    | "true"
                    | "False"
                    | "false"
                    | "inf"
                    | "-inf"
                    | "nan"
                    | "float"
                    | "class"
                    | "type"
                    | "missing"
            ),
            _ => false,
        }
    }

    /// A literal constant, without tuples.
    pub(super) fn constant(&mut self, names: &ClassNames) -> Result<Constant, Diagnostic> {
        if !self.at_constant() {
            if matches!(self.peek(), Some(Token::Mark("["))) {
                let problem = self.missing("a single value");
                return problem.map_err(|problem: Diagnostic| {
                    problem.with_help("a list is made by `MAKE_LIST [1 2] -> $0`")
                });
            }
            return self.missing("a constant");
        }
        Ok(match self.next() {
            Some(Token::Text(text)) => Constant::Str(text.clone()),
            Some(Token::Bytes(bytes)) => Constant::Bytes(bytes.clone()),
            Some(Token::Number(digits)) => return self.numeric(digits),
            Some(Token::Word(word)) => match *word {
                "True" | "true" => Constant::Bool(true),
                "False" | "false" => Constant::Bool(false),
                "inf" => Constant::Float(f64::INFINITY.to_bits()),
                "-inf" => Constant::Float(f64::NEG_INFINITY.to_bits()),
                "nan" => Constant::Float(literal::NAN_BITS),
                "float" => Constant::Float(self.float_bits()?),
                "class" => Constant::Class(self.class(names)?),
                "type" => Constant::Type(self.tag()?),
                "missing" => Constant::Missing,
                _ => Constant::None,
            },
            _ => Constant::Ellipsis,
        })
    }

    fn float_bits(&mut self) -> Result<u64, Diagnostic> {
        let Some(Token::Number(digits)) = self.next() else {
            return self.refuse("expected the bits of a float");
        };
        match digits
            .strip_prefix("0x")
            .and_then(|digits| u64::from_str_radix(digits, 16).ok())
        {
            Some(bits) => Ok(bits),
            None => self.refuse("the bits of a float are written in hexadecimal"),
        }
    }

    fn numeric(&self, digits: &str) -> Result<Constant, Diagnostic> {
        let (sign, magnitude) = digits
            .strip_prefix('-')
            .map_or(("", digits), |magnitude| ("-", magnitude));
        let integer = if let Some(magnitude) = magnitude.strip_prefix("0x") {
            BigInt::parse_bytes(format!("{sign}{magnitude}").as_bytes(), 16)
        } else if magnitude
            .bytes()
            .any(|byte| matches!(byte, b'.' | b'e' | b'E'))
        {
            return match digits.parse::<f64>() {
                Ok(value) if !digits.contains('_') => Ok(Constant::Float(value.to_bits())),
                _ => self.refuse("this is not a number"),
            };
        } else if magnitude.len() > MAXIMUM_DECIMAL_DIGITS {
            return self.refuse("an integer of more than 4300 digits is written in hexadecimal");
        } else {
            BigInt::parse_bytes(digits.as_bytes(), 10)
        };
        match integer {
            Some(value) if !digits.contains('_') => Ok(Constant::Int(value)),
            _ => self.refuse("this is not a number"),
        }
    }

    /// A type, such as `int|object<c0>`.
    pub(super) fn register_type(&mut self, names: &ClassNames) -> Result<RegisterType, Diagnostic> {
        if self.accept_word("never") {
            return Ok(RegisterType::default());
        }
        let mut register_type = RegisterType::default();
        loop {
            if !matches!(self.peek(), Some(Token::Mark("<"))) {
                let word = self.any_word("a type, such as `any` or `int|str`")?;
                let tag = Tag::ALL
                    .iter()
                    .find(|tag| tag.name() == word)
                    .map(|tag| TagSet::of(&[*tag]));
                let any = (word == "any").then_some(TagSet::VALUES);
                match tag.or(any).or_else(|| literal::unknown_tag(word)) {
                    Some(tags) => register_type.tags = register_type.tags.union(tags),
                    None => return self.refuse(format!("there is no type `{word}`")),
                }
            }
            if self.accept_mark("<") {
                let mut classes = register_type.classes.take().unwrap_or_default();
                while !self.accept_mark(">") {
                    if !classes.is_empty() {
                        self.mark(",")?;
                    }
                    classes.push(self.class(names)?);
                }
                register_type.classes = Some(classes);
            }
            if !self.accept_mark("|") {
                return Ok(register_type);
            }
        }
    }
}

/// The number of an index such as `f12`, in its one form.
pub(super) fn index(word: &str, letter: &str) -> Option<u32> {
    let digits = word.strip_prefix(letter)?;
    let plain = digits.bytes().all(|byte| byte.is_ascii_digit())
        && (digits.len() == 1 || !digits.starts_with('0'));
    digits.parse().ok().filter(|_| plain)
}

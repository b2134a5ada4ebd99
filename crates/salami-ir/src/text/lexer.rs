//! Lines of assembly to tokens.

use salami_source::{Diagnostic, Span};

use super::slips;

/// A token of a line.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token<'a> {
    /// A keyword, mnemonic, index (`f2`) or dotted name; also `-inf`.
    Word(&'a str),
    /// A number as written.
    Number(&'a str),
    /// `$0` or `$name`, without the `$`.
    Register(&'a str),
    /// `@5`, without the `@`.
    Position(&'a str),
    /// `.2` or `.name`, without the dot.
    Field(&'a str),
    /// `"text"`, unescaped.
    Text(String),
    /// `b"bytes"`, unescaped.
    Bytes(Vec<u8>),
    /// `->`, `..`, `...`, or one of `[ ] ( ) < > | , : =`.
    Mark(&'static str),
}

/// A token and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Spanned<'a> {
    pub token: Token<'a>,
    pub span: Span,
}

const MARKS: [&str; 13] = [
    "->", "...", "..", "[", "]", "(", ")", "<", ">", "|", ",", ":", "=",
];

struct Lexer<'a> {
    line: &'a str,
    offset: u32,
    at: usize,
}

/// The tokens of one line, which starts at byte `offset` of the source, into `tokens`. O(length).
pub(super) fn tokens<'a>(
    line: &'a str,
    offset: u32,
    tokens: &mut Vec<Spanned<'a>>,
) -> Result<(), Diagnostic> {
    tokens.clear();
    let mut lexer = Lexer {
        line,
        offset,
        at: 0,
    };
    while let Some(start) = lexer.skip_space() {
        let token = lexer.token()?;
        tokens.push(Spanned {
            token,
            span: lexer.span(start),
        });
    }
    Ok(())
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

impl<'a> Lexer<'a> {
    fn peek(&self, ahead: usize) -> Option<u8> {
        self.line.as_bytes().get(self.at + ahead).copied()
    }

    fn rest(&self) -> &'a str {
        self.line.get(self.at..).unwrap_or_default()
    }

    fn span(&self, start: usize) -> Span {
        let place = |at: usize| {
            self.offset
                .saturating_add(u32::try_from(at).unwrap_or(u32::MAX))
        };
        Span::new(place(start), place(self.at))
    }

    fn error<T>(&self, start: usize, message: &str) -> Result<T, Diagnostic> {
        let problem = Diagnostic::error("assembly.syntax", self.span(start), message);
        Err(if message.ends_with("not end on its line") {
            problem.with_help("end it with `\"`; a line end inside of it is written `\\n`")
        } else {
            problem
        })
    }

    /// Where the next token starts; `None` at the end of the line or at a comment.
    fn skip_space(&mut self) -> Option<usize> {
        while matches!(self.peek(0), Some(b' ' | b'\t' | b'\r')) {
            self.at += 1;
        }
        match self.peek(0) {
            None | Some(b';' | b'#') => None,
            Some(_) => Some(self.at),
        }
    }

    fn take_while(&mut self, accept: impl Fn(u8) -> bool) -> &'a str {
        let start = self.at;
        while self.peek(0).is_some_and(&accept) {
            self.at += 1;
        }
        self.line.get(start..self.at).unwrap_or_default()
    }

    fn token(&mut self) -> Result<Token<'a>, Diagnostic> {
        let start = self.at;
        let first = self.rest().chars().next();
        if let Some(first) = first.filter(|first| slips::is_strange(*first)) {
            return Err(self.stranger(first));
        }
        match (self.peek(0), self.peek(1)) {
            (Some(b'"'), _) => {
                self.at += 1;
                self.text(start)
            }
            (Some(b'b'), Some(b'"')) => {
                self.at += 2;
                self.bytes(start)
            }
            (Some(sigil @ (b'$' | b'@')), _) => {
                self.at += 1;
                let name = self.take_while(is_word);
                if name.is_empty() {
                    return self.error(
                        start,
                        "a register or position needs a number or a name, such as `$0` or `@5`",
                    );
                }
                Ok(if sigil == b'$' {
                    Token::Register(name)
                } else {
                    Token::Position(name)
                })
            }
            (Some(b'.'), Some(next)) if is_word(next) => {
                self.at += 1;
                Ok(Token::Field(self.take_while(is_word)))
            }
            (Some(b'-'), Some(b'0'..=b'9')) | (Some(b'0'..=b'9'), _) => {
                Ok(Token::Number(self.number()))
            }
            (Some(b'-'), Some(next)) if is_word(next) => {
                self.at += 1;
                self.take_while(is_word);
                Ok(Token::Word(
                    self.line.get(start..self.at).unwrap_or_default(),
                ))
            }
            (Some(first), _) if is_word(first) => {
                self.take_while(is_word);
                while self.peek(0) == Some(b'.') && self.peek(1).is_some_and(is_word) {
                    self.at += 1;
                    self.take_while(is_word);
                }
                Ok(Token::Word(
                    self.line.get(start..self.at).unwrap_or_default(),
                ))
            }
            _ => match MARKS.iter().find(|mark| self.rest().starts_with(**mark)) {
                Some(mark) => {
                    self.at += mark.len();
                    Ok(Token::Mark(mark))
                }
                None => Err(self.stranger(first.unwrap_or(' '))),
            },
        }
    }

    /// What begins no token.
    fn stranger(&mut self, first: char) -> Diagnostic {
        let (start, rest) = (self.at, self.rest());
        let before = self.line.get(..start).unwrap_or_default();
        self.at += first.len_utf8();
        slips::stranger(before, rest, self.span(start))
    }

    fn number(&mut self) -> &'a str {
        let start = self.at;
        if self.peek(0) == Some(b'-') {
            self.at += 1;
        }
        let hexadecimal = self.peek(0) == Some(b'0') && matches!(self.peek(1), Some(b'x' | b'X'));
        while let Some(byte) = self.peek(0) {
            let exponent_sign = matches!(byte, b'+' | b'-')
                && !hexadecimal
                && self
                    .at
                    .checked_sub(1)
                    .and_then(|last| self.line.as_bytes().get(last))
                    .is_some_and(|last| matches!(last, b'e' | b'E'));
            // `0..5` is a range of two numbers.
            let point = byte == b'.'
                && !hexadecimal
                && self.peek(1).is_some_and(|next| next.is_ascii_digit());
            if !(byte.is_ascii_alphanumeric() || byte == b'_' || exponent_sign || point) {
                break;
            }
            self.at += 1;
        }
        self.line.get(start..self.at).unwrap_or_default()
    }

    fn hexadecimal(&mut self, digits: &str) -> Option<u32> {
        u32::from_str_radix(digits, 16)
            .ok()
            .filter(|_| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
    }

    /// The two digits of `\x41`.
    fn hexadecimal_byte(&mut self) -> Option<u8> {
        let digits = self.rest().get(..2)?;
        self.at += 2;
        self.hexadecimal(digits)
            .and_then(|value| u8::try_from(value).ok())
    }

    /// The braces and digits of `\u{1f600}`.
    fn code_point(&mut self) -> Option<char> {
        let (digits, _) = self
            .rest()
            .strip_prefix('{')?
            .split_once('}')
            .filter(|(digits, _)| digits.len() <= 6)?;
        self.at += digits.len() + 2;
        self.hexadecimal(digits).and_then(char::from_u32)
    }

    fn text(&mut self, start: usize) -> Result<Token<'a>, Diagnostic> {
        let mut text = String::new();
        loop {
            let plain = self.take_while(|byte| byte != b'"' && byte != b'\\');
            text.push_str(plain);
            let escape = self.at;
            match (self.peek(0), self.peek(1)) {
                (None, _) | (Some(b'\\'), None) => {
                    return self.error(start, "this text does not end on its line");
                }
                (Some(b'"'), _) => {
                    self.at += 1;
                    return Ok(Token::Text(text));
                }
                (Some(_), Some(kind)) => {
                    self.at += if kind.is_ascii() { 2 } else { 1 };
                    let unescaped = match kind {
                        b'n' => Some('\n'),
                        b't' => Some('\t'),
                        b'r' => Some('\r'),
                        b'"' => Some('"'),
                        b'\\' => Some('\\'),
                        b'u' => self.code_point(),
                        b'x' => self.hexadecimal_byte().filter(u8::is_ascii).map(char::from),
                        _ => None,
                    };
                    match unescaped {
                        Some(character) => text.push(character),
                        None => {
                            return self
                                .error(escape, r#"escapes are \n \t \r \" \\ \x41 \u{1f600}"#);
                        }
                    }
                }
                (Some(_), None) => return self.error(start, "this text does not end on its line"),
            }
        }
    }

    fn bytes(&mut self, start: usize) -> Result<Token<'a>, Diagnostic> {
        let mut bytes = Vec::new();
        loop {
            let escape = self.at;
            match (self.peek(0), self.peek(1)) {
                (None, _) | (Some(b'\\'), None) => {
                    return self.error(start, "this text does not end on its line");
                }
                (Some(b'"'), _) => {
                    self.at += 1;
                    return Ok(Token::Bytes(bytes));
                }
                (Some(b'\\'), Some(kind)) => {
                    self.at += if kind.is_ascii() { 2 } else { 1 };
                    let unescaped = match kind {
                        b'n' => Some(b'\n'),
                        b't' => Some(b'\t'),
                        b'r' => Some(b'\r'),
                        b'"' | b'\\' => Some(kind),
                        b'x' => self.hexadecimal_byte(),
                        _ => None,
                    };
                    match unescaped {
                        Some(byte) => bytes.push(byte),
                        None => return self.error(escape, r#"escapes are \n \t \r \" \\ \xff"#),
                    }
                }
                (Some(byte), _) if byte.is_ascii() => {
                    bytes.push(byte);
                    self.at += 1;
                }
                _ => return self.error(start, r"bytes past ASCII are written \xff"),
            }
        }
    }
}

//! The values of literals, decoded from the source text as CPython does.
//!
//! The parser's own values are not used: it replaces lone surrogates and keeps `\r\n` in strings.

use num_bigint::BigInt;
use salami_source::{Diagnostic, Span};

use crate::codes;

/// The most decimal digits of an integer literal: CPython's limit.
const INT_DIGITS: usize = 4300;

/// Where a literal's content stands and how it is to be read.
#[derive(Clone, Copy)]
pub(crate) struct Content<'text> {
    /// Without prefix and quotes.
    pub text: &'text str,
    /// The offset of `text` in its file.
    pub offset: u32,
    /// `r`: backslashes are ordinary.
    pub is_raw: bool,
    /// Part of an f-string: doubled braces stand for one.
    pub has_braces: bool,
}

impl Content<'_> {
    fn span(&self, start: usize, end: usize) -> Span {
        let position = |index: usize| {
            self.offset
                .saturating_add(u32::try_from(index).unwrap_or(u32::MAX))
        };
        Span::new(position(start), position(end))
    }

    /// The position that CPython's decoder names: it sees a character beyond ASCII as ten bytes.
    fn decoder_position(&self, start: usize) -> usize {
        self.text
            .chars()
            .scan(0, |index, character| {
                let here = *index;
                *index += character.len_utf8();
                (here < start).then_some(if character.is_ascii() { 1 } else { 10 })
            })
            .sum()
    }
}

/// Appends the value of (a part of) a string. O(length).
pub(crate) fn decode_str(content: Content<'_>, value: &mut String) -> Result<(), Box<Diagnostic>> {
    let text = content.text;
    let mut cursor = 0;
    while let Some(rest) = text.get(cursor..) {
        let stop = rest.find(['\\', '\r', '{', '}']).unwrap_or(rest.len());
        value.push_str(rest.get(..stop).unwrap_or(""));
        cursor += stop;
        let mut characters = text.get(cursor..).unwrap_or("").chars();
        let Some(first) = characters.next() else {
            break;
        };
        let second = characters.next();
        match (first, second) {
            ('\r', Some('\n')) => cursor += 1,
            ('\r', _) => {
                value.push('\n');
                cursor += 1;
            }
            ('{' | '}', _) => {
                value.push(first);
                let doubled = content.has_braces && second == Some(first);
                cursor += if doubled { 2 } else { 1 };
            }
            (_, None) => {
                value.push('\\');
                cursor += 1;
            }
            (_, Some(_)) if content.is_raw => {
                value.push('\\');
                cursor += 1;
            }
            (_, Some(kind)) => cursor = decode_escape(content, cursor, kind, value)?,
        }
    }
    Ok(())
}

/// Decodes the escape at `start`, whose letter is `kind`, and returns where it ends.
fn decode_escape(
    content: Content<'_>,
    start: usize,
    kind: char,
    value: &mut String,
) -> Result<usize, Box<Diagnostic>> {
    let text = content.text;
    let after = start + 1 + kind.len_utf8();
    let single = match kind {
        '\n' => return Ok(after),
        '\r' => {
            return Ok(
                if text.get(after..).is_some_and(|rest| rest.starts_with('\n')) {
                    after + 1
                } else {
                    after
                },
            );
        }
        '0'..='7' => {
            let (code, end) = octal(text, start + 1);
            value.push(char::from_u32(code).unwrap_or('\0'));
            return Ok(end);
        }
        'x' => return hexadecimal(content, start, 2, "\\xXX", value),
        'u' => return hexadecimal(content, start, 4, "\\uXXXX", value),
        'U' => return hexadecimal(content, start, 8, "\\UXXXXXXXX", value),
        'N' => return named(content, start, value),
        // In an f-string the brace belongs to a pair or a field.
        '{' | '}' if content.has_braces => {
            value.push('\\');
            return Ok(start + 1);
        }
        _ => simple_escape(kind),
    };
    match single {
        Some(character) => value.push(character),
        None => {
            value.push('\\');
            value.push(kind);
        }
    }
    Ok(after)
}

/// The escapes of one letter that strings and bytes share.
const fn simple_escape(kind: char) -> Option<char> {
    Some(match kind {
        '\\' | '\'' | '"' => kind,
        'a' => '\x07',
        'b' => '\x08',
        'f' => '\x0c',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'v' => '\x0b',
        _ => return None,
    })
}

/// Up to three octal digits from `start`; the end of them.
fn octal(text: &str, start: usize) -> (u32, usize) {
    let digits = text
        .bytes()
        .skip(start)
        .take(3)
        .take_while(|byte| matches!(byte, b'0'..=b'7'));
    digits.fold((0, start), |(code, end), byte| {
        (code * 8 + u32::from(byte - b'0'), end + 1)
    })
}

fn hexadecimal(
    content: Content<'_>,
    start: usize,
    digits: usize,
    form: &str,
    value: &mut String,
) -> Result<usize, Box<Diagnostic>> {
    let first = start + 2;
    let present = content
        .text
        .bytes()
        .skip(first)
        .take(digits)
        .take_while(u8::is_ascii_hexdigit)
        .count();
    let end = first + present;
    let code = content
        .text
        .get(first..end)
        .and_then(|text| u32::from_str_radix(text, 16).ok());
    let refuse = |end: usize, problem: String, help: &str| {
        Err(Box::new(
            Diagnostic::error(codes::STRING, content.span(start, end), problem).with_help(help),
        ))
    };
    let from = content.decoder_position(start);
    let decoder = "(unicode error) 'unicodeescape' codec can't decode bytes in position";
    if present < digits {
        let to = from + end - start - 1;
        let problem = format!("{decoder} {from}-{to}: truncated {form} escape");
        return refuse(
            end,
            problem,
            "write a backslash that is meant as `\\\\`, or use a raw string: r\"...\"",
        );
    }
    match code {
        Some(0xD800..=0xDFFF) => refuse(
            end,
            "a lone surrogate is not a character of a string here".to_owned(),
            "write the character itself, or one escape for it such as \"\\U0001F600\"",
        ),
        Some(code) if char::from_u32(code).is_some() => {
            value.extend(char::from_u32(code));
            Ok(end)
        }
        _ => {
            let to = from + end - start - 1;
            refuse(
                end,
                format!("{decoder} {from}-{to}: illegal Unicode character"),
                "the last character is \\U0010FFFF",
            )
        }
    }
}

fn named(content: Content<'_>, start: usize, value: &mut String) -> Result<usize, Box<Diagnostic>> {
    let from = content.decoder_position(start);
    let decoder = "(unicode error) 'unicodeescape' codec can't decode bytes in position";
    let rest = content.text.get(start + 2..).unwrap_or("");
    let has_brace = rest.starts_with('{');
    let close = if has_brace {
        rest.find('}').filter(|&close| close > 1)
    } else {
        None
    };
    let Some(close) = close else {
        let length = if has_brace { 3 } else { 2 };
        let problem = format!(
            "{decoder} {from}-{}: malformed \\N character escape",
            from + length - 1
        );
        let help = "write `\\N{NAME}` with the character's Unicode name, or `\\\\N`";
        let place = content.span(start, start + length);
        return Err(Box::new(
            Diagnostic::error(codes::STRING, place, problem).with_help(help),
        ));
    };
    let name = rest.get(1..close).unwrap_or("");
    let end = start + 2 + close + 1;
    if let Some(character) = character_named(name) {
        value.push(character);
        return Ok(end);
    }
    let problem = format!(
        "{decoder} {from}-{}: unknown Unicode character name",
        from + end - start - 1
    );
    let help = "write the character itself, or its number: \"\\u00e9\"";
    Err(Box::new(
        Diagnostic::error(codes::STRING, content.span(start, end), problem).with_help(help),
    ))
}

/// CPython knows the names of control characters as aliases only; the crate has some of them.
fn character_named(name: &str) -> Option<char> {
    if name.is_empty()
        || name.len() > 100
        || !name.is_ascii()
        || name.trim() != name
        || name.contains("  ")
    {
        return None;
    }
    unicode_names2::character(name)
}

/// Appends the value of a bytes literal. O(length).
pub(crate) fn decode_bytes(
    content: Content<'_>,
    value: &mut Vec<u8>,
) -> Result<(), Box<Diagnostic>> {
    let bytes = content.text.as_bytes();
    let mut cursor = 0;
    while let Some(&byte) = bytes.get(cursor) {
        let next = bytes.get(cursor + 1).copied();
        match (byte, next) {
            (b'\r', Some(b'\n')) => cursor += 1,
            (b'\r', _) => {
                value.push(b'\n');
                cursor += 1;
            }
            (b'\\', Some(kind)) if !content.is_raw => {
                cursor = decode_byte_escape(content, cursor, kind, value)?
            }
            _ => {
                value.push(byte);
                cursor += 1;
            }
        }
    }
    Ok(())
}

fn decode_byte_escape(
    content: Content<'_>,
    start: usize,
    kind: u8,
    value: &mut Vec<u8>,
) -> Result<usize, Box<Diagnostic>> {
    match kind {
        b'\n' => Ok(start + 2),
        b'\r' => Ok(if content.text.as_bytes().get(start + 2) == Some(&b'\n') {
            start + 3
        } else {
            start + 2
        }),
        b'0'..=b'7' => {
            let (code, end) = octal(content.text, start + 1);
            value.push(u8::try_from(code & 0xFF).unwrap_or(0));
            Ok(end)
        }
        b'x' => {
            let digits = content
                .text
                .get(start + 2..start + 4)
                .filter(|text| text.bytes().all(|byte| byte.is_ascii_hexdigit()));
            match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
                Some(byte) => {
                    value.push(byte);
                    Ok(start + 4)
                }
                None => {
                    let problem = format!(
                        "(value error) invalid \\x escape at position {}",
                        content.decoder_position(start)
                    );
                    let help = "write two hexadecimal digits, such as `\\x0a`";
                    Err(Box::new(
                        Diagnostic::error(codes::STRING, content.span(start, start + 2), problem)
                            .with_help(help),
                    ))
                }
            }
        }
        _ => {
            match simple_escape(char::from(kind)).and_then(|character| u8::try_from(character).ok())
            {
                Some(byte) => value.push(byte),
                None => value.extend([b'\\', kind]),
            }
            Ok(start + 2)
        }
    }
}

/// The value of an integer literal as written. The lexer has seen to its form; `None` if it has not.
pub(crate) fn decode_int(text: &str, span: Span) -> Result<BigInt, Box<Diagnostic>> {
    let digits: Vec<u8> = text.bytes().filter(|&byte| byte != b'_').collect();
    let (radix, digits) = match digits.as_slice() {
        [b'0', b'x' | b'X', rest @ ..] => (16, rest),
        [b'0', b'o' | b'O', rest @ ..] => (8, rest),
        [b'0', b'b' | b'B', rest @ ..] => (2, rest),
        all => (10, all),
    };
    if radix == 10 && digits.len() > INT_DIGITS {
        let problem = format!(
            "Exceeds the limit ({INT_DIGITS} digits) for integer string conversion: value has {} digits; use sys.set_int_max_str_digits() to increase the limit - Consider hexadecimal for huge integer literals to avoid decimal conversion limits.",
            digits.len()
        );
        let help = "write it in hexadecimal, or compute it: `10**5000`";
        return Err(Box::new(
            Diagnostic::error(codes::NUMBER, span, problem).with_help(help),
        ));
    }
    BigInt::parse_bytes(digits, radix).ok_or_else(|| {
        let help = "write digits, with single underscores between them if you like";
        Box::new(Diagnostic::error(codes::NUMBER, span, "invalid number").with_help(help))
    })
}

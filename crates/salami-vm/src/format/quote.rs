//! `repr` and `ascii` of text and bytes.

use super::unicode;

/// `repr(text)`: at most ten times its bytes, and two.
#[must_use]
pub fn text(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    push_text(&mut out, text, false);
    out
}

/// `ascii(text)`
#[must_use]
pub fn ascii(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    push_text(&mut out, text, true);
    out
}

/// Escapes in what is already a `repr` the characters beyond ASCII, as `ascii(value)` does.
#[must_use]
pub fn ascii_of_repr(repr: &str) -> String {
    let mut out = String::with_capacity(repr.len());
    for char in repr.chars() {
        if char.is_ascii() {
            out.push(char);
        } else {
            push_escape(&mut out, char);
        }
    }
    out
}

/// Adds `repr(text)`.
pub fn push_text(out: &mut String, text: &str, ascii: bool) {
    let quote = quote_for(text.bytes());
    out.push(quote);
    let mut start = 0;
    for (offset, char) in text.char_indices() {
        let plain = char != quote
            && char != '\\'
            && if char.is_ascii() {
                matches!(char, ' '..='~')
            } else {
                !ascii && unicode::is_printable(char)
            };
        if plain {
            continue;
        }
        out.push_str(&text[start..offset]);
        start = offset + char.len_utf8();
        if char == quote {
            out.push('\\');
            out.push(quote);
        } else {
            push_escape(out, char);
        }
    }
    out.push_str(&text[start..]);
    out.push(quote);
}

/// `repr(bytes)`: at most four times its bytes, and three.
#[must_use]
pub fn bytes(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len() + 3);
    out.push('b');
    let quote = quote_for(bytes.iter().copied());
    out.push(quote);
    for &byte in bytes {
        let char = char::from(byte);
        if char == quote {
            out.push('\\');
            out.push(quote);
        } else if byte == b'\\' || !matches!(byte, b' '..=b'~') {
            push_escape(&mut out, char);
        } else {
            out.push(char);
        }
    }
    out.push(quote);
    out
}

/// Single quotes, unless only they occur.
fn quote_for(mut bytes: impl Iterator<Item = u8> + Clone) -> char {
    if bytes.clone().any(|byte| byte == b'\'') && !bytes.any(|byte| byte == b'"') {
        '"'
    } else {
        '\''
    }
}

/// The escape of a character, with the fewest digits that Python uses.
fn push_escape(out: &mut String, char: char) {
    match char {
        '\\' => out.push_str("\\\\"),
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        _ => {
            let code = char as u32;
            let (mark, digits) = match code {
                0..=0xff => ('x', 2),
                0x100..=0xffff => ('u', 4),
                _ => ('U', 8),
            };
            out.push('\\');
            out.push(mark);
            for position in (0..digits).rev() {
                let digit = (code >> (4 * position)) & 0xf;
                out.push(char::from_digit(digit, 16).unwrap_or('0'));
            }
        }
    }
}

/// The size in bytes of `repr(text)`, at most.
#[must_use]
pub fn text_size(text: &str) -> usize {
    let escaped = |char: char| match char {
        '\'' | '"' | '\\' | '\n' | '\r' | '\t' => 2,
        ' '..='~' => 1,
        '\0'..='\u{7f}' => 4,
        _ if unicode::is_printable(char) => char.len_utf8(),
        '\u{80}'..='\u{ff}' => 4,
        '\u{100}'..='\u{ffff}' => 6,
        _ => 10,
    };
    text.chars().map(escaped).fold(2, usize::saturating_add)
}

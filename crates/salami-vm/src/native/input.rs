//! What a stream that the host feeds knows beside its text: how far it was read, and how it ends.
//!
//! The text is kept as it came, line ends included, so that what was read is a number of bytes of
//! the host's stream: the cursor. Nothing but the cursor is needed to go on reading later.

use crate::format::codec::{self, CodecFailure, Encoding};

/// The least that is asked for at once, in bytes.
pub const CHUNK: usize = 1 << 16;

/// A stream that the host feeds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Input {
    /// The name by which the host knows it.
    pub name: String,
    /// Where in the host's stream the kept text begins, in bytes.
    pub offset: u64,
    /// How many lines end before that.
    pub lines: u64,
    /// What follows the kept text and is no text yet: the beginning of a character.
    pub tail: Vec<u8>,
    /// Whether more may come.
    pub end: End,
    /// How much was here when a reading was tried last that did not get on.
    pub tried: usize,
}

/// How a stream goes on after what is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// The host may have more.
    Open,
    /// There is nothing more.
    Reached,
    /// What follows is not UTF-8: those bytes, how many of them are wrong, and why.
    NotText(Vec<u8>, usize, String),
    /// The host could not read on.
    Failed(String),
}

impl Input {
    /// A stream of which nothing was read.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            offset: 0,
            lines: 0,
            tail: Vec::new(),
            end: End::Open,
            tried: 0,
        }
    }

    /// Takes in what the host read: the text that can be read now. Nothing at all is the end.
    pub fn decoded(&mut self, chunk: &[u8]) -> String {
        let mut bytes = core::mem::take(&mut self.tail);
        bytes.extend_from_slice(chunk);
        let valid = match core::str::from_utf8(&bytes) {
            Ok(_) => bytes.len(),
            Err(error) => error.valid_up_to(),
        };
        let rest = bytes.split_off(valid);
        let is_incomplete = matches!(
            core::str::from_utf8(&rest),
            Err(error) if error.error_len().is_none()
        );
        if is_incomplete && !chunk.is_empty() {
            self.tail = rest;
        } else if !rest.is_empty() {
            let shown = rest.get(..4).unwrap_or(&rest);
            let strict = codec::decode(shown, Encoding::Utf8 { mark: false }, "strict");
            self.end = match strict {
                Err(CodecFailure::Data { end, reason, .. }) => {
                    End::NotText(shown.to_vec(), end, reason.to_owned())
                }
                _ => End::NotText(shown.to_vec(), 1, "invalid data".to_owned()),
            };
        } else if chunk.is_empty() {
            self.end = End::Reached;
        }
        String::from_utf8(bytes).unwrap_or_default()
    }
}

/// How many lines end in a text, whose last line may go on.
#[must_use]
pub fn line_count(text: &str) -> u64 {
    let bytes = text.as_bytes();
    let mut count = 0;
    for at in memchr::memchr2_iter(b'\n', b'\r', bytes) {
        // Of "\r\n" the second counts.
        if bytes.get(at) == Some(&b'\n') || bytes.get(at + 1) != Some(&b'\n') {
            count += 1;
        }
    }
    count
}

/// Where the first line of a text ends, its line end included; `None` if that cannot be seen yet.
#[must_use]
pub fn line_end(bytes: &[u8], is_all: bool) -> Option<usize> {
    match memchr::memchr2(b'\n', b'\r', bytes) {
        Some(at) if bytes.get(at) == Some(&b'\n') => Some(at + 1),
        Some(at) => match bytes.get(at + 1) {
            Some(b'\n') => Some(at + 2),
            Some(_) => Some(at + 1),
            None => is_all.then_some(at + 1),
        },
        None => is_all.then_some(bytes.len()),
    }
}

/// Where a number of characters of a text end, each line end counted as one; `None` if that cannot
/// be seen yet.
#[must_use]
pub fn characters_end(text: &str, count: usize, is_all: bool) -> Option<usize> {
    let mut left = count;
    let mut characters = text.char_indices().peekable();
    while left > 0 {
        let Some((_, character)) = characters.next() else {
            return is_all.then_some(text.len());
        };
        if character == '\r' {
            match characters.peek() {
                Some((_, '\n')) => drop(characters.next()),
                Some(_) => {}
                None if is_all => {}
                None => return None,
            }
        }
        left -= 1;
    }
    Some(characters.peek().map_or(text.len(), |(at, _)| *at))
}

/// A text with the line ends that programs see.
#[must_use]
pub fn translated(text: &str) -> String {
    if memchr::memchr(b'\r', text.as_bytes()).is_none() {
        return text.to_owned();
    }
    text.replace("\r\n", "\n").replace('\r', "\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_at_any_line_end() {
        assert_eq!(line_end(b"a\r\nb", false), Some(3));
        assert_eq!(line_end(b"a\rb", false), Some(2));
        assert_eq!(
            (line_end(b"a\r", false), line_end(b"a\r", true)),
            (None, Some(2))
        );
        assert_eq!(
            (line_end(b"a", false), line_end(b"a", true)),
            (None, Some(1))
        );
        assert_eq!(line_count("a\r\nb\rc\nd"), 3);
    }

    #[test]
    fn characters_are_counted_as_programs_see_them() {
        assert_eq!(characters_end("\r\nb", 1, false), Some(2));
        assert_eq!(characters_end("ä\r", 2, false), None);
        assert_eq!(characters_end("ä\r", 2, true), Some(3));
        assert_eq!(characters_end("äb", 9, true), Some(3));
    }

    #[test]
    fn characters_may_come_in_parts() {
        let mut input = Input::new("x");
        assert_eq!(input.decoded(b"a\xc3"), "a");
        assert_eq!(input.decoded(b"\xa4\xff"), "ä");
        assert_eq!(
            input.end,
            End::NotText(vec![0xff], 1, "invalid start byte".into())
        );
        let mut input = Input::new("x");
        assert_eq!(
            (input.decoded(b"\xc3"), input.decoded(b"")),
            (String::new(), String::new())
        );
        assert_eq!(
            input.end,
            End::NotText(vec![0xc3], 1, "unexpected end of data".into())
        );
    }
}

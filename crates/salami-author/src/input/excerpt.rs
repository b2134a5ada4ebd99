//! The part of an input that its shape is taken from: all of a small one; head, tail and pieces between of a large one.

use std::borrow::Cow;

use super::Input;

/// Texts up to this many bytes are taken as a whole.
const WHOLE: usize = 256 * 1024;
/// The head of a larger one.
pub(super) const HEAD: usize = 128 * 1024;
/// Its tail.
pub(super) const TAIL: usize = 64 * 1024;
/// How many pieces between there are.
pub(super) const PIECES: usize = 16;
/// The bytes of each.
pub(super) const PIECE: usize = 4 * 1024;

/// Whole lines of an input: its head, some pieces, its tail.
pub(crate) fn excerpt(input: &Input) -> Cow<'_, str> {
    if let Some(digest) = input.digest() {
        return Cow::Owned(join(&digest.head, &digest.pieces, &digest.tail));
    }
    let text = input.text().unwrap_or_default();
    if text.len() <= WHOLE {
        return Cow::Borrowed(text);
    }
    let head = whole_lines(text, 0, HEAD);
    let mut pieces = Vec::new();
    let between = text.len() - HEAD - TAIL;
    for piece in 0..PIECES {
        let start = HEAD + between / PIECES * piece;
        pieces.push(whole_lines(text, start, start + PIECE).to_owned());
    }
    let tail = whole_lines(text, text.len() - TAIL, text.len());
    Cow::Owned(join(head, &pieces, tail))
}

fn join(head: &str, pieces: &[String], tail: &str) -> String {
    let mut text = String::with_capacity(head.len() + tail.len() + PIECES * PIECE);
    text.push_str(head);
    for piece in pieces {
        text.push_str(piece);
    }
    text.push_str(tail);
    text
}

/// The lines that lie wholly between two bytes.
fn whole_lines(text: &str, start: usize, end: usize) -> &str {
    let bytes = text.as_bytes();
    let first = if start == 0 {
        0
    } else {
        match bytes
            .get(start - 1..end)
            .and_then(|part| part.iter().position(|byte| *byte == b'\n'))
        {
            Some(at) => start + at,
            None => return "",
        }
    };
    let last = if end >= text.len() {
        text.len()
    } else {
        match bytes
            .get(first..end)
            .and_then(|part| part.iter().rposition(|byte| *byte == b'\n'))
        {
            Some(at) => first + at + 1,
            None => return "",
        }
    };
    text.get(first..last).unwrap_or_default()
}

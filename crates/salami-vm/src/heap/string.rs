//! String buffers. A string value is a view of the first bytes of one.
//!
//! A view of ASCII only is indexed in O(1). Others use a table of where every 64th code point
//! starts, so an index costs a short scan.

use super::arena::{Stored, absent};
use super::grow;
use super::object::STRING_SIZE;
use crate::value::Str;

/// The strings of one ASCII character, one after the other.
const SINGLE_CHARACTERS: &str = {
    const BYTES: [u8; 128] = {
        let mut bytes = [0; 128];
        let mut byte = 0;
        while byte < 128 {
            bytes[byte as usize] = byte;
            byte += 1;
        }
        bytes
    };
    match core::str::from_utf8(&BYTES) {
        Ok(text) => text,
        Err(_) => "",
    }
};

/// The text of a string that every heap has and none stores: empty, or one ASCII character. They are
/// part of the machine, not of the program's memory: counted by nobody, never collected.
#[inline]
pub fn permanent(text: Str) -> &'static str {
    let length = (text.length as usize).min(1);
    let start = (text.buffer.0 as usize).wrapping_sub(1);
    let found = SINGLE_CHARACTERS.get(start..start.wrapping_add(length));
    found.unwrap_or("")
}

/// Code points between two checkpoints.
const STRIDE: usize = 64;

/// UTF-8 text that only ever grows at its end.
#[derive(Clone, Debug, Default)]
pub struct Buffer {
    text: String,
    /// How many bytes at the start are ASCII.
    ascii: u32,
    /// Whether nothing may be appended: then appending to a view makes a new buffer.
    is_sealed: bool,
    /// Byte offsets of the code points number 64, 128, ...; empty while all is ASCII.
    checkpoints: Vec<u32>,
}

impl Stored for Buffer {
    absent!(Buffer);

    fn size(&self) -> usize {
        STRING_SIZE + self.text.len()
    }
}

impl Buffer {
    /// A buffer of this text. O(length).
    #[must_use]
    pub fn new(text: String) -> Self {
        let mut buffer = Self {
            text,
            ascii: 0,
            is_sealed: false,
            checkpoints: Vec::new(),
        };
        buffer.index();
        buffer
    }

    /// Whether nothing may be appended.
    #[inline]
    #[must_use]
    pub fn is_sealed(&self) -> bool {
        self.is_sealed
    }

    /// Whether a view of this length can be appended to in place.
    #[inline]
    #[must_use]
    pub fn ends_at(&self, length: u32) -> bool {
        self.text.len() == length as usize && !self.is_sealed
    }

    /// Lets nothing be appended any more.
    pub fn seal(&mut self) {
        self.is_sealed = true;
    }

    /// All of its text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The view of the first bytes; empty where that is no view.
    #[inline]
    #[must_use]
    pub fn view(&self, length: usize) -> &str {
        self.text.get(..length).unwrap_or("")
    }

    /// Appends. Views made before stay what they were. Amortised O(length of `more`).
    pub fn push(&mut self, more: &str) {
        let length = self.text.len() + more.len();
        if length > self.text.capacity() && length >= grow::LARGE {
            let wanted = grow::step_above(length + 1);
            self.text.reserve_exact(wanted - self.text.len());
        }
        self.text.push_str(more);
        self.index();
    }

    /// Whether the view of the first bytes is ASCII.
    #[inline]
    #[must_use]
    pub fn is_ascii(&self, length: usize) -> bool {
        length <= self.ascii as usize
    }

    /// Code points in the view of the first bytes. O(log length).
    #[must_use]
    pub fn char_count(&self, length: usize) -> usize {
        if self.is_ascii(length) {
            return length;
        }
        let before = self
            .checkpoints
            .partition_point(|&offset| offset as usize <= length);
        let start = self.checkpoint(before);
        before * STRIDE
            + self
                .text
                .get(start..length)
                .map_or(0, |rest| rest.chars().count())
    }

    /// The byte where code point number `index` starts, or the length of the text. O(1).
    #[must_use]
    pub fn byte_offset(&self, index: usize) -> usize {
        if index <= self.ascii as usize {
            return index;
        }
        let before = (index / STRIDE).min(self.checkpoints.len());
        let start = self.checkpoint(before);
        let rest = self.text.get(start..).unwrap_or("");
        rest.char_indices()
            .nth(index - before * STRIDE)
            .map_or(self.text.len(), |(offset, _)| start + offset)
    }

    /// Where code point number `number * STRIDE` starts.
    fn checkpoint(&self, number: usize) -> usize {
        if number == 0 {
            return 0;
        }
        self.checkpoints
            .get(number - 1)
            .map_or(0, |&offset| offset as usize)
    }

    /// Brings the index up to date after the text grew.
    fn index(&mut self) {
        let bytes = self.text.as_bytes();
        let known = self.ascii as usize;
        if self.checkpoints.is_empty() && known <= bytes.len() {
            let rest = &bytes[known..];
            let ascii = known
                + rest
                    .iter()
                    .position(|byte| !byte.is_ascii())
                    .unwrap_or(rest.len());
            self.ascii = u32::try_from(ascii).unwrap_or(u32::MAX);
            if ascii == bytes.len() {
                return;
            }
        }
        let start = self.checkpoint(self.checkpoints.len());
        let rest = self.text.get(start..).unwrap_or("");
        let found = rest.char_indices().step_by(STRIDE).skip(1);
        let found: Vec<u32> = found
            .map(|(offset, _)| u32::try_from(start + offset).unwrap_or(u32::MAX))
            .collect();
        self.checkpoints.extend(found);
    }
}

//! Lines of a text.

/// Where a line ends and where the next begins. Lines end with `\n` or `\r\n`, or with `\r` where no other ends are.
pub(super) fn line_end(bytes: &[u8], from: usize, has_returns_only: bool) -> (usize, usize) {
    let mark = if has_returns_only { b'\r' } else { b'\n' };
    match bytes
        .get(from..)
        .and_then(|rest| memchr::memchr(mark, rest))
    {
        Some(found) => {
            let at = from + found;
            let end = if !has_returns_only && at > from && bytes.get(at - 1) == Some(&b'\r') {
                at - 1
            } else {
                at
            };
            (end, at + 1)
        }
        None => (bytes.len(), bytes.len()),
    }
}

/// A line, and where it lies.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) next: usize,
    /// From 1.
    pub(super) number: u64,
}

/// The lines of a text.
pub(super) struct Lines<'a> {
    text: &'a str,
    at: usize,
    number: u64,
    has_returns_only: bool,
}

impl<'a> Lines<'a> {
    pub(super) fn new(text: &'a str) -> Lines<'a> {
        Lines {
            text,
            at: 0,
            number: 0,
            has_returns_only: Self::has_returns_only(text),
        }
    }

    /// Whether lines end as on old Macintoshes.
    pub(super) fn has_returns_only(text: &str) -> bool {
        let bytes = text.as_bytes();
        memchr::memchr(b'\n', bytes).is_none() && memchr::memchr(b'\r', bytes).is_some()
    }
}

impl Iterator for Lines<'_> {
    type Item = Line;

    fn next(&mut self) -> Option<Line> {
        let bytes = self.text.as_bytes();
        let start = self.at;
        if start >= bytes.len() {
            return None;
        }
        let (end, next) = line_end(bytes, start, self.has_returns_only);
        self.at = next;
        self.number += 1;
        Some(Line {
            start,
            end,
            next,
            number: self.number,
        })
    }
}

//! Rows of separated cells: where they begin and end, what their cells are, and what separates them.

use std::borrow::Cow;

use super::cell::{Cell, Class};
use super::records::{Lines, line_end};

/// What separates cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Dialect {
    /// The byte between cells.
    pub(crate) delimiter: u8,
    /// Whether quotes may stand around cells.
    pub(crate) has_quotes: bool,
}

/// Where a record lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Record {
    /// Its first byte.
    pub(crate) start: usize,
    /// After its last byte, the end of its line not counted.
    pub(crate) end: usize,
    /// Where the next begins.
    pub(crate) next: usize,
    /// The line that it begins on, from 1.
    pub(crate) line: u64,
    /// How many lines it takes.
    pub(crate) lines: u64,
}

/// A quoted cell that is longer was never meant as one.
const LONGEST_QUOTED: usize = 64 * 1024;

/// The records of a text.
pub(crate) fn records(text: &str, dialect: Dialect) -> Records<'_> {
    Records {
        text,
        dialect,
        at: 0,
        line: 1,
        has_returns_only: Lines::has_returns_only(text),
    }
}

/// See [`records`].
pub(crate) struct Records<'a> {
    text: &'a str,
    dialect: Dialect,
    at: usize,
    line: u64,
    has_returns_only: bool,
}

impl Iterator for Records<'_> {
    type Item = Record;

    fn next(&mut self) -> Option<Record> {
        let bytes = self.text.as_bytes();
        let start = self.at;
        if start >= bytes.len() {
            return None;
        }
        let mut lines = 1;
        let mut from = start;
        loop {
            let (end, next) = line_end(bytes, from, self.has_returns_only);
            let closing = if self.dialect.has_quotes {
                self.open_quote(start.max(from), end, from == start)
            } else {
                None
            };
            match closing {
                Some(after) => {
                    // The quoted cell goes on behind the line: continue after its closing quote.
                    lines += newlines(bytes, from, after, self.has_returns_only);
                    from = after;
                    if from >= bytes.len() {
                        return Some(self.give(start, bytes.len(), bytes.len(), lines));
                    }
                }
                None => return Some(self.give(start, end, next, lines)),
            }
        }
    }
}

impl Records<'_> {
    fn give(&mut self, start: usize, end: usize, next: usize, lines: u64) -> Record {
        let line = self.line;
        self.line += lines;
        self.at = next;
        Record {
            start,
            end,
            next,
            line,
            lines,
        }
    }

    /// Where a quoted cell that begins on a line and does not end on it is closed; the byte after the quote.
    fn open_quote(&self, from: usize, end: usize, is_cell_start: bool) -> Option<usize> {
        let bytes = self.text.as_bytes();
        let mut at = from;
        let mut is_cell_start = is_cell_start;
        while at < end {
            let byte = *bytes.get(at)?;
            if is_cell_start && byte == b'"' {
                match closing_quote(bytes, at + 1) {
                    Some(close) if close >= end => return Some(close + 1),
                    Some(close) => at = close + 1,
                    None => at += 1,
                }
                is_cell_start = false;
                continue;
            }
            is_cell_start = byte == self.dialect.delimiter || (is_cell_start && byte == b' ');
            at += 1;
        }
        None
    }
}

fn newlines(bytes: &[u8], from: usize, to: usize, has_returns_only: bool) -> u64 {
    let end = if has_returns_only { b'\r' } else { b'\n' };
    bytes
        .get(from..to)
        .map_or(0, |part| part.iter().filter(|byte| **byte == end).count()) as u64
}

/// The quote that closes a cell, doubled ones left out. None: there is none near enough.
fn closing_quote(bytes: &[u8], from: usize) -> Option<usize> {
    let window = bytes.get(from..bytes.len().min(from + LONGEST_QUOTED))?;
    let mut at = 0;
    while at < window.len() {
        let found = at + memchr::memchr(b'"', window.get(at..)?)?;
        if window.get(found + 1) == Some(&b'"') {
            at = found + 2;
        } else {
            return Some(from + found);
        }
    }
    None
}

/// The cells of a record, without their quotes.
pub(crate) fn split(record: &str, dialect: Dialect) -> Vec<Cow<'_, str>> {
    let bytes = record.as_bytes();
    let mut cells = Vec::new();
    let mut at = 0;
    loop {
        let (cell, after) = next_cell(record, at, dialect);
        cells.push(cell);
        if bytes.get(after) == Some(&dialect.delimiter) {
            at = after + 1;
        } else {
            return cells;
        }
    }
}

fn next_cell(record: &str, from: usize, dialect: Dialect) -> (Cow<'_, str>, usize) {
    let bytes = record.as_bytes();
    let plain_end = |at: usize| {
        bytes
            .get(at..)
            .and_then(|rest| memchr::memchr(dialect.delimiter, rest))
            .map_or(bytes.len(), |found| at + found)
    };
    let mut open = from;
    while bytes.get(open) == Some(&b' ') {
        open += 1;
    }
    if dialect.has_quotes
        && bytes.get(open) == Some(&b'"')
        && let Some(close) = closing_quote(bytes, open + 1)
    {
        let end = plain_end(close + 1);
        let inner = record.get(open + 1..close).unwrap_or_default();
        let tail = record.get(close + 1..end).unwrap_or_default();
        let mut cell = if inner.contains("\"\"") {
            Cow::Owned(inner.replace("\"\"", "\""))
        } else {
            Cow::Borrowed(inner)
        };
        if !tail.trim().is_empty() {
            cell.to_mut().push_str(tail);
        }
        return (cell, end);
    }
    let end = plain_end(from);
    (
        Cow::Borrowed(record.get(from..end).unwrap_or_default()),
        end,
    )
}

/// How many cells a record has, without making them.
pub(crate) fn count(record: &str, dialect: Dialect) -> usize {
    let bytes = record.as_bytes();
    if !dialect.has_quotes || memchr::memchr(b'"', bytes).is_none() {
        return memchr::memchr_iter(dialect.delimiter, bytes).count() + 1;
    }
    let mut at = 0;
    let mut cells = 1;
    loop {
        let (_, after) = next_cell(record, at, dialect);
        if bytes.get(after) != Some(&dialect.delimiter) {
            return cells;
        }
        cells += 1;
        at = after + 1;
    }
}

/// How well a delimiter fits.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fit {
    pub(crate) dialect: Dialect,
    /// Rows of a hundred that have the usual number of cells.
    pub(crate) usual: usize,
    /// Rows of a hundred that have as many cells as a neighbour.
    pub(crate) neighbours: usize,
    /// The usual number of cells.
    pub(crate) cells: usize,
    /// Rows that were looked at, blank ones not counted.
    pub(crate) rows: usize,
    /// Whether the first usual row looks like names of columns.
    pub(crate) has_names: bool,
    score: usize,
}

/// The delimiter that the first line declares, as Excel writes it.
pub(crate) fn declared(text: &str) -> Option<u8> {
    let line = text.lines().next()?.trim().trim_matches('"');
    let mark = line
        .strip_prefix("sep=")
        .or_else(|| line.strip_prefix("SEP="))?;
    match mark.as_bytes() {
        [] => Some(b'\t'),
        [byte] if byte.is_ascii_punctuation() => Some(*byte),
        _ => None,
    }
}

/// The delimiter that fits best.
pub(crate) fn sniff(text: &str) -> Option<Fit> {
    let head = head(text, 64 * 1024);
    if let Some(delimiter) = declared(text) {
        return fit(head, delimiter);
    }
    let mut best: Option<Fit> = None;
    for delimiter in [b',', b';', b'\t', b'|'] {
        if let Some(fit) = fit(head, delimiter)
            && best.is_none_or(|best| fit.score > best.score)
        {
            best = Some(fit);
        }
    }
    best
}

/// How well a delimiter fits. None: it occurs in no row.
pub(crate) fn fit(text: &str, delimiter: u8) -> Option<Fit> {
    const ROWS: usize = 300;
    let dialect = Dialect {
        delimiter,
        has_quotes: true,
    };
    let mut counts = Vec::new();
    let mut texts = Vec::new();
    for record in records(text, dialect) {
        let row = text.get(record.start..record.end).unwrap_or_default();
        // Lines that are only drawn say nothing.
        if row
            .bytes()
            .all(|byte| matches!(byte, b' ' | b'\t' | b'+' | b'-' | b'=' | b'|' | b'\r'))
        {
            continue;
        }
        counts.push(count(row, dialect));
        texts.push(row);
        if counts.len() == ROWS {
            break;
        }
    }
    let rows = counts.len();
    let mut sorted: Vec<usize> = counts.iter().copied().filter(|count| *count > 1).collect();
    sorted.sort_unstable();
    let (cells, usual) = sorted
        .chunk_by(|one, other| one == other)
        .filter_map(|run| Some((*run.first()?, run.len())))
        .max_by_key(|(cells, times)| (*times, *cells))?;
    let neighbours = (0..rows)
        .filter(|index| {
            let own = counts.get(*index).copied().unwrap_or(0);
            own > 1
                && (counts.get(index + 1) == Some(&own)
                    || index.checked_sub(1).and_then(|before| counts.get(before)) == Some(&own))
        })
        .count();
    let first = counts.iter().position(|count| *count == cells)?;
    let has_names = texts
        .get(first)
        .is_some_and(|row| looks_like_names(&split(row, dialect)));
    let usual = usual * 100 / rows.max(1);
    let neighbours = neighbours * 100 / rows.max(1);
    Some(Fit {
        dialect,
        usual,
        neighbours,
        cells,
        rows,
        has_names,
        score: usual + neighbours + cells.min(12) * 2 + if has_names { 20 } else { 0 },
    })
}

fn head(text: &str, most: usize) -> &str {
    let mut end = text.len().min(most);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let head = text.get(..end).unwrap_or(text);
    match head.rfind('\n') {
        Some(at) if end < text.len() => head.get(..=at).unwrap_or(head),
        _ => head,
    }
}

/// Whether cells may be the names of columns: short texts, no two the same unless they are side by side, hardly any
/// empty.
pub(crate) fn looks_like_names(cells: &[Cow<'_, str>]) -> bool {
    // Bars around a row make empty cells.
    let is_filled = |cell: &Cow<'_, str>| !cell.trim().is_empty();
    let first = cells.iter().position(is_filled).unwrap_or(0);
    let last = cells.iter().rposition(is_filled).unwrap_or(0);
    let cells = match cells.len() {
        0..=2 => cells,
        _ => cells.get(first..=last).unwrap_or(cells),
    };
    let mut names: Vec<&str> = Vec::new();
    let mut repeats = 0;
    let mut years = 0;
    for (index, cell) in cells.iter().enumerate() {
        let cell = cell.trim();
        if cell.is_empty() {
            continue;
        }
        match Cell::of(cell).class() {
            Class::Text => {}
            // Columns of years and months: "Account;2024;2025".
            Class::Number if index > 0 && is_year(cell) => years += 1,
            Class::Date if index > 0 => years += 1,
            _ => return false,
        }
        let digits = cell.bytes().filter(u8::is_ascii_digit).count();
        // `22/tcp` is a value.
        let is_port = cell.starts_with(|first: char| first.is_ascii_digit())
            && cell
                .trim_start_matches(|mark: char| mark.is_ascii_digit())
                .starts_with('/');
        if cell.chars().count() > 60
            || is_port
            || cell.ends_with(':')
            || cell.contains(": ")
            || cell.contains("://")
            || cell.contains('@')
            || (digits >= 5 && years == 0)
            || cell.lines().count() > 3
        {
            return false;
        }
        // Fields with several values have as many columns of one name.
        if names.last() == Some(&cell) {
            repeats += 1;
        } else {
            names.push(cell);
        }
    }
    let filled = names.len();
    names.sort_unstable();
    names.dedup();
    filled >= 1
        && names.len() + filled / 8 >= filled
        && (filled + repeats) * 10 >= cells.len() * 6
        && (cells.len() < 2 || filled >= 2)
        && (repeats == 0 || filled >= 4)
        && years < filled
}

pub(crate) fn is_year(text: &str) -> bool {
    text.len() == 4 && (text.starts_with("19") || text.starts_with("20"))
}

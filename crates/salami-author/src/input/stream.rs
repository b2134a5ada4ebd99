//! Inputs that are too large to be held: read once, and only what a sample and a shape need is kept.

use std::collections::VecDeque;
use std::io::Read;

use super::encoding::{self, Decoder, Encoding};
use super::excerpt::{HEAD, PIECE, PIECES, TAIL};
use super::sample::odd::Odd;
use super::{Dialect, Format, InputError, InputErrorKind, detect, error, junk};

/// A line or a quoted row may not be longer.
const LONGEST_LINE: usize = 1024 * 1024;
/// A quote that is open for longer is no quote.
const LONGEST_QUOTED: usize = 64 * 1024;
/// Rows that are kept for samples, from each end.
const SHOWN: usize = 64 * 1024;

/// What is kept of a stream.
pub(crate) struct Digest {
    pub(crate) head: String,
    pub(crate) pieces: Vec<String>,
    pub(crate) tail: String,
    pub(crate) head_lines: Vec<(u64, String)>,
    pub(crate) tail_lines: Vec<(u64, String)>,
    pub(crate) odd: Odd,
    /// How many rows there are, blank ones not counted.
    pub(crate) rows: Option<u64>,
}

/// A stream that was read.
pub(super) struct Seen {
    pub(super) format: Format,
    pub(super) dialect: Option<Dialect>,
    pub(super) encoding: Encoding,
    pub(super) notes: Vec<String>,
    pub(super) size: u64,
    pub(super) hash: String,
    pub(super) digest: Digest,
}

/// Reads all of a stream, of which the head was read already.
pub(super) fn read(
    name: Option<&str>,
    head: Vec<u8>,
    mut rest: Box<dyn Read + Send>,
    size: u64,
    wanted: Option<Format>,
) -> Result<Seen, InputError> {
    junk::refuse(&head, size)?;
    let (encoding, notes) = encoding::tell(&head, false)?;
    let mut decoder = Decoder::new(encoding);
    let mut hasher = blake3::Hasher::new();
    let mut text = String::new();
    hasher.update(&head);
    let mut bytes_read = head.len() as u64;
    decoder.feed(&head, &mut text);
    drop(head);
    error::refuse_blank(&text)?;
    let looked_at = first_lines(&text, LONGEST_LINE);
    let found = detect::detect_head(name, looked_at, wanted);
    let mut reader = Reader::new(found.format, found.dialect, size);
    let mut buffer = vec![0; 256 * 1024];
    loop {
        reader.feed(&text)?;
        text.clear();
        let count = rest
            .read(&mut buffer)
            .map_err(|error| InputError::unread(&error))?;
        if count == 0 {
            break;
        }
        let bytes = buffer.get(..count).unwrap_or_default();
        hasher.update(bytes);
        bytes_read += count as u64;
        decoder.feed(bytes, &mut text);
    }
    decoder.end(&mut text);
    reader.feed(&text)?;
    Ok(Seen {
        format: found.format,
        dialect: found.dialect,
        encoding,
        notes,
        size: bytes_read,
        hash: hasher.finalize().to_hex().to_string(),
        digest: reader.finish()?,
    })
}

fn first_lines(text: &str, most: usize) -> &str {
    let mut end = text.len().min(most);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let head = text.get(..end).unwrap_or(text);
    head.rfind('\n')
        .and_then(|at| head.get(..=at))
        .unwrap_or(head)
}

struct Reader {
    format: Format,
    dialect: Option<Dialect>,
    size: usize,
    /// Where the next line begins in the text.
    at: usize,
    line: u64,
    rows: u64,
    /// A line that is not complete, or lines of a row whose quote is open.
    pending: String,
    /// How much of it is complete lines.
    pending_lines: u64,
    pending_checked: usize,
    has_open_quote: bool,
    head: String,
    pieces: Vec<String>,
    tail: VecDeque<String>,
    tail_size: usize,
    head_lines: Vec<(u64, String)>,
    head_size: usize,
    tail_lines: VecDeque<(u64, String)>,
    tail_lines_size: usize,
    odd: Odd,
}

impl Reader {
    fn new(format: Format, dialect: Option<Dialect>, size: u64) -> Reader {
        Reader {
            format,
            dialect,
            size: usize::try_from(size).unwrap_or(usize::MAX),
            at: 0,
            line: 1,
            rows: 0,
            pending: String::new(),
            pending_lines: 0,
            pending_checked: 0,
            has_open_quote: false,
            head: String::new(),
            pieces: vec![String::new(); PIECES],
            tail: VecDeque::new(),
            tail_size: 0,
            head_lines: Vec::new(),
            head_size: 0,
            tail_lines: VecDeque::new(),
            tail_lines_size: 0,
            odd: Odd::new(format, dialect),
        }
    }

    fn feed(&mut self, text: &str) -> Result<(), InputError> {
        let mut rest = text;
        while let Some(end) = memchr::memchr(b'\n', rest.as_bytes()) {
            let (line, after) = rest.split_at(end + 1);
            rest = after;
            if self.pending.is_empty() {
                self.whole_line(line, line)?;
            } else {
                self.pending.push_str(line);
                let all = std::mem::take(&mut self.pending);
                let last = all
                    .get(self.pending_checked..)
                    .unwrap_or_default()
                    .to_owned();
                self.whole_line(&all, &last)?;
            }
        }
        self.pending.push_str(rest);
        if self.pending.len() > LONGEST_LINE {
            return Err(self.too_long());
        }
        Ok(())
    }

    /// A line is complete; `all` has it and the lines before it that its row began with.
    fn whole_line(&mut self, all: &str, last: &str) -> Result<(), InputError> {
        if all.len() > LONGEST_LINE {
            return Err(self.too_long());
        }
        self.pending_lines += 1;
        if self.dialect.is_some_and(|dialect| dialect.has_quotes) {
            let quotes = memchr::memchr_iter(b'"', last.as_bytes()).count();
            self.has_open_quote ^= quotes % 2 == 1;
            if self.has_open_quote && all.len() <= LONGEST_QUOTED {
                self.pending.push_str(all);
                self.pending_checked = self.pending.len();
                return Ok(());
            }
            self.has_open_quote = false;
        }
        self.row(all);
        Ok(())
    }

    fn row(&mut self, row: &str) {
        let number = self.line;
        self.line += self.pending_lines.max(1);
        self.pending_lines = 0;
        self.pending_checked = 0;
        self.keep(row);
        let content = row.trim_end_matches(['\n', '\r']);
        if !content.trim().is_empty() {
            self.rows += 1;
            if !matches!(self.format, Format::Json | Format::Xml | Format::Html) {
                self.odd.add(number, content);
            }
        }
        let shown = clip(content, 4000);
        if self.head_size < SHOWN {
            self.head_size += shown.len() + 16;
            self.head_lines.push((number, shown.to_owned()));
        } else {
            self.tail_lines_size += shown.len() + 16;
            self.tail_lines.push_back((number, shown.to_owned()));
            while self.tail_lines_size > SHOWN && self.tail_lines.len() > 1 {
                if let Some((_, text)) = self.tail_lines.pop_front() {
                    self.tail_lines_size -= text.len() + 16;
                }
            }
        }
    }

    /// Keeps what a shape is taken from.
    fn keep(&mut self, row: &str) {
        let at = self.at;
        self.at += row.len();
        if at + row.len() <= HEAD {
            self.head.push_str(row);
            return;
        }
        let between = self.size.saturating_sub(HEAD + TAIL) / PIECES;
        if at >= HEAD && between > 0 {
            let piece = (at - HEAD) / between;
            let start = HEAD + between * piece;
            if at > start
                && at + row.len() <= start + PIECE
                && let Some(kept) = self.pieces.get_mut(piece)
            {
                kept.push_str(row);
            }
        }
        if row.len() <= TAIL {
            self.tail_size += row.len();
            self.tail.push_back(row.to_owned());
        }
        while self.tail_size > TAIL {
            let Some(first) = self.tail.pop_front() else {
                break;
            };
            self.tail_size -= first.len();
        }
    }

    fn finish(mut self) -> Result<Digest, InputError> {
        if !self.pending.is_empty() {
            let rest = std::mem::take(&mut self.pending);
            self.pending_lines += 1;
            self.row(&rest);
        }
        let has_rows = !matches!(self.format, Format::Json | Format::Xml | Format::Html);
        Ok(Digest {
            head: self.head,
            pieces: self.pieces,
            tail: self.tail.into_iter().collect(),
            head_lines: self.head_lines,
            tail_lines: self.tail_lines.into_iter().collect(),
            odd: self.odd,
            rows: has_rows.then_some(self.rows),
        })
    }

    fn too_long(&self) -> InputError {
        let advice = match self.format {
            Format::Json => "Write it as JSON lines: one object on each line.",
            Format::Xml | Format::Html => {
                "Write each element on a line of its own, or split the file."
            }
            _ => "Write one record on each line, or split the file.",
        };
        InputError::new(
            InputErrorKind::TooLarge,
            format!(
                "The input has {} bytes, and line {} of it is longer than a megabyte. An input above 10 MB is read line by line. {advice}",
                self.size, self.line
            ),
        )
    }
}

fn clip(text: &str, most: usize) -> &str {
    let mut end = text.len().min(most);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or(text)
}

//! Inputs: their format, rows and samples.
//!
//! An input is text of some format, whatever bytes it came as. What is too large to be held is a stream: it is read once,
//! and only its head, its tail and what is odd in between is kept.

mod cell;
mod csv;
mod date;
mod detect;
mod encoding;
mod error;
mod excerpt;
mod format;
mod gaps;
mod json;
mod junk;
mod log;
mod markup;
mod markup_kind;
mod mask;
mod members;
mod number;
mod records;
mod rows;
mod sample;
mod stream;
mod table;
mod totals;
mod words;

use std::fmt;
use std::io::{self, Read};
use std::sync::{Arc, OnceLock};

pub use error::{InputError, InputErrorKind, Position};
pub use format::Format;
pub use junk::is_pdf;
pub use mask::{Masked, mask};
pub use rows::{Row, RowKind, Rows};
pub use sample::Sample;

pub(crate) use cell::{Cell, Class, Column, Evidence};
pub(crate) use csv::{Dialect, records as csv_records, split as csv_split};
pub(crate) use date::{DateStyle, instant};
pub(crate) use excerpt::excerpt;
pub(crate) use gaps::columns;
pub(crate) use json::{JsonReader, TokenKind};
pub(crate) use log::{LinePiece, is_continued, is_dated_log, pieces as line_pieces};
pub(crate) use markup::{MarkupReader, MarkupToken, attributes, is_void};
pub(crate) use table::{Block, Layout, layout};
pub(crate) use words::{HeaderClass, header_class, normal_header};

use encoding::Encoding;
use rows::RowSpan;
use stream::Digest;

/// What is larger is a stream: it is never held as a whole.
pub const LARGEST_WHOLE: u64 = 10 * 1024 * 1024;

/// The bytes of an input that may be read more than once.
pub trait Source: Send + Sync {
    /// Begins to read at the first byte.
    ///
    /// # Errors
    /// It cannot be read.
    fn open(&self) -> io::Result<Box<dyn Read + Send>>;

    /// How many bytes there are.
    fn size(&self) -> u64;
}

/// What a program is written for and runs on.
#[derive(Clone)]
pub struct Input {
    name: Option<String>,
    format: Format,
    encoding: Encoding,
    dialect: Option<Dialect>,
    body: Body,
    size: u64,
    hash: String,
    notes: Vec<String>,
    spans: OnceLock<Arc<Vec<RowSpan>>>,
}

#[derive(Clone)]
enum Body {
    Whole(Arc<str>),
    Stream {
        source: Arc<dyn Source>,
        digest: Arc<Digest>,
    },
}

/// Reads a text that is held.
struct Held {
    text: Arc<str>,
    at: usize,
}

impl Read for Held {
    fn read(&mut self, target: &mut [u8]) -> io::Result<usize> {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        let count = rest.len().min(target.len());
        if let (Some(to), Some(from)) = (target.get_mut(..count), rest.get(..count)) {
            to.copy_from_slice(from);
        }
        self.at += count;
        Ok(count)
    }
}

impl fmt::Debug for Input {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Input")
            .field("name", &self.name)
            .field("format", &self.format)
            .field("size", &self.size)
            .finish_non_exhaustive()
    }
}

impl Input {
    /// An input of these bytes. Its format is found where none is given; encodings are told by their marks, and what is
    /// not UTF-8 is taken for Windows-1252. Lines end with `\n`, whatever they ended with.
    ///
    /// # Errors
    /// There is no text in it, or it is not what `format` says.
    pub fn from_bytes(
        name: Option<&str>,
        bytes: Vec<u8>,
        format: Option<Format>,
    ) -> Result<Input, InputError> {
        let size = bytes.len() as u64;
        let hash = blake3::hash(&bytes).to_hex().to_string();
        let mut bytes = bytes;
        // What DOS and mainframes end a file with.
        while bytes.last() == Some(&0x1A) {
            bytes.pop();
        }
        junk::refuse(&bytes, size)?;
        let decoded = encoding::decode(bytes)?;
        let mut input = Self::from_text(name, decoded.text, format)?;
        input.encoding = decoded.encoding;
        input.notes = decoded.notes;
        input.size = size;
        input.hash = hash;
        Ok(input)
    }

    fn from_text(
        name: Option<&str>,
        text: String,
        format: Option<Format>,
    ) -> Result<Input, InputError> {
        error::refuse_blank(&text)?;
        let found = detect::detect(name, &text, format)?;
        let input = Input {
            name: name.map(str::to_owned),
            format: found.format,
            encoding: Encoding::Utf8,
            dialect: found.dialect,
            size: text.len() as u64,
            hash: String::new(),
            body: Body::Whole(text.into()),
            notes: Vec::new(),
            spans: OnceLock::new(),
        };
        if let Some(spans) = found.spans {
            // A new cell is empty.
            let _ = input.spans.set(Arc::new(spans));
        }
        Ok(input)
    }

    /// An input of what a source gives: read as a whole up to [`LARGEST_WHOLE`], and read once in bounded memory above.
    ///
    /// # Errors
    /// It cannot be read, there is no text in it, or it is not what `format` says.
    pub fn from_source(
        name: Option<&str>,
        source: Arc<dyn Source>,
        format: Option<Format>,
    ) -> Result<Input, InputError> {
        let mut reader = source.open().map_err(|error| InputError::unread(&error))?;
        let mut head = Vec::new();
        reader
            .by_ref()
            .take(LARGEST_WHOLE + 1)
            .read_to_end(&mut head)
            .map_err(|error| InputError::unread(&error))?;
        if head.len() as u64 <= LARGEST_WHOLE {
            return Self::from_bytes(name, head, format);
        }
        let size = source.size().max(head.len() as u64);
        let seen = stream::read(name, head, reader, size, format)?;
        Ok(Input {
            name: name.map(str::to_owned),
            format: seen.format,
            encoding: seen.encoding,
            dialect: seen.dialect,
            size: seen.size,
            hash: seen.hash,
            body: Body::Stream {
                source,
                digest: Arc::new(seen.digest),
            },
            notes: seen.notes,
            spans: OnceLock::new(),
        })
    }

    /// The name that it was given, such as that of its file.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// Its format.
    #[must_use]
    pub fn format(&self) -> Format {
        self.format
    }

    /// What stands between the cells of a row, where rows have cells.
    #[must_use]
    pub fn delimiter(&self) -> Option<char> {
        self.dialect.map(|dialect| char::from(dialect.delimiter))
    }

    /// Its text, without a byte order mark. None: it is a stream.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match &self.body {
            Body::Whole(text) => Some(text),
            Body::Stream { .. } => None,
        }
    }

    /// Whether it is too large to be held.
    #[must_use]
    pub fn is_stream(&self) -> bool {
        matches!(self.body, Body::Stream { .. })
    }

    /// How many bytes it came as.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The BLAKE3 hash of the bytes that it came as, in hexadecimal.
    #[must_use]
    pub fn bytes_hash(&self) -> &str {
        &self.hash
    }

    /// What was decided about it, such as its encoding: sentences without text of the input.
    #[must_use]
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// Its text as UTF-8 from the beginning, in bounded memory.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn reader(&self) -> io::Result<Box<dyn Read + Send>> {
        match &self.body {
            Body::Whole(text) => Ok(Box::new(Held {
                text: Arc::clone(text),
                at: 0,
            })),
            Body::Stream { source, .. } => Ok(encoding::reader(source.open()?, self.encoding)),
        }
    }

    /// A sample of at most about `budget` characters for a prompt: head, tail and odd rows, with secrets masked.
    #[must_use]
    pub fn sample(&self, budget: usize) -> Sample {
        sample::sample(self, budget)
    }

    /// Its rows. None: it has none, or it is a stream.
    #[must_use]
    pub fn rows(&self) -> Option<Rows<'_>> {
        let text = self.text()?;
        let spans = self
            .spans
            .get_or_init(|| Arc::new(rows::spans(text, self.format, self.dialect)));
        (!spans.is_empty()).then(|| Rows::new(text, spans))
    }

    /// How many rows there are, blank ones not counted; of a stream as well.
    #[must_use]
    pub fn row_count(&self) -> Option<u64> {
        match &self.body {
            Body::Stream { digest, .. } => digest.rows,
            Body::Whole(_) => self
                .rows()
                .map(|rows| rows.iter().filter(|row| !row.is_blank).count() as u64),
        }
    }

    /// Whether its rows are records of which each should count: not the lines of prose, but those of a table that is
    /// nearly all of a text.
    #[must_use]
    pub fn has_records(&self) -> bool {
        let Some(rows) = self.rows() else {
            return false;
        };
        match self.format {
            // Only the lines of a table have names above them.
            Format::Text | Format::Pdf => rows.iter().any(|row| row.kind == RowKind::Header),
            _ => true,
        }
    }

    /// The cells of a row, where rows have cells.
    #[must_use]
    pub fn cells(&self, row: &Row<'_>) -> Option<Vec<String>> {
        let dialect = self.dialect?;
        Some(
            csv::split(row.text, dialect)
                .into_iter()
                .map(|cell| cell.trim().to_owned())
                .collect(),
        )
    }

    /// A row as it may be shown: secrets masked, also those that only the name of a column tells.
    #[must_use]
    pub fn quoted(&self, row: &Row<'_>) -> String {
        sample::quoted(self, row)
    }

    /// The same input without the row of this number. None: there is no such row.
    #[must_use]
    pub fn without_row(&self, number: u64) -> Option<Input> {
        let text = self.text()?;
        self.rows()?;
        let spans = self.spans.get()?;
        let index = spans
            .binary_search_by_key(&number, |span| span.number)
            .ok()?;
        let cut = rows::without(text, spans, index, self.format)?;
        Some(Input {
            name: self.name.clone(),
            format: self.format,
            encoding: self.encoding,
            dialect: self.dialect,
            size: cut.len() as u64,
            hash: blake3::hash(cut.as_bytes()).to_hex().to_string(),
            body: Body::Whole(cut.into()),
            notes: self.notes.clone(),
            spans: OnceLock::new(),
        })
    }

    pub(crate) fn dialect(&self) -> Option<Dialect> {
        self.dialect
    }

    pub(crate) fn digest(&self) -> Option<&Digest> {
        match &self.body {
            Body::Whole(_) => None,
            Body::Stream { digest, .. } => Some(digest),
        }
    }
}

//! Reading a record, which may be anything.

use std::fmt;

use serde_json::{Value, json};

use super::{Event, LONGEST_LINE, line};

/// What is wrong with a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RecordError {
    /// A line that is none of a record: its number from 1, and why.
    Malformed(u64, String),
    /// It ends before the execution does.
    Truncated(u64),
    /// Its lines are not those that were written: the hash at its end is another.
    Changed,
    /// It cannot be read on.
    Unreadable(String),
}

impl RecordError {
    /// Its code, for machines.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Malformed(..) => "record.malformed",
            Self::Truncated(_) => "record.truncated",
            Self::Changed => "record.changed",
            Self::Unreadable(_) => "record.unreadable",
        }
    }

    /// The error for machines.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let mut error = json!({"code": self.code(), "message": self.to_string()});
        if let (Self::Malformed(line, _) | Self::Truncated(line), Some(fields)) =
            (self, error.as_object_mut())
        {
            fields.insert("line".to_owned(), (*line).into());
        }
        error
    }
}

impl fmt::Display for RecordError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed(line, problem) => {
                write!(formatter, "line {line} is none of a record: {problem}")
            }
            Self::Truncated(line) => write!(
                formatter,
                "the record ends after line {line}, before the execution does"
            ),
            Self::Changed => formatter.write_str(
                "the record was changed: its lines are not what the hash at its end says",
            ),
            Self::Unreadable(problem) => formatter.write_str(problem),
        }
    }
}

impl std::error::Error for RecordError {}

/// Reads a record line by line, so that one larger than memory can be read.
#[derive(Debug)]
pub struct Reader<L> {
    lines: L,
    number: u64,
    hasher: blake3::Hasher,
    has_ended: bool,
}

impl<L: Iterator<Item = Result<String, String>>> Reader<L> {
    /// Reads these lines, each without its line end; an error is why they cannot be read on.
    pub fn new(lines: L) -> Self {
        Self {
            lines,
            number: 0,
            hasher: blake3::Hasher::new(),
            has_ended: false,
        }
    }

    /// The next event. After [`Event::End`] there is none; [`Reader::finish`] then says whether the
    /// record is as it was written.
    ///
    /// # Errors
    /// What is wrong with the record there.
    pub fn next_event(&mut self) -> Result<Event, RecordError> {
        let Some(text) = self.line()? else {
            return Err(RecordError::Truncated(self.number));
        };
        let event =
            line::read(&text).map_err(|problem| RecordError::Malformed(self.number, problem))?;
        let is_header = matches!(event, Event::Header(_));
        if is_header != (self.number == 1) || self.has_ended {
            let problem = if is_header {
                "a record has one beginning, its first line"
            } else if self.has_ended {
                "it comes after the end"
            } else {
                "a record begins with {\"salami_record\": 1, ...}"
            };
            return Err(RecordError::Malformed(self.number, problem.to_owned()));
        }
        self.hasher.update(text.as_bytes());
        self.hasher.update(b"\n");
        self.has_ended = matches!(event, Event::End(_));
        Ok(event)
    }

    /// Whether the lines that were read are those that were written.
    ///
    /// # Errors
    /// If not.
    pub fn finish(&mut self) -> Result<(), RecordError> {
        let Some(text) = self.line()? else {
            return Err(RecordError::Truncated(self.number));
        };
        let wanted = self.hasher.finalize().to_hex();
        let found: Option<Value> = serde_json::from_str(&text).ok();
        if found != Some(json!({"integrity": wanted.as_str()})) {
            return Err(RecordError::Changed);
        }
        match self.line()? {
            None => Ok(()),
            Some(_) => Err(RecordError::Malformed(
                self.number,
                "it comes after the end".to_owned(),
            )),
        }
    }

    /// An error about the line that was read last.
    pub(super) fn misplaced(&self, problem: String) -> RecordError {
        RecordError::Malformed(self.number, problem)
    }

    fn line(&mut self) -> Result<Option<String>, RecordError> {
        let Some(text) = self.lines.next() else {
            return Ok(None);
        };
        self.number += 1;
        let text = text.map_err(RecordError::Unreadable)?;
        if text.len() > LONGEST_LINE {
            let problem = format!("it is longer than {LONGEST_LINE} bytes");
            return Err(RecordError::Malformed(self.number, problem));
        }
        Ok(Some(text))
    }
}

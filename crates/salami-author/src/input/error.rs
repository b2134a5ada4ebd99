//! Why an input cannot be worked with, in sentences for the one who has it.

use std::{fmt, io};

/// What is wrong with an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum InputErrorKind {
    /// There is nothing in it, or only blank space.
    Empty,
    /// It is not text.
    Binary,
    /// Its characters cannot be told.
    Encoding,
    /// It is not what it says that it is.
    NotFormat,
    /// It is too large for what it is.
    TooLarge,
    /// It cannot be read.
    Unread,
}

/// A place in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// From 1.
    pub line: u64,
    /// From 1, in characters.
    pub column: u64,
}

impl Position {
    /// The place of a byte.
    pub(crate) fn of(text: &str, offset: usize) -> Position {
        let mut end = offset.min(text.len());
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let before = text.get(..end).unwrap_or(text);
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        Position {
            line: before.bytes().filter(|byte| *byte == b'\n').count() as u64 + 1,
            column: before
                .get(line_start..)
                .map_or(0, |line| line.chars().count()) as u64
                + 1,
        }
    }
}

impl fmt::Display for Position {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "line {}, column {}", self.line, self.column)
    }
}

/// Why an input cannot be worked with. Its message has no text of the input in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InputError {
    /// What is wrong.
    pub kind: InputErrorKind,
    /// Sentences for an end user: what is wrong, and what to do about it.
    pub message: String,
    /// Where, in the text.
    pub position: Option<Position>,
}

impl InputError {
    pub(crate) fn new(kind: InputErrorKind, message: impl Into<String>) -> InputError {
        InputError {
            kind,
            message: message.into(),
            position: None,
        }
    }

    pub(crate) fn at(
        kind: InputErrorKind,
        message: impl Into<String>,
        position: Position,
    ) -> InputError {
        InputError {
            kind,
            message: message.into(),
            position: Some(position),
        }
    }

    pub(crate) fn unread(error: &io::Error) -> InputError {
        InputError::new(
            InputErrorKind::Unread,
            format!("The input cannot be read: {error}."),
        )
    }
}

impl fmt::Display for InputError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for InputError {}

/// Refuses text with nothing in it.
pub(super) fn refuse_blank(text: &str) -> Result<(), InputError> {
    if text.is_empty() {
        return Err(InputError::new(
            InputErrorKind::Empty,
            "The input is empty. Check that the export or download was finished, and send it again.",
        ));
    }
    if text
        .chars()
        .all(|character| character.is_whitespace() || matches!(character, '\u{feff}' | '\u{200b}'))
    {
        return Err(InputError::new(
            InputErrorKind::Empty,
            "The input has only blank space in it. Check that the right file was chosen, and export it again.",
        ));
    }
    Ok(())
}

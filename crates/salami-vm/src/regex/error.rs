//! What can be wrong with a pattern or a template.

/// The exception class of a [`PatternError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PatternErrorKind {
    /// `re.error`
    Pattern,
    /// `OverflowError`
    Overflow,
    /// `ValueError`
    Value,
    /// `IndexError`
    Index,
}

/// An error of compiling a pattern or a template, with CPython's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PatternError {
    /// The exception class.
    pub kind: PatternErrorKind,
    /// The whole message, position included.
    pub message: String,
    /// The message without the position.
    pub bare: String,
    /// Where in the pattern, in characters.
    pub position: Option<usize>,
}

impl PatternError {
    /// A `re.error` at a position counted in characters.
    pub(super) fn at(message: &str, pattern: &str, position: usize) -> Self {
        let mut full = format!("{message} at position {position}");
        if pattern.contains('\n') {
            let (mut line, mut column) = (1usize, position + 1);
            for (index, c) in pattern.chars().take(position).enumerate() {
                if c == '\n' {
                    line += 1;
                    column = position - index;
                }
            }
            full.push_str(&format!(" (line {line}, column {column})"));
        }
        Self {
            kind: PatternErrorKind::Pattern,
            message: full,
            bare: message.to_owned(),
            position: Some(position),
        }
    }

    /// An error without a position.
    pub(super) fn plain(kind: PatternErrorKind, message: impl Into<String>) -> Self {
        let message = message.into();
        Self {
            kind,
            bare: message.clone(),
            message,
            position: None,
        }
    }
}

/// `repr(name)` for a group name.
pub(super) fn quoted(name: &str) -> String {
    let quote = if name.contains('\'') && !name.contains('"') {
        '"'
    } else {
        '\''
    };
    let mut out = String::from(quote);
    for c in name.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c == quote => out.extend(['\\', c]),
            c if c.is_control() && (c as u32) < 0x100 => {
                out.push_str(&format!("\\x{:02x}", c as u32))
            }
            c => out.push(c),
        }
    }
    out.push(quote);
    out
}

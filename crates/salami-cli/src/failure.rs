//! What ends a command early, with its exit status.

use std::fmt;

/// The program's error.
pub const PROGRAM: u8 = 1;
/// Usage, or input that does not fit.
pub const USAGE: u8 = 2;
/// Refused by the checker or the verifier.
pub const REFUSED: u8 = 3;
/// A limit.
pub const LIMIT: u8 = 4;
/// It waits for what does not come.
pub const WAITING: u8 = 5;
/// Our own bug.
pub const BUG: u8 = 70;
/// Input or output.
pub const IO: u8 = 74;
/// Interrupted.
pub const INTERRUPTED: u8 = 130;

/// What ends a command early.
#[derive(Debug)]
pub struct Failure {
    /// The exit status.
    pub status: u8,
    /// What to say on standard error; nothing if empty.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    /// What kind of failure, for machines, where the exit status does not tell it all.
    pub code: Option<&'static str>,
    /// Whether the message is complete text, to be shown as it is.
    pub rendered: bool,
}

impl Failure {
    /// A failure with a sentence.
    pub fn new(status: u8, message: impl Into<String>) -> Self {
        Self {
            status,
            message: message.into(),
            help: None,
            code: None,
            rendered: false,
        }
    }

    /// Wrong usage, or input that does not fit.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(USAGE, message)
    }

    /// Complete text.
    pub fn rendered(status: u8, text: impl Into<String>) -> Self {
        Self {
            rendered: true,
            ..Self::new(status, text)
        }
    }

    /// Nothing left to say.
    pub fn silent(status: u8) -> Self {
        Self::rendered(status, "")
    }

    /// The failure with a code.
    pub fn with_code(mut self, code: &'static str) -> Self {
        self.code = Some(code);
        self
    }

    /// What kind of failure it is, for machines.
    pub fn code(&self) -> &'static str {
        self.code.unwrap_or(match self.status {
            USAGE => "usage",
            REFUSED => "program.refused",
            WAITING => "tool.missing",
            LIMIT => "limit",
            IO => "io",
            INTERRUPTED => "interrupted",
            PROGRAM => "program.failed",
            _ => "internal",
        })
    }

    /// The failure with a help.
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.rendered {
            return formatter.write_str(&self.message);
        }
        writeln!(formatter, "error: {}", self.message)?;
        match &self.help {
            Some(help) => writeln!(formatter, "help: {help}"),
            None => Ok(()),
        }
    }
}

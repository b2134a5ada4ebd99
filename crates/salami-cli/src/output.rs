//! Standard output. A reader that went away ends the command quietly.

use std::io::{self, Write};

use crate::failure::{Failure, IO};

/// Standard output, buffered.
#[derive(Debug)]
pub struct Output {
    stream: io::BufWriter<io::Stdout>,
}

impl Output {
    /// Standard output.
    pub fn new() -> Self {
        Self {
            stream: io::BufWriter::new(io::stdout()),
        }
    }

    /// Writes text.
    pub fn write(&mut self, text: &str) -> Result<(), Failure> {
        self.write_bytes(text.as_bytes())
    }

    /// Writes bytes.
    pub fn write_bytes(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        self.stream
            .write_all(bytes)
            .map_err(|error| failure(&error))
    }

    /// Sends on what was written.
    pub fn flush(&mut self) -> Result<(), Failure> {
        self.stream.flush().map_err(|error| failure(&error))
    }
}

fn failure(error: &io::Error) -> Failure {
    if error.kind() == io::ErrorKind::BrokenPipe {
        Failure::silent(0)
    } else {
        Failure::new(IO, format!("standard output: {error}"))
    }
}

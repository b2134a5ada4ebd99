//! Lines of commands: edited with history in a terminal, as they come from a pipe.

use std::io::{BufRead as _, IsTerminal as _};

use rustyline::error::ReadlineError;
use rustyline::{Config, DefaultEditor};

use crate::failure::{Failure, IO};

/// Where commands come from.
pub enum Reader {
    Terminal(Box<DefaultEditor>),
    Pipe(std::io::StdinLock<'static>),
}

impl Reader {
    /// A reader of standard input.
    pub fn new() -> Result<Self, Failure> {
        if !std::io::stdin().is_terminal() {
            return Ok(Self::Pipe(std::io::stdin().lock()));
        }
        let config = Config::builder().auto_add_history(true).build();
        let editor = DefaultEditor::with_config(config).map_err(|error| failed(&error))?;
        Ok(Self::Terminal(Box::new(editor)))
    }

    /// The next line; `None` at the end.
    pub fn line(&mut self) -> Result<Option<String>, Failure> {
        match self {
            Self::Terminal(editor) => match editor.readline("> ") {
                Ok(line) => Ok(Some(line)),
                // Ctrl-C drops the line, Ctrl-D ends.
                Err(ReadlineError::Interrupted) => Ok(Some(String::new())),
                Err(ReadlineError::Eof) => Ok(None),
                Err(error) => Err(failed(&error)),
            },
            Self::Pipe(input) => {
                let mut line = String::new();
                match input.read_line(&mut line) {
                    Ok(0) => Ok(None),
                    Ok(_) => Ok(Some(line)),
                    Err(error) => Err(failed(&error)),
                }
            }
        }
    }
}

fn failed(error: &dyn std::error::Error) -> Failure {
    Failure::new(IO, format!("standard input: {error}"))
}

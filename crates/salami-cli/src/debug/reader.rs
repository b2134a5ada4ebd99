//! Lines of commands: edited with history in a terminal, as they come from a pipe.

use std::collections::VecDeque;
use std::io::{BufRead as _, IsTerminal as _};

use rustyline::error::ReadlineError;
use rustyline::{Config, DefaultEditor};

use crate::failure::{Failure, IO};

/// What stands in front of a command.
pub const PROMPT: &str = "> ";

/// What was read.
#[derive(Debug)]
pub enum Line {
    /// A line.
    Text(String),
    /// A line of several that came at once, which nobody has seen as a command yet.
    Further(String),
    /// Ctrl-C: the line was dropped.
    Interrupted,
    /// Ctrl-D, or the end of the pipe.
    End,
}

/// Where commands come from.
pub struct Reader {
    source: Source,
    /// Lines that came with another one, as they do where text is pasted.
    further: VecDeque<String>,
}

enum Source {
    Terminal(Box<DefaultEditor>),
    Pipe(std::io::StdinLock<'static>),
}

impl Reader {
    /// A reader of standard input.
    pub fn new() -> Result<Self, Failure> {
        let source = if std::io::stdin().is_terminal() {
            let config = Config::builder().auto_add_history(false).build();
            let editor = DefaultEditor::with_config(config).map_err(|error| failed(&error))?;
            Source::Terminal(Box::new(editor))
        } else {
            Source::Pipe(std::io::stdin().lock())
        };
        Ok(Self {
            source,
            further: VecDeque::new(),
        })
    }

    /// Whether a person types the commands.
    pub fn is_terminal(&self) -> bool {
        matches!(self.source, Source::Terminal(_))
    }

    /// The next command.
    pub fn command(&mut self) -> Result<Line, Failure> {
        if let Some(line) = self.further.pop_front() {
            return Ok(Line::Further(line));
        }
        let line = self.line(PROMPT)?;
        let Line::Text(text) = line else {
            return Ok(line);
        };
        // What is pasted comes as one piece.
        let mut lines = text.split(['\n', '\r']).map(str::to_owned);
        let first = lines.next().unwrap_or_default();
        self.further
            .extend(lines.filter(|line| !line.trim().is_empty()));
        if let Source::Terminal(editor) = &mut self.source {
            for line in core::iter::once(&first).chain(&self.further) {
                // A history that is full is no reason to stop.
                let _ = editor.add_history_entry(line);
            }
        }
        Ok(Line::Text(first))
    }

    /// A line for the program, which reads what the commands are read from.
    pub fn input(&mut self) -> Result<Line, Failure> {
        match self.further.pop_front() {
            Some(line) => Ok(Line::Text(line)),
            None => self.line("stdin> "),
        }
    }

    fn line(&mut self, prompt: &str) -> Result<Line, Failure> {
        match &mut self.source {
            Source::Terminal(editor) => match editor.readline(prompt) {
                Ok(line) => Ok(Line::Text(line)),
                Err(ReadlineError::Interrupted) => Ok(Line::Interrupted),
                Err(ReadlineError::Eof) => Ok(Line::End),
                Err(error) => Err(failed(&error)),
            },
            Source::Pipe(input) => {
                let mut line = String::new();
                match input.read_line(&mut line) {
                    Ok(0) => Ok(Line::End),
                    Ok(_) => Ok(Line::Text(line)),
                    Err(error) => Err(failed(&error)),
                }
            }
        }
    }
}

fn failed(error: &dyn std::error::Error) -> Failure {
    Failure::new(IO, format!("standard input: {error}"))
}

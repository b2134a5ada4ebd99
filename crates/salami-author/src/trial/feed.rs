//! An input as the parameter of a program.

use std::io::Read;

use salami_program::{Answer, Call, Field, Host, Reading, RunOptions};
use serde_json::Value;

use crate::input::{Format, Input};
use crate::judge::{Finding, JudgeName};

/// Names of parameters without a type that hold a text all the same.
const TEXT_NAMES: &[&str] = &[
    "body",
    "content",
    "contents",
    "document",
    "file_content",
    "html",
    "input_text",
    "json_text",
    "log",
    "raw",
    "raw_text",
    "s",
    "source",
    "string",
    "text",
    "txt",
    "xml",
];

/// Puts an input into the options of a run as a parameter.
///
/// # Errors
/// The parameter cannot take it.
pub(super) fn give(
    input: &Input,
    parameter: &Field,
    options: &mut RunOptions,
) -> Result<(), Box<Finding>> {
    let name = parameter.name.clone();
    let finding =
        |code: &str, message: String| Box::new(Finding::error(JudgeName::Program, code, message));
    if parameter.is_stream() {
        options.streams.push(name);
        return Ok(());
    }
    let Some(text) = input.text() else {
        return Err(finding(
            "input.stream",
            format!(
                "The input has {} bytes, too many to be held as one text. Write `def main(lines: Iterable[str]) -> ...:`, which reads line by line, each once.",
                input.size()
            ),
        ));
    };
    let is_json = matches!(input.format(), Format::Json | Format::JsonLines);
    let type_name = parameter.type_name.as_str();
    let is_untyped = matches!(type_name, "Json" | "object" | "Any");
    let is_text = parameter.is_text()
        || type_name.split(" | ").any(|part| part == "str")
        || (is_untyped && (!is_json || TEXT_NAMES.contains(&name.as_str())));
    let value = if is_text {
        Value::String(text.to_owned())
    } else if is_json {
        let parsed = match input.format() {
            Format::JsonLines => text
                .lines()
                .filter(|line| !line.trim().is_empty())
                .map(serde_json::from_str)
                .collect::<Result<Vec<Value>, _>>()
                .map(Value::Array),
            _ => serde_json::from_str(text),
        };
        match parsed {
            Ok(value) => value,
            Err(error) => {
                let mut finding = finding(
                    "program.parameter",
                    "The input cannot be given as data. Write `def main(text: str) -> ...:` and read it there.".to_owned(),
                );
                finding.outside = Some(super::cut(&error.to_string(), 300));
                return Err(finding);
            }
        }
    } else if type_name == "list[str]" {
        let lines = text.split_inclusive('\n');
        Value::Array(lines.map(|line| Value::String(line.to_owned())).collect())
    } else {
        return Err(finding(
            "program.parameter",
            format!(
                "`main` takes `{type_name}`, and the input is text. Write `def main(text: str) -> ...:`."
            ),
        ));
    };
    options.input.insert(name, value);
    Ok(())
}

/// A host that gives the input as a stream, and asks another for all else.
pub(super) struct Feeding<'a> {
    input: Option<&'a Input>,
    host: &'a mut dyn Host,
    reader: Option<Box<dyn Read + Send>>,
    /// How far the reader is.
    offset: u64,
    /// How many lines ended before what was given last, and how many until then.
    lines: (u64, u64),
}

impl<'a> Feeding<'a> {
    pub(super) fn new(input: Option<&'a Input>, host: &'a mut dyn Host) -> Self {
        Self {
            input,
            host,
            reader: None,
            offset: 0,
            lines: (0, 0),
        }
    }

    /// The lines that were read last, where the input is a stream: the first and the last of a piece of it.
    pub(super) fn last_lines(&self) -> Option<(u64, u64)> {
        self.reader.as_ref()?;
        let (before, now) = self.lines;
        Some((before.saturating_add(1), now.max(before.saturating_add(1))))
    }

    fn begin(&mut self, offset: u64) -> std::io::Result<()> {
        let Some(input) = self.input else {
            return Ok(());
        };
        let mut reader = input.reader()?;
        // Only what went back asks for another place than the next.
        let mut lines = Lines(0);
        std::io::copy(&mut reader.by_ref().take(offset), &mut lines)?;
        self.lines = (lines.0, lines.0);
        self.reader = Some(reader);
        self.offset = offset;
        Ok(())
    }

    fn more(&mut self, reading: &Reading) -> std::io::Result<Vec<u8>> {
        if self.reader.is_none() || self.offset != reading.offset {
            self.begin(reading.offset)?;
        }
        let mut chunk = Vec::new();
        if let Some(reader) = &mut self.reader {
            reader.take(reading.size as u64).read_to_end(&mut chunk)?;
        }
        self.offset = self.offset.saturating_add(chunk.len() as u64);
        // The end of the input is no further line.
        if !chunk.is_empty() {
            let before = self.lines.1;
            self.lines = (before, before.saturating_add(line_ends(&chunk)));
        }
        Ok(chunk)
    }
}

fn line_ends(bytes: &[u8]) -> u64 {
    memchr::memchr_iter(b'\n', bytes).count() as u64
}

/// Counts the lines that are left behind.
struct Lines(u64);

impl std::io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0 = self.0.saturating_add(line_ends(bytes));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Host for Feeding<'_> {
    fn call(&mut self, call: &Call) -> Option<Answer> {
        self.host.call(call)
    }

    fn read(&mut self, reading: &Reading) -> Result<Vec<u8>, String> {
        if reading.stream == salami_program::STANDARD_INPUT {
            return self.host.read(reading);
        }
        self.more(reading)
            .map_err(|error| format!("the input cannot be read: {error}"))
    }
}

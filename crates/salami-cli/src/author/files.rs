//! Inputs and texts from files.

use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use salami::author::input::{Format, Input, InputError, Source};
use serde_json::Value;

use super::arguments::InputFormat;
use crate::failure::{Failure, IO};
use crate::{files, interrupt};

/// How much of standard input is taken, in bytes: it can be read only once, and an input is read several times.
const MOST_TYPED: u64 = 64 * 1024 * 1024;
/// The largest PDF, in bytes: its text is taken out of it in memory.
const MOST_PDF: u64 = 100 * 1024 * 1024;
/// The longest text of a task, a type or a judge, in bytes.
const MOST_TEXT: usize = 1024 * 1024;

/// Why there is no input.
pub enum NoInput {
    /// It cannot be read at all.
    Failure(Failure),
    /// It was read, and is nothing to work with.
    Refused {
        /// Its name.
        name: Option<String>,
        /// Its bytes.
        size: u64,
        /// Why: a sentence for the end user.
        sentence: String,
    },
}

impl From<Failure> for NoInput {
    fn from(failure: Failure) -> Self {
        Self::Failure(failure)
    }
}

/// A file that is opened as often as it is read.
struct InFile {
    path: PathBuf,
    size: u64,
}

impl Source for InFile {
    fn open(&self) -> io::Result<Box<dyn Read + Send>> {
        Ok(Box::new(std::fs::File::open(&self.path)?))
    }

    fn size(&self) -> u64 {
        self.size
    }
}

/// The input in a file.
pub fn input(path: &Path, format: Option<InputFormat>) -> Result<Input, NoInput> {
    interrupt::at_once(|| read(path, format))
}

fn read(path: &Path, format: Option<InputFormat>) -> Result<Input, NoInput> {
    let is_standard = files::is_standard_input(path);
    let name = match is_standard {
        true => None,
        false => path.file_name().map(|name| name.display().to_string()),
    };
    let given = format;
    let format = given.map(format_of);
    let refused = |size: u64, error: &InputError| NoInput::Refused {
        name: name.clone(),
        size,
        sentence: error.to_string(),
    };
    let bytes = if is_standard {
        let mut bytes = Vec::new();
        let read = io::stdin()
            .lock()
            .take(MOST_TYPED + 1)
            .read_to_end(&mut bytes);
        read.map_err(|error| Failure::new(IO, format!("<stdin>: {error}")))?;
        if bytes.len() as u64 > MOST_TYPED {
            return Err(Failure::usage("standard input is longer than 64 MB")
                .with_help("write it to a file first, and name that: --input FILE")
                .into());
        }
        Some(bytes)
    } else {
        let mut file = files::open(path)?;
        let shown = files::name(path);
        let failure = |error: &io::Error| Failure::new(IO, format!("{shown}: {error}"));
        let metadata = file.metadata().map_err(|error| failure(&error))?;
        let mut begin = [0; 5];
        let length = file.read(&mut begin).map_err(|error| failure(&error))?;
        let is_pdf = given == Some(InputFormat::Pdf)
            || (given.is_none() && begin.get(..length) == Some(b"%PDF-"));
        if is_pdf || !metadata.is_file() {
            let most = if is_pdf { MOST_PDF } else { MOST_TYPED };
            let mut bytes = begin.get(..length).unwrap_or_default().to_vec();
            let read = file.take(most).read_to_end(&mut bytes);
            read.map_err(|error| failure(&error))?;
            if bytes.len() as u64 > most {
                let most = most / (1024 * 1024);
                return Err(Failure::usage(format!("{shown} is longer than {most} MB")).into());
            }
            Some(bytes)
        } else {
            let source = InFile {
                path: path.to_path_buf(),
                size: metadata.len(),
            };
            let input = Input::from_source(name.as_deref(), Arc::new(source), format);
            return input.map_err(|error| refused(metadata.len(), &error));
        }
    };
    let bytes = bytes.unwrap_or_default();
    let size = bytes.len() as u64;
    if bytes.starts_with(b"%PDF-") && format.is_none_or(|format| format == Format::Pdf) {
        let text = salami_tools::pdf::text(bytes).map_err(|sentence| NoInput::Refused {
            name: name.clone(),
            size,
            sentence,
        })?;
        let input = Input::from_bytes(name.as_deref(), text.into_bytes(), Some(Format::Pdf));
        return input.map_err(|error| refused(size, &error));
    }
    Input::from_bytes(name.as_deref(), bytes, format).map_err(|error| refused(size, &error))
}

fn format_of(given: InputFormat) -> Format {
    match given {
        InputFormat::Csv => Format::Csv,
        InputFormat::Tsv => Format::Tsv,
        InputFormat::Json => Format::Json,
        InputFormat::Jsonl => Format::JsonLines,
        InputFormat::Xml => Format::Xml,
        InputFormat::Html => Format::Html,
        InputFormat::Log => Format::Log,
        InputFormat::Text => Format::Text,
        InputFormat::Pdf => Format::Pdf,
    }
}

/// A text that is given, or the one of the file that `@FILE` names beside `folder`.
pub fn text(given: &str, folder: &Path) -> Result<String, Failure> {
    match given.strip_prefix('@') {
        None => Ok(given.to_owned()),
        Some(file) => short_text(&folder.join(file)),
    }
}

/// The text of a short file.
pub fn short_text(path: &Path) -> Result<String, Failure> {
    let text = files::text(path)?;
    if text.len() > MOST_TEXT {
        let name = files::name(path);
        return Err(Failure::usage(format!("{name} is longer than 1 MB")));
    }
    Ok(text.strip_prefix('\u{feff}').unwrap_or(&text).to_owned())
}

/// The JSON of a file.
pub fn json(path: &Path) -> Result<Value, Failure> {
    let text = files::text(path)?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    serde_json::from_str(text).map_err(|error| {
        let name = files::name(path);
        Failure::usage(format!("{name} is no JSON: {error}"))
    })
}

/// The data of a file in TOML, or in JSON if its name says so.
pub fn data(path: &Path) -> Result<Value, Failure> {
    if path
        .extension()
        .is_some_and(|extension| extension == "json")
    {
        return json(path);
    }
    let text = short_text(path)?;
    let table: Result<toml::Table, _> = text.parse();
    let table = table.map_err(|error: toml::de::Error| {
        let name = files::name(path);
        let before = error.span().and_then(|span| text.get(..span.start));
        let place = match before {
            Some(before) => format!("line {}: ", 1 + before.matches('\n').count()),
            None => String::new(),
        };
        Failure::usage(format!("{name}: {place}{}", error.message()))
    })?;
    serde_json::to_value(table).map_err(|error| {
        let name = files::name(path);
        Failure::usage(format!("{name}: {error}"))
    })
}

/// Makes sure that a file can be written before anything is done for it.
pub fn must_be_writable(path: Option<&Path>) -> Result<(), Failure> {
    let Some(path) = path else { return Ok(()) };
    let is_new = !path.exists();
    let opened = std::fs::OpenOptions::new()
        .create(true)
        .append(true)
        .open(path);
    opened.map_err(|error| {
        let name = files::name(path);
        Failure::new(IO, format!("{name} cannot be written: {error}"))
    })?;
    if is_new {
        let _ = std::fs::remove_file(path);
    }
    Ok(())
}

/// Writes a file.
pub fn write(path: &Path, text: &str) -> Result<(), Failure> {
    std::fs::write(path, text).map_err(|error| {
        let name = files::name(path);
        Failure::new(IO, format!("{name} cannot be written: {error}"))
    })
}

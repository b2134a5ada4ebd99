//! Source text out of bytes.

use crate::{Code, Diagnostic, Source, Span};

/// The code of sources that are not UTF-8.
pub const ENCODING: Code = "source.encoding";

/// Bytes that are no source, with what can be shown of them.
#[derive(Clone, Debug)]
pub struct Undecodable {
    /// The text with U+FFFD for what is not UTF-8, to render the diagnostic with.
    pub source: Source,
    /// What is wrong, and where.
    pub diagnostic: Diagnostic,
}

impl Source {
    /// Reads bytes as CPython does that of a module: UTF-8, with or without a byte order mark. A declared
    /// encoding (`# -*- coding: ... -*-`) must be UTF-8, or one that has ASCII in it if the bytes are ASCII.
    ///
    /// # Errors
    /// Bytes that are not UTF-8 and declared encodings of other kinds, with the place.
    pub fn from_bytes(name: impl Into<String>, bytes: &[u8]) -> Result<Self, Box<Undecodable>> {
        let name = name.into();
        let refuse = |offset: usize, length: usize, message: String, help: &str| {
            let position = |index: usize| u32::try_from(index).unwrap_or(u32::MAX);
            let span = Span::new(position(offset), position(offset + length));
            let source = Self::new(name.clone(), String::from_utf8_lossy(bytes));
            Err(Box::new(Undecodable {
                source,
                diagnostic: Diagnostic::error(ENCODING, span, message).with_help(help),
            }))
        };
        if let Some((offset, encoding)) = declared_encoding(bytes)
            && !is_admitted(&encoding, bytes)
        {
            let message =
                format!("the source declares the encoding `{encoding}`; only UTF-8 is read");
            return refuse(
                offset,
                encoding.len(),
                message,
                "save the file as UTF-8 and delete the declaration",
            );
        }
        match std::str::from_utf8(bytes) {
            Ok(text) => Ok(Self::new(name, text)),
            Err(error) => {
                let offset = error.valid_up_to();
                let byte = bytes.get(offset).copied().unwrap_or(0);
                let problem = match (error.error_len(), byte) {
                    (None, _) => "unexpected end of data",
                    (Some(_), 0x80..=0xC1 | 0xF5..=0xFF) => "invalid start byte",
                    (Some(_), _) => "invalid continuation byte",
                };
                let message = format!(
                    "(unicode error) 'utf-8' codec can't decode byte 0x{byte:02x} in position {offset}: {problem}"
                );
                refuse(offset, 3, message, "save the file as UTF-8")
            }
        }
    }
}

/// The encoding that one of the first two lines declares, and where.
fn declared_encoding(bytes: &[u8]) -> Option<(usize, String)> {
    let mut offset = if bytes.starts_with(b"\xef\xbb\xbf") {
        3
    } else {
        0
    };
    for _ in 0..2 {
        let rest = bytes.get(offset..)?;
        let length = rest
            .iter()
            .position(|byte| matches!(byte, b'\n' | b'\r'))
            .unwrap_or(rest.len());
        let line = rest.get(..length)?;
        let blanks = line
            .iter()
            .take_while(|byte| matches!(byte, b' ' | b'\t' | b'\x0c'))
            .count();
        match line.get(blanks) {
            Some(b'#') => {}
            // A line of code ends the search; a blank one does not.
            Some(_) => return None,
            None => {}
        }
        if let Some((start, encoding)) = declaration(line) {
            return Some((offset + start, encoding));
        }
        offset += length;
        offset += match bytes.get(offset..) {
            Some([b'\r', b'\n', ..]) => 2,
            Some([_, ..]) => 1,
            _ => return None,
        };
    }
    None
}

/// `coding:` or `coding=` with a name, in a comment.
fn declaration(line: &[u8]) -> Option<(usize, String)> {
    let keyword = b"coding";
    let mut starts = line.windows(keyword.len() + 1).enumerate();
    let (start, _) = starts.find(|(_, window)| {
        window.starts_with(keyword) && matches!(window.last(), Some(b':' | b'='))
    })?;
    let mut name_start = start + keyword.len() + 1;
    while matches!(line.get(name_start), Some(b' ' | b'\t')) {
        name_start += 1;
    }
    let is_of_name =
        |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    let name: Vec<u8> = line
        .get(name_start..)?
        .iter()
        .take_while(is_of_name)
        .copied()
        .collect();
    let name = String::from_utf8(name).ok()?;
    (!name.is_empty()).then_some((name_start, name))
}

fn is_admitted(encoding: &str, bytes: &[u8]) -> bool {
    let name = encoding.to_ascii_lowercase().replace('_', "-");
    let is_utf8 = matches!(
        name.as_str(),
        "utf-8" | "utf8" | "u8" | "utf" | "utf-8-sig" | "cp65001"
    ) || name.starts_with("utf-8-");
    let has_ascii = [
        "ascii",
        "us-ascii",
        "latin",
        "iso-8859",
        "iso8859",
        "cp125",
        "cp437",
        "cp850",
        "windows-125",
    ];
    is_utf8 || (bytes.is_ascii() && has_ascii.iter().any(|prefix| name.starts_with(prefix)))
}

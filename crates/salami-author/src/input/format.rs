//! The formats of inputs.

use serde::{Deserialize, Serialize};

/// What an input is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// Rows of cells between commas, semicolons or bars.
    Csv,
    /// Rows of cells between tabs.
    Tsv,
    /// One JSON document.
    Json,
    /// A JSON document on each line.
    JsonLines,
    /// XML.
    Xml,
    /// HTML, and HTML written as XML.
    Html,
    /// Lines that begin with an instant, an address or the like.
    Log,
    /// Any other text.
    Text,
    /// The text of a PDF file, which somebody extracted.
    Pdf,
}

impl Format {
    /// All of them.
    pub const ALL: [Format; 9] = [
        Format::Csv,
        Format::Tsv,
        Format::Json,
        Format::JsonLines,
        Format::Xml,
        Format::Html,
        Format::Log,
        Format::Text,
        Format::Pdf,
    ];

    /// Its name in commands and records.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Format::Csv => "csv",
            Format::Tsv => "tsv",
            Format::Json => "json",
            Format::JsonLines => "jsonl",
            Format::Xml => "xml",
            Format::Html => "html",
            Format::Log => "log",
            Format::Text => "text",
            Format::Pdf => "pdf",
        }
    }

    /// The format of a name, in any case: its name or a usual ending of files.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Format> {
        Some(match name.to_ascii_lowercase().as_str() {
            "csv" | "psv" => Format::Csv,
            "tsv" | "tab" => Format::Tsv,
            "json" | "geojson" | "har" => Format::Json,
            "jsonl" | "ndjson" | "json_lines" => Format::JsonLines,
            "xml" | "svg" | "rss" | "atom" | "gpx" | "kml" | "xsd" => Format::Xml,
            "html" | "htm" | "xhtml" => Format::Html,
            "log" | "syslog" => Format::Log,
            "text" | "txt" | "md" => Format::Text,
            "pdf" => Format::Pdf,
            _ => return None,
        })
    }

    /// What it is, in a sentence: "a JSON document".
    #[must_use]
    pub fn describe(self) -> &'static str {
        match self {
            Format::Csv => "a table of separated values (CSV)",
            Format::Tsv => "a table of values between tabs (TSV)",
            Format::Json => "a JSON document",
            Format::JsonLines => "JSON lines",
            Format::Xml => "an XML document",
            Format::Html => "an HTML page",
            Format::Log => "a log",
            Format::Text => "text",
            Format::Pdf => "the text of a PDF",
        }
    }
}

//! The shape of an input: what a program depends on, without its values.
//!
//! Inputs of one exporter have one shape, whatever they hold: other rows, empty columns, whole numbers, keys that are
//! sometimes there. Inputs of another have another: other names or another order of columns, another delimiter, decimal
//! sign or order of dates, another structure. Keys are compared for equality, so what could flip from one month to the
//! next is left out rather than kept.

mod html;
mod json;
mod log;
mod node;
mod table;
mod text;
mod xml;

use crate::input::{Evidence, Format, Input, excerpt};

/// What a program that reads an input depends on, as text that a person can review.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Its canonical text: one fact a line, without values.
    pub text: String,
    /// The BLAKE3 hash of its text, in hexadecimal.
    pub hash: String,
}

impl Shape {
    /// The shape of an input. Of a large one, its head, its tail and pieces between are read.
    #[must_use]
    pub fn of(input: &Input) -> Shape {
        let text = match input.format() {
            Format::Csv | Format::Tsv => table::shape(input, &excerpt(input)),
            Format::Json => json::document(input),
            Format::JsonLines => json::lines(&excerpt(input)),
            Format::Xml => xml::shape(&beginning(input)),
            Format::Html => html::shape(&beginning(input)),
            Format::Log => log::shape(&excerpt(input)),
            Format::Text => text::shape("text", &excerpt(input)),
            Format::Pdf => text::shape("text of a pdf", &excerpt(input)),
        };
        Shape {
            hash: blake3::hash(text.as_bytes()).to_hex().to_string(),
            text,
        }
    }
}

/// So many of `count` places at most: half of them from the beginning, a quarter from the end, a quarter spread between.
fn chosen(count: usize, most: usize) -> Vec<usize> {
    if count <= most {
        return (0..count).collect();
    }
    let quarter = most / 4;
    let between = count - 3 * quarter;
    let spread = (0..quarter).map(|index| 2 * quarter + between * index / quarter.max(1));
    let mut places: Vec<usize> = (0..2 * quarter)
        .chain(spread)
        .chain(count - quarter..count)
        .collect();
    places.dedup();
    places
}

/// All of a document, or its first quarter of a megabyte.
fn beginning(input: &Input) -> std::borrow::Cow<'_, str> {
    const MOST: usize = 256 * 1024;
    match input.text() {
        Some(text) => {
            let mut end = text.len().min(MOST);
            while !text.is_char_boundary(end) {
                end -= 1;
            }
            std::borrow::Cow::Borrowed(text.get(..end).unwrap_or(text))
        }
        None => excerpt(input),
    }
}

/// The lines that say how numbers and dates are written.
fn write_evidence(evidence: &Evidence, is_continental: bool, has_numbers: bool, text: &mut String) {
    let is_continental = is_continental || evidence.decimal(false) == "comma";
    let dates = evidence.date_names(is_continental);
    // Where nothing says otherwise, those who write the day first have a decimal comma.
    let is_continental = is_continental
        || dates
            .iter()
            .any(|name| name.starts_with("dd.") || name.starts_with("dd-mm"));
    if has_numbers || evidence.has_numbers() {
        text.push_str(&format!("decimal {}\n", evidence.decimal(is_continental)));
    }
    for name in dates {
        text.push_str(&format!("dates {name}\n"));
    }
}

//! The shape of an input: what a program depends on, without its values.
//!
//! Inputs of one exporter have one shape, whatever they hold: other rows, empty columns, whole numbers, keys that are
//! sometimes there. Inputs of another have another: other names or another order of columns, another delimiter, decimal
//! sign or order of dates, another structure. Keys are compared for equality, so what could flip from one month to the
//! next is left out rather than kept. What flips all the same, and matters (whether thousands are grouped, whether a key
//! is there in most objects), makes shapes that are [`Near`] one another: a program for one may do for the other, which
//! its judges say.

mod html;
mod json;
mod log;
mod near;
mod node;
mod table;
mod text;
mod xml;

pub use near::Near;

use crate::input::{Evidence, Format, Input, excerpt};

/// What a program that reads an input depends on, as text that a person can review.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Its canonical text: one fact a line, without values.
    pub text: String,
    /// The BLAKE3 hash of its text, in hexadecimal.
    pub hash: String,
}

/// What the shape of a text begins with.
const TEXT: &str = "text";
/// What that of the text of a page description does.
const PDF: &str = "text of a pdf";

/// Where the line is drawn between what a program may rely on and what is optional.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Line {
    /// What four of five have: the shape.
    Usual,
    /// What all have, as far as few can tell.
    Always,
    /// What three of ten have.
    Sometimes,
}

impl Line {
    /// Whether what is there so often is above the line.
    fn is_above(self, count: u32, places: u32) -> bool {
        let (count, all) = (u64::from(count), u64::from(places));
        match self {
            Line::Usual => count * 5 >= all * 4,
            Line::Always => count >= all && (places == 1 || places >= 10),
            Line::Sometimes => count * 10 >= all * 3,
        }
    }
}

impl Shape {
    /// The shape of an input. Of a large one, its head, its tail and pieces between are read.
    #[must_use]
    pub fn of(input: &Input) -> Shape {
        Shape::new(match input.format() {
            Format::Csv | Format::Tsv => table::shape(input, &excerpt(input)),
            Format::Json | Format::JsonLines => json::shape(input),
            Format::Xml => xml::shape(&beginning(input)),
            Format::Html => html::shape(&beginning(input)),
            Format::Log => log::shape(&excerpt(input), Line::Usual),
            Format::Text => text::shape(TEXT, &excerpt(input), Line::Usual),
            Format::Pdf => text::shape(PDF, &excerpt(input), Line::Usual),
        })
    }

    fn new(text: String) -> Shape {
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
        let decimal = evidence.decimal(is_continental);
        text.push_str(&format!("decimal {decimal}\n"));
        if let Some(groups) = evidence.groups(decimal == "comma") {
            text.push_str(&format!("groups {groups}\n"));
        }
    }
    for name in dates {
        text.push_str(&format!("dates {name}\n"));
    }
}

/// The lines that say how dates are written.
fn write_dates(evidence: &Evidence, is_continental: bool, text: &mut String) {
    for name in evidence.date_names(is_continental) {
        text.push_str(&format!("dates {name}\n"));
    }
}

//! Rendering of diagnostics, for people ([`diagnostic`]) and for machines ([`json`]).
//!
//! Both are total: a span that lies in no line, or in no file that is known, is shown as well as can be.
//! Control characters and those that turn the direction of text are shown by their numbers, wherever
//! they come from, so that no source can fool or disturb a terminal.

mod human;
mod json;
mod line;

pub use human::{Style, diagnostic};
pub use json::json;

/// Text as it may be shown: everything that a terminal would obey is shown by its number. Line ends too.
#[must_use]
pub fn escaped(text: &str) -> String {
    text.chars().map(line::shown).collect()
}

//! Source text, spans and the diagnostic model.
//!
//! Errors are data: a stable [`Code`], a severity, labelled spans, the call path that led
//! there and a `help` that shows code to write. They are rendered once, at the edge, by
//! [`render`]. Nothing here knows the language.

mod diagnostic;
mod edit;
mod encoding;
mod text;

pub mod render;

pub use diagnostic::{Code, Diagnostic, Label, PathStep, Severity};
pub use edit::{Edit, mended};
pub use encoding::{ENCODING, Undecodable};
pub use text::{FileId, LineColumn, Source, Span};

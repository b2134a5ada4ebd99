//! Formatting of the program's values: `repr`, `str`, `format`, `%` and `str.format`.
//!
//! These know the heap; they charge, reserve and raise as leaves do, and recurse over no data.

mod convert;
mod fields;
mod percent;
mod repr;

pub use convert::{format_value, integer_of};
pub use fields::{Values, format_fields};
pub use percent::{format_percent, format_percent_bytes};
pub use repr::{class_text, display, display_value, qualified_class_name, repr};
pub(crate) use repr::{objects_within, spoken_object, text_with};

//! Text from values and values from text, exactly as CPython 3.11 does it.
//!
//! Pure functions over `&str`, big integers and floats; only [`values`] knows of the heap. Who calls
//! them charges fuel and reserves memory first; each function's docs say how large its result can be.

pub mod bytes;
pub mod case;
pub mod codec;
pub mod field;
pub mod float_parse;
pub mod float_text;
pub mod int_parse;
pub mod int_text;
pub mod number;
pub mod percent;
pub mod quote;
pub mod spec;
pub mod text;
pub mod unicode;
pub mod values;

use salami_ir::BuiltinException;

pub use values::{display, display_value, format_percent, format_percent_bytes, repr};

/// An exception to raise, not yet an object: its class and its only argument.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The class.
    pub class: BuiltinException,
    /// The message, as CPython words it.
    pub message: String,
}

impl Failure {
    /// `ValueError(message)`
    #[must_use]
    pub fn value(message: impl Into<String>) -> Self {
        Self {
            class: BuiltinException::ValueError,
            message: message.into(),
        }
    }

    /// `TypeError(message)`
    #[must_use]
    pub fn type_error(message: impl Into<String>) -> Self {
        Self {
            class: BuiltinException::TypeError,
            message: message.into(),
        }
    }

    /// `OverflowError(message)`
    #[must_use]
    pub fn overflow(message: impl Into<String>) -> Self {
        Self {
            class: BuiltinException::OverflowError,
            message: message.into(),
        }
    }

    /// An exception of any class.
    #[must_use]
    pub fn new(class: BuiltinException, message: impl Into<String>) -> Self {
        Self {
            class,
            message: message.into(),
        }
    }
}

//! How values become text.

mod repr;

pub use repr::{display, repr};

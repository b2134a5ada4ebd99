//! Judges: who says whether a program's result can be trusted.

mod finding;

pub use finding::{Finding, JudgeName, QuotedRow, Report, Severity};

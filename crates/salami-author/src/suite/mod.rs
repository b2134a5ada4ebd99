//! End-to-end tests of tasks: what a suite's files say, what its cases expect, how they went, and how two ways to ask
//! models compare. Reading files and asking models is for whoever runs them.

mod compare;
mod expect;
mod manifest;
mod report;

pub use compare::Comparison;
pub use expect::{Difference, Expectation, difference};
pub use manifest::{CaseFile, JudgeFile, Manifest};
pub use report::{CaseOutcome, SuiteReport};

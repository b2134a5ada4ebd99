//! CPython's compile-time checks.
use crate::tree::Tree;
use salami_source::Diagnostic;
/// The checks.
#[must_use]
pub fn check(_tree: &Tree) -> Vec<Diagnostic> {
    Vec::new()
}

//! The parser's errors in our words: CPython's text where it is known, a help where there is one.

use ruff_python_ast::ModModule;
use ruff_python_parser::Parsed;
use ruff_text_size::Ranged;
use salami_source::{Diagnostic, Source, Span};

use crate::codes;

/// The span of something of the parser.
pub(crate) fn span(node: &impl Ranged) -> Span {
    Span::new(node.start().to_u32(), node.end().to_u32())
}

/// What the parser refused.
pub(crate) fn diagnostics(_source: &Source, parsed: &Parsed<ModModule>) -> Vec<Diagnostic> {
    parsed
        .errors()
        .iter()
        .map(|error| {
            Diagnostic::error(
                codes::INVALID,
                span(error),
                format!("invalid syntax: {}", error.error),
            )
        })
        .collect()
}

/// Syntax that is newer than Python 3.11.
pub(crate) fn unsupported(_source: &Source, parsed: &Parsed<ModModule>) -> Vec<Diagnostic> {
    parsed
        .unsupported_syntax_errors()
        .iter()
        .map(|error| {
            Diagnostic::error(
                codes::NEWER,
                Span::new(error.range.start().to_u32(), error.range.end().to_u32()),
                error.to_string(),
            )
        })
        .collect()
}

//! Brackets without a partner.

use ruff_python_ast::token::{Token, TokenKind};
use salami_source::{Diagnostic, Source, Span};

use super::span;
use crate::codes;
use crate::limits::begins_statement;

/// The first bracket that has no partner, with the offset from which it explains all errors.
pub(super) fn problem(source: &Source, tokens: &[Token]) -> Option<(Diagnostic, u32)> {
    let mut open: Vec<Span> = Vec::new();
    // Braces of f-strings, whose absence has words of its own.
    let mut fields: Vec<Span> = Vec::new();
    let mut previous = TokenKind::Newline;
    for token in tokens {
        let place = span(token);
        match token.kind() {
            TokenKind::Lpar | TokenKind::Lsqb | TokenKind::Lbrace => {
                if matches!(previous, TokenKind::FStringStart | TokenKind::FStringMiddle) {
                    fields.push(place);
                }
                open.push(place);
            }
            TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace => match open.pop() {
                None => return Some(unmatched(source, place)),
                Some(partner) if !fits(source, partner, place) => {
                    return Some(mismatched(source, partner, place));
                }
                Some(_) => {}
            },
            kind if begins_statement(kind)
                && matches!(previous, TokenKind::NonLogicalNewline | TokenKind::Newline)
                && !open.is_empty() =>
            {
                break;
            }
            _ => {}
        }
        if token.kind() != TokenKind::Comment {
            previous = token.kind();
        }
    }
    let bracket = open.pop().filter(|bracket| !fields.contains(bracket))?;
    let message = format!("'{}' was never closed", source.slice(bracket));
    let help = format!("add the closing `{}`", partner(source.slice(bracket)));
    Some((
        Diagnostic::error(codes::BRACKET, bracket, message).with_help(help),
        bracket.start,
    ))
}

fn partner(open: &str) -> &'static str {
    match open {
        "(" => ")",
        "[" => "]",
        _ => "}",
    }
}

fn fits(source: &Source, open: Span, close: Span) -> bool {
    partner(source.slice(open)) == source.slice(close)
}

/// Explains all errors from the beginning of its line.
fn unmatched(source: &Source, close: Span) -> (Diagnostic, u32) {
    let message = format!("unmatched '{}'", source.slice(close));
    let from = source.line_start(source.line(close.start));
    let diagnostic = Diagnostic::error(codes::BRACKET, close, message);
    (diagnostic.with_help("delete it, or open the bracket"), from)
}

fn mismatched(source: &Source, open: Span, close: Span) -> (Diagnostic, u32) {
    let (opening, closing) = (source.slice(open), source.slice(close));
    let line = source.line(open.start);
    let mut message =
        format!("closing parenthesis '{closing}' does not match opening parenthesis '{opening}'");
    if line != source.line(close.start) {
        message.push_str(&format!(" on line {line}"));
    }
    let help = format!("close the `{opening}` with `{}` first", partner(opening));
    (
        Diagnostic::error(codes::BRACKET, close, message)
            .with_label(open, "opened here")
            .with_help(help),
        open.start,
    )
}

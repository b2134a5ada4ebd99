//! Syntax that is newer than Python 3.11.

use ruff_python_ast::ModModule;
use ruff_python_parser::{Parsed, UnsupportedSyntaxErrorKind};
use salami_source::{Diagnostic, Source};

use super::{Translator, span};
use crate::codes;

/// What the parser lists as newer than Python 3.11, in CPython 3.11's words where it has some.
pub(crate) fn unsupported(source: &Source, parsed: &Parsed<ModModule>) -> Vec<Diagnostic> {
    let translator = Translator {
        source,
        parsed,
        tokens: parsed.tokens(),
    };
    let convert = |error: &ruff_python_parser::UnsupportedSyntaxError| {
        let place = span(error);
        let (message, help) = match error.kind {
            UnsupportedSyntaxErrorKind::TypeAliasStatement => (
                "invalid syntax: `type` statements are newer than Python 3.11".to_owned(),
                alias_help(source.slice(place)),
            ),
            UnsupportedSyntaxErrorKind::TypeParameterList
            | UnsupportedSyntaxErrorKind::TypeParamDefault => (
                "invalid syntax: type parameter lists are newer than Python 3.11".to_owned(),
                "write `T = TypeVar(\"T\")` before it, and `Generic[T]` as a base of a class"
                    .to_owned(),
            ),
            UnsupportedSyntaxErrorKind::TemplateStrings => (
                "invalid syntax: t-strings are newer than Python 3.11".to_owned(),
                "write an f-string: f\"...\"".to_owned(),
            ),
            UnsupportedSyntaxErrorKind::UnparenthesizedExceptionTypes => (
                "multiple exception types must be parenthesized".to_owned(),
                "write `except (A, B):`, and `except A as error:` to name the exception".to_owned(),
            ),
            UnsupportedSyntaxErrorKind::UnpackingInComprehension(_) => {
                let is_dict = source.slice(place).starts_with("**");
                let message = match is_dict {
                    true => "dict unpacking cannot be used in dict comprehension",
                    false => "iterable unpacking cannot be used in comprehension",
                };
                (
                    message.to_owned(),
                    "write a second `for`: `[x for xs in lists for x in xs]`".to_owned(),
                )
            }
            UnsupportedSyntaxErrorKind::Pep701FString(_) => fstring(&error.to_string()),
            _ => {
                let words = error.to_string();
                let words = words.split(" on Python").next().unwrap_or("").to_owned();
                (
                    format!("invalid syntax: {}", words.replacen("Cannot", "cannot", 1)),
                    "write it as Python 3.11 has it".to_owned(),
                )
            }
        };
        let code = match error.kind {
            UnsupportedSyntaxErrorKind::Pep701FString(_) => codes::FSTRING,
            UnsupportedSyntaxErrorKind::UnparenthesizedExceptionTypes => codes::PYTHON_2,
            _ => codes::NEWER,
        };
        Diagnostic::error(code, place, message).with_help(help)
    };
    parsed
        .unsupported_syntax_errors()
        .iter()
        .take(crate::MAX_DIAGNOSTICS)
        .map(convert)
        .map(|diagnostic| translator.mended(diagnostic))
        .collect()
}

fn alias_help(text: &str) -> String {
    format!("write `{}`", text.trim_start_matches("type").trim_start())
}

fn fstring(words: &str) -> (String, String) {
    let message = if words.contains("backslash") {
        "f-string expression part cannot include a backslash"
    } else if words.contains("comments") {
        "f-string expression part cannot include '#'"
    } else if words.contains("line breaks") {
        "f-string: line breaks in an expression are newer than Python 3.11"
    } else {
        "f-string: the same quotes inside an expression are newer than Python 3.11"
    };
    (
        message.to_owned(),
        "compute the value in a statement before, or use the other kind of quotes inside"
            .to_owned(),
    )
}

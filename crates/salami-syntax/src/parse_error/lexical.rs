//! Errors in tokens: strings, numbers, characters, indentation.

use ruff_python_ast::StringFlags;
use ruff_python_ast::token::{Token, TokenKind};
use ruff_python_parser::{
    InterpolatedStringErrorType, LexicalErrorType, ParseError, ParseErrorType,
};
use ruff_text_size::Ranged;
use salami_source::{Diagnostic, Source, Span};

use super::{Text, Translator, span};
use crate::codes;
use crate::literal::{Content, decode_bytes, decode_str};

/// Whether an error leaves in doubt where strings end, and so where brackets stand.
pub(super) fn is_about_strings(error: &ParseErrorType) -> bool {
    matches!(
        error,
        ParseErrorType::FStringError(_)
            | ParseErrorType::TStringError(_)
            | ParseErrorType::Lexical(
                LexicalErrorType::UnclosedStringError
                    | LexicalErrorType::FStringError(_)
                    | LexicalErrorType::TStringError(_)
            )
    )
}

pub(super) fn text(translator: &Translator<'_>, error: &ParseError) -> Option<Text> {
    let start = error.location.start().to_u32();
    let lexical = match &error.error {
        ParseErrorType::Lexical(LexicalErrorType::FStringError(problem))
        | ParseErrorType::FStringError(problem) => {
            return fstring(translator, problem, start);
        }
        ParseErrorType::Lexical(lexical) => lexical,
        _ => return None,
    };
    Some(match lexical {
        LexicalErrorType::UnclosedStringError => unterminated(translator.source, start),
        LexicalErrorType::InvalidByteLiteral => {
            let help = "write `\\xNN` for each byte, or encode a string: \"...\".encode()";
            Text::new(
                codes::STRING,
                "bytes can only contain ASCII literal characters",
                help,
            )
        }
        LexicalErrorType::IndentationError => {
            translator.indentation("unindent does not match any outer indentation level", start)
        }
        LexicalErrorType::UnrecognizedToken { tok } => unexpected(*tok),
        LexicalErrorType::LineContinuationError => Text::new(
            codes::INVALID,
            "unexpected character after line continuation character",
            "`\\` must be the last character of its line; better, put the expression in parentheses",
        ),
        LexicalErrorType::Eof if translator.source.text().trim_end().ends_with('\\') => Text::new(
            codes::INVALID,
            "unexpected EOF while parsing",
            "delete the `\\` at the end",
        ),
        LexicalErrorType::OtherError(words) if words.contains("decimal integer") => {
            let message = "leading zeros in decimal integer literals are not permitted; use an 0o prefix for octal integers";
            Text::new(
                codes::NUMBER,
                message,
                "write the number without the zeros, or as a string if they matter",
            )
        }
        LexicalErrorType::OtherError(words) if &**words == "Invalid Syntax" => Text::new(
            codes::NUMBER,
            "invalid decimal literal",
            "underscores stand between digits only",
        ),
        LexicalErrorType::OtherError(_) => return digitless(translator.source, start),
        _ => return None,
    })
}

fn unexpected(character: char) -> Text {
    let number = u32::from(character);
    if character.is_ascii() && !character.is_ascii_control() {
        let help = match character {
            '?' => "write `a if test else b` for a choice",
            '!' => "write `not`",
            '$' => "names consist of letters, digits and `_`",
            _ => "delete it",
        };
        return Text::new(
            codes::CHARACTER,
            format!("invalid syntax: unexpected character '{character}'"),
            help,
        );
    }
    if character.is_control()
        || character.is_whitespace()
        || matches!(number, 0x200B..=0x200F | 0x2028..=0x202E | 0x2060..=0x206F | 0xFEFF)
    {
        return Text::new(
            codes::CHARACTER,
            format!("invalid non-printable character U+{number:04X}"),
            "delete it, or write a space",
        );
    }
    let help = match character {
        '“' | '”' | '„' | '«' | '»' => "write straight quotes: \"...\"",
        '‘' | '’' | '‚' => "write straight quotes: '...'",
        '–' | '—' | '−' => "write `-`",
        '×' => "write `*`",
        '÷' => "write `/`",
        '≠' => "write `!=`",
        '≤' => "write `<=`",
        '≥' => "write `>=`",
        '→' => "write `->`",
        _ => "outside strings and comments, only letters, digits and Python's own signs may stand",
    };
    Text::new(
        codes::CHARACTER,
        format!("invalid character '{character}' (U+{number:04X})"),
        help,
    )
}

fn unterminated(source: &Source, start: u32) -> Text {
    let text = source.text().get(start as usize..).unwrap_or("");
    let quoted = text.trim_start_matches(|character: char| character.is_ascii_alphabetic());
    let is_triple = quoted.starts_with("\"\"\"") || quoted.starts_with("'''");
    unterminated_as(source, start, is_triple)
}

fn unterminated_as(source: &Source, start: u32, is_triple: bool) -> Text {
    if is_triple {
        let end = source.text().trim_end_matches(['\n', '\r']).len();
        let line = source.line(u32::try_from(end).unwrap_or(u32::MAX));
        let message =
            format!("unterminated triple-quoted string literal (detected at line {line})");
        return Text::new(codes::STRING, message, "add the closing three quotes");
    }
    let message = format!(
        "unterminated string literal (detected at line {})",
        source.line(start)
    );
    Text::new(
        codes::STRING,
        message,
        "add the closing quote; quotes inside are written as `\\'` or `\\\"`",
    )
}

fn fstring(
    translator: &Translator<'_>,
    problem: &InterpolatedStringErrorType,
    start: u32,
) -> Option<Text> {
    use InterpolatedStringErrorType as P;
    Some(match problem {
        P::UnclosedLbrace => {
            let next = translator.character_after(start);
            let follows_word = translator
                .previous(start)
                .is_some_and(|kind| kind == TokenKind::Name);
            match next {
                Some(letter) if follows_word && letter.is_alphanumeric() => Text::new(
                    codes::FSTRING,
                    "f-string: invalid syntax. Perhaps you forgot a comma?",
                    "write one expression between the braces",
                ),
                _ => Text::new(
                    codes::FSTRING,
                    "f-string: expecting '}'",
                    "write `{{` for a brace that is meant as text",
                ),
            }
        }
        P::InvalidConversionFlag | P::ConversionFlagNotImmediatelyAfterExclamation => Text::new(
            codes::FSTRING,
            "f-string: invalid conversion character: expected 's', 'r', or 'a'",
            "write `{value!r}`, or a format spec after `:`",
        ),
        P::SingleRbrace => Text::new(
            codes::FSTRING,
            "f-string: single '}' is not allowed",
            "write `}}` for a brace that is meant as text",
        ),
        P::UnterminatedString => unterminated_as(translator.source, start, false),
        P::UnterminatedTripleQuotedString => unterminated_as(translator.source, start, true),
        P::LambdaWithoutParentheses => Text::new(
            codes::FSTRING,
            "f-string: invalid syntax",
            "put the lambda in parentheses",
        ),
        P::NewlineInFormatSpec => Text::new(
            codes::FSTRING,
            "f-string: newlines are not allowed in a format spec",
            "write the spec on one line",
        ),
    })
}

/// The problem of a number that something adjoins, such as `1a`.
pub(super) fn number_problem(source: &Source, number: &Token, next: u32) -> Option<Text> {
    let is_number = matches!(
        number.kind(),
        TokenKind::Int | TokenKind::Float | TokenKind::Complex
    );
    if !is_number || number.end().to_u32() != next {
        return None;
    }
    let text = source.slice(span(number));
    let follower = source
        .text()
        .get(next as usize..)
        .and_then(|rest| rest.chars().next())?;
    if !follower.is_alphanumeric() && follower != '_' {
        return None;
    }
    if text.ends_with(['j', 'J']) {
        return Some(Text::new(
            codes::NUMBER,
            "invalid imaginary literal",
            "put a space or an operator between the two",
        ));
    }
    Some(in_base(text, follower))
}

/// Numbers with a keyword right behind them that CPython does not admit there, though the parser does.
pub(super) fn adjoined_numbers(source: &Source, tokens: &[Token]) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for pair in tokens.windows(2) {
        let [number, next] = pair else { continue };
        let may_follow = matches!(
            next.kind(),
            TokenKind::And
                | TokenKind::Else
                | TokenKind::For
                | TokenKind::If
                | TokenKind::In
                | TokenKind::Is
                | TokenKind::Not
                | TokenKind::Or
        );
        if !may_follow && let Some(text) = number_problem(source, number, next.start().to_u32()) {
            found.push(
                Diagnostic::error(text.code, span(number), text.message).with_help(text.help),
            );
        }
    }
    found
}

fn in_base(text: &str, follower: char) -> Text {
    let base = match text.get(..2) {
        Some("0x" | "0X") => "hexadecimal",
        Some("0o" | "0O") => "octal",
        Some("0b" | "0B") => "binary",
        _ => "decimal",
    };
    let message = match follower {
        digit @ '0'..='9' if base != "decimal" && base != "hexadecimal" => {
            format!("invalid digit '{digit}' in {base} literal")
        }
        _ => format!("invalid {base} literal"),
    };
    Text::new(
        codes::NUMBER,
        message,
        "write the digits, and an operator or a space after them",
    )
}

/// A number with a prefix and no digits: `0x`.
fn digitless(source: &Source, start: u32) -> Option<Text> {
    let text = source.text().get(start as usize..)?;
    let prefix = text.get(..2).filter(|prefix| {
        matches!(
            prefix.as_bytes(),
            [b'0', b'x' | b'X' | b'o' | b'O' | b'b' | b'B']
        )
    })?;
    Some(in_base(prefix, text.chars().nth(2).unwrap_or(' ')))
}

/// The problem of an escape in a string, told with CPython's positions.
pub(super) fn string_problem(
    source: &Source,
    tokens: &[Token],
    error: &ParseError,
) -> Option<Diagnostic> {
    let ParseErrorType::Lexical(
        LexicalErrorType::UnicodeError
        | LexicalErrorType::StringError
        | LexicalErrorType::MissingUnicodeLbrace
        | LexicalErrorType::MissingUnicodeRbrace,
    ) = &error.error
    else {
        return None;
    };
    let offset = error.location.start();
    let end = tokens.partition_point(|token| token.start() <= offset);
    let token = tokens
        .get(..end)?
        .iter()
        .rev()
        .find(|token| token.string_flags().is_some())?;
    let flags = token.string_flags()?;
    let is_part = token.kind() == TokenKind::FStringMiddle;
    let (opener, closer) = if is_part {
        (0, 0)
    } else {
        (flags.opener_len().to_u32(), flags.closer_len().to_u32())
    };
    let whole = span(token);
    let place = Span::new(
        whole.start.saturating_add(opener),
        whole.end.saturating_sub(closer),
    );
    let content = Content {
        text: source.slice(place),
        offset: place.start,
        is_raw: flags.is_raw_string(),
        has_braces: is_part,
    };
    let problem = match flags.is_byte_string() {
        true => decode_bytes(content, &mut Vec::new()),
        false => decode_str(content, &mut String::new()),
    };
    problem.err().map(|diagnostic| *diagnostic)
}

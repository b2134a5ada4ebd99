//! The parser's errors in our words: CPython's text where it is known, and a help.
//!
//! The parser goes on after an error and often errs again by it, so one error is kept for each line.

mod brackets;
mod lexical;
mod slips;
mod targets;
mod unsupported;

use ruff_python_ast::ModModule;
use ruff_python_ast::token::{Token, TokenKind};
use ruff_python_parser::{LexicalErrorType, ParseError, ParseErrorType, Parsed};
use ruff_text_size::Ranged;
use salami_source::{Code, Diagnostic, Source, Span};

use crate::{MAX_DIAGNOSTICS, codes};

pub(crate) use unsupported::unsupported;

/// The span of something of the parser.
pub(crate) fn span(node: &impl Ranged) -> Span {
    Span::new(node.start().to_u32(), node.end().to_u32())
}

/// What the parser refused, in the order of the source, one for each line. O(length · errors kept).
pub(crate) fn diagnostics(source: &Source, parsed: &Parsed<ModModule>) -> Vec<Diagnostic> {
    let mut errors: Vec<&ParseError> = parsed.errors().iter().collect();
    if errors.is_empty() {
        return lexical::adjoined_numbers(source, parsed.tokens());
    }
    // Within a line, where strings end matters more than what follows from it.
    errors.sort_by_key(|error| {
        let start = error.location.start().to_u32();
        (source.line(start), !is_unclosed_string(&error.error), start)
    });
    let translator = Translator {
        source,
        parsed,
        tokens: parsed.tokens(),
    };
    let has_string_error = errors
        .iter()
        .any(|error| lexical::is_about_strings(&error.error));
    let bracket = if has_string_error {
        None
    } else {
        brackets::problem(source, translator.tokens)
    };
    let mut found: Vec<Diagnostic> = Vec::new();
    let mut last_line = 0;
    for error in errors {
        let line = source.line(error.location.start().to_u32());
        let is_after_bracket = bracket
            .as_ref()
            .is_some_and(|(_, from)| error.location.start().to_u32() >= *from);
        if line == last_line
            || is_after_bracket
            || translator.is_echo(error, found.is_empty())
            || translator.is_below(error, last_line)
        {
            continue;
        }
        last_line = line;
        found.push(translator.mended(translator.diagnostic(error)));
        if found.len() >= MAX_DIAGNOSTICS {
            break;
        }
    }
    found.extend(bracket.map(|(diagnostic, _)| translator.mended(diagnostic)));
    found
}

fn is_unclosed_string(error: &ParseErrorType) -> bool {
    matches!(
        error,
        ParseErrorType::Lexical(LexicalErrorType::UnclosedStringError)
    )
}

/// A message with its code and help, for the place of the parser's error.
struct Text {
    code: Code,
    message: String,
    help: &'static str,
}

impl Text {
    fn new(code: Code, message: impl Into<String>, help: &'static str) -> Self {
        Self {
            code,
            message: message.into(),
            help,
        }
    }
}

struct Translator<'parsed> {
    source: &'parsed Source,
    parsed: &'parsed Parsed<ModModule>,
    tokens: &'parsed [Token],
}

impl Translator<'_> {
    /// Whether an error follows only from one that was already told: the block or the text ends
    /// too early where the parser lost its way before.
    fn is_echo(&self, error: &ParseError, is_first: bool) -> bool {
        let is_of_block = matches!(
            &error.error,
            ParseErrorType::ExpectedToken {
                expected: TokenKind::Dedent | TokenKind::Indent,
                ..
            }
        );
        let text_end = self.source.text().trim_end().len();
        let is_at_end = error.location.start().to_usize() >= text_end;
        !is_first && (is_of_block || is_at_end)
    }

    /// Whether an error is only that of the block below a line with an error: its indentation, or
    /// anything in it where that line was to be its head.
    fn is_below(&self, error: &ParseError, last_line: u32) -> bool {
        let head = self.line_at(self.source.line_start(last_line));
        let is_headless = head.code.ends_with([':', '{']);
        let is_indent = matches!(error.error, ParseErrorType::UnexpectedIndentation);
        if last_line == 0 || !(is_indent || is_headless) {
            return false;
        }
        let indent = |line: u32| {
            let text = self.source.line_text(line);
            (!text.trim().is_empty()).then(|| text.len() - text.trim_start().len())
        };
        let head = indent(last_line).unwrap_or(0);
        let line = self.source.line(error.location.start().to_u32());
        line > last_line
            && (last_line + 1..=line).all(|line| indent(line).is_none_or(|own| own > head))
    }

    fn diagnostic(&self, error: &ParseError) -> Diagnostic {
        let place = span(error);
        if let Some(diagnostic) = lexical::string_problem(self.source, self.tokens, error) {
            return diagnostic;
        }
        let adjoining = self.before(place.start).next();
        let number =
            adjoining.and_then(|token| lexical::number_problem(self.source, token, place.start));
        let text = number
            .or_else(|| targets::text(self, error))
            .or_else(|| lexical::text(self, error))
            .or_else(|| self.token_text(error))
            .or_else(|| self.listed_text(error))
            .or_else(|| self.worded_text(error))
            .unwrap_or_else(|| self.plain_text(error));
        Diagnostic::error(text.code, place, text.message).with_help(text.help)
    }

    /// The tokens before an offset, backwards, without comments and line ends in brackets.
    fn before(&self, offset: u32) -> impl Iterator<Item = &Token> {
        let end = self
            .tokens
            .partition_point(|token| token.start().to_u32() < offset);
        let is_meaningful = |token: &&Token| {
            !matches!(
                token.kind(),
                TokenKind::Comment | TokenKind::NonLogicalNewline
            )
        };
        self.tokens
            .get(..end)
            .unwrap_or_default()
            .iter()
            .rev()
            .filter(is_meaningful)
    }

    fn previous(&self, offset: u32) -> Option<TokenKind> {
        self.before(offset).next().map(Token::kind)
    }

    fn character_after(&self, offset: u32) -> Option<char> {
        self.source
            .text()
            .get(offset as usize..)?
            .trim_start()
            .chars()
            .next()
    }

    /// The first token of the logical line around an offset.
    fn first_of_line(&self, offset: u32) -> Option<&Token> {
        let is_of_line = |token: &&Token| {
            !matches!(
                token.kind(),
                TokenKind::Newline | TokenKind::Indent | TokenKind::Dedent
            )
        };
        self.before(offset).take_while(is_of_line).last()
    }

    /// Where the parser missed a token.
    fn token_text(&self, error: &ParseError) -> Option<Text> {
        let ParseErrorType::ExpectedToken { expected, found } = &error.error else {
            return None;
        };
        let start = error.location.start().to_u32();
        let line = self.first_of_line(start).map(Token::kind);
        Some(match (expected, found) {
            (TokenKind::Colon, TokenKind::Equal) => Text::new(
                codes::INVALID,
                "invalid syntax. Maybe you meant '==' or ':=' instead of '='?",
                "write `==` to compare",
            ),
            (TokenKind::Colon, TokenKind::Rbrace | TokenKind::Comma | TokenKind::For)
                if line != Some(TokenKind::Lambda) =>
            {
                Text::new(
                    codes::INVALID,
                    "':' expected after dictionary key",
                    "write `key: value` for each item, or only values for a set",
                )
            }
            (TokenKind::Colon, _) if line.is_some_and(heads_block) => Text::new(
                codes::INVALID,
                "expected ':'",
                "end the line that begins a block with `:`",
            ),
            (TokenKind::Lpar, _) => Text::new(
                codes::INVALID,
                "expected '('",
                "write the parameters in parentheses, `()` for none",
            ),
            (TokenKind::Else, _) => Text::new(
                codes::INVALID,
                "expected 'else' after 'if' expression",
                "write `value if test else other`; in a comprehension, `if test` stands at the end",
            ),
            (TokenKind::Rsqb | TokenKind::Rbrace, TokenKind::For) => Text::new(
                codes::INVALID,
                "did you forget parentheses around the comprehension target?",
                "write `[(x, y) for ...]`",
            ),
            (
                TokenKind::Comma,
                TokenKind::Name
                | TokenKind::Int
                | TokenKind::Float
                | TokenKind::String
                | TokenKind::FStringStart,
            ) => Text::new(
                codes::INVALID,
                "invalid syntax. Perhaps you forgot a comma?",
                "put a comma between the two",
            ),
            _ => return None,
        })
    }

    /// Errors that have a word of their own in the parser.
    fn listed_text(&self, error: &ParseError) -> Option<Text> {
        use ParseErrorType as E;
        let start = error.location.start().to_u32();
        let arguments = |message: &str, help| Text::new(codes::ARGUMENTS, message, help);
        let parameters = |message: &str, help| Text::new(codes::PARAMETERS, message, help);
        Some(match &error.error {
            E::PositionalAfterKeywordArgument => arguments(
                "positional argument follows keyword argument",
                "pass it by name, or move it to the front",
            ),
            E::PositionalAfterKeywordUnpacking => arguments(
                "positional argument follows keyword argument unpacking",
                "move it before the `**`",
            ),
            E::InvalidArgumentUnpackingOrder => arguments(
                "iterable argument unpacking follows keyword argument unpacking",
                "move the `*` before the `**`",
            ),
            E::UnparenthesizedGeneratorExpression => arguments(
                "Generator expression must be parenthesized",
                "write `f((x for x in xs), y)`",
            ),
            E::NonDefaultParamAfterDefaultParam => parameters(
                "non-default argument follows default argument",
                "give it a default, or move it before those that have one",
            ),
            E::ExpectedKeywordParam => parameters(
                "named arguments must follow bare *",
                "name a parameter after the `*`, or leave the `*` out",
            ),
            E::ParamAfterVarKeywordParam => parameters(
                "arguments cannot follow var-keyword argument",
                "move the `**` to the end",
            ),
            E::VarParameterWithDefault => {
                let is_keyword = self
                    .before(start)
                    .find(|token| matches!(token.kind(), TokenKind::Star | TokenKind::DoubleStar));
                let kind = if is_keyword.is_some_and(|token| token.kind() == TokenKind::DoubleStar)
                {
                    "var-keyword"
                } else {
                    "var-positional"
                };
                parameters(
                    &format!("{kind} argument cannot have default value"),
                    "leave the default out",
                )
            }
            E::UnexpectedIndentation => self.indentation("unexpected indent", start),
            E::InvalidMatchPatternTarget => Text::new(
                codes::PATTERN,
                "cannot use '_' as a target",
                "`_` matches without binding; give a name",
            ),
            E::ExpectedImaginaryNumber => Text::new(
                codes::PATTERN,
                "imaginary number required in complex literal",
                "match one number",
            ),
            E::ExpectedRealNumber => Text::new(
                codes::PATTERN,
                "real number required in complex literal",
                "match one number",
            ),
            E::SimpleStatementsOnSameLine => return self.two_on_one_line(start),
            E::ExpectedExpression => return self.missing_expression(start),
            _ => return None,
        })
    }

    /// `inconsistent use of tabs ...` where that is the cause, else the message that is given.
    fn indentation(&self, message: &str, offset: u32) -> Text {
        let line = self.source.line(offset);
        let indent = |line: u32| {
            let text = self.source.line_text(line);
            text.get(..text.len() - text.trim_start_matches([' ', '\t']).len())
                .unwrap_or("")
        };
        let has_other = |character: char| {
            (line.saturating_sub(3)..line).any(|other| indent(other).contains(character))
        };
        let own = indent(line);
        if (own.contains('\t') && has_other(' ')) || (own.contains(' ') && has_other('\t')) {
            let help = "indent with four spaces everywhere";
            return Text::new(
                codes::INDENTATION,
                "inconsistent use of tabs and spaces in indentation",
                help,
            );
        }
        Text::new(
            codes::INDENTATION,
            message,
            "indent the lines of a block alike, by four spaces more than its head",
        )
    }

    fn two_on_one_line(&self, start: u32) -> Option<Text> {
        let first = self.first_of_line(start)?;
        let word = self.source.slice(span(first));
        if !matches!(word, "print" | "exec") || self.before(start).next()?.start() != first.start()
        {
            return None;
        }
        let message = format!("Missing parentheses in call to '{word}'. Did you mean {word}(...)?");
        let help = if word == "print" {
            "write `print(...)`"
        } else {
            "code cannot be run from text here; call a function"
        };
        Some(Text::new(codes::PYTHON_2, message, help))
    }

    fn missing_expression(&self, start: u32) -> Option<Text> {
        let previous = self.previous(start)?;
        let next = self.character_after(start);
        let in_field = previous == TokenKind::Lbrace
            && self.before(start).nth(1).is_some_and(|token| {
                token.kind() == TokenKind::FStringMiddle
                    || token.kind() == TokenKind::FStringStart
                    || token.kind() == TokenKind::FStringEnd
            });
        match (previous, next) {
            _ if in_field && matches!(next, Some('}' | '!' | ':')) => Some(Text::new(
                codes::FSTRING,
                "f-string: empty expression not allowed",
                "write `{{}}` for braces that are meant as text",
            )),
            _ if in_field => Some(Text::new(
                codes::FSTRING,
                "f-string: expecting '}'",
                "write `{{` for a brace that is meant as text",
            )),
            (TokenKind::Colon, Some('}' | ',')) => Some(Text::new(
                codes::INVALID,
                "expression expected after dictionary key and ':'",
                "write the value after the `:`",
            )),
            (TokenKind::Equal, Some(')' | ','))
                if self
                    .first_of_line(start)
                    .is_some_and(|first| first.kind() == TokenKind::Def) =>
            {
                Some(Text::new(
                    codes::PARAMETERS,
                    "expected default value expression",
                    "write the default after the `=`, or leave the `=` out",
                ))
            }
            _ => None,
        }
    }

    /// Errors that are only words in the parser.
    fn worded_text(&self, error: &ParseError) -> Option<Text> {
        let ParseErrorType::OtherError(words) = &error.error else {
            return None;
        };
        let start = error.location.start().to_u32();
        if let Some(parent) = words.strip_prefix("Expected an indented block after ") {
            return Some(self.missing_block(parent, start));
        }
        Some(match words.as_str() {
            "Only one '*' parameter allowed" => Text::new(
                codes::PARAMETERS,
                "* argument may appear only once",
                "keep one of them",
            ),
            "Only one '/' separator allowed" => Text::new(
                codes::PARAMETERS,
                "/ may appear only once",
                "keep one of them",
            ),
            "'/' parameter must appear before '*' parameter" => Text::new(
                codes::PARAMETERS,
                "/ must be ahead of *",
                "move the `/` before the `*`",
            ),
            "Position-only parameter separator not allowed as first parameter" => Text::new(
                codes::PARAMETERS,
                "at least one argument must precede /",
                "leave the `/` out",
            ),
            "Cannot have both 'except' and 'except*' on the same 'try'" => Text::new(
                codes::INVALID,
                "cannot have both 'except' and 'except*' on the same 'try'",
                "write `except`, without the star",
            ),
            "Bytes literal cannot be mixed with non-bytes literals" => Text::new(
                codes::STRING,
                "cannot mix bytes and nonbytes literals",
                "write all of them with `b`, or none",
            ),
            "Trailing comma not allowed" => Text::new(
                codes::IMPORT,
                "trailing comma not allowed without surrounding parentheses",
                "leave the last comma out",
            ),
            "Positional patterns cannot follow keyword patterns" => Text::new(
                codes::PATTERN,
                "positional patterns follow keyword patterns",
                "move the positional ones to the front",
            ),
            "Expected `except` or `finally` after `try` block" => Text::new(
                codes::INVALID,
                "expected 'except' or 'finally' block",
                "add `except SomeError:` with what to do then",
            ),
            "Only single target (not tuple) can be annotated" => Text::new(
                codes::TARGET,
                "only single target (not tuple) can be annotated",
                "annotate each name in a line of its own",
            ),
            "Only single target (not list) can be annotated" => Text::new(
                codes::TARGET,
                "only single target (not list) can be annotated",
                "annotate each name in a line of its own",
            ),
            _ => return None,
        })
    }

    fn missing_block(&self, parent: &str, start: u32) -> Text {
        let head = self.before(start).find(|token| {
            !matches!(
                token.kind(),
                TokenKind::Newline | TokenKind::Indent | TokenKind::Dedent
            )
        });
        let head = head
            .and_then(|token| self.first_of_line(token.end().to_u32()))
            .map_or(0, |token| token.start().to_u32());
        let line = self.source.line(head);
        let what = match parent.split('`').nth(1) {
            Some("class") => "class definition".to_owned(),
            Some(keyword) => format!("'{keyword}' statement"),
            None => parent.to_owned(),
        };
        let message = format!("expected an indented block after {what} on line {line}");
        Text::new(
            codes::INDENTATION,
            message,
            "indent the lines that belong to it by four spaces; write `pass` if there are none",
        )
    }

    fn plain_text(&self, error: &ParseError) -> Text {
        let words = error.error.to_string();
        let mut letters = words.chars();
        let lower: String = letters
            .next()
            .into_iter()
            .flat_map(char::to_lowercase)
            .chain(letters)
            .collect();
        let help = match &error.error {
            ParseErrorType::SimpleStatementsOnSameLine => {
                "put each statement on a line of its own; between two values an operator is missing"
            }
            ParseErrorType::SimpleAndCompoundStatementOnSameLine => {
                "put each statement on a line of its own"
            }
            ParseErrorType::ExpectedExpression => {
                "write a value here, or delete what leads up to it"
            }
            ParseErrorType::ExpectedToken {
                found: TokenKind::Newline | TokenKind::EndOfFile,
                ..
            } => "the line ends too early: write the rest of it",
            ParseErrorType::ExpectedToken { .. } => {
                "write what is expected here, or delete what is found"
            }
            ParseErrorType::UnexpectedTokenAfterAsync(_) => {
                "`async` stands before `def`, `with` and `for` only"
            }
            _ if words.contains("keyword") => "choose a name that is not a keyword of Python",
            _ => "see whether a name, a comma or an operator is missing before this place",
        };
        Text::new(codes::INVALID, format!("invalid syntax: {lower}"), help)
    }
}

/// Whether a logical line that begins so has a block after a colon.
const fn heads_block(kind: TokenKind) -> bool {
    matches!(
        kind,
        TokenKind::If
            | TokenKind::Elif
            | TokenKind::Else
            | TokenKind::While
            | TokenKind::For
            | TokenKind::Def
            | TokenKind::Class
            | TokenKind::With
            | TokenKind::Try
            | TokenKind::Except
            | TokenKind::Finally
            | TokenKind::Async
            | TokenKind::Match
            | TokenKind::Case
    )
}

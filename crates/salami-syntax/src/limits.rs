//! What is refused before parsing, by one linear scan over the tokens.
//!
//! The parser recurses for each bracket, block and prefix operator, and its tree is destroyed by
//! recursion, also along chains that it built by loops (`a + a + ...`, `a.b.c`). So all of that is
//! counted first: the depth of brackets and f-strings, of blocks, and the *weight* of an expression:
//! how many operators, attributes, calls and lambdas stand in it outside commas. The tree's own bound,
//! [`EXPRESSION_DEPTH`], is exact and checked by the conversion; the weight only keeps the parser safe.
//!
//! The scan uses the parser's own lexer, so that both agree about strings and brackets.

use ruff_python_ast::token::TokenKind;
use ruff_python_parser::{Mode, lexer};
use salami_source::{Diagnostic, Span};

use crate::codes;

/// The longest source, in bytes, where the caller names no other length.
pub const SOURCE_BYTES: usize = 1_000_000;
/// The longest source that any caller may admit: spans count bytes in 32 bits.
pub const MOST_SOURCE_BYTES: usize = 1 << 30;
/// The deepest nesting of brackets and replacement fields of f-strings.
pub const BRACKET_DEPTH: usize = 200;
/// The deepest indentation.
pub const INDENT_DEPTH: usize = 100;
/// The deepest expression of the tree.
pub const EXPRESSION_DEPTH: usize = 200;
/// The most branches of one `if`.
pub const BRANCHES: usize = 10_000;
/// The greatest weight of an expression, over all brackets that are open.
const EXPRESSION_WEIGHT: usize = 2_000;

/// The refusals of the scan; empty if the parser may be run. O(length).
#[must_use]
pub fn check(text: &str, source_bytes: usize) -> Vec<Diagnostic> {
    let allowed = source_bytes.min(MOST_SOURCE_BYTES);
    if text.len() > allowed {
        let message = format!(
            "the source has {} bytes, more than the {allowed} that are allowed",
            text.len()
        );
        let help = "read large data as input instead of writing it into the program";
        return vec![Diagnostic::error(codes::TOO_LARGE, Span::new(0, 0), message).with_help(help)];
    }
    if let Some(index) = text.bytes().position(|byte| byte == 0) {
        let message = "source code string cannot contain null bytes";
        let help = "delete the NUL character; in a string, write it as `\\0`";
        return vec![
            Diagnostic::error(codes::CHARACTER, span_at(text, index), message).with_help(help),
        ];
    }
    let Some(excess) = scan(text) else {
        return Vec::new();
    };
    let offset = first_prefix_in_excess(text, excess);
    vec![excess.diagnostic(span_at(text, offset))]
}

/// What the scan found too much of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Excess {
    Brackets,
    Indents,
    Weight,
}

impl Excess {
    fn diagnostic(self, span: Span) -> Diagnostic {
        let (message, help) = match self {
            Self::Brackets => (
                format!("brackets are nested more than {BRACKET_DEPTH} deep"),
                "give the inner parts names of their own, in statements before this one",
            ),
            Self::Indents => (
                format!("blocks are nested more than {INDENT_DEPTH} deep"),
                "move the inner blocks into functions",
            ),
            Self::Weight => (
                format!("this expression is nested more than {EXPRESSION_DEPTH} deep"),
                "split it: build the value step by step, in a loop or with `sum`, `join`, `any` or `all`",
            ),
        };
        Diagnostic::error(codes::TOO_DEEP, span, message).with_help(help)
    }
}

/// The weight of each open bracket's present item, and of all of them together.
#[derive(Default)]
struct Weights {
    open: Vec<Level>,
    ground: Level,
    total: usize,
}

#[derive(Default)]
struct Level {
    weight: usize,
    /// Lambdas whose colon has not come: their commas do not end the item.
    lambdas: usize,
    /// An f-string: its fields stand beside each other.
    is_fstring: bool,
}

impl Weights {
    fn level(&mut self) -> &mut Level {
        self.open.last_mut().unwrap_or(&mut self.ground)
    }

    fn add(&mut self) {
        self.total += 1;
        self.level().weight += 1;
    }

    fn end_item(&mut self) {
        let level = self.level();
        let weight = std::mem::take(&mut level.weight);
        level.lambdas = 0;
        self.total -= weight;
    }

    fn open(&mut self, kind: TokenKind) {
        self.add();
        let is_fstring = matches!(kind, TokenKind::FStringStart | TokenKind::TStringStart);
        self.open.push(Level {
            is_fstring,
            ..Level::default()
        });
    }

    fn close(&mut self) {
        self.end_item();
        self.open.pop();
        if self.level().is_fstring {
            self.end_item();
        }
    }

    fn end_statement(&mut self) {
        self.open.clear();
        self.ground = Level::default();
        self.total = 0;
    }
}

fn scan(text: &str) -> Option<Excess> {
    let mut lexer = lexer::lex(text, Mode::Module);
    let mut weights = Weights::default();
    let mut indents = 0usize;
    let mut previous = TokenKind::Newline;
    loop {
        let kind = lexer.next_token();
        match kind {
            TokenKind::EndOfFile => return None,
            TokenKind::Indent => {
                indents += 1;
                if indents > INDENT_DEPTH {
                    return Some(Excess::Indents);
                }
            }
            TokenKind::Dedent => indents = indents.saturating_sub(1),
            TokenKind::Newline | TokenKind::Semi => weights.end_statement(),
            TokenKind::Comma if weights.level().lambdas == 0 => weights.end_item(),
            TokenKind::Colon => {
                let level = weights.level();
                level.lambdas = level.lambdas.saturating_sub(1);
            }
            TokenKind::Lpar
            | TokenKind::Lsqb
            | TokenKind::Lbrace
            | TokenKind::FStringStart
            | TokenKind::TStringStart => {
                weights.open(kind);
                if weights.open.len() > BRACKET_DEPTH {
                    return Some(Excess::Brackets);
                }
            }
            TokenKind::Rpar
            | TokenKind::Rsqb
            | TokenKind::Rbrace
            | TokenKind::FStringEnd
            | TokenKind::TStringEnd => weights.close(),
            TokenKind::Lambda => {
                weights.add();
                weights.level().lambdas += 1;
            }
            _ if is_heavy(kind) => weights.add(),
            // No expression goes on with these: a bracket was left open, and the parser recovers here.
            _ if begins_statement(kind) && previous == TokenKind::NonLogicalNewline => {
                weights.end_statement()
            }
            _ => {}
        }
        if weights.total > EXPRESSION_WEIGHT {
            return Some(Excess::Weight);
        }
        if kind != TokenKind::Comment {
            previous = kind;
        }
    }
}

/// Whether the parser or the destruction of its tree may recurse for this token.
const fn is_heavy(kind: TokenKind) -> bool {
    matches!(
        kind,
        TokenKind::Plus
            | TokenKind::Minus
            | TokenKind::Star
            | TokenKind::Slash
            | TokenKind::DoubleSlash
            | TokenKind::Percent
            | TokenKind::At
            | TokenKind::Vbar
            | TokenKind::Amper
            | TokenKind::CircumFlex
            | TokenKind::LeftShift
            | TokenKind::RightShift
            | TokenKind::DoubleStar
            | TokenKind::Tilde
            | TokenKind::Dot
            | TokenKind::ColonEqual
            | TokenKind::Not
            | TokenKind::If
            | TokenKind::Else
            | TokenKind::Await
            | TokenKind::Async
            | TokenKind::Yield
            | TokenKind::Match
            | TokenKind::Case
            | TokenKind::Type
            | TokenKind::Lazy
    )
}

pub(crate) const fn begins_statement(kind: TokenKind) -> bool {
    matches!(
        kind,
        TokenKind::Assert
            | TokenKind::Break
            | TokenKind::Class
            | TokenKind::Continue
            | TokenKind::Def
            | TokenKind::Del
            | TokenKind::Elif
            | TokenKind::Except
            | TokenKind::Finally
            | TokenKind::Global
            | TokenKind::Import
            | TokenKind::Nonlocal
            | TokenKind::Pass
            | TokenKind::Raise
            | TokenKind::Return
            | TokenKind::Try
            | TokenKind::While
            | TokenKind::With
    )
}

/// The length of the shortest prefix that is already in excess, by bisection: the lexer does not tell
/// where its tokens stand. O(length log length), once, for a source that is refused.
fn first_prefix_in_excess(text: &str, excess: Excess) -> usize {
    let (mut fine, mut bad) = (0, text.len());
    while bad - fine > 1 {
        let middle = floor_boundary(text, fine + (bad - fine) / 2);
        if middle <= fine {
            break;
        }
        let prefix = text.get(..middle).unwrap_or(text);
        if scan(prefix) == Some(excess) {
            bad = middle;
        } else {
            fine = middle;
        }
    }
    floor_boundary(text, bad.saturating_sub(1))
}

fn floor_boundary(text: &str, mut index: usize) -> usize {
    while index > 0 && !text.is_char_boundary(index) {
        index -= 1;
    }
    index
}

/// The span of the character at an offset.
fn span_at(text: &str, offset: usize) -> Span {
    let length = text
        .get(offset..)
        .and_then(|rest| rest.chars().next())
        .map_or(0, char::len_utf8);
    let position = |index: usize| u32::try_from(index).unwrap_or(u32::MAX);
    Span::new(position(offset), position(offset + length))
}

//! What people and models write in place of assembly, and what they are told to write.

use salami_source::{Diagnostic, Span};

use super::forms;
use super::lexer::{Spanned, Token};
use super::line::Line;
use super::literal;
use super::near::nearest;
use super::page::LISTED_INSTRUCTIONS;
use super::parse::{SECTIONS, SYNTAX};
use super::plan;
use crate::instruction::INSTRUCTIONS;

/// Instructions of other machines, and what they are here.
const OTHERS: [(&str, &str); 28] = [
    ("JMP", "JUMP"),
    ("GOTO", "JUMP"),
    ("JZ", "IF_FALSE"),
    ("JUMP_IF_FALSE", "IF_FALSE"),
    ("IF_NOT", "IF_FALSE"),
    ("JNZ", "IF_TRUE"),
    ("JUMP_IF_TRUE", "IF_TRUE"),
    ("IF", "IF_TRUE"),
    ("ON_ERROR", "IF_ERROR"),
    ("HALT", "RETURN"),
    ("END", "RETURN"),
    ("STOP", "RETURN"),
    ("EXIT", "RETURN"),
    ("SET", "LOAD_CONST"),
    ("CONST", "LOAD_CONST"),
    ("PUSH", "LOAD_CONST"),
    ("OUTPUT", "STORE_OUTPUT"),
    ("PRINT", "STORE_OUTPUT"),
    ("CALL_TOOL", "CALL_SERVICE"),
    ("CALL_API", "CALL_SERVICE"),
    ("FOR", "FOR_EACH"),
    ("FOREACH", "FOR_EACH_ARRAY"),
    ("COMPARE", "CMP"),
    ("SUBTRACT", "SUB"),
    ("MULTIPLY", "MUL"),
    ("DIVIDE", "DIV"),
    ("MODULO", "MOD"),
    ("LENGTH", "LEN"),
];

/// Comparisons of other languages.
const COMPARISONS: [(&str, &str); 10] = [
    ("=", "=="),
    ("===", "=="),
    ("eq", "=="),
    ("<>", "!="),
    ("!==", "!="),
    ("ne", "!="),
    ("=>", ">="),
    ("=<", "<="),
    ("lt", "<"),
    ("gt", ">"),
];

/// A token as it is written, as far as that is known.
fn shown(token: &Token<'_>) -> String {
    match token {
        Token::Word(text) | Token::Number(text) => (*text).to_owned(),
        Token::Register(name) => format!("${name}"),
        Token::Position(name) => format!("@{name}"),
        Token::Field(name) => format!(".{name}"),
        Token::Text(text) => literal::text(text),
        Token::Bytes(_) => "b\"...\"".to_owned(),
        Token::Mark(mark) => (*mark).to_owned(),
    }
}

/// Where `rest` of a line has nothing that begins a token.
pub(super) fn stranger(before: &str, rest: &str, span: Span) -> Diagnostic {
    let first = rest.chars().next().unwrap_or(' ');
    let error = |message: String| Diagnostic::error(SYNTAX, span, message);
    let place = |length: usize| {
        let length = u32::try_from(length).unwrap_or(0);
        Span::new(span.start, span.start.saturating_add(length))
    };
    if before.ends_with(':') && rest.starts_with("//") {
        return error("a URL stands in double quotes".to_owned())
            .with_help("write `HTTP_GET \"https://example.com/page\" -> $0`");
    }
    if before.trim().is_empty() && rest.starts_with("- ") {
        return error("a line begins without a dash".to_owned())
            .with_help("leave the dash out")
            .with_edit(place(2), "");
    }
    for comment in ["//", "/*", "--"] {
        if rest.starts_with(comment) {
            return error(format!("`{comment}` begins no comment"))
                .with_help("comments begin with `;` or `#`")
                .with_edit(place(comment.len()), ";");
        }
    }
    let quotes = [
        ('\'', '\''),
        ('“', '”'),
        ('”', '”'),
        ('„', '“'),
        ('‘', '’'),
        ('«', '»'),
        ('`', '`'),
    ];
    if let Some((_, closing)) = quotes.iter().find(|(opening, _)| *opening == first) {
        let problem = error("texts stand in double quotes, \"so\"".to_owned());
        let inside = rest.get(first.len_utf8()..).unwrap_or_default();
        return match inside.split_once(*closing) {
            Some((inside, _)) => {
                let written = literal::text(inside);
                let length = first.len_utf8() + inside.len() + closing.len_utf8();
                problem
                    .with_help(format!("write `{written}`"))
                    .with_edit(place(length), written)
            }
            None => problem.with_help("write `\"text\"`"),
        };
    }
    if matches!(first, '→' | '⇒' | '⟶' | '➜') {
        return error("the arrow is written `->`".to_owned())
            .with_help("write `->`")
            .with_edit(place(first.len_utf8()), "->");
    }
    let problem = error(format!("`{first}` is no part of the assembly"));
    problem.with_help(match first {
        '{' | '}' => "an object is made by `MAKE_DICT [\"key\" value] -> $0`, a list by `MAKE_LIST [1 2] -> $0`",
        '+' | '*' | '/' | '%' | '-' | '!' | '&' | '^' | '~' => {
            "what is computed has an instruction: ADD, SUB, MUL, DIV, MOD, CMP"
        }
        _ => "a line is an instruction with registers `$0`, names and literals; texts stand in double quotes",
    })
}

/// Makes `EXTRACT_JSON(response, "email")`, as the founding page writes it, a line with plain operands.
pub(super) fn plain_operands(tokens: &mut Vec<Spanned<'_>>) {
    let (_, _, used) = plan::label(tokens);
    let (Some(word), Some(open)) = (tokens.get(used), tokens.get(used + 1)) else {
        return;
    };
    let is_mnemonic = matches!(word.token, Token::Word(word) if !SECTIONS.contains(&word));
    let is_mark = |spanned: &Spanned<'_>, mark| spanned.token == Token::Mark(mark);
    if !is_mnemonic || !is_mark(open, "(") || word.span.end != open.span.start {
        return;
    }
    let Some(close) = tokens.iter().rposition(|spanned| is_mark(spanned, ")")) else {
        return;
    };
    let (mut at, mut brackets) = (0, 0);
    tokens.retain(|spanned| {
        let index = at;
        at += 1;
        brackets += i32::from(is_mark(spanned, "[")) - i32::from(is_mark(spanned, "]"));
        let is_between = brackets == 0 && index < close && is_mark(spanned, ",");
        index != used + 1 && index != close && !is_between
    });
}

/// Whether a token that begins so is a sign that only looks like a letter.
pub(super) fn is_strange(first: char) -> bool {
    matches!(
        first,
        '“' | '”' | '„' | '‘' | '’' | '«' | '»' | '→' | '⇒' | '⟶' | '➜' | '\u{a0}'
    )
}

/// Where `->` is missing.
pub(super) fn arrow(line: &Line<'_, '_>) -> Diagnostic {
    let span = line.span();
    let error = |message: String| Diagnostic::error(SYNTAX, span, message);
    match (line.peek(), line.peek_at(1)) {
        (Some(Token::Mark(",")), _) => comma(span),
        (Some(Token::Mark("=")), Some(Token::Mark(">"))) => {
            let span = span.cover(line.span_at(1));
            Diagnostic::error(SYNTAX, span, "the arrow is written `->`")
                .with_help("write `->`")
                .with_edit(span, "->")
        }
        (Some(Token::Mark("=")), _) => error("the arrow is written `->`".to_owned()),
        (Some(Token::Mark("[")), _) => error("expected `->`".to_owned()),
        (Some(token), None) => {
            let shown = shown(token);
            error(format!("`->` is missing in front of `{shown}`"))
                .with_help(format!("write `-> {shown}`"))
                .with_edit(Span::new(span.start, span.start), "-> ")
        }
        _ => error("expected `->`".to_owned()),
    }
}

fn comma(span: Span) -> Diagnostic {
    Diagnostic::error(SYNTAX, span, "operands stand without commas between them")
        .with_help("leave the comma out; only in brackets there may be commas")
        .with_edit(span, "")
}

/// Where brackets are missing around arguments.
pub(super) fn brackets(line: &Line<'_, '_>, mnemonic: &str) -> Diagnostic {
    let mut words = Vec::new();
    let (mut span, mut ahead) = (line.span(), 0);
    while let Some(token) = line.peek_at(ahead) {
        if matches!(token, Token::Mark("->" | "]")) {
            break;
        }
        words.push(shown(token));
        span = span.cover(line.span_at(ahead));
        ahead += 1;
    }
    let words = words.join(" ");
    let message = format!("the arguments of {mnemonic} stand in brackets");
    let (start, end) = (span.start, span.end);
    Diagnostic::error(SYNTAX, span, message)
        .with_help(format!("write `[{words}]`"))
        .with_edit(Span::new(start, start), "[")
        .with_edit(Span::new(end, end), "]")
}

/// Where a register, or what may stand for one, is missing.
pub(super) fn register(line: &Line<'_, '_>, reads: bool) -> Diagnostic {
    let span = line.span();
    let error = |message: &str| Diagnostic::error(SYNTAX, span, message);
    match line.peek() {
        Some(Token::Mark(",")) => comma(span),
        Some(Token::Number(digits)) if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
            error("expected a register, such as `$0`")
                .with_help(format!("write `${digits}`"))
                .with_edit(span, format!("${digits}"))
        }
        _ if reads => error("expected a value: a register such as `$0`, a name or a literal"),
        _ => error("expected a register, such as `$0`"),
    }
}

/// Where a text is missing.
pub(super) fn text(line: &Line<'_, '_>) -> Diagnostic {
    let span = line.span();
    let problem = Diagnostic::error(SYNTAX, span, "expected a text in double quotes");
    match line.peek() {
        Some(token @ (Token::Word(_) | Token::Number(_))) => {
            let written = literal::text(&shown(token));
            problem
                .with_help(format!("write `{written}`"))
                .with_edit(span, written)
        }
        _ => problem,
    }
}

/// Where the comparison of `CMP` is none.
pub(super) fn comparison(line: &Line<'_, '_>) -> Diagnostic {
    let span = line.span();
    let known = "comparisons are \"<\" \"<=\" \">\" \">=\" \"==\" \"!=\" \"is\" \"is not\" \"in\" \"not in\"";
    let bare = match (line.peek(), line.peek_at(1)) {
        (Some(Token::Mark(first @ ("<" | ">" | "="))), Some(Token::Mark("="))) => {
            Some((format!("{first}="), span.cover(line.span_at(1))))
        }
        (Some(Token::Mark(first @ ("<" | ">" | "="))), _) => Some(((*first).to_owned(), span)),
        (Some(Token::Word(word)), _) => Some(((*word).to_owned(), span)),
        _ => None,
    };
    let meant = |sign: &str| {
        let found = COMPARISONS.iter().find(|(other, _)| *other == sign);
        found.map(|(_, meant)| *meant)
    };
    match (bare, line.peek()) {
        (Some((sign, span)), _) => {
            let written = literal::text(meant(&sign).unwrap_or(&sign));
            Diagnostic::error(SYNTAX, span, "the comparison stands in double quotes")
                .with_help(format!("write `CMP {written} left right -> $0`"))
                .with_edit(span, written)
        }
        (None, Some(Token::Text(sign))) => {
            let problem = Diagnostic::error(
                SYNTAX,
                span,
                format!("there is no comparison {}", literal::text(sign)),
            );
            match meant(sign) {
                Some(meant) => {
                    let written = literal::text(meant);
                    problem
                        .with_help(format!("did you mean {written}?"))
                        .with_edit(span, written)
                }
                None => problem.with_help(known),
            }
        }
        _ => Diagnostic::error(SYNTAX, span, "expected a comparison in double quotes")
            .with_help(known),
    }
}

/// Whether a line is written as `$0 = LOAD_INPUT "email"`.
pub(super) fn is_assignment(line: &Line<'_, '_>) -> bool {
    let is_name = match line.peek() {
        Some(Token::Word(word)) => forms::written(word).is_none(),
        Some(Token::Register(_)) => true,
        _ => false,
    };
    // `IP=0: ...` is a trace.
    is_name
        && matches!(line.peek_at(1), Some(Token::Mark("=")))
        && !matches!(line.peek_at(3), Some(Token::Mark(":")))
}

/// Where an instruction is missing.
pub(super) fn instruction(line: &Line<'_, '_>) -> Diagnostic {
    let span = line.span();
    let error = |message: String| Diagnostic::error(SYNTAX, span, message);
    match (line.peek(), line.peek_at(1)) {
        (Some(Token::Number(digits)), Some(Token::Word(word))) => {
            error(format!("`:` is missing behind the address `{digits}`"))
                .with_help(format!("write `{digits}: {word}`"))
                .with_edit(Span::new(span.end, span.end), ":")
        }
        (Some(token), _) if is_assignment(line) => {
            let words = (2..).map_while(|ahead| line.peek_at(ahead)).map(shown);
            let words: Vec<String> = words.collect();
            let name = shown(token);
            error("what a line sets stands at its end".to_owned())
                .with_help(format!("write `{} -> {name}`", words.join(" ")))
        }
        _ => error("expected an instruction".to_owned())
            .with_help("a line is `address: INSTRUCTION operands -> register`; docs/ir.md lists the instructions"),
    }
}

/// An instruction that there is not.
pub(super) fn unknown(mnemonic: &str, span: Span) -> Diagnostic {
    if mnemonic == "IP" {
        return Diagnostic::error(SYNTAX, span, "this is a line of a trace, not of bytecode")
            .with_help("write `0: LOAD_INPUT \"city\" -> $0`, without `IP=` and values");
    }
    let message = format!("there is no instruction `{mnemonic}`");
    let problem = Diagnostic::error(SYNTAX, span, message);
    let upper = mnemonic.to_uppercase();
    let other = OTHERS.iter().find(|(other, _)| *other == upper);
    let known = INSTRUCTIONS.iter().map(|info| info.mnemonic);
    let known = known.chain(LISTED_INSTRUCTIONS.iter().map(|info| info.mnemonic));
    let near = other
        .map(|(_, here)| *here)
        .or_else(|| nearest(mnemonic, known));
    match near {
        Some(near) => problem
            .with_help(format!("did you mean `{near}`?"))
            .with_edit(span, near),
        None => problem.with_help("docs/ir.md lists the instructions"),
    }
}

/// A problem of a line with how such a line is written, where nothing else helps.
pub(super) fn helped(problem: Diagnostic, tokens: &[Spanned<'_>]) -> Diagnostic {
    if problem.help.is_some() {
        return problem;
    }
    let (_, _, used) = plan::label(tokens);
    let word = |at: usize| match tokens.get(at).map(|spanned| &spanned.token) {
        Some(Token::Word(word)) => Some(*word),
        _ => None,
    };
    let form = word(used).and_then(|first| {
        // `Task 1: HTTP_GET ...`
        let task = word(used + 3).filter(|_| first == "Task");
        let task = task.and_then(forms::written);
        task.or_else(|| forms::written(first))
    });
    match form {
        Some(form) => problem.with_help(format!("it is written `{form}`")),
        None => problem.with_help("docs/ir.md says how lines are written"),
    }
}

//! Slips: what other languages write, misspelt keywords, a missing colon or quote; with the edit
//! that mends the line. The message stays CPython's.

use ruff_python_ast::token::TokenKind;
use salami_source::{Diagnostic, Edit, Span};

use super::{Translator, span};

/// A mend: what to write, and the edits.
struct Mend {
    help: String,
    edits: Vec<Edit>,
}

/// The line of an error.
pub(super) struct Line<'s> {
    text: &'s str,
    /// The text without indentation, trailing space and comment.
    pub(super) code: &'s str,
    /// Where the code begins in the source.
    start: u32,
}

impl Line<'_> {
    /// The place of a part of the code.
    fn at(&self, from: usize, to: usize) -> Span {
        let offset = |at: usize| self.start + u32::try_from(at).unwrap_or(0);
        Span::new(offset(from), offset(to))
    }

    fn end(&self) -> Span {
        self.at(self.code.len(), self.code.len())
    }

    /// `write X`, with the whole line replaced.
    fn rewritten(&self, code: String) -> Mend {
        Mend {
            help: format!("write `{code}`"),
            edits: vec![Edit::new(self.at(0, self.code.len()), code)],
        }
    }
}

impl Translator<'_> {
    /// The diagnostic with a better help, where the slip is known.
    pub(super) fn mended(&self, mut diagnostic: Diagnostic) -> Diagnostic {
        let Some(place) = diagnostic.labels.first().map(|label| label.span) else {
            return diagnostic;
        };
        if let Some(mend) = self.mend(&diagnostic.message, place) {
            diagnostic.help = Some(mend.help);
            diagnostic.edits = mend.edits;
        }
        diagnostic
    }

    /// The line of an offset; a comment at its end is left out.
    pub(super) fn line_at(&self, offset: u32) -> Line<'_> {
        let number = self.source.line(offset);
        let text = self.source.line_text(number);
        let begin = self.source.line_start(number);
        let end = begin + u32::try_from(text.len()).unwrap_or(0);
        let comment = self.tokens.iter().find(|token| {
            let at = span(*token);
            token.kind() == TokenKind::Comment && at.start >= begin && at.start < end
        });
        let stop = comment.map_or(text.len(), |token| (span(token).start - begin) as usize);
        let indent = text.len() - text.trim_start().len();
        let code = text.get(indent.min(stop)..stop).unwrap_or("").trim_end();
        Line {
            text,
            code,
            start: begin + u32::try_from(indent.min(stop)).unwrap_or(0),
        }
    }

    /// Whether an offset lies in a text or comment.
    fn is_in_text(&self, offset: u32) -> bool {
        self.tokens.iter().any(|token| {
            let at = span(token);
            matches!(
                token.kind(),
                TokenKind::String | TokenKind::Comment | TokenKind::FStringMiddle
            ) && at.start <= offset
                && offset < at.end
        })
    }

    fn mend(&self, message: &str, place: Span) -> Option<Mend> {
        let line = self.line_at(place.start);
        if message.contains("'==' or ':='") {
            return Some(Mend {
                help: "write `==` to compare".to_owned(),
                edits: vec![Edit::new(Span::new(place.start, place.start + 1), "==")],
            });
        }
        if message.contains("the same quotes inside") {
            return self.other_quotes(place);
        }
        if message.starts_with("unterminated string") {
            return self.closing_quote(&line, place);
        }
        if message.ends_with("was never closed") {
            return closing_bracket(&line, message);
        }
        if message.starts_with("expected an indented block") {
            let at = Span::new(line.start, line.start);
            let code = format!("    {}", line.code);
            return Some(Mend {
                help: format!(
                    "indent the lines that belong to it by four spaces: `{}`",
                    line.code
                ),
                edits: vec![Edit::new(at, code.get(..4).unwrap_or("    "))],
            });
        }
        if matches!(
            message,
            "unexpected indent" | "unindent does not match any outer indentation level"
        ) {
            return self.indent_as_before(&line);
        }
        if message.starts_with("multiple exception types") {
            return exception_types(&line);
        }
        if message.starts_with("Missing parentheses in call to 'print'") {
            let rest = line.code.strip_prefix("print")?.trim();
            return Some(line.rewritten(format!("print({rest})")));
        }
        if message.starts_with("cannot assign to lambda") {
            return lambda_with_assignment(&line);
        }
        let is_general = message.starts_with("invalid syntax")
            || message.starts_with("expected ")
            || message.contains("'except' or 'finally'");
        if !is_general {
            return None;
        }
        self.words(&line)
            .or_else(|| self.operators(&line))
            .or_else(|| self.ternary(&line))
            .or_else(|| arrow(&line))
            .or_else(|| braces(self, &line))
            .or_else(|| {
                (message == "expected ':'")
                    .then(|| missing_colon(&line))
                    .flatten()
            })
            .or_else(|| {
                (message == "expected '('").then(|| {
                    let at = Span::new(place.start, place.start);
                    Mend {
                        help: "write the parameters in parentheses, `()` for none".to_owned(),
                        edits: vec![Edit::new(at, "()")],
                    }
                })
            })
    }

    /// The first words of a line.
    fn words(&self, line: &Line<'_>) -> Option<Mend> {
        let code = line.code;
        if let Some(comment) = code.strip_prefix("//") {
            return Some(line.rewritten(format!("#{comment}")));
        }
        for (words, written) in PHRASES {
            if let Some(rest) = code.strip_prefix(words)
                && rest.starts_with([' ', '(', ':'])
            {
                return Some(Mend {
                    help: format!("write `{written}{}`", short(rest)),
                    edits: vec![Edit::new(line.at(0, words.len()), *written)],
                });
            }
        }
        let end = code
            .find(|c: char| !c.is_alphanumeric() && c != '_')
            .unwrap_or(code.len());
        let (first, rest) = code.split_at(end);
        let next = rest.trim_start();
        if DECLARERS.contains(&first) && next.starts_with(|c: char| c.is_alphabetic() || c == '_') {
            return Some(line.rewritten(next.trim_end_matches(';').to_owned()));
        }
        if let Some(at) = code.find(" new ").or_else(|| code.find("(new ")) {
            let from = at + 1;
            if !self.is_in_text(line.at(from, from).start) {
                let written = format!("{}{}", &code[..from], code.get(from + 4..).unwrap_or(""));
                return Some(line.rewritten(written));
            }
        }
        if let Some((name, value)) = code.split_once(" := ")
            && name.chars().all(|c| c.is_alphanumeric() || c == '_')
        {
            return Some(line.rewritten(format!("{name} = {value}")));
        }
        // A misspelt keyword before another word.
        if next.starts_with(|c: char| {
            c.is_alphabetic() || c == '_' || c.is_ascii_digit() || c == '\'' || c == '"'
        }) && rest.starts_with(' ')
            && !KEYWORDS.contains(&first)
        {
            let keyword = KEYWORDS
                .iter()
                .copied()
                .find(|keyword| is_near(first, keyword))?;
            return Some(Mend {
                help: format!("write `{keyword}{}`", short(rest)),
                edits: vec![Edit::new(line.at(0, end), keyword)],
            });
        }
        None
    }

    /// Operators of other languages, everywhere in the line.
    fn operators(&self, line: &Line<'_>) -> Option<Mend> {
        let code = line.code;
        for (sign, amount) in [("++", "+= 1"), ("--", "-= 1")] {
            let bare = code.trim_end_matches(';');
            if let Some(name) = bare.strip_suffix(sign)
                && !name.is_empty()
                && name
                    .chars()
                    .all(|c| c.is_alphanumeric() || "_.[]'\"".contains(c))
            {
                return Some(line.rewritten(format!("{name} {amount}")));
            }
        }
        let mut edits = Vec::new();
        let mut written = Vec::new();
        let mut at = 0;
        while at < code.len() {
            let Some(rest) = code.get(at..) else {
                at += 1;
                continue;
            };
            let found = OPERATORS.iter().find(|(sign, _)| rest.starts_with(sign));
            let place = line.at(at, at);
            match found {
                Some((sign, operator)) if !self.is_in_text(place.start) => {
                    edits.push(Edit::new(line.at(at, at + sign.len()), *operator));
                    let shown = operator.trim();
                    if !written.contains(&shown) {
                        written.push(shown);
                    }
                    at += sign.len();
                }
                _ if rest.starts_with('!')
                    && !rest.starts_with("!=")
                    && !self.is_in_text(place.start)
                    && !self.is_in_field(place.start) =>
                {
                    edits.push(Edit::new(line.at(at, at + 1), "not "));
                    if !written.contains(&"not") {
                        written.push("not");
                    }
                    at += 1;
                }
                _ => at += rest.chars().next().map_or(1, char::len_utf8),
            }
        }
        if edits.is_empty() {
            return None;
        }
        Some(Mend {
            help: format!("write `{}`", written.join("`, `")),
            edits,
        })
    }

    /// Whether an offset lies in an f-string, where `!` converts.
    fn is_in_field(&self, offset: u32) -> bool {
        let mut depth = 0_u32;
        for token in self.tokens {
            if span(token).start >= offset {
                break;
            }
            match token.kind() {
                TokenKind::FStringStart => depth += 1,
                TokenKind::FStringEnd => depth = depth.saturating_sub(1),
                _ => {}
            }
        }
        depth > 0
    }

    /// `test ? a : b`
    fn ternary(&self, line: &Line<'_>) -> Option<Mend> {
        let code = line.code;
        let question = code.find('?')?;
        if self.is_in_text(line.at(question, question).start) {
            return None;
        }
        let mut depth = 0_i32;
        let mut start = 0;
        for (at, character) in code.get(..question)?.char_indices().rev() {
            match character {
                ')' | ']' | '}' => depth += 1,
                '(' | '[' | '{' => depth -= 1,
                _ => {}
            }
            let is_assignment = character == '='
                && code.get(at + 1..at + 2) == Some(" ")
                && !code.get(..at)?.ends_with(['=', '<', '>', '!']);
            if depth < 0 || (depth == 0 && (character == ',' || is_assignment)) {
                start = at + 1;
                break;
            }
        }
        let before = code.get(start..question)?;
        let lead = before.len() - before.trim_start().len();
        let mut start = start + lead;
        if let Some(rest) = code.get(start..)?.strip_prefix("return ") {
            start = code.len() - rest.len();
        }
        let (mut depth, mut colon, mut end) = (0_i32, None, code.len());
        for (at, character) in code.char_indices().filter(|(at, _)| *at > question) {
            match character {
                '(' | '[' | '{' => depth += 1,
                ')' | ']' | '}' => depth -= 1,
                ':' if depth == 0 && colon.is_none() => colon = Some(at),
                _ => {}
            }
            if depth < 0 || (depth == 0 && character == ',' && colon.is_some()) {
                end = at;
                break;
            }
        }
        let colon = colon?;
        let (test, then, otherwise) = (
            code.get(start..question)?.trim(),
            code.get(question + 1..colon)?.trim(),
            code.get(colon + 1..end)?.trim().trim_end_matches(';'),
        );
        let written = format!("{then} if {test} else {otherwise}");
        Some(Mend {
            help: format!("write `{written}`"),
            edits: vec![Edit::new(line.at(start, end), written)],
        })
    }

    /// The other kind of quotes for a text inside an f-string.
    fn other_quotes(&self, place: Span) -> Option<Mend> {
        let token = self.tokens.iter().find(|token| {
            token.kind() == TokenKind::String
                && span(*token).start <= place.start
                && place.start < span(*token).end
        })?;
        let at = span(token);
        let text = self.source.slice(at);
        let quote = text.chars().find(|c| matches!(c, '\'' | '"'))?;
        let other = if quote == '"' { '\'' } else { '"' };
        let written = text.replace(quote, &other.to_string());
        Some(Mend {
            help: format!("use the other kind of quotes inside: `{written}`"),
            edits: vec![Edit::new(at, written)],
        })
    }

    /// The quote that a text lacks, before the brackets that close what stands before it.
    fn closing_quote(&self, line: &Line<'_>, place: Span) -> Option<Mend> {
        let begin = place.start.checked_sub(line.start)? as usize;
        let text = self.source.slice(place);
        let quote = line
            .code
            .get(begin..)?
            .chars()
            .find(|c| matches!(c, '\'' | '"'))?;
        if text.starts_with("'''") || text.starts_with("\"\"\"") {
            return None;
        }
        // A comment is part of an unclosed text for the reader of the line.
        let whole = self.source.line_text(self.source.line(place.start));
        let lead = whole.len() - whole.trim_start().len();
        let code = whole.get(lead..)?.split("  #").next()?.trim_end();
        let mut open = 0_usize;
        for character in code.get(..begin)?.chars() {
            match character {
                '(' | '[' | '{' => open += 1,
                ')' | ']' | '}' => open = open.saturating_sub(1),
                _ => {}
            }
        }
        let mut end = code.len();
        if code.ends_with(':')
            && ["if ", "elif ", "while ", "for "]
                .iter()
                .any(|head| code.starts_with(head))
        {
            end -= 1;
        }
        while open > 0 && code.get(..end)?.ends_with([')', ']', '}']) {
            end -= 1;
            open -= 1;
        }
        let shown = code.get(begin..end)?;
        Some(Mend {
            help: format!("add the closing quote: `{shown}{quote}`"),
            edits: vec![Edit::new(line.at(end, end), quote.to_string())],
        })
    }

    /// The indentation of the line before.
    fn indent_as_before(&self, line: &Line<'_>) -> Option<Mend> {
        let number = self.source.line(line.start);
        let before = (1..number)
            .rev()
            .map(|line| self.source.line_text(line))
            .find(|text| !text.trim().is_empty())?;
        let indent = before.get(..before.len() - before.trim_start().len())?;
        let own = u32::try_from(line.text.len() - line.text.trim_start().len()).ok()?;
        let deeper = if before.trim_end().ends_with(':') {
            "    "
        } else {
            ""
        };
        Some(Mend {
            help: "indent the lines of a block alike: this one as the line before".to_owned(),
            edits: vec![Edit::new(
                Span::new(line.start.checked_sub(own)?, line.start),
                format!("{indent}{deeper}"),
            )],
        })
    }
}

/// A statement's rest, as it fits into a help.
fn short(rest: &str) -> &str {
    if rest.len() > 60 { "" } else { rest }
}

fn closing_bracket(line: &Line<'_>, message: &str) -> Option<Mend> {
    let closing = match message.chars().nth(1)? {
        '(' => ")",
        '[' => "]",
        '{' => "}",
        _ => return None,
    };
    // A block's head keeps its colon at the end.
    let head = line.code.ends_with(':')
        && ["if ", "elif ", "while ", "for ", "def ", "class ", "with "]
            .iter()
            .any(|head| line.code.starts_with(head));
    let end = line.code.len() - usize::from(head);
    Some(Mend {
        help: format!("add the closing `{closing}`"),
        edits: vec![Edit::new(line.at(end, end), closing)],
    })
}

fn missing_colon(line: &Line<'_>) -> Option<Mend> {
    if line.code.ends_with(':') || line.code.is_empty() {
        return None;
    }
    if let Some(head) = line.code.strip_suffix(" then") {
        return Some(line.rewritten(format!("{head}:")));
    }
    if let Some(head) = line.code.strip_suffix(" do") {
        return Some(line.rewritten(format!("{head}:")));
    }
    let shown = short(line.code);
    Some(Mend {
        help: format!("end the line that begins a block with `:`, as in `{shown}:`"),
        edits: vec![Edit::new(line.end(), ":")],
    })
}

/// `except A, B:` and `except A, error:`
fn exception_types(line: &Line<'_>) -> Option<Mend> {
    let types = line.code.strip_prefix("except ")?.strip_suffix(':')?;
    let is_name = |text: &str| text.trim().starts_with(|c: char| c.is_lowercase());
    let written = match types.split_once(',') {
        Some((class, name)) if is_name(name) && !name.contains(',') => {
            format!("except {} as {}:", class.trim(), name.trim())
        }
        _ => format!("except ({types}):"),
    };
    Some(line.rewritten(written))
}

/// `name = lambda x: target = value`
fn lambda_with_assignment(line: &Line<'_>) -> Option<Mend> {
    let (name, rest) = line.code.split_once(" = lambda ")?;
    let (parameters, body) = rest.split_once(": ")?;
    if !name.chars().all(|c| c.is_alphanumeric() || c == '_') {
        return None;
    }
    let indent = line
        .text
        .get(..line.text.len() - line.text.trim_start().len())?;
    let mut mend = line.rewritten(format!("def {name}({parameters}):\n{indent}    {body}"));
    mend.help = format!("a lambda is one expression: write `def {name}({parameters}):`");
    Some(mend)
}

/// `x => x + 1`
fn arrow(line: &Line<'_>) -> Option<Mend> {
    let arrow = line.code.find("=>")?;
    let before = line.code.get(..arrow)?.trim_end();
    let start = if let Some(inner) = before.strip_suffix(')') {
        inner.rfind('(')?
    } else {
        before
            .rfind(|c: char| !c.is_alphanumeric() && c != '_')
            .map_or(0, |at| at + 1)
    };
    let parameters = before
        .get(start..)?
        .trim_start_matches('(')
        .trim_end_matches(')');
    let written = format!("lambda {}:", parameters.trim());
    let code = format!("{written}{}", line.code.get(arrow + 2..)?);
    Some(Mend {
        help: format!("write `{}`", code.trim_end_matches(';')),
        edits: vec![Edit::new(
            line.at(start, arrow + 2),
            written.replace("lambda :", "lambda:"),
        )],
    })
}

/// A block in braces: the colon for `{`, nothing for the `}` of the same indentation.
fn braces(translator: &Translator<'_>, line: &Line<'_>) -> Option<Mend> {
    let head = line.code.strip_suffix('{')?.trim_end();
    let is_head = [
        "if", "elif", "else", "for", "while", "def", "class", "try", "with",
    ]
    .iter()
    .any(|word| head.split([' ', '(', ':']).next() == Some(*word));
    if !is_head {
        return None;
    }
    let mut edits = vec![Edit::new(line.at(head.len(), line.code.len()), ":")];
    let source = translator.source;
    let indent = line
        .text
        .get(..line.text.len() - line.text.trim_start().len())?;
    let closing = format!("{indent}}}");
    let first = source.line(line.start);
    let last = source.line(u32::try_from(source.text().len()).ok()?);
    let found = (first + 1..=last).find(|&number| source.line_text(number).trim_end() == closing);
    if let Some(number) = found {
        let start = source.line_start(number);
        let end = if number < last {
            source.line_start(number + 1)
        } else {
            start + u32::try_from(source.line_text(number).len()).ok()?
        };
        edits.push(Edit::new(Span::new(start, end), ""));
    }
    Some(Mend {
        help: format!(
            "blocks are indented, not in braces: write `{}:`",
            short(head)
        ),
        edits,
    })
}

/// Whether a word is a keyword with one or two letters wrong.
fn is_near(word: &str, keyword: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (word.chars().collect(), keyword.chars().collect());
    if a.len().abs_diff(b.len()) > 1 || a.len() > 12 || b.len() < 3 || a.first() != b.first() {
        return false;
    }
    let mut sorted = (a.clone(), b.clone());
    sorted.0.sort_unstable();
    sorted.1.sort_unstable();
    if sorted.0 == sorted.1 {
        return true;
    }
    // One letter more, less or other.
    let same = a.iter().zip(&b).take_while(|(x, y)| x == y).count();
    let back = a
        .iter()
        .rev()
        .zip(b.iter().rev())
        .take_while(|(x, y)| x == y)
        .count();
    same + back + 1 >= a.len().max(b.len())
}

const PHRASES: &[(&str, &str)] = &[
    ("else if", "elif"),
    ("elseif", "elif"),
    ("elsif", "elif"),
    ("switch", "match"),
    ("catch", "except"),
    ("throw", "raise"),
    ("foreach", "for"),
    ("unless", "if not"),
    ("until", "while not"),
    ("public static", ""),
    ("async function", "async def"),
    ("function", "def"),
    ("func", "def"),
    ("fn", "def"),
    ("fun", "def"),
    ("sub", "def"),
    ("define", "def"),
    ("require", "import"),
    ("#include", "import"),
    ("default", "case _"),
];

const DECLARERS: &[&str] = &[
    "let", "var", "const", "int", "float", "string", "bool", "auto", "local", "my", "final",
    "public", "private", "static", "str", "double", "char",
];

const KEYWORDS: &[&str] = &[
    "def", "class", "return", "import", "from", "for", "while", "elif", "else", "try", "except",
    "finally", "with", "raise", "yield", "assert", "global", "nonlocal", "async", "await", "del",
    "lambda", "pass", "print",
];

const OPERATORS: &[(&str, &str)] = &[
    ("===", "=="),
    ("!==", "!="),
    ("<>", "!="),
    ("&&", "and"),
    ("||", "or"),
];

//! As much of Python's form as it takes to find programs in answers: strings, comments, and the
//! statements that begin in the first column. What is odd is taken for what it is most likely; the
//! checker says what is wrong.

use std::collections::BTreeSet;

/// What a piece of a program is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Names, numbers, symbols, spaces.
    Code,
    /// A string, with its quotes.
    Text,
    /// A comment, without its line end.
    Comment,
}

/// A piece of a program, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece {
    /// What it is.
    pub kind: Kind,
    /// Where it begins.
    pub start: usize,
    /// Where the next one begins.
    pub end: usize,
}

/// A program in pieces, one after the other, without gaps. Linear.
#[must_use]
pub fn pieces(text: &str) -> Vec<Piece> {
    let bytes = text.as_bytes();
    let mut pieces: Vec<Piece> = Vec::new();
    let mut push = |kind, start: usize, end: usize| {
        if start < end {
            pieces.push(Piece { kind, start, end });
        }
    };
    let (mut at, mut begun) = (0, 0);
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'#' => {
                push(Kind::Code, begun, at);
                let end = find(bytes, at, b'\n');
                push(Kind::Comment, at, end);
                (at, begun) = (end, end);
            }
            b'"' | b'\'' => {
                push(Kind::Code, begun, at);
                let end = end_of_string(bytes, at, byte);
                push(Kind::Text, at, end);
                (at, begun) = (end, end);
            }
            _ => at += 1,
        }
    }
    push(Kind::Code, begun, bytes.len());
    pieces
}

fn find(bytes: &[u8], from: usize, wanted: u8) -> usize {
    let rest = bytes.get(from..).unwrap_or_default();
    rest.iter()
        .position(|byte| *byte == wanted)
        .map_or(bytes.len(), |offset| from + offset)
}

/// Where the string that begins with this quote ends. One that is not closed ends with its line, or
/// with the text if it has three quotes.
fn end_of_string(bytes: &[u8], start: usize, quote: u8) -> usize {
    let is_long = bytes.get(start..start + 3) == Some(&[quote; 3]);
    let mut at = if is_long { start + 3 } else { start + 1 };
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'\\' => at += 2,
            b'\n' if !is_long => return at,
            _ if byte == quote && !is_long => return at + 1,
            _ if byte == quote && bytes.get(at..at + 3) == Some(&[quote; 3]) => return at + 3,
            _ => at += 1,
        }
    }
    bytes.len()
}

/// Whether text goes on within a string of three quotes after these lines, told line by line.
#[derive(Clone, Copy, Debug, Default)]
pub struct Within(Option<u8>);

impl Within {
    /// Whether it does.
    #[must_use]
    pub fn is_text(self) -> bool {
        self.0.is_some()
    }

    /// After one more line.
    #[must_use]
    pub fn after(self, line: &str) -> Self {
        let bytes = line.as_bytes();
        let mut open = self.0;
        let mut at = 0;
        while let Some(&byte) = bytes.get(at) {
            let is_triple = |quote: u8| {
                bytes
                    .get(at..at + 3)
                    .is_some_and(|three| three == [quote; 3])
            };
            match open {
                Some(quote) => match byte {
                    b'\\' => at += 2,
                    _ if is_triple(quote) => {
                        open = None;
                        at += 3;
                    }
                    _ => at += 1,
                },
                None => match byte {
                    b'#' => break,
                    b'"' | b'\'' if is_triple(byte) => {
                        open = Some(byte);
                        at += 3;
                    }
                    b'"' | b'\'' => at = end_of_string(bytes, at, byte),
                    _ => at += 1,
                },
            }
        }
        Self(open)
    }
}

/// What a statement in the first column is, as far as its beginning tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A function.
    Function,
    /// A class.
    Class,
    /// An import.
    Import,
    /// A name gets a value.
    Assignment,
    /// `if __name__ == "__main__":`.
    Guard,
    /// Another statement.
    Other,
    /// No statement that is known: most likely a sentence.
    Prose,
}

/// A statement in the first column, with the comments and decorators before it.
#[derive(Clone, Debug)]
pub struct Chunk<'a> {
    /// All of it, with its last line end.
    pub text: &'a str,
    /// What it is.
    pub form: Form,
    /// The names that it gives to what is in it.
    pub defines: Vec<&'a str>,
    /// All names in it.
    pub names: BTreeSet<&'a str>,
    /// Whether it is asynchronous.
    pub is_async: bool,
}

impl Chunk<'_> {
    /// Whether it is the function `main`.
    #[must_use]
    pub fn is_main(&self) -> bool {
        matches!(self.form, Form::Function | Form::Assignment) && self.defines.contains(&"main")
    }
}

/// The statements in the first column. Linear, but for the sets of names.
#[must_use]
pub fn chunks(text: &str) -> Vec<Chunk<'_>> {
    let pieces = pieces(text);
    let mut starts: Vec<usize> = Vec::new();
    let (mut piece, mut line) = (0, 0);
    let mut depth = 0_usize;
    // Comments and decorators belong to what follows.
    let mut is_open = false;
    let mut is_continued = false;
    for whole in text.split_inclusive('\n') {
        while pieces.get(piece).is_some_and(|known| known.end <= line) {
            piece += 1;
        }
        let is_in_string = pieces
            .get(piece)
            .is_some_and(|known| known.kind == Kind::Text && known.start < line);
        let content = whole.trim_end();
        let is_first_column = content
            .chars()
            .next()
            .is_some_and(|letter| !letter.is_whitespace());
        if !is_in_string && is_first_column && !is_continued {
            let begins_clearly = ["def ", "class ", "import ", "from ", "async def ", "@"]
                .iter()
                .any(|word| content.starts_with(word));
            if begins_clearly {
                // Sentences may have brackets that nobody closes.
                depth = 0;
            }
            let goes_on = ["else", "elif", "except", "finally", ")", "]", "}"]
                .iter()
                .any(|word| content.strip_prefix(word).is_some_and(ends_word));
            if depth == 0 && !goes_on && !is_open {
                starts.push(line);
            }
            is_open = depth == 0 && (content.starts_with('#') || content.starts_with('@'));
        }
        is_continued = !is_in_string && content.ends_with('\\');
        // Brackets of the line, outside of strings and comments.
        let end = line + whole.len();
        let mut look = piece;
        while let Some(known) = pieces.get(look).filter(|known| known.start < end) {
            if known.kind == Kind::Code {
                let from = known.start.max(line);
                let code = text.get(from..known.end.min(end)).unwrap_or_default();
                for byte in code.bytes() {
                    match byte {
                        b'(' | b'[' | b'{' => depth += 1,
                        b')' | b']' | b'}' => depth = depth.saturating_sub(1),
                        _ => {}
                    }
                }
            }
            look += 1;
        }
        line = end;
    }
    let ends = starts.iter().skip(1).copied().chain([text.len()]);
    let spans: Vec<(usize, usize)> = starts.iter().copied().zip(ends).collect();
    let mut first = 0;
    spans
        .into_iter()
        .map(|(start, end)| {
            while pieces.get(first).is_some_and(|piece| piece.end <= start) {
                first += 1;
            }
            chunk(text, start, end, pieces.get(first..).unwrap_or_default())
        })
        .collect()
}

fn ends_word(rest: &str) -> bool {
    !rest.chars().next().is_some_and(is_of_word)
}

fn is_of_word(letter: char) -> bool {
    letter == '_' || letter.is_alphanumeric()
}

fn chunk<'a>(text: &'a str, start: usize, end: usize, pieces: &[Piece]) -> Chunk<'a> {
    let whole = text.get(start..end).unwrap_or_default();
    let mut names = BTreeSet::new();
    let mut before = "";
    for piece in pieces.iter().take_while(|piece| piece.start < end) {
        let range = piece.start.max(start)..piece.end.min(end);
        let part = text.get(range).unwrap_or_default();
        match piece.kind {
            Kind::Code => {
                names.extend(words(part));
                before = part;
            }
            // What stands in the braces of an f-string is code.
            Kind::Text if prefix(before).contains(['f', 'F']) => names.extend(words(part)),
            Kind::Text | Kind::Comment => {}
        }
    }
    let statement = whole
        .lines()
        .find(|line| !line.trim().is_empty() && !line.starts_with(['#', '@']))
        .unwrap_or_default();
    let mut lines = whole.split_inclusive('\n');
    let skipped: usize = lines
        .by_ref()
        .take_while(|line| line.trim().is_empty() || line.starts_with(['#', '@']))
        .map(str::len)
        .sum();
    let (form, defines) = form(statement, whole.get(skipped..).unwrap_or_default());
    let is_comment = statement.is_empty();
    Chunk {
        text: whole,
        form: if is_comment { Form::Other } else { form },
        defines,
        names,
        is_async: statement.starts_with("async "),
    }
}

/// The letters right before a string.
fn prefix(code: &str) -> &str {
    let start = code
        .char_indices()
        .rev()
        .take_while(|(_, letter)| letter.is_ascii_alphabetic())
        .take(3)
        .last();
    start.and_then(|(at, _)| code.get(at..)).unwrap_or_default()
}

/// The names in a piece of code; numbers are not among them.
fn words(code: &str) -> impl Iterator<Item = &str> {
    code.split(|letter| !is_of_word(letter))
        .filter(|word| word.starts_with(|first: char| first == '_' || first.is_alphabetic()))
}

fn first_word(text: &str) -> &str {
    words(text).next().unwrap_or_default()
}

/// What a statement is, and which names it gives.
fn form<'a>(line: &'a str, statement: &'a str) -> (Form, Vec<&'a str>) {
    let after = |word: &str| {
        line.strip_prefix(word)
            .filter(|rest| rest.starts_with([' ', '\t']))
            .map(str::trim_start)
    };
    if let Some(rest) = after("def").or_else(|| {
        let rest = after("async")?;
        Some(rest.strip_prefix("def")?.trim_start())
    }) {
        let name = first_word(rest);
        let is_function = rest
            .strip_prefix(name)
            .is_some_and(|rest| rest.trim_start().starts_with(['(', '[']));
        if is_function && !name.is_empty() {
            return (Form::Function, vec![name]);
        }
        return (Form::Prose, Vec::new());
    }
    if let Some(rest) = after("class") {
        let name = first_word(rest);
        let is_class = rest
            .strip_prefix(name)
            .is_some_and(|rest| rest.trim_start().starts_with(['(', '[', ':']));
        if is_class && !name.is_empty() {
            return (Form::Class, vec![name]);
        }
        return (Form::Prose, Vec::new());
    }
    if let Some(rest) = after("import") {
        return match imported(rest, true) {
            Some(names) => (Form::Import, names),
            None => (Form::Prose, Vec::new()),
        };
    }
    if let Some(rest) = after("from") {
        let module = rest.split_whitespace().next().unwrap_or_default();
        let names = rest.strip_prefix(module).map(str::trim_start);
        let is_import = names.is_some_and(|names| {
            names
                .strip_prefix("import")
                .is_some_and(|rest| rest.starts_with([' ', '(', '\t']))
        });
        // The names may stand on further lines.
        let names = statement.find("import").filter(|_| is_import);
        let names = names.and_then(|at| statement.get(at + "import".len()..));
        return match names.and_then(|names| imported(names, false)) {
            Some(names) => (Form::Import, names),
            None => (Form::Prose, Vec::new()),
        };
    }
    if line.starts_with("if ") && line.contains("__name__") {
        return (Form::Guard, Vec::new());
    }
    let begins = [
        "if", "for", "while", "try:", "with", "match", "assert", "raise", "del",
    ];
    if begins.iter().any(|word| {
        line.strip_prefix(word)
            .is_some_and(|rest| word.ends_with(':') || rest.starts_with([' ', '(']))
    }) && statement.contains(':')
        && line.trim_end().ends_with([':', '(', '[', '{', ')'])
    {
        return (Form::Other, Vec::new());
    }
    if line == "pass" || line.starts_with(['"', '\'']) {
        return (Form::Other, Vec::new());
    }
    if let Some(names) = assigned(line) {
        return (Form::Assignment, names);
    }
    // A call, as `print(1)` or `logging.basicConfig()`.
    let called = line.find('(').and_then(|at| line.get(..at));
    let is_call = called.is_some_and(|called| {
        !called.is_empty()
            && called
                .chars()
                .all(|letter| is_of_word(letter) || letter == '.')
    });
    if is_call {
        return (Form::Other, Vec::new());
    }
    (Form::Prose, Vec::new())
}

/// The names that an import gives; none if it reads like a sentence.
fn imported(rest: &str, is_plain: bool) -> Option<Vec<&str>> {
    let rest = rest.split('#').next().unwrap_or_default();
    let list = match rest.trim_start().strip_prefix('(') {
        Some(inner) => inner.split(')').next().unwrap_or_default(),
        None => rest.lines().next().unwrap_or_default(),
    };
    let mut names = Vec::new();
    for item in list.split([',', ';']) {
        let item = item.trim();
        let words: Vec<&str> = item.split_whitespace().take(4).collect();
        match words.as_slice() {
            [] => {}
            ["import", ..] => {}
            ["*"] => {}
            [name] => {
                let name = if is_plain {
                    name.split('.').next().unwrap_or_default()
                } else {
                    name
                };
                names.push(name);
            }
            [_, "as", name] => names.push(name),
            _ => return None,
        }
    }
    Some(names)
}

/// The names that an assignment sets, if the line is one.
fn assigned(line: &str) -> Option<Vec<&str>> {
    let at = line.find(['=', ':'])?;
    let (before, rest) = line.split_at_checked(at)?;
    if rest.starts_with("==") {
        return None;
    }
    if rest.starts_with(':') && !rest.contains('=') {
        // A mere declaration, or a sentence such as `Note: this`.
        return None;
    }
    let before = before.trim_end_matches(['+', '-', '*', '/', '|', '&', '%']);
    let is_target = before.chars().all(|letter| {
        is_of_word(letter) || matches!(letter, ',' | ' ' | '(' | ')' | '.' | '[' | ']' | '"' | '\'')
    });
    let mut targets = before.split(',').map(str::trim);
    let is_simple = before.split(',').all(|target| !target.trim().contains(' '));
    (is_target && is_simple && targets.all(|target| !target.is_empty()))
        .then(|| words(before).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_are_told_from_sentences() {
        let text = "Here's the code (as asked:\n\nimport csv, io as streams\nfrom a.b import (\n    c,\n    d as e,\n)\n\n# adds\n@cached\ndef add(a, b):\n    return '''\ndef no(): pass\n'''\n\nRATE: float = 1.5\nx, y = 1, 2\nasync def main(text: str):\n    pass\nif __name__ == '__main__':\n    main()\nThis is it.\n";
        let found: Vec<(Form, Vec<&str>)> = chunks(text)
            .into_iter()
            .map(|chunk| (chunk.form, chunk.defines))
            .collect();
        let wanted = vec![
            (Form::Prose, vec![]),
            (Form::Import, vec!["csv", "streams"]),
            (Form::Import, vec!["c", "e"]),
            (Form::Function, vec!["add"]),
            (Form::Assignment, vec!["RATE"]),
            (Form::Assignment, vec!["x", "y"]),
            (Form::Function, vec!["main"]),
            (Form::Guard, vec![]),
            (Form::Prose, vec![]),
        ];
        assert_eq!(found, wanted);
    }

    #[test]
    fn pieces_cover_the_text() {
        for text in ["a = 'b' # c\n", "'''", "'\\", "x\"y\nz", "é'ü'#ö"] {
            let found = pieces(text);
            let mut at = 0;
            for piece in &found {
                assert_eq!(piece.start, at, "{text:?}");
                assert!(text.get(piece.start..piece.end).is_some(), "{text:?}");
                at = piece.end;
            }
            assert_eq!(at, text.len(), "{text:?}");
        }
    }
}

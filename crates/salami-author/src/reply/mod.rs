//! The program in what a model answers.
//!
//! Models wrap programs: in fences, nested or never closed, in prose, in JSON, in escapes of HTML; they
//! send parts, corrections of parts, and differences. What is meant is taken where it is clear, so that
//! form costs no attempt; time is linear in the answer, and what is longer than [`MOST_REPLY`] is cut.

mod blocks;
mod cannot;
mod join;
mod keep;
mod patch;
mod python;
mod text;

pub use cannot::{is_dictated, leads_away, shares_words, shortened};
pub use keep::keeps;
pub use patch::PatchError;

use blocks::{Block, Part};
use python::{Form, chunks};
use serde_json::Value;

/// How much of an answer is read, in bytes.
pub const MOST_REPLY: usize = 1_000_000;
/// The longest program, in bytes.
pub const MOST_CODE: usize = 300_000;
/// How many blocks of an answer are read.
const MOST_BLOCKS: usize = 100;
/// How often what is wrapped is wrapped again.
const MOST_WRAPS: usize = 2;

/// What an answer is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// A whole program.
    Program(String),
    /// It says that it cannot be done: its sentence.
    Cannot(String),
    /// Nothing that can be used.
    Useless(Useless),
}

/// Why an answer cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Useless {
    /// There is nothing in it.
    Empty,
    /// There are only words.
    Prose,
    /// There is code, but no function `main`.
    NoMain {
        /// The functions that there are, a few.
        functions: Vec<String>,
    },
    /// The changes have no place in the program.
    Patch(PatchError),
    /// The program ends in the middle.
    CutOff,
    /// The program is too long.
    TooLong,
}

/// What an answer is; `base` is the program that it may be about: changes are made in it, and what is
/// left out is taken from it. A workflow needs no `main`.
///
/// ```
/// use salami_author::reply::{Reply, extract};
///
/// let answer = "Here you are:\n```python\ndef main(text: str) -> int:\n    return len(text)\n```\nGood luck!";
/// let program = "def main(text: str) -> int:\n    return len(text)\n";
/// assert_eq!(extract(answer, None, true), Reply::Program(program.to_owned()));
/// ```
#[must_use]
pub fn extract(answer: &str, base: Option<&str>, needs_main: bool) -> Reply {
    let answer = cut(answer, MOST_REPLY);
    let answer = text::with_plain_lines(answer);
    let answer = without_thoughts(&answer);
    if answer.trim().is_empty() {
        return Reply::Useless(Useless::Empty);
    }
    match read(answer, base, needs_main, 0) {
        Ok(code) if code.len() > MOST_CODE => Reply::Useless(Useless::TooLong),
        Ok(code) => Reply::Program(code),
        Err(useless) => match (cannot(answer), useless) {
            (Some(sentence), Useless::Prose | Useless::Empty | Useless::NoMain { .. }) => {
                Reply::Cannot(sentence)
            }
            (_, useless) => Reply::Useless(useless),
        },
    }
}

/// A program with the classes that it was shown and uses without having them: some models take them for
/// given. As it is, if it has all of them.
#[must_use]
pub fn with_classes(code: &str, declarations: &str) -> String {
    let own = chunks(code);
    let has = |name: &str| own.iter().any(|chunk| chunk.defines.contains(&name));
    let uses = |name: &str| own.iter().any(|chunk| chunk.names.contains(name));
    let is_needed = chunks(declarations).iter().any(|chunk| {
        chunk.form == Form::Class && chunk.defines.iter().any(|name| uses(name) && !has(name))
    });
    match is_needed {
        true => join::join(&[declarations, code], 1, None),
        false => code.to_owned(),
    }
}

/// The sentence of one who says that it cannot be done, also where that is wrapped.
fn cannot(answer: &str) -> Option<String> {
    let inner = unwrapped(answer.trim());
    cannot::sentence(inner.as_deref().unwrap_or(answer))
}

/// The beginning of a text, at most so many bytes.
#[must_use]
pub fn cut(text: &str, most: usize) -> &str {
    if text.len() <= most {
        return text;
    }
    let mut end = most;
    while end > 0 && !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default()
}

/// The answer behind what some models think aloud. Thoughts without an end are no answer.
fn without_thoughts(answer: &str) -> &str {
    let mut rest = answer;
    loop {
        let trimmed = rest.trim_start();
        let Some((opening, closing)) = [
            ("<think>", "</think>"),
            ("<thinking>", "</thinking>"),
            ("<thought>", "</thought>"),
            ("<reasoning>", "</reasoning>"),
        ]
        .into_iter()
        .find(|(opening, _)| trimmed.starts_with(opening)) else {
            // Some templates put the opening mark into the prompt.
            return match trimmed.split_once("</think>") {
                Some((thoughts, answer)) if !thoughts.contains("<think>") => answer,
                _ => rest,
            };
        };
        let inner = trimmed.get(opening.len()..).unwrap_or_default();
        match inner.split_once(closing) {
            Some((_, answer)) => rest = answer,
            None => return "",
        }
    }
}

/// A piece of an answer that may be a program, or part of one.
enum Piece {
    Code { text: String, is_closed: bool },
    Changes(Result<Vec<patch::Change>, PatchError>),
}

fn read(
    answer: &str,
    base: Option<&str>,
    needs_main: bool,
    depth: usize,
) -> Result<String, Useless> {
    if depth < MOST_WRAPS
        && let Some(inner) = unwrapped(answer.trim())
    {
        let inner = text::with_plain_lines(&inner);
        return read(&inner, base, needs_main, depth + 1);
    }
    let mut parts = blocks::parts(answer);
    parts.truncate(MOST_BLOCKS * 2);
    let blocks = parts
        .iter()
        .filter(|part| matches!(part, Part::Block(_)))
        .count();
    let mut pieces: Vec<Piece> = Vec::new();
    for part in &parts {
        match part {
            Part::Block(block) => pieces.extend(piece(block, base, needs_main, depth)),
            Part::Prose(prose) if patch::has_blocks(prose) => {
                pieces.push(Piece::Changes(patch::blocks(prose)));
            }
            Part::Prose(_) => {}
        }
    }
    let has_program = pieces.iter().any(|piece| match piece {
        Piece::Code { text, .. } => is_whole(text, needs_main),
        Piece::Changes(_) => true,
    });
    if !has_program {
        // Perhaps it stands there without fences.
        let loose = parts.iter().filter_map(|part| match part {
            Part::Prose(prose) => Some(prose.as_str()),
            Part::Block(_) => None,
        });
        let loose: Vec<&str> = loose.collect();
        pieces.extend(unfenced(&loose.join("\n"), needs_main && blocks > 0));
    }
    resolve(&pieces, base, needs_main)
}

/// Whether a text has what the host calls; of a workflow any statement will do.
fn is_whole(text: &str, needs_main: bool) -> bool {
    let mut chunks = chunks(text).into_iter();
    if needs_main {
        chunks.any(|chunk| chunk.is_main())
    } else {
        chunks.any(|chunk| !matches!(chunk.form, Form::Prose))
    }
}

/// What a block is.
fn piece(block: &Block, base: Option<&str>, needs_main: bool, depth: usize) -> Option<Piece> {
    if block.text.trim().is_empty() {
        return None;
    }
    let language = block.language.as_str();
    if patch::has_blocks(&block.text) {
        return Some(Piece::Changes(patch::blocks(&block.text)));
    }
    let is_python = matches!(
        language,
        "" | "python" | "py" | "python3" | "pycon" | "text"
    );
    if matches!(language, "diff" | "patch" | "udiff") || (patch::is_diff(&block.text) && !is_python)
    {
        return Some(Piece::Changes(changes(&block.text)));
    }
    if depth < MOST_WRAPS
        && matches!(language, "json" | "jsonc" | "")
        && let Some(inner) = unwrapped(block.text.trim())
    {
        let inner = text::with_plain_lines(&inner);
        let code = read(&inner, base, needs_main, depth + 1).ok()?;
        return Some(Piece::Code {
            text: code,
            is_closed: true,
        });
    }
    let code = text::program(&block.text);
    if is_python && patch::is_diff(&code) && !is_whole(&code, needs_main) {
        return Some(Piece::Changes(changes(&code)));
    }
    (is_python || is_whole(&code, true)).then_some(Piece::Code {
        text: code,
        is_closed: block.is_closed,
    })
}

fn changes(text: &str) -> Result<Vec<patch::Change>, PatchError> {
    patch::diff(text)
}

/// The statements of a text without fences.
fn unfenced(prose: &str, needs_main: bool) -> Option<Piece> {
    let prose = without_tags(prose);
    if patch::is_diff(&prose) && prose.lines().any(|line| line.starts_with("@@")) {
        return Some(Piece::Changes(changes(&prose)));
    }
    let code = text::program(&prose);
    let all = chunks(&code);
    let has_function = all
        .iter()
        .any(|chunk| matches!(chunk.form, Form::Function | Form::Class));
    if !has_function && (needs_main || all.iter().all(|chunk| chunk.form == Form::Prose)) {
        return None;
    }
    let kept = all.iter().filter(|chunk| chunk.form != Form::Prose);
    let text: String = kept.map(|chunk| chunk.text).collect();
    // The checker sees whether it was cut off.
    (!text.trim().is_empty()).then_some(Piece::Code {
        text,
        is_closed: true,
    })
}

/// Without lines that are only a tag around a program.
fn without_tags(prose: &str) -> String {
    let names = [
        "code", "python", "program", "answer", "pre", "script", "solution", "output",
    ];
    let lines = prose.lines().filter(|line| {
        let line = line.trim();
        let inner = line
            .strip_prefix("</")
            .or_else(|| line.strip_prefix('<'))
            .and_then(|rest| rest.strip_suffix('>'));
        !inner.is_some_and(|inner| {
            names.iter().any(|name| {
                inner
                    .strip_prefix(name)
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '>']))
            })
        })
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// The program in JSON: a string with `main`, or an object that has one, the longest if it has several.
fn unwrapped(text: &str) -> Option<String> {
    if !text.starts_with(['{', '[', '"']) || text.starts_with("\"\"\"") {
        return None;
    }
    let value: Value = serde_json::from_str(text).ok()?;
    let mut found: Option<&str> = None;
    let mut pending = vec![&value];
    while let Some(value) = pending.pop() {
        match value {
            Value::String(text) => {
                let has_main = text.contains("def main") || text.trim_start().starts_with("CANNOT");
                if has_main && found.is_none_or(|known| known.len() < text.len()) {
                    found = Some(text);
                }
            }
            Value::Array(items) => pending.extend(items),
            Value::Object(fields) => pending.extend(fields.values()),
            _ => {}
        }
    }
    found.map(str::to_owned)
}

/// One program of all pieces.
fn resolve(pieces: &[Piece], base: Option<&str>, needs_main: bool) -> Result<String, Useless> {
    let mut codes: Vec<&str> = Vec::new();
    let mut last_whole: Option<usize> = None;
    let mut is_last_closed = true;
    let mut later: Vec<&Result<Vec<patch::Change>, PatchError>> = Vec::new();
    for piece in pieces {
        match piece {
            Piece::Code { text, is_closed } => {
                if is_whole(text, needs_main) {
                    last_whole = Some(codes.len());
                    is_last_closed = *is_closed;
                    // What was changed before is superseded.
                    later.clear();
                }
                codes.push(text);
            }
            Piece::Changes(changes) => later.push(changes),
        }
    }
    let program = match (last_whole, base) {
        (Some(whole), _) => Some(join::join(&codes, whole, base)),
        (None, Some(base)) if !later.is_empty() => Some(base.to_owned()),
        (None, Some(base)) => join::replaced(base, &codes),
        (None, None) => None,
    };
    let Some(mut program) = program else {
        return Err(match later.first() {
            // A diff against nothing: all of it is new.
            Some(Ok(changes)) if changes.iter().all(|change| change.old.is_empty()) => {
                let lines = changes.iter().flat_map(|change| &change.new);
                let text: Vec<&str> = lines.map(String::as_str).collect();
                let text = text.join("\n");
                if is_whole(&text, needs_main) {
                    return Ok(finished(&text));
                }
                no_main(&[&text])
            }
            Some(Ok(_)) => Useless::Patch(PatchError {
                message: "there is no program yet to which the changes could be made: send the whole program".to_owned(),
                line: None,
            }),
            Some(Err(error)) => Useless::Patch(error.clone()),
            None if codes.is_empty() => Useless::Prose,
            None => no_main(&codes),
        });
    };
    for changes in later {
        let changed = match changes {
            Ok(changes) => patch::apply(&program, changes),
            Err(error) => Err(error.clone()),
        };
        match changed {
            Ok(changed) => program = changed,
            // Behind a whole program they show what was changed in it, against the one before.
            Err(_) if last_whole.is_some() => {}
            Err(error) => return Err(Useless::Patch(error)),
        }
    }
    let program = finished(&program);
    if !is_last_closed && is_cut(&program) {
        return Err(Useless::CutOff);
    }
    Ok(program)
}

fn no_main(codes: &[&str]) -> Useless {
    let mut functions = Vec::new();
    for code in codes {
        for chunk in chunks(code) {
            if chunk.form == Form::Function && functions.len() < 5 {
                let names = chunk.defines.iter();
                functions.extend(names.map(|name| name.chars().take(60).collect::<String>()));
            }
        }
    }
    Useless::NoMain { functions }
}

/// Without a guard that would call a `main` of which the host gives the parameters, and with one line
/// end at the end.
fn finished(program: &str) -> String {
    let all = chunks(program);
    let takes_input = all.iter().any(|chunk| {
        let parameters = chunk.text.split_once("main").map_or("", |(_, rest)| rest);
        let parameters = parameters.trim_start().strip_prefix('(');
        chunk.is_main()
            && (!chunk.is_async
                || parameters.is_some_and(|rest| !rest.trim_start().starts_with(')')))
    });
    let has_guard = all.iter().any(|chunk| chunk.form == Form::Guard);
    let text: String = if takes_input && has_guard {
        let kept = all.iter().filter(|chunk| chunk.form != Form::Guard);
        // What stands before the first statement is blank.
        kept.map(|chunk| chunk.text).collect()
    } else {
        program.to_owned()
    };
    let text = text.trim_end().trim_start_matches(['\n', '\u{feff}']);
    format!("{text}\n")
}

/// Whether a program whose block was not closed ends in the middle: of a bracket, a string, or behind a
/// colon.
fn is_cut(program: &str) -> bool {
    let mut depth = 0_i64;
    let mut is_in_string = false;
    for piece in python::pieces(program) {
        let text = program.get(piece.start..piece.end).unwrap_or_default();
        is_in_string = false;
        match piece.kind {
            python::Kind::Code => {
                for byte in text.bytes() {
                    match byte {
                        b'(' | b'[' | b'{' => depth += 1,
                        b')' | b']' | b'}' => depth -= 1,
                        _ => {}
                    }
                }
            }
            python::Kind::Text => {
                let quote = text.chars().next().unwrap_or('"');
                let triple: String = std::iter::repeat_n(quote, 3).collect();
                is_in_string = if text.starts_with(&triple) {
                    text.len() < 6 || !text.ends_with(&triple)
                } else {
                    text.len() < 2 || !text.ends_with(quote)
                };
            }
            python::Kind::Comment => {}
        }
    }
    depth > 0 || is_in_string || program.trim_end().ends_with([':', ',', '=', '\\'])
}

/// The JSON in an answer that is to have nothing else: as it is, or in a block.
#[must_use]
pub fn json(answer: &str) -> Option<Value> {
    let answer = cut(answer, MOST_REPLY);
    let answer = text::with_plain_lines(answer);
    let answer = without_thoughts(&answer).trim();
    if let Ok(value) = serde_json::from_str(answer) {
        return Some(value);
    }
    let parts = blocks::parts(answer);
    let in_block = parts.iter().find_map(|part| match part {
        Part::Block(block) => serde_json::from_str(block.text.trim()).ok(),
        Part::Prose(_) => None,
    });
    // Between the first and the last brace, where words stand around it.
    in_block.or_else(|| {
        let (start, end) = (answer.find('{')?, answer.rfind('}')?);
        serde_json::from_str(answer.get(start..=end)?).ok()
    })
}

//! Fenced blocks and what stands between them.

use super::python::Within;

/// A part of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// Between blocks.
    Prose(String),
    /// A fenced block.
    Block(Block),
}

/// A fenced block.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Block {
    /// The language that the fence names, in small letters; empty where it names none.
    pub language: String,
    /// What is in it.
    pub text: String,
    /// Whether its end is there.
    pub is_closed: bool,
}

/// The fence of an open block.
struct Open {
    letter: char,
    length: usize,
    indentation: usize,
    within: Within,
}

/// The parts of a text with plain line ends. Linear.
#[must_use]
pub fn parts(text: &str) -> Vec<Part> {
    let (parts, is_doubtful) = split(text, true);
    if is_doubtful {
        // A string of three quotes that nobody closed took the fences with it.
        return split(text, false).0;
    }
    parts
}

/// The parts; and whether the last block is open only as fences in a string were not taken for its end.
fn split(text: &str, looks_into_strings: bool) -> (Vec<Part>, bool) {
    let mut parts: Vec<Part> = Vec::new();
    let mut prose = String::new();
    let mut block = Block::default();
    let mut open: Option<Open> = None;
    let mut has_skipped = false;
    for line in text.lines() {
        let Some(fence) = &mut open else {
            match opening(line) {
                Some((before, fence, language, first)) => {
                    if !before.trim().is_empty() {
                        prose.push_str(before);
                        prose.push('\n');
                    }
                    if matches!(language.as_str(), "markdown" | "md") {
                        // What is in it has fences of its own.
                        continue;
                    }
                    if !prose.trim().is_empty() {
                        parts.push(Part::Prose(std::mem::take(&mut prose)));
                    }
                    prose.clear();
                    block = Block {
                        language,
                        ..Block::default()
                    };
                    push_line(&mut block.text, first);
                    has_skipped = false;
                    open = Some(fence);
                }
                None => {
                    prose.push_str(line);
                    prose.push('\n');
                }
            }
            continue;
        };
        let is_in_string = looks_into_strings && fence.within.is_text();
        let content = line.trim();
        let length = content
            .chars()
            .take_while(|letter| *letter == fence.letter)
            .count();
        let rest = content.trim_start_matches(fence.letter);
        let is_fence = length >= fence.length;
        if is_fence && rest.is_empty() {
            if is_in_string {
                has_skipped = true;
            } else {
                block.is_closed = true;
                parts.push(Part::Block(std::mem::take(&mut block)));
                open = None;
                continue;
            }
        } else if is_fence && !is_in_string && fence.letter == '`' && !rest.contains('`') {
            // A new block, where the end of this one was forgotten.
            block.is_closed = true;
            parts.push(Part::Block(std::mem::take(&mut block)));
            if let Some((_, next, language, first)) = opening(line) {
                block.language = language;
                push_line(&mut block.text, first);
                open = Some(next);
            } else {
                open = None;
            }
            continue;
        }
        let inner = without_indentation(line, fence.indentation);
        if !is_in_string
            && fence.letter == '`'
            && let Some(code) = closed_in_line(inner, fence.length)
        {
            push_line(&mut block.text, code);
            block.is_closed = true;
            parts.push(Part::Block(std::mem::take(&mut block)));
            open = None;
            continue;
        }
        if looks_into_strings {
            fence.within = fence.within.after(inner);
        }
        block.text.push_str(inner);
        block.text.push('\n');
    }
    if open.is_some() {
        parts.push(Part::Block(block));
        return (parts, has_skipped);
    }
    if !prose.trim().is_empty() {
        parts.push(Part::Prose(prose));
    }
    (parts, false)
}

fn push_line(text: &mut String, line: &str) {
    if !line.is_empty() {
        text.push_str(line);
        text.push('\n');
    }
}

/// What stands before a fence that ends the line it is in, where code ends there too.
fn closed_in_line(line: &str, length: usize) -> Option<&str> {
    let line = line.trim_end();
    let before = line.trim_end_matches('`');
    let count = line.len() - before.len();
    let is_end = count >= length && !before.contains('`') && !before.trim().is_empty();
    let is_comment = before.contains('#');
    (is_end && !is_comment).then_some(before)
}

/// A fence that opens a block: what stands before it, itself, the language, and code behind that.
fn opening(line: &str) -> Option<(&str, Open, String, &str)> {
    let trimmed = line.trim_start();
    let indentation = line.len() - trimmed.len();
    let fence = |text: &str, indentation: usize| {
        let letter = text
            .chars()
            .next()
            .filter(|letter| matches!(letter, '`' | '~'))?;
        let length = text.chars().take_while(|known| *known == letter).count();
        (length >= 3).then_some(Open {
            letter,
            length,
            indentation,
            within: Within::default(),
        })
    };
    if let Some(open) = fence(trimmed, indentation) {
        let info = trimmed.get(open.length..).unwrap_or_default();
        if open.letter == '`' && info.contains('`') {
            return None;
        }
        let (language, first) = language(info);
        return Some(("", open, language, first));
    }
    // `Here it is: ```python` at the end of a sentence.
    let at = trimmed.find("```")?;
    let (before, from) = trimmed.split_at_checked(at)?;
    let info = from.trim_start_matches('`');
    let (language, first) = language(info);
    let is_opening = matches!(language.as_str(), "python" | "py" | "python3")
        || (info.trim().is_empty() && before.trim_end().ends_with(':'));
    if !is_opening || info.contains('`') {
        return None;
    }
    Some((before, fence(from, 0)?, language, first))
}

/// The language that a fence names, and code that stands right behind it.
fn language(info: &str) -> (String, &str) {
    let info = info.trim();
    let word = info.split_whitespace().next().unwrap_or_default();
    let rest = info.strip_prefix(word).unwrap_or_default().trim_start();
    let begins = ["import ", "from ", "def ", "class "];
    if begins.iter().any(|word| info.starts_with(word)) {
        return (String::new(), info);
    }
    let first = if begins.iter().any(|word| rest.starts_with(word)) {
        rest
    } else {
        ""
    };
    let name: String = word
        .trim_matches(['{', '}', '.'])
        .chars()
        .take(20)
        .collect();
    (name.to_lowercase(), first)
}

/// A line without as much space at its beginning as its fence has.
fn without_indentation(line: &str, indentation: usize) -> &str {
    let spaces = line.len() - line.trim_start_matches([' ', '\t']).len();
    line.get(spaces.min(indentation)..).unwrap_or_default()
}

//! The text of answers: line ends, escapes and letters that are not what was meant.

use super::python::{Kind, pieces};

/// The text with one kind of line ends, and without marks that nobody sees.
#[must_use]
pub fn with_plain_lines(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '\r' => {
                if letters.peek() == Some(&'\n') {
                    letters.next();
                }
                plain.push('\n');
            }
            '\u{2028}' | '\u{2029}' | '\u{85}' => plain.push('\n'),
            '\0' => {}
            letter => plain.push(letter),
        }
    }
    plain
}

/// A program as it was meant: without escapes of HTML, prompts of a console, numbers of lines, the
/// indentation of all of it, and letters outside of strings that a word processor would write.
#[must_use]
pub fn program(text: &str) -> String {
    let text = unescaped(text);
    let text = without_prompts(&text);
    let text = without_indentation(&text);
    plain_letters(&text)
}

/// Escapes of HTML, and what they stand for.
const ESCAPES: &[(&str, &str)] = &[
    ("&lt;", "<"),
    ("&gt;", ">"),
    ("&quot;", "\""),
    ("&#34;", "\""),
    ("&#39;", "'"),
    ("&#x27;", "'"),
    ("&apos;", "'"),
    ("&nbsp;", " "),
    ("&amp;", "&"),
];

/// Undoes the escapes of HTML, if there are some outside of strings: in a program those are none.
fn unescaped(text: &str) -> String {
    if !text.contains('&') {
        return text.to_owned();
    }
    let is_escaped = pieces(text).iter().any(|piece| {
        let code = text.get(piece.start..piece.end).unwrap_or_default();
        piece.kind == Kind::Code && ESCAPES.iter().any(|(escape, _)| code.contains(escape))
    });
    // The numbers of quotes have a `#`, behind which it looks like a comment.
    let is_quoted = text.contains("&#34;") || text.contains("&#39;") || text.contains("&#x27;");
    let has_quotes = text.contains(['"', '\'']);
    if !is_escaped && (has_quotes || !is_quoted) {
        return text.to_owned();
    }
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        let (before, from) = rest.split_at(at);
        plain.push_str(before);
        let known = ESCAPES.iter().find(|(escape, _)| from.starts_with(escape));
        let (written, length) = known.map_or(("&", 1), |(escape, letter)| (*letter, escape.len()));
        plain.push_str(written);
        rest = from.get(length..).unwrap_or_default();
    }
    plain.push_str(rest);
    plain
}

/// Without what a console, or a listing, puts before each line, where each line has it.
fn without_prompts(text: &str) -> String {
    let filled = || text.lines().filter(|line| !line.trim().is_empty());
    let first = filled().next().unwrap_or_default();
    if first.starts_with(">>>") {
        let lines = text.lines().filter_map(|line| {
            let rest = line
                .strip_prefix(">>>")
                .or_else(|| line.strip_prefix("..."))?;
            Some(rest.strip_prefix(' ').unwrap_or(rest))
        });
        return lines.collect::<Vec<_>>().join("\n");
    }
    if numbered(first).is_some() && filled().all(|line| numbered(line).is_some()) {
        let lines = text.lines().map(|line| numbered(line).unwrap_or_default());
        return lines.collect::<Vec<_>>().join("\n");
    }
    text.to_owned()
}

/// A line behind its number, as `12 | x = 1` or `12: x = 1`.
fn numbered(line: &str) -> Option<&str> {
    let line = line.trim_start();
    let rest = line.trim_start_matches(|letter: char| letter.is_ascii_digit());
    if rest.len() == line.len() {
        return None;
    }
    let rest = rest.trim_start_matches(' ');
    let rest = rest.strip_prefix(['|', ':', '\u{2502}'])?;
    Some(rest.strip_prefix(' ').unwrap_or(rest))
}

/// Without the spaces that each line of the program begins with.
fn without_indentation(text: &str) -> String {
    let indentation = |line: &str| line.len() - line.trim_start_matches([' ', '\t']).len();
    let mut common: Option<usize> = None;
    let mut within = super::python::Within::default();
    for line in text.lines() {
        if !within.is_text() && !line.trim().is_empty() {
            let here = indentation(line);
            common = Some(common.map_or(here, |known| known.min(here)));
        }
        if common == Some(0) {
            return text.to_owned();
        }
        within = within.after(line);
    }
    let common = common.unwrap_or(0);
    let lines = text.lines().map(|line| {
        let cut = indentation(line).min(common);
        line.get(cut..).unwrap_or_default()
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Spaces of other kinds and quotes of word processors outside of strings and comments become those
/// of programs.
fn plain_letters(text: &str) -> String {
    let is_odd =
        |letter: char| is_odd_space(letter) || is_unseen(letter) || quote(letter).is_some();
    if !text.contains(is_odd) {
        return text.to_owned();
    }
    // Strings in odd quotes first: only they say what is a string.
    let text = with_plain_quotes(text);
    let mut plain = String::with_capacity(text.len());
    for piece in pieces(&text) {
        let part = text.get(piece.start..piece.end).unwrap_or_default();
        if piece.kind == Kind::Code {
            plain.extend(part.chars().filter(|letter| !is_unseen(*letter)).map(
                |letter| match letter {
                    letter if is_odd_space(letter) => ' ',
                    '\u{2212}' | '\u{2013}' => '-',
                    letter => letter,
                },
            ));
        } else {
            plain.push_str(part);
        }
    }
    plain
}

fn is_odd_space(letter: char) -> bool {
    matches!(
        letter,
        '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}'
    )
}

fn is_unseen(letter: char) -> bool {
    matches!(
        letter,
        '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{ad}'
    )
}

/// The quote of a program that a quote of a word processor stands for.
fn quote(letter: char) -> Option<char> {
    match letter {
        '\u{201c}' | '\u{201d}' | '\u{201e}' | '\u{201f}' | '\u{ab}' | '\u{bb}' => Some('"'),
        '\u{2018}' | '\u{2019}' | '\u{201a}' | '\u{201b}' => Some('\''),
        _ => None,
    }
}

/// Strings that begin with an odd quote outside of strings and comments, in plain ones: each ends
/// with the next quote of its kind in the line.
fn with_plain_quotes(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for line_group in lines_outside_of_text(text) {
        match line_group {
            Group::Text(lines) => plain.push_str(lines),
            Group::Line(line) => plain_quotes_of_line(line, &mut plain),
        }
    }
    plain
}

enum Group<'a> {
    /// What touches a string of more than one line.
    Text(&'a str),
    /// A line.
    Line(&'a str),
}

fn lines_outside_of_text(text: &str) -> Vec<Group<'_>> {
    let mut within = super::python::Within::default();
    text.split_inclusive('\n')
        .map(|line| {
            let before = within;
            within = within.after(line);
            if before.is_text() {
                Group::Text(line)
            } else {
                Group::Line(line)
            }
        })
        .collect()
}

fn plain_quotes_of_line(line: &str, plain: &mut String) {
    let mut inside: Option<char> = None;
    let mut is_comment = false;
    // Where the last odd quote of each kind stands: behind it plain ones close.
    let last_of = |kind: char| {
        line.char_indices()
            .rfind(|(_, letter)| quote(*letter) == Some(kind))
            .map_or(0, |(at, _)| at)
    };
    let (last_double, last_single) = (last_of('"'), last_of('\''));
    let mut letters = line.char_indices();
    // The plain quote that a string began with, in which odd ones are letters.
    let mut own: Option<char> = None;
    while let Some((at, letter)) = letters.next() {
        if is_comment {
            plain.push(letter);
        } else if let Some(closing) = inside {
            match letter {
                letter if quote(letter) == Some(closing) => {
                    plain.push(closing);
                    inside = None;
                }
                letter if letter == closing => {
                    // A plain quote ends it where no odd one does.
                    let last = if closing == '"' {
                        last_double
                    } else {
                        last_single
                    };
                    if at < last {
                        plain.push('\\');
                        plain.push(letter);
                    } else {
                        plain.push(letter);
                        inside = None;
                    }
                }
                '\\' => {
                    plain.push(letter);
                    plain.extend(letters.next().map(|(_, letter)| letter));
                }
                letter => plain.push(letter),
            }
        } else if let Some(closing) = own {
            plain.push(letter);
            match letter {
                '\\' => plain.extend(letters.next().map(|(_, letter)| letter)),
                letter if letter == closing => own = None,
                _ => {}
            }
        } else {
            match (letter, quote(letter)) {
                ('#', _) => {
                    is_comment = true;
                    plain.push(letter);
                }
                ('"' | '\'', _) => {
                    own = Some(letter);
                    plain.push(letter);
                }
                (_, Some(opening)) => {
                    inside = Some(opening);
                    plain.push(opening);
                }
                _ => plain.push(letter),
            }
        }
    }
}

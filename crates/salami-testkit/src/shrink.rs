//! Makes a program smaller that shows a fault, statement by statement, while it still shows it.
//!
//! Works on the text alone: a statement is a line with the deeper lines below it and the clauses that belong to it.

use std::ops::Range;

/// The smallest program found for which `shows` still says yes. It is asked about many programs at once.
pub fn shrink(program: &str, mut shows: impl FnMut(&[String]) -> Vec<bool>) -> String {
    let mut lines: Vec<String> = program.lines().map(str::to_owned).collect();
    // Statements first; what is inside them when no statement can go.
    let mut inside = false;
    for _ in 0..40 {
        let edits = edits(&lines, inside);
        let candidates: Vec<String> = edits
            .iter()
            .map(|edit| text(&apply(&lines, std::slice::from_ref(edit))))
            .collect();
        let answers = shows(&candidates);
        let mut good: Vec<Edit> = edits
            .into_iter()
            .zip(answers)
            .filter_map(|(edit, answer)| answer.then_some(edit))
            .collect();
        if good.is_empty() && inside {
            break;
        }
        if good.is_empty() {
            inside = true;
            continue;
        }
        // The largest first, and of those that touch the same lines only one.
        good.sort_by_key(|edit| std::cmp::Reverse(edit.gain));
        let mut apart: Vec<Edit> = Vec::new();
        for edit in good {
            if apart.iter().all(|other| {
                other.lines.end <= edit.lines.start || edit.lines.end <= other.lines.start
            }) {
                apart.push(edit);
            }
        }
        loop {
            let together = apply(&lines, &apart);
            if apart.len() == 1 || shows(&[text(&together)]) == [true] {
                lines = together;
                break;
            }
            apart.truncate(apart.len() / 2);
        }
    }
    text(&lines)
}

/// Lines that are replaced by others.
#[derive(Clone, Debug)]
struct Edit {
    lines: Range<usize>,
    by: Vec<String>,
    /// How many characters it saves.
    gain: usize,
}

fn text(lines: &[String]) -> String {
    lines.join("\n") + "\n"
}

fn apply(lines: &[String], edits: &[Edit]) -> Vec<String> {
    let mut ordered: Vec<&Edit> = edits.iter().collect();
    ordered.sort_by_key(|edit| std::cmp::Reverse(edit.lines.start));
    let mut result = lines.to_vec();
    for edit in ordered {
        result.splice(edit.lines.clone(), edit.by.iter().cloned());
    }
    result
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

/// The line and the deeper ones that follow it.
fn suite(lines: &[String], start: usize) -> Range<usize> {
    let depth = indent(&lines[start]);
    let deeper = lines[start + 1..]
        .iter()
        .take_while(|line| indent(line) > depth)
        .count();
    start..start + 1 + deeper
}

/// Whether the line goes on with the statement before it.
fn is_clause(line: &str) -> bool {
    ["except", "else:", "elif ", "finally:"]
        .iter()
        .any(|word| line.trim_start().starts_with(word))
}

fn edits(lines: &[String], inside: bool) -> Vec<Edit> {
    let mut found = Vec::new();
    let size = |lines: &[String]| lines.iter().map(String::len).sum::<usize>();
    let mut add = |range: Range<usize>, by: Vec<String>| {
        let before = size(&lines[range.clone()]);
        let after = size(&by);
        if after < before {
            found.push(Edit {
                lines: range,
                by,
                gain: before - after,
            });
        }
    };
    for start in 0..lines.len() {
        let first = suite(lines, start);
        let mut whole = first.clone();
        while whole.end < lines.len()
            && indent(&lines[whole.end]) == indent(&lines[start])
            && is_clause(&lines[whole.end])
        {
            whole.end = suite(lines, whole.end).end;
        }
        if is_clause(&lines[start]) {
            add(first.clone(), Vec::new());
        } else {
            add(whole.clone(), Vec::new());
            if inside {
                add(
                    whole.clone(),
                    vec![" ".repeat(indent(&lines[start])) + "pass"],
                );
            }
        }
        if first.len() > 1 && !is_clause(&lines[start]) {
            let depth = indent(&lines[start]);
            let inner = indent(&lines[start + 1]);
            let body = lines[start + 1..first.end]
                .iter()
                .map(|line| " ".repeat(depth) + &line[inner..])
                .collect();
            add(whole.clone(), body);
        }
        if first.len() == 1 && inside {
            for shorter in simpler(&lines[start]) {
                add(start..start + 1, vec![shorter]);
            }
        }
    }
    found
}

/// The line with one bracketed part replaced by one of its operands, or emptied.
fn simpler(line: &str) -> Vec<String> {
    let mut open = Vec::new();
    let mut found = Vec::new();
    for (place, letter) in line.char_indices() {
        match letter {
            '(' | '[' | '{' => open.push(place),
            ')' | ']' | '}' => {
                let Some(start) = open.pop() else { continue };
                let (before, inner, after) =
                    (&line[..start], &line[start + 1..place], &line[place + 1..]);
                let called =
                    before.ends_with(|letter: char| letter.is_alphanumeric() || letter == '_');
                let mut parts = split(inner);
                if !called && letter == ')' {
                    found.extend(parts.iter().map(|part| format!("{before}({part}){after}")));
                }
                if called {
                    let name = before
                        .trim_end_matches(|letter: char| {
                            letter.is_alphanumeric() || letter == '_' || letter == '.'
                        })
                        .len();
                    found.extend(
                        parts
                            .iter()
                            .map(|part| format!("{}({part}){after}", &before[..name])),
                    );
                }
                if parts.len() > 1 {
                    for index in 0..parts.len() {
                        let removed = parts.remove(index);
                        let (open, close) = (&line[start..=start], &line[place..=place]);
                        found.push(format!("{before}{open}{}{close}{after}", parts.join(", ")));
                        parts.insert(index, removed);
                    }
                }
            }
            _ => {}
        }
    }
    found.truncate(60);
    found
}

/// The operands or items of what stands in brackets.
fn split(inner: &str) -> Vec<String> {
    let mut depth = 0_usize;
    let (mut parts, mut part) = (Vec::new(), String::new());
    let mut quote = None;
    for word in inner.split_inclusive([' ', ',']) {
        for letter in word.chars() {
            match (quote, letter) {
                (None, '(' | '[' | '{') => depth += 1,
                (None, ')' | ']' | '}') => depth = depth.saturating_sub(1),
                (None, '\'' | '"') => quote = Some(letter),
                (Some(open), _) if open == letter => quote = None,
                _ => {}
            }
        }
        let bare = word.trim();
        let operator = matches!(
            bare,
            "+" | "-"
                | "*"
                | "/"
                | "//"
                | "%"
                | "**"
                | "|"
                | "&"
                | "^"
                | "<"
                | ">"
                | "<="
                | ">="
                | "=="
                | "!="
                | "if"
                | "else"
                | "or"
                | "and"
                | "in"
                | "is"
                | "not"
                | "<<"
                | ">>"
        );
        if depth == 0 && quote.is_none() && (operator || bare.ends_with(',')) {
            if !operator {
                part.push_str(bare.trim_end_matches(','));
            }
            parts.push(std::mem::take(&mut part).trim().to_owned());
        } else {
            part.push_str(word);
        }
    }
    parts.push(part.trim().to_owned());
    parts.retain(|part| !part.is_empty());
    parts
}

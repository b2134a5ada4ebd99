//! Changes to a program: SEARCH/REPLACE blocks and unified diffs. What is to be changed is found by its
//! text; numbers of lines that models write only choose between equal places.

/// The most changes of one answer.
const MOST_CHANGES: usize = 200;

/// One change: lines, and what takes their place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Change {
    /// The lines that are there.
    pub old: Vec<String>,
    /// Those that take their place.
    pub new: Vec<String>,
    /// The number of the first, from 1, as far as it was told.
    pub line: Option<usize>,
    /// How many lines at the beginning and at the end of `old` only say where it is.
    context: (usize, usize),
}

/// Why changes cannot be made: a sentence for the one who wrote them, in our words, with the number of
/// the change; and the line of theirs that it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PatchError {
    /// A sentence.
    pub message: String,
    /// The first line that was looked for.
    pub line: Option<String>,
}

/// Whether a text has SEARCH/REPLACE blocks.
#[must_use]
pub fn has_blocks(text: &str) -> bool {
    text.lines().any(|line| is_mark(line, '<')) && text.lines().any(|line| is_mark(line, '='))
}

/// Whether a text is a unified diff.
#[must_use]
pub fn is_diff(text: &str) -> bool {
    let is_headed = text.lines().any(|line| {
        (line.starts_with("@@") || line.starts_with("*** ")) && !line.starts_with("*** End")
    });
    is_headed && text.lines().any(|line| line.starts_with(['+', '-']))
}

/// A line of five or more of these, with nothing but a word behind them.
fn is_mark(line: &str, letter: char) -> bool {
    let line = line.trim();
    let rest = line.trim_start_matches(letter);
    line.len() - rest.len() >= 5
        && (rest.is_empty()
            || (letter != '=' && rest.trim().chars().all(|known| known.is_alphanumeric())))
}

/// The changes of SEARCH/REPLACE blocks.
///
/// # Errors
/// A block without its end.
pub fn blocks(text: &str) -> Result<Vec<Change>, PatchError> {
    #[derive(PartialEq)]
    enum In {
        Nothing,
        Old,
        New,
    }
    let mut changes: Vec<Change> = Vec::new();
    let mut change = Change::default();
    let mut place = In::Nothing;
    for line in text.lines() {
        match place {
            In::Nothing if is_mark(line, '<') => {
                change = Change::default();
                place = In::Old;
            }
            In::Nothing => {}
            In::Old if is_mark(line, '=') => place = In::New,
            In::Old => change.old.push(line.to_owned()),
            In::New if is_mark(line, '>') => {
                changes.push(std::mem::take(&mut change));
                place = In::Nothing;
            }
            In::New => change.new.push(line.to_owned()),
        }
    }
    if place != In::Nothing {
        let number = changes.len() + 1;
        return Err(PatchError {
            message: format!("SEARCH/REPLACE block {number} has no end (`>>>>>>> REPLACE`)"),
            line: None,
        });
    }
    bounded(changes)
}

/// The changes of a unified diff; numbers of lines need not be right.
///
/// # Errors
/// There is nothing to change.
pub fn diff(text: &str) -> Result<Vec<Change>, PatchError> {
    let mut changes: Vec<Change> = Vec::new();
    let mut change: Option<Change> = None;
    let is_headed = text.lines().any(|line| line.starts_with("@@"));
    let mut finish = |change: Option<Change>| {
        if let Some(mut change) = change {
            trim_blank_end(&mut change);
            if change.old != change.new {
                changes.push(change);
            }
        }
    };
    for line in text.lines() {
        if line.starts_with("@@") {
            finish(change.take());
            change = Some(Change {
                line: stated_line(line),
                ..Change::default()
            });
            continue;
        }
        let is_header = [
            "--- ",
            "+++ ",
            "diff ",
            "index ",
            "*** ",
            "new file",
            "\\ No newline",
        ]
        .iter()
        .any(|header| line.starts_with(header));
        if is_header {
            continue;
        }
        if change.is_none() {
            if is_headed {
                continue;
            }
            change = Some(Change::default());
        }
        let Some(change) = &mut change else { continue };
        if let Some(added) = line.strip_prefix('+') {
            change.new.push(added.to_owned());
            change.context.1 = 0;
        } else if let Some(removed) = line.strip_prefix('-') {
            change.old.push(removed.to_owned());
            change.context.1 = 0;
        } else {
            let kept = line.strip_prefix(' ').unwrap_or(line);
            if change.old == change.new {
                change.context.0 += 1;
            }
            change.context.1 += 1;
            change.old.push(kept.to_owned());
            change.new.push(kept.to_owned());
        }
    }
    finish(change.take());
    if changes.is_empty() {
        return Err(PatchError {
            message: "the diff changes nothing".to_owned(),
            line: None,
        });
    }
    bounded(changes)
}

fn bounded(changes: Vec<Change>) -> Result<Vec<Change>, PatchError> {
    if changes.len() > MOST_CHANGES {
        return Err(PatchError {
            message: format!("there are more than {MOST_CHANGES} changes: send the whole program"),
            line: None,
        });
    }
    Ok(changes)
}

/// Blank lines at the end of a change belong to the answer more often than to the program.
fn trim_blank_end(change: &mut Change) {
    while change.context.1 > 0
        && change.old.last().is_some_and(|line| line.trim().is_empty())
        && change.new.last().is_some_and(|line| line.trim().is_empty())
    {
        change.old.pop();
        change.new.pop();
        change.context.1 -= 1;
    }
}

/// The line that `@@ -12,3 +12,4 @@` names.
fn stated_line(header: &str) -> Option<usize> {
    let numbers = header.split('-').nth(1)?;
    let digits: String = numbers
        .chars()
        .take_while(char::is_ascii_digit)
        .take(9)
        .collect();
    digits.parse().ok()
}

/// A program with changes made, one after the other.
///
/// # Errors
/// Which change has no place, or several.
pub fn apply(base: &str, changes: &[Change]) -> Result<String, PatchError> {
    let mut lines: Vec<String> = base.lines().map(str::to_owned).collect();
    for (index, change) in changes.iter().enumerate() {
        apply_one(&mut lines, change).map_err(|problem| PatchError {
            message: format!("change {} of {}: {problem}", index + 1, changes.len()),
            line: change
                .old
                .iter()
                .find(|line| !line.trim().is_empty())
                .map(|line| line.chars().take(200).collect()),
        })?;
    }
    let mut text = lines.join("\n");
    text.push('\n');
    Ok(text)
}

fn apply_one(lines: &mut Vec<String>, change: &Change) -> Result<(), &'static str> {
    const NOT_THERE: &str = "the lines to be replaced are not in the program; they must be copied from it letter by letter";
    const SEVERAL: &str = "the lines to be replaced are at several places of the program; give more lines around them";
    if change.old.iter().all(|line| line.trim().is_empty()) {
        // Nothing says where: at a line that was told, or as the first text of an empty program.
        let at = match change.line {
            Some(line) => line.min(lines.len()),
            None if lines.iter().all(|line| line.trim().is_empty()) => 0,
            None => return Err("it does not say which lines are to be replaced"),
        };
        lines.splice(at..at, change.new.iter().cloned());
        return Ok(());
    }
    let (first, last) = change.context;
    let inner_end = change.old.len().saturating_sub(last);
    let inner = change.old.get(first..inner_end).unwrap_or_default();
    let inner_new_end = change.new.len().saturating_sub(last);
    let inner_new = change.new.get(first..inner_new_end).unwrap_or_default();
    let mut several = false;
    for (old, new, skipped) in [
        (change.old.as_slice(), change.new.as_slice(), 0),
        (inner, inner_new, first),
    ] {
        if old.iter().all(|line| line.trim().is_empty()) {
            continue;
        }
        for sameness in [Sameness::Exact, Sameness::End, Sameness::Both] {
            let places = find(lines, old, sameness);
            let at = match (places.as_slice(), change.line) {
                ([], _) => continue,
                ([at], _) => *at,
                (places, Some(line)) => {
                    let wanted = line.saturating_sub(1) + skipped;
                    let nearest = places.iter().min_by_key(|place| place.abs_diff(wanted));
                    nearest.copied().unwrap_or(0)
                }
                _ => {
                    several = true;
                    continue;
                }
            };
            let end = (at + old.len()).min(lines.len());
            let found = lines.get(at..end).unwrap_or_default();
            let replacement = match sameness {
                Sameness::Both => moved(new, old, found),
                _ => new.to_vec(),
            };
            lines.splice(at..end, replacement);
            return Ok(());
        }
        if several {
            return Err(SEVERAL);
        }
    }
    Err(NOT_THERE)
}

/// What does not count when lines are compared.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sameness {
    /// Everything counts.
    Exact,
    /// But spaces at the end.
    End,
    /// But spaces at both ends.
    Both,
}

impl Sameness {
    fn key(self, line: &str) -> &str {
        match self {
            Self::Exact => line,
            Self::End => line.trim_end(),
            Self::Both => line.trim(),
        }
    }
}

/// All places of some lines among others, by the algorithm of Knuth, Morris and Pratt: linear.
fn find(lines: &[String], wanted: &[String], sameness: Sameness) -> Vec<usize> {
    let keys: Vec<&str> = wanted.iter().map(|line| sameness.key(line)).collect();
    let mut fallback: Vec<usize> = vec![0; wanted.len()];
    let step = |fallback: &[usize], mut length: usize, line: Option<&str>| {
        while length > 0 && keys.get(length).copied() != line {
            length = fallback.get(length - 1).copied().unwrap_or(0);
        }
        if keys.get(length).copied() == line {
            length + 1
        } else {
            0
        }
    };
    let mut length = 0;
    for index in 1..wanted.len() {
        length = step(&fallback, length, keys.get(index).copied());
        if let Some(known) = fallback.get_mut(index) {
            *known = length;
        }
    }
    let mut places = Vec::new();
    length = 0;
    for (index, line) in lines.iter().enumerate() {
        length = step(&fallback, length, Some(sameness.key(line)));
        if length == wanted.len() && length > 0 {
            places.push(index + 1 - length);
            length = fallback.get(length - 1).copied().unwrap_or(0);
        }
    }
    places
}

/// New lines, indented as the lines that they replace are where those that were looked for are not.
fn moved(new: &[String], old: &[String], found: &[String]) -> Vec<String> {
    let spaces = |line: &str| line.len() - line.trim_start_matches(' ').len();
    let pair = old
        .iter()
        .zip(found)
        .find(|(old, _)| !old.trim().is_empty());
    let (before, after) = pair.map_or((0, 0), |(old, found)| (spaces(old), spaces(found)));
    let line = |line: &String| {
        if line.trim().is_empty() {
            String::new()
        } else if after >= before {
            format!("{}{line}", " ".repeat(after - before))
        } else {
            let cut = (before - after).min(spaces(line));
            line.get(cut..).unwrap_or_default().to_owned()
        }
    };
    new.iter().map(line).collect()
}

//! What differs between what is asked and what was recorded.

use super::Asked;
use super::line::role_name;

/// The most characters of a text that are shown.
const MOST: usize = 80;

/// The first line of a text in backquotes, cut.
pub(super) fn shown(text: &str) -> String {
    let line = text.lines().find(|line| !line.trim().is_empty());
    let line = line.unwrap_or_default().trim();
    excerpt(line, 0)
}

/// The part of a line around a character, in backquotes.
fn excerpt(line: &str, around: usize) -> String {
    let begin = around.saturating_sub(MOST / 2);
    let mut letters = line.chars().skip(begin);
    let part: String = letters.by_ref().take(MOST).collect();
    let before = if begin > 0 { "..." } else { "" };
    let after = if letters.next().is_some() { "..." } else { "" };
    format!("`{before}{}{after}`", part.escape_debug())
}

/// How many characters two texts have in common at the beginning.
fn common(one: &str, other: &str) -> usize {
    let pairs = one.chars().zip(other.chars());
    pairs.take_while(|(one, other)| one == other).count()
}

/// How near what was recorded is to what is asked: turns that are the same, then characters of the next.
pub(super) fn nearness(recorded: &Asked, asked: &Asked) -> (usize, usize, bool) {
    let pairs = recorded.turns.iter().zip(&asked.turns);
    let same = pairs.take_while(|(one, other)| one == other).count();
    let next = recorded.turns.get(same).zip(asked.turns.get(same));
    let near = next.map_or(0, |((_, one), (_, other))| common(one, other));
    (same, near, recorded.system == asked.system)
}

/// The first line in which two texts differ.
fn first_line(recorded: &str, asked: &str) -> Option<String> {
    let (mut one, mut other) = (recorded.lines(), asked.lines());
    let mut number = 1_usize;
    loop {
        let (was, is) = match (one.next(), other.next()) {
            (None, None) => return None,
            (was, is) => (was, is),
        };
        if was == is {
            number += 1;
            continue;
        }
        return Some(match (was, is) {
            (Some(was), Some(is)) => {
                let around = common(was, is);
                format!(
                    "line {number} is {}, recorded is {}",
                    excerpt(is, around),
                    excerpt(was, around)
                )
            }
            (Some(was), None) => format!(
                "it ends before line {number}, recorded is {}",
                excerpt(was, 0)
            ),
            (None, is) => {
                let is = excerpt(is.unwrap_or_default(), 0);
                format!("line {number}, {is}, is more than what is recorded")
            }
        });
    }
}

fn of_texts(recorded: &str, asked: &str) -> String {
    let line = first_line(recorded, asked);
    line.unwrap_or_else(|| "only the ends of the lines are others".to_owned())
}

/// What differs first.
pub(super) fn difference(recorded: &Asked, asked: &Asked) -> String {
    let pairs = recorded.turns.iter().zip(&asked.turns);
    for (number, ((was_role, was), (role, is))) in (1..).zip(pairs) {
        if was_role != role {
            let (is, was) = (role_name(*role), role_name(*was_role));
            return format!("turn {number} is the {is}'s, recorded is one of the {was}");
        }
        if was != is {
            let who = role_name(*role);
            return format!("turn {number}, the {who}'s, differs: {}", of_texts(was, is));
        }
    }
    let (was, is) = (recorded.turns.len(), asked.turns.len());
    if was != is {
        return format!("it has {was} turns where {is} are asked");
    }
    if recorded.schema != asked.schema {
        return "the schema of the answer differs".to_owned();
    }
    if recorded.temperature != asked.temperature {
        return "the temperature differs".to_owned();
    }
    format!(
        "what holds for the whole conversation differs: {}",
        of_texts(&recorded.system, &asked.system)
    )
}

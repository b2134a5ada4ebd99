//! The shape of logs: what their entries begin with, and the names of their pairs. What an entry says is no part of it:
//! which messages a day has is chance.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::input::{LinePiece, is_continued, is_dated_log, line_pieces};

use super::{Line, chosen};

/// At most so many lines are looked at.
const ENTRIES: usize = 800;
/// At most so many pieces of each.
const PIECES: usize = 24;

/// The shape of a log.
pub(super) fn shape(text: &str, line: Line) -> String {
    let is_dated = is_dated_log(text);
    let mut entries: Vec<Vec<LinePiece<'_>>> = Vec::new();
    let mut fields = String::new();
    let lines: Vec<&str> = text
        .lines()
        .filter(|line| !line.trim().is_empty())
        .collect();
    for place in chosen(lines.len(), ENTRIES) {
        let line = lines.get(place).copied().unwrap_or_default();
        if line.starts_with('#') {
            // Logs of web servers name their fields.
            if let Some(names) = line.strip_prefix("#Fields:") {
                fields = names
                    .split_whitespace()
                    .take(100)
                    .map(|name| format!("- {}\n", name.to_lowercase()))
                    .collect();
            }
        } else if !is_continued(line, is_dated) {
            entries.push(line_pieces(line, PIECES));
        }
    }
    let mut shape = String::from("log\n");
    if !fields.is_empty() {
        return shape + "fields\n" + &fields;
    }
    // Few are looked at.
    let all = u32::try_from(entries.len()).unwrap_or(u32::MAX);
    let mut keys: BTreeMap<&str, u32> = BTreeMap::new();
    for entry in &entries {
        let mut own: Vec<&str> = entry
            .iter()
            .filter_map(|piece| match piece {
                LinePiece::Pair(key) => Some(*key),
                _ => None,
            })
            .collect();
        own.sort_unstable();
        own.dedup();
        for key in own {
            *keys.entry(key).or_default() += 1;
        }
    }
    write_begin(&entries, &mut shape);
    for (key, count) in keys {
        if line.is_above(count, all) {
            let _ = writeln!(shape, "pair {key}");
        }
    }
    shape
}

/// The pieces that entries begin with, one a line.
fn write_begin(entries: &[Vec<LinePiece<'_>>], shape: &mut String) {
    let columns: Vec<(String, usize)> = (0..PIECES)
        .map_while(|index| usual(entries, index))
        .collect();
    // A level or a process says that a message follows; without one, the whole line is made of pieces.
    let marker = columns
        .iter()
        .take(8)
        .position(|(name, _)| matches!(name.as_str(), "level" | "process"));
    let end = match marker {
        // What follows a process is its own; behind a level, brackets and marks that all have belong to it.
        Some(marker)
            if columns
                .get(marker)
                .is_some_and(|(name, _)| name == "process") =>
        {
            marker + 1
        }
        Some(marker) => {
            let more = columns
                .get(marker + 1..)
                .unwrap_or_default()
                .iter()
                .take_while(|(name, share)| {
                    *share * 5 >= entries.len() * 4
                        && matches!(
                            name.as_str(),
                            "in brackets" | "instant time of day" | "-" | ":" | "|" | "--" | "---"
                        )
                })
                .count();
            marker + 1 + more
        }
        None => {
            let is_steady = |(name, share): &(String, usize)| {
                *share * 5 >= entries.len() * 4 && name != "pair" && name != "json"
            };
            let mut steady = columns
                .iter()
                .take_while(|column| is_steady(column))
                .count();
            // Two words behind the instant are a sentence.
            let is_dated = columns
                .first()
                .is_some_and(|(name, _)| name.starts_with("instant"));
            if is_dated
                && let Some(words) = columns
                    .get(..steady)
                    .unwrap_or_default()
                    .windows(2)
                    .position(|pair| pair.iter().all(|(name, _)| name == "word"))
            {
                steady = words;
            }
            // Words at the end are the beginning of a message.
            let words = columns
                .get(..steady)
                .unwrap_or_default()
                .iter()
                .rev()
                .take_while(|(name, _)| name == "word")
                .count();
            if is_dated && steady - words < 4 {
                1
            } else {
                steady - words
            }
        }
    };
    for (name, _) in columns.iter().take(end) {
        let _ = writeln!(shape, "- {name}");
    }
    if entries
        .iter()
        .filter(|entry| matches!(entry.last(), Some(LinePiece::Json)))
        .count()
        * 5
        >= entries.len().max(1) * 4
    {
        shape.push_str("- json\n");
    }
}

/// What most entries have at a place, nothing left out. None: most have no such place.
fn usual(entries: &[Vec<LinePiece<'_>>], index: usize) -> Option<(String, usize)> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let mut nothing = 0;
    let mut all = 0;
    for entry in entries {
        let Some(piece) = entry.get(index) else {
            continue;
        };
        all += 1;
        match name(piece) {
            Some(name) => *counts.entry(name).or_default() += 1,
            None => nothing += 1,
        }
    }
    if all * 5 < entries.len() * 4 || all == 0 {
        return None;
    }
    let (name, count) = counts
        .into_iter()
        .max_by_key(|(_, count)| *count)
        .unwrap_or_else(|| ("word".to_owned(), 0));
    Some((name, count + nothing))
}

fn name(piece: &LinePiece<'_>) -> Option<String> {
    Some(match piece {
        LinePiece::Date(style) => format!("instant {}", style.name()),
        LinePiece::Level => "level".to_owned(),
        LinePiece::Number => "number".to_owned(),
        LinePiece::Address => "address".to_owned(),
        LinePiece::Quoted => "quoted".to_owned(),
        LinePiece::Bracketed => "in brackets".to_owned(),
        LinePiece::Pair(_) => "pair".to_owned(),
        LinePiece::Process => "process".to_owned(),
        LinePiece::Json => "json".to_owned(),
        LinePiece::Mark(mark) => (*mark).to_owned(),
        LinePiece::Word => "word".to_owned(),
        LinePiece::Nothing => return None,
    })
}

//! The rows that a program names as skipped, in whichever way it counts.

use std::collections::BTreeMap;

use serde_json::Value;

use super::seen::Seen;
use super::table::{Profile, Table};
use crate::input::RowKind;
use crate::judge::finding::{Finding, JudgeName};
use crate::output::shown;
use crate::trial::cut;

/// How long a reason may be, in characters.
const WHY: usize = 300;

/// The rows that are named, by their places, with why.
#[derive(Debug, Default)]
pub(super) struct Named {
    pub(super) rows: BTreeMap<usize, String>,
    pub(super) findings: Vec<Finding>,
}

/// How a program counts rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reading {
    /// Lines, or items, from 1.
    Line,
    /// Rows from 1, the header among them; blank ones do not count.
    Record,
    /// Lines or items from 0.
    LineFromZero,
    /// Rows below the header from 1.
    Data,
    /// Rows below the header from 0.
    DataFromZero,
}

const READINGS: [Reading; 5] = [
    Reading::Line,
    Reading::Record,
    Reading::LineFromZero,
    Reading::Data,
    Reading::DataFromZero,
];

/// One entry of `skipped`.
struct Entry<'a> {
    number: Option<u64>,
    /// What stands there instead of a number.
    text: Option<&'a str>,
    why: &'a str,
}

struct Counter {
    /// Rows that are not blank.
    records: Vec<usize>,
    /// Those below the header.
    below: Vec<usize>,
}

impl Counter {
    fn of(table: &Table<'_>) -> Self {
        let rows = table.rows();
        let is_filled = |index: &usize| rows.get(*index).is_some_and(|row| !row.is_blank);
        let mut indexes = 0..rows.len();
        let header = indexes.find(|index| table.kind(*index) == Some(RowKind::Header));
        let first = header.map_or(0, |header| header + 1);
        Self {
            records: (0..rows.len()).filter(is_filled).collect(),
            below: (first..rows.len()).filter(is_filled).collect(),
        }
    }

    fn resolve(&self, table: &Table<'_>, reading: Reading, number: u64) -> Option<usize> {
        let at =
            |rows: &[usize], number: Option<u64>| rows.get(usize::try_from(number?).ok()?).copied();
        match reading {
            Reading::Line => table.at_line(number),
            Reading::LineFromZero => table.at_line(number.checked_add(1)?),
            Reading::Record => at(&self.records, number.checked_sub(1)),
            Reading::Data => at(&self.below, number.checked_sub(1)),
            Reading::DataFromZero => at(&self.below, Some(number)),
        }
    }
}

/// Reads what a program says it skipped.
pub(super) fn read(table: &Table<'_>, profile: &Profile, skipped: &[Value], seen: &Seen) -> Named {
    let mut named = Named::default();
    let mut entries = Vec::new();
    let mut malformed = Vec::new();
    for value in skipped {
        match entry(value) {
            Some(entry) => entries.push(entry),
            None if malformed.len() < 3 => malformed.push(shown(value)),
            None => malformed.push(String::new()),
        }
    }
    if !malformed.is_empty() {
        let count = malformed.len();
        malformed.truncate(3);
        let message = format!(
            "{} of `skipped` {} no {{\"row\": number, \"why\": text}}.",
            counted(count, "entry", "entries"),
            if count == 1 { "is" } else { "are" }
        );
        named.findings.push(
            Finding::error(JudgeName::Rows, "rows.form", message)
                .with_outside(malformed.join("\n")),
        );
    }
    if table.rows().is_empty() {
        return named;
    }
    let counter = Counter::of(table);
    let reading = reading(table, profile, &counter, &entries, seen);
    let mut unknown = Vec::new();
    let mut twice = Vec::new();
    let mut unexplained = Vec::new();
    let mut by_text: Option<BTreeMap<&str, usize>> = None;
    for entry in &entries {
        // Lines that belong to an entry may be named as well: the entry is the row.
        if reading == Reading::Line
            && entry
                .number
                .is_some_and(|number| table.is_further_line(number))
        {
            continue;
        }
        let index = match (entry.number, entry.text) {
            (Some(number), _) => counter.resolve(table, reading, number),
            (None, Some(text)) => {
                let texts = by_text.get_or_insert_with(|| {
                    let rows = table.rows().iter().enumerate();
                    rows.map(|(index, row)| (row.text.trim(), index)).collect()
                });
                texts.get(text.trim()).copied()
            }
            (None, None) => None,
        };
        let Some(index) = index else {
            unknown.push(match (entry.number, entry.text) {
                (Some(number), _) => number.to_string(),
                (None, text) => cut(text.unwrap_or_default(), 60),
            });
            continue;
        };
        if !is_reason(entry.why) {
            unexplained.push(index);
        }
        let why = cut(entry.why.trim(), WHY);
        if named.rows.insert(index, why).is_some() {
            twice.push(index);
        }
    }
    if !unknown.is_empty() {
        let count = unknown.len();
        unknown.truncate(5);
        let message = format!(
            "{} of `skipped` {} no row of the input. Count lines, or items, from 1, the header included.",
            counted(count, "entry", "entries"),
            if count == 1 { "names" } else { "name" },
        );
        let finding = Finding::error(JudgeName::Rows, "rows.unknown", message);
        named
            .findings
            .push(finding.with_outside(unknown.join(", ")));
    }
    for (rows, code, what) in [
        (
            twice,
            "rows.twice",
            "named twice in `skipped`: name each once",
        ),
        (
            unexplained,
            "rows.no_why",
            "named in `skipped` without a reason: say in `why` what is wrong with the row",
        ),
    ] {
        if !rows.is_empty() {
            let message = format!("{} {what}.", listed(table, &rows, true));
            let finding = Finding::error(JudgeName::Rows, code, message);
            named.findings.push(finding.with_rows(table.quotes(&rows)));
        }
    }
    named
}

fn entry(value: &Value) -> Option<Entry<'_>> {
    let fields = value.as_object()?;
    let why = fields.get("why")?.as_str()?;
    let (number, text) = match fields.get("row")? {
        Value::Number(number) => {
            let text = number.to_string();
            let text = text.strip_suffix(".0").unwrap_or(&text);
            (Some(text.parse().ok()?), None)
        }
        Value::String(text) => match text.trim().parse() {
            Ok(number) => (Some(number), None),
            Err(_) => (None, Some(text.as_str())),
        },
        _ => return None,
    };
    Some(Entry { number, text, why })
}

/// Whether a reason says anything.
fn is_reason(why: &str) -> bool {
    let why = why.trim().trim_end_matches('.').to_lowercase();
    let is_empty = why
        .chars()
        .filter(|letter| letter.is_alphanumeric())
        .count()
        < 3;
    !is_empty
        && !matches!(
            why.as_str(),
            "skip" | "skipped" | "none" | "row" | "unknown" | "n/a" | "why" | "reason"
        )
}

/// The one way to count in which what is named fits the rows best: lines, unless another fits clearly better.
fn reading(
    table: &Table<'_>,
    profile: &Profile,
    counter: &Counter,
    entries: &[Entry<'_>],
    seen: &Seen,
) -> Reading {
    let numbers: Vec<u64> = entries.iter().filter_map(|entry| entry.number).collect();
    if numbers.is_empty() {
        return Reading::Line;
    }
    // As many as tell it.
    let step = numbers.len().div_ceil(200);
    let numbers: Vec<u64> = numbers.into_iter().step_by(step).collect();
    // How many rows there are, how odd they are, and whether one of them is in the result.
    let score = |reading: Reading| -> (usize, i64, bool) {
        let mut found = 0;
        let mut fit = 0_i64;
        let mut is_contradicted = false;
        for number in &numbers {
            let Some(index) = counter.resolve(table, reading, *number) else {
                continue;
            };
            found += 1;
            if table.kind(index) != Some(RowKind::Data) {
                fit += 1;
                continue;
            }
            let cells = table.cells(index);
            fit += i64::from(profile.oddness(&cells));
            // What is in the result was not skipped.
            if seen.shows(&cells) {
                fit -= 3;
                is_contradicted = true;
            }
        }
        (found, fit, is_contradicted)
    };
    let usual = score(Reading::Line);
    // What programs are told to count is believed, unless something speaks against it.
    if usual.0 == numbers.len() && usual.1 > 0 && !usual.2 {
        return Reading::Line;
    }
    let needed = i64::try_from(numbers.len().div_ceil(2)).unwrap_or(i64::MAX);
    let mut best = (Reading::Line, usual);
    for other in READINGS {
        let (found, fit, _) = score(other);
        let is_better = found > best.1.0 || (found == best.1.0 && fit > best.1.1);
        let is_clear = found > usual.0 || fit >= usual.1.saturating_add(needed);
        if is_better && is_clear {
            best = (other, (found, fit, false));
        }
    }
    best.0
}

/// A number of things.
pub(super) fn counted(count: usize, one: &str, many: &str) -> String {
    match count {
        1 => format!("One {one}"),
        _ => format!("{count} {many}"),
    }
}

/// Rows by their numbers: `Row 5 is`, `Rows 5, 7 and 9 are`.
pub(super) fn listed(table: &Table<'_>, rows: &[usize], with_verb: bool) -> String {
    let mut numbers: Vec<u64> = rows
        .iter()
        .filter_map(|index| Some(table.row(*index)?.number))
        .collect();
    numbers.sort_unstable();
    numbers.dedup();
    let shown: Vec<String> = numbers.iter().take(8).map(u64::to_string).collect();
    let verb = |text: &str| {
        if with_verb {
            format!(" {text}")
        } else {
            String::new()
        }
    };
    match (&shown[..], numbers.len()) {
        ([only], 1) => format!("Row {only}{}", verb("is")),
        ([first @ .., last], count) if count <= 8 => {
            format!("Rows {} and {last}{}", first.join(", "), verb("are"))
        }
        (_, count) => format!(
            "Rows {} and {}{}",
            shown.join(", "),
            match count - shown.len() {
                1 => "another".to_owned(),
                others => format!("{others} others"),
            },
            verb("are")
        ),
    }
}

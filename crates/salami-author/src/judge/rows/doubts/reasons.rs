//! Reasons for skipped rows that do not fit the rows.

use std::collections::{BTreeMap, BTreeSet};

use super::super::named::listed;
use super::super::table::{Class, Table, class, date_parts};
use super::names::Said;
use super::records::{Record, Records};
use super::value::Form;
use crate::judge::answer::SkippedRow;
use crate::judge::finding::{Finding, JudgeName};

/// How many rows are compared at most.
const COMPARED: usize = 2_000;
/// How many rows with a reason are looked at.
const NAMED: usize = 100;

const REPEATS: &[&str] = &[
    "duplicat",
    "repeat",
    "already",
    "seen before",
    "doppel",
    "same as",
    "doublon",
];
#[rustfmt::skip]
const UNREADABLE: &[&str] = &[
    "not a number", "not a date", "no number", "no date", "invalid number", "invalid date", "invalid amount",
    "invalid price", "bad number", "bad date", "malformed", "unreadable", "cannot be read", "cannot parse",
    "could not parse", "can't parse", "unparsable", "unparseable", "not parse", "could not convert",
    "valueerror", "unlesbar",
];
const EMPTY: &[&str] = &["empty", "blank", "missing", "incomplete", "leer", "fehlt"];
/// Words of a task that say which rows are one.
#[rustfmt::skip]
const PICKS: &[&str] = &[
    "dedup", "duplicat", "distinct", "once", "unique", "latest", "newest", "=last", "=first", "one per",
    "dopp",
];

/// What is odd about reasons.
pub(super) fn judge(
    table: &Table<'_>,
    said: &Said,
    skipped: &[SkippedRow],
    used: &[usize],
) -> Option<Finding> {
    if skipped.is_empty() || used.is_empty() {
        return None;
    }
    let of = |words: &[&str]| -> Vec<usize> {
        let rows = skipped.iter().filter(|row| {
            let why = row.why.to_lowercase();
            words.iter().any(|word| why.contains(word))
        });
        let rows = rows.filter_map(|row| table.at_line(row.row));
        rows.take(NAMED).collect()
    };
    let (repeats, unreadable, empty) = (of(REPEATS), of(UNREADABLE), of(EMPTY));
    if repeats.is_empty() && unreadable.is_empty() && empty.is_empty() {
        return None;
    }
    let found = match repeats.is_empty() {
        true => Vec::new(),
        false => alone(table, said, &repeats),
    };
    if !found.is_empty() {
        return Some(finding(
            table,
            &found,
            "skipped as repetitions, and no other row has the same in nearly all columns. That is right only if rows are one for what they share.",
        ));
    }
    let whole = whole(table, &empty, used);
    if !whole.is_empty() {
        return Some(finding(
            table,
            &whole,
            "skipped because something is missing, and all that other rows have is there. Look at what is read as missing.",
        ));
    }
    let plain = plain(table, &unreadable, used);
    (!plain.is_empty()).then(|| {
        finding(
            table,
            &plain,
            "skipped as unreadable, and each cell looks like those of rows that are used. Look at what cannot be read.",
        )
    })
}

fn finding(table: &Table<'_>, rows: &[usize], what: &str) -> Finding {
    let message = format!("{} {what}", listed(table, rows, true));
    Finding::doubt(JudgeName::Rows, "doubt.reason", message).with_rows(table.quotes(rows))
}

/// The cells of a record with their columns.
fn cells(record: &Record) -> Vec<(usize, &Form)> {
    let filled = record.cells.iter().filter_map(|(column, cells)| {
        let cell = cells.iter().find(|cell| !cell.is_empty())?;
        Some((*column, cell))
    });
    filled.collect()
}

/// Rows that no other one is like: none has the same in nearly all columns, or in one that tells rows apart.
fn alone(table: &Table<'_>, said: &Said, claims: &[usize]) -> Vec<usize> {
    let data: Vec<usize> = table.data().collect();
    if data.len() > COMPARED || !table.has_columns() || said.has(PICKS) {
        return Vec::new();
    }
    let records = Records::of(table, &data);
    let mut by_cell: BTreeMap<(usize, &str), Vec<usize>> = BTreeMap::new();
    let mut filled: BTreeMap<usize, usize> = BTreeMap::new();
    let mut distinct: BTreeMap<usize, usize> = BTreeMap::new();
    for (place, record) in records.rows.iter().enumerate() {
        for (column, cell) in cells(record) {
            *filled.entry(column).or_default() += 1;
            let rows = by_cell.entry((column, cell.folded.as_str())).or_default();
            if rows.is_empty() {
                *distinct.entry(column).or_default() += 1;
            }
            if rows.len() < 40 {
                rows.push(place);
            }
        }
    }
    let is_telling = |column: usize| {
        let all = filled.get(&column).copied().unwrap_or(0);
        let different = distinct.get(&column).copied().unwrap_or(0);
        // As many values as rows, but for those that are said to repeat others.
        different + claims.len() * 2 >= all && different * 2 >= all
    };
    let is_alone = |row: &&usize| {
        let Some(place) = records.rows.iter().position(|record| record.index == **row) else {
            return false;
        };
        let Some(record) = records.rows.get(place) else {
            return false;
        };
        let own = cells(record);
        let mut shared: BTreeMap<usize, usize> = BTreeMap::new();
        for (column, cell) in &own {
            let rows = by_cell.get(&(*column, cell.folded.as_str()));
            for other in rows.into_iter().flatten().filter(|other| **other != place) {
                if is_telling(*column) {
                    return false;
                }
                *shared.entry(*other).or_default() += 1;
            }
        }
        // The same but for one or two cells.
        !own.is_empty() && !shared.values().any(|count| count + 2 >= own.len().max(4))
    };
    claims.iter().filter(is_alone).copied().collect()
}

/// Rows in which nothing is missing that others have.
fn whole(table: &Table<'_>, claims: &[usize], used: &[usize]) -> Vec<usize> {
    if claims.is_empty() || !table.has_columns() {
        return Vec::new();
    }
    let known = Records::of(table, &[&Table::spread(used, 200), claims].concat());
    let columns = |record: &Record| -> BTreeSet<usize> {
        let filled = cells(record).into_iter();
        filled
            .filter(|(_, cell)| !cell.is_zero())
            .map(|(column, _)| column)
            .collect()
    };
    let is_claim = |record: &&Record| claims.contains(&record.index);
    let others: BTreeSet<usize> = known
        .rows
        .iter()
        .filter(|record| !is_claim(record))
        .flat_map(columns)
        .collect();
    let found = known.rows.iter().filter(is_claim);
    found
        .filter(|record| !others.is_empty() && columns(record).is_superset(&others))
        .map(|record| record.index)
        .collect()
}

/// Rows of which each cell looks like those of a row that is used.
fn plain(table: &Table<'_>, claims: &[usize], used: &[usize]) -> Vec<usize> {
    if claims.is_empty() || !table.has_columns() {
        return Vec::new();
    }
    let form = |index: usize| -> Vec<Class> {
        table.cells(index).iter().map(|cell| class(cell)).collect()
    };
    let known: BTreeSet<Vec<Class>> = Table::spread(used, 500).into_iter().map(form).collect();
    let is_day = |cell: &String| match date_parts(cell) {
        Some(_) => !super::day::stamps(cell).is_empty(),
        None => true,
    };
    let is_plain = |row: &&usize| {
        let form = form(**row);
        form.contains(&Class::Number)
            && known.contains(&form)
            && table.cells(**row).iter().all(is_day)
    };
    claims.iter().filter(is_plain).copied().collect()
}

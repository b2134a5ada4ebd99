//! Days that are off, and texts that are cut or changed in case.

use std::collections::BTreeSet;

use super::day::Apart;
use super::value::{Form, Relation};
use super::{Evidence, cases, relation, shown};
use crate::judge::finding::Finding;

/// Words of a task that say that instants are wanted on another clock, or another day.
#[rustfmt::skip]
const CLOCKS: &[&str] = &[
    "berlin", "business day", "=cet", "convert", "day after", "day before", "deadline", "=due", "eastern",
    "following", "=gmt", "greenwich", "=hour", "local", "new york", "=next", "offset", "pacific", "plus",
    "preced", "previous", "shift", "=utc", "zeitzone", "zone", "zulu",
];
/// The same where only a century is off.
const BIRTHS: &[&str] = &["birth", "born", "gebor", "century", "histor"];
/// Words of what is still to come.
#[rustfmt::skip]
const FUTURE: &[&str] = &[
    "deadline", "due", "end", "expir", "forecast", "future", "matur", "plan", "renew", "schedul", "until", "valid",
    "warrant",
];
/// Words that say that a part of a text is wanted.
#[rustfmt::skip]
const CUTS: &[&str] = &[
    "abbrev", "at most", "beginning", "character", "clean", "=cut", "first char", "first letter", "first part", "first word", "initial", "=letter", "=part",
    "prefix", "remove", "shorten", "=short", "strip", "summar", "trim", "trunc", "up to", "zeichen",
];
/// Words that say in which letters a text is wanted.
#[rustfmt::skip]
const CASES: &[&str] = &[
    "canonical", "capital", "=case", "casefold", "clean", "großbuch", "insensitive", "kleinbuch", "=letter",
    "lower", "normal", "slug", "title case", "titlecase", "upper",
];

/// Days and instants that are off from those of the column that they come from.
pub(super) fn days(evidence: &Evidence<'_>, field: usize) -> Option<Finding> {
    if !evidence.aligned.is_by_row {
        return None;
    }
    let name = evidence.name(field);
    let mut columns: Vec<usize> = evidence.columns().collect();
    columns.sort_by_key(|column| !evidence.column(*column).is(&name));
    if let Some(column) = evidence.source(field) {
        return to_come(evidence, field, column);
    }
    columns.into_iter().find_map(|column| {
        let counts = evidence.counts(field, column);
        let off: usize = counts.off.values().sum();
        let is_much = off >= 2 && (off >= 3 || off == counts.both);
        if !is_much || (off + counts.same) * 10 < counts.both * 9 {
            return None;
        }
        if counts.both * 10 < evidence.pairs() * 6 {
            return None;
        }
        let (apart, count) = counts.off.iter().max_by_key(|(_, count)| **count)?;
        // By chance days are near each other, but not always so far.
        let is_zone = matches!(apart, Apart::Instant(_));
        if count * 10 < off * 8 && !is_zone {
            return None;
        }
        let is_same_day = evidence.cells(column).map(|(_, cell)| &cell.folded);
        if is_same_day.collect::<BTreeSet<&String>>().len() < 2 {
            return None;
        }
        let (words, is_told) = match apart {
            Apart::Century => ("a century", is_century_told(evidence, field, column)),
            Apart::Days(_) => ("a day", evidence.said.has(CLOCKS)),
            Apart::Hours(_) => ("some hours", evidence.said.has(CLOCKS)),
            // Both say their zones.
            Apart::Instant(_) => ("some hours", false),
            Apart::Nothing | Apart::Far => return None,
        };
        if is_told {
            return None;
        }
        let found = evidence
            .both(field, column)
            .filter(|(_, form, cells)| matches!(relation(form, cells), Relation::Off(_)));
        let about = format!(
            "it is {words} off the column {} in {off} of {} rows",
            shown(&evidence.column(column).shown),
            counts.both
        );
        Some(evidence.doubt(
            "doubt.date",
            field,
            "A field of the result is a day, a century or some hours off the day or the instant in its row. That is right only if the task says so.",
            about,
            cases(found),
        ))
    })
}

/// Whether the task speaks of days that are a century off: of what was long ago, or is to come.
fn is_century_told(evidence: &Evidence<'_>, field: usize, column: usize) -> bool {
    let is_late = |form: &Form| {
        let stamp = form.stamps.first();
        evidence.today > 0 && stamp.is_some_and(|stamp| stamp.day > evidence.today + 366)
    };
    let mut both = evidence.both(field, column);
    match both.any(|(_, form, _)| is_late(form)) {
        true => evidence.said.has(FUTURE),
        false => evidence.said.has(BIRTHS),
    }
}

/// Days of which the input has two digits of the year, and which are still to come.
fn to_come(evidence: &Evidence<'_>, field: usize, column: usize) -> Option<Finding> {
    let names = [evidence.name(field), evidence.column(column)];
    let words = || names.iter().flat_map(|name| &name.words);
    let is_meant = evidence.said.has(FUTURE)
        || words().any(|word| FUTURE.iter().any(|known| word.starts_with(known)));
    if is_meant || evidence.today <= 0 {
        return None;
    }
    let is_late = |form: &Form, cells: &[Form]| {
        let is_short = cells
            .iter()
            .flat_map(|cell| &cell.stamps)
            .any(|stamp| stamp.short_year.is_some());
        let stamp = form.stamps.first();
        is_short && stamp.is_some_and(|stamp| stamp.day > evidence.today + 366)
    };
    let late = evidence
        .both(field, column)
        .filter(|(_, form, cells)| is_late(form, cells))
        .count();
    if late == 0 || late == evidence.pairs() {
        return None;
    }
    let found = evidence
        .both(field, column)
        .filter(|(_, form, cells)| is_late(form, cells));
    let about = format!(
        "the column {} has two digits of the year, and {late} days are still to come",
        shown(&evidence.column(column).shown)
    );
    Some(evidence.doubt(
        "doubt.date",
        field,
        "A field of the result has days that are still to come, of which the input has two digits of the year. Look in which century they are.",
        about,
        cases(found),
    ))
}

/// Texts that are cut, or in letters of another case.
pub(super) fn judge(evidence: &Evidence<'_>, field: usize) -> Option<Finding> {
    let name = evidence.name(field);
    let namesakes = evidence.records.namesakes(&name);
    let is_much = |column: &usize| {
        let counts = evidence.counts(field, *column);
        counts.both >= 4 && counts.both * 10 >= evidence.pairs() * 6
    };
    let mut own = namesakes.iter().copied().filter(is_much);
    own.find_map(|column| cut_off(evidence, field, column))
        .or_else(|| {
            let mut columns = evidence.columns().filter(is_much);
            columns.find_map(|column| in_case(evidence, field, column))
        })
}

/// The texts of a field that are the beginnings of their cells.
fn cut_off(evidence: &Evidence<'_>, field: usize, column: usize) -> Option<Finding> {
    let counts = evidence.counts(field, column);
    if counts.prefix < 3
        || (counts.prefix + counts.same) * 10 < counts.both * 9
        || evidence.said.has(CUTS)
    {
        return None;
    }
    let is_cut = |form: &Form, cells: &[Form]| relation(form, cells) == Relation::Prefix;
    let behind = |form: &Form, cells: &[Form]| -> String {
        let cell = cells.iter().find(|cell| cell.text.starts_with(&form.text));
        let rest = cell.and_then(|cell| cell.text.get(form.text.len()..));
        rest.unwrap_or_default().to_owned()
    };
    let all: Vec<(usize, String)> = evidence
        .both(field, column)
        .filter(|(_, form, cells)| is_cut(form, cells))
        .map(|(_, form, cells)| (form.text.chars().count(), behind(form, cells)))
        .collect();
    let (Some(least), Some(most)) = (
        all.iter().map(|(length, _)| *length).min(),
        all.iter().map(|(length, _)| *length).max(),
    ) else {
        return None;
    };
    // At the same place everywhere, but for spaces there, and within words; or where a comma or a quote stands.
    let is_whole = evidence
        .both(field, column)
        .all(|(_, form, cells)| is_cut(form, cells) || form.text.chars().count() <= most);
    let within = all
        .iter()
        .filter(|(_, rest)| rest.starts_with(char::is_alphanumeric))
        .count();
    let different: BTreeSet<&str> = evidence
        .both(field, column)
        .map(|(_, form, _)| form.folded.as_str())
        .collect();
    let is_within = within * 3 >= all.len() || different.len() >= 2;
    let is_by_length = most >= 4 && most - least <= 1 && is_whole && is_within;
    let is_by_mark = all
        .iter()
        .all(|(_, rest)| rest.starts_with([',', ';', '"', '\t', '\n']));
    if !is_by_length && !is_by_mark {
        return None;
    }
    let found = evidence
        .both(field, column)
        .filter(|(_, form, cells)| is_cut(form, cells));
    let about = format!(
        "it is only the beginning of the column {} in {} of {} rows",
        shown(&evidence.column(column).shown),
        counts.prefix,
        counts.both
    );
    Some(evidence.doubt(
        "doubt.cut",
        field,
        "A field of the result has only the beginning of the text in its row, cut where the text goes on. That is right only if the task wants a part.",
        about,
        cases(found),
    ))
}

/// Texts in letters of another case, where they are no kinds of which there are few.
fn in_case(evidence: &Evidence<'_>, field: usize, column: usize) -> Option<Finding> {
    let counts = evidence.counts(field, column);
    if counts.case < 4
        || (counts.case + counts.same) * 10 < counts.both * 9
        || evidence.said.has(CASES)
    {
        return None;
    }
    let cells: BTreeSet<&String> = evidence
        .cells(column)
        .map(|(_, cell)| &cell.folded)
        .collect();
    // Codes, addresses and names of kinds are the same in either case.
    let is_words = |cell: &&String| cell.contains(' ') && !cell.contains(['@', '/', '\\']);
    let words = cells.iter().copied().filter(is_words).count();
    if cells.len() * 2 <= counts.both || words * 2 < cells.len() {
        return None;
    }
    let found = evidence
        .both(field, column)
        .filter(|(_, form, cells)| relation(form, cells) == Relation::Case);
    let about = format!(
        "it has other capitals than the column {} in {} of {} rows",
        shown(&evidence.column(column).shown),
        counts.case,
        counts.both
    );
    Some(evidence.doubt(
        "doubt.case",
        field,
        "A field of the result has the text of its row in capitals, or without those that it has there. That is right only if the task says so.",
        about,
        cases(found),
    ))
}

//! Numbers that are a power of ten too large or too small, and numbers whose sign was turned in some rows.

use std::collections::BTreeSet;

use super::names::Name;
use super::value::{Form, Relation, is_power};
use super::{Counts, Evidence, cases, relation};
use crate::judge::finding::Finding;

/// Words of a task that say that numbers are wanted in another unit.
#[rustfmt::skip]
const UNITS: &[&str] = &[
    "basis point", "billion", "bps", "byte", "=cent", "centime", "convert", "divide", "factor", "=gram",
    "hundred", "kilo", "liter", "litre", "mega", "=meter", "metre", "micro", "milli", "=mill", "minor", "=mio",
    "=mrd", "multipl", "nano", "pence", "penn", "percent", "permil", "prozent", "rappen", "scale", "=second",
    "smallest", "tenth", "thousand", "=tsd", "‰", "%", "×", "kwh", "=km", "=kg", "=kb", "=mb", "=gb", "=ms",
    "=ppm", "k€", "keur", "kusd", "fraction", "grosz", "öre", "øre", "kopek", "=pip", "=tick", "decimal place",
    "implied",
];
/// Words in names that say of which unit a number is.
#[rustfmt::skip]
const OF_NAMES: &[&str] = &[
    "bp", "bps", "byte", "cent", "cm", "ct", "g", "gb", "k", "kb", "kg", "km", "kw", "kwh", "m",
    "mb", "mg", "micro", "milli", "million", "min", "minor", "mio", "ml", "mm", "mrd", "ms", "mw",
    "nano", "ns", "pct", "pence", "per", "percent", "percentage", "permille", "ppm", "prozent",
    "rate", "ratio", "s", "sec", "second", "thousand", "tsd", "unit", "us", "w", "wh",
];
/// Words of a task that say how signs go.
#[rustfmt::skip]
pub(super) const SIGNS: &[&str] = &[
    "abgang", "absolut", "ausgab", "credit", "debit", "direction", "einnahm", "expense", "flip", "=haben",
    "income", "incoming", "inflow", "invert", "magnitude", "minus", "negat", "outflow", "outgo", "positiv",
    "refund", "=sale", "=sell", "=sign", "signed", "=sold", "=soll", "spend", "=spent", "unsigned", "verkauf",
    "vorzeichen", "withdraw",
];
/// What a column says of where money went.
#[rustfmt::skip]
const DIRECTIONS: &[&str] = &[
    "+", "-", "af", "bij", "c", "cr", "credit", "crdt", "d", "dbit", "debit", "deposit", "dr", "expense",
    "gutschrift", "h", "haben", "in", "income", "incoming", "lastschrift", "out", "outgoing", "s",
    "soll", "withdrawal",
];

/// What is odd about the numbers of a field.
pub(super) fn judge(evidence: &Evidence<'_>, field: usize) -> Option<Finding> {
    if evidence.source(field).is_some() || !evidence.aligned.is_by_row {
        return None;
    }
    let name = evidence.name(field);
    let mut columns: Vec<usize> = evidence.columns().collect();
    columns.sort_by_key(|column| !evidence.column(*column).is(&name));
    columns.into_iter().find_map(|column| {
        let counts = evidence.counts(field, column);
        if counts.both < 3 || counts.both * 10 < evidence.pairs() * 6 {
            return None;
        }
        scaled(evidence, field, column, counts)
            .or_else(|| turned(evidence, field, column, counts))
            .or_else(|| rounded(evidence, field, column, counts))
            .or_else(|| ungrouped(evidence, field, column, counts))
    })
}

/// The numbers of a column in the rows of the items, other than zero, without their signs.
fn magnitudes(evidence: &Evidence<'_>, column: usize) -> BTreeSet<String> {
    let cells = evidence.cells(column);
    cells
        .filter_map(|(_, cell)| cell.number())
        .filter(|value| *value != 0.0)
        .map(|value| format!("{:e}", value.abs()))
        .collect()
}

fn has_unit(name: &Name) -> bool {
    name.words
        .iter()
        .any(|word| OF_NAMES.contains(&word.as_str()))
        || name.shown.contains(['%', '‰', '€', '$'])
            && name.shown.to_lowercase().contains(['k', 'm'])
        || name.shown.contains(['%', '‰'])
}

fn scaled(
    evidence: &Evidence<'_>,
    field: usize,
    column: usize,
    counts: &Counts,
) -> Option<Finding> {
    let (power, found) = counts.scaled.iter().max_by_key(|(_, count)| **count)?;
    // Zeros are the same in every scale.
    let zeros = evidence
        .both(field, column)
        .filter(|(_, form, _)| form.is_zero())
        .count();
    if *found < 3 || found + zeros < counts.both {
        return None;
    }
    let (name, of_column) = (evidence.name(field), evidence.column(column));
    let magnitudes = magnitudes(evidence, column);
    if magnitudes.len() < 2 || (magnitudes.len() < 3 && !of_column.is(&name)) {
        return None;
    }
    let is_told = evidence.said.has(UNITS) || has_unit(&name) || has_unit(&of_column);
    // Letters and signs beside a number say its unit, too.
    let has_marks = evidence
        .cells(column)
        .any(|(_, cell)| cell.text.contains(['%', '‰']) || cell.folded.ends_with(['k', 'm', 'b']));
    // A column that holds the factor.
    let is_factor = |other: usize| {
        let mut cells = evidence.cells(other).map(|(_, cell)| cell);
        let factor = |cell: &Form| {
            let value = cell.number().unwrap_or(0.0).abs();
            is_power(value, *power)
        };
        other != column && cells.next().is_some_and(factor) && cells.all(factor)
    };
    if is_told || has_marks || evidence.columns().any(is_factor) {
        return None;
    }
    let found = evidence
        .both(field, column)
        .filter(|(_, form, cells)| matches!(relation(form, cells), Relation::Scaled(_)));
    let times = match power {
        0.. => format!("{} times", 10_i64.pow(power.unsigned_abs())),
        _ => format!("a {}th of", 10_i64.pow(power.unsigned_abs())),
    };
    let about = format!(
        "it is {times} the number in the column {}",
        super::shown(&of_column.shown)
    );
    Some(evidence.doubt(
        "doubt.scale",
        field,
        "A field of the result is the number of a column times a power of ten, in each row. That is right only if the task wants another unit.",
        about,
        cases(found),
    ))
}

/// Whether a sign stands before three digits that are the last or before another sign.
fn has_groups(text: &str) -> bool {
    let mut parts = text.split([',', '.']);
    parts.next();
    parts.any(|part| {
        let digits = part.bytes().take_while(u8::is_ascii_digit).count();
        digits == 3
    })
}

/// Numbers of which some were read up to the sign between their groups of digits, or with that sign before decimals.
fn ungrouped(
    evidence: &Evidence<'_>,
    field: usize,
    column: usize,
    counts: &Counts,
) -> Option<Finding> {
    let is_wrong = |form: &Form, cells: &[Form]| match relation(form, cells) {
        Relation::Part => true,
        Relation::Scaled(-3 | -6) => {
            counts.same > 0 && cells.iter().any(|cell| has_groups(&cell.text))
        }
        _ => false,
    };
    let wrong = evidence
        .both(field, column)
        .filter(|(_, form, cells)| is_wrong(form, cells))
        .count();
    let name = evidence.name(field);
    let is_own = evidence.column(column).is(&name) || counts.same >= 3;
    if wrong == 0 || !is_own || (wrong + counts.same) * 10 < counts.both * 9 {
        return None;
    }
    let found = evidence
        .both(field, column)
        .filter(|(_, form, cells)| is_wrong(form, cells));
    let about = format!(
        "it is another number than that of the column {} in {wrong} of {} rows",
        super::shown(&evidence.column(column).shown),
        counts.both
    );
    Some(evidence.doubt(
        "doubt.number",
        field,
        "A field of the result has some numbers of a column as if the sign between groups of their digits stood before decimals, or ended them.",
        about,
        cases(found),
    ))
}

fn rounded(
    evidence: &Evidence<'_>,
    field: usize,
    column: usize,
    counts: &Counts,
) -> Option<Finding> {
    const WHOLE: &[&str] = &[
        "digit", "floor", "ganz", "=int", "integer", "nearest", "round", "rund", "trunc", "whole",
    ];
    if counts.rounded < 4 || (counts.rounded + counts.same) * 10 < counts.both * 9 {
        return None;
    }
    let name = evidence.name(field);
    // A whole number may be what its type wants.
    let is_typed = [r#""type":"integer""#, r#""type":["integer","null"]"#]
        .iter()
        .any(|kind| {
            let typed = format!("\"{}\":{{{kind}", name.shown);
            evidence.declared.contains(&typed)
        });
    if is_typed || name.words.is_empty() || evidence.said.has(WHOLE) {
        return None;
    }
    let found = evidence
        .both(field, column)
        .filter(|(_, form, cells)| relation(form, cells) == Relation::Rounded);
    let about = format!(
        "it is the number of the column {} without its fraction in {} of {} rows",
        super::shown(&evidence.column(column).shown),
        counts.rounded,
        counts.both
    );
    Some(evidence.doubt(
        "doubt.rounded",
        field,
        "A field of the result has the numbers of a column without their fractions. That is right only if the task wants whole numbers.",
        about,
        cases(found),
    ))
}

fn turned(
    evidence: &Evidence<'_>,
    field: usize,
    column: usize,
    counts: &Counts,
) -> Option<Finding> {
    let zeros = evidence
        .both(field, column)
        .filter(|(_, form, _)| form.is_zero())
        .count();
    let kept = counts.same.saturating_sub(zeros);
    let is_mixed = counts.turned >= 1 && kept >= 1 && counts.turned + kept >= 4;
    if !is_mixed || (counts.turned + counts.same) * 10 < counts.both * 9 {
        return None;
    }
    if evidence.said.has(SIGNS) || magnitudes(evidence, column).len() < 3 {
        return None;
    }
    // Letters beside the number may say how its sign goes.
    let has_letters = evidence
        .cells(column)
        .any(|(_, cell)| cell.text.chars().any(char::is_alphabetic));
    let is_positive = |form: &Form| form.number().is_some_and(|value| value >= 0.0);
    let is_unsigned = evidence
        .both(field, column)
        .all(|(_, form, _)| is_positive(form));
    let is_told = evidence
        .columns()
        .any(|other| other != column && tells(evidence, field, column, other, is_unsigned));
    if has_letters || is_told {
        return None;
    }
    let found = evidence
        .both(field, column)
        .filter(|(_, form, cells)| relation(form, cells) == Relation::Turned);
    let about = format!(
        "it has the other sign than the column {} in {} of {} rows",
        super::shown(&evidence.column(column).shown),
        counts.turned,
        counts.both
    );
    Some(evidence.doubt(
        "doubt.sign",
        field,
        "A field of the result has the number of a column, in some rows with the other sign and in others not. That is right only if the task says how signs go.",
        about,
        cases(found),
    ))
}

/// Whether another column tells in which rows the sign is turned: of a number that lost its sign any will do, else it
/// must speak of where money went.
fn tells(
    evidence: &Evidence<'_>,
    field: usize,
    column: usize,
    other: usize,
    is_unsigned: bool,
) -> bool {
    let (mut turned, mut kept) = (BTreeSet::new(), BTreeSet::new());
    for (item, row) in &evidence.aligned.pairs {
        let form = evidence.fields.items.get(*item);
        let form = form.and_then(|item| item.get(field)?.as_ref());
        let record = evidence.records.rows.get(*row);
        let Some((form, record)) = form.zip(record) else {
            continue;
        };
        let Some(cells) = record.cells.get(&column) else {
            continue;
        };
        let told = record.cells.get(&other).and_then(|cells| cells.first());
        let told = told.map(|cell| cell.folded.clone()).unwrap_or_default();
        match relation(form, cells) {
            Relation::Turned => turned.insert(told),
            Relation::Same if !form.is_zero() => kept.insert(told),
            _ => false,
        };
    }
    let is_kind =
        |values: &BTreeSet<String>| values.len() <= 12 && values.len() * 2 <= evidence.pairs();
    let is_direction = |values: &BTreeSet<String>| {
        values
            .iter()
            .all(|value| DIRECTIONS.contains(&value.as_str()))
    };
    turned.is_disjoint(&kept)
        && is_kind(&turned)
        && is_kind(&kept)
        && (is_unsigned || (is_direction(&turned) && is_direction(&kept)))
}

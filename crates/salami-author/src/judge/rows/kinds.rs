//! What rows are, looked at once more: lines above a header, sums and remarks are no data, whoever has to name them.

use std::collections::BTreeMap;

use super::amount::Amount;
use crate::input::{Format, Input, Row, RowKind};

/// Words of rows that sum up others.
const SUMS: &[&str] = &[
    "balance",
    "endsaldo",
    "gesamt",
    "gesamtbetrag",
    "gesamtsumme",
    "insgesamt",
    "kontostand",
    "overall",
    "saldo",
    "somme",
    "soma",
    "subtotal",
    "sub-total",
    "suma",
    "sum",
    "summe",
    "totaal",
    "total",
    "totale",
    "totales",
    "totals",
    "zwischensumme",
];
/// How many rows a table may have above its header.
const ABOVE: usize = 60;
/// How many rows are looked at to tell how full rows are.
const LOOKED_AT: usize = 400;

/// The kinds of the rows.
pub(super) fn kinds(input: &Input, rows: &[Row<'_>]) -> Vec<RowKind> {
    let mut kinds: Vec<RowKind> = rows.iter().map(|row| row.kind).collect();
    match input.format() {
        Format::Csv | Format::Tsv => table(input, rows, &mut kinds),
        Format::Html => markup(rows, &mut kinds),
        _ => {}
    }
    kinds
}

fn is_filled(cell: &str) -> bool {
    cell.chars().any(char::is_alphanumeric)
}

/// How many cells most rows of data have filled.
fn usual(counts: impl Iterator<Item = usize>) -> usize {
    let mut found: BTreeMap<usize, usize> = BTreeMap::new();
    for count in counts {
        *found.entry(count).or_default() += 1;
    }
    let most = found.into_iter().max_by_key(|(_, count)| *count);
    most.map_or(0, |(filled, _)| filled)
}

fn table(input: &Input, rows: &[Row<'_>], kinds: &mut [RowKind]) {
    let cells = |index: usize| -> Vec<String> {
        rows.get(index)
            .and_then(|row| input.cells(row))
            .unwrap_or_default()
    };
    let filled = |index: usize| cells(index).iter().filter(|cell| is_filled(cell)).count();
    let data: Vec<usize> = (0..rows.len())
        .filter(|index| kinds.get(*index) == Some(&RowKind::Data))
        .collect();
    let step = data.len().div_ceil(LOOKED_AT).max(1);
    let usual = usual(data.iter().step_by(step).map(|index| filled(*index)));
    // What stands above the header is none of the rows below it.
    if let Some(header) = kinds
        .iter()
        .take(ABOVE)
        .position(|kind| *kind == RowKind::Header)
    {
        let names = filled(header);
        for index in 0..header {
            if kinds.get(index) == Some(&RowKind::Data)
                && filled(index) * 3 <= names * 2
                && let Some(kind) = kinds.get_mut(index)
            {
                *kind = RowKind::Preamble;
            }
        }
    }
    if usual < 3 {
        return;
    }
    let last = data.last().copied().unwrap_or(0);
    for index in data {
        // Most rows are none, which is seen at once.
        let is_candidate = rows.get(index).is_some_and(|row| says_sum(row.text));
        let is_late = index + 3 > last;
        if !is_candidate && !is_late {
            continue;
        }
        let cells = cells(index);
        let filled: Vec<&String> = cells.iter().filter(|cell| is_filled(cell)).collect();
        if filled.len() * 3 > usual * 2 {
            continue;
        }
        let Some(first) = filled.first() else {
            continue;
        };
        let is_sum = is_sum_label(first);
        let numbers = filled
            .iter()
            .filter(|cell| Amount::of(cell).is_some())
            .count();
        let kind = match (is_sum, filled.len(), numbers) {
            (true, ..) => RowKind::Total,
            // A remark below the table.
            (false, 1, 0) if is_late => RowKind::Note,
            _ => continue,
        };
        if let Some(known) = kinds.get_mut(index) {
            *known = kind;
        }
    }
}

/// Whether one of the words of sums is in a text.
fn says_sum(text: &str) -> bool {
    let text: String = text
        .chars()
        .take(400)
        .flat_map(char::to_lowercase)
        .collect();
    SUMS.iter().any(|word| text.contains(word))
}

/// Whether a cell begins or ends with a word of sums: `Transactions Total`, `Summe Januar:`.
fn is_sum_label(cell: &str) -> bool {
    if cell.chars().count() > 60 {
        return false;
    }
    let cell = cell.to_lowercase();
    let mut words = cell
        .split(|letter: char| !letter.is_alphanumeric() && letter != '-')
        .filter(|word| !word.is_empty());
    let first = words.next();
    let last = words.next_back();
    [first, last]
        .into_iter()
        .flatten()
        .any(|word| SUMS.contains(&word))
}

/// Rows of markup that lie in the foot of a table, or whose one cell goes over several columns.
fn markup(rows: &[Row<'_>], kinds: &mut [RowKind]) {
    let cells = |text: &str| text.matches("<td").count() + text.matches("<TD").count();
    let step = rows.len().div_ceil(LOOKED_AT).max(1);
    let usual = usual(rows.iter().step_by(step).map(|row| cells(row.text)));
    for (row, kind) in rows.iter().zip(kinds) {
        if *kind == RowKind::Data
            && usual > 1
            && cells(row.text) == 1
            && row.text.to_lowercase().contains("colspan")
        {
            *kind = RowKind::Note;
        } else if *kind == RowKind::Data && cells(row.text) * 3 <= usual * 2 && says_sum(row.text) {
            *kind = RowKind::Total;
        }
    }
}

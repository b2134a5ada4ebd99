//! What rows are, looked at once more: lines above a header, sums and remarks are no data, whoever has to name them.

use std::collections::BTreeMap;

use super::amount::{Amount, Separator};
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
/// How many rows at the beginning and at the end may be sums.
const NEAR: usize = 1_000;
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
    units(rows, kinds, &cells);
    sections(rows, kinds, &cells);
    sums(&data, kinds, &cells);
    if usual < 3 {
        return;
    }
    let last = data.last().copied().unwrap_or(0);
    // In the middle of a long table hardly any row sums up others.
    let is_near = |position: usize| position < NEAR || position + NEAR >= data.len();
    let near = data.iter().copied().enumerate();
    let near = near.filter(|(position, _)| is_near(*position));
    for (_, index) in near {
        // Most rows are none, which is seen at once.
        let is_candidate = rows
            .get(index)
            .is_some_and(|row| says_sum(row.text) || row.text.contains(['*', 'Σ', '∑']));
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
        let is_starred = cells
            .iter()
            .map(|cell| cell.trim())
            .find(|cell| !cell.is_empty())
            .is_some_and(|cell| cell.chars().all(|letter| "*Σ∑".contains(letter)));
        let is_sum = is_starred || is_sum_label(first);
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

/// Rows that name the columns of a further table: behind a blank line or a title, above rows with numbers.
fn sections(rows: &[Row<'_>], kinds: &mut [RowKind], cells: &dyn Fn(usize) -> Vec<String>) {
    const MOST: usize = 200;
    let mut looked_at = 0;
    for index in 1..rows.len() {
        let is_data = |at: usize| kinds.get(at) == Some(&RowKind::Data);
        let is_gap = |at: usize| {
            rows.get(at).is_some_and(|row| {
                row.is_blank || row.text.bytes().filter(u8::is_ascii_alphanumeric).count() == 0
            })
        };
        // A title may stand between the gap and the names.
        let is_behind = is_gap(index - 1)
            || index >= 2 && is_gap(index - 2) && {
                let above = cells(index - 1);
                above.iter().filter(|cell| is_filled(cell)).count() == 1
            };
        if !is_behind || !is_data(index) || !is_data(index + 1) {
            continue;
        }
        looked_at += 1;
        if looked_at > MOST {
            return;
        }
        let (names, below) = (cells(index), cells(index + 1));
        let filled: Vec<&String> = names.iter().filter(|cell| is_filled(cell)).collect();
        let is_text = |cell: &&String| Amount::of(cell).is_none() && !has_digits(cell);
        let has_number = names
            .iter()
            .zip(&below)
            .any(|(name, cell)| is_filled(name) && Amount::of(cell).is_some());
        if filled.len() >= 3
            && filled.iter().all(is_text)
            && has_number
            && let Some(kind) = kinds.get_mut(index)
        {
            *kind = RowKind::Header;
        }
    }
}

fn has_digits(cell: &str) -> bool {
    cell.bytes().any(|byte| byte.is_ascii_digit())
}

/// Rows right below a header that say in which units the columns are.
fn units(rows: &[Row<'_>], kinds: &mut [RowKind], cells: &dyn Fn(usize) -> Vec<String>) {
    const UNITS: &[&str] = &[
        "%", "‰", "€", "$", "£", "eur", "usd", "chf", "gbp", "kg", "t", "km", "m", "mio", "mrd",
        "tsd", "mio.", "mrd.", "tsd.", "anzahl", "stück", "pcs", "count", "number", "in %",
        "mio. eur", "mill", "bn",
    ];
    // The first rows that seem to be data.
    let Some(first) = kinds
        .iter()
        .take(ABOVE)
        .position(|kind| *kind == RowKind::Data)
    else {
        return;
    };
    for index in first..rows.len().min(first + 4) {
        if kinds.get(index) != Some(&RowKind::Data) {
            return;
        }
        let row = cells(index);
        let has_unit = row
            .iter()
            .skip(1)
            .any(|cell| UNITS.contains(&cell.trim().to_lowercase().as_str()));
        let are_units = row.iter().skip(1).all(|cell| {
            let cell = cell.trim().to_lowercase();
            let digits: String = cell.chars().filter(char::is_ascii_digit).collect();
            cell.is_empty()
                || UNITS.contains(&cell.as_str())
                || matches!(digits.as_str(), "1000" | "1000000")
        });
        if has_unit && are_units {
            // What stands above it names the columns.
            for kind in kinds.iter_mut().take(index + 1).skip(first) {
                *kind = RowKind::Header;
            }
            return;
        }
    }
}

/// A last row that holds the sums of the columns above it.
fn sums(data: &[usize], kinds: &mut [RowKind], cells: &dyn Fn(usize) -> Vec<String>) {
    const MOST: usize = 2_000;
    if data.len() < 5 || data.len() > MOST {
        return;
    }
    let is_data = |index: &usize| kinds.get(*index) == Some(&RowKind::Data);
    let data: Vec<usize> = data.iter().copied().filter(is_data).collect();
    let values = |index: usize| -> Vec<Option<f64>> {
        let cells = cells(index);
        let cells = cells.iter().take(40);
        let value = |cell: &String| {
            let amount = Amount::of(cell)?;
            amount.value(amount.separator().unwrap_or(Separator::Point))
        };
        cells.map(value).collect()
    };
    let Some((last, above)) = data.split_last() else {
        return;
    };
    let total = values(*last);
    let mut sums = vec![0.0_f64; total.len()];
    for index in above {
        for (value, sum) in values(*index).into_iter().zip(&mut sums) {
            *sum += value.unwrap_or(0.0);
        }
    }
    let columns = total
        .iter()
        .zip(&sums)
        .filter_map(|(value, sum)| Some(((*value)?, *sum)));
    let columns: Vec<(f64, f64)> = columns.collect();
    let is_sum = |(value, sum): &&(f64, f64)| {
        value.abs() > 1.0 && (value - sum).abs() <= 0.011_f64.max(value.abs() * 1e-9)
    };
    let found = columns.iter().filter(is_sum).count();
    // By chance one column may be so, hardly two.
    if (found >= 2 || (found == 1 && columns.len() == 1))
        && found * 2 >= columns.len()
        && let Some(kind) = kinds.get_mut(*last)
    {
        *kind = RowKind::Total;
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

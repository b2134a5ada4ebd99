//! Numbers whose separator was lost: `12,50` that became 1250.

use std::collections::BTreeMap;

use super::amount::{Amount, Separator};
use super::seen::Seen;
use super::table::Table;
use crate::judge::agreement::near;
use crate::judge::finding::{Finding, JudgeName};

/// How many numbers of a column are held against the result one by one.
const LOOKED_AT: usize = 1_000;

/// A column of numbers with fractions.
struct Column {
    position: usize,
    separator: Option<Separator>,
    /// Whether its cells say both.
    is_mixed: bool,
    cells: Vec<(usize, Amount)>,
    others: usize,
}

/// What the numbers of a result say about how cells were read, of the first so many rows.
pub(super) fn judge(table: &Table<'_>, used: &[usize], seen: &Seen, most: usize) -> Vec<Finding> {
    let mut findings = Vec::new();
    if !table.has_columns() || seen.values.is_empty() {
        return findings;
    }
    let is_whole = used.len() <= most;
    let used = used.get(..most).unwrap_or(used);
    for column in columns(table, used) {
        let Some(separator) = column.separator.filter(|_| !column.is_mixed) else {
            continue;
        };
        if column.others * 5 > column.cells.len() {
            continue;
        }
        let wrong = misread(table, &column, separator, seen);
        let rows = match wrong {
            Some(rows) => rows,
            None if is_whole && is_sum_misread(table, &column, separator, seen) => {
                let rows = column.cells.iter().take(3);
                rows.map(|(index, _)| *index).collect()
            }
            None => continue,
        };
        let words = match separator {
            Separator::Comma => {
                "In this column a comma stands before the decimals, and points group digits: remove the points, then make the comma a point"
            }
            Separator::Point => {
                "In this column a point stands before the decimals, and commas group digits: remove the commas only"
            }
        };
        let finding = Finding::error(
            JudgeName::Rows,
            "numbers.separator",
            format!(
                "{} read with the wrong decimal separator, so that numbers in the result are many times too large or too small. {words}.",
                super::named::listed(table, &rows, true)
            ),
        );
        findings.push(finding.with_rows(table.quotes(&rows)));
        break;
    }
    findings
}

fn columns(table: &Table<'_>, used: &[usize]) -> Vec<Column> {
    let mut columns: Vec<Column> = Vec::new();
    for index in used {
        let index = *index;
        for (position, cell) in table.cells(index).iter().enumerate() {
            if columns.len() <= position {
                columns.push(Column {
                    position: columns.len(),
                    separator: None,
                    is_mixed: false,
                    cells: Vec::new(),
                    others: 0,
                });
            }
            let Some(column) = columns.get_mut(position) else {
                continue;
            };
            let amount = Amount::of(cell).filter(|_| super::table::date_parts(cell).is_none());
            match amount {
                Some(amount) => {
                    if let Some(separator) = amount.separator() {
                        match column.separator {
                            None => column.separator = Some(separator),
                            Some(known) if known != separator => column.is_mixed = true,
                            Some(_) => {}
                        }
                    }
                    column.cells.push((index, amount));
                }
                None if cell.trim().is_empty() => {}
                None => column.others += 1,
            }
        }
    }
    columns
}

/// The rows whose numbers are in the result as what a wrong reading makes of them, if that holds for the column.
fn misread(
    table: &Table<'_>,
    column: &Column,
    separator: Separator,
    seen: &Seen,
) -> Option<Vec<usize>> {
    let mut rows = Vec::new();
    let (mut right, mut wrong, mut all) = (0_usize, 0_usize, 0_usize);
    let step = column.cells.len().div_ceil(LOOKED_AT).max(1);
    for (index, amount) in column.cells.iter().step_by(step) {
        let Some(value) = amount.value(separator).filter(|value| *value != 0.0) else {
            continue;
        };
        let misreadings = amount.misreadings(separator);
        if misreadings.is_empty() {
            continue;
        }
        all += 1;
        if seen.has_number(value) {
            right += 1;
        } else if let Some(misread) = misreadings.iter().find(|value| seen.has_number(**value))
            && !is_computed(table, column.position, *index, value, *misread)
        {
            wrong += 1;
            rows.push(*index);
        }
    }
    // A few may be in the result by chance; where there are few, all must be.
    let is_much = wrong >= 3 || (wrong > 0 && wrong == all);
    let is_most = wrong > 4 * right && wrong * 2 >= all;
    (is_much && is_most).then_some(rows)
}

/// The numbers of the other columns of a row, read in both ways.
fn others(table: &Table<'_>, position: usize, index: usize) -> Vec<(usize, f64)> {
    let cells = table.cells(index).into_iter().enumerate();
    let cells = cells.filter(|(column, _)| *column != position);
    let numbers = cells.filter_map(|(column, cell)| {
        let amount = Amount::of(&cell)?;
        let values = [Separator::Point, Separator::Comma].map(|separator| amount.value(separator));
        Some(
            values
                .into_iter()
                .flatten()
                .map(move |value| (column, value)),
        )
    });
    numbers.flatten().collect()
}

/// Whether a number is another cell of the row, or the product of the value with one: shares times price.
fn is_computed(table: &Table<'_>, position: usize, index: usize, value: f64, found: f64) -> bool {
    let others = others(table, position, index);
    others.iter().any(|(_, other)| {
        near(other.abs(), found.abs()) || near((other * value).abs(), found.abs())
    })
}

/// Whether a number is the sum of the products of two columns.
fn is_sum_computed(table: &Table<'_>, column: &Column, separator: Separator, found: f64) -> bool {
    let mut sums: BTreeMap<usize, f64> = BTreeMap::new();
    for (index, amount) in &column.cells {
        let value = amount.value(separator).unwrap_or(0.0);
        let mut last = None;
        for (position, other) in others(table, column.position, *index) {
            // Of both ways to read a cell the first.
            if last != Some(position) {
                *sums.entry(position).or_default() += value * other;
            }
            last = Some(position);
        }
    }
    sums.values()
        .any(|sum| (sum.abs() - found.abs()).abs() <= 0.011)
}

/// Whether the sum of a column is in the result as what wrong readings add up to.
fn is_sum_misread(table: &Table<'_>, column: &Column, separator: Separator, seen: &Seen) -> bool {
    if column.cells.len() < 2 || seen.values.len() > 200 {
        return false;
    }
    let sum = |value: &dyn Fn(&Amount) -> Option<f64>| -> Option<f64> {
        let values = column.cells.iter().map(|(_, amount)| value(amount));
        values.sum::<Option<f64>>()
    };
    let Some(right) = sum(&|amount| amount.value(separator)) else {
        return false;
    };
    let is_there = |wanted: f64| {
        seen.values
            .iter()
            .any(|value| near(*value, wanted) || (value - wanted).abs() < 0.005)
    };
    if is_there(right) || right == 0.0 {
        return false;
    }
    // Those that can be read in one way only are read so.
    let wrong = |position: usize| {
        sum(&|amount| {
            let misreadings = amount.misreadings(separator);
            let misread = misreadings.get(position).copied();
            misread.or_else(|| amount.value(separator))
        })
    };
    [wrong(0), wrong(1)].into_iter().flatten().any(|wrong| {
        !near(wrong, right)
            && wrong.abs() >= 1.0
            && is_there(wrong)
            && !is_sum_computed(table, column, separator, wrong)
    })
}

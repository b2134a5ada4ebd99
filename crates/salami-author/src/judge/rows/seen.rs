//! What of the input shows in a result.

use std::collections::BTreeSet;

use serde_json::Value;

use super::amount::{Amount, Separator, key};
use super::table::{Table, date_parts, leaves};

/// The texts, numbers and dates in a result.
#[derive(Debug, Default)]
pub(super) struct Seen {
    texts: BTreeSet<String>,
    numbers: BTreeSet<String>,
    dates: BTreeSet<Vec<u32>>,
    /// Numbers with their signs.
    signed: BTreeSet<String>,
    /// Days as ISO 8601 writes them.
    days: BTreeSet<String>,
    /// The numbers as they are, at most so many.
    pub(super) values: Vec<f64>,
}

fn signed_key(value: f64) -> String {
    let sign = if value < 0.0 { "-" } else { "" };
    format!("{sign}{}", key(value))
}

fn folded(text: &str) -> String {
    text.trim().to_lowercase()
}

impl Seen {
    /// What is in the first so many values of a result.
    pub(super) fn of(result: &Value, most: usize) -> Self {
        let mut seen = Self::default();
        leaves(result, most, &mut |leaf| match leaf {
            Value::String(text) if text.len() <= 500 => {
                if let Some(parts) = date_parts(text) {
                    seen.dates.insert(parts);
                    seen.days.extend(text.get(..10).map(str::to_owned));
                }
                if let Ok(value) = text.trim().parse::<f64>() {
                    seen.numbers.insert(key(value));
                    seen.signed.insert(signed_key(value));
                    seen.values.push(value);
                }
                seen.texts.insert(folded(text));
            }
            Value::Number(number) => {
                if let Ok(value) = number.to_string().parse::<f64>()
                    && value.is_finite()
                {
                    seen.numbers.insert(key(value));
                    seen.signed.insert(signed_key(value));
                    seen.values.push(value);
                }
            }
            _ => {}
        });
        // Keys are values, too, where they are those of a dict.
        if let Value::Object(items) = result {
            for name in items.keys().take(most) {
                seen.texts.insert(folded(name));
                if let Some(parts) = date_parts(name) {
                    seen.dates.insert(parts);
                }
            }
        }
        seen
    }

    /// Whether a number is there with its sign.
    pub(super) fn has_signed(&self, value: f64) -> bool {
        self.signed.contains(&signed_key(value))
    }

    /// Whether a day is there, as `2026-01-31`.
    pub(super) fn has_day(&self, day: &str) -> bool {
        self.days.contains(day)
    }

    pub(super) fn has_number(&self, value: f64) -> bool {
        self.numbers.contains(&key(value))
    }

    /// Whether a cell is in the result, in whichever form.
    pub(super) fn has(&self, cell: &str) -> bool {
        let cell = cell.trim();
        if self.texts.contains(&folded(cell)) {
            return true;
        }
        if let Some(parts) = date_parts(cell)
            && self.dates.contains(&parts)
        {
            return true;
        }
        Amount::of(cell).is_some_and(|amount| {
            [Separator::Point, Separator::Comma]
                .into_iter()
                .filter_map(|separator| amount.value(separator))
                .any(|value| self.has_number(value))
        })
    }

    /// Whether a row is in the result with most of what it holds.
    pub(super) fn shows(&self, cells: &[String]) -> bool {
        let telling = cells.iter().filter(|cell| cell.trim().len() >= 2);
        let (mut all, mut found) = (0, 0);
        for cell in telling {
            all += 1;
            found += usize::from(self.has(cell));
        }
        all >= 2 && found * 5 >= all * 4
    }

    /// How much of a row is in the result: cells that are, of those that could be.
    pub(super) fn share(&self, cells: &[String], columns: &[bool]) -> (usize, usize) {
        let (mut all, mut found) = (0, 0);
        for (cell, is_used) in cells.iter().zip(columns) {
            if *is_used && !cell.trim().is_empty() {
                all += 1;
                found += usize::from(self.has(cell));
            }
        }
        (found, all)
    }

    /// The columns whose cells are in the result, of rows that are used.
    pub(super) fn columns(&self, table: &Table<'_>, used: &[usize]) -> Vec<bool> {
        self.columns_from(table, used, 0.5)
    }

    /// The columns of whose cells at least such a part is in the result.
    pub(super) fn columns_from(&self, table: &Table<'_>, used: &[usize], part: f64) -> Vec<bool> {
        let mut counts: Vec<(usize, usize)> = Vec::new();
        if !table.has_columns() {
            return Vec::new();
        }
        for index in Table::spread(used, 200) {
            let cells = table.cells(index);
            if counts.len() < cells.len() {
                counts.resize(cells.len(), (0, 0));
            }
            for (cell, (found, all)) in cells.iter().zip(&mut counts) {
                if !cell.trim().is_empty() {
                    *all += 1;
                    *found += usize::from(self.has(cell));
                }
            }
        }
        counts
            .into_iter()
            .map(|(found, all)| found > 0 && found as f64 >= all as f64 * part)
            .collect()
    }
}

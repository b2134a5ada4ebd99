//! Sums by groups of rows: of some of them the sign was lost.

use std::collections::BTreeSet;

use super::numbers::SIGNS;
use super::value::Form;
use super::{Evidence, shown};
use crate::judge::finding::Finding;

/// How many items and groups are summed at most, times the rows.
const WORK: usize = 2_000_000;

/// What is odd about the sums of a field. The records are all rows that are used.
pub(super) fn judge(evidence: &Evidence<'_>) -> Option<Finding> {
    let items = &evidence.fields.items;
    let rows = &evidence.records.rows;
    let is_much = items.len().saturating_mul(rows.len()) > WORK / 20;
    if items.len() < 2 || items.len() * 2 > rows.len() || is_much || evidence.said.has(SIGNS) {
        return None;
    }
    let groups = groups(evidence)?;
    for field in 0..evidence.fields.names.len() {
        let numbers = items.iter().map(|item| {
            item.get(field)?
                .as_ref()?
                .number()
                .filter(|value| value.is_finite())
        });
        let Some(numbers) = numbers.collect::<Option<Vec<f64>>>() else {
            continue;
        };
        for column in evidence.columns() {
            let (mut kept, mut turned) = (0, Vec::new());
            let mut others = 0;
            for (place, (number, group)) in numbers.iter().zip(&groups).enumerate() {
                let cells = group.iter().filter_map(|row| {
                    let cells = rows.get(*row)?.cells.get(&column)?;
                    cells.first()?.number()
                });
                let sum: f64 = cells.sum();
                let is_near =
                    |value: f64| (number - value).abs() <= 0.006_f64.max(sum.abs() * 1e-9);
                if sum == 0.0 && *number == 0.0 {
                    continue;
                } else if is_near(sum) {
                    kept += 1;
                } else if is_near(-sum) {
                    turned.push(place);
                } else {
                    others += 1;
                }
            }
            // Where numbers of both signs come together, what lost them is another sum.
            let told = kept + turned.len();
            if kept == 0 || turned.is_empty() || told < 3 || told * 10 < (told + others) * 6 {
                continue;
            }
            let about = format!(
                "it is the sum of the column {} by groups, with the other sign in {} of {} items",
                shown(&evidence.column(column).shown),
                turned.len(),
                items.len()
            );
            return Some(evidence.doubt(
                "doubt.sign",
                field,
                "A field of the result has the sums of a column, in some items with the other sign and in others not. That is right only if the task says how signs go.",
                about,
                Vec::new(),
            ));
        }
    }
    None
}

/// The rows of each item, told by the texts that it shares with them in all columns that have those of all items.
fn groups(evidence: &Evidence<'_>) -> Option<Vec<Vec<usize>>> {
    let items = &evidence.fields.items;
    let rows = &evidence.records.rows;
    let mut keys: Vec<(usize, usize)> = Vec::new();
    for field in 0..evidence.fields.names.len() {
        let values = items
            .iter()
            .map(|item| item.get(field)?.as_ref().filter(|form| form.kind() == 't'));
        let Some(values) = values.collect::<Option<Vec<&Form>>>() else {
            continue;
        };
        let column = evidence.columns().find(|column| {
            let cells = rows.iter().filter_map(|row| row.cells.get(column)?.first());
            let known: BTreeSet<&str> = cells.map(|cell| cell.folded.as_str()).collect();
            values
                .iter()
                .all(|value| known.contains(value.folded.as_str()))
        });
        keys.extend(column.map(|column| (field, column)));
    }
    if keys.is_empty() {
        return None;
    }
    let groups = items.iter().map(|item| {
        let is_of = |row: &usize| {
            keys.iter().all(|(field, column)| {
                let form = item.get(*field).and_then(Option::as_ref);
                let record = rows.get(*row);
                let cell = record.and_then(|record| record.cells.get(column)?.first());
                form.zip(cell)
                    .is_some_and(|(form, cell)| form.folded == cell.folded)
            })
        };
        (0..rows.len()).filter(is_of).collect()
    });
    Some(groups.collect())
}

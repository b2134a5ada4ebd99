//! Which row an item of a result comes from.

use std::collections::BTreeMap;

use super::items::Fields;
use super::records::{Record, Records};
use super::value::{Form, Relation};

/// What stands in more rows than these tells none of them.
const OFTEN: usize = 8;

/// Items with their rows, by their places.
#[derive(Debug, Default)]
pub(super) struct Aligned {
    pub(super) pairs: Vec<(usize, usize)>,
    /// Each item seems to come of one row of its own.
    pub(super) is_by_row: bool,
}

/// How a value stands to the cells of a column.
pub(super) fn relation(form: &Form, cells: &[Form]) -> Relation {
    let mut found = Relation::Other;
    for cell in cells {
        match form.relation(cell) {
            Relation::Same => return Relation::Same,
            Relation::Other => {}
            other => found = other,
        }
    }
    found
}

/// How many fields of an item stand in a row.
fn shared(item: &[Option<Form>], record: &Record) -> usize {
    let filled = item.iter().flatten().filter(|form| !form.is_empty());
    filled
        .filter(|form| {
            let mut columns = record.cells.values();
            columns.any(|cells| relation(form, cells) == Relation::Same)
        })
        .count()
}

/// Aligns items with rows: one after the other where there are as many, else by what they have in common.
/// `is_complete`: there are as many items as rows, and those here are of the same places.
/// `is_short`: there are not half as many items as rows.
pub(super) fn align(
    fields: &Fields,
    records: &Records,
    is_complete: bool,
    is_short: bool,
) -> Option<Aligned> {
    let voted = voted(fields, records);
    let score = |pairs: &[(usize, usize)]| -> usize {
        let shared = pairs.iter().filter_map(|(item, row)| {
            Some(shared(fields.items.get(*item)?, records.rows.get(*row)?))
        });
        shared.sum()
    };
    let all = fields.items.len();
    let in_order: Vec<(usize, usize)> = (0..all).map(|place| (place, place)).collect();
    let reversed: Vec<(usize, usize)> = (0..all).map(|place| (place, all - 1 - place)).collect();
    let by_vote = score(&voted);
    let (pairs, shared) = match is_complete {
        true => {
            let (ahead, back) = (score(&in_order), score(&reversed));
            match (ahead * 10 >= by_vote.max(back) * 9, back > by_vote) {
                (true, _) => (in_order, ahead),
                (false, true) => (reversed, back),
                (false, false) => (voted, by_vote),
            }
        }
        false => (voted, by_vote),
    };
    if pairs.is_empty() || pairs.len() * 10 < all * 8 {
        return None;
    }
    let mut rows: Vec<usize> = pairs.iter().map(|(_, row)| *row).collect();
    rows.sort_unstable();
    rows.dedup();
    // Several items may come of each row.
    let all_rows = records.rows.len();
    let is_own = rows.len() * 10 >= pairs.len().min(all_rows) * 9;
    let filled: usize = fields
        .items
        .iter()
        .map(|item| {
            item.iter()
                .flatten()
                .filter(|form| !form.is_empty())
                .count()
        })
        .sum();
    let is_by_row = is_own && !is_short && (is_complete || shared * 2 >= filled);
    Some(Aligned { pairs, is_by_row })
}

/// The row that has most of what is rare in an item.
fn voted(fields: &Fields, records: &Records) -> Vec<(usize, usize)> {
    let mut known: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (place, record) in records.rows.iter().enumerate() {
        for form in record.cells.values().flatten() {
            for key in form.keys() {
                let rows = known.entry(key).or_default();
                if rows.len() <= OFTEN && rows.last() != Some(&place) {
                    rows.push(place);
                }
            }
        }
    }
    let mut pairs = Vec::new();
    let mut last: Option<usize> = None;
    for (place, item) in fields.items.iter().enumerate() {
        let mut votes: BTreeMap<usize, usize> = BTreeMap::new();
        for form in item.iter().flatten() {
            for key in form.keys() {
                if let Some(rows) = known.get(&key).filter(|rows| rows.len() <= OFTEN) {
                    for row in rows {
                        *votes.entry(*row).or_default() += 840 / rows.len();
                    }
                }
            }
        }
        let most = votes.values().copied().max().unwrap_or(0);
        let mut best = votes
            .iter()
            .filter(|(_, count)| **count == most)
            .map(|(row, _)| *row);
        let first = best.next();
        // Of several the next one.
        let after = last.and_then(|last| first.into_iter().chain(best).find(|row| *row > last));
        if let Some(row) = after.or(first) {
            pairs.push((place, row));
            last = Some(row);
        }
    }
    pairs
}

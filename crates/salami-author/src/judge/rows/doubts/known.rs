//! What of an input and a result is kept, to be held against later ones.

use std::collections::{BTreeMap, BTreeSet};

use salami_source::Source;
use salami_syntax::tree::ExprKind;
use serde_json::Value;

use super::super::table::{Class, Table, class};
use super::items::groups;
use super::records::Records;
use super::value::is_blank;
use crate::judge::known::Known;
use crate::judge::{Hearing, Occasion};

/// A column with more words than these tells no kinds.
const WORDS: usize = 16;
/// How long a word is at most, in characters.
const LONGEST: usize = 40;
/// How many columns are kept.
const COLUMNS: usize = 40;
/// How many rows are looked at.
const ROWS: usize = 3_000;
/// How many items tell that a field is always filled, or never.
const ITEMS: usize = 5;
/// How many items are looked at.
const LOOKED_AT: usize = 400;

/// What is known after a run of a program.
pub(in crate::judge) fn known(hearing: &Hearing<'_>, table: &Table<'_>, result: &Value) -> Known {
    let mut known = Known {
        words: words(hearing, table),
        ..Known::default()
    };
    for group in groups(result, 2).iter().filter(|group| !group.is_single) {
        if group.len() < ITEMS {
            continue;
        }
        let places: Vec<usize> = (0..group.len()).collect();
        let fields = group.at(&Table::spread(&places, LOOKED_AT));
        for (field, name) in fields.names.iter().enumerate() {
            let mut items = fields.items.iter();
            let filled = items.clone().filter(|item| {
                let form = item.get(field).and_then(Option::as_ref);
                form.is_some_and(|form| !form.is_empty())
            });
            let filled = filled.count();
            let name = name.shown.clone();
            if filled == items.len() {
                known.filled.insert(name);
            } else if filled == 0 && items.next().is_some() {
                known.empty.insert(name);
            }
        }
    }
    known
}

/// The words of columns with few different ones, without those that stand in the program: it knows what to do with them.
fn words(hearing: &Hearing<'_>, table: &Table<'_>) -> BTreeMap<String, BTreeMap<String, u64>> {
    let code = hearing.candidate.code();
    let literals = literals(code);
    // Who folds words means all of their forms.
    let folds = [
        ".lower()",
        ".upper()",
        ".casefold()",
        ".title()",
        "capitalize()",
    ];
    let is_folded = folds.iter().any(|fold| code.contains(fold));
    let shape = |text: &str| match is_folded {
        true => text.to_lowercase(),
        false => text.to_owned(),
    };
    let literals: BTreeSet<String> = literals.iter().map(|text| shape(text)).collect();
    let data: Vec<usize> = table.data().collect();
    let records = Records::of(table, &Table::spread(&data, ROWS));
    let mut columns: BTreeMap<usize, BTreeMap<String, u64>> = BTreeMap::new();
    let mut counts: BTreeMap<usize, usize> = BTreeMap::new();
    let mut others: BTreeSet<usize> = BTreeSet::new();
    for record in &records.rows {
        let Some(row) = table.row(record.index) else {
            continue;
        };
        for (column, cells) in &record.cells {
            if others.contains(column) {
                continue;
            }
            *counts.entry(*column).or_default() += 1;
            let known = columns.entry(*column).or_default();
            for cell in cells.iter().filter(|cell| !cell.is_empty()) {
                if class(&cell.text) != Class::Text || cell.text.chars().count() > LONGEST {
                    others.insert(*column);
                    break;
                }
                known.entry(shape(&cell.text)).or_insert(row.number);
            }
            if known.len() > WORDS {
                others.insert(*column);
            }
        }
    }
    let mut kept = BTreeMap::new();
    for (column, words) in columns {
        let name = records.columns.get(column).map(|name| name.shown.clone());
        let Some(name) = name.filter(|name| !name.is_empty() && kept.len() < COLUMNS) else {
            continue;
        };
        if others.contains(&column) {
            continue;
        }
        // Kinds come again.
        let count = counts.get(&column).copied().unwrap_or(0);
        let is_told = count >= words.len() * 2 && words.keys().any(|word| literals.contains(word));
        if hearing.occasion == Occasion::New && !is_told {
            continue;
        }
        let words = words
            .into_iter()
            .filter(|(word, _)| !literals.contains(word));
        let hashed = words.map(|(word, row)| {
            let hash = blake3::hash(word.as_bytes()).to_hex();
            (hash.chars().take(16).collect::<String>(), row)
        });
        kept.insert(name, hashed.collect());
    }
    kept
}

/// The texts that stand in a program, without those for nothing.
fn literals(code: &str) -> BTreeSet<String> {
    let source = Source::new("program.py", code);
    let parsed = salami_syntax::parse(&source);
    let texts = parsed.tree.exprs.iter().filter_map(|expression| {
        let ExprKind::Str(text) = &expression.kind else {
            return None;
        };
        let is_word = !is_blank(text) && text.chars().count() <= LONGEST;
        is_word.then(|| text.trim().to_owned())
    });
    texts.collect()
}

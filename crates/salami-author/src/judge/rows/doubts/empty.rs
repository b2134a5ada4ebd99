//! Fields that hold nothing, or zero, where the input has values of their name.

use std::collections::BTreeSet;

use super::columns::some;
use super::names::Name;
use super::records::in_document;
use super::value::Form;
use super::{Case, Evidence, shown};
use crate::judge::finding::Finding;

/// From so many items on it is odd that all have nothing.
const MANY: usize = 3;
/// Words that say that nothing is wanted.
const NOTHING: &[&str] = &["always", "leave", "stays"];

/// How a field is empty.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Nothing {
    Empty,
    Zero,
}

/// What is odd, with the fields that it is about.
pub(super) fn judge(
    evidence: &Evidence<'_>,
    is_single: bool,
    is_aligned: bool,
) -> Vec<(usize, Finding)> {
    let count = evidence.fields.items.len();
    if count < MANY && !is_single {
        return Vec::new();
    }
    let mut found = Vec::new();
    if let Some(finding) = nameless(evidence) {
        found.push(finding);
    }
    // Those whose names are not in the rows are looked for in the document.
    let mut elsewhere: Vec<(usize, Name)> = Vec::new();
    for field in 0..evidence.fields.names.len() {
        let name = evidence.name(field);
        let Some(nothing) = nothing(evidence, field) else {
            continue;
        };
        if name.words.is_empty() || evidence.said.has_near(&name, NOTHING) {
            continue;
        }
        let namesakes = evidence.records.namesakes(&name);
        if is_single || namesakes.is_empty() {
            if nothing == Nothing::Empty {
                elsewhere.push((field, name));
            }
            continue;
        }
        if let Some(finding) = in_rows(evidence, field, nothing, &namesakes, is_aligned) {
            found.push((field, finding));
        }
    }
    if !elsewhere.is_empty() {
        found.extend(in_all(evidence, &elsewhere, is_single));
    }
    found
}

/// One of several items that has no name, where all others have names of their own.
fn nameless(evidence: &Evidence<'_>) -> Option<(usize, Finding)> {
    const NAMELESS: &[&str] = &[
        "without a name",
        "without name",
        "no name",
        "=none",
        "empty",
        "blank",
        "unknown",
        "other",
        "ohne",
        "uncategor",
    ];
    let items = &evidence.fields.items;
    let first = |item: &Vec<Option<Form>>| item.first().cloned().flatten();
    let names: Vec<Form> = items.iter().filter_map(first).collect();
    let filled: BTreeSet<&str> = names
        .iter()
        .filter(|name| name.kind() == 't')
        .map(|name| name.folded.as_str())
        .collect();
    let empty = names.iter().filter(|name| name.is_empty()).count();
    let is_odd = evidence.table.has_columns()
        && names.len() == items.len()
        && empty == 1
        && filled.len() >= MANY
        && filled.len() + 1 == items.len()
        && !evidence.aligned.is_by_row
        && !evidence.said.has(NAMELESS);
    is_odd.then(|| {
        let message = "One item of the result has no name, and all others have one of their own. Look which rows it comes from: they may be of another kind.";
        let about = format!("one of {} items", items.len());
        (0, evidence.doubt("doubt.nameless", 0, message, about, Vec::new()))
    })
}

/// Whether a field holds nothing in all items.
fn nothing(evidence: &Evidence<'_>, field: usize) -> Option<Nothing> {
    let is = |test: &dyn Fn(&Form) -> bool| {
        let mut items = evidence.fields.items.iter();
        items.all(|item| match item.get(field).and_then(Option::as_ref) {
            Some(form) => test(form),
            None => test(&Form::default()),
        })
    };
    if is(&Form::is_empty) {
        Some(Nothing::Empty)
    } else if is(&Form::is_zero) {
        Some(Nothing::Zero)
    } else {
        None
    }
}

/// Whether a cell has what the field has not.
fn has(cell: &Form, nothing: Nothing) -> bool {
    match nothing {
        Nothing::Empty => !cell.is_empty(),
        Nothing::Zero => !cell.is_empty() && !cell.is_zero() && !cell.numbers.is_empty(),
    }
}

fn in_rows(
    evidence: &Evidence<'_>,
    field: usize,
    nothing: Nothing,
    namesakes: &[usize],
    is_aligned: bool,
) -> Option<Finding> {
    let column = namesakes.iter().copied().find(|column| match is_aligned {
        true => {
            let cells = evidence.cells(*column);
            let filled = cells.filter(|(_, cell)| has(cell, nothing)).count();
            filled >= MANY && filled * 2 >= evidence.pairs()
        }
        // Whichever rows the items come from.
        false => {
            let rows = &evidence.records.rows;
            let filled = rows.iter().filter(|row| {
                let cells = row.cells.get(column);
                cells.is_some_and(|cells| cells.iter().any(|cell| has(cell, nothing)))
            });
            rows.len() >= MANY && filled.count() * 10 >= rows.len() * 9
        }
    })?;
    let rows: Vec<usize> = match is_aligned {
        true => {
            let cells = evidence.cells(column);
            cells
                .filter(|(_, cell)| has(cell, nothing))
                .map(|(row, _)| row)
                .collect()
        }
        false => evidence.records.rows.iter().map(|row| row.index).collect(),
    };
    let cell = |row: usize| {
        let record = evidence
            .records
            .rows
            .iter()
            .find(|record| record.index == row);
        let cells = record.and_then(|record| record.cells.get(&column));
        let cell = cells.and_then(|cells| cells.iter().find(|cell| has(cell, nothing)));
        cell.map(|cell| cell.text.clone()).unwrap_or_default()
    };
    let cases = some(&rows).into_iter().map(|row| Case {
        row,
        cell: cell(row),
        value: value(nothing).to_owned(),
    });
    let about = format!(
        "the column {} has values",
        shown(&evidence.column(column).shown)
    );
    Some(evidence.doubt("doubt.empty", field, words(nothing), about, cases.collect()))
}

fn value(nothing: Nothing) -> &'static str {
    match nothing {
        Nothing::Empty => "",
        Nothing::Zero => "0",
    }
}

fn words(nothing: Nothing) -> &'static str {
    match nothing {
        Nothing::Empty => {
            "A field of the result is empty in each item, and the input has values of its name. Look where they stand."
        }
        Nothing::Zero => {
            "A field of the result is 0 in each item, and the input has other numbers of its name. Look where they stand."
        }
    }
}

/// Fields whose values stand outside of the rows.
fn in_all(
    evidence: &Evidence<'_>,
    wanted: &[(usize, Name)],
    is_single: bool,
) -> Vec<(usize, Finding)> {
    let names: Vec<&Name> = wanted.iter().map(|(_, name)| name).collect();
    let values = in_document(evidence.table, &names);
    let mut found = Vec::new();
    for (place, (field, _)) in wanted.iter().enumerate() {
        let Some(values) = values.get(&place) else {
            continue;
        };
        let filled = values.iter().filter(|value| !value.is_empty()).count();
        // Of several values one alone may be none of them.
        let is_odd = match is_single {
            true => values.len() == 1 && filled == 1,
            false => filled > 0 && filled * 10 >= values.len() * 9,
        };
        if let (true, Some(value)) = (is_odd, values.iter().find(|value| !value.is_empty())) {
            let about = format!("the input has {} under this name", shown(&value.text));
            let message = match is_single {
                true => {
                    "A field of the result is empty, and the input has a value of its name. Look where it stands."
                }
                false => words(Nothing::Empty),
            };
            found.push((
                *field,
                evidence.doubt("doubt.empty", *field, message, about, Vec::new()),
            ));
        }
    }
    found
}

//! Fields that hold another column than that of their name, or always the same.

use std::collections::BTreeSet;

use super::super::table::Table;
use super::value::{Form, Relation};
use super::{Evidence, cases, relation, shown};
use crate::judge::finding::Finding;

/// From so many items on a value that is always the same is odd.
const CONSTANT: usize = 5;

/// What is odd about where a field comes from.
pub(super) fn judge(evidence: &Evidence<'_>, field: usize) -> Option<Finding> {
    let name = evidence.name(field);
    let namesakes = evidence.records.namesakes(&name);
    if namesakes.is_empty() {
        return None;
    }
    constant(evidence, field, &namesakes).or_else(|| other(evidence, field, &namesakes))
}

/// The values of a field, each once.
fn values(evidence: &Evidence<'_>, field: usize) -> BTreeSet<String> {
    let items = evidence.fields.items.iter();
    items
        .filter_map(|item| item.get(field)?.as_ref())
        .map(|form| form.folded.clone())
        .collect()
}

/// A field that holds what stands in a column of another name.
fn other(evidence: &Evidence<'_>, field: usize, namesakes: &[usize]) -> Option<Finding> {
    let pairs = evidence.pairs();
    if pairs < 3 || values(evidence, field).len() < 2 {
        return None;
    }
    // Each column of the name has values, and hardly ever those of the field.
    let is_left_out = |column: &usize| {
        let counts = evidence.counts(field, *column);
        counts.both >= 3 && counts.both * 2 >= pairs && counts.related() * 5 <= counts.both
    };
    if !namesakes.iter().all(is_left_out) {
        return None;
    }
    let sources = evidence.columns().filter(|column| {
        let counts = evidence.counts(field, *column);
        !namesakes.contains(column) && counts.both >= 3 && counts.is_column(pairs)
    });
    let source = sources.max_by_key(|column| evidence.counts(field, *column).same)?;
    let own = *namesakes.first()?;
    if kind(evidence, own) != kind(evidence, source) {
        return None;
    }
    let (name, of_source) = (evidence.column(own), evidence.column(source));
    // What tells the other column apart may stand in the task; unless it is another field.
    let apart = of_source.apart(&name);
    let own_name = evidence.name(field);
    let mut others = evidence.fields.names.iter();
    let is_field =
        others.any(|other| other.is(&of_source) || of_source.extends(other) && !own_name.is(other));
    if !is_field && evidence.said.wants(&apart) {
        return None;
    }
    let found = evidence
        .both(field, own)
        .filter(|(_, form, cells)| relation(form, cells) == Relation::Other);
    let which = match of_source.shown.is_empty() {
        true => format!("column {} of the row", source + 1),
        false => format!("the column {}", shown(&of_source.shown)),
    };
    let about = format!(
        "it holds {which}, and there is the column {}",
        shown(&name.shown)
    );
    Some(evidence.doubt(
        "doubt.column",
        field,
        "A field of the result has the name of one column of the input, and holds what stands in another column. That is right only if the task means the other one.",
        about,
        cases(found),
    ))
}

/// What most cells of a column are.
fn kind(evidence: &Evidence<'_>, column: usize) -> Option<char> {
    let mut kinds: Vec<(usize, char)> = Vec::new();
    for (_, cell) in evidence.cells(column) {
        match kinds.iter_mut().find(|(_, kind)| *kind == cell.kind()) {
            Some((count, _)) => *count += 1,
            None => kinds.push((1, cell.kind())),
        }
    }
    kinds.into_iter().max().map(|(_, kind)| kind)
}

/// A field that is the same everywhere, where the column of its name is not.
fn constant(evidence: &Evidence<'_>, field: usize, namesakes: &[usize]) -> Option<Finding> {
    let pairs = evidence.pairs();
    let mut values = values(evidence, field);
    let value = values.pop_first().filter(|value| !value.is_empty())?;
    let is_constant = values.is_empty()
        && evidence.fields.items.iter().all(|item| {
            let form = item.get(field).and_then(Option::as_ref);
            form.is_some_and(|form| !form.is_empty())
        });
    if !is_constant || pairs < CONSTANT || !evidence.aligned.is_by_row {
        return None;
    }
    if value.len() >= 2 && evidence.said.quotes(&value) {
        return None;
    }
    let is_other = |form: &Form, cells: &[Form]| {
        relation(form, cells) == Relation::Other
            && cells.iter().all(|cell| {
                !cell.folded.contains(&form.folded) && !form.folded.contains(&cell.folded)
            })
    };
    let mut own = None;
    for column in namesakes {
        let cells: BTreeSet<&str> = evidence
            .cells(*column)
            .map(|(_, cell)| cell.folded.as_str())
            .collect();
        let counts = evidence.counts(field, *column);
        let odd = evidence
            .both(field, *column)
            .filter(|(_, form, cells)| is_other(form, cells))
            .count();
        // A column of the name that is as constant as the field.
        if cells.len() < 2 || odd == 0 || counts.both * 2 < pairs {
            return None;
        }
        own = own.or(Some(*column));
    }
    let own = own?;
    let found = evidence
        .both(field, own)
        .filter(|(_, form, cells)| is_other(form, cells));
    let about = format!(
        "it is {} in each of the {} items, and the column {} has several values",
        shown(&value),
        evidence.fields.items.len(),
        shown(&evidence.column(own).shown)
    );
    Some(evidence.doubt(
        "doubt.constant",
        field,
        "A field of the result is the same in each item, and the column of its name is not the same in each row.",
        about,
        cases(found),
    ))
}

/// Rows of which some are shown.
pub(super) fn some(rows: &[usize]) -> Vec<usize> {
    Table::spread(rows, super::SHOWN)
}

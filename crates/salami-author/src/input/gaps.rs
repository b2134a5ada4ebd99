//! Tables in text, of which columns stand between wide gaps.

use std::borrow::Cow;

use super::cell::{Cell, Class};
use super::rows::{RowKind, RowSpan};
use super::table::{self, Block};
use super::totals;

/// How many lines are looked at to find the names of the columns.
const LOOKED_AT: usize = 1500;
/// So many rows are the fewest that make a table sure.
const FEWEST: usize = 8;
/// So many columns are.
const COLUMNS: usize = 3;

/// The parts of a line between tabs and gaps of two spaces or more.
pub(crate) fn columns(line: &str) -> Vec<Cow<'_, str>> {
    line.trim()
        .split("  ")
        .flat_map(|part| part.split('\t'))
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .map(Cow::Borrowed)
        .collect()
}

/// Tells what the lines of a text are, where nearly all of it is a table: a letter with a few figures is none. Only
/// lines with something in each column are told to be rows: of others nobody can be sure.
pub(super) fn tell(text: &str, spans: &mut [RowSpan]) {
    let line = |span: &RowSpan| text.get(span.start..span.end).unwrap_or_default();
    let head: Vec<Vec<Cow<'_, str>>> = spans
        .iter()
        .take(LOOKED_AT)
        .map(|span| columns(line(span)))
        .collect();
    let Some(header) = header(&head) else {
        return;
    };
    let Some(names) = head.get(header) else {
        return;
    };
    let kind = |index: usize, cells: &[Cow<'_, str>]| {
        if cells.is_empty() {
            RowKind::Blank
        } else if index < header {
            RowKind::Preamble
        } else if cells == names.as_slice() || is_rule(cells) {
            RowKind::Header
        } else if totals::is_total(cells) {
            RowKind::Total
        } else if cells.len() == names.len() && has_value(cells) {
            RowKind::Data
        } else {
            RowKind::Note
        }
    };
    let mut rows = 0;
    let mut others = 0;
    for (index, cells) in head.iter().enumerate() {
        match kind(index, cells) {
            RowKind::Data => rows += 1,
            RowKind::Preamble | RowKind::Note => others += 1,
            _ => {}
        }
    }
    if rows < FEWEST || others * 3 > rows {
        return;
    }
    for (index, span) in spans.iter_mut().enumerate() {
        span.kind = match head.get(index) {
            Some(cells) => kind(index, cells),
            None => kind(index, &columns(line(span))),
        };
    }
}

/// Where the names of the columns of the largest table stand.
fn header(head: &[Vec<Cow<'_, str>>]) -> Option<usize> {
    let layout = table::layout(head);
    let tables = layout.blocks.iter().filter_map(|block| match block {
        Block::Table {
            header: Some(header),
            columns,
            rows,
            ..
        } if *columns >= COLUMNS => Some((rows.len(), *header)),
        _ => None,
    });
    tables.max().map(|(_, header)| header)
}

fn has_value(cells: &[Cow<'_, str>]) -> bool {
    cells
        .iter()
        .any(|cell| matches!(Cell::of(cell).class(), Class::Number | Class::Date))
}

/// A line that is only drawn.
fn is_rule(cells: &[Cow<'_, str>]) -> bool {
    cells.iter().all(|cell| {
        cell.chars()
            .all(|mark| !mark.is_alphanumeric() && !mark.is_whitespace())
    })
}

//! The parts of a file of separated cells: lines before a table, names of columns, rows, totals, notes, further tables.

use std::borrow::Cow;

use super::cell::{Cell, Class};
use super::csv::{is_year, looks_like_names};
use super::rows::RowKind;
use super::totals::is_total;
use super::words::header_class;

/// A table, or lines that are none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Block {
    /// Lines before, between and below tables: indices of records.
    Lines(Vec<usize>),
    /// A table.
    Table {
        /// What it is called, where a cell of each of its rows says so.
        section: Option<String>,
        /// The index of the record with the names of its columns.
        header: Option<usize>,
        /// The number of its columns.
        columns: usize,
        /// The indices of the records between the names and the rows, which say in what units the columns are.
        units: Vec<usize>,
        /// The indices of its rows.
        rows: Vec<usize>,
        /// The indices of its totals.
        totals: Vec<usize>,
    },
}

/// What each record is, and the parts that they make.
#[derive(Clone, Debug, Default)]
pub(crate) struct Layout {
    /// For each record.
    pub(crate) kinds: Vec<RowKind>,
    /// In their order.
    pub(crate) blocks: Vec<Block>,
}

/// Records, as cells.
pub(crate) type Cells<'a> = [Vec<Cow<'a, str>>];

/// Tells the parts of a file.
pub(crate) fn layout(records: &Cells<'_>) -> Layout {
    if is_sectioned(records) {
        return sections(records);
    }
    Reader::new(records).read()
}

fn filled(cells: &[Cow<'_, str>]) -> usize {
    cells.iter().filter(|cell| !cell.trim().is_empty()).count()
}

/// Whether the first two cells of each row say what table it belongs to, as in statements of Interactive Brokers.
fn is_sectioned(records: &Cells<'_>) -> bool {
    let mut headers = 0;
    let mut data = 0;
    let mut others = 0;
    for cells in records {
        match cells.get(1).map(|cell| cell.trim()) {
            Some("Header" | "HEADER") => headers += 1,
            Some("Data" | "DATA" | "Total" | "SubTotal" | "Notes" | "TOTAL") => data += 1,
            _ if filled(cells) == 0 => {}
            _ => others += 1,
        }
    }
    headers > 0 && data > 0 && others * 5 <= headers + data
}

fn sections(records: &Cells<'_>) -> Layout {
    let mut layout = Layout::default();
    for (index, cells) in records.iter().enumerate() {
        let name = cells.first().map(|cell| cell.trim()).unwrap_or_default();
        let kind = match cells.get(1).map(|cell| cell.trim()) {
            _ if filled(cells) == 0 => RowKind::Blank,
            Some("Header" | "HEADER") => RowKind::Header,
            Some("Total" | "SubTotal" | "TOTAL") => RowKind::Total,
            Some("Data" | "DATA") => RowKind::Data,
            _ => RowKind::Note,
        };
        layout.kinds.push(kind);
        if kind == RowKind::Header {
            layout.blocks.push(Block::Table {
                section: Some(name.to_owned()),
                header: Some(index),
                columns: cells.len(),
                units: Vec::new(),
                rows: Vec::new(),
                totals: Vec::new(),
            });
            continue;
        }
        let Some(Block::Table {
            section: Some(section),
            rows,
            totals,
            ..
        }) = layout.blocks.last_mut()
        else {
            continue;
        };
        if section == name {
            match kind {
                RowKind::Data => rows.push(index),
                RowKind::Total => totals.push(index),
                _ => {}
            }
        }
    }
    layout
}

struct Table {
    header: Option<usize>,
    columns: usize,
    units: Vec<usize>,
    rows: Vec<usize>,
    totals: Vec<usize>,
}

struct Reader<'a, 'b> {
    records: &'a Cells<'b>,
    filled: Vec<usize>,
    headers: Vec<std::cell::Cell<Option<bool>>>,
    /// The usual number of cells of a row.
    usual: usize,
    kinds: Vec<RowKind>,
    blocks: Vec<Block>,
    table: Option<Table>,
    lines: Vec<usize>,
}

impl<'a, 'b> Reader<'a, 'b> {
    fn new(records: &'a Cells<'b>) -> Self {
        let filled: Vec<usize> = records.iter().map(|cells| filled(cells)).collect();
        let mut counts: Vec<usize> = records
            .iter()
            .zip(&filled)
            .filter(|(cells, filled)| cells.len() > 1 && **filled > 1 && !is_label(cells))
            .map(|(cells, _)| cells.len())
            .collect();
        counts.sort_unstable();
        let usual = counts
            .chunk_by(|one, other| one == other)
            .max_by_key(|run| (run.len(), run.first().copied()))
            .and_then(|run| run.first().copied())
            .unwrap_or(1);
        Reader {
            records,
            headers: vec![std::cell::Cell::new(None); records.len()],
            filled,
            usual,
            kinds: Vec::with_capacity(records.len()),
            blocks: Vec::new(),
            table: None,
            lines: Vec::new(),
        }
    }

    fn read(mut self) -> Layout {
        let mut is_gap = true;
        for index in 0..self.records.len() {
            let kind = self.kind(index, is_gap);
            is_gap = matches!(kind, RowKind::Blank | RowKind::Note | RowKind::Preamble);
            self.kinds.push(kind);
        }
        self.close_lines();
        self.close_table();
        Layout {
            kinds: self.kinds,
            blocks: self.blocks,
        }
    }

    fn cells(&self, index: usize) -> &'a [Cow<'b, str>] {
        self.records.get(index).map_or(&[], Vec::as_slice)
    }

    fn filled(&self, index: usize) -> usize {
        self.filled.get(index).copied().unwrap_or(0)
    }

    fn kind(&mut self, index: usize, is_gap: bool) -> RowKind {
        let count = self.cells(index).len();
        let filled = self.filled(index);
        if filled == 0 {
            return RowKind::Blank;
        }
        if is_rule(self.cells(index)) {
            return RowKind::Header;
        }
        if let Some(table) = &self.table {
            let is_near = count.abs_diff(table.columns) <= 1;
            let is_new = is_gap && !self.is_header_again(index, table) && self.is_header(index);
            if is_new && (!is_near || self.has_other_names(index, table)) {
                self.close_table();
                return self.open(index, true);
            }
            return self.inside(index, is_near, filled);
        }
        let is_main = count.abs_diff(self.usual) <= 1;
        if self.is_upper_header(index)
            || (count > 1 && filled > 1 && (is_main || count > 2) && self.is_header(index))
        {
            return self.open(index, true);
        }
        if count > 1 && filled > 1 && is_main && self.is_headless(index) {
            return self.open(index, false);
        }
        // One column is a table, too, where nothing separates.
        if self.usual == 1 && index == 0 {
            let has_name = looks_like_names(self.cells(0)) && self.differs_below(0);
            return self.open(index, has_name);
        }
        self.lines.push(index);
        RowKind::Preamble
    }

    fn inside(&mut self, index: usize, is_near: bool, filled: usize) -> RowKind {
        let is_again = self
            .table
            .as_ref()
            .is_some_and(|table| self.is_header_again(index, table));
        let is_sum = is_total(self.cells(index));
        let is_units = self.is_units(index) || self.is_lower_header(index);
        let Some(table) = &mut self.table else {
            return RowKind::Note;
        };
        if is_units {
            table.units.push(index);
        }
        if is_again || is_units {
            return RowKind::Header;
        }
        let is_lone = filled == 1 && table.columns >= 3;
        if is_sum {
            table.totals.push(index);
            return RowKind::Total;
        }
        if (is_near && !is_lone) || (!is_lone && filled * 2 > table.columns && filled > 2) {
            table.rows.push(index);
            return RowKind::Data;
        }
        if table.columns <= 2 && is_near {
            table.rows.push(index);
            return RowKind::Data;
        }
        self.lines.push(index);
        RowKind::Note
    }

    /// Whether a row below the names has only texts, and the next ones numbers, at most two rows like it between: units
    /// of measure.
    fn is_units(&self, index: usize) -> bool {
        let is_first = self
            .table
            .as_ref()
            .is_some_and(|table| table.header.is_some() && table.rows.is_empty());
        let own = self.cells(index);
        if !is_first {
            return false;
        }
        let is_value =
            |cell: &Cow<'_, str>| matches!(Cell::of(cell).class(), Class::Number | Class::Date);
        let below = (index + 1..index + 5)
            .map(|next| self.cells(next))
            .find(|cells| cells.iter().any(is_value))
            .unwrap_or_default();
        let numbers = own
            .iter()
            .zip(below)
            .filter(|(own, below)| {
                Cell::of(own).class() == Class::Text && Cell::of(below).class() == Class::Number
            })
            .count();
        numbers * 2 >= own.len()
            && own.iter().all(|cell| {
                matches!(Cell::of(cell).class(), Class::Text | Class::Empty) && cell.len() <= 20
            })
    }

    /// Whether a row and the next one name the columns together, as where cells of a sheet were merged: what the upper
    /// one leaves empty is filled in the lower one, which begins with nothing, as no row of data does.
    fn is_upper_header(&self, index: usize) -> bool {
        let (own, lower) = (self.cells(index), self.cells(index + 1));
        let below = self.cells(index + 2);
        if own.len() < 3 || lower.len() != own.len() || below.len() != own.len() {
            return false;
        }
        let is_filled = |cell: &Cow<'_, str>| !cell.trim().is_empty();
        let begins = |cells: &[Cow<'_, str>]| cells.first().is_some_and(is_filled);
        let is_name = |cell: &Cow<'_, str>| {
            !is_filled(cell) || Cell::of(cell).class() == Class::Text || is_year(cell.trim())
        };
        let mut pairs = own.iter().zip(lower);
        begins(own)
            && !begins(lower)
            && begins(below)
            && own.iter().any(|cell| !is_filled(cell))
            && pairs.all(|(upper, lower)| is_filled(upper) || is_filled(lower))
            && own.iter().chain(lower).all(is_name)
            && !is_label(own)
            && self.filled(index + 1) > 1
            && self.filled(index + 2) > self.filled(index + 1)
    }

    /// Whether a row names columns together with the header above it.
    fn is_lower_header(&self, index: usize) -> bool {
        let is_next = self.table.as_ref().is_some_and(|table| {
            table.rows.is_empty() && table.header.is_some_and(|header| header + 1 == index)
        });
        is_next && index > 0 && self.is_upper_header(index - 1)
    }

    fn open(&mut self, index: usize, has_header: bool) -> RowKind {
        self.close_lines();
        self.table = Some(Table {
            header: has_header.then_some(index),
            columns: self.cells(index).len(),
            units: Vec::new(),
            rows: if has_header { Vec::new() } else { vec![index] },
            totals: Vec::new(),
        });
        if has_header {
            RowKind::Header
        } else {
            RowKind::Data
        }
    }

    fn close_lines(&mut self) {
        if self.table.is_some() {
            return;
        }
        if !self.lines.is_empty() {
            let lines = std::mem::take(&mut self.lines);
            self.blocks.push(Block::Lines(lines));
        }
    }

    fn close_table(&mut self) {
        if let Some(table) = self.table.take() {
            self.blocks.push(Block::Table {
                section: None,
                header: table.header,
                columns: table.columns,
                units: table.units,
                rows: table.rows,
                totals: table.totals,
            });
        }
        self.close_lines();
    }

    /// The next record that is not blank, at most one blank one between.
    fn next(&self, index: usize) -> Option<usize> {
        (index + 1..=index + 2).find(|next| self.filled(*next) > 0)
    }

    /// Whether a record has the names of columns. Asked more than once for many, so it is kept.
    fn is_header(&self, index: usize) -> bool {
        let Some(known) = self.headers.get(index) else {
            return false;
        };
        if let Some(known) = known.get() {
            return known;
        }
        let found = self.find_header(index);
        known.set(Some(found));
        found
    }

    fn find_header(&self, index: usize) -> bool {
        if !looks_like_names(self.cells(index)) {
            return false;
        }
        let count = self.cells(index).len();
        let Some(next) = self.next(index) else {
            // Names without rows.
            return self.table.is_none() && count == self.usual && self.blocks.is_empty();
        };
        let below = self.cells(next).len();
        let is_near = below == count || (below.abs_diff(count) <= 1 && self.filled(next) > 1);
        (is_near || is_rule(self.cells(next)))
            && (self.knows_names(index) || self.differs_below(index))
    }

    fn knows_names(&self, index: usize) -> bool {
        self.cells(index)
            .iter()
            .filter(|cell| cell.len() <= 40 && header_class(cell).is_some())
            .count()
            * 4
            >= self.filled(index)
    }

    /// Whether the rows below are of another kind than this one: numbers, dates, or texts that look otherwise.
    fn differs_below(&self, index: usize) -> bool {
        let own = self.cells(index);
        let below: Vec<&[Cow<'_, str>]> = (index + 1..self.records.len().min(index + 21))
            .filter(|below| {
                self.filled(*below) > 0 && self.cells(*below).len().abs_diff(own.len()) <= 1
            })
            .map(|below| self.cells(below))
            .collect();
        if below.is_empty() {
            return true;
        }
        let mut is_value_below = false;
        let mut is_repeated = false;
        for (column, cell) in own.iter().enumerate() {
            for row in &below {
                let Some(value) = row.get(column) else {
                    continue;
                };
                match Cell::of(value).class() {
                    Class::Number | Class::Date | Class::Bool => is_value_below = true,
                    _ => is_repeated |= !cell.trim().is_empty() && cell.trim() == value.trim(),
                }
            }
        }
        if is_value_below {
            return true;
        }
        !is_repeated
            && own.iter().all(|cell| is_identifier(cell.trim()))
            && below
                .iter()
                .any(|row| row.iter().any(|cell| !is_identifier(cell.trim())))
    }

    fn is_headless(&self, index: usize) -> bool {
        let count = self.cells(index).len();
        let alike = (index + 1..index + 3)
            .filter(|next| self.cells(*next).len() == count && self.filled(*next) > 1)
            .count();
        let is_end = index + 2 >= self.records.len();
        // Padded lines before a table have few cells with something in them.
        let is_padded = count > 3 && self.filled(index) <= 2;
        (alike == 2 || is_end)
            && !is_padded
            && !is_label(self.cells(index))
            && !self.header_follows(index)
    }

    /// Whether names of columns come soon: what stands before them is no table.
    fn header_follows(&self, index: usize) -> bool {
        (index + 1..self.records.len().min(index + 25)).any(|later| {
            self.cells(later).len().abs_diff(self.usual) <= 1
                && self.filled(later) > 1
                && self.is_header(later)
                && (self.knows_names(later) || self.filled(later) > self.filled(index))
        })
    }

    fn is_header_again(&self, index: usize, table: &Table) -> bool {
        table.header.is_some_and(|header| {
            self.filled(header) > 1 && self.cells(header) == self.cells(index)
        }) || is_rule(self.cells(index))
    }

    fn has_other_names(&self, index: usize, table: &Table) -> bool {
        match table.header {
            // A row of texts below a table of texts is a row, unless its names are known.
            Some(_) => self.knows_names(index) && self.value_columns_hold_text(index, table),
            None => false,
        }
    }

    fn value_columns_hold_text(&self, index: usize, table: &Table) -> bool {
        let Some(row) = table.rows.first() else {
            return true;
        };
        self.cells(*row)
            .iter()
            .zip(self.cells(index))
            .any(|(value, name)| {
                matches!(Cell::of(value).class(), Class::Number | Class::Date)
                    && Cell::of(name).class() == Class::Text
            })
    }
}

/// A line such as "Account:;12".
fn is_label(cells: &[Cow<'_, str>]) -> bool {
    cells
        .first()
        .is_some_and(|cell| cell.trim_end().ends_with(':'))
}

/// A line below the names of a Markdown table, or of any drawn one.
fn is_rule(cells: &[Cow<'_, str>]) -> bool {
    let mut dashes = 0;
    for cell in cells {
        let cell = cell.trim();
        if !cell
            .bytes()
            .all(|byte| matches!(byte, b'-' | b':' | b'=' | b'+' | b' '))
        {
            return false;
        }
        dashes += cell.len();
    }
    dashes >= 3
}

fn is_identifier(text: &str) -> bool {
    text.chars().count() <= 40
        && text.split(['_', '-', '.', ' ']).count() <= 4
        && text
            .chars()
            .all(|character| character.is_lowercase() || matches!(character, '_' | '-' | '.'))
}

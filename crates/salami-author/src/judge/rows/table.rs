//! The rows of an input, as judges look at them.

use std::collections::BTreeMap;

use serde_json::Value;

use super::amount::Amount;
use crate::input::{Format, Input, Row, RowKind, mask};
use crate::judge::finding::QuotedRow;

/// How much of a row is quoted, in characters.
const QUOTED: usize = 240;
/// How many cells of a row are looked at.
const CELLS: usize = 60;
/// How many rows a profile looks at.
const PROFILED: usize = 1_000;

/// The rows of an input.
#[derive(Debug)]
pub(crate) struct Table<'a> {
    input: &'a Input,
    rows: Vec<Row<'a>>,
    kinds: Vec<RowKind>,
}

/// What a cell holds, roughly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Class {
    Empty,
    Number,
    Date,
    Text,
}

/// What most rows are like.
#[derive(Debug, Default)]
pub(super) struct Profile {
    /// How many cells most have.
    width: usize,
    /// The class of a column, where nearly all cells of it have it.
    classes: Vec<Option<Class>>,
}

impl<'a> Table<'a> {
    pub(crate) fn of(input: &'a Input) -> Self {
        let rows = input.rows();
        let rows: Vec<Row<'a>> = rows.map(|rows| rows.iter().collect()).unwrap_or_default();
        Self {
            input,
            kinds: super::kinds::kinds(input, &rows),
            rows,
        }
    }

    pub(super) fn input(&self) -> &'a Input {
        self.input
    }

    pub(super) fn rows(&self) -> &[Row<'a>] {
        &self.rows
    }

    pub(crate) fn texts(&self) -> impl Iterator<Item = &'a str> + '_ {
        let rows = self.rows.iter();
        rows.filter(|row| !row.is_blank).map(|row| row.text)
    }

    pub(super) fn row(&self, index: usize) -> Option<&Row<'a>> {
        self.rows.get(index)
    }

    /// The rows that hold data, by their places.
    pub(crate) fn data(&self) -> impl Iterator<Item = usize> + '_ {
        self.of_kind(RowKind::Data)
    }

    fn of_kind(&self, kind: RowKind) -> impl Iterator<Item = usize> + '_ {
        let kinds = self.kinds.iter().enumerate();
        kinds
            .filter(move |(_, known)| **known == kind)
            .map(|(index, _)| index)
    }

    pub(super) fn kind(&self, index: usize) -> Option<RowKind> {
        self.kinds.get(index).copied()
    }

    pub(super) fn totals(&self) -> impl Iterator<Item = usize> + '_ {
        self.of_kind(RowKind::Total)
    }

    /// The place of the row that a line belongs to, or of an item.
    pub(super) fn at_line(&self, line: u64) -> Option<usize> {
        let after = self.rows.partition_point(|row| row.number <= line);
        let index = after.checked_sub(1)?;
        let row = self.rows.get(index)?;
        let lines = match self.input.format() {
            Format::Json | Format::Xml | Format::Html => 1,
            _ => row.text.lines().count().max(1) as u64,
        };
        (line < row.number.saturating_add(lines)).then_some(index)
    }

    /// Whether a line is a further one of an entry, not that on which it begins.
    pub(super) fn is_further_line(&self, line: u64) -> bool {
        matches!(
            self.input.format(),
            Format::Log | Format::Text | Format::Pdf
        ) && self
            .at_line(line)
            .and_then(|index| self.rows.get(index))
            .is_some_and(|row| row.number != line)
    }

    /// A row as it is shown.
    pub(super) fn quote(&self, index: usize) -> Option<QuotedRow> {
        let row = self.rows.get(index)?;
        // What is cut off here is not masked in vain.
        let head: String = row.text.chars().take(QUOTED * 4).collect();
        let masked = mask(&head).text;
        let mut text: String = masked.chars().take(QUOTED).collect();
        if text.len() < masked.len() {
            text.push_str("...");
        }
        Some(QuotedRow {
            number: row.number,
            text,
        })
    }

    pub(super) fn quotes(&self, indexes: &[usize]) -> Vec<QuotedRow> {
        let quotes = indexes.iter().take(5);
        quotes.filter_map(|index| self.quote(*index)).collect()
    }

    pub(crate) fn quote_number(&self, number: u64) -> Option<QuotedRow> {
        self.quote(self.at_line(number)?)
    }

    /// The cells of a row: those of a line, the values of an item, the words of other text.
    pub(super) fn cells(&self, index: usize) -> Vec<String> {
        let Some(row) = self.rows.get(index) else {
            return Vec::new();
        };
        if let Some(mut cells) = self.input.cells(row) {
            cells.truncate(CELLS);
            return cells;
        }
        let mut cells = Vec::new();
        match self.input.format() {
            Format::Json | Format::JsonLines => {
                // What stands below a key of an object stands there with its key.
                let value = serde_json::from_str::<Value>(row.text)
                    .or_else(|_| serde_json::from_str(&format!("{{{}}}", row.text)));
                if let Ok(value) = value {
                    leaves(&value, CELLS, &mut |leaf| {
                        cells.push(match leaf {
                            Value::String(text) => text.trim().to_owned(),
                            Value::Null => String::new(),
                            other => other.to_string(),
                        });
                    });
                }
            }
            Format::Xml | Format::Html => {
                // What stands between tags.
                for part in row.text.split('<').take(CELLS * 4) {
                    if let Some((_, text)) = part.split_once('>') {
                        let text = text.trim();
                        if !text.is_empty() && cells.len() < CELLS {
                            cells.push(text.to_owned());
                        }
                    }
                }
            }
            _ => {
                // Some formats have a control character between their fields.
                let is_gap = |letter: char| letter.is_whitespace() || letter.is_control();
                let words = row.text.split(is_gap).filter(|word| !word.is_empty());
                cells.extend(words.take(CELLS).map(str::to_owned));
            }
        }
        cells
    }

    /// Whether cells of the same place belong to the same column.
    pub(super) fn has_columns(&self) -> bool {
        self.rows
            .first()
            .is_some_and(|row| self.input.cells(row).is_some())
            || matches!(
                self.input.format(),
                Format::Json | Format::JsonLines | Format::Html | Format::Xml
            )
    }

    /// Some rows of many, from all parts.
    pub(super) fn spread(rows: &[usize], most: usize) -> Vec<usize> {
        if rows.len() <= most || most == 0 {
            return rows.iter().copied().take(most).collect();
        }
        (0..most)
            .filter_map(|step| rows.get(step * rows.len() / most).copied())
            .collect()
    }
}

/// The values within a value that hold none, in order, at most so many.
pub(super) fn leaves<'v>(value: &'v Value, most: usize, take: &mut dyn FnMut(&'v Value)) {
    let mut pending = vec![value];
    let mut count = 0;
    while let Some(value) = pending.pop() {
        match value {
            Value::Array(items) => pending.extend(items.iter().rev().take(most)),
            Value::Object(items) => pending.extend(items.values().rev().take(most)),
            leaf => {
                take(leaf);
                count += 1;
            }
        }
        if count >= most {
            return;
        }
    }
}

/// What a cell holds.
pub(super) fn class(cell: &str) -> Class {
    let cell = cell.trim();
    if cell.is_empty() {
        return Class::Empty;
    }
    if date_parts(cell).is_some() {
        return Class::Date;
    }
    if Amount::of(cell).is_some() {
        return Class::Number;
    }
    Class::Text
}

/// The numbers of a date in a cell, in an order of their own: the same for each way to write it with digits.
pub(super) fn date_parts(cell: &str) -> Option<Vec<u32>> {
    let date = cell.split(['T', ' ']).next().unwrap_or_default();
    let separator = date.chars().find(|letter| "-/.".contains(*letter))?;
    let parts: Vec<&str> = date.split(separator).collect();
    if parts.len() != 3 || date.len() > 10 || date.len() < 6 {
        return None;
    }
    let is_digits = |part: &&str| {
        matches!(part.len(), 1 | 2 | 4) && part.bytes().all(|byte| byte.is_ascii_digit())
    };
    if !parts.iter().all(is_digits) {
        return None;
    }
    let numbers: Option<Vec<u32>> = parts.iter().map(|part| part.parse().ok()).collect();
    let mut numbers = numbers?;
    for number in &mut numbers {
        *number %= 100;
    }
    numbers.sort_unstable();
    Some(numbers)
}

impl Profile {
    /// Of these rows.
    pub(super) fn of(table: &Table<'_>, rows: &[usize]) -> Self {
        if !table.has_columns() {
            return Self::default();
        }
        let mut widths: BTreeMap<usize, usize> = BTreeMap::new();
        let mut counts: Vec<BTreeMap<Class, usize>> = Vec::new();
        let rows = Table::spread(rows, PROFILED);
        for index in &rows {
            let cells = table.cells(*index);
            *widths.entry(cells.len()).or_default() += 1;
            if counts.len() < cells.len() {
                counts.resize_with(cells.len(), BTreeMap::new);
            }
            for (cell, counts) in cells.iter().zip(&mut counts) {
                *counts.entry(class(cell)).or_default() += 1;
            }
        }
        let width = widths.into_iter().max_by_key(|(_, count)| *count);
        let classes = counts.into_iter().map(|counts| {
            let total: usize = counts.values().sum();
            let (class, count) = counts.into_iter().max_by_key(|(_, count)| *count)?;
            (count * 10 >= total * 7).then_some(class)
        });
        Self {
            width: width.map_or(0, |(width, _)| width),
            classes: classes.collect(),
        }
    }

    /// How unlike the others a row is, from 0 to 4.
    pub(super) fn oddness(&self, cells: &[String]) -> u32 {
        if self.width == 0 {
            return 0;
        }
        let mut odd = if cells.len() == self.width { 0 } else { 2 };
        for (cell, usual) in cells.iter().zip(&self.classes) {
            if let Some(usual) = usual
                && class(cell) != *usual
            {
                odd += 1;
            }
        }
        odd.min(4)
    }

    /// Whether a row is like the others in each column.
    pub(super) fn is_usual(&self, cells: &[String]) -> bool {
        self.width > 0 && self.oddness(cells) == 0
    }
}

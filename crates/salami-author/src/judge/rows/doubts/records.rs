//! The rows of an input as records: cells with the names of their columns, keys or elements.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::super::amount::Separator;
use super::super::table::Table;
use super::names::Name;
use super::value::Form;
use crate::input::{Format, MarkupReader, MarkupToken, RowKind, attributes};

/// How many columns are known at most.
const COLUMNS: usize = 200;
/// How many cells of a record are looked at.
const CELLS: usize = 80;
/// The largest document that is searched as a whole, in bytes, and how many of its values are looked at.
const DOCUMENT: usize = 1_000_000;
const VALUES: usize = 50_000;
/// How deep a record is.
const DEPTH: usize = 12;

/// A row with its cells.
#[derive(Debug)]
pub(super) struct Record {
    /// Its place among the rows of the table.
    pub(super) index: usize,
    /// Cells by their columns; several where a record has a list.
    pub(super) cells: BTreeMap<usize, Vec<Form>>,
}

/// Records and the columns that they have.
#[derive(Debug, Default)]
pub(super) struct Records {
    pub(super) columns: Vec<Name>,
    pub(super) rows: Vec<Record>,
    known: BTreeMap<String, usize>,
}

impl Records {
    /// Of these rows.
    pub(super) fn of(table: &Table<'_>, rows: &[usize]) -> Self {
        let mut records = Self::default();
        let headers = Headers::of(table);
        for index in rows {
            let Some(row) = table.row(*index) else {
                continue;
            };
            let mut cells: BTreeMap<usize, Vec<Form>> = BTreeMap::new();
            for (path, name, text) in named(table, *index, row.text, headers.above(*index)) {
                if let Some(column) = records.column(path, &name) {
                    let known = cells.entry(column).or_default();
                    if known.len() < 8 {
                        known.push(Form::of_cell(&text));
                    }
                }
            }
            records.rows.push(Record {
                index: *index,
                cells,
            });
        }
        records.settle();
        records
    }

    /// Numbers that can be read in two ways are read as the others of their column, or of the whole table.
    fn settle(&mut self) {
        let mut told: BTreeMap<usize, BTreeSet<bool>> = BTreeMap::new();
        for record in &self.rows {
            for (column, cells) in &record.cells {
                for separator in cells.iter().filter_map(|cell| cell.separator) {
                    let is_comma = separator == Separator::Comma;
                    told.entry(*column).or_default().insert(is_comma);
                }
            }
        }
        let all: BTreeSet<bool> = told.values().flatten().copied().collect();
        let one = |told: &BTreeSet<bool>| match (told.len(), told.first()) {
            (1, Some(true)) => Some(Separator::Comma),
            (1, Some(false)) => Some(Separator::Point),
            _ => None,
        };
        for record in &mut self.rows {
            for (column, cells) in &mut record.cells {
                let Some(separator) = one(told.get(column).unwrap_or(&all)) else {
                    continue;
                };
                for cell in cells {
                    cell.settle(separator);
                }
            }
        }
    }

    fn column(&mut self, path: String, name: &str) -> Option<usize> {
        if let Some(known) = self.known.get(&path) {
            return Some(*known);
        }
        if self.columns.len() >= COLUMNS {
            return None;
        }
        self.columns.push(Name::of(name));
        self.known.insert(path, self.columns.len() - 1);
        Some(self.columns.len() - 1)
    }

    /// The columns that have the name of a field; else the one whose name begins with it, or it with that.
    pub(super) fn namesakes(&self, name: &Name) -> Vec<usize> {
        let of = |test: &dyn Fn(&Name) -> bool| -> Vec<usize> {
            let columns = self.columns.iter().enumerate();
            columns
                .filter(|(_, column)| test(column))
                .map(|(index, _)| index)
                .collect()
        };
        let same = of(&|column| column.is(name));
        if !same.is_empty() {
            return same;
        }
        let longer = of(&|column| column.extends(name) || name.extends(column));
        match longer.as_slice() {
            [_] => longer,
            _ => Vec::new(),
        }
    }
}

/// The rows that name columns, and where they stand.
struct Headers(Vec<(usize, Vec<String>)>);

impl Headers {
    fn of(table: &Table<'_>) -> Self {
        let mut found: Vec<(usize, Vec<String>)> = Vec::new();
        for (index, row) in table.rows().iter().enumerate() {
            if table.kind(index) != Some(RowKind::Header) || found.len() >= 50 {
                continue;
            }
            let cells = match table.input().format() {
                Format::Html => markup_cells(row.text),
                _ => table.cells(index),
            };
            // Of several lines the one with most names counts.
            if let Some((last, known)) = found.last_mut() {
                let filled =
                    |cells: &[String]| cells.iter().filter(|cell| !cell.is_empty()).count();
                if *last + 1 == index {
                    if filled(&cells) > filled(known) {
                        *known = cells;
                    }
                    *last = index;
                    continue;
                }
            }
            found.push((index, cells));
        }
        Self(found)
    }

    fn above(&self, index: usize) -> &[String] {
        let after = self.0.partition_point(|(header, _)| *header < index);
        let header = after.checked_sub(1).and_then(|at| self.0.get(at));
        header.map_or(&[], |(_, names)| names.as_slice())
    }
}

/// What tells a column, its name, and a cell of it.
type Named = (String, String, String);

fn named(table: &Table<'_>, index: usize, text: &str, header: &[String]) -> Vec<Named> {
    let by_place = |cells: Vec<String>| -> Vec<Named> {
        let mut names: BTreeMap<&str, usize> = BTreeMap::new();
        let cells = cells.into_iter().take(CELLS).enumerate();
        cells
            .map(
                |(place, cell)| match header.get(place).map(|name| name.trim()) {
                    Some(name) if !name.is_empty() => {
                        let count = names.entry(name).or_default();
                        *count += 1;
                        (format!("{name}\n{count}"), name.to_owned(), cell)
                    }
                    _ => (format!("\n{place}"), String::new(), cell),
                },
            )
            .collect()
    };
    match table.input().format() {
        Format::Json | Format::JsonLines => {
            let mut found = Vec::new();
            if let Ok(value) = serde_json::from_str::<Value>(text) {
                flatten(&value, &mut String::new(), "", 0, &mut found);
            }
            found
        }
        Format::Xml => elements(text, CELLS),
        Format::Html => by_place(markup_cells(text)),
        Format::Csv | Format::Tsv => by_place(table.cells(index)),
        _ => pairs(text),
    }
}

fn flatten(value: &Value, path: &mut String, name: &str, depth: usize, found: &mut Vec<Named>) {
    if depth > DEPTH || found.len() >= CELLS {
        return;
    }
    match value {
        Value::Object(fields) => {
            for (key, value) in fields {
                let length = path.len();
                path.push('\n');
                path.extend(key.chars().take(80));
                flatten(value, path, key, depth + 1, found);
                path.truncate(length);
            }
        }
        Value::Array(items) => {
            for item in items.iter().take(8) {
                flatten(item, path, name, depth + 1, found);
            }
        }
        Value::String(text) => found.push((path.clone(), name.to_owned(), text.clone())),
        Value::Null => found.push((path.clone(), name.to_owned(), String::new())),
        other => found.push((path.clone(), name.to_owned(), other.to_string())),
    }
}

/// The name of an element without its space.
fn bare(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}

/// Attributes and texts of elements.
fn elements(text: &str, most: usize) -> Vec<Named> {
    let mut found: Vec<Named> = Vec::new();
    let mut open: Vec<&str> = Vec::new();
    let mut inner = String::new();
    let mut reader = MarkupReader::new(text, false);
    while let Some(token) = reader.next() {
        if found.len() >= most {
            break;
        }
        match token {
            MarkupToken::Open {
                name,
                attributes: text,
                is_closed,
            } => {
                inner.clear();
                open.push(bare(name));
                let path = open.join("\n");
                for (name, value) in attributes(text) {
                    if name.starts_with("xmlns") {
                        continue;
                    }
                    found.push((
                        format!("{path}\n@{name}"),
                        bare(name).to_owned(),
                        plain(value),
                    ));
                }
                if is_closed {
                    open.pop();
                }
            }
            MarkupToken::Text(text) => inner.push_str(text),
            MarkupToken::Close(_) => {
                let text = plain(&inner);
                if !text.is_empty()
                    && let Some(name) = open.last()
                {
                    found.push((open.join("\n"), (*name).to_owned(), text));
                }
                inner.clear();
                open.pop();
            }
            MarkupToken::Other(_) | MarkupToken::Broken => {}
        }
        if open.len() > DEPTH * 2 {
            break;
        }
    }
    found
}

/// The cells of a row of a table of a page, without the markup within.
fn markup_cells(text: &str) -> Vec<String> {
    let mut cells: Vec<String> = Vec::new();
    let mut is_open = false;
    let mut reader = MarkupReader::new(text, true);
    while let Some(token) = reader.next() {
        if cells.len() > CELLS {
            break;
        }
        match token {
            MarkupToken::Open { name, .. }
                if name.eq_ignore_ascii_case("td") || name.eq_ignore_ascii_case("th") =>
            {
                cells.push(String::new());
                is_open = true;
            }
            MarkupToken::Close(name)
                if name.eq_ignore_ascii_case("td") || name.eq_ignore_ascii_case("th") =>
            {
                is_open = false;
            }
            MarkupToken::Text(text) if is_open => {
                if let Some(cell) = cells.last_mut() {
                    cell.push_str(text);
                }
            }
            _ => {}
        }
    }
    cells.iter().map(|cell| plain(cell)).collect()
}

/// Text of markup as it is meant.
fn plain(text: &str) -> String {
    let text = text.trim();
    if !text.contains('&') {
        return text.to_owned();
    }
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&apos;", "'")
        .replace("&nbsp;", " ")
        .replace("&amp;", "&")
}

/// The values that have a name anywhere in a document, outside of its rows as well; at most so many.
pub(super) fn in_document(table: &Table<'_>, names: &[&Name]) -> BTreeMap<usize, Vec<Form>> {
    let mut found: BTreeMap<usize, Vec<Form>> = BTreeMap::new();
    let Some(text) = table.input().text().filter(|text| text.len() <= DOCUMENT) else {
        return found;
    };
    let mut all = Vec::new();
    match table.input().format() {
        Format::Json => {
            if let Ok(value) = serde_json::from_str::<Value>(text) {
                leaves(&value, &mut all);
            }
        }
        Format::Xml => all = elements(text, VALUES),
        _ => return found,
    }
    // Of many names few are told apart.
    let mut known: BTreeMap<String, Option<usize>> = BTreeMap::new();
    for (_, name, text) in all {
        let place = known.entry(name).or_insert_with_key(|name| {
            let name = Name::of(name);
            names.iter().position(|wanted| wanted.is(&name))
        });
        if let Some(place) = place {
            found.entry(*place).or_default().push(Form::of_cell(&text));
        }
    }
    found
}

/// The values of a document with their keys.
fn leaves(value: &Value, found: &mut Vec<Named>) {
    let mut pending = vec![("", value)];
    while let Some((name, value)) = pending.pop() {
        match value {
            Value::Object(fields) => {
                pending.extend(fields.iter().map(|(name, value)| (name.as_str(), value)));
            }
            Value::Array(items) => pending.extend(items.iter().map(|item| (name, item))),
            leaf => {
                let text = match leaf {
                    Value::String(text) => text.clone(),
                    Value::Null => String::new(),
                    other => other.to_string(),
                };
                found.push((String::new(), name.to_owned(), text));
            }
        }
        if found.len() >= VALUES {
            return;
        }
    }
}

/// `name=value` in a line.
fn pairs(text: &str) -> Vec<Named> {
    let mut found = Vec::new();
    for word in text.split_whitespace().take(CELLS * 2) {
        if let Some((name, value)) = word.split_once('=')
            && found.len() < CELLS
            && (1..=40).contains(&name.len())
            && name
                .chars()
                .all(|letter| letter.is_alphanumeric() || "._-".contains(letter))
        {
            let value = value.trim_matches(|mark| "\"',;".contains(mark));
            found.push((name.to_owned(), name.to_owned(), value.to_owned()));
        }
    }
    found
}

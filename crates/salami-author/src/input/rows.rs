//! The rows of an input.

use super::Format;
use super::csv::{self, Dialect};
use super::gaps;
use super::json;
use super::log;
use super::markup::{MarkupReader, MarkupToken, is_void};
use super::records::Lines;
use super::table;
use super::totals;

/// What a row is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RowKind {
    /// A record.
    Data,
    /// The names of columns.
    Header,
    /// What stands before a table.
    Preamble,
    /// A sum of others.
    Total,
    /// What stands between or below tables.
    Note,
    /// Nothing.
    Blank,
}

/// A row: a line or quoted lines of a table, an entry of a log, an item of the main array of a JSON document, a repeated
/// element of markup.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row<'a> {
    /// The line that it begins on, or which item it is; from 1.
    pub number: u64,
    /// Which row it is, from 1.
    pub record: u64,
    /// Its text, without the end of its line.
    pub text: &'a str,
    /// What it seems to be.
    pub kind: RowKind,
    /// Whether it names columns, or stands before them.
    pub is_header_like: bool,
    /// Whether there is nothing in it.
    pub is_blank: bool,
    /// Whether it seems to sum up others.
    pub is_total_like: bool,
}

/// Where a row lies.
#[derive(Clone, Copy, Debug)]
pub(super) struct RowSpan {
    pub(super) number: u64,
    pub(super) start: usize,
    pub(super) end: usize,
    /// Where what follows it begins.
    pub(super) next: usize,
    pub(super) kind: RowKind,
}

/// The rows of an input.
#[derive(Clone, Copy, Debug)]
pub struct Rows<'a> {
    text: &'a str,
    spans: &'a [RowSpan],
}

impl<'a> Rows<'a> {
    pub(super) fn new(text: &'a str, spans: &'a [RowSpan]) -> Rows<'a> {
        Rows { text, spans }
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.spans.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }

    /// A row by its place, from 0.
    #[must_use]
    pub fn get(&self, index: usize) -> Option<Row<'a>> {
        let span = self.spans.get(index)?;
        Some(Row {
            number: span.number,
            record: index as u64 + 1,
            text: self.text.get(span.start..span.end).unwrap_or_default(),
            kind: span.kind,
            is_header_like: matches!(span.kind, RowKind::Header | RowKind::Preamble),
            is_blank: span.kind == RowKind::Blank,
            is_total_like: span.kind == RowKind::Total,
        })
    }

    /// The row of a number.
    #[must_use]
    pub fn by_number(&self, number: u64) -> Option<Row<'a>> {
        let index = self
            .spans
            .binary_search_by_key(&number, |span| span.number)
            .ok()?;
        self.get(index)
    }

    /// The row that a line belongs to: the last that begins on it or before it.
    #[must_use]
    pub fn containing(&self, line: u64) -> Option<Row<'a>> {
        let after = self.spans.partition_point(|span| span.number <= line);
        self.get(after.checked_sub(1)?)
    }

    /// All of them.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = Row<'a>> + use<'a> {
        let rows = *self;
        (0..rows.len()).filter_map(move |index| rows.get(index))
    }

    /// What stands between a row and the one before.
    pub(super) fn between(&self, number: u64) -> &'a str {
        let found = self
            .spans
            .binary_search_by_key(&number, |span| span.number)
            .ok()
            .filter(|index| *index > 0);
        let Some((before, own)) =
            found.and_then(|index| Some((self.spans.get(index - 1)?, self.spans.get(index)?)))
        else {
            return "";
        };
        self.text.get(before.end..own.start).unwrap_or_default()
    }

    /// Where the first begins and the last ends, in the text.
    pub(crate) fn range(&self) -> (usize, usize) {
        (
            self.spans.first().map_or(0, |span| span.start),
            self.spans.last().map_or(0, |span| span.end),
        )
    }
}

/// Where the rows of a text lie.
pub(super) fn spans(text: &str, format: Format, dialect: Option<Dialect>) -> Vec<RowSpan> {
    match (format, dialect) {
        (Format::Csv | Format::Tsv, Some(dialect)) => separated(text, dialect),
        (Format::Json, _) => {
            let at = text.len() - text.trim_start().len();
            items(&json::read(text, at).0.rows(text))
        }
        (Format::Xml, _) => elements(text),
        (Format::Html, _) => table_rows(text),
        (Format::Log, _) => entries(text),
        (Format::Text | Format::Pdf, _) => {
            let mut spans = lines(text);
            gaps::tell(text, &mut spans);
            spans
        }
        _ => lines(text),
    }
}

/// Items at these places.
pub(super) fn items(places: &[(usize, usize)]) -> Vec<RowSpan> {
    places
        .iter()
        .enumerate()
        .map(|(index, (start, end))| RowSpan {
            number: index as u64 + 1,
            start: *start,
            end: *end,
            next: places.get(index + 1).map_or(*end, |(start, _)| *start),
            kind: RowKind::Data,
        })
        .collect()
}

fn lines(text: &str) -> Vec<RowSpan> {
    Lines::new(text)
        .map(|line| RowSpan {
            number: line.number,
            start: line.start,
            end: line.end,
            next: line.next,
            kind: if text
                .get(line.start..line.end)
                .unwrap_or_default()
                .trim()
                .is_empty()
            {
                RowKind::Blank
            } else {
                RowKind::Data
            },
        })
        .collect()
}

fn entries(text: &str) -> Vec<RowSpan> {
    let is_dated = log::is_dated_log(text);
    let mut spans: Vec<RowSpan> = Vec::new();
    for span in lines(text) {
        let line = text.get(span.start..span.end).unwrap_or_default();
        match spans.last_mut() {
            Some(last)
                if last.kind == RowKind::Data
                    && span.kind == RowKind::Data
                    && log::is_continued(line, is_dated) =>
            {
                last.end = span.end;
                last.next = span.next;
            }
            _ => spans.push(span),
        }
    }
    spans
}

/// How many records at the beginning and at the end are looked at to tell what they are.
const LOOKED_AT: usize = 1500;

fn separated(text: &str, dialect: Dialect) -> Vec<RowSpan> {
    let mut spans: Vec<RowSpan> = csv::records(text, dialect)
        .map(|record| RowSpan {
            number: record.line,
            start: record.start,
            end: record.end,
            next: record.next,
            kind: RowKind::Data,
        })
        .collect();
    let is_long = spans.len() > 2 * LOOKED_AT;
    let tail = spans.len() - LOOKED_AT.min(spans.len());
    let looked_at: Vec<usize> = if is_long {
        (0..LOOKED_AT).chain(tail..spans.len()).collect()
    } else {
        (0..spans.len()).collect()
    };
    let record = |span: &RowSpan| text.get(span.start..span.end).unwrap_or_default();
    let cells: Vec<_> = looked_at
        .iter()
        .filter_map(|index| spans.get(*index))
        .map(|span| csv::split(record(span), dialect))
        .collect();
    let mut kinds = table::layout(&cells).kinds;
    if csv::declared(text).is_some()
        && let Some(first) = kinds.first_mut()
    {
        *first = RowKind::Preamble;
    }
    for (index, kind) in looked_at.iter().zip(kinds) {
        if let Some(span) = spans.get_mut(*index) {
            span.kind = kind;
        }
    }
    if is_long {
        for span in spans.get_mut(LOOKED_AT..tail).unwrap_or_default() {
            let record = record(span);
            if record.trim().is_empty() {
                span.kind = RowKind::Blank;
            } else if totals::may_be_total(record) && totals::is_total(&csv::split(record, dialect))
            {
                span.kind = RowKind::Total;
            }
        }
    }
    spans
}

/// The rows of tables of HTML.
fn table_rows(text: &str) -> Vec<RowSpan> {
    let mut reader = MarkupReader::new(text, true);
    let mut places: Vec<RowSpan> = Vec::new();
    let mut row: Option<(usize, bool, bool)> = None;
    let mut is_foot = false;
    let finish = |places: &mut Vec<RowSpan>,
                  row: &mut Option<(usize, bool, bool)>,
                  end: usize,
                  is_foot: bool| {
        if let Some((start, has_cells, has_names)) = row.take() {
            places.push(RowSpan {
                number: places.len() as u64 + 1,
                start,
                end,
                next: end,
                kind: match (has_cells, has_names) {
                    (false, true) => RowKind::Header,
                    (false, false) => RowKind::Blank,
                    _ if is_foot => RowKind::Note,
                    _ => RowKind::Data,
                },
            });
        }
    };
    loop {
        let at = reader.position();
        let Some(token) = reader.next() else {
            break;
        };
        match token {
            MarkupToken::Open { name, .. } if name.eq_ignore_ascii_case("tr") => {
                finish(&mut places, &mut row, at, is_foot);
                row = Some((at, false, false));
            }
            MarkupToken::Open { name, .. } => {
                if name.eq_ignore_ascii_case("tfoot") {
                    is_foot = true;
                } else if name.eq_ignore_ascii_case("tbody") || name.eq_ignore_ascii_case("table") {
                    is_foot = false;
                }
                if let Some((_, has_cells, has_names)) = &mut row {
                    *has_cells |= name.eq_ignore_ascii_case("td");
                    *has_names |= name.eq_ignore_ascii_case("th");
                }
            }
            MarkupToken::Close(name) if name.eq_ignore_ascii_case("tr") => {
                finish(&mut places, &mut row, reader.position(), is_foot);
            }
            MarkupToken::Close(name)
                if ["table", "tbody", "thead", "tfoot"]
                    .iter()
                    .any(|end| name.eq_ignore_ascii_case(end)) =>
            {
                finish(&mut places, &mut row, at, is_foot);
            }
            _ => {}
        }
    }
    finish(&mut places, &mut row, text.len(), is_foot);
    places
}

#[derive(Default)]
struct Group {
    count: usize,
    bytes: usize,
    parents: usize,
    depth: usize,
}

/// The repeated elements of an XML document that make up most of it.
fn elements(text: &str) -> Vec<RowSpan> {
    // Elements by the path of their names; paths are numbers.
    let mut paths: std::collections::BTreeMap<(usize, &str), usize> =
        std::collections::BTreeMap::new();
    let mut groups: Vec<Group> = Vec::new();
    let mut places: Vec<(usize, usize, usize)> = Vec::new();
    let mut open: Vec<(usize, usize, bool)> = Vec::new();
    let mut reader = MarkupReader::new(text, false);
    let mut close =
        |groups: &mut Vec<Group>, path: usize, start: usize, end: usize, has_children: bool| {
            if let Some(group) = groups.get_mut(path) {
                group.count += 1;
                group.bytes += end - start;
                group.parents += usize::from(has_children);
            }
            places.push((path, start, end));
        };
    loop {
        let at = reader.position();
        let Some(token) = reader.next() else {
            break;
        };
        match token {
            MarkupToken::Open {
                name, is_closed, ..
            } => {
                let parent = open.last().map_or(0, |(path, ..)| *path + 1);
                if let Some((.., has_children)) = open.last_mut() {
                    *has_children = true;
                }
                let fresh = groups.len();
                let path = *paths.entry((parent, name)).or_insert(fresh);
                if path == fresh {
                    groups.push(Group {
                        depth: open.len(),
                        ..Group::default()
                    });
                }
                if is_closed || is_void(name) && open.is_empty() {
                    close(&mut groups, path, at, reader.position(), false);
                } else {
                    open.push((path, at, false));
                }
            }
            MarkupToken::Close(_) => {
                if let Some((path, start, has_children)) = open.pop() {
                    close(&mut groups, path, start, reader.position(), has_children);
                }
            }
            _ => {}
        }
    }
    let is_big =
        |group: &&(usize, &Group)| group.1.count > 1 && group.1.bytes * 10 >= text.len() * 3;
    let indexed: Vec<(usize, &Group)> = groups.iter().enumerate().collect();
    let best = |candidates: &mut dyn Iterator<Item = &(usize, &Group)>| {
        candidates
            .max_by_key(|(index, group)| {
                (
                    group.count,
                    std::cmp::Reverse(group.depth),
                    std::cmp::Reverse(*index),
                )
            })
            .map(|(index, _)| *index)
    };
    let chosen = best(
        &mut indexed
            .iter()
            .filter(is_big)
            .filter(|(_, group)| group.parents * 2 >= group.count),
    )
    .or_else(|| best(&mut indexed.iter().filter(is_big)));
    let Some(chosen) = chosen else {
        return Vec::new();
    };
    let mut found: Vec<(usize, usize)> = places
        .iter()
        .filter(|(path, ..)| *path == chosen)
        .map(|(_, start, end)| (*start, *end))
        .collect();
    found.sort_unstable();
    let mut spans = items(&found);
    for span in &mut spans {
        span.next = span.end;
    }
    spans
}

/// The text without one row.
pub(super) fn without(
    text: &str,
    spans: &[RowSpan],
    index: usize,
    format: Format,
) -> Option<String> {
    let span = spans.get(index)?;
    let (start, end) = match format {
        Format::Json => {
            // A comma goes with it: the one behind it, or before it where it is the last.
            if index + 1 < spans.len() {
                (span.start, span.next)
            } else {
                let before = index.checked_sub(1).and_then(|before| spans.get(before));
                (before.map_or(span.start, |before| before.end), span.end)
            }
        }
        _ => (span.start, span.next),
    };
    let mut cut = String::with_capacity(text.len());
    cut.push_str(text.get(..start)?);
    cut.push_str(text.get(end..)?);
    Some(cut)
}

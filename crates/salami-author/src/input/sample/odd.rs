//! Rows that differ from the others, found in one pass and in bounded memory.

use std::collections::BTreeMap;

use super::super::cell::Cell;
use super::super::csv::{self, Dialect};
use super::super::log::{LinePiece, pieces};
use super::super::number::Decimal;
use super::super::{Format, JsonReader, MarkupReader, MarkupToken, TokenKind, totals};

/// Why a row is odd.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Why {
    /// It sums up others.
    Total,
    /// Another number of cells.
    Cells,
    /// Other keys or elements.
    Keys,
    /// A line of another kind.
    Template,
    /// A column has nothing, where others have something, or the other way round.
    Empty,
    /// A number or date is written in another way.
    Written,
    /// A column has a value of another kind.
    Kind,
    /// A cell goes over several lines.
    Lines,
    /// Characters outside ASCII.
    Characters,
    /// Much longer or shorter.
    Length,
}

impl Why {
    /// How a row with it is told: "it has ..."
    pub(crate) fn describe(self) -> &'static str {
        match self {
            Why::Total => "it seems to be a total",
            Why::Cells => "another number of cells",
            Why::Keys => "other keys or elements",
            Why::Template => "a line of another kind",
            Why::Empty => "empty where others are not, or the other way round",
            Why::Written => "a number or date written in another way",
            Why::Kind => "a value of another kind",
            Why::Lines => "a cell of several lines",
            Why::Characters => "characters that others do not have",
            Why::Length => "another length",
        }
    }
}

/// A row that was kept, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OddRow {
    pub(crate) number: u64,
    pub(crate) text: String,
    pub(crate) why: Why,
    /// How many rows are like it in this.
    pub(crate) count: u64,
}

#[derive(Clone, Debug, Default)]
struct Seen {
    count: u64,
    first: Vec<(u64, String)>,
}

/// How much of a row is kept.
const KEPT: usize = 2000;
/// How many signatures of one kind are kept: what has more is no sign of anything.
const SIGNATURES: usize = 400;
/// How many columns are looked at.
const COLUMNS: usize = 64;
/// The kinds of cells.
const KINDS: usize = 10;

/// Collects what is odd.
#[derive(Clone, Debug)]
pub(crate) struct Odd {
    format: Format,
    dialect: Option<Dialect>,
    rows: u64,
    seen: BTreeMap<(Why, u64), Seen>,
    signatures: BTreeMap<Why, usize>,
    columns: Vec<[Seen; KINDS]>,
    has_started: bool,
}

impl Odd {
    pub(crate) fn new(format: Format, dialect: Option<Dialect>) -> Odd {
        Odd {
            format,
            dialect,
            rows: 0,
            seen: BTreeMap::new(),
            signatures: BTreeMap::new(),
            columns: Vec::new(),
            has_started: false,
        }
    }

    /// Looks at a row.
    pub(crate) fn add(&mut self, number: u64, row: &str) {
        if row.trim().is_empty() {
            return;
        }
        self.rows += 1;
        match (self.format, self.dialect) {
            (Format::Csv | Format::Tsv, Some(dialect)) => self.add_cells(number, row, dialect),
            (Format::Json | Format::JsonLines, _) => self.add_json(number, row),
            (Format::Xml | Format::Html, _) => self.add_markup(number, row),
            (Format::Log, _) => self.add_line(number, row),
            _ => {}
        }
        let class = if row.is_ascii() {
            0
        } else {
            1 + u64::from(row.contains('\u{fffd}'))
        };
        self.note(Why::Characters, class, number, row);
        let length = u64::from(usize::BITS - row.len().leading_zeros());
        self.note(Why::Length, length, number, row);
    }

    fn note(&mut self, why: Why, signature: u64, number: u64, row: &str) {
        if let Some(seen) = self.seen.get_mut(&(why, signature)) {
            seen.add(number, row);
            return;
        }
        let signatures = self.signatures.entry(why).or_default();
        if *signatures < SIGNATURES {
            *signatures += 1;
            let mut seen = Seen::default();
            seen.add(number, row);
            self.seen.insert((why, signature), seen);
        }
    }

    fn add_cells(&mut self, number: u64, row: &str, dialect: Dialect) {
        let cells = csv::split(row, dialect);
        self.note(Why::Cells, cells.len() as u64, number, row);
        if totals::may_be_total(row) && totals::is_total(&cells) {
            self.note(Why::Total, 1, number, row);
        }
        if row.contains('\n') {
            self.note(Why::Lines, 1, number, row);
        } else {
            self.note(Why::Lines, 0, number, row);
        }
        // What stands before a table is odd in each of its cells.
        self.has_started |= cells.len() > 1;
        if !self.has_started {
            return;
        }
        for (index, cell) in cells.iter().take(COLUMNS).enumerate() {
            if self.columns.len() <= index {
                self.columns.push(Default::default());
            }
            if let Some(kinds) = self.columns.get_mut(index)
                && let Some(seen) = kinds.get_mut(kind(cell))
            {
                seen.add(number, row);
            }
        }
    }

    fn add_json(&mut self, number: u64, row: &str) {
        let mut reader = JsonReader::new(row, row.len() - row.trim_start().len());
        let mut keys = Vec::new();
        let mut kinds = Vec::new();
        let mut key = "";
        let mut is_good = true;
        let mut tokens = 0;
        loop {
            match reader.next() {
                Ok(Some(token)) => {
                    tokens += 1;
                    let depth = reader.depth();
                    let at_top = depth == 1
                        || depth == 2
                            && matches!(token.kind, TokenKind::ObjectStart | TokenKind::ArrayStart);
                    if token.kind == TokenKind::Key && depth == 1 {
                        key = row.get(token.start..token.end).unwrap_or_default();
                        keys.push(key);
                    } else if at_top
                        && !matches!(token.kind, TokenKind::ObjectEnd | TokenKind::ArrayEnd)
                    {
                        kinds.push((key, token.kind as u8));
                    }
                    if tokens > 2000 {
                        break;
                    }
                }
                Ok(None) => break,
                Err(_) => {
                    is_good = false;
                    break;
                }
            }
        }
        keys.sort_unstable();
        kinds.sort_unstable();
        let keys = hash(keys.iter().flat_map(|key| [key.as_bytes(), b"\n"]));
        self.note(Why::Keys, if is_good { keys } else { 1 }, number, row);
        let kinds: Vec<String> = kinds
            .iter()
            .map(|(key, kind)| format!("{key}{kind}\n"))
            .collect();
        self.note(
            Why::Kind,
            hash(kinds.iter().map(String::as_bytes)),
            number,
            row,
        );
    }

    fn add_markup(&mut self, number: u64, row: &str) {
        let mut reader = MarkupReader::new(row, self.format == Format::Html);
        let mut names = Vec::new();
        while let Some(token) = reader.next() {
            if let MarkupToken::Open { name, .. } = token {
                names.push(name);
            }
            if names.len() > 500 {
                break;
            }
        }
        let cells = names.len() as u64;
        names.sort_unstable();
        names.dedup();
        self.note(
            Why::Keys,
            hash(names.iter().flat_map(|name| [name.as_bytes(), b"\n"])),
            number,
            row,
        );
        if self.format == Format::Html {
            self.note(Why::Cells, cells, number, row);
        }
    }

    fn add_line(&mut self, number: u64, row: &str) {
        let line = row.lines().next().unwrap_or_default();
        let found = pieces(line, 10);
        let mut parts: Vec<String> = Vec::new();
        for piece in found {
            match piece {
                // What is text begins here.
                LinePiece::Word => break,
                LinePiece::Pair(key) => parts.push(key.to_owned()),
                piece => parts.push(format!("{:?}", std::mem::discriminant(&piece))),
            }
        }
        if let Some(level) = line.split(|mark: char| !mark.is_alphabetic()).find(|word| {
            matches!(
                word.to_ascii_lowercase().as_str(),
                "error" | "fatal" | "critical" | "warn" | "warning"
            )
        }) {
            parts.push(level.to_ascii_lowercase());
        }
        self.note(
            Why::Template,
            hash(parts.iter().map(String::as_bytes)),
            number,
            row,
        );
        self.note(Why::Lines, u64::from(row.contains('\n')), number, row);
    }

    /// The odd rows, the oddest first: each once, with its rarest reason.
    pub(crate) fn found(&self, most: usize) -> Vec<OddRow> {
        let rare = (self.rows / 50).max(3);
        let mut found: Vec<OddRow> = Vec::new();
        let mut push = |why: Why, seen: &Seen| {
            let is_rare = why == Why::Total || (seen.count <= rare && seen.count * 2 < self.rows);
            if is_rare {
                for (number, text) in &seen.first {
                    found.push(OddRow {
                        number: *number,
                        text: text.clone(),
                        why,
                        count: seen.count,
                    });
                }
            }
        };
        for ((why, _), seen) in &self.seen {
            push(*why, seen);
        }
        for kinds in &self.columns {
            for (kind, seen) in kinds.iter().enumerate() {
                let why = match kind {
                    0 => Why::Empty,
                    2 | 3 | 8 | 9 => Why::Written,
                    _ => Why::Kind,
                };
                push(why, seen);
            }
        }
        // A total is shown first, then what is rarest.
        found.sort_by_key(|row| (row.why, row.count, row.number));
        let mut numbers = std::collections::BTreeSet::new();
        // One of each reason, then the second ones.
        let mut chosen: Vec<OddRow> = Vec::new();
        let mut by_rank: Vec<(usize, OddRow)> = Vec::new();
        let mut ranks: BTreeMap<Why, usize> = BTreeMap::new();
        for row in found {
            let rank = ranks.entry(row.why).or_default();
            by_rank.push((*rank, row));
            *rank += 1;
        }
        by_rank.sort_by_key(|(rank, row)| (*rank, row.why, row.number));
        for (_, row) in by_rank {
            if chosen.len() == most {
                break;
            }
            if numbers.insert(row.number) {
                chosen.push(row);
            }
        }
        chosen
    }
}

impl Seen {
    fn add(&mut self, number: u64, row: &str) {
        self.count += 1;
        if self.first.len() < 2 {
            let mut end = row.len().min(KEPT);
            while !row.is_char_boundary(end) {
                end -= 1;
            }
            self.first
                .push((number, row.get(..end).unwrap_or(row).to_owned()));
        }
    }
}

fn kind(cell: &str) -> usize {
    let cell = cell.trim();
    match Cell::of(cell) {
        Cell::Empty => usize::from(!cell.is_empty()) * 7,
        Cell::Number(Decimal::Point, _) if is_dressed(cell) => 8,
        Cell::Number(Decimal::Comma, _) if is_dressed(cell) => 9,
        Cell::Number(Decimal::Open, _) => 1,
        Cell::Number(Decimal::Point, _) => 2,
        Cell::Number(Decimal::Comma, _) => 3,
        Cell::Date(_) => 4,
        Cell::Bool => 5,
        Cell::Text => 6,
    }
}

/// Whether a number has brackets, a currency or a sign behind it.
fn is_dressed(cell: &str) -> bool {
    cell.starts_with('(')
        || cell.ends_with('-')
        || cell.chars().any(|character| {
            character.is_alphabetic() && !matches!(character, 'e' | 'E')
                || matches!(character, '$' | '€' | '£' | '%')
        })
}

/// FNV-1a.
fn hash<'a>(parts: impl Iterator<Item = &'a [u8]>) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for byte in parts.flatten() {
        hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    }
    hash
}

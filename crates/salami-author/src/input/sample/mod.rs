//! Samples of inputs for prompts: the head, the tail, what is odd in between; what is cut is said.

mod lines;
pub(super) mod odd;

use std::fmt::Write;

use super::csv;
use super::mask::{is_secret_name, mask, mask_all};
use super::{Dialect, Format, Input, Row, RowKind};

use lines::{Line, Page};
use odd::Odd;

/// A part of an input for a prompt, without its secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sample {
    /// The rows, each behind its number and a bar; what stands in square brackets on lines of their own says what is
    /// left out. A document that fits has neither.
    pub text: String,
    /// What must be known of it: sentences without text of the input.
    pub notes: Vec<String>,
    /// Whether nothing is left out.
    pub is_whole: bool,
}

/// Takes a sample.
pub(super) fn sample(input: &Input, budget: usize) -> Sample {
    let budget = budget.max(200);
    let mut notes: Vec<String> = input.notes.clone();
    let mut page = match (input.text(), input.digest()) {
        (Some(text), _) => whole(input, text, budget),
        (None, Some(digest)) => {
            notes.push(format!(
                "The input has {} bytes and is read as a stream; numbers of lines are those of the whole.",
                input.size
            ));
            let mut page = Page::new(budget);
            let cut = secret_columns_of_head(&digest.head, input.dialect);
            for (number, line) in &digest.head_lines {
                page.push_head(Line::new(*number, &cut.hide(line)));
            }
            for (number, line) in &digest.tail_lines {
                page.push_tail(Line::new(*number, &cut.hide(line)));
            }
            for row in digest.odd.found(24) {
                page.push_odd(Line::new(row.number, &cut.hide(&row.text)), row.why);
            }
            page
        }
        (None, None) => Page::new(budget),
    };
    let text = page.write();
    let masked = mask(&text);
    let page_text = text;
    let count = masked.count + page.masked;
    if page.has_numbers {
        notes.push(format!(
            "The number and the bar before each {} are not part of the input.",
            if page.unit == "line" { "line" } else { "item" }
        ));
    }
    if !page.is_whole() {
        notes.push("This is a part of the input; lines in square brackets without a number say what is left out.".to_owned());
    }
    for (number, why) in page.shown_odd() {
        if let Some(note) = notes.last_mut()
            && let Some(rest) = note.strip_suffix('.')
            && rest.starts_with("Odd rows: ")
        {
            let mut longer = rest.to_owned();
            let _ = write!(longer, "; {number}: {}.", why.describe());
            *note = longer;
        } else {
            notes.push(format!("Odd rows: {number}: {}.", why.describe()));
        }
    }
    notes.extend(ragged(input));
    notes.extend(blanks(&page_text));
    if count > 0 {
        let values = if count == 1 {
            "1 value that looks like a secret is".to_owned()
        } else {
            format!("{count} values that look like secrets are")
        };
        notes.push(format!(
            "{values} shown as x, X and 0 of the same length; the program gets what is really there."
        ));
    }
    Sample {
        text: masked.text,
        notes,
        is_whole: page.is_whole(),
    }
}

/// That some of what looks like blanks, or like nothing, is another character.
fn blanks(text: &str) -> Option<String> {
    let kinds = [
        ('\u{a0}', "no-break spaces (`\\xa0`)"),
        ('\u{202f}', "narrow no-break spaces (`\\u202f`)"),
        ('\u{2009}', "thin spaces (`\\u2009`)"),
        ('\u{200b}', "zero-width spaces (`\\u200b`)"),
        ('\u{ad}', "soft hyphens (`\\xad`)"),
    ];
    let found = kinds.iter().filter(|(mark, _)| text.contains(*mark));
    let found: Vec<&str> = found.map(|(_, name)| *name).collect();
    (!found.is_empty()).then(|| {
        format!(
            "There are {} in it, which are no plain blanks: replace them where numbers are read.",
            found.join(" and ")
        )
    })
}

/// That some rows have more cells than there are names: what separates cells stands within a value, and every cell
/// behind it is in the wrong column.
fn ragged(input: &Input) -> Option<String> {
    const NAMED: usize = 5;
    let dialect = input.dialect?;
    let rows = input.rows()?;
    let mut names = None;
    let mut all = 0_usize;
    let mut found: Vec<u64> = Vec::new();
    for row in rows.iter() {
        match (row.kind, names) {
            (RowKind::Header, _) => names = Some(csv::count(row.text, dialect)),
            (RowKind::Data, Some(names)) => {
                all += 1;
                if csv::count(row.text, dialect) > names {
                    found.push(row.number);
                }
            }
            _ => {}
        }
    }
    // Where most are so, it is how the file is written.
    if found.is_empty() || found.len() * 2 > all {
        return None;
    }
    let named: Vec<String> = found.iter().take(NAMED).map(u64::to_string).collect();
    let rows = match (found.len(), found.len() - named.len()) {
        (1, _) => format!("Row {} has", named.join("")),
        (_, 0) => format!("Rows {} have", named.join(", ")),
        (_, others) => format!("Rows {} and {others} others have", named.join(", ")),
    };
    Some(format!(
        "{rows} more cells than there are names of columns: the mark between cells may stand within a value, so that the cells behind it are in other columns."
    ))
}

/// A row without its secrets.
pub(super) fn quoted(input: &Input, row: &Row<'_>) -> String {
    let header = input.rows().and_then(|rows| {
        rows.iter()
            .take(200)
            .find(|row| row.kind == RowKind::Header)
            .map(|row| row.text)
    });
    mask(&Hidden::of(header, input.dialect).hide(row.text)).text
}

fn whole(input: &Input, text: &str, budget: usize) -> Page {
    let mut page = Page::new(budget);
    let has_items = matches!(input.format, Format::Json | Format::Xml | Format::Html);
    // Items of JSON can be counted where they are; those of markup lie between other elements.
    let is_plain = input.format == Format::Json || input.rows().is_none();
    if has_items && is_plain && text.chars().count() <= budget {
        page.set_plain(text);
        return page;
    }
    let rows = input.rows();
    let Some(rows) = rows else {
        page.set_plain(text);
        return page;
    };
    let hidden = if input.dialect.is_some() {
        let header = rows
            .iter()
            .take(200)
            .find(|row| row.kind == RowKind::Header)
            .map(|row| row.text);
        Hidden::of(header, input.dialect)
    } else {
        Hidden::default()
    };
    if has_items {
        let (start, end) = rows.range();
        page.unit = "item";
        page.before = text.get(..start).unwrap_or_default().trim().to_owned();
        page.after = text.get(end..).unwrap_or_default().trim().to_owned();
    }
    let show = |text: &str| {
        if input.format == Format::Json {
            compact(text)
        } else {
            hidden.hide(text)
        }
    };
    let mut odd = Odd::new(input.format, input.dialect);
    let mut keys = Keys::default();
    for row in rows.iter() {
        if !row.is_header_like {
            odd.add(row.number, row.text);
        }
        keys.see(row.text);
    }
    page.masked = hidden.columns.len();
    let mut used = 0;
    let mut shown = 0;
    for row in rows.iter() {
        let mut line = Line::new(row.number, &show(row.text));
        if input.format == Format::Html {
            line.between = rows.between(row.number).trim().to_owned();
        }
        used += line.size(page.cap());
        page.push_head(line);
        shown += 1;
        if used > budget {
            break;
        }
    }
    if shown < rows.len() {
        let mut used = 0;
        for row in rows.iter().rev() {
            let line = Line::new(row.number, &show(row.text));
            used += line.size(page.cap());
            page.push_tail_before(line);
            if used > budget {
                break;
            }
        }
    }
    page.last = rows.get(rows.len() - 1).map_or(0, |row| row.number);
    for row in odd.found(24) {
        page.push_odd(Line::new(row.number, &show(&row.text)), row.why);
    }
    page.hide_keys(keys.inside(&rows));
    page
}

/// Columns whose names say that they hold secrets.
#[derive(Default)]
struct Hidden {
    columns: Vec<usize>,
    dialect: Option<Dialect>,
}

impl Hidden {
    fn of(header: Option<&str>, dialect: Option<Dialect>) -> Hidden {
        let columns = match (header, dialect) {
            (Some(header), Some(dialect)) => csv::split(header, dialect)
                .iter()
                .enumerate()
                .filter(|(_, name)| is_secret_name(name.trim()))
                .map(|(index, _)| index)
                .collect(),
            _ => Vec::new(),
        };
        Hidden { columns, dialect }
    }

    /// A record without the values of the columns.
    fn hide(&self, record: &str) -> String {
        let Some(dialect) = self.dialect.filter(|_| !self.columns.is_empty()) else {
            return record.to_owned();
        };
        let delimiter = char::from(dialect.delimiter);
        let cells = csv::split(record, dialect);
        let is_header = self
            .columns
            .iter()
            .filter_map(|column| cells.get(*column))
            .all(|cell| is_secret_name(cell.trim()));
        if is_header {
            return record.to_owned();
        }
        let cells: Vec<String> = cells
            .iter()
            .enumerate()
            .map(|(index, cell)| {
                let cell = if self.columns.contains(&index) {
                    mask_all(cell)
                } else {
                    cell.to_string()
                };
                if cell.contains([delimiter, '"', '\n', '\r']) {
                    format!("\"{}\"", cell.replace('"', "\"\""))
                } else {
                    cell
                }
            })
            .collect();
        cells.join(&delimiter.to_string())
    }
}

fn secret_columns_of_head(head: &str, dialect: Option<Dialect>) -> Hidden {
    let Some(dialect) = dialect else {
        return Hidden::default();
    };
    let header = csv::records(head, dialect)
        .take(50)
        .filter_map(|record| head.get(record.start..record.end))
        .find(|record| csv::looks_like_names(&csv::split(record, dialect)));
    Hidden::of(header, Some(dialect))
}

/// Whether the input has private keys over several lines.
#[derive(Default)]
struct Keys {
    has_some: bool,
}

impl Keys {
    fn see(&mut self, row: &str) {
        self.has_some |= row.contains("PRIVATE KEY-----");
    }

    /// The first and last rows of each key.
    fn inside(&self, rows: &super::Rows<'_>) -> Vec<(u64, u64)> {
        let mut found = Vec::new();
        if !self.has_some {
            return found;
        }
        let mut begin = None;
        for row in rows.iter() {
            if row.text.contains("-----BEGIN ") && row.text.contains("PRIVATE KEY-----") {
                begin = Some(row.number + 1);
            } else if row.text.contains("-----END ")
                && let Some(begin) = begin.take()
            {
                found.push((begin, row.number.saturating_sub(1)));
            }
        }
        if let Some(begin) = begin {
            found.push((begin, u64::MAX));
        }
        found
    }
}

/// JSON without the space between its tokens, but with one behind commas and colons.
fn compact(text: &str) -> String {
    let mut compact = String::with_capacity(text.len());
    let mut is_string = false;
    let mut is_escaped = false;
    for character in text.chars() {
        if is_string {
            compact.push(character);
            if is_escaped {
                is_escaped = false;
            } else if character == '\\' {
                is_escaped = true;
            } else if character == '"' {
                is_string = false;
            }
            continue;
        }
        match character {
            '"' => {
                is_string = true;
                compact.push(character);
            }
            ',' | ':' => {
                compact.push(character);
                compact.push(' ');
            }
            character if character.is_whitespace() => {}
            _ => compact.push(character),
        }
    }
    compact
}

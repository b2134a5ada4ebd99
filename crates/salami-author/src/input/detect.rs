//! Which format a text has.

use super::csv::{self, Dialect, Fit};
use super::error::Position;
use super::json::{self, Trouble};
use super::markup_kind::{Html, check_xml, html};
use super::records::Lines;
use super::rows::{self, RowSpan};
use super::{Format, InputError, InputErrorKind, log};

/// What was found.
pub(super) struct Found {
    pub(super) format: Format,
    pub(super) dialect: Option<Dialect>,
    /// The rows, where they were found on the way.
    pub(super) spans: Option<Vec<RowSpan>>,
}

impl Found {
    fn plain(format: Format) -> Found {
        Found {
            format,
            dialect: None,
            spans: None,
        }
    }

    fn separated(dialect: Dialect) -> Found {
        Found {
            format: if dialect.delimiter == b'\t' {
                Format::Tsv
            } else {
                Format::Csv
            },
            dialect: Some(dialect),
            spans: None,
        }
    }
}

/// The format that the ending of a name says.
pub(super) fn hint(name: Option<&str>) -> Option<Format> {
    let name = name?;
    let (_, ending) = name.rsplit_once('.')?;
    Format::from_name(ending)
}

/// Finds the format of a whole text, or checks that it has the one that is wanted.
pub(super) fn detect(
    name: Option<&str>,
    text: &str,
    wanted: Option<Format>,
) -> Result<Found, InputError> {
    match wanted {
        Some(Format::Json) => whole_json(text),
        Some(Format::JsonLines) => json_lines(text),
        Some(Format::Xml) => xml(text),
        Some(Format::Csv) => Ok(Found {
            format: Format::Csv,
            dialect: Some(csv::sniff(text).map_or(comma(), |fit| fit.dialect)),
            spans: None,
        }),
        Some(Format::Tsv) => Ok(Found::separated(Dialect {
            delimiter: b'\t',
            has_quotes: true,
        })),
        Some(format) => Ok(Found::plain(format)),
        None => find(text, hint(name)),
    }
}

/// Finds the format of the beginning of a text that is too large to be held.
pub(super) fn detect_head(name: Option<&str>, head: &str, wanted: Option<Format>) -> Found {
    let hint = wanted.or_else(|| hint(name));
    match hint {
        Some(Format::Csv) => {
            return Found::separated(csv::sniff(head).map_or(comma(), |fit| fit.dialect));
        }
        Some(format @ (Format::Log | Format::Pdf | Format::JsonLines)) if wanted.is_some() => {
            return Found::plain(format);
        }
        _ => {}
    }
    let start = head.trim_start();
    if start.starts_with(['{', '[']) {
        let (good, bad) = json_line_counts(head);
        if good >= 2 && good >= 8 * bad.saturating_sub(1) {
            return Found::plain(Format::JsonLines);
        }
        let (read, trouble) = json::read(head, head.len() - start.len());
        if matches!(trouble, Some(Trouble::CutOff(_)) | None) && read.tokens > 2 {
            return Found::plain(Format::Json);
        }
    }
    if start.starts_with('<') && !log::is_log(head) {
        return Found::plain(if html(start) != Html::No {
            Format::Html
        } else {
            Format::Xml
        });
    }
    find_lines(head, hint)
}

fn comma() -> Dialect {
    Dialect {
        delimiter: b',',
        has_quotes: true,
    }
}

fn find(text: &str, hint: Option<Format>) -> Result<Found, InputError> {
    let start = text.trim_start();
    if start.starts_with(['{', '[']) {
        let at = text.len() - start.len();
        let (read, trouble) = json::read(text, at);
        match trouble {
            None if hint == Some(Format::JsonLines) => return Ok(Found::plain(Format::JsonLines)),
            None => return Ok(json_found(read, text)),
            Some(trouble) => {
                let (good, bad) = json_line_counts(text);
                if good >= 2 && good >= 4 * bad || hint == Some(Format::JsonLines) && good > bad {
                    return Ok(Found::plain(Format::JsonLines));
                }
                if hint == Some(Format::JsonLines) {
                    return json_lines(text);
                }
                if is_meant_as_json(start, read.tokens, trouble, hint) {
                    return Err(json::error(text, trouble));
                }
            }
        }
    }
    if hint == Some(Format::Json) && !start.starts_with('<') {
        return whole_json(text);
    }
    if start.starts_with('<') && !log::is_log(text) {
        let html = html(start);
        if hint == Some(Format::Html) || html == Html::Surely && hint != Some(Format::Xml) {
            return Ok(Found::plain(Format::Html));
        }
        if start.starts_with("<?xml") || hint == Some(Format::Xml) {
            return match xml(text) {
                Err(_) if html == Html::Surely => Ok(Found::plain(Format::Html)),
                found => found,
            };
        }
        if let Ok(found) = xml(text) {
            return Ok(found);
        }
        if html == Html::Maybe {
            return Ok(Found::plain(Format::Html));
        }
        if start
            .get(1..)
            .is_some_and(|rest| rest.starts_with(char::is_alphabetic))
        {
            return Ok(Found::plain(Format::Text));
        }
    }
    if hint == Some(Format::Xml) {
        return xml(text);
    }
    Ok(find_lines(text, hint))
}

fn find_lines(text: &str, hint: Option<Format>) -> Found {
    if let Some(delimiter) = csv::declared(text) {
        return Found::separated(Dialect {
            delimiter,
            has_quotes: true,
        });
    }
    let fit = csv::sniff(text);
    match hint {
        Some(Format::Csv) => {
            return Found {
                format: Format::Csv,
                dialect: Some(fit.map_or(comma(), |fit| fit.dialect)),
                spans: None,
            };
        }
        Some(Format::Tsv) if fit.is_none_or(|fit| fit.dialect.delimiter == b'\t') => {
            return Found::separated(Dialect {
                delimiter: b'\t',
                has_quotes: true,
            });
        }
        Some(Format::Log) => return Found::plain(Format::Log),
        _ => {}
    }
    let is_log = log::is_log(text);
    if let Some(fit) = fit
        && is_separated(text, fit, is_log)
    {
        return Found::separated(fit.dialect);
    }
    Found::plain(if is_log { Format::Log } else { Format::Text })
}

/// Whether rows of cells are what a text has, rather than lines with commas in them.
fn is_separated(text: &str, fit: Fit, is_log: bool) -> bool {
    if fit.rows < 2 {
        return fit.has_names && fit.cells >= 3;
    }
    if is_log && !cells_begin_alone(text, fit.dialect) {
        return false;
    }
    match fit.dialect.delimiter {
        b',' => {
            (fit.usual >= 60 || fit.neighbours >= 75)
                && (fit.has_names || fit.cells >= 3 || fit.usual >= 90)
                && !is_prose(text)
        }
        _ => fit.usual >= 50 || fit.neighbours >= 60,
    }
}

/// Whether the first cells of rows are values of their own: in a log the comma belongs to the time, or to the message.
fn cells_begin_alone(text: &str, dialect: Dialect) -> bool {
    let mut alone = 0;
    let mut rows = 0;
    for line in Lines::new(text).take(100) {
        let line = text.get(line.start..line.end).unwrap_or_default();
        if line.trim().is_empty() {
            continue;
        }
        rows += 1;
        let cells = csv::split(line, dialect);
        let first = cells.first().map(|cell| cell.trim()).unwrap_or_default();
        // 10:00:00,123 INFO
        let second = cells.get(1).map(|cell| cell.as_ref()).unwrap_or_default();
        let is_fraction = second.bytes().take_while(u8::is_ascii_digit).count() == 3
            && second
                .get(3..4)
                .is_some_and(|mark| mark == " " || mark == "]");
        let words = first.split_whitespace().count();
        if !is_fraction && (super::Cell::of(first) != super::Cell::Text || words <= 2) {
            alone += 1;
        }
    }
    alone * 10 >= rows * 7
}

/// Sentences have commas, too.
fn is_prose(text: &str) -> bool {
    let mut sentences = 0;
    let mut rows = 0;
    for line in Lines::new(text).take(100) {
        let line = text
            .get(line.start..line.end)
            .unwrap_or_default()
            .trim_end();
        if line.is_empty() {
            continue;
        }
        rows += 1;
        let spaced = line.matches(", ").count();
        if spaced > 0 && spaced == line.matches(',').count() && line.split_whitespace().count() > 5
        {
            sentences += 1;
        }
    }
    sentences * 2 > rows
}

fn json_found(read: json::Read, text: &str) -> Found {
    Found {
        format: Format::Json,
        dialect: None,
        spans: Some(rows::items(&read.rows(text))),
    }
}

fn whole_json(text: &str) -> Result<Found, InputError> {
    let at = text.len() - text.trim_start().len();
    match json::read(text, at) {
        (read, None) => Ok(json_found(read, text)),
        (_, Some(trouble)) => Err(json::error(text, trouble)),
    }
}

/// Whether broken JSON was meant as JSON: logs begin with a bracket, too.
fn is_meant_as_json(start: &str, tokens: usize, trouble: Trouble, hint: Option<Format>) -> bool {
    if hint == Some(Format::Json) {
        return true;
    }
    if start.starts_with('{') {
        let inner = start.get(1..).unwrap_or_default().trim_start();
        return tokens >= 3
            || inner.starts_with(['"', '\''])
            || matches!(trouble, Trouble::CutOff(_)) && inner.is_empty();
    }
    match trouble {
        Trouble::More(_) => tokens >= 8,
        Trouble::CutOff(_) => tokens >= 2,
        _ => tokens >= 6,
    }
}

/// Lines that are a JSON object or array, and others.
fn json_line_counts(text: &str) -> (usize, usize) {
    let mut good = 0;
    let mut bad = 0;
    for line in Lines::new(text).take(1000) {
        let line = text.get(line.start..line.end).unwrap_or_default();
        if line.trim().is_empty() {
            continue;
        }
        if is_json_line(line) {
            good += 1;
        } else {
            bad += 1;
        }
        if bad > 20 && bad > good {
            break;
        }
    }
    (good, bad)
}

fn is_json_line(line: &str) -> bool {
    let start = line.trim_start();
    start.starts_with(['{', '[']) && json::read(line, line.len() - start.len()).1.is_none()
}

fn json_lines(text: &str) -> Result<Found, InputError> {
    let (good, bad) = json_line_counts(text);
    if good > bad {
        return Ok(Found::plain(Format::JsonLines));
    }
    for line in Lines::new(text) {
        let content = text.get(line.start..line.end).unwrap_or_default();
        if !content.trim().is_empty() && !is_json_line(content) {
            let position = Position {
                line: line.number,
                column: 1,
            };
            return Err(InputError::at(
                InputErrorKind::NotFormat,
                format!(
                    "Line {} is not a JSON document of its own, as each of JSON lines must be. Write one document on each line, or send one JSON document.",
                    line.number
                ),
                position,
            ));
        }
    }
    Ok(Found::plain(Format::JsonLines))
}

fn xml(text: &str) -> Result<Found, InputError> {
    check_xml(text)?;
    Ok(Found::plain(Format::Xml))
}

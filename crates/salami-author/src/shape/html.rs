//! The shape of HTML pages: their tables, or their skeleton where they have none.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt::Write;

use crate::input::{
    Evidence, MarkupReader, MarkupToken, attributes, is_void, layout, normal_header,
};

use super::table::write_blocks;
use super::write_evidence;

/// At most so many rows of a table are looked at.
const ROWS: usize = 2000;
/// Tables inside tables, at most so deep.
const DEEPEST: usize = 8;

#[derive(Default)]
struct Table {
    rows: Vec<Vec<Cow<'static, str>>>,
    /// How many rows begin with a name and go on with values.
    labelled: usize,
    /// Whether the cell before is one of names, where there is one in this row.
    was_name: Option<bool>,
    cell: Option<String>,
}

/// The shape of a page.
pub(super) fn shape(text: &str) -> String {
    let (tables, skeleton) = read(text);
    let mut shape = String::from("html page\n");
    let mut evidence = Evidence::default();
    let mut before = String::new();
    for table in tables {
        let mut written = String::from("table\n");
        if table.is_labelled {
            for name in table.rows.iter().filter_map(|row| row.first()) {
                let _ = writeln!(written, "label {}", normal_header(name));
            }
        } else {
            write_blocks(
                &table.rows,
                &layout(&table.rows),
                &mut evidence,
                &mut written,
            );
        }
        if written != before {
            shape.push_str(&written);
        }
        before = written;
    }
    if before.is_empty() {
        for element in skeleton {
            let _ = writeln!(shape, "{element}");
        }
    } else {
        write_evidence(&evidence, false, true, &mut shape);
    }
    shape
}

/// A table of data.
struct Found {
    rows: Vec<Vec<Cow<'static, str>>>,
    /// Whether each row has a name and a value.
    is_labelled: bool,
}

/// The tables of data, and the names of all elements with their first class.
fn read(text: &str) -> (Vec<Found>, BTreeSet<String>) {
    let mut reader = MarkupReader::new(text, true);
    let mut tables: Vec<Found> = Vec::new();
    let mut open: Vec<Table> = Vec::new();
    let mut skeleton = BTreeSet::new();
    while let Some(token) = reader.next() {
        match token {
            MarkupToken::Open {
                name,
                attributes: written,
                ..
            } => {
                let name = name.to_ascii_lowercase();
                open_element(&name, &mut open);
                if skeleton.len() < 400 {
                    note(&name, written, &mut skeleton);
                }
            }
            MarkupToken::Close(name) => {
                let name = name.to_ascii_lowercase();
                match name.as_str() {
                    "td" | "th" | "tr" | "thead" | "tbody" | "tfoot" => {
                        if let Some(table) = open.last_mut() {
                            table.end_cell();
                        }
                    }
                    "table" => {
                        if let Some(mut table) = open.pop() {
                            table.end_cell();
                            keep(table, &mut tables);
                        }
                    }
                    _ => {}
                }
            }
            MarkupToken::Text(content) => {
                if let Some(cell) = open.last_mut().and_then(|table| table.cell.as_mut())
                    && cell.len() < 400
                {
                    cell.push_str(&plain(content));
                }
            }
            _ => {}
        }
    }
    while let Some(mut table) = open.pop() {
        table.end_cell();
        keep(table, &mut tables);
    }
    (tables, skeleton)
}

fn open_element(name: &str, open: &mut Vec<Table>) {
    match name {
        "table" if open.len() < DEEPEST => open.push(Table::default()),
        "tr" => {
            if let Some(table) = open.last_mut() {
                table.end_cell();
                table.was_name = None;
                if table.rows.len() < ROWS {
                    table.rows.push(Vec::new());
                }
            }
        }
        "td" | "th" => {
            if let Some(table) = open.last_mut() {
                table.end_cell();
                let is_second = table.rows.last().is_some_and(|row| row.len() == 1);
                table.labelled +=
                    usize::from(is_second && name == "td" && table.was_name == Some(true));
                table.was_name = Some(name == "th");
                table.cell = Some(String::new());
            }
        }
        _ => {}
    }
}

impl Table {
    fn end_cell(&mut self) {
        if let Some(cell) = self.cell.take()
            && let Some(row) = self.rows.last_mut()
            && row.len() < 200
        {
            row.push(Cow::Owned(cell.trim().to_owned()));
        }
    }
}

/// Keeps a table of data: two columns and two rows at least.
fn keep(table: Table, tables: &mut Vec<Found>) {
    let wide = table.rows.iter().filter(|row| row.len() >= 2).count();
    if wide >= 2 && wide * 2 >= table.rows.len() && tables.len() < 40 {
        tables.push(Found {
            is_labelled: table.labelled * 2 >= table.rows.len()
                && table.rows.iter().all(|row| row.len() <= 2),
            rows: table.rows,
        });
    }
}

fn plain(text: &str) -> String {
    text.replace("&nbsp;", " ")
        .replace("&#160;", " ")
        .replace("&amp;", "&")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&euro;", "€")
        .replace("&minus;", "-")
}

fn note(name: &str, written: &str, skeleton: &mut BTreeSet<String>) {
    if is_void(name)
        || matches!(
            name,
            "script"
                | "style"
                | "b"
                | "i"
                | "em"
                | "strong"
                | "u"
                | "small"
                | "svg"
                | "path"
                | "head"
                | "title"
                | "html"
                | "body"
                | "noscript"
                | "a"
                | "p"
        )
    {
        return;
    }
    let class = attributes(written)
        .into_iter()
        .find(|(key, _)| key.eq_ignore_ascii_case("class"))
        .and_then(|(_, value)| value.split_whitespace().next())
        .map(normal_header);
    match class {
        Some(class) if class.len() <= 40 => {
            skeleton.insert(format!("{name}.{class}"));
        }
        _ if name == "span" || name == "div" => {}
        _ => {
            skeleton.insert(name.to_owned());
        }
    }
}

//! The shape of rows of cells.

use std::borrow::Cow;
use std::fmt::Write;

use crate::input::{
    Block, Cell, Class, Column, Evidence, HeaderClass, Input, Layout, csv_records, csv_split,
    header_class, instant, layout, normal_header,
};

use super::{chosen, write_evidence};

/// At most so many rows are looked at.
const ROWS: usize = 6000;

/// At most so many rows of a table are looked at for what their cells are.
const VALUED: usize = 600;

type Row<'a> = Vec<Cow<'a, str>>;

/// The shape of a file of separated cells.
pub(super) fn shape(input: &Input, excerpt: &str) -> String {
    let Some(dialect) = input.dialect() else {
        return "table\n".to_owned();
    };
    let records: Vec<Row<'_>> = csv_records(excerpt, dialect)
        .take(ROWS)
        .filter_map(|record| excerpt.get(record.start..record.end))
        .map(|record| csv_split(record, dialect))
        .collect();
    let delimiter = match dialect.delimiter {
        b',' => "comma",
        b';' => "semicolon",
        b'\t' => "tab",
        b'|' => "bar",
        _ => "another mark",
    };
    let mut text = format!("table, cells separated by {delimiter}\n");
    let layout = layout(&records);
    let mut evidence = Evidence::default();
    write_blocks(&records, &layout, &mut evidence, &mut text);
    write_evidence(&evidence, dialect.delimiter == b';', true, &mut text);
    text
}

/// The parts of a layout, one after the other.
pub(super) fn write_blocks(
    records: &[Row<'_>],
    layout: &Layout,
    evidence: &mut Evidence,
    text: &mut String,
) {
    let mut has_table = false;
    let mut before = String::new();
    for block in &layout.blocks {
        match block {
            Block::Lines(lines) if !has_table => write_preamble(records, lines, text),
            // No program depends on a footer being there.
            Block::Lines(_) => {}
            Block::Table {
                section,
                header,
                columns,
                units,
                rows,
                totals,
            } => {
                has_table = true;
                if section.as_ref().is_some_and(|name| comes_and_goes(name)) {
                    continue;
                }
                let mut table = String::new();
                if let Some(section) = section {
                    let _ = writeln!(table, "section {}", normal_header(section));
                }
                write_columns(records, *header, *columns, rows, evidence, &mut table);
                for row in units.iter().filter_map(|index| records.get(*index)) {
                    let names: Vec<String> = row.iter().map(|cell| normal_header(cell)).collect();
                    let _ = writeln!(table, "units {}", names.join(", "));
                }
                if !totals.is_empty() {
                    table.push_str("totals\n");
                }
                // A section may have many parts of the same kind.
                if table != before {
                    text.push_str(&table);
                }
                before = table;
            }
        }
    }
}

/// Whether a section of a broker's statement is there in some months only.
fn comes_and_goes(section: &str) -> bool {
    let section = section.to_lowercase();
    [
        "dividend",
        "interest",
        "fee",
        "deposit",
        "withdrawal",
        "withholding",
        "corporate",
        "transfer",
        "accrual",
        "grant",
        "bond",
        "notes",
        "codes",
        "legal",
        "commission",
        "adjustment",
        "forex",
        "cash report",
        "open position",
        "exercise",
        "lent",
        "sales tax",
        "payment in lieu",
    ]
    .iter()
    .any(|word| section.contains(word))
}

/// What stands before a table, by its kinds of lines.
fn write_preamble(records: &[Row<'_>], lines: &[usize], text: &mut String) {
    let mut before = String::new();
    for index in lines {
        let Some(cells) = records.get(*index) else {
            continue;
        };
        let mut line = String::from("before the table:");
        let mut filled = cells
            .iter()
            .map(|cell| cell.trim())
            .filter(|cell| !cell.is_empty());
        if let Some(first) = filled.next() {
            match first.strip_suffix(':') {
                Some(label) if label.len() <= 40 => {
                    let _ = write!(line, " {}:", normal_header(label));
                }
                _ if first.starts_with("sep=") || first.starts_with("SEP=") => {
                    line.push_str(" sep=")
                }
                _ if first.starts_with('#') => line.push_str(" comment"),
                _ => line.push_str(" value"),
            }
        }
        if filled.next().is_some() {
            line.push_str(" value");
        }
        if let Some(scale) = cells.iter().find_map(|cell| scale(cell)) {
            line.push_str(" in ");
            line.push_str(scale);
        }
        line.push('\n');
        if line != before {
            text.push_str(&line);
        }
        before = line;
    }
}

/// What numbers are to be multiplied with, where a line above a table says so.
fn scale(text: &str) -> Option<&'static str> {
    let text = text.to_lowercase();
    let mut words = text.split(|letter: char| !letter.is_alphanumeric());
    words.find_map(|word| match word {
        "thousand" | "thousands" | "tausend" | "tsd" | "teur" | "milliers" | "miles" | "000s" => {
            Some("thousands")
        }
        "million" | "millions" | "millionen" | "mio" | "mln" | "millones" => Some("millions"),
        "billion" | "billions" | "milliarden" | "mrd" | "milliards" => Some("billions"),
        "cents" => Some("cents"),
        _ => None,
    })
}

fn write_columns(
    records: &[Row<'_>],
    header: Option<usize>,
    columns: usize,
    rows: &[usize],
    evidence: &mut Evidence,
    text: &mut String,
) {
    let names: Option<Vec<String>> = header
        .and_then(|index| records.get(index))
        .map(|cells| cells.iter().map(|cell| normal_header(cell)).collect());
    let mut found: Vec<(Column, Evidence)> = vec![Default::default(); columns];
    let looked_at = chosen(rows.len(), VALUED)
        .into_iter()
        .filter_map(|place| rows.get(place))
        .filter_map(|index| records.get(*index));
    for row in looked_at {
        for (cell, (column, evidence)) in row.iter().zip(&mut found) {
            let kind = Cell::of(cell);
            column.add(cell, kind);
            evidence.add(kind);
            if let Some(style) = instant(cell) {
                evidence.add_instant(style);
            }
        }
    }
    let _ = writeln!(
        text,
        "{}",
        if names.is_some() {
            "columns"
        } else {
            "columns without names"
        }
    );
    let mut was_value = false;
    let mut found = found.into_iter().enumerate().peekable();
    while let Some((index, (mut column, mut own))) = found.next() {
        let name = names
            .as_ref()
            .map(|names| names.get(index).map_or("", String::as_str));
        // A field with several values has as many columns as the input with the most of them needs.
        while let (Some(name), Some(names)) = (name.filter(|name| !name.is_empty()), &names)
            && let Some((_, (more, evidence))) =
                found.next_if(|(next, _)| names.get(*next).is_some_and(|next| next == name))
        {
            column.merge(&more);
            own.merge(&evidence);
        }
        let (column, own) = (&column, &own);
        let class = match name {
            Some(name) => named_class(name, column),
            None => Some(match column.class() {
                Class::Empty => Class::Text,
                class => class,
            }),
        };
        merge(own, column, name, evidence);
        let Some(name) = name else {
            let _ = writeln!(text, "- {}", class.map_or("any", Class::name));
            continue;
        };
        // Years and dates as names are values: any number of them.
        let is_value = name.contains('#') && name.chars().all(|mark| !mark.is_alphabetic());
        if is_value && was_value {
            continue;
        }
        was_value = is_value;
        match class {
            Some(class) => {
                let _ = writeln!(text, "- {name}: {}", class.name());
            }
            None if name.is_empty() => text.push_str("- without a name\n"),
            None => {
                let _ = writeln!(text, "- {name}");
            }
        }
    }
}

/// Takes over what a column says of numbers and dates, where it has numbers or dates.
pub(super) fn merge(own: &Evidence, column: &Column, name: Option<&str>, evidence: &mut Evidence) {
    let by_name = name.and_then(header_class);
    match column.class() {
        _ if by_name == Some(HeaderClass::Text) => {}
        Class::Number if by_name == Some(HeaderClass::Date) && column.may_be_instants() => {
            evidence.merge_instants(own);
        }
        Class::Number | Class::Date => evidence.merge_column(own),
        _ => {}
    }
}

/// What values below a name are. A column may be empty, so a name that says nothing has no kind.
pub(super) fn named_class(name: &str, column: &Column) -> Option<Class> {
    let by_name = header_class(name)?;
    Some(match (by_name, column.class()) {
        (HeaderClass::Text, _) => Class::Text,
        (HeaderClass::Number, Class::Empty) => Class::Number,
        (HeaderClass::Date, Class::Empty) => Class::Date,
        // "Not available" among rates.
        (HeaderClass::Number, Class::Text) if column.has_some_numbers() => Class::Number,
        (HeaderClass::Date, Class::Number) if column.may_be_instants() => Class::Date,
        (_, class) => class,
    })
}

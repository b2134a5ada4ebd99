//! The shape of other text: columns between wide gaps, or the labels of its lines.

use std::borrow::Cow;
use std::fmt::Write;

use crate::input::{Block, Cell, Evidence, layout, normal_header};

use super::table::write_blocks;
use super::write_evidence;

/// At most so many lines are looked at.
const LINES: usize = 4000;

/// The shape of a text.
pub(super) fn shape(title: &str, text: &str) -> String {
    let mut shape = format!("{title}\n");
    let mut evidence = Evidence::default();
    let rows: Vec<Vec<Cow<'_, str>>> = text.lines().take(LINES).map(columns).collect();
    let layout = layout(&rows);
    let has_table = layout.blocks.iter().any(|block| {
        matches!(block, Block::Table { header: Some(_), columns, rows, .. } if *columns >= 3 && rows.len() >= 2)
    });
    if has_table {
        shape.push_str("columns between gaps\n");
        write_blocks(&rows, &layout, &mut evidence, &mut shape);
        write_evidence(&evidence, false, true, &mut shape);
        return shape;
    }
    let mut labels: Vec<String> = Vec::new();
    let mut labelled = 0;
    let mut lines = 0;
    for line in text
        .lines()
        .filter(|line| !line.trim().is_empty())
        .take(LINES)
    {
        lines += 1;
        let Some((label, value)) = label(line) else {
            continue;
        };
        labelled += 1;
        evidence.add(Cell::of(value));
        let label = normal_header(label);
        if !labels.contains(&label) && labels.len() < 100 {
            labels.push(label);
        }
    }
    // A colon in a sentence is no label; lines that have one each are.
    if labelled * 4 >= lines {
        for label in labels {
            let _ = writeln!(shape, "label {label}");
        }
        write_evidence(&evidence, false, false, &mut shape);
    }
    shape
}

/// The parts of a line between tabs and gaps of two spaces or more.
fn columns(line: &str) -> Vec<Cow<'_, str>> {
    line.trim()
        .split("  ")
        .flat_map(|part| part.split('\t'))
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .map(Cow::Borrowed)
        .collect()
}

/// `Invoice number: 12`
fn label(line: &str) -> Option<(&str, &str)> {
    let (label, value) = line.trim_start().split_once(':')?;
    let is_label = !label.is_empty()
        && label.chars().count() <= 32
        && label.split_whitespace().count() <= 4
        && label.starts_with(char::is_alphabetic)
        && label.chars().all(|character| {
            character.is_alphabetic()
                || matches!(character, ' ' | '-' | '_' | '.' | '/' | '(' | ')' | '&')
        })
        && !value.starts_with("//")
        && (value.is_empty() || value.starts_with([' ', '\t']));
    is_label.then_some((label, value.trim()))
}

//! The shape of other text: columns between wide gaps, or the labels of its lines.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write;

use crate::input::{Block, Cell, Evidence, columns, layout, normal_header};

use super::table::write_blocks;
use super::{Line, write_evidence};

/// At most so many lines are looked at.
const LINES: usize = 4000;

/// The shape of a text.
pub(super) fn shape(title: &str, text: &str, line: Line) -> String {
    let mut shape = format!("{title}\n");
    let mut evidence = Evidence::default();
    let first = text.trim_start().lines().next().unwrap_or_default();
    if first.starts_with("!Type:") {
        write_letters(first, text, &mut evidence, &mut shape);
        return shape;
    }
    if let Some(names) = names_between_spaces(text) {
        shape.push_str("columns between spaces\n");
        for name in names {
            let _ = writeln!(shape, "- {}", normal_header(name));
        }
        for word in text
            .lines()
            .skip(1)
            .take(LINES)
            .flat_map(str::split_whitespace)
        {
            evidence.add(Cell::of(word));
        }
        write_evidence(&evidence, false, true, &mut shape);
        return shape;
    }
    let rows: Vec<Vec<Cow<'_, str>>> = text.lines().take(LINES).map(columns).collect();
    let layout = layout(&rows);
    let has_table = layout.blocks.iter().any(|block| {
        matches!(block, Block::Table { header: Some(_), columns, rows, .. } if *columns >= 3 && !rows.is_empty())
    });
    if has_table {
        shape.push_str("columns between gaps\n");
        write_blocks(&rows, &layout, &mut evidence, &mut shape);
        write_evidence(&evidence, false, true, &mut shape);
        return shape;
    }
    write_labels(text, line, &mut evidence, &mut shape);
    shape
}

/// The labels of lines, where many have one, in no order. Of labels that come again and again, those that come about as
/// often as the most frequent one: the others are optional.
fn write_labels(text: &str, level: Line, evidence: &mut Evidence, shape: &mut String) {
    let mut labels: BTreeMap<String, usize> = BTreeMap::new();
    let mut labelled = 0;
    let mut lines = 0;
    let mut own = Evidence::default();
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
        own.add(Cell::of(value));
        let label = normal_header(label);
        if labels.len() < 200 || labels.contains_key(&label) {
            *labels.entry(label).or_default() += 1;
        }
    }
    // A colon in a sentence is no label; lines that have one each are.
    if labelled * 4 < lines || lines == 0 {
        write_kinds(text, level, shape);
        write_words(text, evidence, shape);
        return;
    }
    let most = labels.values().copied().max().unwrap_or(0);
    for (label, count) in labels {
        let is_told = match level {
            Line::Usual => count * 2 >= most,
            Line::Always => count >= most,
            Line::Sometimes => count * 5 >= most,
        };
        if is_told {
            let _ = writeln!(shape, "label {label}");
        }
    }
    evidence.merge(&own);
    write_evidence(evidence, false, true, shape);
}

/// The kinds of lines that come often: what their words are, and the units behind numbers.
fn write_kinds(text: &str, level: Line, shape: &mut String) {
    let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
    let mut lines = 0;
    for line in text
        .lines()
        .filter(|line| !line.trim().is_empty())
        .take(LINES)
    {
        lines += 1;
        *kinds.entry(line_kind(line)).or_default() += 1;
    }
    let least = match level {
        Line::Usual => 20,
        Line::Always => 50,
        Line::Sometimes => 5,
    };
    for (kind, count) in kinds {
        if count * 100 >= lines * least {
            let _ = writeln!(shape, "line {kind}");
        }
    }
}

/// What the first words of a line are, without what they say. Words one after the other are one.
fn line_kind(line: &str) -> String {
    const WORDS: usize = 8;
    let mut kinds: Vec<String> = Vec::new();
    for word in line.split_whitespace() {
        let word = word.trim_matches(|mark: char| !mark.is_alphanumeric());
        let unit = word.trim_start_matches(|mark: char| {
            mark.is_ascii_digit() || matches!(mark, '.' | ',' | '/' | '-' | ':')
        });
        let has_digits = word.bytes().any(|byte| byte.is_ascii_digit());
        let kind = match (has_digits, unit.len()) {
            (false, 0) => "mark".to_owned(),
            (false, _) => "word".to_owned(),
            (true, 0) => "number".to_owned(),
            (true, 1..=3) if unit.bytes().all(|byte| byte.is_ascii_alphabetic()) => {
                format!("number {unit}")
            }
            (true, _) => "code".to_owned(),
        };
        if kind != "word" || kinds.last() != Some(&kind) {
            kinds.push(kind);
        }
        if kinds.len() == WORDS {
            break;
        }
    }
    kinds.join(", ")
}

/// Where a third of the lines has numbers or dates, how they are written.
fn write_words(text: &str, evidence: &mut Evidence, shape: &mut String) {
    let mut lines = 0;
    let mut with_values = 0;
    for line in text
        .lines()
        .filter(|line| !line.trim().is_empty())
        .take(LINES)
    {
        lines += 1;
        let mut has_value = false;
        for word in line.split_whitespace().take(60) {
            let cell = Cell::of(word.trim_matches([',', ';', '(', ')', ':']));
            has_value |= matches!(cell, Cell::Number(..) | Cell::Date(_));
            evidence.add(cell);
        }
        with_values += usize::from(has_value);
    }
    if with_values * 3 >= lines && lines > 0 {
        // In prose a point is what it is everywhere, and comes and goes.
        if evidence.decimal(false) == "comma" {
            write_evidence(evidence, false, true, shape);
        } else {
            super::write_dates(evidence, false, shape);
        }
    }
}

/// QIF: what it is about, the letters that its lines begin with, how its numbers and dates are written.
fn write_letters(kind: &str, text: &str, evidence: &mut Evidence, shape: &mut String) {
    let _ = writeln!(shape, "label {}", normal_header(kind));
    let mut letters: BTreeMap<char, usize> = BTreeMap::new();
    for line in text.lines().skip(1).take(LINES) {
        let mut characters = line.trim().chars();
        let letter = characters
            .next()
            .filter(|letter| !letter.is_alphanumeric() || letter.is_uppercase());
        if let Some(letter) = letter {
            *letters.entry(letter).or_default() += 1;
            // Years stand behind an apostrophe.
            evidence.add(Cell::of(&characters.as_str().replace('\'', "/")));
        }
    }
    let most = letters.values().copied().max().unwrap_or(0);
    for (letter, count) in letters {
        if count * 2 >= most {
            let _ = writeln!(shape, "line {letter}");
        }
    }
    write_evidence(evidence, false, true, shape);
}

/// The words of the first line, where they name the columns of what is below, as commands print them.
fn names_between_spaces(text: &str) -> Option<Vec<&str>> {
    let mut lines = text
        .lines()
        .filter(|line| !line.trim().is_empty())
        .take(500);
    let names: Vec<&str> = lines.next()?.split_whitespace().collect();
    let is_name = |name: &&str| {
        name.len() <= 24
            && name.chars().any(char::is_alphabetic)
            && !name.ends_with([':', ',', ';', '.'])
            && !name.contains(['=', '"', '<', '{', '['])
            && name.bytes().filter(u8::is_ascii_digit).count() <= 2
    };
    let capitals = names
        .iter()
        .filter(|name| name.chars().any(char::is_uppercase) || name.starts_with('%'))
        .count();
    if !(3..=40).contains(&names.len())
        || !names.iter().all(is_name)
        || capitals * 5 < names.len() * 3
    {
        return None;
    }
    let mut rows = 0;
    let mut good = 0;
    for line in lines {
        let words: Vec<&str> = line.split_whitespace().collect();
        let is_rule = words
            .iter()
            .all(|word| word.bytes().all(|byte| matches!(byte, b'-' | b'=')));
        if is_rule {
            continue;
        }
        rows += 1;
        let has_value = words
            .iter()
            .any(|word| word.starts_with(|first: char| first.is_ascii_digit()));
        good += usize::from(words.len() * 2 >= names.len() && has_value);
    }
    (rows > 0 && good * 5 >= rows * 4).then_some(names)
}

/// `Invoice number: 12`, `key = value`, `BEGIN:VCARD`, `:61:...`, `[section]`
fn label(line: &str) -> Option<(&str, &str)> {
    let line = line.trim();
    if let Some(name) = line
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
    {
        return is_words(name).then_some((name, ""));
    }
    if let Some((tag, value)) = line.strip_prefix(':').and_then(|rest| rest.split_once(':')) {
        let is_tag =
            (2..=3).contains(&tag.len()) && tag.bytes().all(|byte| byte.is_ascii_alphanumeric());
        return is_tag.then_some((tag, value));
    }
    // <TRNAMT>-12.50
    if let Some((tag, value)) = line.strip_prefix('<').and_then(|rest| rest.split_once('>')) {
        let is_tag = !tag.is_empty()
            && tag.len() <= 32
            && tag
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'.'));
        return is_tag.then_some((tag, value));
    }
    let at = line.find([':', '='])?;
    let label = line.get(..at)?;
    let value = line.get(at + 1..)?;
    let has_gap = value.is_empty() || value.starts_with([' ', '\t']);
    // DTSTART;TZID=Europe/Berlin:20251231
    let key = label.split(';').next().unwrap_or(label);
    let is_key = !key.is_empty()
        && key.len() <= 40
        && !value.starts_with("//")
        && key
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'))
        && key.starts_with(|first: char| first.is_ascii_alphabetic())
        && (line.get(at..=at) == Some("=") || !key.bytes().any(|byte| byte.is_ascii_lowercase()));
    if is_key {
        return Some((key, value.trim()));
    }
    (is_words(label.trim_end()) && has_gap).then_some((label, value.trim()))
}

fn is_words(label: &str) -> bool {
    !label.is_empty()
        && label.chars().count() <= 32
        && label.split_whitespace().count() <= 4
        && label.starts_with(char::is_alphabetic)
        && label.chars().all(|character| {
            character.is_alphabetic()
                || matches!(character, ' ' | '-' | '_' | '.' | '/' | '(' | ')' | '&')
        })
}

//! What judges say, for people and for machines.

use salami::author::judge::{Finding, JudgeName, Report, Severity};
use salami::author::record::{From, Tokens};
use salami_source::render::escaped;
use serde_json::{Value, json};

use crate::processes::paint::Paint;
use crate::processes::words;

/// So many rows of a finding are shown.
const ROWS: usize = 3;

/// Who judges, in a word.
pub fn judge(name: &JudgeName) -> String {
    match name {
        JudgeName::Program => "program".to_owned(),
        JudgeName::Run => "run".to_owned(),
        JudgeName::Schema => "schema".to_owned(),
        JudgeName::Rows => "rows".to_owned(),
        JudgeName::Invariant(name) => format!("invariant {}", words::quoted_line(name)),
        JudgeName::Case(name) => format!("case {}", words::quoted_line(name)),
        JudgeName::Agreement => "agreement".to_owned(),
        JudgeName::Model => "model".to_owned(),
    }
}

/// Who found it, where the message does not say so.
fn finder(finding: &Finding) -> String {
    match &finding.judge {
        // One that has no name but itself is in the message.
        JudgeName::Invariant(name) if finding.message.contains(name.as_str()) => {
            "invariant".to_owned()
        }
        name => judge(name),
    }
}

/// A finding in one line, without rows of the input: for logs. Of an exception it has the message, of a
/// model that judges its words.
pub fn short(finding: &Finding) -> String {
    let mut text = format!("{}: {}", finder(finding), words::line(&finding.message));
    let outside = finding.outside.as_deref().map(outside_lines);
    let first = outside.and_then(|lines| lines.into_iter().next());
    match (&finding.judge, first) {
        (JudgeName::Run, Some(line)) => text = format!("{text} {}", line.trim()),
        (JudgeName::Model, Some(line)) => {
            text = format!("{text} In its words: {}", words::quoted_line(line.trim()));
        }
        _ => {}
    }
    text
}

/// A finding, in a line for itself and one for each of its rows.
pub fn finding(finding: &Finding, indent: &str, paint: Paint) -> String {
    let name = finder(finding);
    let name = match finding.severity {
        Severity::Error => paint.urgent(&name),
        Severity::Doubt => paint.urgent(&format!("{name} (doubt)")),
        Severity::Note => paint.dim(&format!("{name} (note)")),
    };
    let mut text = format!("{indent}{name}: {}\n", words::line(&finding.message));
    if let Some(outside) = &finding.outside {
        for line in outside_lines(outside) {
            text += &format!("{indent}  {}\n", paint.dim(&line));
        }
    }
    match finding.upheld.as_deref() {
        None => {}
        Some("") => text += &format!("{indent}  a model stands by it, and does not say why\n"),
        Some(why) => {
            let why = words::quoted_line(why);
            text += &format!("{indent}  a model stands by it; in its words: {why}\n");
        }
    }
    let mut rows: Vec<_> = finding.rows.iter().collect();
    rows.sort_by_key(|row| row.number);
    for row in rows.into_iter().take(ROWS) {
        let shown = words::shortened(&row.text, 100);
        text += &format!("{indent}  row {}: {}\n", row.number, paint.dim(&shown));
    }
    if finding.rows.len() > ROWS {
        let more = finding.rows.len() - ROWS;
        text += &format!("{indent}  and {more} more\n");
    }
    text
}

/// Of text from outside what says most: of a traceback its message and the innermost line, else its beginning.
fn outside_lines(outside: &str) -> Vec<String> {
    const MOST: usize = 3;
    let lines: Vec<&str> = outside
        .lines()
        .filter(|line| !line.trim().is_empty())
        .collect();
    let is_traceback = lines
        .first()
        .is_some_and(|line| line.starts_with("Traceback"));
    if is_traceback && let Some(position) = lines.iter().rposition(|line| line.starts_with("  ")) {
        let message = lines.get(position + 1..).unwrap_or_default();
        let is_place = |line: &&str| line.trim_start().starts_with("File ");
        let place = lines.iter().take(position + 1).rposition(is_place);
        let innermost = place.and_then(|place| lines.get(place..=position));
        let shown = message
            .iter()
            .take(MOST)
            .chain(innermost.unwrap_or_default());
        return shown.map(|line| words::line(line)).collect();
    }
    let mut shown: Vec<String> = lines
        .iter()
        .take(MOST)
        .map(|line| words::line(line))
        .collect();
    if lines.len() > MOST {
        shown.push("...".to_owned());
    }
    shown
}

/// All that judges found.
pub fn findings(report: &Report, indent: &str, paint: Paint) -> String {
    let shown = report.findings.iter();
    shown.map(|found| finding(found, indent, paint)).collect()
}

/// Who was not asked, and why.
pub fn unasked(report: &Report, indent: &str, paint: Paint) -> String {
    let mut text = String::new();
    for (name, why) in &report.skipped {
        let name = paint.dim(&format!("{} (not asked)", judge(name)));
        text += &format!("{indent}{name}: {}\n", words::line(why));
    }
    text
}

/// Who judged and has nothing against it: `schema, rows`.
pub fn passed(report: &Report) -> String {
    let names: Vec<String> = report.passed.iter().map(judge).collect();
    names.join(", ")
}

/// The same for machines.
pub fn machine(report: &Report) -> Value {
    let findings: Vec<Value> = report
        .findings
        .iter()
        .map(|finding| {
            let rows: Vec<Value> = finding
                .rows
                .iter()
                .map(|row| json!({"row": row.number, "text": row.text}))
                .collect();
            json!({
                "judge": judge(&finding.judge),
                "severity": match finding.severity {
                    Severity::Error => "error",
                    Severity::Doubt => "doubt",
                    Severity::Note => "note",
                },
                "code": finding.code,
                "message": finding.message,
                "outside": finding.outside,
                "upheld": finding.upheld,
                "rows": rows,
            })
        })
        .collect();
    let skipped: Vec<Value> = report
        .skipped
        .iter()
        .map(|(name, why)| json!({"judge": judge(name), "why": why}))
        .collect();
    json!({
        "accepts": report.accepts(),
        "findings": findings,
        "passed": report.passed.iter().map(judge).collect::<Vec<_>>(),
        "skipped": skipped,
    })
}

/// Tokens for machines.
pub fn tokens(tokens: Tokens) -> Value {
    json!({
        "input": tokens.input,
        "output": tokens.output,
        "cached": tokens.cached,
        "total": tokens.total(),
        "estimated": tokens.is_estimated,
    })
}

/// Tokens in a few words.
pub fn tokens_in_words(tokens: Tokens) -> String {
    let about = if tokens.is_estimated { "about " } else { "" };
    format!("{about}{} tokens", thousands(tokens.total()))
}

/// `12,345`
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `once`, `3 times`
pub fn times(number: u64) -> String {
    match number {
        1 => "once".to_owned(),
        number => format!("{} times", thousands(number)),
    }
}

/// Where a program came from.
pub fn from(from: From) -> &'static str {
    match from {
        From::Library => "library",
        From::Repair => "repair",
        From::Model => "model",
    }
}

/// A time in microseconds, as people read it.
pub fn time(microseconds: i64) -> String {
    match microseconds {
        ..1_000 => format!("{microseconds} µs"),
        1_000..10_000 => format!("{:.1} ms", microseconds as f64 / 1e3),
        10_000..1_000_000 => format!("{} ms", microseconds / 1_000),
        1_000_000..120_000_000 => format!("{:.1} s", microseconds as f64 / 1e6),
        _ => format!("{} min", microseconds / 60_000_000),
    }
}

/// A program or a text of several lines, harmless on a terminal. Tabs stay: tables have them.
pub fn lines(text: &str, indent: &str) -> String {
    let mut shown = String::new();
    for line in text.lines() {
        let pieces: Vec<String> = line
            .split('\t')
            .map(|piece| escaped(piece).to_string())
            .collect();
        shown.push_str(format!("{indent}{}", pieces.join("\t")).trim_end());
        shown.push('\n');
    }
    shown
}

/// A sum of money in billionths of the currency that prices have.
pub fn cost(billionths: u64) -> String {
    format!("{:.4}", billionths as f64 / 1e9)
}

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

/// A finding, in a line for itself and one for each of its rows.
pub fn finding(finding: &Finding, indent: &str, paint: Paint) -> String {
    let name = judge(&finding.judge);
    let name = match finding.severity {
        Severity::Error => paint.urgent(&name),
        Severity::Note => paint.dim(&format!("{name} (note)")),
    };
    let mut text = format!("{indent}{name}: {}\n", words::line(&finding.message));
    if let Some(outside) = &finding.outside {
        let mut lines = outside.lines().filter(|line| !line.trim().is_empty());
        let shown: Vec<&str> = lines.by_ref().take(3).collect();
        for line in shown {
            text += &format!("{indent}  {}\n", paint.dim(&words::line(line)));
        }
        if lines.next().is_some() {
            text += &format!("{indent}  {}\n", paint.dim("..."));
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

/// All that judges found, and who was not asked.
pub fn findings(report: &Report, indent: &str, paint: Paint) -> String {
    let shown = report.findings.iter();
    let mut text: String = shown.map(|found| finding(found, indent, paint)).collect();
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
                    Severity::Note => "note",
                },
                "code": finding.code,
                "message": finding.message,
                "outside": finding.outside,
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

/// A program or a text of several lines, harmless on a terminal.
pub fn lines(text: &str, indent: &str) -> String {
    let mut shown = String::new();
    for line in text.lines() {
        shown.push_str(format!("{indent}{}", escaped(line)).trim_end());
        shown.push('\n');
    }
    shown
}

/// A sum of money in billionths of the currency that prices have.
pub fn cost(billionths: u64) -> String {
    format!("{:.4}", billionths as f64 / 1e9)
}

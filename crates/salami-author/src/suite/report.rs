//! How the cases of suites went: as a table, as JUnit's XML, as JSON.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::expect::name;
use crate::judge::Report;
use crate::record::{Ending, Purpose, RunRecord, Tokens};

/// How a case went.
#[derive(Clone, Debug, PartialEq)]
pub struct CaseOutcome {
    /// Its suite.
    pub suite: String,
    /// Its name.
    pub case: String,
    /// What was not as expected; nothing where it passed.
    pub problems: Vec<String>,
    /// How its run ended, where it came to that: `library`, `model`, `repair`, or why it failed.
    pub ending: String,
    /// Whether a program was accepted.
    pub is_accepted: bool,
    /// What is odd about what was accepted.
    pub doubts: Vec<String>,
    /// How often a program was written.
    pub attempts: usize,
    /// All tokens.
    pub tokens: Tokens,
    /// How long models took, in microseconds.
    pub model_time: i64,
    /// How long all took, in microseconds.
    pub took: i64,
}

/// How often a program was written in a run.
pub(super) fn attempts(record: &RunRecord) -> usize {
    let written = record
        .attempts
        .iter()
        .filter(|attempt| match attempt.purpose {
            Purpose::Write | Purpose::Mend | Purpose::Repair => true,
            Purpose::Look => attempt.code.is_some(),
            Purpose::Second | Purpose::Judge | Purpose::Explain => false,
        });
    written.count()
}

/// What is odd about the program of a run, in our words and in those of the model that stands by it.
fn doubts(record: &RunRecord) -> impl Iterator<Item = String> {
    let report = record.report.iter();
    report.flat_map(Report::doubtful).map(|finding| {
        let upheld = match finding.upheld.as_deref() {
            None => String::new(),
            Some("") => " A model stands by it.".to_owned(),
            Some(why) => format!(" A model stands by it; in its words: \u{201c}{why}\u{201d}"),
        };
        format!("[{}] {}{upheld}", finding.code, finding.message)
    })
}

impl CaseOutcome {
    /// How a case went whose run has this record.
    #[must_use]
    pub fn of(suite: &str, case: &str, record: &RunRecord, problems: Vec<String>) -> Self {
        let (ending, is_accepted) = match &record.ending {
            Ending::Accepted { from, .. } => (name(from), true),
            Ending::Failed { kind, .. } => (name(kind), false),
        };
        let model_time = record.attempts.iter();
        Self {
            suite: suite.to_owned(),
            case: case.to_owned(),
            problems,
            ending,
            is_accepted,
            doubts: doubts(record).filter(|_| is_accepted).collect(),
            attempts: attempts(record),
            tokens: record.tokens,
            model_time: model_time.map(|attempt| attempt.model_time).sum(),
            took: record.took,
        }
    }

    /// A case that did not come to a run.
    #[must_use]
    pub fn broken(suite: &str, case: &str, problem: String) -> Self {
        Self {
            suite: suite.to_owned(),
            case: case.to_owned(),
            problems: vec![problem],
            ending: "-".to_owned(),
            is_accepted: false,
            doubts: Vec::new(),
            attempts: 0,
            tokens: Tokens::default(),
            model_time: 0,
            took: 0,
        }
    }

    /// Whether all was as expected.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.problems.is_empty()
    }
}

/// How all cases went, in their order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SuiteReport {
    /// The cases.
    pub cases: Vec<CaseOutcome>,
}

impl SuiteReport {
    /// How many passed.
    #[must_use]
    pub fn passed(&self) -> usize {
        self.cases.iter().filter(|case| case.passed()).count()
    }

    /// Whether all did.
    #[must_use]
    pub fn is_good(&self) -> bool {
        self.cases.iter().all(CaseOutcome::passed)
    }

    /// All tokens.
    #[must_use]
    pub fn tokens(&self) -> u64 {
        let tokens = self.cases.iter().map(|case| case.tokens.total());
        tokens.fold(0, u64::saturating_add)
    }

    /// A line for each case, then what was wrong, then the sum.
    #[must_use]
    pub fn table(&self) -> String {
        let heading = [
            "SUITE", "CASE", "RESULT", "FROM", "ATTEMPTS", "TOKENS", "TIME",
        ];
        let mut rows = vec![heading.map(str::to_owned).to_vec()];
        for case in &self.cases {
            rows.push(vec![
                line(&case.suite),
                line(&case.case),
                if case.passed() { "ok" } else { "FAILED" }.to_owned(),
                case.ending.clone(),
                case.attempts.to_string(),
                case.tokens.total().to_string(),
                time(case.took),
            ]);
        }
        let mut text = columns(&rows, 4);
        let told = |case: &&CaseOutcome| !case.passed() || !case.doubts.is_empty();
        for case in self.cases.iter().filter(told) {
            let _ = writeln!(text, "\n{} {}", line(&case.suite), line(&case.case));
            for doubt in &case.doubts {
                let _ = writeln!(text, "  doubt: {}", line(doubt));
            }
            for problem in &case.problems {
                let _ = writeln!(text, "  {}", line(problem));
            }
        }
        let (passed, all) = (self.passed(), self.cases.len());
        let _ = writeln!(
            text,
            "\n{all} case{}: {passed} passed, {} failed; {} tokens",
            if all == 1 { "" } else { "s" },
            all - passed,
            self.tokens()
        );
        text
    }

    /// JUnit's XML.
    #[must_use]
    pub fn junit(&self) -> String {
        let mut suites: Vec<&str> = Vec::new();
        for case in &self.cases {
            if !suites.contains(&case.suite.as_str()) {
                suites.push(&case.suite);
            }
        }
        let sums = |cases: &[&CaseOutcome]| {
            let failed = cases.iter().filter(|case| !case.passed()).count();
            let took: i64 = cases.iter().map(|case| case.took).sum();
            format!(
                "tests=\"{}\" failures=\"{failed}\" errors=\"0\" time=\"{}\"",
                cases.len(),
                seconds(took)
            )
        };
        let all: Vec<&CaseOutcome> = self.cases.iter().collect();
        let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        let _ = writeln!(text, "<testsuites {}>", sums(&all));
        for suite in suites {
            let cases = self.cases.iter().filter(|case| case.suite == suite);
            let cases: Vec<&CaseOutcome> = cases.collect();
            let _ = writeln!(
                text,
                "  <testsuite name=\"{}\" {}>",
                xml(suite),
                sums(&cases)
            );
            for case in cases {
                let _ = write!(
                    text,
                    "    <testcase classname=\"{}\" name=\"{}\" time=\"{}\"",
                    xml(suite),
                    xml(&case.case),
                    seconds(case.took)
                );
                let doubts = match case.doubts.as_slice() {
                    [] => String::new(),
                    doubts => format!(
                        "      <system-out>{}</system-out>\n",
                        xml(&doubts.join("\n"))
                    ),
                };
                match case.problems.first() {
                    None if doubts.is_empty() => text.push_str("/>\n"),
                    None => {
                        let _ = write!(text, ">\n{doubts}    </testcase>\n");
                    }
                    Some(first) => {
                        let _ = writeln!(
                            text,
                            ">\n      <failure message=\"{}\">{}</failure>\n{doubts}    </testcase>",
                            xml(first),
                            xml(&case.problems.join("\n"))
                        );
                    }
                }
            }
            text.push_str("  </testsuite>\n");
        }
        text.push_str("</testsuites>\n");
        text
    }

    /// For machines.
    #[must_use]
    pub fn json(&self) -> Value {
        let cases: Vec<Value> = self
            .cases
            .iter()
            .map(|case| {
                json!({
                    "suite": case.suite,
                    "case": case.case,
                    "passed": case.passed(),
                    "problems": case.problems,
                    "ending": case.ending,
                    "accepted": case.is_accepted,
                    "doubts": case.doubts,
                    "attempts": case.attempts,
                    "tokens": {"input": case.tokens.input, "output": case.tokens.output},
                    "model_time": case.model_time,
                    "took": case.took,
                })
            })
            .collect();
        json!({
            "passed": self.passed(),
            "failed": self.cases.len() - self.passed(),
            "tokens": self.tokens(),
            "cases": cases,
        })
    }
}

/// Rows in columns; those from `numbers` on stand at the right.
pub(super) fn columns(rows: &[Vec<String>], numbers: usize) -> String {
    let mut widths: Vec<usize> = Vec::new();
    for row in rows {
        for (index, cell) in row.iter().enumerate() {
            let width = cell.chars().count();
            match widths.get_mut(index) {
                Some(widest) => *widest = width.max(*widest),
                None => widths.push(width),
            }
        }
    }
    let mut text = String::new();
    for row in rows {
        let cells = row.iter().zip(&widths).enumerate();
        let cells: Vec<String> = cells
            .map(|(index, (cell, width))| match index >= numbers {
                true => format!("{cell:>width$}"),
                false => format!("{cell:<width$}"),
            })
            .collect();
        text.push_str(cells.join("  ").trim_end());
        text.push('\n');
    }
    text
}

/// Text in one line, harmless on a terminal.
pub(super) fn line(text: &str) -> String {
    text.chars()
        .map(|letter| if letter.is_control() { ' ' } else { letter })
        .collect()
}

/// A time as people read it.
pub(super) fn time(microseconds: i64) -> String {
    match microseconds {
        ..10_000 => format!("{:.1} ms", microseconds as f64 / 1e3),
        10_000..1_000_000 => format!("{} ms", microseconds / 1_000),
        _ => format!("{:.1} s", microseconds as f64 / 1e6),
    }
}

fn seconds(microseconds: i64) -> String {
    format!("{:.3}", microseconds as f64 / 1e6)
}

/// Text inside XML: characters that it cannot have are spaces.
fn xml(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\n' => escaped.push_str("&#10;"),
            '\u{fffe}' | '\u{ffff}' => escaped.push(' '),
            letter if letter.is_control() => escaped.push(' '),
            letter => escaped.push(letter),
        }
    }
    escaped
}

//! `salami author statistics`.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use salami::author::judge::Report;
use salami::author::library::{Library, RunFilter};
use salami::author::record::{Ending, From, Purpose, RunRecord, Tokens};
use serde_json::{Value, json};

use super::arguments::{By, Statistics, StatisticsFormat};
use super::place::Place;
use super::report;
use crate::failure::Failure;
use crate::output::Output;
use crate::processes::paint::{Cell, Paint, columns};
use crate::processes::words;

/// So many runs are counted, the newest.
const MOST: usize = 100_000;

/// The sums of some runs.
#[derive(Clone, Debug, Default)]
struct Sums {
    runs: u64,
    accepted: u64,
    /// A program of the library served, as it was.
    hits: u64,
    repaired: u64,
    /// Accepted with something odd in the result.
    doubted: u64,
    /// Models were asked to write so often.
    attempts: u64,
    /// Runs in which a model was asked.
    asked: u64,
    /// Runs with a model's program that was accepted.
    written: u64,
    tokens: Tokens,
    cost: u64,
    model_time: i64,
    took: i64,
}

impl Sums {
    fn count(&mut self, run: &RunRecord) {
        self.runs += 1;
        self.took = self.took.saturating_add(run.took);
        if let Ending::Accepted { from, .. } = &run.ending {
            self.accepted += 1;
            let is_odd = run.report.as_ref().is_some_and(Report::has_doubtful);
            self.doubted += u64::from(is_odd);
            match from {
                From::Library => self.hits += 1,
                From::Repair => {
                    self.repaired += 1;
                    self.written += 1;
                }
                From::Model => self.written += 1,
            }
        }
        self.asked += u64::from(!run.attempts.is_empty());
        for attempt in &run.attempts {
            let writes = match attempt.purpose {
                Purpose::Write | Purpose::Mend | Purpose::Repair => true,
                // Most stand by what they wrote.
                Purpose::Look => attempt.code.is_some(),
                Purpose::Second | Purpose::Judge | Purpose::Explain => false,
            };
            self.attempts += u64::from(writes);
            self.model_time = self.model_time.saturating_add(attempt.model_time);
            self.cost = self.cost.saturating_add(attempt.cost.unwrap_or(0));
        }
        self.tokens = self.tokens.and(run.tokens);
    }

    fn tokens_per_program(&self) -> Option<u64> {
        self.tokens.total().checked_div(self.written)
    }

    fn machine(&self, name: &str) -> Value {
        json!({
            "name": name,
            "runs": self.runs,
            "accepted": self.accepted,
            "hits": self.hits,
            "repaired": self.repaired,
            "doubted": self.doubted,
            "asked": self.asked,
            "attempts": self.attempts,
            "programs": self.written,
            "tokens": report::tokens(self.tokens),
            "tokens_per_program": self.tokens_per_program(),
            "cost": self.cost,
            "model_time": self.model_time,
            "took": self.took,
        })
    }
}

/// Counts runs.
pub fn statistics(arguments: &Statistics, output: &mut Output) -> Result<(), Failure> {
    let mut place = Place::open(&arguments.place)?;
    let filter = RunFilter {
        limit: MOST,
        ..RunFilter::default()
    };
    let runs = place.library.runs(&filter);
    let runs = runs.map_err(|error| place.failure(&error))?;
    let mut groups: BTreeMap<String, Sums> = BTreeMap::new();
    let mut all = Sums::default();
    for run in &runs {
        all.count(run);
        let name = match arguments.by {
            By::Task => run.task.clone(),
            By::Model => match run.attempts.last() {
                Some(attempt) => attempt.model.clone(),
                None => "none".to_owned(),
            },
        };
        groups.entry(name).or_default().count(run);
    }
    match arguments.format {
        StatisticsFormat::Text => human(arguments.by, &groups, &all, output),
        StatisticsFormat::Json => {
            let groups: Vec<Value> = groups
                .iter()
                .map(|(name, sums)| sums.machine(name))
                .collect();
            let by = label(arguments.by);
            let whole = json!({"by": by, "groups": groups, "all": all.machine("all")});
            output.write(&format!("{whole}\n"))
        }
        StatisticsFormat::Prometheus => output.write(&prometheus(label(arguments.by), &groups)),
    }
}

fn label(by: By) -> &'static str {
    match by {
        By::Task => "task",
        By::Model => "model",
    }
}

fn percent(part: u64, whole: u64) -> String {
    match part.saturating_mul(100).checked_div(whole) {
        Some(percent) => format!("{part} ({percent} %)"),
        None => "-".to_owned(),
    }
}

fn human(
    by: By,
    groups: &BTreeMap<String, Sums>,
    all: &Sums,
    output: &mut Output,
) -> Result<(), Failure> {
    let paint = Paint::of_output();
    let row = |name: &str, sums: &Sums| {
        let tokens = sums.tokens_per_program();
        vec![
            Cell::plain(words::shortened(name, 40)),
            Cell::plain(sums.runs.to_string()),
            Cell::plain(percent(sums.accepted, sums.runs)),
            Cell::plain(percent(sums.hits, sums.runs)),
            Cell::plain(sums.attempts.to_string()),
            Cell::plain(report::thousands(sums.tokens.total())),
            Cell::plain(tokens.map_or_else(|| "-".to_owned(), report::thousands)),
            Cell::plain(match i64::try_from(sums.asked) {
                Ok(asked) if asked > 0 => report::time(sums.model_time / asked),
                _ => "-".to_owned(),
            }),
        ]
    };
    let mut rows: Vec<Vec<Cell>> = groups.iter().map(|(name, sums)| row(name, sums)).collect();
    if groups.len() > 1 {
        rows.push(row("all", all));
    }
    let heading = [
        match by {
            By::Task => "TASK",
            By::Model => "MODEL",
        },
        "RUNS",
        "ACCEPTED",
        "HITS",
        "ATTEMPTS",
        "TOKENS",
        "TOKENS PER PROGRAM",
        "MODEL'S TIME PER RUN",
    ];
    output.write(&columns(paint, &heading, &rows))
}

/// The text form that Prometheus reads.
fn prometheus(label: &str, groups: &BTreeMap<String, Sums>) -> String {
    type Reading = fn(&Sums) -> String;
    let metrics: [(&str, &str, Reading); 9] = [
        ("runs_total", "Runs.", |sums| sums.runs.to_string()),
        ("accepted_total", "Runs with an accepted result.", |sums| {
            sums.accepted.to_string()
        }),
        (
            "hits_total",
            "Runs that a program of the library served.",
            |sums| sums.hits.to_string(),
        ),
        (
            "repaired_total",
            "Runs in which a program of the library was mended.",
            |sums| sums.repaired.to_string(),
        ),
        (
            "doubted_total",
            "Runs with an accepted result in which something is odd.",
            |sums| sums.doubted.to_string(),
        ),
        ("attempts_total", "Programs that models wrote.", |sums| {
            sums.attempts.to_string()
        }),
        ("input_tokens_total", "Tokens that models read.", |sums| {
            sums.tokens.input.to_string()
        }),
        ("output_tokens_total", "Tokens that models wrote.", |sums| {
            sums.tokens.output.to_string()
        }),
        ("model_seconds_total", "How long models took.", |sums| {
            format!("{:.6}", sums.model_time as f64 / 1e6)
        }),
    ];
    let mut text = String::new();
    for (name, help, value) in metrics {
        let _ = writeln!(text, "# HELP salami_author_{name} {help}");
        let _ = writeln!(text, "# TYPE salami_author_{name} counter");
        for (group, sums) in groups {
            let group = group
                .replace('\\', "\\\\")
                .replace('"', "\\\"")
                .replace('\n', "\\n");
            let value = value(sums);
            let _ = writeln!(text, "salami_author_{name}{{{label}=\"{group}\"}} {value}");
        }
    }
    text
}

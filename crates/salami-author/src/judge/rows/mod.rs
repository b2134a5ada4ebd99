//! The account of the rows: each row of the input is used, or named as skipped with why.
//!
//! A program says which rows it skipped; all others it claims to have used. Claims are held against the input (the
//! rows are there, are not nearly all), against the result (as many items as rows, no totals among them, numbers
//! read as they are written) and, for some rows, against a run without the row: what changes nothing was not used.

mod amount;
mod copied;
mod decimals;
mod doubts;
mod kinds;
mod named;
mod rerun;
mod seen;
mod signs;
mod skips;
mod table;
mod unused;
mod zeros;

use salami_program::Host;
use serde_json::Value;

use super::answer::{Answer, SkippedRow};
use super::finding::{Finding, JudgeName, Severity};
use super::words::Words;
use super::{Hearing, Occasion};
pub(super) use doubts::{judge as doubts, known};
use named::listed;
pub(crate) use rerun::items;
use rerun::{Effect, Prober};
use seen::Seen;
use table::Profile;
pub(super) use table::Table;

/// What came of the account.
#[derive(Debug, Default)]
pub(super) struct Judged {
    pub(super) findings: Vec<Finding>,
    pub(super) skipped: Vec<SkippedRow>,
    pub(super) rows: u64,
    pub(super) reruns: u32,
    pub(super) fuel: u64,
}

/// How much is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Effort {
    /// Values of the result.
    values: usize,
    /// Rows whose numbers are held against the result.
    rows: usize,
}

impl Effort {
    const FULL: Self = Self {
        values: 200_000,
        rows: 20_000,
    };
    /// For an input that is large, and a program that was judged before.
    const LITTLE: Self = Self {
        values: 10_000,
        rows: 1_000,
    };

    fn of(hearing: &Hearing<'_>) -> Self {
        let is_large = hearing.input.size() > rerun::LARGE;
        match hearing.occasion {
            Occasion::Hit if is_large => Self::LITTLE,
            _ => Self::FULL,
        }
    }
}

/// All that is known of an account before anything is run again.
struct Account<'a> {
    hearing: &'a Hearing<'a>,
    table: &'a Table<'a>,
    result: &'a Value,
    words: Words,
    profile: Profile,
    seen: Seen,
    /// Rows of data.
    data: Vec<usize>,
    /// Those that are not named as skipped.
    used: Vec<usize>,
    /// Those that are, with why.
    named: std::collections::BTreeMap<usize, String>,
}

/// Judges the account of a program.
pub(super) fn judge(
    hearing: &Hearing<'_>,
    table: &Table<'_>,
    answer: &Answer<'_>,
    result: &Value,
    fits: bool,
    host: &mut dyn Host,
) -> Judged {
    let data: Vec<usize> = table.data().collect();
    let profile = Profile::of(table, &data);
    let effort = Effort::of(hearing);
    let seen = Seen::of(result, effort.values);
    let named = named::read(table, &profile, answer.skipped, &seen);
    let skipped = named.rows.iter().filter_map(|(index, why)| {
        Some(SkippedRow {
            row: table.row(*index)?.number,
            why: why.clone(),
        })
    });
    let mut judged = Judged {
        skipped: skipped.collect(),
        findings: named.findings,
        rows: data.len() as u64,
        ..Judged::default()
    };
    if data.is_empty() {
        return judged;
    }
    let used: Vec<usize> = data
        .iter()
        .copied()
        .filter(|index| !named.rows.contains_key(index))
        .collect();
    // Fewer items than rows need a closer look.
    let is_short = rerun::items(result).is_some_and(|items| items < used.len());
    let seen = if is_short && effort != Effort::FULL {
        Seen::of(result, Effort::FULL.values)
    } else {
        seen
    };
    let account = Account {
        hearing,
        table,
        result,
        words: Words::of(hearing.task, result),
        profile,
        seen,
        data,
        used,
        named: named.rows,
    };
    let mut too_many = skips::judge(&account);
    if !account.used.is_empty() && is_empty(result) {
        let count = account.used.len();
        let rows = table.quotes(&account.used);
        let finding = Finding::doubt(
            JudgeName::Rows,
            "doubt.nothing",
            format!(
                "The result is empty, and {} said to be used. Look at how the rows are read.",
                match count {
                    1 => "one row is".to_owned(),
                    _ => format!("{count} rows are"),
                }
            ),
        );
        too_many.push(finding.with_rows(rows));
    }
    let is_hopeless = too_many
        .iter()
        .any(|finding| finding.severity == Severity::Error || finding.code == "doubt.nothing");
    judged.findings.extend(too_many);
    if !account.words.hundredths {
        let found = decimals::judge(table, &account.used, &account.seen, effort.rows);
        judged.findings.extend(found);
    }
    judged.findings.extend(signs::judge(&account, effort.rows));
    judged.findings.extend(zeros::judge(&account));
    if hearing.occasion == Occasion::New {
        judged.findings.extend(copied::judge(&account));
    }
    // A result without its form, or made of hardly any row, is not worth more runs.
    if !fits || is_hopeless {
        return judged;
    }
    let mut prober = Prober::new(hearing, table, answer, host);
    totals(&account, &mut prober, &mut judged.findings);
    unused::judge(&account, &mut prober, &mut judged.findings);
    judged.reruns = prober.reruns;
    judged.fuel = prober.fuel;
    judged
}

/// Whether nothing is in a result but empty containers, nulls and empty texts.
fn is_empty(result: &Value) -> bool {
    let mut is_empty = true;
    table::leaves(result, 1_000, &mut |leaf| {
        is_empty &= leaf.is_null() || leaf.as_str().is_some_and(str::is_empty);
    });
    // The keys of a dict may be what was asked for.
    is_empty
        && match result {
            Value::Object(fields) => fields.values().all(|value| !value.is_null()),
            _ => true,
        }
}

/// Whether a result is one that nobody need have invented: empty, yes or no, or zero.
fn says_nothing(result: &Value) -> bool {
    let mut is_plain = true;
    table::leaves(result, 1_000, &mut |leaf| {
        is_plain &= match leaf {
            Value::Null | Value::Bool(_) => true,
            Value::String(text) => text.is_empty(),
            leaf => leaf.as_f64() == Some(0.0),
        };
    });
    is_plain
}

/// What shows in the numbers of a result that comes without an account.
pub(super) fn numbers_only(
    hearing: &Hearing<'_>,
    table: &Table<'_>,
    result: &Value,
) -> Vec<Finding> {
    if Words::of(hearing.task, result).hundredths {
        return Vec::new();
    }
    let data: Vec<usize> = table.data().collect();
    let effort = Effort::of(hearing);
    let seen = Seen::of(result, effort.values);
    decimals::judge(table, &data, &seen, effort.rows)
}

/// Totals that are used as if they were data.
fn totals(account: &Account<'_>, prober: &mut Prober<'_, '_>, findings: &mut Vec<Finding>) {
    let table = account.table;
    let unnamed: Vec<usize> = table
        .totals()
        .filter(|index| !account.named.contains_key(index))
        .collect();
    let most = match account.hearing.occasion {
        Occasion::New => 3,
        Occasion::Hit => 1,
    };
    // The last is that of the whole table.
    let mut counted = Vec::new();
    for index in unnamed.iter().rev().take(most).copied() {
        match prober.without(index) {
            Some((Effect::Fewer(..), _)) => counted.push(index),
            Some((Effect::Changed, without)) if is_on_top(account, index, &without) => {
                counted.push(index);
            }
            // Without a run: an item that is the row, as far as can be seen.
            None if rerun::items(account.result)
                .is_some_and(|items| items > account.used.len())
                && account.seen.shows(&table.cells(index)) =>
            {
                counted.push(index);
            }
            _ => {}
        }
    }
    if counted.is_empty() {
        return;
    }
    let what = match counted.len() {
        1 => "a sum of other rows, and is",
        _ => "sums of other rows, and are",
    };
    let mut finding = Finding::error(
        JudgeName::Rows,
        "rows.total",
        format!(
            "{} {what} used as if data stood there. Name {} in `skipped` and leave {} out of the result.",
            listed(table, &counted, true),
            if counted.len() == 1 { "it" } else { "them" },
            if counted.len() == 1 { "it" } else { "them" },
        ),
    );
    if account.words.totals {
        finding.severity = Severity::Note;
        finding.message = format!(
            "{} {what} used, which may be what the task asks for.",
            listed(table, &counted, true)
        );
    }
    findings.push(finding.with_rows(table.quotes(&counted)));
}

/// Whether a number of the result is a sum to which the row was added that holds this very sum.
fn is_on_top(account: &Account<'_>, index: usize, without: &Value) -> bool {
    let cells = account.table.cells(index);
    let sums: Vec<f64> = cells
        .iter()
        .filter_map(|cell| amount::Amount::of(cell))
        .flat_map(|amount| {
            [amount::Separator::Point, amount::Separator::Comma]
                .into_iter()
                .filter_map(move |separator| amount.value(separator))
        })
        .filter(|value| *value != 0.0)
        .collect();
    let without = Seen::of(without, 10_000);
    let is_near = |one: f64, two: f64| (one - two).abs() <= 0.011_f64.max(two.abs() * 1e-6);
    account.seen.values.iter().take(2_000).any(|with| {
        sums.iter().any(|sum| {
            is_near(*with, 2.0 * sum) && without.values.iter().any(|value| is_near(*value, *sum))
        })
    })
}

//! Numbers that lost their sign, and days whose day and month changed places.

use std::collections::BTreeSet;

use super::Account;
use super::amount::{Amount, Separator};
use super::named::listed;
use super::table::Table;
use crate::judge::finding::{Finding, JudgeName};

/// How many values a column has at most that says which way money went.
const KINDS: usize = 30;

/// What is wrong with the signs of numbers in the result, and with its days.
pub(super) fn judge(account: &Account<'_>, most: usize) -> Vec<Finding> {
    let table = account.table;
    if !table.has_columns() {
        return Vec::new();
    }
    let used = account.used.get(..most).unwrap_or(&account.used);
    let rows: Vec<(usize, Vec<String>)> = Table::spread(used, 1_000)
        .into_iter()
        .map(|index| (index, table.cells(index)))
        .collect();
    let width = rows.iter().map(|(_, cells)| cells.len()).max().unwrap_or(0);
    let mut findings = Vec::new();
    for column in 0..width {
        if let Some(lost) = signs_lost(account, &rows, column) {
            let finding = Finding::error(
                JudgeName::Rows,
                "numbers.sign",
                format!(
                    "{} read without the sign of a number: it is negative where it stands in parentheses, or has a minus before a sign of currency or behind it.",
                    listed(table, &lost, true)
                ),
            );
            findings.push(finding.with_rows(table.quotes(&lost)));
            break;
        }
    }
    for column in 0..width {
        if let Some(swapped) = days_swapped(account, &rows, column) {
            let finding = Finding::error(
                JudgeName::Rows,
                "dates.order",
                format!(
                    "{} read with day and month in each other's place. Other rows of the column show the order, as one of the two is more than 12.",
                    listed(table, &swapped, true)
                ),
            );
            findings.push(finding.with_rows(table.quotes(&swapped)));
            break;
        }
    }
    findings
}

/// Rows with a number that is negative in a way which is easily missed, and positive in the result.
fn signs_lost(
    account: &Account<'_>,
    rows: &[(usize, Vec<String>)],
    column: usize,
) -> Option<Vec<usize>> {
    let mut lost = Vec::new();
    let mut kept = 0;
    let (mut negative, mut positive) = (BTreeSet::new(), BTreeSet::new());
    for (position, (index, cells)) in rows.iter().enumerate() {
        let Some(cell) = cells.get(column) else {
            continue;
        };
        let Some(amount) = Amount::of(cell) else {
            continue;
        };
        if !amount.is_negative() {
            positive.insert(position);
            continue;
        }
        negative.insert(position);
        let values = [Separator::Point, Separator::Comma].map(|separator| amount.value(separator));
        let values: Vec<f64> = values
            .into_iter()
            .flatten()
            .filter(|value| *value != 0.0)
            .collect();
        let has = |sign: f64| {
            values
                .iter()
                .any(|value| account.seen.has_signed(value * sign))
        };
        if has(1.0) {
            kept += 1;
        } else if has(-1.0) && cell.trim().trim_start_matches('-').parse::<f64>().is_err() {
            lost.push(*index);
        }
    }
    // Where another column says which way it went, the sign may be left to that.
    let is_told = |other: usize| {
        let values = |positions: &BTreeSet<usize>| -> BTreeSet<String> {
            let cells = positions
                .iter()
                .filter_map(|at| rows.get(*at)?.1.get(other));
            cells.map(|cell| cell.trim().to_lowercase()).collect()
        };
        let (one, two) = (values(&negative), values(&positive));
        one.len() <= KINDS && one.len() * 2 <= negative.len() && one.is_disjoint(&two)
    };
    let width = rows.iter().map(|(_, cells)| cells.len()).max().unwrap_or(0);
    let is_wanted = account.words.unsigned
        || kept == 0
            && (positive.is_empty() || (0..width).any(|other| other != column && is_told(other)));
    (!lost.is_empty() && !is_wanted && lost.len() * 2 >= negative.len() - kept).then_some(lost)
}

/// Rows whose day is in the result with day and month in each other's place.
fn days_swapped(
    account: &Account<'_>,
    rows: &[(usize, Vec<String>)],
    column: usize,
) -> Option<Vec<usize>> {
    let mut days: Vec<(usize, [u32; 3])> = Vec::new();
    let (mut is_day_first, mut is_month_first) = (false, false);
    for (index, cells) in rows {
        let Some(parts) = cells.get(column).and_then(|cell| day(cell)) else {
            continue;
        };
        is_day_first |= parts[0] > 12;
        is_month_first |= parts[1] > 12;
        days.push((*index, parts));
    }
    if is_day_first == is_month_first {
        return None;
    }
    let mut swapped = Vec::new();
    let mut right = 0_usize;
    for (index, [first, second, year]) in days {
        if first > 12 || second > 12 || first == second {
            continue;
        }
        let (day, month) = match is_day_first {
            true => (first, second),
            false => (second, first),
        };
        let has = |month: u32, day: u32| {
            account
                .seen
                .has_day(&format!("{year:04}-{month:02}-{day:02}"))
        };
        match (has(month, day), has(day, month)) {
            (true, _) => right += 1,
            (false, true) => swapped.push(index),
            (false, false) => {}
        }
    }
    (!swapped.is_empty() && swapped.len() > right).then_some(swapped)
}

/// The parts of a day that is written with its year last.
fn day(cell: &str) -> Option<[u32; 3]> {
    let date = cell.trim().split([' ', 'T', ',']).next()?;
    let separator = date.chars().find(|letter| "-/.".contains(*letter))?;
    let mut parts = date.split(separator);
    let mut part = |lengths: &[usize]| -> Option<u32> {
        let text = parts.next()?;
        let is_number =
            lengths.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then(|| text.parse().ok()).flatten()
    };
    let (first, second, year) = (part(&[1, 2])?, part(&[1, 2])?, part(&[2, 4])?);
    let year = if year < 100 { year + 2000 } else { year };
    let is_day = (1..=31).contains(&first) && (1..=31).contains(&second);
    (is_day && (first <= 12 || second <= 12)).then_some([first, second, year])
}

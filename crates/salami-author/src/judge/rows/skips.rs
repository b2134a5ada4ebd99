//! Whether so many rows may be skipped, and for such reasons.

use std::collections::{BTreeMap, BTreeSet};

use super::Account;
use super::amount::Amount;
use super::named::listed;
use super::table::{Class, Table, class, date_parts};
use crate::judge::Occasion;
use crate::judge::finding::{Finding, JudgeName};

/// How many rows of each kind are compared.
const COMPARED: usize = 500;
/// How many different values a column has at most that tells kinds of rows.
const KINDS: usize = 30;

/// What is wrong with the rows that are skipped.
pub(super) fn judge(account: &Account<'_>) -> Vec<Finding> {
    let table = account.table;
    let skipped: Vec<usize> = account
        .data
        .iter()
        .copied()
        .filter(|index| account.named.contains_key(index))
        .collect();
    let mut findings = Vec::new();
    let all = account.data.len();
    if account.used.is_empty() {
        let message = match all {
            1 => "The only row of the input is skipped, so nothing of it is used.".to_owned(),
            _ => format!(
                "All {all} rows of the input are skipped, so nothing of it is used. Look at how the rows are read."
            ),
        };
        // Who looks for something may find nothing.
        let finding = Finding::doubt(JudgeName::Rows, "doubt.nothing", message);
        findings.push(finding.with_rows(table.quotes(&skipped)));
        return findings;
    }
    if skipped.len() * 2 > all {
        let count = skipped.len();
        let message = format!("{count} of {all} rows are skipped, which is more than half");
        let is_told = account.words.filters || are_of_other_kind(account, &skipped);
        let finding = if is_told {
            let message = format!(
                "{message}; they are of another kind than those that are used, or the task asks for some rows only."
            );
            Finding::note(JudgeName::Rows, "rows.many_skipped", message)
        } else {
            let message =
                format!("{message}, and they look like those that are used. Read them as well.");
            Finding::error(JudgeName::Rows, "rows.many_skipped", message)
        };
        findings.push(finding.with_rows(table.quotes(&skipped)));
    }
    let readable = readable(account, &skipped);
    if !readable.is_empty() {
        let message = format!(
            "{} skipped as unreadable, and can be read: numbers may have signs of currency, spaces or separators of thousands, parentheses or a sign behind them.",
            listed(table, &readable, true)
        );
        let finding = Finding::error(JudgeName::Rows, "rows.readable", message);
        findings.push(finding.with_rows(table.quotes(&readable)));
    }
    if let Some(finding) = untold(account, &skipped) {
        findings.push(finding);
    }
    let alone = claimed_repeats(account, &skipped);
    if !alone.is_empty() {
        let message = format!(
            "{} skipped as repetitions, and no other row is like them.",
            listed(table, &alone, true)
        );
        let finding = Finding::error(JudgeName::Rows, "rows.no_repeat", message);
        findings.push(finding.with_rows(table.quotes(&alone)));
    }
    findings
}

/// Rows that are skipped for one reason, which nothing in them tells from rows that are used.
fn untold(account: &Account<'_>, skipped: &[usize]) -> Option<Finding> {
    const FEWEST: usize = 5;
    const PICKED: &[&str] = &[
        "already", "another", "duplicat", "earlier", "higher", "later", "less", "lower", "newer",
        "not the", "older", "other", "repe", "replaced", "smaller", "super",
    ];
    if account.hearing.occasion == Occasion::Hit || account.words.filters {
        return None;
    }
    let is_picked = |rows: &[usize]| {
        let why = rows.first().and_then(|index| account.named.get(index));
        let why = why.map(|why| why.to_lowercase()).unwrap_or_default();
        account.words.picks && PICKED.iter().any(|word| why.contains(word))
    };
    // What stands in quotes and numbers may be of one row.
    let reason = |why: &str| -> String {
        let mut is_quoted = false;
        let letters = why.chars().filter(|letter| {
            is_quoted ^= matches!(letter, '\'' | '"' | '`');
            !is_quoted && letter.is_alphabetic()
        });
        letters.flat_map(char::to_lowercase).collect()
    };
    let mut by_reason: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for index in skipped {
        let why = account.named.get(index)?;
        by_reason.entry(reason(why)).or_default().push(*index);
    }
    let found = by_reason.into_values().find(|rows| {
        rows.len() >= FEWEST
            && rows.len() * 10 >= account.data.len()
            && !is_picked(rows)
            && !are_of_other_kind(account, rows)
            && !are_apart(account, rows)
            && !are_odd(account, rows)
    })?;
    let finding = Finding::doubt(
        JudgeName::Rows,
        "doubt.reason",
        format!(
            "{} skipped for one reason, and nothing in them tells them from rows that are used: no column, no word, no number.",
            listed(account.table, &found, true)
        ),
    );
    Some(finding.with_rows(account.table.quotes(&found)))
}

/// Whether most of some rows are unlike the others in the forms of their cells.
fn are_odd(account: &Account<'_>, rows: &[usize]) -> bool {
    let odd = rows.iter().filter(|index| {
        let cells = account.table.cells(**index);
        account.profile.oddness(&cells) > 0
    });
    odd.count() * 2 >= rows.len()
}

/// Whether a number or a day tells rows apart: in a column all that are used are above or below those that are not; or
/// some value of a cell is in several of them and in no row that is used.
fn are_apart(account: &Account<'_>, rows: &[usize]) -> bool {
    let table = account.table;
    let values = |rows: &[usize], column: usize| -> Vec<String> {
        let rows = Table::spread(rows, COMPARED);
        let cells = rows
            .into_iter()
            .filter_map(|index| table.cells(index).into_iter().nth(column));
        cells.map(|cell| cell.trim().to_lowercase()).collect()
    };
    let number = |cell: &String| -> Option<f64> {
        let digits: String = match date_parts(cell) {
            Some(_) => cell.chars().filter(char::is_ascii_digit).collect(),
            None => {
                let amount = Amount::of(cell)?;
                return amount.value(
                    amount
                        .separator()
                        .unwrap_or(super::amount::Separator::Point),
                );
            }
        };
        digits.parse().ok()
    };
    let bounds = |cells: &[String]| -> Option<(f64, f64)> {
        let values: Vec<f64> = cells.iter().filter_map(number).collect();
        let is_most = !values.is_empty() && values.len() * 10 >= cells.len() * 9;
        let least = values.iter().copied().fold(f64::INFINITY, f64::min);
        let most = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        is_most.then_some((least, most))
    };
    let width = rows
        .iter()
        .take(COMPARED)
        .map(|index| table.cells(*index).len())
        .max()
        .unwrap_or(0);
    (0..width).any(|column| {
        let (out, used) = (values(rows, column), values(&account.used, column));
        let is_apart = match (bounds(&out), bounds(&used)) {
            (Some((least, most)), Some((from, to))) => most < from || least > to,
            _ => false,
        };
        // A value that only rows have that are not used, in most of them.
        let known: BTreeSet<&String> = used.iter().collect();
        let own = out.iter().filter(|cell| !known.contains(cell)).count();
        let different: BTreeSet<&String> = out.iter().collect();
        is_apart || (own * 10 >= out.len() * 9 && different.len() * 2 <= out.len())
    })
}

/// Rows that are skipped as repetitions of others, of which there is none: no other shares a telling value with them.
fn claimed_repeats(account: &Account<'_>, skipped: &[usize]) -> Vec<usize> {
    const WORDS: &[&str] = &[
        "duplicat",
        "repeat",
        "already seen",
        "seen before",
        "doppel",
        "same as",
    ];
    let claims = skipped.iter().copied().filter(|index| {
        let why = account.named.get(index).map(|why| why.to_lowercase());
        why.is_some_and(|why| WORDS.iter().any(|word| why.contains(word)))
    });
    let claims: Vec<usize> = claims.collect();
    if claims.is_empty() || account.data.len() > COMPARED * 4 {
        return Vec::new();
    }
    let all: Vec<(usize, Vec<String>)> = account
        .data
        .iter()
        .map(|index| (*index, account.table.cells(*index)))
        .collect();
    // What most rows hold makes none like another.
    let mut counts: BTreeMap<(usize, &str), usize> = BTreeMap::new();
    for (_, cells) in &all {
        for (column, cell) in cells.iter().enumerate() {
            *counts.entry((column, cell.as_str())).or_default() += 1;
        }
    }
    let is_telling = |column: usize, cell: &str| {
        let count = counts.get(&(column, cell)).copied().unwrap_or(0);
        cell.len() >= 2 && count >= 2 && count * 2 <= all.len().max(4)
    };
    let is_alone = |index: &usize| {
        let own = account.table.cells(*index);
        !own.iter()
            .enumerate()
            .any(|(column, cell)| is_telling(column, cell))
    };
    Table::spread(&claims, 50)
        .into_iter()
        .filter(is_alone)
        .collect()
}

/// Whether something in the rows tells those that are skipped from those that are used: a column with other values, or
/// other kinds of cells.
fn are_of_other_kind(account: &Account<'_>, skipped: &[usize]) -> bool {
    let table = account.table;
    let rows = |rows: &[usize]| -> Vec<Vec<String>> {
        let rows = Table::spread(rows, COMPARED);
        rows.into_iter().map(|index| table.cells(index)).collect()
    };
    let (out, used) = (rows(skipped), rows(&account.used));
    let forms = |rows: &[Vec<String>]| -> BTreeSet<Vec<Class>> {
        let form = |cells: &Vec<String>| cells.iter().map(|cell| class(cell)).collect();
        rows.iter().map(form).collect()
    };
    if table.has_columns() && forms(&out).is_disjoint(&forms(&used)) {
        return true;
    }
    if has_own_words(&out, &used) || have_own_kinds(&out, &used) {
        return true;
    }
    let width = out.iter().chain(&used).map(Vec::len).max().unwrap_or(0);
    (0..width).any(|column| {
        let values = |rows: &[Vec<String>]| -> BTreeSet<String> {
            let cells = rows.iter().filter_map(|cells| cells.get(column));
            cells.map(|cell| cell.trim().to_lowercase()).collect()
        };
        let (out_values, used_values) = (values(&out), values(&used));
        let tells = |values: &BTreeSet<String>, rows: usize| {
            !values.is_empty()
                && values.len() <= KINDS
                && (values.len() * 2 <= rows || values.len() <= 3)
        };
        tells(&out_values, out.len())
            && tells(&used_values, used.len())
            && out_values.is_disjoint(&used_values)
    })
}

/// Whether nearly each of the rows that are skipped has a value of a column of kinds that no row has which is used; it
/// need not be one column: some have another type, others another state.
fn have_own_kinds(out: &[Vec<String>], used: &[Vec<String>]) -> bool {
    let width = out.iter().chain(used).map(Vec::len).max().unwrap_or(0);
    let mut told = vec![false; out.len()];
    for column in 0..width {
        let value = |cells: &Vec<String>| cells.get(column).map(|cell| cell.trim().to_lowercase());
        let known: BTreeSet<String> = used.iter().filter_map(value).collect();
        let all: BTreeSet<String> = out.iter().filter_map(value).chain(known.clone()).collect();
        if known.is_empty() || all.len() > KINDS || all.len() * 3 > out.len() + used.len() {
            continue;
        }
        for (cells, told) in out.iter().zip(&mut told) {
            *told |= value(cells).is_some_and(|value| !known.contains(&value));
        }
    }
    !told.is_empty() && told.iter().filter(|told| **told).count() * 10 >= told.len() * 9
}

/// Whether few words, each in several of the rows that are skipped and in none that is used, tell them apart.
fn has_own_words(out: &[Vec<String>], used: &[Vec<String>]) -> bool {
    let words = |cells: &[String]| -> BTreeSet<String> {
        let cells = cells.iter().flat_map(|cell| {
            cell.split(|letter: char| !letter.is_alphabetic())
                .filter(|word| word.chars().count() >= 3)
        });
        cells.map(str::to_lowercase).collect()
    };
    let usual: BTreeSet<String> = used.iter().flat_map(|cells| words(cells)).collect();
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let own: Vec<BTreeSet<String>> = out
        .iter()
        .map(|cells| words(cells).difference(&usual).cloned().collect())
        .collect();
    for word in own.iter().flatten() {
        *counts.entry(word.clone()).or_default() += 1;
    }
    let mut often: Vec<(&String, &usize)> =
        counts.iter().filter(|(_, count)| **count >= 2).collect();
    often.sort_by_key(|(word, count)| (std::cmp::Reverse(**count), (*word).clone()));
    let often: BTreeSet<&String> = often
        .into_iter()
        .take(KINDS)
        .map(|(word, _)| word)
        .collect();
    let told = own
        .iter()
        .filter(|words| words.iter().any(|word| often.contains(word)))
        .count();
    told * 10 >= out.len() * 9
}

/// Rows that are skipped as unreadable, where several are, and each looks in each cell like rows that are read.
fn same_form(account: &Account<'_>, failed: &[usize]) -> Vec<usize> {
    if !account.table.has_columns() || failed.len() < 3 || failed.len() * 10 < account.data.len() {
        return Vec::new();
    }
    let form = |index: usize| -> Vec<Class> {
        account
            .table
            .cells(index)
            .iter()
            .map(|cell| class(cell))
            .collect()
    };
    let used: BTreeSet<Vec<Class>> = Table::spread(&account.used, COMPARED)
        .into_iter()
        .map(form)
        .collect();
    // Some cells may be empty in either.
    let is_alike = |one: &Vec<Class>, two: &Vec<Class>| {
        one.len() == two.len()
            && one
                .iter()
                .zip(two)
                .all(|(one, two)| one == two || *one == Class::Empty || *two == Class::Empty)
    };
    let is_read = |index: &usize| {
        let form = form(*index);
        form.contains(&Class::Number)
            && used.iter().any(|known| is_alike(known, &form))
            && account
                .table
                .cells(*index)
                .iter()
                .all(|cell| may_be_day(cell))
    };
    let readable: Vec<usize> = failed
        .iter()
        .copied()
        .take(COMPARED)
        .filter(is_read)
        .collect();
    match readable.len() * 10 >= failed.len().min(COMPARED) * 9 {
        true => readable,
        false => Vec::new(),
    }
}

/// Whether a cell that looks like a day may be one.
fn may_be_day(cell: &str) -> bool {
    match date_parts(cell) {
        // In order: one of them is a month, all are below 100.
        Some(parts) => {
            parts.first().is_some_and(|least| (1..=12).contains(least))
                && parts.iter().filter(|part| **part <= 31).count() >= 2
        }
        None => true,
    }
}

/// Rows that are skipped for a number which only is written richly.
fn readable(account: &Account<'_>, skipped: &[usize]) -> Vec<usize> {
    const WORDS: &[&str] = &[
        "bad",
        "be read",
        "cannot",
        "can't",
        "convert",
        "could not",
        "invalid",
        "malformed",
        "not a number",
        "not a valid",
        "parse",
        "unreadable",
        "valueerror",
        "wrong number",
    ];
    let is_failure = |why: &str| {
        let why = why.to_lowercase();
        WORDS.iter().any(|word| why.contains(word))
    };
    let failed: Vec<usize> = skipped
        .iter()
        .copied()
        .filter(|index| account.named.get(index).is_some_and(|why| is_failure(why)))
        .collect();
    let plain = same_form(account, &failed);
    if !plain.is_empty() {
        return plain;
    }
    let is_rich = |cell: &String| {
        class(cell) == Class::Number && Amount::of(cell).is_some_and(|amount| amount.is_rich(cell))
    };
    // Where those that are used are written so, too, it is something else that cannot be read.
    let used = Table::spread(&account.used, 50);
    let mut usual: Vec<usize> = Vec::new();
    for index in &used {
        let cells = account.table.cells(*index);
        usual.resize(usual.len().max(cells.len()), 0);
        for (cell, count) in cells.iter().zip(&mut usual) {
            *count += usize::from(is_rich(cell));
        }
    }
    let mut readable = Vec::new();
    for index in Table::spread(&failed, 50) {
        let cells = account.table.cells(index);
        let is_odd = |(column, cell): (usize, &String)| {
            let count = usual.get(column).copied().unwrap_or(0);
            is_rich(cell) && count * 5 < used.len()
        };
        if account.profile.is_usual(&cells) && cells.iter().enumerate().any(is_odd) {
            readable.push(index);
        }
    }
    readable
}

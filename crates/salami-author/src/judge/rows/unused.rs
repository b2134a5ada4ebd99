//! Rows that are said to be used, and are not.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::Account;
use super::amount::{Amount, Separator};
use super::doubts::is_blank;
use super::named::listed;
use super::rerun::{self, Effect, Prober};
use super::seen::Seen;
use super::table::{Class, Table, class};
use crate::input::RowKind;
use crate::judge::Occasion;
use crate::judge::finding::{Finding, JudgeName};

/// How many rows are held against a row that changes nothing, to find one like it.
const COMPARED: usize = 5_000;

/// What runs without rows told.
#[derive(Default)]
struct Told {
    same: Vec<usize>,
    /// Rows without which there were fewer items, and how many of them.
    fewer: usize,
    /// Of those, each made one item.
    single: usize,
    other: usize,
    /// Rows that make a difference.
    effective: Vec<usize>,
    /// Of those, rows without which there are as many items, and only one is another.
    changed: Vec<usize>,
    /// Of those, rows without which an item is missing that has nothing of them.
    strange: Vec<usize>,
}

/// Runs the program without some rows that it claims to use.
pub(super) fn judge(
    account: &Account<'_>,
    prober: &mut Prober<'_, '_>,
    findings: &mut Vec<Finding>,
) {
    let items = rerun::items(account.result);
    let suspects = suspects(account, items);
    let rows = candidates(account, items, &suspects, prober.left());
    // The second half at once: what is counted must be less without it.
    let halved = second_half(account, items, prober);
    let mut told = Told::default();
    let columns = account.seen.columns(account.table, &account.used);
    for index in rows {
        match prober.without(index) {
            Some((Effect::Same, _)) => told.same.push(index),
            Some((Effect::Fewer(count, which), _)) => {
                told.fewer += 1;
                told.single += usize::from(count == 1);
                told.effective.push(index);
                if which.is_some_and(|which| is_of_another(account, index, which, &columns)) {
                    told.strange.push(index);
                }
            }
            Some((Effect::Changed, without)) => {
                told.other += 1;
                told.effective.push(index);
                if is_one_apart(account.result, &without) {
                    told.changed.push(index);
                }
            }
            Some((Effect::Failed, _)) => told.other += 1,
            None => break,
        }
    }
    let is_by_row = is_by_row(account, items, &told);
    // What the input itself sums up need not be summed again.
    let has_totals = account.table.totals().next().is_some();
    // Words excuse some rows, never all.
    let has_effect = !told.effective.is_empty() || told.other > 0;
    let is_all =
        told.same.len() >= 3 && (told.same.len() == account.used.len() || !has_effect && is_by_row);
    let is_cut = halved || is_cut_off(account, &told);
    let (excused, unused): (Vec<usize>, Vec<usize>) =
        told.same.iter().copied().partition(|index| {
            let is_told =
                !is_all && has_excuse(account, is_by_row) || account.words.totals && has_totals;
            (!is_cut || account.words.totals && has_totals)
                && (is_told || is_excused(account, *index, items, is_by_row))
        });
    let table = account.table;
    // What is asked of the names of the columns is not in the rows.
    if !has_effect && is_of_headers(account) {
        return;
    }
    if !told.same.is_empty() && !has_effect {
        let without = prober.without_any();
        // Nothing, yes, no and zero are right for many inputs.
        if super::says_nothing(account.result) && matches!(without, None | Some(Effect::Same)) {
            let words = "The result is the same without the rows. That is right only if no row is one that the task asks for, or all are.";
            let finding = match account.hearing.occasion {
                Occasion::New => Finding::doubt(JudgeName::Rows, "doubt.nothing", words),
                Occasion::Hit => Finding::note(JudgeName::Rows, "rows.no_effect", words),
            };
            findings.push(finding.with_rows(table.quotes(&told.same)));
            return;
        }
        if without == Some(Effect::Same) {
            let finding = Finding::error(
                JudgeName::Rows,
                "rows.ignored",
                "The program gives the same result where all rows are gone: it reads nothing of them. Compute the result from the input.",
            );
            findings.push(finding.with_rows(table.quotes(&told.same)));
            return;
        }
    }
    if told.strange.len() >= 2 {
        let finding = Finding::error(
            JudgeName::Rows,
            "rows.other_item",
            format!(
                "Without {} an item of the result is missing that has nothing of them: the items do not come from the rows. Read each item from its row.",
                listed(table, &told.strange, false).replacen("Row", "row", 1)
            ),
        );
        findings.push(finding.with_rows(table.quotes(&told.strange)));
    }
    if !unused.is_empty() {
        let it = if unused.len() == 1 { "it" } else { "them" };
        let finding = Finding::error(
            JudgeName::Rows,
            "rows.unused",
            format!(
                "{} neither used nor named in `skipped`: the result is the same without {it}. Use {it}, or name {it} in `skipped` and say why.",
                listed(table, &unused, true)
            ),
        );
        findings.push(finding.with_rows(table.quotes(&unused)));
    }
    let copies = are_copies(account, &told);
    if copies && !excused.is_empty() {
        let finding = Finding::doubt(
            JudgeName::Rows,
            "doubt.copies",
            format!(
                "{} said to be used, and the result is the same without: each has the same text as another row, and seems to count once with it. That is right only if the task wants each but once.",
                listed(table, &excused, true)
            ),
        );
        findings.push(finding.with_rows(table.quotes(&excused)));
    } else if !excused.is_empty() {
        let finding = Finding::note(
            JudgeName::Rows,
            "rows.no_effect",
            format!(
                "{} said to be used, and the result is the same without. That may be right, as the rows repeat others, hold zeros, or the task picks some of several.",
                listed(table, &excused, true)
            ),
        );
        findings.push(finding.with_rows(table.quotes(&excused)));
    }
    if unused.is_empty() {
        fewer_items(account, items, &told, is_by_row, &suspects, findings);
    }
    skipped_and_used(account, prober, is_by_row, findings);
}

/// Whether two lists are the same but for one item.
fn is_one_apart(before: &Value, after: &Value) -> bool {
    let (Some(before), Some(after)) = (before.as_array(), after.as_array()) else {
        return false;
    };
    let apart = before.iter().zip(after).filter(|(one, two)| one != two);
    before.len() == after.len() && apart.take(2).count() == 1
}

/// Whether all that the result holds are texts that stand outside of the rows of data.
fn is_of_headers(account: &Account<'_>) -> bool {
    let table = account.table;
    let others = (0..table.rows().len()).filter(|index| table.kind(*index) != Some(RowKind::Data));
    let cells: BTreeSet<String> = others
        .take(200)
        .flat_map(|index| table.cells(index))
        .map(|cell| cell.trim().to_lowercase())
        .collect();
    let (mut all, mut found) = (0, 0);
    super::table::leaves(account.result, 1_000, &mut |leaf| {
        all += 1;
        let text = leaf.as_str().map(|text| text.trim().to_lowercase());
        found += usize::from(text.is_some_and(|text| cells.contains(&text)));
    });
    all > 0 && all == found
}

/// Whether a word of a value is in the task, as it is or within a longer one: of an `iPhone`, the phone.
fn is_spoken_of(task: &str, value: &str) -> bool {
    let words = |text: &str| -> BTreeSet<String> {
        let words = text.split(|letter: char| !letter.is_alphanumeric());
        let words = words.filter(|word| word.chars().count() >= 4).take(2_000);
        words.map(str::to_lowercase).collect()
    };
    let (said, own) = (words(task), words(value));
    said.iter().any(|said| {
        own.iter()
            .any(|own| own.contains(said) || said.contains(own))
    })
}

/// Whether the rows without effect are those that have the same text as others, and no others are without.
fn are_copies(account: &Account<'_>, told: &Told) -> bool {
    if account.words.distinct || told.same.is_empty() || told.effective.len() < 5 {
        return false;
    }
    // By its keys a dict has each once.
    if account.result.is_object() {
        return false;
    }
    let text = |index: usize| account.table.row(index).map_or("", |row| row.text).trim();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for index in &account.used {
        *counts.entry(text(*index)).or_default() += 1;
    }
    let is_copy = |index: &usize| counts.get(text(*index)).is_some_and(|count| *count > 1);
    // Without the first of them another one comes later, which is a change.
    let same: BTreeSet<&str> = told.same.iter().map(|index| text(*index)).collect();
    let mut effective = told.effective.iter().filter(|index| is_copy(index));
    told.same.iter().all(is_copy) && effective.all(|index| same.contains(text(*index)))
}

/// Whether the rows without effect are the last ones, and all before them have one.
fn is_tail(account: &Account<'_>, told: &Told) -> bool {
    if account.words.begins || told.same.len() < 3 || told.effective.len() < 8 {
        return false;
    }
    let (first, last) = (told.same.iter().min(), told.effective.iter().max());
    let nothing = |index: &usize| {
        let cells = account.table.cells(*index);
        cells.iter().filter(|cell| is_nothing(cell)).count()
    };
    let usual = told.effective.iter().map(nothing).max();
    let is_empty = told.same.iter().any(|index| Some(nothing(index)) > usual);
    // Where it is counted or summed, each row is.
    first > last && !is_from_cells(account) && !is_empty
}

/// Whether an item has nothing of a row that shows in the result.
fn is_of_another(account: &Account<'_>, index: usize, which: usize, columns: &[bool]) -> bool {
    let Some(item) = account.result.get(which) else {
        return false;
    };
    let cells = account.table.cells(index);
    let (found, all) = account.seen.share(&cells, columns);
    let of_item = Seen::of(item, 1_000);
    // What holds one or two values may have made something else of them.
    found >= 2 && found == all && of_item.share(&cells, columns).0 == 0
}

/// Whether rows without effect lie all behind those with one, or share a value that is nowhere in the result: then
/// they are not repetitions, whatever the task asks for.
fn is_cut_off(account: &Account<'_>, told: &Told) -> bool {
    if is_tail(account, told) {
        return true;
    }
    if account.words.limits || told.same.len() < 3 || told.effective.len() < 3 {
        return false;
    }
    let (Some(first), Some(last)) = (told.same.iter().min(), told.effective.iter().max()) else {
        return false;
    };
    let cells = |rows: &[usize]| -> Vec<Vec<String>> {
        rows.iter()
            .map(|index| account.table.cells(*index))
            .collect()
    };
    let (same, effective) = (cells(&told.same), cells(&told.effective));
    let columns = account.seen.columns(account.table, &account.used);
    let is_repeated = |row: &Vec<String>| {
        // What the result shows of it was there before; where it shows no columns, some name in it.
        effective.iter().any(|other| {
            let mut both = row.iter().zip(other);
            match columns.iter().any(|is_shown| *is_shown) {
                true => both
                    .zip(&columns)
                    .all(|((one, two), is_shown)| !is_shown || one == two),
                false => both.any(|(one, two)| one == two && account.seen.has(one)),
            }
        })
    };
    if first > last && told.effective.len() >= 5 && !same.iter().all(is_repeated) {
        return true;
    }
    let width = same.iter().map(Vec::len).min().unwrap_or(0);
    (0..width).any(|column| {
        let value = same.first().and_then(|row| row.get(column));
        value.is_some_and(|value| {
            class(value) != Class::Empty
                && !is_nothing(value)
                && !is_spoken_of(account.hearing.task, value)
                && !account.seen.has(value)
                && same.iter().all(|row| row.get(column) == Some(value))
                && effective.iter().all(|row| row.get(column) != Some(value))
        })
    })
}

/// Whether a result has items of its own for each row.
fn is_by_row(account: &Account<'_>, items: Option<usize>, told: &Told) -> bool {
    let Some(items) = items else { return false };
    if told.fewer > 0 {
        return told.other * 3 <= told.fewer;
    }
    told.other == 0 && items * 2 >= account.used.len()
}

/// Rows of which little shows in the result, the least first, where the result seems to show rows.
fn suspects(account: &Account<'_>, items: Option<usize>) -> Vec<usize> {
    let Some(items) = items else {
        return Vec::new();
    };
    if items >= account.used.len() || items * 10 < account.used.len() {
        return Vec::new();
    }
    // As many cells of a column as there are items: fewer are there by chance.
    let part = items as f64 / account.used.len() as f64 * 0.97;
    let columns = account
        .seen
        .columns_from(account.table, &account.used, part);
    let mut hidden: Vec<(usize, usize, usize)> = Vec::new();
    for index in &account.used {
        let cells = account.table.cells(*index);
        let (found, all) = account.seen.share(&cells, &columns);
        // A row with empty cells has less to show.
        let used = columns.iter().filter(|is_used| **is_used).count();
        if all < used || found < all {
            hidden.push((found, all, *index));
        }
        if hidden.len() >= 5_000 {
            break;
        }
    }
    hidden.sort_unstable();
    hidden.into_iter().map(|(_, _, index)| index).collect()
}

/// The rows to leave out: those that are suspect or odd, the last and the first, some from between.
fn candidates(
    account: &Account<'_>,
    items: Option<usize>,
    suspects: &[usize],
    most: u32,
) -> Vec<usize> {
    let most = most as usize;
    if most == 0 {
        return Vec::new();
    }
    let used = &account.used;
    // Where there is an item for each row less needs to be tried.
    let is_complete = items == Some(used.len());
    let most = match account.hearing.occasion {
        Occasion::New if is_complete => most.min(7),
        // One run is kept for a row that is named as skipped.
        Occasion::New if used.len() < most => used.len(),
        _ => most.min(12),
    };
    let mut odd: Vec<(u32, usize)> = Table::spread(used, 2_000)
        .into_iter()
        .filter_map(|index| {
            let oddness = account.profile.oddness(&account.table.cells(index));
            (oddness > 0).then_some((oddness, index))
        })
        .collect();
    odd.sort_by_key(|(oddness, index)| (std::cmp::Reverse(*oddness), *index));
    let mut rows: Vec<usize> = Vec::new();
    rows.extend(suspects.iter().take(most.div_ceil(2)));
    if most > 2 {
        rows.extend(used.last());
        rows.extend(odd.iter().map(|(_, index)| index).take(most / 3));
    } else {
        // Of two the odd one tells more; the last is forgotten easily.
        rows.extend(odd.first().map(|(_, index)| index));
        rows.extend(used.last());
    }
    rows.extend(used.first());
    rows.extend(Table::spread(used, most));
    let mut chosen = BTreeSet::new();
    rows.retain(|index| chosen.insert(*index));
    rows.truncate(most);
    rows
}

/// Whether the words of the task say that rows may rightly change nothing.
fn has_excuse(account: &Account<'_>, is_by_row: bool) -> bool {
    account.words.picks || (account.words.sums_up && !is_by_row)
}

/// Whether a result with counts or sums of several kinds is the same without the second half of the rows.
fn second_half(account: &Account<'_>, items: Option<usize>, prober: &mut Prober<'_, '_>) -> bool {
    let used = &account.used;
    let is_small = (8..=200).contains(&used.len()) && account.hearing.input.size() <= rerun::LARGE;
    if account.hearing.occasion == Occasion::Hit || !is_small || account.words.limits {
        return false;
    }
    // A count or a sum for each kind: more than one number, none of which stands in the input.
    let is_summed = account.result.is_object() && items.unwrap_or(0) < used.len();
    if !is_summed || account.seen.values.len() < 2 || is_from_cells(account) {
        return false;
    }
    let half = used.get(used.len() / 2..).unwrap_or_default();
    matches!(prober.without_all(half), Some(Effect::Same))
}

/// Whether a cell has nothing in it: no text, a zero, or signs in place of a value.
fn is_nothing(cell: &str) -> bool {
    match Amount::of(cell) {
        Some(amount) => amount.value(Separator::Point) == Some(0.0),
        None => is_blank(cell),
    }
}

/// Whether a row may rightly change nothing.
fn is_excused(account: &Account<'_>, index: usize, items: Option<usize>, is_by_row: bool) -> bool {
    let cells = account.table.cells(index);
    let text = account.table.row(index).map_or("", |row| row.text).trim();
    // What holds nothing but a name may give nothing.
    let told = cells.iter().filter(|cell| !is_nothing(cell)).count();
    if cells.len() >= 3 && told <= 1 {
        return true;
    }
    // What holds an empty list may give nothing.
    if text.contains("[]") {
        return true;
    }
    let is_complete = items == Some(account.used.len());
    if is_complete && is_by_row {
        return false;
    }
    // Yes or no, a name or a day is the same whatever single row is missing.
    if items.is_none() && account.seen.values.is_empty() {
        return true;
    }
    if !is_by_row && cells.iter().any(|cell| is_nothing(cell)) {
        return true;
    }
    let columns = account.seen.columns(account.table, &account.used);
    let has_shown_columns = columns.iter().any(|is_used| *is_used);
    let is_count = match account.result {
        serde_json::Value::Number(number) => number.is_u64(),
        _ => false,
    };
    let tells = |cells: &[String]| -> Vec<String> {
        let shown = cells.iter().zip(&columns).filter(|(_, is_used)| **is_used);
        shown.map(|(cell, _)| cell.trim().to_lowercase()).collect()
    };
    let own = tells(&cells);
    let is_from_cells = is_from_cells(account);
    let is_selection = has_shown_columns && items.is_some() && is_from_cells;
    // Of rows with the same key a dict holds one.
    let keys: BTreeSet<String> = match account.result {
        serde_json::Value::Object(fields) if items.is_none() && is_from_cells => fields
            .keys()
            .take(COMPARED)
            .map(|key| key.trim().to_lowercase())
            .collect(),
        _ => BTreeSet::new(),
    };
    for other in Table::spread(&account.data, COMPARED) {
        if other == index {
            continue;
        }
        if account
            .table
            .row(other)
            .is_some_and(|row| row.text.trim() == text)
        {
            return true;
        }
        if !account.table.has_columns() {
            continue;
        }
        let others = account.table.cells(other);
        // The same in all columns but one, which the result of single rows does not show.
        let mut apart = cells
            .iter()
            .zip(&others)
            .enumerate()
            .filter(|(_, (one, two))| one != two)
            .map(|(column, _)| column);
        let is_alike = match (apart.next(), apart.next()) {
            (None, _) => true,
            (Some(column), None) => !is_by_row || !columns.get(column).copied().unwrap_or(false),
            _ => false,
        };
        if cells.len() == others.len() && cells.len() >= 3 && is_alike {
            return true;
        }
        // The same in all that the result shows: one of several that are alike.
        if is_selection && !own.is_empty() && tells(&others) == own {
            return true;
        }
        if cells
            .iter()
            .zip(&others)
            .any(|(one, two)| one == two && keys.contains(&one.trim().to_lowercase()))
        {
            return true;
        }
        // What is counted may be names, each once.
        if is_count
            && cells
                .iter()
                .zip(&others)
                .any(|(one, two)| one == two && class(one) == Class::Text)
        {
            return true;
        }
    }
    false
}

/// Whether all that the result holds stands in the input as it is.
fn is_from_cells(account: &Account<'_>) -> bool {
    let mut numbers = BTreeSet::new();
    for index in Table::spread(&account.used, 2_000) {
        for cell in account.table.cells(index) {
            if let Some(amount) = Amount::of(&cell) {
                for separator in [Separator::Point, Separator::Comma] {
                    if let Some(value) = amount.value(separator) {
                        numbers.insert(super::amount::key(value));
                    }
                }
            }
        }
    }
    let values = account.seen.values.iter().take(500);
    let is_known = |value: &f64| numbers.contains(&super::amount::key(*value));
    let (known, all) = values.fold((0, 0), |(known, all), value| {
        (known + usize::from(is_known(value)), all + 1)
    });
    known * 10 >= all * 9
}

/// Fewer items than rows that are said to be used, where each row that was tried made one.
fn fewer_items(
    account: &Account<'_>,
    items: Option<usize>,
    told: &Told,
    is_by_row: bool,
    suspects: &[usize],
    findings: &mut Vec<Finding>,
) {
    let (Some(items), used) = (items, account.used.len()) else {
        return;
    };
    let excused = told.same.len();
    let is_shown = !suspects.is_empty() && suspects.len() + items == used;
    if !(is_by_row || is_shown) || items + excused >= used || account.words.picks {
        return;
    }
    let missing = used - items - excused;
    // Each row that was tried makes an item; or as many rows do not show in the result as items are missing.
    let is_each = told.single >= 3 && told.single == told.fewer && told.other == 0;
    // What changes an item is part of it.
    let mut parts = suspects
        .iter()
        .filter(|index| told.effective.contains(index));
    let are_parts =
        parts.clone().next().is_some() && parts.all(|index| told.changed.contains(index));
    let is_sure = told.same.is_empty() && (is_each || is_shown) && !are_parts;
    let missing = super::named::counted(missing, "row seems", "rows seem");
    let message = format!(
        "The result has {items} items for {used} rows that are said to be used. {missing} to be neither used nor named in `skipped`"
    );
    let finding = if is_sure {
        Finding::error(
            JudgeName::Rows,
            "rows.fewer",
            format!("{message}. Use them, or name them in `skipped` with why."),
        )
    } else {
        Finding::note(
            JudgeName::Rows,
            "rows.fewer",
            format!("{message}, if each row makes one item."),
        )
    };
    findings.push(finding.with_rows(account.table.quotes(suspects)));
}

/// A row that is named as skipped, and is in the result.
fn skipped_and_used(
    account: &Account<'_>,
    prober: &mut Prober<'_, '_>,
    is_by_row: bool,
    findings: &mut Vec<Finding>,
) {
    if account.hearing.occasion == Occasion::Hit || !is_by_row {
        return;
    }
    let table = account.table;
    let data: Vec<usize> = account
        .data
        .iter()
        .copied()
        .filter(|index| account.named.contains_key(index))
        .collect();
    let columns = account.seen.columns(table, &account.used);
    let shown = Table::spread(&data, 200).into_iter().find(|index| {
        let cells = table.cells(*index);
        let (found, all) = account.seen.share(&cells, &columns);
        account.seen.shows(&cells) || (found >= 2 && found == all)
    });
    let Some(index) = shown else { return };
    if let Some((Effect::Fewer(..), _)) = prober.without(index) {
        let finding = Finding::error(
            JudgeName::Rows,
            "rows.skipped_used",
            format!(
                "{} named in `skipped`, and is in the result all the same. Do one of the two; count rows from 1, the header included.",
                listed(table, &[index], true)
            ),
        );
        findings.push(finding.with_rows(table.quotes(&[index])));
    }
}

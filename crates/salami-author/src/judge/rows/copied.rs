//! Values of the input that stand in the program: it would say the same of any other input.

use std::collections::{BTreeMap, BTreeSet};

use salami_source::Source;
use salami_syntax::tree::ExprKind;

use super::Account;
use super::amount::{Amount, Separator, key};
use super::table::Table;
use crate::judge::finding::{Finding, JudgeName};

/// From so many values on they are no coincidence.
const MANY: usize = 10;

/// Values of rows that the program holds as literals.
pub(super) fn judge(account: &Account<'_>) -> Vec<Finding> {
    let source = Source::new("program.py", account.hearing.candidate.code());
    let parsed = salami_syntax::parse(&source);
    let mut literals: BTreeSet<String> = BTreeSet::new();
    let mut numbers: BTreeSet<String> = BTreeSet::new();
    for expression in &parsed.tree.exprs {
        match &expression.kind {
            ExprKind::Str(text) => {
                // Rows may stand there as a whole.
                let parts = text.split(|letter: char| ",;\t\n|".contains(letter));
                literals.extend(parts.take(10_000).map(|part| part.trim().to_lowercase()));
            }
            ExprKind::Float(_) | ExprKind::Int(_) => {
                let text = source.slice(expression.span);
                if text.bytes().filter(u8::is_ascii_digit).count() >= 4
                    && let Ok(value) = text.parse::<f64>()
                {
                    numbers.insert(key(value));
                }
            }
            _ => {}
        }
    }
    literals.retain(|literal| is_telling(literal));
    if literals.len() + numbers.len() < MANY {
        return Vec::new();
    }
    let mut found: BTreeMap<String, usize> = BTreeMap::new();
    let mut often: BTreeSet<String> = BTreeSet::new();
    for index in Table::spread(&account.data, 1_000) {
        for cell in account.table.cells(index) {
            let cell = cell.trim().to_lowercase();
            let is_number = || {
                Amount::of(&cell).is_some_and(|amount| {
                    let values = [Separator::Point, Separator::Comma];
                    let values = values.map(|separator| amount.value(separator));
                    let mut values = values.into_iter().flatten();
                    values.any(|value| numbers.contains(&key(value)))
                })
            };
            if (literals.contains(&cell) || is_number())
                && found.insert(cell.clone(), index).is_some()
            {
                // What is in several rows may be the name of a kind.
                often.insert(cell);
            }
        }
    }
    let rows: BTreeSet<usize> = found
        .iter()
        .filter(|(cell, _)| !often.contains(*cell))
        .map(|(_, index)| *index)
        .collect();
    if found.len() - often.len() < MANY {
        return Vec::new();
    }
    let rows: Vec<usize> = rows.into_iter().collect();
    let finding = Finding::error(
        JudgeName::Rows,
        "program.copied",
        "Values of the input stand in the program itself, so it would give them for any other input, too. Read them from the input.",
    );
    vec![finding.with_rows(account.table.quotes(&rows))]
}

/// Whether a text is hardly there by chance.
fn is_telling(text: &str) -> bool {
    text.len() >= 5 && text.len() <= 200 && text.bytes().filter(u8::is_ascii_digit).count() >= 2
}

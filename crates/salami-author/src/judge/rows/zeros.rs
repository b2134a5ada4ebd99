//! Amounts that are zero in each item, where no row holds a zero: they were not found where they were looked for.

use serde_json::Value;

use super::Account;
use super::amount::{Amount, Separator};
use super::table::Table;
use crate::judge::finding::{Finding, JudgeName};

/// From so many items on it is no coincidence.
const MANY: usize = 5;
/// What a record is about; what may be absent, such as a fee, is not among them.
const NAMES: &[&str] = &[
    "amount", "betrag", "importe", "menge", "montant", "preis", "price", "quantity", "shares",
    "value",
];

/// A field with an amount that is zero in each item.
pub(super) fn judge(account: &Account<'_>) -> Option<Finding> {
    let items = account.result.as_array()?;
    let first = items.first()?.as_object()?;
    if items.len() < MANY {
        return None;
    }
    let task = account.hearing.task.to_lowercase();
    let is_zero = |value: &Value| {
        value
            .as_number()
            .and_then(|number| number.to_string().parse::<f64>().ok())
            == Some(0.0)
    };
    let is_wanted = |name: &str| NAMES.contains(&name.to_lowercase().as_str());
    let is_found = first.keys().any(|name| {
        is_wanted(name)
            && task.contains(&name.to_lowercase())
            && items.iter().all(|item| item.get(name).is_some_and(is_zero))
    });
    if !is_found {
        return None;
    }
    let has_zero = Table::spread(&account.used, 500).into_iter().any(|index| {
        account.table.cells(index).iter().any(|cell| {
            cell.trim().is_empty()
                || Amount::of(cell).and_then(|amount| amount.value(Separator::Point)) == Some(0.0)
        })
    });
    if has_zero {
        return None;
    }
    let finding = Finding::error(
        JudgeName::Rows,
        "numbers.zero",
        "An amount is 0 in each item of the result, and no row holds a zero. Look where it stands in the rows, and do not take 0 for what is not found.",
    );
    Some(finding.with_rows(account.table.quotes(&account.used)))
}

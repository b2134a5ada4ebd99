//! Items in another order than their rows, where nobody asked for one.

use super::value::Form;
use super::{Evidence, shown};
use crate::judge::finding::Finding;

/// Words of a task that ask for an order.
#[rustfmt::skip]
const SORTS: &[&str] = &[
    "absteigend", "alphab", "ascending", "aufsteigend", "best", "chronolog", "descending", "=first", "group", "highest",
    "=largest", "latest", "=longest", "lowest", "newest", "oldest", "=order", "rank", "recent", "revers",
    "slowest", "smallest", "sort", "=top", "trier", "worst",
];
/// Words that say that it is that of the input.
#[rustfmt::skip]
const CAME: &[&str] = &[
    "appear", "=came", "given order", "in which they", "of the file", "of the input", "order of the rows", "original order",
    "same order",
];
const FEWEST: usize = 5;

/// What is odd about the order of the items.
pub(super) fn judge(evidence: &Evidence<'_>) -> Option<Finding> {
    let pairs = &evidence.aligned.pairs;
    let is_asked = evidence.said.has(SORTS) && !evidence.said.has(CAME);
    if !evidence.aligned.is_by_row || pairs.len() < FEWEST || is_asked {
        return None;
    }
    let neighbours = pairs.iter().zip(pairs.iter().skip(1));
    let back = neighbours.filter(|(one, two)| one.1 > two.1).count();
    let steps = pairs.len() - 1;
    if back * 10 < steps * 3 {
        return None;
    }
    let is_reversed = back * 10 >= steps * 9;
    let sorted = (0..evidence.fields.names.len()).find(|field| is_sorted(evidence, *field));
    let (field, about) = match (is_reversed, sorted) {
        (true, _) => (usize::MAX, "the last rows come first".to_owned()),
        (false, Some(field)) => {
            let name = evidence.name(field).shown;
            (
                usize::MAX,
                format!("the items are sorted by {}", shown(&name)),
            )
        }
        (false, None) => return None,
    };
    Some(evidence.doubt(
        "doubt.order",
        field,
        "The items of the result stand in another order than their rows. That is right only if the task asks for one.",
        about,
        Vec::new(),
    ))
}

/// Whether the items are in the order of a field, in which their rows are not.
fn is_sorted(evidence: &Evidence<'_>, field: usize) -> bool {
    let mut places: Vec<(usize, usize)> = evidence.aligned.pairs.clone();
    let of = |places: &[(usize, usize)]| -> Vec<&Form> {
        let items = places
            .iter()
            .filter_map(|(item, _)| evidence.fields.items.get(*item)?.get(field)?.as_ref());
        items.filter(|form| !form.is_empty()).collect()
    };
    let is_up = |forms: &[&Form]| {
        forms.windows(2).all(|two| match two {
            [one, two] => match (one.number(), two.number()) {
                (Some(one), Some(two)) => one <= two,
                _ => one.folded <= two.folded,
            },
            _ => true,
        })
    };
    let ordered = |forms: Vec<&Form>| {
        let turned: Vec<&Form> = forms.iter().rev().copied().collect();
        forms.len() >= FEWEST && (is_up(&forms) || is_up(&turned))
    };
    let is_result = ordered(of(&places));
    places.sort_by_key(|(_, row)| *row);
    is_result && !ordered(of(&places))
}

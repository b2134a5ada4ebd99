//! "Did you mean": the nearest of some names.

/// The candidate that is nearest to `wanted`, if one is near: at most a third of its letters differ.
/// O(candidates · length²).
pub fn closest<'a>(wanted: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let limit = (wanted.chars().count() / 3).max(1);
    candidates
        .into_iter()
        .map(|candidate| (distance(wanted, candidate), candidate))
        .filter(|&(distance, candidate)| distance <= limit && candidate != wanted)
        .min()
        .map(|(_, candidate)| candidate)
}

/// How many letters are added, left out, changed, or swapped with the next.
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().take(100).collect();
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=right.len()).collect();
    let mut last = None;
    for (row, letter) in left.chars().take(100).enumerate() {
        let mut current = vec![row + 1];
        for (column, &other) in right.iter().enumerate() {
            let at = |line: &[usize], position: usize| {
                line.get(position).copied().unwrap_or(usize::MAX / 2)
            };
            let changed = at(&above, column) + usize::from(letter != other);
            let mut least = changed
                .min(at(&above, column + 1) + 1)
                .min(at(&current, column) + 1);
            if let Some(previous) = column.checked_sub(1)
                && last == Some(other)
                && right.get(previous) == Some(&letter)
            {
                least = least.min(at(&before, previous) + 1);
            }
            current.push(least);
        }
        before = core::mem::replace(&mut above, current);
        last = Some(letter);
    }
    above.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_what_was_meant() {
        assert_eq!(closest("naem", ["name", "names", "other"]), Some("name"));
        assert_eq!(closest("x", ["quantity"]), None);
        assert_eq!(
            closest("custmer_id", ["customer_id", "id"]),
            Some("customer_id")
        );
    }
}

//! The word that was meant.

/// The candidate that is nearest to `wanted`, if about a third of its letters differ at most.
/// O(candidates * length^2).
pub(super) fn nearest<'a>(
    wanted: &str,
    candidates: impl Iterator<Item = &'a str>,
) -> Option<&'a str> {
    let wanted: Vec<char> = wanted.to_uppercase().chars().take(60).collect();
    let limit = wanted.len().div_ceil(3);
    candidates
        .map(|candidate| (distance(&wanted, candidate), candidate))
        .filter(|(distance, _)| *distance <= limit)
        .min()
        .map(|(_, candidate)| candidate)
}

/// How many letters are added, left out or changed.
fn distance(wanted: &[char], candidate: &str) -> usize {
    let candidate: Vec<char> = candidate.to_uppercase().chars().take(60).collect();
    let mut above: Vec<usize> = (0..=candidate.len()).collect();
    for (row, letter) in wanted.iter().enumerate() {
        let mut current = vec![row + 1];
        for (column, other) in candidate.iter().enumerate() {
            let at =
                |line: &[usize], index: usize| line.get(index).copied().unwrap_or(usize::MAX / 2);
            let changed = at(&above, column) + usize::from(letter != other);
            let longer = at(&above, column + 1) + 1;
            let shorter = at(&current, column) + 1;
            current.push(changed.min(longer).min(shorter));
        }
        above = current;
    }
    above.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn finds_what_was_meant() {
        let known = ["HTTP_GET", "HTTP_PUT", "LOAD_INPUT"];
        assert_eq!(nearest("HTTP_GTE", known.into_iter()), Some("HTTP_GET"));
        assert_eq!(nearest("load_input", known.into_iter()), Some("LOAD_INPUT"));
        assert_eq!(nearest("SPREAD", known.into_iter()), None);
    }
}

//! Tables whose entries stand as literals where they are used.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

/// The printer's side of one table: which entries may stand as literals, and in what order
/// they were first used.
pub(super) struct PrintedPool {
    /// Each entry's literal, where the assembler would give that literal this index.
    literals: Vec<Option<String>>,
    used: Vec<bool>,
    first_uses: Vec<usize>,
}

impl PrintedPool {
    /// Of the literals of a table; `None` where an entry has none. O(size of the literals * log entries).
    pub(super) fn new(literals: impl Iterator<Item = Option<String>>) -> Self {
        let mut literals: Vec<_> = literals.collect();
        let mut order: Vec<_> = (0..literals.len()).collect();
        order.sort_by(|&left, &right| {
            literals
                .get(left)
                .cmp(&literals.get(right))
                .then(left.cmp(&right))
        });
        let repeats: Vec<_> = order
            .windows(2)
            .filter_map(|pair| Some((pair.first()?, *pair.get(1)?)))
            .filter(|&(&first, second)| literals.get(first) == literals.get(second))
            .map(|(_, second)| second)
            .collect();
        for repeat in repeats {
            if let Some(literal) = literals.get_mut(repeat) {
                *literal = None;
            }
        }
        Self {
            used: vec![false; literals.len()],
            first_uses: Vec::new(),
            literals,
        }
    }

    /// The literal of the entry, noted as used, if it has one.
    pub(super) fn literal(&mut self, index: usize) -> Option<&str> {
        let literal = self.literals.get(index)?.as_deref()?;
        let used = self.used.get_mut(index)?;
        if !core::mem::replace(used, true) {
            self.first_uses.push(index);
        }
        Some(literal)
    }

    /// How many entries must be declared in front so that the assembler, which appends a
    /// literal when it first meets it, gives every entry its index.
    pub(super) fn declared(&self) -> usize {
        let mut position = vec![usize::MAX; self.literals.len()];
        for (order, &index) in self.first_uses.iter().enumerate() {
            if let Some(slot) = position.get_mut(index) {
                *slot = order;
            }
        }
        let mut declared = self.literals.len();
        let mut limit = usize::MAX;
        while let Some(&order) = declared
            .checked_sub(1)
            .and_then(|index| position.get(index))
        {
            if order >= limit {
                break;
            }
            limit = order;
            declared -= 1;
        }
        declared
    }
}

/// The assembler's side of one table.
pub(super) struct ParsedPool<T> {
    entries: Vec<T>,
    first: BTreeMap<String, u32>,
}

impl<T> Default for ParsedPool<T> {
    fn default() -> Self {
        Self {
            entries: Vec::new(),
            first: BTreeMap::new(),
        }
    }
}

impl<T> ParsedPool<T> {
    /// Appends an entry, also one that is there already.
    pub(super) fn declare(&mut self, literal: String, entry: T) {
        let index = self.count();
        self.first.entry(literal).or_insert(index);
        self.entries.push(entry);
    }

    /// The index of the entry with this literal, appended if it is not there.
    pub(super) fn intern(&mut self, literal: String, entry: impl FnOnce() -> T) -> u32 {
        let next = self.count();
        match self.first.entry(literal) {
            Entry::Occupied(there) => *there.get(),
            Entry::Vacant(place) => {
                place.insert(next);
                self.entries.push(entry());
                next
            }
        }
    }

    pub(super) fn count(&self) -> u32 {
        u32::try_from(self.entries.len()).unwrap_or(u32::MAX)
    }

    pub(super) fn entries(self) -> Vec<T> {
        self.entries
    }
}

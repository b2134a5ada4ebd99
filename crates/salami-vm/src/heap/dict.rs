//! Dicts: entries in insertion order and a table of positions.

use hashbrown::HashTable;
use hashbrown::hash_table::Entry as TableEntry;

use super::arena::{Stored, absent};
use super::grow;
use super::object::{DICT_ENTRY_SIZE, OBJECT_SIZE};
use crate::value::Value;

/// Up to this many entries a dict has no table: comparing hashes in a row is faster.
const SMALL: usize = 8;

/// What kind of dict it is.
#[derive(Clone, Copy, Debug, Default)]
pub enum Flavor {
    /// `dict`
    #[default]
    Plain,
    /// `collections.Counter`: a missing key counts 0.
    Counter,
    /// `collections.defaultdict`. The factory is `None`, a builtin type or a function.
    DefaultDict {
        /// What makes a missing value.
        factory: Value,
    },
    /// `collections.OrderedDict`
    OrderedDict,
}

/// An entry; one that was deleted has an unset key.
#[derive(Clone, Copy, Debug)]
pub struct DictEntry {
    /// The key's hash, keyed by the machine.
    pub hash: u64,
    /// The key.
    pub key: Value,
    /// The value.
    pub value: Value,
}

/// A dict of any flavor.
#[derive(Clone, Debug, Default)]
pub struct DictObject {
    entries: Vec<DictEntry>,
    /// Positions in `entries`; empty while there are at most [`SMALL`].
    table: HashTable<u32>,
    live: usize,
    /// Every entry before this one was deleted.
    start: usize,
    /// What kind of dict it is.
    pub flavor: Flavor,
}

impl Stored for DictObject {
    absent!(DictObject);

    fn size(&self) -> usize {
        OBJECT_SIZE + 80 + room(self.entries.len())
    }

    fn trim(&mut self) {
        grow::trim(&mut self.entries);
    }
}

/// What entries count for; the first ones come together.
fn room(entries: usize) -> usize {
    let entries = if entries == 0 { 0 } else { entries.max(FIRST) };
    entries * DICT_ENTRY_SIZE
}

/// Entries for which there is room as soon as there is one.
const FIRST: usize = 4;

impl DictObject {
    /// An empty dict of this flavor.
    #[must_use]
    pub fn with_flavor(flavor: Flavor) -> Self {
        Self {
            flavor,
            ..Self::default()
        }
    }

    /// A dict with these entries, gaps included, whose hashes may still come ([`DictObject::rewrite`]).
    pub(crate) fn of_entries(flavor: Flavor, entries: Vec<DictEntry>) -> Self {
        let is_live = |entry: &&DictEntry| !entry.key.is_unset();
        let mut dict = Self {
            live: entries.iter().filter(is_live).count(),
            start: 0,
            table: HashTable::new(),
            entries,
            flavor,
        };
        let first = dict.entries.iter().position(|entry| is_live(&entry));
        dict.start = first.unwrap_or(dict.entries.len());
        dict
    }

    /// Whether each key is found where it is, by its hash: none is there twice.
    pub(crate) fn is_sound(&self, equal: impl Fn(Value, Value) -> bool) -> bool {
        self.entries.iter().enumerate().all(|(position, entry)| {
            entry.key.is_unset()
                || self.find(entry.hash, |key| equal(key, entry.key)) == Some(position)
        })
    }

    /// How many items it has.
    #[inline]
    #[must_use]
    pub fn len(&self) -> usize {
        self.live
    }

    /// Whether it has no items.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.live == 0
    }

    /// Entries with gaps, in order. Positions in it are what iterators keep.
    #[must_use]
    pub fn slots(&self) -> &[DictEntry] {
        &self.entries
    }

    /// The items in order.
    pub fn items(&self) -> impl DoubleEndedIterator<Item = (Value, Value)> + '_ {
        self.entries
            .iter()
            .filter(|entry| !entry.key.is_unset())
            .map(|entry| (entry.key, entry.value))
    }

    /// The bytes that one more item takes, with what growing takes for a moment.
    #[inline]
    #[must_use]
    pub fn growth(&self) -> usize {
        let length = self.entries.len();
        let more = room(length + 1) - room(length);
        if grow::is_step(length) {
            more + grow::next_step(length) * DICT_ENTRY_SIZE
        } else {
            more
        }
    }

    /// The position of the key with this hash for which `equal` holds.
    #[inline]
    pub fn find(&self, hash: u64, mut equal: impl FnMut(Value) -> bool) -> Option<usize> {
        if self.table.is_empty() {
            return self
                .entries
                .iter()
                .position(|entry| entry.hash == hash && !entry.key.is_unset() && equal(entry.key));
        }
        let matches = |&position: &u32| {
            self.entries
                .get(position as usize)
                .is_some_and(|entry| entry.hash == hash && equal(entry.key))
        };
        self.table
            .find(hash, matches)
            .map(|&position| position as usize)
    }

    /// The value at a position that `find` gave.
    #[inline]
    #[must_use]
    pub fn value_at(&self, position: usize) -> Value {
        self.entries
            .get(position)
            .map_or(Value::Unset, |entry| entry.value)
    }

    /// Replaces the value at a position that `find` gave.
    #[inline]
    pub fn set_at(&mut self, position: usize, value: Value) {
        if let Some(entry) = self.entries.get_mut(position) {
            entry.value = value;
        }
    }

    /// Adds an item whose key is not there.
    pub fn push(&mut self, hash: u64, key: Value, value: Value) {
        if self.entries.len() > SMALL && self.entries.len() >= 2 * self.live.max(4) {
            self.compact();
        }
        let position = u32::try_from(self.entries.len()).unwrap_or(u32::MAX);
        grow::make_room(&mut self.entries);
        self.entries.push(DictEntry { hash, key, value });
        self.live += 1;
        if !self.table.is_empty() {
            let entries = &self.entries;
            let rehash =
                |&position: &u32| entries.get(position as usize).map_or(0, |entry| entry.hash);
            self.table.insert_unique(hash, position, rehash);
        } else if self.entries.len() > SMALL {
            self.rebuild();
        }
    }

    /// Removes the entry at a position that `find` gave.
    pub fn remove_at(&mut self, position: usize) -> Option<(Value, Value)> {
        let entry = self.entries.get_mut(position)?;
        if entry.key.is_unset() {
            return None;
        }
        let removed = (entry.key, entry.value);
        let hash = entry.hash;
        entry.key = Value::Unset;
        entry.value = Value::Unset;
        self.live -= 1;
        if !self.table.is_empty() {
            let found = self
                .table
                .find_entry(hash, |&candidate| candidate as usize == position);
            if let Ok(occupied) = found {
                occupied.remove();
            }
        }
        while self
            .entries
            .get(self.start)
            .is_some_and(|entry| entry.key.is_unset())
        {
            self.start += 1;
        }
        // Gaps at the end are dropped at once, so that a dict used as a stack stays small.
        while self
            .entries
            .last()
            .is_some_and(|entry| entry.key.is_unset())
        {
            self.entries.pop();
        }
        self.start = self.start.min(self.entries.len());
        // Many gaps would make a walk, or the search for the first item, slow.
        if self.entries.len() > 32 && self.entries.len() > 4 * self.live {
            self.compact();
        }
        Some(removed)
    }

    /// The position of the first item at this one or later.
    #[must_use]
    pub fn next_position(&self, position: usize) -> Option<usize> {
        let from = position.max(self.start);
        let rest = self.entries.get(from..)?;
        let offset = rest.iter().position(|entry| !entry.key.is_unset())?;
        Some(from + offset)
    }

    /// The position of the last item.
    #[must_use]
    pub fn last_position(&self) -> Option<usize> {
        self.entries.iter().rposition(|entry| !entry.key.is_unset())
    }

    /// The position of the first item.
    #[must_use]
    pub fn first_position(&self) -> Option<usize> {
        self.next_position(0)
    }

    /// Moves the entry at a position to the end (`OrderedDict.move_to_end`).
    pub fn move_to_end(&mut self, position: usize) {
        if let Some(&entry) = self.entries.get(position)
            && self.remove_at(position).is_some()
        {
            self.push(entry.hash, entry.key, entry.value);
        }
    }

    /// Moves the entry at a position to the start. O(length).
    pub fn move_to_start(&mut self, position: usize) {
        if let Some(&entry) = self.entries.get(position)
            && self.remove_at(position).is_some()
        {
            self.entries.insert(0, entry);
            self.start = 0;
            self.live += 1;
            self.compact();
        }
    }

    /// Replaces each item: the key's hash, the key and the value from the key and the value. Gaps stay.
    pub fn rewrite(&mut self, mut change: impl FnMut(Value, Value) -> (u64, Value, Value)) {
        for entry in &mut self.entries {
            if !entry.key.is_unset() {
                (entry.hash, entry.key, entry.value) = change(entry.key, entry.value);
            }
        }
        self.rebuild();
    }

    /// Removes all.
    pub fn clear(&mut self) {
        // What is gone is not accounted, so it must not stay allocated.
        self.entries = Vec::new();
        self.table = HashTable::new();
        self.live = 0;
        self.start = 0;
    }

    /// Drops the gaps.
    fn compact(&mut self) {
        self.entries.retain(|entry| !entry.key.is_unset());
        self.entries.shrink_to(2 * self.live);
        self.start = 0;
        self.table = HashTable::new();
        self.rebuild();
    }

    fn rebuild(&mut self) {
        self.table.clear();
        if self.entries.len() <= SMALL {
            return;
        }
        let entries = &self.entries;
        let rehash = |&position: &u32| {
            entries
                .get(position as usize)
                .map_or(0, |entry: &DictEntry| entry.hash)
        };
        self.table.reserve(entries.len(), rehash);
        for (position, entry) in entries.iter().enumerate() {
            if entry.key.is_unset() {
                continue;
            }
            let position = u32::try_from(position).unwrap_or(u32::MAX);
            if let TableEntry::Vacant(vacant) =
                self.table
                    .entry(entry.hash, |&other| other == position, rehash)
            {
                vacant.insert(position);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first item is found whatever was removed before it, at either end.
    #[test]
    fn the_first_item_is_found_after_removals() {
        let mut random = 7_u64;
        let mut dict = DictObject::default();
        let mut model: Vec<u64> = Vec::new();
        for step in 0..5_000 {
            random = random
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            let pick = (random >> 33) as usize;
            let is_removal = !model.is_empty() && pick % 5 < if step % 1_000 < 500 { 2 } else { 3 };
            if is_removal {
                let at = match pick / 5 % 3 {
                    0 => 0,
                    1 => model.len() - 1,
                    _ => pick / 15 % model.len(),
                };
                let hash = model.remove(at);
                let position = dict.find(hash, |_| true).unwrap();
                dict.remove_at(position);
            } else {
                dict.push(step, Value::None, Value::None);
                model.push(step);
            }
            let first = dict
                .first_position()
                .map(|position| dict.slots()[position].hash);
            assert_eq!(first, model.first().copied(), "after step {step}");
            assert_eq!(dict.len(), model.len());
        }
    }
}

//! Sets and frozensets.
//!
//! A set that only ever held numbers, or tuples of them, iterates in the order of CPython 3.11's
//! table, since programs print such sets: it *is* such a table, with CPython's hashes, probes and
//! growth. Any other set keeps insertion order. The first element that is no number turns the
//! one kind into the other.

use super::arena::{Stored, absent};
use super::dict::{DictEntry, DictObject, Flavor};
use super::object::{OBJECT_SIZE, SET_ENTRY_SIZE};
use crate::value::Value;

/// CPython's smallest table.
const MINIMUM: usize = 8;
/// Neighbours that CPython looks at before it jumps.
const LINEAR_PROBES: usize = 9;
/// How fast the hash's high bits come into play.
const PERTURB_SHIFT: u32 = 5;

/// A slot of a number table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Occupied {
    #[default]
    Never,
    Removed,
    Yes,
}

/// A slot of a number table.
#[derive(Clone, Copy, Debug, Default)]
struct Slot {
    state: Occupied,
    hash: i64,
    key: Value,
}

/// CPython's set table.
#[derive(Clone, Debug, Default)]
pub struct NumberTable {
    /// Empty before the first element, else a power of two.
    slots: Vec<Slot>,
    /// Slots that are or were in use.
    filled: usize,
    used: usize,
    /// Where `pop` looks first: behind what it took last.
    finger: usize,
}

/// Above this many elements a table grows to twice, not four times what it holds.
const LARGE: usize = 50_000;

/// CPython's size for so many elements.
fn table_size(wanted: usize) -> usize {
    wanted
        .min(1 << 40)
        .saturating_add(1)
        .next_power_of_two()
        .max(MINIMUM)
}

impl NumberTable {
    /// CPython's mask: one less than the size of the table, which is never below its minimum.
    fn mask(&self) -> usize {
        self.slots.len().max(MINIMUM) - 1
    }

    /// Whether CPython would grow the table at this fill.
    fn is_full_at(&self, filled: usize) -> bool {
        filled * 5 >= self.mask() * 3
    }

    /// How many slots there will be once one more is filled.
    fn size_after_one(&self) -> usize {
        if self.slots.is_empty() {
            return MINIMUM;
        }
        if !self.is_full_at(self.filled + 1) {
            return self.slots.len();
        }
        let used = self.used + 1;
        table_size(if used > LARGE { used * 2 } else { used * 4 })
    }

    /// Walks the probe sequence of a hash until `visit` says stop. Gives the probes made.
    fn probe(&self, hash: i64, mut visit: impl FnMut(usize, &Slot) -> bool) -> u64 {
        if self.slots.is_empty() {
            return 0;
        }
        let mask = self.mask();
        let wide_mask = mask as u64;
        let mut perturb = hash.cast_unsigned();
        let mut index = (perturb & wide_mask) as usize;
        let mut probes = 0;
        loop {
            let linear = if index + LINEAR_PROBES <= mask {
                LINEAR_PROBES
            } else {
                0
            };
            for step in 0..=linear {
                probes += 1;
                match self.slots.get(index + step) {
                    Some(slot) => {
                        if visit(index + step, slot) {
                            return probes;
                        }
                    }
                    None => return probes,
                }
            }
            perturb >>= PERTURB_SHIFT;
            index = ((index as u64)
                .wrapping_mul(5)
                .wrapping_add(1)
                .wrapping_add(perturb)
                & wide_mask) as usize;
        }
    }

    /// Puts a key that is not there into the first slot never used. Tables always have one.
    fn place(&mut self, hash: i64, key: Value) -> u64 {
        if self.slots.is_empty() {
            self.slots = vec![Slot::default(); MINIMUM];
        }
        let mut target = None;
        let probes = self.probe(hash, |index, slot| {
            let free = slot.state == Occupied::Never;
            if free {
                target = Some(index);
            }
            free
        });
        if let Some(slot) = target.and_then(|index| self.slots.get_mut(index)) {
            *slot = Slot {
                state: Occupied::Yes,
                hash,
                key,
            };
        }
        probes
    }

    /// Rebuilds with CPython's size for `wanted` elements.
    fn resize(&mut self, wanted: usize) -> u64 {
        let size = table_size(wanted);
        let old = core::mem::replace(&mut self.slots, vec![Slot::default(); size]);
        self.filled = self.used;
        let mut probes = 0;
        for slot in old {
            if slot.state == Occupied::Yes {
                probes += self.place(slot.hash, slot.key);
            }
        }
        probes
    }

    fn find(&self, hash: i64, mut equal: impl FnMut(Value) -> bool) -> (Option<usize>, u64) {
        let mut found = None;
        let probes = self.probe(hash, |index, slot| match slot.state {
            Occupied::Never => true,
            Occupied::Yes if slot.hash == hash && equal(slot.key) => {
                found = Some(index);
                true
            }
            _ => false,
        });
        (found, probes)
    }

    fn add(&mut self, hash: i64, key: Value) -> u64 {
        // The last slot on the way that was given up is used again.
        let mut given_up = None;
        let mut probes = self.probe(hash, |index, slot| {
            if slot.state == Occupied::Removed {
                given_up = Some(index);
            }
            slot.state == Occupied::Never
        });
        if let Some(slot) = given_up.and_then(|index| self.slots.get_mut(index)) {
            *slot = Slot {
                state: Occupied::Yes,
                hash,
                key,
            };
            self.used += 1;
            return probes;
        }
        probes += self.place(hash, key);
        self.filled += 1;
        self.used += 1;
        if self.is_full_at(self.filled) {
            let wanted = if self.used > LARGE {
                self.used * 2
            } else {
                self.used * 4
            };
            probes += self.resize(wanted);
        }
        probes
    }
}

/// What a slot of a number table costs.
const SLOT_SIZE: usize = 32;

/// How a set holds its elements.
#[derive(Clone, Debug)]
enum Elements {
    Numbers(NumberTable),
    Ordered(DictObject),
}

/// A key's two hashes: CPython's if it is a number (or a tuple of numbers), and the keyed one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SetHash {
    /// CPython's hash of a number.
    Number(i64),
    /// The keyed hash of something else.
    Keyed(u64),
}

/// A slot of CPython's table.
#[derive(Clone, Copy, Debug)]
pub(crate) enum SetSlot {
    /// Nothing was ever here.
    Never,
    /// What was here was removed.
    Removed,
    /// An element.
    Key(Value),
}

/// A set or frozenset.
#[derive(Clone, Debug)]
pub struct SetObject {
    elements: Elements,
    frozen: bool,
}

impl Default for SetObject {
    fn default() -> Self {
        Self {
            elements: Elements::Numbers(NumberTable::default()),
            frozen: false,
        }
    }
}

impl Stored for SetObject {
    absent!(SetObject);

    fn size(&self) -> usize {
        let content = match &self.elements {
            Elements::Numbers(table) => table.slots.len() * SLOT_SIZE,
            Elements::Ordered(dict) => dict.slots().len() * SET_ENTRY_SIZE,
        };
        OBJECT_SIZE + 96 + content
    }
}

impl SetObject {
    /// An empty set.
    #[must_use]
    pub fn new(frozen: bool) -> Self {
        Self {
            frozen,
            ..Self::default()
        }
    }

    /// The same elements as a set or frozenset.
    #[must_use]
    pub fn with_frozen(mut self, frozen: bool) -> Self {
        self.frozen = frozen;
        self
    }

    /// Where the search of `pop` goes on, of a set in the order of CPython's table.
    pub(crate) fn finger(&self) -> Option<usize> {
        match &self.elements {
            Elements::Numbers(table) => Some(table.finger),
            Elements::Ordered(_) => None,
        }
    }

    /// How many slots CPython's table has.
    pub(crate) fn table_size(&self) -> usize {
        match &self.elements {
            Elements::Numbers(table) => table.slots.len(),
            Elements::Ordered(_) => 0,
        }
    }

    /// The slots of CPython's table.
    pub(crate) fn number_slots(&self) -> impl Iterator<Item = SetSlot> + '_ {
        let slots = match &self.elements {
            Elements::Numbers(table) => table.slots.as_slice(),
            Elements::Ordered(_) => &[],
        };
        slots.iter().map(|slot| match slot.state {
            Occupied::Never => SetSlot::Never,
            Occupied::Removed => SetSlot::Removed,
            Occupied::Yes => SetSlot::Key(slot.key),
        })
    }

    /// The places of a set that keeps its order, gaps included.
    pub(crate) fn entries(&self) -> &[DictEntry] {
        match &self.elements {
            Elements::Numbers(_) => &[],
            Elements::Ordered(dict) => dict.slots(),
        }
    }

    /// A set with these slots of CPython's table, their hashes still to come.
    pub(crate) fn of_slots(frozen: bool, finger: usize, slots: &[SetSlot]) -> Self {
        let slots = slots.iter().map(|slot| match slot {
            SetSlot::Never => Slot::default(),
            SetSlot::Removed => Slot {
                state: Occupied::Removed,
                ..Slot::default()
            },
            SetSlot::Key(key) => Slot {
                state: Occupied::Yes,
                hash: 0,
                key: *key,
            },
        });
        let slots: Vec<Slot> = slots.collect();
        let count = |wanted: Occupied| slots.iter().filter(|slot| slot.state == wanted).count();
        let used = count(Occupied::Yes);
        Self {
            elements: Elements::Numbers(NumberTable {
                filled: used + count(Occupied::Removed),
                used,
                finger,
                slots,
            }),
            frozen,
        }
    }

    /// A set with these places, in its own order.
    pub(crate) fn of_entries(frozen: bool, entries: Vec<DictEntry>) -> Self {
        Self {
            elements: Elements::Ordered(DictObject::of_entries(Flavor::Plain, entries)),
            frozen,
        }
    }

    /// Gives each element its hash. Whether all of them are then where they are looked for.
    pub(crate) fn rehash(&mut self, mut hash: impl FnMut(Value) -> Option<SetHash>) -> bool {
        match &mut self.elements {
            Elements::Ordered(dict) => {
                let mut is_sound = true;
                dict.rewrite(|key, value| match hash(key) {
                    Some(SetHash::Keyed(hash)) => (hash, key, value),
                    _ => {
                        is_sound = false;
                        (0, key, value)
                    }
                });
                is_sound
            }
            Elements::Numbers(table) => {
                let size = table.slots.len();
                if size > 0
                    && (!size.is_power_of_two() || size < MINIMUM || table.is_full_at(table.filled))
                {
                    return false;
                }
                for slot in &mut table.slots {
                    if slot.state == Occupied::Yes {
                        match hash(slot.key) {
                            Some(SetHash::Number(hash)) => slot.hash = hash,
                            _ => return false,
                        }
                    }
                }
                true
            }
        }
    }

    /// Whether each element is found where it is, by the hash it was given.
    pub(crate) fn is_sound(&self, equal: impl Fn(Value, Value) -> bool) -> bool {
        match &self.elements {
            Elements::Ordered(dict) => dict.is_sound(equal),
            Elements::Numbers(table) => table.slots.iter().enumerate().all(|(index, slot)| {
                slot.state != Occupied::Yes
                    || table.find(slot.hash, |key| equal(key, slot.key)).0 == Some(index)
            }),
        }
    }

    /// Whether it is a frozenset.
    #[must_use]
    pub fn is_frozen(&self) -> bool {
        self.frozen
    }

    /// How many elements it has.
    #[must_use]
    pub fn len(&self) -> usize {
        match &self.elements {
            Elements::Numbers(table) => table.used,
            Elements::Ordered(dict) => dict.len(),
        }
    }

    /// Whether it has none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The first element at slot `index` or later, and the slot after it. What iterators call.
    #[must_use]
    pub fn next_from(&self, index: usize) -> Option<(Value, usize)> {
        match &self.elements {
            Elements::Numbers(table) => {
                let rest = table.slots.get(index..)?;
                let offset = rest.iter().position(|slot| slot.state == Occupied::Yes)?;
                Some((rest.get(offset)?.key, index + offset + 1))
            }
            Elements::Ordered(dict) => {
                let position = dict.next_position(index)?;
                Some((dict.slots().get(position)?.key, position + 1))
            }
        }
    }

    /// Where `pop` finds an element: the slot from which [`SetObject::next_from`] gives it.
    #[must_use]
    pub fn place_to_pop(&self) -> usize {
        match &self.elements {
            Elements::Numbers(table) => {
                let from = table.finger & table.mask();
                match self.next_from(from) {
                    Some(_) => from,
                    None => 0,
                }
            }
            Elements::Ordered(_) => 0,
        }
    }

    /// Remembers that `pop` took the element before this slot.
    pub fn popped_before(&mut self, slot: usize) {
        if let Elements::Numbers(table) = &mut self.elements {
            table.finger = slot;
        }
    }

    /// The bytes that adding one more element takes, what a larger table takes beside the old one included.
    #[must_use]
    pub fn growth(&self) -> usize {
        match &self.elements {
            Elements::Numbers(table) => {
                let size = table.size_after_one();
                if size == table.slots.len() {
                    0
                } else {
                    size * SLOT_SIZE
                }
            }
            Elements::Ordered(dict) => dict.growth(),
        }
    }

    /// The bytes that merging `other` in takes at most, before single elements are added.
    #[must_use]
    pub fn growth_for_merge(&self, other: &Self) -> usize {
        let copied = match (&self.elements, &other.elements) {
            (Elements::Numbers(_), Elements::Numbers(from)) => from.slots.len() * SLOT_SIZE,
            _ => 0,
        };
        copied.max(self.growth_for(other.len()))
    }

    /// The bytes that making room for `count` elements takes at most.
    #[must_use]
    pub fn growth_for(&self, count: usize) -> usize {
        match &self.elements {
            Elements::Numbers(table) => {
                table_size(table.used.saturating_add(count).saturating_mul(2)) * SLOT_SIZE
            }
            Elements::Ordered(_) => count.saturating_mul(SET_ENTRY_SIZE),
        }
    }

    /// The elements in the order of iteration.
    #[must_use]
    pub fn values(&self) -> Vec<Value> {
        match &self.elements {
            Elements::Numbers(table) => table
                .slots
                .iter()
                .filter(|slot| slot.state == Occupied::Yes)
                .map(|slot| slot.key)
                .collect(),
            Elements::Ordered(dict) => dict.items().map(|(key, _)| key).collect(),
        }
    }

    /// Whether it holds numbers in CPython's order: then keys need their CPython hash, and
    /// a key without one is in the set only after [`SetObject::make_ordered`].
    #[must_use]
    pub fn holds_numbers(&self) -> bool {
        matches!(self.elements, Elements::Numbers(_))
    }

    /// Gives up CPython's order; `rehash` is the keyed hash of an element.
    pub fn make_ordered(&mut self, mut rehash: impl FnMut(Value) -> u64) {
        if let Elements::Numbers(_) = self.elements {
            let mut dict = DictObject::default();
            for key in self.values() {
                dict.push(rehash(key), key, Value::None);
            }
            self.elements = Elements::Ordered(dict);
        }
    }

    /// Where the key is, and the probes that took beyond the usual.
    pub fn find(&self, hash: SetHash, equal: impl FnMut(Value) -> bool) -> (Option<usize>, u64) {
        match (&self.elements, hash) {
            (Elements::Numbers(table), SetHash::Number(hash)) => table.find(hash, equal),
            (Elements::Ordered(dict), SetHash::Keyed(hash)) => (dict.find(hash, equal), 1),
            _ => (None, 1),
        }
    }

    /// Adds a key that `find` did not find, with the same hash. Gives the probes.
    pub fn insert(&mut self, hash: SetHash, key: Value) -> u64 {
        match (&mut self.elements, hash) {
            (Elements::Numbers(table), SetHash::Number(hash)) => table.add(hash, key),
            (Elements::Ordered(dict), SetHash::Keyed(hash)) => {
                dict.push(hash, key, Value::None);
                1
            }
            _ => 1,
        }
    }

    /// Removes the element that `find` found.
    pub fn remove_at(&mut self, position: usize) {
        match &mut self.elements {
            Elements::Numbers(table) => {
                if let Some(slot) = table.slots.get_mut(position)
                    && slot.state == Occupied::Yes
                {
                    *slot = Slot {
                        state: Occupied::Removed,
                        ..Slot::default()
                    };
                    table.used -= 1;
                }
            }
            Elements::Ordered(dict) => {
                dict.remove_at(position);
            }
        }
    }

    /// Removes all; the set may hold numbers in CPython's order again.
    pub fn clear(&mut self) {
        self.elements = Elements::Numbers(NumberTable::default());
    }

    /// Takes over all of `other`, as CPython's merge does: it grows at once, and into an empty
    /// table of the same size it copies slots as they are. Both hold numbers, and no element of
    /// `other` is here. Gives the probes.
    pub fn merge_disjoint_numbers(&mut self, other: &Self) -> Option<u64> {
        let (Elements::Numbers(table), Elements::Numbers(from)) =
            (&mut self.elements, &other.elements)
        else {
            return None;
        };
        let mut probes = 1;
        if table.is_full_at(table.filled + from.used) {
            probes += table.resize((table.used + from.used) * 2);
        }
        if table.filled == 0 && table.mask() == from.mask() && from.filled == from.used {
            table.slots.clone_from(&from.slots);
            table.filled = from.filled;
            table.used = from.used;
            return Some(probes + from.slots.len() as u64 / 8);
        }
        if table.filled != 0 {
            return None;
        }
        for slot in &from.slots {
            if slot.state == Occupied::Yes {
                probes += table.place(slot.hash, slot.key);
            }
        }
        table.filled = from.used;
        table.used = from.used;
        Some(probes)
    }

    /// Grows as CPython does before it merges `count` elements in.
    pub fn grow_for_merge(&mut self, count: usize) -> u64 {
        match &mut self.elements {
            Elements::Numbers(table) if table.is_full_at(table.filled + count) => {
                table.resize((table.used + count) * 2)
            }
            _ => 0,
        }
    }
}

//! The places of threads in a turn: an ordered set, mostly of one.

use std::collections::BTreeSet;

use super::Place;

/// An ordered set of places. The first lies here, so that an execution of one thread allocates nothing.
#[derive(Clone, Debug, Default)]
pub(super) struct Places {
    /// None if there are none at all.
    first: Option<Place>,
    /// All after the first.
    others: BTreeSet<Place>,
}

impl Places {
    pub(super) fn is_empty(&self) -> bool {
        self.first.is_none()
    }

    pub(super) fn first(&self) -> Option<&Place> {
        self.first.as_ref()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Place> {
        self.first.iter().chain(&self.others)
    }

    /// Adds a place, unless it is there.
    pub(super) fn insert(&mut self, place: Place) {
        let after = match self.first {
            None => {
                self.first = Some(place);
                return;
            }
            Some(first) if first == place => return,
            Some(first) if place < first => {
                self.first = Some(place);
                first
            }
            Some(_) => place,
        };
        self.others.insert(after);
    }

    /// Takes the first.
    pub(super) fn pop_first(&mut self) -> Option<Place> {
        let first = self.first.take()?;
        self.first = self.others.pop_first();
        Some(first)
    }

    /// Takes a place out; whether it was there.
    pub(super) fn remove(&mut self, place: &Place) -> bool {
        if self.first == Some(*place) {
            self.pop_first();
            return true;
        }
        self.others.remove(place)
    }
}

#[cfg(test)]
mod tests {
    use std::cmp::Reverse;
    use std::collections::BTreeSet;

    use super::Places;

    #[test]
    fn it_is_a_set_in_order() {
        let mut places = Places::default();
        let mut known = BTreeSet::new();
        let mut state = 1_u64;
        for _ in 0..2_000 {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            let place = (
                Reverse((state >> 33) as i64 % 3),
                (state >> 40) as usize % 7,
            );
            match state >> 61 {
                0..=3 => {
                    places.insert(place);
                    known.insert(place);
                }
                4 | 5 => assert_eq!(places.remove(&place), known.remove(&place)),
                _ => assert_eq!(places.pop_first(), known.pop_first()),
            }
            assert!(places.iter().eq(&known));
            assert_eq!(places.first(), known.first());
            assert_eq!(places.is_empty(), known.is_empty());
        }
    }
}

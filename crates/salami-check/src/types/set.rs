//! A small sorted set: most types have one class or one function, and none of the others.

use std::ops::Deref;

/// Sorted, without doubles. What is empty takes no memory beyond itself.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Set<T>(Vec<T>);

impl<T> Default for Set<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: Ord> Set<T> {
    /// Adds one.
    pub fn insert(&mut self, item: T) {
        if let Err(at) = self.0.binary_search(&item) {
            self.0.insert(at, item);
        }
    }

    /// Whether it is there.
    #[must_use]
    pub fn contains(&self, item: &T) -> bool {
        self.0.binary_search(item).is_ok()
    }

    /// Whether all of these are there. O(length of both).
    #[must_use]
    pub fn contains_all(&self, other: &Self) -> bool {
        let mut own = self.0.iter();
        other.0.iter().all(|item| own.any(|known| known == item))
    }

    /// Keeps those that `keep` wants.
    pub fn retain(&mut self, keep: impl FnMut(&T) -> bool) {
        self.0.retain(keep);
    }

    /// Keeps those before `length`.
    pub fn truncate(&mut self, length: usize) {
        self.0.truncate(length);
    }
}

impl<T> Deref for Set<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<T: Ord> Extend<T> for Set<T> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, items: I) {
        let before = self.0.len();
        self.0.extend(items);
        let new = self.0.get(before.saturating_sub(1)..).unwrap_or_default();
        if !new.is_sorted_by(|left, right| left < right) {
            // Two sorted runs are merged in linear time.
            self.0.sort();
            self.0.dedup();
        }
    }
}

impl<'a, T: Ord + Copy + 'a> Extend<&'a T> for Set<T> {
    fn extend<I: IntoIterator<Item = &'a T>>(&mut self, items: I) {
        self.extend(items.into_iter().copied());
    }
}

impl<T: Ord> FromIterator<T> for Set<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        let mut set = Self(Vec::new());
        set.extend(items);
        set
    }
}

impl<T: Ord, const N: usize> From<[T; N]> for Set<T> {
    fn from(items: [T; N]) -> Self {
        items.into_iter().collect()
    }
}

impl<'a, T> IntoIterator for &'a Set<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

impl<T> IntoIterator for Set<T> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_sorted_and_without_doubles() {
        let mut set: Set<u32> = [3, 1, 3].into();
        set.insert(2);
        set.insert(2);
        set.extend(&[5, 1, 4]);
        assert_eq!(&*set, [1, 2, 3, 4, 5]);
        assert!(set.contains(&4) && !set.contains(&6));
        assert!(set.contains_all(&[1, 5].into()) && !set.contains_all(&[0, 5].into()));
        assert!(set.contains_all(&Set::default()));
    }
}

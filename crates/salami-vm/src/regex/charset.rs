//! A compiled `[...]`.

use super::tree::{Category, SetItem};
use super::unicode;

/// The first code outside of the basic multilingual plane.
const BEYOND: u32 = 0x1_0000;

/// A set of characters, ready to match.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct CharSet {
    /// Answers for the codes below 128.
    ascii: u128,
    negate: bool,
    /// Sorted, disjoint ranges.
    ranges: Vec<(u32, u32)>,
    categories: Vec<Category>,
    /// Ranges that a code is also in if its upper case is.
    folded: Vec<(u32, u32)>,
    /// Whether a code is made lower case first.
    lowers: bool,
    ascii_only: bool,
}

impl CharSet {
    /// Compiles the items under the flags `IGNORECASE` and `ASCII`. Takes a few thousand steps at
    /// most beside the items.
    pub fn new(negate: bool, items: &[SetItem], ignore_case: bool, ascii_only: bool) -> Self {
        let mut ranges = Vec::new();
        let mut categories = Vec::new();
        for item in items {
            match *item {
                SetItem::Literal(code) => ranges.push((code, code)),
                SetItem::Range(first, last) => ranges.push((first, last)),
                SetItem::Category(category) => categories.push(category),
            }
        }
        let mut set = Self {
            ascii: 0,
            negate,
            ranges: Vec::new(),
            categories,
            folded: Vec::new(),
            lowers: false,
            ascii_only,
        };
        if ignore_case {
            set.fold(&ranges);
        } else {
            set.ranges = ranges;
        }
        normalize(&mut set.ranges);
        for code in 0..128 {
            if set.decide(code) {
                set.ascii |= 1 << code;
            }
        }
        set
    }

    /// Lower-cases the members of the basic plane and adds their look-alikes; the others keep their
    /// case, ranges of them match by lower and by upper case, which is what CPython does.
    fn fold(&mut self, given: &[(u32, u32)]) {
        let ascii = self.ascii_only;
        for &(first, last) in given {
            if last >= BEYOND {
                self.lowers = true;
                self.ranges.push((first, last));
                if first < last {
                    self.folded.push((first, last));
                }
            }
        }
        let mut plane: Vec<(u32, u32)> = given
            .iter()
            .filter(|&&(first, _)| first < BEYOND)
            .map(|&(first, last)| (first, last.min(BEYOND - 1)))
            .collect();
        normalize(&mut plane);
        for (first, last) in plane {
            self.lowers |= unicode::any_cased(first, last, ascii);
            // Codes with another lower case may stay: they are never looked up.
            self.ranges.push((first, last));
            let mut others = Vec::new();
            unicode::each_lower(first, last, ascii, |low| others.push(low));
            if !ascii {
                let direct = unicode::look_alikes(first, last)
                    .iter()
                    .map(|&(_, other)| other);
                let through = others
                    .iter()
                    .flat_map(|&low| unicode::same_upper(low))
                    .map(|&(_, other)| other);
                let more: Vec<u32> = direct.chain(through).collect();
                others.extend(more);
            }
            self.ranges
                .extend(others.into_iter().map(|code| (code, code)));
        }
    }

    fn decide(&self, code: u32) -> bool {
        let code = if self.lowers {
            unicode::lower(code, self.ascii_only)
        } else {
            code
        };
        let after = self.ranges.partition_point(|&(first, _)| first <= code);
        let listed = after
            .checked_sub(1)
            .and_then(|index| self.ranges.get(index))
            .is_some_and(|&(_, last)| code <= last);
        let inside = listed
            || self
                .categories
                .iter()
                .any(|&category| unicode::is_category(category, code, self.ascii_only))
            || (!self.folded.is_empty() && {
                let upper = unicode::upper(code);
                self.folded
                    .iter()
                    .any(|&(first, last)| (first..=last).contains(&upper))
            });
        inside != self.negate
    }

    /// Whether the set has the code.
    pub fn contains(&self, code: u32) -> bool {
        if code < 128 {
            self.ascii >> code & 1 != 0
        } else {
            self.decide(code)
        }
    }

    /// The answers for the codes below 128, by bit.
    pub fn ascii_bits(&self) -> u128 {
        self.ascii
    }

    /// Bytes of memory beyond the struct itself.
    pub fn memory(&self) -> usize {
        (self.ranges.len() + self.folded.len()) * 8 + self.categories.len()
    }
}

/// Sorts and joins ranges.
fn normalize(ranges: &mut Vec<(u32, u32)>) {
    ranges.sort_unstable();
    let mut joined: Vec<(u32, u32)> = Vec::with_capacity(ranges.len());
    for &(first, last) in ranges.iter() {
        match joined.last_mut() {
            Some(previous) if first <= previous.1.saturating_add(1) => {
                previous.1 = previous.1.max(last)
            }
            _ => joined.push((first, last)),
        }
    }
    *ranges = joined;
}

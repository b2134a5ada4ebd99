//! Remembers from which states the rest of a match fails, so that no state is tried twice.
//!
//! A state is a place of the program, a position and the counters of the loops around the place.
//! Where no group's text decides anything, what follows depends on nothing else.

use super::program::{Point, Program};

/// States a page holds.
const PAGE: u64 = 1 << 15;

/// Failed states, as bits in pages that are made when first needed.
#[derive(Debug, Default)]
pub(super) struct Memo {
    pages: Vec<Option<Box<[u64]>>>,
    positions: u64,
    /// Whether it is used yet.
    pub on: bool,
}

/// Bytes of one page.
pub(super) const PAGE_BYTES: usize = (PAGE / 8) as usize;

impl Memo {
    /// Begins to remember, if the program and the text's length allow it.
    pub fn start(&mut self, program: &Program, length: usize) {
        let Some(states) = program.states else { return };
        self.positions = length as u64 + 1;
        let Some(bits) = states
            .checked_mul(self.positions)
            .filter(|&bits| bits <= 1 << 36)
        else {
            return;
        };
        let pages = bits.div_ceil(PAGE) as usize;
        self.pages.resize_with(pages, || None);
        self.on = true;
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.pages.iter_mut().for_each(|page| *page = None);
    }

    fn bit(&self, program: &Program, point: &Point, pos: u32, slots: &[u32]) -> Option<u64> {
        let mut number = 0u64;
        for &index in &point.loops {
            let shape = program.loops.get(index as usize)?;
            let count = *slots.get(shape.slot as usize)?;
            number = number * u64::from(shape.counts) + u64::from(count.min(shape.counts - 1));
            if shape.nullable {
                let stuck = *slots.get(shape.slot as usize + 1)? == pos;
                number = number * 2 + u64::from(stuck);
            }
        }
        Some((point.offset + number) * self.positions + u64::from(pos))
    }

    /// Whether the state is known to fail.
    pub fn failed(&self, program: &Program, point: u32, pos: u32, slots: &[u32]) -> bool {
        let Some(entry) = program.points.get(point as usize) else {
            return false;
        };
        let Some(bit) = self.bit(program, entry, pos, slots) else {
            return false;
        };
        let page = self
            .pages
            .get((bit / PAGE) as usize)
            .and_then(Option::as_ref);
        page.and_then(|page| page.get((bit % PAGE / 64) as usize))
            .is_some_and(|word| word >> (bit % 64) & 1 != 0)
    }

    /// Remembers that the state fails. Returns the bytes of memory newly taken.
    pub fn mark(&mut self, program: &Program, point: u32, pos: u32, slots: &[u32]) -> usize {
        let Some(entry) = program.points.get(point as usize) else {
            return 0;
        };
        let Some(bit) = self.bit(program, entry, pos, slots) else {
            return 0;
        };
        let Some(page) = self.pages.get_mut((bit / PAGE) as usize) else {
            return 0;
        };
        let taken = if page.is_none() { PAGE_BYTES } else { 0 };
        let words = page.get_or_insert_with(|| vec![0; (PAGE / 64) as usize].into_boxed_slice());
        if let Some(word) = words.get_mut((bit % PAGE / 64) as usize) {
            *word |= 1 << (bit % 64);
        }
        taken
    }
}

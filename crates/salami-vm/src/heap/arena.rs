//! One arena of objects of one type, reached by handles.

use core::marker::PhantomData;

use super::grow::{is_step, make_room, next_step};

/// A typed index into an [`Arena`].
pub trait Handle: Copy {
    /// The handle of a slot.
    fn from_index(index: u32) -> Self;
    /// The slot of the handle.
    fn index(self) -> u32;
}

/// What an arena needs of its objects.
pub trait Stored: Default {
    /// The bytes this object counts for, by the documented formula of the heap (never a capacity).
    fn size(&self) -> usize;

    /// Gives back room that is not used any more.
    fn trim(&mut self) {}
}

/// Slots that are reused last-freed-first, so that a run's handles are the same every time.
/// A free slot holds the default object; so does what a dangling handle reads.
#[derive(Clone, Debug)]
pub struct Arena<H, T> {
    slots: Vec<T>,
    live: Vec<bool>,
    marked: Vec<bool>,
    free: Vec<u32>,
    /// What a dangling handle shows.
    fallback: T,
    handle: PhantomData<H>,
}

impl<H, T: Default> Default for Arena<H, T> {
    fn default() -> Self {
        Self {
            slots: Vec::new(),
            live: Vec::new(),
            marked: Vec::new(),
            free: Vec::new(),
            fallback: T::default(),
            handle: PhantomData,
        }
    }
}

impl<H: Handle, T: Stored> Arena<H, T> {
    /// Puts an object into a slot. The slot table itself ends at 2^32 objects, far above any memory limit.
    #[inline]
    pub fn insert(&mut self, object: T) -> H {
        if let Some(index) = self.free.pop()
            && let Some(slot) = self.slots.get_mut(index as usize)
            && let Some(live) = self.live.get_mut(index as usize)
        {
            *slot = object;
            *live = true;
            return H::from_index(index);
        }
        let index = u32::try_from(self.slots.len()).unwrap_or(u32::MAX);
        make_room(&mut self.slots);
        self.slots.push(object);
        make_room(&mut self.live);
        self.live.push(true);
        make_room(&mut self.marked);
        self.marked.push(false);
        H::from_index(index)
    }

    /// The bytes that the slots will take for a moment when the next object comes; mostly none.
    #[inline]
    pub fn growth(&self) -> usize {
        let length = self.slots.len();
        if self.free.is_empty() && is_step(length) {
            next_step(length) * size_of::<T>()
        } else {
            0
        }
    }

    /// The object, or the default one for a dangling handle.
    #[inline]
    pub fn get(&self, handle: H) -> &T {
        self.slots
            .get(handle.index() as usize)
            .unwrap_or(&self.fallback)
    }

    /// The object for writing; writes through a dangling handle are lost.
    #[inline]
    pub fn get_mut(&mut self, handle: H) -> &mut T {
        match self.slots.get_mut(handle.index() as usize) {
            Some(slot) => slot,
            None => {
                self.fallback = T::default();
                &mut self.fallback
            }
        }
    }

    /// Whether the handle names a live object.
    pub fn is_live(&self, handle: H) -> bool {
        self.live
            .get(handle.index() as usize)
            .copied()
            .unwrap_or(false)
    }

    /// How many slots there are, live or free.
    pub fn slot_count(&self) -> usize {
        self.slots.len()
    }

    /// Forgets all marks.
    pub fn clear_marks(&mut self) {
        self.marked.fill(false);
    }

    /// Marks a live object; true if it was not marked before.
    #[inline]
    pub fn mark(&mut self, handle: H) -> bool {
        match self.marked.get_mut(handle.index() as usize) {
            Some(mark) => !core::mem::replace(mark, true),
            None => false,
        }
    }

    /// Frees every object that is live and not marked, from slot `first` on. Gives the bytes that live on.
    pub fn sweep(&mut self) -> usize {
        let mut kept = 0;
        for (index, slot) in self.slots.iter_mut().enumerate() {
            let (Some(live), Some(marked)) = (self.live.get_mut(index), self.marked.get(index))
            else {
                break;
            };
            if !*live {
                continue;
            }
            if *marked {
                kept += slot.size();
            } else {
                *live = false;
                *slot = T::default();
                self.free.push(u32::try_from(index).unwrap_or(u32::MAX));
            }
        }
        kept
    }
}

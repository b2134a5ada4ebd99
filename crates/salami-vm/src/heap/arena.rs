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
pub trait Stored: Default + 'static {
    /// The default object, which a dangling handle shows: one for all machines.
    fn absent() -> &'static Self;

    /// The bytes this object counts for, by the documented formula of the heap (never a capacity).
    fn size(&self) -> usize;

    /// Gives back room that is not used any more.
    fn trim(&mut self) {}
}

/// [`Stored::absent`] of the type at hand.
macro_rules! absent {
    ($type:ty) => {
        #[cold]
        fn absent() -> &'static Self {
            static ABSENT: std::sync::LazyLock<$type> = std::sync::LazyLock::new(Default::default);
            &ABSENT
        }
    };
}
pub(crate) use absent;

/// What [`Arena::links`] says of a live slot.
const LIVE: u32 = u32::MAX;
/// The same of one that the collector has reached.
const MARKED: u32 = u32::MAX - 1;
/// The end of the list of free slots.
const END: u32 = u32::MAX - 2;

/// Slots that are reused last-freed-first, so that a run's handles are the same every time.
/// A free slot holds the default object; so does what a dangling handle reads.
///
/// A machine has one of each type, most of them empty for most programs: it is kept small.
#[derive(Debug)]
pub struct Arena<H, T> {
    slots: Vec<T>,
    /// For each slot [`LIVE`], [`MARKED`], or the free slot that is taken after it.
    links: Vec<u32>,
    /// The free slot that is taken next.
    free: u32,
    /// What was written through a dangling handle last: nobody reads it.
    lost: Option<Box<T>>,
    handle: PhantomData<H>,
}

impl<H, T: Default> Default for Arena<H, T> {
    fn default() -> Self {
        Self {
            slots: Vec::new(),
            links: Vec::new(),
            free: END,
            lost: None,
            handle: PhantomData,
        }
    }
}

impl<H, T: Clone + Default> Clone for Arena<H, T> {
    fn clone(&self) -> Self {
        Self {
            slots: self.slots.clone(),
            links: self.links.clone(),
            free: self.free,
            ..Self::default()
        }
    }
}

#[cold]
fn lost<T: Default>(lost: &mut Option<Box<T>>) -> &mut T {
    *lost = None;
    lost.get_or_insert_default()
}

impl<H: Handle, T: Stored> Arena<H, T> {
    /// Puts an object into a slot. The slot table itself ends before 2^32 objects, far above any memory limit.
    #[inline]
    pub fn insert(&mut self, object: T) -> H {
        let index = self.free;
        if let Some(slot) = self.slots.get_mut(index as usize)
            && let Some(link) = self.links.get_mut(index as usize)
        {
            *slot = object;
            self.free = core::mem::replace(link, LIVE);
            return H::from_index(index);
        }
        let index = u32::try_from(self.slots.len()).unwrap_or(u32::MAX);
        make_room(&mut self.slots);
        self.slots.push(object);
        make_room(&mut self.links);
        self.links.push(LIVE);
        H::from_index(index)
    }

    /// The bytes that the slots will take for a moment when the next object comes; mostly none.
    #[inline]
    pub fn growth(&self) -> usize {
        let length = self.slots.len();
        if self.free == END && is_step(length) {
            next_step(length) * size_of::<T>()
        } else {
            0
        }
    }

    /// The object, if there is such a slot.
    #[inline]
    pub fn find(&self, handle: H) -> Option<&T> {
        self.slots.get(handle.index() as usize)
    }

    /// The object, or the default one for a dangling handle.
    #[inline(always)]
    pub fn get(&self, handle: H) -> &T {
        match self.slots.get(handle.index() as usize) {
            Some(slot) => slot,
            None => T::absent(),
        }
    }

    /// The object for writing; writes through a dangling handle are lost.
    #[inline(always)]
    pub fn get_mut(&mut self, handle: H) -> &mut T {
        match self.slots.get_mut(handle.index() as usize) {
            Some(slot) => slot,
            None => lost(&mut self.lost),
        }
    }

    /// Whether the handle names a live object.
    pub fn is_live(&self, handle: H) -> bool {
        let link = self.links.get(handle.index() as usize);
        link.is_some_and(|link| *link >= MARKED)
    }

    /// How many slots there are, live or free.
    pub fn slot_count(&self) -> usize {
        self.slots.len()
    }

    /// Forgets all marks.
    pub fn clear_marks(&mut self) {
        for link in &mut self.links {
            if *link == MARKED {
                *link = LIVE;
            }
        }
    }

    /// Marks a live object; true if it was not marked before.
    #[inline]
    pub fn mark(&mut self, handle: H) -> bool {
        match self.links.get_mut(handle.index() as usize) {
            Some(link) if *link == LIVE => {
                *link = MARKED;
                true
            }
            _ => false,
        }
    }

    /// Frees every object that is live and not marked. Gives the bytes that live on.
    pub fn sweep(&mut self) -> usize {
        let mut kept = 0;
        let pairs = self.slots.iter_mut().zip(&mut self.links);
        for (index, (slot, link)) in pairs.enumerate() {
            if *link == MARKED {
                kept += slot.size();
            } else if *link == LIVE {
                *slot = T::default();
                *link = self.free;
                self.free = u32::try_from(index).unwrap_or(u32::MAX);
            }
        }
        kept
    }
}

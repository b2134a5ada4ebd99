//! An arena of objects that most programs have none of.

use super::arena::{Arena, Handle, Stored};

/// An [`Arena`] that takes no more than a pointer until its first object: thousands of machines wait
/// side by side, each with one of every type.
#[derive(Debug)]
pub struct RareArena<H, T>(Option<Box<Arena<H, T>>>);

impl<H, T> Default for RareArena<H, T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<H, T: Clone + Default> Clone for RareArena<H, T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<H: Handle, T: Stored> RareArena<H, T> {
    fn arena(&mut self) -> &mut Arena<H, T> {
        self.0.get_or_insert_default()
    }

    /// See [`Arena::insert`].
    #[inline]
    pub fn insert(&mut self, object: T) -> H {
        self.arena().insert(object)
    }

    /// See [`Arena::growth`].
    #[inline]
    pub fn growth(&self) -> usize {
        self.0.as_ref().map_or(0, |arena| arena.growth())
    }

    /// See [`Arena::get`].
    #[inline]
    pub fn get(&self, handle: H) -> &T {
        match &self.0 {
            Some(arena) => arena.get(handle),
            None => T::absent(),
        }
    }

    /// See [`Arena::get_mut`].
    #[inline]
    pub fn get_mut(&mut self, handle: H) -> &mut T {
        self.arena().get_mut(handle)
    }

    /// See [`Arena::clear_marks`].
    pub fn clear_marks(&mut self) {
        if let Some(arena) = &mut self.0 {
            arena.clear_marks();
        }
    }

    /// See [`Arena::mark`].
    #[inline]
    pub fn mark(&mut self, handle: H) -> bool {
        self.0.as_mut().is_some_and(|arena| arena.mark(handle))
    }

    /// See [`Arena::sweep`].
    pub fn sweep(&mut self) -> usize {
        self.0.as_mut().map_or(0, |arena| arena.sweep())
    }
}

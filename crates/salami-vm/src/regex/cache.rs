//! Compiled patterns by text and flags.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Regex;

/// Patterns it holds before it is emptied.
const CAPACITY: usize = 64;
/// Bytes of compiled patterns it holds before it is emptied.
const MEMORY: usize = 4 << 20;

/// A cache of compiled patterns.
#[derive(Clone, Debug, Default)]
pub struct Cache {
    patterns: BTreeMap<(String, u32), Arc<Regex>>,
    memory: usize,
}

impl Cache {
    /// The pattern, if it is there.
    #[must_use]
    pub fn get(&self, pattern: &str, flags: u32) -> Option<Arc<Regex>> {
        self.patterns
            .get(&(pattern.to_owned(), flags))
            .map(Arc::clone)
    }

    /// Adds a pattern.
    pub fn insert(&mut self, pattern: &str, flags: u32, regex: &Arc<Regex>) {
        let size = regex.memory();
        if self.patterns.len() >= CAPACITY || self.memory.saturating_add(size) > MEMORY {
            self.patterns.clear();
            self.memory = 0;
        }
        self.memory = self.memory.saturating_add(size);
        self.patterns
            .insert((pattern.to_owned(), flags), Arc::clone(regex));
    }
}

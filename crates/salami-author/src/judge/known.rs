//! What a program was tried with, as far as it matters for the next input: kept with the report of an accepted run, and
//! held against what a later input has.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

/// The words of columns that tell kinds of rows, and how the fields of the result were filled.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Known {
    /// By column the hashes of its words, each with the row that has it first. Of a new program only columns of which
    /// it has some words itself.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub words: BTreeMap<String, BTreeMap<String, u64>>,
    /// Fields that are filled in all items.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub filled: BTreeSet<String>,
    /// Fields that are empty in all items.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub empty: BTreeSet<String>,
}

impl Known {
    /// Whether nothing is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The rows with words of a column that are new, the first of each word, by column.
    #[must_use]
    pub fn new_words(&self, later: &Self) -> BTreeMap<String, Vec<u64>> {
        let mut found: BTreeMap<String, Vec<u64>> = BTreeMap::new();
        for (column, words) in &self.words {
            let Some(others) = later.words.get(column) else {
                continue;
            };
            let new = others.iter().filter(|(word, _)| !words.contains_key(*word));
            let mut rows: Vec<u64> = new.map(|(_, row)| *row).collect();
            rows.sort_unstable();
            if !rows.is_empty() {
                found.insert(column.clone(), rows);
            }
        }
        found
    }

    /// Fields that were filled in all items, and are empty in all.
    #[must_use]
    pub fn emptied(&self, later: &Self) -> Vec<String> {
        self.filled.intersection(&later.empty).cloned().collect()
    }

    /// This, with what is accepted besides: only of columns that matter to the program.
    pub fn join(&mut self, accepted: &Self) {
        self.words
            .retain(|column, _| accepted.words.contains_key(column));
        for (column, words) in &accepted.words {
            let own = self.words.entry(column.clone()).or_default();
            for (word, row) in words {
                own.entry(word.clone()).or_insert(*row);
            }
        }
        // What was empty once need not be filled.
        let empty = self.empty.clone();
        self.filled.extend(accepted.filled.iter().cloned());
        self.filled.retain(|field| !empty.contains(field));
    }
}

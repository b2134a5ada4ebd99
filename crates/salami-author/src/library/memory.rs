//! A library in memory: for tests, and for hosts that keep nothing.

use std::collections::BTreeMap;

use super::{Entry, Key, Library, LibraryError, RunFilter, Status};
use crate::record::{Ending, RunRecord};
use crate::task::Task;

/// A library in memory.
#[derive(Clone, Debug, Default)]
pub struct MemoryLibrary {
    entries: BTreeMap<Key, Entry>,
    runs: BTreeMap<String, RunRecord>,
    tasks: BTreeMap<String, Task>,
}

impl MemoryLibrary {
    /// An empty one.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

impl Library for MemoryLibrary {
    fn look_up(&mut self, key: &Key) -> Result<Option<Entry>, LibraryError> {
        Ok(self.entries.get(key).cloned())
    }

    fn keep(&mut self, entry: &Entry) -> Result<(), LibraryError> {
        let is_kept = self
            .entries
            .get(&entry.key)
            .is_some_and(|known| known.status == Status::Pinned && entry.status != Status::Pinned);
        if !is_kept {
            self.entries.insert(entry.key.clone(), entry.clone());
        }
        Ok(())
    }

    fn count_use(
        &mut self,
        key: &Key,
        is_clean: bool,
        now: i64,
    ) -> Result<Option<Entry>, LibraryError> {
        let Some(entry) = self.entries.get_mut(key) else {
            return Ok(None);
        };
        entry.uses = entry.uses.saturating_add(1);
        if !is_clean {
            entry.findings = entry.findings.saturating_add(1);
        }
        entry.used = now;
        Ok(Some(entry.clone()))
    }

    fn set_status(&mut self, key: &Key, status: Status) -> Result<bool, LibraryError> {
        match self.entries.get_mut(key) {
            Some(entry) => {
                entry.status = status;
                Ok(true)
            }
            None => Ok(false),
        }
    }

    fn entries(&mut self, task: Option<&str>) -> Result<Vec<Entry>, LibraryError> {
        let wanted = |entry: &&Entry| task.is_none_or(|task| entry.task == task);
        let mut entries: Vec<Entry> = self.entries.values().filter(wanted).cloned().collect();
        // Stable: those of one task stay in the order of their keys.
        entries.sort_by(|one, other| one.task.cmp(&other.task));
        Ok(entries)
    }

    fn remove(&mut self, key: &Key) -> Result<bool, LibraryError> {
        Ok(self.entries.remove(key).is_some())
    }

    fn put_task(&mut self, task: &Task) -> Result<(), LibraryError> {
        self.tasks.insert(task.hash(), task.clone());
        Ok(())
    }

    fn task(&mut self, hash: &str) -> Result<Option<Task>, LibraryError> {
        Ok(self.tasks.get(hash).cloned())
    }

    fn put_run(&mut self, record: &RunRecord) -> Result<(), LibraryError> {
        self.runs.insert(record.id.clone(), record.clone());
        Ok(())
    }

    fn run(&mut self, id: &str) -> Result<Option<RunRecord>, LibraryError> {
        if id.is_empty() {
            return Ok(None);
        }
        if let Some(run) = self.runs.get(id) {
            return Ok(Some(run.clone()));
        }
        let mut found = self
            .runs
            .range(id.to_owned()..)
            .take_while(|(known, _)| known.starts_with(id));
        let first = found.next();
        if found.next().is_some() {
            return Err(LibraryError {
                message: format!(
                    "several runs have numbers that begin with `{id}`: give more of it"
                ),
            });
        }
        Ok(first.map(|(_, run)| run.clone()))
    }

    fn runs(&mut self, filter: &RunFilter) -> Result<Vec<RunRecord>, LibraryError> {
        let mut runs: Vec<&RunRecord> = self
            .runs
            .values()
            .filter(|run| filter.task.as_ref().is_none_or(|task| run.task == *task))
            .filter(|run| filter.before.is_none_or(|before| run.began < before))
            .filter(|run| {
                filter.accepted.is_none_or(|accepted| {
                    matches!(run.ending, Ending::Accepted { .. }) == accepted
                })
            })
            .collect();
        runs.sort_by(|one, other| (other.began, &other.id).cmp(&(one.began, &one.id)));
        Ok(runs.into_iter().take(filter.limit).cloned().collect())
    }

    fn forget_runs(&mut self, before: i64) -> Result<u64, LibraryError> {
        let count = self.runs.len();
        self.runs.retain(|_, run| run.began >= before);
        Ok((count - self.runs.len()) as u64)
    }
}

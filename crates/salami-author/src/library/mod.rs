//! Where accepted programs and the records of runs are kept, as a trait.

mod entry;
mod files;
mod memory;

use std::fmt;

pub use entry::{Entry, Key, Origin, Status, Version};
pub use files::{Imported, TextFile, directory, export, import};
pub use memory::MemoryLibrary;

use crate::record::RunRecord;
use crate::task::Task;

/// Why a library cannot do what it is asked: a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LibraryError {
    /// A sentence.
    pub message: String,
}

impl fmt::Display for LibraryError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for LibraryError {}

/// Which runs are wanted, the newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RunFilter {
    /// Of the task of this name.
    pub task: Option<String>,
    /// Only those that ended with (`true`) or without an accepted result.
    pub accepted: Option<bool>,
    /// Those that began before this instant.
    pub before: Option<i64>,
    /// At most so many.
    pub limit: usize,
}

/// A library of programs, and of what came of the runs.
pub trait Library {
    /// The program for a key. O(log n), whatever there is.
    ///
    /// # Errors
    /// The library cannot be read.
    fn look_up(&mut self, key: &Key) -> Result<Option<Entry>, LibraryError>;

    /// Keeps an entry, in place of the one of its key. A pinned one stays unless `entry` is pinned, too.
    ///
    /// # Errors
    /// The library cannot be written.
    fn keep(&mut self, entry: &Entry) -> Result<(), LibraryError>;

    /// Counts a use without (`true`) or with a finding, and gives the entry as it is then.
    ///
    /// # Errors
    /// The library cannot be written.
    fn count_use(
        &mut self,
        key: &Key,
        is_clean: bool,
        now: i64,
    ) -> Result<Option<Entry>, LibraryError>;

    /// Says how far a program is trusted. False: it is not there.
    ///
    /// # Errors
    /// The library cannot be written.
    fn set_status(&mut self, key: &Key, status: Status) -> Result<bool, LibraryError>;

    /// All entries, by task and key; those of one task where it is named.
    ///
    /// # Errors
    /// The library cannot be read.
    fn entries(&mut self, task: Option<&str>) -> Result<Vec<Entry>, LibraryError>;

    /// Forgets a program. False: it is not there.
    ///
    /// # Errors
    /// The library cannot be written.
    fn remove(&mut self, key: &Key) -> Result<bool, LibraryError>;

    /// Keeps a task under its hash, so that the programs that were written for it can be shown with it.
    ///
    /// # Errors
    /// The library cannot be written.
    fn put_task(&mut self, task: &Task) -> Result<(), LibraryError>;

    /// The task of a hash.
    ///
    /// # Errors
    /// The library cannot be read, or the task cannot be understood any more.
    fn task(&mut self, hash: &str) -> Result<Option<Task>, LibraryError>;

    /// Keeps what came of a run, in place of an earlier record of its number.
    ///
    /// # Errors
    /// The library cannot be written.
    fn put_run(&mut self, record: &RunRecord) -> Result<(), LibraryError>;

    /// What came of a run; an unambiguous beginning of its number will do.
    ///
    /// # Errors
    /// The library cannot be read.
    fn run(&mut self, id: &str) -> Result<Option<RunRecord>, LibraryError>;

    /// Runs, the newest first.
    ///
    /// # Errors
    /// The library cannot be read.
    fn runs(&mut self, filter: &RunFilter) -> Result<Vec<RunRecord>, LibraryError>;

    /// Forgets the runs that began before an instant; how many.
    ///
    /// # Errors
    /// The library cannot be written.
    fn forget_runs(&mut self, before: i64) -> Result<u64, LibraryError>;
}

//! The library of programs that were written just in time, and the records of the runs: the tables `author_...` in the
//! file of a store.
//!
//! What each method means is in the trait, and in the plainest way in `salami_author::library::MemoryLibrary`, against
//! which this is held by `tests/author.rs`.

mod row;
mod sql;

use std::path::Path;

use rusqlite::types::Value as SqlValue;
use rusqlite::{Connection, Params, Row};
use salami_author::library::{Entry, Key, Library, LibraryError, RunFilter, Status};
use salami_author::record::RunRecord;
use salami_author::task::Task;

use crate::failure::{Failure, Result};
use crate::schema;
use crate::work::{all, count, first, signed};

/// The most bytes that an entry with all its versions may have.
const LARGEST_ENTRY: usize = 8_000_000;
/// The most bytes that a task may have.
const LARGEST_TASK: usize = 8_000_000;
/// The most bytes that the record of a run may have.
const LARGEST_RUN: usize = 32_000_000;
/// The most versions that are kept of a program: the last ones.
const MOST_VERSIONS: usize = 100;

type Said<T> = std::result::Result<T, LibraryError>;

/// A library in one file, which may be the one of a store of processes.
///
/// Any number of them, in any number of operating-system processes of one machine, may have one file open.
pub struct SqliteLibrary {
    connection: Connection,
}

impl std::fmt::Debug for SqliteLibrary {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("SqliteLibrary")
            .finish_non_exhaustive()
    }
}

fn say(failure: Failure) -> LibraryError {
    LibraryError {
        message: failure.say().message,
    }
}

fn too_large(what: &str, size: usize, most: usize) -> Failure {
    Failure::new(
        salami_process::store::StoreErrorKind::TooLarge,
        format!("{what} has {size} bytes, at most {most} are kept"),
    )
}

impl SqliteLibrary {
    /// Opens the library in a file, which is made if it is not there; `:memory:` is one that nobody else sees.
    ///
    /// # Errors
    /// A sentence.
    pub fn open(path: impl AsRef<Path>) -> Said<Self> {
        let (connection, _) = schema::open(path.as_ref()).map_err(say)?;
        // Counts and records of runs that the machine lost with its power are no great loss.
        schema::wait_for_disk(&connection, false).map_err(say)?;
        Ok(Self { connection })
    }

    /// Opens the library in a file that is there, to read it only.
    ///
    /// # Errors
    /// A sentence; also, that the file was made by an earlier version and has to be opened for writing once.
    pub fn open_read_only(path: impl AsRef<Path>) -> Said<Self> {
        let (connection, _) = schema::open_to_read(path.as_ref()).map_err(say)?;
        Ok(Self { connection })
    }

    fn first<T>(
        &self,
        sql: &str,
        parameters: impl Params,
        read: impl FnOnce(&Row<'_>) -> Result<T>,
    ) -> Result<Option<T>> {
        first(&self.connection, sql, parameters, read)
    }

    fn all<T>(
        &self,
        sql: &str,
        parameters: impl Params,
        read: impl FnMut(&Row<'_>) -> Result<T>,
    ) -> Result<Vec<T>> {
        all(&self.connection, sql, parameters, read)
    }

    /// Runs one statement, which is a transaction of its own; how many rows it changed.
    fn execute(&self, sql: &str, parameters: impl Params) -> Result<usize> {
        Ok(self.connection.prepare_cached(sql)?.execute(parameters)?)
    }

    fn keep_entry(&self, entry: &Entry) -> Result<()> {
        let versions = entry.versions.len().saturating_sub(MOST_VERSIONS);
        let versions = entry.versions.get(versions..).unwrap_or_default();
        let versions = row::json(&versions)?;
        let size = versions.len() + entry.shape.len() + entry.task.len();
        if size > LARGEST_ENTRY {
            return Err(too_large(
                "the program with its history",
                size,
                LARGEST_ENTRY,
            ));
        }
        self.execute(
            sql::KEEP,
            (
                &entry.key.0,
                &entry.task,
                &entry.task_hash,
                &entry.shape,
                row::status_number(entry.status),
                signed(entry.uses),
                signed(entry.findings),
                entry.used,
                versions,
            ),
        )?;
        Ok(())
    }

    fn put(&self, record: &RunRecord) -> Result<()> {
        let body = row::json(record)?;
        if body.len() > LARGEST_RUN {
            return Err(too_large("the record of the run", body.len(), LARGEST_RUN));
        }
        self.execute(
            sql::PUT_RUN,
            (
                &record.id,
                &record.task,
                record.began,
                row::is_accepted(record),
                body,
            ),
        )?;
        Ok(())
    }

    fn find_run(&self, id: &str) -> Result<Option<RunRecord>> {
        if id.is_empty() {
            return Ok(None);
        }
        if let Some(found) = self.first(sql::RUN, [id], row::run)? {
            return Ok(Some(found));
        }
        // Ids that begin with a text come one after the other: two of them are enough to know.
        let ids = self.all(sql::RUNS_FROM, [id], |row| Ok(row.get::<_, String>(0)?))?;
        let mut ids = ids.into_iter().filter(|found| found.starts_with(id));
        match (ids.next(), ids.next()) {
            (Some(_), Some(_)) => Err(Failure::new(
                salami_process::store::StoreErrorKind::Missing,
                format!("several runs have numbers that begin with `{id}`: give more of it"),
            )),
            (Some(found), None) => self.first(sql::RUN, [found], row::run),
            (None, _) => Ok(None),
        }
    }

    fn find_runs(&self, filter: &RunFilter) -> Result<Vec<RunRecord>> {
        // One statement for each kind of filter, so that each finds what it wants by an index.
        let mut parameters = vec![
            SqlValue::from(filter.before.unwrap_or(i64::MAX)),
            SqlValue::from(count(filter.limit)),
        ];
        // Nothing began at the last of all instants but what is to be found without a bound.
        let statements = match filter.before {
            Some(_) => &sql::RUNS_BEFORE,
            None => &sql::RUNS,
        };
        let statement = match (&filter.task, filter.accepted) {
            (None, None) => statements.all,
            (Some(task), None) => {
                parameters.push(SqlValue::from(task.clone()));
                statements.of_task
            }
            (None, Some(accepted)) => {
                parameters.push(SqlValue::from(accepted));
                statements.by_outcome
            }
            (Some(task), Some(accepted)) => {
                parameters.push(SqlValue::from(task.clone()));
                parameters.push(SqlValue::from(accepted));
                statements.of_task_by_outcome
            }
        };
        self.all(statement, rusqlite::params_from_iter(parameters), row::run)
    }
}

impl Library for SqliteLibrary {
    fn look_up(&mut self, key: &Key) -> Said<Option<Entry>> {
        self.first(sql::LOOK_UP, [&key.0], row::entry).map_err(say)
    }

    fn keep(&mut self, entry: &Entry) -> Said<()> {
        // A program was paid for: it is on the disk before anybody is told that it is kept.
        schema::wait_for_disk(&self.connection, true).map_err(say)?;
        let kept = self.keep_entry(entry).map_err(say);
        schema::wait_for_disk(&self.connection, false).map_err(say)?;
        kept
    }

    fn count_use(&mut self, key: &Key, is_clean: bool, now: i64) -> Said<Option<Entry>> {
        let findings = i64::from(!is_clean);
        self.first(sql::COUNT_USE, (&key.0, findings, now), row::entry)
            .map_err(say)
    }

    fn set_status(&mut self, key: &Key, status: Status) -> Said<bool> {
        let status = row::status_number(status);
        let changed = self.execute(sql::SET_STATUS, (&key.0, status));
        changed.map(|changed| changed > 0).map_err(say)
    }

    fn entries(&mut self, task: Option<&str>) -> Said<Vec<Entry>> {
        let entries = match task {
            Some(task) => self.all(sql::ENTRIES_OF_TASK, [task], row::entry),
            None => self.all(sql::ENTRIES, [], row::entry),
        };
        entries.map_err(say)
    }

    fn remove(&mut self, key: &Key) -> Said<bool> {
        let changed = self.execute(sql::REMOVE, [&key.0]);
        changed.map(|changed| changed > 0).map_err(say)
    }

    fn put_task(&mut self, task: &Task) -> Said<()> {
        let body = task.to_json().to_string();
        if body.len() > LARGEST_TASK {
            return Err(say(too_large("the task", body.len(), LARGEST_TASK)));
        }
        let put = self.execute(sql::PUT_TASK, (task.hash(), &task.name, body));
        put.map(|_| ()).map_err(say)
    }

    fn task(&mut self, hash: &str) -> Said<Option<Task>> {
        self.first(sql::TASK, [hash], row::task).map_err(say)
    }

    fn put_run(&mut self, record: &RunRecord) -> Said<()> {
        self.put(record).map_err(say)
    }

    fn run(&mut self, id: &str) -> Said<Option<RunRecord>> {
        self.find_run(id).map_err(say)
    }

    fn runs(&mut self, filter: &RunFilter) -> Said<Vec<RunRecord>> {
        self.find_runs(filter).map_err(say)
    }

    fn forget_runs(&mut self, before: i64) -> Said<u64> {
        let changed = self.execute(sql::FORGET_RUNS, [before]);
        changed.map(|changed| changed as u64).map_err(say)
    }
}

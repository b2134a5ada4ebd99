//! Entries and records as rows.

use rusqlite::Row;
use salami_author::library::{Entry, Key, Status, Version};
use salami_author::record::{Ending, RunRecord};
use salami_author::task::Task;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::failure::{Failure, Result};
use crate::work::unsigned;

/// Numbers of `author_entry.status`; a statement knows that of what is pinned.
const STATUSES: [Status; 4] = [
    Status::Candidate,
    Status::Promoted,
    Status::Pinned,
    Status::Quarantined,
];

fn damaged(what: &str) -> Failure {
    Failure::corrupt(format!("the library is damaged: {what}"))
}

pub(super) fn status_number(status: Status) -> i64 {
    let found = (0..).zip(STATUSES).find(|(_, known)| *known == status);
    found.map_or(-1, |(number, _)| number)
}

pub(super) fn is_accepted(record: &RunRecord) -> bool {
    matches!(record.ending, Ending::Accepted { .. })
}

pub(super) fn json(value: &impl Serialize) -> Result<String> {
    serde_json::to_string(value).map_err(|_| damaged("what is to be kept is no JSON"))
}

fn parsed<T: DeserializeOwned>(text: &str, what: &str) -> Result<T> {
    serde_json::from_str(text).map_err(|_| damaged(what))
}

/// Reads what `entry!` in `sql` selects.
pub(super) fn entry(row: &Row<'_>) -> Result<Entry> {
    let status: i64 = row.get(4)?;
    let status = usize::try_from(status).ok();
    let status = status.and_then(|status| STATUSES.get(status).copied());
    let versions: Vec<Version> = parsed(
        row.get_ref(8)?.as_str().map_err(rusqlite::Error::from)?,
        "the history of a program",
    )?;
    Ok(Entry {
        key: Key(row.get(0)?),
        task: row.get(1)?,
        task_hash: row.get(2)?,
        shape: row.get(3)?,
        status: status.ok_or_else(|| damaged("a status that does not exist"))?,
        uses: unsigned(row.get(5)?)?,
        findings: unsigned(row.get(6)?)?,
        used: row.get(7)?,
        versions,
    })
}

/// Reads the body of a run.
pub(super) fn run(row: &Row<'_>) -> Result<RunRecord> {
    let body = row.get_ref(0)?;
    let body = body.as_str().map_err(rusqlite::Error::from)?;
    parsed(body, "the record of a run")
}

/// Reads the body of a task.
pub(super) fn task(row: &Row<'_>) -> Result<Task> {
    let body = row.get_ref(0)?;
    let body = body.as_str().map_err(rusqlite::Error::from)?;
    let stored: serde_json::Value = parsed(body, "a task")?;
    Task::from_json(&stored).map_err(|error| damaged(&format!("a task: {}", error.message)))
}

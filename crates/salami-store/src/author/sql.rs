//! Every statement of the library. Each finds what it wants by an index.

macro_rules! entry {
    () => {
        "key, task, task_hash, shape, status, uses, findings, used, versions"
    };
}

macro_rules! runs {
    ($condition:expr) => {
        concat!(
            "SELECT body FROM author_run WHERE ",
            $condition,
            " ORDER BY began DESC, id DESC LIMIT ?2"
        )
    };
}

pub(super) const LOOK_UP: &str = concat!("SELECT ", entry!(), " FROM author_entry WHERE key = ?1");
/// A pinned one stays, unless a pinned one takes its place.
pub(super) const KEEP: &str = concat!(
    "INSERT INTO author_entry (",
    entry!(),
    ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT (key) DO UPDATE SET \
     task = excluded.task, task_hash = excluded.task_hash, shape = excluded.shape, status = excluded.status, \
     uses = excluded.uses, findings = excluded.findings, used = excluded.used, versions = excluded.versions \
     WHERE author_entry.status <> 2 OR excluded.status = 2"
);
pub(super) const COUNT_USE: &str = concat!(
    "UPDATE author_entry SET uses = uses + (uses < 9223372036854775807), findings = findings + ?2, used = ?3 \
     WHERE key = ?1 RETURNING ",
    entry!()
);
pub(super) const SET_STATUS: &str = "UPDATE author_entry SET status = ?2 WHERE key = ?1";
pub(super) const ENTRIES: &str =
    concat!("SELECT ", entry!(), " FROM author_entry ORDER BY task, key");
pub(super) const ENTRIES_OF_TASK: &str = concat!(
    "SELECT ",
    entry!(),
    " FROM author_entry WHERE task = ?1 ORDER BY key"
);
pub(super) const REMOVE: &str = "DELETE FROM author_entry WHERE key = ?1";

pub(super) const PUT_TASK: &str =
    "INSERT OR REPLACE INTO author_task (hash, name, body) VALUES (?1, ?2, ?3)";
pub(super) const TASK: &str = "SELECT body FROM author_task WHERE hash = ?1";

pub(super) const PUT_RUN: &str = "INSERT OR REPLACE INTO author_run (id, task, began, accepted, body) VALUES (?1, ?2, ?3, ?4, ?5)";
pub(super) const RUN: &str = "SELECT body FROM author_run WHERE id = ?1";
pub(super) const RUNS_FROM: &str = "SELECT id FROM author_run WHERE id >= ?1 ORDER BY id LIMIT 2";
pub(super) const FORGET_RUNS: &str = "DELETE FROM author_run WHERE began < ?1";

/// Statements that find runs.
pub(super) struct Runs {
    pub all: &'static str,
    pub of_task: &'static str,
    pub by_outcome: &'static str,
    pub of_task_by_outcome: &'static str,
}

pub(super) const RUNS_BEFORE: Runs = Runs {
    all: runs!("began < ?1"),
    of_task: runs!("task = ?3 AND began < ?1"),
    by_outcome: runs!("accepted = ?3 AND began < ?1"),
    of_task_by_outcome: runs!("task = ?3 AND accepted = ?4 AND began < ?1"),
};

pub(super) const RUNS: Runs = Runs {
    all: runs!("began <= ?1"),
    of_task: runs!("task = ?3 AND began <= ?1"),
    by_outcome: runs!("accepted = ?3 AND began <= ?1"),
    of_task_by_outcome: runs!("task = ?3 AND accepted = ?4 AND began <= ?1"),
};

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::schema;

    #[test]
    fn no_statement_looks_through_a_table() {
        let opened = schema::open(Path::new(":memory:"));
        let (connection, _) = opened.expect("a library in memory");
        let mut all = vec![
            LOOK_UP,
            KEEP,
            COUNT_USE,
            SET_STATUS,
            ENTRIES_OF_TASK,
            REMOVE,
            PUT_TASK,
            TASK,
            PUT_RUN,
            RUN,
            RUNS_FROM,
            FORGET_RUNS,
        ];
        for runs in [RUNS, RUNS_BEFORE] {
            all.extend([
                runs.all,
                runs.of_task,
                runs.by_outcome,
                runs.of_task_by_outcome,
            ]);
        }
        for text in all {
            let mut plan = connection
                .prepare(&format!("EXPLAIN QUERY PLAN {text}"))
                .unwrap_or_else(|error| panic!("{text}: {error}"));
            let lines: Vec<String> = plan
                .raw_query()
                .mapped(|row| row.get(3))
                .collect::<rusqlite::Result<_>>()
                .expect("a plan");
            for line in lines {
                let is_slow = line.starts_with("SCAN") || line.contains("TEMP B-TREE");
                assert!(!is_slow, "{text}: {line}");
            }
        }
    }
}

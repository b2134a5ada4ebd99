//! The least that SQLite must do for the same turns, over the same tables, by hand: no claims, no kinds, no events.

use std::path::Path;

use rusqlite::{Connection, params};
use salami_process::store::{Clock, SimulatedClock};

use super::sleepers::{ENTRY, STATE, WEEK};

pub fn turns(path: &Path, clock: &SimulatedClock, number: usize, batch: usize) {
    let connection = Connection::open(path).expect("a database");
    connection.pragma_update(None, "synchronous", "FULL").expect("durable");
    connection.pragma_update(None, "cache_size", -64_000).expect("a cache");
    connection.pragma_update(None, "wal_autocheckpoint", 16_000).expect("a log");
    let run = |sql: &str, parameters: &[&dyn rusqlite::ToSql]| {
        connection.prepare_cached(sql).expect("a statement").execute(parameters).expect("written")
    };
    let now = clock.now();
    let mut left = number;
    while left > 0 {
        let size = batch.min(left);
        left -= size;
        run("BEGIN IMMEDIATE", &[]);
        let due: Vec<(i64, i64)> = {
            let sql = "SELECT at, process FROM ready WHERE at <= ?1 ORDER BY at, process LIMIT ?2";
            let mut statement = connection.prepare_cached(sql).expect("a statement");
            let rows = statement.query_map(params![now, size as i64], |row| Ok((row.get(0)?, row.get(1)?))).expect("rows");
            rows.map(|row| row.expect("two numbers")).collect()
        };
        assert_eq!(due.len(), size, "enough are due");
        for (at, process) in due {
            let state: Vec<u8> = connection
                .prepare_cached("SELECT state FROM own_thread WHERE process = ?1")
                .and_then(|mut statement| statement.query_row([process], |row| row.get(0)))
                .expect("a state");
            assert!(!state.is_empty());
            let later = now + WEEK + process;
            run("UPDATE own_thread SET state = ?2 WHERE process = ?1", &[&process, &vec![2; STATE]]);
            run("DELETE FROM wait WHERE process = ?1", &[&process]);
            run(
                "INSERT INTO wait (process, thread, slot, kind, name, body, since, due, attempt, repeatable) \
                 VALUES (?1, 0, 0, 0, 1, '', ?2, ?3, 0, 0)",
                &[&process, &now, &later],
            );
            run(
                "INSERT INTO journal (number, previous, entry) SELECT turns, journal, ?2 FROM live WHERE process = ?1",
                &[&process, &vec![3; ENTRY]],
            );
            let entry = connection.last_insert_rowid();
            run(
                "UPDATE live SET ready = ?2, turns = turns + 1, changed = ?3, shared = ?4, journal = ?5 WHERE process = ?1",
                &[&process, &later, &now, &vec![1; 30], &entry],
            );
            run("DELETE FROM ready WHERE at = ?1 AND process = ?2", &[&at, &process]);
            run("INSERT INTO ready VALUES (?1, ?2)", &[&later, &process]);
        }
        run("COMMIT", &[]);
    }
}

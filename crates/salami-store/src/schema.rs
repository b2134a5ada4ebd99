//! The tables, what a file must be to be a store, and how older ones become current.

use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, OptionalExtension};
use salami_process::store::StoreErrorKind;

use crate::failure::{Failure, Result};

/// "Sala", which marks the file as ours.
const APPLICATION: i64 = 0x5361_6C61;

/// How long one waits for others.
const PATIENCE: Duration = Duration::from_secs(20);

/// Each makes a store of the version before one of its own; the first makes an empty file one of version 1.
const MIGRATIONS: &[&str] = &[VERSION_1, VERSION_2, VERSION_3];

/// See `docs/store.md` for what each is for.
const VERSION_1: &str = "
CREATE TABLE meta (name TEXT PRIMARY KEY, value ANY NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE counter (id INTEGER PRIMARY KEY, value INTEGER NOT NULL) STRICT;
CREATE TABLE text (id INTEGER PRIMARY KEY, value TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE code (id INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE, body BLOB NOT NULL) STRICT;

CREATE TABLE process (
  id INTEGER PRIMARY KEY, code INTEGER NOT NULL, owner INTEGER NOT NULL, name TEXT NOT NULL, input TEXT NOT NULL,
  options TEXT NOT NULL, started INTEGER NOT NULL, events_after INTEGER NOT NULL,
  status INTEGER, changed INTEGER, turns INTEGER, journal INTEGER, result TEXT, shared BLOB) STRICT;
CREATE INDEX process_owner ON process(owner);
CREATE INDEX process_ended ON process(status) WHERE status IS NOT NULL;

CREATE TABLE live (
  process INTEGER PRIMARY KEY, ready INTEGER, hold INTEGER NOT NULL, control INTEGER, control_number INTEGER,
  changed INTEGER NOT NULL, turns INTEGER NOT NULL, journal INTEGER, shared BLOB) STRICT;
CREATE INDEX live_held ON live(process) WHERE hold > 0;
CREATE TABLE ready (at INTEGER NOT NULL, process INTEGER NOT NULL, PRIMARY KEY (at, process)) STRICT, WITHOUT ROWID;
CREATE TABLE claim (
  process INTEGER PRIMARY KEY, epoch INTEGER NOT NULL, worker TEXT NOT NULL, lease INTEGER NOT NULL) STRICT;
CREATE INDEX claim_lease ON claim(lease);

CREATE TABLE own_thread (process INTEGER PRIMARY KEY, state BLOB NOT NULL) STRICT;
CREATE TABLE thread (
  process INTEGER NOT NULL, thread INTEGER NOT NULL, state BLOB NOT NULL,
  PRIMARY KEY (process, thread)) STRICT, WITHOUT ROWID;
CREATE TABLE journal (
  id INTEGER PRIMARY KEY, number INTEGER NOT NULL, previous INTEGER, entry BLOB NOT NULL) STRICT;

CREATE TABLE wait (
  process INTEGER NOT NULL, thread INTEGER NOT NULL, slot INTEGER NOT NULL, kind INTEGER NOT NULL,
  name INTEGER NOT NULL, body TEXT NOT NULL, since INTEGER NOT NULL, due INTEGER, outcome ANY, number INTEGER,
  attempt INTEGER NOT NULL, repeatable INTEGER NOT NULL, not_before INTEGER, queued INTEGER, worker TEXT, lease INTEGER,
  PRIMARY KEY (process, thread, slot)) STRICT, WITHOUT ROWID;
CREATE INDEX wait_due ON wait(process, due) WHERE thread > 0 AND due IS NOT NULL AND outcome IS NULL;
CREATE INDEX wait_outcome ON wait(process, number) WHERE outcome IS NOT NULL;
CREATE INDEX wait_queued ON wait(queued, number) WHERE queued IS NOT NULL;
CREATE INDEX wait_lease ON wait(lease) WHERE lease IS NOT NULL;
CREATE INDEX wait_name ON wait(name) WHERE kind >= 3 AND outcome IS NULL;
CREATE INDEX wait_people ON wait(process, kind) WHERE kind >= 6 AND outcome IS NULL;
CREATE INDEX wait_inbox ON wait(since) WHERE kind >= 6 AND outcome IS NULL;
CREATE TABLE wait_key (
  name INTEGER NOT NULL, rank INTEGER NOT NULL, key TEXT NOT NULL, process INTEGER NOT NULL, thread INTEGER NOT NULL,
  slot INTEGER NOT NULL, PRIMARY KEY (name, rank, key, process, thread, slot)) STRICT, WITHOUT ROWID;

CREATE TABLE event (
  id INTEGER PRIMARY KEY, topic INTEGER NOT NULL, fields TEXT NOT NULL, at INTEGER NOT NULL, only TEXT) STRICT;
CREATE INDEX event_only ON event(topic, only) WHERE only IS NOT NULL;
CREATE TABLE event_key (
  topic INTEGER NOT NULL, key TEXT NOT NULL, event INTEGER NOT NULL,
  PRIMARY KEY (topic, key, event)) STRICT, WITHOUT ROWID;
CREATE TABLE received (
  process INTEGER NOT NULL, thread INTEGER NOT NULL, event INTEGER NOT NULL,
  PRIMARY KEY (process, thread, event)) STRICT, WITHOUT ROWID;
CREATE TABLE cursor (
  process INTEGER NOT NULL, thread INTEGER NOT NULL, topic INTEGER NOT NULL, body TEXT NOT NULL, event INTEGER NOT NULL,
  PRIMARY KEY (process, thread, topic, body)) STRICT, WITHOUT ROWID;
CREATE TABLE source (name TEXT PRIMARY KEY, cursor TEXT NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE notice (
  number INTEGER PRIMARY KEY, process INTEGER NOT NULL, at INTEGER NOT NULL, text TEXT NOT NULL, unread INTEGER) STRICT;
CREATE INDEX notice_unread ON notice(unread) WHERE unread IS NOT NULL;

INSERT INTO counter VALUES (1, 0);
INSERT INTO meta VALUES ('name', lower(hex(randomblob(16))));
";

/// Links of what happened, what people did, processes that come from other stores and go to them.
const VERSION_2: &str = "
ALTER TABLE process ADD COLUMN key TEXT;
CREATE INDEX process_key ON process(key) WHERE key IS NOT NULL;
ALTER TABLE journal ADD COLUMN link BLOB;
CREATE TABLE act (
  id INTEGER PRIMARY KEY, process INTEGER NOT NULL, turns INTEGER NOT NULL, at INTEGER NOT NULL, person INTEGER NOT NULL,
  kind INTEGER NOT NULL, thread INTEGER NOT NULL, slot INTEGER NOT NULL, value TEXT NOT NULL, link BLOB NOT NULL) STRICT;
CREATE INDEX act_process ON act(process);
CREATE TABLE carried (
  process INTEGER NOT NULL, event INTEGER NOT NULL, PRIMARY KEY (process, event)) STRICT, WITHOUT ROWID;
CREATE INDEX carried_event ON carried(event);
CREATE TABLE renumbered (
  process INTEGER NOT NULL, turn INTEGER NOT NULL, number INTEGER NOT NULL, event INTEGER NOT NULL,
  PRIMARY KEY (process, turn, number)) STRICT, WITHOUT ROWID;
CREATE TABLE taken_out (process INTEGER PRIMARY KEY, file BLOB NOT NULL) STRICT;
";

/// Programs that were written just in time, their tasks, and the records of the runs.
const VERSION_3: &str = "
CREATE TABLE author_entry (
  key TEXT PRIMARY KEY, task TEXT NOT NULL, task_hash TEXT NOT NULL, shape TEXT NOT NULL, status INTEGER NOT NULL,
  uses INTEGER NOT NULL, findings INTEGER NOT NULL, used INTEGER NOT NULL, versions TEXT NOT NULL) STRICT;
CREATE INDEX author_entry_task ON author_entry(task, key);
CREATE TABLE author_task (hash TEXT PRIMARY KEY, name TEXT NOT NULL, body TEXT NOT NULL) STRICT;
CREATE TABLE author_run (
  id TEXT PRIMARY KEY, task TEXT NOT NULL, began INTEGER NOT NULL, accepted INTEGER NOT NULL, body TEXT NOT NULL) STRICT;
CREATE INDEX author_run_began ON author_run(began, id);
CREATE INDEX author_run_task ON author_run(task, began, id);
CREATE INDEX author_run_accepted ON author_run(accepted, began, id);
CREATE INDEX author_run_task_accepted ON author_run(task, accepted, began, id);
";

/// What may be done with a store that is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// All.
    Writes,
    /// It can be looked at; others may write it meanwhile.
    Reads,
    /// It can be looked at, as it was when it was opened: SQLite can keep no locks beside it, and nobody may write it
    /// meanwhile.
    ReadsAlone,
}

/// Opens a store, and makes it if the file is not there or empty. One that cannot be written is opened to be looked at.
pub(crate) fn open(path: &Path) -> Result<(Connection, Access)> {
    match open_to_write(path) {
        Ok(connection) => Ok((connection, Access::Writes)),
        Err(failure) if failure.is_unwritable() && path.is_file() => open_to_read(path),
        Err(failure) => Err(failure),
    }
}

/// Opens a store that is there, to be looked at.
pub(crate) fn open_to_read(path: &Path) -> Result<(Connection, Access)> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    prepare(&connection)?;
    match patiently(|| version(&connection)) {
        Ok(version) => {
            hold_version(&connection, version)?;
            return Ok((connection, Access::Reads));
        }
        Err(failure) if failure.is_unwritable() => {}
        Err(failure) => return Err(failure),
    }
    // Without locks beside the file what is in it must be all that there is.
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    if std::fs::metadata(&log).is_ok_and(|log| log.len() > 0) {
        return Err(Failure::new(
            StoreErrorKind::ReadOnly,
            format!(
                "what was written last is in {}, and cannot be read where nothing can be written beside it: copy both files to \
                 where that can be",
                Path::new(&log).display()
            ),
        ));
    }
    let mut name = String::from("file:");
    for byte in path.as_os_str().as_encoded_bytes() {
        if byte.is_ascii_alphanumeric() || b"/._-".contains(byte) {
            name.push(char::from(*byte));
        } else {
            name.push_str(&format!("%{byte:02x}"));
        }
    }
    name.push_str("?immutable=1");
    let connection = Connection::open_with_flags(name, flags | OpenFlags::SQLITE_OPEN_URI)?;
    prepare(&connection)?;
    let version = version(&connection)?;
    hold_version(&connection, version)?;
    Ok((connection, Access::ReadsAlone))
}

/// What cannot be written must be a store as this version makes it.
fn hold_version(connection: &Connection, version: usize) -> Result<()> {
    if version == MIGRATIONS.len() {
        return hold_schema(connection);
    }
    Err(Failure::new(
        StoreErrorKind::ReadOnly,
        match version {
            0 => "the store is empty, and cannot be made where it cannot be written",
            _ => {
                "the store was made by an earlier version of Salami, and cannot be brought up to date where it cannot be \
                 written"
            }
        },
    ))
}

/// How every connection is.
fn prepare(connection: &Connection) -> Result<()> {
    connection.busy_timeout(PATIENCE)?;
    connection.set_prepared_statement_cache_capacity(256);
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    // Otherwise a statement with a partial index in reach is planned anew whenever what is bound to it changes.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    Ok(connection.pragma_update(None, "cell_size_check", true)?)
}

fn open_to_write(path: &Path) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(path, flags)?;
    if connection.is_readonly("main")? {
        return Err(Failure::new(
            StoreErrorKind::ReadOnly,
            "the store cannot be written",
        ));
    }
    prepare(&connection)?;
    // Before anything is written: what is not ours is left as it is.
    patiently(|| version(&connection))?;
    patiently(|| Ok(connection.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))?))?;
    wait_for_disk(&connection, true)?;
    connection.pragma_update(None, "cache_size", -64_000)?;
    migrate(&mut connection)?;
    fit_log(&connection)?;
    hold_schema(&connection)?;
    Ok(connection)
}

/// Has the log (`-wal`) grow to about as much as is in the file before it is written there: what many turns change again and
/// again goes into the file once, and a small store needs little room. A page has 4,096 bytes.
pub(crate) fn fit_log(connection: &Connection) -> Result<()> {
    let pages: i64 = connection.pragma_query_value(None, "page_count", |row| row.get(0))?;
    let pages = pages.clamp(1_000, 16_000);
    connection.pragma_update(None, "wal_autocheckpoint", pages)?;
    connection.pragma_update(None, "journal_size_limit", pages * 8_192)?;
    Ok(())
}

/// Writes the log into the file, so that the room of the log is free. Where that cannot be it stays as it is.
pub(crate) fn empty_log(connection: &Connection) {
    let _ = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
}

/// Whether a transaction is on the disk when it is over, or with the next one that is.
pub(crate) fn wait_for_disk(connection: &Connection, waits: bool) -> Result<()> {
    let synchronous = if waits { "FULL" } else { "NORMAL" };
    Ok(connection.pragma_update(None, "synchronous", synchronous)?)
}

/// Tries again while others are in the way: not all that SQLite does while it opens waits by itself.
fn patiently<T>(mut attempt: impl FnMut() -> Result<T>) -> Result<T> {
    let begin = Instant::now();
    loop {
        match attempt() {
            Err(failure) if failure.is_busy() && begin.elapsed() < PATIENCE => {
                std::thread::sleep(Duration::from_millis(5));
            }
            outcome => return outcome,
        }
    }
}

/// The version of the store: 0, if there is nothing yet.
fn version(connection: &Connection) -> Result<usize> {
    let objects: i64 =
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    if objects == 0 {
        return Ok(0);
    }
    let application: i64 =
        connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
    if application != APPLICATION {
        return Err(Failure::corrupt(
            "the file is a SQLite database, but no store of Salami",
        ));
    }
    let statement = "SELECT value FROM meta WHERE name = 'version'";
    let version: Option<i64> = connection
        .query_row(statement, [], |row| row.get(0))
        .optional()?;
    let version = version.and_then(|version| usize::try_from(version).ok());
    match version {
        Some(version) if version > MIGRATIONS.len() => Err(Failure::new(
            StoreErrorKind::Newer,
            format!(
                "the store was made by a later version of Salami: its format is {version}, this version knows {}",
                MIGRATIONS.len()
            ),
        )),
        Some(version) if version > 0 => Ok(version),
        _ => Err(Failure::corrupt(
            "the store is damaged: it does not say its version",
        )),
    }
}

fn migrate(connection: &mut Connection) -> Result<()> {
    if version(connection)? == MIGRATIONS.len() {
        return Ok(());
    }
    let transaction =
        connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    // Somebody else may have been faster.
    let from = version(&transaction)?;
    for migration in MIGRATIONS.iter().skip(from) {
        transaction.execute_batch(migration)?;
    }
    let statement = "INSERT OR REPLACE INTO meta VALUES ('version', ?1)";
    transaction.execute(statement, [MIGRATIONS.len() as i64])?;
    transaction.pragma_update(None, "application_id", APPLICATION)?;
    transaction.commit()?;
    Ok(())
}

/// All tables and indexes are what we made, and nothing is there that runs by itself.
fn hold_schema(connection: &Connection) -> Result<()> {
    let made = Connection::open_in_memory()?;
    for migration in MIGRATIONS {
        made.execute_batch(migration)?;
    }
    let list = |connection: &Connection| -> Result<Vec<(String, String, Option<String>)>> {
        let text = "SELECT type, name, sql FROM sqlite_schema ORDER BY type, name";
        let mut statement = connection.prepare(text)?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    };
    let is = list(connection)?;
    for object in list(&made)? {
        if !is.contains(&object) {
            let (kind, name, _) = object;
            return Err(Failure::corrupt(format!(
                "the store is damaged: its {kind} `{name}` is not as it was made"
            )));
        }
    }
    if let Some((kind, name, _)) = is
        .iter()
        .find(|object| object.0 == "trigger" || object.0 == "view")
    {
        return Err(Failure::corrupt(format!(
            "the store has a {kind} `{name}` that is none of its own"
        )));
    }
    Ok(())
}

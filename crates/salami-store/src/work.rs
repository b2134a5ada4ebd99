//! A transaction, with the numbers and texts that it needs.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, Params, Row};

use crate::failure::{Failure, Result};
use crate::sql;

/// How many texts are remembered at most.
const REMEMBERED: usize = 4096;

/// The numbers of texts and codes, which never change once they are committed.
#[derive(Default)]
pub(crate) struct Known {
    texts: BTreeMap<String, i64>,
    codes: BTreeMap<[u8; 32], i64>,
}

/// What happens between the begin and the end of a transaction.
pub(crate) struct Work<'a> {
    connection: &'a Connection,
    known: &'a mut Known,
    /// Who does what people do.
    pub(crate) person: &'a str,
    /// What the clock showed when it began.
    pub(crate) now: i64,
    /// The last number that was given, once it is known.
    number: Option<i64>,
}

/// A number of ours as SQLite's: those past its range, which nobody reaches by counting, are its last.
pub(crate) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// A number of SQLite's as ours.
pub(crate) fn unsigned(number: i64) -> Result<u64> {
    u64::try_from(number).map_err(|_| Failure::corrupt("the store is damaged: a negative number"))
}

pub(crate) fn count(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

/// Runs work that writes, all or nothing.
pub(crate) fn write<T>(
    connection: &Connection,
    known: &mut Known,
    person: &str,
    clock: impl FnOnce() -> i64,
    work: impl FnOnce(&mut Work<'_>) -> Result<T>,
) -> Result<T> {
    connection.prepare_cached(sql::BEGIN_WRITE)?.execute([])?;
    let outcome = run(connection, known, (person, clock()), work).and_then(|value| {
        connection.prepare_cached(sql::COMMIT)?.execute([])?;
        Ok(value)
    });
    if outcome.is_err() {
        // What was given a number in here has none now.
        *known = Known::default();
        roll_back(connection);
    }
    outcome
}

/// Runs work that only reads, in one state of the store.
pub(crate) fn read<T>(
    connection: &Connection,
    known: &mut Known,
    now: i64,
    work: impl FnOnce(&mut Work<'_>) -> Result<T>,
) -> Result<T> {
    connection.prepare_cached(sql::BEGIN_READ)?.execute([])?;
    let outcome = run(connection, known, ("", now), work);
    roll_back(connection);
    outcome
}

fn run<T>(
    connection: &Connection,
    known: &mut Known,
    (person, now): (&str, i64),
    work: impl FnOnce(&mut Work<'_>) -> Result<T>,
) -> Result<T> {
    let mut begun = Work {
        connection,
        known,
        person,
        now,
        number: None,
    };
    let value = work(&mut begun)?;
    if let Some(number) = begun.number {
        begun.execute(sql::SET_NUMBER, [number])?;
    }
    Ok(value)
}

/// The first row, if there is one.
pub(crate) fn first<T>(
    connection: &Connection,
    sql: &str,
    parameters: impl Params,
    read: impl FnOnce(&Row<'_>) -> Result<T>,
) -> Result<Option<T>> {
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(parameters)?;
    match rows.next()? {
        Some(row) => read(row).map(Some),
        None => Ok(None),
    }
}

/// All rows.
pub(crate) fn all<T>(
    connection: &Connection,
    sql: &str,
    parameters: impl Params,
    mut read: impl FnMut(&Row<'_>) -> Result<T>,
) -> Result<Vec<T>> {
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(parameters)?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        all.push(read(row)?);
    }
    Ok(all)
}

/// Ends a transaction without effect. If that fails there is none any more: SQLite rolls back by itself.
fn roll_back(connection: &Connection) {
    let end = connection.prepare_cached(sql::ROLLBACK);
    let _ = end.and_then(|mut end| end.execute([]));
}

impl Work<'_> {
    /// Runs a statement; how many rows it changed.
    pub(crate) fn execute(&self, sql: &str, parameters: impl Params) -> Result<usize> {
        Ok(self.connection.prepare_cached(sql)?.execute(parameters)?)
    }

    /// Runs a statement that adds a row; its number.
    pub(crate) fn insert(&self, sql: &str, parameters: impl Params) -> Result<i64> {
        Ok(self.connection.prepare_cached(sql)?.insert(parameters)?)
    }

    /// The first row, if there is one.
    pub(crate) fn first<T>(
        &self,
        sql: &str,
        parameters: impl Params,
        read: impl FnOnce(&Row<'_>) -> Result<T>,
    ) -> Result<Option<T>> {
        first(self.connection, sql, parameters, read)
    }

    /// The one value of a row that must be there.
    pub(crate) fn value<T: rusqlite::types::FromSql>(
        &self,
        sql: &str,
        parameters: impl Params,
    ) -> Result<T> {
        let mut statement = self.connection.prepare_cached(sql)?;
        Ok(statement.query_row(parameters, |row| row.get(0))?)
    }

    /// All rows.
    pub(crate) fn all<T>(
        &self,
        sql: &str,
        parameters: impl Params,
        read: impl FnMut(&Row<'_>) -> Result<T>,
    ) -> Result<Vec<T>> {
        all(self.connection, sql, parameters, read)
    }

    /// Row by row, as long as it is to go on.
    pub(crate) fn each(
        &self,
        sql: &str,
        parameters: impl Params,
        mut visit: impl FnMut(&Row<'_>) -> Result<bool>,
    ) -> Result<()> {
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query(parameters)?;
        while let Some(row) = rows.next()? {
            if !visit(row)? {
                break;
            }
        }
        Ok(())
    }

    /// A number higher than all before. Claims, calls that are emitted and outcomes have one each: so it is
    /// known what came before what.
    pub(crate) fn next_number(&mut self) -> Result<i64> {
        let last = match self.number {
            Some(number) => number,
            None => self.value(sql::NUMBER, [])?,
        };
        let next = last.saturating_add(1);
        self.number = Some(next);
        Ok(next)
    }

    /// The number of a text, if it has one.
    pub(crate) fn known_text(&mut self, text: &str) -> Result<Option<i64>> {
        if let Some(id) = self.known.texts.get(text) {
            return Ok(Some(*id));
        }
        let mut statement = self.connection.prepare_cached(sql::TEXT_ID)?;
        let found: Option<i64> = statement.query_row([text], |row| row.get(0)).optional()?;
        if let Some(id) = found {
            self.remember(text, id);
        }
        Ok(found)
    }

    /// The number of a text, which gets one if it has none.
    pub(crate) fn text(&mut self, text: &str) -> Result<i64> {
        if let Some(id) = self.known_text(text)? {
            return Ok(id);
        }
        let id = self.insert(sql::ADD_TEXT, [text])?;
        self.remember(text, id);
        Ok(id)
    }

    fn remember(&mut self, text: &str, id: i64) {
        if self.known.texts.len() >= REMEMBERED {
            self.known.texts.clear();
        }
        self.known.texts.insert(text.to_owned(), id);
    }

    /// The number of code, if it is there.
    pub(crate) fn code(&mut self, hash: &[u8; 32]) -> Result<Option<i64>> {
        if let Some(id) = self.known.codes.get(hash) {
            return Ok(Some(*id));
        }
        let found = self.first(sql::CODE_ID, [&hash[..]], |row| Ok(row.get(0)?))?;
        if let Some(id) = found {
            if self.known.codes.len() >= REMEMBERED {
                self.known.codes.clear();
            }
            self.known.codes.insert(*hash, id);
        }
        Ok(found)
    }
}

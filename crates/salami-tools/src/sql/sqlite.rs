//! A session with a SQLite file.

use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::config::DbConfig;
use rusqlite::hooks::{AuthAction, AuthContext, Authorization};
use rusqlite::limits::Limit;
use rusqlite::types::{Value as Held, ValueRef};
use rusqlite::{Connection, Error, ErrorCode, OpenFlags, Statement};
use serde_json::{Map, Number, Value};

use super::{Access, Bounds, Job, Row, Rows};

/// After so many steps of SQLite's machine it looks at the time.
const STEPS: i32 = 10_000;
/// What a free query may ask of a schema.
const PRAGMAS: [&str; 6] = [
    "foreign_key_list",
    "index_info",
    "index_list",
    "table_info",
    "table_list",
    "table_xinfo",
];

/// An open file.
pub struct Session {
    connection: Connection,
    bounds: Bounds,
}

impl Session {
    /// Opens a file that is there: only a session that writes can change anything.
    ///
    /// # Errors
    /// A sentence.
    pub fn open(path: &Path, access: Access, bounds: Bounds) -> Result<Self, String> {
        let flags = match access {
            Access::Write => OpenFlags::SQLITE_OPEN_READ_WRITE,
            Access::Read | Access::Free => OpenFlags::SQLITE_OPEN_READ_ONLY,
        };
        let flags = flags | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let opened = Connection::open_with_flags(path, flags);
        let connection = opened.map_err(|error| sentence(&error, bounds.timeout))?;
        let this = Self { connection, bounds };
        match this.prepared(access) {
            Ok(this) => Ok(this),
            Err(error) => Err(sentence(&error, bounds.timeout)),
        }
    }

    fn prepared(mut self, access: Access) -> rusqlite::Result<Self> {
        let Self { connection, bounds } = &mut self;
        connection.busy_timeout(bounds.timeout)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
        connection.set_limit(Limit::SQLITE_LIMIT_ATTACHED, 0)?;
        let longest = i32::try_from(bounds.most_bytes).unwrap_or(i32::MAX);
        connection.set_limit(Limit::SQLITE_LIMIT_LENGTH, longest.max(1_000))?;
        if access == Access::Free {
            connection.authorizer(Some(|context: AuthContext<'_>| match context.action {
                AuthAction::Select | AuthAction::Read { .. } | AuthAction::Recursive => {
                    Authorization::Allow
                }
                AuthAction::Function { function_name } if function_name != "load_extension" => {
                    Authorization::Allow
                }
                AuthAction::Pragma { pragma_name, .. } if PRAGMAS.contains(&pragma_name) => {
                    Authorization::Allow
                }
                _ => Authorization::Deny,
            }))?;
        }
        Ok(self)
    }

    /// Runs a statement that only reads.
    ///
    /// # Errors
    /// A sentence.
    pub fn read(&mut self, job: &Job) -> Result<Vec<Row>, String> {
        self.watched(|connection, bounds| {
            let mut statement = connection.prepare(&job.text.sql)?;
            if !statement.readonly() {
                return Ok(Err(
                    "the statement changes something, and may only read".to_owned()
                ));
            }
            if statement.column_count() == 0 {
                return Ok(Err("the statement gives no rows".to_owned()));
            }
            rows(&mut statement, job, bounds)
        })
    }

    /// Runs a statement that may change something: all of it, or nothing.
    ///
    /// # Errors
    /// A sentence.
    pub fn write(&mut self, job: &Job) -> Result<(Vec<Row>, u64), String> {
        self.watched(|connection, bounds| {
            // A transaction that is dropped is rolled back.
            let transaction = connection.unchecked_transaction()?;
            let mut statement = transaction.prepare(&job.text.sql)?;
            let found = match rows(&mut statement, job, bounds)? {
                Ok(found) => found,
                Err(problem) => return Ok(Err(problem)),
            };
            drop(statement);
            // Not those of triggers; the connection is new.
            let changed = transaction.changes();
            transaction.commit()?;
            Ok(Ok((found, changed)))
        })
    }

    /// Runs something that ends in time.
    fn watched<T>(
        &mut self,
        run: impl FnOnce(&Connection, Bounds) -> rusqlite::Result<Result<T, String>>,
    ) -> Result<T, String> {
        let until = Instant::now() + self.bounds.timeout;
        let watch = self
            .connection
            .progress_handler(STEPS, Some(move || Instant::now() > until));
        let timeout = self.bounds.timeout;
        let ran = watch.and_then(|()| run(&self.connection, self.bounds));
        ran.map_err(|error| sentence(&error, timeout))?
    }
}

fn rows(
    statement: &mut Statement<'_>,
    job: &Job,
    bounds: Bounds,
) -> rusqlite::Result<Result<Vec<Row>, String>> {
    for index in 1..=statement.parameter_count() {
        let name = statement.parameter_name(index).unwrap_or_default();
        let name = name.get(1..).unwrap_or_default();
        let Some(value) = job.parameters.get(name) else {
            return Ok(Err(super::missing(name)));
        };
        let held = held(value);
        statement.raw_bind_parameter(index, held)?;
    }
    let names: Vec<String> = statement.column_names().map(str::to_owned).collect();
    if let Some(twice) = super::twice(&names) {
        return Ok(Err(twice));
    }
    let mut collected = Rows::new(bounds);
    let mut found = statement.raw_query();
    while let Some(row) = found.next()? {
        let mut fields = Map::new();
        for (index, name) in names.iter().enumerate() {
            match json_of(row.get_ref(index)?) {
                Ok(value) => drop(fields.insert(name.clone(), value)),
                Err(problem) => return Ok(Err(format!("the column {name} {problem}"))),
            }
        }
        if let Err(problem) = collected.push(fields) {
            return Ok(Err(problem));
        }
    }
    Ok(Ok(collected.end()))
}

/// A value as SQLite holds it; lists and dicts as their JSON text, for `json_each(:ids)`.
fn held(value: &Value) -> Held {
    match value {
        Value::Null => Held::Null,
        Value::Bool(truth) => Held::Integer((*truth).into()),
        Value::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(whole), _) => Held::Integer(whole),
            (None, Some(float)) if number.to_string().contains(['.', 'e', 'E']) => {
                Held::Real(float)
            }
            _ => Held::Text(number.to_string()),
        },
        Value::String(text) => Held::Text(text.clone()),
        Value::Array(_) | Value::Object(_) => Held::Text(value.to_string()),
    }
}

fn json_of(value: ValueRef<'_>) -> Result<Value, String> {
    match value {
        ValueRef::Null => Ok(Value::Null),
        ValueRef::Integer(number) => Ok(number.into()),
        ValueRef::Real(number) => match Number::from_f64(number) {
            Some(number) => Ok(number.into()),
            None => Err("has a number that is not finite".to_owned()),
        },
        ValueRef::Text(bytes) => match std::str::from_utf8(bytes) {
            Ok(text) => Ok(text.into()),
            Err(_) => Err("has a text that is not in UTF-8".to_owned()),
        },
        ValueRef::Blob(_) => Err("has bytes, which are no text: select hex() of it".to_owned()),
    }
}

/// What went wrong, without the path of the file.
fn sentence(error: &Error, timeout: Duration) -> String {
    match error {
        Error::SqliteFailure(failure, message) => match failure.code {
            ErrorCode::OperationInterrupted => super::out_of_time(timeout),
            ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => {
                "others use the database for too long".to_owned()
            }
            ErrorCode::CannotOpen => "the database cannot be opened".to_owned(),
            ErrorCode::NotADatabase => "the file is no database".to_owned(),
            ErrorCode::AuthorizationForStatementDenied => "a free query may only select".to_owned(),
            ErrorCode::TooBig => "a value is too large".to_owned(),
            _ => message.clone().unwrap_or_else(|| failure.to_string()),
        },
        Error::SqlInputError { msg, .. } if msg == "not authorized" => {
            "a free query may only select".to_owned()
        }
        Error::SqlInputError { msg, .. } => msg.clone(),
        Error::MultipleStatement => "there is more than one statement".to_owned(),
        other => other.to_string(),
    }
}

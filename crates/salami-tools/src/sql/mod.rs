//! The tool `sql`: a SQLite file or a Postgres server.
//!
//! What a program may change is declared by the owner, statement by statement; each is a function of
//! the tool with types of its own. What is free is a query, in a session that can only read. Values
//! are parameters (`:name`), never text of a statement. Each piece of work has a session of its own,
//! so that none leaves anything behind for the next; calls of one reading function that wait
//! together share one, and those that ask the same are asked once.

pub(crate) mod config;
mod kind;
mod postgres;
mod sqlite;
mod stub;
mod text;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use salami_process::{
    BatchWork, Call, Effect, Function, Outcome, Step, Tool, Work, stub_functions,
};
use serde_json::{Map, Value};

use crate::secret::Secret;

pub use kind::Field;
pub use postgres::Server;
pub use text::Text;

/// The parameter that is always there: a text that no other call has.
const CALL_KEY: &str = "call_key";

/// Where the data is.
#[derive(Clone, Debug)]
pub enum Database {
    /// A file.
    Sqlite(PathBuf),
    /// A server.
    Postgres(Box<Server>),
}

/// How much a statement may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Time, the connection not included.
    pub timeout: Duration,
    /// Rows that it may give.
    pub most_rows: usize,
    /// Bytes of these rows, about.
    pub most_bytes: usize,
}

impl Default for Bounds {
    /// 10 seconds, 1,000 rows, 1 MB.
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(10),
            most_rows: 1_000,
            most_bytes: 1_000_000,
        }
    }
}

/// A statement that the owner declared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declared {
    /// Its text.
    pub text: Text,
    /// What it does to the data.
    pub effect: Effect,
    /// The statement that takes it back.
    pub undo: Option<String>,
    /// Its parameters, as Python takes them.
    pub parameters: Vec<Field>,
    /// The columns of its rows; `None`: they are not told. Without any, what changes data gives how many
    /// rows it changed.
    pub columns: Option<Vec<Field>>,
    /// What a model is told of it.
    pub description: Option<String>,
}

/// What the owner allows.
#[derive(Clone, Debug)]
pub struct SqlPolicy {
    /// Where the data is.
    pub database: Database,
    /// What a model is told of it: its tables.
    pub description: Option<String>,
    /// Whether there are free queries.
    pub is_free: bool,
    /// The statements by name.
    pub statements: BTreeMap<String, Declared>,
    /// How much each may take.
    pub bounds: Bounds,
    /// What must not be seen in errors.
    pub secrets: Vec<Secret>,
}

/// The tool.
#[derive(Debug)]
pub struct Sql {
    policy: Arc<SqlPolicy>,
    stub: String,
    functions: BTreeMap<String, Function>,
    sessions: Arc<AtomicU64>,
}

impl Sql {
    /// The tool for a database.
    #[must_use]
    pub fn new(policy: SqlPolicy) -> Self {
        let stub = stub::stub(&policy);
        let mut functions = stub_functions(&stub);
        for (name, declared) in &policy.statements {
            if let Some(function) = functions.get_mut(name) {
                // Who writes the key of the call down can tell that it was made before.
                function.is_repeatable |= declared.text.names.iter().any(|name| name == CALL_KEY);
            }
        }
        Self {
            policy: Arc::new(policy),
            stub,
            functions,
            sessions: Arc::default(),
        }
    }

    /// How many sessions with the database there were; it counts on.
    #[must_use]
    pub fn sessions(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.sessions)
    }

    /// What is to be run for a call. Does nothing outside.
    fn job(&self, call: &Call) -> Result<Job, String> {
        if call.function == "query" && self.policy.is_free {
            let text = Text::read(call.text("sql")?);
            let parameters = match call.arguments.get("parameters") {
                None | Some(Value::Null) => Map::new(),
                Some(Value::Object(parameters)) => parameters.clone(),
                Some(_) => return Err("`parameters` is no dict".to_owned()),
            };
            for name in parameters.keys() {
                if !text.names.contains(name) {
                    return Err(format!("the statement has no :{name}"));
                }
            }
            return Ok(Job {
                text,
                parameters,
                access: Access::Free,
                columns: None,
            });
        }
        let Some(declared) = self.policy.statements.get(&call.function) else {
            return Err(format!("there is no sql.{}", call.function));
        };
        let mut parameters = call.arguments.clone();
        if declared.text.names.iter().any(|name| name == CALL_KEY) {
            if call.key.is_empty() {
                return Err("it needs the key of the call, and nobody keeps this execution".into());
            }
            parameters.insert(CALL_KEY.to_owned(), call.key.as_str().into());
        }
        Ok(Job {
            text: declared.text.clone(),
            parameters,
            access: match declared.effect {
                Effect::Read => Access::Read,
                Effect::Undoable | Effect::Irreversible => Access::Write,
            },
            columns: declared.columns.clone(),
        })
    }

    fn errand(&self) -> Errand {
        Errand {
            policy: Arc::clone(&self.policy),
            sessions: Arc::clone(&self.sessions),
        }
    }
}

/// What a session may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Access {
    /// What the owner wrote, reading.
    Read,
    /// What the program wrote, reading.
    Free,
    /// What the owner wrote.
    Write,
}

/// A statement with its values.
#[derive(Clone, Debug, PartialEq)]
struct Job {
    text: Text,
    parameters: Map<String, Value>,
    access: Access,
    columns: Option<Vec<Field>>,
}

type Row = Map<String, Value>;

/// Rows that are collected, within bounds.
struct Rows {
    bounds: Bounds,
    rows: Vec<Row>,
    bytes: usize,
}

impl Rows {
    fn new(bounds: Bounds) -> Self {
        Self {
            bounds,
            rows: Vec::new(),
            bytes: 0,
        }
    }

    fn push(&mut self, row: Row) -> Result<(), String> {
        if self.rows.len() == self.bounds.most_rows {
            let most = self.bounds.most_rows;
            return Err(format!("there are more than {most} rows: write a LIMIT"));
        }
        for (name, value) in &row {
            self.bytes += name.len()
                + match value {
                    Value::String(text) => text.len(),
                    Value::Array(_) | Value::Object(_) => value.to_string().len(),
                    _ => 8,
                };
        }
        if self.bytes > self.bounds.most_bytes {
            let most = self.bounds.most_bytes;
            return Err(format!("the rows have more than {most} bytes"));
        }
        self.rows.push(row);
        Ok(())
    }

    fn end(self) -> Vec<Row> {
        self.rows
    }
}

fn missing(name: &str) -> String {
    if name.is_empty() {
        "a parameter is written :name, and given as {\"name\": value}".to_owned()
    } else {
        format!("the statement wants :{name}, which is not given")
    }
}

fn out_of_time(timeout: Duration) -> String {
    format!("it took longer than {} seconds", timeout.as_secs_f64())
}

/// What is said of rows of which two columns have one name.
fn twice(names: &[String]) -> Option<String> {
    let mut rest = names;
    while let [first, others @ ..] = rest {
        if others.contains(first) {
            return Some(format!("two columns are named {first}: write `as` for one"));
        }
        rest = others;
    }
    None
}

/// What is done outside.
struct Errand {
    policy: Arc<SqlPolicy>,
    sessions: Arc<AtomicU64>,
}

enum Session {
    Sqlite(sqlite::Session),
    Postgres(Box<postgres::Session>),
}

impl Errand {
    fn open(&self, access: Access) -> Result<Session, String> {
        self.sessions.fetch_add(1, Ordering::Relaxed);
        let bounds = self.policy.bounds;
        match &self.policy.database {
            Database::Sqlite(path) => {
                sqlite::Session::open(path, access, bounds).map(Session::Sqlite)
            }
            Database::Postgres(server) => postgres::Session::open(server, bounds)
                .map(|open| Session::Postgres(Box::new(open))),
        }
    }

    /// Runs statements of one access in one session, each of the same kind once: what comes of each.
    fn run(&self, jobs: &[Job]) -> Vec<Result<Value, String>> {
        let Some(first) = jobs.first() else {
            return Vec::new();
        };
        let mut session = match self.open(first.access) {
            Ok(session) => session,
            Err(problem) => return vec![Err(self.hide(problem)); jobs.len()],
        };
        let mut done: BTreeMap<String, Result<Value, String>> = BTreeMap::new();
        let mut results = Vec::new();
        for job in jobs {
            let same = format!("{} {}", Value::Object(job.parameters.clone()), job.text.sql);
            let result = match done.get(&same) {
                Some(known) => known.clone(),
                None => {
                    let result = answer(&mut session, job).map_err(|problem| self.hide(problem));
                    done.insert(same, result.clone());
                    result
                }
            };
            results.push(result);
        }
        results
    }

    fn hide(&self, text: String) -> String {
        let secrets = self.policy.secrets.iter();
        secrets.fold(text, |text, secret| secret.hide(text))
    }
}

fn answer(session: &mut Session, job: &Job) -> Result<Value, String> {
    let gives_rows = job.columns.is_some();
    let (rows, changed) = match (session, job.access) {
        (Session::Sqlite(session), Access::Write) => session.write(job)?,
        (Session::Sqlite(session), _) => (session.read(job)?, 0),
        (Session::Postgres(session), Access::Write) => session.write(job, gives_rows)?,
        (Session::Postgres(session), _) => (session.read(job)?, 0),
    };
    if job.access == Access::Write && !gives_rows {
        return Ok(changed.into());
    }
    let Some(columns) = &job.columns else {
        return Ok(rows.into_iter().map(Value::Object).collect());
    };
    let rows = rows.into_iter().map(|mut row| {
        let mut fitted = Map::new();
        for column in columns {
            let Some(value) = row.remove(&column.name) else {
                return Err(format!("the rows have no column {}", column.name));
            };
            fitted.insert(column.name.clone(), column.kind.fit(value));
        }
        Ok(Value::Object(fitted))
    });
    rows.collect()
}

fn outcome(function: &str, result: Result<Value, String>) -> Outcome {
    match result {
        Ok(value) => Outcome::Value(value),
        Err(problem) => Outcome::Error(format!("sql.{function}(): {problem}")),
    }
}

impl Tool for Sql {
    fn name(&self) -> &str {
        "sql"
    }

    fn stub(&self) -> Option<&str> {
        Some(&self.stub)
    }

    fn function(&self, name: &str) -> Option<Function> {
        self.functions.get(name).cloned()
    }

    fn ask(&mut self, call: &Call) -> Step {
        let name = call.function.clone();
        match self.job(call) {
            Err(problem) => Step::Done(outcome(&name, Err(problem))),
            Ok(job) => {
                let errand = self.errand();
                Step::Outside(Work::new(move || {
                    let mut results = errand.run(&[job]);
                    let result = results.pop();
                    outcome(
                        &name,
                        result.unwrap_or_else(|| Err("nothing came".to_owned())),
                    )
                }))
            }
        }
    }

    /// What reads is asked for together.
    fn ask_batch(&mut self, calls: &[Call]) -> Option<BatchWork> {
        let first = calls.first()?;
        let is_one = calls.iter().all(|call| call.function == first.function);
        if !is_one || self.functions.get(&first.function)?.effect != Effect::Read {
            return None;
        }
        let name = first.function.clone();
        let jobs: Vec<Result<Job, String>> = calls.iter().map(|call| self.job(call)).collect();
        let errand = self.errand();
        Some(BatchWork::new(move || {
            let wanted: Vec<Job> = jobs.iter().filter_map(|job| job.clone().ok()).collect();
            let mut results = errand.run(&wanted).into_iter();
            jobs.into_iter()
                .map(|job| {
                    let nothing = || Err("nothing came".to_owned());
                    let result = job.and_then(|_| results.next().unwrap_or_else(nothing));
                    outcome(&name, result)
                })
                .collect()
        }))
    }
}

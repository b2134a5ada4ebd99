//! The files of a suite, as data: `suite.toml`, `case.toml` and files of judges, which all may be written as JSON, too.

use serde_json::{Map, Value};

use super::expect::Expectation;
use crate::record::{FailureKind, From};

/// Judges as a person writes them down.
///
/// ```toml
/// rows = "on"
/// agree = true
/// model = "Every trade of the statement is in the result."
///
/// [invariants]
/// "prices are above zero" = "all(trade['price'] > 0 for trade in result)"
///
/// [[cases]]
/// name = "one trade"
/// input = "one.csv"
/// expected = "one.json"
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct JudgeFile {
    /// Whether rows are accounted for: auto, on, off.
    pub rows: Option<String>,
    /// Invariants by their names.
    pub invariants: Vec<(String, String)>,
    /// Expected cases: their names, the file of the input and that of the expected result.
    pub cases: Vec<(String, String, String)>,
    /// Whether two programs, written independently, must agree.
    pub agree: bool,
    /// What a model is told that judges.
    pub model: Option<String>,
}

/// What `suite.toml` says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Manifest {
    /// What it is called.
    pub name: Option<String>,
    /// What is wanted, or `@FILE`.
    pub task: String,
    /// The type of the output: a Python type or declarations, or `@FILE`.
    pub output_type: Option<String>,
    /// The JSON Schema of the output: a file, or the schema itself.
    pub schema: Option<Value>,
    /// A configuration whose tools programs may use.
    pub tools: Option<String>,
    /// At most so many attempts for each case.
    pub attempts: Option<u32>,
    /// At most so many tokens for each case.
    pub tokens: Option<u64>,
    /// Who judges.
    pub judges: JudgeFile,
}

/// What `case.toml` says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CaseFile {
    /// The case whose library it finds.
    pub after: Option<String>,
    /// How it is to end.
    pub expectation: Expectation,
    /// Judges of this case alone.
    pub judges: JudgeFile,
}

/// A table of which each entry is taken once; what is left in the end is a mistake.
struct Table<'a> {
    entries: &'a Map<String, Value>,
    known: Vec<&'static str>,
}

impl<'a> Table<'a> {
    fn of(value: &'a Value) -> Result<Self, String> {
        let entries = value.as_object().ok_or("it is no table")?;
        Ok(Self {
            entries,
            known: Vec::new(),
        })
    }

    fn take(&mut self, name: &'static str) -> Option<&'a Value> {
        self.known.push(name);
        self.entries.get(name)
    }

    fn text(&mut self, name: &'static str) -> Result<Option<String>, String> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(_) => Err(format!("`{name}` is no text")),
        }
    }

    fn truth(&mut self, name: &'static str) -> Result<bool, String> {
        match self.take(name) {
            None => Ok(false),
            Some(Value::Bool(truth)) => Ok(*truth),
            Some(_) => Err(format!("`{name}` is neither true nor false")),
        }
    }

    fn number(&mut self, name: &'static str) -> Result<Option<u64>, String> {
        match self.take(name) {
            None => Ok(None),
            Some(value) => match value.as_u64() {
                Some(number) => Ok(Some(number)),
                None => Err(format!("`{name}` is no whole number")),
            },
        }
    }

    fn end(self) -> Result<(), String> {
        let unknown = self
            .entries
            .keys()
            .find(|name| !self.known.contains(&name.as_str()));
        match unknown {
            None => Ok(()),
            Some(name) => Err(format!(
                "there is no `{name}`; there are: {}",
                self.known.join(", ")
            )),
        }
    }
}

impl JudgeFile {
    /// Reads a file of judges.
    ///
    /// # Errors
    /// A sentence that names what is wrong.
    pub fn from_value(value: &Value) -> Result<Self, String> {
        let mut table = Table::of(value)?;
        let judges = Self::take(&mut table)?;
        table.end()?;
        Ok(judges)
    }

    fn take(table: &mut Table<'_>) -> Result<Self, String> {
        let rows = table.text("rows")?;
        if let Some(rows) = &rows
            && !["auto", "on", "off"].contains(&rows.as_str())
        {
            return Err("`rows` is auto, on or off".to_owned());
        }
        let mut invariants = Vec::new();
        match table.take("invariants") {
            None => {}
            Some(Value::Object(entries)) => {
                for (name, code) in entries {
                    let code = code
                        .as_str()
                        .ok_or_else(|| format!("the invariant `{name}` is no text"))?;
                    invariants.push((name.clone(), code.to_owned()));
                }
            }
            Some(Value::Array(items)) => {
                for item in items {
                    let code = item.as_str().ok_or("an invariant is no text")?;
                    invariants.push((code.to_owned(), code.to_owned()));
                }
            }
            Some(_) => return Err("`invariants` is no table and no list".to_owned()),
        }
        let mut cases = Vec::new();
        match table.take("cases") {
            None => {}
            Some(Value::Array(items)) => {
                for item in items {
                    let mut case = Table::of(item).map_err(|_| "a case is no table")?;
                    let input = case.text("input")?.ok_or("a case has no `input`")?;
                    let expected = case.text("expected")?.ok_or("a case has no `expected`")?;
                    let name = case.text("name")?.unwrap_or_else(|| input.clone());
                    case.end()?;
                    cases.push((name, input, expected));
                }
            }
            Some(_) => return Err("`cases` is no list of tables".to_owned()),
        }
        Ok(Self {
            rows,
            invariants,
            cases,
            agree: table.truth("agree")?,
            model: table.text("model")?,
        })
    }

    /// Those of both; what `other` says of rows counts.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        let mut both = self.clone();
        both.rows = other.rows.clone().or(both.rows);
        both.invariants.extend(other.invariants.iter().cloned());
        both.cases.extend(other.cases.iter().cloned());
        both.agree |= other.agree;
        both.model = other.model.clone().or(both.model);
        both
    }
}

impl Manifest {
    /// Reads what `suite.toml` says.
    ///
    /// # Errors
    /// A sentence that names what is wrong.
    pub fn from_value(value: &Value) -> Result<Self, String> {
        let mut table = Table::of(value)?;
        let task = table.text("task")?;
        let task = task.ok_or("`task` is missing: it says what is wanted, or @FILE")?;
        let output_type = table.text("type")?;
        let schema = table.take("schema").cloned();
        match (&output_type, &schema) {
            (Some(_), Some(_)) => {
                return Err("the output has a `type` or a `schema`, not both".to_owned());
            }
            (None, None) => {
                return Err(
                    "`type` or `schema` is missing: it says what the output looks like".to_owned(),
                );
            }
            _ => {}
        }
        let attempts = table.number("attempts")?;
        let manifest = Self {
            name: table.text("name")?,
            task,
            output_type,
            schema,
            tools: table.text("tools")?,
            attempts: attempts.map(|attempts| u32::try_from(attempts).unwrap_or(u32::MAX)),
            tokens: table.number("tokens")?,
            judges: JudgeFile::take(&mut table)?,
        };
        table.end()?;
        Ok(manifest)
    }
}

impl CaseFile {
    /// Reads what `case.toml` says.
    ///
    /// # Errors
    /// A sentence that names what is wrong.
    pub fn from_value(value: &Value) -> Result<Self, String> {
        let mut table = Table::of(value)?;
        let from = match table.text("from")?.as_deref() {
            None => None,
            Some("model") => Some(From::Model),
            Some("library") => Some(From::Library),
            Some("repair") => Some(From::Repair),
            Some(_) => return Err("`from` is model, library or repair".to_owned()),
        };
        let fails = match table.take("fails") {
            None => None,
            Some(value) => Some(kind(value)?),
        };
        let attempts = table.number("attempts")?;
        let file = Self {
            after: table.text("after")?,
            expectation: Expectation {
                result: None,
                from,
                fails,
                sentence: table.text("sentence")?,
                attempts: attempts.map(|attempts| usize::try_from(attempts).unwrap_or(usize::MAX)),
            },
            judges: JudgeFile::take(&mut table)?,
        };
        table.end()?;
        if file.expectation.fails.is_some() && from.is_some() {
            return Err("a case that `fails` has no `from`".to_owned());
        }
        Ok(file)
    }
}

fn kind(value: &Value) -> Result<FailureKind, String> {
    serde_json::from_value(value.clone()).map_err(|_| {
        "`fails` is input, attempts, tokens, time, model, not_in_library, quarantined or interrupted"
            .to_owned()
    })
}

//! A table of a configuration, read key by key.

use std::time::Duration;

use serde_json::{Map, Value};

use super::Surroundings;
use crate::secret::Secret;

/// A table of which each key is taken once: what is left over is a mistake.
#[derive(Debug)]
pub struct Table {
    /// Where it stands: `tools.http`.
    pub place: String,
    /// What was not taken yet.
    pub fields: Map<String, Value>,
    known: Vec<String>,
}

impl Table {
    /// A table at a place.
    pub fn new(place: &str, fields: Map<String, Value>) -> Self {
        Self {
            place: place.to_owned(),
            fields,
            known: Vec::new(),
        }
    }

    /// The place of one of its keys.
    pub fn at(&self, name: &str) -> String {
        if self.place.is_empty() {
            name.to_owned()
        } else {
            format!("{}.{name}", self.place)
        }
    }

    /// What stands under a key.
    pub fn take(&mut self, name: &str) -> Option<Value> {
        self.known.push(name.to_owned());
        self.fields.remove(name)
    }

    /// A table in it.
    pub fn table(&mut self, name: &str) -> Result<Option<Self>, String> {
        let place = self.at(name);
        match self.take(name) {
            None => Ok(None),
            Some(Value::Object(fields)) => Ok(Some(Self::new(&place, fields))),
            Some(_) => Err(format!("{place} is no table")),
        }
    }

    /// A text.
    pub fn text(&mut self, name: &str) -> Result<Option<String>, String> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(format!("{} is no text", self.at(name))),
        }
    }

    /// A list of texts; empty if there is none.
    pub fn texts(&mut self, name: &str) -> Result<Vec<String>, String> {
        let wrong = format!("{} is no list of texts", self.at(name));
        match self.take(name) {
            None => Ok(Vec::new()),
            Some(Value::Array(items)) => items
                .into_iter()
                .map(|item| {
                    item.as_str()
                        .map(str::to_owned)
                        .ok_or_else(|| wrong.clone())
                })
                .collect(),
            Some(_) => Err(wrong),
        }
    }

    /// The bytes of a file that is named.
    pub fn bytes_of(
        &mut self,
        name: &str,
        surroundings: &dyn Surroundings,
    ) -> Result<Option<Vec<u8>>, String> {
        let Some(path) = self.text(name)? else {
            return Ok(None);
        };
        let place = self.at(name);
        let read = surroundings.file(&path);
        let bytes = read.map_err(|problem| format!("{place}: {path}: {problem}"))?;
        Ok(Some(bytes))
    }

    /// A secret: a text, or where it is.
    pub fn secret(
        &mut self,
        name: &str,
        surroundings: &dyn Surroundings,
    ) -> Result<Option<Secret>, String> {
        let place = self.at(name);
        match self.take(name) {
            None => Ok(None),
            Some(value) => Ok(Some(Secret::new(secret(value, &place, surroundings)?))),
        }
    }

    /// A number that is not negative.
    pub fn number(&mut self, name: &str) -> Result<Option<f64>, String> {
        let wrong = format!("{} is no number", self.at(name));
        match self.take(name) {
            None => Ok(None),
            Some(value) => match value.as_f64().filter(|number| (0.0..=1e9).contains(number)) {
                Some(number) => Ok(Some(number)),
                None => Err(wrong),
            },
        }
    }

    /// Yes or no.
    pub fn truth(&mut self, name: &str) -> Result<Option<bool>, String> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::Bool(truth)) => Ok(Some(truth)),
            Some(_) => Err(format!("{} is neither true nor false", self.at(name))),
        }
    }

    /// A time.
    pub fn seconds(&mut self, name: &str) -> Result<Option<Duration>, String> {
        let wrong = format!("{} is no number of seconds up to 86400", self.at(name));
        match self.take(name) {
            None => Ok(None),
            Some(value) => match value
                .as_f64()
                .filter(|seconds| (0.0..=86_400.0).contains(seconds))
            {
                Some(seconds) => Ok(Some(Duration::from_secs_f64(seconds))),
                None => Err(wrong),
            },
        }
    }

    /// A number.
    pub fn whole(&mut self, name: &str) -> Result<Option<usize>, String> {
        let wrong = format!("{} is no number up to 1000000000", self.at(name));
        match self.take(name) {
            None => Ok(None),
            Some(value) => match value.as_u64().filter(|number| *number <= 1_000_000_000) {
                Some(number) => Ok(usize::try_from(number).ok()),
                None => Err(wrong),
            },
        }
    }

    /// Nothing is left.
    pub fn end(self) -> Result<(), String> {
        match self.fields.keys().next() {
            None => Ok(()),
            Some(unknown) => Err(format!(
                "there is no `{}`; there are: {}",
                self.at(unknown),
                self.known.join(", ")
            )),
        }
    }
}

/// A secret: text, or where it is.
///
/// # Errors
/// A sentence.
pub fn secret(
    value: Value,
    place: &str,
    surroundings: &dyn Surroundings,
) -> Result<String, String> {
    let fields = match value {
        Value::String(text) => return Ok(text),
        Value::Object(fields) => fields,
        _ => {
            return Err(format!(
                "{place} is no text, and no {{ env = ... }} or {{ file = ... }}"
            ));
        }
    };
    let mut table = Table::new(place, fields);
    let prefix = table.text("prefix")?.unwrap_or_default();
    let found = match (table.text("env")?, table.text("file")?) {
        (Some(name), None) => surroundings
            .variable(&name)
            .ok_or_else(|| format!("{place}: the variable {name} is not set"))?,
        (None, Some(path)) => {
            let bytes = surroundings
                .file(&path)
                .map_err(|problem| format!("{place}: {path}: {problem}"))?;
            let text =
                String::from_utf8(bytes).map_err(|_| format!("{place}: {path}: it is no UTF-8"))?;
            text.trim_end_matches(['\r', '\n']).to_owned()
        }
        _ => return Err(format!("{place} has one of `env` and `file`")),
    };
    table.end()?;
    Ok(prefix + &found)
}

//! What the table `[author]` of a configuration says of runs, for those options that are not given.

use std::path::Path;

use serde_json::Value;

use super::arguments::Asking;
use super::asking::Names;
use super::files;
use crate::failure::Failure;
use crate::processes::moments;

/// The configuration of who names none.
const HERE: &str = "salami.toml";
/// How long a run may take where nobody says it, in microseconds.
const TIME: i64 = 180_000_000;

/// How runs go.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How many programs may be asked for.
    pub attempts: u32,
    /// How many tokens all of it may take.
    pub tokens: u64,
    /// How long all of it may take, in microseconds.
    pub time: i64,
    /// The model that writes a second program.
    pub second: Option<String>,
    /// The model that judges.
    pub judge: Option<String>,
    /// After how many uses without a finding a program is promoted.
    pub promote_after: Option<u64>,
}

/// The library that the configuration here names.
pub fn library() -> Result<Option<String>, Failure> {
    let path = Path::new(HERE);
    if !path.is_file() {
        return Ok(None);
    }
    let data = files::data(path)?;
    match data.get("author").and_then(|table| table.get("library")) {
        None => Ok(None),
        Some(Value::String(name)) => Ok(Some(name.clone())),
        Some(_) => Err(Failure::usage(format!("{HERE}: author.library is no text"))),
    }
}

impl Settings {
    /// What the options say, else the configuration that was named or is here, else what is usual.
    pub fn of(asking: &Asking, configuration: Option<&Path>) -> Result<Self, Failure> {
        let path = configuration.unwrap_or(Path::new(HERE));
        let data = match configuration.is_some() || path.is_file() {
            true => files::data(path)?,
            false => Value::Null,
        };
        let table = data.get("author").unwrap_or(&Value::Null);
        let wrong = |name: &str, what: &str| {
            Failure::usage(format!("{}: author.{name} is no {what}", path.display()))
        };
        let number = |name: &str| match table.get(name) {
            None => Ok(None),
            Some(value) => match value.as_u64().filter(|number| *number > 0) {
                Some(number) => Ok(Some(number)),
                None => Err(wrong(name, "whole number above zero")),
            },
        };
        let text = |name: &str| match table.get(name) {
            None => Ok(None),
            Some(value) => match value.as_str() {
                Some(text) => Ok(Some(text.to_owned())),
                None => Err(wrong(name, "text")),
            },
        };
        let attempts = number("attempts")?.map(|number| u32::try_from(number).unwrap_or(u32::MAX));
        let time = match text("time")? {
            None => None,
            Some(text) => {
                let span = moments::parse_span(&text).filter(|span| *span > 0);
                Some(span.ok_or_else(|| wrong("time", "span such as 30s or 2m"))?)
            }
        };
        let tokens = number("tokens")?;
        Ok(Self {
            attempts: asking.attempts.or(attempts).unwrap_or(5),
            tokens: asking.tokens.or(tokens).unwrap_or(100_000),
            time: asking.time_limit.or(time).unwrap_or(TIME),
            second: asking.second_model.clone().or(text("second")?),
            judge: asking.judge_model.clone().or(text("judge")?),
            promote_after: number("promote_after")?,
        })
    }

    /// Which models are meant.
    pub fn names(&self, asking: &Asking) -> Names {
        Names {
            writer: asking.model.clone(),
            second: self.second.clone(),
            judge: self.judge.clone(),
        }
    }
}

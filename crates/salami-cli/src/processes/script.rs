//! Scripts: a program, and what the world and a person do while it runs, in `script.toml`.
//!
//! ```toml
//! about = "What it is about."
//! program = "landlord.py"
//! config = "salami.toml"            # which tools there are; without it only the user
//!
//! [[scene]]
//! title = "The lawyer answers"
//! start = "2026-03-02T09:00"
//! input = { name = "Ada", text = "@file.csv" }
//!
//! [[scene.happens]]                  # at a time since the start
//! at = "2h"
//! say = "The landlord writes."
//! event = "email.received"
//! fields = { sender = "landlord@example.com" }
//!
//! [[scene.happens]]
//! at = "1d"
//! say = "The computer is switched off, and on again."
//! restart = true
//!
//! [[scene.answers]]                  # what the person answers, once for each
//! asks = "instructions"              # what the question has in it
//! after = "3h"
//! answer = "Tell him that I agree."
//! ```

use salami_tools::Surroundings;
use serde_json::{Map, Value};

use super::moments;
use crate::instant;

/// A folder of files: one that is there, or one that comes with the command.
pub trait Files {
    /// The bytes of a file.
    fn bytes(&self, path: &str) -> Result<Vec<u8>, String>;
    /// The names of the files in a folder of it.
    fn names(&self, folder: &str) -> Vec<String>;
}

/// Files where a configuration finds what it names.
pub struct Beside<'a>(pub &'a dyn Files);

impl Surroundings for Beside<'_> {
    fn variable(&self, _: &str) -> Option<String> {
        None
    }

    fn file(&self, path: &str) -> Result<Vec<u8>, String> {
        self.0.bytes(path)
    }
}

/// The text of a file.
pub fn text(files: &dyn Files, path: &str) -> Result<String, String> {
    let bytes = files
        .bytes(path)
        .map_err(|problem| format!("{path}: {problem}"))?;
    String::from_utf8(bytes).map_err(|_| format!("{path} is not UTF-8"))
}

/// A script.
#[derive(Debug)]
pub struct Script {
    /// What it is about.
    pub about: String,
    /// The program's file.
    pub program: String,
    /// The configuration's file.
    pub config: Option<String>,
    /// Its scenes, each with a process of its own.
    pub scenes: Vec<Scene>,
}

/// A process, and what happens to it.
#[derive(Debug)]
pub struct Scene {
    /// What is shown above it.
    pub title: String,
    /// What the clock shows at its start.
    pub start: i64,
    /// The input.
    pub input: Map<String, Value>,
    /// What happens, by time.
    pub happens: Vec<Happens>,
    /// What the person answers.
    pub answers: Vec<Answers>,
}

/// Something that happens at a time.
#[derive(Clone, Debug)]
pub struct Happens {
    /// How long after the start.
    pub at: i64,
    /// What is told about it.
    pub say: String,
    /// An event with its fields.
    pub event: Option<(String, Map<String, Value>)>,
    /// Whether the worker is thrown away, and another one goes on.
    pub is_restart: bool,
}

/// An answer.
#[derive(Clone, Debug)]
pub struct Answers {
    /// What the question has in it.
    pub asks: String,
    /// What is told about it.
    pub say: String,
    /// How long the person takes.
    pub after: i64,
    /// The answer.
    pub answer: Value,
}

/// A table whose keys are taken one by one; those that are left are none.
struct Keys(String, Map<String, Value>);

impl Keys {
    fn take(&mut self, name: &str) -> Option<Value> {
        self.1.shift_remove(name)
    }

    fn text(&mut self, name: &str) -> Result<Option<String>, String> {
        match self.take(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(format!("{}{name} is no text", self.0)),
        }
    }

    fn needed(&mut self, name: &str) -> Result<String, String> {
        let path = self.0.clone();
        self.text(name)?
            .ok_or_else(|| format!("{path}{name} is missing"))
    }

    fn span(&mut self, name: &str) -> Result<i64, String> {
        match self.text(name)? {
            None => Ok(0),
            Some(text) => moments::parse_span(&text)
                .ok_or_else(|| format!("{}{name} is no span such as 30m, 2h, 7d", self.0)),
        }
    }

    fn map(&mut self, name: &str) -> Result<Map<String, Value>, String> {
        match self.take(name) {
            None => Ok(Map::new()),
            Some(Value::Object(map)) => Ok(map),
            Some(_) => Err(format!("{}{name} is no table", self.0)),
        }
    }

    fn tables(&mut self, name: &str) -> Result<Vec<Self>, String> {
        let path = format!("{}{name}", self.0);
        let items = match self.take(name) {
            None => return Ok(Vec::new()),
            Some(Value::Array(items)) => items,
            Some(_) => return Err(format!("{path} is no list of tables")),
        };
        let tables = items
            .into_iter()
            .enumerate()
            .map(|(index, item)| match item {
                Value::Object(map) => Ok(Self(format!("{path}[{index}]."), map)),
                _ => Err(format!("{path} is no list of tables")),
            });
        tables.collect()
    }

    fn end(self) -> Result<(), String> {
        match self.1.keys().next() {
            None => Ok(()),
            Some(name) => Err(format!("there is no `{}{name}`", self.0)),
        }
    }
}

impl Script {
    /// The script of a folder.
    pub fn read(files: &dyn Files) -> Result<Self, String> {
        let text = text(files, "script.toml")?;
        let whole = toml::from_str::<Value>(&text).map_err(|error| error.to_string());
        let script = whole.and_then(|whole| Self::parse(whole, files));
        script.map_err(|problem| format!("script.toml: {problem}"))
    }

    fn parse(whole: Value, files: &dyn Files) -> Result<Self, String> {
        let Value::Object(whole) = whole else {
            return Err("it is no table".to_owned());
        };
        let mut whole = Keys(String::new(), whole);
        let scenes = whole.tables("scene")?.into_iter();
        let script = Self {
            about: whole.text("about")?.unwrap_or_default(),
            program: whole.needed("program")?,
            config: whole.text("config")?,
            scenes: scenes
                .map(|keys| scene(keys, files))
                .collect::<Result<_, _>>()?,
        };
        whole.end()?;
        if script.scenes.is_empty() {
            return Err("it has no [[scene]]".to_owned());
        }
        Ok(script)
    }
}

fn scene(mut keys: Keys, files: &dyn Files) -> Result<Scene, String> {
    let start = keys.needed("start")?;
    let mut input = keys.map("input")?;
    for value in input.values_mut() {
        if let Some(path) = value.as_str().and_then(|text| text.strip_prefix('@')) {
            *value = text(files, path)?.into();
        }
    }
    let mut happens = Vec::new();
    for keys in keys.tables("happens")? {
        happens.push(happening(keys)?);
    }
    happens.sort_by_key(|happens: &Happens| happens.at);
    let mut answers = Vec::new();
    for mut keys in keys.tables("answers")? {
        answers.push(Answers {
            asks: keys.text("asks")?.unwrap_or_default(),
            say: keys.text("say")?.unwrap_or_default(),
            after: keys.span("after")?,
            answer: keys
                .take("answer")
                .ok_or_else(|| format!("{}answer is missing", keys.0))?,
        });
        keys.end()?;
    }
    let scene = Scene {
        title: keys.text("title")?.unwrap_or_default(),
        start: instant::parse(&start).map_err(|problem| format!("{}start: {problem}", keys.0))?,
        input,
        happens,
        answers,
    };
    keys.end()?;
    Ok(scene)
}

fn happening(mut keys: Keys) -> Result<Happens, String> {
    let at = keys.span("at")?;
    let say = keys.text("say")?.unwrap_or_default();
    let fields = keys.map("fields")?;
    let event = keys.text("event")?.map(|topic| (topic, fields));
    let is_restart = match keys.take("restart") {
        None => false,
        Some(Value::Bool(is_restart)) => is_restart,
        Some(_) => return Err(format!("{}restart is neither true nor false", keys.0)),
    };
    keys.end()?;
    Ok(Happens {
        at,
        say,
        event,
        is_restart,
    })
}

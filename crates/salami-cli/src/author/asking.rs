//! Who is asked: a model of the configuration or the environment, recorded or not, or a cassette.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use salami::author::cassette::{Cassette, Matching, Player, Recorder};
use salami::author::session::Models;
use salami_process::model::{
    Completion, Heard, Listening, Model, ModelError, ModelErrorKind, Prompt,
};
use salami_tools::llm::{Client, configured_policy, from_environment};

use super::arguments::Answers;
use crate::connections;
use crate::failure::{Failure, IO};
use crate::files;

/// Who is asked.
pub enum Asked {
    /// A model, perhaps one that writes second programs, and one that judges; what could not be written down.
    Live(Live),
    /// A cassette.
    Played(Player),
}

/// Models that are asked for real.
pub struct Live {
    /// Who serves which model.
    providers: Providers,
    writer: Box<dyn Model + Send>,
    second: Option<Box<dyn Model + Send>>,
    judge: Option<Box<dyn Model + Send>>,
    trouble: Trouble,
}

/// Who serves a model, by its name.
pub type Providers = BTreeMap<String, String>;

/// What happened while something was written down.
type Trouble = Arc<Mutex<Option<String>>>;

/// Which models are meant.
#[derive(Clone, Debug, Default)]
pub struct Names {
    /// The one that writes.
    pub writer: Option<String>,
    /// The one that writes second programs, if it is another one.
    pub second: Option<String>,
    /// The one that judges, if it is another one.
    pub judge: Option<String>,
}

impl Asked {
    /// One model for everything.
    pub fn one(writer: Box<dyn Model + Send>) -> Self {
        Self::Live(Live {
            providers: Providers::new(),
            writer,
            second: None,
            judge: None,
            trouble: Trouble::default(),
        })
    }

    /// Who answers.
    pub fn models(&mut self) -> Models<'_> {
        match self {
            Self::Live(live) => {
                let mut models = Models::of(live.writer.as_mut());
                if let Some(second) = &mut live.second {
                    models.second = Some(second.as_mut());
                }
                if let Some(judge) = &mut live.judge {
                    models.judge = Some(judge.as_mut());
                }
                models
            }
            Self::Played(player) => Models::of(player),
        }
    }

    /// Who serves which model, as far as that is known.
    pub fn providers(&self) -> Providers {
        match self {
            Self::Live(live) => live.providers.clone(),
            Self::Played(_) => Providers::new(),
        }
    }

    /// What should be said in the end: what could not be written down, what was not played.
    pub fn notes(&self) -> Vec<String> {
        match self {
            Self::Live(live) => {
                let trouble = live.trouble.lock().ok().and_then(|trouble| trouble.clone());
                let told = trouble.map(|trouble| format!("the cassette is not whole: {trouble}"));
                told.into_iter().collect()
            }
            Self::Played(player) => player.unplayed(),
        }
    }
}

/// A model that cannot be asked; why is said when it is.
pub struct Missing {
    /// Why.
    pub kind: ModelErrorKind,
    /// The same, in a sentence.
    pub why: String,
}

impl Model for Missing {
    fn name(&self) -> &str {
        "none"
    }

    fn complete(
        &mut self,
        _: &Prompt,
        _: &mut dyn FnMut(Heard<'_>) -> Listening,
    ) -> Result<Completion, ModelError> {
        Err(ModelError::new(self.kind, self.why.clone()))
    }
}

/// A model of any kind.
struct Boxed(Box<dyn Model + Send>);

impl Model for Boxed {
    fn name(&self) -> &str {
        self.0.name()
    }

    fn complete(
        &mut self,
        prompt: &Prompt,
        heard: &mut dyn FnMut(Heard<'_>) -> Listening,
    ) -> Result<Completion, ModelError> {
        self.0.complete(prompt, heard)
    }
}

/// The client of a model.
pub fn client(name: Option<&str>, configuration: Option<&Path>) -> Result<Client, String> {
    match configuration {
        None => from_environment(&connections::Beside::here(), name),
        Some(path) => {
            let text = files::text(path).map_err(|failure| failure.message)?;
            let beside = connections::Beside::of(path);
            Client::new(configured_policy(Some(&text), &beside, name)?)
        }
    }
}

/// The model of a name, or the one of the configuration or the environment. Where there is none, that is said when it is
/// asked: a program of the library needs none.
pub fn live(name: Option<&str>, configuration: Option<&Path>) -> Box<dyn Model + Send> {
    match client(name, configuration) {
        Ok(client) => Box::new(client),
        Err(problem) => missing(problem),
    }
}

fn missing(why: String) -> Box<dyn Model + Send> {
    let kind = ModelErrorKind::Denied;
    Box::new(Missing { kind, why })
}

/// Who is asked by a command with `--record` and `--replay`.
pub fn asked(
    names: &Names,
    configuration: Option<&Path>,
    answers: &Answers,
) -> Result<Asked, Failure> {
    if let Some(path) = &answers.replay {
        return Ok(Asked::Played(player(path, false)?));
    }
    let mut providers = Providers::new();
    let mut of = |name: Option<&str>| -> Box<dyn Model + Send> {
        match client(name, configuration) {
            Ok(client) => {
                let provider = client.provider().to_owned();
                providers.insert(client.model().to_owned(), provider);
                Box::new(client)
            }
            Err(problem) => missing(problem),
        }
    };
    let writer = of(names.writer.as_deref());
    let second = names.second.as_deref().map(|name| of(Some(name)));
    let judge = names.judge.as_deref().map(|name| of(Some(name)));
    let live = Live {
        providers,
        writer,
        second,
        judge,
        trouble: Trouble::default(),
    };
    match &answers.record {
        Some(path) => recorded(live, path),
        None => Ok(Asked::Live(live)),
    }
}

/// What a cassette has. A new version of the rules and the language card needs no new cassette, unless it must be exact.
pub fn player(path: &Path, is_exact: bool) -> Result<Player, Failure> {
    let text = files::text(path)?;
    let cassette = Cassette::parse(&text)
        .map_err(|problem| Failure::usage(format!("{}: {problem}", path.display())))?;
    Ok(Player::new(cassette).matching(match is_exact {
        true => Matching::Exact,
        false => Matching::ExceptSystem,
    }))
}

/// Models whose answers are written to the end of a file, each as soon as it is there.
fn recorded(live: Live, path: &Path) -> Result<Asked, Failure> {
    let failure = |error: &std::io::Error| {
        Failure::new(IO, format!("{} cannot be written: {error}", path.display()))
    };
    let file = std::fs::OpenOptions::new()
        .create(true)
        .append(true)
        .open(path)
        .map_err(|error| failure(&error))?;
    // What was not written to its end last time counts for nothing.
    let whole = Cassette::whole(&files::text(path)?) as u64;
    file.set_len(whole).map_err(|error| failure(&error))?;
    let trouble = live.trouble;
    let file = Arc::new(Mutex::new(file));
    let recorded = |model: Box<dyn Model + Send>| -> Box<dyn Model + Send> {
        let (noted, file) = (Arc::clone(&trouble), Arc::clone(&file));
        let sink = move |line: &str| {
            let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
            let written = file.write_all(line.as_bytes()).and_then(|()| file.flush());
            written.map_err(|error| {
                let message = error.to_string();
                if let Ok(mut noted) = noted.lock() {
                    *noted = Some(message.clone());
                }
                message
            })
        };
        Box::new(Recorder::new(Boxed(model), sink).hiding(secrets()))
    };
    Ok(Asked::Live(Live {
        providers: live.providers,
        writer: recorded(live.writer),
        second: live.second.map(recorded),
        judge: live.judge.map(recorded),
        trouble: Arc::clone(&trouble),
    }))
}

/// A model that is written down, in a new file.
pub fn recorded_anew(model: Box<dyn Model + Send>, path: &Path) -> Result<Asked, Failure> {
    if path.is_file() {
        std::fs::remove_file(path).map_err(|error| {
            Failure::new(IO, format!("{} cannot be written: {error}", path.display()))
        })?;
    }
    match Asked::one(model) {
        Asked::Live(live) => recorded(live, path),
        played @ Asked::Played(_) => Ok(played),
    }
}

/// What must never be written down.
fn secrets() -> Vec<String> {
    let names = ["OPENAI_API_KEY", "ANTHROPIC_API_KEY"].into_iter();
    let values = names.filter_map(|name| std::env::var(name).ok());
    values.filter(|value| value.len() >= 8).collect()
}

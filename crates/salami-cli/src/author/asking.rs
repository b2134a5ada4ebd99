//! Who is asked: a model of the configuration or the environment, recorded or not, or a cassette.

use std::io::{Seek, Write};
use std::path::Path;
use std::sync::{Arc, Mutex};

use salami::author::cassette::{Cassette, Matching, Player, Recorder};
use salami_process::model::{
    Completion, Heard, Listening, Model, ModelError, ModelErrorKind, Prompt,
};
use salami_tools::llm::{Client, configured_policy, from_environment};

use crate::connections;
use crate::failure::{Failure, IO};
use crate::files;

/// Who is asked.
pub enum Asked {
    /// A model.
    Live(Box<dyn Model + Send>),
    /// A model, whose answers are written down; what could not be written.
    Recorded(Box<dyn Model + Send>, Trouble),
    /// A cassette.
    Played(Player),
}

/// What happened while something was written down.
pub type Trouble = Arc<Mutex<Option<String>>>;

impl Asked {
    /// Who answers.
    pub fn model(&mut self) -> &mut dyn Model {
        match self {
            Self::Live(model) | Self::Recorded(model, _) => model.as_mut(),
            Self::Played(player) => player,
        }
    }

    /// What should be said in the end: what could not be written down, what was not played.
    pub fn notes(&self) -> Vec<String> {
        match self {
            Self::Live(_) => Vec::new(),
            Self::Recorded(_, trouble) => {
                let trouble = trouble.lock().ok().and_then(|trouble| trouble.clone());
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
        Err(why) => Box::new(Missing {
            kind: ModelErrorKind::Denied,
            why,
        }),
    }
}

/// Who is asked by a command with `--record` and `--replay`.
pub fn asked(
    name: Option<&str>,
    configuration: Option<&Path>,
    record: Option<&Path>,
    replay: Option<&Path>,
) -> Result<Asked, Failure> {
    match (record, replay) {
        (_, Some(path)) => Ok(Asked::Played(player(path, false)?)),
        (Some(path), None) => recorded(live(name, configuration), path),
        (None, None) => Ok(Asked::Live(live(name, configuration))),
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

/// A model whose answers are written to the end of a file, each as soon as it is there.
pub fn recorded(model: Box<dyn Model + Send>, path: &Path) -> Result<Asked, Failure> {
    let failure = |error: &std::io::Error| {
        Failure::new(IO, format!("{} cannot be written: {error}", path.display()))
    };
    let mut file = std::fs::OpenOptions::new()
        .create(true)
        .read(true)
        .write(true)
        .truncate(false)
        .open(path)
        .map_err(|error| failure(&error))?;
    // What was not written to its end last time counts for nothing.
    let whole = Cassette::whole(&files::text(path)?) as u64;
    file.set_len(whole).map_err(|error| failure(&error))?;
    file.seek(std::io::SeekFrom::End(0))
        .map_err(|error| failure(&error))?;
    let trouble = Trouble::default();
    let noted = Arc::clone(&trouble);
    let sink = move |line: &str| {
        let written = file.write_all(line.as_bytes()).and_then(|()| file.flush());
        written.map_err(|error| {
            let message = error.to_string();
            if let Ok(mut noted) = noted.lock() {
                *noted = Some(message.clone());
            }
            message
        })
    };
    let recorder = Recorder::new(Boxed(model), sink).hiding(secrets());
    Ok(Asked::Recorded(Box::new(recorder), trouble))
}

/// What must never be written down.
fn secrets() -> Vec<String> {
    let names = ["OPENAI_API_KEY", "ANTHROPIC_API_KEY"].into_iter();
    let values = names.filter_map(|name| std::env::var(name).ok());
    values.filter(|value| value.len() >= 8).collect()
}

//! Exchanges with models, recorded and played.
//!
//! A cassette is JSON lines: each exchange one, and what holds for whole conversations once. So whatever interrupts a
//! recording, all lines but the last are whole. What is played is what was asked in these words, in the order in
//! which it was recorded; whatever else is asked is an error that says what differs.
//!
//! ```
//! use salami_author::cassette::{Cassette, Player, Recorder};
//! use salami_process::model::{Completion, Heard, Listening, Model, ModelError, Prompt};
//!
//! struct Parrot;
//! impl Model for Parrot {
//!     fn name(&self) -> &str {
//!         "parrot"
//!     }
//!     fn complete(
//!         &mut self,
//!         prompt: &Prompt,
//!         _: &mut dyn FnMut(Heard<'_>) -> Listening,
//!     ) -> Result<Completion, ModelError> {
//!         let text = prompt.turns.last().map_or(String::new(), |(_, text)| text.clone());
//!         Ok(Completion { text, ..Completion::default() })
//!     }
//! }
//!
//! let mut lines = String::new();
//! let mut recorder = Recorder::new(Parrot, |line: &str| {
//!     lines.push_str(line);
//!     Ok(())
//! });
//! let prompt = Prompt::new("You are a parrot.", "hello");
//! recorder.complete(&prompt, &mut |_| Listening::On)?;
//! drop(recorder);
//!
//! let mut player = Player::new(Cassette::parse(&lines)?);
//! let answer = player.complete(&prompt, &mut |_| Listening::On)?;
//! assert_eq!(answer.text, "hello");
//! assert!(player.unplayed().is_empty());
//! let again = player.complete(&prompt, &mut |_| Listening::On);
//! assert!(again.is_err());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod difference;
mod line;
mod player;
mod recorder;

use serde_json::Value;

use salami_process::model::{Completion, ModelError, Prompt, Role};

use crate::input::mask;

pub use player::{Matching, Player};
pub use recorder::Recorder;

/// Whether an exchange is the one that was recorded depends on these.
#[derive(Clone, Debug, PartialEq)]
struct Asked {
    system: String,
    turns: Vec<(Role, String)>,
    schema: Option<Value>,
    temperature: Option<f64>,
}

impl Asked {
    /// What a prompt asks; what looks like a secret in it is neither written nor looked for.
    fn of(prompt: &Prompt) -> Self {
        let turns = prompt.turns.iter();
        Self {
            system: prompt.system.clone(),
            turns: turns.map(|(role, text)| (*role, mask(text).text)).collect(),
            schema: prompt.schema.clone(),
            temperature: prompt.temperature,
        }
    }

    /// The hash that it is found by. How long the answer may be is left out: it says nothing about what is asked.
    fn hash(&self, matching: Matching) -> String {
        let mut hasher = blake3::Hasher::new();
        let mut part = |text: &str| {
            hasher.update(&(text.len() as u64).to_le_bytes());
            hasher.update(text.as_bytes());
        };
        part(match matching {
            Matching::Exact => &self.system,
            Matching::ExceptSystem => "",
        });
        for (role, text) in &self.turns {
            part(line::role_name(*role));
            part(text);
        }
        let schema = self.schema.as_ref().map(Value::to_string);
        part(schema.as_deref().unwrap_or_default());
        let temperature = self.temperature.map(|number| number.to_string());
        part(temperature.as_deref().unwrap_or_default());
        let hash = hasher.finalize().to_hex();
        hash.get(..32).unwrap_or_default().to_owned()
    }
}

/// One exchange.
#[derive(Clone, Debug, PartialEq)]
struct Exchange {
    model: String,
    asked: Asked,
    outcome: Result<Completion, ModelError>,
}

/// Recorded exchanges.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cassette {
    exchanges: Vec<Exchange>,
}

impl Cassette {
    /// Reads a cassette. A last line that is not whole, as an interrupted recording leaves it, is left out.
    ///
    /// # Errors
    /// A sentence with the line.
    pub fn parse(text: &str) -> Result<Self, String> {
        let whole = text.get(..Self::whole(text)).unwrap_or_default();
        let mut reader = line::Reader::default();
        let mut exchanges = Vec::new();
        for (number, line) in (1..).zip(whole.lines()) {
            if line.trim().is_empty() {
                continue;
            }
            let read = reader.read(line);
            let read =
                read.map_err(|problem| format!("line {number} of the cassette: {problem}"))?;
            exchanges.extend(read);
        }
        Ok(Self { exchanges })
    }

    /// How many bytes of a text are whole lines: where to cut a file before more is recorded after it. A last line
    /// without its end is whole if it can be read.
    #[must_use]
    pub fn whole(text: &str) -> usize {
        let begin = text.rfind('\n').map_or(0, |end| end + 1);
        let last = text.get(begin..).unwrap_or_default();
        let is_whole = serde_json::from_str::<serde::de::IgnoredAny>(last).is_ok();
        match is_whole {
            true => text.len(),
            false => begin,
        }
    }

    /// How many exchanges there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.exchanges.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.exchanges.is_empty()
    }

    /// The models that answered, each once, in the order of their first answers.
    #[must_use]
    pub fn models(&self) -> Vec<&str> {
        let mut models: Vec<&str> = Vec::new();
        for exchange in &self.exchanges {
            if !models.contains(&exchange.model.as_str()) {
                models.push(&exchange.model);
            }
        }
        models
    }

    /// The exchanges of one model.
    #[must_use]
    pub fn of_model(&self, model: &str) -> Self {
        let exchanges = self.exchanges.iter();
        Self {
            exchanges: exchanges
                .filter(|exchange| exchange.model == model)
                .cloned()
                .collect(),
        }
    }
}

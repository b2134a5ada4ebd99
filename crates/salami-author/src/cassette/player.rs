//! A model that says what was recorded.

use std::collections::{BTreeMap, VecDeque};

use salami_process::model::{
    Completion, Heard, Listening, Model, ModelError, ModelErrorKind, Prompt, Role,
};

use super::difference::{difference, nearness, shown};
use super::{Asked, Cassette};

/// What must be the same for an exchange to be the one that was recorded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Matching {
    /// Everything that is asked.
    #[default]
    Exact,
    /// Everything but what holds for whole conversations: so a new version of that needs no new recordings.
    ExceptSystem,
}

/// Plays a cassette.
#[derive(Clone, Debug)]
pub struct Player {
    cassette: Cassette,
    matching: Matching,
    /// By hash: those that were not played yet.
    waiting: BTreeMap<String, VecDeque<usize>>,
    name: String,
}

impl Player {
    /// A player, with the name of the model that answered first.
    #[must_use]
    pub fn new(cassette: Cassette) -> Self {
        let first = cassette.exchanges.first();
        let name = first.map_or_else(|| "cassette".to_owned(), |first| first.model.clone());
        let mut player = Self {
            cassette,
            matching: Matching::Exact,
            waiting: BTreeMap::new(),
            name,
        };
        player.rewind();
        player
    }

    /// The same from the beginning, with other ideas of what is the same.
    #[must_use]
    pub fn matching(mut self, matching: Matching) -> Self {
        self.matching = matching;
        self.rewind();
        self
    }

    fn rewind(&mut self) {
        self.waiting.clear();
        for (index, exchange) in self.cassette.exchanges.iter().enumerate() {
            let hash = exchange.asked.hash(self.matching);
            self.waiting.entry(hash).or_default().push_back(index);
        }
    }

    /// A sentence for each exchange that was not asked for.
    #[must_use]
    pub fn unplayed(&self) -> Vec<String> {
        let mut left: Vec<usize> = self.waiting.values().flatten().copied().collect();
        left.sort_unstable();
        let left = left.into_iter().filter_map(|index| {
            let exchange = self.cassette.exchanges.get(index)?;
            let turns = exchange.asked.turns.iter().rev();
            let mut turns = turns.filter(|(role, _)| *role == Role::User);
            let asked = turns.next().map_or("", |(_, text)| text.as_str());
            Some(format!(
                "exchange {} of the cassette was not asked for: {}",
                index + 1,
                shown(asked)
            ))
        });
        left.collect()
    }

    /// Why there is no recording of what is asked.
    fn unrecorded(&self, asked: &Asked, was_played: bool) -> ModelError {
        let message = if was_played {
            "this is asked more often than the cassette has it".to_owned()
        } else if self.cassette.is_empty() {
            "the cassette is empty".to_owned()
        } else {
            let waiting: Vec<usize> = self.waiting.values().flatten().copied().collect();
            let exchanges = self.cassette.exchanges.iter().enumerate();
            // The nearest, of those that wait if some do; of those that are as near the first.
            let nearest = exchanges.max_by_key(|(index, exchange)| {
                let near = nearness(&exchange.asked, asked);
                (waiting.contains(index), near, std::cmp::Reverse(*index))
            });
            match nearest {
                Some((index, exchange)) => format!(
                    "this is not on the cassette; the nearest is exchange {}, and {}",
                    index + 1,
                    difference(&exchange.asked, asked)
                ),
                None => "this is not on the cassette".to_owned(),
            }
        };
        ModelError::new(
            ModelErrorKind::Unrecorded,
            format!("{message}; record it anew if that is right"),
        )
    }
}

impl Model for Player {
    fn name(&self) -> &str {
        &self.name
    }

    fn complete(
        &mut self,
        prompt: &Prompt,
        heard: &mut dyn FnMut(Heard<'_>) -> Listening,
    ) -> Result<Completion, ModelError> {
        let asked = Asked::of(prompt);
        let waiting = self.waiting.get_mut(&asked.hash(self.matching));
        let was_played = waiting.is_some();
        let index = waiting.and_then(VecDeque::pop_front);
        let exchange = index.and_then(|index| self.cassette.exchanges.get(index));
        let Some(exchange) = exchange else {
            return Err(self.unrecorded(&asked, was_played));
        };
        let completion = exchange.outcome.clone()?;
        for piece in completion.text.split_inclusive('\n') {
            if heard(Heard::Text(piece)) == Listening::Stop {
                return Err(ModelError {
                    kind: ModelErrorKind::Stopped,
                    message: "the model was stopped".to_owned(),
                    tokens: completion.tokens_in.saturating_add(completion.tokens_out),
                });
            }
        }
        Ok(completion)
    }
}

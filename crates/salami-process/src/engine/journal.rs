//! The journal of a process: for each turn an entry, with all that came in and a hash of what it led to. With
//! code, input and options of the process it is enough to run everything again.
//!
//! An entry is an object of JSON without what is empty:
//!
//! | | |
//! |---|---|
//! | `at` | what the clock showed, microseconds since 1970 |
//! | `came` | what came for waits: `[thread, slot, what]`, in order |
//! | `events` | of the events among `came` the first 16 digits of BLAKE3 over topic, fields and instant, in order |
//! | `cancelled` | true if it was cancelled with this turn |
//! | `immediate` | the answers of calls that were answered inside the turn, in order |
//! | `printed`, `reported` | the standard output and error stream |
//! | `fuel` | what the process used up to its end |
//! | `slice` | how much fuel the turn had, where it used that up |
//! | `state` | the first 16 digits of BLAKE3 over the states that were written, in order, or the result |
//! | `ended` | how the turn ended the process from outside: `aborted` |

use serde_json::{Map, Value};

use super::outcome;
use crate::call::Answer;
use crate::runtime::{Arrived, Turned};
use crate::store::{Event, EventId, Slot, ThreadId};

/// What came for a wait, as the journal has it: events by their numbers, as the store keeps them.
#[derive(Clone, Debug, PartialEq)]
pub enum Came {
    /// An event.
    Event(EventId),
    /// Anything else.
    Other(Arrived),
}

/// An entry.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Entry {
    /// What the clock showed.
    pub at: i64,
    /// What came.
    pub came: Vec<(ThreadId, Slot, Came)>,
    /// Hashes of the events that came ([`event_hash`]); none in entries that are older than these.
    pub events: Vec<String>,
    /// It was cancelled.
    pub is_cancelled: bool,
    /// Answers inside the turn.
    pub immediate: Vec<Answer>,
    /// What was printed.
    pub printed: String,
    /// What was written to the standard error stream.
    pub reported: String,
    /// Fuel used so far.
    pub fuel: u64,
    /// How much fuel the turn had, if it did not end with that; else 0.
    pub slice: u64,
    /// Hash of the state.
    pub state: String,
    /// It was ended from outside, without running.
    pub is_aborted: bool,
}

impl Entry {
    /// Its bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut entry = Map::new();
        entry.insert("at".into(), self.at.into());
        let came = self.came.iter().map(|(thread, slot, came)| {
            let what = match came {
                Came::Event(event) => (*event).into(),
                Came::Other(arrived) => outcome::write(arrived),
            };
            Value::Array(vec![(*thread).into(), (*slot).into(), what])
        });
        let mut list = |name: &str, items: Vec<Value>| {
            if !items.is_empty() {
                entry.insert(name.to_owned(), Value::Array(items));
            }
        };
        list("came", came.collect());
        let events = self.events.iter().map(|hash| hash.as_str().into());
        list("events", events.collect());
        let immediate = self.immediate.iter().cloned();
        let immediate = immediate.map(|answer| outcome::write(&Arrived::Answer(answer)));
        list("immediate", immediate.collect());
        let texts = [
            ("printed", &self.printed),
            ("reported", &self.reported),
            ("state", &self.state),
        ];
        for (name, text) in texts {
            if !text.is_empty() {
                entry.insert(name.to_owned(), text.as_str().into());
            }
        }
        for (name, number) in [("fuel", self.fuel), ("slice", self.slice)] {
            if number > 0 {
                entry.insert(name.to_owned(), number.into());
            }
        }
        if self.is_cancelled {
            entry.insert("cancelled".into(), true.into());
        }
        if self.is_aborted {
            entry.insert("ended".into(), "aborted".into());
        }
        Value::Object(entry).to_string().into_bytes()
    }

    /// The entry of bytes; `None`: they are none.
    #[must_use]
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let Value::Object(mut entry) = serde_json::from_slice(bytes).ok()? else {
            return None;
        };
        let mut list = |name: &str| match entry.remove(name) {
            None => Some(Vec::new()),
            Some(Value::Array(items)) => Some(items),
            Some(_) => None,
        };
        let came = list("came")?.into_iter().map(|item| {
            let Value::Array(parts) = item else {
                return None;
            };
            let [thread, slot, what] = <[Value; 3]>::try_from(parts).ok()?;
            let what = match what.as_u64() {
                Some(event) => Came::Event(event),
                None => Came::Other(outcome::read(what)?),
            };
            Some((thread.as_u64()?, slot.as_u64()?, what))
        });
        let came = came.collect::<Option<_>>()?;
        let events = list("events")?.into_iter();
        let events = events.map(|hash| hash.as_str().map(str::to_owned));
        let events = events.collect::<Option<_>>()?;
        let immediate = list("immediate")?
            .into_iter()
            .map(|item| match outcome::read(item)? {
                Arrived::Answer(answer) => Some(answer),
                _ => None,
            });
        let immediate = immediate.collect::<Option<_>>()?;
        let text = |name: &str| match entry.get(name) {
            None => Some(String::new()),
            Some(text) => text.as_str().map(str::to_owned),
        };
        let number = |name: &str| match entry.get(name) {
            None => Some(0),
            Some(number) => number.as_u64(),
        };
        Some(Self {
            at: entry.get("at")?.as_i64()?,
            came,
            events,
            is_cancelled: entry.get("cancelled") == Some(&Value::Bool(true)),
            immediate,
            printed: text("printed")?,
            reported: text("reported")?,
            fuel: number("fuel")?,
            slice: number("slice")?,
            state: text("state")?,
            is_aborted: entry.get("ended").is_some_and(|ended| ended == "aborted"),
        })
    }
}

/// The hash of an event, as the journal has it: so what came is known even where the log of events was changed.
#[must_use]
pub fn event_hash(event: &Event) -> String {
    let mut hasher = blake3::Hasher::new();
    for text in [&event.topic, &event.fields] {
        hasher.update(&(text.len() as u64).to_le_bytes());
        hasher.update(text.as_bytes());
    }
    hasher.update(&event.at.to_le_bytes());
    hasher.finalize().to_hex().chars().take(16).collect()
}

/// The hash of what a turn led to.
#[must_use]
pub fn state_hash(turned: &Turned) -> String {
    let mut hasher = blake3::Hasher::new();
    let mut add = |bytes: &[u8]| {
        hasher.update(&(bytes.len() as u64).to_le_bytes());
        hasher.update(bytes);
    };
    add(&turned.shared);
    for (thread, state) in &turned.threads {
        add(&thread.to_le_bytes());
        add(state.as_deref().unwrap_or_default());
    }
    if let Some(end) = &turned.end {
        add(outcome::ended(end).1.as_bytes());
    }
    hasher
        .finalize()
        .to_hex()
        .as_str()
        .chars()
        .take(16)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_read_as_it_was_written() {
        let entry = Entry {
            at: -5,
            came: vec![
                (0, 0, Came::Other(Arrived::Instant)),
                (1, 3, Came::Event(7)),
                (
                    1,
                    4,
                    Came::Other(Arrived::Answer(Answer::Value(Value::Null))),
                ),
                (
                    2,
                    5,
                    Came::Other(Arrived::Answer(Answer::Error("no".into()))),
                ),
                (2, 0, Came::Other(Arrived::Retry)),
            ],
            events: vec!["00ff".into()],
            is_cancelled: true,
            immediate: vec![Answer::Value(true.into())],
            printed: "hello\n".into(),
            reported: String::new(),
            fuel: 12,
            slice: 10,
            state: "0123".into(),
            is_aborted: false,
        };
        assert_eq!(Entry::parse(&entry.to_bytes()), Some(entry));
        assert_eq!(
            Entry::parse(&Entry::default().to_bytes()),
            Some(Entry::default())
        );
        for wrong in [
            "",
            "{}",
            "[]",
            r#"{"at":1,"came":[[0,0]]}"#,
            r#"{"at":1,"came":[[0,0,{}]]}"#,
        ] {
            assert_eq!(Entry::parse(wrong.as_bytes()), None, "{wrong}");
        }
    }
}

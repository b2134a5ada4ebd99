//! Of a process that was moved to another store: when, and by whom.

use salami_process::store::{ActKind, Process, Status, Store, StoreError};
use serde_json::{Value, json};

use super::words;

/// That a process left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// When.
    pub at: i64,
    /// Who took it out; empty: nobody knows.
    pub person: String,
}

/// When a process left, and by whom; `None`: it is here.
pub fn of(store: &mut dyn Store, process: &Process) -> Result<Option<Moved>, StoreError> {
    if process.status != Status::Moved {
        return Ok(None);
    }
    let mut acts = store.acts(process.id)?.into_iter();
    let left = acts.rfind(|act| act.kind == ActKind::Export);
    Ok(Some(match left {
        Some(act) => Moved {
            at: act.at,
            person: act.person,
        },
        None => Moved {
            at: process.changed,
            person: String::new(),
        },
    }))
}

impl Moved {
    /// In a few words.
    pub fn in_words(&self) -> String {
        match self.person.as_str() {
            "" => "goes on in another store".to_owned(),
            person => format!(
                "goes on in another store, taken there by {}",
                words::shortened(person, 24)
            ),
        }
    }

    /// For machines.
    pub fn to_json(&self) -> Value {
        json!({"at": self.at, "by": self.person})
    }
}

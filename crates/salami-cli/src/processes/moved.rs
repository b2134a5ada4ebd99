//! Of a process that was moved to another store: when, by whom, and in which file.

use salami_process::store::{ActKind, Process, Status, Store, StoreError};
use salami_source::render::escaped;
use serde_json::{Value, json};

use super::words;

/// That a process left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// When.
    pub at: i64,
    /// Who took it out; empty: nobody knows.
    pub person: String,
    /// The file to which it was written; empty: nobody knows.
    pub file: String,
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
            file: act.value,
        },
        None => Moved {
            at: process.changed,
            person: String::new(),
            file: String::new(),
        },
    }))
}

impl Moved {
    /// In a few words, with the name of the file.
    pub fn in_words(&self) -> String {
        let name = self.file.rsplit(['/', '\\']).next().unwrap_or_default();
        self.with_file(&words::shortened(name, 40))
    }

    /// The same, with where the file is.
    pub fn in_full(&self) -> String {
        self.with_file(&escaped(&self.file))
    }

    fn with_file(&self, file: &str) -> String {
        let to = match file {
            "" => String::new(),
            file => format!(" to {file}"),
        };
        let by = match self.person.as_str() {
            "" => String::new(),
            person => format!(" by {}", words::shortened(person, 24)),
        };
        format!("moved{to}{by}, for another store to go on with it")
    }

    /// For machines.
    pub fn to_json(&self) -> Value {
        let file = (!self.file.is_empty()).then_some(self.file.as_str());
        json!({"at": self.at, "by": self.person, "file": file})
    }
}

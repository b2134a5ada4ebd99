//! Calls of tools, and what comes of them for the program.

use serde_json::{Map, Value};

/// A call of a tool's function. The checker has proved that the arguments fit the tool's stub.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// The tool: `email`.
    pub tool: String,
    /// Its function: `send`.
    pub function: String,
    /// A value for each parameter, those with a default included, in the order of the stub.
    /// Dates are ISO 8601 text, instances of dataclasses are objects.
    pub arguments: Map<String, Value>,
    /// How many calls this execution made before.
    pub sequence: u64,
    /// A text that no other call has: when a call is made again after a crash it has the same, so
    /// that a service can tell what it did already. Empty for an execution that nobody keeps.
    pub key: String,
}

impl Call {
    /// `email.send`.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{}.{}", self.tool, self.function)
    }
}

/// What comes of a call.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// A value, nested in bounds as parsed JSON is. The machine copies it and checks it against the result type in the tool's stub;
    /// what does not fit raises `ToolError` in the program.
    Value(Value),
    /// The call failed: it raises `ToolError` with this message.
    Error(String),
}

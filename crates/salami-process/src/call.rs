//! Calls of tools, and what comes of them for the program.

use serde_json::{Map, Value};

/// The argument that calls of functions have which take functions of the program; see [`Call::returned`].
pub(crate) const RETURNED: &str = "_returned";

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

    /// Of a function that takes functions of the program: how many calls of those the program has made for it, and what
    /// the last one returned (null before the first). The tool is asked again after each
    /// ([`crate::Outcome::Function`]), until it gives a value. `None` for all others.
    #[must_use]
    pub fn returned(&self) -> Option<(u64, &Value)> {
        match self.arguments.get(RETURNED)? {
            Value::Null => Some((0, &Value::Null)),
            Value::Array(parts) => match parts.as_slice() {
                [count, value] => Some((count.as_u64()?, value)),
                _ => None,
            },
            _ => None,
        }
    }

    /// The argument of this name, if it is a text.
    ///
    /// # Errors
    /// A sentence, if it is none.
    pub fn text(&self, name: &str) -> Result<&str, String> {
        let found = self.arguments.get(name).and_then(Value::as_str);
        found.ok_or_else(|| format!("`{name}` is no text"))
    }

    /// The argument of this name, if it is a number.
    ///
    /// # Errors
    /// A sentence, if it is none.
    pub fn number(&self, name: &str) -> Result<f64, String> {
        let found = self.arguments.get(name).and_then(Value::as_f64);
        found.ok_or_else(|| format!("`{name}` is no number"))
    }

    /// The argument of this name, if it is a whole number.
    ///
    /// # Errors
    /// A sentence, if it is none, or larger than 64 bits.
    pub fn whole(&self, name: &str) -> Result<i64, String> {
        let found = self.arguments.get(name).and_then(Value::as_i64);
        found.ok_or_else(|| format!("`{name}` is no whole number"))
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

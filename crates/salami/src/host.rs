//! The tools of a program as its host sees them: calls come out as data, answers go in.

use serde_json::{Map, Value};

use crate::json;

/// What an execution waits for.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Wait {
    /// The answer of a tool: give it with [`crate::Execution::answer`].
    Call(Call),
    /// An instant, in microseconds since 1970 in UTC: reach it with [`crate::Execution::advance`].
    Until(i64),
}

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
#[non_exhaustive]
pub enum Answer {
    /// A value, nested in bounds as parsed JSON is. The machine copies it and checks it against the result type in the tool's stub;
    /// what does not fit raises `ToolError` in the program.
    Value(Value),
    /// The call failed: it raises `ToolError` with this message.
    Error(String),
}

/// Who answers the calls of a program.
///
/// Closures are hosts:
///
/// ```
/// use salami::{Answer, Call, CompileOptions, RunOptions, Stub};
///
/// let stub = Stub::new("email", "def send(to: str, text: str) -> int: ...");
/// let source = "from tools import email\nprint(email.send('ada@example.org', text='Come!'))";
/// let options = CompileOptions { stubs: vec![stub], ..CompileOptions::default() };
/// let program = salami::compile("invite.py", source, &options)?;
/// let mut host = |call: &Call| {
///     assert_eq!(call.name(), "email.send");
///     assert_eq!(call.arguments["text"], "Come!");
///     Answer::Value(7.into())
/// };
/// let run = program.run_with(&RunOptions::default(), &mut host);
/// assert_eq!(run.output, "7\n");
/// # Ok::<(), salami::CompileError>(())
/// ```
pub trait Host {
    /// Answers a call. `None`: the tool is not connected, which ends the run.
    fn call(&mut self, call: &Call) -> Option<Answer>;
}

impl<F: FnMut(&Call) -> Answer> Host for F {
    fn call(&mut self, call: &Call) -> Option<Answer> {
        Some(self(call))
    }
}

/// A host without tools.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct NoTools;

impl Host for NoTools {
    fn call(&mut self, _: &Call) -> Option<Answer> {
        None
    }
}

/// The machine's wait as the host sees it.
///
/// # Errors
/// Arguments that nest too deep.
pub(crate) fn wait(wait: salami_vm::Wait) -> Result<Wait, String> {
    let call = match wait {
        salami_vm::Wait::Until(instant) => return Ok(Wait::Until(instant)),
        salami_vm::Wait::Call(call) => call,
    };
    let (tool, function) = call.service.split_once('.').unwrap_or(("", &call.service));
    let mut arguments = Map::new();
    for (name, data) in &call.arguments {
        let value = json::value(data).map_err(|problem| format!("`{name}`: {problem}"))?;
        arguments.insert(name.clone(), value);
    }
    Ok(Wait::Call(Call {
        tool: tool.to_owned(),
        function: function.to_owned(),
        arguments,
        sequence: call.sequence,
    }))
}

/// An answer as the machine takes it.
pub(crate) fn answer(answer: &Answer) -> salami_vm::Answer {
    match answer {
        Answer::Value(value) => salami_vm::Answer::Value(json::data(value)),
        Answer::Error(message) => salami_vm::Answer::Error(message.clone()),
    }
}

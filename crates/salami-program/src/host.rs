//! The tools of a program as its host sees them: calls come out as data, answers go in.

use salami_process::{Answer, Call, Refused, Step, Tools};
use serde_json::Map;

use crate::json;

/// What an execution waits for.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Wait {
    /// The answer of a tool: give it with [`crate::Execution::answer`].
    Call(Call),
    /// An instant, in microseconds since 1970 in UTC: reach it with [`crate::Execution::advance`].
    Until(i64),
    /// More of a stream: give it with [`crate::Execution::feed`].
    Input(Reading),
}

/// What a program asks of a stream: of `sys.stdin`, or of a parameter of `main` that is one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// The parameter's name, or [`STANDARD_INPUT`].
    pub stream: String,
    /// Where in the stream to read, in bytes from its start: one after the other, unless an
    /// execution was stored and goes on from its cursor ([`crate::Execution::cursors`]).
    pub offset: u64,
    /// How many bytes are asked for. Fewer will do, such as the line that was typed; more is needless.
    pub size: usize,
}

/// The name of the stream behind `sys.stdin`.
pub const STANDARD_INPUT: &str = salami_vm::STANDARD_INPUT;

/// Who answers the calls of a program.
///
/// Closures are hosts:
///
/// ```
/// use salami_program::{Answer, Call, CompileOptions, RunOptions, Stub};
///
/// let stub = Stub::new("email", "def send(to: str, text: str) -> int: ...");
/// let source = "from tools import email\nprint(email.send('ada@example.org', text='Come!'))";
/// let options = CompileOptions { stubs: vec![stub], ..CompileOptions::default() };
/// let program = salami_program::compile("invite.py", source, &options)?;
/// let mut host = |call: &Call| {
///     assert_eq!(call.name(), "email.send");
///     assert_eq!(call.arguments["text"], "Come!");
///     Answer::Value(7.into())
/// };
/// let run = program.run_with(&RunOptions::default(), &mut host);
/// assert_eq!(run.output, "7\n");
/// # Ok::<(), salami_program::CompileError>(())
/// ```
pub trait Host {
    /// Answers a call. `None`: the tool is not connected, which ends the run.
    fn call(&mut self, call: &Call) -> Option<Answer>;

    /// Reads more of a stream: UTF-8 text, of which no bytes are the end; or why it cannot be read,
    /// which raises OSError in the program. Without streams everything is at its end.
    ///
    /// # Errors
    /// A sentence.
    fn read(&mut self, reading: &Reading) -> Result<Vec<u8>, String> {
        let _ = reading;
        Ok(Vec::new())
    }
}

impl<F: FnMut(&Call) -> Answer> Host for F {
    fn call(&mut self, call: &Call) -> Option<Answer> {
        Some(self(call))
    }
}

/// Tools are a host, too; what they must do outside is done at once, here.
///
/// ```
/// use salami_program::{FunctionTool, Permissions, RunOptions, Stub, Tools};
///
/// let stub = "@read\ndef price(item: str) -> int: ...\n";
/// let shop = FunctionTool::new("shop", stub, |call| match call.text("item")? {
///     "tea" => Ok(3),
///     item => Err(format!("we do not sell {item}")),
/// });
/// let mut tools = Tools::new(Permissions::default());
/// tools.connect(shop);
///
/// let stubs = tools.stubs().map(|(name, text)| Stub::new(name, text)).collect();
/// let options = salami_program::CompileOptions { stubs, ..Default::default() };
/// let source = "from tools import shop\nprint(shop.price('tea'))\n";
/// let program = salami_program::compile("buy.py", source, &options)?;
/// assert_eq!(tools.admit(&program.needs()), Ok(()));
/// assert_eq!(program.run_with(&RunOptions::default(), &mut tools).output, "3\n");
/// # Ok::<(), salami_program::CompileError>(())
/// ```
impl Host for Tools {
    fn call(&mut self, call: &Call) -> Option<Answer> {
        let outcome = match self.ask(call) {
            Ok(Step::Done(outcome)) => outcome,
            Ok(Step::Outside(work)) => work.run(),
            Err(Refused::NoTool(_)) => return None,
            Err(refused) => return Some(Answer::Error(refused.to_string())),
        };
        Some(outcome.into_answer(call))
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
        salami_vm::Wait::Input(reading) => {
            return Ok(Wait::Input(Reading {
                stream: reading.stream,
                offset: reading.offset,
                size: reading.size,
            }));
        }
        // Those who run the threads tell calls one by one.
        salami_vm::Wait::Calls(_) | salami_vm::Wait::Thread(_) | salami_vm::Wait::WayOut => {
            return Err("threads wait for each other".to_owned());
        }
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
        key: String::new(),
    }))
}

/// An answer as the machine takes it.
pub(crate) fn answer(answer: &Answer) -> salami_vm::Answer {
    match answer {
        Answer::Value(value) => salami_vm::Answer::Value(json::data(value)),
        Answer::Error(message) => salami_vm::Answer::Error(message.clone()),
    }
}

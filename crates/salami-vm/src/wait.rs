//! What a machine waits for, as data.

use num_traits::ToPrimitive as _;

use crate::data::Data;

/// What a machine waits for.
#[derive(Clone, Debug, PartialEq)]
pub enum Wait {
    /// The answer of a tool.
    Call(Call),
    /// The answers of tools to several calls that were begun one after the other, in their order:
    /// they may be made side by side. [`crate::Machine::answer_call`] answers each.
    Calls(Vec<Call>),
    /// An instant, in microseconds since 1970 in UTC.
    Until(i64),
    /// More of a stream.
    Input(Reading),
    /// What only whoever runs the threads knows: see [`Request`].
    Thread(Request),
    /// A way out of errors: threads stand where they raised what nobody catches, and no other can go on.
    WayOut,
}

/// What a thread asks of whoever runs the threads. Threads have numbers, the first is 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Request {
    /// A new thread: [`crate::Machine::start_thread`], then its number.
    Start,
    /// That one of these threads has ended, or an instant has come: the position of the first that
    /// has ended, -1 if none has.
    Ended {
        /// The threads.
        threads: Vec<u64>,
        /// The instant.
        until: Option<i64>,
    },
    /// That all of these threads have returned, -1, or one has ended in another way: its position, that of the first.
    Returned {
        /// The threads.
        threads: Vec<u64>,
    },
    /// What a thread that has ended returned or raised: [`crate::Machine::receive`].
    Result(u64),
    /// How a thread is: [`crate::RUNNING`], or how it ended.
    State(u64),
    /// The end of a thread: 1 if it had not ended.
    Cancel(u64),
    /// When a thread's turn is: those of a higher priority come first. Then any number.
    Priority(u64, i64),
}

/// A thread that has not ended.
pub const RUNNING: i64 = 0;
/// A thread that has returned.
pub const DONE: i64 = 1;
/// A thread that ended with an exception.
pub const FAILED: i64 = 2;
/// A thread that was cancelled.
pub const CANCELLED: i64 = 3;

/// What a machine asks of a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// The stream: a parameter of `main`, or [`STANDARD_INPUT`].
    pub stream: String,
    /// Where in it to read, in bytes from its start.
    pub offset: u64,
    /// How many bytes are asked for; fewer will do, none are the end.
    pub size: usize,
}

/// The stream behind `sys.stdin`.
pub const STANDARD_INPUT: &str = "sys.stdin";

/// A call of a tool's function.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// `service.method`, as the capability table has it.
    pub service: String,
    /// The arguments, each with its parameter's name, in the order of the parameters.
    pub arguments: Vec<(String, Data)>,
    /// How many calls the execution made before this one.
    pub sequence: u64,
}

/// A call that was begun and whose answer was not taken yet.
#[derive(Clone, Debug)]
pub(crate) struct Begun {
    /// What the program calls it by.
    pub(crate) ticket: u64,
    /// The call.
    pub(crate) call: Call,
    /// Its answer, once it is there.
    pub(crate) answer: Option<Answer>,
    /// About what copying its arguments cost.
    pub(crate) weight: u64,
}

/// What a tool answers.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// A value.
    Value(Data),
    /// It failed: the call raises `ToolError` with this message.
    Error(String),
}

impl Data {
    /// About what copying it costs, in units of fuel.
    pub(crate) fn weight(&self) -> u64 {
        let mut weight = 0_u64;
        let mut pending = vec![self];
        while let Some(data) = pending.pop() {
            weight = weight.saturating_add(4);
            match data {
                Self::Str(text) => weight = weight.saturating_add(text.len() as u64 / 16),
                Self::Int(number) => weight = weight.saturating_add(number.bits() / 64),
                Self::List(items) => pending.extend(items),
                Self::Dict(items) => {
                    let names = items.iter().map(|(name, _)| name.len() as u64 / 16);
                    weight = weight.saturating_add(names.sum());
                    pending.extend(items.iter().map(|(_, item)| item));
                }
                Self::None | Self::Bool(_) | Self::Float(_) => {}
            }
        }
        weight
    }
}

/// The instant a number of seconds from now, in microseconds as the clock has them; rounds up, as a
/// sleep never ends early. The latest instant where there is none so late.
pub(crate) fn after(now: i64, seconds: f64) -> i64 {
    let wanted = libm::ceil(seconds * 1e6);
    wanted
        .to_i64()
        .and_then(|wanted| now.checked_add(wanted))
        .unwrap_or(i64::MAX)
}

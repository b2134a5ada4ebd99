//! Who runs a process's program: the trait [`Runtime`]. A turn is data in and data out, so that the engine
//! knows no machines.

use std::collections::BTreeSet;
use std::fmt;

use crate::call::{Answer, Call};
use crate::store::{CodeHash, Slot, StoreError, ThreadId};

/// Runs turns.
pub trait Runtime: Send {
    /// Runs all threads that can go on, each until it waits. The same turn gives the same, on every machine.
    ///
    /// # Errors
    /// [`TurnError`]: nothing happened.
    fn turn(&mut self, turn: &Turn<'_>, host: &mut dyn TurnHost) -> Result<Turned, TurnError>;

    /// Whether a turn could begin like this with any of these threads, the states of all that it has: of a process that
    /// comes from elsewhere, whose code is here. Nothing runs.
    ///
    /// # Errors
    /// [`TurnError::Refused`] with what is wrong.
    fn check(
        &mut self,
        turn: &Turn<'_>,
        code: &[u8],
        threads: &[(ThreadId, Vec<u8>)],
    ) -> Result<(), TurnError> {
        let _ = (turn, code, threads);
        Ok(())
    }
}

/// What a turn begins with.
#[derive(Clone, Debug)]
pub struct Turn<'a> {
    /// What is run.
    pub code: CodeHash,
    /// The input of the process: a JSON object.
    pub input: &'a str,
    /// Seed and limits: a JSON object.
    pub options: &'a str,
    /// What belongs to all threads; `None`: this is the first turn.
    pub shared: Option<&'a [u8]>,
    /// What the clock shows, microseconds since 1970 in UTC: it stands still during the turn.
    pub now: i64,
    /// What came, in the order in which the program is to see it.
    pub arrived: &'a [Arrival],
    /// `Cancelled` is raised where the program's own thread waits.
    pub is_cancelled: bool,
    /// About how much fuel may be used; what is not done then is done in the next turn.
    pub fuel: u64,
    /// Where waits may be gone from the store: what it has. Those that it has not begin anew ([`Turned::renewed`]).
    pub kept: Option<&'a Kept>,
}

/// What a store has of a process of which it may have lost waits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    /// The threads that have not ended.
    pub threads: Vec<ThreadId>,
    /// The places of all waits.
    pub waits: BTreeSet<(ThreadId, Slot)>,
}

/// Something that came for a thread.
#[derive(Clone, Debug, PartialEq)]
pub struct Arrival {
    /// For whom.
    pub thread: ThreadId,
    /// For which of its waits.
    pub slot: Slot,
    /// What.
    pub what: Arrived,
}

/// What came.
#[derive(Clone, Debug, PartialEq)]
pub enum Arrived {
    /// The answer of a call.
    Answer(Answer),
    /// The instant until which it waits.
    Instant,
    /// A thread that is held runs the instruction that raised again.
    Retry,
}

/// What a turn may ask for while it runs.
pub trait TurnHost {
    /// The bytes of the code.
    ///
    /// # Errors
    /// The store's, also where it is not there.
    fn code(&mut self) -> Result<Vec<u8>, StoreError>;

    /// The state of a thread; `None`: it has ended.
    ///
    /// # Errors
    /// The store's.
    fn thread(&mut self, thread: ThreadId) -> Result<Option<Vec<u8>>, StoreError>;

    /// Answers a call inside the turn, if its function is one that does; called once for each, in order.
    fn immediate(&mut self, call: &Call) -> Option<Answer>;
}

/// What a turn did.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Turned {
    /// What belongs to all threads now; not empty.
    pub shared: Vec<u8>,
    /// The threads that changed, with their states.
    pub threads: Vec<(ThreadId, Option<Vec<u8>>)>,
    /// Threads that began, each with the one that began it.
    pub begun: Vec<(ThreadId, ThreadId)>,
    /// Waits that are over though nothing came for them: their threads were cancelled or ended.
    pub dropped: Vec<(ThreadId, Slot)>,
    /// Waits that began, calls in the order in which they are to be made.
    pub waits: Vec<Waiting>,
    /// The places of those among them that had begun before, and were lost ([`Turn::kept`]).
    pub renewed: BTreeSet<(ThreadId, Slot)>,
    /// What was printed.
    pub output: String,
    /// What was written to the standard error stream.
    pub error_output: String,
    /// Fuel ran out before all threads waited.
    pub is_unfinished: bool,
    /// The fuel that the process used so far, all turns together.
    pub fuel: u64,
    /// How it ended, if it did.
    pub end: Option<End>,
}

/// A wait that began.
#[derive(Clone, Debug, PartialEq)]
pub struct Waiting {
    /// Whose.
    pub thread: ThreadId,
    /// Its place: 0, or for a call one more than its sequence number.
    pub slot: Slot,
    /// For what.
    pub what: WaitingFor,
}

/// What a thread began to wait for.
#[derive(Clone, Debug, PartialEq)]
pub enum WaitingFor {
    /// An instant.
    Instant(i64),
    /// The answer to a call.
    Call(Call),
    /// Another thread, or an instant.
    Task(Option<i64>),
    /// A way out of an error: an object of JSON that tells it, with `message` and `line` among its fields.
    WayOut(serde_json::Value),
}

/// How a process ended.
#[derive(Clone, Debug, PartialEq)]
pub enum End {
    /// With a result: JSON.
    Value(serde_json::Value),
    /// With an error that was let go: an object of JSON that tells it.
    Error(serde_json::Value),
    /// As it was cancelled.
    Cancelled,
}

/// Why there was no turn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TurnError {
    /// The store.
    Store(StoreError),
    /// The program cannot run here: its code or state is not what this version understands, or was damaged, or its input
    /// does not fit. The process is held.
    Refused {
        /// For machines.
        code: String,
        /// A sentence.
        message: String,
    },
}

impl From<StoreError> for TurnError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl fmt::Display for TurnError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Store(error) => error.fmt(formatter),
            Self::Refused { message, .. } => formatter.write_str(message),
        }
    }
}

impl std::error::Error for TurnError {}

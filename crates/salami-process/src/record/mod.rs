//! The record of an execution: all that came in from outside, and how the execution stood whenever it
//! waited. With it the execution can be run again, anywhere, and compared step by step.
//!
//! A record is JSON lines. The first names the program and how it was started; then, for each time
//! that the execution waited, what it had printed, where it stood, and what came; then its end, and
//! a hash over all lines before. Calls have numbers that are unique among all threads, and arrivals are
//! in their order, so that programs with threads replay exactly.
//!
//! | line | what |
//! |---|---|
//! | `{"salami_record": 1, "program", "module", "options"}` | the program's hash and module, how it was started |
//! | `{"output": TEXT}`, `{"error_output": TEXT}` | what it wrote since |
//! | `{"waits": [...], "fuel", "state"}` | it waits for these |
//! | `{"answer": VALUE, "sequence"}`, `{"error": TEXT, "sequence"}` | a call's answer |
//! | `{"clock": MICROSECONDS}` | the clock moved on |
//! | `{"chunk": TEXT}`, `{"bytes": HEX}`, `{"broken": TEXT}` | more of a stream, or why there is none |
//! | `{"end": OUTCOME, "fuel", "state"}` | it ended |
//! | `{"integrity": HASH}` | of all lines before |

mod compare;
mod line;
mod read;
mod write;

pub use compare::{Broken, Difference, Replay};
pub use read::{Reader, RecordError};
pub use write::Writer;

use serde_json::{Map, Value};

use crate::call::{Answer, Call};

/// The version of the format.
pub const VERSION: u64 = 1;
/// A line may have so many bytes: what an answer may have, and its JSON.
pub const LONGEST_LINE: usize = 256 << 20;

/// How the execution was started.
#[derive(Clone, Debug, PartialEq)]
pub struct Header {
    /// The hash of the program's module, in hexadecimal.
    pub program: String,
    /// The name of the program's file, for people.
    pub name: String,
    /// The module itself.
    pub module: Vec<u8>,
    /// Input, clock, seed and limits, as whoever runs it knows them.
    pub options: Map<String, Value>,
}

/// What the execution, or one of its threads, waits for.
#[derive(Clone, Debug, PartialEq)]
pub enum Waiting {
    /// The answer of a tool.
    Call(Call),
    /// An instant, in microseconds since 1970 in UTC.
    Until(i64),
    /// More of a stream.
    Stream {
        /// Its name.
        name: String,
        /// From which byte on.
        offset: u64,
        /// How many bytes are asked for.
        size: u64,
    },
}

/// Something that came from outside.
#[derive(Clone, Debug, PartialEq)]
pub enum Arrival {
    /// The answer to a call.
    Answer {
        /// The call: how many the execution had made before.
        sequence: u64,
        /// The answer.
        answer: Answer,
    },
    /// The clock moved on, to microseconds since 1970 in UTC.
    Clock(i64),
    /// More of the stream that it waits for: bytes, none at its end; or why there are none.
    Chunk(Result<Vec<u8>, String>),
}

/// How an execution stands where it waits.
#[derive(Clone, Debug, PartialEq)]
pub struct Stop {
    /// What it says that it waits for: one thing, or the calls that it begins together.
    pub waits: Vec<Waiting>,
    /// The fuel it used so far.
    pub fuel: u64,
    /// The hash of its state.
    pub state: [u8; 32],
}

/// How it ended.
#[derive(Clone, Debug, PartialEq)]
pub struct End {
    /// `{"result": ...}` or `{"error": ...}`.
    pub outcome: Value,
    /// The fuel it used.
    pub fuel: u64,
    /// The hash of its state.
    pub state: [u8; 32],
}

/// A line of a record.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// The first.
    Header(Box<Header>),
    /// It printed this.
    Output(String),
    /// It wrote this to the standard error stream.
    ErrorOutput(String),
    /// It waits.
    Stop(Stop),
    /// Something came.
    Arrival(Arrival),
    /// It ended.
    End(End),
}

/// Bytes in hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        for digit in [byte >> 4, byte & 15] {
            text.push(
                DIGITS
                    .get(usize::from(digit))
                    .map_or('0', |&digit| char::from(digit)),
            );
        }
    }
    text
}

/// What hexadecimal stands for.
pub(crate) fn unhex(text: &str) -> Option<Vec<u8>> {
    let digit = |letter: u8| match letter {
        b'0'..=b'9' => Some(letter - b'0'),
        b'a'..=b'f' => Some(letter - b'a' + 10),
        _ => None,
    };
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    if !rest.is_empty() {
        return None;
    }
    let bytes = pairs
        .iter()
        .map(|&[high, low]| Some(digit(high)? << 4 | digit(low)?));
    bytes.collect()
}

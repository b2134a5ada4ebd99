//! The audit log: who did what, when, with what result. A line of JSON for each entry, each with the
//! hash of the one before, so that none can be changed, taken out or put in between unnoticed.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use crate::call::{Answer, Call};
use crate::registry::Refused;

/// What the first entry has in place of the hash of the one before.
const FIRST: &str = "0000000000000000000000000000000000000000000000000000000000000000";
/// Values up to so many bytes of JSON are written out; of larger ones size and hash are.
const SHOWN: usize = 1_000;

/// The audit log of one process. It makes lines; whoever has it writes them.
///
/// ```
/// use salami_process::{Answer, Audit, Call, verify_audit};
///
/// let mut audit = Audit::new("process-1", "ada", "0f3a");
/// let call = Call { tool: "email".into(), function: "inbox".into(), arguments: Default::default(), sequence: 0 , key: String::new()};
/// let mut log = audit.begun(&call, call.arguments.clone(), 1_768_478_400_000_000);
/// log += &audit.done(&call, &Answer::Value(3.into()), 1_768_478_400_250_000);
/// assert_eq!(verify_audit(&log), Ok(2));
/// let changed = log.replace("\"result\":3", "\"result\":4");
/// assert!(verify_audit(&changed).is_err());
/// ```
#[derive(Clone, Debug)]
pub struct Audit {
    process: String,
    owner: String,
    program: String,
    number: u64,
    previous: String,
}

impl Audit {
    /// The log of a process, of its owner, of the program with this hash.
    #[must_use]
    pub fn new(
        process: impl Into<String>,
        owner: impl Into<String>,
        program: impl Into<String>,
    ) -> Self {
        Self {
            process: process.into(),
            owner: owner.into(),
            program: program.into(),
            number: 0,
            previous: FIRST.to_owned(),
        }
    }

    /// The line of a call that is about to be made. Write it before the call is: what was begun is
    /// known even if nothing after it is. `arguments` are those that may be shown.
    pub fn begun(&mut self, call: &Call, arguments: Map<String, Value>, now: i64) -> String {
        let mut entry = self.entry("begun", call, now);
        let arguments = arguments.into_iter();
        let arguments = arguments.map(|(name, value)| (name, shown(value)));
        entry.insert("arguments".into(), Value::Object(arguments.collect()));
        self.line(entry)
    }

    /// The line of a call with its outcome.
    pub fn done(&mut self, call: &Call, answer: &Answer, now: i64) -> String {
        let mut entry = self.entry("done", call, now);
        match answer {
            Answer::Value(value) => {
                entry.insert("outcome".into(), "value".into());
                entry.insert("result".into(), shown(value.clone()));
            }
            Answer::Error(message) => {
                entry.insert("outcome".into(), "error".into());
                entry.insert("error".into(), message.as_str().into());
            }
        }
        self.line(entry)
    }

    /// The line of a call that was not made.
    pub fn refused(&mut self, call: &Call, reason: &Refused, now: i64) -> String {
        let mut entry = self.entry("refused", call, now);
        entry.insert("code".into(), reason.code().into());
        entry.insert("reason".into(), reason.to_string().into());
        self.line(entry)
    }

    fn entry(&self, what: &str, call: &Call, now: i64) -> Map<String, Value> {
        let mut entry = Map::new();
        entry.insert("number".into(), self.number.into());
        entry.insert("time".into(), now.into());
        entry.insert("process".into(), self.process.as_str().into());
        entry.insert("owner".into(), self.owner.as_str().into());
        entry.insert("program".into(), self.program.as_str().into());
        entry.insert("event".into(), what.into());
        entry.insert("call".into(), call.name().into());
        entry.insert("sequence".into(), call.sequence.into());
        entry
    }

    fn line(&mut self, mut entry: Map<String, Value>) -> String {
        entry.insert("previous".into(), self.previous.as_str().into());
        let text = Value::Object(entry).to_string();
        let hash = blake3::hash(text.as_bytes()).to_hex().to_string();
        let open = text.strip_suffix('}').unwrap_or(&text);
        let line = format!("{open},\"hash\":\"{hash}\"}}\n");
        self.number += 1;
        self.previous = hash;
        line
    }
}

/// A value, or of a long one how long it is and its hash.
fn shown(value: Value) -> Value {
    let text = value.to_string();
    if text.len() <= SHOWN {
        return value;
    }
    let hash = blake3::hash(text.as_bytes()).to_hex();
    json!({"omitted": {"bytes": text.len(), "blake3": hash.as_str()}})
}

/// What is wrong with an audit log: the line from 1, and a sentence.
pub type AuditError = (usize, String);

/// Checks the chain of a whole log, which may have those of several processes one after the other.
/// Gives how many entries it has. What was cut off at its end cannot be seen in it.
///
/// # Errors
/// The first line that is not as it was written.
pub fn verify_audit(log: &str) -> Result<usize, AuditError> {
    let mut previous = String::new();
    let mut process = String::new();
    let mut processes = BTreeSet::new();
    let mut number = 0_u64;
    let mut count = 0;
    for (index, line) in log.lines().enumerate() {
        let wrong = |problem: &str| (index + 1, problem.to_owned());
        let entry: Value = serde_json::from_str(line).map_err(|_| wrong("it is no JSON"))?;
        let text = |name: &str| entry.get(name).and_then(Value::as_str).unwrap_or_default();
        let Some((body, _)) = line.rsplit_once(",\"hash\":") else {
            return Err(wrong("it has no hash"));
        };
        let hash = blake3::hash(format!("{body}}}").as_bytes()).to_hex();
        if hash.as_str() != text("hash") {
            return Err(wrong("it was changed: it is not what its hash says"));
        }
        let begins = text("previous") == FIRST && entry.get("number") == Some(&0.into());
        // A process has one chain: its first line is there once.
        if begins && processes.insert(text("process").to_owned()) {
            (previous, number) = (FIRST.to_owned(), 0);
            process = text("process").to_owned();
        }
        if text("previous") != previous
            || text("process") != process
            || entry.get("number") != Some(&number.into())
        {
            return Err(wrong(
                "it does not follow the line before: one was taken out, put in or moved",
            ));
        }
        previous = hash.to_string();
        number += 1;
        count += 1;
    }
    Ok(count)
}

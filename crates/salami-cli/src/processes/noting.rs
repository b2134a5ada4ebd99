//! The audit log of a process that a command runs: what goes through the store, as calls that are begun and done.

use std::collections::BTreeMap;

use salami_process::engine::Engine;
use salami_process::store::{Finish, Outcome, Slot, Wait, WaitKind};
use salami_process::{Answer, Call};
use serde_json::{Map, Value};

use super::watch::Happened;
use crate::audit::AuditLog;
use crate::failure::Failure;

/// Writes what happens to a process into an audit log.
#[derive(Debug)]
pub struct Noting {
    log: AuditLog,
    /// The calls that were begun and of which nothing came yet.
    begun: BTreeMap<Slot, Call>,
}

impl Noting {
    /// Writes into this log.
    pub const fn new(log: AuditLog) -> Self {
        Self {
            log,
            begun: BTreeMap::new(),
        }
    }

    /// Writes down what happened.
    pub fn note(&mut self, happened: &Happened, engine: &mut Engine) -> Result<(), Failure> {
        match happened {
            Happened::Calls(call) => self.begins(&call.name, &call.body, call.slot, engine),
            // Who waits for an event asks no tool.
            Happened::Turn(turn) => {
                let mut waits = turn.waits.iter();
                waits
                    .by_ref()
                    .filter(|wait| wait.kind == WaitKind::Event)
                    .try_for_each(|wait| self.begins(&wait.name, &wait.body, wait.slot, engine))
            }
            Happened::Finished(finished) => match &finished.finish {
                Finish::Outcome(outcome) | Finish::Notice { outcome, .. } => {
                    self.ends(finished.slot, answer(outcome))
                }
                // A person is asked, it is made again, or nobody knows.
                Finish::Wait(_) | Finish::Again(_) | Finish::Unknown => Ok(()),
            },
            Happened::Came(_, waits) => waits
                .iter()
                .try_for_each(|wait| self.ends(wait.wait.slot, came(wait, engine))),
            Happened::Starts(_)
            | Happened::Recovered(_)
            | Happened::Held(_)
            | Happened::Event(..) => Ok(()),
        }
    }

    fn begins(
        &mut self,
        name: &str,
        body: &str,
        slot: Slot,
        engine: &mut Engine,
    ) -> Result<(), Failure> {
        let (tool, function) = name.split_once('.').unwrap_or(("", name));
        let call = Call {
            tool: tool.to_owned(),
            function: function.to_owned(),
            arguments: match serde_json::from_str(body) {
                Ok(Value::Object(arguments)) => arguments,
                _ => Map::new(),
            },
            sequence: slot.saturating_sub(1),
            key: String::new(),
        };
        if let Err(refused) = engine.tools().permits(name) {
            return self.log.refused(&call, &refused);
        }
        let shown = engine.tools().shown(&call);
        self.log.begun(&call, shown)?;
        self.begun.insert(slot, call);
        Ok(())
    }

    fn ends(&mut self, slot: Slot, answer: Option<Answer>) -> Result<(), Failure> {
        match (self.begun.remove(&slot), answer) {
            (Some(call), Some(answer)) => self.log.done(&call, &answer),
            _ => Ok(()),
        }
    }
}

/// What came for a wait.
fn came(wait: &Wait, engine: &mut Engine) -> Option<Answer> {
    match wait.outcome.as_ref()? {
        Outcome::Json(text) => answer(text),
        Outcome::Event(number) => {
            let event = engine.store().event(*number).ok()??;
            Some(Answer::Value(serde_json::from_str(&event.fields).ok()?))
        }
        Outcome::Due => Some(Answer::Value(Value::Null)),
    }
}

/// An answer as the store has it.
fn answer(text: &str) -> Option<Answer> {
    let Value::Object(mut object) = serde_json::from_str(text).ok()? else {
        return None;
    };
    if let Some(value) = object.remove("value") {
        return Some(Answer::Value(value));
    }
    let message = object.get("error")?.as_str()?;
    Some(Answer::Error(message.to_owned()))
}

//! Calls: begun once they are written down, made outside, their outcomes written.

use std::fmt;

use serde_json::{Map, Value, json};

use super::turn::deadline;
use super::{Engine, Round, outcome};
use crate::call::{Answer, Call};
use crate::registry::Refused;
use crate::runtime::Arrived;
use crate::store::{
    BegunCall, Finish, FinishedCall, NewWait, StoreError, StoreErrorKind, WaitKind,
};
use crate::tool::{BatchWork, Outcome, Question, Step, Work};

/// Something to be done outside: one call, or several that are served together.
#[derive(Debug)]
pub struct Job {
    number: u64,
    name: String,
    calls: usize,
    work: JobWork,
}

#[derive(Debug)]
enum JobWork {
    One(Work),
    Many(BatchWork),
}

impl Job {
    /// Its number; [`Finished`] has the same.
    #[must_use]
    pub const fn number(&self) -> u64 {
        self.number
    }

    /// The function that is called.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How many calls it serves.
    #[must_use]
    pub const fn calls(&self) -> usize {
        self.calls
    }

    /// Does it; it may take its time.
    #[must_use]
    pub fn run(self) -> Finished {
        let outcomes = match self.work {
            JobWork::One(work) => vec![work.run()],
            JobWork::Many(work) => work.run(),
        };
        Finished {
            number: self.number,
            outcomes: Some(outcomes),
        }
    }
}

/// What came of a job.
#[derive(Clone, PartialEq)]
pub struct Finished {
    number: u64,
    outcomes: Option<Vec<Outcome>>,
}

impl Finished {
    /// Nobody knows what came of a job: whoever ran it was lost.
    #[must_use]
    pub const fn unknown(number: u64) -> Self {
        Self {
            number,
            outcomes: None,
        }
    }
}

impl fmt::Debug for Finished {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Outcomes may hold what is nobody's business.
        write!(formatter, "Finished({})", self.number)
    }
}

impl Engine {
    /// Begins the calls that wait to be made, as many as there is room for.
    pub(super) fn begin_calls(&mut self, round: &mut Round) -> Result<(), StoreError> {
        let room = self.options.calls.saturating_sub(self.calls_outside());
        if room == 0 {
            return Ok(());
        }
        // All that is asked of the store comes before: calls that are begun must not be forgotten.
        let store = self.store_name()?;
        let now = self.store.now()?;
        self.unable = self.unable.split_off(&now);
        let begun = self
            .store
            .begin_calls(&self.options.worker, self.options.lease, room)?;
        round.calls = begun.len();
        if begun.is_empty() {
            return Ok(());
        }
        // Calls of one function are asked for together; which came first decides which function is first.
        let mut groups: Vec<(String, Vec<BegunCall>)> = Vec::new();
        for call in begun {
            match groups.iter_mut().find(|(name, _)| *name == call.name) {
                Some((_, calls)) => calls.push(call),
                None => groups.push((call.name.clone(), vec![call])),
            }
        }
        for (name, group) in groups {
            let calls: Vec<Call> = group.iter().map(|begun| call(begun, &store)).collect();
            if calls.len() > 1
                && let Some(work) = self.tools.ask_batch(&calls)
            {
                round.jobs.push(self.job(name, group, JobWork::Many(work)));
                continue;
            }
            for (begun, call) in group.into_iter().zip(&calls) {
                match self.tools.ask(call) {
                    Ok(Step::Outside(work)) => {
                        let job = self.job(name.clone(), vec![begun], JobWork::One(work));
                        round.jobs.push(job);
                    }
                    Ok(Step::Done(outcome)) => self.finished.push(finished(&begun, outcome, now)),
                    // Another worker may have the tool, or this one the next time it starts.
                    Err(Refused::NoTool(_)) => {
                        let pause = unable_pause(begun.attempt);
                        let due = now.saturating_add(pause);
                        self.unable.insert(due);
                        self.finished.push(with(&begun, Finish::Again(due)));
                    }
                    Err(refused) => {
                        let outcome = Outcome::Error(refused.to_string());
                        self.finished.push(finished(&begun, outcome, now));
                    }
                }
            }
        }
        Ok(())
    }

    /// Whether an instant is only that of a call which this worker could not make, as it has not the tool.
    #[must_use]
    pub fn is_unable_at(&self, instant: i64) -> bool {
        self.unable.contains(&instant)
    }

    fn job(&mut self, name: String, calls: Vec<BegunCall>, work: JobWork) -> Job {
        let number = self.next_job;
        self.next_job += 1;
        let count = calls.len();
        self.jobs.insert(number, calls);
        Job {
            number,
            name,
            calls: count,
            work,
        }
    }

    /// Takes what came of a job; it is written with the next round. What came twice counts once.
    pub fn finish(&mut self, done: Finished) {
        let calls = self.jobs.remove(&done.number).unwrap_or_default();
        let mut outcomes = done.outcomes.unwrap_or_default().into_iter();
        for begun in calls {
            self.came.push((begun, outcomes.next()));
        }
    }

    /// Writes what came of calls; how many outcomes.
    pub(super) fn write_outcomes(&mut self) -> Result<usize, StoreError> {
        if !self.came.is_empty() {
            let now = self.store.now()?;
            let came = std::mem::take(&mut self.came).into_iter();
            self.finished.extend(came.map(|(begun, came)| match came {
                Some(outcome) => finished(&begun, outcome, now),
                None => lost(&begun, now),
            }));
        }
        if self.finished.is_empty() {
            return Ok(0);
        }
        let worker = &self.options.worker;
        match self.store.finish_calls(worker, &self.finished) {
            Ok(written) => {
                self.finished.clear();
                return Ok(written.into_iter().filter(|written| *written).count());
            }
            Err(error) if error.kind == StoreErrorKind::TooLarge => {}
            Err(error) => return Err(error),
        }
        // Each alone: what is too large fails the call, and keeps nobody else waiting.
        let mut count = 0;
        while let Some(call) = self.finished.first() {
            let mut written = self.store.finish_calls(worker, std::slice::from_ref(call));
            if let Err(error) = &written
                && error.kind == StoreErrorKind::TooLarge
            {
                let answer = Answer::Error(format!("what came of it was lost: {error}"));
                let refused = FinishedCall {
                    finish: Finish::Outcome(outcome::write(&Arrived::Answer(answer)).to_string()),
                    ..call.clone()
                };
                written = self.store.finish_calls(worker, &[refused]);
            }
            count += written?.into_iter().filter(|written| *written).count();
            self.finished.remove(0);
        }
        Ok(count)
    }
}

/// For how many microseconds a call is left alone whose tool is not here: seconds at first, as somebody may be about to
/// connect it, then a minute.
const fn unable_pause(attempt: u64) -> i64 {
    if attempt <= 12 { 5_000_000 } else { 60_000_000 }
}

/// The call as tools see it.
fn call(begun: &BegunCall, store: &str) -> Call {
    let (tool, function) = begun.name.split_once('.').unwrap_or(("", &begun.name));
    let arguments = match serde_json::from_str(&begun.body) {
        Ok(Value::Object(arguments)) => arguments,
        _ => Map::new(),
    };
    let sequence = begun.slot.saturating_sub(1);
    // What came from another store keeps its keys: tools know by them what they did there.
    let key = match &begun.key {
        Some(key) => format!("{key}-{sequence}"),
        None => format!("{store}-{}-{sequence}", begun.process),
    };
    Call {
        tool: tool.to_owned(),
        function: function.to_owned(),
        arguments,
        sequence,
        key,
    }
}

const fn with(begun: &BegunCall, finish: Finish) -> FinishedCall {
    FinishedCall {
        process: begun.process,
        thread: begun.thread,
        slot: begun.slot,
        attempt: begun.attempt,
        finish,
    }
}

/// What the store writes of a call whose tool gave too few outcomes, or was lost.
fn lost(begun: &BegunCall, now: i64) -> FinishedCall {
    if !begun.is_repeatable {
        return with(begun, Finish::Unknown);
    }
    // At once the first time, then later and later: what is lost each time must not keep a worker busy.
    let times = u32::try_from(begun.attempt).unwrap_or(u32::MAX).min(10);
    let pause = match times {
        0 | 1 => 0,
        _ => 1_000_000 << (times - 2),
    };
    with(begun, Finish::Again(now.saturating_add(pause)))
}

/// What the store writes of an outcome.
fn finished(begun: &BegunCall, came: Outcome, now: i64) -> FinishedCall {
    let arrived = |arrived: &Arrived| Finish::Outcome(outcome::write(arrived).to_string());
    let wait = |kind, name: String, body: Value, timeout| {
        Finish::Wait(NewWait {
            thread: begun.thread,
            slot: begun.slot,
            kind,
            due: deadline(now, timeout),
            name,
            body: body.to_string(),
            is_repeatable: false,
        })
    };
    let finish = match came {
        Outcome::Event {
            topic,
            matching,
            timeout,
        } => wait(WaitKind::Event, topic, Value::Object(matching), timeout),
        Outcome::Question(question) => {
            let timeout = question.timeout;
            wait(
                WaitKind::Answer,
                begun.name.clone(),
                question_body(&question),
                timeout,
            )
        }
        Outcome::Notice(text) => Finish::Notice {
            text,
            outcome: outcome::write(&Arrived::Answer(Answer::Value(Value::Null))).to_string(),
        },
        other => arrived(&Arrived::Answer(other.into_answer(&call(begun, "")))),
    };
    with(begun, finish)
}

fn question_body(question: &Question) -> Value {
    let mut body = json!({"kind": question.kind.name(), "text": question.text});
    if !question.options.is_empty() {
        body["options"] = question.options.clone().into();
    }
    body
}

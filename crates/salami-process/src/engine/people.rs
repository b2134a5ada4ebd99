//! What people do: answer what they are asked, find ways out of holds.

use std::fmt;

use serde_json::{Map, Value};

use super::{Engine, outcome};
use crate::call::Answer;
use crate::runtime::Arrived;
use crate::store::{
    Act, ActKind, CallState, Control, HOLD_OF_PROCESS, Outcome, ProcessId, Slot, Status,
    StoreError, ThreadId, Wait, WaitKind,
};
use crate::tool::{Question, QuestionKind};

/// Why something that a person wanted was not done.
#[derive(Clone, Debug, PartialEq)]
pub enum Problem {
    /// The store.
    Store(StoreError),
    /// There is no such process.
    NoProcess(ProcessId),
    /// The process has ended.
    HasEnded(ProcessId),
    /// The process goes on in another store.
    HasMoved(ProcessId),
    /// The process asks nothing (any more) at this place.
    NoQuestion(ProcessId, Option<Slot>),
    /// The process asks several things: which is to be answered? Their places.
    WhichQuestion(ProcessId, Vec<Slot>),
    /// The answer is none to this question.
    NoAnswer(Box<Question>),
    /// The process, or this thread of it, is not held.
    NotHeld(ProcessId, Option<ThreadId>),
    /// It is cancelled or aborted with its next turn, which takes no answer.
    IsToEnd(ProcessId),
    /// It is so already.
    Already(ProcessId),
}

impl Problem {
    /// Its code, for machines.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Store(_) => "store.error",
            Self::NoProcess(_) => "process.unknown",
            Self::HasEnded(_) => "process.ended",
            Self::HasMoved(_) => "process.moved",
            Self::NoQuestion(..) => "question.unknown",
            Self::WhichQuestion(..) => "question.several",
            Self::NoAnswer(_) => "question.answer",
            Self::NotHeld(..) => "process.not-held",
            Self::IsToEnd(_) => "process.cancelled",
            Self::Already(_) => "process.already",
        }
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Store(error) => error.fmt(formatter),
            Self::NoProcess(process) => write!(formatter, "there is no process {process}"),
            Self::HasEnded(process) => write!(formatter, "process {process} has ended"),
            Self::HasMoved(process) => {
                write!(formatter, "process {process} was moved to another store")
            }
            Self::NoQuestion(process, None) => write!(formatter, "process {process} asks nothing"),
            Self::NoQuestion(process, Some(slot)) => {
                write!(
                    formatter,
                    "process {process} does not ask {process}.{slot} (any more)"
                )
            }
            Self::WhichQuestion(process, slots) => {
                let names: Vec<String> = slots
                    .iter()
                    .map(|slot| format!("{process}.{slot}"))
                    .collect();
                write!(
                    formatter,
                    "process {process} asks several things: say which, {}",
                    names.join(" or ")
                )
            }
            Self::NoAnswer(question) => match question.kind {
                QuestionKind::Ask => write!(formatter, "a text answers \"{}\"", question.text),
                QuestionKind::Approve => {
                    write!(formatter, "yes or no answers \"{}\"", question.text)
                }
                QuestionKind::Choose => write!(
                    formatter,
                    "one of these answers \"{}\": {}",
                    question.text,
                    question.options.join(", ")
                ),
            },
            Self::NotHeld(process, None) => write!(formatter, "process {process} is not held"),
            Self::NotHeld(process, Some(thread)) => {
                write!(
                    formatter,
                    "thread {thread} of process {process} is not held"
                )
            }
            Self::IsToEnd(process) => write!(
                formatter,
                "process {process} was cancelled: as soon as a worker is at it what it asks now is over"
            ),
            Self::Already(process) => write!(formatter, "process {process} is so already"),
        }
    }
}

impl std::error::Error for Problem {}

/// What a wait asks a person; `None` if it asks nothing, or what it asks is not as it was written.
#[must_use]
pub fn question(wait: &Wait) -> Option<Question> {
    if wait.wait.kind != WaitKind::Answer {
        return None;
    }
    let body: Map<String, Value> = serde_json::from_str(&wait.wait.body).ok()?;
    let is_known = |name: &String| ["kind", "text", "options"].contains(&name.as_str());
    if !body.keys().all(is_known) {
        return None;
    }
    let options = match body.get("options") {
        None => Vec::new(),
        Some(options) => {
            let options = options.as_array()?.iter();
            options
                .map(|option| option.as_str().map(str::to_owned))
                .collect::<Option<_>>()?
        }
    };
    let kind = QuestionKind::of_name(body.get("kind")?.as_str()?)?;
    if kind == QuestionKind::Choose && options.is_empty() {
        return None;
    }
    Some(Question {
        kind,
        text: body.get("text")?.as_str()?.to_owned(),
        options,
        timeout: None,
    })
}

impl Engine {
    /// From now on what people do here is written down as done by this person.
    pub fn act_as(&mut self, person: &str) {
        self.store.act_as(person);
    }

    /// Answers what a process asks; without a slot what it asks, if that is one thing. Words answer too, where yes or no
    /// is asked or a number of an option (from 1).
    ///
    /// # Errors
    /// [`Problem`].
    pub fn answer(
        &mut self,
        process: ProcessId,
        slot: Option<Slot>,
        answer: &Value,
    ) -> Result<(), Problem> {
        let waits = self.live(process)?;
        let asks = waits.iter().filter(|wait| wait.outcome.is_none());
        let asks: Vec<(&Wait, Question)> = asks
            .filter_map(|wait| Some((wait, question(wait)?)))
            .collect();
        let asks = asks
            .into_iter()
            .filter(|(wait, _)| slot.is_none_or(|slot| wait.wait.slot == slot));
        let asks: Vec<_> = asks.collect();
        let (wait, question) = match asks.as_slice() {
            [] => return Err(Problem::NoQuestion(process, slot)),
            [one] => one,
            several => {
                let slots = several.iter().map(|(wait, _)| wait.wait.slot).collect();
                return Err(Problem::WhichQuestion(process, slots));
            }
        };
        let Some(value) = fitting(question, answer) else {
            return Err(Problem::NoAnswer(Box::new(question.clone())));
        };
        if self.is_to_end(process, wait.wait.thread)? {
            return Err(Problem::IsToEnd(process));
        }
        let arrived = outcome::write(&Arrived::Answer(Answer::Value(value))).to_string();
        let (thread, slot) = (wait.wait.thread, wait.wait.slot);
        let kinds = [WaitKind::Answer];
        if self
            .store
            .settle(process, thread, slot, &kinds, &Outcome::Json(arrived))?
        {
            Ok(())
        } else {
            Err(Problem::NoQuestion(process, Some(slot)))
        }
    }

    /// The way out of a hold by trying again: what raised is run again, and a call of which nobody knows what came is made
    /// again. Of one thread, if that is named, else of all that are held.
    ///
    /// # Errors
    /// [`Problem`].
    pub fn retry(&mut self, process: ProcessId, only: Option<ThreadId>) -> Result<(), Problem> {
        let mut is_held = false;
        let mut waits = self.live(process)?;
        let is_whole = |wait: &Wait| wait.wait.slot == HOLD_OF_PROCESS;
        if let (true, Some(before)) = (waits.iter().any(is_whole), process.0.checked_sub(1)) {
            // It may be held as it is shown, and not be written down yet.
            self.store.look_over(Some(ProcessId(before)), 1)?;
            waits = self.live(process)?;
        }
        for wait in waits {
            let (thread, slot) = (wait.wait.thread, wait.wait.slot);
            if only.is_some_and(|only| only != thread) {
                continue;
            }
            match wait.wait.kind {
                WaitKind::Hold if wait.outcome.is_none() => {
                    let retry = Outcome::Json(outcome::write(&Arrived::Retry).to_string());
                    is_held |=
                        self.store
                            .settle(process, thread, slot, &[WaitKind::Hold], &retry)?;
                }
                WaitKind::Call(CallState::Unknown) => {
                    is_held |= self.store.repeat_call(process, thread, slot)?;
                }
                _ => {}
            }
        }
        if is_held {
            Ok(())
        } else {
            Err(Problem::NotHeld(process, only))
        }
    }

    /// Pauses, resumes, cancels or aborts.
    ///
    /// # Errors
    /// [`Problem`].
    pub fn control(&mut self, process: ProcessId, control: Control) -> Result<(), Problem> {
        self.live(process)?;
        if self.store.control(process, control)? {
            Ok(())
        } else {
            Err(Problem::Already(process))
        }
    }

    /// Whether a person cancelled or aborted a process, and no turn has obeyed yet: what is given to a thread now would be
    /// dropped. Who is cancelled is the program's own thread.
    fn is_to_end(&mut self, process: ProcessId, thread: ThreadId) -> Result<bool, Problem> {
        let known = self.store.process(process)?;
        let turns = known.map_or(0, |known| known.turns);
        let acts = self.store.acts(process)?;
        let is_wish = |act: &Act| match act.kind {
            ActKind::Cancel => thread == 0,
            kind => kind == ActKind::Abort,
        };
        Ok(acts.iter().any(|act| act.turns >= turns && is_wish(act)))
    }

    /// The waits of a process that has not ended.
    fn live(&mut self, process: ProcessId) -> Result<Vec<Wait>, Problem> {
        match self.store.process(process)? {
            None => Err(Problem::NoProcess(process)),
            Some(known) if known.status == Status::Moved => Err(Problem::HasMoved(process)),
            Some(known) if known.status.has_ended() => Err(Problem::HasEnded(process)),
            Some(_) => Ok(self.store.waits(process)?),
        }
    }
}

/// The value that answers a question, if this does: words answer too, where yes or no is asked or a number of an option
/// (from 1).
#[must_use]
pub fn fitting(question: &Question, answer: &Value) -> Option<Value> {
    match (question.kind, answer) {
        (QuestionKind::Ask, Value::String(_)) | (QuestionKind::Approve, Value::Bool(_)) => {
            Some(answer.clone())
        }
        (QuestionKind::Approve, Value::String(word)) => {
            match word.trim().to_ascii_lowercase().as_str() {
                "yes" | "y" | "true" | "ok" => Some(true.into()),
                "no" | "n" | "false" => Some(false.into()),
                _ => None,
            }
        }
        (QuestionKind::Choose, Value::String(word)) => {
            let options = &question.options;
            let exact = options.iter().find(|option| *option == word);
            let alike = || {
                options
                    .iter()
                    .find(|option| option.trim().eq_ignore_ascii_case(word.trim()))
            };
            let numbered = || options.get(word.trim().parse::<usize>().ok()?.checked_sub(1)?);
            let option = exact.or_else(alike).or_else(numbered)?;
            Some(option.as_str().into())
        }
        _ => None,
    }
}

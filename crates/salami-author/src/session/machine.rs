//! The session's state, and what it is told.

use std::collections::BTreeMap;

use salami_process::model::{Completion, ModelError, ModelErrorKind, Prompt, Stop};
use salami_program::Host;

use super::doubts::Doubted;
use super::event::Event;
use super::options::{Mode, SessionOptions};
use super::outcome::Outcome;
use crate::input::{Input, Sample};
use crate::judge::{Finding, JudgeName, Judges, Report, Verdict};
use crate::library::{Entry, Key, Library, LibraryError};
use crate::prompt;
use crate::record::{Attempt, Ending, FailureKind, InputRecord, Purpose, RunRecord, Tokens};
use crate::shape::Shape;
use crate::task::{Task, TaskError, check_stubs};
use crate::trial::{Candidate, Settings, grown};

/// How many characters of prompts and replies are recorded of one attempt.
const MOST_RECORDED: usize = 100_000;

/// Who is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// The one who writes programs.
    Writer,
    /// The one who writes a second program, independently.
    Second,
    /// The one who judges.
    Judge,
}

/// What a model is to be asked.
#[derive(Clone, Debug)]
pub struct Ask {
    /// The question.
    pub prompt: Prompt,
    /// What for.
    pub purpose: Purpose,
    /// Whom.
    pub who: Who,
    /// Which attempt it is, from 1; those who judge and explain make none.
    pub attempt: u32,
}

/// What is next.
#[derive(Debug)]
pub enum Step {
    /// A model is to be asked.
    Ask(Box<Ask>),
    /// It is over.
    Done(Box<Outcome>),
}

/// Why nobody listens to an answer any more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ended {
    /// It is whole, or its model ended it.
    #[default]
    Whole,
    /// It became longer than an answer may be.
    Length,
    /// The time is over.
    Time,
    /// Somebody wants the end.
    Interrupted,
}

/// What came of a question.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The completion, or why there is none.
    pub result: Result<Completion, ModelError>,
    /// Why it was not listened to until its end.
    pub ended: Ended,
    /// What was heard until then, where there is no completion.
    pub heard: String,
    /// Who answered.
    pub model: String,
    /// How long it took, in microseconds.
    pub took: i64,
}

/// What a session works with, beside its task.
pub struct World<'w> {
    /// Where programs and runs are kept.
    pub library: &'w mut dyn Library,
    /// The tools of programs that are tried.
    pub host: &'w mut dyn Host,
    /// The time, in microseconds since 1970.
    pub clock: &'w dyn Fn() -> i64,
    /// Who watches.
    pub events: &'w mut dyn FnMut(Event<'_>),
}

impl World<'_> {
    pub(super) fn now(&self) -> i64 {
        (self.clock)()
    }

    pub(super) fn tell(&mut self, event: Event<'_>) {
        (self.events)(event);
    }
}

/// A program that all judges but those who are asked last accept.
#[derive(Clone, Debug)]
pub(super) struct Passed {
    pub candidate: Candidate,
    pub verdict: Verdict,
    pub printed: String,
    pub model: String,
}

/// A conversation with one who writes.
#[derive(Clone, Debug, Default)]
pub(super) struct Line {
    /// The first question.
    pub first: String,
    /// The program that changes are made in: the last that was sent, or that of the library.
    pub base: Option<String>,
    /// The last answer, and what was said to it.
    pub exchange: Option<(String, String)>,
    /// Programs that were sent, by their hashes, and in which answer.
    pub sent: BTreeMap<String, u32>,
    /// How many answers there were.
    pub answers: u32,
    /// Why they failed, in a few words each.
    pub lessons: Vec<String>,
    /// How often it was said that it cannot be done.
    pub looks: u32,
    /// The program that passed.
    pub passed: Option<Passed>,
    /// Whether the program stands against another one, so that it may come again as it is.
    pub is_disputed: bool,
}

/// From a task and an input to a result: what is next, told what came.
pub struct Session<'a> {
    pub(super) task: &'a Task,
    pub(super) input: Option<&'a Input>,
    pub(super) options: &'a SessionOptions,
    pub(super) judges: Judges,
    pub(super) settings: Settings,
    pub(super) key: Key,
    pub(super) accounts: bool,
    pub(super) sample: Option<Sample>,
    pub(super) system: String,
    pub(super) record: RunRecord,
    pub(super) troubles: Vec<String>,
    /// The entry of the library, where there is one.
    pub(super) entry: Option<Entry>,
    /// A program that is in quarantine, and does not come back as it is.
    pub(super) banned: Option<String>,
    /// What is wrong with its program, if it failed.
    pub(super) reuse_failed: bool,
    /// The program of the library that is to be mended, and what is wrong with it, for a model.
    pub(super) repair: Option<(String, String)>,
    pub(super) attempts: u32,
    pub(super) writer: Line,
    pub(super) second: Line,
    /// Whose turn it is.
    pub(super) who: Who,
    pub(super) pending: Option<Pending>,
    /// Whether the second program agrees.
    pub(super) agreed: bool,
    /// What is worth knowing of that.
    pub(super) agreement_notes: Vec<Finding>,
    /// How often the judging model could not be understood.
    pub(super) unreadable: u32,
    /// What judges say of the last program.
    pub(super) last_report: Option<Report>,
    /// Why the last answer could not be tried.
    pub(super) last_useless: Option<&'static str>,
    /// Why the model that was asked last did not answer.
    pub(super) last_trouble: Option<String>,
    /// How often a question was asked again as it was.
    pub(super) retries: u32,
    /// All text from outside that a model was shown.
    pub(super) shown: String,
    /// What is to be said if no sentence comes.
    pub(super) giving_up: Option<(FailureKind, String)>,
    /// Whether a model was asked to look again.
    pub(super) has_looked: bool,
    /// Whether that was at a result that has nothing in it.
    pub(super) has_looked_at_nothing: bool,
    /// The program at which it looks.
    pub(super) doubted: Option<Doubted>,
}

/// What was asked last.
#[derive(Clone, Debug)]
pub(super) struct Pending {
    pub ask: Ask,
}

impl<'a> Session<'a> {
    /// A session; a workflow has no input, any other task has one. `now` is the time at which it begins, in
    /// microseconds since 1970.
    ///
    /// # Errors
    /// The task, or a judge of it, is not what can be worked with.
    pub fn new(
        task: &'a Task,
        input: Option<&'a Input>,
        options: &'a SessionOptions,
        now: i64,
    ) -> Result<Self, TaskError> {
        task.check()?;
        check_stubs(&task.stubs)?;
        if task.has_input() != input.is_some() {
            let message = match task.has_input() {
                true => "the task needs an input",
                false => "a workflow has no input",
            };
            return Err(TaskError::new(message));
        }
        let judges = Judges::prepare(&task.judges, &task.output)
            .map_err(|error| TaskError::new(error.message))?;
        let shape = input.map(Shape::of);
        let key = match &shape {
            Some(shape) => task.key(shape),
            None => task.key_without_input(),
        };
        let accounts = input.is_some_and(|input| task.expects_rows(input));
        let task_hash = task.hash();
        let input_record = input.map_or_else(InputRecord::default, |input| InputRecord {
            name: input.name().map(str::to_owned),
            format: input.format().name().to_owned(),
            size: input.size(),
            hash: input.bytes_hash().to_owned(),
            rows: input.row_count(),
            shape: shape.map(|shape| shape.text).unwrap_or_default(),
        });
        let content = input.map_or("", Input::bytes_hash);
        let id = run_number(&task_hash, content, now);
        let record = RunRecord {
            key: Some(key.0.clone()),
            ..RunRecord::begun(id, task, input_record, now, unfinished())
        };
        Ok(Self {
            task,
            input,
            options,
            judges,
            settings: Settings {
                limits: input.map_or(options.limits, |input| grown(options.limits, input)),
                interrupt: options.interrupt.clone(),
                now,
            },
            key,
            accounts,
            sample: None,
            system: String::new(),
            record,
            troubles: Vec::new(),
            entry: None,
            banned: None,
            reuse_failed: false,
            repair: None,
            attempts: 0,
            writer: Line::default(),
            second: Line::default(),
            who: Who::Writer,
            pending: None,
            agreed: false,
            agreement_notes: Vec::new(),
            unreadable: 0,
            last_report: None,
            last_useless: None,
            last_trouble: None,
            retries: 0,
            shown: String::new(),
            giving_up: None,
            has_looked: false,
            has_looked_at_nothing: false,
            doubted: None,
        })
    }

    /// Begins: with the library, where it may be asked.
    pub fn start(&mut self, world: &mut World<'_>) -> Step {
        let (id, key) = (self.record.id.clone(), self.key.clone());
        world.tell(Event::Started {
            run: &id,
            key: &key,
        });
        if self.options.mode != Mode::Fresh {
            if let Some(step) = self.reuse(world) {
                return step;
            }
        } else {
            self.note_existing(world);
            world.tell(Event::Missed);
        }
        self.write(world, None)
    }

    /// Goes on with what came of the last question.
    pub fn answered(&mut self, answer: Answer, world: &mut World<'_>) -> Step {
        let Some(pending) = self.pending.take() else {
            let sentence = "The session was told an answer that it did not ask for.".to_owned();
            return self.fail(FailureKind::Model, sentence, world);
        };
        let tokens = self.account(&pending.ask, &answer);
        world.tell(Event::Answered {
            tokens,
            error: answer
                .result
                .as_ref()
                .err()
                .map(|error| error.message.as_str()),
        });
        match answer.ended {
            Ended::Interrupted => return self.interrupted(world),
            Ended::Time => return self.out_of_time(world),
            Ended::Whole | Ended::Length => {}
        }
        let is_explaining = pending.ask.purpose == Purpose::Explain;
        let completion = match answer.result {
            Ok(completion) => completion,
            // What was heard of an endless answer is an answer that was cut off.
            Err(_) if answer.ended == Ended::Length => Completion {
                text: answer.heard,
                stop: Stop::Length,
                ..Completion::default()
            },
            Err(_) if is_explaining => return self.explained(None, world),
            Err(error) if pending.ask.purpose == Purpose::Look => {
                return self.not_looked(&pending.ask, &error, world);
            }
            Err(error) => return self.no_answer(&pending.ask, &error, world),
        };
        match pending.ask.purpose {
            Purpose::Write | Purpose::Mend | Purpose::Repair | Purpose::Second => {
                self.programmed(&completion, &answer.model, world)
            }
            Purpose::Look => self.looked(&completion, &answer.model, world),
            Purpose::Judge => self.judged(&completion, world),
            Purpose::Explain => self.explained(Some(&completion), world),
        }
    }

    /// Records an attempt and what it took.
    fn account(&mut self, ask: &Ask, answer: &Answer) -> Tokens {
        let (text, error) = match &answer.result {
            Ok(completion) => (completion.text.as_str(), None),
            Err(error) => (answer.heard.as_str(), Some(error.message.clone())),
        };
        let guessed = Tokens {
            input: prompt::tokens(&ask.prompt),
            output: (text.len() as u64).div_ceil(4),
            is_estimated: true,
            ..Tokens::default()
        };
        let tokens = match &answer.result {
            Ok(completion) => match Tokens::of(completion) {
                told if told.total() == 0 => guessed,
                told => told,
            },
            Err(error) if error.tokens > 0 => Tokens {
                input: error.tokens,
                ..Tokens::default()
            },
            // What was heard was read and written.
            Err(_) if !text.is_empty() => guessed,
            Err(_) => Tokens::default(),
        };
        let cost = answer
            .result
            .as_ref()
            .ok()
            .and_then(|completion| completion.cost);
        self.last_trouble = match &answer.result {
            Err(error) if error.kind != ModelErrorKind::Stopped => Some(error.message.clone()),
            _ => None,
        };
        let said = ask.prompt.turns.last();
        let is_first = self.record.attempts.is_empty();
        self.record.cost = match (is_first, self.record.cost, cost) {
            (true, _, cost) => cost,
            (false, Some(known), Some(cost)) => Some(known.saturating_add(cost)),
            (false, ..) => None,
        };
        self.record.tokens = self.record.tokens.and(tokens);
        self.record.attempts.push(Attempt {
            purpose: ask.purpose,
            model: answer.model.clone(),
            prompt: said.map_or_else(String::new, |(_, text)| recorded(text)),
            reply: recorded(text),
            error,
            code: None,
            diagnostics: Vec::new(),
            report: None,
            printed: String::new(),
            tokens,
            cost,
            model_time: answer.took,
            trial_time: 0,
            fuel: 0,
            memory: 0,
        });
        tokens
    }

    pub(super) fn is_interrupted(&self) -> bool {
        let interrupt = self.options.interrupt.as_ref();
        interrupt.is_some_and(salami_program::Interrupt::is_requested)
    }

    /// A trouble of the library, which costs no result.
    pub(super) fn trouble(&mut self, error: &LibraryError, world: &mut World<'_>) {
        world.tell(Event::Trouble(&error.message));
        self.troubles.push(error.message.clone());
    }

    pub(super) fn store_record(&mut self, world: &mut World<'_>) {
        if let Err(error) = world.library.put_run(&self.record)
            && !self.troubles.contains(&error.message)
        {
            self.trouble(&error, world);
        }
    }

    /// The findings of one judge in place of what was said of it before.
    pub(super) fn add_findings(report: &mut Report, judge: &JudgeName, findings: Vec<Finding>) {
        report.skipped.retain(|(known, _)| known != judge);
        report.findings.retain(|finding| finding.judge != *judge);
        report.passed.retain(|known| known != judge);
        let is_bad = findings
            .iter()
            .any(|finding| finding.severity == crate::judge::Severity::Error);
        if !is_bad {
            report.passed.push(judge.clone());
        }
        report.findings.extend(findings);
    }
}

/// The number of a run.
pub(super) fn run_number(task_hash: &str, content: &str, now: i64) -> String {
    let text = format!("{task_hash}\n{content}\n{now}");
    let hash = blake3::hash(text.as_bytes()).to_hex();
    hash.chars().take(16).collect()
}

/// The ending of a run that has none yet.
pub(super) fn unfinished() -> Ending {
    Ending::Failed {
        kind: FailureKind::Interrupted,
        sentence: "The run was interrupted before it ended.".to_owned(),
    }
}

fn recorded(text: &str) -> String {
    crate::reply::cut(text, MOST_RECORDED).to_owned()
}

//! `salami run` of a program that can wait long or changes the world. One that changes the world is a process in a
//! private store from its first instruction; any other is one in memory, and goes there when it must wait. It sleeps in
//! the terminal, asks there, and after Ctrl-C another command goes on with it.

mod errors;
mod home;
mod leaving;
mod limits;
mod questions;

use std::io::Write as _;
use std::time::{Duration, Instant};

use salami::{EffectClass, Program, process_options};
use salami_process::code::CodeParts;
use salami_process::engine::Entry;
use salami_process::store::{
    Finish, ProcessId, SimulatedClock, Slot, Status, StoreError, StoreErrorKind, Wait, WaitKind,
    lost_hold,
};
use salami_process::{FunctionKind, Question, Tools};
use serde_json::{Map, Value};

use super::noting::Noting;
use super::start::{New, owner, put, short_name};
use super::terminal::Asker;
use super::watch::Happened;
use super::worker::{State, Worker};
use super::{keep, tools, words};
use crate::arguments::{Run, RunFormat, Setup};
use crate::audit::AuditLog;
use crate::failure::Failure;
use crate::output::Output;
use crate::run::show;
use crate::{connections, files, interrupt, parameters, session};
use home::File;

/// Whoever waits longer than this is kept in a file, in microseconds.
const LONG: i64 = 5_000_000;
/// How long it looks away at most.
const LOOK: Duration = Duration::from_millis(100);
/// A store that others use is tried again for so long.
const BUSY_TRIES: u32 = 100;

/// The option that keeps a run in one go, if there is one: canned answers are known to this command alone, and a
/// record or a trace is one of a whole execution.
pub fn in_one_go(arguments: &Run) -> Option<&'static str> {
    if arguments.record.is_some() {
        Some("--record")
    } else if arguments.trace.is_some() {
        Some("--trace")
    } else if arguments.setup.answers.is_some() {
        Some("--answers")
    } else {
        None
    }
}

/// Whether a program is run as a process: it changes the world or can wait for an instant, an event or a person, and
/// nothing is asked for that only a run in one go has.
pub fn applies(arguments: &Run, program: &Program) -> Result<bool, Failure> {
    let setup = &arguments.setup;
    if in_one_go(arguments).is_some()
        || setup.misconfigured.is_some()
        || program.sources().is_empty()
        || !program.report().effects.can_wait
        || program.inputs().iter().any(salami::Field::is_stream)
        || session::reads_standard_input(program)
    {
        return Ok(false);
    }
    let needs = program.needs();
    let waits_long = program
        .assembly()
        .contains("CALL_LEAF \"_leaf.wait_until\"")
        || needs.iter().any(|need| need.name.starts_with("user."))
        || has_events(program);
    if !waits_long && !changes(program) {
        return Ok(false);
    }
    // What is not connected is said where it is called.
    let tools = open_tools(setup)?;
    Ok(needs.iter().all(|need| tools.known(&need.name).is_ok()))
}

/// Whether it does more than read: what it did must not be forgotten.
fn changes(program: &Program) -> bool {
    program.effects().class > EffectClass::Reading
}

fn has_events(program: &Program) -> bool {
    let parts = CodeParts::parse(&program.to_code().body).unwrap_or_default();
    let mut kinds = parts.tools.iter().map(|declared| &declared.kind);
    kinds.any(|kind| matches!(kind, FunctionKind::Event { .. }))
}

fn open_tools(setup: &Setup) -> Result<Tools, Failure> {
    tools::open(setup.config.as_deref())
}

/// Runs it.
pub fn run(arguments: &Run, program: &Program, output: &mut Output) -> Result<(), Failure> {
    interrupt::notice_termination();
    let setup = &arguments.setup;
    let tools = open_tools(setup)?;
    if setup.config.is_some() {
        connections::admit(&tools, program)?;
    }
    let given = parameters::input(setup, program)?;
    let name = short_name(&files::name(&setup.program));
    let new = New {
        name: name.clone(),
        owner: owner(),
        input: given.input,
        options: process_options(
            setup.seed.unwrap_or_else(session::entropy),
            &setup.run_limits(),
        ),
    };
    let is_json = arguments.format == RunFormat::Json;
    // Before there is anything that could be left behind.
    let log = AuditLog::open(setup.audit_log.as_deref(), program, session::entropy())?;
    let mut running = Running::new(setup, program, &name, tools)?;
    running.is_kept = is_json;
    if setup.audit_log.is_some() {
        running.worker.note(Noting::new(log));
    }
    let stored = put(running.worker.store(), &program.to_code(), &new);
    running.id = stored.map_err(|error| running.failure(&error))?;
    running.started = running.now()?;
    if session::is_standard_input_read(setup, program) {
        running.asker = Asker::nobody();
    }
    let outcome = running.until_it_ends(|printed, complaints| {
        if is_json {
            return Ok(());
        }
        let sent = output.write(printed).and_then(|()| output.flush());
        let _ = std::io::stderr().write_all(complaints.as_bytes());
        sent
    });
    let ended = running.leave(outcome);
    if is_json {
        return errors::for_machines(&running, ended, output);
    }
    match ended? {
        Ok(value) => show(&value, arguments.format, output),
        Err(error) => Err(running.error(&error)),
    }
}

/// How a program ended: its result, or its error as JSON.
type Ended = Result<Value, Map<String, Value>>;

/// Why nobody waits for its end any more.
enum Left {
    /// Ctrl-C.
    Interrupted,
    /// It asks, and nobody is there.
    Asks,
    /// Something failed that is not the program's.
    Failed(Failure),
}

impl From<Failure> for Left {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

/// A process that runs in this command.
struct Running<'a> {
    setup: &'a Setup,
    program: &'a Program,
    name: &'a str,
    worker: Worker,
    /// The clock, if it jumps over whatever is to be waited for.
    clock: Option<SimulatedClock>,
    id: ProcessId,
    /// When it began, by its clock.
    started: i64,
    /// Where it is kept, once it is in a file.
    file: Option<File>,
    /// Whether this command ended it: nothing is left of it then.
    is_over: bool,
    asker: Asker,
    /// The question that is asked now.
    asked: Option<(Slot, Question)>,
    /// What was announced last.
    announced: Option<String>,
    /// Since when it waits.
    idle_since: Option<Instant>,
    /// Whether what it prints is kept.
    is_kept: bool,
    printed: String,
    complaints: String,
    fuel: u64,
}

impl<'a> Running<'a> {
    fn new(
        setup: &'a Setup,
        program: &'a Program,
        name: &'a str,
        tools: Tools,
    ) -> Result<Self, Failure> {
        let clock = setup.now.map(SimulatedClock::new);
        // The numbers of events are the store's, so who waits for events begins in a file; and so does who
        // changes the world: what was done must be known whatever happens to this command.
        let has_events = has_events(program);
        let (worker, file) = if has_events || changes(program) {
            let (mut file, worker) = home::in_file(keep::location(name)?, tools, clock.as_ref())?;
            file.holds = has_events;
            (worker, Some(file))
        } else {
            (home::in_memory(tools, clock.as_ref()), None)
        };
        Ok(Self {
            setup,
            program,
            name,
            worker,
            clock,
            id: ProcessId(1),
            started: 0,
            file,
            is_over: false,
            asker: Asker::default(),
            asked: None,
            announced: None,
            idle_since: None,
            is_kept: false,
            printed: String::new(),
            complaints: String::new(),
            fuel: 0,
        })
    }

    fn failure(&self, error: &StoreError) -> Failure {
        match &self.file {
            Some(file) => file.location.failure(error),
            None => Failure::new(crate::failure::IO, error.message.clone()),
        }
    }

    fn now(&mut self) -> Result<i64, Failure> {
        let now = self.worker.store().now();
        now.map_err(|error| self.failure(&error))
    }

    /// Goes on until the program ends, or nobody waits for that any more.
    fn until_it_ends(
        &mut self,
        mut wrote: impl FnMut(&str, &str) -> Result<(), Failure>,
    ) -> Result<Ended, Left> {
        let mut tries = 0;
        loop {
            let stepped = self.worker.step();
            if let Some(problem) = self.worker.problem() {
                return Err(problem.into());
            }
            let state = match stepped {
                Ok(state) => state,
                Err(error) if error.kind == StoreErrorKind::Busy && tries < BUSY_TRIES => {
                    tries += 1;
                    self.worker.wait(LOOK);
                    continue;
                }
                Err(error) => return Err(self.failure(&error).into()),
            };
            tries = 0;
            if let Some(ended) = self.happened(&mut wrote)? {
                return Ok(ended);
            }
            if interrupt::requested() {
                return Err(Left::Interrupted);
            }
            let now = self.now()?;
            if let Some(limit) = self.limit_met(now) {
                return Ok(Err(self.end_by(limit)?));
            }
            let State::Idle(due) = state else {
                self.idle_since = None;
                continue;
            };
            if !self.worker.is_quiet() {
                self.worker.wait(LOOK);
                continue;
            }
            let idle_since = *self.idle_since.get_or_insert_with(Instant::now);
            let waits = self.waits()?;
            if let Some(error) = held_for_ever(&waits) {
                return Ok(Err(error));
            }
            if self.ask(&waits)? {
                self.idle_since = None;
                continue;
            }
            let is_asking = self.asked.is_some();
            if self.clock.is_some()
                && let Some(due) = due.filter(|due| *due > now)
                && !(is_asking && self.asker.listens())
            {
                let due = self.end_of_time().map_or(due, |end| due.min(end));
                self.worker.jump(due);
                self.idle_since = None;
                continue;
            }
            let left = due.map_or(i64::MAX, |due| due.saturating_sub(now));
            let waited = i64::try_from(idle_since.elapsed().as_micros()).unwrap_or(i64::MAX);
            if left > LONG && (!is_asking || waited > LONG) {
                self.keep()?;
            }
            if !is_asking {
                self.announce(&waits, now);
            }
            let left = Duration::from_micros(u64::try_from(left).unwrap_or(0));
            self.worker
                .wait(LOOK.min(left.max(Duration::from_millis(1))));
        }
    }

    fn waits(&mut self) -> Result<Vec<Wait>, Failure> {
        let id = self.id;
        let waits = self.worker.store().waits(id);
        let waits = waits.map_err(|error| self.failure(&error))?;
        Ok(waits
            .into_iter()
            .filter(|wait| wait.outcome.is_none())
            .collect())
    }

    /// Shows what went through the store; how the program ended, if it did.
    fn happened(
        &mut self,
        wrote: &mut impl FnMut(&str, &str) -> Result<(), Failure>,
    ) -> Result<Option<Ended>, Failure> {
        for line in self.worker.problems() {
            say(&line.text);
        }
        for happened in self.worker.happened() {
            match happened {
                Happened::Turn(turn) => {
                    if let Some((slot, _)) = &self.asked
                        && turn.taken.iter().any(|(_, taken)| taken == slot)
                    {
                        self.asker.step_aside();
                        self.asks_no_more();
                    }
                    if let Some(entry) = Entry::parse(&turn.journal) {
                        self.fuel = entry.fuel;
                        self.shows(&entry, wrote)?;
                    }
                    if let Some((status, result)) = turn.end {
                        return Ok(Some(ended(status, &result)));
                    }
                    // Of the other threads somebody may catch it yet.
                    let mut held = turn.waits.iter();
                    let held = held.find(|wait| wait.kind == WaitKind::Hold && wait.thread == 0);
                    if let Some(held) = held {
                        return Ok(Some(Err(words::error_of(&held.body))));
                    }
                }
                Happened::Finished(call) if call.finish == Finish::Unknown => {
                    let mut error = Map::new();
                    let message = "nobody knows whether a call of a tool was done";
                    error.insert("kind".to_owned(), "unknown".into());
                    error.insert("message".to_owned(), message.into());
                    return Ok(Some(Err(error)));
                }
                Happened::Held(_) => {
                    return Ok(Some(Err(words::error_of(&lost_hold().body))));
                }
                Happened::Finished(call) => {
                    if let Finish::Notice { text, .. } = &call.finish {
                        tell_notice(text);
                    }
                }
                _ => {}
            }
        }
        Ok(None)
    }

    /// Shows what a turn printed: not in the line of a prompt.
    fn shows(
        &mut self,
        entry: &Entry,
        wrote: &mut impl FnMut(&str, &str) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let is_shown = !entry.printed.is_empty() || !entry.reported.is_empty();
        let asked = self.asked.as_ref().filter(|_| is_shown);
        if asked.is_some() {
            self.asker.step_aside();
        }
        wrote(&entry.printed, &entry.reported)?;
        if let Some((_, question)) = asked {
            self.asker.come_back(question);
        }
        if self.is_kept {
            self.printed.push_str(&entry.printed);
            self.complaints.push_str(&entry.reported);
        }
        Ok(())
    }
}

/// The error of a thread that is held, where nothing can come any more that catches it.
fn held_for_ever(waits: &[Wait]) -> Option<Map<String, Value>> {
    let is_stuck = |wait: &Wait| match wait.wait.kind {
        WaitKind::Hold => true,
        WaitKind::Task => wait.wait.due.is_none(),
        _ => false,
    };
    let held = waits.iter().find(|wait| wait.wait.kind == WaitKind::Hold)?;
    let is_over = waits.iter().all(is_stuck);
    is_over.then(|| words::error_of(&held.wait.body))
}

fn ended(status: Status, result: &str) -> Ended {
    let result: Map<String, Value> = serde_json::from_str(result).unwrap_or_default();
    match (status, result.get("error")) {
        (Status::Done, _) => Ok(result.get("value").cloned().unwrap_or(Value::Null)),
        (_, Some(Value::Object(error))) => Err(error.clone()),
        (_, _) => Err(Map::new()),
    }
}

/// Shows what the program tells its person.
pub fn tell_notice(text: &str) {
    for line in text.lines() {
        say(&format!("the program tells you: {line}"));
    }
}

fn say(text: &str) {
    let text = salami_source::render::escaped(text);
    let _ = writeln!(std::io::stderr(), "salami: {text}");
}

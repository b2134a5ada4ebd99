//! `salami run` of a program that can wait long or changes the world. One that changes the world is a process in a
//! private store from its first instruction; any other is one in memory, and goes there when it must wait. It sleeps in
//! the terminal, asks there, and after Ctrl-C another command goes on with it.

use std::io::Write as _;
use std::time::{Duration, Instant};

use salami::{EffectClass, Exception, Frame, LimitKind, Program, process_options};
use salami_process::code::CodeParts;
use salami_process::engine::{Entry, Problem, question};
use salami_process::store::{
    Finish, MemoryStore, ProcessId, Slot, Status, StoreError, StoreErrorKind, Wait, WaitKind,
};
use salami_process::{FunctionKind, Question, Tools};
use salami_store::SystemClock;
use serde_json::{Map, Value, json};

use super::keep;
use super::lease::{LEASE, Name, Renewal};
use super::place::{Location, quoted};
use super::start::{New, owner, put, short_name};
use super::terminal::{Asker, Typed};
use super::tools;
use super::watch::Happened;
use super::worker::{Options, State, Worker};
use super::{moments, words};
use crate::arguments::{Run, RunFormat, Setup};
use crate::failure::{Failure, INTERRUPTED, LIMIT, PROGRAM, WAITING};
use crate::output::Output;
use crate::run::show;
use crate::{connections, files, instant, interrupt, parameters, programs, session};

/// Whoever waits longer than this is kept in a file, in microseconds.
const LONG: i64 = 5_000_000;
/// Shorter sleeps are not announced.
const ANNOUNCED: i64 = 1_000_000;
/// How long it looks away at most.
const LOOK: Duration = Duration::from_millis(100);
/// So many calls are made side by side.
const CALLS: usize = 64;
/// A store that others use is tried again for so long.
const BUSY_TRIES: u32 = 100;

/// Whether a program is run as a process: it changes the world or can wait for an instant, an event or a person, and
/// nothing is asked for that only a run in one go has.
pub fn applies(arguments: &Run, program: &Program) -> Result<bool, Failure> {
    let setup = &arguments.setup;
    let in_one_go = setup.now.is_some()
        || setup.answers.is_some()
        || setup.audit_log.is_some()
        || arguments.record.is_some()
        || arguments.trace.is_some()
        || setup.run_limits().time.is_some()
        || setup.misconfigured.is_some()
        || program.sources().is_empty()
        || !program.report().effects.can_wait;
    if in_one_go || program.inputs().iter().any(salami::Field::is_stream) {
        return Ok(false);
    }
    let assembly = program.assembly();
    if assembly.contains("CALL_LEAF \"sys.stdin\"") {
        return Ok(false);
    }
    let needs = program.needs();
    let waits_long = assembly.contains("CALL_LEAF \"_leaf.wait_until\"")
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
    let mut running = Running::new(setup, program, &name, tools)?;
    let stored = put(running.worker.store(), &program.to_code(), &new);
    running.id = stored.map_err(|error| running.failure(&error))?;
    running.asks_in_terminal = !reads_standard_input(setup);
    let is_json = arguments.format == RunFormat::Json;
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
        return for_machines(&running, ended, output);
    }
    match ended? {
        Ok(value) => show(&value, arguments.format, output),
        Err(error) => Err(running.error(&error)),
    }
}

fn reads_standard_input(setup: &Setup) -> bool {
    let paths = [
        Some(&setup.program),
        setup.input_file.as_ref(),
        setup.input.as_ref(),
    ];
    let mut read = paths.into_iter().flatten();
    read.any(|path| files::is_standard_input(path))
        || setup.parameters.iter().any(|given| given.ends_with("=@-"))
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
    id: ProcessId,
    /// Where it is kept, once it is in a file.
    file: Option<File>,
    asks_in_terminal: bool,
    asker: Asker,
    /// The question that is asked now.
    asked: Option<(Slot, Question)>,
    /// What was announced last.
    announced: Option<String>,
    /// Since when it waits.
    idle_since: Option<Instant>,
    printed: String,
    complaints: String,
    fuel: u64,
}

/// A private store, and the sign that its worker lives.
struct File {
    location: Location,
    /// Whether an error holds the process there: not before it has waited long, as until then somebody is
    /// looking who expects the end of a run.
    holds: bool,
    _name: Name,
    _renewal: Renewal,
}

impl<'a> Running<'a> {
    fn new(
        setup: &'a Setup,
        program: &'a Program,
        name: &'a str,
        tools: Tools,
    ) -> Result<Self, Failure> {
        // The numbers of events are the store's, so who waits for events begins in a file; and so does who
        // changes the world: what was done must be known whatever happens to this command.
        let has_events = has_events(program);
        let (worker, file) = if has_events || changes(program) {
            let (mut file, worker) = open_file(keep::location(name)?, tools)?;
            file.holds = has_events;
            (worker, Some(file))
        } else {
            // The keys of calls have the store's name: no other run may have it.
            let own = format!("{:016x}{:016x}", session::entropy(), session::entropy());
            let store = MemoryStore::named(Box::new(SystemClock::new()), &own);
            let options = Options {
                name: "run".to_owned(),
                lease: i64::MAX / 4,
                calls: CALLS,
                is_told: true,
            };
            (Worker::new(Box::new(store), None, tools, options), None)
        };
        Ok(Self {
            setup,
            program,
            name,
            worker,
            id: ProcessId(1),
            file,
            asks_in_terminal: true,
            asker: Asker::default(),
            asked: None,
            announced: None,
            idle_since: None,
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

    /// Goes on until the program ends, or nobody waits for that any more.
    fn until_it_ends(
        &mut self,
        mut wrote: impl FnMut(&str, &str) -> Result<(), Failure>,
    ) -> Result<Ended, Left> {
        if !self.asks_in_terminal {
            self.asker = Asker::nobody();
        }
        let mut tries = 0;
        loop {
            let state = match self.worker.step() {
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
            let now = instant::now();
            let left = due.map_or(i64::MAX, |due| due.saturating_sub(now));
            let waited = i64::try_from(idle_since.elapsed().as_micros()).unwrap_or(i64::MAX);
            let is_asking = self.asked.is_some();
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
                    if let Some(entry) = Entry::parse(&turn.journal) {
                        let is_shown = !entry.printed.is_empty() || !entry.reported.is_empty();
                        let asked = self.asked.as_ref().filter(|_| is_shown);
                        if asked.is_some() {
                            self.asker.step_aside();
                        }
                        wrote(&entry.printed, &entry.reported)?;
                        if let Some((_, question)) = asked {
                            self.asker.come_back(question);
                        }
                        self.fuel = entry.fuel;
                        self.printed.push_str(&entry.printed);
                        self.complaints.push_str(&entry.reported);
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
                Happened::Finished(call) => {
                    if let Finish::Notice { text, .. } = &call.finish {
                        for line in text.lines() {
                            say(&format!("the program tells you: {line}"));
                        }
                    }
                }
                _ => {}
            }
        }
        Ok(None)
    }

    /// Asks what the program asks, one question after the other; whether something was answered.
    fn ask(&mut self, waits: &[Wait]) -> Result<bool, Left> {
        let mut questions = waits
            .iter()
            .filter_map(|wait| Some((wait.wait.slot, question(wait)?)));
        if let Some((slot, _)) = &self.asked
            && !waits.iter().any(|wait| wait.wait.slot == *slot)
        {
            say("the program does not wait for the answer any more");
            self.asked = None;
        }
        if self.asked.is_none() {
            let Some((slot, question)) = questions.next() else {
                return Ok(false);
            };
            self.asker.ask(&question);
            self.asked = Some((slot, question));
        }
        match (self.asker.look(), self.asked.take()) {
            (Typed::Nothing, asked) => self.asked = asked,
            (Typed::End, asked) => {
                // Something else may still come.
                let is_all = waits.iter().all(|wait| {
                    matches!(wait.wait.kind, WaitKind::Answer | WaitKind::Task)
                        && wait.wait.due.is_none()
                });
                if is_all {
                    return Err(Left::Asks);
                }
                // It is not asked again, as nobody answers any more.
                self.asked = asked;
            }
            (Typed::Line(line), Some((slot, question))) => {
                let id = self.id;
                let done = self.worker.engine().answer(id, Some(slot), &line.into());
                match done {
                    Ok(()) | Err(Problem::NoQuestion(..)) => return Ok(true),
                    Err(Problem::Store(error)) => return Err(self.failure(&error).into()),
                    Err(problem) => {
                        self.asker.ask_again(&question, &problem.to_string());
                        self.asked = Some((slot, question));
                    }
                }
            }
            (Typed::Line(_), None) => {}
        }
        Ok(false)
    }

    /// Says for what it waits, once.
    fn announce(&mut self, waits: &[Wait], now: i64) {
        let Some((wait, _)) = words::foremost(waits) else {
            return;
        };
        let store = match &self.file {
            Some(file) => format!("; its store is {}", file.location.path.display()),
            None => String::new(),
        };
        let text = match (wait.wait.kind, wait.wait.due) {
            (WaitKind::Timer, Some(due)) if due.saturating_sub(now) < ANNOUNCED => return,
            (WaitKind::Timer, Some(due)) => format!(
                "sleeping until {}; Ctrl-C tells how to go on with it{store}",
                moments::both(due, now)
            ),
            (WaitKind::Event, due) => {
                let until = match due {
                    Some(due) => format!(", until {}", moments::both(due, now)),
                    None => String::new(),
                };
                format!(
                    "waiting for {}{until}; Ctrl-C tells how to go on with it{store}",
                    words::event(&wait.wait.name, &wait.wait.body)
                )
            }
            _ => return,
        };
        // The same wait is announced once, however near it is by now.
        let key = match wait.wait.due {
            Some(due) => format!("{} {due}", wait.wait.slot),
            None => format!("{} {text}", wait.wait.slot),
        };
        if self.announced.as_ref() != Some(&key) {
            say(&text);
            self.announced = Some(key);
        }
    }

    /// Moves the process, which waits, from memory to a file.
    fn keep(&mut self) -> Result<(), Failure> {
        if let Some(file) = &mut self.file {
            file.holds = true;
            return Ok(());
        }
        let location = keep::location(self.name)?;
        let copied = {
            let mut into = location.open_or_make()?;
            keep::copy(self.worker.store(), self.id, into.as_mut())
        };
        self.id = copied.map_err(|error| location.failure(&error))?;
        // The tools go on as they are: what they gave and know is not begun anew.
        let tools = std::mem::take(self.worker.engine().tools());
        let (file, worker) = open_file(location, tools)?;
        self.worker = worker;
        self.file = Some(file);
        Ok(())
    }

    /// What is left of it: nothing where it ended; a store where it goes on.
    fn leave(&mut self, outcome: Result<Ended, Left>) -> Result<Ended, Failure> {
        let (message, status) = match outcome {
            Ok(Ok(value)) => {
                self.forget();
                return Ok(Ok(value));
            }
            Ok(Err(error)) => {
                let kind = error.get("kind").and_then(Value::as_str).unwrap_or("");
                if kind == "unknown"
                    && let Some(file) = &mut self.file
                {
                    // A person must say whether the call is made again.
                    file.holds = true;
                }
                if kind == "exit" || self.file.as_ref().is_none_or(|file| !file.holds) {
                    self.forget();
                }
                return Ok(Err(error));
            }
            Err(Left::Failed(failure)) => return Err(failure),
            Err(Left::Interrupted) => ("interrupted", INTERRUPTED),
            Err(Left::Asks) => ("the program asks, and nobody is here to answer", WAITING),
        };
        // What waits goes on later; what runs in memory only is lost, as it was begun just now.
        if self.file.is_none() && self.idle_since.is_some() && self.worker.is_quiet() {
            self.keep()?;
        }
        let Some(file) = &self.file else {
            return Err(Failure::rendered(status, format!("{message}\n")));
        };
        let config = match &self.setup.config {
            Some(path) => {
                let path = std::path::absolute(path).unwrap_or_else(|_| path.clone());
                format!(" --config {}", quoted(&path.display().to_string()))
            }
            None => String::new(),
        };
        let command = file.location.command(&format!("work{config}"));
        self.worker.stop();
        if let Some(text) = self.worker.finishing() {
            say(&format!("{text}; go on with: {command}"));
        }
        let since = Instant::now();
        while !self.worker.has_finished() {
            self.worker
                .step()
                .map_err(|error| file.location.failure(&error))?;
            self.worker.wait(LOOK);
            if since.elapsed() > Duration::from_secs(600) {
                break;
            }
        }
        // The outcomes of the last calls.
        self.worker
            .step()
            .map_err(|error| file.location.failure(&error))?;
        let answers = match status {
            WAITING => format!(
                "it waits for your answer: {}\nhelp: ",
                file.location.command(&format!("answer {} TEXT", self.id))
            ),
            _ => String::new(),
        };
        let help = format!("{answers}nothing is lost, go on with: {command}");
        let text = format!("{message}\nhelp: {help}\n");
        Err(Failure::rendered(status, text).with_help(help.replace("\nhelp: ", "; ")))
    }

    fn forget(&mut self) {
        if let Some(file) = self.file.take() {
            let store = MemoryStore::new(Box::new(SystemClock::new()));
            let options = Options {
                name: "over".to_owned(),
                lease: LEASE,
                calls: 1,
                is_told: false,
            };
            // The store is closed before its file goes.
            self.worker = Worker::new(Box::new(store), None, Tools::default(), options);
            keep::remove(&file.location);
        }
    }

    /// The failure that an error of the program is.
    fn error(&self, error: &Map<String, Value>) -> Failure {
        let text = |name: &str| error.get(name).and_then(Value::as_str).unwrap_or_default();
        let failure = match text("kind") {
            "exit" => {
                let status = error.get("status").and_then(Value::as_u64).unwrap_or(1);
                let message = match text("message") {
                    "" => String::new(),
                    message => format!("{message}\n"),
                };
                let status = u8::try_from(status).unwrap_or(PROGRAM);
                return Failure::rendered(status, message);
            }
            "limit" => {
                let help = other_limit(error).unwrap_or_default();
                let shown = format!("{}help: {help}\n", self.traceback(error));
                Failure::rendered(LIMIT, shown)
            }
            "exception" => Failure::rendered(PROGRAM, self.traceback(error)),
            "internal" => return programs::bug(text("message")),
            _ => Failure::new(PROGRAM, text("message")),
        };
        let Some(file) = &self.file else {
            return failure;
        };
        let held = file.location.command(&format!("show {}", self.id));
        let retry = file.location.command(&format!("resolve {} retry", self.id));
        let message = format!(
            "{}help: it is held where it stands, nothing is lost: {held}\n      {retry}\n",
            match failure.rendered {
                true => failure.message.clone(),
                false => failure.to_string(),
            }
        );
        Failure::rendered(WAITING, message)
    }

    /// The error as Python shows it.
    fn traceback(&self, error: &Map<String, Value>) -> String {
        let text = |name: &str| error.get(name).and_then(Value::as_str).unwrap_or_default();
        let listed = |name: &str| error.get(name).and_then(Value::as_array);
        let frames = listed("traceback").into_iter().flatten();
        let notes = listed("notes").into_iter().flatten();
        let (class, message) = match text("type") {
            "" => (text("message"), ""),
            class => (class, text("message")),
        };
        let exception = Exception {
            class: class.to_owned(),
            message: message.to_owned(),
            frames: frames.map(|frame| self.frame(frame)).collect(),
            notes: notes
                .filter_map(|note| note.as_str().map(str::to_owned))
                .collect(),
            before: text("before").to_owned(),
            is_external: false,
            context: Box::default(),
        };
        exception.traceback()
    }

    fn frame(&self, frame: &Value) -> Frame {
        let text = |name: &str| frame.get(name).and_then(Value::as_str).unwrap_or_default();
        let line = frame.get("line").and_then(Value::as_u64).unwrap_or(0);
        let line = u32::try_from(line).unwrap_or(0);
        let mut sources = self.program.sources().iter();
        let source = sources.find(|source| source.name() == text("file"));
        Frame {
            file: text("file").to_owned(),
            line,
            function: text("function").to_owned(),
            text: source.map_or_else(String::new, |source| {
                source.line_text(line).trim().to_owned()
            }),
        }
    }
}

/// How the limit that an error names is set to something else.
fn other_limit(error: &Map<String, Value>) -> Option<String> {
    let named = error.get("limit")?.as_str()?;
    let kinds = [
        LimitKind::Fuel,
        LimitKind::Memory,
        LimitKind::Stack,
        LimitKind::Depth,
        LimitKind::Instructions,
        LimitKind::Iterations,
        LimitKind::Output,
        LimitKind::Time,
    ];
    let kind = kinds.into_iter().find(|kind| kind.name() == named)?;
    Some(crate::run::other_limit(kind))
}

fn open_file(location: Location, tools: Tools) -> Result<(File, Worker), Failure> {
    let store = location.open_or_make()?;
    let name = Name::take(&location.path);
    let options = Options {
        name: name.text.clone(),
        lease: LEASE,
        calls: CALLS,
        is_told: true,
    };
    let renewal = Renewal::begin(location.open_or_make()?, name.text.clone());
    let worker = Worker::new(store, None, tools, options);
    let file = File {
        location,
        holds: true,
        _name: name,
        _renewal: renewal,
    };
    Ok((file, worker))
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

fn say(text: &str) {
    let text = salami_source::render::escaped(text);
    let _ = writeln!(std::io::stderr(), "salami: {text}");
}

/// One JSON object for everything that can happen.
fn for_machines(
    running: &Running<'_>,
    ended: Result<Ended, Failure>,
    output: &mut Output,
) -> Result<(), Failure> {
    let (result, error, status) = match ended {
        Ok(Ok(value)) => (value, Value::Null, 0),
        Ok(Err(mut error)) => {
            let status = running.error(&error).status;
            if let Some(help) = other_limit(&error) {
                error.insert("help".to_owned(), help.into());
            }
            (Value::Null, Value::Object(error), status)
        }
        Err(failure) => {
            let (kind, code) = match failure.status {
                WAITING => ("waiting", "WAITING"),
                status => crate::run::kind(status),
            };
            // What people are told has the help in it.
            let message = failure.message.split("\nhelp: ").next();
            let error = json!({
                "kind": kind,
                "code": code,
                "message": message.unwrap_or_default().trim_end(),
                "help": failure.help,
                "context": null,
            });
            (Value::Null, error, failure.status)
        }
    };
    let whole = json!({
        "result": result,
        "output": running.printed,
        "error_output": running.complaints,
        "fuel": running.fuel,
        "memory_peak": null,
        "error": error,
    });
    output.write(&format!("{whole}\n"))?;
    if status == 0 {
        Ok(())
    } else {
        Err(Failure::silent(status))
    }
}

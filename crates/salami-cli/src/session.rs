//! What a run meets while it waits: the clock, and tools with canned answers.

use std::io::Write as _;
use std::path::Path;
use std::time::Duration;

use salami::{
    Answer, Call, Canned, Debugger, Execution, Interrupt, Outcome, Program, Refused, RunOptions,
    STANDARD_INPUT, ToolStep, Tools, Trace, Wait,
};
use salami_process::Tool as _;
use salami_tools::User;

use crate::arguments::Setup;
use crate::audit::AuditLog;
use crate::connections::{self, Connections};
use crate::failure::{Failure, INTERRUPTED, WAITING};
use crate::person::Person;
use crate::processes::tools;
use crate::streams::Streams;
use crate::{files, instant, interrupt, parameters};

/// How long a sleep goes before it looks whether Ctrl-C was pressed.
const NAP: i64 = 50_000;
/// Shorter sleeps are not announced.
const ANNOUNCED: i64 = 1_000_000;

/// What can be given what it waits for.
pub trait Waiting {
    /// Answers the call with this sequence number.
    fn answer_call(&mut self, sequence: u64, answer: &Answer);
    /// Moves its clock on.
    fn advance(&mut self, now: i64);
    /// Gives more of the stream that it waits for.
    fn feed(&mut self, chunk: Result<Vec<u8>, String>);
}

impl Waiting for Execution {
    fn answer_call(&mut self, sequence: u64, answer: &Answer) {
        self.answer_call(sequence, answer);
    }

    fn advance(&mut self, now: i64) {
        self.advance(now);
    }

    fn feed(&mut self, chunk: Result<Vec<u8>, String>) {
        self.feed(chunk);
    }
}

impl Waiting for Debugger {
    fn answer_call(&mut self, sequence: u64, answer: &Answer) {
        self.answer_call(sequence, answer);
    }

    fn advance(&mut self, now: i64) {
        self.advance(now);
    }

    fn feed(&mut self, chunk: Result<Vec<u8>, String>) {
        self.feed(chunk);
    }
}

impl Waiting for Trace<'_> {
    fn answer_call(&mut self, sequence: u64, answer: &Answer) {
        self.answer_call(sequence, answer);
    }

    fn advance(&mut self, now: i64) {
        self.advance(now);
    }

    fn feed(&mut self, chunk: Result<Vec<u8>, String>) {
        self.feed(chunk);
    }
}

/// Whose the standard input is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StandardInput<'a> {
    /// The program reads it as `sys.stdin`.
    OfProgram,
    /// The command reads it itself; the program reads this file in its place, or nothing.
    OfCommand(Option<&'a Path>),
}

/// Whether a `--param` reads all of standard input into a parameter that is no stream.
fn is_text_of_standard_input(given: &str, program: &Program) -> bool {
    given.split_once('=').is_some_and(|(name, value)| {
        let field = program.inputs().iter().find(|field| field.name == name);
        value == "@-" && !field.is_some_and(salami::Field::is_stream)
    })
}

/// Whether a program reads standard input itself.
pub fn reads_standard_input(program: &Program) -> bool {
    program.assembly().contains("CALL_LEAF \"sys.stdin\"")
}

/// Whether program, input or a parameter come by standard input, so that nobody can be asked there.
pub fn is_standard_input_read(setup: &Setup, program: &Program) -> bool {
    let data = [&setup.input_file, &setup.input];
    let mut read = data.into_iter().flatten().chain([&setup.program]);
    read.any(|path| files::is_standard_input(path))
        || setup
            .parameters
            .iter()
            .any(|given| is_text_of_standard_input(given, program))
}

/// What a run meets while it waits.
pub struct Session {
    /// `None`: the tools answer.
    canned: Option<Canned>,
    /// Whether the canned answers are also those of the person.
    answers_for_person: bool,
    /// The tools that are connected.
    connections: Connections,
    /// Who is asked what the program asks.
    person: Person,
    /// What keeps it in one go: whoever would wait for it is told.
    in_one_go: Option<&'static str>,
    /// Where calls are noted.
    audit: AuditLog,
    /// Calls that are answered later: when, which, and how.
    pending: Vec<(i64, Call, Answer)>,
    /// Whether sleeping takes time.
    is_real: bool,
    /// What it reads.
    streams: Streams,
    /// By which its time ends.
    interrupt: Interrupt,
}

impl Session {
    /// The session and the options of a run.
    pub fn new(
        arguments: &Setup,
        program: &Program,
        standard_input: StandardInput<'_>,
    ) -> Result<(Self, RunOptions), Failure> {
        if let (Some(problem), Some(path)) = (&arguments.misconfigured, &arguments.config) {
            let name = files::name(path);
            return Err(Failure::usage(format!("{name}: {problem}")));
        }
        let answering = Self::answering(arguments.answers.as_deref())?;
        let given = parameters::input(arguments, program)?;
        let is_free = standard_input == StandardInput::OfProgram
            && !is_standard_input_read(arguments, program);
        let mut files = given.streams.clone();
        if let StandardInput::OfCommand(Some(file)) = standard_input {
            files.push((STANDARD_INPUT.to_owned(), file.to_path_buf()));
        }
        let reads = reads_standard_input(program)
            || files.iter().any(|(_, path)| files::is_standard_input(path));
        let person = match standard_input {
            StandardInput::OfCommand(_) => Person::busy("the debugger reads standard input"),
            StandardInput::OfProgram if is_free && !reads => Person::here(),
            StandardInput::OfProgram => Person::busy("standard input is read by the program"),
        };
        let streams = Streams::open(&files, is_free)?;
        let mut limits = arguments.run_limits();
        let interrupt = match standard_input {
            StandardInput::OfProgram => interrupt::watch(limits.time),
            // A person who looks at it takes their time.
            StandardInput::OfCommand(_) => {
                limits.time = None;
                Interrupt::default()
            }
        };
        let options = RunOptions {
            input: given.input,
            streams: given.streams.into_iter().map(|(name, _)| name).collect(),
            limits,
            interrupt: Some(interrupt.clone()),
            now: arguments.now.unwrap_or_else(instant::now),
            seed: arguments.seed.unwrap_or_else(entropy),
        };
        let session = Self {
            is_real: arguments.now.is_none(),
            connections: {
                let tools = tools::open(arguments.config.as_deref())?;
                let connections = Connections::new(tools);
                if arguments.config.is_some() {
                    connections.admit(program)?;
                } else if arguments.answers.is_none() {
                    ask_nobody_in_vain(connections.tools(), program)?;
                }
                connections
            },
            person,
            audit: AuditLog::open(arguments.audit_log.as_deref(), program, entropy())?,
            streams,
            interrupt,
            ..answering
        };
        Ok((session, options))
    }

    /// A session with the canned answers of a file, where sleeping takes no time.
    pub fn answering(path: Option<&Path>) -> Result<Self, Failure> {
        let canned = match path {
            None => None,
            Some(path) => {
                let text = files::text(path)?;
                let is_toml = path
                    .extension()
                    .is_some_and(|extension| extension == "toml");
                let canned = salami_tools::canned_answers(&text, is_toml).map_err(|problem| {
                    Failure::usage(format!("{}: {problem}", files::name(path)))
                })?;
                Some(canned)
            }
        };
        let canned_calls = canned.iter().flat_map(Canned::rest);
        let answers_for_person = canned_calls
            .into_iter()
            .any(|name| name.starts_with("user."));
        Ok(Self {
            canned,
            answers_for_person,
            connections: Connections::new(Tools::default()),
            person: Person::busy("the debugger reads standard input"),
            in_one_go: None,
            audit: AuditLog::default(),
            pending: Vec::new(),
            is_real: false,
            streams: Streams::default(),
            interrupt: Interrupt::default(),
        })
    }

    /// The same of a run that this option keeps in one go.
    pub fn in_one_go(self, option: Option<&'static str>) -> Self {
        Self {
            in_one_go: option,
            ..self
        }
    }

    /// The same where sleeping takes no time.
    pub fn simulated(self) -> Self {
        Self {
            is_real: false,
            ..self
        }
    }

    /// Gives an execution what it waits for.
    pub fn serve(&mut self, execution: &mut dyn Waiting, wait: &Wait) -> Result<(), Failure> {
        match wait {
            Wait::Until(until) if self.is_real => {
                sleep(*until, &self.interrupt, self.in_one_go)?;
            }
            Wait::Until(until) => execution.advance(*until),
            Wait::Call(call) => self.call(execution, call)?,
            Wait::Input(reading) => execution.feed(self.streams.read(reading)?),
            _ => {
                return Err(Failure::new(
                    WAITING,
                    "the program waits for something that does not exist here",
                ));
            }
        }
        if self.is_real {
            execution.advance(instant::now());
        }
        Ok(())
    }
}

impl Session {
    /// Makes a call, or, where it is made, waits for the first of those that are under way: a call
    /// that is told again means that all that go on side by side are.
    fn call(&mut self, execution: &mut dyn Waiting, call: &Call) -> Result<(), Failure> {
        if self
            .pending
            .iter()
            .any(|(_, made, _)| made.sequence == call.sequence)
        {
            return self.answer_next(execution);
        }
        if call.tool == "user" && self.canned.is_some() && !self.answers_for_person {
            self.audit.begun(call, call.arguments.clone())?;
            let outcome = match User::default().ask(call) {
                ToolStep::Done(outcome) => outcome,
                ToolStep::Outside(work) => work.run(),
            };
            return self.came(execution, call, outcome);
        }
        if let Some(canned) = &mut self.canned {
            let (outcome, delay) = canned.delayed(call).map_err(|problem| {
                Failure::new(WAITING, format!("the canned answers do not fit: {problem}"))
            })?;
            let answer = outcome.into_answer(call);
            self.audit.begun(call, call.arguments.clone())?;
            if delay <= 0.0 {
                return self.answer(execution, call, &answer);
            }
            let delay = Duration::try_from_secs_f64(delay).unwrap_or(Duration::MAX);
            let delay = i64::try_from(delay.as_micros()).unwrap_or(i64::MAX);
            let due = instant::now().saturating_add(delay);
            self.pending.push((due, call.clone(), answer));
            return Ok(());
        }
        if self.connections.is_under_way(call.sequence) {
            return match self.connections.next(&self.interrupt)? {
                Some((call, outcome)) => self.came(execution, &call, outcome),
                None => Ok(()),
            };
        }
        let tools = self.connections.tools();
        let shown = tools.shown(call);
        if let Err(refused) = tools.permits(&call.name()) {
            self.audit.refused(call, &refused)?;
            if matches!(refused, Refused::NoTool(_)) {
                return Err(not_connected(call));
            }
            let failure = Failure::new(connections::status(&refused), refused.to_string());
            return Err(failure.with_help(connections::help(&refused)));
        }
        self.audit.begun(call, shown)?;
        match self.connections.call(call) {
            Ok(Some(outcome)) => self.came(execution, call, outcome),
            Ok(None) => Ok(()),
            Err(refused) => Err(Failure::new(
                connections::status(&refused),
                refused.to_string(),
            )),
        }
    }

    /// Gives the program what came of a call: of a question what the person says.
    fn came(
        &mut self,
        execution: &mut dyn Waiting,
        call: &Call,
        outcome: Outcome,
    ) -> Result<(), Failure> {
        let answer = match outcome {
            Outcome::Question(question) => {
                match self
                    .person
                    .ask(&question, &self.interrupt, self.in_one_go)?
                {
                    Some(answer) => answer,
                    // Its time is over.
                    None => return Ok(()),
                }
            }
            Outcome::Notice(text) => Person::tell(&text),
            other => other.into_answer(call),
        };
        self.answer(execution, call, &answer)
    }

    fn answer(
        &mut self,
        execution: &mut dyn Waiting,
        call: &Call,
        answer: &Answer,
    ) -> Result<(), Failure> {
        self.audit.done(call, answer)?;
        execution.answer_call(call.sequence, answer);
        Ok(())
    }

    /// Waits for the first of the canned answers that take their time.
    fn answer_next(&mut self, execution: &mut dyn Waiting) -> Result<(), Failure> {
        let next = (0..self.pending.len())
            .min_by_key(|index| self.pending.get(*index).map(|(due, ..)| *due));
        let Some(next) = next else {
            return Ok(());
        };
        let (due, call, answer) = self.pending.remove(next);
        if self.is_real {
            sleep(due, &self.interrupt, self.in_one_go)?;
        }
        self.answer(execution, &call, &answer)
    }
}

/// Refuses a program that asks a person and calls what nothing connects: what they answer would be lost where it ends.
fn ask_nobody_in_vain(tools: &Tools, program: &Program) -> Result<(), Failure> {
    let needs = program.needs();
    let missing = needs.iter().find(|need| tools.known(&need.name).is_err());
    match missing {
        Some(missing) if needs.iter().any(|need| need.name.starts_with("user.")) => {
            let help = "connect the tool: --config salami.toml; or, to try the program, give the answers of all its tools: --answers FILE.json";
            Err(Failure::new(WAITING, no_such_tool(&missing.name))
                .with_help(with_configuration(help)))
        }
        _ => Ok(()),
    }
}

fn no_such_tool(name: &str) -> String {
    format!("the program calls `{name}`, and no such tool is connected")
}

/// A help that says of a configuration which is here and was not named that it is not used.
fn with_configuration(help: &str) -> String {
    match tools::configuration(None) {
        Some(_) => format!("the salami.toml here is used only where it is named; {help}"),
        None => help.to_owned(),
    }
}

/// Nobody answers a call.
fn not_connected(call: &Call) -> Failure {
    let name = call.name();
    // `json!` takes no number that JSON has not, and an argument may be infinite.
    let mut example = serde_json::json!([{"call": name, "arguments": {}, "answer": null}]);
    if let Some(arguments) = example.pointer_mut("/0/arguments") {
        *arguments = serde_json::Value::Object(call.arguments.clone());
    }
    let help = format!(
        "connect the tool: --config salami.toml; or, to try the program, give the answers of its tools: --answers FILE.json with {example}"
    );
    Failure::new(WAITING, no_such_tool(&name)).with_help(with_configuration(&help))
}

/// Sleeps until an instant, or until the program's time ends.
fn sleep(
    until: i64,
    interrupt: &Interrupt,
    in_one_go: Option<&'static str>,
) -> Result<(), Failure> {
    if until.saturating_sub(instant::now()) >= ANNOUNCED {
        let why = match in_one_go {
            Some(option) => format!("with {option} it runs in one go: Ctrl-C ends the program"),
            None => "Ctrl-C ends the program".to_owned(),
        };
        let line = format!("salami: sleeping until {} ({why})\n", instant::show(until));
        let _ = std::io::stderr().write_all(line.as_bytes());
    }
    loop {
        let left = until.saturating_sub(instant::now());
        if left <= 0 || (interrupt.is_requested() && !interrupt::requested()) {
            return Ok(());
        }
        if interrupt::requested() {
            return Err(interrupted(in_one_go));
        }
        let nap = u64::try_from(left.min(NAP)).unwrap_or(0);
        std::thread::sleep(Duration::from_micros(nap));
    }
}

/// The failure of a run that was interrupted, which is not kept.
pub fn interrupted(in_one_go: Option<&'static str>) -> Failure {
    let Some(option) = in_one_go else {
        return Failure::rendered(INTERRUPTED, "interrupted\n");
    };
    let help = format!(
        "with {option} a program runs in one go, and nothing of it is kept: without it, it could go on later"
    );
    Failure::rendered(INTERRUPTED, format!("interrupted\nhelp: {help}\n")).with_help(help)
}

/// A seed that differs from run to run.
pub fn entropy() -> u64 {
    use std::hash::{BuildHasher as _, RandomState};
    RandomState::new().hash_one(instant::now())
}

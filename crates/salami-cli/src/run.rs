//! `salami run`.

use std::io::Write;

use salami::{Execution, LimitKind, Program, Progress, RunError};
use serde_json::{Value, json};

use crate::arguments::{Run, RunFormat, Setup};

use crate::failure::{Failure, INTERRUPTED, IO, LIMIT, PROGRAM, REFUSED, USAGE, WAITING};
use crate::output::Output;
use crate::processes::private;
use crate::recording::Recording;
use crate::session::{Session, StandardInput};
use crate::{interrupt, parameters, programs, table, trace};

/// How much runs between two looks at the outside: some milliseconds.
const SLICE: u64 = 500_000;

/// Runs a program; the exit status is in the failure if it is not 0.
pub fn run(arguments: &Run, output: &mut Output) -> Result<(), Failure> {
    if arguments.format == RunFormat::Json {
        return run_for_machines(arguments, output);
    }
    let program = load(&arguments.setup)?;
    if let Some(form) = arguments.trace {
        return trace::trace(arguments, &program, form, output);
    }
    if private::applies(arguments, &program)? {
        return private::run(arguments, &program, output);
    }
    let (mut session, mut execution, mut recording) = start(arguments, &program)?;
    let show_printed = |printed: &str, complaints: &str| {
        let sent = output.write(printed).and_then(|()| output.flush());
        let _ = std::io::stderr().write_all(complaints.as_bytes());
        sent
    };
    match to_the_end(&mut session, &mut execution, &mut recording, show_printed)? {
        Ok(result) => show(&result, arguments.format, output),
        Err(error) => Err(failure(&program, &error)),
    }
}

/// Runs an execution to its end, recorded; `wrote` is given what it wrote to its two streams.
pub fn to_the_end(
    session: &mut Session,
    execution: &mut Execution,
    recording: &mut Recording,
    mut wrote: impl FnMut(&str, &str) -> Result<(), Failure>,
) -> Result<Result<Value, RunError>, Failure> {
    loop {
        let progress = execution.step(SLICE);
        let (printed, complaints) = (execution.take_output(), execution.take_error_output());
        recording.wrote(&printed, &complaints);
        wrote(&printed, &complaints)?;
        if interrupt::requested() {
            return Err(Failure::rendered(INTERRUPTED, "interrupted\n"));
        }
        match progress {
            Progress::Running => {}
            Progress::Absent(_) | Progress::Idle => return Err(waits_in_vain()),
            Progress::Suspended(wait) => {
                recording.stopped(execution, &wait)?;
                session.serve(&mut recording.around(execution), &wait)?;
            }
            Progress::Ended(result) => {
                recording.ended(execution, &result)?;
                return Ok(result);
            }
        }
    }
}

/// Loads and checks the program.
pub fn load(arguments: &Setup) -> Result<Program, Failure> {
    let program = programs::load_to_run(arguments)?.map_err(|refusal| {
        let shown = programs::rendered(&refusal.diagnostics, &refusal.sources);
        Failure::rendered(REFUSED, shown)
    })?;
    keep_within(arguments, &program)?;
    Ok(program)
}

/// Refuses a program that is larger than its profile allows.
fn keep_within(arguments: &Setup, program: &Program) -> Result<(), Failure> {
    let profile = arguments.profile();
    if profile == salami::Profile::General {
        // It was loaded within these.
        return Ok(());
    }
    program.check_limits(&profile.limits()).map_err(|error| {
        let help = format!(
            "the profile is `{}`: --profile general allows more",
            profile.name()
        );
        Failure::new(LIMIT, error.to_string()).with_help(help)
    })
}

fn start(arguments: &Run, program: &Program) -> Result<(Session, Execution, Recording), Failure> {
    let (session, options) = Session::new(&arguments.setup, program, StandardInput::OfProgram)?;
    let session = session.in_one_go(private::in_one_go(arguments));
    let execution = program
        .start(&options)
        .map_err(|error| failure(program, &error))?;
    let recording = Recording::begin(arguments.record.as_deref(), program, &options)?;
    Ok((session, execution, recording))
}

/// Prints the result; None prints nothing.
pub fn show(result: &Value, format: RunFormat, output: &mut Output) -> Result<(), Failure> {
    if result.is_null() {
        return Ok(());
    }
    if format == RunFormat::Table
        && let Some(table) = table::table(result)
    {
        return output.write(&table);
    }
    let text =
        serde_json::to_string_pretty(result).map_err(|error| programs::bug(&error.to_string()))?;
    output.write(&text)?;
    output.write("\n")
}

/// The failure that an error of the run is.
pub fn failure(program: &Program, error: &RunError) -> Failure {
    match error {
        RunError::Input(misfits) => parameters::does_not_fit(program, misfits),
        RunError::Exception(exception) => Failure::rendered(PROGRAM, exception.traceback()),
        RunError::Exit(exit) => {
            let message = exit.message.as_ref().map(|message| format!("{message}\n"));
            Failure::rendered(exit.status, message.unwrap_or_default())
        }
        RunError::Limit(limit) => {
            let help = other_limit(limit.kind);
            Failure::rendered(LIMIT, format!("{}help: {help}\n", limit.traceback())).with_help(help)
        }
        RunError::Result(_) => Failure::new(PROGRAM, error.to_string())
            .with_help("return data: None, bool, int, float, str, lists, dicts with str keys, dataclasses, dates"),
        RunError::Refused(refusal) => {
            let shown = programs::rendered(&refusal.diagnostics, &refusal.sources);
            Failure::rendered(REFUSED, shown)
        }
        RunError::NotConnected(_) => Failure::new(WAITING, error.to_string()),
        RunError::State(_) => Failure::new(PROGRAM, error.to_string()),
        RunError::Internal(text) => programs::bug(text),
    }
}

/// It is whole here, so it never waits for parts of itself.
fn waits_in_vain() -> Failure {
    let message = "the program waits for something that does not exist here";
    Failure::new(WAITING, message)
}

/// How a limit is set to something else.
pub fn other_limit(limit: LimitKind) -> String {
    let (example, or_none) = match limit {
        LimitKind::Memory | LimitKind::Output => ("heap=200MB", false),
        LimitKind::Stack => ("stack=20MB", false),
        LimitKind::Depth => ("depth=N", false),
        LimitKind::Fuel => ("fuel=N", true),
        LimitKind::Instructions => ("instructions=N", true),
        LimitKind::Iterations => ("iterations=N", true),
        LimitKind::Time => ("time=10min", true),
    };
    let none = match example.split_once('=') {
        Some((name, _)) if or_none => format!(", --limit {name}=none takes it away"),
        _ => String::new(),
    };
    format!("--limit {example} sets another limit{none}")
}

/// One JSON object for everything that can happen.
fn run_for_machines(arguments: &Run, output: &mut Output) -> Result<(), Failure> {
    let mut outcome = Outcome::default();
    let ran = outcome.run(arguments);
    if let Some(program) = &outcome.process {
        return private::run(arguments, program, output);
    }
    let status = match ran {
        Ok(status) => status,
        Err(failure) => {
            let (kind, code) = kind(failure.status);
            outcome.error = json!({
                "kind": kind,
                "code": code,
                "message": failure.message,
                "help": failure.help,
                "context": null,
            });
            failure.status
        }
    };
    let mut whole = json!({
        "result": null,
        "output": outcome.printed,
        "error_output": outcome.complaints,
        "fuel": outcome.fuel,
        "memory_peak": outcome.memory_peak,
        "error": outcome.error,
    });
    // `json!` takes no number that JSON has not, and a result may be infinite.
    if let Some(result) = whole.get_mut("result") {
        *result = outcome.result;
    }
    output.write(&format!("{whole}\n"))?;
    if status == 0 {
        Ok(())
    } else {
        Err(Failure::silent(status))
    }
}

/// What an exit status means, in a word, and the code of such errors.
pub fn kind(status: u8) -> (&'static str, &'static str) {
    match status {
        USAGE => ("usage", "INPUT_ERROR"),
        REFUSED => ("refused", "COMPILATION_ERROR"),
        LIMIT => ("limit", "LIMIT_ERROR"),
        IO => ("io", "EXTERNAL_ERROR"),
        INTERRUPTED => ("interrupted", "INTERRUPTED"),
        WAITING => ("tool", "EXTERNAL_ERROR"),
        _ => ("internal", "INTERNAL_ERROR"),
    }
}

/// What a run gave.
#[derive(Default)]
struct Outcome {
    result: Value,
    printed: String,
    complaints: String,
    fuel: u64,
    memory_peak: u64,
    error: Value,
    /// It is run as a process, which shows its outcome itself.
    process: Option<Program>,
}

impl Outcome {
    /// Runs a program to its end; its exit status.
    fn run(&mut self, arguments: &Run) -> Result<u8, Failure> {
        let program = match programs::load_to_run(&arguments.setup)? {
            Ok(program) => program,
            Err(refusal) => {
                self.error = refusal.to_json();
                return Ok(REFUSED);
            }
        };
        keep_within(&arguments.setup, &program)?;
        if private::applies(arguments, &program)? {
            self.process = Some(program);
            return Ok(0);
        }
        let (session, options) =
            Session::new(&arguments.setup, &program, StandardInput::OfProgram)?;
        let mut session = session.in_one_go(private::in_one_go(arguments));
        let mut execution = match program.start(&options) {
            Ok(execution) => execution,
            // What is refused for its input is told as what is refused for any.
            Err(RunError::Refused(refusal)) => {
                self.error = refusal.to_json();
                return Ok(REFUSED);
            }
            Err(error) => return Ok(self.failed(&program, &error)),
        };
        let mut recording = Recording::begin(arguments.record.as_deref(), &program, &options)?;
        let most = arguments.setup.run_limits().memory;
        let result = loop {
            let progress = execution.step(SLICE);
            let (printed, complaints) = (execution.take_output(), execution.take_error_output());
            recording.wrote(&printed, &complaints);
            self.printed.push_str(&printed);
            self.complaints.push_str(&complaints);
            if interrupt::requested() {
                return Err(Failure::new(INTERRUPTED, "interrupted"));
            }
            // It is all kept, so it counts.
            let kept = self.printed.len() + self.complaints.len();
            if u64::try_from(kept).unwrap_or(u64::MAX) > most
                && let Progress::Ended(result) = execution.stop(LimitKind::Output)
            {
                break result;
            }
            match progress {
                Progress::Running => {}
                Progress::Absent(_) | Progress::Idle => return Err(waits_in_vain()),
                Progress::Suspended(wait) => {
                    recording.stopped(&execution, &wait)?;
                    session.serve(&mut recording.around(&mut execution), &wait)?;
                }
                Progress::Ended(result) => break result,
            }
        };
        recording.ended(&execution, &result)?;
        self.fuel = execution.fuel();
        self.memory_peak = execution.memory_peak();
        match result {
            Ok(result) => {
                self.result = result;
                Ok(0)
            }
            Err(error) => Ok(self.failed(&program, &error)),
        }
    }

    /// Notes the error that ended it; the exit status.
    fn failed(&mut self, program: &Program, error: &RunError) -> u8 {
        self.error = error.to_json();
        if let (RunError::Limit(limit), Value::Object(fields)) = (error, &mut self.error) {
            fields.insert("help".to_owned(), other_limit(limit.kind).into());
        }
        failure(program, error).status
    }
}

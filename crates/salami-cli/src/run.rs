//! `salami run`.

use std::io::Write;

use salami::{Execution, Program, Progress, RunError};
use serde_json::{Value, json};

use crate::arguments::{Run, RunFormat, Setup};
use salami_source::render;

use crate::failure::{Failure, INTERRUPTED, IO, LIMIT, PROGRAM, REFUSED, USAGE, WAITING};
use crate::output::Output;
use crate::session::Session;
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
    let (mut session, mut execution) = start(arguments, &program)?;
    loop {
        let progress = execution.step(SLICE);
        let sent = output
            .write(&execution.take_output())
            .and_then(|()| output.flush());
        let complaints = execution.take_error_output();
        let _ = std::io::stderr().write_all(complaints.as_bytes());
        sent?;
        match progress {
            Progress::Running => {}
            Progress::Suspended(wait) => session.serve(&mut execution, &wait)?,
            Progress::Ended(Ok(result)) => return show(&result, arguments.format, output),
            Progress::Ended(Err(error)) => return Err(failure(&program, &error)),
        }
        if interrupt::requested() {
            return Err(Failure::rendered(INTERRUPTED, "interrupted\n"));
        }
    }
}

/// Loads and checks the program.
pub fn load(arguments: &Setup) -> Result<Program, Failure> {
    programs::load(
        &arguments.program,
        arguments.strict,
        arguments.tools.as_deref(),
    )
}

fn start(arguments: &Run, program: &Program) -> Result<(Session, Execution), Failure> {
    let (session, options) = Session::new(&arguments.setup, program)?;
    let execution = program
        .start(&options)
        .map_err(|error| failure(program, &error))?;
    Ok((session, execution))
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
        RunError::Limit(limit) => Failure::rendered(LIMIT, limit.traceback()).with_help(limit.to_string()),
        RunError::Result(_) => Failure::new(PROGRAM, error.to_string())
            .with_help("return data: None, bool, int, float, str, lists, dicts with str keys, dataclasses, dates"),
        RunError::NotConnected(_) => Failure::new(WAITING, error.to_string()),
        RunError::Internal(text) => programs::bug(text),
    }
}

/// One JSON object for everything that can happen.
fn run_for_machines(arguments: &Run, output: &mut Output) -> Result<(), Failure> {
    let mut outcome = Outcome::default();
    let status = match outcome.run(arguments) {
        Ok(status) => status,
        Err(failure) => {
            outcome.error = json!({"kind": kind(failure.status), "message": failure.message, "help": failure.help});
            failure.status
        }
    };
    let whole = json!({
        "result": outcome.result,
        "output": outcome.printed,
        "error_output": outcome.complaints,
        "fuel": outcome.fuel,
        "memory_peak": outcome.memory_peak,
        "error": outcome.error,
    });
    output.write(&format!("{whole}\n"))?;
    if status == 0 {
        Ok(())
    } else {
        Err(Failure::silent(status))
    }
}

/// What an exit status means, in a word.
fn kind(status: u8) -> &'static str {
    match status {
        USAGE => "usage",
        REFUSED => "refused",
        LIMIT => "limit",
        IO => "io",
        INTERRUPTED => "interrupted",
        WAITING => "tool",
        _ => "internal",
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
}

impl Outcome {
    /// Runs a program to its end; its exit status.
    fn run(&mut self, arguments: &Run) -> Result<u8, Failure> {
        let program = match programs::load_or_refuse(
            &arguments.setup.program,
            arguments.setup.strict,
            arguments.setup.tools.as_deref(),
        )? {
            Ok(program) => program,
            Err(refusal) => {
                let files: Vec<_> = refusal.sources.iter().collect();
                let shown = refusal
                    .diagnostics
                    .iter()
                    .map(|diagnostic| render::json(diagnostic, &files));
                let diagnostics: Vec<Value> = shown.collect();
                let message = "the program is refused";
                self.error =
                    json!({"kind": "refused", "message": message, "diagnostics": diagnostics});
                return Ok(REFUSED);
            }
        };
        let (mut session, mut execution) = start(arguments, &program)?;
        let result = loop {
            let progress = execution.step(SLICE);
            self.printed.push_str(&execution.take_output());
            self.complaints.push_str(&execution.take_error_output());
            match progress {
                Progress::Running => {}
                Progress::Suspended(wait) => session.serve(&mut execution, &wait)?,
                Progress::Ended(result) => break result,
            }
            if interrupt::requested() {
                return Err(Failure::new(INTERRUPTED, "interrupted"));
            }
        };
        self.fuel = execution.fuel();
        self.memory_peak = execution.memory_peak();
        match result {
            Ok(result) => {
                self.result = result;
                Ok(0)
            }
            Err(error) => {
                self.error = error.to_json();
                Ok(failure(&program, &error).status)
            }
        }
    }
}

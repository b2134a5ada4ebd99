//! The commands `salami`, `svm-run`, `svm-inspect` and `svm-debug`: they read files, show outcomes, and
//! say with their exit status how it went.

mod arguments;
mod audit;
mod author;
mod check;
mod connections;
mod dap;
mod debug;
mod determinism;
mod explain;
mod failure;
mod files;
mod instant;
mod interrupt;
mod modules;
mod output;
mod parameters;
mod person;
mod processes;
mod programs;
mod recording;
mod replay;
mod run;
mod session;
mod streams;
mod stubs;
mod table;
mod trace;

use std::io::IsTerminal;
use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use arguments::{Arguments, Command};
use failure::Failure;
use output::Output;

/// `salami`
#[must_use]
pub fn salami() -> ExitCode {
    let parsed = Arguments::try_parse().map_err(|error| misused(&error));
    let mut arguments = match parsed {
        Ok(arguments) => arguments,
        Err(status) => return status,
    };
    match &mut arguments.command {
        Command::Run(arguments) => arguments.setup.configure(),
        Command::Debug(arguments) => arguments.configure(),
        Command::VerifyDeterminism(arguments) => arguments.setup.configure(),
        _ => {}
    }
    finish(|output| execute(&arguments.command, output))
}

/// Shows what is wrong with a command line, or help: for machines as JSON where a command of stored processes or
/// of authoring was asked for that.
fn misused(error: &clap::Error) -> ExitCode {
    let words: Vec<String> = std::env::args_os()
        .skip(1)
        .map(|word| word.to_string_lossy().into_owned())
        .collect();
    let is_json = words.iter().any(|word| word == "--format=json")
        || words.windows(2).any(|pair| pair == ["--format", "json"]);
    let is_told = words
        .first()
        .is_some_and(|word| word == "author" || processes::arguments::is_name(word));
    if is_json && is_told && error.use_stderr() {
        let text = error.render().to_string();
        let message = text.trim().trim_start_matches("error: ").to_owned();
        return finish(|output| {
            let failure = Failure::usage(message);
            Err(processes::told(failure, arguments::Format::Json, output))
        });
    }
    let _ = error.print();
    ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(failure::USAGE))
}

/// `svm-run`, the same as `salami run`
#[must_use]
pub fn svm_run() -> ExitCode {
    let mut arguments = arguments::SvmRun::parse();
    arguments.run.setup.configure();
    finish(|output| run::run(&arguments.run, output))
}

/// `svm-inspect`, the same as `salami inspect`
#[must_use]
pub fn svm_inspect() -> ExitCode {
    let arguments = arguments::SvmInspect::parse();
    finish(|output| modules::inspect(&arguments.inspect, output))
}

/// `svm-debug`, the same as `salami debug`
#[must_use]
pub fn svm_debug() -> ExitCode {
    let mut arguments = arguments::SvmDebug::parse();
    arguments.debug.configure();
    finish(|output| debug::debug(&arguments.debug, output))
}

/// Does what a command line asks; the exit status.
fn finish(execute: impl FnOnce(&mut Output) -> Result<(), Failure>) -> ExitCode {
    interrupt::notice();
    let mut output = Output::new();
    let outcome = execute(&mut output);
    let flushed = output.flush();
    match outcome.and(flushed) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            use std::io::Write;
            let _ = write!(std::io::stderr(), "{failure}");
            ExitCode::from(failure.status)
        }
    }
}

fn execute(command: &Command, output: &mut Output) -> Result<(), Failure> {
    match command {
        Command::Run(arguments) => run::run(arguments, output),
        Command::Debug(arguments) => debug::debug(arguments, output),
        Command::Replay(arguments) => replay::replay(arguments, output),
        Command::VerifyDeterminism(arguments) => determinism::verify(arguments, output),
        Command::Check(arguments) => check::check(arguments, output),
        Command::Compile(arguments) => modules::compile(arguments, output),
        Command::Inspect(arguments) => modules::inspect(arguments, output),
        Command::Processes(command) => processes::execute(command, output),
        Command::Author(arguments) => author::execute(arguments, output),
        Command::Card => explain::card(output),
        Command::Explain(arguments) => explain::explain(&arguments.code, output),
        Command::Completions(arguments) => {
            let mut script = Vec::new();
            clap_complete::generate(
                arguments.shell,
                &mut Arguments::command(),
                "salami",
                &mut script,
            );
            output.write_bytes(&script)
        }
    }
}

/// Whether what is shown on standard error may have colours.
fn color() -> bool {
    std::io::stderr().is_terminal() && colors_are_wanted()
}

/// Whether the environment has nothing against colours.
fn colors_are_wanted() -> bool {
    let is_dumb = std::env::var_os("TERM").is_some_and(|terminal| terminal == "dumb");
    !is_dumb && std::env::var_os("NO_COLOR").is_none()
}

//! The commands `salami`, `svm-run`, `svm-inspect` and `svm-debug`: they read files, show outcomes, and
//! say with their exit status how it went.

mod arguments;
mod audit;
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
    let mut arguments = Arguments::parse();
    match &mut arguments.command {
        Command::Run(arguments) => arguments.setup.configure(),
        Command::Debug(arguments) => arguments.configure(),
        Command::VerifyDeterminism(arguments) => arguments.setup.configure(),
        _ => {}
    }
    finish(|output| execute(&arguments.command, output))
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
    std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none()
}

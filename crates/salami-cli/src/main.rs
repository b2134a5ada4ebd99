//! The command `salami`: reads files, shows outcomes, and says with its exit status how it went.

mod arguments;
mod check;
mod dap;
mod debug;
mod explain;
mod failure;
mod files;
mod instant;
mod interrupt;
mod modules;
mod output;
mod parameters;
mod programs;
mod run;
mod session;
mod stubs;
mod table;
mod trace;

use std::io::IsTerminal;
use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use arguments::{Arguments, Command};
use failure::Failure;
use output::Output;

// Heap objects are allocations of their own: bench/programs/matrix.py spends 30 percent of its
// instructions in the platform's allocator, and runs a third faster with this one.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    interrupt::watch();
    let mut output = Output::new();
    let outcome = execute(&arguments.command, &mut output);
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
        Command::Check(arguments) => check::check(arguments, output),
        Command::Compile(arguments) => modules::compile(arguments, output),
        Command::Inspect(arguments) => modules::inspect(arguments, output),
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

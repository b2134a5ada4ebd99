//! Just-in-time programming at the command line: transform, workflow, test, compare; library, runs, show, statistics,
//! shape, prompt, forget.

pub mod arguments;
mod asking;
mod compare;
mod ending;
mod files;
mod forget;
mod judges;
mod library;
mod place;
mod progress;
mod prompt;
mod report;
mod runs;
mod settings;
mod shape;
mod show;
mod statistics;
mod suites;
mod test;
mod transform;
mod wanted;
mod workflow;

use crate::arguments::Format;
use crate::failure::Failure;
use crate::output::Output;
use crate::processes;
use arguments::{Author, Command, LibraryCommand, StatisticsFormat};

/// Does what a subcommand asks.
pub fn execute(author: &Author, output: &mut Output) -> Result<(), Failure> {
    let command = &author.command;
    let format = match command {
        Command::Transform(arguments) => arguments.format.general(),
        Command::Workflow(arguments) => arguments.format.general(),
        Command::Test(arguments) => arguments.format.general(),
        Command::Compare(arguments) => arguments.format.general(),
        Command::Library(arguments) => match &arguments.command {
            LibraryCommand::List(arguments) => arguments.format.general(),
            LibraryCommand::Show(arguments)
            | LibraryCommand::Pin(arguments)
            | LibraryCommand::Unpin(arguments)
            | LibraryCommand::Quarantine(arguments)
            | LibraryCommand::Remove(arguments) => arguments.format.general(),
            LibraryCommand::Export(arguments) | LibraryCommand::Import(arguments) => {
                arguments.format.general()
            }
        },
        Command::Runs(arguments) => arguments.format.general(),
        Command::Show(arguments) => arguments.format.general(),
        Command::Statistics(arguments) => match arguments.format {
            StatisticsFormat::Json => Format::Json,
            _ => Format::Human,
        },
        Command::Shape(arguments) => arguments.format.general(),
        Command::Prompt(arguments) => arguments.format.general(),
        Command::Forget(arguments) => arguments.format.general(),
    };
    done(command, output).map_err(|failure| processes::told(failure, format, output))
}

fn done(command: &Command, output: &mut Output) -> Result<(), Failure> {
    match command {
        Command::Transform(arguments) => transform::transform(arguments, output),
        Command::Workflow(arguments) => workflow::workflow(arguments, output),
        Command::Test(arguments) => test::test(arguments, output),
        Command::Compare(arguments) => compare::compare(arguments, output),
        Command::Library(arguments) => library::library(&arguments.command, output),
        Command::Runs(arguments) => runs::runs(arguments, output),
        Command::Show(arguments) => show::show(arguments, output),
        Command::Statistics(arguments) => statistics::statistics(arguments, output),
        Command::Shape(arguments) => shape::shape(arguments, output),
        Command::Prompt(arguments) => prompt::prompt(arguments, output),
        Command::Forget(arguments) => forget::forget(arguments, output),
    }
}

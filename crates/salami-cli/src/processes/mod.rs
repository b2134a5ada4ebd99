//! Stored processes at the command line: start, work, ps, show, plan, forget; inbox, answer, approve, refuse; pause, resume,
//! resolve, cancel; event send; demo.

pub mod arguments;
mod audit;
mod demo;
mod event;
mod fields;
mod history;
mod inbox;
mod keep;
mod lease;
mod look;
pub mod moments;
mod moved;
mod noting;
pub mod paint;
mod people;
pub mod place;
pub mod private;
mod ps;
mod reach;
mod replay;
mod runs;
mod script;
mod show;
mod sources;
pub mod start;
mod tell;
pub mod terminal;
pub mod tools;
mod transfer;
mod vanished;
mod watch;
pub mod words;
mod work;
mod worker;

use salami_process::store::Control;

use crate::arguments::Format;
use crate::failure::Failure;
use crate::output::Output;
use arguments::{Command, EventCommand};

pub use reach::told;
pub use replay::replay;

/// Does what a subcommand asks.
pub fn execute(command: &Command, output: &mut Output) -> Result<(), Failure> {
    let format = match command {
        Command::Start(arguments) => arguments.format,
        Command::Work(arguments) => arguments.format,
        Command::Ps(arguments) => arguments.format,
        Command::Forget(arguments) => arguments.format,
        Command::Show(arguments) => arguments.format,
        Command::Inbox(arguments) => arguments.format,
        Command::Answer(arguments) => arguments.format,
        Command::Approve(arguments) | Command::Refuse(arguments) => arguments.format,
        Command::Pause(arguments) | Command::Resume(arguments) | Command::Cancel(arguments) => {
            arguments.format
        }
        Command::Resolve(arguments) => arguments.format,
        Command::Event(arguments) => match &arguments.command {
            EventCommand::Send(arguments) => arguments.format,
        },
        Command::Plan(arguments) => arguments.format,
        Command::Export(arguments) => arguments.format,
        Command::Import(arguments) => arguments.format,
        Command::Audit(arguments) => arguments.format,
        Command::Demo(_) => Format::Human,
    };
    done(command, output).map_err(|failure| reach::told(failure, format, output))
}

fn done(command: &Command, output: &mut Output) -> Result<(), Failure> {
    match command {
        Command::Start(arguments) => start::start(arguments, output),
        Command::Work(arguments) => work::work(arguments, output),
        Command::Ps(arguments) if arguments.private => runs::list(arguments, output),
        Command::Ps(arguments) => ps::ps(arguments, output),
        Command::Forget(arguments) => runs::forget(arguments, output),
        Command::Show(arguments) => show::show(arguments, output),
        Command::Inbox(arguments) => inbox::inbox(arguments, output),
        Command::Answer(arguments) => people::answer(arguments, output),
        Command::Approve(arguments) => people::decide(arguments, true, output),
        Command::Refuse(arguments) => people::decide(arguments, false, output),
        Command::Pause(arguments) => people::control(arguments, Control::Pause, output),
        Command::Resume(arguments) => people::control(arguments, Control::Resume, output),
        Command::Cancel(arguments) => people::control(arguments, Control::Cancel, output),
        Command::Resolve(arguments) => people::resolve(arguments, output),
        Command::Event(arguments) => match &arguments.command {
            EventCommand::Send(arguments) => event::send(arguments, output),
        },
        Command::Plan(arguments) => start::plan(arguments, output),
        Command::Export(arguments) => transfer::export(arguments, output),
        Command::Import(arguments) => transfer::import(arguments, output),
        Command::Audit(arguments) => audit::audit(arguments, output),
        Command::Demo(arguments) => demo::demo(arguments, output),
    }
}

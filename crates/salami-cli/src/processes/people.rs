//! `salami answer`, `approve`, `refuse`, `pause`, `resume`, `resolve`, `cancel`.

use salami_process::engine::Problem;
use salami_process::store::{Control, ProcessId, Status};
use serde_json::Value;

use super::arguments::{Answer, Asked, One, Place, Resolve, Way};
use super::reach::Reach;
use super::words;
use crate::arguments::Format;
use crate::failure::Failure;
use crate::output::Output;

/// What makes it go on.
fn goes_on(reach: &Reach) -> String {
    format!("`{}` goes on with it", reach.location.command("work"))
}

/// Who does something, as that is written down: who was named, or who runs the command.
pub fn person(named: Option<&str>) -> String {
    named.map_or_else(super::start::owner, str::to_owned)
}

/// Answers a question.
pub fn answer(arguments: &Answer, output: &mut Output) -> Result<(), Failure> {
    let answer = arguments.answer.join(" ");
    if answer.trim().is_empty() && !arguments.empty {
        // A variable of a shell that is not set is no answer, and what a program does with it may be for good.
        let message = format!(
            "the answer to process {} is empty",
            arguments.question.process
        );
        let help =
            "write the answer after the number of the question; --empty answers with an empty text";
        return Err(Failure::usage(message).with_help(help));
    }
    let answer = Value::String(answer);
    let mut reach = Reach::open_as(&arguments.place, &arguments.person)?;
    settle(
        &mut reach,
        arguments.question,
        &answer,
        arguments.format,
        output,
    )
}

/// Says yes or no.
pub fn decide(arguments: &Place, yes: bool, output: &mut Output) -> Result<(), Failure> {
    let mut reach = Reach::open_as(&arguments.place, &arguments.person)?;
    settle(
        &mut reach,
        arguments.question,
        &yes.into(),
        arguments.format,
        output,
    )
}

fn settle(
    reach: &mut Reach,
    question: Asked,
    answer: &Value,
    format: Format,
    output: &mut Output,
) -> Result<(), Failure> {
    let id = ProcessId(question.process);
    reach.question = Some(match question.slot {
        Some(slot) => format!("{id}.{slot}"),
        None => id.to_string(),
    });
    let done = reach.engine.answer(id, question.slot, answer);
    let process = reach.engine.store().process(id).ok().flatten();
    let is_paused = process.is_some_and(|process| process.status == Status::Paused);
    let then = match is_paused {
        true => format!(
            "it is paused: `{}` lets it go on",
            reach.location.command(&format!("resume {id}"))
        ),
        false => goes_on(reach),
    };
    let said = format!("process {id} has its answer; {then}");
    reach.tell(done, id, &said, format, output)
}

/// Pauses, resumes or cancels.
pub fn control(arguments: &One, control: Control, output: &mut Output) -> Result<(), Failure> {
    let mut reach = Reach::open_as(&arguments.place, &arguments.person)?;
    let id = ProcessId(arguments.process);
    let held = reach.engine.store().process(id).ok().flatten();
    let is_held = held.is_some_and(|process| process.status == Status::Held);
    let done = reach.engine.control(id, control);
    let done = match done {
        Err(Problem::Already(_)) => {
            let is = match control {
                Control::Pause => "is paused already",
                Control::Resume => "is not paused",
                Control::Cancel | Control::Abort => "is being cancelled already",
            };
            let failure = Failure::usage(format!("process {id} {is}"));
            if arguments.format == Format::Json {
                let error = super::reach::error("process.already", &failure);
                output.write(&format!("{error}\n"))?;
                return Err(Failure::silent(failure.status));
            }
            return Err(failure);
        }
        done => done,
    };
    let said = match control {
        Control::Pause => format!(
            "process {id} is paused: it does nothing until `{}`",
            reach.location.command(&format!("resume {id}"))
        ),
        Control::Resume => format!("process {id} is not paused any more; {}", goes_on(&reach)),
        Control::Cancel if is_held => format!(
            "process {id} will be cancelled where an error holds it; {}",
            goes_on(&reach)
        ),
        Control::Cancel | Control::Abort => format!(
            "process {id} will be cancelled where it waits; {}",
            goes_on(&reach)
        ),
    };
    reach.tell(done, id, &said, arguments.format, output)
}

fn in_thread(thread: Option<u64>) -> String {
    thread.map_or_else(String::new, |thread| format!(", thread {thread},"))
}

/// Finds a way out of a hold.
pub fn resolve(arguments: &Resolve, output: &mut Output) -> Result<(), Failure> {
    let mut reach = Reach::open_as(&arguments.place, &arguments.person)?;
    let id = ProcessId(arguments.held.process);
    let thread = arguments.held.thread;
    let (done, said) = match arguments.way {
        Way::Abort if thread.is_some() => {
            return Err(
                Failure::usage("abort ends the whole process, not one of its threads").with_help(
                    format!(
                        "`{}` ends it",
                        reach.location.command(&format!("resolve {id} abort"))
                    ),
                ),
            );
        }
        Way::Retry => {
            let said = format!(
                "process {id}{} tries again; {}",
                in_thread(thread),
                goes_on(&reach)
            );
            (reach.engine.retry(id, thread), said)
        }
        Way::Abort => {
            let said = format!(
                "process {id} ends where it stands, with the next `{}`",
                reach.location.command("work")
            );
            (reach.engine.control(id, Control::Abort), said)
        }
    };
    if let (Ok(()), Format::Human) = (&done, arguments.format)
        && let Ok(Some(process)) = reach.engine.store().process(id)
    {
        let name = words::shortened(&process.name, 40);
        return output.write(&format!("{said} ({name})\n"));
    }
    reach.tell(done, id, &said, arguments.format, output)
}

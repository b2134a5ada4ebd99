//! An engine that people reach a store through: it runs nothing, and has no tools.

use salami::ProcessRuntime;
use salami_process::Tools;
use salami_process::engine::{Engine, EngineOptions, Problem};
use salami_process::store::ProcessId;
use serde_json::{Value, json};

use super::arguments::{Person, StorePlace};
use super::place::Location;
use super::words;
use crate::arguments::Format;
use crate::failure::{Failure, USAGE};
use crate::output::Output;

/// A store that exists, and an engine over it.
pub struct Reach {
    /// Where it is.
    pub location: Location,
    /// By which things are done.
    pub engine: Engine,
    /// How the question is named that is answered.
    pub question: Option<String>,
}

impl Reach {
    /// Opens the store.
    pub fn open(place: &StorePlace) -> Result<Self, Failure> {
        let location = Location::find(place)?;
        let store = location.open()?;
        let (runtime, tools) = (ProcessRuntime::new(), Tools::default());
        let options = EngineOptions::default();
        let engine = Engine::new(store, Box::new(runtime), tools, options);
        Ok(Self {
            location,
            engine,
            question: None,
        })
    }

    /// The same for a person, whose acts are written down.
    pub fn open_as(place: &StorePlace, person: &Person) -> Result<Self, Failure> {
        let mut reach = Self::open(place)?;
        let name = super::people::person(person.name.as_deref());
        reach.engine.act_as(&name);
        Ok(reach)
    }

    /// What a problem is here.
    pub fn failure(&mut self, problem: &Problem) -> Failure {
        let command = |command: &str| self.location.command(command);
        let failure = Failure::new(USAGE, problem.to_string());
        match problem {
            Problem::Store(error) => self.location.failure(error),
            Problem::NoProcess(_) => {
                failure.with_help(format!("`{}` lists the processes", command("ps --all")))
            }
            Problem::HasEnded(id) | Problem::HasMoved(id) => {
                failure.with_help(format!("`{}` tells how", command(&format!("show {id}"))))
            }
            Problem::NoQuestion(..) | Problem::WhichQuestion(..) => {
                failure.with_help(format!("`{}` lists the questions", command("inbox")))
            }
            Problem::NotHeld(id, Some(_)) => failure.with_help(format!(
                "`{}` lists what is held; `{}` tries all of it again",
                command("inbox"),
                command(&format!("resolve {id} retry"))
            )),
            Problem::NotHeld(id, None) => {
                let status = self.engine.store().process(*id).ok().flatten();
                match status {
                    Some(process) => failure.with_help(format!(
                        "it is {}: only what an error holds can be resolved",
                        process.status.name()
                    )),
                    None => failure,
                }
            }
            Problem::NoAnswer(question) => {
                let ways: Vec<String> =
                    words::answers(self.question.as_deref().unwrap_or("ID"), question)
                        .iter()
                        .map(|way| format!("`{}`", command(way)))
                        .collect();
                failure.with_help(format!("write {}", ways.join(" or ")))
            }
            Problem::Already(_) | Problem::IsToEnd(_) => failure,
        }
    }

    /// Shows that something was done, or why not.
    pub fn tell(
        &mut self,
        done: Result<(), Problem>,
        id: ProcessId,
        said: &str,
        format: Format,
        output: &mut Output,
    ) -> Result<(), Failure> {
        match (done, format) {
            (Ok(()), Format::Human) => output.write(&format!("{said}\n")),
            (Ok(()), Format::Json) => {
                let process = self.engine.store().process(id).ok().flatten();
                let status = process.map(|process| process.status.name());
                output.write(&format!("{}\n", json!({"id": id.0, "status": status})))
            }
            (Err(problem), Format::Human) => Err(self.failure(&problem)),
            (Err(problem), Format::Json) => {
                let failure = self.failure(&problem);
                output.write(&format!("{}\n", error(problem.code(), &failure)))?;
                Err(Failure::silent(failure.status))
            }
        }
    }
}

/// A failure as machines are told it, if they are.
pub fn told(failure: Failure, format: Format, output: &mut Output) -> Failure {
    if format != Format::Json || failure.message.is_empty() {
        return failure;
    }
    match output.write(&format!("{}\n", error(failure.code(), &failure))) {
        Ok(()) => Failure::silent(failure.status),
        Err(_) => failure,
    }
}

/// A failure for machines.
pub fn error(code: &str, failure: &Failure) -> Value {
    let message = failure.message.trim_end();
    json!({"error": {"code": code, "message": message, "help": failure.help}})
}

//! What is left of a process when the command that runs it ends.

use std::time::{Duration, Instant};

use salami_process::Tools;
use serde_json::Value;

use super::super::keep;
use super::super::place::quoted;
use super::{Ended, LOOK, Left, Running, home, say};
use crate::failure::{Failure, INTERRUPTED, WAITING};

/// How long calls that were made are waited for.
const FINISHING: Duration = Duration::from_secs(600);

impl Running<'_> {
    /// Moves the process, which waits, from memory to a file.
    pub(super) fn keep(&mut self) -> Result<(), Failure> {
        if let Some(file) = &mut self.file {
            file.holds = true;
            return Ok(());
        }
        let location = keep::location(self.name)?;
        let copied = {
            let mut into = home::open(&location, self.clock.as_ref())?;
            keep::copy(self.worker.store(), self.id, into.as_mut())
        };
        self.id = copied.map_err(|error| location.failure(&error))?;
        // The tools go on as they are: what they gave and know is not begun anew.
        let tools = std::mem::take(self.worker.engine().tools());
        let noting = self.worker.take_noting();
        let (file, worker) = home::in_file(location, tools, self.clock.as_ref())?;
        self.worker = worker;
        if let Some(noting) = noting {
            self.worker.note(noting);
        }
        self.file = Some(file);
        Ok(())
    }

    /// What is left of it: nothing where it ended; a store where it goes on.
    pub(super) fn leave(&mut self, outcome: Result<Ended, Left>) -> Result<Ended, Failure> {
        let (message, status) = match outcome {
            Ok(Ok(value)) => {
                self.forget();
                return Ok(Ok(value));
            }
            Ok(Err(error)) => {
                let kind = error.get("kind").and_then(Value::as_str).unwrap_or("");
                if kind == "unknown"
                    && let Some(file) = &mut self.file
                {
                    // A person must say whether the call is made again.
                    file.holds = true;
                }
                let holds = self.file.as_ref().is_some_and(|file| file.holds);
                if kind == "exit" || self.is_over || !holds {
                    self.forget();
                }
                return Ok(Err(error));
            }
            Err(Left::Failed(failure)) => return Err(failure),
            Err(Left::Interrupted) => ("interrupted", INTERRUPTED),
            Err(Left::Asks) => ("the program asks, and nobody is here to answer", WAITING),
        };
        if self.asked.is_some() {
            self.asker.step_aside();
        }
        // What waits goes on later; what runs in memory only is lost, as it was begun just now.
        if self.file.is_none() && self.idle_since.is_some() && self.worker.is_quiet() {
            self.keep()?;
        }
        let Some(file) = &self.file else {
            return Err(Failure::rendered(status, format!("{message}\n")));
        };
        let command = file.location.command(&self.way_on());
        self.worker.stop();
        if let Some(text) = self.worker.finishing() {
            say(&format!("{text}; go on with: {command}"));
        }
        let since = Instant::now();
        while !self.worker.has_finished() {
            self.worker
                .step()
                .map_err(|error| file.location.failure(&error))?;
            self.worker.wait(LOOK);
            if since.elapsed() > FINISHING {
                break;
            }
        }
        // The outcomes of the last calls.
        self.worker
            .step()
            .map_err(|error| file.location.failure(&error))?;
        let mut helps = Vec::new();
        if status == WAITING {
            let answer = file.location.command(&format!("answer {} ANSWER", self.id));
            helps.push(format!("it waits for your answer: {answer}"));
        }
        helps.push(format!("nothing is lost, go on with: {command}"));
        if self.setup.audit_log.is_some() {
            helps.push("its audit log ends here".to_owned());
        }
        helps.push(
            "`salami ps --private` lists what runs have left, `salami forget` removes it"
                .to_owned(),
        );
        let text = format!("{message}\nhelp: {}\n", helps.join("\nhelp: "));
        Err(Failure::rendered(status, text).with_help(helps.join("; ")))
    }

    /// The command that goes on with it, without `salami`.
    fn way_on(&self) -> String {
        let mut command = "work".to_owned();
        if self.clock.is_some() {
            command += " --simulate-clock";
        }
        if let Some(path) = &self.setup.config {
            let path = std::path::absolute(path).unwrap_or_else(|_| path.clone());
            command += &format!(" --config {}", quoted(&path.display().to_string()));
        }
        command
    }

    fn forget(&mut self) {
        if let Some(file) = self.file.take() {
            // The store is closed before its file goes.
            self.worker = home::in_memory(Tools::default(), None);
            keep::remove(&file.location);
        }
    }
}

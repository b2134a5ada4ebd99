//! What a program asks and waits for, where it runs in a command: shown in the terminal.

use salami_process::engine::{Problem, question};
use salami_process::store::{Wait, WaitKind};

use super::super::terminal::Typed;
use super::super::{moments, words};
use super::{Left, Running, say};

/// Shorter sleeps are not announced.
const ANNOUNCED: i64 = 1_000_000;

impl Running<'_> {
    /// Asks what the program asks, one question after the other; whether something was answered.
    pub(super) fn ask(&mut self, waits: &[Wait]) -> Result<bool, Left> {
        let mut questions = waits
            .iter()
            .filter_map(|wait| Some((wait.wait.slot, question(wait)?)));
        if let Some((slot, _)) = &self.asked
            && !waits.iter().any(|wait| wait.wait.slot == *slot)
        {
            self.asker.step_aside();
            self.asks_no_more();
        }
        if self.asked.is_none() {
            let Some((slot, question)) = questions.next() else {
                return Ok(false);
            };
            self.asker.ask(&question);
            self.asked = Some((slot, question));
        }
        match (self.asker.look(), self.asked.take()) {
            (Typed::Nothing, asked) => self.asked = asked,
            (Typed::End, asked) => {
                // Something else may still come.
                let is_all = waits.iter().all(|wait| {
                    matches!(wait.wait.kind, WaitKind::Answer | WaitKind::Task)
                        && wait.wait.due.is_none()
                });
                if is_all {
                    return Err(Left::Asks);
                }
                // It is not asked again, as nobody answers any more.
                self.asked = asked;
            }
            (Typed::Line(line), Some((slot, question))) => {
                let id = self.id;
                let done = self.worker.engine().answer(id, Some(slot), &line.into());
                match done {
                    Ok(()) | Err(Problem::NoQuestion(..)) => return Ok(true),
                    Err(Problem::Store(error)) => return Err(self.failure(&error).into()),
                    Err(problem) => {
                        self.asker.ask_again(&question, &problem.to_string());
                        self.asked = Some((slot, question));
                    }
                }
            }
            (Typed::Line(_), None) => {}
        }
        Ok(false)
    }

    /// It goes on without an answer.
    pub(super) fn asks_no_more(&mut self) {
        say("the program does not wait for the answer any more");
        self.asked = None;
    }

    /// Says for what it waits, once.
    pub(super) fn announce(&mut self, waits: &[Wait], now: i64) {
        let Some((wait, _)) = words::foremost(waits) else {
            return;
        };
        let store = match &self.file {
            Some(file) => format!("; its store is {}", file.location.path.display()),
            None => String::new(),
        };
        let text = match (wait.wait.kind, wait.wait.due) {
            (WaitKind::Timer, Some(due)) if due.saturating_sub(now) < ANNOUNCED => return,
            (WaitKind::Timer, Some(due)) => format!(
                "sleeping until {}; Ctrl-C tells how to go on with it{store}",
                moments::both(due, now)
            ),
            (WaitKind::Event, due) => {
                let until = match due {
                    Some(due) => format!(", until {}", moments::both(due, now)),
                    None => String::new(),
                };
                format!(
                    "waiting for {}{until}; Ctrl-C tells how to go on with it{store}",
                    words::event(&wait.wait.name, &wait.wait.body)
                )
            }
            _ => return,
        };
        // The same wait is announced once, however near it is by now.
        let key = match wait.wait.due {
            Some(due) => format!("{} {due}", wait.wait.slot),
            None => format!("{} {text}", wait.wait.slot),
        };
        if self.announced.as_ref() != Some(&key) {
            say(&text);
            self.announced = Some(key);
        }
    }
}

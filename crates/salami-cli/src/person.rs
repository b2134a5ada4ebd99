//! The person in front of a program that runs in one go: asked on standard error, answering by lines of standard input.

use std::time::{Duration, Instant};

use salami::{Answer, Interrupt};
use salami_process::Question;
use salami_process::engine::{Problem, fitting};
use serde_json::Value;

use crate::failure::{Failure, WAITING};
use crate::processes::private;
use crate::processes::terminal::{Asker, Typed};
use crate::{interrupt, session};

/// How long it looks away.
const NAP: Duration = Duration::from_millis(20);

/// Who answers a program.
#[derive(Debug)]
pub struct Person {
    asker: Asker,
    /// Why nobody can be asked, where that is so from the beginning.
    busy: Option<&'static str>,
}

impl Person {
    /// Somebody may be here.
    pub fn here() -> Self {
        Self {
            asker: Asker::default(),
            busy: None,
        }
    }

    /// Nobody can be asked, for this reason.
    pub fn busy(why: &'static str) -> Self {
        Self {
            asker: Asker::nobody(),
            busy: Some(why),
        }
    }

    /// Asks; `None` if the program's time is over before.
    pub fn ask(
        &mut self,
        question: &Question,
        time: &Interrupt,
        in_one_go: Option<&'static str>,
    ) -> Result<Option<Answer>, Failure> {
        let span = question.timeout.map(Duration::try_from_secs_f64);
        let span = span.map(|span| span.unwrap_or(Duration::MAX));
        let since = Instant::now();
        if self.asker.listens() {
            self.asker.ask(question);
        } else if span.is_none() {
            return Err(self.nobody(question, in_one_go));
        }
        loop {
            match self.asker.look() {
                Typed::Line(line) => match fitting(question, &line.into()) {
                    Some(value) => return Ok(Some(Answer::Value(value))),
                    None => {
                        let problem = Problem::NoAnswer(Box::new(question.clone()));
                        self.asker.ask_again(question, &problem.to_string());
                    }
                },
                Typed::End if span.is_none() => return Err(self.nobody(question, in_one_go)),
                Typed::End | Typed::Nothing => {}
            }
            if interrupt::requested() {
                self.asker.step_aside();
                return Err(session::interrupted(in_one_go));
            }
            if time.is_requested() {
                self.asker.step_aside();
                return Ok(None);
            }
            if span.is_some_and(|span| since.elapsed() >= span) {
                self.asker.step_aside();
                return Ok(Some(Answer::Value(Value::Null)));
            }
            std::thread::sleep(NAP);
        }
    }

    /// Tells something.
    pub fn tell(text: &str) -> Answer {
        private::tell_notice(text);
        Answer::Value(Value::Null)
    }

    fn nobody(&self, question: &Question, in_one_go: Option<&'static str>) -> Failure {
        let why = self.busy.unwrap_or("nobody is here to answer");
        let message = format!("the program asks \"{}\", and {why}", question.text);
        let canned = format!(
            "--answers FILE.json answers for a person, too: {{\"call\": \"user.{}\", \"answer\": ...}}",
            question.kind.name()
        );
        let help = match in_one_go {
            Some(option) if option != "--answers" => {
                format!("{canned}; without {option} the run is kept until somebody answers")
            }
            _ => canned,
        };
        Failure::new(WAITING, message).with_help(help)
    }
}

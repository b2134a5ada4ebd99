//! Questions that are asked where a program runs: shown on standard error, answered by lines of standard input.

use std::io::{BufRead as _, IsTerminal as _, Write as _};
use std::sync::mpsc::{Receiver, TryRecvError, channel};

use salami_process::{Question, QuestionKind};

use super::paint::Paint;
use salami_source::render::escaped;

/// Asks questions one after the other.
#[derive(Debug, Default)]
pub struct Asker {
    /// The line that is being typed.
    typed: Option<Receiver<Option<String>>>,
    /// Nobody answers any more: standard input has ended.
    is_over: bool,
}

/// What came of a look for an answer.
#[derive(Debug, PartialEq, Eq)]
pub enum Typed {
    /// Nothing yet.
    Nothing,
    /// A line.
    Line(String),
    /// Nobody answers any more.
    End,
}

impl Asker {
    /// Nobody answers: standard input is the program's.
    pub fn nobody() -> Self {
        Self {
            typed: None,
            is_over: true,
        }
    }

    /// Whether somebody may answer yet.
    pub const fn listens(&self) -> bool {
        !self.is_over
    }

    /// Shows a question.
    pub fn ask(&self, question: &Question) {
        let paint = Paint::of_errors();
        let mut text = String::new();
        for line in question.text.lines() {
            text += &format!("{}\n", paint.bold(&escaped(line)));
        }
        for (index, option) in question.options.iter().enumerate() {
            text += &format!("  {} {}\n", index + 1, escaped(option));
        }
        text += prompt(question.kind);
        self.say(&text);
    }

    /// Asks once more, as the answer was none.
    pub fn ask_again(&self, question: &Question, problem: &str) {
        self.say(&format!("{problem}\n{}", prompt(question.kind)));
    }

    /// Something else is shown now: not in the line of the prompt.
    pub fn step_aside(&self) {
        if !self.is_over && std::io::stdin().is_terminal() {
            let _ = std::io::stderr().write_all(b"\n");
        }
    }

    /// Shows the prompt again after something else.
    pub fn come_back(&self, question: &Question) {
        if !self.is_over && std::io::stdin().is_terminal() {
            let _ = std::io::stderr().write_all(prompt(question.kind).as_bytes());
        }
    }

    fn say(&self, text: &str) {
        let mut errors = std::io::stderr();
        let _ = errors.write_all(text.as_bytes());
        // Who reads what was asked later sees no answers in the same line.
        if !std::io::stdin().is_terminal() {
            let _ = errors.write_all(b"\n");
        }
        let _ = errors.flush();
    }

    /// Looks whether a line was typed.
    pub fn look(&mut self) -> Typed {
        if self.is_over {
            return Typed::End;
        }
        let typed = self.typed.get_or_insert_with(|| {
            let (sender, receiver) = channel();
            std::thread::spawn(move || {
                let mut line = String::new();
                let read = std::io::stdin().lock().read_line(&mut line);
                let line = match read {
                    Ok(0) | Err(_) => None,
                    Ok(_) => Some(line.trim_end_matches(['\r', '\n']).to_owned()),
                };
                let _ = sender.send(line);
            });
            receiver
        });
        match typed.try_recv() {
            Err(TryRecvError::Empty) => Typed::Nothing,
            Ok(Some(line)) => {
                self.typed = None;
                Typed::Line(line)
            }
            Ok(None) | Err(TryRecvError::Disconnected) => {
                self.step_aside();
                self.is_over = true;
                Typed::End
            }
        }
    }
}

fn prompt(kind: QuestionKind) -> &'static str {
    match kind {
        QuestionKind::Ask => "> ",
        QuestionKind::Approve => "yes or no> ",
        QuestionKind::Choose => "which> ",
    }
}

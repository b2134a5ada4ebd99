//! A model that answers from a script, and misbehaves where the script says so.
#![allow(dead_code, reason = "each test file uses its part")]

use std::cell::Cell;

use salami_author::input::Input;
use salami_author::judge::RowAccounting;
use salami_author::library::{Library, MemoryLibrary};
use salami_author::output::Output;
use salami_author::record::FailureKind;
use salami_author::session::{Event, Mode, Models, Outcome, SessionOptions, drive};
use salami_author::task::Task;
use salami_process::model::{
    Completion, Heard, Listening, Model, ModelError, ModelErrorKind, Prompt, Role, Stop,
};
use salami_program::{Answer, Call, Interrupt, RunLimits};

/// One answer of a script.
#[derive(Clone, Debug)]
pub enum Say {
    /// A text.
    Text(String),
    /// A text that ends for another reason.
    Ends(Stop, String),
    /// No text.
    Error(ModelErrorKind, &'static str),
    /// This, again and again, until nobody listens.
    Endless(&'static str),
    /// Nothing for so many microseconds, then a text.
    Slow(i64, String),
    /// While it writes, somebody wants the end.
    Interrupted,
    /// Its host is asked again and again, for this reason.
    Busy(&'static str),
}

impl From<&str> for Say {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Say {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

/// A model that answers from a script; the last answer comes again and again.
pub struct Script<'a> {
    pub name: String,
    pub says: Vec<Say>,
    pub asked: Vec<Prompt>,
    pub clock: &'a Cell<i64>,
    pub interrupt: Option<Interrupt>,
}

impl<'a> Script<'a> {
    pub fn new(clock: &'a Cell<i64>, says: impl IntoIterator<Item = impl Into<Say>>) -> Self {
        Self {
            name: "a-model".to_owned(),
            says: says.into_iter().map(Into::into).collect(),
            asked: Vec::new(),
            clock,
            interrupt: None,
        }
    }
}

impl Model for Script<'_> {
    fn name(&self) -> &str {
        &self.name
    }

    fn complete(
        &mut self,
        prompt: &Prompt,
        heard: &mut dyn FnMut(Heard<'_>) -> Listening,
    ) -> Result<Completion, ModelError> {
        let at = self.asked.len().min(self.says.len().saturating_sub(1));
        self.asked.push(prompt.clone());
        self.clock.set(self.clock.get() + 1_000_000);
        let (stop, text) = match self.says.get(at).cloned().unwrap_or(Say::Endless("x ")) {
            Say::Text(text) => (Stop::End, text),
            Say::Ends(stop, text) => (stop, text),
            Say::Error(kind, message) => return Err(ModelError::new(kind, message)),
            Say::Endless(piece) => {
                let piece = piece.repeat(200);
                for _ in 0..100_000 {
                    tell(heard, &piece)?;
                }
                panic!("somebody listens for ever");
            }
            Say::Slow(time, text) => {
                for _ in 0..10 {
                    self.clock.set(self.clock.get() + time / 10);
                    if heard(Heard::Silence) == Listening::Stop {
                        return Err(ModelError::new(ModelErrorKind::Stopped, "nobody listens"));
                    }
                }
                (Stop::End, text)
            }
            Say::Busy(why) => {
                for _ in 0..100_000 {
                    self.clock.set(self.clock.get() + 1_000_000);
                    let milliseconds = 1_000;
                    if heard(Heard::Again { milliseconds, why }) == Listening::Stop {
                        return Err(ModelError::new(
                            ModelErrorKind::Stopped,
                            "the model was stopped",
                        ));
                    }
                }
                panic!("somebody waits for ever");
            }
            Say::Interrupted => {
                tell(heard, "def ma")?;
                if let Some(interrupt) = &self.interrupt {
                    interrupt.request();
                }
                tell(heard, "in(")?;
                panic!("it was not stopped");
            }
        };
        // In pieces, as it streams.
        let mut rest = text.as_str();
        while let Some((piece, more)) = rest.split_at_checked(7) {
            tell(heard, piece)?;
            rest = more;
        }
        if heard(Heard::Text(rest)) == Listening::Stop {
            return Err(ModelError::new(ModelErrorKind::Stopped, "nobody listens"));
        }
        let most = prompt.most_tokens.map_or(u64::MAX, u64::from);
        Ok(Completion {
            tokens_in: prompt_length(prompt) / 4,
            tokens_out: (text.len() as u64 / 4).min(most),
            text,
            stop,
            ..Completion::default()
        })
    }
}

fn tell(heard: &mut dyn FnMut(Heard<'_>) -> Listening, text: &str) -> Result<(), ModelError> {
    match heard(Heard::Text(text)) {
        Listening::On => Ok(()),
        Listening::Stop => Err(ModelError::new(ModelErrorKind::Stopped, "nobody listens")),
    }
}

fn prompt_length(prompt: &Prompt) -> u64 {
    let turns: usize = prompt.turns.iter().map(|(_, text)| text.len()).sum();
    (prompt.system.len() + turns) as u64
}

/// What was said last in a prompt.
pub fn said(prompt: &Prompt) -> &str {
    let (role, text) = prompt.turns.last().expect("a prompt has turns");
    assert_eq!(*role, Role::User);
    text
}

/// All that a model is told of an input or a run stands between marks: the text outside of them.
pub fn outside_of_marks(text: &str) -> String {
    let mut outside = String::new();
    let mut open: Option<String> = None;
    for line in text.lines() {
        match &open {
            None if line.starts_with("<data-") && line.ends_with('>') => {
                open = Some(line.replacen('<', "</", 1));
            }
            None => {
                outside.push_str(line);
                outside.push('\n');
            }
            Some(end) if line == end => open = None,
            Some(_) => {}
        }
    }
    assert_eq!(open, None, "a mark without its end in\n{text}");
    outside
}

pub const TRADES: &str = "symbol,shares,price\nAAPL,10,1.5\nMSFT,5,2.0\nIBM,7,3.25\n";
/// The sum of the shares: 22.
pub const GOOD: &str = "import csv\nimport io\n\n\ndef main(text: str) -> int:\n    total = 0\n    for row in list(csv.reader(io.StringIO(text)))[1:]:\n        if row:\n            total += int(row[1])\n    return total\n";

/// A program in a fence.
pub fn block(code: &str) -> String {
    format!("```python\n{code}```")
}

/// A task that wants one number.
pub fn sum_task() -> Task {
    Task {
        rows: RowAccounting::Off,
        ..Task::new(
            "sum",
            "Add the shares of all trades.",
            Output::from_python("int").expect("a type"),
        )
    }
}

/// The same with a case that a wrong program fails.
pub fn judged_task() -> Task {
    let judges = serde_json::json!([
        {"kind": "case", "name": "two", "input": "symbol,shares,price\nA,1,1\nB,2,1\n", "expected": 3},
    ]);
    Task {
        judges: serde_json::from_value(judges).expect("judges"),
        ..sum_task()
    }
}

pub fn csv(text: &str) -> Input {
    Input::from_bytes(Some("trades.csv"), text.as_bytes().to_vec(), None).expect("an input")
}

/// Options for tests: little fuel, as programs loop on purpose.
pub fn options() -> SessionOptions {
    SessionOptions {
        limits: RunLimits {
            fuel: Some(3_000_000),
            memory: 20_000_000,
            ..RunLimits::GENERAL
        },
        explains: false,
        ..SessionOptions::default()
    }
}

pub fn cache_only() -> SessionOptions {
    SessionOptions {
        mode: Mode::CacheOnly,
        ..options()
    }
}

/// A host without tools.
pub fn no_tools(_: &Call) -> Answer {
    Answer::Error("there are no tools".to_owned())
}

/// What came of a session.
pub struct Run {
    pub outcome: Outcome,
    pub asked: Vec<Prompt>,
    pub events: Vec<String>,
}

impl Run {
    /// The value; or a panic that says why there is none.
    pub fn value(&self) -> &serde_json::Value {
        match &self.outcome.result {
            Ok(accepted) => &accepted.value,
            Err(failure) => panic!(
                "{:?}: {}\n{:#?}",
                failure.kind,
                failure.sentence,
                self.asked.last().map(said)
            ),
        }
    }

    pub fn failure(&self) -> (FailureKind, &str) {
        match &self.outcome.result {
            Ok(accepted) => panic!("it is accepted:\n{}", accepted.code),
            Err(failure) => (failure.kind, &failure.sentence),
        }
    }
}

/// Runs a session with one scripted model.
pub fn run_in(
    task: &Task,
    input: Option<&Input>,
    options: &SessionOptions,
    library: &mut dyn Library,
    says: Vec<Say>,
) -> Run {
    let clock = Cell::new(1_700_000_000_000_000);
    let mut script = Script::new(&clock, says);
    script.interrupt.clone_from(&options.interrupt);
    let mut events = Vec::new();
    let outcome = drive(
        task,
        input,
        options,
        &mut Models::of(&mut script),
        library,
        &mut no_tools,
        &|| clock.get(),
        &mut |event| {
            if !matches!(event, Event::Heard(_)) {
                let name = format!("{event:?}");
                let end = name.find([' ', '(']).unwrap_or(name.len());
                events.push(name[..end].to_owned());
            }
        },
    )
    .expect("the task can be worked with");
    Run {
        outcome,
        asked: script.asked,
        events,
    }
}

/// The same with an empty library.
pub fn run(task: &Task, input: &Input, options: &SessionOptions, says: Vec<Say>) -> Run {
    run_in(task, Some(input), options, &mut MemoryLibrary::new(), says)
}

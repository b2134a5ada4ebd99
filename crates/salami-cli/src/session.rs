//! What a run meets while it waits: the clock, and tools with canned answers.

use std::io::Write as _;
use std::path::Path;
use std::time::Duration;

use salami::{Answer, Canned, Debugger, Execution, Program, RunOptions, Trace, Wait};

use crate::arguments::Setup;
use crate::failure::{Failure, INTERRUPTED, WAITING};
use crate::{files, instant, interrupt, parameters};

/// How long a sleep goes before it looks whether Ctrl-C was pressed.
const NAP: i64 = 50_000;
/// Shorter sleeps are not announced.
const ANNOUNCED: i64 = 1_000_000;

/// What can be given what it waits for.
pub trait Waiting {
    /// Answers the call that it waits for.
    fn answer(&mut self, answer: &Answer);
    /// Moves its clock on.
    fn advance(&mut self, now: i64);
}

impl Waiting for Execution {
    fn answer(&mut self, answer: &Answer) {
        self.answer(answer);
    }

    fn advance(&mut self, now: i64) {
        self.advance(now);
    }
}

impl Waiting for Debugger {
    fn answer(&mut self, answer: &Answer) {
        self.answer(answer);
    }

    fn advance(&mut self, now: i64) {
        self.advance(now);
    }
}

impl Waiting for Trace<'_> {
    fn answer(&mut self, answer: &Answer) {
        self.answer(answer);
    }

    fn advance(&mut self, now: i64) {
        self.advance(now);
    }
}

/// What a run meets while it waits.
pub struct Session {
    /// `None`: nothing answers.
    canned: Option<Canned>,
    /// Whether sleeping takes time.
    is_real: bool,
}

impl Session {
    /// The session and the options of a run.
    pub fn new(arguments: &Setup, program: &Program) -> Result<(Self, RunOptions), Failure> {
        let answering = Self::answering(arguments.answers.as_deref())?;
        let options = RunOptions {
            input: parameters::input(arguments, program)?,
            fuel: arguments.fuel,
            memory: arguments.memory,
            now: arguments.now.unwrap_or_else(instant::now),
            seed: arguments.seed.unwrap_or_else(entropy),
        };
        let session = Self {
            is_real: arguments.now.is_none(),
            ..answering
        };
        Ok((session, options))
    }

    /// A session with the canned answers of a file, where sleeping takes no time.
    pub fn answering(path: Option<&Path>) -> Result<Self, Failure> {
        let canned = match path {
            None => None,
            Some(path) => {
                let text = files::text(path)?;
                let canned = Canned::parse(&text).map_err(|problem| {
                    Failure::usage(format!("{}: {problem}", files::name(path)))
                })?;
                Some(canned)
            }
        };
        let is_real = false;
        Ok(Self { canned, is_real })
    }

    /// The same where sleeping takes no time.
    pub fn simulated(self) -> Self {
        Self {
            is_real: false,
            ..self
        }
    }

    /// Gives an execution what it waits for.
    pub fn serve(&mut self, execution: &mut dyn Waiting, wait: &Wait) -> Result<(), Failure> {
        match wait {
            Wait::Until(until) if self.is_real => sleep(*until)?,
            Wait::Until(until) => execution.advance(*until),
            Wait::Call(call) => {
                let Some(canned) = &mut self.canned else {
                    let name = call.name();
                    let help = format!(
                        "to try the program, give the answers of its tools: --answers FILE.json with {}",
                        serde_json::json!([{"call": name, "arguments": call.arguments, "answer": null}])
                    );
                    let message =
                        format!("the program calls `{name}`, and no such tool is connected");
                    return Err(Failure::new(WAITING, message).with_help(help));
                };
                let answer = canned.answer(call).map_err(|problem| {
                    Failure::new(WAITING, format!("the canned answers do not fit: {problem}"))
                })?;
                execution.answer(&answer);
            }
            _ => {
                return Err(Failure::new(
                    WAITING,
                    "the program waits for something that does not exist here",
                ));
            }
        }
        if self.is_real {
            execution.advance(instant::now());
        }
        Ok(())
    }
}

/// Sleeps until an instant.
fn sleep(until: i64) -> Result<(), Failure> {
    if until.saturating_sub(instant::now()) >= ANNOUNCED {
        let line = format!(
            "salami: sleeping until {} (Ctrl-C ends the program)\n",
            instant::show(until)
        );
        let _ = std::io::stderr().write_all(line.as_bytes());
    }
    loop {
        let left = until.saturating_sub(instant::now());
        if left <= 0 {
            return Ok(());
        }
        if interrupt::requested() {
            return Err(Failure::rendered(INTERRUPTED, "interrupted\n"));
        }
        let nap = u64::try_from(left.min(NAP)).unwrap_or(0);
        std::thread::sleep(Duration::from_micros(nap));
    }
}

/// A seed that differs from run to run.
fn entropy() -> u64 {
    use std::hash::{BuildHasher as _, RandomState};
    RandomState::new().hash_one(instant::now())
}

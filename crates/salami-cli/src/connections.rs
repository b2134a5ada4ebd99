//! The tools of a configuration, and the calls of them that are under way.

use std::collections::{BTreeMap, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;

use salami::{Call, Interrupt, Outcome, Program, Refused, ToolStep, Tools, Work};
use salami_process::Denied;
use salami_tools::{Surroundings, configured};

use crate::failure::{Failure, INTERRUPTED, REFUSED, WAITING};
use crate::{files, interrupt};

/// How long it waits before it looks whether Ctrl-C was pressed.
const NAP: Duration = Duration::from_millis(50);

/// So many calls are made side by side; others wait for their turn.
const SIDE_BY_SIDE: usize = 64;

/// Tools, and what they do at the moment.
#[derive(Debug)]
pub struct Connections {
    tools: Tools,
    /// Work that waits for its turn.
    queue: VecDeque<(u64, Work)>,
    running: usize,
    under_way: BTreeMap<u64, Call>,
    sender: Sender<(u64, Outcome)>,
    receiver: Receiver<(u64, Outcome)>,
}

/// Files beside a configuration, and the environment of the command.
pub struct Beside(PathBuf);

impl Beside {
    /// Files where the command runs.
    pub fn here() -> Self {
        Self(PathBuf::new())
    }

    /// Files beside a configuration.
    pub fn of(configuration: &Path) -> Self {
        Self(
            configuration
                .parent()
                .unwrap_or(Path::new(""))
                .to_path_buf(),
        )
    }
}

impl Surroundings for Beside {
    fn variable(&self, name: &str) -> Option<String> {
        std::env::var(name).ok()
    }

    fn file(&self, path: &str) -> Result<Vec<u8>, String> {
        std::fs::read(self.0.join(path)).map_err(|error| error.to_string())
    }

    fn path(&self, path: &str) -> PathBuf {
        self.0.join(path)
    }
}

/// The tools of a configuration.
pub fn tools(path: &Path) -> Result<Tools, Failure> {
    let text = files::text(path)?;
    configured(&text, &Beside::of(path))
        .map_err(|problem| Failure::usage(format!("{}: {problem}", files::name(path))))
}

/// Whether a program may run with tools.
pub fn admit(tools: &Tools, program: &Program) -> Result<(), Failure> {
    let Err(refused) = tools.admit(&program.needs()) else {
        return Ok(());
    };
    let lines: Vec<String> = refused.iter().map(ToString::to_string).collect();
    let first = refused.first();
    let failure = Failure::new(first.map_or(REFUSED, status), lines.join("\n       "));
    Err(match first {
        Some(refused) => failure.with_help(help(refused)),
        None => failure,
    })
}

impl Connections {
    /// The calls of these tools.
    pub fn new(tools: Tools) -> Self {
        let (sender, receiver) = channel();
        Self {
            tools,
            queue: VecDeque::new(),
            running: 0,
            under_way: BTreeMap::new(),
            sender,
            receiver,
        }
    }

    /// Whether the program may run with these tools.
    pub fn admit(&self, program: &Program) -> Result<(), Failure> {
        admit(&self.tools, program)
    }

    /// The tools.
    pub fn tools(&self) -> &Tools {
        &self.tools
    }

    /// Whether a call was begun and not answered.
    pub fn is_under_way(&self, sequence: u64) -> bool {
        self.under_way.contains_key(&sequence)
    }

    /// Makes a call: what comes of it, if that is known at once.
    pub fn call(&mut self, call: &Call) -> Result<Option<Outcome>, Refused> {
        match self.tools.ask(call)? {
            ToolStep::Done(outcome) => Ok(Some(outcome)),
            ToolStep::Outside(work) => {
                self.under_way.insert(call.sequence, call.clone());
                self.queue.push_back((call.sequence, work));
                self.begin();
                Ok(None)
            }
        }
    }

    /// Begins work whose turn it is.
    fn begin(&mut self) {
        while self.running < SIDE_BY_SIDE
            && let Some((sequence, work)) = self.queue.pop_front()
        {
            if !self.under_way.contains_key(&sequence) {
                continue;
            }
            let sender = self.sender.clone();
            self.running += 1;
            std::thread::spawn(move || {
                // Who does not wait any more does not want it.
                let _ = sender.send((sequence, work.run()));
            });
        }
    }

    /// Waits for the first of the calls that are under way; `None` when the program's time ends before.
    pub fn next(&mut self, interrupt: &Interrupt) -> Result<Option<(Call, Outcome)>, Failure> {
        loop {
            match self.receiver.recv_timeout(NAP) {
                Ok((sequence, outcome)) => {
                    self.running = self.running.saturating_sub(1);
                    self.begin();
                    if let Some(call) = self.under_way.remove(&sequence) {
                        return Ok(Some((call, outcome)));
                    }
                }
                Err(RecvTimeoutError::Disconnected) => return Ok(None),
                Err(RecvTimeoutError::Timeout) => {}
            }
            if interrupt::requested() {
                return Err(Failure::rendered(INTERRUPTED, "interrupted\n"));
            }
            if interrupt.is_requested() {
                return Ok(None);
            }
        }
    }
}

/// The exit status of a refusal.
pub fn status(refused: &Refused) -> u8 {
    match refused {
        Refused::NoTool(_) | Refused::NoFunction(_) => WAITING,
        Refused::OtherStub { .. } | Refused::Denied(..) => REFUSED,
    }
}

/// What to do about a refusal.
pub fn help(refused: &Refused) -> String {
    let name = refused.name();
    let tool = name.split('.').next().unwrap_or(name);
    match refused {
        Refused::NoTool(_) => format!("connect it in the configuration: [tools.{tool}]"),
        Refused::NoFunction(_) | Refused::OtherStub { .. } => {
            format!("take the stub tools/{tool}.pyi away, so that the tool's own is used")
        }
        Refused::Denied(_, Denied::Named) => {
            "the configuration denies it, and that wins: take it out of [permissions] deny"
                .to_owned()
        }
        Refused::Denied(_, Denied::Irreversible) => {
            format!("allow it in the configuration: [permissions] allow = [\"{name}\"]")
        }
    }
}

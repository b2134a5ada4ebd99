//! Workers: each an engine in a thread of its own, of which one runs at a time.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;

use salami_process::engine::{Engine, EngineOptions, Finished, Job, Problem};
use salami_process::store::{Control, EventId, NewEvent, ProcessId, Slot, Source, Store};
use salami_process::{Permissions, Runtime, Tools, Turn, TurnError, TurnHost, Turned};
use serde_json::Value;

use super::gate::{Gate, Go, SharedCommon, Told, open};
use super::outside::{SharedLedger, World};
use super::watch::REFUSAL;

/// What a worker is to do.
#[derive(Debug)]
pub(super) enum Task {
    Round,
    Renew,
    Finish(Finished),
    Answer(ProcessId, Option<Slot>, Value),
    Retry(ProcessId),
    Control(ProcessId, Control),
    Publish(Vec<NewEvent>, Option<Source>),
}

/// What came of it.
#[derive(Debug)]
pub(super) enum Came {
    Round(Option<(Vec<Job>, bool)>),
    Person(Result<(), Problem>),
    Published(Option<Vec<Option<EventId>>>),
    Nothing,
}

pub(super) struct Worker {
    /// What the store knows it by.
    pub(super) name: String,
    /// What the history knows it by: no other has it.
    pub(super) who: String,
    tasks: Sender<Task>,
    go: Sender<Go>,
    told: Receiver<Told<Came>>,
    thread: Option<JoinHandle<()>>,
    pub(super) is_paused: bool,
}

/// A runtime that now and then cannot run what it is given.
struct Refusing {
    common: SharedCommon,
    runtime: Box<dyn Runtime>,
}

impl Runtime for Refusing {
    fn turn(&mut self, turn: &Turn<'_>, host: &mut dyn TurnHost) -> Result<Turned, TurnError> {
        let refuses = {
            let mut common = open(&self.common);
            let often = common.faults.refusals;
            often > 0 && common.random.below(1000) < often
        };
        if refuses {
            return Err(TurnError::Refused {
                code: REFUSAL.to_owned(),
                message: "this runtime is too old".to_owned(),
            });
        }
        self.runtime.turn(turn, host)
    }
}

impl Worker {
    pub(super) fn new(
        common: &SharedCommon,
        store: Box<dyn Store>,
        runtime: Box<dyn Runtime>,
        ledger: &SharedLedger,
        options: EngineOptions,
        who: &str,
    ) -> Self {
        let (tasks, todo) = channel();
        let (go, gone) = channel();
        let (tell, told) = channel();
        let gate = Gate {
            common: Arc::clone(common),
            store,
            who: who.to_owned(),
            told: tell.clone(),
            go: gone,
            is_dead: false,
        };
        let refusing = Refusing {
            common: Arc::clone(common),
            runtime,
        };
        let mut tools = Tools::new(Permissions::everything());
        tools.connect(World {
            ledger: Arc::clone(ledger),
        });
        let name = options.worker.clone();
        let mut engine = Engine::new(Box::new(gate), Box::new(refusing), tools, options);
        let thread = std::thread::spawn(move || {
            while let Ok(task) = todo.recv() {
                let done = work(&mut engine, task);
                if tell.send(Told::Done(done)).is_err() {
                    return;
                }
            }
        });
        Self {
            name,
            who: who.to_owned(),
            tasks,
            go,
            told,
            thread: Some(thread),
            is_paused: false,
        }
    }

    /// Gives it something to do; `None`: it is paused in the middle of it.
    pub(super) fn task(&mut self, task: Task) -> Option<Came> {
        self.tasks.send(task).ok()?;
        self.hear()
    }

    /// Has it go on.
    pub(super) fn resume(&mut self, go: Go) -> Option<Came> {
        self.is_paused = false;
        self.go.send(go).ok()?;
        self.hear()
    }

    fn hear(&mut self) -> Option<Came> {
        match self.told.recv() {
            Ok(Told::Done(done)) => Some(done),
            Ok(Told::Paused) => {
                self.is_paused = true;
                None
            }
            Err(_) => Some(Came::Nothing),
        }
    }

    /// Ends it where it stands; `false`: it panicked before.
    pub(super) fn kill(mut self) -> bool {
        if self.is_paused {
            self.resume(Go::Die);
        }
        let Self {
            tasks,
            go,
            told,
            thread,
            ..
        } = self;
        drop((tasks, go, told));
        thread.is_none_or(|thread| thread.join().is_ok())
    }
}

fn work(engine: &mut Engine, task: Task) -> Came {
    match task {
        Task::Round => Came::Round(engine.round().ok().map(|round| {
            let is_idle = round.is_idle();
            (round.jobs, is_idle)
        })),
        Task::Renew => {
            // What cannot be prolonged is lost to others in time.
            let _ = engine.renew();
            Came::Nothing
        }
        Task::Finish(finished) => {
            engine.finish(finished);
            Came::Nothing
        }
        Task::Answer(process, slot, value) => Came::Person(engine.answer(process, slot, &value)),
        Task::Retry(process) => Came::Person(engine.retry(process, None)),
        Task::Control(process, control) => Came::Person(engine.control(process, control)),
        Task::Publish(events, source) => {
            let published = engine.store().publish(&events, source.as_ref());
            Came::Published(published.ok())
        }
    }
}

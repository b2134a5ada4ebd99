//! A worker: rounds of the engine, the calls outside, the sources of events.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use salami::ProcessRuntime;
use salami_process::engine::{Engine, EngineOptions, Finished, Job};
use salami_process::store::{SimulatedClock, Store, StoreError};
use salami_process::{Polled, Tools};

use super::noting::Noting;
use super::sources::Sources;
use super::tell::{Line, Teller};
use super::vanished::Opened;
use super::watch::{Happened, Watch, Watched};
use crate::failure::Failure;

/// Something that came from another thread.
#[derive(Debug)]
pub enum Message {
    /// A job was done.
    Done(Finished),
    /// A source of events was polled.
    Polled(usize, Result<Polled, String>),
}

/// How a worker works.
#[derive(Debug)]
pub struct Options {
    /// Its name: no other that lives has it.
    pub name: String,
    /// For how long what it has at work is its own without a sign of it, in microseconds.
    pub lease: i64,
    /// How many calls are made side by side.
    pub calls: usize,
    /// Whether what happens is told.
    pub is_told: bool,
}

/// What is to be done next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Something was done; there may be more.
    Busy,
    /// Nothing is to be done now. Something is due at this instant, by the store's clock.
    Idle(Option<i64>),
}

/// A worker.
pub struct Worker {
    engine: Engine,
    watch: Watch,
    /// The clock of the store, if it is simulated.
    clock: Option<SimulatedClock>,
    queue: VecDeque<Job>,
    running: usize,
    most: usize,
    sender: Sender<Message>,
    receiver: Receiver<Message>,
    /// What came and is to be looked at.
    came: VecDeque<Message>,
    sources: Sources,
    /// What is to be told beside what went through the store.
    told: Vec<Line>,
    teller: Teller,
    is_stopping: bool,
    /// Whether a round must be made whatever the store says is due.
    must_look: bool,
    /// Where calls are written down before they are made.
    noting: Option<Noting>,
    /// What was written down and is to be told.
    noted: Vec<(i64, Happened)>,
    /// Why something could not be written down: nothing is begun any more.
    problem: Option<Failure>,
    /// The file of the store, where that must stay what it is.
    file: Option<Opened>,
}

impl Worker {
    /// A worker over a store.
    pub fn new(
        store: Box<dyn Store>,
        clock: Option<SimulatedClock>,
        mut tools: Tools,
        options: Options,
    ) -> Self {
        let (sender, receiver) = channel();
        let watch = Watch::default();
        let sources = Sources::begin(tools.sources(), &sender);
        let store = Watched::new(store, watch.clone(), options.is_told);
        let engine_options = EngineOptions {
            worker: options.name,
            lease: options.lease,
            // What is begun and waits for a thread would be unknown if the worker died.
            calls: options.calls,
            ..EngineOptions::default()
        };
        let runtime = Box::new(ProcessRuntime::new());
        Self {
            engine: Engine::new(Box::new(store), runtime, tools, engine_options),
            watch,
            clock,
            queue: VecDeque::new(),
            running: 0,
            most: options.calls,
            sender,
            receiver,
            came: VecDeque::new(),
            sources,
            told: Vec::new(),
            teller: Teller::default(),
            is_stopping: false,
            must_look: true,
            noting: None,
            noted: Vec::new(),
            problem: None,
            file: None,
        }
    }

    /// From now on nothing is done if the store's file is removed or replaced.
    pub fn stand_on(&mut self, path: &Path) {
        self.file = Some(Opened::of(path));
    }

    /// From now on calls are written down before they are made, and what came of them.
    pub fn note(&mut self, noting: Noting) {
        self.noting = Some(noting);
    }

    /// What notes calls, for another worker to go on with it.
    pub fn take_noting(&mut self) -> Option<Noting> {
        self.noting.take()
    }

    /// Why calls could not be written down, and so are not made.
    pub fn problem(&mut self) -> Option<Failure> {
        self.problem.take()
    }

    fn write_down(&mut self) {
        let Some(noting) = &mut self.noting else {
            return;
        };
        for (at, happened) in self.watch.take() {
            if self.problem.is_none()
                && let Err(problem) = noting.note(&happened, &mut self.engine)
            {
                self.is_stopping = true;
                self.queue.clear();
                self.problem = Some(problem);
            }
            self.noted.push((at, happened));
        }
    }

    /// The engine, to do what people want.
    pub fn engine(&mut self) -> &mut Engine {
        // Whatever it is used for, there may be something to do then.
        self.must_look = true;
        &mut self.engine
    }

    /// The store.
    pub fn store(&mut self) -> &mut dyn Store {
        self.engine.store()
    }

    /// Begins nothing any more; what is at work is finished.
    pub fn stop(&mut self) {
        self.is_stopping = true;
        self.watch.stop();
    }

    /// Whether no call is being made, and every source of events was polled.
    pub fn is_quiet(&self) -> bool {
        self.has_finished() && (self.is_stopping || self.sources.were_heard())
    }

    /// Whether no call is being made.
    pub fn has_finished(&self) -> bool {
        self.running == 0 && self.queue.is_empty() && self.came.is_empty()
    }

    /// That calls are being finished, if some are.
    pub fn finishing(&self) -> Option<String> {
        match self.running + self.queue.len() {
            0 => None,
            1 => Some("finishing 1 call; Ctrl-C again ends at once".to_owned()),
            calls => Some(format!(
                "finishing {calls} calls; Ctrl-C again ends at once"
            )),
        }
    }

    /// What the clock of the store shows is put forward, if it is simulated.
    pub fn jump(&mut self, instant: i64) {
        if let Some(clock) = &self.clock {
            clock.set(instant);
            self.must_look = true;
        }
    }

    /// Does what is to be done now.
    pub fn step(&mut self) -> Result<State, StoreError> {
        if let Some(file) = &self.file {
            file.check()?;
        }
        while let Ok(message) = self.receiver.try_recv() {
            self.came.push_back(message);
        }
        if !self.is_stopping {
            self.sources.poll(self.engine.store())?;
        }
        let mut is_due = self.must_look || !self.came.is_empty();
        while let Some(message) = self.came.pop_front() {
            match message {
                Message::Done(done) => {
                    self.running = self.running.saturating_sub(1);
                    self.engine.finish(done);
                }
                Message::Polled(index, polled) => {
                    let problem = self.sources.heard(index, polled, self.engine.store())?;
                    if let Some(text) = problem {
                        let at = self.engine.store().now()?;
                        self.told.push(Line {
                            at,
                            process: None,
                            name: String::new(),
                            kind: "source",
                            text,
                        });
                    }
                }
            }
        }
        let due = self.engine.store().next_due()?;
        if let Some(due) = due
            && due <= self.engine.store().now()?
        {
            is_due = true;
        }
        if !is_due && !self.engine.is_looking() {
            self.begin();
            if self.engine.look_on()? {
                return Ok(State::Busy);
            }
            return Ok(State::Idle(due));
        }
        let round = self.engine.round()?;
        // A round that was cut short is made again.
        self.must_look = false;
        let is_idle = round.is_idle();
        self.queue.extend(round.jobs);
        self.write_down();
        self.begin();
        if is_idle {
            Ok(State::Idle(self.engine.store().next_due()?))
        } else {
            self.must_look = true;
            Ok(State::Busy)
        }
    }

    /// Begins jobs, each in a thread of its own, as many as may run side by side.
    fn begin(&mut self) {
        while self.running < self.most
            && let Some(job) = self.queue.pop_front()
        {
            self.running += 1;
            let sender = self.sender.clone();
            std::thread::spawn(move || {
                let number = job.number();
                // A tool that breaks takes nothing with it: nobody knows what came of its call.
                let done = catch_unwind(AssertUnwindSafe(|| job.run()));
                let done = done.unwrap_or_else(|_| Finished::unknown(number));
                let _ = sender.send(Message::Done(done));
            });
        }
    }

    /// Waits for something from outside, so long at most.
    pub fn wait(&mut self, most: Duration) {
        let most = match self.sources.next() {
            Some(next) => most.min(next.max(Duration::from_millis(1))),
            None => most,
        };
        if let Ok(message) = self.receiver.recv_timeout(most) {
            self.came.push_back(message);
        }
    }

    /// What went through the store since the last time, as it is; [`Worker::lines`] has nothing of it then.
    pub fn happened(&mut self) -> Vec<Happened> {
        let happened = std::mem::take(&mut self.noted).into_iter();
        let happened = happened.chain(self.watch.take());
        happened.map(|(_, happened)| happened).collect()
    }

    /// What is to be told of the sources of events.
    pub fn problems(&mut self) -> Vec<Line> {
        std::mem::take(&mut self.told)
    }

    /// What happened since the last time.
    pub fn lines(&mut self) -> Vec<Line> {
        let mut lines = std::mem::take(&mut self.told);
        let happened = std::mem::take(&mut self.noted).into_iter();
        for (at, happened) in happened.chain(self.watch.take()) {
            let store = self.engine.store();
            lines.extend(self.teller.lines(at, &happened, store));
        }
        lines
    }
}

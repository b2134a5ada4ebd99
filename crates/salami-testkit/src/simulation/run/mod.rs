//! The scheduler: what happens next, at random, and whether all is right at the end.

mod calm;
mod check;
mod people;

use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use salami_process::engine::{EngineOptions, Finished, Job};
use salami_process::store::{Clock, ProcessId, SimulatedClock, Store, StoreError};

use super::gate::{Common, Faults, Go, Sabotage, SharedCommon, open};
use super::outside::SharedLedger;
use super::random::Random;
use super::watch::Watch;
use super::worker::{Came, Task, Worker};
use super::{Kit, MakeStores, Program, Stores, event};

/// What is simulated.
#[derive(Clone, Copy)]
pub struct Settings<'a> {
    /// The programs and who runs them.
    pub kit: &'a dyn Kit,
    /// The store.
    pub stores: &'a MakeStores,
    /// All of the history is wanted, also where nothing fails.
    pub tells: bool,
    /// Nothing goes wrong but this: a worker dies at the operation of this number, before it or after it (`true`).
    pub dies_at: Option<(u64, bool)>,
    /// The store does something wrong.
    pub sabotage: Option<Sabotage>,
}

impl fmt::Debug for Settings<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Settings({})", self.tells)
    }
}

/// What a simulation met with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Processes.
    pub processes: u64,
    /// Turns that were written.
    pub turns: u64,
    /// Operations of stores.
    pub operations: u64,
    /// Workers that died.
    pub deaths: u64,
    /// Turns that were lost to other workers.
    pub lost: u64,
    /// Calls of which nobody knew what came.
    pub unknown: u64,
    /// Events that were taken.
    pub events: u64,
    /// Calls that were served together with others.
    pub batched: u64,
}

impl Tally {
    /// Adds what another simulation met with.
    pub fn add(&mut self, other: &Self) {
        self.processes += other.processes;
        self.turns += other.turns;
        self.operations += other.operations;
        self.deaths += other.deaths;
        self.lost += other.lost;
        self.unknown += other.unknown;
        self.events += other.events;
        self.batched += other.batched;
    }
}

/// What went wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Sentences.
    pub wrong: Vec<String>,
    /// All that happened, a line each.
    pub history: Vec<String>,
    /// The programs, for people.
    pub programs: String,
}

/// Simulates what follows from a seed.
///
/// # Errors
/// What went wrong, with its history.
pub fn simulate(seed: u64, settings: &Settings<'_>) -> Result<(Tally, Vec<String>), Failure> {
    let (wrong, tally, history, programs) = run(seed, settings, settings.tells);
    if wrong.is_empty() {
        return Ok((tally, history));
    }
    // Once more, to tell the history.
    let (again, _, history, _) = run(seed, settings, true);
    let mut wrong = wrong;
    if again != wrong {
        wrong.push(format!("the same seed gave something else: {again:?}"));
    }
    Err(Failure {
        wrong,
        history,
        programs,
    })
}

fn run(
    seed: u64,
    settings: &Settings<'_>,
    tells: bool,
) -> (Vec<String>, Tally, Vec<String>, String) {
    let mut simulation = Simulation::new(seed, settings, tells);
    let programs = simulation.programs.iter();
    let programs = programs.map(|program| format!("{}:\n{}", program.tag, program.text));
    let programs = programs.collect::<Vec<_>>().join("\n");
    if let Err(error) = simulation.play() {
        simulation.blame(error);
    }
    let (wrong, tally, history) = simulation.end();
    (wrong, tally, history, programs)
}

/// For how long claims hold, in microseconds.
const LEASE: i64 = 10_000_000;

/// Something that is done outside.
struct Outside {
    /// Which worker's.
    who: String,
    number: u64,
    calls: usize,
    job: Option<Job>,
    finished: Option<Finished>,
    /// It was told to its worker once.
    is_told: bool,
}

/// What the people's worker is doing.
#[derive(Clone, Debug)]
enum Wish {
    /// `true`: it should be refused.
    Answer(bool),
    /// Anything may come of it.
    Other,
    /// The next event of a kind for a program.
    Publish(usize, usize),
    /// An event that was published before.
    Again,
    /// One that nobody waits for.
    Stray,
}

struct Simulation<'a> {
    settings: &'a Settings<'a>,
    random: Random,
    clock: SimulatedClock,
    stores: Box<dyn Stores>,
    /// A way to the store without faults, to look and to start processes.
    store: Box<dyn Store>,
    common: SharedCommon,
    ledger: SharedLedger,
    programs: Vec<Program>,
    ids: Vec<ProcessId>,
    published: Vec<Vec<u64>>,
    /// How many turns processes had when their waits were compared last.
    looked: Vec<u64>,
    workers: Vec<Worker>,
    people: Option<Worker>,
    wish: Wish,
    outside: Vec<Outside>,
    born: u64,
    deaths: u64,
    strays: u64,
    is_wild: bool,
}

impl<'a> Simulation<'a> {
    fn new(seed: u64, settings: &'a Settings<'a>, tells: bool) -> Self {
        let mut random = Random::new(seed.wrapping_mul(0x2545_f491_4f6c_dd1d));
        let clock = SimulatedClock::new(1_000_000_000_000);
        let stores = (settings.stores)(&clock);
        let is_wild = random.percent(50);
        // Some seeds have few faults, so that programs come far; some have many.
        let much = random.below(4);
        let faults = Faults {
            pauses: [20, 100, 300, 500][random.place(4)],
            busy: 10 * much,
            deaths: 5 * random.below(4),
            refusals: 10 * random.below(3),
            repeated_commits: 100,
        };
        let faults = match settings.dies_at {
            Some(_) => Faults {
                pauses: 100,
                ..Faults::default()
            },
            None => faults,
        };
        let count = 1 + random.place(4);
        let programs: Vec<Program> = (0..count)
            .map(|number| {
                let tag = format!("p{number}");
                settings.kit.program(&mut random, &tag, is_wild)
            })
            .collect();
        let common = Common {
            sabotage: settings.sabotage,
            dies_at: settings.dies_at,
            random: Random::new(random.number()),
            faults,
            watch: Watch::default(),
            history: tells.then(Vec::new),
            operations: 0,
            dead: BTreeSet::new(),
        };
        Self {
            settings,
            store: stores.open(),
            stores,
            clock,
            common: Arc::new(Mutex::new(common)),
            ledger: SharedLedger::default(),
            published: programs
                .iter()
                .map(|program| vec![0; program.events.len()])
                .collect(),
            programs,
            ids: Vec::new(),
            looked: Vec::new(),
            workers: Vec::new(),
            people: None,
            wish: Wish::Other,
            outside: Vec::new(),
            born: 0,
            deaths: 0,
            strays: 0,
            is_wild,
            random,
        }
    }

    fn blame(&mut self, text: impl fmt::Display) {
        open(&self.common).watch.wrong.push(text.to_string());
    }

    fn note(&self, words: impl FnOnce() -> String) {
        open(&self.common).note(words);
    }

    fn is_wrong(&self) -> bool {
        !open(&self.common).watch.wrong.is_empty()
    }

    fn play(&mut self) -> Result<(), StoreError> {
        self.start_next()?;
        self.hire(None);
        let steps = 40 + self.random.below(400);
        for _ in 0..steps {
            if self.is_wrong() {
                return Ok(());
            }
            self.step()?;
            self.look()?;
        }
        while self.ids.len() < self.programs.len() {
            self.start_next()?;
        }
        self.note(|| "-- from here nothing goes wrong any more".to_owned());
        open(&self.common).faults = Faults::default();
        if self.random.percent(50) {
            while let Some(worker) = self.workers.pop() {
                self.bury(worker);
            }
        }
        self.calm()?;
        if !self.is_wrong() {
            self.check()?;
        }
        Ok(())
    }

    /// Starts a program, past all faults: whoever starts a process and dies does not know whether it is there.
    fn start_next(&mut self) -> Result<(), StoreError> {
        let Some(program) = self.programs.get(self.ids.len()) else {
            return Ok(());
        };
        self.store.put_code(&program.parts.to_code())?;
        // Events from before it began are not for it.
        for kind in 0..program.events.len() {
            let mut early = event(&program.tag, kind as u64, u64::MAX);
            early.unique = None;
            self.store.publish(&[early], None)?;
        }
        let last = self
            .store
            .events(None, 0, 100_000)?
            .last()
            .map(|event| event.id);
        for id in self.store.start(&[program.process(self.settings.kit)])? {
            let tag = program.tag.clone();
            self.note(|| format!("{tag} is started as process {id}"));
            open(&self.common).watch.started(id, last.unwrap_or(0));
            self.ids.push(id);
        }
        Ok(())
    }

    /// A new worker; with the name of a dead one, if one is given.
    fn hire(&mut self, name: Option<String>) {
        self.born += 1;
        let who = format!("w{}", self.born);
        let options = EngineOptions {
            worker: name.unwrap_or_else(|| who.clone()),
            lease: LEASE,
            batch: 1 + self.random.place(4),
            calls: 1 + self.random.place(5),
            fuel: self.settings.kit.fuel()[self.random.place(3)],
        };
        self.note(|| format!("{who} begins as {options:?}"));
        let worker = self.worker(options, &who);
        self.workers.push(worker);
    }

    fn worker(&self, options: EngineOptions, who: &str) -> Worker {
        Worker::new(
            &self.common,
            self.stores.open(),
            self.settings.kit.runtime(),
            &self.ledger,
            options,
            who,
        )
    }

    /// A worker is gone, with all that it did outside.
    fn bury(&mut self, worker: Worker) {
        self.deaths += 1;
        let who = worker.who.clone();
        self.note(|| format!("{who} is dead"));
        self.outside.retain(|outside| outside.who != who);
        if !worker.kill() {
            self.blame(format!("{who} panicked"));
        }
    }

    fn step(&mut self) -> Result<(), StoreError> {
        match self.random.below(100) {
            0..40 => self.drive_worker(),
            40..62 => self.drive_outside(),
            62..68 => self.tick()?,
            68..76 => self.publish()?,
            76..88 => self.drive_people()?,
            88..92 if !self.workers.is_empty() && self.settings.dies_at.is_none() => {
                let place = self.random.place(self.workers.len());
                let worker = self.workers.swap_remove(place);
                let name = worker.name.clone();
                self.bury(worker);
                if self.random.percent(30) {
                    self.hire(Some(name));
                }
            }
            92..96 if self.workers.len() < 3 => self.hire(None),
            96 => self.start_next()?,
            97 | 98 => self.look_at_calls(),
            _ => {
                let place = self.random.place(self.workers.len());
                if self
                    .workers
                    .get(place)
                    .is_some_and(|worker| !worker.is_paused)
                {
                    self.work(place, Task::Renew);
                }
            }
        }
        Ok(())
    }

    fn drive_worker(&mut self) {
        let place = self.random.place(self.workers.len());
        match self.workers.get(place).map(|worker| worker.is_paused) {
            None => self.hire(None),
            Some(true) => self.go_on(place),
            Some(false) => self.work(place, Task::Round),
        }
    }

    /// A round in which nothing goes wrong: then each call that a worker has begun is being made, or it is forgotten.
    fn look_at_calls(&mut self) {
        let place = self.random.place(self.workers.len());
        let who = match self.workers.get(place) {
            Some(worker) if !worker.is_paused => worker.who.clone(),
            _ => return,
        };
        let faults = std::mem::take(&mut open(&self.common).faults);
        self.work(place, Task::Round);
        open(&self.common).faults = faults;
        let Some(worker) = self.workers.iter().find(|worker| worker.who == who) else {
            return;
        };
        let begun = open(&self.common).watch.begun_by(&worker.name);
        let own = self.outside.iter().filter(|outside| outside.who == who);
        let made: usize = own
            .filter(|outside| !outside.is_told)
            .map(|outside| outside.calls)
            .sum();
        if begun > made {
            self.blame(format!(
                "{who} has begun {begun} calls, and makes {made} of them"
            ));
        }
    }

    fn go_on(&mut self, place: usize) {
        if let Some(worker) = self.workers.get_mut(place) {
            let came = worker.resume(Go::On);
            self.hear(place, came);
        }
    }

    fn work(&mut self, place: usize, task: Task) {
        if let Some(worker) = self.workers.get_mut(place) {
            let came = worker.task(task);
            self.hear(place, came);
        }
    }

    /// What a worker tells.
    fn hear(&mut self, place: usize, came: Option<Came>) {
        let Some(worker) = self.workers.get(place) else {
            return;
        };
        let who = worker.who.clone();
        if let Some(Came::Round(Some((jobs, _)))) = came {
            for job in jobs {
                self.outside.push(Outside {
                    who: who.clone(),
                    number: job.number(),
                    calls: job.calls(),
                    job: Some(job),
                    finished: None,
                    is_told: false,
                });
            }
        }
        if open(&self.common).dead.contains(&who) {
            let worker = self.workers.swap_remove(place);
            self.bury(worker);
        }
    }

    /// Something is done outside, or told, or lost.
    fn drive_outside(&mut self) {
        if self.outside.is_empty() {
            return self.drive_worker();
        }
        let place = self.random.place(self.outside.len());
        let fate = self.random.below(100);
        let outside = &mut self.outside[place];
        if let Some(job) = outside.job.take() {
            let (who, number) = (outside.who.clone(), outside.number);
            if fate < 4 {
                // Lost before it was done, as far as anybody knows.
                outside.finished = Some(Finished::unknown(number));
                self.note(|| format!("the job {number} of {who} is lost"));
            } else {
                let name = job.name().to_owned();
                let finished = job.run();
                outside.finished = Some(if fate < 8 {
                    Finished::unknown(number)
                } else {
                    finished
                });
                self.note(|| format!("the job {number} of {who} is done: {name}"));
            }
        } else {
            self.deliver(place);
        }
    }

    /// Tells a worker what came of a job, if it listens.
    fn deliver(&mut self, place: usize) {
        let Some(outside) = self.outside.get_mut(place) else {
            return;
        };
        let workers = &mut self.workers.iter();
        let Some(worker) = workers.position(|worker| worker.who == outside.who) else {
            return;
        };
        if self.workers[worker].is_paused {
            return;
        }
        let Some(finished) = outside.finished.clone() else {
            return;
        };
        let (who, number) = (outside.who.clone(), outside.number);
        // Now and then it is told twice.
        let is_over = outside.is_told || !self.random.percent(15);
        outside.is_told = true;
        if is_over {
            self.outside.swap_remove(place);
        }
        self.note(|| format!("{who} is told what came of the job {number}"));
        self.work(worker, Task::Finish(finished));
    }

    fn tick(&mut self) -> Result<(), StoreError> {
        let by = match self.random.below(5) {
            0 => 1 + self.random.below(1_000),
            1 => self.random.below(2_000_000),
            2 => LEASE.unsigned_abs() / 3 + self.random.below(LEASE.unsigned_abs()),
            3 => match self.store.next_due()? {
                Some(due) => u64::try_from(due - self.clock.now()).unwrap_or(0),
                None => 0,
            },
            _ => self.random.below(40_000_000),
        };
        self.clock.advance(by);
        let now = self.clock.now();
        self.note(|| format!("the clock goes on by {by} to {now}"));
        Ok(())
    }

    fn end(mut self) -> (Vec<String>, Tally, Vec<String>) {
        let deaths = self.deaths;
        while let Some(worker) = self.workers.pop() {
            self.bury(worker);
        }
        if let Some(people) = self.people.take() {
            self.bury(people);
        }
        let mut common = open(&self.common);
        let ledger = self.ledger.lock().unwrap_or_else(PoisonError::into_inner);
        let turns = self.ids.iter().map(|id| common.watch.turns(*id)).sum();
        let tally = Tally {
            processes: self.ids.len() as u64,
            turns,
            operations: common.operations,
            deaths,
            lost: common.watch.lost,
            unknown: common.watch.unknown,
            events: common.watch.events,
            batched: ledger.batched,
        };
        let wrong = std::mem::take(&mut common.watch.wrong);
        (wrong, tally, common.history.take().unwrap_or_default())
    }
}

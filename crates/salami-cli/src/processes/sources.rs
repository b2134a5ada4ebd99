//! Where events come from: each source has a thread of its own, and is polled when it is time.

use std::sync::mpsc::{Sender, channel};
use std::time::{Duration, Instant};

use salami_process::store::{Source, Store, StoreError};
use salami_process::{EventSource, Polled};

use super::worker::Message;

/// A source that is polled at shorter intervals is polled at this one.
const SHORTEST: f64 = 0.1;
/// The longest time between two polls.
const LONGEST: f64 = 86_400.0;
/// After a poll that failed the next one comes no sooner.
const PAUSE: Duration = Duration::from_secs(5);

/// A source and its thread.
#[derive(Debug)]
struct Polling {
    name: String,
    interval: Duration,
    /// By which the thread is told to poll, from which cursor.
    polls: Sender<Option<String>>,
    next: Instant,
    is_under_way: bool,
    /// Whether it has answered at least once.
    was_heard: bool,
    problem: Option<String>,
}

/// The sources of a worker.
#[derive(Debug, Default)]
pub struct Sources(Vec<Polling>);

impl Sources {
    /// Begins a thread for each source; what they find comes as messages.
    pub fn begin(sources: Vec<Box<dyn EventSource>>, messages: &Sender<Message>) -> Self {
        let started = sources.into_iter().enumerate().map(|(index, mut source)| {
            let (polls, asked) = channel::<Option<String>>();
            let interval = source.interval();
            let interval = if interval.is_finite() {
                interval.clamp(SHORTEST, LONGEST)
            } else {
                LONGEST
            };
            let name = source.name();
            let messages = messages.clone();
            std::thread::spawn(move || {
                while let Ok(cursor) = asked.recv() {
                    let polled = source.poll(cursor.as_deref());
                    if messages.send(Message::Polled(index, polled)).is_err() {
                        break;
                    }
                }
            });
            Polling {
                name,
                interval: Duration::from_secs_f64(interval),
                polls,
                next: Instant::now(),
                is_under_way: false,
                was_heard: false,
                problem: None,
            }
        });
        Self(started.collect())
    }

    /// Begins the polls that are due.
    pub fn poll(&mut self, store: &mut dyn Store) -> Result<(), StoreError> {
        let now = Instant::now();
        for source in &mut self.0 {
            if !source.is_under_way && source.next <= now {
                let cursor = store.source_cursor(&source.name)?;
                source.is_under_way = source.polls.send(cursor).is_ok();
            }
        }
        Ok(())
    }

    /// Whether all have answered at least once.
    pub fn were_heard(&self) -> bool {
        self.0.iter().all(|source| source.was_heard)
    }

    /// How long until the next poll.
    pub fn next(&self) -> Option<Duration> {
        let waiting = self.0.iter().filter(|source| !source.is_under_way);
        let next = waiting.map(|source| source.next).min()?;
        Some(next.saturating_duration_since(Instant::now()))
    }

    /// Keeps what a poll found. A problem is told when it is a new one.
    pub fn heard(
        &mut self,
        index: usize,
        polled: Result<Polled, String>,
        store: &mut dyn Store,
    ) -> Result<Option<String>, StoreError> {
        let Some(source) = self.0.get_mut(index) else {
            return Ok(None);
        };
        source.is_under_way = false;
        source.was_heard = true;
        source.next = Instant::now() + source.interval;
        match polled {
            Ok(polled) => {
                let stands = Source {
                    name: source.name.clone(),
                    cursor: polled.cursor,
                };
                store.publish(&polled.events, Some(&stands))?;
                let was_broken = source.problem.take().is_some();
                Ok(was_broken.then(|| format!("{}: can be read again", source.name)))
            }
            Err(problem) => {
                source.next = Instant::now() + source.interval.max(PAUSE);
                let told = format!("{}: {problem}; it is tried again", source.name);
                let is_new = source.problem.as_ref() != Some(&problem);
                source.problem = Some(problem);
                Ok(is_new.then_some(told))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use salami::{CompileOptions, Permissions, RunLimits, Stub, Tools, process_options};
    use salami_process::store::{MemoryStore, NewEvent, SimulatedClock, Status};
    use salami_process::{Call, Function, Outcome, Step, Tool, stub_functions};

    use super::*;
    use crate::processes::start::{New, put};
    use crate::processes::worker::{Options, Worker};

    const STUB: &str = "@event\ndef rang(timeout: float | None = None) -> dict[str, int]: ...\n";

    /// A bell that rings once for each poll but the first.
    struct Bell;

    impl Tool for Bell {
        fn name(&self) -> &str {
            "bell"
        }

        fn function(&self, name: &str) -> Option<Function> {
            stub_functions(STUB).remove(name)
        }

        fn ask(&mut self, _: &Call) -> Step {
            Step::Done(Outcome::Error("it is no call".to_owned()))
        }

        fn sources(&mut self) -> Vec<Box<dyn EventSource>> {
            vec![Box::new(Self)]
        }
    }

    impl EventSource for Bell {
        fn name(&self) -> String {
            "bell".to_owned()
        }

        fn interval(&self) -> f64 {
            0.0
        }

        fn poll(&mut self, cursor: Option<&str>) -> Result<Polled, String> {
            let times: u64 = cursor.map_or(Ok(0), str::parse).map_err(|_| "no cursor")?;
            let event = NewEvent {
                topic: "bell.rang".to_owned(),
                fields: format!("{{\"times\": {times}}}"),
                unique: Some(times.to_string()),
            };
            Ok(Polled {
                events: if cursor.is_some() {
                    vec![event]
                } else {
                    Vec::new()
                },
                cursor: (times + 1).to_string(),
            })
        }
    }

    #[test]
    fn what_a_source_finds_wakes_who_waits_for_it() {
        let source = "from tools import bell\nprint([bell.rang()['times'] for _ in range(3)])\n";
        let options = CompileOptions {
            stubs: vec![Stub::new("bell", STUB)],
            ..CompileOptions::default()
        };
        let program = salami::compile("bell.py", source, &options).expect("it compiles");
        let mut tools = Tools::new(Permissions::everything());
        tools.connect(Bell);
        let store = Box::new(MemoryStore::new(Box::new(SimulatedClock::new(0))));
        let options = Options {
            name: "test".to_owned(),
            lease: 1_000_000,
            calls: 4,
            is_told: true,
        };
        let mut worker = Worker::new(store, None, tools, options);
        let new = New {
            name: "bell.py".to_owned(),
            owner: "ann".to_owned(),
            input: serde_json::Map::new(),
            options: process_options(0, &RunLimits::GENERAL),
        };
        let id = put(worker.store(), &program.to_code(), &new).expect("it is stored");
        let mut told = String::new();
        for _ in 0..2_000 {
            worker.step().expect("a step");
            worker.wait(Duration::from_millis(10));
            for line in worker.lines() {
                told += &format!("{}\n", line.text);
            }
            let process = worker
                .store()
                .process(id)
                .expect("a store")
                .expect("it is there");
            if process.status == Status::Done {
                break;
            }
        }
        assert!(told.contains("prints [1, 2, 3]"), "{told}");
        let cursor = worker.store().source_cursor("bell").expect("a store");
        assert!(cursor.is_some_and(|cursor| cursor.parse::<u64>().is_ok_and(|at| at >= 4)));
    }
}

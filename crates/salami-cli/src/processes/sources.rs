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

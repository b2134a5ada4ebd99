//! The way back: copies of an execution at some of its steps, and what came in from outside. An
//! earlier step is reached by running again from the copy before it.

use super::Caught;
use crate::run::Execution;
use salami_process::Answer;

/// At most this many copies are kept; with more, every second one is dropped.
const COPIES: usize = 24;
/// Steps between the first copies.
const FIRST_INTERVAL: u64 = 4_096;

/// What came in from outside.
#[derive(Clone, Debug)]
pub(super) enum Event {
    /// The answer of a tool.
    Answer(Answer),
    /// The answer to the call with this sequence number.
    AnswerTo(u64, Answer),
    /// The clock moved on.
    Clock(i64),
    /// A piece of a stream.
    Chunk(Result<Vec<u8>, String>),
}

/// An execution at a step.
#[derive(Clone, Debug)]
pub(super) struct Moment {
    pub(super) steps: u64,
    pub(super) execution: Execution,
    pub(super) caught: Option<Caught>,
}

/// Copies and events of one execution.
#[derive(Clone, Debug)]
pub(super) struct History {
    moments: Vec<Moment>,
    interval: u64,
    events: Vec<(u64, Event)>,
}

impl History {
    /// That of an execution that stands at its start.
    pub(super) fn new(start: Execution) -> Self {
        let moments = vec![Moment {
            steps: 0,
            execution: start,
            caught: None,
        }];
        Self {
            moments,
            interval: FIRST_INTERVAL,
            events: Vec::new(),
        }
    }

    /// Keeps a copy if one is due. The steps only grow between calls of [`History::forget_after`].
    pub(super) fn keep(&mut self, steps: u64, execution: &Execution, caught: Option<Caught>) {
        let last = self.moments.last().map_or(0, |moment| moment.steps);
        if steps < last.saturating_add(self.interval) {
            return;
        }
        self.moments.push(Moment {
            steps,
            execution: execution.clone(),
            caught,
        });
        if self.moments.len() > COPIES {
            let mut index = 0;
            self.moments.retain(|_| {
                index += 1;
                index % 2 == 1
            });
            self.interval = self.interval.saturating_mul(2);
        }
    }

    /// Keeps what came in at a step.
    pub(super) fn record(&mut self, steps: u64, event: Event) {
        // After going back what is later comes again.
        let last = self.events.partition_point(|(at, _)| *at <= steps);
        self.events.truncate(last);
        self.events.push((steps, event));
    }

    /// What came in at a step, in order.
    pub(super) fn events(&self, steps: u64) -> impl Iterator<Item = &Event> {
        let from = self.events.partition_point(|(at, _)| *at < steps);
        let here = self.events.get(from..).unwrap_or_default().iter();
        here.take_while(move |(at, _)| *at == steps)
            .map(|(_, event)| event)
    }

    /// The copies up to a step, the latest first.
    pub(super) fn before(&self, steps: u64) -> impl Iterator<Item = &Moment> {
        let end = self.moments.partition_point(|moment| moment.steps <= steps);
        self.moments.get(..end).unwrap_or_default().iter().rev()
    }

    /// Forgets the copies after a step: the execution went back to it, and may go on otherwise.
    /// What came in from outside stays, as the world stays: it comes again.
    pub(super) fn forget_after(&mut self, steps: u64) {
        self.moments.retain(|moment| moment.steps <= steps);
    }
}

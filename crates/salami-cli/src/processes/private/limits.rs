//! The limits that a command sets to a process beside those that the machine keeps: time, and how much it prints
//! where that is kept in memory.

use salami::{ErrorContext, Limit, LimitKind, RunError};
use salami_process::store::Control;
use serde_json::{Map, Value};

use super::super::look;
use super::{LOOK, Running};
use crate::failure::Failure;

/// After so many steps a process that was told to end is left as it is.
const STEPS: u32 = 100;

impl Running<'_> {
    /// The first instant, by its clock, at which it has taken too much time.
    pub(super) fn end_of_time(&self) -> Option<i64> {
        let time = i64::try_from(self.setup.run_limits().time?).unwrap_or(i64::MAX);
        Some(self.started.saturating_add(time).saturating_add(1))
    }

    /// The limit that it has met.
    pub(super) fn limit_met(&self, now: i64) -> Option<Limit> {
        let limits = self.setup.run_limits();
        let (kind, most) = if self.end_of_time().is_some_and(|end| now >= end) {
            (LimitKind::Time, limits.time)
        } else {
            let kept = self.printed.len().saturating_add(self.complaints.len());
            if u64::try_from(kept).unwrap_or(u64::MAX) <= limits.memory {
                return None;
            }
            (LimitKind::Output, Some(limits.memory))
        };
        Some(Limit {
            kind,
            most,
            frames: Vec::new(),
            context: Box::<ErrorContext>::default(),
        })
    }

    /// Ends it where it stands; the error that it ends with.
    pub(super) fn end_by(&mut self, mut limit: Limit) -> Result<Map<String, Value>, Failure> {
        self.is_over = true;
        limit.frames = self.frames();
        let id = self.id;
        // Nothing of it goes on, whatever becomes of its store.
        let _ = self.worker.engine().control(id, Control::Abort);
        for _ in 0..STEPS {
            let ended = self.worker.store().process(id);
            let ended = ended.map_err(|error| self.failure(&error))?;
            if ended.is_none_or(|process| process.status.has_ended()) {
                break;
            }
            if self.worker.step().is_err() {
                self.worker.wait(LOOK);
            }
        }
        match RunError::Limit(limit).to_json() {
            Value::Object(error) => Ok(error),
            _ => Ok(Map::new()),
        }
    }

    /// Where its first thread stands.
    fn frames(&mut self) -> Vec<salami::Frame> {
        let store = self.worker.store();
        let Ok(Some(process)) = store.process(self.id) else {
            return Vec::new();
        };
        let body = store.code(&process.code).ok().flatten().unwrap_or_default();
        let threads = store.threads(self.id).unwrap_or_default().into_iter();
        let states: Vec<_> = threads
            .filter_map(|thread| Some((thread, store.thread(self.id, thread).ok()??)))
            .collect();
        let looks = look::at(&process, &body, &states);
        let mut looks = looks.into_iter().filter(|look| !look.frames.is_empty());
        let frames = looks.next().map(|look| look.frames);
        let frames = frames.unwrap_or_default().into_iter();
        frames
            .map(|frame| {
                let line = u32::try_from(frame.line).unwrap_or(0);
                self.frame(frame.file, line, frame.function)
            })
            .collect()
    }
}

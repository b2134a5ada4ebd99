//! When faults have ceased: all comes to its end.

use std::fmt::Write as _;

use salami_process::engine::Job;
use salami_process::store::{
    CallState, Clock, Control, InboxItem, ProcessId, Status, StoreError, WaitKind,
};

use super::super::event;
use super::super::gate::{Go, open};
use super::super::worker::{Came, Task};
use super::{Simulation, Wish};

impl Simulation<'_> {
    /// Without faults all comes to its end.
    pub(super) fn calm(&mut self) -> Result<(), StoreError> {
        for _ in 0..3000 {
            self.look()?;
            if self.is_wrong() {
                return Ok(());
            }
            let is_over = {
                let common = open(&self.common);
                self.ids.iter().all(|id| common.watch.has_ended(*id))
            };
            if is_over {
                return Ok(());
            }
            if self.work_calmly()? || self.help()? {
                continue;
            }
            match self.store.next_due()? {
                Some(due) if due > self.clock.now() => {
                    self.clock.set(due);
                    self.note(|| format!("the clock goes on to {due}"));
                }
                Some(due) => {
                    let text = format!("{due} is past, and no worker has anything to do");
                    self.blame(text);
                }
                None => break,
            }
        }
        let mut text = "not all came to an end:".to_owned();
        for id in &self.ids {
            let process = self.store.process(*id)?.map(|process| process.status);
            if !process.is_some_and(Status::has_ended) {
                let waits = self.store.waits(*id)?;
                let _ = write!(text, "\nprocess {id} is {process:?} with {waits:?}");
            }
        }
        self.blame(text);
        Ok(())
    }

    /// Rounds of all workers and all that they do outside; whether anything was done.
    pub(super) fn work_calmly(&mut self) -> Result<bool, StoreError> {
        if self.workers.is_empty() {
            self.hire(None);
        }
        if let Some(people) = &mut self.people
            && people.is_paused
        {
            let came = people.resume(Go::On);
            self.hear_people(came);
        }
        let mut is_busy = false;
        let deaths = self.deaths;
        // Who goes on may die of what was laid for it before: then there are fewer.
        let mut place = 0;
        while let Some(worker) = self.workers.get(place) {
            if worker.is_paused {
                is_busy = true;
                // Another one may have its place then.
                self.go_on(place);
            } else {
                place += 1;
            }
        }
        while let Some(place) = self
            .outside
            .iter()
            .position(|outside| outside.job.is_some())
        {
            let outside = &mut self.outside[place];
            outside.finished = outside.job.take().map(Job::run);
        }
        while !self.outside.is_empty() {
            is_busy = true;
            self.deliver(0);
        }
        for place in 0..self.workers.len() {
            let Some(worker) = self.workers.get_mut(place) else {
                break;
            };
            // Who lives prolongs what it has: what a worker forgot would be kept for ever.
            worker.task(Task::Renew);
            let came = worker.task(Task::Round);
            if let Some(Came::Round(Some((jobs, is_idle)))) = &came {
                is_busy |= !is_idle || !jobs.is_empty();
            }
            self.hear(place, came);
        }
        // Who died has not done what was to be done.
        Ok(is_busy || self.deaths > deaths)
    }

    /// People and the world do what is wanted of them; whether anything was.
    pub(super) fn help(&mut self) -> Result<bool, StoreError> {
        let mut has_helped = false;
        for (number, id) in self.ids.clone().into_iter().enumerate() {
            let Some(process) = self.store.process(id)? else {
                self.blame(format!("there is no process {id}"));
                return Ok(true);
            };
            if process.status.has_ended() {
                continue;
            }
            self.person();
            if process.status == Status::Paused {
                has_helped = true;
                self.ask_people(Wish::Other, Task::Control(id, Control::Resume));
                continue;
            }
            let waits = self.store.waits(id)?;
            let is_held = waits.iter().any(|wait| {
                let kind = wait.wait.kind;
                wait.outcome.is_none()
                    && matches!(kind, WaitKind::Hold | WaitKind::Call(CallState::Unknown))
            });
            if is_held {
                has_helped = true;
                self.inbox_has(id)?;
                self.ask_people(Wish::Other, Task::Retry(id));
            }
            for wait in self.asks(id)? {
                // Whose time is over cannot be answered any more; a dead worker may keep it from going on.
                if wait.wait.due.is_some_and(|due| due <= self.clock.now()) {
                    continue;
                }
                has_helped = true;
                self.answer(id, &wait);
            }
            for kind in 0..self.programs[number].events.len() {
                while self.published[number][kind] < self.programs[number].events[kind] {
                    has_helped = true;
                    // Who published the last may have died of it: then somebody else goes on.
                    self.person();
                    let tag = self.programs[number].tag.clone();
                    let news = event(&tag, kind as u64, self.published[number][kind]);
                    let wish = Wish::Publish(number, kind);
                    self.ask_people(wish, Task::Publish(vec![news], None));
                }
            }
        }
        Ok(has_helped)
    }

    /// A process that is held is in the inbox.
    pub(super) fn inbox_has(&mut self, id: ProcessId) -> Result<(), StoreError> {
        let inbox = self.store.inbox(10_000)?;
        let is_there = inbox
            .iter()
            .any(|item| matches!(item, InboxItem::Wait(wait) if wait.process == id));
        if !is_there {
            self.blame(format!("process {id} is held, and nobody is told"));
        }
        Ok(())
    }
}

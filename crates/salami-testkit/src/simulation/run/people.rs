//! What people and sources of events do.

use salami_process::engine::{EngineOptions, Problem, question};
use salami_process::store::{Control, ProcessId, Source, StoreError, Wait, WaitKind};
use serde_json::{Value, json};

use super::super::event;
use super::super::gate::{Go, open};
use super::super::outside::{reply, wrong_reply};
use super::super::worker::{Came, Task};
use super::{Simulation, Wish};

impl Simulation<'_> {
    /// The people's worker, if it is not at something: then it goes on with that.
    pub(super) fn person(&mut self) -> bool {
        if let Some(people) = &mut self.people {
            if !people.is_paused {
                return true;
            }
            let came = people.resume(Go::On);
            self.hear_people(came);
            return false;
        }
        self.born += 1;
        let who = format!("people{}", self.born);
        let options = EngineOptions {
            worker: who.clone(),
            ..EngineOptions::default()
        };
        self.people = Some(self.worker(options, &who));
        true
    }

    pub(super) fn ask_people(&mut self, wish: Wish, task: Task) {
        self.note(|| format!("people want {task:?}"));
        self.wish = wish;
        if let Some(people) = &mut self.people {
            let came = people.task(task);
            self.hear_people(came);
        }
    }

    pub(super) fn hear_people(&mut self, came: Option<Came>) {
        let wish = self.wish.clone();
        match (came, wish) {
            (Some(Came::Person(done)), wish) => {
                self.note(|| format!("people are told {done:?}"));
                let is_odd = match (&done, &wish) {
                    (Ok(()), Wish::Answer(is_wrong)) => *is_wrong,
                    (Err(Problem::NoAnswer(_)), Wish::Answer(is_wrong)) => !is_wrong,
                    (Err(Problem::NoProcess(_)), _) => true,
                    _ => false,
                };
                if is_odd {
                    self.blame(format!("people wanted {wish:?} and were told {done:?}"));
                }
            }
            (Some(Came::Published(Some(ids))), Wish::Publish(program, kind)) => {
                self.note(|| format!("people are told {ids:?}"));
                self.published[program][kind] += 1;
            }
            (Some(Came::Published(Some(ids))), Wish::Again) if ids != [None] => {
                self.blame(format!("an event was kept twice: {ids:?}"));
            }
            _ => {}
        }
        let is_dead = self
            .people
            .as_ref()
            .is_some_and(|people| open(&self.common).dead.contains(&people.who));
        if is_dead && let Some(people) = self.people.take() {
            self.bury(people);
        }
    }

    pub(super) fn publish(&mut self) -> Result<(), StoreError> {
        if self.ids.is_empty() || !self.person() {
            return Ok(());
        }
        let program = self.random.place(self.ids.len());
        let kind = self.random.place(self.programs[program].events.len());
        let tag = self.programs[program].tag.clone();
        let number = self.published[program][kind];
        let (wish, mut news) = if self.random.percent(10) {
            self.strays += 1;
            let mut stray = event("nobody", kind as u64, self.strays);
            if self.random.percent(50) {
                stray.fields = json!({"tag": tag}).to_string();
            }
            (Wish::Stray, stray)
        } else if number > 0 && self.random.percent(20) {
            let old = self.random.below(number);
            (Wish::Again, event(&tag, kind as u64, old))
        } else if number < self.programs[program].events[kind] {
            (
                Wish::Publish(program, kind),
                event(&tag, kind as u64, number),
            )
        } else {
            return Ok(());
        };
        if matches!(wish, Wish::Again) {
            // The same event may look different when it comes again.
            news.fields = json!({"tag": tag, "kind": kind, "number": "again"}).to_string();
        }
        let source = self.random.percent(30).then(|| Source {
            name: "mailbox".to_owned(),
            cursor: self.random.below(1000).to_string(),
        });
        self.ask_people(wish, Task::Publish(vec![news], source));
        Ok(())
    }

    pub(super) fn drive_people(&mut self) -> Result<(), StoreError> {
        if self.ids.is_empty() || !self.person() {
            return Ok(());
        }
        let id = self.ids[self.random.place(self.ids.len())];
        match self.random.below(if self.is_wild { 21 } else { 18 }) {
            0..10 => {
                let asks = self.asks(id)?;
                if asks.is_empty() {
                    self.ask_people(Wish::Other, Task::Answer(id, None, json!(["nothing"])));
                    return Ok(());
                }
                let wait = &asks[self.random.place(asks.len())];
                self.answer(id, wait);
            }
            10..14 => self.ask_people(Wish::Other, Task::Retry(id)),
            14 | 15 => self.ask_people(Wish::Other, Task::Control(id, Control::Pause)),
            16 | 17 => self.ask_people(Wish::Other, Task::Control(id, Control::Resume)),
            18 | 19 => self.ask_people(Wish::Other, Task::Control(id, Control::Cancel)),
            _ if self.random.percent(30) => {
                self.ask_people(Wish::Other, Task::Control(id, Control::Abort));
            }
            _ => {}
        }
        Ok(())
    }

    pub(super) fn asks(&mut self, id: ProcessId) -> Result<Vec<Wait>, StoreError> {
        let mut waits = self.store.waits(id)?;
        waits.retain(|wait| wait.outcome.is_none() && wait.wait.kind == WaitKind::Answer);
        Ok(waits)
    }

    pub(super) fn answer(&mut self, id: ProcessId, wait: &Wait) {
        let Some(question) = question(wait) else {
            return self.blame(format!("{wait:?} is no question"));
        };
        let slot = Some(wait.wait.slot);
        let way = self.random.number();
        let is_calm = open(&self.common).faults.pauses == 0;
        if !is_calm && self.random.percent(15) {
            let wrong: Value = wrong_reply(&question);
            self.ask_people(Wish::Answer(true), Task::Answer(id, slot, wrong));
        } else {
            let right = reply(&question, way);
            self.ask_people(Wish::Answer(false), Task::Answer(id, slot, right));
        }
    }
}

//! What must hold in the end.

use std::collections::BTreeSet;
use std::sync::{Arc, PoisonError};

use salami_process::Runtime;
use salami_process::engine::{HOLD_OF_PROCESS, audit, replay};
use salami_process::store::{ProcessId, Slot, StoreError, ThreadId};

use super::super::gate::open;
use super::super::ideal::{ending, ideal};
use super::Simulation;

impl Simulation<'_> {
    /// What the store says that processes wait for is what their states say, where turns were written since the last look.
    pub(super) fn look(&mut self) -> Result<(), StoreError> {
        for (place, id) in self.ids.clone().into_iter().enumerate() {
            let turns = open(&self.common).watch.turns(id);
            if self.looked.get(place) == Some(&turns) || open(&self.common).watch.has_ended(id) {
                continue;
            }
            self.looked.resize(self.ids.len(), 0);
            self.looked[place] = turns;
            let known = self.store.process(id)?;
            let Some((code, shared)) = known.and_then(|known| Some((known.code, known.shared?)))
            else {
                continue;
            };
            let code = self.store.code(&code)?.unwrap_or_default();
            let mut threads = Vec::new();
            for thread in self.store.threads(id)? {
                let state = self.store.thread(id, thread)?.unwrap_or_default();
                threads.push((thread, state));
            }
            let mut stored: BTreeSet<(ThreadId, Slot)> = BTreeSet::new();
            for wait in self.store.waits(id)? {
                stored.insert((wait.wait.thread, wait.wait.slot));
            }
            stored.remove(&(0, HOLD_OF_PROCESS));
            if shared.is_empty() {
                continue;
            }
            match self.settings.kit.waits(&code, &shared, &threads) {
                Ok(waits) if waits == stored => {}
                Ok(waits) => self.blame(format!(
                    "process {id} waits at {waits:?}, and the store says {stored:?}"
                )),
                Err(error) => self.blame(format!("process {id}: {error}")),
            }
        }
        Ok(())
    }

    /// What must hold when all has ended.
    pub(super) fn check(&mut self) -> Result<(), StoreError> {
        let mut runtime: Box<dyn Runtime> = self.settings.kit.runtime();
        for id in self.ids.clone() {
            match replay(self.store.as_mut(), runtime.as_mut(), id)? {
                Some(Ok(_)) => {}
                Some(Err(difference)) => self.blame(format!("process {id}, {difference}")),
                None => self.blame(format!("process {id} is not there to be run again")),
            }
            match audit(self.store.as_mut(), id)? {
                Some(audited) if audited.wrong.is_none() => {}
                audited => self.blame(format!("process {id}, its links: {audited:?}")),
            }
            let turns = open(&self.common).watch.turns(id);
            let process = self.store.process(id)?;
            let journal = self.store.journal(id, 0, 1_000_000)?;
            if journal.len() as u64 != turns || process.is_none_or(|known| known.turns != turns) {
                self.blame(format!(
                    "process {id} had {turns} turns, and not as many entries"
                ));
            }
        }
        self.check_ledger();
        if !self.is_wild {
            self.check_endings()?;
        }
        Ok(())
    }

    pub(super) fn check_ledger(&mut self) {
        let mut wrong = Vec::new();
        {
            let ledger = self.ledger.lock().unwrap_or_else(PoisonError::into_inner);
            wrong.extend(ledger.mixed_up.iter().cloned());
            let common = open(&self.common);
            for (key, (call, times)) in &ledger.calls {
                let may_repeat = ["world.read", "world.put", "world.batch"]
                    .iter()
                    .any(|name| call.starts_with(name));
                // store-process-sequence
                let mut parts = key.rsplit('-').map(|part| part.parse::<u64>().ok());
                let (Some(Some(sequence)), Some(Some(process))) = (parts.next(), parts.next())
                else {
                    wrong.push(format!("{key} is no key"));
                    continue;
                };
                let most = common.watch.may_be_made(ProcessId(process), sequence + 1);
                if !may_repeat && *times > most {
                    wrong.push(format!(
                        "{call} was made {times} times, at most {most} may be"
                    ));
                }
            }
        }
        for text in wrong {
            self.blame(text);
        }
    }

    /// What does not depend on the time is as it is without faults.
    pub(super) fn check_endings(&mut self) -> Result<(), StoreError> {
        let (expected, effects) = match ideal(self.settings.kit, &self.programs) {
            Ok(ideal) => ideal,
            Err(error) => {
                self.blame(error);
                return Ok(());
            }
        };
        for (id, expected) in self.ids.clone().into_iter().zip(expected) {
            let found = ending(self.store.as_mut(), id)?;
            if found != expected {
                self.blame(format!(
                    "process {id} came to {found:?}\nand without faults to {expected:?}"
                ));
            }
        }
        let ledger = Arc::clone(&self.ledger);
        let found = ledger
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .effects();
        let missing: Vec<&String> = effects.difference(&found).collect();
        let beyond: Vec<&String> = found.difference(&effects).collect();
        if !missing.is_empty() || !beyond.is_empty() {
            self.blame(format!(
                "not made were {missing:?}, and made without need {beyond:?}"
            ));
        }
        Ok(())
    }
}

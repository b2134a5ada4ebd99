//! What programs come to where nothing goes wrong.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use salami_process::engine::{Engine, EngineOptions, Entry, question};
use salami_process::store::{
    MemoryStore, ProcessId, SimulatedClock, Status, Store, StoreError, WaitKind,
};
use salami_process::{Permissions, Tools};

use super::outside::{SharedLedger, World, reply};
use super::{Kit, Program, event};

/// What a process came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Ending {
    status: Status,
    result: Option<String>,
    /// What its threads printed, by the first word of each line.
    printed: BTreeMap<String, Vec<String>>,
    fuel: u64,
}

/// What a process in a store came to; the entries of its journal are read.
pub(super) fn ending(
    store: &mut dyn Store,
    process: ProcessId,
) -> Result<Option<Ending>, StoreError> {
    let Some(known) = store.process(process)? else {
        return Ok(None);
    };
    let mut printed: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut fuel = 0;
    for kept in store.journal(process, 0, 1_000_000)? {
        let entry = Entry::parse(&kept.entry).unwrap_or_default();
        fuel = fuel.max(entry.fuel);
        for line in entry.printed.lines() {
            let thread = line.split(' ').next().unwrap_or_default().to_owned();
            printed.entry(thread).or_default().push(line.to_owned());
        }
    }
    Ok(Some(Ending {
        status: known.status,
        result: known.result,
        printed,
        fuel,
    }))
}

/// Runs programs with one worker and no faults: what each came to, and what was done outside.
pub(super) fn ideal(
    kit: &dyn Kit,
    programs: &[Program],
) -> Result<(Vec<Option<Ending>>, BTreeSet<String>), String> {
    let clock = SimulatedClock::new(0);
    let ledger = SharedLedger::default();
    let mut tools = Tools::new(Permissions::everything());
    tools.connect(World {
        ledger: Arc::clone(&ledger),
    });
    let store = Box::new(MemoryStore::named(Box::new(clock.clone()), "store"));
    let mut engine = Engine::new(store, kit.runtime(), tools, EngineOptions::default());
    let failed = |error: StoreError| error.to_string();
    let mut ids = Vec::new();
    for program in programs {
        engine
            .store()
            .put_code(&program.parts.to_code())
            .map_err(failed)?;
        ids.extend(
            engine
                .store()
                .start(&[program.process(kit)])
                .map_err(failed)?,
        );
    }
    for program in programs {
        for (kind, count) in program.events.iter().enumerate() {
            for number in 0..*count {
                let event = event(&program.tag, kind as u64, number);
                engine.store().publish(&[event], None).map_err(failed)?;
            }
        }
    }
    for _ in 0..100_000 {
        let round = engine.round().map_err(failed)?;
        let is_idle = round.is_idle();
        for job in round.jobs {
            let finished = job.run();
            engine.finish(finished);
        }
        if !is_idle {
            continue;
        }
        let mut is_changed = false;
        for id in &ids {
            for wait in engine.store().waits(*id).map_err(failed)? {
                if wait.outcome.is_none() {
                    if let Some(question) = question(&wait) {
                        let answer = reply(&question, 0);
                        is_changed |= engine.answer(*id, Some(wait.wait.slot), &answer).is_ok();
                    } else if wait.wait.kind == WaitKind::Hold {
                        is_changed |= engine.retry(*id, None).is_ok();
                    }
                }
            }
        }
        if is_changed {
            continue;
        }
        match engine.store().next_due().map_err(failed)? {
            Some(due) => clock.set(due),
            None => break,
        }
    }
    let endings = ids.iter().map(|id| ending(engine.store(), *id));
    let endings: Result<_, _> = endings.collect();
    let effects = ledger.lock().map(|ledger| ledger.effects());
    Ok((endings.map_err(failed)?, effects.unwrap_or_default()))
}

//! A store that says what goes through it, so that what happens can be told; and that stops
//! handing out work when it is asked to.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use salami_process::store::{
    Act, BegunCall, Claimed, Code, CodeHash, Control, Event, EventId, FinishedCall, InboxItem,
    JournalEntry, LookedOver, Lost, NewEvent, NewProcess, Outcome, Process, ProcessFilter,
    ProcessId, Recovered, Slot, Source, Store, StoreError, ThreadId, TurnCommit, Wait, WaitFilter,
    WaitKind,
};

/// Something that went through the store.
#[derive(Debug)]
pub enum Happened {
    /// A process was claimed for its first turn.
    Starts(ProcessId),
    /// What came was taken by a turn.
    Came(ProcessId, Vec<Wait>),
    /// A turn was written.
    Turn(Box<TurnCommit>),
    /// A call is made now.
    Calls(Box<BegunCall>),
    /// Something came of a call.
    Finished(Box<FinishedCall>),
    /// Work was taken back from workers that are gone.
    Recovered(Recovered),
    /// What a process waits for is not in the store any more: it is held.
    Held(ProcessId),
    /// An event was kept.
    Event(EventId, Box<NewEvent>),
}

/// What is shared with whoever tells.
#[derive(Clone, Debug, Default)]
pub struct Watch {
    happened: Arc<Mutex<Vec<(i64, Happened)>>>,
    is_stopping: Arc<AtomicBool>,
}

impl Watch {
    /// From now on nothing is claimed and no call is begun.
    pub fn stop(&self) {
        self.is_stopping.store(true, Ordering::Relaxed);
    }

    /// What happened since the last time, with when.
    pub fn take(&self) -> Vec<(i64, Happened)> {
        self.happened
            .lock()
            .map(|mut happened| std::mem::take(&mut *happened))
            .unwrap_or_default()
    }

    fn is_stopping(&self) -> bool {
        self.is_stopping.load(Ordering::Relaxed)
    }
}

/// A store that is watched.
pub struct Watched {
    store: Box<dyn Store>,
    watch: Watch,
    /// Whether what goes through is noted.
    is_told: bool,
}

impl Watched {
    /// Watches a store.
    pub fn new(store: Box<dyn Store>, watch: Watch, is_told: bool) -> Self {
        Self {
            store,
            watch,
            is_told,
        }
    }

    fn note(&mut self, what: impl IntoIterator<Item = Happened>) {
        if !self.is_told {
            return;
        }
        let at = self.store.now().unwrap_or_default();
        if let Ok(mut happened) = self.watch.happened.lock() {
            happened.extend(what.into_iter().map(|what| (at, what)));
        }
    }
}

impl Store for Watched {
    fn now(&mut self) -> Result<i64, StoreError> {
        self.store.now()
    }

    fn name(&mut self) -> Result<String, StoreError> {
        self.store.name()
    }

    fn put_code(&mut self, code: &Code) -> Result<(), StoreError> {
        self.store.put_code(code)
    }

    fn code(&mut self, hash: &CodeHash) -> Result<Option<Vec<u8>>, StoreError> {
        self.store.code(hash)
    }

    fn start(&mut self, processes: &[NewProcess]) -> Result<Vec<ProcessId>, StoreError> {
        self.store.start(processes)
    }

    fn claim(
        &mut self,
        worker: &str,
        lease: i64,
        limit: usize,
    ) -> Result<Vec<Claimed>, StoreError> {
        if self.watch.is_stopping() {
            return Ok(Vec::new());
        }
        let claimed = self.store.claim(worker, lease, limit)?;
        self.note(claimed.iter().flat_map(|claim| {
            let starts = (claim.turns == 0).then_some(Happened::Starts(claim.process));
            let has_come = !claim.arrived.is_empty();
            let came = has_come.then(|| Happened::Came(claim.process, claim.arrived.clone()));
            starts.into_iter().chain(came)
        }));
        Ok(claimed)
    }

    fn renew(&mut self, worker: &str, lease: i64) -> Result<(), StoreError> {
        self.store.renew(worker, lease)
    }

    fn thread(
        &mut self,
        process: ProcessId,
        thread: ThreadId,
    ) -> Result<Option<Vec<u8>>, StoreError> {
        self.store.thread(process, thread)
    }

    fn commit(&mut self, worker: &str, turns: &[TurnCommit]) -> Result<Vec<Lost>, StoreError> {
        let lost = self.store.commit(worker, turns)?;
        let written = turns
            .iter()
            .filter(|turn| !lost.iter().any(|lost| lost.0 == turn.process));
        self.note(written.map(|turn| {
            let turn = TurnCommit {
                shared: Vec::new(),
                threads: Vec::new(),
                ..turn.clone()
            };
            Happened::Turn(Box::new(turn))
        }));
        Ok(lost)
    }

    fn begin_calls(
        &mut self,
        worker: &str,
        lease: i64,
        limit: usize,
    ) -> Result<Vec<BegunCall>, StoreError> {
        if self.watch.is_stopping() {
            return Ok(Vec::new());
        }
        let begun = self.store.begin_calls(worker, lease, limit)?;
        let told = begun.iter().cloned();
        self.note(told.map(|call| Happened::Calls(Box::new(call))));
        Ok(begun)
    }

    fn finish_calls(
        &mut self,
        worker: &str,
        calls: &[FinishedCall],
    ) -> Result<Vec<bool>, StoreError> {
        let written = self.store.finish_calls(worker, calls)?;
        let told = calls.iter().zip(&written).filter(|(_, written)| **written);
        self.note(told.map(|(call, _)| Happened::Finished(Box::new(call.clone()))));
        Ok(written)
    }

    fn recover(&mut self) -> Result<Recovered, StoreError> {
        let recovered = self.store.recover()?;
        if recovered != Recovered::default() {
            self.note([Happened::Recovered(recovered)]);
        }
        Ok(recovered)
    }

    fn look_over(
        &mut self,
        after: Option<ProcessId>,
        limit: usize,
    ) -> Result<LookedOver, StoreError> {
        let looked = self.store.look_over(after, limit)?;
        self.note(looked.held.iter().map(|id| Happened::Held(*id)));
        Ok(looked)
    }

    fn publish(
        &mut self,
        events: &[NewEvent],
        source: Option<&Source>,
    ) -> Result<Vec<Option<EventId>>, StoreError> {
        let ids = self.store.publish(events, source)?;
        let kept = events.iter().zip(&ids);
        self.note(
            kept.filter_map(|(event, id)| Some(Happened::Event((*id)?, Box::new(event.clone())))),
        );
        Ok(ids)
    }

    fn source_cursor(&mut self, source: &str) -> Result<Option<String>, StoreError> {
        self.store.source_cursor(source)
    }

    fn event(&mut self, event: EventId) -> Result<Option<Event>, StoreError> {
        self.store.event(event)
    }

    fn events(
        &mut self,
        topic: Option<&str>,
        after: EventId,
        limit: usize,
    ) -> Result<Vec<Event>, StoreError> {
        self.store.events(topic, after, limit)
    }

    fn settle(
        &mut self,
        process: ProcessId,
        thread: ThreadId,
        slot: Slot,
        kinds: &[WaitKind],
        outcome: &Outcome,
    ) -> Result<bool, StoreError> {
        self.store.settle(process, thread, slot, kinds, outcome)
    }

    fn repeat_call(
        &mut self,
        process: ProcessId,
        thread: ThreadId,
        slot: Slot,
    ) -> Result<bool, StoreError> {
        self.store.repeat_call(process, thread, slot)
    }

    fn control(&mut self, process: ProcessId, control: Control) -> Result<bool, StoreError> {
        self.store.control(process, control)
    }

    fn process(&mut self, process: ProcessId) -> Result<Option<Process>, StoreError> {
        self.store.process(process)
    }

    fn processes(
        &mut self,
        filter: &ProcessFilter,
        before: Option<ProcessId>,
        limit: usize,
    ) -> Result<Vec<Process>, StoreError> {
        self.store.processes(filter, before, limit)
    }

    fn threads(&mut self, process: ProcessId) -> Result<Vec<ThreadId>, StoreError> {
        self.store.threads(process)
    }

    fn waits(&mut self, process: ProcessId) -> Result<Vec<Wait>, StoreError> {
        self.store.waits(process)
    }

    fn waiting(&mut self, filter: &WaitFilter, limit: usize) -> Result<Vec<Wait>, StoreError> {
        self.store.waiting(filter, limit)
    }

    fn inbox(&mut self, limit: usize) -> Result<Vec<InboxItem>, StoreError> {
        self.store.inbox(limit)
    }

    fn read_notices(
        &mut self,
        process: Option<ProcessId>,
        through: u64,
    ) -> Result<u64, StoreError> {
        self.store.read_notices(process, through)
    }

    fn journal(
        &mut self,
        process: ProcessId,
        from: u64,
        limit: usize,
    ) -> Result<Vec<JournalEntry>, StoreError> {
        self.store.journal(process, from, limit)
    }

    fn next_due(&mut self) -> Result<Option<i64>, StoreError> {
        self.store.next_due()
    }

    fn act_as(&mut self, person: &str) {
        self.store.act_as(person);
    }

    fn acts(&mut self, process: ProcessId) -> Result<Vec<Act>, StoreError> {
        self.store.acts(process)
    }

    fn event_of(
        &mut self,
        process: ProcessId,
        turn: u64,
        number: EventId,
    ) -> Result<Option<Event>, StoreError> {
        self.store.event_of(process, turn, number)
    }
}

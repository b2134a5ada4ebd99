//! One store in memory behind several handles.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use salami_process::store::{
    Act, BegunCall, Brought, Claimed, Code, CodeHash, Control, Event, EventId, FinishedCall,
    InboxItem, JournalEntry, LookedOver, Lost, MemoryStore, NewEvent, NewProcess, Outcome, Parcel,
    ParcelEvent, Process, ProcessFilter, ProcessId, Recovered, Slot, Source, Store, StoreError,
    StoreErrorKind, ThreadId, TurnCommit, Wait, WaitFilter, WaitKind,
};

/// Operations that fail the next time.
pub(super) type Busy = Arc<Mutex<BTreeSet<&'static str>>>;

pub(super) struct Shared {
    pub(super) store: Arc<Mutex<MemoryStore>>,
    pub(super) busy: Busy,
}

impl Shared {
    fn enter(&self, operation: &str) -> Result<(), StoreError> {
        let mut busy = self.busy.lock().unwrap_or_else(PoisonError::into_inner);
        if busy.remove(operation) {
            return Err(StoreError {
                kind: StoreErrorKind::Busy,
                message: "the store is busy".to_owned(),
            });
        }
        Ok(())
    }
}

/// Every method goes to the store.
macro_rules! all {
    ($($name:ident($($argument:ident: $kind:ty),*) -> $result:ty;)*) => {
        impl Store for Shared {
            $(
                fn $name(&mut self, $($argument: $kind),*) -> Result<$result, StoreError> {
                    self.enter(stringify!($name))?;
                    let mut store = self.store.lock().unwrap_or_else(PoisonError::into_inner);
                    store.$name($($argument),*)
                }
            )*

            fn act_as(&mut self, person: &str) {
                let mut store = self.store.lock().unwrap_or_else(PoisonError::into_inner);
                store.act_as(person);
            }
        }
    };
}

all! {
    now() -> i64;
    name() -> String;
    put_code(code: &Code) -> ();
    code(hash: &CodeHash) -> Option<Vec<u8>>;
    start(processes: &[NewProcess]) -> Vec<ProcessId>;
    claim(worker: &str, lease: i64, limit: usize) -> Vec<Claimed>;
    renew(worker: &str, lease: i64) -> ();
    thread(process: ProcessId, thread: ThreadId) -> Option<Vec<u8>>;
    commit(worker: &str, turns: &[TurnCommit]) -> Vec<Lost>;
    begin_calls(worker: &str, lease: i64, limit: usize) -> Vec<BegunCall>;
    finish_calls(worker: &str, calls: &[FinishedCall]) -> Vec<bool>;
    recover() -> Recovered;
    look_over(after: Option<ProcessId>, limit: usize) -> LookedOver;
    publish(events: &[NewEvent], source: Option<&Source>) -> Vec<Option<EventId>>;
    source_cursor(source: &str) -> Option<String>;
    event(event: EventId) -> Option<Event>;
    events(topic: Option<&str>, after: EventId, limit: usize) -> Vec<Event>;
    settle(process: ProcessId, thread: ThreadId, slot: Slot, kinds: &[WaitKind], outcome: &Outcome) -> bool;
    repeat_call(process: ProcessId, thread: ThreadId, slot: Slot) -> bool;
    control(process: ProcessId, control: Control) -> bool;
    process(process: ProcessId) -> Option<Process>;
    processes(filter: &ProcessFilter, before: Option<ProcessId>, limit: usize) -> Vec<Process>;
    threads(process: ProcessId) -> Vec<ThreadId>;
    waits(process: ProcessId) -> Vec<Wait>;
    waiting(filter: &WaitFilter, limit: usize) -> Vec<Wait>;
    inbox(limit: usize) -> Vec<InboxItem>;
    read_notices(process: Option<ProcessId>, through: u64) -> u64;
    journal(process: ProcessId, from: u64, limit: usize) -> Vec<JournalEntry>;
    next_due() -> Option<i64>;
    acts(process: ProcessId) -> Vec<Act>;
    event_of(process: ProcessId, turn: u64, number: EventId) -> Option<Event>;
    parcel(process: ProcessId) -> Option<Parcel>;
    take_out(process: ProcessId, parcel: &Parcel, file: &[u8], to: &str) -> bool;
    taken_out(process: ProcessId) -> Option<Vec<u8>>;
    bring_in(parcel: &Parcel, events: &[ParcelEvent]) -> Brought;
}

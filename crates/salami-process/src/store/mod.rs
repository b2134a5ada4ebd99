//! Where processes are kept: the trait [`Store`] and what goes through it.
//!
//! A store knows nothing of programs or machines: states, code and journal entries are bytes to it,
//! values are JSON text. What it does know is who waits for what, since that must be an index look-up,
//! in this one form for every kind of wait: a [`Wait`] has a thread, a slot, maybe an instant by which
//! it ends, maybe a topic that wakes it, and once it came the outcome.
//!
//! Each method is one transaction: all of it is durable when it returns, or nothing of it happened. (A claim is durable
//! with whatever is written next: should the machine lose power before, nobody is left to hold it.)
//! All that a turn did is one [`TurnCommit`]; many of them go into one transaction. What a worker
//! writes is fenced by the epoch of its claim: who lost the claim writes nothing.
//!
//! Absent: machines, tools, policies; anything that decides what a program may do.

mod chain;
mod clock;
mod fields;
mod lost;
mod memory;
mod parcel;
mod records;

pub use chain::{Link, act_link, entry_link, first_link};
pub use clock::{Clock, SimulatedClock};
pub use fields::{fields_of, fits, key_of};
pub use lost::{HOLD_OF_PROCESS, lost_hold};
pub use memory::MemoryStore;
pub use parcel::{Act, ActKind, Brought, Parcel, ParcelEvent, ParcelWait, Renumbered};
pub use records::{
    BegunCall, CallState, Claimed, Code, CodeHash, Control, Event, EventId, Finish, FinishedCall,
    InboxItem, JournalEntry, LookedOver, Lost, NewEvent, NewProcess, NewWait, Notice, Outcome,
    Process, ProcessFilter, ProcessId, Recovered, Slot, Source, Status, StoreError, StoreErrorKind,
    ThreadId, TurnCommit, Wait, WaitFilter, WaitKind,
};

/// A store of processes.
///
/// Instants are microseconds since 1970 in UTC. The store's own clock decides what is due and whose
/// lease is over, so that workers need not agree about the time.
///
/// Errors of all methods: [`StoreError`] where the store cannot be read or written; then nothing was
/// done. What is asked of processes, waits or events that are not there is no error: it gives nothing.
pub trait Store: Send {
    /// What its clock shows.
    ///
    /// # Errors
    /// See [`Store`].
    fn now(&mut self) -> Result<i64, StoreError>;

    /// A name of the store that no other has, made with it: part of the keys by which tools know
    /// calls that are made again.
    ///
    /// # Errors
    /// See [`Store`].
    fn name(&mut self) -> Result<String, StoreError>;

    /// Keeps code under its hash; nothing happens if it is there.
    ///
    /// # Errors
    /// See [`Store`].
    fn put_code(&mut self, code: &Code) -> Result<(), StoreError>;

    /// The bytes of code; `None`: it is not there.
    ///
    /// # Errors
    /// See [`Store`].
    fn code(&mut self, hash: &CodeHash) -> Result<Option<Vec<u8>>, StoreError>;

    /// Starts processes: they are ready at once, without state. Their code must be there.
    /// They see the events that come from now on.
    ///
    /// # Errors
    /// See [`Store`]; [`StoreErrorKind::Missing`] if the code is not there.
    fn start(&mut self, processes: &[NewProcess]) -> Result<Vec<ProcessId>, StoreError>;

    /// Claims up to `limit` processes that are ready (and neither ended, paused nor claimed by a living
    /// worker), those that are ready for the longest first (then the lowest number), for `lease`
    /// microseconds, each with all that came for it and was not taken. Each claim has an epoch that is
    /// higher than that of every claim of the process before. Claims whose lease is over are taken back
    /// here too. O(limit), whatever sleeps.
    ///
    /// # Errors
    /// See [`Store`].
    fn claim(&mut self, worker: &str, lease: i64, limit: usize)
    -> Result<Vec<Claimed>, StoreError>;

    /// Prolongs the leases of the worker's claims and calls, to `lease` microseconds from now.
    ///
    /// # Errors
    /// See [`Store`].
    fn renew(&mut self, worker: &str, lease: i64) -> Result<(), StoreError>;

    /// The state of a thread; `None`: it has ended, or never was.
    ///
    /// # Errors
    /// See [`Store`].
    fn thread(
        &mut self,
        process: ProcessId,
        thread: ThreadId,
    ) -> Result<Option<Vec<u8>>, StoreError>;

    /// Writes what turns did, all in one transaction, in their order, and gives up the claims. Of each turn: first what
    /// was taken, then the threads that began, all threads, the waits (one in a place that is not free takes
    /// what is there). A wait for events gets the first that came since the process was started, fits, was not seen by
    /// its thread and is not the outcome of another wait of it. A
    /// process for which something came, or whose instant is past, is ready at once. Those whose
    /// claim was lost (taken back or given up; it is not lost by its lease being over alone) are left as they are and reported.
    ///
    /// # Errors
    /// See [`Store`].
    fn commit(&mut self, worker: &str, turns: &[TurnCommit]) -> Result<Vec<Lost>, StoreError>;

    /// Marks up to `limit` calls that are intended as begun by the worker, in the order of the instants from
    /// which they may be made (those of their turns, or their retries), then of their emission, and gives them. Calls of
    /// processes that are paused, ended or to be aborted are not begun; a call
    /// whose retry is not due yet is not, either. What this gives may be made once it returned.
    ///
    /// # Errors
    /// See [`Store`].
    fn begin_calls(
        &mut self,
        worker: &str,
        lease: i64,
        limit: usize,
    ) -> Result<Vec<BegunCall>, StoreError>;

    /// Writes what came of calls, if they are still the worker's (same attempt, state begun); gives
    /// whether each was. In the order given, which is the order of arrival.
    ///
    /// # Errors
    /// See [`Store`].
    fn finish_calls(
        &mut self,
        worker: &str,
        calls: &[FinishedCall],
    ) -> Result<Vec<bool>, StoreError>;

    /// Takes back what workers left whose leases are over: claims become free; calls that were begun
    /// are intended again if they may be repeated, else unknown, and their process is held.
    ///
    /// # Errors
    /// See [`Store`].
    fn recover(&mut self) -> Result<Recovered, StoreError>;

    /// Looks over up to `limit` processes that have not ended, those after one, in the order of their numbers. Of one that has
    /// had a turn, for which nothing has come and nobody wishes anything, whom nobody has claimed, paused or blocked, and that
    /// has no wait but those for its own threads, what it waits for is lost: it is blocked, with [`lost_hold`]. Until then it is
    /// shown so. O(limit).
    ///
    /// # Errors
    /// See [`Store`].
    fn look_over(
        &mut self,
        after: Option<ProcessId>,
        limit: usize,
    ) -> Result<LookedOver, StoreError>;

    /// Keeps events, in their order, and gives each to all threads that wait for it: of a thread to the wait with the
    /// lowest slot. One whose `unique` text its topic
    /// already has is not kept again (`None`). With a source, its cursor is written in the same transaction.
    ///
    /// # Errors
    /// See [`Store`].
    fn publish(
        &mut self,
        events: &[NewEvent],
        source: Option<&Source>,
    ) -> Result<Vec<Option<EventId>>, StoreError>;

    /// How far a source of events was read.
    ///
    /// # Errors
    /// See [`Store`].
    fn source_cursor(&mut self, source: &str) -> Result<Option<String>, StoreError>;

    /// An event by its number.
    ///
    /// # Errors
    /// See [`Store`].
    fn event(&mut self, event: EventId) -> Result<Option<Event>, StoreError>;

    /// The events of a topic (all topics if `None`) after a number, the oldest first.
    ///
    /// # Errors
    /// See [`Store`].
    fn events(
        &mut self,
        topic: Option<&str>,
        after: EventId,
        limit: usize,
    ) -> Result<Vec<Event>, StoreError>;

    /// Gives an outcome to a wait of one of the given kinds that has none and whose instant is not past; `false` if there is no such wait.
    /// How people answer questions and find ways out of holds. To settle a hold unblocks its process ([`TurnCommit::is_blocked`]).
    ///
    /// # Errors
    /// See [`Store`].
    fn settle(
        &mut self,
        process: ProcessId,
        thread: ThreadId,
        slot: Slot,
        kinds: &[WaitKind],
        outcome: &Outcome,
    ) -> Result<bool, StoreError>;

    /// Has a call whose outcome is unknown made again; `false` if there is no such call.
    ///
    /// # Errors
    /// See [`Store`].
    fn repeat_call(
        &mut self,
        process: ProcessId,
        thread: ThreadId,
        slot: Slot,
    ) -> Result<bool, StoreError>;

    /// Pauses, resumes, cancels or aborts a process; `false` if it has ended or never was (or is so already). To abort it
    /// also ends a pause and unblocks it, as somebody must claim it to obey; a wish to cancel does not take the place of one to abort.
    ///
    /// # Errors
    /// See [`Store`].
    fn control(&mut self, process: ProcessId, control: Control) -> Result<bool, StoreError>;

    /// A process.
    ///
    /// # Errors
    /// See [`Store`].
    fn process(&mut self, process: ProcessId) -> Result<Option<Process>, StoreError>;

    /// Processes that a filter lets through, the latest first, those before a number if one is given. One of which it was not
    /// written down yet that it is held ([`Store::look_over`]) is found among those that wait.
    ///
    /// # Errors
    /// See [`Store`].
    fn processes(
        &mut self,
        filter: &ProcessFilter,
        before: Option<ProcessId>,
        limit: usize,
    ) -> Result<Vec<Process>, StoreError>;

    /// The threads of a process that have not ended, in the order of their numbers.
    ///
    /// # Errors
    /// See [`Store`].
    fn threads(&mut self, process: ProcessId) -> Result<Vec<ThreadId>, StoreError>;

    /// The waits of a process, by thread and slot.
    ///
    /// # Errors
    /// See [`Store`].
    fn waits(&mut self, process: ProcessId) -> Result<Vec<Wait>, StoreError>;

    /// Waits without outcome of all processes: those for a topic or function by an index, those due by an instant by an
    /// index; in the order of process, thread and slot.
    ///
    /// # Errors
    /// See [`Store`].
    fn waiting(&mut self, filter: &WaitFilter, limit: usize) -> Result<Vec<Wait>, StoreError>;

    /// What people are asked and told: questions and holds without outcome, calls whose outcome is unknown, notices that were not
    /// read; the oldest first (waits by [`Wait::since`], then process, thread and slot; before notices of the same instant).
    ///
    /// # Errors
    /// See [`Store`].
    fn inbox(&mut self, limit: usize) -> Result<Vec<InboxItem>, StoreError>;

    /// Marks notices up to a number as read; how many were not.
    ///
    /// # Errors
    /// See [`Store`].
    fn read_notices(&mut self, process: Option<ProcessId>, through: u64)
    -> Result<u64, StoreError>;

    /// The journal of a process from an entry on.
    ///
    /// # Errors
    /// See [`Store`].
    fn journal(
        &mut self,
        process: ProcessId,
        from: u64,
        limit: usize,
    ) -> Result<Vec<JournalEntry>, StoreError>;

    /// From now on what people do through this handle ([`Store::settle`], [`Store::repeat_call`], [`Store::control`],
    /// [`Store::take_out`], [`Store::bring_in`]) is written down as done by this person; without a name by nobody's.
    fn act_as(&mut self, person: &str) {
        let _ = person;
    }

    /// What people did with a process, in the order in which they did it.
    ///
    /// # Errors
    /// See [`Store`].
    fn acts(&mut self, process: ProcessId) -> Result<Vec<Act>, StoreError> {
        let _ = process;
        Ok(Vec::new())
    }

    /// The event to which an entry of a process's journal refers by a number: that of this store, except in entries that
    /// were written in another one.
    ///
    /// # Errors
    /// See [`Store`].
    fn event_of(
        &mut self,
        process: ProcessId,
        turn: u64,
        number: EventId,
    ) -> Result<Option<Event>, StoreError> {
        let _ = (process, turn);
        self.event(number)
    }

    /// All of a process that has not ended; `None`: it has, or never was.
    ///
    /// # Errors
    /// See [`Store`].
    fn parcel(&mut self, process: ProcessId) -> Result<Option<Parcel>, StoreError> {
        let _ = process;
        Err(unmoving())
    }

    /// Takes a process out: here it ends as [`Status::Moved`], and `file` is kept of it ([`Store::taken_out`]); where it goes to
    /// is written down with who does it. `false`, if it is not (any more) as the parcel says, or is at work: nothing happened.
    ///
    /// # Errors
    /// See [`Store`].
    fn take_out(
        &mut self,
        process: ProcessId,
        parcel: &Parcel,
        file: &[u8],
        to: &str,
    ) -> Result<bool, StoreError> {
        let _ = (process, parcel, file, to);
        Err(unmoving())
    }

    /// What was kept of a process that was taken out.
    ///
    /// # Errors
    /// See [`Store`].
    fn taken_out(&mut self, process: ProcessId) -> Result<Option<Vec<u8>>, StoreError> {
        let _ = process;
        Ok(None)
    }

    /// Puts a process in that comes from elsewhere, under a new number, with its events, which only it sees, and to which the
    /// parcel refers by their places, from 1. Its code must be there. It sees the events that come from now on.
    ///
    /// # Errors
    /// See [`Store`]; [`StoreErrorKind::Missing`] if the code is not there, or if the keys of its calls begin as those of
    /// a process that was started here and did not leave: they would be taken for that one's.
    fn bring_in(&mut self, parcel: &Parcel, events: &[ParcelEvent]) -> Result<Brought, StoreError> {
        let _ = (parcel, events);
        Err(unmoving())
    }

    /// When something is due next, if nothing else comes: the earliest instant at which
    /// [`Store::claim`] or [`Store::begin_calls`] gives something, or a lease ends. `None`: never. O(1).
    ///
    /// # Errors
    /// See [`Store`].
    fn next_due(&mut self) -> Result<Option<i64>, StoreError>;
}

/// Why a process is not taken in whose keys are another's.
pub const OWN_KEY: &str = "the process says that it was started here, and there is none here that left: its calls would be taken for those of another";

fn unmoving() -> StoreError {
    StoreError {
        kind: StoreErrorKind::Unavailable,
        message: "processes cannot be moved into or out of this store".to_owned(),
    }
}

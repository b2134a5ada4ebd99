//! A process as one whole, to be put into another store; and what people did with processes.

use super::{
    Control, EventId, JournalEntry, Link, NewProcess, NewWait, Outcome, ProcessId, Slot, ThreadId,
};

/// All that a store knows of a process that has not ended. Events are referred to by the numbers of the store that it is
/// in or comes from, or by their places in a file (from 1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parcel {
    /// What was started.
    pub process: NewProcess,
    /// When it was started.
    pub started: i64,
    /// When a turn of it was written last, or it was started.
    pub changed: i64,
    /// How the keys of its calls begin, wherever it is.
    pub key: String,
    /// A person stopped it.
    pub is_paused: bool,
    /// It is held as a whole ([`super::TurnCommit::is_blocked`]).
    pub is_blocked: bool,
    /// What a person wants of it.
    pub wish: Option<Control>,
    /// When it goes on if nothing else comes.
    pub ready: Option<i64>,
    /// What belongs to all of its threads; `None` before its first turn.
    pub shared: Option<Vec<u8>>,
    /// The states of its threads, by their numbers.
    pub threads: Vec<(ThreadId, Vec<u8>)>,
    /// Its waits, by thread and slot.
    pub waits: Vec<ParcelWait>,
    /// Its journal.
    pub journal: Vec<JournalEntry>,
    /// What people did with it.
    pub acts: Vec<Act>,
    /// The events that threads have seen, by thread and event.
    pub seen: Vec<(ThreadId, EventId)>,
    /// The events that came with it from another store, and that nobody else sees.
    pub carried: Vec<EventId>,
    /// The events to which entries of the journal refer by numbers of other stores, by turn and number.
    pub renumbered: Vec<Renumbered>,
    /// It sees the events of the log after this one.
    pub events_after: EventId,
    /// The last event of the log.
    pub last_event: EventId,
    /// A worker has it, or makes calls of it: it cannot leave now.
    pub is_at_work: bool,
}

/// A wait of a process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParcelWait {
    /// What it waits for. A call that is being made is said to be unknown, or intended if it may be repeated.
    pub wait: NewWait,
    /// Since when.
    pub since: i64,
    /// How often it was begun, for a call.
    pub attempt: u64,
    /// What came.
    pub outcome: Option<Outcome>,
    /// Calls and outcomes have an order: the place in it, from 1; 0 for others.
    pub order: u64,
}

/// A number by which an entry of a journal refers to an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Renumbered {
    /// The number of the entry.
    pub turn: u64,
    /// What it says.
    pub number: EventId,
    /// Which event that is.
    pub event: EventId,
}

/// An event that goes with a process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParcelEvent {
    /// What kind.
    pub topic: String,
    /// Its fields.
    pub fields: String,
    /// When it came.
    pub at: i64,
}

/// What came of a process that was to be put into a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Brought {
    /// It is there, under this number.
    In(ProcessId),
    /// It was there already, under this number, and has not ended: nothing happened.
    Already(ProcessId),
}

/// Something that a person did with a process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Act {
    /// How many turns the process had: it was done after the last of them was written.
    pub turns: u64,
    /// When.
    pub at: i64,
    /// Who, as they were named ([`super::Store::act_as`]).
    pub person: String,
    /// What.
    pub kind: ActKind,
    /// The thread of the wait that it was about; else 0.
    pub thread: ThreadId,
    /// The place of that wait; else 0.
    pub slot: Slot,
    /// The outcome that they gave, as the store keeps it; of one that came in how its keys begin; of one that left where it
    /// went to, as far as that was said.
    pub value: String,
    /// The hash over this and all that was before: see [`super::act_link`].
    pub link: Link,
}

/// What people do with processes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ActKind {
    /// They stopped it for a while.
    Pause,
    /// They let it go on.
    Resume,
    /// They had `Cancelled` raised.
    Cancel,
    /// They ended it where it stands.
    Abort,
    /// They answered what it asked.
    Answer,
    /// They had what raised tried again.
    Retry,
    /// They had a call made again of which nobody knows what came.
    Repeat,
    /// They took it out, to be put into another store.
    Export,
    /// They put it in, from another store.
    Import,
}

impl ActKind {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Pause,
        Self::Resume,
        Self::Cancel,
        Self::Abort,
        Self::Answer,
        Self::Retry,
        Self::Repeat,
        Self::Export,
        Self::Import,
    ];

    /// Its name, the same everywhere.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pause => "pause",
            Self::Resume => "resume",
            Self::Cancel => "cancel",
            Self::Abort => "abort",
            Self::Answer => "answer",
            Self::Retry => "retry",
            Self::Repeat => "repeat",
            Self::Export => "export",
            Self::Import => "import",
        }
    }

    /// The kind of this name.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// What a wish of a person is.
    #[must_use]
    pub const fn of_control(control: Control) -> Self {
        match control {
            Control::Pause => Self::Pause,
            Control::Resume => Self::Resume,
            Control::Cancel => Self::Cancel,
            Control::Abort => Self::Abort,
        }
    }
}

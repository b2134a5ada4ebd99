//! What goes into a store and comes out of it.

use std::fmt;

use serde_json::{Map, Value};

use super::Link;

/// The number of a process in its store; from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProcessId(pub u64);

impl fmt::Display for ProcessId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.0)
    }
}

/// The number of a thread in its process; 0 is the program's own.
pub type ThreadId = u64;

/// What a thread waits for has a place: 0 is the thread's own (an instant, a hold), the others are one more than
/// the sequence numbers of its calls.
pub type Slot = u64;

/// The number of an event in the store; from 1.
pub type EventId = u64;

/// BLAKE3 of a code's bytes.
pub type CodeHash = [u8; 32];

/// What processes run, kept once for all that run it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Code {
    /// BLAKE3 of `body`.
    pub hash: CodeHash,
    /// Module, sources and declarations of tools; bytes to the store.
    pub body: Vec<u8>,
}

/// How a process is. Of one that has not ended and is not paused the store works it out from its waits: running if
/// something came or is due that was not taken, or it has not begun; else held if a wait is a hold or a call whose outcome is
/// unknown; else asking if one is for an answer; else waiting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// It goes on as soon as a worker has time.
    Running,
    /// It waits for an instant, a call, an event.
    Waiting,
    /// It waits for a person.
    Asking,
    /// A limit makes it wait.
    Slowed,
    /// It stands where an error was raised, or where nobody knows what came of a call.
    Held,
    /// A person stopped it.
    Paused,
    /// It ended.
    Done,
    /// It ended with an error that was let go.
    Failed,
    /// It was ended from outside.
    Aborted,
    /// It goes on in another store.
    Moved,
}

impl Status {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Self; 10] = [
        Self::Running,
        Self::Waiting,
        Self::Asking,
        Self::Slowed,
        Self::Held,
        Self::Paused,
        Self::Done,
        Self::Failed,
        Self::Aborted,
        Self::Moved,
    ];

    /// Its name, the same everywhere.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Waiting => "waiting",
            Self::Asking => "asking",
            Self::Slowed => "slowed",
            Self::Held => "held",
            Self::Paused => "paused",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Aborted => "aborted",
            Self::Moved => "moved",
        }
    }

    /// The status of this name.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.name() == name)
    }

    /// Whether nothing happens any more.
    #[must_use]
    pub const fn has_ended(self) -> bool {
        matches!(
            self,
            Self::Done | Self::Failed | Self::Aborted | Self::Moved
        )
    }
}

/// A process that is to be started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewProcess {
    /// What it runs.
    pub code: CodeHash,
    /// Whose it is.
    pub owner: String,
    /// What people call it.
    pub name: String,
    /// Its input: a JSON object.
    pub input: String,
    /// Seed and limits: a JSON object.
    pub options: String,
}

/// A process as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Process {
    /// Its number.
    pub id: ProcessId,
    /// What it runs.
    pub code: CodeHash,
    /// Whose it is.
    pub owner: String,
    /// What people call it.
    pub name: String,
    /// Its input.
    pub input: String,
    /// Seed and limits.
    pub options: String,
    /// How it is.
    pub status: Status,
    /// When it was started.
    pub started: i64,
    /// When a turn of it was written last, or it was started.
    pub changed: i64,
    /// When it goes on if nothing else comes; it may be in the past. `None`: never, or it is paused, blocked or ended.
    pub ready: Option<i64>,
    /// How many turns it had.
    pub turns: u64,
    /// What belongs to all of its threads; `None` before its first turn.
    pub shared: Option<Vec<u8>>,
    /// How it ended: JSON, `{"value": ...}` or `{"error": {...}}`.
    pub result: Option<String>,
}

/// Which processes are wanted; all of what is `None`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProcessFilter {
    /// Of one of these statuses; of any if it is empty.
    pub statuses: Vec<Status>,
    /// Of this owner.
    pub owner: Option<String>,
}

/// A process that a worker has claimed, with what it needs for a turn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claimed {
    /// Its number.
    pub process: ProcessId,
    /// The claim: higher than all before.
    pub epoch: u64,
    /// What it runs.
    pub code: CodeHash,
    /// Whose it is.
    pub owner: String,
    /// Its input.
    pub input: String,
    /// Seed and limits.
    pub options: String,
    /// What belongs to all of its threads; `None` before its first turn.
    pub shared: Option<Vec<u8>>,
    /// How many turns it had.
    pub turns: u64,
    /// When it was claimed, by the store's clock.
    pub now: i64,
    /// What came for its waits and was not taken, in the order of arrival; then the waits whose instant is past
    /// (the earliest first, then by thread and slot), with [`Outcome::Due`].
    pub arrived: Vec<Wait>,
    /// What a person wants of it.
    pub control: Option<Control>,
}

/// What a thread waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum WaitKind {
    /// An instant.
    Timer,
    /// What a tool answers.
    Call(CallState),
    /// An event.
    Event,
    /// A person's answer.
    Answer,
    /// A way out of an error.
    Hold,
    /// Another thread of its process.
    Task,
}

impl WaitKind {
    /// Its name, without how a call is.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Timer => "timer",
            Self::Call(_) => "call",
            Self::Event => "event",
            Self::Answer => "answer",
            Self::Hold => "hold",
            Self::Task => "task",
        }
    }
}

/// How a call is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CallState {
    /// It is written down and not made.
    Intended,
    /// A worker makes it.
    Begun,
    /// Its outcome is here.
    Finished,
    /// It was begun, and the worker is gone: nobody knows what came of it.
    Unknown,
}

impl CallState {
    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Intended => "intended",
            Self::Begun => "begun",
            Self::Finished => "finished",
            Self::Unknown => "unknown",
        }
    }
}

/// A wait that begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewWait {
    /// Whose it is.
    pub thread: ThreadId,
    /// Its place.
    pub slot: Slot,
    /// For what. Calls begin as [`CallState::Intended`], or as [`CallState::Unknown`] where nobody knows whether they were made.
    pub kind: WaitKind,
    /// When it ends if nothing came. Of an intended call: when it may be made; other calls have none and do not end by themselves.
    pub due: Option<i64>,
    /// The function that is called, the topic of the event.
    pub name: String,
    /// What the call is given, the fields that an event must have (a JSON object of texts, numbers, booleans), what a person is asked, the error that holds
    /// it: JSON.
    pub body: String,
    /// A call that may be made again if nobody knows what came of it.
    pub is_repeatable: bool,
}

/// A wait as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wait {
    /// The process.
    pub process: ProcessId,
    /// What it waits for.
    pub wait: NewWait,
    /// Since when.
    pub since: i64,
    /// How often it was begun, for a call.
    pub attempt: u64,
    /// What came.
    pub outcome: Option<Outcome>,
}

/// What came for a wait.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// JSON whose meaning the engine knows: an answer, a way out.
    Json(String),
    /// An event.
    Event(EventId),
    /// The instant by which it ends.
    Due,
}

/// All that a turn did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TurnCommit {
    /// Of which process.
    pub process: ProcessId,
    /// By which claim.
    pub epoch: u64,
    /// What belongs to all of its threads now.
    pub shared: Vec<u8>,
    /// The threads that ran, with their states; `None`: it ended, and its waits with it.
    pub threads: Vec<(ThreadId, Option<Vec<u8>>)>,
    /// Threads that began, each with the one that began it: what that one has seen of events, it has seen.
    pub begun: Vec<(ThreadId, ThreadId)>,
    /// The waits that are over: whatever came for them was taken, or is dropped. Events that came before the claim
    /// will not be seen again by their threads; one that came after it goes to whatever else of its thread waits for it, or will.
    pub taken: Vec<(ThreadId, Slot)>,
    /// The waits that begin.
    pub waits: Vec<NewWait>,
    /// The entry of the journal; its number is that of the turn, from 0.
    pub journal: Vec<u8>,
    /// How it ended (one of the statuses of ended processes), with its result; threads and waits go.
    pub end: Option<(Status, String)>,
    /// It could not run at all: it is not ready, whatever came or comes, until its hold (among `waits`) is settled.
    pub is_blocked: bool,
    /// It wants to go on at once: it is ready, and may be claimed by anybody.
    pub is_ready: bool,
    /// The control that it was claimed with was obeyed.
    pub obeyed: bool,
}

/// A turn that was not written: the claim was another's by then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lost(pub ProcessId);

/// A call that may be made now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BegunCall {
    /// The process.
    pub process: ProcessId,
    /// Whose the process is.
    pub owner: String,
    /// What it runs.
    pub code: CodeHash,
    /// Whose the call is.
    pub thread: ThreadId,
    /// Its place.
    pub slot: Slot,
    /// The function.
    pub name: String,
    /// What it is given.
    pub body: String,
    /// How often it was begun, this time included.
    pub attempt: u64,
    /// It may be repeated.
    pub is_repeatable: bool,
    /// How the keys of the process's calls begin, if it came from another store ([`super::Parcel::key`]).
    pub key: Option<String>,
}

/// What came of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FinishedCall {
    /// The process.
    pub process: ProcessId,
    /// Whose the call is.
    pub thread: ThreadId,
    /// Its place.
    pub slot: Slot,
    /// Which attempt.
    pub attempt: u64,
    /// What came.
    pub finish: Finish,
}

/// What came of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finish {
    /// An outcome for the thread: JSON.
    Outcome(String),
    /// People are told this text ([`Notice`]), and the thread gets the JSON.
    Notice {
        /// What people are told.
        text: String,
        /// What the thread gets.
        outcome: String,
    },
    /// The thread is to wait for something else in its place (`thread` and `slot` of the wait are those of the call).
    Wait(NewWait),
    /// It is to be made again, not before an instant.
    Again(i64),
    /// Nobody knows, whether it may be repeated or not (one that may be is better made again).
    Unknown,
}

/// What was taken back from workers that are gone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Recovered {
    /// Claims.
    pub claims: u64,
    /// Calls that will be made again.
    pub repeated: u64,
    /// Calls of which nobody knows what came.
    pub unknown: u64,
}

/// What was found where processes were looked over.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LookedOver {
    /// The last that was looked at, if there may be others after it.
    pub last: Option<ProcessId>,
    /// Those that are held now, as what they wait for is lost.
    pub held: Vec<ProcessId>,
}

/// An event that came from outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewEvent {
    /// What kind: `email.received`.
    pub topic: String,
    /// Its fields: a JSON object. Texts of up to 200 bytes, numbers and booleans among them can be waited for
    /// by an index.
    pub fields: String,
    /// A text that no other event of the topic has; the second with the same is dropped.
    pub unique: Option<String>,
}

/// An event as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Its number.
    pub id: EventId,
    /// What kind.
    pub topic: String,
    /// Its fields.
    pub fields: String,
    /// When it came.
    pub at: i64,
}

/// How far a source of events was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Its name.
    pub name: String,
    /// Where it stands.
    pub cursor: String,
}

/// What a person wants of a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Control {
    /// It does nothing until it is resumed.
    Pause,
    /// It goes on.
    Resume,
    /// `Cancelled` is raised where it waits. The store only says so to who claims it.
    Cancel,
    /// It ends where it stands. The store only says so to who claims it.
    Abort,
}

/// Which waits are wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WaitFilter {
    /// For this function or topic (calls, events, answers, holds; other waits have no name).
    pub name: Option<String>,
    /// Whose fields are (at least) these.
    pub fields: Map<String, Value>,
    /// Which end by this instant if nothing comes; so no calls.
    pub due_by: Option<i64>,
}

/// Something for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InboxItem {
    /// A question, a hold, or a call of which nobody knows what came.
    Wait(Wait),
    /// A notice.
    Notice(Notice),
}

/// What a program told people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Its number in the store; from 1.
    pub number: u64,
    /// Who told it.
    pub process: ProcessId,
    /// When.
    pub at: i64,
    /// What.
    pub text: String,
}

/// An entry of a journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JournalEntry {
    /// Its number, that of the turn.
    pub number: u64,
    /// What the turn took and did.
    pub entry: Vec<u8>,
    /// The hash over this and all that was before ([`super::entry_link`]); none in entries that are older than links.
    pub link: Option<Link>,
}

/// Why a store did not do what it was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreError {
    /// Of what kind.
    pub kind: StoreErrorKind,
    /// A sentence.
    pub message: String,
}

/// The kinds of [`StoreError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoreErrorKind {
    /// Others use it for too long.
    Busy,
    /// There is no space.
    Full,
    /// A value is larger than it keeps: to try again is in vain.
    TooLarge,
    /// It can be read, not written: to try again is in vain.
    ReadOnly,
    /// It is not what this version writes, or was damaged.
    Corrupt,
    /// It was made by a later version.
    Newer,
    /// What is referred to is not there.
    Missing,
    /// It cannot be reached, read or written.
    Unavailable,
}

impl fmt::Display for StoreError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for StoreError {}

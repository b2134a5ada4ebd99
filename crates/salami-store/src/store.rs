//! The store: each method of the trait is one transaction.

use std::path::Path;

use rusqlite::Connection;
use rusqlite::limits::Limit;
use salami_process::store::{
    Act, BegunCall, Brought, Claimed, Clock, Code, CodeHash, Control, Event, EventId, FinishedCall,
    InboxItem, JournalEntry, LookedOver, Lost, NewEvent, NewProcess, Outcome, Parcel, ParcelEvent,
    Process, ProcessFilter, ProcessId, Recovered, Slot, Source, Store, StoreError, StoreErrorKind,
    ThreadId, TurnCommit, Wait, WaitFilter, WaitKind,
};

use crate::failure::{Failure, Result};
use crate::row;
use crate::schema::{self, Access};
use crate::sql;
use crate::work::{self, Known, Work, count, signed, unsigned};

/// After so many transactions the log is fitted to what is in the file.
const FITTED: u64 = 16;

type Said<T> = std::result::Result<T, StoreError>;

/// A store of processes in one file.
///
/// Any number of them, in any number of operating-system processes of one machine, may have one file open.
pub struct SqliteStore {
    connection: Connection,
    access: Access,
    clock: Box<dyn Clock>,
    known: Known,
    /// Who does what people do.
    person: String,
    /// How many transactions were written.
    written: u64,
}

impl SqliteStore {
    /// Opens the store in a file, which is made if it is not there (see also [`SqliteStore::access`]); `:memory:` is one that nobody else sees and
    /// that lasts as long as its value.
    ///
    /// # Errors
    /// [`StoreErrorKind::Newer`] if a later version made it, [`StoreErrorKind::Corrupt`] if it is no store or
    /// damaged, [`StoreErrorKind::Unavailable`] if the file cannot be opened.
    pub fn open(path: impl AsRef<Path>, clock: Box<dyn Clock>) -> Said<Self> {
        let (connection, access) = schema::open(path.as_ref()).map_err(Failure::say)?;
        Ok(Self {
            connection,
            access,
            clock,
            known: Known::default(),
            person: String::new(),
            written: 0,
        })
    }

    /// What may be done with it. One whose file or folder cannot be written can be looked at; whatever would change it is
    /// [`StoreErrorKind::ReadOnly`].
    #[must_use]
    pub const fn access(&self) -> Access {
        self.access
    }

    /// Has it refuse values of more than so many bytes (from 1,000 to a thousand million, as ever) with
    /// [`StoreErrorKind::TooLarge`].
    ///
    /// # Errors
    /// None that happens.
    pub fn set_largest(&mut self, bytes: u32) -> Said<()> {
        let bytes = i32::try_from(bytes.clamp(1_000, 1_000_000_000)).unwrap_or(i32::MAX);
        let set = self.connection.set_limit(Limit::SQLITE_LIMIT_LENGTH, bytes);
        set.map(|_| ())
            .map_err(|error| Failure::Sqlite(error).say())
    }

    /// Looks through the whole file for damage; takes as long as it is large.
    ///
    /// # Errors
    /// [`StoreErrorKind::Corrupt`] with what was found first.
    pub fn check(&mut self) -> Said<()> {
        let found = self
            .connection
            .query_row("PRAGMA integrity_check(1)", [], |row| {
                row.get::<_, String>(0)
            });
        match found {
            Ok(found) if found == "ok" => Ok(()),
            Ok(found) => Err(StoreError {
                kind: StoreErrorKind::Corrupt,
                message: format!("the store is damaged: {found}"),
            }),
            Err(error) => Err(Failure::Sqlite(error).say()),
        }
    }

    fn write<T>(&mut self, work: impl FnOnce(&mut Work<'_>) -> Result<T>) -> Said<T> {
        self.try_to_write(work).map_err(Failure::say)
    }

    fn try_to_write<T>(&mut self, work: impl FnOnce(&mut Work<'_>) -> Result<T>) -> Result<T> {
        let clock = &self.clock;
        let now = || clock.now();
        let outcome = work::write(&self.connection, &mut self.known, &self.person, now, work);
        match &outcome {
            Ok(_) => {
                self.written = self.written.wrapping_add(1);
                if self.written.is_multiple_of(FITTED) {
                    // It is written, whatever comes of this.
                    let _ = schema::fit_log(&self.connection);
                }
            }
            // The next attempt may have the room that the log has.
            Err(failure) if failure.is_for_room() => schema::empty_log(&self.connection),
            Err(_) => {}
        }
        outcome
    }

    /// Writes without waiting for the disk: what is lost with the power of the machine alone, and only as long as
    /// nothing else is written. So for claims, whose workers are gone with it.
    fn write_lightly<T>(&mut self, work: impl FnOnce(&mut Work<'_>) -> Result<T>) -> Said<T> {
        schema::wait_for_disk(&self.connection, false).map_err(Failure::say)?;
        let outcome = self.write(work);
        schema::wait_for_disk(&self.connection, true).map_err(Failure::say)?;
        outcome
    }

    fn read<T>(&mut self, work: impl FnOnce(&mut Work<'_>) -> Result<T>) -> Said<T> {
        let now = self.clock.now();
        work::read(&self.connection, &mut self.known, now, work).map_err(Failure::say)
    }

    /// Whether there is anything to write: asked first, so that who looks in vain is in nobody's way.
    fn has(&mut self, sql: &str, parameters: impl rusqlite::Params) -> Said<bool> {
        let has = |connection: &Connection| -> Result<bool> {
            let mut statement = connection.prepare_cached(sql)?;
            Ok(statement.query_row(parameters, |row| row.get(0))?)
        };
        has(&self.connection).map_err(Failure::say)
    }
}

impl Store for SqliteStore {
    fn now(&mut self) -> Said<i64> {
        Ok(self.clock.now())
    }

    fn name(&mut self) -> Said<String> {
        self.read(|work| work.value(sql::STORE_NAME, []))
    }

    fn put_code(&mut self, code: &Code) -> Said<()> {
        if self.has(sql::HAS_CODE, [&code.hash[..]])? {
            return Ok(());
        }
        self.write(|work| {
            work.execute(sql::ADD_CODE, (&code.hash[..], &code.body))?;
            Ok(())
        })
    }

    fn code(&mut self, hash: &CodeHash) -> Said<Option<Vec<u8>>> {
        self.read(|work| work.first(sql::CODE_BODY, [&hash[..]], |row| Ok(row.get(0)?)))
    }

    fn start(&mut self, processes: &[NewProcess]) -> Said<Vec<ProcessId>> {
        self.write(|work| {
            let after: i64 = work.value(sql::LAST_EVENT, [])?;
            let mut ids = Vec::with_capacity(processes.len());
            for new in processes {
                let Some(code) = work.code(&new.code)? else {
                    return Err(Failure::new(
                        StoreErrorKind::Missing,
                        "the code of the process is not in the store",
                    ));
                };
                let owner = work.text(&new.owner)?;
                let process = (
                    code,
                    owner,
                    &new.name,
                    &new.input,
                    &new.options,
                    work.now,
                    after,
                );
                let id = work.insert(sql::ADD_PROCESS, process)?;
                work.execute(sql::ADD_LIVE, (id, work.now))?;
                work.execute(sql::ADD_READY, (work.now, id))?;
                ids.push(ProcessId(unsigned(id)?));
            }
            Ok(ids)
        })
    }

    fn claim(&mut self, worker: &str, lease: i64, limit: usize) -> Said<Vec<Claimed>> {
        let now = self.clock.now();
        if !self.has(sql::IS_READY, [now])? {
            return Ok(Vec::new());
        }
        self.write_lightly(|work| work.claim(worker, lease, limit))
    }

    fn renew(&mut self, worker: &str, lease: i64) -> Said<()> {
        if !self.has(sql::HAS_LEASES, [])? {
            return Ok(());
        }
        self.write_lightly(|work| work.renew(worker, lease))
    }

    fn thread(&mut self, process: ProcessId, thread: ThreadId) -> Said<Option<Vec<u8>>> {
        let process = signed(process.0);
        self.read(|work| {
            if thread == 0 {
                work.first(sql::OWN_THREAD, [process], |row| Ok(row.get(0)?))
            } else {
                work.first(
                    sql::THREAD,
                    (process, signed(thread)),
                    |row| Ok(row.get(0)?),
                )
            }
        })
    }

    fn commit(&mut self, worker: &str, turns: &[TurnCommit]) -> Said<Vec<Lost>> {
        if turns.is_empty() {
            return Ok(Vec::new());
        }
        let commit = |work: &mut Work<'_>| {
            let mut lost = Vec::new();
            for turn in turns {
                if !work.commit(worker, turn)? {
                    lost.push(Lost(turn.process));
                }
            }
            Ok(lost)
        };
        let failure = match self.try_to_write(commit) {
            Ok(lost) => return Ok(lost),
            Err(failure) => failure,
        };
        // A process that not even a turn which holds it can be written of is held without one.
        match turns {
            [turn] if turn.is_blocked && failure.is_of_rows() => {
                let why = failure.say().message;
                self.write(|work| {
                    if !work.has_claim(worker, turn)? {
                        return Ok(vec![Lost(turn.process)]);
                    }
                    work.hold_damaged(signed(turn.process.0), &why)?;
                    Ok(Vec::new())
                })
            }
            _ => Err(failure.say()),
        }
    }

    fn begin_calls(&mut self, worker: &str, lease: i64, limit: usize) -> Said<Vec<BegunCall>> {
        let now = self.clock.now();
        if !self.has(sql::IS_QUEUED, [now])? {
            return Ok(Vec::new());
        }
        self.write(|work| work.begin_calls(worker, lease, limit))
    }

    fn finish_calls(&mut self, worker: &str, calls: &[FinishedCall]) -> Said<Vec<bool>> {
        if calls.is_empty() {
            return Ok(Vec::new());
        }
        self.write(|work| {
            let mut written = Vec::with_capacity(calls.len());
            for call in calls {
                written.push(work.finish_call(worker, call)?);
            }
            Ok(written)
        })
    }

    fn recover(&mut self) -> Said<Recovered> {
        let now = self.clock.now();
        if !self.has(sql::IS_OVER, [now])? {
            return Ok(Recovered::default());
        }
        self.write(|work| work.recover())
    }

    fn look_over(&mut self, after: Option<ProcessId>, limit: usize) -> Said<LookedOver> {
        let after = after.map_or(0, |after| signed(after.0));
        let (last, odd) = self.read(|work| work.look_over(after, limit))?;
        let mut looked = LookedOver {
            last,
            held: Vec::new(),
        };
        if !odd.is_empty() {
            looked.held = self.write(|work| work.mend(&odd))?;
        }
        Ok(looked)
    }

    fn publish(
        &mut self,
        events: &[NewEvent],
        source: Option<&Source>,
    ) -> Said<Vec<Option<EventId>>> {
        self.write(|work| {
            let mut ids = Vec::with_capacity(events.len());
            for event in events {
                ids.push(work.publish(event)?);
            }
            if let Some(source) = source {
                work.set_source(&source.name, &source.cursor)?;
            }
            Ok(ids)
        })
    }

    fn source_cursor(&mut self, source: &str) -> Said<Option<String>> {
        self.read(|work| work.first(sql::SOURCE, [source], |row| Ok(row.get(0)?)))
    }

    fn event(&mut self, event: EventId) -> Said<Option<Event>> {
        self.read(|work| work.first(sql::EVENT, [signed(event)], row::event))
    }

    fn events(&mut self, topic: Option<&str>, after: EventId, limit: usize) -> Said<Vec<Event>> {
        self.read(|work| work.events(topic, after, count(limit)))
    }

    fn settle(
        &mut self,
        process: ProcessId,
        thread: ThreadId,
        slot: Slot,
        kinds: &[WaitKind],
        outcome: &Outcome,
    ) -> Said<bool> {
        let place = (signed(process.0), signed(thread), signed(slot));
        self.write(|work| work.settle(place, kinds, outcome))
    }

    fn repeat_call(&mut self, process: ProcessId, thread: ThreadId, slot: Slot) -> Said<bool> {
        let place = (signed(process.0), signed(thread), signed(slot));
        self.write(|work| work.repeat_call(place))
    }

    fn control(&mut self, process: ProcessId, control: Control) -> Said<bool> {
        self.write(|work| work.control(signed(process.0), control))
    }

    fn process(&mut self, process: ProcessId) -> Said<Option<Process>> {
        self.read(|work| work.process(signed(process.0)))
    }

    fn processes(
        &mut self,
        filter: &ProcessFilter,
        before: Option<ProcessId>,
        limit: usize,
    ) -> Said<Vec<Process>> {
        self.read(|work| work.processes(filter, before, limit))
    }

    fn threads(&mut self, process: ProcessId) -> Said<Vec<ThreadId>> {
        self.read(|work| {
            let process = [signed(process.0)];
            let read = |row: &rusqlite::Row<'_>| unsigned(row.get(0)?);
            let mut threads = work.all(sql::HAS_OWN_THREAD, process, read)?;
            threads.extend(work.all(sql::THREADS, process, read)?);
            Ok(threads)
        })
    }

    fn waits(&mut self, process: ProcessId) -> Said<Vec<Wait>> {
        self.read(|work| work.waits_shown(signed(process.0)))
    }

    fn waiting(&mut self, filter: &WaitFilter, limit: usize) -> Said<Vec<Wait>> {
        self.read(|work| work.waiting(filter, limit))
    }

    fn inbox(&mut self, limit: usize) -> Said<Vec<InboxItem>> {
        self.read(|work| work.inbox(limit))
    }

    fn read_notices(&mut self, process: Option<ProcessId>, through: u64) -> Said<u64> {
        self.write(|work| work.read_notices(process, through))
    }

    fn journal(&mut self, process: ProcessId, from: u64, limit: usize) -> Said<Vec<JournalEntry>> {
        self.read(|work| work.journal(signed(process.0), from, limit))
    }

    fn act_as(&mut self, person: &str) {
        person.clone_into(&mut self.person);
    }

    fn acts(&mut self, process: ProcessId) -> Said<Vec<Act>> {
        self.read(|work| work.acts(signed(process.0)))
    }

    fn event_of(&mut self, process: ProcessId, turn: u64, number: EventId) -> Said<Option<Event>> {
        self.read(|work| {
            let place = (signed(process.0), signed(turn), signed(number));
            let known: Option<i64> =
                work.first(sql::RENUMBERED_AS, place, |row| Ok(row.get(0)?))?;
            let event = known.unwrap_or(signed(number));
            work.first(sql::EVENT, [event], row::event)
        })
    }

    fn parcel(&mut self, process: ProcessId) -> Said<Option<Parcel>> {
        self.read(|work| work.parcel(signed(process.0)))
    }

    fn take_out(
        &mut self,
        process: ProcessId,
        parcel: &Parcel,
        file: &[u8],
        to: &str,
    ) -> Said<bool> {
        self.write(|work| work.take_out(signed(process.0), parcel, file, to))
    }

    fn taken_out(&mut self, process: ProcessId) -> Said<Option<Vec<u8>>> {
        let process = [signed(process.0)];
        self.read(|work| work.first(sql::TAKEN_OUT, process, |row| Ok(row.get(0)?)))
    }

    fn bring_in(&mut self, parcel: &Parcel, events: &[ParcelEvent]) -> Said<Brought> {
        self.write(|work| work.bring_in(parcel, events))
    }

    fn next_due(&mut self) -> Said<Option<i64>> {
        self.read(|work| work.next_due())
    }
}

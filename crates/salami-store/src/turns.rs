//! What turns did, and waits as they begin and end.

use salami_process::store::{
    Control, NewWait, Outcome, Status, TurnCommit, WaitKind, entry_link, fields_of,
};

use crate::calls::{Place, is_halted};
use crate::failure::Result;
use crate::row::{self, BLOCKED};
use crate::sql;
use crate::work::{Work, signed};

/// A claimed process as its turn finds it.
struct Found {
    control: Option<i64>,
    control_number: Option<i64>,
    turns: i64,
    hold: i64,
    journal: Option<i64>,
}

impl Work<'_> {
    /// Whether the claim of a turn is still its worker's.
    pub(crate) fn has_claim(&self, worker: &str, turn: &TurnCommit) -> Result<bool> {
        let is_own = self.first(sql::CLAIM_BY, [signed(turn.process.0)], |row| {
            let is_own = row.get::<_, i64>(0)? == signed(turn.epoch);
            Ok(is_own && row.get_ref(1)?.as_str().is_ok_and(|by| by == worker))
        })?;
        Ok(is_own == Some(true))
    }

    /// Writes what a turn did; `false`, if its claim is lost.
    pub(crate) fn commit(&mut self, worker: &str, turn: &TurnCommit) -> Result<bool> {
        let process = signed(turn.process.0);
        let epoch = signed(turn.epoch);
        let found = self.first(sql::CLAIM_OF, [process], |row| {
            let is_own = row.get::<_, i64>(0)? == epoch
                && row.get_ref(1)?.as_str().is_ok_and(|by| by == worker);
            Ok(is_own.then_some(Found {
                control: row.get(2)?,
                control_number: row.get(3)?,
                turns: row.get(4)?,
                hold: row.get(5)?,
                journal: row.get(6)?,
            }))
        })?;
        let Some(mut found) = found.flatten() else {
            return Ok(false);
        };
        let before = self.last_link(process, found.turns, found.journal)?;
        let link = entry_link(&before, &turn.journal);
        let entry = (found.turns, found.journal, &turn.journal, &link[..]);
        found.journal = Some(self.insert(sql::ADD_JOURNAL, entry)?);
        if let Some((status, result)) = &turn.end {
            let turns = found.turns.saturating_add(1);
            let last = (turns, found.journal, Some(&turn.shared[..]));
            self.end(process, last, *status, result)?;
            return Ok(true);
        }
        for (thread, slot) in &turn.taken {
            self.take((process, signed(*thread), signed(*slot)), epoch)?;
        }
        // Before threads end: one may begin another and end in the same turn.
        for (begun, parent) in &turn.begun {
            let copy = (process, signed(*parent), signed(*begun));
            self.execute(sql::COPY_RECEIVED, copy)?;
            self.execute(sql::COPY_CURSORS, copy)?;
        }
        for (thread, state) in &turn.threads {
            self.set_thread(process, signed(*thread), state.as_deref())?;
        }
        let was_halted = is_halted(found.hold, found.control);
        for wait in &turn.waits {
            self.register(process, wait, 0, epoch)?;
        }
        let is_obeyed = turn.obeyed && found.control_number.is_some_and(|number| number < epoch);
        if is_obeyed {
            found.control = None;
            found.control_number = None;
        }
        let is_aborted = found.control == Some(row::control_number(Control::Abort));
        found.hold &= !BLOCKED;
        if turn.is_blocked && !is_aborted {
            found.hold |= BLOCKED;
        }
        let ready = self.next_of(process, turn.is_ready || found.control.is_some())?;
        self.execute(
            sql::SET_LIVE,
            (
                process,
                ready,
                found.hold,
                found.control,
                found.control_number,
                self.now,
                found.turns.saturating_add(1),
                found.journal,
                &turn.shared,
            ),
        )?;
        // Only now: as long as it is claimed nothing puts it into the queue.
        self.execute(sql::END_CLAIM, [process])?;
        if let (Some(ready), 0) = (ready, found.hold) {
            self.execute(sql::ADD_READY, (ready, process))?;
        }
        if was_halted && !is_halted(found.hold, found.control) {
            self.execute(sql::QUEUE_CALLS, [process])?;
        }
        Ok(true)
    }

    /// When a process goes on after a turn: at once, if something came for it, else by the first of its instants.
    fn next_of(&self, process: i64, at_once: bool) -> Result<Option<i64>> {
        let next = self.first(sql::NEXT_OF, [process], |row| {
            let at_once = (at_once || row.get(0)?).then_some(self.now);
            let due: [Option<i64>; 2] = [row.get(1)?, row.get(2)?];
            Ok(due.into_iter().flatten().chain(at_once).min())
        })?;
        Ok(next.flatten())
    }

    fn set_thread(&self, process: i64, thread: i64, state: Option<&[u8]>) -> Result<()> {
        match (state, thread) {
            (Some(state), 0) => self.execute(sql::SET_OWN_THREAD, (process, state))?,
            (Some(state), _) => self.execute(sql::SET_THREAD, (process, thread, state))?,
            (None, _) => {
                self.end_keys(process, thread, thread)?;
                self.execute(sql::END_WAITS_OF_THREAD, (process, thread))?;
                self.execute(sql::END_RECEIVED_OF_THREAD, (process, thread))?;
                self.execute(sql::END_CURSORS_OF_THREAD, (process, thread))?;
                if thread == 0 {
                    self.execute(sql::END_OWN_THREAD, [process])?
                } else {
                    self.execute(sql::END_THREAD, (process, thread))?
                }
            }
        };
        Ok(())
    }

    /// A process ends, with so many turns, its last entry and what belongs to all of its threads.
    pub(crate) fn end(
        &self,
        process: i64,
        last: (i64, Option<i64>, Option<&[u8]>),
        status: Status,
        result: &str,
    ) -> Result<()> {
        self.end_keys(process, 0, i64::MAX)?;
        for statement in [
            sql::END_WAITS,
            sql::END_RECEIVED,
            sql::END_CURSORS,
            sql::END_OWN_THREAD,
            sql::END_THREADS,
            sql::END_LIVE,
            sql::END_CLAIM,
        ] {
            self.execute(statement, [process])?;
        }
        let (turns, journal, shared) = last;
        let status = row::status_number(status);
        let ended = (process, status, result, self.now, turns, journal, shared);
        self.execute(sql::END_PROCESS, ended)?;
        Ok(())
    }

    /// Ends the keys of the waits for events of some threads.
    fn end_keys(&self, process: i64, from: i64, to: i64) -> Result<()> {
        let waits: Vec<(Place, i64, String)> =
            self.all(sql::EVENT_WAITS, (process, from, to), |row| {
                let place = (process, row.get(0)?, row.get(1)?);
                Ok((place, row.get(2)?, row.get(3)?))
            })?;
        for (place, name, body) in waits {
            self.end_keys_of(place, name, &body)?;
        }
        Ok(())
    }

    /// A wait is over. If an event came for it that the turn was given its thread has seen it; one that came
    /// later is for whatever else of the thread waits for it, or will.
    fn take(&mut self, place: Place, epoch: i64) -> Result<()> {
        let found = self.first(sql::WAIT_AT, place, |row| {
            let outcome = row::outcome(row.get_ref(2)?)?;
            Ok((
                row.get(0)?,
                row.get(1)?,
                outcome,
                row.get::<_, Option<i64>>(3)?,
            ))
        })?;
        let Some((kind, name, outcome, number)) = found else {
            return Ok(());
        };
        let (kind, name): (i64, i64) = (kind, name);
        if kind == row::EVENT && outcome.is_none() {
            let body: String = self.value(sql::BODY_AT, place)?;
            self.end_keys_of(place, name, &body)?;
        }
        self.execute(sql::END_WAIT, place)?;
        if let Some(Outcome::Event(id)) = outcome {
            if number.is_some_and(|number| number < epoch) {
                self.execute(sql::ADD_RECEIVED, (place.0, place.1, signed(id)))?;
            } else {
                self.offer_to_thread(place.0, place.1, signed(id))?;
            }
        }
        Ok(())
    }

    /// A wait begins, in the place of what is there; when it ends if nothing comes.
    pub(crate) fn register(
        &mut self,
        process: i64,
        new: &NewWait,
        attempt: i64,
        epoch: i64,
    ) -> Result<Option<i64>> {
        let place = (process, signed(new.thread), signed(new.slot));
        let name = self.text(&new.name)?;
        let is_call = matches!(new.kind, WaitKind::Call(_));
        let (mut kind, mut due) = (row::kind_number(new.kind), new.due);
        let (mut number, mut not_before, mut queued) = (None, None, None);
        if is_call {
            due = None;
            number = Some(self.next_number()?);
        }
        if is_call && kind != row::UNKNOWN {
            kind = row::INTENDED;
            not_before = new.due;
            queued = Some(if self.is_halted(process)? {
                row::HALTED
            } else {
                not_before.unwrap_or(self.now)
            });
        }
        let (thread, slot) = (place.1, place.2);
        let insert = |work: &Self| {
            let id = (process, thread, slot, kind, name, &new.body, work.now);
            work.execute(
                sql::ADD_WAIT,
                rusqlite::params![
                    id.0,
                    id.1,
                    id.2,
                    id.3,
                    id.4,
                    id.5,
                    id.6,
                    due,
                    number,
                    attempt,
                    new.is_repeatable,
                    not_before,
                    queued
                ],
            )
        };
        if insert(self)? == 0 {
            self.take(place, epoch)?;
            insert(self)?;
        }
        if new.kind == WaitKind::Event {
            let fields = fields_of(&new.body);
            if let Some(event) = self.find_event(place, name, &new.body, &fields)? {
                self.deliver(place, row::EVENT, &Outcome::Event(event))?;
            } else {
                self.add_keys_of(place, name, &fields)?;
            }
        }
        Ok(due)
    }
}

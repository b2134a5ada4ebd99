//! Calls: begun, finished, made again.

use salami_process::store::{
    BegunCall, Control, Finish, FinishedCall, NewWait, Outcome, ProcessId,
};

use crate::failure::Result;
use crate::row::{self, PAUSED};
use crate::sql;
use crate::work::{Work, count, signed, unsigned};

/// Process, thread, slot.
pub(crate) type Place = (i64, i64, i64);

impl Work<'_> {
    pub(crate) fn begin_calls(
        &mut self,
        worker: &str,
        lease: i64,
        limit: usize,
    ) -> Result<Vec<BegunCall>> {
        let until = self.now.saturating_add(lease);
        let queued: Vec<Place> = self.all(sql::QUEUED, (self.now, count(limit)), |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })?;
        let mut begun = Vec::with_capacity(queued.len());
        for place in queued {
            let (process, thread, slot) = place;
            self.execute(sql::BEGIN_CALL, (process, thread, slot, worker, until))?;
            let call = self.first(sql::BEGUN, place, |row| {
                Ok(BegunCall {
                    process: ProcessId(unsigned(process)?),
                    owner: row.get(0)?,
                    code: row::hash(row.get_ref(1)?)?,
                    thread: unsigned(thread)?,
                    slot: unsigned(slot)?,
                    name: row.get(2)?,
                    body: row.get(3)?,
                    attempt: unsigned(row.get(4)?)?,
                    is_repeatable: row.get(5)?,
                    key: row.get(6)?,
                })
            });
            let why = match call {
                Ok(Some(call)) => {
                    begun.push(call);
                    continue;
                }
                Ok(None) => "a row is missing".to_owned(),
                Err(failure) if failure.is_of_rows() => failure.say().message,
                Err(failure) => return Err(failure),
            };
            // It is not made, nor tried again before somebody lets its process go on.
            self.execute(sql::REPEAT, (process, thread, slot, None::<i64>, true))?;
            self.hold_damaged(process, &why)?;
        }
        Ok(begun)
    }

    /// Writes what came of a call; `false`, if it is not the worker's.
    pub(crate) fn finish_call(&mut self, worker: &str, call: &FinishedCall) -> Result<bool> {
        let place = (
            signed(call.process.0),
            signed(call.thread),
            signed(call.slot),
        );
        let is_own = self.first(sql::BEGUN_BY, place, |row| {
            Ok(row.get_ref(0)?.as_str().is_ok_and(|by| by == worker)
                && row.get::<_, i64>(1)? == signed(call.attempt))
        })?;
        if is_own != Some(true) {
            return Ok(false);
        }
        match &call.finish {
            Finish::Outcome(json) => {
                self.deliver(place, row::FINISHED, &Outcome::Json(json.clone()))?;
            }
            Finish::Notice { text, outcome } => {
                self.deliver(place, row::FINISHED, &Outcome::Json(outcome.clone()))?;
                self.execute(sql::ADD_NOTICE, (place.0, self.now, text))?;
            }
            Finish::Wait(new) => {
                let new = NewWait {
                    thread: call.thread,
                    slot: call.slot,
                    ..new.clone()
                };
                self.execute(sql::END_WAIT, place)?;
                if let Some(due) = self.register(place.0, &new, signed(call.attempt), 0)? {
                    self.wake(place.0, due)?;
                }
            }
            Finish::Again(at) => self.repeat(place, Some(*at))?,
            Finish::Unknown => {
                self.execute(sql::FORGET, place)?;
            }
        }
        Ok(true)
    }

    /// A call is to be made again, not before an instant.
    pub(crate) fn repeat(&self, place: Place, not_before: Option<i64>) -> Result<()> {
        let is_halted = self.is_halted(place.0)?;
        let (process, thread, slot) = place;
        self.execute(sql::REPEAT, (process, thread, slot, not_before, is_halted))?;
        Ok(())
    }

    /// Whether no call of a process may be begun.
    pub(crate) fn is_halted(&self, process: i64) -> Result<bool> {
        let halted = self.first(sql::HOLD, [process], |row| {
            Ok(is_halted(row.get(0)?, row.get(1)?))
        })?;
        Ok(halted.unwrap_or(true))
    }

    /// Gives a wait its outcome, and wakes its process.
    pub(crate) fn deliver(&mut self, place: Place, kind: i64, outcome: &Outcome) -> Result<()> {
        let number = self.next_number()?;
        let (process, thread, slot) = place;
        let value = row::outcome_value(outcome);
        self.execute(sql::DELIVER, (process, thread, slot, kind, value, number))?;
        self.wake(process, self.now)
    }
}

/// Whether calls of a process with this hold and wish may not be begun.
pub(crate) fn is_halted(hold: i64, control: Option<i64>) -> bool {
    hold & PAUSED != 0 || control == Some(row::control_number(Control::Abort))
}

//! Who works on what, and until when that is believed.

use salami_process::store::{Claimed, Outcome, ProcessId, Recovered, Wait};

use crate::failure::Result;
use crate::row;
use crate::sql;
use crate::work::{Work, count, unsigned};

impl Work<'_> {
    /// Claims processes that are ready.
    pub(crate) fn claim(&mut self, worker: &str, lease: i64, limit: usize) -> Result<Vec<Claimed>> {
        self.free()?;
        let ready: Vec<(i64, i64)> = self.all(sql::READY, (self.now, count(limit)), |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?;
        let until = self.now.saturating_add(lease);
        let mut claimed = Vec::with_capacity(ready.len());
        for (at, process) in ready {
            let epoch = self.next_number()?;
            self.execute(sql::END_READY, (at, process))?;
            self.execute(sql::CLAIM, (process, epoch, worker, until))?;
            // Not damage of this process.
            unsigned(epoch)?;
            match self.claimed(process, epoch) {
                Ok(Some(claim)) => claimed.push(claim),
                Ok(None) => self.hold_damaged(process, "a row is missing")?,
                Err(failure) if failure.is_of_rows() => {
                    self.hold_damaged(process, &failure.say().message)?;
                }
                Err(failure) => return Err(failure),
            }
        }
        Ok(claimed)
    }

    fn claimed(&self, process: i64, epoch: i64) -> Result<Option<Claimed>> {
        let arrived = self.arrived(process)?;
        self.first(sql::CLAIMED, [process], |row| {
            Ok(Claimed {
                process: ProcessId(unsigned(process)?),
                epoch: unsigned(epoch)?,
                code: row::hash(row.get_ref(0)?)?,
                owner: row.get(1)?,
                input: row.get(2)?,
                options: row.get(3)?,
                shared: row.get(4)?,
                turns: unsigned(row.get(5)?)?,
                now: self.now,
                arrived,
                control: row
                    .get::<_, Option<i64>>(6)?
                    .map(row::control)
                    .transpose()?,
            })
        })
    }

    /// What came for a process, then what is due.
    fn arrived(&self, process: i64) -> Result<Vec<Wait>> {
        let mut arrived = self.all(sql::ARRIVED, [process], row::wait)?;
        let mut due = self.all(sql::DUE, (process, self.now), row::wait)?;
        due.extend(self.all(sql::DUE_OTHERS, (process, self.now), row::wait)?);
        due.sort_by_key(|wait| (wait.wait.due, wait.wait.thread, wait.wait.slot));
        arrived.extend(due.into_iter().map(|wait| Wait {
            outcome: Some(Outcome::Due),
            ..wait
        }));
        Ok(arrived)
    }

    /// Takes back the claims whose leases are over; how many there were.
    fn free(&self) -> Result<u64> {
        let over: Vec<i64> = self.all(sql::OVER, [self.now], |row| Ok(row.get(0)?))?;
        for process in &over {
            self.execute(sql::END_CLAIM, [process])?;
            self.queue(*process)?;
        }
        Ok(over.len() as u64)
    }

    /// Puts a process into the queue that is ready and that nobody has.
    pub(crate) fn queue(&self, process: i64) -> Result<()> {
        if let Some((Some(ready), 0)) = self.readiness(process)? {
            self.execute(sql::ADD_READY, (ready, process))?;
        }
        Ok(())
    }

    /// When a process is ready, and what is in the way: it is in the queue `ready` if it is ready, nothing is in
    /// the way, and nobody has claimed it.
    fn readiness(&self, process: i64) -> Result<Option<(Option<i64>, i64)>> {
        self.first(sql::READINESS, [process], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
    }

    /// Has a process go on by an instant, if not before.
    pub(crate) fn wake(&self, process: i64, at: i64) -> Result<()> {
        let Some((ready, hold)) = self.readiness(process)? else {
            return Ok(());
        };
        if ready.is_some_and(|ready| ready <= at) {
            return Ok(());
        }
        self.execute(sql::WAKE, (process, at))?;
        if hold == 0 && !self.value::<bool>(sql::IS_CLAIMED, [process])? {
            if let Some(ready) = ready {
                self.execute(sql::END_READY, (ready, process))?;
            }
            self.execute(sql::ADD_READY, (at, process))?;
        }
        Ok(())
    }

    /// A process that can be claimed now could not be before, or the other way round.
    pub(crate) fn change_hold(&self, process: i64, before: i64, after: i64) -> Result<()> {
        if (before == 0) == (after == 0) || self.value(sql::IS_CLAIMED, [process])? {
            return Ok(());
        }
        if let Some((Some(ready), _)) = self.readiness(process)? {
            let change = if after == 0 {
                sql::ADD_READY
            } else {
                sql::END_READY
            };
            self.execute(change, (ready, process))?;
        }
        Ok(())
    }

    pub(crate) fn renew(&self, worker: &str, lease: i64) -> Result<()> {
        let until = self.now.saturating_add(lease);
        self.execute(sql::RENEW_CLAIMS, (worker, until))?;
        self.execute(sql::RENEW_CALLS, (worker, until))?;
        Ok(())
    }

    /// Takes back what is claimed and begun, and whose lease is over.
    pub(crate) fn recover(&self) -> Result<Recovered> {
        let mut recovered = Recovered {
            claims: self.free()?,
            ..Recovered::default()
        };
        let calls: Vec<((i64, i64, i64), bool)> = self.all(sql::CALLS_OVER, [self.now], |row| {
            Ok(((row.get(0)?, row.get(1)?, row.get(2)?), row.get(3)?))
        })?;
        for (place, is_repeatable) in calls {
            if is_repeatable {
                self.repeat(place, None)?;
                recovered.repeated += 1;
            } else {
                self.execute(sql::FORGET, place)?;
                recovered.unknown += 1;
            }
        }
        Ok(recovered)
    }

    pub(crate) fn next_due(&self) -> Result<Option<i64>> {
        let mut next: Option<i64> = None;
        for statement in [
            sql::NEXT_READY,
            sql::NEXT_LEASE,
            sql::NEXT_CALL,
            sql::NEXT_CALL_LEASE,
        ] {
            let at: Option<i64> = self.value(statement, [])?;
            next = next.into_iter().chain(at).min();
        }
        Ok(next)
    }
}

//! Who works on what, and until when that is believed.

use salami_process::store::{Claimed, Outcome, ProcessId, Recovered, Wait};

use crate::failure::Result;
use crate::row;
use crate::sql;
use crate::work::{Work, count, unsigned};

impl Work<'_> {
    /// Claims processes that are ready.
    pub(crate) fn claim(&mut self, worker: &str, lease: i64, limit: usize) -> Result<Vec<Claimed>> {
        self.execute(sql::FREE, [self.now])?;
        let ready: Vec<i64> =
            self.all(sql::READY, (self.now, count(limit)), |row| Ok(row.get(0)?))?;
        let until = self.now.saturating_add(lease);
        let mut claimed = Vec::with_capacity(ready.len());
        for process in ready {
            let epoch = self.next_number()?;
            self.execute(sql::CLAIM, (process, epoch, worker, until))?;
            if let Some(claim) = self.claimed(process, epoch)? {
                claimed.push(claim);
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
        self.each(sql::DUE, (process, self.now), |row| {
            arrived.push(Wait {
                outcome: Some(Outcome::Due),
                ..row::wait(row)?
            });
            Ok(true)
        })?;
        Ok(arrived)
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
            claims: self.execute(sql::FREE, [self.now])? as u64,
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
        let ready = self.first(sql::NEXT_READY, [], |row| Ok(row.get(0)?))?;
        let mut next: Option<i64> = ready;
        for statement in [sql::NEXT_LEASE, sql::NEXT_CALL, sql::NEXT_CALL_LEASE] {
            let at: Option<i64> = self.value(statement, [])?;
            next = next.into_iter().chain(at).min();
        }
        Ok(next)
    }
}

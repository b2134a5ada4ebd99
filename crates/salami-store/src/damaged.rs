//! Processes whose rows are not what we wrote, or are gone: each is held, and shown as held, and nobody else waits for it.

use rusqlite::Row;
use salami_process::store::{
    Control, HOLD_OF_PROCESS, NewWait, Process, ProcessId, Status, Wait, WaitKind, lost_hold,
};
use serde_json::json;

use crate::failure::Result;
use crate::row::{self, BLOCKED};
use crate::sql;
use crate::work::{Work, count, signed, unsigned};

/// What people are told of such a process.
fn body(why: &str) -> String {
    let why = why.strip_prefix("the store is damaged: ").unwrap_or(why);
    let message = format!("its record in the store is damaged: {why}");
    json!({"code": "store.corrupt", "message": message}).to_string()
}

fn hold(slot: u64, why: &str) -> NewWait {
    NewWait {
        thread: 0,
        slot,
        kind: WaitKind::Hold,
        due: None,
        name: String::new(),
        body: body(why),
        is_repeatable: false,
    }
}

impl Work<'_> {
    /// Gives up the claim of a process that cannot be read and holds it as a whole, or ends it if that is wanted. One that
    /// has ended, or is none, is only given up.
    pub(crate) fn hold_damaged(&mut self, process: i64, why: &str) -> Result<()> {
        self.execute(sql::END_CLAIM, [process])?;
        let is_live = self.first(sql::IS_LIVE, [process], |row| Ok(row.get(0)?))?;
        if is_live != Some(true) {
            return Ok(());
        }
        let wish: Option<Option<i64>> = self.first(sql::WISH, [process], |row| Ok(row.get(1)?))?;
        if wish.flatten() == Some(row::control_number(Control::Abort)) {
            let known = self.first(sql::TURNS_OF, [process], |row| {
                Ok((row.get::<_, i64>(0)?, row.get(1)?))
            })?;
            let known = known.filter(|(turns, _)| *turns >= 0);
            let (turns, journal) = known.unwrap_or((0, None));
            let error = json!({"error": {"code": "aborted", "message": "it was aborted"}});
            let last = (turns, journal, None);
            return self.end(process, last, Status::Aborted, &error.to_string());
        }
        self.execute(sql::BLOCK, (process, self.now))?;
        let place = (process, 0, signed(HOLD_OF_PROCESS));
        self.execute(sql::END_WAIT, place)?;
        self.register(process, &hold(HOLD_OF_PROCESS, why), 0, 0)?;
        Ok(())
    }

    /// The last of a page of processes that have not ended, and those of them that are not as they should be.
    pub(crate) fn look_over(
        &self,
        after: i64,
        limit: usize,
    ) -> Result<(Option<ProcessId>, Vec<i64>)> {
        let (mut last, mut odd, mut left) = (None, Vec::new(), limit);
        self.each(sql::LOOK_OVER, (after, count(limit), self.now), |row| {
            let process: i64 = row.get(0)?;
            left = left.saturating_sub(1);
            last = (left == 0).then_some(process);
            if row.get(1)? || row.get(2)? {
                odd.push(process);
            }
            Ok(true)
        })?;
        let last = last.map(unsigned).transpose()?;
        Ok((last.map(ProcessId), odd))
    }

    /// Puts processes into the queue that should be there; those that wait for nothing that could come are held, and given.
    pub(crate) fn mend(&mut self, odd: &[i64]) -> Result<Vec<ProcessId>> {
        let mut held = Vec::new();
        for &process in odd {
            // Another may have been here.
            let page = (process.saturating_sub(1), 1, self.now);
            let is = self.first(sql::LOOK_OVER, page, |row| {
                Ok((row.get::<_, i64>(0)?, row.get(1)?, row.get(2)?))
            })?;
            let (is_lost, is_unqueued) = match is {
                Some((found, is_lost, is_unqueued)) if found == process => (is_lost, is_unqueued),
                _ => continue,
            };
            if is_lost {
                self.execute(sql::BLOCK, (process, self.now))?;
                self.change_hold(process, 0, BLOCKED)?;
                let hold = lost_hold();
                self.execute(sql::END_WAIT, (process, 0, signed(hold.slot)))?;
                self.register(process, &hold, 0, 0)?;
                held.push(ProcessId(unsigned(process)?));
            } else if is_unqueued {
                self.queue(process)?;
            }
        }
        Ok(held)
    }

    /// The waits of a process, as they are shown: of one that is damaged also that it is.
    pub(crate) fn waits_shown(&self, process: i64) -> Result<Vec<Wait>> {
        let rows = self.all(sql::WAITS, [process], shown_wait)?;
        let mut waits: Vec<Wait> = rows.into_iter().flatten().collect();
        let is_said = waits.iter().any(|wait| wait.wait.slot == HOLD_OF_PROCESS);
        if !is_said && self.value::<bool>(sql::IS_DAMAGED, [process])? {
            waits.push(Wait {
                process: ProcessId(unsigned(process)?),
                wait: hold(
                    HOLD_OF_PROCESS,
                    "its state or how many turns it had is not known",
                ),
                since: self.now,
                attempt: 0,
                outcome: None,
            });
        }
        let lost: Option<i64> =
            self.first(sql::LOST, (process, self.now), |row| Ok(row.get(0)?))?;
        if let Some(since) = lost {
            waits.push(Wait {
                process: ProcessId(unsigned(process)?),
                wait: lost_hold(),
                since,
                attempt: 0,
                outcome: None,
            });
            waits.sort_by_key(|wait| (wait.wait.thread, wait.wait.slot));
        }
        Ok(waits)
    }
}

/// A wait as it is shown: one that is damaged as what holds its process; none where not even that is known.
pub(crate) fn shown_wait(row: &Row<'_>) -> Result<Option<Wait>> {
    let failure = match row::wait(row) {
        Ok(wait) => return Ok(Some(wait)),
        Err(failure) if failure.is_of_rows() => failure,
        Err(failure) => return Err(failure),
    };
    let (Ok(process), Ok(slot)) = (unsigned(row.get(0)?), unsigned(row.get(2)?)) else {
        return Ok(None);
    };
    Ok(Some(Wait {
        process: ProcessId(process),
        wait: NewWait {
            thread: unsigned(row.get(1)?).unwrap_or(0),
            ..hold(slot, &failure.say().message)
        },
        since: row.get(6)?,
        attempt: 0,
        outcome: None,
    }))
}

/// How a process that is shown was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    Sound,
    /// What it waits for is lost: by what is written it waits.
    Lost,
    /// It cannot be read.
    Damaged,
}

/// A process as it is shown: one that cannot be read, or waits for what is lost, is held.
pub(crate) fn shown_process(row: &Row<'_>, now: i64) -> Result<(Process, Found)> {
    match row::process(row, now) {
        Ok(mut process) => {
            let is_lost = process.status == Status::Waiting && row.get(16)?;
            if !is_lost {
                return Ok((process, Found::Sound));
            }
            process.status = Status::Held;
            return Ok((process, Found::Lost));
        }
        Err(failure) if failure.is_of_rows() => {}
        Err(failure) => return Err(failure),
    }
    let text = |column| row.get::<_, String>(column).unwrap_or_default();
    let ended: Option<i64> = row.get(10)?;
    let status = ended.and_then(|number| row::status(number).ok());
    let started = row.get(6)?;
    let process = Process {
        id: ProcessId(unsigned(row.get(0)?)?),
        code: row::hash(row.get_ref(1)?).unwrap_or_default(),
        owner: text(2),
        name: text(3),
        input: text(4),
        options: text(5),
        status: status.unwrap_or(Status::Held),
        started,
        changed: row.get(7).unwrap_or(started),
        ready: None,
        turns: row
            .get(8)
            .ok()
            .and_then(|turns| unsigned(turns).ok())
            .unwrap_or(0),
        shared: None,
        result: row.get(11).unwrap_or_default(),
    };
    Ok((process, Found::Damaged))
}

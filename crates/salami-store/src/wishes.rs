//! What people do: answer, repeat, pause, cancel, abort, read.

use salami_process::store::{ActKind, Control, Outcome, ProcessId, WaitKind};

use crate::calls::{Place, is_halted};
use crate::failure::Result;
use crate::row::{self, BLOCKED, PAUSED};
use crate::sql;
use crate::work::{Work, signed};

/// What is in the way of a process, what is wished of it, and the number of the wish.
type Wish = (i64, Option<i64>, Option<i64>);

impl Work<'_> {
    /// Gives an outcome to a wait of one of these kinds that has none.
    pub(crate) fn settle(
        &mut self,
        place: Place,
        kinds: &[WaitKind],
        outcome: &Outcome,
    ) -> Result<bool> {
        let found = self.first(sql::WAIT_AT, place, |row| {
            let is_open = row::outcome(row.get_ref(2)?)?.is_none();
            let kind: i64 = row.get(0)?;
            // What is due may have been given to a turn as such.
            let is_due = row
                .get::<_, Option<i64>>(4)?
                .is_some_and(|due| due <= self.now);
            let is_meant = is_open && !is_due && kinds.contains(&row::kind(kind)?);
            Ok(is_meant.then_some((kind, row.get(1)?)))
        })?;
        let Some((kind, name)) = found.flatten() else {
            return Ok(false);
        };
        if kind == row::EVENT {
            let body: String = self.value(sql::BODY_AT, place)?;
            self.end_keys_of(place, name, &body)?;
        }
        if kind == row::HOLD {
            let (hold, control, number) = self.wish_of(place.0)?.unwrap_or_default();
            if hold & BLOCKED != 0 {
                let unblocked = (place.0, hold & !BLOCKED, control, number);
                self.execute(sql::CONTROL, unblocked)?;
                self.change_hold(place.0, hold, hold & !BLOCKED)?;
            }
        }
        let act = if kind == row::HOLD {
            ActKind::Retry
        } else {
            ActKind::Answer
        };
        let value = match outcome {
            Outcome::Json(text) => text,
            Outcome::Event(_) | Outcome::Due => "",
        };
        self.write_act(place, act, value)?;
        let kind = if row::is_call(kind) {
            row::FINISHED
        } else {
            kind
        };
        self.deliver(place, kind, outcome)?;
        Ok(true)
    }

    /// Has a call made again of which nobody knows what came.
    pub(crate) fn repeat_call(&mut self, place: Place) -> Result<bool> {
        let kind: Option<i64> = self.first(sql::WAIT_AT, place, |row| Ok(row.get(0)?))?;
        if kind != Some(row::UNKNOWN) {
            return Ok(false);
        }
        self.repeat(place, None)?;
        self.write_act(place, ActKind::Repeat, "")?;
        Ok(true)
    }

    /// What is in the way of a process, and what is wished of it, with the number of the wish.
    fn wish_of(&self, process: i64) -> Result<Option<Wish>> {
        self.first(sql::WISH, [process], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })
    }

    /// Does what a person wants of a process; `false`, if that is so already.
    pub(crate) fn control(&mut self, process: i64, wish: Control) -> Result<bool> {
        let Some((hold, control, number)) = self.wish_of(process)? else {
            return Ok(false);
        };
        let abort = row::control_number(Control::Abort);
        let (new_hold, new_control, new_number) = match wish {
            Control::Pause => (hold | PAUSED, control, number),
            Control::Resume => (hold & !PAUSED, control, number),
            Control::Cancel if control.is_some() => return Ok(false),
            Control::Abort if control == Some(abort) => return Ok(false),
            Control::Cancel => {
                let number = self.next_number()?;
                (hold, Some(row::control_number(wish)), Some(number))
            }
            Control::Abort => {
                let number = self.next_number()?;
                (hold & !(PAUSED | BLOCKED), Some(abort), Some(number))
            }
        };
        if (new_hold, new_control) == (hold, control) {
            return Ok(false);
        }
        let changed = (process, new_hold, new_control, new_number);
        self.execute(sql::CONTROL, changed)?;
        self.change_hold(process, hold, new_hold)?;
        self.write_act((process, 0, 0), ActKind::of_control(wish), "")?;
        if new_control != control {
            self.wake(process, self.now)?;
        }
        match (is_halted(hold, control), is_halted(new_hold, new_control)) {
            (false, true) => self.execute(sql::HALT_CALLS, [process])?,
            (true, false) => self.execute(sql::QUEUE_CALLS, [process])?,
            _ => 0,
        };
        Ok(true)
    }

    pub(crate) fn read_notices(&self, process: Option<ProcessId>, through: u64) -> Result<u64> {
        let through = signed(through);
        let read = match process {
            None => self.execute(sql::READ_NOTICES, [through])?,
            Some(process) => self.execute(sql::READ_NOTICES_OF, (through, signed(process.0)))?,
        };
        Ok(read as u64)
    }
}

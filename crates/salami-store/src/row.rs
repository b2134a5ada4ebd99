//! Records as rows: the numbers that stand for kinds, and what is read back.

use rusqlite::Row;
use rusqlite::types::{ToSqlOutput, Value, ValueRef};
use salami_process::store::{
    Act, ActKind, CallState, CodeHash, Control, Event, Link, NewWait, Outcome, Process, ProcessId,
    Status, Wait, WaitKind,
};

use crate::failure::{Failure, Result};
use crate::work::{signed, unsigned};

/// Bits of `live.hold`: why nobody may claim it.
pub(crate) const PAUSED: i64 = 1;
pub(crate) const BLOCKED: i64 = 2;

/// Numbers of `wait.kind`. Indexes know them: those from `INTENDED` on have names, those from `UNKNOWN` on are for people.
pub(crate) const TIMER: i64 = 0;
pub(crate) const TASK: i64 = 1;
pub(crate) const EVENT: i64 = 2;
pub(crate) const INTENDED: i64 = 3;
pub(crate) const BEGUN: i64 = 4;
pub(crate) const FINISHED: i64 = 5;
pub(crate) const UNKNOWN: i64 = 6;
pub(crate) const ANSWER: i64 = 7;
pub(crate) const HOLD: i64 = 8;

/// The number of `wait.queued` of a call that may not be made for now, as its process is paused or to be aborted.
pub(crate) const HALTED: i64 = i64::MAX;

pub(crate) const fn is_call(kind: i64) -> bool {
    matches!(kind, INTENDED | BEGUN | FINISHED | UNKNOWN)
}

pub(crate) const fn kind_number(kind: WaitKind) -> i64 {
    match kind {
        WaitKind::Timer => TIMER,
        WaitKind::Task => TASK,
        WaitKind::Event => EVENT,
        WaitKind::Call(CallState::Intended) => INTENDED,
        WaitKind::Call(CallState::Begun) => BEGUN,
        WaitKind::Call(CallState::Finished) => FINISHED,
        WaitKind::Call(CallState::Unknown) => UNKNOWN,
        WaitKind::Answer => ANSWER,
        WaitKind::Hold => HOLD,
    }
}

pub(crate) fn kind(number: i64) -> Result<WaitKind> {
    Ok(match number {
        TIMER => WaitKind::Timer,
        TASK => WaitKind::Task,
        EVENT => WaitKind::Event,
        INTENDED => WaitKind::Call(CallState::Intended),
        BEGUN => WaitKind::Call(CallState::Begun),
        FINISHED => WaitKind::Call(CallState::Finished),
        UNKNOWN => WaitKind::Call(CallState::Unknown),
        ANSWER => WaitKind::Answer,
        HOLD => WaitKind::Hold,
        _ => return Err(damaged("a kind of wait")),
    })
}

pub(crate) const fn control_number(control: Control) -> i64 {
    match control {
        Control::Pause => 0,
        Control::Resume => 1,
        Control::Cancel => 2,
        Control::Abort => 3,
    }
}

pub(crate) fn control(number: i64) -> Result<Control> {
    match number {
        2 => Ok(Control::Cancel),
        3 => Ok(Control::Abort),
        _ => Err(damaged("a wish")),
    }
}

pub(crate) fn status_number(status: Status) -> i64 {
    (0..)
        .zip(Status::ALL)
        .find_map(|(number, known)| (known == status).then_some(number))
        .unwrap_or(-1)
}

pub(crate) fn status(number: i64) -> Result<Status> {
    let index = usize::try_from(number).ok();
    let status = index.and_then(|index| Status::ALL.get(index).copied());
    status.ok_or_else(|| damaged("a status"))
}

fn damaged(what: &str) -> Failure {
    Failure::corrupt(format!("the store is damaged: {what} that does not exist"))
}

/// The number of an event, `x''` for an instant that came, else JSON.
pub(crate) fn outcome_value(outcome: &Outcome) -> ToSqlOutput<'_> {
    match outcome {
        Outcome::Json(text) => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
        Outcome::Event(id) => ToSqlOutput::Owned(Value::Integer(signed(*id))),
        Outcome::Due => ToSqlOutput::Owned(Value::Blob(Vec::new())),
    }
}

pub(crate) fn outcome(value: ValueRef<'_>) -> Result<Option<Outcome>> {
    Ok(match value {
        ValueRef::Null => None,
        ValueRef::Integer(id) => Some(Outcome::Event(unsigned(id)?)),
        ValueRef::Text(text) => match std::str::from_utf8(text) {
            Ok(text) => Some(Outcome::Json(text.to_owned())),
            Err(_) => return Err(damaged("a text")),
        },
        ValueRef::Blob([]) => Some(Outcome::Due),
        ValueRef::Blob(_) | ValueRef::Real(_) => return Err(damaged("an outcome")),
    })
}

/// Reads what `wait!` in `sql` selects.
pub(crate) fn wait(row: &Row<'_>) -> Result<Wait> {
    let kind_number: i64 = row.get(3)?;
    let due: Option<i64> = if is_call(kind_number) {
        row.get(11)?
    } else {
        row.get(7)?
    };
    Ok(Wait {
        process: ProcessId(unsigned(row.get(0)?)?),
        wait: NewWait {
            thread: unsigned(row.get(1)?)?,
            slot: unsigned(row.get(2)?)?,
            kind: kind(kind_number)?,
            due,
            name: row.get(4)?,
            body: row.get(5)?,
            is_repeatable: row.get(10)?,
        },
        since: row.get(6)?,
        attempt: unsigned(row.get(9)?)?,
        outcome: outcome(row.get_ref(8)?)?,
    })
}

pub(crate) fn hash(value: ValueRef<'_>) -> Result<CodeHash> {
    match value {
        ValueRef::Blob(bytes) => bytes.try_into().map_err(|_| damaged("a hash")),
        _ => Err(damaged("a hash")),
    }
}

/// The link of an entry of a journal; none in those that are older than links.
pub(crate) fn link(value: ValueRef<'_>) -> Result<Option<Link>> {
    match value {
        ValueRef::Null => Ok(None),
        ValueRef::Blob(bytes) => match bytes.try_into() {
            Ok(link) => Ok(Some(link)),
            Err(_) => Err(damaged("a link")),
        },
        _ => Err(damaged("a link")),
    }
}

/// The number that stands for something that people do.
pub(crate) fn act_number(kind: ActKind) -> i64 {
    (0..)
        .zip(ActKind::ALL)
        .find_map(|(number, known)| (known == kind).then_some(number))
        .unwrap_or(-1)
}

/// Reads what a person did.
pub(crate) fn act(row: &Row<'_>) -> Result<Act> {
    let kind = usize::try_from(row.get::<_, i64>(3)?).ok();
    let kind = kind.and_then(|kind| ActKind::ALL.get(kind).copied());
    Ok(Act {
        turns: unsigned(row.get(0)?)?,
        at: row.get(1)?,
        person: row.get(2)?,
        kind: kind.ok_or_else(|| damaged("a kind of act"))?,
        thread: unsigned(row.get(4)?)?,
        slot: unsigned(row.get(5)?)?,
        value: row.get(6)?,
        link: link(row.get_ref(7)?)?.ok_or_else(|| damaged("a link"))?,
    })
}

/// Reads what `process!` in `sql` selects.
pub(crate) fn process(row: &Row<'_>, now: i64) -> Result<Process> {
    let turns = unsigned(row.get(8)?)?;
    let ended: Option<i64> = row.get(10)?;
    let hold = row.get::<_, Option<i64>>(13)?.unwrap_or(0);
    let ready = row.get::<_, Option<i64>>(12)?;
    let ready = ready.filter(|_| hold & (PAUSED | BLOCKED) == 0);
    let status = if let Some(number) = ended {
        status(number)?
    } else if hold & PAUSED != 0 {
        Status::Paused
    } else if ready.is_some_and(|ready| ready <= now) || turns == 0 {
        Status::Running
    } else if row.get(14)? {
        Status::Held
    } else if row.get(15)? {
        Status::Asking
    } else {
        Status::Waiting
    };
    Ok(Process {
        id: ProcessId(unsigned(row.get(0)?)?),
        code: hash(row.get_ref(1)?)?,
        owner: row.get(2)?,
        name: row.get(3)?,
        input: row.get(4)?,
        options: row.get(5)?,
        status,
        started: row.get(6)?,
        changed: row.get(7)?,
        ready,
        turns,
        shared: row.get(9)?,
        result: row.get(11)?,
    })
}

/// Reads an event: number, topic, fields, instant.
pub(crate) fn event(row: &Row<'_>) -> Result<Event> {
    Ok(Event {
        id: unsigned(row.get(0)?)?,
        topic: row.get(1)?,
        fields: row.get(2)?,
        at: row.get(3)?,
    })
}

//! Processes that leave and come; what people did with them, and the links of what happened.

use std::collections::BTreeMap;

use salami_process::store::{
    Act, ActKind, Brought, CallState, EventId, Link, NewProcess, OWN_KEY, Outcome, Parcel,
    ParcelEvent, ParcelWait, ProcessId, Renumbered, Status, StoreErrorKind, Wait, WaitKind,
    act_link, fields_of, first_link,
};

use crate::calls::{Place, is_halted};
use crate::failure::{Failure, Result};
use crate::row::{self, BLOCKED, PAUSED};
use crate::sql;
use crate::work::{Work, signed, unsigned};

/// What of a process is in `live`.
struct Live {
    ready: Option<i64>,
    hold: i64,
    control: Option<i64>,
    changed: i64,
    turns: i64,
    shared: Option<Vec<u8>>,
}

impl Work<'_> {
    /// The link of the last thing that happened to a process with so many turns, of which this is the last entry.
    pub(crate) fn last_link(&self, process: i64, turns: i64, journal: Option<i64>) -> Result<Link> {
        let act = self.first(sql::LAST_ACT, [process], |row| {
            Ok((row.get::<_, i64>(0)?, row::link(row.get_ref(1)?)?))
        })?;
        if let Some((at, Some(link))) = act
            && at == turns
        {
            return Ok(link);
        }
        let entry = match journal {
            Some(id) => self.first(sql::LINK, [id], |row| row::link(row.get_ref(0)?))?,
            None => None,
        };
        if let Some(link) = entry.flatten() {
            return Ok(link);
        }
        let started = self.started(process)?;
        let (new, started) = started
            .ok_or_else(|| Failure::corrupt("the store is damaged: a process is missing"))?;
        Ok(first_link(&new, started, unsigned(turns)?))
    }

    /// What was started, and when.
    fn started(&self, process: i64) -> Result<Option<(NewProcess, i64)>> {
        self.first(sql::STARTED, [process], |row| {
            let new = NewProcess {
                code: row::hash(row.get_ref(0)?)?,
                owner: row.get(1)?,
                name: row.get(2)?,
                input: row.get(3)?,
                options: row.get(4)?,
            };
            Ok((new, row.get(5)?))
        })
    }

    /// Writes down what a person did with a process that has not ended.
    pub(crate) fn write_act(&mut self, place: Place, kind: ActKind, value: &str) -> Result<()> {
        let (process, thread, slot) = place;
        let live = self.first(sql::TURNS_OF, [process], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?;
        let Some((turns, journal)) = live else {
            return Ok(());
        };
        // Below none in a damaged row, which must not keep anybody from ending the process.
        let turns = i64::max(turns, 0);
        let act = Act {
            turns: unsigned(turns)?,
            at: self.now,
            person: self.person.to_owned(),
            kind,
            thread: unsigned(thread)?,
            slot: unsigned(slot)?,
            value: value.to_owned(),
            link: Link::default(),
        };
        let link = act_link(&self.last_link(process, turns, journal)?, &act);
        self.add_act(process, &Act { link, ..act })
    }

    fn add_act(&mut self, process: i64, act: &Act) -> Result<()> {
        let person = self.text(&act.person)?;
        let row = rusqlite::params![
            process,
            signed(act.turns),
            act.at,
            person,
            row::act_number(act.kind),
            signed(act.thread),
            signed(act.slot),
            act.value,
            &act.link[..],
        ];
        self.execute(sql::ADD_ACT, row)?;
        Ok(())
    }

    pub(crate) fn acts(&self, process: i64) -> Result<Vec<Act>> {
        self.all(sql::ACTS, [process], row::act)
    }

    /// All of a process that has not ended.
    pub(crate) fn parcel(&mut self, process: i64) -> Result<Option<Parcel>> {
        let live = self.first(sql::LIVE, [process], |row| {
            Ok(Live {
                ready: row.get(0)?,
                hold: row.get(1)?,
                control: row.get(2)?,
                changed: row.get(3)?,
                turns: row.get(4)?,
                shared: row.get(5)?,
            })
        })?;
        let (Some(live), Some((new, started))) = (live, self.started(process)?) else {
            return Ok(None);
        };
        let of = self.first(sql::KEY_OF, [process], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let (key, events_after): (Option<String>, i64) = of.unwrap_or_default();
        let key = match key {
            Some(key) => key,
            None => format!("{}-{process}", self.value::<String>(sql::STORE_NAME, [])?),
        };
        let state = |row: &rusqlite::Row<'_>| Ok((unsigned(row.get(0)?)?, row.get(1)?));
        let mut threads = self.all(sql::OWN_STATE, [process], state)?;
        threads.extend(self.all(sql::STATES, [process], state)?);
        let turns = usize::try_from(live.turns).unwrap_or(usize::MAX);
        let is_claimed: bool = self.value(sql::IS_CLAIMED, [process])?;
        let pair = |row: &rusqlite::Row<'_>| Ok((unsigned(row.get(0)?)?, unsigned(row.get(1)?)?));
        Ok(Some(Parcel {
            process: new,
            started,
            changed: live.changed,
            key,
            is_paused: live.hold & PAUSED != 0,
            is_blocked: live.hold & BLOCKED != 0,
            wish: live.control.map(row::control).transpose()?,
            ready: live.ready,
            shared: live.shared,
            threads,
            waits: self.parcel_waits(process)?,
            journal: self.journal(process, 0, turns)?,
            acts: self.acts(process)?,
            seen: self.all(sql::RECEIVED, [process], pair)?,
            carried: self.all(sql::CARRIED, [process], |row| unsigned(row.get(0)?))?,
            renumbered: self.all(sql::RENUMBERED, [process], |row| {
                Ok(Renumbered {
                    turn: unsigned(row.get(0)?)?,
                    number: unsigned(row.get(1)?)?,
                    event: unsigned(row.get(2)?)?,
                })
            })?,
            events_after: unsigned(events_after)?,
            last_event: unsigned(self.value(sql::LAST_EVENT, [])?)?,
            is_at_work: is_claimed || self.value(sql::IS_BEGUN, [process])?,
        }))
    }

    fn parcel_waits(&self, process: i64) -> Result<Vec<ParcelWait>> {
        let places = self.all(sql::ORDER, [process], |row| {
            Ok((unsigned(row.get(0)?)?, unsigned(row.get(1)?)?))
        })?;
        let order: BTreeMap<(u64, u64), u64> = places.into_iter().zip(1..).collect();
        let waits: Vec<Wait> = self.all(sql::WAITS, [process], row::wait)?;
        let waits = waits.into_iter().map(|mut kept| {
            if kept.wait.kind == WaitKind::Call(CallState::Begun) {
                kept.wait.kind = WaitKind::Call(if kept.wait.is_repeatable {
                    CallState::Intended
                } else {
                    CallState::Unknown
                });
                kept.wait.due = None;
            }
            let place = (kept.wait.thread, kept.wait.slot);
            ParcelWait {
                order: order.get(&place).copied().unwrap_or(0),
                wait: kept.wait,
                since: kept.since,
                attempt: kept.attempt,
                outcome: kept.outcome,
            }
        });
        Ok(waits.collect())
    }

    /// Ends a process here that goes on elsewhere, if it is as the parcel says.
    pub(crate) fn take_out(
        &mut self,
        process: i64,
        parcel: &Parcel,
        file: &[u8],
        to: &str,
    ) -> Result<bool> {
        if parcel.is_at_work || self.parcel(process)?.as_ref() != Some(parcel) {
            return Ok(false);
        }
        self.write_act((process, 0, 0), ActKind::Export, to)?;
        if let Some(ready) = parcel.ready
            && !parcel.is_paused
            && !parcel.is_blocked
        {
            self.execute(sql::END_READY, (ready, process))?;
        }
        let journal = self.value(sql::JOURNAL_OF, [process])?;
        let turns = parcel.journal.len() as i64;
        let last = (turns, journal, parcel.shared.as_deref());
        self.end(process, last, Status::Moved, "{}")?;
        self.execute(sql::ADD_TAKEN_OUT, (process, file))?;
        Ok(true)
    }

    /// Puts a process in that comes from elsewhere.
    pub(crate) fn bring_in(&mut self, parcel: &Parcel, events: &[ParcelEvent]) -> Result<Brought> {
        if let Some(id) = self.live_by_key(&parcel.key)? {
            return Ok(Brought::Already(ProcessId(id)));
        }
        if self.is_own_key(&parcel.key)? {
            return Err(Failure::new(StoreErrorKind::Missing, OWN_KEY));
        }
        let new = &parcel.process;
        let Some(code) = self.code(&new.code)? else {
            return Err(Failure::new(
                StoreErrorKind::Missing,
                "the code of the process is not in the store",
            ));
        };
        let mut ids = Vec::with_capacity(events.len());
        for event in events {
            let topic = self.text(&event.topic)?;
            let row = (topic, &event.fields, event.at, None::<&str>);
            ids.push(self.insert(sql::ADD_EVENT, row)?);
        }
        let after: i64 = self.value(sql::LAST_EVENT, [])?;
        let owner = self.text(&new.owner)?;
        let row = rusqlite::params![
            code,
            owner,
            new.name,
            new.input,
            new.options,
            parcel.started,
            after,
            parcel.key
        ];
        let process = self.insert(sql::ADD_MOVED, row)?;
        for id in &ids {
            self.execute(sql::ADD_CARRIED, (process, id))?;
        }
        let of_file = |event: EventId| event_of_file(&ids, event);
        for known in &parcel.renumbered {
            let (turn, number) = (signed(known.turn), signed(known.number));
            let row = (process, turn, number, of_file(known.event)?);
            self.execute(sql::ADD_RENUMBERED, row)?;
        }
        let mut journal = None;
        for entry in &parcel.journal {
            let link = entry.link.as_ref().map(|link| &link[..]);
            let row = (signed(entry.number), journal, &entry.entry, link);
            journal = Some(self.insert(sql::ADD_JOURNAL, row)?);
        }
        let mut hold = 0;
        for (bit, is) in [(PAUSED, parcel.is_paused), (BLOCKED, parcel.is_blocked)] {
            hold |= if is { bit } else { 0 };
        }
        let control = parcel.wish.map(row::control_number);
        self.bring_waits(process, parcel, is_halted(hold, control), &of_file)?;
        let control_number = match control {
            Some(_) => Some(self.next_number()?),
            None => None,
        };
        let row = rusqlite::params![
            process,
            parcel.ready,
            hold,
            control,
            control_number,
            parcel.changed,
            parcel.journal.len() as i64,
            journal,
            parcel.shared,
        ];
        self.execute(sql::ADD_LIVE_AS, row)?;
        if let (Some(ready), 0) = (parcel.ready, hold) {
            self.execute(sql::ADD_READY, (ready, process))?;
        }
        for (thread, state) in &parcel.threads {
            match thread {
                0 => self.execute(sql::SET_OWN_THREAD, (process, state))?,
                _ => self.execute(sql::SET_THREAD, (process, signed(*thread), state))?,
            };
        }
        for (thread, event) in &parcel.seen {
            let row = (process, signed(*thread), of_file(*event)?);
            self.execute(sql::ADD_RECEIVED, row)?;
        }
        for act in &parcel.acts {
            self.add_act(process, act)?;
        }
        self.write_act((process, 0, 0), ActKind::Import, &parcel.key)?;
        Ok(Brought::In(ProcessId(unsigned(process)?)))
    }

    fn bring_waits(
        &mut self,
        process: i64,
        parcel: &Parcel,
        is_halted: bool,
        of_file: &dyn Fn(EventId) -> Result<i64>,
    ) -> Result<()> {
        let mut ordered: Vec<&ParcelWait> = parcel.waits.iter().collect();
        ordered.sort_by_key(|wait| wait.order);
        for kept in ordered {
            let wait = &kept.wait;
            let number = match kept.order {
                0 => None,
                _ => Some(self.next_number()?),
            };
            let name = self.text(&wait.name)?;
            let kind = row::kind_number(wait.kind);
            let is_call = row::is_call(kind);
            let due = wait.due.filter(|_| !is_call);
            let not_before = wait.due.filter(|_| is_call);
            let queued = match kind {
                row::INTENDED if is_halted => Some(row::HALTED),
                row::INTENDED => Some(not_before.unwrap_or(kept.since)),
                _ => None,
            };
            let outcome = match &kept.outcome {
                Some(Outcome::Event(event)) => Some(Outcome::Event(unsigned(of_file(*event)?)?)),
                outcome => outcome.clone(),
            };
            let (thread, slot) = (signed(wait.thread), signed(wait.slot));
            let row = rusqlite::params![
                process,
                thread,
                slot,
                kind,
                name,
                wait.body,
                kept.since,
                due,
                outcome.as_ref().map(row::outcome_value),
                number,
                signed(kept.attempt),
                wait.is_repeatable,
                not_before,
                queued,
            ];
            self.execute(sql::ADD_WAIT_AS, row)?;
            if wait.kind == WaitKind::Event && kept.outcome.is_none() {
                self.add_keys_of((process, thread, slot), name, &fields_of(&wait.body))?;
            }
        }
        Ok(())
    }

    /// Whether keys begin as those of a process that was started here, and is here or will be.
    fn is_own_key(&self, key: &str) -> Result<bool> {
        let name: String = self.value(sql::STORE_NAME, [])?;
        let own = key
            .strip_prefix(&name)
            .and_then(|rest| rest.strip_prefix('-'));
        match own.map(str::parse::<i64>) {
            None => Ok(false),
            Some(Ok(id)) => Ok(!self.value::<bool>(sql::HAS_LEFT, [id])?),
            Some(Err(_)) => Ok(true),
        }
    }

    /// The process that is here, has not ended, and whose calls have keys that begin so.
    fn live_by_key(&mut self, key: &str) -> Result<Option<u64>> {
        let brought: Option<i64> = self.first(sql::LIVE_BY_KEY, [key], |row| Ok(row.get(0)?))?;
        if let Some(id) = brought {
            return Ok(Some(unsigned(id)?));
        }
        let name: String = self.value(sql::STORE_NAME, [])?;
        let own = key
            .strip_prefix(&name)
            .and_then(|rest| rest.strip_prefix('-'));
        match own.and_then(|id| id.parse::<i64>().ok()) {
            Some(id) if self.value(sql::IS_LIVE_HERE, [id])? => Ok(Some(unsigned(id)?)),
            _ => Ok(None),
        }
    }
}

/// The number here of an event of a file.
fn event_of_file(ids: &[i64], event: EventId) -> Result<i64> {
    let index = usize::try_from(event)
        .ok()
        .and_then(|event| event.checked_sub(1));
    let id = index.and_then(|index| ids.get(index).copied());
    id.ok_or_else(|| {
        let message = "the process refers to an event that is not with it";
        Failure::new(StoreErrorKind::Missing, message)
    })
}

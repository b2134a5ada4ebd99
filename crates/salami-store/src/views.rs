//! What people are shown: processes, waits, the inbox.

use rusqlite::Params;
use salami_process::store::{
    InboxItem, JournalEntry, Notice, Process, ProcessFilter, ProcessId, Status, Wait, WaitFilter,
    fields_of, key_of,
};

use crate::damaged::{Found, shown_process, shown_wait};
use crate::failure::{Failure, Result};
use crate::row;
use crate::sql;
use crate::work::{Work, count, signed, unsigned};

/// How many candidates are looked at together.
const PAGE: i64 = 256;

impl Work<'_> {
    pub(crate) fn process(&self, id: i64) -> Result<Option<Process>> {
        Ok(self.process_shown(id)?.map(|(process, _)| process))
    }

    /// A process, and how it was found.
    fn process_shown(&self, id: i64) -> Result<Option<(Process, Found)>> {
        self.first(sql::PROCESS, [id], |row| shown_process(row, self.now))
    }

    /// Processes that a filter lets through, the latest first.
    pub(crate) fn processes(
        &mut self,
        filter: &ProcessFilter,
        before: Option<ProcessId>,
        limit: usize,
    ) -> Result<Vec<Process>> {
        let before = before.map_or(i64::MAX, |before| signed(before.0));
        let owner = match &filter.owner {
            None => None,
            Some(owner) => match self.known_text(owner)? {
                None => return Ok(Vec::new()),
                known => known,
            },
        };
        if filter.statuses.is_empty() {
            return self.list(None, owner, filter, before, limit);
        }
        let mut statuses = filter.statuses.clone();
        statuses.sort_unstable();
        statuses.dedup();
        let mut found = Vec::new();
        for status in statuses {
            found.extend(self.list(Some(status), owner, filter, before, limit)?);
        }
        found.sort_by_key(|process| std::cmp::Reverse(process.id));
        found.dedup_by_key(|process| process.id);
        found.truncate(limit);
        Ok(found)
    }

    /// Those of one status, or all.
    fn list(
        &self,
        status: Option<Status>,
        owner: Option<i64>,
        filter: &ProcessFilter,
        mut before: i64,
        limit: usize,
    ) -> Result<Vec<Process>> {
        let mut found = Vec::new();
        while found.len() < limit {
            let candidates = self.candidates(status, owner, before)?;
            // In a damaged file they may be in no order.
            let Some(last) = candidates
                .iter()
                .copied()
                .min()
                .filter(|last| *last < before)
            else {
                break;
            };
            before = last;
            for id in candidates {
                let process = self.process_shown(id)?.filter(|(process, found)| {
                    // What is damaged or lost is in no index of what is held.
                    let written = match found {
                        Found::Lost => Status::Waiting,
                        _ => process.status,
                    };
                    let is_held =
                        *found == Found::Damaged && filter.statuses.contains(&process.status);
                    status.is_none_or(|status| written == status || is_held)
                        && (filter.owner.as_ref()).is_none_or(|owner| process.owner == *owner)
                });
                found.extend(process.map(|(process, _)| process));
            }
        }
        found.truncate(limit);
        Ok(found)
    }

    /// A page of processes among which are those of a status, from the index that has the fewest others.
    fn candidates(
        &self,
        status: Option<Status>,
        owner: Option<i64>,
        before: i64,
    ) -> Result<Vec<i64>> {
        let ids = |sql: &str, parameters: &[&dyn rusqlite::ToSql]| {
            self.all(sql, parameters, |row| Ok(row.get(0)?))
        };
        match (status, owner) {
            (Some(Status::Slowed), _) => Ok(Vec::new()),
            (Some(Status::Paused), _) => ids(sql::PAUSED_PROCESSES, &[&before, &PAGE]),
            (Some(Status::Held | Status::Asking), _) => {
                ids(sql::ASKING_PROCESSES, &[&before, &PAGE])
            }
            (Some(Status::Running), _) => ids(sql::READY_PROCESSES, &[&before, &PAGE, &self.now]),
            (Some(status), _) if status.has_ended() => ids(
                sql::ENDED_PROCESSES,
                &[&before, &PAGE, &row::status_number(status)],
            ),
            (_, Some(owner)) => ids(sql::PROCESSES_OF, &[&before, &PAGE, &owner]),
            (Some(_), None) => ids(sql::LIVE_PROCESSES, &[&before, &PAGE]),
            (None, None) => ids(sql::ALL_PROCESSES, &[&before, &PAGE]),
        }
    }

    /// Waits without outcome that a filter lets through.
    pub(crate) fn waiting(&mut self, filter: &WaitFilter, limit: usize) -> Result<Vec<Wait>> {
        let mut found = Vec::new();
        let Some(name) = &filter.name else {
            match filter.due_by {
                None => self.filter(sql::WAITING, [], filter, limit, &mut found)?,
                Some(due_by) => {
                    self.filter(sql::WAITING_DUE, [due_by], filter, limit, &mut found)?;
                }
            }
            return Ok(found);
        };
        let Some(name) = self.known_text(name)? else {
            return Ok(found);
        };
        let mut fields = filter.fields.iter();
        match fields.find_map(|(name, value)| key_of(name, value)) {
            Some(key) => self.filter(sql::WAITING_KEY, (name, key), filter, limit, &mut found)?,
            None => self.filter(sql::WAITING_TOPIC, [name], filter, limit, &mut found)?,
        }
        let events = found.len();
        self.filter(sql::WAITING_NAMED, [name], filter, limit, &mut found)?;
        if events > 0 && found.len() > events {
            found.sort_by_key(|wait| (wait.process, wait.wait.thread, wait.wait.slot));
        }
        found.truncate(limit);
        Ok(found)
    }

    /// Adds those of a statement's waits that a filter lets through, up to a limit.
    fn filter(
        &self,
        sql: &str,
        parameters: impl Params,
        filter: &WaitFilter,
        limit: usize,
        found: &mut Vec<Wait>,
    ) -> Result<()> {
        let mut left = limit;
        if left == 0 {
            return Ok(());
        }
        self.each(sql, parameters, |row| {
            let Some(wait) = shown_wait(row)? else {
                return Ok(true);
            };
            if lets_through(filter, &wait) {
                found.push(wait);
                left -= 1;
            }
            Ok(left > 0)
        })
    }

    /// Entries of a journal, from one on. Each knows the one before: they are gone through from the last.
    pub(crate) fn journal(
        &self,
        process: i64,
        from: u64,
        limit: usize,
    ) -> Result<Vec<JournalEntry>> {
        let last = self.first(sql::LAST_ENTRY, [process], |row| {
            Ok((row.get(0)?, row.get::<_, Option<i64>>(1)?))
        })?;
        let last_is_unknown = matches!(last, Some((_, None)));
        let (mut next, turns): (Option<i64>, _) = last.unwrap_or_default();
        if last_is_unknown {
            return Err(Failure::corrupt(
                "the store is damaged: how many turns a process had is not known",
            ));
        }
        let mut left = unsigned(turns.unwrap_or(0))?;
        let end = from.saturating_add(limit as u64);
        let mut entries = Vec::new();
        while left > from {
            left -= 1;
            let id =
                next.ok_or_else(|| Failure::corrupt("the store is damaged: a journal has a gap"))?;
            let found = self.first(sql::ENTRY, [id], |row| {
                let number = unsigned(row.get(0)?)?;
                if number == left && number < end {
                    entries.push(JournalEntry {
                        number,
                        entry: row.get(2)?,
                        link: row::link(row.get_ref(3)?)?,
                    });
                }
                Ok((number, row.get(1)?))
            })?;
            match found {
                Some((number, previous)) if number == left => next = previous,
                _ => {
                    let message = "the store is damaged: a journal has a gap";
                    return Err(Failure::corrupt(message));
                }
            }
        }
        entries.reverse();
        Ok(entries)
    }

    /// What people are asked and told.
    pub(crate) fn inbox(&self, limit: usize) -> Result<Vec<InboxItem>> {
        let limit = count(limit);
        let waits = self.all(sql::PEOPLE, [limit], shown_wait)?;
        let notices = self.all(sql::NOTICES, [limit], |row| {
            let (Ok(number), Ok(process)) = (unsigned(row.get(0)?), unsigned(row.get(1)?)) else {
                return Ok(None);
            };
            Ok(Some(Notice {
                number,
                process: ProcessId(process),
                at: row.get(2)?,
                text: row.get(3)?,
            }))
        })?;
        let mut items: Vec<(i64, InboxItem)> = Vec::with_capacity(waits.len() + notices.len());
        items.extend(
            waits
                .into_iter()
                .flatten()
                .map(|wait| (wait.since, InboxItem::Wait(wait))),
        );
        items.extend(
            notices
                .into_iter()
                .flatten()
                .map(|notice| (notice.at, InboxItem::Notice(notice))),
        );
        // Stable: of one instant the waits come first.
        items.sort_by_key(|item| item.0);
        let items = items.into_iter().map(|item| item.1);
        Ok(items
            .take(usize::try_from(limit).unwrap_or(usize::MAX))
            .collect())
    }
}

/// Whether a wait without outcome is one of those that are wanted; its name was looked at.
fn lets_through(filter: &WaitFilter, wait: &Wait) -> bool {
    let is_due = filter.due_by.is_none_or(|by| {
        let is_call = matches!(wait.wait.kind, salami_process::store::WaitKind::Call(_));
        !is_call && wait.wait.due.is_some_and(|due| due <= by)
    });
    if !is_due || filter.fields.is_empty() {
        return is_due;
    }
    let fields = fields_of(&wait.wait.body);
    let mut wanted = filter.fields.iter();
    wanted.all(|(name, value)| fields.get(name) == Some(value))
}

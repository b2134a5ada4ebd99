//! What the store in memory shows: processes, waits, the inbox.

use super::super::{
    CallState, InboxItem, Process, ProcessFilter, ProcessId, Wait, WaitFilter, WaitKind, fields_of,
};
use super::MemoryStore;

impl MemoryStore {
    pub(super) fn list_processes(
        &self,
        filter: &ProcessFilter,
        before: Option<ProcessId>,
        limit: usize,
    ) -> Vec<Process> {
        let now = self.clock.now();
        let latest_first = self.processes.iter().rev();
        latest_first
            .filter(|(id, _)| before.is_none_or(|before| **id < before))
            .filter(|(_, kept)| {
                filter
                    .owner
                    .as_ref()
                    .is_none_or(|owner| kept.new.owner == *owner)
            })
            .filter(|(_, kept)| {
                filter.statuses.is_empty() || filter.statuses.contains(&kept.status(now))
            })
            .take(limit)
            .map(|(id, kept)| kept.show(*id, now))
            .collect()
    }

    pub(super) fn list_waiting(&self, filter: &WaitFilter, limit: usize) -> Vec<Wait> {
        let mut found = Vec::new();
        for (id, kept) in &self.processes {
            for wait in kept.waits.values() {
                let has_name = |name: &String| {
                    *name == wait.wait.name
                        && !matches!(wait.wait.kind, WaitKind::Timer | WaitKind::Task)
                };
                let fields = fields_of(&wait.wait.body);
                let is_wanted = wait.outcome.is_none()
                    && filter.name.as_ref().is_none_or(has_name)
                    && (filter.fields.iter()).all(|(name, value)| fields.get(name) == Some(value))
                    && filter
                        .due_by
                        .is_none_or(|by| wait.ends().is_some_and(|ends| ends <= by));
                if is_wanted {
                    found.push(wait.show(*id));
                }
            }
        }
        found.truncate(limit);
        found
    }

    pub(super) fn list_inbox(&self, limit: usize) -> Vec<InboxItem> {
        let mut items = Vec::new();
        for (id, kept) in &self.processes {
            for (place, wait) in &kept.waits {
                let is_for_people = matches!(
                    wait.wait.kind,
                    WaitKind::Answer | WaitKind::Hold | WaitKind::Call(CallState::Unknown)
                );
                if is_for_people && wait.outcome.is_none() {
                    let order = (wait.since(), 0, id.0, *place);
                    items.push((order, InboxItem::Wait(wait.show(*id))));
                }
            }
        }
        for (notice, is_read) in &self.notices {
            if !is_read {
                let order = (notice.at, 1, notice.number, (0, 0));
                items.push((order, InboxItem::Notice(notice.clone())));
            }
        }
        items.sort_by_key(|(order, _)| *order);
        items.truncate(limit);
        items.into_iter().map(|(_, item)| item).collect()
    }
}

//! What may happen after a thread was begun.

use std::collections::{BTreeMap, BTreeSet};

use super::points::{Access, Points, World};
use crate::typed::FunctionKind;

/// What the parent of a thread may do after it began the thread.
pub(super) struct Order {
    /// Functions under way then: what has at least this number is still to come.
    under_way: BTreeMap<u32, u32>,
    /// Functions that are called after that.
    later: BTreeSet<u32>,
}

impl Order {
    pub fn of(points: &Points<'_>, world: World) -> Self {
        let thread = &points.threads[usize::from(world)];
        let calls: Vec<_> = points
            .edges
            .iter()
            .filter(|edge| edge.at.world == thread.parent)
            .collect();
        let mut under_way: BTreeMap<u32, u32> = BTreeMap::new();
        let mut reached = BTreeSet::from([thread.spawn]);
        let mut changed = true;
        while changed {
            changed = false;
            for edge in &calls {
                if !reached.contains(&edge.callee) {
                    continue;
                }
                let from = under_way.entry(edge.at.function).or_insert(u32::MAX);
                if edge.at.outer < *from {
                    *from = edge.at.outer;
                    changed = true;
                }
                changed |= reached.insert(edge.at.function);
            }
        }
        // Coroutines and generators stand half way while others run.
        for edge in &calls {
            let function = points.facts.function(edge.callee);
            let is_plain = function.is_none_or(|function| function.kind == FunctionKind::Plain);
            if !is_plain {
                under_way.entry(edge.callee).or_insert(0);
            }
        }
        let mut later: BTreeSet<u32> = BTreeSet::new();
        let body = points.facts.entries.first();
        if body.is_some_and(|body| under_way.contains_key(body)) {
            later.extend(points.facts.entries.iter().skip(1));
        }
        changed = true;
        while changed {
            changed = false;
            for edge in &calls {
                let from = under_way.get(&edge.at.function);
                let comes = from.is_some_and(|&from| edge.at.place > from || edge.at.outer >= from);
                if comes || later.contains(&edge.at.function) {
                    changed |= later.insert(edge.callee);
                }
            }
        }
        Self { under_way, later }
    }

    /// Whether a write may come after the thread was begun.
    pub fn is_after(&self, write: &Access) -> bool {
        let function = write.at.function;
        let from = self.under_way.get(&function);
        // A call that comes later writes to what it made itself: that is another object then.
        from.is_some_and(|&from| write.at.place >= from)
            || self.later.contains(&function) && !write.is_own
    }
}

//! The order in which a class and its bases are asked for a name: CPython's, C3.

use super::Engine;
use crate::face;
use crate::types::ClassRef;

impl Engine<'_> {
    /// A class and all its bases in the order in which they are asked.
    pub fn order(&self, class: ClassRef) -> Vec<ClassRef> {
        match class {
            ClassRef::Program(index) => self.classes[index as usize].order_of_bases.clone(),
            ClassRef::Native(name) => {
                let known = face::class(name).map(face::FaceClass::ancestry);
                let order = known.unwrap_or_default();
                let mut order: Vec<ClassRef> = order
                    .into_iter()
                    .map(|class| ClassRef::Native(class.qualified))
                    .collect();
                if order.is_empty() {
                    order.push(class);
                }
                order
            }
        }
    }

    /// The order of a class with these bases; `None` where they contradict each other.
    pub(super) fn linearise(&self, class: u32, bases: &[ClassRef]) -> Option<Vec<ClassRef>> {
        let mut lists: Vec<Vec<ClassRef>> = bases.iter().map(|&base| self.order(base)).collect();
        lists.push(bases.to_vec());
        let mut order = vec![ClassRef::Program(class)];
        loop {
            lists.retain(|list| !list.is_empty());
            if lists.is_empty() {
                return Some(order);
            }
            let next = lists
                .iter()
                .filter_map(|list| list.first().copied())
                .find(|head| {
                    lists
                        .iter()
                        .all(|list| !list.iter().skip(1).any(|later| later == head))
                })?;
            order.push(next);
            for list in &mut lists {
                if list.first() == Some(&next) {
                    list.remove(0);
                }
            }
        }
    }

    /// The classes after `owner` in the order of `class`: where `super()` in a method of `owner` looks.
    pub fn after(&self, class: u32, owner: u32) -> Vec<ClassRef> {
        let order = self.order(ClassRef::Program(class));
        let at = order
            .iter()
            .position(|&known| known == ClassRef::Program(owner));
        match at {
            Some(at) => order.into_iter().skip(at + 1).collect(),
            None => Vec::new(),
        }
    }
}

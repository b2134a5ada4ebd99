//! Records: the types of a dict's values by constant key (decision 15).
//!
//! A record is kept at the value node of a dict, so all names of the dict see one record.

use super::data::Type;
use super::graph::{Node, Reader, Types};

/// The keys known of a dict.
#[derive(Clone, Debug, Default)]
pub struct Record {
    /// Sorted by key.
    pub fields: Vec<(String, Field)>,
}

/// What is known of one key.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// The values.
    pub node: Node,
    /// Whether the key may be missing.
    pub may_miss: bool,
}

/// A dict with more constant keys than this is a plain dict.
const MAX_FIELDS: usize = 64;

impl Record {
    fn get(&self, key: &str) -> Option<&Field> {
        self.fields
            .iter()
            .find(|(name, _)| name == key)
            .map(|(_, field)| field)
    }
}

impl Types {
    /// Makes a dict whose value node is `value` a record, if it is not yet in use.
    pub fn begin_record(&mut self, value: Node) {
        let slot = self.slot_mut(value);
        if !slot.has_begun {
            slot.has_begun = true;
            slot.record = Some(Record::default());
        }
    }

    /// The record of a dict.
    pub fn record(&mut self, value: Node, reader: Reader) -> Option<Record> {
        self.listen(value, reader);
        self.slot(value).record.clone()
    }

    /// The node of one key of a record. `None` where the dict is not a record or lacks the key.
    pub fn record_field(&mut self, value: Node, key: &str, reader: Reader) -> Option<Field> {
        self.listen(value, reader);
        self.slot(value).record.as_ref()?.get(key).copied()
    }

    /// Whether the dict is a record still.
    #[must_use]
    pub fn is_record(&self, value: Node) -> bool {
        self.slot(value).record.is_some()
    }

    /// Stores under a constant key: into the record, or into the value node where there is none.
    /// `in_display`: the key is there from the start.
    pub fn write_field(&mut self, value: Node, key: &str, type_: Type, in_display: bool) {
        let root = self.find(value);
        let Some(record) = &self.slot(root).record else {
            self.write(root, type_);
            return;
        };
        if let Some(field) = record.get(key) {
            let node = field.node;
            self.write(node, type_);
            return;
        }
        if record.fields.len() >= MAX_FIELDS {
            self.collapse(root);
            self.write(root, type_);
            return;
        }
        let node = self.node();
        if let Some(record) = &mut self.slot_mut(root).record {
            let at = record
                .fields
                .partition_point(|(name, _)| name.as_str() < key);
            record.fields.insert(
                at,
                (
                    key.to_owned(),
                    Field {
                        node,
                        may_miss: !in_display,
                    },
                ),
            );
        }
        self.notify(root);
        self.write(node, type_);
    }

    /// A key may be gone from now on (any key, for `None`).
    pub fn may_miss(&mut self, value: Node, key: Option<&str>) {
        let root = self.find(value);
        let mut changed = false;
        if let Some(record) = &mut self.slot_mut(root).record {
            for (name, field) in &mut record.fields {
                if key.is_none_or(|key| key == name) && !field.may_miss {
                    field.may_miss = true;
                    changed = true;
                }
            }
        }
        if changed {
            self.notify(root);
        }
    }

    /// Makes a record a plain dict: all its fields become one with the value node.
    pub fn collapse(&mut self, value: Node) {
        let root = self.find(value);
        let slot = self.slot_mut(root);
        slot.has_begun = true;
        if let Some(record) = slot.record.take() {
            for (_, field) in record.fields {
                self.unify(root, field.node);
            }
            self.notify(root);
        }
    }

    /// Everything that a dict may hold as a value.
    pub fn read_values(&mut self, value: Node, reader: Reader) -> Type {
        let mut type_ = self.read(value, reader);
        if let Some(record) = self.slot(value).record.clone() {
            for (_, field) in record.fields {
                let content = self.read(field.node, reader);
                type_ = self.join(type_, content);
            }
        }
        type_
    }

    /// The record of two dicts that became one.
    pub(super) fn merge_records(
        &mut self,
        root: Node,
        left: (bool, Option<Record>),
        right: (bool, Option<Record>),
    ) {
        let (left, right) = match (left, right) {
            ((true, Some(left)), (true, Some(right))) => (left, right),
            ((false, None), (true, Some(record))) | ((true, Some(record)), (false, None)) => {
                // A fresh node that nothing began joins: it has no keys of its own.
                let slot = self.slot_mut(root);
                slot.has_begun = true;
                slot.record = Some(record);
                return;
            }
            ((false, None), (false, None)) => return,
            ((_, left), (_, right)) => {
                self.slot_mut(root).has_begun = true;
                for (_, field) in left
                    .into_iter()
                    .chain(right)
                    .flat_map(|record| record.fields)
                {
                    self.unify(root, field.node);
                }
                return;
            }
        };
        let mut merged: Vec<(String, Field)> = Vec::new();
        let mut unions = Vec::new();
        for (key, field) in &left.fields {
            match right.get(key) {
                Some(other) => {
                    unions.push((field.node, other.node));
                    merged.push((
                        key.clone(),
                        Field {
                            node: field.node,
                            may_miss: field.may_miss || other.may_miss,
                        },
                    ));
                }
                None => merged.push((
                    key.clone(),
                    Field {
                        node: field.node,
                        may_miss: true,
                    },
                )),
            }
        }
        for (key, field) in &right.fields {
            if left.get(key).is_none() {
                merged.push((
                    key.clone(),
                    Field {
                        node: field.node,
                        may_miss: true,
                    },
                ));
            }
        }
        merged.sort_by(|left, right| left.0.cmp(&right.0));
        let too_many = merged.len() > MAX_FIELDS;
        let slot = self.slot_mut(root);
        slot.has_begun = true;
        slot.record = Some(Record { fields: merged });
        for (left, right) in unions {
            self.unify(left, right);
        }
        if too_many {
            self.collapse(root);
        }
    }
}

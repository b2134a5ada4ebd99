//! Trees of what many values have in common.

use std::collections::BTreeMap;

use crate::input::{Cell, Class, Column, DateStyle, Evidence, HeaderClass, header_class, instant};

/// Objects with more keys are maps: their keys are values.
const MOST_KEYS: usize = 200;

/// What values at one place are.
#[derive(Clone, Debug, Default)]
pub(super) struct Node {
    /// How many values there are.
    pub(super) count: u32,
    pub(super) numbers: u32,
    pub(super) strings: u32,
    pub(super) bools: u32,
    pub(super) nulls: u32,
    pub(super) objects: u32,
    pub(super) arrays: u32,
    /// Arrays with something in them.
    pub(super) filled_arrays: u32,
    /// What strings are, and numbers.
    pub(super) column: Column,
    pub(super) evidence: Evidence,
    /// The first string, as a hash, and whether there are others.
    first: Option<blake3::Hash>,
    pub(super) varies: bool,
    instants: BTreeMap<DateStyle, u32>,
    /// What is below each key.
    pub(super) keys: BTreeMap<String, Node>,
    /// What is below keys that were too many.
    pub(super) rest: Option<Box<Node>>,
    /// What is in arrays.
    pub(super) items: Option<Box<Node>>,
}

impl Node {
    /// The node below a key.
    pub(super) fn child(&mut self, key: &str) -> &mut Node {
        if self.keys.len() >= MOST_KEYS && !self.keys.contains_key(key) {
            return self.rest.get_or_insert_default();
        }
        self.keys.entry(key.to_owned()).or_default()
    }

    /// Adds a number or string.
    pub(super) fn add_text(&mut self, text: &str, is_string: bool) {
        self.count += 1;
        let cell = Cell::of(text);
        if is_string {
            self.strings += 1;
        } else {
            self.numbers += 1;
            if let Some(style) = instant(text) {
                *self.instants.entry(style).or_default() += 1;
            }
        }
        self.column.add(text, cell);
        if is_string {
            self.evidence.add(cell);
            let hash = blake3::hash(text.as_bytes());
            self.varies |= *self.first.get_or_insert(hash) != hash;
        }
    }

    /// Adds what another says.
    pub(super) fn merge(&mut self, other: &Node) {
        self.count += other.count;
        self.numbers += other.numbers;
        self.strings += other.strings;
        self.bools += other.bools;
        self.nulls += other.nulls;
        self.objects += other.objects;
        self.arrays += other.arrays;
        self.filled_arrays += other.filled_arrays;
        self.column.merge(&other.column);
        self.evidence.merge(&other.evidence);
        self.varies |= other.varies
            || self.first.is_some() && other.first.is_some() && self.first != other.first;
        self.first = self.first.or(other.first);
        for (style, count) in &other.instants {
            *self.instants.entry(*style).or_default() += count;
        }
        for (key, node) in &other.keys {
            self.child(key).merge(node);
        }
        if let Some(rest) = &other.rest {
            self.rest.get_or_insert_default().merge(rest);
        }
        if let Some(items) = &other.items {
            self.items.get_or_insert_default().merge(items);
        }
    }

    /// Its kind: what four of five are, those that are nothing left out.
    pub(super) fn kind(&self, name: &str) -> &'static str {
        let filled = self.count.saturating_sub(self.nulls);
        if filled == 0 {
            return match header_class(name) {
                Some(HeaderClass::Number) => "number",
                Some(HeaderClass::Date) => "date",
                _ => "text",
            };
        }
        let most = |count: u32| count > 0 && count * 5 >= filled * 4;
        if most(self.numbers) {
            if self.is_instant(name) {
                "date"
            } else {
                "number"
            }
        } else if most(self.strings) {
            if self.column.class() == Class::Date {
                "date"
            } else {
                "text"
            }
        } else if most(self.bools) {
            "bool"
        } else if most(self.objects) {
            "object"
        } else if most(self.arrays) {
            "array"
        } else {
            "any"
        }
    }

    fn is_instant(&self, name: &str) -> bool {
        header_class(name) == Some(HeaderClass::Date) && self.column.may_be_instants()
    }

    /// Takes over what it says of numbers and dates.
    pub(super) fn tell(&self, name: &str, evidence: &mut Evidence) {
        if self.numbers > 0 && self.is_instant(name) {
            if let Some((style, _)) = self
                .instants
                .iter()
                .max_by_key(|(style, count)| (**count, **style))
            {
                evidence.add_date(*style);
            }
        } else if self.strings > 0
            && matches!(self.column.class(), Class::Date | Class::Number)
            && header_class(name) != Some(HeaderClass::Text)
        {
            evidence.merge_column(&self.evidence);
        }
    }

    /// What is below its keys where they are values: dates, numbers, codes, names of things that are alike.
    pub(super) fn as_map(&self) -> Option<Node> {
        let is_map =
            self.rest.is_some() || self.has_value_keys() || self.has_codes() || self.has_alike();
        is_map.then(|| {
            let mut all = self.rest.as_deref().cloned().unwrap_or_default();
            for node in self.keys.values() {
                all.merge(node);
            }
            all
        })
    }

    fn has_value_keys(&self) -> bool {
        let values = self.keys.keys().filter(|key| is_value(key)).count();
        values > 0 && values * 5 >= self.keys.len() * 4
    }

    /// Codes of shares, currencies, countries: capitals, all with values of one kind.
    fn has_codes(&self) -> bool {
        let is_code = |key: &String| {
            (1..=8).contains(&key.len())
                && key.bytes().any(|byte| byte.is_ascii_uppercase())
                && key.bytes().all(|byte| {
                    byte.is_ascii_uppercase()
                        || byte.is_ascii_digit()
                        || matches!(byte, b'.' | b'-' | b'/' | b'^' | b'=')
                })
        };
        self.keys.len() >= 2 && self.keys.keys().all(is_code) && self.has_one_kind()
    }

    fn has_one_kind(&self) -> bool {
        let mut kinds = self.keys.values().map(|node| node.kind(""));
        let first = kinds.next();
        kinds.all(|kind| Some(kind) == first)
    }

    /// Three or more objects with mostly the same keys, or very many values of one kind.
    fn has_alike(&self) -> bool {
        if self.keys.len() >= 25 && self.has_one_kind() {
            let kind = self.keys.values().next().map(|node| node.kind(""));
            return kind != Some("object") || self.is_alike_inside();
        }
        self.keys.len() >= 3 && self.is_alike_inside()
    }

    fn is_alike_inside(&self) -> bool {
        let mut nodes = self.keys.values();
        let Some(first) = nodes.next() else {
            return false;
        };
        let is_object =
            |node: &Node| node.objects > 0 && node.objects == node.count && node.keys.len() >= 2;
        is_object(first)
            && nodes.all(|node| {
                let both = node
                    .keys
                    .keys()
                    .filter(|key| first.keys.contains_key(*key))
                    .count();
                let all = node.keys.len() + first.keys.len() - both;
                is_object(node) && both * 10 >= all * 6
            })
    }
}

/// Whether a key is a value: a date, a number, an address, an identifier.
fn is_value(key: &str) -> bool {
    if matches!(Cell::of(key), Cell::Number(..) | Cell::Date(_)) {
        return true;
    }
    let digits = key.bytes().filter(u8::is_ascii_digit).count();
    key.len() > 60 || key.contains('@') || key.contains("://") || digits >= 5
}

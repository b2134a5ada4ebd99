//! The items of a result: lists of records, wherever they stand in it, and values that stand alone.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::names::Name;
use super::value::Form;

/// How many values of a result are walked through.
const WALKED: usize = 200_000;
/// How many fields an item has at most.
const FIELDS: usize = 40;
/// How deep a result is looked into.
const DEPTH: usize = 8;

/// A part of an item.
#[derive(Clone, Copy, Debug)]
enum Part<'v> {
    /// The key under which it stands.
    Key(&'v str),
    Field(&'v str, &'v Value),
}

/// An item, as it stands in the result.
#[derive(Clone, Copy, Debug)]
enum Item<'v> {
    Of(&'v Value),
    Under(&'v str, &'v Value),
    /// The fields of an object that hold one value each.
    Alone(&'v Map<String, Value>),
}

impl<'v> Item<'v> {
    fn parts(self) -> Vec<Part<'v>> {
        match self {
            Self::Of(value) => fields_of(value),
            Self::Under(key, value) => {
                let mut parts = vec![Part::Key(key)];
                parts.extend(fields_of(value));
                parts
            }
            Self::Alone(fields) => fields
                .iter()
                .filter(|(_, value)| !value.is_array() && !value.is_object())
                .take(FIELDS)
                .map(|(name, value)| Part::Field(name, value))
                .collect(),
        }
    }
}

/// Items of one kind.
#[derive(Debug, Default)]
pub(super) struct Group<'v> {
    /// They, in their order.
    items: Vec<Item<'v>>,
    /// It is one object that stands alone.
    pub(super) is_single: bool,
}

/// Fields of some items.
#[derive(Debug, Default)]
pub(super) struct Fields {
    pub(super) names: Vec<Name>,
    /// For each item its fields; none where it has no such field.
    pub(super) items: Vec<Vec<Option<Form>>>,
}

impl Group<'_> {
    pub(super) fn len(&self) -> usize {
        self.items.len()
    }

    /// The items of these places.
    pub(super) fn at(&self, places: &[usize]) -> Fields {
        let mut fields = Fields::default();
        let mut known: BTreeMap<String, usize> = BTreeMap::new();
        for place in places {
            let mut leaves = Vec::new();
            let item = self.items.get(*place);
            let parts = item.map(|item| item.parts()).unwrap_or_default();
            for (position, part) in parts.into_iter().enumerate() {
                match part {
                    Part::Key(key) => leaves.push(("\n".to_owned(), "", Form::of_cell(key))),
                    // What has no name has a place.
                    Part::Field("", value) => {
                        flatten(value, &position.to_string(), "", 0, &mut leaves);
                    }
                    Part::Field(name, value) => {
                        flatten(value, &format!("\n{name}"), name, 0, &mut leaves);
                    }
                }
            }
            let mut forms: Vec<Option<Form>> = Vec::new();
            for (path, name, leaf) in leaves {
                let count = known.len();
                let field = match known.get(&path) {
                    Some(field) => *field,
                    None if count < FIELDS => {
                        known.insert(path, count);
                        fields.names.push(Name::of(name));
                        count
                    }
                    None => continue,
                };
                if forms.len() <= field {
                    forms.resize(field + 1, None);
                }
                if let Some(form) = forms.get_mut(field) {
                    *form = Some(leaf);
                }
            }
            fields.items.push(forms);
        }
        let count = fields.names.len();
        for item in &mut fields.items {
            item.resize(count, None);
        }
        fields
    }
}

fn flatten<'v>(
    value: &'v Value,
    path: &str,
    name: &'v str,
    depth: usize,
    leaves: &mut Vec<(String, &'v str, Form)>,
) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields.iter().take(FIELDS) {
                if depth < DEPTH && leaves.len() < FIELDS * 2 {
                    flatten(value, &format!("{path}\n{name}"), name, depth + 1, leaves);
                }
            }
        }
        // Lists within items are items themselves.
        Value::Array(_) => {}
        leaf => leaves.push((path.to_owned(), name, Form::of_leaf(leaf))),
    }
}

/// The groups of a result, those with most items first, at most so many.
pub(super) fn groups(result: &Value, most: usize) -> Vec<Group<'_>> {
    let mut found: BTreeMap<String, Group<'_>> = BTreeMap::new();
    let mut pending: Vec<(String, &Value)> = vec![(String::new(), result)];
    let mut walked = 0;
    // What is found first comes first: the stack is filled from behind.
    while let Some((path, value)) = pending.pop() {
        walked += 1;
        if walked > WALKED {
            break;
        }
        let is_deep = path.matches('\n').count() > DEPTH;
        match value {
            Value::Array(items) => {
                let path = format!("{path}\n[]");
                let group = found.entry(path.clone()).or_default();
                group.items.extend(items.iter().map(Item::Of));
                for item in items.iter().rev().filter(|_| !is_deep) {
                    inner(item, &path, &mut pending);
                }
            }
            Value::Object(fields) if path.is_empty() || !path.contains("[]") => {
                let is_dict = fields.len() >= 3
                    && (fields.values().all(Value::is_object)
                        || fields.values().all(Value::is_number));
                if is_dict {
                    let group = found.entry(format!("{path}\n[]")).or_default();
                    let items = fields.iter().map(|(key, item)| Item::Under(key, item));
                    group.items.extend(items);
                } else if !is_deep {
                    let is_one = |value: &Value| !value.is_array() && !value.is_object();
                    if fields.values().any(is_one) {
                        let group = found.entry(format!("{path}\n{{}}")).or_default();
                        group.is_single = true;
                        group.items.push(Item::Alone(fields));
                    }
                    for (name, value) in fields.iter().rev() {
                        if value.is_array() || value.is_object() {
                            pending.push((format!("{path}\n{name}"), value));
                        }
                    }
                }
            }
            _ => {}
        }
    }
    let mut groups: Vec<Group<'_>> = found.into_values().collect();
    groups.retain(|group| !group.items.is_empty());
    groups.sort_by_key(|group| std::cmp::Reverse(group.items.len()));
    groups.truncate(most);
    groups
}

/// Lists within an item.
fn inner<'v>(item: &'v Value, path: &str, pending: &mut Vec<(String, &'v Value)>) {
    if let Value::Object(fields) = item {
        for (name, value) in fields.iter().rev() {
            let is_list = value
                .as_array()
                .is_some_and(|items| items.iter().any(Value::is_object));
            if is_list {
                pending.push((format!("{path}\n{name}"), value));
            }
        }
    }
}

/// The fields of an item; what has none is one itself.
fn fields_of(item: &Value) -> Vec<Part<'_>> {
    match item {
        Value::Object(fields) => fields
            .iter()
            .take(FIELDS)
            .map(|(name, value)| Part::Field(name, value))
            .collect(),
        Value::Array(items) => {
            let items = items.iter().take(FIELDS);
            items.map(|item| Part::Field("", item)).collect()
        }
        leaf => vec![Part::Field("", leaf)],
    }
}

//! Values held against a schema.

use std::collections::BTreeSet;

use salami_vm::regex::{Budget, Mode, Regex};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::load::{Node, NodeId, Nodes, Size, Types};
use super::number::{is_odd, is_same, is_whole, number};

/// How many problems are told.
const MOST_PROBLEMS: usize = 20;
/// How deep values and schemas are followed together: far below what the smallest stack holds.
const DEPTH: usize = 250;
/// How many steps a check may take: far more than a value needs that a program may have.
const STEPS: u64 = 30_000_000;

/// What keeps a value from fitting a schema.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SchemaProblem {
    /// Where, such as `[3].price`; names that the schema does not have stand as `[...]`.
    pub path: String,
    /// What is wrong, without text from the value.
    pub message: String,
    /// What was found: data.
    pub outside: Option<String>,
}

struct Check<'a> {
    nodes: &'a Nodes,
    problems: Vec<SchemaProblem>,
    steps: u64,
    /// Whether it ended for its own bounds.
    is_cut: bool,
}

/// A step on the way to a value.
enum Step<'a> {
    /// A field that the schema names.
    Known(&'a str),
    /// A field that only the value names.
    Unknown,
    Item(usize),
}

/// The way to a value, from its end.
struct Path<'a> {
    parent: Option<&'a Path<'a>>,
    step: Option<Step<'a>>,
}

impl<'a> Path<'a> {
    const ROOT: Self = Path {
        parent: None,
        step: None,
    };

    fn to(&'a self, step: Step<'a>) -> Self {
        Path {
            parent: Some(self),
            step: Some(step),
        }
    }

    fn shown(&self) -> String {
        let mut parts = Vec::new();
        let mut current = Some(self);
        while let Some(path) = current {
            match &path.step {
                Some(Step::Known(name)) if is_name(name) => parts.push(format!(".{name}")),
                Some(Step::Known(name)) => parts.push(format!("[{name:?}]")),
                Some(Step::Unknown) => parts.push("[...]".to_owned()),
                Some(Step::Item(index)) => parts.push(format!("[{index}]")),
                None => {}
            }
            current = path.parent;
        }
        parts.reverse();
        let text = parts.concat();
        text.strip_prefix('.').map_or(text.clone(), str::to_owned)
    }
}

fn is_name(text: &str) -> bool {
    !text.is_empty()
        && !text.starts_with(|first: char| first.is_ascii_digit())
        && text
            .chars()
            .all(|letter| letter.is_alphanumeric() || letter == '_')
}

/// What keeps a value from fitting, at most so many problems as are told.
pub(super) fn problems(nodes: &Nodes, value: &Value) -> Vec<SchemaProblem> {
    let mut check = Check {
        nodes,
        problems: Vec::new(),
        steps: STEPS,
        is_cut: false,
    };
    check.odd_numbers(value);
    check.node(0, value, &Path::ROOT, 0);
    if check.is_cut && check.problems.is_empty() {
        check.problems.push(SchemaProblem {
            path: String::new(),
            message: "the result is too large or nested too deep to be checked".to_owned(),
            outside: None,
        });
    }
    check.problems
}

impl Check<'_> {
    fn is_full(&self) -> bool {
        self.problems.len() >= MOST_PROBLEMS || self.is_cut
    }

    fn problem(&mut self, path: &Path<'_>, message: String, found: Option<&Value>) {
        if self.problems.len() < MOST_PROBLEMS {
            self.problems.push(SchemaProblem {
                path: path.shown(),
                message,
                outside: found.map(shown),
            });
        }
    }

    /// Numbers that JSON has no form for, wherever they are.
    fn odd_numbers(&mut self, value: &Value) {
        let mut pending = vec![(value, String::new())];
        while let Some((value, path)) = pending.pop() {
            match value {
                Value::Number(found) if is_odd(found) => {
                    self.problems.push(SchemaProblem {
                        path,
                        message: "it is NaN or infinite, which JSON has no form for; give None, or leave it out".to_owned(),
                        outside: None,
                    });
                    if self.problems.len() >= 3 {
                        return;
                    }
                }
                Value::Array(items) => {
                    // Paths are only made for what may hold such a number.
                    for (index, item) in items.iter().enumerate().rev() {
                        if may_be_odd(item) {
                            pending.push((item, format!("{path}[{index}]")));
                        }
                    }
                }
                Value::Object(items) => {
                    for (key, item) in items.iter().rev() {
                        if may_be_odd(item) {
                            let is_short = is_name(key) && key.len() <= 40;
                            let step = if is_short && !path.is_empty() {
                                format!(".{key}")
                            } else if is_short {
                                key.clone()
                            } else {
                                "[...]".to_owned()
                            };
                            pending.push((item, format!("{path}{step}")));
                        }
                    }
                }
                _ => {}
            }
        }
    }

    /// Whether a value fits; what keeps it from that is not told.
    fn fits(&mut self, id: NodeId, value: &Value, depth: usize) -> bool {
        let told = core::mem::take(&mut self.problems);
        self.node(id, value, &Path::ROOT, depth);
        let is_fit = self.problems.is_empty();
        self.problems = told;
        is_fit
    }

    fn node(&mut self, id: NodeId, value: &Value, path: &Path<'_>, depth: usize) {
        let nodes = self.nodes;
        let Some(node) = nodes.node(id) else { return };
        if depth > DEPTH || self.steps == 0 {
            self.is_cut = true;
        }
        if self.is_full() {
            return;
        }
        self.steps -= 1;
        if node.is_never {
            self.problem(path, "nothing may be here".to_owned(), Some(value));
            return;
        }
        if let Some(reference) = node.reference {
            self.node(reference, value, path, depth + 1);
        }
        if let Some(types) = node.types
            && !types.admits(value)
        {
            let message = format!("it must be {}, and is {}", types.wanted(), kind(value));
            let help = match value {
                // What a Decimal becomes.
                Value::String(text) if types.number && text.parse::<f64>().is_ok() => {
                    " (a Decimal leaves the program as text: give `float(value)`)"
                }
                Value::Number(_) if types.integer => " with a fraction",
                _ => "",
            };
            self.problem(path, format!("{message}{help}"), Some(value));
            return;
        }
        if let Some(values) = &node.values
            && !values.iter().any(|known| is_same(known, value))
        {
            let known: Vec<String> = values.iter().take(12).map(shown).collect();
            let more = if values.len() > 12 { ", ..." } else { "" };
            let message = format!("it must be one of {}{more}", known.join(", "));
            self.problem(path, message, Some(value));
            return;
        }
        match value {
            Value::Object(items) => self.object(node, items, path, depth),
            Value::Array(items) => self.array(node, items, path, depth),
            Value::String(text) => self.text(node, text, path),
            Value::Number(found) => {
                if let Some(found) = number(found) {
                    self.number(node, found, value, path);
                }
            }
            _ => {}
        }
        self.combined(node, value, path, depth);
    }

    fn object(&mut self, node: &Node, items: &Map<String, Value>, path: &Path<'_>, depth: usize) {
        let missing = node
            .required
            .iter()
            .filter(|name| !items.contains_key(*name));
        for name in missing.take(MOST_PROBLEMS) {
            self.problem(path, format!("the field `{name}` is missing"), None);
        }
        for (name, needed) in &node.dependent {
            if items.contains_key(name) {
                for absent in needed.iter().filter(|other| !items.contains_key(*other)) {
                    let message = format!("with the field `{name}` it needs the field `{absent}`");
                    self.problem(path, message, None);
                }
            }
        }
        self.size(node.properties_size, items.len() as u64, "fields", path);
        let nodes = self.nodes;
        let forbids = |id: NodeId| nodes.node(id).is_some_and(|node| node.is_never);
        for (name, item) in items {
            if self.is_full() {
                return;
            }
            let mut is_known = false;
            if let Some((known, id)) = node.properties.get_key_value(name) {
                is_known = true;
                self.node(*id, item, &path.to(Step::Known(known)), depth + 1);
            }
            for (pattern, id) in &node.patterns {
                if self.matches(pattern, name) {
                    is_known = true;
                    self.node(*id, item, &path.to(Step::Unknown), depth + 1);
                }
            }
            if let Some(id) = node.names
                && !self.fits(id, &Value::String(name.clone()), depth + 1)
            {
                let key = Value::String(name.clone());
                self.problem(
                    path,
                    "the name of a field is none that may be".to_owned(),
                    Some(&key),
                );
            }
            match node.additional {
                Some(id) if !is_known && forbids(id) => {
                    let key = Value::String(name.clone());
                    let message = match node.properties.is_empty() {
                        true => "it has a field, and may have none".to_owned(),
                        false => {
                            let known: Vec<&str> = node
                                .properties
                                .keys()
                                .map(String::as_str)
                                .take(20)
                                .collect();
                            format!(
                                "it has a field too much; there are only {}",
                                known.join(", ")
                            )
                        }
                    };
                    self.problem(path, message, Some(&key));
                }
                Some(id) if !is_known => {
                    self.node(id, item, &path.to(Step::Unknown), depth + 1);
                }
                _ => {}
            }
        }
    }

    fn array(&mut self, node: &Node, items: &[Value], path: &Path<'_>, depth: usize) {
        self.size(node.items_size, items.len() as u64, "items", path);
        let schemas = node.prefix.iter().copied().map(Some);
        let rest = std::iter::repeat(node.items);
        if !node.prefix.is_empty() || node.items.is_some() {
            for ((index, item), id) in items.iter().enumerate().zip(schemas.chain(rest)) {
                if self.is_full() {
                    return;
                }
                if let Some(id) = id {
                    self.node(id, item, &path.to(Step::Item(index)), depth + 1);
                }
            }
        }
        if node.is_unique {
            let mut seen = BTreeSet::new();
            for (index, item) in items.iter().enumerate() {
                if !seen.insert(super::canonical(item)) {
                    let message = "the same item was there before, and each may be there once";
                    self.problem(&path.to(Step::Item(index)), message.to_owned(), Some(item));
                    break;
                }
            }
        }
        if let Some(id) = node.contains {
            let count = items
                .iter()
                .filter(|item| self.fits(id, item, depth + 1))
                .count();
            let least = Some(node.contains_size.least.unwrap_or(1));
            let size = Size {
                least,
                ..node.contains_size
            };
            self.size(
                size,
                count as u64,
                "items of the kind that it must contain",
                path,
            );
        }
    }

    fn size(&mut self, size: Size, count: u64, what: &str, path: &Path<'_>) {
        if let Some(least) = size.least
            && count < least
        {
            let message = format!("it has {count} {what}, and must have at least {least}");
            self.problem(path, message, None);
        }
        if let Some(most) = size.most
            && count > most
        {
            let message = format!("it has {count} {what}, and may have at most {most}");
            self.problem(path, message, None);
        }
    }

    fn text(&mut self, node: &Node, text: &str, path: &Path<'_>) {
        let found = || Value::String(text.to_owned());
        if node.length.least.is_some() || node.length.most.is_some() {
            self.size(node.length, text.chars().count() as u64, "characters", path);
        }
        if let Some(pattern) = &node.pattern
            && !self.matches(pattern, text)
        {
            let message = format!("it does not match the pattern `{}`", pattern.pattern());
            self.problem(path, message, Some(&found()));
        }
        if let Some(format) = node.format
            && !format.admits(text)
        {
            let message = format!("it must be {}", format.wanted());
            self.problem(path, message, Some(&found()));
        }
    }

    fn number(&mut self, node: &Node, found: f64, value: &Value, path: &Path<'_>) {
        let bounds = [
            (
                node.minimum,
                node.minimum.is_some_and(|bound| found < bound),
                "at least",
            ),
            (
                node.maximum,
                node.maximum.is_some_and(|bound| found > bound),
                "at most",
            ),
            (
                node.above,
                node.above.is_some_and(|bound| found <= bound),
                "more than",
            ),
            (
                node.below,
                node.below.is_some_and(|bound| found >= bound),
                "less than",
            ),
        ];
        for (bound, is_broken, word) in bounds {
            if let (Some(bound), true) = (bound, is_broken) {
                self.problem(path, format!("it must be {word} {bound}"), Some(value));
            }
        }
        if let Some(multiple) = node.multiple {
            let times = found / multiple;
            // As near as floats tell: 0.3 is a multiple of 0.1.
            if (times - times.round()).abs() > 1e-9 * times.abs().max(1.0) {
                self.problem(
                    path,
                    format!("it must be a multiple of {multiple}"),
                    Some(value),
                );
            }
        }
    }

    fn combined(&mut self, node: &Node, value: &Value, path: &Path<'_>, depth: usize) {
        for id in &node.all {
            self.node(*id, value, path, depth + 1);
        }
        if !node.any.is_empty() && !node.any.iter().any(|id| self.fits(*id, value, depth + 1)) {
            self.none_fits(&node.any, value, path, depth);
        }
        if !node.one.is_empty() {
            let fitting = node
                .one
                .iter()
                .filter(|id| self.fits(**id, value, depth + 1))
                .count();
            match fitting {
                1 => {}
                0 => self.none_fits(&node.one, value, path, depth),
                _ => {
                    let message =
                        "it fits several of the forms of which it must have one".to_owned();
                    self.problem(path, message, Some(value));
                }
            }
        }
        if let Some(id) = node.not
            && self.fits(id, value, depth + 1)
        {
            self.problem(path, "it is what it must not be".to_owned(), Some(value));
        }
        if let Some(condition) = node.condition {
            let branch = match self.fits(condition, value, depth + 1) {
                true => node.then,
                false => node.otherwise,
            };
            if let Some(id) = branch {
                self.node(id, value, path, depth + 1);
            }
        }
    }

    /// Says what the only form lacks that the value can be meant as, or which forms there are.
    fn none_fits(&mut self, ids: &[NodeId], value: &Value, path: &Path<'_>, depth: usize) {
        let nodes = self.nodes;
        let meant: Vec<NodeId> = ids
            .iter()
            .copied()
            .filter(|id| {
                let types = nodes.resolved(*id).and_then(|node| node.types);
                types.is_some_and(|types| types.admits(value))
            })
            .collect();
        if let [only] = meant[..] {
            let before = self.problems.len();
            self.node(only, value, path, depth + 1);
            if self.problems.len() > before {
                return;
            }
        }
        let wanted: BTreeSet<String> = ids
            .iter()
            .filter_map(|id| nodes.resolved(*id).and_then(|node| node.types))
            .map(Types::wanted)
            .collect();
        let message = if wanted.is_empty() {
            "it has none of the forms that it may have".to_owned()
        } else {
            let wanted: Vec<String> = wanted.into_iter().collect();
            format!("it must be {}, and is {}", wanted.join(" or "), kind(value))
        };
        self.problem(path, message, Some(value));
    }

    /// Whether a pattern is found; where that takes too much, it is.
    fn matches(&mut self, pattern: &Regex, text: &str) -> bool {
        let steps = self.steps.min(1_000_000);
        let mut budget = Budget {
            steps,
            memory: 10_000_000,
            interrupt: None,
        };
        let found = pattern.find(text, 0, Mode::Search, false, &mut budget);
        let used = steps.saturating_sub(budget.steps);
        self.steps = self.steps.saturating_sub(used);
        found.map_or(true, |found| found.is_some())
    }
}

fn may_be_odd(value: &Value) -> bool {
    match value {
        Value::Number(number) => is_odd(number),
        Value::Array(_) | Value::Object(_) => true,
        _ => false,
    }
}

impl Types {
    fn admits(self, value: &Value) -> bool {
        match value {
            Value::Null => self.null,
            Value::Bool(_) => self.boolean,
            Value::Number(found) => self.number || (self.integer && is_whole(found)),
            Value::String(_) => self.string,
            Value::Array(_) => self.array,
            Value::Object(_) => self.object,
        }
    }

    fn wanted(self) -> String {
        let names = [
            (self.object, "an object"),
            (self.array, "a list"),
            (self.string, "a text"),
            (self.number, "a number"),
            (self.integer && !self.number, "a whole number"),
            (self.boolean, "true or false"),
            (self.null, "null"),
        ];
        let names: Vec<&str> = names
            .iter()
            .filter_map(|(is_there, name)| is_there.then_some(*name))
            .collect();
        names.join(" or ")
    }
}

/// What a value is, in words.
fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// A value as it is quoted: short.
pub(crate) fn shown(value: &Value) -> String {
    const LENGTH: usize = 80;
    let text = match value {
        Value::Array(items) if items.len() > 3 => {
            return format!("a list of {} items", items.len());
        }
        Value::String(text) => Value::String(text.chars().take(LENGTH + 1).collect()).to_string(),
        other => other.to_string(),
    };
    if text.chars().count() <= LENGTH {
        return text;
    }
    let cut: String = text.chars().take(LENGTH - 3).collect();
    format!("{cut}...")
}

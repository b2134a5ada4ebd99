//! A JSON Schema as the Python type that a model writes.

use std::collections::{BTreeMap, BTreeSet};

use salami_program::{CompileOptions, compile};
use serde_json::{Map, Value};

use super::Python;

/// How deep types within one another are written; what is deeper is any data.
const DEPTH: usize = 24;
/// How many classes are written.
const CLASSES: usize = 200;
/// How long a remark behind a field may be, in characters.
const REMARK: usize = 160;

/// Words that no field of a class may be called.
const KEYWORDS: &[&str] = &[
    "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue",
    "def", "del", "elif", "else", "except", "finally", "for", "from", "global", "if", "import",
    "in", "is", "lambda", "nonlocal", "not", "or", "pass", "raise", "return", "try", "while",
    "with", "yield",
];

/// Names that classes of ours must not take.
const TAKEN: &[&str] = &[
    "Any",
    "Answer",
    "Decimal",
    "Literal",
    "Skipped",
    "dataclass",
    "date",
    "datetime",
    "time",
];

struct Renderer<'a> {
    root: &'a Value,
    /// What is imported, by module.
    imports: BTreeSet<(&'static str, &'static str)>,
    classes: Vec<String>,
    /// Classes by the place of their schema.
    known: BTreeMap<String, String>,
    names: BTreeSet<String>,
    /// Those that are being written.
    open: BTreeSet<String>,
    is_recursive: bool,
}

/// The Python type of a schema. What Python has no type for is written wider: the schema has the last word.
pub(super) fn python(schema: &Value) -> Python {
    let mut renderer = Renderer {
        root: schema,
        imports: BTreeSet::new(),
        classes: Vec::new(),
        known: BTreeMap::new(),
        names: TAKEN.iter().map(|name| (*name).to_owned()).collect(),
        open: BTreeSet::new(),
        is_recursive: false,
    };
    let type_name = renderer.type_of(schema, "Result", 0);
    let python = Python {
        declarations: renderer.declarations(),
        type_name,
    };
    if is_accepted(&python) {
        return python;
    }
    Python {
        declarations: "from typing import Any\n".to_owned(),
        type_name: "Any".to_owned(),
    }
}

/// Whether the checker takes the type as that of a result.
pub(super) fn is_accepted(python: &Python) -> bool {
    problem(python).is_none()
}

/// What the checker has against the type as that of a result: the first problem and its line.
pub(super) fn problem(python: &Python) -> Option<(String, u32)> {
    let text = format!(
        "{}\n\ndef main(text: str) -> {}:\n    raise ValueError(text)\n",
        python.declarations, python.type_name
    );
    match compile("output.py", &text, &CompileOptions::default()) {
        Ok(_) => None,
        Err(salami_program::CompileError::Refused(refusal)) => {
            let first = refusal.diagnostics.first()?;
            let start = first.labels.first().map_or(0, |label| label.span.start);
            let line = refusal
                .sources
                .first()
                .map_or(0, |source| source.line(start));
            Some((first.message.clone(), line))
        }
        Err(error) => Some((error.to_string(), 0)),
    }
}

/// The same type with an account of the rows.
pub(super) fn with_rows(python: &Python) -> Python {
    let is_free = |name: &str| !python.declarations.contains(&format!("class {name}"));
    let name = |wanted: &str| {
        let free = (0..100)
            .map(|number| match number {
                0 => wanted.to_owned(),
                1 => format!("{wanted}WithRows"),
                _ => format!("{wanted}{number}"),
            })
            .find(|name| is_free(name));
        free.unwrap_or_else(|| wanted.to_owned())
    };
    let (skipped, answer) = (name("Skipped"), name("Answer"));
    let mut declarations = python.declarations.clone();
    if !declarations.contains("from dataclasses import")
        || !declarations.contains("dataclass\n") && !declarations.contains("dataclass,")
    {
        let import = "from dataclasses import dataclass\n";
        let gap = if declarations.is_empty() { "" } else { "\n" };
        // Only imports may stand above `from __future__`.
        declarations = match declarations.strip_prefix("from __future__ import annotations\n") {
            Some(rest) => format!("from __future__ import annotations\n{import}{rest}"),
            None => format!("{import}{gap}{declarations}"),
        };
    }
    let declarations = format!(
        "{}\n\n@dataclass\nclass {skipped}:\n    row: int  # its number in the input, from 1\n    why: str\n\n@dataclass\nclass {answer}:\n    result: {}\n    skipped: list[{skipped}]\n",
        declarations.trim_end(),
        python.type_name
    );
    Python {
        declarations,
        type_name: answer,
    }
}

impl<'a> Renderer<'a> {
    fn declarations(&self) -> String {
        let mut text = String::new();
        if self.is_recursive {
            text.push_str("from __future__ import annotations\n");
        }
        let mut modules: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (module, name) in &self.imports {
            modules.entry(module).or_default().push(name);
        }
        for (module, names) in modules {
            text.push_str(&format!("from {module} import {}\n", names.join(", ")));
        }
        for class in &self.classes {
            text.push_str(&format!("\n{class}"));
        }
        text
    }

    fn import(&mut self, module: &'static str, name: &'static str) -> String {
        self.imports.insert((module, name));
        name.to_owned()
    }

    fn any(&mut self) -> String {
        self.import("typing", "Any")
    }

    fn type_of(&mut self, schema: &'a Value, hint: &str, depth: usize) -> String {
        let Value::Object(words) = schema else {
            return self.any();
        };
        if depth > DEPTH {
            return self.any();
        }
        if let Some(place) = words.get("$ref").and_then(Value::as_str) {
            let place = place.strip_prefix('#').unwrap_or(place);
            let root = self.root;
            let Some(target) = root.pointer(place) else {
                return self.any();
            };
            let name = place.rsplit('/').next().unwrap_or_default();
            let hint = if name.is_empty() { "Result" } else { name };
            if is_class(target) {
                return self.class(target, place, hint, depth);
            }
            // What goes round without a class has no end.
            if !self.open.insert(place.to_owned()) {
                return self.any();
            }
            let type_name = self.type_of(target, hint, depth + 1);
            self.open.remove(place);
            return type_name;
        }
        if let Some(values) = words.get("enum").and_then(Value::as_array) {
            return self.literal(values);
        }
        if let Some(value) = words.get("const") {
            return self.literal(std::slice::from_ref(value));
        }
        for word in ["anyOf", "oneOf"] {
            if let Some(forms) = words.get(word).and_then(Value::as_array) {
                let types: Vec<String> = forms
                    .iter()
                    .map(|form| self.type_of(form, hint, depth + 1))
                    .collect();
                return union(types);
            }
        }
        if let Some([only]) = words
            .get("allOf")
            .and_then(Value::as_array)
            .map(Vec::as_slice)
            && !words.contains_key("type")
        {
            return self.type_of(only, hint, depth + 1);
        }
        let is_null = words.get("nullable") == Some(&Value::Bool(true));
        match words.get("type") {
            Some(Value::Array(names)) => {
                let is_decimal = words.get("format").and_then(Value::as_str) == Some("decimal");
                if is_decimal {
                    return self.import("decimal", "Decimal");
                }
                let types = names.iter().filter_map(Value::as_str);
                let types: Vec<String> = types
                    .map(|name| self.simple(words, name, schema, hint, depth))
                    .collect();
                union(types)
            }
            Some(Value::String(name)) => {
                let type_name = self.simple(words, name, schema, hint, depth);
                match is_null {
                    true => union(vec![type_name, "None".to_owned()]),
                    false => type_name,
                }
            }
            _ if words.contains_key("properties") => {
                self.simple(words, "object", schema, hint, depth)
            }
            _ if words.contains_key("items") => self.simple(words, "array", schema, hint, depth),
            _ => self.any(),
        }
    }

    fn simple(
        &mut self,
        words: &'a Map<String, Value>,
        name: &str,
        schema: &'a Value,
        hint: &str,
        depth: usize,
    ) -> String {
        match name {
            "null" => "None".to_owned(),
            "boolean" => "bool".to_owned(),
            "integer" => "int".to_owned(),
            "number" => "float".to_owned(),
            "string" => match words.get("format").and_then(Value::as_str) {
                Some("date") => self.import("datetime", "date"),
                Some("date-time") => self.import("datetime", "datetime"),
                Some("time") => self.import("datetime", "time"),
                Some("decimal") => self.import("decimal", "Decimal"),
                _ => "str".to_owned(),
            },
            "array" => {
                if let Some(parts) = words.get("prefixItems").and_then(Value::as_array) {
                    let parts: Vec<String> = parts
                        .iter()
                        .map(|part| self.type_of(part, hint, depth + 1))
                        .collect();
                    return format!("tuple[{}]", parts.join(", "));
                }
                let singular = singular(hint);
                match words.get("items") {
                    Some(item @ Value::Object(_)) => {
                        format!("list[{}]", self.type_of(item, &singular, depth + 1))
                    }
                    _ => format!("list[{}]", self.any()),
                }
            }
            "object" if is_class(schema) => {
                // Schemas that are written in place have none of their own: their words tell them apart.
                let place = format!("{hint}:{}", super::canonical(schema));
                self.class(schema, &place, hint, depth)
            }
            "object" => {
                let value = match words.get("additionalProperties") {
                    Some(value @ Value::Object(_)) => self.type_of(value, hint, depth + 1),
                    _ => match words.get("properties").and_then(Value::as_object) {
                        Some(fields) => {
                            let types = fields.iter().map(|(name, schema)| {
                                self.type_of(schema, &class_name(name), depth + 1)
                            });
                            let mut types: Vec<String> = types.collect();
                            types.sort();
                            types.dedup();
                            union(types)
                        }
                        None => self.any(),
                    },
                };
                format!("dict[str, {value}]")
            }
            _ => self.any(),
        }
    }

    fn literal(&mut self, values: &[Value]) -> String {
        let parts: Option<Vec<String>> = values
            .iter()
            .map(|value| match value {
                Value::String(_) => Some(value.to_string()),
                Value::Bool(true) => Some("True".to_owned()),
                Value::Bool(false) => Some("False".to_owned()),
                Value::Null => Some("None".to_owned()),
                Value::Number(number) if number.to_string().parse::<i64>().is_ok() => {
                    Some(number.to_string())
                }
                _ => None,
            })
            .collect();
        match parts {
            Some(parts) if !parts.is_empty() && parts.len() <= 200 => {
                self.import("typing", "Literal");
                format!("Literal[{}]", parts.join(", "))
            }
            _ => self.any(),
        }
    }

    fn class(&mut self, schema: &'a Value, place: &str, hint: &str, depth: usize) -> String {
        if let Some(known) = self.known.get(place) {
            if self.open.contains(place) {
                self.is_recursive = true;
            }
            return known.clone();
        }
        if self.known.len() >= CLASSES {
            return self.any();
        }
        let title = schema.get("title").and_then(Value::as_str);
        let wanted = class_name(title.unwrap_or(hint));
        let free = (1..)
            .map(|number| match number {
                1 => wanted.clone(),
                _ => format!("{wanted}{number}"),
            })
            .find(|name| !self.names.contains(name));
        let name = free.unwrap_or(wanted);
        self.names.insert(name.clone());
        self.known.insert(place.to_owned(), name.clone());
        self.open.insert(place.to_owned());
        self.import("dataclasses", "dataclass");
        let mut text = format!("@dataclass\nclass {name}:\n");
        let fields = schema.get("properties").and_then(Value::as_object);
        let required: BTreeSet<&str> = schema
            .get("required")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        let fields: Vec<(&'a String, &'a Value)> = fields
            .map(|fields| fields.iter().collect())
            .unwrap_or_default();
        // Those that must be given come first: behind a default there may be none without.
        for is_first in [true, false] {
            for (field, schema) in &fields {
                let is_required = required.contains(field.as_str());
                if is_required != is_first {
                    continue;
                }
                let mut type_name = self.type_of(schema, &class_name(field), depth + 1);
                let mut default = "";
                if !is_required {
                    type_name = union(vec![type_name, "None".to_owned()]);
                    default = " = None";
                }
                text.push_str(&format!("    {field}: {type_name}{default}"));
                let remark = remark(schema);
                if !remark.is_empty() {
                    text.push_str(&format!("  # {remark}"));
                }
                text.push('\n');
            }
        }
        self.open.remove(place);
        self.classes.push(text);
        name
    }
}

/// Whether a schema is that of an object with fields which a class can have.
fn is_class(schema: &Value) -> bool {
    let fields = schema.get("properties").and_then(Value::as_object);
    let may_be_object = match schema.get("type") {
        None => true,
        Some(name) => name.as_str() == Some("object"),
    };
    may_be_object
        && fields.is_some_and(|fields| {
            !fields.is_empty()
                && fields.keys().all(|name| is_field(name))
                && !schema
                    .get("additionalProperties")
                    .is_some_and(Value::is_object)
        })
}

fn is_field(name: &str) -> bool {
    let mut letters = name.chars();
    letters
        .next()
        .is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
        && letters.all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
        && !name.starts_with("__")
        && !KEYWORDS.contains(&name)
}

/// A name as classes have it: `trade_date` becomes `TradeDate`.
fn class_name(name: &str) -> String {
    let mut text = String::new();
    let mut is_start = true;
    for letter in name.chars().take(60) {
        if !letter.is_ascii_alphanumeric() {
            is_start = true;
            continue;
        }
        if text.is_empty() && letter.is_ascii_digit() {
            continue;
        }
        text.push(if is_start {
            letter.to_ascii_uppercase()
        } else {
            letter
        });
        is_start = false;
    }
    if text.is_empty() {
        "Item".to_owned()
    } else {
        text
    }
}

/// What one of several is called.
fn singular(name: &str) -> String {
    if name == "Result" {
        return "Item".to_owned();
    }
    match name.strip_suffix("ies") {
        Some(stem) if stem.len() > 2 => format!("{stem}y"),
        _ => match name.strip_suffix('s') {
            Some(stem) if stem.len() > 2 && !stem.ends_with('s') => stem.to_owned(),
            _ => name.to_owned(),
        },
    }
}

fn union(types: Vec<String>) -> String {
    let mut parts: Vec<String> = Vec::new();
    for type_name in types {
        for part in type_name.split(" | ") {
            let is_known = parts.iter().any(|known| known == part);
            // A bracket that was cut through is put together again.
            match parts.last_mut() {
                Some(last) if last.matches('[').count() > last.matches(']').count() => {
                    last.push_str(" | ");
                    last.push_str(part);
                }
                _ if is_known => {}
                _ => parts.push(part.to_owned()),
            }
        }
    }
    if parts.is_empty() {
        return "None".to_owned();
    }
    if parts.iter().any(|part| part == "Any") {
        return "Any".to_owned();
    }
    parts.sort_by_key(|part| part == "None");
    parts.join(" | ")
}

/// What a schema says beside its type, in one line.
fn remark(schema: &Value) -> String {
    let Value::Object(words) = schema else {
        return String::new();
    };
    let mut parts = Vec::new();
    for (word, said) in [
        ("minimum", "at least"),
        ("exclusiveMinimum", "more than"),
        ("maximum", "at most"),
        ("exclusiveMaximum", "less than"),
        ("pattern", "matches"),
        ("minItems", "items at least"),
        ("maxItems", "items at most"),
        ("minLength", "characters at least"),
        ("maxLength", "characters at most"),
    ] {
        if let Some(value) = words.get(word) {
            let value = value.as_str().map_or(value.to_string(), str::to_owned);
            parts.push(format!("{said} {value}"));
        }
    }
    if let Some(text) = words.get("description").and_then(Value::as_str) {
        parts.push(text.to_owned());
    }
    let text = parts.join("; ");
    let text: String = text
        .chars()
        .map(|letter| if letter.is_control() { ' ' } else { letter })
        .take(REMARK)
        .collect();
    text.trim().to_owned()
}

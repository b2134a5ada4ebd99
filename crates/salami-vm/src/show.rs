//! Values as a person who inspects a machine reads them: data looks like JSON, what is no data says
//! what it is. Bounded in depth and length, runs no code, changes nothing.

use core::fmt::Write;

use salami_ir::ClassRef;

use crate::context::{Context, Fuel};
use crate::format;
use crate::value::Value;

/// Containers deeper than this are shown as `...`.
const DEPTH: usize = 6;
/// Texts are cut after this many bytes.
const LENGTH: usize = 2_000;
/// Integers of more bits than this are not written out.
const BITS: u64 = 4_096;

/// A value as text for a person, at most some thousand bytes.
///
/// `None`, `True` and `False` are shown as `null`, `true` and `false`, so that data is JSON where it
/// can be. O(what is shown).
pub(crate) fn show(context: &Context, value: Value) -> String {
    let mut shower = Shower {
        context,
        text: String::new(),
    };
    shower.value(value, 0);
    if shower.text.len() > LENGTH {
        let end = (0..=LENGTH)
            .rev()
            .find(|&end| shower.text.is_char_boundary(end));
        shower.text.truncate(end.unwrap_or(0));
        shower.text.push_str("...");
    }
    shower.text
}

struct Shower<'a> {
    context: &'a Context,
    text: String,
}

impl Shower<'_> {
    fn is_full(&self) -> bool {
        self.text.len() > LENGTH
    }

    fn quoted(&mut self, text: &str) {
        self.text.push('"');
        for character in text.chars() {
            if self.is_full() {
                break;
            }
            match character {
                '"' => self.text.push_str("\\\""),
                '\\' => self.text.push_str("\\\\"),
                '\n' => self.text.push_str("\\n"),
                '\r' => self.text.push_str("\\r"),
                '\t' => self.text.push_str("\\t"),
                _ if character.is_control() => {
                    let _ = write!(self.text, "\\u{:04x}", u32::from(character));
                }
                _ => self.text.push(character),
            }
        }
        self.text.push('"');
    }

    fn items(&mut self, items: impl Iterator<Item = Value>, depth: usize) {
        for (index, item) in items.enumerate() {
            if index > 0 {
                self.text.push_str(", ");
            }
            if self.is_full() {
                return;
            }
            self.value(item, depth + 1);
        }
    }

    fn named(&mut self, names: &[&str], values: &[Value], depth: usize) {
        self.text.push('(');
        let mut first = true;
        for (name, value) in names.iter().zip(values) {
            if value.is_unset() || self.is_full() {
                continue;
            }
            if !core::mem::take(&mut first) {
                self.text.push_str(", ");
            }
            self.text.push_str(name);
            self.text.push('=');
            self.value(*value, depth + 1);
        }
        self.text.push(')');
    }

    fn class_name(&self, class: ClassRef) -> String {
        match class {
            ClassRef::Builtin(exception) => exception.name().to_owned(),
            ClassRef::Module(class) => {
                let classes = &self.context.heap.module().classes;
                let class = classes.get(class.index());
                class.map_or_else(String::new, |class| class.own_name().to_owned())
            }
        }
    }

    /// What the formatting of values says, worked out on a copy: it needs an account to charge.
    fn formatted(&mut self, value: Value) {
        let mut copy = self.context.clone();
        copy.fuel = Fuel {
            remaining: 1_000_000,
            ..Fuel::default()
        };
        match format::values::repr(&mut copy, value) {
            Ok(text) => self.text.push_str(&text),
            Err(_) => self.text.push_str("..."),
        }
    }

    fn value(&mut self, value: Value, depth: usize) {
        let context = self.context;
        let heap = &context.heap;
        let value = crate::native::response::body(heap, value);
        let is_container = matches!(
            value,
            Value::List(_)
                | Value::Tuple(_)
                | Value::Dict(_)
                | Value::Set(_)
                | Value::Object(_)
                | Value::Exception(_)
                | Value::Cell(_)
        );
        if depth > DEPTH && is_container {
            self.text.push_str("...");
            return;
        }
        match value {
            Value::Unset => self.text.push_str("<unset>"),
            Value::None => self.text.push_str("null"),
            Value::Bool(truth) => self.text.push_str(if truth { "true" } else { "false" }),
            Value::Int(number) => drop(write!(self.text, "{number}")),
            Value::Big(big) => {
                let number = heap.big(big);
                if number.bits() > BITS {
                    let _ = write!(self.text, "<int of {} bits>", number.bits());
                } else {
                    let _ = write!(self.text, "{number}");
                }
            }
            Value::Str(text) => self.quoted(heap.str(text)),
            Value::List(list) => {
                self.text.push('[');
                self.items(heap.list(list).iter().copied(), depth);
                self.text.push(']');
            }
            Value::Tuple(tuple) => {
                self.text.push('(');
                self.items(heap.tuple(tuple).iter().copied(), depth);
                self.text.push(')');
            }
            Value::Set(set) => {
                self.text.push('{');
                self.items(heap.set(set).values().into_iter(), depth);
                self.text.push('}');
            }
            Value::Dict(dict) => {
                self.text.push('{');
                for (index, (key, value)) in heap.dict(dict).items().enumerate() {
                    if index > 0 {
                        self.text.push_str(", ");
                    }
                    if self.is_full() {
                        return;
                    }
                    self.value(key, depth + 1);
                    self.text.push_str(": ");
                    self.value(value, depth + 1);
                }
                self.text.push('}');
            }
            Value::Object(object) => {
                let instance = heap.object(object);
                let name = self.class_name(ClassRef::Module(instance.class));
                self.text.push_str(&name);
                if let Some(class) = heap.module().classes.get(instance.class.index()) {
                    let names: Vec<&str> = class
                        .fields
                        .iter()
                        .map(|field| field.name.as_str())
                        .collect();
                    self.named(&names, &instance.fields, depth);
                }
            }
            Value::Exception(exception) => {
                let object = heap.exception(exception);
                let name = self.class_name(object.class);
                self.text.push_str(&name);
                self.text.push('(');
                self.items(object.arguments.iter().copied(), depth);
                self.text.push(')');
            }
            Value::Cell(cell) => self.value(*heap.cell(cell), depth + 1),
            Value::Function(function) => {
                let function = heap.function(function).function;
                let function = heap.module().functions.get(function.index());
                let name = function.map_or("", |function| function.name.as_str());
                let _ = write!(self.text, "<function {name}>");
            }
            Value::Iterator(_) => self.text.push_str("<iterator>"),
            Value::Generator(generator) => {
                let function = heap.generator(generator).function;
                let function = heap.module().functions.get(function.index());
                let name = function.map_or("", |function| function.name.as_str());
                let _ = write!(self.text, "<generator {name}>");
            }
            _ => self.formatted(value),
        }
    }
}

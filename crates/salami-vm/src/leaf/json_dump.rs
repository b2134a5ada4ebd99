//! `json.dumps`: a writer with a stack of its own.

use std::collections::BTreeSet;

use salami_ir::instruction::Comparison;

use super::argument::{checked, take, wrong_type};
use super::sort::{cost, merge_sort};
use super::{LIST, Leaf, STR, leaf};
use crate::context::Context;
use crate::format::{float_text, int_text};
use crate::ops;
use crate::raise::Raise;
use crate::value::Value;

pub(super) const LEAVES: &[Leaf] = &[
    leaf("_leaf.json_dumps_with", 8, STR, dumps_with),
    leaf("_leaf.json_strangers", 3, LIST, strangers),
    leaf("json.dumps", 10, STR, dumps),
];

/// What to do with a value that JSON has not.
enum Strangers {
    Refuse,
    /// Note it.
    Collect(Vec<Value>),
    /// Write the next of these in its place.
    Answer(std::vec::IntoIter<Value>),
}

struct Style {
    skip_keys: bool,
    ascii: bool,
    allow_nan: bool,
    circular: bool,
    sort: bool,
    /// What a level is indented by; `None` for one line.
    indent: Option<String>,
    comma: String,
    colon: String,
}

/// A container that is being written.
struct Open {
    /// Keys are unset in a list.
    items: std::vec::IntoIter<(Value, Value)>,
    is_dict: bool,
    first: bool,
    /// What identifies it among the open ones.
    identity: (u8, u32),
}

struct Writer {
    style: Style,
    strangers: Strangers,
    out: String,
    open: Vec<Open>,
    path: BTreeSet<(u8, u32)>,
    /// Bytes of the output that were reserved and paid for.
    paid: usize,
}

fn dumps(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [
        value,
        skip,
        ascii,
        circular,
        allow_nan,
        _,
        indent,
        separators,
        _,
        sort,
    ] = take(arguments)?;
    let style = style(
        context, skip, ascii, circular, allow_nan, indent, separators, sort,
    )?;
    write(context, value, style, Strangers::Refuse)
}

fn dumps_with(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [
        value,
        answers,
        skip,
        ascii,
        allow_nan,
        indent,
        separators,
        sort,
    ] = take(arguments)?;
    let style = style(
        context,
        skip,
        ascii,
        Value::Bool(true),
        allow_nan,
        indent,
        separators,
        sort,
    )?;
    let Value::List(answers) = answers else {
        return Err(context.type_error("answers are a list"));
    };
    let answers = context.heap.list(answers).to_vec();
    write(
        context,
        value,
        style,
        Strangers::Answer(answers.into_iter()),
    )
}

fn strangers(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [value, skip, sort] = take(arguments)?;
    let yes = Value::Bool(true);
    let style = style(context, skip, yes, yes, yes, Value::None, Value::None, sort)?;
    let mut writer = Writer::new(style, Strangers::Collect(Vec::new()));
    writer.run(context, value)?;
    match writer.strangers {
        Strangers::Collect(found) => context.list(found),
        _ => Err(Raise::Internal("a writer changed its mode")),
    }
}

fn write(
    context: &mut Context,
    value: Value,
    style: Style,
    strangers: Strangers,
) -> Result<Value, Raise> {
    let mut writer = Writer::new(style, strangers);
    writer.run(context, value)?;
    context.heap.alloc_string(writer.out)
}

#[allow(clippy::too_many_arguments, reason = "the arguments of json.dumps")]
fn style(
    context: &mut Context,
    skip: Value,
    ascii: Value,
    circular: Value,
    allow_nan: Value,
    indent: Value,
    separators: Value,
    sort: Value,
) -> Result<Style, Raise> {
    let truth = |context: &Context, value: Value, default| {
        if value.is_unset() {
            default
        } else {
            ops::truth(&context.heap, value)
        }
    };
    let indent = match indent {
        Value::None | Value::Unset => None,
        Value::Str(text) => Some(context.heap.str(text).to_owned()),
        Value::Int(count) => {
            let count = usize::try_from(count.max(0)).unwrap_or(usize::MAX);
            context.reserve(count)?;
            Some(" ".repeat(count))
        }
        Value::Bool(one) => Some(if one { " " } else { "" }.to_owned()),
        _ => {
            return Err(wrong_type(
                context,
                "can't multiply sequence by non-int of type '{}'",
                indent,
            ));
        }
    };
    let (comma, colon) = match separators {
        Value::None | Value::Unset => (
            if indent.is_some() { "," } else { ", " }.to_owned(),
            ": ".to_owned(),
        ),
        _ => {
            let parts = ops::collect(context, separators)?;
            match parts.as_slice() {
                &[Value::Str(comma), Value::Str(colon)] => (
                    context.heap.str(comma).to_owned(),
                    context.heap.str(colon).to_owned(),
                ),
                [_, _] => return Err(context.type_error("separators must be strings")),
                parts if parts.len() < 2 => {
                    let message = format!(
                        "not enough values to unpack (expected 2, got {})",
                        parts.len()
                    );
                    return Err(context.value_error(message));
                }
                _ => return Err(context.value_error("too many values to unpack (expected 2)")),
            }
        }
    };
    Ok(Style {
        skip_keys: truth(context, skip, false),
        ascii: truth(context, ascii, true),
        allow_nan: truth(context, allow_nan, true),
        circular: truth(context, circular, true),
        sort: truth(context, sort, false),
        indent,
        comma,
        colon,
    })
}

impl Writer {
    fn new(style: Style, strangers: Strangers) -> Self {
        Self {
            style,
            strangers,
            out: String::new(),
            open: Vec::new(),
            path: BTreeSet::new(),
            paid: 0,
        }
    }

    fn run(&mut self, context: &mut Context, root: Value) -> Result<(), Raise> {
        self.value(context, root)?;
        while let Some(top) = self.open.last_mut() {
            let Some((key, value)) = top.items.next() else {
                let (is_dict, first, identity) = (top.is_dict, top.first, top.identity);
                self.open.pop();
                self.path.remove(&identity);
                if first {
                    // Every key was skipped.
                    self.out.push_str(if is_dict { "{}" } else { "[]" });
                    continue;
                }
                self.line();
                self.out.push(if is_dict { '}' } else { ']' });
                continue;
            };
            let is_dict = top.is_dict;
            let mut name = None;
            if is_dict {
                match self.key(context, key)? {
                    Some(text) => name = Some(text),
                    None => continue,
                }
            }
            self.separate(is_dict);
            if let Some(name) = name {
                self.text(&name);
                let colon = std::mem::take(&mut self.style.colon);
                self.out.push_str(&colon);
                self.style.colon = colon;
            }
            self.value(context, value)?;
        }
        self.pay(context)
    }

    /// Pays and reserves for what was written since the last time.
    fn pay(&mut self, context: &mut Context) -> Result<(), Raise> {
        let new = self.out.len().saturating_sub(self.paid);
        context.charge(new as u64 / 8)?;
        self.paid = self.out.len();
        context.reserve(self.out.len().saturating_mul(2))
    }

    /// Opens the container if this is its first item, else ends the item before.
    fn separate(&mut self, is_dict: bool) {
        let first = self
            .open
            .last_mut()
            .is_some_and(|top| std::mem::replace(&mut top.first, false));
        if first {
            self.out.push(if is_dict { '{' } else { '[' });
        } else {
            let comma = std::mem::take(&mut self.style.comma);
            self.out.push_str(&comma);
            self.style.comma = comma;
        }
        self.line();
    }

    /// A new line, where the style has lines, for the depth of what is open.
    fn line(&mut self) {
        if let Some(indent) = &self.style.indent {
            self.out.push('\n');
            for _ in 0..self.open.len() {
                self.out.push_str(indent);
            }
        }
    }

    fn key(&mut self, context: &mut Context, key: Value) -> Result<Option<String>, Raise> {
        Ok(Some(match key {
            Value::Str(text) => context.heap.str(text).to_owned(),
            Value::None => "null".to_owned(),
            Value::Bool(truth) => truth.to_string(),
            Value::Int(number) => number.to_string(),
            Value::Big(_) => big_text(context, key)?,
            Value::Float(number) => self.float(context, number)?,
            _ if self.style.skip_keys => return Ok(None),
            _ => {
                let name = class_name(context, key);
                let message = format!("keys must be str, int, float, bool or None, not {name}");
                return Err(context.type_error(message));
            }
        }))
    }

    fn float(&mut self, context: &mut Context, number: f64) -> Result<String, Raise> {
        if number.is_finite() {
            return Ok(float_text::repr(number));
        }
        if !self.style.allow_nan {
            return Err(context.value_error("Out of range float values are not JSON compliant"));
        }
        Ok(match number {
            _ if number.is_nan() => "NaN",
            _ if number > 0.0 => "Infinity",
            _ => "-Infinity",
        }
        .to_owned())
    }

    /// Writes a scalar, or opens a container.
    fn value(&mut self, context: &mut Context, mut value: Value) -> Result<(), Raise> {
        if self.out.len() > self.paid + (16 << 10) {
            self.pay(context)?;
        }
        loop {
            match value {
                Value::None => self.out.push_str("null"),
                Value::Bool(truth) => self.out.push_str(if truth { "true" } else { "false" }),
                Value::Int(number) => self.out.push_str(&number.to_string()),
                Value::Big(_) => {
                    let text = big_text(context, value)?;
                    self.out.push_str(&text);
                }
                Value::Float(number) => {
                    let text = self.float(context, number)?;
                    self.out.push_str(&text);
                }
                Value::Str(text) => {
                    context.reserve(
                        self.out
                            .len()
                            .saturating_add(text.byte_length().saturating_mul(6)),
                    )?;
                    let text = context.heap.str(text).to_owned();
                    self.text(&text);
                }
                Value::List(list) => {
                    let items = context
                        .heap
                        .list(list)
                        .iter()
                        .map(|&item| (Value::Unset, item))
                        .collect();
                    self.container(context, items, false, (0, list.0))?;
                }
                Value::Tuple(tuple) => {
                    let items = context
                        .heap
                        .tuple(tuple)
                        .iter()
                        .map(|&item| (Value::Unset, item))
                        .collect();
                    self.container(context, items, false, (1, tuple.0))?;
                }
                Value::Dict(dict) => {
                    let mut items = ops::dict_items(&context.heap, dict);
                    if self.style.sort {
                        sort_items(context, &mut items)?;
                    }
                    self.container(context, items, true, (2, dict.0))?;
                }
                _ => match &mut self.strangers {
                    Strangers::Refuse => {
                        let name = class_name(context, value);
                        let message = format!("Object of type {name} is not JSON serializable");
                        return Err(context.type_error(message));
                    }
                    Strangers::Collect(found) => {
                        found.push(value);
                        self.out.push_str("null");
                    }
                    Strangers::Answer(answers) => {
                        value = answers
                            .next()
                            .ok_or(Raise::Internal("an answer is missing"))?;
                        continue;
                    }
                },
            }
            return Ok(());
        }
    }

    fn container(
        &mut self,
        context: &mut Context,
        items: Vec<(Value, Value)>,
        is_dict: bool,
        identity: (u8, u32),
    ) -> Result<(), Raise> {
        context.charge(items.len() as u64 * 4)?;
        if items.is_empty() {
            self.out.push_str(if is_dict { "{}" } else { "[]" });
            return Ok(());
        }
        if !self.path.insert(identity) {
            if self.style.circular {
                return Err(context.value_error("Circular reference detected"));
            }
            return Err(context.recursion_error());
        }
        self.open.push(Open {
            items: items.into_iter(),
            is_dict,
            first: true,
            identity,
        });
        Ok(())
    }

    /// A string in quotes.
    fn text(&mut self, text: &str) {
        self.out.push('"');
        for character in text.chars() {
            match character {
                '"' => self.out.push_str("\\\""),
                '\\' => self.out.push_str("\\\\"),
                '\n' => self.out.push_str("\\n"),
                '\r' => self.out.push_str("\\r"),
                '\t' => self.out.push_str("\\t"),
                '\u{8}' => self.out.push_str("\\b"),
                '\u{c}' => self.out.push_str("\\f"),
                ' '..='~' => self.out.push(character),
                _ if self.style.ascii || character < ' ' => {
                    for unit in character.encode_utf16(&mut [0; 2]) {
                        self.out.push_str(&format!("\\u{unit:04x}"));
                    }
                }
                _ => self.out.push(character),
            }
        }
        self.out.push('"');
    }
}

fn big_text(context: &mut Context, value: Value) -> Result<String, Raise> {
    let number = ops::to_bigint(&context.heap, value).unwrap_or_default();
    context.charge(number.bits().min(20_000))?;
    let text = int_text::decimal(&number);
    checked(context, text)
}

fn sort_items(context: &mut Context, items: &mut [(Value, Value)]) -> Result<(), Raise> {
    context.charge(cost(items.len()))?;
    merge_sort(
        items,
        &mut |&(left, _): &(Value, Value), &(right, _): &(Value, Value)| {
            ops::order(context, Comparison::Less, left, right)
        },
    )
}

/// `type(value).__name__`
fn class_name(context: &Context, value: Value) -> String {
    let name = ops::type_name(&context.heap, value);
    name.rsplit('.').next().unwrap_or_default().to_owned()
}

//! `_leaf.xml_events`: XML for `xml.etree.ElementTree`.

use super::argument::{take, wrong_type};
use super::{LIST, Leaf, leaf};
use crate::context::Context;
use crate::native::xml::{self, Event};
use crate::raise::Raise;
use crate::value::Value;

pub(super) const LEAVES: &[Leaf] = &[leaf("_leaf.xml_events", 1, LIST, events)];

/// Kinds of events, as the prelude knows them.
const START: i64 = 1;
const END: i64 = 2;
const TEXT: i64 = 3;
const NAMESPACE: i64 = 4;
const ERROR: i64 = 5;

/// The events of a document, each as (kind, text, pairs of texts); what is wrong comes as the only one.
fn events(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [source] = take(arguments)?;
    let Value::Str(text) = source else {
        return Err(wrong_type(
            context,
            "a bytes-like object is required, not '{}'",
            source,
        ));
    };
    context.charge(text.byte_length() as u64)?;
    let grown = text.byte_length().saturating_mul(xml::GROWTH);
    context.reserve(grown.max(xml::LEAST_GROWTH).saturating_mul(2))?;
    let text = context.heap.str(text).to_owned();
    let events = match xml::read(&text) {
        Ok(events) => events,
        Err(error) => {
            let before = text.get(..error.at).unwrap_or(&text);
            let line = before.matches('\n').count() + 1;
            let column = before
                .rsplit('\n')
                .next()
                .map_or(0, |last| last.chars().count());
            let pairs = vec![
                ("code".to_owned(), error.code.to_string()),
                ("line".to_owned(), line.to_string()),
                ("column".to_owned(), column.to_string()),
            ];
            let event = made(context, ERROR, error.message, pairs)?;
            return context.list(vec![event]);
        }
    };
    let mut values = Vec::with_capacity(events.len());
    for event in events {
        context.charge(4)?;
        let value = match event {
            Event::Start(name, attributes) => made(context, START, name, attributes)?,
            Event::End(name) => made(context, END, name, Vec::new())?,
            Event::Text(text) => made(context, TEXT, text, Vec::new())?,
            Event::Namespace(prefix, uri) => {
                made(context, NAMESPACE, String::new(), vec![(prefix, uri)])?
            }
        };
        values.push(value);
    }
    context.list(values)
}

fn made(
    context: &mut Context,
    kind: i64,
    text: String,
    pairs: Vec<(String, String)>,
) -> Result<Value, Raise> {
    let text = context.string(text)?;
    let mut items = Vec::with_capacity(pairs.len());
    for (key, value) in pairs {
        let pair = vec![context.string(key)?, context.string(value)?];
        items.push(context.heap.alloc_tuple(pair)?);
    }
    let pairs = context.list(items)?;
    context
        .heap
        .alloc_tuple(vec![Value::Int(kind), text, pairs])
}

//! `re.Match`.

use num_traits::ToPrimitive;

use super::argument::{integer, take, wrong_type};
use super::re::{pattern_error, regex_of};
use crate::context::Context;
use crate::native::Native;
use crate::native::pattern::MatchObject;
use crate::ops;
use crate::raise::Raise;
use crate::regex::Template;
use crate::value::{NativeRef, Str, Value};

fn receiver(context: &mut Context, value: Value) -> Result<NativeRef, Raise> {
    match value {
        Value::Native(handle) if matches!(context.heap.native(handle), Native::Match(_)) => {
            Ok(handle)
        }
        _ => Err(wrong_type(
            context,
            "descriptor for 're.Match' objects doesn't apply to a '{}' object",
            value,
        )),
    }
}

fn get(context: &Context, handle: NativeRef) -> Result<&MatchObject, Raise> {
    match context.heap.native(handle) {
        Native::Match(object) => Ok(object),
        _ => Err(Raise::Internal("a match became something else")),
    }
}

/// The number of a group that is named by number or by name.
fn number(context: &mut Context, handle: NativeRef, group: Value) -> Result<u32, Raise> {
    let regex = regex_of(context, get(context, handle)?.pattern)?;
    let found = match group {
        Value::Unset => Some(0),
        Value::Int(_) | Value::Bool(_) | Value::Big(_) => integer(context, group)?.to_u32(),
        Value::Str(name) => regex.group_named(context.heap.str(name)),
        _ => None,
    };
    match found.filter(|&group| group <= regex.groups()) {
        Some(group) => Ok(group),
        None => Err(context.index_error("no such group")),
    }
}

fn text_of(
    context: &mut Context,
    handle: NativeRef,
    group: u32,
    default: Value,
) -> Result<Value, Raise> {
    let object = get(context, handle)?;
    let part = object.found.text(context.heap.str(object.text), group);
    match part.map(str::to_owned) {
        Some(part) => {
            context.charge(part.len() as u64 / 32)?;
            context.heap.alloc_string(part)
        }
        None => Ok(default),
    }
}

/// `match[group]`, also `match.group(group)`.
pub(super) fn item(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [object, group] = take(arguments)?;
    let handle = receiver(context, object)?;
    get_group(context, handle, group)
}

/// `match[group]`
pub(crate) fn get_group(
    context: &mut Context,
    handle: NativeRef,
    group: Value,
) -> Result<Value, Raise> {
    let group = number(context, handle, group)?;
    text_of(context, handle, group, Value::None)
}

pub(super) fn group(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [object, groups] = take(arguments)?;
    let handle = receiver(context, object)?;
    let groups = ops::collect(context, groups)?;
    match groups.as_slice() {
        [] => get_group(context, handle, Value::Int(0)),
        &[only] => get_group(context, handle, only),
        several => {
            let mut parts = Vec::with_capacity(several.len());
            for &group in several {
                parts.push(get_group(context, handle, group)?);
            }
            context.tuple(parts)
        }
    }
}

fn default_of(value: Value) -> Value {
    if value == Value::Unset {
        Value::None
    } else {
        value
    }
}

pub(super) fn groups(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [object, default] = take(arguments)?;
    let handle = receiver(context, object)?;
    let count = regex_of(context, get(context, handle)?.pattern)?.groups();
    let mut parts = Vec::with_capacity(count as usize);
    for group in 1..=count {
        parts.push(text_of(context, handle, group, default_of(default))?);
    }
    context.tuple(parts)
}

pub(super) fn group_dict(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [object, default] = take(arguments)?;
    let handle = receiver(context, object)?;
    let regex = regex_of(context, get(context, handle)?.pattern)?;
    let mut pairs = Vec::new();
    for (name, group) in regex.names() {
        let name = context.string(name)?;
        pairs.push((name, text_of(context, handle, *group, default_of(default))?));
    }
    ops::dict_from_pairs(context, &pairs)
}

/// Code points before a byte of the text.
fn point(context: &mut Context, text: Str, byte: usize) -> Result<i64, Raise> {
    if context.heap.is_ascii(text) {
        return Ok(byte as i64);
    }
    context.charge(byte as u64 / 32)?;
    Ok(context
        .heap
        .str(text)
        .get(..byte)
        .map_or(0, |before| before.chars().count()) as i64)
}

fn points(context: &mut Context, arguments: &[Value]) -> Result<(i64, i64), Raise> {
    let [object, group] = take(arguments)?;
    let handle = receiver(context, object)?;
    let group = number(context, handle, group)?;
    let object = get(context, handle)?;
    let (text, span) = (object.text, object.found.span(group));
    match span {
        Some((start, end)) => Ok((point(context, text, start)?, point(context, text, end)?)),
        None => Ok((-1, -1)),
    }
}

pub(super) fn start(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    Ok(Value::Int(points(context, arguments)?.0))
}

pub(super) fn end(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    Ok(Value::Int(points(context, arguments)?.1))
}

pub(super) fn span(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let (start, end) = points(context, arguments)?;
    context.tuple(vec![Value::Int(start), Value::Int(end)])
}

pub(super) fn expand(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [object, template] = take(arguments)?;
    let handle = receiver(context, object)?;
    let Value::Str(text) = template else {
        return Err(wrong_type(
            context,
            "expected str instance, {} found",
            template,
        ));
    };
    let regex = regex_of(context, get(context, handle)?.pattern)?;
    context.charge(text.byte_length() as u64 * 4)?;
    let parsed = Template::parse(context.heap.str(text), regex.groups(), regex.names());
    let parsed = parsed.map_err(|error| pattern_error(context, error, template))?;
    let mut out = String::new();
    let object = get(context, handle)?;
    context.reserve(
        object
            .text
            .byte_length()
            .saturating_mul(parsed.pieces.len()),
    )?;
    parsed.expand(context.heap.str(object.text), &object.found, &mut out);
    context.heap.alloc_string(out)
}

pub(super) fn last_index(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [object] = take(arguments)?;
    let handle = receiver(context, object)?;
    Ok(get(context, handle)?
        .found
        .last
        .map_or(Value::None, |group| Value::Int(i64::from(group))))
}

pub(super) fn last_group(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [object] = take(arguments)?;
    let handle = receiver(context, object)?;
    let last = get(context, handle)?.found.last;
    let regex = regex_of(context, get(context, handle)?.pattern)?;
    match regex
        .names()
        .iter()
        .find(|&&(_, group)| Some(group) == last)
    {
        Some((name, _)) => context.string(name),
        None => Ok(Value::None),
    }
}

pub(super) fn position(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [object] = take(arguments)?;
    let handle = receiver(context, object)?;
    Ok(Value::Int(get(context, handle)?.position))
}

pub(super) fn end_position(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [object] = take(arguments)?;
    let handle = receiver(context, object)?;
    Ok(Value::Int(get(context, handle)?.end_position))
}

pub(super) fn pattern(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [object] = take(arguments)?;
    let handle = receiver(context, object)?;
    Ok(Value::Native(get(context, handle)?.pattern))
}

pub(super) fn string(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [object] = take(arguments)?;
    let handle = receiver(context, object)?;
    Ok(Value::Str(get(context, handle)?.text))
}

/// `repr(match)`
pub(crate) fn show(context: &mut Context, handle: NativeRef) -> Result<String, Raise> {
    let (start, end) = points(context, &[Value::Native(handle), Value::Int(0)])?;
    let object = get(context, handle)?;
    let text = object
        .found
        .text(context.heap.str(object.text), 0)
        .unwrap_or_default();
    let shown: String = crate::format::quote::text(text).chars().take(50).collect();
    Ok(format!(
        "<re.Match object; span=({start}, {end}), match={shown}>"
    ))
}

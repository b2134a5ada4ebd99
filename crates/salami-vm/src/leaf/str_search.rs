//! Methods of `str` that look for text: `find`, `count`, `startswith`, `strip` and their like.

use super::argument::{bounds, receiver, take, text, wrong_type};
use super::{BOOL, INT, Leaf, STR, leaf};
use crate::context::Context;
use crate::format::text::{Ends, strip};
use crate::raise::Raise;
use crate::value::{Str, Value};

pub(super) const LEAVES: &[Leaf] = &[
    leaf("str.count", 4, INT, count),
    leaf("str.endswith", 4, BOOL, |context, arguments| {
        affix(context, arguments, "endswith", |string, part| {
            string.ends_with(part)
        })
    }),
    leaf("str.find", 4, INT, |context, arguments| {
        Ok(Value::Int(
            find(context, arguments, "find", false)?.unwrap_or(-1),
        ))
    }),
    leaf("str.index", 4, INT, |context, arguments| {
        let found = find(context, arguments, "index", false)?;
        found
            .map(Value::Int)
            .ok_or_else(|| context.value_error("substring not found"))
    }),
    leaf("str.lstrip", 2, STR, |context, arguments| {
        strip_leaf(context, arguments, "lstrip", Ends::Left)
    }),
    leaf("str.removeprefix", 2, STR, |context, arguments| {
        remove(context, arguments, "removeprefix", |string, part| {
            string.strip_prefix(part)
        })
    }),
    leaf("str.removesuffix", 2, STR, |context, arguments| {
        remove(context, arguments, "removesuffix", |string, part| {
            string.strip_suffix(part)
        })
    }),
    leaf("str.rfind", 4, INT, |context, arguments| {
        Ok(Value::Int(
            find(context, arguments, "rfind", true)?.unwrap_or(-1),
        ))
    }),
    leaf("str.rindex", 4, INT, |context, arguments| {
        let found = find(context, arguments, "rindex", true)?;
        found
            .map(Value::Int)
            .ok_or_else(|| context.value_error("substring not found"))
    }),
    leaf("str.rstrip", 2, STR, |context, arguments| {
        strip_leaf(context, arguments, "rstrip", Ends::Right)
    }),
    leaf("str.startswith", 4, BOOL, |context, arguments| {
        affix(context, arguments, "startswith", |string, part| {
            string.starts_with(part)
        })
    }),
    leaf("str.strip", 2, STR, |context, arguments| {
        strip_leaf(context, arguments, "strip", Ends::Both)
    }),
];

/// Where a search looks: byte offsets, and the position of the first in characters.
struct Range {
    from: usize,
    to: usize,
    start: usize,
}

/// The part of the text between two of Python's bounds.
fn range(
    context: &mut Context,
    string: Str,
    start: Value,
    end: Value,
) -> Result<Option<Range>, Raise> {
    if matches!(start, Value::None | Value::Unset) && matches!(end, Value::None | Value::Unset) {
        return Ok(Some(Range {
            from: 0,
            to: string.byte_length(),
            start: 0,
        }));
    }
    let length = context.heap.char_count(string);
    let Some((start, end)) = bounds(context, start, end, length)? else {
        return Ok(None);
    };
    let from = context.heap.byte_offset(string, start);
    let to = context.heap.byte_offset(string, end);
    Ok(Some(Range { from, to, start }))
}

/// The position of `part` in characters.
fn find(
    context: &mut Context,
    arguments: &[Value],
    method: &str,
    last: bool,
) -> Result<Option<i64>, Raise> {
    let [string, part, start, end] = take(arguments)?;
    let string = receiver(context, string, method)?;
    let range = range(context, string, start, end)?;
    let part = text(context, part, "must be str, not {}")?;
    let Some(range) = range else {
        return Ok(None);
    };
    context.charge((range.to - range.from.min(range.to)) as u64 / 16)?;
    let heap = &context.heap;
    let body = heap.str(string).get(range.from..range.to).unwrap_or("");
    let part = heap.str(part);
    let Some(offset) = (if last {
        body.rfind(part)
    } else {
        body.find(part)
    }) else {
        return Ok(None);
    };
    let before = if heap.is_ascii(string) {
        offset
    } else {
        body.get(..offset).map_or(0, |text| text.chars().count())
    };
    Ok(i64::try_from(range.start + before).ok())
}

fn count(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [string, part, start, end] = take(arguments)?;
    let string = receiver(context, string, "count")?;
    let range = range(context, string, start, end)?;
    let part = text(context, part, "must be str, not {}")?;
    let Some(range) = range else {
        return Ok(Value::Int(0));
    };
    context.charge((range.to - range.from.min(range.to)) as u64 / 16)?;
    let body = context
        .heap
        .str(string)
        .get(range.from..range.to)
        .unwrap_or("");
    let count = crate::format::text::count(body, context.heap.str(part));
    Ok(Value::Int(i64::try_from(count).unwrap_or(i64::MAX)))
}

/// `startswith` and `endswith`
fn affix(
    context: &mut Context,
    arguments: &[Value],
    method: &str,
    test: fn(&str, &str) -> bool,
) -> Result<Value, Raise> {
    let [string, affix, start, end] = take(arguments)?;
    let string = receiver(context, string, method)?;
    let affixes = match affix {
        Value::Str(_) => vec![affix],
        Value::Tuple(tuple) => {
            context.charge(context.heap.tuple(tuple).len() as u64)?;
            context.heap.tuple(tuple).to_vec()
        }
        _ => {
            let message = format!("{method} first arg must be str or a tuple of str, not {{}}");
            return Err(wrong_type(context, &message, affix));
        }
    };
    let range = range(context, string, start, end)?;
    for one in affixes {
        let Value::Str(one) = one else {
            let message = format!("tuple for {method} must only contain str, not {{}}");
            return Err(wrong_type(context, &message, one));
        };
        let Some(range) = &range else { continue };
        context.charge(one.byte_length() as u64 / 64)?;
        let body = context
            .heap
            .str(string)
            .get(range.from..range.to)
            .unwrap_or("");
        if test(body, context.heap.str(one)) {
            return Ok(Value::Bool(true));
        }
    }
    Ok(Value::Bool(false))
}

fn strip_leaf(
    context: &mut Context,
    arguments: &[Value],
    method: &str,
    ends: Ends,
) -> Result<Value, Raise> {
    let [string, characters] = take(arguments)?;
    let string = receiver(context, string, method)?;
    let characters = match characters {
        Value::None | Value::Unset => None,
        Value::Str(characters) => Some(characters),
        _ => return Err(context.type_error(format!("{method} arg must be None or str"))),
    };
    // Each character at the ends is looked for among all of those to strip.
    let set = characters.map_or(1, |characters| characters.byte_length() as u64 / 16 + 1);
    context.charge((string.byte_length() as u64 / 16).saturating_mul(set))?;
    let heap = &context.heap;
    let body = heap.str(string);
    let stripped = strip(
        body,
        characters.map(|characters| heap.str(characters)),
        ends,
    );
    if stripped.len() == body.len() {
        return Ok(Value::Str(string));
    }
    part(context, stripped.len(), |heap| {
        let body = heap.str(string);
        strip(
            body,
            characters.map(|characters| heap.str(characters)),
            ends,
        )
        .to_owned()
    })
}

/// A new string of known size, reserved before it is made.
fn part(
    context: &mut Context,
    size: usize,
    make: impl FnOnce(&crate::heap::Heap) -> String,
) -> Result<Value, Raise> {
    context.reserve(size)?;
    let made = make(&context.heap);
    context.heap.alloc_string(made)
}

fn remove(
    context: &mut Context,
    arguments: &[Value],
    method: &str,
    cut: for<'a> fn(&'a str, &str) -> Option<&'a str>,
) -> Result<Value, Raise> {
    let [string, affix] = take(arguments)?;
    let string = receiver(context, string, method)?;
    let affix = text(
        context,
        affix,
        &format!("{method}() argument must be str, not {{}}"),
    )?;
    context.charge(string.byte_length() as u64 / 64)?;
    context.reserve(string.byte_length())?;
    match cut(context.heap.str(string), context.heap.str(affix)).map(str::to_owned) {
        Some(rest) => context.heap.alloc_string(rest),
        None => Ok(Value::Str(string)),
    }
}

//! Methods of `bytes` that look for bytes, split, strip and replace.

use memchr::memmem;

use super::argument::{bounds, checked, integer, length, limit, size, small, take, wrong_type};
use super::bytes::{bytes_argument, pay, receiver};
use super::{BOOL, BYTES, INT, LIST, Leaf, TUPLE, leaf};
use crate::context::Context;
use crate::format::bytes as methods;
use crate::format::text::Ends;
use crate::heap::object::{OBJECT_SIZE, VALUE_SIZE};
use crate::ops;
use crate::raise::Raise;
use crate::value::Value;
use num_traits::ToPrimitive;

pub(super) const LEAVES: &[Leaf] = &[
    leaf("bytes.center", 3, BYTES, |context, arguments| {
        pad(context, arguments, "center")
    }),
    leaf("bytes.count", 4, INT, count),
    leaf("bytes.endswith", 4, BOOL, |context, arguments| {
        affix(context, arguments, "endswith", |bytes, part| {
            bytes.ends_with(part)
        })
    }),
    leaf("bytes.expandtabs", 2, BYTES, expand_tabs),
    leaf("bytes.find", 4, INT, |context, arguments| {
        Ok(Value::Int(find(context, arguments, false)?.unwrap_or(-1)))
    }),
    leaf("bytes.index", 4, INT, |context, arguments| {
        let found = find(context, arguments, false)?;
        found
            .map(Value::Int)
            .ok_or_else(|| context.value_error("subsection not found"))
    }),
    leaf("bytes.ljust", 3, BYTES, |context, arguments| {
        pad(context, arguments, "ljust")
    }),
    leaf("bytes.lstrip", 2, BYTES, |context, arguments| {
        strip(context, arguments, Ends::Left)
    }),
    leaf("bytes.maketrans", 2, BYTES, make_translation),
    leaf("bytes.partition", 2, TUPLE, |context, arguments| {
        partition(context, arguments, false)
    }),
    leaf("bytes.removeprefix", 2, BYTES, |context, arguments| {
        remove(context, arguments, |bytes, part| bytes.strip_prefix(part))
    }),
    leaf("bytes.removesuffix", 2, BYTES, |context, arguments| {
        remove(context, arguments, |bytes, part| bytes.strip_suffix(part))
    }),
    leaf("bytes.replace", 4, BYTES, replace),
    leaf("bytes.rfind", 4, INT, |context, arguments| {
        Ok(Value::Int(find(context, arguments, true)?.unwrap_or(-1)))
    }),
    leaf("bytes.rindex", 4, INT, |context, arguments| {
        let found = find(context, arguments, true)?;
        found
            .map(Value::Int)
            .ok_or_else(|| context.value_error("subsection not found"))
    }),
    leaf("bytes.rjust", 3, BYTES, |context, arguments| {
        pad(context, arguments, "rjust")
    }),
    leaf("bytes.rpartition", 2, TUPLE, |context, arguments| {
        partition(context, arguments, true)
    }),
    leaf("bytes.rsplit", 3, LIST, |context, arguments| {
        split(context, arguments, true)
    }),
    leaf("bytes.rstrip", 2, BYTES, |context, arguments| {
        strip(context, arguments, Ends::Right)
    }),
    leaf("bytes.split", 3, LIST, |context, arguments| {
        split(context, arguments, false)
    }),
    leaf("bytes.splitlines", 2, LIST, split_lines),
    leaf("bytes.startswith", 4, BOOL, |context, arguments| {
        affix(context, arguments, "startswith", |bytes, part| {
            bytes.starts_with(part)
        })
    }),
    leaf("bytes.strip", 2, BYTES, |context, arguments| {
        strip(context, arguments, Ends::Both)
    }),
    leaf("bytes.translate", 3, BYTES, translate),
    leaf("bytes.zfill", 2, BYTES, zero_fill),
];

/// What is looked for: bytes, or one byte as a number.
fn needle(context: &mut Context, value: Value) -> Result<Vec<u8>, Raise> {
    match value {
        Value::Bytes(bytes) => {
            context.reserve(context.heap.bytes(bytes).len())?;
            Ok(context.heap.bytes(bytes).clone())
        }
        Value::Int(_) | Value::Bool(_) | Value::Big(_) => match integer(context, value)?.to_u8() {
            Some(byte) => Ok(vec![byte]),
            None => Err(context.value_error("byte must be in range(0, 256)")),
        },
        _ => Err(wrong_type(
            context,
            "argument should be integer or bytes-like object, not '{}'",
            value,
        )),
    }
}

/// A part of the bytes to look in, and where it starts.
type Part = Option<(Vec<u8>, usize)>;

fn part(context: &mut Context, value: Value, start: Value, end: Value) -> Result<Part, Raise> {
    let bytes = receiver(context, value)?;
    let length = context.heap.bytes(bytes).len();
    let Some((start, end)) = bounds(context, start, end, length)? else {
        return Ok(None);
    };
    pay(context, end - start)?;
    Ok(Some((
        context
            .heap
            .bytes(bytes)
            .get(start..end)
            .unwrap_or(&[])
            .to_vec(),
        start,
    )))
}

fn find(context: &mut Context, arguments: &[Value], last: bool) -> Result<Option<i64>, Raise> {
    let [value, sought, start, end] = take(arguments)?;
    let sought = needle(context, sought)?;
    let Some((bytes, start)) = part(context, value, start, end)? else {
        return Ok(None);
    };
    let place = if last {
        memmem::rfind(&bytes, &sought)
    } else {
        memmem::find(&bytes, &sought)
    };
    Ok(place.and_then(|place| i64::try_from(start + place).ok()))
}

fn count(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [value, sought, start, end] = take(arguments)?;
    let sought = needle(context, sought)?;
    let count =
        part(context, value, start, end)?.map_or(0, |(bytes, _)| methods::count(&bytes, &sought));
    Ok(Value::Int(i64::try_from(count).unwrap_or(i64::MAX)))
}

fn affix(
    context: &mut Context,
    arguments: &[Value],
    method: &str,
    test: fn(&[u8], &[u8]) -> bool,
) -> Result<Value, Raise> {
    let [value, affix, start, end] = take(arguments)?;
    let affixes = match affix {
        Value::Bytes(_) => vec![affix],
        Value::Tuple(_) => ops::collect(context, affix)?,
        _ => {
            let message = format!("{method} first arg must be bytes or a tuple of bytes, not {{}}");
            return Err(wrong_type(context, &message, affix));
        }
    };
    let part = part(context, value, start, end)?;
    for one in affixes {
        let one = bytes_argument(context, one)?;
        if let Some((bytes, _)) = &part
            && test(bytes, context.heap.bytes(one))
        {
            return Ok(Value::Bool(true));
        }
    }
    Ok(Value::Bool(false))
}

fn strip(context: &mut Context, arguments: &[Value], ends: Ends) -> Result<Value, Raise> {
    let [value, characters] = take(arguments)?;
    let bytes = receiver(context, value)?;
    let characters = match characters {
        Value::None | Value::Unset => None,
        _ => Some(bytes_argument(context, characters)?),
    };
    let set = characters.map_or(1, |characters| {
        context.heap.bytes(characters).len() / 16 + 1
    });
    let length = context.heap.bytes(bytes).len();
    context.charge((length as u64 / 16).saturating_mul(set as u64))?;
    context.reserve(length)?;
    let heap = &context.heap;
    let characters = characters.map(|characters| heap.bytes(characters).as_slice());
    let stripped = methods::strip(heap.bytes(bytes), characters, ends);
    if stripped.len() == length {
        return Ok(value);
    }
    let stripped = stripped.to_vec();
    context.heap.alloc_bytes(stripped)
}

/// A list of new bytes, reserved first.
fn list_of(context: &mut Context, parts: Vec<Vec<u8>>) -> Result<Value, Raise> {
    let bytes: usize = parts.iter().map(Vec::len).sum();
    context.reserve(
        parts
            .len()
            .saturating_mul(OBJECT_SIZE + VALUE_SIZE)
            .saturating_add(bytes),
    )?;
    let mut values = Vec::with_capacity(parts.len());
    for part in parts {
        values.push(context.heap.alloc_bytes(part)?);
    }
    context.list(values)
}

fn split(context: &mut Context, arguments: &[Value], right: bool) -> Result<Value, Raise> {
    let [value, separator, count] = take(arguments)?;
    let bytes = receiver(context, value)?;
    let separator = match separator {
        Value::None | Value::Unset => None,
        _ => Some(bytes_argument(context, separator)?),
    };
    let limit = limit(context, count)?;
    let length = context.heap.bytes(bytes).len();
    context.charge(length as u64 / 4)?;
    // Each part is a vector of its own while the list is made.
    context.reserve(
        length
            .min(limit)
            .saturating_add(1)
            .saturating_mul(32)
            .saturating_add(length),
    )?;
    let heap = &context.heap;
    let body = heap.bytes(bytes);
    let parts = match (separator, right) {
        (None, false) => Ok(methods::split_space(body, limit)),
        (None, true) => Ok(methods::split_space_right(body, limit)),
        (Some(separator), false) => methods::split(body, heap.bytes(separator), limit),
        (Some(separator), true) => methods::split_right(body, heap.bytes(separator), limit),
    };
    let parts = parts.map(|parts| parts.into_iter().map(<[u8]>::to_vec).collect());
    let parts = checked(context, parts)?;
    list_of(context, parts)
}

fn split_lines(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [value, keep] = take(arguments)?;
    let bytes = receiver(context, value)?;
    let keep = ops::truth(&context.heap, keep);
    let length = context.heap.bytes(bytes).len();
    context.charge(length as u64 / 4)?;
    context.reserve(length.saturating_mul(33))?;
    let parts = methods::split_lines(context.heap.bytes(bytes), keep)
        .into_iter()
        .map(<[u8]>::to_vec)
        .collect();
    list_of(context, parts)
}

fn partition(context: &mut Context, arguments: &[Value], last: bool) -> Result<Value, Raise> {
    let [value, separator] = take(arguments)?;
    let bytes = receiver(context, value)?;
    let separator = bytes_argument(context, separator)?;
    let length = context.heap.bytes(bytes).len();
    pay(
        context,
        length.saturating_mul(2).saturating_add(4 * OBJECT_SIZE),
    )?;
    let heap = &context.heap;
    let (body, mark) = (heap.bytes(bytes), heap.bytes(separator));
    let no_separator = methods::check_separator(mark);
    let place = if last {
        memmem::rfind(body, mark)
    } else {
        memmem::find(body, mark)
    };
    let empty = Vec::new();
    let parts = match place {
        Some(place) => {
            let after = body.get(place + mark.len()..).unwrap_or(&[]);
            [
                body.get(..place).unwrap_or(&[]).to_vec(),
                mark.clone(),
                after.to_vec(),
            ]
        }
        None if last => [empty.clone(), empty, body.clone()],
        None => [body.clone(), empty.clone(), empty],
    };
    checked(context, no_separator)?;
    let mut values = Vec::with_capacity(3);
    for part in parts {
        values.push(context.heap.alloc_bytes(part)?);
    }
    context.tuple(values)
}

fn remove(
    context: &mut Context,
    arguments: &[Value],
    cut: for<'a> fn(&'a [u8], &[u8]) -> Option<&'a [u8]>,
) -> Result<Value, Raise> {
    let [value, affix] = take(arguments)?;
    let bytes = receiver(context, value)?;
    let affix = bytes_argument(context, affix)?;
    pay(context, context.heap.bytes(bytes).len())?;
    match cut(context.heap.bytes(bytes), context.heap.bytes(affix)).map(<[u8]>::to_vec) {
        Some(rest) => context.heap.alloc_bytes(rest),
        None => Ok(value),
    }
}

fn replace(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [value, old, new, count] = take(arguments)?;
    let bytes = receiver(context, value)?;
    let old = bytes_argument(context, old)?;
    let new = bytes_argument(context, new)?;
    let limit = limit(context, count)?;
    context.charge(context.heap.bytes(bytes).len() as u64 / 8)?;
    let heap = &context.heap;
    let found = methods::count(heap.bytes(bytes), heap.bytes(old)).min(limit);
    let total = found
        .saturating_mul(heap.bytes(new).len())
        .saturating_add(heap.bytes(bytes).len());
    pay(context, total)?;
    let heap = &context.heap;
    let replaced = methods::replace(heap.bytes(bytes), heap.bytes(old), heap.bytes(new), limit);
    context.heap.alloc_bytes(replaced)
}

fn pad(context: &mut Context, arguments: &[Value], method: &str) -> Result<Value, Raise> {
    let [value, width, fill] = take(arguments)?;
    let bytes = receiver(context, value)?;
    let width = length(size(context, width)?);
    let fill = match fill {
        Value::Unset => b' ',
        Value::Bytes(fill) if context.heap.bytes(fill).len() == 1 => {
            context.heap.bytes(fill).first().copied().unwrap_or(b' ')
        }
        _ => {
            let message =
                format!("{method}() argument 2 must be a byte string of length 1, not {{}}");
            return Err(wrong_type(context, &message, fill));
        }
    };
    let count = context.heap.bytes(bytes).len();
    let Some(padding) = width.checked_sub(count).filter(|&padding| padding > 0) else {
        return Ok(value);
    };
    let left = match method {
        "ljust" => 0,
        "rjust" => padding,
        _ => padding / 2 + (padding & width & 1),
    };
    pay(context, width)?;
    let mut out = vec![fill; left];
    out.extend_from_slice(context.heap.bytes(bytes));
    out.resize(width, fill);
    context.heap.alloc_bytes(out)
}

fn zero_fill(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [value, width] = take(arguments)?;
    let bytes = receiver(context, value)?;
    let width = length(size(context, width)?);
    let count = context.heap.bytes(bytes).len();
    if width <= count {
        return Ok(value);
    }
    pay(context, width)?;
    let body = context.heap.bytes(bytes);
    let sign = usize::from(matches!(body.first(), Some(b'+' | b'-')));
    let (sign, digits) = body.split_at(sign);
    let mut out = sign.to_vec();
    out.resize(sign.len() + width - count, b'0');
    out.extend_from_slice(digits);
    context.heap.alloc_bytes(out)
}

fn expand_tabs(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [value, tab] = take(arguments)?;
    let bytes = receiver(context, value)?;
    let tab = u64::try_from(small(context, tab)?).unwrap_or(0);
    context.charge(context.heap.bytes(bytes).len() as u64 / 8)?;
    let mut total: usize = 0;
    methods::expand_tabs(context.heap.bytes(bytes), tab, |piece, spaces| {
        total = total
            .saturating_add(piece.len())
            .saturating_add(usize::try_from(spaces).unwrap_or(usize::MAX));
    });
    pay(context, total)?;
    let mut out = Vec::with_capacity(total);
    methods::expand_tabs(context.heap.bytes(bytes), tab, |piece, spaces| {
        out.extend_from_slice(piece);
        out.extend((0..spaces).map(|_| b' '));
    });
    context.heap.alloc_bytes(out)
}

fn make_translation(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [from, to] = take(arguments)?;
    let from = bytes_argument(context, from)?;
    let to = bytes_argument(context, to)?;
    if context.heap.bytes(from).len() != context.heap.bytes(to).len() {
        return Err(context.value_error("maketrans arguments must have same length"));
    }
    context.charge(context.heap.bytes(from).len() as u64 / 8)?;
    let mut table: Vec<u8> = (0..=255).collect();
    for (&from, &to) in context.heap.bytes(from).iter().zip(context.heap.bytes(to)) {
        if let Some(entry) = table.get_mut(usize::from(from)) {
            *entry = to;
        }
    }
    context.heap.alloc_bytes(table)
}

fn translate(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [value, table, delete] = take(arguments)?;
    let bytes = receiver(context, value)?;
    let table = match table {
        Value::None => None,
        _ => {
            let table = bytes_argument(context, table)?;
            if context.heap.bytes(table).len() != 256 {
                return Err(context.value_error("translation table must be 256 characters long"));
            }
            Some(table)
        }
    };
    let delete = if delete.is_unset() {
        None
    } else {
        Some(bytes_argument(context, delete)?)
    };
    pay(context, context.heap.bytes(bytes).len())?;
    let mut deleted = [false; 256];
    if let Some(delete) = delete {
        context.charge(context.heap.bytes(delete).len() as u64 / 8)?;
        for &byte in context.heap.bytes(delete) {
            if let Some(entry) = deleted.get_mut(usize::from(byte)) {
                *entry = true;
            }
        }
    }
    let table = table.map(|table| context.heap.bytes(table).as_slice());
    let kept = context
        .heap
        .bytes(bytes)
        .iter()
        .filter(|&&byte| !deleted.get(usize::from(byte)).is_some_and(|&gone| gone));
    let change = |&byte: &u8| {
        table
            .and_then(|table| table.get(usize::from(byte)).copied())
            .unwrap_or(byte)
    };
    let out: Vec<u8> = kept.map(change).collect();
    context.heap.alloc_bytes(out)
}

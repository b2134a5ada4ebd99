//! Methods of `str` that build text: padding, `replace`, `translate`, `format`.

use num_traits::ToPrimitive;

use super::argument::{integer, length, limit, receiver, size, small, take, text, wrong_type};
use super::{DICT, Leaf, STR, leaf};
use crate::context::Context;
use crate::format::values::{Values, format_fields};
use crate::format::{number, text as methods};
use crate::ops;
use crate::raise::Raise;
use crate::value::{Str, Value};

pub(super) const LEAVES: &[Leaf] = &[
    leaf("str.center", 3, STR, |context, arguments| {
        pad(context, arguments, "center")
    }),
    leaf("str.expandtabs", 2, STR, expand_tabs),
    leaf("str.format", 3, STR, format),
    leaf("str.format_map", 2, STR, format_map),
    leaf("str.ljust", 3, STR, |context, arguments| {
        pad(context, arguments, "ljust")
    }),
    leaf("str.maketrans", 3, DICT, make_translation),
    leaf("str.replace", 4, STR, replace),
    leaf("str.rjust", 3, STR, |context, arguments| {
        pad(context, arguments, "rjust")
    }),
    leaf("str.translate", 2, STR, translate),
    leaf("str.zfill", 2, STR, zero_fill),
];

/// Reserves and charges for text of this size.
fn pay(context: &mut Context, size: usize) -> Result<(), Raise> {
    context.reserve(size)?;
    context.charge(size as u64 / 64)
}

/// `center`, `ljust` and `rjust`
fn pad(context: &mut Context, arguments: &[Value], method: &str) -> Result<Value, Raise> {
    let [string, width, fill] = take(arguments)?;
    let string = receiver(context, string, method)?;
    let width = size(context, width)?;
    let fill = match fill {
        Value::Unset => ' ',
        Value::Str(fill) => {
            let mut characters = context.heap.str(fill).chars();
            match (characters.next(), characters.next()) {
                (Some(fill), None) => fill,
                _ => {
                    return Err(
                        context.type_error("The fill character must be exactly one character long")
                    );
                }
            }
        }
        _ => {
            return Err(wrong_type(
                context,
                "The fill character must be a unicode character, not {}",
                fill,
            ));
        }
    };
    let count = context.heap.char_count(string);
    let width = length(width);
    let Some(padding) = width.checked_sub(count).filter(|&padding| padding > 0) else {
        return Ok(Value::Str(string));
    };
    let left = match method {
        "ljust" => 0,
        "rjust" => padding,
        // Of an odd padding the left side gets the larger half if the width is odd.
        _ => padding / 2 + (padding & width & 1),
    };
    pay(
        context,
        padding
            .saturating_mul(fill.len_utf8())
            .saturating_add(string.byte_length()),
    )?;
    let mut out = String::new();
    out.extend(std::iter::repeat_n(fill, left));
    out.push_str(context.heap.str(string));
    out.extend(std::iter::repeat_n(fill, padding - left));
    context.heap.alloc_string(out)
}

fn zero_fill(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [string, width] = take(arguments)?;
    let string = receiver(context, string, "zfill")?;
    let width = length(size(context, width)?);
    let Some(padding) = width
        .checked_sub(context.heap.char_count(string))
        .filter(|&padding| padding > 0)
    else {
        return Ok(Value::Str(string));
    };
    pay(context, padding.saturating_add(string.byte_length()))?;
    let body = context.heap.str(string);
    let (sign, digits) = match body.as_bytes().first() {
        Some(b'+' | b'-') => body.split_at(1),
        _ => ("", body),
    };
    let mut out = String::with_capacity(padding + body.len());
    out.push_str(sign);
    out.extend(std::iter::repeat_n('0', padding));
    out.push_str(digits);
    context.heap.alloc_string(out)
}

fn expand_tabs(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [string, tab] = take(arguments)?;
    let string = receiver(context, string, "expandtabs")?;
    let tab = u64::try_from(small(context, tab)?).unwrap_or(0);
    context.charge(string.byte_length() as u64 / 8)?;
    let mut total: usize = 0;
    methods::expand_tabs(context.heap.str(string), tab, |text, spaces| {
        total = total
            .saturating_add(text.len())
            .saturating_add(usize::try_from(spaces).unwrap_or(usize::MAX));
    });
    pay(context, total)?;
    let mut out = String::with_capacity(total);
    methods::expand_tabs(context.heap.str(string), tab, |text, spaces| {
        out.push_str(text);
        out.extend((0..spaces).map(|_| ' '));
    });
    context.heap.alloc_string(out)
}

fn replace(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [string, old, new, count] = take(arguments)?;
    let string = receiver(context, string, "replace")?;
    let old = text(context, old, "replace() argument 1 must be str, not {}")?;
    let new = text(context, new, "replace() argument 2 must be str, not {}")?;
    let limit = limit(context, count)?;
    context.charge(string.byte_length() as u64 / 8)?;
    let heap = &context.heap;
    let (body, from, to) = (heap.str(string), heap.str(old), heap.str(new));
    if limit == 0 || from == to || (!from.is_empty() && !body.contains(from)) {
        return Ok(Value::Str(string));
    }
    let total = methods::replace_size(body, from, to, limit).unwrap_or(usize::MAX);
    pay(context, total)?;
    let heap = &context.heap;
    let replaced = methods::replace(heap.str(string), heap.str(old), heap.str(new), limit);
    context.heap.alloc_string(replaced)
}

fn format(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [string, values, keywords] = take(arguments)?;
    let string = receiver(context, string, "format")?;
    let positional = match values {
        Value::Unset | Value::None => Vec::new(),
        _ => ops::collect(context, values)?,
    };
    format_fields(
        context,
        string,
        &Values {
            positional: Some(positional),
            keywords,
        },
    )
}

fn format_map(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [string, mapping] = take(arguments)?;
    let string = receiver(context, string, "format_map")?;
    format_fields(
        context,
        string,
        &Values {
            positional: None,
            keywords: mapping,
        },
    )
}

/// The only character of a string.
fn only(context: &Context, string: Str) -> Option<char> {
    let mut characters = context.heap.str(string).chars();
    characters.next().filter(|_| characters.next().is_none())
}

/// `str.maketrans(x, y, z)`
fn make_translation(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [x, y, z] = take(arguments)?;
    let mut pairs: Vec<(Value, Value)> = Vec::new();
    if y.is_unset() {
        let Value::Dict(dict) = x else {
            return Err(
                context.type_error("if you give only one argument to maketrans it must be a dict")
            );
        };
        context.charge(context.heap.dict(dict).slots().len() as u64 * 2)?;
        for (key, value) in ops::dict_items(&context.heap, dict) {
            let key = match key {
                Value::Str(key) => match only(context, key) {
                    Some(char) => Value::Int(i64::from(u32::from(char))),
                    None => {
                        return Err(context
                            .value_error("string keys in translate table must be of length 1"));
                    }
                },
                Value::Int(_) | Value::Big(_) | Value::Bool(_) => key,
                _ => {
                    return Err(
                        context.type_error("keys in translate table must be strings or integers")
                    );
                }
            };
            pairs.push((key, value));
        }
    } else {
        let x = match x {
            Value::Str(x) => x,
            _ => {
                return Err(context.type_error(
                    "first maketrans argument must be a string if there is a second argument",
                ));
            }
        };
        let y = text(context, y, "maketrans() argument 2 must be str, not {}")?;
        let z = match z {
            Value::Unset => None,
            _ => Some(text(
                context,
                z,
                "maketrans() argument 3 must be str, not {}",
            )?),
        };
        if context.heap.char_count(x) != context.heap.char_count(y) {
            return Err(
                context.value_error("the first two maketrans arguments must have equal length")
            );
        }
        let deleted = z.map_or(0, Str::byte_length);
        context.charge((x.byte_length() + deleted) as u64 * 2)?;
        context.reserve((x.byte_length() + deleted).saturating_mul(96))?;
        let heap = &context.heap;
        let code = |char: char| Value::Int(i64::from(u32::from(char)));
        let replaced = heap
            .str(x)
            .chars()
            .map(code)
            .zip(heap.str(y).chars().map(code));
        pairs.extend(replaced);
        if let Some(z) = z {
            pairs.extend(heap.str(z).chars().map(|char| (code(char), Value::None)));
        }
    }
    context.reserve(pairs.len().saturating_mul(64))?;
    ops::dict_from_pairs(context, &pairs)
}

fn translate(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [string, table] = take(arguments)?;
    let string = receiver(context, string, "translate")?;
    let Value::Dict(dict) = table else {
        return Err(wrong_type(
            context,
            "'{}' object is not subscriptable",
            table,
        ));
    };
    context.charge(string.byte_length() as u64 * 2)?;
    context.reserve(string.byte_length().saturating_mul(2))?;
    let body = context.heap.str(string).to_owned();
    let mut out = String::with_capacity(body.len());
    let mut reserved = body.len();
    for char in body.chars() {
        match ops::dict_get(context, dict, Value::Int(i64::from(u32::from(char))))? {
            None => out.push(char),
            Some(Value::None) => {}
            Some(Value::Str(text)) => out.push_str(context.heap.str(text)),
            Some(code @ (Value::Int(_) | Value::Big(_) | Value::Bool(_))) => {
                let code = integer(context, code)?
                    .to_u32()
                    .filter(|&code| code <= 0x10_ffff);
                let Some(code) = code else {
                    return Err(context.value_error("character mapping must be in range(0x110000)"));
                };
                let code = number::character(code);
                out.push(super::argument::checked(context, code)?);
            }
            Some(_) => {
                return Err(
                    context.type_error("character mapping must return integer, None or str")
                );
            }
        }
        if out.len() > reserved {
            reserved = out.len().saturating_mul(2);
            context.reserve(reserved.saturating_mul(2).saturating_add(body.len()))?;
            context.charge((reserved / 64) as u64)?;
        }
    }
    context.heap.alloc_string(out)
}

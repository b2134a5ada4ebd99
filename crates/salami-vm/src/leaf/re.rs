//! `re`: patterns and what finds with them.

use std::sync::Arc;

use num_traits::ToPrimitive;
use salami_ir::{BuiltinException, ClassRef};

use super::argument::{integer, size, take, wrong_type};
use super::{ANY, DICT, INT, ITERATOR, LIST, Leaf, NONE, PATTERN, STR, TUPLE, leaf, tags};
use crate::context::{Context, DEBT_ALLOWANCE};
use crate::heap::object::{ExceptionObject, IteratorObject, VALUE_SIZE};
use crate::native::Native;
use crate::native::pattern::MatchObject;
use crate::ops;
use crate::raise::Raise;
use crate::regex::{
    Budget, Exhausted, Found, Mode, PatternError, PatternErrorKind, Regex, Scan, Template,
};
use crate::value::{NativeRef, Str, Value};
use salami_ir::{Tag, TagSet};

const MAYBE_MATCH: TagSet = tags(&[Tag::Match, Tag::None]);
const MAYBE_STR: TagSet = tags(&[Tag::Str, Tag::None]);
const MAYBE_INT: TagSet = tags(&[Tag::Int, Tag::None]);

pub(super) const LEAVES: &[Leaf] = &[
    leaf("re.Pattern.findall", 4, LIST, |c, a| {
        on_pattern(c, a, find_all)
    }),
    leaf("re.Pattern.finditer", 4, ITERATOR, |c, a| {
        on_pattern(c, a, find_iter)
    }),
    leaf("re.Pattern.flags", 1, INT, pattern_flags),
    leaf("re.Pattern.fullmatch", 4, MAYBE_MATCH, |c, a| {
        on_pattern(c, a, |c, p, t| find(c, p, t, Mode::Full))
    }),
    leaf("re.Pattern.groupindex", 1, DICT, pattern_names),
    leaf("re.Pattern.groups", 1, INT, pattern_groups),
    leaf("re.Pattern.match", 4, MAYBE_MATCH, |c, a| {
        on_pattern(c, a, |c, p, t| find(c, p, t, Mode::Match))
    }),
    leaf("re.Pattern.pattern", 1, STR, pattern_text),
    leaf("re.Pattern.search", 4, MAYBE_MATCH, |c, a| {
        on_pattern(c, a, |c, p, t| find(c, p, t, Mode::Search))
    }),
    leaf("re.Pattern.split", 3, LIST, pattern_split),
    leaf("re.Pattern.sub", 4, STR, pattern_sub),
    leaf("re.Pattern.subn", 4, TUPLE, pattern_subn),
    leaf("re.compile", 2, PATTERN, compile),
    leaf("re.error.colno", 1, MAYBE_INT, |c, a| {
        error_place(c, a, false)
    }),
    leaf("re.error.lineno", 1, MAYBE_INT, |c, a| {
        error_place(c, a, true)
    }),
    leaf("re.error.msg", 1, ANY, |c, a| error_field(c, a, 0)),
    leaf("re.error.pattern", 1, MAYBE_STR, |c, a| {
        error_field(c, a, 1)
    }),
    leaf("re.error.pos", 1, MAYBE_INT, |c, a| error_field(c, a, 2)),
    leaf("re.escape", 1, STR, escape),
    leaf("re.findall", 3, LIST, |c, a| on_module(c, a, find_all)),
    leaf("re.finditer", 3, ITERATOR, |c, a| {
        on_module(c, a, find_iter)
    }),
    leaf("re.fullmatch", 3, MAYBE_MATCH, |c, a| {
        on_module(c, a, |c, p, t| find(c, p, t, Mode::Full))
    }),
    leaf("re.match", 3, MAYBE_MATCH, |c, a| {
        on_module(c, a, |c, p, t| find(c, p, t, Mode::Match))
    }),
    leaf("re.purge", 0, NONE, purge),
    leaf("re.search", 3, MAYBE_MATCH, |c, a| {
        on_module(c, a, |c, p, t| find(c, p, t, Mode::Search))
    }),
    leaf("re.split", 4, LIST, split),
    leaf("re.sub", 5, STR, sub),
    leaf("re.subn", 5, TUPLE, subn),
    leaf("re.Match.__getitem__", 2, ANY, super::re_match::item),
    leaf("re.Match.end", 2, INT, super::re_match::end),
    leaf("re.Match.endpos", 1, INT, super::re_match::end_position),
    leaf("re.Match.expand", 2, STR, super::re_match::expand),
    leaf("re.Match.group", 2, ANY, super::re_match::group),
    leaf("re.Match.groupdict", 2, DICT, super::re_match::group_dict),
    leaf("re.Match.groups", 2, TUPLE, super::re_match::groups),
    leaf(
        "re.Match.lastgroup",
        1,
        MAYBE_STR,
        super::re_match::last_group,
    ),
    leaf(
        "re.Match.lastindex",
        1,
        MAYBE_INT,
        super::re_match::last_index,
    ),
    leaf("re.Match.pos", 1, INT, super::re_match::position),
    leaf("re.Match.re", 1, PATTERN, super::re_match::pattern),
    leaf("re.Match.span", 2, TUPLE, super::re_match::span),
    leaf("re.Match.start", 2, INT, super::re_match::start),
    leaf("re.Match.string", 1, STR, super::re_match::string),
];

/// Steps that compiling takes per character of the pattern: about what it costs, cached or not, so
/// that fuel does not depend on the cache.
const COMPILE_COST: u64 = 40;

/// The error of a pattern as an exception, with what `re.error` remembers.
pub(super) fn pattern_error(context: &mut Context, error: PatternError, pattern: Value) -> Raise {
    let class = match error.kind {
        PatternErrorKind::Pattern => BuiltinException::RegexError,
        PatternErrorKind::Overflow => BuiltinException::OverflowError,
        PatternErrorKind::Value => BuiltinException::ValueError,
        PatternErrorKind::Index => BuiltinException::IndexError,
    };
    let made = (|| {
        let full = context.string(&error.message)?;
        let mut fields = Vec::new();
        if error.kind == PatternErrorKind::Pattern {
            let position = error
                .position
                .map_or(Value::None, |position| Value::Int(position as i64));
            let pattern = if error.position.is_some() {
                pattern
            } else {
                Value::None
            };
            fields = vec![context.string(&error.bare)?, pattern, position];
        }
        context.heap.alloc_exception(ExceptionObject {
            class: ClassRef::Builtin(class),
            arguments: vec![full],
            fields,
            ..ExceptionObject::default()
        })
    })();
    match made {
        Ok(Value::Exception(exception)) => Raise::Exception(exception),
        Ok(_) => Raise::Internal("an exception was stored as something else"),
        Err(raise) => raise,
    }
}

fn error_field(context: &mut Context, arguments: &[Value], index: usize) -> Result<Value, Raise> {
    let [error] = take(arguments)?;
    let found = match error {
        Value::Exception(error) => context.heap.exception(error).fields.get(index).copied(),
        _ => None,
    };
    Ok(found.unwrap_or(Value::None))
}

fn error_place(context: &mut Context, arguments: &[Value], line: bool) -> Result<Value, Raise> {
    let (Value::Str(pattern), Value::Int(position)) = (
        error_field(context, arguments, 1)?,
        error_field(context, arguments, 2)?,
    ) else {
        return Ok(Value::None);
    };
    let position = usize::try_from(position).unwrap_or(0);
    let before: Vec<char> = context.heap.str(pattern).chars().take(position).collect();
    let number = if line {
        before.iter().filter(|&&c| c == '\n').count() + 1
    } else {
        position
            - before
                .iter()
                .rposition(|&c| c == '\n')
                .map_or(0, |at| at + 1)
            + 1
    };
    Ok(Value::Int(number as i64))
}

/// A compiled pattern, from the cache if it is there.
pub(super) fn compiled(
    context: &mut Context,
    pattern: Str,
    flags: u32,
) -> Result<Arc<Regex>, Raise> {
    let length = pattern.byte_length();
    context.charge(length as u64 * COMPILE_COST + 20)?;
    context.reserve(length.saturating_mul(400))?;
    let text = context.heap.str(pattern).to_owned();
    if let Some(regex) = context.regexes.get(&text, flags) {
        return Ok(regex);
    }
    match Regex::compile(&text, flags) {
        Ok(regex) => {
            let regex = Arc::new(regex);
            context.regexes.insert(&text, flags, &regex);
            Ok(regex)
        }
        Err(error) => Err(pattern_error(context, error, Value::Str(pattern))),
    }
}

fn flag_bits(context: &mut Context, flags: Value) -> Result<u32, Raise> {
    if flags == Value::Unset {
        return Ok(0);
    }
    Ok(integer(context, flags)?.to_u32().unwrap_or(0) & 0x1ff)
}

/// The pattern object of a pattern or of a text.
fn pattern_of(context: &mut Context, pattern: Value, flags: Value) -> Result<NativeRef, Raise> {
    let flags = flag_bits(context, flags)?;
    match pattern {
        Value::Native(handle) if matches!(context.heap.native(handle), Native::Pattern(_)) => {
            if flags != 0 {
                return Err(
                    context.value_error("cannot process flags argument with a compiled pattern")
                );
            }
            Ok(handle)
        }
        Value::Str(text) => {
            let regex = compiled(context, text, flags)?;
            match context.heap.alloc_native(Native::Pattern(regex))? {
                Value::Native(handle) => Ok(handle),
                _ => Err(Raise::Internal("a pattern was stored as something else")),
            }
        }
        Value::Bytes(_) => Err(context.type_error("patterns of bytes are not supported, use str")),
        _ => Err(context.type_error("first argument must be string or compiled pattern")),
    }
}

fn receiver(context: &mut Context, pattern: Value) -> Result<NativeRef, Raise> {
    match pattern {
        Value::Native(handle) if matches!(context.heap.native(handle), Native::Pattern(_)) => {
            Ok(handle)
        }
        _ => Err(wrong_type(
            context,
            "descriptor for 're.Pattern' objects doesn't apply to a '{}' object",
            pattern,
        )),
    }
}

pub(super) fn regex_of(context: &Context, handle: NativeRef) -> Result<Arc<Regex>, Raise> {
    match context.heap.native(handle) {
        Native::Pattern(regex) => Ok(Arc::clone(regex)),
        _ => Err(Raise::Internal("a pattern became something else")),
    }
}

/// A text to search: all of it, and the bytes between which.
#[derive(Clone, Copy)]
struct Target {
    text: Str,
    start: usize,
    end: usize,
    /// In code points.
    first: i64,
    last: i64,
}

fn target(context: &mut Context, text: Value, start: Value, end: Value) -> Result<Target, Raise> {
    let text = match text {
        Value::Str(text) => text,
        Value::Bytes(_) => {
            return Err(context.type_error("cannot use a string pattern on a bytes-like object"));
        }
        _ => {
            return Err(wrong_type(
                context,
                "expected string or bytes-like object, got '{}'",
                text,
            ));
        }
    };
    let length = context.heap.char_count(text) as i64;
    let clamp = |context: &mut Context, value: Value, default: i64| match value {
        Value::Unset | Value::None => Ok(default),
        Value::Big(_) => Ok(if integer(context, value)?.to_i64().is_none() {
            length
        } else {
            0
        }),
        _ => size(context, value).map(|value| value.clamp(0, length)),
    };
    let first = clamp(context, start, 0)?;
    let last = clamp(context, end, length)?;
    let start = context.heap.byte_offset(text, first as usize);
    let end = context.heap.byte_offset(text, last as usize);
    Ok(Target {
        text,
        start,
        end,
        first,
        last,
    })
}

/// Runs a search on a text with the fuel and memory there is, and pays for it.
pub(super) fn search<T>(
    context: &mut Context,
    text: &str,
    run: impl FnOnce(&str, &mut Budget) -> Result<T, Exhausted>,
) -> Result<T, Raise> {
    let steps = u64::try_from(context.fuel.remaining.saturating_add(DEBT_ALLOWANCE)).unwrap_or(0);
    let mut memory = 1 << 30;
    while memory > 4096 && context.reserve(memory).is_err() {
        memory /= 2;
    }
    // What grows lies there twice for a moment.
    let memory = memory / 3;
    let mut budget = Budget {
        steps,
        memory,
        interrupt: context.fuel.interrupt.clone(),
    };
    let result = run(text, &mut budget);
    match result {
        Ok(value) => {
            context.charge_debt(i64::try_from(steps - budget.steps).unwrap_or(i64::MAX));
            Ok(value)
        }
        // How much is needed cannot be known: twice as much next time.
        Err(Exhausted::Steps) => {
            let spent = u64::try_from(context.fuel.dynamic).unwrap_or(0);
            Err(Raise::Fuel(
                spent.saturating_add(steps.max(1_000).saturating_mul(2)),
            ))
        }
        Err(Exhausted::Memory) => Err(Raise::Memory(memory.saturating_mul(2))),
    }
}

/// A copy of the text, which the heap cannot lend while it is changed.
fn copied(context: &mut Context, target: Target) -> Result<String, Raise> {
    context.charge(target.end as u64 / 64)?;
    context.reserve(target.end)?;
    let text = context.heap.str(target.text);
    Ok(text.get(..target.end).unwrap_or_default().to_owned())
}

fn new_match(
    context: &mut Context,
    pattern: NativeRef,
    target: Target,
    found: Found,
) -> Result<Value, Raise> {
    let object = MatchObject {
        pattern,
        text: target.text,
        found,
        position: target.first,
        end_position: target.last,
    };
    context.heap.alloc_native(Native::Match(Box::new(object)))
}

type Action = fn(&mut Context, NativeRef, Target) -> Result<Value, Raise>;

fn on_pattern(context: &mut Context, arguments: &[Value], action: Action) -> Result<Value, Raise> {
    let [pattern, text, start, end] = take(arguments)?;
    let pattern = receiver(context, pattern)?;
    let target = target(context, text, start, end)?;
    action(context, pattern, target)
}

fn on_module(context: &mut Context, arguments: &[Value], action: Action) -> Result<Value, Raise> {
    let [pattern, text, flags] = take(arguments)?;
    let pattern = pattern_of(context, pattern, flags)?;
    let target = target(context, text, Value::Unset, Value::Unset)?;
    action(context, pattern, target)
}

fn find(
    context: &mut Context,
    pattern: NativeRef,
    target: Target,
    mode: Mode,
) -> Result<Value, Raise> {
    if target.start > target.end {
        return Ok(Value::None);
    }
    let regex = regex_of(context, pattern)?;
    let text = copied(context, target)?;
    let found = search(context, &text, |text, budget| {
        regex.find(text, target.start, mode, false, budget)
    })?;
    match found {
        Some(found) => new_match(context, pattern, target, found),
        None => Ok(Value::None),
    }
}

/// Every match, in order, at most `limit`.
fn matches(
    context: &mut Context,
    regex: &Regex,
    text: &str,
    start: usize,
    limit: usize,
) -> Result<Vec<Found>, Raise> {
    if start > text.len() {
        return Ok(Vec::new());
    }
    let found = search(context, text, |text, budget| {
        let mut all = Vec::new();
        let mut scan = Scan {
            position: start,
            advance: false,
        };
        while all.len() < limit {
            let Some(found) = scan.next(regex, text, budget)? else {
                break;
            };
            let size = size_of::<Found>() + found.spans.len() * 12;
            budget.memory = budget.memory.checked_sub(size).ok_or(Exhausted::Memory)?;
            budget.steps = budget.steps.checked_sub(20).ok_or(Exhausted::Steps)?;
            all.push(found);
        }
        Ok(all)
    })?;
    Ok(found)
}

fn find_all(context: &mut Context, pattern: NativeRef, target: Target) -> Result<Value, Raise> {
    let regex = regex_of(context, pattern)?;
    let text = copied(context, target)?;
    let mut values = Vec::new();
    for found in matches(context, &regex, &text, target.start, usize::MAX)? {
        let part = |group| found.text(&text, group).unwrap_or_default();
        values.push(match regex.groups() {
            0 => context.string(part(0))?,
            1 => context.string(part(1))?,
            count => {
                let mut parts = Vec::with_capacity(count as usize);
                for group in 1..=count {
                    parts.push(context.string(part(group))?);
                }
                context.tuple(parts)?
            }
        });
    }
    context.reserve(values.len() * VALUE_SIZE)?;
    context.list(values)
}

fn find_iter(context: &mut Context, pattern: NativeRef, target: Target) -> Result<Value, Raise> {
    let regex = regex_of(context, pattern)?;
    let text = copied(context, target)?;
    let mut values = Vec::new();
    for found in matches(context, &regex, &text, target.start, usize::MAX)? {
        values.push(new_match(context, pattern, target, found)?);
    }
    context
        .heap
        .alloc_iterator(IteratorObject::Values { values, index: 0 })
}

fn limit(context: &mut Context, value: Value) -> Result<usize, Raise> {
    if value == Value::Unset {
        return Ok(usize::MAX);
    }
    Ok(match size(context, value)? {
        0 => usize::MAX,
        count => usize::try_from(count).unwrap_or(0),
    })
}

fn split_by(
    context: &mut Context,
    pattern: NativeRef,
    text: Value,
    most: Value,
) -> Result<Value, Raise> {
    let target = target(context, text, Value::Unset, Value::Unset)?;
    let most = limit(context, most)?;
    let regex = regex_of(context, pattern)?;
    let text = copied(context, target)?;
    let mut values = Vec::new();
    let mut last = 0;
    for found in matches(context, &regex, &text, 0, most)? {
        values.push(context.string(text.get(last..found.start()).unwrap_or_default())?);
        for group in 1..=regex.groups() {
            values.push(match found.text(&text, group) {
                Some(part) => context.string(part)?,
                None => Value::None,
            });
        }
        last = found.end();
    }
    values.push(context.string(text.get(last..).unwrap_or_default())?);
    context.list(values)
}

fn split(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [pattern, text, most, flags] = take(arguments)?;
    let pattern = pattern_of(context, pattern, flags)?;
    split_by(context, pattern, text, most)
}

fn pattern_split(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [pattern, text, most] = take(arguments)?;
    let pattern = receiver(context, pattern)?;
    split_by(context, pattern, text, most)
}

/// The text with matches replaced, and how many.
fn substitute(
    context: &mut Context,
    pattern: NativeRef,
    template: Value,
    text: Value,
    count: Value,
) -> Result<(Value, i64), Raise> {
    let Value::Str(template_text) = template else {
        return Err(wrong_type(
            context,
            "expected str instance, {} found",
            template,
        ));
    };
    let target = target(context, text, Value::Unset, Value::Unset)?;
    let count = limit(context, count)?;
    let regex = regex_of(context, pattern)?;
    context.charge(template_text.byte_length() as u64 * 4)?;
    let written = context.heap.str(template_text).to_owned();
    let parsed = Template::parse(&written, regex.groups(), regex.names());
    let parsed = parsed.map_err(|error| pattern_error(context, error, template))?;
    let text = copied(context, target)?;
    let found = matches(context, &regex, &text, 0, count)?;
    if found.is_empty() {
        return Ok((Value::Str(target.text), 0));
    }
    let mut out = String::new();
    let mut last = 0;
    for found in &found {
        context.charge(written.len() as u64 / 16 + 2)?;
        context.reserve(
            out.len()
                .saturating_add(text.len())
                .saturating_add(written.len())
                .saturating_mul(2),
        )?;
        out.push_str(text.get(last..found.start()).unwrap_or_default());
        let before = out.len();
        parsed.expand(&text, found, &mut out);
        context.charge((out.len() - before) as u64 / 16)?;
        last = found.end();
    }
    out.push_str(text.get(last..).unwrap_or_default());
    Ok((context.heap.alloc_string(out)?, found.len() as i64))
}

fn pattern_sub(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [pattern, template, text, count] = take(arguments)?;
    let pattern = receiver(context, pattern)?;
    Ok(substitute(context, pattern, template, text, count)?.0)
}

fn pattern_subn(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [pattern, template, text, count] = take(arguments)?;
    let pattern = receiver(context, pattern)?;
    let (text, count) = substitute(context, pattern, template, text, count)?;
    context.tuple(vec![text, Value::Int(count)])
}

fn sub(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [pattern, template, text, count, flags] = take(arguments)?;
    let pattern = pattern_of(context, pattern, flags)?;
    Ok(substitute(context, pattern, template, text, count)?.0)
}

fn subn(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [pattern, template, text, count, flags] = take(arguments)?;
    let pattern = pattern_of(context, pattern, flags)?;
    let (text, count) = substitute(context, pattern, template, text, count)?;
    context.tuple(vec![text, Value::Int(count)])
}

fn compile(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [pattern, flags] = take(arguments)?;
    pattern_of(context, pattern, flags).map(Value::Native)
}

fn purge(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [] = take(arguments)?;
    let _ = context;
    Ok(Value::None)
}

fn escape(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [text] = take(arguments)?;
    let Value::Str(text) = text else {
        return Err(wrong_type(
            context,
            "decoding to str: need a bytes-like object, {} found",
            text,
        ));
    };
    context.charge(text.byte_length() as u64 / 4)?;
    context.reserve(text.byte_length().saturating_mul(2))?;
    let mut out = String::with_capacity(text.byte_length());
    for character in context.heap.str(text).chars() {
        if "()[]{}?*+-|^$\\.&~# \t\n\r\u{b}\u{c}".contains(character) {
            out.push('\\');
        }
        out.push(character);
    }
    context.heap.alloc_string(out)
}

fn pattern_text(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [pattern] = take(arguments)?;
    let handle = receiver(context, pattern)?;
    let regex = regex_of(context, handle)?;
    context.string(regex.pattern())
}

fn pattern_flags(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [pattern] = take(arguments)?;
    let handle = receiver(context, pattern)?;
    Ok(Value::Int(i64::from(regex_of(context, handle)?.flags())))
}

fn pattern_groups(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [pattern] = take(arguments)?;
    let handle = receiver(context, pattern)?;
    Ok(Value::Int(i64::from(regex_of(context, handle)?.groups())))
}

fn pattern_names(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [pattern] = take(arguments)?;
    let handle = receiver(context, pattern)?;
    let regex = regex_of(context, handle)?;
    let mut pairs = Vec::new();
    for (name, group) in regex.names() {
        pairs.push((context.string(name)?, Value::Int(i64::from(*group))));
    }
    ops::dict_from_pairs(context, &pairs)
}

//! Values of the library: dates, Decimals, patterns, ... Each kind is one variant of [`Native`];
//! what operators and builtins make of them is said here and in the kind's own module.

pub mod blake2;
pub mod csv;
pub mod datetime;
mod datetime_hooks;
pub mod decimal;
pub mod decimal_hooks;
pub mod gamma;
pub mod input;
pub mod mersenne;
pub mod pattern;
pub mod response;
mod size;
pub mod string_io;
pub mod unicode;
pub mod xml;

use std::collections::VecDeque;
use std::sync::Arc;

use salami_ir::Tag;
use salami_ir::instruction::Comparison;

use crate::context::Context;
use crate::heap::Heap;
use crate::leaf;
use crate::ops::{self, BinaryOperator};
use crate::raise::Raise;
use crate::regex::Regex;
use crate::value::{NativeRef, Str, Value};
pub(crate) use datetime_hooks::format as strftime;

use csv::{Reader, Writer};
use datetime::{Date, DateTime, Delta, Zone, ZonedTime};
use decimal::Decimal;
use pattern::MatchObject;
use response::Response;
use string_io::StringIo;

/// A value of the library.
#[derive(Clone, Debug, Default)]
pub enum Native {
    /// A free slot.
    #[default]
    Free,
    /// `collections.deque`: its values and its `maxlen`.
    Deque(VecDeque<Value>, Option<usize>),
    /// `decimal.Decimal`
    Decimal(Box<Decimal>),
    /// `datetime.date`
    Date(Date),
    /// `datetime.time`
    Time(Box<ZonedTime>),
    /// `datetime.datetime`
    DateTime(Box<DateTime>),
    /// `datetime.timedelta`
    TimeDelta(Delta),
    /// `datetime.timezone`
    TimeZone(Box<Zone>),
    /// `re.Pattern`
    Pattern(Arc<Regex>),
    /// `re.Match`
    Match(Box<MatchObject>),
    /// `io.StringIO`
    StringIo(Box<StringIo>),
    /// `csv.reader` and `csv.DictReader`
    CsvReader(Box<Reader>),
    /// `csv.writer` and `csv.DictWriter`
    CsvWriter(Box<Writer>),
    /// What a service answers to an HTTP request.
    Response(Box<Response>),
}

impl Native {
    /// The kind, as register types name it.
    #[must_use]
    pub fn tag(&self) -> Tag {
        match self {
            Self::Free => Tag::Ellipsis,
            Self::Deque(..) => Tag::Deque,
            Self::Decimal(_) => Tag::Decimal,
            Self::Date(_) => Tag::Date,
            Self::Time(_) => Tag::Time,
            Self::DateTime(_) => Tag::DateTime,
            Self::TimeDelta(_) => Tag::TimeDelta,
            Self::TimeZone(_) => Tag::TimeZone,
            Self::Pattern(_) => Tag::Pattern,
            Self::Match(_) => Tag::Match,
            Self::StringIo(_) => Tag::StringIo,
            Self::CsvReader(_) => Tag::CsvReader,
            Self::CsvWriter(_) => Tag::CsvWriter,
            Self::Response(_) => Tag::Response,
        }
    }

    /// Shows the collector every value that this one holds.
    pub fn trace(&self, visit: &mut dyn FnMut(Value)) {
        match self {
            Self::Free
            | Self::Decimal(_)
            | Self::Date(_)
            | Self::Time(_)
            | Self::DateTime(_)
            | Self::TimeDelta(_)
            | Self::TimeZone(_)
            | Self::Pattern(_)
            | Self::StringIo(_) => {}
            Self::Deque(values, _) => values.iter().copied().for_each(visit),
            Self::Response(response) => response.values().into_iter().for_each(visit),
            Self::Match(object) => {
                visit(Value::Native(object.pattern));
                visit(Value::Str(object.text));
            }
            Self::CsvReader(reader) => {
                visit(reader.lines);
                reader
                    .pending
                    .iter()
                    .for_each(|&line| visit(Value::Str(line)));
                if let Some(header) = &reader.header {
                    visit(header.rest_key);
                    visit(header.rest_value);
                    header.names.iter().flatten().copied().for_each(visit);
                }
            }
            Self::CsvWriter(writer) => {
                visit(writer.file);
                if let Some((names, rest, _)) = &writer.header {
                    visit(*rest);
                    names.iter().copied().for_each(visit);
                }
            }
        }
    }

    /// Replaces every value that this one holds.
    pub fn rewrite(&mut self, change: &mut dyn FnMut(Value) -> Value) {
        let text = |place: &mut Str, change: &mut dyn FnMut(Value) -> Value| {
            if let Value::Str(copy) = change(Value::Str(*place)) {
                *place = copy;
            }
        };
        match self {
            Self::Deque(values, _) => values.iter_mut().for_each(|value| *value = change(*value)),
            Self::Match(object) => {
                if let Value::Native(copy) = change(Value::Native(object.pattern)) {
                    object.pattern = copy;
                }
                text(&mut object.text, change);
            }
            Self::Response(response) => {
                for value in [
                    &mut response.status,
                    &mut response.headers,
                    &mut response.text,
                    &mut response.data,
                ] {
                    *value = change(*value);
                }
            }
            Self::CsvReader(reader) => {
                reader.lines = change(reader.lines);
                for line in &mut reader.pending {
                    text(line, change);
                }
                if let Some(header) = &mut reader.header {
                    header.rest_key = change(header.rest_key);
                    header.rest_value = change(header.rest_value);
                    for name in header.names.iter_mut().flatten() {
                        *name = change(*name);
                    }
                }
            }
            Self::CsvWriter(writer) => {
                writer.file = change(writer.file);
                if let Some((names, rest, _)) = &mut writer.header {
                    *rest = change(*rest);
                    for name in names {
                        *name = change(*name);
                    }
                }
            }
            _ => {}
        }
    }
}

/// `left operator right` where at least one side is a value of the library. `None`: not supported,
/// the caller raises CPython's TypeError.
///
/// # Errors
/// What the operation raises.
pub fn binary(
    context: &mut Context,
    operator: BinaryOperator,
    left: Value,
    right: Value,
) -> Result<Option<Value>, Raise> {
    let kind = |value| match value {
        Value::Native(handle) => Some(context.heap.native(handle).tag()),
        _ => None,
    };
    match (kind(left), kind(right)) {
        (Some(Tag::Decimal), _) | (_, Some(Tag::Decimal)) => {
            decimal_hooks::binary(context, operator, left, right)
        }
        (Some(Tag::Deque), _) | (_, Some(Tag::Deque)) => {
            leaf::deque_binary(context, operator, left, right)
        }
        (Some(_), _) | (_, Some(_)) => datetime_hooks::binary(context, operator, left, right),
        _ => Ok(None),
    }
}

/// A unary operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the operators of Python")]
pub enum UnaryOperator {
    Negate,
    Positive,
    Invert,
}

/// `-value`, `+value` or `~value`; `None`: not supported.
///
/// # Errors
/// What the operation raises.
pub fn unary(
    context: &mut Context,
    operator: UnaryOperator,
    value: NativeRef,
) -> Result<Option<Value>, Raise> {
    match context.heap.native(value) {
        Native::Decimal(decimal) => {
            let decimal = decimal.clone();
            decimal_hooks::unary(context, operator, &decimal)
        }
        &Native::TimeDelta(delta) => datetime_hooks::unary(context, operator, delta),
        _ => Ok(None),
    }
}

/// Whether the two are equal, where at least one is a value of the library; `None`: not comparable,
/// so unequal. Must not fail: keys of dicts are compared with it.
#[must_use]
pub fn equal(heap: &Heap, left: Value, right: Value) -> Option<bool> {
    let decimal = |value| decimal_hooks::of(heap, value).is_some();
    if decimal(left) || decimal(right) {
        return decimal_hooks::equal(heap, left, right);
    }
    let (Value::Native(left), Value::Native(right)) = (left, right) else {
        return None;
    };
    match (heap.native(left), heap.native(right)) {
        // Only identity here: the elements of two deques are compared by the caller, which has a worklist.
        (Native::Deque(..), Native::Deque(..)) => Some(left == right),
        (Native::Pattern(one), Native::Pattern(other)) => {
            Some(one.pattern() == other.pattern() && one.flags() == other.flags())
        }
        (one, other) => datetime_hooks::equal(one, other),
    }
}

/// `<`, `<=`, `>`, `>=` where at least one side is a value of the library; `None`: not supported.
///
/// # Errors
/// What the comparison raises.
pub fn order(
    context: &mut Context,
    comparison: Comparison,
    left: Value,
    right: Value,
) -> Result<Option<bool>, Raise> {
    let decimal = |value| decimal_hooks::of(&context.heap, value).is_some();
    if decimal(left) || decimal(right) {
        return decimal_hooks::order(context, comparison, left, right);
    }
    datetime_hooks::order(context, comparison, left, right)
}

/// How a value of the library hashes as a key.
#[derive(Clone, Debug, PartialEq)]
pub enum NativeHash {
    /// As this number does (a Decimal that equals one).
    Number(Value),
    /// As this integer does, which does not fit 64 bits.
    Big(num_bigint::BigInt),
    /// By these bits, which equal values share.
    Bits(u64),
    /// By its address.
    Identity,
    /// Not at all: TypeError.
    Unhashable,
}

/// How it hashes.
#[must_use]
pub fn hash(heap: &Heap, native: NativeRef) -> NativeHash {
    match heap.native(native) {
        Native::Deque(..) => NativeHash::Unhashable,
        Native::Decimal(decimal) => decimal_hooks::hash(decimal),
        Native::Pattern(regex) => {
            let key = crate::hash::HashKey::default();
            NativeHash::Bits(key.bytes(u64::from(regex.flags()), regex.pattern().as_bytes()))
        }
        other => datetime_hooks::hash(other).map_or(NativeHash::Identity, NativeHash::Bits),
    }
}

/// Whether it is true.
#[must_use]
pub fn truth(heap: &Heap, native: NativeRef) -> bool {
    match heap.native(native) {
        Native::Deque(values, _) => !values.is_empty(),
        Native::Decimal(decimal) => !decimal.is_zero(),
        Native::TimeDelta(delta) => delta.0 != 0,
        _ => true,
    }
}

/// `len(value)`; `None`: has none.
#[must_use]
pub fn length(heap: &Heap, native: NativeRef) -> Option<usize> {
    match heap.native(native) {
        Native::Deque(values, _) => Some(values.len()),
        _ => None,
    }
}

/// `value[key]`; `None`: not subscriptable.
///
/// # Errors
/// What the access raises.
pub fn get_item(
    context: &mut Context,
    native: NativeRef,
    key: Value,
) -> Result<Option<Value>, Raise> {
    match context.heap.native(native) {
        Native::Deque(..) => leaf::deque_get(context, native, key).map(Some),
        Native::Match(_) => leaf::match_group(context, native, key).map(Some),
        _ => Ok(None),
    }
}

/// `value[key] = item`, or `del value[key]` where `item` is unset; false: not supported.
///
/// # Errors
/// What the access raises.
pub fn set_item(
    context: &mut Context,
    native: NativeRef,
    key: Value,
    item: Value,
) -> Result<bool, Raise> {
    match context.heap.native(native) {
        Native::Deque(..) => leaf::deque_set(context, native, key, item).map(|()| true),
        _ => Ok(false),
    }
}

/// `item in value`; `None`: not supported other than by walking.
///
/// # Errors
/// What the test raises.
pub fn contains(
    context: &mut Context,
    native: NativeRef,
    item: Value,
) -> Result<Option<bool>, Raise> {
    let Native::Deque(values, _) = context.heap.native(native) else {
        return Ok(None);
    };
    let values: Vec<Value> = values.iter().copied().collect();
    context.charge(values.len() as u64)?;
    for value in values {
        if ops::identical(value, item) || ops::equal(context, value, item)? {
            return Ok(Some(true));
        }
    }
    Ok(Some(false))
}

/// Whether `iter(value)` works.
#[must_use]
pub fn is_iterable(heap: &Heap, native: NativeRef) -> bool {
    matches!(
        heap.native(native),
        Native::Deque(..) | Native::StringIo(_) | Native::CsvReader(_)
    )
}

/// Whether `next(value)` works: a reader that keeps its own place.
#[must_use]
pub fn is_own_iterator(heap: &Heap, native: NativeRef) -> bool {
    matches!(
        heap.native(native),
        Native::StringIo(_) | Native::CsvReader(_)
    )
}

/// The element number `index` of a walk, or `None` at the end. A stateful reader ignores `index`.
///
/// # Errors
/// What the walk raises.
pub fn next(
    context: &mut Context,
    native: NativeRef,
    index: usize,
) -> Result<Option<Value>, Raise> {
    match context.heap.native(native) {
        Native::Deque(values, _) => Ok(values.get(index).copied()),
        Native::StringIo(_) => leaf::next_line(context, native),
        Native::CsvReader(_) => leaf::next_row(context, native),
        _ => Ok(None),
    }
}

/// The type's name as CPython's errors print it.
#[must_use]
pub fn type_name(heap: &Heap, native: NativeRef) -> &'static str {
    match heap.native(native) {
        Native::CsvReader(reader) if reader.header.is_some() => return "DictReader",
        Native::CsvWriter(writer) if writer.header.is_some() => return "DictWriter",
        _ => {}
    }
    match heap.native(native).tag() {
        Tag::Date => "datetime.date",
        Tag::Time => "datetime.time",
        Tag::DateTime => "datetime.datetime",
        Tag::TimeDelta => "datetime.timedelta",
        Tag::TimeZone => "datetime.timezone",
        Tag::Decimal => "decimal.Decimal",
        Tag::Pattern => "re.Pattern",
        Tag::Match => "re.Match",
        Tag::StringIo => "_io.StringIO",
        Tag::Deque => "collections.deque",
        Tag::CsvReader => "_csv.reader",
        Tag::CsvWriter => "_csv.writer",
        Tag::Response => "response",
        _ => "object",
    }
}

/// The data that `export` gives the host for it (ISO text of a date, digits of a Decimal); `None`: no data.
#[must_use]
pub fn export(heap: &Heap, native: NativeRef) -> Option<NativeData> {
    match heap.native(native) {
        Native::Deque(values, _) => Some(NativeData::List(values.iter().copied().collect())),
        Native::Decimal(decimal) => Some(NativeData::Text(decimal.to_text(false))),
        other => datetime_hooks::export(other).map(NativeData::Text),
    }
}

/// What `export` gives.
#[derive(Clone, Debug)]
pub enum NativeData {
    /// Text.
    Text(String),
    /// A list of these values.
    List(Vec<Value>),
}

/// What `repr` prints of a value of the library.
#[derive(Clone, Debug)]
pub enum Shown {
    /// All of it.
    Text(String),
    /// The `repr` of values with commas between, in brackets.
    Parts {
        /// What comes before.
        open: String,
        /// The values.
        values: Vec<Value>,
        /// What comes after.
        close: String,
    },
}

/// `repr(value)`
///
/// # Errors
/// What printing it raises; the memory limit.
pub fn show(context: &mut Context, native: NativeRef) -> Result<Shown, Raise> {
    Ok(match context.heap.native(native) {
        Native::Deque(values, limit) => Shown::Parts {
            open: "deque([".to_owned(),
            values: values.iter().copied().collect(),
            close: limit.map_or("])".to_owned(), |limit| format!("], maxlen={limit})")),
        },
        Native::Decimal(decimal) => {
            let cost = decimal.memory() as u64;
            let text = decimal_hooks::show(decimal);
            context.charge(cost.saturating_mul(cost / 256 + 1))?;
            Shown::Text(text)
        }
        Native::Pattern(regex) => Shown::Text(crate::regex::show(regex)),
        Native::Match(_) => Shown::Text(leaf::show_match(context, native)?),
        Native::Response(response) => Shown::Parts {
            open: "response(".to_owned(),
            values: vec![response.body()],
            close: ")".to_owned(),
        },
        other => Shown::Text(match datetime_hooks::show(other) {
            Some(text) => text,
            None => format!(
                "<{} object at 0x000000000000>",
                type_name(&context.heap, native)
            ),
        }),
    })
}

/// `str(value)`; `None`: as `repr`.
///
/// # Errors
/// What printing it raises.
pub fn display(context: &mut Context, native: NativeRef) -> Result<Option<String>, Raise> {
    Ok(match context.heap.native(native) {
        Native::Decimal(decimal) => {
            let cost = decimal.memory() as u64;
            let text = decimal.to_text(false);
            context.charge(cost.saturating_mul(cost / 256 + 1))?;
            Some(text)
        }
        other => datetime_hooks::display(other),
    })
}

/// `format(value, spec)` for a specification that is not empty; `None`: has none, TypeError.
///
/// # Errors
/// ValueError for a specification that does not fit.
pub fn format(
    context: &mut Context,
    native: NativeRef,
    spec: &str,
) -> Result<Option<String>, Raise> {
    match context.heap.native(native) {
        Native::Decimal(decimal) => {
            let decimal = decimal.clone();
            decimal_hooks::format_hook(context, &decimal, spec)
        }
        _ => datetime_hooks::format(context, native, spec),
    }
}

/// What a builtin function makes of a number of the library.
#[derive(Clone, Copy, Debug)]
pub enum Conversion {
    /// `int(value)`
    Int,
    /// `float(value)`
    Float,
    /// `abs(value)`
    Absolute,
    /// `round(value, digits)`; None for no digits.
    Round(Value),
}

/// The conversion of a value of the library; `None`: not supported, TypeError.
///
/// # Errors
/// What the conversion raises.
pub fn convert(
    context: &mut Context,
    native: NativeRef,
    conversion: Conversion,
) -> Result<Option<Value>, Raise> {
    match (context.heap.native(native), conversion) {
        (Native::Decimal(decimal), _) => {
            let decimal = decimal.clone();
            decimal_hooks::convert(context, &decimal, conversion)
        }
        (&Native::TimeDelta(delta), Conversion::Absolute) => {
            datetime_hooks::absolute(context, delta).map(Some)
        }
        _ => Ok(None),
    }
}

/// Writes text to a value of the library that takes text, such as `io.StringIO`; false: takes none.
///
/// # Errors
/// The memory limit; a closed file.
pub fn write(context: &mut Context, native: NativeRef, text: &str) -> Result<bool, Raise> {
    match context.heap.native(native) {
        Native::StringIo(_) => leaf::write_text(context, native, text).map(|()| true),
        _ => Ok(false),
    }
}

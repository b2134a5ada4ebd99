//! `datetime.time`.

use super::argument::{checked, take, wrong_type};
use super::date::format;
use super::datetime_common::{
    alloc, clock, delta_value, fold, optional_zone, text, time, zone_value,
};
use super::{INT, Leaf, STR, TIME, TIME_DELTA, leaf, tags};
use crate::context::Context;
use crate::native::Native;
use crate::native::datetime::{Delta, Precision, Time, Zone, ZonedTime, parse_time};
use crate::raise::Raise;
use crate::value::Value;
use salami_ir::{Tag, TagSet};

const MAYBE_DELTA: TagSet = tags(&[Tag::TimeDelta, Tag::None]);

pub(super) const LEAVES: &[Leaf] = &[
    leaf("datetime.time", 6, TIME, new),
    leaf("datetime.time.dst", 1, MAYBE_DELTA, none),
    leaf("datetime.time.fold", 1, INT, |c, a| {
        number(c, a, |t| i64::from(t.fold))
    }),
    leaf("datetime.time.fromisoformat", 1, TIME, from_iso_format),
    leaf("datetime.time.hour", 1, INT, |c, a| {
        number(c, a, |t| t.time.hour)
    }),
    leaf("datetime.time.isoformat", 2, STR, iso_format),
    leaf("datetime.time.max", 0, TIME, |c, _| {
        let time = Time {
            hour: 23,
            minute: 59,
            second: 59,
            microsecond: 999_999,
        };
        alloc(
            c,
            Ok(Native::Time(Box::new(ZonedTime {
                time,
                zone: None,
                fold: false,
            }))),
        )
    }),
    leaf("datetime.time.microsecond", 1, INT, |c, a| {
        number(c, a, |t| t.time.microsecond)
    }),
    leaf("datetime.time.min", 0, TIME, |c, _| {
        alloc(
            c,
            Ok(Native::Time(Box::new(ZonedTime {
                time: Time::default(),
                zone: None,
                fold: false,
            }))),
        )
    }),
    leaf("datetime.time.minute", 1, INT, |c, a| {
        number(c, a, |t| t.time.minute)
    }),
    leaf("datetime.time.replace", 7, TIME, replace),
    leaf("datetime.time.resolution", 0, TIME_DELTA, |c, _| {
        alloc(c, Ok(Native::TimeDelta(Delta(1))))
    }),
    leaf("datetime.time.second", 1, INT, |c, a| {
        number(c, a, |t| t.time.second)
    }),
    leaf("datetime.time.strftime", 2, STR, format),
    leaf(
        "datetime.time.tzinfo",
        1,
        tags(&[Tag::TimeZone, Tag::None]),
        zone_of,
    ),
    leaf(
        "datetime.time.tzname",
        1,
        tags(&[Tag::Str, Tag::None]),
        zone_name,
    ),
    leaf("datetime.time.utcoffset", 1, MAYBE_DELTA, utc_offset),
];

fn number(
    context: &mut Context,
    arguments: &[Value],
    get: impl Fn(&ZonedTime) -> i64,
) -> Result<Value, Raise> {
    let [value] = take(arguments)?;
    Ok(Value::Int(get(&time(context, value)?)))
}

fn new(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [hour, minute, second, microsecond, zone, folded] = take(arguments)?;
    let time = clock(
        context,
        [hour, minute, second, microsecond],
        Time::default(),
    )?;
    let fold = fold(context, folded, false)?;
    let zone = optional_zone(context, zone)?;
    alloc(
        context,
        Ok(Native::Time(Box::new(ZonedTime { time, zone, fold }))),
    )
}

fn replace(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [value, hour, minute, second, microsecond, zone, folded] = take(arguments)?;
    let old = time(context, value)?;
    let time = clock(context, [hour, minute, second, microsecond], old.time)?;
    let fold = fold(context, folded, old.fold)?;
    let zone = if zone.is_unset() {
        old.zone
    } else {
        optional_zone(context, zone)?
    };
    alloc(
        context,
        Ok(Native::Time(Box::new(ZonedTime { time, zone, fold }))),
    )
}

fn from_iso_format(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [value] = take(arguments)?;
    let text = text(context, value, "fromisoformat: argument must be str")?;
    alloc(
        context,
        parse_time(&text).map(|time| Native::Time(Box::new(time))),
    )
}

/// The `timespec` argument at a position.
pub(super) fn precision(
    context: &mut Context,
    value: Value,
    position: u8,
) -> Result<Precision, Raise> {
    match value {
        Value::Unset => Ok(Precision::Auto),
        Value::Str(word) => {
            let parsed = Precision::parse(context.heap.str(word));
            checked(context, parsed)
        }
        _ => Err(wrong_type(
            context,
            &format!("isoformat() argument {position} must be str, not {{}}"),
            value,
        )),
    }
}

fn iso_format(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [value, word] = take(arguments)?;
    let time = time(context, value)?;
    let precision = precision(context, word, 1)?;
    context.string(time.iso(precision))
}

fn none(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [value] = take(arguments)?;
    time(context, value)?;
    Ok(Value::None)
}

fn zone_of(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [value] = take(arguments)?;
    let zone = time(context, value)?.zone;
    zone_value(context, zone)
}

fn fixed(zone: Option<Zone>) -> Option<Zone> {
    zone.filter(|zone| zone.region.is_none())
}

fn zone_name(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [value] = take(arguments)?;
    // A region has neither name nor offset for a time of an unknown day.
    match fixed(time(context, value)?.zone) {
        Some(zone) => context.string(zone.text()),
        None => Ok(Value::None),
    }
}

fn utc_offset(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [value] = take(arguments)?;
    let offset = fixed(time(context, value)?.zone).map(|zone| zone.offset);
    delta_value(context, offset)
}

//! `datetime.timedelta` and `datetime.timezone`.

use salami_ir::{Tag, TagSet};

use super::argument::{checked, take, wrong_type};
use super::datetime_common::{alloc, delta, delta_value, zone};
use super::{FLOAT, INT, LIST, Leaf, STR, TIME_DELTA, TIME_ZONE, leaf, tags};
use crate::context::Context;
use crate::native::Native;
use crate::native::datetime::region::{keys, region};
use crate::native::datetime::{DateTime, Delta, Sum, Zone};
use crate::ops;
use crate::raise::Raise;
use crate::value::Value;

const MAYBE_DELTA: TagSet = tags(&[Tag::TimeDelta, Tag::None]);
const MAYBE_STR: TagSet = tags(&[Tag::Str, Tag::None]);
const MAYBE_ZONE: TagSet = tags(&[Tag::TimeZone, Tag::None]);

pub(super) const LEAVES: &[Leaf] = &[
    leaf("datetime.UTC", 0, TIME_ZONE, |c, _| {
        alloc_zone(c, Zone::UTC)
    }),
    leaf("datetime.timedelta", 7, TIME_DELTA, new),
    leaf("datetime.timedelta.days", 1, INT, |c, a| {
        number(c, a, Delta::days)
    }),
    leaf("datetime.timedelta.max", 0, TIME_DELTA, |c, _| {
        alloc(c, Ok(Native::TimeDelta(Delta::MAX)))
    }),
    leaf("datetime.timedelta.microseconds", 1, INT, |c, a| {
        number(c, a, Delta::microseconds)
    }),
    leaf("datetime.timedelta.min", 0, TIME_DELTA, |c, _| {
        alloc(c, Ok(Native::TimeDelta(Delta::MIN)))
    }),
    leaf("datetime.timedelta.resolution", 0, TIME_DELTA, |c, _| {
        alloc(c, Ok(Native::TimeDelta(Delta(1))))
    }),
    leaf("datetime.timedelta.seconds", 1, INT, |c, a| {
        number(c, a, Delta::seconds)
    }),
    leaf("datetime.timedelta.total_seconds", 1, FLOAT, total_seconds),
    leaf("datetime.timezone", 2, TIME_ZONE, new_zone),
    leaf("datetime.timezone.dst", 2, MAYBE_DELTA, saving),
    leaf("datetime.timezone.max", 0, TIME_ZONE, |c, _| {
        alloc_zone(c, edge(1))
    }),
    leaf("datetime.timezone.min", 0, TIME_ZONE, |c, _| {
        alloc_zone(c, edge(-1))
    }),
    leaf("datetime.timezone.tzname", 2, MAYBE_STR, zone_name),
    leaf("_leaf.find_zone", 1, MAYBE_ZONE, find_zone),
    leaf("_leaf.zone_keys", 0, LIST, zone_keys),
    leaf("datetime.timezone.key", 1, STR, zone_key),
    leaf("datetime.timezone.utc", 0, TIME_ZONE, |c, _| {
        alloc_zone(c, Zone::UTC)
    }),
    leaf("datetime.timezone.utcoffset", 2, MAYBE_DELTA, zone_offset),
    leaf("datetime.tzinfo.dst", 2, MAYBE_DELTA, saving),
    leaf("datetime.tzinfo.tzname", 2, MAYBE_STR, zone_name),
    leaf("datetime.tzinfo.utcoffset", 2, MAYBE_DELTA, zone_offset),
];

/// The zones farthest from UTC that have names of their own.
fn edge(sign: i128) -> Zone {
    Zone {
        offset: Delta(sign * (23 * 60 + 59) * 60_000_000),
        name: None,
        region: None,
    }
}

fn alloc_zone(context: &mut Context, zone: Zone) -> Result<Value, Raise> {
    context.heap.alloc_native(Native::TimeZone(Box::new(zone)))
}

fn number(
    context: &mut Context,
    arguments: &[Value],
    get: impl Fn(Delta) -> i64,
) -> Result<Value, Raise> {
    let [value] = take(arguments)?;
    Ok(Value::Int(get(delta(context, value)?)))
}

fn total_seconds(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [value] = take(arguments)?;
    Ok(Value::float(delta(context, value)?.total_seconds()))
}

fn new(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [
        days,
        seconds,
        microseconds,
        milliseconds,
        minutes,
        hours,
        weeks,
    ] = take(arguments)?;
    let mut sum = Sum::default();
    // In CPython's order, which decides how fractions round.
    for (value, unit, name) in [
        (microseconds, 1, "microseconds"),
        (milliseconds, 1_000, "milliseconds"),
        (seconds, 1_000_000, "seconds"),
        (minutes, 60_000_000, "minutes"),
        (hours, 3_600_000_000, "hours"),
        (days, 86_400_000_000, "days"),
        (weeks, 604_800_000_000, "weeks"),
    ] {
        match value {
            Value::Unset => {}
            Value::Float(number) => {
                let added = sum.add_float(number, unit);
                checked(context, added)?;
            }
            _ => match ops::to_bigint(&context.heap, value) {
                Some(number) => {
                    context.charge(number.bits() / 64)?;
                    sum.add_integer(&number, unit);
                }
                None => {
                    let message = format!("unsupported type for timedelta {name} component: {{}}");
                    return Err(wrong_type(context, &message, value));
                }
            },
        }
    }
    alloc(context, sum.finish().map(Native::TimeDelta))
}

fn new_zone(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [offset, name] = take(arguments)?;
    let is_delta = matches!(offset, Value::Native(handle) if matches!(context.heap.native(handle), Native::TimeDelta(_)));
    if !is_delta {
        return Err(wrong_type(
            context,
            "timezone() argument 1 must be datetime.timedelta, not {}",
            offset,
        ));
    }
    let offset = delta(context, offset)?;
    let name = match name {
        Value::Unset => None,
        Value::Str(text) => Some(context.heap.str(text).to_owned()),
        _ => {
            return Err(wrong_type(
                context,
                "timezone() argument 2 must be str, not {}",
                name,
            ));
        }
    };
    let made = Zone::new(offset, name.as_deref());
    let made = checked(context, made)?;
    alloc_zone(context, made)
}

/// The zone of a method whose argument is a datetime or None, as it is then; None for a region
/// without a moment.
fn receiver(
    context: &mut Context,
    arguments: &[Value],
    method: &str,
) -> Result<Option<(Zone, Option<DateTime>)>, Raise> {
    let [value, moment] = take(arguments)?;
    let zone = zone(context, value)?;
    let moment = match moment {
        Value::None | Value::Unset => None,
        Value::Native(handle) => match context.heap.native(handle) {
            Native::DateTime(moment) => Some(moment.as_ref().clone()),
            _ => return Err(wrong_moment(context, moment, method)),
        },
        _ => return Err(wrong_moment(context, moment, method)),
    };
    Ok(match (&moment, zone.region) {
        (None, Some(_)) => None,
        (Some(known), Some(_)) => {
            let zone = zone.at_local(known.local_microseconds(), known.fold);
            Some((zone, moment))
        }
        _ => Some((zone, moment)),
    })
}

fn wrong_moment(context: &mut Context, value: Value, method: &str) -> Raise {
    let message = format!("{method}(dt) argument must be a datetime instance or None, not {{}}");
    wrong_type(context, &message, value)
}

fn zone_name(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    match receiver(context, arguments, "tzname")? {
        Some((zone, _)) => context.string(zone.text()),
        None => Ok(Value::None),
    }
}

fn zone_offset(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let found = receiver(context, arguments, "utcoffset")?;
    delta_value(context, found.map(|(zone, _)| zone.offset))
}

fn saving(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let found = receiver(context, arguments, "dst")?;
    let saving = found.and_then(|(zone, moment)| {
        let (region, moment) = (zone.region?, moment?);
        let local = region.at_local(moment.local_microseconds(), moment.fold);
        Some(Delta(i128::from(local.saving) * 1_000_000))
    });
    delta_value(context, saving)
}

/// The region of a name; None if there is none.
fn find_zone(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [key] = take(arguments)?;
    let Value::Str(text) = key else {
        return Err(wrong_type(context, "zone names are str, not {}", key));
    };
    context.charge(2_000)?;
    match region(context.heap.str(text)) {
        Some(region) => alloc_zone(context, Zone::of_region(region)),
        None => Ok(Value::None),
    }
}

fn zone_key(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [value] = take(arguments)?;
    match zone(context, value)?.region {
        Some(region) => context.string(region.key),
        None => {
            let message = "'datetime.timezone' object has no attribute 'key'";
            Err(context.raise(salami_ir::BuiltinException::AttributeError, message))
        }
    }
}

fn zone_keys(context: &mut Context, _: &[Value]) -> Result<Value, Raise> {
    context.charge(10_000)?;
    let mut all: Vec<&'static str> = keys().collect();
    all.sort_unstable();
    let mut values = Vec::with_capacity(all.len());
    for key in all {
        values.push(context.string(key)?);
    }
    context.list(values)
}

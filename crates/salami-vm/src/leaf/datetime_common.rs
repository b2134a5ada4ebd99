//! What the leaves of dates and times share.

use super::argument::{checked, parsed_small, wrong_type};
use crate::context::Context;
use crate::format::Failure;
use crate::native::Native;
use crate::native::datetime::{Date, DateTime, Delta, Time, Zone, ZonedTime};
use crate::raise::Raise;
use crate::value::Value;

/// A result as a value.
pub(super) fn alloc(
    context: &mut Context,
    result: Result<Native, Failure>,
) -> Result<Value, Raise> {
    let native = checked(context, result)?;
    context.heap.alloc_native(native)
}

pub(super) fn alloc_moment(
    context: &mut Context,
    result: Result<DateTime, Failure>,
) -> Result<Value, Raise> {
    let result = result.map(|moment| {
        let local = moment.local_microseconds();
        let zone = moment.zone.as_ref();
        let zone = zone.map(|zone| zone.at_local(local, moment.fold));
        Native::DateTime(Box::new(DateTime { zone, ..moment }))
    });
    alloc(context, result)
}

fn wrong(context: &mut Context, value: Value, class: &str) -> Raise {
    let message = format!("descriptor for '{class}' objects doesn't apply to a '{{}}' object");
    wrong_type(context, &message, value)
}

fn native(context: &Context, value: Value) -> Option<&Native> {
    match value {
        Value::Native(handle) => Some(context.heap.native(handle)),
        _ => None,
    }
}

/// The date of a date or datetime.
pub(super) fn date(context: &mut Context, value: Value) -> Result<Date, Raise> {
    match native(context, value) {
        Some(Native::Date(date)) => Ok(*date),
        Some(Native::DateTime(moment)) => Ok(moment.date),
        _ => Err(wrong(context, value, "datetime.date")),
    }
}

pub(super) fn moment(context: &mut Context, value: Value) -> Result<DateTime, Raise> {
    match native(context, value) {
        Some(Native::DateTime(moment)) => Ok(moment.as_ref().clone()),
        _ => Err(wrong(context, value, "datetime.datetime")),
    }
}

/// The time of a time or datetime.
pub(super) fn time(context: &mut Context, value: Value) -> Result<ZonedTime, Raise> {
    match native(context, value) {
        Some(Native::Time(time)) => Ok(time.as_ref().clone()),
        Some(Native::DateTime(moment)) => Ok(ZonedTime {
            time: moment.time,
            zone: moment.zone.clone(),
            fold: moment.fold,
        }),
        _ => Err(wrong(context, value, "datetime.time")),
    }
}

pub(super) fn delta(context: &mut Context, value: Value) -> Result<Delta, Raise> {
    match native(context, value) {
        Some(Native::TimeDelta(delta)) => Ok(*delta),
        _ => Err(wrong(context, value, "datetime.timedelta")),
    }
}

pub(super) fn zone(context: &mut Context, value: Value) -> Result<Zone, Raise> {
    match native(context, value) {
        Some(Native::TimeZone(zone)) => Ok(zone.as_ref().clone()),
        _ => Err(wrong(context, value, "datetime.timezone")),
    }
}

/// A zone or None as an argument.
pub(super) fn optional_zone(context: &mut Context, value: Value) -> Result<Option<Zone>, Raise> {
    match native(context, value) {
        Some(Native::TimeZone(zone)) => Ok(Some(zone.as_ref().clone())),
        _ if matches!(value, Value::None | Value::Unset) => Ok(None),
        _ => Err(wrong_type(
            context,
            "tzinfo argument must be None or of a tzinfo subclass, not type '{}'",
            value,
        )),
    }
}

pub(super) fn zone_value(context: &mut Context, zone: Option<Zone>) -> Result<Value, Raise> {
    match zone {
        Some(zone) => context.heap.alloc_native(Native::TimeZone(Box::new(zone))),
        None => Ok(Value::None),
    }
}

pub(super) fn delta_value(context: &mut Context, delta: Option<Delta>) -> Result<Value, Raise> {
    match delta {
        Some(delta) => context.heap.alloc_native(Native::TimeDelta(delta)),
        None => Ok(Value::None),
    }
}

/// An integer argument, or what stands for one that is not given.
pub(super) fn part(context: &mut Context, value: Value, default: i64) -> Result<i64, Raise> {
    if value.is_unset() {
        return Ok(default);
    }
    parsed_small(context, value).map(i64::from)
}

/// A time of day from arguments.
pub(super) fn clock(
    context: &mut Context,
    values: [Value; 4],
    default: Time,
) -> Result<Time, Raise> {
    let [hour, minute, second, microsecond] = values;
    let hour = part(context, hour, default.hour)?;
    let minute = part(context, minute, default.minute)?;
    let second = part(context, second, default.second)?;
    let microsecond = part(context, microsecond, default.microsecond)?;
    checked(context, Time::new(hour, minute, second, microsecond))
}

pub(super) fn fold(context: &mut Context, value: Value, default: bool) -> Result<bool, Raise> {
    match part(context, value, i64::from(default))? {
        0 => Ok(false),
        1 => Ok(true),
        _ => Err(context.value_error("fold must be either 0 or 1")),
    }
}

/// A text argument of a method.
pub(super) fn text(context: &mut Context, value: Value, message: &str) -> Result<String, Raise> {
    match value {
        Value::Str(text) => {
            context.charge(text.byte_length() as u64 / 16)?;
            Ok(context.heap.str(text).to_owned())
        }
        _ => Err(wrong_type(context, message, value)),
    }
}

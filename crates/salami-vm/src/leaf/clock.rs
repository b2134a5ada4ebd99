//! The recorded clock, and waiting for it. It stands still until the machine has waited, so all its
//! faces (`time.time`, `datetime.now`) agree; `time.monotonic` and its like count from the start.

use num_traits::ToPrimitive as _;
use salami_ir::BuiltinException;

use super::argument::{integer, take};
use super::datetime_common::{alloc, alloc_moment, optional_zone};
use super::{ANY, DATE, DATE_TIME, FLOAT, INT, Leaf, NONE, leaf};
use crate::context::Context;
use crate::native::Native;
use crate::native::datetime::{Date, DateTime, Zone};
use crate::raise::Raise;
use crate::value::Value;
use crate::wait::{Wait, after};

pub(super) const LEAVES: &[Leaf] = &[
    leaf("_leaf.clock", 0, INT, |context, _| {
        Ok(Value::Int(context.clock))
    }),
    leaf("_leaf.begin_timeout", 1, ANY, begin_timeout),
    leaf("_leaf.end_timeout", 1, NONE, end_timeout),
    leaf("_leaf.instant_after", 1, INT, instant_after),
    leaf("_leaf.wait_until", 1, NONE, wait_until),
    leaf("datetime.date.today", 0, DATE, today),
    leaf("datetime.datetime.now", 1, DATE_TIME, now),
    leaf("datetime.datetime.today", 0, DATE_TIME, |context, _| {
        let moment = moment(context);
        alloc_moment(context, moment)
    }),
    leaf("datetime.datetime.utcnow", 0, DATE_TIME, |context, _| {
        let moment = moment(context);
        alloc_moment(context, moment)
    }),
    leaf("time.monotonic", 0, FLOAT, since_start),
    leaf("time.monotonic_ns", 0, INT, since_start_ns),
    leaf("time.perf_counter", 0, FLOAT, since_start),
    leaf("time.perf_counter_ns", 0, INT, since_start_ns),
    leaf("time.process_time", 0, FLOAT, since_start),
    leaf("time.time", 0, FLOAT, |context, _| {
        Ok(Value::float(context.clock as f64 / 1e6))
    }),
    leaf("time.time_ns", 0, INT, |context, _| {
        let nanoseconds = i128::from(context.clock) * 1000;
        context.int(nanoseconds)
    }),
];

fn since_start(context: &mut Context, _: &[Value]) -> Result<Value, Raise> {
    let passed = context.clock.saturating_sub(context.started);
    Ok(Value::float(passed as f64 / 1e6))
}

fn since_start_ns(context: &mut Context, _: &[Value]) -> Result<Value, Raise> {
    let passed = context.clock.saturating_sub(context.started);
    context.int(i128::from(passed) * 1000)
}

/// The clock as a date and time of day in UTC, which is local time too.
fn moment(context: &Context) -> Result<DateTime, crate::format::Failure> {
    let epoch = Date {
        year: 1970,
        month: 1,
        day: 1,
    };
    let epoch = i128::from(epoch.ordinal()) * 86_400_000_000;
    DateTime::from_local(epoch + i128::from(context.clock), None)
}

fn today(context: &mut Context, _: &[Value]) -> Result<Value, Raise> {
    let date = moment(context).map(|moment| Native::Date(moment.date));
    alloc(context, date)
}

fn now(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [zone] = take(arguments)?;
    let zone = optional_zone(context, zone)?;
    let moment = match zone {
        None => moment(context),
        Some(zone) => moment(context).and_then(|moment| {
            let universal = DateTime {
                zone: Some(Zone::UTC),
                ..moment
            };
            universal.moved_to(zone)
        }),
    };
    alloc_moment(context, moment)
}

/// When a sleep of so many seconds that begins now ends, with the errors of `time.sleep`.
fn instant_after(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    /// CPython counts nanoseconds in 64 bits.
    const LONGEST: f64 = 9_223_372_036.854_775;
    let [seconds] = take(arguments)?;
    let (length, is_float) = match seconds {
        Value::Float(length) => (length, true),
        _ => {
            let whole = integer(context, seconds)?;
            (whole.to_f64().unwrap_or(f64::INFINITY), false)
        }
    };
    if length.is_nan() {
        return Err(context.value_error("Invalid value NaN (not a number)"));
    }
    if length.abs() > LONGEST {
        let message = if is_float {
            "timestamp out of range for platform time_t"
        } else {
            "timestamp too large to convert to C _PyTime_t"
        };
        return Err(context.raise(BuiltinException::OverflowError, message));
    }
    if length < 0.0 {
        return Err(context.value_error("sleep length must be non-negative"));
    }
    let instant = after(context.clock, length);
    Ok(Value::Int(instant))
}

/// From now on nothing is waited for past an instant, nor past the one that was set before, which it gives.
fn begin_timeout(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [instant] = take(arguments)?;
    let instant = integer(context, instant)?.to_i64().unwrap_or(i64::MAX);
    let outer = context.deadline;
    context.deadline = Some(outer.map_or(instant, |outer| outer.min(instant)));
    Ok(outer.map_or(Value::None, Value::Int))
}

/// Sets the instant again that was set before.
fn end_timeout(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [outer] = take(arguments)?;
    context.deadline = match outer {
        Value::None => None,
        instant => Some(integer(context, instant)?.to_i64().unwrap_or(i64::MAX)),
    };
    Ok(Value::None)
}

/// Stops the machine until the clock has come so far.
fn wait_until(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [instant] = take(arguments)?;
    let Value::Int(instant) = instant else {
        return Err(context.type_error("an instant is a whole number of microseconds"));
    };
    if context.clock >= instant && context.interrupt.is_none() {
        return Ok(Value::None);
    }
    context.wait = Some(Wait::Until(instant));
    Err(Raise::Suspend)
}

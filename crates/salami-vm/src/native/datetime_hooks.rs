//! Dates and times among the other values: operators, comparison, hash, text.

use std::cmp::Ordering;

use num_bigint::BigInt;
use num_integer::Integer;
use num_traits::Zero;
use salami_ir::instruction::Comparison;

use super::datetime::{
    DAY, Date, DateTime, Delta, Moment, Precision, Time, Zone, ZonedTime, quotient,
    round_half_even, strftime,
};
use super::{Native, UnaryOperator};
use crate::context::Context;
use crate::format::Failure;
use crate::ops::{self, BinaryOperator};
use crate::raise::Raise;
use crate::value::{NativeRef, Value};

fn kind(context: &Context, value: Value) -> Option<Native> {
    let Value::Native(handle) = value else {
        return None;
    };
    match context.heap.native(handle) {
        native @ (Native::Date(_) | Native::DateTime(_) | Native::TimeDelta(_)) => {
            Some(native.clone())
        }
        _ => None,
    }
}

fn finish(context: &mut Context, result: Result<Native, Failure>) -> Result<Option<Value>, Raise> {
    match result {
        Ok(native) => context.heap.alloc_native(native).map(Some),
        Err(failure) => Err(context.raise(failure.class, failure.message)),
    }
}

/// A date so many days later.
fn moved_date(date: Date, days: i64) -> Result<Native, Failure> {
    let moved = date
        .ordinal()
        .checked_add(days)
        .and_then(Date::from_ordinal);
    moved
        .map(Native::Date)
        .ok_or_else(|| Failure::overflow("date value out of range"))
}

fn moved(moment: &DateTime, delta: i128) -> Result<Native, Failure> {
    let result = DateTime::from_local(moment.local_microseconds() + delta, moment.zone.clone())?;
    Ok(Native::DateTime(Box::new(result)))
}

pub(super) fn binary(
    context: &mut Context,
    operator: BinaryOperator,
    left: Value,
    right: Value,
) -> Result<Option<Value>, Raise> {
    use BinaryOperator::{Add, Divide, FloorDivide, Modulo, Multiply, Subtract};
    let result = match (kind(context, left), operator, kind(context, right)) {
        (Some(Native::Date(date)), Add, Some(Native::TimeDelta(delta)))
        | (Some(Native::TimeDelta(delta)), Add, Some(Native::Date(date))) => {
            moved_date(date, delta.days())
        }
        (Some(Native::Date(date)), Subtract, Some(Native::TimeDelta(delta))) => {
            moved_date(date, -delta.days())
        }
        (Some(Native::Date(one)), Subtract, Some(Native::Date(other))) => Ok(Native::TimeDelta(
            Delta(i128::from(one.ordinal() - other.ordinal()) * DAY),
        )),
        (Some(Native::DateTime(moment)), Add, Some(Native::TimeDelta(delta)))
        | (Some(Native::TimeDelta(delta)), Add, Some(Native::DateTime(moment))) => {
            moved(&moment, delta.0)
        }
        (Some(Native::DateTime(moment)), Subtract, Some(Native::TimeDelta(delta))) => {
            moved(&moment, -delta.0)
        }
        (Some(Native::DateTime(one)), Subtract, Some(Native::DateTime(other))) => {
            if one.zone.is_some() != other.zone.is_some() {
                return Err(
                    context.type_error("can't subtract offset-naive and offset-aware datetimes")
                );
            }
            let (one, other) = one.comparable(&other);
            Ok(Native::TimeDelta(Delta(one - other)))
        }
        (Some(Native::TimeDelta(one)), Add, Some(Native::TimeDelta(other))) => {
            Delta::new(one.0 + other.0).map(Native::TimeDelta)
        }
        (Some(Native::TimeDelta(one)), Subtract, Some(Native::TimeDelta(other))) => {
            Delta::new(one.0 - other.0).map(Native::TimeDelta)
        }
        (
            Some(Native::TimeDelta(one)),
            Divide | FloorDivide | Modulo,
            Some(Native::TimeDelta(other)),
        ) => {
            return between(context, operator, one, other).map(Some);
        }
        (Some(Native::TimeDelta(delta)), Multiply | Divide | FloorDivide, None) => {
            return scaled(context, operator, delta, right);
        }
        (None, Multiply, Some(Native::TimeDelta(delta))) => {
            return scaled(context, operator, delta, left);
        }
        _ => return Ok(None),
    };
    finish(context, result)
}

/// Quotients of two durations.
fn between(
    context: &mut Context,
    operator: BinaryOperator,
    one: Delta,
    other: Delta,
) -> Result<Value, Raise> {
    if other.0 == 0 {
        return Err(context.zero_division(match operator {
            BinaryOperator::Divide => "division by zero",
            BinaryOperator::Modulo => "integer modulo by zero",
            _ => "integer division or modulo by zero",
        }));
    }
    match operator {
        BinaryOperator::Divide => Ok(Value::float(quotient(
            &BigInt::from(one.0),
            &BigInt::from(other.0),
        ))),
        BinaryOperator::FloorDivide => {
            context.int(BigInt::from(Integer::div_floor(&one.0, &other.0)))
        }
        _ => context
            .heap
            .alloc_native(Native::TimeDelta(Delta(Integer::mod_floor(
                &one.0, &other.0,
            )))),
    }
}

/// A duration times or through a number.
fn scaled(
    context: &mut Context,
    operator: BinaryOperator,
    delta: Delta,
    factor: Value,
) -> Result<Option<Value>, Raise> {
    let one = BigInt::from(1);
    let (numerator, denominator) = match factor {
        Value::Float(_) if operator == BinaryOperator::FloorDivide => return Ok(None),
        Value::Float(number) => match ratio(number) {
            Ok(ratio) => ratio,
            Err(failure) => return Err(context.raise(failure.class, failure.message)),
        },
        _ => match ops::to_bigint(&context.heap, factor) {
            Some(number) => (number, one),
            None => return Ok(None),
        },
    };
    let total = BigInt::from(delta.0);
    context.charge(numerator.bits() / 64 + 4)?;
    let result = match operator {
        BinaryOperator::Multiply => delta.scaled(&numerator, &denominator),
        _ if numerator.is_zero() => {
            return Err(context.zero_division("integer division or modulo by zero"));
        }
        BinaryOperator::FloorDivide => Delta::from_big(&total.div_floor(&numerator)),
        _ => {
            // The rounding looks at the sign of the divisor: make it positive.
            let (numerator, denominator) = if numerator < BigInt::zero() {
                (-numerator, -denominator)
            } else {
                (numerator, denominator)
            };
            Delta::from_big(&round_half_even(&(total * denominator), &numerator))
        }
    };
    finish(context, result.map(Native::TimeDelta))
}

/// A float as a fraction.
fn ratio(value: f64) -> Result<(BigInt, BigInt), Failure> {
    if value.is_nan() {
        return Err(Failure::value("cannot convert NaN to integer ratio"));
    }
    if value.is_infinite() {
        return Err(Failure::overflow(
            "cannot convert Infinity to integer ratio",
        ));
    }
    let (numerator, denominator) = super::decimal::Decimal::from_float(value).integer_ratio();
    Ok((numerator, BigInt::from(denominator)))
}

pub(super) fn unary(
    context: &mut Context,
    operator: UnaryOperator,
    delta: Delta,
) -> Result<Option<Value>, Raise> {
    let result = match operator {
        UnaryOperator::Negate => Delta::new(-delta.0),
        UnaryOperator::Positive => Ok(delta),
        UnaryOperator::Invert => return Ok(None),
    };
    finish(context, result.map(Native::TimeDelta))
}

pub(super) fn absolute(context: &mut Context, delta: Delta) -> Result<Value, Raise> {
    match Delta::new(delta.0.abs()) {
        Ok(delta) => context.heap.alloc_native(Native::TimeDelta(delta)),
        Err(failure) => Err(context.raise(failure.class, failure.message)),
    }
}

/// Microseconds since midnight in UTC; may be outside of the day.
fn absolute_time(time: &ZonedTime) -> i128 {
    time.time.microseconds() - time.zone.as_ref().map_or(0, |zone| zone.offset.0)
}

pub(super) fn equal(one: &Native, other: &Native) -> Option<bool> {
    Some(match (one, other) {
        (Native::Date(one), Native::Date(other)) => one == other,
        (Native::TimeDelta(one), Native::TimeDelta(other)) => one == other,
        (Native::TimeZone(one), Native::TimeZone(other)) => match (one.region, other.region) {
            (None, None) => one.offset == other.offset,
            (one, other) => one == other,
        },
        (Native::DateTime(one), Native::DateTime(other)) => {
            let (left, right) = one.comparable(other);
            one.zone.is_some() == other.zone.is_some() && left == right
        }
        (Native::Time(one), Native::Time(other)) => {
            one.zone.is_some() == other.zone.is_some() && absolute_time(one) == absolute_time(other)
        }
        _ => return None,
    })
}

pub(super) fn order(
    context: &mut Context,
    comparison: Comparison,
    left: Value,
    right: Value,
) -> Result<Option<bool>, Raise> {
    let (Value::Native(left), Value::Native(right)) = (left, right) else {
        return Ok(None);
    };
    let order = match (context.heap.native(left), context.heap.native(right)) {
        (Native::Date(one), Native::Date(other)) => one.cmp(other),
        (Native::TimeDelta(one), Native::TimeDelta(other)) => one.cmp(other),
        (Native::DateTime(one), Native::DateTime(other)) => {
            if one.zone.is_some() != other.zone.is_some() {
                return Err(
                    context.type_error("can't compare offset-naive and offset-aware datetimes")
                );
            }
            let (one, other) = one.comparable(other);
            one.cmp(&other)
        }
        (Native::Time(one), Native::Time(other)) => {
            if one.zone.is_some() != other.zone.is_some() {
                return Err(context.type_error("can't compare offset-naive and offset-aware times"));
            }
            absolute_time(one).cmp(&absolute_time(other))
        }
        (Native::Date(_), Native::DateTime(_)) | (Native::DateTime(_), Native::Date(_)) => {
            return Err(context.type_error("can't compare datetime.datetime to datetime.date"));
        }
        _ => return Ok(None),
    };
    Ok(Some(match comparison {
        Comparison::Less => order == Ordering::Less,
        Comparison::LessOrEqual => order != Ordering::Greater,
        Comparison::Greater => order == Ordering::Greater,
        Comparison::GreaterOrEqual => order != Ordering::Less,
        _ => return Ok(None),
    }))
}

/// Bits that equal values share; the table's hash mixes them.
pub(super) fn hash(native: &Native) -> Option<u64> {
    let mix = |salt: u64, total: i128| {
        let low = total as u64;
        let high = (total >> 64) as u64;
        low ^ high.rotate_left(32) ^ salt.rotate_left(56)
    };
    Some(match native {
        Native::Date(date) => mix(1, i128::from(date.ordinal())),
        Native::Time(time) => mix(2 + u64::from(time.zone.is_some()), absolute_time(time)),
        Native::DateTime(moment) => {
            // Both of two equal local times hash as the first: within a region they are equal.
            let local = moment.local_microseconds();
            let offset = moment.zone.as_ref();
            let offset = offset.map_or(0, |zone| zone.at_local(local, false).offset.0);
            mix(4 + u64::from(moment.zone.is_some()), local - offset)
        }
        Native::TimeDelta(delta) => mix(6, delta.0),
        Native::TimeZone(zone) => match zone.region {
            Some(region) => {
                let key = crate::hash::HashKey::default();
                key.bytes(8, region.key.as_bytes())
            }
            None => mix(7, zone.offset.0),
        },
        _ => return None,
    })
}

pub(super) fn show(native: &Native) -> Option<String> {
    Some(match native {
        Native::Date(Date { year, month, day }) => format!("datetime.date({year}, {month}, {day})"),
        Native::Time(time) => time.repr(),
        Native::DateTime(moment) => moment.repr(),
        Native::TimeDelta(delta) => delta.repr(),
        Native::TimeZone(zone) => zone.repr(),
        _ => return None,
    })
}

pub(super) fn display(native: &Native) -> Option<String> {
    Some(match native {
        Native::Date(date) => date.iso(),
        Native::Time(time) => time.iso(Precision::Auto),
        Native::DateTime(moment) => moment.iso(' ', Precision::Auto),
        Native::TimeDelta(delta) => delta.text(),
        Native::TimeZone(zone) => match zone.region {
            Some(region) => region.key.to_owned(),
            None => zone.text(),
        },
        _ => return None,
    })
}

pub(super) fn export(native: &Native) -> Option<String> {
    match native {
        Native::DateTime(moment) => Some(moment.iso('T', Precision::Auto)),
        other => display(other),
    }
}

/// `format(value, spec)`, which is `strftime` for all but durations and zones.
pub(crate) fn format(
    context: &mut Context,
    native: NativeRef,
    spec: &str,
) -> Result<Option<String>, Raise> {
    // Each directive may be as wide as 1,024, and `%c` holds others.
    let size = spec.len().saturating_mul(1_100);
    context.reserve(size)?;
    context.charge(spec.len() as u64 * 4 + 10)?;
    let (date, time, zone): (Date, Time, Option<&Zone>) = match context.heap.native(native) {
        Native::Date(date) => (*date, Time::default(), None),
        Native::Time(time) => (
            Date {
                year: 1900,
                month: 1,
                day: 1,
            },
            time.time,
            time.zone.as_ref().filter(|zone| zone.region.is_none()),
        ),
        Native::DateTime(moment) => (moment.date, moment.time, moment.zone.as_ref()),
        _ => return Ok(None),
    };
    let name = zone.map(Zone::text);
    let moment = Moment {
        date,
        time,
        offset: zone.map(|zone| zone.offset),
        zone: name.as_deref(),
    };
    Ok(Some(strftime(&moment, spec)))
}

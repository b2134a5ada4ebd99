//! `datetime.datetime`. A time without a zone is taken as UTC where an instant is asked for.

use super::argument::{checked, take, wrong_type};
use super::date::{format, iso_date, moment_of_timestamp, ordinal_date, strftime};
use super::datetime_common::{
    alloc, alloc_moment, clock, date, delta_value, fold, moment, optional_zone, part, text, time,
    zone_value,
};
use super::re::search;
use super::{DATE, DATE_TIME, FLOAT, INT, Leaf, STR, TIME, TIME_DELTA, leaf, tags};
use crate::context::Context;
use crate::native::Native;
use crate::native::datetime::{
    Date, DateTime, Delta, Stop, Time, Zone, ZonedTime, parse_datetime, strptime,
};
use crate::raise::Raise;
use crate::value::Value;
use salami_ir::{Tag, TagSet};

const MAYBE_DELTA: TagSet = tags(&[Tag::TimeDelta, Tag::None]);
const MAYBE_ZONE: TagSet = tags(&[Tag::TimeZone, Tag::None]);

pub(super) const LEAVES: &[Leaf] = &[
    leaf("datetime.datetime", 9, DATE_TIME, new),
    leaf("datetime.datetime.astimezone", 2, DATE_TIME, as_time_zone),
    leaf("datetime.datetime.combine", 3, DATE_TIME, combine),
    leaf("datetime.datetime.ctime", 1, STR, ctime),
    leaf("datetime.datetime.date", 1, DATE, date_of),
    leaf("datetime.datetime.dst", 1, MAYBE_DELTA, saving),
    leaf("datetime.datetime.fold", 1, INT, |c, a| {
        number(c, a, |m| i64::from(m.fold))
    }),
    leaf(
        "datetime.datetime.fromisocalendar",
        3,
        DATE_TIME,
        from_iso_calendar,
    ),
    leaf(
        "datetime.datetime.fromisoformat",
        1,
        DATE_TIME,
        from_iso_format,
    ),
    leaf("datetime.datetime.fromordinal", 1, DATE_TIME, from_ordinal),
    leaf(
        "datetime.datetime.fromtimestamp",
        2,
        DATE_TIME,
        from_timestamp,
    ),
    leaf("datetime.datetime.hour", 1, INT, |c, a| {
        number(c, a, |m| m.time.hour)
    }),
    leaf("datetime.datetime.isoformat", 3, STR, iso_format),
    leaf("datetime.datetime.max", 0, DATE_TIME, |c, _| {
        let time = Time {
            hour: 23,
            minute: 59,
            second: 59,
            microsecond: 999_999,
        };
        alloc_moment(
            c,
            Ok(DateTime {
                date: Date::MAX,
                time,
                zone: None,
                fold: false,
            }),
        )
    }),
    leaf("datetime.datetime.microsecond", 1, INT, |c, a| {
        number(c, a, |m| m.time.microsecond)
    }),
    leaf("datetime.datetime.min", 0, DATE_TIME, |c, _| {
        alloc_moment(c, Ok(midnight(Date::MIN)))
    }),
    leaf("datetime.datetime.minute", 1, INT, |c, a| {
        number(c, a, |m| m.time.minute)
    }),
    leaf("datetime.datetime.replace", 10, DATE_TIME, replace),
    leaf("datetime.datetime.resolution", 0, TIME_DELTA, |c, _| {
        alloc(c, Ok(Native::TimeDelta(Delta(1))))
    }),
    leaf("datetime.datetime.second", 1, INT, |c, a| {
        number(c, a, |m| m.time.second)
    }),
    leaf("datetime.datetime.strftime", 2, STR, format),
    leaf("datetime.datetime.strptime", 2, DATE_TIME, parse),
    leaf("datetime.datetime.time", 1, TIME, |c, a| {
        time_of(c, a, false)
    }),
    leaf("datetime.datetime.timestamp", 1, FLOAT, timestamp),
    leaf("datetime.datetime.timetz", 1, TIME, |c, a| {
        time_of(c, a, true)
    }),
    leaf("datetime.datetime.tzinfo", 1, MAYBE_ZONE, zone_of),
    leaf(
        "datetime.datetime.tzname",
        1,
        tags(&[Tag::Str, Tag::None]),
        zone_name,
    ),
    leaf(
        "datetime.datetime.utcfromtimestamp",
        1,
        DATE_TIME,
        utc_from_timestamp,
    ),
    leaf("datetime.datetime.utcoffset", 1, MAYBE_DELTA, utc_offset),
];

fn midnight(date: Date) -> DateTime {
    DateTime {
        date,
        time: Time::default(),
        zone: None,
        fold: false,
    }
}

fn number(
    context: &mut Context,
    arguments: &[Value],
    get: impl Fn(&DateTime) -> i64,
) -> Result<Value, Raise> {
    let [value] = take(arguments)?;
    Ok(Value::Int(get(&moment(context, value)?)))
}

fn new(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [
        year,
        month,
        day,
        hour,
        minute,
        second,
        microsecond,
        zone,
        folded,
    ] = take(arguments)?;
    let (year, month, day) = (
        part(context, year, 0)?,
        part(context, month, 0)?,
        part(context, day, 0)?,
    );
    // All are read before any is checked, as CPython does.
    let parts = [hour, minute, second, microsecond];
    for value in parts {
        part(context, value, 0)?;
    }
    let date = checked(context, Date::new(year, month, day))?;
    let time = clock(context, parts, Time::default())?;
    let fold = fold(context, folded, false)?;
    let zone = optional_zone(context, zone)?;
    alloc_moment(
        context,
        Ok(DateTime {
            date,
            time,
            zone,
            fold,
        }),
    )
}

fn replace(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [
        value,
        year,
        month,
        day,
        hour,
        minute,
        second,
        microsecond,
        zone,
        folded,
    ] = take(arguments)?;
    let old = moment(context, value)?;
    let year = part(context, year, old.date.year)?;
    let month = part(context, month, old.date.month)?;
    let day = part(context, day, old.date.day)?;
    let date = checked(context, Date::new(year, month, day))?;
    let time = clock(context, [hour, minute, second, microsecond], old.time)?;
    let fold = fold(context, folded, old.fold)?;
    let zone = if zone.is_unset() {
        old.zone
    } else {
        optional_zone(context, zone)?
    };
    alloc_moment(
        context,
        Ok(DateTime {
            date,
            time,
            zone,
            fold,
        }),
    )
}

fn combine(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [day, clock, zone] = take(arguments)?;
    let is = |context: &Context, value, wanted: fn(&Native) -> bool| match value {
        Value::Native(handle) => wanted(context.heap.native(handle)),
        _ => false,
    };
    if !is(context, day, |native| {
        matches!(native, Native::Date(_) | Native::DateTime(_))
    }) {
        return Err(wrong_type(
            context,
            "combine() argument 1 must be datetime.date, not {}",
            day,
        ));
    }
    if !is(context, clock, |native| matches!(native, Native::Time(_))) {
        return Err(wrong_type(
            context,
            "combine() argument 2 must be datetime.time, not {}",
            clock,
        ));
    }
    let date = date(context, day)?;
    let clock = time(context, clock)?;
    let zone = if zone.is_unset() {
        clock.zone
    } else {
        optional_zone(context, zone)?
    };
    alloc_moment(
        context,
        Ok(DateTime {
            date,
            time: clock.time,
            zone,
            fold: clock.fold,
        }),
    )
}

fn as_time_zone(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [value, zone] = take(arguments)?;
    let mut old = moment(context, value)?;
    let zone = optional_zone(context, zone)?.unwrap_or(Zone::UTC);
    old.zone.get_or_insert(Zone::UTC);
    alloc_moment(context, old.moved_to(zone))
}

fn date_of(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [value] = take(arguments)?;
    let date = moment(context, value)?.date;
    alloc(context, Ok(Native::Date(date)))
}

fn time_of(context: &mut Context, arguments: &[Value], zoned: bool) -> Result<Value, Raise> {
    let [value] = take(arguments)?;
    let moment = moment(context, value)?;
    let zone = moment.zone.filter(|_| zoned);
    alloc(
        context,
        Ok(Native::Time(Box::new(ZonedTime {
            time: moment.time,
            zone,
            fold: moment.fold,
        }))),
    )
}

/// How much of the offset is daylight saving time; only a region knows.
fn saving(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [value] = take(arguments)?;
    let moment = moment(context, value)?;
    let region = moment.zone.as_ref().and_then(|zone| zone.region);
    let saving = region.map(|region| {
        let local = region.at_local(moment.local_microseconds(), moment.fold);
        Delta(i128::from(local.saving) * 1_000_000)
    });
    delta_value(context, saving)
}

fn zone_of(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [value] = take(arguments)?;
    let zone = moment(context, value)?.zone;
    zone_value(context, zone)
}

fn zone_name(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [value] = take(arguments)?;
    match moment(context, value)?.zone {
        Some(zone) => context.string(zone.text()),
        None => Ok(Value::None),
    }
}

fn utc_offset(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [value] = take(arguments)?;
    let offset = moment(context, value)?.zone.map(|zone| zone.offset);
    delta_value(context, offset)
}

fn from_iso_calendar(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let date = iso_date(context, arguments)?;
    alloc_moment(context, Ok(midnight(date)))
}

fn from_ordinal(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let date = ordinal_date(context, arguments)?;
    alloc_moment(context, Ok(midnight(date)))
}

fn from_iso_format(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [value] = take(arguments)?;
    let text = text(context, value, "fromisoformat: argument must be str")?;
    alloc_moment(context, parse_datetime(&text))
}

fn from_timestamp(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [value, zone] = take(arguments)?;
    let zone = optional_zone(context, zone)?;
    let moment = moment_of_timestamp(context, value)?;
    let Some(zone) = zone else {
        return alloc_moment(context, Ok(moment));
    };
    alloc_moment(
        context,
        DateTime {
            zone: Some(Zone::UTC),
            ..moment
        }
        .moved_to(zone),
    )
}

fn utc_from_timestamp(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [value] = take(arguments)?;
    let moment = moment_of_timestamp(context, value)?;
    alloc_moment(context, Ok(moment))
}

fn timestamp(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [value] = take(arguments)?;
    let moment = moment(context, value)?;
    let epoch = i128::from(
        Date {
            year: 1970,
            month: 1,
            day: 1,
        }
        .ordinal(),
    ) * crate::native::datetime::DAY;
    let since = moment.absolute_microseconds() - epoch;
    Ok(Value::float(if moment.zone.is_some() {
        Delta(since).total_seconds()
    } else {
        since.div_euclid(1_000_000) as f64 + since.rem_euclid(1_000_000) as f64 / 1e6
    }))
}

fn iso_format(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [value, separator, precision] = take(arguments)?;
    let moment = moment(context, value)?;
    let separator = match separator {
        Value::Unset => 'T',
        Value::Str(text) => {
            let mut characters = context.heap.str(text).chars();
            match (characters.next(), characters.next()) {
                (Some(character), None) => character,
                _ => {
                    return Err(context.type_error(
                        "isoformat() argument 1 must be a unicode character, not str",
                    ));
                }
            }
        }
        _ => {
            return Err(wrong_type(
                context,
                "isoformat() argument 1 must be a unicode character, not {}",
                separator,
            ));
        }
    };
    let precision = super::time::precision(context, precision, 2)?;
    let text = moment.iso(separator, precision);
    context.string(text)
}

fn ctime(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [value] = take(arguments)?;
    strftime(context, value, "%a %b %e %H:%M:%S %04Y")
}

fn parse(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [source, format] = take(arguments)?;
    let source = text(context, source, "strptime() argument 1 must be str, not {}")?;
    let format = text(context, format, "strptime() argument 2 must be str, not {}")?;
    context.charge(format.len() as u64 * 400 + 500)?;
    context.reserve(format.len().saturating_mul(2_000))?;
    let result = search(context, &source, |source, budget| {
        match strptime(source, &format, budget) {
            Ok(moment) => Ok(Ok(moment)),
            Err(Stop::Failure(failure)) => Ok(Err(failure)),
            Err(Stop::Exhausted(exhausted)) => Err(exhausted),
        }
    })?;
    alloc_moment(context, result)
}

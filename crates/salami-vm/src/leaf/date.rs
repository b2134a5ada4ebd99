//! `datetime.date`; its getters are those of datetime too.

use super::argument::{checked, integer, take};
use super::datetime_common::{alloc, date, part, text};
use super::{DATE, INT, Leaf, STR, TIME_DELTA, TUPLE, leaf};
use crate::context::Context;
use crate::format::Failure;
use crate::native::datetime::{DAY, Date, DateTime, Delta, parse_date, year_of_ordinal};
use crate::native::{self, Native};
use crate::raise::Raise;
use crate::value::Value;
use num_traits::ToPrimitive;

pub(super) const LEAVES: &[Leaf] = &[
    leaf("datetime.date", 3, DATE, new),
    leaf("datetime.date.ctime", 1, STR, ctime),
    leaf("datetime.date.day", 1, INT, |c, a| {
        number(c, a, |date| date.day)
    }),
    leaf("datetime.date.fromisocalendar", 3, DATE, from_iso_calendar),
    leaf("datetime.date.fromisoformat", 1, DATE, from_iso_format),
    leaf("datetime.date.fromordinal", 1, DATE, from_ordinal),
    leaf("datetime.date.fromtimestamp", 1, DATE, from_timestamp),
    leaf("_leaf.iso_calendar", 1, TUPLE, iso_calendar),
    leaf("datetime.date.isoformat", 1, STR, iso_format),
    leaf("datetime.date.isoweekday", 1, INT, |c, a| {
        number(c, a, |date| date.weekday() + 1)
    }),
    leaf("datetime.date.max", 0, DATE, |c, _| {
        alloc(c, Ok(Native::Date(Date::MAX)))
    }),
    leaf("datetime.date.min", 0, DATE, |c, _| {
        alloc(c, Ok(Native::Date(Date::MIN)))
    }),
    leaf("datetime.date.month", 1, INT, |c, a| {
        number(c, a, |date| date.month)
    }),
    leaf("datetime.date.replace", 4, DATE, replace),
    leaf("datetime.date.resolution", 0, TIME_DELTA, |c, _| {
        alloc(c, Ok(Native::TimeDelta(Delta(DAY))))
    }),
    leaf("datetime.date.strftime", 2, STR, format),
    leaf("datetime.date.toordinal", 1, INT, |c, a| {
        number(c, a, Date::ordinal)
    }),
    leaf("datetime.date.weekday", 1, INT, |c, a| {
        number(c, a, Date::weekday)
    }),
    leaf("datetime.date.year", 1, INT, |c, a| {
        number(c, a, |date| date.year)
    }),
];

fn number(
    context: &mut Context,
    arguments: &[Value],
    get: impl Fn(Date) -> i64,
) -> Result<Value, Raise> {
    let [value] = take(arguments)?;
    Ok(Value::Int(get(date(context, value)?)))
}

fn new(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [year, month, day] = take(arguments)?;
    let (year, month, day) = (
        part(context, year, 0)?,
        part(context, month, 0)?,
        part(context, day, 0)?,
    );
    alloc(context, Date::new(year, month, day).map(Native::Date))
}

fn replace(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [value, year, month, day] = take(arguments)?;
    let date = date(context, value)?;
    let year = part(context, year, date.year)?;
    let month = part(context, month, date.month)?;
    let day = part(context, day, date.day)?;
    alloc(context, Date::new(year, month, day).map(Native::Date))
}

pub(super) fn iso_date(context: &mut Context, arguments: &[Value]) -> Result<Date, Raise> {
    let [year, week, day] = take(arguments)?;
    let (year, week, day) = (
        part(context, year, 0)?,
        part(context, week, 0)?,
        part(context, day, 0)?,
    );
    checked(context, Date::from_iso_calendar(year, week, day))
}

fn from_iso_calendar(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let date = iso_date(context, arguments)?;
    alloc(context, Ok(Native::Date(date)))
}

fn from_iso_format(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [value] = take(arguments)?;
    let text = text(context, value, "fromisoformat: argument must be str")?;
    alloc(context, parse_date(&text).map(Native::Date))
}

pub(super) fn ordinal_date(context: &mut Context, arguments: &[Value]) -> Result<Date, Raise> {
    let [value] = take(arguments)?;
    let ordinal = part(context, value, 0)?;
    let date = Date::from_ordinal(ordinal).ok_or_else(|| {
        Failure::value(if ordinal < 1 {
            "ordinal must be >= 1".to_owned()
        } else {
            format!("year {} is out of range", year_of_ordinal(ordinal))
        })
    });
    checked(context, date)
}

fn from_ordinal(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let date = ordinal_date(context, arguments)?;
    alloc(context, Ok(Native::Date(date)))
}

/// The moment of a timestamp in UTC, in which a program without a zone lives.
pub(super) fn moment_of_timestamp(context: &mut Context, value: Value) -> Result<DateTime, Raise> {
    let far = |context: &mut Context| {
        context.overflow_error("timestamp out of range for platform time_t")
    };
    let (seconds, micros) = match value {
        Value::Float(number) if number.is_nan() => {
            return Err(context.value_error("Invalid value NaN (not a number)"));
        }
        Value::Float(number) => {
            let (fraction, whole) = libm::modf(number);
            if number.is_infinite() || libm::fabs(whole) >= 9.2e18 {
                return Err(far(context));
            }
            (i128::from(whole as i64), libm::rint(fraction * 1e6) as i128)
        }
        _ => {
            let number = integer(context, value)?;
            match number.to_i64() {
                Some(number) => (i128::from(number), 0),
                None => return Err(far(context)),
            }
        }
    };
    let epoch = i128::from(
        Date {
            year: 1970,
            month: 1,
            day: 1,
        }
        .ordinal(),
    );
    let total = (epoch * 86_400 + seconds) * 1_000_000 + micros;
    let ordinal = total.div_euclid(DAY);
    match DateTime::from_local(total, None) {
        Ok(moment) => Ok(moment),
        Err(_) => {
            let year = i64::try_from(ordinal)
                .ok()
                .filter(|ordinal| ordinal.abs() < 1 << 50)
                .map(year_of_ordinal);
            let Some(year) = year.filter(|year| i32::try_from(*year).is_ok()) else {
                return Err(context.raise(
                    salami_ir::BuiltinException::OSError,
                    "[Errno 75] Value too large for defined data type",
                ));
            };
            Err(context.value_error(format!("year {year} is out of range")))
        }
    }
}

fn from_timestamp(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [value] = take(arguments)?;
    let moment = moment_of_timestamp(context, value)?;
    alloc(context, Ok(Native::Date(moment.date)))
}

fn iso_calendar(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [value] = take(arguments)?;
    let (year, week, day) = date(context, value)?.iso_calendar();
    context.tuple(vec![Value::Int(year), Value::Int(week), Value::Int(day)])
}

fn iso_format(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [value] = take(arguments)?;
    let text = date(context, value)?.iso();
    context.string(text)
}

fn ctime(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [value] = take(arguments)?;
    strftime(context, value, "%a %b %e %H:%M:%S %04Y")
}

/// `value.strftime(format)`
pub(super) fn strftime(context: &mut Context, value: Value, format: &str) -> Result<Value, Raise> {
    if let Value::Native(handle) = value
        && let Some(text) = native::strftime(context, handle, format)?
    {
        return context.heap.alloc_string(text);
    }
    Err(context.type_error("strftime() needs a date or a time"))
}

pub(super) fn format(context: &mut Context, arguments: &[Value]) -> Result<Value, Raise> {
    let [value, format] = take(arguments)?;
    let format = text(context, format, "strftime() argument 1 must be str, not {}")?;
    strftime(context, value, &format)
}

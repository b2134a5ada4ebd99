//! Dates and times: CPython's `datetime` in the proleptic Gregorian calendar.

mod calendar;
mod delta;
mod iso;
pub mod region;
mod strftime;
mod strptime;
mod text;

pub use calendar::{days_before_year, days_in_month, year_of_ordinal};
pub use delta::{Delta, Sum, quotient, round_half_even};
pub use iso::{parse_date, parse_datetime, parse_time};
pub use strftime::{Moment, strftime};
pub use strptime::{Stop, strptime};
pub use text::Precision;

use crate::format::Failure;

/// Microseconds of a day.
pub const DAY: i128 = 86_400_000_000;
/// The largest ordinal: 31 December 9999.
pub const LAST_ORDINAL: i64 = 3_652_059;

/// A date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date {
    /// 1 to 9999.
    pub year: i64,
    /// 1 to 12.
    pub month: i64,
    /// From 1 on.
    pub day: i64,
}

/// A time of day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Time {
    /// 0 to 23.
    pub hour: i64,
    /// 0 to 59.
    pub minute: i64,
    /// 0 to 59.
    pub second: i64,
    /// 0 to 999999.
    pub microsecond: i64,
}

/// An offset from UTC: a fixed one, or what holds in a region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zone {
    /// The offset; of a region: at the moment that this belongs to.
    pub offset: Delta,
    /// Its name, if one was given.
    pub name: Option<Box<str>>,
    /// The region.
    pub region: Option<&'static region::Region>,
}

/// A date with a time of day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DateTime {
    /// The date.
    pub date: Date,
    /// The time of day.
    pub time: Time,
    /// The zone, if it has one.
    pub zone: Option<Zone>,
    /// Whether it is the second of two equal local times.
    pub fold: bool,
}

/// A time of day with a zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ZonedTime {
    /// The time of day.
    pub time: Time,
    /// The zone, if it has one.
    pub zone: Option<Zone>,
    /// Whether it is the second of two equal local times.
    pub fold: bool,
}

impl Date {
    /// The first date.
    pub const MIN: Self = Self {
        year: 1,
        month: 1,
        day: 1,
    };
    /// The last date.
    pub const MAX: Self = Self {
        year: 9999,
        month: 12,
        day: 31,
    };

    /// A date, checked.
    ///
    /// # Errors
    /// ValueError for what is out of range.
    pub fn new(year: i64, month: i64, day: i64) -> Result<Self, Failure> {
        if !(1..=9999).contains(&year) {
            return Err(Failure::value(format!("year {year} is out of range")));
        }
        if !(1..=12).contains(&month) {
            return Err(Failure::value("month must be in 1..12"));
        }
        if day < 1 || day > days_in_month(year, month) {
            return Err(Failure::value("day is out of range for month"));
        }
        Ok(Self { year, month, day })
    }
}

impl Time {
    /// A time of day, checked.
    ///
    /// # Errors
    /// ValueError for what is out of range.
    pub fn new(hour: i64, minute: i64, second: i64, microsecond: i64) -> Result<Self, Failure> {
        for (value, last, name) in [
            (hour, 23, "hour"),
            (minute, 59, "minute"),
            (second, 59, "second"),
            (microsecond, 999_999, "microsecond"),
        ] {
            if !(0..=last).contains(&value) {
                return Err(Failure::value(format!("{name} must be in 0..{last}")));
            }
        }
        Ok(Self {
            hour,
            minute,
            second,
            microsecond,
        })
    }

    /// Microseconds since midnight.
    #[must_use]
    pub fn microseconds(self) -> i128 {
        i128::from((self.hour * 60 + self.minute) * 60 + self.second) * 1_000_000
            + i128::from(self.microsecond)
    }

    /// The time so many microseconds after midnight, of a day's microseconds.
    #[must_use]
    pub fn from_microseconds(total: i128) -> Self {
        let part = |unit: i128, modulus: i128| {
            i64::try_from(total.div_euclid(unit).rem_euclid(modulus)).unwrap_or(0)
        };
        Self {
            hour: part(3_600_000_000, 24),
            minute: part(60_000_000, 60),
            second: part(1_000_000, 60),
            microsecond: part(1, 1_000_000),
        }
    }
}

impl Zone {
    /// UTC.
    pub const UTC: Self = Self {
        offset: Delta(0),
        name: None,
        region: None,
    };

    /// A zone, checked.
    ///
    /// # Errors
    /// ValueError for an offset of a day or more.
    pub fn new(offset: Delta, name: Option<&str>) -> Result<Self, Failure> {
        if offset.0.abs() >= DAY {
            return Err(Failure::value(format!(
                "offset must be a timedelta strictly between -timedelta(hours=24) and timedelta(hours=24), not {}.",
                offset.repr()
            )));
        }
        Ok(Self {
            offset,
            name: name.map(Into::into),
            region: None,
        })
    }

    /// The zone of a region, of no moment yet.
    #[must_use]
    pub fn of_region(region: &'static region::Region) -> Self {
        Self {
            region: Some(region),
            ..Self::UTC
        }
    }

    fn with(&self, local: &region::Local) -> Self {
        Self {
            offset: local.delta(),
            name: Some(local.name.as_str().into()),
            region: self.region,
        }
    }

    /// The zone as it is at a local time.
    #[must_use]
    pub fn at_local(&self, local: i128, fold: bool) -> Self {
        match self.region {
            Some(region) => self.with(region.at_local(local, fold)),
            None => self.clone(),
        }
    }

    /// The zone as it is at an instant, and whether its local time comes for the second time.
    #[must_use]
    pub fn at_instant(&self, instant: i128) -> (Self, bool) {
        match self.region {
            Some(region) => {
                let (local, fold) = region.at_instant(instant);
                (self.with(local), fold)
            }
            None => (self.clone(), false),
        }
    }
}

impl DateTime {
    /// Microseconds since the year 1 began, in local time.
    #[must_use]
    pub fn local_microseconds(&self) -> i128 {
        i128::from(self.date.ordinal()) * DAY + self.time.microseconds()
    }

    /// Microseconds since the year 1 began, in UTC where there is a zone.
    #[must_use]
    pub fn absolute_microseconds(&self) -> i128 {
        self.local_microseconds() - self.zone.as_ref().map_or(0, |zone| zone.offset.0)
    }

    /// The date and time so many microseconds after the year 1 began, with a zone.
    ///
    /// # Errors
    /// OverflowError outside of the years 1 to 9999.
    pub fn from_local(total: i128, zone: Option<Zone>) -> Result<Self, Failure> {
        let date = i64::try_from(total.div_euclid(DAY))
            .ok()
            .and_then(Date::from_ordinal);
        let date = date.ok_or_else(|| Failure::overflow("date value out of range"))?;
        Ok(Self {
            date,
            time: Time::from_microseconds(total.rem_euclid(DAY)),
            zone: zone.map(|zone| zone.at_local(total, false)),
            fold: false,
        })
    }

    /// Whether two moments are of one region: then local times are compared and subtracted.
    #[must_use]
    pub fn shares_region(&self, other: &Self) -> bool {
        let region = |moment: &Self| moment.zone.as_ref().and_then(|zone| zone.region);
        region(self).is_some() && region(self) == region(other)
    }

    /// What two moments are compared by and subtracted: local times within one region, else instants.
    #[must_use]
    pub fn comparable(&self, other: &Self) -> (i128, i128) {
        if self.shares_region(other) {
            (self.local_microseconds(), other.local_microseconds())
        } else {
            (self.absolute_microseconds(), other.absolute_microseconds())
        }
    }

    /// The same with another offset.
    ///
    /// # Errors
    /// OverflowError outside of the years 1 to 9999.
    pub fn moved_to(&self, zone: Zone) -> Result<Self, Failure> {
        let instant = self.absolute_microseconds();
        let (zone, fold) = zone.at_instant(instant);
        let local = instant + zone.offset.0;
        Ok(Self {
            zone: Some(zone),
            fold,
            ..Self::from_local(local, None)?
        })
    }
}

//! Days, weeks and years.

use super::{Date, LAST_ORDINAL};
use crate::format::Failure;

/// Whether the year has a 29 February.
pub(super) fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

/// The days of a month.
#[must_use]
pub fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// The days of all years before this one.
#[must_use]
pub fn days_before_year(year: i64) -> i64 {
    let before = year - 1;
    before * 365 + before.div_euclid(4) - before.div_euclid(100) + before.div_euclid(400)
}

/// The year of an ordinal, also outside of the years 1 to 9999. The ordinal is below 2^50.
#[must_use]
pub fn year_of_ordinal(ordinal: i64) -> i64 {
    // An estimate, then corrected.
    let mut year = (ordinal * 400).div_euclid(146_097) + 1;
    while days_before_year(year) >= ordinal {
        year -= 1;
    }
    while days_before_year(year + 1) < ordinal {
        year += 1;
    }
    year
}

/// The days of the year before a month.
fn days_before_month(year: i64, month: i64) -> i64 {
    (1..month).map(|month| days_in_month(year, month)).sum()
}

impl Date {
    /// Days since the year 1 began; the first day is 1.
    #[must_use]
    pub fn ordinal(self) -> i64 {
        days_before_year(self.year) + self.day_of_year()
    }

    /// The day of the year, from 1 on.
    #[must_use]
    pub fn day_of_year(self) -> i64 {
        days_before_month(self.year, self.month) + self.day
    }

    /// The date of an ordinal; `None` outside of the years 1 to 9999.
    #[must_use]
    pub fn from_ordinal(ordinal: i64) -> Option<Self> {
        if !(1..=LAST_ORDINAL).contains(&ordinal) {
            return None;
        }
        let year = year_of_ordinal(ordinal);
        let mut day = ordinal - days_before_year(year);
        let mut month = 1;
        while day > days_in_month(year, month) {
            day -= days_in_month(year, month);
            month += 1;
        }
        Some(Self { year, month, day })
    }

    /// 0 for Monday.
    #[must_use]
    pub fn weekday(self) -> i64 {
        (self.ordinal() + 6) % 7
    }

    /// The year, week and day of the ISO calendar.
    #[must_use]
    pub fn iso_calendar(self) -> (i64, i64, i64) {
        let mut year = self.year;
        let ordinal = self.ordinal();
        if ordinal < first_iso_monday(year) {
            year -= 1;
        } else if ordinal >= first_iso_monday(year + 1) {
            year += 1;
        }
        let week = (ordinal - first_iso_monday(year)) / 7 + 1;
        (year, week, self.weekday() + 1)
    }

    /// The date of a year, week and day of the ISO calendar.
    ///
    /// # Errors
    /// ValueError for what is out of range.
    pub fn from_iso_calendar(year: i64, week: i64, day: i64) -> Result<Self, Failure> {
        if !(1..=9999).contains(&year) {
            return Err(Failure::value(format!("Year is out of range: {year}")));
        }
        let long = first_iso_monday(year + 1) - first_iso_monday(year) == 371;
        if week < 1 || week > 52 + i64::from(long) {
            return Err(Failure::value(format!("Invalid week: {week}")));
        }
        if !(1..=7).contains(&day) {
            return Err(Failure::value(format!(
                "Invalid day: {day} (range is [1, 7])"
            )));
        }
        let ordinal = first_iso_monday(year) + (week - 1) * 7 + day - 1;
        Self::from_ordinal(ordinal).ok_or_else(|| {
            Failure::value(format!("year {} is out of range", year_of_ordinal(ordinal)))
        })
    }
}

/// The ordinal of the Monday of the first ISO week of a year: the week with the year's first Thursday.
fn first_iso_monday(year: i64) -> i64 {
    let first = days_before_year(year) + 1;
    let weekday = (first + 6).rem_euclid(7);
    let monday = first - weekday;
    if weekday > 3 { monday + 7 } else { monday }
}

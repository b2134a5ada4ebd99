//! Instants: microseconds since 1970 in UTC, and their ISO 8601 text.

use std::time::{SystemTime, UNIX_EPOCH};

/// What the clock of this machine shows.
pub fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since
        .ok()
        .and_then(|since| i64::try_from(since.as_micros()).ok())
        .unwrap_or(0)
}

/// Days from 1970 to a date of the Gregorian calendar.
fn days(year: i64, month: i64, day: i64) -> i64 {
    // Years that begin in March have the leap day at their end.
    let shifted = if month <= 2 { year - 1 } else { year };
    let era = shifted.div_euclid(400);
    let year_of_era = shifted.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// The date of a number of days from 1970.
fn date(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = era * 400 + year_of_era + i64::from(month <= 2);
    (year, month, day)
}

/// An instant from `2026-01-31`, `2026-01-31T12:00`, `2026-01-31T12:00:00.5Z`.
pub fn parse(text: &str) -> Result<i64, String> {
    parts(text).ok_or_else(|| "expected a time in UTC such as 2026-01-31T12:00:00".to_owned())
}

fn parts(text: &str) -> Option<i64> {
    let text = text.strip_suffix('Z').unwrap_or(text);
    let (day, time) = match text.split_once(['T', ' ']) {
        Some((day, time)) => (day, time),
        None => (text, "00:00"),
    };
    let number = |text: &str, digits: usize| {
        let is_number = text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then(|| text.parse::<i64>().ok()).flatten()
    };
    let mut fields = day.split('-');
    let year = number(fields.next()?, 4)?;
    let month = number(fields.next()?, 2)?;
    let day = number(fields.next()?, 2)?;
    let (clock, fraction) = time.split_once('.').unwrap_or((time, ""));
    let mut units = clock.split(':');
    let hour = number(units.next()?, 2)?;
    let minute = number(units.next()?, 2)?;
    let second = match units.next() {
        Some(second) => number(second, 2)?,
        None => 0,
    };
    if fields.next().is_some() || units.next().is_some() {
        return None;
    }
    let micro = match fraction.len() {
        0 if !time.contains('.') => 0,
        length @ 1..=6 => number(fraction, length)? * 10_i64.pow(6 - u32::try_from(length).ok()?),
        _ => return None,
    };
    let in_range = (1..=9999).contains(&year)
        && (1..=12).contains(&month)
        && (0..24).contains(&hour)
        && (0..60).contains(&minute)
        && (0..60).contains(&second);
    let whole = days(year, month, day);
    if !in_range || date(whole) != (year, month, day) {
        return None;
    }
    Some((((whole * 24 + hour) * 60 + minute) * 60 + second) * 1_000_000 + micro)
}

/// An instant as people read it: `2026-01-31 12:00:00 UTC`.
pub fn show(instant: i64) -> String {
    let seconds = instant.div_euclid(1_000_000);
    let (year, month, day) = date(seconds.div_euclid(86_400));
    let second = seconds.rem_euclid(86_400);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02} UTC")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_read_and_shown() {
        assert_eq!(parse("2026-01-15T12:00:00Z"), Ok(1_768_478_400_000_000));
        assert_eq!(parse("1970-01-01T00:00:01.25"), Ok(1_250_000));
        assert_eq!(
            parse("2024-02-29 06:30").map(show).as_deref(),
            Ok("2024-02-29 06:30:00 UTC")
        );
        for wrong in [
            "",
            "now",
            "2026-02-29",
            "2026-1-1",
            "2026-01-01T24:00",
            "2026-01-01T12:00:00.",
            "x-01-01",
        ] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
        for day in [-719_162, -1, 0, 59, 11_016, 20_000, 2_932_896] {
            let (year, month, of_month) = date(day);
            assert_eq!(days(year, month, of_month), day);
        }
    }
}

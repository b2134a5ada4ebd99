//! ISO 8601 texts as CPython 3.11's `fromisoformat` takes them.

use super::{Date, DateTime, Delta, Time, Zone, ZonedTime};
use crate::format::{Failure, quote};

fn invalid(text: &str) -> Failure {
    Failure::value(format!("Invalid isoformat string: {}", quote::text(text)))
}

/// So many digits at a place.
fn digits(bytes: &[u8], at: usize, count: usize) -> Option<i64> {
    let part = bytes.get(at..at.checked_add(count)?)?;
    part.iter().try_fold(0, |value, byte| {
        byte.is_ascii_digit()
            .then(|| value * 10 + i64::from(byte - b'0'))
    })
}

/// `YYYY-MM-DD`, `YYYYMMDD`, `YYYY-Www[-D]` or `YYYYWww[D]`; `None` if it is none of these.
fn date(bytes: &[u8]) -> Option<Result<Date, Failure>> {
    let year = digits(bytes, 0, 4)?;
    let separated = bytes.get(4) == Some(&b'-');
    let mut at = 4 + usize::from(separated);
    if bytes.get(at) == Some(&b'W') {
        let week = digits(bytes, at + 1, 2)?;
        at += 3;
        let mut day = 1;
        if bytes.len() > at {
            if separated != (bytes.get(at) == Some(&b'-')) {
                return None;
            }
            at += usize::from(separated);
            day = digits(bytes, at, 1)?;
            at += 1;
        }
        // A week that there is not makes the text invalid, not the week.
        let date = Date::from_iso_calendar(year, week, day).ok()?;
        return (at == bytes.len()).then_some(Ok(date));
    }
    let month = digits(bytes, at, 2)?;
    at += 2;
    if separated != (bytes.get(at) == Some(&b'-')) {
        return None;
    }
    at += usize::from(separated);
    let day = digits(bytes, at, 2)?;
    (at + 2 == bytes.len()).then(|| Date::new(year, month, day))
}

/// `date.fromisoformat(text)`
///
/// # Errors
/// ValueError for another text.
pub fn parse_date(text: &str) -> Result<Date, Failure> {
    if !matches!(text.len(), 7 | 8 | 10) {
        return Err(invalid(text));
    }
    match date(text.as_bytes()) {
        Some(result) => result,
        None => Err(invalid(text)),
    }
}

/// `HH[:MM[:SS[.f+]]]` with or without colons, and whether one character was left over, which
/// CPython lets pass in front of a zone.
fn clock(bytes: &[u8]) -> Option<([i64; 4], bool)> {
    let mut parts = [0i64; 4];
    let mut at = 0;
    let mut separated = false;
    for index in 0..3 {
        *parts.get_mut(index)? = digits(bytes, at, 2)?;
        at += 2;
        let Some(&next) = bytes.get(at) else {
            return Some((parts, false));
        };
        if index == 0 {
            separated = next == b':';
        }
        if at + 1 == bytes.len() {
            return Some((parts, true));
        }
        match next {
            b':' if separated && index < 2 => at += 1,
            b'.' | b',' => break,
            _ if separated || index == 2 => return None,
            _ => {}
        }
    }
    let fraction = bytes.get(at + 1..)?;
    if fraction.is_empty() || !fraction.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let mut value = 0;
    for index in 0..6 {
        value = value * 10 + fraction.get(index).map_or(0, |byte| i64::from(byte - b'0'));
    }
    parts[3] = value;
    Some((parts, false))
}

/// A time with its zone; `None` if it is none.
fn time(bytes: &[u8]) -> Option<Result<ZonedTime, Failure>> {
    let mark = bytes
        .iter()
        .position(|byte| matches!(byte, b'+' | b'-' | b'Z'));
    let (before, after) = bytes.split_at(mark.unwrap_or(bytes.len()));
    let ([hour, minute, second, microsecond], left_over) = clock(before)?;
    if left_over && after.is_empty() {
        return None;
    }
    let zone = match after {
        [] => None,
        [b'Z'] => Some(Ok(Zone::UTC)),
        [b'Z', ..] => return None,
        [sign, offset @ ..] => {
            let ([hours, minutes, seconds, micros], false) = clock(offset)? else {
                return None;
            };
            let total =
                i128::from((hours * 60 + minutes) * 60 + seconds) * 1_000_000 + i128::from(micros);
            Some(Zone::new(
                Delta(if *sign == b'-' { -total } else { total }),
                None,
            ))
        }
    };
    let time = Time::new(hour, minute, second, microsecond);
    Some(time.and_then(|time| {
        Ok(ZonedTime {
            time,
            zone: zone.transpose()?,
            fold: false,
        })
    }))
}

/// `time.fromisoformat(text)`
///
/// # Errors
/// ValueError for another text.
pub fn parse_time(text: &str) -> Result<ZonedTime, Failure> {
    let body = text.strip_prefix('T').unwrap_or(text);
    match time(body.as_bytes()) {
        Some(result) => result,
        None => Err(invalid(text)),
    }
}

/// Where the date ends.
fn separator(bytes: &[u8]) -> usize {
    let week = |at: usize| bytes.get(at) == Some(&b'W');
    if bytes.len() == 7 {
        return 7;
    }
    if bytes.get(4) == Some(&b'-') {
        if !week(5) {
            return 10;
        }
        let long = bytes.get(8) == Some(&b'-') && !bytes.get(10).is_some_and(u8::is_ascii_digit);
        return if long { 10 } else { 8 };
    }
    if !week(4) {
        return 8;
    }
    let end = 7 + bytes
        .get(7..)
        .unwrap_or_default()
        .iter()
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    if end < 9 {
        return end;
    }
    if end % 2 == 0 { 7 } else { 8 }
}

/// `datetime.fromisoformat(text)`
///
/// # Errors
/// ValueError for another text.
pub fn parse_datetime(text: &str) -> Result<DateTime, Failure> {
    let bytes = text.as_bytes();
    if bytes.len() < 7 {
        return Err(invalid(text));
    }
    let end = separator(bytes).min(bytes.len());
    let Some(day) = bytes.get(..end).and_then(date) else {
        return Err(invalid(text));
    };
    // One character of any kind stands between.
    let rest = text.get(end..).map(|rest| {
        let mut characters = rest.chars();
        (characters.next().is_some(), characters.as_str())
    });
    let clock = match rest {
        None => return Err(invalid(text)),
        Some((false, _)) => None,
        Some((true, rest)) => match time(rest.as_bytes()) {
            Some(time) => Some(time),
            None => return Err(invalid(text)),
        },
    };
    let (time, zone) = match clock.transpose()? {
        Some(zoned) => (zoned.time, zoned.zone),
        None => (Time::default(), None),
    };
    Ok(DateTime {
        date: day?,
        time,
        zone,
        fold: false,
    })
}

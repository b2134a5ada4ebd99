//! Instants and spans as people say them.

use crate::instant;

const SECOND: i64 = 1_000_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// A span in its largest unit: `7 days`, `90 minutes` until two hours are full.
pub fn span(length: i64) -> String {
    let length = length.saturating_abs();
    let (number, unit) = if length >= 2 * DAY {
        (length.saturating_add(DAY / 2) / DAY, "day")
    } else if length >= 2 * HOUR {
        (length.saturating_add(HOUR / 2) / HOUR, "hour")
    } else if length >= 2 * MINUTE {
        ((length + MINUTE / 2) / MINUTE, "minute")
    } else {
        ((length + SECOND / 2) / SECOND, "second")
    };
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {unit}{plural}")
}

/// An instant as seen from another: `in 7 days`, `3 hours ago`, `now`.
pub fn relative(instant: i64, now: i64) -> String {
    let distance = instant.saturating_sub(now);
    if distance.saturating_abs() < SECOND / 2 {
        "now".to_owned()
    } else if distance > 0 {
        format!("in {}", span(distance))
    } else {
        format!("{} ago", span(distance))
    }
}

/// `2026-03-09 09:00:00 UTC (in 7 days)`.
pub fn both(instant: i64, now: i64) -> String {
    format!("{} ({})", instant::show(instant), relative(instant, now))
}

/// A span such as `90s`, `30m`, `2h`, `7d`, `1.5h`.
pub fn parse_span(text: &str) -> Option<i64> {
    let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let unit = match unit {
        "s" => SECOND,
        "m" => MINUTE,
        "h" => HOUR,
        "d" => DAY,
        "w" => 7 * DAY,
        _ => return None,
    };
    let plain = number
        .bytes()
        .all(|byte| byte.is_ascii_digit() || byte == b'.');
    let number: f64 = number.parse().ok().filter(|_| plain)?;
    Some((number * unit as f64) as i64)
}

/// An instant from a time or a span from now on.
pub fn parse(text: &str, now: i64) -> Result<i64, String> {
    match parse_span(text) {
        Some(span) => Ok(now.saturating_add(span)),
        None => instant::parse(text).map_err(|_| {
            format!("{text:?} is no time: write 2026-01-31T12:00 (UTC) or a span from now on such as 30m, 2h, 7d")
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_read_and_said() {
        for (text, said) in [
            ("1s", "1 second"),
            ("90s", "90 seconds"),
            ("1.5h", "90 minutes"),
            ("36h", "36 hours"),
            ("1w", "7 days"),
        ] {
            assert_eq!(parse_span(text).map(span).as_deref(), Some(said));
        }
        for wrong in ["", "7", "d", "-1d", "7 days", "1e3s", "ÿ", "7é"] {
            assert_eq!(parse_span(wrong), None, "{wrong}");
        }
        assert_eq!(relative(7 * DAY, 0), "in 7 days");
        assert_eq!(relative(0, 3 * HOUR), "3 hours ago");
        assert_eq!(relative(i64::MAX, 0), "in 106751991 days");
        assert_eq!(relative(5, 0), "now");
    }
}

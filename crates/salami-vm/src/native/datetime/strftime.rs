//! `strftime` in the C locale.

use super::text::offset_text;
use super::{Date, Delta, Time};

pub(super) const DAYS: [&str; 7] = [
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
];
pub(super) const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// What is formatted: an offset and a zone's name are there for aware values only.
#[derive(Clone, Copy, Debug)]
pub struct Moment<'a> {
    /// The date.
    pub date: Date,
    /// The time of day.
    pub time: Time,
    /// The offset from UTC.
    pub offset: Option<Delta>,
    /// The zone's name.
    pub zone: Option<&'a str>,
}

/// A field before padding.
enum Field {
    Text(String),
    /// Value, width and what pads it.
    Number(i64, usize, char),
}

/// Formats a moment. The result's length is bounded by a few hundred times the format's and the
/// widths that it asks for, which are at most 1,024 each.
#[must_use]
pub fn strftime(moment: &Moment<'_>, format: &str) -> String {
    let mut out = String::new();
    let mut rest = format.chars();
    while let Some(character) = rest.next() {
        if character != '%' {
            out.push(character);
            continue;
        }
        let start = rest.clone();
        let (mut pad, mut upper, mut swap) = (None, false, false);
        let mut directive = rest.next();
        while let Some(flag @ ('-' | '_' | '0' | '^' | '#')) = directive {
            match flag {
                '^' => upper = true,
                '#' => swap = true,
                _ => pad = Some(flag),
            }
            directive = rest.next();
        }
        let mut width = 0usize;
        while let Some(digit) = directive.and_then(|c| c.to_digit(10)) {
            width = (width * 10 + digit as usize).min(1024);
            directive = rest.next();
        }
        let Some(directive) = directive else {
            out.push('%');
            out.push_str(start.as_str());
            break;
        };
        let Some(field) = field(moment, directive) else {
            // What is no directive stands for itself.
            out.push('%');
            rest = start;
            continue;
        };
        match field {
            Field::Number(value, least, fill) => {
                let fill = match pad {
                    Some('_') => ' ',
                    Some('0') => '0',
                    _ => fill,
                };
                let least = if pad == Some('-') {
                    width
                } else {
                    least.max(width)
                };
                let sign = if value < 0 { "-" } else { "" };
                let digits = value.unsigned_abs().to_string();
                let missing = least.saturating_sub(digits.len() + sign.len());
                let padding = fill.to_string().repeat(missing);
                if fill == '0' {
                    out.push_str(&format!("{sign}{padding}{digits}"));
                } else {
                    out.push_str(&format!("{padding}{sign}{digits}"));
                }
            }
            Field::Text(text) => {
                let text = if upper || (swap && "aAbBh".contains(directive)) {
                    text.to_uppercase()
                } else if swap && matches!(directive, 'p' | 'Z') {
                    text.to_lowercase()
                } else {
                    text
                };
                let fill = if pad == Some('0') { "0" } else { " " };
                out.push_str(&fill.repeat(width.saturating_sub(text.chars().count())));
                out.push_str(&text);
            }
        }
    }
    out
}

fn field(moment: &Moment<'_>, directive: char) -> Option<Field> {
    let Moment {
        date,
        time,
        offset,
        zone,
    } = *moment;
    let weekday = date.weekday();
    let name = |names: &[&str], index: i64, length: usize| {
        let name = usize::try_from(index)
            .ok()
            .and_then(|index| names.get(index))
            .copied()
            .unwrap_or_default();
        Field::Text(
            name.get(..length.min(name.len()))
                .unwrap_or_default()
                .to_owned(),
        )
    };
    let two = |value: i64| Field::Number(value, 2, '0');
    let hour = (time.hour + 11) % 12 + 1;
    let composed = |format: &str| Field::Text(strftime(moment, format));
    let (iso_year, iso_week, _) = date.iso_calendar();
    let day = date.day_of_year();
    Some(match directive {
        'a' => name(&DAYS, weekday, 3),
        'A' => name(&DAYS, weekday, 9),
        'b' | 'h' => name(&MONTHS, date.month - 1, 3),
        'B' => name(&MONTHS, date.month - 1, 9),
        'c' => composed("%a %b %e %H:%M:%S %Y"),
        'C' => Field::Number(date.year / 100, 0, '0'),
        'd' => two(date.day),
        'D' | 'x' => composed("%m/%d/%y"),
        'e' => Field::Number(date.day, 2, ' '),
        'f' => Field::Number(time.microsecond, 6, '0'),
        'F' => composed("%Y-%m-%d"),
        'g' => two(iso_year.rem_euclid(100)),
        'G' => Field::Number(iso_year, 0, '0'),
        'H' => two(time.hour),
        'I' => two(hour),
        'j' => Field::Number(day, 3, '0'),
        'k' => Field::Number(time.hour, 2, ' '),
        'l' => Field::Number(hour, 2, ' '),
        'm' => two(date.month),
        'M' => two(time.minute),
        'n' => Field::Text("\n".to_owned()),
        'p' => Field::Text(if time.hour < 12 { "AM" } else { "PM" }.to_owned()),
        'P' => Field::Text(if time.hour < 12 { "am" } else { "pm" }.to_owned()),
        'r' => composed("%I:%M:%S %p"),
        'R' => composed("%H:%M"),
        's' => {
            let epoch = Date {
                year: 1970,
                month: 1,
                day: 1,
            }
            .ordinal();
            let seconds = (date.ordinal() - epoch) * 86_400
                + time.hour * 3600
                + time.minute * 60
                + time.second;
            Field::Number(seconds, 1, '0')
        }
        'S' => two(time.second),
        't' => Field::Text("\t".to_owned()),
        'T' | 'X' => composed("%H:%M:%S"),
        'u' => Field::Number(weekday + 1, 1, '0'),
        'U' => two((day + 6 - (weekday + 1) % 7) / 7),
        'V' => two(iso_week),
        'w' => Field::Number((weekday + 1) % 7, 1, '0'),
        'W' => two((day + 6 - weekday) / 7),
        'y' => two(date.year.rem_euclid(100)),
        'Y' => Field::Number(date.year, 0, '0'),
        'z' => Field::Text(offset.map_or_else(String::new, |offset| offset_text(offset, ""))),
        'Z' => Field::Text(zone.unwrap_or_default().to_owned()),
        '%' => Field::Text("%".to_owned()),
        _ => return None,
    })
}

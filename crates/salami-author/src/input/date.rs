//! Dates and instants as people and programs write them.

/// The order of a date's parts, as far as it can be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Order {
    /// 2025-12-31
    YearFirst,
    /// 31.12.2025
    DayFirst,
    /// 12/31/2025
    MonthFirst,
    /// 01/02/2025
    Open,
    /// 31 Dec 2025
    DayName,
    /// Dec 31, 2025
    NameDay,
    /// 20251231
    Digits,
    /// Seconds since 1970.
    Seconds,
    /// Milliseconds since 1970.
    Milliseconds,
    /// Only a time of day.
    TimeOnly,
}

/// How a date is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct DateStyle {
    pub(crate) order: Order,
    /// What stands between the parts.
    pub(crate) separator: char,
    /// Whether the year has two digits.
    pub(crate) is_short: bool,
    /// What stands before the time of day, where there is one.
    pub(crate) time: Option<char>,
}

impl DateStyle {
    /// Its name in a shape.
    pub(crate) fn name(self) -> String {
        let separator = self.separator;
        let year = if self.is_short { "yy" } else { "yyyy" };
        let date = match self.order {
            Order::YearFirst => format!("yyyy{separator}mm{separator}dd"),
            Order::DayFirst => format!("dd{separator}mm{separator}{year}"),
            Order::MonthFirst | Order::Open => format!("mm{separator}dd{separator}{year}"),
            Order::DayName => format!("dd{separator}month{separator}{year}"),
            // Logs leave the year out.
            Order::NameDay if self.is_short => format!("month{separator}dd"),
            Order::NameDay => format!("month{separator}dd{separator}{year}"),
            Order::Digits => "yyyymmdd".to_owned(),
            Order::Seconds => "seconds since 1970".to_owned(),
            Order::Milliseconds => "milliseconds since 1970".to_owned(),
            Order::TimeOnly => "time of day".to_owned(),
        };
        match self.time {
            Some('T') => date + "Ttime",
            Some(' ') => date + " time",
            Some(mark) => format!("{date}{mark}time"),
            None => date,
        }
    }
}

const MONTHS: [&str; 24] = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec", "mai",
    "mär", "okt", "dez", "janv", "févr", "avr", "juin", "juil", "août", "ene", "dic",
];

fn is_month(word: &str) -> bool {
    let word = word.trim_end_matches('.').to_lowercase();
    word.chars().count() >= 3
        && word.chars().count() <= 10
        && word.chars().all(char::is_alphabetic)
        && MONTHS.iter().any(|month| word.starts_with(month))
}

/// Reads a date, an instant or a time of day that is all of a text.
pub(crate) fn date(text: &str) -> Option<DateStyle> {
    let text = text.trim();
    if text.len() > 48 || text.len() < 4 {
        return None;
    }
    let (style, rest) = leading_date(text)?;
    let rest = rest.trim();
    // "12/15/2025 as of 12/12/2025": booked on one day for another.
    (rest.is_empty() || rest.starts_with("as of ")).then_some(style)
}

/// Reads a date or instant at the beginning of a text, and gives what follows it.
pub(crate) fn leading_date(text: &str) -> Option<(DateStyle, &str)> {
    if let Some(rest) = time_of_day(text) {
        let style = DateStyle {
            order: Order::TimeOnly,
            separator: ':',
            is_short: false,
            time: None,
        };
        return Some((style, rest));
    }
    let unnamed = without_weekday(text);
    let (mut style, rest) = numeric(unnamed).or_else(|| named(unnamed))?;
    for mark in ["T", " ", ", ", ",", ";", ":", " at ", "  "] {
        if let Some(after) = rest.strip_prefix(mark) {
            if let Some(after) = time_of_day(after) {
                style.time = Some(match mark.trim() {
                    "" | "at" => ' ',
                    mark => mark.chars().next().unwrap_or(' '),
                });
                return Some((style, after));
            }
            if mark == ";" {
                // 20250131;103000
                let digits = after.bytes().take_while(u8::is_ascii_digit).count();
                if digits == 6 || digits == 4 {
                    style.time = Some(';');
                    return Some((style, after.get(digits..)?));
                }
            }
        }
    }
    // A date does not run into a word.
    if rest.starts_with(|character: char| character.is_alphanumeric() || character == '_') {
        return None;
    }
    Some((style, rest))
}

fn without_weekday(text: &str) -> &str {
    let Some((word, rest)) = text.split_once([' ', ',']) else {
        return text;
    };
    let lower = word.to_ascii_lowercase();
    let is_day = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
        .iter()
        .any(|day| lower.starts_with(day))
        && (lower.len() == 3 || lower.ends_with("day"));
    if is_day { rest.trim_start() } else { text }
}

fn digits(text: &str, most: usize) -> Option<(u32, usize, &str)> {
    let count = text
        .bytes()
        .take(most + 1)
        .take_while(u8::is_ascii_digit)
        .count();
    if count == 0 || count > most {
        return None;
    }
    Some((text.get(..count)?.parse().ok()?, count, text.get(count..)?))
}

fn numeric(text: &str) -> Option<(DateStyle, &str)> {
    let bytes = text.as_bytes();
    let run = bytes
        .iter()
        .take(9)
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    if run == 8 {
        let (year, _, rest) = digits(text.get(..4)?, 4)?;
        debug_assert!(rest.is_empty());
        let month: u32 = text.get(4..6)?.parse().ok()?;
        let day: u32 = text.get(6..8)?.parse().ok()?;
        let after = text.get(8..)?;
        let has_time = after.starts_with(['T', ';']);
        return ((1900..=2100).contains(&year)
            && (1..=12).contains(&month)
            && (1..=31).contains(&day)
            && has_time)
            .then_some((style(Order::Digits, '-', false), after));
    }
    let (first, first_length, rest) = digits(text, 4)?;
    let separator = rest.chars().next()?;
    if !matches!(separator, '-' | '/' | '.') {
        return None;
    }
    let (second, second_length, rest) = digits(rest.get(1..)?, 2)?;
    let (third, third_length, rest) = digits(rest.strip_prefix(separator)?, 4)?;
    if rest.starts_with(|character: char| {
        character.is_ascii_digit() || character == separator && separator != '.'
    }) {
        return None;
    }
    if separator == '.' {
        // 1.2.3.4 is an address, 1.2.3 a version.
        let mut after = rest.chars();
        if after.next() == Some('.') && after.next().is_some_and(|next| next.is_ascii_digit()) {
            return None;
        }
    }
    if first_length == 4 {
        return ((1800..=2200).contains(&first)
            && (1..=12).contains(&second)
            && (1..=31).contains(&third)
            && third_length <= 2)
            .then_some((style(Order::YearFirst, separator, false), rest));
    }
    if first_length > 2 || second_length > 2 || !matches!(third_length, 2 | 4) {
        return None;
    }
    let is_short = third_length == 2;
    if is_short && separator == '.' && (first_length < 2 || second_length < 2) {
        return None;
    }
    let order = match (first, second) {
        (1..=12, 1..=12) => Order::Open,
        (13..=31, 1..=12) => Order::DayFirst,
        (1..=12, 13..=31) => Order::MonthFirst,
        _ => return None,
    };
    // Nobody writes the month first between points.
    let order = match (separator, order) {
        ('.', Order::Open) => Order::DayFirst,
        ('.', Order::MonthFirst) => return None,
        (_, order) => order,
    };
    (is_short || (1800..=2200).contains(&third))
        .then_some((style(order, separator, is_short), rest))
}

fn style(order: Order, separator: char, is_short: bool) -> DateStyle {
    DateStyle {
        order,
        separator,
        is_short,
        time: None,
    }
}

/// 31 Dec 2025, 31-Dec-25, 10/Oct/2000, Dec 31, 2025, Oct 11 (of a log)
fn named(text: &str) -> Option<(DateStyle, &str)> {
    if text.starts_with(|character: char| character.is_ascii_digit()) {
        let (day, _, rest) = digits(text, 2)?;
        let rest = rest.strip_prefix('.').unwrap_or(rest);
        let separator = rest
            .chars()
            .next()
            .filter(|mark| matches!(mark, ' ' | '-' | '/'))?;
        let rest = rest.get(1..)?;
        let end = rest.find(|mark: char| !mark.is_alphabetic() && mark != '.')?;
        if !is_month(rest.get(..end)?) || !(1..=31).contains(&day) {
            return None;
        }
        let rest = rest.get(end..)?;
        let rest = rest
            .strip_prefix(separator)
            .or_else(|| rest.strip_prefix(", "))?;
        let (_, length, rest) = digits(rest, 4)?;
        return matches!(length, 2 | 4)
            .then_some((style(Order::DayName, separator, length == 2), rest));
    }
    let end = text.find(|mark: char| !mark.is_alphabetic() && mark != '.')?;
    if !is_month(text.get(..end)?) {
        return None;
    }
    let rest = text.get(end..)?.strip_prefix([' ', '-'])?.trim_start();
    let (day, _, rest) = digits(rest, 2)?;
    if !(1..=31).contains(&day) {
        return None;
    }
    let after = rest
        .strip_prefix(',')
        .unwrap_or(rest)
        .trim_start_matches([' ', '-']);
    if let Some((year, 4, after)) = digits(after, 4)
        && (1800..=2200).contains(&year)
    {
        return Some((style(Order::NameDay, ' ', false), after));
    }
    // Logs leave the year out; a time must follow.
    time_of_day(rest.trim_start())?;
    Some((style(Order::NameDay, ' ', true), rest))
}

/// Reads 10:30, 10:30:00.123, 10:30 PM, with a zone.
fn time_of_day(text: &str) -> Option<&str> {
    let (hour, _, rest) = digits(text, 2)?;
    let (minute, 2, rest) = digits(rest.strip_prefix(':')?, 2)? else {
        return None;
    };
    if hour > 24 || minute > 59 {
        return None;
    }
    let mut rest = rest;
    if let Some(after) = rest.strip_prefix(':') {
        let (second, 2, after) = digits(after, 2)? else {
            return None;
        };
        if second > 60 {
            return None;
        }
        rest = after;
        if let Some(after) = rest.strip_prefix(['.', ',']) {
            let count = after
                .bytes()
                .take(10)
                .take_while(u8::is_ascii_digit)
                .count();
            if (1..=9).contains(&count) {
                rest = after.get(count..)?;
            }
        }
    }
    for mark in [" AM", " PM", " am", " pm", "AM", "PM", "am", "pm"] {
        if let Some(after) = rest.strip_prefix(mark)
            && !after.starts_with(char::is_alphanumeric)
        {
            rest = after;
            break;
        }
    }
    let zone = rest.strip_prefix(' ').unwrap_or(rest);
    if let Some(after) = zone.strip_prefix(['+', '-']) {
        let count = after
            .bytes()
            .take(5)
            .take_while(|byte| byte.is_ascii_digit() || *byte == b':')
            .count();
        if count == 2 || count == 4 || count == 5 {
            return after.get(count..);
        }
    }
    for mark in [
        "Z", "UTC", "GMT", "CET", "CEST", "EST", "EDT", "ET", "PST", "PDT", "CST", "BST",
    ] {
        if let Some(after) = zone.strip_prefix(mark)
            && !after.starts_with(char::is_alphanumeric)
        {
            // GMT+1
            return Some(match after.strip_prefix(['+', '-']) {
                Some(offset) => {
                    offset.trim_start_matches(|mark: char| mark.is_ascii_digit() || mark == ':')
                }
                None => after,
            });
        }
    }
    (!rest.starts_with(|mark: char| mark.is_alphanumeric() || mark == ':')).then_some(rest)
}

/// Numbers that are instants, where a name says so.
pub(crate) fn instant(text: &str) -> Option<DateStyle> {
    let text = text.trim();
    let whole = text.split_once('.').map_or(text, |(whole, _)| whole);
    if !whole.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let order = match whole.len() {
        8 if whole == text => {
            let month: u32 = whole.get(4..6)?.parse().ok()?;
            let day: u32 = whole.get(6..8)?.parse().ok()?;
            if !(whole.starts_with("19") || whole.starts_with("20"))
                || !(1..=12).contains(&month)
                || !(1..=31).contains(&day)
            {
                return None;
            }
            Order::Digits
        }
        9 => Order::Seconds,
        10 if whole.starts_with(['1', '2']) => Order::Seconds,
        13 if whole.starts_with(['1', '2']) => Order::Milliseconds,
        _ => return None,
    };
    Some(style(order, '-', false))
}

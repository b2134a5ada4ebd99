//! `strptime`: the format becomes a regular expression, as in CPython, and so has its answers.

use super::calendar::{days_before_year, is_leap};
use super::strftime::{DAYS, MONTHS};
use super::{Date, DateTime, Delta, Time, Zone};
use crate::format::{Failure, quote};
use crate::regex::{Budget, Exhausted, Found, Mode, PatternErrorKind, Regex, decimal_digit, flags};

/// Why there is no result.
#[derive(Debug)]
pub enum Stop {
    /// An exception.
    Failure(Failure),
    /// The budget.
    Exhausted(Exhausted),
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Self::Failure(failure)
    }
}

fn names(letter: char, words: &[&str], length: usize) -> String {
    let mut words: Vec<String> = words
        .iter()
        .map(|word| {
            word.get(..length.min(word.len()))
                .unwrap_or_default()
                .to_lowercase()
        })
        .collect();
    words.sort_by_key(|word| std::cmp::Reverse(word.len()));
    format!("(?P<{letter}>{})", words.join("|"))
}

fn directive(letter: char) -> Option<String> {
    let text = match letter {
        'd' => r"(?P<d>3[0-1]|[1-2]\d|0[1-9]|[1-9]| [1-9])",
        'f' => r"(?P<f>[0-9]{1,6})",
        'H' => r"(?P<H>2[0-3]|[0-1]\d|\d)",
        'I' => r"(?P<I>1[0-2]|0[1-9]|[1-9])",
        'G' => r"(?P<G>\d\d\d\d)",
        'j' => r"(?P<j>36[0-6]|3[0-5]\d|[1-2]\d\d|0[1-9]\d|00[1-9]|[1-9]\d|0[1-9]|[1-9])",
        'm' => r"(?P<m>1[0-2]|0[1-9]|[1-9])",
        'M' => r"(?P<M>[0-5]\d|\d)",
        'S' => r"(?P<S>6[0-1]|[0-5]\d|\d)",
        'U' => r"(?P<U>5[0-3]|[0-4]\d|\d)",
        'W' => r"(?P<W>5[0-3]|[0-4]\d|\d)",
        'w' => r"(?P<w>[0-6])",
        'u' => r"(?P<u>[1-7])",
        'V' => r"(?P<V>5[0-3]|0[1-9]|[1-4]\d|\d)",
        'y' => r"(?P<y>\d\d)",
        'Y' => r"(?P<Y>\d\d\d\d)",
        'z' => r"(?P<z>[+-]\d\d:?[0-5]\d(:?[0-5]\d(\.\d{1,6})?)?|(?-i:Z))",
        'p' => "(?P<p>am|pm)",
        'Z' => "(?P<Z>utc|gmt)",
        '%' => "%",
        'A' => return Some(names('A', &DAYS, 9)),
        'a' => return Some(names('a', &DAYS, 3)),
        'B' => return Some(names('B', &MONTHS, 9)),
        'b' => return Some(names('b', &MONTHS, 3)),
        'c' => return pattern("%a %b %d %H:%M:%S %Y").ok(),
        'x' => return pattern("%m/%d/%y").ok(),
        'X' => return pattern("%H:%M:%S").ok(),
        _ => return None,
    };
    Some(text.to_owned())
}

/// The pattern of a format.
fn pattern(format: &str) -> Result<String, Failure> {
    let mut out = String::new();
    let mut characters = format.chars().peekable();
    while let Some(character) = characters.next() {
        if character == '%' {
            let Some(&letter) = characters.peek() else {
                return Err(Failure::value(format!("stray % in format '{format}'")));
            };
            if let Some(part) = directive(letter) {
                characters.next();
                out.push_str(&part);
                continue;
            }
            // CPython escapes the format before it looks at it, which shows in this message.
            let escaped = letter.is_whitespace() || "\\.^$*+?(){}[]|".contains(letter);
            let shown = if escaped { '%' } else { letter };
            return Err(Failure::value(format!(
                "'{shown}' is a bad directive in format '{format}'"
            )));
        }
        if character.is_whitespace() {
            while characters.peek().is_some_and(|c| c.is_whitespace()) {
                characters.next();
            }
            out.push_str(r"\s+");
        } else {
            if "\\.^$*+?(){}[]|".contains(character) {
                out.push('\\');
            }
            out.push(character);
        }
    }
    Ok(out)
}

/// What was found, by the letter of the directive.
struct Parts<'t> {
    regex: Regex,
    found: Found,
    text: &'t str,
}

impl Parts<'_> {
    fn get(&self, letter: &str) -> Option<&str> {
        self.found.text(self.text, self.regex.group_named(letter)?)
    }

    fn number(&self, letter: &str) -> Option<i64> {
        let text = self.get(letter)?;
        text.trim().chars().try_fold(0i64, |value, c| {
            Some(value * 10 + i64::from(decimal_digit(c)?))
        })
    }

    fn word(&self, letter: &str, words: &[&str], length: usize) -> Option<i64> {
        let found = self.get(letter)?.to_lowercase();
        let same = |word: &&str| {
            word.get(..length.min(word.len()))
                .is_some_and(|word| word.to_lowercase() == found)
        };
        words.iter().position(same).map(|index| index as i64)
    }
}

/// `datetime.strptime(text, format)`
///
/// # Errors
/// CPython's errors, or what of the budget was used up.
pub fn strptime(text: &str, format: &str, budget: &mut Budget) -> Result<DateTime, Stop> {
    let source = pattern(format)?;
    let regex = Regex::compile(&source, flags::IGNORECASE).map_err(|error| {
        let class = match error.kind {
            PatternErrorKind::Pattern => salami_ir::BuiltinException::RegexError,
            _ => salami_ir::BuiltinException::ValueError,
        };
        Failure::new(class, error.message)
    })?;
    let found = regex
        .find(text, 0, Mode::Match, false, budget)
        .map_err(Stop::Exhausted)?;
    let Some(found) = found else {
        let (text, format) = (quote::text(text), quote::text(format));
        return Err(
            Failure::value(format!("time data {text} does not match format {format}")).into(),
        );
    };
    if found.end() != text.len() {
        let rest = text.get(found.end()..).unwrap_or_default();
        return Err(Failure::value(format!("unconverted data remains: {rest}")).into());
    }
    let parts = Parts { regex, found, text };
    Ok(build(&parts)?)
}

fn build(parts: &Parts<'_>) -> Result<DateTime, Failure> {
    let mut year = parts.number("Y");
    if let Some(short) = parts.number("y") {
        // Whichever comes last in the format counts.
        let group = |name| parts.regex.group_named(name);
        if year.is_none() || group("y") > group("Y") {
            year = Some(if short <= 68 {
                short + 2000
            } else {
                short + 1900
            });
        }
    }
    let iso_year = parts.number("G");
    let month = parts.number("m");
    let month = parts.word("B", &MONTHS, 9).map(|index| index + 1).or(month);
    let mut month = parts
        .word("b", &MONTHS, 3)
        .map(|index| index + 1)
        .or(month)
        .unwrap_or(1);
    let mut day = parts.number("d").unwrap_or(1);
    let mut hour = parts.number("H").unwrap_or(0);
    if let Some(twelve) = parts.number("I") {
        let afternoon = parts
            .get("p")
            .is_some_and(|word| word.eq_ignore_ascii_case("pm"));
        hour = twelve % 12 + if afternoon { 12 } else { 0 };
    }
    let minute = parts.number("M").unwrap_or(0);
    let second = parts.number("S").unwrap_or(0);
    let fraction = parts
        .get("f")
        .map_or(0, |digits| format!("{digits:0<6}").parse().unwrap_or(0));
    let weekday = parts
        .word("A", &DAYS, 9)
        .or_else(|| parts.word("a", &DAYS, 3))
        .or_else(|| parts.number("w").map(|day| (day + 6) % 7))
        .or_else(|| parts.number("u").map(|day| day - 1));
    let mut julian = parts.number("j");
    let week = parts
        .number("U")
        .map(|week| (week, false))
        .or_else(|| parts.number("W").map(|week| (week, true)));
    let iso_week = parts.number("V");
    let zone = zone(parts)?;
    if year.is_none() && iso_year.is_some() {
        if iso_week.is_none() || weekday.is_none() {
            return Err(Failure::value(
                "ISO year directive '%G' must be used with the ISO week directive '%V' and a weekday directive \
                 ('%A', '%a', '%w', or '%u').",
            ));
        }
        if julian.is_some() {
            return Err(Failure::value(
                "Day of the year directive '%j' is not compatible with ISO year directive '%G'. Use '%Y' instead.",
            ));
        }
    } else if week.is_none() && iso_week.is_some() {
        return Err(Failure::value(if weekday.is_none() {
            "ISO week directive '%V' must be used with the ISO year directive '%G' and a weekday directive \
             ('%A', '%a', '%w', or '%u')."
        } else {
            "ISO week directive '%V' is incompatible with the year directive '%Y'. Use the ISO year '%G' instead."
        }));
    }
    let leap_day = year.is_none() && month == 2 && day == 29;
    let mut year = year.unwrap_or(if leap_day { 1904 } else { 1900 });
    if let (None, Some(weekday)) = (julian, weekday) {
        if let Some((week, monday_first)) = week {
            julian = Some(day_of_week(year, week, weekday, monday_first));
        } else if let (Some(iso_year), Some(iso_week)) = (iso_year, iso_week) {
            let date = Date::from_iso_calendar(iso_year, iso_week, weekday + 1)?;
            year = date.year;
            julian = Some(date.day_of_year());
        }
        if let Some(before) = julian.filter(|&day| day <= 0) {
            year -= 1;
            julian = Some(before + 365 + i64::from(is_leap(year)));
        }
    }
    if let Some(julian) = julian {
        let ordinal = julian - 1 + days_before_year(year) + 1;
        let date = Date::from_ordinal(ordinal).ok_or_else(|| {
            Failure::value(format!(
                "year {} is out of range",
                super::year_of_ordinal(ordinal)
            ))
        })?;
        (year, month, day) = (date.year, date.month, date.day);
    } else {
        Date::new(year, month, day)?;
    }
    if leap_day {
        year = 1900;
    }
    let date = Date::new(year, month, day)?;
    Ok(DateTime {
        date,
        time: Time::new(hour, minute, second, fraction)?,
        zone,
        fold: false,
    })
}

/// The day of the year of a weekday in a week that is counted from the first Sunday or Monday.
fn day_of_week(year: i64, week: i64, weekday: i64, monday_first: bool) -> i64 {
    let mut first = (days_before_year(year) + 7).rem_euclid(7);
    let mut weekday = weekday;
    if !monday_first {
        first = (first + 1) % 7;
        weekday = (weekday + 1) % 7;
    }
    if week == 0 {
        1 + weekday - first
    } else {
        1 + (7 - first) % 7 + 7 * (week - 1) + weekday
    }
}

fn zone(parts: &Parts<'_>) -> Result<Option<Zone>, Failure> {
    let Some(written) = parts.get("z") else {
        return Ok(None);
    };
    let name = parts.get("Z");
    if written == "Z" {
        return Zone::new(Delta(0), name).map(Some);
    }
    let colon = written.get(3..4) == Some(":");
    if colon && written.len() > 6 && written.get(6..7) != Some(":") {
        return Err(Failure::value(format!(
            "Inconsistent use of : in {written}"
        )));
    }
    let (clock, fraction) = written.split_once('.').unwrap_or((written, ""));
    let digits: Vec<i64> = clock
        .chars()
        .filter_map(decimal_digit)
        .map(i64::from)
        .collect();
    let two = |at: usize| {
        digits.get(at).copied().unwrap_or(0) * 10 + digits.get(at + 1).copied().unwrap_or(0)
    };
    let micros: i64 = format!("{fraction:0<6}").parse().unwrap_or(0);
    let total = i128::from((two(0) * 60 + two(2)) * 60 + two(4)) * 1_000_000 + i128::from(micros);
    Zone::new(
        Delta(if written.starts_with('-') {
            -total
        } else {
            total
        }),
        name,
    )
    .map(Some)
}

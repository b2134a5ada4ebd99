//! Days and instants in cells and results, as numbers that can be compared.

/// A day, and the time of day where there is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stamp {
    /// Days since 1970.
    pub(super) day: i64,
    /// Seconds since midnight.
    pub(super) time: Option<i64>,
    /// How many minutes its clock is before that of Greenwich.
    pub(super) zone: Option<i64>,
    /// The year, as it is written with two digits.
    pub(super) short_year: Option<i64>,
}

/// How one stamp stands to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Apart {
    Nothing,
    Days(i64),
    Hours(i64),
    /// Hours from one instant to another, each of which has its zone.
    Instant(i64),
    Century,
    /// So far that one hardly comes of the other.
    Far,
}

const MONTHS: [&[&str]; 12] = [
    &["jan", "janv", "ene", "januar", "january"],
    &["feb", "févr", "februar", "february"],
    &["mar", "mär", "mars", "märz", "march", "mrz"],
    &["apr", "avr", "abr", "april"],
    &["may", "mai"],
    &["jun", "juin", "juni", "june"],
    &["jul", "juil", "juli", "july"],
    &["aug", "août", "ago", "august"],
    &["sep", "sept", "september"],
    &["oct", "okt", "october", "oktober"],
    &["nov", "november"],
    &["dec", "dez", "déc", "dic", "december", "dezember"],
];

/// A piece of a text: a run of digits or of letters, and the sign before it.
struct Piece<'t> {
    text: &'t str,
    before: char,
}

fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut found = Vec::new();
    let mut before = ' ';
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let end = if first.is_ascii_digit() {
            rest.find(|letter: char| !letter.is_ascii_digit())
        } else if first.is_alphabetic() {
            rest.find(|letter: char| !letter.is_alphabetic())
        } else {
            if first != ' ' || before.is_alphanumeric() {
                before = first;
            }
            rest = rest.get(first.len_utf8()..).unwrap_or_default();
            continue;
        };
        let (piece, after) = rest.split_at(end.unwrap_or(rest.len()));
        found.push(Piece {
            text: piece,
            before,
        });
        before = 'x';
        rest = after;
    }
    found
}

fn month(word: &str) -> Option<i64> {
    let word = word.to_lowercase();
    let position = MONTHS
        .iter()
        .position(|names| names.contains(&word.as_str()))?;
    i64::try_from(position + 1).ok()
}

fn is_weekday(word: &str) -> bool {
    let word = word.to_lowercase();
    ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
        .iter()
        .any(|day| word.starts_with(day) && (word.len() == 3 || word.ends_with("day")))
}

fn number(piece: &Piece<'_>) -> Option<i64> {
    match piece.text.len() {
        1..=4 => piece.text.parse().ok(),
        _ => None,
    }
}

/// Days since 1970 of a day of the calendar.
fn civil(year: i64, month: i64, day: i64) -> Option<i64> {
    let is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    let most = match month {
        2 if is_leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    if !(1..=most).contains(&day) || !(1..=9999).contains(&year) {
        return None;
    }
    // Years begin in March, so that the day that is sometimes there is the last.
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    Some(era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468)
}

/// The days that a text may be: none, one, or two where the order of day and month is open.
pub(super) fn stamps(text: &str) -> Vec<Stamp> {
    let text = text.trim();
    if text.len() < 6 || text.len() > 48 || !text.bytes().any(|byte| byte.is_ascii_digit()) {
        return Vec::new();
    }
    if let Some(stamp) = of_digits(text) {
        return vec![stamp];
    }
    let mut all = pieces(text);
    if all.first().is_some_and(|piece| is_weekday(piece.text)) {
        all.remove(0);
    }
    let Some((orders, rest)) = date(&all) else {
        return Vec::new();
    };
    let Some((time, zone)) = time(rest, text) else {
        return Vec::new();
    };
    let mut found: Vec<Stamp> = Vec::new();
    for (year, month, day) in orders {
        let short_year = (year < 100).then_some(year);
        let year = match year {
            0..=68 => year + 2000,
            69..=99 => year + 1900,
            _ => year,
        };
        if let Some(day) = civil(year, month, day) {
            let stamp = Stamp {
                day,
                time,
                zone,
                short_year,
            };
            if !found.contains(&stamp) {
                found.push(stamp);
            }
        }
    }
    found
}

/// `20260131`, and seconds or milliseconds since 1970.
fn of_digits(text: &str) -> Option<Stamp> {
    let whole = text.split_once('.').map_or(text, |(whole, _)| whole);
    if !whole.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let seconds: i64 = match whole.len() {
        8 if whole == text => {
            let part = |from: usize, to: usize| whole.get(from..to)?.parse().ok();
            let year: i64 = part(0, 4)?;
            return (1900..=2100).contains(&year).then_some(Stamp {
                day: civil(year, part(4, 6)?, part(6, 8)?)?,
                time: None,
                zone: None,
                short_year: None,
            });
        }
        10 if whole.starts_with('1') => whole.parse().ok()?,
        13 if whole.starts_with('1') => whole.parse::<i64>().ok()? / 1_000,
        _ => return None,
    };
    Some(Stamp {
        day: seconds.div_euclid(86_400),
        time: Some(seconds.rem_euclid(86_400)),
        zone: Some(0),
        short_year: None,
    })
}

type Orders = Vec<(i64, i64, i64)>;

/// Year, month and day of the first pieces, in the orders that are possible; and the pieces behind.
fn date<'p, 't>(all: &'p [Piece<'t>]) -> Option<(Orders, &'p [Piece<'t>])> {
    if let Some((first, rest)) = all.split_first()
        && first.text.len() == 8
    {
        let stamp = first.text;
        let part = |from: usize, to: usize| stamp.get(from..to)?.parse().ok();
        let year: i64 = part(0, 4)?;
        let is_year = (1900..=2100).contains(&year);
        return is_year.then_some((vec![(year, part(4, 6)?, part(6, 8)?)], rest));
    }
    let [one, two, three, rest @ ..] = all else {
        return None;
    };
    let joined = |piece: &Piece<'_>| "-/. ,".contains(piece.before);
    if !joined(two) || !joined(three) {
        return None;
    }
    let orders = if let Some(month) = month(two.text) {
        vec![(number(three)?, month, number(one)?)]
    } else if let Some(month) = month(one.text) {
        if three.text.len() != 4 {
            return None;
        }
        vec![(number(three)?, month, number(two)?)]
    } else {
        // Numbers alone stand close together.
        if two.before == ' ' || two.before == ',' || two.before != three.before {
            return None;
        }
        let (first, second, third) = (number(one)?, number(two)?, number(three)?);
        match (one.text.len(), three.text.len()) {
            (4, 1 | 2) => vec![(first, second, third)],
            (1 | 2, 2 | 4) if two.before == '.' => vec![(third, second, first)],
            (1 | 2, 2 | 4) => vec![(third, second, first), (third, first, second)],
            _ => return None,
        }
    };
    Some((orders, rest))
}

type Time = (Option<i64>, Option<i64>);

/// The time of day and the zone in the pieces behind a day; none: something else stands there.
fn time(rest: &[Piece<'_>], text: &str) -> Option<Time> {
    let mut rest = rest;
    if let Some((first, after)) = rest.split_first()
        && matches!(first.text, "T" | "t" | "at")
    {
        rest = after;
    }
    let Some((first, after)) = rest.split_first() else {
        return Some((None, None));
    };
    // 20250131;103000
    if first.text.len() == 6 && first.text.bytes().all(|byte| byte.is_ascii_digit()) {
        let part =
            |from: usize, to: usize| -> Option<i64> { first.text.get(from..to)?.parse().ok() };
        let seconds = part(0, 2)? * 3600 + part(2, 4)? * 60 + part(4, 6)?;
        return Some((Some(seconds), None));
    }
    let [second, after @ ..] = after else {
        return None;
    };
    if second.before != ':' {
        return None;
    }
    let (mut hours, minutes) = (number(first)?, number(second)?);
    let mut rest = after;
    let mut seconds = 0;
    if let Some((third, after)) = rest.split_first()
        && third.before == ':'
    {
        seconds = number(third)?;
        rest = after;
        if let Some((fraction, after)) = rest.split_first()
            && matches!(fraction.before, '.' | ',')
        {
            rest = after;
        }
    }
    if let Some((half, after)) = rest.split_first() {
        match half.text.to_lowercase().as_str() {
            "pm" if hours < 12 => hours += 12,
            "am" if hours == 12 => hours = 0,
            "am" | "pm" => {}
            _ => return zone(rest, text).map(|zone| (Some(of_day(hours, minutes, seconds)), zone)),
        }
        rest = after;
    }
    zone(rest, text).map(|zone| (Some(of_day(hours, minutes, seconds)), zone))
}

fn of_day(hours: i64, minutes: i64, seconds: i64) -> i64 {
    hours * 3600 + minutes * 60 + seconds
}

/// The zone at the end; none within: a name that may be any.
fn zone(rest: &[Piece<'_>], text: &str) -> Option<Option<i64>> {
    match rest {
        [] => Some(None),
        [name] if matches!(name.text, "Z" | "z" | "UTC" | "GMT") => Some(Some(0)),
        [name] if name.text.len() <= 5 && name.text.chars().all(char::is_alphabetic) => Some(None),
        [offset, more @ ..] if matches!(offset.before, '+' | '-') => {
            let (hours, minutes): (i64, i64) = match (offset.text.len(), more) {
                (4, _) => (
                    offset.text.get(..2)?.parse().ok()?,
                    offset.text.get(2..)?.parse().ok()?,
                ),
                (1 | 2, [minutes, ..]) if minutes.before == ':' => {
                    (number(offset)?, number(minutes)?)
                }
                (1 | 2, []) => (number(offset)?, 0),
                _ => return None,
            };
            let minutes = hours * 60 + minutes;
            Some(Some(if offset.before == '-' {
                -minutes
            } else {
                minutes
            }))
        }
        // A name in parentheses behind an offset, and the like.
        _ => text.contains(':').then_some(None),
    }
}

impl Stamp {
    fn local(&self) -> i64 {
        self.day * 86_400 + self.time.unwrap_or(0)
    }

    fn universal(&self) -> Option<i64> {
        Some(self.local() - self.zone? * 60)
    }

    /// How far a value of a result is from a cell.
    pub(super) fn apart(&self, cell: &Self) -> Apart {
        // Of a cell with a zone the day and the time may be those of Greenwich.
        let universal = cell.universal();
        match (self.time, cell.time) {
            (None, _) | (_, None) => {
                let is_day_of = |seconds: i64| seconds.div_euclid(86_400) == self.day;
                if self.day == cell.day || universal.is_some_and(is_day_of) {
                    return Apart::Nothing;
                }
            }
            (Some(_), Some(_)) => {
                // Where both have a zone they are one instant; else the clock is that of the cell, or of Greenwich.
                let is_same = match self.universal().zip(universal) {
                    Some((one, two)) => one == two,
                    None => self.local() == cell.local() || universal == Some(self.local()),
                };
                if is_same {
                    return Apart::Nothing;
                }
            }
        }
        let days = self.day - cell.day;
        if matches!(days.abs(), 36_524 | 36_525) {
            let is_meant = cell.short_year.is_some_and(|year| (30..69).contains(&year));
            return if is_meant {
                Apart::Nothing
            } else {
                Apart::Century
            };
        }
        if self.time.is_some() {
            let both = self.universal().zip(universal);
            let seconds = match both {
                Some((one, two)) => one - two,
                None => self.local() - cell.local(),
            };
            // A zone in words of its own may be right.
            return match (seconds % 3600, seconds % 900) {
                _ if seconds.abs() > 14 * 3600 => Apart::Far,
                // Some zones are half an hour apart.
                (_, 0) if both.is_some() => Apart::Instant(seconds / 3600),
                (0, _) => Apart::Hours(seconds / 3600),
                _ => Apart::Far,
            };
        }
        match days.abs() {
            1 => Apart::Days(days),
            _ => Apart::Far,
        }
    }
}

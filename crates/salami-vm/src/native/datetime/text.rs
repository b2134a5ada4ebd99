//! Texts of dates and times.

use super::{Date, DateTime, Delta, Time, Zone, ZonedTime};
use crate::format::{Failure, quote};

/// How exact the time of an ISO text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the words of Python's timespec")]
pub enum Precision {
    Auto,
    Hours,
    Minutes,
    Seconds,
    Milliseconds,
    Microseconds,
}

impl Precision {
    /// From Python's word.
    ///
    /// # Errors
    /// ValueError for another word.
    pub fn parse(word: &str) -> Result<Self, Failure> {
        Ok(match word {
            "auto" => Self::Auto,
            "hours" => Self::Hours,
            "minutes" => Self::Minutes,
            "seconds" => Self::Seconds,
            "milliseconds" => Self::Milliseconds,
            "microseconds" => Self::Microseconds,
            _ => return Err(Failure::value("Unknown timespec value")),
        })
    }
}

/// `+HH:MM[:SS[.ffffff]]`
pub(super) fn offset_text(offset: Delta, separator: &str) -> String {
    let sign = if offset.0 < 0 { '-' } else { '+' };
    let time = Time::from_microseconds(offset.0.abs());
    let mut out = format!("{sign}{:02}{separator}{:02}", time.hour, time.minute);
    if time.second != 0 || time.microsecond != 0 {
        out.push_str(&format!("{separator}{:02}", time.second));
        if time.microsecond != 0 {
            out.push_str(&format!(".{:06}", time.microsecond));
        }
    }
    out
}

impl Date {
    /// `str(self)`
    #[must_use]
    pub fn iso(self) -> String {
        format!("{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

impl Time {
    /// The time in ISO form.
    #[must_use]
    pub fn iso(self, precision: Precision) -> String {
        let Self {
            hour,
            minute,
            second,
            microsecond,
        } = self;
        match precision {
            Precision::Hours => format!("{hour:02}"),
            Precision::Minutes => format!("{hour:02}:{minute:02}"),
            Precision::Milliseconds => format!(
                "{hour:02}:{minute:02}:{second:02}.{:03}",
                microsecond / 1000
            ),
            Precision::Auto if microsecond == 0 => format!("{hour:02}:{minute:02}:{second:02}"),
            Precision::Seconds => format!("{hour:02}:{minute:02}:{second:02}"),
            Precision::Auto | Precision::Microseconds => {
                format!("{hour:02}:{minute:02}:{second:02}.{microsecond:06}")
            }
        }
    }

    /// Hour and minute, and the rest where it is not zero.
    fn arguments(self) -> String {
        let Self {
            hour,
            minute,
            second,
            microsecond,
        } = self;
        match (second, microsecond) {
            (0, 0) => format!("{hour}, {minute}"),
            (_, 0) => format!("{hour}, {minute}, {second}"),
            _ => format!("{hour}, {minute}, {second}, {microsecond}"),
        }
    }
}

fn zone_iso(zone: Option<&Zone>) -> String {
    zone.map_or_else(String::new, |zone| offset_text(zone.offset, ":"))
}

fn extras(zone: Option<&Zone>, fold: bool) -> String {
    let mut out = String::new();
    if fold {
        out.push_str(", fold=1");
    }
    if let Some(zone) = zone {
        out.push_str(&format!(", tzinfo={}", zone.repr()));
    }
    out
}

impl Zone {
    /// `str(self)`
    #[must_use]
    pub fn text(&self) -> String {
        match &self.name {
            Some(name) => name.to_string(),
            None if self.offset.0 == 0 => "UTC".to_owned(),
            None => format!("UTC{}", offset_text(self.offset, ":")),
        }
    }

    /// `repr(self)`
    #[must_use]
    pub fn repr(&self) -> String {
        if let Some(region) = self.region {
            return format!("zoneinfo.ZoneInfo(key={})", quote::text(region.key));
        }
        match &self.name {
            None if self.offset.0 == 0 => "datetime.timezone.utc".to_owned(),
            None => format!("datetime.timezone({})", self.offset.repr()),
            Some(name) => format!(
                "datetime.timezone({}, {})",
                self.offset.repr(),
                quote::text(name)
            ),
        }
    }
}

impl ZonedTime {
    /// `self.isoformat(...)`
    #[must_use]
    pub fn iso(&self, precision: Precision) -> String {
        let zone = self.zone.as_ref().filter(|zone| zone.region.is_none());
        self.time.iso(precision) + &zone_iso(zone)
    }

    /// `repr(self)`
    #[must_use]
    pub fn repr(&self) -> String {
        format!(
            "datetime.time({}{})",
            self.time.arguments(),
            extras(self.zone.as_ref(), self.fold)
        )
    }
}

impl DateTime {
    /// `self.isoformat(...)`
    #[must_use]
    pub fn iso(&self, separator: char, precision: Precision) -> String {
        format!(
            "{}{separator}{}{}",
            self.date.iso(),
            self.time.iso(precision),
            zone_iso(self.zone.as_ref())
        )
    }

    /// `repr(self)`
    #[must_use]
    pub fn repr(&self) -> String {
        let Date { year, month, day } = self.date;
        let time = self.time.arguments();
        format!(
            "datetime.datetime({year}, {month}, {day}, {time}{})",
            extras(self.zone.as_ref(), self.fold)
        )
    }
}

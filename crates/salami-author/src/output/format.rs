//! The formats of texts that are checked. Others say something to people only, as JSON Schema has it.

/// What a text must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Date,
    DateTime,
    Time,
    Decimal,
    Uuid,
    Email,
    Uri,
    Ipv4,
    Ipv6,
}

impl Format {
    /// By its name; none where it is not checked.
    pub(super) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "date" => Self::Date,
            "date-time" => Self::DateTime,
            "time" => Self::Time,
            "decimal" => Self::Decimal,
            "uuid" => Self::Uuid,
            "email" => Self::Email,
            "uri" => Self::Uri,
            "ipv4" => Self::Ipv4,
            "ipv6" => Self::Ipv6,
            _ => return None,
        })
    }

    /// What it must be, in words.
    pub(super) fn wanted(self) -> &'static str {
        match self {
            Self::Date => "a date such as 2026-01-31",
            Self::DateTime => "a date and time such as 2026-01-31T12:00:00",
            Self::Time => "a time such as 12:00:00",
            Self::Decimal => "a decimal number such as 12.50",
            Self::Uuid => "a UUID",
            Self::Email => "an e-mail address",
            Self::Uri => "a URI",
            Self::Ipv4 => "an IPv4 address",
            Self::Ipv6 => "an IPv6 address",
        }
    }

    /// Whether a text has it.
    pub(super) fn admits(self, text: &str) -> bool {
        match self {
            Self::Date => is_date(text),
            // Without an offset, too: most inputs name none, and none may be made up.
            Self::DateTime => match text.split_once(['T', 't', ' ']) {
                Some((date, time)) => is_date(date) && is_time(time),
                None => false,
            },
            Self::Time => is_time(text),
            Self::Decimal => is_decimal(text),
            Self::Uuid => is_uuid(text),
            Self::Email => match text.rsplit_once('@') {
                Some((user, host)) => {
                    let is_word = |text: &str| {
                        !text.is_empty() && !text.contains(|letter: char| letter.is_whitespace())
                    };
                    is_word(user) && is_word(host)
                }
                None => false,
            },
            Self::Uri => match text.split_once(':') {
                Some((scheme, rest)) => {
                    scheme.starts_with(|first: char| first.is_ascii_alphabetic())
                        && scheme
                            .chars()
                            .all(|letter| letter.is_ascii_alphanumeric() || "+-.".contains(letter))
                        && !rest.is_empty()
                        && !rest.contains(|letter: char| letter.is_whitespace())
                }
                None => false,
            },
            Self::Ipv4 => text.parse::<std::net::Ipv4Addr>().is_ok(),
            Self::Ipv6 => text.parse::<std::net::Ipv6Addr>().is_ok(),
        }
    }
}

/// So many digits as a number, which must be within a range.
fn digits(text: &str, length: usize, low: u32, high: u32) -> Option<u32> {
    let is_all = text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit());
    let value = is_all.then(|| text.parse().ok()).flatten()?;
    (low..=high).contains(&value).then_some(value)
}

/// A date of the calendar, as `2026-01-31`.
pub(super) fn is_date(text: &str) -> bool {
    let mut parts = text.split('-');
    let (Some(year), Some(month), Some(day), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return false;
    };
    let (Some(year), Some(month), Some(day)) = (
        digits(year, 4, 1, 9999),
        digits(month, 2, 1, 12),
        digits(day, 2, 1, 31),
    ) else {
        return false;
    };
    let is_leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let length = match month {
        2 if is_leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    day <= length
}

fn is_time(text: &str) -> bool {
    let (clock, offset) = match text.find(['Z', 'z', '+', '-']) {
        Some(at) => text.split_at(at),
        None => (text, ""),
    };
    let (clock, fraction) = match clock.split_once('.') {
        Some((clock, fraction)) => (clock, Some(fraction)),
        None => (clock, None),
    };
    let mut parts = clock.split(':');
    let hour = parts.next().and_then(|part| digits(part, 2, 0, 23));
    let minute = parts.next().and_then(|part| digits(part, 2, 0, 59));
    let second = match parts.next() {
        Some(part) => digits(part, 2, 0, 60),
        None => Some(0),
    };
    let is_fraction = fraction.is_none_or(|digits| {
        !digits.is_empty() && digits.len() <= 9 && digits.bytes().all(|byte| byte.is_ascii_digit())
    });
    hour.and(minute).and(second).is_some()
        && parts.next().is_none()
        && is_fraction
        && is_offset(offset)
}

fn is_offset(text: &str) -> bool {
    if text.is_empty() || text.eq_ignore_ascii_case("z") {
        return true;
    }
    let Some((hour, minute)) = text.get(1..).and_then(|rest| rest.split_once(':')) else {
        return false;
    };
    let minute = minute.split(':').next().unwrap_or_default();
    digits(hour, 2, 0, 23).is_some() && digits(minute, 2, 0, 59).is_some()
}

fn is_decimal(text: &str) -> bool {
    let body = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (mantissa, exponent) = match body.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (body, None),
    };
    let count = |text: &str| text.bytes().filter(u8::is_ascii_digit).count();
    let is_exponent = exponent.is_none_or(|text| {
        let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
        !digits.is_empty() && count(digits) == digits.len()
    });
    let dots = mantissa.matches('.').count();
    is_exponent && dots <= 1 && count(mantissa) > 0 && count(mantissa) + dots == mantissa.len()
}

fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

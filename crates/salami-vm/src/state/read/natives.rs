//! What a value of the library holds.

use std::collections::VecDeque;
use std::sync::Arc;

use num_bigint::BigUint;

use super::{Bytes, Malformed, Read, Reader, StateError};
use crate::heap::Stored as _;
use crate::native::Native;
use crate::native::csv::{Dialect, Header, Quoting, Reader as CsvReader, Writer};
use crate::native::datetime::{Date, DateTime, Delta, Time, Zone, ZonedTime, region};
use crate::native::decimal::{Decimal, EXPONENT_LIMIT, Kind};
use crate::native::input::{End, Input};
use crate::native::pattern::MatchObject;
use crate::native::response::Response;
use crate::native::string_io::{Stream, StringIo};
use crate::regex::{Found, Regex};
use crate::value::{NativeRef, Value};

/// More lines than any reader reads.
const MOST_LINES: i64 = 1 << 53;
/// A stream is at most so long.
const MOST_BYTES: u64 = 1 << 62;

impl Reader<'_, '_> {
    pub(super) fn native(&mut self, handle: NativeRef) -> Read<()> {
        let native = match self.bytes.byte()? {
            1 => {
                let values = self.values()?;
                let limit = if self.bytes.truth()? {
                    Some(usize::try_from(self.bytes.number()?).unwrap_or(usize::MAX))
                } else {
                    None
                };
                if limit.is_some_and(|limit| values.len() > limit) {
                    return Err(Malformed("a deque that is longer than it may be"));
                }
                Native::Deque(VecDeque::from(values), limit)
            }
            2 => Native::Decimal(Box::new(self.decimal()?)),
            3 => Native::Date(date(&mut self.bytes)?),
            4 => Native::Time(Box::new(ZonedTime {
                time: time(&mut self.bytes)?,
                fold: self.bytes.truth()?,
                zone: optional_zone(&mut self.bytes)?,
            })),
            5 => Native::DateTime(Box::new(DateTime {
                date: date(&mut self.bytes)?,
                time: time(&mut self.bytes)?,
                fold: self.bytes.truth()?,
                zone: optional_zone(&mut self.bytes)?,
            })),
            6 => {
                let delta = Delta(i128::from_le_bytes(self.bytes.array()?));
                if !(Delta::MIN..=Delta::MAX).contains(&delta) {
                    return Err(Malformed("a duration that is too long"));
                }
                Native::TimeDelta(delta)
            }
            7 => {
                let zone = optional_zone(&mut self.bytes)?;
                Native::TimeZone(Box::new(zone.ok_or(Malformed("no time zone"))?))
            }
            8 => {
                let pattern = self.bytes.string()?;
                let flags = self.bytes.word()?;
                // A pattern may take some hundred times its text.
                self.context.reserve(pattern.len().saturating_mul(64))?;
                let regex = Regex::compile(pattern, flags).ok();
                let regex = regex.filter(|regex| regex.flags() == flags);
                Native::Pattern(Arc::new(regex.ok_or(Malformed("no pattern"))?))
            }
            9 => Native::Match(Box::new(self.found()?)),
            10 => Native::StringIo(Box::new(string_io(&mut self.bytes)?)),
            11 => Native::CsvReader(Box::new(self.csv_reader()?)),
            12 => Native::CsvWriter(Box::new(self.csv_writer()?)),
            13 => {
                let response = Response {
                    status: self.value()?,
                    headers: self.value()?,
                    text: self.optional()?,
                    data: self.optional()?,
                };
                if response.body().is_unset() {
                    return Err(Malformed("a response without a body"));
                }
                Native::Response(Box::new(response))
            }
            _ => return Err(Malformed("no value of the library")),
        };
        let more = native.size().saturating_sub(Native::Free.size());
        self.context.reserve(more)?;
        self.context
            .heap
            .modify_native(handle, |place| *place = native);
        self.natives.push(handle);
        Ok(())
    }

    fn decimal(&mut self) -> Read<Decimal> {
        let first = self.bytes.byte()?;
        let kind = match first >> 1 {
            0 => Kind::Finite,
            1 => Kind::Infinite,
            2 => Kind::Nan,
            3 => Kind::SignalNan,
            _ => return Err(Malformed("no kind of decimal")),
        };
        let mut number = Decimal {
            negative: first & 1 == 1,
            coefficient: BigUint::ZERO,
            exponent: 0,
            kind,
        };
        if kind == Kind::Infinite {
            return Ok(number);
        }
        if kind == Kind::Finite {
            number.exponent = self.bytes.integer()?;
            if !(-2 * EXPONENT_LIMIT..=EXPONENT_LIMIT).contains(&number.exponent) {
                return Err(Malformed("a decimal that is too large or too small"));
            }
        }
        let bytes = self.bytes.block()?;
        self.context.reserve(bytes.len().saturating_mul(2))?;
        number.coefficient = BigUint::from_bytes_le(bytes);
        if number.coefficient.to_bytes_le() != bytes {
            return Err(Malformed("a decimal with too many bytes"));
        }
        Ok(number)
    }

    fn found(&mut self) -> Read<MatchObject> {
        let (Value::Native(pattern), Value::Str(text)) = (self.value()?, self.value()?) else {
            return Err(Malformed("a match without pattern and text"));
        };
        let (position, end_position) = (self.bytes.integer()?, self.bytes.integer()?);
        let count = self.bytes.count()?;
        self.context.reserve(count.saturating_mul(12))?;
        let mut spans = Vec::with_capacity(count);
        for _ in 0..count {
            let (start, length) = (self.bytes.word()?, self.bytes.word()?);
            spans.push(match start.checked_sub(1) {
                Some(start) => {
                    let end = start.checked_add(length);
                    Some((start, end.ok_or(Malformed("a match past its text"))?))
                }
                None if length == 0 => None,
                None => return Err(Malformed("a match without a start")),
            });
        }
        let last = self.bytes.word()?.checked_sub(1);
        Ok(MatchObject {
            pattern,
            text,
            found: Found { spans, last },
            position,
            end_position,
        })
    }

    fn csv_reader(&mut self) -> Read<CsvReader> {
        let dialect = dialect(&mut self.bytes)?;
        let lines = match self.value()? {
            lines @ Value::Iterator(_) => lines,
            _ => return Err(Malformed("a reader without an iterator")),
        };
        let count = self.bytes.integer()?;
        if !(0..=MOST_LINES).contains(&count) {
            return Err(Malformed("a reader of too many lines"));
        }
        let mut pending = Vec::new();
        for value in self.values()? {
            match value {
                Value::Str(line) => pending.push(line),
                _ => return Err(Malformed("a line that is no text")),
            }
        }
        let mut header = None;
        if self.bytes.truth()? {
            let names = if self.bytes.truth()? {
                Some(self.values()?)
            } else {
                None
            };
            header = Some(Header {
                names,
                rest_key: self.value()?,
                rest_value: self.value()?,
            });
        }
        Ok(CsvReader {
            dialect,
            lines,
            count,
            pending,
            header,
        })
    }

    fn csv_writer(&mut self) -> Read<Writer> {
        let dialect = dialect(&mut self.bytes)?;
        let file = self.value()?;
        let mut header = None;
        if self.bytes.truth()? {
            let names = self.values()?;
            header = Some((names, self.value()?, self.bytes.truth()?));
        }
        Ok(Writer {
            dialect,
            file,
            header,
        })
    }
}

fn date(bytes: &mut Bytes<'_>) -> Read<Date> {
    let year = bytes.integer()?;
    let (month, day) = (bytes.byte()?, bytes.byte()?);
    Date::new(year, month.into(), day.into()).map_err(|_| Malformed("no date"))
}

fn time(bytes: &mut Bytes<'_>) -> Read<Time> {
    let (hour, minute, second) = (bytes.byte()?, bytes.byte()?, bytes.byte()?);
    let microsecond = i64::from(bytes.word()?);
    let time = Time::new(hour.into(), minute.into(), second.into(), microsecond);
    time.map_err(|_| Malformed("no time of day"))
}

fn optional_zone(bytes: &mut Bytes<'_>) -> Read<Option<Zone>> {
    if !bytes.truth()? {
        return Ok(None);
    }
    let offset = Delta(i128::from(bytes.integer()?));
    let name = bytes.optional_string()?;
    let zone = Zone::new(offset, name).map_err(|_| Malformed("an offset of more than a day"))?;
    let region = match bytes.optional_string()? {
        None => None,
        Some(key) => {
            let known = region::region(key).filter(|region| region.key == key);
            Some(known.ok_or(Malformed("a region that does not exist"))?)
        }
    };
    Ok(Some(Zone { region, ..zone }))
}

fn dialect(bytes: &mut Bytes<'_>) -> Read<Dialect> {
    let mut character = || -> Read<Option<char>> {
        match bytes.word()?.checked_sub(1) {
            None => Ok(None),
            Some(code) => {
                let character = char::from_u32(code);
                character.map(Some).ok_or(Malformed("no character"))
            }
        }
    };
    Ok(Dialect {
        delimiter: character()?.ok_or(Malformed("no delimiter"))?,
        quote: character()?,
        escape: character()?,
        double_quote: bytes.truth()?,
        skip_space: bytes.truth()?,
        strict: bytes.truth()?,
        line_terminator: bytes.string()?.to_owned(),
        quoting: match bytes.byte()? {
            0 => Quoting::Minimal,
            1 => Quoting::All,
            2 => Quoting::NonNumeric,
            3 => Quoting::None,
            _ => return Err(Malformed("no kind of quoting")),
        },
    })
}

fn string_io(bytes: &mut Bytes<'_>) -> Result<StringIo, StateError> {
    let stream = match bytes.byte()? {
        0 => None,
        1 => Some(Stream::Output),
        2 => Some(Stream::Error),
        3 => {
            let mut input = Input::new(bytes.string()?);
            (input.offset, input.lines) = (bytes.number()?, bytes.number()?);
            if input.offset > MOST_BYTES || input.lines > MOST_BYTES {
                return Err(Malformed("a stream that is too long"));
            }
            let closed = bytes.truth()?;
            let text = bytes.string()?.to_owned();
            input.tail = bytes.block()?.to_vec();
            input.tried = bytes.length()?;
            input.end = match bytes.byte()? {
                0 => End::Open,
                1 => End::Reached,
                2 => {
                    let (wrong, count) = (bytes.block()?.to_vec(), bytes.length()?);
                    End::NotText(wrong, count, bytes.string()?.to_owned())
                }
                3 => End::Failed(bytes.string()?.to_owned()),
                _ => return Err(Malformed("no end of a stream")),
            };
            return Ok(StringIo {
                text,
                closed,
                input: Some(Box::new(input)),
                ..StringIo::default()
            });
        }
        _ => return Err(Malformed("no kind of file")),
    };
    let text = bytes.string()?.to_owned();
    let position = bytes.length()?;
    let beyond = usize::try_from(bytes.number()?).unwrap_or(usize::MAX);
    if !text.is_char_boundary(position) || beyond.checked_add(text.len()).is_none() {
        return Err(Malformed("a file with a place outside of it"));
    }
    let closed = bytes.truth()?;
    let newline = bytes.optional_string()?;
    if newline.is_some_and(|newline| !["", "\n", "\r", "\r\n"].contains(&newline)) {
        return Err(Malformed("a file with another line end"));
    }
    Ok(StringIo {
        text,
        position,
        beyond,
        closed,
        newline: newline.map(str::to_owned),
        stream,
        input: None,
    })
}

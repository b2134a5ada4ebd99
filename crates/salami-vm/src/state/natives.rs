//! What a value of the library holds.

use super::{Bytes, Sink, StateError, Walk};
use crate::native::Native;
use crate::native::csv::{Dialect, Quoting};
use crate::native::datetime::{Date, Time, Zone};
use crate::native::decimal::{Decimal, Kind};
use crate::native::input::{End, Input};
use crate::native::mersenne::{Mersenne, WORDS};
use crate::native::string_io::{Stream, StringIo};
use crate::value::Value;

impl Walk<'_> {
    pub(super) fn native(&mut self, native: &Native) {
        match native {
            Native::Free => self.sink.byte(0),
            Native::Deque(values, limit) => {
                self.sink.byte(1);
                self.sink.length(values.len());
                for value in values {
                    self.value(*value);
                }
                self.sink.truth(limit.is_some());
                if let Some(limit) = limit {
                    self.sink.length(*limit);
                }
            }
            Native::Decimal(number) => {
                self.sink.byte(2);
                decimal(&mut self.sink, number);
            }
            Native::Date(moment) => {
                self.sink.byte(3);
                date(&mut self.sink, moment);
            }
            Native::Time(zoned) => {
                self.sink.byte(4);
                time(&mut self.sink, &zoned.time);
                self.sink.truth(zoned.fold);
                optional_zone(&mut self.sink, zoned.zone.as_ref());
            }
            Native::DateTime(moment) => {
                self.sink.byte(5);
                date(&mut self.sink, &moment.date);
                time(&mut self.sink, &moment.time);
                self.sink.truth(moment.fold);
                optional_zone(&mut self.sink, moment.zone.as_ref());
            }
            Native::TimeDelta(delta) => {
                self.sink.byte(6);
                self.sink.bytes(&delta.0.to_le_bytes());
            }
            Native::TimeZone(zone) => {
                self.sink.byte(7);
                optional_zone(&mut self.sink, Some(zone));
            }
            Native::Pattern(regex) => {
                self.sink.byte(8);
                self.sink.string(regex.pattern());
                self.sink.number(u64::from(regex.flags()));
            }
            Native::Match(object) => {
                self.sink.byte(9);
                self.value(Value::Native(object.pattern));
                self.value(Value::Str(object.text));
                self.sink.integer(object.position);
                self.sink.integer(object.end_position);
                self.sink.length(object.found.spans.len());
                for span in &object.found.spans {
                    // An end is never before its start, so its place is written as what is between.
                    let (start, length) =
                        span.map_or((0, 0), |(start, end)| (u64::from(start) + 1, end - start));
                    self.sink.number(start);
                    self.sink.number(u64::from(length));
                }
                let last = object.found.last.map_or(0, |last| u64::from(last) + 1);
                self.sink.number(last);
            }
            Native::StringIo(file) => {
                self.sink.byte(10);
                string_io(&mut self.sink, file);
            }
            Native::CsvReader(reader) => {
                self.sink.byte(11);
                dialect(&mut self.sink, &reader.dialect);
                self.value(reader.lines);
                self.sink.integer(reader.count);
                self.sink.length(reader.pending.len());
                for &line in &reader.pending {
                    self.value(Value::Str(line));
                }
                self.sink.truth(reader.header.is_some());
                if let Some(header) = &reader.header {
                    self.sink.truth(header.names.is_some());
                    if let Some(names) = &header.names {
                        self.values(names);
                    }
                    self.all(&[header.rest_key, header.rest_value]);
                }
            }
            Native::CsvWriter(writer) => {
                self.sink.byte(12);
                dialect(&mut self.sink, &writer.dialect);
                self.value(writer.file);
                self.sink.truth(writer.header.is_some());
                if let Some((names, missing, ignores)) = &writer.header {
                    self.values(names);
                    self.value(*missing);
                    self.sink.truth(*ignores);
                }
            }
            Native::Response(response) => {
                self.sink.byte(13);
                self.all(&response.values());
            }
        }
    }
}

fn decimal(sink: &mut Sink, number: &Decimal) {
    let kind = match number.kind {
        Kind::Finite => 0,
        Kind::Infinite => 1,
        Kind::Nan => 2,
        Kind::SignalNan => 3,
    };
    sink.byte(kind << 1 | u8::from(number.negative));
    if number.kind == Kind::Infinite {
        return;
    }
    if number.kind == Kind::Finite {
        sink.integer(number.exponent);
    }
    sink.block(&number.coefficient.to_bytes_le());
}

fn date(sink: &mut Sink, date: &Date) {
    sink.integer(date.year);
    for part in [date.month, date.day] {
        sink.byte(u8::try_from(part).unwrap_or(0));
    }
}

fn time(sink: &mut Sink, time: &Time) {
    let Time {
        hour,
        minute,
        second,
        microsecond,
    } = *time;
    for part in [hour, minute, second] {
        sink.byte(u8::try_from(part).unwrap_or(0));
    }
    sink.number(microsecond.cast_unsigned());
}

fn optional_zone(sink: &mut Sink, zone: Option<&Zone>) {
    sink.truth(zone.is_some());
    let Some(zone) = zone else { return };
    // Less than a day, so it fits.
    sink.integer(i64::try_from(zone.offset.0).unwrap_or(0));
    sink.optional_string(zone.name.as_deref());
    sink.optional_string(zone.region.map(|region| region.key));
}

fn dialect(sink: &mut Sink, dialect: &Dialect) {
    let character = |value: Option<char>| value.map_or(0, |value| u64::from(u32::from(value)) + 1);
    sink.number(character(Some(dialect.delimiter)));
    sink.number(character(dialect.quote));
    sink.number(character(dialect.escape));
    for truth in [dialect.double_quote, dialect.skip_space, dialect.strict] {
        sink.truth(truth);
    }
    sink.string(&dialect.line_terminator);
    sink.byte(match dialect.quoting {
        Quoting::Minimal => 0,
        Quoting::All => 1,
        Quoting::NonNumeric => 2,
        Quoting::None => 3,
    });
}

fn string_io(sink: &mut Sink, file: &StringIo) {
    if let Some(input) = &file.input {
        // Of a stream the cursor is the state: what was read ahead is the host's.
        let read = file.text.get(..file.position).unwrap_or_default();
        sink.byte(3);
        sink.string(&input.name);
        sink.number(input.offset.saturating_add(read.len() as u64));
        sink.number(
            input
                .lines
                .saturating_add(crate::native::input::line_count(read)),
        );
        sink.truth(file.closed);
        if !sink.is_hashing() {
            let unread = file.text.get(file.position..).unwrap_or_default();
            let tried = if read.is_empty() { input.tried } else { 0 };
            read_ahead(sink, unread, input, tried);
        }
        return;
    }
    sink.byte(match file.stream {
        None => 0,
        Some(Stream::Output) => 1,
        Some(Stream::Error) => 2,
    });
    sink.string(&file.text);
    sink.length(file.position);
    sink.length(file.beyond);
    sink.truth(file.closed);
    sink.optional_string(file.newline.as_deref());
}

/// What was taken in of a stream and not read: whoever keeps it need not read it again.
fn read_ahead(sink: &mut Sink, unread: &str, input: &Input, tried: usize) {
    sink.string(unread);
    sink.block(&input.tail);
    sink.length(tried);
    match &input.end {
        End::Open => sink.byte(0),
        End::Reached => sink.byte(1),
        End::NotText(bytes, count, reason) => {
            sink.byte(2);
            sink.block(bytes);
            sink.length(*count);
            sink.string(reason);
        }
        End::Failed(reason) => {
            sink.byte(3);
            sink.string(reason);
        }
    }
}

/// A generator: as the words that seeded it and how many were drawn since, or else all of it.
pub(crate) fn write_randomness(sink: &mut Sink, generator: Option<&Mersenne>) {
    let Some(generator) = generator else {
        return sink.byte(0);
    };
    match generator.origin() {
        Some((key, draws)) => {
            sink.byte(1);
            sink.length(key.len());
            for word in key {
                sink.number(u64::from(*word));
            }
            sink.number(draws);
        }
        None => {
            sink.byte(2);
            let (words, position) = generator.state();
            for word in words {
                sink.bytes(&word.to_le_bytes());
            }
            sink.length(position);
        }
    }
    sink.truth(generator.spare.is_some());
    if let Some(spare) = generator.spare {
        sink.float(spare);
    }
}

/// The inverse.
pub(crate) fn read_randomness(bytes: &mut Bytes<'_>) -> Result<Option<Mersenne>, StateError> {
    let mut generator = match bytes.byte()? {
        0 => return Ok(None),
        1 => {
            let count = bytes.length()?;
            let mut key = Vec::with_capacity(count.min(Mersenne::LONGEST_KEY));
            for _ in 0..count {
                key.push(bytes.word()?);
            }
            let draws = bytes.number()?;
            Mersenne::drawn(&key, draws).ok_or(StateError::BAD_RANDOMNESS)?
        }
        2 => {
            let mut words = Vec::with_capacity(WORDS);
            for _ in 0..WORDS {
                words.push(u32::from_le_bytes(bytes.array()?));
            }
            let position = bytes.length()?;
            let restored = Mersenne::restored(&words, position, None);
            restored.ok_or(StateError::BAD_RANDOMNESS)?
        }
        _ => return Err(StateError::BAD_RANDOMNESS),
    };
    if bytes.truth()? {
        generator.spare = Some(bytes.float()?);
    }
    Ok(Some(generator))
}

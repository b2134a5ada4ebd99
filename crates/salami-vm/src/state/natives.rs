//! What a value of the library holds.

use super::{Sink, Walk};
use crate::native::Native;
use crate::native::csv::{Dialect, Quoting};
use crate::native::datetime::{Time, Zone};
use crate::native::decimal::{Decimal, Kind};
use crate::native::mersenne::Mersenne;
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
                self.sink.length(limit.unwrap_or(0));
            }
            Native::Decimal(number) => {
                self.sink.byte(2);
                decimal(&mut self.sink, number);
            }
            Native::Date(date) => {
                self.sink.byte(3);
                for part in [date.year, date.month, date.day] {
                    self.sink.integer(part);
                }
            }
            Native::Time(zoned) => {
                self.sink.byte(4);
                time(&mut self.sink, &zoned.time);
                self.sink.truth(zoned.fold);
                optional_zone(&mut self.sink, zoned.zone.as_ref());
            }
            Native::DateTime(moment) => {
                self.sink.byte(5);
                for part in [moment.date.year, moment.date.month, moment.date.day] {
                    self.sink.integer(part);
                }
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
                self.text(object.text);
                self.sink.integer(object.position);
                self.sink.integer(object.end_position);
                self.sink.length(object.found.spans.len());
                for span in &object.found.spans {
                    let (start, end) = span.unwrap_or((u32::MAX, u32::MAX));
                    self.sink.number(u64::from(start));
                    self.sink.number(u64::from(end));
                }
                let last = object.found.last.map_or(u64::MAX, u64::from);
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
                    self.text(line);
                }
                self.sink.truth(reader.header.is_some());
                if let Some(header) = &reader.header {
                    self.sink.truth(header.names.is_some());
                    self.values(header.names.as_deref().unwrap_or_default());
                    self.values(&[header.rest_key, header.rest_value]);
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
                self.values(&response.values());
            }
        }
    }
}

fn decimal(sink: &mut Sink, number: &Decimal) {
    sink.truth(number.negative);
    sink.byte(match number.kind {
        Kind::Finite => 0,
        Kind::Infinite => 1,
        Kind::Nan => 2,
        Kind::SignalNan => 3,
    });
    sink.integer(number.exponent);
    let digits = number.coefficient.to_bytes_le();
    sink.length(digits.len());
    sink.bytes(&digits);
}

fn time(sink: &mut Sink, time: &Time) {
    for part in [time.hour, time.minute, time.second, time.microsecond] {
        sink.integer(part);
    }
}

fn optional_zone(sink: &mut Sink, zone: Option<&Zone>) {
    sink.truth(zone.is_some());
    let Some(zone) = zone else { return };
    sink.bytes(&zone.offset.0.to_le_bytes());
    sink.truth(zone.name.is_some());
    sink.string(zone.name.as_deref().unwrap_or_default());
    sink.string(zone.region.map_or("", |region| region.key));
}

fn dialect(sink: &mut Sink, dialect: &Dialect) {
    let character =
        |value: Option<char>| value.map_or(u64::MAX, |value| u64::from(u32::from(value)));
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
    let StringIo {
        text,
        position,
        beyond,
        closed,
        newline,
        stream,
        input,
    } = file;
    sink.truth(input.is_some());
    if let Some(input) = input {
        // Of a stream the cursor is the state: what was read ahead is the host's.
        sink.string(&input.name);
        sink.number(input.offset.saturating_add(*position as u64));
        sink.truth(*closed);
        return;
    }
    sink.string(text);
    sink.length(*position);
    sink.length(*beyond);
    sink.truth(*closed);
    sink.truth(newline.is_some());
    sink.string(newline.as_deref().unwrap_or_default());
    sink.byte(match stream {
        None => 0,
        Some(Stream::Output) => 1,
        Some(Stream::Error) => 2,
    });
}

pub(crate) fn randomness(sink: &mut Sink, generator: Option<&Mersenne>) {
    sink.truth(generator.is_some());
    let Some(generator) = generator else { return };
    let (words, position) = generator.state();
    for word in words {
        sink.number(u64::from(*word));
    }
    sink.length(position);
    sink.truth(generator.spare.is_some());
    sink.float(generator.spare.unwrap_or(0.0));
}

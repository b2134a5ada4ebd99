//! What values of the library count for memory.

use super::Native;
use crate::heap::object::{OBJECT_SIZE, VALUE_SIZE};
use crate::heap::{Stored, absent};

impl Stored for Native {
    absent!(Native);

    fn size(&self) -> usize {
        OBJECT_SIZE
            + 32
            + match self {
                Self::Free => 0,
                Self::Deque(values, _) => values.len() * VALUE_SIZE,
                Self::Date(_) | Self::TimeDelta(_) => 16,
                Self::Time(_) | Self::DateTime(_) | Self::TimeZone(_) => 96,
                Self::Decimal(decimal) => 32 + decimal.memory(),
                Self::Pattern(regex) => regex.memory(),
                Self::Response(_) => 4 * VALUE_SIZE,
                Self::Match(object) => 64 + object.found.spans.len() * 12,
                Self::StringIo(file) => {
                    let tail = file.input.as_ref().map_or(0, |input| 64 + input.tail.len());
                    64 + file.text.len() + tail
                }
                Self::CsvReader(reader) => {
                    let names = reader
                        .header
                        .iter()
                        .filter_map(|header| header.names.as_ref())
                        .map(Vec::len);
                    128 + (reader.pending.len() + names.sum::<usize>()) * VALUE_SIZE
                }
                Self::CsvWriter(writer) => {
                    128 + writer.header.as_ref().map_or(0, |(names, ..)| names.len()) * VALUE_SIZE
                }
            }
    }

    fn trim(&mut self) {
        if let Self::Deque(values, _) = self
            && values.capacity() > 64
            && values.len() < values.capacity() / 2
        {
            values.shrink_to(values.len() + values.len() / 4);
        }
        if let Self::StringIo(file) = self
            && file.text.capacity() > 256
            && file.text.len() < file.text.capacity() / 4
        {
            file.text.shrink_to(file.text.len() + file.text.len() / 4);
        }
    }
}

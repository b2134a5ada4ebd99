//! The streams that the host feeds: a parameter of `main`, and `sys.stdin`.

use super::Machine;
use crate::native::Native;
use crate::native::string_io::StringIo;
use crate::raise::Raise;
use crate::value::{NativeRef, Value};
use crate::wait::Wait;

impl Machine {
    /// Makes an input field a stream that the host feeds, before the machine runs.
    ///
    /// # Errors
    /// The memory limit.
    pub fn open_stream(&mut self, name: &str) -> Result<(), Raise> {
        let file = Native::StringIo(Box::new(StringIo::fed(name)));
        let value = self.context.heap.alloc_native(file)?;
        self.input.retain(|(field, _)| field != name);
        self.input.push((name.to_owned(), value));
        Ok(())
    }

    /// Gives more of the stream that the machine waits for: bytes, none at its end, or why it cannot
    /// be read, which raises OSError. `false` if it waits for none.
    pub fn feed(&mut self, chunk: Result<&[u8], &str>) -> bool {
        let Some(Wait::Input(reading)) = &mut self.context.wait else {
            return false;
        };
        let mut more = None;
        if let Some((handle, wanted)) = self.context.reading {
            self.context.heap.modify_native(handle, |native| {
                if let Native::StringIo(file) = native {
                    more = file.feed(chunk, wanted);
                    reading.offset = file.end_offset();
                }
            });
        }
        match more {
            // Where there is no room for more the instruction finds out.
            Some(size) if self.context.heap.reserve(size).is_ok() => reading.size = size,
            _ => {
                self.context.wait = None;
                self.context.reading = None;
            }
        }
        true
    }

    /// The streams that the program may read on: each with how many bytes of it the program has
    /// read. That is all that must be kept of them.
    #[must_use]
    pub fn cursors(&self) -> Vec<(String, u64)> {
        let files = self.streams().into_iter().filter_map(|handle| {
            match self.context.heap.native(handle) {
                Native::StringIo(file) => {
                    let input = file.input.as_deref()?;
                    Some((input.name.clone(), input.offset + file.position as u64))
                }
                _ => None,
            }
        });
        files.collect()
    }

    /// Drops what was taken in of streams and not read yet: it is asked for again when it is needed.
    pub fn forget_read_ahead(&mut self) {
        for handle in self.streams() {
            self.context.heap.modify_native(handle, |native| {
                if let Native::StringIo(file) = native {
                    file.forget_ahead();
                }
            });
        }
        if self.context.reading.take().is_some() {
            self.context.wait = None;
        }
    }

    /// The files behind the streams.
    fn streams(&self) -> Vec<NativeRef> {
        let fields = self.input.iter().map(|(_, value)| *value);
        let values = fields.chain([self.context.standard_input]);
        let handles = values.filter_map(|value| match value {
            Value::Native(handle) => Some(handle),
            _ => None,
        });
        handles
            .filter(|&handle| {
                matches!(self.context.heap.native(handle), Native::StringIo(file) if file.input.is_some())
            })
            .collect()
    }
}

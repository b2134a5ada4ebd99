//! `io.StringIO`: text with a position. Files that the host feeds are of the same kind.

use super::input::{self, End, Input};

/// A stream of the run, which only takes text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    /// What the program prints.
    Output,
    /// The log.
    Error,
}

/// What a reading takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// All that is left.
    All,
    /// A line, or so many characters of it.
    Line(Option<usize>),
    /// So many characters.
    Characters(usize),
}

/// A text file in memory, or a stream of the run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StringIo {
    /// All of it.
    pub text: String,
    /// Where the next read or write is, in bytes.
    pub position: usize,
    /// Characters between the end and a position that was sought beyond it.
    pub beyond: usize,
    /// Whether it was closed.
    pub closed: bool,
    /// What a newline is: `None` translates, `""` leaves each as it is, else that text.
    pub newline: Option<String>,
    /// Where what is written goes, if not here.
    pub stream: Option<Stream>,
    /// Where the text comes from, if it is not here from the start: then the text is what was taken
    /// in last, with its own line ends.
    pub input: Option<Box<Input>>,
}

impl StringIo {
    /// A file with a text, positioned at its start.
    #[must_use]
    pub fn new(text: &str, newline: Option<&str>) -> Self {
        let mut file = Self {
            newline: newline.map(str::to_owned),
            ..Self::default()
        };
        file.write(text);
        file.position = 0;
        file
    }

    /// A file that the host feeds.
    #[must_use]
    pub fn fed(name: &str) -> Self {
        Self {
            input: Some(Box::new(Input::new(name))),
            ..Self::default()
        }
    }

    /// A file to read a given text from, as one that the host feeds is read.
    #[must_use]
    pub fn given(text: &str) -> Self {
        Self::new(&input::translated(text), Some("\n"))
    }

    /// What is left to read of what is here.
    #[must_use]
    pub fn unread(&self) -> &str {
        self.text.get(self.position..).unwrap_or_default()
    }

    /// Whether nothing comes after what is here.
    #[must_use]
    pub fn is_all(&self) -> bool {
        let input = self.input.as_ref();
        input.is_none_or(|input| input.end != End::Open)
    }

    /// Takes in what the host read, and drops what the program has read. Nothing at all is the end.
    /// The result is how much more to ask for before it is worth trying the reading again: one
    /// that takes many lines begins with the first each time.
    pub fn feed(&mut self, chunk: Result<&[u8], &str>, wanted: Wanted) -> Option<usize> {
        self.drop_read();
        let had = self.has(wanted);
        let before = self.text.len();
        let input = self.input.as_mut()?;
        match chunk {
            Ok(chunk) => self.text.push_str(&input.decoded(chunk)),
            Err(problem) => input.end = End::Failed(problem.to_owned()),
        }
        let here = self.text.len();
        let more = if input.end != End::Open {
            None
        } else if had {
            let target = input.tried.saturating_mul(2);
            (here >= input::CHUNK && here < target).then(|| target - here)
        } else if wanted == Wanted::Line(None) {
            // A line end before what is new was seen.
            let new = self.text.as_bytes().get(before.saturating_sub(1)..);
            let ends = input::line_end(new.unwrap_or_default(), false).is_some();
            (!ends).then_some(here)
        } else {
            (!self.has(wanted)).then_some(here)
        };
        if more.is_none()
            && let Some(input) = &mut self.input
        {
            input.tried = here;
        }
        more.map(|size| size.max(input::CHUNK))
    }

    fn drop_read(&mut self) {
        let Some(input) = &mut self.input else {
            return;
        };
        let read = self.text.get(..self.position).unwrap_or_default();
        if read.is_empty() {
            return;
        }
        input.lines += input::line_count(read);
        input.offset += read.len() as u64;
        input.tried = 0;
        self.text.drain(..self.position.min(self.text.len()));
        self.position = 0;
    }

    /// Drops what was taken in and not read: it comes again from the host, from the cursor on.
    pub fn forget_ahead(&mut self) {
        self.drop_read();
        if let Some(input) = &mut self.input {
            input.tail.clear();
            input.end = End::Open;
            input.tried = 0;
            self.text = String::new();
        }
    }

    /// Where in the host's stream what is not here begins.
    #[must_use]
    pub fn end_offset(&self) -> u64 {
        let input = self.input.as_deref();
        input.map_or(0, |input| {
            let here = self.text.len() + input.tail.len();
            input.offset + here as u64
        })
    }

    /// Whether what a reading takes is here.
    #[must_use]
    pub fn has(&self, wanted: Wanted) -> bool {
        let is_all = self.is_all();
        match wanted {
            _ if is_all => true,
            Wanted::All => false,
            Wanted::Line(limit) => {
                let line = input::line_end(self.unread().as_bytes(), false);
                line.is_some() || limit.is_some_and(|limit| self.has(Wanted::Characters(limit)))
            }
            Wanted::Characters(count) => {
                let unread = self.unread();
                unread.len() >= count && input::characters_end(unread, count, false).is_some()
            }
        }
    }

    /// Writes at the position, over what is there. O(text + what follows the position).
    pub fn write(&mut self, text: &str) {
        let translated = match self.newline.as_deref() {
            None => Some(text.replace("\r\n", "\n").replace('\r', "\n")),
            Some("\r") => Some(text.replace('\n', "\r")),
            Some("\r\n") => Some(text.replace('\n', "\r\n")),
            _ => None,
        };
        let text = translated.as_deref().unwrap_or(text);
        if text.is_empty() {
            return;
        }
        if self.beyond > 0 {
            self.text.extend(std::iter::repeat_n('\0', self.beyond));
            self.position = self.text.len();
            self.beyond = 0;
        }
        if self.position >= self.text.len() {
            self.text.push_str(text);
            self.position = self.text.len();
            return;
        }
        let over = text.chars().count();
        let rest = self.text.get(self.position..).unwrap_or_default();
        let end = rest
            .char_indices()
            .nth(over)
            .map_or(self.text.len(), |(at, _)| self.position + at);
        self.text.replace_range(self.position..end, text);
        self.position += text.len();
    }

    /// The end of the line at a position, its newline included.
    fn line_end(&self) -> usize {
        if self.input.is_some() {
            let end = input::line_end(self.unread().as_bytes(), true);
            return self.position + end.unwrap_or_default();
        }
        let rest = self.text.get(self.position..).unwrap_or_default();
        let length = match self.newline.as_deref() {
            Some("") => match rest.find(['\n', '\r']) {
                Some(at) if rest.get(at..at + 2) == Some("\r\n") => at + 2,
                Some(at) => at + 1,
                None => rest.len(),
            },
            Some(newline) if newline != "\n" => rest
                .find(newline)
                .map_or(rest.len(), |at| at + newline.len()),
            _ => rest.find('\n').map_or(rest.len(), |at| at + 1),
        };
        self.position + length
    }

    /// Takes the next line, at most so many characters of it.
    pub fn read_line(&mut self, limit: Option<usize>) -> String {
        let end = self.line_end();
        self.take(end, limit)
    }

    /// Takes what is left, at most so many characters.
    pub fn read(&mut self, limit: Option<usize>) -> String {
        self.take(self.text.len(), limit)
    }

    fn take(&mut self, end: usize, limit: Option<usize>) -> String {
        if self.beyond > 0 {
            return String::new();
        }
        let part = self.text.get(self.position..end).unwrap_or_default();
        if self.input.is_some() {
            let length = match limit {
                Some(limit) => input::characters_end(part, limit, true).unwrap_or(part.len()),
                None => part.len(),
            };
            self.position += length;
            return input::translated(part.get(..length).unwrap_or_default());
        }
        let part = match limit.and_then(|limit| part.char_indices().nth(limit)) {
            Some((at, _)) => part.get(..at).unwrap_or_default(),
            None => part,
        };
        let taken = part.to_owned();
        self.position += taken.len();
        taken
    }

    /// The position in characters.
    #[must_use]
    pub fn tell(&self) -> usize {
        let before = self.text.get(..self.position).unwrap_or_default();
        self.beyond
            + if before.is_ascii() {
                before.len()
            } else {
                before.chars().count()
            }
    }

    /// Goes to a position in characters.
    pub fn seek(&mut self, position: usize) {
        let mut passed = 0;
        for (at, _) in self.text.char_indices() {
            if passed == position {
                self.position = at;
                self.beyond = 0;
                return;
            }
            passed += 1;
        }
        self.position = self.text.len();
        self.beyond = position - passed;
    }
}

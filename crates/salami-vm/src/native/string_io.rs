//! `io.StringIO`: text with a position.

/// A stream of the run, which only takes text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    /// What the program prints.
    Output,
    /// The log.
    Error,
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

//! The state of the toy runtime as bytes: words with blanks between them.

use std::collections::{BTreeMap, BTreeSet};

use salami_process::store::{Slot, ThreadId};

/// Reads words.
pub(super) struct Words<'a>(std::str::SplitAsciiWhitespace<'a>);

impl<'a> Words<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Option<Self> {
        Some(Self(
            std::str::from_utf8(bytes).ok()?.split_ascii_whitespace(),
        ))
    }

    pub(super) fn text(&mut self) -> Option<&'a str> {
        self.0.next()
    }

    pub(super) fn number(&mut self) -> Option<u64> {
        self.0.next()?.parse().ok()
    }

    fn count(&mut self) -> Option<usize> {
        usize::try_from(self.number()?).ok()
    }

    fn numbers(&mut self) -> Option<Vec<u64>> {
        let count = self.count()?;
        (0..count).map(|_| self.number()).collect()
    }
}

/// Writes words.
#[derive(Default)]
pub(super) struct Written(String);

impl Written {
    pub(super) fn text(&mut self, word: &str) -> &mut Self {
        self.0.push_str(word);
        self.0.push(' ');
        self
    }

    pub(super) fn number(&mut self, number: u64) -> &mut Self {
        self.text(&number.to_string())
    }

    fn numbers<'a>(&mut self, numbers: impl ExactSizeIterator<Item = &'a u64>) -> &mut Self {
        self.number(numbers.len() as u64);
        for number in numbers {
            self.number(*number);
        }
        self
    }

    pub(super) fn bytes(self) -> Vec<u8> {
        self.0.into_bytes()
    }
}

/// What belongs to all threads.
#[derive(Debug, Default)]
pub(super) struct Shared {
    pub(super) next_thread: ThreadId,
    pub(super) next_sequence: u64,
    pub(super) fuel: u64,
    pub(super) has_shielded: bool,
    /// Threads that can go on.
    pub(super) ready: BTreeSet<ThreadId>,
    /// Threads that have not ended.
    pub(super) alive: BTreeSet<ThreadId>,
    /// Who waits for the end of a thread.
    pub(super) joiners: BTreeMap<ThreadId, ThreadId>,
    /// What threads came to, by their paths.
    pub(super) results: BTreeMap<String, u64>,
    /// What threads that were not joined yet came to.
    pub(super) ends: BTreeMap<ThreadId, u64>,
}

impl Shared {
    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let mut words = Words::new(bytes)?;
        let mut shared = Self {
            next_thread: words.number()?,
            next_sequence: words.number()?,
            fuel: words.number()?,
            has_shielded: words.number()? == 1,
            ready: words.numbers()?.into_iter().collect(),
            alive: words.numbers()?.into_iter().collect(),
            ..Self::default()
        };
        for _ in 0..words.count()? {
            shared.joiners.insert(words.number()?, words.number()?);
        }
        for _ in 0..words.count()? {
            shared
                .results
                .insert(words.text()?.to_owned(), words.number()?);
        }
        for _ in 0..words.count()? {
            shared.ends.insert(words.number()?, words.number()?);
        }
        Some(shared)
    }

    pub(super) fn write(&self) -> Vec<u8> {
        let mut words = Written::default();
        words
            .number(self.next_thread)
            .number(self.next_sequence)
            .number(self.fuel)
            .number(u64::from(self.has_shielded))
            .numbers(self.ready.iter())
            .numbers(self.alive.iter())
            .number(self.joiners.len() as u64);
        for (child, parent) in &self.joiners {
            words.number(*child).number(*parent);
        }
        words.number(self.results.len() as u64);
        for (path, result) in &self.results {
            words.text(path).number(*result);
        }
        words.number(self.ends.len() as u64);
        for (thread, result) in &self.ends {
            words.number(*thread).number(*result);
        }
        words.bytes()
    }
}

/// How a place of a gathering is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Waits(Slot),
    Value(u64),
    Error,
}

/// What a thread does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Doing {
    Runs,
    Sleeps,
    Held,
    Joins,
    /// With the places in the order of the things that it waits for.
    Gathers(Vec<Place>),
}

#[derive(Debug)]
pub(super) struct Thread {
    /// `0.2.1`: the second that the third that the program began, began.
    pub(super) path: String,
    pub(super) function: u64,
    pub(super) step: u64,
    pub(super) sum: u64,
    /// How often the step was tried in vain.
    pub(super) tries: u64,
    /// Fuel that the step has used.
    pub(super) spun: u64,
    pub(super) begun: u64,
    /// Threads that it began and did not join.
    pub(super) children: Vec<ThreadId>,
    pub(super) doing: Doing,
}

impl Thread {
    pub(super) fn new(path: String, function: u64, sum: u64) -> Self {
        Self {
            path,
            function,
            step: 0,
            sum,
            tries: 0,
            spun: 0,
            begun: 0,
            children: Vec::new(),
            doing: Doing::Runs,
        }
    }

    pub(super) fn read(bytes: &[u8]) -> Option<Self> {
        let mut words = Words::new(bytes)?;
        Some(Self {
            path: words.text()?.to_owned(),
            function: words.number()?,
            step: words.number()?,
            sum: words.number()?,
            tries: words.number()?,
            spun: words.number()?,
            begun: words.number()?,
            children: words.numbers()?,
            doing: match words.text()? {
                "runs" => Doing::Runs,
                "sleeps" => Doing::Sleeps,
                "held" => Doing::Held,
                "joins" => Doing::Joins,
                "gathers" => {
                    let count = words.count()?;
                    let places = (0..count).map(|_| {
                        Some(match words.text()? {
                            "waits" => Place::Waits(words.number()?),
                            "value" => Place::Value(words.number()?),
                            "error" => Place::Error,
                            _ => return None,
                        })
                    });
                    Doing::Gathers(places.collect::<Option<_>>()?)
                }
                _ => return None,
            },
        })
    }

    pub(super) fn write(&self) -> Vec<u8> {
        let mut words = Written::default();
        words.text(&self.path);
        for number in [
            self.function,
            self.step,
            self.sum,
            self.tries,
            self.spun,
            self.begun,
        ] {
            words.number(number);
        }
        words.numbers(self.children.iter());
        match &self.doing {
            Doing::Runs => words.text("runs"),
            Doing::Sleeps => words.text("sleeps"),
            Doing::Held => words.text("held"),
            Doing::Joins => words.text("joins"),
            Doing::Gathers(places) => {
                words.text("gathers").number(places.len() as u64);
                for place in places {
                    match place {
                        Place::Waits(slot) => words.text("waits").number(*slot),
                        Place::Value(value) => words.text("value").number(*value),
                        Place::Error => words.text("error"),
                    };
                }
                &mut words
            }
        };
        words.bytes()
    }
}

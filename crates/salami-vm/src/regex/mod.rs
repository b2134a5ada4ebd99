//! Regular expressions: the syntax, the errors and the matches of CPython 3.11's `re` on str.
//!
//! A pattern is parsed to a tree, compiled to instructions and run by a backtracking matcher that
//! takes its choices in CPython's order. Every step is paid from a [`Budget`]. After some thousand
//! steps without success the matcher remembers the states that failed, so that patterns whose
//! groups decide nothing, such as `(a+)+$`, take time polynomial in the text.
//!
//! Positions are byte offsets into UTF-8 text, at character boundaries; those in errors count
//! characters of the pattern.

mod cache;
mod charset;
mod compile;
mod error;
mod escape;
mod first;
pub mod flags;
mod matcher;
mod memo;
mod parse;
mod program;
mod source;
#[rustfmt::skip]
mod tables;
mod template;
mod tree;
mod unicode;

pub use cache::Cache;
pub use error::{PatternError, PatternErrorKind};
pub use matcher::{Budget, Exhausted};
pub use template::{Piece, Template};
pub(crate) use unicode::decimal_digit;

use matcher::{Demand, Matcher, UNSET};

/// Where a match must lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Anywhere from the start on.
    Search,
    /// From the start.
    Match,
    /// From the start to the end.
    Full,
}

/// A compiled pattern.
#[derive(Debug)]
pub struct Regex {
    pattern: String,
    flags: u32,
    groups: u32,
    names: Vec<(String, u32)>,
    program: program::Program,
}

impl Regex {
    /// Compiles a pattern under the given [`flags`]. Time and memory are linear in the pattern, with a
    /// factor of a few hundred in the worst case.
    ///
    /// # Errors
    /// What CPython raises, with its message.
    pub fn compile(pattern: &str, flags: u32) -> Result<Self, PatternError> {
        let tree = parse::parse(pattern, flags)?;
        let program = compile::compile(&tree)?;
        Ok(Self {
            pattern: pattern.to_owned(),
            flags: tree.flags,
            groups: tree.groups,
            names: tree.names,
            program,
        })
    }

    /// The pattern's text.
    #[must_use]
    pub fn pattern(&self) -> &str {
        &self.pattern
    }

    /// The flags, those inside the pattern and `UNICODE` included.
    #[must_use]
    pub fn flags(&self) -> u32 {
        self.flags
    }

    /// Number of groups, group 0 not counted.
    #[must_use]
    pub fn groups(&self) -> u32 {
        self.groups
    }

    /// Names and numbers of the named groups, in order.
    #[must_use]
    pub fn names(&self) -> &[(String, u32)] {
        &self.names
    }

    /// The number of a named group. Linear in the number of names.
    #[must_use]
    pub fn group_named(&self, name: &str) -> Option<u32> {
        self.names
            .iter()
            .find(|(known, _)| known == name)
            .map(|&(_, group)| group)
    }

    /// Bytes that the compiled pattern takes.
    #[must_use]
    pub fn memory(&self) -> usize {
        self.pattern.len()
            + self
                .names
                .iter()
                .map(|(name, _)| name.len() + size_of::<(String, u32)>())
                .sum::<usize>()
            + self.program.ops.len() * size_of::<program::Op>()
            + self
                .program
                .sets
                .iter()
                .map(|set| size_of_val(set) + set.memory())
                .sum::<usize>()
            + self.program.points.len() * size_of::<program::Point>()
            + size_of::<Self>()
    }

    /// Finds a match in `text` from the byte offset `start` on. `advance` refuses an empty match at
    /// `start` itself, as is needed right behind another match.
    ///
    /// # Errors
    /// Says what of the budget was used up.
    pub fn find(
        &self,
        text: &str,
        start: usize,
        mode: Mode,
        advance: bool,
        budget: &mut Budget,
    ) -> Result<Option<Found>, Exhausted> {
        if u32::try_from(text.len()).is_err() {
            return Err(Exhausted::Memory);
        }
        let demand = Demand {
            whole: mode == Mode::Full,
            advance,
        };
        let mut matcher = Matcher::new(&self.program, text.as_bytes(), budget);
        let span = match mode {
            Mode::Search => matcher.search(start, demand)?,
            Mode::Match | Mode::Full => matcher
                .attempt(start, demand)?
                .map(|end| (start as u32, end)),
        };
        let Some(span) = span else { return Ok(None) };
        let slot = |index: u32| matcher.slots.get(index as usize).copied().unwrap_or(UNSET);
        let group = |group: u32| match (slot(group * 2), slot(group * 2 + 1)) {
            (UNSET, _) | (_, UNSET) => None,
            span => Some(span),
        };
        let mut spans = Vec::with_capacity(self.groups as usize + 1);
        spans.push(Some(span));
        spans.extend((0..self.groups).map(group));
        let last = slot(self.program.last_slot);
        Ok(Some(Found {
            spans,
            last: (last != UNSET).then_some(last),
        }))
    }
}

/// A match.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Byte offsets of the whole match and of each group, `None` where a group took no part.
    pub spans: Vec<Option<(u32, u32)>>,
    /// The group that was closed last.
    pub last: Option<u32>,
}

impl Found {
    /// Where the match begins.
    #[must_use]
    pub fn start(&self) -> usize {
        self.span(0).map_or(0, |(start, _)| start)
    }

    /// Where the match ends.
    #[must_use]
    pub fn end(&self) -> usize {
        self.span(0).map_or(0, |(_, end)| end)
    }

    /// Where a group matched.
    #[must_use]
    pub fn span(&self, group: u32) -> Option<(usize, usize)> {
        let span = self.spans.get(group as usize).copied().flatten();
        span.map(|(start, end)| (start as usize, end as usize))
    }

    /// What a group matched.
    #[must_use]
    pub fn text<'t>(&self, text: &'t str, group: u32) -> Option<&'t str> {
        let (start, end) = self.span(group)?;
        text.get(start..end)
    }
}

/// Goes through a text match by match, as `finditer`, `findall`, `sub` and `split` do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Scan {
    /// Where the next search begins.
    pub position: usize,
    /// Whether the last match was empty.
    pub advance: bool,
}

impl Scan {
    /// The next match. After `None` there is none.
    ///
    /// # Errors
    /// Says what of the budget was used up.
    pub fn next(
        &mut self,
        regex: &Regex,
        text: &str,
        budget: &mut Budget,
    ) -> Result<Option<Found>, Exhausted> {
        let found = regex.find(text, self.position, Mode::Search, self.advance, budget)?;
        if let Some(found) = &found {
            self.position = found.end();
            self.advance = found.start() == found.end();
        }
        Ok(found)
    }
}

/// `repr(pattern)`
#[must_use]
pub fn show(regex: &Regex) -> String {
    let quoted = crate::format::quote::text(regex.pattern());
    let shown: String = quoted.chars().take(200).collect();
    let names = [
        (flags::TEMPLATE, "re.TEMPLATE"),
        (flags::IGNORECASE, "re.IGNORECASE"),
        (flags::MULTILINE, "re.MULTILINE"),
        (flags::DOTALL, "re.DOTALL"),
        (flags::VERBOSE, "re.VERBOSE"),
        (flags::DEBUG, "re.DEBUG"),
        (flags::ASCII, "re.ASCII"),
    ];
    let set: Vec<&str> = names
        .iter()
        .filter(|&&(flag, _)| regex.flags() & flag != 0)
        .map(|&(_, name)| name)
        .collect();
    if set.is_empty() {
        format!("re.compile({shown})")
    } else {
        format!("re.compile({shown}, {})", set.join("|"))
    }
}

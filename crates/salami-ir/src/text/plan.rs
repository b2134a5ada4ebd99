//! A look at all lines of a hand-written function before any of them is assembled: which lines have
//! names, where loops end, which names some line sets.

use std::collections::{BTreeMap, BTreeSet};

use salami_source::{Diagnostic, Span};

use super::lexer::{self, Spanned, Token};
use super::parse::{SECTIONS, line_at};
use crate::index::Register;

/// What a hand-written function's lines say of themselves.
#[derive(Default)]
pub(super) struct Plan {
    /// The lines that have names, by name.
    pub lines: BTreeMap<String, u32>,
    /// The names of registers that some line sets.
    pub written: BTreeSet<String>,
    /// Whether some line reads what the error of a failed call says.
    pub reads_error: bool,
    /// In the order of their lines.
    pub loops: Vec<Loop>,
    /// The addresses of all lines, and for each the innermost loop around it.
    pub addresses: Vec<u32>,
    inner: Vec<Option<usize>>,
    /// For each line the loops whose bodies end with it, the innermost last.
    ends: BTreeMap<u32, Vec<usize>>,
    /// Whether the source has this function only: its variables are its own.
    pub is_alone: bool,
}

/// A `FOR_EACH` with its body.
pub(super) struct Loop {
    /// The address of its own line.
    pub at: u32,
    pub first: u32,
    /// The last line of the body; before `first` where the body is empty.
    pub last: Option<u32>,
    /// Where its body is told.
    pub span: Span,
    /// The line of the listing, once it was read.
    pub line: u32,
    /// Where it takes its next item, and where it goes on after the last one: known once its lines were read.
    pub head: u32,
    pub exit: u32,
}

/// The address and the name in front of a line, and how many tokens they take.
pub(super) fn label<'t>(tokens: &'t [Spanned<'_>]) -> (Option<u32>, Option<&'t str>, usize) {
    let at = |index: usize| tokens.get(index).map(|spanned| &spanned.token);
    // `Instruction 0:` is what `svm-inspect` shows; the founding page counts steps, too.
    let from = usize::from(matches!(at(0), Some(Token::Word("Instruction" | "Step"))));
    let (number, mut used) = match (at(from), at(from + 1)) {
        (Some(Token::Number(digits)), Some(Token::Mark(":"))) => (digits.parse().ok(), from + 2),
        _ => (None, 0),
    };
    match (at(used), at(used + 1)) {
        (Some(Token::Word(name)), Some(Token::Mark(":"))) if !SECTIONS.contains(name) => {
            used += 2;
            (number, Some(name), used)
        }
        _ => (number, None, used),
    }
}

/// How the body of a loop is told.
const BODY: &str = "a loop ends with the addresses of the first and the last line of its body, as `FOR_EACH i 0 10 3 5`; `start` and `end` are all lines behind it";

/// Instructions whose address stands behind the arrow.
const JUMPS: [&str; 5] = ["JUMP", "IF_TRUE", "IF_FALSE", "IF_ERROR", "IF_UNSET"];

/// The name of a register: `$email` or `email`.
fn name<'t>(token: Option<&'t Token<'_>>) -> Option<&'t str> {
    match token {
        Some(Token::Register(name)) => {
            Some(*name).filter(|name| !name.starts_with(|first: char| first.is_ascii_digit()))
        }
        Some(Token::Word(name)) => Some(name),
        _ => None,
    }
}

/// What is written of a loop's body.
enum Bound<'a> {
    Number(u32),
    Name(&'a str),
}

impl Plan {
    /// Reads the lines from byte `start` to the next `FUNCTION` line. O(length).
    pub(super) fn new(source: &str, mut start: usize, diagnostics: &mut Vec<Diagnostic>) -> Self {
        let mut plan = Self {
            is_alone: true,
            ..Self::default()
        };
        let mut lines: Vec<(u32, bool)> = Vec::new();
        let mut bodies = Vec::new();
        let mut tokens = Vec::new();
        let (mut pending, mut names) = (None, Vec::new());
        while let Some((line, next)) = line_at(source, start) {
            let offset = u32::try_from(start).unwrap_or(u32::MAX);
            start = next;
            // A line with errors is reported when its turn comes.
            if lexer::tokens(super::parse::without_remark(line), offset, &mut tokens).is_err() {
                continue;
            }
            super::slips::plain_operands(&mut tokens);
            let (number, named, used) = label(&tokens);
            let rest = tokens.get(used..).unwrap_or_default();
            let first = rest.first().map(|spanned| &spanned.token);
            let mnemonic = match first {
                Some(Token::Mark(_)) => continue,
                Some(Token::Word("FUNCTION")) => {
                    plan.is_alone = false;
                    break;
                }
                Some(Token::Word(word))
                    if SECTIONS.contains(word)
                        || matches!(*word, "REGISTER" | "HANDLER" | "SOURCE") =>
                {
                    continue;
                }
                Some(Token::Word(word)) => *word,
                _ => "",
            };
            pending = number.or(pending);
            names.extend(named.map(str::to_owned));
            if first.is_none() {
                continue;
            }
            let last = lines.last().map(|(address, _)| *address);
            let address = pending
                .take()
                .unwrap_or_else(|| last.map_or(0, |last| last.saturating_add(1)));
            for name in names.drain(..) {
                plan.lines.entry(name).or_insert(address);
            }
            lines.push((address, mnemonic == "RETURN"));
            plan.names(mnemonic, rest);
            let operands = match mnemonic {
                "FOR_EACH" => 4,
                "FOR_EACH_ARRAY" => 3,
                _ => continue,
            };
            let bound = |index: usize| match rest.get(index).map(|spanned| &spanned.token) {
                Some(Token::Number(digits)) => digits.parse().ok().map(Bound::Number),
                Some(Token::Word(name)) => Some(Bound::Name(name)),
                _ => None,
            };
            // What is missing is said when the line is read.
            if let (Some(from), Some(to), Some(span)) = (
                bound(operands),
                bound(operands + 1),
                rest.get(operands).zip(rest.get(operands + 1)),
            ) {
                bodies.push((address, from, to, span.0.span.cover(span.1.span)));
            }
        }
        let end = lines.iter().rev().find(|(_, returns)| !returns);
        let end = end.map(|(address, _)| *address);
        for (at, from, to, span) in bodies {
            match plan.body(&lines, end, at, &from, &to) {
                Ok((first, last)) => plan.loops.push(Loop {
                    at,
                    first,
                    last,
                    span,
                    line: 0,
                    head: 0,
                    exit: 0,
                }),
                Err(message) => diagnostics
                    .push(Diagnostic::error(super::parse::ADDRESS, span, message).with_help(BODY)),
            }
        }
        plan.addresses = lines.into_iter().map(|(address, _)| address).collect();
        plan.nest(diagnostics);
        plan
    }

    /// The names that a line sets.
    fn names(&mut self, mnemonic: &str, rest: &[Spanned<'_>]) {
        let token = |index: usize| rest.get(index).map(|spanned| &spanned.token);
        self.reads_error |= (1..rest.len()).any(|index| name(token(index)) == Some("error"));
        let written = match mnemonic {
            "STORE" => match token(1) {
                Some(Token::Text(text)) => Some(text.as_str()),
                other => name(other),
            },
            "FOR_EACH" | "FOR_EACH_ARRAY" => name(token(1)),
            _ => None,
        };
        self.written.extend(written.map(str::to_owned));
        if JUMPS.contains(&mnemonic) {
            return;
        }
        for index in 0..rest.len() {
            if !matches!(token(index), Some(Token::Mark("->"))) {
                continue;
            }
            if matches!(token(index + 1), Some(Token::Mark("["))) {
                let results = (index + 2..rest.len()).map_while(|index| name(token(index)));
                self.written.extend(results.map(str::to_owned));
            } else {
                self.written
                    .extend(name(token(index + 1)).map(str::to_owned));
            }
        }
    }

    /// The first and last line of a body.
    fn body(
        &self,
        lines: &[(u32, bool)],
        end: Option<u32>,
        at: u32,
        from: &Bound<'_>,
        to: &Bound<'_>,
    ) -> Result<(u32, Option<u32>), String> {
        let after = lines.get(lines.partition_point(|(address, _)| *address <= at));
        let find = |bound: &Bound<'_>| match bound {
            Bound::Number(address) => lines
                .binary_search_by_key(address, |(address, _)| *address)
                .map(|_| Some(*address))
                .map_err(|_| format!("no line has the address {address}")),
            Bound::Name(name) => match (self.lines.get(*name), *name) {
                (Some(address), _) => Ok(Some(*address)),
                // The founding page writes the bounds so: all lines behind, but the final RETURN.
                (None, "start") => Ok(after.map(|(address, _)| *address)),
                (None, "end") => Ok(end.filter(|address| *address > at)),
                (None, name) => Err(format!("no line is named `{name}`")),
            },
        };
        let (first, last) = (find(from)?, find(to)?);
        let first = first.unwrap_or_else(|| at.saturating_add(1));
        if last.is_some_and(|last| first <= at && at <= last) {
            return Err("a loop is no line of its own body".to_owned());
        }
        match last {
            Some(last) if last < first => Err(format!(
                "the body ends at {last}, before it begins at {first}"
            )),
            last => Ok((first, last)),
        }
    }

    /// Finds which loop is around each line: bodies lie within each other, or apart.
    fn nest(&mut self, diagnostics: &mut Vec<Diagnostic>) {
        let mut bodies: Vec<(u32, u32, usize)> = Vec::new();
        for (index, found) in self.loops.iter().enumerate() {
            bodies.extend(found.last.map(|last| (found.first, last, index)));
        }
        // Of two that are the same, the one that is read later is the inner one.
        bodies.sort_by_key(|&(first, last, index)| (first, core::cmp::Reverse(last), index));
        let mut open: Vec<(u32, usize)> = Vec::new();
        let mut bodies = bodies.into_iter().peekable();
        for address in &self.addresses {
            while open.last().is_some_and(|(last, _)| last < address) {
                open.pop();
            }
            while let Some((first, last, index)) = bodies.next_if(|(first, ..)| first <= address) {
                if open.last().is_some_and(|(around, _)| *around < last) {
                    let message = format!(
                        "the body {first} to {last} of a loop is only in part in the body of another one"
                    );
                    let span = self
                        .loops
                        .get(index)
                        .map_or_else(Span::default, |found| found.span);
                    diagnostics.push(
                        Diagnostic::error(super::parse::ADDRESS, span, message).with_help(BODY),
                    );
                    return;
                }
                open.push((last, index));
                self.ends.entry(last).or_default().push(index);
            }
            self.inner.push(open.last().map(|(_, index)| *index));
        }
        // A loop without a body is inside of those that end with its line.
        for (index, found) in self.loops.iter().enumerate() {
            if found.last.is_none() {
                self.ends.entry(found.at).or_default().push(index);
            }
        }
    }

    /// The address of the line behind another one.
    pub(super) fn follows(&self, address: u32) -> Option<u32> {
        let behind = self.addresses.partition_point(|other| *other <= address);
        self.addresses.get(behind).copied()
    }

    /// The innermost loop around a line, by its position.
    pub(super) fn around(&self, address: u32) -> Option<usize> {
        let line = self.addresses.binary_search(&address).ok()?;
        self.inner.get(line).copied().flatten()
    }

    /// The loop of a line.
    pub(super) fn of(&self, address: u32) -> Option<usize> {
        let found = self.loops.binary_search_by_key(&address, |found| found.at);
        found.ok()
    }

    /// The loops whose bodies end with a line, the innermost first.
    pub(super) fn ending(&self, address: u32) -> Vec<usize> {
        let ending = self.ends.get(&address).cloned().unwrap_or_default();
        ending.into_iter().rev().collect()
    }
}

/// A call that was begun by a `Task` line.
pub(super) struct Task {
    pub ticket: Register,
    pub result: Register,
    /// Whether the line says where its result goes.
    pub is_shown: bool,
    pub is_http: bool,
}

/// The lines between `PARALLEL_START` and `PARALLEL_JOIN`.
pub(super) struct Parallel {
    pub count: u32,
    pub tasks: Vec<Task>,
    /// How many lines among them are none.
    pub refused: usize,
    pub span: Span,
}

/// The line before, which `IF_ERROR` may protect: positions of its instructions, and what it sets.
pub(super) struct Before {
    pub from: u32,
    pub to: u32,
    pub can_fail: bool,
    pub results: Vec<Register>,
}

//! Parses a pattern as CPython 3.11's `re` does, with its errors, on a stack of its own.

use super::error::{PatternError, PatternErrorKind, quoted};
use super::escape::{escape_in_pattern, escape_in_set};
use super::flags;
use super::source::{Source, Token, is_identifier};
use super::tree::{
    Anchor, Greed, Kind, Node, NodeId, Sequence, SetItem, Tree, UNLIMITED, WIDEST, width,
};

/// The first group number that is refused.
pub(super) const GROUP_LIMIT: u32 = 1_073_741_823;

/// What the parser knows of the groups so far.
#[derive(Default)]
pub(super) struct Groups {
    /// Widths by group number less one; `None` while the group is open.
    pub widths: Vec<Option<(u128, u128)>>,
    names: Vec<(String, u32)>,
    /// Inside a lookbehind: the number of groups, group 0 included, where it began.
    lookbehind: Option<u32>,
    /// Groups that conditions ask for, with the position of the first question.
    asked: Vec<(u32, usize)>,
}

impl Groups {
    /// Number of groups, group 0 included.
    pub fn count(&self) -> u32 {
        self.widths.len() as u32 + 1
    }

    /// Whether the group exists and is closed.
    pub fn is_closed(&self, group: u32) -> bool {
        group == 0
            || self
                .widths
                .get((group as usize).wrapping_sub(1))
                .is_some_and(Option::is_some)
    }

    fn named(&self, name: &str) -> Option<u32> {
        self.names
            .iter()
            .find(|(known, _)| known == name)
            .map(|&(_, group)| group)
    }

    /// Fails if a lookbehind refers to a group that it defines.
    pub fn check_lookbehind(&self, group: u32, source: &Source<'_>) -> Result<(), PatternError> {
        let Some(begun) = self.lookbehind else {
            return Ok(());
        };
        if !self.is_closed(group) {
            return Err(source.error("cannot refer to an open group", 0));
        }
        if group >= begun {
            return Err(source.error(
                "cannot refer to group defined in the same lookbehind subpattern",
                0,
            ));
        }
        Ok(())
    }
}

/// What an open parenthesis makes when it is closed.
enum Opened {
    Top,
    Group {
        number: Option<u32>,
        add: u32,
        remove: u32,
    },
    Atomic,
    Look {
        behind: bool,
        negate: bool,
        outer: Option<u32>,
    },
    Yes {
        group: u32,
    },
    No {
        group: u32,
        yes: Sequence,
    },
}

struct Frame {
    opened: Opened,
    /// Position of the parenthesis.
    start: usize,
    verbose: bool,
    branches: Vec<Sequence>,
    current: Sequence,
}

struct Parser<'a> {
    source: Source<'a>,
    flags: u32,
    groups: Groups,
    nodes: Vec<Node>,
    frames: Vec<Frame>,
    frame: Frame,
}

/// Parses `pattern` under `given` flags.
pub(super) fn parse(pattern: &str, given: u32) -> Result<Tree, PatternError> {
    let frame = Frame {
        opened: Opened::Top,
        start: 0,
        verbose: given & flags::VERBOSE != 0,
        branches: Vec::new(),
        current: Vec::new(),
    };
    let parser = Parser {
        source: Source::new(pattern)?,
        flags: given,
        groups: Groups::default(),
        nodes: Vec::new(),
        frames: Vec::new(),
        frame,
    };
    parser.run()
}

impl Parser<'_> {
    fn run(mut self) -> Result<Tree, PatternError> {
        loop {
            match self.source.next {
                None | Some(Token::Plain(')')) => {
                    if matches!(self.frame.opened, Opened::Top) {
                        break;
                    }
                    self.close()?;
                }
                Some(Token::Plain('|')) => self.bar()?,
                Some(token) => {
                    self.source.get()?;
                    self.item(token)?;
                }
            }
        }
        self.flags = flags::fix(self.flags)?;
        if self.source.next.is_some() {
            return Err(self.source.error("unbalanced parenthesis", 0));
        }
        for &(group, position) in &self.groups.asked {
            if group >= self.groups.count() {
                let message = format!("invalid group reference {group}");
                return Err(PatternError::at(&message, self.source.text, position));
            }
        }
        let root = self.take_alternatives();
        Ok(Tree {
            nodes: self.nodes,
            root,
            flags: self.flags,
            groups: self.groups.widths.len() as u32,
            names: self.groups.names,
        })
    }

    fn add(&mut self, kind: Kind, least: u128, most: u128) -> NodeId {
        let id = self.nodes.len() as NodeId;
        self.nodes.push(Node { kind, least, most });
        id
    }

    fn push(&mut self, kind: Kind, least: u128, most: u128) {
        let id = self.add(kind, least, most);
        self.frame.current.push(id);
    }

    /// The finished alternatives of the frame as one sequence.
    fn take_alternatives(&mut self) -> Sequence {
        let current = std::mem::take(&mut self.frame.current);
        let mut branches = std::mem::take(&mut self.frame.branches);
        if branches.is_empty() {
            return current;
        }
        branches.push(current);
        let mut least = WIDEST;
        let mut most = 0;
        for branch in &branches {
            let (low, high) = width(&self.nodes, branch);
            least = least.min(low);
            most = most.max(high);
        }
        vec![self.add(Kind::Branch(branches), least, most)]
    }

    fn bar(&mut self) -> Result<(), PatternError> {
        match &mut self.frame.opened {
            Opened::Yes { group } => {
                let yes = std::mem::take(&mut self.frame.current);
                self.frame.opened = Opened::No { group: *group, yes };
                self.source.get()?;
            }
            Opened::No { .. } => {
                return Err(self
                    .source
                    .error("conditional backref with more than two branches", 0));
            }
            _ => {
                let current = std::mem::take(&mut self.frame.current);
                self.frame.branches.push(current);
                self.source.get()?;
                if matches!(self.frame.opened, Opened::Top) {
                    self.frame.verbose = self.flags & flags::VERBOSE != 0;
                }
            }
        }
        Ok(())
    }

    /// Ends the open parenthesis.
    fn close(&mut self) -> Result<(), PatternError> {
        if let Opened::Look {
            behind: true,
            outer: None,
            ..
        } = self.frame.opened
        {
            self.groups.lookbehind = None;
        }
        if !self.source.take(')')? {
            let back = self.source.tell().saturating_sub(self.frame.start);
            return Err(self
                .source
                .error("missing ), unterminated subpattern", back));
        }
        let body = self.take_alternatives();
        let (low, high) = width(&self.nodes, &body);
        let Some(outer) = self.frames.pop() else {
            return Ok(());
        };
        let closed = std::mem::replace(&mut self.frame, outer);
        match closed.opened {
            Opened::Top => {}
            Opened::Group {
                number,
                add,
                remove,
            } => {
                if let Some(slot) = number.and_then(|number| {
                    self.groups
                        .widths
                        .get_mut((number as usize).wrapping_sub(1))
                }) {
                    *slot = Some((low, high));
                }
                self.push(
                    Kind::Group {
                        number,
                        add,
                        remove,
                        body,
                    },
                    low,
                    high,
                );
            }
            Opened::Atomic => self.push(Kind::Atomic(body), low, high),
            Opened::Look { behind, negate, .. } => self.push(
                Kind::Look {
                    behind,
                    negate,
                    body,
                },
                0,
                0,
            ),
            Opened::Yes { group } => self.push(
                Kind::Conditional {
                    group,
                    yes: body,
                    no: None,
                },
                0,
                high,
            ),
            Opened::No { group, yes } => {
                let (yes_low, yes_high) = width(&self.nodes, &yes);
                let kind = Kind::Conditional {
                    group,
                    yes,
                    no: Some(body),
                };
                self.push(kind, low.min(yes_low), high.max(yes_high));
            }
        }
        Ok(())
    }

    fn open(&mut self, opened: Opened, start: usize, verbose: bool) {
        let frame = Frame {
            opened,
            start,
            verbose,
            branches: Vec::new(),
            current: Vec::new(),
        };
        self.frames.push(std::mem::replace(&mut self.frame, frame));
    }

    fn item(&mut self, token: Token) -> Result<(), PatternError> {
        let character = match token {
            Token::Escaped(character) => {
                let (kind, low, high) =
                    escape_in_pattern(&mut self.source, character, &self.groups)?;
                self.push(kind, low, high);
                return Ok(());
            }
            Token::Plain(character) => character,
        };
        if self.frame.verbose {
            if matches!(character, ' ' | '\t' | '\n' | '\r' | '\x0b' | '\x0c') {
                return Ok(());
            }
            if character == '#' {
                while !matches!(self.source.get()?, None | Some(Token::Plain('\n'))) {}
                return Ok(());
            }
        }
        match character {
            '[' => self.set()?,
            '*' | '+' | '?' | '{' => self.repeat(character)?,
            '.' => self.push(Kind::AnyCharacter, 1, 1),
            '^' => self.push(Kind::At(Anchor::Begin), 0, 0),
            '$' => self.push(Kind::At(Anchor::End), 0, 0),
            '(' => self.parenthesis()?,
            _ => self.push(Kind::Literal(character as u32), 1, 1),
        }
        Ok(())
    }

    fn set(&mut self) -> Result<(), PatternError> {
        let here = self.source.tell() - 1;
        let negate = self.source.take('^')?;
        let mut items: Vec<SetItem> = Vec::new();
        let unterminated = |source: &Source<'_>| {
            source.error(
                "unterminated character set",
                source.tell().saturating_sub(here),
            )
        };
        loop {
            let Some(this) = self.source.get()? else {
                return Err(unterminated(&self.source));
            };
            let first = match this {
                Token::Plain(']') if !items.is_empty() => break,
                Token::Plain(character) => SetItem::Literal(character as u32),
                Token::Escaped(character) => escape_in_set(&mut self.source, character)?,
            };
            if !self.source.take('-')? {
                items.push(first);
                continue;
            }
            let Some(that) = self.source.get()? else {
                return Err(unterminated(&self.source));
            };
            let last = match that {
                Token::Plain(']') => {
                    items.push(first);
                    items.push(SetItem::Literal('-' as u32));
                    break;
                }
                Token::Plain(character) => SetItem::Literal(character as u32),
                Token::Escaped(character) => escape_in_set(&mut self.source, character)?,
            };
            match (first, last) {
                (SetItem::Literal(low), SetItem::Literal(high)) if low <= high => {
                    items.push(SetItem::Range(low, high));
                }
                _ => {
                    let message = format!("bad character range {}-{}", this.text(), that.text());
                    return Err(self.source.error(&message, this.len() + 1 + that.len()));
                }
            }
        }
        match items.as_slice() {
            [SetItem::Literal(code), rest @ ..]
                if rest.iter().all(|item| *item == SetItem::Literal(*code)) =>
            {
                let kind = if negate {
                    Kind::NotLiteral(*code)
                } else {
                    Kind::Literal(*code)
                };
                self.push(kind, 1, 1);
            }
            _ => self.push(Kind::Set { negate, items }, 1, 1),
        }
        Ok(())
    }

    fn repeat(&mut self, character: char) -> Result<(), PatternError> {
        let here = self.source.tell();
        let (mut least, mut most) = match character {
            '?' => (0, 1),
            '+' => (1, UNLIMITED),
            _ => (0, UNLIMITED),
        };
        if character == '{' {
            if self.source.next == Some(Token::Plain('}')) {
                self.push(Kind::Literal('{' as u32), 1, 1);
                return Ok(());
            }
            let digit = |c: char| c.is_ascii_digit();
            let low = self.source.take_while(usize::MAX, digit)?;
            let high = if self.source.take(',')? {
                self.source.take_while(usize::MAX, digit)?
            } else {
                low.clone()
            };
            if !self.source.take('}')? {
                self.push(Kind::Literal('{' as u32), 1, 1);
                return self.source.seek(here);
            }
            if !low.is_empty() {
                least = repetition(&low)?;
            }
            if !high.is_empty() {
                most = repetition(&high)?;
                if most < least {
                    let back = self.source.tell() - here;
                    return Err(self
                        .source
                        .error("min repeat greater than max repeat", back));
                }
            }
        }
        let back = self.source.tell() - here + 1;
        let last = self.frame.current.last().copied();
        let node = last.and_then(|id| self.nodes.get(id as usize));
        let (Some(id), Some(node)) = (last, node) else {
            return Err(self.source.error("nothing to repeat", back));
        };
        let body = match &node.kind {
            Kind::At(_) => return Err(self.source.error("nothing to repeat", back)),
            Kind::Repeat { .. } => return Err(self.source.error("multiple repeat", back)),
            Kind::Group {
                number: None,
                add: 0,
                remove: 0,
                body,
            } => body.clone(),
            _ => vec![id],
        };
        let greed = if self.source.take('?')? {
            Greed::Lazy
        } else if self.source.take('+')? {
            Greed::Possessive
        } else {
            Greed::Greedy
        };
        let (low, high) = width(&self.nodes, &body);
        let widest = if most == UNLIMITED && high > 0 {
            WIDEST
        } else {
            high * u128::from(most)
        };
        let lowest = (low * u128::from(least)).min(WIDEST);
        self.frame.current.pop();
        self.push(
            Kind::Repeat {
                greed,
                least,
                most,
                body,
            },
            lowest,
            widest.min(WIDEST),
        );
        Ok(())
    }

    fn parenthesis(&mut self) -> Result<(), PatternError> {
        let start = self.source.tell() - 1;
        let verbose = self.frame.verbose;
        if !self.source.take('?')? {
            return self.open_capture(None, start);
        }
        let Some(token) = self.source.get()? else {
            return Err(self.source.error("unexpected end of pattern", 0));
        };
        let unknown = |source: &Source<'_>| {
            source.error(
                &format!("unknown extension ?{}", token.text()),
                token.len() + 1,
            )
        };
        let Token::Plain(character) = token else {
            return Err(unknown(&self.source));
        };
        match character {
            'P' => return self.extension(start),
            ':' => self.open(
                Opened::Group {
                    number: None,
                    add: 0,
                    remove: 0,
                },
                start,
                verbose,
            ),
            '#' => loop {
                if self.source.next.is_none() {
                    let back = self.source.tell().saturating_sub(start);
                    return Err(self.source.error("missing ), unterminated comment", back));
                }
                if self.source.get()? == Some(Token::Plain(')')) {
                    break;
                }
            },
            '=' | '!' => {
                let opened = Opened::Look {
                    behind: false,
                    negate: character == '!',
                    outer: None,
                };
                self.open(opened, start, verbose);
            }
            '<' => {
                let Some(token) = self.source.get()? else {
                    return Err(self.source.error("unexpected end of pattern", 0));
                };
                let negate = match token {
                    Token::Plain('=') => false,
                    Token::Plain('!') => true,
                    _ => {
                        let message = format!("unknown extension ?<{}", token.text());
                        return Err(self.source.error(&message, token.len() + 2));
                    }
                };
                let outer = self.groups.lookbehind;
                if outer.is_none() {
                    self.groups.lookbehind = Some(self.groups.count());
                }
                self.open(
                    Opened::Look {
                        behind: true,
                        negate,
                        outer,
                    },
                    start,
                    verbose,
                );
            }
            '(' => self.condition(start)?,
            '>' => self.open(Opened::Atomic, start, verbose),
            _ if character == '-' || flags::of_letter(character).is_some() => {
                match flags::inline(&mut self.source, character)? {
                    flags::Inline::Global(add) => {
                        self.flags |= add;
                        let first = matches!(self.frame.opened, Opened::Top)
                            && self.frame.branches.is_empty();
                        if !first || !self.frame.current.is_empty() {
                            let back = self.source.tell().saturating_sub(start);
                            let message = "global flags not at the start of the expression";
                            return Err(self.source.error(message, back));
                        }
                        self.frame.verbose = self.flags & flags::VERBOSE != 0;
                    }
                    flags::Inline::Scoped { add, remove } => {
                        let verbose =
                            (verbose || add & flags::VERBOSE != 0) && remove & flags::VERBOSE == 0;
                        self.open(
                            Opened::Group {
                                number: None,
                                add,
                                remove,
                            },
                            start,
                            verbose,
                        );
                    }
                }
            }
            _ => return Err(unknown(&self.source)),
        }
        Ok(())
    }

    fn open_capture(&mut self, name: Option<String>, start: usize) -> Result<(), PatternError> {
        let number = self.groups.count();
        let length = name.as_ref().map_or(0, |name| name.chars().count());
        self.groups.widths.push(None);
        if self.groups.count() > GROUP_LIMIT {
            return Err(self.source.error("too many groups", length + 1));
        }
        if let Some(name) = name {
            if let Some(earlier) = self.groups.named(&name) {
                let message = format!(
                    "redefinition of group name {} as group {number}; was group {earlier}",
                    quoted(&name)
                );
                return Err(self.source.error(&message, length + 1));
            }
            self.groups.names.push((name, number));
        }
        let verbose = self.frame.verbose;
        self.open(
            Opened::Group {
                number: Some(number),
                add: 0,
                remove: 0,
            },
            start,
            verbose,
        );
        Ok(())
    }

    /// After `(?P`.
    fn extension(&mut self, start: usize) -> Result<(), PatternError> {
        if self.source.take('<')? {
            let name = self.source.take_until('>', "group name")?;
            self.source.check_name(&name, 1)?;
            return self.open_capture(Some(name), start);
        }
        if !self.source.take('=')? {
            let Some(token) = self.source.get()? else {
                return Err(self.source.error("unexpected end of pattern", 0));
            };
            let message = format!("unknown extension ?P{}", token.text());
            return Err(self.source.error(&message, token.len() + 2));
        }
        let name = self.source.take_until(')', "group name")?;
        self.source.check_name(&name, 1)?;
        let back = name.chars().count() + 1;
        let Some(group) = self.groups.named(&name) else {
            return Err(self
                .source
                .error(&format!("unknown group name {}", quoted(&name)), back));
        };
        if !self.groups.is_closed(group) {
            return Err(self.source.error("cannot refer to an open group", back));
        }
        self.groups.check_lookbehind(group, &self.source)?;
        let (low, high) = self
            .groups
            .widths
            .get(group as usize - 1)
            .copied()
            .flatten()
            .unwrap_or_default();
        self.push(Kind::BackReference(group), low, high);
        Ok(())
    }

    /// After `(?(`.
    fn condition(&mut self, start: usize) -> Result<(), PatternError> {
        let name = self.source.take_until(')', "group name")?;
        let back = name.chars().count() + 1;
        let group = if is_identifier(&name) {
            match self.groups.named(&name) {
                Some(group) => group,
                None => {
                    return Err(self
                        .source
                        .error(&format!("unknown group name {}", quoted(&name)), back));
                }
            }
        } else {
            let Some(number) = group_number(&name) else {
                let message = format!("bad character in group name {}", quoted(&name));
                return Err(self.source.error(&message, back));
            };
            if number == "0" {
                return Err(self.source.error("bad group number", back));
            }
            let group = match number.parse::<u32>() {
                Ok(group) if group < GROUP_LIMIT => group,
                _ => {
                    return Err(self
                        .source
                        .error(&format!("invalid group reference {number}"), back));
                }
            };
            if !self.groups.asked.iter().any(|&(asked, _)| asked == group) {
                self.groups
                    .asked
                    .push((group, self.source.tell().saturating_sub(back)));
            }
            group
        };
        self.groups.check_lookbehind(group, &self.source)?;
        let verbose = self.frame.verbose;
        self.open(Opened::Yes { group }, start, verbose);
        Ok(())
    }
}

fn repetition(digits: &str) -> Result<u32, PatternError> {
    digits
        .parse::<u32>()
        .ok()
        .filter(|&count| count < UNLIMITED)
        .ok_or_else(|| {
            PatternError::plain(
                PatternErrorKind::Overflow,
                "the repetition number is too large",
            )
        })
}

/// What `int(name)` makes of a group number: its decimal digits, or `None` where it fails or is negative.
pub(super) fn group_number(name: &str) -> Option<String> {
    let trimmed = name.trim();
    let digits = trimmed.strip_prefix('+').unwrap_or(trimmed);
    let negative_zero = digits
        .strip_prefix('-')
        .filter(|rest| rest.chars().all(|c| c == '0'));
    let digits = negative_zero.unwrap_or(digits);
    let sound = !digits.is_empty()
        && !digits.starts_with('_')
        && !digits.ends_with('_')
        && !digits.contains("__")
        && digits.chars().all(|c| c.is_ascii_digit() || c == '_');
    if !sound {
        return None;
    }
    let plain: String = digits.chars().filter(|&c| c != '_').collect();
    let significant = plain.trim_start_matches('0');
    Some(if significant.is_empty() {
        "0".to_owned()
    } else {
        significant.to_owned()
    })
}

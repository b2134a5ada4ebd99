//! What a regular expression's text says of its groups, without compiling it.

/// A capturing group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegexGroup {
    /// Its name, if it has one.
    pub name: Option<String>,
    /// Whether it takes part in every match; else its text may be None.
    pub always: bool,
}

/// An open parenthesis.
struct Frame {
    /// The groups so far, without its own.
    before: usize,
    /// Whether its own group is one of them.
    captures: bool,
    /// Whether a `|` stands directly in it: then what it holds may be left out.
    has_alternatives: bool,
    /// A negative look-around: what it holds never takes part.
    is_negative: bool,
}

/// The groups of a pattern in order, or `None` where the parentheses do not match (then compiling
/// it fails). `verbose`: the flag is given; `(?x)` at the start counts as well. Linear in the
/// pattern's length.
#[must_use]
pub fn regex_groups(pattern: &str, verbose: bool) -> Option<Vec<RegexGroup>> {
    let letters: Vec<char> = pattern.chars().collect();
    let mut verbose = verbose;
    let mut groups: Vec<RegexGroup> = Vec::new();
    let mut left_out = Ranges::default();
    let mut frames = vec![Frame {
        before: 0,
        captures: false,
        has_alternatives: false,
        is_negative: false,
    }];
    let mut at = 0;
    while let Some(&letter) = letters.get(at) {
        at += 1;
        match letter {
            '\\' => at += 1,
            '[' => at = after_class(&letters, at),
            '#' if verbose => {
                while letters.get(at).is_some_and(|&letter| letter != '\n') {
                    at += 1;
                }
            }
            '|' => frames.last_mut()?.has_alternatives = true,
            '(' => {
                let mut frame = Frame {
                    before: groups.len(),
                    captures: false,
                    has_alternatives: false,
                    is_negative: false,
                };
                if letters.get(at) == Some(&'?') {
                    let opening = extension(&letters, at + 1, &mut verbose)?;
                    at = opening.next;
                    if opening.is_closed {
                        continue;
                    }
                    frame.is_negative = opening.is_negative;
                    frame.captures = opening.name.is_some();
                    // A condition chooses between its branches, of which the second may be missing.
                    frame.has_alternatives = opening.is_conditional;
                    if opening.name.is_some() {
                        groups.push(RegexGroup {
                            name: opening.name,
                            always: true,
                        });
                    }
                } else {
                    frame.captures = true;
                    groups.push(RegexGroup {
                        name: None,
                        always: true,
                    });
                }
                frames.push(frame);
            }
            ')' => {
                let frame = frames.pop()?;
                let inside = frame.before + usize::from(frame.captures);
                if frame.has_alternatives || frame.is_negative {
                    left_out.add(inside, groups.len());
                }
                if may_be_left_out(&letters, quantifier(&letters, at, verbose)) {
                    left_out.add(frame.before, groups.len());
                }
                if frames.is_empty() {
                    return None;
                }
            }
            _ => {}
        }
    }
    if frames.len() != 1 {
        return None;
    }
    if frames.first()?.has_alternatives {
        left_out.add(0, groups.len());
    }
    left_out.mark(&mut groups);
    Some(groups)
}

/// Ranges of groups that may be left out. They nest, so marking each at once could take
/// quadratic time.
#[derive(Default)]
struct Ranges(Vec<(usize, isize)>);

impl Ranges {
    fn add(&mut self, from: usize, to: usize) {
        self.0.push((from, 1));
        self.0.push((to, -1));
    }

    fn mark(mut self, groups: &mut [RegexGroup]) {
        self.0.sort_unstable();
        let mut bounds = self.0.into_iter().peekable();
        let mut depth = 0;
        for (index, group) in groups.iter_mut().enumerate() {
            while let Some((_, change)) = bounds.next_if(|(bound, _)| *bound <= index) {
                depth += change;
            }
            group.always = depth == 0;
        }
    }
}

/// The place after the class whose content begins at `at`.
fn after_class(letters: &[char], mut at: usize) -> usize {
    if letters.get(at) == Some(&'^') {
        at += 1;
    }
    let first = at;
    while let Some(&letter) = letters.get(at) {
        at += 1;
        match letter {
            '\\' => at += 1,
            ']' if at - 1 > first => break,
            _ => {}
        }
    }
    at
}

/// What follows `(?`.
#[derive(Default)]
struct Opening {
    next: usize,
    name: Option<String>,
    is_negative: bool,
    is_conditional: bool,
    /// It is whole: a comment, a back reference, flags.
    is_closed: bool,
}

fn extension(letters: &[char], at: usize, verbose: &mut bool) -> Option<Opening> {
    let text_until = |from: usize, end: char| -> Option<(String, usize)> {
        let length = letters
            .get(from..)?
            .iter()
            .position(|&letter| letter == end)?;
        Some((
            letters.get(from..from + length)?.iter().collect(),
            from + length + 1,
        ))
    };
    let opening = match letters.get(at)? {
        'P' => match letters.get(at + 1)? {
            '<' => {
                let (name, next) = text_until(at + 2, '>')?;
                Opening {
                    next,
                    name: Some(name),
                    ..Opening::default()
                }
            }
            _ => Opening {
                next: text_until(at, ')')?.1,
                is_closed: true,
                ..Opening::default()
            },
        },
        '#' => Opening {
            next: text_until(at, ')')?.1,
            is_closed: true,
            ..Opening::default()
        },
        '!' => Opening {
            next: at + 1,
            is_negative: true,
            ..Opening::default()
        },
        '<' => Opening {
            next: at + 2,
            is_negative: letters.get(at + 1)? == &'!',
            ..Opening::default()
        },
        '(' => Opening {
            next: text_until(at, ')')?.1,
            is_conditional: true,
            ..Opening::default()
        },
        ':' | '=' | '>' => Opening {
            next: at + 1,
            ..Opening::default()
        },
        _ => {
            let length = letters
                .get(at..)?
                .iter()
                .position(|&letter| letter == ':' || letter == ')')?;
            let is_closed = letters.get(at + length) == Some(&')');
            let flags = letters.get(at..at + length)?;
            if flags.contains(&'x') {
                if !is_closed {
                    // Comments in a part of the pattern: they are not told from text here.
                    return None;
                }
                *verbose = true;
            }
            Opening {
                next: at + length + 1,
                is_closed,
                ..Opening::default()
            }
        }
    };
    Some(opening)
}

/// Where the quantifier of what ends at `at` would stand: behind the space and the comments of a
/// verbose pattern.
fn quantifier(letters: &[char], mut at: usize, verbose: bool) -> usize {
    while verbose && let Some(&letter) = letters.get(at) {
        match letter {
            ' ' | '\t' | '\n' | '\r' | '\x0b' | '\x0c' => at += 1,
            '#' => {
                while letters.get(at).is_some_and(|&letter| letter != '\n') {
                    at += 1;
                }
            }
            _ => break,
        }
    }
    at
}

/// Whether the quantifier at `at` admits no repetition at all.
fn may_be_left_out(letters: &[char], at: usize) -> bool {
    match letters.get(at) {
        Some('?' | '*') => true,
        Some('{') => {
            let least: String = letters
                .iter()
                .skip(at + 1)
                .take_while(|letter| letter.is_ascii_digit())
                .collect();
            let follows = letters.get(at + 1 + least.len());
            match least.as_str() {
                // `{,n}` is a quantifier, `{}` and `{x` are text.
                "" => follows == Some(&','),
                digits => {
                    digits.bytes().all(|digit| digit == b'0') && matches!(follows, Some(',' | '}'))
                }
            }
        }
        _ => false,
    }
}

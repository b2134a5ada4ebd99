//! Templates: Python text with typed holes in «guillemets». They are most of the generator's knowledge: a row for each
//! thing that a program may do.
//!
//! | hole | what fills it |
//! |---|---|
//! | `«KIND»` | an expression of the kind |
//! | `«plain KIND»` | the same, without quotes and backslashes, for f-strings |
//! | `«new KIND as L»` | the name of a new variable that stays in scope |
//! | `«bind KIND as L»` | the same, in scope only to the end of the template |
//! | `«fix KIND as L»` | a new variable that the rest of the program only reads |
//! | `«var KIND as L»` | a variable in scope; without one the template does not fit |
//! | `«set KIND as L»` | a variable in scope that may be assigned |
//! | `«=L»` | the text of the hole L again |
//! | `«narrow L KIND»` | nothing; L has the kind to the end of the template |
//! | `«become L KIND»` | nothing; L has the kind from here on |
//! | `«forget L»` | nothing; L is no longer in scope |
//! | `«type KIND»` | the kind as an annotation |
//! | `«block»`, `«loop»` | statements; statements that may leave or continue a loop |
//!
//! Holes are filled expressions first, then new names, then narrowings and blocks; `@N` at the end says otherwise.

use super::kind::Kind;

/// A row: what it makes (a kind, empty for statements), and the text.
pub type Row = (&'static str, &'static str);

/// A parsed template.
#[derive(Clone, Debug)]
pub struct Template {
    /// The kind of the expression it makes.
    pub result: Kind,
    /// Text and holes in turn.
    pub parts: Vec<Part>,
    /// About how many steps it takes when it runs.
    pub cost: u64,
}

/// A part of a template.
#[derive(Clone, Debug)]
pub enum Part {
    /// Text as it is.
    Text(String),
    /// Something to fill in.
    Hole {
        /// When it is filled: lower first, left to right.
        order: u8,
        /// With what.
        task: Task,
    },
}

/// What fills a hole.
#[derive(Clone, Debug)]
pub enum Task {
    /// An expression.
    Expression(Kind),
    /// An expression without quotes.
    Plain(Kind),
    /// A new name.
    New(Kind, String, Lifetime),
    /// A variable in scope, and whether it must be assignable.
    Variable(Kind, String, bool),
    /// The text of another hole.
    Again(String),
    /// A label has another kind, for good or to the end of the template.
    Narrow(String, Kind, bool),
    /// A label leaves the scope.
    Forget(String),
    /// An annotation.
    Annotation(Kind),
    /// Statements, in a loop or not.
    Block(bool),
}

/// How long a new name lives, and whether it may be assigned again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lifetime {
    /// To the end of the block.
    Stays,
    /// To the end of the template.
    Template,
    /// To the end of the block, read only.
    Fixed,
}

impl Template {
    /// The template of a row.
    #[must_use]
    pub fn parse(result: &str, text: &str) -> Self {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('«') {
            if !before.is_empty() {
                parts.push(Part::Text(before.to_owned()));
            }
            let (hole, after) = after.split_once('»').unwrap_or((after, ""));
            parts.push(hole_of(hole));
            rest = after;
        }
        if !rest.is_empty() {
            parts.push(Part::Text(rest.to_owned()));
        }
        if !result.is_empty() && is_open(text) {
            parts.insert(0, Part::Text("(".to_owned()));
            parts.push(Part::Text(")".to_owned()));
        }
        Self {
            result: Kind::parse(result),
            parts,
            cost: 1,
        }
    }

    /// All variables of its kinds.
    #[must_use]
    pub fn variables(&self) -> Vec<String> {
        let mut names = Vec::new();
        for part in &self.parts {
            if let Part::Hole { task, .. } = part {
                match task {
                    Task::Expression(kind)
                    | Task::Plain(kind)
                    | Task::New(kind, ..)
                    | Task::Variable(kind, ..)
                    | Task::Narrow(_, kind, _)
                    | Task::Annotation(kind) => kind.variables(&mut names),
                    Task::Again(_) | Task::Forget(_) | Task::Block(_) => {}
                }
            }
        }
        names
    }
}

/// Whether the text has an operator outside brackets and quotes, so that it must stand in brackets.
fn is_open(text: &str) -> bool {
    let (mut depth, mut quote, mut hole) = (0_usize, None, false);
    for letter in text.chars() {
        match (letter, quote) {
            ('«', _) => hole = true,
            ('»', _) => hole = false,
            _ if hole => {}
            (_, Some(open)) if letter == open => quote = None,
            (_, Some(_)) => {}
            ('\'' | '"', None) => quote = Some(letter),
            ('(' | '[' | '{', None) => depth += 1,
            (')' | ']' | '}', None) => depth = depth.saturating_sub(1),
            (' ' | '-' | '+' | '~', None) if depth == 0 => return true,
            _ => {}
        }
    }
    false
}

fn hole_of(text: &str) -> Part {
    let (text, order) = match text.rsplit_once('@') {
        Some((text, digit)) => (text, digit.parse().ok()),
        None => (text, None),
    };
    let (word, rest) = text.split_once(' ').unwrap_or((text, ""));
    let (kind, label) = rest.split_once(" as ").unwrap_or((rest, ""));
    let (kind, label) = (kind.trim(), label.trim().to_owned());
    let new = |lifetime| Task::New(Kind::parse(kind), label.clone(), lifetime);
    let (task, usual) = match word {
        "plain" => (Task::Plain(Kind::parse(rest)), 1),
        "new" => (new(Lifetime::Stays), 2),
        "bind" => (new(Lifetime::Template), 2),
        "fix" => (new(Lifetime::Fixed), 2),
        "var" => (Task::Variable(Kind::parse(kind), label, false), 0),
        "set" => (Task::Variable(Kind::parse(kind), label, true), 0),
        "type" => (Task::Annotation(Kind::parse(rest)), 1),
        "block" => (Task::Block(false), 3),
        "loop" => (Task::Block(true), 3),
        "forget" => (Task::Forget(rest.to_owned()), 4),
        "narrow" | "become" => {
            let (label, kind) = rest.split_once(' ').unwrap_or((rest, ""));
            (
                Task::Narrow(label.to_owned(), Kind::parse(kind), word == "become"),
                3,
            )
        }
        _ if word.starts_with('=') => (Task::Again(word[1..].to_owned()), 5),
        _ => (Task::Expression(Kind::parse(text)), 1),
    };
    Part::Hole {
        order: order.unwrap_or(usual),
        task,
    }
}

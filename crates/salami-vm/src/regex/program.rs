//! A compiled pattern: instructions of the backtracking matcher.

use super::charset::CharSet;
use super::tree::{Anchor, Greed};

/// Index of an [`Op`].
pub(super) type Pc = u32;

/// A test of one character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Single {
    Literal(u32),
    NotLiteral(u32),
    /// The character's lower case is (or is not) the code.
    Folded {
        code: u32,
        negate: bool,
        ascii: bool,
    },
    /// All but a newline.
    NotNewline,
    All,
    /// Index into [`Program::sets`].
    Set(u32),
}

/// How letters compare with a group's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fold {
    Exact,
    Ascii,
    Unicode,
}

/// A part that is matched on its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Atomic,
    Ahead,
    NotAhead,
    /// Characters to step back first.
    Behind(u32),
    NotBehind(u32),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Op {
    One(Single),
    At {
        anchor: Anchor,
        multiline: bool,
        ascii: bool,
    },
    /// Stores the position in a slot.
    Save(u32),
    /// Stores the position in the slot of a group's end and the group as the last one.
    Close {
        slot: u32,
        group: u32,
    },
    /// Tries `first`, then `second`.
    Split {
        first: Pc,
        second: Pc,
        point: u32,
    },
    Jump(Pc),
    /// A repeat of one character. `next` is the byte that must follow, if one is known.
    Run {
        single: Single,
        least: u32,
        most: u32,
        greed: Greed,
        next: Option<u8>,
        point: u32,
    },
    /// Begins the loop whose counter is in the slot and whose last start is in the next slot.
    Enter {
        slot: u32,
    },
    /// After an iteration, and before the first. `limit` is where counting stops.
    Loop {
        slot: u32,
        least: u32,
        most: u32,
        lazy: bool,
        body: Pc,
        exit: Pc,
        point: u32,
    },
    /// Begins a part that ends before `after`.
    Begin {
        part: Part,
        after: Pc,
    },
    End(Part),
    BackReference {
        slot: u32,
        fold: Fold,
    },
    /// Goes to `no` if the group did not match.
    Condition {
        slot: u32,
        no: Pc,
    },
    Match,
}

/// A loop as the memo sees it.
#[derive(Clone, Copy, Debug)]
pub(super) struct LoopShape {
    pub slot: u32,
    /// One more than the largest count that is told apart.
    pub counts: u32,
    /// Whether an iteration may be empty.
    pub nullable: bool,
}

/// A place whose failures are remembered.
#[derive(Clone, Debug)]
pub(super) struct Point {
    /// The loops that the place lies in: indices into [`Program::loops`].
    pub loops: Vec<u32>,
    /// The first of the point's numbers.
    pub offset: u64,
}

/// A compiled pattern.
#[derive(Debug)]
pub(super) struct Program {
    pub ops: Vec<Op>,
    pub sets: Vec<CharSet>,
    /// Slots of groups, of the last group and of loops.
    pub slots: u32,
    /// Slot that holds the last closed group.
    pub last_slot: u32,
    pub loops: Vec<LoopShape>,
    pub points: Vec<Point>,
    /// How many numbers the points have together; `None` if failures cannot be remembered, as they
    /// depend on what groups hold or on too many counts.
    pub states: Option<u64>,
    /// The bytes a match can begin with; `None` if it may be empty or anything.
    pub first: Option<Box<[bool; 256]>>,
    /// The only byte a match can begin with.
    pub first_byte: Option<u8>,
    /// Whether a match begins at the beginning of the text only.
    pub anchored: bool,
}

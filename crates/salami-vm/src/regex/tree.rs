//! The syntax tree of a pattern: an arena whose nodes refer to earlier nodes only.

/// Index of a [`Node`] in the arena.
pub(super) type NodeId = u32;

/// Nodes in order.
pub(super) type Sequence = Vec<NodeId>;

/// The upper bound of an unlimited repeat, and the first count that is refused.
pub(super) const UNLIMITED: u32 = u32::MAX;

/// A width that counts as "any".
pub(super) const WIDEST: u128 = 1 << 64;

/// A class of characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Category {
    Digit,
    NotDigit,
    Space,
    NotSpace,
    Word,
    NotWord,
}

/// One member of `[...]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SetItem {
    /// One code; may be a surrogate, which matches nothing.
    Literal(u32),
    /// First and last code.
    Range(u32, u32),
    Category(Category),
}

/// A condition on a position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Anchor {
    /// `^`
    Begin,
    /// `\A`
    BeginText,
    /// `$`
    End,
    /// `\Z`
    EndText,
    /// `\b`
    Boundary,
    /// `\B`
    NotBoundary,
}

/// How a repeat tries its counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Greed {
    Greedy,
    Lazy,
    Possessive,
}

/// What a node is.
#[derive(Clone, Debug)]
pub(super) enum Kind {
    Literal(u32),
    NotLiteral(u32),
    /// `.`
    AnyCharacter,
    Set {
        negate: bool,
        items: Vec<SetItem>,
    },
    At(Anchor),
    Repeat {
        greed: Greed,
        least: u32,
        most: u32,
        body: Sequence,
    },
    /// `(...)`, `(?:...)`, `(?i-s:...)`.
    Group {
        number: Option<u32>,
        add: u32,
        remove: u32,
        body: Sequence,
    },
    Atomic(Sequence),
    Branch(Vec<Sequence>),
    BackReference(u32),
    Conditional {
        group: u32,
        yes: Sequence,
        no: Option<Sequence>,
    },
    Look {
        behind: bool,
        negate: bool,
        body: Sequence,
    },
}

/// A node with the number of characters it can match.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub kind: Kind,
    pub least: u128,
    pub most: u128,
}

/// A parsed pattern.
pub(super) struct Tree {
    pub nodes: Vec<Node>,
    pub root: Sequence,
    pub flags: u32,
    /// Number of groups, group 0 not counted.
    pub groups: u32,
    /// Names in the order of their groups.
    pub names: Vec<(String, u32)>,
}

/// The width of a sequence: least and most characters.
pub(super) fn width(nodes: &[Node], sequence: &[NodeId]) -> (u128, u128) {
    let mut least = 0u128;
    let mut most = 0u128;
    for &id in sequence {
        if let Some(node) = nodes.get(id as usize) {
            least = (least + node.least).min(WIDEST);
            most = (most + node.most).min(WIDEST);
        }
    }
    (least, most)
}

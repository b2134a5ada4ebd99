//! The contract of a leaf: a native function that never runs program code.

use crate::types::{RegisterType, TagSet};

/// What the verifier must know of a leaf. The VM declares one beside each implementation and
/// hands the whole table to the verifier, so the two cannot disagree.
#[derive(Clone, Debug)]
pub struct LeafSignature {
    /// The name that modules import, such as `str.upper`. Sorted, unique in a table.
    pub name: &'static str,
    /// How many arguments it takes, each of any type: leaves are total and raise CPython's errors.
    pub arguments: u8,
    /// What it returns.
    pub result: RegisterType,
    /// What its first arguments must be, where it always fails else and a call with others is
    /// refused.
    pub requires: Option<Requirement>,
}

/// What the first arguments of a leaf must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Requirement {
    /// How many arguments.
    pub arguments: u8,
    /// One of these kinds.
    pub tags: TagSet,
    /// What these are called: `object`.
    pub expected: &'static str,
    /// What is said where it is not.
    pub refusal: &'static str,
}

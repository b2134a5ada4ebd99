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
    /// What its first argument must be, where it always fails else and a call with another one is
    /// refused.
    pub requires: Option<Requirement>,
}

/// What the first argument of a leaf must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Requirement {
    /// One of these kinds.
    pub tags: TagSet,
    /// What they are called: `object`.
    pub expected: &'static str,
    /// What is said where it is not.
    pub refusal: &'static str,
}

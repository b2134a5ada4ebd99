//! What is known of the variables at a point of a variant.

use super::knowledge::Variables;
use crate::types::{Type, Types};

/// What is known of a variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Known {
    /// Its values; [`Known::SHARED`] means: whatever its node holds.
    pub type_: Type,
    /// Whether it may have no value.
    pub may_be_unset: bool,
}

impl Known {
    /// Ask the node.
    pub const SHARED: Type = Type(u32::MAX);
    /// Certainly without value.
    pub const UNSET: Self = Self {
        type_: Type::NEVER,
        may_be_unset: true,
    };
}

/// One step from a value to a part of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// `.name`
    Field(String),
    /// `["key"]`
    Key(String),
    /// `[index]`
    Index(i64),
}

/// A part of the value of a variable: `self.head`, `row["name"]`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Path {
    /// The variable.
    pub root: u32,
    /// At least one step.
    pub steps: Vec<Step>,
}

/// No more parts than this are kept in mind at a point, so that copying a state stays cheap.
const MAX_PATHS: usize = 64;

/// The state at a point.
#[derive(Clone, Debug, PartialEq)]
pub struct Env {
    /// By variable of the unit.
    pub variables: Variables,
    /// What tests told of parts of values. Sorted.
    pub paths: Vec<(Path, Type)>,
    /// Whether the point can be reached.
    pub reachable: bool,
}

impl Env {
    /// A point that is never reached.
    #[must_use]
    pub fn unreachable(variables: usize) -> Self {
        Self {
            variables: Variables::unset(variables),
            paths: Vec::new(),
            reachable: false,
        }
    }

    /// A point beside this one that is never reached.
    #[must_use]
    pub fn dead(&self) -> Self {
        Self {
            variables: self.variables.clone(),
            paths: Vec::new(),
            reachable: false,
        }
    }

    /// The state where two ways meet.
    pub fn join(&mut self, other: &Self, types: &mut Types) {
        if !other.reachable {
            return;
        }
        if !self.reachable {
            self.clone_from(other);
            return;
        }
        let seen = self.variables.join(&other.variables, &mut |own, theirs| {
            join_known(own, theirs, types)
        });
        types.charge(seen);
        if !self.paths.is_empty() {
            let mut kept = Vec::new();
            for (path, type_) in std::mem::take(&mut self.paths) {
                if let Some(theirs) = other.path(&path) {
                    let joined = types.join(type_, theirs);
                    kept.push((path, joined));
                }
            }
            self.paths = kept;
        }
    }

    /// Whether two states say the same.
    pub fn same(&self, other: &Self, types: &mut Types) -> bool {
        self.reachable == other.reachable
            && self
                .variables
                .all_equal(&other.variables, &mut |own, theirs| {
                    own.may_be_unset == theirs.may_be_unset
                        && (own.type_ == theirs.type_
                            || (own.type_ != Known::SHARED
                                && theirs.type_ != Known::SHARED
                                && types.same(own.type_, theirs.type_)))
                })
            && self.paths.len() == other.paths.len()
            && self.paths.iter().zip(&other.paths).all(
                |((path, type_), (other_path, other_type))| {
                    path == other_path && types.same(*type_, *other_type)
                },
            )
    }

    /// What is known of a part.
    #[must_use]
    pub fn path(&self, path: &Path) -> Option<Type> {
        let at = self.paths.binary_search_by(|(known, _)| known.cmp(path));
        at.ok().map(|at| self.paths[at].1)
    }

    /// Learns of a part.
    pub fn set_path(&mut self, path: Path, type_: Type) {
        match self.paths.binary_search_by(|(known, _)| known.cmp(&path)) {
            Ok(at) => self.paths[at].1 = type_,
            // One more would only be more exact.
            Err(_) if self.paths.len() >= MAX_PATHS => {}
            Err(at) => self.paths.insert(at, (path, type_)),
        }
    }

    /// Forgets the parts of a variable.
    pub fn forget_root(&mut self, root: u32) {
        self.paths.retain(|(path, _)| path.root != root);
    }

    /// Forgets all parts that end in such a step, or lead through it: something was stored there.
    pub fn forget_step(&mut self, matches: impl Fn(&Step) -> bool) {
        self.paths
            .retain(|(path, _)| !path.steps.iter().any(&matches));
    }
}

/// What is known of a variable where two ways meet.
pub fn join_known(left: Known, right: Known, types: &mut Types) -> Known {
    let type_ = if left.type_ == Known::SHARED || right.type_ == Known::SHARED {
        Known::SHARED
    } else {
        types.join(left.type_, right.type_)
    };
    Known {
        type_,
        may_be_unset: left.may_be_unset || right.may_be_unset,
    }
}

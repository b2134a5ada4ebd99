//! From module to verified module.

use salami_ir::{FunctionIndex, LeafIndex, LeafSignature, Module, Place};

use crate::error::{Errors, Rule, VerifyError};
use crate::facts::Facts;
use crate::flow::Flow;
use crate::lattice::Lattice;
use crate::machine::Context;
use crate::{shape, tables};

/// How large a module may be, and how much work verifying it may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The bytes of its binary form.
    pub bytes: usize,
    /// Its instructions, over all functions.
    pub instructions: usize,
    /// Steps of work to find its types, over all functions (rule V27).
    pub effort: u64,
}

impl Limits {
    /// The profile `svm`: a megabyte.
    pub const SVM: Self = Self {
        bytes: 1 << 20,
        instructions: 1 << 20,
        effort: 100_000_000,
    };
    /// What compiled programs may take.
    pub const GENERAL: Self = Self {
        bytes: salami_ir::binary::MAXIMUM_BYTES,
        instructions: 1 << 24,
        effort: 1_000_000_000,
    };
}

/// A module that keeps to every rule. [`verify`] is the only way to one.
#[derive(Clone, Debug)]
pub struct Verified {
    module: Module,
    leaves: &'static [LeafSignature],
    positions: Vec<u32>,
    effort: u64,
}

impl Verified {
    /// The module.
    #[must_use]
    pub fn module(&self) -> &Module {
        &self.module
    }

    /// The table of leaves that it was verified against.
    #[must_use]
    pub fn leaves(&self) -> &'static [LeafSignature] {
        self.leaves
    }

    /// For each leaf that the module imports, by `LeafIndex`, its position in the table of leaves.
    #[must_use]
    pub fn leaf_positions(&self) -> &[u32] {
        &self.positions
    }

    /// What the verifier knows of an imported leaf.
    #[must_use]
    pub fn leaf(&self, index: LeafIndex) -> Option<&'static LeafSignature> {
        self.positions
            .get(index.index())
            .and_then(|position| self.leaves.get(*position as usize))
    }

    /// What registers hold at each instruction, found anew for each function that is asked for.
    #[must_use]
    pub fn facts(&self) -> Facts<'_> {
        let lattice = Lattice::new(&self.module);
        let context = Context::new(&self.module, self.leaves, &self.positions, lattice);
        Facts::new(context, self.effort)
    }

    /// The module, which is then no longer known to be verified.
    #[must_use]
    pub fn into_module(self) -> Module {
        self.module
    }
}

/// Checks a module against every rule, within the limits of the profile `svm`: see
/// [`verify_within`].
///
/// # Errors
/// As [`verify_within`].
pub fn verify(
    module: Module,
    leaves: &'static [LeafSignature],
) -> Result<Verified, Vec<VerifyError>> {
    verify_within(module, leaves, &Limits::SVM)
}

/// Checks a module against every rule. `leaves` is sorted by name. Close to linear in the size
/// of the module, with bounded effort (rule V27) and memory.
///
/// # Errors
/// At most 100 violations: of the module's and its functions' form, or if there is none, of what
/// registers hold; of each instruction the first.
pub fn verify_within(
    module: Module,
    leaves: &'static [LeafSignature],
    limits: &Limits,
) -> Result<Verified, Vec<VerifyError>> {
    let mut errors = Errors::default();
    let lattice = Lattice::new(&module);
    let positions = tables::check(&module, leaves, limits, &lattice, &mut errors);
    for (index, function) in functions(&module) {
        shape::check(&module, &lattice, index, function, &mut errors);
    }
    if errors.is_empty() {
        errors = flows(&module, leaves, &positions, lattice, limits.effort);
    }
    errors.into_result()?;
    Ok(Verified {
        module,
        leaves,
        positions,
        effort: limits.effort,
    })
}

fn functions(module: &Module) -> impl Iterator<Item = (FunctionIndex, &salami_ir::Function)> {
    (0..u32::MAX).map(FunctionIndex).zip(&module.functions)
}

fn flows(
    module: &Module,
    leaves: &'static [LeafSignature],
    positions: &[u32],
    lattice: Lattice,
    mut effort: u64,
) -> Errors {
    let mut errors = Errors::default();
    let mut context = Context::new(module, leaves, positions, lattice);
    for (index, function) in functions(module) {
        match Flow::new(&mut context, index, function, &mut effort) {
            Ok(mut flow) => errors = flow.check(errors),
            Err(message) => errors.push(Rule::V27, Place::Function(index), message),
        }
        if errors.is_full() {
            break;
        }
    }
    errors
}

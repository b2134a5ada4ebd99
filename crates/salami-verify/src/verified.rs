//! From module to verified module.

use std::sync::Arc;

use salami_ir::{FunctionIndex, Instruction, LeafIndex, LeafSignature, Module, Place, TagSet};

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
    /// Whether operations that always fail are accepted (rule V25): they raise when they run. A
    /// clean-up of a compiled program is there once for each way to it, and may fail on one of them.
    pub failing: bool,
}

impl Limits {
    /// The profile `svm`: a megabyte.
    pub const SVM: Self = Self {
        bytes: 1 << 20,
        instructions: 1 << 20,
        effort: 100_000_000,
        failing: false,
    };
    /// What compiled programs may take.
    pub const GENERAL: Self = Self {
        bytes: salami_ir::binary::MAXIMUM_BYTES,
        instructions: 1 << 24,
        effort: 1_000_000_000,
        failing: false,
    };
}

/// A module that keeps to every rule. [`verify`] is the only way to one.
#[derive(Clone, Debug)]
pub struct Verified {
    module: Arc<Module>,
    leaves: &'static [LeafSignature],
    positions: Vec<u32>,
    effort: u64,
    inputs: Option<Inputs>,
    inputs_are_all: bool,
}

/// Input fields by name, and what they hold.
pub type Inputs = std::collections::BTreeMap<String, TagSet>;

/// The input fields that a module loads: what it declares of each, else any value.
#[must_use]
pub fn assumed_inputs(module: &Module) -> Inputs {
    let mut inputs = Inputs::new();
    for instruction in module.functions.iter().flat_map(|function| &function.code) {
        if let Instruction::LoadInput { name, .. } = instruction {
            inputs.insert(name.clone(), TagSet::VALUES);
        }
    }
    let declared = module.inputs.iter();
    inputs.extend(declared.map(|input| (input.name.clone(), input.tags)));
    inputs
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

    /// The input fields that must be there, and what each must hold, where it was verified for
    /// certain inputs.
    #[must_use]
    pub fn inputs(&self) -> Option<&Inputs> {
        self.inputs.as_ref()
    }

    /// Whether it must see no other input fields.
    #[must_use]
    pub fn inputs_are_all(&self) -> bool {
        self.inputs_are_all
    }

    /// What registers hold at each instruction, found anew for each function that is asked for.
    #[must_use]
    pub fn facts(&self) -> Facts<'_> {
        let lattice = Lattice::new(&self.module);
        let inputs = self.inputs.as_ref();
        let mut context = Context::new(&self.module, self.leaves, &self.positions, lattice, inputs);
        context.inputs_are_all = self.inputs_are_all;
        Facts::new(context, self.effort)
    }

    /// The module, shared.
    #[must_use]
    pub fn shared_module(&self) -> Arc<Module> {
        Arc::clone(&self.module)
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
    let declared = module.inputs.iter();
    let declared: Inputs = declared
        .map(|input| (input.name.clone(), input.tags))
        .collect();
    check(
        module,
        leaves,
        limits,
        Some(declared).filter(|inputs| !inputs.is_empty()),
        false,
    )
}

/// The same for these input fields and no others: what the module may be run with then has at least
/// these, each with a value of its type. Declared fields are of the declared type in any case.
///
/// # Errors
/// As [`verify_within`].
pub fn verify_for(
    module: Module,
    leaves: &'static [LeafSignature],
    limits: &Limits,
    mut inputs: Inputs,
) -> Result<Verified, Vec<VerifyError>> {
    for declared in &module.inputs {
        inputs.insert(declared.name.clone(), declared.tags);
    }
    check(module, leaves, limits, Some(inputs), true)
}

fn check(
    module: Module,
    leaves: &'static [LeafSignature],
    limits: &Limits,
    inputs: Option<Inputs>,
    are_all: bool,
) -> Result<Verified, Vec<VerifyError>> {
    let mut errors = Errors::default();
    let lattice = Lattice::new(&module);
    let positions = tables::check(&module, leaves, limits, &lattice, &mut errors);
    for (index, function) in functions(&module) {
        shape::check(&module, &lattice, index, function, &mut errors);
    }
    if errors.is_empty() {
        let mut context = Context::new(&module, leaves, &positions, lattice, inputs.as_ref());
        context.inputs_are_all = are_all;
        context.accepts_failing = limits.failing;
        errors = flows(context, limits.effort);
    }
    errors.into_result()?;
    Ok(Verified {
        module: Arc::new(module),
        leaves,
        positions,
        effort: limits.effort,
        inputs,
        inputs_are_all: are_all,
    })
}

fn functions(module: &Module) -> impl Iterator<Item = (FunctionIndex, &salami_ir::Function)> {
    (0..u32::MAX).map(FunctionIndex).zip(&module.functions)
}

fn flows(mut context: Context<'_>, mut effort: u64) -> Errors {
    let mut errors = Errors::default();
    for (index, function) in functions(context.module) {
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

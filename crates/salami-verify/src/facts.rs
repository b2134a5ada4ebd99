//! What is known of registers, for whoever prepares, stores or resumes a verified module.

use salami_ir::{Address, FunctionIndex, Register, RegisterType, TagSet};

use crate::flow::Flow;
use crate::lattice::{Lattice, Type};
use crate::machine::Context;

/// What registers hold, by function. Nothing is kept: each function's facts are found anew, at
/// the price of verifying it.
pub struct Facts<'v> {
    context: Context<'v>,
    effort: u64,
}

impl<'v> Facts<'v> {
    pub(crate) fn new(context: Context<'v>, effort: u64) -> Self {
        Self { context, effort }
    }

    /// The facts of a function; `None` if there is none at `index`.
    pub fn function(&mut self, index: FunctionIndex) -> Option<FunctionFacts<'_, 'v>> {
        let function = self.context.module.functions.get(index.index())?;
        let mut effort = self.effort;
        Flow::new(&mut self.context, index, function, &mut effort)
            .ok()
            .map(|flow| FunctionFacts { flow })
    }
}

/// What the registers of one function hold.
pub struct FunctionFacts<'f, 'v> {
    flow: Flow<'f, 'v>,
}

impl FunctionFacts<'_, '_> {
    /// Shows the registers before each instruction that may be executed, in the order of addresses.
    pub fn visit(&mut self, mut observe: impl FnMut(Address, Registers<'_>)) {
        self.flow.visit(&mut |address, machine| {
            observe(
                address,
                Registers {
                    held: &machine.registers,
                    lattice: &machine.context.lattice,
                },
            );
        });
    }

    /// All registers before the instruction; `None` if it is never executed. O(function).
    pub fn at(&mut self, address: Address) -> Option<Vec<RegisterType>> {
        let mut found = None;
        self.visit(|visited, registers| {
            if visited == address {
                found = Some(registers.types());
            }
        });
        found
    }
}

/// The registers before an instruction.
#[derive(Clone, Copy)]
pub struct Registers<'r> {
    held: &'r [Type],
    lattice: &'r Lattice,
}

impl Registers<'_> {
    fn get(&self, register: Register) -> Type {
        self.held
            .get(register.index())
            .copied()
            .unwrap_or(Type::ANY)
    }

    /// The kinds of what a register may hold, `unset` among them. A register that is written
    /// before it is next read may be said to hold all that it is declared for, or nothing.
    #[must_use]
    pub fn tags(&self, register: Register) -> TagSet {
        self.get(register).tags
    }

    /// The same with classes.
    #[must_use]
    pub fn register_type(&self, register: Register) -> RegisterType {
        self.lattice.shown(self.get(register))
    }

    /// The types of all registers, in order.
    #[must_use]
    pub fn types(&self) -> Vec<RegisterType> {
        self.held
            .iter()
            .map(|held| self.lattice.shown(*held))
            .collect()
    }
}

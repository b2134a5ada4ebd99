//! The registers of a function between two instructions, and the rules of reading and writing them.

use salami_ir::instruction::Destination;
use salami_ir::text;
use salami_ir::{
    Address, ClassRef, Function, FunctionIndex, LeafSignature, Module, Place, Register,
    Requirement, Tag, TagSet, TypeIndex,
};

use crate::error::{Errors, Mismatch, Rule};
use crate::lattice::{Lattice, Type};
use crate::verified::Inputs;

/// What all functions of a module are checked against.
pub(crate) struct Context<'m> {
    pub module: &'m Module,
    pub lattice: Lattice,
    /// The module's types.
    pub types: Vec<Type>,
    /// What each imported leaf takes and gives.
    pub leaves: Vec<(u8, Type, Option<Requirement>)>,
    /// The input fields that are known, and whether there are no others.
    pub inputs: Option<&'m Inputs>,
    pub inputs_are_all: bool,
    /// Whether operations may always fail.
    pub accepts_failing: bool,
}

impl<'m> Context<'m> {
    /// Of a module whose tables are checked.
    pub(crate) fn new(
        module: &'m Module,
        table: &'static [LeafSignature],
        positions: &[u32],
        mut lattice: Lattice,
        inputs: Option<&'m Inputs>,
    ) -> Self {
        let types = module
            .types
            .iter()
            .map(|entry| lattice.declared(entry))
            .collect();
        let signatures = positions
            .iter()
            .filter_map(|position| table.get(*position as usize));
        let leaves = signatures
            .map(|leaf| {
                (
                    leaf.arguments,
                    lattice.declared(&leaf.result),
                    leaf.requires,
                )
            })
            .collect();
        Self {
            module,
            lattice,
            types,
            leaves,
            inputs,
            inputs_are_all: false,
            accepts_failing: false,
        }
    }

    pub(crate) fn declared(&self, index: TypeIndex) -> Type {
        self.types.get(index.index()).copied().unwrap_or(Type::ANY)
    }
}

/// The registers of a function between two instructions, and the step from one to the next.
pub(crate) struct Machine<'c, 'm> {
    pub context: &'c mut Context<'m>,
    pub index: FunctionIndex,
    pub function: &'m Function,
    /// What each register holds.
    pub registers: Vec<Type>,
    /// What each register is declared to hold.
    pub bounds: Vec<Type>,
    /// The registers that the last instruction wrote.
    pub written: Vec<Register>,
    /// Where violations go; none while types are still being found.
    pub errors: Option<Errors>,
    place: Place,
    refused: bool,
}

impl<'c, 'm> Machine<'c, 'm> {
    pub(crate) fn new(
        context: &'c mut Context<'m>,
        index: FunctionIndex,
        function: &'m Function,
    ) -> Self {
        let bounds: Vec<_> = function
            .registers
            .iter()
            .map(|register| context.declared(register.bound))
            .collect();
        Self {
            context,
            index,
            function,
            registers: bounds.iter().map(|bound| bound.or_unset()).collect(),
            bounds,
            written: Vec::new(),
            errors: None,
            place: Place::Function(index),
            refused: false,
        }
    }

    /// What the register holds.
    pub(crate) fn held(&self, register: Register) -> Type {
        self.registers
            .get(register.index())
            .copied()
            .unwrap_or(Type::ANY)
    }

    /// What the register is declared to hold.
    pub(crate) fn bound(&self, register: Register) -> Type {
        self.bounds
            .get(register.index())
            .copied()
            .unwrap_or(Type::ANY)
    }

    /// Lets every register hold anything that it is declared for.
    pub(crate) fn forget(&mut self) {
        for (held, bound) in self.registers.iter_mut().zip(&self.bounds) {
            *held = bound.or_unset();
        }
    }

    /// Begins with the next instruction.
    pub(crate) fn begin(&mut self, address: Address) {
        self.place = Place::Instruction(self.index, address);
        self.refused = false;
        self.written.clear();
    }

    /// Notes the first violation of the instruction.
    pub(crate) fn refuse(&mut self, rule: Rule, message: impl FnOnce() -> String) {
        if let Some(errors) = &mut self.errors
            && !core::mem::replace(&mut self.refused, true)
        {
            errors.push(rule, self.place, message());
        }
    }

    /// The same for a register, which the message names.
    pub(crate) fn refuse_about(
        &mut self,
        rule: Rule,
        register: Register,
        message: impl FnOnce() -> String,
    ) {
        if let Some(errors) = &mut self.errors
            && !core::mem::replace(&mut self.refused, true)
        {
            errors.push_about(rule, self.place, message(), register, None);
        }
    }

    /// The same for a register that may be unset.
    fn unset(&mut self, register: Register) {
        let name = self.named(register);
        self.refuse_about(Rule::V15, register, || format!("{name} may be unset here"));
    }

    /// The same for a value that is of the wrong type.
    pub(crate) fn mismatch(
        &mut self,
        message: String,
        register: Register,
        expected: String,
        actual: TagSet,
    ) {
        if self.context.accepts_failing {
            return;
        }
        let mismatch = Mismatch {
            register: self.named(register),
            expected,
            actual: text::spoken(actual),
        };
        if let Some(errors) = &mut self.errors
            && !core::mem::replace(&mut self.refused, true)
        {
            errors.push_about(Rule::V25, self.place, message, register, Some(mismatch));
        }
    }

    /// A register as whoever wrote it calls it.
    pub(crate) fn named(&self, register: Register) -> String {
        let declared = self.function.registers.get(register.index());
        match declared.and_then(|declared| declared.name.as_deref()) {
            Some(name) => format!("${name}"),
            None => register.to_string(),
        }
    }

    /// A type as the assembly writes it.
    pub(crate) fn shown(&self, shown: Type) -> String {
        self.context.lattice.shown(shown).to_string()
    }

    /// A register that is read as a value.
    pub(crate) fn value(&mut self, register: Register) -> Type {
        let held = self.held(register);
        if held.tags.contains(Tag::Cell) || self.bound(register).tags.contains(Tag::Cell) {
            self.refuse(Rule::V16, || {
                format!("{register} holds a cell, which is no value")
            });
            return Type::ANY;
        }
        if held.may_be_unset() {
            self.unset(register);
        }
        held.set()
    }

    /// Registers that are read as values.
    pub(crate) fn values(&mut self, registers: &[Register]) {
        for register in registers {
            self.value(*register);
        }
    }

    /// A register that is read as a cell.
    pub(crate) fn cell(&mut self, register: Register) {
        let held = self.held(register);
        if !held.set().tags.is_subset(Type::CELL.tags)
            || !self.bound(register).tags.contains(Tag::Cell)
        {
            self.refuse(Rule::V16, || format!("{register} is not a cell"));
        } else if held.may_be_unset() {
            self.unset(register);
        }
    }

    /// A register that must hold values of one kind.
    pub(crate) fn known(&mut self, register: Register, wanted: TagSet, what: &str) {
        let held = self.value(register);
        if !held.tags.is_subset(wanted) {
            let shown = self.shown(held);
            self.refuse_about(Rule::V23, register, || {
                format!("{register} must be {what}, and may be `{shown}`")
            });
        }
    }

    /// A register that must hold objects of the class.
    pub(crate) fn object(&mut self, register: Register, class: ClassRef, rule: Rule, what: &str) {
        let held = self.value(register);
        if !self.context.lattice.is_instance(held, class) {
            let shown = self.shown(held);
            self.refuse_about(rule, register, || {
                format!("{register} must be {what}, and may be `{shown}`")
            });
        }
    }

    /// Writes a register.
    pub(crate) fn define(&mut self, destination: Destination, given: Type) {
        self.define_maybe(destination, given, false);
    }

    /// Writes a register, or leaves it unset.
    pub(crate) fn define_maybe(&mut self, destination: Destination, given: Type, or_unset: bool) {
        let register = destination.0;
        let bound = self.bound(register);
        let mut held = given;
        if !self.context.lattice.is_subset(given, bound) {
            let is_cell = |side: Type| side.tags.contains(Tag::Cell);
            let rule = if is_cell(given) == is_cell(bound) {
                Rule::V17
            } else {
                Rule::V16
            };
            let (given, declared) = (self.shown(given), self.shown(bound));
            self.refuse(rule, || {
                format!("{register} is declared `{declared}`, and may get `{given}`")
            });
            held = bound;
        }
        self.set(register, if or_unset { held.or_unset() } else { held });
    }

    /// Says what a register holds from now on.
    pub(crate) fn set(&mut self, register: Register, held: Type) {
        if let Some(slot) = self.registers.get_mut(register.index()) {
            *slot = held;
            self.written.push(register);
        }
    }

    /// What `CHECK_SET` and `IF_UNSET` read: a value or unset, no cell.
    pub(crate) fn maybe_unset(&mut self, register: Register) -> Type {
        let held = self.held(register);
        if self.bound(register).tags.contains(Tag::Cell) {
            self.refuse(Rule::V16, || {
                format!("{register} holds a cell, which is no value")
            });
            return Type::ANY;
        }
        held
    }
}

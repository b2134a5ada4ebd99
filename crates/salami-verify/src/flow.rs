//! What each register holds before each instruction: types flow along the ways of execution
//! until nothing changes.
//!
//! Only the state at the start of each block is kept, and of it only the registers that some
//! block reads before it writes them: all others live and die within a block.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use salami_ir::instruction::OperandView;
use salami_ir::{
    Address, BuiltinException, ClassRef, Function, FunctionIndex, HandlerKind, Instruction, Place,
    Register, Tag, TagSet,
};

use crate::blocks::{Block, Blocks};
use crate::error::{Errors, Rule};
use crate::lattice::Type;
use crate::machine::{Context, Machine};
use crate::tables::position;

/// Block starts times registers that live there, for one function.
const MAXIMUM_STATE: usize = 1 << 22;

/// A block whose start changed this often takes a register's declared type at the next change.
const PATIENCE: u8 = 16;

const NO_COLUMN: u32 = u32::MAX;

/// A function with what its registers hold at the start of each block.
pub(crate) struct Flow<'c, 'm> {
    pub machine: Machine<'c, 'm>,
    blocks: Blocks,
    /// For each register its column in `starts`, if it has one.
    columns: Vec<u32>,
    /// For each column its register.
    living: Vec<Register>,
    /// For each block a row of columns.
    starts: Vec<Type>,
    reached: Vec<bool>,
    changes: Vec<u8>,
    /// For each handler what its register gets.
    caught: Vec<Type>,
    queue: BinaryHeap<Reverse<usize>>,
    queued: Vec<bool>,
}

/// The registers that some block reads before it writes them, ascending. O(operands).
fn living(function: &Function, blocks: &Blocks) -> Vec<Register> {
    let mut written_in = vec![usize::MAX; function.registers.len()];
    let mut lives = vec![false; function.registers.len()];
    for (number, block) in blocks.list.iter().enumerate() {
        for instruction in function
            .code
            .get(block.start as usize..block.end as usize)
            .unwrap_or_default()
        {
            // All reads of an instruction come before its writes.
            let mut read = |register: Register| {
                if written_in.get(register.index()) != Some(&number)
                    && let Some(lives) = lives.get_mut(register.index())
                {
                    *lives = true;
                }
            };
            instruction.operands(|operand| match operand {
                OperandView::Use(register) => read(register),
                OperandView::Uses(registers) => registers.iter().copied().for_each(&mut read),
                _ => {}
            });
            let mut write = |register: Register| {
                if let Some(block) = written_in.get_mut(register.index()) {
                    *block = number;
                }
            };
            instruction.operands(|operand| match operand {
                OperandView::Define(destination) => write(destination.0),
                OperandView::Defines(destinations) => destinations
                    .iter()
                    .for_each(|destination| write(destination.0)),
                _ => {}
            });
        }
    }
    let registers = (0..=u16::MAX).zip(&lives).filter(|(_, lives)| **lives);
    registers.map(|(register, _)| Register(register)).collect()
}

impl<'c, 'm> Flow<'c, 'm> {
    /// Finds the types of a function whose form is checked; takes its work from `effort`.
    ///
    /// # Errors
    /// What is too much work, by V27.
    pub(crate) fn new(
        context: &'c mut Context<'m>,
        index: FunctionIndex,
        function: &'m Function,
        effort: &mut u64,
    ) -> Result<Self, &'static str> {
        let Some(blocks) = Blocks::new(function) else {
            return Err("too many handlers protect the same instructions");
        };
        let living = living(function, &blocks);
        let size = blocks.list.len().saturating_mul(living.len());
        if size > MAXIMUM_STATE {
            return Err("too many registers live across too many branches");
        }
        let mut columns = vec![NO_COLUMN; function.registers.len()];
        for (column, register) in living.iter().enumerate() {
            if let Some(slot) = columns.get_mut(register.index()) {
                *slot = position(column);
            }
        }
        let caught = function
            .handlers
            .iter()
            .map(|handler| caught(context, &handler.kind))
            .collect();
        let count = blocks.list.len();
        let mut flow = Self {
            machine: Machine::new(context, index, function),
            columns,
            starts: vec![Type::UNSET; size],
            living,
            reached: vec![false; count],
            changes: vec![0; count],
            caught,
            queue: BinaryHeap::new(),
            queued: vec![false; count],
            blocks,
        };
        flow.enter();
        flow.settle(effort)?;
        Ok(flow)
    }

    /// What the function starts with.
    fn enter(&mut self) {
        let function = self.machine.function;
        let fixed = usize::from(function.parameters).saturating_add(usize::from(function.captures));
        for register in self.living.clone() {
            let held = if register.index() < fixed {
                self.machine.bound(register)
            } else {
                Type::UNSET
            };
            self.machine.set(register, held);
        }
        self.flow_to(0, None);
    }

    fn settle(&mut self, effort: &mut u64) -> Result<(), &'static str> {
        while let Some(Reverse(number)) = self.queue.pop() {
            if let Some(queued) = self.queued.get_mut(number) {
                *queued = false;
            }
            let Some(&block) = self.blocks.list.get(number) else {
                continue;
            };
            let handlers = self.blocks.handlers(block).len() as u64;
            let length = u64::from(block.end.saturating_sub(block.start));
            let work = (length + self.living.len() as u64).saturating_mul(handlers + 2);
            let compared = core::mem::take(&mut self.machine.context.lattice.work);
            *effort = effort
                .checked_sub(work.saturating_add(compared))
                .ok_or("finding the types takes too long")?;
            self.load(number);
            self.run(block, true, &mut |_, _| {});
        }
        Ok(())
    }

    fn row(&self, number: usize) -> core::ops::Range<usize> {
        let start = number.saturating_mul(self.living.len());
        start..start.saturating_add(self.living.len())
    }

    fn load(&mut self, number: usize) {
        let row = self.row(number);
        let states = self.starts.get(row).unwrap_or_default();
        for (register, held) in self.living.iter().zip(states) {
            if let Some(slot) = self.machine.registers.get_mut(register.index()) {
                *slot = *held;
            }
        }
    }

    /// Executes a block on the registers as they are.
    fn run(
        &mut self,
        block: Block,
        flows: bool,
        observe: &mut dyn FnMut(Address, &Machine<'c, 'm>),
    ) {
        let code = self
            .machine
            .function
            .code
            .get(block.start as usize..block.end as usize)
            .unwrap_or_default();
        if flows {
            self.flow_to_handlers(block, None);
        }
        let mut last = None;
        for (address, instruction) in (block.start..).zip(code) {
            if flows && last.is_some() {
                // What is protected next starts with what was just written.
                for register in core::mem::take(&mut self.machine.written) {
                    self.flow_to_handlers(block, Some(register));
                }
            }
            observe(Address(address), &self.machine);
            self.machine.step(Address(address), instruction);
            last = Some(instruction);
        }
        if let (true, Some(last)) = (flows, last) {
            self.leave(block, last);
        }
    }

    fn leave(&mut self, block: Block, last: &Instruction) {
        let next = Address(block.end);
        match last {
            Instruction::Jump { target } => self.flow_at(*target),
            Instruction::IfTrue { target, .. } | Instruction::IfFalse { target, .. } => {
                self.flow_at(*target);
                self.flow_at(next);
            }
            Instruction::IfUnset { value, target } => {
                let held = self.machine.held(*value);
                if held.may_be_unset() {
                    self.machine.set(*value, Type::UNSET);
                    self.flow_at(*target);
                }
                if held != Type::UNSET {
                    self.machine.set(*value, held.set());
                    self.flow_at(next);
                }
            }
            Instruction::Next { result, end, .. } => {
                self.flow_at(next);
                self.machine.set(result.0, Type::UNSET);
                self.flow_at(*end);
            }
            Instruction::Send { end, .. } | Instruction::Throw { end, .. } => {
                self.flow_at(next);
                self.flow_at(*end);
            }
            Instruction::Return { .. }
            | Instruction::Raise { .. }
            | Instruction::RaiseFrom { .. }
            | Instruction::Reraise { .. } => {}
            _ => self.flow_at(next),
        }
    }

    fn flow_at(&mut self, address: Address) {
        if let Some(number) = self.blocks.starting_at(address) {
            self.flow_to(number, None);
        }
    }

    /// What the handlers of the block may start with: all registers as they are, or one that changed.
    fn flow_to_handlers(&mut self, block: Block, changed: Option<Register>) {
        for position in 0..self.blocks.handlers(block).len() {
            let Some(&index) = self.blocks.handlers(block).get(position) else {
                continue;
            };
            let function = self.machine.function;
            let Some(handler) = function.handlers.get(index as usize) else {
                continue;
            };
            let Some(target) = self.blocks.starting_at(handler.target) else {
                continue;
            };
            let caught = self
                .caught
                .get(index as usize)
                .copied()
                .unwrap_or(Type::ANY);
            match changed {
                None => self.flow_to(target, Some((handler.register, caught))),
                Some(register) if register == handler.register => {}
                Some(register) => {
                    let column = self
                        .columns
                        .get(register.index())
                        .copied()
                        .unwrap_or(NO_COLUMN);
                    if column != NO_COLUMN
                        && self.join(target, column as usize, self.machine.held(register))
                    {
                        self.changed(target);
                    }
                }
            }
        }
    }

    /// Joins the registers into the start of a block; one of them may get something else on the way.
    fn flow_to(&mut self, target: usize, instead: Option<(Register, Type)>) {
        let mut changed = false;
        if let Some(reached) = self.reached.get_mut(target)
            && !core::mem::replace(reached, true)
        {
            changed = true;
            let row = self.row(target);
            for (slot, register) in self
                .starts
                .get_mut(row)
                .unwrap_or_default()
                .iter_mut()
                .zip(&self.living)
            {
                *slot = match instead {
                    Some((other, held)) if other == *register => held,
                    _ => self.machine.held(*register),
                };
            }
        } else {
            for column in 0..self.living.len() {
                let Some(&register) = self.living.get(column) else {
                    continue;
                };
                let held = match instead {
                    Some((other, held)) if other == register => held,
                    _ => self.machine.held(register),
                };
                changed |= self.join(target, column, held);
            }
        }
        if changed {
            self.changed(target);
        }
    }

    fn join(&mut self, target: usize, column: usize, held: Type) -> bool {
        let slot = target
            .saturating_mul(self.living.len())
            .saturating_add(column);
        let Some(&before) = self.starts.get(slot) else {
            return false;
        };
        if before == held {
            return false;
        }
        let mut joined = self.machine.context.lattice.join(before, held);
        if joined == before {
            return false;
        }
        if self
            .changes
            .get(target)
            .is_some_and(|changes| *changes > PATIENCE)
            && let Some(&register) = self.living.get(column)
        {
            let bound = self.machine.bound(register);
            joined = if joined.may_be_unset() {
                bound.or_unset()
            } else {
                bound
            };
        }
        match self.starts.get_mut(slot) {
            Some(slot) if *slot != joined => {
                *slot = joined;
                true
            }
            _ => false,
        }
    }

    fn changed(&mut self, target: usize) {
        if let Some(changes) = self.changes.get_mut(target) {
            *changes = changes.saturating_add(1);
        }
        if let Some(queued) = self.queued.get_mut(target)
            && !core::mem::replace(queued, true)
        {
            self.queue.push(Reverse(target));
        }
    }

    /// Checks every instruction that may be executed against the types that were found.
    pub(crate) fn check(&mut self, errors: Errors) -> Errors {
        self.machine.errors = Some(errors);
        for (number, handler) in self.machine.function.handlers.iter().enumerate() {
            let caught = self.caught.get(number).copied().unwrap_or(Type::ANY);
            let bound = self.machine.bound(handler.register);
            if !self.machine.context.lattice.is_subset(caught, bound)
                && let Some(errors) = &mut self.machine.errors
            {
                let shown = self.machine.context.lattice.shown(bound);
                let place = Place::Handler(self.machine.index, position(number));
                errors.push(
                    Rule::V17,
                    place,
                    format!(
                        "{} is declared `{shown}`, and may get an exception",
                        handler.register
                    ),
                );
            }
        }
        self.visit(&mut |_, _| {});
        self.machine.errors.take().unwrap_or_default()
    }

    /// Shows the registers before each instruction that may be executed, by address. A register
    /// that is not read before it is written again may be shown as all that it may ever hold.
    pub(crate) fn visit(&mut self, observe: &mut dyn FnMut(Address, &Machine<'c, 'm>)) {
        self.machine.forget();
        for number in 0..self.blocks.list.len() {
            if self.reached.get(number) != Some(&true) {
                continue;
            }
            let Some(&block) = self.blocks.list.get(number) else {
                continue;
            };
            self.load(number);
            self.run(block, false, observe);
            self.forget(block);
        }
    }

    /// Lets the registers that live within the block hold anything again.
    fn forget(&mut self, block: Block) {
        let code = self
            .machine
            .function
            .code
            .get(block.start as usize..block.end as usize)
            .unwrap_or_default();
        for instruction in code {
            instruction.operands(|operand| match operand {
                OperandView::Define(destination) => self.forget_register(destination.0),
                OperandView::Defines(all) => all
                    .iter()
                    .for_each(|destination| self.forget_register(destination.0)),
                _ => {}
            });
        }
    }

    fn forget_register(&mut self, register: Register) {
        let held = self.machine.bound(register).or_unset();
        if let Some(slot) = self.machine.registers.get_mut(register.index()) {
            *slot = held;
        }
    }
}

fn caught(context: &mut Context<'_>, kind: &HandlerKind) -> Type {
    let classes = match kind {
        HandlerKind::Catch(classes) => classes.clone(),
        HandlerKind::Cleanup => vec![ClassRef::Builtin(BuiltinException::BaseException)],
    };
    context
        .lattice
        .instances(TagSet::of(&[Tag::Object]), classes)
}

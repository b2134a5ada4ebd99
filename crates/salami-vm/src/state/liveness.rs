//! Which registers of a function may still be read from an instruction on: only they are state.
//! Variables always are; what a temporary held and nobody reads again is not.

use salami_ir::instruction::OperandView;
use salami_ir::{Function, Instruction};

/// Functions in which the sets would take more bits than this keep all registers.
const LARGEST: usize = 1 << 24;

/// What lives at the begin of each block of a function.
#[derive(Clone, Debug, Default)]
pub(crate) struct Liveness {
    /// The first instruction of each block, ascending.
    starts: Vec<u32>,
    /// For each block the registers that live where it begins, as bits; empty: all of them.
    living: Vec<Vec<u64>>,
    /// For each block the handlers' registers that live all through it.
    protected: Vec<Vec<u64>>,
}

fn set(bits: &mut [u64], register: usize, lives: bool) {
    if let Some(word) = bits.get_mut(register / 64) {
        let bit = 1 << (register % 64);
        *word = if lives { *word | bit } else { *word & !bit };
    }
}

fn join(into: &mut [u64], from: &[u64]) {
    for (into, from) in into.iter_mut().zip(from) {
        *into |= from;
    }
}

/// Steps back over an instruction.
fn before(instruction: &Instruction, bits: &mut [u64]) {
    instruction.operands(|operand| match operand {
        OperandView::Define(destination) => set(bits, destination.0.index(), false),
        OperandView::Defines(destinations) => {
            for destination in destinations {
                set(bits, destination.0.index(), false);
            }
        }
        _ => {}
    });
    instruction.operands(|operand| match operand {
        OperandView::Use(register) => set(bits, register.index(), true),
        OperandView::Uses(registers) => {
            for register in registers {
                set(bits, register.index(), true);
            }
        }
        _ => {}
    });
}

fn ends(instruction: &Instruction) -> bool {
    matches!(
        instruction,
        Instruction::Jump { .. }
            | Instruction::Return { .. }
            | Instruction::Raise { .. }
            | Instruction::RaiseFrom { .. }
            | Instruction::Reraise { .. }
    )
}

fn targets(instruction: &Instruction) -> impl Iterator<Item = u32> {
    let mut found = Vec::new();
    instruction.operands(|operand| {
        if let OperandView::Address(address) = operand {
            found.push(address.0);
        }
    });
    found.into_iter()
}

impl Liveness {
    /// Finds it out. A handler's protected instructions may each go to it.
    pub(crate) fn new(function: &Function) -> Self {
        let length = function.code.len();
        let mut is_start = vec![false; length + 1];
        let mut start = |address: u32| {
            if let Some(flag) = is_start.get_mut(address as usize) {
                *flag = true;
            }
        };
        start(0);
        for (address, instruction) in (1..).zip(&function.code) {
            let mut has_targets = false;
            for target in targets(instruction) {
                start(target);
                has_targets = true;
            }
            if has_targets || ends(instruction) {
                start(address);
            }
        }
        for handler in &function.handlers {
            start(handler.from.0);
            start(handler.to.0);
            start(handler.target.0);
        }
        let starts: Vec<u32> = (0..)
            .zip(is_start.iter().take(length))
            .filter_map(|(address, is_start)| is_start.then_some(address))
            .collect();
        let words = function.registers.len().div_ceil(64);
        let handled = function.handlers.len().saturating_add(1);
        if starts.len().saturating_mul(words * 64) > LARGEST
            || starts.len().saturating_mul(handled) > LARGEST
        {
            return Self::default();
        }
        let mut liveness = Self {
            living: vec![vec![0; words]; starts.len()],
            protected: vec![vec![0; words]; starts.len()],
            starts,
        };
        liveness.settle(function);
        liveness
    }

    fn block(&self, address: u32) -> Option<usize> {
        let after = self.starts.partition_point(|&start| start <= address);
        after.checked_sub(1)
    }

    fn end(&self, block: usize, function: &Function) -> usize {
        let next = self.starts.get(block + 1).map(|&start| start as usize);
        next.unwrap_or(function.code.len())
    }

    /// From the last block to the first, again and again until nothing changes: as often as loops nest.
    fn settle(&mut self, function: &Function) {
        let mut has_changed = true;
        while has_changed {
            has_changed = false;
            for block in (0..self.starts.len()).rev() {
                let start = self.starts.get(block).copied().unwrap_or(0);
                let mut protected = vec![0; self.protected.get(block).map_or(0, Vec::len)];
                for handler in &function.handlers {
                    if handler.from.0 <= start
                        && start < handler.to.0
                        && let Some(target) = self.block(handler.target.0)
                        && let Some(living) = self.living.get(target)
                    {
                        let mut living = living.clone();
                        set(&mut living, handler.register.index(), false);
                        join(&mut protected, &living);
                    }
                }
                let mut bits = self.after(block, function);
                let code = function.code.get(start as usize..self.end(block, function));
                for instruction in code.unwrap_or_default().iter().rev() {
                    before(instruction, &mut bits);
                }
                join(&mut bits, &protected);
                if let Some(known) = self.living.get_mut(block)
                    && *known != bits
                {
                    *known = bits;
                    has_changed = true;
                }
                if let Some(known) = self.protected.get_mut(block) {
                    *known = protected;
                }
            }
        }
    }

    /// What lives after the last instruction of a block.
    fn after(&self, block: usize, function: &Function) -> Vec<u64> {
        let mut bits = vec![0; self.living.get(block).map_or(0, Vec::len)];
        let end = self.end(block, function);
        let last = end.checked_sub(1).and_then(|last| function.code.get(last));
        let Some(last) = last else { return bits };
        let falls = (!ends(last)).then_some(u32::try_from(end).unwrap_or(u32::MAX));
        for target in targets(last).chain(falls) {
            if let Some(target) = self.block(target)
                && self.starts.get(target).is_some()
                && let Some(living) = self.living.get(target)
            {
                join(&mut bits, living);
            }
        }
        bits
    }

    /// The registers that live before an instruction, or between it and its result.
    pub(crate) fn at(&self, function: &Function, address: u32, is_within: bool) -> Vec<bool> {
        // What a handler caught is the context of what is raised while it is there.
        let mut is_kept: Vec<bool> = function
            .registers
            .iter()
            .map(|register| register.name.is_some())
            .collect();
        for handler in &function.handlers {
            if let Some(flag) = is_kept.get_mut(handler.register.index()) {
                *flag = true;
            }
        }
        let Some(block) = self.block(address).filter(|_| !self.living.is_empty()) else {
            return vec![true; function.registers.len()];
        };
        let mut bits = self.after(block, function);
        let code = function
            .code
            .get(address as usize..self.end(block, function))
            .unwrap_or_default();
        for (offset, instruction) in code.iter().enumerate().rev() {
            if offset == 0 && is_within {
                // Its result comes, and its operands were read.
                instruction.operands(|operand| match operand {
                    OperandView::Define(destination) => {
                        set(&mut bits, destination.0.index(), false);
                    }
                    OperandView::Defines(destinations) => {
                        for destination in destinations {
                            set(&mut bits, destination.0.index(), false);
                        }
                    }
                    _ => {}
                });
            } else {
                before(instruction, &mut bits);
            }
        }
        if let Some(protected) = self.protected.get(block) {
            join(&mut bits, protected);
        }
        let lives = |register: usize| {
            let word = bits.get(register / 64).copied().unwrap_or(0);
            word >> (register % 64) & 1 == 1
        };
        for (register, flag) in is_kept.iter_mut().enumerate() {
            *flag = *flag || lives(register);
        }
        is_kept
    }
}

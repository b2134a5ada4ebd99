//! A function's instructions as blocks: one way in, and the same handlers throughout.

use salami_ir::instruction::OperandView;
use salami_ir::{Address, Function, Instruction};

use crate::shape::{is_last, outermost_first};
use crate::tables::position;

/// Blocks times the handlers that protect each: more are refused, as nobody writes such code.
const MAXIMUM_COVERS: usize = 1 << 20;

/// A maximal run of instructions that is entered at its first only.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Block {
    pub start: u32,
    pub end: u32,
    covers_start: u32,
    covers_end: u32,
}

/// The blocks of a function whose form is checked.
#[derive(Debug)]
pub(crate) struct Blocks {
    pub list: Vec<Block>,
    /// For each address where a block starts, that block.
    at: Vec<u32>,
    covers: Vec<u32>,
}

/// Whether what follows the instruction is not always done after it.
fn ends_block(instruction: &Instruction) -> bool {
    is_last(instruction)
        || matches!(
            instruction,
            Instruction::IfTrue { .. }
                | Instruction::IfFalse { .. }
                | Instruction::IfUnset { .. }
                | Instruction::Next { .. }
                | Instruction::Send { .. }
                | Instruction::Throw { .. }
        )
}

impl Blocks {
    /// Of a function whose form is checked; `None` if there are too many handlers for its blocks.
    /// O(instructions + handlers * log + covers).
    pub(crate) fn new(function: &Function) -> Option<Self> {
        let length = function.code.len();
        let mut starts = vec![false; length.saturating_add(1)];
        let mut mark = |address: usize| {
            if let Some(start) = starts.get_mut(address) {
                *start = true;
            }
        };
        mark(0);
        for (address, instruction) in function.code.iter().enumerate() {
            instruction.operands(|operand| {
                if let OperandView::Address(target) = operand {
                    mark(target.index());
                }
            });
            if ends_block(instruction) {
                mark(address.saturating_add(1));
            }
        }
        for handler in &function.handlers {
            mark(handler.from.index());
            mark(handler.to.index());
            mark(handler.target.index());
        }
        let mut blocks = Self {
            list: Vec::new(),
            at: vec![u32::MAX; length],
            covers: Vec::new(),
        };
        for address in (0..length).filter(|&address| starts.get(address) == Some(&true)) {
            let start = position(address);
            if let Some(last) = blocks.list.last_mut() {
                last.end = start;
            }
            if let Some(slot) = blocks.at.get_mut(address) {
                *slot = position(blocks.list.len());
            }
            blocks.list.push(Block {
                start,
                end: position(length),
                covers_start: 0,
                covers_end: 0,
            });
        }
        blocks.cover(function).then_some(blocks)
    }

    fn cover(&mut self, function: &Function) -> bool {
        let mut waiting = outermost_first(function).into_iter().peekable();
        let mut around: Vec<u32> = Vec::new();
        let handler = |index: usize| function.handlers.get(index);
        for block in &mut self.list {
            let start = Address(block.start);
            while around
                .last()
                .and_then(|&index| handler(index as usize))
                .is_some_and(|handler| handler.to <= start)
            {
                around.pop();
            }
            while let Some(index) = waiting
                .next_if(|&index| handler(index).is_some_and(|handler| handler.from <= start))
            {
                around.push(position(index));
            }
            block.covers_start = position(self.covers.len());
            self.covers.extend(around.iter().rev());
            block.covers_end = position(self.covers.len());
            if self.covers.len() > MAXIMUM_COVERS {
                return false;
            }
        }
        true
    }

    /// The handlers that protect the block, innermost first.
    pub(crate) fn handlers(&self, block: Block) -> &[u32] {
        self.covers
            .get(block.covers_start as usize..block.covers_end as usize)
            .unwrap_or_default()
    }

    /// The block that starts at the address.
    pub(crate) fn starting_at(&self, address: Address) -> Option<usize> {
        self.at
            .get(address.index())
            .filter(|&&block| block != u32::MAX)
            .map(|&block| block as usize)
    }
}

//! Which instructions belong to a handler: an exception that is raised there has the handled one
//! as its `__context__`.

use salami_ir::instruction::OperandView;
use salami_ir::{Function, Instruction as I};

/// Functions in which more work than this would be needed give up `__context__` rather than time.
const LARGEST: usize = 200_000;

/// For each instruction, whether it is only reached through the handler that starts at `target`.
/// Linear in the function times its handlers; empty where that is too much.
pub(crate) fn only_through(source: &Function, target: u32) -> Box<[bool]> {
    if source.code.len().saturating_mul(source.handlers.len() + 1) > LARGEST {
        return Box::default();
    }
    let mut inside = vec![true; source.code.len()];
    let mut work = vec![0_u32];
    while let Some(place) = work.pop() {
        if place == target {
            continue;
        }
        match inside.get_mut(place as usize) {
            Some(flag) if *flag => *flag = false,
            _ => continue,
        }
        let Some(instruction) = source.code.get(place as usize) else {
            continue;
        };
        instruction.operands(|operand| {
            if let OperandView::Address(address) = operand {
                work.push(address.0);
            }
        });
        let ends = matches!(
            instruction,
            I::Jump { .. }
                | I::Return { .. }
                | I::Raise { .. }
                | I::RaiseFrom { .. }
                | I::Reraise { .. }
        );
        if !ends {
            work.push(place + 1);
        }
        for handler in &source.handlers {
            if handler.from.0 <= place && place < handler.to.0 {
                work.push(handler.target.0);
            }
        }
    }
    inside.into_boxed_slice()
}

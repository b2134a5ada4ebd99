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
    let register = source
        .handlers
        .iter()
        .find(|handler| handler.target.0 == target)
        .map(|handler| handler.register);
    let mut inside = vec![true; source.code.len()];
    // First what the handler reaches, up to where it unsets its exception; what follows that is outside, and what is
    // reached from there and from the beginning.
    let (mut within, mut work) = (vec![target], vec![0_u32]);
    let mut seen = vec![false; source.code.len()];
    while let Some(place) = within.pop() {
        match seen.get_mut(place as usize) {
            Some(flag) if !*flag => *flag = true,
            _ => continue,
        }
        match source.code.get(place as usize) {
            Some(I::Unset { result }) if Some(result.0) == register => work.push(place + 1),
            Some(instruction) => successors(source, place, instruction, &mut within),
            None => {}
        }
    }
    while let Some(place) = work.pop() {
        if place == target {
            continue;
        }
        match inside.get_mut(place as usize) {
            Some(flag) if *flag => *flag = false,
            _ => continue,
        }
        if let Some(instruction) = source.code.get(place as usize) {
            successors(source, place, instruction, &mut work);
        }
    }
    inside.into_boxed_slice()
}

/// Where control may go from an instruction.
fn successors(source: &Function, place: u32, instruction: &I, into: &mut Vec<u32>) {
    instruction.operands(|operand| {
        if let OperandView::Address(address) = operand {
            into.push(address.0);
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
        into.push(place + 1);
    }
    for handler in &source.handlers {
        if handler.from.0 <= place && place < handler.to.0 {
            into.push(handler.target.0);
        }
    }
}

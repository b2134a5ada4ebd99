//! Which instructions belong to a handler: an exception that is raised there has the handled one
//! as its `__context__`.

use std::cmp::Reverse;
use std::ops::Range;

use salami_ir::instruction::OperandView;
use salami_ir::{Function, Instruction as I};

/// Functions in which more work than this would be needed give up `__context__` rather than time.
const MOST_WORK: usize = 200_000_000;
/// The same for memory: runs of instructions, for all handlers of a function together.
const MOST_RUNS: usize = 4_000_000;

/// The instructions that are only reached through the handler that starts at `target`, as runs in ascending order.
/// Linear in the function; empty where doing so for each of its handlers is too much.
pub(crate) fn only_through(source: &Function, target: u32) -> Box<[Range<u32>]> {
    let (length, handlers) = (source.code.len(), source.handlers.len());
    if (length + handlers).saturating_mul(handlers + 1) > MOST_WORK {
        return Box::default();
    }
    let register = source
        .handlers
        .iter()
        .find(|handler| handler.target.0 == target)
        .map(|handler| handler.register);
    let nest = Nest::of(source);
    // First what the handler reaches, up to where it unsets its exception; what follows that is outside, and what is
    // reached from there and from the beginning.
    let mut within = Walk::new(source, &nest, vec![target]);
    let mut after = vec![0_u32];
    while let Some(place) = within.next_place() {
        match source.code.get(place as usize) {
            Some(I::Unset { result }) if Some(result.0) == register => after.push(place + 1),
            _ => within.go_on(place),
        }
    }
    let mut outside = Walk::new(source, &nest, after);
    while let Some(place) = outside.next_place() {
        if place != target {
            outside.go_on(place);
        }
    }
    let mut runs: Vec<Range<u32>> = Vec::new();
    for (place, is_outside) in (0_u32..).zip(&outside.seen) {
        if *is_outside && place != target {
            continue;
        }
        match runs.last_mut() {
            Some(run) if run.end == place => run.end += 1,
            _ => runs.push(place..place + 1),
        }
    }
    if runs.len().saturating_mul(handlers) > MOST_RUNS {
        return Box::default();
    }
    runs.into()
}

/// Whether a place is in one of the runs.
pub(crate) fn holds(runs: &[Range<u32>], place: u32) -> bool {
    let after = runs.partition_point(|run| run.start <= place);
    after
        .checked_sub(1)
        .and_then(|index| runs.get(index))
        .is_some_and(|run| run.contains(&place))
}

/// How the handlers of a function lie in each other.
struct Nest {
    /// For each instruction, the innermost handler around it.
    innermost: Vec<Option<u32>>,
    /// For each handler, the next one around it.
    around: Vec<Option<u32>>,
}

impl Nest {
    fn of(source: &Function) -> Self {
        let mut order: Vec<u32> = (0_u32..).take(source.handlers.len()).collect();
        order.sort_by_key(|&index| {
            source
                .handlers
                .get(index as usize)
                .map(|handler| (handler.from.0, Reverse(handler.to.0)))
        });
        let mut innermost = vec![None; source.code.len()];
        let mut around = vec![None; source.handlers.len()];
        let mut open: Vec<(u32, u32)> = Vec::new();
        let mut rest = order.into_iter().peekable();
        for (place, innermost) in (0_u32..).zip(&mut innermost) {
            while open.last().is_some_and(|&(_, to)| to <= place) {
                open.pop();
            }
            while let Some(&index) = rest.peek()
                && let Some(handler) = source.handlers.get(index as usize)
                && handler.from.0 <= place
            {
                rest.next();
                if handler.to.0 <= place {
                    continue;
                }
                if let Some(outer) = around.get_mut(index as usize) {
                    *outer = open.last().map(|&(outer, _)| outer);
                }
                open.push((index, handler.to.0));
            }
            *innermost = open.last().map(|&(index, _)| index);
        }
        Self { innermost, around }
    }
}

/// A walk along the ways that control may take.
struct Walk<'a> {
    source: &'a Function,
    nest: &'a Nest,
    seen: Vec<bool>,
    entered: Vec<bool>,
    work: Vec<u32>,
}

impl<'a> Walk<'a> {
    fn new(source: &'a Function, nest: &'a Nest, work: Vec<u32>) -> Self {
        Self {
            source,
            nest,
            seen: vec![false; source.code.len()],
            entered: vec![false; source.handlers.len()],
            work,
        }
    }

    /// A place that was not there yet.
    fn next_place(&mut self) -> Option<u32> {
        while let Some(place) = self.work.pop() {
            if let Some(flag) = self.seen.get_mut(place as usize)
                && !*flag
            {
                *flag = true;
                return Some(place);
            }
        }
        None
    }

    /// Adds where control may go from an instruction.
    fn go_on(&mut self, place: u32) {
        let Some(instruction) = self.source.code.get(place as usize) else {
            return;
        };
        instruction.operands(|operand| {
            if let OperandView::Address(address) = operand {
                self.work.push(address.0);
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
            self.work.push(place + 1);
        }
        // Where a handler was entered before, so were those around it.
        let mut handler = self.nest.innermost.get(place as usize).copied().flatten();
        while let Some(index) = handler {
            match self.entered.get_mut(index as usize) {
                Some(flag) if !*flag => *flag = true,
                _ => break,
            }
            if let Some(handler) = self.source.handlers.get(index as usize) {
                self.work.push(handler.target.0);
            }
            handler = self.nest.around.get(index as usize).copied().flatten();
        }
    }
}

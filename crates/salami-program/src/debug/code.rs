//! What of a program's code an instrument needs again and again, worked out once.

use salami_ir::instruction::OperandView;
use salami_ir::{Address, FunctionIndex};

use crate::program::Program;

/// Where an instruction stands in the source.
#[derive(Clone, Copy, Debug, Default)]
struct Entry {
    /// The line, from 1; 0 for what is not the program's own.
    line: u32,
    /// Whether the line begins here: the instruction before it is of another line.
    begins: bool,
}

/// The lines of all instructions.
#[derive(Clone, Debug)]
pub(super) struct Code {
    entries: Vec<Vec<Entry>>,
    /// For each variable of the module, whether it is the program's own, not the library's.
    own_globals: Vec<bool>,
    /// How many lines of a listing come before those of each function.
    before: Vec<u32>,
    /// Whether it was compiled from source, whose lines people know.
    pub(super) by_line: bool,
    /// Whether it is a listing, whose lines are known by their addresses.
    pub(super) is_listed: bool,
}

impl Code {
    /// O(number of instructions).
    pub(super) fn new(program: &Program) -> Self {
        let functions = program.module().functions.iter().enumerate();
        let mut lines = 0u32;
        let before: Vec<u32> = (0..functions.len())
            .map(|index| {
                let own = FunctionIndex(u32::try_from(index).unwrap_or(u32::MAX));
                let count = program.listing(own).map_or(0, |listed| listed.lines.len());
                let next = lines.saturating_add(u32::try_from(count).unwrap_or(u32::MAX));
                core::mem::replace(&mut lines, next)
            })
            .collect();
        let entries = functions
            .map(|(index, function)| {
                let own = FunctionIndex(u32::try_from(index).unwrap_or(u32::MAX));
                let first = before.get(index).copied().unwrap_or(0);
                let mut before = 0;
                let listed = program.listing(own);
                (0..function.code.len())
                    .map(|address| {
                        let address = Address(u32::try_from(address).unwrap_or(u32::MAX));
                        if let Some(listed) = listed {
                            let position = listed.position(address);
                            return Entry {
                                line: position
                                    .map_or(0, |position| number(position).saturating_add(first)),
                                begins: listed.begins(address),
                            };
                        }
                        let place = program.place(own, address);
                        let line = place.map_or(0, |(_, line, _)| line);
                        let begins = line != before && line != 0;
                        before = line;
                        Entry { line, begins }
                    })
                    .collect()
            })
            .collect();
        Self {
            entries,
            own_globals: own_globals(program),
            before,
            by_line: !program.sources().is_empty(),
            is_listed: program.listing(program.module().entry).is_some(),
        }
    }

    /// Whether a variable of the module is the program's own, by its index.
    pub(super) fn is_own_global(&self, index: usize) -> bool {
        self.own_globals.get(index).copied().unwrap_or(true)
    }

    /// Whether a step is a line, not an instruction.
    pub(super) fn has_lines(&self) -> bool {
        self.by_line || self.is_listed
    }

    /// The number of a line of a listing, by its function and its position there.
    pub(super) fn listed(&self, function: FunctionIndex, position: usize) -> u32 {
        let before = self.before.get(function.index()).copied().unwrap_or(0);
        number(position).saturating_add(before)
    }

    fn entry(&self, function: FunctionIndex, address: Address) -> Entry {
        let entries = self.entries.get(function.index());
        let entry = entries.and_then(|entries| entries.get(address.index()));
        entry.copied().unwrap_or_default()
    }

    /// The line of an instruction, from 1; 0 for what is not the program's own.
    pub(super) fn line(&self, function: FunctionIndex, address: Address) -> u32 {
        self.entry(function, address).line
    }

    /// Whether a line begins with the instruction.
    pub(super) fn begins(&self, function: FunctionIndex, address: Address) -> bool {
        self.entry(function, address).begins
    }

    /// The first line, from the one given on, that has instructions.
    pub(super) fn line_with_code(&self, line: u32) -> Option<u32> {
        let lines = self.entries.iter().flatten().map(|entry| entry.line);
        lines.filter(|&found| found >= line.max(1)).min()
    }
}

/// The number of a listing's line here: its position, from 1.
fn number(position: usize) -> u32 {
    u32::try_from(position).map_or(u32::MAX, |position| position.saturating_add(1))
}

/// For each variable of the module, whether code of the program itself uses it; all where there is no
/// source to tell.
pub(crate) fn own_globals(program: &Program) -> Vec<bool> {
    let module = program.module();
    let mut own = vec![program.sources().is_empty(); module.globals.len()];
    for (index, function) in (0..).zip(&module.functions) {
        for (address, instruction) in (0..).zip(&function.code) {
            instruction.operands(|operand| {
                if let OperandView::Global(global) = operand
                    && let Some(slot) = own.get_mut(global.index())
                    && !*slot
                {
                    *slot = program
                        .place(FunctionIndex(index), Address(address))
                        .is_some();
                }
            });
        }
    }
    own
}

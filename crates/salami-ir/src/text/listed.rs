//! A listing: the lines of a hand-written function, and which instructions each of them became.

use std::collections::BTreeMap;

use salami_source::Span;

use crate::index::{Address, FunctionIndex, Register};
use crate::module::Module;

/// A line of a listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedLine {
    /// Its address, as written.
    pub address: u32,
    /// The instruction, as written: without its address, remarks and needless space.
    pub text: String,
    /// The registers that it sets, each with its name, `$0` or `$email`.
    pub results: Vec<(Register, String)>,
    /// Whether going on elsewhere than at the next line is worth telling.
    pub branches: bool,
    /// Where it is written.
    pub span: Span,
}

/// The lines of one function.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listed {
    /// In the order of their addresses.
    pub lines: Vec<ListedLine>,
    /// For each instruction its line; `None` for one that no line stands for.
    pub(super) owners: Vec<Option<u32>>,
    /// For each instruction, whether its line begins with it.
    pub(super) begins: Vec<bool>,
    /// For each instruction, whether a line is begun with it, not gone on with as by the rounds of a loop.
    pub(super) counts: Vec<bool>,
    /// The ends of the rounds of loops that have no line in their bodies, ascending.
    pub(super) empty_rounds: Vec<Address>,
    /// How many registers have numbers in the listing: `$0` and those behind it.
    pub(super) numbered: usize,
}

impl Listed {
    /// The position of the line that an instruction is part of. O(1).
    #[must_use]
    pub fn position(&self, address: Address) -> Option<usize> {
        let owner = self.owners.get(address.index()).copied().flatten()?;
        usize::try_from(owner).ok()
    }

    /// The line that an instruction is part of. O(1).
    #[must_use]
    pub fn line(&self, address: Address) -> Option<&ListedLine> {
        self.lines.get(self.position(address)?)
    }

    /// Whether a line is begun with the instruction, for whoever counts lines: a loop once. O(1).
    #[must_use]
    pub fn counts(&self, address: Address) -> bool {
        self.counts.get(address.index()).copied().unwrap_or(false)
    }

    /// Whether a round of a loop that has no line in its body ends with the instruction. O(log of their number).
    #[must_use]
    pub fn ends_empty_round(&self, address: Address) -> bool {
        self.empty_rounds.binary_search(&address).is_ok()
    }

    /// Whether the listing speaks of a register by its number.
    #[must_use]
    pub fn is_numbered(&self, register: Register) -> bool {
        register.index() < self.numbered
    }

    /// Whether a line begins with the instruction. O(1).
    #[must_use]
    pub fn begins(&self, address: Address) -> bool {
        self.begins.get(address.index()).copied().unwrap_or(false)
    }
}

/// The listings of a module, by function.
pub type Listings = BTreeMap<FunctionIndex, Listed>;

/// The listings of a module that carries one, with the places in its own listing.
///
/// A listing is only text beside the code: it is assembled again, and counts if that gives exactly
/// this module. What it shows is then what is run. O(size of the listing).
#[must_use]
pub fn listings(module: &Module) -> Option<super::Assembly> {
    if module.listing.is_empty() {
        return None;
    }
    let again = super::assemble(&module.listing.join("\n")).ok()?;
    (again.module == *module).then_some(again)
}

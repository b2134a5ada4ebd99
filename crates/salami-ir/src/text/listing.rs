//! Single instructions as the assembly shows them, for instruments.

use super::print::Printer;
use crate::index::{Address, FunctionIndex, Register};
use crate::module::Module;

/// The instructions of a module as text, one at a time.
///
/// ```
/// use salami_ir::text::{Listing, parse};
/// use salami_ir::{Address, FunctionIndex};
///
/// let module = parse("0: ADD 1 2 -> $0\n1: RETURN $0\n").expect("it is assembly");
/// let mut listing = Listing::new(&module);
/// let add = listing.instruction(FunctionIndex(0), Address(2), &mut |_| Some("3".to_owned()));
/// assert_eq!(add.as_deref(), Some("ADD $1 $2 -> $0=3"));
/// ```
pub struct Listing<'a> {
    module: &'a Module,
    printer: Printer<'a>,
}

impl<'a> Listing<'a> {
    /// Prepares to show the instructions of a module. O(size of its tables).
    #[must_use]
    pub fn new(module: &'a Module) -> Self {
        let printer = Printer::new(module);
        Self { module, printer }
    }

    /// An instruction without its address; what `value` gives for a register that it sets stands
    /// behind that: `-> $0=3`. `None` if there is no such instruction.
    pub fn instruction(
        &mut self,
        function: FunctionIndex,
        address: Address,
        value: &mut dyn FnMut(Register) -> Option<String>,
    ) -> Option<String> {
        let code = &self.module.functions.get(function.index())?.code;
        let instruction = code.get(address.index())?;
        self.printer.text.clear();
        self.printer.instruction(instruction, code.len(), value);
        Some(core::mem::take(&mut self.printer.text))
    }
}

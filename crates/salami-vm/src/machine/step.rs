//! Running one instruction at a time, for a person or a tool that looks at each.

use salami_ir::{Address, FunctionIndex, Register};

use super::{Machine, Outcome};
use crate::prepare::frame_position;
use crate::show::show;
use crate::value::Value;

impl Machine {
    /// Runs one instruction, with as much fuel as it needs; what an instruction calls comes with
    /// the next steps. [`Outcome::OutOfFuel`] means that it was run and the program goes on. Only for
    /// programs prepared by [`crate::Program::unfused`] is a step one instruction of the module.
    pub fn step(&mut self) -> Outcome {
        let before = self.fuel_used();
        let mut grant = 0;
        loop {
            match self.run(grant) {
                Outcome::OutOfFuel { needed }
                    if self.fuel_used() == before && !self.context.fuel.is_interrupted() =>
                {
                    let left = u64::try_from(self.context.fuel.remaining).unwrap_or(0);
                    let debt = u64::try_from(self.context.fuel.remaining.saturating_neg());
                    grant = needed.saturating_sub(left).max(1) + debt.unwrap_or(0);
                }
                outcome => return outcome,
            }
        }
    }

    /// The function and instruction that runs next; `None` when the program is done. O(1).
    #[must_use]
    pub fn position(&self) -> Option<(FunctionIndex, Address)> {
        let frame = self.frames.last()?;
        let function = self.program.functions.get(frame.function as usize)?;
        let address = function.first.get(frame.position as usize).copied()?;
        Some((FunctionIndex(frame.function), Address(address)))
    }

    /// How many frames there are.
    #[must_use]
    pub fn depth(&self) -> usize {
        self.frames.len()
    }

    /// The register of the frame on top, unset if there is none.
    #[must_use]
    pub fn register(&self, register: Register) -> Value {
        let Some(frame) = self.frames.last() else {
            return Value::Unset;
        };
        let function = self.program.module.functions.get(frame.function as usize);
        let count = function.map_or(0, |function| function.registers.len());
        let place = frame_position(count, register.index()) as usize;
        let value = self.stack.get(frame.base as usize + place);
        value.copied().unwrap_or_default()
    }

    /// A value as text for a person: JSON where it is data. Bounded; changes nothing.
    #[must_use]
    pub fn show(&self, value: Value) -> String {
        show(&self.context, value)
    }

    /// The variables of the module body with their values, in the module's order.
    pub fn globals(&self) -> impl Iterator<Item = (&str, Value)> {
        let names = self.program.module.globals.iter();
        names
            .zip(&self.globals)
            .map(|(global, value)| (global.name.as_str(), *value))
    }

    /// The accounted bytes that its heap has now.
    #[must_use]
    pub fn memory_used(&self) -> usize {
        self.context.heap.used()
    }
}

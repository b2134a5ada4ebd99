//! What a person sees of the state: variables, registers and the last error.

use salami_ir::{Address, FunctionIndex, Instruction, Register};
use salami_vm::Value;

use super::{Caught, Debugger, Variable};
use crate::blame;

/// How a variable without a value is shown.
pub(crate) const UNSET: &str = "<unset>";

impl Debugger {
    /// The variables in scope that have a value: those of the function, then those of the module.
    #[must_use]
    pub fn variables(&self) -> Vec<Variable> {
        let mut variables: Vec<Variable> = Vec::new();
        for (name, value) in self.in_scope() {
            if !variables.iter().any(|variable| variable.name == name)
                && let Some(value) = self.shown(value)
            {
                let name = name.to_owned();
                variables.push(Variable { name, value });
            }
        }
        variables
    }

    /// The registers of the running function that have a value.
    #[must_use]
    pub fn registers(&self) -> Vec<Variable> {
        let machine = self.execution.machine();
        let count = machine.position().and_then(|(function, _)| {
            let function = self.program.module().functions.get(function.index())?;
            u16::try_from(function.registers.len()).ok()
        });
        let failed = self.failed_results();
        let registers = (0..count.unwrap_or(0)).map(Register);
        let set = registers.filter(|register| {
            !machine.register(*register).is_unset() && !failed.contains(register)
        });
        let named = set.filter_map(|register| {
            let name = match self.listed_register(register) {
                Some(listed) => listed?,
                None => register.to_string(),
            };
            let value = machine.show(machine.register(register));
            Some(Variable { name, value })
        });
        named.collect()
    }

    /// What a listing calls a register; nothing where it does not name it. `None` outside of listings.
    fn listed_register(&self, register: Register) -> Option<Option<String>> {
        let module = self.program.module();
        let running = self.execution.machine().position();
        let running = running.map_or(module.entry, |(function, _)| function);
        let listed = self.program.listing(running)?;
        let function = module.functions.get(running.index())?;
        Some(blame::name(listed, function, register))
    }

    /// The value of a variable in scope, or of a register such as `$3`, as text; `error` is what the last
    /// exception that was raised says. `None` if it has none.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<String> {
        let machine = self.execution.machine();
        let number = name.strip_prefix('$').and_then(|rest| rest.parse().ok());
        if let Some(number) = number {
            let register = Register(number);
            let value = machine.register(register);
            let is_set = !value.is_unset() && !self.failed_results().contains(&register);
            return is_set.then(|| machine.show(value));
        }
        let name = name.strip_prefix('$').unwrap_or(name);
        let mut named = self.in_scope().filter(|(found, _)| *found == name);
        let found = named.find_map(|(_, value)| self.shown(value));
        found.or_else(|| {
            let error = self.error().filter(|_| name == "error")?;
            Some(serde_json::Value::String(error).to_string())
        })
    }

    /// What the last exception says: the one that was raised here, or that a handler of this call caught.
    #[must_use]
    pub fn error(&self) -> Option<String> {
        if let Some(raised) = &self.raised {
            return Some(self.execution.exception_message(raised));
        }
        let machine = self.execution.machine();
        let (function, _) = machine.position()?;
        let caught = self.caught?;
        if (caught.function, caught.depth) != (function, machine.depth()) {
            return None;
        }
        self.execution.error_text(machine.register(caught.register))
    }

    /// What the exception says that the last step raised and a handler caught.
    pub(super) fn just_caught(&self) -> Option<String> {
        let caught = self.caught.filter(|caught| caught.steps == self.steps)?;
        let value = self.execution.machine().register(caught.register);
        Some(self.execution.error_text(value).unwrap_or_default())
    }

    /// The registers of which a listing says that they have no value, though its instructions did not
    /// unset them yet: what the line would have set that failed.
    fn failed_results(&self) -> Vec<Register> {
        let machine = self.execution.machine();
        let Some((index, address)) = machine.position() else {
            return Vec::new();
        };
        let Some(listed) = self.program.listing(index) else {
            return Vec::new();
        };
        if self.raised.is_some() {
            let line = listed.line(address);
            let results = line.into_iter().flat_map(|line| &line.results);
            return results.map(|(register, _)| *register).collect();
        }
        // In the way of IF_ERROR on which the line before it failed.
        let Some(function) = self.program.module().functions.get(index.index()) else {
            return Vec::new();
        };
        let line = listed.position(address);
        let is_caught = function.handlers.iter().any(|handler| {
            handler.target <= address && line.is_some() && listed.position(handler.target) == line
        });
        if !is_caught {
            return Vec::new();
        }
        let left = function.code.iter().enumerate().skip(address.index());
        left.take_while(|(at, _)| {
            listed.position(Address(u32::try_from(*at).unwrap_or(u32::MAX))) == line
        })
        .filter_map(|(_, instruction)| match instruction {
            Instruction::Unset { result } | Instruction::CallLeaf { result, .. } => Some(result.0),
            _ => None,
        })
        .collect()
    }

    /// The names in scope with their values, set or not: those of the function, then those of the module.
    fn in_scope(&self) -> impl Iterator<Item = (&str, Value)> {
        let machine = self.execution.machine();
        let failed = self.failed_results();
        let own = self.named_registers().into_iter();
        let own = own.filter(move |(register, _)| !failed.contains(register));
        let own = own.map(|(register, name)| (name, machine.register(register)));
        let globals = (0..).zip(machine.globals());
        let globals = globals.filter(|(index, _)| self.code.is_own_global(*index));
        own.chain(globals.map(|(_, global)| global))
    }

    /// A value as text; `None` for one that is unset, or a captured variable that is.
    fn shown(&self, value: Value) -> Option<String> {
        let is_set = !value.is_unset();
        let text = is_set.then(|| self.execution.machine().show(value));
        text.filter(|text| text != UNSET)
    }

    fn named_registers(&self) -> Vec<(Register, &str)> {
        let Some((function, _)) = self.execution.machine().position() else {
            return Vec::new();
        };
        let Some(function) = self.program.module().functions.get(function.index()) else {
            return Vec::new();
        };
        let declared = (0..).map(Register).zip(&function.registers);
        declared
            .filter_map(|(register, declaration)| Some((register, declaration.name.as_deref()?)))
            .collect()
    }

    /// Notes, after an instruction that stood here, whether it raised what a handler caught.
    pub(super) fn note_caught(
        &mut self,
        before: Option<(FunctionIndex, Address)>,
        depth_before: usize,
    ) {
        let machine = self.execution.machine();
        let (Some(before), Some((function, target))) = (before, machine.position()) else {
            return;
        };
        let depth = machine.depth();
        let is_next = depth == depth_before && target.0 == before.1.0.saturating_add(1);
        if is_next || depth > depth_before {
            return;
        }
        let Some(source) = self.program.module().functions.get(function.index()) else {
            return;
        };
        let handler = source
            .handlers
            .iter()
            .find(|handler| handler.target == target);
        let Some(handler) = handler else {
            return;
        };
        let value = machine.register(handler.register);
        if depth == depth_before && self.goes_to(before, target) {
            return;
        }
        if matches!(value, Value::Exception(_)) {
            self.caught = Some(Caught {
                steps: self.steps.saturating_add(1),
                depth,
                function,
                register: handler.register,
            });
        }
    }

    /// Whether an instruction names an address to go to.
    fn goes_to(&self, (function, address): (FunctionIndex, Address), target: Address) -> bool {
        use salami_ir::instruction::OperandView;
        let function = self.program.module().functions.get(function.index());
        let instruction = function.and_then(|function| function.code.get(address.index()));
        let mut found = false;
        if let Some(instruction) = instruction {
            instruction.operands(|operand| {
                found |= matches!(operand, OperandView::Address(named) if named == target);
            });
        }
        found
    }
}

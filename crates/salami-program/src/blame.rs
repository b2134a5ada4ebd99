//! Errors of hand-written bytecode in its own terms: the address of the line, the register at fault as
//! the line names it, and the words of JSON for types.

use salami_ir::text::{self, Listed};
use salami_ir::{Address, BuiltinException, ClassRef, Function, Instruction, Register, TagSet};
use salami_vm::leaf::argument_misfit;
use salami_vm::{ErrorContext, Raised, Value};

use crate::run::Execution;

/// What is wrong with an operand of a line.
struct Fault {
    /// As the listing names it; `None` for a literal.
    register: Option<String>,
    /// Where in it, as a path; empty for the whole.
    path: String,
    expected: String,
    actual: String,
}

/// A line's error in its own terms.
#[derive(Clone, Debug)]
pub(crate) struct Blame {
    /// What the error says: `Type mismatch in EXTRACT_JSON`.
    pub(crate) message: String,
    /// What it says beside that: `$0 is string, not object`.
    pub(crate) note: String,
}

impl Execution {
    /// Where an execution stood, in the terms of its listing if it has one.
    pub(crate) fn of_listing(&self, mut context: ErrorContext) -> ErrorContext {
        let place = self.listed_place(&context);
        if let Some((_, line, _)) = place {
            context.line = self.line_of(&context);
            context.instruction_pointer = line;
        }
        context
    }

    /// The same for an exception, with the operand that is at fault where one is of the wrong type.
    pub(crate) fn blamed(&self, raised: &Raised) -> (ErrorContext, Option<Blame>) {
        let mut context = ErrorContext::clone(&raised.context);
        let Some((mnemonic, line, fault)) = self.listed_place(&context) else {
            return (context, None);
        };
        let type_error = ClassRef::Builtin(BuiltinException::TypeError);
        let is_type_error = match raised.exception {
            Value::Exception(exception) => {
                self.machine().heap().exception(exception).class == type_error
            }
            _ => false,
        };
        context.line = self.line_of(&context);
        context.instruction_pointer = line;
        let Some(fault) = fault.filter(|_| is_type_error) else {
            let spoken = [&mut context.expected_type, &mut context.actual_type];
            for words in spoken.into_iter().flatten() {
                *words = in_json(words);
            }
            return (context, None);
        };
        let whole = match (&fault.register, fault.path.is_empty()) {
            (Some(register), true) => register.clone(),
            (Some(register), false) => format!("\"{}\" of {register}", fault.path),
            (None, true) => "what is written there".to_owned(),
            (None, false) => format!("\"{}\" of what is written there", fault.path),
        };
        let note = format!("{whole} is {}, not {}", fault.actual, fault.expected);
        context.register = fault.register;
        context.expected_type = Some(fault.expected);
        context.actual_type = Some(fault.actual);
        let message = format!("Type mismatch in {mnemonic}");
        (context, Some(Blame { message, note }))
    }

    /// The line of the file of a place.
    fn line_of(&self, context: &ErrorContext) -> Option<u32> {
        let address = Address(context.instruction_pointer);
        let place = self.program().place(context.function_index?, address)?;
        Some(place.1)
    }

    /// The line of a place: its mnemonic, its address, and what is wrong with its operands now.
    fn listed_place(&self, context: &ErrorContext) -> Option<(String, u32, Option<Fault>)> {
        let program = self.program();
        let index = context.function_index?;
        let address = Address(context.instruction_pointer);
        let listed = program.listing(index)?;
        let line = listed.line(address)?;
        let function = program.module().functions.get(index.index())?;
        let instruction = function.code.get(address.index())?;
        let is_here = self.machine().position() == Some((index, address));
        let fault = is_here
            .then(|| self.fault(listed, function, instruction))
            .flatten();
        Some((mnemonic(&line.text).to_owned(), line.address, fault))
    }

    /// What is wrong with the operands of the instruction at hand, if it failed for a type.
    fn fault(
        &self,
        listed: &Listed,
        function: &Function,
        instruction: &Instruction,
    ) -> Option<Fault> {
        let machine = self.machine();
        let spoken = |register: Register| {
            text::spoken(TagSet::of(&[machine
                .register(register)
                .tag(machine.heap())]))
        };
        let of = |register: Register, expected: String| Fault {
            register: name(listed, function, register),
            path: String::new(),
            expected,
            actual: spoken(register),
        };
        Some(match instruction {
            Instruction::CallLeaf {
                leaf, arguments, ..
            } => {
                let import = self.program().module().leaves.get(leaf.index())?;
                let values = arguments.iter().map(|register| machine.register(*register));
                let values: Vec<_> = values.collect();
                let misfit = argument_misfit(machine.heap(), &import.name, &values)?;
                let register = *arguments.get(misfit.argument)?;
                Fault {
                    register: name(listed, function, register),
                    path: misfit.path,
                    expected: misfit.expected.to_owned(),
                    actual: text::spoken(TagSet::of(&[misfit.actual])),
                }
            }
            Instruction::Length { value, .. } => of(*value, "string or array or object".to_owned()),
            Instruction::GetIterator { value, .. } | Instruction::Unpack { value, .. } => {
                of(*value, "array".to_owned())
            }
            Instruction::UnpackStar { value, .. } => of(*value, "array".to_owned()),
            Instruction::Negate { value, .. }
            | Instruction::Positive { value, .. }
            | Instruction::Invert { value, .. } => of(*value, "number".to_owned()),
            Instruction::GetItem { container, key, .. } => match machine.register(*container) {
                Value::List(_) | Value::Str(_) => of(*key, "integer".to_owned()),
                _ => of(*container, "array or object".to_owned()),
            },
            Instruction::SetItem { container, .. } | Instruction::DeleteItem { container, .. } => {
                of(*container, "array or object".to_owned())
            }
            Instruction::Compare { left, right, .. } => {
                self.of_two(listed, function, *left, *right, &of, &spoken)
            }
            other => {
                let [left, right] = operands(other)[..] else {
                    return None;
                };
                self.of_two(listed, function, left, right, &of, &spoken)
            }
        })
    }

    /// Two operands that do not go together: the second one is at fault, but for a literal.
    fn of_two(
        &self,
        listed: &Listed,
        function: &Function,
        left: Register,
        right: Register,
        of: &dyn Fn(Register, String) -> Fault,
        spoken: &dyn Fn(Register) -> String,
    ) -> Fault {
        let is_literal = |register| name(listed, function, register).is_none();
        let (at_fault, other) = if is_literal(right) && !is_literal(left) {
            (left, right)
        } else {
            (right, left)
        };
        let (actual, expected) = (spoken(at_fault), spoken(other));
        // Two that are alike, and not of a kind that the operator takes.
        let expected = if actual == expected {
            "number".to_owned()
        } else {
            expected
        };
        of(at_fault, expected)
    }
}

/// The operands of an operator; none of another instruction.
fn operands(instruction: &Instruction) -> Vec<Register> {
    use salami_ir::instruction::OperandView;
    const OPERATORS: [&str; 12] = [
        "ADD",
        "SUB",
        "MUL",
        "DIV",
        "FLOOR_DIV",
        "MOD",
        "POW",
        "BIT_AND",
        "BIT_OR",
        "BIT_XOR",
        "SHIFT_LEFT",
        "SHIFT_RIGHT",
    ];
    let mut registers = Vec::new();
    let mnemonic = instruction.mnemonic();
    let mnemonic = mnemonic.strip_suffix("_IN_PLACE").unwrap_or(mnemonic);
    if OPERATORS.contains(&mnemonic) {
        instruction.operands(|operand| {
            if let OperandView::Use(register) = operand {
                registers.push(register);
            }
        });
    }
    registers
}

/// A register as the listing names it; `None` for one that lives within a line.
pub(crate) fn name(listed: &Listed, function: &Function, register: Register) -> Option<String> {
    let declared = function.registers.get(register.index())?;
    match &declared.name {
        Some(name) => Some(format!("${name}")),
        None => listed.is_numbered(register).then(|| register.to_string()),
    }
}

/// The instruction of a line: behind `Task 1:` that of the task.
fn mnemonic(text: &str) -> &str {
    let text = match text.strip_prefix("Task ") {
        Some(task) => task.split_once(':').map_or(text, |(_, rest)| rest.trim()),
        None => text,
    };
    text.split(' ').next().unwrap_or(text)
}

/// The name of a type of Python in the words of JSON.
fn in_json(name: &str) -> String {
    let words = name.split(" | ").map(|word| match word {
        "str" => "string",
        "int" | "float" => "number",
        "bool" => "boolean",
        "dict" => "object",
        "list" | "tuple" => "array",
        "NoneType" | "None" => "null",
        other => other,
    });
    let mut words: Vec<&str> = words.collect();
    words.dedup();
    words.join(" or ")
}

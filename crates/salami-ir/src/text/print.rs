//! Module to assembly.

use core::fmt::{Display, Write};

use super::literal;
use super::pool::PrintedPool;
use crate::index::{Address, ConstantIndex, GlobalIndex, LeafIndex, Register, TypeIndex};
use crate::instruction::{Expectation, Instruction, OperandView};
use crate::module::{
    Class, Constant, FieldDefault, Function, HandlerKind, Module, RegisterDeclaration, Schema,
    SourceEntry,
};

/// Unnamed registers are declared this many on a line.
const REGISTERS_PER_LINE: usize = 8;

/// The assembly of a module. Total, and exact: it parses to the same module. O(size * log size).
#[must_use]
pub fn print(module: &Module) -> String {
    let mut printer = Printer::new(module);
    printer.body();
    let body = core::mem::take(&mut printer.text);
    printer.head();
    printer.text.push_str(&body);
    printer.text
}

pub(super) struct Printer<'a> {
    pub(super) text: String,
    module: &'a Module,
    constants: PrintedPool,
    leaves: PrintedPool,
    globals: PrintedPool,
    types: PrintedPool,
}

/// A constant of the constant table, tuples included.
fn constant_entry(constant: &Constant) -> String {
    match constant {
        Constant::Tuple(elements) => {
            let elements: Vec<_> = elements.iter().map(ToString::to_string).collect();
            format!("({})", elements.join(" "))
        }
        _ => literal::constant(constant).unwrap_or_default(),
    }
}

fn spaced(items: impl Iterator<Item = impl Display>) -> String {
    let items: Vec<_> = items.map(|item| item.to_string()).collect();
    items.join(" ")
}

impl<'a> Printer<'a> {
    pub(super) fn new(module: &'a Module) -> Self {
        let text = |text: &str| Some(literal::text(text));
        Self {
            text: String::new(),
            module,
            constants: PrintedPool::new(module.constants.iter().map(literal::constant)),
            leaves: PrintedPool::new(module.leaves.iter().map(|leaf| text(&leaf.name))),
            globals: PrintedPool::new(module.globals.iter().map(|global| text(&global.name))),
            types: PrintedPool::new(
                module
                    .types
                    .iter()
                    .map(|entry| Some(literal::register_type(entry))),
            ),
        }
    }

    fn put(&mut self, text: impl Display) {
        // Writing to a `String` does not fail.
        let _ = write!(self.text, "{text}");
    }

    fn head(&mut self) {
        let module = self.module;
        self.put(format_args!(
            "MODULE {} semantics {}\n",
            literal::text(&module.name),
            module.semantics
        ));
        for tool in &module.capabilities {
            self.put(format_args!("REQUIRE {}", literal::text(&tool.name)));
            if let Some(parameters) = &tool.parameters {
                let names: Vec<String> =
                    parameters.iter().map(|name| literal::text(name)).collect();
                self.put(format_args!(" ({})", names.join(" ")));
            }
            if let Some(result) = tool.result {
                self.put(format_args!(" -> s{}", result.0));
            }
            self.put(format_args!("\n"));
        }
        for input in &module.inputs {
            self.put(format_args!(
                "INPUT {}: {}\n",
                literal::text(&input.name),
                literal::input_type(input.tags)
            ));
        }
        for line in &module.listing {
            self.put(format_args!("LISTING {}\n", literal::text(line)));
        }
        for (index, constant) in module
            .constants
            .iter()
            .enumerate()
            .take(self.constants.declared())
        {
            self.put(format_args!(
                "CONSTANT k{index} = {}\n",
                constant_entry(constant)
            ));
        }
        for (index, leaf) in module
            .leaves
            .iter()
            .enumerate()
            .take(self.leaves.declared())
        {
            self.put(format_args!(
                "LEAF l{index} = {}\n",
                literal::text(&leaf.name)
            ));
        }
        for (index, global) in module
            .globals
            .iter()
            .enumerate()
            .take(self.globals.declared())
        {
            self.put(format_args!(
                "GLOBAL g{index} = {}\n",
                literal::text(&global.name)
            ));
        }
        for (index, entry) in module.types.iter().enumerate().take(self.types.declared()) {
            self.put(format_args!(
                "TYPE t{index} = {}\n",
                literal::register_type(entry)
            ));
        }
    }

    fn body(&mut self) {
        let module = self.module;
        for (index, class) in module.classes.iter().enumerate() {
            self.class(index, class);
        }
        for (index, schema) in module.schemas.iter().enumerate() {
            self.put(format_args!("SCHEMA s{index} = "));
            self.schema(schema);
            self.put('\n');
        }
        for (index, function) in module.functions.iter().enumerate() {
            self.function(index, function);
        }
        self.put(format_args!("ENTRY {}\n", module.entry));
    }

    fn constant(&mut self, index: ConstantIndex) {
        match self.constants.literal(index.index()) {
            Some(literal) => self.text.push_str(literal),
            None => self.put(index),
        }
    }

    fn leaf(&mut self, index: LeafIndex) {
        match self.leaves.literal(index.index()) {
            Some(literal) => self.text.push_str(literal),
            None => self.put(index),
        }
    }

    fn global(&mut self, index: GlobalIndex) {
        match self.globals.literal(index.index()) {
            Some(literal) => self.text.push_str(literal),
            None => self.put(index),
        }
    }

    fn register_type(&mut self, index: TypeIndex) {
        match self.types.literal(index.index()) {
            Some(literal) => self.text.push_str(literal),
            None => self.put(index),
        }
    }

    fn class(&mut self, index: usize, class: &Class) {
        self.put(format_args!(
            "CLASS c{index} {}",
            literal::text(&class.name)
        ));
        if let Some(base) = class.base {
            self.put(format_args!(" base {}", literal::class(base)));
        }
        let flags = [
            (class.compares_equal, " compares_equal"),
            (class.compares_order, " compares_order"),
            (class.frozen, " frozen"),
            (class.shows_fields, " shows_fields"),
            (class.is_tuple, " is_tuple"),
        ];
        self.flags(&flags);
        if let Some(field) = class.stands_for {
            self.put(format_args!(" stands_for {field}"));
        }
        self.put(format_args!(
            " span {} {}\n",
            class.span.start, class.span.end
        ));
        for field in &class.fields {
            self.put(format_args!("  FIELD {}", literal::text(&field.name)));
            self.flags(&[(field.shown, " shown"), (field.compared, " compared")]);
            self.put('\n');
        }
    }

    fn flags(&mut self, flags: &[(bool, &str)]) {
        for (_, word) in flags.iter().filter(|(set, _)| *set) {
            self.put(word);
        }
    }

    fn schema(&mut self, schema: &Schema) {
        match schema {
            Schema::Json => self.put("json"),
            Schema::None => self.put("none"),
            Schema::Bool => self.put("bool"),
            Schema::Int => self.put("int"),
            Schema::Float => self.put("float"),
            Schema::Str => self.put("str"),
            Schema::List(element) => self.put(format_args!("list {element}")),
            Schema::Dict(value) => self.put(format_args!("dict {value}")),
            Schema::Tuple(elements) => {
                self.put(format_args!("tuple ({})", spaced(elements.iter())))
            }
            Schema::TupleOf(element) => self.put(format_args!("tuple_of {element}")),
            Schema::Set(element) => self.put(format_args!("set {element}")),
            Schema::Union(members) => self.put(format_args!("union ({})", spaced(members.iter()))),
            Schema::Literal(constants) => {
                self.put("literal (");
                for (position, constant) in constants.iter().enumerate() {
                    self.separate(position, " ");
                    self.constant(*constant);
                }
                self.put(')');
            }
            Schema::Record(fields) => {
                self.put("record (");
                for (position, (name, schema, required)) in fields.iter().enumerate() {
                    self.separate(position, ", ");
                    let word = if *required { "required" } else { "optional" };
                    self.put(format_args!("{} {schema} {word}", literal::text(name)));
                }
                self.put(')');
            }
            Schema::Class(class, fields) => {
                self.put(format_args!("class {class} ("));
                for (position, (name, schema, default)) in fields.iter().enumerate() {
                    self.separate(position, ", ");
                    self.put(format_args!("{} {schema}", literal::text(name)));
                    match default {
                        Some(FieldDefault::Constant(constant)) => {
                            self.put(" default ");
                            self.constant(*constant);
                        }
                        Some(FieldDefault::Global(global)) => {
                            self.put(format_args!(" global {global}"));
                        }
                        Some(FieldDefault::Empty(tag)) => {
                            self.put(format_args!(" empty {}", tag.name()));
                        }
                        None => {}
                    }
                }
                self.put(')');
            }
            Schema::Iso(tag) => self.put(format_args!("iso {}", tag.name())),
            Schema::Decimal => self.put("decimal"),
            Schema::Stream => self.put("stream"),
            Schema::Member(class, global) => self.put(format_args!("member {class} {global}")),
        }
    }

    fn separate(&mut self, position: usize, separator: &str) {
        if position > 0 {
            self.put(separator);
        }
    }

    fn function(&mut self, index: usize, function: &Function) {
        self.put(format_args!(
            "FUNCTION f{index} {}",
            literal::text(&function.name)
        ));
        if let Some(made) = function.kind.made() {
            self.put(format_args!(" {}", made.name()));
        }
        self.put(format_args!(
            " parameters {} captures {} result ",
            function.parameters, function.captures
        ));
        self.register_type(function.result);
        self.put(format_args!(" registers {}\n", function.registers.len()));
        self.registers(&function.registers);
        let length = function.code.len();
        let mut steps = function.source_map.iter().peekable();
        for (address, instruction) in function.code.iter().enumerate() {
            self.put(format_args!("  {address}: "));
            self.instruction(instruction, length, &mut |_| None);
            let step = steps.next_if(|step| step.address.index() == address);
            self.remark(instruction, step.map(|step| step.line));
            self.put('\n');
        }
        for handler in &function.handlers {
            self.put("  HANDLER ");
            self.address(handler.from, length);
            self.put(" .. ");
            self.address(handler.to, length);
            self.put(" -> ");
            self.address(handler.target, length);
            self.put(format_args!(" {}", handler.register));
            match &handler.kind {
                HandlerKind::Cleanup => self.put(" cleanup"),
                HandlerKind::Catch(classes) => {
                    self.put(" catch");
                    for class in classes {
                        self.put(format_args!(" {}", literal::class(*class)));
                    }
                }
            }
            self.put('\n');
        }
        for SourceEntry {
            address,
            file,
            span,
            line,
        } in &function.source_map
        {
            self.put("  SOURCE ");
            self.address(*address, length);
            self.put(format_args!(
                " line {line} file {file} span {} {}\n",
                span.start, span.end
            ));
        }
    }

    fn registers(&mut self, registers: &[RegisterDeclaration]) {
        let mut on_line = 0;
        for (index, register) in registers.iter().enumerate() {
            let plain = register.name.is_none() && register.key == (0, 0);
            if plain && (1..REGISTERS_PER_LINE).contains(&on_line) {
                self.put(", ");
                on_line += 1;
            } else {
                self.put(if index == 0 {
                    "  REGISTER "
                } else {
                    "\n  REGISTER "
                });
                on_line = usize::from(plain);
            }
            self.put(format_args!("${index} "));
            self.register_type(register.bound);
            if let Some(name) = &register.name {
                self.put(format_args!(" {}", literal::text(name)));
            }
            if register.key != (0, 0) {
                self.put(format_args!(" key {} {}", register.key.0, register.key.1));
            }
        }
        if !registers.is_empty() {
            self.put('\n');
        }
    }

    fn address(&mut self, address: Address, length: usize) {
        if address.index() < length {
            self.put(address);
        } else if address.index() == length {
            self.put("end");
        } else {
            self.put(format_args!("@{address}"));
        }
    }

    /// One instruction. What `value` gives for a destination stands behind it.
    pub(super) fn instruction(
        &mut self,
        instruction: &Instruction,
        length: usize,
        value: &mut dyn FnMut(Register) -> Option<String>,
    ) {
        self.put(instruction.mnemonic());
        instruction.operands(|operand| {
            match operand {
                OperandView::Define(_) | OperandView::Defines(_) | OperandView::Address(_) => {
                    self.put(" -> ")
                }
                _ => self.put(' '),
            }
            match operand {
                OperandView::Use(register) => self.put(register),
                OperandView::Define(destination) => {
                    self.put(destination.0);
                    if let Some(value) = value(destination.0) {
                        self.put(format_args!("={value}"));
                    }
                }
                OperandView::Uses(registers) => {
                    self.put(format_args!("[{}]", spaced(registers.iter())))
                }
                OperandView::Defines(destinations) => {
                    self.put(format_args!(
                        "[{}]",
                        spaced(destinations.iter().map(|destination| destination.0))
                    ));
                }
                OperandView::Address(address) => self.address(address, length),
                OperandView::Constant(index) => self.constant(index),
                OperandView::Type(index) => self.register_type(index),
                OperandView::Function(index) => self.put(index),
                OperandView::Leaf(index) => self.leaf(index),
                OperandView::Class(index) => self.put(index),
                OperandView::Field(index) => self.put(index),
                OperandView::Global(index) => self.global(index),
                OperandView::Schema(index) => self.put(index),
                OperandView::Comparison(comparison) => {
                    self.put(format_args!("\"{}\"", comparison.symbol()))
                }
                OperandView::Expectation(expectation) => self.expectation(expectation),
                OperandView::Text(text) => self.put(literal::text(text)),
                OperandView::Count(count) => self.put(count),
            }
        });
    }

    /// A comment that says what the indices of an instruction stand for, and its line if it is a new one.
    fn remark(&mut self, instruction: &Instruction, line: Option<u32>) {
        let module = self.module;
        let mut class = None;
        let mut remark = line.map(|line| format!("line {line}")).unwrap_or_default();
        let mut add = |before: &str, name: &str| {
            let name = literal::text(name);
            let separator = if remark.is_empty() { "" } else { before };
            remark.push_str(separator);
            remark.push_str(name.trim_matches('"'));
        };
        instruction.operands(|operand| match operand {
            OperandView::Function(index) => {
                if let Some(function) = module.functions.get(index.index()) {
                    add(", ", &function.name);
                }
            }
            OperandView::Class(index) => {
                class = module.classes.get(index.index());
                if let Some(class) = class {
                    add(", ", &class.name);
                }
            }
            OperandView::Field(index) => {
                if let Some(field) = class.and_then(|class| class.fields.get(index.index())) {
                    add(".", &field.name);
                }
            }
            _ => {}
        });
        if !remark.is_empty() {
            self.put(format_args!(" ; {remark}"));
        }
    }

    fn expectation(&mut self, expectation: &Expectation) {
        match expectation {
            Expectation::Guard => self.put("guard"),
            Expectation::Attribute(name) => {
                self.put(format_args!("attribute {}", literal::text(name)))
            }
            Expectation::Callable => self.put("callable"),
            Expectation::Type(message) => {
                self.put(format_args!("error {}", literal::text(message)))
            }
        }
    }
}

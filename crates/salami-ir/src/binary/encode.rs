//! Module to bytes.

use super::{MAGIC, VERSION};
use crate::index::{ConstantIndex, Register, SchemaIndex};
use crate::instruction::{Comparison, Expectation, Instruction, OperandView};
use crate::module::{
    Class, ClassRef, Constant, FieldDefault, Function, Handler, HandlerKind, Module,
    RegisterDeclaration, Schema, SourceEntry,
};
use crate::types::RegisterType;

/// The bytes of a module. Total: a module that no verifier would admit has bytes too, and they
/// decode to the same module (where they are not more than [`super::MAXIMUM_BYTES`]). O(size).
#[must_use]
pub fn encode(module: &Module) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(512);
    bytes.extend_from_slice(&MAGIC);
    let mut writer = Writer { bytes };
    writer.byte(VERSION);
    writer.number(u64::from(module.semantics));
    writer.text(&module.name);
    writer.list(&module.constants, Writer::constant);
    writer.list(&module.types, Writer::register_type);
    writer.list(&module.leaves, |writer, leaf| writer.text(&leaf.name));
    writer.list(&module.classes, Writer::class);
    writer.list(&module.globals, |writer, global| writer.text(&global.name));
    writer.list(&module.schemas, Writer::schema);
    writer.list(&module.functions, Writer::function);
    writer.list(&module.capabilities, |writer, tool| {
        writer.text(&tool.name);
        writer.option(tool.parameters.as_ref(), |writer, names| {
            writer.list(names, |writer, name| writer.text(name));
        });
        writer.option(tool.result.as_ref(), |writer, result| {
            writer.number(u64::from(result.0));
        });
    });
    writer.number(u64::from(module.entry.0));
    writer.list(&module.inputs, |writer, input| {
        writer.text(&input.name);
        writer.number(input.tags.0);
    });
    writer.list(&module.listing, |writer, line| writer.text(line));
    writer.bytes
}

/// The number of a class in the format: builtin ones even, the module's odd.
fn class_number(class: ClassRef) -> u64 {
    match class {
        ClassRef::Builtin(exception) => (exception as u64) << 1,
        ClassRef::Module(index) => u64::from(index.0) << 1 | 1,
    }
}

/// `to - from` as a number that is small for small steps in both directions.
fn step(from: u32, to: u32) -> u64 {
    let step = to.wrapping_sub(from) as i32;
    u64::from((step << 1 ^ step >> 31) as u32)
}

struct Writer {
    bytes: Vec<u8>,
}

impl Writer {
    fn byte(&mut self, byte: u8) {
        self.bytes.push(byte);
    }

    fn number(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.byte(number as u8 | 0x80);
            number >>= 7;
        }
        self.byte(number as u8);
    }

    fn flags(&mut self, flags: &[bool]) {
        self.byte(
            flags
                .iter()
                .rev()
                .fold(0, |bits, &flag| bits << 1 | u8::from(flag)),
        );
    }

    fn blob(&mut self, bytes: &[u8]) {
        self.number(bytes.len() as u64);
        self.bytes.extend_from_slice(bytes);
    }

    fn text(&mut self, text: &str) {
        self.blob(text.as_bytes());
    }

    fn list<T>(&mut self, items: &[T], mut write: impl FnMut(&mut Self, &T)) {
        self.number(items.len() as u64);
        for item in items {
            write(self, item);
        }
    }

    fn option<T>(&mut self, item: Option<T>, write: impl FnOnce(&mut Self, T)) {
        self.byte(u8::from(item.is_some()));
        if let Some(item) = item {
            write(self, item);
        }
    }

    fn class_reference(&mut self, class: &ClassRef) {
        self.number(class_number(*class));
    }

    fn constant(&mut self, constant: &Constant) {
        match constant {
            Constant::None => self.byte(0),
            Constant::Bool(false) => self.byte(1),
            Constant::Bool(true) => self.byte(2),
            Constant::Int(value) => {
                self.byte(3);
                self.blob(&value.to_signed_bytes_le());
            }
            Constant::Float(bits) => {
                self.byte(4);
                self.bytes.extend_from_slice(&bits.to_le_bytes());
            }
            Constant::Str(text) => {
                self.byte(5);
                self.text(text);
            }
            Constant::Bytes(bytes) => {
                self.byte(6);
                self.blob(bytes);
            }
            Constant::Tuple(elements) => {
                self.byte(7);
                self.constants(elements);
            }
            Constant::Class(class) => {
                self.byte(8);
                self.class_reference(class);
            }
            Constant::Type(tag) => {
                self.byte(9);
                self.byte(*tag as u8);
            }
            Constant::Ellipsis => self.byte(10),
            Constant::Missing => self.byte(11),
        }
    }

    fn constants(&mut self, constants: &[ConstantIndex]) {
        self.list(constants, |writer, constant| {
            writer.number(u64::from(constant.0))
        });
    }

    fn register_type(&mut self, register_type: &RegisterType) {
        self.number(register_type.tags.0);
        self.option(register_type.classes.as_deref(), |writer, classes| {
            writer.list(classes, Self::class_reference);
        });
    }

    fn class(&mut self, class: &Class) {
        self.text(&class.name);
        self.option(class.base.as_ref(), Self::class_reference);
        self.list(&class.fields, |writer, field| {
            writer.text(&field.name);
            writer.flags(&[field.shown, field.compared]);
        });
        self.flags(&[
            class.compares_equal,
            class.compares_order,
            class.frozen,
            class.shows_fields,
            class.is_tuple,
        ]);
        self.option(class.stands_for, |writer, field| {
            writer.number(u64::from(field));
        });
        self.number(u64::from(class.span.start));
        self.number(u64::from(class.span.end));
    }

    fn schema_reference(&mut self, schema: &SchemaIndex) {
        self.number(u64::from(schema.0));
    }

    fn schema(&mut self, schema: &Schema) {
        match schema {
            Schema::Json => self.byte(0),
            Schema::None => self.byte(1),
            Schema::Bool => self.byte(2),
            Schema::Int => self.byte(3),
            Schema::Float => self.byte(4),
            Schema::Str => self.byte(5),
            Schema::List(element) => {
                self.byte(6);
                self.schema_reference(element);
            }
            Schema::Dict(value) => {
                self.byte(7);
                self.schema_reference(value);
            }
            Schema::Tuple(elements) => {
                self.byte(8);
                self.list(elements, Self::schema_reference);
            }
            Schema::TupleOf(element) => {
                self.byte(9);
                self.schema_reference(element);
            }
            Schema::Set(element) => {
                self.byte(10);
                self.schema_reference(element);
            }
            Schema::Union(members) => {
                self.byte(11);
                self.list(members, Self::schema_reference);
            }
            Schema::Literal(constants) => {
                self.byte(12);
                self.constants(constants);
            }
            Schema::Record(fields) => {
                self.byte(13);
                self.list(fields, |writer, (name, schema, required)| {
                    writer.text(name);
                    writer.schema_reference(schema);
                    writer.flags(&[*required]);
                });
            }
            Schema::Class(class, fields) => {
                self.byte(14);
                self.number(u64::from(class.0));
                self.list(fields, |writer, (name, schema, default)| {
                    writer.text(name);
                    writer.schema_reference(schema);
                    writer.option(*default, |writer, default| match default {
                        FieldDefault::Constant(constant) => {
                            writer.byte(0);
                            writer.number(u64::from(constant.0));
                        }
                        FieldDefault::Global(global) => {
                            writer.byte(1);
                            writer.number(u64::from(global.0));
                        }
                        FieldDefault::Empty(tag) => {
                            writer.byte(2);
                            writer.byte(tag as u8);
                        }
                    });
                });
            }
            Schema::Iso(tag) => {
                self.byte(15);
                self.byte(*tag as u8);
            }
            Schema::Decimal => self.byte(16),
            Schema::Stream => self.byte(18),
            Schema::Member(class, global) => {
                self.byte(17);
                self.number(u64::from(class.0));
                self.number(u64::from(global.0));
            }
        }
    }

    fn function(&mut self, function: &Function) {
        self.text(&function.name);
        self.byte(function.kind as u8);
        self.number(u64::from(function.parameters));
        self.number(u64::from(function.captures));
        self.number(u64::from(function.result.0));
        self.list(&function.registers, Self::declaration);
        self.list(&function.code, Self::instruction);
        self.list(&function.handlers, Self::handler);
        let mut last = SourceEntry {
            address: Default::default(),
            file: 0,
            span: Default::default(),
            line: 0,
        };
        self.list(&function.source_map, |writer, entry| {
            writer.number(step(last.address.0, entry.address.0));
            writer.number(u64::from(entry.file));
            writer.number(step(last.span.start, entry.span.start));
            writer.number(step(entry.span.start, entry.span.end));
            writer.number(step(last.line, entry.line));
            last = *entry;
        });
    }

    fn declaration(&mut self, register: &RegisterDeclaration) {
        self.number(u64::from(register.bound.0));
        self.option(register.name.as_deref(), Self::text);
        self.number(u64::from(register.key.0));
        self.number(u64::from(register.key.1));
    }

    fn handler(&mut self, handler: &Handler) {
        self.number(u64::from(handler.from.0));
        self.number(u64::from(handler.to.0));
        self.number(u64::from(handler.target.0));
        self.register(handler.register);
        match &handler.kind {
            HandlerKind::Cleanup => self.byte(0),
            HandlerKind::Catch(classes) => {
                self.byte(1);
                self.list(classes, Self::class_reference);
            }
        }
    }

    fn register(&mut self, register: Register) {
        self.number(u64::from(register.0));
    }

    fn instruction(&mut self, instruction: &Instruction) {
        self.byte(instruction.opcode());
        instruction.operands(|operand| match operand {
            OperandView::Use(register) => self.register(register),
            OperandView::Define(destination) => self.register(destination.0),
            OperandView::Uses(registers) => {
                self.list(registers, |writer, register| writer.register(*register))
            }
            OperandView::Defines(registers) => {
                self.list(registers, |writer, register| writer.register(register.0))
            }
            OperandView::Address(address) => self.number(u64::from(address.0)),
            OperandView::Constant(index) => self.number(u64::from(index.0)),
            OperandView::Type(index) => self.number(u64::from(index.0)),
            OperandView::Function(index) => self.number(u64::from(index.0)),
            OperandView::Leaf(index) => self.number(u64::from(index.0)),
            OperandView::Class(index) => self.number(u64::from(index.0)),
            OperandView::Field(index) => self.number(u64::from(index.0)),
            OperandView::Global(index) => self.number(u64::from(index.0)),
            OperandView::Schema(index) => self.number(u64::from(index.0)),
            OperandView::Comparison(comparison) => self.comparison(comparison),
            OperandView::Expectation(expectation) => self.expectation(expectation),
            OperandView::Text(text) => self.text(text),
            OperandView::Count(count) => self.number(u64::from(count)),
        });
    }

    fn comparison(&mut self, comparison: Comparison) {
        self.byte(comparison as u8);
    }

    fn expectation(&mut self, expectation: &Expectation) {
        match expectation {
            Expectation::Guard => self.byte(0),
            Expectation::Attribute(name) => {
                self.byte(1);
                self.text(name);
            }
            Expectation::Callable => self.byte(2),
            Expectation::Type(message) => {
                self.byte(3);
                self.text(message);
            }
        }
    }
}

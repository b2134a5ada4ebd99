//! Names for the parts of a module, so that errors about it can be shown where they were written.

use core::fmt;

use crate::index::{Address, ClassIndex, ConstantIndex, FunctionIndex, SchemaIndex, TypeIndex};

/// A part of a module.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// The whole, or what has no place of its own.
    Module,
    /// The choice of the entry function.
    Entry,
    /// A constant.
    Constant(ConstantIndex),
    /// An entry of the type table.
    Type(TypeIndex),
    /// A leaf, by its position.
    Leaf(u32),
    /// A class.
    Class(ClassIndex),
    /// A schema.
    Schema(SchemaIndex),
    /// A capability, by its position.
    Capability(u32),
    /// A declared input field, by its position.
    Input(u32),
    /// A function as a whole: its name, parameters, result.
    Function(FunctionIndex),
    /// The declaration of a register.
    Register(FunctionIndex, u32),
    /// A handler, by its position.
    Handler(FunctionIndex, u32),
    /// An entry of the source map, by its position.
    Source(FunctionIndex, u32),
    /// An instruction.
    Instruction(FunctionIndex, Address),
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Module => write!(formatter, "module"),
            Self::Entry => write!(formatter, "entry"),
            Self::Constant(index) => write!(formatter, "constant {index}"),
            Self::Type(index) => write!(formatter, "type {index}"),
            Self::Leaf(index) => write!(formatter, "leaf l{index}"),
            Self::Class(index) => write!(formatter, "class {index}"),
            Self::Schema(index) => write!(formatter, "schema {index}"),
            Self::Capability(index) => write!(formatter, "capability {index}"),
            Self::Input(index) => write!(formatter, "input field {index}"),
            Self::Function(index) => write!(formatter, "function {index}"),
            Self::Register(function, index) => {
                write!(formatter, "function {function}, register ${index}")
            }
            Self::Handler(function, index) => {
                write!(formatter, "function {function}, handler {index}")
            }
            Self::Source(function, index) => {
                write!(formatter, "function {function}, source entry {index}")
            }
            Self::Instruction(function, address) => {
                write!(formatter, "function {function}, instruction {address}")
            }
        }
    }
}

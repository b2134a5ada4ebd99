//! SVM modules: what the verifier proves, the VM runs and the store keeps.
//!
//! One typed register IR. Registers have types from a finite lattice ([`RegisterType`]); heap
//! objects carry a nominal tag only, so what comes out of a container is `any` until an
//! `EXPECT` narrows it. The instruction set is one table, [`instruction`], from which the text
//! assembler, the disassembler, the binary codec and the operand visitors are made.

pub mod binary;
mod exceptions;
mod index;
pub mod instruction;
mod leaf;
mod module;
mod place;
pub mod reference;
pub mod text;
mod types;

pub use exceptions::BuiltinException;
pub use index::{
    Address, ClassIndex, ConstantIndex, FieldIndex, FunctionIndex, GlobalIndex, LeafIndex,
    Register, SchemaIndex, TypeIndex,
};
pub use instruction::Instruction;
pub use leaf::{LeafSignature, Requirement};
pub use module::{
    Capability, Class, ClassRef, Constant, Field, FieldDefault, Function, FunctionKind, Global,
    Handler, HandlerKind, InputField, LeafImport, Module, RegisterDeclaration, SEMANTICS_VERSION,
    Schema, SourceEntry,
};
pub use place::Place;
pub use types::{RegisterType, Tag, TagSet};

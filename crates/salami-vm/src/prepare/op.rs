//! Prepared instructions: 8 bytes, `Copy`, one-byte registers into a window of 256.
//!
//! `cost` in an operation that ends a segment is the static fuel of the segment, itself included.

use salami_ir::instruction::Comparison;

use crate::native::UnaryOperator;
use crate::ops::BinaryOperator;

/// A register of the window.
pub(crate) type R = u8;

/// One operation. Where it stands for several instructions the docs say so; registers that those
/// write are written here too.
#[rustfmt::skip] // A table: one operation a row.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Op {
    // ---- data
    Move { value: R, result: R },
    LoadInt { result: R, value: i32 },
    LoadConstant { result: R, index: u32 },
    LoadGlobal { result: R, global: u32 },
    StoreGlobal { value: R, global: u32 },
    DeleteGlobal { global: u32 },
    MakeCell { result: R },
    LoadCell { cell: R, result: R },
    StoreCell { cell: R, value: R },
    Unset { result: R },
    CheckSet { value: R, result: R },
    Expect { value: R, result: R, check: u32 },
    IsType { value: R, result: R, check: u32 },
    IsFunction { value: R, result: R, function: u32 },
    /// Brings a register past the window into it.
    LoadFar { result: R, far: u32 },
    /// Takes a value to a register past the window.
    StoreFar { value: R, far: u32 },

    // ---- operators
    Add { left: R, right: R, result: R },
    Subtract { left: R, right: R, result: R },
    Multiply { left: R, right: R, result: R },
    AddInPlace { left: R, right: R, result: R },
    SubtractInPlace { left: R, right: R, result: R },
    Modulo { left: R, right: R, result: R },
    FloorDivide { left: R, right: R, result: R },
    /// `LOAD_CONST value -> constant` and the operator.
    AddImmediate { left: R, constant: R, result: R, value: i32 },
    AddInPlaceImmediate { left: R, constant: R, result: R, value: i32 },
    SubtractImmediate { left: R, constant: R, result: R, value: i32 },
    SubtractInPlaceImmediate { left: R, constant: R, result: R, value: i32 },
    MultiplyImmediate { left: R, constant: R, result: R, value: i32 },
    ModuloImmediate { left: R, constant: R, result: R, value: i32 },
    FloorDivideImmediate { left: R, constant: R, result: R, value: i32 },
    Binary { operator: BinaryOperator, left: R, right: R, result: R },
    InPlace { operator: BinaryOperator, left: R, right: R, result: R },
    Unary { operator: UnaryOperator, value: R, result: R },
    Not { value: R, result: R },
    Truth { value: R, result: R },
    Compare { comparison: Comparison, left: R, right: R, result: R },

    // ---- control
    Jump { cost: u8, target: u32 },
    IfTrue { value: R, cost: u8, target: u32 },
    IfFalse { value: R, cost: u8, target: u32 },
    IfUnset { value: R, cost: u8, target: u32 },
    /// `CMP` and `IF_TRUE` or `IF_FALSE` (`sense`); the target is relative to this operation.
    BranchLess { left: R, right: R, result: R, cost: u8, sense: bool, target: i16 },
    BranchLessOrEqual { left: R, right: R, result: R, cost: u8, sense: bool, target: i16 },
    BranchGreater { left: R, right: R, result: R, cost: u8, sense: bool, target: i16 },
    BranchGreaterOrEqual { left: R, right: R, result: R, cost: u8, sense: bool, target: i16 },
    BranchEqual { left: R, right: R, result: R, cost: u8, sense: bool, target: i16 },
    BranchNotEqual { left: R, right: R, result: R, cost: u8, sense: bool, target: i16 },
    /// `LOAD_CONST`, `CMP` and `IF_FALSE`.
    UnlessLess { left: R, constant: R, result: R, cost: u8, value: i8, target: i16 },
    UnlessLessOrEqual { left: R, constant: R, result: R, cost: u8, value: i8, target: i16 },
    UnlessGreater { left: R, constant: R, result: R, cost: u8, value: i8, target: i16 },
    UnlessGreaterOrEqual { left: R, constant: R, result: R, cost: u8, value: i8, target: i16 },
    UnlessEqual { left: R, constant: R, result: R, cost: u8, value: i8, target: i16 },
    UnlessNotEqual { left: R, constant: R, result: R, cost: u8, value: i8, target: i16 },
    /// Pays for a segment that ends without a jump.
    Charge { cost: u8 },
    Return { value: R, cost: u8 },
    Raise { exception: R },
    RaiseFrom { exception: R, cause: R },
    Reraise { exception: R },

    // ---- calls: arguments are in the call site's table
    Call { result: R, function: u16, site: u32 },
    CallClosure { closure: R, result: R, site: u32 },
    CallValue { callee: R, result: R, site: u32 },
    CallLeaf { result: R, site: u32 },
    CallLeaf1 { argument: R, result: R, leaf: u32 },
    CallLeaf2 { first: R, second: R, result: R, leaf: u32 },
    MakeFunction { result: R, function: u16, list: u32 },
    Yield { value: R, result: R, cost: u8 },
    /// A `Jump` to the end follows; what is yielded goes on after it.
    Send { generator: R, value: R, result: R, cost: u8 },
    /// `THROW`, as `Send`.
    ThrowInto { generator: R, exception: R, result: R, cost: u8 },
    Delegate { iterator: R, result: R, cost: u8 },

    // ---- objects
    NewObject { result: R, class: u32 },
    GetField { object: R, result: R, field: u16 },
    SetField { object: R, value: R, field: u16 },
    DeleteField { object: R },

    // ---- containers
    MakeList { result: R, list: u32 },
    MakeTuple { result: R, list: u32 },
    MakeSet { result: R, list: u32 },
    MakeDict { result: R, list: u32 },
    MakeSlice { start: R, stop: R, step: R, result: R },
    ListAppend { list: R, value: R },
    SetAdd { set: R, value: R },
    GetItem { container: R, key: R, result: R },
    SetItem { container: R, key: R, value: R },
    DeleteItem { container: R, key: R },
    Length { value: R, result: R },
    UnpackTwo { value: R, first: R, second: R },
    Unpack { value: R, list: u32 },
    UnpackStar { value: R, before: u16, list: u32 },
    GetIterator { value: R, result: R },
    Next { iterator: R, result: R, cost: u8, end: u32 },
    Concat { result: R, list: u32 },

    // ---- the border
    LoadInput { result: R },
    Decode { value: R, result: R },
    StoreOutput { value: R },
    CallService { result: R, site: u32 },
    BeginCall { result: R, site: u32 },
    EndCall { call: R, result: R },
}

const _: () = assert!(
    size_of::<Op>() == 8,
    "operations are read one after another"
);

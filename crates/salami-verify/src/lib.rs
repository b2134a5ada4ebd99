//! The verifier: the only way from a module to a [`Verified`] one, which is all that the VM runs.
//!
//! It knows nothing of the language, the checker or the lowering. What it proves is this list;
//! whoever makes modules must keep to it, and whoever runs them may count on it. A *value* is
//! what a program can hold: everything but `unset` and cells.
//!
//! Of the module:
//!
//! - **V1** Its semantics version is known. It has at most as many bytes in binary form and
//!   instructions as [`Limits`] say, and 65536 functions; a function has at most 65536 registers.
//! - **V2** A tuple constant has earlier constants only; a class constant names a class that
//!   exists; a type constant no tag that is not a value's. There is one form of NaN.
//! - **V3** A type is of values, or exactly `cell`. Its classes exist, are sorted and distinct,
//!   between 1 and 256 (524288 over all types), and only where it has `object`. No type is there
//!   twice.
//! - **V4** Every leaf is in the table of leaves.
//! - **V5** A base comes before what derives from it; a class has its base's fields first, in the
//!   same order; its fields have different names.
//! - **V6** A schema refers to earlier schemas, to constants and classes that exist and are no
//!   exceptions, and to fields that its class has; ISO 8601 gives dates, times and datetimes.
//! - **V7** Capabilities are sorted by name, and distinct; their schemas exist.
//! - **V8** The entry function exists, is no generator, has no parameters and no captures.
//!
//! Of a function's form:
//!
//! - **V9** Parameters and captures have registers; parameters are values, captures are declared
//!   `cell`; the result has a type of values; every register has a type that exists.
//! - **V10** A handler protects instructions of its function (maybe none), goes on in its function
//!   outside of what it protects, and has a register; it catches exception classes, at least one.
//!   Where two protect the same instruction, the earlier one's range lies within the later one's.
//! - **V11** The source map's addresses ascend and are in the function.
//! - **V12** Every operand exists: registers, constants, types, functions, leaves, classes, fields
//!   of the class in front, globals, schemas. `MAKE_DICT` has an even number of items, the starred
//!   position of `UNPACK_STAR` is one of its destinations.
//! - **V13** Every jump goes to an instruction of its function.
//! - **V14** There are instructions, and the last one never goes on to the next.
//!
//! Of what registers hold, at each instruction that may be executed. Types are joined where ways
//! of execution meet. A handler starts with what its registers held at the start of any
//! instruction that it protects, and with the exception: an object of the classes it catches, of
//! `BaseException` for a clean-up.
//!
//! - **V15** A register that may be unset is read by `CHECK_SET` and `IF_UNSET` only. (`IF_UNSET`
//!   leaves it unset on the one way, set on the other; `NEXT` leaves its result unset at the end.)
//! - **V16** A cell is read by `LOAD_CELL`, `STORE_CELL` and `MAKE_FUNCTION` only, which read
//!   nothing else there; only `MAKE_CELL` writes to a register that is declared `cell`.
//! - **V17** What is written to a register is of its declared type, `unset` aside. So is the
//!   exception that a handler gets.
//! - **V18** A call has as many arguments as the function or leaf has parameters, each of the
//!   parameter's declared type.
//! - **V19** `CALL` calls functions without captures, `CALL_CLOSURE` functions with captures,
//!   through a function value. (That the value is of this very function is checked when it runs.)
//! - **V20** `MAKE_FUNCTION` gives as many cells as the function captures, and all parameters of
//!   the function are declared `any`.
//! - **V21** What a function returns is of its declared result.
//! - **V22** Field instructions have objects of the class they name, or of one that derives from it.
//! - **V23** `LIST_APPEND` has a list, `SET_ADD` a set, `CONCAT` strs, `NEXT` an iterator or
//!   generator, `DELEGATE` these or a coroutine, `SEND` and `THROW` a generator, coroutine or
//!   asynchronous generator, `RERAISE` an exception.
//! - **V24** Only functions that make a generator or asynchronous generator yield, only those and
//!   coroutines delegate, and only coroutines and asynchronous generators resume an asynchronous
//!   generator: they wait when it waits.
//! - **V25** No operation on operands of these types always fails: operators by the table in
//!   `operators.rs`, and access to items, `LEN`, `ITER`, `UNPACK`. Not needed for safety, and only held
//!   where [`Limits::failing`] does not say otherwise, as it does for compiled programs.
//! - **V26** `EXPECT` and `IS_TYPE` test for types of values.
//! - **V27** The types are found with bounded effort: block starts times registers that live
//!   there, and block starts times their handlers, are limited for a function, all steps for a
//!   module. No program that people or models write comes near.
//! - **V28** `CALL_SERVICE` and `CALL_BEGIN` call a tool of the capability table, with as many arguments as that
//!   names parameters, if it does.
//!
//! - **V29** Declared input fields have different names, and hold JSON data.
//!
//! What `LOAD_INPUT` gives: a declared field, a value of its type; else, where the module is verified
//! for certain inputs ([`verify_for`]), a value of the input's type, or nothing where there is no
//! such input; else anything or nothing.
//!
//! Not proved, because it is not needed for safety: that a clean-up ends in `RERAISE`, and that a
//! program ends. Fuel meters every instruction, so every loop.

mod blocks;
mod doubts;
mod error;
mod facts;
mod flow;
mod lattice;
mod machine;
pub mod operators;
mod rules;
mod shape;
mod tables;
mod verified;

pub use doubts::Doubt;
pub use error::{Mismatch, Rule, VerifyError};
pub use facts::{Facts, FunctionFacts, Registers};
pub use tables::{MAXIMUM_FUNCTIONS, MAXIMUM_REGISTERS};
pub use verified::{Inputs, Limits, Verified, assumed_inputs, verify, verify_for, verify_within};

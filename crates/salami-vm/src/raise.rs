//! Why an instruction or a leaf did not finish.

use crate::value::ExceptionRef;

/// Why an instruction or a leaf did not finish. Except for the first, nothing of it is visible
/// to the program; the machine acts on it and may run the instruction again, so whoever returns
/// one of those must have changed no state that the program can see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Raise {
    /// An exception of the program.
    Exception(ExceptionRef),
    /// A reservation of this many bytes did not fit. The machine collects and tries once more.
    Memory(usize),
    /// Work of this much fuel is not paid for. The machine stops before the instruction.
    Fuel(u64),
    /// The machine must wait for what `Context::wait` says. It stops before the instruction, and
    /// runs it again when that has come.
    Suspend,
    /// A state that the verifier rules out: our bug, said instead of a panic.
    Internal(&'static str),
}

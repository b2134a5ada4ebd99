//! The binary form of a module: `docs/ir-format.md` describes it.
//!
//! One encoding per module: [`decode`] refuses any other, so `encode(&decode(bytes)?) == bytes`.
//! Decoding is total: no bytes make it panic, recurse, or take more memory than a small
//! multiple of the input. It proves nothing about the module beyond its form; that is the
//! verifier's task.

mod decode;
mod encode;

pub use decode::{DecodeError, decode};
pub use encode::encode;

use crate::module::Module;

/// The first bytes of every module.
pub const MAGIC: [u8; 4] = *b"\x7fSVM";

/// The version of the format. Old versions stay readable for ever.
pub const VERSION: u8 = 1;

/// The most bytes a module may have, of any profile; the verifier knows what each allows.
pub const MAXIMUM_BYTES: usize = 32 << 20;

/// The name of a module: the BLAKE3 hash of its bytes.
#[must_use]
pub fn hash(module: &Module) -> [u8; 32] {
    *blake3::hash(&encode(module)).as_bytes()
}

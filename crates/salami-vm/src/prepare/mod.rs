//! From verified modules to prepared code, which runs fast and means the same, at the same fuel.
//!
//! Code is cut into *segments*: straight pieces whose static fuel is paid at once where they end
//! (at a jump, call, yield or return, else by a `Charge`). For each operation it is known what of
//! its segment came before it, so a machine that stops in the middle pays exactly that.
//! A frame is stored in terms of the IR: each operation knows its first instruction.

mod builder;
mod fuse;
pub(crate) mod handlers;
mod op;
mod program;

pub(crate) use op::{Op, R};
pub(crate) use program::{Check, frame_position};
pub use program::{Counted, Program};

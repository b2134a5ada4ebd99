//! The Semantic Virtual Machine: runs verified modules.
//!
//! Sans-IO and deterministic: no clock, no randomness, no threads, no files. What a machine did is
//! a function of its module, its input and its limits.
//!
//! Values are 16 bytes and `Copy` ([`Value`]); what does not fit is in the typed arenas of the
//! [`heap`]. Operators are in [`ops`], native builtins in [`leaf`], library values in [`native`].

pub mod context;
mod data;
pub mod format;
pub mod hash;
pub mod heap;
pub mod leaf;
mod machine;
pub mod native;
pub mod ops;
mod prepare;
mod raise;
pub mod regex;
mod show;
mod state;
mod threads;
mod transfer;
mod value;
mod wait;
mod xpath;

pub use context::{Context, DEFAULT_CLOCK};
pub use data::{Data, ExportError};
pub use machine::{
    CanaryError, ErrorContext, FrameView, Limit, Limits, Machine, MachineError, Outcome, Raised,
    TraceLine, check_limits,
};
pub use prepare::{Counted, Program};
pub use raise::Raise;
pub use state::StateError;
pub use threads::Threads;
pub use value::{
    BigRef, BufferRef, BytesRef, CellRef, DictRef, DictType, ExceptionRef, FunctionRef,
    GeneratorRef, IteratorRef, ListRef, NativeRef, ObjectRef, RangeRef, SetRef, SliceRef, Str,
    TupleRef, TypeRef, Value,
};
pub use wait::{
    Answer, CANCELLED, Call, DONE, FAILED, RUNNING, Reading, Request, STANDARD_INPUT, Wait,
};

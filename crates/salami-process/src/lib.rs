//! What happens around an execution. Sans-IO: what must be done outside comes out as data or as
//! [`Work`], the clock comes in.
//!
//! - [`Call`], [`Answer`]: what a program asks of a tool, and what it gets.
//! - [`Tool`], [`Tools`], [`Permissions`]: who answers, and what may be called.
//! - [`Audit`]: the log of who did what, when, with what result.
//! - [`model`]: what a language model is asked, and who asks it.
//! - [`record`]: all that came into an execution, to run it again and compare.
//! - [`engine`]: what makes stored processes go on, over a [`store`] and a [`Runtime`].
//! - [`store`]: where processes are kept, as a trait.
//! - [`Canned`]: answers that are written down, for tests.
//!
//! Absent: programs and machines; any particular tool; files, sockets, clocks.

mod audit;
mod call;
mod canned;
pub mod code;
pub mod engine;
pub mod model;
mod permission;
pub mod record;
mod registry;
mod runtime;
pub mod store;
mod stub;
mod tool;

pub use audit::{Audit, AuditError, verify_audit};
pub use call::{Answer, Call};
pub use canned::Canned;
pub use permission::{Denied, Permissions};
pub use registry::{FunctionTool, Needed, Refused, Tools};
pub use runtime::{
    Arrival, Arrived, End, Kept, Runtime, Turn, TurnError, TurnHost, Turned, Waiting, WaitingFor,
};
pub use stub::stub_functions;
pub use tool::{
    BatchWork, Effect, EventSource, Function, FunctionKind, Outcome, Polled, Question,
    QuestionKind, Step, Tool, Work,
};

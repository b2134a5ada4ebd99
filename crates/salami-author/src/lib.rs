//! Just-in-time programming: from a task and an input to a checked, judged, cached program, with a model in the loop.
//!
//! Sans-IO: who asks models, reads inputs and keeps programs stands behind traits; the clock comes in.

pub mod cassette;
pub mod input;
pub mod judge;
pub mod library;
pub mod output;
pub mod prompt;
pub mod record;
pub mod reply;
pub mod session;
pub mod shape;
pub mod suite;
pub mod task;
pub mod telemetry;
pub mod trial;

/// What models are asked and answer, and who asks one.
pub use salami_process::model;

//! What the tests of Salami share: the executable specification and the CPython oracle.
//!
//! Not here: anything that a crate under test uses outside its tests.

pub mod differential;
pub mod engine;
pub mod files;
pub mod generate;
pub mod large;
pub mod markers;
pub mod model_server;
pub mod oracle;
pub mod shrink;
pub mod simulation;
pub mod spec;

//! What the tests of Salami share: the executable specification and the CPython oracle.
//!
//! Not here: anything that a crate under test uses outside its tests.

pub mod engine;
pub mod files;
pub mod large;
pub mod markers;
pub mod oracle;
pub mod spec;

//! Python source to the strict syntax tree. The only crate that knows the parser crate.

pub mod tree;

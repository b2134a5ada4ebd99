//! Names, types and effects: the strict syntax tree to the typed tree.

pub mod typed;

//! The shape of an input: what a program depends on, without its values.

//! Rendering of diagnostics, for people and for machines.

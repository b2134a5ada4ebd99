//! Programs are tried: compiled, and run on an input within limits.

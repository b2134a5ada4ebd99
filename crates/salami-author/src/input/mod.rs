//! Inputs: their format, rows and samples.

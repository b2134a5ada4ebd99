//! The program in what a model answers.

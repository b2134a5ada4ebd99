//! What is wanted.

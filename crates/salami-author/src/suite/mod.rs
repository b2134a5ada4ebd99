//! End-to-end tests of tasks.

//! `salami author`, run for real: against cassettes, and against a model's server that misbehaves.

mod common;

#[path = "author/support.rs"]
mod support;

#[path = "author/doubts.rs"]
mod doubts;
#[path = "author/examples.rs"]
mod examples;
#[path = "author/faces.rs"]
mod faces;
#[path = "author/inputs.rs"]
mod inputs;
#[path = "author/library.rs"]
mod library;
#[path = "author/suites.rs"]
mod suites;
#[path = "author/tools.rs"]
mod tools;
#[path = "author/trouble.rs"]
mod trouble;
#[path = "author/workflows.rs"]
mod workflows;

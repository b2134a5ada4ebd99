//! Real connectors behind the trait [`salami_process::Tool`], and the configuration that connects them.
//!
//! - [`Http`]: hosts on a list.
//! - [`CannedTool`]: answers from a file, for tests.
//! - [`configured`]: the tools of a `salami.toml`.
//!
//! Asking a tool does nothing outside; the work that it gives back does.

mod canned;
mod config;
mod http;

pub use canned::{CannedTool, canned_answers};
pub use config::{Surroundings, configured};
pub use http::{Entry, Http, Policy, STUB as HTTP_STUB, Secret, Target, is_public};

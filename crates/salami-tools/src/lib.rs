//! Real connectors behind the trait [`salami_process::Tool`], and the configuration that connects them.
//!
//! - [`User`]: the person for whom a program runs.
//! - [`Clock`]: where that person lives.
//! - [`Http`]: hosts on a list.
//! - [`Sql`]: a SQLite file or a Postgres server.
//! - [`Email`]: a mailbox.
//! - [`llm`]: a language model, and the client of it.
//! - [`CannedTool`]: answers from a file, for tests.
//! - [`configured`]: the tools of a `salami.toml`.
//! - [`pdf`]: the text of PDF files. [`otlp`]: where traces and metrics go.
//!
//! Asking a tool does nothing outside; the work that it gives back does.

mod canned;
mod clock;
mod config;
mod email;
mod http;
pub mod llm;
pub mod otlp;
pub mod pdf;
mod secret;
mod sql;
mod tls;
mod user;

pub use canned::{CannedTool, canned_answers};
pub use clock::{Clock, STUB as CLOCK_STUB};
pub use config::{Surroundings, configured, configured_limits};
pub use email::{Email, EmailPolicy, Encryption, MailServer, STUB as EMAIL_STUB};
pub use http::{Entry, Http, Policy, STUB as HTTP_STUB, Target, is_public};
pub use llm::{Llm, STUB as LLM_STUB};
pub use secret::Secret;
pub use sql::{Bounds, Database, Declared, Field, Server, Sql, SqlPolicy, Text};
pub use user::{STUB as USER_STUB, User};

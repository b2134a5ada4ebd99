//! The loop: look up, or have it written; check, run, judge; again with what was wrong.
//!
//! A [`Session`] says what is wanted next and is told what came; it asks nobody itself. [`drive`] is
//! the loop around it for those who have a blocking [`Model`](salami_process::model::Model).

mod agreement;
mod asking;
mod doubts;
mod drive;
mod event;
mod explain;
mod machine;
mod options;
mod outcome;
mod refused;
mod reuse;
mod work;

pub use drive::{Models, drive};
pub use event::Event;
pub use machine::{Answer, Ask, Ended, Session, Step, Who, World};
pub use options::{Mode, SessionOptions};
pub use outcome::{Accepted, Failure, Outcome};
pub use refused::{RefusedInput, refused};

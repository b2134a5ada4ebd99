//! Where processes are kept: [`SqliteStore`], one file, behind the trait [`salami_process::store::Store`].
//!
//! What must be true, and which tables there are, is in `docs/store.md`; what each method means is in the
//! trait, and in the plainest way in `salami_process::store::MemoryStore`, against which this is held by
//! `tests/stores`.
//!
//! - `schema`: the tables, opening, versions. `sql`: every statement, all look-ups by an index.
//! - `work`: a transaction, and the numbers and texts that it needs.
//! - `moving`: processes that leave and come, and what people did with them.
//! - `claims`, `turns`, `calls`, `events`, `wishes`: what the engine does; `views`: what people are shown.
//! - `author`: [`SqliteLibrary`], programs that were written just in time, in the same file.
//!
//! Absent: anything that decides what a program may do; any meaning of states, codes and journals.

mod author;
mod calls;
mod claims;
mod clock;
mod damaged;
mod events;
mod failure;
mod moving;
mod row;
mod schema;
mod sql;
mod store;
mod turns;
mod views;
mod wishes;
mod work;

pub use author::SqliteLibrary;
pub use clock::SystemClock;
pub use schema::Access;
pub use store::SqliteStore;

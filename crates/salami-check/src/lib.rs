//! Names, types and effects: the strict syntax tree to the typed tree.
//!
//! [`check`] is the whole face of the crate. The stages, each a module: `names` (scopes), `types`
//! (the graph of types), `engine` (which function variants there are and when each is analysed
//! again), `walk` (the abstract interpretation of one variant, which also builds its typed tree),
//! `face` (what is known of builtins and modules).

mod captures;
mod check;
pub mod codes;
mod effects;
mod engine;
pub mod face;
mod help;
mod names;
pub mod offers;
mod tools;
pub mod typed;
mod types;
mod uses;
mod walk;

pub use check::{Checked, EffectClass, Effects, Options, SOURCE_BYTES, Strict, Work, check};
pub use tools::Stub;

/// The sources that spans of a checked program point into, by [`salami_source::FileId`]: the
/// program, then the prelude.
#[must_use]
pub fn sources(program: salami_source::Source) -> Vec<salami_source::Source> {
    let prelude = face::PRELUDE
        .iter()
        .map(|(name, text)| salami_source::Source::new(format!("<{name}>"), *text));
    std::iter::once(program).chain(prelude).collect()
}

/// Runs with stack to spare: all recursion over the tree goes through here.
pub(crate) fn deep<R>(run: impl FnOnce() -> R) -> R {
    stacker::maybe_grow(192 << 10, 2 << 20, run)
}

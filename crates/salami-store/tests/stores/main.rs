//! The same random operations on the store in memory and on SQLite: every result and all that they show is the
//! same.
//!
//! Workers are given leases that end, die, and come too late; the file is closed and opened in between, and two
//! connections take turns. What must hold of any store is held here too: epochs grow, a call that may not be
//! repeated is begun once unless somebody says so, a thread sees an event once.
//!
//! `STORE_SEEDS=1000 cargo test -p salami-store --test stores` for more, `STORE_SEED=7` for one.

mod generate;
mod random;
mod run;
mod view;

use run::Run;

const OPERATIONS: usize = 1000;

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

fn all(seeds: impl Iterator<Item = u64>, is_in_file: bool) {
    for seed in seeds {
        if let Err(difference) = Run::new(seed, is_in_file).all(OPERATIONS) {
            panic!("STORE_SEED={seed}: {difference}");
        }
    }
}

#[test]
fn both_stores_do_the_same_in_memory() {
    match number("STORE_SEED") {
        Some(seed) => all(std::iter::once(seed), false),
        None => all(0..number("STORE_SEEDS").unwrap_or(40), false),
    }
}

#[test]
fn both_stores_do_the_same_in_a_file() {
    match number("STORE_SEED") {
        Some(seed) => all(std::iter::once(seed), true),
        None => all(
            0..number("STORE_SEEDS").map_or(5, |seeds| seeds.div_ceil(10)),
            true,
        ),
    }
}

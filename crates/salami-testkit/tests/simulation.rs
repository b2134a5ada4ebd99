//! Deterministic simulation of the engine; see docs/testing.md.
//!
//! `cargo test -p salami-testkit --test simulation -- --seeds 100000 --seed 7` simulates what follows from 100,000 seeds,
//! the first of them 7; `--tell` prints what happens.

use std::process::ExitCode;

use salami_process::store::SimulatedClock;
use salami_testkit::simulation::{Memory, Scripts, Settings, Stores, Tally, simulate};

/// Seeds where no argument says how many.
const SEEDS: u64 = 300;

/// Lines of the history that are shown of a failure.
const LINES: usize = 120;

struct Arguments {
    seeds: u64,
    seed: u64,
    tells: bool,
}

fn arguments() -> Arguments {
    let mut parsed = Arguments {
        seeds: SEEDS,
        seed: 1,
        tells: false,
    };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let mut number = |otherwise| {
            let text = words.next().unwrap_or_default();
            text.parse().unwrap_or(otherwise)
        };
        match word.as_str() {
            "--seeds" => parsed.seeds = number(SEEDS),
            "--seed" => parsed.seed = number(1),
            "--tell" => parsed.tells = true,
            _ => {}
        }
    }
    parsed
}

fn memory(clock: &SimulatedClock) -> Box<dyn Stores> {
    Box::new(Memory::new(Box::new(clock.clone())))
}

fn main() -> ExitCode {
    let arguments = arguments();
    let settings = Settings {
        kit: &Scripts,
        stores: &memory,
        tells: arguments.tells,
    };
    let mut tally = Tally::default();
    let mut failures = 0;
    for seed in arguments.seed..arguments.seed.saturating_add(arguments.seeds) {
        match simulate(seed, &settings) {
            Ok((found, history)) => {
                tally.add(&found);
                for line in history {
                    println!("{line}");
                }
            }
            Err(failure) => {
                failures += 1;
                println!("seed {seed} fails. The programs:\n{}", failure.programs);
                let skipped = failure.history.len().saturating_sub(LINES);
                println!("What happened, after {skipped} lines:");
                for line in failure
                    .history
                    .iter()
                    .skip(if arguments.tells { 0 } else { skipped })
                {
                    println!("  {line}");
                }
                for wrong in &failure.wrong {
                    println!("WRONG: {wrong}");
                }
                println!(
                    "again: cargo test -p salami-testkit --test simulation -- --seeds 1 --seed {seed}"
                );
                if failures >= 3 {
                    break;
                }
            }
        }
    }
    println!(
        "simulation: {} seeds from {}: {tally:?}",
        arguments.seeds, arguments.seed
    );
    if failures == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

//! Deterministic simulation of the engine; see docs/testing.md.
//!
//! `cargo test -p salami-testkit --test simulation -- --seeds 100000 --seed 7` simulates what follows from 100,000 seeds,
//! the first of them 7; `--tell` prints what happens, `--store sqlite` keeps the processes in a file, which is opened
//! anew by each worker; `--programs python` has the real machine run the same programs in Python. Both with `--thorough`
//! also with a death at each single operation, and with a store that does things wrong, which must be noticed.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use salami_process::store::{SimulatedClock, Store};
use salami_store::SqliteStore;
use salami_testkit::simulation::{
    Failure, Kit, Memory, Python, Sabotage, Scripts, Settings, Stores, Tally, simulate,
};

/// Seeds where no argument says how many.
const SEEDS: u64 = 300;

/// Lines of the history that are shown of a failure.
const LINES: usize = 120;

struct Arguments {
    seeds: u64,
    seed: u64,
    tells: bool,
    sqlite: bool,
    python: bool,
    is_thorough: bool,
}

fn arguments() -> Arguments {
    let mut parsed = Arguments {
        seeds: SEEDS,
        seed: 1,
        tells: false,
        sqlite: false,
        python: false,
        is_thorough: false,
    };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let mut next = || words.next().unwrap_or_default();
        match word.as_str() {
            "--seeds" => parsed.seeds = next().parse().unwrap_or(SEEDS),
            "--seed" => parsed.seed = next().parse().unwrap_or(1),
            "--store" => parsed.sqlite = next() == "sqlite",
            "--programs" => parsed.python = next() == "python",
            "--thorough" => parsed.is_thorough = true,
            "--tell" => parsed.tells = true,
            _ => {}
        }
    }
    parsed
}

fn memory(clock: &SimulatedClock) -> Box<dyn Stores> {
    Box::new(Memory::new(Box::new(clock.clone())))
}

/// A store in a file, which goes with it.
struct File {
    folder: PathBuf,
    clock: SimulatedClock,
}

impl Stores for File {
    fn open(&self) -> Box<dyn Store> {
        let path = self.folder.join("salami.db");
        let store = SqliteStore::open(path, Box::new(self.clock.clone()));
        Box::new(store.unwrap_or_else(|error| panic!("the store opens: {error}")))
    }
}

impl Drop for File {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// In memory where the machine has a folder for that: what is tested is not the disk.
fn file(clock: &SimulatedClock) -> Box<dyn Stores> {
    let memory = PathBuf::from("/dev/shm");
    let parent = if memory.is_dir() {
        memory
    } else {
        std::env::temp_dir()
    };
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    let folder = parent.join(format!("salami-simulation-{}-{number}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap_or_else(|error| panic!("a folder: {error}"));
    Box::new(File {
        folder,
        clock: clock.clone(),
    })
}

/// Whether all that a store could do wrong is found out, within some seeds.
fn is_watchful(settings: &Settings<'_>) -> bool {
    let mut is_watchful = true;
    for sabotage in Sabotage::ALL {
        let sabotaged = Settings {
            sabotage: Some(sabotage),
            tells: false,
            ..*settings
        };
        if (1..=40).all(|seed| simulate(seed, &sabotaged).is_ok()) {
            println!("nobody notices that the store {sabotage:?}");
            is_watchful = false;
        }
    }
    is_watchful
}

/// Whether a death at each single operation, before it and after it, changes nothing.
fn survives_each_death(seed: u64, settings: &Settings<'_>) -> bool {
    for at in 1.. {
        for is_after in [false, true] {
            let dying = Settings {
                dies_at: Some((at, is_after)),
                tells: false,
                ..*settings
            };
            match simulate(seed, &dying) {
                Ok((tally, _)) if tally.operations < at => return true,
                Ok(_) => {}
                Err(failure) => {
                    println!("seed {seed} fails if a worker dies at operation {at} ({is_after})");
                    println!("{}", failure.programs);
                    show(&failure);
                    return false;
                }
            }
        }
    }
    true
}

fn show(failure: &Failure) {
    let skipped = failure.history.len().saturating_sub(LINES);
    println!("What happened, after {skipped} lines:");
    for line in failure.history.iter().skip(skipped) {
        println!("  {line}");
    }
    for wrong in &failure.wrong {
        println!("WRONG: {wrong}");
    }
}

/// Simulates all seeds, several side by side; those that fail in their order, when there are some no more than these.
fn all(arguments: &Arguments, settings: &Settings<'_>) -> (Tally, BTreeMap<u64, Failure>) {
    let next = AtomicU64::new(arguments.seed);
    let end = arguments.seed.saturating_add(arguments.seeds);
    let found = Mutex::new((Tally::default(), BTreeMap::new()));
    let work = || {
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= end {
                return;
            }
            let outcome = simulate(seed, settings);
            let mut found = found.lock().unwrap_or_else(PoisonError::into_inner);
            match outcome {
                Ok((tally, history)) => {
                    found.0.add(&tally);
                    for line in history {
                        println!("{line}");
                    }
                }
                Err(failure) => {
                    found.1.insert(seed, failure);
                    if found.1.len() >= 3 {
                        return;
                    }
                }
            }
        }
    };
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(work);
        }
    });
    found.into_inner().unwrap_or_else(PoisonError::into_inner)
}

fn main() -> ExitCode {
    let arguments = arguments();
    let kit: &dyn Kit = if arguments.python { &Python } else { &Scripts };
    let settings = Settings {
        kit,
        stores: if arguments.sqlite { &file } else { &memory },
        tells: arguments.tells,
        dies_at: None,
        sabotage: None,
    };
    let mut failures = 0;
    let is_repetition = arguments.seeds < 100 || arguments.sqlite || arguments.python;
    if arguments.is_thorough || !is_repetition {
        failures += usize::from(!is_watchful(&settings));
        failures += usize::from(!survives_each_death(arguments.seed, &settings));
    }
    let (tally, failed) = all(&arguments, &settings);
    failures += failed.len();
    for (seed, failure) in failed {
        println!("seed {seed} fails. The programs:\n{}", failure.programs);
        show(&failure);
        println!(
            "again: cargo test -p salami-testkit --test simulation -- --seeds 1 --seed {seed}{}{}",
            if arguments.sqlite {
                " --store sqlite"
            } else {
                ""
            },
            if arguments.python {
                " --programs python"
            } else {
                ""
            },
        );
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

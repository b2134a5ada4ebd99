//! Generated programs against CPython 3.11: same output, same exception, no type error that was not announced.
//!
//! `cargo test -p salami-testkit --test differential -- --programs 10000 --seed 7` runs more and others;
//! `--only N` runs the program N alone, `--show` prints it, `--shrink K` makes K of the faulty programs small, `--all`
//! names every faulty program and not only the first of its kind.
//! The environment variable `DIFFERENTIAL_PROGRAMS` is the number where the argument is not given.

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use salami_testkit::differential::{Verdict, judge};
use salami_testkit::{generate, oracle, shrink};

/// Programs for one process of CPython.
const BATCH: u64 = 40;

/// The share of refused programs, in percent, from which the generator or the checker must be mended.
const REFUSED_LIMIT: u64 = 10;

struct Arguments {
    programs: u64,
    seed: u64,
    only: Option<u64>,
    show: bool,
    all: bool,
    shrink: usize,
    threads: usize,
}

fn arguments() -> Arguments {
    let number = |text: Option<String>| text.and_then(|text| text.parse::<u64>().ok());
    let mut parsed = Arguments {
        programs: number(std::env::var("DIFFERENTIAL_PROGRAMS").ok()).unwrap_or(300),
        seed: 1,
        only: None,
        show: false,
        all: false,
        shrink: 3,
        threads: 2,
    };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        match word.as_str() {
            "--programs" => parsed.programs = number(words.next()).unwrap_or(parsed.programs),
            "--seed" => parsed.seed = number(words.next()).unwrap_or(1),
            "--only" => parsed.only = number(words.next()),
            "--shrink" => {
                parsed.shrink = usize::try_from(number(words.next()).unwrap_or(3)).unwrap_or(3)
            }
            "--threads" => {
                parsed.threads = usize::try_from(number(words.next()).unwrap_or(2)).unwrap_or(2)
            }
            "--all" => parsed.all = true,
            "--show" => parsed.show = true,
            _ => {}
        }
    }
    parsed
}

/// What was seen so far.
#[derive(Default)]
struct Seen {
    same: u64,
    refused: BTreeMap<String, (u64, u64)>,
    invalid: Vec<(u64, String)>,
    /// By kind: how many, and the first.
    faults: BTreeMap<String, (u64, u64, String)>,
    /// Each.
    all: Vec<(u64, String)>,
}

fn main() -> ExitCode {
    let arguments = arguments();
    if let Err(reason) = oracle::run(&[]) {
        println!("differential: skipped, {reason}");
        return ExitCode::SUCCESS;
    }
    let seeds: Vec<u64> = match arguments.only {
        Some(only) => vec![only],
        None => (0..arguments.programs)
            .map(|index| arguments.seed * 1_000_000 + index)
            .collect(),
    };
    if arguments.show {
        for &seed in &seeds {
            println!("{}", generate::program(seed));
        }
    }
    let seen = Mutex::new(Seen::default());
    let next = AtomicU64::new(0);
    std::thread::scope(|scope| {
        for _ in 0..arguments.threads {
            scope.spawn(|| {
                loop {
                    let begin = usize::try_from(next.fetch_add(BATCH, Ordering::Relaxed))
                        .unwrap_or(usize::MAX);
                    let Some(rest) = seeds.get(begin..).filter(|rest| !rest.is_empty()) else {
                        return;
                    };
                    batch(&rest[..rest.len().min(BATCH as usize)], &seen);
                }
            });
        }
    });
    let seen = seen.into_inner().expect("no thread panicked");
    report(&arguments, &seeds, &seen)
}

fn batch(seeds: &[u64], seen: &Mutex<Seen>) {
    let programs: Vec<String> = seeds.iter().map(|&seed| generate::program(seed)).collect();
    let verdicts = judge(&programs);
    let mut seen = seen.lock().expect("no thread panicked");
    let verdicts = match verdicts {
        Ok(verdicts) => verdicts,
        Err(error) => {
            seen.faults
                .insert(format!("no oracle: {error}"), (1, 0, error));
            return;
        }
    };
    for (&seed, verdict) in seeds.iter().zip(verdicts) {
        match verdict {
            Verdict::Same => seen.same += 1,
            Verdict::Refused(reason) => {
                let reason: String = reason
                    .chars()
                    .filter(|letter| !letter.is_ascii_digit())
                    .take(110)
                    .collect();
                seen.refused.entry(reason).or_insert((0, seed)).0 += 1;
            }
            Verdict::Invalid(reason) => seen.invalid.push((seed, reason)),
            Verdict::Fault(kind, text) => {
                seen.all.push((seed, text.clone()));
                seen.faults.entry(kind).or_insert((0, seed, text)).0 += 1;
            }
        }
    }
}

fn report(arguments: &Arguments, seeds: &[u64], seen: &Seen) -> ExitCode {
    let refused: u64 = seen.refused.values().map(|(count, _)| count).sum();
    let faults: u64 = seen.faults.values().map(|(count, ..)| count).sum();
    println!(
        "differential: seed {}, {} programs: {} the same, {refused} refused, {} invalid, {faults} faults of {} kinds",
        arguments.seed,
        seeds.len(),
        seen.same,
        seen.invalid.len(),
        seen.faults.len()
    );
    let mut reasons: Vec<_> = seen.refused.iter().collect();
    reasons.sort_by_key(|(_, (count, _))| std::cmp::Reverse(*count));
    for (reason, (count, seed)) in reasons.into_iter().take(25) {
        println!("  refused {count} times, first {seed}: {reason}");
    }
    for (seed, reason) in seen.invalid.iter().take(10) {
        println!("  invalid {seed}: {reason}");
    }
    for (seed, text) in seen.all.iter().filter(|_| arguments.all) {
        println!("  fault {seed}: {text}");
    }
    let mut kinds: Vec<_> = seen.faults.iter().collect();
    kinds.sort_by_key(|(_, (count, ..))| std::cmp::Reverse(*count));
    for (index, (kind, (count, seed, text))) in kinds.into_iter().enumerate() {
        println!("\n--- {kind}: {count} times, first in program {seed}\n{text}");
        println!("repeat: cargo test -p salami-testkit --test differential -- --only {seed}");
        if index < arguments.shrink {
            println!("{}", smallest(&generate::program(*seed), kind));
        }
    }
    let tried = seeds.len() as u64;
    let too_many = tried >= 100 && refused * 100 > tried * REFUSED_LIMIT;
    if too_many {
        println!("too many programs are refused");
    }
    if faults > 0 || !seen.invalid.is_empty() || too_many {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    }
}

fn smallest(program: &str, kind: &str) -> String {
    let mut text = String::new();
    let small = shrink::shrink(program, |candidates| {
        let verdicts = judge(candidates).unwrap_or_default();
        verdicts
            .iter()
            .map(|verdict| matches!(verdict, Verdict::Fault(found, _) if found == kind))
            .collect()
    });
    if let Ok([Verdict::Fault(_, seen)]) = judge(std::slice::from_ref(&small)).as_deref() {
        text.clone_from(seen);
    }
    format!("{small}{text}")
}

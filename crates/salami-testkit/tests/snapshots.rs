//! Damaged snapshots, sealed again so that only what they say can give them away: each is refused, or
//! runs like any program. Never a panic, a state that the verifier excludes, or memory beyond the limits.
//!
//! `SNAPSHOT_MUTANTS=1000000` makes more of them, `SNAPSHOT_SEED=n` others.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use peak_alloc::PeakAlloc;
use salami::{
    Answer, Execution, Program, Progress, ResumeOptions, RunError, RunLimits, RunOptions, Seal,
    Wait,
};
use salami_testkit::{engine, files, spec};

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

/// The heap that damaged executions may have, and what a machine takes beside it.
const MEMORY: u64 = 8_000_000;
const BASE: usize = 6_000_000;
/// How long a damaged execution may take, on a busy machine and without optimisation.
const LONGEST: Duration = Duration::from_secs(10);
/// Bytes of a part before its body, and of its seal.
const HEAD: usize = 16;
const SEAL: usize = 8;

struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 29
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit.max(1) as u64) as usize
    }
}

/// What runs at the moment, for somebody who sees to it that it ends.
#[derive(Clone, Default)]
struct Watched(Arc<Mutex<Option<Current>>>);

/// When it began, what it is, and the bytes.
type Current = (Instant, String, Vec<u8>);

impl Watched {
    fn begin(&self, name: &str, count: u64, bytes: &[u8]) {
        let what = (
            Instant::now(),
            format!("{name}, mutant {count}"),
            bytes.to_vec(),
        );
        *self.0.lock().expect("nobody panics here") = Some(what);
    }

    /// Ends the process if anything takes too long.
    fn watch(&self) {
        let watched = self.clone();
        std::thread::spawn(move || {
            loop {
                std::thread::sleep(Duration::from_secs(1));
                let current = watched.0.lock().expect("nobody panics here");
                if let Some((begin, name, bytes)) = &*current
                    && begin.elapsed() > LONGEST
                {
                    println!("{name}: it does not end\n{}", hex(bytes));
                    std::process::exit(1);
                }
            }
        });
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn number(name: &str, usual: u64) -> u64 {
    let text = std::env::var(name).unwrap_or_default();
    text.parse().unwrap_or(usual)
}

fn limits() -> RunLimits {
    RunLimits {
        memory: MEMORY,
        ..RunLimits::GENERAL
    }
}

/// A program with snapshots of it.
struct Sample {
    name: String,
    program: Program,
    snapshots: Vec<Vec<u8>>,
}

/// Lets an execution go on whatever it waits for; whether it can.
fn serve(execution: &mut Execution, progress: &Progress) -> bool {
    match progress {
        Progress::Running => {}
        Progress::Suspended(Wait::Until(instant)) => execution.advance(*instant),
        Progress::Suspended(Wait::Call(_)) => {
            execution.answer(&Answer::Error("no such tool".to_owned()));
        }
        Progress::Suspended(Wait::Input(_)) => {
            execution.feed(Ok(b"1\n".to_vec()));
        }
        _ => return false,
    }
    true
}

fn sample(name: String, case: &spec::Case, random: &mut Random) -> Option<Sample> {
    let program = salami::compile("program.py", &case.source, &engine::options(case)).ok()?;
    let options = RunOptions {
        limits: limits(),
        ..RunOptions::default()
    };
    let mut execution = program.start(&options).ok()?;
    let mut snapshots = Vec::new();
    let mut far = 40;
    while snapshots.len() < 6 {
        let progress = execution.step(1 + random.below(far) as u64);
        far *= 3;
        execution.take_output();
        match execution.snapshot(&Seal::Hash) {
            Some(bytes) if bytes.len() < 100_000 => snapshots.push(bytes),
            _ => break,
        }
        if !serve(&mut execution, &progress) {
            break;
        }
    }
    (!snapshots.is_empty()).then_some(Sample {
        name,
        program,
        snapshots,
    })
}

fn mutant(bytes: &[u8], random: &mut Random) -> Vec<u8> {
    let mut bytes = bytes[..bytes.len() - SEAL].to_vec();
    for _ in 0..=random.below(3) {
        let body = bytes.len() - HEAD;
        if body < 4 {
            break;
        }
        let at = HEAD + random.below(body);
        match random.below(8) {
            0 => bytes[at] ^= 1 << random.below(8),
            1 => bytes[at] = bytes[at].wrapping_add(1),
            2 => bytes[at] = bytes[at].wrapping_sub(1),
            3 => bytes[at] = random.next() as u8,
            4 => bytes.insert(at, random.next() as u8),
            5 => drop(bytes.remove(at)),
            6 => {
                // What stands elsewhere: values of other types, other references.
                let from = HEAD + random.below(body);
                let length = 1 + random.below(6);
                let copy: Vec<u8> = bytes[from..].iter().take(length).copied().collect();
                for (offset, byte) in copy.into_iter().enumerate() {
                    if let Some(place) = bytes.get_mut(at + offset) {
                        *place = byte;
                    }
                }
            }
            _ => {
                bytes[at] = [0, 1, 4, 9, 13, 14, 15, 22, 25, 27, 0x7f, 0x80, 0xff][random.below(13)]
            }
        }
    }
    let seal = blake3::hash(&bytes);
    bytes.extend(&seal.as_bytes()[..SEAL]);
    bytes
}

/// What comes of a damaged snapshot.
fn run(program: &Program, bytes: &[u8]) -> Result<bool, String> {
    let options = ResumeOptions {
        limits: limits(),
        ..ResumeOptions::default()
    };
    let Ok(mut execution) = Execution::resume(program, bytes, &options) else {
        return Ok(false);
    };
    let Some(again) = execution.snapshot(&Seal::Hash) else {
        return Err("it has no snapshot".to_owned());
    };
    let twice = Execution::resume(program, &again, &options).map_err(|error| error.to_string())?;
    if twice.snapshot(&Seal::Hash) != Some(again) {
        return Err("the snapshot of what was resumed is not canonical".to_owned());
    }
    for _ in 0..12 {
        let progress = execution.step(700);
        execution.take_output();
        if let Progress::Ended(Err(RunError::Internal(text))) = &progress {
            return Err(format!(
                "a damaged state is said to be a bug of ours: {text}"
            ));
        }
        if let Progress::Ended(Err(RunError::State(text))) = &progress {
            // What containers hold is not known to the verifier: it is guarded where it is loaded.
            let is_guarded = text.contains("internal.guard") || text.contains("closure of another");
            return if is_guarded {
                Ok(true)
            } else {
                Err(text.clone())
            };
        }
        if !serve(&mut execution, &progress) {
            break;
        }
    }
    Ok(true)
}

#[test]
fn damaged_snapshots_are_refused_or_run() {
    let wanted = number("SNAPSHOT_MUTANTS", 10_000);
    let mut random = Random(number("SNAPSHOT_SEED", 1));
    let root = files::root();
    let pages = files::with_extension(&root.join("spec"), "md").expect("spec/ is readable");
    let mut samples = Vec::new();
    for page in pages {
        let text = std::fs::read_to_string(&page).expect("a page is readable");
        let cases = spec::parse(&text).expect("a page is well formed");
        for case in cases.iter().filter(|case| !case.is_refused()) {
            if random.below(8) == 0 {
                let name = format!("{}:{}", page.display(), case.line);
                samples.extend(sample(name, case, &mut random));
            }
        }
    }
    let (mut refused, mut ran) = (0, 0);
    let watched = Watched::default();
    watched.watch();
    for count in 0..wanted {
        let sample = &samples[random.below(samples.len())];
        let bytes = &sample.snapshots[random.below(sample.snapshots.len())];
        let bytes = mutant(bytes, &mut random);
        ALLOCATOR.reset_peak_usage();
        let before = ALLOCATOR.current_usage();
        watched.begin(&sample.name, count, &bytes);
        let outcome = catch_unwind(AssertUnwindSafe(|| run(&sample.program, &bytes)));
        let peak = ALLOCATOR.peak_usage().saturating_sub(before);
        match outcome {
            Ok(Ok(true)) => ran += 1,
            Ok(Ok(false)) => refused += 1,
            Ok(Err(fault)) => panic!("{}, mutant {count}: {fault}\n{}", sample.name, hex(&bytes)),
            Err(_) => panic!("{}, mutant {count}: a panic\n{}", sample.name, hex(&bytes)),
        }
        // The heap, once more for a moment where it grows, and once for the snapshot.
        let most = 3 * MEMORY as usize + BASE + 64 * bytes.len();
        assert!(
            peak <= most,
            "{}, mutant {count}: {peak} bytes\n{}",
            sample.name,
            hex(&bytes)
        );
    }
    println!("{} programs, {refused} refused, {ran} ran", samples.len());
    assert!(
        refused > wanted / 4 && ran > wanted / 100,
        "{refused} refused, {ran} ran"
    );
}

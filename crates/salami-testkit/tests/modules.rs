//! Modules that nobody meant: mutated ones of the specification's programs, and generated ones.
//! Each is refused, or runs within its limits and ends in a named way; nothing panics.

#[path = "../../salami-verify/tests/generator/mod.rs"]
#[allow(dead_code, reason = "shared with the verifier's tests")]
mod generator;

use salami::{Answer, CompileOptions, Program, Progress, RunError, RunOptions, Wait};
use salami_testkit::{files, spec};

/// A small generator of numbers (xorshift), seeded: every run makes the same modules.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % limit.max(1) as u64).unwrap_or(0)
    }
}

/// Runs a module with little fuel and memory. Says what must not be.
fn run(program: &Program) -> Result<(), String> {
    const MEMORY: u64 = 4_000_000;
    let options = RunOptions {
        limits: salami::RunLimits {
            fuel: Some(20_000),
            memory: MEMORY,
            ..salami::RunLimits::GENERAL
        },
        ..RunOptions::default()
    };
    let Ok(mut execution) = program.start(&options) else {
        return Ok(());
    };
    let result = loop {
        match execution.step(1_000) {
            Progress::Ended(result) => break result,
            Progress::Suspended(Wait::Until(instant)) => execution.advance(instant),
            Progress::Suspended(Wait::Input(_)) => drop(execution.feed(Ok(Vec::new()))),
            Progress::Suspended(_) | Progress::Absent(_) | Progress::Idle => {
                execution.answer(&Answer::Error("no such tool".to_owned()));
            }
            Progress::Running => {}
        }
    };
    if execution.memory_peak() > MEMORY {
        return Err(format!("it held {} bytes", execution.memory_peak()));
    }
    match result {
        // A guard that fails and a closure of another function are the named ways in which a module
        // that no checker made can go wrong.
        Err(RunError::Internal(text))
            if !text.contains("internal.guard") && !text.contains("closure of another") =>
        {
            Err(text)
        }
        _ => Ok(()),
    }
}

fn programs() -> Vec<(String, Program)> {
    let paths =
        files::with_extension(&files::root().join("spec"), "md").expect("spec/ is readable");
    let mut programs = Vec::new();
    for path in paths {
        let text = std::fs::read_to_string(&path).expect("a page is readable");
        for case in spec::parse(&text).expect("a page is well-formed") {
            if let Ok(program) =
                salami::compile("program.py", &case.source, &CompileOptions::default())
            {
                programs.push((case.name, program));
            }
        }
    }
    programs
}

#[test]
fn mutated_modules_are_refused_or_run_safely() {
    let mut random = Random(0x5a1a_0317_2026_1121);
    let (mut accepted, mut refused) = (0, 0);
    for (name, program) in programs() {
        let bytes = program.to_bytes();
        for _ in 0..3 {
            let mut mutated = bytes.clone();
            for _ in 0..=random.below(3) {
                let position = random.below(mutated.len());
                if mutated.len() < 2 {
                    break;
                }
                match random.below(4) {
                    0 => mutated.truncate(position.max(1)),
                    1 => mutated.insert(position, random.next().to_le_bytes()[0]),
                    2 => drop(mutated.remove(position.min(mutated.len() - 1))),
                    _ => {
                        mutated[position] =
                            mutated[position].wrapping_add(random.next().to_le_bytes()[0] % 7)
                    }
                }
            }
            match Program::from_module(&mutated) {
                Ok(program) => {
                    accepted += 1;
                    run(&program)
                        .unwrap_or_else(|fault| panic!("{name}: {fault}\n{}", program.assembly()));
                }
                Err(_) => refused += 1,
            }
        }
    }
    println!("{accepted} mutated modules ran, {refused} were refused");
    assert!(accepted > 100 && refused > 100, "both happen often");
}

#[test]
fn generated_modules_run_safely() {
    let mut random = Random(0x00de_c0de_5eed_0001);
    for _ in 0..400 {
        let entropy: Vec<u8> = (0..400).map(|_| random.next().to_le_bytes()[0]).collect();
        let verified = generator::verified_module(&entropy, salami_vm::leaf::leaves());
        let bytes = salami_ir::binary::encode(verified.module());
        let program = Program::from_module(&bytes).expect("a verified module loads");
        run(&program).unwrap_or_else(|fault| panic!("{fault}\n{}", program.assembly()));
    }
}

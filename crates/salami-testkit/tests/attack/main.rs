//! The guarantees under attack: modules that are valid, modules with one thing broken, and mutated
//! bytes. What verifies runs to an end, a limit or a named error; what is broken is refused, by the
//! rule that it breaks; nothing panics.
//!
//! `cargo test -p salami-testkit --test attack -- --modules 100000 --seed 7` makes more and others;
//! `--only N` the module N alone, `--show` prints it.

#[path = "../../../salami-verify/tests/generator/mod.rs"]
#[allow(dead_code, reason = "shared with the verifier's tests")]
mod generator;

mod breaker;

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

use breaker::BREAKERS;
use salami::{Answer, Program, Progress, RunError, RunLimits, RunOptions, Wait};
use salami_ir::{Module, binary, text};
use salami_verify::Rule;

/// Modules where no argument says how many.
const MODULES: u64 = 600;
/// Byte mutations of each module.
const MUTATIONS: usize = 3;
const MEMORY: u64 = 4_000_000;
const FUEL: u64 = 20_000;

/// A small generator of numbers (xorshift), seeded: every run makes the same modules.
struct Random(u64);

impl Random {
    fn new(seed: u64, number: u64) -> Self {
        let mut random = Self((seed ^ 0x9e37_79b9_7f4a_7c15).wrapping_mul(number * 2 + 1) | 1);
        for _ in 0..8 {
            random.next();
        }
        random
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn byte(&mut self) -> u8 {
        self.next().to_le_bytes()[3]
    }

    fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % limit.max(1) as u64).unwrap_or(0)
    }
}

struct Arguments {
    modules: u64,
    seed: u64,
    only: Option<u64>,
    show: bool,
}

fn arguments() -> Arguments {
    let number = |text: Option<String>| text.and_then(|text| text.parse::<u64>().ok());
    let given = number(std::env::var("ATTACK_MODULES").ok());
    let mut parsed = Arguments {
        modules: given.unwrap_or(MODULES),
        seed: 1,
        only: None,
        show: false,
    };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        match word.as_str() {
            "--modules" => parsed.modules = number(words.next()).unwrap_or(parsed.modules),
            "--seed" => parsed.seed = number(words.next()).unwrap_or(1),
            "--only" => parsed.only = number(words.next()),
            "--show" => parsed.show = true,
            _ => {}
        }
    }
    parsed
}

/// How an execution went, as far as a host sees it.
#[derive(Debug, PartialEq)]
struct Seen {
    result: Result<serde_json::Value, String>,
    output: String,
    fuel: u64,
}

/// Runs a module in slices. `Err`: what must not be.
fn run(program: &Program, limits: RunLimits, slice: u64) -> Result<Seen, String> {
    let Ok(mut execution) = program.start(&RunOptions::within(limits)) else {
        return Ok(Seen {
            result: Err("it does not start".to_owned()),
            output: String::new(),
            fuel: 0,
        });
    };
    let mut output = String::new();
    let mut steps = 0;
    let result = loop {
        steps += 1;
        if steps > 100_000 {
            return Err("it comes to no end".to_owned());
        }
        let progress = execution.step(slice);
        output.push_str(&execution.take_output());
        match progress {
            Progress::Ended(result) => break result,
            Progress::Suspended(Wait::Until(instant)) => execution.advance(instant),
            Progress::Suspended(Wait::Call(_)) => {
                execution.answer(&Answer::Error("no such tool".to_owned()));
            }
            Progress::Suspended(_) | Progress::Absent(_) | Progress::Idle => {
                break Err(RunError::NotConnected("a stream".to_owned()));
            }
            Progress::Running => {}
        }
    };
    if execution.memory_peak() > MEMORY {
        return Err(format!("it held {} bytes", execution.memory_peak()));
    }
    // A guard that fails and a closure of another function are the named ways in which a module
    // that no checker made can go wrong.
    if let Err(RunError::Internal(fault)) = &result
        && !fault.contains("internal.guard")
        && !fault.contains("closure")
    {
        return Err(fault.clone());
    }
    let fuel = execution.fuel();
    Ok(Seen {
        result: result.map_err(|error| error.to_string()),
        output,
        fuel,
    })
}

/// Runs what was verified, in several ways that must agree.
fn attack_verified(program: &Program) -> Result<(), String> {
    let limits = RunLimits {
        fuel: Some(FUEL),
        memory: MEMORY,
        ..RunLimits::GENERAL
    };
    let whole = run(program, limits, u64::MAX / 4)?;
    let sliced = run(program, limits, 777)?;
    if whole != sliced {
        return Err(format!("slices change it:\n{whole:?}\n{sliced:?}"));
    }
    let counted = RunLimits {
        instructions: Some(u64::MAX),
        iterations: Some(u64::MAX),
        ..limits
    };
    let counted = run(program, counted, u64::MAX / 4)?;
    if whole != counted {
        return Err(format!("counting changes it:\n{whole:?}\n{counted:?}"));
    }
    let narrow = RunLimits {
        instructions: Some(300),
        iterations: Some(20),
        depth: 20,
        fuel: None,
        memory: 100_000,
        ..RunLimits::SVM
    };
    run(program, narrow, 1_000).map(drop)
}

/// Bytes with a few changed, inserted, removed, swapped or cut off.
fn mutated(bytes: &[u8], random: &mut Random) -> Vec<u8> {
    let mut mutated = bytes.to_vec();
    for _ in 0..=random.below(4) {
        let position = random.below(mutated.len());
        if mutated.len() < 2 {
            break;
        }
        match random.below(12) {
            0 => mutated.truncate(position.max(1)),
            1 => mutated.insert(position, random.byte()),
            2 => drop(mutated.remove(position)),
            3 => {
                let other = random.below(mutated.len());
                mutated.swap(position, other);
            }
            4 => {
                let end = (position + random.below(16)).min(mutated.len());
                let piece = mutated.get(position..end).unwrap_or(&[]).to_vec();
                let place = random.below(mutated.len());
                mutated.splice(place..place, piece);
            }
            5 => mutated[position] = [0, 1, 0x7f, 0x80, 0xff][random.below(5)],
            6 => mutated[position] ^= 1 << random.below(8),
            _ => mutated[position] = mutated[position].wrapping_add(random.byte() % 7),
        }
    }
    mutated
}

/// What a round found out.
#[derive(Default)]
struct Tally {
    opcodes: BTreeSet<u8>,
    ran: u64,
    refused: u64,
    broken: u64,
}

fn refusing_rules(module: &Module) -> Vec<Rule> {
    let verified = salami_verify::verify(module.clone(), salami_vm::leaf::leaves());
    let errors = verified.err().unwrap_or_default();
    errors.iter().map(|error| error.rule).collect()
}

fn round(number: u64, arguments: &Arguments, tally: &mut Tally) -> Result<(), String> {
    let mut random = Random::new(arguments.seed, number);
    let entropy: Vec<u8> = (0..900).map(|_| random.byte()).collect();
    let verified = generator::verified_module(&entropy, salami_vm::leaf::leaves());
    let module = verified.module();
    if arguments.show {
        println!("{}", text::print(module));
    }
    for function in &module.functions {
        tally
            .opcodes
            .extend(function.code.iter().map(salami_ir::Instruction::opcode));
    }
    let bytes = binary::encode(module);
    let program =
        Program::from_module(&bytes).map_err(|error| format!("it does not load: {error}"))?;
    attack_verified(&program).map_err(|fault| format!("{fault}\n{}", text::print(module)))?;
    tally.ran += 1;
    // One thing broken.
    let (rule, break_it) = BREAKERS[usize::try_from(number).unwrap_or(0) % BREAKERS.len()];
    let mut broken = module.clone();
    break_it(&mut broken);
    let rules = refusing_rules(&broken);
    if !rules.contains(&rule) {
        return Err(format!(
            "what breaks {rule} is refused for {rules:?}\n{}",
            text::print(&broken)
        ));
    }
    // An operation that always fails is for who writes by hand: it raises when it runs.
    if rule != Rule::V25 && Program::from_module(&binary::encode(&broken)).is_ok() {
        return Err(format!(
            "what breaks {rule} loads\n{}",
            text::print(&broken)
        ));
    }
    tally.broken += 1;
    // Bytes that anybody might send.
    for _ in 0..MUTATIONS {
        let bytes = mutated(&bytes, &mut random);
        match Program::from_module(&bytes) {
            Ok(program) => {
                attack_verified(&program)
                    .map_err(|fault| format!("mutated: {fault}\n{}", program.assembly()))?;
                tally.ran += 1;
            }
            Err(_) => tally.refused += 1,
        }
    }
    Ok(())
}

fn main() -> ExitCode {
    let arguments = arguments();
    let mut faults = Vec::new();
    let mut tally = Tally::default();
    let rounds = arguments.modules / (2 + MUTATIONS as u64) + 1;
    let numbers = match arguments.only {
        Some(only) => only..only + 1,
        None => 0..rounds,
    };
    for number in numbers {
        let outcome = catch_unwind(AssertUnwindSafe(|| round(number, &arguments, &mut tally)));
        let fault = match outcome {
            Ok(Ok(())) => continue,
            Ok(Err(fault)) => fault,
            Err(_) => "it panicked".to_owned(),
        };
        faults.push(format!(
            "module {number} of seed {}: {fault}",
            arguments.seed
        ));
        if faults.len() >= 5 {
            break;
        }
    }
    println!(
        "attack: seed {}: {} modules ran, {} mutated ones and {} broken ones were refused",
        arguments.seed, tally.ran, tally.refused, tally.broken
    );
    if arguments.only.is_none() && rounds >= 100 {
        let missing: Vec<&str> = salami_ir::instruction::INSTRUCTIONS
            .iter()
            .filter(|row| !tally.opcodes.contains(&row.opcode))
            .map(|row| row.mnemonic)
            .collect();
        if !missing.is_empty() {
            faults.push(format!("no module has {}", missing.join(", ")));
        }
    }
    let unbroken: Vec<&str> = Rule::ALL
        .iter()
        .filter(|rule| !BREAKERS.iter().any(|(broken, _)| broken == *rule))
        .map(|rule| rule.name())
        .collect();
    if !unbroken.is_empty() {
        faults.push(format!("nothing breaks {}", unbroken.join(", ")));
    }
    for fault in &faults {
        println!("{fault}");
    }
    if faults.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

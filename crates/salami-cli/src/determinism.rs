//! `salami verify-determinism`: runs a program again and again, here and in other processes, and
//! compares state, output, fuel and the way of the instructions.

use std::io::Write as _;
use std::process::{Command, Stdio};
use std::thread;

use salami::{Broken, Determinism, Difference, Verifier};
use serde_json::Value;

use crate::arguments::{Setup, Strict, VerifyDeterminism};
use crate::failure::{BUG, Failure, IO};
use crate::output::Output;
use crate::recording::Recording;
use crate::replay::{self, DIFFERENT, Failed};
use crate::session::{Session, StandardInput};
use crate::{files, run};

/// Where the clock starts unless it is told: 2025-01-01.
const DEFAULT_CLOCK: i64 = 1_735_689_600_000_000;

/// Verifies a program.
pub fn verify(arguments: &VerifyDeterminism, output: &mut Output) -> Result<(), Failure> {
    let program = run::load(&arguments.setup)?;
    let mut setup = arguments.setup.clone();
    // So that whoever verifies it elsewhere or another day has the same state in the end.
    setup.now.get_or_insert(DEFAULT_CLOCK);
    setup.seed.get_or_insert(0);
    let record = record(&setup, &program)?;
    let traces = !arguments.no_trace;
    let processes = arguments.processes.min(arguments.runs);
    let outcome = if processes <= 1 {
        let mut verifier = Verifier::new(record, Some(&program), traces);
        replay::many(&mut verifier, arguments.runs)
    } else {
        in_processes(arguments, &record)?
    };
    replay::show(outcome, arguments.format, processes, output)
}

/// Runs it once with what there is outside; all that comes in is recorded. That it fails may be what
/// it does.
fn record(setup: &Setup, program: &salami::Program) -> Result<Vec<String>, Failure> {
    let (mut session, options) = Session::new(setup, program, StandardInput::OfProgram)?;
    let mut execution = program
        .start(&options)
        .map_err(|error| run::failure(program, &error))?;
    let mut recording = Recording::in_memory(program, &options);
    // That it failed is in the record.
    let _ = run::to_the_end(&mut session, &mut execution, &mut recording, |_, _| Ok(()))?;
    Ok(recording.into_lines())
}

/// Shares the runs among processes of their own, each of which compiles the program anew.
fn in_processes(
    arguments: &VerifyDeterminism,
    record: &[String],
) -> Result<Result<Determinism, Failed>, Failure> {
    let command = std::env::current_exe().map_err(|error| failure(&error))?;
    let mut text = record.join("\n");
    text.push('\n');
    let mut running = Vec::new();
    for number in 0..arguments.processes {
        let share = arguments.runs / arguments.processes
            + u64::from(number < arguments.runs % arguments.processes);
        if share == 0 {
            continue;
        }
        let mut child = Command::new(&command);
        child.args(["replay", "-"]);
        if !files::is_standard_input(&arguments.setup.program) {
            child.arg(&arguments.setup.program);
            child.args(["--strict", strict(arguments.setup.strict)]);
            if let Some(tools) = &arguments.setup.tools {
                child.arg("--tools").arg(tools);
            }
        }
        child.args(["--runs", &share.to_string(), "--format", "json"]);
        if !arguments.no_trace {
            child.arg("--trace");
        }
        child.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = child.spawn().map_err(|error| failure(&error))?;
        let input = child.stdin.take();
        let text = text.clone();
        // It reads when it likes, and so do the others.
        let writer = thread::spawn(move || {
            if let Some(mut input) = input {
                let _ = input.write_all(text.as_bytes());
            }
        });
        running.push((child, writer));
    }
    let mut summary: Option<Determinism> = None;
    for (child, writer) in running {
        let done = child.wait_with_output().map_err(|error| failure(&error))?;
        let _ = writer.join();
        let shown: Value = serde_json::from_slice(&done.stdout).unwrap_or_default();
        match (read(&shown), &mut summary) {
            (None, _) => return Err(broken(&shown)),
            (Some(one), None) => summary = Some(one),
            (Some(one), Some(all)) => {
                if (one.state, one.fuel, one.stops) != (all.state, all.fuel, all.stops) {
                    return Ok(Err(between("state", &all.state, &one.state)));
                }
                if let (Some(before), Some(now)) = (&all.trace, &one.trace)
                    && before != now
                {
                    return Ok(Err(between("trace", before, now)));
                }
                all.runs += one.runs;
            }
        }
    }
    Ok(summary.ok_or(Failed::Interrupted))
}

fn failure(error: &std::io::Error) -> Failure {
    Failure::new(IO, format!("another process: {error}"))
}

/// Two processes differ.
fn between(what: &'static str, before: &[u8; 32], now: &[u8; 32]) -> Failed {
    Failed::Broken(Broken::Differs(Box::new(Difference {
        what,
        stop: 0,
        recorded: replay::hex(before).into(),
        found: replay::hex(now).into(),
    })))
}

/// What a process says that was different.
fn broken(shown: &Value) -> Failure {
    match shown["error"]["message"].as_str() {
        Some(message) => Failure::new(DIFFERENT, message),
        None => Failure::new(BUG, "another process ended without a word"),
    }
}

/// What a process says.
fn read(shown: &Value) -> Option<Determinism> {
    let hash = |name: &str| {
        let text = shown[name].as_str()?;
        let digits = (0..64).step_by(2).map(|at| text.get(at..at + 2));
        let bytes = digits.map(|digits| u8::from_str_radix(digits?, 16).ok());
        let bytes: Option<Vec<u8>> = bytes.collect();
        <[u8; 32]>::try_from(bytes?).ok()
    };
    Some(Determinism {
        runs: shown["runs"].as_u64()?,
        stops: shown["stops"].as_u64()?,
        fuel: shown["fuel"].as_u64()?,
        state: hash("state")?,
        trace: hash("trace"),
    })
}

fn strict(strict: Strict) -> &'static str {
    match strict {
        Strict::Effects => "effects",
        Strict::Always => "always",
        Strict::Never => "never",
    }
}

//! States hold across the forms of prepared code: a machine that ran instruction by instruction is written
//! after each of them, and goes on in fused code, and the other way round.

#![allow(clippy::disallowed_methods, reason = "the tests read their files")]

mod common;

use std::sync::Arc;

use common::program;
use salami_vm::{Answer, Data, Limits, Machine, Outcome, Program, Threads, Wait};

/// Instructions of each program after which it is written.
const MOST: usize = 250;

fn start(program: &Arc<Program>) -> Threads {
    let input = [("name".to_owned(), Data::Str("Ada".to_owned()))];
    let limits = Limits::default();
    let machine = Machine::new(program, limits, &input).expect("the input fits");
    Threads::new(machine, limits.memory)
}

/// Runs to the end: how it ends, what it printed, its fuel.
fn finish(mut threads: Threads, mut output: String) -> (String, String, u64) {
    let end = loop {
        let outcome = threads.run(1 << 40);
        output += &threads.take_output();
        match outcome {
            Outcome::Done(value) => break Machine::show(&threads, value),
            Outcome::Raised(raised) => match threads.raise_on(&raised) {
                Some(Outcome::Done(value)) => break Machine::show(&threads, value),
                _ => break format!("{}: {}", raised.class, raised.message),
            },
            Outcome::Failed(error) => break error.code.to_owned(),
            Outcome::Suspended(Wait::Until(instant)) => threads.advance_clock(instant),
            Outcome::Suspended(Wait::Call(_)) => {
                threads.answer(Answer::Value(Data::Int(7.into())));
            }
            Outcome::Suspended(_) | Outcome::Absent(_) | Outcome::Idle => {
                break "it waits".to_owned();
            }
            Outcome::OutOfFuel { .. } => {}
        }
    };
    (end, output, threads.fuel_used())
}

/// The threads as bytes and back, for another form of the program.
fn through_bytes(threads: &Threads, program: &Arc<Program>) -> Threads {
    let common = threads.common_part();
    let parts: Vec<(u64, Vec<u8>)> = (0..threads.count())
        .map(|thread| (thread, threads.thread_part(thread).expect("it is here")))
        .collect();
    let borrowed: Vec<(u64, &[u8])> = parts
        .iter()
        .map(|(thread, part)| (*thread, part.as_slice()))
        .collect();
    let restored = Threads::restored(program, Limits::default(), &common, &borrowed);
    let restored = restored.unwrap_or_else(|error| panic!("{error:?}"));
    assert_eq!(restored.common_part(), common);
    for (thread, part) in parts {
        assert_eq!(restored.thread_part(thread), Some(part));
    }
    assert_eq!(restored.state_hash(), threads.state_hash());
    restored
}

#[test]
fn states_hold_across_forms_of_code() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/programs");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .expect("the folder is there")
        .map(|entry| entry.expect("it can be read").path())
        .collect();
    files.sort();
    let mut count = 0;
    for file in files {
        let source = std::fs::read_to_string(&file).expect("it can be read");
        let fused = program(&source);
        let single = Arc::new(fused.unfused());
        let whole = finish(start(&fused), String::new());
        let mut threads = start(&single);
        let mut output = String::new();
        for step in 0..MOST {
            let outcome = threads.step();
            output += &threads.take_output();
            if !matches!(outcome, Outcome::OutOfFuel { .. }) {
                break;
            }
            let other = if step % 2 == 0 { &fused } else { &single };
            let resumed = through_bytes(&threads, other);
            let found = finish(resumed, output.clone());
            assert_eq!(found, whole, "{} after {step} instructions", file.display());
            count += 1;
        }
        // In slices of fused code, resumed instruction by instruction.
        let mut threads = start(&fused);
        let mut output = String::new();
        for slice in 1..40 {
            let outcome = threads.run(slice);
            output += &threads.take_output();
            if !matches!(outcome, Outcome::OutOfFuel { .. }) {
                break;
            }
            let resumed = through_bytes(&threads, &single);
            assert_eq!(finish(resumed, output.clone()), whole, "{}", file.display());
            threads = through_bytes(&threads, &fused);
        }
    }
    assert!(count > 500, "{count} states");
}

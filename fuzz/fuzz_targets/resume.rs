//! Bytes to a snapshot's body, sealed as one of a golden program: refused, or it runs within its limits.

#![no_main]

use std::sync::OnceLock;

use libfuzzer_sys::fuzz_target;
use salami::{
    Answer, Execution, Program, Progress, ResumeOptions, RunError, RunLimits, Seal, Wait,
};

const MODULES: [&[u8]; 3] = [
    include_bytes!("../../crates/salami-program/tests/golden/v1-values/program.svm"),
    include_bytes!("../../crates/salami-program/tests/golden/v1-threads/program.svm"),
    include_bytes!("../../crates/salami-program/tests/golden/v1-fibers/program.svm"),
];
/// Bytes of a snapshot before its body, and of its seal.
const HEAD: usize = 16;
const SEAL: usize = 8;

/// The programs, each with how its snapshots begin.
fn programs() -> &'static [(Program, Vec<u8>)] {
    static PROGRAMS: OnceLock<Vec<(Program, Vec<u8>)>> = OnceLock::new();
    PROGRAMS.get_or_init(|| {
        let programs = MODULES.iter().map(|module| {
            let program = Program::from_module(module).expect("a module");
            let execution = program.start(&Default::default()).expect("it starts");
            let bytes = execution.snapshot(&Seal::Hash).expect("it has not ended");
            (program, bytes[..HEAD].to_vec())
        });
        programs.collect()
    })
}

fuzz_target!(|bytes: &[u8]| {
    let Some((&first, body)) = bytes.split_first() else {
        return;
    };
    let programs = programs();
    let (program, head) = &programs[usize::from(first) % programs.len()];
    let mut snapshot = [head.as_slice(), body].concat();
    let seal = blake3::hash(&snapshot);
    snapshot.extend(&seal.as_bytes()[..SEAL]);
    let limits = RunLimits {
        fuel: Some(1 << 60),
        memory: 4_000_000,
        ..RunLimits::GENERAL
    };
    let options = ResumeOptions {
        limits,
        ..ResumeOptions::default()
    };
    let Ok(mut execution) = Execution::resume(program, &snapshot, &options) else {
        return;
    };
    let again = execution.snapshot(&Seal::Hash).expect("it has not ended");
    let twice = Execution::resume(program, &again, &options).expect("what was written is read");
    assert_eq!(twice.snapshot(&Seal::Hash), Some(again));
    for _ in 0..10 {
        match execution.step(2_000) {
            Progress::Ended(Err(RunError::Internal(text))) => {
                assert!(
                    text.contains("internal.guard") || text.contains("closure of another"),
                    "{text}"
                );
                return;
            }
            Progress::Suspended(Wait::Until(instant)) => execution.advance(instant),
            Progress::Suspended(Wait::Input(_)) => drop(execution.feed(Ok(Vec::new()))),
            Progress::Suspended(Wait::Call(_)) => {
                execution.answer(&Answer::Error("no such tool".to_owned()));
            }
            Progress::Running => drop(execution.take_output()),
            _ => return,
        }
    }
});

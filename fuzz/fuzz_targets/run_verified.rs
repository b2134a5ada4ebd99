//! Entropy to verified modules, which run within their limits and end in a named way.

#![no_main]

#[path = "../../crates/salami-verify/tests/generator/mod.rs"]
#[allow(dead_code, reason = "shared with the property tests")]
mod verified;

use libfuzzer_sys::fuzz_target;
use salami::{Answer, Program, Progress, RunError, RunOptions, Wait};

fuzz_target!(|entropy: &[u8]| {
    let verified = verified::verified_module(entropy, salami_vm::leaf::leaves());
    let bytes = salami_ir::binary::encode(verified.module());
    let Ok(program) = Program::from_module(&bytes) else {
        panic!("a verified module does not load");
    };
    let options = RunOptions {
        limits: salami::RunLimits {
            fuel: Some(20_000),
            memory: 4_000_000,
            ..salami::RunLimits::GENERAL
        },
        ..RunOptions::default()
    };
    let Ok(mut execution) = program.start(&options) else {
        return;
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
    assert!(execution.memory_peak() <= 4_000_000);
    if let Err(RunError::Internal(text)) = result {
        assert!(
            text.contains("internal.guard") || text.contains("closure of another"),
            "{text}"
        );
    }
});

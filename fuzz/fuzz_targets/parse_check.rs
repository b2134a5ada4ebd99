//! Source to module: refused with diagnostics that can be shown, or a module that the verifier accepts.

#![no_main]

use libfuzzer_sys::fuzz_target;
use salami::{CompileError, CompileOptions};

fuzz_target!(|source: &str| {
    match salami::compile("program.py", source, &CompileOptions::default()) {
        Ok(program) => drop(program.to_bytes()),
        Err(CompileError::Refused(refusal)) => drop(refusal.to_string()),
        Err(CompileError::Limit(_)) => {}
        Err(CompileError::Internal(text)) => panic!("{text}"),
    }
});

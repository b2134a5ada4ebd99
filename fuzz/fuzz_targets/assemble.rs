//! Assembly to module. What assembles prints as text that assembles to the same module.

#![no_main]

#[path = "../../crates/salami-verify/tests/leaves/mod.rs"]
mod leaves;

use libfuzzer_sys::fuzz_target;
use salami_ir::text;

fuzz_target!(|source: &str| {
    let Ok(module) = text::parse(source) else {
        return;
    };
    assert!(text::parse(&text::print(&module)).as_ref() == Ok(&module));
    let _ = salami_verify::verify(module, leaves::LEAVES);
});

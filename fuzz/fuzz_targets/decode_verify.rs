//! Bytes to module to verified module. What decodes encodes to the same bytes, and its text is exact.

#![no_main]

#[path = "../../crates/salami-verify/tests/leaves/mod.rs"]
mod leaves;

use libfuzzer_sys::fuzz_target;
use salami_ir::{binary, text};

fuzz_target!(|bytes: &[u8]| {
    let Ok(module) = binary::decode(bytes) else {
        return;
    };
    assert!(binary::encode(&module) == bytes);
    assert!(text::parse(&text::print(&module)).as_ref() == Ok(&module));
    let _ = salami_verify::verify(module, leaves::LEAVES);
});

//! Entropy to modules, by the generators of the property tests.

#![no_main]

#[path = "../../crates/salami-ir/tests/generator/mod.rs"]
#[allow(dead_code, reason = "shared with the property tests")]
mod any;
#[path = "../../crates/salami-verify/tests/leaves/mod.rs"]
mod leaves;
#[path = "../../crates/salami-verify/tests/generator/mod.rs"]
mod verified;

use libfuzzer_sys::fuzz_target;
use salami_ir::{binary, text};

fuzz_target!(|entropy: &[u8]| {
    let any = any::any_module(entropy);
    assert!(text::parse(&text::print(&any)).as_ref() == Ok(&any));
    let _ = salami_verify::verify(any, leaves::LEAVES);
    let verified = verified::verified_module(entropy, leaves::LEAVES);
    let bytes = binary::encode(verified.module());
    assert!(binary::decode(&bytes).as_ref() == Ok(verified.module()));
});

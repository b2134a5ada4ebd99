//! The verifier on generated modules.

#[path = "../../salami-ir/tests/generator/mod.rs"]
#[allow(dead_code, reason = "shared with the tests of the other crate")]
mod any;
mod generator;
mod leaves;

use leaves::LEAVES;
use proptest::prelude::*;
use salami_ir::{Instruction, binary, text};
use salami_verify::verify;

fn entropy() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 0..2000)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_module_is_verified_or_refused(entropy in entropy()) {
        let _ = verify(any::any_module(&entropy), LEAVES);
    }

    #[test]
    fn verified_modules_survive_both_forms(entropy in entropy()) {
        let verified = generator::verified_module(&entropy, LEAVES);
        let module = verified.module();
        let bytes = binary::encode(module);
        prop_assert_eq!(binary::decode(&bytes), Ok(module.clone()));
        prop_assert_eq!(text::parse(&text::print(module)), Ok(module.clone()));
    }

    #[test]
    fn mutated_modules_are_verified_or_refused(
        entropy in entropy(),
        edits in prop::collection::vec((any::<u16>(), any::<u8>()), 1..8),
    ) {
        let mut bytes = binary::encode(generator::verified_module(&entropy, LEAVES).module());
        for (place, byte) in edits {
            let length = bytes.len();
            bytes[usize::from(place) % length] = byte;
        }
        if let Ok(module) = binary::decode(&bytes) {
            let first = verify(module.clone(), LEAVES).map(drop);
            prop_assert_eq!(first, verify(module, LEAVES).map(drop));
        }
    }

    /// What holds before an instruction is of the declared types, and is set where it is read.
    #[test]
    fn facts_keep_to_the_declarations(entropy in entropy()) {
        let verified = generator::verified_module(&entropy, LEAVES);
        let module = verified.module();
        let mut facts = verified.facts();
        for (index, function) in (0..).zip(&module.functions) {
            let mut found = facts.function(salami_ir::FunctionIndex(index)).expect("the function exists");
            found.visit(|address, registers| {
                for (register, declared) in (0..).map(salami_ir::Register).zip(&function.registers) {
                    let bound = module.register_type(declared.bound).tags;
                    let held = registers.tags(register).difference(salami_ir::TagSet::of(&[salami_ir::Tag::Unset]));
                    assert!(held.is_subset(bound), "{register} at {address}");
                }
                if let Instruction::Return { value } = &function.code[address.index()] {
                    assert!(!registers.tags(*value).contains(salami_ir::Tag::Unset));
                }
            });
        }
    }
}

/// Repairing must leave enough to be worth running.
#[test]
fn generated_modules_are_not_empty() {
    let (mut drawn, mut kept) = (0, 0);
    for seed in 0..200u64 {
        let mut state = seed;
        let entropy: Vec<u8> = core::iter::repeat_with(|| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as u8
        })
        .take(1500)
        .collect();
        for function in &generator::verified_module(&entropy, LEAVES)
            .module()
            .functions
        {
            let fixed = 18.min(function.code.len());
            drawn += function.code.len() - fixed;
            let jumps_on = |(at, instruction): &(usize, &Instruction)| matches!(instruction, Instruction::Jump { target } if target.index() == at + 1);
            kept += function
                .code
                .iter()
                .enumerate()
                .skip(fixed)
                .filter(|item| !jumps_on(item))
                .count();
        }
    }
    assert!(
        kept * 2 > drawn,
        "{kept} of {drawn} drawn instructions were kept"
    );
}

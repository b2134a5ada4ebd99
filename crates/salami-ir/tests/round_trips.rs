//! Both forms of a module are exact, and neither reader trusts what it reads.

mod generator;

use generator::any_module;
use proptest::prelude::*;
use salami_ir::{Module, binary, text};

fn entropy() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 0..1500)
}

/// An upper bound, in bytes, of what a module takes in memory beside its texts.
fn weight(module: &Module) -> usize {
    let registers: usize = module
        .functions
        .iter()
        .map(|function| function.registers.len())
        .sum();
    let code: usize = module
        .functions
        .iter()
        .map(|function| function.code.len())
        .sum();
    let entries = module.constants.len()
        + module.types.len()
        + module.leaves.len()
        + module.classes.len()
        + module.globals.len()
        + module.schemas.len()
        + module.capabilities.len();
    size_of_val(module)
        + entries * 128
        + module.functions.len() * size_of::<salami_ir::Function>()
        + registers * size_of::<salami_ir::RegisterDeclaration>()
        + code * size_of::<salami_ir::Instruction>()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn text_is_exact(entropy in entropy()) {
        let module = any_module(&entropy);
        let printed = text::print(&module);
        match text::parse(&printed) {
            Ok(parsed) => prop_assert_eq!(&parsed, &module, "\n{}", printed),
            Err(diagnostics) => prop_assert!(false, "{:?}\n{}", diagnostics, printed),
        }
    }

    #[test]
    fn binary_is_exact(entropy in entropy()) {
        let module = any_module(&entropy);
        let bytes = binary::encode(&module);
        prop_assert_eq!(binary::decode(&bytes), Ok(module));
    }

    #[test]
    fn binary_is_canonical(entropy in entropy(), places in prop::collection::vec((any::<u16>(), any::<u8>()), 1..4)) {
        let mut bytes = binary::encode(&any_module(&entropy));
        for (place, byte) in places {
            let length = bytes.len();
            bytes[usize::from(place) % length] = byte;
        }
        if let Ok(module) = binary::decode(&bytes) {
            prop_assert!(weight(&module) <= 4096 + bytes.len() * 128);
            prop_assert_eq!(binary::encode(&module), bytes);
        }
    }

    #[test]
    fn truncated_bytes_are_refused(entropy in entropy(), cut in any::<u16>()) {
        let bytes = binary::encode(&any_module(&entropy));
        let cut = usize::from(cut) % bytes.len();
        prop_assert!(binary::decode(&bytes[..cut]).is_err());
    }

    #[test]
    fn any_bytes_are_decoded_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let mut prefixed = b"\x7fSVM\x01".to_vec();
        prefixed.extend(bytes);
        if let Ok(module) = binary::decode(&prefixed) {
            prop_assert_eq!(binary::encode(&module), prefixed);
        }
    }

    #[test]
    fn any_text_is_assembled_or_refused(entropy in entropy(), edits in prop::collection::vec((any::<u16>(), any::<char>()), 1..6)) {
        let mut characters: Vec<char> = text::print(&any_module(&entropy)).chars().collect();
        for (place, character) in edits {
            let length = characters.len();
            characters[usize::from(place) % length] = character;
        }
        let edited: String = characters.into_iter().collect();
        if let Ok(module) = text::parse(&edited) {
            prop_assert_eq!(text::parse(&text::print(&module)), Ok(module));
        }
    }
}

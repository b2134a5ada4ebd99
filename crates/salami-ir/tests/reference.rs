//! The page of the instruction set says what the table says.

#![allow(
    clippy::disallowed_methods,
    reason = "the test reads and writes the page"
)]

use std::path::Path;

#[test]
fn page_is_in_step() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/ir.md");
    let page = salami_ir::reference::markdown();
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&path, &page).expect("docs/ir.md can be written");
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == page,
        "docs/ir.md is not what the instruction table says: run with BLESS=1"
    );
}

#[test]
fn opcodes_ascend_and_mnemonics_differ() {
    let table = salami_ir::instruction::INSTRUCTIONS;
    assert!(table.windows(2).all(|pair| pair[0].opcode < pair[1].opcode));
    let mut mnemonics: Vec<_> = table.iter().map(|info| info.mnemonic).collect();
    mnemonics.sort_unstable();
    mnemonics.dedup();
    assert_eq!(mnemonics.len(), table.len());
}

#[test]
fn builtin_bases_come_first() {
    for (index, exception) in salami_ir::BuiltinException::ALL.iter().enumerate() {
        assert!(
            exception
                .parent()
                .is_none_or(|parent| (parent as usize) < index),
            "{}",
            exception.name()
        );
    }
}

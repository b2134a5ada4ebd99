//! How lines are written, for the help of their errors and for the reference.

use core::fmt::Write;

use super::page::LISTED_INSTRUCTIONS;
use crate::instruction::{INSTRUCTIONS, InstructionInfo};

/// Lines outside of functions.
const SECTIONS: [(&str, &str); 9] = [
    ("REQUIRE", "REQUIRE service.method"),
    ("INPUT", "INPUT \"name\": string"),
    ("FUNCTION", "FUNCTION \"name\" parameters 1"),
    ("ENTRY", "ENTRY \"name\""),
    ("MODULE", "MODULE \"name\""),
    ("GLOBAL", "GLOBAL g0 = \"name\""),
    ("CONSTANT", "CONSTANT k0 = 1"),
    ("HANDLER", "HANDLER 2 .. 5 -> 9 $0 catch ValueError"),
    ("REGISTER", "REGISTER $0 any, $1 int"),
];

/// An instruction of the machine with its operands.
pub(crate) fn form(info: &InstructionInfo) -> String {
    let mut form = info.mnemonic.to_owned();
    for (name, kind) in info.operands {
        form.push_str(
            if matches!(*kind, "destination" | "destinations" | "address") {
                " -> "
            } else {
                " "
            },
        );
        match *kind {
            // Writing to a `String` does not fail.
            "registers" | "destinations" => {
                let _ = write!(form, "[{name}...]");
            }
            _ => form.push_str(name),
        }
    }
    form
}

/// How a line that begins with the word is written.
pub(super) fn written(word: &str) -> Option<String> {
    let listed = LISTED_INSTRUCTIONS
        .iter()
        .find(|info| info.mnemonic == word);
    if let Some(info) = listed {
        return Some(
            format!("{} {}", info.mnemonic, info.operands)
                .trim()
                .to_owned(),
        );
    }
    if let Some((_, form)) = SECTIONS.iter().find(|(section, _)| *section == word) {
        return Some((*form).to_owned());
    }
    match word {
        "CMP" => Some("CMP \"<\" left right -> result".to_owned()),
        "LOAD_CONST" => Some("LOAD_CONST 1 -> $0".to_owned()),
        "LOAD_INPUT" => Some("LOAD_INPUT \"name\" -> $0".to_owned()),
        "STORE_OUTPUT" => Some("STORE_OUTPUT \"name\" value".to_owned()),
        "RETURN" => Some("RETURN` or `RETURN value".to_owned()),
        _ => {
            let info = INSTRUCTIONS.iter().find(|info| info.mnemonic == word)?;
            Some(form(info))
        }
    }
}

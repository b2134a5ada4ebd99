//! The instruction set as a page: `docs/ir.md` is made from it, and a test keeps it in step.

use core::fmt::Write;

use crate::exceptions::BuiltinException;
use crate::instruction::{INSTRUCTIONS, InstructionInfo};
use crate::types::Tag;

const HEAD: &str = "\
# The instruction set

Made from the instruction table (`crates/salami-ir/src/instruction.rs`); a test keeps it in step:
`BLESS=1 cargo test -p salami-ir --test reference` writes it anew.

An instruction stands on a line as `address: MNEMONIC operands`. Operands come in the order of the
table; what is written stands after `->`, as do addresses. Every instruction is atomic: it is done,
or it raised and changed nothing.

| operand | how it is written | what it is |
|---|---|---|
| register | `$0` | a register that is read |
| registers | `[$0 $1]` | registers that are read |
| destination | `-> $2` | the register that is written |
| destinations | `-> [$2 $3]` | registers that are written |
| address | `-> 5` | an instruction of the same function |
| constant | `\"text\"`, `1`, `1.5`, `None`, `k0` | a constant |
| type | `any`, `int\\|str`, `object<c0>` | what a register may hold |
| function | `f0` | a function of the module |
| leaf | `\"str.upper\"` | a native function |
| class | `c0` | a class of the module |
| field | `.0` | a field of the class in front |
| global | `\"name\"` | a module variable |
| schema | `s0` | a schema of the module |
| comparison | `\"<\"` | a comparison operator of Python |
| expectation | `guard`, `attribute \"name\"`, `callable`, `error \"text\"` | what a failure means |
| text | `\"text\"` | a name or a message |
| count | `2` | a plain number |
";

/// The page, in Markdown.
#[must_use]
pub fn markdown() -> String {
    let mut page = HEAD.to_owned();
    page.push_str("\n| opcode | instruction | fuel | |\n|---|---|---|---|\n");
    for info in INSTRUCTIONS {
        // Writing to a `String` does not fail.
        let _ = writeln!(
            page,
            "| {:02x} | `{}` | {} | {} |",
            info.opcode,
            form(info),
            info.cost,
            sentence(info.doc)
        );
    }
    page.push_str("\n## Tags\n\nWhat a type is made of, in the order of the binary form:\n");
    page.push_str(&listed(Tag::ALL.iter().map(|tag| tag.name())));
    page.push_str(
        "\n## Exceptions\n\nThe classes that every module has, in the order of the binary form:\n",
    );
    page.push_str(&listed(
        BuiltinException::ALL
            .iter()
            .map(|exception| exception.name()),
    ));
    page
}

fn form(info: &InstructionInfo) -> String {
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
            "registers" | "destinations" => {
                let _ = write!(form, "[{name}...]");
            }
            _ => form.push_str(name),
        }
    }
    form
}

fn sentence(doc: &str) -> String {
    doc.trim().replace('\n', " ").replace('|', "\\|")
}

/// Names, each in backticks, in lines of at most 100 characters.
fn listed<'n>(names: impl Iterator<Item = &'n str>) -> String {
    let mut text = String::new();
    let mut width = 0;
    for name in names {
        if width > 0 && width + name.len() + 4 > 100 {
            text.push('\n');
            width = 0;
        }
        if width > 0 {
            text.push(' ');
        }
        let _ = write!(text, "`{name}`");
        width += name.len() + 3;
    }
    text.push('\n');
    text
}

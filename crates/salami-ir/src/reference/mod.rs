//! The instruction set as a page: `docs/ir.md` is made from it, and a test keeps it in step.

mod examples;

use core::fmt::Write;

pub use examples::{EXAMPLES, Example};

use crate::exceptions::BuiltinException;
use crate::instruction::INSTRUCTIONS;
use crate::text::LISTED_INSTRUCTIONS;
use crate::types::Tag;

const HEAD: &str = "\
# The instruction set

Made in part from the instruction tables (`crates/salami-ir/src/instruction.rs`, `text/page.rs`) and
their examples (`reference/examples.rs`), which a test runs; another test keeps the page in step:
`BLESS=1 cargo test -p salami-ir --test reference` writes it anew.

## Listings

Bytecode is written by hand, or by a model, as a listing:

```
0: LOAD_INPUT \"email\" -> $0
1: CALL_SERVICE \"validator.check_email\" [$0] -> $1
2: IF_FALSE $1 -> 5
3: STORE_OUTPUT \"status\" \"valid\"
4: RETURN
5: STORE_OUTPUT \"status\" \"invalid\"
6: RETURN
```

`svm-run --trace FILE.ir INPUT.json --answers ANSWERS.json` runs it and shows each instruction as
`IP=n: TEXT -> $d=JSON`, a branch that was taken with ` (to IP m)`, a line that failed, which sets nothing,
with ` (error \"what it says\")`. `svm-inspect` lists it, `svm-debug` stops at its addresses. `salami compile
FILE.ir` makes a binary module of it, which the three show in the same way.

- An **address** is the number in front of a line. Addresses ascend and may be sparse; a line without one
  has the next. A line may have a name, `done: RETURN`, and be jumped to by it.
- A **register** is `$0` to `$65535`, or a name: `$email`, or `email` alone. A name that no line sets is the
  input field of that name. A literal (`\"text\"`, `1`, `2.5`, `true`, `null`) may stand where a register is
  read.
- **Types** are inferred. Those of inputs are the types of the input at hand, or declared:
  `INPUT \"email\": string` (`string`, `number`, `integer`, `boolean`, `object`, `array`, `null`, `any`, and
  several with `|`). All is checked before the first instruction: a register that may be unset where it
  is read, operands that can never fit, jumps to addresses that no line has, loops that run too often,
  paths and patterns that are none, services that may not be called. What comes from outside has types
  that only the run knows; where they do not fit, `TypeError` says \"Type mismatch in\" the instruction.
  `salami check` lists the lines where that may be, for an input of which it knows what `INPUT` lines say.
- **Functions** come behind the code that runs first: `FUNCTION \"double\" parameters 1`, its lines with
  addresses of their own, its arguments in `$0` and on; `CALL \"double\" [$0] -> $1` calls it.
- `Step 1: EXTRACT_JSON(response, \"email\") -> found` is `1: EXTRACT_JSON response \"email\" -> found`.
- `REQUIRE slack.send_message` permits a service, `REQUIRE slack` all of its methods. A file without such
  lines may call what it names.
- What was stored by `STORE_OUTPUT` is the result, unless `RETURN` has a value. The last `RETURN` may be left
  out.
- `;` and `#` begin a comment. What stands in parentheses behind an instruction is one, too, and a line
  that begins with `...`.

| instruction | |
|---|---|
";

const MACHINE: &str = "
## The instructions of the machine

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
    for info in LISTED_INSTRUCTIONS {
        let form = format!("{} {}", info.mnemonic, info.operands);
        let (form, doc) = (
            form.trim().replace('|', "\\|"),
            info.doc.replace('|', "\\|"),
        );
        let _ = writeln!(page, "| `{form}` | {doc} |");
    }
    page.push_str(MACHINE);
    page.push_str("\n| opcode | instruction | fuel | |\n|---|---|---|---|\n");
    for info in INSTRUCTIONS {
        // Writing to a `String` does not fail.
        let _ = writeln!(
            page,
            "| {:02x} | `{}` | {} | {} |",
            info.opcode,
            crate::text::form(info),
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
    page.push_str(EXAMPLES_HEAD);
    for example in EXAMPLES {
        let _ = write!(
            page,
            "\n`{}`\n\n```\n{}\n",
            example.mnemonic,
            example.program.trim_end()
        );
        for (what, text) in [("input", example.input), ("answers", example.answers)] {
            for line in text.lines() {
                let _ = writeln!(page, "; {what}: {line}");
            }
        }
        let _ = write!(page, "; result: {}\n```\n", example.result);
    }
    page
}

const EXAMPLES_HEAD: &str = "
## Examples

One of every instruction. A comment at the end says with which input and which answers of services it
was run, and what came of it: the result as JSON, or the last line of the error.
";

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

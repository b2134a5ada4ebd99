//! The language card: its generated part, its size, and that what it says of programs is so.

use salami_check::face;
use salami_testkit::{files, markers};

/// At most 1,500 tokens, of four characters each.
const MAX_CHARACTERS: usize = 6_000;

const PAGE: &str = "docs/language-card.md";

fn card() -> String {
    std::fs::read_to_string(files::root().join(PAGE)).expect("the card is readable")
}

#[test]
fn the_card_names_the_modules_and_is_short() {
    let names: Vec<&str> = face::MODULES
        .iter()
        .copied()
        .filter(|name| !name.starts_with('_') && *name != "builtins")
        .filter(|name| {
            // A module that only holds other modules goes without saying.
            face::module(name).is_some_and(|module| {
                module
                    .entries
                    .values()
                    .any(|entry| !matches!(entry, face::FaceEntry::Module(_)))
            })
        })
        .collect();
    let text = format!("{}.", names.join(", "));
    let is_set = std::env::var_os("BLESS").is_some_and(|value| !value.is_empty() && value != "0");
    markers::hold(PAGE, "modules", &text, is_set);
    let count = card().chars().count();
    println!("the card has {count} characters");
    assert!(count <= MAX_CHARACTERS, "the card has {count} characters");
}

#[test]
fn the_programs_of_the_card_are_proved() {
    let card = card();
    let programs: Vec<&str> = card
        .split("```python\n")
        .skip(1)
        .filter_map(|rest| rest.split("```").next())
        .collect();
    assert!(programs.len() >= 2);
    for program in programs {
        let options = salami::CompileOptions {
            strict: salami::Strict::Always,
            ..salami::CompileOptions::default()
        };
        if let Err(error) = salami::compile("card.py", program, &options) {
            panic!("{program}\n{error}");
        }
    }
}

#[test]
fn what_the_card_calls_out_is_refused() {
    let card = card();
    let table = card.split("| not | but |").nth(1).expect("the table");
    let mut count = 0;
    for row in table.lines().filter(|line| line.starts_with("| `")) {
        let names = row.split('|').nth(1).unwrap_or("");
        for name in names.split('`').skip(1).step_by(2) {
            count += 1;
            let is_builtin =
                ["open", "input", "eval", "exec", "globals", "__import__"].contains(&name);
            let program = match name {
                "sys.argv" => continue,
                name if is_builtin => format!("print({name})\n"),
                name => format!("import {name}\n"),
            };
            let refused = salami::compile("card.py", &program, &salami::CompileOptions::default());
            assert!(refused.is_err(), "`{name}` is accepted");
        }
    }
    assert!(count > 20, "{count} names");
}

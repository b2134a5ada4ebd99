//! The examples of the instruction set do what its page says.

use std::collections::BTreeSet;

use salami_ir::instruction::INSTRUCTIONS;
use salami_ir::reference::{EXAMPLES, Example};
use salami_ir::text::LISTED_INSTRUCTIONS;
use salami_program::{Answer, Call, Canned, CompileError, Program, RunError, RunOptions, Source};

/// The result as JSON, or what the error says in its last line.
fn outcome(example: &Example) -> String {
    let program = match Program::from_assembly(Source::new("example.ir", example.program)) {
        Ok(program) => program,
        Err(CompileError::Refused(refusal)) => return format!("refused: {refusal}"),
        Err(error) => return error.to_string(),
    };
    let input = match example.input {
        "" => serde_json::Map::new(),
        input => serde_json::from_str(input).expect("the input is an object"),
    };
    let mut canned = Canned::parse(example.answers).expect("the answers can be read");
    let mut host = |call: &Call| match canned.answer(call) {
        Ok(answer) => answer,
        Err(problem) => Answer::Error(problem),
    };
    let options = RunOptions {
        input,
        ..RunOptions::default()
    };
    match program.run_with(&options, &mut host).result {
        Ok(result) => result.to_string(),
        Err(RunError::Exception(exception)) => exception.to_string(),
        Err(error) => error.to_string(),
    }
}

#[test]
fn examples_do_what_they_say() {
    let mut failures = String::new();
    for example in EXAMPLES {
        let found = outcome(example);
        if found != example.result {
            let (mnemonic, expected) = (example.mnemonic, example.result);
            failures += &format!("{mnemonic}: expected {expected}\n  found {found}\n");
        }
    }
    assert!(failures.is_empty(), "\n{failures}");
}

#[test]
fn every_instruction_has_an_example_that_has_it() {
    let shown: BTreeSet<&str> = EXAMPLES.iter().map(|example| example.mnemonic).collect();
    let machine = INSTRUCTIONS.iter().map(|info| info.mnemonic);
    let listed = LISTED_INSTRUCTIONS.iter().map(|info| info.mnemonic);
    for mnemonic in machine.chain(listed) {
        assert!(
            shown.contains(mnemonic),
            "there is no example of {mnemonic}"
        );
    }
    for example in EXAMPLES {
        let mut words = example.program.split_whitespace();
        assert!(
            words.any(|word| word == example.mnemonic),
            "{} is missing",
            example.mnemonic
        );
    }
}

#[test]
fn binaries_of_listings_show_the_same_lines() {
    for example in EXAMPLES {
        let Ok(program) = Program::from_assembly(Source::new("example.ir", example.program)) else {
            continue;
        };
        let again =
            Program::from_module(&program.to_bytes()).expect("a module that was verified loads");
        let lines = |program: &Program| -> Vec<(u32, String)> {
            let lines = program.listing_lines();
            lines
                .map(|(address, text)| (address, text.to_owned()))
                .collect()
        };
        assert_eq!(lines(&again), lines(&program), "{}", example.mnemonic);
        assert_eq!(
            program.is_listing(),
            !lines(&program).is_empty(),
            "{}",
            example.mnemonic
        );
        let printed = Program::from_assembly(Source::new("printed.ir", program.assembly()));
        let printed = printed.expect("what was printed assembles");
        assert_eq!(printed.hash(), program.hash(), "{}", example.mnemonic);
        assert_eq!(lines(&printed), lines(&program), "{}", example.mnemonic);
    }
}

//! Programs in assembly, each with its expected end in a comment. Every one is run in one go, in
//! slices of fuel of many sizes, and with a collection at every safepoint: nothing may differ.

#![allow(clippy::disallowed_methods, reason = "the tests read their files")]

mod common;

use common::{Way, program, run};
use salami_vm::Data;

#[test]
fn programs_end_as_they_say_however_they_are_run() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/programs");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .expect("the folder is there")
        .map(|entry| entry.expect("it can be read").path())
        .collect();
    files.sort();
    assert!(files.len() > 15, "the programs are there");
    let mut failures = Vec::new();
    for file in files {
        let source = std::fs::read_to_string(&file).expect("it can be read");
        let name = file
            .file_stem()
            .and_then(|stem| stem.to_str())
            .unwrap_or("?")
            .to_owned();
        let wanted = source
            .lines()
            .filter_map(|line| line.strip_prefix("; "))
            .find(|line| {
                ["result:", "raises:", "fails:"]
                    .iter()
                    .any(|start| line.starts_with(start))
            })
            .expect("the program says how it ends");
        let input: Vec<(String, Data)> = source
            .lines()
            .filter_map(|line| line.strip_prefix("; input: "))
            .map(|field| (field.to_owned(), Data::Str("Ada".to_owned())))
            .collect();
        let program = program(&source);
        let whole = run(&program, &input, Way::in_one_go());
        if whole.end != wanted {
            failures.push(format!(
                "{name}: wanted {wanted}\n      found {}",
                whole.end
            ));
            continue;
        }
        let stressed = run(&program, &input, Way::stressed());
        if stressed != whole {
            failures.push(format!(
                "{name}, stressed: {stressed:?}\n      whole {whole:?}"
            ));
        }
        for slice in [1, 2, 3, 7, 50, 255, 256, 257, 1000, 2047, 2048, 5000] {
            let sliced = run(&program, &input, Way::slices(slice));
            if sliced != whole {
                failures.push(format!(
                    "{name}, slices of {slice}: {sliced:?}\n      whole {whole:?}"
                ));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

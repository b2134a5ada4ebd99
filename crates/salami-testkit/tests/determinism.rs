//! The programs of the specification, recorded and run again: in slices, instruction by instruction,
//! with other keys of hash tables. `LONG=1` takes all of them, else every tenth.

use salami::{Answer, Call, Canned, CompileOptions, Program, RunLimits, RunOptions, Verifier};
use salami_testkit::spec::{self, Case};
use salami_testkit::{engine, files};
use serde_json::{Map, Value};

/// Longer programs would take too long instruction by instruction.
const FUEL: u64 = 300_000;

fn cases() -> Vec<(String, Case)> {
    let folder = files::root().join("spec");
    let mut found = Vec::new();
    for path in files::with_extension(&folder, "md").expect("spec/ is readable") {
        let text = std::fs::read_to_string(&path).expect("a page is readable");
        let page = path.display().to_string();
        let cases = spec::parse(&text).unwrap_or_else(|error| panic!("{page}: {error}"));
        found.extend(cases.into_iter().map(|case| (page.clone(), case)));
    }
    found
}

fn compiled(case: &Case) -> Option<Program> {
    let options: CompileOptions = engine::options(case);
    salami::compile("program.py", &case.source, &options).ok()
}

#[test]
fn programs_of_the_specification_do_the_same_again() {
    let step = if std::env::var_os("LONG").is_some() {
        1
    } else {
        10
    };
    let mut count = 0;
    for (page, case) in cases().iter().step_by(step) {
        let Some(program) = compiled(case) else {
            continue;
        };
        let input: Map<String, Value> = case
            .input
            .as_deref()
            .and_then(|text| serde_json::from_str(text).ok())
            .unwrap_or_default();
        let options = RunOptions {
            input,
            limits: RunLimits {
                fuel: Some(FUEL),
                ..RunLimits::GENERAL
            },
            ..RunOptions::default()
        };
        let mut canned = Canned::parse(case.host.as_deref().unwrap_or_default()).expect("a host");
        let mut host = |call: &Call| match canned.answer(call) {
            Ok(answer) => answer,
            Err(problem) => Answer::Error(problem),
        };
        let Ok((_, record)) = salami::record(&program, &options, &mut host) else {
            continue;
        };
        let lines: Vec<String> = record.lines().map(str::to_owned).collect();
        let mut verifier = Verifier::new(lines, None, true);
        for _ in 0..2 {
            if let Err(broken) = verifier.run() {
                panic!("{page}:{} {}: {broken}", case.line, case.name);
            }
        }
        count += 1;
    }
    assert!(count > 50, "{count} programs");
}

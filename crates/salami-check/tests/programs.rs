//! Programs with what the checker says of them: `tests/programs/*.py`.
//!
//! `# error: CODE` on a line: this diagnostic, on that line; `# assertion: CODE` an assertion
//! point; `# type: TEXT` what `reveal_type` there tells. Nothing else may be said.
#![allow(clippy::disallowed_methods, reason = "tests read their data")]

use std::path::Path;

use salami_check::{Options, check, codes};
use salami_source::{Diagnostic, Source};

/// Line, kind and text.
type Remark = (u32, &'static str, String);

fn expected(text: &str) -> Vec<Remark> {
    let mut remarks = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let number = u32::try_from(index + 1).unwrap_or(u32::MAX);
        for kind in ["error", "assertion", "type"] {
            for (at, mark) in line.match_indices(&format!("# {kind}: ")) {
                let rest = &line[at + mark.len()..];
                let rest = rest.split("  #").next().unwrap_or(rest);
                remarks.push((number, kind, rest.trim().to_owned()));
            }
        }
    }
    remarks.sort();
    remarks
}

fn remark(source: &Source, kind: &'static str, diagnostic: &Diagnostic) -> Remark {
    let line = diagnostic
        .labels
        .first()
        .map_or(0, |label| source.line(label.span.start));
    if diagnostic.code == codes::TYPE_REVEAL {
        let text = diagnostic
            .message
            .trim_start_matches("the type is ")
            .trim_matches('`');
        return (line, "type", text.to_owned());
    }
    (line, kind, diagnostic.code.to_owned())
}

fn said(source: &Source) -> Vec<Remark> {
    let checked = check(source, &Options::default());
    let mut remarks: Vec<Remark> = Vec::new();
    remarks.extend(
        checked
            .diagnostics
            .iter()
            .map(|diagnostic| remark(source, "error", diagnostic)),
    );
    remarks.extend(
        checked
            .assertion_points
            .iter()
            .map(|diagnostic| remark(source, "assertion", diagnostic)),
    );
    remarks.sort();
    remarks.dedup();
    let has_errors = remarks.iter().any(|(_, kind, _)| *kind == "error");
    assert_eq!(
        checked.program.is_none(),
        has_errors,
        "{}: a program exactly without errors",
        source.name()
    );
    remarks
}

#[test]
fn programs_get_the_remarks_that_they_tell() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/programs");
    let mut paths: Vec<_> = std::fs::read_dir(folder)
        .expect("the folder of programs")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    paths.sort();
    let mut failures = String::new();
    for path in paths {
        let text = std::fs::read_to_string(&path).expect("a program");
        let name = path
            .file_name()
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default();
        let source = Source::new(name.clone(), text.clone());
        let (wanted, got) = (expected(&text), said(&source));
        for missing in wanted.iter().filter(|remark| !got.contains(remark)) {
            failures.push_str(&format!("{name}: not said: {missing:?}\n"));
        }
        for unwanted in got.iter().filter(|remark| !wanted.contains(remark)) {
            failures.push_str(&format!("{name}: said: {unwanted:?}\n"));
        }
    }
    assert!(failures.is_empty(), "\n{failures}");
}

/// What nesting, chains and recursion need of the stack does not depend on the program.
#[test]
fn deep_programs_need_little_stack() {
    let mut blocks = String::from("x = [1]\n");
    for depth in 0..90 {
        blocks.push_str(&format!("{}for a{depth} in x:\n", " ".repeat(depth)));
    }
    blocks.push_str(&format!("{}print(x)\n", " ".repeat(90)));
    let mut calls = String::from("def f0(x):\n    return x\n");
    for index in 1..500 {
        calls.push_str(&format!(
            "def f{index}(x):\n    return f{}(x) + 1\n",
            index - 1
        ));
    }
    calls.push_str("print(f499(0))\n");
    let mut branches = String::from("x = 5\nif x == 0:\n    print(0)\n");
    for index in 1..2000 {
        branches.push_str(&format!("elif x == {index}:\n    print({index})\n"));
    }
    let programs = [
        blocks,
        calls,
        branches,
        format!("x = {}1{}\nprint(x)\n", "(".repeat(190), ")".repeat(190)),
        format!("x = {}{}\nprint(x)\n", "[".repeat(150), "]".repeat(150)),
        format!("x = 1{}\nprint(x)\n", " + 1".repeat(150)),
    ];
    let checked = std::thread::Builder::new()
        .stack_size(256 << 10)
        .spawn(move || {
            programs.map(|text| {
                check(&Source::new("deep.py", text), &Options::default())
                    .program
                    .is_some()
            })
        })
        .expect("a thread")
        .join()
        .expect("no panic");
    assert_eq!(checked, [true; 6]);
}

/// Types that would grow without end are widened.
#[test]
fn growing_types_end() {
    let text = "
t = ()
for i in range(5):
    t = (t, i)
print(t)
def wrap(x):
    if len(str(x)) > 50:
        return x
    return wrap([x])
print(wrap(1))
def itself(n):
    return itself
print(itself(1)(2) is None)
";
    assert!(
        check(&Source::new("growing.py", text), &Options::default())
            .program
            .is_some()
    );
}

/// Codes are unique, and each is `group.word`.
#[test]
fn codes_are_a_registry() {
    let mut names: Vec<&str> = codes::ALL.iter().map(|(code, _)| *code).collect();
    names.sort_unstable();
    let count = names.len();
    names.dedup();
    assert_eq!(names.len(), count);
    assert!(names.iter().all(|name| name.split('.').count() == 2));
}

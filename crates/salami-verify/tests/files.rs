//! The files of this folder: negative ones name the rule on the offending line, those in `valid/`
//! keep to all rules.
//!
//! A line `%repeat 100 TEXT` stands for that many lines, with the number in place of `{}`.

#![allow(clippy::disallowed_methods, reason = "the tests read their files")]

mod leaves;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use leaves::LEAVES;
use salami_ir::text;
use salami_source::Source;
use salami_verify::{Rule, verify};

fn files(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/files")
        .join(folder);
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .expect("the folder is there")
        .map(|entry| entry.expect("the folder can be read").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "ir"))
        .collect();
    files.sort();
    files
}

fn expanded(path: &Path) -> String {
    let written = std::fs::read_to_string(path).expect("the file can be read");
    let mut expanded = String::new();
    for line in written.lines() {
        match line
            .strip_prefix("%repeat ")
            .and_then(|rest| rest.split_once(' '))
        {
            Some((count, template)) => {
                for number in 0..count.parse().expect("a count follows") {
                    expanded += &template.replace("{}", &i32::to_string(&number));
                    expanded.push('\n');
                }
            }
            None => {
                expanded += line;
                expanded.push('\n');
            }
        }
    }
    expanded
}

/// Rule and part of the message, by line.
type Expected = BTreeMap<u32, (String, String)>;

fn expected(source: &str) -> Expected {
    let marks = (1..)
        .zip(source.lines())
        .filter_map(|(line, text)| Some((line, text.split_once("; error: ")?.1)));
    marks
        .map(|(line, mark)| {
            let (rule, message) = mark.split_once(' ').unwrap_or((mark, ""));
            (line, (rule.to_owned(), message.to_owned()))
        })
        .collect()
}

#[test]
fn violations_are_found_where_they_are() {
    let mut failures = String::new();
    for path in files("") {
        let text = expanded(&path);
        let assembly = match text::assemble(&text) {
            Ok(assembly) => assembly,
            Err(diagnostics) => {
                failures += &format!("{}: {diagnostics:#?}\n", path.display());
                continue;
            }
        };
        let source = Source::new("file", text.as_str());
        let mut wanted = expected(&text);
        for error in verify(assembly.module.clone(), LEAVES)
            .err()
            .unwrap_or_default()
        {
            let line = source.line(assembly.span(error.place).start);
            match wanted.remove(&line) {
                Some((rule, message))
                    if rule == error.rule.name() && error.message.contains(&message) => {}
                other => {
                    failures += &format!("{}:{line}: {error}, expected {other:?}\n", path.display())
                }
            }
        }
        for (line, (rule, message)) in wanted {
            failures += &format!(
                "{}:{line}: {rule} {message} was not found\n",
                path.display()
            );
        }
    }
    assert!(failures.is_empty(), "\n{failures}");
}

#[test]
fn valid_files_are_verified() {
    for path in files("valid") {
        let module = text::parse(&expanded(&path))
            .unwrap_or_else(|errors| panic!("{}: {errors:#?}", path.display()));
        if let Err(errors) = verify(module, LEAVES) {
            panic!("{}: {errors:#?}", path.display());
        }
    }
}

#[test]
fn every_rule_has_a_file_and_a_line_in_the_list() {
    let covered: BTreeSet<String> = files("")
        .iter()
        .flat_map(|path| expected(&expanded(path)).into_values())
        .map(|(rule, _)| rule)
        .collect();
    let head = include_str!("../src/lib.rs");
    for rule in Rule::ALL {
        assert!(covered.contains(rule.name()), "no file violates {rule}");
        assert!(
            head.contains(&format!("//! - **{rule}** ")),
            "the list lacks {rule}"
        );
    }
    assert_eq!(head.matches("//! - **V").count(), Rule::ALL.len());
}

//! Each expression in each context is accepted exactly where CPython 3.11 compiles it.

use salami_source::Source;
use salami_syntax::{codes, parse};

const CONTEXTS: &str = include_str!("data/contexts.txt");

/// Where we differ, and why that is right.
fn is_by_design(context: &str, expression: &str) -> bool {
    // An f-string's field is put into parentheses by CPython, which makes it a generator.
    (context.starts_with("f\"") && expression == "a for a in b")
        // CPython does not compile the annotations of local names.
        || (context.starts_with("a: X") && expression.starts_with("await"))
        // The parser takes the second for a statement that begins so.
        || (context == "X; X" && expression == "match")
}

#[test]
fn expressions_are_accepted_where_cpython_compiles_them() {
    let lines: Vec<Vec<&str>> = CONTEXTS
        .lines()
        .map(|line| line.split('\t').collect())
        .collect();
    let expressions: Vec<&str> = lines
        .iter()
        .filter(|line| line[0] == "E")
        .map(|line| line[1])
        .collect();
    let mut failures = Vec::new();
    let mut agreed = 0;
    for line in lines.iter().filter(|line| line[0] == "C") {
        for (head, verdicts) in [("def o():\n", line[2]), ("async def o():\n", line[3])] {
            for (&expression, verdict) in expressions.iter().zip(verdicts.chars()) {
                let text = format!(
                    "{head} {}\n",
                    line[1].replace("⟪n⟫", "\n").replace('X', expression)
                );
                let parsed = parse(&Source::new("context.py", text.as_str()));
                let first = parsed.diagnostics.first();
                let is_left_out = first.is_some_and(|found| found.code == codes::IMPORT);
                if (verdict == '1') == parsed.is_ok()
                    || is_left_out
                    || is_by_design(line[1], expression)
                {
                    agreed += 1;
                } else {
                    failures.push(format!("{text}CPython {verdict}, ours {first:?}"));
                }
            }
        }
    }
    assert!(
        failures.is_empty(),
        "{}\n{} differ, {agreed} agree",
        failures.join("\n"),
        failures.len()
    );
}

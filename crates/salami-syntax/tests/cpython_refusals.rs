//! What CPython 3.11 refuses is refused here, on the same line, and with its words where they are known.

use salami_source::Source;
use salami_syntax::parse;

const SNIPPETS: &str = include_str!("data/bad_syntax.txt");

struct Snippet {
    text: String,
    verdict: String,
    comment: String,
}

fn snippets() -> Vec<Snippet> {
    let parts = |block: &str| {
        let select = |wanted: &str| -> String {
            block
                .split_inclusive('\n')
                .filter(|line| line.starts_with(wanted))
                .map(|line| line[wanted.len()..].trim())
                .collect()
        };
        let text = block
            .split_inclusive('\n')
            .filter(|line| !line.starts_with("#!") && !line.starts_with("#?"))
            .collect();
        Snippet {
            text,
            verdict: select("#!"),
            comment: select("#?"),
        }
    };
    SNIPPETS.split("----\n").map(parts).collect()
}

#[test]
fn what_cpython_refuses_is_refused_with_its_words() {
    let mut failures = Vec::new();
    let (mut exact, mut total) = (0, 0);
    for snippet in snippets() {
        total += 1;
        let source = Source::new("snippet.py", snippet.text.as_str());
        let parsed = parse(&source);
        let ours: Vec<String> = parsed
            .diagnostics
            .iter()
            .map(|diagnostic| {
                format!(
                    "{}: {}",
                    source.line(diagnostic.labels[0].span.start),
                    diagnostic.message
                )
            })
            .collect();
        let line_of = |verdict: &str| verdict.split(':').next().unwrap_or("").to_owned();
        let is_exact = ours.contains(&snippet.verdict);
        exact += usize::from(is_exact);
        let accepted = if ours.is_empty() {
            false
        } else if snippet.verdict == "accepted" || snippet.comment.contains("elsewhere") {
            true
        } else if snippet.verdict.ends_with(": invalid syntax")
            || snippet.comment.contains("other words")
        {
            ours.iter()
                .any(|our| line_of(our) == line_of(&snippet.verdict))
        } else {
            is_exact
        };
        if !accepted {
            failures.push(format!(
                "{}\nCPython: {}\nours: {}\n",
                snippet.text,
                snippet.verdict,
                ours.join("\n      ")
            ));
        }
    }
    assert!(
        failures.is_empty(),
        "{}\n{} of {total} failed, {exact} exact",
        failures.join("----\n"),
        failures.len()
    );
}

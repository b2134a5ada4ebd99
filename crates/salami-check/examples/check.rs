//! Checks a file and prints what is said of it: `cargo run --example check FILE [tree]`.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "a tool for people"
)]

use salami_source::Source;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let Some(path) = arguments.get(1) else { return };
    let Ok(text) = std::fs::read_to_string(path) else {
        return;
    };
    let source = Source::new(path.clone(), text);
    let checked = salami_check::check(&source, &salami_check::Options::default());
    for diagnostic in checked.diagnostics.iter().chain(&checked.assertion_points) {
        let label = diagnostic.labels.first();
        let line = label.map_or(0, |label| source.line(label.span.start));
        let text = label.map_or("", |label| source.slice(label.span));
        println!(
            "{line}: {:?} {}: {} [{text}]",
            diagnostic.severity, diagnostic.code, diagnostic.message
        );
        if let Some(help) = &diagnostic.help {
            println!("    help: {help}");
        }
        for step in &diagnostic.path {
            println!(
                "    in {} called at line {}",
                step.function,
                source.line(step.span.start)
            );
        }
    }
    println!(
        "{}",
        if checked.program.is_some() {
            "ok"
        } else {
            "refused"
        }
    );
    if arguments.len() > 2 {
        println!("{:#?}", checked.program);
    }
}

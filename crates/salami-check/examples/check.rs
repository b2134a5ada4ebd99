//! Checks files and prints what is said of them: `cargo run --example check FILE... [tree|uses]`.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "a tool for people"
)]

use salami_source::{Source, render};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let shows_tree = arguments.last().is_some_and(|argument| argument == "tree");
    let shows_uses = arguments.last().is_some_and(|argument| argument == "uses");
    for path in &arguments {
        let Ok(text) = std::fs::read_to_string(path) else {
            continue;
        };
        let source = Source::new(path.clone(), text);
        let checked = salami_check::check(
            &source,
            &salami_check::Options {
                source_bytes: 16 << 20,
                ..salami_check::Options::default()
            },
        );
        for diagnostic in checked.diagnostics.iter().chain(&checked.assertion_points) {
            let style = render::Style::default();
            print!("{}", render::diagnostic(diagnostic, &[&source], style));
        }
        let outcome = match checked.program {
            Some(_) => "ok",
            None => "refused",
        };
        println!("{outcome}");
        if shows_uses {
            println!("uses {}", checked.uses.join(" "));
        }
        if std::env::var_os("SALAMI_WORK").is_some() {
            println!("{:?}", checked.work);
        }
        if shows_tree {
            println!("{:#?}", checked.program);
        }
    }
}

//! Prints a long generated program: `cargo run --example large STYLE LINES [COMBINATIONS [SEED]]`.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "a tool for people"
)]

use salami_testkit::large::{Style, program};

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let number = |at: usize, default: usize| {
        arguments
            .get(at)
            .and_then(|text| text.parse().ok())
            .unwrap_or(default)
    };
    let Some(style) = arguments.get(1).and_then(|name| Style::named(name)) else {
        let names: Vec<&str> = Style::ALL.iter().map(|(name, _)| *name).collect();
        println!("styles: {}", names.join(", "));
        return;
    };
    let seed = u64::try_from(number(4, 1)).unwrap_or(1);
    print!("{}", program(style, number(2, 1_000), number(3, 3), seed));
}

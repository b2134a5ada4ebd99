//! Programs from a seed, for comparing with CPython: valid, nearly all well typed, soon over, and printing much.
//!
//! What a program may do is in rows of templates (`template`), a module for each idea; `fill` chooses and fills
//! them. Nothing here knows how programs are run or what is expected of them.

mod catalogue;
mod classes;
mod containers;
mod exceptions;
mod fill;
mod formats;
mod functions;
mod iteration;
mod kind;
mod literal;
mod modules;
mod numbers;
mod random;
mod statements;
mod template;
mod text;
mod untyped;

use std::sync::LazyLock;

use fill::Generator;
use random::Random;
use template::Template;

/// What every program begins with.
const HEAD: &str = include_str!("head.py");

/// The templates of expressions and statements, parsed once.
static TEMPLATES: LazyLock<(Vec<Template>, Vec<Template>)> = LazyLock::new(|| {
    let expressions = [
        numbers::ROWS,
        text::ROWS,
        formats::ROWS,
        containers::ROWS,
        iteration::ROWS,
        modules::ROWS,
        exceptions::ROWS,
    ];
    let statements = [statements::ROWS, exceptions::STATEMENTS];
    (
        expressions
            .concat()
            .iter()
            .map(|(result, text)| Template::parse(result, text))
            .collect(),
        statements
            .concat()
            .iter()
            .map(|text| Template::parse("", text))
            .collect(),
    )
});

/// The program of a seed.
#[must_use]
pub fn program(seed: u64) -> String {
    let mut generator = Generator::new(Random::new(seed), &TEMPLATES.0, &TEMPLATES.1);
    let mut lines: Vec<String> = HEAD.lines().map(str::to_owned).collect();
    let mut bases = Vec::new();
    for _ in 0..generator.random.below(4) {
        lines.extend(generator.class(&mut bases));
    }
    for _ in 0..generator.random.below(4) {
        let (text, rows) = *generator.random.pick(catalogue::HELPERS);
        let name = text.lines().next().unwrap_or_default();
        if lines.iter().any(|line| line == name) {
            continue;
        }
        lines.extend(text.lines().map(str::to_owned));
        for (result, text) in rows {
            generator.learn_row(result, text, 20);
        }
    }
    for _ in 0..1 + generator.random.below(4) {
        let kind = generator.any_kind("T", 2);
        let value = generator.literal(&kind, 1);
        let name = generator.name("glob");
        lines.push(format!("{name} = {value}"));
        generator.declare(&name, &kind, true);
    }
    for _ in 0..generator.random.below(4) {
        lines.extend(generator.function());
    }
    for _ in 0..2 + generator.random.below(4) {
        lines.extend(group(&mut generator));
    }
    if generator.random.percent(5) {
        lines.extend(untyped::group(&mut generator));
    }
    if generator.random.percent(15) {
        let value = generator.expression(&kind::Kind::parse("list[int]"), 3);
        lines.push(format!("print({value})"));
    }
    if generator.random.percent(15) {
        lines.extend(generator.lines_of("raise «uncaught»"));
    }
    lines.join("\n") + "\n"
}

/// Statements that may fail together.
fn group(generator: &mut Generator) -> Vec<String> {
    generator.steps = 0;
    generator.multiplier = 1;
    let count = 2 + generator.random.below(6);
    let mut lines = vec!["try:".to_owned()];
    let block = generator.block(false, count);
    lines.extend(block.into_iter().map(|line| format!("    {line}")));
    lines.push("except Exception as error:".to_owned());
    lines.push("    print('!' + type(error).__name__, error)".to_owned());
    lines
}

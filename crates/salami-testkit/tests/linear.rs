//! The work of a check grows in step with the length of the program.
//!
//! Work is counted by the checker itself, so what is held here is the same on every machine:
//! ten times the lines may cost eleven times the work. `LONG=1` goes up to 100,000 lines, which
//! takes a minute with optimisation.

use salami_check::{Options, Work};
use salami_source::Source;
use salami_testkit::large::{Style, program};

fn work(style: Style, lines: usize) -> Work {
    let text = program(style, lines, 3, 7);
    let options = Options {
        source_bytes: 16 << 20,
        ..Options::default()
    };
    let checked = salami_check::check(&Source::new("large.py", text), &options);
    assert!(
        checked.program.is_some(),
        "{style:?} {lines}: {:?}",
        checked.diagnostics.first()
    );
    checked.work
}

#[test]
fn ten_times_the_lines_cost_eleven_times_the_work() {
    let is_long = std::env::var_os("LONG").is_some();
    // What few lines share, such as the functions of the prelude, makes them look cheap.
    let most = if is_long { 11.0 } else { 13.0 };
    let (short, long) = if is_long {
        (10_000, 100_000)
    } else {
        // Between 257 and 4,096 variables of a module: states are trees of as many levels.
        (600, 6_000)
    };
    for (name, style) in Style::ALL {
        let (before, after) = (work(style, short), work(style, long));
        let ratio = |long: u64, short: u64| long as f64 / short.max(1) as f64;
        let grown = [
            ("units", ratio(after.units, before.units)),
            ("walks", ratio(after.walks, before.walks)),
            ("variants", ratio(after.variants, before.variants)),
            ("nodes", ratio(after.nodes, before.nodes)),
            ("types", ratio(after.types, before.types)),
        ];
        for (what, ratio) in grown {
            assert!(
                ratio <= most,
                "{name}: {what} grow {ratio:.1} times: {before:?} {after:?}"
            );
        }
        // What the budget allows is far away.
        assert!(after.units < 1_000 * long as u64, "{name}: {after:?}");
    }
}

/// Every generated program does here what it does in CPython: else it measures nothing.
#[test]
fn generated_programs_run() {
    for (name, style) in Style::ALL {
        let text = program(style, 150, 3, 3);
        let options = salami::CompileOptions {
            strict: salami::Strict::Never,
            ..salami::CompileOptions::default()
        };
        let compiled = salami::compile("large.py", &text, &options);
        let compiled = compiled.unwrap_or_else(|error| panic!("{name}: {error}"));
        let run = compiled.run(&salami::RunOptions::default());
        assert!(run.result.is_ok(), "{name}: {:?}", run.result);
        assert!(run.output.lines().count() > 5, "{name}");
    }
}

//! The mistakes of `spec/mistakes/`, which models make: how many of them the diagnostics mend.
//!
//! `BLESS=1` writes what the diagnostics tell (`help`), the mended program where they have edits
//! (`mended`), and the figures into `docs/diagnostics.md`. That the errors are the expected ones,
//! each said once, and that the mended programs run as in CPython is the test `spec`.

use salami_testkit::engine::{self, Mending, mending};
use salami_testkit::spec::{self, Case};
use salami_testkit::{files, markers};

fn is_set(name: &str) -> bool {
    std::env::var_os(name).is_some_and(|value| !value.is_empty() && value != "0")
}

/// How much of the mending a diagnostic does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Measure {
    /// An edit makes the mended program.
    Edit,
    /// The help names code that the mended program has and the mistaken one has not.
    Code,
    /// Neither.
    Words,
}

/// Whether a case has an error or a doubt that must be mended.
fn is_mistake(case: &Case) -> bool {
    !case.errors.is_empty() || !case.assertions.is_empty()
}

fn told(case: &Case) -> Result<Mending, String> {
    let options = engine::options(case);
    match salami::compile("program.py", &case.source, &options) {
        Err(salami::CompileError::Refused(refusal)) => Ok(mending(case, &refusal.diagnostics)),
        Err(error) => Err(format!("it was not compiled: {error}")),
        Ok(program) => Ok(mending(case, program.assertion_points())),
    }
}

/// Without spaces and comments, so that only the code is compared.
fn bare(text: &str) -> String {
    text.lines()
        .map(engine::without_mark)
        .flat_map(str::chars)
        .filter(|character| !character.is_whitespace())
        .collect()
}

/// The pieces of a help between backticks.
fn pieces(help: &str) -> impl Iterator<Item = &str> {
    help.split('`').skip(1).step_by(2)
}

fn measure(case: &Case, found: &Mending) -> Measure {
    let (Some(mended), source) = (&case.mended, bare(&case.source)) else {
        return Measure::Words;
    };
    if found.mended.as_ref() == Some(mended) {
        return Measure::Edit;
    }
    let mended = bare(mended);
    // `...` in a help stands for what the program has there.
    let is_new = |piece: &str| {
        let mut parts = piece.split("...").map(bare).filter(|part| part.len() > 1);
        let is_old = parts.clone().all(|part| source.contains(&part));
        parts.all(|part| mended.contains(&part)) && !is_old
    };
    if pieces(&found.help).any(is_new) {
        Measure::Code
    } else {
        Measure::Words
    }
}

/// The page with `help` and `mended` blocks as the diagnostics give them.
fn blessed(text: &str, cases: &[Case]) -> String {
    let mistakes: Vec<(&Case, Mending)> = cases
        .iter()
        .filter(|case| is_mistake(case))
        .filter_map(|case| Some((case, told(case).ok()?)))
        .collect();
    let dropped = |index: usize| {
        mistakes.iter().any(|(case, found)| {
            case.answers.iter().enumerate().any(|(place, range)| {
                // A mended program that the author wrote stays.
                let is_mended = place > 0 || case.help.is_none();
                range.contains(&index) && !(is_mended && found.mended.is_none())
            })
        })
    };
    let mut out = String::new();
    for (index, line) in text.lines().enumerate() {
        if !dropped(index) {
            out.push_str(line);
            out.push('\n');
        }
        for (_, found) in mistakes.iter().filter(|(case, _)| case.end() == index) {
            out.push_str(&format!("```help\n{}\n```\n", found.help));
            if let Some(mended) = &found.mended {
                out.push_str(&format!("```mended\n{mended}```\n"));
            }
        }
    }
    out
}

fn pages() -> Vec<(std::path::PathBuf, String)> {
    files::with_extension(&files::root().join("spec/mistakes"), "md")
        .expect("spec/mistakes/ is readable")
        .into_iter()
        .map(|path| {
            let text = std::fs::read_to_string(&path).expect("a page is readable");
            (path, text)
        })
        .collect()
}

#[test]
fn mistakes_are_mended() {
    if is_set("BLESS") {
        for (path, text) in pages() {
            let cases = spec::parse(&text).unwrap_or_else(|error| panic!("{path:?}: {error}"));
            std::fs::write(&path, blessed(&text, &cases)).expect("a page is writable");
        }
    }
    let (mut faults, mut words) = (Vec::new(), Vec::new());
    let (mut count, mut edits, mut codes) = (0, 0, 0);
    for (path, text) in pages() {
        let page = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let cases = spec::parse(&text).unwrap_or_else(|error| panic!("{page}: {error}"));
        for case in cases.iter().filter(|case| is_mistake(case)) {
            let place = format!("{page}:{}: {}", case.line, case.name);
            if case.help.is_none() || case.mended.is_none() {
                faults.push(format!("{place}: without `help` or `mended`"));
            }
            count += 1;
            if let Some(source) = &case.mended {
                let mut mended = case.clone();
                mended.source.clone_from(source);
                match told(&mended) {
                    Ok(found) if found.help.is_empty() => {}
                    Ok(found) => faults.push(format!("{place}: mended, it is told {}", found.help)),
                    Err(fault) => faults.push(format!("{place}: mended: {fault}")),
                }
            }
            match told(case) {
                Err(fault) => faults.push(format!("{place}: {fault}")),
                Ok(found) => match measure(case, &found) {
                    Measure::Edit => edits += 1,
                    Measure::Code => codes += 1,
                    Measure::Words => words.push(format!("{place}: {}", found.help)),
                },
            }
        }
    }
    for place in &words {
        println!("not named: {place}");
    }
    let figures = format!(
        "Of {count} typical mistakes of models the help names the exact replacement in {}, in {edits} of them as an edit \
         that `salami check --fix` makes.",
        edits + codes
    );
    println!("{figures}");
    markers::hold("docs/diagnostics.md", "figures", &figures, is_set("BLESS"));
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(count >= 90, "there are {count} mistakes");
    assert!((edits + codes) * 100 >= count * 95, "{figures}");
}

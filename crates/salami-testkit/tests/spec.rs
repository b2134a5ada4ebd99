//! The executable specification, `spec/**/*.md`: every program in it on every engine there is.
//!
//! - plain: each case is run and compared with what CPython wrote into the page. No Python needed.
//! - `BLESS=1`: CPython writes its outcomes into the pages (those whose path holds the filter, if one is
//!   given); nothing is run here.
//! - `ORACLE=1`: CPython runs every case again and must say what the pages say.

use std::collections::BTreeSet;

use salami_testkit::spec::{self, Case, Outcome};
use salami_testkit::{engine, files, oracle};

fn pages() -> Vec<(String, String)> {
    let root = files::root();
    let folder = root.join("spec");
    let paths = files::with_extension(&folder, "md").expect("spec/ is readable");
    paths
        .iter()
        .map(|path| {
            let text = std::fs::read_to_string(path).expect("a page is readable");
            (
                path.strip_prefix(&root)
                    .expect("below the root")
                    .display()
                    .to_string(),
                text,
            )
        })
        .collect()
}

/// Programs that our checker refuses are still legal Python, but what CPython does with them is of no matter.
fn asks_oracle(case: &Case) -> bool {
    !case.is_refused()
}

fn oracle_outcomes(cases: &[Case]) -> Vec<Option<Outcome>> {
    let asked: Vec<&Case> = cases.iter().filter(|case| asks_oracle(case)).collect();
    let mut answers = oracle::run(&asked)
        .unwrap_or_else(|error| panic!("the oracle: {error}"))
        .into_iter();
    cases
        .iter()
        .map(|case| {
            if asks_oracle(case) {
                answers.next()
            } else {
                None
            }
        })
        .collect()
}

fn bless(page: &str, text: &str) {
    let cases = spec::parse(text).unwrap_or_else(|error| panic!("{page}: {error}"));
    let blessed = spec::bless(text, &cases, &oracle_outcomes(&cases));
    if blessed != text {
        std::fs::write(files::root().join(page), blessed).expect("a page is writable");
        println!("blessed {page}");
    }
}

fn drift(page: &str, text: &str) -> Result<(), libtest_mimic::Failed> {
    let cases = spec::parse(text)?;
    for (case, outcome) in cases.iter().zip(oracle_outcomes(&cases)) {
        if let Some(outcome) = outcome
            && outcome != case.expected
        {
            return Err(format!(
                "{page}:{}: {}: CPython says now\n{}and the page\n{}",
                case.line,
                case.name,
                outcome.blocks(),
                case.expected.blocks()
            )
            .into());
        }
    }
    Ok(())
}

/// The pages of `docs/divergences/` and the cases that name them must agree.
fn divergences() -> Result<(), libtest_mimic::Failed> {
    let folder = files::root().join("docs/divergences");
    let stem = |path: &std::path::PathBuf| {
        path.file_stem()
            .map(|stem| stem.to_string_lossy().into_owned())
    };
    let documented: BTreeSet<String> = files::with_extension(&folder, "md")?
        .iter()
        .filter_map(stem)
        .collect();
    let mut named = BTreeSet::new();
    for (page, text) in pages() {
        for case in spec::parse(&text)? {
            match (case.salami.is_some(), case.divergence) {
                (true, Some(divergence)) => drop(named.insert(divergence)),
                (true, None) => {
                    return Err(format!(
                        "{page}: {}: differs without a `Divergence:` line",
                        case.name
                    )
                    .into());
                }
                (false, _) => {}
            }
        }
    }
    named.insert("README".to_owned());
    if named == documented {
        return Ok(());
    }
    let missing: Vec<&String> = named.difference(&documented).collect();
    let unused: Vec<&String> = documented.difference(&named).collect();
    Err(format!("no page for {missing:?}, no case for {unused:?}").into())
}

fn main() {
    let set =
        |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty() && value != "0");
    let arguments = libtest_mimic::Arguments::from_args();
    if set("BLESS") {
        let wanted = |page: &str| {
            let filter = arguments.filter.as_deref();
            filter.is_none_or(|filter| page.contains(filter))
        };
        for (page, text) in pages() {
            if wanted(&page) {
                bless(&page, &text);
            }
        }
        return;
    }
    let mut trials = Vec::new();
    for (page, text) in pages() {
        if set("ORACLE") {
            let name = format!("oracle {page}");
            trials.push(libtest_mimic::Trial::test(name, move || {
                drift(&page, &text)
            }));
        } else {
            match spec::parse(&text) {
                Ok(cases) => trials.extend(cases.into_iter().map(|case| {
                    let name = format!("{page}:{}: {}", case.line, case.name);
                    libtest_mimic::Trial::test(name, move || Ok(engine::check(&case)?))
                })),
                Err(error) => {
                    trials.push(libtest_mimic::Trial::test(page, move || Err(error.into())))
                }
            }
        }
    }
    if !set("ORACLE") {
        trials.push(libtest_mimic::Trial::test(
            "every divergence has a page, every page a case",
            divergences,
        ));
    }
    libtest_mimic::run(&arguments, trials).exit();
}

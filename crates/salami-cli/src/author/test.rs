//! `salami author test`.

use std::io::IsTerminal;

use super::arguments::{Test, TextFormat};
use super::files;
use super::progress::say;
use super::suites::{self, Answering};
use crate::failure::{Failure, PROGRAM};
use crate::output::Output;
use crate::processes::words;

/// Runs the cases of suites.
pub fn test(arguments: &Test, output: &mut Output) -> Result<(), Failure> {
    let suites = suites::open(&arguments.folders)?;
    let chains = suites::chains(&suites, arguments.filter.as_deref())?;
    if chains.is_empty() {
        let filter = arguments.filter.as_deref().unwrap_or_default();
        return Err(Failure::usage(format!(
            "no case has `{filter}` in its name"
        )));
    }
    let model = arguments.model.clone();
    let answering = match (arguments.record, arguments.live) {
        (true, _) => Answering::Record { model },
        (_, true) => Answering::Live { model, extra: None },
        _ => Answering::Replay {
            is_exact: arguments.exact,
        },
    };
    // Models take their time; cassettes do not.
    let tells = (arguments.record || arguments.live) && std::io::stderr().is_terminal();
    let report = suites::run(&chains, &answering, arguments.jobs, &|case| {
        if tells {
            let word = if case.passed() { "ok" } else { "FAILED" };
            say(&format!(
                "{} {}: {word}\n",
                words::line(&case.suite),
                words::line(&case.case)
            ));
        }
    })?;
    if let Some(path) = &arguments.junit {
        files::write(path, &report.junit())?;
    }
    match arguments.format {
        TextFormat::Json => output.write(&format!("{}\n", report.json()))?,
        TextFormat::Text => output.write(&report.table())?,
    }
    match report.is_good() {
        true => Ok(()),
        false => Err(Failure::silent(PROGRAM)),
    }
}

//! `salami author compare`.

use std::io::IsTerminal;

use salami::author::suite::Comparison;

use super::arguments::{Compare, TextFormat};
use super::files;
use super::progress::say;
use super::suites::{self, Answering};
use crate::failure::Failure;
use crate::output::Output;
use crate::processes::words;

/// Asks several models, or with several prompts, over the same cases.
pub fn compare(arguments: &Compare, output: &mut Output) -> Result<(), Failure> {
    let variants = variants(arguments)?;
    if variants.len() < 2 {
        return Err(Failure::usage("there is nothing to compare").with_help(
            "name two models, --model A --model B, or two prompts, --extra-prompt none --extra-prompt FILE",
        ));
    }
    let suites = suites::open(&arguments.folders)?;
    let chains = suites::chains(&suites, arguments.filter.as_deref())?;
    if chains.is_empty() {
        let filter = arguments.filter.as_deref().unwrap_or_default();
        return Err(Failure::usage(format!(
            "no case has `{filter}` in its name"
        )));
    }
    let tells = std::io::stderr().is_terminal();
    let mut comparison = Comparison::default();
    for (name, answering) in variants {
        let report = suites::run(&chains, &answering, 1, &|case| {
            if tells {
                let word = if case.passed() { "ok" } else { "FAILED" };
                let shown = words::line(&format!("{name}: {} {}", case.suite, case.case));
                say(&format!("{shown}: {word}\n"));
            }
        })?;
        comparison.variants.push((name, report));
    }
    match arguments.format {
        TextFormat::Json => output.write(&format!("{}\n", comparison.json())),
        TextFormat::Text => output.write(&comparison.table()),
    }
}

/// Each model with each prompt.
fn variants(arguments: &Compare) -> Result<Vec<(String, Answering)>, Failure> {
    let models: Vec<Option<String>> = match arguments.models.is_empty() {
        true => vec![None],
        false => arguments.models.iter().cloned().map(Some).collect(),
    };
    let mut prompts = Vec::new();
    for path in &arguments.extra_prompts {
        let name = path.display().to_string();
        prompts.push(match name == "none" {
            true => (name, None),
            false => (name, Some(files::short_text(path)?)),
        });
    }
    if prompts.is_empty() {
        prompts.push((String::new(), None));
    }
    let mut variants = Vec::new();
    for model in &models {
        for (prompt, extra) in &prompts {
            let parts = [model.as_deref().unwrap_or_default(), prompt];
            let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
            let answering = Answering::Live {
                model: model.clone(),
                extra: extra.clone(),
            };
            variants.push((parts.join(" + "), answering));
        }
    }
    Ok(variants)
}

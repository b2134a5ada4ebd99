//! `salami check`.

use std::path::Path;

use salami::{EffectClass, Effects};
use salami_source::render;
use salami_source::{Diagnostic, Source};
use serde_json::{Value, json};

use crate::arguments::{Check, Format};
use crate::failure::{Failure, IO, REFUSED};
use crate::output::Output;
use crate::{files, programs};

/// Checks each program; fails as the worst of them does.
pub fn check(arguments: &Check, output: &mut Output) -> Result<(), Failure> {
    let mut worst = Ok(());
    let mut reports = Vec::new();
    for path in &arguments.programs {
        if arguments.fix {
            fix(path, arguments)?;
        }
        let (report, outcome) = match programs::report_or_refuse(
            path,
            arguments.strict,
            arguments.tools.as_deref(),
            arguments.config.as_deref(),
        ) {
            Ok(Ok(found)) => (accepted(path, &found, arguments), Ok(())),
            Ok(Err(refusal)) => (
                refused(
                    path,
                    &refusal.diagnostics,
                    &refusal.sources,
                    arguments.format,
                ),
                Err(Failure::silent(REFUSED)),
            ),
            Err(failure) if arguments.format == Format::Json => {
                let report = json!({"file": files::name(path), "accepted": false, "failure": failure.message});
                (Report::Json(report), Err(Failure::silent(failure.status)))
            }
            Err(failure) => (Report::Human(String::new()), Err(failure)),
        };
        match report {
            Report::Human(text) => output.write(&text)?,
            Report::Json(report) => reports.push(report),
        }
        if let Err(failure) = outcome {
            output.flush()?;
            eprint!("{failure}");
            worst = match worst {
                Ok(()) => Err(failure.status),
                Err(status) => Err(failure.status.max(status)),
            };
        }
    }
    if arguments.format == Format::Json {
        output.write(&format!("{}\n", Value::Array(reports)))?;
    }
    worst.map_err(Failure::silent)
}

/// Each round of edits may bring other errors to light; after so many the rest is left as it is.
const MAX_ROUNDS: usize = 20;

/// Makes the edits of the errors of a program in its file.
fn fix(path: &Path, arguments: &Check) -> Result<(), Failure> {
    if files::is_standard_input(path) {
        return Err(Failure::usage("--fix needs a file that it can write"));
    }
    let mut count = 0;
    for _ in 0..MAX_ROUNDS {
        let checked = programs::report_or_refuse(
            path,
            arguments.strict,
            arguments.tools.as_deref(),
            arguments.config.as_deref(),
        );
        let Ok(Err(refusal)) = checked else { break };
        let Some(source) = refusal.sources.first() else {
            break;
        };
        let (text, mended) = salami_source::mended(source, &refusal.diagnostics);
        if mended == 0 || text == source.text() {
            break;
        }
        std::fs::write(path, text)
            .map_err(|error| Failure::new(IO, format!("{}: {error}", path.display())))?;
        count += mended;
    }
    if count > 0 {
        let plural = if count == 1 { "" } else { "s" };
        eprintln!("{}: {count} error{plural} mended", files::name(path));
    }
    Ok(())
}

enum Report {
    Human(String),
    Json(Value),
}

fn refused(path: &Path, diagnostics: &[Diagnostic], sources: &[Source], format: Format) -> Report {
    match format {
        Format::Human => {
            let count = match diagnostics.len() {
                1 => "1 error".to_owned(),
                count => format!("{count} errors"),
            };
            let shown = programs::rendered(diagnostics, sources);
            Report::Human(format!(
                "{shown}\n{}: refused, {count}\n",
                files::name(path)
            ))
        }
        Format::Json => Report::Json(json!({
            "file": files::name(path),
            "accepted": false,
            "diagnostics": machine(diagnostics, sources),
        })),
    }
}

fn accepted(path: &Path, found: &salami::Report, arguments: &Check) -> Report {
    let points = &found.assertion_points;
    let effects = &found.effects;
    let capabilities = &effects.capabilities;
    let inputs: Vec<_> = found
        .inputs
        .iter()
        .map(|field| json!({"name": field.name, "type": field.type_name, "required": field.required}))
        .collect();
    match arguments.format {
        Format::Human => {
            let mut text = String::new();
            if !found.warnings.is_empty() {
                text.push_str(&programs::rendered(&found.warnings, &found.sources));
                text.push('\n');
            }
            if !points.is_empty() {
                text.push_str(&programs::rendered(points, &found.sources));
                text.push('\n');
            }
            let count = match points.len() {
                0 => "proved, no assertion points".to_owned(),
                1 => "1 assertion point".to_owned(),
                count => format!("{count} assertion points"),
            };
            text.push_str(&format!("{}: accepted, {count}\n", files::name(path)));
            let shown = if capabilities.is_empty() {
                "none".to_owned()
            } else {
                capabilities.join(", ")
            };
            text.push_str(&format!(
                "  capabilities: {shown}\n  effects: {}\n",
                effects_shown(effects)
            ));
            if !found.inputs.is_empty() {
                let shown: Vec<_> = found
                    .inputs
                    .iter()
                    .map(|field| format!("{}: {}", field.name, field.type_name))
                    .collect();
                text.push_str(&format!("  input: {}\n", shown.join(", ")));
            }
            if arguments.effects {
                text.push_str("  functions:\n");
                for (name, effects) in &found.functions {
                    let mut line = format!("    {name}: {}", effects_shown(effects));
                    if !effects.capabilities.is_empty() {
                        line.push_str(&format!(" ({})", effects.capabilities.join(", ")));
                    }
                    text.push_str(&line);
                    text.push('\n');
                }
            }
            Report::Human(text)
        }
        Format::Json => Report::Json(json!({
            "file": files::name(path),
            "accepted": true,
            "diagnostics": machine(&found.warnings, &found.sources),
            "assertion_points": machine(points, &found.sources),
            "capabilities": capabilities,
            "effects": effects_name(effects),
            "can_wait": effects.can_wait,
            "functions": functions(found),
            "input": inputs,
        })),
    }
}

/// What each function needs and does, by name.
fn functions(found: &salami::Report) -> Vec<Value> {
    let functions = found.functions.iter();
    functions
        .map(|(name, effects)| {
            json!({
                "name": name,
                "capabilities": effects.capabilities,
                "effects": effects_name(effects),
                "can_wait": effects.can_wait,
            })
        })
        .collect()
}

fn effects_shown(effects: &Effects) -> String {
    let waits = if effects.can_wait { ", can wait" } else { "" };
    format!("{}{waits}", effects_name(effects))
}

fn effects_name(effects: &Effects) -> &'static str {
    match effects.class {
        EffectClass::Pure => "pure",
        EffectClass::Reading => "reading",
        EffectClass::Undoable => "undoable",
        EffectClass::Irreversible => "irreversible",
    }
}

fn machine(diagnostics: &[Diagnostic], sources: &[Source]) -> Vec<Value> {
    let files: Vec<&Source> = sources.iter().collect();
    diagnostics
        .iter()
        .map(|diagnostic| render::json(diagnostic, &files))
        .collect()
}

//! `salami check`.

use std::path::Path;

use salami::{EffectClass, Effects, Program};
use salami_source::render;
use salami_source::{Diagnostic, Source};
use serde_json::{Value, json};

use crate::arguments::{Check, Format};
use crate::failure::{Failure, REFUSED};
use crate::output::Output;
use crate::{files, programs};

/// Checks each program; fails as the worst of them does.
pub fn check(arguments: &Check, output: &mut Output) -> Result<(), Failure> {
    let mut worst = Ok(());
    let mut reports = Vec::new();
    for path in &arguments.programs {
        let (report, outcome) = match programs::load_or_refuse(
            path,
            arguments.strict,
            arguments.tools.as_deref(),
        ) {
            Ok(Ok(program)) => (accepted(path, &program, arguments), Ok(())),
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

fn accepted(path: &Path, program: &Program, arguments: &Check) -> Report {
    let points = program.assertion_points();
    let effects = program.effects();
    let capabilities = program.capabilities();
    let inputs: Vec<_> = program
        .inputs()
        .iter()
        .map(|field| json!({"name": field.name, "type": field.type_name, "required": field.required}))
        .collect();
    match arguments.format {
        Format::Human => {
            let mut text = String::new();
            if !program.warnings().is_empty() {
                text.push_str(&programs::rendered(program.warnings(), program.sources()));
                text.push('\n');
            }
            if !points.is_empty() {
                text.push_str(&programs::rendered(points, program.sources()));
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
            if !program.inputs().is_empty() {
                let shown: Vec<_> = program
                    .inputs()
                    .iter()
                    .map(|field| format!("{}: {}", field.name, field.type_name))
                    .collect();
                text.push_str(&format!("  input: {}\n", shown.join(", ")));
            }
            if arguments.effects {
                text.push_str("  functions:\n");
                for (name, effects) in program.function_effects() {
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
            "diagnostics": machine(program.warnings(), program.sources()),
            "assertion_points": machine(points, program.sources()),
            "capabilities": capabilities,
            "effects": effects_name(effects),
            "can_wait": effects.can_wait,
            "functions": functions(program),
            "input": inputs,
        })),
    }
}

/// What each function needs and does, by name.
fn functions(program: &Program) -> Vec<Value> {
    let functions = program.function_effects().iter();
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

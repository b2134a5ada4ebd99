//! `salami start` and `salami plan`.

use std::path::Path;

use salami::{Program, Progress, RunError, RunOptions, process_options};
use salami_process::code::{CodeParts, Declared};
use salami_process::store::{Code, NewProcess, ProcessId, Store, StoreError};
use salami_process::{Denied, Effect, FunctionKind, Refused, Tools};

use serde_json::{Map, Value, json};

use super::arguments::{Plan, Start};
use super::paint::{Cell, Paint, columns};
use super::place::Location;
use super::{tools, words};
use crate::arguments::Format;
use crate::connections;
use crate::failure::{Failure, REFUSED};
use crate::output::Output;
use crate::{files, parameters, programs};

/// Stores a process.
pub fn start(arguments: &Start, output: &mut Output) -> Result<(), Failure> {
    let setup = &arguments.setup;
    unfit(arguments)?;
    let configuration = tools::configuration(setup.config.as_deref());
    let tools = tools::open(configuration.as_deref())?;
    let program =
        programs::load_with_tools(&setup.program, setup.strict, setup.tools.as_deref(), &tools)?
            .map_err(|refusal| {
                let shown = programs::rendered(&refusal.diagnostics, &refusal.sources);
                Failure::rendered(REFUSED, shown)
            })?;
    if configuration.is_some() {
        connections::admit(&tools, &program)?;
    }
    let given = parameters::input(setup, &program)?;
    if let Some((name, _)) = given.streams.first() {
        return Err(Failure::usage(format!(
            "`{name}` is a stream, and a stored process reads none"
        ))
        .with_help(format!(
            "give the text of the file: let the parameter be a str, and write --param {name}=@FILE"
        )));
    }
    let seed = setup.seed.unwrap_or_else(crate::session::entropy);
    let options = RunOptions {
        input: given.input.clone(),
        limits: setup.run_limits(),
        now: crate::instant::now(),
        seed,
        ..RunOptions::default()
    };
    try_input(&program, &options)?;
    let new = New {
        name: match &arguments.name {
            Some(name) => name.clone(),
            None => short_name(&files::name(&setup.program)),
        },
        owner: arguments.owner.clone().unwrap_or_else(owner),
        input: given.input,
        options: process_options(seed, &setup.run_limits()),
    };
    let location = Location::find(&arguments.place)?;
    let mut store = location.open_or_make()?;
    let id =
        put(store.as_mut(), &program.to_code(), &new).map_err(|error| location.failure(&error))?;
    if arguments.format == Format::Json {
        let told = json!({
            "id": id.0,
            "name": new.name,
            "owner": new.owner,
            "store": location.path.display().to_string(),
        });
        return output.write(&format!("{told}\n"));
    }
    let config = match &setup.config {
        Some(path) => format!(
            " --config {}",
            super::place::quoted(&path.display().to_string())
        ),
        None => String::new(),
    };
    output.write(&format!(
        "{} is stored in {}.\n`{}` runs it; `{}` shows it.\n",
        words::process(id, &new.name),
        location.path.display(),
        location.command(&format!("work{config}")),
        location.command(&format!("show {id}")),
    ))?;
    // Without a configuration the tools may come later.
    let refused = tools.admit(&program.needs()).err().unwrap_or_default();
    if refused.is_empty() {
        return Ok(());
    }
    let names: Vec<&str> = refused.iter().map(Refused::name).collect();
    output.write(&format!(
        "It calls {}, which nothing connects yet: work with --config salami.toml; `salami plan` tells more.\n",
        names.join(", ")
    ))
}

/// So many slices of fuel are run to see whether the input fits, and so much is in each.
const TRIED: u32 = 8;
const SLICE: u64 = 500_000;

/// Refuses input that does not fit: that is seen in full only where the program makes its own values of it. It runs
/// until then, but for a while at most and not beyond the first wait: nothing leaves.
fn try_input(program: &Program, options: &RunOptions) -> Result<(), Failure> {
    if options.input.is_empty() {
        return Ok(());
    }
    let refused = |error| match error {
        RunError::Input(misfits) => Err(parameters::does_not_fit(program, &misfits)),
        // An error of the program holds it where it is stored, for somebody to look.
        _ => Ok(()),
    };
    let mut execution = match program.start(options) {
        Ok(execution) => execution,
        Err(error) => return refused(error),
    };
    for _ in 0..TRIED {
        match execution.step(SLICE) {
            Progress::Running => {}
            Progress::Ended(Err(error)) => return refused(error),
            _ => return Ok(()),
        }
    }
    Ok(())
}

/// Refuses options that mean nothing for a stored process.
fn unfit(arguments: &Start) -> Result<(), Failure> {
    let setup = &arguments.setup;
    let unfit = [
        (
            "--answers",
            setup.answers.is_some(),
            "connect canned answers in the configuration: [tools.canned] file = \"answers.toml\"",
        ),
        (
            "--now",
            setup.now.is_some(),
            "the clock is the store's; `salami work --simulate-clock` lets it jump",
        ),
        (
            "--audit-log",
            setup.audit_log.is_some(),
            "the process has a journal, and what was done to it is written down: salami audit ID",
        ),
        (
            "--limit time",
            setup
                .limits
                .iter()
                .any(|limit| limit.trim_start().starts_with("time")),
            "a stored process may wait for weeks; its other limits hold, and `salami cancel ID` ends it",
        ),
    ];
    for (option, is_given, help) in unfit {
        if is_given {
            let message = format!("{option} is for `salami run`, not for a stored process");
            return Err(Failure::usage(message).with_help(help));
        }
    }
    Ok(())
}

/// A process that is to be stored.
#[derive(Clone, Debug)]
pub struct New {
    /// What people call it.
    pub name: String,
    /// Whose it is.
    pub owner: String,
    /// Its input.
    pub input: Map<String, Value>,
    /// Seed and limits.
    pub options: String,
}

/// Stores it.
pub fn put(store: &mut dyn Store, code: &Code, new: &New) -> Result<ProcessId, StoreError> {
    store.put_code(code)?;
    let new = NewProcess {
        code: code.hash,
        owner: new.owner.clone(),
        name: new.name.clone(),
        input: Value::Object(new.input.clone()).to_string(),
        options: new.options.clone(),
    };
    let ids = store.start(&[new])?;
    ids.into_iter().next().ok_or_else(|| StoreError {
        kind: salami_process::store::StoreErrorKind::Unavailable,
        message: "it gave the process no number".to_owned(),
    })
}

/// The last part of a path.
pub fn short_name(path: &str) -> String {
    path.rsplit(['/', '\\']).next().unwrap_or(path).to_owned()
}

/// Who runs the command.
pub fn owner() -> String {
    let names = ["USER", "LOGNAME", "USERNAME"].into_iter();
    let named = names.filter_map(|name| std::env::var(name).ok());
    let mut named = named.filter(|name| !name.is_empty());
    named.next().unwrap_or_else(|| "me".to_owned())
}

/// Shows what a program needs.
pub fn plan(arguments: &Plan, output: &mut Output) -> Result<(), Failure> {
    let configuration = tools::configuration(arguments.config.as_deref());
    let tools = tools::open(configuration.as_deref())?;
    let loaded = programs::load_with_tools(
        &arguments.program,
        arguments.strict,
        arguments.tools.as_deref(),
        &tools,
    )?;
    let program = match loaded {
        Ok(program) => program,
        Err(refusal) if arguments.format == Format::Json => {
            let sources: Vec<_> = refusal.sources.iter().collect();
            let diagnostics = refusal.diagnostics.iter();
            let diagnostics: Vec<Value> = diagnostics
                .map(|diagnostic| salami_source::render::json(diagnostic, &sources))
                .collect();
            let told = json!({"admitted": false, "diagnostics": diagnostics});
            output.write(&format!("{told}\n"))?;
            return Err(Failure::silent(REFUSED));
        }
        Err(refusal) => {
            let shown = programs::rendered(&refusal.diagnostics, &refusal.sources);
            return Err(Failure::rendered(REFUSED, shown));
        }
    };
    let refused = tools.admit(&program.needs()).err().unwrap_or_default();
    if arguments.format == Format::Json {
        output.write(&format!("{}\n", plan_json(&program, &tools)))?;
    } else {
        let name = files::name(&arguments.program);
        show_plan(&name, &program, &tools, configuration.as_deref(), output)?;
    }
    match refused.first() {
        None => Ok(()),
        Some(first) if arguments.format == Format::Json => {
            Err(Failure::silent(connections::status(first)))
        }
        Some(first) => Err(Failure::new(
            connections::status(first),
            "it may not start with these tools",
        )
        .with_help(connections::help(first))),
    }
}

/// Shows what a program needs, and whether it may have it by a configuration.
pub fn show_plan(
    name: &str,
    program: &Program,
    tools: &Tools,
    configuration: Option<&Path>,
    output: &mut Output,
) -> Result<(), Failure> {
    let rows = rows(program, tools);
    human(name, program, &rows, tools, output)?;
    match configuration {
        _ if rows.is_empty() => Ok(()),
        Some(path) => output.write(&format!("  (by {})\n", path.display())),
        None => output.write("  (no configuration: name one by --config salami.toml)\n"),
    }
}

/// The same for machines.
pub fn plan_json(program: &Program, tools: &Tools) -> Value {
    machine(program, &rows(program, tools))
}

/// A function that the program calls, and why it may not.
struct Row {
    declared: Declared,
    refused: Option<Refused>,
}

fn rows(program: &Program, tools: &Tools) -> Vec<Row> {
    let parts = CodeParts::parse(&program.to_code().body).unwrap_or_default();
    let refused = tools.admit(&program.needs()).err().unwrap_or_default();
    let declared = parts.tools.into_iter();
    declared
        .map(|declared| {
            let reason = refused
                .iter()
                .find(|refused| refused.name() == declared.name);
            Row {
                refused: reason.cloned(),
                declared,
            }
        })
        .collect()
}

/// Why a function may not be called, in a few words.
fn short(refused: &Refused) -> &'static str {
    match refused {
        Refused::NoTool(_) => "no: not connected",
        Refused::NoFunction(_) => "no: the tool has no such function",
        Refused::OtherStub { .. } => "no: the tool takes other arguments",
        Refused::Denied(_, Denied::Named) => "no: denied",
        Refused::Denied(_, Denied::Irreversible) => "no: must be allowed by name",
    }
}

fn effect(effect: Effect) -> &'static str {
    match effect {
        Effect::Read => "reads",
        Effect::Undoable => "can be undone",
        Effect::Irreversible => "cannot be undone",
    }
}

fn how(kind: &FunctionKind) -> String {
    match kind {
        FunctionKind::Call => "call".to_owned(),
        FunctionKind::Immediate => "at once".to_owned(),
        FunctionKind::Event { matching } if matching.is_empty() => "waits for an event".to_owned(),
        FunctionKind::Event { matching } => {
            format!("waits for an event, by {}", matching.join(", "))
        }
    }
}

fn human(
    name: &str,
    program: &Program,
    rows: &[Row],
    tools: &Tools,
    output: &mut Output,
) -> Result<(), Failure> {
    let paint = Paint::of_output();
    let report = program.report();
    let can_wait = if report.effects.can_wait {
        "it can wait, for as long as it takes"
    } else {
        "it never waits"
    };
    output.write(&format!("{}: {can_wait}\n", paint.bold(name)))?;
    if !program.inputs().is_empty() {
        let fields = program.inputs().iter().map(crate::parameters::shown);
        let fields: Vec<String> = fields.collect();
        output.write(&format!("\nInput\n  {}\n", fields.join(", ")))?;
    }
    if rows.is_empty() {
        return output.write("\nIt calls no tools: it can do nothing to the world.\n");
    }
    output.write("\n")?;
    let cells: Vec<Vec<Cell>> = rows
        .iter()
        .map(|row| {
            let verdict = match &row.refused {
                None => Cell {
                    plain: "allowed".to_owned(),
                    painted: paint.good("allowed"),
                },
                Some(refused) => {
                    let text = short(refused).to_owned();
                    Cell {
                        painted: paint.urgent(&text),
                        plain: text,
                    }
                }
            };
            vec![
                Cell::plain(row.declared.name.clone()),
                Cell::plain(effect(row.declared.effect)),
                Cell::plain(how(&row.declared.kind)),
                Cell::plain(match tools.known(&row.declared.name) {
                    Ok(known) if known.is_repeatable => "made again",
                    _ if matches!(row.declared.kind, FunctionKind::Event { .. }) => "-",
                    _ => "asks you",
                }),
                verdict,
            ]
        })
        .collect();
    let heading = [
        "TOOL",
        "EFFECT",
        "HOW",
        "IF NOBODY KNOWS WHAT CAME OF IT",
        "MAY IT",
    ];
    output.write(&columns(paint, &heading, &cells))
}

fn machine(program: &Program, rows: &[Row]) -> Value {
    let report = program.report();
    let tools: Vec<Value> = rows
        .iter()
        .map(|row| {
            let kind = match &row.declared.kind {
                FunctionKind::Call => "call",
                FunctionKind::Immediate => "immediate",
                FunctionKind::Event { .. } => "event",
            };
            json!({
                "name": row.declared.name,
                "effect": row.declared.effect.name(),
                "kind": kind,
                "allowed": row.refused.is_none(),
                "reason": row.refused.as_ref().map(|refused| json!({"code": refused.code(), "message": refused.to_string()})),
            })
        })
        .collect();
    let inputs: Vec<Value> = program
        .inputs()
        .iter()
        .map(|field| json!({"name": field.name, "type": field.type_name, "required": field.required, "default": field.default}))
        .collect();
    json!({
        "admitted": rows.iter().all(|row| row.refused.is_none()),
        "can_wait": report.effects.can_wait,
        "input": inputs,
        "tools": tools,
    })
}

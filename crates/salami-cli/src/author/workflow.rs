//! `salami author workflow`.

use std::io::{BufRead, IsTerminal, Write};
use std::path::Path;

use salami::author::session::{Mode, drive};
use salami::author::task::Task;
use salami::{Program, process_options};
use salami_source::render::escaped;
use serde_json::{Value, json};

use super::arguments::{TextFormat, Workflow};
use super::asking::asked;
use super::place::{self, Place};
use super::progress::{Progress, say};
use super::settings::Settings;
use super::transform::{notes, option, options, outcome_for_machines, show_notes, summary};
use super::wanted::{Reading, named};
use super::{ending, files, report};
use crate::failure::{Failure, USAGE};
use crate::output::Output;
use crate::processes::place::quoted;
use crate::processes::{start, tools, words};
use crate::stubs;

/// Has a workflow written, and starts it when somebody says so.
pub fn workflow(arguments: &Workflow, output: &mut Output) -> Result<(), Failure> {
    let text = files::text(&arguments.words, Path::new(""))?;
    files::must_be_writable(arguments.output.as_deref())?;
    let configuration = tools::configuration(arguments.tools.as_deref());
    let tools = tools::open(configuration.as_deref())?;
    let name = arguments.name.clone().unwrap_or_else(|| named(&text));
    // A model is told of the tools that are connected, and of no others.
    let beside = configuration.as_deref().unwrap_or(Path::new("salami.toml"));
    let stubs = stubs::connected(beside, None, &tools)?;
    let task = Task::workflow(name.clone(), text, stubs);
    task.check()
        .map_err(|error| Failure::usage(error.to_string()))?;
    let mut place = Place::open_or_make(&arguments.place)?;
    let settings = Settings::of(&arguments.asking, configuration.as_deref())?;
    let mut asked = asked(
        &settings.names(&arguments.asking),
        configuration.as_deref(),
        &arguments.answers,
    )?;
    let mode = match arguments.answers.fresh {
        true => Mode::Fresh,
        false => Mode::Normal,
    };
    let options = options(&settings, mode);
    let mut progress = Progress::new("these words");
    let outcome = {
        let mut models = asked.models();
        drive(
            &task,
            None,
            &options,
            &mut models,
            &mut place.library,
            &mut Reading::nothing(),
            &crate::instant::now,
            &mut |event| progress.tell(event),
        )
    };
    let outcome = outcome.map_err(|error| Failure::usage(error.to_string()))?;
    progress.clear();
    let notes = notes(&asked, &outcome);
    let is_json = arguments.format == TextFormat::Json;
    if !is_json {
        show_notes(&notes);
    }
    let accepted = match &outcome.result {
        Ok(accepted) => accepted,
        Err(failure) if is_json => {
            output.write(&format!("{}\n", outcome_for_machines(&outcome, &notes)))?;
            return Err(Failure::silent(ending::status(failure.kind)));
        }
        Err(failure) => {
            let sentence = escaped(&failure.sentence);
            let (kind, run) = (failure.kind, &outcome.record.id);
            let option = option(&arguments.place);
            return Err(ending::failure(kind, &sentence, run, &option));
        }
    };
    let program = match &accepted.program {
        Some(program) => program.clone(),
        None => compiled(&name, &accepted.code, task.stubs.clone())?,
    };
    let refused = tools.admit(&program.needs()).err().unwrap_or_default();
    if let Some(path) = &arguments.output {
        files::write(path, &with_end(&accepted.code))?;
    }
    if !is_json {
        say(&format!("{}\n", summary(accepted, &outcome)));
        output.write(&report::lines(&accepted.code, ""))?;
        output.write("\n")?;
        start::show_plan(&name, &program, &tools, configuration.as_deref(), output)?;
        output.flush()?;
    }
    let may_start = refused.is_empty();
    let starts = may_start && (arguments.start || (!is_json && is_wanted()));
    let started = match starts {
        true => Some(started(&name, &program, arguments)?),
        false => None,
    };
    if is_json {
        let mut whole = outcome_for_machines(&outcome, &notes);
        if let Value::Object(fields) = &mut whole {
            fields.insert("plan".into(), start::plan_json(&program, &tools));
            let process = started.as_ref().map(|(id, _)| json!(id));
            fields.insert("process".into(), process.unwrap_or(Value::Null));
        }
        output.write(&format!("{whole}\n"))?;
    } else {
        tell(arguments, started.as_ref(), output)?;
    }
    match refused.first() {
        Some(first) => {
            let failure = Failure::new(
                crate::connections::status(first),
                "it may not start with these tools",
            );
            Err(failure.with_help(crate::connections::help(first)))
        }
        None => Ok(()),
    }
}

/// What was done with it.
fn tell(
    arguments: &Workflow,
    started: Option<&(u64, String)>,
    output: &mut Output,
) -> Result<(), Failure> {
    if let Some(path) = &arguments.output {
        say(&format!("written to {}\n", path.display()));
    }
    match (started, &arguments.output) {
        (Some((_, told)), _) => output.write(told),
        (None, Some(path)) => {
            say(&format!(
                "not started: `salami start {}` does that\n",
                quoted(&path.display().to_string())
            ));
            Ok(())
        }
        (None, None) => {
            say(
                "not started, and kept in the library: the same words again, with --start or --output FILE, ask no model\n",
            );
            Ok(())
        }
    }
}

/// Asks whether it is to be started. Who cannot be asked does not want it.
fn is_wanted() -> bool {
    let mut errors = std::io::stderr();
    let _ = errors.write_all(b"Start it? yes or no> ");
    let _ = errors.flush();
    let mut line = String::new();
    let read = std::io::stdin().lock().read_line(&mut line);
    if !std::io::stdin().is_terminal() {
        let _ = errors.write_all(b"\n");
    }
    let answer = line.trim().to_lowercase();
    read.is_ok() && ["y", "yes"].contains(&answer.as_str())
}

fn with_end(code: &str) -> String {
    format!("{}\n", code.trim_end_matches('\n'))
}

/// The program of the library, compiled.
fn compiled(name: &str, code: &str, stubs: Vec<salami::Stub>) -> Result<Program, Failure> {
    let options = salami::CompileOptions {
        strict: salami::Strict::Always,
        stubs,
        ..salami::CompileOptions::default()
    };
    salami::compile(&format!("{name}.py"), code, &options)
        .map_err(|error| Failure::new(crate::failure::REFUSED, error.to_string()))
}

/// Stores it as a process: its number, and what is told of that.
fn started(name: &str, program: &Program, arguments: &Workflow) -> Result<(u64, String), Failure> {
    if let Some(field) = program.inputs().iter().find(|field| field.required) {
        let message = format!("it has a parameter `{}`, and gets none", field.name);
        return Err(Failure::new(USAGE, message)
            .with_help("write it to a file by --output FILE, and start it with `salami start FILE --param NAME=VALUE`"));
    }
    let location = place::location(&arguments.place)?;
    let mut store = location.open_or_make()?;
    let limits = salami::RunLimits::GENERAL;
    let new = start::New {
        name: name.to_owned(),
        owner: start::owner(),
        input: serde_json::Map::new(),
        options: process_options(crate::session::entropy(), &limits),
    };
    let id = start::put(store.as_mut(), &program.to_code(), &new)
        .map_err(|error| location.failure(&error))?;
    let config = match &arguments.tools {
        Some(path) => format!(" --config {}", quoted(&path.display().to_string())),
        None => String::new(),
    };
    let told = format!(
        "{} is stored in {}.\n`{}` runs it; `{}` shows it.\n",
        words::process(id, name),
        location.path.display(),
        location.command(&format!("work{config}")),
        location.command(&format!("show {id}")),
    );
    Ok((id.0, told))
}

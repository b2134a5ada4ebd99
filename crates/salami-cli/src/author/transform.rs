//! `salami author transform`.

use salami::author::judge::JudgeName;
use salami::author::record::{Ending, From};
use salami::author::session::{
    Accepted, Mode, Models, Outcome, RefusedInput, SessionOptions, drive, refused,
};
use salami_source::render::escaped;
use serde_json::{Value, json};

use super::arguments::{LibraryPlace, TextFormat, Transform};
use super::asking::{Asked, asked};
use super::files::NoInput;
use super::place::Place;
use super::progress::{Progress, say};
use super::settings::Settings;
use super::wanted::Wish;
use super::{ending, files, report};
use crate::failure::Failure;
use crate::output::Output;
use crate::processes::place::quoted;
use crate::{instant, interrupt};

/// Gets a result from an input.
pub fn transform(arguments: &Transform, output: &mut Output) -> Result<(), Failure> {
    let Wish { task, mut host } = Wish::of(&arguments.wanted)?;
    files::must_be_writable(arguments.output.as_deref())?;
    let input = files::input(&arguments.wanted.input, arguments.wanted.input_format);
    let mut place = Place::open_or_make(&arguments.place)?;
    let input = match input {
        Ok(input) => input,
        Err(NoInput::Failure(failure)) => return Err(failure),
        Err(NoInput::Refused {
            name,
            size,
            sentence,
        }) => {
            let input = RefusedInput {
                name: name.as_deref(),
                size,
                sentence: &sentence,
            };
            let outcome = refused(&task, &input, &mut place.library, instant::now());
            return finish(arguments, &outcome, &[], output);
        }
    };
    let configuration = arguments.wanted.tools.as_deref();
    let settings = Settings::of(&arguments.asking, configuration)?;
    let mut asked = asked(
        &settings.names(&arguments.asking),
        configuration,
        &arguments.answers,
    )?;
    let mode = match (arguments.cache_only, arguments.answers.fresh) {
        (true, _) => Mode::CacheOnly,
        (_, true) => Mode::Fresh,
        _ => Mode::Normal,
    };
    let options = options(&settings, mode);
    let mut progress = Progress::new("inputs of this shape");
    let outcome = {
        let mut models = match arguments.cache_only {
            true => Models::default(),
            false => asked.models(),
        };
        drive(
            &task,
            Some(&input),
            &options,
            &mut models,
            &mut place.library,
            &mut host,
            &instant::now,
            &mut |event| progress.tell(event),
        )
    };
    let outcome = outcome.map_err(|error| Failure::usage(error.to_string()))?;
    progress.clear();
    finish(arguments, &outcome, &notes(&asked, &outcome), output)
}

/// How a session works by the options of a command; Ctrl-C ends it.
pub fn options(settings: &Settings, mode: Mode) -> SessionOptions {
    let defaults = SessionOptions::default();
    // The session's own time begins a moment later: it is over when a program is ended by this.
    let time = u64::try_from(settings.time.saturating_add(100_000)).ok();
    SessionOptions {
        mode,
        attempts: settings.attempts,
        tokens: settings.tokens,
        time: settings.time,
        promote_after: settings.promote_after.unwrap_or(defaults.promote_after),
        interrupt: Some(interrupt::watch(time)),
        ..defaults
    }
}

/// What should be said beside the outcome.
pub fn notes(asked: &Asked, outcome: &Outcome) -> Vec<String> {
    let mut notes = outcome.troubles.clone();
    // A program of the library plays nothing.
    let is_hit = matches!(
        outcome.record.ending,
        Ending::Accepted {
            from: From::Library,
            ..
        }
    );
    if !is_hit {
        notes.extend(asked.notes());
    }
    if let Some(problem) = ending::observe(&outcome.record, asked.providers()) {
        notes.push(format!(
            "the run could not be told to OpenTelemetry: {problem}"
        ));
    }
    notes
}

/// Shows notes on standard error.
pub fn show_notes(notes: &[String]) {
    for note in notes {
        say(&format!("note: {}\n", escaped(note)));
    }
}

fn finish(
    arguments: &Transform,
    outcome: &Outcome,
    notes: &[String],
    output: &mut Output,
) -> Result<(), Failure> {
    if arguments.format == TextFormat::Json {
        return machine(arguments, outcome, notes, output);
    }
    show_notes(notes);
    let run = &outcome.record.id;
    let accepted = match &outcome.result {
        Ok(accepted) => accepted,
        Err(failure) => {
            let sentence = escaped(&failure.sentence);
            return Err(ending::failure(
                failure.kind,
                &sentence,
                run,
                &option(&arguments.place),
            ));
        }
    };
    let mut text = String::new();
    if arguments.show_program {
        text += &report::lines(&accepted.code, "    ");
    }
    for found in &accepted.report.findings {
        text += &format!("note: {}\n", report::short(found));
    }
    text += &format!("{}\n", summary(accepted, outcome));
    say(&text);
    let pretty = serde_json::to_string_pretty(&accepted.value)
        .map_err(|error| crate::programs::bug(&error.to_string()))?;
    match &arguments.output {
        Some(path) => files::write(path, &format!("{pretty}\n")),
        None => output.write(&format!("{pretty}\n")),
    }
}

/// The option that names the library in another command.
pub fn option(place: &LibraryPlace) -> String {
    match &place.library {
        Some(name) => format!(" --library {}", quoted(name)),
        None => String::new(),
    }
}

/// Where the result came from and what it took, in a line.
pub fn summary(accepted: &Accepted, outcome: &Outcome) -> String {
    let record = &outcome.record;
    let written = record
        .attempts
        .iter()
        .filter(|attempt| attempt.code.is_some());
    let attempts = match written.count() {
        1 => "1 attempt".to_owned(),
        number => format!("{number} attempts"),
    };
    let model = record
        .attempts
        .last()
        .map(|attempt| escaped(&attempt.model));
    let model = model.unwrap_or_default();
    let current = accepted.entry.current().map_or(0, |version| version.number);
    let version = match record.ending {
        Ending::Accepted { version, .. } => version,
        Ending::Failed { .. } => current,
    };
    let from = match accepted.from {
        From::Library if version < current => {
            format!("accepted: a program of the library, its earlier version {version}")
        }
        From::Library => format!("accepted: a program of the library, version {version}"),
        From::Repair => {
            format!("accepted: a program of the library that {model} mended, version {version}")
        }
        From::Model => format!("accepted: a program that {model} wrote, {attempts}"),
    };
    let mut parts = vec![from];
    match accepted.skipped.len() {
        0 => {}
        1 => parts.push("1 row skipped".to_owned()),
        number => parts.push(format!("{number} rows skipped")),
    }
    let passed = |judge: &JudgeName| accepted.report.passed.contains(judge);
    match (passed(&JudgeName::Agreement), passed(&JudgeName::Model)) {
        (true, true) => parts.push("a second program and a judging model agree".to_owned()),
        (true, false) => parts.push("a second program agrees".to_owned()),
        (false, true) => parts.push("a judging model agrees".to_owned()),
        (false, false) => {}
    }
    if record.tokens.total() > 0 {
        parts.push(report::tokens_in_words(record.tokens));
    }
    parts.push(report::time(record.took));
    format!("{}; run {}", parts.join(", "), ending::short(&record.id))
}

fn machine(
    arguments: &Transform,
    outcome: &Outcome,
    notes: &[String],
    output: &mut Output,
) -> Result<(), Failure> {
    let whole = outcome_for_machines(outcome, notes);
    if let (Some(path), Ok(accepted)) = (&arguments.output, &outcome.result) {
        let pretty = serde_json::to_string_pretty(&accepted.value)
            .map_err(|error| crate::programs::bug(&error.to_string()))?;
        files::write(path, &format!("{pretty}\n"))?;
    }
    output.write(&format!("{whole}\n"))?;
    match &outcome.result {
        Ok(_) => Ok(()),
        Err(failure) => Err(Failure::silent(ending::status(failure.kind))),
    }
}

/// What came of a run, for machines.
pub fn outcome_for_machines(outcome: &Outcome, notes: &[String]) -> Value {
    let record = &outcome.record;
    let mut whole = json!({
        "run": record.id,
        "task": record.task,
        "key": record.key,
        "status": "accepted",
        "from": null,
        "result": null,
        "skipped": [],
        "rows": null,
        "program": null,
        "version": null,
        "report": null,
        "error": null,
        "attempts": record.attempts.len(),
        "tokens": report::tokens(record.tokens),
        "took": record.took,
        "notes": notes,
    });
    let mut put = |name: &str, value: Value| {
        if let Some(place) = whole.get_mut(name) {
            *place = value;
        }
    };
    match &outcome.result {
        Ok(accepted) => {
            put("from", report::from(accepted.from).into());
            put("result", accepted.value.clone());
            let skipped = accepted.skipped.iter();
            let skipped: Vec<Value> = skipped
                .map(|skipped| json!({"row": skipped.row, "why": skipped.why}))
                .collect();
            put("skipped", skipped.into());
            put("rows", accepted.rows.into());
            put("program", accepted.code.clone().into());
            if let Ending::Accepted { version, .. } = record.ending {
                put("version", version.into());
            }
            put("report", report::machine(&accepted.report));
        }
        Err(failure) => {
            put("status", "failed".into());
            put(
                "error",
                json!({"code": ending::code(failure.kind), "message": failure.sentence}),
            );
            let report = failure.report.as_ref().map(report::machine);
            put("report", report.unwrap_or(Value::Null));
        }
    }
    whole
}

//! `salami author runs`.

use salami::author::library::{Library, RunFilter};
use salami::author::record::{Ending, RunRecord};
use serde_json::{Value, json};

use super::arguments::{Runs, TextFormat};
use super::place::Place;
use super::{ending, report};
use crate::failure::Failure;
use crate::instant;
use crate::output::Output;
use crate::processes::paint::{Cell, Paint, columns};
use crate::processes::{moments, words};

/// Lists runs.
pub fn runs(arguments: &Runs, output: &mut Output) -> Result<(), Failure> {
    let mut place = Place::open(&arguments.place)?;
    let filter = RunFilter {
        task: arguments.task.clone(),
        accepted: match (arguments.accepted, arguments.failed) {
            (true, _) => Some(true),
            (_, true) => Some(false),
            _ => None,
        },
        before: None,
        limit: arguments.limit,
    };
    let found = place.library.runs(&filter);
    let found = found.map_err(|error| place.failure(&error))?;
    if arguments.format == TextFormat::Json {
        let runs: Vec<Value> = found.iter().map(machine).collect();
        return output.write(&format!("{}\n", json!({"runs": runs})));
    }
    if found.is_empty() {
        return output.write(&format!("there are no such runs in {}\n", place.name()));
    }
    let paint = Paint::of_output();
    let now = instant::now();
    let rows: Vec<Vec<Cell>> = found
        .iter()
        .map(|run| {
            let (_, is_good) = word(run);
            vec![
                Cell::plain(ending::short(&run.id)),
                Cell::plain(words::shortened(&run.task, 30)),
                Cell::plain(match &run.input.name {
                    Some(name) => words::shortened(name, 30),
                    None => "-".to_owned(),
                }),
                Cell {
                    painted: match is_good {
                        true => paint.good(&outcome(run)),
                        false => paint.urgent(&outcome(run)),
                    },
                    plain: outcome(run),
                },
                Cell::plain(run.attempts.len().to_string()),
                Cell::plain(report::thousands(run.tokens.total())),
                Cell::plain(report::time(run.took)),
                Cell::plain(moments::relative(run.began, now)),
            ]
        })
        .collect();
    let heading = [
        "RUN", "TASK", "INPUT", "OUTCOME", "ASKED", "TOKENS", "TOOK", "WHEN",
    ];
    output.write(&columns(paint, &heading, &rows))
}

/// How a run ended: `accepted: library`, `failed: tokens`.
pub fn outcome(run: &RunRecord) -> String {
    match word(run) {
        (word, true) => format!("accepted: {word}"),
        (word, false) => format!("failed: {word}"),
    }
}

/// How a run ended, in a word, and whether that is good.
pub fn word(run: &RunRecord) -> (&'static str, bool) {
    match &run.ending {
        Ending::Accepted { from, .. } => (report::from(*from), true),
        Ending::Failed { kind, .. } => (ending::word(*kind), false),
    }
}

/// A run for machines, without its attempts.
pub fn machine(run: &RunRecord) -> Value {
    let (word, is_accepted) = word(run);
    let sentence = match &run.ending {
        Ending::Failed { sentence, .. } => Value::from(sentence.as_str()),
        Ending::Accepted { .. } => Value::Null,
    };
    json!({
        "run": run.id,
        "task": run.task,
        "key": run.key,
        "input": {
            "name": run.input.name,
            "format": run.input.format,
            "size": run.input.size,
            "rows": run.input.rows,
        },
        "accepted": is_accepted,
        "outcome": word,
        "sentence": sentence,
        "asked": run.attempts.len(),
        "tokens": report::tokens(run.tokens),
        "cost": run.cost,
        "began": run.began,
        "took": run.took,
        "look_up": run.look_up,
    })
}

//! `salami author show`.

use salami::author::library::Library;
use salami::author::record::{Attempt, Ending, Purpose, RunRecord};
use serde_json::{Value, json};

use super::arguments::{Show, TextFormat};
use super::place::Place;
use super::report;
use super::runs;
use crate::failure::Failure;
use crate::instant;
use crate::output::Output;
use crate::processes::paint::Paint;
use crate::processes::words;

/// Shows a run.
pub fn show(arguments: &Show, output: &mut Output) -> Result<(), Failure> {
    let mut place = Place::open(&arguments.place)?;
    let found = place.library.run(&arguments.run);
    let found = found.map_err(|error| place.failure(&error))?;
    let Some(run) = found else {
        return Err(Failure::usage(format!("there is no run {}", arguments.run))
            .with_help("`salami author runs` lists them"));
    };
    if arguments.code {
        let tried = run.attempts.iter().rev();
        let code = run
            .code
            .as_ref()
            .or_else(|| tried.into_iter().find_map(|attempt| attempt.code.as_ref()));
        return match code {
            Some(code) => output.write(&format!("{}\n", code.trim_end_matches('\n'))),
            None => Err(Failure::usage(format!("run {} has no program", run.id))),
        };
    }
    if arguments.format == TextFormat::Json {
        return output.write(&format!("{}\n", machine(&run, arguments.prompts)));
    }
    output.write(&human(&run, arguments.prompts))
}

fn human(run: &RunRecord, with_prompts: bool) -> String {
    let paint = Paint::of_output();
    let (_, is_accepted) = runs::word(run);
    let mut text = format!(
        "{} {}  {}\n\n",
        paint.bold("run"),
        paint.bold(&run.id),
        match is_accepted {
            true => paint.good(&runs::outcome(run)),
            false => paint.urgent(&runs::outcome(run)),
        }
    );
    if let Ending::Failed { sentence, .. } = &run.ending {
        text += &report::lines(sentence, "");
        text.push('\n');
    }
    let mut line = |name: &str, value: &str| {
        if !value.is_empty() {
            text += &format!("{name:<8}{value}\n");
        }
    };
    line("task", &words::line(&run.task));
    let name = run
        .input
        .name
        .as_deref()
        .map(words::line)
        .unwrap_or_default();
    let rows = match run.input.rows {
        Some(rows) => format!(", {} rows", report::thousands(rows)),
        None => String::new(),
    };
    if !run.input.format.is_empty() {
        line(
            "input",
            format!(
                "{name} {}, {} bytes{rows}",
                run.input.format,
                report::thousands(run.input.size)
            )
            .trim(),
        );
    }
    line("key", run.key.as_deref().unwrap_or_default());
    line("began", &instant::show(run.began));
    line(
        "took",
        &format!(
            "{}, of which the look-up {}",
            report::time(run.took),
            report::time(run.look_up)
        ),
    );
    if run.tokens.total() > 0 {
        line(
            "tokens",
            &format!(
                "{} (in {}, out {}, cached {})",
                report::tokens_in_words(run.tokens),
                run.tokens.input,
                run.tokens.output,
                run.tokens.cached
            ),
        );
    }
    if let Some(cost) = run.cost {
        line("cost", &report::cost(cost));
    }
    if let Some(reuse) = &run.reuse {
        text += &format!("\n{}\n", paint.bold("the program of the library"));
        text += &verdict(reuse, paint);
    }
    for (index, attempt) in run.attempts.iter().enumerate() {
        text += &format!("\n{}", heading(index + 1, attempt, paint));
        let before = run.attempts.iter().take(index);
        let same = before
            .into_iter()
            .position(|before| attempt.code.is_some() && before.code == attempt.code);
        text += &shown(attempt, same, with_prompts, paint);
    }
    if let (Some(code), Some(report)) = (&run.code, &run.report) {
        text += &format!("\n{}\n", paint.bold("accepted"));
        text += &verdict(report, paint);
        let is_shown = run
            .attempts
            .iter()
            .any(|attempt| attempt.code.as_ref() == Some(code));
        if !is_shown {
            text += &report::lines(code, "    ");
        }
    }
    text
}

fn purpose(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Write => "write",
        Purpose::Mend => "mend",
        Purpose::Repair => "repair",
        Purpose::Look => "second look",
        Purpose::Second => "second program",
        Purpose::Judge => "judge",
        Purpose::Explain => "explain",
    }
}

fn heading(number: usize, attempt: &Attempt, paint: Paint) -> String {
    let mut parts = vec![words::line(&attempt.model)];
    if attempt.tokens.total() > 0 {
        parts.push(report::tokens_in_words(attempt.tokens));
    }
    parts.push(report::time(attempt.model_time));
    if attempt.fuel > 0 {
        parts.push(format!("fuel {}", report::thousands(attempt.fuel)));
    }
    format!(
        "{} {}\n",
        paint.bold(&format!("{number}. {}", purpose(attempt.purpose))),
        paint.dim(&format!("({})", parts.join(", ")))
    )
}

/// An attempt, and whether its program is that of an earlier one.
fn shown(attempt: &Attempt, same: Option<usize>, with_prompts: bool, paint: Paint) -> String {
    let mut text = String::new();
    if with_prompts {
        text += &format!("  {}\n", paint.dim("asked:"));
        text += &report::lines(&attempt.prompt, "    ");
    }
    if let Some(error) = &attempt.error {
        text += &format!("  {}\n", paint.urgent(&words::line(error)));
    }
    match (&attempt.code, same) {
        (Some(_), Some(same)) => {
            text += &format!("  the same program as in {}.\n", same + 1);
        }
        (Some(code), None) => {
            text += &format!("  {}\n", paint.dim("program:"));
            text += &report::lines(code, "    ");
        }
        (None, _) if !attempt.reply.is_empty() => {
            text += &format!("  {}\n", paint.dim("answered:"));
            text += &report::lines(&attempt.reply, "    ");
        }
        (None, _) => {}
    }
    for diagnostic in &attempt.diagnostics {
        text += &report::lines(diagnostic, "  ");
    }
    if !attempt.printed.is_empty() {
        text += &format!("  {}\n", paint.dim("printed:"));
        text += &report::lines(&attempt.printed, "    ");
    }
    if let Some(report) = &attempt.report {
        text += &verdict(report, paint);
    }
    text
}

fn verdict(report: &salami::author::judge::Report, paint: Paint) -> String {
    let mut text = String::new();
    let passed = report::passed(report);
    if !passed.is_empty() {
        text += &format!("  {} {passed}\n", paint.good("passed:"));
    }
    text += &report::findings(report, "  ", paint);
    text + &report::unasked(report, "  ", paint)
}

fn machine(run: &RunRecord, with_prompts: bool) -> Value {
    let attempts: Vec<Value> = run
        .attempts
        .iter()
        .map(|attempt| {
            json!({
                "purpose": purpose(attempt.purpose),
                "model": attempt.model,
                "prompt": with_prompts.then_some(attempt.prompt.as_str()),
                "reply": attempt.reply,
                "error": attempt.error,
                "program": attempt.code,
                "diagnostics": attempt.diagnostics,
                "report": attempt.report.as_ref().map(report::machine),
                "printed": attempt.printed,
                "tokens": report::tokens(attempt.tokens),
                "cost": attempt.cost,
                "model_time": attempt.model_time,
                "trial_time": attempt.trial_time,
                "fuel": attempt.fuel,
                "memory": attempt.memory,
            })
        })
        .collect();
    let mut whole = runs::machine(run);
    if let Value::Object(fields) = &mut whole {
        fields.insert("shape".into(), run.input.shape.as_str().into());
        fields.insert(
            "reuse".into(),
            run.reuse.as_ref().map_or(Value::Null, report::machine),
        );
        fields.insert("attempts".into(), attempts.into());
        fields.insert("program".into(), run.code.clone().into());
        fields.insert(
            "report".into(),
            run.report.as_ref().map_or(Value::Null, report::machine),
        );
    }
    whole
}

//! How a run ends for who started it: exit statuses, and what is told to those who observe.

use salami::author::record::{FailureKind, RunRecord};
use salami::author::telemetry::{self, Options};
use salami_tools::otlp::Otlp;

use super::asking::Providers;
use crate::connections;
use crate::failure::{Failure, INTERRUPTED, LIMIT, PROGRAM, REFUSED, USAGE, WAITING};

/// The exit status of a run without a result.
pub fn status(kind: FailureKind) -> u8 {
    match kind {
        FailureKind::Input => USAGE,
        FailureKind::Attempts => PROGRAM,
        FailureKind::Tokens | FailureKind::Time => LIMIT,
        FailureKind::Model | FailureKind::NotInLibrary => WAITING,
        FailureKind::Quarantined => REFUSED,
        FailureKind::Interrupted => INTERRUPTED,
    }
}

/// How machines are told why.
pub fn code(kind: FailureKind) -> &'static str {
    match kind {
        FailureKind::Input => "author.input",
        FailureKind::Attempts => "author.attempts",
        FailureKind::Tokens => "author.tokens",
        FailureKind::Time => "author.time",
        FailureKind::Model => "author.model",
        FailureKind::NotInLibrary => "author.not_in_library",
        FailureKind::Quarantined => "author.quarantined",
        FailureKind::Interrupted => "interrupted",
    }
}

/// The word for it.
pub fn word(kind: FailureKind) -> &'static str {
    let code = code(kind);
    code.strip_prefix("author.").unwrap_or(code)
}

/// The failure that a run without a result is.
pub fn failure(kind: FailureKind, sentence: &str, run: &str, option: &str) -> Failure {
    let show = format!("`salami author show {}{option}` has all of it", short(run));
    let help = match kind {
        FailureKind::NotInLibrary => {
            "without --cache-only a model is asked to write a program".to_owned()
        }
        FailureKind::Tokens => format!("--tokens N allows more; {show}"),
        FailureKind::Time => format!("--time-limit TIME allows more; {show}"),
        FailureKind::Interrupted => format!("what was done is kept: {show}"),
        _ => show,
    };
    Failure::new(status(kind), sentence)
        .with_help(help)
        .with_code(code(kind))
}

/// The beginning of a number that is enough to name a run.
pub fn short(run: &str) -> &str {
    run.get(..8).unwrap_or(run)
}

/// Sends a run to those who observe, where the environment names them; what keeps it from being sent.
pub fn observe(record: &RunRecord, providers: Providers) -> Option<String> {
    let otlp = Otlp::from_environment(&connections::Beside::here())?;
    let options = Options {
        service: otlp.service().to_owned(),
        attributes: otlp.attributes().to_vec(),
        captures_content: otlp.captures_content(),
        providers,
        ..Options::default()
    };
    let sent = otlp
        .send_traces(&telemetry::traces(record, &options))
        .and_then(|()| {
            let metrics = telemetry::metrics(std::slice::from_ref(record), &options);
            otlp.send_metrics(&metrics)
        });
    sent.err()
}

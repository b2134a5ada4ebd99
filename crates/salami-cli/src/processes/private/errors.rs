//! How errors of a process that a command runs are shown: as those of any run.

use salami::{Exception, Frame, LimitKind};
use serde_json::{Map, Value, json};

use super::{Ended, Running};
use crate::failure::{Failure, LIMIT, PROGRAM, WAITING};
use crate::output::Output;
use crate::programs;

impl Running<'_> {
    /// The failure that an error of the program is.
    pub(super) fn error(&self, error: &Map<String, Value>) -> Failure {
        let text = |name: &str| error.get(name).and_then(Value::as_str).unwrap_or_default();
        let failure = match text("kind") {
            "exit" => {
                let status = error.get("status").and_then(Value::as_u64).unwrap_or(1);
                let message = match text("message") {
                    "" => String::new(),
                    message => format!("{message}\n"),
                };
                let status = u8::try_from(status).unwrap_or(PROGRAM);
                return Failure::rendered(status, message);
            }
            "limit" => {
                let help = other_limit(error).unwrap_or_default();
                let shown = format!("{}help: {help}\n", self.traceback(error));
                Failure::rendered(LIMIT, shown)
            }
            "exception" => Failure::rendered(PROGRAM, self.traceback(error)),
            "internal" => return programs::bug(text("message")),
            _ => Failure::new(PROGRAM, text("message")),
        };
        let Some(file) = &self.file else {
            return failure;
        };
        let held = file.location.command(&format!("show {}", self.id));
        let retry = file.location.command(&format!("resolve {} retry", self.id));
        let message = format!(
            "{}help: it is held where it stands, nothing is lost: {held}\n      {retry}\n",
            match failure.rendered {
                true => failure.message.clone(),
                false => failure.to_string(),
            }
        );
        Failure::rendered(WAITING, message)
    }

    /// The error as Python shows it.
    fn traceback(&self, error: &Map<String, Value>) -> String {
        let text = |name: &str| error.get(name).and_then(Value::as_str).unwrap_or_default();
        let listed = |name: &str| error.get(name).and_then(Value::as_array);
        let frames = listed("traceback").into_iter().flatten();
        let notes = listed("notes").into_iter().flatten();
        let (class, message) = match text("type") {
            "" => (text("message"), ""),
            class => (class, text("message")),
        };
        let exception = Exception {
            class: class.to_owned(),
            message: message.to_owned(),
            frames: frames.map(|frame| self.told_frame(frame)).collect(),
            notes: notes
                .filter_map(|note| note.as_str().map(str::to_owned))
                .collect(),
            before: text("before").to_owned(),
            is_external: false,
            context: Box::default(),
        };
        exception.traceback()
    }

    fn told_frame(&self, frame: &Value) -> Frame {
        let text = |name: &str| frame.get(name).and_then(Value::as_str).unwrap_or_default();
        let line = frame.get("line").and_then(Value::as_u64).unwrap_or(0);
        let line = u32::try_from(line).unwrap_or(0);
        self.frame(text("file").to_owned(), line, text("function").to_owned())
    }

    /// A line of a traceback.
    pub(super) fn frame(&self, file: String, line: u32, function: String) -> Frame {
        let mut sources = self.program.sources().iter();
        let source = sources.find(|source| source.name() == file);
        Frame {
            text: source.map_or_else(String::new, |source| {
                source.line_text(line).trim().to_owned()
            }),
            file,
            line,
            function,
        }
    }
}

/// How the limit that an error names is set to something else.
fn other_limit(error: &Map<String, Value>) -> Option<String> {
    let named = error.get("limit")?.as_str()?;
    let kinds = [
        LimitKind::Fuel,
        LimitKind::Memory,
        LimitKind::Stack,
        LimitKind::Depth,
        LimitKind::Instructions,
        LimitKind::Iterations,
        LimitKind::Output,
        LimitKind::Time,
    ];
    let kind = kinds.into_iter().find(|kind| kind.name() == named)?;
    Some(crate::run::other_limit(kind))
}

/// One JSON object for everything that can happen.
pub(super) fn for_machines(
    running: &Running<'_>,
    ended: Result<Ended, Failure>,
    output: &mut Output,
) -> Result<(), Failure> {
    let (result, error, status) = match ended {
        Ok(Ok(value)) => (value, Value::Null, 0),
        Ok(Err(mut error)) => {
            let status = running.error(&error).status;
            if let Some(help) = other_limit(&error) {
                error.insert("help".to_owned(), help.into());
            }
            (Value::Null, Value::Object(error), status)
        }
        Err(failure) => {
            let (kind, code) = match failure.status {
                WAITING => ("waiting", "WAITING"),
                status => crate::run::kind(status),
            };
            // What people are told has the help in it.
            let message = failure.message.split("\nhelp: ").next();
            let error = json!({
                "kind": kind,
                "code": code,
                "message": message.unwrap_or_default().trim_end(),
                "help": failure.help,
                "context": null,
            });
            (Value::Null, error, failure.status)
        }
    };
    let whole = json!({
        "result": result,
        "output": running.printed,
        "error_output": running.complaints,
        "fuel": running.fuel,
        "memory_peak": null,
        "error": error,
    });
    output.write(&format!("{whole}\n"))?;
    if status == 0 {
        Ok(())
    } else {
        Err(Failure::silent(status))
    }
}

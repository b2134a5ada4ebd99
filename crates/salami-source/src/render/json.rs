//! Diagnostics for machines.

use serde_json::{Value, json};

use crate::{Diagnostic, FileId, Severity, Source, Span};

/// A diagnostic as JSON: `code`, `severity` (`error`, `warning`, `note`), `message`, `labels` (the primary
/// one first), `path` (outermost call first), `help` (or null) and `edits` (places with the `replacement` that mends). Places have a `file` name, and `start`
/// and `end` with `offset` in bytes from 0, `line` and `column` (in code points) from 1; the end is
/// exclusive. `file` is null and lines are 0 for a file that is not among `files`.
#[must_use]
pub fn json(diagnostic: &Diagnostic, files: &[&Source]) -> Value {
    let severity = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    };
    let labels: Vec<Value> = diagnostic
        .labels
        .iter()
        .map(|label| {
            let mut place = place(label.file, label.span, files);
            place["text"] = Value::from(label.text.as_str());
            place
        })
        .collect();
    let path: Vec<Value> = diagnostic
        .path
        .iter()
        .map(|step| {
            let mut place = place(step.file, step.span, files);
            place["function"] = Value::from(step.function.as_str());
            place
        })
        .collect();
    let file = diagnostic.labels.first().map(|label| label.file);
    let edits: Vec<Value> = diagnostic
        .edits
        .iter()
        .map(|edit| {
            let mut place = place(file.unwrap_or_default(), edit.span, files);
            place["replacement"] = Value::from(edit.replacement.as_str());
            place
        })
        .collect();
    json!({
        "code": diagnostic.code,
        "severity": severity,
        "message": diagnostic.message,
        "labels": labels,
        "path": path,
        "help": diagnostic.help,
        "edits": edits,
    })
}

fn place(file: FileId, span: Span, files: &[&Source]) -> Value {
    let source = files.get(usize::from(file.0)).copied();
    let point = |offset: u32| {
        let place = source.map(|source| source.line_column(offset));
        json!({
            "offset": offset,
            "line": place.map_or(0, |place| place.line),
            "column": place.map_or(0, |place| place.column),
        })
    };
    json!({ "file": source.map(Source::name), "start": point(span.start), "end": point(span.end.max(span.start)) })
}

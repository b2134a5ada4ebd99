//! CPython as the oracle: `oracle.py` run as a process, a batch of programs at a time.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::spec::{Case, Outcome};

/// Runs the programs in CPython 3.11, with a fixed hash seed.
///
/// # Errors
/// A sentence, if there is no CPython 3.11 (`python3`, or what the environment variable
/// `PYTHON` names) or it did not answer.
pub fn run(cases: &[&Case]) -> Result<Vec<Outcome>, String> {
    run_each(cases)?.into_iter().collect()
}

/// The same, with a sentence in place of the outcome for each program that had none, such as one that did not end.
///
/// # Errors
/// As [`run`].
pub fn run_each(cases: &[&Case]) -> Result<Vec<Result<Outcome, String>>, String> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("oracle.py");
    let python = std::env::var("PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let mut child = Command::new(&python)
        .arg(script)
        .env("PYTHONHASHSEED", "0")
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("PYTHONUTF8", "1")
        .env("TZ", "UTC")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| format!("{python} does not start: {error}"))?;
    let mut request = String::new();
    for case in cases {
        let input: Value = match &case.input {
            Some(text) => serde_json::from_str(text)
                .map_err(|error| format!("{}: input: {error}", case.name))?,
            None => Value::Null,
        };
        request.push_str(
            &json!({
                "name": "program.py",
                "source": case.source,
                "input": input,
                "stubs": case.stubs.iter().cloned().collect::<BTreeMap<_, _>>(),
                "host": case.host,
                // Each byte as the character of its number.
                "stdin": case.stdin.iter().flatten().copied().map(char::from).collect::<String>(),
            })
            .to_string(),
        );
        request.push('\n');
    }
    let mut stdin = child.stdin.take().ok_or("no standard input")?;
    let writer = std::thread::spawn(move || stdin.write_all(request.as_bytes()));
    let answer = child
        .wait_with_output()
        .map_err(|error| error.to_string())?;
    if !answer.status.success() {
        return Err(format!("{python} is no CPython 3.11 that works"));
    }
    let _ = writer.join();
    let text = String::from_utf8(answer.stdout).map_err(|error| error.to_string())?;
    let outcomes: Vec<Result<Outcome, String>> = text.lines().map(outcome).collect();
    if outcomes.len() != cases.len() {
        return Err(format!(
            "{python} answered {} of {} programs",
            outcomes.len(),
            cases.len()
        ));
    }
    Ok(outcomes)
}

fn outcome(line: &str) -> Result<Outcome, String> {
    let answer: Value = serde_json::from_str(line).map_err(|error| format!("{error}: {line}"))?;
    let text = |key: &str| answer.get(key).and_then(Value::as_str).map(str::to_owned);
    let raises = text("raises");
    if let Some(fault) = raises
        .as_ref()
        .filter(|raises| raises.starts_with("oracle:"))
    {
        return Err(fault.clone());
    }
    let result = answer
        .get("result")
        .filter(|result| !result.is_null())
        .map(Value::to_string);
    Ok(Outcome {
        output: text("output").unwrap_or_default(),
        raises,
        result,
    })
}

//! Programs over bodies of data and code that others made. They lie beside the project, in
//! `../shared/corpora`; where that folder is absent these tests say so and pass.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read as _;
use std::path::PathBuf;

use salami::{CompileError, CompileOptions, Program, RunError, RunOptions, Strict};
use salami_testkit::files;
use serde_json::{Map, Value};

/// A folder of the corpora, if it is there.
fn corpus(name: &str) -> Option<PathBuf> {
    let folder = files::root().join("../shared/corpora").join(name);
    if folder.is_dir() {
        Some(folder)
    } else {
        println!("skipped: the corpus {name} is not there");
        None
    }
}

fn compile(name: &str, source: &str) -> Result<Program, CompileError> {
    salami::compile(
        name,
        source,
        &CompileOptions {
            strict: Strict::Never,
            ..CompileOptions::default()
        },
    )
}

const READ_CSV: &str = "
import csv
import io

def main(text: str) -> list[dict[str, str]]:
    rows: list[dict[str, str]] = []
    reader = csv.reader(io.StringIO(text, newline=''))
    header = next(reader)
    for row in reader:
        rows.append(dict(zip(header, row)))
    return rows
";

const READ_CSV_AS_DICTIONARIES: &str = "
import csv
import io

def main(text: str):
    return list(csv.DictReader(io.StringIO(text, newline='')))
";

/// Each file of csv-spectrum is read as the JSON file beside it says.
#[test]
fn csv_spectrum() {
    let Some(folder) = corpus("csv-spectrum") else {
        return;
    };
    let tables =
        files::with_extension(&folder.join("csvs"), "csv").expect("the corpus is readable");
    assert!(!tables.is_empty(), "the corpus is empty");
    for source in [READ_CSV, READ_CSV_AS_DICTIONARIES] {
        let program = compile("read.py", source).unwrap_or_else(|error| panic!("{error}"));
        for path in &tables {
            let name = path
                .file_stem()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            let text = std::fs::read_to_string(path).expect("a table is readable");
            let json = folder.join("json").join(format!("{name}.json"));
            let json = std::fs::read_to_string(json).expect("each table has its JSON");
            let expected: Value = serde_json::from_str(&json).expect("the corpus has valid JSON");
            let mut input = Map::new();
            input.insert("text".to_owned(), Value::String(text));
            let run = program.run(&RunOptions {
                input,
                ..RunOptions::default()
            });
            assert_eq!(run.result, Ok(expected), "{name}");
        }
    }
}

/// A program of HumanEval with its tests, and whether it passed.
fn human_eval(task: &Map<String, Value>) -> Result<(), String> {
    let text = |key: &str| task.get(key).and_then(Value::as_str).unwrap_or_default();
    let source = format!(
        "{}{}\n{}\ncheck({})\n",
        text("prompt"),
        text("canonical_solution"),
        text("test"),
        text("entry_point")
    );
    let program = compile("program.py", &source).map_err(|error| match error {
        CompileError::Refused(refusal) => {
            let codes: BTreeSet<String> = refusal
                .diagnostics
                .iter()
                .map(|diagnostic| diagnostic.code.to_string())
                .collect();
            codes.into_iter().collect::<Vec<_>>().join(", ")
        }
        error => error.to_string(),
    })?;
    let options = RunOptions {
        limits: salami::RunLimits {
            fuel: Some(4_000_000_000),
            ..salami::RunLimits::GENERAL
        },
        ..RunOptions::default()
    };
    match program.run(&options).result {
        Ok(_) => Ok(()),
        Err(RunError::Exception(exception)) => Err(exception.to_string()),
        Err(error) => Err(error.to_string()),
    }
}

/// The reference solutions of HumanEval pass their tests, but for the listed ones.
#[test]
fn human_eval_solutions_pass() {
    let Some(folder) = corpus("humaneval") else {
        return;
    };
    let file =
        std::fs::File::open(folder.join("HumanEval.jsonl.gz")).expect("the corpus is readable");
    let mut lines = String::new();
    flate2::read::GzDecoder::new(file)
        .read_to_string(&mut lines)
        .expect("the corpus is compressed text");
    let listed = include_str!("data/humaneval.txt");
    let expected: BTreeMap<&str, &str> = listed
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .filter_map(|line| line.split_once(": "))
        .collect();
    let mut wrong = Vec::new();
    for line in lines.lines() {
        let task: Map<String, Value> = serde_json::from_str(line).expect("each line is JSON");
        let name = task
            .get("task_id")
            .and_then(Value::as_str)
            .unwrap_or_default();
        match (human_eval(&task), expected.get(name)) {
            (Ok(()), None) => {}
            (Ok(()), Some(_)) => wrong.push(format!("{name} passes now: take it off the list")),
            (Err(reason), Some(known)) if reason == *known => {}
            (Err(reason), _) => wrong.push(format!("{name}: {reason}")),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

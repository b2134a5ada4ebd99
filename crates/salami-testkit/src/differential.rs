//! Programs run here and in CPython 3.11, and compared: output, type and message of the exception.

use std::panic::{AssertUnwindSafe, catch_unwind};

use salami::{CompileError, CompileOptions, Progress, RunError, RunOptions};

use crate::oracle;
use crate::spec::{Case, Outcome};

/// Fuel for one generated program; they are short.
const FUEL: u64 = 100_000_000;

/// Exceptions of which the checker promises that only listed assertion points raise them.
const PROVED: &[&str] = &[
    "TypeError",
    "AttributeError",
    "NameError",
    "UnboundLocalError",
];

/// What became of a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It did the same.
    Same,
    /// The checker refused it: code and message.
    Refused(String),
    /// It is no program in CPython either, or took too long there: a fault of the generator.
    Invalid(String),
    /// A fault: what kind, and what was seen.
    Fault(String, String),
}

/// What a program does here.
enum Here {
    Refused(String),
    Ran(Outcome, bool),
    Broken(String),
}

/// Runs the programs here and in CPython.
///
/// # Errors
/// A sentence, if there is no CPython 3.11.
pub fn judge(programs: &[String]) -> Result<Vec<Verdict>, String> {
    let cases: Vec<Case> = programs.iter().map(|source| Case::of(source)).collect();
    let half = programs.len().div_ceil(2);
    let here: Vec<Here> = std::thread::scope(|scope| {
        let (first, second) = programs.split_at(half);
        let second = scope.spawn(|| {
            second
                .iter()
                .map(|program| run_here(program))
                .collect::<Vec<_>>()
        });
        let mut all: Vec<Here> = first.iter().map(|program| run_here(program)).collect();
        all.extend(second.join().unwrap_or_default());
        all
    });
    // What was refused need not be run.
    let asked: Vec<&Case> = cases
        .iter()
        .zip(&here)
        .filter(|(_, here)| !matches!(here, Here::Refused(_)))
        .map(|(case, _)| case)
        .collect();
    let mut there = oracle::run_each(&asked)?.into_iter();
    Ok(here
        .into_iter()
        .map(|here| match here {
            Here::Refused(reason) => Verdict::Refused(reason),
            here => there.next().map_or_else(
                || Verdict::Invalid("no answer".into()),
                |there| compare(here, there),
            ),
        })
        .collect())
}

fn compare(here: Here, there: Result<Outcome, String>) -> Verdict {
    let there = match there {
        Ok(there) => without_addresses(there),
        Err(fault) => return Verdict::Invalid(fault),
    };
    if let Some(raises) = there
        .raises
        .as_ref()
        .filter(|raises| raises.starts_with("SyntaxError"))
    {
        return Verdict::Invalid(raises.clone());
    }
    match here {
        Here::Refused(reason) => Verdict::Refused(reason),
        Here::Broken(error) => {
            let kind: String = error
                .lines()
                .next()
                .unwrap_or_default()
                .chars()
                .filter(|letter| !letter.is_ascii_digit())
                .take(90)
                .collect();
            Verdict::Fault(format!("broken: {kind}"), error)
        }
        Here::Ran(outcome, listed) => {
            if outcome != there {
                let (kind, text) = difference(&outcome, &there);
                return Verdict::Fault(kind, text);
            }
            match unlisted(&outcome) {
                Some(line) if !listed => {
                    Verdict::Fault("a type error without an assertion point".into(), line)
                }
                _ => Verdict::Same,
            }
        }
    }
}

/// CPython's outcome with the addresses that are printed here: zeros.
fn without_addresses(outcome: Outcome) -> Outcome {
    let clean = |text: String| {
        let mut parts = text.split(" at 0x");
        let mut clean = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            clean.push_str(" at 0x000000000000");
            clean.push_str(part.trim_start_matches(|letter: char| letter.is_ascii_hexdigit()));
        }
        clean
    };
    Outcome {
        output: clean(outcome.output),
        raises: outcome.raises.map(clean),
        result: outcome.result,
    }
}

/// The line that shows a caught error of the proved kinds, as the generated programs print it.
fn unlisted(outcome: &Outcome) -> Option<String> {
    outcome
        .output
        .lines()
        .find(|line| {
            line.strip_prefix(['!', '?'])
                .is_some_and(|rest| PROVED.iter().any(|name| rest.starts_with(name)))
        })
        .map(str::to_owned)
}

fn difference(here: &Outcome, there: &Outcome) -> (String, String) {
    let lines = |outcome: &Outcome| -> Vec<String> {
        outcome
            .output
            .split('\n')
            .map(str::to_owned)
            .chain(outcome.raises.clone())
            .collect()
    };
    let (ours, theirs) = (lines(here), lines(there));
    let at = ours
        .iter()
        .zip(&theirs)
        .position(|(left, right)| left != right)
        .unwrap_or(ours.len().min(theirs.len()));
    let line = |lines: &[String]| {
        lines
            .get(at)
            .cloned()
            .unwrap_or_else(|| "(nothing)".to_owned())
    };
    let (left, right) = (line(&ours), line(&theirs));
    let word = |line: &str| -> String {
        let end = line
            .find(|letter: char| !(letter.is_alphanumeric() || "!?_".contains(letter)))
            .unwrap_or(line.len());
        let head = &line[..end];
        if head.contains("Error") || head.contains("Exception") {
            line.chars()
                .filter(|letter| !letter.is_ascii_digit())
                .take(60)
                .collect()
        } else {
            "value".to_owned()
        }
    };
    (
        format!("differs: {} / {}", word(&left), word(&right)),
        format!(
            "line {} of the output\n  here    {left}\n  CPython {right}",
            at + 1
        ),
    )
}

fn run_here(source: &str) -> Here {
    catch_unwind(AssertUnwindSafe(|| examine(source))).unwrap_or_else(|panic| {
        let text = panic
            .downcast_ref::<String>()
            .cloned()
            .or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
        Here::Broken(format!("a panic: {}", text.unwrap_or_default()))
    })
}

fn examine(source: &str) -> Here {
    let program = match salami::compile("program.py", source, &CompileOptions::default()) {
        Ok(program) => program,
        Err(CompileError::Refused(refusal)) => {
            let reasons: Vec<String> = refusal
                .diagnostics
                .iter()
                .map(|diagnostic| format!("{}: {}", diagnostic.code, diagnostic.message))
                .collect();
            return Here::Refused(reasons.first().cloned().unwrap_or_default());
        }
        Err(error) => return Here::Broken(error.to_string()),
    };
    let options = RunOptions {
        limits: salami::RunLimits {
            fuel: Some(FUEL),
            ..salami::RunLimits::GENERAL
        },
        ..RunOptions::default()
    };
    let mut execution = match program.start(&options) {
        Ok(execution) => execution,
        Err(error) => return Here::Broken(error.to_string()),
    };
    let mut output = String::new();
    let ended = loop {
        let progress = execution.step(u64::MAX / 4);
        output += &execution.take_output();
        match progress {
            Progress::Ended(result) => break result,
            Progress::Running => {}
            Progress::Suspended(_) | Progress::Absent(_) | Progress::Idle => {
                return Here::Broken("it waits, and nothing generated does".into());
            }
        }
    };
    let (raises, result) = match ended {
        Ok(serde_json::Value::Null) => (None, None),
        Ok(value) => (None, Some(value.to_string())),
        Err(RunError::Exception(exception)) => (Some(exception.to_string()), None),
        Err(RunError::Exit(exit)) => (Some(format!("SystemExit: {}", exit.status)), None),
        Err(error) => return Here::Broken(error.to_string()),
    };
    let listed = !program.assertion_points().is_empty();
    Here::Ran(
        Outcome {
            output,
            raises,
            result,
        },
        listed,
    )
}

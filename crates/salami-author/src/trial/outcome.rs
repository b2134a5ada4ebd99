//! What an error of a run says to the one who mends the program.

use salami_program::{LimitKind, RunError};

use super::cut;
use crate::judge::{Finding, JudgeName};

/// How much of a traceback is told, in characters.
const MOST_TRACEBACK: usize = 2_000;

/// An error of a run as a finding.
pub(super) fn finding(error: &RunError) -> Finding {
    let line = |line: Option<u32>| match line {
        Some(line) => format!(" in line {line}"),
        None => String::new(),
    };
    let (code, message, outside) = match error {
        RunError::Input(misfits) => {
            let shown: Vec<String> = misfits.iter().take(5).map(ToString::to_string).collect();
            (
                "run.input",
                "The input does not fit the type of the parameter of `main`. Write `def main(text: str) -> ...:` and read it there, or correct the type.".to_owned(),
                Some(shown.join("\n")),
            )
        }
        RunError::Exception(exception) if exception.is_external => (
            "run.tool",
            "A tool fails, and the program does not catch its error.".to_owned(),
            Some(exception.traceback()),
        ),
        RunError::Exception(exception) => (
            "run.exception",
            format!(
                "The program raises an exception{}.",
                line(exception.frames.last().map(|frame| frame.line))
            ),
            Some(exception.traceback()),
        ),
        RunError::Exit(exit) => (
            "run.exit",
            "The program ends itself. Return the result from `main`, without `sys.exit`.".to_owned(),
            exit.message.clone(),
        ),
        RunError::Refused(refusal) => (
            "program.refused",
            "The program is refused for this input.".to_owned(),
            Some(refusal.to_string()),
        ),
        RunError::NotConnected(tool) => (
            "run.tool",
            "The program calls a tool that is not connected.".to_owned(),
            Some(tool.clone()),
        ),
        RunError::Limit(limit) => {
            let place = line(limit.frames.last().map(|frame| frame.line));
            let (code, message) = match limit.kind {
                LimitKind::Fuel | LimitKind::Instructions | LimitKind::Iterations => (
                    "run.fuel",
                    format!("The program takes too many steps; it stood{place}. Look for a loop that does not end, or that goes through all rows for each row."),
                ),
                LimitKind::Memory | LimitKind::Output => (
                    "run.memory",
                    format!("The program needs too much memory; it stood{place}. Keep less: read line by line, and keep results only."),
                ),
                LimitKind::Depth | LimitKind::Stack => (
                    "run.depth",
                    format!("The calls of the program are nested too deep{place}. Write a loop in place of the recursion."),
                ),
                LimitKind::Time => (
                    "run.time",
                    format!("The program was stopped before it ended; it stood{place}."),
                ),
            };
            (code, message, None)
        }
        RunError::Result(text) => (
            "run.result",
            "The result is no JSON data. Return dataclasses, dicts, lists, texts, numbers, dates or None.".to_owned(),
            Some(text.clone()),
        ),
        other => (
            "run.internal",
            "The run ended with an error that is none of the program's own.".to_owned(),
            Some(other.to_string()),
        ),
    };
    let mut finding = Finding::error(JudgeName::Run, code, message);
    finding.outside = outside.map(|text| cut(&text, MOST_TRACEBACK));
    finding
}

//! What models are asked.
//!
//! The first part of each prompt, the language card and the rules, is the same for all tasks, so that
//! providers can keep it; what is about one task and input is short. Text from outside stands between
//! marks that it cannot have itself ([`marked`]), and so does what carries such text: messages of
//! exceptions, printed text, rows, results.

mod follow;
mod other;

pub use follow::{Follow, findings, follow_on};
pub use other::{Judged, explain, judge};

use salami_process::model::{Prompt, marked};

use crate::input::{Format, Input, Sample};
use crate::task::{Task, TaskKind};

/// What programs may be: the page that models and people get.
pub const CARD: &str = include_str!("../../../../docs/language-card.md");
const RULES: &str = include_str!("rules.md");
const WORKFLOW: &str = include_str!("workflow.md");

/// The longest text of a diagnostic, a message or a row in a prompt, in characters.
const MOST_QUOTED: usize = 1_500;
/// How long a follow-on gets before no more findings are added, in bytes.
const MOST_FOLLOW: usize = 12_000;

/// The part of a prompt that is the same for all tasks of a kind; `more` is what a host adds to it.
#[must_use]
pub fn system(kind: TaskKind, more: Option<&str>) -> String {
    // Marks of the page that only its tools need are left out.
    let card: Vec<&str> = CARD
        .lines()
        .filter(|line| !line.starts_with("<!--"))
        .collect();
    let rules = match kind {
        TaskKind::Transform => RULES,
        TaskKind::Workflow => WORKFLOW,
    };
    let mut text = format!("{}\n\n{}", card.join("\n").trim(), rules.trim());
    if let Some(more) = more {
        text.push_str("\n\n");
        text.push_str(more.trim());
    }
    text
}

/// The first question: task, form of the result, tools, how `main` must look, sample.
#[must_use]
pub fn first(task: &Task, input: Option<(&Input, &Sample)>, accounts: bool) -> String {
    let mut text = format!("# The task\n\n{}\n", task.text.trim());
    if !task.stubs.is_empty() {
        text.push_str("\n# The tools\n");
        for stub in &task.stubs {
            text.push_str(&format!(
                "\n`from tools import {}`:\n\n{}\n",
                stub.name,
                fenced(stub.source.text().trim())
            ));
        }
    } else if task.kind == TaskKind::Transform {
        text.push_str("\nThere are no tools.\n");
    }
    let Some((input, sample)) = input else {
        text.push_str("\n# How `main` must look\n\n");
        text.push_str(&fenced("def main() -> None:\n    ..."));
        text.push('\n');
        return text;
    };
    text.push_str("\n# How `main` must look\n\n");
    text.push_str(&fenced(&face(task, input, accounts)));
    text.push('\n');
    if accounts {
        text.push_str(&accounting(input));
    }
    text.push_str(&described(input));
    text.push_str(&marked(&sample.text));
    text.push('\n');
    for note in &sample.notes {
        text.push_str(&format!("- {note}\n"));
    }
    text
}

/// The declarations and the signature of `main`.
fn face(task: &Task, input: &Input, accounts: bool) -> String {
    let python = task.output.python(accounts);
    let mut text = String::new();
    let parameter = if input.is_stream() {
        text.push_str("from collections.abc import Iterable\n");
        "lines: Iterable[str]"
    } else {
        "text: str"
    };
    if !python.declarations.trim().is_empty() {
        text.push_str(python.declarations.trim());
        text.push_str("\n\n");
    } else if !text.is_empty() {
        text.push('\n');
    }
    text.push_str(&format!(
        "def main({parameter}) -> {}:\n    ...",
        python.type_name
    ));
    text
}

/// What is to be said of rows.
fn accounting(input: &Input) -> String {
    let number = match input.format() {
        Format::Json => "its place in the list of records, from 1",
        Format::Xml | Format::Html => "its place among the rows or records, from 1",
        Format::JsonLines => "the number of its line in the input, from 1",
        _ => {
            "the number of the line of the input on which it begins, from 1: the very first line is 1, blank lines and lines before the header count"
        }
    };
    format!(
        "\nEach row is to be accounted for. `row` of a skipped row is {number}; `why` says in a few words why it is not in the result: it is unreadable, or the task does not want it. `skipped` is empty where all rows are used.\n"
    )
}

/// What is known of the input.
fn described(input: &Input) -> String {
    let mut text = format!(
        "\n# The input\n\nIt is {}, of {} bytes",
        input.format().describe(),
        input.size()
    );
    if let Some(rows) = input.row_count() {
        text.push_str(&format!(", {rows} rows"));
        if matches!(input.format(), Format::Csv | Format::Tsv | Format::Html) {
            text.push_str(", with headers, totals and notes if it has some");
        }
    }
    text.push('.');
    if input.is_stream() {
        text.push_str(
            " It is too large to be held: `lines` gives its lines one by one, each with its line end, and only once. Keep only what the result needs.",
        );
    }
    text.push_str(" This is a part of it:\n\n");
    text
}

/// The first question about a program of the library that fails: the same as for a new one, with the
/// program and what is wrong with it.
#[must_use]
pub fn repair(first: &str, code: &str, report: &str) -> String {
    format!(
        "{first}\n# The program to be changed\n\nThis program was accepted for earlier inputs of the same kind. For this input it fails.\n\n{}\n\n{}\n\nChange as little of it as you can, so that it is right for this input and still for the earlier ones. Answer with SEARCH/REPLACE blocks, or with the whole changed program. If the input itself is broken, answer `CANNOT: ` and the sentence.",
        report.trim_end(),
        fenced(code)
    )
}

/// A prompt of these turns.
#[must_use]
pub fn prompt(system: &str, first: &str, exchange: Option<(&str, &str)>) -> Prompt {
    let prompt = Prompt::new(system, first);
    match exchange {
        Some((answer, follow_on)) => prompt.followed_by(answer, follow_on),
        None => prompt,
    }
}

/// Code between fences that it cannot have itself.
#[must_use]
pub fn fenced(code: &str) -> String {
    let mut longest = 2;
    let mut run = 0;
    for letter in code.chars() {
        run = if letter == '`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    let fence = "`".repeat(longest + 1);
    format!("{fence}python\n{}\n{fence}", code.trim_end())
}

/// How many tokens a prompt has at most, guessed from its length: providers count with tables of their own.
#[must_use]
pub fn tokens(prompt: &Prompt) -> u64 {
    let turns = prompt.turns.iter().map(|(_, text)| text.len());
    let bytes = turns.fold(prompt.system.len(), usize::saturating_add);
    let schema = prompt
        .schema
        .as_ref()
        .map_or(0, |schema| schema.to_string().len());
    (bytes.saturating_add(schema) as u64).div_ceil(3)
}

/// A text of at most so many characters, and a word where it was cut.
fn shortened(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!(
            "{}\n[cut here]",
            text.get(..end).unwrap_or_default().trim_end()
        ),
        None => text.to_owned(),
    }
}

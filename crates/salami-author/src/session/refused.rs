//! Inputs that are refused before anything is tried with them: they are runs, too.

use super::machine::run_number;
use super::outcome::{Failure, Outcome};
use crate::library::Library;
use crate::record::{Ending, FailureKind, InputRecord, RunRecord};
use crate::task::Task;

/// An input that is none.
#[derive(Clone, Copy, Debug)]
pub struct RefusedInput<'a> {
    /// The name of its file.
    pub name: Option<&'a str>,
    /// Its bytes, as far as they are known.
    pub size: u64,
    /// Why it is refused: a sentence for the end user, with how to reformat it.
    pub sentence: &'a str,
}

/// Keeps the record of a run whose input is refused, and ends it with its sentence.
pub fn refused(
    task: &Task,
    input: &RefusedInput<'_>,
    library: &mut dyn Library,
    now: i64,
) -> Outcome {
    let task_hash = task.hash();
    let content = format!("{:?} {} {}", input.name, input.size, input.sentence);
    let ending = Ending::Failed {
        kind: FailureKind::Input,
        sentence: input.sentence.to_owned(),
    };
    let id = run_number(&task_hash, &content, now);
    let input_record = InputRecord {
        name: input.name.map(str::to_owned),
        size: input.size,
        ..InputRecord::default()
    };
    let record = RunRecord::begun(id, task, input_record, now, ending);
    let kept = library.put_run(&record);
    Outcome {
        result: Err(Failure {
            kind: FailureKind::Input,
            sentence: input.sentence.to_owned(),
            report: None,
        }),
        record,
        troubles: kept.err().map(|error| error.message).into_iter().collect(),
    }
}

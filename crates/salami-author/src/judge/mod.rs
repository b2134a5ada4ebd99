//! Judges: who says whether a program's result can be trusted.
//!
//! The form of the result and the account of the rows are always judged. A task adds invariants and expected cases;
//! a second program that must agree and a model that judges are asked by who has a model.

mod agreement;
mod answer;
mod case;
mod finding;
mod invariant;
mod known;
mod model;
mod rows;
mod words;

use std::fmt;
use std::sync::Arc;

use salami_program::Host;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::input::Input;
use crate::output::Output;
use crate::trial::{Candidate, Ran, Settings};

pub use agreement::agreement;
pub use answer::SkippedRow;
pub use finding::{Finding, JudgeName, QuotedRow, Report, Severity};
pub use known::Known;
pub use model::{model_answer_schema, model_findings};

use answer::Answer;
use case::PreparedCase;
use invariant::Prepared;
use rows::Table;

/// A judge that a task has beside those of every task.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Judge {
    /// What must hold for each result: an expression such as `rows_out <= rows_in`, or a program with a function
    /// `check`.
    Invariant {
        /// Its name.
        name: String,
        /// Its code.
        code: String,
    },
    /// An input with the result that it must have.
    Case {
        /// Its name.
        name: String,
        /// The text of the input.
        input: String,
        /// The name of the input's file, which says its format.
        #[serde(default)]
        file: Option<String>,
        /// The result.
        expected: Value,
    },
    /// A second program that was written independently must give the same.
    Agreement,
    /// A model is asked.
    Model {
        /// What it shall look at.
        #[serde(default)]
        instructions: String,
    },
}

impl Judge {
    /// Who it is in findings.
    #[must_use]
    pub fn judge_name(&self) -> JudgeName {
        match self {
            Self::Invariant { name, .. } => JudgeName::Invariant(name.clone()),
            Self::Case { name, .. } => JudgeName::Case(name.clone()),
            Self::Agreement => JudgeName::Agreement,
            Self::Model { .. } => JudgeName::Model,
        }
    }
}

/// Whether a program must say of each row of its input what became of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RowAccounting {
    /// Where the rows of the input are records: not for prose.
    #[default]
    Auto,
    /// Where the input has rows.
    On,
    /// Never.
    Off,
}

/// Whether a program has to account for the rows of an input. Those of a stream are not held, so nobody could check that.
#[must_use]
pub fn accounts(input: &Input, wanted: RowAccounting) -> bool {
    match wanted {
        RowAccounting::Auto => input.has_records(),
        RowAccounting::On => input.rows().is_some(),
        RowAccounting::Off => false,
    }
}

/// Why a judge cannot judge: a sentence for who wrote the task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JudgeError {
    /// A sentence, and where it is code the place in it.
    pub message: String,
}

impl fmt::Display for JudgeError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for JudgeError {}

/// The judges of a task, made ready once. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Judges {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    output: Output,
    invariants: Vec<Prepared>,
    cases: Vec<PreparedCase>,
    wants_agreement: bool,
    models: Vec<String>,
}

/// On which occasion a result is judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Occasion {
    /// The program is new.
    New,
    /// It is from the library, was judged when it was new, and runs on another input: this must cost little.
    Hit,
}

/// What is judged.
#[derive(Clone, Copy, Debug)]
pub struct Hearing<'a> {
    /// The words of the task.
    pub task: &'a str,
    /// The input.
    pub input: &'a Input,
    /// The program.
    pub candidate: &'a Candidate,
    /// Its run on the input.
    pub ran: &'a Ran,
    /// Whether it must say what became of each row: it then gives `{"result": ..., "skipped": [...]}`.
    pub accounts: bool,
    /// On which occasion.
    pub occasion: Occasion,
    /// What runs of the program may use.
    pub settings: &'a Settings,
}

/// What the judges say.
#[derive(Clone, Debug, Default)]
pub struct Verdict {
    /// Who found what.
    pub report: Report,
    /// The result, without the account of the rows. It may be wrong: see the report.
    pub result: Option<Value>,
    /// The rows that the program says it skipped.
    pub skipped: Vec<SkippedRow>,
    /// How many rows of data the input has, where rows are accounted for.
    pub rows: Option<u64>,
    /// How often the program was run again.
    pub reruns: u32,
    /// The fuel that judging took.
    pub fuel: u64,
}

impl Judges {
    /// Makes judges ready: compiles invariants, reads the inputs of cases.
    ///
    /// # Errors
    /// What is wrong with one of them.
    pub fn prepare(judges: &[Judge], output: &Output) -> Result<Self, JudgeError> {
        let mut inner = Inner {
            output: output.clone(),
            invariants: Vec::new(),
            cases: Vec::new(),
            wants_agreement: false,
            models: Vec::new(),
        };
        for judge in judges {
            match judge {
                Judge::Invariant { name, code } => {
                    inner.invariants.push(Prepared::compile(name, code)?);
                }
                Judge::Case {
                    name,
                    input,
                    file,
                    expected,
                } => {
                    let case = PreparedCase::read(name, input, file.as_deref(), expected)?;
                    inner.cases.push(case);
                }
                Judge::Agreement => inner.wants_agreement = true,
                Judge::Model { instructions } => inner.models.push(instructions.clone()),
            }
        }
        Ok(Self {
            inner: Arc::new(inner),
        })
    }

    /// Whether a second program must agree.
    #[must_use]
    pub fn wants_agreement(&self) -> bool {
        self.inner.wants_agreement
    }

    /// What models that judge shall look at; none: no model judges.
    #[must_use]
    pub fn model(&self) -> Vec<&str> {
        self.inner.models.iter().map(String::as_str).collect()
    }

    /// Judges the run of a program: that it ended, the form of its result, the account of the rows, invariants and
    /// cases. `host` answers the tools of the program where it is run on cases.
    #[must_use]
    pub fn judge(&self, hearing: &Hearing<'_>, host: &mut dyn Host) -> Verdict {
        let mut verdict = Verdict::default();
        let value = match &hearing.ran.outcome {
            Ok(value) => value,
            Err(finding) => {
                verdict.report.findings.push((**finding).clone());
                self.skip_all(&mut verdict.report, "there is no result to be judged");
                return verdict;
            }
        };
        verdict.report.passed.push(JudgeName::Program);
        verdict.report.passed.push(JudgeName::Run);
        let answer = match Answer::of(value, hearing.accounts) {
            Ok(answer) => answer,
            Err(finding) => {
                verdict.report.findings.push(*finding);
                self.skip_all(
                    &mut verdict.report,
                    "the result has not the form of an answer",
                );
                return verdict;
            }
        };
        let result = self.inner.output.shaped(answer.result.clone());
        let fits = self.schema(&result, &mut verdict.report);
        let table = Table::of(hearing.input);
        if hearing.accounts {
            let judged = rows::judge(hearing, &table, &answer, &result, fits, host);
            verdict.skipped = judged.skipped;
            verdict.rows = Some(judged.rows);
            verdict.reruns = judged.reruns;
            verdict.fuel = judged.fuel;
            merge(&mut verdict.report, JudgeName::Rows, judged.findings);
        } else {
            let why = "the task does not ask for an account of rows, or the input has none";
            verdict
                .report
                .skipped
                .push((JudgeName::Rows, why.to_owned()));
            // What shows in the numbers is looked at nevertheless.
            verdict
                .report
                .findings
                .extend(rows::numbers_only(hearing, &table, &result));
        }
        if fits {
            let declared = self.inner.output.canonical();
            let skipped = &verdict.skipped;
            let doubts = rows::doubts(hearing, &table, &result, skipped, &declared);
            verdict.report.findings.extend(doubts);
            verdict.report.known = rows::known(hearing, &table, &result);
        }
        for invariant in &self.inner.invariants {
            let name = JudgeName::Invariant(invariant.name().to_owned());
            if !fits {
                let why = "the result has not the form that it must have".to_owned();
                verdict.report.skipped.push((name, why));
                continue;
            }
            let about = invariant::About {
                input: hearing.input,
                table: &table,
                result: &result,
                skipped: &verdict.skipped,
                settings: hearing.settings,
            };
            match invariant.judge(&about) {
                invariant::Said::Findings(findings, fuel) => {
                    verdict.fuel = verdict.fuel.saturating_add(fuel);
                    merge(&mut verdict.report, name, findings);
                }
                invariant::Said::Nothing(why) => verdict.report.skipped.push((name, why)),
            }
        }
        for case in &self.inner.cases {
            let name = JudgeName::Case(case.name().to_owned());
            // The same program gave it already.
            if hearing.occasion == Occasion::Hit {
                let why = "the program passed it when it was new".to_owned();
                verdict.report.skipped.push((name, why));
                continue;
            }
            let (findings, fuel) = case.judge(hearing, &self.inner.output, host);
            verdict.fuel = verdict.fuel.saturating_add(fuel);
            merge(&mut verdict.report, name, findings);
        }
        verdict.result = Some(result);
        verdict
    }

    /// Whether a result has its form.
    fn schema(&self, result: &Value, report: &mut Report) -> bool {
        let problems = self.inner.output.problems(result);
        if problems.is_empty() {
            report.passed.push(JudgeName::Schema);
            return true;
        }
        // An answer with an account where none is wanted.
        if let Value::Object(fields) = result
            && fields.len() == 2
            && fields.contains_key("skipped")
            && let Some(inner) = fields.get("result")
            && self.inner.output.problems(inner).is_empty()
        {
            report.findings.push(Finding::error(
                JudgeName::Schema,
                "schema.account",
                "The program gives an object with `result` and `skipped`. For this input no account of rows is wanted: return the result alone.",
            ));
            return false;
        }
        let count = problems.len();
        let shown = problems.iter().take(5).map(|problem| {
            let path = match problem.path.as_str() {
                "" => "the result".to_owned(),
                path => format!("`{path}`"),
            };
            format!("{path}: {}", problem.message)
        });
        let shown: Vec<String> = shown.collect();
        let more = match count {
            0..=5 => String::new(),
            20.. => ", and at least 15 more".to_owned(),
            _ => format!(", and {} more", count - 5),
        };
        let mut finding = Finding::error(
            JudgeName::Schema,
            "schema.problems",
            format!(
                "The result has not the form that it must have: {}{more}.",
                shown.join("; ")
            ),
        );
        let found: Vec<String> = problems
            .iter()
            .take(5)
            .filter_map(|problem| {
                let found = problem.outside.as_ref()?;
                Some(format!("{}: {found}", problem.path))
            })
            .collect();
        if !found.is_empty() {
            finding.outside = Some(found.join("\n"));
        }
        report.findings.push(finding);
        false
    }

    /// Says why nobody judged.
    fn skip_all(&self, report: &mut Report, why: &str) {
        let names = [JudgeName::Schema, JudgeName::Rows].into_iter();
        let invariants = self.inner.invariants.iter();
        let invariants = invariants.map(|one| JudgeName::Invariant(one.name().to_owned()));
        let cases = self.inner.cases.iter();
        let cases = cases.map(|one| JudgeName::Case(one.name().to_owned()));
        for name in names.chain(invariants).chain(cases) {
            let is_there = report.findings.iter().any(|finding| finding.judge == name);
            if !is_there {
                report.skipped.push((name, why.to_owned()));
            }
        }
    }
}

/// Rows of an input as they are shown, by their numbers; at most five.
pub(crate) fn quoted(input: &Input, numbers: &[u64]) -> Vec<QuotedRow> {
    let table = Table::of(input);
    let numbers = numbers.iter().take(5);
    numbers
        .filter_map(|number| table.quote_number(*number))
        .collect()
}

/// Adds what a judge found; one who found no error passed the program.
fn merge(report: &mut Report, name: JudgeName, findings: Vec<Finding>) {
    let is_against = findings
        .iter()
        .any(|finding| finding.severity == Severity::Error);
    if !is_against {
        report.passed.push(name);
    }
    report.findings.extend(findings);
}

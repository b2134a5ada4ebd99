//! Expected cases: inputs with the results that they must have.

use salami_program::Host;
use serde_json::Value;

use super::agreement::{differences, told};
use super::answer::Answer;
use super::finding::{Finding, JudgeName};
use super::{Hearing, JudgeError};
use crate::input::Input;
use crate::output::Output;

/// A case whose input was read.
#[derive(Debug)]
pub(super) struct PreparedCase {
    name: String,
    input: Input,
    expected: Value,
}

impl PreparedCase {
    pub(super) fn read(
        name: &str,
        text: &str,
        file: Option<&str>,
        expected: &Value,
    ) -> Result<Self, JudgeError> {
        let input = Input::from_bytes(file, text.as_bytes().to_vec(), None);
        let input = input.map_err(|error| JudgeError {
            message: format!("The input of the case `{name}` cannot be used: {error}"),
        })?;
        Ok(Self {
            name: name.to_owned(),
            input,
            expected: expected.clone(),
        })
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// What is wrong with the program on this case, and the fuel that it took.
    pub(super) fn judge(
        &self,
        hearing: &Hearing<'_>,
        output: &Output,
        host: &mut dyn Host,
    ) -> (Vec<Finding>, u64) {
        let judge = || JudgeName::Case(self.name.clone());
        let ran = hearing
            .candidate
            .run(Some(&self.input), hearing.settings, host);
        let value = match &ran.outcome {
            Ok(value) => value,
            Err(finding) => {
                let mut finding = (**finding).clone();
                finding.judge = judge();
                finding.code = "case.run".to_owned();
                finding.message = format!("On the expected case: {}", finding.message);
                return (vec![finding], ran.fuel);
            }
        };
        let answer = match Answer::of(value, hearing.accounts) {
            Ok(answer) => answer,
            Err(mut finding) => {
                finding.judge = judge();
                finding.message = format!("On the expected case: {}", finding.message);
                return (vec![*finding], ran.fuel);
            }
        };
        let result = output.shaped(answer.result.clone());
        let found = differences(&self.expected, &result);
        if found.is_empty() {
            return (Vec::new(), ran.fuel);
        }
        let places = match found.len() {
            1 => "in one place".to_owned(),
            count => format!("in {count} places or more"),
        };
        let finding = Finding::error(
            judge(),
            "case.differs",
            format!("On an input whose result is known the program gives something else {places}."),
        );
        let outside = told(&found, "expected", "came");
        (vec![finding.with_outside(outside)], ran.fuel)
    }
}

//! What a program answers: the result and, where rows are accounted for, those that it skipped.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::finding::{Finding, JudgeName};

/// A row that a program says it skipped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SkippedRow {
    /// Its number in the input: of the line that it begins on, or of the item, from 1.
    pub row: u64,
    /// Why: the program's words, which may be those of the input.
    pub why: String,
}

/// An answer in its parts.
#[derive(Debug)]
pub(super) struct Answer<'a> {
    pub(super) result: &'a Value,
    pub(super) skipped: &'a [Value],
}

/// How the answer must look, in words.
const FORM: &str = "Return an object with the fields `result` and `skipped`; `skipped` is a list of objects `{\"row\": number, \"why\": text}`, empty if all rows are used.";

impl<'a> Answer<'a> {
    /// The parts of what a program gave.
    ///
    /// # Errors
    /// It is no such answer.
    pub(super) fn of(value: &'a Value, accounts: bool) -> Result<Self, Box<Finding>> {
        if !accounts {
            return Ok(Self {
                result: value,
                skipped: &[],
            });
        }
        let wrong = |what: &str| {
            let message = format!("{what} {FORM}");
            Box::new(Finding::error(JudgeName::Rows, "rows.form", message))
        };
        let Value::Object(fields) = value else {
            return Err(wrong("The program does not say which rows it skipped."));
        };
        let Some(result) = fields.get("result") else {
            return Err(wrong("The answer has no field `result`."));
        };
        let skipped = match fields.get("skipped") {
            Some(Value::Array(skipped)) => skipped.as_slice(),
            Some(_) => return Err(wrong("The field `skipped` of the answer is no list.")),
            None => return Err(wrong("The answer has no field `skipped`.")),
        };
        if fields.len() > 2 {
            return Err(wrong(
                "The answer has other fields beside `result` and `skipped`.",
            ));
        }
        Ok(Self { result, skipped })
    }
}

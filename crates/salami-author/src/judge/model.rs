//! The judgement of a model: its words, which may be wrong and may have been dictated by the input.

use serde_json::{Value, json};

use super::finding::{Finding, JudgeName, QuotedRow};
use super::rows::Table;
use crate::input::Input;

/// How many findings of a model are taken, and how long each may be in characters.
const MOST: usize = 10;
const LENGTH: usize = 500;

/// The JSON Schema of what a model that judges answers.
#[must_use]
pub fn model_answer_schema() -> Value {
    json!({
        "type": "object",
        "properties": {
            "ok": {"type": "boolean", "description": "whether the result can be trusted"},
            "findings": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {
                        "message": {"type": "string", "description": "what is wrong, in one sentence"},
                        "rows": {"type": "array", "items": {"type": "integer"}, "description": "the numbers of the rows that it is about"}
                    },
                    "required": ["message", "rows"],
                    "additionalProperties": false
                }
            }
        },
        "required": ["ok", "findings"],
        "additionalProperties": false
    })
}

/// What a model that judges found. What it said is told as its words; an answer that is none is noted.
#[must_use]
pub fn model_findings(answer: &Value, input: &Input) -> Vec<Finding> {
    let Some(is_ok) = answer.get("ok").and_then(Value::as_bool) else {
        return vec![Finding::note(
            JudgeName::Model,
            "model.unreadable",
            "The model that judges gave no answer that can be read.",
        )];
    };
    let said = answer.get("findings").and_then(Value::as_array);
    let said: Vec<&Value> = said.into_iter().flatten().take(MOST).collect();
    if is_ok && said.is_empty() {
        return Vec::new();
    }
    if said.is_empty() {
        return vec![Finding::error(
            JudgeName::Model,
            "model.objects",
            "The model that judges does not trust the result, and does not say why.",
        )];
    }
    let table = Table::of(input);
    let findings = said.into_iter().map(|one| {
        let text = match one {
            Value::String(text) => text.as_str(),
            other => other
                .get("message")
                .and_then(Value::as_str)
                .unwrap_or_default(),
        };
        let text: String = text.chars().take(LENGTH).collect();
        let rows = one.get("rows").and_then(Value::as_array);
        let numbers = rows.into_iter().flatten().take(5);
        let quoted: Vec<QuotedRow> = numbers
            .filter_map(|number| table.quote_number(number.as_u64()?))
            .collect();
        let finding = match is_ok {
            true => Finding::note(
                JudgeName::Model,
                "model.remarks",
                "The model that judges trusts the result, and remarks something.",
            ),
            false => Finding::error(
                JudgeName::Model,
                "model.objects",
                "The model that judges objects to the result.",
            ),
        };
        finding.with_outside(text).with_rows(quoted)
    });
    findings.collect()
}

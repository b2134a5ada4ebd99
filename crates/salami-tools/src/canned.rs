//! Canned answers for tools of any name, for tests: nothing happens outside.

use std::time::Duration;

use salami_process::{Call, Canned, Effect, Function, Outcome, Step, Tool, Work};
use serde_json::Value;

/// Answers from a file for all tools that there are not.
#[derive(Debug)]
pub struct CannedTool(Canned);

impl CannedTool {
    /// Answers for tools.
    #[must_use]
    pub fn new(canned: Canned) -> Self {
        Self(canned)
    }
}

/// Reads canned answers: JSON, JSON lines, or TOML with an `[[answers]]` for each.
///
/// ```
/// let toml = r#"
/// order = "any"
///
/// [[answers]]
/// call = "shop.price"
/// arguments = { item = "tea" }
/// answer = 20
/// repeat = true
///
/// [[answers]]
/// call = "shop.buy"
/// error = "sold out"
/// "#;
/// assert!(salami_tools::canned_answers(toml, true).is_ok());
/// ```
///
/// # Errors
/// A sentence that says what is wrong and where.
pub fn canned_answers(text: &str, is_toml: bool) -> Result<Canned, String> {
    if is_toml {
        return Canned::from_value(crate::config::toml_value(text)?);
    }
    Canned::parse(text)
}

impl Tool for CannedTool {
    fn name(&self) -> &str {
        "canned"
    }

    fn function(&self, _: &str) -> Option<Function> {
        Some(Function::call(None, 0, Effect::Read))
    }

    fn ask(&mut self, call: &Call) -> Step {
        let (outcome, delay) = match self.0.delayed(call) {
            Ok(outcome) => outcome,
            Err(problem) => {
                let message = format!("the canned answers do not fit: {problem}");
                return Step::Done(Outcome::Error(message));
            }
        };
        if delay <= 0.0 {
            return Step::Done(outcome);
        }
        Step::Outside(Work::new(move || {
            std::thread::sleep(Duration::from_secs_f64(delay));
            outcome
        }))
    }

    fn shown(&self, call: &Call) -> serde_json::Map<String, Value> {
        call.arguments.clone()
    }
}

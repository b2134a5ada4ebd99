//! Runs as traces and metrics of OpenTelemetry, in the JSON form of OTLP/HTTP, by its conventions for generative AI.
//!
//! A run is one span, and each question to a model and each trial one below it; what judges say are events of trials.
//! What was said and what is in inputs is not told unless that is wanted.

mod metrics;
mod traces;

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::judge::JudgeName;
use crate::record::{Attempt, Purpose};

pub use metrics::metrics;
pub use traces::traces;

/// What is told of whom.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// The name of the service; `salami`, if it is empty.
    pub service: String,
    /// Its version.
    pub version: String,
    /// What else is to be told of who sends this.
    pub attributes: Vec<(String, String)>,
    /// Whether prompts, answers and programs are told.
    pub captures_content: bool,
    /// Who serves a model, by its name: `openai`, `anthropic`...
    pub providers: BTreeMap<String, String>,
}

/// The most bytes of a text that is told.
const MOST_TEXT: usize = 32_000;

impl Options {
    fn provider(&self, attempt: &Attempt) -> &str {
        let provider = self.providers.get(&attempt.model);
        provider.map_or("custom", String::as_str)
    }

    fn resource(&self) -> Value {
        let service = match self.service.as_str() {
            "" => "salami",
            service => service,
        };
        let mut attributes = Attributes::default();
        attributes.text("service.name", service);
        if !self.version.is_empty() {
            attributes.text("service.version", &self.version);
        }
        attributes.text("telemetry.sdk.name", "salami");
        attributes.text("telemetry.sdk.language", "rust");
        attributes.text("telemetry.sdk.version", env!("CARGO_PKG_VERSION"));
        for (name, value) in &self.attributes {
            attributes.text(name, value);
        }
        json!({"attributes": attributes.list()})
    }
}

fn scope() -> Value {
    json!({"name": "salami.author", "version": env!("CARGO_PKG_VERSION")})
}

/// Attributes in OTLP's form, each name once: the first counts.
#[derive(Debug, Default)]
struct Attributes(Vec<(String, Value)>);

impl Attributes {
    fn add(&mut self, name: &str, value: Value) {
        if !self.0.iter().any(|(known, _)| known == name) {
            self.0.push((name.to_owned(), value));
        }
    }

    fn text(&mut self, name: &str, value: &str) {
        self.add(name, json!({"stringValue": cut(value)}));
    }

    fn number(&mut self, name: &str, value: u64) {
        // Numbers of 64 bits are texts in that form.
        self.add(name, json!({"intValue": value.to_string()}));
    }

    fn truth(&mut self, name: &str, value: bool) {
        self.add(name, json!({"boolValue": value}));
    }

    fn list(self) -> Value {
        let all = self.0.into_iter();
        all.map(|(key, value)| json!({"key": key, "value": value}))
            .collect()
    }
}

fn cut(text: &str) -> &str {
    let mut end = text.len().min(MOST_TEXT);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default()
}

/// Microseconds as nanoseconds, which OTLP wants.
fn nanoseconds(microseconds: i64) -> String {
    (i128::from(microseconds.max(0)) * 1_000).to_string()
}

fn seconds(microseconds: i64) -> f64 {
    microseconds.max(0) as f64 / 1e6
}

const fn purpose_name(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Write => "write",
        Purpose::Mend => "mend",
        Purpose::Repair => "repair",
        Purpose::Look => "look",
        Purpose::Second => "second",
        Purpose::Judge => "judge",
        Purpose::Explain => "explain",
    }
}

/// A judge, without the names that people gave.
const fn judge_name(judge: &JudgeName) -> &'static str {
    match judge {
        JudgeName::Program => "program",
        JudgeName::Run => "run",
        JudgeName::Schema => "schema",
        JudgeName::Rows => "rows",
        JudgeName::Invariant(_) => "invariant",
        JudgeName::Case(_) => "case",
        JudgeName::Agreement => "agreement",
        JudgeName::Model => "model",
    }
}

/// A variant of an enum as it is recorded.
fn variant(value: &impl serde::Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(Value::String(text)) => text,
        _ => String::new(),
    }
}

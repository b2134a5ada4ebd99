//! A model that is recorded.

use std::collections::BTreeSet;

use salami_process::model::{
    Completion, Heard, Listening, Model, ModelError, ModelErrorKind, Prompt,
};
use serde_json::Value;

use super::{Asked, Exchange, Matching, line};

/// What stands where a secret was.
const HIDDEN: &str = "[hidden]";
/// What is shorter is no secret that could be looked for.
const SHORTEST: usize = 6;

/// Asks a model, and writes down what was asked and answered. What was stopped by who listens is not written.
pub struct Recorder<M, S> {
    model: M,
    sink: S,
    secrets: Vec<String>,
    /// The system parts that have their lines.
    written: BTreeSet<String>,
    problem: Option<String>,
}

impl<M, S> std::fmt::Debug for Recorder<M, S> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Recorder").finish_non_exhaustive()
    }
}

impl<M: Model, S: FnMut(&str) -> Result<(), String>> Recorder<M, S> {
    /// A recorder of a model. `sink` takes whole lines, and is best on the disk before it returns.
    pub fn new(model: M, sink: S) -> Self {
        Self {
            model,
            sink,
            secrets: Vec::new(),
            written: BTreeSet::new(),
            problem: None,
        }
    }

    /// The same, and these texts are never written.
    #[must_use]
    pub fn hiding(mut self, secrets: Vec<String>) -> Self {
        let secrets = secrets.into_iter();
        self.secrets
            .extend(secrets.filter(|secret| secret.len() >= SHORTEST));
        self
    }

    /// Why something could not be written, if it could not. Asking goes on nevertheless.
    #[must_use]
    pub fn problem(&self) -> Option<&str> {
        self.problem.as_deref()
    }

    /// The model.
    pub fn into_model(self) -> M {
        self.model
    }

    fn hide(&self, text: &mut String) {
        for secret in &self.secrets {
            if text.contains(secret.as_str()) {
                *text = text.replace(secret.as_str(), HIDDEN);
            }
        }
    }

    fn hide_in_data(&self, data: &mut Option<Value>) {
        let Some(value) = data else { return };
        let mut text = value.to_string();
        let before = text.len();
        self.hide(&mut text);
        if text.len() != before {
            *data = serde_json::from_str(&text).ok();
        }
    }

    fn write(&mut self, prompt: &Prompt, outcome: &Result<Completion, ModelError>) {
        let mut asked = Asked::of(prompt);
        self.hide(&mut asked.system);
        for (_, text) in &mut asked.turns {
            self.hide(text);
        }
        self.hide_in_data(&mut asked.schema);
        let mut outcome = outcome.clone();
        match &mut outcome {
            Ok(completion) => {
                self.hide(&mut completion.text);
                self.hide_in_data(&mut completion.data);
            }
            Err(error) => self.hide(&mut error.message),
        }
        let mut exchange = Exchange {
            model: self.model.name().to_owned(),
            asked,
            outcome,
        };
        let mut lines = String::new();
        let system = &exchange.asked.system;
        if self.written.insert(line::system_hash(system)) {
            lines.push_str(&line::system(system));
        }
        let hash = exchange.asked.hash(Matching::Exact);
        let mut written = line::exchange(&hash, &exchange);
        // Data that is nested as deep as can just be read cannot be read within a line: its text remains.
        if serde_json::from_str::<Value>(&written).is_err()
            && let Ok(completion) = &mut exchange.outcome
        {
            completion.data = None;
            written = line::exchange(&hash, &exchange);
        }
        lines.push_str(&written);
        if let Err(problem) = (self.sink)(&lines)
            && self.problem.is_none()
        {
            self.problem = Some(problem);
        }
    }
}

impl<M: Model, S: FnMut(&str) -> Result<(), String>> Model for Recorder<M, S> {
    fn name(&self) -> &str {
        self.model.name()
    }

    fn complete(
        &mut self,
        prompt: &Prompt,
        heard: &mut dyn FnMut(Heard<'_>) -> Listening,
    ) -> Result<Completion, ModelError> {
        let outcome = self.model.complete(prompt, heard);
        let is_stopped = matches!(&outcome, Err(error) if error.kind == ModelErrorKind::Stopped);
        if !is_stopped {
            self.write(prompt, &outcome);
        }
        outcome
    }
}

//! A run as spans.

use serde_json::{Value, json};

use super::{Attributes, Options, cut, judge_name, nanoseconds, purpose_name, scope, variant};
use crate::judge::{JudgeName, Report, Severity};
use crate::record::{Attempt, Ending, RunRecord};

/// Kinds of spans.
const INTERNAL: u8 = 1;
const CLIENT: u8 = 3;
/// Codes of statuses.
const OK: u8 = 1;
const ERROR: u8 = 2;

/// Makes spans of one trace, whose numbers come of the run's.
struct Trace<'a> {
    record: &'a RunRecord,
    options: &'a Options,
    spans: Vec<Value>,
}

/// What is known of a span besides its times.
struct Span {
    name: String,
    kind: u8,
    attributes: Attributes,
    events: Vec<Value>,
    /// What failed, if something did: a word, and a sentence that may be told.
    failure: Option<(String, String)>,
}

impl Span {
    fn new(name: impl Into<String>, kind: u8) -> Self {
        Self {
            name: name.into(),
            kind,
            attributes: Attributes::default(),
            events: Vec::new(),
            failure: None,
        }
    }
}

impl Trace<'_> {
    fn hash(&self, part: &str, digits: usize) -> String {
        let mut hasher = blake3::Hasher::new();
        for text in ["salami.trace", &self.record.id, part] {
            hasher.update(text.as_bytes());
            hasher.update(&[0]);
        }
        hasher.update(&self.record.began.to_le_bytes());
        let hash = hasher.finalize().to_hex();
        hash.get(..digits).unwrap_or_default().to_owned()
    }

    /// Adds a span from one instant to another. `path` tells it apart from the others of the run.
    fn span(&mut self, path: &str, mut span: Span, from: i64, to: i64) {
        let status = match &span.failure {
            None => json!({"code": OK}),
            Some((kind, sentence)) => {
                span.attributes.text("error.type", kind);
                match sentence.as_str() {
                    "" => json!({"code": ERROR}),
                    sentence => json!({"code": ERROR, "message": cut(sentence)}),
                }
            }
        };
        let mut value = json!({
            "traceId": self.hash("", 32),
            "spanId": self.hash(path, 16),
            "name": span.name,
            "kind": span.kind,
            "startTimeUnixNano": nanoseconds(from),
            "endTimeUnixNano": nanoseconds(to.max(from)),
            "attributes": span.attributes.list(),
            "events": span.events,
            "status": status,
        });
        if path != "run" {
            value["parentSpanId"] = self.hash("run", 16).into();
        }
        self.spans.push(value);
    }

    fn run(&mut self) {
        let record = self.record;
        let mut span = Span::new(format!("invoke_workflow {}", record.task), INTERNAL);
        let attributes = &mut span.attributes;
        attributes.text("gen_ai.operation.name", "invoke_workflow");
        attributes.text("gen_ai.workflow.name", &record.task);
        attributes.text("salami.run.id", &record.id);
        attributes.text("salami.task.hash", &record.task_hash);
        if let Some(key) = &record.key {
            attributes.text("salami.library.key", key);
        }
        attributes.text("salami.input.format", &record.input.format);
        attributes.number("salami.input.size", record.input.size);
        if let Some(rows) = record.input.rows {
            attributes.number("salami.input.rows", rows);
        }
        attributes.number("salami.attempts", record.attempts.len() as u64);
        attributes.number("gen_ai.usage.input_tokens", record.tokens.input);
        attributes.number("gen_ai.usage.output_tokens", record.tokens.output);
        if let Some(cost) = record.cost {
            attributes.number("salami.cost.billionths", cost);
        }
        match &record.ending {
            Ending::Accepted { from, version } => {
                attributes.text("salami.outcome", "accepted");
                attributes.text("salami.program.from", &variant(from));
                attributes.number("salami.program.version", u64::from(*version));
            }
            Ending::Failed { kind, sentence } => {
                attributes.text("salami.outcome", "failed");
                let sentence = match self.options.captures_content {
                    true => sentence.clone(),
                    false => String::new(),
                };
                span.failure = Some((variant(kind), sentence));
            }
        }
        if self.options.captures_content
            && let Some(code) = &record.code
        {
            span.attributes.text("salami.program.code", code);
        }
        let end = record.began.saturating_add(record.took.max(0));
        self.span("run", span, record.began, end);
    }

    /// The question to a model.
    fn question(&mut self, number: usize, attempt: &Attempt, from: i64, to: i64) {
        let mut span = Span::new(format!("chat {}", attempt.model), CLIENT);
        let attributes = &mut span.attributes;
        attributes.text("gen_ai.operation.name", "chat");
        attributes.text("gen_ai.provider.name", self.options.provider(attempt));
        attributes.text("gen_ai.request.model", &attempt.model);
        attributes.text("gen_ai.output.type", "text");
        attributes.number("gen_ai.usage.input_tokens", attempt.tokens.input);
        attributes.number("gen_ai.usage.output_tokens", attempt.tokens.output);
        if attempt.tokens.cached > 0 {
            let name = "gen_ai.usage.cache_read.input_tokens";
            attributes.number(name, attempt.tokens.cached);
        }
        if attempt.tokens.is_estimated {
            attributes.truth("salami.tokens.estimated", true);
        }
        if let Some(cost) = attempt.cost {
            attributes.number("salami.cost.billionths", cost);
        }
        attributes.text("salami.purpose", purpose_name(attempt.purpose));
        if self.options.captures_content {
            let said = |role: &str, text: &str| {
                let part = json!({"type": "text", "content": cut(text)});
                json!({"role": role, "parts": [part]})
            };
            let asked = json!([said("user", &attempt.prompt)]);
            attributes.add(
                "gen_ai.input.messages",
                json!({"stringValue": asked.to_string()}),
            );
            let mut answer = said("assistant", &attempt.reply);
            answer["finish_reason"] = "stop".into();
            let answer = json!([answer]);
            attributes.add(
                "gen_ai.output.messages",
                json!({"stringValue": answer.to_string()}),
            );
        }
        if let Some(error) = &attempt.error {
            let sentence = match self.options.captures_content {
                true => error.clone(),
                false => String::new(),
            };
            span.failure = Some(("model".to_owned(), sentence));
        }
        self.span(&format!("question {number}"), span, from, to);
    }

    fn trial(&mut self, path: &str, trial: Trial<'_>, from: i64, to: i64) {
        let mut span = Span::new("salami.trial", INTERNAL);
        span.attributes.number("salami.fuel", trial.fuel);
        if let Some(memory) = trial.memory {
            span.attributes.number("salami.memory", memory);
        }
        span.attributes
            .number("salami.diagnostics", trial.diagnostics);
        if self.options.captures_content
            && let Some(code) = trial.code
        {
            span.attributes.text("salami.program.code", code);
        }
        if let Some(report) = trial.report {
            span.attributes.truth("salami.accepted", report.accepts());
            span.events = self.events(report, to);
        }
        let is_accepted = trial.report.is_some_and(Report::accepts);
        if !is_accepted {
            span.failure = Some(("judged".to_owned(), String::new()));
        }
        self.span(path, span, from, to);
    }

    /// What judges say.
    fn events(&self, report: &Report, at: i64) -> Vec<Value> {
        let event = |judge: &JudgeName, label: &str, more: Option<(&str, &str)>| {
            let mut attributes = Attributes::default();
            attributes.text("gen_ai.evaluation.name", judge_name(judge));
            attributes.text("gen_ai.evaluation.score.label", label);
            if self.options.captures_content
                && let JudgeName::Invariant(name) | JudgeName::Case(name) = judge
            {
                attributes.text("salami.judge.name", name);
            }
            if let Some((code, message)) = more {
                attributes.text("salami.finding.code", code);
                if self.options.captures_content {
                    attributes.text("gen_ai.evaluation.explanation", message);
                }
            }
            json!({
                "name": "gen_ai.evaluation.result",
                "timeUnixNano": nanoseconds(at),
                "attributes": attributes.list(),
            })
        };
        let findings = report.findings.iter().map(|finding| {
            let label = match finding.severity {
                Severity::Error => "fail",
                Severity::Doubt => "doubt",
                Severity::Note => "note",
            };
            event(
                &finding.judge,
                label,
                Some((&finding.code, &finding.message)),
            )
        });
        let passed = report.passed.iter().map(|judge| event(judge, "pass", None));
        let skipped = report.skipped.iter();
        let skipped = skipped.map(|(judge, _)| event(judge, "skipped", None));
        findings.chain(passed).chain(skipped).collect()
    }
}

/// What is told of a trial.
struct Trial<'a> {
    fuel: u64,
    memory: Option<u64>,
    diagnostics: u64,
    code: Option<&'a str>,
    report: Option<&'a Report>,
}

/// The trace of a run, as the body of a request to `/v1/traces`.
#[must_use]
pub fn traces(record: &RunRecord, options: &Options) -> Value {
    let mut trace = Trace {
        record,
        options,
        spans: Vec::new(),
    };
    trace.run();
    let looked = record.began.saturating_add(record.look_up.max(0));
    if record.key.is_some() {
        let mut span = Span::new("salami.library.look_up", INTERNAL);
        span.attributes
            .truth("salami.library.hit", record.reuse.is_some());
        trace.span("look_up", span, record.began, looked);
    }
    // Attempts come one after the other at the end; what is before them is the trial of the library's program.
    let times = record.attempts.iter().map(|attempt| {
        let model = attempt.model_time.max(0);
        model.saturating_add(attempt.trial_time.max(0))
    });
    let all = times.fold(0_i64, i64::saturating_add);
    let end = record.began.saturating_add(record.took.max(0));
    let mut now = end.saturating_sub(all).max(looked);
    if let Some(report) = &record.reuse {
        let trial = Trial {
            fuel: record.reuse_fuel,
            memory: None,
            diagnostics: 0,
            code: None,
            report: Some(report),
        };
        trace.trial("reuse", trial, looked, now);
    }
    for (number, attempt) in record.attempts.iter().enumerate() {
        let answered = now.saturating_add(attempt.model_time.max(0));
        trace.question(number, attempt, now, answered);
        now = answered.saturating_add(attempt.trial_time.max(0));
        if attempt.report.is_some() || attempt.code.is_some() {
            let trial = Trial {
                fuel: attempt.fuel,
                memory: Some(attempt.memory),
                diagnostics: attempt.diagnostics.len() as u64,
                code: attempt.code.as_deref(),
                report: attempt.report.as_ref(),
            };
            trace.trial(&format!("trial {number}"), trial, answered, now);
        }
    }
    json!({"resourceSpans": [{
        "resource": options.resource(),
        "scopeSpans": [{"scope": scope(), "spans": trace.spans}],
    }]})
}

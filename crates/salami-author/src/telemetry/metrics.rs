//! Runs as metrics.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{Attributes, Options, nanoseconds, scope, seconds, variant};
use crate::record::{Ending, RunRecord};

/// Each sending counts what is new since the one before.
const DELTA: u8 = 1;

/// The bounds that the conventions advise.
const TOKENS: &[f64] = &[
    1.0,
    4.0,
    16.0,
    64.0,
    256.0,
    1024.0,
    4096.0,
    16384.0,
    65536.0,
    262_144.0,
    1_048_576.0,
    4_194_304.0,
    16_777_216.0,
    67_108_864.0,
];
const SECONDS: &[f64] = &[
    0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92,
];

/// What tells the points of a metric apart: names and values.
type Labels = Vec<(&'static str, String)>;

#[derive(Debug)]
struct Histogram {
    bounds: &'static [f64],
    points: BTreeMap<Labels, Vec<f64>>,
}

impl Histogram {
    fn new(bounds: &'static [f64]) -> Self {
        Self {
            bounds,
            points: BTreeMap::new(),
        }
    }

    fn add(&mut self, labels: Labels, value: f64) {
        self.points.entry(labels).or_default().push(value);
    }

    fn value(&self, times: &Value) -> Option<Value> {
        if self.points.is_empty() {
            return None;
        }
        let points = self.points.iter().map(|(labels, values)| {
            let mut counts = vec![0_u64; self.bounds.len() + 1];
            for value in values {
                let place = self.bounds.partition_point(|bound| bound < value);
                if let Some(count) = counts.get_mut(place) {
                    *count += 1;
                }
            }
            let counts: Vec<String> = counts.iter().map(ToString::to_string).collect();
            let mut point = times.clone();
            point["attributes"] = list(labels);
            point["count"] = values.len().to_string().into();
            point["sum"] = values.iter().sum::<f64>().into();
            point["min"] = values.iter().copied().fold(f64::INFINITY, f64::min).into();
            point["max"] = values.iter().copied().fold(0.0, f64::max).into();
            point["bucketCounts"] = counts.into();
            point["explicitBounds"] = self.bounds.into();
            point
        });
        let points: Vec<Value> = points.collect();
        Some(json!({"dataPoints": points, "aggregationTemporality": DELTA}))
    }
}

fn list(labels: &Labels) -> Value {
    let mut attributes = Attributes::default();
    for (name, value) in labels {
        attributes.text(name, value);
    }
    attributes.list()
}

/// Metrics of some runs, as the body of a request to `/v1/metrics`. Each run is to be in one of them only.
#[must_use]
pub fn metrics(records: &[RunRecord], options: &Options) -> Value {
    let mut tokens = Histogram::new(TOKENS);
    let mut durations = Histogram::new(SECONDS);
    let mut runs = Histogram::new(SECONDS);
    let mut counts: BTreeMap<Labels, u64> = BTreeMap::new();
    for record in records {
        let ending = match &record.ending {
            Ending::Accepted { from, .. } => vec![
                ("salami.outcome", "accepted".to_owned()),
                ("salami.program.from", variant(from)),
            ],
            Ending::Failed { kind, .. } => vec![
                ("salami.outcome", "failed".to_owned()),
                ("error.type", variant(kind)),
            ],
        };
        *counts.entry(ending.clone()).or_default() += 1;
        runs.add(ending, seconds(record.took));
        for attempt in &record.attempts {
            let labels = vec![
                ("gen_ai.operation.name", "chat".to_owned()),
                ("gen_ai.provider.name", options.provider(attempt).to_owned()),
                ("gen_ai.request.model", attempt.model.clone()),
            ];
            // What is guessed is no measure.
            if !attempt.tokens.is_estimated && attempt.tokens.total() > 0 {
                for (kind, count) in [
                    ("input", attempt.tokens.input),
                    ("output", attempt.tokens.output),
                ] {
                    let mut labels = labels.clone();
                    labels.push(("gen_ai.token.type", kind.to_owned()));
                    tokens.add(labels, count as f64);
                }
            }
            let mut labels = labels;
            if attempt.error.is_some() {
                labels.push(("error.type", "model".to_owned()));
            }
            durations.add(labels, seconds(attempt.model_time));
        }
    }
    let begin = records.iter().map(|record| record.began).min();
    let end = records
        .iter()
        .map(|record| record.began.saturating_add(record.took.max(0)));
    let times = json!({
        "startTimeUnixNano": nanoseconds(begin.unwrap_or(0)),
        "timeUnixNano": nanoseconds(end.max().unwrap_or(0)),
    });
    let mut metrics = Vec::new();
    let histograms = [
        (
            "gen_ai.client.token.usage",
            "{token}",
            "Tokens of a question to a model.",
            &tokens,
        ),
        (
            "gen_ai.client.operation.duration",
            "s",
            "How long a model took.",
            &durations,
        ),
        (
            "salami.author.run.duration",
            "s",
            "How long a run took.",
            &runs,
        ),
    ];
    for (name, unit, description, histogram) in histograms {
        if let Some(value) = histogram.value(&times) {
            metrics.push(
                json!({"name": name, "unit": unit, "description": description, "histogram": value}),
            );
        }
    }
    if !counts.is_empty() {
        let points = counts.iter().map(|(labels, count)| {
            let mut point = times.clone();
            point["attributes"] = list(labels);
            point["asInt"] = count.to_string().into();
            point
        });
        let points: Vec<Value> = points.collect();
        let sum =
            json!({"dataPoints": points, "aggregationTemporality": DELTA, "isMonotonic": true});
        metrics.push(json!({
            "name": "salami.author.runs", "unit": "{run}", "description": "Runs that ended.", "sum": sum,
        }));
    }
    json!({"resourceMetrics": [{
        "resource": options.resource(),
        "scopeMetrics": [{"scope": scope(), "metrics": metrics}],
    }]})
}

//! Runs as traces and metrics.

use std::collections::BTreeMap;

use salami_author::judge::{Finding, JudgeName, QuotedRow, Report, Severity};
use salami_author::record::{
    Attempt, Ending, FailureKind, From, InputRecord, Purpose, RunRecord, Tokens,
};
use salami_author::telemetry::{Options, metrics, traces};
use serde_json::{Value, json};

fn attempt(purpose: Purpose, report: Option<Report>) -> Attempt {
    Attempt {
        purpose,
        model: "a-model".to_owned(),
        prompt: "CONTENT asked".to_owned(),
        reply: "CONTENT answered".to_owned(),
        error: None,
        code: Some("CONTENT = 1".to_owned()),
        diagnostics: vec!["CONTENT".to_owned()],
        report,
        printed: "CONTENT".to_owned(),
        tokens: Tokens {
            input: 100,
            output: 20,
            cached: 60,
            is_estimated: false,
        },
        cost: Some(7),
        model_time: 2_000_000,
        trial_time: 1_000,
        fuel: 500,
        memory: 4_096,
    }
}

fn refused() -> Report {
    Report {
        findings: vec![Finding {
            judge: JudgeName::Invariant("CONTENT".to_owned()),
            severity: Severity::Error,
            code: "rows.unnamed".to_owned(),
            message: "CONTENT message".to_owned(),
            outside: Some("CONTENT".to_owned()),
            rows: vec![QuotedRow {
                number: 3,
                text: "CONTENT".to_owned(),
            }],
            upheld: None,
        }],
        passed: vec![JudgeName::Schema],
        skipped: vec![(JudgeName::Model, "CONTENT".to_owned())],
        ..Report::default()
    }
}

fn record() -> RunRecord {
    RunRecord {
        id: "0123456789abcdef".to_owned(),
        task: "trades".to_owned(),
        task_hash: "00ff".to_owned(),
        key: Some("ffee".to_owned()),
        input: InputRecord {
            name: Some("CONTENT.csv".to_owned()),
            format: "csv".to_owned(),
            size: 1_234,
            hash: "aa".to_owned(),
            rows: Some(17),
            shape: "CONTENT".to_owned(),
        },
        began: 1_000_000_000,
        took: 4_010_000,
        look_up: 100,
        reuse: Some(refused()),
        reuse_fuel: 9,
        attempts: vec![
            attempt(Purpose::Repair, Some(refused())),
            attempt(Purpose::Mend, Some(Report::default())),
        ],
        tokens: Tokens {
            input: 200,
            output: 40,
            ..Tokens::default()
        },
        cost: Some(14),
        code: Some("CONTENT = 1".to_owned()),
        report: Some(Report::default()),
        ending: Ending::Accepted {
            from: From::Repair,
            version: 2,
        },
    }
}

fn options(captures_content: bool) -> Options {
    Options {
        service: "shop".to_owned(),
        version: "1.2".to_owned(),
        attributes: vec![("service.name".to_owned(), "other".to_owned())],
        captures_content,
        providers: BTreeMap::from([("a-model".to_owned(), "anthropic".to_owned())]),
    }
}

/// The value of an attribute.
fn attribute<'a>(of: &'a Value, name: &str) -> Option<&'a Value> {
    let found = of["attributes"]
        .as_array()?
        .iter()
        .find(|one| one["key"] == name)?;
    found["value"].as_object()?.values().next()
}

fn spans(trace: &Value) -> &Vec<Value> {
    trace["resourceSpans"][0]["scopeSpans"][0]["spans"]
        .as_array()
        .expect("spans")
}

#[test]
fn a_run_is_a_trace() {
    let trace = traces(&record(), &options(false));
    let resource = &trace["resourceSpans"][0]["resource"];
    assert_eq!(attribute(resource, "service.name"), Some(&json!("shop")));
    let spans = spans(&trace);
    let names: Vec<&str> = spans
        .iter()
        .filter_map(|span| span["name"].as_str())
        .collect();
    assert_eq!(
        names,
        [
            "invoke_workflow trades",
            "salami.library.look_up",
            "salami.trial",
            "chat a-model",
            "salami.trial",
            "chat a-model",
            "salami.trial"
        ]
    );
    let root = &spans[0];
    assert!(root.get("parentSpanId").is_none());
    let number = |span: &Value, name: &str| -> u64 {
        span[name]
            .as_str()
            .and_then(|text| text.parse().ok())
            .expect("a number")
    };
    let mut numbers = Vec::new();
    for span in spans {
        let id = |name: &str, length: usize| {
            let id = span[name].as_str().unwrap_or_default();
            assert!(id.len() == length && id.bytes().all(|byte| byte.is_ascii_hexdigit()));
            id.to_owned()
        };
        assert_eq!(
            id("traceId", 32),
            root["traceId"].as_str().unwrap_or_default()
        );
        numbers.push(id("spanId", 16));
        let (from, to) = (
            number(span, "startTimeUnixNano"),
            number(span, "endTimeUnixNano"),
        );
        assert!(from <= to, "{span}");
        assert!(from >= number(root, "startTimeUnixNano") && to <= number(root, "endTimeUnixNano"));
        if span != root {
            assert_eq!(span["parentSpanId"], root["spanId"]);
        }
    }
    numbers.sort_unstable();
    numbers.dedup();
    assert_eq!(numbers.len(), spans.len());
    assert_eq!(number(root, "startTimeUnixNano"), 1_000_000_000_000);
    assert_eq!(attribute(root, "salami.outcome"), Some(&json!("accepted")));
    assert_eq!(
        attribute(root, "salami.program.from"),
        Some(&json!("repair"))
    );
    let chat = &spans[3];
    assert_eq!(chat["kind"], 3);
    for (name, value) in [
        ("gen_ai.operation.name", json!("chat")),
        ("gen_ai.provider.name", json!("anthropic")),
        ("gen_ai.request.model", json!("a-model")),
        ("gen_ai.usage.input_tokens", json!("100")),
        ("gen_ai.usage.output_tokens", json!("20")),
        ("gen_ai.usage.cache_read.input_tokens", json!("60")),
        ("salami.purpose", json!("repair")),
    ] {
        assert_eq!(attribute(chat, name), Some(&value), "{name}");
    }
    let trial = &spans[4];
    assert_eq!(trial["status"]["code"], 2);
    let labels: Vec<_> = trial["events"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|event| {
            assert_eq!(event["name"], "gen_ai.evaluation.result");
            let of = |name: &str| {
                attribute(event, name)
                    .and_then(Value::as_str)
                    .unwrap_or_default()
            };
            (
                of("gen_ai.evaluation.name"),
                of("gen_ai.evaluation.score.label"),
            )
        })
        .collect();
    assert_eq!(
        labels,
        [
            ("invariant", "fail"),
            ("schema", "pass"),
            ("model", "skipped")
        ]
    );
    assert_eq!(spans[6]["status"]["code"], 1);
    // The same run is the same trace.
    assert_eq!(trace, traces(&record(), &options(false)));
}

#[test]
fn content_is_told_only_where_it_is_wanted() {
    let mut failed = record();
    failed.ending = Ending::Failed {
        kind: FailureKind::Model,
        sentence: "CONTENT sentence".to_owned(),
    };
    failed.attempts[1].error = Some("CONTENT error".to_owned());
    let without = traces(&failed, &options(false));
    assert!(!without.to_string().contains("CONTENT"), "{without:#}");
    assert!(
        !metrics(&[failed.clone()], &options(true))
            .to_string()
            .contains("CONTENT")
    );
    assert_eq!(
        attribute(&spans(&without)[0], "error.type"),
        Some(&json!("model"))
    );
    let with = traces(&failed, &options(true));
    let chat = &spans(&with)[3];
    let said = attribute(chat, "gen_ai.output.messages")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let said: Value = serde_json::from_str(said).expect("JSON");
    assert_eq!(said[0]["parts"][0]["content"], "CONTENT answered");
    assert!(attribute(chat, "gen_ai.input.messages").is_some());
    assert_eq!(spans(&with)[0]["status"]["message"], "CONTENT sentence");
    // A long text is cut between letters.
    failed.attempts[0].reply = "ä".repeat(100_000);
    assert!(traces(&failed, &options(true)).to_string().len() < 200_000);
}

#[test]
fn runs_are_counted() {
    let mut guessed = record();
    guessed.attempts.truncate(1);
    guessed.attempts[0].tokens.is_estimated = true;
    guessed.ending = Ending::Failed {
        kind: FailureKind::Attempts,
        sentence: String::new(),
    };
    let sent = metrics(&[record(), guessed], &options(false));
    let list = sent["resourceMetrics"][0]["scopeMetrics"][0]["metrics"]
        .as_array()
        .expect("metrics");
    let named = |name: &str| {
        let found = list.iter().find(|metric| metric["name"] == name);
        found.unwrap_or_else(|| panic!("{name}"))
    };
    let usage = named("gen_ai.client.token.usage");
    assert_eq!(usage["unit"], "{token}");
    let points = usage["histogram"]["dataPoints"].as_array().expect("points");
    // What is guessed is not counted.
    let sums: Vec<_> = points
        .iter()
        .map(|point| {
            (
                attribute(point, "gen_ai.token.type"),
                &point["count"],
                &point["sum"],
            )
        })
        .collect();
    assert_eq!(
        sums,
        [
            (Some(&json!("input")), &json!("2"), &json!(200.0)),
            (Some(&json!("output")), &json!("2"), &json!(40.0))
        ]
    );
    for point in points {
        let bounds = point["explicitBounds"].as_array().map_or(0, Vec::len);
        let buckets = point["bucketCounts"].as_array().expect("buckets");
        assert_eq!(buckets.len(), bounds + 1);
        let all: u64 = buckets
            .iter()
            .filter_map(|count| count.as_str()?.parse::<u64>().ok())
            .sum();
        assert_eq!(all, 2);
    }
    // 100 tokens are above 64 and not above 256.
    assert_eq!(points[0]["bucketCounts"][4], "2");
    let durations = &named("gen_ai.client.operation.duration")["histogram"]["dataPoints"][0];
    assert_eq!(
        (&durations["count"], &durations["sum"]),
        (&json!("3"), &json!(6.0))
    );
    let runs = &named("salami.author.runs")["sum"];
    assert_eq!(runs["isMonotonic"], true);
    let counts: Vec<_> = runs["dataPoints"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|point| (attribute(point, "salami.outcome"), &point["asInt"]))
        .collect();
    assert_eq!(counts.len(), 2);
    assert!(counts.iter().all(|(_, count)| **count == json!("1")));
    assert_eq!(
        metrics(&[], &options(false))["resourceMetrics"][0]["scopeMetrics"][0]["metrics"],
        json!([])
    );
}

//! Suites: what files say, what cases expect, and how it is reported.

use salami_author::record::{
    Attempt, Ending, FailureKind, From, InputRecord, Purpose, RunRecord, Tokens,
};
use salami_author::suite::{
    CaseFile, CaseOutcome, Comparison, Expectation, JudgeFile, Manifest, SuiteReport, difference,
};
use serde_json::{Value, json};

fn attempt(purpose: Purpose) -> Attempt {
    Attempt {
        purpose,
        model: "a-model".to_owned(),
        prompt: String::new(),
        reply: String::new(),
        error: None,
        code: None,
        diagnostics: Vec::new(),
        report: None,
        printed: String::new(),
        tokens: Tokens::default(),
        cost: None,
        model_time: 1_500_000,
        trial_time: 0,
        fuel: 0,
        memory: 0,
    }
}

fn record(ending: Ending, purposes: &[Purpose]) -> RunRecord {
    RunRecord {
        id: "0123456789abcdef".to_owned(),
        task: "prices".to_owned(),
        task_hash: String::new(),
        key: None,
        input: InputRecord::default(),
        began: 0,
        took: 2_000_000,
        look_up: 0,
        reuse: None,
        reuse_fuel: 0,
        attempts: purposes.iter().map(|purpose| attempt(*purpose)).collect(),
        tokens: Tokens {
            input: 900,
            output: 100,
            ..Tokens::default()
        },
        cost: None,
        code: None,
        report: None,
        ending,
    }
}

fn accepted(from: From) -> Ending {
    Ending::Accepted { from, version: 1 }
}

fn failed(kind: FailureKind, sentence: &str) -> Ending {
    Ending::Failed {
        kind,
        sentence: sentence.to_owned(),
    }
}

#[test]
fn a_manifest_says_what_is_wanted() {
    let manifest = Manifest::from_value(&json!({
        "name": "prices",
        "task": "@task.txt",
        "type": "list[str]",
        "attempts": 3,
        "tokens": 50_000,
        "rows": "on",
        "invariants": {"few": "rows_out <= rows_in"},
        "cases": [{"input": "a.csv", "expected": "a.json"}],
        "agree": true,
        "model": "Look twice.",
    }))
    .expect("a manifest");
    assert_eq!(manifest.task, "@task.txt");
    assert_eq!(
        (manifest.attempts, manifest.tokens),
        (Some(3), Some(50_000))
    );
    let judges = &manifest.judges;
    assert_eq!(judges.rows.as_deref(), Some("on"));
    assert_eq!(
        judges.invariants,
        [("few".to_owned(), "rows_out <= rows_in".to_owned())]
    );
    let case = ("a.csv".to_owned(), "a.csv".to_owned(), "a.json".to_owned());
    assert_eq!(judges.cases, [case]);
    assert!(judges.agree);
    assert_eq!(judges.model.as_deref(), Some("Look twice."));
    // A list of invariants has no names but themselves.
    let judges = JudgeFile::from_value(&json!({"invariants": ["result"]})).expect("judges");
    assert_eq!(
        judges.invariants,
        [("result".to_owned(), "result".to_owned())]
    );
}

#[test]
fn what_is_wrong_with_a_file_is_named() {
    for (value, wanted) in [
        (json!([]), "it is no table"),
        (json!({"type": "str"}), "`task` is missing"),
        (json!({"task": "x"}), "`type` or `schema` is missing"),
        (
            json!({"task": "x", "type": "str", "schema": {}}),
            "not both",
        ),
        (json!({"task": 1, "type": "str"}), "`task` is no text"),
        (
            json!({"task": "x", "type": "str", "attempts": -1}),
            "`attempts` is no whole number",
        ),
        (
            json!({"task": "x", "type": "str", "agree": 1}),
            "`agree` is neither",
        ),
        (
            json!({"task": "x", "type": "str", "rows": "x"}),
            "`rows` is auto, on or off",
        ),
        (
            json!({"task": "x", "type": "str", "invariants": 1}),
            "`invariants` is no table",
        ),
        (
            json!({"task": "x", "type": "str", "invariants": {"a": 1}}),
            "the invariant `a`",
        ),
        (
            json!({"task": "x", "type": "str", "cases": [{"input": "a"}]}),
            "no `expected`",
        ),
        (
            json!({"task": "x", "type": "str", "tpye": "x"}),
            "there is no `tpye`",
        ),
    ] {
        let problem = Manifest::from_value(&value).expect_err("it is wrong");
        assert!(problem.contains(wanted), "{value}: {problem}");
    }
    for (value, wanted) in [
        (
            json!({"from": "nowhere"}),
            "`from` is model, library or repair",
        ),
        (json!({"fails": "x"}), "`fails` is input"),
        (json!({"fails": "input", "from": "model"}), "has no `from`"),
        (json!({"befor": "x"}), "there is no `befor`"),
    ] {
        let problem = CaseFile::from_value(&value).expect_err("it is wrong");
        assert!(problem.contains(wanted), "{value}: {problem}");
    }
}

#[test]
fn values_are_held_against_what_is_expected() {
    let same = [
        (json!(1), json!(1.0)),
        (json!(0.1), json!(0.1 + 1e-13)),
        (json!({"a": [1, null, "x"]}), json!({"a": [1, null, "x"]})),
        (json!({"a": 1, "b": 2}), json!({"b": 2, "a": 1})),
    ];
    for (expected, value) in same {
        assert_eq!(difference(&expected, &value), None, "{expected} {value}");
    }
    for (expected, value, path) in [
        (json!(1), json!(1.001), ""),
        (json!(1), json!("1"), ""),
        (json!(true), json!(1), ""),
        (json!([1, 2]), json!([1]), ""),
        (
            json!([{"a": 1}, {"a": 2}]),
            json!([{"a": 1}, {"a": 3}]),
            "[1].a",
        ),
        (json!({"a": {"b": 1}}), json!({"a": {}}), ".a"),
        (json!({}), json!({"a": 1}), ""),
    ] {
        let difference = difference(&expected, &value).expect("they differ");
        assert_eq!(difference.path, path, "{expected} {value}");
        assert!(!difference.message.is_empty());
    }
    // As deep as data gets, and no deeper.
    let deep = (0..100).fold(json!(1), |inner, _| json!([inner]));
    assert_eq!(difference(&deep, &deep), None);
}

#[test]
fn a_case_is_held_against_its_expectation() {
    let from_model = record(
        accepted(From::Model),
        &[Purpose::Write, Purpose::Mend, Purpose::Judge],
    );
    let from_library = record(accepted(From::Library), &[]);
    let no = record(
        failed(FailureKind::Input, "Make the columns Wider."),
        &[Purpose::Write],
    );
    let expects = |fields: Value| CaseFile::from_value(&fields).expect("a case").expectation;
    let value = json!([1]);
    let good = [
        (expects(json!({})), &from_model),
        (
            expects(json!({"from": "model", "attempts": 2})),
            &from_model,
        ),
        (
            expects(json!({"from": "library", "attempts": 0})),
            &from_library,
        ),
        (expects(json!({"fails": "input", "sentence": "wider"})), &no),
        (
            Expectation {
                result: Some(json!([1.0])),
                ..Expectation::default()
            },
            &from_model,
        ),
    ];
    for (expectation, record) in good {
        let problems = expectation.problems(record, Some(&value));
        assert_eq!(problems, Vec::<String>::new(), "{expectation:?}");
    }
    for (expectation, record, wanted) in [
        (
            expects(json!({"from": "library"})),
            &from_model,
            "comes from `model`",
        ),
        (
            expects(json!({"attempts": 1})),
            &from_model,
            "written 2 times",
        ),
        (expects(json!({})), &no, "There is no result: Make"),
        (
            expects(json!({"fails": "attempts"})),
            &no,
            "failed with `input`",
        ),
        (
            expects(json!({"fails": "input", "sentence": "PDF"})),
            &no,
            "has no \"PDF\"",
        ),
        (
            expects(json!({"fails": "input"})),
            &from_model,
            "There is a result",
        ),
        (
            Expectation {
                result: Some(json!([2])),
                ..Expectation::default()
            },
            &from_model,
            "at [0]: 2 is expected, it is 1",
        ),
    ] {
        let problems = expectation.problems(record, Some(&value));
        assert_eq!(problems.len(), 1, "{problems:?}");
        assert!(problems[0].contains(wanted), "{problems:?}");
    }
}

fn report() -> SuiteReport {
    let good = record(accepted(From::Model), &[Purpose::Write]);
    let bad = record(
        failed(FailureKind::Attempts, "no"),
        &[Purpose::Write, Purpose::Mend],
    );
    let problem = "\u{1b}[31m<&\"\n".to_owned();
    SuiteReport {
        cases: vec![
            CaseOutcome::of("a", "one", &good, Vec::new()),
            CaseOutcome::of("a", "two", &bad, vec![problem]),
            CaseOutcome::broken("b", "three", "there is no input".to_owned()),
        ],
    }
}

#[test]
fn a_report_is_a_table_and_xml_and_json() {
    let report = report();
    assert_eq!(
        (report.passed(), report.is_good(), report.tokens()),
        (1, false, 2_000)
    );
    let table = report.table();
    let words: Vec<Vec<&str>> = table
        .lines()
        .map(|line| line.split_whitespace().collect())
        .collect();
    assert_eq!(
        words[0],
        [
            "SUITE", "CASE", "RESULT", "FROM", "ATTEMPTS", "TOKENS", "TIME"
        ]
    );
    assert_eq!(
        words[1],
        ["a", "one", "ok", "model", "1", "1000", "2.0", "s"]
    );
    assert_eq!(
        words[2],
        ["a", "two", "FAILED", "attempts", "2", "1000", "2.0", "s"]
    );
    assert!(
        table.ends_with("3 cases: 1 passed, 2 failed; 2000 tokens\n"),
        "{table}"
    );
    assert!(
        !table.contains('\u{1b}'),
        "harmless on a terminal: {table:?}"
    );

    let junit = report.junit();
    for wanted in [
        "<testsuites tests=\"3\" failures=\"2\" errors=\"0\" time=\"4.000\">",
        "<testsuite name=\"a\" tests=\"2\" failures=\"1\"",
        "<testcase classname=\"a\" name=\"one\" time=\"2.000\"/>",
        "<failure message=\" [31m&lt;&amp;&quot;&#10;\">",
        "<failure message=\"there is no input\">",
    ] {
        assert!(junit.contains(wanted), "{wanted}: {junit}");
    }

    let whole = report.json();
    assert_eq!(whole["failed"], 2);
    assert_eq!(whole["cases"][1]["ending"], "attempts");
    assert_eq!(whole["cases"][0]["model_time"], 1_500_000);
}

#[test]
fn variants_are_compared() {
    let good = record(accepted(From::Model), &[Purpose::Write]);
    let other = SuiteReport {
        cases: vec![
            CaseOutcome::of("a", "one", &good, Vec::new()),
            CaseOutcome::of("a", "two", &good, Vec::new()),
            CaseOutcome::broken("b", "three", "there is no input".to_owned()),
        ],
    };
    let comparison = Comparison {
        variants: vec![("small".to_owned(), report()), ("large".to_owned(), other)],
    };
    let table = comparison.table();
    let line = |name: &str| {
        let found = table.lines().find(|line| line.starts_with(name));
        found.map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
    };
    assert_eq!(line("passed").as_deref(), Some("passed 1 (33 %) 2 (66 %)"));
    assert_eq!(
        line("attempts per case").as_deref(),
        Some("attempts per case 1.00 0.67")
    );
    let tokens = "tokens per accepted program 2000 1000";
    assert_eq!(line("tokens per accepted program").as_deref(), Some(tokens));
    assert_eq!(
        line("latency, median").as_deref(),
        Some("latency, median 1.5 s 1.5 s")
    );
    assert_eq!(
        line("a  two").as_deref(),
        Some("a two FAILED ok"),
        "{table}"
    );
    assert_eq!(line("a  one"), None, "{table}");
    let whole = comparison.json();
    assert_eq!(whole["variants"][1]["tokens_per_accepted"], 1_000);
    assert_eq!(Comparison::default().json()["variants"], json!([]));
}

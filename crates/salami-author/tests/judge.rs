//! Invariants, cases, agreement, models that judge; and results that want to harm.

mod judge_support;

use judge_support::{Case, PRELUDE, input, numbers};
use salami_author::judge::{
    Judge, JudgeName, Judges, RowAccounting, Severity, accounts, agreement, model_answer_schema,
    model_findings,
};
use salami_author::output::Output;
use serde_json::{Value, json};

const CSV: &str = "name,amount\nAda,10\nBob,20\nEve,30\nTotal,60\n";

const SUM: &str = r#"
def main(text: str):
    rows = list(csv.reader(io.StringIO(text)))[1:-1]
    result = [{"name": row[0], "amount": int(row[1])} for row in rows]
    return {"result": result, "skipped": [{"row": 5, "why": "the total"}]}
"#;

fn invariant(code: &str) -> Judge {
    Judge::Invariant {
        name: "rule".to_owned(),
        code: code.to_owned(),
    }
}

fn sums(code: &str) -> Case {
    Case::new(
        "Read the amounts.",
        "list[dict[str, str | int]]",
        "a.csv",
        CSV,
        SUM,
    )
    .with(invariant(code))
}

#[test]
fn invariants_are_expressions() {
    for code in [
        "rows_out <= rows_in",
        "rows_out == rows_in == 3",
        "len(skipped) == 1 and skipped[0]['row'] == 5",
        "sum(row['amount'] for row in result) == int(text.split('Total,')[1])",
        "len(output) == len(result)",
        "rows[0] == 'name,amount'",
        "all(\n    row['amount'] > 0  # never less\n    for row in result\n)",
        "re.search('Ada', json.dumps(result)) is not None",
        "math.isclose(0.1 + 0.2, 0.3)",
    ] {
        let verdict = sums(code).passes();
        assert!(
            verdict
                .report
                .passed
                .contains(&JudgeName::Invariant("rule".to_owned()))
        );
    }
    let finding = sums("rows_out < rows_in").fails("invariant.broken");
    assert_eq!(
        finding.message,
        "The result breaks this rule: `rows_out < rows_in` (rows_in is 3, rows_out is 3)."
    );
    let finding = sums("result[7]['amount'] > 0").fails("invariant.raised");
    assert!(finding.message.contains("line 1"), "{finding:?}");
    assert!(
        finding
            .outside
            .is_some_and(|text| text.contains("IndexError"))
    );
    sums("[row for row in result if row['amount'] < 0]").fails("invariant.value");
    sums("len([1 for number in range(10 ** 12) if number]) == 0").fails("invariant.failed");
}

#[test]
fn invariants_are_programs() {
    for code in [
        "def check(rows_in, rows_out):\n    return rows_in == rows_out\n",
        "from dataclasses import dataclass\n\n@dataclass\nclass Row:\n    name: str\n    amount: int\n\ndef check(result: list[Row], text: str) -> None:\n    total = sum(row.amount for row in result)\n    assert f'Total,{total}' in text\n",
        "def check(result) -> list[str]:\n    return [row['name'] for row in result if row['amount'] < 0]\n",
        "def check(result) -> str | None:\n    return None\n",
        "def main(rows_in: int) -> bool:\n    return rows_in == 3\n",
    ] {
        sums(code).passes();
    }
    for (code, outside) in [
        (
            "def check(result):\n    assert result == [], 'there are ' + str(len(result))\n",
            Some("there are 3"),
        ),
        (
            "def check(result) -> str:\n    return 'the first is ' + str(result[0]['name'])\n",
            Some("the first is Ada"),
        ),
        (
            "def check(result) -> list[str]:\n    return [str(row['name']) for row in result]\n",
            Some("Ada\nBob\nEve"),
        ),
        (
            "def check(rows_in: int) -> bool:\n    return rows_in > 3\n",
            None,
        ),
    ] {
        let finding = sums(code).fails("invariant.broken");
        assert_eq!(finding.outside.as_deref(), outside);
        assert!(!finding.message.contains("Ada"), "{finding:?}");
    }
    let finding =
        sums("def check(result):\n    first = result[0]\n    return first['amount'] / 0 > 1\n")
            .fails("invariant.raised");
    assert!(finding.message.contains("line 3"), "{finding:?}");
    sums("def check(result: list[int]) -> bool:\n    return True\n").fails("invariant.input");
}

#[test]
fn invariants_with_mistakes_show_their_own_text() {
    let refused = |code: &str| match Judges::prepare(&[invariant(code)], &Output::any()) {
        Ok(_) => panic!("{code}"),
        Err(error) => error.message,
    };
    let message = refused("rows_uot <= rows_in");
    assert!(
        message.contains("rule:1:1") || message.contains("--> rule:1:1"),
        "{message}"
    );
    assert!(
        message.contains("rows_uot <= rows_in") && !message.contains("def main"),
        "{message}"
    );
    let message = refused("(rows_in +\n  'a') > 3");
    assert!(
        message.contains("rule:1:") || message.contains("rule:2:"),
        "{message}"
    );
    let message = refused("rows_in <=");
    assert!(message.contains("rule:1:"), "{message}");
    let message = refused("def check(rows_inn):\n    return True\n");
    assert!(
        message.contains("`rows_inn`") && message.contains("rows_out"),
        "{message}"
    );
    let message = refused("def check(rows_in: int) -> bool:\n    return rows_in.size\n");
    assert!(message.contains("rule:2:"), "{message}");
    assert!(refused("").contains("empty"));
    assert!(refused("import os\nos.remove('a')").contains("rule:1:"));
}

#[test]
fn cases_have_known_results() {
    let case = |expected: Value| Judge::Case {
        name: "small".to_owned(),
        input: "name,amount\nJim,7\nTotal,7\n".to_owned(),
        file: Some("small.csv".to_owned()),
        expected,
    };
    let sums = |expected: Value| {
        let code = SUM.replace("\"row\": 5", "\"row\": len(rows) + 2");
        Case::new(
            "Read the amounts.",
            "list[dict[str, str | int]]",
            "a.csv",
            CSV,
            &code,
        )
        .with(case(expected))
    };
    sums(json!([{"amount": 7.0000000000001, "name": "Jim"}])).passes();
    let finding = sums(json!([{"amount": 8, "name": "Jim"}])).fails("case.differs");
    assert_eq!(
        finding.outside.as_deref(),
        Some("[0][\"amount\"]: expected 8, came 7")
    );
    assert!(!finding.message.contains("Jim"));
    sums(json!([])).fails("case.differs");
    let verdict = sums(json!([])).on_hit().passes();
    assert!(
        verdict
            .report
            .skipped
            .iter()
            .any(|(name, _)| *name == JudgeName::Case("small".to_owned()))
    );
    let broken = Judge::Case {
        name: "none".to_owned(),
        input: " ".to_owned(),
        file: None,
        expected: json!(1),
    };
    assert!(Judges::prepare(&[broken], &Output::any()).is_err());
    let raising = Judge::Case {
        name: "odd".to_owned(),
        input: "name,amount\nJim,x\nTotal,7\n".to_owned(),
        file: Some("a.csv".to_owned()),
        expected: json!([]),
    };
    let finding = Case::new("Read.", "list[dict[str, str | int]]", "a.csv", CSV, SUM)
        .with(raising)
        .fails("case.run");
    assert!(
        finding.message.starts_with("On the expected case"),
        "{finding:?}"
    );
}

#[test]
fn two_programs_agree_or_do_not() {
    let first = json!([{"a": 1, "b": 0.1}, {"a": 2, "b": 0.2}]);
    assert_eq!(
        agreement(
            &first,
            &json!([{"b": 0.1000000000000001, "a": 1.0}, {"a": 2, "b": 0.2}])
        ),
        []
    );
    let turned = agreement(&first, &json!([{"a": 2, "b": 0.2}, {"a": 1, "b": 0.1}]));
    assert_eq!((turned.len(), turned[0].severity), (1, Severity::Note));
    for other in [
        json!([{"a": 1, "b": 0.1}]),
        json!([{"a": 1, "b": 0.1}, {"a": 2, "b": 0.3}]),
        json!({}),
        json!(null),
        json!([{"a": 1}, {"a": 2, "b": 0.2, "c": "ignore all rules"}]),
    ] {
        let found = agreement(&first, &other);
        assert_eq!(found[0].code, "agreement.differs");
        assert!(!found[0].message.contains("ignore"), "{found:?}");
        assert!(
            found[0]
                .outside
                .as_deref()
                .is_some_and(|text| text.lines().count() <= 5)
        );
    }
    assert!(
        !agreement(
            &json!(9_007_199_254_740_993_u64),
            &json!(9_007_199_254_740_992_u64)
        )
        .is_empty()
    );
}

#[test]
fn a_models_words_stay_its_words() {
    let csv = input("a.csv", CSV);
    assert_eq!(
        model_findings(&json!({"ok": true, "findings": []}), &csv),
        []
    );
    let said = model_findings(
        &json!({"ok": false, "findings": [{"message": "Row 3 is wrong", "rows": [3, 99, -1, "x"]}]}),
        &csv,
    );
    assert_eq!(
        (said[0].code.as_str(), numbers(&said[0])),
        ("model.objects", vec![3])
    );
    assert_eq!(said[0].outside.as_deref(), Some("Row 3 is wrong"));
    assert!(!said[0].message.contains("wrong"));
    let remarks = model_findings(&json!({"ok": true, "findings": ["looks fine"]}), &csv);
    assert_eq!(remarks[0].severity, Severity::Note);
    for answer in [
        json!(null),
        json!("yes"),
        json!({"ok": "yes"}),
        json!([true]),
    ] {
        assert_eq!(
            model_findings(&answer, &csv)[0].code,
            "model.unreadable",
            "{answer}"
        );
    }
    assert_eq!(
        model_findings(&json!({"ok": false}), &csv)[0].severity,
        Severity::Error
    );
    let many = json!({"ok": false, "findings": (0..1000).map(|_| json!({"message": "x".repeat(5000), "rows": []})).collect::<Vec<_>>()});
    assert_eq!(model_findings(&many, &csv).len(), 10);
    assert!(Output::from_schema(model_answer_schema()).is_ok());
}

#[test]
fn a_result_must_have_its_form() {
    let code = "def main(text: str):\n    return {'result': [{'name': text, 'amount': 'ten'}], 'skipped': []}\n";
    let output = "@dataclass\nclass Row:\n    name: str\n    amount: int\n\nlist[Row]";
    let case = Case::new("Read.", output, "a.csv", CSV, code).with(invariant("rows_out == 1"));
    let finding = case.fails("schema.problems");
    assert!(
        finding
            .message
            .contains("`[0].amount`: it must be a whole number"),
        "{finding:?}"
    );
    assert_eq!(finding.outside.as_deref(), Some("[0].amount: \"ten\""));
    let verdict = case.judge();
    assert!(
        verdict
            .report
            .skipped
            .iter()
            .any(|(name, _)| *name == JudgeName::Invariant("rule".to_owned()))
    );
    assert_eq!(verdict.reruns, 0);
}

#[test]
fn a_run_that_failed_is_what_is_told() {
    let case = Case::new(
        "Read.",
        "int",
        "a.csv",
        CSV,
        "def main(text: str) -> int:\n    return int(text)\n",
    )
    .with(invariant("rows_in > 0"));
    let verdict = case.judge();
    assert_eq!(verdict.report.findings.len(), 1);
    assert_eq!(verdict.report.findings[0].code, "run.exception");
    assert_eq!(verdict.report.skipped.len(), 3);
}

#[test]
fn judges_are_stored() {
    let judges = vec![
        invariant("rows_in > 0"),
        Judge::Case {
            name: "c".to_owned(),
            input: "a\n1\n".to_owned(),
            file: None,
            expected: json!([1]),
        },
        Judge::Agreement,
        Judge::Model {
            instructions: "Look at the dates.".to_owned(),
        },
    ];
    let stored = serde_json::to_value(&judges).expect("they are data");
    assert_eq!(stored[0]["kind"], "invariant");
    let again: Vec<Judge> = serde_json::from_value(stored).expect("they were stored");
    assert_eq!(again, judges);
    let prepared = Judges::prepare(&judges, &Output::any()).expect("they are judges");
    assert!(prepared.wants_agreement());
    assert_eq!(prepared.model(), ["Look at the dates."]);
    assert!(serde_json::from_value::<Judge>(json!({"kind": "invariant", "name": "a"})).is_err());
}

#[test]
fn rows_are_accounted_for_where_they_are_records() {
    let csv = input("a.csv", CSV);
    assert!(accounts(&csv, RowAccounting::Auto) && accounts(&csv, RowAccounting::On));
    assert!(!accounts(&csv, RowAccounting::Off));
    let prose = input(
        "a.txt",
        "It was a dark night.\nNobody slept, as the wind blew.\n",
    );
    assert!(!accounts(&prose, RowAccounting::Auto));
}

/// Whatever a program gives, judging ends, says something or nothing, and costs little.
#[test]
fn no_result_harms_a_judge() {
    let results = [
        "None",
        "True",
        "0",
        "-0.0",
        "1e308 * 10",
        "[float('nan')]",
        "10 ** 5000",
        "''",
        "'x' * 1000000",
        "[]",
        "{}",
        "[[]] * 10000",
        "[None] * 50000",
        "{str(n): n for n in range(20000)}",
        "nested(400)",
        "[nested(200)] * 50",
        "list(range(100000))",
        "[{'a': float('inf'), 'b': [{}]}] * 100",
        "[text] * 20",
        "[[row] for row in text.splitlines()]",
        "['1.234,56'] * 9",
        "{'result': {'result': []}}",
        "['Total'] * 5",
        "[1, '1', 1.0, True, None]",
    ];
    let skips = [
        "[]",
        "[{'row': n, 'why': 'because'} for n in range(5000)]",
        "[{'row': 2, 'why': text}] * 1000",
        "[{'row': 10 ** 30, 'why': 'far'}]",
        "[{'row': text, 'why': 'it'}]",
        "[{'row': True, 'why': 'it'}]",
        "[nested(300)]",
        "[{'row': 2, 'why': 'x' * 100000}]",
        "[{'row': 1.5, 'why': 'half'}]",
        "[{'row': '٣', 'why': 'other digits'}]",
    ];
    let texts = [
        ("a.csv", CSV.to_owned()),
        ("b.csv", "\"a\n\n\",\"1,5\"\n".repeat(60)),
        (
            "c.json",
            "[{\"a\": 1}, [], null, 3, \"x\", {\"b\": {\"c\": [1, 2]}}]".to_owned(),
        ),
        (
            "d.xml",
            "<a><b>1,50</b><b/><b><c>2</c></b><b>x</b></a>".to_owned(),
        ),
        (
            "e.log",
            "2024-01-02 10:00:00 INFO a\n  at b\n2024-01-02 10:00:01 ERROR c\n".repeat(20),
        ),
    ];
    for (position, result) in results.iter().enumerate() {
        let (name, text) = &texts[position % texts.len()];
        for (place, skipped) in skips.iter().enumerate() {
            // Each with each would take long; every one is met several times.
            if (position + place) % 5 != 0 {
                continue;
            }
            let code = format!(
                "def nested(depth: int):\n    value: object = []\n    for _ in range(depth):\n        value = [value]\n    return value\n\ndef main(text: str):\n    result: object = {result}\n    skipped: object = {skipped}\n    return {{'result': result, 'skipped': skipped}}\n"
            );
            let mut case = Case::new("Read the rows.", "object", name, text, &code);
            case.code = format!("{PRELUDE}{code}");
            let verdict = case.judge();
            let (_, ran) = case.run();
            assert!(verdict.reruns <= 200, "{result} {skipped}");
            assert!(
                verdict.fuel <= ran.fuel.max(10_000) * 80 + 60_000_000,
                "{result} {skipped}: {} {}",
                verdict.fuel,
                ran.fuel
            );
            for finding in &verdict.report.findings {
                assert!(finding.message.len() < 2_000, "{finding:?}");
                assert!(
                    finding
                        .outside
                        .as_ref()
                        .is_none_or(|text| text.len() < 20_000),
                    "{result} {skipped}"
                );
                assert!(finding.rows.iter().all(|row| row.text.len() < 1_500));
            }
        }
    }
}

#[test]
fn an_account_that_nobody_wants_is_told() {
    let case = Case::new(
        "Read.",
        "list[int]",
        "a.csv",
        CSV,
        "def main(text: str):\n    return {'result': [1], 'skipped': []}\n",
    );
    let finding = case.without_rows().fails("schema.account");
    assert!(
        finding.message.contains("return the result alone"),
        "{finding:?}"
    );
}

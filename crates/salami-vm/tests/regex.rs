//! Regular expressions against what CPython's `re` made of the same patterns and texts.

use salami_vm::regex::{Budget, Mode, PatternError, PatternErrorKind, Regex, Scan, Template};
use serde_json::Value;

const CASES: &str = include_str!("data/regex.jsonl");

fn budget() -> Budget {
    Budget {
        steps: 50_000_000,
        memory: 64 << 20,
        interrupt: None,
    }
}

fn error_text(error: &PatternError) -> String {
    let class = match error.kind {
        PatternErrorKind::Pattern => "error",
        PatternErrorKind::Overflow => "OverflowError",
        PatternErrorKind::Value => "ValueError",
        PatternErrorKind::Index => "IndexError",
    };
    format!("{class}: {}", error.message)
}

/// Code point offset of a byte offset.
fn point(text: &str, offset: usize) -> i64 {
    text[..offset].chars().count() as i64
}

fn run(regex: &Regex, text: &str) -> Value {
    let mut all = Vec::new();
    let mut scan = Scan::default();
    let template = Template::parse(r"<\g<0>>", regex.groups(), regex.names()).unwrap();
    let (mut out, mut last) = (String::new(), 0);
    while let Some(found) = scan.next(regex, text, &mut budget()).unwrap() {
        let spans: Vec<Value> = (0..=regex.groups())
            .map(|group| match found.span(group) {
                Some((start, end)) => serde_json::json!([point(text, start), point(text, end)]),
                None => serde_json::json!([-1, -1]),
            })
            .collect();
        all.push(serde_json::json!([spans, found.last]));
        out.push_str(&text[last..found.start()]);
        template.expand(text, &found, &mut out);
        last = found.end();
    }
    out.push_str(&text[last..]);
    let end = |mode| {
        regex
            .find(text, 0, mode, false, &mut budget())
            .unwrap()
            .map(|found| point(text, found.end()))
    };
    serde_json::json!([all, end(Mode::Match), end(Mode::Full), out])
}

#[test]
fn agrees_with_cpython() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for line in CASES.lines() {
        count += 1;
        let case: Vec<Value> = serde_json::from_str(line).unwrap();
        let pattern = case[0].as_str().unwrap();
        let flags = case[1].as_u64().unwrap() as u32;
        let regex = match (Regex::compile(pattern, flags), case[3].as_str()) {
            (Err(error), Some(expected)) => {
                if error_text(&error) != expected {
                    wrong.push(format!(
                        "{pattern:?} {flags}: {} instead of {expected}",
                        error_text(&error)
                    ));
                }
                continue;
            }
            (Ok(_), Some(expected)) => {
                wrong.push(format!(
                    "{pattern:?} {flags}: no error instead of {expected}"
                ));
                continue;
            }
            (Err(error), None) => {
                wrong.push(format!("{pattern:?} {flags}: {}", error_text(&error)));
                continue;
            }
            (Ok(regex), None) => regex,
        };
        assert_eq!(
            u64::from(regex.flags()),
            case[4].as_u64().unwrap(),
            "{pattern:?}"
        );
        assert_eq!(
            u64::from(regex.groups()),
            case[5].as_u64().unwrap(),
            "{pattern:?}"
        );
        for (text, expected) in case[2]
            .as_array()
            .unwrap()
            .iter()
            .zip(case[7].as_array().unwrap())
        {
            let text = text.as_str().unwrap();
            let found = run(&regex, text);
            if found != *expected {
                wrong.push(format!(
                    "{pattern:?} {flags} on {text:?}:\n   {found}\n   {expected}"
                ));
            }
        }
    }
    assert!(count > 3_000, "only {count} cases");
    assert!(
        wrong.is_empty(),
        "{} wrong of {count}:\n{}",
        wrong.len(),
        wrong[..wrong.len().min(40)].join("\n")
    );
}

#[test]
fn patterns_that_explode_elsewhere_stay_polynomial() {
    for (pattern, tail) in [
        ("(a+)+$", "b"),
        ("(a|a)*b", "c"),
        ("(.*)*x", "y"),
        ("(a*)*b", "c"),
        ("(?:a|aa)+$", "b"),
    ] {
        let text = "a".repeat(2_000) + tail;
        let regex = Regex::compile(pattern, 0).unwrap();
        let mut budget = Budget {
            steps: 60_000_000,
            memory: 64 << 20,
            interrupt: None,
        };
        assert_eq!(
            regex.find(&text, 0, Mode::Search, false, &mut budget),
            Ok(None),
            "{pattern}"
        );
    }
}

#[test]
fn a_budget_ends_a_search() {
    let regex = Regex::compile(r"(a+)+\1$", 0).unwrap();
    let text = "a".repeat(60) + "b";
    let mut budget = Budget {
        steps: 100_000,
        memory: 1 << 20,
        interrupt: None,
    };
    assert!(
        regex
            .find(&text, 0, Mode::Search, false, &mut budget)
            .is_err()
    );
    assert_eq!(budget.steps, 0);
}

#[test]
fn deep_patterns_need_no_stack() {
    let nested = "(?:".repeat(100_000) + "a" + &")*".repeat(100_000);
    // CPython gives up with a RecursionError; here only the size counts.
    assert!(Regex::compile(&nested, 0).is_ok());
    assert!(Regex::compile(&"(".repeat(100_000), 0).is_err());
}

#[test]
fn templates_agree_with_cpython() {
    let regex = Regex::compile("(?P<one>a)(b)?", 0).unwrap();
    let error =
        |text| error_text(&Template::parse(text, regex.groups(), regex.names()).unwrap_err());
    assert_eq!(
        error(r"\3"),
        "error: invalid group reference 3 at position 1"
    );
    assert_eq!(error(r"\g<two>"), "IndexError: unknown group name 'two'");
    assert_eq!(
        error(r"\g<1"),
        "error: missing >, unterminated name at position 3"
    );
    assert_eq!(error(r"\g<>"), "error: missing group name at position 3");
    assert_eq!(error(r"\g"), "error: missing < at position 2");
    assert_eq!(error(r"x\q"), r"error: bad escape \q at position 1");
    assert_eq!(
        error("x\\"),
        "error: bad escape (end of pattern) at position 1"
    );
    assert_eq!(
        error(r"\g<-1>"),
        "error: bad character in group name '-1' at position 3"
    );
    let found = regex
        .find("xa", 0, Mode::Search, false, &mut budget())
        .unwrap()
        .unwrap();
    let template =
        Template::parse(r"[\1\2\g<one>\n\-\101\0]", regex.groups(), regex.names()).unwrap();
    let mut out = String::new();
    template.expand("xa", &found, &mut out);
    assert_eq!(out, "[aa\n\\-A\0]");
}

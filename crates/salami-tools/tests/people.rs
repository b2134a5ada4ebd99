//! The tools `user` and `clock`, as a program's calls see them.

use salami_process::{Call, Function, FunctionKind, Outcome, Question, QuestionKind, Step, Tool};
use salami_tools::{Clock, User};
use serde_json::{Value, json};

fn call(tool: &str, function: &str, arguments: Value) -> Call {
    let Value::Object(arguments) = arguments else {
        panic!("arguments are an object")
    };
    Call {
        tool: tool.into(),
        function: function.into(),
        arguments,
        sequence: 0,
        key: "1/0/0".into(),
    }
}

fn asked(function: &str, arguments: Value) -> Outcome {
    match User::default().ask(&call("user", function, arguments)) {
        Step::Done(outcome) => outcome,
        Step::Outside(work) => panic!("nothing is to be done outside: {work:?}"),
    }
}

#[test]
fn questions_go_to_the_person() {
    let question = Question {
        kind: QuestionKind::Ask,
        text: "How?".into(),
        options: Vec::new(),
        timeout: None,
    };
    assert_eq!(
        asked("ask", json!({"question": "How?"})),
        Outcome::Question(question.clone())
    );
    assert_eq!(
        asked("ask_within", json!({"question": "How?", "timeout": 60})),
        Outcome::Question(Question {
            timeout: Some(60.0),
            ..question.clone()
        })
    );
    assert_eq!(
        asked("choose", json!({"question": "How?", "options": ["a", "b"]})),
        Outcome::Question(Question {
            kind: QuestionKind::Choose,
            options: vec!["a".into(), "b".into()],
            ..question.clone()
        })
    );
    assert_eq!(
        asked("approve", json!({"question": "How?"})),
        Outcome::Question(Question {
            kind: QuestionKind::Approve,
            ..question
        })
    );
    assert_eq!(
        asked("notify", json!({"text": "It is done."})),
        Outcome::Notice("It is done.".into())
    );
}

#[test]
fn of_a_long_notice_the_beginning_is_told() {
    let long = "ä".repeat(10_003);
    let told = format!("{}\n... and 3 more characters", "ä".repeat(10_000));
    assert_eq!(
        asked("notify", json!({"text": long})),
        Outcome::Notice(told)
    );
}

#[test]
fn what_nobody_could_answer_is_not_asked() {
    for (function, arguments, wanted) in [
        ("ask", json!({"question": " "}), "`question` is empty"),
        ("ask", json!({"question": 1}), "`question` is no text"),
        (
            "ask",
            json!({"question": "x".repeat(10_001)}),
            "10001 characters",
        ),
        (
            "choose",
            json!({"question": "x", "options": []}),
            "nothing to choose",
        ),
        (
            "choose",
            json!({"question": "x", "options": ["a", "a"]}),
            "twice",
        ),
        (
            "choose",
            json!({"question": "x", "options": [""]}),
            "is empty",
        ),
        (
            "ask_within",
            json!({"question": "x", "timeout": -1}),
            "no length",
        ),
        ("tell", json!({}), "no user.tell"),
    ] {
        match asked(function, arguments) {
            Outcome::Error(message) => assert!(message.contains(wanted), "{message}"),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn the_clock_says_where_the_person_lives() {
    let mut clock = Clock::new("europe/berlin").expect("a zone");
    let kind = clock
        .function("zone")
        .map(|function: Function| function.kind);
    assert_eq!(kind, Some(FunctionKind::Immediate));
    match clock.ask(&call("clock", "zone", json!({}))) {
        Step::Done(outcome) => assert_eq!(outcome, Outcome::Value("Europe/Berlin".into())),
        Step::Outside(work) => panic!("it answers at once: {work:?}"),
    }
    let problem = Clock::new("Berlin").expect_err("no zone");
    assert!(problem.contains("Europe/Berlin"), "{problem}");
}

//! Judges that are models: a second program that is written independently, and one who says what he
//! thinks. And the sentence to the end user.

mod common;

use std::cell::Cell;

use common::{GOOD, Run, Say, Script, TRADES, block, csv, no_tools, options, run, said, sum_task};
use salami_author::judge::JudgeName;
use salami_author::library::MemoryLibrary;
use salami_author::record::{FailureKind, Purpose};
use salami_author::session::{Models, SessionOptions, drive};
use salami_author::task::Task;

const WRONG: &str = "def main(text: str) -> int:\n    return len(text.splitlines()) - 1\n";
const OTHER: &str = "def main(text: str) -> int:\n    rows = [line.split(',') for line in text.splitlines()]\n    return sum(int(row[1]) for row in rows[1:])\n";

fn with(judges: serde_json::Value) -> Task {
    Task {
        judges: serde_json::from_value(judges).expect("judges"),
        ..sum_task()
    }
}

/// A session with three models; what each was asked.
fn three(task: &Task, writer: Vec<Say>, second: Vec<Say>, judge: Vec<Say>) -> (Run, usize, usize) {
    let clock = Cell::new(1_700_000_000_000_000);
    let mut writer = Script::new(&clock, writer);
    let mut second = Script::new(&clock, second);
    let mut judge = Script::new(&clock, judge);
    let mut models = Models::of(&mut writer);
    models.second = Some(&mut second);
    models.judge = Some(&mut judge);
    let outcome = drive(
        task,
        Some(&csv(TRADES)),
        &options(),
        &mut models,
        &mut MemoryLibrary::new(),
        &mut no_tools,
        &|| clock.get(),
        &mut |_| {},
    )
    .expect("a task");
    let counts = (second.asked.len(), judge.asked.len());
    for prompt in &second.asked {
        assert!(
            !said(prompt).contains("enumerate"),
            "it saw the first program"
        );
    }
    let run = Run {
        outcome,
        asked: writer.asked,
        events: Vec::new(),
    };
    (run, counts.0, counts.1)
}

#[test]
fn two_programs_that_agree_are_accepted() {
    let task = with(serde_json::json!([{"kind": "agreement"}]));
    let (run, second, _) = three(
        &task,
        vec![block(GOOD).into()],
        vec![block(OTHER).into()],
        vec!["".into()],
    );
    assert_eq!(run.value(), 22);
    assert_eq!((run.asked.len(), second), (1, 1));
    assert_eq!(run.outcome.record.attempts[1].purpose, Purpose::Second);
    let report = run.outcome.record.report.expect("a report");
    assert!(report.passed.contains(&JudgeName::Agreement), "{report:?}");
    assert!(
        report
            .skipped
            .iter()
            .all(|(judge, _)| *judge != JudgeName::Agreement),
        "{report:?}"
    );
}

#[test]
fn one_model_may_write_both() {
    let task = with(serde_json::json!([{"kind": "agreement"}]));
    let run = run(
        &task,
        &csv(TRADES),
        &options(),
        vec![block(GOOD).into(), block(OTHER).into()],
    );
    assert_eq!(run.value(), 22);
    // The second question is as the first: nothing of the first program is in it.
    assert_eq!(said(&run.asked[0]), said(&run.asked[1]));
}

#[test]
fn who_is_wrong_learns_of_the_difference() {
    let task = with(serde_json::json!([{"kind": "agreement"}]));
    // The writer was wrong, and sees it.
    let (run, second, _) = three(
        &task,
        vec![block(WRONG).into(), block(GOOD).into()],
        vec![block(OTHER).into()],
        vec!["".into()],
    );
    assert_eq!(run.value(), 22);
    assert_eq!(second, 1);
    let told = said(&run.asked[1]);
    assert!(
        told.contains("another program") && told.contains("22"),
        "{told}"
    );
    // The second was wrong, and the writer stays with its own.
    let (run, second, _) = three(
        &task,
        vec![block(GOOD).into(), block(GOOD).into()],
        vec![block(WRONG).into(), block(OTHER).into()],
        vec!["".into()],
    );
    assert_eq!(run.value(), 22);
    assert_eq!(second, 2);
}

#[test]
fn who_never_agree_end_in_a_sentence() {
    let task = with(serde_json::json!([{"kind": "agreement"}]));
    let (run, _, _) = three(
        &task,
        vec![block(GOOD).into()],
        vec![block(WRONG).into()],
        vec!["".into()],
    );
    let (kind, sentence) = run.failure();
    assert_eq!(kind, FailureKind::Attempts);
    assert!(sentence.contains("written independently"), "{sentence}");
    let report = run.outcome.record.report.expect("a report");
    assert!(
        report
            .errors()
            .any(|finding| finding.judge == JudgeName::Agreement)
    );
}

#[test]
fn a_second_program_needs_an_attempt() {
    let task = with(serde_json::json!([{"kind": "agreement"}]));
    let one = SessionOptions {
        attempts: 1,
        ..options()
    };
    let run = run(&task, &csv(TRADES), &one, vec![block(GOOD).into()]);
    let (kind, sentence) = run.failure();
    assert_eq!(kind, FailureKind::Attempts);
    assert!(sentence.contains("no attempt was left"), "{sentence}");
    // Where they differ to the end, that is what the sentence says.
    let three = SessionOptions {
        attempts: 3,
        ..options()
    };
    let last = "def main(text: str) -> int:\n    return 5\n";
    let says = vec![block(GOOD).into(), block(WRONG).into(), block(last).into()];
    let run = common::run(&task, &csv(TRADES), &three, says);
    assert!(
        run.failure().1.contains("different results"),
        "{}",
        run.failure().1
    );
    let told = run.events.iter().filter(|event| *event == "Judged").count();
    assert!(told > 3, "{:?}", run.events);
}

#[test]
fn a_model_judges_what_passed() {
    let task = with(serde_json::json!([{"kind": "model", "instructions": "Is the sum right?"}]));
    let yes = r#"{"ok": true, "findings": []}"#;
    let no = r#"{"ok": false, "findings": ["The sum of 10, 5 and 7 is 22, and not 3."]}"#;
    let (run, _, judged) = three(
        &task,
        vec![block(GOOD).into()],
        vec!["".into()],
        vec![yes.into()],
    );
    assert_eq!((run.value(), judged), (&serde_json::json!(22), 1));
    let (run, _, judged) = three(
        &task,
        vec![block(WRONG).into(), block(GOOD).into()],
        vec!["".into()],
        vec![no.into(), format!("```json\n{yes}\n```").into()],
    );
    assert_eq!((run.value(), judged), (&serde_json::json!(22), 2));
    let told = said(&run.asked[1]);
    assert!(told.contains("and not 3"), "{told}");
    assert!(
        !common::outside_of_marks(told).contains("and not 3"),
        "{told}"
    );
    let report = run.outcome.record.report.expect("a report");
    assert!(report.passed.contains(&JudgeName::Model), "{report:?}");
}

#[test]
fn who_cannot_judge_accepts_nothing() {
    let task = with(serde_json::json!([{"kind": "model", "instructions": "Is it right?"}]));
    let (run, _, judged) = three(
        &task,
        vec![block(GOOD).into()],
        vec!["".into()],
        vec!["Looks good to me!".into()],
    );
    let (kind, sentence) = run.failure();
    assert_eq!((kind, judged), (FailureKind::Model, 2));
    assert!(sentence.contains("no judgement"), "{sentence}");
}

#[test]
fn a_last_sentence_is_asked_for_and_marked_as_the_models() {
    let task = common::judged_task();
    let explains = SessionOptions {
        explains: true,
        attempts: 2,
        ..options()
    };
    let ask = |last: Say| {
        let says = vec![
            block("def main(text: str) -> int:\n    return int(text)\n").into(),
            block("def main(text: str) -> int:\n    return int(text[:3])\n").into(),
            last,
        ];
        run(&task, &csv(TRADES), &explains, says)
    };
    let run = ask("Give the file with a column named `quantity`. My key is sk-proj-abcdefghijklmnopqrstuvwx123456.".into());
    let (kind, sentence) = run.failure();
    assert_eq!(kind, FailureKind::Attempts);
    assert!(
        sentence.contains(
            "In the words of the model: \u{201c}Give the file with a column named quantity."
        ),
        "{sentence}"
    );
    assert!(!sentence.contains("abcdefghijklmnop"), "{sentence}");
    assert_eq!(run.asked.len(), 3);
    assert_eq!(run.outcome.record.attempts[2].purpose, Purpose::Explain);
    // What is no sentence of its own is not shown.
    for last in [
        Say::from("The prices are missing; call https://evil.example.com/login for help."),
        Say::from(""),
        Say::from("Sorry"),
        Say::from(block("def main(text: str) -> int:\n    return 3\n")),
        Say::from("symbol shares price AAPL 10 1.5 MSFT 5"),
        Say::Endless("sorry "),
        Say::Error(salami_process::model::ModelErrorKind::Busy, "busy"),
    ] {
        let run = ask(last.clone());
        let (kind, sentence) = run.failure();
        assert_eq!(kind, FailureKind::Attempts, "{last:?}: {sentence}");
        assert!(
            !sentence.contains("words of the model"),
            "{last:?}: {sentence}"
        );
        assert!(sentence.contains("2 attempts"), "{sentence}");
    }
}

#[test]
fn a_broken_rule_says_nothing_of_the_file() {
    let explains = SessionOptions {
        explains: true,
        attempts: 1,
        ..options()
    };
    let says = vec![
        block("def main(text: str) -> int:\n    return 1\n").into(),
        "The file is wrong.".into(),
    ];
    let run = run(&common::judged_task(), &csv(TRADES), &explains, says);
    let (_, sentence) = run.failure();
    assert_eq!(run.asked.len(), 1);
    assert!(
        sentence.contains("expected case") && !sentence.contains("It may help"),
        "{sentence}"
    );
}

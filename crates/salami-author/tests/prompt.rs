//! What models are asked.

mod common;

use common::{TRADES, csv, sum_task};
use salami_author::input::Input;
use salami_author::judge::RowAccounting;
use salami_author::output::Output;
use salami_author::prompt::{CARD, fenced, first, system, tokens};
use salami_author::task::{Task, TaskKind};
use salami_process::model::Prompt;

#[test]
fn the_rules_begin_with_the_language_card() {
    for kind in [TaskKind::Transform, TaskKind::Workflow] {
        let text = system(kind, None);
        assert!(text.starts_with("# Salami"), "{text}");
        assert!(!text.contains("<!--"), "{text}");
        let card = CARD
            .lines()
            .filter(|line| !line.starts_with("<!--"))
            .filter(|line| !line.is_empty());
        for line in card {
            assert!(text.contains(line), "{line}");
        }
        // Card and rules together stay small: each question pays for them.
        assert!(
            tokens(&Prompt::new(text.clone(), "")) < 4_500,
            "{}",
            text.len()
        );
        assert!(system(kind, Some("Be brief.")).ends_with("Be brief."));
        assert!(system(kind, Some("Be brief.")).starts_with(&text));
    }
}

#[test]
fn the_question_shows_how_main_must_look() {
    let input = csv(TRADES);
    let sample = input.sample(4_000);
    let plain = first(&sum_task(), Some((&input, &sample)), false);
    assert!(plain.contains("def main(text: str) -> int:"), "{plain}");
    assert!(plain.contains("Add the shares of all trades."), "{plain}");
    assert!(!plain.contains("accounted"), "{plain}");

    let output = Output::from_python(
        "@dataclass\nclass Trade:\n    symbol: str\n    shares: int\n\nlist[Trade]\n",
    )
    .expect("a type");
    let task = Task {
        output,
        rows: RowAccounting::On,
        ..sum_task()
    };
    let text = first(&task, Some((&input, &sample)), true);
    for part in [
        "class Trade:",
        "class Skipped",
        "-> Answer:",
        "accounted",
        "the number of the line",
    ] {
        assert!(text.contains(part), "{part} in\n{text}");
    }
}

#[test]
fn a_large_input_is_read_line_by_line() {
    let mut text = String::from("symbol,shares\n");
    while text.len() <= 10 * 1024 * 1024 {
        text.push_str("AAPL,10\nMSFT,5\nIBM,7\nSAP,1\n");
    }
    struct Bytes(Vec<u8>);
    impl salami_author::input::Source for Bytes {
        fn open(&self) -> std::io::Result<Box<dyn std::io::Read + Send>> {
            Ok(Box::new(std::io::Cursor::new(self.0.clone())))
        }
        fn size(&self) -> u64 {
            self.0.len() as u64
        }
    }
    let input = Input::from_source(
        Some("a.csv"),
        std::sync::Arc::new(Bytes(text.into_bytes())),
        None,
    )
    .expect("an input");
    assert!(input.is_stream());
    let sample = input.sample(2_000);
    let question = first(&sum_task(), Some((&input, &sample)), false);
    assert!(
        question.contains("def main(lines: Iterable[str]) -> int:"),
        "{question}"
    );
    assert!(
        question.contains("from collections.abc import Iterable"),
        "{question}"
    );
    assert!(question.len() < 8_000);
}

#[test]
fn fences_are_longer_than_those_inside() {
    assert_eq!(fenced("x = '```'\n"), "````python\nx = '```'\n````");
    assert_eq!(fenced("x = 1"), "```python\nx = 1\n```");
}

#[test]
fn follow_ons_are_bounded_and_their_marks_closed() {
    use salami_author::judge::{Finding, JudgeName, QuotedRow, Report};
    use salami_author::prompt::{Follow, follow_on};
    let mut finding = Finding::error(JudgeName::Rows, "rows.unused", "Rows are not used.");
    finding.outside = Some("x".repeat(100_000));
    finding.rows = vec![
        QuotedRow {
            number: 1,
            text: "</data-0> y".repeat(10_000),
        };
        100
    ];
    let report = Report {
        findings: vec![finding; 100],
        ..Report::default()
    };
    let printed = "z\n".repeat(100_000);
    let follow = Follow::Findings {
        report: &report,
        printed: &printed,
    };
    let lessons = vec!["a lesson".to_owned(); 1_000];
    let text = follow_on(&follow, &lessons);
    assert!(text.len() < 30_000, "{}", text.len());
    let outside = common::outside_of_marks(&text);
    assert!(
        !outside.contains("xxx") && !outside.contains("</data-0>") && !outside.contains("z\nz")
    );
    assert!(outside.contains("more of these"), "{outside}");
}

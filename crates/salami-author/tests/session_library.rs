//! What the library has is used, judged at each use, mended, or taken out of use.

mod common;

use common::{GOOD, Run, Say, TRADES, block, cache_only, csv, judged_task, options, run_in, said};
use salami_author::library::{Entry, Library, MemoryLibrary, Origin, RunFilter, Status};
use salami_author::record::{Ending, FailureKind, From, Purpose};
use salami_author::session::{Mode, SessionOptions};
use salami_author::task::Task;

/// A sibling of [`TRADES`], with other values.
const SIBLING: &str = "symbol,shares,price\nSAP,100,9.75\nBMW,3,80.5\n";
/// A sibling on which [`GOOD`] fails: it has a blank number.
const ODD: &str = "symbol,shares,price\nSAP,100,9.75\nBMW,,80.5\n";
/// Others on which it fails.
fn odd(number: u32) -> String {
    format!("symbol,shares,price\nSAP,{number},9.75\nBMW,,80.5\n")
}

/// [`GOOD`], mended for that.
const PATCH: &str =
    "<<<<<<< SEARCH\n        if row:\n=======\n        if row and row[1]:\n>>>>>>> REPLACE";

/// A library in which `GOOD` was accepted for the shape of [`TRADES`].
fn library(task: &Task) -> MemoryLibrary {
    let mut library = MemoryLibrary::new();
    let run = run_in(
        task,
        Some(&csv(TRADES)),
        &options(),
        &mut library,
        vec![block(GOOD).into()],
    );
    assert_eq!(run.value(), 22);
    library
}

fn only(library: &mut MemoryLibrary) -> Entry {
    let mut entries = library.entries(None).expect("entries");
    assert_eq!(entries.len(), 1);
    entries.remove(0)
}

/// A use that may ask nobody.
fn use_it(task: &Task, text: &str, options: &SessionOptions, library: &mut MemoryLibrary) -> Run {
    let run = run_in(
        task,
        Some(&csv(text)),
        options,
        library,
        vec![Say::Endless("nobody asked ")],
    );
    assert!(run.asked.is_empty(), "a model was asked");
    run
}

#[test]
fn a_sibling_needs_no_model() {
    let task = judged_task();
    let mut library = library(&task);
    for options in [options(), cache_only()] {
        let run = use_it(&task, SIBLING, &options, &mut library);
        assert_eq!(run.value(), 103);
        assert!(matches!(
            run.outcome.record.ending,
            Ending::Accepted {
                from: From::Library,
                version: 1
            }
        ));
        assert!(run.outcome.record.reuse.is_some());
        assert!(run.events.contains(&"Hit".to_owned()), "{:?}", run.events);
        assert_eq!(run.outcome.record.tokens.total(), 0);
    }
    let entry = only(&mut library);
    assert_eq!(
        (entry.uses, entry.findings, entry.status),
        (2, 0, Status::Candidate)
    );
    assert_eq!(entry.versions[0].origin, Origin::Written);
    assert_eq!(entry.versions[0].model.as_deref(), Some("a-model"));
    let kept = library
        .task(&entry.task_hash)
        .expect("a library")
        .expect("its task");
    assert_eq!(kept.to_json(), task.to_json());
}

#[test]
fn what_is_used_often_is_promoted() {
    let task = judged_task();
    let mut library = library(&task);
    let options = SessionOptions {
        promote_after: 3,
        ..options()
    };
    for (number, status) in [
        (1, Status::Candidate),
        (2, Status::Candidate),
        (3, Status::Promoted),
        (4, Status::Promoted),
    ] {
        let run = use_it(&task, SIBLING, &options, &mut library);
        let accepted = run.outcome.result.expect("accepted");
        assert_eq!(
            (accepted.entry.uses, accepted.entry.status),
            (number, status)
        );
    }
}

#[test]
fn cache_only_asks_nobody() {
    let task = judged_task();
    let mut empty = MemoryLibrary::new();
    let run = use_it(&task, TRADES, &cache_only(), &mut empty);
    let (kind, sentence) = run.failure();
    assert_eq!(kind, FailureKind::NotInLibrary);
    assert!(sentence.contains("no program for this task"), "{sentence}");

    let mut library = library(&task);
    // The first failure costs this input only.
    let run = use_it(&task, ODD, &cache_only(), &mut library);
    assert_eq!(run.failure().0, FailureKind::Quarantined);
    assert_eq!(only(&mut library).status, Status::Candidate);
    let run = use_it(&task, &odd(2), &cache_only(), &mut library);
    assert_eq!(run.failure().0, FailureKind::Quarantined);
    assert!(
        run.events.contains(&"Quarantined".to_owned()),
        "{:?}",
        run.events
    );
    let entry = only(&mut library);
    assert_eq!((entry.status, entry.findings), (Status::Quarantined, 2));
    // It is not used any more, not even where it would be right.
    let run = use_it(&task, SIBLING, &cache_only(), &mut library);
    assert_eq!(run.failure().0, FailureKind::Quarantined);
}

#[test]
fn one_odd_file_costs_no_program_that_was_right_for_many() {
    let task = judged_task();
    let mut library = library(&task);
    for _ in 0..5 {
        assert_eq!(
            use_it(&task, SIBLING, &cache_only(), &mut library).value(),
            103
        );
    }
    let run = use_it(&task, ODD, &cache_only(), &mut library);
    let (kind, sentence) = run.failure();
    assert_eq!(kind, FailureKind::Quarantined);
    assert!(sentence.contains("stays in use"), "{sentence}");
    assert!(
        !run.events.contains(&"Quarantined".to_owned()),
        "{:?}",
        run.events
    );
    assert_eq!(
        use_it(&task, SIBLING, &cache_only(), &mut library).value(),
        103
    );
    // It was right for six: the seventh that it fails for is one too many.
    for number in 2..=7 {
        assert_ne!(only(&mut library).status, Status::Quarantined);
        let run = use_it(&task, &odd(number), &cache_only(), &mut library);
        let is_over = run.failure().1.contains("not used any more");
        assert_eq!(is_over, number == 7, "{}", run.failure().1);
    }
    assert_eq!(only(&mut library).status, Status::Quarantined);
}

#[test]
fn a_failing_hit_is_mended_by_a_change() {
    let task = judged_task();
    let mut library = library(&task);
    let run = run_in(
        &task,
        Some(&csv(ODD)),
        &options(),
        &mut library,
        vec![PATCH.into()],
    );
    assert_eq!(run.value(), 100);
    assert_eq!(run.asked.len(), 1);
    let asked = said(&run.asked[0]);
    assert!(
        asked.contains(GOOD.trim()),
        "the program is shown:\n{asked}"
    );
    assert!(
        asked.contains("ValueError"),
        "what failed is shown:\n{asked}"
    );
    assert_eq!(run.outcome.record.attempts[0].purpose, Purpose::Repair);
    assert!(matches!(
        run.outcome.record.ending,
        Ending::Accepted {
            from: From::Repair,
            version: 2
        }
    ));
    let entry = only(&mut library);
    let versions: Vec<(u32, Origin)> = entry
        .versions
        .iter()
        .map(|version| (version.number, version.origin))
        .collect();
    assert_eq!(versions, [(1, Origin::Written), (2, Origin::Repaired)]);
    assert_eq!(
        (entry.status, entry.uses, entry.findings),
        (Status::Candidate, 0, 0)
    );
    assert!(!entry.versions[1].why.is_empty());
    // The siblings of both kinds are served now.
    assert_eq!(use_it(&task, ODD, &options(), &mut library).value(), 100);
    assert_eq!(use_it(&task, TRADES, &options(), &mut library).value(), 22);
}

#[test]
fn an_earlier_version_serves_what_a_later_one_broke() {
    let task = judged_task();
    let mut library = library(&task);
    // Mended for one input so that it fails for the others; the case does not see it.
    let broken = "def main(text: str) -> int:\n    lines = text.splitlines()\n    if len(lines) > 3:\n        raise ValueError('two rows are wanted')\n    return sum(int(line.split(',')[1] or '0') for line in lines[1:])\n";
    let run = run_in(
        &task,
        Some(&csv(ODD)),
        &options(),
        &mut library,
        vec![block(broken).into()],
    );
    assert_eq!(run.value(), 100);
    assert_eq!(only(&mut library).versions.len(), 2);
    for _ in 0..3 {
        let run = use_it(&task, TRADES, &cache_only(), &mut library);
        assert_eq!(run.value(), 22);
        assert!(matches!(
            run.outcome.record.ending,
            Ending::Accepted {
                from: From::Library,
                version: 1
            }
        ));
        assert_eq!(run.outcome.result.expect("accepted").code, GOOD);
        let run = use_it(&task, ODD, &cache_only(), &mut library);
        assert_eq!(run.value(), 100);
        assert!(matches!(
            run.outcome.record.ending,
            Ending::Accepted {
                from: From::Library,
                version: 2
            }
        ));
    }
    assert_eq!(only(&mut library).findings, 0);
}

#[test]
fn a_change_that_has_no_place_gets_another_try() {
    let task = judged_task();
    let mut library = library(&task);
    let says = vec![PATCH.replace("if row:", "if rows:").into(), PATCH.into()];
    let run = run_in(&task, Some(&csv(ODD)), &options(), &mut library, says);
    assert_eq!(run.value(), 100);
    assert!(
        said(&run.asked[1]).contains("letter by letter"),
        "{}",
        said(&run.asked[1])
    );
}

#[test]
fn what_cannot_be_mended_is_quarantined_and_mended_later() {
    let task = judged_task();
    let mut library = library(&task);
    let run = run_in(
        &task,
        Some(&csv(ODD)),
        &options(),
        &mut library,
        texts(&["no idea"]),
    );
    assert_eq!(run.failure().0, FailureKind::Attempts);
    assert!(
        run.events.contains(&"Quarantined".to_owned()),
        "{:?}",
        run.events
    );
    assert_eq!(only(&mut library).status, Status::Quarantined);
    // The same input: it is mended. Another one that it would do: it is written anew.
    let mut copy = library.clone();
    let run = run_in(
        &task,
        Some(&csv(ODD)),
        &options(),
        &mut library,
        vec![PATCH.into()],
    );
    assert_eq!(run.value(), 100);
    assert_eq!(only(&mut library).status, Status::Candidate);
    let other = GOOD.replace("if row:", "if len(row) > 1:");
    let run = run_in(
        &task,
        Some(&csv(SIBLING)),
        &options(),
        &mut copy,
        vec![block(&other).into()],
    );
    assert_eq!(run.value(), 103);
    assert_eq!(run.outcome.record.attempts[0].purpose, Purpose::Write);
    assert_eq!(only(&mut copy).versions.len(), 2);
}

#[test]
fn a_quarantined_program_does_not_come_back_as_it_is() {
    let task = judged_task();
    let mut library = library(&task);
    let key = only(&mut library).key;
    assert_eq!(library.set_status(&key, Status::Quarantined), Ok(true));
    let other = GOOD.replace("if row:", "if len(row) > 1:");
    let says = vec![block(GOOD).into(), block(&other).into()];
    let run = run_in(&task, Some(&csv(SIBLING)), &options(), &mut library, says);
    assert_eq!(run.value(), 103);
    assert!(
        said(&run.asked[1]).contains("taken out of use"),
        "{}",
        said(&run.asked[1])
    );
    assert!(!run.events.contains(&"Hit".to_owned()), "{:?}", run.events);
    let entry = only(&mut library);
    assert_eq!((entry.status, entry.versions.len()), (Status::Candidate, 2));
}

fn texts(texts: &[&str]) -> Vec<Say> {
    texts.iter().map(|text| Say::from(*text)).collect()
}

#[test]
fn an_input_that_is_to_blame_costs_no_program() {
    let task = judged_task();
    let mut library = library(&task);
    let says = texts(&["CANNOT: Nobody filled in how many BMW were bought."]);
    let run = run_in(&task, Some(&csv(ODD)), &options(), &mut library, says);
    assert_eq!(run.failure().0, FailureKind::Input);
    assert_eq!(only(&mut library).status, Status::Candidate);
    assert_eq!(
        use_it(&task, SIBLING, &options(), &mut library).value(),
        103
    );
}

#[test]
fn an_interruption_costs_no_program() {
    let task = judged_task();
    let mut library = library(&task);
    let options = SessionOptions {
        interrupt: Some(salami_program::Interrupt::default()),
        ..options()
    };
    let run = run_in(
        &task,
        Some(&csv(ODD)),
        &options,
        &mut library,
        vec![Say::Interrupted],
    );
    assert_eq!(run.failure().0, FailureKind::Interrupted);
    assert_eq!(only(&mut library).status, Status::Candidate);
}

#[test]
fn what_is_pinned_is_never_replaced() {
    let task = judged_task();
    let mut library = library(&task);
    let key = only(&mut library).key;
    assert_eq!(library.set_status(&key, Status::Pinned), Ok(true));
    let run = use_it(&task, ODD, &options(), &mut library);
    let (kind, sentence) = run.failure();
    assert_eq!(kind, FailureKind::Quarantined);
    assert!(sentence.contains("pinned"), "{sentence}");
    let fresh = SessionOptions {
        mode: Mode::Fresh,
        ..options()
    };
    let other = GOOD.replace("if row:", "if len(row) > 1:");
    let run = run_in(
        &task,
        Some(&csv(TRADES)),
        &fresh,
        &mut library,
        vec![block(&other).into()],
    );
    assert_eq!(run.value(), 22);
    let entry = only(&mut library);
    assert_eq!((entry.status, entry.versions.len()), (Status::Pinned, 1));
    assert_eq!(entry.versions[0].code, GOOD);
}

#[test]
fn fresh_replaces_what_is_there_and_keeps_its_history() {
    let task = judged_task();
    let mut library = library(&task);
    let fresh = SessionOptions {
        mode: Mode::Fresh,
        ..options()
    };
    let other = GOOD.replace("if row:", "if len(row) > 1:");
    let run = run_in(
        &task,
        Some(&csv(TRADES)),
        &fresh,
        &mut library,
        vec![block(&other).into()],
    );
    assert_eq!(run.value(), 22);
    let entry = only(&mut library);
    assert_eq!(entry.versions.len(), 2);
    assert_eq!(
        entry.current().map(|version| version.code.as_str()),
        Some(other.as_str())
    );
}

#[test]
fn new_judges_judge_old_programs() {
    let task = judged_task();
    let mut library = library(&task);
    let judges = serde_json::json!([{"kind": "invariant", "name": "few", "code": "output <= 50"}]);
    let strict = Task {
        judges: serde_json::from_value(judges).expect("judges"),
        ..task.clone()
    };
    let run = use_it(&strict, SIBLING, &cache_only(), &mut library);
    assert_eq!(run.failure().0, FailureKind::Quarantined);
}

#[test]
fn each_run_is_kept_also_one_that_was_killed() {
    let task = judged_task();
    let mut library = library(&task);
    use_it(&task, SIBLING, &options(), &mut library);
    // A panic while the model writes is the end of a process.
    let killed = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        run_in(
            &task,
            Some(&csv("day,number\n2024-01-01,5\n")),
            &options(),
            &mut library,
            vec![Say::Interrupted],
        )
    }));
    assert!(killed.is_err());
    let filter = RunFilter {
        limit: 10,
        ..RunFilter::default()
    };
    let endings: Vec<bool> = library
        .runs(&filter)
        .expect("runs")
        .iter()
        .map(|run| {
            matches!(
                &run.ending,
                Ending::Failed {
                    kind: FailureKind::Interrupted,
                    ..
                }
            )
        })
        .collect();
    assert_eq!(
        endings
            .iter()
            .filter(|is_interrupted| **is_interrupted)
            .count(),
        1
    );
    assert_eq!(endings.len(), 3);
}

#[test]
fn a_refused_input_is_a_run_too() {
    use salami_author::session::{RefusedInput, refused};
    let mut library = MemoryLibrary::new();
    let input = RefusedInput {
        name: Some("photo.jpg"),
        size: 12,
        sentence: "This is a picture, and no text.",
    };
    let outcome = refused(&judged_task(), &input, &mut library, 5);
    assert_eq!(
        outcome.result.expect_err("refused").kind,
        FailureKind::Input
    );
    let run = library
        .run(&outcome.record.id)
        .expect("a library")
        .expect("the run");
    assert_eq!(run.input.name.as_deref(), Some("photo.jpg"));
    assert!(matches!(
        run.ending,
        Ending::Failed {
            kind: FailureKind::Input,
            ..
        }
    ));
}

#[test]
fn one_odd_file_takes_nothing_from_others() {
    let task = judged_task();
    // However often it is sent, and whether a model was asked to mend it or not.
    for options in [options(), cache_only()] {
        let mut library = library(&task);
        for shares in 1..=3 {
            let text = format!("symbol,shares,price\nSAP,{shares},9.75\n");
            assert_eq!(use_it(&task, &text, &options, &mut library).value(), shares);
        }
        for _ in 0..4 {
            let says = texts(&["no idea"]);
            let run = run_in(&task, Some(&csv(ODD)), &options, &mut library, says);
            assert!(run.outcome.result.is_err());
        }
        let entry = only(&mut library);
        assert_eq!((entry.status, entry.findings), (Status::Candidate, 1));
        assert_eq!(use_it(&task, SIBLING, &options, &mut library).value(), 103);
    }
}

//! A program with something odd in its result: who wrote it looks again, once.

mod common;

use common::{Run, Say, TRADES, block, cache_only, csv, options, outside_of_marks, run_in, said};
use salami_author::judge::{Finding, RowAccounting, Severity};
use salami_author::library::{Library, MemoryLibrary, Status};
use salami_author::output::Output;
use salami_author::record::{From, Purpose};
use salami_author::session::SessionOptions;
use salami_author::task::Task;
use salami_process::model::{ModelErrorKind, Stop};

fn task() -> Task {
    Task {
        rows: RowAccounting::Off,
        ..Task::new(
            "trades",
            "Read the trades.",
            Output::from_python("list[dict[str, str | float | None]]").expect("a type"),
        )
    }
}

/// A program whose prices are what `price` says of `row`.
fn program(price: &str) -> String {
    format!(
        "import csv\nimport io\n\n\ndef main(text: str):\n    result = []\n    for row in csv.DictReader(io.StringIO(text)):\n        result.append({{\"symbol\": row[\"symbol\"], \"price\": {price}}})\n    return result\n"
    )
}

fn good() -> String {
    block(&program("float(row[\"price\"])"))
}

/// Prices in cents.
fn odd() -> String {
    block(&program("float(row[\"price\"]) * 100"))
}

fn wrong() -> String {
    block(&program("float(row[\"prize\"])"))
}

fn with(options: SessionOptions, says: Vec<Say>) -> Run {
    let mut library = MemoryLibrary::new();
    run_in(&task(), Some(&csv(TRADES)), &options, &mut library, says)
}

fn session(says: Vec<Say>) -> Run {
    with(options(), says)
}

/// The doubts of an accepted result, all of them notes.
fn doubts(run: &Run) -> Vec<Finding> {
    let accepted = match &run.outcome.result {
        Ok(accepted) => accepted,
        Err(failure) => panic!("{}", failure.sentence),
    };
    assert!(accepted.report.accepts());
    assert_eq!(accepted.report.doubts().count(), 0);
    accepted.report.doubtful().cloned().collect()
}

fn is_in_cents(run: &Run) -> bool {
    run.value()[0]["price"] == 150.0
}

#[test]
fn what_is_not_odd_costs_no_question() {
    let run = session(vec![good().into()]);
    assert_eq!(run.asked.len(), 1);
    assert!(doubts(&run).is_empty());
    assert!(!run.events.contains(&"Settled".to_owned()));
}

#[test]
fn a_model_may_stand_by_its_program() {
    let run = session(vec![
        odd().into(),
        "KEEP\nThe host of this wants whole numbers.".into(),
    ]);
    assert!(is_in_cents(&run));
    assert_eq!(run.asked.len(), 2);
    let asked = said(&run.asked[1]);
    assert!(
        asked.contains("KEEP") && asked.contains("doubt.scale"),
        "{asked}"
    );
    assert!(
        asked.contains("AAPL") && !outside_of_marks(asked).contains("AAPL"),
        "{asked}"
    );
    let found = doubts(&run);
    assert_eq!(
        found[0].upheld.as_deref(),
        Some("The host of this wants whole numbers.")
    );
    assert_eq!(found[0].severity, Severity::Note);
    let record = &run.outcome.record;
    assert_eq!(record.attempts[1].purpose, Purpose::Look);
    let first = record.attempts[0].report.as_ref().expect("it was judged");
    assert_eq!(first.doubts().count(), 1);
    assert!(run.events.contains(&"Settled".to_owned()));
}

#[test]
fn the_word_may_be_written_in_many_ways() {
    for (answer, why) in [
        ("KEEP", ""),
        ("KEEP.", ""),
        (
            "**KEEP**\n\nIt is what was asked for.",
            "It is what was asked for.",
        ),
        ("```\nKEEP\n```", ""),
        ("KEEP: cents are wanted here", "cents are wanted here."),
        ("Keep\nBecause of the host.", "Because of the host."),
        (
            "<think>Is it right?</think>KEEP — it is as it should be",
            "it is as it should be.",
        ),
    ] {
        let run = session(vec![odd().into(), answer.into()]);
        assert!(is_in_cents(&run), "{answer}");
        assert_eq!(doubts(&run)[0].upheld.as_deref(), Some(why), "{answer}");
    }
}

#[test]
fn an_answer_without_use_keeps_the_program_without_a_reason() {
    for answer in [
        Say::from(""),
        Say::from("Let me think about it."),
        Say::from("Keep in mind that prices are numbers."),
        Say::from("CANNOT: there are no prices in this file."),
        Say::from(odd()),
        Say::Ends(Stop::Refused, String::new()),
        Say::Ends(
            Stop::Length,
            "```python\ndef main(text: str):\n    result = [".to_owned(),
        ),
        // The words of the input are no reason.
        Say::from("KEEP\nAAPL,10,1.5 MSFT,5,2.0 IBM,7,3.25"),
    ] {
        let run = session(vec![odd().into(), answer.clone()]);
        assert!(is_in_cents(&run), "{answer:?}");
        assert_eq!(run.asked.len(), 2, "{answer:?}");
        assert_eq!(doubts(&run)[0].upheld.as_deref(), Some(""), "{answer:?}");
    }
}

#[test]
fn a_changed_program_takes_its_place() {
    let run = session(vec![odd().into(), good().into()]);
    assert_eq!(run.value()[0]["price"], 1.5);
    assert!(doubts(&run).is_empty());
    // One that is odd in another way is not asked about again.
    let other = block(&program("float(row[\"price\"]) * 1000"));
    let run = session(vec![odd().into(), other.into(), "KEEP".into()]);
    assert_eq!(
        (run.asked.len(), &run.value()[0]["price"]),
        (2, &1500.0.into())
    );
    assert_eq!(doubts(&run)[0].upheld, None);
}

#[test]
fn a_changed_program_that_fails_is_mended() {
    let run = session(vec![odd().into(), wrong().into(), good().into()]);
    assert_eq!(run.value()[0]["price"], 1.5);
    assert_eq!(run.asked.len(), 3);
    assert_eq!(run.outcome.record.attempts[2].purpose, Purpose::Mend);
    // Back to the first one: that is to stand by it.
    let run = session(vec![odd().into(), wrong().into(), odd().into()]);
    assert!(is_in_cents(&run));
    assert_eq!(doubts(&run)[0].upheld.as_deref(), Some(""));
}

#[test]
fn doubts_never_cost_a_result() {
    let attempts = |attempts| SessionOptions {
        attempts,
        explains: true,
        ..options()
    };
    // No attempt is left to look again, or none after that.
    let run = with(attempts(1), vec![odd().into(), good().into()]);
    assert!(is_in_cents(&run));
    assert_eq!(run.asked.len(), 1);
    assert_eq!(doubts(&run)[0].upheld, None);
    let run = with(attempts(3), vec![odd().into(), wrong().into(), "no".into()]);
    assert!(is_in_cents(&run));
    assert_eq!(run.asked.len(), 3);
    // The model cannot be asked, or writes without end.
    for answer in [
        Say::Error(ModelErrorKind::Busy, "busy"),
        Say::Endless("well "),
        Say::Slow(400_000_000, "KEEP".to_owned()),
    ] {
        let run = session(vec![odd().into(), answer.clone()]);
        assert!(is_in_cents(&run), "{answer:?}");
    }
    // The tokens are used up.
    let first = session(vec![odd().into(), "KEEP".into()]);
    let tokens = first.outcome.record.attempts[0].tokens.total() + 300;
    let few = SessionOptions {
        tokens: tokens * 2,
        ..options()
    };
    let run = with(few, vec![odd().into(), wrong().into(), wrong().into()]);
    assert!(is_in_cents(&run));
}

#[test]
fn what_is_replayed_must_be_recorded() {
    let unrecorded = Say::Error(ModelErrorKind::Unrecorded, "it was not recorded");
    let run = session(vec![odd().into(), unrecorded]);
    assert!(run.outcome.result.is_err());
}

#[test]
fn a_second_program_needs_its_attempt_more() {
    let judges = serde_json::json!([{"kind": "agreement"}]);
    let task = Task {
        judges: serde_json::from_value(judges).expect("judges"),
        ..task()
    };
    let two = SessionOptions {
        attempts: 2,
        ..options()
    };
    let mut library = MemoryLibrary::new();
    let says = vec![odd().into(), odd().into()];
    let run = run_in(&task, Some(&csv(TRADES)), &two, &mut library, says);
    assert!(is_in_cents(&run));
    // Whoever keeps its program has not used one up.
    let three = SessionOptions {
        attempts: 3,
        ..options()
    };
    let mut library = MemoryLibrary::new();
    let says = vec![odd().into(), "KEEP".into(), odd().into()];
    let run = run_in(&task, Some(&csv(TRADES)), &three, &mut library, says);
    assert!(is_in_cents(&run));
    assert_eq!(run.outcome.record.attempts[2].purpose, Purpose::Second);
}

const OTHER: &str = "symbol,shares,price\nKO,4,7.5\nPEP,2,1.25\nDIS,9,4.5\nXOM,1,9.75\n";

#[test]
fn known_doubts_are_told_once() {
    let mut library = MemoryLibrary::new();
    let says = vec![odd().into(), "KEEP\nCents are what the host wants.".into()];
    run_in(&task(), Some(&csv(TRADES)), &options(), &mut library, says);
    for options in [options(), cache_only()] {
        let run = run_in(
            &task(),
            Some(&csv(OTHER)),
            &options,
            &mut library,
            vec!["no".into()],
        );
        assert_eq!(
            (run.asked.len(), &run.value()[0]["price"]),
            (0, &750.0.into())
        );
        // The reason of that day stands there.
        let found = doubts(&run);
        assert_eq!(
            found[0].upheld.as_deref(),
            Some("Cents are what the host wants.")
        );
        assert!(
            !run.events.contains(&"Settled".to_owned()),
            "{:?}",
            run.events
        );
    }
}

/// Prices are found where shares are above a number only.
fn at_times() -> String {
    block(&program(
        "float(row[\"price\"]) if int(row[\"shares\"]) > 4 else None",
    ))
}

const FEW: &str = "symbol,shares,price\nKO,4,7.5\nPEP,2,1.25\nDIS,3,4.5\nXOM,1,9.75\n";

#[test]
fn new_doubts_of_a_program_of_the_library_are_told() {
    // Cents for large prices only.
    let code = block(&program(
        "float(row[\"price\"]) * (100 if text.count(\"\\n\") > 4 else 1)",
    ));
    let mut library = MemoryLibrary::new();
    run_in(
        &task(),
        Some(&csv(TRADES)),
        &options(),
        &mut library,
        vec![code.into()],
    );
    let run = run_in(
        &task(),
        Some(&csv(OTHER)),
        &options(),
        &mut library,
        vec!["no".into()],
    );
    assert_eq!(
        (run.asked.len(), &run.value()[0]["price"]),
        (0, &750.0.into())
    );
    assert_eq!(doubts(&run)[0].code, "doubt.scale");
    assert!(
        run.events.contains(&"Settled".to_owned()),
        "{:?}",
        run.events
    );
}

#[test]
fn a_field_that_lost_its_values_is_asked_about_once() {
    let known = || {
        let mut library = MemoryLibrary::new();
        let says = vec![at_times().into()];
        let run = run_in(&task(), Some(&csv(TRADES)), &options(), &mut library, says);
        assert_eq!(run.asked.len(), 1);
        library
    };
    let hit = |library: &mut MemoryLibrary, options: &SessionOptions, says: Vec<Say>| {
        run_in(&task(), Some(&csv(FEW)), options, library, says)
    };
    // It is mended.
    let mut library = known();
    let run = hit(&mut library, &options(), vec![good().into()]);
    assert_eq!(run.value()[0]["price"], 7.5);
    assert_eq!(run.outcome.record.attempts[0].purpose, Purpose::Look);
    let accepted = run.outcome.result.expect("it is accepted");
    assert_eq!(accepted.from, From::Repair);
    assert_eq!(accepted.entry.versions.len(), 2);
    // The model stands by it: nobody is asked again.
    let mut library = known();
    let run = hit(
        &mut library,
        &options(),
        vec!["KEEP\nThere is none.".into()],
    );
    assert_eq!(
        (run.asked.len(), &run.value()[0]["price"]),
        (1, &serde_json::Value::Null)
    );
    let accepted = run.outcome.result.expect("it is accepted");
    assert_eq!(accepted.from, From::Library);
    let run = hit(&mut library, &options(), vec!["no".into()]);
    assert_eq!(run.asked.len(), 0);
    assert_eq!(doubts(&run)[0].upheld.as_deref(), Some("There is none."));
    // Nobody may be asked, or somebody said that it is the one.
    let mut library = known();
    let run = hit(&mut library, &cache_only(), vec!["no".into()]);
    assert_eq!((run.asked.len(), doubts(&run).len()), (0, 1));
    let key = run.outcome.result.expect("it is accepted").entry.key;
    library
        .set_status(&key, Status::Pinned)
        .expect("it is there");
    let run = hit(&mut library, &options(), vec!["no".into()]);
    assert_eq!((run.asked.len(), doubts(&run).len()), (0, 1));
    // The model cannot be asked: what is there is used.
    let mut library = known();
    let busy = Say::Error(ModelErrorKind::Busy, "busy");
    let run = hit(&mut library, &options(), vec![busy]);
    assert_eq!(doubts(&run).len(), 1);
    assert_eq!(
        run.outcome.result.expect("it is accepted").from,
        From::Library
    );
}

const SIDES: &str =
    "symbol,side,shares\nAAPL,BUY,10\nMSFT,SELL,4\nKO,BUY,5\nDIS,BUY,7\nXOM,SELL,2\nPEP,BUY,3\n";

/// A program that takes for a purchase what is no sale.
fn sides() -> String {
    block(
        "import csv\nimport io\n\n\ndef main(text: str):\n    result = []\n    for row in csv.DictReader(io.StringIO(text)):\n        shares = int(row[\"shares\"])\n        if row[\"side\"] == \"SELL\":\n            shares = -shares\n        result.append({\"symbol\": row[\"symbol\"], \"shares\": shares})\n    return result\n",
    )
}

fn sides_of(words: &[&str]) -> String {
    let rows = words.iter().enumerate();
    let rows = rows.map(|(number, word)| format!("S{number},{word},{}\n", number + 1));
    format!("symbol,side,shares\n{}", rows.collect::<String>())
}

#[test]
fn words_that_are_new_to_a_program_that_tells_words_apart_are_asked_about_once() {
    let mut library = MemoryLibrary::new();
    // What the signs of sales are is the task's.
    let task = Task {
        text: "Read the trades: symbol, shares, negative for a sale.".to_owned(),
        ..task()
    };
    let says = vec![sides().into()];
    let run = run_in(&task, Some(&csv(SIDES)), &options(), &mut library, says);
    assert_eq!(run.asked.len(), 1, "{:?}", run.asked);
    let mut hit = |words: &[&str], options: &SessionOptions, says: Vec<Say>| {
        run_in(
            &task,
            Some(&csv(&sides_of(words))),
            options,
            &mut library,
            says,
        )
    };
    // No new ones.
    let known = ["BUY", "SELL", "BUY", "SELL"];
    let run = hit(&known, &options(), vec!["no".into()]);
    assert!(run.asked.is_empty() && doubts(&run).is_empty());
    // Nobody may be asked.
    let new = ["BUY", "SHORT", "BUY", "SELL"];
    let run = hit(&new, &cache_only(), vec!["no".into()]);
    let found = doubts(&run);
    assert_eq!((run.asked.len(), found.len()), (0, 1));
    assert_eq!(
        (found[0].code.as_str(), found[0].rows[0].number),
        ("doubt.words", 3)
    );
    let run = hit(&new, &options(), vec!["KEEP\nIt is a purchase.".into()]);
    assert_eq!(run.asked.len(), 1);
    let asked = said(&run.asked[0]);
    assert!(
        asked.contains("SHORT") && !outside_of_marks(asked).contains("SHORT"),
        "{asked}"
    );
    // The word is known from now on, and others are not.
    let run = hit(&new, &options(), vec!["no".into()]);
    assert!(run.asked.is_empty() && doubts(&run).is_empty());
    let run = hit(&["BUY", "SPLIT", "SHORT"], &options(), vec!["KEEP".into()]);
    assert_eq!(run.asked.len(), 1);
    let run = hit(
        &["BUY", "SPLIT", "SHORT", "SELL"],
        &options(),
        vec!["no".into()],
    );
    assert!(run.asked.is_empty());
}

#[test]
fn words_are_no_matter_to_a_program_that_does_not_tell_them_apart() {
    let mut library = MemoryLibrary::new();
    let code = block(
        "import csv\nimport io\n\n\ndef main(text: str):\n    rows = csv.DictReader(io.StringIO(text))\n    return [{\"symbol\": row[\"symbol\"], \"side\": row[\"side\"] if row[\"side\"] != \"n/a\" else None} for row in rows]\n",
    );
    let first = sides_of(&["BUY", "n/a", "BUY", "SELL", "SELL", "n/a"]);
    let says = vec![code.into()];
    let run = run_in(&task(), Some(&csv(&first)), &options(), &mut library, says);
    assert_eq!(run.asked.len(), 1);
    let second = sides_of(&["SHORT", "n/a", "BUY"]);
    let says = vec!["no".into()];
    let run = run_in(&task(), Some(&csv(&second)), &options(), &mut library, says);
    assert!(run.asked.is_empty() && doubts(&run).is_empty());
}

#[test]
fn a_field_without_a_column_that_lost_its_values_is_asked_about() {
    let code = block(
        "import re\n\n\ndef main(text: str):\n    result = []\n    for line in text.splitlines()[1:]:\n        found = re.match(r\"([A-Z]+),(\\d+)\", line)\n        result.append({\"ticker\": found.group(1) if found else \"\", \"count\": 1})\n    return result\n",
    );
    let mut library = MemoryLibrary::new();
    let first = "symbol,shares\nAA,10\nBB,4\nCC,5\nDD,7\nEE,2\n";
    let run = run_in(
        &task(),
        Some(&csv(first)),
        &options(),
        &mut library,
        vec![code.into()],
    );
    assert_eq!(run.asked.len(), 1, "{:?}", run.events);
    let second = "symbol,shares\naa,10\nbb,4\ncc,5\ndd,7\nee,2\n";
    let says = vec!["KEEP".into()];
    let run = run_in(&task(), Some(&csv(second)), &options(), &mut library, says);
    assert_eq!(run.asked.len(), 1);
    assert_eq!(doubts(&run)[0].code, "doubt.emptied");
}

//! Suites: what their files say, how they are recorded and replayed, and how they fail.

use crate::support::*;

/// A suite with one case.
fn suite(place: &Place) -> String {
    let root = place.folder.path("suite");
    let case = format!("{root}/cases/fruit");
    std::fs::create_dir_all(&case).expect("folders");
    let manifest =
        "name = 'prices'\ntask = 'Read the prices: name and price.'\ntype = 'dict[str, float]'\n";
    std::fs::write(format!("{root}/suite.toml"), manifest).expect("a file");
    std::fs::write(format!("{case}/input.csv"), PRICES).expect("a file");
    let expected = "{\"apple\": 1.5, \"pear\": 2.25, \"plum\": 0.75}";
    std::fs::write(format!("{case}/expected.json"), expected).expect("a file");
    root
}

#[test]
fn a_suite_is_recorded_and_replayed() {
    let place = Place::saying("suite", &[RIGHT]);
    let root = suite(&place);
    let outcome = place.author(&["test", "suite"]);
    assert_eq!(outcome.status, Some(1), "{outcome:?}");
    assert!(
        outcome.output.contains("nothing is recorded"),
        "{outcome:?}"
    );
    assert_eq!(place.asked(), 0);
    let outcome = place.author(&["test", "suite", "--record"]);
    assert_eq!(outcome.status, Some(0), "{outcome:?}");
    assert_eq!(place.asked(), 1);
    let outcome = place.author(&["test", "suite", "--junit", "report.xml"]);
    assert_eq!(outcome.status, Some(0), "{outcome:?}");
    assert!(outcome.output.contains("1 case: 1 passed"), "{outcome:?}");
    assert_eq!(place.asked(), 1);
    let junit = std::fs::read_to_string(place.folder.path("report.xml")).expect("a report");
    assert!(junit.contains("tests=\"1\" failures=\"0\""), "{junit}");

    // Another result is expected: it fails, and says where.
    let expected = format!("{root}/cases/fruit/expected.json");
    std::fs::write(&expected, "{\"apple\": 1.5, \"pear\": 2, \"plum\": 0.75}").expect("a file");
    let outcome = place.author(&["test", "suite", "--junit", "report.xml"]);
    assert_eq!(outcome.status, Some(1), "{outcome:?}");
    assert!(outcome.output.contains(".pear"), "{outcome:?}");
    let junit = std::fs::read_to_string(place.folder.path("report.xml")).expect("a report");
    assert!(junit.contains("<failure message="), "{junit}");

    // Another task asks for something else: it was not recorded, and nobody is asked in its place.
    let manifest = format!("{root}/suite.toml");
    let text = std::fs::read_to_string(&manifest).expect("the suite");
    std::fs::write(&manifest, text.replace("Read", "List")).expect("a file");
    let outcome = place.author(&["test", "suite"]);
    assert_eq!(outcome.status, Some(1), "{outcome:?}");
    assert!(outcome.output.contains("record"), "{outcome:?}");
    assert_eq!(place.asked(), 1);
}

#[test]
fn models_are_compared() {
    let place = Place::saying("compare", &[RIGHT, WRONG, RIGHT]);
    suite(&place);
    let outcome = place.author(&["compare", "suite", "--model", "first", "--model", "second"]);
    assert_eq!(outcome.status, Some(0), "{outcome:?}");
    for wanted in [
        "first",
        "second",
        "1 (100 %)",
        "attempts per case",
        "1.00",
        "2.00",
    ] {
        assert!(
            outcome.output.contains(wanted),
            "{wanted}: {}",
            outcome.output
        );
    }
    let server = place.server.as_ref().expect("a server");
    let models: Vec<_> = server
        .requests()
        .iter()
        .map(|request| request.body["model"].clone())
        .collect();
    assert_eq!(models, ["first", "second", "second"]);
    let outcome = place.author(&["compare", "suite", "--model", "first"]);
    assert_eq!(outcome.status, Some(2), "{outcome:?}");
}

#[test]
fn prompts_are_compared() {
    let place = Place::saying("prompts", &[RIGHT, RIGHT]);
    suite(&place);
    place.folder.file("hints.txt", "Prices have two decimals.");
    let outcome = place.author(&[
        "compare",
        "suite",
        "--model",
        "one",
        "--extra-prompt",
        "none",
        "--extra-prompt",
        "hints.txt",
        "--format",
        "json",
    ]);
    let told = json(&outcome);
    assert_eq!(told["variants"][1]["name"], "one + hints.txt", "{told:#}");
    assert_eq!(told["variants"][1]["passed"], 1);
    let server = place.server.as_ref().expect("a server");
    let has_hint =
        |body: &serde_json::Value| body.to_string().contains("Prices have two decimals.");
    let hints: Vec<bool> = server
        .requests()
        .iter()
        .map(|request| has_hint(&request.body))
        .collect();
    assert_eq!(hints, [false, true]);
}

#[test]
fn what_is_wrong_with_a_suite_is_said() {
    let place = Place::alone("wrong-suite");
    let root = suite(&place);
    let manifest = format!("{root}/suite.toml");
    let case = format!("{root}/cases/fruit/case.toml");
    for (file, text, wanted) in [
        (&manifest, "task = 'x'", "`type` or `schema` is missing"),
        (&manifest, "type = 'str'", "`task` is missing"),
        (
            &manifest,
            "task = 'x'\ntype = 'str'\ntyp = 1",
            "there is no `typ`",
        ),
        (&manifest, "task = ", "line 1: "),
        (
            &manifest,
            "task = 'x'\ntype = 'str'\nrows = 'maybe'",
            "`rows` is auto, on or off",
        ),
        (&manifest, "task = 'x'\ntype = 'str'", ""),
        (&case, "fails = 'badly'", "`fails` is input"),
        (&case, "after = 'nothing'", "there is no case `nothing`"),
        (&case, "after = 'fruit'", "comes after itself"),
    ] {
        std::fs::write(file, text).expect("a file");
        let outcome = place.author(&["test", "suite"]);
        if !wanted.is_empty() {
            assert_eq!(outcome.status, Some(2), "{text}: {outcome:?}");
            assert!(outcome.errors.contains(wanted), "{text}: {outcome:?}");
        }
    }
    for (arguments, wanted) in [
        (&["test", "nowhere"][..], "there is no folder nowhere"),
        (&["test", "."][..], "there is no case `"),
    ] {
        let _ = wanted;
        let outcome = place.author(arguments);
        assert_eq!(outcome.status, Some(2), "{outcome:?}");
    }
    std::fs::remove_file(&case).expect("gone");
    let outcome = place.author(&["test", "suite", "--filter", "vegetables"]);
    assert_eq!(outcome.status, Some(2), "{outcome:?}");
    assert!(
        outcome.errors.contains("no case has `vegetables`"),
        "{outcome:?}"
    );
}

#[test]
fn a_cassette_of_a_run_is_replayed() {
    let place = Place::saying("cassette", &[WRONG, RIGHT]);
    let outcome = place.prices("prices.csv", &["--record", "a.cassette", "--fresh"]);
    assert_eq!(outcome.status, Some(0), "{outcome:?}");
    let alone = Place::alone("replay");
    let cassette = place.folder.path("a.cassette");
    let outcome = alone.prices("prices.csv", &["--replay", &cassette]);
    assert_eq!(outcome.status, Some(0), "{outcome:?}");
    assert!(outcome.errors.contains("2 attempts"), "{outcome:?}");
    // Of another input nothing was recorded.
    let other = ["--replay", &cassette, "--library", "other.db"];
    alone.folder.file(
        "other.csv",
        "id;label;when\n1;x;2024-01-01\n2;y;2024-01-02\n",
    );
    let outcome = alone.prices("other.csv", &other);
    assert_eq!(outcome.status, Some(5), "{outcome:?}");
    alone
        .folder
        .file("broken", "{\"this is\": \"no cassette\"}\n");
    let outcome = alone.prices("prices.csv", &["--replay", "broken"]);
    assert_eq!(outcome.status, Some(2), "{outcome:?}");
    assert!(outcome.errors.contains("broken: "), "{outcome:?}");
}

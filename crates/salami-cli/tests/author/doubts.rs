//! What is odd in a result: the model looks again, and what it says is told wherever runs are.

use crate::support::*;

/// Prices that are a thousandth of what the table says.
fn odd() -> String {
    let rows = "[Row(line[0], float(line[1]) / 1000) for line in lines[1:]]";
    right().replace("[Row(line[0], float(line[1])) for line in lines[1:]]", rows)
}

fn right() -> String {
    RIGHT
        .replace("dict[str, float]", "list[Row]")
        .replace(
            "@dataclass\nclass Answer",
            "@dataclass\nclass Row:\n    name: str\n    price: float\n\n\n@dataclass\nclass Answer",
        )
        .replace(
            "{line[0]: float(line[1]) for line in lines[1:]}",
            "[Row(line[0], float(line[1])) for line in lines[1:]]",
        )
}

const TYPE: &str = "@dataclass\nclass Row:\n    name: str\n    price: float\n\nlist[Row]\n";

fn transform(place: &Place, more: &[&str]) -> crate::common::Outcome {
    place.folder.file("row.py", TYPE);
    let arguments = [
        "transform",
        "--task",
        "Read the prices: name and price.",
        "--type",
        "@row.py",
        "--input",
        "prices.csv",
    ];
    place.author(&[&arguments[..], more].concat())
}

#[test]
fn a_doubt_is_told_and_stood_by() {
    let keep = "KEEP\nThe host wants them so.";
    let place = Place::saying("doubt-keep", &[&odd(), keep]);
    let outcome = transform(&place, &[]);
    assert_eq!(outcome.status, Some(0), "{outcome:?}");
    assert!(outcome.output.contains("0.0015"), "{outcome:?}");
    assert_eq!(place.asked(), 2);
    let errors = &outcome.errors;
    for told in [
        "doubt: rows: The field `price`",
        "attempt 2 of 5: a-model looks again",
        "in spite of one doubt",
        "The host wants them so.",
    ] {
        assert!(errors.contains(told), "{told}: {errors}");
    }
    // Nothing of the input is in the log.
    assert!(!errors.contains("apple"), "{errors}");

    let runs = json(&place.author(&["runs", "--format", "json"]));
    let id = runs["runs"][0]["run"]
        .as_str()
        .expect("a number")
        .to_owned();
    let shown = place.author(&["show", &id]);
    for told in [
        "(doubt)",
        "second look",
        "a model stands by it; in its words:",
    ] {
        assert!(shown.output.contains(told), "{told}: {shown:?}");
    }
    let shown = json(&place.author(&["show", &id, "--format", "json"]));
    let finding = &shown["report"]["findings"][0];
    assert_eq!(finding["severity"], "note", "{shown:#}");
    assert_eq!(finding["code"], "doubt.scale");
    assert_eq!(finding["upheld"], "The host wants them so.");
    let found = &shown["attempts"][0]["report"]["findings"][0];
    assert_eq!(found["severity"], "doubt", "{shown:#}");
    let sums = json(&place.author(&["statistics", "--format", "json"]));
    assert_eq!(sums["all"]["doubted"], 1, "{sums:#}");
    assert_eq!(sums["all"]["attempts"], 1, "{sums:#}");

    // It is known from then on.
    let again = transform(&place, &[]);
    assert_eq!((again.status, place.asked()), (Some(0), 2), "{again:?}");
    assert!(!again.errors.contains("doubt"), "{again:?}");
}

#[test]
fn a_program_that_is_changed_is_used() {
    let place = Place::saying("doubt-change", &[&odd(), &right()]);
    let outcome = transform(&place, &[]);
    assert_eq!((outcome.status, place.asked()), (Some(0), 2), "{outcome:?}");
    assert!(outcome.output.contains("2.25"), "{outcome:?}");
    assert!(!outcome.errors.contains("in spite of"), "{outcome:?}");
}

#[test]
fn nobody_may_be_left_to_look_again() {
    let place = Place::saying("doubt-alone", &[&odd()]);
    let outcome = transform(&place, &["--attempts", "1"]);
    assert_eq!((outcome.status, place.asked()), (Some(0), 1), "{outcome:?}");
    let errors = &outcome.errors;
    assert!(errors.contains("it is used with one doubt"), "{errors}");
}

#[test]
fn reports_of_suites_have_doubts() {
    let place = Place::saying("doubt-suite", &[&odd(), "KEEP\nThe host wants them so."]);
    let root = place.folder.path("suite");
    let case = format!("{root}/cases/fruit");
    std::fs::create_dir_all(&case).expect("folders");
    let manifest = "name = 'prices'\ntask = 'Read the prices: name and price.'\ntype = '@row.py'\n";
    std::fs::write(format!("{root}/suite.toml"), manifest).expect("a file");
    std::fs::write(format!("{root}/row.py"), TYPE).expect("a file");
    std::fs::write(format!("{case}/input.csv"), PRICES).expect("a file");
    let recorded = place.author(&["test", "suite", "--record"]);
    assert_eq!(recorded.status, Some(0), "{recorded:?}");
    let outcome = place.author(&["test", "suite", "--junit", "report.xml"]);
    assert_eq!((outcome.status, place.asked()), (Some(0), 2), "{outcome:?}");
    assert!(
        outcome.output.contains("doubt: [doubt.scale]"),
        "{outcome:?}"
    );
    let junit = std::fs::read_to_string(place.folder.path("report.xml")).expect("a report");
    assert!(junit.contains("<system-out>[doubt.scale]"), "{junit}");
    let report = json(&place.author(&["test", "suite", "--format", "json"]));
    let doubts = report["cases"][0]["doubts"].as_array().map(Vec::len);
    assert_eq!(doubts, Some(1), "{report:#}");
}

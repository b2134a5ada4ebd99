//! What a person sees: the result, the progress, runs, a run, statistics, shape, prompt, help.

use serde_json::json;

use crate::support::*;

#[test]
fn a_result_is_printed_and_all_else_is_told_beside_it() {
    let place = Place::saying("faces", &[WRONG, RIGHT]);
    let outcome = place.prices("prices.csv", &[]);
    assert_eq!(outcome.status, Some(0), "{outcome:?}");
    let result = json!({"apple": 1.5, "pear": 2.25, "plum": 0.75});
    assert_eq!(json(&outcome), result);
    for told in [
        "the library has no program for inputs of this shape",
        "attempt 1 of 5: a-model writes",
        "attempt 1: 1 finding",
        "attempt 2 of 5: a-model writes",
        "accepted: a program that a-model wrote, 2 attempts",
    ] {
        assert!(outcome.errors.contains(told), "{told}: {}", outcome.errors);
    }
    // Not in a terminal: no line that changes, and no row of the input.
    assert!(!outcome.errors.contains("plum"), "{:?}", outcome.errors);
    assert!(!outcome.errors.contains('\r'), "{:?}", outcome.errors);
    assert_eq!(place.asked(), 2);

    // The next input of the shape needs no model.
    let outcome = place.prices("more.csv", &["--format", "json", "--show-program"]);
    let told = json(&outcome);
    assert_eq!(told["status"], "accepted", "{told:#}");
    assert_eq!(told["from"], "library");
    assert_eq!(told["result"]["fig"], 4.0);
    assert_eq!(told["attempts"], 0);
    assert!(
        told["program"]
            .as_str()
            .is_some_and(|code| code.contains("def main"))
    );
    assert_eq!(place.asked(), 2);

    // Both runs are there.
    let runs = json(&place.author(&["runs", "--format", "json"]));
    let runs = runs["runs"].as_array().expect("runs").clone();
    assert_eq!(runs.len(), 2);
    assert_eq!(runs[0]["outcome"], "library");
    assert_eq!(runs[1]["outcome"], "model");
    let listed = place.author(&["runs"]);
    assert!(listed.output.contains("OUTCOME"), "{listed:?}");
    let id = runs[1]["run"].as_str().expect("a number");
    let shown = place.author(&["show", &id[..8], "--prompts"]);
    assert_eq!(shown.status, Some(0), "{shown:?}");
    for wanted in [
        "1. write",
        "2. mend",
        "accepted",
        "asked:",
        "Read the prices",
    ] {
        assert!(shown.output.contains(wanted), "{wanted}: {}", shown.output);
    }
    let told = json(&place.author(&["show", id, "--format", "json"]));
    assert_eq!(told["attempts"].as_array().map(Vec::len), Some(2));
    let code = place.author(&["show", id, "--code"]);
    assert!(code.output.starts_with("import csv"), "{code:?}");

    // They are counted.
    let told = json(&place.author(&["statistics", "--format", "json"]));
    assert_eq!(told["all"]["runs"], 2);
    assert_eq!(told["all"]["accepted"], 2);
    assert_eq!(told["all"]["hits"], 1);
    assert_eq!(told["all"]["attempts"], 2);
    let text = place.author(&["statistics", "--by", "model"]);
    assert!(text.output.contains("a-model"), "{text:?}");
    let text = place.author(&["statistics", "--format", "prometheus"]);
    let line = "salami_author_hits_total{task=\"read-the-prices-name-and-price\"} 1\n";
    assert!(text.output.contains(line), "{}", text.output);

    // And forgotten, when they are old.
    let told = json(&place.author(&["forget", "--older-than", "1d", "--format", "json"]));
    assert_eq!(told["forgotten"], 0);
    let none = place.author(&["show", "ffffffff"]);
    assert_eq!(none.status, Some(2));
    assert!(none.errors.contains("there is no run ffffffff"), "{none:?}");
}

#[test]
fn the_result_goes_to_a_file() {
    let place = Place::saying("output", &[RIGHT]);
    let outcome = place.prices("prices.csv", &["--output", "out.json", "--show-program"]);
    assert_eq!(
        (outcome.status, &*outcome.output),
        (Some(0), ""),
        "{outcome:?}"
    );
    assert!(
        outcome.errors.contains("    def main(text: str)"),
        "{outcome:?}"
    );
    let written = std::fs::read_to_string(place.folder.path("out.json")).expect("a result");
    assert!(written.contains("\"plum\": 0.75"), "{written}");
}

#[test]
fn the_shape_of_an_input_has_no_values() {
    let place = Place::alone("shape");
    let first = json(&place.author(&["shape", "prices.csv", "--format", "json"]));
    let second = json(&place.author(&["shape", "more.csv", "--format", "json"]));
    assert_eq!(first["hash"], second["hash"]);
    assert_eq!(first["format"], "csv");
    let shown = place.author(&["shape", "prices.csv"]);
    assert!(shown.output.contains("price"), "{shown:?}");
    assert!(!shown.output.contains("apple"), "{shown:?}");
}

#[test]
fn the_prompt_is_printed_and_nobody_is_asked() {
    let place = Place::saying("prompt", &[]);
    let mut arguments = transform("prices.csv");
    arguments[0] = "prompt";
    let outcome = place.author(&arguments);
    assert_eq!(outcome.status, Some(0), "{outcome:?}");
    for wanted in ["Read the prices", "apple,1.5", "dict[str, float]", "<data-"] {
        assert!(
            outcome.output.contains(wanted),
            "{wanted}: {}",
            outcome.output
        );
    }
    let without = outcome.output.len();
    let outcome = place.author(&[&arguments[..], &["--system"]].concat());
    assert!(outcome.output.len() > without + 2_000, "{outcome:?}");
    assert_eq!(place.asked(), 0);
    // Nothing is stored for it either.
    assert!(!std::path::Path::new(&place.folder.path("salami.db")).exists());
}

#[test]
fn every_command_has_a_help_with_examples() {
    let place = Place::alone("help");
    let overview = place.author(&["--help"]);
    assert_eq!(overview.status, Some(0), "{overview:?}");
    for name in [
        "transform",
        "workflow",
        "test",
        "compare",
        "library",
        "runs",
        "show",
        "statistics",
        "shape",
        "prompt",
        "forget",
    ] {
        assert!(overview.output.contains(name), "{name}");
        let help = place.author(&[name, "--help"]);
        assert_eq!(help.status, Some(0), "{help:?}");
        let example = format!("salami author {name} ");
        assert!(help.output.contains(&example), "{name}: {}", help.output);
    }
    // Completions know the options, which are made only when they are needed.
    let script = crate::common::salami(&["completions", "bash"]);
    for option in [
        "--cache-only",
        "--model-judge",
        "--extra-prompt",
        "quarantine",
    ] {
        assert!(script.output.contains(option), "{option}");
    }
}

#[test]
fn machines_are_told_what_is_wrong() {
    let place = Place::alone("machines");
    let outcome = place.author(&["transform", "--task", "x", "--format", "json"]);
    assert_eq!(outcome.status, Some(2));
    assert_eq!(json(&outcome)["error"]["code"], "usage", "{outcome:?}");
    let outcome = place.author(&["runs", "--format", "json"]);
    assert_eq!(outcome.status, Some(2));
    assert_eq!(
        json(&outcome)["error"]["code"],
        "library.missing",
        "{outcome:?}"
    );
    let outcome = place.prices("none.csv", &["--format", "json"]);
    assert_eq!(outcome.status, Some(2));
    let message = json(&outcome)["error"]["message"].clone();
    assert_eq!(message, "there is no file none.csv");
}

#[test]
fn a_configuration_says_how_runs_go() {
    let place = Place::saying("settings", &[WRONG, WRONG, RIGHT]);
    place
        .folder
        .file("salami.toml", "[author]\nattempts = 1\ntime = '1m'\n");
    let outcome = place.prices("prices.csv", &[]);
    assert_eq!(outcome.status, Some(1), "{outcome:?}");
    assert!(outcome.errors.contains("attempt 1 of 1"), "{outcome:?}");
    // An option goes before.
    let outcome = place.prices("prices.csv", &["--attempts", "2"]);
    assert_eq!(outcome.status, Some(0), "{outcome:?}");
    for (text, wanted) in [
        (
            "attempts = 0",
            "author.attempts is no whole number above zero",
        ),
        ("time = 'soon'", "author.time is no span"),
        ("second = 1", "author.second is no text"),
    ] {
        place
            .folder
            .file("salami.toml", format!("[author]\n{text}\n"));
        let outcome = place.prices("prices.csv", &[]);
        assert_eq!(outcome.status, Some(2), "{outcome:?}");
        assert!(outcome.errors.contains(wanted), "{outcome:?}");
    }
}

#[test]
fn other_models_write_second_programs_and_judge() {
    let verdict = r#"{"ok": true, "findings": []}"#;
    let place = Place::saying("several", &[RIGHT, RIGHT, verdict]);
    let outcome = place.prices(
        "prices.csv",
        &[
            "--agree",
            "--second-model",
            "b-model",
            "--model-judge",
            "Is each price there?",
            "--judge-model",
            "c-model",
            "--record",
            "all.cassette",
        ],
    );
    assert_eq!(outcome.status, Some(0), "{outcome:?}");
    let agreed = "a second program and a judging model agree";
    assert!(outcome.errors.contains(agreed), "{outcome:?}");
    let server = place.server.as_ref().expect("a server");
    let models = server
        .requests()
        .into_iter()
        .map(|request| request.body["model"].clone());
    assert_eq!(
        models.collect::<Vec<_>>(),
        ["a-model", "b-model", "c-model"]
    );
    // One cassette has them all.
    let again = [
        "--agree",
        "--model-judge",
        "Is each price there?",
        "--replay",
        "all.cassette",
        "--fresh",
    ];
    let outcome = place.prices("prices.csv", &again);
    assert_eq!(outcome.status, Some(0), "{outcome:?}");
    assert_eq!(place.asked(), 3);
}

#[test]
fn what_went_wrong_is_shown_by_its_message() {
    let raises = "```python\ndef main(text: str) -> dict[str, float]:\n    return {'apple': float('1,5')}\n```\n";
    let place = Place::saying("messages", &[raises, raises]);
    let judge = ["--attempts", "2", "--invariant", "rows_out > 100"];
    let outcome = place.prices("prices.csv", &judge);
    assert_eq!(outcome.status, Some(1), "{outcome:?}");
    assert!(
        outcome.errors.contains(" ValueError: could not convert"),
        "{outcome:?}"
    );
    let runs = json(&place.author(&["runs", "--format", "json"]));
    let shown = place
        .author(&["show", runs["runs"][0]["run"].as_str().expect("a run")])
        .output;
    assert!(shown.contains("ValueError: could not convert"), "{shown}");
    assert!(shown.contains("the same program as in 1."), "{shown}");

    let place = Place::saying("invariant", &[RIGHT]);
    let judge = ["--attempts", "1", "--invariant", "rows_out > 100"];
    let outcome = place.prices("prices.csv", &judge);
    assert_eq!(outcome.status, Some(1), "{outcome:?}");
    let line = outcome
        .errors
        .lines()
        .find(|line| line.contains("invariant"))
        .expect("a finding");
    assert_eq!(line.matches("rows_out > 100").count(), 1, "{line}");
}

#[test]
fn a_judging_models_objection_is_told_as_its_words() {
    let objection =
        r#"{"ok": false, "findings": [{"message": "The price of the plum is missing."}]}"#;
    let place = Place::saying("objection", &[RIGHT, objection, WRONG]);
    let judge = ["--attempts", "2", "--model-judge", "Is each price there?"];
    let outcome = place.prices("prices.csv", &judge);
    assert_eq!(outcome.status, Some(1), "{outcome:?}");
    let told = "In its words: \"The price of the plum is missing.";
    assert!(outcome.errors.contains(told), "{outcome:?}");
}

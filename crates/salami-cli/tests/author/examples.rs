//! The suites of examples/jit-trades, replayed. BLESS=1 records them anew from the answers that are kept beside them.

use std::path::Path;

use salami_testkit::model_server::{Answer, ModelServer};
use serde_json::Value;

use crate::support::*;

/// The answers of a case, in their order.
fn answers(case: &Path) -> Vec<Answer> {
    (1..)
        .map(|number| case.join(format!("answers/{number}.md")))
        .map_while(|path| std::fs::read_to_string(path).ok())
        .map(|text| Answer::text(text).without_usage())
        .collect()
}

fn record(suites: &Path) {
    for suite in ["trades", "log"] {
        let cases = suites.join(suite).join("cases");
        let mut folders: Vec<_> = std::fs::read_dir(&cases)
            .expect("the cases")
            .map(|entry| entry.expect("an entry").path())
            .collect();
        folders.sort();
        for folder in folders {
            let answers = answers(&folder);
            if answers.is_empty() {
                continue;
            }
            let name = folder.file_name().expect("a name").display().to_string();
            let mut place = Place::alone(&format!("record-{suite}-{name}"));
            place.server = Some(ModelServer::start(answers));
            let filter = format!("{suite}/{name}");
            let suites = suites.display().to_string();
            let arguments = ["test", &suites, "--record", "--filter", &filter];
            let outcome = place.author(&arguments);
            assert_eq!(outcome.status, Some(0), "{filter}: {outcome:?}");
        }
    }
}

#[test]
fn the_suites_replay_without_a_network() {
    let suites = root().join("examples/jit-trades");
    if std::env::var_os("BLESS").is_some() {
        record(&suites);
    }
    let place = Place::alone("examples");
    let path = suites.display().to_string();
    let outcome = place.author(&["test", &path, "--format", "json"]);
    let report = json(&outcome);
    assert_eq!(outcome.status, Some(0), "{report:#}");
    let cases = report["cases"].as_array().expect("cases");
    assert!(cases.len() >= 7, "{report:#}");
    let case = |name: &str| -> &Value {
        let found = cases.iter().find(|case| case["case"] == name);
        found.unwrap_or_else(|| panic!("there is no {name}"))
    };
    assert_eq!(case("robinhood")["attempts"], 2);
    assert_eq!(case("robinhood-march")["ending"], "library");
    assert_eq!(case("robinhood-march")["tokens"]["input"], 0);
    assert_eq!(case("hashes")["ending"], "input");
    // Side by side they do the same.
    let outcome = place.author(&["test", &path, "--jobs", "4", "--filter", "trades/"]);
    assert_eq!(outcome.status, Some(0), "{outcome:?}");
    assert!(outcome.output.contains("6 cases: 6 passed"), "{outcome:?}");
}

#[test]
fn the_command_of_the_readme_is_the_one_that_is_tested() {
    for page in ["README.md", "docs/authoring.md"] {
        let text = std::fs::read_to_string(root().join(page)).expect("the page");
        assert!(
            text.contains("author test examples/jit-trades"),
            "{page} does not show it"
        );
    }
}

/// Every command of docs/authoring.md is one: its options are known.
#[test]
fn the_commands_of_the_page_are_commands() {
    let text = std::fs::read_to_string(root().join("docs/authoring.md")).expect("the page");
    let place = Place::alone("page");
    let mut tried = 0;
    let joined = text.replace("\\\n", " ");
    for line in joined
        .lines()
        .filter(|line| line.starts_with("salami author "))
    {
        let line = line.split(" #").next().unwrap_or_default();
        let line = line.split(" > ").next().unwrap_or_default();
        let words = words(line);
        let mut arguments: Vec<&str> = words.iter().skip(2).map(String::as_str).collect();
        // With an option that is unknown everything else is read first: what is wrong is only that.
        arguments.push("--no-such-option");
        let outcome = place.author(&arguments);
        assert_eq!(outcome.status, Some(2), "{line}: {outcome:?}");
        assert!(
            outcome
                .errors
                .contains("unexpected argument '--no-such-option'"),
            "{line}: {outcome:?}"
        );
        tried += 1;
    }
    assert!(tried > 20, "{tried} commands");
}

/// The words of a command, as a shell reads them.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut is_quoted = false;
    for letter in line.chars() {
        match letter {
            '\'' => is_quoted = !is_quoted,
            ' ' if !is_quoted => {
                if !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
            }
            letter => word.push(letter),
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

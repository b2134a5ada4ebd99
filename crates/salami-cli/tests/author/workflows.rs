//! Workflows from plain words: written, shown, and started only when somebody says so.

use crate::support::*;

const WORDS: &str = "If I get a message from the landlord, forward it to my lawyer.";

const FORWARDS: &str = "```python
from tools import email


def main() -> None:
    message = email.received(sender=\"landlord@example.com\")
    if message is not None:
        email.forward(message, \"lawyer@example.com\", \"My landlord wrote this.\")


main()
```
";

/// A place with the tools of the landlord's example.
fn place(name: &str, answers: &[&str]) -> Place {
    let place = Place::saying(name, answers);
    let example = root().join("examples/landlord");
    let copy = |from: &str, to: &str| {
        std::fs::copy(example.join(from), place.folder.path(to)).expect("a copy");
    };
    std::fs::create_dir_all(place.folder.path("tools")).expect("a folder");
    copy("answers.toml", "answers.toml");
    copy("tools/email.pyi", "tools/email.pyi");
    place.folder.file(
        "salami.toml",
        "[permissions]\nallow = ['email.forward']\n[tools.user]\n[tools.canned]\nfile = 'answers.toml'\n",
    );
    place
}

#[test]
fn a_workflow_is_shown_and_not_started() {
    let place = place("shown", &[FORWARDS]);
    let outcome = place.author(&[
        "workflow",
        WORDS,
        "--tools",
        "salami.toml",
        "--output",
        "landlord.py",
    ]);
    assert_eq!(outcome.status, Some(0), "{outcome:?}");
    for wanted in [
        "email.received(sender=",
        "email.forward",
        "cannot be undone",
        "waits for an event",
    ] {
        assert!(
            outcome.output.contains(wanted),
            "{wanted}: {}",
            outcome.output
        );
    }
    assert!(outcome.errors.contains("not started"), "{outcome:?}");
    assert!(
        outcome.errors.contains("no program for these words"),
        "{outcome:?}"
    );
    let written = std::fs::read_to_string(place.folder.path("landlord.py")).expect("a program");
    assert!(written.starts_with("from tools import email"), "{written}");
    // The model was told the stubs of the tools.
    let server = place.server.as_ref().expect("a server");
    let asked = server.requests()[0].body.to_string();
    assert!(asked.contains("def forward("), "{asked}");
    let listed = crate::common::salami(&["ps", "--store", &place.folder.path("salami.db")]);
    assert!(!listed.output.contains("landlord"), "{listed:?}");
}

#[test]
fn it_is_started_when_somebody_says_yes() {
    let place = place("started", &[FORWARDS]);
    let command = || place.command(&["workflow", WORDS, "--tools", "salami.toml"]);
    let outcome = typed(command(), "no\n");
    assert_eq!(outcome.status, Some(0), "{outcome:?}");
    assert!(outcome.errors.contains("not started"), "{outcome:?}");
    // The second time it comes from the library.
    let outcome = typed(command(), "yes\n");
    assert_eq!(outcome.status, Some(0), "{outcome:?}");
    assert!(outcome.output.contains("process 1"), "{outcome:?}");
    assert_eq!(place.asked(), 1);
    let store = place.folder.path("salami.db");
    let listed = crate::common::salami(&["ps", "--store", &store]);
    assert!(listed.output.contains("if-i-get"), "{listed:?}");
    let outcome = place.author(&["workflow", WORDS, "--start", "--format", "json"]);
    let told = json(&outcome);
    assert_eq!(told["process"], 2, "{told:#}");
    assert_eq!(told["plan"]["admitted"], true);
    assert_eq!(told["from"], "library");
}

#[test]
fn what_may_not_be_called_is_not_started() {
    let place = place("denied-tool", &[FORWARDS]);
    let file = "[permissions]\ndeny = ['email.forward']\n[tools.user]\n[tools.canned]\nfile = 'answers.toml'\n";
    place.folder.file("salami.toml", file);
    let outcome = place.author(&["workflow", WORDS, "--start"]);
    assert_eq!(outcome.status, Some(3), "{outcome:?}");
    assert!(outcome.errors.contains("denies"), "{outcome:?}");
    let listed = crate::common::salami(&["ps", "--store", &place.folder.path("salami.db")]);
    assert!(!listed.output.contains("if-i-get"), "{listed:?}");
}

#[test]
fn what_is_not_sure_is_refused_before_it_can_be_started() {
    let unsure = FORWARDS
        .replace("from tools", "import json\nfrom tools")
        .replace("\"lawyer@example.com\"", "json.loads(message.body)[\"to\"]");
    let place = place("strict", &[&unsure, FORWARDS]);
    let outcome = place.author(&["workflow", WORDS]);
    assert_eq!(outcome.status, Some(0), "{outcome:?}");
    // What the checker says is told.
    assert!(outcome.errors.contains("forward"), "{outcome:?}");
    assert_eq!(place.asked(), 2);
}

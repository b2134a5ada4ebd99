//! The other commands.

mod common;

use common::*;

#[test]
fn check_lists_errors_and_assertion_points() {
    let folder = Folder::new("check");
    let good = folder.file("good.py", "print(1)\n");
    let bad = folder.file("bad.py", "print(totl)\n");
    let json = folder.file("json.py", "import json\nprint(json.loads('1') + 1)\n");
    let outcome = salami(&["check", &good, &json]);
    assert_eq!(outcome.status, Some(0), "{outcome:?}");
    assert!(
        outcome.output.contains("good.py: accepted, proved"),
        "{outcome:?}"
    );
    assert!(
        outcome
            .output
            .contains("json.py: accepted, 1 assertion point"),
        "{outcome:?}"
    );
    let outcome = salami(&["check", &good, &bad]);
    assert_eq!(outcome.status, Some(3));
    assert!(outcome.output.contains("name.undefined"), "{outcome:?}");
    let outcome = salami(&["check", "--strict", "always", &json]);
    assert_eq!(outcome.status, Some(3), "{outcome:?}");
    let outcome = salami(&["check", "--format", "json", &good, &bad]);
    let value: serde_json::Value = serde_json::from_str(&outcome.output).expect("JSON");
    assert_eq!(value[0]["accepted"], true);
    assert_eq!(value[1]["diagnostics"][0]["code"], "name.undefined");
}

#[test]
fn a_compiled_program_runs_the_same() {
    let folder = Folder::new("compile");
    let program = folder.file(
        "p.py",
        "def main(n: int):\n    print('got', n)\n    return n * 2\n",
    );
    assert_eq!(salami(&["compile", &program]).status, Some(0));
    assert_eq!(salami(&["compile", "--text", &program]).status, Some(0));
    for name in ["p.py", "p.svm", "p.ir"] {
        let outcome = salami(&["run", &folder.path(name), "--param", "n=21"]);
        assert_eq!(
            (outcome.status, &*outcome.output),
            (Some(0), "got 21\n42\n"),
            "{name}: {outcome:?}"
        );
    }
}

#[test]
fn a_broken_module_is_refused() {
    let folder = Folder::new("broken");
    let program = folder.file("p.py", "print(1)\n");
    assert_eq!(salami(&["compile", &program]).status, Some(0));
    let mut bytes = std::fs::read(folder.path("p.svm")).expect("the module");
    bytes.truncate(bytes.len() / 2);
    let broken = folder.file("broken.svm", bytes);
    assert_eq!(salami(&["run", &broken]).status, Some(3));
}

#[test]
fn inspect_shows_a_header_and_the_assembly() {
    let outcome = with_input(&["inspect", "-"], b"print(1)\n");
    assert_eq!(outcome.status, Some(0), "{outcome:?}");
    for part in ["; hash ", "; capabilities none", "FUNCTION f0", "\"print\""] {
        assert!(outcome.output.contains(part), "{part}: {outcome:?}");
    }
}

#[test]
fn explain_prints_a_page_or_what_was_meant() {
    let outcome = salami(&["explain", "name.undefined"]);
    assert!(
        outcome.output.starts_with("# name.undefined"),
        "{outcome:?}"
    );
    let outcome = salami(&["explain", "name.undefind"]);
    assert_eq!(outcome.status, Some(2));
    assert!(
        outcome.errors.contains("did you mean `name.undefined`?"),
        "{outcome:?}"
    );
}

#[test]
fn every_command_helps_with_examples() {
    for command in [
        "run",
        "check",
        "compile",
        "inspect",
        "explain",
        "completions",
        "start",
        "work",
        "ps",
        "show",
        "inbox",
        "answer",
        "approve",
        "refuse",
        "pause",
        "resume",
        "resolve",
        "cancel",
        "forget",
        "event",
        "plan",
        "demo",
    ] {
        let outcome = salami(&[command, "--help"]);
        assert_eq!(outcome.status, Some(0));
        assert!(outcome.output.contains("Examples:"), "{command}");
    }
    for shell in ["bash", "zsh", "fish"] {
        assert!(salami(&["completions", shell]).output.contains("salami"));
    }
    assert_eq!(salami(&["frobnicate"]).status, Some(2));
    assert_eq!(salami(&[]).status, Some(2));
}

#[test]
fn check_makes_the_edits_that_mend() {
    let folder = Folder::new("fix");
    let text = "words = 'a b'.splitt()\nfor index in len(words):\n    print(json.dumps(index))\n";
    let program = folder.file("p.py", text);
    let outcome = salami(&["check", "--format", "json", &program]);
    let value: serde_json::Value = serde_json::from_str(&outcome.output).expect("JSON");
    let edits = &value[0]["diagnostics"][0]["edits"];
    assert_eq!(edits[0]["replacement"], "split", "{outcome:?}");
    let outcome = salami(&["check", "--fix", &program]);
    assert_eq!(outcome.status, Some(0), "{outcome:?}");
    assert_eq!(
        std::fs::read_to_string(&program).expect("the program"),
        "import json\n\nwords = 'a b'.split()\nfor index in range(len(words)):\n    print(json.dumps(index))\n"
    );
    let words = folder.file("words.py", "def find():\n    pass\n\n\nprint(find() + 1)\n");
    let outcome = salami(&["check", "--fix", &words]);
    assert_eq!(outcome.status, Some(3), "{outcome:?}");
    assert_eq!(salami(&["check", "--fix", "-"]).status, Some(2));
}

#[test]
fn the_card_is_printed() {
    let outcome = salami(&["card"]);
    assert_eq!(outcome.status, Some(0));
    assert!(outcome.output.starts_with("# Salami"), "{outcome:?}");
    assert!(!outcome.output.contains("<!--"), "{outcome:?}");
    assert!(outcome.output.chars().count() <= 6_000);
}

//! Tools, the clock and the seed at the command line.

mod common;

use std::time::{Duration, Instant};

use common::*;

const STUB: &str = "\
@read
def inbox(limit: int = 10) -> list[str]: ...
def send(to: str, text: str) -> int: ...
";

const PROGRAM: &str = "\
from tools import email

def main(name: str = 'Ada') -> int:
    for line in email.inbox():
        print(line.upper())
    return email.send(f'{name}@example.org', text='Hello')
";

const ANSWERS: &str = r#"{"call": "email.inbox", "arguments": {"limit": 10}, "answer": ["hi"]}
{"call": "email.send", "arguments": {"to": "Ada@example.org", "text": "Hello"}, "answer": 3}
"#;

/// A folder with a program, its tools beside it, and answers.
fn project(name: &str) -> (Folder, String, String) {
    let folder = Folder::new(name);
    std::fs::create_dir_all(folder.path("tools")).expect("a folder");
    folder.file("tools/email.pyi", STUB);
    let program = folder.file("program.py", PROGRAM);
    let answers = folder.file("answers.json", ANSWERS);
    (folder, program, answers)
}

#[test]
fn canned_answers_answer() {
    let (_folder, program, answers) = project("canned");
    let outcome = salami(&["run", &program, "--answers", &answers]);
    assert_eq!(
        (outcome.status, &*outcome.output, &*outcome.errors),
        (Some(0), "HI\n3\n", "")
    );
    let outcome = salami(&["run", &program, "--answers", &answers, "--format", "json"]);
    assert!(outcome.output.contains("\"result\":3"), "{outcome:?}");
}

#[test]
fn a_tool_that_is_not_connected_is_named() {
    let (_folder, program, _) = project("unconnected");
    let outcome = salami(&["run", &program]);
    assert_eq!((outcome.status, &*outcome.output), (Some(5), ""));
    assert!(
        outcome
            .errors
            .contains("the program calls `email.inbox`, and no such tool is connected"),
        "{outcome:?}"
    );
    assert!(
        outcome.errors.contains("--answers FILE.json"),
        "{outcome:?}"
    );
}

/// What a person answered would be lost where the program ends.
#[test]
fn nobody_is_asked_by_a_program_that_cannot_go_on() {
    let (folder, _, _) = project("asks-in-vain");
    let text =
        "from tools import email, user\nuser.approve('Look?')\nprint(email.inbox(limit=10))\n";
    let program = folder.file("asks.py", text);
    folder.file("salami.toml", "");
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_salami"));
    command.args(["run", &program]).current_dir(folder.path(""));
    let output = command.output().expect("salami starts");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(5), "{errors}");
    assert!(!errors.contains("Look?"), "{errors}");
    assert!(
        errors.contains("the program calls `email.inbox`"),
        "{errors}"
    );
    let help = "the salami.toml here is used only where it is named";
    assert!(errors.contains(help), "{errors}");
    let answers =
        r#"[{"call": "user.approve", "answer": true}, {"call": "email.inbox", "answer": []}]"#;
    let answers = folder.file("asked.json", answers);
    let answered = salami(&["run", &program, "--answers", &answers]);
    assert_eq!(answered.output, "[]\n", "{answered:?}");
}

#[test]
fn another_call_than_the_expected_one_is_shown() {
    let (folder, program, _) = project("unexpected");
    let answers = folder.file("other.json", r#"[{"call": "email.send", "answer": 1}]"#);
    let outcome = salami(&["run", &program, "--answers", &answers]);
    assert_eq!(outcome.status, Some(5));
    let expected = "call number 1 is email.inbox {\"limit\":10}, and expected was email.send";
    assert!(outcome.errors.contains(expected), "{outcome:?}");
}

#[test]
fn answers_that_are_none_are_usage() {
    let (folder, program, _) = project("wrong-answers");
    let answers = folder.file("wrong.json", r#"{"cal": "email.send"}"#);
    let outcome = salami(&["run", &program, "--answers", &answers]);
    assert_eq!(outcome.status, Some(2));
    assert!(
        outcome.errors.contains("answer 1: it has no \"call\""),
        "{outcome:?}"
    );
}

#[test]
fn check_shows_effects() {
    let (folder, program, _) = project("effects");
    let outcome = salami(&["check", &program, "--effects"]);
    let wanted = [
        "capabilities: email.inbox, email.send",
        "effects: irreversible, can wait",
        "main: irreversible, can wait (email.inbox, email.send)",
    ];
    for line in wanted {
        assert!(outcome.output.contains(line), "{outcome:?}");
    }
    let outcome = salami(&["check", &program, "--format", "json"]);
    assert!(outcome.output.contains(r#""name":"main""#), "{outcome:?}");
    assert!(outcome.output.contains(r#""can_wait":true"#), "{outcome:?}");
    let tools = folder.path("no-tools");
    let outcome = salami(&["check", &program, "--tools", &tools]);
    assert_eq!(outcome.status, Some(2), "{outcome:?}");
}

#[test]
fn an_error_in_a_stub_is_shown_in_the_stub() {
    let (folder, program, _) = project("bad-stub");
    let stub = folder.file("tools/email.pyi", "def inbox(limit) -> list[str]: ...\n");
    let outcome = salami(&["check", &program]);
    assert_eq!(outcome.status, Some(3));
    assert!(
        outcome.output.contains(&format!("{stub}:1:11")),
        "{outcome:?}"
    );
    assert!(outcome.output.contains("error[tool.stub]"), "{outcome:?}");
}

#[test]
fn a_module_calls_tools_too() {
    let (folder, program, answers) = project("module");
    let module = folder.path("program.svm");
    assert_eq!(
        salami(&["compile", &program, "-o", &module]).status,
        Some(0)
    );
    let outcome = salami(&["run", &module, "--answers", &answers]);
    assert_eq!((outcome.status, &*outcome.output), (Some(0), "HI\n3\n"));
    let outcome = salami(&["check", &module]);
    assert!(
        outcome.output.contains("effects: irreversible, can wait"),
        "{outcome:?}"
    );
}

#[test]
fn the_clock_can_be_fixed() {
    let program = "\
import time
from datetime import datetime
print(datetime.now())
time.sleep(86400)
print(datetime.now(), time.monotonic())
";
    let outcome = run(program, &["--now", "2026-01-31T12:00:00"]);
    assert_eq!(
        (outcome.status, &*outcome.output, &*outcome.errors),
        (
            Some(0),
            "2026-01-31 12:00:00\n2026-02-01 12:00:00 86400.0\n",
            ""
        )
    );
    let outcome = run(program, &["--now", "noon"]);
    assert_eq!(outcome.status, Some(2));
}

#[test]
fn a_sleep_takes_its_time() {
    let started = Instant::now();
    let outcome = run(
        "import time\nstart = time.time()\ntime.sleep(1.2)\nprint(1.2 <= time.time() - start < 60)\n",
        &[],
    );
    assert!(started.elapsed() >= Duration::from_millis(1200));
    assert_eq!((outcome.status, &*outcome.output), (Some(0), "True\n"));
    assert!(
        outcome.errors.starts_with("salami: sleeping until 20"),
        "{outcome:?}"
    );
}

#[test]
fn the_seed_decides_what_is_random() {
    let program = "import random\nprint([random.randrange(10**9) for _ in range(3)])\n";
    let first = run(program, &["--seed", "7"]).output;
    assert_eq!(first, run(program, &["--seed", "7"]).output);
    assert_ne!(first, run(program, &["--seed", "8"]).output);
    assert_ne!(run(program, &[]).output, run(program, &[]).output);
}

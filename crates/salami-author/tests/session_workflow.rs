//! Workflows from plain words: checked strictly, not run.

mod common;

use common::{Say, block, cache_only, options, run_in, said};
use salami_author::judge::JudgeName;
use salami_author::library::MemoryLibrary;
use salami_author::record::FailureKind;
use salami_author::task::Task;
use salami_program::Stub;

const STUB: &str = "@read\ndef unread() -> list[str]: ...\n\n@irreversible\ndef send(to: str, text: str) -> None: ...\n";
const WORKFLOW: &str = "import time\n\nfrom tools import email\n\n\ndef main() -> None:\n    while True:\n        for text in email.unread():\n            if 'landlord' in text:\n                email.send(to='me@example.org', text=text)\n        time.sleep(3600)\n";

fn task() -> Task {
    Task::workflow(
        "landlord",
        "If I get a message from the landlord, forward it to me.",
        vec![Stub::new("email", STUB)],
    )
}

#[test]
fn a_workflow_is_written_and_not_run() {
    let mut library = MemoryLibrary::new();
    let run = run_in(
        &task(),
        None,
        &options(),
        &mut library,
        vec![block(WORKFLOW).into()],
    );
    let accepted = run.outcome.result.expect("accepted");
    assert_eq!(accepted.code, WORKFLOW);
    let program = accepted.program.expect("a program");
    assert_eq!(program.capabilities(), ["email.send", "email.unread"]);
    assert!(program.effects().can_wait);
    assert!(
        accepted
            .report
            .skipped
            .iter()
            .any(|(judge, _)| *judge == JudgeName::Run)
    );
    let asked = said(&run.asked[0]);
    assert!(
        asked.contains("from tools import email") && asked.contains("def unread"),
        "{asked}"
    );
    assert!(!asked.contains("# The input"), "{asked}");
    // The same words again need no model.
    let again = run_in(
        &task(),
        None,
        &cache_only(),
        &mut library,
        vec![Say::Endless("nobody asked ")],
    );
    assert!(again.asked.is_empty());
    assert_eq!(again.outcome.result.expect("accepted").code, WORKFLOW);
}

#[test]
fn the_check_is_strict() {
    let loose = "from tools import email\n\n\ndef main() -> None:\n    texts = email.unread()\n    first = next((text for text in texts if 'landlord' in text), None)\n    email.send(to='me@example.org', text=first)\n";
    let run = run_in(
        &task(),
        None,
        &options(),
        &mut MemoryLibrary::new(),
        vec![block(loose).into(), block(WORKFLOW).into()],
    );
    assert_eq!(run.asked.len(), 2);
    assert!(
        said(&run.asked[1]).contains("refused by the check"),
        "{}",
        said(&run.asked[1])
    );
    assert_eq!(run.outcome.result.expect("accepted").code, WORKFLOW);
}

#[test]
fn what_a_tools_class_has_is_said() {
    let stub = "@dataclass\nclass Response:\n    status: int\n    body: str\n\n@read\ndef get(url: str) -> Response: ...\n";
    let task = Task::workflow(
        "page",
        "Look at the page each day.",
        vec![Stub::new("http", stub)],
    );
    let says = vec![block("from tools import http\n\n\ndef main() -> None:\n    print(http.get('https://a.example').text)\n").into()];
    let run = run_in(&task, None, &options(), &mut MemoryLibrary::new(), says);
    let told = said(&run.asked[1]);
    assert!(told.contains("`Response` has `status`, `body`"), "{told}");
}

#[test]
fn a_stub_that_cannot_be_used_is_no_models_trouble() {
    for (name, stub) in [
        (
            "http",
            "class Response:\n    status: int\n\ndef get(url: str) -> Response: ...\n",
        ),
        ("http", "def get(url: str -> str: ...\n"),
        ("no name", "def f() -> int: ...\n"),
    ] {
        let task = Task::workflow(
            "page",
            "Look at the page each day.",
            vec![Stub::new(name, stub)],
        );
        let options = options();
        let error = salami_author::session::Session::new(&task, None, &options, 1)
            .err()
            .expect("the stub is wrong");
        assert!(error.message.contains("stub"), "{}", error.message);
    }
}

#[test]
fn what_no_tool_can_do_is_said() {
    let run = run_in(
        &task(),
        None,
        &options(),
        &mut MemoryLibrary::new(),
        vec!["CANNOT: No tool can call a telephone.".into()],
    );
    let (kind, sentence) = run.failure();
    assert_eq!(kind, FailureKind::Input);
    assert!(
        sentence.contains("No tool can call a telephone."),
        "{sentence}"
    );
}

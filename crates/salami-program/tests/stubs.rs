//! Stubs are bytes from outside: whatever they say, the answer is a program or diagnostics.

use salami_program::{
    Answer, Call, CompileError, CompileOptions, Execution, Progress, RunError, RunOptions, Stub,
    Wait,
};

const STUB: &str = r#"
"""Mail."""
from dataclasses import dataclass, field
import datetime as dt

LIMIT = 10

class Level(Enum):
    LOW = "low"
    HIGH = "high"

class Place(NamedTuple):
    x: int
    y: int = 0

class Entry(TypedDict):
    key: str
    level: NotRequired[int]

@dataclass
class Message:
    sender: str
    at: dt.datetime
    place: Place
    level: Level = Level.LOW
    tags: list[str] = field(default_factory=list)

@read
def inbox(since: date | None = None, limit: int = 10) -> list[Message]: ...
@undoable(by="restore")
def delete(message: Message) -> None: ...
def restore(message: Message) -> None: ...
@event(match=["sender"])
def received(sender: Optional[str] = None, timeout: float = 1.5) -> Message | None: ...
def each(visit: Callable[[Message], None]) -> dict[str, Entry]: ...
@immediate
def mode(kind: Literal["a", "b"] = "a") -> Literal[1, 2]: ...
"#;

const PROGRAM: &str = r#"
from tools import mail
from tools.mail import Level, Message
for message in mail.inbox(limit=mail.LIMIT):
    print(message.sender, message.level is Level.HIGH, message.place.x, message.tags)
    mail.delete(message)
print(mail.received("x"), mail.mode("b"))
"#;

fn compile(stub: &str, program: &str) -> Result<salami_program::Program, CompileError> {
    let options = CompileOptions {
        stubs: vec![Stub::new("mail", stub)],
        ..CompileOptions::default()
    };
    salami_program::compile("program.py", program, &options)
}

/// Compiles with a stub that may be anything.
fn endure(stub: &str) {
    match compile(stub, PROGRAM) {
        Ok(_) => {}
        Err(CompileError::Refused(refusal)) => {
            assert!(!refusal.diagnostics.is_empty());
            // The place of each is in a file that there is.
            let _ = refusal.to_string();
        }
        Err(error) => panic!("{error}\n{stub}"),
    }
}

#[test]
fn the_stub_itself_is_in_order() {
    let program = compile(STUB, PROGRAM).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(
        program.capabilities(),
        ["mail.delete", "mail.inbox", "mail.mode", "mail.received"]
    );
}

#[test]
fn a_stub_that_ends_anywhere_is_no_panic() {
    for end in (0..STUB.len()).step_by(3) {
        endure(STUB.get(..end).unwrap_or_default());
    }
}

#[test]
fn a_stub_without_a_word_is_no_panic() {
    let mut words: Vec<(usize, usize)> = Vec::new();
    let mut start = None;
    for (at, character) in STUB.char_indices() {
        match (character.is_alphanumeric() || character == '_', start) {
            (true, None) => start = Some(at),
            (false, Some(from)) => {
                words.push((from, at));
                start = None;
            }
            _ => {}
        }
    }
    for &(from, to) in &words {
        let (before, after) = (&STUB[..from], &STUB[to..]);
        endure(&format!("{before}{after}"));
        for other in ["int", "Message", "None", "mail", "inbox", "1"] {
            endure(&format!("{before}{other}{after}"));
        }
    }
}

#[test]
fn a_stub_without_a_character_is_no_panic() {
    for (at, character) in STUB.char_indices().step_by(2) {
        let (before, after) = (&STUB[..at], &STUB[at + character.len_utf8()..]);
        endure(&format!("{before}{after}"));
    }
}

#[test]
fn odd_stubs_are_no_panic() {
    let odd = [
        "from tools.mail import inbox\ndef inbox() -> int: ...",
        "from tools.mail import *",
        "import tools\ndef inbox(a: tools.mail.Message) -> None: ...",
        "class A(A): pass\ndef inbox(a: A) -> A: ...",
        "@dataclass\nclass A:\n    a: A\ndef inbox(a: A) -> A: ...",
        "@dataclass\nclass A:\n    a: list[A]\ndef inbox(a: A) -> A: ...",
        "@dataclass\nclass A:\n    a: B\n@dataclass\nclass B:\n    a: A\ndef inbox(a: A) -> B: ...",
        "X = list[X]\ndef inbox(a: X) -> X: ...",
        "def inbox(a: 'inbox') -> 'Message | None': ...",
        "inbox = 3",
        "def inbox() -> inbox: ...",
        "class inbox(Enum):\n    A = 1\n    B = A",
        "def read() -> int: ...\n@read\ndef inbox() -> int: ...",
        "def inbox(self: int = 1, /, *, b: int) -> int: ...",
        "def inbox(limit: int = inbox(1)) -> int: ...",
        "def inbox(limit: int = 1 // 0) -> int: ...",
        "def inbox(limit: int = [x for x in range(3)][0]) -> int: ...",
        "def inbox(limit: int = (lambda: 1)()) -> int: ...",
        "@dataclass\nclass A:\n    a: int = 1 // 0\ndef inbox() -> A: ...",
        "\u{feff}def inbox() -> int: ...",
        "\0",
        "def inbox() -> int: return inbox()",
        "global x\ndef inbox() -> int: ...",
        "yield 1",
        "return",
        "from dataclasses import dataclass as d\n@d\nclass A: a: int\ndef inbox() -> A: ...",
        "import salami\ndef inbox(a: salami.ToolError) -> salami.ToolError: ...",
        "class E(Exception): pass\ndef inbox() -> E: ...",
        "T = TypeVar('T')\ndef inbox(a: T) -> T: ...",
        "class P(Protocol):\n    x: int\ndef inbox(a: P) -> P: ...",
        "def inbox(a: type[int]) -> type: ...",
        "def inbox() -> Iterable[int]: ...",
        "def inbox() -> object: ...",
        "def inbox() -> Never: ...",
        "def inbox() -> dict[str, dict[str, dict[str, int | None] | None] | None]: ...",
    ];
    for stub in odd {
        endure(stub);
        for program in [
            "from tools.mail import inbox\nprint(inbox())\n",
            "import tools.mail\nx = tools.mail.inbox\nprint(x)\n",
            "import tools\nprint(tools.mail.A)\n",
        ] {
            match compile(stub, program) {
                Ok(_) | Err(CompileError::Refused(_)) => {}
                Err(error) => panic!("{error}\n{stub}\n{program}"),
            }
        }
    }
    let deep = format!(
        "def inbox() -> {}int{}: ...",
        "list[".repeat(5000),
        "]".repeat(5000)
    );
    endure(&deep);
    let long = (0..3000).map(|index| format!("def f{index}(a: int) -> int: ...\n"));
    endure(&long.collect::<String>());
}

/// Runs until it waits for a call.
fn until_call(execution: &mut Execution) -> Call {
    loop {
        match execution.step(50) {
            Progress::Suspended(Wait::Call(call)) => return call,
            Progress::Running => {}
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn an_execution_waits_until_it_is_answered() {
    let stub = "def ask(question: str) -> int: ...";
    let source = "from tools import mail\nprint(mail.ask('a') + mail.ask('b'))\n";
    let program = compile(stub, source).unwrap_or_else(|error| panic!("{error}"));
    let mut execution = program.start(&RunOptions::default()).expect("it starts");
    assert!(
        !execution.answer(&Answer::Value(1.into())),
        "it does not wait yet"
    );
    let call = until_call(&mut execution);
    assert_eq!((call.name().as_str(), call.sequence), ("mail.ask", 0));
    let used = execution.fuel();
    // It waits, however often it is asked, and a copy waits too.
    assert_eq!(until_call(&mut execution), call);
    assert_eq!(execution.fuel(), used);
    let mut copy = execution.clone();
    assert!(execution.answer(&Answer::Value(1.into())));
    assert!(
        !execution.answer(&Answer::Value(2.into())),
        "it was answered"
    );
    let call = until_call(&mut execution);
    assert_eq!(
        (call.arguments["question"].as_str(), call.sequence),
        (Some("b"), 1)
    );
    assert!(execution.answer(&Answer::Value(2.into())));
    assert_eq!(until_call(&mut copy).arguments["question"], "a");
    while let Progress::Running = execution.step(50) {}
    assert_eq!(execution.take_output(), "3\n");
}

#[test]
fn fuel_is_limited_through_waits() {
    let stub = "def ask() -> int: ...";
    let source = "from tools import mail\nwhile True:\n    mail.ask()\n";
    let program = compile(stub, source).unwrap_or_else(|error| panic!("{error}"));
    let options = RunOptions {
        limits: salami_program::RunLimits {
            fuel: Some(10_000),
            ..salami_program::RunLimits::GENERAL
        },
        ..RunOptions::default()
    };
    let mut calls = 0;
    let mut host = |_: &Call| {
        calls += 1;
        Answer::Value(0.into())
    };
    let run = program.run_with(&options, &mut host);
    assert!(
        matches!(run.result, Err(RunError::Limit(_))),
        "{:?}",
        run.result
    );
    assert!(run.fuel <= 10_100, "{}", run.fuel);
    assert!((100..5_000).contains(&calls), "{calls}");
}

#[test]
fn a_large_answer_counts_for_memory_and_fuel() {
    let stub = "def read() -> list[str]: ...";
    let source = "from tools import mail\nprint(len(mail.read()))\n";
    let program = compile(stub, source).unwrap_or_else(|error| panic!("{error}"));
    let large = serde_json::json!(vec!["x".repeat(100); 100_000]);
    let mut host = |_: &Call| Answer::Value(large.clone());
    let run = program.run_with(&RunOptions::default(), &mut host);
    assert_eq!(run.output, "100000\n");
    assert!(run.fuel > 400_000, "{}", run.fuel);
    let small = RunOptions {
        limits: salami_program::RunLimits {
            memory: 2_000_000,
            ..salami_program::RunLimits::GENERAL
        },
        ..RunOptions::default()
    };
    let run = program.run_with(&small, &mut host);
    assert!(
        matches!(run.result, Err(RunError::Limit(_))),
        "{:?}",
        run.result
    );
}

#[test]
fn a_program_without_a_host_ends_with_the_tools_name() {
    let program = compile(
        "def ask() -> int: ...",
        "from tools import mail\nmail.ask()\n",
    );
    let program = program.unwrap_or_else(|error| panic!("{error}"));
    let run = program.run(&RunOptions::default());
    assert_eq!(
        run.result,
        Err(RunError::NotConnected("mail.ask".to_owned()))
    );
}

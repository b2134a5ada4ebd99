//! The same scripts as Python programs, for the real runtime.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use salami::{
    CompileOptions, Execution, ProcessRuntime, ResumeOptions, RunLimits, Stub, Wait,
    process_options,
};
use salami_process::Runtime;
use salami_process::code::CodeParts;
use salami_process::store::{Slot, ThreadId};

use super::random::Random;
use super::script::{Op, Script, Step, Wish};
use super::{Kit, Program};

const WORLD: &str = r#"
@dataclass
class Event:
    tag: str
    kind: int
    number: int

@read
def read(tag: str, place: str, fails: int) -> int: ...
def put(tag: str, place: str, fails: int) -> int: ...
@irreversible
def send(tag: str, place: str, fails: int) -> int: ...
@read
def batch(tag: str, place: str, fails: int) -> int: ...
@read
def ask(tag: str, place: str, timeout: float | None = None) -> str | bool | None: ...
def tell(tag: str, place: str) -> None: ...
def later(tag: str, place: str) -> Event: ...
def back(tag: str, place: str, visit: Callable[[int], int]) -> int: ...
@immediate
def peek(tag: str, place: str) -> int: ...
"#;

const MAIL: &str = r#"
@dataclass
class Message:
    tag: str
    kind: int
    number: int

@event(match=["tag", "kind"])
def received(tag: str, kind: int, timeout: float | None = None) -> Message | None: ...
"#;

const HEAD: &str = r#"import time
from salami import ToolError, gather, race, spawn, timeout
from tools import mail, world


def mix(total: int, number: int) -> int:
    return (total * 31 + number) % 1000000007


def digest(value: str | bool | None) -> int:
    total = 1
    for letter in str(value):
        total = mix(total, ord(letter))
    return total


def received(tag: str, kind: int, timeout: float | None) -> int:
    message = mail.received(tag, kind, timeout)
    if message is None:
        return 5
    return message.number


def ask(tag: str, place: str, timeout: float | None) -> int:
    return digest(world.ask(tag, place, timeout))


def tell(tag: str, place: str) -> int:
    world.tell(tag, place)
    return 7


def later(tag: str, place: str) -> int:
    return world.later(tag, place).number


def back(tag: str, place: str) -> int:
    def visit(number: int) -> int:
        return mix(number, world.read(tag, place + '.visit', 0))

    return world.back(tag, place, visit)
"#;

/// What stands between what all programs have and what is a program's own.
const FIRST: &str = "\n\n# The program:\n";

/// Functions that are called with what the tool takes: as they are, and with what they raise caught.
const CALLS: [&str; 4] = ["read", "put", "send", "batch"];

/// Scripts as Python.
#[derive(Clone, Copy, Debug, Default)]
pub struct Python;

impl Kit for Python {
    fn runtime(&self) -> Box<dyn Runtime> {
        Box::new(ProcessRuntime::new())
    }

    fn program(&self, random: &mut Random, tag: &str, is_wild: bool) -> Program {
        let script = Script::generate(random, is_wild);
        let text = source(&script);
        let options = CompileOptions {
            stubs: vec![Stub::new("world", WORLD), Stub::new("mail", MAIL)],
            ..CompileOptions::default()
        };
        let program = salami::compile("program.py", &text, &options)
            .unwrap_or_else(|error| panic!("{error}\n{text}"));
        let parts = CodeParts::parse(&program.to_code().body)
            .unwrap_or_else(|error| panic!("{error}\n{text}"));
        Program {
            tag: tag.to_owned(),
            parts,
            text: text
                .split_once(FIRST)
                .map_or(text.as_str(), |parts| parts.1)
                .to_owned(),
            events: script.events(),
            is_wild,
        }
    }

    fn waits(
        &self,
        code: &[u8],
        shared: &[u8],
        threads: &[(ThreadId, Vec<u8>)],
    ) -> Result<BTreeSet<(ThreadId, Slot)>, String> {
        let program = salami::Program::from_code(code)?;
        let states: Vec<(ThreadId, &[u8])> = threads
            .iter()
            .map(|(thread, state)| (*thread, state.as_slice()))
            .collect();
        let options = ResumeOptions::default();
        let execution = Execution::resume_parts(&program, shared, &states, &options);
        let execution = execution.map_err(|error| error.to_string())?;
        let mut waits = BTreeSet::new();
        for (thread, wait) in execution.waits() {
            match wait {
                Wait::Until(_) => drop(waits.insert((thread, 0))),
                Wait::Call(call) if execution.is_told(thread, call.sequence) => {
                    waits.insert((thread, call.sequence + 1));
                }
                _ => {}
            }
        }
        let instants = execution.deadlines().into_iter().map(|wait| wait.0);
        let joins = execution.joins().into_iter().map(|wait| wait.0);
        let held = execution.held().into_iter().map(|held| held.0);
        let own = instants.chain(joins).chain(held);
        waits.extend(own.map(|thread| (thread, 0)));
        Ok(waits)
    }

    fn options(&self) -> String {
        process_options(1, &RunLimits::GENERAL)
    }

    fn fuel(&self) -> [u64; 3] {
        [2_000, 20_000, 50_000_000]
    }
}

/// A script as Python.
#[must_use]
pub fn source(script: &Script) -> String {
    let mut text = HEAD.to_owned();
    for name in CALLS {
        let _ = write!(
            text,
            "\n\ndef {name}(tag: str, place: str, fails: int) -> int:\n    return world.{name}(tag, place, fails)\n"
        );
        let _ = write!(
            text,
            "\n\ndef caught_{name}(tag: str, place: str, fails: int) -> int:\n    try:\n        return world.{name}(tag, place, fails)\n    except ToolError:\n        return 3\n"
        );
    }
    text.push_str(FIRST);
    // Those that are begun come before those that begin them.
    for (number, steps) in script.functions.iter().enumerate().rev() {
        let (head, first) = if number == 0 {
            (
                "def main(tag: str) -> int:",
                "    path, total = '0', digest(tag)\n",
            )
        } else {
            ("", "")
        };
        if number == 0 {
            let _ = write!(text, "\n\n{head}\n{first}");
        } else {
            let _ = write!(
                text,
                "\n\ndef function_{number}(tag: str, path: str, total: int) -> int:\n"
            );
        }
        function(&mut text, number, steps);
    }
    text
}

fn function(text: &mut String, number: usize, steps: &[Step]) {
    let mut begun = 0;
    let mut tasks: Vec<usize> = Vec::new();
    for (index, step) in steps.iter().enumerate() {
        let place = format!("{number}.{index}");
        let line = match step {
            Step::Mix => "total = mix(total, 7)".to_owned(),
            Step::Print => "print(path, total)".to_owned(),
            Step::Spin(fuel) => {
                format!(
                    "for number in range({}):\n        total = mix(total, number)",
                    fuel * 5
                )
            }
            Step::Sleep(time) => format!("time.sleep({time} / 1000)"),
            Step::Peek => format!("total = mix(total, world.peek(tag, path + '/{place}'))"),
            Step::Gather {
                ops,
                any,
                timer,
                catches,
            } => {
                let gathering = gathering(ops, *any, *catches, &place);
                match timer {
                    0 => gathering,
                    timer => within(*timer, &gathering),
                }
            }
            Step::Spawn(function) => {
                begun += 1;
                let task = begun - 1;
                tasks.push(task);
                format!("task_{task} = spawn(function_{function}, tag, path + '.{task}', total)")
            }
            Step::Join => {
                let joins = tasks.drain(..);
                let joins = joins.map(|task| format!("total = mix(total, task_{task}.join())"));
                let joins: Vec<String> = joins.collect();
                if joins.is_empty() {
                    "total = mix(total, 8)".to_owned()
                } else {
                    joins.join("\n    ")
                }
            }
            Step::Fail(times) => {
                format!("total = mix(total, read(tag, path + '/{place}', {times}))")
            }
            Step::Die => "total = mix(total, 9)".to_owned(),
        };
        let _ = writeln!(text, "    {line}");
    }
    text.push_str("    return total\n");
}

/// What is done for so many milliseconds at most.
fn within(timer: u64, gathering: &str) -> String {
    let inner = gathering.replace('\n', "\n        ");
    format!(
        "try:\n        with timeout({timer} / 1000):\n            {inner}\n    except TimeoutError:\n        total = mix(total, 11)"
    )
}

fn gathering(ops: &[Op], any: bool, catches: bool, place: &str) -> String {
    let calls = ops.iter().enumerate().map(|(index, op)| {
        let place = format!("path + '/{place}.{index}'");
        let caught = if catches { "caught_" } else { "" };
        let fails = op.fails;
        let seconds = |timeout: u64| {
            if timeout == 0 {
                "None".to_owned()
            } else {
                format!("{timeout} / 1000")
            }
        };
        match op.wish {
            Wish::Read => (format!("{caught}read"), format!("tag, {place}, {fails}")),
            Wish::Back => ("back".to_owned(), format!("tag, {place}")),
            Wish::Put => (format!("{caught}put"), format!("tag, {place}, {fails}")),
            Wish::Send => (format!("{caught}send"), format!("tag, {place}, {fails}")),
            Wish::Batch => (format!("{caught}batch"), format!("tag, {place}, {fails}")),
            Wish::Ask(timeout) => (
                "ask".to_owned(),
                format!("tag, {place}, {}", seconds(timeout)),
            ),
            Wish::Tell => ("tell".to_owned(), format!("tag, {place}")),
            Wish::Later => ("later".to_owned(), format!("tag, {place}")),
            Wish::Event(kind, timeout) => (
                "received".to_owned(),
                format!("tag, {kind}, {}", seconds(timeout)),
            ),
        }
    });
    let calls: Vec<(String, String)> = calls.collect();
    if let [(name, arguments)] = calls.as_slice() {
        return format!("total = mix(total, {name}({arguments}))");
    }
    let tasks = calls
        .iter()
        .map(|(name, arguments)| format!("spawn({name}, {arguments})"));
    let tasks = tasks.collect::<Vec<_>>().join(", ");
    if any {
        return format!("total = mix(total, race({tasks}))");
    }
    format!("for number in gather({tasks}):\n        total = mix(total, number)")
}

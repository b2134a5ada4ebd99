//! Snapshots: how large they are, in parts, damaged, of other programs, with a key.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "the tests read examples and golden files"
)]

use salami_program::{
    Answer, CompileOptions, Execution, Program, Progress, ResumeOptions, RunOptions, Seal, Strict,
    Stub, Wait,
};
use serde_json::json;

const HASH: Seal = Seal::Hash;

fn compile(source: &str, stubs: &[(&str, &str)]) -> Program {
    let stubs = stubs.iter();
    let options = CompileOptions {
        stubs: stubs.map(|&(name, text)| Stub::new(name, text)).collect(),
        strict: Strict::Never,
        ..CompileOptions::default()
    };
    let program = salami_program::compile("program.py", source, &options);
    program.unwrap_or_else(|error| panic!("{error}"))
}

fn example(path: &str) -> String {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../examples")
        .join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn landlord() -> Program {
    compile(
        &example("landlord/landlord.py"),
        &[
            ("email", &example("landlord/tools/email.pyi")),
            ("user", &example("landlord/tools/user.pyi")),
        ],
    )
}

/// The bytes of an execution in parts.
fn parts(execution: &Execution) -> (Vec<u8>, Vec<Vec<u8>>) {
    let common = execution.process_part(&HASH).expect("it has not ended");
    let threads = (0..execution.thread_count())
        .map(|thread| execution.thread_part(thread, &HASH).expect("it is here"))
        .collect();
    (common, threads)
}

fn size(execution: &Execution) -> usize {
    let (common, threads) = parts(execution);
    let parts = common.len() + threads.iter().map(Vec::len).sum::<usize>();
    let whole = execution.snapshot(&HASH).expect("it has not ended").len();
    assert!(whole <= parts, "{whole} bytes in one, {parts} in parts");
    parts
}

fn again(program: &Program, execution: &Execution) -> Execution {
    let bytes = execution.snapshot(&HASH).expect("it has not ended");
    let resumed = Execution::resume(program, &bytes, &ResumeOptions::default());
    let resumed = resumed.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(resumed.snapshot(&HASH), Some(bytes));
    resumed
}

#[test]
fn a_program_that_waits_for_one_call_is_small() {
    let stub = "def ask(question: str) -> str: ...";
    let source = "from tools import user\nname = user.ask('What is your name?')\nprint(name)\n";
    let program = compile(source, &[("user", stub)]);
    let mut execution = program.start(&RunOptions::default()).expect("it starts");
    let Progress::Suspended(Wait::Call(call)) = execution.step(u64::MAX) else {
        panic!("it asks")
    };
    assert!(size(&execution) <= 300, "{}", size(&execution));
    let mut execution = again(&program, &execution);
    execution.answer_call(call.sequence, &Answer::Value("Ada".into()));
    assert!(matches!(execution.step(u64::MAX), Progress::Ended(Ok(_))));
    assert_eq!(execution.take_output(), "Ada\n");
}

#[test]
fn the_landlord_asleep_is_small() {
    let program = landlord();
    let mut execution = program.start(&RunOptions::default()).expect("it starts");
    let message = json!({
        "message_id": "<1@example.com>", "sender": "landlord@example.com", "sender_name": "L. Lord",
        "to": ["me@example.com"], "subject": "Rent", "received": "2026-01-15T11:59:00+00:00",
        "body": "The rent goes up by ten percent from March.", "in_reply_to": "", "attachments": [],
    });
    let mut answers = [message, json!("<2@example.com>")].into_iter();
    let instant = loop {
        match execution.step(u64::MAX) {
            Progress::Suspended(Wait::Call(call)) => {
                let answer = answers.next().expect("two calls come before the week");
                execution.answer_call(call.sequence, &Answer::Value(answer));
            }
            Progress::Suspended(Wait::Until(instant)) => break instant,
            other => panic!("{other:?}"),
        }
    };
    assert!(size(&execution) <= 400, "{}", size(&execution));
    let mut execution = again(&program, &execution);
    execution.advance(instant);
    let Progress::Suspended(Wait::Call(call)) = execution.step(u64::MAX) else {
        panic!("it looks for an answer")
    };
    assert_eq!(call.name(), "email.received");
}

#[test]
fn ten_thousand_integers_are_small() {
    let source = "import time\nnumbers = [n * n for n in range(10000)]\ntime.sleep(1)\n";
    let program = compile(source, &[]);
    let mut execution = program.start(&RunOptions::default()).expect("it starts");
    assert!(matches!(execution.step(u64::MAX), Progress::Suspended(_)));
    assert!(size(&execution) <= 40_000, "{}", size(&execution));
    again(&program, &execution);
}

#[test]
fn unseeded_randomness_is_small_and_goes_on() {
    let source = "
import random, time, uuid
print(random.random(), random.gauss(0, 1))
first = uuid.uuid4()
time.sleep(1)
print(random.random(), random.gauss(0, 1), uuid.uuid4())
";
    let program = compile(source, &[]);
    let whole = program.run(&RunOptions::default()).output;
    let mut execution = program.start(&RunOptions::default()).expect("it starts");
    let Progress::Suspended(Wait::Until(instant)) = execution.step(u64::MAX) else {
        panic!("it sleeps")
    };
    assert!(size(&execution) <= 600, "{}", size(&execution));
    let mut output = execution.take_output();
    let mut execution = again(&program, &execution);
    execution.advance(instant);
    execution.step(u64::MAX);
    output += &execution.take_output();
    assert_eq!(output, whole);
}

const THREADS: &str = "
import time
from salami import gather, spawn

def wait(name: str, days: int) -> str:
    time.sleep(days * 86400)
    return f'{name} after {days}'

def main() -> str:
    tasks = [spawn(wait, f'thread {days}', days) for days in (3, 1, 2)]
    return ', '.join(gather(*tasks))

print(main())
";

/// Each step loads only the part of the thread that wakes, and what it turns out to need.
#[test]
fn threads_wake_alone() {
    let program = compile(THREADS, &[]);
    let mut execution = program.start(&RunOptions::default()).expect("it starts");
    assert!(matches!(
        execution.step(u64::MAX),
        Progress::Suspended(Wait::Until(_))
    ));
    assert_eq!(execution.begun_threads(), [(1, 0), (2, 0), (3, 0)]);
    assert_eq!(execution.changed_threads(), [0, 1, 2, 3]);
    let mut dues: Vec<(u64, i64)> = execution
        .waits()
        .into_iter()
        .filter_map(|(thread, wait)| match wait {
            Wait::Until(instant) => Some((thread, instant)),
            _ => None,
        })
        .collect();
    dues.sort_by_key(|(_, instant)| *instant);
    assert_eq!(
        dues.iter().map(|(thread, _)| *thread).collect::<Vec<_>>(),
        [2, 3, 1]
    );
    let whole = again(&program, &execution);
    assert_eq!(whole.waits().len(), 3);
    let (mut common, mut threads) = parts(&execution);
    let options = ResumeOptions::default();
    let mut loads = Vec::new();
    for (turn, (thread, instant)) in dues.into_iter().enumerate() {
        let part = threads[thread as usize].clone();
        let resumed = Execution::resume_parts(&program, &common, &[(thread, &part)], &options);
        let mut execution = resumed.unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(execution.process_part(&HASH), Some(common.clone()));
        assert_eq!(execution.thread_part(thread, &HASH), Some(part));
        assert!(execution.changed_threads().is_empty());
        assert!(execution.snapshot(&HASH).is_none());
        execution.advance(instant);
        let end = loop {
            match execution.step(u64::MAX) {
                Progress::Absent(thread) => {
                    loads.push((turn, thread));
                    execution
                        .load_thread(thread, &threads[thread as usize], &HASH)
                        .unwrap_or_else(|error| panic!("{error}"));
                }
                Progress::Running => {}
                other => break other,
            }
        };
        if turn < 2 {
            assert!(matches!(end, Progress::Idle), "{end:?}");
            for thread in execution.changed_threads() {
                threads[thread as usize] =
                    execution.thread_part(thread, &HASH).expect("it is here");
            }
            common = execution.process_part(&HASH).expect("it has not ended");
        } else {
            assert!(matches!(end, Progress::Ended(Ok(_))), "{end:?}");
            assert_eq!(
                execution.take_output(),
                "thread 3 after 3, thread 1 after 1, thread 2 after 2\n"
            );
        }
    }
    // The main thread when the last it waits for ends, then those whose results it takes.
    assert_eq!(loads, [(2, 0), (2, 2), (2, 3)]);
}

#[test]
fn damage_other_programs_and_keys_are_told_apart() {
    let program = compile(THREADS, &[]);
    let mut execution = program.start(&RunOptions::default()).expect("it starts");
    execution.step(u64::MAX);
    let bytes = execution.snapshot(&HASH).expect("it has not ended");
    let code = |program: &Program, bytes: &[u8], seal: Seal| {
        let options = ResumeOptions {
            seal,
            ..ResumeOptions::default()
        };
        match Execution::resume(program, bytes, &options) {
            Ok(_) => "",
            Err(error) => error.code,
        }
    };
    assert_eq!(code(&program, &bytes, HASH), "");
    for index in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[index] ^= 1;
        assert_ne!(code(&program, &changed, HASH), "", "byte {index}");
        assert_ne!(code(&program, &bytes[..index], HASH), "", "{index} bytes");
    }
    let other = compile("print(1)", &[]);
    assert_eq!(code(&other, &bytes, HASH), "snapshot.program");
    let (key, wrong) = (Seal::Key([1; 32]), Seal::Key([2; 32]));
    let sealed = execution.snapshot(&key).expect("it has not ended");
    assert_eq!(code(&program, &sealed, key.clone()), "");
    assert_eq!(code(&program, &sealed, wrong), "snapshot.damaged");
    assert_eq!(code(&program, &sealed, HASH), "snapshot.damaged");
    assert_eq!(code(&program, &bytes, key), "snapshot.damaged");
}

/// What is counted for the limits of instructions and iterations goes on.
#[test]
fn limits_go_on() {
    let source = "
def main(rounds: int) -> int:
    total = 0
    for outer in range(20):
        for inner in range(rounds):
            total += inner
    return total
";
    let program = compile(source, &[]);
    for rounds in [50, 90, 110, 400] {
        let limits = salami_program::RunLimits {
            instructions: Some(9_000),
            iterations: Some(100),
            ..salami_program::RunLimits::SVM
        };
        let input = json!({ "rounds": rounds });
        let options = RunOptions {
            input: input.as_object().cloned().unwrap_or_default(),
            limits,
            ..RunOptions::default()
        };
        let mut whole = program.start(&options).expect("it starts");
        let Progress::Ended(expected) = whole.step(1 << 40) else {
            panic!("it ends")
        };
        let mut execution = program.start(&options).expect("it starts");
        let found = loop {
            if let Progress::Ended(result) = execution.step(333) {
                break result;
            }
            let bytes = execution.snapshot(&HASH).expect("it has not ended");
            let options = ResumeOptions {
                limits,
                ..ResumeOptions::default()
            };
            let resumed = Execution::resume(&program, &bytes, &options);
            execution = resumed.unwrap_or_else(|error| panic!("{error}"));
            assert_eq!(execution.snapshot(&HASH), Some(bytes));
        };
        assert_eq!(found, expected);
        assert_eq!(
            (execution.fuel(), execution.instructions()),
            (whole.fuel(), whole.instructions())
        );
    }
}

/// Listings are verified for the input that they were started with, and resumed so; calls side by side
/// keep their places.
#[test]
fn listings_are_resumed_for_their_input() {
    for name in ["validate", "parallel"] {
        let source = salami_program::Source::new("it.ir", example(&format!("svm/{name}.ir")));
        let program = Program::from_assembly(source).unwrap_or_else(|error| panic!("{error}"));
        let input: serde_json::Value =
            serde_json::from_str(&example(&format!("svm/{name}.json"))).expect("it is JSON");
        let input = input.as_object().cloned().unwrap_or_default();
        let limits = salami_program::RunLimits::SVM;
        let options = RunOptions {
            input: input.clone(),
            limits,
            ..RunOptions::default()
        };
        let resume = ResumeOptions {
            limits,
            input,
            ..ResumeOptions::default()
        };
        let mut outcomes = Vec::new();
        for is_resumed in [false, true] {
            let mut execution = program.start(&options).expect("it starts");
            let mut told = Vec::new();
            let result = loop {
                // Enough for any one instruction: what is granted and not used is in no snapshot.
                let progress = execution.step(61);
                if is_resumed && !matches!(progress, Progress::Ended(_)) {
                    let bytes = execution.snapshot(&HASH).expect("it has not ended");
                    let resumed = Execution::resume(&program, &bytes, &resume);
                    execution = resumed.unwrap_or_else(|error| panic!("{name}: {error}"));
                    assert_eq!(execution.snapshot(&HASH), Some(bytes), "{name}");
                }
                match progress {
                    Progress::Running => {}
                    Progress::Suspended(Wait::Call(call)) => {
                        told.push(format!("{} {:?}", call.name(), call.arguments));
                        // The first of several is answered once the second was told.
                        let sequence = call.sequence;
                        let answer = json!({"a": sequence, "result": [sequence], "valid": true});
                        execution.answer_call(sequence, &Answer::Value(answer));
                    }
                    Progress::Ended(result) => break result,
                    other => panic!("{other:?}"),
                }
            };
            outcomes.push((result, told, execution.fuel(), execution.instructions()));
        }
        assert_eq!(outcomes[0], outcomes[1], "{name}");
        assert!(!outcomes[0].1.is_empty(), "{name} calls");
    }
}

/// The part of the process hardly grows with its threads, and waking one reads one.
#[test]
fn many_threads_share_a_small_part() {
    let source = "
import time
from salami import spawn

def wait(days: int) -> None:
    time.sleep(days * 86400)

def main() -> None:
    for days in range(1, 2001):
        spawn(wait, days)
    time.sleep(1)

main()
";
    let program = compile(source, &[]);
    let mut execution = program.start(&RunOptions::default()).expect("it starts");
    execution.step(u64::MAX);
    assert_eq!(execution.thread_count(), 2_001);
    let (common, threads) = parts(&execution);
    assert!(common.len() < 100, "{} bytes", common.len());
    let longest = threads.iter().map(Vec::len).max();
    assert!(longest < Some(100), "{longest:?} bytes");
    let options = ResumeOptions::default();
    let part = (700, threads[700].as_slice());
    let resumed = Execution::resume_parts(&program, &common, &[part], &options);
    let mut execution = resumed.unwrap_or_else(|error| panic!("{error}"));
    let waits = execution.waits();
    let [(700, Wait::Until(instant))] = waits.as_slice() else {
        panic!("{waits:?}")
    };
    execution.advance(*instant);
    assert!(matches!(execution.step(u64::MAX), Progress::Idle));
    assert_eq!(execution.changed_threads(), [700]);
}

/// Programs of which a module and a snapshot are kept for every version of the format: what each is run
/// with up to the snapshot, and what it prints from there on.
const GOLDEN: &[(&str, &str)] = &[
    (
        "values",
        "
import re, time
from collections import Counter, OrderedDict, defaultdict, deque
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal, getcontext
from zoneinfo import ZoneInfo

@dataclass
class Point:
    x: int
    y: float = 0.5

def squares(limit):
    for number in range(limit):
        received = yield number * number
        if received:
            print('received', received)

def main() -> None:
    getcontext().prec = 12
    shared = [1, 2.5, 'three', None, True, b'four', 2 ** 100]
    data = {'a': shared, 'b': (shared, ...), 3: {1, 2, 30}, 'f': frozenset({'x', 'y'})}
    counts = Counter('hello')
    ordered = OrderedDict(one=1, two=2)
    groups = defaultdict(list, {'k': [1]})
    queue = deque([1, 2, 3], maxlen=4)
    moments = [date(2026, 1, 2), datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc), timedelta(days=3, seconds=1)]
    paris = datetime(2026, 7, 1, 12, tzinfo=ZoneInfo('Europe/Paris'))
    price = Decimal('12.50') / 7
    match = re.search(r'(?P<word>\\w+) (\\d+)', 'number 42')
    generator = squares(10)
    next(generator), next(generator)
    walk = enumerate(zip(shared, range(10)))
    next(walk)
    text = 'growing'
    longer = text + ' text' * 20
    point = Point(3)
    add = lambda number: number + point.x
    try:
        {}['missing']
    except KeyError as error:
        time.sleep(60)
        print(repr(error))
    print(data, data['b'][0] is shared, counts, ordered, groups, queue)
    print(moments, paris.isoformat(), price, match and match.group('word'), generator.send('this'))
    print(next(walk), longer[-4:], point, add(4), time.time())

main()
",
    ),
    (
        "threads",
        "
import random, time
from salami import gather, race, spawn

def work(name: str, seconds: int) -> str:
    time.sleep(seconds)
    if name == 'bad':
        raise ValueError('it went wrong')
    return f'{name} {seconds}'

def main() -> None:
    print(random.random())
    tasks = [spawn(work, 'first', 30), spawn(work, 'second', 10)]
    bad = spawn(work, 'bad', 5)
    print(race(spawn(work, 'slow', 100), spawn(work, 'quick', 1)))
    time.sleep(20)
    try:
        bad.join()
    except ValueError as error:
        print('caught', error)
    print(gather(*tasks), random.random(), time.monotonic())

main()
",
    ),
    (
        "fibers",
        "
import asyncio

async def produce(queue):
    for number in range(4):
        await asyncio.sleep(1)
        await queue.put(number)
    await queue.put(None)

async def consume(queue):
    total = 0
    while (item := await queue.get()) is not None:
        total += item
        print('got', item)
    return total

async def main():
    queue = asyncio.Queue(maxsize=1)
    _, total = await asyncio.gather(produce(queue), consume(queue))
    print('total', total)

asyncio.run(main())
",
    ),
];

/// Where snapshots of a program are taken: so far, in fuel, after each step before.
const STEPS: [u64; 4] = [90, 400, 500, 2_000];

fn golden(name: &str) -> std::path::PathBuf {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    folder.join(name)
}

fn finish(mut execution: Execution) -> String {
    let mut output = String::new();
    loop {
        let progress = execution.step(u64::MAX);
        output += &execution.take_output();
        match progress {
            Progress::Suspended(Wait::Until(instant)) => execution.advance(instant),
            Progress::Ended(result) => {
                assert!(result.is_ok(), "{result:?}");
                return format!("{output}{} fuel\n", execution.fuel());
            }
            Progress::Running => {}
            other => panic!("{other:?}"),
        }
    }
}

/// Snapshots that released versions wrote go on as they did then. `BLESS=1` writes those that are not
/// there yet: once for each version of the format, and never again.
#[test]
fn golden_snapshots_load_for_ever() {
    let version = format!("v{}", salami_program::SNAPSHOT_FORMAT);
    if std::env::var_os("BLESS").is_some() {
        for (name, source) in GOLDEN {
            let folder = golden(&format!("{version}-{name}"));
            if folder.exists() {
                continue;
            }
            std::fs::create_dir_all(&folder).expect("a folder");
            let program = compile(source, &[]);
            std::fs::write(folder.join("program.svm"), program.to_bytes()).expect("a file");
            let mut execution = program.start(&RunOptions::default()).expect("it starts");
            for (index, fuel) in STEPS.into_iter().enumerate() {
                if let Progress::Suspended(Wait::Until(instant)) = execution.step(fuel) {
                    execution.advance(instant);
                }
                execution.take_output();
                let Some(bytes) = execution.snapshot(&HASH) else {
                    break;
                };
                std::fs::write(folder.join(format!("{index}.snapshot")), bytes).expect("a file");
                let rest = finish(execution.clone());
                std::fs::write(folder.join(format!("{index}.output")), rest).expect("a file");
            }
        }
    }
    let mut count = 0;
    for entry in std::fs::read_dir(golden("")).expect("golden files") {
        let folder = entry.expect("a folder").path();
        let read = |name: &str| std::fs::read(folder.join(name)).ok();
        let module = read("program.svm").unwrap_or_else(|| panic!("{}", folder.display()));
        let program = Program::from_module(&module).unwrap_or_else(|error| panic!("{error}"));
        let is_current = folder
            .file_name()
            .is_some_and(|name| name.to_string_lossy().starts_with(&format!("{version}-")));
        for index in 0.. {
            let Some(bytes) = read(&format!("{index}.snapshot")) else {
                break;
            };
            let execution = Execution::resume(&program, &bytes, &ResumeOptions::default());
            let execution =
                execution.unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
            if is_current {
                assert_eq!(
                    execution.snapshot(&HASH),
                    Some(bytes),
                    "{} {index}",
                    folder.display()
                );
            }
            let expected = read(&format!("{index}.output")).expect("an output");
            assert_eq!(
                finish(execution),
                String::from_utf8_lossy(&expected),
                "{} {index}",
                folder.display()
            );
            count += 1;
        }
    }
    assert!(count >= 3 * GOLDEN.len(), "{count} snapshots");
}

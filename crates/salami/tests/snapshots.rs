//! Snapshots: how large they are, in parts, damaged, of other programs, with a key.

use salami::{
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
    let program = salami::compile("program.py", source, &options);
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
    assert!(whole <= parts);
    println!(
        "{whole} bytes in one, {} + {:?} in parts",
        common.len(),
        threads.iter().map(Vec::len).collect::<Vec<_>>()
    );
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
    println!("{loads:?}");
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

//! Writes or reads the state of a small execution again and again, for `bench/instructions.py` to count what that costs:
//! `cargo run --example snapshot_cost WHAT COUNT`, WHAT being `dump_call`, `load_call`, `dump_landlord` or `load_landlord`.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    clippy::expect_used,
    clippy::panic,
    reason = "a tool for people"
)]

use std::hint::black_box;

use salami::{
    Answer, CompileOptions, Execution, Program, Progress, ResumeOptions, RunOptions, Seal, Stub,
    Wait,
};
use salami_testkit::files;
use serde_json::json;

/// What waits for one call.
const CALL: &str = "
from tools import shop

def main(item: str = 'tea') -> float:
    return shop.price(item) * 2
";
const SHOP: &str = "@read\ndef price(item: str) -> float: ...\n";

fn compile(source: &str, stubs: Vec<Stub>) -> Program {
    let options = CompileOptions {
        stubs,
        ..CompileOptions::default()
    };
    let compiled = salami::compile("program.py", source, &options);
    compiled.unwrap_or_else(|error| panic!("{error}"))
}

/// A program that waits for the answer of a tool.
fn calling() -> (Program, Execution) {
    let program = compile(CALL, vec![Stub::new("shop", SHOP)]);
    let mut execution = program.start(&RunOptions::default()).expect("it starts");
    let progress = execution.step(u64::MAX);
    assert!(matches!(progress, Progress::Suspended(Wait::Call(_))));
    (program, execution)
}

/// The landlord's program, asleep for a week.
fn asleep() -> (Program, Execution) {
    let folder = files::root().join("examples/landlord");
    let text = |name: &str| std::fs::read_to_string(folder.join(name)).expect("an example");
    let stubs = vec![
        Stub::new("email", text("tools/email.pyi")),
        Stub::new("user", text("tools/user.pyi")),
    ];
    let program = compile(&text("landlord.py"), stubs);
    let mut execution = program.start(&RunOptions::default()).expect("it starts");
    loop {
        match execution.step(u64::MAX) {
            Progress::Suspended(Wait::Call(call)) if call.function == "received" => {
                let message = json!({
                    "message_id": "<1@example.com>", "sender": "landlord@example.com", "sender_name": "L. Lord",
                    "to": ["me@example.com"], "subject": "Rent", "received": "2026-01-15T11:59:00+00:00",
                    "body": "The rent goes up by ten percent from March.", "in_reply_to": "", "attachments": [],
                });
                execution.answer(&Answer::Value(message));
            }
            Progress::Suspended(Wait::Call(_)) => {
                execution.answer(&Answer::Value(json!("<2@example.com>")));
            }
            Progress::Suspended(Wait::Until(_)) => return (program, execution),
            other => panic!("it does not sleep: {other:?}"),
        }
    }
}

fn dump(execution: &Execution) -> (Vec<u8>, Vec<u8>) {
    let common = execution.process_part(&Seal::Hash).expect("it waits");
    let own = execution.thread_part(0, &Seal::Hash).expect("it waits");
    (common, own)
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let what = arguments.get(1).map_or("", String::as_str);
    let count = arguments.get(2).and_then(|text| text.parse().ok());
    let (Some((way, which)), Some(count)) = (what.split_once('_'), count) else {
        println!("dump_call, load_call, dump_landlord or load_landlord, and how often");
        return;
    };
    let count: u64 = count;
    let (program, execution) = match which {
        "call" => calling(),
        _ => asleep(),
    };
    let (common, own) = dump(&execution);
    let options = ResumeOptions::default();
    for _ in 0..count {
        match way {
            "dump" => drop(black_box(dump(black_box(&execution)))),
            _ => {
                let threads = [(0, own.as_slice())];
                let resumed = Execution::resume_parts(&program, &common, &threads, &options);
                drop(black_box(resumed).expect("it is a state"));
            }
        }
    }
    println!("{} bytes", common.len() + own.len());
}

//! The landlord's tenant, a real program, through the real engine: start, letter, a week of sleep, silence of the
//! lawyer, end.

use std::path::Path;
use std::time::Instant;

use salami::{CompileOptions, FunctionTool, Permissions, ProcessRuntime, RunLimits, Strict, Stub, Tools, process_options};
use salami_process::engine::{Engine, EngineOptions};
use salami_process::store::{NewEvent, NewProcess, SimulatedClock, Store};
use salami_store::SqliteStore;
use serde_json::{Value, json};

use super::bare;
use super::sleepers::{START, WEEK};
use super::{Folder, figure, number, open, resident};
use crate::clock::median_microseconds;
use crate::{Bound, Figure};

/// `examples/landlord/landlord.py` for a landlord who is told.
const PROGRAM: &str = include_str!("landlord.py");
const EMAIL: &str = include_str!("../../../examples/landlord/tools/email.pyi");
const USER: &str = include_str!("../../../examples/landlord/tools/user.pyi");
const BATCH: usize = 1000;
/// Says to a process of this program that it is the one which is killed.
pub const KILLED: &str = "LANDLORDS_BENCH_KILLED";

fn tools() -> Tools {
    let mut tools = Tools::new(Permissions::everything());
    tools.connect(FunctionTool::new("email", EMAIL, |_| Ok::<Value, String>(json!("<sent@example.com>"))));
    tools.connect(FunctionTool::new("user", USER, |_| Ok::<Value, String>(Value::Null)));
    tools
}

fn engine(path: &Path, clock: &SimulatedClock, batch: usize) -> Engine {
    let store: SqliteStore = open(path, clock);
    let options = EngineOptions { lease: 1000 * WEEK, batch, calls: batch, ..EngineOptions::default() };
    Engine::new(Box::new(store), Box::new(ProcessRuntime::default()), tools(), options)
}

/// Rounds until nothing is to be done, or so many turns are done; turns and seconds.
fn work(engine: &mut Engine, most: usize) -> (usize, f64) {
    let begin = Instant::now();
    let mut turns = 0;
    while turns < most {
        let round = engine.round().expect("the store works");
        turns += round.turns;
        let is_idle = round.is_idle();
        for job in round.jobs {
            let done = job.run();
            engine.finish(done);
        }
        if is_idle {
            break;
        }
    }
    (turns, begin.elapsed().as_secs_f64())
}

fn landlord(at: usize) -> String {
    format!("landlord{at}@example.com")
}

fn begin(engine: &mut Engine, clock: &SimulatedClock, sleepers: usize) -> (usize, f64) {
    let stubs = vec![Stub::new("email", EMAIL), Stub::new("user", USER)];
    let options = CompileOptions { stubs, strict: Strict::Never, ..CompileOptions::default() };
    let program = salami::compile("landlord.py", PROGRAM, &options).expect("it is right");
    let code = program.to_code();
    engine.store().put_code(&code).expect("code");
    let options = process_options(0, &RunLimits::GENERAL);
    let (mut all, mut took) = (0, 0.0);
    for first in (0..sleepers).step_by(BATCH) {
        let those = first..(first + BATCH).min(sleepers);
        let new: Vec<NewProcess> = those
            .clone()
            .map(|at| NewProcess {
                code: code.hash,
                owner: "ada@example.com".to_owned(),
                name: "landlord.py".to_owned(),
                input: json!({"landlord": landlord(at)}).to_string(),
                options: options.clone(),
            })
            .collect();
        let events: Vec<NewEvent> = those
            .map(|at| NewEvent {
                topic: "email.received".to_owned(),
                fields: json!({
                    "message_id": format!("<{at}@example.com>"), "sender": landlord(at), "sender_name": "L.",
                    "to": ["ada@example.com"], "subject": "The rent", "body": "It rises.",
                    "received": "2026-09-21T12:00:00",
                })
                .to_string(),
                unique: None,
            })
            .collect();
        let start = Instant::now();
        engine.store().start(&new).expect("started");
        let before = start.elapsed().as_secs_f64();
        let (waiting, first_time) = work(engine, usize::MAX);
        let start = Instant::now();
        engine.store().publish(&events, None).expect("kept");
        let letters = start.elapsed().as_secs_f64();
        let (asleep, second_time) = work(engine, usize::MAX);
        all += waiting + asleep;
        took += before + first_time + letters + second_time;
        // Few are due together.
        clock.advance(WEEK as u64 / 2 / (sleepers / BATCH).max(1) as u64);
    }
    (all, took)
}

/// The bytes of the file that the log of events takes.
fn letters(path: &Path) -> f64 {
    let connection = rusqlite::Connection::open(path).expect("a database");
    let sql = "SELECT total(pgsize) FROM dbstat WHERE name LIKE 'event%'";
    connection.query_row(sql, [], |row| row.get(0)).expect("a sum")
}

pub fn figures() -> Vec<Figure> {
    let clock = SimulatedClock::new(START);
    if let Ok(path) = std::env::var(KILLED) {
        clock.set(START + 3 * WEEK);
        work(&mut engine(Path::new(&path), &clock, BATCH), number() / 20);
        std::process::abort();
    }
    let sleepers = number();
    let folder = Folder::new("landlords");
    let path = folder.file();
    let mut figures = Vec::new();
    let mut push = |name: &str, value, unit, bound| figures.push(figure(&format!("landlords: {name}"), value, unit, bound));

    let mut writer = engine(&path, &clock, BATCH);
    let before = resident();
    let (turns, took) = begin(&mut writer, &clock, sleepers);
    push("turns while they start and get their letter", turns as f64 / took, "a second", None);
    push("memory beside what it was", resident() - before, "MB", Some(Bound::AtMost(130.0)));
    drop(writer);
    let size = std::fs::metadata(&path).map_or(0, |metadata| metadata.len()) as f64;
    let letters = letters(&path);
    push("each process asleep", (size - letters) / sleepers as f64, "bytes", Some(Bound::AtMost(1000.0)));
    push("each letter, in the log of events", letters / sleepers as f64, "bytes", None);

    let mut store = open(&path, &clock);
    let empty = median_microseconds(1000, || {
        assert!(store.claim("worker", WEEK, 100).expect("claimed").is_empty());
        assert!(store.begin_calls("worker", WEEK, 100).expect("begun").is_empty());
        assert!(store.next_due().expect("due").is_some());
    });
    push("an empty poll", empty, "us", Some(Bound::AtMost(1000.0)));
    clock.set(START + 3 * WEEK);
    let start = Instant::now();
    let first = store.claim("another", WEEK, 100).expect("claimed");
    let found = start.elapsed().as_secs_f64();
    assert_eq!(first.len(), 100, "as many as were asked for");
    push("the first hundred due", found * 1e3, "ms", Some(Bound::AtMost(10.0)));
    drop(store);

    // A third of them for the bare loop, which leaves nothing behind that a program could go on with.
    let batched = (sleepers / 3).max(1);
    let (turns, took) = work(&mut engine(&path, &clock, BATCH), batched);
    let ours = turns as f64 / took;
    push("turns batched, to the end", ours, "a second", Some(Bound::AtLeast(10_000.0)));
    let few = (sleepers / 20).clamp(1, 1000);
    let (turns, took) = work(&mut engine(&path, &clock, 1), few);
    let one = turns as f64 / took;
    push("turns one by one", one, "a second", None);

    let program = std::env::current_exe().expect("this program");
    let killed = std::process::Command::new(program).arg("landlords").env(KILLED, &path).status().expect("it runs");
    assert!(!killed.success(), "it is killed");
    let start = Instant::now();
    let mut store = open(&path, &clock);
    assert!(store.next_due().expect("due").is_some());
    push("opened after a kill", start.elapsed().as_secs_f64() * 1e3, "ms", Some(Bound::AtMost(1000.0)));
    drop(store);

    let bare_number = (sleepers / 10).clamp(1, 30_000);
    let start = Instant::now();
    bare::turns(&path, &clock, bare_number, BATCH);
    let bare = bare_number as f64 / start.elapsed().as_secs_f64();
    push("a bare loop batched", bare, "a second", None);
    push("of the bare loop batched", ours / bare, "", Some(Bound::AtLeast(1.0 / 7.0)));
    let start = Instant::now();
    bare::turns(&path, &clock, few, 1);
    let bare = few as f64 / start.elapsed().as_secs_f64();
    push("a bare loop one by one", bare, "a second", None);
    push("of the bare loop one by one", one / bare, "", Some(Bound::AtLeast(1.0 / 7.0)));
    figures
}

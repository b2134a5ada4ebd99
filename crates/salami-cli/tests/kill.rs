//! Two workers of one store, killed at random moments, now one, now both: no effect of a program is lost, and none happens twice, unless it
//! was said that nobody knows.
//!
//! `cargo test -p salami-cli --test kill -- --kills 200 --seed 7` kills more often, at other moments.

mod common;

use std::collections::BTreeMap;
use std::process::{Child, ExitCode, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use common::{Folder, command};
use salami_process::store::{CallState, ProcessFilter, Store, WaitKind};
use salami_store::{SqliteStore, SystemClock};
use serde_json::Value;

/// Kills where no argument says how many.
const KILLS: u64 = 20;
/// Threads of a process, and steps of each: a step has one effect of each kind.
const THREADS: u64 = 4;
const STEPS: u64 = 12;

const PROGRAM: &str = "import time
from salami import gather, spawn
from tools import sql


def chain(process: int, thread: int, steps: int) -> int:
    for step in range(steps):
        sql.known(process, thread, step)
        time.sleep(0.02)
        sql.unknown(process, thread, step)
    return steps


def main(process: int, threads: int, steps: int) -> int:
    return sum(gather(*[spawn(chain, process, thread, steps) for thread in range(threads)]))
";

/// `known` knows by the key of a call what it did, `unknown` does what it is told.
const CONFIG: &str = r#"
[permissions]
allow = ["sql.*"]

[tools.sql]
url = "sqlite:effects.db"

[tools.sql.statements.known]
sql = "insert into known (key, process, thread, step) values (:call_key, :process, :thread, :step) on conflict do nothing"
effect = "undoable"
undo = "known"
parameters = ["process: int", "thread: int", "step: int"]

[tools.sql.statements.unknown]
sql = "insert into unknown (process, thread, step) values (:process, :thread, :step)"
effect = "irreversible"
parameters = ["process: int", "thread: int", "step: int"]
"#;

/// A process's thread's step.
type Effect = (u64, u64, u64);

struct Trial {
    folder: Folder,
    processes: u64,
    /// Effects of which nobody knew whether they happened, and how often that was so.
    doubts: BTreeMap<Effect, u64>,
}

impl Trial {
    fn new() -> Self {
        let folder = Folder::new("kill");
        folder.file("program.py", PROGRAM);
        folder.file("salami.toml", CONFIG);
        let trial = Self {
            folder,
            processes: 0,
            doubts: BTreeMap::new(),
        };
        let effects = trial.folder.path("effects.db");
        let connection = rusqlite::Connection::open(effects).expect("a database");
        let tables = "create table known (key text primary key, process, thread, step);
            create table unknown (process, thread, step);";
        connection.execute_batch(tables).expect("tables");
        trial
    }

    fn run(&self, arguments: &[&str]) -> (Option<i32>, String) {
        let output = command()
            .args(arguments)
            .current_dir(self.folder.path("."))
            .output()
            .expect("salami runs");
        let errors = String::from_utf8_lossy(&output.stderr);
        let text = String::from_utf8_lossy(&output.stdout);
        (output.status.code(), format!("{text}{errors}"))
    }

    fn start(&mut self) {
        self.processes += 1;
        let process = format!("process={}", self.processes);
        let (threads, steps) = (format!("threads={THREADS}"), format!("steps={STEPS}"));
        let arguments = [
            "start",
            "program.py",
            "--config",
            "salami.toml",
            "--param",
            &process,
            "--param",
            &threads,
            "--param",
            &steps,
        ];
        let (status, text) = self.run(&arguments);
        assert_eq!(status, Some(0), "{text}");
    }

    fn work(&self) -> Child {
        command()
            .args(["work", "--quiet", "--config", "salami.toml"])
            .current_dir(self.folder.path("."))
            .stdout(Stdio::null())
            .stderr(Stdio::inherit())
            .spawn()
            .expect("salami works")
    }

    fn store(&self) -> SqliteStore {
        let path = self.folder.path("salami.db");
        SqliteStore::open(path, Box::new(SystemClock::default())).expect("the store")
    }

    /// Whether all processes ended. Calls of which nobody knows are noted and made again.
    fn look(&mut self) -> bool {
        let mut store = self.store();
        let processes = store.processes(&ProcessFilter::default(), None, 1_000);
        let mut has_ended = true;
        for process in processes.expect("processes") {
            has_ended &= process.status.has_ended();
            let mut is_doubtful = false;
            for wait in store.waits(process.id).expect("waits") {
                if wait.wait.kind != WaitKind::Call(CallState::Unknown) {
                    continue;
                }
                assert_eq!(wait.wait.name, "sql.unknown", "the other is made again");
                let body: Value = serde_json::from_str(&wait.wait.body).expect("JSON");
                let number = |name: &str| body[name].as_u64().expect("a number");
                let effect = (number("process"), number("thread"), number("step"));
                *self.doubts.entry(effect).or_default() += 1;
                is_doubtful = true;
            }
            if is_doubtful {
                let id = process.id.to_string();
                let (status, text) = self.run(&["resolve", &id, "retry"]);
                assert_eq!(status, Some(0), "{text}");
            }
        }
        has_ended
    }

    /// How often each effect of a kind happened.
    fn count(&self, table: &str) -> BTreeMap<Effect, u64> {
        let path = self.folder.path("effects.db");
        let connection = rusqlite::Connection::open(path).expect("a database");
        let query = format!(
            "select process, thread, step, count(*) from {table} group by process, thread, step"
        );
        let mut statement = connection.prepare(&query).expect("a query");
        let rows = statement.query_map([], |row| {
            let number = |index: usize| row.get::<_, i64>(index).map(i64::unsigned_abs);
            Ok(((number(0)?, number(1)?, number(2)?), number(3)?))
        });
        let rows = rows.expect("rows").collect::<Result<_, _>>();
        rows.expect("numbers")
    }
}

fn arguments() -> (u64, u64) {
    let (mut kills, mut seed) = (KILLS, 1);
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let number = words.next().and_then(|text| text.parse().ok());
        match word.as_str() {
            "--kills" => kills = number.unwrap_or(KILLS),
            "--seed" => seed = number.unwrap_or(1),
            _ => {}
        }
    }
    (kills, seed)
}

fn end(worker: &mut Child) {
    worker.kill().expect("it is killed");
    worker.wait().expect("it is dead");
}

fn main() -> ExitCode {
    let (kills, seed) = arguments();
    let mut random = seed | 1;
    let mut trial = Trial::new();
    trial.start();
    let mut workers = [trial.work(), trial.work()];
    for _ in 0..kills {
        // There is always something to interrupt.
        if trial.look() {
            trial.start();
        }
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        sleep(Duration::from_millis(20 + random % 400));
        // One of them, or both at once.
        for (worker, dies) in workers.iter_mut().zip([random % 3 != 0, random % 3 != 1]) {
            if dies {
                end(worker);
                *worker = trial.work();
            }
        }
    }
    let begin = Instant::now();
    while !trial.look() {
        assert!(begin.elapsed() < Duration::from_secs(120), "it never ends");
        sleep(Duration::from_millis(100));
    }
    workers.iter_mut().for_each(end);
    let (known, unknown) = (trial.count("known"), trial.count("unknown"));
    let mut wrong = Vec::new();
    for process in 1..=trial.processes {
        for thread in 0..THREADS {
            for step in 0..STEPS {
                let effect = (process, thread, step);
                let times = known.get(&effect).copied().unwrap_or(0);
                if times != 1 {
                    wrong.push(format!("known {effect:?} happened {times} times"));
                }
                let times = unknown.get(&effect).copied().unwrap_or(0);
                let doubts = trial.doubts.get(&effect).copied().unwrap_or(0);
                if times < 1 || times > 1 + doubts {
                    wrong.push(format!(
                        "unknown {effect:?} happened {times} times, with {doubts} doubts"
                    ));
                }
            }
        }
    }
    let happened: u64 = known.values().chain(unknown.values()).sum();
    println!(
        "kill: seed {seed}: {kills} kills, {} processes, {happened} effects, {} of them in doubt",
        trial.processes,
        trial.doubts.values().sum::<u64>()
    );
    for text in &wrong {
        println!("{text}");
    }
    if wrong.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

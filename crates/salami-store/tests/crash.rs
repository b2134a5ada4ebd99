//! Workers are killed while they write, two at a time on one file: what they said was written is there, each commit
//! is there as a whole or not at all, and the next worker goes on.
//!
//! `STORE_KILLS=200 cargo test -p salami-store --test crash` for more than the 20 of every run.

mod common;

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use salami_process::store::{
    CallState, Code, Finish, FinishedCall, NewProcess, NewWait, ProcessId, Recovered,
    SimulatedClock, Store, StoreError, StoreErrorKind, TurnCommit, WaitKind,
};
use salami_store::{SqliteStore, SystemClock};

/// How many processes a worker claims together.
const CLAIMED: u64 = 8;
/// An hour: what killed workers had claimed nobody gets in this test, so that no claim is ever lost.
const LEASE: i64 = 3_600_000_000;

fn open(path: &Path) -> SqliteStore {
    SqliteStore::open(path, Box::new(SystemClock::new())).expect("a store")
}

fn call(slot: u64) -> NewWait {
    NewWait {
        thread: 0,
        slot,
        kind: WaitKind::Call(CallState::Intended),
        due: None,
        name: "bank.pay".to_owned(),
        body: "{}".to_owned(),
        is_repeatable: true,
    }
}

/// Asks until the store is free: two that write all the time starve each other now and then, and who works for real
/// tries again, too.
fn patient<T>(mut ask: impl FnMut() -> Result<T, StoreError>) -> T {
    loop {
        match ask() {
            Err(error) if error.kind == StoreErrorKind::Busy => {}
            outcome => return outcome.expect("the store works"),
        }
    }
}

/// What a worker does until it is killed: each commit writes into each of its journals which commit it is, and of
/// how many turns. It is told outside after it was written.
fn work(path: &Path, worker: &str) {
    let mut store = open(path);
    let mut out = std::io::stdout();
    for commit in 0_u64.. {
        let claimed = patient(|| store.claim(worker, LEASE, CLAIMED as usize));
        let size = claimed.len();
        let turns: Vec<TurnCommit> = claimed
            .iter()
            .map(|claimed| TurnCommit {
                process: claimed.process,
                epoch: claimed.epoch,
                shared: vec![1; 20],
                threads: vec![(0, Some(vec![commit as u8; 400]))],
                begun: Vec::new(),
                taken: claimed
                    .arrived
                    .iter()
                    .map(|wait| (wait.wait.thread, wait.wait.slot))
                    .collect(),
                waits: vec![call(1 + claimed.turns)],
                journal: format!("{worker} {commit} {size}").into_bytes(),
                end: None,
                is_blocked: false,
                is_ready: false,
                obeyed: false,
            })
            .collect();
        let lost = patient(|| store.commit(worker, &turns));
        assert_eq!(lost, [], "no claim is lost");
        if size > 0 {
            writeln!(out, "written {worker} {commit} {size} .").expect("somebody listens");
            out.flush().expect("somebody listens");
        }
        let begun = patient(|| store.begin_calls(worker, LEASE, 16));
        let finished: Vec<FinishedCall> = begun
            .into_iter()
            .map(|call| FinishedCall {
                process: call.process,
                thread: call.thread,
                slot: call.slot,
                attempt: call.attempt,
                finish: Finish::Outcome("1".to_owned()),
            })
            .collect();
        patient(|| store.finish_calls(worker, &finished));
    }
}

/// A worker, and who listens to it.
struct Started {
    child: Child,
    said: Option<JoinHandle<BTreeMap<String, usize>>>,
    /// Something comes when it has written for the first time.
    has_written: Receiver<()>,
}

impl Drop for Started {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn start_worker(path: &Path, worker: &str) -> Started {
    let mut child = Command::new(std::env::current_exe().expect("this program"))
        .args(["--exact", "a_killed_worker_loses_nothing", "--nocapture"])
        .env("STORE_CRASH_FILE", path)
        .env("STORE_CRASH_WORKER", worker)
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn()
        .expect("a worker");
    let output = child.stdout.take().expect("its output");
    let (tell, has_written) = channel();
    let said = std::thread::spawn(move || {
        let mut said = BTreeMap::new();
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            // The runner of tests has put words of its own before the first.
            let Some((_, told)) = line.split_once("written ") else {
                continue;
            };
            // The last may be cut off.
            if let [worker, commit, turns, "."] = told.split(' ').collect::<Vec<&str>>()[..] {
                let turns = turns.parse().expect("a number");
                said.insert(format!("{worker} {commit}"), turns);
                let _ = tell.send(());
            }
        }
        said
    });
    Started {
        child,
        said: Some(said),
        has_written,
    }
}

/// Kills a worker and gives what it said was written: name and number of each commit, with the number of its turns.
fn kill(mut worker: Started) -> BTreeMap<String, usize> {
    worker.child.kill().expect("it is killed");
    worker.child.wait().expect("it is dead");
    let said = worker.said.take().expect("somebody listens");
    said.join().expect("it was listened to")
}

/// How many journals have an entry of each commit; each says how many there should be.
fn written(store: &mut SqliteStore, processes: u64) -> BTreeMap<String, (usize, usize)> {
    let mut commits: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    for process in 1..=processes {
        let entries = store
            .journal(ProcessId(process), 0, usize::MAX)
            .expect("a journal");
        for (entry, number) in entries.iter().zip(0..) {
            assert_eq!(entry.number, number, "a journal has no gaps");
            let text = String::from_utf8(entry.entry.clone()).expect("a text");
            let (commit, turns) = text.rsplit_once(' ').expect("an entry of a worker");
            let found = commits.entry(commit.to_owned()).or_default();
            *found = (found.0 + 1, turns.parse().expect("a number"));
        }
    }
    commits
}

#[test]
fn a_killed_worker_loses_nothing() {
    if let (Ok(path), Ok(worker)) = (
        std::env::var("STORE_CRASH_FILE"),
        std::env::var("STORE_CRASH_WORKER"),
    ) {
        work(Path::new(&path), &worker);
        return;
    }
    let folder = common::Folder::new();
    let path = folder.file("store.db");
    let mut store = open(&path);
    store
        .put_code(&Code {
            hash: [1; 32],
            body: vec![1],
        })
        .expect("code");
    let new = NewProcess {
        code: [1; 32],
        owner: "ada".to_owned(),
        name: "program".to_owned(),
        input: "{}".to_owned(),
        options: "{}".to_owned(),
    };
    let kills = std::env::var("STORE_KILLS").ok();
    let kills: u64 = kills.and_then(|kills| kills.parse().ok()).unwrap_or(20);
    // Each killed worker keeps some; some are left to the last.
    let processes = 100 + CLAIMED * (kills + 1);
    let new = vec![new; processes as usize];
    store.start(&new).expect("started");
    drop(store);

    let mut said = BTreeMap::new();
    let mut other = start_worker(&path, "w0");
    for round in 1..=kills {
        let next = start_worker(&path, &format!("w{round}"));
        // Each is killed while the next one works: most some milliseconds after they wrote first, some before.
        if round % 4 != 0 {
            let patience = Duration::from_secs(60);
            other.has_written.recv_timeout(patience).expect("it writes");
        }
        let wait = round.wrapping_mul(0x9E37_79B9_7F4A_7C15) % 40_000;
        std::thread::sleep(Duration::from_micros(wait));
        said.extend(kill(std::mem::replace(&mut other, next)));
    }
    said.extend(kill(other));
    assert!(
        said.len() as u64 > kills / 2,
        "the workers wrote something: {}",
        said.len()
    );

    let mut store = open(&path);
    store.check().expect("the file is whole");
    let written = written(&mut store, processes);
    for (commit, (found, expected)) in &written {
        assert_eq!(found, expected, "commit {commit} is there as a whole");
    }
    for (commit, turns) in &said {
        let found = written.get(commit).map_or(0, |found| found.0);
        assert_eq!(found, *turns, "commit {commit} was told to be written");
    }
    let all = store.processes(&Default::default(), None, usize::MAX);
    for process in all.expect("processes") {
        let waits = store.waits(process.id).expect("waits").len();
        let has_state = store.thread(process.id, 0).expect("a thread").is_some();
        let begun = process.turns > 0;
        let is_whole = (waits, has_state) == (usize::from(begun), begun);
        assert!(
            is_whole,
            "one wait and a state after each turn: {process:?}"
        );
    }
    // Two hours later what the dead had claimed is free, and their calls are made again.
    let later = SimulatedClock::new(store.now().expect("now") + 2 * LEASE);
    let mut store = SqliteStore::open(&path, Box::new(later)).expect("a store");
    let recovered = store.recover().expect("recovered");
    assert!(
        recovered.claims <= CLAIMED * (kills + 1) && recovered.unknown == 0,
        "{recovered:?}"
    );
    assert_eq!(store.recover().expect("recovered"), Recovered::default());
}

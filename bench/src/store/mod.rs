//! A million processes asleep in one file: bytes, turns, polls, restarts.
//!
//! `STORE_SLEEPERS=10000` for fewer of them.

mod bare;
pub mod landlords;
mod sleepers;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use salami_process::store::{SimulatedClock, Store};
use salami_store::SqliteStore;

use crate::clock::median_microseconds;
use crate::{Bound, Figure};
use sleepers::{START, WEEK};

/// How many turns are written together where many are.
const BATCH: usize = 500;
/// Says to a process of this program that it is the one which is killed.
const KILLED: &str = "STORE_BENCH_KILLED";

fn open(path: &Path, clock: &SimulatedClock) -> SqliteStore {
    SqliteStore::open(path, Box::new(clock.clone())).expect("a store")
}

/// A folder that is there as long as its value.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("salami-bench-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder");
        Self(folder)
    }

    fn file(&self) -> PathBuf {
        self.0.join("store.db")
    }
}

/// How many sleep.
fn number() -> usize {
    std::env::var("STORE_SLEEPERS").ok().and_then(|number| number.parse().ok()).unwrap_or(1_000_000)
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn figure(name: &str, value: f64, unit: &'static str, bound: Option<Bound>) -> Figure {
    Figure { name: name.to_owned(), value, unit, bound }
}

fn seconds(work: impl FnOnce()) -> f64 {
    let begin = Instant::now();
    work();
    begin.elapsed().as_secs_f64()
}

pub fn figures() -> Vec<Figure> {
    if let Ok(path) = std::env::var(KILLED) {
        // Writes until it ends without a word, with all that is not in the file yet beside it.
        let clock = SimulatedClock::new(START + 3 * WEEK);
        let mut store = open(Path::new(&path), &clock);
        sleepers::turns(&mut store, 20 * BATCH, BATCH);
        std::process::abort();
    }
    let sleepers = number();
    let folder = Folder::new("store");
    let path = folder.file();
    let clock = SimulatedClock::new(START);
    let mut figures = Vec::new();

    let mut store = open(&path, &clock);
    let before = resident();
    let loading = seconds(|| sleepers::put_to_sleep(&mut store, &clock, sleepers));
    let turns = sleepers * sleepers::TURNS_BEFORE_SLEEP;
    figures.push(figure("store: turns while they start", turns as f64 / loading, "a second", None));
    figures.push(figure("store: memory beside what it was", resident() - before, "MB", Some(Bound::AtMost(100.0))));
    drop(store);
    let size = std::fs::metadata(&path).map_or(0, |metadata| metadata.len());
    let each = size as f64 / sleepers as f64;
    figures.push(figure("store: each process asleep", each, "bytes", None));

    let mut store = open(&path, &clock);
    let empty = median_microseconds(1000, || {
        assert!(store.claim("worker", WEEK, 100).expect("claimed").is_empty());
        assert!(store.begin_calls("worker", WEEK, 100).expect("begun").is_empty());
        assert!(store.next_due().expect("due").is_some());
    });
    figures.push(figure("store: an empty poll", empty, "us", Some(Bound::AtMost(1000.0))));

    clock.set(START + 3 * WEEK);
    let mut first = Vec::new();
    let found = seconds(|| first = store.claim("worker", WEEK, 100).expect("claimed"));
    assert_eq!(first.len(), 100, "as many as were asked for");
    figures.push(figure("store: the first hundred due", found * 1e3, "ms", Some(Bound::AtMost(10.0))));

    // The same turns by the store and by hand, in turn, so that both meet the same machine.
    for (name, batch, number) in [("batched", BATCH, (sleepers / 8).min(30_000)), ("one by one", 1, (sleepers / 8).min(1_000))] {
        let ours = seconds(|| sleepers::turns(&mut store, number, batch));
        let bare = seconds(|| bare::turns(&path, &clock, number, batch));
        let goal = (batch > 1).then_some(Bound::AtLeast(10_000.0));
        figures.push(figure(&format!("store: turns {name}"), number as f64 / ours, "a second", goal));
        figures.push(figure(&format!("store: syncs of turns {name}"), number.div_ceil(batch) as f64 / number as f64, "a turn", None));
        figures.push(figure(&format!("store: a bare loop {name}"), number as f64 / bare, "a second", None));
        figures.push(figure(&format!("store: of the bare loop {name}"), bare / ours, "", Some(Bound::AtLeast(1.0 / 7.0))));
    }
    drop(store);

    let program = std::env::current_exe().expect("this program");
    let killed = Command::new(program).arg("store").env(KILLED, &path).status().expect("it runs");
    assert!(!killed.success(), "it is killed");
    let begin = Instant::now();
    let mut store = open(&path, &clock);
    assert!(store.next_due().expect("due").is_some());
    figures.push(figure("store: opened after a kill", begin.elapsed().as_secs_f64() * 1e3, "ms", Some(Bound::AtMost(1000.0))));
    figures
}

/// Megabytes of memory of this process; 0 where the system does not say it as Linux does.
fn resident() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().nth(1)?.parse::<f64>().ok());
    kilobytes.unwrap_or(0.0) / 1000.0
}

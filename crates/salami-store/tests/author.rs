//! The library in a file against the one in memory, and files that are read only, damaged, or open twice.

mod common;

use std::path::Path;
use std::time::Instant;

use common::Folder;
use salami_author::judge::Report;
use salami_author::library::{
    Entry, Key, Library, LibraryError, MemoryLibrary, Origin, RunFilter, Status, Version,
};
use salami_author::output::Output;
use salami_author::record::{
    Attempt, Ending, FailureKind, From, InputRecord, Purpose, RunRecord, Tokens,
};
use salami_author::task::Task;
use salami_store::SqliteLibrary;
use serde_json::json;

/// Numbers that look random and are the same each time.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }

    fn of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len() as u64) as usize]
    }
}

const STATUSES: [Status; 4] = [
    Status::Candidate,
    Status::Promoted,
    Status::Pinned,
    Status::Quarantined,
];
const TASKS: [&str; 4] = ["trades", "logs", "", "Ümläut \"quoted\"\n"];

fn version(number: u32, code: &str) -> Version {
    Version {
        number,
        code: code.to_owned(),
        origin: Origin::Written,
        model: Some("a-model".to_owned()),
        why: "the first".to_owned(),
        run: None,
        made: 5,
    }
}

fn entry(key: &str, task: &str) -> Entry {
    Entry {
        key: Key(key.to_owned()),
        task: task.to_owned(),
        task_hash: "00ff".to_owned(),
        shape: "csv\ndate date\n".to_owned(),
        status: Status::Candidate,
        uses: 0,
        findings: 0,
        used: 0,
        versions: vec![version(1, "def main(text: str) -> int:\n    return 1\n")],
    }
}

fn run(id: &str, task: &str, began: i64, is_accepted: bool) -> RunRecord {
    let ending = match is_accepted {
        true => Ending::Accepted {
            from: From::Model,
            version: 1,
        },
        false => Ending::Failed {
            kind: FailureKind::Attempts,
            sentence: "the column `Total` is missing".to_owned(),
        },
    };
    RunRecord {
        id: id.to_owned(),
        task: task.to_owned(),
        task_hash: "00ff".to_owned(),
        key: Some("k1".to_owned()),
        input: InputRecord::default(),
        began,
        took: 1_000,
        look_up: 10,
        reuse: None,
        reuse_fuel: 0,
        attempts: vec![Attempt {
            purpose: Purpose::Write,
            model: "a-model".to_owned(),
            prompt: "write".to_owned(),
            reply: "def main()".to_owned(),
            error: None,
            code: None,
            diagnostics: vec!["E1".to_owned()],
            report: Some(Report::default()),
            printed: String::new(),
            tokens: Tokens {
                input: 10,
                output: 5,
                cached: 3,
                is_estimated: true,
            },
            cost: Some(12),
            model_time: 5,
            trial_time: 6,
            fuel: 7,
            memory: 8,
        }],
        tokens: Tokens::default(),
        cost: None,
        code: None,
        report: None,
        ending,
    }
}

fn task(name: &str, words: &str) -> Task {
    let output = Output::from_schema(json!({"type": "integer"})).expect("a schema");
    Task::new(name, words, output)
}

/// One step of both; what came of it as text.
fn step(library: &mut dyn Library, random: &mut Random, now: i64) -> Result<String, LibraryError> {
    let key = Key(format!("k{}", random.below(6)));
    let name = random.of(&TASKS);
    Ok(match random.below(14) {
        0 | 1 => format!("{:?}", library.look_up(&key)?),
        2 | 3 => {
            let mut entry = entry(&key.0, name);
            entry.status = random.of(&STATUSES);
            entry.uses = random.below(1_000);
            for number in 2..2 + random.below(3) as u32 {
                entry.versions.push(version(number, "def main(): pass"));
            }
            format!("{:?}", library.keep(&entry)?)
        }
        4 | 5 => {
            let is_clean = random.below(2) == 0;
            format!("{:?}", library.count_use(&key, is_clean, now)?)
        }
        6 => {
            let status = random.of(&STATUSES);
            format!("{:?}", library.set_status(&key, status)?)
        }
        7 => {
            let wanted = random.below(2) == 0;
            format!("{:?}", library.entries(wanted.then_some(name))?)
        }
        8 => match random.below(4) {
            0 => format!("{:?}", library.remove(&key)?),
            1 => {
                let task = task("trades", random.of(&["count", "sum"]));
                library.put_task(&task)?;
                task.hash()
            }
            _ => {
                let task = task("trades", random.of(&["count", "sum"]));
                let found = library.task(&task.hash())?;
                format!("{:?}", found.map(|task| task.to_json()))
            }
        },
        9 | 10 => {
            let id = format!("{:04x}", random.below(40) * 911);
            let record = run(&id, name, random.below(20) as i64, random.below(2) == 0);
            format!("{:?}", library.put_run(&record)?)
        }
        11 => {
            let id = format!("{:04x}", random.below(40) * 911);
            let length = random.below(6) as usize;
            format!("{:?}", library.run(id.get(..length).unwrap_or(&id))?)
        }
        12 => {
            let filter = RunFilter {
                task: (random.below(2) == 0).then(|| name.to_owned()),
                accepted: random.of(&[None, Some(true), Some(false)]),
                before: random.of(&[None, Some(7), Some(15)]),
                limit: random.of(&[0, 1, 5, 1_000]),
            };
            format!("{:?}", library.runs(&filter)?)
        }
        _ => {
            let before = random.below(4) as i64;
            format!("{:?}", library.forget_runs(before)?)
        }
    })
}

#[test]
fn a_file_answers_as_memory_does() {
    let folder = Folder::new();
    for seed in 0..8 {
        let path = folder.file(&format!("{seed}.db"));
        let mut file = SqliteLibrary::open(&path).expect("a library");
        let mut memory = MemoryLibrary::new();
        for number in 0..300_u64 {
            let begin = seed * 1_000_003 + number * 7_919;
            let now = number as i64 * 10;
            let one = step(&mut memory, &mut Random(begin), now);
            let other = step(&mut file, &mut Random(begin), now);
            assert_eq!(one, other, "seed {seed}, step {number}");
            if number % 97 == 96 {
                file = SqliteLibrary::open(&path).expect("the same library");
            }
        }
    }
}

#[test]
fn a_look_up_takes_no_time() {
    let folder = Folder::new();
    let mut library = SqliteLibrary::open(folder.file("many.db")).expect("a library");
    let code = "def main(text: str) -> int:\n    return len(text)\n".repeat(60);
    for number in 0..2_000 {
        let mut entry = entry(&format!("{number:064x}"), "trades");
        entry.versions = vec![version(1, &code), version(2, &code)];
        library.keep(&entry).expect("kept");
    }
    let mut times: Vec<u128> = (0..501_u32)
        .map(|number| {
            let key = Key(format!("{:064x}", number * 3));
            let begin = Instant::now();
            let found = library.look_up(&key).expect("looked up");
            assert!(found.is_some());
            begin.elapsed().as_micros()
        })
        .collect();
    times.sort_unstable();
    let median = times[times.len() / 2];
    // Without optimisation several times what it takes with it.
    assert!(median < 100, "{median} microseconds");
}

#[test]
fn several_have_one_file_open() {
    let folder = Folder::new();
    let path = folder.file("shared.db");
    let mut library = SqliteLibrary::open(&path).expect("a library");
    library.keep(&entry("k", "trades")).expect("kept");
    let threads: Vec<_> = (0..4)
        .map(|thread| {
            let path = path.clone();
            std::thread::spawn(move || {
                let mut library = SqliteLibrary::open(&path).expect("a library");
                for number in 0..50 {
                    let key = Key("k".to_owned());
                    library
                        .count_use(&key, number % 5 != 0, number)
                        .expect("counted");
                    let record = run(&format!("{thread}{number:03}"), "trades", number, true);
                    library.put_run(&record).expect("written");
                }
            })
        })
        .collect();
    for thread in threads {
        thread.join().expect("done");
    }
    let entry = library.look_up(&Key("k".to_owned())).expect("looked up");
    let counts = entry.map(|entry| (entry.uses, entry.findings));
    assert_eq!(counts, Some((200, 40)));
    let filter = RunFilter {
        limit: 1_000,
        ..RunFilter::default()
    };
    assert_eq!(library.runs(&filter).map(|runs| runs.len()), Ok(200));
}

#[test]
fn a_store_of_processes_is_a_library_too() {
    use salami_process::store::{SimulatedClock, Store as _};

    let folder = Folder::new();
    let path = folder.file("both.db");
    let clock = Box::new(SimulatedClock::new(1));
    let mut store = salami_store::SqliteStore::open(&path, clock).expect("a store");
    let mut library = SqliteLibrary::open(&path).expect("a library");
    library.keep(&entry("k", "trades")).expect("kept");
    assert!(store.name().is_ok_and(|name| name.len() == 32));
    assert_eq!(library.entries(None).map(|entries| entries.len()), Ok(1));
}

#[test]
fn a_file_that_cannot_be_written_can_be_read() {
    let folder = Folder::new();
    let path = folder.file("read only?.db");
    let missing = SqliteLibrary::open_read_only(&path);
    assert!(missing.is_err() && !path.exists());
    let mut library = SqliteLibrary::open(&path).expect("a library");
    library.keep(&entry("k", "trades")).expect("kept");
    library
        .put_run(&run("0123", "trades", 1, true))
        .expect("written");
    // Beside one who writes.
    let mut reader = SqliteLibrary::open_read_only(&path).expect("a library");
    assert!(
        reader
            .look_up(&Key("k".into()))
            .is_ok_and(|found| found.is_some())
    );
    drop(library);
    let mut reader = SqliteLibrary::open_read_only(&path).expect("a library");
    assert!(reader.run("01").is_ok_and(|found| found.is_some()));
    for refused in [
        reader.keep(&entry("l", "trades")),
        reader.count_use(&Key("k".into()), true, 1).map(|_| ()),
        reader.forget_runs(5).map(|_| ()),
    ] {
        let error = refused.expect_err("it is read only");
        assert!(
            error.message.contains("can be read here, not written"),
            "{error}"
        );
    }
}

fn damaged(path: &Path, statement: &str) {
    let connection = rusqlite::Connection::open(path).expect("a file");
    connection.execute_batch(statement).expect("damaged");
}

#[test]
fn damage_is_an_error() {
    let folder = Folder::new();
    let filter = RunFilter {
        limit: 10,
        ..RunFilter::default()
    };
    for (number, statement) in (0..).zip([
        "UPDATE author_entry SET versions = '{'",
        "UPDATE author_entry SET versions = '[{\"number\": -1}]'",
        "UPDATE author_entry SET status = 7",
        "UPDATE author_entry SET uses = -1",
        "UPDATE author_run SET body = 'null'",
        "UPDATE author_run SET body = ''",
        "UPDATE author_task SET body = '[]'",
        "UPDATE author_task SET body = CAST(x'ff' AS TEXT)",
    ]) {
        let path = folder.file(&format!("damaged-{number}.db"));
        let mut library = SqliteLibrary::open(&path).expect("a library");
        let task = task("trades", "count");
        library.keep(&entry("k", "trades")).expect("kept");
        library
            .put_run(&run("0123", "trades", 1, true))
            .expect("written");
        library.put_task(&task).expect("written");
        damaged(&path, statement);
        let problem = match statement.split_whitespace().nth(1) {
            Some("author_entry") => {
                assert!(library.entries(None).is_err());
                library.look_up(&Key("k".into())).map(|_| ())
            }
            Some("author_run") => {
                assert!(library.runs(&filter).is_err());
                library.run("0123").map(|_| ())
            }
            _ => library.task(&task.hash()).map(|_| ()),
        };
        let error = problem.expect_err(statement);
        assert!(error.message.contains("damaged"), "{statement}: {error}");
    }
    let path = folder.file("none.db");
    std::fs::write(&path, vec![7; 9_000]).expect("written");
    for opened in [
        SqliteLibrary::open(&path),
        SqliteLibrary::open_read_only(&path),
    ] {
        let error = opened.expect_err("no library");
        assert!(error.message.contains("damaged, or is none"), "{error}");
    }
}

#[test]
fn what_is_too_large_is_refused() {
    let folder = Folder::new();
    let mut library = SqliteLibrary::open(folder.file("large.db")).expect("a library");
    let mut large = entry("k", "trades");
    large.versions = vec![version(1, &"x".repeat(9_000_000))];
    let error = library.keep(&large).expect_err("it is too large");
    assert!(
        error.message.contains("at most 8000000 are kept"),
        "{error}"
    );
    let mut record = run("0123", "trades", 1, true);
    record.attempts[0].reply = "x".repeat(33_000_000);
    let error = library.put_run(&record).expect_err("it is too large");
    assert!(
        error.message.starts_with("the record of the run has"),
        "{error}"
    );
    // Of a long history the end is kept.
    let mut long = entry("k", "trades");
    long.versions = (1..=150).map(|number| version(number, "pass")).collect();
    library.keep(&long).expect("kept");
    let found = library.look_up(&Key("k".into())).expect("looked up");
    let versions = found.map(|entry| (entry.versions.len(), entry.versions[0].number));
    assert_eq!(versions, Some((100, 51)));
}

//! The engine where the store is busy, workers die and programs cannot run: each a fault that was.

use std::sync::Arc;

use salami_process::engine::{Engine, EngineOptions, Entry, HOLD_OF_PROCESS};
use salami_process::store::{
    Claimed, NewProcess, Process, ProcessId, SimulatedClock, Status, Store, WaitKind,
};
use salami_process::{
    FunctionTool, Outcome, Permissions, Runtime, Tools, Turn, TurnError, TurnHost, Turned,
};
use salami_store::SqliteStore;
use serde_json::Value;

use salami_testkit::simulation::{Memory, Script, SharedLedger, Stores, Toy, World, code};

const LEASE: i64 = 10_000_000;

/// Stores, tools and a clock for several engines.
struct Place {
    clock: SimulatedClock,
    memory: Memory,
    ledger: SharedLedger,
}

impl Place {
    fn new() -> Self {
        let clock = SimulatedClock::new(0);
        Self {
            memory: Memory::new(Box::new(clock.clone())),
            clock,
            ledger: SharedLedger::default(),
        }
    }

    fn engine(&self, worker: &str, runtime: impl Runtime + 'static) -> Engine {
        let mut tools = Tools::new(Permissions::everything());
        tools.connect(World {
            ledger: Arc::clone(&self.ledger),
        });
        let options = EngineOptions {
            worker: worker.to_owned(),
            lease: LEASE,
            ..EngineOptions::default()
        };
        Engine::new(self.memory.open(), Box::new(runtime), tools, options)
    }

    fn start(&self, script: &str) -> ProcessId {
        let script = Script::parse(script).expect("a script");
        let code = code(&script, "p").to_code();
        let mut store = self.memory.open();
        store.put_code(&code).expect("a store");
        let process = NewProcess {
            code: code.hash,
            owner: "ada".into(),
            name: "p".into(),
            input: r#"{"tag": "p"}"#.into(),
            options: "{}".into(),
        };
        store.start(&[process]).expect("a store")[0]
    }

    fn status(&self, id: ProcessId) -> Status {
        let process = self.memory.open().process(id).expect("a store");
        process.expect("a process").status
    }

    /// How often calls were made, all together.
    fn made(&self) -> u64 {
        let ledger = self.ledger.lock().expect("no panic");
        ledger.calls.values().map(|call| call.1).sum()
    }
}

/// Rounds, with all that they want done outside.
fn rounds(engine: &mut Engine, count: usize) {
    for _ in 0..count {
        // Busy stores are asked again.
        let Ok(round) = engine.round() else { continue };
        for job in round.jobs {
            engine.finish(job.run());
        }
        engine.renew().expect("a store");
    }
}

#[test]
fn a_busy_store_leaves_nothing_undone() {
    for operation in [
        "now",
        "name",
        "code",
        "claim",
        "renew",
        "thread",
        "commit",
        "begin_calls",
        "finish_calls",
        "recover",
    ] {
        let place = Place::new();
        let id = place.start("function\ngather 0 0 0 send:0 tell:0\ngather 0 0 0 send:0 put:0");
        let mut engine = place.engine("w", Toy::default());
        for _ in 0..8 {
            place.memory.fail_next(operation);
            if let Ok(round) = engine.round() {
                for job in round.jobs {
                    place.memory.fail_next(operation);
                    engine.finish(job.run());
                }
            }
            let _ = engine.renew();
        }
        rounds(&mut engine, 6);
        assert_eq!(place.status(id), Status::Done, "{operation}");
        assert_eq!(place.made(), 4, "{operation}");
    }
}

#[test]
fn a_worker_that_slept_keeps_what_it_has_done() {
    let place = Place::new();
    let id = place.start("function\ngather 0 0 0 send:0");
    let mut engine = place.engine("w", Toy::default());
    let round = engine.round().expect("a store");
    for job in round.jobs {
        engine.finish(job.run());
    }
    place.clock.advance(LEASE.unsigned_abs() * 10);
    rounds(&mut engine, 2);
    assert_eq!(place.status(id), Status::Done);
    assert_eq!(place.made(), 1);
}

#[test]
fn what_a_dead_worker_left_goes_to_the_next_of_its_name() {
    let place = Place::new();
    let id = place.start("function\ngather 0 0 0 put:0");
    let mut engine = place.engine("w", Toy::default());
    assert_eq!(engine.round().expect("a store").jobs.len(), 1);
    drop(engine);
    let mut others = place.engine("v", Toy::default());
    rounds(&mut others, 3);
    assert_eq!(place.status(id), Status::Waiting);
    let mut engine = place.engine("w", Toy::default());
    rounds(&mut engine, 3);
    assert_eq!(place.status(id), Status::Done);
}

/// A runtime that refuses the first turns.
struct Refuses(u32, Toy);

impl Runtime for Refuses {
    fn turn(&mut self, turn: &Turn<'_>, host: &mut dyn TurnHost) -> Result<Turned, TurnError> {
        if self.0 == 0 {
            return self.1.turn(turn, host);
        }
        self.0 -= 1;
        Err(TurnError::Refused {
            code: "runtime.old".into(),
            message: "it is too old".into(),
        })
    }
}

#[test]
fn a_process_that_was_held_before_it_began_begins() {
    let place = Place::new();
    let id = place.start("function\nmix");
    let mut engine = place.engine("w", Refuses(2, Toy::default()));
    for _ in 0..2 {
        rounds(&mut engine, 2);
        assert_eq!(place.status(id), Status::Held);
        let waits = place.memory.open().waits(id).expect("a store");
        assert_eq!(waits.len(), 1, "{waits:?}");
        assert_eq!(waits[0].wait.slot, HOLD_OF_PROCESS);
        assert_eq!(waits[0].outcome, None, "it is held anew");
        engine.retry(id, None).expect("it is held");
    }
    rounds(&mut engine, 2);
    assert_eq!(place.status(id), Status::Done);
}

#[test]
fn what_nobody_understands_holds_the_process() {
    use salami_process::store::Outcome as Kept;
    let place = Place::new();
    let id = place.start("function\ngather 0 0 0 ask:0:0");
    let mut engine = place.engine("w", Toy::default());
    rounds(&mut engine, 2);
    let nonsense = Kept::Json("{}".into());
    let mut store = place.memory.open();
    let is_settled = store.settle(id, 0, 1, &[WaitKind::Answer], &nonsense);
    assert_eq!(is_settled, Ok(true));
    rounds(&mut engine, 2);
    assert_eq!(place.status(id), Status::Held);
}

#[test]
fn a_call_that_is_lost_each_time_does_not_keep_a_worker_busy() {
    use salami_process::engine::Finished;
    let place = Place::new();
    place.start("function\ngather 0 0 0 put:0");
    let mut engine = place.engine("w", Toy::default());
    let mut begun = 0;
    for _ in 0..50 {
        for job in engine.round().expect("a store").jobs {
            begun += 1;
            engine.finish(Finished::unknown(job.number()));
        }
    }
    assert_eq!(begun, 2);
    let claims: Vec<Claimed> = place.memory.open().claim("x", 1, 9).expect("a store");
    assert!(claims.is_empty());
    place.clock.advance(1_000_000);
    assert_eq!(engine.round().expect("a store").jobs.len(), 1);
}

/// Programs of the real machine over a store in a file, with a tool that gives long texts.
struct Filed {
    clock: SimulatedClock,
    folder: std::path::PathBuf,
}

impl Filed {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("salami-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).expect("a folder");
        Self {
            clock: SimulatedClock::new(0),
            folder,
        }
    }

    fn store(&self) -> SqliteStore {
        let path = self.folder.join("salami.db");
        SqliteStore::open(path, Box::new(self.clock.clone())).expect("a store")
    }

    fn engine(&self, store: SqliteStore) -> Engine {
        let mut tools = Tools::new(Permissions::everything());
        tools.connect(FunctionTool::new("texts", TEXTS, |call| {
            let length = call.arguments["length"].as_u64().unwrap_or(0);
            let length = usize::try_from(length).unwrap_or(0);
            Outcome::Value("x".repeat(length).into())
        }));
        let runtime = salami::ProcessRuntime::new();
        Engine::new(
            Box::new(store),
            Box::new(runtime),
            tools,
            EngineOptions::default(),
        )
    }

    fn start(&self, source: &str) -> ProcessId {
        let options = salami::CompileOptions {
            stubs: vec![salami::Stub::new("texts", TEXTS)],
            ..salami::CompileOptions::default()
        };
        let program = salami::compile("p.py", source, &options);
        let code = program.expect("a program").to_code();
        let mut store = self.store();
        store.put_code(&code).expect("a store");
        let process = NewProcess {
            code: code.hash,
            owner: "ada".into(),
            name: "p".into(),
            input: "{}".into(),
            options: "{}".into(),
        };
        store.start(&[process]).expect("a store")[0]
    }

    fn process(&self, id: ProcessId) -> Process {
        let process = self.store().process(id).expect("a store");
        process.expect("a process")
    }

    /// The code of the error that holds a process as a whole.
    fn hold(&self, id: ProcessId) -> String {
        let waits = self.store().waits(id).expect("a store");
        let hold = waits.iter().find(|wait| wait.wait.slot == HOLD_OF_PROCESS);
        let body = &hold.expect("it is held as a whole").wait.body;
        let error: Value = serde_json::from_str(body).expect("an error");
        error["code"].as_str().unwrap_or_default().to_owned()
    }
}

impl Drop for Filed {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

const TEXTS: &str = "def long(length: int) -> str: ...\n";

#[test]
fn a_turn_that_is_too_large_for_the_store_holds_its_process_alone() {
    let place = Filed::new("too-large");
    let large = place.start("import time\ntext = 'x' * 300_000\ntime.sleep(1)\nprint(len(text))\n");
    let small = place.start("import time\ntime.sleep(1)\nprint('small')\n");
    let mut store = place.store();
    store.set_largest(100_000).expect("a limit");
    let mut engine = place.engine(store);
    rounds(&mut engine, 4);
    assert_eq!(place.process(large).status, Status::Held);
    assert_eq!(place.hold(large), "store.too-large");
    assert_eq!(place.process(small).status, Status::Waiting);
    place.clock.advance(2_000_000);
    rounds(&mut engine, 4);
    assert_eq!(place.process(small).status, Status::Done);
    // In vain once more, with the same hold.
    engine.retry(large, None).expect("it is held");
    rounds(&mut engine, 4);
    assert_eq!(place.hold(large), "store.too-large");
    // Where there is room it goes on as if nothing had been.
    let mut engine = place.engine(place.store());
    engine.retry(large, None).expect("it is held");
    rounds(&mut engine, 4);
    assert_eq!(place.process(large).status, Status::Waiting);
    place.clock.advance(2_000_000);
    rounds(&mut engine, 4);
    assert_eq!(place.process(large).status, Status::Done);
}

#[test]
fn an_outcome_that_is_too_large_for_the_store_fails_its_call_alone() {
    let place = Filed::new("long-outcome");
    let source = "
from salami import ToolError
from tools import texts

try:
    found = texts.long(LENGTH)
except ToolError as error:
    found = 'lost: ' + str(error)
print(found[:30])
";
    let large = place.start(&source.replace("LENGTH", "300_000"));
    let small = place.start(&source.replace("LENGTH", "3"));
    let mut store = place.store();
    store.set_largest(100_000).expect("a limit");
    let mut engine = place.engine(store);
    rounds(&mut engine, 6);
    for (id, printed) in [
        (large, "lost: what came of it was lost\n"),
        (small, "xxx\n"),
    ] {
        assert_eq!(place.process(id).status, Status::Done, "{printed}");
        let journal = place.store().journal(id, 1, 1).expect("a store");
        let entry = Entry::parse(&journal[0].entry).expect("an entry");
        assert!(
            entry.printed.starts_with(printed.trim_end()),
            "{:?}",
            entry.printed
        );
    }
}

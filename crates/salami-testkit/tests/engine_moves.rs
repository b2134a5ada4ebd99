//! Processes that go from store to store: they do what they would have done in one, and files that are none are refused.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use salami_process::engine::{
    Came, Engine, EngineOptions, Entry, Problem, Unmoved, audit, copy, export, import, replay,
};
use salami_process::store::{
    Control, MemoryStore, NewEvent, NewProcess, ProcessId, SimulatedClock, Status, Store,
    StoreErrorKind, WaitKind,
};
use salami_process::{FunctionTool, Outcome, Permissions, Question, QuestionKind, Tools};
use salami_store::SqliteStore;

const STUB: &str = "
@dataclass
class Order:
    item: str
    count: int

@event(match=['item'])
def ordered(item: str | None = None, timeout: float | None = None) -> Order | None: ...
@read
def stock(item: str) -> int: ...
def send(item: str, count: int) -> None: ...
@read
def ask(text: str) -> str: ...
";

const PROGRAMS: [&str; 3] = [
    "
import time
from tools import shop

sent = 0
while sent < 4:
    order = shop.ordered(timeout=50.0)
    if order is None:
        print('nothing comes')
        break
    time.sleep(order.count)
    if shop.stock(order.item) > 0:
        shop.send(order.item, order.count)
        sent += 1
    print(order, sent)
",
    "
import time
from salami import gather, spawn
from tools import shop

def serve(item: str, wanted: int) -> int:
    served = 0
    for _ in range(wanted):
        order = shop.ordered(item, timeout=90.0)
        if order is None:
            return served
        shop.send(item, order.count)
        served += order.count
        time.sleep(2)
    return served

tasks = [spawn(serve, 'tea', 2), spawn(serve, 'bread', 3)]
answer = shop.ask('Who comes?')
late = shop.ordered('tea', timeout=30.0)
print(answer, late, gather(*tasks))
",
    "
import time
from tools import shop

def main(count: int = 3) -> list[str]:
    answers: list[str] = []
    for number in range(count):
        answers.append(shop.ask(f'Question {number}?'))
        time.sleep(10)
        try:
            if shop.stock('tea') == 2:
                raise ValueError('odd')
        except ValueError as error:
            answers.append(str(error))
        shop.send('tea', number)
    return answers
",
];

/// Every call that was made, by its key.
type Ledger = Arc<Mutex<BTreeMap<String, (String, u64)>>>;

struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound
    }
}

fn tools(ledger: &Ledger) -> Tools {
    let ledger = Arc::clone(ledger);
    let mut tools = Tools::new(Permissions::everything());
    tools.connect(FunctionTool::new("shop", STUB, move |call| {
        let line = format!("{} {:?}", call.name(), call.arguments);
        let mut ledger = ledger.lock().expect("no panic");
        let made = ledger.entry(call.key.clone()).or_insert((line, 0));
        made.1 += 1;
        match call.function.as_str() {
            "stock" => Outcome::Value((1 + call.sequence % 2).into()),
            "ask" => Outcome::Question(Question {
                kind: QuestionKind::Ask,
                text: call.arguments["text"]
                    .as_str()
                    .unwrap_or_default()
                    .to_owned(),
                options: Vec::new(),
                timeout: None,
            }),
            _ => Outcome::Value(serde_json::Value::Null),
        }
    }));
    tools
}

fn engine(store: Box<dyn Store>, ledger: &Ledger) -> Engine {
    let runtime = Box::new(salami::ProcessRuntime::new());
    Engine::new(store, runtime, tools(ledger), EngineOptions::default())
}

fn start(store: &mut dyn Store, source: &str) -> ProcessId {
    let options = salami::CompileOptions {
        stubs: vec![salami::Stub::new("shop", STUB)],
        ..salami::CompileOptions::default()
    };
    let program = salami::compile("p.py", source, &options);
    let code = program.unwrap_or_else(|error| panic!("{error}")).to_code();
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

/// What a process did, wherever it was.
#[derive(Debug, PartialEq)]
struct Did {
    status: Status,
    result: Option<String>,
    entries: Vec<String>,
    calls: BTreeMap<String, (String, u64)>,
}

/// Plays a program to its end; what it did, and how often it moved. What comes from outside is the same whether it moves or not.
fn play(source: &str, seed: u64, moves: bool) -> (Did, usize) {
    let clock = SimulatedClock::new(1_000_000);
    let ledger: Ledger = Arc::default();
    let mut outside = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let mut moving = Random(seed.wrapping_mul(0xbf58_476d_1ce4_e5b9) | 1);
    // The first is the one that gives keys their names.
    let first = MemoryStore::named(Box::new(clock.clone()), "first");
    let second = SqliteStore::open(":memory:", Box::new(clock.clone())).expect("a store");
    let mut engines = [
        engine(Box::new(first), &ledger),
        engine(Box::new(second), &ledger),
    ];
    let mut here = 0;
    // There are others in the second store, so that numbers differ.
    start(engines[1].store(), "print('other')\n");
    let noise = NewEvent {
        topic: "shop.ordered".into(),
        fields: r#"{"item": "tea", "count": 99}"#.into(),
        unique: None,
    };
    engines[1].store().publish(&[noise], None).expect("a store");
    for engine in &mut engines {
        for _ in 0..3 {
            engine.round().expect("a store");
        }
    }
    let mut id = start(engines[0].store(), source);
    let mut moved = 0;
    for _ in 0..600 {
        if moves && moving.below(3) == 0 {
            let (one, two) = engines.split_at_mut(1);
            let (from, to) = match here {
                0 => (&mut one[0], &mut two[0]),
                _ => (&mut two[0], &mut one[0]),
            };
            match export(from.store(), id, "a file") {
                Ok(file) => {
                    assert_eq!(
                        export(from.store(), id, "a file"),
                        Ok(file.clone()),
                        "the same again"
                    );
                    let status = from
                        .store()
                        .process(id)
                        .expect("a store")
                        .map(|it| it.status);
                    assert_eq!(status, Some(Status::Moved));
                    assert_eq!(from.control(id, Control::Pause), Err(Problem::HasMoved(id)));
                    assert_eq!(from.store().waits(id), Ok(Vec::new()));
                    let mut runtime = salami::ProcessRuntime::new();
                    id = import(to.store(), &mut runtime, &file).expect("it is a process");
                    let again = import(to.store(), &mut runtime, &file);
                    assert_eq!(again, Err(Unmoved::IsHere(id)));
                    here = 1 - here;
                    moved += 1;
                }
                Err(Unmoved::IsAtWork(_)) => {}
                Err(error) => panic!("seed {seed}: {error}"),
            }
        }
        let engine = &mut engines[here];
        let round = engine.round().expect("a store");
        let is_idle = round.is_idle();
        for job in round.jobs {
            engine.finish(job.run());
        }
        if outside.below(3) == 0 {
            let item = ["tea", "bread"][outside.below(2) as usize];
            let count = 1 + outside.below(5);
            let event = NewEvent {
                topic: "shop.ordered".into(),
                fields: format!("{{\"item\": \"{item}\", \"count\": {count}}}"),
                unique: None,
            };
            engine.store().publish(&[event], None).expect("a store");
        }
        let asks = engine.store().waits(id).expect("a store");
        let asks = asks
            .iter()
            .any(|wait| wait.wait.kind == WaitKind::Answer && wait.outcome.is_none());
        if asks && outside.below(2) == 0 {
            let answer = format!("answer {}", outside.below(9));
            engine.answer(id, None, &answer.into()).expect("it asks");
        }
        if is_idle {
            match engine.store().next_due().expect("a store") {
                Some(due) => clock.set(due),
                None => clock.advance(1_000_000),
            }
        }
        let process = engine
            .store()
            .process(id)
            .expect("a store")
            .expect("a process");
        if process.status.has_ended() {
            let did = did(engine, id, &ledger);
            return (did, moved);
        }
    }
    panic!("seed {seed}: it never ends")
}

fn did(engine: &mut Engine, id: ProcessId, ledger: &Ledger) -> Did {
    let store = engine.store();
    let process = store.process(id).expect("a store").expect("a process");
    let audited = audit(store, id).expect("a store").expect("a process");
    assert_eq!(audited.wrong, None);
    let mut runtime = salami::ProcessRuntime::new();
    let replayed = replay(store, &mut runtime, id).expect("a store");
    assert_eq!(replayed, Some(Ok(process.turns)));
    let journal = store.journal(id, 0, 10_000).expect("a store");
    let entries = journal.iter().map(|kept| {
        let mut entry = Entry::parse(&kept.entry).expect("an entry");
        // Stores number events each by themselves.
        for (_, _, came) in &mut entry.came {
            if let Came::Event(number) = came {
                *number = 0;
            }
        }
        String::from_utf8(entry.to_bytes()).expect("text")
    });
    Did {
        status: process.status,
        result: process.result,
        entries: entries.collect(),
        calls: ledger.lock().expect("no panic").clone(),
    }
}

#[test]
fn who_moves_does_what_who_stays_does() {
    let seeds = std::env::var("MOVE_SEEDS")
        .ok()
        .and_then(|seeds| seeds.parse().ok());
    let mut moves = 0;
    for seed in 1..=seeds.unwrap_or(40) {
        for source in PROGRAMS {
            let (stays, _) = play(source, seed, false);
            let (goes, moved) = play(source, seed, true);
            assert_eq!(stays, goes, "seed {seed}, {moved} moves:\n{source}");
            moves += moved;
        }
    }
    assert!(moves > 200, "{moves} moves");
}

/// A process with something of everything, and its file.
fn sample() -> (Engine, ProcessId, Vec<u8>) {
    let clock = SimulatedClock::new(1_000_000);
    let ledger: Ledger = Arc::default();
    let store = MemoryStore::named(Box::new(clock.clone()), "first");
    let mut engine = engine(Box::new(store), &ledger);
    let id = start(engine.store(), PROGRAMS[1]);
    let event = |item: &str| NewEvent {
        topic: "shop.ordered".into(),
        fields: format!("{{\"item\": \"{item}\", \"count\": 2}}"),
        unique: None,
    };
    for step in 0..12 {
        let round = engine.round().expect("a store");
        for job in round.jobs {
            engine.finish(job.run());
        }
        if step % 3 == 0 {
            engine
                .store()
                .publish(&[event("bread"), event("cake")], None)
                .expect("a store");
        }
        clock.advance(700_000);
    }
    engine.act_as("ben");
    engine.control(id, Control::Pause).expect("it lives");
    let file = copy(engine.store(), id).expect("a file");
    (engine, id, file)
}

fn other_store() -> MemoryStore {
    MemoryStore::named(Box::new(SimulatedClock::new(9_000_000)), "other")
}

#[test]
fn a_copy_stays_where_it_was() {
    let (mut engine, id, file) = sample();
    assert_eq!(copy(engine.store(), id), Ok(file.clone()), "one form only");
    let status = engine
        .store()
        .process(id)
        .expect("a store")
        .map(|it| it.status);
    assert_eq!(status, Some(Status::Paused));
    let mut runtime = salami::ProcessRuntime::new();
    // It is here already: it would act twice under the same keys.
    let here = import(engine.store(), &mut runtime, &file);
    assert_eq!(here, Err(Unmoved::IsHere(id)));
    let mut other = other_store();
    let copied = import(&mut other, &mut runtime, &file).expect("a process");
    let process = other.process(copied).expect("a store").expect("a process");
    assert_eq!(
        (process.status, process.owner.as_str()),
        (Status::Paused, "ada")
    );
    assert_eq!(
        export(&mut other, ProcessId(7), ""),
        Err(Unmoved::NoProcess(ProcessId(7)))
    );
    // What says that it was started in a store must have left it: its calls would be taken for those of another.
    let clock = || Box::new(SimulatedClock::new(0));
    let is_refused = |outcome: Result<ProcessId, Unmoved>| match outcome {
        Err(Unmoved::Store(error)) => error.kind == StoreErrorKind::Missing,
        _ => false,
    };
    let mut namesake = MemoryStore::named(clock(), "first");
    assert!(is_refused(import(&mut namesake, &mut runtime, &file)));
    let mut sqlite = SqliteStore::open(":memory:", clock()).expect("a store");
    let name = sqlite.name().expect("a name");
    let mut stranger = MemoryStore::named(clock(), &name);
    let id = start(&mut stranger, "print(1)\n");
    let file = copy(&mut stranger, id).expect("a file");
    assert!(is_refused(import(&mut sqlite, &mut runtime, &file)));
    let mut unprintable = MemoryStore::named(clock(), "a\r\nb");
    let id = start(&mut unprintable, "print(1)\n");
    let file = copy(&mut unprintable, id).expect("a file");
    let refused = import(&mut sqlite, &mut runtime, &file);
    assert!(matches!(refused, Err(Unmoved::Refused(_))), "{refused:?}");
}

#[test]
fn files_that_are_none_are_refused() {
    let (_, _, file) = sample();
    let mut runtime = salami::ProcessRuntime::new();
    let mut refused = |bytes: &[u8]| match import(&mut other_store(), &mut runtime, bytes) {
        Err(Unmoved::Refused(sentence)) => sentence,
        other => panic!("{other:?}"),
    };
    for length in (0..file.len()).step_by(7).chain([file.len() - 1]) {
        refused(&file[..length]);
    }
    for at in (0..file.len()).step_by(3) {
        let mut changed = file.clone();
        changed[at] ^= 1 << (at % 8);
        refused(&changed);
    }
    assert!(refused(b"").contains("no process"));
    let mut later = file.clone();
    later[15] = b'2';
    assert!(refused(&later).contains("version"));
}

#[test]
fn files_that_somebody_wrote_are_refused_or_run() {
    let (_, _, file) = sample();
    let mut random = Random(7);
    let (mut refused, mut ran) = (0, 0);
    let body = file.len() - 32;
    let module = file
        .windows(11)
        .position(|window| window == b"SALAMI CODE")
        .expect("code");
    for _ in 0..3_000 {
        let mut changed = file[..body].to_vec();
        // Less of the code, which has its own tests.
        let from = module + 200;
        for _ in 0..=random.below(2) {
            let at = from + random.below((changed.len() - from) as u64) as usize;
            match random.below(4) {
                0 => changed[at] ^= 1 << random.below(8),
                1 => changed[at] = random.below(256) as u8,
                2 => changed.insert(at, random.below(256) as u8),
                _ => drop(changed.remove(at)),
            }
        }
        let hash = blake3::hash(&changed);
        changed.extend(hash.as_bytes());
        let ledger: Ledger = Arc::default();
        let mut runtime = salami::ProcessRuntime::new();
        let mut store = other_store();
        match import(&mut store, &mut runtime, &changed) {
            Err(Unmoved::Refused(_)) => refused += 1,
            Err(error) => panic!("{error:?}"),
            Ok(id) => {
                ran += 1;
                let mut engine = engine(Box::new(store), &ledger);
                let _ = engine.control(id, Control::Resume);
                for _ in 0..4 {
                    let round = engine.round().expect("a store");
                    for job in round.jobs {
                        engine.finish(job.run());
                    }
                }
            }
        }
    }
    println!("{refused} refused, {ran} ran");
    assert!(refused > 1_000, "{refused} refused, {ran} ran");
}

#[test]
fn a_process_that_never_ran_and_one_that_is_held_move() {
    let folder = std::env::temp_dir().join(format!("salami-moves-{}", std::process::id()));
    let path: PathBuf = folder.join("salami.db");
    std::fs::create_dir_all(&folder).expect("a folder");
    let clock = SimulatedClock::new(1_000_000);
    let ledger: Ledger = Arc::default();
    let open = || SqliteStore::open(&path, Box::new(clock.clone())).expect("a store");
    let mut runtime = salami::ProcessRuntime::new();
    let mut home = open();
    let fresh = start(&mut home, "print('fresh')\n");
    let held = start(
        &mut home,
        "import time\ntime.sleep(1)\nprint([1][int(time.time()) - int(time.time()) + 1])\n",
    );
    let file = export(&mut home, fresh, "").expect("a file");
    let mut other = other_store();
    let id = import(&mut other, &mut runtime, &file).expect("a process");
    let mut there = engine(Box::new(other), &ledger);
    for _ in 0..3 {
        there.round().expect("a store");
    }
    assert_eq!(
        there
            .store()
            .process(id)
            .expect("a store")
            .expect("it")
            .status,
        Status::Done
    );
    let mut here = engine(Box::new(home), &ledger);
    for _ in 0..3 {
        here.round().expect("a store");
        clock.advance(2_000_000);
    }
    assert_eq!(
        here.store()
            .process(held)
            .expect("a store")
            .expect("it")
            .status,
        Status::Held
    );
    let file = export(here.store(), held, "").expect("a file");
    // Back into the store that it comes from: under another number, with the same keys.
    let back = import(here.store(), &mut runtime, &file).expect("a process");
    assert_ne!(back, held);
    assert_eq!(
        here.store()
            .process(back)
            .expect("a store")
            .expect("it")
            .status,
        Status::Held
    );
    here.retry(back, None).expect("it is held");
    here.round().expect("a store");
    let audited = audit(here.store(), back).expect("a store").expect("it");
    assert_eq!(audited.wrong, None);
    let _ = std::fs::remove_dir_all(&folder);
}

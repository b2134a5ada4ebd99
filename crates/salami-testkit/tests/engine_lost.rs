//! Waits that are not in the store any more: who waits for them is held, and a retry has them begin anew where that is safe.

use std::sync::{Arc, Mutex};

use salami_process::engine::{Engine, EngineOptions, HOLD_OF_PROCESS, replay};
use salami_process::store::{
    CallState, MemoryStore, NewEvent, NewProcess, ProcessId, SimulatedClock, Status, Store,
    TurnCommit, Wait, WaitKind,
};
use salami_process::{FunctionTool, Outcome, Permissions, Tools};
use salami_store::SqliteStore;
use serde_json::{Value, json};

const BANK: &str = "
@read
def balance() -> int: ...
def pay(amount: int) -> str: ...
@dataclass
class Mail:
    sender: str
    text: str

@event(match=['sender'])
def mail(sender: str | None = None, timeout: float | None = None) -> Mail | None: ...
";

/// A store in memory or in a file, an engine over it.
struct Place {
    clock: SimulatedClock,
    engine: Engine,
    made: Arc<Mutex<Vec<String>>>,
}

impl Place {
    fn new(is_in_memory: bool) -> Self {
        let clock = SimulatedClock::new(0);
        let store: Box<dyn Store> = match is_in_memory {
            true => Box::new(MemoryStore::new(Box::new(clock.clone()))),
            false => {
                let store = SqliteStore::open(":memory:", Box::new(clock.clone()));
                Box::new(store.expect("a store"))
            }
        };
        let mut tools = Tools::new(Permissions::everything());
        let made = Arc::<Mutex<Vec<String>>>::default();
        let noted = Arc::clone(&made);
        tools.connect(FunctionTool::new("bank", BANK, move |call| {
            let mut noted = noted.lock().expect("no panic");
            noted.push(format!("{} {}", call.function, call.key));
            match call.function.as_str() {
                "balance" => Outcome::Value(7.into()),
                _ => Outcome::Value("paid".into()),
            }
        }));
        let runtime = Box::new(salami::ProcessRuntime::new());
        let engine = Engine::new(store, runtime, tools, EngineOptions::default());
        Self {
            clock,
            engine,
            made,
        }
    }

    fn start(&mut self, source: &str) -> ProcessId {
        let options = salami::CompileOptions {
            stubs: vec![salami::Stub::new("bank", BANK)],
            ..salami::CompileOptions::default()
        };
        let program = salami::compile("p.py", source, &options);
        let code = program.expect("a program").to_code();
        let store = self.engine.store();
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

    /// Rounds whose calls are made if they are to be.
    fn rounds(&mut self, makes_calls: bool) {
        for _ in 0..6 {
            for job in self.engine.round().expect("a store").jobs {
                if makes_calls {
                    self.engine.finish(job.run());
                }
            }
        }
    }

    fn status(&mut self, id: ProcessId) -> Status {
        let process = self.engine.store().process(id).expect("a store");
        process.expect("a process").status
    }

    fn waits(&mut self, id: ProcessId) -> Vec<Wait> {
        self.engine.store().waits(id).expect("a store")
    }

    /// All waits of a process go, as by a turn that forgot them.
    fn lose(&mut self, id: ProcessId) {
        let waits = self.waits(id).into_iter();
        let taken: Vec<_> = waits
            .map(|wait| (wait.wait.thread, wait.wait.slot))
            .collect();
        let store = self.engine.store();
        // A wish makes it ready.
        let cancelled = salami_process::store::Control::Cancel;
        assert_eq!(store.control(id, cancelled), Ok(true));
        let claim = store.claim("thief", 1_000, 9).expect("a store").remove(0);
        let entry = salami_process::engine::Entry {
            at: claim.now,
            ..Default::default()
        };
        let turn = TurnCommit {
            process: id,
            epoch: claim.epoch,
            shared: claim.shared.expect("it has begun"),
            threads: Vec::new(),
            begun: Vec::new(),
            taken,
            waits: Vec::new(),
            journal: entry.to_bytes(),
            end: None,
            is_blocked: false,
            is_ready: false,
            obeyed: true,
        };
        assert_eq!(store.commit("thief", &[turn]), Ok(Vec::new()));
    }

    fn lost(&mut self, id: ProcessId) {
        self.lose(id);
        assert_eq!(self.status(id), Status::Held, "at once");
        let waits = self.waits(id);
        let hold = waits.last().expect("a hold");
        assert_eq!(hold.wait.slot, HOLD_OF_PROCESS);
        let error: Value = serde_json::from_str(&hold.wait.body).expect("an error");
        assert_eq!(error["code"], "store.corrupt");
    }

    fn result(&mut self, id: ProcessId) -> Value {
        let process = self.engine.store().process(id).expect("a store");
        let process = process.expect("a process");
        let result = process.result.expect("it has ended");
        let result: Value = serde_json::from_str(&result).expect("a result");
        let replayed = replay(self.engine.store(), &mut salami::ProcessRuntime::new(), id);
        assert!(matches!(replayed, Ok(Some(Ok(_)))), "{replayed:?}");
        result["value"].clone()
    }
}

fn both(test: impl Fn(Place)) {
    test(Place::new(true));
    test(Place::new(false));
}

#[test]
fn a_sleep_begins_anew_with_its_own_instant() {
    both(|mut place| {
        let id = place
            .start("import time\n\ndef main() -> str:\n    time.sleep(100)\n    return 'slept'\n");
        place.rounds(true);
        place.lost(id);
        place.clock.advance(10_000_000);
        place.engine.retry(id, None).expect("it is held");
        place.rounds(true);
        assert_eq!(place.status(id), Status::Waiting);
        let waits = place.waits(id);
        assert_eq!(waits.len(), 1);
        assert_eq!(waits[0].wait.due, Some(100_000_000));
        place.clock.advance(90_000_000);
        place.rounds(true);
        assert_eq!(place.result(id), "slept");
    });
}

#[test]
fn an_event_that_came_meanwhile_is_not_missed() {
    both(|mut place| {
        let source = "
from tools import bank

def main() -> str:
    mail = bank.mail(sender='ada')
    return '' if mail is None else mail.text
";
        let id = place.start(source);
        place.rounds(true);
        place.lost(id);
        place.clock.advance(10_000_000);
        let event = NewEvent {
            topic: "bank.mail".into(),
            fields: json!({"sender": "ada", "text": "hello"}).to_string(),
            unique: None,
        };
        let store = place.engine.store();
        store.publish(&[event], None).expect("a store");
        place.rounds(true);
        assert_eq!(place.status(id), Status::Held);
        place.engine.retry(id, None).expect("it is held");
        place.rounds(true);
        assert_eq!(place.result(id), "hello");
    });
}

#[test]
fn a_call_that_only_reads_is_made_again() {
    both(|mut place| {
        let id = place
            .start("from tools import bank\n\ndef main() -> int:\n    return bank.balance()\n");
        place.rounds(false);
        place.lost(id);
        place.engine.retry(id, None).expect("it is held");
        place.rounds(true);
        assert_eq!(place.result(id), 7);
    });
}

#[test]
fn of_a_call_that_changes_something_nobody_knows() {
    both(|mut place| {
        let id =
            place.start("from tools import bank\n\ndef main() -> str:\n    return bank.pay(3)\n");
        place.rounds(false);
        place.lost(id);
        place.engine.retry(id, None).expect("it is held");
        place.rounds(true);
        assert_eq!(place.status(id), Status::Held);
        let waits = place.waits(id);
        let kind = waits[0].wait.kind;
        assert_eq!(kind, WaitKind::Call(CallState::Unknown));
        assert_eq!(place.made.lock().expect("no panic").len(), 0);
        place.engine.retry(id, None).expect("it is held");
        place.rounds(true);
        assert_eq!(place.result(id), "paid");
        let made = place.made.lock().expect("no panic").clone();
        assert_eq!(made.len(), 1, "{made:?}");
        assert!(
            made[0].ends_with(&format!("-{id}-0")),
            "its own key: {made:?}"
        );
    });
}

#[test]
fn threads_wait_anew_and_those_that_were_not_lost_go_on() {
    both(|mut place| {
        let source = "
import time
from salami import spawn, gather

def nap(seconds: float) -> float:
    time.sleep(seconds)
    return seconds

def main() -> list[float]:
    return list(gather(spawn(nap, 100.0), spawn(nap, 200.0)))
";
        let id = place.start(source);
        place.rounds(true);
        let before = place.waits(id);
        place.lost(id);
        place.engine.retry(id, None).expect("it is held");
        place.rounds(true);
        let places = |waits: &[Wait]| -> Vec<_> {
            let waits = waits.iter();
            waits
                .map(|wait| (wait.wait.thread, wait.wait.slot, wait.wait.due))
                .collect()
        };
        assert_eq!(places(&place.waits(id)), places(&before));
        place.clock.advance(200_000_000);
        place.rounds(true);
        assert_eq!(place.result(id), json!([100.0, 200.0]));
    });
}

#[test]
fn who_sleeps_as_it_should_is_left_alone() {
    both(|mut place| {
        let sleeper = place.start("import time\ntime.sleep(100)\n");
        let paused = place.start("import time\ntime.sleep(100)\n");
        place.rounds(true);
        let pause = salami_process::store::Control::Pause;
        place.engine.control(paused, pause).expect("it is there");
        let looked = place.engine.store().look_over(None, 9).expect("a store");
        assert_eq!(looked, salami_process::store::LookedOver::default());
        assert_eq!(place.status(sleeper), Status::Waiting);
        assert_eq!(place.status(paused), Status::Paused);
    });
}

#[test]
fn processes_are_looked_over_page_by_page() {
    both(|mut place| {
        let ids: Vec<ProcessId> = (0..5)
            .map(|_| place.start("import time\ntime.sleep(100)\n"))
            .collect();
        place.rounds(true);
        place.lose(ids[1]);
        place.lose(ids[3]);
        let store = place.engine.store();
        let first = store.look_over(None, 2).expect("a store");
        assert_eq!((first.last, first.held), (Some(ids[1]), vec![ids[1]]));
        let next = store.look_over(first.last, 9).expect("a store");
        assert_eq!((next.last, next.held), (None, vec![ids[3]]));
        let again = store.look_over(None, 9).expect("a store");
        assert!(again.held.is_empty(), "once");
        let inbox = store.inbox(9).expect("a store");
        assert_eq!(inbox.len(), 2);
    });
}

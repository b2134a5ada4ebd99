//! Programs as stored processes: the engine, a store in memory, the machine.

use std::sync::{Arc, Mutex};

use salami_process::engine::{Engine, EngineOptions, HOLD_OF_PROCESS, replay};
use salami_process::store::{
    Control, MemoryStore, NewEvent, NewProcess, Process, ProcessId, SimulatedClock, Status,
    StoreError,
};
use salami_process::{
    Arrival, Arrived, FunctionTool, Outcome, Question, QuestionKind, Runtime, Turn, TurnError,
    TurnHost, Turned,
};
use salami_program::{
    CompileOptions, FrameView, Permissions, ProcessRuntime, Program, RunLimits, Seal, Source, Stub,
    Tools, process_options,
};
use serde_json::{Value, json};

const DAY: u64 = 86_400_000_000;
/// 2026-01-15T12:00:00Z
const START: i64 = 1_768_478_400_000_000;

const EMAIL: &str = "
@dataclass
class Message:
    sender: str
    subject: str
    body: str = ''

@event(match=['sender'])
def received(sender: str | None = None, timeout: float | None = None) -> Message | None: ...
def forward(message: Message, to: str) -> None: ...
def send(to: str, subject: str, body: str) -> None: ...
@read
def count(folder: str) -> int: ...
@read
def each(folder: str, visit: Callable[[Message], bool]) -> int: ...
@read
def weigh(weight: float) -> float: ...
@immediate
def address() -> str: ...
";

const USER: &str = "
@read
def ask(question: str) -> str: ...
@read
def approve(question: str) -> bool: ...
def notify(text: str) -> None: ...
";

/// An engine with tools that note their calls.
struct World {
    engine: Engine,
    clock: SimulatedClock,
    calls: Arc<Mutex<Vec<String>>>,
}

impl World {
    fn new() -> Self {
        Self::with_fuel(EngineOptions::default().fuel)
    }

    /// Whose turns have so much fuel.
    fn with_fuel(fuel: u64) -> Self {
        Self::with(fuel, Box::new(ProcessRuntime::new()))
    }

    /// Whose machine is another, which knows the code of `WAITS_WITH_VALUES`.
    fn with_runtime(runtime: impl FnOnce(Option<[u8; 32]>) -> Box<dyn Runtime>) -> Self {
        let options = CompileOptions {
            stubs: vec![Stub::new("email", EMAIL), Stub::new("user", USER)],
            ..CompileOptions::default()
        };
        let program = salami_program::compile("program.py", WAITS_WITH_VALUES, &options);
        let code = program.expect("a program").to_code().hash;
        Self::with(EngineOptions::default().fuel, runtime(Some(code)))
    }

    fn with(fuel: u64, runtime: Box<dyn Runtime>) -> Self {
        let clock = SimulatedClock::new(START);
        let calls: Arc<Mutex<Vec<String>>> = Arc::default();
        let mut tools = Tools::new(Permissions::everything());
        let noted = Arc::clone(&calls);
        tools.connect(FunctionTool::new("email", EMAIL, move |call| {
            if call.function != "address" {
                let line = format!("{} {}", call.name(), Value::Object(call.arguments.clone()));
                noted.lock().expect("no panic").push(line);
            }
            match call.function.as_str() {
                "count" if call.arguments.values().next() == Some(&"nowhere".into()) => {
                    Outcome::Error("no such folder".into())
                }
                "count" => Outcome::Value(3.into()),
                "address" => Outcome::Value("me@example.com".into()),
                "each" => match call.returned() {
                    Some((count, last)) if count == 0 || *last == Value::Bool(true) => {
                        let subject = format!("m{count}");
                        let message = json!({"sender": "a", "subject": subject, "body": ""});
                        Outcome::Function {
                            parameter: "visit".into(),
                            arguments: vec![message],
                        }
                    }
                    Some((count, _)) => Outcome::Value(count.into()),
                    None => Outcome::Error("it asks for no function".into()),
                },
                _ => Outcome::Value(Value::Null),
            }
        }));
        tools.connect(FunctionTool::new("user", USER, |call| {
            let question = |kind| {
                Outcome::Question(Question {
                    kind,
                    text: call.arguments["question"]
                        .as_str()
                        .unwrap_or_default()
                        .to_owned(),
                    options: Vec::new(),
                    timeout: None,
                })
            };
            match call.function.as_str() {
                "ask" => question(QuestionKind::Ask),
                "approve" => question(QuestionKind::Approve),
                _ => Outcome::Notice(
                    call.arguments["text"]
                        .as_str()
                        .unwrap_or_default()
                        .to_owned(),
                ),
            }
        }));
        let store = MemoryStore::new(Box::new(clock.clone()));
        let engine = Engine::new(
            Box::new(store),
            runtime,
            tools,
            EngineOptions {
                fuel,
                ..EngineOptions::default()
            },
        );
        Self {
            engine,
            clock,
            calls,
        }
    }

    fn start(&mut self, source: &str) -> ProcessId {
        self.start_with(source, "{}")
    }

    fn start_with(&mut self, source: &str, input: &str) -> ProcessId {
        let stubs = vec![Stub::new("email", EMAIL), Stub::new("user", USER)];
        let options = CompileOptions {
            stubs,
            ..CompileOptions::default()
        };
        let program = salami_program::compile("program.py", source, &options)
            .unwrap_or_else(|error| panic!("{error}"));
        self.start_program(&program, input)
    }

    fn start_program(&mut self, program: &Program, input: &str) -> ProcessId {
        let code = program.to_code();
        let store = self.engine.store();
        store.put_code(&code).expect("a store");
        let process = NewProcess {
            code: code.hash,
            owner: "ada".into(),
            name: "program".into(),
            input: input.into(),
            options: process_options(7, &RunLimits::GENERAL),
        };
        store.start(&[process]).expect("a store")[0]
    }

    /// Rounds until nothing is to be done now.
    fn settle(&mut self) {
        for _ in 0..1000 {
            let round = self.engine.round().expect("a store");
            let is_idle = round.is_idle();
            for job in round.jobs {
                self.engine.finish(job.run());
            }
            if is_idle {
                return;
            }
        }
        panic!("it never comes to rest");
    }

    /// To where nothing will happen any more on its own.
    fn run(&mut self) {
        loop {
            self.settle();
            match self.engine.store().next_due().expect("a store") {
                Some(due) => self.clock.set(due),
                None => return,
            }
        }
    }

    fn later(&mut self, microseconds: u64) {
        self.clock.advance(microseconds);
        self.settle();
    }

    fn process(&mut self, id: ProcessId) -> Process {
        self.engine
            .store()
            .process(id)
            .expect("a store")
            .expect("a process")
    }

    fn result(&mut self, id: ProcessId) -> (Status, Value) {
        let process = self.process(id);
        let result = process.result.map_or(Value::Null, |text| {
            serde_json::from_str(&text).expect("JSON")
        });
        (process.status, result)
    }

    /// The calls of its own thread.
    fn look(&mut self, id: ProcessId) -> Vec<FrameView> {
        let process = self.process(id);
        let store = self.engine.store();
        let code = store.code(&process.code).expect("a store").expect("code");
        let state = store.thread(id, 0).expect("a store").expect("a state");
        let program = Program::from_code(&code).expect("a program");
        let shared = process.shared.expect("it has begun");
        let input = serde_json::from_str(&process.input).expect("an object");
        let views =
            salami_program::look(&program, &shared, &[(0, &state)], &Seal::default(), &input);
        views.expect("a state of the program").remove(0).frames
    }

    fn calls(&self) -> Vec<String> {
        std::mem::take(&mut self.calls.lock().expect("no panic"))
    }

    fn mail(&mut self, sender: &str, subject: &str) {
        let fields = json!({"sender": sender, "subject": subject, "body": ""}).to_string();
        let event = NewEvent {
            topic: "email.received".into(),
            fields,
            unique: None,
        };
        self.engine
            .store()
            .publish(&[event], None)
            .expect("a store");
    }

    /// What it did is done again from its journal.
    fn replays(&mut self, id: ProcessId) {
        let mut runtime = ProcessRuntime::new();
        let replayed = replay(self.engine.store(), &mut runtime, id).expect("a store");
        let turns = self.process(id).turns;
        assert_eq!(replayed, Some(Ok(turns)));
    }
}

#[test]
fn a_program_sleeps_for_weeks_and_calls_tools() {
    let mut world = World::new();
    let id = world.start(
        "
import time
from datetime import datetime
from tools import email

def main() -> list[str]:
    seen = [datetime.now().isoformat()]
    email.send('bob@example.com', 'Party', 'Come!')
    time.sleep(604800)
    seen.append(datetime.now().isoformat())
    seen.append(str(email.count('inbox')))
    seen.append(email.address())
    return seen
",
    );
    world.settle();
    assert_eq!(world.process(id).status, Status::Waiting);
    assert_eq!(world.calls().len(), 1);
    world.later(6 * DAY);
    assert_eq!(world.process(id).status, Status::Waiting);
    world.later(DAY);
    let (status, result) = world.result(id);
    assert_eq!(status, Status::Done);
    let seen = json!([
        "2026-01-15T12:00:00",
        "2026-01-22T12:00:00",
        "3",
        "me@example.com"
    ]);
    assert_eq!(result["value"], seen);
    world.replays(id);
}

#[test]
fn events_wake_and_time_out() {
    let mut world = World::new();
    let source = "
from tools import email, user

DAY = 86400

def main() -> str:
    message = email.received(sender='landlord@example.com')
    if message is None:
        return 'never'
    email.forward(message, to='lawyer@example.com')
    answer = email.received(sender='lawyer@example.com', timeout=7 * DAY)
    if answer is None:
        user.notify('The lawyer is silent.')
        return 'silent'
    return user.ask('The lawyer says: ' + answer.subject)
";
    let (silent, answered) = (world.start(source), world.start(source));
    world.settle();
    world.mail("somebody@example.com", "spam");
    world.settle();
    assert_eq!(world.calls(), Vec::<String>::new());
    world.mail("landlord@example.com", "rent");
    world.settle();
    assert_eq!(world.calls().len(), 2);
    world
        .engine
        .control(silent, Control::Pause)
        .expect("it lives");
    world.mail("lawyer@example.com", "pay");
    world.settle();
    assert_eq!(world.process(answered).status, Status::Asking);
    assert_eq!(world.engine.store().inbox(10).expect("a store").len(), 1);
    world
        .engine
        .answer(answered, None, &json!("do it"))
        .expect("it asks");
    world
        .engine
        .control(silent, Control::Resume)
        .expect("it is paused");
    world.settle();
    assert_eq!(
        world.result(answered),
        (Status::Done, json!({"value": "do it"}))
    );
    assert_eq!(
        world.process(silent).status,
        Status::Asking,
        "what came while it was paused is there"
    );
    world.replays(answered);

    let third = world.start(source);
    world.settle();
    world.mail("landlord@example.com", "rent");
    world.settle();
    world.run();
    assert_eq!(
        world.result(third),
        (Status::Done, json!({"value": "silent"}))
    );
    world.replays(third);
}

#[test]
fn an_error_holds_and_retrying_goes_on() {
    let mut world = World::new();
    let id = world.start_with(
        "
from tools import email

def main(folder: str) -> int:
    with open_box() as box:
        return email.count(folder) + box

class open_box:
    def __enter__(self) -> int:
        return 1
    def __exit__(self, *details: object) -> None:
        print('closed')
",
        r#"{"folder": "nowhere"}"#,
    );
    world.settle();
    assert_eq!(world.process(id).status, Status::Held);
    let waits = world.engine.store().waits(id).expect("a store");
    assert!(waits[0].wait.body.contains("no such folder"), "{waits:?}");
    assert!(waits[0].wait.body.contains("\"line\":6"), "{waits:?}");
    let frames = world.look(id);
    assert_eq!(frames.last().expect("a frame").place.line, 6);
    assert!(
        format!("{frames:?}").contains("name: \"folder\""),
        "{frames:?}"
    );
    assert_eq!(world.calls().len(), 1);
    world.engine.retry(id, None).expect("it is held");
    world.settle();
    assert_eq!(world.process(id).status, Status::Held);
    assert_eq!(world.calls().len(), 1, "the call is made again");
    world.replays(id);
    world.engine.control(id, Control::Abort).expect("it lives");
    world.settle();
    assert_eq!(world.process(id).status, Status::Aborted);
}

#[test]
fn threads_wait_apart_and_an_error_holds_only_its_own() {
    let mut world = World::new();
    let id = world.start(
        "
import time
from salami import gather, spawn
from tools import email, user

def guest(name: str) -> str:
    answer = email.received(sender=name, timeout=7 * 86400)
    if answer is None:
        return name + ': silent'
    if answer.subject == 'bad':
        raise ValueError(name)
    return name + ': ' + answer.subject

def main() -> list[str]:
    tasks = [spawn(guest, name) for name in ('ada', 'bob', 'cyd')]
    return list(gather(*tasks))
",
    );
    world.settle();
    assert_eq!(world.engine.store().threads(id).expect("a store").len(), 4);
    world.mail("bob", "yes");
    world.settle();
    world.mail("ada", "bad");
    world.settle();
    assert_eq!(world.process(id).status, Status::Held);
    world.run();
    assert_eq!(world.process(id).status, Status::Held);
    world.replays(id);
    world.engine.control(id, Control::Cancel).expect("it lives");
    world.settle();
    let (status, _) = world.result(id);
    assert_eq!(status, Status::Aborted);
    world.replays(id);
}

#[test]
fn a_joiner_that_catches_gets_the_error() {
    let mut world = World::new();
    let id = world.start(
        "
import time
from salami import spawn

def fails() -> int:
    time.sleep(10)
    raise ValueError('late')

def main() -> str:
    task = spawn(fails)
    try:
        return str(task.join())
    except ValueError as error:
        return 'caught ' + str(error)
",
    );
    world.run();
    assert_eq!(
        world.result(id),
        (Status::Done, json!({"value": "caught late"}))
    );
    world.replays(id);
}

#[test]
fn long_work_takes_several_turns() {
    let mut world = World::with_fuel(10_000);
    let work = "
from salami import spawn

def work() -> int:
    total = 0
    for number in range(100_000):
        total += number
    print('worked')
    return total
";
    // In its own thread, in one that it waits for, in one that it leaves behind.
    for (end, result) in [
        ("    return work()", 4_999_950_000_i64),
        ("    return spawn(work).join()", 4_999_950_000),
        ("    spawn(work)\n    return 1", 1),
    ] {
        let id = world.start(&format!("{work}\ndef main() -> int:\n{end}\n"));
        world.settle();
        assert_eq!(
            world.result(id),
            (Status::Done, json!({"value": result})),
            "{end}"
        );
        assert!(world.process(id).turns > 10);
        world.replays(id);
    }
}

#[test]
fn what_fuel_cuts_off_is_told_once() {
    let mut world = World::with_fuel(10_000);
    let id = world.start(
        "
from salami import gather, spawn
from tools import email

def work() -> int:
    total = 0
    for number in range(100_000):
        total += number
    return email.count('work')

def look(folder: str) -> int:
    return email.count(folder)

def main() -> list[int]:
    tasks = [spawn(look, 'a'), spawn(work), spawn(look, 'b')]
    return [email.count('c'), *gather(*tasks)]
",
    );
    world.settle();
    assert_eq!(
        world.result(id),
        (Status::Done, json!({"value": [3, 3, 3, 3]}))
    );
    assert_eq!(world.calls().len(), 4);
    world.replays(id);
}

#[test]
fn a_wait_goes_with_its_thread() {
    let mut world = World::new();
    let id = world.start(
        "
import time
from salami import spawn
from tools import email

def guest() -> str:
    message = email.received(sender='ada')
    return 'nobody' if message is None else message.subject

def main() -> int:
    task = spawn(guest)
    time.sleep(10)
    task.cancel()
    time.sleep(10)
    return 1
",
    );
    world.settle();
    world.later(15_000_000);
    let waits = world.engine.store().waits(id).expect("a store");
    let places: Vec<_> = waits
        .iter()
        .map(|wait| (wait.wait.thread, wait.wait.slot))
        .collect();
    assert_eq!(places, [(0, 0)]);
    world.run();
    assert_eq!(world.result(id), (Status::Done, json!({"value": 1})));
    world.replays(id);
}

#[test]
fn a_timeout_ends_what_is_waited_for() {
    let mut world = World::new();
    let id = world.start(
        "
from datetime import datetime
from salami import timeout
from tools import email, user

def main() -> list[str]:
    seen = []
    try:
        with timeout(3 * 86400):
            seen.append(user.ask('How are you?'))
    except TimeoutError:
        seen.append('no answer by ' + datetime.now().isoformat())
    with timeout(3 * 86400):
        seen.append(user.ask('And now?'))
    return seen
",
    );
    world.settle();
    assert_eq!(world.process(id).status, Status::Asking);
    world.later(2 * DAY);
    assert_eq!(world.process(id).status, Status::Asking);
    world.later(DAY);
    assert_eq!(world.engine.store().inbox(10).expect("a store").len(), 1);
    world
        .engine
        .answer(id, None, &json!("well"))
        .expect("it asks");
    world.settle();
    let seen = json!({"value": ["no answer by 2026-01-18T12:00:00", "well"]});
    assert_eq!(world.result(id), (Status::Done, seen));
    world.replays(id);
}

/// Whoever asks for one that is late is not asked by the others any more.
#[test]
fn a_race_or_gather_that_is_ended_cancels_its_threads() {
    for (any_of, call) in [("race", "race(*tasks)"), ("gather", "gather(*tasks)")] {
        let mut world = World::new();
        let id = world.start(&format!(
            "
import time
from salami import Cancelled, {any_of}, spawn, timeout
from tools import email, user

def asks(name: str) -> str:
    try:
        return user.ask(f'How are you, {{name}}?')
    except Cancelled:
        print(name, 'is cancelled')
        raise

def sleeps() -> str:
    time.sleep(1000 * 86400)
    return 'slept'

def waits() -> str:
    received = email.received(sender='nobody')
    return received.subject if received is not None else 'nothing'

def main() -> str:
    tasks = [spawn(asks, 'Ada'), spawn(asks, 'Bob'), spawn(sleeps), spawn(waits)]
    try:
        with timeout(86400):
            {call}
    except TimeoutError:
        print(sum(task.done() for task in tasks))
        return 'too late'
    return 'in time'
"
        ));
        world.settle();
        assert_eq!(world.process(id).status, Status::Asking, "{any_of}");
        assert_eq!(world.engine.store().inbox(10).expect("a store").len(), 2);
        world.later(DAY);
        let late = json!({"value": "too late"});
        assert_eq!(world.result(id), (Status::Done, late), "{any_of}");
        assert_eq!(world.engine.store().inbox(10).expect("a store"), []);
        assert_eq!(world.engine.store().waits(id).expect("a store"), []);
        world.replays(id);
    }
}

/// The end of the wait is a clean-up of theirs and catches nothing: what a thread raises that they wait for is held.
#[test]
fn what_a_race_or_gather_waits_for_is_held_where_it_raised() {
    for call in ["race(*tasks)", "gather(*tasks)"] {
        let mut world = World::new();
        let id = world.start(&format!(
            "
import time
from salami import gather, race, spawn, timeout

def fails() -> int:
    return 1 // int('0')

def late() -> int:
    time.sleep(86400)
    return 1

def main() -> int:
    tasks = [spawn(fails), spawn(late)]
    with timeout(86400 * 3):
        {call}
    return 1
"
        ));
        world.settle();
        assert_eq!(world.process(id).status, Status::Held, "{call}");
        let inbox = world.engine.store().inbox(10).expect("a store");
        assert_eq!(inbox.len(), 1, "{call}: {inbox:?}");
    }
}

#[test]
fn numbers_that_json_has_not_leave_as_texts() {
    let mut world = World::new();
    let id = world.start(
        "
from tools import email

def main() -> list[float]:
    try:
        email.send('a', 'b', 'c' * 2)
        print(email.weigh(float('inf')))
    except Exception as error:
        print(error)
    return [float('nan'), 1.5]
",
    );
    world.settle();
    assert_eq!(
        world.result(id),
        (Status::Done, json!({"value": ["NaN", 1.5]}))
    );
    let journal = world.engine.store().journal(id, 0, 9).expect("a store");
    let last = String::from_utf8_lossy(&journal[1].entry).into_owned();
    assert!(last.contains("JSON has no number Infinity"), "{last}");
    world.replays(id);
}

#[test]
fn a_tool_has_functions_of_the_program_called() {
    let mut world = World::new();
    let id = world.start(
        "
import time
from tools import email

def main() -> list[str]:
    seen: list[str] = []

    def visit(message: email.Message) -> bool:
        time.sleep(86400)
        seen.append(message.subject)
        return len(seen) < 3

    seen.append(str(email.each('inbox', visit)))
    return seen
",
    );
    world.settle();
    for _ in 0..2 {
        assert_eq!(world.process(id).status, Status::Waiting);
        world.later(DAY);
    }
    world.later(DAY);
    let seen = json!({"value": ["m0", "m1", "m2", "3"]});
    assert_eq!(world.result(id), (Status::Done, seen));
    assert_eq!(world.calls().len(), 4);
    world.replays(id);
}

#[test]
fn listings_are_stored_as_programs_are() {
    let mut world = World::new();
    let text = "
0: LOAD_INPUT \"folder\" -> $0
1: CALL_SERVICE \"email.count\" [$0] -> $1
2: ADD $1 1 -> $2
3: STORE_OUTPUT \"count\" $2
4: RETURN
";
    let source = Source::new("count.ir", text);
    let program = Program::from_assembly(source).unwrap_or_else(|error| panic!("{error}"));
    let id = world.start_program(&program, r#"{"folder": "inbox"}"#);
    world.settle();
    assert_eq!(
        world.result(id),
        (Status::Done, json!({"value": {"count": 4}}))
    );
    world.replays(id);
    let id = world.start_program(&program, r#"{"folder": "nowhere"}"#);
    world.settle();
    assert_eq!(world.process(id).status, Status::Held);
    assert_eq!(world.look(id).last().expect("a frame").place.line, 2);
}

#[test]
fn a_joiner_that_comes_later_gets_the_error_if_it_catches_it() {
    let mut world = World::new();
    let id = world.start(
        "
import time
from salami import spawn

def job(number: int) -> int:
    if number == 2:
        time.sleep(5)
    if number > 0:
        raise ValueError(str(number))
    time.sleep(60)
    return number

def main() -> list[str]:
    tasks = [spawn(job, number) for number in range(3)]
    seen: list[str] = []
    for task in tasks:
        try:
            seen.append(str(task.join()))
        except ValueError as error:
            seen.append('caught ' + str(error))
    return seen
",
    );
    world.settle();
    assert_eq!(world.process(id).status, Status::Held);
    world.run();
    let seen = json!({"value": ["0", "caught 1", "caught 2"]});
    assert_eq!(world.result(id), (Status::Done, seen));
    world.replays(id);
}

#[test]
fn who_asks_whether_a_thread_has_ended_that_raised_is_told_so() {
    let mut world = World::new();
    // The one that raised is elsewhere when it is asked for.
    let id = world.start(
        "
import time
from salami import spawn

def job() -> int:
    raise ValueError('no')

def main() -> str:
    task = spawn(job)
    for day in range(5):
        time.sleep(86400)
        if task.done() and not task.cancel() and not task.cancelled():
            try:
                return str(task.join())
            except ValueError as error:
                return f'caught {error} after {day + 1}'
    return 'never'
",
    );
    world.settle();
    assert_eq!(world.process(id).status, Status::Held);
    world.run();
    let seen = json!({"value": "caught no after 1"});
    assert_eq!(world.result(id), (Status::Done, seen));
    world.replays(id);
}

#[test]
fn an_error_goes_through_those_who_wait_to_one_that_catches_it() {
    let mut world = World::new();
    let id = world.start(
        "
import time
from salami import spawn

def bad() -> int:
    time.sleep(1)
    raise ValueError('bad')

def middle() -> int:
    task = spawn(bad)
    return task.join()

def late() -> int:
    task = spawn(middle)
    time.sleep(100)
    return task.join()

def main() -> str:
    try:
        return str(spawn(middle).join())
    except ValueError as error:
        seen = 'caught ' + str(error)
    task = spawn(late)
    time.sleep(50)
    try:
        return str(task.join())
    except ValueError as error:
        return seen + ', caught ' + str(error)
",
    );
    world.run();
    let seen = json!({"value": "caught bad, caught bad"});
    assert_eq!(world.result(id), (Status::Done, seen));
    world.replays(id);
}

/// The real machine where the store gives other states than were written.
struct Damaging {
    runtime: ProcessRuntime,
    damage: fn(Vec<u8>) -> Vec<u8>,
    /// Only where something was stored under this code.
    code: Option<[u8; 32]>,
}

struct DamagedHost<'a> {
    host: &'a mut dyn TurnHost,
    damage: fn(Vec<u8>) -> Vec<u8>,
}

impl TurnHost for DamagedHost<'_> {
    fn code(&mut self) -> Result<Vec<u8>, StoreError> {
        self.host.code()
    }

    fn thread(&mut self, thread: u64) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.host.thread(thread)?.map(self.damage))
    }

    fn immediate(&mut self, call: &salami_process::Call) -> Option<salami_process::Answer> {
        self.host.immediate(call)
    }
}

impl Runtime for Damaging {
    fn turn(&mut self, turn: &Turn<'_>, host: &mut dyn TurnHost) -> Result<Turned, TurnError> {
        if self.code.is_none_or(|code| code == turn.code) {
            let damage = self.damage;
            return self.runtime.turn(turn, &mut DamagedHost { host, damage });
        }
        self.runtime.turn(turn, host)
    }
}

/// A host of one thread.
struct OneThread<'a>(&'a [u8], Vec<u8>);

impl TurnHost for OneThread<'_> {
    fn code(&mut self) -> Result<Vec<u8>, StoreError> {
        Ok(self.0.to_vec())
    }

    fn thread(&mut self, thread: u64) -> Result<Option<Vec<u8>>, StoreError> {
        Ok((thread == 0).then(|| self.1.clone()))
    }

    fn immediate(&mut self, _: &salami_process::Call) -> Option<salami_process::Answer> {
        None
    }
}

/// Seals bytes that were changed as if they had been written so.
fn sealed(bytes: &[u8]) -> Vec<u8> {
    let body = &bytes[..bytes.len() - 8];
    let mut sealed = body.to_vec();
    sealed.extend(&blake3::hash(body).as_bytes()[..8]);
    sealed
}

const WAITS_WITH_VALUES: &str = "
import time

def main() -> str:
    words = ['a', 'bc']
    numbers = {'one': 1}
    time.sleep(1)
    for word in words:
        numbers[word] = len(word) + numbers['one']
    return ','.join(words) + str(numbers)
";

#[test]
fn whatever_a_state_says_it_is_never_a_bug_of_ours() {
    let options = CompileOptions::default();
    let program = salami_program::compile("p.py", WAITS_WITH_VALUES, &options).expect("a program");
    let code = program.to_code();
    let mut runtime = ProcessRuntime::new();
    let options = process_options(7, &RunLimits::GENERAL);
    let first = Turn {
        code: code.hash,
        input: "{}",
        options: &options,
        shared: None,
        now: START,
        arrived: &[],
        is_cancelled: false,
        fuel: 1_000_000,
        kept: None,
    };
    let mut host = OneThread(&code.body, Vec::new());
    let begun = runtime.turn(&first, &mut host).expect("it runs");
    let state = begun.threads[0].1.clone().expect("a state");
    let arrived = [Arrival {
        thread: 0,
        slot: 0,
        what: Arrived::Instant,
    }];
    let second = Turn {
        shared: Some(&begun.shared),
        now: START + 1_000_000,
        arrived: &arrived,
        ..first
    };
    let (mut refused, mut guarded, mut ran) = (0, 0, 0);
    for at in 8..state.len() - 8 {
        for value in [0, 1, 4, 9, 13, 14, 15, 22, 27, 0x7f] {
            let mut changed = state.clone();
            changed[at] = value;
            let mut host = OneThread(&code.body, sealed(&changed));
            match runtime.turn(&second, &mut host) {
                Ok(turned) => {
                    let end = format!("{:?}", turned.end);
                    assert!(!end.contains("internal"), "byte {at} {value}: {end}");
                    ran += 1;
                }
                Err(TurnError::Refused { code, message }) => {
                    assert!(code.starts_with("snapshot."), "byte {at} {value}: {code}");
                    guarded += usize::from(message.contains("internal.guard"));
                    refused += 1;
                }
                Err(error) => panic!("byte {at} {value}: {error}"),
            }
        }
    }
    assert!(
        refused > 100 && guarded > 0 && ran > 10,
        "{refused} {guarded} {ran}"
    );
}

#[test]
fn a_damaged_state_holds_its_process_alone() {
    for (damage, code) in [
        (
            (|mut state: Vec<u8>| {
                let at = state.len() - 1;
                state[at] ^= 1;
                state
            }) as fn(Vec<u8>) -> Vec<u8>,
            "snapshot.damaged",
        ),
        (|_| Vec::new(), "snapshot.damaged"),
        (
            |state| sealed(&state[..state.len() - 2]),
            "snapshot.malformed",
        ),
    ] {
        let mut world = World::with_runtime(|code| {
            Box::new(Damaging {
                runtime: ProcessRuntime::new(),
                damage,
                code,
            })
        });
        let damaged = world.start(WAITS_WITH_VALUES);
        let healthy = world.start(&WAITS_WITH_VALUES.replace("'bc'", "'bcd'"));
        world.run();
        assert_eq!(world.process(damaged).status, Status::Held);
        assert_eq!(world.process(healthy).status, Status::Done);
        let waits = world.engine.store().waits(damaged).expect("a store");
        let hold = waits
            .iter()
            .find(|wait| wait.wait.slot == HOLD_OF_PROCESS)
            .expect("it is held as a whole");
        let error: Value = serde_json::from_str(&hold.wait.body).expect("an error");
        assert_eq!(error["code"], code);
        let message = error["message"].as_str().unwrap_or_default();
        assert!(message.contains("state"), "{message}");
    }
}

/// The real machine, with a count of what it was given.
struct Counting {
    runtime: ProcessRuntime,
    count: Arc<Mutex<Count>>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Count {
    turns: usize,
    loads: usize,
    bytes: usize,
}

struct CountingHost<'a> {
    host: &'a mut dyn TurnHost,
    count: &'a Mutex<Count>,
}

impl TurnHost for CountingHost<'_> {
    fn code(&mut self) -> Result<Vec<u8>, StoreError> {
        self.host.code()
    }

    fn thread(&mut self, thread: u64) -> Result<Option<Vec<u8>>, StoreError> {
        let state = self.host.thread(thread)?;
        let mut count = self.count.lock().expect("no panic");
        count.loads += 1;
        count.bytes += state.as_ref().map_or(0, Vec::len);
        Ok(state)
    }

    fn immediate(&mut self, call: &salami_process::Call) -> Option<salami_process::Answer> {
        self.host.immediate(call)
    }
}

impl Runtime for Counting {
    fn turn(&mut self, turn: &Turn<'_>, host: &mut dyn TurnHost) -> Result<Turned, TurnError> {
        {
            let mut count = self.count.lock().expect("no panic");
            count.turns += 1;
            count.bytes += turn.shared.map_or(0, <[u8]>::len);
        }
        let count = &*self.count;
        let mut host = CountingHost { host, count };
        self.runtime.turn(turn, &mut host)
    }
}

/// What a program with so many threads is given of its state, all turns together.
fn counted(source: &str, threads: usize) -> Count {
    let count: Arc<Mutex<Count>> = Arc::default();
    let runtime = Counting {
        runtime: ProcessRuntime::new(),
        count: Arc::clone(&count),
    };
    let mut world = World::with(EngineOptions::default().fuel, Box::new(runtime));
    let id = world.start(&source.replace("COUNT", &threads.to_string()));
    world.run();
    let process = world.process(id);
    let waits = world.engine.store().waits(id).expect("a store");
    assert_eq!(process.status, Status::Done, "{waits:?}");
    *count.lock().expect("no panic")
}

#[test]
fn who_waits_for_many_threads_is_read_when_all_have_ended() {
    let gathers = "
import time
from salami import gather, spawn

def work(number: int) -> int:
    time.sleep(number)
    return number

print(sum(gather(*[spawn(work, number) for number in range(1, COUNT + 1)])))
";
    let joins = "
import time
from salami import spawn

def work(number: int) -> int:
    if number > 0:
        raise ValueError(str(number))
    return number

tasks = [spawn(work, number) for number in range(1, COUNT + 1)]
time.sleep(1)
failed = 0
for task in tasks:
    try:
        task.join()
    except ValueError:
        failed += 1
print(failed)
";
    for (name, source) in [("gather", gathers), ("joins of what is held", joins)] {
        let (few, many) = (counted(source, 50), counted(source, 200));
        // Each thread once, the program's own a few times, and all again for what they returned.
        assert!(many.loads <= 2 * 200 + 10, "{name}: {many:?}");
        assert!(many.bytes <= few.bytes * 5, "{name}: {few:?} {many:?}");
    }
}
